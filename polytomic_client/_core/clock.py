"""Time, sleep and randomness, so that a test need not wait."""

from __future__ import annotations

import asyncio
import random
import time
from typing import Protocol


class Clock(Protocol):
    """Time, sleep and randomness, so that a test of a service need not wait."""

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        ...

    def time(self) -> float:
        """Return the seconds since 1970 (UTC), to compare an HTTP date with."""
        ...

    def random(self) -> float:
        """Return a number from 0 up to 1."""
        ...

    def sleep(self, seconds: float) -> None:
        """Block for so many seconds."""
        ...

    async def sleep_async(self, seconds: float) -> None:
        """Suspend for so many seconds."""
        ...


class SystemClock:
    """The clock of this machine."""

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return time.monotonic()

    def time(self) -> float:
        """Return the seconds since 1970 (UTC)."""
        return time.time()

    def random(self) -> float:
        """Return a number from 0 up to 1."""
        return random.random()

    def sleep(self, seconds: float) -> None:
        """Block for so many seconds."""
        time.sleep(seconds)

    async def sleep_async(self, seconds: float) -> None:
        """Suspend for so many seconds."""
        await asyncio.sleep(seconds)
