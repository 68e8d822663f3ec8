"""How long the help of the command line takes in a fresh process, and what it is compared with."""

from __future__ import annotations

import subprocess
import sys
import time

from .processes import CandidateError, pinned, stop

PROGRAMS = {
    "help": ("-m", "polytomic_client", "--help"),
    "imports": ("-c", "import cyclopts, rich"),
}
"""The arguments of Python, by name."""


def run(name: str, core: int) -> float:
    """Run a program once, and return the seconds from its start to its end.

    Raises:
        CandidateError: It failed.
    """
    start = time.perf_counter()
    process = pinned(core, [sys.executable, *PROGRAMS[name]], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        _, error = process.communicate(timeout=60)
        seconds = time.perf_counter() - start
    finally:
        stop(process)
    if process.returncode:
        raise CandidateError(f"{name}: {error.strip().rpartition(chr(10))[2]}. Does the lock have the extra cli?")
    return seconds
