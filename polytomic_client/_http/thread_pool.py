"""The blocking connection pool for one host, for any number of threads. Each call uses one connection.

A signal handler or `PyThreadState_SetAsyncExc` may raise an exception at any bytecode. One such exception reaches the
caller unchanged and leaves nothing taken. Every change is one call of C code (see `places`), and an interrupted call's
connection is closed.
"""

from __future__ import annotations

import time

from ..errors import NotSentError
from .encoding import RequestEncoder
from .exchange import Exchange, Result
from .failures import CLOSED, NOT_CONNECTED, deadline_passed, is_of_the_system, not_connected, translate
from .messages import Reply, Request
from .places import Lease, Places
from .resolver import Resolver
from .settings import HTTPSettings, Timeout
from .thread_connection import ThreadConnection, TimeIsUp
from .tls import tls_context


class _ConnectionLease(Lease):
    """A place in the pool, and the connection."""

    __slots__ = ("connection",)

    def __init__(self) -> None:
        super().__init__()
        self.connection: ThreadConnection | None = None


class ThreadPool:
    """Sends requests over its own connections, one at a time on each. The most recently used one comes first."""

    def __init__(self, settings: HTTPSettings) -> None:
        self._limit = settings.max_response_bytes
        self._encoder = RequestEncoder(settings.base_url)
        self._proxy = settings.proxy
        self._resolver = Resolver()
        self._ssl = (settings.ssl_context or tls_context()) if self._encoder.secure else None
        self._places = Places(settings.max_connections)
        self._idle: dict[ThreadConnection, bool] = {}
        self._closed = False

    def send(self, request: Request, timeout: Timeout, remaining: float, *, fresh: bool = False) -> Reply:
        """Send a request once."""
        ends = time.monotonic() + remaining
        lease = _ConnectionLease()
        try:
            try:
                result = self._send(lease, request, timeout, ends, fresh=fresh)
            finally:
                self._leave(lease)
        finally:
            self._leave(lease)
        if isinstance(result, Reply):
            return result
        raise result

    def _send(self, lease: _ConnectionLease, request: Request, timeout: Timeout, ends: float, *, fresh: bool) -> Result:
        head = self._encoder.head(request)
        if not self._places.enter(lease, ends):
            return deadline_passed(sent=False)
        if self._closed:
            return NotSentError(CLOSED)
        connection = self._kept(lease, fresh=fresh)
        if connection is None:
            connection = self._connect(lease, timeout.connect, ends)
            if self._was_closed():
                return NotSentError(CLOSED)
        exchange = Exchange(request.method, self._limit)
        result = connection.exchange(exchange, memoryview(self._encoder.encode(head, request)), timeout, ends)
        if exchange.reusable_for:
            self._keep(lease, connection, exchange.reusable_for)
        return result

    def _was_closed(self) -> bool:
        """Return whether another thread has closed the pool meanwhile."""
        return self._closed

    def _keep(self, lease: _ConnectionLease, connection: ThreadConnection, seconds: float) -> None:
        connection.expires = time.monotonic() + seconds
        # In this order, so that an interrupt never leaves a connection with two owners.
        lease.connection = None
        self._idle[connection] = True
        if self._closed:
            self._close_idle()

    def _leave(self, lease: _ConnectionLease) -> None:
        if lease.connection is not None:
            lease.connection.close()
            lease.connection = None
        self._places.leave(lease)

    def _kept(self, lease: _ConnectionLease, *, fresh: bool) -> ThreadConnection | None:
        """Return the most recently used idle connection, or close it so that a fresh one can take its place."""
        idle = list(self._idle)
        if idle and idle[0].expires <= time.monotonic():
            # The one that has been idle longest: the loop below may never reach it.
            self._close_if_idle(idle[0])
        for connection in reversed(idle):
            # One call of C code: the thread that gets the value owns the connection.
            if self._idle.pop(connection, False):
                lease.connection = connection
                if not fresh and connection.is_usable():
                    return connection
                connection.close()
                if fresh:
                    break
        lease.connection = None
        return None

    def _connect(self, lease: _ConnectionLease, seconds: float, ends: float) -> ThreadConnection:
        encoder, proxy = self._encoder, self._proxy
        host, port = (encoder.host, encoder.port) if proxy is None else (proxy.host, proxy.port)
        until = min(time.monotonic() + seconds, ends)
        try:
            addresses = self._resolver.find(host, port, until)
            if addresses is None:
                raise TimeIsUp
            connection = lease.connection = ThreadConnection()
            connection.connect(addresses, until)
            if proxy is not None:
                connection.open_tunnel(proxy, encoder.host, encoder.port, until)
            if self._ssl is not None:
                connection.start_tls(self._ssl, encoder.host, until)
        except TimeIsUp:
            late = deadline_passed(sent=False) if time.monotonic() >= ends else not_connected(seconds)
            raise late from None
        except OSError as error:
            if not is_of_the_system(error):
                raise
            raise translate(error, NOT_CONNECTED) from None
        return connection

    def _close_idle(self) -> None:
        for connection in list(self._idle):
            self._close_if_idle(connection)

    def _close_if_idle(self, connection: ThreadConnection) -> None:
        if self._idle.pop(connection, False):
            connection.close()

    def close(self) -> None:
        """Close every connection and end the calls in progress."""
        self._closed = True
        for lease in self._places.open():
            if isinstance(lease, _ConnectionLease) and lease.connection is not None:
                lease.connection.shut_down()
        self._close_idle()
