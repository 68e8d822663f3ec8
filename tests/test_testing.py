"""`polytomic_client.testing`: the fake in process, each thing that can go wrong, its clock, its fixture."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, TypeAlias
from uuid import UUID

import httpx
import pytest

from polytomic_client import (
    AsyncPolytomic,
    AuthenticationError,
    ConfigurationError,
    ConflictError,
    DeadlineExceededError,
    DecodeError,
    NotFoundError,
    NotSentError,
    OutcomeUnknownError,
    Polytomic,
    RateLimitError,
    ReadTimeoutError,
    ServerError,
    VersionMismatchError,
    fan_out,
    fan_out_blocking,
    fetch_all,
    fetch_all_blocking,
    schedules,
)
from polytomic_client._core.extras import install_command
from polytomic_client.testing import (
    Answer,
    CutShort,
    FakeClock,
    FakePolytomic,
    Fault,
    Handle,
    OtherVersion,
    Refused,
    Reset,
    Silence,
)
from polytomic_client.v2023_04_25.models import (
    BulkMode,
    BulkSyncEnvelope,
    BulkSyncExecution,
    CreateBulkSync,
    DestinationConfiguration,
)

ROOT = Path(__file__).parent.parent

Ask: TypeAlias = Callable[..., Any]


NO_SETTINGS: dict[str, Any] = {}


@pytest.fixture
def fake() -> FakePolytomic:
    return FakePolytomic()


def _ask(
    fake: FakePolytomic, name: str, *arguments: Any, settings: dict[str, Any] | None = None, **options: Any
) -> Any:
    with fake.blocking_client(**(settings or NO_SETTINGS)) as polytomic:
        return getattr(polytomic, name)(*arguments, **options)


def _ask_async(
    fake: FakePolytomic, name: str, *arguments: Any, settings: dict[str, Any] | None = None, **options: Any
) -> Any:
    async def call() -> Any:
        async with fake.client(**(settings or NO_SETTINGS)) as polytomic:
            return await getattr(polytomic, name)(*arguments, **options)

    return asyncio.run(call())


@pytest.fixture(params=[_ask, _ask_async])
def ask(request: pytest.FixtureRequest) -> Ask:
    """One call of a method, with either client: `ask(fake, "get_identity")`."""
    function: Ask = request.param
    return function


def two_of_a_kind(fake: FakePolytomic) -> list[UUID]:
    return [connection.id for connection in fake.world.connections if connection.type == "postgresql"]


def new_sync(fake: FakePolytomic) -> CreateBulkSync:
    source, destination = two_of_a_kind(fake)
    where = DestinationConfiguration({"schema": "copies"})
    return CreateBulkSync(
        name="Nightly",
        source_connection_id=source,
        destination_connection_id=destination,
        destination_configuration=where,
        mode=BulkMode.SNAPSHOT,
        schedule=schedules.manual(),
    )


# --- The world in process


def test_the_world_answers_both_clients_without_a_socket(
    fake: FakePolytomic, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.socket.connect", None)
    before = threading.active_count()

    for connection in fake.world.connections:
        answer = ask(fake, "get_bulk_destination", connection.id)
        assert connection.destination is not None
        assert [mode.id.value for mode in answer.data.modes] == [mode["id"] for mode in connection.destination["modes"]]

    assert threading.active_count() == before


def test_the_arguments_are_those_of_the_sandbox() -> None:
    start = datetime(2023, 4, 25, tzinfo=UTC)
    fake = FakePolytomic(7, 3, start=start, execution_seconds=60)
    assert len(fake.world.connections) == 7
    assert fake.key == FakePolytomic(0, 3).key != FakePolytomic(0, 4).key
    assert fake.world.now() == start
    with pytest.raises(ValueError, match="connections must be an int, 0 or more"):
        FakePolytomic(-1)


def test_what_the_world_refuses_is_refused(fake: FakePolytomic, ask: Ask) -> None:
    with pytest.raises(NotFoundError):
        ask(fake, "get_bulk_destination", UUID(int=0, version=4))
    with pytest.raises(AuthenticationError):
        ask(fake, "get_identity", settings={"api_key": "another"})
    with pytest.raises(VersionMismatchError):
        ask(fake, "get_identity", settings={"version": "2024-02-08"})


@pytest.mark.parametrize("way", ["api_key", "deployment_key", "basic_auth"])
def test_a_credential_of_ones_own_takes_the_place_of_the_fakes(fake: FakePolytomic, ask: Ask, way: str) -> None:
    credential: Any = {"api_key": lambda: fake.key, "basic_auth": (fake.key, "")}.get(way, fake.key)
    assert ask(fake, "get_identity", settings={way: credential}).data.id


def test_headers_and_the_application_reach_the_fake(fake: FakePolytomic, ask: Ask) -> None:
    ask(fake, "get_identity", settings={"headers": {"X-Trace": "a"}, "app_info": "my-service/1.2", "strict": True})
    (request,) = fake.requests
    assert request.headers["X-Trace"] == "a"
    assert request.headers["User-Agent"].startswith("my-service/1.2 polytomic-client/")


def test_a_copy_with_a_credential_of_its_own_is_known_or_refused(fake: FakePolytomic) -> None:
    with fake.blocking_client(api_key="another") as polytomic:
        assert polytomic.with_options(api_key=lambda: fake.key).get_identity().data.id
        with pytest.raises(AuthenticationError):
            polytomic.get_identity()


def test_the_environment_names_no_other_api(fake: FakePolytomic, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLYTOMIC_DEPLOYMENT_URL", "https://polytomic.example")
    monkeypatch.setenv("POLYTOMIC_API_KEY", "of production")
    assert ask(fake, "get_identity").data.id
    assert fake.requests[0].headers["Host"] == "polytomic.test"


async def test_the_transport_serves_clients_that_a_service_makes(fake: FakePolytomic) -> None:
    async with AsyncPolytomic(api_key=fake.key, base_url=fake.base_url, transport=fake.transport) as polytomic:
        await polytomic.get_identity()
    with Polytomic(api_key=fake.key, base_url=fake.base_url, transport=fake.transport) as blocking:
        blocking.get_identity()
    async with httpx.AsyncClient(transport=fake.transport, base_url=fake.base_url) as client:
        assert (await client.get("/api/unheard?of=it")).status_code == 404
        assert (await client.get("/api/me")).status_code == 401
    assert [(received.operation, received.query) for received in fake.requests] == [
        ("get_identity", {}),
        ("get_identity", {}),
        (None, {"of": "it"}),
        ("get_identity", {}),
    ]


async def test_the_blocking_client_works_inside_of_a_running_event_loop(fake: FakePolytomic) -> None:
    with fake.blocking_client() as polytomic:
        assert polytomic.get_identity().data.id


async def test_other_tasks_run_between_two_calls(fake: FakePolytomic) -> None:
    async with fake.client() as polytomic:

        async def endless() -> None:
            while True:
                await polytomic.get_identity()

        with pytest.raises(TimeoutError):
            await asyncio.wait_for(endless(), 0.05)


def test_many_threads_share_one_fake(fake: FakePolytomic) -> None:
    fake.fail(Answer(503), times=40)
    with fake.blocking_client(max_attempts=100, deadline=36_000) as polytomic, ThreadPoolExecutor(16) as threads:

        def make(_: int) -> UUID:
            return polytomic.create_bulk_sync(body=new_sync(fake)).data.id

        made = threads.map(make, range(60))
        assert len(set(made)) == len(fake.world.bulk_syncs) == 60
    assert len(fake.requests) == 100
    assert fake.pending == 0


def test_what_was_received_is_there_to_look_at_but_for_secrets(fake: FakePolytomic, ask: Ask) -> None:
    ask(fake, "create_bulk_sync", body=new_sync(fake), idempotency_key="of-this-test")
    ask(fake, "list_bulk_syncs", active=True)
    with pytest.raises(NotFoundError):
        ask(fake, "get_bulk_source_schema", two_of_a_kind(fake)[0], "public.users/a")

    created, listed, asked = fake.requests
    assert (created.method, created.path, created.operation) == ("POST", "/api/bulk/syncs", "create_bulk_sync")
    assert created.body["name"] == "Nightly"
    assert created.headers["idempotency-key"] == "of-this-test"
    assert created.headers["X-Polytomic-Version"]
    assert (listed.body, listed.query, listed.path) == (None, {"active": "true"}, "/api/bulk/syncs")
    assert asked.path.endswith("/public.users%2Fa")
    assert fake.key not in repr(fake.requests)
    assert "authorization" not in created.headers


# --- The script


def test_the_script_is_used_up_in_its_order(fake: FakePolytomic, ask: Ask) -> None:
    fake.fail(Answer(429, headers={"Retry-After": "2"}))
    fake.fail(Answer(503), times=2)
    assert fake.pending == 3

    with pytest.raises(ServerError) as failure:
        ask(fake, "get_identity")

    assert (failure.value.status_code, failure.value.attempts) == (503, 3)
    assert fake.pending == 0
    assert fake.clock.slept == [2, 1]
    assert ask(fake, "get_identity").data.id


def test_a_fault_meets_the_operation_that_it_is_meant_for(fake: FakePolytomic, ask: Ask) -> None:
    fake.fail(Answer(404), "list_events")
    fake.fail(Answer(409, body={"message": "locked"}), "POST", times=2)

    ask(fake, "get_identity")
    with pytest.raises(ConflictError, match="locked"):
        ask(fake, "create_bulk_sync", body=new_sync(fake))
    with pytest.raises(NotFoundError, match="Not Found") as failure:
        ask(fake, "list_events")
    assert failure.value.key == "not_found"
    assert fake.pending == 1


def test_every_operation_can_be_named_as_its_method_is(fake: FakePolytomic) -> None:
    with pytest.raises(ValueError, match="got '[?]'. Use one of DELETE, GET") as failure:
        fake.fail(Refused(), "?")
    named = re.findall("[a-z_]{3,}", str(failure.value).partition("Use one of")[2])
    assert len(named) > 25
    for name in named:
        assert callable(getattr(AsyncPolytomic, name))


def test_a_fault_of_ones_own_that_returns_no_response_is_named(fake: FakePolytomic, ask: Ask) -> None:
    async def asynchronous(_: httpx.Request, handle: Handle) -> httpx.Response:
        return handle()

    def forgetful(_: httpx.Request, handle: Handle) -> None:
        handle()

    wrong: Any
    for wrong, got in ((asynchronous, "coroutine"), (forgetful, "None")):
        fake.fail(wrong)
        with pytest.raises(
            TypeError, match=rf"^a fault must return an httpx\.Response, got {got}\. It must not be async"
        ):
            ask(fake, "get_identity")


def test_misuse_is_an_error_that_says_what_is_right(fake: FakePolytomic) -> None:
    wrong: Any
    with pytest.raises(ValueError, match=r"got 'get_bulk_destinations'\. Did you mean get_bulk_destination\?"):
        fake.fail(Refused(), "get_bulk_destinations")
    for wrong in (0, -1, 1.5, True, "2"):
        with pytest.raises(ValueError, match="times must be a positive int"):
            fake.fail(Refused(), times=wrong)
    with pytest.raises(ValueError, match=r"got 'get'\. Did you mean GET\?"):
        fake.fail(Refused(), "get")
    for wrong, advice in (
        (Refused, r"Refused \(type\)\. Call it: Refused\(\.\.\.\)"),
        (503, r"503\. Use Answer\(503\)"),
        (None, "None"),
    ):
        with pytest.raises(TypeError, match=rf"fault must be a function or an object like Reset\(\), got {advice}\.$"):
            fake.fail(wrong)
    for wrong in ({"Retry-After": 30}, {b"Retry-After": "30"}):
        with pytest.raises(TypeError, match=r"the name and the value of header .*Retry-After.* must be str, got "):
            Answer(429, headers=wrong)
    for wrong in (199, 600, "503", True, None):
        with pytest.raises(ValueError, match="status must be an int from 200 to 599"):
            Answer(wrong)
    with pytest.raises(ConfigurationError):
        OtherVersion("yesterday")
    with pytest.raises(TypeError, match="port"):
        fake.client(port=80)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    assert fake.pending == 0


# --- Each fault

FAULTS: list[tuple[Fault, type[Exception]]] = [
    (Answer(429), RateLimitError),
    (Answer(502), ServerError),
    (Answer(502, body="<html>Bad gateway</html>"), ServerError),
    (Answer(520), ServerError),
    (Answer(500, handled=True), ServerError),
    (Answer(200, body="<html>Please log in</html>"), DecodeError),
    (Answer(200, body=b"\xff"), DecodeError),
    (Answer(200, body={"data": [1]}), DecodeError),
    (Answer(200), DecodeError),
    (Refused(), NotSentError),
    (Reset(), OutcomeUnknownError),
    (Reset(handled=True), OutcomeUnknownError),
    (Silence(), ReadTimeoutError),
    (Silence(handled=True), ReadTimeoutError),
    (OtherVersion("2024-02-08"), VersionMismatchError),
    (CutShort(), OutcomeUnknownError),
]


@pytest.mark.parametrize(("fault", "kind"), FAULTS, ids=lambda value: value.__name__ if isinstance(value, type) else "")
def test_a_fault_is_the_error_that_a_network_would_make_of_it(
    fake: FakePolytomic, ask: Ask, fault: Fault, kind: type[Exception]
) -> None:
    fake.fail(fault)
    began = time.monotonic()

    with pytest.raises(kind) as failure:
        ask(fake, "get_identity", settings={"max_attempts": 1})

    assert type(failure.value) is kind
    assert time.monotonic() - began < 5
    assert len(fake.requests) == (0 if fault == Refused() else 1)
    assert fake.clock.slept == []
    assert fake.key not in f"{failure.value!r} {failure.value}"
    assert ask(fake, "get_identity").data.id


PASSING = [Answer(504, handled=True), Answer(503), Refused(), Reset(), Reset(handled=True), Silence(), CutShort()]


@pytest.mark.parametrize("fault", PASSING, ids=str)
def test_a_fault_that_passes_is_repeated_and_acts_once(fake: FakePolytomic, ask: Ask, fault: Fault) -> None:
    fake.fail(fault, "create_bulk_sync", times=2)

    made: BulkSyncEnvelope = ask(fake, "create_bulk_sync", body=new_sync(fake))

    assert list(fake.world.bulk_syncs) == [made.data.id]
    assert len({received.headers["Idempotency-Key"] for received in fake.requests}) == 1
    assert fake.clock.slept == [0.5, 1.0]


def test_what_was_handled_before_the_reset_has_had_its_effect(fake: FakePolytomic, ask: Ask) -> None:
    for fault in (Reset(handled=True), Silence(handled=True), Answer(504, handled=True), CutShort()):
        fake.world.bulk_syncs.clear()
        fake.fail(fault)
        with pytest.raises((OutcomeUnknownError, ServerError)):
            ask(fake, "create_bulk_sync", body=new_sync(fake), settings={"max_attempts": 1})
        assert len(fake.world.bulk_syncs) == 1


@pytest.mark.parametrize("fault", [Refused(), Reset(), Silence(), Answer(504)], ids=str)
def test_what_was_not_handled_has_none(fake: FakePolytomic, ask: Ask, fault: Fault) -> None:
    fake.fail(fault)
    with pytest.raises((NotSentError, OutcomeUnknownError, ServerError)):
        ask(fake, "create_bulk_sync", body=new_sync(fake), settings={"max_attempts": 1})
    assert not fake.world.bulk_syncs


def test_a_second_call_with_the_key_of_a_reset_one_gets_its_outcome(fake: FakePolytomic, ask: Ask) -> None:
    fake.fail(Reset(handled=True), "create_bulk_sync")
    with pytest.raises(OutcomeUnknownError) as failure:
        ask(fake, "create_bulk_sync", body=new_sync(fake), settings={"max_attempts": 1})
    (begun,) = fake.world.bulk_syncs

    again = ask(fake, "create_bulk_sync", body=new_sync(fake), idempotency_key=failure.value.idempotency_key)
    assert again.data.id == begun
    another = ask(fake, "create_bulk_sync", body=new_sync(fake))
    assert another.data.id != begun


def test_a_patch_is_not_repeated_after_a_reset(fake: FakePolytomic, ask: Ask) -> None:
    made = ask(fake, "create_bulk_sync", body=new_sync(fake)).data.id
    fake.fail(Reset(), "DELETE")
    with pytest.raises(OutcomeUnknownError):
        ask(fake, "delete_bulk_sync", made)
    assert [received.method for received in fake.requests] == ["POST", "DELETE"]


def test_a_fault_can_be_a_function(fake: FakePolytomic, ask: Ask) -> None:
    def renamed(request: httpx.Request, handle: Handle) -> httpx.Response:
        answer = handle()
        return httpx.Response(answer.status_code, json={"data": {**answer.json()["data"], "email": request.url.host}})

    fake.fail(renamed, "get_identity")
    assert ask(fake, "get_identity").data.email == "polytomic.test"


# --- Many at once


async def test_a_fan_out_of_200_with_some_failing() -> None:
    fake = FakePolytomic(connections=200)
    refused = {connection.id for connection in fake.world.connections if connection.status != 200}
    ids = [connection.id for connection in fake.world.connections]
    fake.fail(Answer(429, headers={"Retry-After": "60"}), times=64)
    fake.fail(Reset(), times=10)
    fake.fail(OtherVersion("2024-02-08"), times=3)
    began = time.monotonic()

    async with fake.client() as polytomic:
        outcomes = await fetch_all(polytomic.get_bulk_destination, ids, limit=64, stop_on=(), retry_failed=True)

    assert [outcome.item for outcome in outcomes] == ids
    failed = [outcome for outcome in outcomes if not outcome.ok]
    assert len(refused) == 3
    assert len([outcome for outcome in failed if isinstance(outcome.error, VersionMismatchError)]) == 3
    assert {outcome.item for outcome in failed} >= refused
    assert len(failed) == 6
    assert time.monotonic() - began < 30


def test_a_blocking_fan_out_waits_for_nothing_either() -> None:
    fake = FakePolytomic(connections=50)
    fake.fail(Answer(429, headers={"Retry-After": "50"}), times=8)
    began = time.monotonic()

    with fake.blocking_client(max_attempts=10, deadline=3600) as polytomic:
        ids = [connection.id for connection in fake.world.connections]
        outcomes = fetch_all_blocking(polytomic.get_bulk_destination, ids, limit=16)

    assert all(outcome.ok for outcome in outcomes), [outcome.error for outcome in outcomes if not outcome.ok]
    assert time.monotonic() - began < 30


async def test_the_pauses_of_a_fan_out_over_any_function_take_no_time(fake: FakePolytomic) -> None:
    fake.fail(Answer(503, headers={"Retry-After": "50"}), times=30)
    began = time.monotonic()

    async with fake.client(max_attempts=40, deadline=36_000) as polytomic:

        async def ask(connection_id: UUID) -> int:
            return len((await polytomic.get_bulk_destination(connection_id)).data.modes)

        ids = [connection.id for connection in fake.world.connections]
        async with fan_out(ask, ids, rate=1, deadline=36_000) as outcomes:
            assert len([outcome async for outcome in outcomes if outcome.ok]) == 20

    assert time.monotonic() - began < 30
    assert 50 <= max(fake.clock.slept) <= 100


async def test_the_deadline_of_a_fan_out_on_the_fakes_clock_passes_when_it_should(fake: FakePolytomic) -> None:
    ids = [connection.id for connection in fake.world.connections]
    async with fake.client(max_attempts=2) as polytomic:
        async with fan_out(polytomic.get_bulk_destination, ids, deadline=3600, clock=fake.clock) as outcomes:
            assert len([outcome async for outcome in outcomes if outcome.ok]) == 20
        fake.fail(Answer(503, headers={"Retry-After": "30"}), times=100)
        async with fan_out(polytomic.get_bulk_destination, ids, limit=1, deadline=100, clock=fake.clock) as outcomes:
            errors = [type(outcome.error).__name__ async for outcome in outcomes]
    # The API's pauses end at 30, 60, 90 and 120 seconds.
    assert errors == ["ServerError"] * 2 + ["NotReachedError"] * 18


def test_a_fan_out_in_threads_may_have_a_deadline(fake: FakePolytomic) -> None:
    ids = [connection.id for connection in fake.world.connections]
    fake.fail(Refused(), times=4)
    with fake.blocking_client(max_attempts=5) as polytomic:
        with fan_out_blocking(polytomic.get_bulk_destination, ids, limit=4, deadline=600) as outcomes:
            assert [outcome.error for outcome in outcomes if not outcome.ok] == []


# --- Time


def test_hours_of_an_execution_pass_at_once(ask: Ask) -> None:
    start = datetime(2023, 4, 25, tzinfo=UTC)
    fake = FakePolytomic(connections=20, start=start, execution_seconds=7200)
    sync = ask(fake, "create_bulk_sync", body=new_sync(fake)).data.id
    began = time.monotonic()

    execution: BulkSyncExecution = ask(fake, "run_bulk_sync", sync)

    assert execution.completed_at == start + timedelta(hours=2)
    assert sum(fake.clock.slept) == pytest.approx((fake.world.now() - start).total_seconds())
    with pytest.raises(DeadlineExceededError):
        ask(fake, "run_bulk_sync", sync, deadline=3600)
    assert time.monotonic() - began < 30


def test_time_passes_by_sleeping_only_and_by_hand(fake: FakePolytomic) -> None:
    before = fake.clock.monotonic()
    time.sleep(0.01)
    assert fake.clock.monotonic() == before
    fake.clock.sleep(1 / 3)
    fake.world.advance(10)
    assert fake.clock.monotonic() == pytest.approx(before + 10 + 1 / 3, abs=1e-5)
    assert fake.clock.time() == pytest.approx(fake.world.now().timestamp())
    assert fake.clock.slept == [1 / 3]


async def test_sleeps_at_the_same_time_take_as_long_as_the_longest_and_end_in_their_order() -> None:
    clock = FakeClock()
    before = clock.monotonic()
    woken: list[tuple[float, float]] = []

    async def sleep(seconds: float) -> None:
        await clock.sleep_async(seconds)
        woken.append((seconds, round(clock.monotonic() - before, 3)))

    await asyncio.gather(*(sleep(seconds) for seconds in (3600, 5, 60, 5, 0)))
    assert woken == [(0, 0), (5, 5), (5, 5), (60, 60), (3600, 3600)]


async def test_a_sleep_that_is_cancelled_holds_up_no_other() -> None:
    clock = FakeClock()
    sleeper = asyncio.create_task(clock.sleep_async(1))
    other = asyncio.create_task(clock.sleep_async(2))
    await asyncio.sleep(0)
    sleeper.cancel()
    await other
    assert sleeper.cancelled()


def test_the_clock_serves_a_client_of_any_transport() -> None:
    clock = FakeClock()
    transport = httpx.MockTransport(lambda request: httpx.Response(503, request=request))
    with Polytomic(api_key="key", transport=transport, clock=clock, max_attempts=4) as polytomic:
        with pytest.raises(ServerError):
            polytomic.get_identity()
    assert clock.slept == [0.5, 1.0, 2.0]


def test_another_clock_can_be_given(fake: FakePolytomic, ask: Ask) -> None:
    clock = FakeClock()
    fake.fail(Refused())
    ask(fake, "get_identity", settings={"clock": clock})
    assert clock.slept == [0.5]
    assert fake.clock.slept == []


def test_a_scripted_response_has_a_request_id(fake: FakePolytomic, ask: Ask) -> None:
    fake.fail(Answer(404))
    fake.fail(Answer(404, headers={"X-Request-Id": "of the test"}))
    fake.fail(OtherVersion("2024-02-08"))
    ids: list[str | None] = []
    for _ in range(2):
        with pytest.raises(NotFoundError) as caught:
            ask(fake, "get_identity")
        ids.append(caught.value.request_id)
    with pytest.raises(VersionMismatchError):
        ask(fake, "get_identity")
    assert ids == ["sandbox-1", "of the test"]
    assert fake.world.new_request_id() == "sandbox-3"


def test_a_fake_is_told_from_another(fake: FakePolytomic) -> None:
    other = FakePolytomic(connections=3)
    other.fail(Reset(), times=2)
    _ask(other, "list_connections", settings={"max_attempts": 3})
    other.fail(Silence(), "create_bulk_sync", times=5)
    assert re.fullmatch("<FakePolytomic at 0x[0-9a-f]+: connections=20 bulk_syncs=0 requests=0 pending=0>", repr(fake))
    assert re.fullmatch("<FakePolytomic at 0x[0-9a-f]+: connections=3 bulk_syncs=0 requests=3 pending=5>", repr(other))
    assert repr(fake) != repr(FakePolytomic())


def test_a_fault_of_ones_own_may_use_the_fake(fake: FakePolytomic) -> None:
    seen: list[object] = []

    def fault(_: httpx.Request, handle: Handle) -> httpx.Response:
        seen.extend([fake.pending, repr(fake)])
        fake.fail(Answer(503))  # the next one, too
        return handle()

    fake.fail(fault)
    _ask(fake, "get_identity")
    _ask(fake, "get_identity")
    assert seen == [0, repr(fake).replace("requests=3", "requests=1")]


# --- The fixture, the import, the page


def run_python(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        check=False,
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
    )


@pytest.mark.process
def test_the_fixture_works_in_a_project_that_enables_it(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["polytomic_client.testing.pytest_plugin"]\n')
    (tmp_path / "test_service.py").write_text(
        "from polytomic_client.testing import Answer, FakePolytomic\n"
        "\n"
        "\n"
        "def test_it_is_repeated(fake_polytomic: FakePolytomic) -> None:\n"
        "    fake_polytomic.fail(Answer(503))\n"
        "    with fake_polytomic.blocking_client() as polytomic:\n"
        "        polytomic.get_identity()\n"
        "    assert len(fake_polytomic.requests) == 2\n"
        "\n"
        "\n"
        "def test_each_test_has_its_own(fake_polytomic: FakePolytomic) -> None:\n"
        "    assert fake_polytomic.requests == []\n"
    )

    done = run_python("-m", "pytest", "-q", "-W", "error", "-p", "no:asyncio", "-p", "no:cacheprovider", cwd=tmp_path)

    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout
    listed = run_python("-m", "pytest", "--fixtures", "-q", "-p", "no:asyncio", cwd=tmp_path)
    assert "Return a new FakePolytomic for each test" in listed.stdout


USES_THE_FIXTURE = "def test_it(fake_polytomic):\n    assert fake_polytomic.requests == []\n"
PYTEST = ("-W", "error", "-m", "pytest", "-q", "-W", "error", "-p", "no:asyncio", "-p", "no:cacheprovider")


def test_pytest_knows_the_fixture_of_an_installed_package() -> None:
    # If this fails in an editable install: install again, because entry points are read from what was installed.
    (plugin,) = (point for point in entry_points(group="pytest11") if point.value.startswith("polytomic_client"))
    assert plugin.load().fake_polytomic


@pytest.mark.process
def test_the_fixture_needs_no_line_in_conftest(tmp_path: Path) -> None:
    (tmp_path / "test_service.py").write_text(USES_THE_FIXTURE)
    done = run_python(*PYTEST, cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout
    blocked = run_python(*PYTEST, "-p", "no:polytomic_client_pytest", cwd=tmp_path)
    assert "fixture 'fake_polytomic' not found" in blocked.stdout


@pytest.mark.process
def test_pytest_starts_without_importing_the_package(tmp_path: Path) -> None:
    (tmp_path / "test_service.py").write_text(
        "import sys\n\n\ndef test_it():\n"
        "    assert 'polytomic_client_pytest' in sys.modules\n"
        "    heavy = {'polytomic_client', 'attr', 'httpx', 'starlette', 'jsonschema_rs', 'uvicorn'}\n"
        "    assert not heavy & {*sys.modules}\n"
    )
    plugins = [name for point in entry_points(group="pytest11") if "polytomic" not in (name := point.name)]
    others = [argument for name in plugins for argument in ("-p", f"no:{name}")]
    done = run_python(*PYTEST, *others, cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


@pytest.mark.process
def test_without_the_extra_pytest_starts_and_the_fixture_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "starlette.py").write_text("raise ModuleNotFoundError(name='starlette')")
    (tmp_path / "test_service.py").write_text(f"{USES_THE_FIXTURE}\n\ndef test_other():\n    pass\n")
    done = run_python(*PYTEST, cwd=tmp_path)
    assert "1 passed, 1 error" in done.stdout
    assert f"ImportError: the sandbox needs starlette. Run: {install_command('sandbox')}" in done.stdout


@pytest.mark.process
def test_a_package_that_was_imported_before_pytest_is_no_warning(tmp_path: Path) -> None:
    # A wheel lists its modules. pytest rewrites those of every package that has a plugin, or warns that it cannot.
    metadata = tmp_path / "site" / "polytomic_client-1.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: polytomic-client\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text("[pytest11]\npolytomic_client_pytest = polytomic_client_pytest\n")
    (metadata / "RECORD").write_text("polytomic_client/__init__.py,,\npolytomic_client_pytest.py,,\n")
    (tmp_path / "test_service.py").write_text(USES_THE_FIXTURE)
    program = (
        "import sys; sys.path.insert(0, 'site'); import polytomic_client, polytomic_client_pytest, pytest; "
        "sys.exit(pytest.main(['-q', '-W', 'error', '-p', 'no:asyncio', '-p', 'no:cacheprovider']))"
    )
    done = run_python("-c", program, cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


@pytest.mark.process
def test_pytest_is_not_imported_without_the_fixture(tmp_path: Path) -> None:
    done = run_python("-c", "import sys, polytomic_client.testing; print('pytest' in sys.modules)", cwd=tmp_path)
    assert done.stdout == "False\n"


@pytest.mark.process
def test_without_the_extra_the_import_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "starlette.py").write_text("raise ModuleNotFoundError(name='starlette')")
    done = run_python("-c", "import polytomic_client.testing", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout.endswith(f"ImportError: the sandbox needs starlette. Run: {install_command('sandbox')}\n")
