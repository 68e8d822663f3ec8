"""The API of the soak: an HTTP server in a process of its own that measures what reaches it.

It reads commands as lines of JSON from standard input, replies to each with a line, and ends with its input.
"""

# ruff: noqa: T201  (it is a program)

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from array import array
from dataclasses import dataclass, field
from typing import Any

from ..fast_server import OK, answer

REJECTED = answer(401, {"message": "the key was revoked"})


@dataclass
class World:
    """What the server does and has seen, from one `reset` to the next.

    Attributes:
        asked: How often each item was asked for.
        latency: Seconds until an answer: the shortest and the longest.
        trouble: What happens once: None, "pause" (one 429 with a Retry-After) or "reject" (401 from then on).
        trouble_after: The number of the request with which it happens.
        pause: Seconds of the Retry-After.
        limit: Requests that may be in flight.
        starts: When each request came.
        trouble_at: When the answer of the trouble was sent first.
        waiting: Requests that have no answer yet.
        most_waiting: The most that there were.
    """

    asked: bytearray = field(default_factory=bytearray)
    latency: tuple[float, float] | None = None
    trouble: str | None = None
    trouble_after: int = 0
    pause: float = 0.0
    record: bool = False
    requests: int = 0
    last: float = 0.0
    starts: array[float] = field(default_factory=lambda: array("d"))
    trouble_at: float | None = None
    waiting: int = 0
    most_waiting: int = 0

    def answer(self, now: float) -> bytes:
        """Return the answer to the request that came now."""
        self.requests += 1
        self.last = now
        if self.record:
            self.starts.append(now)
        if self.trouble is None or self.requests < self.trouble_after:
            return OK
        if self.trouble == "reject":
            self.trouble_at = self.trouble_at or now
            return REJECTED
        if self.trouble_at is None:
            self.trouble_at = now
            return answer(429, {"message": "slow down"}, retry_after=f"{self.pause:g}")
        return OK

    def report(self) -> dict[str, Any]:
        return {
            "requests": self.requests,
            "again": self.requests - (len(self.asked) - self.asked.count(0)),
            "missed": self.asked.count(0),
            "most_waiting": self.most_waiting,
            "trouble_at": self.trouble_at,
            "last": self.last,
            "starts": list(self.starts),
        }


class Server:
    """The listening server: its world can be exchanged."""

    def __init__(self) -> None:
        self.world = World()
        self.loop = asyncio.get_running_loop()

    def serve(self, command: dict[str, Any]) -> dict[str, Any]:
        match command.pop("do"):
            case "reset":
                self.world = World(asked=bytearray(command.pop("count")), **command)
                return {}
            case _:
                return self.world.report()

    def note_waiting(self) -> None:
        # Once everything that had happened by then was seen, above all connections that have ended.
        world = self.world
        world.most_waiting = max(world.most_waiting, world.waiting)


class Connection(asyncio.Protocol):
    """One connection. Requests have no body, and a client waits for each answer."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._world = server.world
        self._received = b""
        self._answers: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answers is not None:
            self._answers.cancel()
            self._world.waiting -= 1

    def data_received(self, data: bytes) -> None:
        *requests, self._received = (self._received + data).split(b"\r\n\r\n")
        for request in requests:
            self._serve(int(request.split(b" ", 2)[1][-12:], 16))

    def _serve(self, item: int) -> None:
        server = self._server
        world = self._world = server.world
        world.asked[item] += 1
        content = world.answer(time.monotonic())
        if world.latency is None or content is not OK:
            self._transport.write(content)
        else:
            world.waiting += 1
            server.loop.call_soon(server.note_waiting)
            self._answers = server.loop.call_later(random.uniform(*world.latency), self._answer, content)

    def _answer(self, content: bytes) -> None:
        self._answers = None
        self._world.waiting -= 1
        self._transport.write(content)


async def main() -> None:
    server = Server()
    listener = await server.loop.create_server(lambda: Connection(server), "127.0.0.1", 0, backlog=1024)
    print(json.dumps({"url": f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"}), flush=True)
    ended = asyncio.Event()

    def read() -> None:
        line = sys.stdin.readline()
        if line:
            print(json.dumps(server.serve(json.loads(line))), flush=True)
        else:
            ended.set()

    server.loop.add_reader(sys.stdin, read)
    await ended.wait()


if __name__ == "__main__":
    asyncio.run(main())
