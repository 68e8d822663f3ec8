"""A server that answers after a while, and notes when each request came and how many were open at once."""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from ..fast_server import OK, Connection, FastServer

Script = Callable[["Call"], tuple[bytes, float]]
"""What to answer, and after how many seconds."""


class Call:
    """A request.

    Attributes:
        item: The last part of its path.
        nth: Which request for that item it is, from 1.
        at: When it came, in seconds of `time.monotonic`.
        key: Its idempotency key.
    """

    def __init__(self, item: str, nth: int, key: str | None) -> None:
        self.item = item
        self.nth = nth
        self.at = time.monotonic()
        self.key = key


def at_once(_: Call) -> tuple[bytes, float]:
    return OK, 0.0


class Stub(FastServer):
    """Serves a script from a thread.

    Attributes:
        calls: All requests.
        times: How often each item was requested.
        most_in_flight: The most requests without an answer at once.
    """

    def __init__(self, script: Script = at_once) -> None:
        super().__init__(lambda _: OK)
        self.reply: Script = script
        self.calls: list[Call] = []
        self.nth: Counter[str] = Counter()
        self.most_in_flight = 0

    def connection(self) -> asyncio.Protocol:
        return _Connection(self)

    def measure(self) -> None:
        self.most_in_flight = max(self.most_in_flight, self.waiting)

    @property
    def items(self) -> list[str]:
        return [call.item for call in self.calls]

    def most_in_a_second(self) -> int:
        """The most requests that came within any second."""
        times = [call.at for call in self.calls]
        most = begin = 0
        for end, at in enumerate(times):
            while at - times[begin] > 1.0:
                begin += 1
            most = max(most, end - begin + 1)
        return most


class _Connection(Connection):
    """One connection, whose requests may have a body."""

    _server: Stub

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        if not found or len(body) < (int(length[1]) if length else 0):
            return
        self._received = b""
        server = self._server
        item = head.split(b" ", 2)[1].rpartition(b"/")[2].decode()
        server.nth[item] += 1
        key = re.search(rb"(?i)idempotency-key: (\S+)", head)
        call = Call(item, server.nth[item], key[1].decode() if key else None)
        server.calls.append(call)
        self._waits = True
        server.waiting += 1
        loop = asyncio.get_running_loop()
        # Once the ends of connections that came before are noticed: in the next turn of the loop.
        loop.call_soon(loop.call_soon, server.measure)
        answer, seconds = server.reply(call)
        if seconds:
            loop.call_later(seconds, self._answer, answer)
        else:
            self._answer(answer)

    def _answer(self, answer: bytes) -> None:
        self._server.waiting -= self._waits
        self._waits = False
        with suppress(Exception):
            self._transport.write(answer)
