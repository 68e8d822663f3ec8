"""The clients: settings in, typed methods out."""

from __future__ import annotations

import asyncio
import inspect
import time
from _thread import allocate_lock
from collections.abc import Awaitable, Callable, Coroutine
from functools import cached_property, partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from .._call.credentials import KeySource, Secret
from .._call.policy import Authorize, Finished, Flow, Send, Sleep, Step, proceed, relay, run, stop_of, stopped
from .._call.retry import SystemClock
from .._core.cleanup import finish, new_task
from .._http.failures import within
from .._http.messages import AsyncTransport, Reply, Request, Transport
from .._http.places import Places
from .._jobs.bulk_syncs import AsyncBulkSyncs, BulkSyncs
from .._jobs.events import AsyncEvents, Events
from .._jobs.executions import CANCELING_LASTS, AsyncExecutions, Executions
from .._jobs.polling import Caller
from .._jobs.sources import AsyncSources, Sources
from .._runtime.operation import APIResponse, Operation
from .._versions.v2023_04_25 import AsyncOperationsWithResponse, Operations, OperationsWithResponse, generated
from ..errors import ANOTHER_LOOP, CLOSED, ClientClosedError, RequestError
from .base import BaseClient, Shared

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
            print([mode.id for mode in answer.data.modes or ()])
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
        from .generated import async_client

        return async_client(self._config.base_url, self._send)

    async def aclose(self) -> None:
        """Close the client. A second time does nothing.

        Every call under way ends at once with a ClientClosedError. Its `outcome_unknown` says whether the API may have
        acted on the call. Before that, what `cancel_if_abandoned` has begun is waited for, 10 seconds at most.

        Raises:
            ClientClosedError: The client's own event loop is another one, and still open.
        """
        shared, loop = self._shared, asyncio.get_running_loop()
        own: asyncio.AbstractEventLoop | None = shared.loop
        if own is not None and own is not loop and not own.is_closed():
            raise ClientClosedError(ANOTHER_LOOP)
        try:
            if own is loop:
                # Calls that were cancelled in this turn begin their clean-up now.
                await asyncio.sleep(0)
                await finish(shared.cleanups, CANCELING_LASTS, bounded=True)
        finally:
            shared.over = shared.over or CLOSED
            for limit in shared.waiting:
                if not limit.expired() and own is loop:
                    limit.reschedule(loop.time())
            transport, shared.transport = shared.transport, None
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
        await self._unless_closed(self._sleeping(seconds))

    async def _sleeping(self, seconds: float) -> None:
        # A coroutine, so that a StopIteration of the user's clock cannot be taken for the end of another one.
        await self._config.clock.sleep_async(seconds)

    def _within(self, seconds: float) -> Self:
        return self.with_options(deadline=min(seconds, self._config.deadline))

    async def _finish(self, cleanup: Coroutine[Any, Any, None]) -> None:
        task = new_task(cleanup)
        self._shared.cleanups.add(task)
        task.add_done_callback(self._shared.cleanups.discard)
        await finish([task], CANCELING_LASTS)

    def _call(self, operation: Operation[T], kwargs: dict[str, Any]) -> Coroutine[Any, Any, APIResponse[T]]:
        return self._drive(run(self._request(kwargs), self._config, operation))

    def _send(self, request: Request, operation: Operation[object] | None) -> Coroutine[Any, Any, Reply]:
        return self._drive(relay(request, self._config, operation))

    async def _drive(self, flow: Flow[T]) -> T:
        """Do what the policy says until it returns or raises."""
        timeout = self._config.timeout
        # What each call goes through is written out: a step in a coroutine or function of its own costs half a us.
        step: Step | Finished[T] = next(flow)
        while not isinstance(step, Finished):
            done: Reply | Secret | None = None
            try:
                if isinstance(step, Send):
                    done = await self._open().send(step.request, timeout, step.remaining, fresh=step.fresh)
                elif isinstance(step, Sleep):
                    await self._unless_closed(self._sleeping(step.seconds))
                else:
                    done = await within(step.remaining, self._unless_closed(self._authorize(step)))
            except RequestError as error:
                step = proceed(flow.throw, self._failure(error))
            except (StopIteration, StopAsyncIteration, RuntimeError) as error:
                stop = stop_of(error)
                if stop is None:
                    raise
                raise stopped(step) from stop
            else:
                step = proceed(flow.send, done)
        return step.value

    async def _unless_closed(self, work: Awaitable[T]) -> T:
        """Return what `work` gives, unless the client is closed meanwhile.

        Raises:
            ClientClosedError: It is closed.
        """
        shared, limit = self._shared, asyncio.timeout(None)
        try:
            async with limit:
                shared.waiting[limit] = True
                return await work
        except TimeoutError:
            if not limit.expired():
                raise
        finally:
            shared.waiting.pop(limit, None)
        raise ClientClosedError(shared.over)

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
            raise ClientClosedError(ANOTHER_LOOP)
        if shared.transport is None:
            shared.loop = loop
            shared.transport = self._make_transport()
        return shared.transport

    def _make_transport(self) -> AsyncTransport:
        if self._httpx_transport is None:
            from .._http.asyncio_pool import AsyncioPool

            return AsyncioPool(self._config)
        from .._http.httpx_adapter import AsyncHTTPXTransport

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
            print([mode.id for mode in answer.data.modes or ()])
    """

    _shared: Shared[Transport, Places]
    _blocking = True
    _lock = staticmethod(partial(Places, 1))

    @property
    def with_response(self) -> OperationsWithResponse:
        """The same methods, each answer with its status and headers: an APIResponse."""
        return _WithResponse(self)

    @cached_property
    def generated(self) -> generated.Client:
        """The client for the generated endpoint functions: `get_bulk_destination.sync(id, client=...)`."""
        from .generated import blocking_client

        return blocking_client(self._config.base_url, self._send)

    def close(self) -> None:
        """Close the client. A second time does nothing.

        Every call under way, in any thread, ends at once with a ClientClosedError. Its `outcome_unknown` says whether
        the API may have acted on the call. Over a transport of yours, a call ends as the transport does it.
        """
        shared = self._shared
        shared.over = shared.over or CLOSED
        for gate in list(shared.waiting):
            # One call of C code: each gate is opened once, whoever else closes the client or stops waiting.
            if shared.waiting.pop(gate, False):
                gate.release()
        # Whoever waits for the key hears of it now.
        shared.lock.open()
        transport = shared.transport
        if transport is not None:
            # Kept until it is closed, so that closing again does what an interrupt has prevented.
            transport.close()
            vars(shared).pop("transport", None)

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
        step: Step | Finished[T] = next(flow)
        while not isinstance(step, Finished):
            try:
                done = self._perform(step)
            except RequestError as error:
                step = proceed(flow.throw, self._failure(error))
            else:
                step = proceed(flow.send, done)
        return step.value

    def _perform(self, step: Step) -> Reply | Secret | None:
        try:
            if isinstance(step, Send):
                return self._open().send(step.request, self._config.timeout, step.remaining, fresh=step.fresh)
            if isinstance(step, Authorize):
                return self._authorize(step)
            self._pause(step.seconds)
        except (StopIteration, StopAsyncIteration) as error:
            raise stopped(step) from error
        return None

    def _pause(self, seconds: float) -> None:
        """Wait so many seconds.

        Raises:
            ClientClosedError: The client is closed meanwhile.
        """
        clock, shared = self._config.clock, self._shared
        if type(clock) is not SystemClock:
            clock.sleep(seconds)
            return
        gate = allocate_lock()
        gate.acquire()
        # Twice, as in `Places`.
        try:
            try:
                shared.waiting[gate] = True
                if not shared.over:
                    gate.acquire(timeout=seconds)
            finally:
                shared.waiting.pop(gate, None)
        finally:
            shared.waiting.pop(gate, None)
        if shared.over:
            raise ClientClosedError(shared.over)

    def _authorize(self, step: Authorize) -> Secret:
        key = self._config.credential.key
        assert key is not None

        def fetch() -> None:
            if self._shared.over:
                raise ClientClosedError(self._shared.over)
            if key.stale(step.refused):
                key.accept(key.fetch())

        self._shared.lock.hold(fetch, time.monotonic() + step.remaining)
        return key.current

    def _open(self) -> Transport:
        """Return the transport, made when it is first needed, and never after the end."""
        shared = self._shared
        if shared.over:
            raise ClientClosedError(shared.over)
        transport = shared.transport
        if transport is None:
            # Without a lock, which an interrupt would leave taken: one call of C code says which thread's it is.
            transport = vars(shared).setdefault("transport", self._make_transport())
            if self._shared.over:
                # Closed meanwhile, perhaps before there was a transport to close.
                transport.close()
        return transport

    def _make_transport(self) -> Transport:
        if self._httpx_transport is None:
            from .._http.thread_pool import ThreadPool

            return ThreadPool(self._config)
        from .._http.httpx_adapter import HTTPXTransport

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
        self._client._pause(seconds)  # noqa: SLF001  (the client's other face)

    async def _finish(self, cleanup: Coroutine[Any, Any, None]) -> None:
        await cleanup

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
