"""Checks whether a socket can be read or written, at once or within a time."""

from __future__ import annotations

import select
from typing import Any, Protocol


class Waiter(Protocol):
    """Waits for one descriptor, in one thread at a time."""

    def look(self, seconds: int, /) -> object:
        """Return at once, given 0, whether there is something to read. This is a C function that takes 0.4 us."""
        ...

    def readable(self, seconds: float) -> bool:
        """Wait up to `seconds` until there is something to read, including the end of the connection."""
        ...

    def ready(self, seconds: float) -> tuple[bool, bool]:
        """Wait up to `seconds` until there is something to read or room to write, and return which."""
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
    """Waits on Windows, which has no poll."""

    def __init__(self, descriptor: int) -> None:
        self._descriptors = [descriptor]
        self.look: Any = self.readable

    def readable(self, seconds: float) -> bool:
        return bool(select.select(self._descriptors, (), (), seconds)[0])

    def ready(self, seconds: float) -> tuple[bool, bool]:
        # Windows reports a failed connection as an exception.
        readable, writable, failed = select.select(self._descriptors, self._descriptors, self._descriptors, seconds)
        return bool(readable or failed), bool(writable)


def waiter(descriptor: int) -> Waiter:
    """Return a waiter for a descriptor."""
    return _Poll(descriptor) if hasattr(select, "poll") else _Select(descriptor)
