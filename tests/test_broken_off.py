"""Connections that end at any place of a response, behind any other response: never a made-up success."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

import pytest
import trustme

from polytomic_client import OutcomeUnknownError, ReadTimeoutError, RequestError, Timeout
from polytomic_client._call.settings import Config
from polytomic_client._client.settings import build_config
from polytomic_client._http.asyncio_pool import AsyncioPool
from polytomic_client._http.messages import Reply, Request
from polytomic_client._http.thread_pool import ThreadPool

from .conftest import KEY, RUNNERS, server_context
from .server import Connection, Server

Result = Reply | RequestError
Ending = Literal["FIN", "RST", "silence", "close_notify"]

BEFORE: dict[str, bytes] = {
    "204": b"HTTP/1.1 204 No Content\r\n\r\n",
    "205": b"HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n",
    "304": b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
    "HEAD": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
    "length": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "1xx": b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "Connection: close": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
    "no length": b"HTTP/1.1 200 OK\r\n\r\n{}",
}
NEXT = b"HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 11\r\n\r\n" + b'{"data":{}}'
PLACES = {
    "nothing": 0,
    "status line": NEXT.index(b"\r\n"),
    "headers": NEXT.index(b"Content") + 5,
    "before the body": NEXT.index(b"{"),
    "in the body": NEXT.index(b"{") + 5,
    "one byte short": len(NEXT) - 1,
}
ENDINGS: tuple[Ending, ...] = ("FIN", "RST", "silence")
SHORT = Timeout(read=0.25)
"""For silence. All cases run at once, so that it passes once."""


def end(connection: Connection, ending: Ending) -> bool:
    sock: Any = connection.socket
    if ending == "silence":
        connection.server.stopping.wait(30)
    elif ending == "RST":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    elif ending == "close_notify":
        with contextlib.suppress(OSError):
            sock.unwrap()
    return False


def respond(connection: Connection) -> bool:
    """Answer as the path says: `/before/SHAPE`, or `/next/PLACE/ENDING`."""
    kind, name, *ending = connection.request.target.replace("%20", " ").strip("/").split("/")
    if kind == "before":
        connection.send(BEFORE[name])
        return name not in ("no length", "Connection: close")
    connection.send(NEXT[: PLACES[name]])
    return end(connection, ending[0])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


@dataclass(frozen=True)
class Case:
    before: str
    place: str
    ending: Ending

    def requests(self, url: str) -> tuple[Request, Request]:
        method = "HEAD" if self.before == "HEAD" else "GET"
        paths = f"before/{self.before}", f"next/{self.place}/{self.ending}"
        first, second = (f"{url}/{path.replace(' ', '%20')}" for path in paths)
        return Request(method, first, {}), Request("GET", second, {})


CASES = [Case(*case) for case in product(BEFORE, PLACES, ENDINGS)]


class Setting:
    """A server, and the settings of a client of it."""

    def __init__(self, server: Server, context: ssl.SSLContext | None) -> None:
        self.url = server.url
        self._context = context

    def config(self) -> Config:
        return build_config(
            pin="2023-04-25",
            blocking=False,
            api_key=KEY,
            base_url=self.url,
            max_connections=1,
            ssl_context=self._context,
        )


@pytest.fixture(params=["tcp", "tls"])
def setting(request: pytest.FixtureRequest, authority: trustme.CA, trusting: ssl.SSLContext) -> Iterator[Setting]:
    if request.param == "tcp":
        with Server(respond) as server:
            yield Setting(server, None)
        return
    with Server(respond, tls=server_context(authority)) as server:
        yield Setting(server, trusting)


def blocking_results(setting: Setting, cases: list[Case]) -> list[tuple[Result, Result]]:
    def one(case: Case) -> tuple[Result, Result]:
        pool = ThreadPool(setting.config())

        def send(request: Request) -> Result:
            try:
                return pool.send(request, SHORT, 20.0)
            except RequestError as error:
                return error

        first, second = case.requests(setting.url)
        try:
            return send(first), send(second)
        finally:
            pool.close()

    with ThreadPoolExecutor(32) as threads:
        return list(threads.map(one, cases))


async def asyncio_results(setting: Setting, cases: list[Case]) -> list[tuple[Result, Result]]:
    async def one(case: Case) -> tuple[Result, Result]:
        pool = AsyncioPool(setting.config())

        async def send(request: Request) -> Result:
            try:
                return await pool.send(request, SHORT, 20.0)
            except RequestError as error:
                return error

        first, second = case.requests(setting.url)
        try:
            return await send(first), await send(second)
        finally:
            await pool.aclose()

    room = asyncio.Semaphore(32)

    async def bounded(case: Case) -> tuple[Result, Result]:
        async with room:
            return await one(case)

    return await asyncio.gather(*map(bounded, cases))


Client = Callable[[Setting, list[Case]], list[tuple[Result, Result]]]


def _asyncio_client(run: Callable[[Coroutine[Any, Any, Any]], Any]) -> Client:
    return lambda setting, cases: run(asyncio_results(setting, cases))


CLIENTS: dict[str, Client] = {"sync": blocking_results} | {
    f"async-{name}": _asyncio_client(run) for name, run in RUNNERS.items()
}


@pytest.fixture(params=CLIENTS)
def results(request: pytest.FixtureRequest) -> Client:
    return CLIENTS[request.param]


@pytest.mark.matrix
def test_a_response_that_breaks_off_is_never_a_success_whatever_came_before(setting: Setting, results: Client) -> None:
    for case, (first, second) in zip(CASES, results(setting, CASES), strict=True):
        if case.before == "no length" and setting.url.startswith("https"):
            # Without a close_notify, somebody on the network may have cut it.
            assert isinstance(first, OutcomeUnknownError), case
        else:
            assert isinstance(first, Reply), (case, first)
        assert isinstance(second, OutcomeUnknownError), (case, second)
        assert isinstance(second, ReadTimeoutError) is (case.ending == "silence"), (case, second)
        kept = case.before not in ("no length", "Connection: close")
        assert second.stale is (kept and case.place == "nothing" and case.ending != "silence"), (case, second)


BODIES: dict[str, tuple[bytes, bool]] = {
    "no length": (b"HTTP/1.1 200 OK\r\n\r\n{}", True),
    "no length, 1.0": (b"HTTP/1.0 200 OK\r\n\r\n{}", True),
    "length": (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", False),
    "chunked": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", False),
    "in the head": (b"HTTP/1.1 200 OK\r\nA: b", False),
    "nothing": (b"", False),
}


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("ending", ["FIN", "close_notify"])
@pytest.mark.parametrize("secure", [False, True])
def test_an_end_is_the_end_of_a_body_only_without_a_length_and_over_tls_only_with_close_notify(
    client: str,
    ending: Ending,
    secure: bool,  # noqa: FBT001
    authority: trustme.CA,
    trusting: ssl.SSLContext,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def step(connection: Connection) -> bool:
        connection.send(BODIES[connection.request.target.split("/")[2].replace("%20", " ")][0])
        return end(connection, ending if secure else "FIN")

    for name in BODIES:
        monkeypatch.setitem(BEFORE, name, b"")
    with Server(step, tls=server_context(authority) if secure else None) as server:
        setting = Setting(server, trusting if secure else None)
        cases = [Case(name, name, ending) for name in BODIES]
        for case, (first, _) in zip(cases, CLIENTS[client](setting, cases), strict=True):
            if BODIES[case.before][1] and (not secure or ending == "close_notify"):
                assert isinstance(first, Reply), (case, first)
                assert first.content == b"{}"
            else:
                assert isinstance(first, OutcomeUnknownError), (case, first)
