"""A clock for tests: nothing waits, and each sleep is recorded."""

from __future__ import annotations

import asyncio
import math
import threading
from datetime import UTC, datetime

from ..sandbox import World
from ..sandbox._world import WorldClock

QUIET_TURNS = 10
"""Event-loop iterations in which no task reads the clock. Then all tasks that use it sleep, or wait for one that does.
A fan-out passes a response on within three."""


class FakeClock(WorldClock):
    """A client's `clock` in a test. Its time passes only when something sleeps, and at once.

    Sleeps overlap in one event loop: ten concurrent calls that wait a second each take one second together. The
    shortest sleep ends first. In threads they take ten seconds.

    Attributes:
        slept: How long each sleep was, in seconds, in the order in which they began.

    Example:
        clock = FakeClock()
        Polytomic(api_key="...", transport=httpx.MockTransport(handler), clock=clock).get_identity()
        assert clock.slept == [0.5, 1.0]  # two retries
    """

    def __init__(self, world: World | None = None) -> None:
        """Create the clock of a world.

        Args:
            world: The world whose time passes, for example `sandbox.world`. Default: a new, empty one.
        """
        super().__init__(World(0, start=datetime.now(UTC)) if world is None else world)
        self.slept: list[float] = []
        self._lock = threading.Lock()
        self._looks = 0
        self._ends: list[float] = []

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        self._looks += 1
        return self.time()

    def random(self) -> float:
        """Return 1, so that the wait before a retry is always its maximum: 0.5 s, then 1 s, then 2 s."""
        return 1.0

    def sleep(self, seconds: float) -> None:
        """Advance the time by this many seconds.

        Args:
            seconds: How many, 0 or more.
        """
        self.slept.append(seconds)
        self._pass(seconds)

    async def sleep_async(self, seconds: float) -> None:
        """Advance the time by this many seconds, once no other task that uses this clock has something to do earlier.

        Args:
            seconds: How many, 0 or more.
        """
        self.slept.append(seconds)
        end = self.monotonic() + seconds
        self._ends.append(end)
        quiet = 0
        try:
            await asyncio.sleep(0)
            while (left := end - self.time()) > 0:
                seen = self._looks
                await asyncio.sleep(0)
                quiet = quiet + 1 if self._looks == seen else 0
                if quiet >= QUIET_TURNS and end == min(self._ends):
                    self._pass(left)
        finally:
            self._ends.remove(end)

    def _pass(self, seconds: float) -> None:
        self._looks += 1
        with self._lock:
            # Rounded up to the world's unit, a whole microsecond: a remainder would be slept for ever.
            self._world.advance(math.ceil(seconds * 1e6) / 1e6)
