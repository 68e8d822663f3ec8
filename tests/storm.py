"""Thousands of calls that are cancelled, or whose kept connection the server closes, each at a random moment.

    python -m tests.storm                              everything, in every event loop and in threads
    python -m tests.storm --calls 20000 --loop uvloop  one of asyncio, uvloop, debug and threads (Polytomic)

The storm: calls are cancelled, or run out of time, wherever they are. Each response carries the id of its request. A
run fails where a call gets the response to another one, where a cancelled call goes on, or where one leaves a place, a
connection or a task behind.

The race: a server closes kept connections at about the moment at which the next request arrives, and records what it
has processed. A run fails where a GET or a keyed POST fails, where a DELETE fails with anything but
OutcomeUnknownError, or where a call succeeds that the server has not processed.
"""

# ruff: noqa: T201  (it is a program)

from __future__ import annotations

import argparse
import asyncio
import gc
import inspect
import json
import logging
import random
import socket
import struct
import sys
import threading
import time
from abc import abstractmethod
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from polytomic_client import (
    APIResponse,
    AsyncPolytomic,
    ConnectTimeoutError,
    DeadlineExceededError,
    OutcomeUnknownError,
    Polytomic,
    RateLimitError,
    ReadTimeoutError,
    RequestError,
    Timeout,
)
from polytomic_client._http.asyncio_pool import AsyncioPool
from polytomic_client._http.thread_pool import ThreadPool
from polytomic_client.v2023_04_25.models import StartBulkSyncExecution

from .conftest import RUNNERS
from .fast_server import OK, Connection, FastServer
from .server import DESTINATION, VERSION

LOOPS = (*RUNNERS, "threads")
STORM_CALLS = 5_000
RACE_CALLS = 2_000
"""Of each method, in each event loop."""
CONNECTIONS = 8
WORKERS = 16
"""Calls at once in a storm: most wait for a place, and each place is always wanted."""
ROUND = 1_000
"""Calls of one client. More retries than its budget has would make calls fail that nobody cancels."""
LONGEST_PAUSE = 0.003
"""Seconds that a response, or a part of one, is late at most."""
SETTLE = 10.0
"""Seconds for the server's side to see that the client has closed. It takes a few milliseconds."""
TURN = 1e-4
"""Seconds that a thread keeps running where another one could."""
SLOWEST_CALL = 30.0
"""Seconds after which a call has hung."""

MOST_PROBLEMS = 20
"""Problems after which a storm gives up, and the most that are printed: one mistake has hundreds."""

METHODS = ("GET", "POST", "DELETE")
SMALL = StartBulkSyncExecution()
LIMITED = 2**70
"""The server refuses the first request of each id from here on with a 429."""
LARGE = StartBulkSyncExecution(schemas=["x" * 5_000_000])
"""More than the socket buffers of both sides hold, so that the client has to wait while it writes."""


# The servers.


@dataclass(frozen=True)
class Arrived:
    """A request: its method, the id in its path, and its idempotency key."""

    method: str
    id: str
    key: str


def response(request: Arrived, *, status: int = 200, more: str = "") -> bytes:
    """Return a response with the request's id in its headers and, where it has one, in its body."""
    body: Any = {"message": "slow down"}
    if status == 200:
        body = {"data": {"id": request.id}}
        if request.method == "GET":
            modes = [{**DESTINATION["data"]["modes"][0], "id": request.id}]
            body = {"data": {**DESTINATION["data"], "modes": modes}}
    content = b"" if status == 204 else json.dumps(body).encode()
    length = "" if status == 204 else f"Content-Length: {len(content)}\r\n"
    head = (
        f"HTTP/1.1 {status} Whatever\r\nContent-Type: application/json\r\n{length}"
        f"X-Polytomic-Version: {VERSION}\r\nX-Request-Id: {request.id}\r\n{more}\r\n"
    )
    return head.encode() + content


def success(request: Arrived, *, more: str = "") -> bytes:
    return response(request, status=204 if request.method == "DELETE" else 200, more=more)


class EchoServer(FastServer):
    """Reads requests with bodies, and answers them as its connections do.

    Attributes:
        processed: How often each request was processed, by its idempotency key or else its id.
        closed: How many connections are closed on this side, down to the socket.
    """

    kind: type[EchoConnection]

    def __init__(self, seed: int = 1) -> None:
        super().__init__(lambda _: OK)
        self.random = random.Random(seed)
        self.processed: Counter[str] = Counter()
        self.closed = 0
        # Before it listens: connections inherit it, and a client that writes much has to wait.
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32 * 1024)

    def connection(self) -> asyncio.Protocol:
        return self.kind(self)

    def is_deserted(self) -> bool:
        """Say whether no connection is open any more, after a while at most."""
        ends = time.monotonic() + SETTLE
        while self.open and time.monotonic() < ends:
            time.sleep(0.001)
        return not self.open

    def count_closed(self) -> None:
        self.closed += 1


class EchoConnection(Connection):
    """One connection: it takes requests apart."""

    def __init__(self, server: EchoServer) -> None:
        super().__init__(server)
        self.server = server
        self.gone = False
        self._request: Arrived | None = None
        self._missing = 0

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone = True
        super().connection_lost(exc)
        # asyncio closes the socket behind this call.
        asyncio.get_running_loop().call_soon(self.server.count_closed)

    def data_received(self, data: bytes) -> None:
        if self._request is None:
            head, end, data = (self._received + data).partition(b"\r\n\r\n")
            if not end:
                self._received = head
                return
            self._received = b""
            line, *lines = head.decode().split("\r\n")
            method, target, _ = line.split(" ")
            headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
            # The id is the one segment of the path with so many letters.
            name = next(part for part in target.partition("?")[0].split("/") if len(part) == 36)
            self._request = Arrived(method, name, headers.get("idempotency-key", ""))
            self._missing = int(headers.get("content-length", "0"))
            if self._missing > 1_000_000:
                self.pause()
        self._missing -= len(data)
        if self._missing <= 0:
            assert self._missing == 0, "a client waits for the response before it sends another request"
            request, self._request = self._request, None
            self.arrived(request)

    def pause(self) -> None:
        """Let the client wait while it writes."""
        self._transport.pause_reading()
        self.later(self._transport.resume_reading)

    def later(self, do: Callable[[], None]) -> None:
        """Do something in a random while, unless the connection is gone by then."""
        pause = self.server.random.uniform(0, LONGEST_PAUSE)
        asyncio.get_running_loop().call_later(pause, lambda: None if self.gone else do())

    def send(self, content: bytes) -> None:
        if not self.gone:
            self._transport.write(content)

    @abstractmethod
    def arrived(self, request: Arrived) -> None:
        """Answer a request, or do not."""


class StormConnection(EchoConnection):
    """Answers each request in the end, at a random moment."""

    def arrived(self, request: Arrived) -> None:
        server = self.server
        first = not server.processed[request.id]
        server.processed[request.id] += 1
        chance, content = server.random.random(), success(request)
        if (chance < 0.04 or UUID(request.id).int >= LIMITED) and first:
            # A success comes next, so that each call that is left alone succeeds.
            self.send(response(request, status=429, more="Retry-After: 0.02\r\n"))
        elif chance < 0.09:
            self.send(success(request, more="Connection: close\r\n"))
            self._transport.close()
        elif chance < 0.25:
            cut = server.random.randrange(1, len(content))
            self.send(content[:cut])
            self.later(lambda: self.send(content[cut:]))
        elif chance < 0.60:
            self.later(lambda: self.send(content))
        else:
            self.send(content)


class StormServer(EchoServer):
    kind = StormConnection


class RaceConnection(EchoConnection):
    """Answers a few requests, and closes itself when the next one is about to come, or as it comes."""

    def __init__(self, server: EchoServer) -> None:
        super().__init__(server)
        assert isinstance(server, RaceServer)
        self.race = server
        self._left = 1 if server.at_once else server.random.randint(1, 3)
        self._refuses = self._finished = False
        self._answered = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def arrived(self, request: Arrived) -> None:
        loop, race = asyncio.get_running_loop(), self.race
        if self._refuses:
            self.finish()
            return
        if self._timer is not None:
            self._timer.cancel()
        if self._answered:
            # When the next request comes, as a moving average.
            race.gap += 0.1 * (min(loop.time() - self._answered, 10 * race.gap) - race.gap)
        self._answered = loop.time()
        race.processed[request.key or request.id] += 1
        self._left -= 1
        self.send(success(request))
        if self._left > 0:
            return
        moment = "now" if race.at_once else race.random.choice(["now", "soon", "soon", "as it comes"])
        if moment == "now":
            self.finish()
        elif moment == "soon":
            self._timer = loop.call_later(race.random.uniform(0, 2 * race.gap), self.finish)
        else:
            self._refuses = True

    def finish(self) -> None:
        """Close the connection, and process nothing that comes."""
        if self._finished or self.gone:
            return
        self._refuses = self._finished = True
        how = self.race.random.choice(["FIN", "RST", "FIN, and RST for a request"])
        if how == "RST":
            linger = struct.pack("ii", 1, 0)
            self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self._transport.abort()
        elif how == "FIN" and not self.race.at_once:
            # What comes is read and dropped until the client closes.
            self._transport.write_eof()
        else:
            self._transport.close()


class RaceServer(EchoServer):
    """Closes kept connections when the next request is about to come.

    Attributes:
        gap: Seconds between a response and the next request on its connection, on average.
        at_once: Whether each connection is closed right after its last response.
    """

    kind = RaceConnection

    def __init__(self, seed: int = 1, *, at_once: bool = False) -> None:
        super().__init__(seed)
        self.gap = 0.001
        self.at_once = at_once


# What both runs have in common.


@dataclass
class Report:
    """What a run found.

    Attributes:
        name: The name of the run.
        counts: How often something happened.
        phases: Where calls were when they were cancelled, and how many.
        problems: What is not as it must be.
        seconds: How long it took.
    """

    name: str
    counts: Counter[str] = field(default_factory=Counter[str])
    phases: Counter[str] = field(default_factory=Counter[str])
    problems: list[str] = field(default_factory=list[str])
    seconds: float = 0.0

    def check(self, problem: str, *, unless: bool) -> None:
        if not unless:
            self.problems.append(f"{self.name}: {problem}")

    def __str__(self) -> str:
        parts = [f"{name} {number:,}" for name, number in [*self.counts.most_common(), *self.phases.most_common()]]
        return "\n  ".join([f"{self.name}: {', '.join(parts)} in {self.seconds:.1f} s", *self.problems[:MOST_PROBLEMS]])


@contextmanager
def measured(report: Report) -> Generator[None]:
    """Time a run, and see that it leaves no descriptor and no thread.

    Threads take turns far more often than by default, so that neither the server nor a call waits long for the other.
    """

    def held() -> tuple[int, int]:
        gc.collect()
        return len(list(Path("/proc/self/fd").iterdir())), threading.active_count()

    before, start, interval = held(), time.perf_counter(), sys.getswitchinterval()
    sys.setswitchinterval(TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
    report.seconds = time.perf_counter() - start
    after = held()
    report.check(f"descriptors and threads were {before}, and are {after}", unless=after <= before)


def start(client: Any, method: str, id: str, *, large: bool = False) -> Any:  # noqa: A002
    """Make one call of either client, with its response."""
    if method == "GET":
        return client.with_response.get_bulk_destination(id)
    if method == "POST":
        key, body = id.replace("-", ""), LARGE if large else SMALL
        return client.with_response.start_bulk_sync_execution(id, body=body, idempotency_key=key)
    return client.with_response.delete_bulk_sync(id)


def is_own(method: str, id: str, answer: APIResponse[Any]) -> bool:  # noqa: A002
    """Say whether a call got the response to its own request."""
    own = answer.headers["X-Request-Id"] == id
    if method == "GET":
        return own and answer.status_code == 200 and answer.parsed.data.modes[0].id == id
    if method == "POST":
        return own and answer.status_code == 200 and str(answer.parsed.data.id) == id
    return own and answer.status_code == 204 and answer.parsed is None


@contextmanager
def resends(report: Report) -> Generator[None]:
    """Count how often the client sends a request again over a new connection."""

    class Counting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            report.counts["resent"] += "closed an idle connection" in str(record.msg)

    logger, handler = logging.getLogger("polytomic_client"), Counting()
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        logger.setLevel(level)
        logger.removeHandler(handler)


# The storm.

PHASES = (
    "before it starts",
    "waits for a place",
    "connects",
    "writes",
    "reads",
    "has its response",
    "waits for Retry-After",
)
"""Where a call is when it is cancelled. "has its response": it is there, but the call has not taken it yet."""


def phase(task: asyncio.Task[Any]) -> str:  # noqa: PLR0911  (one for each place)
    """Say where a call is."""
    if task.done():
        return "has ended"
    inner: Any = task.get_coro()
    if inspect.getcoroutinestate(inner) == inspect.CORO_CREATED:
        return "before it starts"
    while inspect.iscoroutine(inner) and inner.cr_frame is not None:
        name, variables = inner.cr_code.co_name, inner.cr_frame.f_locals
        if name == "_wait_for_place":
            return "waits for a place"
        if name == "_connect":
            return "connects"
        if name == "_sleeping":
            return "waits for Retry-After"
        if name == "send" and isinstance(variables.get("waiter"), asyncio.Future):
            if variables["waiter"].done():
                return "has its response"
            return "writes" if variables["connection"].transport.get_write_buffer_size() else "reads"
        inner = inner.cr_await
    return "elsewhere"


async def _turns(turns: int) -> None:
    for _ in range(turns):
        await asyncio.sleep(0)


async def _reached(task: asyncio.Task[Any], wanted: str) -> None:
    """Wait until a call is somewhere, or has ended without having been seen there."""
    while phase(task) not in {wanted, "has ended"}:
        await asyncio.sleep(0)


@dataclass
class Storm:
    """The calls of one client, each cancelled or not."""

    report: Report
    client: AsyncPolytomic
    random: random.Random

    async def work(self, numbers: Iterator[int]) -> None:
        for number in numbers:
            if len(self.report.problems) > MOST_PROBLEMS:
                return
            way = self.random.choice(
                ["left alone", "left alone", "cancelled", "cancelled", "cancelled", "twice", "timeout"]
            )
            wanted = self.random.choice([*PHASES, "some turns", "some turns", "some time", "some time", "some time"])
            await self.call(number, way, wanted)

    async def call(self, number: int, way: str, wanted: str) -> None:
        """Make a call, and cancel it, if that is the way, where it is wanted."""
        chance, report = self.random, self.report
        large = wanted == "writes"
        method = "POST" if large else chance.choice(METHODS)
        id = str(UUID(int=number + (LIMITED if wanted == "waits for Retry-After" else 0)))  # noqa: A001

        async def timed() -> Any:
            async with asyncio.timeout(chance.choice([0, chance.uniform(0, 0.01)])):
                return await start(self.client, method, id, large=large)

        task: asyncio.Task[APIResponse[Any]] = asyncio.create_task(
            timed() if way == "timeout" else start(self.client, method, id, large=large)
        )
        cancelled = False
        if way in {"cancelled", "twice"}:
            if wanted == "some time":
                await asyncio.sleep(chance.uniform(0, 0.01))
            elif wanted == "some turns":
                await _turns(chance.randrange(1, 16))
            else:
                await _reached(task, wanted)
            report.phases[phase(task)] += 1
            cancelled = task.cancel()
            if way == "twice":
                await _turns(chance.randrange(3))
                task.cancel()
        await asyncio.wait([task], timeout=SLOWEST_CALL)
        if not task.done():
            task.cancel()
            report.problems.append(f"{method} {id}, {way}, hangs")
            return
        if task.cancelled():
            report.counts["cancelled"] += 1
            report.check(f"{method} {id} was cancelled by nobody", unless=cancelled)
            return
        report.check(f"{method} {id} went on after it was cancelled", unless=not cancelled)
        error = task.exception()
        if error is None:
            report.counts["answered"] += 1
            report.check(f"{method} {id} got the response to another one", unless=is_own(method, id, task.result()))
        elif way == "timeout" and type(error) is TimeoutError:
            report.counts["timed out"] += 1
        else:
            report.problems.append(f"{method} {id}, {way}: {error!r}")

    async def check_pool(self) -> None:
        """See that no place is taken, that each open connection is idle, and that every place still serves."""
        pool, report = self.client._shared.transport, self.report
        assert isinstance(pool, AsyncioPool)
        free, waiters = pool._free, len(pool._queue)
        report.check(f"{free} places are free of {CONNECTIONS}", unless=free == CONNECTIONS)
        report.check(f"{waiters} calls wait for a place", unless=not waiters)
        # asyncio closes a socket a turn later.
        await _turns(3)
        busy = len(pool._opened) - len(pool._idle)
        report.check(f"{busy} connections are open and not idle", unless=not busy)
        report.check(f"{len(pool._opened)} connections are kept", unless=len(pool._opened) <= CONNECTIONS)
        report.check("a connection is being made", unless=not pool._connecting)
        report.check("a call waits", unless=not self.client._shared.waiting)
        after = [str(UUID(int=number)) for number in range(2**64, 2**64 + 3 * CONNECTIONS)]
        async with asyncio.timeout(SLOWEST_CALL):
            answers = await asyncio.gather(*(start(self.client, "GET", id_) for id_ in after), return_exceptions=True)
        for id_, answer in zip(after, answers, strict=True):
            own = not isinstance(answer, BaseException) and is_own("GET", id_, cast("APIResponse[Any]", answer))
            report.check(f"the call after it: {answer!r}", unless=own)


async def _storm_round(report: Report, url: str, numbers: Iterator[int], generator: random.Random) -> None:
    loop = asyncio.get_running_loop()

    def wrong(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        report.problems.append(f"{report.name}: the event loop: {context}")

    loop.set_exception_handler(wrong)
    client = AsyncPolytomic(api_key="a", base_url=url, max_connections=CONNECTIONS)
    storm = Storm(report, client, generator)
    await asyncio.gather(*(storm.work(numbers) for _ in range(WORKERS)))
    await storm.check_pool()
    pool = client._shared.transport
    await client.aclose()
    assert isinstance(pool, AsyncioPool)
    report.check("a connection is open after aclose", unless=not pool._opened and not pool._idle)
    others = asyncio.all_tasks() - {cast("asyncio.Task[Any]", asyncio.current_task())}
    report.check(f"tasks are left: {others}", unless=not others)


@contextmanager
def _silent_loop() -> Generator[None]:
    """Do without what the debug mode logs of slow callbacks: 5 MB are slow."""
    logger = logging.getLogger("asyncio")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _rounds(calls: int) -> Iterator[Iterator[int]]:
    for first in range(0, calls, ROUND):
        yield iter(range(first + 1, min(first + ROUND, calls) + 1))


def storm(loop: str, calls: int, *, seed: int = 1) -> Report:
    """Make so many calls of AsyncPolytomic in an event loop, and cancel most of them at a random moment."""
    report, generator = Report(f"storm, {loop}"), random.Random(seed)
    RUNNERS[loop](asyncio.sleep(0))  # uvloop keeps two descriptors for the next loop
    with measured(report), _silent_loop():
        for numbers in _rounds(calls):
            with StormServer(seed) as server:
                RUNNERS[loop](_storm_round(report, server.url, numbers, generator))
                report.check(f"{server.open} connections are open at the server", unless=server.is_deserted())
    if calls >= ROUND // 2:
        missed = [name for name in PHASES if not report.phases[name]]
        report.check(f"no call was cancelled where it {' or '.join(missed)}", unless=not missed)
    return report


SHORT = (DeadlineExceededError, ReadTimeoutError, ConnectTimeoutError, RateLimitError)
"""How a call ends that has too little time, for a retry as well."""


def _hurry(client: Polytomic, chance: random.Random, *, large: bool) -> Polytomic:
    """Return a copy with so little time that about half of its calls end too early."""
    short = chance.uniform(0.0001, 0.05 if large else 0.015)
    if chance.random() < 0.6:
        return client.with_options(deadline=short)
    # One attempt, because a client has not as many retries as calls are too late here.
    return client.with_options(timeout=Timeout(connect=short, read=short / 4, write=short / 4), max_attempts=1)


def _storm_in_thread(report: Report, client: Polytomic, numbers: Iterator[int], chance: random.Random) -> None:
    for number in numbers:
        id_, method = str(UUID(int=number)), chance.choice(METHODS)
        large = method == "POST" and chance.random() < 0.05
        hurried = chance.random() < 0.7
        caller = _hurry(client, chance, large=large) if hurried else client
        try:
            answer = start(caller, method, id_, large=large)
        except RequestError as error:
            report.counts[type(error).__name__] += 1
            report.check(f"{method} {id_}: {error!r}", unless=hurried and isinstance(error, SHORT))
        except BaseException as error:  # noqa: BLE001  (a thread would swallow it)
            report.problems.append(f"{method} {id_}: {error!r}")
        else:
            report.counts["answered"] += 1
            report.check(f"{method} {id_} got the response to another one", unless=is_own(method, id_, answer))


def _in_threads(target: Callable[[Any], None], arguments: list[Any]) -> bool:
    """Run a function in a thread for each argument, and say whether all of them end."""
    threads = [threading.Thread(target=target, args=(argument,), daemon=True) for argument in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(4 * SLOWEST_CALL)
    return not any(thread.is_alive() for thread in threads)


class _Shared(Iterator[int]):
    """Numbers for several threads."""

    def __init__(self, numbers: Iterator[int]) -> None:
        self._numbers = numbers
        self._lock = threading.Lock()

    def __next__(self) -> int:
        with self._lock:
            return next(self._numbers)


def storm_in_threads(calls: int, *, seed: int = 1) -> Report:
    """Make so many calls of Polytomic in threads, most of them with too little time."""
    report = Report("storm, threads")
    with measured(report):
        for numbers in _rounds(calls):
            with StormServer(seed) as server:
                client = Polytomic(api_key="a", base_url=server.url, max_connections=CONNECTIONS)
                shared = _Shared(numbers)
                chances = [random.Random(seed * 1_000 + worker) for worker in range(WORKERS)]
                ended = _in_threads(partial(_storm_in_thread, report, client, shared), chances)
                report.check("a call hangs", unless=ended)
                if not ended:
                    client.close()
                    break
                pool = client._shared.transport
                assert isinstance(pool, ThreadPool)
                taken, waiting = len(pool._places._taken), len(pool._places._waiting)
                report.check(f"{taken} places are taken, {waiting} calls wait", unless=not taken and not waiting)
                report.check(f"{len(pool._idle)} connections are kept", unless=len(pool._idle) <= CONNECTIONS)
                for number in range(2**64, 2**64 + CONNECTIONS):
                    id_ = str(UUID(int=number))
                    report.check("the call after it", unless=is_own("GET", id_, start(client, "GET", id_)))
                client.close()
                report.check("a connection is kept after close", unless=not pool._idle)
                report.check(f"{server.open} connections are open at the server", unless=server.is_deserted())
    return report


# The race.


@dataclass
class Race:
    """The calls of one method, and what became of each."""

    report: Report
    server: RaceServer
    method: str

    def take(self, id: str, result: APIResponse[Any] | BaseException) -> None:  # noqa: A002
        """Judge one call by what the server has processed of it."""
        report, method = self.report, self.method
        processed = self.server.processed[id.replace("-", "") if method == "POST" else id]
        if isinstance(result, APIResponse):
            report.counts["answered"] += 1
            report.check(f"{method} {id} got the response to another one", unless=is_own(method, id, result))
            report.check(f"{method} {id} was processed {processed} times, and succeeded", unless=processed == 1)
            return
        report.counts["failed"] += 1
        if method == "DELETE" and type(result) is OutcomeUnknownError:
            report.check(f"{method} {id}: {result!r} is not said to be unknown", unless=result.outcome_unknown)
            report.counts["failed, not processed"] += not processed
            return
        report.problems.append(f"{method} {id}, processed {processed} times: {result!r}")


def _ids(calls: int) -> Iterator[int]:
    return iter(range(1, calls + 1))


async def _result_async(client: AsyncPolytomic, method: str, id: str) -> APIResponse[Any] | BaseException:  # noqa: A002
    try:
        answer: APIResponse[Any] = await start(client, method, id)
    except Exception as error:  # noqa: BLE001  (which one it is, is checked)
        return error
    return answer


async def _race_async(race: Race, calls: int) -> None:
    settings: dict[str, Any] = {"api_key": "a", "base_url": race.server.url, "max_connections": CONNECTIONS}
    numbers, chance = _ids(calls), random.Random(calls)

    async def work(client: AsyncPolytomic) -> None:
        for number in numbers:
            id_ = str(UUID(int=number))
            async with asyncio.timeout(SLOWEST_CALL):
                race.take(id_, await _result_async(client, race.method, id_))
            if chance.random() < 0.3:
                await asyncio.sleep(chance.uniform(0, 0.001))

    # One attempt, so that nothing but the resend of a stale request hides what the server does.
    async with AsyncPolytomic(max_attempts=1, **settings) as client:
        await asyncio.gather(*(work(client) for _ in range(CONNECTIONS)))


def _result(client: Polytomic, method: str, id: str) -> APIResponse[Any] | BaseException:  # noqa: A002
    try:
        answer: APIResponse[Any] = start(client, method, id)
    except BaseException as error:  # noqa: BLE001  (a thread would swallow it)
        return error
    return answer


def _race_in_threads(race: Race, calls: int) -> None:
    numbers, chance = _Shared(_ids(calls)), random.Random(calls)

    def work(client: Polytomic) -> None:
        for number in numbers:
            id_ = str(UUID(int=number))
            race.take(id_, _result(client, race.method, id_))
            if chance.random() < 0.3:
                time.sleep(chance.uniform(0, 0.001))

    url = race.server.url
    with Polytomic(api_key="a", base_url=url, max_connections=CONNECTIONS, max_attempts=1) as client:
        race.report.check("a call hangs", unless=_in_threads(work, [client] * CONNECTIONS))


def race(loop: str, method: str, calls: int, *, seed: int = 1) -> Report:
    """Make so many calls of a method while the server closes kept connections as they are used."""
    report = Report(f"race, {loop}, {method}")
    if loop in RUNNERS:
        RUNNERS[loop](asyncio.sleep(0))
    with measured(report), resends(report), RaceServer(seed) as server:
        contest = Race(report, server, method)
        if loop == "threads":
            _race_in_threads(contest, calls)
        else:
            RUNNERS[loop](_race_async(contest, calls))
        report.check("calls are missing", unless=report.counts["answered"] + report.counts["failed"] == calls)
        report.check("a connection is open at the server", unless=server.is_deserted())
    return report


def closed_before(loop: str, calls: int, *, seed: int = 1) -> Report:
    """Make so many DELETEs, one after the other, on connections whose end has come before the request is sent.

    The event loop has not had a turn to see the end. No call may fail.
    """
    report = Report(f"closed before, {loop}")

    def closed(number: int) -> None:
        """Wait for the end of the connection, without a turn of the event loop."""
        ends = time.monotonic() + SETTLE
        while server.closed < number and time.monotonic() < ends:
            time.sleep(0.0002)

    async def asynchronous() -> None:
        async with AsyncPolytomic(api_key="a", base_url=server.url, max_attempts=1) as client:
            for number in _ids(calls):
                id_ = str(UUID(int=number))
                contest.take(id_, await _result_async(client, "DELETE", id_))
                if report.counts["failed"]:
                    break
                closed(number)

    def blocking() -> None:
        with Polytomic(api_key="a", base_url=server.url, max_attempts=1) as client:
            for number in _ids(calls):
                id_ = str(UUID(int=number))
                contest.take(id_, _result(client, "DELETE", id_))
                if report.counts["failed"]:
                    break
                closed(number)

    if loop in RUNNERS:
        RUNNERS[loop](asyncio.sleep(0))
    with measured(report), RaceServer(seed, at_once=True) as server:
        contest = Race(report, server, "DELETE")
        if loop == "threads":
            blocking()
        else:
            RUNNERS[loop](asynchronous())
        report.check(f"{report.counts['failed']} failed", unless=not report.counts["failed"])
    return report


def runs(loops: list[str], calls: int | None, seed: int) -> Iterator[Report]:
    """Run everything in each of these event loops."""
    for loop in loops:
        many = calls or STORM_CALLS
        yield storm_in_threads(many, seed=seed) if loop == "threads" else storm(loop, many, seed=seed)
        for method in METHODS:
            yield race(loop, method, calls or RACE_CALLS, seed=seed)
        yield closed_before(loop, (calls or RACE_CALLS) // 10, seed=seed)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    help_ = f"of each run; default: {STORM_CALLS:,} in a storm, {RACE_CALLS:,} of each method in a race"
    parser.add_argument("--calls", type=int, help=help_)
    parser.add_argument("--loop", choices=LOOPS, action="append", help="default: all")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    problems = False
    for report in runs(chosen.loop or list(LOOPS), chosen.calls, chosen.seed):
        print(report, flush=True)
        problems = problems or bool(report.problems)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
