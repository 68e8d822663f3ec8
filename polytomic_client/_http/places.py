"""Limits how many threads do something at once. Its count stays correct whatever a signal handler raises.

Python raises such an exception between any two bytecodes. It leaves `threading.Semaphore` and `Condition`, which are
Python code, half changed. Here each change is one call of C code and can be repeated.
"""

from __future__ import annotations

import time
from _thread import LockType, allocate_lock
from collections.abc import Callable
from math import inf
from typing import TypeVar

from .._core.checks import LARGEST_COUNT
from .failures import deadline_passed

T = TypeVar("T")

LONGEST_WAIT = 0.25
"""Seconds after which a waiting thread checks again, in case an interrupted thread did not wake it."""


class Lease:
    """The place of one call. It is created empty, so that an interrupt right after its creation loses nothing."""

    __slots__ = ()


class Places:
    """A fixed number of places, which leases take in order of arrival and release.

    Use it as `try: try: enter(lease) ... finally: leave(lease) finally: leave(lease)`: the second `leave` covers an
    exception raised in the first.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        # Every lease, in order of arrival. The first `most` have a place and the others wait. The call of C code that
        # releases a place thus hands it over, too, and no later call can overtake an earlier one.
        self._taken: dict[Lease, None] = {}
        self._waiting: dict[Lease, LockType] = {}
        """The lock that wakes each waiting lease."""

    def is_free(self) -> bool:
        """Return whether no lease has a place or waits for one."""
        return not self._taken

    def enter(self, lease: Lease, ends: float) -> bool:
        """Take a place, and return whether one was free in time.

        Args:
            lease: The lease that takes it. It must leave even if no place was free.
            ends: When to stop waiting, in the seconds of `time.monotonic`.
        """
        self._taken[lease] = None
        if len(self._taken) <= self._most:
            return True
        gate = allocate_lock()
        gate.acquire()
        self._waiting[lease] = gate
        # Check first: a place may have become free before this thread was registered as waiting.
        while lease not in self._first():
            left = ends - time.monotonic()
            if left <= 0:
                return False
            gate.acquire(timeout=min(left, LONGEST_WAIT))
        self._waiting.pop(lease, None)
        return True

    def leave(self, lease: Lease) -> None:
        """Release the place of a lease and wake the next thread. A second call is harmless."""
        self._taken.pop(lease, None)
        if self._waiting:
            self._waiting.pop(lease, None)
            self._wake()

    def hold(self, work: Callable[[], T], ends: float = inf) -> T:
        """Call `work` once a place is free, and return its result.

        Args:
            work: The function to call.
            ends: When to stop waiting for a place, in the seconds of `time.monotonic`.

        Raises:
            DeadlineExceededError: No place was free in time.
        """
        lease = Lease()
        try:
            try:
                if not self.enter(lease, ends):
                    raise deadline_passed(sent=False)
                return work()
            finally:
                self.leave(lease)
        finally:
            self.leave(lease)

    def _first(self) -> list[Lease]:
        """Return the leases that have a place."""
        return list(self._taken)[: self._most]

    def _wake(self) -> None:
        """Wake every waiting thread that has a place. Once each is enough, because it keeps its place."""
        for lease in self._first():
            gate = self._waiting.pop(lease, None)
            if gate is not None:
                gate.release()

    def open(self) -> list[Lease]:
        """Remove the limit, and return the leases that have a place or wait for one."""
        self._most = LARGEST_COUNT
        self._wake()
        return list(self._taken)
