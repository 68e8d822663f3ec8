"""The client interface that multi-step workflows use."""

from __future__ import annotations

from collections.abc import Coroutine
from math import inf
from typing import Any, Protocol, TypeVar

from .._core.checks import positive_seconds
from ..errors import DeadlineExceededError

Operations_co = TypeVar("Operations_co", covariant=True)
Operations = TypeVar("Operations")


class JobClient(Protocol[Operations_co]):
    """Provides the operations of the API as coroutines, and time."""

    @property
    def operations(self) -> Operations_co:
        """An object with a method for each operation."""
        ...

    def now(self) -> float:
        """Return the seconds of a monotonic clock."""
        ...

    def time(self) -> float:
        """Return the seconds since 1970 (UTC)."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait for a number of seconds."""
        ...

    def within(self, seconds: float) -> JobClient[Operations_co]:
        """Return a copy whose calls have this deadline at most."""
        ...

    async def finish(self, cleanup: Coroutine[Any, Any, None]) -> None:
        """Run clean-up that a cancellation does not interrupt."""
        ...


def end_of(client: JobClient[object], deadline: float | None) -> float:
    """Return when a deadline passes, in the seconds of `now`; infinity for None.

    Raises:
        ConfigurationError: `deadline` is not a positive number of seconds.
    """
    return inf if deadline is None else client.now() + positive_seconds("deadline", deadline)


def until(client: JobClient[Operations], end: float) -> Operations:
    """Return operations whose calls end by `end`, in the seconds of `now`.

    Raises:
        DeadlineExceededError: `end` has passed.
    """
    left = end - client.now()
    if left <= 0:
        raise DeadlineExceededError("the deadline passed between two calls")
    return client.within(left).operations
