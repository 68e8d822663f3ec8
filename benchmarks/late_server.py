"""An HTTP server that answers every GET after a while: `python -m benchmarks.late_server SHORTEST LONGEST`, in seconds.

It prints its port, and ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import json
import random
import selectors
import sys

from .servers import DOCUMENTED, VERSION

BODY = json.dumps(DOCUMENTED).encode()
ANSWER = (
    f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(BODY)}\r\n"
    f"X-Polytomic-Version: {VERSION}\r\n\r\n"
).encode() + BODY


EARLY = 0.002
"""Seconds of a wait that are spent awake."""


class Late(asyncio.Protocol):
    """One connection. Requests have no body, and a client waits for each answer."""

    def __init__(self, shortest: float, longest: float, chance: random.Random) -> None:
        self._shortest = shortest
        self._longest = longest
        self._chance = chance
        self._loop = asyncio.get_running_loop()
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport, to write to it."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each request that is whole, later."""
        *requests, self._received = (self._received + data).split(b"\r\n\r\n")
        for _ in requests:
            self._loop.call_later(self._chance.uniform(self._shortest, self._longest), self._transport.write, ANSWER)


class Punctual(selectors.DefaultSelector):
    """Returns early from a wait, so that the loop, which has a core to itself, spins until the time has come.

    The kernel wakes a sleeper late, and epoll counts in whole milliseconds: together up to 2 % of 53 ms.
    """

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait, but not to the end."""
        return super().select(max(timeout - EARLY, 0) if timeout else timeout)


async def serve(shortest: float, longest: float) -> None:
    """Serve until standard input ends."""
    loop = asyncio.get_running_loop()
    chance = random.Random(1)
    server = await loop.create_server(lambda: Late(shortest, longest, chance), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    ended = asyncio.Event()
    loop.add_reader(sys.stdin, ended.set)
    await ended.wait()


def main() -> None:
    """Run the command line."""
    shortest, longest = (float(argument) for argument in sys.argv[1:])
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(Punctual())) as runner:
        runner.run(serve(shortest, longest))


if __name__ == "__main__":
    main()
