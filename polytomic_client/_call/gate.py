"""Where a request waits for its start when its call is one of many, such as in a fan-out."""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar
from typing import Protocol

from .._core.clock import Clock


class Gate(Protocol):
    """One call's place among many. The policy asks it before each request, and tells it of each failed attempt.

    Attributes:
        unsettled: How many of the requests that change something are under way, or ended with an unknown outcome.
    """

    unsettled: int

    def waits(self, clock: Clock) -> Iterable[float]:
        """Return the seconds to sleep before the next request, each to be taken after the sleep before.

        Args:
            clock: What the call sleeps by.

        Raises:
            DeadlineExceededError: While iterating: there is no time left for another request.
        """
        ...

    def failed(self, error: Exception) -> None:
        """Note that an attempt failed."""
        ...


current_gate: ContextVar[Gate | None] = ContextVar("current_gate", default=None)
"""The gate of the call that runs in this context, if it has one."""
