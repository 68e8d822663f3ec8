"""Decide which items are sent together, and in which order: items that come again, new ones, second calls."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from typing import Any, Generic, TypeVar

from attrs import define

from .._fan_out.items import Job
from .._fan_out.plan import MOST_HELD
from ._reading import Reading

Item = TypeVar("Item")

QUICK = 1.0
"""Seconds. If a batch took less, the next ones are twice as large. So the first outcomes come soon, and a few items are
spread over all workers."""


@define(eq=False)
class Batch(Generic[Item]):
    """Jobs that are sent together.

    Attributes:
        jobs: The jobs.
        alone: Whether nothing is sent beside it, because it may be what ends its workers.
        sent: When it was first sent; 0 before.
    """

    jobs: list[Job[Item, Any]]
    alone: bool = False
    sent: float = 0.0


class Batches(Generic[Item]):
    """The items that are not with the workers."""

    def __init__(self, reading: Reading[Item], *, first: int, most: int) -> None:
        """Begin.

        Args:
            reading: Reads the items.
            first: Maximum items of the first batches.
            most: Maximum items of any batch.
        """
        self._reading = reading
        self._size = max(1, min(first, most))
        self._most = most
        self._again: deque[Batch[Item]] = deque()
        self._suspects: deque[Batch[Item]] = deque()
        self._second: deque[Job[Item, Any]] = deque()
        self._second_begun = False

    @property
    def held_back(self) -> int:
        """The number of items that wait for their second call."""
        return len(self._second)

    def is_empty(self) -> bool:
        """Return whether no item is left."""
        return self._reading.exhausted and not (self._again or self._suspects or self._second)

    def next(self, under_way: Collection[Batch[Item]]) -> Batch[Item] | None:
        """Return the next batch, or None if there is none, or if it must wait for those that are under way."""
        if any(batch.alone for batch in under_way):
            return None
        if self._again:
            return self._again.popleft()
        if jobs := self._reading.take(self._size):
            return Batch(jobs)
        return self._after_all_others(under_way) if self._reading.exhausted else None

    def _after_all_others(self, under_way: Collection[Batch[Item]]) -> Batch[Item] | None:
        if self._suspects:
            return None if under_way else self._suspects.popleft()
        if self._second and (self._second_begun or not under_way):
            self._second_begun = True
            return Batch([self._second.popleft() for _ in range(min(self._size, len(self._second)))])
        return None

    def finished(self, batch: Batch[Item], seconds: float) -> None:
        """Learn how long a batch took."""
        if seconds < QUICK and len(batch.jobs) >= self._size:
            self._size = min(self._most, 2 * self._size)

    def repeat(self, batch: Batch[Item], jobs: list[Job[Item, Any]]) -> None:
        """Send the jobs of a batch again whose calls did not begin."""
        self._again.append(Batch(jobs, sent=batch.sent))

    def lost(self, batch: Batch[Item]) -> Job[Item, Any] | None:
        """Divide a batch whose workers ended. Return a job that ended them although it was alone.

        Dask blames every task of a worker that ended, so that an innocent batch is lost too. Halves lead to the item
        that is to blame.
        """
        if batch.alone:
            return batch.jobs[0]
        if len(batch.jobs) == 1:
            self._suspects.append(Batch(batch.jobs, alone=True, sent=batch.sent))
        else:
            middle = len(batch.jobs) // 2
            self._again.extend(Batch(half, sent=batch.sent) for half in (batch.jobs[:middle], batch.jobs[middle:]))
        return None

    def may_hold_back(self, job: Job[Item, Any]) -> bool:
        """Return whether a failed job may wait for a second call."""
        return job.before is None and len(self._second) < MOST_HELD

    def hold_back(self, job: Job[Item, Any]) -> None:
        """Make a second call for a job later."""
        self._second.append(job)

    def give_up(self) -> list[Job[Item, Any]]:
        """Return the jobs that wait for their second call, and forget them."""
        jobs = list(self._second)
        self._second.clear()
        return jobs
