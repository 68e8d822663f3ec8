"""Run a workflow with each client. It is written once as a coroutine, which a blocking client's calls never suspend."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from .._client.asyncio_client import AsyncClient
from .._client.base import BaseClient
from .._client.blocking_client import BlockingClient
from .client_protocol import JobClient, Operations

T = TypeVar("T")
P = ParamSpec("P")
Client = TypeVar("Client", bound=AsyncClient)
AnyClient = TypeVar("AnyClient", bound=BaseClient[Any, Any])


class Jobs(Generic[Operations]):
    """Base of the classes with workflows as methods. They use only its `_job_client`."""

    @property
    def _job_client(self) -> JobClient[Operations]:
        raise NotImplementedError


class _Timed:
    """The time of a client's clock."""

    def __init__(self, client: BaseClient[Any, Any]) -> None:
        self._clock = client._config.clock  # noqa: SLF001  (the same package)

    def now(self) -> float:
        """Return the seconds of a monotonic clock."""
        return self._clock.monotonic()

    def time(self) -> float:
        """Return the seconds since 1970 (UTC)."""
        return self._clock.time()


class AsyncJobClient(_Timed, Generic[Client]):
    """The JobClient of an asyncio client, whose methods are the operations."""

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self.operations = client

    async def sleep(self, seconds: float) -> None:
        """Wait for a number of seconds."""
        await self.operations._pause(seconds)  # noqa: SLF001  (the same package)

    def within(self, seconds: float) -> AsyncJobClient[Client]:
        """Return a copy whose calls have this deadline at most."""
        return AsyncJobClient(_within(self.operations, seconds))

    async def finish(self, cleanup: Coroutine[Any, Any, None]) -> None:
        """Run clean-up that a cancellation does not interrupt."""
        await self.operations._finish(cleanup)  # noqa: SLF001  (the same package)


class BlockingJobClient(_Timed, Generic[Operations]):
    """The JobClient of a blocking client. Its coroutines never suspend."""

    def __init__(self, client: BlockingClient, make_operations: Callable[[BlockingClient], Operations]) -> None:
        super().__init__(client)
        self.operations = make_operations(client)
        self._client = client
        self._make_operations = make_operations

    async def sleep(self, seconds: float) -> None:
        """Wait for a number of seconds."""
        self._client._pause(seconds)  # noqa: SLF001  (the same package)

    def within(self, seconds: float) -> BlockingJobClient[Operations]:
        """Return a copy whose calls have this deadline at most."""
        return BlockingJobClient(_within(self._client, seconds), self._make_operations)

    async def finish(self, cleanup: Coroutine[Any, Any, None]) -> None:
        """Run clean-up that a cancellation does not interrupt."""
        await cleanup


def blocking(workflow: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]) -> Callable[Concatenate[Any, P], T]:
    """Return a workflow as a blocking method, with the same arguments and documentation."""

    @wraps(workflow)
    def method(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return run(workflow(self, *args, **kwargs))

    method.__doc__ = (workflow.__doc__ or "").replace("await ", "")
    return method


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never suspends, and return its result."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result
    raise RuntimeError("a coroutine of a blocking client suspended")


def _within(client: AnyClient, seconds: float) -> AnyClient:
    deadline = client._config.deadline  # noqa: SLF001  (the same package)
    return client.with_options(deadline=min(seconds, deadline))
