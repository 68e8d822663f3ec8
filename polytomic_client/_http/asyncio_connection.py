"""One connection of the asyncio pool: sends a request, feeds received bytes to its exchange and enforces timeouts."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import Any, cast

from .._text import described
from ..errors import OutcomeUnknownError, ReadTimeoutError
from .exchange import CUT_SHORT, IDLE_SECONDS, Exchange, Result
from .failures import CLOSED_IDLE, deadline_passed, is_end, silence
from .waiting import waiter


class AsyncioConnection(asyncio.BufferedProtocol):
    """A connection with at most one exchange in progress."""

    # Slots: with a thousand calls in flight, a connection is cold in the CPU cache when its response arrives.
    __slots__ = (
        "__weakref__",
        "_buffer",
        "_ended",
        "_ends",
        "_exchange",
        "_idle",
        "_limit",
        "_look",
        "_loop",
        "_method",
        "_opened",
        "_read",
        "_rings",
        "_served",
        "_timer",
        "_unsent",
        "expires",
        "socket",
        "transport",
        "waiter",
    )

    transport: asyncio.Transport
    _timer: asyncio.TimerHandle
    _rings: float
    _look: Callable[[int], object]

    def __init__(
        self,
        opened: set[AsyncioConnection],
        idle: dict[AsyncioConnection, None],
        buffer: memoryview,
        limit: int,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._opened = opened
        self._idle = idle
        # Shared by all connections: the bytes are fed to an exchange before another connection reads.
        self._buffer = buffer
        self._ended = False
        self._limit = limit
        self.socket: socket.socket | None = None
        self.waiter: asyncio.Future[Result] | None = None
        self._exchange: Exchange | None = None
        self._method = ""
        self._served = False
        self._read = self._ends = 0.0
        self._unsent = 0

    def ask(self, method: str, content: memoryview, read: float, ends: float) -> asyncio.Future[Result]:
        """Send a request and return the future of its result.

        Args:
            method: The request's method.
            content: The request. A memoryview, because an error report would print bytes.
            read: The longest silence, in seconds.
            ends: The deadline, in the event loop's time.
        """
        self.waiter = waiter = self._loop.create_future()
        self._method, self._read, self._ends = method, read, ends
        self.transport.write(content)
        self._unsent = self.transport.get_write_buffer_size()
        now = self._loop.time()
        self._expire_at(min(now + read, ends), now)
        return waiter

    def is_usable(self) -> bool:
        """Return whether an idle connection can take a request.

        A readable one has ended or received unrequested bytes. A busy event loop may not have noticed yet.
        """
        return self.expires > self._loop.time() and not self._look(0)

    def end(self, result: Result | None = None) -> None:
        """Close the connection and hand the result to the waiting call, if any."""
        self._ended = True
        self._idle.pop(self, None)
        self._exchange = None
        if self in self._opened:
            self.transport.abort()
        self._hand_over(result)

    def forget(self) -> None:
        """Close a connection whose event loop may never call `connection_lost`.

        uvloop does not if a call is cancelled while connecting. A closed event loop calls nothing.
        """
        if self in self._opened:
            self._opened.discard(self)
            self._timer.cancel()
            if self._loop.is_closed():
                if self.socket is not None:
                    self.socket.close()
            else:
                self.transport.abort()
        self.end()

    def _hand_over(self, result: Result | None) -> None:
        waiter, self.waiter = self.waiter, None
        if waiter is not None and result is not None and not waiter.done():
            waiter.set_result(result)

    def _broken_off(self, error: BaseException | None) -> OutcomeUnknownError:
        stale = is_end(error) and self._served and self._exchange is None
        failure = OutcomeUnknownError(CLOSED_IDLE if stale else CUT_SHORT if error is None else described(error))
        failure.stale = stale
        return failure

    # One timer, which requests do not re-arm. If it fires too early, it is re-armed for the remaining time.

    def _expire_at(self, when: float, now: float) -> None:
        self.expires = when
        if when < self._rings:
            self._arm(now)

    def _arm(self, now: float) -> None:
        self._timer.cancel()
        # At most the idle limit, so that the timer need not be re-armed when the connection becomes idle.
        self._rings = min(self.expires, now + IDLE_SECONDS)
        self._timer = self._loop.call_at(self._rings, self._ring)

    def _ring(self) -> None:
        now, unsent = self._loop.time(), self.transport.get_write_buffer_size()
        if unsent < self._unsent:
            self._unsent, self.expires = unsent, min(now + self._read, self._ends)
        if now < self.expires:
            self._arm(now)
        elif now >= self._ends:
            self.end(deadline_passed(sent=True))
        else:
            self.end(ReadTimeoutError(silence(self._read)))

    # Called by asyncio.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._look = waiter(transport.get_extra_info("socket").fileno()).look
        self.expires = self._rings = self._loop.time() + IDLE_SECONDS
        self._timer = self._loop.call_at(self.expires, self._ring)
        self._opened.add(self)
        if self._ended:
            # In a tunnel, bytes that came with the handshake are delivered before this call.
            self.transport.abort()

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002  (asyncio's signature)
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        exchange = self._exchange
        if exchange is None:
            if self.waiter is None:
                # Unrequested bytes: the next request would take them for its response.
                self.end()
                return
            # Created at the first byte: the garbage collector visits all that a thousand calls in flight hold.
            exchange = self._exchange = Exchange(self._method, self._limit)
        result = exchange.feed(self._buffer[:nbytes])
        if result is None:
            self.expires = min(self._loop.time() + self._read, self._ends)
        elif not exchange.reusable_for or (self._unsent and self.transport.get_write_buffer_size()):
            self.end(result)
        else:
            self._exchange = None
            self._unsent = 0
            self._served = True
            self._hand_over(result)
            self._idle[self] = None
            now = self._loop.time()
            self._expire_at(now + exchange.reusable_for, now)

    def eof_received(self) -> None:
        exchange = self._exchange
        if exchange is None:
            self.end(self._broken_off(None))
        else:
            clean = _is_close_notify(self.transport.get_extra_info("ssl_object"))
            self.end(exchange.eof(clean=clean))

    def connection_lost(self, exc: BaseException | None) -> None:
        # Otherwise it was lost during the handshake in a tunnel, before `connection_made`.
        if self in self._opened:
            self._opened.discard(self)
            self._timer.cancel()
        self.end(self._broken_off(exc))


def _is_close_notify(ssl_object: Any) -> bool:
    """Return whether the peer ended the connection itself: over TLS, only with a close_notify.

    Without one, an attacker on the network may have truncated the body.
    """
    if ssl_object is None:
        return True
    try:
        return not ssl_object.read(1)
    except ssl.SSLError:
        return False
