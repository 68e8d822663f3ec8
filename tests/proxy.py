"""A forward proxy on 127.0.0.1 that opens tunnels, or refuses to."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from typing import Self


class Proxy:
    """Answers each CONNECT, and passes on what comes through its tunnels.

    Attributes:
        heads: What each connection began with, as it came.
        url: Where it listens.
    """

    def __init__(
        self,
        answer: bytes | None = b"HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n",
        *,
        tunnels: bool = True,
        resets: bool = False,
    ) -> None:
        """Start; an answer of None is silence.

        Args:
            answer: What each CONNECT is answered with.
            tunnels: Whether a tunnel leads anywhere. Otherwise its connection ends.
            resets: Whether a connection that ends is reset.
        """
        self._tunnels = tunnels
        self._resets = resets
        self.heads: list[bytes] = []
        self._answer = answer
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._spawn(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        for each in [self._listener, *self._open]:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in list(self._threads):
            thread.join(10)
            assert not thread.is_alive()

    def _spawn(self, target: object, *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._open.add(client)
                self._spawn(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                received = client.recv(1)
                if not received:
                    return
                head += received
            self.heads.append(head)
            if self._resets:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            if self._answer is None:
                client.recv(1)
                return
            client.sendall(self._answer)
            if not self._tunnels or not self._answer.startswith(b"HTTP/1.1 200"):
                return
            host, _, port = head.split(b" ")[1].decode().rpartition(":")
            with socket.create_connection((host, int(port)), 10) as server:
                self._open.add(server)
                self._spawn(_pump, server, client)
                _pump(client, server)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while received := source.recv(65536):
            target.sendall(received)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
