"""How a job of several calls is written once: as a coroutine, which a blocking client's calls never suspend."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from math import inf
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from .._call.retry import RETRIED_STATUSES
from .._core.checks import positive_seconds
from .._core.log import logger
from .._versions.v2023_04_25 import AsyncOperations
from ..errors import APIStatusError, DeadlineExceededError, RequestError, ServerError, TLSError, TransportError

T = TypeVar("T")
P = ParamSpec("P")
Flows = TypeVar("Flows", bound="Caller")

FIRST_WAIT = 0.5
"""Seconds before the second look: what is quick is seen quickly."""

WAIT_GROWTH = 1.5
"""By how much each wait is longer than the one before."""

LAST_LOOK = 0.5
"""How many seconds before the deadline the last look is made, so that there is time for its answer. Of a time that is
shorter than two of these, half."""

MOST_MISSED = 5
"""How many looks in a row may fail before a wait that may have taken hours is given up."""


class Caller(AsyncOperations):
    """Every operation of the API, and time: what a flow is written over."""

    def _now(self) -> float:
        """Return seconds that never go back."""
        raise NotImplementedError

    def _time(self) -> float:
        """Return the seconds since 1970 (UTC)."""
        raise NotImplementedError

    async def _sleep(self, seconds: float) -> None:
        """Wait so many seconds."""
        raise NotImplementedError

    def _within(self, seconds: float) -> Self:
        """Return a copy whose calls take no longer than that."""
        raise NotImplementedError

    async def _finish(self, cleanup: Coroutine[Any, Any, None]) -> None:
        """Do clean-up that no cancellation cuts short."""
        raise NotImplementedError

    def _end(self, deadline: float | None) -> float:
        """Return when a deadline passes, in the seconds of `_now`; None never does.

        Raises:
            ValueError: It is no number of seconds above 0.
        """
        return inf if deadline is None else self._now() + positive_seconds("deadline", deadline)

    def _until(self, end: float) -> Self:
        """Return a copy whose calls have ended by then, in the seconds of `_now`.

        Raises:
            DeadlineExceededError: It is past.
        """
        left = end - self._now()
        if left <= 0:
            raise DeadlineExceededError("the deadline passed between two calls")
        return self._within(left)

    async def _poll(
        self, look: Callable[[Self], Awaitable[T]], ended: Callable[[T], bool], *, end: float, interval: float
    ) -> T | None:
        """Look again and again, less and less often.

        Args:
            look: Asks the API, through a copy of this caller that keeps to the deadline.
            ended: Whether what was seen is the end.
            end: When to give up, in the seconds of `_now`.
            interval: How many seconds lie between two looks at most, unless a Retry-After asks for more.

        Returns:
            What was seen last, or None where time was up before the end.

        Raises:
            RequestError: A look failed for good, or too many in a row did.
        """
        wait, missed = min(FIRST_WAIT, interval), 0
        last = end - min(LAST_LOOK, (end - self._now()) / 2)
        while (left := last - self._now()) > 0:
            await self._sleep(min(wait, left))
            wait = min(wait * WAIT_GROWTH, interval)
            try:
                seen = await look(self._until(end))
            except RequestError as error:
                missed += 1
                if missed > MOST_MISSED or not _passes(error):
                    raise
                if isinstance(error, APIStatusError):
                    wait = max(wait, error.retry_after or 0.0)
                logger.info("%s Looking again in %.2f s.", error, wait)
            else:
                missed = 0
                if ended(seen):
                    return seen
        return None


class BlockingFlows:
    """What holds a Caller whose coroutines never suspend, because what they call blocks."""

    @property
    def _caller(self) -> Any:
        raise NotImplementedError


def blocking(
    flow: Callable[Concatenate[Flows, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[BlockingFlows, P], T]:
    """Return a flow as a blocking method, with the same arguments and documentation, its example without `await`."""

    @wraps(flow)
    def method(self: BlockingFlows, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return finish(flow(self._caller, *args, **kwargs))

    method.__doc__ = (flow.__doc__ or "").replace("await ", "")
    return method


def _passes(error: RequestError) -> bool:
    """Say whether the next look may do better than one that failed like this."""
    if isinstance(error, APIStatusError):
        return isinstance(error, ServerError) or error.status_code in RETRIED_STATUSES
    return isinstance(error, (TransportError, DeadlineExceededError)) and not isinstance(error, TLSError)


def finish(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never suspends, and return what it returns."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result
    raise RuntimeError("a coroutine of a blocking client waited for something")
