"""Running a bulk sync until it has ended: what is asked and how often, what comes back, and that nothing is left."""

from __future__ import annotations

import asyncio
import inspect
import logging
import pickle
import re
import signal
import ssl
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import anyio
import httpx
import pytest

import polytomic_client._jobs.executions as module
from polytomic_client import (
    APIStatusError,
    AsyncPolytomic,
    ClientClosedError,
    ConflictError,
    DeadlineExceededError,
    DecodeError,
    ExecutionCanceledError,
    ExecutionFailedError,
    ExecutionTimeoutError,
    NotSentError,
    OutcomeUnknownError,
    PermissionDeniedError,
    Polytomic,
    RequestError,
    ServerError,
    Timeout,
    TLSError,
    fan_out,
)
from polytomic_client.v2023_04_25.models import SchemaExecution, StartBulkSyncExecution

from .conftest import ID, KEY, FakeClock
from .server import Answer, Connection, Raw, Received, Server, Step, hang_up, reset, reset_in_the_body

EXECUTION = UUID("0ecd09c1-b901-4d27-9053-f0367c427254")
OWN = "nightly-2023-04-25"

# --- The API ---------------------------------------------------------------------------------------------------------


def schema(name: str, status: str, records: int = 0, errors: int = 0, message: str = "") -> dict[str, Any]:
    return {
        "schema": name,
        "status": status,
        "status_message": message,
        "record_count": records,
        "error_count": errors,
        "started_at": None,
        "completed_at": None,
    }


def execution(status: str, *schemas: dict[str, Any], **members: Any) -> Answer:
    usual = {
        "id": str(EXECUTION),
        "status": status,
        "type": "manual",
        "is_resync": False,
        "is_test": False,
        "created_at": "2023-04-25T12:00:00Z",
        "started_at": None,
        "completed_at": None,
        "schemas": schemas,
    }
    return Answer(body={"data": usual | members})


CREATED, RUNNING, COMPLETED = execution("created"), execution("running"), execution("completed")
NAMELESS = execution("created", id=None)
CANCELING = Answer(body={"data": {"message": "Cancellation requested"}})
CONFLICT = Answer(409, {"key": "conflict", "message": "something is under way", "metadata": {}, "status": 409})

NAMES = {
    f"POST /api/bulk/syncs/{ID}/executions": "start",
    f"GET /api/bulk/syncs/{ID}/executions/{EXECUTION}": "look",
    f"POST /api/bulk/syncs/{ID}/cancel": "cancel",
}


def name_of(request: Received) -> str:
    return NAMES[request.line.removesuffix(" HTTP/1.1")]


class Api:
    """Answers each operation with steps of its own, the last one for ever."""

    def __init__(self, name: Callable[[Received], str] = name_of, /, **steps: Sequence[Step]) -> None:
        self._name = name
        self._steps: dict[str, Sequence[Step]] = {"cancel": [CANCELING], **steps}
        self._asked = Counter[str]()

    def __call__(self, connection: Connection) -> bool:
        name = self._name(connection.request)
        steps = self._steps[name]
        step = steps[min(self._asked[name], len(steps) - 1)]
        self._asked[name] += 1
        return step(connection)


def asked(server: Server) -> list[str]:
    return [name_of(request) for request in server.requests]


def keys(server: Server) -> list[str | None]:
    return [request.headers.get("idempotency-key") for request in server.requests if name_of(request) == "start"]


def silence(connection: Connection) -> bool:
    """Say nothing until the client hangs up."""
    connection.socket.settimeout(10)
    assert connection.socket.recv(1) == b""
    return False


# --- The two clients -------------------------------------------------------------------------------------------------


class Way:
    """A client, and how its caller breaks off."""

    broken_off: type[BaseException]

    def _call(self, name: str, url: str, arguments: tuple[Any, ...], given: dict[str, Any], **settings: Any) -> Any:
        raise NotImplementedError

    def break_off(self) -> None:
        """Break off the call that is under way, from another thread."""
        raise NotImplementedError

    def silence(self, connection: Connection) -> bool:
        """Say nothing, so that the caller breaks off."""
        self.break_off()
        return silence(connection)

    def call(
        self, name: str, server: Server, *arguments: Any, settings: dict[str, Any] | None = None, **given: Any
    ) -> Any:
        """Call a method of a client, and see that nothing is left behind."""
        try:
            return self._call(name, server.url, arguments, given, **{"api_key": KEY, **(settings or {})})
        finally:
            ends = time.monotonic() + 5
            while server._sockets:
                assert time.monotonic() < ends, "a connection is left"
                time.sleep(0.0005)

    def run(self, server: Server, clock: FakeClock, *, settings: dict[str, Any] | None = None, **given: Any) -> Any:
        return self.call("run_bulk_sync", server, ID, settings={"clock": clock, **(settings or {})}, **given)

    def wait(self, server: Server, clock: FakeClock, **given: Any) -> Any:
        return self.call("wait_for_execution", server, ID, EXECUTION, settings={"clock": clock}, **given)


class Async(Way):
    broken_off = asyncio.CancelledError

    def __init__(self) -> None:
        self._cancel: Callable[[], object] = lambda: None

    def _call(self, name: str, url: str, arguments: tuple[Any, ...], given: dict[str, Any], **settings: Any) -> Any:
        async def call() -> Any:
            async with AsyncPolytomic(base_url=url, **settings) as polytomic:
                task = asyncio.create_task(getattr(polytomic, name)(*arguments, **given))
                loop = asyncio.get_running_loop()
                self._cancel = lambda: loop.call_soon_threadsafe(task.cancel)
                try:
                    return await task
                finally:
                    assert asyncio.all_tasks() == {asyncio.current_task()}

        return asyncio.run(call())

    def break_off(self) -> None:
        self._cancel()


class Blocking(Way):
    broken_off = KeyboardInterrupt

    def _call(self, name: str, url: str, arguments: tuple[Any, ...], given: dict[str, Any], **settings: Any) -> Any:
        with Polytomic(base_url=url, **settings) as polytomic:
            return getattr(polytomic, name)(*arguments, **given)

    def break_off(self) -> None:
        thread = threading.main_thread().ident
        assert thread is not None
        signal.pthread_kill(thread, signal.SIGINT)


WAYS: dict[str, type[Way]] = {"async": Async, "blocking": Blocking}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> Way:
    return WAYS[request.param]()


@dataclass
class BreakingClock(FakeClock):
    """A clock in one of whose sleeps the caller breaks off."""

    at: int = 1

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if len(self.slept) == self.at:
            raise KeyboardInterrupt

    async def sleep_async(self, seconds: float) -> None:
        FakeClock.sleep(self, seconds)
        if len(self.slept) == self.at:
            task = asyncio.current_task()
            assert task is not None
            task.cancel()
        await asyncio.sleep(0)


# --- An execution that ends ------------------------------------------------------------------------------------------


def test_it_is_started_and_looked_at_until_it_is_completed(way: Way, clock: FakeClock) -> None:
    done = execution("completed", schema("users", "completed", 5))
    with Server(Api(start=[CREATED], look=[RUNNING, execution("processing"), done])) as server:
        seen = way.run(server, clock)

    assert (seen.id, seen.status, seen.schemas[0].record_count) == (EXECUTION, "completed", 5)
    assert asked(server) == ["start", "look", "look", "look"]
    assert server.requests[0].headers["content-length"] == str(len("{}"))


def test_what_to_do_is_sent(way: Way, clock: FakeClock) -> None:
    with Server(Api(start=[COMPLETED])) as server:
        way.run(server, clock, body=StartBulkSyncExecution(schemas=["users"]))

    assert server.requests[0].headers["content-length"] == str(len('{"schemas":["users"]}'))


def test_what_has_ended_at_once_is_not_looked_at(way: Way, clock: FakeClock) -> None:
    with Server(Api(start=[COMPLETED])) as server:
        assert way.run(server, clock).status == "completed"

    assert asked(server) == ["start"]
    assert clock.slept == []


@pytest.mark.parametrize("status", ["failed", "errors", "interrupted", "canceled"])
@pytest.mark.parametrize("cancel", [False, True])
def test_any_other_end_is_an_error(way: Way, clock: FakeClock, status: str, *, cancel: bool) -> None:
    with Server(Api(start=[CREATED], look=[execution(status)])) as server:
        with pytest.raises(ExecutionFailedError, match=f"{ID}: execution {EXECUTION} ended as {status}$") as caught:
            way.run(server, clock, cancel_if_abandoned=cancel)

    assert (type(caught.value) is ExecutionCanceledError) == (status == "canceled")
    assert (caught.value.bulk_sync_id, caught.value.execution.status) == (ID, status)
    assert asked(server) == ["start", "look"]


def test_a_failure_says_what_became_of_each_schema_and_those_that_failed_come_first(way: Way, clock: FakeClock) -> None:
    end = execution(
        "failed",
        schema("fine", "completed", 9),
        *(schema(f"stopped {number}", "canceled") for number in range(5)),
        schema("users", "failed", 3, 2, "no such column: mail"),
        schema("orders", "completed", 7, 1),
        status_message="the warehouse is full",
    )
    with Server(Api(start=[CREATED], look=[end])) as server, pytest.raises(ExecutionFailedError) as caught:
        way.run(server, clock)

    assert [(entry.schema, entry.status) for entry in caught.value.schema_errors] == [
        ("users", "failed"),
        ("orders", "completed"),
        *((f"stopped {number}", "canceled") for number in range(5)),
    ]
    assert str(caught.value) == (
        f"bulk sync {ID}: execution {EXECUTION} ended as failed: the warehouse is full; "
        "users: failed, 2 records failed: no such column: mail; orders: completed, 1 records failed; "
        "stopped 0: canceled, 0 records failed; stopped 1: canceled, 0 records failed; "
        "stopped 2: canceled, 0 records failed; and 2 more"
    )
    assert repr(caught.value) == f"ExecutionFailedError({str(caught.value)!r})"
    twin = pickle.loads(pickle.dumps(caught.value))
    assert (str(twin), twin.schema_errors) == (str(caught.value), caught.value.schema_errors)


@pytest.mark.parametrize("schemas", [None, [], [{}], [{"schema": "users", "status": "failed", "error_count": None}]])
def test_what_the_api_leaves_out_stands_in_nobodys_way(way: Way, clock: FakeClock, schemas: Any) -> None:
    told: list[SchemaExecution] = []
    end = Answer(body={"data": {"id": str(EXECUTION), "status": "failed"} | ({"schemas": schemas} if schemas else {})})
    start = execution("created", schemas=schemas)
    with Server(Api(start=[start], look=[end])) as server, pytest.raises(ExecutionFailedError) as caught:
        way.run(server, clock, on_progress=told.append)

    assert len(told) == len(caught.value.schema_errors) == len(schemas or [])
    assert all(text in str(caught.value) for text in ("ended as failed", "0 records failed" if schemas else ""))


@pytest.mark.parametrize("status", ["exploded", None])
def test_a_word_that_is_not_known_is_an_end_when_the_api_says_when_it_ended(
    way: Way, clock: FakeClock, status: Any
) -> None:
    without = Answer(body={"data": {"id": str(EXECUTION), "status": status}})
    end = execution(status, completed_at="2023-04-25T13:00:00Z")
    with Server(Api(start=[CREATED], look=[execution(status), without, end])) as server:
        with pytest.raises(ExecutionFailedError, match=f"ended as {status}"):
            way.run(server, clock)

    assert asked(server) == ["start", "look", "look", "look"]


@pytest.mark.parametrize("status", ["created", "scheduled", "running", "exporting", "processing", "canceling"])
def test_a_word_that_is_known_decides_alone(way: Way, clock: FakeClock, status: str) -> None:
    # The example of the API reference has an execution that is created and has an end.
    on = execution(status, completed_at="2023-04-25T13:00:00Z")
    with Server(Api(start=[on], look=[on, COMPLETED])) as server:
        assert way.run(server, clock).status == "completed"

    assert asked(server) == ["start", "look", "look"]


# --- The start -------------------------------------------------------------------------------------------------------


def test_each_start_has_a_key_of_its_own_and_keeps_it_when_it_is_sent_again(way: Way, clock: FakeClock) -> None:
    with Server(Api(start=[hang_up, Answer(503, b""), COMPLETED])) as server:
        way.run(server, clock)
        way.run(server, clock)

    first, second, third, other = keys(server)
    assert first == second == third != other
    assert all(re.fullmatch("[0-9a-f]{32}", key or "") for key in keys(server))


def test_the_callers_own_key_is_sent(way: Way, clock: FakeClock) -> None:
    with Server(Api(start=[reset, COMPLETED])) as server:
        way.run(server, clock, idempotency_key=OWN)

    assert keys(server) == [OWN, OWN]


@pytest.mark.parametrize("given", [{}, {"idempotency_key": OWN}])
@pytest.mark.parametrize("cancel", [False, True])
def test_another_execution_that_is_running_is_an_error_at_once_and_left_alone(
    way: Way, clock: FakeClock, given: dict[str, Any], *, cancel: bool
) -> None:
    with Server(Api(start=[CONFLICT, CREATED])) as server:
        with pytest.raises(ConflictError, match="something is under way"):
            way.run(server, clock, cancel_if_abandoned=cancel, **given)

    assert asked(server) == ["start"]
    assert clock.slept == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 500])
def test_a_start_that_is_refused_is_an_error_and_has_begun_nothing(way: Way, clock: FakeClock, status: int) -> None:
    with Server(Api(start=[Answer(status, b"")])) as server, pytest.raises(APIStatusError) as caught:
        way.run(server, clock, cancel_if_abandoned=True)

    assert caught.value.status_code == status
    assert asked(server) == ["start"]


def test_a_start_that_is_not_sent_has_begun_nothing(
    way: Way, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    with Server() as server:
        pass
    with pytest.raises(NotSentError):
        way.run(server, clock, cancel_if_abandoned=True, settings={"max_attempts": 2})

    assert clock.slept == [0.5]
    assert "may still run" not in caplog.text


def test_a_deadline_that_passes_before_the_first_try_has_begun_nothing(
    way: Way, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    def key() -> str:
        clock.now += 60
        raise DeadlineExceededError("the vault is slow")

    with Server(Api(start=[CREATED])) as server, pytest.raises(DeadlineExceededError, match="api_key callable"):
        way.run(server, clock, deadline=30, cancel_if_abandoned=True, settings={"api_key": key})

    assert server.requests == []
    assert "may still run" not in caplog.text


@pytest.mark.parametrize(
    "given",
    [
        {"deadline": 0},
        {"deadline": float("nan")},
        {"deadline": True},
        {"poll_interval": 0},
        {"poll_interval": float("inf")},
        {"idempotency_key": "short"},
        {"idempotency_key": ""},
    ],
)
def test_a_malformed_argument_is_refused_before_anything_is_sent(
    way: Way, clock: FakeClock, caplog: pytest.LogCaptureFixture, given: dict[str, Any]
) -> None:
    with Server(Api(start=[COMPLETED])) as server, pytest.raises(ValueError, match=next(iter(given))):
        way.run(server, clock, cancel_if_abandoned=True, **given)

    assert server.connections == 0
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("run_bulk_sync", ["7"]), ("wait_for_execution", [ID, ""]), ("wait_for_execution", ["", ID])],
)
def test_a_malformed_id_is_refused_before_anything_is_sent(way: Way, name: str, arguments: list[Any]) -> None:
    with Server() as server, pytest.raises(ValueError, match="must be a UUID"):
        way.call(name, server, *arguments, cancel_if_abandoned=True)

    assert server.connections == 0


def test_an_execution_without_a_name_cannot_be_waited_for(way: Way, clock: FakeClock) -> None:
    with Server(Api(start=[NAMELESS])) as server, pytest.raises(RequestError, match="lacks the id of the execution"):
        way.run(server, clock)

    assert asked(server) == ["start"]


# --- Looking ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "slept"),
    [
        ({}, [0.5, 0.75, 1.125, 1.6875, 2.53125, 3.796875, 5.6953125, 8.54296875, 12.814453125, 15, 15]),
        ({"poll_interval": 1}, [0.5, 0.75, *[1] * 9]),
        ({"poll_interval": 0.25}, [0.25] * 11),
        ({"deadline": 4}, [0.5, 0.75, 1.125, 1.125]),
        ({"deadline": 0.75}, [0.375]),
    ],
)
def test_looks_are_made_less_and_less_often_and_the_last_one_before_the_deadline(
    way: Way, clock: FakeClock, given: dict[str, Any], slept: list[float]
) -> None:
    with Server(Api(start=[CREATED], look=[*[RUNNING] * (len(slept) - 1), COMPLETED])) as server:
        way.run(server, clock, **given)

    assert clock.slept == slept


@pytest.mark.parametrize("deadline", [30, 30.0])
def test_the_deadline_ends_the_wait_and_not_the_execution(way: Way, clock: FakeClock, deadline: float) -> None:
    with Server(Api(start=[CREATED], look=[RUNNING])) as server, pytest.raises(ExecutionTimeoutError) as caught:
        way.run(server, clock, deadline=deadline)

    assert isinstance(caught.value, DeadlineExceededError)
    assert str(caught.value) == (
        f"execution {EXECUTION} of bulk sync {ID} was still running after 30 s. "
        "wait_for_execution waits for it again; cancel_bulk_sync ends it."
    )
    twin = pickle.loads(pickle.dumps(caught.value))
    assert (twin.execution.id, twin.execution.status, str(twin)) == (EXECUTION, "running", str(caught.value))
    assert sum(clock.slept) == 29.5
    assert asked(server) == ["start", *["look"] * len(clock.slept)]


def test_a_look_that_hangs_does_not_outlast_the_deadline(way: Way, clock: FakeClock) -> None:
    started = time.monotonic()
    with Server(Api(start=[CREATED], look=[silence])) as server, pytest.raises(ExecutionTimeoutError) as caught:
        way.run(server, clock, deadline=0.4)

    assert (caught.value.bulk_sync_id, caught.value.execution.status) == (ID, "created")
    assert time.monotonic() - started < 5
    assert asked(server) == ["start", "look"]


def test_a_start_that_hangs_does_not_outlast_the_deadline(way: Way, clock: FakeClock) -> None:
    started = time.monotonic()
    with Server(Api(start=[silence])) as server, pytest.raises(DeadlineExceededError) as caught:
        way.run(server, clock, deadline=0.1)

    assert not isinstance(caught.value, ExecutionTimeoutError)
    assert caught.value.idempotency_key == keys(server)[0]
    assert time.monotonic() - started < 5


def test_no_call_lasts_longer_than_the_clients_own_deadline(way: Way, clock: FakeClock) -> None:
    with Server(Api(start=[CREATED], look=[silence, COMPLETED])) as server:
        assert way.run(server, clock, settings={"deadline": 0.3}).status == "completed"

    assert asked(server) == ["start", "look", "look"]


PASSING: dict[str, Step] = {
    "hang up": Raw([b"HTTP/1.1 200 OK\r\n"]),
    "reset": reset_in_the_body,
    "silence": silence,
    **{str(status): Answer(status, b"") for status in (408, 429, 500, 502, 503, 504, 520)},
}
LASTING: dict[str, Step] = {
    **{str(status): Answer(status, b"") for status in (302, 400, 401, 403, 404, 409, 422)},
    "garbage": Answer(body=b"<html>"),
    "version": Answer(headers={"X-Polytomic-Version": "2024-02-08"}),
}


@pytest.mark.parametrize("fault", PASSING)
def test_a_look_that_fails_for_a_passing_reason_is_made_again(way: Way, clock: FakeClock, fault: str) -> None:
    with Server(Api(start=[CREATED], look=[PASSING[fault], COMPLETED])) as server:
        settings = {"max_attempts": 1, "timeout": Timeout(read=0.1 if fault == "silence" else 10)}
        assert way.run(server, clock, settings=settings).status == "completed"

    assert asked(server) == ["start", "look", "look"]
    assert clock.slept == [0.5, 0.75]


@pytest.mark.parametrize("fault", LASTING)
def test_a_look_that_fails_for_good_ends_the_wait(way: Way, clock: FakeClock, fault: str) -> None:
    with Server(Api(start=[CREATED], look=[LASTING[fault], COMPLETED])) as server, pytest.raises(RequestError):
        way.run(server, clock)

    assert asked(server) == ["start", "look"]


def test_so_does_a_certificate_that_is_not_trusted(clock: FakeClock) -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(200, json=CREATED.body)
        raise httpx.ConnectError("untrusted") from ssl.SSLCertVerificationError("untrusted")

    with Polytomic(api_key=KEY, transport=httpx.MockTransport(handle), clock=clock) as polytomic:
        with pytest.raises(TLSError):
            polytomic.run_bulk_sync(ID)

    assert clock.slept == [0.5]


def test_five_looks_in_a_row_may_fail(way: Way, clock: FakeClock) -> None:
    down = [Answer(500, b"")] * 5
    with Server(Api(start=[CREATED], look=[*down, RUNNING, *down, COMPLETED])) as server:
        assert way.run(server, clock).status == "completed"

    assert asked(server) == ["start", *["look"] * 12]


def test_a_sixth_may_not(way: Way, clock: FakeClock) -> None:
    with Server(Api(start=[CREATED], look=[*[Answer(500, b"")] * 6, COMPLETED])) as server, pytest.raises(ServerError):
        way.run(server, clock)

    assert asked(server) == ["start", *["look"] * 6]


@pytest.mark.parametrize(("deadline", "slept"), [(None, [0.5, 90, 1.6875]), (60, [0.5, 59]), (90.75, [0.5, 89.75])])
def test_the_next_look_waits_as_long_as_the_api_asks(
    way: Way, clock: FakeClock, deadline: float | None, slept: list[float]
) -> None:
    busy = Answer(503, b"", {"Retry-After": "90"})
    with Server(Api(start=[CREATED], look=[busy, *[RUNNING] * (len(slept) - 2), COMPLETED])) as server:
        way.run(server, clock, deadline=deadline, poll_interval=1.6875)

    assert clock.slept == slept


async def test_closing_the_client_ends_a_wait() -> None:
    class Closing(FakeClock):
        async def sleep_async(self, seconds: float) -> None:
            await polytomic.aclose()

    with Server(Api(start=[CREATED], look=[RUNNING])) as server:
        polytomic = AsyncPolytomic(api_key=KEY, base_url=server.url, clock=Closing())
        with pytest.raises(ClientClosedError):
            await polytomic.run_bulk_sync(ID)


# --- Progress --------------------------------------------------------------------------------------------------------


def test_progress_is_told_once_for_each_change_of_a_schema(way: Way, clock: FakeClock) -> None:
    looks = [
        execution("running", schema("users", "running", 1), schema("orders", "scheduled")),
        execution("running", schema("users", "running", 1, message="going on"), schema("orders", "scheduled")),
        execution("running", schema("users", "running", 2), schema("orders", "scheduled")),
        execution("running", schema("users", "running", 2, 1), schema("orders", "running")),
        execution("running", {**schema("users", "running", 2, 1), "warning_count": 3}, schema("orders", "running")),
        execution("failed", {**schema("users", "failed", 2, 1), "warning_count": 3}, schema("orders", "completed", 5)),
    ]
    told: list[tuple[str, str, int, int]] = []

    def on_progress(entry: SchemaExecution) -> None:
        told.append((entry.schema, entry.status, entry.record_count, entry.error_count))

    with Server(Api(start=[execution("created", schema("users", "created"))], look=looks)) as server:
        with pytest.raises(ExecutionFailedError):
            way.run(server, clock, on_progress=on_progress)

    assert told == [
        ("users", "created", 0, 0),
        ("users", "running", 1, 0),
        ("orders", "scheduled", 0, 0),
        ("users", "running", 2, 0),
        ("users", "running", 2, 1),
        ("orders", "running", 0, 0),
        ("users", "running", 2, 1),
        ("users", "failed", 2, 1),
        ("orders", "completed", 5, 0),
    ]


class Unhappy:
    """Progress that is told in a coroutine, which nobody would wait for."""

    async def __call__(self, entry: SchemaExecution) -> None:
        raise NotImplementedError

    async def tell(self, number: int, entry: SchemaExecution) -> None:
        raise NotImplementedError


@pytest.mark.parametrize("on_progress", [Unhappy(), partial(Unhappy().tell, 1), Unhappy.tell])
@pytest.mark.parametrize("name", ["run", "wait"])
def test_progress_must_not_be_async(way: Way, clock: FakeClock, on_progress: Any, name: str) -> None:
    with Server(Api(start=[COMPLETED], look=[COMPLETED])) as server:
        with pytest.raises(TypeError, match="on_progress must be a plain function, got an async one"):
            getattr(way, name)(server, clock, on_progress=on_progress)

    assert server.connections == 0


def test_progress_must_be_a_function(way: Way, clock: FakeClock) -> None:
    nothing: Any = 5
    with Server(CREATED) as server, pytest.raises(TypeError, match=r"^on_progress must be a function, got int\.$"):
        way.run(server, clock, on_progress=nothing)

    assert server.connections == 0


@pytest.mark.parametrize("error", [ServerError(503), DeadlineExceededError("of another call"), ZeroDivisionError()])
def test_what_progress_raises_ends_the_wait_even_if_a_look_might_have_raised_it(
    way: Way, clock: FakeClock, error: Exception
) -> None:
    def on_progress(entry: SchemaExecution) -> None:
        raise error

    looks = [execution("running", schema("users", "running"))]
    with Server(Api(start=[CREATED], look=looks)) as server, pytest.raises(type(error)) as caught:
        way.run(server, clock, on_progress=on_progress)

    assert caught.value is error
    assert asked(server) == ["start", "look"]


# --- A wait that ends before the execution -------------------------------------------------------------------------


def refuse(entry: SchemaExecution) -> None:
    raise ZeroDivisionError(entry.schema)


@dataclass
class Leaving:
    """A way for a wait to end before the execution, and what is asked."""

    error: type[BaseException] | None
    start: Sequence[Step | None]
    look: Sequence[Step | None]
    asked: str
    then: str
    given: dict[str, Any] | None = None
    clock: Callable[[], FakeClock] = FakeClock


LEAVINGS = {
    # An error of None is the caller who breaks off, in a sleep or where a step is None.
    "first sleep": Leaving(None, [CREATED], [RUNNING], "start", "look cancel", clock=BreakingClock),
    "third sleep": Leaving(
        None, [CREATED], [RUNNING], "start look look", "look cancel", clock=partial(BreakingClock, at=3)
    ),
    "look": Leaving(None, [CREATED], [RUNNING, None, RUNNING], "start look look", "look cancel"),
    "start": Leaving(None, [None, CREATED], [], "start", "start cancel"),
    "start sent again": Leaving(None, [hang_up, None, CREATED], [], "start start", "start cancel"),
    "sleep before the start is sent again": Leaving(
        None, [hang_up, CREATED], [], "start", "start cancel", clock=BreakingClock
    ),
    "deadline": Leaving(
        ExecutionTimeoutError, [CREATED], [RUNNING], "start look look", "look cancel", given={"deadline": 1.5}
    ),
    "deadline of the start": Leaving(
        DeadlineExceededError, [silence, CREATED], [], "start", "start cancel", given={"deadline": 0.1}
    ),
    "progress of the start": Leaving(
        ZeroDivisionError,
        [execution("created", schema("users", "created"))],
        [RUNNING],
        "start",
        "look cancel",
        given={"on_progress": refuse},
    ),
    "progress of a look": Leaving(
        ZeroDivisionError,
        [CREATED],
        [execution("running", schema("users", "running"))],
        "start look",
        "look cancel",
        given={"on_progress": refuse},
    ),
    "refused look": Leaving(PermissionDeniedError, [CREATED], [Answer(403, b""), RUNNING], "start look", "look cancel"),
    "six failed looks": Leaving(
        ServerError, [CREATED], [*[Answer(500, b"")] * 6, RUNNING], f"start{' look' * 6}", "look cancel"
    ),
    "start without an answer": Leaving(
        OutcomeUnknownError, [hang_up, hang_up, hang_up, CREATED], [], "start start start", "start cancel"
    ),
    "start that a proxy gave up": Leaving(
        ServerError, [*[Answer(504, b"")] * 3, CREATED], [], "start start start", "start cancel"
    ),
    "start that is still under way": Leaving(
        ConflictError, [hang_up, CONFLICT, CONFLICT, CREATED], [], "start start start", "start cancel"
    ),
    "start whose answer cannot be read": Leaving(
        DecodeError, [Answer(body={"data": []}), CREATED], [], "start", "start cancel"
    ),
    "start whose answer names nothing": Leaving(RequestError, [NAMELESS], [], "start", "start cancel"),
}


@pytest.mark.parametrize("leaving", LEAVINGS.values(), ids=LEAVINGS)
@pytest.mark.parametrize("cancel", [True, False])
def test_an_abandoned_execution_is_canceled_if_that_is_asked_for(
    way: Way, caplog: pytest.LogCaptureFixture, leaving: Leaving, *, cancel: bool
) -> None:
    api = Api(
        start=[step or way.silence for step in leaving.start],
        look=[step or way.silence for step in leaving.look],
    )
    with Server(api) as server, pytest.raises(leaving.error or way.broken_off) as caught:
        way.run(server, leaving.clock(), cancel_if_abandoned=cancel, **(leaving.given or {}))

    assert type(caught.value) is (leaving.error or way.broken_off)
    assert asked(server) == [*leaving.asked.split(), *(leaving.then.split() if cancel else [])]
    assert len(set(keys(server))) == 1
    assert "may still run" not in caplog.text


@pytest.mark.parametrize("status", ["completed", "failed", "canceled"])
def test_what_has_ended_meanwhile_is_not_canceled_because_another_may_run_by_now(way: Way, status: str) -> None:
    with Server(Api(start=[CREATED], look=[execution(status)])) as server, pytest.raises(way.broken_off):
        way.run(server, BreakingClock(), cancel_if_abandoned=True)

    assert asked(server) == ["start", "look"]


def test_a_start_that_is_still_under_way_is_waited_for_and_canceled(way: Way, clock: FakeClock) -> None:
    with Server(Api(start=[way.silence, CONFLICT, CONFLICT, CREATED])) as server, pytest.raises(way.broken_off):
        way.run(server, clock, cancel_if_abandoned=True)

    assert asked(server) == ["start", "start", "start", "start", "cancel"]
    assert clock.slept == [0.5, 0.5]


def test_it_is_waited_for_ten_seconds(way: Way, clock: FakeClock, caplog: pytest.LogCaptureFixture) -> None:
    with Server(Api(start=[way.silence, CONFLICT])) as server, pytest.raises(way.broken_off):
        way.run(server, clock, cancel_if_abandoned=True)

    assert "cancel" not in asked(server)
    assert sum(clock.slept) == 9.5
    assert f"Bulk sync {ID} may still run" in caplog.text
    assert "409 something is under way" in caplog.text


@pytest.mark.parametrize(
    "steps",
    [
        {"look": [Answer(403, {"message": "not yours"})]},
        {"look": [RUNNING], "cancel": [Answer(500, {"message": "not yours"})]},
    ],
)
@pytest.mark.parametrize("deadline", [None, 0.5])
def test_a_failure_to_cancel_is_logged_and_hides_nothing(
    way: Way, caplog: pytest.LogCaptureFixture, steps: dict[str, Any], deadline: float | None
) -> None:
    clock = FakeClock() if deadline else BreakingClock()
    expected = ExecutionTimeoutError if deadline else way.broken_off
    looks = [RUNNING, *steps["look"]] if deadline else steps["look"]
    with Server(Api(start=[CREATED], **{**steps, "look": looks})) as server, pytest.raises(expected):
        way.run(server, clock, deadline=deadline, cancel_if_abandoned=True)

    (record,) = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert record.name == "polytomic_client"
    assert f"Bulk sync {ID} may still run" in record.getMessage()
    assert "not yours" in record.getMessage()


@pytest.mark.parametrize("steps", [{"look": [silence]}, {"look": [RUNNING], "cancel": [silence]}])
def test_canceling_does_not_hold_its_caller_up(
    way: Way, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, steps: dict[str, Any]
) -> None:
    monkeypatch.setattr(module, "CLEANUP_LASTS", 0.2)
    started = time.monotonic()
    with Server(Api(start=[CREATED], **steps)) as server, pytest.raises(way.broken_off):
        way.run(server, BreakingClock(), cancel_if_abandoned=True)

    assert time.monotonic() - started < 5
    assert "may still run" in caplog.text


@pytest.mark.parametrize("moment", ["look", "cancel", "sleep"])
def test_interrupting_a_second_time_ends_the_canceling(caplog: pytest.LogCaptureFixture, moment: str) -> None:
    way = Blocking()
    steps: dict[str, dict[str, list[Step]]] = {
        "look": {"start": [CREATED], "look": [way.silence]},
        "cancel": {"start": [CREATED], "look": [RUNNING], "cancel": [way.silence]},
        "sleep": {"start": [way.silence, CONFLICT]},
    }
    with Server(Api(**steps[moment])) as server, pytest.raises(KeyboardInterrupt):
        way.run(server, BreakingClock(), cancel_if_abandoned=True)

    expected = {"look": "start look", "cancel": "start look cancel", "sleep": "start start"}
    assert asked(server) == expected[moment].split()
    assert f"Bulk sync {ID} may still run" in caplog.text


def test_interrupting_while_it_is_canceled_for_another_reason_is_what_the_caller_sees() -> None:
    way = Blocking()
    with Server(Api(start=[CREATED], look=[RUNNING], cancel=[way.silence])) as server, pytest.raises(KeyboardInterrupt):
        way.run(server, FakeClock(), deadline=1, cancel_if_abandoned=True)

    assert asked(server) == ["start", "look", "look", "cancel"]


# --- What only asyncio has -------------------------------------------------------------------------------------------


class Cancels:
    """Cancels what it is given, and answers once the event loop has had its turns."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._loop = asyncio.get_running_loop()
        self.target: asyncio.Task[Any] | anyio.CancelScope

    def __call__(self, connection: Connection) -> bool:
        asyncio.run_coroutine_threadsafe(self._cancel(), self._loop).result(10)
        return self._answer(connection)

    async def _cancel(self) -> None:
        self.target.cancel()
        for _ in range(50):
            await asyncio.sleep(0)


@pytest.mark.parametrize("level", [False, True], ids=["again and again", "at every turn"])
@pytest.mark.parametrize("deadline", [None, 1.0], ids=["cancelled", "late"])
async def test_canceling_is_never_cut_short(
    caplog: pytest.LogCaptureFixture, deadline: float | None, *, level: bool
) -> None:
    moment, look, cancel = Moment(), Cancels(RUNNING), Cancels(CANCELING)
    first = RUNNING if deadline else moment
    with Server(Api(start=[CREATED], look=[first, look], cancel=[cancel])) as server:
        async with AsyncPolytomic(api_key=KEY, base_url=server.url, clock=FakeClock()) as polytomic:

            async def run() -> None:
                with anyio.CancelScope() as scope:
                    if level:
                        moment.then, look.target, cancel.target = scope.cancel, scope, scope
                    try:
                        await polytomic.run_bulk_sync(ID, deadline=deadline, cancel_if_abandoned=True)
                    finally:
                        # Each time costs a turn of the event loop, and anyio would do it at every one.
                        assert task.cancelling() <= 3

            task = asyncio.create_task(run())
            moment.then, look.target, cancel.target = task.cancel, task, task
            await asyncio.wait([task])
            if level and deadline:
                with pytest.raises(ExecutionTimeoutError):
                    task.result()
            else:
                assert task.cancelled() is not level
            assert asyncio.all_tasks() == {asyncio.current_task()}

    assert asked(server) == ["start", "look", "look", "cancel"]
    assert "may still run" not in caplog.text


async def test_closing_the_client_lets_a_cancelled_call_begin_its_canceling() -> None:
    with Server(Api(start=[CREATED], look=[RUNNING])) as server:
        async with AsyncPolytomic(api_key=KEY, base_url=server.url) as polytomic:
            task = asyncio.create_task(polytomic.run_bulk_sync(ID, cancel_if_abandoned=True))
            while "look" not in asked(server):
                await asyncio.sleep(0.001)
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    assert asked(server)[-1] == "cancel"


async def test_closing_the_client_waits_for_the_canceling_that_a_fan_out_has_left() -> None:
    going = threading.Event()

    def cancel(connection: Connection) -> bool:
        assert going.wait(10)
        return CANCELING(connection)

    with Server(Api(start=[CREATED], look=[RUNNING], cancel=[cancel])) as server:
        async with AsyncPolytomic(api_key=KEY, base_url=server.url) as polytomic:
            run = partial(polytomic.run_bulk_sync, cancel_if_abandoned=True)

            async def consume() -> None:
                async with fan_out(run, [ID]) as outcomes:
                    async for _ in outcomes:
                        pass

            task = asyncio.create_task(consume())
            while "look" not in asked(server):
                await asyncio.sleep(0.001)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert "cancel" in asked(server)
            closing = asyncio.create_task(polytomic.aclose())
            await asyncio.sleep(0.01)
            assert not closing.done()
            going.set()
            await closing
        assert asyncio.all_tasks() == {asyncio.current_task()}

    assert asked(server)[-1] == "cancel"


Flow = Coroutine[Any, Any, Any]


class Moment:
    """What happens in the event loop as soon as the API is asked."""

    def __init__(self) -> None:
        self.then: Callable[[], object] = lambda: None
        self._loop = asyncio.get_running_loop()

    def __call__(self, connection: Connection) -> bool:
        self._loop.call_soon_threadsafe(self.then)
        return silence(connection)


async def by_cancel(flow: Flow, moment: Moment) -> None:
    task = asyncio.create_task(flow)
    moment.then = task.cancel
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()


async def by_timeout(flow: Flow, moment: Moment) -> None:
    with pytest.raises(TimeoutError) as caught:
        async with asyncio.timeout(None) as limit:
            moment.then = lambda: limit.reschedule(0)
            await flow
    assert type(caught.value) is TimeoutError
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def by_nested_timeouts(flow: Flow, moment: Moment) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(60), asyncio.timeout(None) as limit:
            moment.then = lambda: limit.reschedule(0)
            await flow


async def by_wait_for(flow: Flow, moment: Moment) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(flow, 0.2)


async def by_task_group(flow: Flow, moment: Moment) -> None:
    async def fail() -> None:
        await asked_for.wait()
        raise ZeroDivisionError

    asked_for = asyncio.Event()
    moment.then = asked_for.set
    with pytest.raises(ExceptionGroup) as caught:
        async with asyncio.TaskGroup() as group:
            group.create_task(flow)
            group.create_task(fail())
    assert [type(error) for error in caught.value.exceptions] == [ZeroDivisionError]


@pytest.mark.parametrize("leave", [by_cancel, by_timeout, by_nested_timeouts, by_wait_for, by_task_group])
@pytest.mark.parametrize("during", ["start", "look"])
async def test_every_way_to_cancel_in_asyncio_cancels_the_execution(
    clock: FakeClock, leave: Callable[[Flow, Moment], Awaitable[None]], during: str
) -> None:
    moment = Moment()
    steps: dict[str, list[Step]] = {"start": [CREATED], "look": [RUNNING]}
    steps[during].insert(0, moment)
    with Server(Api(**steps)) as server:
        async with AsyncPolytomic(api_key=KEY, base_url=server.url, clock=clock) as polytomic:
            await leave(polytomic.run_bulk_sync(ID, cancel_if_abandoned=True), moment)
            assert asyncio.all_tasks() == {asyncio.current_task()}

    assert asked(server) == ["start", *([] if during == "start" else ["look"]), during, "cancel"]


async def test_a_wait_whose_event_loop_is_gone_ends_without_a_word() -> None:
    class Endless(FakeClock):
        async def sleep_async(self, seconds: float) -> None:
            await asyncio.get_running_loop().create_future()

    def handle(request: httpx.Request) -> httpx.Response:
        methods.append(request.method)
        return httpx.Response(200, json=CREATED.body)

    methods: list[str] = []
    polytomic = AsyncPolytomic(api_key=KEY, transport=httpx.MockTransport(handle), clock=Endless())
    flow = polytomic.run_bulk_sync(ID, cancel_if_abandoned=True)
    flow.send(None)
    flow.close()  # as it goes when its loop is closed
    await polytomic.aclose()

    assert methods == ["POST"]


async def test_many_waits_at_once_keep_to_themselves(clock: FakeClock) -> None:
    with Server(Api(start=[CREATED], look=[RUNNING, COMPLETED])) as server:
        async with AsyncPolytomic(api_key=KEY, base_url=server.url, clock=clock) as polytomic:
            seen = await asyncio.gather(*[polytomic.run_bulk_sync(ID) for _ in range(20)])

    assert [one.status for one in seen] == ["completed"] * 20
    assert len(set(keys(server))) == 20


# --- An execution that runs already ----------------------------------------------------------------------------------


def test_an_execution_that_runs_already_is_waited_for(way: Way, clock: FakeClock) -> None:
    told: list[SchemaExecution] = []
    looks = [execution("running", schema("users", "running", 1)), RUNNING, COMPLETED]
    with Server(Api(look=looks)) as server:
        assert way.wait(server, clock, on_progress=told.append, poll_interval=0.5).status == "completed"

    assert asked(server) == ["look", "look", "look"]
    assert clock.slept == [0.5, 0.5]
    assert [entry.record_count for entry in told] == [1]


def test_one_that_has_ended_is_not_looked_at_again(way: Way, clock: FakeClock) -> None:
    with Server(Api(look=[execution("canceled")])) as server, pytest.raises(ExecutionCanceledError):
        way.wait(server, clock, cancel_if_abandoned=True)

    assert asked(server) == ["look"]


def test_waiting_for_it_has_a_deadline(way: Way, clock: FakeClock) -> None:
    with Server(Api(look=[RUNNING])) as server, pytest.raises(ExecutionTimeoutError, match="still running after 60 s"):
        way.wait(server, clock, deadline=60)

    assert set(asked(server)) == {"look"}


@pytest.mark.parametrize(
    ("looks", "expected"),
    [
        ([None, RUNNING], "look look cancel"),
        ([None, COMPLETED], "look look"),
        ([RUNNING, None, RUNNING], "look look look cancel"),
    ],
)
@pytest.mark.parametrize("cancel", [True, False])
def test_it_is_canceled_if_that_is_asked_for(
    way: Way, clock: FakeClock, looks: list[Step | None], expected: str, *, cancel: bool
) -> None:
    with Server(Api(look=[step or way.silence for step in looks])) as server, pytest.raises(way.broken_off):
        way.wait(server, clock, cancel_if_abandoned=cancel)

    assert asked(server) == (expected.split() if cancel else ["look"] * (looks.index(None) + 1))


def test_one_that_does_not_exist_is_an_error_and_nothing_is_canceled(way: Way, clock: FakeClock) -> None:
    with Server(Api(look=[Answer(404, b"")])) as server, pytest.raises(APIStatusError):
        way.wait(server, clock, cancel_if_abandoned=True)

    assert asked(server) == ["look"]


# --- The two clients -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["run_bulk_sync", "wait_for_execution", "refresh_bulk_source"])
def test_both_clients_take_the_same_and_say_how_they_are_called(name: str) -> None:
    ours, blocking = getattr(AsyncPolytomic, name), getattr(Polytomic, name)
    assert inspect.signature(ours) == inspect.signature(blocking)
    assert not inspect.iscoroutinefunction(blocking)
    text = inspect.getdoc(blocking)
    assert text is not None
    assert text == (inspect.getdoc(ours) or "").replace("await ", "")
    assert "await" not in text
