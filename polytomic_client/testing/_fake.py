"""The sandbox in process, and the script of what goes wrong."""

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
from .._http.settings import Timeout
from .._jobs.drivers import run
from .._text import shown
from .._versions.v2023_04_25 import AsyncPolytomic, Polytomic
from ..sandbox import World
from ..sandbox._app import create_app
from ..sandbox._document import own_specification
from ._clock import FakeClock
from ._faults import Fault

Key = TypeVar("Key")

BASE_URL: Final = "https://polytomic.test"
"""Where the fake is: a name that no network has, so that what does not go through its transport reaches nobody."""

_SECRET_HEADERS: Final = ("Authorization", "Proxy-Authorization", "Cookie")


class Settings(TypedDict, Generic[Key], total=False):
    """What a client of the fake can be given: the settings of `Polytomic` that mean something without a network."""

    api_key: Key
    deployment_key: str
    basic_auth: tuple[str, str]
    version: str
    timeout: float | Timeout
    deadline: float
    max_attempts: int
    max_response_bytes: int
    clock: Clock


AsyncSettings = Settings[str | KeySource]
"""The same for `AsyncPolytomic`."""


@frozen
class Received:
    """A request that was received.

    Attributes:
        method: The HTTP method.
        path: The path, percent-encoded as it came, without the query.
        query: The parameters of the query.
        headers: The headers, without those that hold a secret; names in any case.
        body: The JSON of the body; None where there is none.
        operation: The operation, as the client's method is named; None where the API has none such.
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


class FakeTransport(httpx.AsyncBaseTransport, httpx.BaseTransport):
    """The way to a fake, for either kind of client, as httpx.MockTransport is. Closing it does nothing."""

    def __init__(self, answer: Callable[[httpx.Request], httpx.Response]) -> None:
        """Make the transport.

        Args:
            answer: Answers a request, at once, or raises what a transport raises.
        """
        self._answer = answer

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        request.read()
        return self._answer(request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request, after other tasks have had their turn, as with a network between."""
        await request.aread()
        await asyncio.sleep(0)
        return self._answer(request)


class FakePolytomic:
    """A Polytomic API inside of a test: the sandbox without a server, and a script of what goes wrong.

    Its time stands still but for what its clients sleep, and for `world.advance`. It works from any number of threads
    and event loops at once.

    Attributes:
        world: What it answers from: the connections to ask, bulk syncs, executions, the time.
        clock: The clock of its clients, which remembers what was slept.
        transport: The way to it, for a client that your code makes itself, also a plain httpx one.
        base_url: Where it is, for such a client.
        requests: What it received, oldest first. The list is yours to clear.

    Example:
        fake = FakePolytomic()
        fake.fail(Reset(handled=True), "create_bulk_sync")
        async with fake.client() as polytomic:
            await my_service(polytomic)
        assert len(fake.world.bulk_syncs) == 1
    """

    def __init__(
        self,
        connections: int = 20,
        seed: int = 1,
        *,
        start: datetime | None = None,
        execution_seconds: float = 2.0,
    ) -> None:
        """Make the world.

        Args:
            connections: The number of connections, 0 or more. By default two of each type; from 100 on, some refuse.
            seed: A whole number, 0 or more, that decides the world: the same one makes the same world.
            start: The instant that its time stands at. Default: this machine's time, now.
            execution_seconds: How long an execution of a bulk sync takes, in the world's time.

        Raises:
            ValueError: An argument is not in its range.
        """
        start = datetime.now(UTC) if start is None else start
        self.world = World(connections, seed, start=start, execution_seconds=execution_seconds)
        self.clock = FakeClock(self.world)
        self.transport = FakeTransport(self._answer)
        self.base_url = BASE_URL
        self.requests: list[Received] = []
        self._app = create_app(self.world)
        self._script: list[_Scripted] = []
        # The world is made for one request at a time.
        self._lock = threading.Lock()

    @property
    def key(self) -> str:
        """The API key that it accepts. It has the form of a UUID, and depends on the seed alone."""
        return self.world.key

    @property
    def pending(self) -> int:
        """How many faults of the script have not happened yet: 0 at the end of a test that has met all of them."""
        with self._lock:
            return sum(entry.left for entry in self._script)

    def client(self, **settings: Unpack[AsyncSettings]) -> AsyncPolytomic:
        """Return an asyncio client of the fake.

        Args:
            **settings: What AsyncPolytomic takes. Default: the fake's key and its clock.

        Raises:
            ConfigurationError: A setting cannot work.

        Example:
            async with fake.client(max_attempts=1) as polytomic:
                await polytomic.get_identity()
        """
        return AsyncPolytomic(**self._defaults(settings), base_url=self.base_url, transport=self.transport)

    def blocking_client(self, **settings: Unpack[Settings[str | Callable[[], str]]]) -> Polytomic:
        """Return a blocking client of the fake. It may be used inside of a running event loop, too.

        Args:
            **settings: What Polytomic takes. Default: the fake's key and its clock.

        Raises:
            ConfigurationError: A setting cannot work.

        Example:
            with fake.blocking_client() as polytomic:
                polytomic.get_identity()
        """
        return Polytomic(**self._defaults(settings), base_url=self.base_url, transport=self.transport)

    def fail(self, fault: Fault, operation: str | None = None, *, times: int = 1) -> None:
        """Have something go wrong with the next requests. What was scripted first happens first.

        Args:
            fault: What happens: an `Answer`, `Refused()`, `Reset()`, `Silence()`, `OtherVersion(...)`, `CutShort()`, or
                a function of your own (`Fault`).
            operation: The one operation that it happens to, as the client's method is named, such as
                `create_bulk_sync`, or an HTTP method. Default: whatever is asked.
            times: How many requests it happens to, each try of a call counted. After them, the world answers.

        Raises:
            TypeError: The fault is a class or otherwise no fault.
            ValueError: There is no such operation, or `times` is no whole number above 0.

        Example:
            fake.fail(Answer(503), "get_bulk_destination", times=2)
            fake.fail(Reset(handled=True), "POST")
        """
        if isinstance(fault, type) or not callable(fault):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"fault must be one such as Reset() or Answer(503), not {shown(fault)}")
        if operation is not None and operation not in (known := _operations()):
            meant = difflib.get_close_matches(operation, known, 1)
            advice = f"; did you mean {meant[0]}?" if meant else f"; there are {', '.join(sorted(known))}"
            raise ValueError(f"there is no operation {shown(operation)}{advice}")
        if not is_count(times):
            raise ValueError(f"times must be a whole number, 1 or more, not {shown(times)}")
        with self._lock:
            self._script.append(_Scripted(fault, operation, times))

    def _defaults(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        # A credential of the test's own is the only one.
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
                return entry.fault(request, handle)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                self.requests.pop()  # it was never sent
                raise

    def _handle(self, request: httpx.Request) -> httpx.Response:
        """Have the app handle a request. Without a latency it never waits, so that it needs no event loop."""
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
    """Return what an entry of the script can name: each operation, and each HTTP method that one has."""
    operations = own_specification().operations
    return {"DELETE", "GET", "PATCH", "POST"} | {_method_name(operation.id) for operation in operations}


def _method_name(operation_id: str) -> str:
    return re.sub("(?=[A-Z])", "_", operation_id).lower()
