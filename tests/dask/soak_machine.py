"""The processes of the soak, seen by the one that starts and kills them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]

POISON = 7
"""The item that ends its process."""

SHOWN = 100_000
"""Items. A driver shows which of them it has seen if there are no more."""

PATIENCE = 60.0
"""Seconds for a reply. One that takes longer hangs."""


class HangError(Exception):
    """A process does not reply."""


class Child:
    """A process that prints lines of JSON, and ends with its input."""

    def __init__(self, *arguments: str, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env=os.environ | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # A nanny's worker logs, and says what it has left when it is killed.
            stderr=subprocess.DEVNULL if "nanny" in arguments else None,
            text=True,
        )
        self._lines: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(json.loads(line))
        self._lines.put(None)

    def hear(self, patience: float = PATIENCE) -> dict[str, Any]:
        """Return its next line."""
        try:
            line = self._lines.get(timeout=patience)
        except Empty:
            raise HangError(f"no reply in {patience:g} s: {self.process.args!r}") from None
        if line is None:
            raise HangError(f"it has ended: {self.process.args!r}")
        return line

    def tell(self, do: str, **command: Any) -> None:
        """Send it a command."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": do} | command) + "\n")
        self.process.stdin.flush()

    def ask(self, do: str, patience: float = PATIENCE, **command: Any) -> dict[str, Any]:
        """Send it a command, and return its reply."""
        self.tell(do, **command)
        return self.hear(patience)

    def end(self, patience: float = PATIENCE) -> dict[str, Any]:
        """Return the report of a fan-out. Lines before it are skipped."""
        while "seconds" not in (line := self.hear(patience)):
            pass
        return line

    def cpu(self) -> float:
        """Return the seconds of CPU that it has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def close(self) -> None:
        """End it, and wait for that."""
        with suppress(OSError):
            assert self.process.stdin is not None
            self.process.stdin.close()
        try:
            self.process.wait(2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Cluster:
    """A scheduler, workers, and a driver, each a process."""

    def __init__(self, url: str, *, workers: int = 2, role: str = "worker", **settings: Any) -> None:
        self._environment = {"POLYTOMIC_API_KEY": "a-key-of-the-stub", "POLYTOMIC_DEPLOYMENT_URL": url}
        self._settings = json.dumps(settings)
        self._role = role
        self.workers: list[Child] = []
        self.scheduler = self._start("scheduler")
        self.address: str = self.scheduler.hear()["address"]
        self.driver = self.new_driver()
        for _ in range(workers):
            self.start_worker()
        for worker in self.workers:
            worker.hear()

    def _start(self, role: str, address: str = "") -> Child:
        return Child("tests.dask.soak_roles", role, address, self._settings, **self._environment)

    def new_driver(self) -> Child:
        driver = self._start("driver")
        driver.ask("connect", address=self.address)
        return driver

    def start_worker(self) -> Child:
        """Start another worker. It says so once it has joined."""
        self.workers.append(self._start(self._role, self.address))
        return self.workers[-1]

    def kill_worker(self, place: int = 0) -> None:
        """Kill a worker, and forget it."""
        worker = self.workers.pop(place)
        worker.kill()
        worker.close()

    def cpu(self) -> tuple[float, float]:
        """Return the seconds of CPU of the scheduler and of all workers."""
        return self.scheduler.cpu(), sum(worker.cpu() for worker in self.workers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for child in (self.driver, *self.workers, self.scheduler):
            child.close()
