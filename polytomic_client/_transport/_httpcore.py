"""The blocking transport: httpcore's pool, with a network that stops at the call's deadline."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any, cast

import httpcore
from multidict import CIMultiDict

from .._config import Config, Timeout
from .._errors import (
    ConnectTimeoutError,
    DeadlineExceededError,
    NotSentError,
    OutcomeUnknownError,
    ReadTimeoutError,
    RequestError,
)
from .._network import Proxy
from . import Reply, Request
from ._shared import ErrorTable, read_body, tls_context, translate

ERRORS: ErrorTable = (
    ((httpcore.ConnectTimeout, httpcore.PoolTimeout), ConnectTimeoutError),
    (
        (httpcore.ConnectError, httpcore.ProxyError, httpcore.LocalProtocolError, httpcore.UnsupportedProtocol),
        NotSentError,
    ),
    (httpcore.TimeoutException, ReadTimeoutError),
    ((httpcore.NetworkError, httpcore.ProtocolError), OutcomeUnknownError),
)

TUNNEL_ERRORS: ErrorTable = ((httpcore.TimeoutException, ConnectTimeoutError), (Exception, NotSentError))
"""Before TLS to the API has begun behind a proxy, nothing of the request is sent."""

_tunnelling: ContextVar[bool] = ContextVar("tunnelling", default=False)
"""Whether the call of this thread has a new connection to a proxy that is no tunnel with TLS yet."""

_deadline: ContextVar[float] = ContextVar("deadline")
"""The `time.monotonic()` at which the call of this thread ends."""


def _clip(timeout: float | None) -> float:
    remaining = max(_deadline.get() - time.monotonic(), 0.0)
    return remaining if timeout is None else min(timeout, remaining)


class _Stream(httpcore.NetworkStream):
    """A connection whose every step ends at the deadline.

    A read timeout alone starts again with every byte, so that a server that trickles holds a call for ever.
    """

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream
        self.heard = False
        """Whether anything came since the last request."""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self.heard = True
        return self._stream.read(max_bytes, _positive(_clip(timeout), httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.heard = False
        self._stream.write(buffer, _positive(_clip(timeout), httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        limit = _positive(_clip(timeout), httpcore.ConnectTimeout)
        secure = self._stream.start_tls(ssl_context, server_hostname, limit)
        _tunnelling.set(False)
        return _Stream(secure)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Network(httpcore.SyncBackend):
    """Connections whose every step ends at the deadline, and none once the transport is closed."""

    closed = False

    def __init__(self, *, proxied: bool) -> None:
        super().__init__()
        self._proxied = proxied

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        if self.closed:
            # The pool gives a waiting call a new connection even after its end.
            raise httpcore.ConnectError("the transport is closed")
        _tunnelling.set(self._proxied)
        try:
            addresses = dict.fromkeys(
                str(address[0]) for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            )
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in addresses:
            # One by one, because the socket module gives every address of a host the whole time-out.
            limit = _positive(_clip(timeout), httpcore.ConnectTimeout)
            try:
                return _Stream(super().connect_tcp(address, port, limit, local_address, socket_options))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


def _positive(seconds: float, error: type[httpcore.TimeoutException]) -> float:
    # A socket with a time-out of 0 does not wait at all, and fails in another way.
    if seconds <= 0:
        raise error("the deadline has passed")
    return seconds


def _proxied(proxy: Proxy, settings: dict[str, Any]) -> httpcore.ConnectionPool:
    credential = [] if proxy.authorization is None else [("Proxy-Authorization", proxy.authorization.reveal())]
    return httpcore.HTTPProxy(f"http://{proxy.netloc}", proxy_headers=credential, **settings)


class HttpcoreTransport:
    """Sends requests through one httpcore pool, from any number of threads."""

    def __init__(self, config: Config) -> None:
        self._limit = config.max_response_bytes
        self._closed = False
        self._network = _Network(proxied=config.proxy is not None)
        settings: dict[str, Any] = {
            "ssl_context": (config.ssl_context or tls_context()) if config.base_url.startswith("https:") else None,
            "max_connections": config.max_connections,
            "max_keepalive_connections": config.max_connections,
            "keepalive_expiry": 15.0,
            "network_backend": self._network,
        }
        self._pool = httpcore.ConnectionPool(**settings) if config.proxy is None else _proxied(config.proxy, settings)

    def send(self, request: Request, timeout: Timeout, remaining: float) -> Reply:
        """Send a request once, and stop at the deadline even if the server trickles."""
        ends = time.monotonic() + remaining
        token = _deadline.set(ends)
        _tunnelling.set(False)
        try:
            with self._pool.stream(
                request.method,
                request.url,
                headers=request.wire_headers(),
                content=request.content,
                extensions={
                    "timeout": {
                        "connect": timeout.connect,
                        "read": timeout.read,
                        "write": timeout.write,
                        "pool": remaining,
                    }
                },
            ) as response:
                stream = cast("Any", response).extensions["network_stream"]
                if isinstance(stream, _Stream) and not stream.heard:
                    # httpcore takes what came behind the answer before for this one.
                    raise httpcore.RemoteProtocolError("more was answered than was asked for")
                content = read_body(response.iter_stream(), self._limit)
                headers = CIMultiDict(
                    (name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers
                )
                return Reply(response.status, headers, content)
        except (
            httpcore.TimeoutException,
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.ProxyError,
            httpcore.UnsupportedProtocol,
        ) as error:
            if isinstance(error, httpcore.TimeoutException) and time.monotonic() >= ends:
                failure: RequestError = DeadlineExceededError("the deadline passed while the request was under way")
            else:
                failure = translate(error, TUNNEL_ERRORS if _tunnelling.get() else ERRORS)
        finally:
            _deadline.reset(token)
            if self._closed:
                # A call that was under way has given its connection back to the pool.
                self._pool.close()
        # Out here, so that the library's error, which holds the request's headers, is neither cause nor context.
        raise failure

    def close(self) -> None:
        """Close every connection; those of calls under way once these end."""
        self._closed = self._network.closed = True
        self._pool.close()
