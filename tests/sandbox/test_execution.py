"""An execution of the sandbox: what it says of itself at every instant. Without a server and without waiting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from polytomic_client.sandbox import SchemaFailure
from polytomic_client.sandbox._execution import Execution, Part

from .conftest import check_schema

BEGUN = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PARTS = (Part("public.users", "users", 100), Part("public.orders", "orders", 200), Part("events", "events", 300))
DENIED = SchemaFailure("permission denied")
BROKEN = SchemaFailure("3 records are broken", errors=3, fatal=False)


def at(seconds: float) -> datetime:
    return BEGUN + timedelta(seconds=seconds)


def text(seconds: float) -> str:
    return at(seconds).isoformat().replace("+00:00", "Z")


def make(*parts: Part, lasts: float = 100, canceled: float | None = None, **request: Any) -> Execution:
    """An execution that begins at 10 s and then takes 90 s, of three schemas if nothing else is said."""
    execution = Execution(UUID(int=1), UUID(int=2), BEGUN, timedelta(seconds=lasts), parts or PARTS, request)
    if canceled is not None:
        execution.cancel(at(canceled))
    return execution


def failing(**failures: SchemaFailure) -> Execution:
    """An execution in which schemas fail, each named by what it is called in the destination."""
    return make(*(Part(part.schema, part.output_name, part.records, failures.get(part.output_name)) for part in PARTS))


def shown(execution: Execution, seconds: float) -> dict[str, Any]:
    answer = execution.as_json(at(seconds))
    check_schema("BulkSyncExecution", answer)
    return answer


def of_schemas(execution: Execution, seconds: float, member: str) -> list[Any]:
    return [schema[member] for schema in shown(execution, seconds)["schemas"]]


def happened(execution: Execution, seconds: float) -> list[tuple[str, datetime]]:
    return [(type_.value, instant) for _, type_, instant in execution.events(at(seconds))]


# --- By itself --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "status", "statuses", "records"),
    [
        (0, "created", ["created", "created", "created"], [0, 0, 0]),
        (9.999, "created", ["created", "created", "created"], [0, 0, 0]),
        (10, "running", ["running", "scheduled", "scheduled"], [0, 0, 0]),
        (25, "running", ["running", "scheduled", "scheduled"], [50, 0, 0]),
        (39.999, "running", ["running", "scheduled", "scheduled"], [99, 0, 0]),
        (40, "running", ["completed", "running", "scheduled"], [100, 0, 0]),
        (55, "running", ["completed", "running", "scheduled"], [100, 100, 0]),
        (70, "running", ["completed", "completed", "running"], [100, 200, 0]),
        (99.999, "running", ["completed", "completed", "running"], [100, 200, 299]),
        (100, "completed", ["completed", "completed", "completed"], [100, 200, 300]),
        (100_000, "completed", ["completed", "completed", "completed"], [100, 200, 300]),
    ],
)
def test_it_is_created_then_running_its_schemas_one_after_the_other_then_completed(
    seconds: float, status: str, statuses: list[str], records: list[int]
) -> None:
    execution = make()
    answer = shown(execution, seconds)
    assert execution.status(at(seconds)) == status
    assert (answer["status"], answer["status_message"]) == (status, status.capitalize())
    assert of_schemas(execution, seconds, "status") == statuses
    assert of_schemas(execution, seconds, "status_message") == [each.capitalize() for each in statuses]
    assert of_schemas(execution, seconds, "record_count") == records
    assert answer["record_count"] == sum(records)
    assert answer["error_count"] == answer["warning_count"] == 0
    assert execution.ended(at(seconds)) is (status == "completed")


def test_what_it_says_as_soon_as_it_is_created() -> None:
    waiting = {
        "status": "created",
        "status_message": "Created",
        "record_count": 0,
        "error_count": 0,
        "warning_count": 0,
        "created_at": text(0),
        "started_at": None,
        "completed_at": None,
        "updated_at": text(0),
    }
    assert shown(make(PARTS[0]), 0) == {
        "id": "00000000-0000-0000-0000-000000000001",
        "type": "manual",
        "is_resync": False,
        "is_test": False,
        "is_partial": False,
        "fetch_mode": "incremental",
        "output_disposition": "retain",
        **waiting,
        "schemas": [{"schema": "public.users", "output_name": "users", **waiting}],
    }


def test_when_it_began_and_ended() -> None:
    execution = make()
    members = ("created_at", "started_at", "completed_at", "updated_at")
    times = {
        seconds: [answer[member] for member in members]
        for seconds in (0, 9, 10, 55, 100, 500)
        for answer in [shown(execution, seconds)]
    }
    assert times == {
        0: [text(0), None, None, text(0)],
        9: [text(0), None, None, text(9)],
        10: [text(0), text(10), None, text(10)],
        55: [text(0), text(10), None, text(55)],
        100: [text(0), text(10), text(100), text(100)],
        500: [text(0), text(10), text(100), text(100)],
    }


def test_when_each_schema_began_and_ended() -> None:
    execution = make()
    assert of_schemas(execution, 9, "started_at") == [None, None, None]
    assert of_schemas(execution, 55, "created_at") == [text(0)] * 3
    assert of_schemas(execution, 55, "started_at") == [text(10), text(40), None]
    assert of_schemas(execution, 55, "completed_at") == [text(40), None, None]
    assert of_schemas(execution, 55, "updated_at") == [text(40), text(55), text(55)]
    assert of_schemas(execution, 500, "started_at") == [text(10), text(40), text(70)]
    assert of_schemas(execution, 500, "completed_at") == [text(40), text(70), text(100)]
    assert of_schemas(execution, 500, "updated_at") == [text(40), text(70), text(100)]


@pytest.mark.parametrize("lasts", [0, 1e-7, 1e-6, 2e-6, 1.000002, 1 / 3, 7.123457])
@pytest.mark.parametrize("count", [1, 2, 3, 7, 13])
def test_times_that_do_not_divide_evenly_still_end_with_every_record(lasts: float, count: int) -> None:
    execution = make(*(Part(str(place), str(place), 1000) for place in range(count)), lasts=lasts)
    assert execution.status(at(lasts)) == "completed"
    assert of_schemas(execution, lasts, "status") == ["completed"] * count
    assert of_schemas(execution, lasts, "record_count") == [1000] * count


def test_without_schemas_it_completes_with_nothing() -> None:
    execution = Execution(UUID(int=1), UUID(int=2), BEGUN, timedelta(seconds=100), (), {"schemas": []})
    assert shown(execution, 50)["status"] == "running"
    answer = shown(execution, 100)
    assert (answer["status"], answer["record_count"], answer["schemas"]) == ("completed", 0, [])


@pytest.mark.parametrize("canceled", [None, 0, 5, 9.95, 10, 25, 35, 40, 55, 91, 99.9])
@pytest.mark.parametrize("failure", [None, DENIED, BROKEN])
def test_at_every_instant_what_it_says_fits_together(canceled: float | None, failure: SchemaFailure | None) -> None:
    execution = make(PARTS[0], Part("b", "b", 200, failure), PARTS[2], canceled=canceled)
    before = 0
    for step in range(230):
        seconds = step / 2
        answer = shown(execution, seconds)
        ended = answer["status"] in ("completed", "failed", "errors", "canceled")
        assert ended is execution.ended(at(seconds)) is (answer["completed_at"] is not None)
        assert answer["record_count"] >= before
        before = answer["record_count"]
        for schema in answer["schemas"]:
            over = schema["status"] in ("completed", "failed", "canceled")
            assert over is (schema["completed_at"] is not None)
            assert over or not ended
            assert (schema["started_at"] is None) is (schema["status"] in ("created", "scheduled")) or over
            assert schema["record_count"] == 0 or schema["started_at"] is not None
            members = [schema["created_at"], schema["started_at"], schema["completed_at"], answer["completed_at"]]
            times = [datetime.fromisoformat(member) for member in members if member is not None]
            assert times == sorted(times)
            assert datetime.fromisoformat(schema["updated_at"]) <= at(seconds)


# --- What was asked for -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({}, (False, False, False, "incremental", "retain")),
        ({"test": False, "resync": False}, (False, False, False, "incremental", "retain")),
        ({"test": True}, (False, True, False, "incremental", "retain")),
        ({"schemas": ["events"]}, (False, False, True, "incremental", "retain")),
        ({"fetch_mode": "none"}, (False, False, False, "none", "retain")),
        ({"resync_mode": "refetch"}, (True, False, False, "full", "retain")),
        ({"resync_mode": "resync"}, (True, False, False, "full", "retain")),
        ({"resync_mode": "rebuild"}, (True, False, False, "full", "rebuild")),
        ({"resync": True}, (True, False, False, "full", "rebuild")),
        ({"resync": True, "resync_mode": "refetch"}, (True, False, False, "full", "retain")),
        ({"resync_mode": "refetch", "fetch_mode": "none"}, (True, False, False, "none", "retain")),
    ],
)
def test_it_says_what_it_was_started_with(request_: dict[str, Any], said: tuple[Any, ...]) -> None:
    answer = shown(make(**request_), 50)
    members = ("is_resync", "is_test", "is_partial", "fetch_mode", "output_disposition")
    assert tuple(answer[member] for member in members) == said


# --- Failures ---------------------------------------------------------------------------------------------------------


def test_a_fatal_failure_fails_its_schema_when_it_ends_and_the_execution_at_the_end() -> None:
    execution = failing(orders=DENIED)
    assert of_schemas(execution, 69, "status") == ["completed", "running", "scheduled"]
    assert of_schemas(execution, 69, "error_count") == [0, 0, 0]
    assert of_schemas(execution, 70, "status") == ["completed", "failed", "running"]
    assert of_schemas(execution, 70, "status_message") == ["Completed", "permission denied", "Running"]
    assert of_schemas(execution, 70, "error_count") == [0, 1, 0]
    assert of_schemas(execution, 70, "completed_at") == [text(40), text(70), None]
    assert execution.status(at(99)) == "running"
    answer = shown(execution, 100)
    assert (answer["status"], answer["status_message"], answer["error_count"]) == ("failed", "Failed", 1)
    assert of_schemas(execution, 100, "status") == ["completed", "failed", "completed"]


def test_a_failure_that_is_not_fatal_leaves_errors() -> None:
    execution = failing(users=BROKEN)
    assert of_schemas(execution, 39, "error_count") == [0, 0, 0]
    assert of_schemas(execution, 40, "status") == ["completed", "running", "scheduled"]
    assert of_schemas(execution, 40, "status_message") == ["3 records are broken", "Running", "Scheduled"]
    assert of_schemas(execution, 40, "error_count") == [3, 0, 0]
    answer = shown(execution, 100)
    assert (answer["status"], answer["status_message"], answer["error_count"]) == ("errors", "Errors", 3)
    assert answer["record_count"] == 600


def test_one_fatal_failure_among_others_decides() -> None:
    answer = shown(failing(users=BROKEN, orders=DENIED, events=BROKEN), 100)
    assert (answer["status"], answer["error_count"]) == ("failed", 7)


# --- Canceled ---------------------------------------------------------------------------------------------------------


def test_canceled_before_it_runs_it_never_does() -> None:
    execution = make(canceled=5)
    assert execution.status(at(5)) == execution.status(at(14.999)) == "canceling"
    assert of_schemas(execution, 14, "status") == ["created", "created", "created"]
    answer = shown(execution, 15)
    assert (answer["status"], answer["record_count"], answer["started_at"]) == ("canceled", 0, None)
    assert (answer["completed_at"], answer["updated_at"]) == (text(15), text(15))
    assert of_schemas(execution, 15, "status") == ["canceled", "canceled", "canceled"]
    assert of_schemas(execution, 15, "started_at") == [None, None, None]
    assert of_schemas(execution, 15, "completed_at") == [text(15)] * 3


def test_canceled_while_it_runs_its_schemas_stay_where_they_are() -> None:
    execution = make(canceled=55)
    for seconds in (55, 64.999):
        assert shown(execution, seconds)["status"] == "canceling"
        assert shown(execution, seconds)["completed_at"] is None
        assert of_schemas(execution, seconds, "status") == ["completed", "running", "scheduled"]
        assert of_schemas(execution, seconds, "record_count") == [100, 100, 0]
        assert of_schemas(execution, seconds, "updated_at") == [text(40), text(55), text(55)]
    for seconds in (65, 1000):
        answer = shown(execution, seconds)
        assert (answer["status"], answer["record_count"]) == ("canceled", 200)
        assert (answer["started_at"], answer["completed_at"]) == (text(10), text(65))
        assert of_schemas(execution, seconds, "status") == ["completed", "canceled", "canceled"]
        assert of_schemas(execution, seconds, "started_at") == [text(10), text(40), None]
        assert of_schemas(execution, seconds, "completed_at") == [text(40), text(65), text(65)]
        assert of_schemas(execution, seconds, "updated_at") == [text(40), text(65), text(65)]


def test_a_schema_that_would_have_ended_while_canceling_does_not() -> None:
    execution = make(canceled=35)
    # At 40 s the first schema would have been completed.
    assert of_schemas(execution, 44, "status") == ["running", "scheduled", "scheduled"]
    assert of_schemas(execution, 44, "completed_at") == [None, None, None]
    assert of_schemas(execution, 45, "status") == ["canceled", "canceled", "canceled"]
    assert of_schemas(execution, 45, "record_count") == [83, 0, 0]


def test_canceled_shortly_before_its_end_it_ends_no_later() -> None:
    execution = make(canceled=95)
    assert execution.status(at(99.999)) == "canceling"
    answer = shown(execution, 100)
    assert (answer["status"], answer["completed_at"]) == ("canceled", text(100))
    assert of_schemas(execution, 100, "status") == ["completed", "completed", "canceled"]


def test_canceled_after_its_end_it_stays_what_it_is() -> None:
    execution = make(canceled=100)
    assert execution.canceled_at is None
    assert execution.status(at(100)) == execution.status(at(200)) == "completed"


def test_canceled_twice_the_first_time_counts() -> None:
    execution = make(canceled=20)
    execution.cancel(at(28))
    assert execution.status(at(30)) == "canceled"
    assert shown(execution, 50)["completed_at"] == text(30)


def test_canceled_before_a_failure_it_has_none() -> None:
    execution = failing(orders=DENIED)
    execution.cancel(at(60))
    answer = shown(execution, 100)
    assert (answer["status"], answer["error_count"]) == ("canceled", 0)
    assert of_schemas(execution, 100, "status") == ["completed", "canceled", "canceled"]


def test_canceled_after_a_failure_it_is_canceled_and_the_schema_has_failed() -> None:
    execution = failing(users=DENIED)
    execution.cancel(at(60))
    answer = shown(execution, 100)
    assert (answer["status"], answer["error_count"]) == ("canceled", 1)
    assert of_schemas(execution, 100, "status") == ["failed", "canceled", "canceled"]


# --- Events -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("failures", "type_"),
    [
        ({}, "bulk_sync.completed"),
        ({"orders": BROKEN}, "bulk_sync.completed_with_error"),
        ({"orders": DENIED}, "bulk_sync.failed"),
    ],
)
def test_events_happen_when_it_begins_and_when_it_ends(failures: dict[str, SchemaFailure], type_: str) -> None:
    execution = failing(**failures)
    assert happened(execution, 9.999) == []
    assert happened(execution, 10) == happened(execution, 99.999) == [("bulk_sync.running", at(10))]
    assert happened(execution, 100) == [("bulk_sync.running", at(10)), (type_, at(100))]
    assert happened(execution, 1000) == happened(execution, 100)


def test_the_events_of_one_that_is_canceled() -> None:
    assert happened(make(canceled=5), 14.999) == []
    assert happened(make(canceled=5), 100) == [("bulk_sync.canceled", at(15))]
    assert happened(make(canceled=20), 29.999) == [("bulk_sync.running", at(10))]
    assert happened(make(canceled=20), 30) == [("bulk_sync.running", at(10)), ("bulk_sync.canceled", at(30))]


def test_an_event_keeps_its_id_and_no_other_has_it() -> None:
    one, other = make(), Execution(UUID(int=3), UUID(int=2), BEGUN, timedelta(seconds=100), PARTS, {})
    ids = [id_ for execution in (one, other) for id_, _, _ in execution.events(at(100))]
    assert len(set(ids)) == 4
    assert [id_ for id_, _, _ in one.events(at(10))] == ids[:1]
    assert [id_ for id_, _, _ in one.events(at(500))] == ids[:2]
