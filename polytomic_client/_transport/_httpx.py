"""Under the seam: any httpx transport that a user hands in."""

from __future__ import annotations

import ssl
from math import inf
from typing import cast

import httpx
from multidict import CIMultiDict

from .._config import Config, Timeout
from .._errors import ConnectTimeoutError, NotSentError, OutcomeUnknownError, ReadTimeoutError, TLSError
from . import Reply, Request
from ._shared import ErrorTable, read_body, read_body_async, translate

ERRORS: ErrorTable = (
    (ssl.SSLError, TLSError),
    ((httpx.ConnectTimeout, httpx.PoolTimeout), ConnectTimeoutError),
    (
        (httpx.ConnectError, httpx.ProxyError, httpx.LocalProtocolError, httpx.UnsupportedProtocol),
        NotSentError,
    ),
    (httpx.TimeoutException, ReadTimeoutError),
    (httpx.TransportError, OutcomeUnknownError),
)


def _outgoing(request: Request, timeout: Timeout, remaining: float = inf) -> httpx.Request:
    limits = {
        "connect": min(timeout.connect, remaining),
        "read": min(timeout.read, remaining),
        "write": min(timeout.write, remaining),
        "pool": None if remaining == inf else remaining,
    }
    return httpx.Request(
        request.method,
        request.url,
        headers=request.wire_headers(),
        content=request.content,
        extensions={"timeout": limits},
    )


def _reply(response: httpx.Response, content: bytes) -> Reply:
    return Reply(response.status_code, CIMultiDict(response.headers.multi_items()), content)


class AsyncHTTPXTransport:
    """Sends requests through an httpx transport of the user's."""

    def __init__(self, transport: httpx.AsyncBaseTransport, config: Config) -> None:
        self._transport = transport
        self._limit = config.max_response_bytes

    async def send(self, request: Request, timeout: Timeout) -> Reply:
        """Send a request once."""
        try:
            response = await self._transport.handle_async_request(_outgoing(request, timeout))
            try:
                stream = cast("httpx.AsyncByteStream", response.stream)
                return _reply(response, await read_body_async(stream, self._limit))
            finally:
                await response.aclose()
        except httpx.TransportError as error:
            raise translate(error, ERRORS) from error

    async def aclose(self) -> None:
        """Close the user's transport, as an httpx client does."""
        await self._transport.aclose()


class HTTPXTransport:
    """Sends requests through an httpx transport of the user's, which is not stopped at the deadline."""

    def __init__(self, transport: httpx.BaseTransport, config: Config) -> None:
        self._transport = transport
        self._limit = config.max_response_bytes

    def send(self, request: Request, timeout: Timeout, remaining: float) -> Reply:
        """Send a request once; each step ends at the deadline, but a server that trickles is not stopped."""
        try:
            response = self._transport.handle_request(_outgoing(request, timeout, remaining))
            try:
                return _reply(response, read_body(cast("httpx.SyncByteStream", response.stream), self._limit))
            finally:
                response.close()
        except httpx.TransportError as error:
            raise translate(error, ERRORS) from error

    def close(self) -> None:
        """Close the user's transport, as an httpx client does."""
        self._transport.close()
