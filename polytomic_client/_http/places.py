"""A bound on how many threads do something at once, which keeps its count whatever a signal handler raises.

Python raises such an exception between any two bytecodes. `threading.Semaphore` and `Condition` are Python code, and it
leaves them half changed. Here each change is one call of C code, and can be repeated.
"""

from __future__ import annotations

import time
from _thread import LockType, allocate_lock

from .._checks import LARGEST_COUNT

LONGEST_WAIT = 0.25
"""Seconds after which a waiting thread looks again, in case an interrupted thread has not woken it."""


class Lease:
    """What one call takes, made before it takes anything. Losing a lease that took nothing loses nothing."""

    __slots__ = ("gate",)

    def __init__(self) -> None:
        self.gate: LockType | None = None
        """What the call waits on for its place."""


class Places:
    """So many places, which leases take and give back.

    Use it as `try: try: enter(lease) ... finally: leave(lease) finally: leave(lease)`: the second `leave` is for an
    exception that is raised in the first.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: dict[Lease, None] = {}
        self._waiting: dict[LockType, bool] = {}

    def enter(self, lease: Lease, ends: float) -> bool:
        """Take a place, and say whether there was one before the time was up.

        Args:
            lease: What takes it.
            ends: Until when to wait, in the seconds of `time.monotonic`.
        """
        while True:
            self._taken[lease] = None
            gate = lease.gate
            if len(self._taken) <= self._most:
                if gate is not None:
                    self._waiting.pop(gate, None)
                return True
            self._taken.pop(lease, None)
            if gate is None:
                gate = lease.gate = allocate_lock()
                gate.acquire()
            self._waiting[gate] = True
            # A place may have come free before this thread could be seen to wait.
            if len(self._taken) >= self._most:
                left = ends - time.monotonic()
                if left <= 0:
                    return False
                gate.acquire(timeout=min(left, LONGEST_WAIT))

    def leave(self, lease: Lease) -> None:
        """Give back what a lease has taken, and wake one thread that waits. Twice is harmless."""
        self._taken.pop(lease, None)
        gate = lease.gate
        if gate is not None:
            self._waiting.pop(gate, None)
        # Also where nothing was taken: the thread may have been woken, and interrupted before it took its place.
        self.wake()

    def wake(self, most: int = 1) -> None:
        """Wake so many of the threads that wait."""
        if self._waiting:
            for gate in list(self._waiting):
                if self._waiting.pop(gate, False):
                    gate.release()
                    most -= 1
                    if not most:
                        return

    def open(self) -> None:
        """Let every lease in from now on."""
        self._most = LARGEST_COUNT
        self.wake(len(self._waiting))
