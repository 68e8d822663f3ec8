"""What the calls of one fan-out have in common: when the next request may start, and news of trouble. Without I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from math import inf
from threading import Lock

from .._call.retry import is_overload
from .._core.checks import LONGEST_SECONDS
from .._core.clock import Clock, SystemClock
from .._core.log import logger
from ..errors import APIStatusError, DeadlineExceededError

LONGEST_PAUSE = 600.0
"""Seconds: a server that asks for a longer pause is asked again after this, in case it is wrong about its clock."""


class Pace:
    """When the next request of a fan-out may start. Used from any thread.

    Attributes:
        clock: The time, and how to sleep until it comes.
    """

    def __init__(self, clock: Clock, rate: float | None) -> None:
        """Start at once.

        Args:
            clock: The time. This machine's gives way to that of the clients that are called.
            rate: The most requests per second, evenly spaced; None for no such bound.
        """
        self.clock = clock
        self._own = clock
        self._interval = 0.0 if rate is None else min(1.0 / rate, LONGEST_SECONDS)
        self._next = -inf
        self._resumes = -inf
        self._ends = inf
        self._lock = Lock()

    def follow(self, clock: Clock) -> None:
        """Count on the clock that a client was given, unless the fan-out was given one.

        In a test of a service that clock may never wait: on another one, its sleep would not be over when it returns.
        """
        with self._lock:
            if isinstance(self.clock, SystemClock):
                apart = clock.monotonic() - self.clock.monotonic()
                self._next += apart
                self._resumes += apart
                self._ends += apart
                self.clock = clock

    def end_after(self, seconds: float) -> None:
        """Have the deadline pass so many seconds from now."""
        self._ends = self.clock.monotonic() + seconds

    def is_over(self) -> bool:
        """Say whether the deadline has passed."""
        return self.clock.monotonic() >= self._ends

    def is_overdue(self) -> bool:
        """Say whether the deadline has passed on the clock of a client, by which nothing is interrupted."""
        return self.clock is not self._own and self.is_over()

    def is_open(self) -> bool:
        """Say whether a request may start at once, which is the common case, and costs least to ask."""
        return not self._interval and (self._resumes == -inf or self.clock.monotonic() >= self._resumes)

    def waits(self) -> Iterator[float]:
        """Take the next place, and yield the seconds to sleep until it comes: one after the other, until the end."""
        clock, start = self.clock, self._reserve()
        while (left := start - self.clock.monotonic()) > 0:
            yield left
            if self._resumes > start or self.clock is not clock:
                # Paused meanwhile. The place is gone, so that what waited does not come in one burst.
                clock, start = self.clock, self._reserve()

    def pause(self, seconds: float) -> None:
        """Let nothing start for so many seconds."""
        seconds = min(seconds, LONGEST_PAUSE)
        if seconds > self.paused() + 1:
            logger.warning("The fan-out starts nothing for %.1f s, as the API asks.", seconds)
        self._resumes = max(self._resumes, self.clock.monotonic() + seconds)

    def paused(self) -> float:
        """Return for how many seconds nothing starts because of a pause."""
        return max(0.0, self._resumes - self.clock.monotonic())

    def _reserve(self) -> float:
        with self._lock:
            start = max(self.clock.monotonic(), self._resumes, self._next)
            if self._interval:
                self._next = start + self._interval
            return start


class Lane:
    """One call's part in a fan-out. The policy finds it in its context, and asks and tells it."""

    __slots__ = ("_first", "_pace", "_trouble", "started", "troubled", "unsettled")

    def __init__(self, pace: Pace, trouble: Callable[[Lane, Exception], None]) -> None:
        """Make the lane of a worker.

        Args:
            pace: What all calls of the fan-out wait for.
            trouble: Told of each attempt that failed, in the thread of the call.
        """
        self._pace = pace
        self._trouble = trouble
        self._first = False
        self.started = 0.0
        self.troubled = False
        self.unsettled = 0
        """How many of the calls that change something are under way, or ended with an unknown outcome."""

    def begin(self, now: float) -> None:
        """Note that a call begins, once it has waited for its place."""
        self._first = True
        self.started = now
        self.troubled = False
        self.unsettled = 0

    def waits(self, clock: Clock) -> Iterable[float]:
        """Return the seconds to sleep before the next request may be sent, each to be asked for after the one before.

        Args:
            clock: What the call sleeps by, and the fan-out from now on.

        Raises:
            DeadlineExceededError: While iterating: the deadline of the fan-out has passed.
        """
        if not isinstance(clock, SystemClock):
            self._pace.follow(clock)
        if self._first:
            # It has waited for its place before the call began.
            self._first = False
            return ()
        return self._further_waits()

    def _further_waits(self) -> Iterator[float]:
        yield from self._pace.waits()
        if self._pace.is_overdue():
            raise DeadlineExceededError("the deadline of the fan-out passed")

    def failed(self, error: Exception) -> None:
        """Tell the fan-out of a try that failed."""
        if isinstance(error, APIStatusError):
            if not is_overload(error):
                return  # such as a 404, which says nothing of the API's health
            if error.retry_after is not None:
                self._pace.pause(error.retry_after)
        self.troubled = True
        self._trouble(self, error)
