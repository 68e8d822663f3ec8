"""The clients: settings in, typed methods out."""

from __future__ import annotations

import asyncio
import inspect
import json
import threading
from collections.abc import Callable, Mapping
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar, cast
from urllib.parse import urlencode

from ._auth import KeySource, Secret
from ._config import (
    DEFAULT_DEADLINE,
    DEFAULT_MAX_ATTEMPTS,
    DEFAULT_MAX_CONNECTIONS,
    DEFAULT_MAX_RESPONSE_BYTES,
    DEFAULT_TIMEOUT,
    Timeout,
    build_config,
    change_config,
)
from ._errors import ClientClosedError, ConfigurationError, DeadlineExceededError, RequestError
from ._operation import APIResponse, Operation
from ._policy import Authorize, Flow, Outcome, Send, Sleep, respond, run
from ._retry import Clock
from ._transport import AsyncTransport, Reply, Request, Transport
from .v2023_04_25 import API_VERSION
from .v2023_04_25.api import AsyncOperations, AsyncOperationsWithResponse, Operations, OperationsWithResponse

if TYPE_CHECKING:
    import httpx  # noqa: F401  (named in the strings below)

    from .v2023_04_25 import Client

T = TypeVar("T")
Key = TypeVar("Key")
HTTPXTransport = TypeVar("HTTPXTransport")
OpenTransport = TypeVar("OpenTransport")
Guard = TypeVar("Guard")


class _Shared(Generic[OpenTransport, Guard]):
    """What a client and its copies have in common: one transport, one lock around a fetched key, one end."""

    def __init__(self, lock: Guard) -> None:
        self.transport: OpenTransport | None = None
        self.lock = lock
        self.closed = False


class _Base(Generic[Key, HTTPXTransport]):
    """What the two clients share: their settings, and how a request is made of an operation."""

    _blocking: ClassVar[bool]
    _lock: Callable[[], Any]

    def __init__(
        self,
        *,
        api_key: Key | None = None,
        deployment_key: str | None = None,
        basic_auth: tuple[str, str] | None = None,
        base_url: str | None = None,
        version: str = API_VERSION,
        timeout: float | Timeout = DEFAULT_TIMEOUT,
        deadline: float = DEFAULT_DEADLINE,
        max_attempts: int = DEFAULT_MAX_ATTEMPTS,
        max_connections: int = DEFAULT_MAX_CONNECTIONS,
        max_response_bytes: int = DEFAULT_MAX_RESPONSE_BYTES,
        transport: HTTPXTransport | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Check the settings; nothing is opened before the first request.

        Give one credential, or set POLYTOMIC_API_KEY or POLYTOMIC_DEPLOYMENT_KEY.

        Args:
            api_key: An API key, sent as Bearer, or a callable that returns one: it is asked when the first request
                needs a key, and again once the API refuses the key with a 401.
            deployment_key: The key of an on-premises deployment, sent as the user name of Basic.
            basic_auth: User and password, sent as Basic as they are.
            base_url: Where the API is: a host or a URL with an optional path, https unless it is this machine.
                Default: POLYTOMIC_DEPLOYMENT_URL, else https://app.polytomic.com.
            version: The dated version to ask for. An answer of another raises VersionMismatchError.
            timeout: How long one step of one try may take: seconds, or a Timeout.
            deadline: How long a call may take over all its tries and the waits between them, in seconds.
            max_attempts: How many times a request is tried at most, the first included.
            max_connections: How many connections are open at most.
            max_response_bytes: How large a body may be, in bytes after decompression.
            transport: An httpx transport to send through instead, such as httpx.MockTransport; closed with the client.
            clock: The time, sleep and randomness that retries use, for tests.

        Raises:
            ConfigurationError: A setting cannot work. The text never contains a key.
        """
        self._config = build_config(
            blocking=self._blocking,
            api_key=cast("Any", api_key),
            deployment_key=deployment_key,
            basic_auth=basic_auth,
            base_url=base_url,
            version=version,
            timeout=timeout,
            deadline=deadline,
            max_attempts=max_attempts,
            max_connections=max_connections,
            max_response_bytes=max_response_bytes,
            clock=clock,
        )
        self._httpx_transport = transport if transport is None else _checked_transport(transport, self._blocking)
        self._shared: _Shared[Any, Any] = _Shared(self._lock())

    def with_options(
        self,
        *,
        timeout: float | Timeout | None = None,
        deadline: float | None = None,
        max_attempts: int | None = None,
        version: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        """Return a copy with some settings changed. It shares the connections, and closing either closes both.

        Args:
            timeout: How long one step of one try may take: seconds, or a Timeout.
            deadline: How long a call may take over all its tries, in seconds.
            max_attempts: How many times a request is tried at most, the first included.
            version: The dated version to ask for.
            headers: Headers to send besides the client's own, which they cannot replace.

        Raises:
            ConfigurationError: A setting cannot work.

        Example:
            await polytomic.with_options(deadline=5).get_bulk_destination(connection_id)
        """
        copy = object.__new__(type(self))
        copy.__dict__.update(self.__dict__)
        copy.__dict__.pop("generated", None)
        copy._config = change_config(
            self._config,
            timeout=timeout,
            deadline=deadline,
            max_attempts=max_attempts,
            version=version,
            headers=headers,
        )
        return copy

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self._config.base_url!r}, version={self._config.version!r})"

    def _request(self, kwargs: dict[str, Any]) -> Request:
        """Return the request that an operation's `_get_kwargs` describes."""
        url = self._config.base_url + kwargs["url"]
        params = kwargs.get("params")
        if params:
            url = f"{url}?{urlencode({name: _query_value(value) for name, value in params.items()}, doseq=True)}"
        body = kwargs.get("json")
        content = None if body is None else json.dumps(body, separators=(",", ":"), allow_nan=False).encode()
        return Request(kwargs["method"], url, kwargs.get("headers", {}), content)

    def _flow(self, request: Request, operation: Operation[object] | None) -> Flow:
        if operation is None:
            return run(request, self._config)
        return run(request, self._config, operation=operation.name, successes=operation.decoders)


class AsyncPolytomic(_Base[str | KeySource, "httpx.AsyncBaseTransport"], AsyncOperations):
    """The Polytomic Bulk Sync API, for asyncio: every operation of the document is a method.

    A client keeps its connections open, so make one and use it for everything; one for each event loop.

    Example:
        async with AsyncPolytomic(api_key="...") as polytomic:
            answer = await polytomic.get_bulk_destination("248df4b7-aa70-47b8-a036-33ac447e668d")
            print([mode.id for mode in answer.data.modes])
    """

    _shared: _Shared[AsyncTransport, asyncio.Lock]
    _blocking = False
    _lock = asyncio.Lock

    @property
    def with_response(self) -> AsyncOperationsWithResponse:
        """The same methods, each answer with its status and headers: an APIResponse."""
        return _AsyncWithResponse(self)

    @cached_property
    def generated(self) -> Client:
        """The client for the generated endpoint functions: `await get_bulk_destination.asyncio(id, client=...)`."""
        from ._generated import async_client

        return async_client(self._config.base_url, self._send)

    async def aclose(self) -> None:
        """Close every connection; a second time does nothing."""
        self._shared.closed = True
        transport, self._shared.transport = self._shared.transport, None
        if transport is not None:
            await transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _call(self, operation: Operation[T], kwargs: dict[str, Any]) -> APIResponse[T]:
        request = self._request(kwargs)
        outcome = await self._drive(self._flow(request, operation))
        return respond(operation, outcome, request)

    async def _send(self, request: Request, operation: Operation[object] | None) -> Reply:
        return (await self._drive(self._flow(request, operation))).reply

    async def _drive(self, flow: Flow) -> Outcome:
        """Do what the policy says until it returns or raises."""
        transport = self._open()
        clock = self._config.clock
        try:
            step = next(flow)
            while True:
                done: Reply | Secret | None = None
                try:
                    if isinstance(step, Sleep):
                        await clock.sleep_async(step.seconds)
                    else:
                        async with asyncio.timeout(step.remaining):
                            if isinstance(step, Send):
                                done = await transport.send(step.request, self._config.timeout)
                            else:
                                done = await self._authorize(step)
                except RequestError as error:
                    step = flow.throw(error)
                except TimeoutError as error:
                    step = flow.throw(DeadlineExceededError("the deadline passed").with_traceback(error.__traceback__))
                else:
                    step = flow.send(done)
        except StopIteration as stop:
            outcome: Outcome = stop.value
            return outcome

    async def _authorize(self, step: Authorize) -> Secret:
        key = self._config.credential.key
        assert key is not None
        async with self._shared.lock:
            if key.stale(step.refused):
                fetched = key.fetch()
                key.accept(await fetched if inspect.isawaitable(fetched) else fetched)
        return key.current

    def _open(self) -> AsyncTransport:
        shared = self._shared
        if shared.transport is None:
            if shared.closed:
                raise ClientClosedError("this client is closed: make another")
            shared.transport = self._make_transport()
        return shared.transport

    def _make_transport(self) -> AsyncTransport:
        if self._httpx_transport is None:
            from ._transport._aiohttp import AiohttpTransport

            return AiohttpTransport(self._config)
        from ._transport._httpx import AsyncHTTPXTransport

        return AsyncHTTPXTransport(self._httpx_transport, self._config)


class Polytomic(_Base[str | Callable[[], str], "httpx.BaseTransport"], Operations):
    """The Polytomic Bulk Sync API, blocking: every operation of the document is a method.

    A client keeps its connections open, so make one and use it for everything, from any number of threads.

    Example:
        with Polytomic(api_key="...") as polytomic:
            answer = polytomic.get_bulk_destination("248df4b7-aa70-47b8-a036-33ac447e668d")
            print([mode.id for mode in answer.data.modes])
    """

    _shared: _Shared[Transport, threading.Lock]
    _blocking = True
    _lock = threading.Lock

    @property
    def with_response(self) -> OperationsWithResponse:
        """The same methods, each answer with its status and headers: an APIResponse."""
        return _WithResponse(self)

    @cached_property
    def generated(self) -> Client:
        """The client for the generated endpoint functions: `get_bulk_destination.sync(id, client=...)`."""
        from ._generated import blocking_client

        return blocking_client(self._config.base_url, self._send)

    def close(self) -> None:
        """Close every connection; a second time does nothing."""
        self._shared.closed = True
        transport, self._shared.transport = self._shared.transport, None
        if transport is not None:
            transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _call(self, operation: Operation[T], kwargs: dict[str, Any]) -> APIResponse[T]:
        request = self._request(kwargs)
        outcome = self._drive(self._flow(request, operation))
        return respond(operation, outcome, request)

    def _send(self, request: Request, operation: Operation[object] | None) -> Reply:
        return self._drive(self._flow(request, operation)).reply

    def _drive(self, flow: Flow) -> Outcome:
        """Do what the policy says until it returns or raises."""
        transport = self._open()
        clock = self._config.clock
        try:
            step = next(flow)
            while True:
                done: Reply | Secret | None = None
                try:
                    if isinstance(step, Sleep):
                        clock.sleep(step.seconds)
                    elif isinstance(step, Send):
                        done = transport.send(step.request, self._config.timeout, step.remaining)
                    else:
                        done = self._authorize(step)
                except RequestError as error:
                    step = flow.throw(error)
                else:
                    step = flow.send(done)
        except StopIteration as stop:
            outcome: Outcome = stop.value
            return outcome

    def _authorize(self, step: Authorize) -> Secret:
        key = self._config.credential.key
        assert key is not None
        with self._shared.lock:
            if key.stale(step.refused):
                key.accept(key.fetch())
        return key.current

    def _open(self) -> Transport:
        shared = self._shared
        if shared.transport is None:
            with shared.lock:
                if shared.closed:
                    raise ClientClosedError("this client is closed: make another")
                if shared.transport is None:
                    shared.transport = self._make_transport()
        return shared.transport

    def _make_transport(self) -> Transport:
        if self._httpx_transport is None:
            from ._transport._httpcore import HttpcoreTransport

            return HttpcoreTransport(self._config)
        from ._transport._httpx import HTTPXTransport

        return HTTPXTransport(self._httpx_transport, self._config)


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


def _checked_transport(transport: HTTPXTransport, blocking: bool) -> HTTPXTransport:
    import httpx

    kind = httpx.BaseTransport if blocking else httpx.AsyncBaseTransport
    if not isinstance(transport, kind):
        raise ConfigurationError(f"transport must be an httpx.{kind.__name__}, not {type(transport).__name__}")
    return transport


def _query_value(value: object) -> object:
    """Return a query value as text, booleans as JSON has them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return [_query_value(item) for item in cast("list[object]", value)] if isinstance(value, list) else value
