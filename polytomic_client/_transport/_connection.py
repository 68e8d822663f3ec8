"""One connection of the async transport: a request goes out, and every shape of an answer comes in."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import cast

import httptools
from multidict import CIMultiDict, istr

from .._errors import DeadlineExceededError, OutcomeUnknownError, ReadTimeoutError, RequestError
from . import Reply
from ._shared import DEADLINE_PASSED, ErrorTable, too_large, translate

BROKEN_OFF: ErrorTable = ((Exception, OutcomeUnknownError),)

KEPT = 15.0
"""Seconds that a connection waits for its next request: proxies commonly close after 60."""

HEAD_LIMIT = 64 * 1024
"""Bytes of headers and trailers, and of anything else that is no body, that an answer may have."""

CUT_SHORT = "the connection was closed before the end of the answer"

Answer = Reply | RequestError

NO_HEADERS = CIMultiDict[str]()


class Connection(asyncio.BufferedProtocol):
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

    def __init__(self, opened: set[Connection], idle: dict[Connection, None], buffer: memoryview, limit: int) -> None:
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
        self._headers, self._body = NO_HEADERS, b""
        return reply


@lru_cache(256)
def _header_name(name: bytes) -> istr:
    # The same few names in every answer.
    return istr(name.decode("utf-8", "surrogateescape"))
