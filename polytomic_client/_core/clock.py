"""Time, sleep and randomness, replaceable so that tests do not wait."""

from __future__ import annotations

import asyncio
import random
import time
from typing import Protocol


class Clock(Protocol):
    """Time, sleep and randomness. Replace them so that the tests of a service do not wait."""

    def monotonic(self) -> float:
        """Return seconds that never decrease."""
        ...

    def time(self) -> float:
        """Return the seconds since 1970 (UTC), to compare with an HTTP date."""
        ...

    def random(self) -> float:
        """Return a random number from 0 up to 1."""
        ...

    def sleep(self, seconds: float) -> None:
        """Block for a number of seconds."""
        ...

    async def sleep_async(self, seconds: float) -> None:
        """Suspend for a number of seconds."""
        ...


class SystemClock:
    """The clock of this machine."""

    def monotonic(self) -> float:
        """Return seconds that never decrease."""
        return time.monotonic()

    def time(self) -> float:
        """Return the seconds since 1970 (UTC)."""
        return time.time()

    def random(self) -> float:
        """Return a random number from 0 up to 1."""
        return random.random()

    def sleep(self, seconds: float) -> None:
        """Block for a number of seconds."""
        time.sleep(seconds)

    async def sleep_async(self, seconds: float) -> None:
        """Suspend for a number of seconds."""
        await asyncio.sleep(seconds)
