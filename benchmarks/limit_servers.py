"""The servers that `limit="auto"` is measured against: what each does with a request, in simulated time."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import NamedTuple, Protocol

from polytomic_client import AutoLimit

MAXIMUM = AutoLimit().maximum
"""Calls in flight: the highest limit, which is the best one where more in flight never slows a server down."""

LATENCY = 0.05
"""Seconds that a server takes at the median while it is not overloaded."""

REFUSAL = 0.005
"""Seconds until a 429, which costs a server next to nothing."""

Latency = Callable[[Random], float]


class Answer(NamedTuple):
    """What becomes of a request: seconds until the response, whether it is a 429, and that one's Retry-After."""

    seconds: float
    refused: bool = False
    retry_after: float | None = None


class Server(Protocol):
    """One server in one simulation. It may have state."""

    def answer(self, now: float, busy: int, random: Random) -> Answer:
        """Answer a request that arrives now, when the server has so many at once, this one included."""
        ...


def lognormal(sigma: float, median: float = LATENCY) -> Latency:
    """Return a latency whose logarithm has this standard deviation: 0.1 is steady, 1 varies a lot."""
    return lambda random: median * random.lognormvariate(0, sigma)


def exponential(random: Random) -> float:
    """Return a latency as of a server whose work has no typical size."""
    return random.expovariate(1 / LATENCY)


def bimodal(random: Random) -> float:
    """Return a latency as of a cache with six hits in ten."""
    return 0.02 if random.random() < 0.6 else 0.4


@dataclass
class Unbounded:
    """Works on any number at once, like a service that scales out."""

    latency: Latency

    def answer(self, now: float, busy: int, random: Random) -> Answer:
        """Answer after the latency."""
        del now, busy
        return Answer(self.latency(random))


class Queue:
    """Works on so many at once, first come, first served, like a pool of threads. The others wait."""

    def __init__(self, workers: int, latency: Latency) -> None:
        self._latency = latency
        self._free = [0.0] * workers

    def answer(self, now: float, busy: int, random: Random) -> Answer:
        """Answer once a worker has had the time."""
        del busy
        end = max(self._free[0], now) + self._latency(random)
        heapq.heapreplace(self._free, end)
        return Answer(end - now)


@dataclass
class Shared:
    """Has a capacity that all requests share, like one database.

    Attributes:
        capacity: How many at once it works on at full speed.
        latency: How long each takes then.
        power: How latency grows beyond: 1 keeps the throughput, 2 halves it with twice as many at once (a collapse).
    """

    capacity: int
    latency: Latency
    power: float = 1.0

    def answer(self, now: float, busy: int, random: Random) -> Answer:
        """Answer the later, the more there are."""
        del now
        return Answer(self.latency(random) * max(1.0, busy / self.capacity) ** self.power)


class RateLimited:
    """Answers 429 above a rate: a token bucket of one second's worth, which is how most API gateways do it."""

    def __init__(self, rate: float, latency: Latency, retry_after: float | None) -> None:
        self._rate = rate
        self._latency = latency
        self._retry_after = retry_after
        self._tokens = rate
        self._filled = 0.0

    def answer(self, now: float, busy: int, random: Random) -> Answer:
        """Take a token, or refuse."""
        del busy
        self._tokens = min(self._rate, self._tokens + (now - self._filled) * self._rate)
        self._filled = now
        if self._tokens < 1:
            return Answer(REFUSAL, refused=True, retry_after=self._retry_after)
        self._tokens -= 1
        return Answer(self._latency(random))


class Changing:
    """Is one server after another, each until a time."""

    def __init__(self, *phases: tuple[float, Server], last: Server) -> None:
        self._phases = list(phases)
        self._last = last

    def answer(self, now: float, busy: int, random: Random) -> Answer:
        """Answer as the server of this time."""
        while self._phases and now >= self._phases[0][0]:
            del self._phases[0]
        return (self._phases[0][1] if self._phases else self._last).answer(now, busy, random)


class Refusing:
    """Answers 429 to each request above so many at once, like a gateway with a concurrency limit."""

    def __init__(self, most: int, latency: Latency) -> None:
        self._most = most
        self._latency = latency

    def answer(self, now: float, busy: int, random: Random) -> Answer:
        """Count, and answer or refuse."""
        del now
        return Answer(self._latency(random)) if busy <= self._most else Answer(REFUSAL, refused=True)


@dataclass(frozen=True)
class Kind:
    """A server to measure with.

    Attributes:
        group: The kind of server.
        name: What sets it apart within its group.
        make: Makes one for a simulation.
        best: The best fixed limit, by how the server works. The search begins here.
        must: The least share of the best fixed limit's throughput; None if there is no requirement.
    """

    group: str
    name: str
    make: Callable[[], Server]
    best: int
    must: float | None = 0.9


def _unbounded() -> Iterator[Kind]:
    for sigma in (0.1, 0.3, 0.8, 1.0):
        yield Kind("unbounded", f"sigma {sigma}", partial(Unbounded, lognormal(sigma)), MAXIMUM)
    yield Kind("unbounded", "exponential", partial(Unbounded, exponential), MAXIMUM)
    yield Kind("unbounded", "bimodal", partial(Unbounded, bimodal), MAXIMUM)
    yield Kind("unbounded", "5 ms, sigma 0.3", partial(Unbounded, lognormal(0.3, 0.005)), MAXIMUM)
    yield Kind("unbounded", "sigma 1.5", partial(Unbounded, lognormal(1.5)), MAXIMUM, None)


def _bounded() -> Iterator[Kind]:
    for workers in (4, 16, 50, 150):
        for sigma in (0.2, 1.0):
            yield Kind("queue", f"{workers}, sigma {sigma}", partial(Queue, workers, lognormal(sigma)), MAXIMUM)
    yield Kind("queue", "50, exponential", partial(Queue, 50, exponential), MAXIMUM)
    for capacity in (8, 30, 100):
        for sigma in (0.1, 0.8):
            yield Kind("shared", f"{capacity}, sigma {sigma}", partial(Shared, capacity, lognormal(sigma)), capacity)


def _collapsing() -> Iterator[Kind]:
    for knee in (10, 30, 100):
        for sigma in (0.1, 0.5, 1.0):
            must = 0.4 if knee < AutoLimit().initial else 0.75 if sigma <= 0.5 else 0.65
            make = partial(Shared, knee, lognormal(sigma), 2.0)
            yield Kind("collapse", f"{knee}, sigma {sigma}", make, knee, must)


def _refusing() -> Iterator[Kind]:
    for rate in (20, 100, 500):
        for name, retry_after in (("Retry-After", 1.0), ("no Retry-After", None)):
            # Without a pause, calls that wait for their next attempt are in flight too.
            best = max(8, round(2 * rate * LATENCY)) if retry_after else 32
            yield Kind("rate", f"{rate}/s, {name}", partial(RateLimited, rate, lognormal(0.3), retry_after), best)
    for most in (20, 100):
        yield Kind("concurrency", f"{most}", partial(Refusing, most, lognormal(0.3)), most, None)


def _changing() -> Iterator[Kind]:
    def queue(workers: int) -> Queue:
        return Queue(workers, lognormal(0.2))

    def shared(capacity: int, power: float = 1.0) -> Shared:
        return Shared(capacity, lognormal(0.2), power)

    def fast() -> Unbounded:
        return Unbounded(lognormal(0.2))

    def slow() -> Unbounded:
        return Unbounded(lognormal(0.2, 3 * LATENCY))

    def kind(name: str, make: Callable[[], Server], best: int = MAXIMUM, must: float = 0.9) -> Kind:
        return Kind("changing", name, make, best, must)

    yield kind("queue 50, 10, 50", lambda: Changing((7, queue(50)), (21, queue(10)), last=queue(50)))
    yield kind("queue 16, 100", lambda: Changing((15, queue(16)), last=queue(100)))
    yield kind("shared 100, 20, 100", lambda: Changing((4, shared(100)), (14, shared(20)), last=shared(100)), 100)
    collapses = partial(shared, power=2.0)
    yield kind(
        "collapse 100, 30, 100",
        lambda: Changing((4, collapses(100)), (14, collapses(30)), last=collapses(100)),
        100,
        0.75,
    )
    # The capacity stays, but one probe and slow start are a tenth of the seven seconds that 20,000 calls take here.
    yield kind("3 times slower", lambda: Changing((2, fast()), last=slow()), must=0.85)
    yield kind("3 times faster", lambda: Changing((4, slow()), last=fast()), must=0.85)


KINDS = (*_unbounded(), *_bounded(), *_collapsing(), *_refusing(), *_changing())
"""Every server that is measured."""
