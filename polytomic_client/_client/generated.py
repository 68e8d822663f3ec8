"""Build `client.generated`: the generated client, whose httpx clients send through the policy of calls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import NoReturn

import httpx

from .._call.steps import Flow
from .._http.messages import Reply, Request
from .._runtime.client import Client
from .._runtime.operation import VERSION_HEADER, Operation

Relay = Callable[[Request, Operation[object] | None], Flow[Reply]]
AsyncDrive = Callable[[Flow[Reply]], Awaitable[Reply]]
Drive = Callable[[Flow[Reply]], Reply]

INSTEAD = (
    "this method would drop the key, the retries and the errors. "
    "Use client.with_options(headers=..., timeout=...).generated."
)


def async_client(base_url: str, relay: Relay, drive: AsyncDrive, owner: str) -> Client:
    """Create a generated client whose asyncio functions send through the policy of `owner`, given by its `repr`."""
    client = httpx.AsyncClient(
        base_url=base_url, transport=_AsyncPolicyTransport(relay, drive), trust_env=False, cookies=_no_cookies()
    )
    client.headers.clear()
    return _AsyncClient(base_url, owner).set_async_httpx_client(client)


def blocking_client(base_url: str, relay: Relay, drive: Drive, owner: str) -> Client:
    """Create a generated client whose sync functions send through the policy of `owner`, given by its `repr`."""
    client = httpx.Client(
        base_url=base_url, transport=_PolicyTransport(relay, drive), trust_env=False, cookies=_no_cookies()
    )
    client.headers.clear()
    return _BlockingClient(base_url, owner).set_httpx_client(client)


class _PolicyClient(Client):
    """Rejects methods that would create an httpx client without the policy."""

    def __init__(self, base_url: str, owner: str) -> None:
        super().__init__(base_url=base_url)
        self._owner = owner

    def __repr__(self) -> str:
        return f"{self._owner}.generated"

    def with_headers(self, headers: dict[str, str]) -> NoReturn:  # noqa: ARG002
        raise TypeError(INSTEAD)

    def with_cookies(self, cookies: dict[str, str]) -> NoReturn:  # noqa: ARG002
        raise TypeError(INSTEAD)

    def with_timeout(self, timeout: httpx.Timeout) -> NoReturn:  # noqa: ARG002
        raise TypeError(INSTEAD)


class _AsyncClient(_PolicyClient):
    def get_httpx_client(self) -> NoReturn:
        raise TypeError(
            "the `generated` of an AsyncPolytomic cannot be used with sync(...). "
            "Await asyncio(...) or asyncio_detailed(...), or use the `generated` of a Polytomic."
        )


class _BlockingClient(_PolicyClient):
    def get_async_httpx_client(self) -> NoReturn:
        raise TypeError(
            "the `generated` of a Polytomic cannot be used with asyncio(...). "
            "Call sync(...) or sync_detailed(...), or use the `generated` of an AsyncPolytomic."
        )


def _incoming(request: httpx.Request, content: bytes) -> tuple[Request, Operation[object] | None]:
    # The policy sets the headers that httpx adds by itself. The generated function sets the others.
    own = ("host", "content-length", "transfer-encoding")
    headers = {name.title(): value for name, value in request.headers.items() if name not in own}
    if not request.extensions.get("version_given", True):
        del headers[VERSION_HEADER]  # the policy decides
    ours = Request(request.method, str(request.url), headers, content or None)
    return ours, request.extensions.get("operation")


def _outcome(reply: Reply, request: httpx.Request) -> httpx.Response:
    # The policy has decompressed the body. httpx must not decompress it a second time.
    gone = ("content-encoding", "content-length", "transfer-encoding")
    # As bytes, because httpx rejects a str that is not ASCII.
    headers = [
        (name.encode(), value.encode("utf-8", "surrogateescape"))
        for name, value in reply.headers.items()
        if name.lower() not in gone
    ]
    return httpx.Response(reply.status, headers=headers, content=reply.content, request=request)


class _AsyncPolicyTransport(httpx.AsyncBaseTransport):
    def __init__(self, relay: Relay, drive: AsyncDrive) -> None:
        self._relay = relay
        self._drive = drive

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        flow = self._relay(*_incoming(request, await request.aread()))
        return _outcome(await self._drive(flow), request)


class _PolicyTransport(httpx.BaseTransport):
    def __init__(self, relay: Relay, drive: Drive) -> None:
        self._relay = relay
        self._drive = drive

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        flow = self._relay(*_incoming(request, request.read()))
        return _outcome(self._drive(flow), request)


def _no_cookies() -> CookieJar:
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))
