"""Processes on a core of their own: one core for servers, another for what is measured."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parent.parent


class SetupError(Exception):
    """The machine lacks something that the benchmarks need."""


class CandidateError(Exception):
    """A candidate could not be measured."""


def cores() -> tuple[int, int]:
    """Return the core of the servers and the core of what is measured.

    Raises:
        SetupError: There is one core only, or no taskset.
    """
    if shutil.which("taskset") is None:
        raise SetupError("taskset is not installed: apt-get install util-linux")
    usable = sorted(os.sched_getaffinity(0))
    if len(usable) < 2:
        raise SetupError("two cores are needed: one for the server, one for the client")
    return usable[-1], usable[0]


def environment() -> dict[str, str]:
    """Return the environment without what would change a candidate: proxies, credentials, settings of Python."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.lower().endswith("_proxy") and not name.startswith(("POLYTOMIC_", "PYTHON"))
    }


def pinned(core: int, command: Sequence[str], **options: Any) -> subprocess.Popen[str]:
    """Start a command on one core, in the project's folder."""
    return subprocess.Popen(
        ["taskset", "--cpu-list", str(core), *command], cwd=ROOT, env=environment(), text=True, **options
    )


def stop(process: subprocess.Popen[str]) -> None:
    """End a process that was started here, and wait for it."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()


def answer_of(name: str, core: int, *arguments: str) -> Any:
    """Run Python on one core to its end, and return the JSON that it prints; `name` says what runs, for the error.

    Raises:
        CandidateError: It failed.
    """
    process = pinned(core, [sys.executable, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        out, error = process.communicate(timeout=300)
    finally:
        stop(process)
    if process.returncode:
        reason = error.strip().rpartition("\n")[2] or f"exit status {process.returncode}"
        raise CandidateError(f"{name}: {reason}")
    return json.loads(out)


class Worker:
    """A process that makes the calls of one candidate, round by round, as it is told."""

    def __init__(self, candidate: str, core: int) -> None:
        self.candidate = candidate
        self._process = pinned(
            core,
            [sys.executable, "-m", "benchmarks.worker", candidate],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        stop(self._process)

    def measure(self, url: str, concurrency: int, seconds: float) -> dict[str, Any]:
        """Check one answer, then make calls for so many seconds and more; return `calls`, `seconds` and `cpu_seconds`.

        Raises:
            CandidateError: An answer was wrong, or a call failed.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        job = {"url": url, "concurrency": concurrency, "seconds": seconds}
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise CandidateError(f"{self.candidate}: the process ended")
        found: dict[str, Any] = json.loads(answer)
        if "error" in found:
            raise CandidateError(f"{self.candidate}: {found['error']}")
        return found
