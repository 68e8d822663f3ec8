"""Where an asyncio client works: in one event loop of asyncio. Everywhere else, it says why it does not."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import httpx
import pytest
import trio

from polytomic_client import AsyncPolytomic, ClientClosedError, Polytomic, fan_out, fan_out_blocking, fetch_all
from polytomic_client.v2023_04_25.api.bulk_sync import get_bulk_destination

from .conftest import ID, KEY
from .server import Server


async def _vault() -> str:
    return KEY


LOOP_KINDS: list[Callable[[], dict[str, Any]]] = [
    dict,
    lambda: {"transport": httpx.AsyncHTTPTransport()},
    lambda: {"api_key": _vault},
]


@pytest.mark.parametrize("settings", LOOP_KINDS)
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # of asyncio, whose loop was closed before the client
def test_closed_another_loop_and_a_loop_that_is_over_are_told_apart(settings: Callable[[], dict[str, Any]]) -> None:
    with Server() as server:
        every: dict[str, Any] = {"api_key": KEY, "base_url": server.url, **settings()}
        polytomic = AsyncPolytomic(**every)
        first = asyncio.new_event_loop()
        first.run_until_complete(polytomic.get_bulk_destination(ID))
        copy = polytomic.with_options(deadline=9)

        async def each(said: str) -> None:
            for client in (polytomic, copy, polytomic.with_options(api_key=_vault)):
                with pytest.raises(ClientClosedError, match=said) as caught:
                    await client.get_bulk_destination(ID)
                assert caught.value.attempts == 0
                async with fan_out(client.get_bulk_destination, [ID]) as outcomes:
                    with pytest.raises(ClientClosedError, match=said):
                        assert [outcome async for outcome in outcomes]

        asyncio.run(each("^[^:]*: .*: this client belongs to a different event loop. Create one client per loop"))
        first.run_until_complete(first.shutdown_default_executor())
        first.close()
        asyncio.run(each("the event loop of this client has ended, because each asyncio.run has its own. Create the"))
        asyncio.run(polytomic.aclose())
        asyncio.run(each("this client is closed. Create another."))
        gc.collect()
    assert len(server.requests) == 1


def test_a_loop_in_which_nothing_was_opened_does_not_keep_the_client() -> None:
    """Its key source failed while other calls waited, so that its lock belongs to the ended loop."""
    fails = [True]

    async def vault() -> str:
        await asyncio.sleep(0)
        if fails[0]:
            raise LookupError("sealed")
        return KEY

    async def calls(polytomic: AsyncPolytomic) -> list[Any]:
        every = [polytomic.get_bulk_destination(ID) for _ in range(3)]
        return await asyncio.gather(*every, return_exceptions=True)

    async def calls_and_end(polytomic: AsyncPolytomic) -> list[Any]:
        async with polytomic:
            return await calls(polytomic)

    with Server() as server:
        polytomic = AsyncPolytomic(api_key=vault, base_url=server.url)
        assert [type(end) for end in asyncio.run(calls(polytomic))] == [LookupError] * 3
        fails.clear()
        fails.append(False)
        assert [end.data.modes is not None for end in asyncio.run(calls_and_end(polytomic))] == [True] * 3


async def test_a_call_that_waits_for_its_key_in_another_loop_is_told_so() -> None:
    asked, release = threading.Event(), threading.Event()

    async def vault() -> str:
        asked.set()
        while not release.is_set():
            await asyncio.sleep(0.001)
        return KEY

    with Server() as server, ThreadPoolExecutor(1) as thread:
        polytomic = AsyncPolytomic(api_key=vault, base_url=server.url)

        async def there() -> None:
            async with polytomic:
                await polytomic.get_bulk_destination(ID)

        call = thread.submit(asyncio.run, there())
        while not asked.is_set():
            await asyncio.sleep(0.001)
        with pytest.raises(ClientClosedError, match="belongs to a different event loop"):
            await polytomic.get_bulk_destination(ID)
        release.set()
        call.result(10)


ASYNCIO_ONLY = "needs asyncio, but no asyncio event loop is running. trio is not supported."


def _by_hand(function: Callable[[], Coroutine[Any, Any, Any]]) -> None:
    """Run a coroutine without any event loop, as curio would begin with it."""
    coroutine = function()
    try:
        coroutine.send(None)
    finally:
        coroutine.close()


OTHER_LOOPS: dict[str, Callable[[Callable[[], Coroutine[Any, Any, Any]]], Any]] = {
    "trio": trio.run,
    "anyio": lambda function: anyio.run(function, backend="trio"),
    "none": _by_hand,
}


async def _with_block(polytomic: AsyncPolytomic) -> None:
    async with polytomic:
        raise AssertionError("not reached")


async def _fan_out(polytomic: AsyncPolytomic) -> None:
    async with fan_out(polytomic.get_bulk_destination, [ID]):
        raise AssertionError("not reached")


async def _loop(polytomic: AsyncPolytomic) -> None:
    async for _ in fan_out(polytomic.get_bulk_destination, [ID]):
        raise AssertionError("not reached")


async def _generated(polytomic: AsyncPolytomic) -> None:
    await get_bulk_destination.asyncio(ID, client=polytomic.generated)


async def _events(polytomic: AsyncPolytomic) -> None:
    async for _ in polytomic.iter_events():
        raise AssertionError("not reached")


USES: dict[str, tuple[Callable[[AsyncPolytomic], Coroutine[Any, Any, Any]], str]] = {
    "with": (_with_block, "AsyncPolytomic"),
    "call": (lambda polytomic: polytomic.get_bulk_destination(ID), "AsyncPolytomic"),
    "key": (lambda polytomic: polytomic.with_options(api_key=_vault).get_bulk_destination(ID), "AsyncPolytomic"),
    "raw": (lambda polytomic: polytomic.request("GET", "/api/me"), "AsyncPolytomic"),
    "workflow": (lambda polytomic: polytomic.run_bulk_sync(ID), "AsyncPolytomic"),
    "events": (_events, "AsyncPolytomic"),
    "generated": (_generated, "AsyncPolytomic"),
    "close": (lambda polytomic: polytomic.aclose(), "AsyncPolytomic"),
    "fan_out": (_fan_out, "fan_out"),
    "loop": (_loop, "fan_out"),
    "fetch_all": (lambda polytomic: fetch_all(polytomic.get_bulk_destination, [ID]), "fan_out"),
}


@pytest.mark.parametrize("run", OTHER_LOOPS.values(), ids=OTHER_LOOPS)
@pytest.mark.parametrize(("use", "who"), USES.values(), ids=USES)
def test_outside_of_asyncio_the_client_and_fan_out_say_so(
    run: Callable[[Callable[[], Coroutine[Any, Any, Any]]], Any],
    use: Callable[[AsyncPolytomic], Coroutine[Any, Any, Any]],
    who: str,
) -> None:
    polytomic = AsyncPolytomic(api_key=KEY, base_url="http://127.0.0.1:1")

    async def main() -> None:
        await use(polytomic)

    with pytest.raises(RuntimeError) as caught:
        run(main)
    assert str(caught.value) == f"{who} {ASYNCIO_ONLY}"
    gc.collect()


def test_the_blocking_client_and_its_fan_out_work_beside_trio() -> None:
    def work() -> list[bool]:
        with Polytomic(api_key=KEY, base_url=server.url) as polytomic:
            with fan_out_blocking(polytomic.get_bulk_destination, [ID, ID]) as outcomes:
                return [outcome.ok for outcome in outcomes]

    async def main() -> list[bool]:
        return await trio.to_thread.run_sync(work)

    with Server() as server:
        assert trio.run(main) == [True, True]
