"""The asyncio pool: its connections, their time limits, and how they end. `test_exchange.py` has the parsing."""

from __future__ import annotations

import asyncio
import gc
import socket
import ssl
import sys
import threading
import traceback
import warnings
import weakref
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import trustme

from polytomic_client import (
    ConnectTimeoutError,
    DeadlineExceededError,
    NotSentError,
    OutcomeUnknownError,
    ReadTimeoutError,
    Timeout,
)
from polytomic_client._call.settings import Config
from polytomic_client._client.settings import build_config
from polytomic_client._core.secret import Secret
from polytomic_client._http import asyncio_pool
from polytomic_client._http.asyncio_connection import AsyncioConnection
from polytomic_client._http.asyncio_pool import LONGEST_CLOSE, AsyncioPool
from polytomic_client._http.encoding import RequestEncoder
from polytomic_client._http.exchange import IDLE_SECONDS, READ_SIZE, Result
from polytomic_client._http.messages import Reply, Request
from polytomic_client._http.tls import tls_context

from .conftest import KEY, RUNNERS
from .server import Answer, Connection, Server, Step, hang_up, stall

FOREVER = 30.0
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: b\r\n\r\n{}"


def config(url: str = "http://127.0.0.1:1", **settings: Any) -> Config:
    return build_config(pin="2023-04-25", blocking=False, api_key=KEY, base_url=url, **settings)


def get(url: str = "http://127.0.0.1:1", **fields: Any) -> Request:
    every: dict[str, Any] = {"method": "GET", "url": f"{url}/x", "headers": {"Accept": "*/*"}, **fields}
    return Request(**every)


@pytest.fixture
def quiet() -> Iterator[socket.socket]:
    """A socket that has nothing to read."""
    near, far = socket.socketpair()
    with near, far:
        yield near


class Wire(asyncio.Transport):
    """The far side of a connection over which nothing comes but what the test feeds."""

    def __init__(self, quiet: socket.socket) -> None:
        super().__init__({"socket": quiet})
        self.sent: list[Any] = []
        self.unsent = 0
        self.closed = False

    def write(self, data: Any) -> None:
        self.sent.append(data)

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def is_closing(self) -> bool:
        return self.closed

    def abort(self) -> None:
        self.closed = True


class Time:
    """An event loop's time, which passes when the test says so."""

    def __init__(self) -> None:
        self.now = 0.0
        self.armed = 0
        self._timers: list[asyncio.TimerHandle] = []
        self.create_future = asyncio.get_running_loop().create_future

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, callback: Callable[[], None]) -> asyncio.TimerHandle:
        self.armed += 1
        timer = asyncio.TimerHandle(when, callback, (), asyncio.get_running_loop())
        self._timers.append(timer)
        return timer

    def pass_to(self, now: float) -> None:
        self.now = now
        while due := [timer for timer in self._timers if timer.when() <= now and not timer.cancelled()]:
            for timer in due:
                timer._run()
                self._timers.remove(timer)


class Line:
    """A connection between a test and nothing: `ask` sends a request and `feed` is what comes back."""

    def __init__(self, quiet: socket.socket, limit: int = 1_000) -> None:
        self.opened: set[AsyncioConnection] = set()
        self.idle: dict[AsyncioConnection, None] = {}
        self.wire = Wire(quiet)
        self.clock = Time()
        self.connection = AsyncioConnection(self.opened, self.idle, memoryview(bytearray(READ_SIZE)), limit)
        self.connection._loop = self.clock  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]
        self.connection.connection_made(self.wire)

    def ask(self, method: str = "GET", read: float = 30.0, ends: float = 1e9) -> asyncio.Future[Result]:
        self.idle.clear()
        return self.connection.ask(method, memoryview(b"request"), read, ends)

    def feed(self, data: bytes, *cuts: int) -> None:
        bounds = [0, *sorted({*cuts, *range(READ_SIZE, len(data), READ_SIZE)}), len(data)]
        for start, end in pairwise(bounds):
            if start < end and not self.wire.closed:
                self.connection.get_buffer(-1)[: end - start] = data[start:end]
                self.connection.buffer_updated(end - start)

    def kept(self) -> bool:
        assert (self.connection in self.idle) is not self.wire.closed
        return not self.wire.closed


def reply(future: asyncio.Future[Result]) -> tuple[int, list[tuple[str, str]], bytes]:
    answer = future.result()
    assert isinstance(answer, Reply), answer
    return answer.status, list(answer.headers.items()), answer.content


async def test_a_reset_is_an_error_also_where_an_end_would_be_the_end_of_the_body(quiet: socket.socket) -> None:
    line = Line(quiet)
    answer = line.ask()
    line.feed(b"HTTP/1.1 200 OK\r\n\r\n{}")
    line.connection.connection_lost(ConnectionResetError("reset"))
    assert isinstance(answer.result(), OutcomeUnknownError)
    assert line.opened == set()


@pytest.mark.parametrize("more", [OK, b"x", b"HTT", b"\0"])
async def test_what_comes_behind_an_answer_is_never_an_answer(quiet: socket.socket, more: bytes) -> None:
    line = Line(quiet)
    answer = line.ask()
    line.feed(OK + more)
    assert reply(answer) == (200, [("Content-Length", "2"), ("X-A", "b")], b"{}")
    assert not line.kept()


async def test_what_comes_while_nobody_asks_closes_the_connection(quiet: socket.socket) -> None:
    line = Line(quiet)
    line.ask()
    line.feed(OK)
    assert line.kept()
    line.feed(OK)
    assert not line.kept()


async def test_an_answer_before_the_request_is_out_closes_the_connection(quiet: socket.socket) -> None:
    line = Line(quiet)
    line.wire.unsent = 10
    answer = line.ask()
    line.feed(OK)
    assert reply(answer)[0] == 200
    assert not line.kept()


async def test_a_thousand_requests_arm_a_timer_every_fifteen_seconds(quiet: socket.socket) -> None:
    line = Line(quiet)
    for second in range(1_000):
        line.ask()
        line.clock.pass_to(second)
        line.feed(OK)
    assert line.clock.armed <= 1_000 / IDLE_SECONDS + 1


async def test_an_idle_connection_goes_after_its_time(quiet: socket.socket) -> None:
    line = Line(quiet)
    line.ask()
    line.clock.pass_to(10.0)
    line.feed(OK)
    line.clock.pass_to(10.0 + IDLE_SECONDS - 0.1)
    assert line.kept()
    line.clock.pass_to(10.0 + IDLE_SECONDS)
    assert not line.kept()


async def test_silence_is_measured_from_the_last_piece(quiet: socket.socket) -> None:
    line = Line(quiet)
    answer = line.ask(read=20.0)
    line.clock.pass_to(19.0)
    line.feed(OK[:30])
    line.clock.pass_to(38.9)
    assert not answer.done()
    line.clock.pass_to(39.0)
    assert isinstance(answer.result(), ReadTimeoutError)
    assert not line.kept()


async def test_a_shorter_time_out_holds_on_a_connection_that_had_a_longer_one(quiet: socket.socket) -> None:
    line = Line(quiet)
    line.ask(read=30.0)
    line.feed(OK)
    answer = line.ask(read=0.5)
    line.clock.pass_to(0.5)
    assert isinstance(answer.result(), ReadTimeoutError)


async def test_a_request_that_goes_out_slowly_is_no_silence_and_one_that_stands_still_is(quiet: socket.socket) -> None:
    line = Line(quiet)
    line.wire.unsent = 500
    answer = line.ask(read=10.0)
    line.wire.unsent = 400
    line.clock.pass_to(10.0)
    line.clock.pass_to(19.9)
    assert not answer.done()
    line.clock.pass_to(20.0)
    assert isinstance(answer.result(), ReadTimeoutError)


async def test_a_request_that_went_out_slowly_does_not_keep_its_connection_longer(quiet: socket.socket) -> None:
    line = Line(quiet)
    line.wire.unsent = 500
    line.ask(read=100.0)
    line.wire.unsent = 0
    line.feed(OK)
    line.clock.pass_to(IDLE_SECONDS)
    assert not line.kept()


async def test_a_deadline_ends_an_answer_that_trickles(quiet: socket.socket) -> None:
    line = Line(quiet)
    answer = line.ask(read=20.0, ends=30.0)
    for second in range(29):
        line.clock.pass_to(second)
        line.feed(OK[second : second + 1])
    line.clock.pass_to(29.9)
    assert not answer.done()
    line.clock.pass_to(30.0)
    assert isinstance(answer.result(), DeadlineExceededError)
    assert not line.kept()


async def test_a_deadline_ends_a_request_that_goes_out_slowly(quiet: socket.socket) -> None:
    line = Line(quiet)
    line.wire.unsent = 500
    answer = line.ask(read=10.0, ends=15.0)
    line.wire.unsent = 400
    line.clock.pass_to(10.0)
    assert not answer.done()
    line.clock.pass_to(15.0)
    assert isinstance(answer.result(), DeadlineExceededError)


async def test_a_deadline_that_is_near_holds_on_a_connection_that_was_idle(quiet: socket.socket) -> None:
    line = Line(quiet)
    line.ask()
    line.feed(OK)
    answer = line.ask(read=30.0, ends=0.5)
    line.clock.pass_to(0.5)
    assert isinstance(answer.result(), DeadlineExceededError)


class Peer(asyncio.Protocol):
    """One connection as the server sees it."""

    def __init__(self, peers: list[Peer]) -> None:
        self._peers = peers
        self.received = b""
        self.open = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._peers.append(self)

    def data_received(self, data: bytes) -> None:
        self.received += data

    def connection_lost(self, exc: Exception | None) -> None:
        self.open = False

    async def answer(self, data: bytes = OK) -> bytes:
        """Wait for a request, answer it, and return it."""
        await until(lambda: b"\r\n\r\n" in self.received)
        received, self.received = self.received, b""
        self.transport.write(data)
        return received


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(FOREVER):
        while not condition():
            await asyncio.sleep(0.001)


@asynccontextmanager
async def served(
    tls: ssl.SSLContext | None = None, **settings: Any
) -> AsyncGenerator[tuple[list[Peer], AsyncioPool, str]]:
    """A server that the test plays, a transport, and its base URL; nothing is left of them at the end."""
    peers: list[Peer] = []
    complaints: list[Any] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: complaints.append(context))
    server = await loop.create_server(lambda: Peer(peers), "127.0.0.1", 0, ssl=tls)
    url = f"{'https' if tls else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    transport = AsyncioPool(config(url, **settings))
    yield peers, transport, url
    await transport.aclose()
    assert not transport._opened
    await until(lambda: not any(peer.open for peer in peers))
    server.close()
    await server.wait_closed()
    gc.collect()  # what has no owner any more warns now, which is an error
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert not complaints


def sending(transport: AsyncioPool, request: Request, remaining: float = FOREVER) -> asyncio.Task[Reply]:
    return asyncio.create_task(transport.send(request, Timeout(), remaining))


async def test_the_request_is_written_as_it_is() -> None:
    async with served() as (peers, transport, url):
        host = url.removeprefix("http://").encode()
        call = sending(transport, get(url, headers={"A": "b", "C": "d"}, authorization=Secret("e")))
        await until(lambda: bool(peers))
        received = await peers[0].answer()
        assert received == b"GET /x HTTP/1.1\r\nHost: " + host + b"\r\nA: b\r\nC: d\r\nAuthorization: e\r\n\r\n"
        assert (await call).content == b"{}"

        for method, content, end in (("POST", b"{}", b"2\r\n\r\n{}"), ("POST", None, b"0\r\n\r\n")):
            call = sending(transport, get(url, method=method, content=content, headers={"A": "b"}))
            received = await peers[0].answer()
            assert (
                received == method.encode() + b" /x HTTP/1.1\r\nHost: " + host + b"\r\nA: b\r\nContent-Length: " + end
            )
            await call


async def test_the_connection_that_was_used_last_is_used_next() -> None:
    async with served() as (peers, transport, url):
        calls = [sending(transport, get(url)) for _ in range(3)]
        await until(lambda: len(peers) == 3 and all(peer.received for peer in peers))
        for number, place in enumerate((1, 2, 0), 1):
            await peers[place].answer()
            await until(lambda number=number: len(transport._idle) == number)  # type: ignore[misc]
        await asyncio.gather(*calls)
        call = sending(transport, get(url))
        await peers[0].answer()
        await call
        assert len(peers) == 3


async def test_a_connection_that_the_server_closes_while_idle_is_not_used_again() -> None:
    async with served() as (peers, transport, url):
        for _ in range(2):
            call = sending(transport, get(url))
            await until(lambda: bool(peers))
            await peers[0].answer()
            await call
            assert transport._idle
            peers.pop().transport.close()
            await until(lambda: not transport._idle)


async def test_an_idle_connection_that_is_too_old_is_not_used_although_its_timer_is_late() -> None:
    async with served() as (peers, transport, url):
        call = sending(transport, get(url))
        await until(lambda: bool(peers))
        await peers[0].answer()
        await call
        next(iter(transport._idle)).expires = 0.0
        call = sending(transport, get(url))
        await until(lambda: len(peers) == 2)
        await peers[1].answer()
        assert len(transport._opened) == 1
        await call


@pytest.mark.parametrize("data", [b"", OK[:20], OK[:-1]])
async def test_a_call_that_is_cancelled_closes_its_connection(data: bytes) -> None:
    async with served() as (peers, transport, url):
        call = sending(transport, get(url))
        await until(lambda: bool(peers))
        await peers[0].answer(data)
        await asyncio.sleep(0.01)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await until(lambda: not peers[0].open)
        assert not transport._idle
        call = sending(transport, get(url))
        await until(lambda: len(peers) == 2)
        await peers[1].answer()
        assert (await call).status == 200


async def test_a_call_that_is_cancelled_as_its_answer_comes_leaves_a_connection_that_can_be_used() -> None:
    async with served() as (peers, transport, url):
        call = sending(transport, get(url))
        await until(lambda: bool(peers) and bool(peers[0].received))
        (connection,) = transport._opened
        connection.get_buffer(-1)[: len(OK)] = OK
        connection.buffer_updated(len(OK))
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert list(transport._idle) == [connection]
        peers[0].received = b""
        call = sending(transport, get(url))
        await peers[0].answer()
        assert (await call).status == 200


async def test_the_pool_sends_once_also_where_a_kept_connection_was_dropped() -> None:
    async with served() as (peers, transport, url):
        call = sending(transport, get(url))
        await until(lambda: bool(peers))
        await peers[0].answer()
        await call
        call = sending(transport, get(url))
        await until(lambda: bool(peers[0].received))
        peers[0].transport.abort()
        with pytest.raises(OutcomeUnknownError) as caught:
            await call
        assert caught.value.stale
        assert len(peers) == 1


@pytest.fixture
def no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host whose addresses never answer."""

    async def never(*_: Any) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio.SelectorEventLoop, "sock_connect", never)


@pytest.mark.usefixtures("no_connection")
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_a_connection_that_does_not_come_about_is_given_up(host: str) -> None:
    url = f"http://{host}:1"
    transport = AsyncioPool(config(url, max_connections=1))
    with pytest.raises(ConnectTimeoutError, match=r"0\.01 s"):
        await transport.send(get(url), Timeout(connect=0.01), FOREVER)

    with pytest.raises(DeadlineExceededError):
        await transport.send(get(url), Timeout(), 0.01)

    call = sending(transport, get(url))
    await until(lambda: bool(transport._connecting))
    with pytest.raises(DeadlineExceededError):  # it waits for the one connection
        await transport.send(get(url), Timeout(), 0.01)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call

    connecting, waiting = sending(transport, get(url)), sending(transport, get(url))
    await until(lambda: bool(transport._connecting))
    assert len(transport._connecting) == 1
    async with asyncio.timeout(2):
        await transport.aclose()
    for call in (connecting, waiting):
        with pytest.raises(NotSentError, match="closed while the call waited") as caught:
            async with asyncio.timeout(2):
                await call
        assert not isinstance(caught.value, TimeoutError)
    assert not transport._connecting


@pytest.mark.usefixtures("no_connection")
async def test_closing_as_the_time_to_connect_ends_is_no_error() -> None:
    transport = AsyncioPool(config())
    call = sending(transport, get())
    await until(lambda: bool(transport._connecting))
    (limit,) = transport._connecting
    limit.reschedule(0.0)
    await asyncio.sleep(0)
    assert limit.expired()
    assert not call.done()
    await transport.aclose()
    with pytest.raises(NotSentError):
        await call


def connected(sock: socket.socket) -> Callable[..., Awaitable[socket.socket]]:
    """What connects at once, in place of `connect`."""

    async def connect(*_: object) -> socket.socket:
        return sock

    return connect


async def test_a_call_that_is_cancelled_while_it_connects_leaves_no_connection(
    quiet: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = Wire(quiet)

    async def connect(make: Callable[[], AsyncioConnection], *_: Any, **__: Any) -> None:
        make().connection_made(wire)
        await asyncio.Event().wait()

    transport = AsyncioPool(config())
    monkeypatch.setattr(asyncio_pool, "connect", connected(quiet))
    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", connect)
    call = sending(transport, get())
    await until(lambda: bool(transport._opened))
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert wire.closed
    # uvloop never calls connection_lost then.
    assert not transport._opened
    async with asyncio.timeout(FOREVER):
        await transport.aclose()


async def test_closing_ends_what_was_sent_with_an_unknown_outcome() -> None:
    async with served() as (peers, transport, url):
        call = sending(transport, get(url))
        await until(lambda: bool(peers) and bool(peers[0].received))
        await transport.aclose()
        with pytest.raises(OutcomeUnknownError, match="closed"):
            await call


async def test_a_connection_that_is_closed_before_anything_is_sent_says_so(
    quiet: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def connect(make: Callable[[], AsyncioConnection], *_: Any, **__: Any) -> None:
        connection = make()
        connection.connection_made(Wire(quiet))
        connection.eof_received()
        connection.connection_lost(None)

    transport = AsyncioPool(config())
    monkeypatch.setattr(asyncio_pool, "connect", connected(quiet))
    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", connect)
    with pytest.raises(NotSentError, match="before anything was sent"):
        await transport.send(get(), Timeout(), FOREVER)


async def test_a_closed_connection_is_freed_without_the_garbage_collector() -> None:
    async with served() as (peers, transport, url):
        call = sending(transport, get(url))
        await until(lambda: bool(peers))
        await peers[0].answer()
        await call
        connection = weakref.ref(next(iter(transport._opened)))
        gc.disable()
        try:
            await transport.aclose()
            await until(lambda: connection() is None)
        finally:
            gc.enable()


@pytest.mark.parametrize("url", ["http://127.0.0.1:2", "https://127.0.0.1:1", "http://127.0.0.1:11", "http://evil:1"])
async def test_another_host_than_base_url_gets_nothing(url: str) -> None:
    transport = AsyncioPool(config())
    with pytest.raises(NotSentError, match="must have the scheme, host and port of base_url"):
        await transport.send(get(url), Timeout(), FOREVER)


def test_another_spelling_of_the_same_host_is_the_same() -> None:
    encoder = RequestEncoder("https://API.example.com:443/prefix")
    assert encoder.encode(encoder.head(get("https://api.example.com/prefix", headers={})), get()) == (
        b"GET /prefix/x HTTP/1.1\r\nHost: api.example.com\r\n\r\n"
    )


@pytest.mark.parametrize("value", ["a\r\nB: c", "a\nb", "a\rb", "a\0b", "\r\n"])
async def test_a_header_never_splits_a_request_and_never_prints(value: str) -> None:
    transport = AsyncioPool(config())
    request = get(headers={"A": "b"}, authorization=Secret(KEY + value))
    with pytest.raises(NotSentError, match="line break") as caught:
        await transport.send(request, Timeout(), FOREVER)
    held = [
        repr(local) + repr(getattr(local, "__dict__", ""))
        for frame, _ in traceback.walk_tb(caught.value.__traceback__)
        if "_http" in frame.f_code.co_filename
        for local in frame.f_locals.values()
    ]
    assert held
    assert not any(KEY in text for text in held)


@pytest.mark.parametrize("path", ["a b", "a\r\nX: y", "a#b", "caf\xe9", "\0"])
async def test_a_url_never_splits_a_request(path: str) -> None:
    transport = AsyncioPool(config())
    with pytest.raises(NotSentError, match="URL"):
        await transport.send(get(f"http://127.0.0.1:1/{path}"), Timeout(), FOREVER)


def test_headers_that_change_after_they_were_sent_are_written_anew() -> None:
    encoder = RequestEncoder("http://127.0.0.1:1")
    request = get(headers={"A": "b"}, authorization=Secret("one"))
    _, first = encoder.head(request)
    request.headers["A"] = "c"
    _, second = encoder.head(request)
    request.authorization = Secret("two")
    _, third = encoder.head(request)
    assert "two" not in repr(vars(encoder))
    assert [fields.reveal() for fields in (first, second, third)] == [
        "A: b\r\nAuthorization: one\r\n",
        "A: c\r\nAuthorization: one\r\n",
        "A: c\r\nAuthorization: two\r\n",
    ]


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ssl.SSLContext]:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["h2", "http/1.1"])
    authority.issue_cert("127.0.0.1").configure_cert(context)  # pyright: ignore[reportUnknownMemberType]
    tls_context.cache_clear()
    yield context
    tls_context.cache_clear()


async def test_tls_is_kept_cancelled_and_closed_like_any_other_connection(tls: ssl.SSLContext) -> None:
    body = b"x" * 100_000
    async with served(tls) as (peers, transport, url):
        for _ in range(2):
            call = sending(transport, get(url))
            await until(lambda: bool(peers))
            await peers[0].answer(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + body)
            assert (await call).content == body
        assert len(peers) == 1
        assert peers[0].transport.get_extra_info("ssl_object").selected_alpn_protocol() == "http/1.1"
        call = sending(transport, get(url))
        await until(lambda: bool(peers[0].received))
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await until(lambda: not peers[0].open)
        call = sending(transport, get(url))
        await until(lambda: len(peers) == 2)
        await peers[1].answer(b"HTTP/1.1 200 OK\r\n\r\n{}")
        peers[1].transport.close()
        assert (await call).content == b"{}"
        call = sending(transport, get(url))
        await until(lambda: len(peers) == 3)
        await peers[2].answer()
        await call


async def test_a_handshake_that_stalls_is_part_of_the_time_to_connect() -> None:
    peers: list[Peer] = []
    server = await asyncio.get_running_loop().create_server(lambda: Peer(peers), "127.0.0.1", 0)
    url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    transport = AsyncioPool(config(url))
    with pytest.raises(ConnectTimeoutError):
        await transport.send(get(url), Timeout(connect=0.05), FOREVER)
    await until(lambda: bool(peers) and not peers[0].open)
    server.close()
    await server.wait_closed()


async def test_a_connection_is_kept_no_longer_than_the_server_announces(quiet: socket.socket) -> None:
    line = Line(quiet)
    line.ask()
    line.feed(OK.replace(b"\r\n", b"\r\nKeep-Alive: timeout=5\r\n", 1))
    line.clock.pass_to(3.9)
    assert line.kept()
    line.clock.pass_to(4.0)
    assert not line.kept()


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(1), asyncio.CancelledError(), OSError(5, "x"), None])
async def test_whatever_ends_a_connection_the_call_hears_of_it(
    quiet: socket.socket, error: BaseException | None
) -> None:
    line = Line(quiet)
    answer = line.ask()
    line.connection.connection_lost(error)
    assert isinstance(answer.result(), OutcomeUnknownError)


# Event loops of every kind, each with a server in other threads.


class Talking:
    """Answers, and does something more on the connection when the client is told to be busy."""

    def __init__(self, more: Step) -> None:
        self.done = threading.Event()
        self._more = more
        self._first = True

    def __call__(self, connection: Connection) -> bool:
        alive = Answer(204, b"", {"Content-Length": None})(connection)
        if not self._first:
            return alive
        self._first = False
        alive = self._more(connection)
        if not alive:
            connection.socket.shutdown(socket.SHUT_RDWR)
        self.done.set()
        return alive


def unasked(connection: Connection) -> bool:
    connection.send(b"HTTP/1.1 204 No Content\r\nX-Forged: yes\r\n\r\n")
    return True


@pytest.mark.parametrize("run", RUNNERS.values(), ids=RUNNERS)
@pytest.mark.parametrize("more", [hang_up, unasked])
def test_a_busy_event_loop_does_not_use_a_connection_that_has_ended_or_spoken(
    run: Callable[[Coroutine[Any, Any, Any]], Any], more: Step
) -> None:
    talking = Talking(more)

    async def calls(url: str) -> Reply:
        transport = AsyncioPool(config(url))
        await transport.send(get(url, method="DELETE"), Timeout(), FOREVER)
        # The event loop does not turn, and so does not see what came.
        assert talking.done.wait(FOREVER)
        reply = await transport.send(get(url, method="DELETE"), Timeout(), FOREVER)
        await transport.aclose()
        return reply

    with Server(talking) as server:
        assert "X-Forged" not in run(calls(server.url)).headers
    assert (len(server.requests), server.connections) == (2, 2)


@pytest.mark.parametrize("run", RUNNERS.values(), ids=RUNNERS)
@pytest.mark.parametrize("turns", range(6))
def test_a_client_closes_after_a_call_that_was_cancelled_while_it_connected(
    run: Callable[[Coroutine[Any, Any, Any]], Any], turns: int
) -> None:
    async def cancel(url: str) -> None:
        transport = AsyncioPool(config(url))
        call = sending(transport, get(url))
        for _ in range(turns):
            await asyncio.sleep(0)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        async with asyncio.timeout(LONGEST_CLOSE / 2):
            await transport.aclose()
        assert not transport._opened

    with Server(stall) as server:
        run(cancel(server.url))
    with warnings.catch_warnings():
        # uvloop 0.21, which is allowed, can leave the socket to the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.mark.skipif(sys.version_info < (3, 12), reason="eager tasks are new in Python 3.12")
@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["::1", "127.0.0.1"]])
def test_eager_tasks_connect_call_and_close(addresses: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    find = socket.getaddrinfo

    def several(host: str, port: int, **settings: Any) -> list[Any]:
        hosts = addresses if host == "localhost" else [host]
        return [found for each in hosts for found in find(each, port, **settings)]

    monkeypatch.setattr(socket, "getaddrinfo", several)

    async def calls(url: str) -> list[Reply]:
        asyncio.get_running_loop().set_task_factory(getattr(asyncio, "eager_task_factory"))  # noqa: B009  (not in 3.11)
        transport = AsyncioPool(config(url, max_connections=3))
        replies = await asyncio.gather(*[sending(transport, get(url)) for _ in range(20)])
        await transport.aclose()
        return replies

    with Server() as server:
        replies = asyncio.run(calls(server.url.replace("127.0.0.1", "localhost")))
    assert [reply.status for reply in replies] == [200] * 20
    assert server.connections <= 3


@pytest.mark.parametrize("when", ["before", "as a place comes free", "as it has been given one"])
async def test_a_place_is_lost_to_nobody_who_is_cancelled_while_it_waits_for_one(when: str) -> None:
    transport = AsyncioPool(config(max_connections=1))
    transport._free = 0
    second, third = (asyncio.create_task(transport._wait_for_place(FOREVER)) for _ in range(2))
    await asyncio.sleep(0)
    if when == "as it has been given one":
        transport._leave()
        second.cancel()
    else:
        second.cancel()
        if when == "before":
            await asyncio.sleep(0)
        transport._leave()
    with pytest.raises(asyncio.CancelledError):
        await second
    await asyncio.wait_for(third, FOREVER)
    assert (transport._free, transport._queue) == (0, {})
    transport._leave()
    assert transport._free == 1


async def test_places_are_given_in_the_order_of_arrival_and_nobody_overtakes() -> None:
    async with served(max_connections=1) as (peers, transport, url):
        order: list[int] = []

        async def call(number: int) -> None:
            await transport.send(get(url), Timeout(), FOREVER)
            order.append(number)

        calls = [asyncio.create_task(call(number)) for number in range(5)]
        await until(lambda: bool(peers))
        for number in range(5):
            if number == 2:
                calls.append(asyncio.create_task(call(5)))
            await peers[0].answer()
        await peers[0].answer()
        await asyncio.gather(*calls)
    assert order == list(range(6))
