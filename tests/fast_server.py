"""A scripted HTTP server on 127.0.0.1 for many requests: one event loop and no thread or task for a connection.

`tests/server.py` has more to say about a single request; this one is for tens of thousands of them.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Self

from .server import DESTINATION, VERSION


class Fault(Enum):
    """What the server does in place of an answer."""

    RESET = auto()
    """End the connection with a TCP reset."""
    CLOSE = auto()
    """Close the connection without a word."""
    HALF = auto()
    """Close the connection in the middle of the answer's body."""
    LAST = auto()
    """Answer, and close the connection without having announced it."""
    ANNOUNCED = auto()
    """Answer with `Connection: close`, and close the connection."""
    HANG = auto()
    """Say nothing, and leave the connection open."""


@dataclass(frozen=True)
class Asked:
    """A request.

    Attributes:
        number: Which of all requests it is, from 1.
        item: The int of the UUID at the end of its path.
        nth: Which request for this item it is, from 1.
    """

    number: int
    item: int
    nth: int


Script = Callable[[Asked], bytes | Fault]


def answer(
    status: int = 200, body: Any = DESTINATION, *, retry_after: str | None = None, version: str = VERSION
) -> bytes:
    """Return a whole response, to be made once and sent many times."""
    content = json.dumps(body).encode()
    lines = [
        f"HTTP/1.1 {status} Whatever",
        "Content-Type: application/json",
        f"Content-Length: {len(content)}",
        f"X-Polytomic-Version: {version}",
        *([] if retry_after is None else [f"Retry-After: {retry_after}"]),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


OK = answer()
ANSWERS = {
    Fault.HALF: OK[:-100],
    Fault.LAST: OK,
    Fault.ANNOUNCED: OK.replace(b"\r\n", b"\r\nConnection: close\r\n", 1),
}
"""What is sent before a connection is closed."""


class FastServer:
    """Serves a script: with `async with` in the running event loop, with `with` in a thread that has its own.

    In the running loop, the script and the client never run at once, so that what it records is exact.

    Attributes:
        url: Where it listens.
        asked: The items of all requests, in order.
        times: How often each item was asked for.
        open: How many connections are open now.
        most_open: How many were open at once.
        waiting: How many connections wait for an answer now.
    """

    def __init__(self, script: Script) -> None:
        self.script = script
        self.asked: list[int] = []
        self.times: Counter[int] = Counter()
        self.open = 0
        self.most_open = 0
        self.waiting = 0
        self.transports: set[asyncio.Transport] = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self._server: asyncio.Server | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended: asyncio.Event | None = None
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def connection(self) -> asyncio.Protocol:
        """Return the protocol of a new connection."""
        return Connection(self)

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self.connection, sock=self._listener)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for transport in list(self.transports):
            transport.abort()
        await self._server.wait_closed()
        while self.transports:
            await asyncio.sleep(0)

    def __enter__(self) -> Self:
        ready = threading.Event()

        async def serve() -> None:
            async with self:
                self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
                ready.set()
                await self._ended.wait()

        self._thread = threading.Thread(target=lambda: asyncio.run(serve()), name="fast-server", daemon=True)
        self._thread.start()
        assert ready.wait(30)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._loop is not None
        assert self._ended is not None
        assert self._thread is not None
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(30)
        assert not self._thread.is_alive()


class Connection(asyncio.Protocol):
    """One connection. Requests have no body, and a client waits for each answer."""

    def __init__(self, server: FastServer) -> None:
        self._server = server
        self._received = b""
        self._waits = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        server = self._server
        server.transports.add(transport)
        server.open += 1
        server.most_open = max(server.most_open, server.open)

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.transports.discard(self._transport)
        self._server.open -= 1
        self._server.waiting -= self._waits
        self._waits = False

    def data_received(self, data: bytes) -> None:
        *requests, self._received = (self._received + data).split(b"\r\n\r\n")
        for request in requests:
            self._serve(request)

    def _serve(self, request: bytes) -> None:
        server = self._server
        path = request.split(b" ", 2)[1]
        item = int(path[-36:].replace(b"-", b""), 16)
        server.asked.append(item)
        server.times[item] += 1
        done = server.script(Asked(len(server.asked), item, server.times[item]))
        if isinstance(done, bytes):
            self._transport.write(done)
        elif done is Fault.HANG:
            self._waits = True
            server.waiting += 1
        elif done is Fault.RESET:
            linger = struct.pack("ii", 1, 0)
            self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self._transport.abort()
        else:
            if done is not Fault.CLOSE:
                self._transport.write(ANSWERS[done])
            self._transport.close()
