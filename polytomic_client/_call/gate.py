"""Let the requests of a call wait if the call is one of many, as in a fan-out."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from typing import Protocol

from .._core.clock import Clock


class Gate(Protocol):
    """Control when one call among many may send. The policy uses it before each request and after each failed attempt.

    Attributes:
        unsettled: The number of requests that change something and are in flight or ended with an unknown outcome.
        post_key: Derives the idempotency key of a POST from its URL and body, so that the same call in another process
            has the same key. None: a random key.
    """

    unsettled: int
    post_key: Callable[[bytes], str] | None

    def waits(self, clock: Clock) -> Iterable[float]:
        """Return the seconds to sleep before the next request. Take each number only after the sleep before it.

        Args:
            clock: The clock of the call.

        Raises:
            DeadlineExceededError: Raised during iteration if no time is left for another request.
        """
        ...

    def failed(self, error: Exception) -> None:
        """Record that an attempt failed."""
        ...


current_gate: ContextVar[Gate | None] = ContextVar("current_gate", default=None)
"""The gate of the call in this context, if any."""


def new_key(content: Callable[[], str]) -> str:
    """Return an idempotency key for a workflow that may send one POST several times.

    Args:
        content: Returns what the POST is made of. It is called in a fan-out over a cluster only, where the same call in
            another process has the same key.
    """
    gate = current_gate.get()
    return uuid.uuid4().hex if gate is None or gate.post_key is None else gate.post_key(content().encode())
