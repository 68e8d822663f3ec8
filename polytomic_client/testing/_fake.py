"""The sandbox in process, with scripted faults."""

from __future__ import annotations

import asyncio
import difflib
import json
import re
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, Generic, TypedDict, TypeVar, Unpack

import httpx
from attrs import define, frozen
from starlette.types import Message

from .._call.credentials import KeySource
from .._core.checks import is_count
from .._core.clock import Clock
from .._core.unique import Unique
from .._http.settings import Timeout
from .._jobs.drivers import run
from .._text import shown
from .._versions.v2023_04_25 import AsyncPolytomic, Polytomic
from ..sandbox import World
from ..sandbox._app import REQUEST_ID_HEADER, create_app
from ..sandbox._document import own_specification
from ._clock import FakeClock
from ._faults import Fault

Key = TypeVar("Key")

BASE_URL: Final = "https://polytomic.test"
"""The fake's URL. Its host exists in no network, so that a request outside its transport reaches nobody."""

_SECRET_HEADERS: Final = ("Authorization", "Proxy-Authorization", "Cookie")


class Settings(TypedDict, Generic[Key], total=False):
    """Settings of a client of the fake: those of `Polytomic` that apply without a network."""

    api_key: Key
    deployment_key: str
    basic_auth: tuple[str, str]
    version: str
    timeout: float | Timeout
    deadline: float
    max_attempts: int
    max_response_bytes: int
    headers: Mapping[str, str]
    app_info: str
    strict: bool
    clock: Clock


AsyncSettings = Settings[str | KeySource]
"""The same for `AsyncPolytomic`."""


@frozen
class Received:
    """A received request.

    Attributes:
        method: The HTTP method.
        path: The path, percent-encoded as received, without the query.
        query: The parameters of the query.
        headers: The headers, except those that hold a secret. Names are case-insensitive.
        body: The JSON of the body; None if there is no JSON.
        operation: The operation by the name of the client's method; None if the API has no such operation.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    operation: str | None


@define
class _Scripted:
    """An entry of the script."""

    fault: Fault
    operation: str | None
    left: int

    def concerns(self, received: Received) -> bool:
        return self.operation in (None, received.method, received.operation)


class FakeTransport(Unique, httpx.AsyncBaseTransport, httpx.BaseTransport):
    """A transport to a fake for either kind of client, like httpx.MockTransport. Closing it does nothing."""

    _not_pickled = "a FakeTransport cannot be pickled because its requests share a world. Create one per process."

    def __init__(self, answer: Callable[[httpx.Request], httpx.Response]) -> None:
        """Create the transport.

        Args:
            answer: Returns the response to a request at once, or raises what a transport raises.
        """
        self._answer = answer

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the response to a request."""
        request.read()
        return self._answer(request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the response to a request after other tasks have run, as over a network."""
        await request.aread()
        await asyncio.sleep(0)
        return self._answer(request)


class FakePolytomic(Unique):
    """A Polytomic API inside a test: the sandbox without a server, with scripted faults.

    Its time passes only by its clients' sleeps and `world.advance`. Any number of threads and event loops can use it at
    once.

    Attributes:
        world: The data that it serves: connections, bulk syncs, executions, time.
        clock: The clock of its clients, which records each sleep.
        transport: Its transport, for a client that your code creates, including a plain httpx one.
        base_url: Its URL, for such a client.
        requests: The requests it received, oldest first. You may clear the list.

    Example:
        fake = FakePolytomic()
        fake.fail(Reset(handled=True), "create_bulk_sync")
        async with fake.client() as client:
            await my_service(client)
        assert len(fake.world.bulk_syncs) == 1
    """

    _not_pickled = "a FakePolytomic cannot be pickled because its clients share a world. Create one per process."

    def __init__(
        self,
        connections: int = 20,
        seed: int = 1,
        *,
        start: datetime | None = None,
        execution_seconds: float = 2.0,
    ) -> None:
        """Create the world.

        Args:
            connections: The number of connections, 0 or more. By default two of each type. From 100 on, some fail.
            seed: An int, 0 or more. The same seed creates the same world.
            start: Its time, which only sleeps of its clients and `world.advance` change. Default: this machine's.
            execution_seconds: How long an execution of a bulk sync takes, in the world's time.

        Raises:
            ValueError: An argument is out of range.
        """
        start = datetime.now(UTC) if start is None else start
        self.world = World(connections, seed, start=start, execution_seconds=execution_seconds)
        self.clock = FakeClock(self.world)
        self.transport = FakeTransport(self._answer)
        self.base_url = BASE_URL
        self.requests: list[Received] = []
        self._app = create_app(self.world)
        self._script: list[_Scripted] = []
        # The world handles one request at a time. Reentrant, because a fault of the user's own may use the fake.
        self._lock = threading.RLock()

    def __repr__(self) -> str:
        # Without the lock: a debugger may call this while another thread holds it. Not the seed: it reveals the key.
        pending = sum(entry.left for entry in self._script.copy())
        return (
            f"<FakePolytomic at {id(self):#x}: connections={len(self.world.connections)} "
            f"bulk_syncs={len(self.world.bulk_syncs)} requests={len(self.requests)} pending={pending}>"
        )

    @property
    def key(self) -> str:
        """The API key that it accepts. It is a UUID that depends only on the seed."""
        return self.world.key

    @property
    def pending(self) -> int:
        """The number of scripted faults that have not happened yet. Assert that it is 0 at the end of a test."""
        with self._lock:
            return sum(entry.left for entry in self._script)

    def client(self, **settings: Unpack[AsyncSettings]) -> AsyncPolytomic:
        """Return an asyncio client of the fake.

        Args:
            **settings: Settings of AsyncPolytomic. Default: the fake's key and its clock.

        Raises:
            ConfigurationError: A setting is invalid.

        Example:
            async with fake.client(max_attempts=1) as client:
                await client.get_identity()
        """
        return AsyncPolytomic(**self._defaults(settings), base_url=self.base_url, transport=self.transport)

    def blocking_client(self, **settings: Unpack[Settings[str | Callable[[], str]]]) -> Polytomic:
        """Return a blocking client of the fake. It may be used inside a running event loop, too.

        Args:
            **settings: Settings of Polytomic. Default: the fake's key and its clock.

        Raises:
            ConfigurationError: A setting is invalid.

        Example:
            with fake.blocking_client() as client:
                client.get_identity()
        """
        return Polytomic(**self._defaults(settings), base_url=self.base_url, transport=self.transport)

    def fail(self, fault: Fault, operation: str | None = None, *, times: int = 1) -> None:
        """Script a fault of the next requests. Faults happen in the order they were scripted.

        Args:
            fault: What happens: an `Answer`, `Refused()`, `Reset()`, `Silence()`, `OtherVersion(...)`, `CutShort()`, or
                your own function (`Fault`).
            operation: The operation that fails, by the name of the client's method, for example `create_bulk_sync`, or
                an HTTP method. Default: any request.
            times: How many requests fail. Each attempt of a call counts. After them, the world responds.

        Raises:
            TypeError: `fault` is a class, or not callable.
            ValueError: `operation` is unknown, or `times` is not a positive int.

        Example:
            fake.fail(Answer(503), "get_bulk_destination", times=2)
            fake.fail(Reset(handled=True), "POST")
        """
        _check_fault(fault)
        if operation is not None and operation not in (known := _operations()):
            meant = (
                [operation.upper()] if operation.upper() in known else difflib.get_close_matches(operation, known, 1)
            )
            advice = f"Did you mean {meant[0]}?" if meant else f"Use one of {', '.join(sorted(known))}."
            raise ValueError(f"operation must be a method's name or an HTTP method, got {shown(operation)}. {advice}")
        if not is_count(times):
            raise ValueError(f"times must be a positive int, got {shown(times)}.")
        with self._lock:
            self._script.append(_Scripted(fault, operation, times))

    def _defaults(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        # If the test gives a credential, it is the only one.
        named = settings.keys() & {"api_key", "deployment_key", "basic_auth"}
        return {"clock": self.clock, **({} if named else {"api_key": self.key}), **settings}

    def _answer(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            received = _received(request)
            self.requests.append(received)
            handle = partial(self._handle, request)
            entry = next((entry for entry in self._script if entry.concerns(received)), None)
            if entry is None:
                return handle()
            entry.left -= 1
            if entry.left == 0:
                self._script.remove(entry)
            try:
                answered: Any = entry.fault(request, handle)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                self.requests.pop()  # it was never sent
                raise
            response = _checked(answered)
            if REQUEST_ID_HEADER not in response.headers:
                response.headers[REQUEST_ID_HEADER] = self.world.new_request_id()
            return response

    def _handle(self, request: httpx.Request) -> httpx.Response:
        """Call the app with a request. Without a latency it never waits, so that it needs no event loop."""
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "scheme": request.url.scheme,
            "method": request.method,
            "path": request.url.path,
            "raw_path": request.url.raw_path.partition(b"?")[0],
            "query_string": request.url.query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
        }
        head, body = dict[str, Any](), bytearray()

        async def receive() -> Message:
            return {"type": "http.request", "body": request.content, "more_body": False}

        async def send(message: Message) -> None:
            head.update(message)
            body.extend(message.get("body", b""))

        run(self._app(scope, receive, send))
        return httpx.Response(head["status"], headers=head["headers"], content=bytes(body))


def _check_fault(fault: object) -> None:
    if isinstance(fault, type):
        advice = f" Call it: {fault.__name__}(...)."
    elif callable(fault):
        return
    else:
        advice = f" Use Answer({fault})." if is_count(fault) else ""
    raise TypeError(f"fault must be a function or an object like Reset(), got {shown(fault)}.{advice}")


def _checked(answered: object) -> httpx.Response:
    """Return what a fault returned, if it is a response."""
    if isinstance(answered, httpx.Response):
        return answered
    if asyncio.iscoroutine(answered):
        answered.close()
    raise TypeError(f"a fault must return an httpx.Response, got {shown(answered)}. It must not be async.")


def _received(request: httpx.Request) -> Received:
    path = request.url.raw_path.partition(b"?")[0].decode("ascii")
    operations, _ = own_specification().find(path) or ({}, {})
    operation = operations.get(request.method)
    headers = request.headers.copy()
    for name in _SECRET_HEADERS:
        headers.pop(name, None)
    body = None
    with suppress(ValueError):
        body = json.loads(request.content)
    asked = None if operation is None else _method_name(operation.id)
    return Received(request.method, path, dict(request.url.params), headers, body, asked)


def _operations() -> set[str]:
    """Return what a script entry can name: each operation, and each HTTP method of an operation."""
    operations = own_specification().operations
    return {"DELETE", "GET", "PATCH", "POST"} | {_method_name(operation.id) for operation in operations}


def _method_name(operation_id: str) -> str:
    return re.sub("(?=[A-Z])", "_", operation_id).lower()
