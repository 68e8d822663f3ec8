"""What the tests share: each way to make a call, and a clock that never waits."""

from __future__ import annotations

import asyncio
import gc
import os
import ssl
import subprocess
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

import httpx
import pytest
import trustme
import uvloop

from polytomic_client import APIResponse, AsyncPolytomic, Polytomic
from polytomic_client.v2023_04_25.api.bulk_sync import get_bulk_destination
from polytomic_client.v2023_04_25.models import BulkDestinationEnvelope

ID = UUID("248df4b7-aa70-47b8-a036-33ac447e668d")
T = TypeVar("T")
KEY = "canary-5a1d0e36-key"


@dataclass
class FakeClock:
    """Time that passes only by sleeping."""

    now: float = 1_000.0
    wall: float = 1_795_500_000.0
    jitter: float = 1.0
    slept: list[float] = field(default_factory=list[float])

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return self.wall + self.now

    def random(self) -> float:
        return self.jitter

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    async def sleep_async(self, seconds: float) -> None:
        self.sleep(seconds)


def _run_uvloop(work: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def _run_debug(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work, debug=True)


RUNNERS: dict[str, Callable[[Coroutine[Any, Any, Any]], Any]] = {
    "asyncio": asyncio.run,
    "debug": _run_debug,
    "uvloop": _run_uvloop,
}
"""The event loops that the asyncio client works in."""


async def _call(**settings: Any) -> BulkDestinationEnvelope:
    async with AsyncPolytomic(**settings) as polytomic:
        return await polytomic.get_bulk_destination(ID)


def _async(**settings: Any) -> BulkDestinationEnvelope:
    return asyncio.run(_call(**settings))


def _async_uvloop(**settings: Any) -> BulkDestinationEnvelope:
    return _run_uvloop(_call(**settings))


def _sync(**settings: Any) -> BulkDestinationEnvelope:
    with Polytomic(**settings) as polytomic:
        return polytomic.get_bulk_destination(ID)


def _async_generated(**settings: Any) -> BulkDestinationEnvelope:
    async def call() -> BulkDestinationEnvelope:
        async with AsyncPolytomic(**settings) as polytomic:
            return await get_bulk_destination.asyncio(ID, client=polytomic.generated)

    return _run_debug(call())


def _sync_generated(**settings: Any) -> BulkDestinationEnvelope:
    with Polytomic(**settings) as polytomic:
        return get_bulk_destination.sync(ID, client=polytomic.generated)


@cache
def _tls(_cert_file: str | None) -> ssl.SSLContext:
    """Return the TLS settings of httpx: each transport would take 26 ms to make its own."""
    return httpx.create_ssl_context()


def _async_httpx(**settings: Any) -> BulkDestinationEnvelope:
    return _async(transport=httpx.AsyncHTTPTransport(verify=_tls(os.environ.get("SSL_CERT_FILE"))), **settings)


def _sync_httpx(**settings: Any) -> BulkDestinationEnvelope:
    return _sync(transport=httpx.HTTPTransport(verify=_tls(os.environ.get("SSL_CERT_FILE"))), **settings)


WAYS: dict[str, Callable[..., BulkDestinationEnvelope]] = {
    "async": _async,
    "sync": _sync,
    "async-uvloop": _async_uvloop,
    "async-generated": _async_generated,
    "sync-generated": _sync_generated,
    "async-httpx": _async_httpx,
    "sync-httpx": _sync_httpx,
}


def sampled(ways: Iterable[str]) -> list[Any]:
    """Return the ways for a parameter: `make quick` has the two plain clients, and `make test` every way."""
    return [way if way.endswith(("async", "sync")) else pytest.param(way, marks=pytest.mark.matrix) for way in ways]


def pairs(first: Iterable[T], second: Iterable[Any], third: Sequence[Any]) -> list[tuple[T, Any, Any]]:
    """Return combinations that have each pair of values of three axes, of which the third is not the longest.

    They are as many as the pairs of the first two, each with one of the third that the next combination does not have.
    """
    others = list(second)
    return [
        (one, other, third[(place + number) % len(third)])
        for place, one in enumerate(first)
        for number, other in enumerate(others)
    ]


STOPPABLE = sampled(way for way in WAYS if way != "sync-httpx")
"""Every way but a blocking transport of the user's own, which nothing can stop at the deadline."""

OWN_TRANSPORTS = sampled(way for way in WAYS if "httpx" not in way)
"""Every way but through an httpx transport, which has its own proxy and TLS settings."""

Ask = Callable[..., BulkDestinationEnvelope]


SAMPLE = 16
"""How many combinations of a test `make quick` runs: evenly spread over all of them."""

WHOLE = ("test_config.py", "test_retry_rules.py")
"""Files of which `make quick` runs every combination, since none takes longer than a millisecond or two."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all but a sample of many combinations, and put what takes long first, so that no worker ends with it."""
    tests: dict[str, list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("matrix") is None and item.path.name not in WHOLE:
            tests.setdefault(item.nodeid.partition("[")[0], []).append(item)
    for combinations in tests.values():
        step = max(1.0, len(combinations) / SAMPLE)
        sample = {int(number * step) for number in range(SAMPLE)}
        for number, item in enumerate(combinations):
            if number not in sample:
                item.add_marker("matrix")
    items.sort(key=lambda item: [item.get_closest_marker(name) is None for name in ("soak", "process", "matrix")])


@pytest.fixture(scope="module", autouse=True)
def what_is_there_is_no_garbage() -> None:
    """Let the garbage collector leave out pytest's own objects, through which it would look in every test that runs it:
    0.3 s each time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(params=sampled(WAYS))
def ask(request: pytest.FixtureRequest) -> Ask:
    """One call of getBulkDestination, in each way there is: `ask(base_url=server.url, ...)`."""
    way = WAYS[request.param]

    def call(**settings: Any) -> BulkDestinationEnvelope:
        if not {"api_key", "deployment_key", "basic_auth"} & settings.keys():
            settings["api_key"] = KEY
        return way(**settings)

    return call


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """The tests' own CA."""
    return trustme.CA()


def server_context(authority: trustme.CA, name: str = "127.0.0.1", **settings: Any) -> ssl.SSLContext:
    """The TLS settings of a server whose certificate is for a name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, **settings).configure_cert(context)  # pyright: ignore[reportUnknownMemberType]
    return context


@pytest.fixture
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    """What a user makes who has a CA of their own."""
    context = ssl.create_default_context()
    authority.configure_trust(context)  # pyright: ignore[reportUnknownMemberType]
    return context


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(autouse=True)
def no_settings_around(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("POLYTOMIC_API_KEY", "POLYTOMIC_DEPLOYMENT_KEY", "POLYTOMIC_DEPLOYMENT_URL"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(autouse=True)
def no_process_without_the_mark(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail a test that starts a process and is not marked so, because `make quick` would run it."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a test that starts a process needs the mark: @pytest.mark.process")

    if not any(request.node.get_closest_marker(name) for name in ("process", "soak")):
        monkeypatch.setattr(subprocess, "Popen", refuse)
        monkeypatch.setattr(os, "fork", refuse, raising=False)


def with_response(server_url: str) -> list[APIResponse[BulkDestinationEnvelope]]:
    """The answers of both clients with the responses around them."""

    async def call() -> APIResponse[BulkDestinationEnvelope]:
        async with AsyncPolytomic(api_key=KEY, base_url=server_url) as polytomic:
            return await polytomic.with_response.get_bulk_destination(ID)

    with Polytomic(api_key=KEY, base_url=server_url) as polytomic:
        return [asyncio.run(call()), polytomic.with_response.get_bulk_destination(ID)]
