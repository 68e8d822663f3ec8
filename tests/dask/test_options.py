"""Bad input is refused before anything is sent."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from typing import Any

import pytest
from distributed import Client

from polytomic_client import AsyncPolytomic
from polytomic_client._core.extras import install_command
from polytomic_client.dask import fan_out

from . import calls
from .fake_link import NoCluster

KEY = "a-key-that-must-not-travel"


@pytest.fixture
def cluster() -> Client:
    return NoCluster()


def takes_an_item(item: str) -> str:
    return item


def start(cluster: Any, fetch: Any = calls.status, items: Any = (), **options: Any) -> Any:
    return fan_out(cluster, fetch, items, **options)


@pytest.mark.parametrize(
    ("options", "kind", "text"),
    [
        ({"limit": "auto"}, ValueError, 'got "auto": a worker cannot tell its own load'),
        ({"limit": 0}, ValueError, "limit must be a positive int, got 0."),
        ({"limit": True}, ValueError, "limit must be a positive int, got True."),
        ({"batch": 0}, ValueError, "batch must be a positive int, got 0."),
        ({"batch": 2.5}, ValueError, "batch must be a positive int, got 2.5."),
        ({"rate": -1}, ValueError, "rate must be a positive number, got -1."),
        ({"deadline": 0}, ValueError, "deadline must be a positive number, got 0."),
        ({"no_workers_after": 0}, ValueError, "no_workers_after must be a positive number, got 0."),
        ({"stop_on": KeyError}, TypeError, "stop_on must be a tuple of exception classes"),
        ({"checkpoint": 3}, TypeError, "checkpoint must be the path of a file, got 3."),
        ({"key": 3}, TypeError, "key must be a function that is not async, got 3."),
        ({"on_progress": 3}, TypeError, "on_progress must be a function that is not async, got 3."),
        ({"retry_failed": 3}, TypeError, "retry_failed must be a function that is not async, got 3."),
        ({"make_client": 3}, TypeError, "make_client must be a function that returns an AsyncPolytomic, got 3."),
        ({"items": "abc"}, TypeError, "items must be an iterable of items, got a single str: 'abc'."),
        ({"items": 3}, TypeError, "items must be an iterable of items, got 3."),
        ({"fetch": 3}, TypeError, "fetch must be an async function, got int."),
        ({"fetch": takes_an_item}, TypeError, r"fetch must take a client and an item \(too many positional"),
        ({"make_client": partial(AsyncPolytomic, api_key=KEY)}, TypeError, "make_client contains an API key"),
        ({"make_client": partial(partial(AsyncPolytomic, basic_auth=("u", KEY)))}, TypeError, "contains an API key"),
    ],
)
def test_a_bad_option(cluster: Client, options: dict[str, Any], kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text) as caught:
        start(cluster, **options)

    assert KEY not in str(caught.value)


def test_items_that_are_async(cluster: Client) -> None:
    async def items() -> Any:
        yield 1

    with pytest.raises(TypeError, match="items must be an iterable that is not async"):
        start(cluster, items=items())


def test_what_is_not_a_client_of_a_cluster() -> None:
    with pytest.raises(TypeError, match=r"cluster must be a distributed.Client, got 'tcp://x'. Create one"):
        start("tcp://x")


def test_a_method_of_a_client_holds_a_key(cluster: Client) -> None:
    client = AsyncPolytomic(api_key=KEY)

    with pytest.raises(TypeError, match=r"whose key would travel. Use AsyncPolytomic.get_bulk_destination"):
        start(cluster, client.get_bulk_destination)


def test_a_client_in_a_closure_cannot_be_pickled(cluster: Client) -> None:
    client = AsyncPolytomic(api_key=KEY)

    async def fetch(_: AsyncPolytomic, item: str) -> object:
        return await client.get_bulk_destination(item)

    with pytest.raises(TypeError, match="must be picklable .*clients cannot be pickled"):
        start(cluster, fetch)


def test_the_key_of_the_environment_in_a_closure(cluster: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLYTOMIC_API_KEY", KEY)
    key = KEY

    with pytest.raises(TypeError, match="fetch or make_client contains an API key"):
        start(cluster, make_client=lambda: AsyncPolytomic(api_key=key))


def test_it_cannot_be_pickled(cluster: Client) -> None:
    import pickle

    with pytest.raises(TypeError, match="a fan-out cannot be pickled"):
        pickle.dumps(start(cluster))


@pytest.mark.process
def test_without_the_extra_the_import_says_what_to_install() -> None:
    code = "import sys; sys.modules['distributed'] = None; import polytomic_client.dask"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last == f"ImportError: polytomic_client.dask needs Dask. Install it: {install_command('dask')}"


@pytest.mark.process
def test_the_package_alone_loads_nothing_of_it() -> None:
    code = "import sys, polytomic_client; print(sorted({'distributed', 'dask', 'tornado'} & set(sys.modules)))"

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
