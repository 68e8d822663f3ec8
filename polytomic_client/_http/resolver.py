"""Names to addresses, for both clients: one lookup for all who wait, in a daemon thread that nobody has to wait for."""

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
"""Seconds that addresses are kept: a burst of connections asks once, and a host that moves is found soon."""

NO_THREAD = "can't start new thread"
"""What Python says where the system has no thread left. Any other RuntimeError there is of a signal handler."""

Address = tuple[socket.AddressFamily, Any]
"""A family, and what `connect` takes."""


class Lookup:
    """One lookup of a name: under way, or ended with addresses or an error."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._waiters: deque[Callable[[], object]] = deque()
        self._ended = False
        self._addresses: Sequence[Address] = ()
        self._error = ""
        self._expires = 0.0

    def run(self) -> None:
        """Look the name up, and call whoever waits."""
        try:
            self._addresses = _addresses(self._host, self._port)
        except BaseException as error:  # noqa: BLE001  (every later call would wait for a lookup that has no end)
            self._error = f"cannot resolve {self._host}: {error or type(error).__name__}"
        self._expires = time.monotonic() + KEPT_SECONDS
        self._ended = True
        while self._waiters:
            # A waiter that has left: its event loop is closed, or its thread woke by itself.
            with suppress(RuntimeError):
                self._waiters.popleft()()

    def is_usable(self) -> bool:
        """Say whether a new call may take the result of this lookup. An error is never kept."""
        return not self._ended or (not self._error and time.monotonic() < self._expires)

    def call(self, waiter: Callable[[], object]) -> None:
        """Call a function from the lookup's thread once it has ended; look at `ended` afterwards."""
        self._waiters.append(waiter)

    @property
    def ended(self) -> bool:
        """Whether there is a result."""
        return self._ended

    def result(self) -> Sequence[Address]:
        """Return the addresses.

        Raises:
            NotSentError: There are none.
        """
        if self._error:
            raise NotSentError(self._error)
        return self._addresses


class Resolver:
    """The addresses of hosts. An address as a host is its own result, without a lookup."""

    def __init__(self) -> None:
        self._lookups: dict[tuple[str, int], Lookup] = {}

    def _lookup(self, host: str, port: int) -> Lookup | Sequence[Address]:
        if ":" in host or host.replace(".", "").isdigit():
            return _addresses(host, port, socket.AI_NUMERICHOST)
        lookup = self._lookups.get((host, port))
        if lookup is None or not lookup.is_usable():
            lookup = Lookup(host, port)
            # Started before it is found by others: an interrupt in between leaves nobody waiting for it.
            try:
                start_new_thread(lookup.run, ())
            except RuntimeError as error:
                if str(error) != NO_THREAD:
                    raise
                raise NotSentError(f"cannot resolve {host}: {quoted(error)}") from None
            self._lookups[host, port] = lookup
        return lookup

    async def find_async(self, host: str, port: int) -> Sequence[Address]:
        """Return the addresses of a host, the families in turns. Whoever waits sets the time limit.

        Raises:
            NotSentError: There are none.
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
        """Return the addresses of a host, the families in turns; None where the time is up first.

        Args:
            host: A name or an address.
            port: The port of the addresses.
            ends: Until when to wait, in the seconds of `time.monotonic`.

        Raises:
            NotSentError: There are none.
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
