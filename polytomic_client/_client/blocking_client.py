"""The blocking driver: performs the steps that the policy of a call yields, in any thread."""

from __future__ import annotations

import time
from _thread import allocate_lock
from collections.abc import Callable
from functools import cached_property, partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack, overload

from .._call.credentials import FetchedKey
from .._call.policy import run, run_with_response
from .._call.steps import Authorize, Finished, Flow, Send, Step, proceed, stopped
from .._core.clock import SystemClock
from .._core.secret import Secret
from .._core.tracebacks import shorten
from .._http.messages import Reply, Transport
from .._http.places import Places
from .._runtime import clients
from .._runtime.operation import APIResponse, Operation
from ..errors import ClientClosedError, RequestError
from .base import CLOSED, BaseClient, Shared
from .raw import Model, RequestOptions

if TYPE_CHECKING:
    import httpx  # noqa: F401  (named in the strings below)

T = TypeVar("T")


class BlockingClient(BaseClient[str | Callable[[], str], "httpx.BaseTransport"]):
    """A blocking client for any version of the API."""

    _shared: Shared[Transport, Places]
    _polytomic_blocking = True
    _lock = staticmethod(partial(Places, 1))

    @cached_property
    def generated(self) -> clients.Client:
        """The client for the generated endpoint functions: `get_bulk_destination.sync(id, client=...)`."""
        from .generated import blocking_client

        return blocking_client(self._config.base_url, self._relay, self._drive, repr(self))

    @overload
    def request(
        self, method: str, path: str, *, into: type[Model], **options: Unpack[RequestOptions]
    ) -> APIResponse[Model]: ...
    @overload
    def request(
        self, method: str, path: str, *, into: type[bytes], **options: Unpack[RequestOptions]
    ) -> APIResponse[bytes]: ...
    @overload
    def request(
        self, method: str, path: str, *, into: None = None, **options: Unpack[RequestOptions]
    ) -> APIResponse[Any]: ...
    def request(
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
            role = client.request("GET", "/api/roles/{id}", path_params={"id": role_id}).parsed
        """
        return self._drive(self._raw(method, path, into=into, **options))

    def close(self) -> None:
        """Close the client. Closing it again does nothing.

        Every call in flight, in any thread, ends at once with a ClientClosedError. Its `outcome_unknown` says whether
        the API may have acted on the call. With your own transport, the transport determines how calls end.
        """
        shared = self._shared
        shared.over = shared.over or CLOSED
        for gate in list(shared.waiting):
            # One call of C code: each gate is opened once, even if another thread closes the client or stops waiting.
            if shared.waiting.pop(gate, False):
                gate.release()
        # Wake the threads that wait for a key. A client that is copied from now on fetches none.
        for key in shared.fetched_keys():
            key.lock.open()
        transport = shared.transport
        if transport is not None:
            # Kept until it is closed, so that closing again completes what an interrupt has prevented.
            transport.close()
            vars(shared).pop("transport", None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _perform(self, operation: Operation[T], kwargs: dict[str, Any]) -> T:
        return self._drive(run(self._request(kwargs), self._config, self._state, operation))

    def _perform_with_response(self, operation: Operation[T], kwargs: dict[str, Any]) -> APIResponse[T]:
        return self._drive(run_with_response(self._request(kwargs), self._config, self._state, operation))

    def _drive(self, flow: Flow[T]) -> T:
        """Perform the steps of a flow until it returns or raises."""
        try:
            step: Step | Finished[T] = next(flow)
            while not isinstance(step, Finished):
                try:
                    done = self._do(step)
                except RequestError as error:
                    step = proceed(flow.throw, self._failure(error))
                else:
                    step = proceed(flow.send, done)
        except Exception as error:
            shorten(error)
            raise
        return step.value

    def _do(self, step: Step) -> Reply | Secret | None:
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
        """Sleep for a number of seconds.

        Raises:
            ClientClosedError: The client was closed meanwhile.
        """
        clock, shared = self._config.clock, self._shared
        if type(clock) is not SystemClock:
            clock.sleep(seconds)
            return
        gate = allocate_lock()
        gate.acquire()
        # Two `finally`, as in `Places`.
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
        key: FetchedKey[Places] | None = self._state.key
        assert key is not None
        if key.lock.is_free() and not key.stale(step.refused):
            return key.current
        turns = [key.turn]

        def fetch() -> None:
            if self._shared.over:
                raise ClientClosedError(self._shared.over)
            if key.stale(step.refused):
                turns.pop().check()
                try:
                    key.accept(key.fetch())
                except Exception as error:
                    key.fail(error)
                    raise

        try:
            key.lock.hold(fetch, time.monotonic() + step.remaining)
        finally:
            # The traceback of a failure in it holds this frame.
            turns.clear()
        return key.current

    def _open(self) -> Transport:
        """Return the transport, which is created on first use. A closed client never creates one."""
        shared = self._shared
        if shared.over:
            raise ClientClosedError(shared.over)
        transport = shared.transport
        if transport is None:
            # One call of C code decides which thread's transport is used. An interrupt would leave a lock held.
            transport = vars(shared).setdefault("transport", self._make_transport())
            if self._shared.over:
                # The client was closed meanwhile, perhaps before there was a transport to close.
                transport.close()
        return transport

    def _make_transport(self) -> Transport:
        if self._httpx_transport is None:
            from .._http.thread_pool import ThreadPool

            return ThreadPool(self._config)
        from .._http.httpx_adapter import HTTPXTransport

        return HTTPXTransport(self._httpx_transport, self._config)
