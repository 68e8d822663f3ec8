"""Adapt the number of calls in flight to the load the API can handle. Arithmetic only, without I/O or a clock.

The controller compares the median latency of a round of calls with a baseline. It acts only on a rise that order
statistics make certain, so varying latency does not lower the limit.

- Slow start doubles the limit each round, as in TCP (RFC 5681, section 3.1).
- A certain rise starts a probe: a round with fewer calls in flight, as in BBR (Cardwell et al., 2016). If latency
  falls with the limit, the server was overloaded, and the limit is lowered in proportion. If not, the server itself has
  become slower: the probe's latency is the new baseline, and the limit resumes.
- An error that means overload halves the limit, as in TCP.
"""

from __future__ import annotations

from math import inf, sqrt
from threading import Lock
from typing import Any

from attrs import Factory, field, frozen

from .._core.checks import is_count
from .._text import shown

RISE_TOLERATED = 1.05
"""Factor of the baseline. Beyond a server's capacity, latency grows at least in proportion to the limit. So the limit
may exceed the capacity by 5 %."""

LATENCY_SLACK = 0.002
"""Seconds added to the tolerated rise, because a loaded event loop adds them by itself."""

INTERVAL_RANKS = 1.6
"""Half the width of the median's confidence interval, in units of √n ranks of n sorted latencies. The rank of the
true median has a standard deviation of √n / 2 for any distribution (sign test; David and Nagaraja, Order Statistics,
2003, section 7.1). So 1.6 is 3.2 standard deviations: 99.9 %. A lower value mistakes varying latency for overload;
a higher one detects a collapse late."""

ROUND_SHORTEST = 32
"""Minimum latencies in a round, for a lower limit. The interval then spans the ranks 7 to 26."""

ROUND_SHORTEST_SLOW_START = 16
"""The minimum in slow start. A longer round would delay every doubling, and a wrong decision costs one probe."""

PROBE_LEAST = 0.5
"""Share of the limit: minimum calls in flight in a probe. Half is where slow start was the round before."""

PROBE_MOST = 0.85
"""Share of the limit: maximum calls in flight in a probe. In between, a wider interval of the median means fewer calls,
so that noise does not hide the response."""

RESPONSE = 0.5
"""Factor of the share by which a probe lowers the limit: how far latency must fall if the limit was the cause. It falls
by that share on a server with a queue, by more on one that collapses. It does not fall if the server itself is slow."""

ACCELERATION = 1 / 250
"""Share of the limit by which a round's growth exceeds that of the round before, until the next probe. At capacity
there is a probe every few rounds, so growth stays at a few percent. Once capacity rises, growth soon becomes fast."""


def _positive_int(_: object, attribute: Any, value: object) -> None:
    if not is_count(value):
        raise ValueError(f"{attribute.name} must be a positive int, got {shown(value)}.")


def _nearest(auto: AutoLimit) -> int:
    try:
        return max(auto.minimum, min(16, auto.maximum))
    except TypeError:
        return 16  # the validators, which run afterwards, name the invalid bound


@frozen
class AutoLimit:
    """A limit that adapts to the load the API can handle: it grows while latency stays the same, and falls at overload.

    Attributes:
        minimum: Calls in flight that are always allowed.
        maximum: Calls in flight that are never exceeded.
        initial: Calls in flight at the start. Default: 16, or the nearest bound.

    Raises:
        ValueError: An argument is not a positive int, or `initial` is not between `minimum` and `maximum`.
    """

    minimum: int = field(default=1, validator=_positive_int)
    maximum: int = field(default=256, validator=_positive_int)
    initial: int = field(default=Factory(_nearest, takes_self=True), validator=_positive_int)

    def __attrs_post_init__(self) -> None:
        if not self.minimum <= self.initial <= self.maximum:
            raise ValueError(
                "AutoLimit must have minimum <= initial <= maximum, got "
                f"{shown(self.minimum)} <= {shown(self.initial)} <= {shown(self.maximum)}."
            )


class LimitController:
    """Controls the limit of one run from the results of its calls. Threads may share it.

    Args:
        auto: The bounds and the initial limit.

    Attributes:
        current: Maximum calls in flight now. Every call reads it, so it is not a property.
    """

    __slots__ = (
        "_baseline",
        "_halved",
        "_latencies",
        "_lock",
        "_maximum",
        "_minimum",
        "_most",
        "_probed",
        "_prolonged",
        "_quiet_rounds",
        "_round",
        "_skip",
        "_succeeded",
        "_threshold",
        "current",
    )

    def __init__(self, auto: AutoLimit) -> None:
        # Blocking calls report an overload from their own threads.
        self._lock = Lock()
        self._minimum = auto.minimum
        self._maximum = auto.maximum
        self.current = auto.initial
        # Slow start ends here; RFC 5681 calls it ssthresh.
        self._threshold = auto.maximum
        # The lowest upper end of a median's interval so far: the true median is below it.
        self._baseline = inf
        # During a probe: the limit and the median before it.
        self._probed: tuple[int, float] | None = None
        self._quiet_rounds = 0
        self._halved = -inf
        self._succeeded = True
        self._latencies: list[float] = []
        self._skip = self._most = self._round = 0
        self._prolonged = False
        self._begin_round(skip=0)

    def succeeded(self, seconds: float, in_flight: int) -> None:
        """Learn from a call without trouble.

        Args:
            seconds: The latency of the call.
            in_flight: Calls that were in flight when it ended, itself included.
        """
        with self._lock:
            self._succeeded = True
            if self._skip:
                self._skip -= 1
                return
            self._most = max(self._most, in_flight)
            latencies = self._latencies
            latencies.append(seconds)
            if len(latencies) >= self._round:
                self._end_round()

    def overloaded(self, started: float, now: float) -> None:
        """Halve the limit after an attempt that got an overload status (429, 503 and similar) or timed out.

        Args:
            started: When the call began, in the clock's seconds. A call that began before the limit was last halved
                belongs to the same burst and changes nothing.
            now: The current time in the clock's seconds.
        """
        with self._lock:
            if started <= self._halved:
                return
            self._halved = now
            self._probed = None
            self._quiet_rounds = 0
            half = self.current // 2
            # While nothing succeeds, the limit keeps falling, and slow start may return to half of what worked.
            if self._succeeded:
                self._threshold = half
            self._succeeded = False
            self._set(half)
            self._begin_round(skip=0)

    def _set(self, limit: int) -> None:
        self.current = max(self._minimum, min(self._maximum, limit))

    def _begin_round(self, *, skip: int) -> None:
        """Begin a round after skipping this many successes, which began under another limit."""
        self._skip = skip
        self._latencies.clear()
        self._most = 0
        self._prolonged = False
        shortest = ROUND_SHORTEST_SLOW_START if self.current < self._threshold else ROUND_SHORTEST
        self._round = max(self.current, shortest)

    def _end_round(self) -> None:
        lowest, median, highest = _median_interval(self._latencies)
        if self._probed is not None:
            self._end_probe(*self._probed, median, highest)
            return
        self._baseline = min(self._baseline, highest)
        tolerated = self._baseline * RISE_TOLERATED + LATENCY_SLACK
        if lowest > tolerated:
            self._probe(median, noise=(highest - lowest) / median)
        elif median > tolerated and not self._prolonged:
            # Undecided: collect twice as many latencies.
            self._prolonged = True
            self._round *= 2
        else:
            self._grow()

    def _grow(self) -> None:
        before = self.current
        # Growing beyond what is in use would be a guess.
        if self._most >= before:
            if before < self._threshold:
                self._set(min(2 * before, self._threshold))
            else:
                self._quiet_rounds += 1
                self._set(before + max(1, int(before * self._quiet_rounds * ACCELERATION)))
        # Of calls that start together, the shortest end first.
        self._begin_round(skip=self.current - before)

    def _probe(self, median: float, noise: float) -> None:
        used = min(self.current, self._most)
        self._probed = used, median
        self._set(int(used * max(PROBE_LEAST, min(PROBE_MOST, 1 - noise, self._baseline / median))))
        self._begin_round(skip=used)

    def _end_probe(self, limit: int, before: float, median: float, highest: float) -> None:
        self._probed = None
        probe = self.current
        fell = 1 - median / before
        if probe < limit and fell > RESPONSE * (1 - probe / limit):
            self._threshold = self._quiet_rounds = 0
            self._baseline = min(self._baseline, highest)
            self._set(max(probe, int(limit * median / before)))
        else:
            self._baseline = highest
            self._set(limit)
        self._begin_round(skip=self.current - probe)


def _median_interval(latencies: list[float]) -> tuple[float, float, float]:
    """Return the lower end, the median and the upper end. Sorts the latencies in place."""
    latencies.sort()
    count = len(latencies)
    middle = count / 2
    half = INTERVAL_RANKS * sqrt(count)
    return latencies[int(middle - half)], latencies[count // 2], latencies[min(count - 1, int(middle + half))]
