"""The sandbox over a real socket: bulk syncs, their schemas and their executions."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from polytomic_client.sandbox import Sandbox, SchemaFailure

from .conftest import NOBODY, ON_PURPOSE, START, Api, connected

SYNCS = "/api/bulk/syncs"
DAILY = {"frequency": "daily", "hour": "05", "minute": "30"}
UNKNOWN_FIELD = "fields of public.users must be among id, email, updated_at, got nope"


def instant(seconds: float) -> str:
    return (START + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


@contextmanager
def unchanged(api: Api) -> Generator[None]:
    """Check that nothing that is answered about bulk syncs changes in the block."""

    def all_there_is() -> list[Any]:
        syncs = api.get(SYNCS)
        paths = [f"{SYNCS}/{sync['id']}/{part}" for sync in syncs for part in ("schemas", "executions", "status")]
        return [syncs, [api.get(path) for path in paths]]

    before = all_there_is()
    yield
    assert all_there_is() == before


def enabled(api: Api, path: str) -> dict[str, bool]:
    return {schema["id"]: schema["enabled"] for schema in api.get(f"{path}/schemas")}


def field(id_: str, *, enabled: bool = True, obfuscated: bool = False) -> dict[str, Any]:
    return {"id": id_, "enabled": enabled, "obfuscated": obfuscated}


# --- Creating ---------------------------------------------------------------------------------------------------------


def test_a_new_sync_has_what_was_asked_for_and_defaults(api: Api) -> None:
    new = api.new()
    created = api.post(SYNCS, new)
    actor = {"id": api.get("/api/me")["id"], "name": "Jane Doe", "type": "user"}
    assert created == {
        "id": created["id"],
        **new,
        "active": False,
        "source_configuration": {},
        "automatically_add_new_fields": "all",
        "automatically_add_new_objects": "none",
        "data_cutoff_timestamp": None,
        "disable_record_timestamps": False,
        "normalize_names": "enabled",
        "policies": [],
        "discover": False,
        "organization_id": str(api.world.organization_id),
        "created_at": instant(0),
        "created_by": actor,
        "updated_at": instant(0),
        "updated_by": actor,
    }
    assert api.get(f"{SYNCS}/{created['id']}") == created
    assert api.get(SYNCS) == [created]
    assert set(enabled(api, f"{SYNCS}/{created['id']}").values()) == {True}


def test_everything_that_can_be_asked_for_is_kept(api: Api) -> None:
    asked = {
        "active": True,
        "source_configuration": {"replication_slot": "slot"},
        "automatically_add_new_fields": "onlyIncremental",
        "automatically_add_new_objects": "all",
        "data_cutoff_timestamp": "2026-01-01T00:00:00+01:00",
        "disable_record_timestamps": True,
        "normalize_names": "legacy",
        "policies": [NOBODY],
        "schedule": DAILY,
        "mode": "snapshot",
        "destination_configuration": {"advanced": {"truncate_existing": True}},
    }
    created = api.post(SYNCS, api.new(**asked))
    assert {member: created[member] for member in asked} == asked
    assert created["discover"] is True


@pytest.mark.parametrize(
    ("asked", "objects", "discover"),
    [
        ({}, "none", False),
        ({"discover": False}, "none", False),
        ({"discover": True}, "all", True),
        ({"discover": True, "automatically_add_new_objects": "none"}, "none", False),
        ({"discover": False, "automatically_add_new_objects": "onlyIncremental"}, "onlyIncremental", True),
    ],
)
def test_discover_is_the_older_name(api: Api, asked: dict[str, Any], objects: str, discover: bool) -> None:  # noqa: FBT001
    created = api.post(SYNCS, api.new(**asked))
    assert (created["automatically_add_new_objects"], created["discover"]) == (objects, discover)


def test_ids_in_upper_case_are_the_same_ids(api: Api) -> None:
    source, destination = api.connection("postgresql"), api.connection("snowflake")
    created = api.post(
        SYNCS, api.new(source_connection_id=source.upper(), destination_connection_id=destination.upper())
    )
    assert (created["source_connection_id"], created["destination_connection_id"]) == (source, destination)
    assert api.get(f"{SYNCS}/{created['id'].upper()}") == created
    api.refused(409, "DELETE", f"/api/connections/{source}")


def test_two_syncs_share_nothing(api: Api) -> None:
    one, other = api.created(name="One"), api.created(name="Other")
    assert one != other
    with_id = api.get(other)
    schemas = api.get(f"{other}/schemas")
    api.patch(one, api.new(name="Changed", active=True, policies=[NOBODY], source_configuration={"a": 1}))
    api.patch(f"{one}/schemas/public.users", {"enabled": False, "fields": [field("email", obfuscated=True)]})
    api.started(one)
    assert api.get(other) == with_id
    assert api.get(f"{other}/schemas") == schemas
    assert api.get(f"{other}/executions") == []
    assert [sync["name"] for sync in api.get(SYNCS)] == ["Changed", "Other"]


@pytest.mark.parametrize(
    ("changes", "status", "message"),
    [
        ({"source_connection_id": NOBODY}, 404, "connection not found"),
        ({"destination_connection_id": NOBODY}, 404, "connection not found"),
        ({"source_connection_id": "s3"}, 422, "a connection to Amazon S3 cannot be a source"),
        ({"destination_connection_id": "hubspot"}, 422, "a connection to HubSpot cannot be a destination"),
        ({"destination_connection_id": "s3"}, 422, "mode: the destination does not support replicate"),
        (
            {"destination_configuration": {"schema": {}}},
            422,
            "destination_configuration: schema must be a plain value, got an object",
        ),
        (
            {"destination_configuration": {"shema": "public"}},
            422,
            "destination_configuration: shema is unknown; did you mean schema?",
        ),
        ({"destination_connection_id": "bigquery"}, 422, "destination_configuration: dataset is required; schema is"),
        ({"schedule": {"frequency": "daily", "hour": "24"}}, 422, "schedule: hour must be a number from 0 to 23"),
        ({"schedule": {"frequency": "weekly", "day_of_week": "x"}}, 422, "schedule: day_of_week must be one of"),
        ({"schedule": {"frequency": "multi"}}, 422, "schedule: a multi schedule must have at least one schedule"),
        ({"schedule": {"frequency": "monthly"}}, 422, 'schedule.frequency: "monthly" is not one of'),
        ({"schedule": {}}, 422, 'schedule: "frequency" is a required property'),
        ({"mode": "append"}, 422, 'mode: "append" is not one of "replicate" or "snapshot"'),
        ({"name": None}, 422, 'name: null is not of type "string"'),
        ({"source_connection_id": "postgres"}, 422, 'source_connection_id: "postgres" is not a "uuid"'),
        ({"data_cutoff_timestamp": "yesterday"}, 422, "data_cutoff_timestamp: "),
        ({"policies": ["x"]}, 422, 'policies.0: "x" is not a "uuid"'),
        ({"organization_id": NOBODY}, 403, "only partners may name another organization"),
    ],
)
def test_what_is_refused_of_a_sync_new_or_changed(api: Api, changes: dict[str, Any], status: int, message: str) -> None:
    hubspot = api.post("/api/connections", {"name": "", "type": "hubspot"})["id"]
    kinds = {kind: api.connection(kind) for kind in ("s3", "bigquery")} | {"hubspot": hubspot}
    refused = {name: kinds.get(value, value) if isinstance(value, str) else value for name, value in changes.items()}
    path = api.created()
    with unchanged(api):
        assert api.refused(status, "POST", SYNCS, api.new(**refused)).startswith(message)
        assert api.refused(status, "PATCH", path, api.new(**refused)).startswith(message)


@pytest.mark.parametrize("member", ["name", "mode", "schedule", "destination_configuration", "source_connection_id"])
def test_what_is_required_is_missed(api: Api, member: str) -> None:
    body = {name: value for name, value in api.new().items() if name != member}
    message = f'the body: "{member}" is a required property'
    assert api.refused(422, "POST", SYNCS, body) == message
    assert api.refused(422, "PATCH", api.created(), body) == message


# --- Reading ----------------------------------------------------------------------------------------------------------


def test_those_that_are_active_and_those_that_are_not(api: Api) -> None:
    active, passive = api.created(active=True), api.created()
    listed = {
        query: [f"{SYNCS}/{sync['id']}" for sync in api.get(SYNCS, **({"active": query} if query else {}))]
        for query in ("", "true", "false")
    }
    assert listed == {"": [active, passive], "true": [active], "false": [passive]}
    assert "active" in api.refused(400, "GET", SYNCS, params={"active": "yes"})


def test_a_sync_that_there_is_not_is_not_found(api: Api) -> None:
    path = f"{SYNCS}/{NOBODY}"
    for method, part, body in (
        ("GET", "", None),
        ("PATCH", "", api.new()),
        ("DELETE", "", None),
        ("POST", "/activate", {"active": True}),
        ("POST", "/cancel", None),
        ("GET", "/executions", None),
        ("POST", "/executions", {}),
        ("GET", f"/executions/{NOBODY}", None),
        ("GET", "/schemas", None),
        ("GET", "/schemas/public.users", None),
        ("PATCH", "/schemas/public.users", {}),
        ("GET", "/status", None),
    ):
        assert api.refused(404, method, path + part, body) == "bulk sync not found"


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_the_schemas_of_the_source_can_be_refreshed_in_passing(api: Api, method: str) -> None:
    def cache() -> str:
        status: str = api.get(f"/api/bulk/source/{api.connection('postgresql')}/status")["cache_status"]
        return status

    paths = [api.created() for _ in range(3)]
    for path, query in zip(paths, ({}, {"refresh_schemas": "false"}), strict=False):
        api.send(method, path, params=query)
        assert cache() == "ready"
    assert "refresh_schemas" in api.refused(400, method, paths[2], params={"refresh_schemas": "x"})
    api.send(method, paths[2], params={"refresh_schemas": "true"})
    assert cache() == "refreshing"


# --- Changing and deleting --------------------------------------------------------------------------------------------


def test_a_change_replaces_all_but_who_created_it_and_when(api: Api) -> None:
    path = api.created(active=True, policies=[NOBODY], source_configuration={"a": 1}, normalize_names="legacy")
    before = api.get(path)
    api.advance(60)
    changed = api.patch(path, api.new(name="New", destination_connection_id=api.connection("mysql")))
    assert changed == {
        **before,
        "name": "New",
        "destination_connection_id": api.connection("mysql"),
        "active": False,
        "policies": [],
        "source_configuration": {},
        "normalize_names": "enabled",
        "updated_at": instant(60),
    }
    assert changed["created_at"] == instant(0)
    assert api.get(path) == changed


def test_sent_back_as_it_was_answered_it_stays_the_same(api: Api) -> None:
    path = api.created(active=True, discover=True, schedule=DAILY, policies=[NOBODY], data_cutoff_timestamp=instant(0))
    before = api.get(path)
    assert api.patch(path, before) == before


def test_a_change_leaves_the_schemas_unless_the_source_is_another(api: Api) -> None:
    path = api.created(schemas=["public.users"])
    before = api.get(f"{path}/schemas")
    api.patch(path, api.new(name="New", schemas=["public.orders"]))
    assert api.get(f"{path}/schemas") == before
    api.patch(path, api.new(source_connection_id=api.connection("mysql")))
    assert enabled(api, path) == {"public.users": True, "public.orders": True, "public.events": True}
    salesforce = api.post("/api/connections", {"name": "", "type": "salesforce"})["id"]
    api.patch(path, api.new(source_connection_id=salesforce))
    assert [*enabled(api, path)] == ["Account", "Contact", "Opportunity"]


def test_a_sync_that_is_deleted_is_gone_and_its_execution_is_canceled(api: Api) -> None:
    path, other = api.created(), api.created()
    api.started(path)
    api.advance(20)
    api.delete(path)
    assert api.refused(404, "GET", path) == api.refused(404, "DELETE", path) == "bulk sync not found"
    assert [f"{SYNCS}/{sync['id']}" for sync in api.get(SYNCS)] == [other]
    api.advance(10)
    assert [event["type"] for event in api.get("/api/events")] == ["bulk_sync.canceled", "bulk_sync.running"]


def test_it_is_activated_and_deactivated(api: Api) -> None:
    path = api.created()
    id_ = path.rpartition("/")[2]
    before = api.get(path)
    api.advance(60)
    assert api.post(f"{path}/activate", {"active": True}) == {"active": True, "id": id_}
    assert api.get(path) == {**before, "active": True, "updated_at": instant(60)}
    assert api.post(f"{path}/activate", {"active": False}) == {"active": False, "id": id_}
    assert api.get(path)["active"] is False


@pytest.mark.parametrize("body", [{}, {"active": None}, {"active": "true"}, {"active": 1}, []])
def test_what_is_neither_active_nor_inactive_is_refused(api: Api, body: object) -> None:
    path = api.created(active=True)
    with unchanged(api):
        api.refused(422, "POST", f"{path}/activate", body)


# --- Schemas ----------------------------------------------------------------------------------------------------------


def test_a_schema_that_nothing_was_said_of_is_synced_whole(api: Api) -> None:
    path = api.created()
    orders = {
        "id": "public.orders",
        "enabled": True,
        "output_name": "orders",
        "partition_key": None,
        "fields": [field("id"), field("user_id"), field("total"), field("updated_at")],
        "tracking_field": None,
        "filters": [],
        "data_cutoff_timestamp": None,
        "disable_data_cutoff": False,
        "user_output_name": None,
    }
    assert api.get(f"{path}/schemas")[1] == orders
    assert api.get(f"{path}/schemas/public%2Eorders") == orders
    assert api.refused(404, "GET", f"{path}/schemas/orders") == "schema not found"
    assert api.refused(404, "PATCH", f"{path}/schemas/orders", {}) == "schema not found"


def test_schemas_are_chosen_by_their_ids_or_with_settings(api: Api) -> None:
    orders = {
        "id": "public.orders",
        "fields": ["id", {"id": "total", "obfuscate": True}, {"id": "user_id", "enabled": False}],
        "filters": [{"field_id": "total", "function": "GreaterThan", "value": 10}, {"function": "True"}],
        "partition_key": "updated_at",
        "tracking_field": "id",
        "data_cutoff_timestamp": instant(0),
        "disable_data_cutoff": True,
    }
    path = api.created(schemas=["public.users", orders])
    users, chosen, events = api.get(f"{path}/schemas")
    assert (users["enabled"], chosen["enabled"], events["enabled"]) == (True, True, False)
    assert users["fields"] == [field("id"), field("email"), field("updated_at")]
    assert chosen["fields"] == [
        field("id"),
        field("user_id", enabled=False),
        field("total", obfuscated=True),
        field("updated_at", enabled=False),
    ]
    for setting in ("filters", "partition_key", "tracking_field", "data_cutoff_timestamp", "disable_data_cutoff"):
        assert chosen[setting] == orders[setting]


@pytest.mark.parametrize(
    ("schemas", "wanted"),
    [
        ([], []),
        (["public.events"], ["public.events"]),
        (["public.users", {"id": "public.users", "enabled": False}], []),
        ([{"id": "public.users", "enabled": False}, {"id": "public.users"}], ["public.users"]),
    ],
)
def test_which_schemas_are_enabled(api: Api, schemas: list[Any], wanted: list[str]) -> None:
    path = api.created(schemas=schemas)
    assert [id_ for id_, is_enabled in enabled(api, path).items() if is_enabled] == wanted


def test_names_that_the_document_does_not_have_change_nothing(api: Api) -> None:
    extra = {"output_name": 5, "user_output_name": 5, "else": 5}
    path = api.created(schemas=[{"id": "public.users", **extra}], **extra)
    users = api.get(f"{path}/schemas/public.users")
    assert (users["output_name"], users["user_output_name"], "else" in users) == ("users", None, False)
    assert api.patch(f"{path}/schemas/public.users", {"id": "x", "output_name": 5, "else": 5}) == users
    assert api.get(f"{path}/schemas/public.users") == users


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ("users", "schemas must be among public.users, public.orders, public.events, got users"),
        ({"id": "public.users", "fields": ["nope"]}, "fields of public.users must be among id, email, upda"),
        ({"id": "public.users", "fields": [{"id": "nope"}]}, UNKNOWN_FIELD),
        ({"id": "public.users", "partition_key": "nope"}, UNKNOWN_FIELD),
        ({"id": "public.users", "tracking_field": "nope"}, UNKNOWN_FIELD),
        (
            {"id": "public.users", "filters": [{"field_id": "nope", "function": "IsNull"}]},
            UNKNOWN_FIELD,
        ),
        ({"id": "public.users", "filters": [{"field_id": "id"}]}, "schemas.0: "),
        ({"enabled": True}, "schemas.0: "),
        (5, "schemas.0: "),
    ],
)
def test_a_choice_of_schemas_that_cannot_be_is_refused(api: Api, schema: object, message: str) -> None:
    with unchanged(api):
        assert api.refused(422, "POST", SYNCS, api.new(schemas=[schema])).startswith(message)


def test_a_schema_is_changed_setting_by_setting(api: Api) -> None:
    path = f"{api.created()}/schemas/public.users"
    before = api.get(path)
    assert api.patch(path, {}) == before
    for change in (
        {"enabled": False},
        {"partition_key": "id"},
        {"tracking_field": "updated_at"},
        {"filters": [{"field_id": "email", "function": "IsNotNull"}]},
        {"data_cutoff_timestamp": instant(0)},
        {"disable_data_cutoff": True},
        {"partition_key": None},
    ):
        before.update(change)
        assert api.patch(path, change) == before
        assert api.get(path) == before


def test_fields_that_a_change_does_not_name_stay(api: Api) -> None:
    path = f"{api.created()}/schemas/public.users"
    api.patch(path, {"fields": [field("email", obfuscated=True)]})
    changed = api.patch(path, {"fields": [field("id", enabled=False)]})
    assert changed["fields"] == [field("id", enabled=False), field("email", obfuscated=True), field("updated_at")]


def test_a_name_in_the_destination_is_chosen_and_taken_back(api: Api) -> None:
    path = api.created()
    users = f"{path}/schemas/public.users"

    def names(change: dict[str, Any]) -> tuple[Any, Any, Any]:
        changed = api.patch(users, change)
        execution = api.started(path)
        api.advance(100)
        return changed["user_output_name"], changed["output_name"], api.get(execution)["schemas"][0]["output_name"]

    assert names({"user_output_name": "people"}) == ("people", "people", "people")
    assert names({"enabled": True}) == ("people", "people", "people")
    assert names({"user_output_name": None}) == (None, "users", "users")


@pytest.mark.parametrize(
    "change",
    [
        {"enabled": None},
        {"fields": ["id"]},
        {"fields": [{"id": "id", "enabled": True}]},
        {"fields": [{"id": "nope", "enabled": True, "obfuscated": False}]},
        {"partition_key": "nope"},
        {"tracking_field": 5},
        {"filters": [{"field_id": "nope", "function": "IsNull"}]},
        {"filters": [{"function": "Never"}]},
        {"user_output_name": 5},
    ],
)
def test_a_change_of_a_schema_that_cannot_be_is_refused(api: Api, change: dict[str, Any]) -> None:
    path = api.created()
    with unchanged(api):
        api.refused(422, "PATCH", f"{path}/schemas/public.users", {"disable_data_cutoff": True, **change})


# --- Executions -------------------------------------------------------------------------------------------------------


def test_an_execution_from_its_start_to_its_end(api: Api) -> None:
    path = api.created()
    started = api.post(f"{path}/executions", {})
    execution = f"{path}/executions/{started['id']}"
    assert (started["status"], started["created_at"], started["is_partial"]) == ("created", instant(0), False)
    assert [schema["schema"] for schema in started["schemas"]] == ["public.users", "public.orders", "public.events"]
    assert api.get(execution) == started
    assert api.get(f"{path}/status") == {
        "current_execution": started,
        "last_execution": None,
        "next_execution_time": None,
    }
    api.advance(10)
    running = api.get(execution)
    assert (running["status"], running["started_at"]) == ("running", instant(10))
    assert api.get(f"{path}/status")["current_execution"] == running
    api.advance(90)
    completed = api.get(execution)
    assert (completed["status"], completed["completed_at"]) == ("completed", instant(100))
    counts = [schema["record_count"] for schema in completed["schemas"]]
    assert all(100 <= count < 5000 for count in counts)
    assert len(set(counts)) == 3
    assert completed["record_count"] == sum(counts)
    assert api.get(f"{path}/executions") == [completed]
    assert api.get(f"{path}/status") == {
        "current_execution": None,
        "last_execution": completed,
        "next_execution_time": None,
    }


def test_while_one_is_under_way_another_is_refused(api: Api) -> None:
    path, other = api.created(), api.created()
    first = api.started(path)
    for _ in range(2):
        assert api.refused(409, "POST", f"{path}/executions", {}) == "an execution is already running"
        api.advance(99.999 / 2)
    api.started(other)
    api.post(f"{path}/cancel")  # it is still under way while it is canceling
    assert api.refused(409, "POST", f"{path}/executions", {}) == "an execution is already running"
    api.advance(0.001)
    second = api.started(path)
    listed = [f"{path}/executions/{execution['id']}" for execution in api.get(f"{path}/executions")]
    assert listed == [second, first]
    status = api.get(f"{path}/status")
    assert f"{path}/executions/{status['current_execution']['id']}" == second
    assert f"{path}/executions/{status['last_execution']['id']}" == first


def test_only_what_is_enabled_is_executed_if_nothing_is_named(api: Api) -> None:
    path = api.created(schemas=["public.users", "public.events"])
    api.patch(f"{path}/schemas/public.users", {"enabled": False})
    execution = api.get(api.started(path))
    assert [schema["schema"] for schema in execution["schemas"]] == ["public.events"]


def test_what_is_named_is_executed_each_once_also_if_it_is_not_enabled(api: Api) -> None:
    path = api.created(schemas=["public.users"])
    execution = api.get(api.started(path, schemas=["public.orders", "public.users", "public.orders"]))
    assert [schema["schema"] for schema in execution["schemas"]] == ["public.orders", "public.users"]
    assert execution["is_partial"] is True
    api.advance(100)
    nothing = api.get(api.started(path, schemas=[]))
    assert (nothing["schemas"], nothing["is_partial"]) == ([], True)


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"schemas": ["users"]}, "schemas must be among public.users, public.orders, public.events, got users"),
        ({"resync_mode": "resync"}, "resync_mode: the destination does not support resync"),
        ({"test": True, "resync": True}, "test: a test cannot be a resync"),
        ({"test": True, "resync_mode": "rebuild"}, "test: a test cannot be a resync"),
        ({"resync_mode": "again"}, 'resync_mode: "again" is not one of "refetch", "resync" or "rebuild"'),
        ({"fetch_mode": "all"}, 'fetch_mode: "all" is not one of "none", "incremental" or "full"'),
        ({"schemas": "public.users"}, 'schemas: "public.users" is not of type "array"'),
        ({"schemas": None}, 'schemas: null is not of type "array"'),
        ([], 'the body: [] is not of type "object"'),
    ],
)
def test_what_is_refused_of_a_start(api: Api, request_: Any, message: str) -> None:
    path = api.created(destination_connection_id=api.connection("mysql"))
    with unchanged(api):
        assert api.refused(422, "POST", f"{path}/executions", request_) == message
    api.started(path)


def test_what_a_start_asks_for_is_what_the_execution_is(api: Api) -> None:
    path = api.created()
    for request, members in (
        ({"resync_mode": "rebuild"}, {"is_resync": True, "output_disposition": "rebuild", "fetch_mode": "full"}),
        ({"resync": True}, {"is_resync": True, "output_disposition": "rebuild", "fetch_mode": "full"}),
        ({"resync_mode": "resync", "fetch_mode": "none"}, {"is_resync": True, "fetch_mode": "none"}),
        ({"test": True, "resync": False}, {"is_test": True, "is_resync": False}),
    ):
        execution = api.get(api.started(path, **request))
        assert {member: execution[member] for member in members} == members
        api.advance(100)


def test_a_resync_is_a_rebuild_which_not_every_destination_has(api: Api) -> None:
    files = api.created(
        destination_connection_id=api.connection("s3"), mode="snapshot", destination_configuration={"format": "csv"}
    )
    message = api.refused(422, "POST", f"{files}/executions", {"resync": True})
    assert message == "resync_mode: the destination does not support rebuild"
    assert api.get(api.started(files, resync_mode="refetch"))["is_resync"] is True


def test_a_destination_that_refuses_refuses_the_start(api: Api) -> None:
    path = api.created()
    connection = api.world.find(UUID(api.connection("snowflake")))
    assert connection is not None
    api.world.put(replace(connection, status=500))
    assert api.refused(500, "POST", f"{path}/executions", {}) == ON_PURPOSE
    assert api.get(f"{path}/executions") == []
    api.world.put(connection)
    api.started(path)


def test_an_execution_belongs_to_its_sync(api: Api) -> None:
    path, other = api.created(), api.created()
    execution = api.started(path)
    id_ = execution.rpartition("/")[2]
    assert api.get(f"{path}/executions/{id_.upper()}") == api.get(execution)
    assert api.refused(404, "GET", f"{other}/executions/{id_}") == "execution not found"
    assert api.refused(404, "GET", f"{path}/executions/{NOBODY}") == "execution not found"


def test_failures_count_for_what_is_started_from_then_on(api: Api) -> None:
    path = api.created()
    before = api.started(path)
    api.world.failures["public.orders"] = SchemaFailure("permission denied", errors=7)
    api.advance(100)
    assert api.get(before)["status"] == "completed"
    fatal = api.started(path)
    del api.world.failures["public.orders"]
    api.advance(100)
    assert (api.get(fatal)["status"], api.get(fatal)["error_count"]) == ("failed", 7)
    assert [schema["status"] for schema in api.get(fatal)["schemas"]] == ["completed", "failed", "completed"]
    assert api.get(fatal)["schemas"][1]["status_message"] == "permission denied"
    api.world.failures["public.users"] = SchemaFailure("2 records are too long", errors=2, fatal=False)
    errors = api.started(path)
    without = api.started(api.created(), schemas=["public.orders"])
    api.advance(100)
    assert (api.get(errors)["status"], api.get(errors)["error_count"]) == ("errors", 2)
    assert api.get(without)["status"] == "completed"


def test_canceling_takes_a_while(api: Api) -> None:
    path = api.created()
    execution = api.started(path)
    api.advance(20)
    assert api.post(f"{path}/cancel") == {"message": "Cancellation requested"}
    assert api.get(execution)["status"] == "canceling"
    assert api.get(f"{path}/status")["current_execution"]["status"] == "canceling"
    api.advance(9.999)
    api.post(f"{path}/cancel")
    assert api.get(execution)["status"] == "canceling"
    api.advance(0.001)
    assert (api.get(execution)["status"], api.get(execution)["completed_at"]) == ("canceled", instant(30))
    assert api.get(f"{path}/status")["last_execution"]["status"] == "canceled"
    api.started(path)


def test_canceling_where_nothing_runs_changes_nothing(api: Api) -> None:
    path = api.created()
    api.post(f"{path}/cancel")
    api.started(path)
    api.advance(100)
    with unchanged(api):
        assert api.post(f"{path}/cancel") == {"message": "Cancellation requested"}
        api.advance(100)


def test_deactivating_cancels_and_activating_does_not(api: Api) -> None:
    path = api.created()
    execution = api.started(path)
    api.advance(20)
    api.post(f"{path}/activate", {"active": True})
    assert api.get(execution)["status"] == "running"
    api.post(f"{path}/activate", {"active": False})
    assert api.get(execution)["status"] == "canceling"


@pytest.mark.parametrize(
    ("schedule", "next_"),
    [
        ({"frequency": "manual"}, None),
        ({"frequency": "continuous"}, None),
        ({"frequency": "hourly", "minute": "45"}, "2026-03-02T09:45:00Z"),
        ({"frequency": "hourly", "minute": "30"}, "2026-03-02T10:30:00Z"),
        (DAILY, "2026-03-03T05:30:00Z"),
        ({"frequency": "weekly", "day_of_week": "sunday", "hour": "8", "minute": ""}, "2026-03-08T08:00:00Z"),
        (
            {"frequency": "multi", "multi": {"schedules": [{"item": "none", "schedule": DAILY}]}},
            "2026-03-03T05:30:00Z",
        ),
    ],
)
def test_when_an_active_sync_runs_next(api: Api, schedule: dict[str, Any], next_: str | None) -> None:
    path = api.created(schedule=schedule, active=True)
    assert api.get(path)["schedule"] == schedule
    assert api.get(f"{path}/status")["next_execution_time"] == next_
    api.post(f"{path}/activate", {"active": False})
    assert api.get(f"{path}/status")["next_execution_time"] is None


def test_when_it_runs_next_depends_on_the_time(api: Api) -> None:
    path = api.created(schedule=DAILY, active=True)
    api.advance(24 * 3600)
    assert api.get(f"{path}/status")["next_execution_time"] == "2026-03-04T05:30:00Z"


# --- The whole --------------------------------------------------------------------------------------------------------


def test_the_same_seed_and_requests_make_the_same_answers(server: Sandbox) -> None:
    def answers(seed: int) -> list[Any]:
        sandbox = Sandbox(connections=20, seed=seed, start=START, execution_seconds=100)
        with connected(server, sandbox) as http:
            api = Api(sandbox, http)
            path = api.created()
            execution = api.started(path)
            api.advance(33)
            created = api.post("/api/connections", {"name": "", "type": "hubspot"})
            return [api.get(path), api.get(execution), api.get("/api/events"), created]

    assert answers(1) == answers(1)
    assert answers(1) != answers(2)
