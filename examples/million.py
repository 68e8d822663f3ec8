"""Query the destinations of a million connections from a Dask cluster of this machine, and kill a worker in the middle.

    python examples/million.py          a million
    python examples/million.py 20000    fewer
    python examples/million.py 20000 0.05    of an API that takes so many seconds for a response

It needs no account and the extra `dask`. The API is a stub in a process of its own, which counts how often it is asked
for each id. The example never queries the real API.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from distributed import Client
from running import Bar

from polytomic_client import AsyncPolytomic
from polytomic_client.dask import fan_out

IDS = 1_000_000
WORKERS = 2
LIMIT = 64
LARGEST_BATCH = 1_000


@contextmanager
def stub(count: int, seconds: float) -> Generator[tuple[str, dict[str, int]]]:
    """Start the stub. Give its URL, and what it counted once the block has ended."""
    counted: dict[str, int] = {}
    command = [sys.executable, str(Path(__file__).with_name("stub.py")), str(count), str(seconds)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}", counted
            process.stdin.close()
            counted.update(json.loads(process.stdout.read()))
        finally:
            process.kill()


def ids(count: int) -> Iterator[str]:
    """Yield the ids. The fan-out reads them as it needs them, so that no list of them is in memory."""
    for number in range(count):
        yield f"00000000-0000-4000-8000-{number:012x}"


def memory() -> str:
    """Return the largest memory of this process so far. Windows does not tell."""
    if sys.platform == "win32":
        return "?"
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return f"{peak / (2**20 if sys.platform == 'darwin' else 2**10):.0f} MB"


def query(cluster: Client, count: int) -> tuple[bytearray, int]:
    """Query each id, and kill a worker once half of the outcomes have arrived.

    Returns:
        How many outcomes each id has, and how many of all have failed.
    """
    outcomes_of = bytearray(count)
    done = failed = 0
    workers: dict[str, int] = cast("Any", cluster).run(os.getpid)
    bar = Bar(count, sys.stderr)
    batch = min(LARGEST_BATCH, max(1, count // 20))
    with fan_out(cluster, AsyncPolytomic.get_bulk_destination, ids(count), limit=LIMIT, batch=batch) as outcomes:
        for outcome in outcomes:
            outcomes_of[int(outcome.item[-12:], 16)] += 1
            done += 1
            failed += not outcome.ok
            bar.show(done, failed)
            if done == count // 2:
                os.kill(min(workers.values()), signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
    bar.clear()
    return outcomes_of, failed


def main(count: int, response_takes: float) -> int:
    """Run the example.

    Args:
        count: How many ids.
        response_takes: Seconds in which the stub responds.

    Returns:
        The exit status: 0 if each id has exactly one outcome, a success.
    """
    with stub(count, response_takes) as (url, counted):
        # The workers inherit the environment. A key never travels through the cluster.
        os.environ.pop("POLYTOMIC_DEPLOYMENT_KEY", None)
        os.environ.update(POLYTOMIC_API_KEY="a-key-of-the-stub", POLYTOMIC_DEPLOYMENT_URL=url)
        with Client(
            n_workers=WORKERS, threads_per_worker=2, dashboard_address="127.0.0.1:0", silence_logs=logging.CRITICAL
        ) as cluster:
            started = time.perf_counter()
            outcomes_of, failed = query(cluster, count)
            seconds = time.perf_counter() - started
            most = memory()
    each_once = outcomes_of.count(1) == count
    print(f"{sum(outcomes_of):,} outcomes of {count:,} ids, {failed:,} failed, each id once: {each_once}")
    print(f"{counted['requests']:,} requests, {counted['again']:,} ids more than once: a worker was killed at half-way")
    print(f"{seconds:.1f} s, {count / seconds:,.0f} outcomes per second, {most} of memory in this process at most")
    return 0 if each_once and not failed else 1


if __name__ == "__main__":
    arguments = dict(enumerate(sys.argv))
    sys.exit(main(int(arguments.get(1, IDS)), float(arguments.get(2, 0))))
