"""Opening, closing, cancelling, and what is left behind: nothing."""

from __future__ import annotations

import asyncio
import gc
import os
import pickle
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from polytomic_client import AsyncPolytomic, ClientClosedError, DeadlineExceededError, Polytomic
from polytomic_client._client.base import FORKED
from polytomic_client.v2023_04_25.api.bulk_sync import get_bulk_destination

from .conftest import ID, KEY, WAYS, FakeClock
from .server import DESTINATION, Answer, Connection, Server, stall


async def test_closing_twice_is_harmless_and_use_after_it_is_a_clear_error() -> None:
    with Server() as server:
        async with AsyncPolytomic(api_key=KEY, base_url=server.url) as polytomic:
            generated = polytomic.generated
            await asyncio.to_thread(lambda: None)
            await polytomic.get_bulk_destination(ID)
        await polytomic.aclose()
        await polytomic.aclose()
        with pytest.raises(ClientClosedError, match="closed"):
            await polytomic.get_bulk_destination(ID)
        with pytest.raises(ClientClosedError, match="closed"):
            await polytomic.with_options(deadline=1).get_bulk_destination(ID)
        with pytest.raises(ClientClosedError, match="closed"):
            await get_bulk_destination.asyncio(ID, client=generated)


def test_closing_a_blocking_client_is_the_same() -> None:
    with Server() as server:
        with Polytomic(api_key=KEY, base_url=server.url) as polytomic:
            polytomic.get_bulk_destination(ID)
        polytomic.close()
        with pytest.raises(ClientClosedError, match="closed"):
            polytomic.get_bulk_destination(ID)
        with pytest.raises(ClientClosedError, match="closed"):
            get_bulk_destination.sync(ID, client=polytomic.generated)


async def test_a_client_that_was_never_used_closes() -> None:
    await AsyncPolytomic(api_key=KEY).aclose()
    Polytomic(api_key=KEY).close()


async def test_the_generated_client_of_the_other_kind_is_refused_by_name() -> None:
    polytomic, blocking = AsyncPolytomic(api_key=KEY), Polytomic(api_key=KEY)
    with pytest.raises(TypeError, match=r"`generated` of an AsyncPolytomic cannot be used with sync.*Await asyncio"):
        get_bulk_destination.sync(ID, client=polytomic.generated)
    with pytest.raises(TypeError, match=r"`generated` of a Polytomic cannot be used with asyncio.*Call sync"):
        await get_bulk_destination.asyncio(ID, client=blocking.generated)


async def test_cancelling_a_call_leaves_nothing_open() -> None:
    with Server(stall) as server:
        async with AsyncPolytomic(api_key=KEY, base_url=server.url) as polytomic:
            call = asyncio.create_task(polytomic.get_bulk_destination(ID))
            while not server.requests:
                await asyncio.sleep(0.001)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_callers_own_timeout_stays_the_callers() -> None:
    with Server(stall) as server:
        async with AsyncPolytomic(api_key=KEY, base_url=server.url) as polytomic:
            with pytest.raises(TimeoutError) as caught:
                async with asyncio.timeout(0.05):
                    await polytomic.get_bulk_destination(ID)
    assert type(caught.value) is TimeoutError


async def test_a_transport_is_closed_with_the_client() -> None:
    closed: list[str] = []

    class Transport(httpx.MockTransport):
        async def aclose(self) -> None:
            closed.append("async")

        def close(self) -> None:
            closed.append("sync")

    transport = Transport(lambda _: httpx.Response(200, json=DESTINATION))
    async with AsyncPolytomic(api_key=KEY, transport=transport) as polytomic:
        await polytomic.get_bulk_destination(ID)
    with Polytomic(api_key=KEY, transport=transport) as blocking:
        blocking.get_bulk_destination(ID)
    assert closed == ["async", "sync"]


class Busy:
    """Answers after a moment, and counts how many requests are there at once."""

    def __init__(self) -> None:
        self.most = 0
        self._now = 0
        self._lock = threading.Lock()

    def __call__(self, connection: Connection) -> bool:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        connection.server.stopping.wait(0.005)
        with self._lock:
            self._now -= 1
        return Answer()(connection)


def test_threads_share_a_blocking_client() -> None:
    busy = Busy()
    with Server(busy) as server, Polytomic(api_key=KEY, base_url=server.url, max_connections=4) as polytomic:
        with ThreadPoolExecutor(16) as threads:
            answers = list(threads.map(polytomic.get_bulk_destination, [ID] * 64))
        assert 2 <= busy.most <= 4
        assert server.connections <= 4
    assert all(answer == answers[0] for answer in answers)
    assert len(server.requests) == 64


async def test_no_more_connections_than_allowed_and_no_time_out_of_the_wait_for_one() -> None:
    with Server() as server:
        async with AsyncPolytomic(api_key=KEY, base_url=server.url, max_connections=3, timeout=5) as polytomic:
            await asyncio.gather(*[polytomic.get_bulk_destination(ID) for _ in range(60)])
        assert server.connections <= 3
    assert len(server.requests) == 60


def test_nothing_is_left_running_or_open() -> None:
    before = threading.active_count()
    with Server(Answer()) as server:

        async def calls() -> None:
            async with AsyncPolytomic(api_key=KEY, base_url=server.url) as polytomic:
                await asyncio.gather(*[polytomic.get_bulk_destination(ID) for _ in range(10)])

        with warnings.catch_warnings():
            warnings.simplefilter("error")
            asyncio.run(calls())
            gc.collect()
    assert threading.active_count() <= before


@pytest.mark.process
def test_import_is_light() -> None:
    program = (
        "import sys; import polytomic_client; "
        "heavy = {'httpx', 'httptools', 'httpcore', 'starlette', 'yaml', 'dateutil'} & sys.modules.keys(); "
        "heavy |= {name for name in sys.modules if name.startswith('polytomic_client.v2023_04_25.models.')}; "
        "print(sorted(heavy)); polytomic_client.AsyncPolytomic(api_key='k'); "
        "print(sorted({'httpx', 'httptools', 'httpcore'} & sys.modules.keys()))"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines() == ["[]", "[]"]


async def test_closing_while_calls_are_under_way_ends_them_by_name() -> None:
    with Server(stall) as server:
        polytomic = AsyncPolytomic(api_key=KEY, base_url=server.url, max_connections=2, max_attempts=1)
        calls = [asyncio.create_task(polytomic.get_bulk_destination(ID)) for _ in range(4)]
        while len(server.requests) < 2:
            await asyncio.sleep(0.001)
        await polytomic.aclose()
        for error in await asyncio.gather(*calls, return_exceptions=True):
            assert isinstance(error, ClientClosedError)
            assert "get_bulk_destination: GET" in str(error)


async def test_closing_while_a_call_waits_to_try_again_ends_it_by_name() -> None:
    class Closing(FakeClock):
        async def sleep_async(self, seconds: float) -> None:
            await polytomic.aclose()

    with Server(Answer(503, b"")) as server:
        polytomic = AsyncPolytomic(api_key=KEY, base_url=server.url, clock=Closing())
        with pytest.raises(ClientClosedError, match="get_bulk_destination: GET .* closed"):
            await polytomic.get_bulk_destination(ID)
    assert len(server.requests) == 1


def test_closing_a_blocking_client_while_a_call_waits_opens_nothing_again() -> None:
    class Closing(FakeClock):
        def sleep(self, seconds: float) -> None:
            polytomic.close()

    with Server(Answer(503, b"")) as server:
        polytomic = Polytomic(api_key=KEY, base_url=server.url, clock=Closing())
        with pytest.raises(ClientClosedError, match="get_bulk_destination: GET .* closed"):
            polytomic.get_bulk_destination(ID)
    assert len(server.requests) == 1


def test_closing_a_blocking_client_while_calls_are_under_way_leaves_no_connection() -> None:
    release = threading.Event()

    def wait(connection: Connection) -> bool:
        release.wait(10)
        return Answer()(connection)

    with Server(wait) as server, ThreadPoolExecutor(8) as threads:
        polytomic = Polytomic(api_key=KEY, base_url=server.url)
        calls = [threads.submit(polytomic.get_bulk_destination, ID) for _ in range(8)]
        while len(server.requests) < 8:
            release.wait(0.001)
        transport: Any = polytomic._shared.transport
        polytomic.close()
        release.set()
        for call in calls:
            call.exception()
        assert transport._idle == {}


@pytest.mark.parametrize("settings", [{}, {"transport": httpx.AsyncHTTPTransport()}, {"api_key": lambda: KEY}])
def test_another_event_loop_is_a_clear_error_with_every_transport_and_key(settings: dict[str, Any]) -> None:
    with Server() as server:
        every: dict[str, Any] = {"api_key": KEY, "base_url": server.url, **settings}
        polytomic = AsyncPolytomic(**every)
        first = asyncio.new_event_loop()
        first.run_until_complete(polytomic.get_bulk_destination(ID))
        with pytest.raises(ClientClosedError, match="a different event loop"):
            asyncio.run(polytomic.get_bulk_destination(ID))
        first.run_until_complete(polytomic.aclose())
        first.close()


def test_the_generated_client_makes_no_copy_without_the_policy() -> None:
    for client in (AsyncPolytomic(api_key=KEY), Polytomic(api_key=KEY)):
        with pytest.raises(TypeError, match="with_options"):
            client.generated.with_headers({"X": "y"})
        with pytest.raises(TypeError, match="with_options"):
            client.generated.with_cookies({"X": "y"})
        with pytest.raises(TypeError, match="with_options"):
            client.generated.with_timeout(httpx.Timeout(1))


async def test_an_answer_with_its_response_pickles() -> None:
    with Server() as server:
        async with AsyncPolytomic(api_key=KEY, base_url=server.url) as polytomic:
            answer = await polytomic.with_response.get_bulk_destination(ID)
    twin = pickle.loads(pickle.dumps(answer))
    assert (twin.parsed, twin.headers["x-polytomic-version"], twin.attempts) == (answer.parsed, "2023-04-25", 1)


async def test_a_caller_that_is_cancelled_as_a_connection_comes_free_does_not_keep_the_next_one_waiting() -> None:
    release = threading.Event()

    def wait(connection: Connection) -> bool:
        release.wait(10)
        return Answer()(connection)

    with Server(wait) as server:
        async with AsyncPolytomic(api_key=KEY, base_url=server.url, max_connections=1, deadline=5) as polytomic:

            async def first() -> None:
                await polytomic.get_bulk_destination(ID)
                second.cancel()

            holder = asyncio.create_task(first())
            while not server.requests:
                await asyncio.sleep(0.001)
            second = asyncio.create_task(polytomic.get_bulk_destination(ID))
            third = asyncio.create_task(polytomic.get_bulk_destination(ID))
            await asyncio.sleep(0)
            release.set()
            await holder
            with pytest.raises(asyncio.CancelledError):
                await second
            assert (await third).data.modes


def test_closing_does_not_wait_for_a_key_that_is_slow_to_come() -> None:
    asked, release = threading.Event(), threading.Event()

    def vault() -> str:
        asked.set()
        release.wait(10)
        return KEY

    with Server() as server, ThreadPoolExecutor(2) as threads:
        polytomic = Polytomic(api_key=vault, base_url=server.url)
        call = threads.submit(polytomic.get_bulk_destination, ID)
        asked.wait(10)
        threads.submit(polytomic.close).result(5)
        release.set()
        with pytest.raises(ClientClosedError):
            call.result(5)
    assert server.requests == []


def test_a_call_that_waits_for_anothers_key_stops_at_its_deadline() -> None:
    asked, release = threading.Event(), threading.Event()

    def vault() -> str:
        asked.set()
        release.wait(10)
        return KEY

    with Server() as server, ThreadPoolExecutor(1) as threads:
        polytomic = Polytomic(api_key=vault, base_url=server.url)
        call = threads.submit(polytomic.get_bulk_destination, ID)
        asked.wait(10)
        with pytest.raises(DeadlineExceededError, match="api_key callable"):
            polytomic.with_options(deadline=0.05).get_bulk_destination(ID)
        release.set()
        assert call.result(5).data.modes
        polytomic.close()


FORK = """
import os, sys, warnings
from polytomic_client import ClientClosedError, Polytomic
from polytomic_client._http.places import Lease

polytomic = Polytomic(api_key=lambda: "k", base_url=sys.argv[1])
unused = Polytomic(api_key="k", base_url=sys.argv[1])
tenants = [unused.with_options(api_key=lambda: "t") for _ in range(2)]
polytomic.get_bulk_destination(sys.argv[2])
lease, locks = Lease(), [each._state.key.lock for each in (polytomic, *tenants)]
for lock in locks:
    lock.enter(lease, float("inf"))  # as if another thread asked for a key
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Python 3.12 warns of threads
    child = os.fork()
if child == 0:
    try:
        polytomic.get_bulk_destination(sys.argv[2])
    except ClientClosedError as error:
        print("child:", error, flush=True)
    print("child:", len(polytomic._state.key.lock._taken), flush=True)
    print("child:", len(unused.get_bulk_destination(sys.argv[2]).data.modes), flush=True)
    print("child:", [len(each.get_bulk_destination(sys.argv[2]).data.modes) for each in tenants], flush=True)
    polytomic.close()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
for lock in locks:
    lock.leave(lease)
print("parent:", len(polytomic.get_bulk_destination(sys.argv[2]).data.modes))
polytomic.close()
"""


@pytest.mark.process
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_is_told_to_make_its_own_client_and_the_parent_goes_on() -> None:
    with Server() as server:
        command = [sys.executable, "-W", "error", "-c", FORK, server.url, str(ID)]
        result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert result.stderr == ""
    assert result.stdout.splitlines() == [
        f"child: get_bulk_destination: GET {server.url}/api/bulk/dest/{ID}: {FORKED}",
        "child: 0",
        "child: 1",
        "child: [1, 1]",
        "parent: 1",
    ]
    assert server.connections == 2


FORK_DURING_A_CALL = """
import os, sys, threading, warnings
from polytomic_client import ClientClosedError, Polytomic

polytomic = Polytomic(api_key="k", base_url=sys.argv[1], max_connections=1)
polytomic.get_bulk_destination(sys.argv[2])
answers = []
thread = threading.Thread(target=lambda: answers.append(polytomic.get_bulk_destination(sys.argv[2])))
thread.start()
print("asked", flush=True)
sys.stdin.readline()  # the server has the request, and does not answer it yet
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Python 3.12 warns of threads
    child = os.fork()
if child == 0:
    try:
        polytomic.with_options(deadline=5).get_bulk_destination(sys.argv[2])
    except ClientClosedError as error:
        print("child:", "forked" in str(error), flush=True)
    with Polytomic(api_key="k", base_url=sys.argv[1]) as another:
        print("child:", len(another.get_bulk_destination(sys.argv[2]).data.modes), flush=True)
    polytomic.close()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
print("parent:", answers, flush=True)
sys.stdin.readline()  # now it answers
thread.join(10)
print("parent:", len(answers[0].data.modes), len(polytomic.get_bulk_destination(sys.argv[2]).data.modes))
polytomic.close()
"""


@pytest.mark.process
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_neither_reads_nor_ends_what_its_parent_waits_for() -> None:
    release = threading.Event()

    def wait(connection: Connection) -> bool:
        release.wait(30)
        return Answer()(connection)

    with Server(Answer(), wait, Answer()) as server:
        command = [sys.executable, "-W", "error", "-c", FORK_DURING_A_CALL, server.url, str(ID)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            lines = [process.stdout.readline()]
            while len(server.requests) < 2:
                time.sleep(0.001)
            process.stdin.write("\n")
            process.stdin.flush()
            lines += [process.stdout.readline() for _ in range(3)]
            release.set()
            process.stdin.write("\n")
            process.stdin.close()
            lines.append(process.stdout.read())
    assert "".join(lines).splitlines() == ["asked", "child: True", "child: 1", "parent: []", "parent: 1 1"]
    # The parent's, which it goes on with, and the child's own.
    assert server.connections == 2


def test_an_asyncio_client_says_so_in_a_forked_process_too() -> None:
    with Server() as server:

        async def call(polytomic: AsyncPolytomic) -> None:
            await polytomic.get_bulk_destination(ID)

        polytomic = AsyncPolytomic(api_key=KEY, base_url=server.url)
        with asyncio.Runner() as runner:
            runner.run(call(polytomic))
            kept, loop = polytomic._shared.transport, polytomic._shared.loop
            polytomic._shared.forked()  # what Python calls in the child
            polytomic._shared.loop = None
            with pytest.raises(ClientClosedError, match="forked"):
                runner.run(call(polytomic))
            polytomic._shared.transport, polytomic._shared.loop, polytomic._shared.over = kept, loop, ""
            runner.run(polytomic.aclose())


@pytest.mark.parametrize("transport", [None, "httpx"])
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # of asyncio, whose loop was closed before the client
def test_a_client_whose_loop_is_closed_can_be_closed_in_another_one(transport: str | None) -> None:
    settings: dict[str, Any] = {} if transport is None else {"transport": httpx.AsyncHTTPTransport()}
    with Server() as server:
        polytomic = AsyncPolytomic(api_key=KEY, base_url=server.url, **settings)
        asyncio.run(polytomic.get_bulk_destination(ID))
        asyncio.run(polytomic.aclose())
        if transport is None:
            deadline = time.monotonic() + 10
            while server.open:
                assert time.monotonic() < deadline
                time.sleep(0.001)
        with pytest.raises(ClientClosedError, match="closed"):
            asyncio.run(polytomic.get_bulk_destination(ID))
        gc.collect()


async def test_a_client_of_another_loop_that_runs_is_not_closed_from_here_and_goes_on() -> None:
    with Server() as server, asyncio.Runner() as runner, ThreadPoolExecutor(1) as thread:
        polytomic = AsyncPolytomic(api_key=KEY, base_url=server.url)

        def there(call: Coroutine[Any, Any, Any]) -> Any:
            return thread.submit(runner.run, call).result(10)

        there(polytomic.get_bulk_destination(ID))
        with pytest.raises(ClientClosedError, match="belongs to a different event loop"):
            await polytomic.aclose()
        assert there(polytomic.get_bulk_destination(ID)).data.modes
        there(polytomic.aclose())
        assert server.connections == 1
        thread.submit(runner.close).result(10)


def raise_stop_iteration(*_: object) -> Any:
    raise StopIteration


class Stopping(FakeClock):
    """A clock that is a mock without values."""

    def sleep(self, seconds: float) -> None:
        raise_stop_iteration()

    def sleep_async(self, seconds: float) -> Any:
        raise_stop_iteration()


STOPS: dict[str, dict[str, Any]] = {
    "the transport": {"transport": httpx.MockTransport(raise_stop_iteration)},
    "the clock": {"transport": httpx.MockTransport(lambda _: httpx.Response(503)), "clock": Stopping()},
    "the api_key callable": {"api_key": raise_stop_iteration},
}


async def _raise_stop_async_iteration(*_: object) -> Any:
    raise StopAsyncIteration


ASYNC_STOPS: dict[str, dict[str, Any]] = {
    "the transport": {"transport": httpx.MockTransport(_raise_stop_async_iteration)},
    "the api_key callable": {"api_key": _raise_stop_async_iteration},
}


@pytest.mark.parametrize("source", ASYNC_STOPS)
def test_so_is_a_stop_async_iteration_which_would_end_an_async_for(source: str) -> None:
    with pytest.raises(RuntimeError, match=f"{source} raised StopIteration") as caught:
        WAYS["async"](**{"api_key": KEY, "base_url": "http://127.0.0.1:1", **ASYNC_STOPS[source]})
    assert isinstance(caught.value.__cause__, StopAsyncIteration)


@pytest.mark.parametrize("source", STOPS)
@pytest.mark.parametrize("kind", ["async", "sync", "sync-generated", "async-generated"])
def test_a_stop_iteration_of_the_users_is_an_error_and_never_the_end_of_a_call(source: str, kind: str) -> None:
    with pytest.raises(RuntimeError, match="StopIteration") as caught:
        WAYS[kind](**{"api_key": KEY, "base_url": "http://127.0.0.1:1", **STOPS[source]})
    assert str(caught.value).startswith(f"{source} raised StopIteration")
    assert isinstance(caught.value.__cause__, StopIteration)
