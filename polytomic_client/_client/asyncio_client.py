"""The asyncio driver: performs the steps that the policy of a call yields."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Coroutine
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack, overload

from .._call.credentials import FetchedKey, KeySource
from .._call.policy import run, run_with_response
from .._call.steps import Finished, Flow, Send, Sleep, Step, proceed, stop_of, stopped
from .._core.cleanup import CLEANUP_LASTS, finish, new_task
from .._core.loops import asyncio_loop
from .._core.secret import Secret
from .._core.tracebacks import shorten
from .._http.failures import within
from .._http.messages import AsyncTransport, Reply
from .._runtime import clients
from .._runtime.operation import APIResponse, Operation
from ..errors import ClientClosedError, RequestError
from .base import CLOSED, BaseClient, Shared
from .raw import Model, RequestOptions

if TYPE_CHECKING:
    import httpx  # noqa: F401  (named in the strings below)

T = TypeVar("T")

ANOTHER_LOOP = "this client belongs to a different event loop. Create one client per loop, and close it there."

LOOP_ENDED = (
    "the event loop of this client has ended, because each asyncio.run has its own. "
    "Create the client inside of the coroutine that asyncio.run runs."
)


class AsyncClient(BaseClient[str | KeySource, "httpx.AsyncBaseTransport"]):
    """A client for asyncio and any version of the API."""

    _shared: Shared[AsyncTransport, asyncio.Lock]
    _polytomic_blocking = False
    _lock = asyncio.Lock

    @cached_property
    def generated(self) -> clients.Client:
        """The client for the generated endpoint functions: `await get_bulk_destination.asyncio(id, client=...)`."""
        from .generated import async_client

        return async_client(self._config.base_url, self._relay, self._drive, repr(self))

    @overload
    async def request(
        self, method: str, path: str, *, into: type[Model], **options: Unpack[RequestOptions]
    ) -> APIResponse[Model]: ...
    @overload
    async def request(
        self, method: str, path: str, *, into: type[bytes], **options: Unpack[RequestOptions]
    ) -> APIResponse[bytes]: ...
    @overload
    async def request(
        self, method: str, path: str, *, into: None = None, **options: Unpack[RequestOptions]
    ) -> APIResponse[Any]: ...
    async def request(
        self, method: str, path: str, *, into: Any = None, **options: Unpack[RequestOptions]
    ) -> APIResponse[Any]:
        """Make a request that is not one of the methods, with the same key, version, retries, deadline and errors.

        Args:
            method: GET, HEAD, POST, PUT, PATCH or DELETE.
            path: The path after `base_url`, for example `/api/roles/{id}`. `path_params` fills its placeholders.
            into: A generated model or bytes. Default: JSON as Python reads it.
            **options: See RequestOptions.

        Returns:
            The response. Its `parsed` is None if there is no body, b"" with `into=bytes`.

        Raises:
            TypeError: An argument has the wrong type, or `json` cannot be encoded. Nothing was sent.
            ValueError: An argument is malformed. Nothing was sent.
            RequestError: The call failed. Every 2xx is a success. After a 409, a POST is retried, as if
                its key were in use.

        Example:
            role = (await client.request("GET", "/api/roles/{id}", path_params={"id": role_id})).parsed
        """
        return await self._drive(self._raw(method, path, into=into, **options))

    async def aclose(self) -> None:
        """Close the client. Closing it again does nothing.

        First, it waits up to 10 seconds for cancellations that `cancel_if_abandoned` has started. Then every call in
        flight ends at once with a ClientClosedError. Its `outcome_unknown` says whether the API may have acted on the
        call.

        Raises:
            ClientClosedError: The client belongs to a different event loop, which is still open.
        """
        shared, loop = self._shared, asyncio_loop(type(self).__name__)
        own: asyncio.AbstractEventLoop | None = shared.loop
        if own is not None and own is not loop and not own.is_closed():
            raise ClientClosedError(ANOTHER_LOOP)
        try:
            if own is loop:
                # Calls that were cancelled in this event loop iteration start their clean-up now.
                await asyncio.sleep(0)
                await finish(shared.cleanups, CLEANUP_LASTS, bounded=True)
        finally:
            shared.over = shared.over or CLOSED
            for limit, its_loop in shared.waiting.items():
                if not limit.expired() and its_loop is loop:
                    limit.reschedule(loop.time())
            transport, shared.transport = shared.transport, None
            if transport is not None:
                await transport.aclose()

    async def __aenter__(self) -> Self:
        asyncio_loop(type(self).__name__)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _pause(self, seconds: float) -> None:
        """Sleep for a number of seconds.

        Raises:
            ClientClosedError: The client was closed meanwhile.
        """
        self._join()
        await self._unless_closed(self._sleeping(seconds))

    async def _sleeping(self, seconds: float) -> None:
        # A coroutine, so that a StopIteration of the user's clock cannot be mistaken for the end of another coroutine.
        await self._config.clock.sleep_async(seconds)

    async def _finish(self, cleanup: Coroutine[Any, Any, None]) -> None:
        """Run clean-up that no cancellation interrupts and that `aclose` waits for."""
        task = new_task(cleanup)
        self._shared.cleanups.add(task)
        task.add_done_callback(self._shared.cleanups.discard)
        await finish([task], CLEANUP_LASTS)

    def _perform(self, operation: Operation[T], kwargs: dict[str, Any]) -> Coroutine[Any, Any, T]:
        return self._drive(run(self._request(kwargs), self._config, self._state, operation))

    def _perform_with_response(
        self, operation: Operation[T], kwargs: dict[str, Any]
    ) -> Coroutine[Any, Any, APIResponse[T]]:
        return self._drive(run_with_response(self._request(kwargs), self._config, self._state, operation))

    async def _drive(self, flow: Flow[T]) -> T:
        """Perform the steps of a flow until it returns or raises."""
        timeout = self._config.timeout
        # The steps of every call are inlined: each in its own coroutine or function costs half a us.
        try:
            step: Step | Finished[T] = next(flow)
            while not isinstance(step, Finished):
                done: Reply | Secret | None = None
                try:
                    if isinstance(step, Send):
                        done = await self._open().send(step.request, timeout, step.remaining, fresh=step.fresh)
                    elif isinstance(step, Sleep):
                        await self._unless_closed(self._sleeping(step.seconds))
                    else:
                        key: FetchedKey[asyncio.Lock] | None = self._state.key
                        assert key is not None
                        if key.lock.locked() or key.stale(step.refused):
                            self._join()
                            await within(step.remaining, self._unless_closed(self._authorize(key, step.refused)))
                        done = key.current
                except RequestError as error:
                    step = proceed(flow.throw, self._failure(error))
                except (StopIteration, StopAsyncIteration, RuntimeError) as error:
                    stop = stop_of(error)
                    if stop is None:
                        asyncio_loop(type(self).__name__)  # the reason, if none is running
                        raise
                    raise stopped(step) from stop
                else:
                    step = proceed(flow.send, done)
        except Exception as error:
            shorten(error)
            raise
        return step.value

    async def _unless_closed(self, work: Awaitable[T]) -> T:
        """Return the result of `work`, unless the client is closed meanwhile.

        Raises:
            ClientClosedError: The client was closed meanwhile.
        """
        shared, limit = self._shared, asyncio.timeout(None)
        try:
            async with limit:
                shared.waiting[limit] = asyncio.get_running_loop()
                return await work
        except TimeoutError:
            if not limit.expired():
                raise
        finally:
            shared.waiting.pop(limit, None)
        raise ClientClosedError(shared.over)

    async def _authorize(self, key: FetchedKey[asyncio.Lock], refused: Secret | None) -> None:
        turn = key.turn
        try:
            async with key.lock:
                if self._shared.over:
                    raise ClientClosedError(self._shared.over)
                if key.stale(refused):
                    turn.check()
                    try:
                        key.accept(await _resolved(key.fetch()))
                    except Exception as error:
                        # A cancellation belongs to this call alone: the next one that waits fetches again.
                        key.fail(error)
                        raise
        finally:
            # The traceback of a failure in it holds this frame.
            del turn

    def _open(self) -> AsyncTransport:
        """Return the transport, which is created on first use.

        Each step calls this, because the client may be closed while a call waits.
        """
        shared = self._shared
        if shared.over or shared.loop is not asyncio.get_running_loop():
            self._join()
        if shared.transport is None:
            shared.transport = self._make_transport()
        return shared.transport

    def _join(self) -> None:
        """Make the running event loop that of the client, if it has none.

        Raises:
            ClientClosedError: The client is closed, or belongs to a different event loop.
        """
        shared, loop = self._shared, asyncio_loop(type(self).__name__)
        if shared.over:
            raise ClientClosedError(shared.over)
        own: asyncio.AbstractEventLoop | None = shared.loop
        if own is None or own is loop:
            shared.loop = loop
        elif not own.is_closed():
            raise ClientClosedError(ANOTHER_LOOP)
        elif shared.transport is not None:
            raise ClientClosedError(LOOP_ENDED)
        else:
            # No call of the ended loop has opened anything, but one may have held a lock.
            shared.renew_locks()
            shared.loop = loop

    def _make_transport(self) -> AsyncTransport:
        if self._httpx_transport is None:
            from .._http.asyncio_pool import AsyncioPool

            return AsyncioPool(self._config)
        from .._http.httpx_adapter import AsyncHTTPXTransport

        return AsyncHTTPXTransport(self._httpx_transport, self._config)


async def _resolved(fetched: object) -> object:
    return await fetched if inspect.isawaitable(fetched) else fetched
