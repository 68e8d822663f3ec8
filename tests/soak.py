"""Very many calls through a fan-out against a server that misbehaves, and what they leave behind.

    python -m tests.soak --calls 1000000            AsyncPolytomic
    python -m tests.soak --calls 1000000 --uvloop   AsyncPolytomic, in the event loop of uvloop
    python -m tests.soak --calls 1000000 --httpx    AsyncPolytomic, through httpx.AsyncHTTPTransport
    python -m tests.soak --calls 1000000 --blocking Polytomic, called by threads

A run fails where an item has not exactly one outcome, where a figure is not flat, or where something is left after the
client is closed. The faults depend on the seed, the item and its try alone, so that a run can be repeated.
"""

# ruff: noqa: T201  (it is a program)

from __future__ import annotations

import argparse
import asyncio
import gc
import hashlib
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import httpx
import uvloop

from polytomic_client import AsyncPolytomic, Outcome, Polytomic, RequestError, Timeout, fan_out, fan_out_blocking
from polytomic_client._core.clock import SystemClock
from polytomic_client.v2023_04_25.models import BulkDestinationEnvelope

from .fast_server import OK, Asked, FastServer, Fault, answer

ROOT = Path(__file__).resolve().parent.parent
LIMIT = 32
SAMPLES = 20
"""In one run. As many calls lie between two samples as there are in a twentieth of it."""

HEAD, _, BODY = OK.partition(b"\r\n\r\n")
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Polytomic-Version: 2023-04-25\r\n\r\n" + b"".join(
    b"%x\r\n%b\r\n" % (len(piece), piece) for piece in (BODY[:7], BODY[7:], b"")
)
FAULTS: dict[str, tuple[float, bytes | Fault]] = {
    "chunked body": (0.05, CHUNKED),
    "Connection: close": (0.03, Fault.ANNOUNCED),
    "503": (0.03, answer(503, {"message": "restarting"})),
    "429, Retry-After: 0": (0.03, answer(429, {"message": "slow down"}, retry_after="0")),
    "reset": (0.02, Fault.RESET),
    "hang-up in the body": (0.02, Fault.HALF),
    "hang-up": (0.02, Fault.CLOSE),
    "hang-up after the answer": (0.02, Fault.LAST),
    "garbage": (0.02, b"\x16\x03\x01 this is no HTTP\r\n\r\n"),
    "garbage as the body": (0.02, answer(200, "{").replace(b'"{"', b'"\xff{')),
    "stall": (0.005, Fault.HANG),
}
"""Each with its share of the requests."""

# What one run may grow by, from its first quarter to its last, or leave behind. A leak of one object of each call is
# many times as much already in the calls of `test_soak.py`.
RESIDENT_MB = 6.0
"""What is resident moves by a few MB, as arenas of the allocator come and go."""
BLOCKS_IN_FLIGHT = 3_000
"""A call in flight has some 60 blocks of memory. Samples find the calls at different points."""
OBJECTS_IN_FLIGHT = 1_500
BLOCKS_LEFT = 400
OBJECTS_LEFT = 100
"""What Python itself keeps for the next time, such as the free lists of its types."""


class HurriedClock(SystemClock):
    """The time of this machine, without most of the waiting."""

    def sleep(self, seconds: float) -> None:
        super().sleep(min(seconds, 0.002))

    async def sleep_async(self, seconds: float) -> None:
        await super().sleep_async(min(seconds, 0.002))


def serve(seed: int) -> int:
    """Print where the server listens, serve until the input ends, and print how often there was which fault."""
    counts: Counter[str] = Counter()

    def script(asked: Asked) -> bytes | Fault:
        # Not a checksum: those of two attempts of one item would differ by the same bits for every item.
        name_of_try = b"%d %d %d" % (seed, asked.item, asked.nth)
        chance = int.from_bytes(hashlib.blake2b(name_of_try, digest_size=4).digest(), "big") / 2**32
        for name, (share, done) in FAULTS.items():
            chance -= share
            if chance < 0:
                counts[name] += 1
                return done
        return OK

    with FastServer(script) as server:
        print(server.url, flush=True)
        sys.stdin.read()
    print(json.dumps({"requests": len(server.asked)} | counts))
    return 0


@contextmanager
def server_of_its_own(seed: int) -> Generator[tuple[str, Counter[str]]]:
    """A server in another process; the counts are there when the block has ended."""
    counts: Counter[str] = Counter()
    command = [sys.executable, "-m", "tests.soak", "--serve", "--seed", str(seed)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            yield child.stdout.readline().strip(), counts
            child.stdin.close()
            counts.update(json.loads(child.stdout.read()))
        finally:
            child.kill()


@dataclass(frozen=True)
class Sample:
    """What this process holds."""

    done: int
    seconds: float
    resident_mb: float
    descriptors: int
    tasks: int
    threads: int
    objects: int
    blocks: int


@dataclass
class Soak:
    """One run: what was found while calls were in flight, and after the client was closed."""

    start: float = field(default_factory=time.perf_counter)
    seen: bytearray = field(default_factory=bytearray)
    kinds: Counter[str] = field(default_factory=Counter[str])
    in_flight: list[Sample] = field(default_factory=list[Sample])
    closed: list[Sample] = field(default_factory=list[Sample])
    """Before the first client, after the one of the warm-up, and after the last one."""
    server: Counter[str] = field(default_factory=Counter[str])
    quiet: bool = False
    reserve: int = 0
    """Descriptors that an event loop opens with its first connection, and keeps."""
    _printed: float = 0.0

    def sample(self) -> Sample:
        gc.collect()
        loop = asyncio._get_running_loop()  # None in a thread that has no loop
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return Sample(
            done=len(self.seen) - self.seen.count(0),
            seconds=time.perf_counter() - self.start,
            resident_mb=pages * os.sysconf("SC_PAGE_SIZE") / 2**20,
            descriptors=len(list(Path("/proc/self/fd").iterdir())) - 1,
            tasks=len(asyncio.all_tasks(loop)) if loop else 0,
            threads=threading.active_count(),
            objects=len(gc.get_objects()),
            blocks=sys.getallocatedblocks(),
        )

    def take(self, outcome: Outcome[UUID, BulkDestinationEnvelope]) -> None:
        """Count an outcome, and look around now and then."""
        self.seen[outcome.item.int] += 1  # an overflow would raise
        if outcome.error is not None and not isinstance(outcome.error, RequestError):
            raise outcome.error
        self.kinds["ok" if outcome.error is None else type(outcome.error).__name__] += 1
        if sum(self.kinds.values()) % max(len(self.seen) // SAMPLES, 1) == 0:
            self.in_flight.append(self.sample())
            figures = asdict(self.in_flight[-1])
            if not self.quiet and figures["seconds"] > self._printed + 3:
                self._printed = figures["seconds"]
                print(*(f"{name} {value:,.0f}" for name, value in figures.items()), sep="  ", flush=True)

    def begin(self, calls: int) -> Iterator[UUID]:
        """Forget what was, and return the items of so many calls."""
        self.seen = bytearray(calls)
        self.kinds.clear()
        self.in_flight.clear()
        return (UUID(int=number) for number in range(calls))

    def problems(self) -> list[str]:
        """Say what is not as it must be."""
        before, warm, last = self.closed
        quarter = len(self.in_flight) // 4
        early, late = self.in_flight[1 : quarter + 1], self.in_flight[-quarter:]
        found: list[str] = []

        def at_most(name: str, value: float, bound: float) -> None:
            if value > bound:
                found.append(f"{name}: {value:,.1f}, where at most {bound:,.1f} is right")

        def growth(name: str) -> float:
            first, second = ([cast("float", getattr(sample, name)) for sample in part] for part in (early, late))
            return statistics.median(second) - statistics.median(first)

        at_most("items without an outcome", self.seen.count(0), 0)
        at_most("items with two outcomes", len(self.seen) - self.seen.count(0) - self.seen.count(1), 0)
        at_most("growth of resident MB in flight", growth("resident_mb"), RESIDENT_MB)
        at_most("growth of blocks in flight", growth("blocks"), BLOCKS_IN_FLIGHT)
        at_most("growth of objects in flight", growth("objects"), OBJECTS_IN_FLIGHT)
        # One connection for each call, and what the event loop has.
        at_most("descriptors", max(sample.descriptors for sample in self.in_flight), before.descriptors + LIMIT + 6)
        # A worker and its attempt for each call, and a few around them.
        at_most("tasks", max(sample.tasks for sample in self.in_flight), before.tasks + 2 * LIMIT + 6)
        at_most("threads", max(sample.threads for sample in self.in_flight), before.threads + LIMIT + 2)
        at_most("descriptors left after close", last.descriptors, before.descriptors + self.reserve)
        for name in ("tasks", "threads"):
            at_most(f"{name} left after close", getattr(last, name), getattr(before, name))
        at_most("objects left after close", last.objects - warm.objects, OBJECTS_LEFT)
        at_most("blocks left after close", last.blocks - warm.blocks, BLOCKS_LEFT)
        found += [f"the server never did: {name}" for name in FAULTS if not self.server[name]]
        return found

    def table(self) -> str:
        every = [("closed", sample) for sample in self.closed] + [("in flight", sample) for sample in self.in_flight]
        rows = [["", *asdict(self.closed[0])]]
        rows += [[name, *(f"{value:,.0f}" for value in asdict(sample).values())] for name, sample in every]
        first, last = self.in_flight[0], self.in_flight[-1]
        rate = (last.done - first.done) / (last.seconds - first.seconds)
        counts = [f"{name} {count:,}" for name, count in [*self.kinds.most_common(), *self.server.most_common()]]
        lines = ["  ".join(f"{cell:>11}" for cell in row) for row in rows]
        return "\n".join([*lines, f"{rate:,.0f} calls a second", ", ".join(counts)])


SETTINGS: dict[str, Any] = {"api_key": "a", "timeout": Timeout(read=0.3), "max_attempts": 3, "max_connections": LIMIT}


async def _soak_async(soak: Soak, url: str, calls: int, transport: httpx.AsyncBaseTransport | None) -> None:
    clock = HurriedClock()
    async with (
        AsyncPolytomic(base_url=url, clock=clock, transport=transport, **SETTINGS) as client,
        fan_out(client.get_bulk_destination, soak.begin(calls), limit=LIMIT, clock=clock) as outcomes,
    ):
        async for outcome in outcomes:
            soak.take(outcome)


async def _soak_asyncio(soak: Soak, url: str, calls: list[int], transport: Callable[[], Any]) -> None:
    soak.closed.append(soak.sample())
    for count in calls:
        await _soak_async(soak, url, count, transport())
        await asyncio.sleep(0.05)  # asyncio closes a socket in a later turn of the loop
        soak.closed.append(soak.sample())


def _soak_blocking(soak: Soak, url: str, calls: int) -> None:
    clock = HurriedClock()
    with (
        Polytomic(base_url=url, clock=clock, **SETTINGS) as client,
        fan_out_blocking(client.get_bulk_destination, soak.begin(calls), limit=LIMIT, clock=clock) as outcomes,
    ):
        for outcome in outcomes:
            soak.take(outcome)


def run(calls: int, *, seed: int = 1, way: str = "asyncio", quiet: bool = False) -> Soak:
    """Make so many calls after a warm-up, and return what was found."""
    # libuv keeps one open, to be able to refuse connections where no descriptor is left.
    soak = Soak(quiet=quiet, reserve=1 if way == "uvloop" else 0)
    each = [max(calls // 5, 1_000), calls]
    with server_of_its_own(seed) as (url, counts):
        if way == "blocking":
            soak.closed.append(soak.sample())
            for count in each:
                _soak_blocking(soak, url, count)
                soak.closed.append(soak.sample())
        else:
            new_loop = uvloop.new_event_loop if way == "uvloop" else None
            with asyncio.Runner(loop_factory=new_loop) as runner:
                transport = httpx.AsyncHTTPTransport if way == "httpx" else lambda: None
                runner.run(_soak_asyncio(soak, url, each, transport))
    soak.server = counts
    return soak


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    way = parser.add_mutually_exclusive_group()
    for name in ("uvloop", "blocking", "httpx", "serve"):
        way.add_argument(f"--{name}", dest="way", action="store_const", const=name, default="asyncio")
    chosen = parser.parse_args()
    if chosen.way == "serve":
        return serve(chosen.seed)
    soak = run(chosen.calls, seed=chosen.seed, way=chosen.way)
    print(soak.table())
    print(*(problems := soak.problems()) or ["Flat, and nothing is left."], sep="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
