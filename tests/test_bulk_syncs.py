"""Changing a bulk sync: what an update sends, what a modification repeats, and what is refused in time."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polytomic_client import (
    AsyncPolytomic,
    NotFoundError,
    OutcomeUnknownError,
    Polytomic,
    RequestError,
    ServerError,
    UnprocessableEntityError,
)
from polytomic_client.v2023_04_25.models import (
    ActivateBulkSync,
    BulkDiscover,
    BulkMode,
    BulkSchedule,
    DestinationConfiguration,
    NormalizeNames,
    ScheduleFrequency,
    SourceConfiguration,
    UpdateBulkSync,
)

from . import server as scripted
from .conftest import ID, KEY
from .server import Answer, Received, Server, Step, hang_up

SOURCE, DESTINATION, ORGANIZATION, POLICY = (
    UUID(f"{number}0000000-0000-4000-8000-000000000000") for number in range(1, 5)
)
ACTOR = {"id": str(ORGANIZATION), "name": "Ada", "type": "user"}
BULK_SYNC: dict[str, Any] = {
    "id": str(ID),
    "name": "Nightly",
    "active": True,
    "mode": "replicate",
    "source_connection_id": str(SOURCE),
    "source_configuration": {"replication_slot": "slot"},
    "destination_connection_id": str(DESTINATION),
    "destination_configuration": {"schema": "public", "advanced": {"truncate_existing": False}},
    "schedule": {"frequency": "daily", "hour": "05", "minute": "30", "day_of_week": ""},
    "discover": True,
    "policies": [str(POLICY)],
    "organization_id": str(ORGANIZATION),
    "automatically_add_new_fields": "onlyIncremental",
    "automatically_add_new_objects": "all",
    "data_cutoff_timestamp": "2023-04-25T12:00:00.123456Z",
    "disable_record_timestamps": False,
    "normalize_names": "legacy",
    "created_at": "2024-01-15T09:30:00Z",
    "created_by": ACTOR,
    "updated_at": "2024-01-15T09:30:00Z",
    "updated_by": ACTOR,
}
READ_ONLY = ["id", "created_at", "created_by", "updated_at", "updated_by"]
KEPT = {name: value for name, value in BULK_SYNC.items() if name not in {*READ_ONLY, "organization_id", "discover"}}
"""What of it an update repeats. Only partners may name an organization; `discover` is superseded."""

REQUIRED = [
    "name",
    "source_connection_id",
    "destination_connection_id",
    "destination_configuration",
    "mode",
    "schedule",
]
PATH = f"/api/bulk/syncs/{ID}"


def answer(without: tuple[str, ...] = (), /, **members: Any) -> Answer:
    whole = BULK_SYNC | members
    return Answer(body={"data": {name: value for name, value in whole.items() if name not in without}})


CHANGED = answer(name="As it is now")

# --- The two clients -------------------------------------------------------------------------------------------------

Call = Callable[..., Any]
"""`call(name, server, ...)`: one method of a client, with its arguments."""


def _async(name: str, server: Server, /, *args: Any, **given: Any) -> Any:
    async def call() -> Any:
        async with AsyncPolytomic(api_key=KEY, base_url=server.url) as polytomic:
            return await getattr(polytomic, name)(*args, **given)

    return asyncio.run(call())


def _sync(name: str, server: Server, /, *args: Any, **given: Any) -> Any:
    with Polytomic(api_key=KEY, base_url=server.url) as polytomic:
        return getattr(polytomic, name)(*args, **given)


WAYS: dict[str, Call] = {"async": _async, "sync": _sync}


@pytest.fixture(params=WAYS)
def call(request: pytest.FixtureRequest) -> Call:
    return WAYS[request.param]


class _Reader:
    """What the scripted server reads from, which keeps the body that the server passes over."""

    def __init__(self, reader: Any) -> None:
        self.readline = reader.readline
        self._reader = reader
        self.body = b""

    def read(self, size: int) -> bytes:
        self.body = self._reader.read(size)
        return self.body


@pytest.fixture(scope="module", autouse=True)
def bodies() -> Iterator[list[Any]]:
    """Every body that a server received."""
    read_request = scripted._read_request
    received: list[Any] = []

    def read(reader: Any) -> Received | None:
        keeping = _Reader(reader)
        request = read_request(keeping)
        if keeping.body:
            received.append(json.loads(keeping.body))
        return request

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scripted, "_read_request", read)
        yield received


@pytest.fixture
def sent(bodies: list[Any]) -> list[Any]:
    """The bodies that are received from now on."""
    bodies.clear()
    return bodies


def lines(server: Server) -> list[str]:
    return [request.line.removesuffix(" HTTP/1.1") for request in server.requests]


BOTH = [f"GET {PATH}", f"PATCH {PATH}"]

# --- update_bulk_sync ------------------------------------------------------------------------------------------------


def test_an_update_sends_what_it_is_given_and_no_more(call: Call, sent: list[Any]) -> None:
    body = UpdateBulkSync(
        name="Nightly",
        source_connection_id=SOURCE,
        destination_connection_id=DESTINATION,
        destination_configuration=DestinationConfiguration({"schema": "public"}),
        mode=BulkMode.SNAPSHOT,
        schedule=BulkSchedule(frequency=ScheduleFrequency.MANUAL),
        active=False,
        data_cutoff_timestamp=None,
    )
    with Server(CHANGED) as server:
        changed = call("update_bulk_sync", server, ID, body=body)

    assert lines(server) == [f"PATCH {PATH}"]
    assert sent == [
        {
            "name": "Nightly",
            "source_connection_id": str(SOURCE),
            "destination_connection_id": str(DESTINATION),
            "destination_configuration": {"schema": "public"},
            "mode": "snapshot",
            "schedule": {"frequency": "manual"},
            "active": False,
            "data_cutoff_timestamp": None,
        }
    ]
    assert changed.data.name == "As it is now"


# --- modify_bulk_sync ------------------------------------------------------------------------------------------------


def test_a_modification_sends_the_whole_back_with_the_change(call: Call, sent: list[Any]) -> None:
    with Server(answer(), CHANGED) as server:
        changed = call("modify_bulk_sync", server, ID, active=False)

    assert lines(server) == BOTH
    assert sent == [KEPT | {"active": False}]
    assert changed.name == "As it is now"
    assert "idempotency-key" not in server.requests[1].headers


@pytest.mark.parametrize(
    ("change", "json"),
    [
        ({"name": "Weekly"}, "Weekly"),
        ({"source_connection_id": ID}, str(ID)),
        ({"destination_connection_id": ID}, str(ID)),
        ({"destination_configuration": DestinationConfiguration({"schema": "new"})}, {"schema": "new"}),
        ({"mode": BulkMode.SNAPSHOT}, "snapshot"),
        (
            {"schedule": BulkSchedule(frequency=ScheduleFrequency.HOURLY, minute="5")},
            {"frequency": "hourly", "minute": "5"},
        ),
        ({"source_configuration": SourceConfiguration({})}, {}),
        ({"active": False}, False),
        ({"automatically_add_new_fields": BulkDiscover.NONE}, "none"),
        ({"automatically_add_new_objects": BulkDiscover.NONE}, "none"),
        ({"data_cutoff_timestamp": None}, None),
        ({"data_cutoff_timestamp": dt.datetime(2024, 1, 1, tzinfo=dt.UTC)}, "2024-01-01T00:00:00Z"),
        ({"disable_record_timestamps": True}, True),
        ({"normalize_names": NormalizeNames.DISABLED}, "disabled"),
        ({"organization_id": ORGANIZATION}, str(ORGANIZATION)),
        ({"policies": []}, []),
    ],
    ids=str,
)
def test_any_member_of_an_update_can_be_changed(change: dict[str, Any], json: Any, sent: list[Any]) -> None:
    for way in WAYS.values():
        with Server(answer(), CHANGED) as server:
            way("modify_bulk_sync", server, str(ID), **change)

    (name,) = change
    assert sent == [KEPT | {name: json}] * 2


def test_several_members_can_be_changed_at_once(call: Call, sent: list[Any]) -> None:
    with Server(answer(), CHANGED) as server:
        call("modify_bulk_sync", server, ID, name="Weekly", active=False, data_cutoff_timestamp=None)

    assert sent == [KEPT | {"name": "Weekly", "active": False, "data_cutoff_timestamp": None}]


def test_what_this_version_does_not_know_is_kept(call: Call, sent: list[Any]) -> None:
    unknown: dict[str, Any] = {
        "concurrency_limit": 4,
        "resync_concurrency_limit": None,
        "later": {"a": [1, None]},
        "mode": "mirror",
        "normalize_names": "someday",
        "schedule": {"frequency": "lunar", "phase": "full", "multi": {"type": "some", "schedules": []}},
        "source_configuration": {"slots": ["a", None]},
    }
    with Server(answer(**unknown), CHANGED) as server:
        call("modify_bulk_sync", server, ID, name="Weekly")

    assert sent == [KEPT | unknown | {"name": "Weekly"}]


OPTIONAL = [name for name in BULK_SYNC if name not in {*REQUIRED, "source_configuration", "policies"}]


@given(
    absent=st.sets(st.sampled_from([*OPTIONAL, "source_configuration", "policies"])),
    null=st.sets(st.sampled_from(OPTIONAL)),
)
@settings(deadline=None, max_examples=50)
def test_what_is_absent_or_null_is_not_made_up(bodies: list[Any], absent: set[str], null: set[str]) -> None:
    bodies.clear()
    found = {name: value for name, value in BULK_SYNC.items() if name not in absent | null}
    with Server(answer(tuple(absent), **dict.fromkeys(null)), CHANGED) as server:
        _sync("modify_bulk_sync", server, ID, name="Weekly")

    kept = {name: value for name, value in found.items() if name not in {*READ_ONLY, "organization_id"}}
    if "automatically_add_new_objects" in kept:
        kept.pop("discover", None)
    assert bodies == [kept | {"name": "Weekly"}]


def test_a_null_map_or_list_is_an_empty_one(call: Call, sent: list[Any]) -> None:
    null = answer(source_configuration=None, destination_configuration=None, policies=None)
    with Server(null, CHANGED) as server:
        call("modify_bulk_sync", server, ID, name="Weekly")

    empty: dict[str, Any] = {"source_configuration": {}, "destination_configuration": {}, "policies": []}
    assert sent == [KEPT | empty | {"name": "Weekly"}]


ALL, NONE = {"automatically_add_new_objects": "all"}, {"automatically_add_new_objects": "none"}
NEW = {"automatically_add_new_objects": BulkDiscover.NONE}
OLD = {"discover": True}


@pytest.mark.parametrize(
    ("found", "change", "expected"),
    [
        (ALL | OLD, {}, ALL),
        (OLD, {}, OLD),
        (ALL, {}, ALL),
        ({}, {}, {}),
        (ALL | OLD, {"discover": False}, {"discover": False}),
        (OLD, {"discover": False}, {"discover": False}),
        (ALL, {"discover": False}, {"discover": False}),
        (ALL | OLD, NEW, NONE),
        (OLD, NEW, NONE),
        ({}, NEW, NONE),
        (ALL | OLD, NEW | {"discover": False}, NONE | {"discover": False}),
    ],
    ids=str,
)
def test_discover_never_contradicts_what_supersedes_it(
    found: dict[str, Any], change: dict[str, Any], expected: dict[str, Any], call: Call, sent: list[Any]
) -> None:
    both = ("discover", "automatically_add_new_objects")
    with Server(answer(tuple(name for name in both if name not in found), **found), CHANGED) as server:
        call("modify_bulk_sync", server, ID, active=False, **change)

    assert {name: value for name, value in sent[0].items() if name in both} == expected
    assert {name: value for name, value in sent[0].items() if name not in both} == {
        name: value for name, value in (KEPT | {"active": False}).items() if name not in both
    }


# --- What is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*READ_ONLY[1:], "shedule", "schemas", "additional_properties", "Name", "to_dict"])
@pytest.mark.parametrize("more", [{}, {"active": False}])
def test_a_member_that_does_not_exist_is_refused_before_anything_is_sent(
    name: str, more: dict[str, Any], call: Call
) -> None:
    with (
        Server(answer(), CHANGED) as server,
        pytest.raises(TypeError, match=rf"cannot change '{name}'\. Use name, .*schedule"),
    ):
        call("modify_bulk_sync", server, ID, **more, **{name: None})

    assert server.connections == 0


def test_every_member_that_does_not_exist_is_named(call: Call) -> None:
    with Server() as server, pytest.raises(TypeError, match=r"cannot change 'modes', 'shedule'\. Use "):
        call("modify_bulk_sync", server, ID, modes=1, name="Weekly", shedule=2)

    assert server.connections == 0


def test_it_is_said_where_schemas_are_changed(call: Call) -> None:
    with (
        Server() as server,
        pytest.raises(TypeError, match=r"Use update_bulk_sync_schema to change which schemas are synced\.$"),
    ):
        call("modify_bulk_sync", server, ID, schemas=["public.users"])

    assert server.connections == 0


def test_no_change_is_refused_before_anything_is_sent(call: Call) -> None:
    with Server(answer(), CHANGED) as server, pytest.raises(TypeError, match="needs at least one change, got none"):
        call("modify_bulk_sync", server, ID)

    assert server.connections == 0


def test_a_malformed_id_is_refused_before_anything_is_sent(call: Call) -> None:
    with Server(answer(), CHANGED) as server, pytest.raises(ValueError, match="id must be a UUID"):
        call("modify_bulk_sync", server, "nightly", active=False)

    assert server.connections == 0


def test_a_malformed_change_changes_nothing(call: Call) -> None:
    with Server(answer(), CHANGED) as server, pytest.raises(ValueError, match="has no time zone"):
        call("modify_bulk_sync", server, ID, data_cutoff_timestamp=dt.datetime(2024, 1, 1))  # noqa: DTZ001

    assert "PATCH" not in "".join(lines(server))


@pytest.mark.parametrize(
    ("name", "how"),
    [(name, "absent") for name in REQUIRED]
    + [(name, "null") for name in REQUIRED if name != "destination_configuration"],  # a null map is an empty one
)
def test_an_answer_without_what_an_update_must_repeat_is_not_sent_back(name: str, how: str, call: Call) -> None:
    step = answer((name,)) if how == "absent" else answer(**{name: None})
    with Server(step, CHANGED) as server, pytest.raises(RequestError, match=rf"lacks {name}, which .*\. Pass {name}="):
        call("modify_bulk_sync", server, ID, active=False)

    assert lines(server) == BOTH[:1]


def test_everything_that_is_left_out_is_named(call: Call) -> None:
    with Server(answer(("mode", "schedule")), CHANGED) as server, pytest.raises(RequestError, match="mode, schedule"):
        call("modify_bulk_sync", server, ID, active=False)


def test_what_the_answer_left_out_can_be_given(call: Call, sent: list[Any]) -> None:
    with Server(answer(("mode",)), CHANGED) as server:
        call("modify_bulk_sync", server, ID, mode=BulkMode.SNAPSHOT)

    assert sent == [KEPT | {"mode": "snapshot"}]


def test_a_bulk_sync_that_does_not_exist_is_not_changed(call: Call) -> None:
    with Server(Answer(404, b"")) as server, pytest.raises(NotFoundError):
        call("modify_bulk_sync", server, ID, active=False)

    assert lines(server) == BOTH[:1]


@pytest.mark.parametrize(
    ("step", "error"),
    [(Answer(422, b""), UnprocessableEntityError), (Answer(503, b""), ServerError), (hang_up, OutcomeUnknownError)],
)
def test_an_update_that_fails_is_raised_and_not_sent_again(step: Step, error: type[Exception], call: Call) -> None:
    with Server(answer(), step) as server, pytest.raises(error):
        call("modify_bulk_sync", server, ID, active=False)

    assert lines(server) == BOTH


@pytest.mark.parametrize(
    ("operation", "arguments", "expected"),
    [
        ("activate_bulk_sync", {"active": False}, {"active": False}),
        ("activate_bulk_sync", {"body": ActivateBulkSync(active=False)}, {"active": False}),
        ("start_bulk_sync_execution", {}, {}),
        ("start_bulk_sync_execution", {"test": True, "schemas": ["Contact"]}, {"test": True, "schemas": ["Contact"]}),
    ],
)
def test_a_body_is_given_as_a_model_or_by_its_members(
    call: Call, operation: str, arguments: dict[str, Any], expected: dict[str, Any], sent: list[Any]
) -> None:
    with Server(Answer(body={"data": {"active": False}})) as server:
        call(operation, server, ID, **arguments)
    assert sent == [expected]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, r"^activate_bulk_sync\(\) needs active=\.\.\., or body=\.\.\.\.$"),
        ({"activ": True}, r"got an unexpected argument, 'activ'\. Did you mean active\?$"),
        ({"additional_properties": {}}, "got an unexpected argument, 'additional_properties'"),
        ({"body": ActivateBulkSync(active=True), "active": True}, "takes body=... or its members, got body and active"),
        ({"body": {"active": True}}, "^expected ActivateBulkSync, got dict"),
    ],
)
def test_a_body_that_is_given_wrongly_is_refused_before_anything_is_sent(
    call: Call, arguments: dict[str, Any], message: str
) -> None:
    with Server() as server, pytest.raises(TypeError, match=message):
        call("activate_bulk_sync", server, ID, **arguments)
    assert server.connections == 0
