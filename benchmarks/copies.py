"""The CPU time of a copy of a client: `python -m benchmarks.copies ROUNDS SECONDS` prints the measurements."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

from polytomic_client import AsyncPolytomic

KEY = "c2b3e1f0-6a0d-4d0b-9d4e-6f6a3a6c1b52"
"""As long as a real one."""


def read_key() -> str:
    """Return a key, as a tenant's vault does."""
    return KEY


def copiers(client: AsyncPolytomic) -> dict[str, Callable[[], AsyncPolytomic]]:
    """Return what is measured: the options of a copy, and what makes it."""
    return {
        "deadline": lambda: client.with_options(deadline=5),
        "headers": lambda: client.with_options(headers={"X-Trace": "nightly"}),
        "api_key": lambda: client.with_options(api_key=KEY),
        "callable": lambda: client.with_options(api_key=read_key),
    }


def microseconds(copier: Callable[[], AsyncPolytomic], number: int) -> float:
    """Return the CPU time of one copy, of so many. It does not depend on what else the machine does."""
    start = time.process_time()
    for _ in range(number):
        copier()
    return (time.process_time() - start) / number * 1e6


def measure(rounds: int, seconds: float) -> list[dict[str, Any]]:
    """Return the measurements; each takes about so many seconds."""
    every = copiers(AsyncPolytomic(api_key=KEY, base_url="https://polytomic.example"))
    numbers = {options: max(round(seconds * 1e6 / microseconds(each, 200)), 1) for options, each in every.items()}
    return [
        {"options": options, "round": turn, "microseconds": microseconds(each, numbers[options])}
        for turn in range(rounds)
        for options, each in every.items()
    ]


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), float(sys.argv[2]))))
