"""The clients for version 2023-04-25 of the API."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

from .._client.asyncio_client import AsyncClient
from .._client.blocking_client import BlockingClient
from .._core.unique import Unique
from .._jobs.bulk_syncs import AsyncBulkSyncs
from .._jobs.client_protocol import JobClient
from .._jobs.drivers import AsyncJobClient, BlockingJobClient, blocking
from .._jobs.events import AsyncEvents, Events
from .._jobs.executions import AsyncExecutions
from .._jobs.sources import AsyncSources
from .._runtime.operation import APIResponse, Operation
from .._runtime.types import UNSET, Unset
from ..v2023_04_25 import API_VERSION, models
from ..v2023_04_25.api import (
    AsyncOperations,
    AsyncOperationsWithResponse,
    Operations,
    OperationsWithResponse,
)

__all__ = ["API_VERSION", "UNSET", "AsyncPolytomic", "Polytomic", "Unset", "models"]

T = TypeVar("T")


class AsyncPolytomic(AsyncClient, AsyncBulkSyncs, AsyncEvents, AsyncExecutions, AsyncSources, AsyncOperations):
    """A client for the Polytomic Bulk Sync API, for asyncio. Each operation of the OpenAPI document is a method.

    A client keeps its connections open, so create one per event loop and use it for everything.

    Example:
        async with AsyncPolytomic(api_key="...") as client:
            response = await client.get_bulk_destination("248df4b7-aa70-47b8-a036-33ac447e668d")
            print([mode.id for mode in response.data.modes or ()])
    """

    _pin = API_VERSION

    @property
    def with_response(self) -> AsyncOperationsWithResponse:
        """The same methods, which return an APIResponse: the value with its status, headers and body."""
        return _AsyncWithResponse(self)

    @property
    def _job_client(self) -> JobClient[AsyncOperations]:
        return AsyncJobClient(self)


class Polytomic(BlockingClient, Events, Operations):
    """A blocking client for the Polytomic Bulk Sync API. Each operation of the OpenAPI document is a method.

    A client keeps its connections open, so create one and use it for everything, from any number of threads.

    Example:
        with Polytomic(api_key="...") as client:
            response = client.get_bulk_destination("248df4b7-aa70-47b8-a036-33ac447e668d")
            print([mode.id for mode in response.data.modes or ()])
    """

    _pin = API_VERSION

    run_bulk_sync = blocking(AsyncPolytomic.run_bulk_sync)
    wait_for_execution = blocking(AsyncPolytomic.wait_for_execution)
    modify_bulk_sync = blocking(AsyncPolytomic.modify_bulk_sync)
    refresh_bulk_source = blocking(AsyncPolytomic.refresh_bulk_source)

    @property
    def with_response(self) -> OperationsWithResponse:
        """The same methods, which return an APIResponse: the value with its status, headers and body."""
        return _WithResponse(self)

    @property
    def _job_client(self) -> JobClient[AsyncOperations]:
        return BlockingJobClient(self, _Unsuspended)


class _AsyncWithResponse(Unique, AsyncOperationsWithResponse):
    __slots__ = ("_client",)
    _polytomic_blocking = False

    def __init__(self, client: AsyncPolytomic) -> None:
        self._client = client

    def __repr__(self) -> str:
        return f"{self._client!r}.with_response"

    @property
    def _polytomic_connections(self) -> int | None:
        return self._client._polytomic_connections  # noqa: SLF001  (a view of the same client)

    def _perform(self, operation: Operation[T], kwargs: dict[str, Any]) -> Coroutine[Any, Any, APIResponse[T]]:
        return self._client._perform_with_response(operation, kwargs)  # noqa: SLF001  (a view of the same client)


class _WithResponse(Unique, OperationsWithResponse):
    __slots__ = ("_client",)
    _polytomic_blocking = True

    def __init__(self, client: Polytomic) -> None:
        self._client = client

    def __repr__(self) -> str:
        return f"{self._client!r}.with_response"

    @property
    def _polytomic_connections(self) -> int | None:
        return self._client._polytomic_connections  # noqa: SLF001  (a view of the same client)

    def _perform(self, operation: Operation[T], kwargs: dict[str, Any]) -> APIResponse[T]:
        return self._client._perform_with_response(operation, kwargs)  # noqa: SLF001  (a view of the same client)


class _Unsuspended(AsyncOperations):
    """The operations of a blocking client as coroutines, which never suspend."""

    def __init__(self, client: BlockingClient) -> None:
        self._client = client

    async def _perform(self, operation: Operation[T], kwargs: dict[str, Any]) -> T:
        return self._client._perform(operation, kwargs)  # noqa: SLF001  (a view of the same client)
