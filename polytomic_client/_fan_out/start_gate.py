"""Coordinate the calls of one fan-out: when the next request may start, and reports of trouble. Without I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from math import inf
from threading import Lock

from .._call.gate import current_gate
from .._call.retry import is_overload
from .._core.checks import LONGEST_SECONDS
from .._core.clock import Clock, SystemClock
from .._core.log import logger
from ..errors import APIStatusError, DeadlineExceededError

LONGEST_PAUSE = 600.0
"""Maximum seconds of a pause. After a longer `Retry-After`, the server's clock may be wrong."""


class Pace:
    """Decides when the next request of a fan-out may start. Thread-safe.

    Attributes:
        clock: Time and sleep.
    """

    def __init__(self, clock: Clock, rate: float | None) -> None:
        """Allow the first request at once.

        Args:
            clock: Time and sleep. The clock of a called client replaces it if it is the system's.
            rate: Maximum requests per second, evenly spaced; None for unlimited.
        """
        self.clock = clock
        self._own = clock
        self._interval: float = 0.0 if rate is None else min(1.0 / rate, LONGEST_SECONDS)
        self._next: float = -inf
        self._resumes = -inf
        self._ends = inf
        self._lock = Lock()

    def follow(self, clock: Clock) -> None:
        """Switch to the clock that a client was created with, unless the fan-out was created with one.

        In a test, the client's clock may never wait. Measured by another clock, its sleep would end too early.
        """
        with self._lock:
            if isinstance(self.clock, SystemClock):
                apart = clock.monotonic() - self.clock.monotonic()
                self._next += apart
                self._resumes += apart
                self._ends += apart
                self.clock = clock

    def end_after(self, seconds: float) -> None:
        """Set the deadline, in seconds from now."""
        self._ends = self.clock.monotonic() + seconds

    def is_over(self) -> bool:
        """Return whether the deadline has passed."""
        return self.clock.monotonic() >= self._ends

    def is_overdue(self) -> bool:
        """Return whether the deadline has passed on the clock of a client, which does not interrupt any call."""
        return self.clock is not self._own and self.is_over()

    def is_open(self) -> bool:
        """Return whether a request may start at once. This is the common case, and the cheapest check."""
        return not self._interval and (self._resumes == -inf or self.clock.monotonic() >= self._resumes)

    def waits(self) -> Iterator[float]:
        """Reserve the next start time, and yield the seconds to sleep until it comes, repeatedly."""
        clock, interval, start = self.clock, self._interval, self._reserve()
        while (left := start - self.clock.monotonic()) > 0:
            yield left
            if self._resumes > start or self._interval != interval or self.clock is not clock:
                # Paused meanwhile. Reserve a new start time, so that the waiting requests do not start in one burst.
                clock, interval, start = self.clock, self._interval, self._reserve()

    def set_rate(self, rate: float) -> None:
        """Change the maximum requests per second. Requests that wait reserve a new start time."""
        with self._lock:
            interval = min(1.0 / rate, LONGEST_SECONDS) if rate else 0.0
            if interval != self._interval:
                self._interval = interval
                # The last request may have started just now.
                self._next = self.clock.monotonic() + interval

    def pause(self, seconds: float) -> None:
        """Start nothing for this many seconds."""
        seconds = min(seconds, LONGEST_PAUSE)
        if seconds > self.paused() + 1:
            logger.warning("The fan-out pauses for %.1f s, as requested by the API.", seconds)
        self._resumes = max(self._resumes, self.clock.monotonic() + seconds)

    def paused(self) -> float:
        """Return the seconds until the pause ends; 0 without a pause."""
        return max(0.0, self._resumes - self.clock.monotonic())

    def _reserve(self) -> float:
        with self._lock:
            start = max(self.clock.monotonic(), self._resumes, self._next)
            if self._interval:
                self._next = start + self._interval
            return start


class Lane:
    """Connects one worker's calls to the fan-out. The retry policy finds it in its context."""

    __slots__ = ("_first", "_pace", "_trouble", "post_key", "started", "troubled", "unsettled")

    def __init__(self, pace: Pace, trouble: Callable[[Lane, Exception], None]) -> None:
        """Create the lane of a worker.

        Args:
            pace: Decides when a request may start. All calls of the fan-out share it.
            trouble: Called for each failed attempt, in the thread of the call.
        """
        self._pace = pace
        self._trouble = trouble
        self._first = False
        self.started = 0.0
        self.troubled = False
        outer = current_gate.get()
        self.post_key = None if outer is None else outer.post_key
        """Derives the idempotency key of a POST from its content; inside a call of another fan-out, as that one does.
        None: a random key."""
        self.unsettled = 0
        """Calls that change something and are under way, or ended with an unknown outcome."""

    def begin(self, now: float) -> None:
        """Begin a call, after it has waited for its start time."""
        self._first = True
        self.started = now
        self.troubled = False
        self.unsettled = 0

    def waits(self, clock: Clock) -> Iterable[float]:
        """Return the seconds to sleep before the next request. Read each value after sleeping for the one before.

        Args:
            clock: The clock of the call, and of the fan-out from now on.

        Raises:
            DeadlineExceededError: While iterating: the deadline of the fan-out has passed.
        """
        if not isinstance(clock, SystemClock):
            self._pace.follow(clock)
        if self._first:
            # It has waited for its start time before the call began.
            self._first = False
            return ()
        return self._further_waits()

    def _further_waits(self) -> Iterator[float]:
        yield from self._pace.waits()
        if self._pace.is_overdue():
            raise DeadlineExceededError("the deadline of the fan-out passed")

    def failed(self, error: Exception) -> None:
        """Report a failed attempt to the fan-out."""
        if isinstance(error, APIStatusError):
            if not is_overload(error):
                return  # such as a 404, which says nothing about the API's health
            if error.retry_after is not None:
                self._pace.pause(error.retry_after)
        self.troubled = True
        self._trouble(self, error)
