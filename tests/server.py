"""A scripted HTTP server on 127.0.0.1: it answers each request as the test says, and misbehaves on purpose."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

DESTINATION: dict[str, Any] = {
    "data": {
        "configuration": {
            "advanced": {"items": {"truncate_existing": {"default": "", "items": None, "required": False}}},
            "mirror_schemas": {"default": "", "items": None, "required": False},
            "schema": {"default": "", "items": None, "required": False},
        },
        "modes": [
            {
                "description": "Replace all records",
                "id": "snapshot",
                "label": "Replace",
                "requires_identity": False,
                "supports_field_sync_mode": False,
                "supports_target_filters": False,
            }
        ],
        "supported_resync_modes": ["refetch"],
    }
}
"""The answer that the API reference prints."""

VERSION = "2023-04-25"


@dataclass
class Received:
    """A request as it came over the wire."""

    line: str
    headers: dict[str, str]
    raw: bytes
    body: bytes = b""

    @property
    def target(self) -> str:
        return self.line.split(" ")[1]


@dataclass
class Answer:
    """A well-formed response: JSON unless `body` is bytes. A header that is None is left out."""

    status: int = 200
    body: Any = field(default_factory=lambda: DESTINATION)
    headers: Mapping[str, str | None] = field(default_factory=dict[str, str | None])

    def __call__(self, connection: Connection) -> bool:
        content = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        headers: dict[str, str | None] = {
            "Content-Type": "application/json",
            "Content-Length": str(len(content)),
            "X-Polytomic-Version": VERSION,
            **self.headers,
        }
        lines = [f"{name}: {value}" for name, value in headers.items() if value is not None]
        head = "\r\n".join([f"HTTP/1.1 {self.status} Whatever", *lines])
        connection.send(head.encode("latin-1") + b"\r\n\r\n" + content)
        return headers.get("Connection") != "close"


@dataclass
class Raw:
    """Bytes as they are, then the end of the connection; `pause` seconds after each. `sent` counts them."""

    pieces: Iterable[bytes]
    pause: float = 0.0
    sent: int = 0

    def __call__(self, connection: Connection) -> bool:
        for piece in self.pieces:
            connection.send(piece)
            self.sent += 1
            if connection.server.stopping.wait(self.pause):
                break
        return False


def hang_up(connection: Connection) -> bool:
    """Close without a word."""
    return False


def reset(connection: Connection) -> bool:
    """End the connection with a TCP reset."""
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def reset_in_the_body(connection: Connection) -> bool:
    """End the connection with a TCP reset once half of an answer is there."""
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    connection.server.stopping.wait(0.01)  # or the reset could overtake what was sent
    return reset(connection)


def stall(connection: Connection) -> bool:
    """Say nothing until the server stops."""
    connection.server.stopping.wait(30)
    return False


@contextlib.contextmanager
def deaf(host: str = "127.0.0.1", port: int = 0) -> Generator[int]:
    """A listener with a full queue, by its port: a further connection is never answered."""
    with contextlib.ExitStack() as stack:
        full = stack.enter_context(socket.socket())
        full.bind((host, port))
        full.listen(0)
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.settimeout(0.0)
            waiting.connect_ex(full.getsockname())
        yield full.getsockname()[1]


Step = Callable[["Connection"], bool]


@dataclass
class Connection:
    """One connection of a client."""

    server: Server
    socket: socket.socket
    request: Received

    def send(self, content: bytes) -> None:
        with contextlib.suppress(OSError):
            self.socket.sendall(content)


class Server:
    """Serves the steps of a script, one for each request, and the last one for ever.

    Attributes:
        requests: Every request received, in order.
        connections: How many connections were made.
        url: Where it listens.
    """

    def __init__(self, *script: Step, tls: ssl.SSLContext | None = None, listener: socket.socket | None = None) -> None:
        self.script = script or (Answer(),)
        self.requests: list[Received] = []
        self.connections = 0
        self.stopping = threading.Event()
        self._tls = tls
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener = listener or socket.create_server(("127.0.0.1", 0), backlog=512)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._spawn(self._accept)
        return self

    @property
    def open(self) -> int:
        """How many of the connections are still open."""
        with self._lock:
            return len(self._sockets)

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for connection in self._sockets:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for thread in list(self._threads):
            thread.join(10)
            assert not thread.is_alive()

    def _spawn(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                self._sockets.add(connection)
            self._spawn(self._serve, connection)

    def _serve(self, plain: socket.socket) -> None:
        connection = plain
        try:
            if self._tls is not None:
                connection = self._tls.wrap_socket(plain, server_side=True)
            with connection.makefile("rb") as reader:
                while (request := _read_request(reader)) is not None:
                    with self._lock:
                        step = self.script[min(len(self.requests), len(self.script) - 1)]
                        self.requests.append(request)
                    if not step(Connection(self, connection, request)):
                        break
        except OSError:
            pass
        finally:
            with self._lock:
                self._sockets.discard(plain)
            connection.close()
            plain.close()


def _read_request(reader: Any) -> Received | None:
    raw = b""
    while not raw.endswith(b"\r\n\r\n"):
        line: bytes = reader.readline()
        if not line:
            return None
        raw += line
    first, *rest = raw.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest) if name}
    body: bytes = reader.read(int(headers.get("content-length", 0)))
    return Received(first, headers, raw, body)
