"""Resident memory while very many outcomes are streamed: `python -m benchmarks.memory URL CALLS CANDIDATE`."""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from pathlib import Path

from polytomic_client import fan_out

from .candidates import CANDIDATES
from .worker import check, connection

EARLY = 5_000
"""Outcomes after which everything that is made once has been made."""


def megabytes(name: str) -> float:
    """Return a figure of this process: VmRSS, the memory that is resident, or VmHWM, the most that was."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith(name))


async def measure(url: str, calls: int, candidate: str) -> dict[str, float]:
    """Stream so many outcomes and keep none."""
    early = 0.0
    done = 0
    start = time.perf_counter()
    opened = CANDIDATES[candidate].open
    assert opened is not None
    async with (
        opened(url, 100) as call,
        fan_out(call, map(connection, range(calls)), limit=100) as outcomes,
    ):
        async for outcome in outcomes:
            answer = outcome.result()
            done += 1
            if done == EARLY:
                check(answer)
                gc.collect()
                early = megabytes("VmRSS")
        seconds = time.perf_counter() - start
        gc.collect()
        end = megabytes("VmRSS")
    return {"calls": done, "seconds": seconds, "early_mb": early, "end_mb": end, "peak_mb": megabytes("VmHWM")}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(sys.argv[1], int(sys.argv[2]), sys.argv[3]))))
