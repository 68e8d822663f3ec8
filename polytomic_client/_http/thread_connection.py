"""One connection of the thread pool: a non-blocking socket, waited for with `poll`, and TLS over memory.

`ssl.SSLContext.wrap_socket` would create a second owner of the descriptor. An exception of a signal handler in between
would close it twice.
"""

from __future__ import annotations

import errno
import socket
import ssl
import time
from collections.abc import Sequence

from ..errors import NotSentError, OutcomeUnknownError, ReadTimeoutError, TLSError
from .exchange import READ_SIZE, Exchange, Result
from .failures import (
    BROKEN_OFF,
    CLOSED_EARLY,
    CLOSED_IDLE,
    deadline_passed,
    is_end,
    is_of_the_system,
    silence,
    stall,
    translate,
    unreachable,
)
from .messages import Reply
from .proxy import Proxy
from .resolver import Address
from .settings import Timeout
from .tls import other_protocol, server_hostname
from .tunnel import connect_exchange, connect_request, refusal
from .waiting import Waiter, waiter

IN_PROGRESS = frozenset({errno.EINPROGRESS, errno.EWOULDBLOCK})
"""Results of `connect` on a non-blocking socket. Windows returns the latter."""


class TimeIsUp(Exception):  # noqa: N818  (not an error yet: the pool knows which limit it was)
    """A connection was not established in time."""


class ThreadConnection:
    """A socket, connected by `connect` and used by one call at a time.

    Attributes:
        expires: Until when it may stay idle, in the seconds of `time.monotonic`.
    """

    __slots__ = ("_incoming", "_outgoing", "_served", "_socket", "_tls", "_waiter", "expires")

    _socket: socket.socket
    _waiter: Waiter

    def __init__(self) -> None:
        self._tls: ssl.SSLObject | None = None
        self._served = False
        self.expires = 0.0

    def is_usable(self) -> bool:
        """Return whether an idle connection can take a request: it is open and received no unrequested bytes."""
        if self.expires <= time.monotonic() or self._waiter.look(0):
            return False
        return self._tls is None or not (self._incoming.pending or self._tls.pending())

    def close(self) -> None:
        """Close the connection. A second call does nothing."""
        if hasattr(self, "_socket"):
            self._socket.close()

    def shut_down(self) -> None:
        """End the exchange in progress in another thread, which then closes the connection."""
        if hasattr(self, "_socket"):
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError as error:
                # It is closed already, or not connected yet.
                if not is_of_the_system(error):
                    raise

    def exchange(self, exchange: Exchange, content: memoryview, timeout: Timeout, ends: float) -> Result:
        """Send a request and return its result.

        Args:
            exchange: Parses the response.
            content: The request. A memoryview, because an error report would print bytes.
            timeout: How long each step may take.
            ends: The deadline, in the seconds of `time.monotonic`.
        """
        ended = True
        try:
            result = self._exchange(exchange, content, timeout, ends)
        except OSError as error:
            if not is_of_the_system(error):
                raise
            result, ended = translate(error, BROKEN_OFF), is_end(error)
        if type(result) is OutcomeUnknownError and ended and self._served and not exchange.heard:
            result = OutcomeUnknownError(CLOSED_IDLE)
            result.stale = True
        self._served = True
        return result

    def _exchange(self, exchange: Exchange, content: memoryview, timeout: Timeout, ends: float) -> Result:
        unsent = self._send(self._encrypted(content))
        while True:
            now = time.monotonic()
            if now >= ends:
                return deadline_passed(sent=True)
            if unsent:
                seconds = timeout.write
                # The server may respond and close before it has received everything.
                readable, writable = self._waiter.ready(min(seconds, ends - now))
            else:
                seconds = timeout.read
                readable, writable = self._waiter.readable(min(seconds, ends - now)), False
            if readable:
                # Read first: the server may have responded early and closed, so that sending fails.
                result = self._feed(exchange)
                if result is not None:
                    if unsent:
                        exchange.reusable_for = 0.0
                    return result
                if self._tls is not None and self._outgoing.pending:
                    # TLS's own messages: a renegotiation, a new key.
                    unsent = memoryview(bytes(unsent) + self._outgoing.read())
            if writable:
                try:
                    unsent = self._send(unsent)
                except ConnectionError as error:
                    result = self._early(exchange) if is_of_the_system(error) else None
                    if result is None:
                        raise
                    return result
            if not readable and not writable and time.monotonic() < ends:
                return ReadTimeoutError(stall(seconds) if unsent else silence(seconds))

    def _early(self, exchange: Exchange) -> Result | None:
        """Return the response received before the connection ended, if any."""
        result = None
        while result is None and self._waiter.readable(0.0):
            result = self._feed(exchange)
        exchange.reusable_for = 0.0
        return result if isinstance(result, Reply) else None

    def _send(self, content: memoryview) -> memoryview:
        """Send what the system accepts and return the rest."""
        try:
            return content[self._socket.send(content) :]
        except BlockingIOError as error:
            if not is_of_the_system(error):
                raise
            return content

    def _encrypted(self, content: memoryview) -> memoryview:
        if self._tls is None:
            return content
        while content:
            content = content[self._tls.write(content) :]
        return memoryview(self._outgoing.read())

    def _receive(self) -> bytes | None:
        """Return received bytes: empty at the end, None if there are none because `poll` was wrong."""
        try:
            return self._socket.recv(READ_SIZE)
        except BlockingIOError as error:
            if not is_of_the_system(error):
                raise
            return None

    def _feed(self, exchange: Exchange) -> Result | None:
        """Feed received bytes to an exchange."""
        data = self._receive()
        if data is None:
            return None
        if self._tls is None:
            return exchange.feed(data) if data else exchange.eof(clean=True)
        self._take(data)
        while True:
            try:
                data = self._tls.read(READ_SIZE)
            except ssl.SSLWantReadError:
                return None
            except ssl.SSLEOFError:
                return exchange.eof(clean=False)
            # Empty means a close_notify.
            result = exchange.feed(data) if data else exchange.eof(clean=True)
            if result is not None:
                return result

    def _take(self, data: bytes) -> None:
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()

    def connect(self, addresses: Sequence[Address], ends: float) -> None:
        """Connect to the first address that accepts, each with its share of the time.

        Args:
            addresses: The addresses, in order of preference.
            ends: When to stop, in the seconds of `time.monotonic`.

        Raises:
            NotSentError: No address accepts a connection.
            TimeIsUp: The last address takes too long.
        """
        failure = NotSentError("the host has no address")
        for place, (family, address) in enumerate(addresses):
            self.close()
            try:
                # Stored at once, so that an interrupt leaves nothing open.
                sock = self._socket = socket.socket(family, socket.SOCK_STREAM)
            except OSError as error:
                if not is_of_the_system(error):
                    raise
                # For example, a kernel without IPv6.
                failure = unreachable(address, error.errno)
                continue
            sock.settimeout(0.0)
            self._waiter = waiter(sock.fileno())
            number = sock.connect_ex(address)
            if number in IN_PROGRESS:
                left, rest = ends - time.monotonic(), len(addresses) - place
                if any(self._waiter.ready(max(left, 0.0) / rest)):
                    number = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                elif rest == 1:
                    raise TimeIsUp
            if number == 0:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return
            failure = unreachable(address, None if number in IN_PROGRESS else number)
        raise failure

    def open_tunnel(self, proxy: Proxy, host: str, port: int, ends: float) -> None:
        """Open a tunnel through a proxy.

        Raises:
            NotSentError: The proxy refuses.
            TimeIsUp: The proxy takes too long.
        """
        exchange, result = connect_exchange(), None
        self._send_all(memoryview(connect_request(proxy, host, port)), ends)
        while result is None:
            self._wait_readable(ends)
            try:
                result = self._feed(exchange)
            except ConnectionError as error:
                if not is_of_the_system(error):
                    raise
                result = exchange.eof(clean=False)
        problem = refusal(result, exchange, proxy, host, port)
        if problem is not None:
            raise problem

    def start_tls(self, context: ssl.SSLContext, host: str, ends: float) -> None:
        """Start TLS.

        Raises:
            NotSentError: The peer closes the connection, sends data early, or does not negotiate HTTP/1.1.
            OSError: The handshake fails.
            TimeIsUp: The handshake takes too long.
        """
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_hostname(host))
        while True:
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                agreed = False
            else:
                agreed = True
            self._send_all(memoryview(self._outgoing.read()), ends)
            if agreed:
                break
            self._wait_readable(ends)
            data = self._receive()
            if data == b"":
                raise NotSentError(CLOSED_EARLY)
            self._take(data or b"")
        problem = other_protocol(tls.selected_alpn_protocol())
        if problem is not None:
            raise TLSError(problem)
        try:
            tls.read(1)
        except ssl.SSLWantReadError:
            self._tls = tls
        else:
            # The peer has closed the connection, or sent data before a request.
            raise NotSentError(CLOSED_EARLY)

    def _wait_readable(self, ends: float) -> None:
        left = ends - time.monotonic()
        # `poll` alone would never time out while bytes keep arriving.
        if left <= 0 or not self._waiter.readable(left):
            raise TimeIsUp

    def _send_all(self, content: memoryview, ends: float) -> None:
        while content := self._send(content):
            if not self._waiter.ready(max(ends - time.monotonic(), 0.0))[1]:
                raise TimeIsUp
