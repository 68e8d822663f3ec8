"""Resolves host names for both clients. Concurrent calls share a lookup, in a daemon thread that blocks no exit."""

from __future__ import annotations

import asyncio
import socket
import time
from _thread import allocate_lock, start_new_thread
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import chain, zip_longest
from typing import Any

from .._text import quoted
from ..errors import NotSentError
from .places import LONGEST_WAIT

KEPT_SECONDS = 5.0
"""Seconds that addresses are kept: a burst of connections needs one lookup, and a host that moves is found soon."""

NO_THREAD = "can't start new thread"
"""Python's message if the system has no thread left. Any other RuntimeError comes from a signal handler."""

Address = tuple[socket.AddressFamily, Any]
"""A family, and the argument of `connect`."""


class Lookup:
    """One lookup of a name: in progress, or ended with addresses or an error."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._waiters: deque[Callable[[], object]] = deque()
        self._ended = False
        self._addresses: Sequence[Address] = ()
        self._error = ""
        self._expires = 0.0

    def run(self) -> None:
        """Look the name up and call the waiters."""
        try:
            self._addresses = _addresses(self._host, self._port)
        except BaseException as error:  # noqa: BLE001  (else every later call would wait for a lookup that never ends)
            self._error = f"cannot resolve {self._host}: {error or type(error).__name__}"
        self._expires = time.monotonic() + KEPT_SECONDS
        self._ended = True
        while self._waiters:
            # The waiter has left: its event loop is closed, or its thread woke by itself.
            with suppress(RuntimeError):
                self._waiters.popleft()()

    def is_usable(self) -> bool:
        """Return whether a new call may use the result of this lookup. An error is never kept."""
        return not self._ended or (not self._error and time.monotonic() < self._expires)

    def call(self, waiter: Callable[[], object]) -> None:
        """Call a function from the lookup's thread once it has ended. Check `ended` afterwards."""
        self._waiters.append(waiter)

    @property
    def ended(self) -> bool:
        """Whether the lookup has ended."""
        return self._ended

    def result(self) -> Sequence[Address]:
        """Return the addresses.

        Raises:
            NotSentError: The lookup failed.
        """
        if self._error:
            raise NotSentError(self._error)
        return self._addresses


class Resolver:
    """Resolves hosts. A host that is an address needs no lookup."""

    def __init__(self) -> None:
        self._lookups: dict[tuple[str, int], Lookup] = {}

    def _lookup(self, host: str, port: int) -> Lookup | Sequence[Address]:
        if ":" in host or host.replace(".", "").isdigit():
            return _addresses(host, port, socket.AI_NUMERICHOST)
        lookup = self._lookups.get((host, port))
        if lookup is None or not lookup.is_usable():
            lookup = Lookup(host, port)
            # Started before others can find it, so that an interrupt in between leaves no call waiting for it.
            try:
                start_new_thread(lookup.run, ())
            except RuntimeError as error:
                if str(error) != NO_THREAD:
                    raise
                raise NotSentError(f"cannot resolve {host}: {quoted(error)}") from None
            self._lookups[host, port] = lookup
        return lookup

    async def find_async(self, host: str, port: int) -> Sequence[Address]:
        """Return the addresses of a host, alternating between families. The caller sets the timeout.

        Raises:
            NotSentError: The host cannot be resolved.
        """
        lookup = self._lookup(host, port)
        if not isinstance(lookup, Lookup):
            return lookup
        loop = asyncio.get_running_loop()
        ended = loop.create_future()
        lookup.call(lambda: loop.call_soon_threadsafe(_settle, ended))
        if not lookup.ended:
            await ended
        return lookup.result()

    def find(self, host: str, port: int, ends: float) -> Sequence[Address] | None:
        """Return the addresses of a host, alternating between families, or None on timeout.

        Args:
            host: A name or an address.
            port: The port of the addresses.
            ends: When to stop waiting, in the seconds of `time.monotonic`.

        Raises:
            NotSentError: The host cannot be resolved.
        """
        lookup = self._lookup(host, port)
        if not isinstance(lookup, Lookup):
            return lookup
        gate = allocate_lock()
        gate.acquire()
        lookup.call(gate.release)
        while not lookup.ended:
            left = ends - time.monotonic()
            if left <= 0:
                return None
            gate.acquire(timeout=min(left, LONGEST_WAIT))
        return lookup.result()


def _settle(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def _addresses(host: str, port: int, flags: int = 0) -> Sequence[Address]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    by_family: dict[socket.AddressFamily, list[Address]] = {}
    for family, _, _, _, address in found:
        by_family.setdefault(family, []).append((family, address))
    turns = chain.from_iterable(zip_longest(*by_family.values()))
    return list(dict.fromkeys(each for each in turns if each is not None))
