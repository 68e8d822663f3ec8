"""The start times of one process, whose pauses and rate are those of the whole cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .._core.clock import Clock
from .._fan_out.start_gate import LONGEST_PAUSE, Pace

STILL_LONGEST = 1.0
"""Seconds for which a process may stand still and keep its share, for example while it is stopped. A scheduler must not
give up a worker earlier (`distributed.scheduler.worker-ttl`)."""

CHECK_EVERY = 0.05
"""Seconds between two checks whether the process has its share again."""


class SharedPace(Pace):
    """Decides when the next request of this process may start."""

    def __init__(self, clock: Clock, on_pause: Callable[[float], object], on_still: Callable[[], object]) -> None:
        """Allow the first request at once.

        Args:
            clock: Time and sleep.
            on_pause: Called with the seconds of a pause that the API requests, to pass it on.
            on_still: Called if the process stood still for too long. No request starts until `go_on`.
        """
        super().__init__(clock, None)
        self._on_pause = on_pause
        self._on_still = on_still
        self._beaten = clock.monotonic()
        self._waits_for_share = False

    def pause(self, seconds: float) -> None:
        """Start nothing for this many seconds, in any process."""
        seconds = min(seconds, LONGEST_PAUSE)
        self.hear(seconds)
        self._on_pause(seconds)

    def hear(self, seconds: float) -> None:
        """Start nothing for this many seconds, as another process requests."""
        super().pause(seconds)

    def beat(self) -> None:
        """Note that the process runs."""
        if not self._stands_still():
            self._beaten = self.clock.monotonic()

    def go_on(self) -> None:
        """Allow requests again, because the process still has its share."""
        self._waits_for_share = False
        self._beaten = self.clock.monotonic()

    def is_open(self) -> bool:
        """Return whether a request may start at once."""
        return super().is_open() and not self._stands_still()

    def waits(self) -> Iterator[float]:
        """Reserve the next start time, and yield the seconds to sleep until it comes, repeatedly."""
        while True:
            yield from super().waits()
            if not self._stands_still():
                return
            yield CHECK_EVERY

    def _stands_still(self) -> bool:
        if not self._waits_for_share and self.clock.monotonic() - self._beaten > STILL_LONGEST:
            self._waits_for_share = True
            self._on_still()
        return self._waits_for_share
