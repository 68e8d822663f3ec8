"""Names: one lookup for all who wait, kept for a moment, within the deadline, in threads that nobody waits for."""

from __future__ import annotations

import asyncio
import errno
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from polytomic_client import (
    AsyncPolytomic,
    ConnectTimeoutError,
    DeadlineExceededError,
    NotSentError,
    Polytomic,
    Timeout,
)
from polytomic_client._http import asyncio_pool, thread_connection
from polytomic_client._http import resolver as resolver_module
from polytomic_client._http.resolver import Resolver

from .conftest import ID, KEY, OWN_TRANSPORTS, Ask, FakeClock
from .server import Server, deaf

OWN = pytest.mark.parametrize("ask", OWN_TRANSPORTS, indirect=True)
Found = list[tuple[Any, ...]]


class Names:
    """A name server in place of the system's."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses
        self.asked: list[str] = []
        self.release = threading.Event()
        self.release.set()
        self._ask = socket.getaddrinfo

    def __call__(self, host: str, port: int, *args: Any, **kwargs: Any) -> Found:
        if host not in ("name.test", "localhost"):
            return self._ask(host, port, *args, **kwargs)
        self.asked.append(host)
        assert self.release.wait(30)
        if not self.addresses:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [found for address in self.addresses for found in self._ask(address, port, type=socket.SOCK_STREAM)]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """The name server, which knows 127.0.0.1 only."""
    names = Names("127.0.0.1")
    monkeypatch.setattr(socket, "getaddrinfo", names)
    return names


def named(server: Server) -> str:
    return server.url.replace("127.0.0.1", "localhost")


@OWN
def test_a_host_is_found_by_its_name(ask: Ask, names: Names) -> None:
    with Server() as server:
        assert ask(base_url=named(server)).data.modes
    assert names.asked == ["localhost"]


@OWN
def test_a_name_that_nobody_knows_means_that_nothing_was_sent(ask: Ask, names: Names) -> None:
    names.addresses = ()
    with pytest.raises(NotSentError, match="cannot resolve localhost: .*not known"):
        ask(base_url="http://localhost:1", max_attempts=1)


@OWN
def test_a_lookup_that_takes_long_is_part_of_the_time_to_connect_and_of_the_deadline(ask: Ask, names: Names) -> None:
    names.release.clear()
    settings: dict[str, Any] = {"base_url": "http://localhost:1", "max_attempts": 1}
    try:
        with pytest.raises(ConnectTimeoutError):
            ask(**settings, timeout=Timeout(connect=0.05))
        with pytest.raises(DeadlineExceededError):
            ask(**settings, deadline=0.05)
    finally:
        names.release.set()


@OWN
@pytest.mark.parametrize(
    ("addresses", "connects"),
    [(("127.0.0.2", "127.0.0.1"), True), (("::1", "127.0.0.1"), True), (("127.0.0.2", "127.0.0.3"), False)],
)
def test_every_address_of_a_name_is_tried(ask: Ask, names: Names, addresses: tuple[str, ...], connects: bool) -> None:  # noqa: FBT001
    names.addresses = addresses
    with Server() as server:
        if connects:
            assert ask(base_url=named(server)).data.modes
        else:
            with pytest.raises(NotSentError, match=r"cannot connect to 127\.0\.0\.3:.*refused"):
                ask(base_url=named(server), max_attempts=1)


@OWN
def test_an_address_that_says_nothing_has_its_share_of_the_time_only(ask: Ask, names: Names) -> None:
    with Server() as server, deaf("127.0.0.9", int(server.url.rpartition(":")[2])):
        names.addresses = ("127.0.0.9", "127.0.0.1")
        started = time.monotonic()
        assert ask(base_url=named(server), timeout=Timeout(connect=0.4)).data.modes
        assert time.monotonic() - started >= 0.2


def test_the_families_take_turns_and_no_address_comes_twice(names: Names) -> None:
    names.addresses = ("::1", "::2", "::1", "127.0.0.1")
    found = Resolver().find("name.test", 1, time.monotonic() + 10)
    assert found is not None
    assert [address[0] for _, address in found] == ["::1", "127.0.0.1", "::2"]


def test_many_who_wait_ask_once_and_the_answer_is_kept_for_a_moment(
    names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolver = Resolver()
    ends = time.monotonic() + 30
    names.release.clear()
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(resolver.find("name.test", 1, ends))) for _ in range(8)]
    for thread in threads:
        thread.start()

    async def all_at_once() -> None:
        calls = [asyncio.ensure_future(resolver.find_async("name.test", 1)) for _ in range(8)]
        await asyncio.sleep(0)
        names.release.set()
        found.extend(await asyncio.gather(*calls))

    asyncio.run(all_at_once())
    for thread in threads:
        thread.join(10)
    assert len(found) == 16
    # Threads that come first at once may each start one; nobody who comes later does.
    assert 1 <= len(names.asked) <= 8
    asked = len(names.asked)
    resolver.find("name.test", 1, ends)
    assert len(names.asked) == asked

    monkeypatch.setattr(resolver_module, "KEPT_SECONDS", 0.0)
    resolver._lookups.clear()
    resolver.find("name.test", 1, ends)
    resolver.find("name.test", 1, ends)
    assert len(names.asked) == asked + 2


def test_a_failure_is_not_kept(names: Names) -> None:
    resolver = Resolver()
    names.addresses = ()
    for _ in range(2):
        with pytest.raises(NotSentError):
            resolver.find("name.test", 1, time.monotonic() + 10)
    assert len(names.asked) == 2


def test_an_address_is_not_looked_up_in_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_thread(*_: object) -> None:
        pytest.fail("a thread was started")

    monkeypatch.setattr(resolver_module, "start_new_thread", no_thread)
    for host in ("127.0.0.1", "::1"):
        assert Resolver().find(host, 1, 0.0)


NEVER = """
import asyncio, socket, sys, threading
from polytomic_client import AsyncPolytomic, Polytomic, RequestError
socket.getaddrinfo = lambda *_, **__: threading.Event().wait()
settings = {"api_key": "k", "base_url": "http://localhost:1", "deadline": 0.05}

async def call():
    async with AsyncPolytomic(**settings) as client:
        await client.get_identity()

for run in (lambda: asyncio.run(call()), Polytomic(**settings).get_identity):
    try:
        run()
    except RequestError as error:
        print(type(error).__name__)
"""


@pytest.mark.process
def test_a_lookup_that_never_ends_keeps_neither_the_event_loop_nor_the_process() -> None:
    result = subprocess.run([sys.executable, "-c", NEVER], capture_output=True, text=True, timeout=30, check=False)
    assert (result.stdout.split(), result.stderr) == (["DeadlineExceededError"] * 2, "")


async def test_a_call_that_is_cancelled_during_a_lookup_leaves_nothing(names: Names) -> None:
    names.release.clear()
    async with AsyncPolytomic(api_key=KEY, base_url="http://localhost:1") as client:
        call = asyncio.create_task(client.get_bulk_destination(ID))
        while not names.asked:
            await asyncio.sleep(0.001)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        names.release.set()
        await asyncio.sleep(0.01)


def test_closing_a_client_during_a_lookup_ends_the_call(names: Names) -> None:
    names.release.clear()

    async def run() -> None:
        client = AsyncPolytomic(api_key=KEY, base_url="http://localhost:1")
        call = asyncio.create_task(client.get_bulk_destination(ID))
        while not names.asked:
            await asyncio.sleep(0.001)
        await client.aclose()
        with pytest.raises(RuntimeError, match="closed"):
            await asyncio.wait_for(call, 5)

    try:
        asyncio.run(run())
    finally:
        names.release.set()


HUGE: list[Callable[[], Any]] = [lambda: 1e10, lambda: sys.maxsize, lambda: 10**400, lambda: 1e308]


@pytest.mark.parametrize("huge", HUGE, ids=["1e10", "maxsize", "10**400", "1e308"])
def test_huge_numbers_mean_no_bound(ask: Ask, huge: Callable[[], Any]) -> None:
    number = huge()
    counts = {} if isinstance(number, float) else dict.fromkeys(["max_connections", "max_response_bytes"], number)
    with Server() as server:
        answer = ask(base_url=server.url, timeout=number, deadline=number, **counts)
    assert answer.data.modes
    with Polytomic(api_key=KEY, timeout=Timeout(connect=number, read=number, write=number)):
        pass


@OWN
def test_a_family_that_the_system_does_not_have_is_passed_over(
    ask: Ask, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = socket.socket

    def make(family: int = socket.AF_INET, *args: Any, **kwargs: Any) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")
        return made(family, *args, **kwargs)

    names.addresses = ("::1", "127.0.0.1")
    with Server() as server:
        for module in (asyncio_pool, thread_connection):
            monkeypatch.setattr(module, "socket", SimpleNamespace(**{**vars(socket), "socket": make}))
        assert ask(base_url=named(server)).data.modes


@OWN
@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("no network in tests"), UnicodeError("label too long")])
def test_whatever_a_lookup_raises_is_not_kept(ask: Ask, names: Names, error: Exception) -> None:
    release, names.release = names.release, _Raising(error)

    class Later(FakeClock):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            names.release = release

    with Server() as server:
        assert ask(base_url=named(server), clock=Later()).data.modes
    assert len(names.asked) == 2


class _Raising(threading.Event):
    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def wait(self, timeout: float | None = None) -> bool:
        raise self._error


@OWN
def test_a_system_without_a_thread_left_means_that_nothing_was_sent(
    ask: Ask, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(resolver_module, "start_new_thread", refuse)
    with pytest.raises(NotSentError, match="can't start new thread"):
        ask(base_url="http://localhost:1", max_attempts=1)
