"""The async transport: asyncio's own connections, a parser in C (httptools), and nothing between the two."""

from __future__ import annotations

import asyncio
import re
import ssl
from typing import Any
from urllib.parse import urlsplit

from .._auth import Secret
from .._config import Config, Timeout
from .._errors import (
    ConnectTimeoutError,
    DeadlineExceededError,
    NotSentError,
    OutcomeUnknownError,
    TLSError,
)
from . import Reply, Request
from ._connection import Connection
from ._shared import DEADLINE_PASSED, ErrorTable, tls_context, translate, within
from ._tunnel import open_tunnel

NOT_CONNECTED: ErrorTable = ((ssl.SSLError, TLSError), (TimeoutError, ConnectTimeoutError), (OSError, NotSentError))
READ_SIZE = 16 * 1024
"""Bytes read in one go: a TLS record. asyncio's own way, a new buffer of 256 KiB for each read, takes 15 us more."""

WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods whose requests do not say that their body is empty (RFC 9110, section 8.6)."""

REQUEST_LINE = re.compile(r'[A-Z]+ /[!"$-~]*')
DEFAULT_PORTS = {"http": 80, "https": 443}

CLOSED = "the client was closed while the call waited for a connection"


class HttptoolsTransport:
    """Sends requests over connections of its own, one at a time on each, the one that was used last first."""

    def __init__(self, config: Config) -> None:
        self._loop = asyncio.get_running_loop()
        self._limit = config.max_response_bytes
        base = urlsplit(config.base_url)
        self._base = f"{base.scheme}://{base.netloc}/"
        self._origin = _origin(config.base_url)
        _, host, port = self._origin
        self._host = f"[{host}]" if ":" in host else host
        if port != DEFAULT_PORTS[base.scheme]:
            self._host += f":{port}"
        self._options: dict[str, Any] = {}
        self._proxy = config.proxy
        if base.scheme == "https":
            context = config.ssl_context or tls_context()
            context.set_alpn_protocols(["http/1.1"])
            self._options = {"ssl": context, "server_hostname": host}
        # One address has nothing to race against, and uvloop has no such race.
        if isinstance(self._loop, asyncio.BaseEventLoop) and ":" not in host and host.strip("0123456789."):
            self._options["happy_eyeballs_delay"] = 0.25
        self._room = asyncio.Semaphore(config.max_connections)
        self._buffer = memoryview(bytearray(READ_SIZE))
        self._opened: set[Connection] = set()
        self._idle: dict[Connection, None] = {}
        self._connecting: set[asyncio.Timeout] = set()
        self._last: tuple[dict[str, str], Secret | None, Secret] = {}, None, Secret("")
        """The headers that were sent last, and how they are written: those of one client's GETs are all the same."""
        self._closed = False

    async def send(self, request: Request, timeout: Timeout, remaining: float) -> Reply:
        """Send a request once."""
        ends = self._loop.time() + remaining
        if self._room.locked():
            await within(remaining, self._room.acquire())
        else:
            await self._room.acquire()
        try:
            if self._closed:
                raise NotSentError(CLOSED)
            line, fields = self._line(request), self._fields(request)
            connection = self._kept() or await self._connect(timeout.connect, ends)
            # No frame of an error that is raised in here may hold the request's headers as text.
            waiter = connection.ask(request.method, _written(line, fields, request), timeout.read, ends)
            try:
                answer = await waiter
            except asyncio.CancelledError:
                if connection.waiter is waiter:
                    connection.end()
                raise
        finally:
            self._room.release()
        if isinstance(answer, Reply):
            return answer
        raise answer

    def _line(self, request: Request) -> str:
        """Return the first line of a request, and the second, which is its host.

        Raises:
            NotSentError: The request is for another host, or its URL cannot be sent as it is.
        """
        url = request.url
        if url.startswith(self._base):
            target = url[len(self._base) - 1 :]
        elif _origin(url) == self._origin:
            target = "/" + url.partition("://")[2].partition("/")[2]
        else:
            raise NotSentError("the URL is of another host than base_url")
        line = f"{request.method} {target}"
        if not REQUEST_LINE.fullmatch(line):
            raise NotSentError("the URL has a fragment, or a character that must be escaped")
        return f"{line} HTTP/1.1\r\nHost: {self._host}\r\n"

    def _fields(self, request: Request) -> Secret:
        """Return a request's headers as they are written.

        Raises:
            NotSentError: One would not be one line.
        """
        headers, authorization, fields = self._last
        if request.headers == headers and request.authorization == authorization:
            return fields
        written = _joined(request.wire_headers())
        if written is None:
            raise NotSentError("a header has a line break or a NUL")
        # A copy, because the policy may change a request's headers.
        self._last = dict(request.headers), request.authorization, written
        return written

    def _kept(self) -> Connection | None:
        """Return the idle connection that was used last."""
        while self._idle:
            connection, _ = self._idle.popitem()
            if connection.expires > self._loop.time():
                return connection
            # Its timer is late, as after a pause of the whole process.
            connection.end()
        return None

    async def _connect(self, seconds: float, ends: float) -> Connection:
        connection = Connection(self._opened, self._idle, self._buffer, self._limit)
        limit, failure = asyncio.timeout_at(min(self._loop.time() + seconds, ends)), None
        try:
            async with limit:
                self._connecting.add(limit)
                await self._establish(connection)
        except BaseException as error:
            # TLS would wait for the other side's goodbye.
            connection.end()
            if not isinstance(error, OSError):
                raise
            failure = translate(error, NOT_CONNECTED)
        finally:
            self._connecting.discard(limit)
        if self._closed:
            raise NotSentError(CLOSED)
        if limit.expired():
            if self._loop.time() >= ends:
                raise DeadlineExceededError(DEADLINE_PASSED)
            raise ConnectTimeoutError(f"no connection within {seconds:g} s")
        if failure is None and connection.transport.is_closing():
            raise NotSentError("the connection was closed before anything was sent")
        if failure is not None:
            raise failure
        return connection

    async def _establish(self, connection: Connection) -> None:
        _, host, port = self._origin
        if self._proxy is None:
            await self._loop.create_connection(lambda: connection, host, port, **self._options)
            return
        tunnel = await open_tunnel(self._proxy, host, port)
        transport = await self._loop.start_tls(tunnel, connection, self._options["ssl"], server_hostname=host)
        if transport is None:
            raise ConnectionAbortedError("the proxy closed the tunnel")
        connection.connection_made(transport)

    async def aclose(self) -> None:
        """Close every connection, and end the calls that are under way."""
        self._closed = True
        for limit in self._connecting:
            if not limit.expired():
                limit.reschedule(self._loop.time())
        for connection in list(self._opened):
            connection.end(OutcomeUnknownError("the client was closed before the end of the answer"))
        # asyncio closes a socket a turn of the loop later.
        while self._opened or self._connecting:  # noqa: ASYNC110  (a turn or two, and never longer)
            await asyncio.sleep(0)


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or DEFAULT_PORTS.get(parts.scheme, 0)


def _joined(headers: list[tuple[str, str]]) -> Secret | None:
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers])
    return Secret(lines) if lines.count("\r") == lines.count("\n") == len(headers) and "\0" not in lines else None


def _written(line: str, fields: Secret, request: Request) -> bytes:
    content = request.content
    sized = content is not None or request.method not in WITHOUT_BODY
    length = f"Content-Length: {len(content or b'')}\r\n" if sized else ""
    # Never an error of the encoding: it would hold the headers.
    return f"{line}{fields.reveal()}{length}\r\n".encode("utf-8", "replace") + (content or b"")
