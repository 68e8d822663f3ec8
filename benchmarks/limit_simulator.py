"""Measure how near `limit="auto"` comes to the best fixed limit, in simulated time: `make limit` (ARGS=--search).

Calls go through the package's own limit, pauses and retry delays. Only the event loop and the network are simulated. A
call that fails in all its attempts is made again later, as by `retry_failed`, until 20,000 have succeeded. Ends with 1
if a share of the best fixed limit's throughput falls short of its figure.
"""

from __future__ import annotations

import argparse
import heapq
import logging
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import count, groupby, product
from random import Random

from polytomic_client import AutoLimit, RateLimitError
from polytomic_client._call.retry import retry_delay
from polytomic_client._call.settings import DEFAULT_MAX_ATTEMPTS
from polytomic_client._core.log import logger
from polytomic_client._fan_out.limit import LimitController
from polytomic_client._fan_out.start_gate import Lane, Pace

from .limit_servers import KINDS, MAXIMUM, Answer, Kind, Server

CALLS = 20_000
"""Calls of one simulation: seconds to minutes of simulated time, and a tenth of a second of real time."""

SEEDS = (1, 2, 3)

SEARCHED = (16, 64, MAXIMUM)
"""Limits that the search tries besides the one that should be the best. Around the best of them it looks closer."""

CLOSER = (1.5, 1.2)
"""Factors by which the search looks above and below the best limit so far, one after the other."""


class SimulatedClock:
    """The time of one simulation, which only the simulation moves."""

    def __init__(self, random: Random) -> None:
        self.now = 0.0
        self.random = random.random

    def monotonic(self) -> float:
        """Return the simulated seconds since the start."""
        return self.now

    time = monotonic

    def sleep(self, seconds: float) -> None:
        """Never called: the simulation does what comes next instead."""
        raise NotImplementedError

    async def sleep_async(self, seconds: float) -> None:
        """Never called either."""
        raise NotImplementedError


class Call:
    """A call in flight."""

    __slots__ = ("attempts", "lane")

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        self.attempts = 0


class Simulation:
    """A fan-out over one server.

    Attributes:
        controller: The limit.
        clock: The simulated time.
        ends: When each call succeeded.
        refused: How many attempts were answered 429.
        limits: Every limit, and the time from which it held.
    """

    def __init__(self, server: Server, auto: AutoLimit | None = None, *, seed: int = 1) -> None:
        auto = auto or AutoLimit()
        self.controller = LimitController(auto)
        # Of its own, so that a retry does not change what the server does next.
        self.clock = SimulatedClock(Random(-seed))
        self.ends: list[float] = []
        self.refused = 0
        self.limits = [(0.0, self.controller.current)]
        self._adapts = auto.minimum < auto.maximum
        self._server = server
        self._random = Random(seed)
        self._pace = Pace(self.clock, None)
        self._in_flight = 0
        self._busy = 0  # attempts that the server works on
        self._order = count()
        # When, in which order, and what: a call's answer, its next attempt (no answer), or a pause's end (no call).
        self._events: list[tuple[float, int, Call | None, Answer | None]] = []

    def run(self, calls: int = CALLS) -> Simulation:
        """Make calls until so many have succeeded."""
        waking = False
        while len(self.ends) < calls:
            if self._pace.is_open():
                self._start(calls - len(self.ends))
            elif not waking:
                waking = True
                self._after(self._pace.paused())
            self.clock.now, _, call, answer = heapq.heappop(self._events)
            if call is None:
                waking = False
            elif answer is not None:
                self._end(call, answer)
            elif self._pace.is_open():
                self._attempt(call)
            else:
                self._after(self._pace.paused(), call)
            if self.controller.current != self.limits[-1][1]:
                self.limits.append((self.clock.now, self.controller.current))
        return self

    @property
    def throughput(self) -> float:
        """Calls per second."""
        return len(self.ends) / self.ends[-1]

    def _after(self, seconds: float, call: Call | None = None, answer: Answer | None = None) -> None:
        heapq.heappush(self._events, (self.clock.now + seconds, next(self._order), call, answer))

    def _start(self, left: int) -> None:
        while self._in_flight < min(self.controller.current, left):
            self._in_flight += 1
            call = Call(Lane(self._pace, self._heed))
            call.lane.begin(self.clock.now)
            self._attempt(call)

    def _attempt(self, call: Call) -> None:
        call.attempts += 1
        self._busy += 1
        answer = self._server.answer(self.clock.now, self._busy, self._random)
        self._after(answer.seconds, call, answer)

    def _end(self, call: Call, answer: Answer) -> None:
        self._busy -= 1
        if answer.refused:
            self._refuse(call, RateLimitError(429, retry_after=answer.retry_after))
            return
        if self._adapts and not call.lane.troubled:
            self.controller.succeeded(self.clock.now - call.lane.started, self._in_flight)
        self._in_flight -= 1
        self.ends.append(self.clock.now)

    def _refuse(self, call: Call, error: RateLimitError) -> None:
        self.refused += 1
        call.lane.failed(error)
        delay = retry_delay(error, attempt=call.attempts, repeatable=True, in_flight=False, clock=self.clock)
        if delay is None or call.attempts >= DEFAULT_MAX_ATTEMPTS:
            self._in_flight -= 1
        else:
            self._after(delay, call)

    def _heed(self, lane: Lane, error: Exception) -> None:
        del error
        if self._adapts:
            self.controller.overloaded(lane.started, self.clock.now)


@dataclass(frozen=True)
class Result:
    """What one server made of "auto" with one seed.

    Attributes:
        share: Throughput, as a share of the best fixed limit's.
        best: The best fixed limit.
        limit: The average of the limit over time.
        refused: Attempts that were answered 429, as a share of all calls.
    """

    share: float
    best: int
    limit: float
    refused: float


def best_fixed(kind: Kind, seed: int, *, search: bool) -> tuple[float, int]:
    """Return the throughput of the best fixed limit, and that limit."""
    found: dict[int, float] = {}

    def measure(limit: int) -> None:
        if 1 <= limit <= MAXIMUM and limit not in found:
            found[limit] = Simulation(kind.make(), AutoLimit(limit, limit, limit), seed=seed).run().throughput

    measure(kind.best)
    if search:
        for limit in SEARCHED:
            measure(limit)
        for factor in CLOSER:
            best = max(found, key=found.__getitem__)
            measure(round(best * factor))
            measure(round(best / factor))
    best = max(found, key=found.__getitem__)
    return found[best], best


def measure(job: tuple[int, int, bool]) -> Result:
    """Run "auto" and the best fixed limit against the server of this number, with a seed, with or without a search."""
    number, seed, search = job
    kind = KINDS[number]
    throughput, best = best_fixed(kind, seed, search=search)
    simulation = Simulation(kind.make(), seed=seed).run()
    until = [*(since for since, _ in simulation.limits[1:]), simulation.ends[-1]]
    calls_seconds = sum((end - start) * limit for (start, limit), end in zip(simulation.limits, until, strict=True))
    return Result(
        simulation.throughput / throughput, best, calls_seconds / until[-1], simulation.refused / len(simulation.ends)
    )


def table(results: Sequence[Sequence[Result]]) -> Iterator[str]:
    """Yield the lines of a table of every server."""
    yield f"| server | must | share with seed {', '.join(map(str, SEEDS))} | best limit | average limit | refused |"
    yield "|---|---|---|---|---|---|"
    for kind, found in zip(KINDS, results, strict=True):
        shares = ", ".join(f"{result.share:.1%}" for result in found)
        must = "-" if kind.must is None else f"{kind.must:.0%}"
        short = " **short**" if falls_short(kind, found) else ""
        limits = f"{found[0].best} | {found[0].limit:.0f}"
        yield f"| {kind.group} {kind.name} | {must} | {shares}{short} | {limits} | {found[0].refused:.1%} |"


def summary(results: Sequence[Sequence[Result]]) -> Iterator[str]:
    """Yield the lines of a table of each group of servers and figure."""
    yield "| servers | number | must | lowest share | mean share |"
    yield "|---|---|---|---|---|"
    rows = sorted(zip(KINDS, results, strict=True), key=lambda row: (row[0].group, -(row[0].must or 0)))
    for (group, must), members in groupby(rows, key=lambda row: (row[0].group, row[0].must)):
        shares = [[result.share for result in found] for _, found in members]
        every = [share for found in shares for share in found]
        figure = "-" if must is None else f"{must:.0%}"
        yield f"| {group} | {len(shares)} | {figure} | {min(every):.0%} | {sum(every) / len(every):.0%} |"


def falls_short(kind: Kind, found: Sequence[Result]) -> bool:
    """Say whether a seed falls short of the figure."""
    return kind.must is not None and min(result.share for result in found) < kind.must


def main() -> int:
    """Run the command line and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.limit_simulator",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--search", action="store_true", help="search for the best fixed limit; without, it is derived from the server"
    )
    search: bool = parser.parse_args().search
    with ProcessPoolExecutor(initializer=_be_quiet) as pool:
        found = list(pool.map(measure, product(range(len(KINDS)), SEEDS, [search])))
    results = [found[start : start + len(SEEDS)] for start in range(0, len(found), len(SEEDS))]
    print(*table(results), "", *summary(results), sep="\n")
    return int(any(falls_short(kind, row) for kind, row in zip(KINDS, results, strict=True)))


def _be_quiet() -> None:
    # Each pause is a warning, as it is in a fan-out.
    logger.setLevel(logging.ERROR)


if __name__ == "__main__":
    sys.exit(main())
