"""The asyncio connection pool for one host. Each connection has one exchange at a time."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from ..errors import NotSentError, OutcomeUnknownError, TLSError
from .asyncio_connection import AsyncioConnection
from .encoding import RequestEncoder
from .exchange import READ_SIZE
from .failures import (
    CLOSED,
    CLOSED_EARLY,
    NOT_CONNECTED,
    deadline_passed,
    not_connected,
    translate,
    unreachable,
    within,
)
from .messages import Reply, Request
from .resolver import Address, Resolver
from .settings import HTTPSettings, Timeout
from .tls import other_protocol, server_hostname, tls_context
from .tunnel import open_tunnel

LONGEST_CLOSE = 1.0
"""Seconds that closing waits until the event loop reports all connections lost: it takes one or two iterations."""


class AsyncioPool:
    """Sends requests over its own connections, one at a time on each. The most recently used one comes first."""

    def __init__(self, settings: HTTPSettings) -> None:
        self._loop = asyncio.get_running_loop()
        self._limit = settings.max_response_bytes
        self._encoder = RequestEncoder(settings.base_url)
        self._proxy = settings.proxy
        self._resolver = Resolver()
        self._ssl = (settings.ssl_context or tls_context()) if self._encoder.secure else None
        self._free = settings.max_connections
        self._queue: OrderedDict[asyncio.Future[None], None] = OrderedDict()
        """Calls waiting for a place, in order of arrival."""
        self._buffer = memoryview(bytearray(READ_SIZE))
        self._opened: set[AsyncioConnection] = set()
        self._idle: dict[AsyncioConnection, None] = {}
        self._connecting: set[asyncio.Timeout] = set()
        self._closed = False

    async def send(self, request: Request, timeout: Timeout, remaining: float, *, fresh: bool = False) -> Reply:
        """Send a request once."""
        ends = self._loop.time() + remaining
        # asyncio.Semaphore would cost every call 1 us, even if a place is free.
        if self._free:
            self._free -= 1
        else:
            await self._wait_for_place(remaining)
        try:
            if self._closed:
                raise NotSentError(CLOSED)
            head = self._encoder.head(request)
            connection = self._kept(fresh=fresh) or await self._connect(timeout.connect, ends)
            # No frame of an error raised here may hold the request's headers as a string.
            content = memoryview(self._encoder.encode(head, request))
            waiter = connection.ask(request.method, content, timeout.read, ends)
            del head, content
            try:
                result = await waiter
            except asyncio.CancelledError:
                if connection.waiter is waiter:
                    connection.end()
                raise
        finally:
            self._leave()
        if isinstance(result, Reply):
            return result
        raise result

    async def _wait_for_place(self, remaining: float) -> None:
        """Wait for a place. A call that leaves hands its place to the call that has waited longest."""
        place = self._loop.create_future()
        self._queue[place] = None
        try:
            await within(remaining, place)
        except BaseException:
            self._queue.pop(place, None)
            if place.done() and not place.cancelled():
                # The place was handed over at the same moment.
                self._leave()
            raise

    def _leave(self) -> None:
        """Release a place."""
        while self._queue:
            place, _ = self._queue.popitem(last=False)
            if not place.done():
                place.set_result(None)
                return
        self._free += 1

    def _kept(self, *, fresh: bool) -> AsyncioConnection | None:
        """Return the most recently used idle connection, or close it so that a fresh one can take its place."""
        while self._idle:
            connection, _ = self._idle.popitem()
            if not fresh and connection.is_usable():
                return connection
            connection.end()
            if fresh:
                break
        return None

    async def _connect(self, seconds: float, ends: float) -> AsyncioConnection:
        connection = AsyncioConnection(self._opened, self._idle, self._buffer, self._limit)
        limit, failure = asyncio.timeout_at(min(self._loop.time() + seconds, ends)), None
        try:
            async with limit:
                self._connecting.add(limit)
                await self._establish(connection, limit)
        except BaseException as error:
            # Closing a TLS transport would wait for the peer.
            connection.forget()
            if isinstance(error, NotSentError) or not isinstance(error, OSError):
                raise
            failure = translate(error, NOT_CONNECTED)
        finally:
            self._connecting.discard(limit)
        if self._closed:
            connection.end()
            raise NotSentError(CLOSED)
        if limit.expired():
            if self._loop.time() >= ends:
                raise deadline_passed(sent=False)
            raise not_connected(seconds)
        if failure is None and connection.transport.is_closing():
            raise NotSentError(CLOSED_EARLY)
        if failure is not None:
            raise failure
        return connection

    async def _establish(self, connection: AsyncioConnection, limit: asyncio.Timeout) -> None:
        encoder, proxy = self._encoder, self._proxy
        host, port = (encoder.host, encoder.port) if proxy is None else (proxy.host, proxy.port)
        addresses = await self._resolver.find_async(host, port)
        sock = await connect(addresses, limit)
        connection.socket = sock
        options: dict[str, Any] = {} if self._ssl is None else {"server_hostname": server_hostname(encoder.host)}
        if proxy is None:
            await self._loop.create_connection(lambda: connection, sock=sock, ssl=self._ssl, **options)
        else:
            assert self._ssl is not None
            tunnel = await open_tunnel(sock, proxy, encoder.host, encoder.port)
            transport = await self._loop.start_tls(tunnel, connection, self._ssl, **options)
            # uvloop returns a transport without a socket if a reset came with the end of the handshake.
            if transport is None or transport.get_extra_info("socket") is None:
                raise ConnectionAbortedError("the proxy closed the tunnel")
            connection.connection_made(transport)
        ssl_object: ssl.SSLObject | None = connection.transport.get_extra_info("ssl_object")
        problem = other_protocol(None if ssl_object is None else ssl_object.selected_alpn_protocol())
        if problem is not None:
            raise TLSError(problem)

    async def aclose(self) -> None:
        """Close every connection and end the calls in progress."""
        self._closed = True
        if self._loop.is_closed():
            for connection in list(self._opened):
                connection.forget()
            return
        for limit in self._connecting:
            if not limit.expired():
                limit.reschedule(self._loop.time())
        for connection in list(self._opened):
            connection.end(OutcomeUnknownError("the client was closed before the end of the response"))
        # asyncio closes a socket one loop iteration later.
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_CLOSE):
                while self._opened or self._connecting:  # noqa: ASYNC110  (one or two iterations)
                    await asyncio.sleep(0)


async def connect(addresses: Sequence[Address], limit: asyncio.Timeout) -> socket.socket:
    """Connect to the first address that accepts, each with its share of the time, and return the socket.

    Args:
        addresses: The addresses, in order of preference.
        limit: The timeout of all addresses together.

    Raises:
        NotSentError: No address accepts a connection.
    """
    loop = asyncio.get_running_loop()
    failure = NotSentError("the host has no address")
    for place, (family, address) in enumerate(addresses):
        try:
            sock = socket.socket(family, socket.SOCK_STREAM)
        except OSError as error:
            # For example, a kernel without IPv6.
            failure = unreachable(address, error.errno)
            continue
        sock.settimeout(0.0)
        when = limit.when()
        assert when is not None
        last = place + 1 == len(addresses)
        share = None if last else loop.time() + (when - loop.time()) / (len(addresses) - place)
        try:
            async with asyncio.timeout_at(share):
                await loop.sock_connect(sock, address)
        except OSError as error:
            sock.close()
            failure = unreachable(address, error.errno)
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise failure
