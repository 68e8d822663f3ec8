"""Opening, closing, cancelling, and what is left behind: nothing."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from polytomic_client import AsyncPolytomic, ClientClosedError, Polytomic
from polytomic_client.v2023_04_25.api.bulk_sync import get_bulk_destination

from .conftest import ID, KEY
from .server import DESTINATION, Answer, Server, stall


async def test_closing_twice_is_harmless_and_use_after_it_is_a_clear_error() -> None:
    with Server() as server:
        async with AsyncPolytomic(api_key=KEY, base_url=server.url) as polytomic:
            generated = polytomic.generated
            await asyncio.to_thread(lambda: None)
            await polytomic.get_bulk_destination(ID)
        await polytomic.aclose()
        await polytomic.aclose()
        with pytest.raises(ClientClosedError, match="closed"):
            await polytomic.get_bulk_destination(ID)
        with pytest.raises(ClientClosedError, match="closed"):
            await polytomic.with_options(deadline=1).get_bulk_destination(ID)
        with pytest.raises(ClientClosedError, match="closed"):
            await get_bulk_destination.asyncio(ID, client=generated)


def test_closing_a_blocking_client_is_the_same() -> None:
    with Server() as server:
        with Polytomic(api_key=KEY, base_url=server.url) as polytomic:
            polytomic.get_bulk_destination(ID)
        polytomic.close()
        with pytest.raises(ClientClosedError, match="closed"):
            polytomic.get_bulk_destination(ID)
        with pytest.raises(ClientClosedError, match="closed"):
            get_bulk_destination.sync(ID, client=polytomic.generated)


async def test_a_client_that_was_never_used_closes() -> None:
    await AsyncPolytomic(api_key=KEY).aclose()
    Polytomic(api_key=KEY).close()


async def test_the_generated_client_of_the_other_kind_is_refused_by_name() -> None:
    polytomic, blocking = AsyncPolytomic(api_key=KEY), Polytomic(api_key=KEY)
    with pytest.raises(TypeError, match=r"`generated` of an AsyncPolytomic: await asyncio"):
        get_bulk_destination.sync(ID, client=polytomic.generated)
    with pytest.raises(TypeError, match=r"`generated` of a Polytomic: call sync"):
        await get_bulk_destination.asyncio(ID, client=blocking.generated)


def test_another_event_loop_is_a_clear_error() -> None:
    with Server() as server:
        polytomic = AsyncPolytomic(api_key=KEY, base_url=server.url)
        first = asyncio.new_event_loop()
        first.run_until_complete(polytomic.get_bulk_destination(ID))
        with pytest.raises(ClientClosedError, match="another event loop"):
            asyncio.run(polytomic.get_bulk_destination(ID))
        first.run_until_complete(polytomic.aclose())
        first.close()


async def test_cancelling_a_call_leaves_nothing_open() -> None:
    with Server(stall) as server:
        async with AsyncPolytomic(api_key=KEY, base_url=server.url) as polytomic:
            call = asyncio.create_task(polytomic.get_bulk_destination(ID))
            while not server.requests:
                await asyncio.sleep(0.001)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_callers_own_timeout_stays_the_callers() -> None:
    with Server(stall) as server:
        async with AsyncPolytomic(api_key=KEY, base_url=server.url) as polytomic:
            with pytest.raises(TimeoutError) as caught:
                async with asyncio.timeout(0.05):
                    await polytomic.get_bulk_destination(ID)
    assert type(caught.value) is TimeoutError


async def test_a_transport_is_closed_with_the_client() -> None:
    closed: list[str] = []

    class Transport(httpx.MockTransport):
        async def aclose(self) -> None:
            closed.append("async")

        def close(self) -> None:
            closed.append("sync")

    transport = Transport(lambda _: httpx.Response(200, json=DESTINATION))
    async with AsyncPolytomic(api_key=KEY, transport=transport) as polytomic:
        await polytomic.get_bulk_destination(ID)
    with Polytomic(api_key=KEY, transport=transport) as blocking:
        blocking.get_bulk_destination(ID)
    assert closed == ["async", "sync"]


def test_threads_share_a_blocking_client() -> None:
    with Server() as server, Polytomic(api_key=KEY, base_url=server.url, max_connections=4) as polytomic:
        with ThreadPoolExecutor(16) as threads:
            answers = list(threads.map(polytomic.get_bulk_destination, [ID] * 64))
        # 16 without the limit. httpcore may replace a connection now and then when threads race for it.
        assert server.connections <= 8
    assert all(answer == answers[0] for answer in answers)
    assert len(server.requests) == 64


async def test_no_more_connections_than_allowed_and_no_time_out_of_the_wait_for_one() -> None:
    with Server() as server:
        async with AsyncPolytomic(api_key=KEY, base_url=server.url, max_connections=3, timeout=5) as polytomic:
            await asyncio.gather(*[polytomic.get_bulk_destination(ID) for _ in range(60)])
        assert server.connections <= 3
    assert len(server.requests) == 60


def test_nothing_is_left_running_or_open() -> None:
    before = threading.active_count()
    with Server(Answer()) as server:

        async def calls() -> None:
            async with AsyncPolytomic(api_key=KEY, base_url=server.url) as polytomic:
                await asyncio.gather(*[polytomic.get_bulk_destination(ID) for _ in range(10)])

        with warnings.catch_warnings():
            warnings.simplefilter("error")
            asyncio.run(calls())
            gc.collect()
    assert threading.active_count() <= before


def test_import_is_light() -> None:
    program = (
        "import sys; import polytomic_client; "
        "heavy = {'httpx', 'aiohttp', 'httpcore', 'yarl', 'starlette', 'yaml', 'dateutil'} & sys.modules.keys(); "
        "heavy |= {name for name in sys.modules if name.startswith('polytomic_client.v2023_04_25.models')}; "
        "print(sorted(heavy)); polytomic_client.AsyncPolytomic(api_key='k'); "
        "print(sorted({'httpx', 'aiohttp', 'httpcore'} & sys.modules.keys()))"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines() == ["[]", "[]"]
