"""A call that is cancelled, wherever it is: it ends at once, and its connection, place and lock are free again."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import pytest

from polytomic_client import AsyncPolytomic, fan_out
from polytomic_client.v2023_04_25.api.bulk_sync import get_bulk_destination

from .conftest import ID, KEY, FakeClock
from .server import Answer, Connection, Server

WAYS = ["own", "generated", "httpx"]

Call = Callable[[], Coroutine[Any, Any, object]]


class Held:
    """Sends some bytes, waits until the client hangs up, and says so."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = pieces
        self.reached = threading.Event()
        self.left = threading.Event()
        self.answer = threading.Event()

    def __call__(self, connection: Connection) -> bool:
        for piece in self._pieces:
            connection.send(piece)
        self.reached.set()
        connection.socket.settimeout(0.005)
        while not connection.server.stopping.is_set():
            if self.answer.is_set():
                connection.socket.settimeout(None)
                return Answer()(connection)
            try:
                connection.socket.recv(1)
            except TimeoutError:
                continue
            except OSError:
                pass
            self.left.set()
            break
        return False


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.001)


@asynccontextmanager
async def client(way: str, url: str, *, connections: int = 1, **settings: Any) -> AsyncGenerator[AsyncPolytomic]:
    """A client with room for so many connections, and after it: no task, and no complaint of the event loop."""
    complaints: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    if way == "httpx":
        settings["transport"] = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_connections=connections))
    every: dict[str, Any] = {"api_key": KEY, "max_connections": connections, "max_attempts": 1, **settings}
    async with AsyncPolytomic(base_url=url, **every) as polytomic:
        yield polytomic
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert complaints == []


def caller(way: str, polytomic: AsyncPolytomic) -> Call:
    if way == "generated":
        return lambda: get_bulk_destination.asyncio(ID, client=polytomic.generated)
    return lambda: polytomic.get_bulk_destination(ID)


async def cancel(task: asyncio.Task[Any]) -> None:
    """Cancel a task, which ends within a few turns of the event loop, and with nothing but its cancellation."""
    assert not task.done()
    task.cancel()
    for _ in range(20):
        await asyncio.sleep(0)
    assert task.done()
    with pytest.raises(asyncio.CancelledError):
        await task


async def works(call: Callable[[], Awaitable[Any]]) -> None:
    async with asyncio.timeout(5):
        assert (await call()).data.modes


@pytest.mark.parametrize("way", WAYS)
async def test_a_call_may_be_cancelled_while_it_connects(way: str) -> None:
    listener = socket.create_server(("127.0.0.1", 0), backlog=0)
    queued = [socket.socket() for _ in range(4)]
    for one in queued:  # more than the queue takes: who comes now gets no answer at all
        one.settimeout(0)
        with suppress(BlockingIOError):
            one.connect(listener.getsockname())
    server = Server(listener=listener)
    async with client(way, server.url, timeout=30) as polytomic:
        call = caller(way, polytomic)
        task = asyncio.create_task(call())
        await asyncio.sleep(0.02)
        if way != "httpx":
            transport: Any = polytomic._shared.transport
            assert transport._connecting
        await cancel(task)
        for one in queued:
            one.close()
        with server:
            await works(call)
            await polytomic.aclose()
            await until(lambda: server.open == 0)
    assert len(server.requests) == 1


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "sent",
    [
        [],
        [b"HTTP/1.1 200 OK\r\nX-A"],
        [b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"],
        [b"HTTP/1.1 503 No\r\nContent-Length: 9\r\n\r\n{"],
    ],
    ids=["nothing yet", "half a head", "no body yet", "half a chunk", "half an error"],
)
async def test_a_call_may_be_cancelled_while_it_waits_for_its_answer(way: str, sent: list[bytes]) -> None:
    held = Held(*sent)
    with Server(held, Answer()) as server:
        async with client(way, server.url) as polytomic:
            call = caller(way, polytomic)
            task = asyncio.create_task(call())
            await until(held.reached.is_set)
            await asyncio.sleep(0.01)  # what was sent is read
            await cancel(task)
            await until(held.left.is_set)
            await until(lambda: server.open == 0)
            await works(call)
        await until(lambda: server.open == 0)
    assert len(server.requests) == server.connections == 2


@pytest.mark.parametrize("way", WAYS)
async def test_a_call_may_be_cancelled_while_it_sleeps_between_two_tries(way: str) -> None:
    sleeping = asyncio.Event()

    class Sleeper(FakeClock):
        async def sleep_async(self, seconds: float) -> None:
            sleeping.set()
            await asyncio.Event().wait()

    with Server(Answer(503, b""), Answer()) as server:
        async with client(way, server.url, clock=Sleeper(), max_attempts=3) as polytomic:
            call = caller(way, polytomic)
            task = asyncio.create_task(call())
            await sleeping.wait()
            await cancel(task)
            await works(call)
        await until(lambda: server.open == 0)
    assert len(server.requests) == 2
    assert server.connections == 1


@pytest.mark.parametrize("way", WAYS)
async def test_a_call_may_be_cancelled_while_it_waits_for_the_one_connection(way: str) -> None:
    held = Held()
    with Server(held, Answer()) as server:
        async with client(way, server.url) as polytomic:
            call = caller(way, polytomic)
            first = asyncio.create_task(call())
            await until(held.reached.is_set)
            waiting = [asyncio.create_task(call()) for _ in range(3)]
            await asyncio.sleep(0.01)
            await cancel(waiting[0])
            await cancel(waiting[2])
            held.answer.set()
            await works(lambda: first)
            await works(lambda: waiting[1])
            await works(call)
        await until(lambda: server.open == 0)
    assert len(server.requests) == 3
    assert server.connections == 1


@pytest.mark.parametrize("way", WAYS)
async def test_a_call_may_be_cancelled_while_it_waits_for_its_key_alone_or_behind_another(way: str) -> None:
    asked: list[asyncio.Event] = []

    async def vault() -> str:
        asked.append(asyncio.Event())
        await asked[-1].wait()
        return KEY

    with Server() as server:
        async with client(way, server.url, api_key=vault) as polytomic:
            call = caller(way, polytomic)
            tasks = [asyncio.create_task(call()) for _ in range(3)]
            await until(lambda: bool(asked))
            await cancel(tasks[1])  # it waits for the one that asks
            await cancel(tasks[0])  # it asks, and the next in line asks again
            await until(lambda: len(asked) == 2)
            assert server.connections == 0
            asked[1].set()
            await works(lambda: tasks[2])
            await works(call)
        await until(lambda: server.open == 0)
    assert len(asked) == 2


@pytest.mark.parametrize("way", WAYS)
async def test_a_call_may_be_cancelled_while_it_is_one_of_a_fan_out(way: str) -> None:
    held = [Held() for _ in range(3)]
    with Server(*held, Answer()) as server:
        async with client(way, server.url, connections=3) as polytomic:
            call = caller(way, polytomic)

            async def consume() -> None:
                async with fan_out(lambda _: call(), range(9), limit=5) as outcomes:
                    async for _ in outcomes:
                        pass

            task = asyncio.create_task(consume())
            await until(lambda: all(one.reached.is_set() for one in held))
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                async with asyncio.timeout(1):
                    await task
            assert asyncio.all_tasks() == {asyncio.current_task()}
            await until(lambda: all(one.left.is_set() for one in held))
            await until(lambda: server.open == 0)
            async with asyncio.timeout(5):
                await asyncio.gather(*[call() for _ in range(6)])
        await until(lambda: server.open == 0)
    assert len(server.requests) == 9
