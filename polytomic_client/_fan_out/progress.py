"""How far a fan-out is."""

from __future__ import annotations

from collections import deque
from enum import IntEnum

from attrs import frozen

from .._core.clock import Clock

REPORT_EVERY = 0.5
"""Seconds between two reports: often enough for a person, and no cost per item."""

RATE_OVER = 20
"""How many reports the rate is measured over: the last ten seconds, at least."""


class Phase(IntEnum):
    """How far a fan-out is. It never goes back."""

    RUNNING = 0
    LATE = 1
    """Its deadline has passed: no call starts, and every further item has an outcome that says so."""
    HALTED = 2
    """An error ends it: no call starts, and those under way are cancelled."""
    OVER = 3
    """The last worker has ended. Outcomes may still wait for their reader."""
    STOPPED = 4
    """Its reader has left."""


@frozen
class Progress:
    """How far a fan-out is.

    Attributes:
        done: How many items have an outcome, failures included.
        failed: How many of them failed.
        held_back: How many items failed and are to be called once more; none of `done` yet.
        skipped: How many items were passed over: an earlier run had finished them, or they had come before.
        total: How many items there are, if that is known: of a list, and not of a generator.
        in_flight: How many calls are under way.
        paused: For how many seconds nothing starts, because the API said so; 0 where it did not.
        limit: How many may be, now.
        elapsed: Seconds since the start.
        rate: Outcomes per second, over the last ten seconds or so.
        eta: Seconds until the end at this rate, if the total is known and there is a rate.
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
        """How many items need nothing more: those that are done, and those that were skipped."""
        return self.done + self.skipped

    @property
    def fraction(self) -> float | None:
        """The completed part of all items, from 0 to 1: 1 of an empty list, and None where the total is not known."""
        if self.total is None:
            return None
        return min(1.0, self.completed / self.total) if self.total else 1.0


class Tally:
    """Counts outcomes, and how fast they come.

    Attributes:
        done: How many there are. The engine counts each itself.
        failed: How many of them are failures.
    """

    def __init__(self, clock: Clock, total: int | None) -> None:
        self._clock = clock
        self._total = total
        self._started = 0.0
        self._marks: deque[tuple[float, int]] = deque(maxlen=RATE_OVER)
        self.done = 0
        self.failed = 0

    def start(self) -> None:
        """Begin to count time."""
        self._started = self._clock.monotonic()
        self._marks.append((self._started, 0))

    def mark(self) -> None:
        """Remember how far it is now: the rate is measured from one of these."""
        self._marks.append((self._clock.monotonic(), self.done))

    def progress(self, *, held_back: int, skipped: int, in_flight: int, paused: float, limit: int) -> Progress:
        """Return how far it is."""
        now = self._clock.monotonic()
        since, done_then = self._marks[0] if self._marks else (now, 0)
        rate = (self.done - done_then) / (now - since) if now > since else 0.0
        left = None if self._total is None else max(0, self._total - self.done - skipped)
        return Progress(
            done=self.done,
            failed=self.failed,
            held_back=held_back,
            skipped=skipped,
            total=self._total,
            in_flight=in_flight,
            paused=paused,
            limit=limit,
            elapsed=now - self._started if self._marks else 0.0,
            rate=rate,
            eta=left / rate if left is not None and rate > 0 else None,
        )
