"""The progress of a fan-out."""

from __future__ import annotations

from collections import deque
from enum import IntEnum

from attrs import frozen

from .._core.clock import Clock

REPORT_EVERY = 0.5
"""Seconds between two reports: often enough for a person, at no cost per item."""

RATE_OVER = 20
"""Reports over which the rate is measured: at least the last ten seconds."""


class Phase(IntEnum):
    """The state of a fan-out. It does not say whether the deadline has passed."""

    RUNNING = 0
    HALTED = 1
    """An error ends it: no call starts, and those under way are cancelled."""
    OVER = 2
    """The last worker has ended. Outcomes may still wait for their reader."""
    STOPPED = 3
    """Its reader has left."""


@frozen
class Progress:
    """The progress of a fan-out.

    Attributes:
        done: Items that have an outcome, failures included.
        failed: Items of `done` that failed.
        held_back: Items that failed and wait for a second call. They do not count in `done` yet.
        skipped: Items that were skipped: an earlier run finished them, or they are duplicates.
        total: Number of items if it is known, as for a list; None for a generator, or once a length was too small.
        in_flight: Calls under way.
        paused: Seconds until calls may start again after a `Retry-After`; 0 otherwise.
        limit: Maximum calls in flight now.
        elapsed: Seconds since the start.
        rate: Outcomes per second, over about the last ten seconds.
        eta: Seconds until the end at this rate; None if the total is unknown or the rate is 0.
    """

    done: int
    failed: int
    held_back: int
    skipped: int
    total: int | None
    in_flight: int
    paused: float
    limit: int
    elapsed: float
    rate: float
    eta: float | None

    @property
    def completed(self) -> int:
        """Items that need nothing more: `done` plus `skipped`."""
        return self.done + self.skipped

    @property
    def fraction(self) -> float | None:
        """The completed share of all items, from 0 to 1: 1 for an empty list, None if the total is unknown."""
        if self.total is None:
            return None
        return min(1.0, self.completed / self.total) if self.total else 1.0


def described(kind: str, function: str, state: str, progress: Progress) -> str:
    """Return the `repr` of a fan-out: of what function, and how far it has come."""
    done = f"{progress.done}" if progress.total is None else f"{progress.done} of {progress.total}"
    return f"<{kind} of {function}: {state}, {done} done, {progress.failed} failed, limit {progress.limit}>"


class Tally:
    """Counts outcomes and measures their rate.

    Attributes:
        done: Number of outcomes. The engine increments it.
        failed: Number of outcomes that failed. The engine increments it.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._started = 0.0
        self._marks: deque[tuple[float, int]] = deque(maxlen=RATE_OVER)
        self.done = 0
        self.failed = 0

    def start(self) -> None:
        """Start measuring time."""
        self._started = self._clock.monotonic()
        self._marks.append((self._started, 0))

    def mark(self) -> None:
        """Record the current count: the rate is measured from such a mark."""
        self._marks.append((self._clock.monotonic(), self.done))

    def progress(
        self, *, total: int | None, held_back: int, skipped: int, in_flight: int, paused: float, limit: int
    ) -> Progress:
        """Return the current progress."""
        now = self._clock.monotonic()
        since, done_then = self._marks[0] if self._marks else (now, 0)
        rate = (self.done - done_then) / (now - since) if now > since else 0.0
        left = None if total is None else max(0, total - self.done - skipped)
        return Progress(
            done=self.done,
            failed=self.failed,
            held_back=held_back,
            skipped=skipped,
            total=total,
            in_flight=in_flight,
            paused=paused,
            limit=limit,
            elapsed=now - self._started if self._marks else 0.0,
            rate=rate,
            eta=left / rate if left is not None and rate > 0 else None,
        )
