"""The sandbox's server: uvicorn in its own thread."""

from __future__ import annotations

import asyncio
import socket
import threading
from concurrent.futures import Future
from datetime import datetime
from types import TracebackType
from typing import Self

import uvicorn
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from .._core.unique import Unique
from .._text import shown
from ._app import Latency, create_app, error_response, identified
from ._world import World, WorldClock


class Sandbox(Unique):
    """A local Polytomic API over HTTP, for tests and trials: `with Sandbox() as sandbox: …`, or `async with`.

    Inside the block it serves from its own thread. It may be entered again once it has stopped.

    Attributes:
        world: The data that it serves: connections, key and time. Set there what is to fail.
        app: The ASGI app. Use it in process, with `httpx.ASGITransport`, without entering the sandbox.
    """

    _not_pickled = "a Sandbox cannot be pickled because it serves from a thread. Create one per process."

    def __init__(
        self,
        connections: int = 500,
        seed: int = 1,
        latency: Latency = 0.0,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        start: datetime | None = None,
        execution_seconds: float = 2.0,
    ) -> None:
        """Create the world. Nothing is served yet.

        Args:
            connections: The number of connections, 0 or more.
            seed: An int, 0 or more. The same seed creates the same world.
            latency: Seconds that every operation takes: a number, or the bounds of a random number. Either may be a
                string, for example "0.03-0.1".
            host: The name or address to listen on.
            port: The port to listen on, 0 for a free one.
            start: Its time, which only `world.advance(seconds)` then changes. Default: this machine's
                time, which `advance` moves, too.
            execution_seconds: How long an execution of a bulk sync takes, in the sandbox's time.

        Raises:
            ValueError: An argument is out of range.
        """
        if type(port) is not int or port not in range(65536):
            raise ValueError(f"port must be an int from 0 to 65535, got {shown(port)}.")
        try:
            host.encode("idna")
        except UnicodeError:
            raise ValueError(f"host must be a name or an address, got {shown(host)}.") from None
        self.world = World(connections, seed, start=start, execution_seconds=execution_seconds)
        self.app = create_app(self.world, latency=latency)
        self._host = host
        self._port = port
        self._server: _Server | None = None

    def __repr__(self) -> str:
        return f"<Sandbox {'that is not running' if self._server is None else f'at {self.url}'}: {self.world!r}>"

    @property
    def key(self) -> str:
        """The API key that it accepts. It is a UUID that depends only on the seed."""
        return self.world.key

    @property
    def failing(self) -> str:
        """Says which connections fail on purpose, and how to have none. Empty if none does."""
        connections = self.world.connections
        statuses = [connection.status for connection in connections if connection.status != 200]
        if not statuses:
            return ""
        kinds = ", ".join(map(str, sorted(set(statuses))))
        return (
            f"{len(statuses)} of {len(connections):,} connections fail on purpose ({kinds}). "
            "With --connections 99, none does."
        )

    @property
    def clock(self) -> WorldClock:
        """A clock for a client: with `Polytomic(..., clock=sandbox.clock)`, waits pass in the world, at once."""
        return WorldClock(self.world)

    @property
    def url(self) -> str:
        """The base URL, for example `http://127.0.0.1:8765`.

        Raises:
            RuntimeError: The sandbox is not running.
        """
        if self._server is None:
            raise RuntimeError("the sandbox is not running. Enter it with `with` or `async with` first.")
        # A client cannot connect to the wildcard address. It uses the loopback address.
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._host, self._host)  # noqa: S104
        host = f"[{host}]" if ":" in host else host
        return f"http://{host}:{self._server.port}"

    def __enter__(self) -> Self:
        """Start serving, and return once requests are accepted.

        Raises:
            OSError: The server cannot listen on the host and port, for example because they are in use.
            RuntimeError: The sandbox is running already, or the server did not start.
        """
        if self._server is not None:
            raise RuntimeError("the sandbox is running already")
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        server = _Server(self._serve, socket.create_server((self._host, self._port), family=family))
        server.start()
        self._server = server
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _value: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        """Stop. Requests that are still waiting get a 503 response."""
        self._stop().thread.join()

    async def __aenter__(self) -> Self:
        """Start serving, as `with` does. Starting takes some 30 ms, too little to wait in a second thread."""
        return self.__enter__()

    async def __aexit__(
        self,
        _type: type[BaseException] | None,
        _value: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        """Stop, as `with` does, while the event loop runs on."""
        server = self._stop()
        try:
            # Shielded, because a cancelled future could not be set to done.
            await asyncio.shield(asyncio.wrap_future(server.stopped))
        finally:
            server.thread.join()

    def _stop(self) -> _Server:
        assert self._server is not None, "a context manager is left only after it was entered"
        server, self._server = self._server, None
        server.should_exit = True
        return server

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        except asyncio.CancelledError:
            # Only the stopping server cancels. Without a response, uvicorn would log an error.
            error = HTTPException(503, "the sandbox is stopping")
            response = error_response(error, self.app.state.version_header)
            await response(scope, receive, identified(self.world, send))


class _Server(uvicorn.Server):
    """uvicorn in a thread. It signals when it is ready, and stops without waiting for requests."""

    def __init__(self, app: ASGIApp, listener: socket.socket) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                interface="asgi3",
                lifespan="off",
                ws="none",
                log_config=None,
                log_level="error",
                proxy_headers=False,
            )
        )
        # Connections inherit it. asyncio sets it only on sockets that name their protocol, which create_server's
        # do not. Without it, a response, sent in two writes, waits 40 ms for the client to acknowledge the first.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._listener = listener
        self.port: int = listener.getsockname()[1]
        self.thread = threading.Thread(target=self._run, name="polytomic-sandbox", daemon=True)
        self.stopped = Future[None]()
        self._ready = Future[None]()

    def start(self) -> None:
        self.thread.start()
        error = self._ready.exception()
        if error is not None:
            self.thread.join()
            raise RuntimeError("the sandbox's server did not start") from error

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready.set_result(None)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for task in self.server_state.tasks:
            task.cancel()
        await super().shutdown(sockets)

    def _run(self) -> None:
        try:
            with self._listener:
                self.run([self._listener])
        except BaseException as error:
            if self._ready.done():
                raise
            self._ready.set_exception(error)
        finally:
            self.stopped.set_result(None)
