"""The sandbox's server: it serves inside the block, and leaves nothing behind, whatever clients were doing."""

from __future__ import annotations

import asyncio
import errno
import logging
import queue
import signal
import socket
import struct
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from statistics import median
from typing import Any

import httpx
import pytest
import uvicorn

from polytomic_client.sandbox import Sandbox, _app
from polytomic_client.testing import FakeClock

VERSION = "2023-04-25"


def headers(sandbox: Sandbox) -> dict[str, str]:
    return {"Authorization": f"Bearer {sandbox.key}", "X-Polytomic-Version": VERSION}


def destination_url(sandbox: Sandbox) -> str:
    return f"{sandbox.url}/api/bulk/dest/{sandbox.world.connections[0].id}"


def port_of(sandbox: Sandbox) -> int:
    port = httpx.URL(sandbox.url).port
    assert port is not None
    return port


@pytest.fixture(autouse=True)
def leaves_nothing_behind(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Every test here must end without a new thread and without a line from uvicorn."""
    before = threading.enumerate()
    with caplog.at_level(logging.DEBUG):
        yield
    assert threading.enumerate() == before
    records = caplog.get_records("call")
    assert [record.getMessage() for record in records if record.name.startswith("uvicorn")] == []


def test_it_serves_inside_the_block_only() -> None:
    sandbox = Sandbox(connections=1)
    with sandbox as entered:
        assert entered is sandbox
        url = destination_url(sandbox)
        assert httpx.get(url, headers=headers(sandbox)).status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)
    with pytest.raises(RuntimeError, match="not running"):
        _ = sandbox.url


@pytest.mark.asyncio
async def test_it_serves_inside_an_async_block_only() -> None:
    async with Sandbox(connections=1) as sandbox, httpx.AsyncClient() as http:
        url = destination_url(sandbox)
        assert (await http.get(url, headers=headers(sandbox))).status_code == 200
    async with httpx.AsyncClient() as http:
        with pytest.raises(httpx.ConnectError):
            await http.get(url)


@pytest.mark.asyncio
async def test_the_event_loop_runs_on_while_an_async_block_ends() -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0.001)

    async with Sandbox(connections=0):
        counting = asyncio.create_task(count())
    counting.cancel()
    assert turns > 3


@pytest.mark.asyncio
async def test_cancelled_while_an_async_block_ends_it_still_stops() -> None:
    inside = asyncio.Event()

    async def use() -> None:
        async with Sandbox(connections=0):
            inside.set()

    using = asyncio.create_task(use())
    await inside.wait()
    using.cancel()
    with pytest.raises(asyncio.CancelledError):
        await using


def test_it_stops_when_the_block_raises() -> None:
    with pytest.raises(ZeroDivisionError), Sandbox(connections=0):
        raise ZeroDivisionError


def test_it_can_be_entered_again_but_not_twice() -> None:
    sandbox = Sandbox(connections=1)
    for _ in range(2):
        with sandbox:
            assert httpx.get(destination_url(sandbox), headers=headers(sandbox)).status_code == 200
            with pytest.raises(RuntimeError, match="running already"):
                sandbox.__enter__()


def test_several_run_at_once() -> None:
    with Sandbox(connections=1, seed=1) as one, Sandbox(connections=1, seed=2) as other:
        assert one.url != other.url
        assert httpx.get(destination_url(one), headers=headers(one)).status_code == 200
        assert httpx.get(destination_url(one), headers=headers(other)).status_code == 401


def test_the_same_seed_gives_the_same_answers() -> None:
    answers: list[list[bytes]] = []
    for _ in range(2):
        with Sandbox(connections=100, seed=5) as sandbox, httpx.Client(headers=headers(sandbox)) as http:
            ids = [connection.id for connection in sandbox.world.connections]
            answers.append([http.get(f"{sandbox.url}/api/bulk/dest/{id_}").content for id_ in ids])
    assert answers[0] == answers[1]


def test_a_port_in_use_is_one_clear_sentence() -> None:
    with Sandbox(connections=0) as sandbox:
        port = port_of(sandbox)
        other = Sandbox(connections=0, port=port)
        with pytest.raises(OSError, match=rf"Address already in use .*'127\.0\.0\.1', {port}") as caught:
            other.__enter__()
        assert caught.value.errno == errno.EADDRINUSE
    with other:
        assert other.url == f"http://127.0.0.1:{port}"


def test_a_host_that_does_not_exist_is_an_os_error() -> None:
    with pytest.raises(OSError, match=r"host\.invalid"):
        Sandbox(connections=0, host="host.invalid").__enter__()


def test_a_sandbox_on_every_address_names_one_to_ask() -> None:
    with Sandbox(connections=1, host="0.0.0.0") as sandbox:
        assert sandbox.url.startswith("http://127.0.0.1:")
        assert httpx.get(f"{sandbox.url}/nothing").status_code == 404


def test_an_ipv6_host_has_brackets_in_its_url() -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    with Sandbox(connections=1, host="::1") as sandbox:
        assert sandbox.url.startswith("http://[::1]:")
        assert httpx.get(destination_url(sandbox), headers=headers(sandbox)).status_code == 200


@pytest.mark.parametrize(
    "arguments",
    [
        {"connections": -1},
        {"connections": True},
        {"seed": 1.5},
        {"latency": -1},
        {"latency": (0.2, 0.1)},
        {"latency": True},
        {"host": "ü" * 64},
        {"host": "a..b"},
        {"port": -1},
        {"port": 65536},
        {"port": True},
        {"port": 8765.0},
        {"port": "8765"},
        {"port": None},
    ],
)
def test_bad_arguments_are_refused_before_anything_starts(arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=rf"^{next(iter(arguments))} must be "):
        Sandbox(**arguments)


def test_a_client_that_is_gone_in_the_middle_of_a_response_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    with Sandbox(connections=5000) as sandbox:
        lines = (f"{name}: {value}\r\n" for name, value in headers(sandbox).items())
        request = f"GET /api/connections HTTP/1.1\r\nHost: sandbox\r\n{''.join(lines)}\r\n".encode()
        for linger in (True, False):  # a reset, and an end
            with socket.create_connection(("127.0.0.1", port_of(sandbox))) as client:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", linger, 0))
                client.sendall(request)
                assert client.recv(10) == b"HTTP/1.1 2"
        assert httpx.get(destination_url(sandbox), headers=headers(sandbox)).status_code == 200
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_the_signal_handlers_of_the_process_stay() -> None:
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in numbers]
    with Sandbox(connections=0):
        assert [signal.getsignal(number) for number in numbers] == before
    assert [signal.getsignal(number) for number in numbers] == before


def test_it_does_not_wait_for_requests_that_the_latency_holds_back(monkeypatch: pytest.MonkeyPatch) -> None:
    arrivals: queue.SimpleQueue[float] = queue.SimpleQueue()
    answered: list[httpx.Response] = []

    async def sleep(seconds: float) -> None:
        arrivals.put(seconds)
        await asyncio.sleep(seconds)

    monkeypatch.setattr(_app, "sleep", sleep)
    with Sandbox(connections=1, latency=3600) as sandbox:
        url = destination_url(sandbox)
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(url, headers=headers(sandbox), timeout=0.05)
        waiting = threading.Thread(
            target=lambda: answered.append(httpx.get(url, headers=headers(sandbox), timeout=None))
        )
        waiting.start()
        assert [arrivals.get(timeout=10) for _ in range(2)] == [3600, 3600]
    waiting.join()
    assert answered[0].status_code == 503
    assert answered[0].headers["X-Polytomic-Version"] == VERSION
    assert answered[0].headers["X-Request-Id"].startswith("sandbox-")
    assert answered[0].json() == {
        "key": "unavailable",
        "message": "the sandbox is stopping",
        "metadata": {},
        "status": 503,
    }


def test_it_does_not_wait_for_idle_connections() -> None:
    with httpx.Client() as http, Sandbox(connections=1) as sandbox:
        assert http.get(destination_url(sandbox), headers=headers(sandbox)).status_code == 200


def test_a_server_that_does_not_start_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    async def startup(self: uvicorn.Server, sockets: object = None) -> None:
        raise SystemExit(3)

    monkeypatch.setattr(uvicorn.Server, "startup", startup)
    sandbox = Sandbox(connections=0)
    with pytest.raises(RuntimeError, match="did not start") as caught:
        sandbox.__enter__()
    assert isinstance(caught.value.__cause__, SystemExit)
    with pytest.raises(RuntimeError, match="not running"):
        _ = sandbox.url


def test_answers_do_not_wait_for_delayed_acknowledgements() -> None:
    seconds: list[float] = []
    with Sandbox(connections=1) as sandbox, httpx.Client(headers=headers(sandbox)) as http:
        for _ in range(15):
            started = time.perf_counter()
            http.get(destination_url(sandbox))
            seconds.append(time.perf_counter() - started)
    # Linux delays an acknowledgement by 40 ms. An answer takes about 1 ms.
    assert median(seconds) < 0.03


@pytest.mark.asyncio
async def test_the_app_answers_in_process_without_a_server() -> None:
    before = set(threading.enumerate())
    sandbox = Sandbox(connections=1)
    transport = httpx.ASGITransport(sandbox.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as http:
        path = f"/api/bulk/dest/{sandbox.world.connections[0].id}"
        response = await http.get(path, headers=headers(sandbox))
    assert response.json()["data"] == sandbox.world.connections[0].destination
    assert not [thread for thread in set(threading.enumerate()) - before if thread.name == "polytomic-sandbox"]


def test_a_sandbox_its_world_and_its_clock_tell_their_state_and_not_the_seed() -> None:
    sandbox = Sandbox(connections=3, seed=987654, start=datetime(2030, 1, 1, tzinfo=UTC))
    world = "<World: 2030-01-01 00:00:05 UTC, connections=3 bulk_syncs=0 executions=0>"
    sandbox.world.advance(5)
    assert repr(sandbox) == f"<Sandbox that is not running: {world}>"
    with sandbox:
        assert repr(sandbox) == f"<Sandbox at {sandbox.url}: {world}>"
    assert repr(sandbox.clock) == "<WorldClock: 2030-01-01 00:00:05 UTC>"
    assert repr(FakeClock(sandbox.world)) == "<FakeClock: 2030-01-01 00:00:05 UTC>"
