"""How many calls may be in flight at once, found while they run: arithmetic only, without I/O and without a clock.

The ideas: slow start, additive increase and multiplicative decrease from RFC 5681 (TCP congestion control); rising
latency as a sign of a queue, which comes before any loss, from TCP Vegas (Brakmo and Peterson, 1995) and Netflix's
concurrency-limits; a look at the latency with less in flight, to learn it anew, from BBR (Cardwell and others, 2016).
"""

from __future__ import annotations

from math import inf
from threading import Lock
from typing import Any

from attrs import Factory, field, frozen

from ._text import shown

LATENCY_TOLERATED = 1.5
"""Times the baseline: a server that has half of a call wait before it works on it is busy all the time."""

LATENCY_SLACK = 0.002
"""Seconds on top, which a loaded event loop adds by itself and which mean nothing."""

ROUND_SHORTEST = 16
"""Successes: the median of fewer says little where latencies vary by their own half or more."""

SLOW_ROUNDS = 10
"""Slow rounds until the baseline is measured anew: nine times 0.9 leave two fifths of the limit, so that a server that
reacts to that has had the chance, and what the measuring costs in speed stays below one percent."""


def _positive_int(_: object, attribute: Any, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{attribute.name} must be a positive int, not {shown(value)}")


def _nearest(auto: AutoLimit) -> int:
    try:
        return max(auto.minimum, min(16, auto.maximum))
    except TypeError:
        return 16  # the validators, which come after, say which bound is none


@frozen
class AutoLimit:
    """A limit that finds itself: more while calls succeed at no loss of speed, less at signs of overload.

    Attributes:
        minimum: Calls in flight that are always allowed.
        maximum: Calls in flight that are never exceeded.
        initial: Calls in flight to begin with; 16, or the bound that is next to it.

    Raises:
        ValueError: One is no positive int, or `initial` is not between the others.
    """

    minimum: int = field(default=1, validator=_positive_int)
    maximum: int = field(default=256, validator=_positive_int)
    initial: int = field(default=Factory(_nearest, takes_self=True), validator=_positive_int)

    def __attrs_post_init__(self) -> None:
        if not self.minimum <= self.initial <= self.maximum:
            raise ValueError(
                "minimum <= initial <= maximum must hold, and "
                f"{shown(self.minimum)} <= {shown(self.initial)} <= {shown(self.maximum)} does not"
            )


class LimitController:
    """The limit of one run, which follows what its calls meet. Threads may share it.

    Args:
        auto: Its bounds, and where it begins.
    """

    __slots__ = (
        "_baseline",
        "_current",
        "_halved",
        "_latencies",
        "_lock",
        "_maximum",
        "_minimum",
        "_most",
        "_resume",
        "_round",
        "_slow_rounds",
        "_stale",
        "_succeeded",
        "_threshold",
    )

    def __init__(self, auto: AutoLimit) -> None:
        # Blocking calls meet an overload in threads of their own.
        self._lock = Lock()
        self._minimum = auto.minimum
        self._maximum = auto.maximum
        self._current = auto.initial
        # Slow start goes as far as this; RFC 5681 calls it ssthresh.
        self._threshold = auto.maximum
        self._baseline = inf
        self._slow_rounds = 0
        self._halved = -inf
        self._succeeded = True
        # While the baseline is measured anew: where slow start goes on to afterwards. 0 at any other time.
        self._resume = 0
        self._latencies: list[float] = []
        self._round = max(self._current, ROUND_SHORTEST)
        self._most = 0
        self._stale = 0

    @property
    def current(self) -> int:
        """How many calls may be in flight now."""
        return self._current

    def succeeded(self, seconds: float, in_flight: int) -> None:
        """Learn from a call that met no trouble.

        Args:
            seconds: How long it took.
            in_flight: How many calls ran when it ended, itself included.
        """
        with self._lock:
            self._succeeded = True
            if self._stale:
                self._stale -= 1
                return
            self._most = max(self._most, in_flight)
            # Half, as in Linux's slow start, because calls that end together are counted one after the other.
            if self._current < self._threshold and in_flight * 2 >= self._current:
                self._current += 1
            latencies = self._latencies
            latencies.append(seconds)
            if len(latencies) >= self._round:
                self._end_round()

    def overloaded(self, started: float, now: float) -> None:
        """Halve the limit, because a try was answered 429, 503 or the like, or timed out.

        Args:
            started: When the call began, in the clock's seconds. One that began before the limit was last halved is
                of the same burst, and changes nothing.
            now: The clock's seconds now.
        """
        with self._lock:
            if started <= self._halved:
                return
            self._halved = now
            self._stale = self._resume = 0
            # While nothing succeeds, the limit falls on, and slow start may return to half of what worked.
            self._lower(self._current // 2, self._current // 2 if self._succeeded else self._threshold)
            self._succeeded = False
            self._begin_round()

    def _lower(self, limit: int, threshold: int) -> None:
        self._current = max(self._minimum, limit)
        self._threshold = threshold

    def _begin_round(self) -> None:
        self._latencies.clear()
        self._round = max(self._current, ROUND_SHORTEST)
        self._most = 0

    def _end_round(self) -> None:
        self._latencies.sort()
        median = self._latencies[len(self._latencies) // 2]
        if self._resume:
            self._baseline = median
            self._threshold, self._resume = self._resume, 0
        self._baseline = min(self._baseline, median)
        if median > self._baseline * LATENCY_TOLERATED + LATENCY_SLACK:
            self._slow_rounds += 1
            less = self._current * 9 // 10
            if self._slow_rounds < SLOW_ROUNDS:
                self._lower(less, less)
            else:
                self._measure_baseline(less)
        elif self._current >= self._threshold and self._most >= self._current < self._maximum:
            self._current = self._threshold = self._current + 1
        self._begin_round()

    def _measure_baseline(self, resume: int) -> None:
        self._slow_rounds = 0
        self._stale = self._current
        self._resume = max(self._minimum, resume)
        self._lower(self._current // 2, self._current // 2)
