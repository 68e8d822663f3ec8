"""What `copy`, `dataclasses.asdict` and `pickle` do with a client, and with what else has connections or locks."""

from __future__ import annotations

import asyncio
import copy
import dataclasses
import gc
import pickle
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import httpx
import pytest

from polytomic_client import AsyncPolytomic, Polytomic, fan_out, fan_out_blocking
from polytomic_client.sandbox import Sandbox
from polytomic_client.testing import FakeClock, FakePolytomic
from polytomic_client.v2023_04_25 import AuthenticatedClient, Client

from .conftest import ID, KEY
from .server import Server

CLIENTS_NOT_PICKLED = "^clients cannot be pickled because they hold a key. Create one per process.$"


@dataclasses.dataclass
class Holder:
    """What has a client, as an application's dependencies do."""

    value: Any


def _asdict(value: Any) -> Any:
    return dataclasses.asdict(Holder(value))["value"]


def _replaced(value: Any) -> Any:
    return copy.deepcopy({"a": [Holder(value)]})["a"][0].value


COPIES: dict[str, Callable[[Any], Any]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "asdict": _asdict,
    "nested": _replaced,
}


async def _ask_async(client: AsyncPolytomic) -> None:
    await client.get_bulk_destination(ID)


@contextmanager
def _clients() -> Generator[dict[str, Any]]:
    """Clients of both kinds: unused, used, closed, copies, and what they return that is bound to them."""
    with Server() as server, asyncio.Runner() as runner:
        used = Polytomic(api_key=lambda: KEY, base_url=server.url)
        used_async = AsyncPolytomic(api_key=lambda: KEY, base_url=server.url)
        closed = Polytomic(api_key=KEY, base_url=server.url)
        closed_async = AsyncPolytomic(api_key=KEY, base_url=server.url)
        for client in (used, closed):
            client.get_bulk_destination(ID)
        for async_client in (used_async, closed_async):
            runner.run(_ask_async(async_client))
        closed.close()
        runner.run(closed_async.aclose())
        yield {
            "unused": Polytomic(api_key=KEY),
            "used": used,
            "closed": closed,
            "async unused": AsyncPolytomic(api_key=KEY),
            "async used": used_async,
            "async closed": closed_async,
            "options": used.with_options(deadline=5),
            "another key": used_async.with_options(api_key="another"),
            "generated": used.generated,
            "async generated": used_async.generated,
            "with_response": used.with_response,
            "async with_response": used_async.with_response,
        }
        used.close()
        runner.run(used_async.aclose())


@pytest.mark.parametrize("way", COPIES)
def test_copies_of_a_client_are_the_client(way: str) -> None:
    with _clients() as clients:
        assert {name: COPIES[way](client) is client for name, client in clients.items()} == dict.fromkeys(clients, True)


def test_pickling_a_client_says_why_not() -> None:
    with _clients() as clients:
        for client in clients.values():
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
                with pytest.raises(TypeError, match=CLIENTS_NOT_PICKLED):
                    pickle.dumps([client], protocol)


def test_a_copied_dataclass_calls_with_the_same_connections() -> None:
    with Server() as server, Polytomic(api_key=KEY, base_url=server.url) as polytomic:
        polytomic.get_bulk_destination(ID)
        _replaced(polytomic).get_bulk_destination(ID)
        copy.deepcopy(polytomic.get_bulk_destination)(ID)
        assert (server.connections, len(server.requests)) == (1, 3)


@pytest.mark.parametrize("way", COPIES)
def test_copies_of_a_generated_client_of_ones_own_are_shared(way: str) -> None:
    for client in (Client(base_url="https://a.example"), AuthenticatedClient(base_url="https://a.example", token=KEY)):
        for _ in range(2):
            assert COPIES[way](client) is client
            with pytest.raises(TypeError, match=CLIENTS_NOT_PICKLED):
                pickle.dumps(client)
            client.set_httpx_client(httpx.Client())  # it has locks
        client.get_httpx_client().close()


@pytest.mark.parametrize("way", COPIES)
async def test_a_copy_of_a_fan_out_is_the_fan_out(way: str) -> None:
    items = [UUID(int=number) for number in range(20)]
    with Server() as server:
        async with AsyncPolytomic(api_key=KEY, base_url=server.url) as polytomic:
            async with fan_out(polytomic.get_bulk_destination, items, limit=2) as outcomes:
                first = await anext(aiter(outcomes))
                assert COPIES[way](outcomes) is outcomes
                gc.collect()  # which would end the calls if a copy of them went
                rest = [outcome async for outcome in outcomes]
                with pytest.raises(TypeError, match="^a fan-out cannot be pickled because its calls are under way"):
                    pickle.dumps(outcomes)
    assert {outcome.item for outcome in (first, *rest)} == set(items)
    assert all(outcome.ok for outcome in (first, *rest))


@pytest.mark.parametrize("way", COPIES)
def test_a_copy_of_a_blocking_fan_out_is_the_fan_out(way: str) -> None:
    items = [UUID(int=number) for number in range(20)]
    with Server() as server, Polytomic(api_key=KEY, base_url=server.url) as polytomic:
        with fan_out_blocking(polytomic.get_bulk_destination, items, limit=2) as outcomes:
            first = next(iter(outcomes))
            assert COPIES[way](outcomes) is outcomes
            gc.collect()
            rest = list(outcomes)
            with pytest.raises(TypeError, match="^a fan-out cannot be pickled because its calls are under way"):
                pickle.dumps(outcomes)
    assert {outcome.item for outcome in (first, *rest)} == set(items)


@pytest.mark.parametrize("way", COPIES)
def test_copies_of_what_tests_use_are_shared(way: str) -> None:
    fake = FakePolytomic(connections=1)
    with Sandbox(connections=1) as sandbox:
        for value in (fake, fake.clock, FakeClock(), fake.blocking_client(), sandbox, sandbox.clock):
            assert COPIES[way](value) is value
            with pytest.raises(TypeError, match=r"cannot be pickled because .*\. Create one per process\.$"):
                pickle.dumps(value)


def test_threads_copy_a_client_in_use() -> None:
    with Server() as server, Polytomic(api_key=KEY, base_url=server.url) as polytomic:

        def work(_: int) -> bool:
            polytomic.get_bulk_destination(ID)
            return copy.deepcopy(Holder(polytomic)).value is polytomic

        with ThreadPoolExecutor(4) as pool:
            assert all(pool.map(work, range(20)))
