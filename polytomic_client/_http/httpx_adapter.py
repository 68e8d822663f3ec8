"""Adapts an httpx transport that a user passes to the client."""

from __future__ import annotations

import asyncio
import ssl
import time
from math import inf
from typing import cast

import httpx
from multidict import CIMultiDict

from .._text import described
from ..errors import (
    ConnectTimeoutError,
    NotSentError,
    OutcomeUnknownError,
    ProxyAuthenticationError,
    ReadTimeoutError,
    RequestError,
)
from .body import read_body, read_body_async
from .failures import ErrorTable, deadline_passed, translate, within
from .messages import Reply, Request
from .settings import HTTPSettings, Timeout

ERRORS: ErrorTable = (
    ((httpx.ConnectTimeout, httpx.PoolTimeout), ConnectTimeoutError),
    (
        (httpx.ConnectError, httpx.ProxyError, httpx.LocalProtocolError, httpx.UnsupportedProtocol),
        NotSentError,
    ),
    (httpx.TimeoutException, ReadTimeoutError),
    # httpx's asyncio backend does not translate TLS errors of an open connection.
    ((httpx.TransportError, ssl.SSLError), OutcomeUnknownError),
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


def _failure(error: httpx.TransportError | ssl.SSLError) -> RequestError:
    """Return the client's error for one of httpx, which begins its error for a refused tunnel with the status."""
    if isinstance(error, httpx.ProxyError) and str(error).startswith("407"):
        return ProxyAuthenticationError(described(error))
    return translate(error, ERRORS)


class AsyncHTTPXTransport:
    """Sends requests through the user's httpx transport."""

    def __init__(self, transport: httpx.AsyncBaseTransport, settings: HTTPSettings) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport = transport
        self._limit = settings.max_response_bytes
        self._closed = False

    async def send(self, request: Request, timeout: Timeout, remaining: float, *, fresh: bool = False) -> Reply:  # noqa: ARG002
        """Send a request once. The transport chooses the connection."""
        return await within(remaining, self._send(request, timeout), sent=True)

    async def _send(self, request: Request, timeout: Timeout) -> Reply:
        try:
            response = await self._transport.handle_async_request(_outgoing(request, timeout))
            try:
                stream = cast("httpx.AsyncByteStream", response.stream)
                return _reply(response, await read_body_async(stream, self._limit))
            finally:
                await response.aclose()
        except (httpx.TransportError, ssl.SSLError) as error:
            failure = _failure(error)
        finally:
            if self._closed:
                # A call in progress, or waiting in the transport's pool, has opened or returned a connection.
                await self._transport.aclose()
        raise failure

    async def aclose(self) -> None:
        """Close the user's transport, as an httpx client does."""
        self._closed = True
        try:
            await self._transport.aclose()
        except RuntimeError:
            # The event loop is closed, and its connections with it.
            if not self._loop.is_closed():
                raise


class HTTPXTransport:
    """Sends requests through the user's httpx transport, which cannot be interrupted at the deadline."""

    def __init__(self, transport: httpx.BaseTransport, settings: HTTPSettings) -> None:
        self._transport = transport
        self._limit = settings.max_response_bytes
        self._closed = False

    def send(self, request: Request, timeout: Timeout, remaining: float, *, fresh: bool = False) -> Reply:  # noqa: ARG002
        """Send a request once. Each step ends at the deadline, but a server that sends slowly may exceed it."""
        ends = time.monotonic() + remaining
        try:
            response = self._transport.handle_request(_outgoing(request, timeout, remaining))
            try:
                return _reply(response, read_body(cast("httpx.SyncByteStream", response.stream), self._limit))
            finally:
                response.close()
        except (httpx.TransportError, ssl.SSLError) as error:
            if isinstance(error, httpx.TimeoutException) and time.monotonic() >= ends:
                failure: RequestError = deadline_passed(sent=True)
            else:
                failure = _failure(error)
        finally:
            if self._closed:
                self._transport.close()
        raise failure

    def close(self) -> None:
        """Close the user's transport, as an httpx client does."""
        self._closed = True
        self._transport.close()
