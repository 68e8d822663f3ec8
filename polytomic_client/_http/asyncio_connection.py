"""One connection of the asyncio pool: it sends a request, feeds the bytes that come to its exchange, and keeps time."""

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
    """A connection, and the one exchange that is under way on it."""

    # Of a thousand calls in flight, what each holds is cold in the cache when its response comes.
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
        # Of all connections: what is read is fed to an exchange before another connection reads.
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
        """Send a request, and return the future of its result.

        Args:
            method: The request's method.
            content: The request. Not as bytes, which a report of an error would print.
            read: How many seconds no silence may be longer than.
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
        """Say whether an idle connection can take a request.

        One that is readable has ended, or has bytes that nobody asked for: the event loop, when it was busy, has not
        seen it yet.
        """
        return self.expires > self._loop.time() and not self._look(0)

    def end(self, result: Result | None = None) -> None:
        """Close the connection, and give the call that waits, if one does, its result."""
        self._ended = True
        self._idle.pop(self, None)
        self._exchange = None
        if self in self._opened:
            self.transport.abort()
        self._hand_over(result)

    def forget(self) -> None:
        """Close a connection whose event loop may never say that it is lost.

        uvloop does not, where a call is cancelled while it connects, and an event loop that is closed does nothing.
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

    # Time: one timer, which a request does not arm again. When it rings too early, it waits for the rest.

    def _expire_at(self, when: float, now: float) -> None:
        self.expires = when
        if when < self._rings:
            self._arm(now)

    def _arm(self, now: float) -> None:
        self._timer.cancel()
        # Never later than an idle connection must go, so that it need not be armed when it becomes idle.
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

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._look = waiter(transport.get_extra_info("socket").fileno()).look
        self.expires = self._rings = self._loop.time() + IDLE_SECONDS
        self._timer = self._loop.call_at(self.expires, self._ring)
        self._opened.add(self)
        if self._ended:
            # In a tunnel, what came with the handshake is delivered before this.
            self.transport.abort()

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002  (asyncio's signature)
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        exchange = self._exchange
        if exchange is None:
            if self.waiter is None:
                # Nobody asked: it would be taken for the response to the next request.
                self.end()
                return
            # Not before its first byte: what a thousand calls in flight hold, the garbage collector goes through.
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
        # Else it was lost during the handshake in a tunnel, before `connection_made`.
        if self in self._opened:
            self._opened.discard(self)
            self._timer.cancel()
        self.end(self._broken_off(exc))


def _is_close_notify(ssl_object: Any) -> bool:
    """Say whether an end was announced, as it must be over TLS: else somebody on the network may have cut the body."""
    if ssl_object is None:
        return True
    try:
        return not ssl_object.read(1)
    except ssl.SSLError:
        return False
