"""Parses one response without I/O: bytes go in, a Reply or an error comes out (RFC 9112)."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import httptools
from multidict import CIMultiDict, istr

from ..errors import OutcomeUnknownError, RequestError
from .body import too_large
from .messages import Reply

HEAD_LIMIT = 64 * 1024
"""Bytes that status line and headers may have, including those of preceding 1xx responses. The framing and trailers of
a chunked body may have as many in a row, counted in blocks."""

BLOCK = 16 * 1024
"""Bytes fed to the parser at most. It never sees parts of two blocks at once, so that counts in blocks do not depend on
how the network splits the response."""

READ_SIZE = BLOCK
"""Bytes that a connection reads at once: one TLS record. asyncio's default, a new buffer of 256 KiB for each read,
takes 15 us more."""

IDLE_SECONDS = 15.0
"""Seconds that an idle connection is kept. Proxies commonly close theirs after 60."""

CUT_SHORT = "the connection was closed before the end of the response"

Result = Reply | RequestError

METHODS_WITHOUT_BODY = frozenset({"HEAD", "CONNECT"})
STATUSES_WITHOUT_BODY = frozenset({204, 304})
"""Methods and statuses whose responses end with the headers, whatever these declare (RFC 9112, section 6.3). The body
of a refused CONNECT is not read: its status is enough."""

KEEP_ALIVE_TIMEOUT = re.compile(r"(?:^|[\s,;])timeout\s*=\s*\"?([0-9]{1,9})", re.IGNORECASE)

STATUS_LINE = re.compile(r"HTTP/1\.([01]) ([0-9]{3})[^\0\r]*(?=\r)")
FIELDS = re.compile(r"\r\n([^:\r]+):[ \t]*([^\r]*)")
"""Matches the name and value of each field. The parser has checked their characters."""

CHUNKED = re.compile(rb"\r\nTransfer-Encoding:[ \t]*chunked *\r\n", re.IGNORECASE)
"""Matches the only form that both the parser and this module treat as chunked. In bytes, case is ignored only in
ASCII."""

_HEAD, _END = object(), object()

CONNECTION, CONTENT_LENGTH = istr("Connection"), istr("Content-Length")
KEEP_ALIVE, TRANSFER_ENCODING = istr("Keep-Alive"), istr("Transfer-Encoding")


class Exchange:
    """Parses the response to one request. Each request gets its own, so that nothing carries over to the next response.

    Attributes:
        heard: Whether any byte of a response was received.
        reusable_for: Seconds that the connection may be kept for another request. 0 before the reply, and if it must be
            closed.
        surplus: Whether bytes after the response were received, or may have been.
    """

    __slots__ = (
        "_before",
        "_body",
        "_broken",
        "_closes",
        "_ends_at",
        "_events",
        "_fed",
        "_filled",
        "_head",
        "_idle",
        "_limit",
        "_method",
        "_parser",
        "_reply",
        "_until_close",
        "heard",
        "on_body",
        "on_headers_complete",
        "on_message_complete",
        "reusable_for",
        "surplus",
    )

    def __init__(self, method: str, limit: int) -> None:
        """Prepare to parse a response.

        Args:
            method: The request's method.
            limit: The largest body, in bytes before decompression.
        """
        self._method = method
        self._limit = limit
        self._head = bytearray()
        self._reply: Reply | None = None
        self._body: bytearray | None = None
        self._until_close = self._closes = False
        self._fed = self._before = self._filled = 0
        self._ends_at: int | None = None
        self.heard = self.surplus = False
        self._idle = self.reusable_for = 0.0
        self._start()

    def _start(self) -> None:
        events: list[Any] = []
        self._events = events
        # The callbacks are C functions: the parser replaces any exception raised in Python code with its own, even one
        # raised by a signal handler.
        self.on_body = append = events.append
        self.on_headers_complete = partial(append, _HEAD)
        self.on_message_complete = partial(append, _END)
        self._parser = httptools.HttpResponseParser(self)
        self._broken = ""

    def feed(self, data: bytes | memoryview) -> Result | None:
        """Parse received bytes.

        Args:
            data: One byte or more.

        Returns:
            The reply or an error; None if more bytes are needed.
        """
        self.heard = True
        room = BLOCK - self._fed % BLOCK
        if len(data) > room:
            data = memoryview(data)
        while len(data) > room:
            result = self._read(data[:room])
            if result is not None:
                self.reusable_for, self.surplus = 0.0, True
                return result
            data, room = data[room:], BLOCK
        return self._read(data)

    def eof(self, *, clean: bool) -> Result:
        """Handle the end of the connection.

        Args:
            clean: Whether the peer closed it: a FIN, over TLS after a close_notify (RFC 9112, section 8).

        Returns:
            The reply if its body ends with the connection; otherwise an error.
        """
        if clean and self._until_close and self._reply is not None:
            self._reply.content = bytes(self._body or b"")
            return self._reply
        return OutcomeUnknownError(CUT_SHORT)

    def _parse(self, data: bytes | memoryview) -> None:
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._broken = str(error)

    def _read(self, data: bytes | memoryview) -> Result | None:
        """Parse a part of one block."""
        self._fed += len(data)
        self._parse(data)
        reply = self._reply
        if reply is None:
            failure = self._read_heads(data)
            reply = self._reply
            if reply is None or failure is not None:
                return failure
        if self._fed == self._ends_at and self._body is None:
            # The common case: a known length, and the whole body at once.
            pieces = self._events
            reply.content = pieces[0] if len(pieces) == 2 else b"".join(pieces[:-1])
            self.reusable_for = self._idle
            return reply
        return self._read_body(reply, data)

    def _read_heads(self, data: bytes | memoryview) -> RequestError | None:
        """Parse the headers, discarding those of preceding 1xx responses."""
        while self._events or self._broken or len(self._head) + len(data) > HEAD_LIMIT - self._before:
            head = bytes(self._head + data) if self._head else bytes(data)
            size = head.find(b"\r\n\r\n") + 4 if self._events else len(head)
            self._before = end = self._before + size
            if end > HEAD_LIMIT:
                return OutcomeUnknownError(f"the response has more than {HEAD_LIMIT:,} bytes of headers")
            if not self._events:
                return _no_http(self._broken)
            text = str(head[: size - 2], "utf-8", "surrogateescape")
            line = STATUS_LINE.match(text)
            if line is None:
                return _no_http("its first line is not a status line of HTTP/1.0 or HTTP/1.1")
            status, is_1_0 = int(line[2]), line[1] == "0"
            fields = FIELDS.findall(text, line.end())
            if " \r" in text or "\t\r" in text:
                fields = [(name, value.rstrip(" \t")) for name, value in fields]
            headers = CIMultiDict(fields)
            if status >= 200:
                del self._events[0]
                self._reply = Reply(status, headers, b"")
                return self._frame(head[:size], status, headers, is_1_0=is_1_0)
            if status < 100 or status == 101 or CONTENT_LENGTH in headers or TRANSFER_ENCODING in headers:
                return _no_http(f"status {status:03} is unexpected, or has a body")
            self._closes = self._closes or not idle_seconds(headers, is_1_0=False)
            # The bytes that follow get a new parser.
            self._head = bytearray()
            data = head[size:]
            self._start()
            self._parse(data)
        self._head += data
        return None

    def _frame(self, head: bytes, status: int, headers: CIMultiDict[str], *, is_1_0: bool) -> RequestError | None:
        """Determine where the body ends (RFC 9112, section 6.3) and whether the connection may be reused."""
        end = self._before
        length, coding = headers.get(CONTENT_LENGTH), headers.get(TRANSFER_ENCODING)
        if self._method in METHODS_WITHOUT_BODY or status in STATUSES_WITHOUT_BODY:
            self._ends_at = end
        elif coding is not None:
            if is_1_0 or CHUNKED.search(head) is None or len(headers.getall(TRANSFER_ENCODING)) > 1:
                return _no_http("its Transfer-Encoding is not chunked, or is sent with HTTP/1.0")
            self._filled = -(-end // BLOCK)
        elif length is not None:
            size = int(length.lstrip("0") or "0")
            if size > self._limit:
                return too_large(self._limit)
            self._ends_at = end + size
        else:
            self._until_close = True
        if not (self._until_close or self._closes):
            self._idle = idle_seconds(headers, is_1_0=is_1_0)
        if self._ends_at == end:
            # Nothing that the parser reads after this belongs to this response.
            self._events[:] = [_END]
        return None

    def _read_body(self, reply: Reply, data: bytes | memoryview) -> Result | None:
        events = self._events
        end = events.index(_END) if _END in events else None
        body = self._body = self._body or bytearray()
        body += b"".join(events[:end])
        if len(body) > self._limit:
            return too_large(self._limit)
        if end is not None:
            reply.content = bytes(body)
            self.surplus = bool(self._broken) or end + 1 < len(events) or self._goes_on(data)
            if not self.surplus:
                self.reusable_for = self._idle
            return reply
        if self._broken:
            return _no_http(self._broken)
        if events:
            self._filled = -(-self._fed // BLOCK)
            events.clear()
        if self._fed % BLOCK == 0 and (self._fed // BLOCK - self._filled) * BLOCK > HEAD_LIMIT:
            return OutcomeUnknownError(
                f"the response has more than {HEAD_LIMIT:,} consecutive bytes of chunk framing or trailers"
            )
        return None

    def _goes_on(self, data: bytes | memoryview) -> bool:
        """Return whether there are bytes after the response, or may be."""
        if self._ends_at is not None:
            return self._fed > self._ends_at
        # After chunks, the parser skips line breaks silently.
        tail = bytes(data[-5:])
        return not tail.endswith(b"\r\n\r\n") or tail[0] in b"\r\n"


def idle_seconds(headers: CIMultiDict[str], *, is_1_0: bool) -> float:
    """Return how many seconds a connection may stay idle.

    The server closes it after `Keep-Alive: timeout=`. The client subtracts a second, because the next request takes
    time to arrive, but at most half.
    """
    connection = headers.getall(CONNECTION, None)
    if is_1_0 or (connection is not None and connection != ["keep-alive"]):
        value = ",".join(connection or ())
        options = [option.strip() for option in value.lower().split(",")]
        if "close" in options or not value.isascii() or (is_1_0 and "keep-alive" not in options):
            return 0.0
    announced = KEEP_ALIVE_TIMEOUT.search(",".join(headers.getall(KEEP_ALIVE))) if KEEP_ALIVE in headers else None
    if announced is None:
        return IDLE_SECONDS
    seconds = int(announced[1])
    return min(IDLE_SECONDS, max(seconds - 1.0, seconds / 2))


def _no_http(reason: object) -> OutcomeUnknownError:
    return OutcomeUnknownError(f"the response is not HTTP/1.1: {reason}")
