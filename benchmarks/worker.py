"""Makes the calls of one candidate: `python -m benchmarks.worker CANDIDATE`.

Each line of standard input is a job, a JSON object, and has one line of output. Each job creates its own client,
so that no connection is kept from one round to the next.
"""

from __future__ import annotations

import asyncio
import gc
import json
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Any

from .candidates import CANDIDATES, BlockingCall, Call, mode_ids
from .servers import DOCUMENTED

PATIENCE = 180.0
"""Seconds that the calls of one round may take beyond their time."""


def connection(number: int) -> str:
    """Return an id, another for each number."""
    return f"00000000-0000-4000-8000-{number:012x}"


class Window:
    """Ids for calls until enough was measured: whole rounds of all the calls in flight, without the first two.

    An id is taken when the call before it has ended. So from the start of one round to the start of another, as many
    calls end as ids are taken; connecting, the first burst and the last answers are outside. Where a round takes too
    long, neither the first two nor a whole one is waited for.

    Attributes:
        found: What the calls in the window took, once it is over.
    """

    def __init__(self, concurrency: int, seconds: float) -> None:
        gc.collect()
        self.found: dict[str, Any] = {}
        self._concurrency = concurrency
        self._seconds = seconds
        self._taken = 0
        self._before: int | None = None
        self._start = time.perf_counter()
        self._cpu = 0.0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        elapsed = time.perf_counter() - self._start
        late = elapsed >= 2 * self._seconds
        if self._before is None:
            if self._taken >= 2 * self._concurrency or (late and self._taken >= self._concurrency):
                self._before = self._taken
                self._start, self._cpu = time.perf_counter(), time.process_time()
        elif not self.found and elapsed >= self._seconds:
            calls = self._taken - self._before
            if late or calls % self._concurrency == 0:
                self.found = {"calls": calls, "seconds": elapsed, "cpu_seconds": time.process_time() - self._cpu}
        if self.found:
            raise StopIteration
        self._taken += 1
        return connection(self._taken)


def check(answer: Any) -> None:
    """Raise ValueError unless an answer is the documented one."""
    if mode_ids(answer) != mode_ids(DOCUMENTED):
        raise ValueError(f"a wrong answer: {answer!r}")


async def in_tasks(call: Call, ids: Iterator[str], concurrency: int) -> None:
    """Call for each id, so many at once."""

    async def work() -> None:
        for one in ids:
            await call(one)

    async with asyncio.TaskGroup() as group:
        for _ in range(concurrency):
            group.create_task(work())


async def in_fan_out(call: Call, ids: Iterator[str], concurrency: int) -> None:
    """Call for each id through `fan_out`."""
    from polytomic_client import fan_out

    async with fan_out(call, ids, limit=concurrency) as outcomes:
        async for outcome in outcomes:
            outcome.result()


async def run(
    opened: AbstractAsyncContextManager[Call], concurrency: int, seconds: float, *, fan_out: bool
) -> dict[str, Any]:
    """Check one answer, and measure."""
    make = in_fan_out if fan_out else in_tasks
    async with asyncio.timeout(seconds + PATIENCE), opened as call:
        check(await call(connection(0)))
        window = Window(concurrency, seconds)
        await make(call, window, concurrency)
    return window.found


def run_blocking(opened: AbstractContextManager[BlockingCall], seconds: float) -> dict[str, Any]:
    """Check one answer, and measure."""
    with opened as call:
        check(call(connection(0)))
        window = Window(1, seconds)
        for one in window:
            call(one)
    return window.found


def main() -> None:
    """Do the jobs of standard input until it ends."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    candidate = CANDIDATES[sys.argv[1]]
    for text in sys.stdin:
        job = json.loads(text)
        try:
            if candidate.open is not None:
                opened = candidate.open(job["url"], job["concurrency"])
                found = asyncio.run(run(opened, job["concurrency"], job["seconds"], fan_out=candidate.fan_out))
            else:
                assert candidate.blocking is not None
                found = run_blocking(candidate.blocking(job["url"]), job["seconds"])
        except Exception as error:  # noqa: BLE001  (whatever it is, the parent says it)
            found = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
