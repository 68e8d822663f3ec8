"""A client as a workflow of several calls sees it."""

from __future__ import annotations

from collections.abc import Coroutine
from math import inf
from typing import Any, Protocol, TypeVar

from .._core.checks import positive_seconds
from ..errors import DeadlineExceededError

Operations_co = TypeVar("Operations_co", covariant=True)
Operations = TypeVar("Operations")


class JobClient(Protocol[Operations_co]):
    """The operations of the API as coroutines, and time."""

    @property
    def operations(self) -> Operations_co:
        """What has a method for each operation."""
        ...

    def now(self) -> float:
        """Return seconds that never go back."""
        ...

    def time(self) -> float:
        """Return the seconds since 1970 (UTC)."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait so many seconds."""
        ...

    def within(self, seconds: float) -> JobClient[Operations_co]:
        """Return a copy whose calls take no longer than that."""
        ...

    async def finish(self, cleanup: Coroutine[Any, Any, None]) -> None:
        """Do clean-up that no cancellation cuts short."""
        ...


def end_of(client: JobClient[object], deadline: float | None) -> float:
    """Return when a deadline passes, in the seconds of `now`; None never does.

    Raises:
        ConfigurationError: It is not a positive number of seconds.
    """
    return inf if deadline is None else client.now() + positive_seconds("deadline", deadline)


def until(client: JobClient[Operations], end: float) -> Operations:
    """Return operations whose calls have ended by then, in the seconds of `now`.

    Raises:
        DeadlineExceededError: It is past.
    """
    left = end - client.now()
    if left <= 0:
        raise DeadlineExceededError("the deadline passed between two calls")
    return client.within(left).operations
