"""The processes of the soak: `python -m tests.dask.soak_roles scheduler`, `worker ADDRESS`, `nanny ADDRESS`, `driver`.

Each prints lines of JSON. A driver reads commands from standard input; all end with it.
"""

# ruff: noqa: T201  (they are programs)

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import resource
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dask.config
from distributed import Client, Nanny, Scheduler, Worker

from polytomic_client import AsyncPolytomic, fan_out
from polytomic_client.dask import fan_out as dask_fan_out

from .soak_machine import POISON, SHOWN

SAMPLES = 20


def say(**line: Any) -> None:
    print(json.dumps(line), flush=True)


def ids(first: int, count: int) -> Iterator[str]:
    return (f"00000000-0000-4000-8000-{number:012x}" for number in range(first, count))


async def small(client: AsyncPolytomic, item: str) -> int:
    """Return a small value, as a user's own function does."""
    return len((await client.get_bulk_destination(item)).data.modes or ())


async def poison(client: AsyncPolytomic, item: str) -> int:
    """End the process for one item."""
    if int(item[-12:], 16) == POISON:
        os._exit(1)
    return await small(client, item)


FETCHES: dict[str, Any] = {"operation": AsyncPolytomic.get_bulk_destination, "small": small, "poison": poison}


def resident() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


class Seen:
    """What a loop over outcomes has seen."""

    def __init__(self, count: int, marks: list[int]) -> None:
        self.outcomes_of = bytearray(count)
        self.kinds: Counter[str] = Counter()
        self.failed: list[int] = []
        self.samples: list[tuple[int, float]] = []
        self._marks = marks
        self._done = 0

    def take(self, outcome: Any) -> None:
        number = int(outcome.item[-12:], 16)
        self.outcomes_of[number] += 1
        if outcome.error is not None:
            self.kinds[type(outcome.error).__name__] += 1
            self.failed.append(number)
        self._done += 1
        if self._marks and self._done >= self._marks[0]:
            self._marks.pop(0)
            say(mark=self._done)
        if self._done % max(1, len(self.outcomes_of) // SAMPLES) == 0:
            self.samples.append((self._done, resident()))

    def report(self) -> dict[str, Any]:
        seen = self.outcomes_of
        return {
            "done": self._done,
            "lost": seen.count(0),
            "twice": len(seen) - seen.count(0) - seen.count(1),
            "kinds": self.kinds,
            "failed": self.failed[:10],
            "samples": self.samples,
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6,
            "seen": seen.hex() if len(seen) <= SHOWN else None,
        }


def drive(
    cluster: Client,
    *,
    count: int,
    first: int = 0,
    fetch: str = "operation",
    marks: tuple[int, ...] = (),
    **options: Any,
) -> None:
    """Run a fan-out over the cluster, and print what its loop has seen."""
    seen = Seen(count, list(marks))
    gc.collect()
    began, cpu = time.monotonic(), time.process_time()
    error: BaseException | None = None
    try:
        with dask_fan_out(cluster, FETCHES[fetch], ids(first, count), **options) as outcomes:
            for outcome in outcomes:
                seen.take(outcome)
    except (Exception, KeyboardInterrupt) as raised:  # noqa: BLE001  (the other process shows it)
        error = raised
    say(
        end=time.monotonic(),
        seconds=time.monotonic() - began,
        cpu=time.process_time() - cpu,
        error=None if error is None else f"{type(error).__name__}: {error}",
        **seen.report(),
    )


async def single(*, count: int, limit: int) -> None:
    """Run a fan-out in this process, and print what it costs."""
    seen = Seen(count, [])
    async with AsyncPolytomic() as client:
        began, cpu = time.monotonic(), time.process_time()
        async with fan_out(client.get_bulk_destination, ids(0, count), limit=limit) as outcomes:
            async for outcome in outcomes:
                seen.take(outcome)
        say(seconds=time.monotonic() - began, cpu=time.process_time() - cpu, **seen.report())


def drivers() -> None:
    """Serve commands: connect to a cluster, and run fan-outs there or here."""
    cluster: Client | None = None
    for line in sys.stdin:
        command = json.loads(line)
        match command.pop("do"):
            case "connect":
                cluster = Client(command["address"], set_as_default=False)
                say(connected=True)
            case "single":
                asyncio.run(single(**command))
            case _:
                assert cluster is not None
                drive(cluster, **command)
    os._exit(0)  # the scheduler may be gone, and Dask would wait for it


async def serve(role: str, address: str) -> None:
    """Run a scheduler, a worker, or a worker that a nanny starts again."""
    options: dict[str, Any] = {"dashboard_address": "127.0.0.1:0"}
    server: Any
    match role:
        case "scheduler":
            server = Scheduler(host="127.0.0.1", port=0, dashboard=False, **options)
        case "worker":
            server = Worker(address, nthreads=2, dashboard=False, **options)
        case _:
            server = Nanny(address, nthreads=2, **options)
    async with server:
        say(address=server.address)
        terminated = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, terminated.set)
        await asyncio.wait(
            [asyncio.create_task(each) for each in (server.finished(), terminated.wait())],
            return_when=asyncio.FIRST_COMPLETED,
        )


def end_with_input() -> None:
    sys.stdin.read()
    os._exit(0)


def main() -> None:
    logging.disable(logging.CRITICAL)
    role, address, settings = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    dask.config.set(settings)
    if role == "driver":
        drivers()
        return
    threading.Thread(target=end_with_input, daemon=True).start()
    asyncio.run(serve(role, address))


if __name__ == "__main__":
    main()
