"""Find how many calls may be in flight at once while they run: arithmetic only, without I/O and without a clock.

The controller compares the median latency of a round of calls with a baseline. It acts only on a rise that order
statistics make certain, so that latency that merely varies does not lower the limit.

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
"""Times the baseline. Beyond a server's capacity, latency grows at least in proportion to the limit. So the limit may
be 5 % above the capacity."""

LATENCY_SLACK = 0.002
"""Seconds on top, which a loaded event loop adds by itself."""

INTERVAL_RANKS = 1.6
"""Half the width of the median's confidence interval: so many times √n ranks of n sorted latencies. The rank of the
true median has a standard deviation of √n / 2, whatever the distribution (sign test; David and Nagaraja, Order
Statistics, 2003, section 7.1). So 1.6 is 3.2 standard deviations: 99.9 %. Less takes varying latency for overload, and
more sees a collapse late."""

ROUND_SHORTEST = 32
"""Latencies in a round, if the limit is lower. The interval then spans the ranks 7 to 26."""

ROUND_SHORTEST_SLOW_START = 16
"""The same in slow start, where a longer round delays every doubling and a wrong decision costs one probe."""

PROBE_LEAST = 0.5
"""Times the limit: the fewest calls in flight in a probe. Half is where slow start was the round before."""

PROBE_MOST = 0.85
"""Times the limit: the most. In between, a wider interval of the median means fewer, so that noise does not hide the
response."""

RESPONSE = 0.5
"""Times the share by which a probe lowers the limit: how much latency must fall if the limit was the cause. It falls by
that share on a server with a queue, by more on one that collapses, and not at all on one that is slower by itself."""

ACCELERATION = 1 / 250
"""Share of the limit by which a round's growth exceeds that of the round before, until the next probe. At capacity
there is a probe every few rounds, so that growth stays at some percent. Once capacity rises, growth is soon fast."""


def _positive_int(_: object, attribute: Any, value: object) -> None:
    if not is_count(value):
        raise ValueError(f"{attribute.name} must be a positive int, not {shown(value)}")


def _nearest(auto: AutoLimit) -> int:
    try:
        return max(auto.minimum, min(16, auto.maximum))
    except TypeError:
        return 16  # the validators, which come after, say which bound is none


@frozen
class AutoLimit:
    """A limit that finds itself: it grows while calls succeed at no loss of speed, and falls at signs of overload.

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

    Attributes:
        current: How many calls may be in flight now. It is read for each of them, and so it is not a property.
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
        # Blocking calls meet an overload in threads of their own.
        self._lock = Lock()
        self._minimum = auto.minimum
        self._maximum = auto.maximum
        self.current = auto.initial
        # Slow start goes as far as this; RFC 5681 calls it ssthresh.
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
        """Learn from a call that met no trouble.

        Args:
            seconds: How long it took.
            in_flight: How many calls ran when it ended, itself included.
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
        """Halve the limit, because an attempt was answered 429, 503 or the like, or timed out.

        Args:
            started: When the call began, in the clock's seconds. One that began before the limit was last halved is
                of the same burst, and changes nothing.
            now: The clock's seconds now.
        """
        with self._lock:
            if started <= self._halved:
                return
            self._halved = now
            self._probed = None
            self._quiet_rounds = 0
            half = self.current // 2
            # While nothing succeeds, the limit falls on, and slow start may return to half of what worked.
            if self._succeeded:
                self._threshold = half
            self._succeeded = False
            self._set(half)
            self._begin_round(skip=0)

    def _set(self, limit: int) -> None:
        self.current = max(self._minimum, min(self._maximum, limit))

    def _begin_round(self, *, skip: int) -> None:
        """Begin a round, after so many successes that began under another limit."""
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
            # Undecided: twice as many latencies say more.
            self._prolonged = True
            self._round *= 2
        else:
            self._grow()

    def _grow(self) -> None:
        before = self.current
        # More than what is used would be a guess.
        if self._most >= before:
            if before < self._threshold:
                self._set(min(2 * before, self._threshold))
            else:
                self._quiet_rounds += 1
                self._set(before + max(1, int(before * self._quiet_rounds * ACCELERATION)))
        # Calls that start at once end with the shortest first.
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
    """Return the lower end, the median and the upper end; sorts the latencies in place."""
    latencies.sort()
    count = len(latencies)
    middle = count / 2
    half = INTERVAL_RANKS * sqrt(count)
    return latencies[int(middle - half)], latencies[count // 2], latencies[min(count - 1, int(middle + half))]
