"""Read the items: those that may block in a thread of their own, so that outcomes arrive meanwhile."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Any, Generic, TypeVar

from .._fan_out.items import Items, Job
from .._fan_out.outcome import safe_to_raise

Item = TypeVar("Item")

READING_LASTS = 0.2
"""Seconds. A batch of items that come slowly is sent before it is full."""


class Reading(Generic[Item]):
    """Reads items for batches.

    Attributes:
        broken: The error of the iterable of items, if any.
    """

    def __init__(self, items: Items[Item], on_news: Callable[[], object]) -> None:
        """Prepare to read.

        Args:
            items: The items.
            on_news: Called in another thread once the items that were asked for are there.
        """
        self._items = items
        self._on_news = on_news
        self._found: deque[Job[Item, Any]] = deque()
        self._wanted: SimpleQueue[int] = SimpleQueue()
        self._since = 0.0
        self._begun = self._reads = self._over = self._stopped = False
        self.broken: BaseException | None = None

    @property
    def exhausted(self) -> bool:
        """Whether every item was taken."""
        return self._over and not self._found

    def take(self, most: int) -> list[Job[Item, Any]]:
        """Return the jobs of a batch. None, if there are no more, or if they are not there yet.

        Args:
            most: Maximum jobs.
        """
        if not self._items.may_block:
            if not self._over:
                self._since = time.monotonic()
                self._read(most)
            return self._taken(most)
        now = time.monotonic()
        if not (self._reads or self._over or len(self._found) >= most):
            self._reads, self._since = True, now
            self._wanted.put(most - len(self._found))
            if not self._begun:
                self._begun = True
                # A daemon, because the items may block for ever.
                Thread(target=self._work, name="polytomic-dask-items", daemon=True).start()
        if self._over or len(self._found) >= most or now - self._since >= READING_LASTS:
            return self._taken(most)
        return []

    @property
    def under_way(self) -> bool:
        """Whether items that were asked for are still to come."""
        return self._reads

    def waits(self) -> float:
        """Return for how many seconds the iterable has not yielded any item that it was asked for."""
        return time.monotonic() - self._since if self._reads and not self._found else 0.0

    def stop(self) -> None:
        """Read nothing more, once the iterable has yielded the item that it was asked for."""
        self._stopped = True
        self._wanted.put(0)

    def _taken(self, most: int) -> list[Job[Item, Any]]:
        jobs = [self._found.popleft() for _ in range(min(most, len(self._found)))]
        if jobs:
            self._since = time.monotonic()
        return jobs

    def _work(self) -> None:
        while not self._over and (count := self._wanted.get()):
            self._read(count)
            self._reads = False
            self._on_news()

    def _read(self, count: int) -> None:
        items, found = self._items, self._found
        try:
            for _ in range(count):
                job = None if self._stopped else items.next_at_once() or items.next_blocking()
                if job is None:
                    self._over = True
                    return
                found.append(job)
                if not items.may_block and time.monotonic() - self._since >= READING_LASTS:
                    return
        except BaseException as error:  # noqa: BLE001  (the reader raises it, after the outcomes of the items before)
            self.broken = safe_to_raise(error)
            self._over = True
