"""The async transport: asyncio's own connections, a parser in C (httptools), and nothing between the two."""

from __future__ import annotations

import asyncio
import re
import ssl
from functools import lru_cache
from typing import Any, cast
from urllib.parse import urlsplit

import httptools
from multidict import CIMultiDict, istr

from .._auth import Secret
from .._config import Config, Timeout
from .._errors import (
    ConnectTimeoutError,
    DeadlineExceededError,
    NotSentError,
    OutcomeUnknownError,
    ReadTimeoutError,
    RequestError,
    TLSError,
)
from . import Reply, Request
from ._shared import DEADLINE_PASSED, ErrorTable, tls_context, too_large, translate, within

NOT_CONNECTED: ErrorTable = ((ssl.SSLError, TLSError), (TimeoutError, ConnectTimeoutError), (OSError, NotSentError))
BROKEN_OFF: ErrorTable = ((Exception, OutcomeUnknownError),)

KEPT = 15.0
"""Seconds that a connection waits for its next request: proxies commonly close after 60."""

HEAD_LIMIT = 64 * 1024
"""Bytes of headers and trailers, and of anything else that is no body, that an answer may have."""

READ_SIZE = 16 * 1024
"""Bytes read in one go: a TLS record. asyncio's own way, a new buffer of 256 KiB for each read, takes 15 us more."""

WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods whose requests do not say that their body is empty (RFC 9110, section 8.6)."""

REQUEST_LINE = re.compile(r'[A-Z]+ /[!"$-~]*')
DEFAULT_PORTS = {"http": 80, "https": 443}

CUT_SHORT = "the connection was closed before the end of the answer"
CLOSED = "the client was closed while the call waited for a connection"

Answer = Reply | RequestError

_NONE = CIMultiDict[str]()


class _Connection(asyncio.BufferedProtocol):
    """A connection, and the one request that is under way on it."""

    # Of a thousand calls in flight, what each holds is cold in the cache when its answer comes.
    __slots__ = (
        "__weakref__",
        "_answer",
        "_body",
        "_buffer",
        "_ends",
        "_has_head",
        "_headers",
        "_idle",
        "_limit",
        "_loop",
        "_method",
        "_opened",
        "_parser",
        "_read",
        "_reusable",
        "_since_body",
        "_status",
        "_timer",
        "_unsent",
        "_until_end",
        "expires",
        "transport",
        "waiter",
    )

    transport: asyncio.Transport
    _parser: httptools.HttpResponseParser
    _timer: asyncio.TimerHandle

    def __init__(self, opened: set[_Connection], idle: dict[_Connection, None], buffer: memoryview, limit: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._opened = opened
        self._idle = idle
        # Of all connections: what is read is parsed before another one reads.
        self._buffer = buffer
        self._limit = limit
        self.waiter: asyncio.Future[Answer] | None = None
        self._answer: Answer | None = None
        self._read = self._ends = 0.0
        self._unsent = 0
        self._until_end = False

    def ask(self, method: str, content: bytes, read: float, ends: float) -> asyncio.Future[Answer]:
        """Send a request, and return what its answer will come in.

        Args:
            method: The request's method.
            content: The request.
            read: How many seconds no silence may be longer than.
            ends: The deadline, in the event loop's time.
        """
        self.waiter = waiter = self._loop.create_future()
        self._method, self._read, self._ends = method, read, ends
        self._reusable, self._since_body = False, 0
        self.transport.write(content)
        self._unsent = self.transport.get_write_buffer_size()
        now = self._loop.time()
        self._expire_at(min(now + read, ends), now)
        return waiter

    def end(self, answer: Answer | None = None) -> None:
        """Close the connection, and give the call that waits, if one does, an answer."""
        self._idle.pop(self, None)
        if self in self._opened:
            self.transport.abort()
        self._hand_over(answer)

    def _hand_over(self, answer: Answer | None) -> None:
        waiter, self.waiter = self.waiter, None
        if waiter is not None and answer is not None and not waiter.done():
            waiter.set_result(answer)

    # Time: one timer, which a request does not arm anew. When it rings too early, it waits for the rest.

    def _expire_at(self, when: float, now: float) -> None:
        self.expires = when
        if when < self._timer.when():
            self._arm(now)

    def _arm(self, now: float) -> None:
        self._timer.cancel()
        # Never later than an idle connection must go, so that none has to be armed anew when it becomes idle.
        self._timer = self._loop.call_at(min(self.expires, now + KEPT), self._ring)

    def _ring(self) -> None:
        now, unsent = self._loop.time(), self.transport.get_write_buffer_size()
        if unsent < self._unsent:
            self._unsent, self.expires = unsent, min(now + self._read, self._ends)
        if now < self.expires:
            self._arm(now)
        elif now >= self._ends:
            self.end(DeadlineExceededError(DEADLINE_PASSED))
        else:
            self.end(ReadTimeoutError(f"silence for {self._read:g} s"))

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._parser = httptools.HttpResponseParser(self)
        self.expires = self._loop.time() + KEPT
        self._timer = self._loop.call_at(self.expires, self._ring)
        self._opened.add(self)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002  (asyncio's signature)
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        if self.waiter is None:
            # Nobody asked: it would be taken for the answer to the next request.
            self.end()
            return
        self._since_body += nbytes
        try:
            self._parser.feed_data(self._buffer[:nbytes])
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._reusable = False
            self._answer = self._answer or translate(error, BROKEN_OFF)
        if self._answer is not None:
            self._finish(self._answer)
        elif self._since_body > HEAD_LIMIT:
            self.end(OutcomeUnknownError(f"more than {HEAD_LIMIT:,} bytes of headers"))
        else:
            self.expires = min(self._loop.time() + self._read, self._ends)

    def _finish(self, answer: Answer) -> None:
        self._answer = None
        if not self._reusable or (self._unsent and self.transport.get_write_buffer_size()):
            self.end(answer)
            return
        self._unsent = 0
        self._hand_over(answer)
        self._idle[self] = None
        now = self._loop.time()
        self._expire_at(now + KEPT, now)

    def eof_received(self) -> None:
        self.end(self._reply() if self._until_end else OutcomeUnknownError(CUT_SHORT))

    def connection_lost(self, exc: Exception | None) -> None:
        self._opened.discard(self)
        self._timer.cancel()
        # It holds methods of this object: a cycle.
        del self._parser
        self.end(OutcomeUnknownError(CUT_SHORT) if exc is None else translate(exc, BROKEN_OFF))

    # What the parser calls. Whatever is raised in here ends the parsing.

    def on_message_begin(self) -> None:
        if self._answer is not None:
            raise httptools.HttpParserError("more than was asked for")
        self._headers = CIMultiDict[str]()
        self._body: bytes | bytearray = b""
        self._has_head = self._until_end = False

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._has_head:
            self._headers.add(_header_name(name), value.decode("utf-8", "surrogateescape"))

    def on_headers_complete(self) -> None:
        self._has_head = True
        self._status = self._parser.get_status_code()
        if self._status // 100 == 1:
            return
        if self._method == "HEAD":
            # The parser would wait for a body.
            self._stop(self._reply())
        length = self._headers.get("Content-Length")
        if length is not None and int(length) > self._limit:
            self._stop(too_large(self._limit))
        self._until_end = length is None and "Transfer-Encoding" not in self._headers

    def on_body(self, piece: bytes) -> None:
        self._since_body = 0
        if self._body:
            self._body = bytearray(self._body) if isinstance(self._body, bytes) else self._body
            self._body += piece
        else:
            self._body = piece
        if len(self._body) > self._limit:
            self._stop(too_large(self._limit))

    def on_message_complete(self) -> None:
        if self._status // 100 != 1:
            self._answer = self._reply()
            self._reusable = self._parser.should_keep_alive()

    def _stop(self, answer: Answer) -> None:
        self._answer = answer
        raise httptools.HttpParserError

    def _reply(self) -> Reply:
        reply = Reply(self._status, self._headers, bytes(self._body))
        # Not kept until the next answer: of a thousand connections, it would be cold in the cache.
        self._headers, self._body = _NONE, b""
        return reply


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
        if base.scheme == "https":
            tls_context().set_alpn_protocols(["http/1.1"])
            self._options = {"ssl": tls_context(), "server_hostname": host}
        # One address has nothing to race against, and uvloop has no such race.
        if isinstance(self._loop, asyncio.BaseEventLoop) and ":" not in host and host.strip("0123456789."):
            self._options["happy_eyeballs_delay"] = 0.25
        self._room = asyncio.Semaphore(config.max_connections)
        self._buffer = memoryview(bytearray(READ_SIZE))
        self._opened: set[_Connection] = set()
        self._idle: dict[_Connection, None] = {}
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

    def _kept(self) -> _Connection | None:
        """Return the idle connection that was used last."""
        while self._idle:
            connection, _ = self._idle.popitem()
            if connection.expires > self._loop.time():
                return connection
            # Its timer is late, as after a pause of the whole process.
            connection.end()
        return None

    async def _connect(self, seconds: float, ends: float) -> _Connection:
        connection = _Connection(self._opened, self._idle, self._buffer, self._limit)
        limit, failure = asyncio.timeout_at(min(self._loop.time() + seconds, ends)), None
        try:
            async with limit:
                self._connecting.add(limit)
                await self._loop.create_connection(lambda: connection, *self._origin[1:], **self._options)
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


@lru_cache(256)
def _header_name(name: bytes) -> istr:
    # The same few names in every answer.
    return istr(name.decode("utf-8", "surrogateescape"))


def _joined(headers: list[tuple[str, str]]) -> Secret | None:
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers])
    return Secret(lines) if lines.count("\r") == lines.count("\n") == len(headers) and "\0" not in lines else None


def _written(line: str, fields: Secret, request: Request) -> bytes:
    content = request.content
    sized = content is not None or request.method not in WITHOUT_BODY
    length = f"Content-Length: {len(content or b'')}\r\n" if sized else ""
    # Never an error of the encoding: it would hold the headers.
    return f"{line}{fields.reveal()}{length}\r\n".encode("utf-8", "replace") + (content or b"")
