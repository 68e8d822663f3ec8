"""Whether a socket can be read from or written to, asked at once or waited for."""

from __future__ import annotations

import select
from typing import Any, Protocol


class Waiter(Protocol):
    """Waits for one descriptor, in one thread at a time."""

    def look(self, seconds: int, /) -> object:
        """Tell at once, given 0, whether there is something to read. This is a function in C, and takes 0.4 us."""
        ...

    def readable(self, seconds: float) -> bool:
        """Wait at most so long until there is something to read, which an end is too."""
        ...

    def ready(self, seconds: float) -> tuple[bool, bool]:
        """Wait at most so long until there is something to read, or room to write; say which."""
        ...


class _Poll:
    __slots__ = ("_both", "_descriptor", "_read", "look")

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._read = select.poll()
        self._read.register(descriptor, select.POLLIN)
        self.look: Any = self._read.poll
        self._both: select.poll | None = None

    def readable(self, seconds: float) -> bool:
        return bool(self._read.poll(seconds * 1000))

    def ready(self, seconds: float) -> tuple[bool, bool]:
        if self._both is None:
            self._both = select.poll()
            self._both.register(self._descriptor, select.POLLIN | select.POLLOUT)
        found = self._both.poll(seconds * 1000)
        events = found[0][1] if found else 0
        return bool(events & ~select.POLLOUT), bool(events & select.POLLOUT)


class _Select:
    """For Windows, which has no poll."""

    def __init__(self, descriptor: int) -> None:
        self._descriptors = [descriptor]
        self.look: Any = self.readable

    def readable(self, seconds: float) -> bool:
        return bool(select.select(self._descriptors, (), (), seconds)[0])

    def ready(self, seconds: float) -> tuple[bool, bool]:
        # Windows reports a connection that failed as an exception.
        readable, writable, failed = select.select(self._descriptors, self._descriptors, self._descriptors, seconds)
        return bool(readable or failed), bool(writable)


def waiter(descriptor: int) -> Waiter:
    """Return what waits for a descriptor."""
    return _Poll(descriptor) if hasattr(select, "poll") else _Select(descriptor)
