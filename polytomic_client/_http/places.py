"""A bound on how many threads do something at once, which keeps its count whatever a signal handler raises.

Python raises such an exception between any two bytecodes. `threading.Semaphore` and `Condition` are Python code, and it
leaves them half changed. Here each change is one call of C code, and can be repeated.
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
"""Seconds after which a waiting thread looks again, in case an interrupted thread has not woken it."""


class Lease:
    """What one call takes, made before it takes anything. Losing a lease that took nothing loses nothing."""

    __slots__ = ()


class Places:
    """So many places, which leases take in the order in which they came, and give back.

    Use it as `try: try: enter(lease) ... finally: leave(lease) finally: leave(lease)`: the second `leave` is for an
    exception that is raised in the first.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        # Every lease, in the order of arrival. The first `most` have a place and the others wait, so that a place is
        # handed over in the call of C code that gives it back, and no call that begins later is ever first.
        self._taken: dict[Lease, None] = {}
        self._waiting: dict[Lease, LockType] = {}
        """What those that wait are woken with."""

    def enter(self, lease: Lease, ends: float) -> bool:
        """Take a place, and say whether there was one before the time was up.

        Args:
            lease: What takes it. Let it leave also where there was none.
            ends: Until when to wait, in the seconds of `time.monotonic`.
        """
        self._taken[lease] = None
        if len(self._taken) <= self._most:
            return True
        gate = allocate_lock()
        gate.acquire()
        self._waiting[lease] = gate
        # First looked at now: its turn may have come before this thread could be seen to wait.
        while lease not in self._first():
            left = ends - time.monotonic()
            if left <= 0:
                return False
            gate.acquire(timeout=min(left, LONGEST_WAIT))
        self._waiting.pop(lease, None)
        return True

    def leave(self, lease: Lease) -> None:
        """Give back what a lease has taken, and wake the thread whose turn it is now. Twice is harmless."""
        self._taken.pop(lease, None)
        if self._waiting:
            self._waiting.pop(lease, None)
            self._wake()

    def hold(self, work: Callable[[], T], ends: float = inf) -> T:
        """Return what `work` gives, called once there is a place.

        Args:
            work: What to do.
            ends: Until when to wait for the place, in the seconds of `time.monotonic`.

        Raises:
            DeadlineExceededError: The time was up first.
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
        """Wake every thread that waits and has a place: once each, because it keeps its place."""
        for lease in self._first():
            gate = self._waiting.pop(lease, None)
            if gate is not None:
                gate.release()

    def open(self) -> list[Lease]:
        """Let every lease in from now on, and return those that have a place or wait for one."""
        self._most = LARGEST_COUNT
        self._wake()
        return list(self._taken)
