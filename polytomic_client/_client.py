"""The clients: settings in, typed methods out."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Callable, Coroutine
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from ._api import (
    AsyncOperationsWithResponse,
    Operations,
    OperationsWithResponse,
    generated,
)
from ._auth import KeySource, Secret
from ._base import BaseClient, Shared
from ._errors import CLOSED, ClientClosedError, DeadlineExceededError, RequestError
from ._flow import Caller
from ._operation import APIResponse, Operation
from ._policy import Authorize, Flow, Send, Sleep, relay, run
from ._transport import AsyncTransport, Reply, Request, Transport
from ._transport._shared import DEADLINE_PASSED, within
from .bulk_syncs import AsyncBulkSyncs, BulkSyncs
from .events import AsyncEvents, Events
from .executions import AsyncExecutions, Executions
from .sources import AsyncSources, Sources

if TYPE_CHECKING:
    import httpx  # noqa: F401  (named in the strings below)

T = TypeVar("T")


class _AsyncFlows(AsyncBulkSyncs, AsyncExecutions, AsyncEvents, AsyncSources):
    """Every operation, and every job of several calls."""


class AsyncPolytomic(BaseClient[str | KeySource, "httpx.AsyncBaseTransport"], _AsyncFlows):
    """The Polytomic Bulk Sync API, for asyncio: every operation of the document is a method.

    A client keeps its connections open, so make one and use it for everything; one for each event loop.

    Example:
        async with AsyncPolytomic(api_key="...") as polytomic:
            answer = await polytomic.get_bulk_destination("248df4b7-aa70-47b8-a036-33ac447e668d")
            print([mode.id for mode in answer.data.modes])
    """

    _shared: Shared[AsyncTransport, asyncio.Lock]
    _blocking = False
    _lock = asyncio.Lock

    @property
    def with_response(self) -> AsyncOperationsWithResponse:
        """The same methods, each answer with its status and headers: an APIResponse."""
        return _AsyncWithResponse(self)

    @cached_property
    def generated(self) -> generated.Client:
        """The client for the generated endpoint functions: `await get_bulk_destination.asyncio(id, client=...)`."""
        from ._generated import async_client

        return async_client(self._config.base_url, self._send)

    async def aclose(self) -> None:
        """Close every connection; a second time does nothing."""
        self._shared.over = self._shared.over or CLOSED
        transport, self._shared.transport = self._shared.transport, None
        if transport is not None:
            await transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    def _now(self) -> float:
        return self._config.clock.monotonic()

    def _time(self) -> float:
        return self._config.clock.time()

    async def _sleep(self, seconds: float) -> None:
        await self._config.clock.sleep_async(seconds)

    def _within(self, seconds: float) -> Self:
        return self.with_options(deadline=min(seconds, self._config.deadline))

    def _call(self, operation: Operation[T], kwargs: dict[str, Any]) -> Coroutine[Any, Any, APIResponse[T]]:
        return self._drive(run(self._request(kwargs), self._config, operation))

    def _send(self, request: Request, operation: Operation[object] | None) -> Coroutine[Any, Any, Reply]:
        return self._drive(relay(request, self._config, operation))

    async def _drive(self, flow: Flow[T]) -> T:
        """Do what the policy says until it returns or raises."""
        clock = self._config.clock
        try:
            step = next(flow)
            while True:
                done: Reply | Secret | None = None
                try:
                    if isinstance(step, Sleep):
                        await clock.sleep_async(step.seconds)
                    elif isinstance(step, Send):
                        done = await self._open().send(step.request, self._config.timeout, step.remaining)
                    else:
                        done = await within(step.remaining, self._authorize(step))
                except RequestError as error:
                    step = flow.throw(self._failure(error))
                else:
                    step = flow.send(done)
        except StopIteration as stop:
            outcome: T = stop.value
            return outcome

    async def _authorize(self, step: Authorize) -> Secret:
        key = self._config.credential.key
        assert key is not None
        async with self._shared.lock:
            if key.stale(step.refused):
                key.accept(await _resolved(key.fetch()))
        return key.current

    def _open(self) -> AsyncTransport:
        """Return the transport, made when it is first needed.

        Before every step, and not once for a call: the client may be closed while a call waits.
        """
        shared, loop = self._shared, asyncio.get_running_loop()
        if shared.over:
            raise ClientClosedError(shared.over)
        if shared.loop not in (None, loop):
            raise ClientClosedError("this client works in another event loop: make one client in each")
        if shared.transport is None:
            shared.loop = loop
            shared.transport = self._make_transport()
        return shared.transport

    def _make_transport(self) -> AsyncTransport:
        if self._httpx_transport is None:
            from ._transport._httptools import HttptoolsTransport

            return HttptoolsTransport(self._config)
        from ._transport._httpx import AsyncHTTPXTransport

        return AsyncHTTPXTransport(self._httpx_transport, self._config)


async def _resolved(fetched: object) -> object:
    return await fetched if inspect.isawaitable(fetched) else fetched


class Polytomic(
    BaseClient[str | Callable[[], str], "httpx.BaseTransport"], Operations, BulkSyncs, Executions, Events, Sources
):
    """The Polytomic Bulk Sync API, blocking: every operation of the document is a method.

    A client keeps its connections open, so make one and use it for everything, from any number of threads.

    Example:
        with Polytomic(api_key="...") as polytomic:
            answer = polytomic.get_bulk_destination("248df4b7-aa70-47b8-a036-33ac447e668d")
            print([mode.id for mode in answer.data.modes])
    """

    _shared: Shared[Transport, threading.Lock]
    _blocking = True
    _lock = threading.Lock

    @property
    def with_response(self) -> OperationsWithResponse:
        """The same methods, each answer with its status and headers: an APIResponse."""
        return _WithResponse(self)

    @cached_property
    def generated(self) -> generated.Client:
        """The client for the generated endpoint functions: `get_bulk_destination.sync(id, client=...)`."""
        from ._generated import blocking_client

        return blocking_client(self._config.base_url, self._send)

    def close(self) -> None:
        """Close every connection; a second time does nothing."""
        with self._shared.gate:
            self._shared.over = self._shared.over or CLOSED
            transport, self._shared.transport = self._shared.transport, None
        if transport is not None:
            transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @property
    def _caller(self) -> Caller:
        return _BlockingCaller(self)

    def _call(self, operation: Operation[T], kwargs: dict[str, Any]) -> APIResponse[T]:
        return self._drive(run(self._request(kwargs), self._config, operation))

    def _send(self, request: Request, operation: Operation[object] | None) -> Reply:
        return self._drive(relay(request, self._config, operation))

    def _drive(self, flow: Flow[T]) -> T:
        """Do what the policy says until it returns or raises."""
        clock = self._config.clock
        try:
            step = next(flow)
            while True:
                done: Reply | Secret | None = None
                try:
                    if isinstance(step, Sleep):
                        clock.sleep(step.seconds)
                    elif isinstance(step, Send):
                        done = self._open().send(step.request, self._config.timeout, step.remaining)
                    else:
                        done = self._authorize(step)
                except RequestError as error:
                    step = flow.throw(self._failure(error))
                else:
                    step = flow.send(done)
        except StopIteration as stop:
            outcome: T = stop.value
            return outcome

    def _authorize(self, step: Authorize) -> Secret:
        key = self._config.credential.key
        assert key is not None
        if not self._shared.lock.acquire(timeout=min(step.remaining, threading.TIMEOUT_MAX)):
            raise DeadlineExceededError(DEADLINE_PASSED)
        try:
            if key.stale(step.refused):
                key.accept(key.fetch())
        finally:
            self._shared.lock.release()
        return key.current

    def _open(self) -> Transport:
        """Return the transport, made when it is first needed, and never after the end."""
        shared = self._shared
        transport = shared.transport  # once: another thread may close the client between two looks
        if transport is None:
            with shared.gate:
                if shared.over:
                    raise ClientClosedError(shared.over)
                transport = shared.transport
                if transport is None:
                    transport = shared.transport = self._make_transport()
        return transport

    def _make_transport(self) -> Transport:
        if self._httpx_transport is None:
            from ._transport._httpcore import HttpcoreTransport

            return HttpcoreTransport(self._config)
        from ._transport._httpx import HTTPXTransport

        return HTTPXTransport(self._httpx_transport, self._config)


class _BlockingCaller(_AsyncFlows):
    """The flows over a blocking client: none of their coroutines ever suspends."""

    def __init__(self, client: Polytomic) -> None:
        self._client = client
        self._config = client._config  # noqa: SLF001  (the client's other face)

    def _now(self) -> float:
        return self._config.clock.monotonic()

    def _time(self) -> float:
        return self._config.clock.time()

    async def _sleep(self, seconds: float) -> None:
        self._config.clock.sleep(seconds)

    def _within(self, seconds: float) -> Self:
        return type(self)(self._client.with_options(deadline=min(seconds, self._config.deadline)))

    async def _call(self, operation: Operation[T], kwargs: dict[str, Any]) -> APIResponse[T]:
        return self._client._call(operation, kwargs)  # noqa: SLF001  (the client's other face)


class _AsyncWithResponse(AsyncOperationsWithResponse):
    __slots__ = ("_client",)

    def __init__(self, client: AsyncPolytomic) -> None:
        self._client = client

    async def _call(self, operation: Operation[T], kwargs: dict[str, Any]) -> APIResponse[T]:
        return await self._client._call(operation, kwargs)  # noqa: SLF001  (the client's other face)


class _WithResponse(OperationsWithResponse):
    __slots__ = ("_client",)

    def __init__(self, client: Polytomic) -> None:
        self._client = client

    def _call(self, operation: Operation[T], kwargs: dict[str, Any]) -> APIResponse[T]:
        return self._client._call(operation, kwargs)  # noqa: SLF001  (the client's other face)
