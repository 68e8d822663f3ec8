"""A clock for tests: nothing waits, and what would have been waited is remembered."""

from __future__ import annotations

import asyncio
import math
import threading
from datetime import UTC, datetime

from ..sandbox import World
from ..sandbox._world import WorldClock

QUIET_TURNS = 10
"""Turns of the event loop in which nobody looked at the clock: then all who use it sleep, or wait for one who does. A
fan-out hands an answer on in three."""


class FakeClock(WorldClock):
    """Time that passes only by sleeping, and at once: the `clock` of a client in a test.

    What sleeps at the same time in one event loop does so here too: ten calls that wait a second each take one second
    together, and who sleeps less wakes first. In threads they take ten.

    Attributes:
        slept: How long each sleep was, in seconds, in the order in which they began.

    Example:
        clock = FakeClock()
        Polytomic(api_key="...", transport=httpx.MockTransport(answer), clock=clock).get_identity()
        assert clock.slept == [0.5, 1.0]  # two repetitions
    """

    def __init__(self, world: World | None = None) -> None:
        """Make the clock of a world.

        Args:
            world: The world whose time passes, such as `sandbox.world`. Default: one of its own, with nothing in it.
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
        """Return 1: the wait before a repetition is always the longest that it may be, 0.5 s, then 1 s, then 2 s."""
        return 1.0

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass.

        Args:
            seconds: How many, 0 or more.
        """
        self.slept.append(seconds)
        self._pass(seconds)

    async def sleep_async(self, seconds: float) -> None:
        """Let so many seconds pass, once no other task that uses this clock has anything to do before.

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
            # Up to a whole microsecond, which is what a world counts: the rest would be slept for ever.
            self._world.advance(math.ceil(seconds * 1e6) / 1e6)
