"""A scheduler and workers in processes of their own, which a test may stop and kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from distributed import Client

WAITS = 30.0


class Nodes:
    """A cluster of processes. Workers have no nanny: one that is killed stays away.

    Attributes:
        scheduler: The scheduler.
        workers: The workers.
        client: A client of the cluster.
    """

    def __init__(self, folder: Path, **config: str) -> None:
        self._file = folder / "scheduler.json"
        self._environment = {
            **os.environ,
            # Until then, a scheduler tries to connect to a worker whose end it has not noticed.
            "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "3s",
            **{f"DASK_DISTRIBUTED__{name.upper()}": value for name, value in config.items()},
        }
        self.workers: list[subprocess.Popen[bytes]] = []
        self.scheduler = self._start("dask_scheduler", "--port", "0", "--no-dashboard", "--dashboard-address", ":0")
        _until(self._file.exists)
        self.client: Any = Client(scheduler_file=str(self._file), timeout=WAITS)

    def _start(self, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.{module}", "--host", "127.0.0.1", *arguments]
        return subprocess.Popen(
            [*command, "--scheduler-file", str(self._file)],
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def add(self, count: int = 1) -> None:
        """Start workers, and wait until they are there."""
        for _ in range(count):
            self.workers.append(self._start("dask_worker", "--no-nanny", "--nthreads", "2", "--no-dashboard"))
        self.client.wait_for_workers(len(self.workers), timeout=WAITS)

    def signal(self, worker: int, number: signal.Signals) -> None:
        self.workers[worker].send_signal(number)

    def close(self) -> None:
        self.client.close(timeout=0.5)
        for process in (*self.workers, self.scheduler):
            process.send_signal(signal.SIGKILL)
        for process in (*self.workers, self.scheduler):
            process.wait(WAITS)


@contextmanager
def nodes(folder: Path, workers: int, **config: str) -> Generator[Nodes]:
    made = Nodes(folder, **config)
    try:
        made.add(workers)
        yield made
    finally:
        made.close()


def _until(condition: Callable[[], object]) -> None:
    ends = time.monotonic() + WAITS
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.02)
