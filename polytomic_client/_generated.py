"""The generated client on top of the policy: what `polytomic.generated` is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NoReturn

from ._operation import Operation
from ._transport import Reply, Request
from ._transport._httpx import async_policy_client, policy_client
from .v2023_04_25.client import Client

if TYPE_CHECKING:
    import httpx


class _AsyncClient(Client):
    def get_httpx_client(self) -> NoReturn:
        raise TypeError(
            "this is the `generated` of an AsyncPolytomic: await asyncio(...) or asyncio_detailed(...), "
            "or use the `generated` of a Polytomic with sync(...)"
        )


class _BlockingClient(Client):
    def get_async_httpx_client(self) -> NoReturn:
        raise TypeError(
            "this is the `generated` of a Polytomic: call sync(...) or sync_detailed(...), "
            "or use the `generated` of an AsyncPolytomic with asyncio(...)"
        )


def async_client(base_url: str, send: Callable[[Request, Operation[object] | None], Awaitable[Reply]]) -> Client:
    """Return a generated client whose asyncio functions send through the policy."""
    http: httpx.AsyncClient = async_policy_client(base_url, send)
    return _AsyncClient(base_url=base_url).set_async_httpx_client(http)


def blocking_client(base_url: str, send: Callable[[Request, Operation[object] | None], Reply]) -> Client:
    """Return a generated client whose sync functions send through the policy."""
    http: httpx.Client = policy_client(base_url, send)
    return _BlockingClient(base_url=base_url).set_httpx_client(http)
