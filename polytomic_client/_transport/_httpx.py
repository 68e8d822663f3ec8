"""httpx on both sides of the seam: transports that a user hands in, and the clients of the generated functions."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from http.cookiejar import CookieJar, DefaultCookiePolicy
from math import inf
from typing import TYPE_CHECKING, cast

import httpx
from multidict import CIMultiDict

from .._config import Config, Timeout
from .._errors import ConnectTimeoutError, NotSentError, OutcomeUnknownError, ReadTimeoutError, TLSError
from . import Reply, Request
from ._shared import ErrorTable, read_body, read_body_async, translate

if TYPE_CHECKING:
    from .._operation import Operation

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


def _incoming(request: httpx.Request, content: bytes) -> tuple[Request, Operation[object] | None]:
    # What httpx writes of itself is the policy's to write. The rest is what the generated function says.
    own = ("host", "content-length", "transfer-encoding")
    headers = {name.title(): value for name, value in request.headers.items() if name not in own}
    ours = Request(request.method, str(request.url), headers, content or None)
    return ours, request.extensions.get("operation")


def _outcome(reply: Reply, request: httpx.Request) -> httpx.Response:
    # The policy has decompressed the body, and httpx must not try again.
    gone = ("content-encoding", "content-length", "transfer-encoding")
    headers = [(name, value) for name, value in reply.headers.items() if name.lower() not in gone]
    return httpx.Response(reply.status, headers=headers, content=reply.content, request=request)


class _AsyncPolicyTransport(httpx.AsyncBaseTransport):
    def __init__(self, send: Callable[[Request, Operation[object] | None], Awaitable[Reply]]) -> None:
        self._send = send

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return _outcome(await self._send(*_incoming(request, await request.aread())), request)


class _PolicyTransport(httpx.BaseTransport):
    def __init__(self, send: Callable[[Request, Operation[object] | None], Reply]) -> None:
        self._send = send

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return _outcome(self._send(*_incoming(request, request.read())), request)


def _no_cookies() -> CookieJar:
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))


def async_policy_client(
    base_url: str, send: Callable[[Request, Operation[object] | None], Awaitable[Reply]]
) -> httpx.AsyncClient:
    """Return an httpx client whose requests go through the policy."""
    transport = _AsyncPolicyTransport(send)
    client = httpx.AsyncClient(base_url=base_url, transport=transport, trust_env=False, cookies=_no_cookies())
    client.headers.clear()
    return client


def policy_client(base_url: str, send: Callable[[Request, Operation[object] | None], Reply]) -> httpx.Client:
    """Return an httpx client whose requests go through the policy."""
    transport = _PolicyTransport(send)
    client = httpx.Client(base_url=base_url, transport=transport, trust_env=False, cookies=_no_cookies())
    client.headers.clear()
    return client
