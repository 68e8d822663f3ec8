"""What the API may see twice: a POST with its key, and nothing else that changes something."""

from __future__ import annotations

import asyncio
import contextlib
import pickle
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import httpx
import pytest

from polytomic_client import (
    APIStatusError,
    AsyncPolytomic,
    AuthenticationError,
    ConfigurationError,
    ConflictError,
    DecodeError,
    OutcomeUnknownError,
    Polytomic,
    RateLimitError,
    ServerError,
    Timeout,
)
from polytomic_client.v2023_04_25.api.bulk_sync import (
    activate_bulk_sync,
    cancel_bulk_sync,
    delete_bulk_sync,
    get_bulk_sync_status,
    start_bulk_sync_execution,
    update_bulk_sync,
)
from polytomic_client.v2023_04_25.models import (
    ActivateBulkSync,
    BulkMode,
    BulkSchedule,
    DestinationConfiguration,
    ScheduleFrequency,
    StartBulkSyncExecution,
    UpdateBulkSync,
)

from .conftest import ID, KEY, FakeClock, sampled
from .server import Answer, Server, Step, hang_up, reset, reset_in_the_body, stall

OWN = "nightly-2023-04-25"
ACTIVE = Answer(body={"data": {"active": True, "id": str(ID)}})
CANCELING = Answer(body={"data": {"message": "Cancellation requested"}})
CONFLICT = Answer(409, {"key": "conflict", "message": "something is under way", "metadata": {}, "status": 409})
EXECUTION = Answer(
    body={
        "data": {
            "id": str(ID),
            "status": "created",
            "type": "scheduled",
            "is_resync": False,
            "is_test": False,
            "created_at": "2023-04-25T12:00:00Z",
            "started_at": None,
            "completed_at": None,
            "schemas": [],
        }
    }
)
STATUS = Answer(body={"data": {"current_execution": None, "last_execution": None, "next_execution_time": None}})
SYNC = UpdateBulkSync(
    name="Sync",
    source_connection_id=ID,
    destination_connection_id=ID,
    destination_configuration=DestinationConfiguration({"schema": "public"}),
    mode=BulkMode.SNAPSHOT,
    schedule=BulkSchedule(frequency=ScheduleFrequency.MANUAL),
)

MODULES: dict[str, Any] = {
    "activate_bulk_sync": activate_bulk_sync,
    "cancel_bulk_sync": cancel_bulk_sync,
    "delete_bulk_sync": delete_bulk_sync,
    "get_bulk_sync_status": get_bulk_sync_status,
    "start_bulk_sync_execution": start_bulk_sync_execution,
    "update_bulk_sync": update_bulk_sync,
}
BODIES: dict[str, Any] = {
    "activate_bulk_sync": ActivateBulkSync(active=True),
    "start_bulk_sync_execution": StartBulkSyncExecution(),
    "update_bulk_sync": SYNC,
}

Call = Callable[..., Any]
"""`call(name, server.url, ...)`: one operation on ID, with the arguments of the method and `settings` of the client."""


def _arguments(name: str, given: dict[str, Any]) -> dict[str, Any]:
    return ({"body": BODIES[name]} if name in BODIES else {}) | given


def _async(
    name: str,
    url: str,
    *,
    settings: dict[str, Any],
    generated: bool = False,
    transport: Callable[[], Any] | None = None,
    **given: Any,
) -> Any:
    settings = settings if transport is None else {"transport": transport(), **settings}

    async def call() -> Any:
        async with AsyncPolytomic(api_key=KEY, base_url=url, **settings) as polytomic:
            if generated:
                return await MODULES[name].asyncio(ID, client=polytomic.generated, **_arguments(name, given))
            return await getattr(polytomic, name)(ID, **_arguments(name, given))

    return asyncio.run(call())


def _sync(
    name: str,
    url: str,
    *,
    settings: dict[str, Any],
    generated: bool = False,
    transport: Callable[[], Any] | None = None,
    **given: Any,
) -> Any:
    settings = settings if transport is None else {"transport": transport(), **settings}

    with Polytomic(api_key=KEY, base_url=url, **settings) as polytomic:
        if generated:
            return MODULES[name].sync(ID, client=polytomic.generated, **_arguments(name, given))
        return getattr(polytomic, name)(ID, **_arguments(name, given))


WAYS: dict[str, Callable[..., Any]] = {
    "async": _async,
    "sync": _sync,
    "async-generated": partial(_async, generated=True),
    "sync-generated": partial(_sync, generated=True),
    "async-httpx": partial(_async, transport=httpx.AsyncHTTPTransport),
    "sync-httpx": partial(_sync, transport=httpx.HTTPTransport),
}


@pytest.fixture(params=sampled(WAYS))
def call(request: pytest.FixtureRequest, clock: FakeClock) -> Call:
    way = WAYS[request.param]

    def made(name: str, url: str, *, settings: dict[str, Any] | None = None, **given: Any) -> Any:
        return way(name, url, settings={"clock": clock, **(settings or {})}, **given)

    return made


def keys(server: Server) -> list[str | None]:
    return [request.headers.get("idempotency-key") for request in server.requests]


def test_every_post_has_a_key_of_its_own(call: Call) -> None:
    with Server(ACTIVE, ACTIVE, CANCELING) as server:
        call("activate_bulk_sync", server.url)
        call("activate_bulk_sync", server.url)
        call("cancel_bulk_sync", server.url)

    assert all(key and re.fullmatch("[0-9a-f]{32}", key) for key in keys(server))
    assert len(set(keys(server))) == 3


@pytest.mark.parametrize(
    ("name", "answer"),
    [("get_bulk_sync_status", STATUS), ("update_bulk_sync", Answer(404, b"")), ("delete_bulk_sync", Answer(204, b""))],
)
def test_nothing_else_has_one(call: Call, name: str, answer: Step) -> None:
    with Server(answer) as server:
        with contextlib.suppress(APIStatusError):
            call(name, server.url)

    assert keys(server) == [None]


@pytest.mark.parametrize("key", ["12345678", "a" * 255, "A-Z_a-z_0-9"])
def test_the_callers_own_key_is_sent(call: Call, key: str) -> None:
    with Server(ACTIVE) as server:
        call("activate_bulk_sync", server.url, idempotency_key=key)

    assert keys(server) == [key]


@pytest.mark.parametrize("key", ["", "1234567", "a" * 256, "with space", "colon:12", "line\nbreak", "12345678\n"])
def test_a_malformed_key_is_refused_before_anything_is_sent(call: Call, key: str) -> None:
    with Server(ACTIVE) as server, pytest.raises(ValueError, match="idempotency_key must be 8 to 255 letters, digits"):
        call("activate_bulk_sync", server.url, idempotency_key=key)

    assert server.connections == 0


def test_a_key_that_no_header_can_hold_is_refused_before_anything_is_sent(call: Call) -> None:
    with Server(ACTIVE) as server, pytest.raises(ValueError, match="idempotency_key|ascii"):
        call("activate_bulk_sync", server.url, idempotency_key="schlüssel")

    assert server.connections == 0


def test_a_key_for_every_call_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="Idempotency-Key"):
        Polytomic(api_key=KEY).with_options(headers={"Idempotency-Key": OWN})


@pytest.mark.parametrize(
    "fault", [hang_up, reset, reset_in_the_body, stall, *(Answer(status, b"") for status in (408, 429, 502, 503, 504))]
)
@pytest.mark.parametrize("own", [None, OWN])
def test_a_post_that_may_have_been_lost_is_sent_again_with_its_key(call: Call, fault: Step, own: str | None) -> None:
    given = {"idempotency_key": own} if own else {}
    with Server(fault, fault, ACTIVE) as server:
        answer = call("activate_bulk_sync", server.url, settings={"timeout": Timeout(read=0.2)}, **given)

    assert answer.data.active is True
    assert len(server.requests) == 3
    assert len({request.raw for request in server.requests}) == 1
    assert own is None or keys(server) == [own] * 3


@pytest.mark.parametrize("name", ["update_bulk_sync", "delete_bulk_sync"])
@pytest.mark.parametrize("fault", [hang_up, Answer(502, b""), Answer(503, b""), Answer(409, b"")])
def test_a_change_without_a_key_is_not_sent_again(call: Call, clock: FakeClock, name: str, fault: Step) -> None:
    with Server(fault, Answer(204, b"")) as server, pytest.raises((OutcomeUnknownError, ServerError, ConflictError)):
        call(name, server.url)

    assert len(server.requests) == 1
    assert clock.slept == []


def test_what_was_refused_for_its_rate_is_sent_again_whatever_it_is(call: Call, clock: FakeClock) -> None:
    with Server(Answer(429, b"", {"Retry-After": "3"}), Answer(204, b"")) as server:
        call("delete_bulk_sync", server.url)

    assert len(server.requests) == 2
    assert clock.slept == [3.0]


def test_a_500_is_not_sent_again_because_the_api_would_replay_it(call: Call) -> None:
    with Server(Answer(500, b""), ACTIVE) as server, pytest.raises(ServerError):
        call("activate_bulk_sync", server.url)

    assert len(server.requests) == 1


@pytest.mark.parametrize("name", ["activate_bulk_sync", "start_bulk_sync_execution"])
@pytest.mark.parametrize("fault", [hang_up, Answer(408, b""), Answer(502, b""), Answer(503, b""), Answer(504, b"")])
def test_a_409_after_a_try_that_may_still_run_is_waited_for(
    call: Call, clock: FakeClock, name: str, fault: Step
) -> None:
    done = ACTIVE if name == "activate_bulk_sync" else EXECUTION
    with Server(fault, CONFLICT, CONFLICT, done) as server:
        assert call(name, server.url, settings={"max_attempts": 4}).data.id == ID

    assert len(set(keys(server))) == 1
    assert clock.slept == [0.5, 1.0, 2.0]


def test_a_409_to_the_callers_own_key_is_waited_for_because_another_call_may_have_it(call: Call) -> None:
    with Server(CONFLICT, ACTIVE) as server:
        assert call("activate_bulk_sync", server.url, idempotency_key=OWN).data.active is True

    assert keys(server) == [OWN, OWN]


@pytest.mark.parametrize("given", [{}, {"idempotency_key": OWN}])
def test_a_409_because_an_execution_is_running_is_not_tried_again(
    call: Call, clock: FakeClock, given: dict[str, str]
) -> None:
    with Server(CONFLICT, EXECUTION) as server, pytest.raises(ConflictError, match="something is under way"):
        call("start_bulk_sync_execution", server.url, **given)

    assert len(server.requests) == 1
    assert clock.slept == []


@pytest.mark.parametrize("refused", [Answer(429, b""), Answer(401, b"")])
def test_a_409_after_a_try_that_was_refused_is_not_about_the_key(call: Call, refused: Step) -> None:
    # A fresh key after the 401, and a wait after the 429; neither try was acted on.
    with Server(refused, CONFLICT, EXECUTION) as server, pytest.raises(APIStatusError) as caught:
        call("start_bulk_sync_execution", server.url)

    assert isinstance(caught.value, (ConflictError, AuthenticationError))
    assert len(server.requests) <= 2


def test_a_409_after_a_try_that_was_not_sent_is_not_about_the_key(clock: FakeClock) -> None:
    outcomes: Iterator[Exception | httpx.Response] = iter([httpx.ConnectError("refused"), httpx.Response(409)])

    def handle(request: httpx.Request) -> httpx.Response:
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    with (
        Polytomic(api_key=KEY, transport=httpx.MockTransport(handle), clock=clock) as polytomic,
        pytest.raises(ConflictError) as caught,
    ):
        polytomic.cancel_bulk_sync(ID)

    assert caught.value.attempts == 2


def test_a_409_to_a_question_is_not_about_a_key(call: Call) -> None:
    with Server(Answer(502, b""), CONFLICT, STATUS) as server, pytest.raises(ConflictError):
        call("get_bulk_sync_status", server.url)

    assert len(server.requests) == 2


def test_a_409_that_stays_is_raised_at_last(call: Call) -> None:
    with (
        Server(hang_up, CONFLICT) as server,
        pytest.raises(ConflictError, match="Wait until the conflicting operation ends") as caught,
    ):
        call("activate_bulk_sync", server.url, settings={"max_attempts": 3})

    assert caught.value.attempts == 3


@pytest.mark.parametrize("way", ["async", "sync"])
def test_the_error_of_an_undecodable_response_names_the_key(way: str) -> None:
    with Server(Answer(body=b"[]")) as server, pytest.raises(DecodeError) as caught:
        WAYS[way]("start_bulk_sync_execution", server.url, settings={})
    assert caught.value.idempotency_key == server.requests[0].headers["idempotency-key"]
    assert not caught.value.outcome_unknown


def test_the_error_names_the_key_so_that_the_call_can_be_made_again(call: Call) -> None:
    with Server(hang_up, hang_up, ACTIVE) as server:
        with pytest.raises(OutcomeUnknownError) as caught:
            call("activate_bulk_sync", server.url, settings={"max_attempts": 2})
        key = caught.value.idempotency_key
        assert key is not None
        call("activate_bulk_sync", server.url, idempotency_key=key)

    assert keys(server) == [key] * 3
    assert pickle.loads(pickle.dumps(caught.value)).idempotency_key == key


@pytest.mark.parametrize("fault", [hang_up, reset_in_the_body])
@pytest.mark.parametrize("name", ["cancel_bulk_sync", "start_bulk_sync_execution"])
def test_a_post_without_an_answer_is_tried_three_times_by_default(call: Call, name: str, fault: Step) -> None:
    with Server(fault) as server, pytest.raises(OutcomeUnknownError, match="may have acted"):
        call(name, server.url)

    assert len(server.requests) == 3
    assert len(set(keys(server))) == 1


def test_a_rate_limit_that_stays_is_raised(call: Call) -> None:
    with Server(Answer(429, b"")) as server, pytest.raises(RateLimitError) as caught:
        call("cancel_bulk_sync", server.url)

    assert caught.value.attempts == len(server.requests) == 3
