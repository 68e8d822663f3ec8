"""A server that has the same response for each id, and counts the requests: `python examples/stub.py IDS SECONDS`.

A response takes SECONDS. It prints its port, and ends when its standard input does. Then it prints what it counted.
"""

from __future__ import annotations

import asyncio
import json
import sys

BODY = b'{"data":{"modes":[{"id":"replicate","label":"Replicate"}],"supported_resync_modes":["resync"]}}'
ANSWER = b"\r\n".join(
    [
        b"HTTP/1.1 200 OK",
        b"Content-Type: application/json",
        b"Content-Length: %d" % len(BODY),
        b"X-Polytomic-Version: 2023-04-25",
        b"",
        BODY,
    ]
)


class Stub(asyncio.Protocol):
    """One connection."""

    def __init__(self, asked: bytearray, seconds: float) -> None:
        """Count the requests for id n in `asked[n]`, and respond after some seconds."""
        self._asked = asked
        self._seconds = seconds
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport, to respond."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Count each complete request, and respond. Its path ends with the id, a UUID."""
        *requests, self._received = (self._received + data).split(b"\r\n\r\n")
        for request in requests:
            self._asked[int(request.split(b" ", 2)[1][-12:], 16)] += 1
            if self._seconds:
                asyncio.get_running_loop().call_later(self._seconds, self._transport.write, ANSWER)
            else:
                self._transport.write(ANSWER)


async def serve(count: int, seconds: float) -> None:
    """Print the port, serve ids below `count` until standard input ends, and print what was counted."""
    asked = bytearray(count)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Stub(asked, seconds), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    print(json.dumps({"requests": sum(asked), "again": sum(times > 1 for times in asked), "missed": asked.count(0)}))


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2])))
