"""The sandbox over a real socket: connections, what they can do, whose key it is, and what has happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from polytomic_client.sandbox import Connection, SchemaFailure
from polytomic_client.sandbox._catalog import TYPES

from .conftest import NOBODY, ON_PURPOSE, START, Api

SOURCES = [type_.id for type_ in TYPES.values() if type_.schemas]
DESTINATIONS = [type_.id for type_ in TYPES.values() if type_.destination is not None]


def known(api: Api, connection_id: str) -> Connection:
    """What the sandbox knows of a connection, secrets included."""
    connection = api.world.find(UUID(connection_id))
    assert connection is not None
    return connection


def change(api: Api, connection_id: str, **changes: Any) -> None:
    api.world.put(replace(known(api, connection_id), **changes))


def instant(seconds: float) -> str:
    return (START + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


# --- The credential ---------------------------------------------------------------------------------------------------


def test_whose_key_it_is(api: Api) -> None:
    identity = api.get("/api/me")
    assert identity["organization_id"] == str(api.world.organization_id)
    kinds = ("is_user", "is_organization", "is_partner", "is_system")
    assert [identity[kind] for kind in kinds] == [True, False, False, False]
    (connection, *_) = api.get("/api/connections")
    assert connection["organization_id"] == identity["organization_id"]


# --- Reading connections ----------------------------------------------------------------------------------------------


def test_every_connection_is_listed_as_it_is_answered_alone(api: Api) -> None:
    listed = api.get("/api/connections")
    assert [connection["id"] for connection in listed] == [str(connection.id) for connection in api.world.connections]
    assert listed == [api.get(f"/api/connections/{connection['id']}") for connection in listed]


def test_a_connection_and_its_secrets(api: Api) -> None:
    id_ = api.connection("postgresql")
    answer = api.get(f"/api/connections/{id_}")
    assert answer == {
        "id": id_,
        "name": known(api, id_).name,
        "type": {"id": "postgresql", "name": "PostgreSQL", "operations": ["read", "write"]},
        "status": "healthy",
        "status_error": None,
        "configuration": {
            "hostname": "db.example.com",
            "port": 5432,
            "database": "sales",
            "username": "polytomic",
            "password": "******",
        },
        "policies": [],
        "organization_id": str(api.world.organization_id),
    }
    assert known(api, id_).configuration["password"] == "secret"


def test_no_answer_holds_a_secret(api: Api) -> None:
    for type_ in TYPES.values():
        api.post("/api/connections", {"name": "", "type": type_.id, "configuration": type_.configuration})
    answer = api.send("GET", "/api/connections").text
    assert '"******"' in answer
    assert '"secret"' not in answer


def test_one_that_is_forbidden_or_unknown_is_not_listed_and_one_that_fails_is(api: Api) -> None:
    ids = [str(connection.id) for connection in api.world.connections[:3]]
    for id_, status in zip(ids, (403, 404, 500), strict=True):
        change(api, id_, status=status)
    listed = {connection["id"] for connection in api.get("/api/connections")}
    assert [id_ in listed for id_ in ids] == [False, False, True]
    assert len(listed) == 18


@pytest.mark.parametrize(
    ("status", "message"), [(403, "permission denied"), (404, "connection not found"), (500, ON_PURPOSE)]
)
def test_one_that_refuses_refuses_everything(api: Api, status: int, message: str) -> None:
    id_ = api.connection("postgresql")
    change(api, id_, status=status)
    for path in (
        *(f"/api/connections/{id_}", f"/api/bulk/dest/{id_}", f"/api/bulk/source/{id_}"),
        *(f"/api/bulk/source/{id_}/schema/public.users", f"/api/bulk/source/{id_}/status"),
    ):
        assert api.refused(status, "GET", path) == message
    assert api.refused(status, "PATCH", f"/api/connections/{id_}", {"name": "New"}) == message
    assert api.refused(status, "DELETE", f"/api/connections/{id_}") == message
    for member in ("source_connection_id", "destination_connection_id"):
        new = api.new(**{"source_connection_id": api.connection("mysql"), member: id_})
        assert api.refused(status, "POST", "/api/bulk/syncs", new) == message
    assert known(api, id_).name != "New"
    assert api.get("/api/bulk/syncs") == []


def test_one_that_nobody_has_is_not_found(api: Api) -> None:
    for method, path, body in (
        ("GET", f"/api/connections/{NOBODY}", None),
        ("PATCH", f"/api/connections/{NOBODY}", {"name": ""}),
        ("DELETE", f"/api/connections/{NOBODY}", None),
        ("GET", f"/api/bulk/dest/{NOBODY}", None),
        ("GET", f"/api/bulk/source/{NOBODY}", None),
        ("GET", f"/api/bulk/source/{NOBODY}/schema/public.users", None),
        ("GET", f"/api/bulk/source/{NOBODY}/status", None),
    ):
        assert api.refused(404, method, path, body) == "connection not found"


# --- Types ------------------------------------------------------------------------------------------------------------


def test_the_types_and_which_of_them_a_person_must_permit(api: Api) -> None:
    types = api.get("/api/connection_types")
    assert [type_["id"] for type_ in types] == [*TYPES]
    assert [type_["id"] for type_ in types if type_["use_oauth"]] == ["hubspot", "salesforce"]
    assert {type_["id"]: type_["name"] for type_ in types}["s3"] == "Amazon S3"


# --- Creating ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("type_id", TYPES)
def test_each_type_can_be_created_and_then_does_what_it_says(api: Api, type_id: str) -> None:
    body = {"name": "New", "type": type_id, "configuration": TYPES[type_id].configuration}
    created = api.post("/api/connections", body)
    id_ = created["id"]
    operations = ["read"] * (type_id in SOURCES) + ["write"] * (type_id in DESTINATIONS)
    assert created["name"] == "New"
    assert created["type"] == {"id": type_id, "name": TYPES[type_id].name, "operations": operations}
    without = {member: value for member, value in created.items() if not member.startswith("auth_")}
    assert api.get("/api/connections")[-1] == api.get(f"/api/connections/{id_}") == without
    if type_id in DESTINATIONS:
        assert api.get(f"/api/bulk/dest/{id_}") == TYPES[type_id].destination
    else:
        message = f"a connection to {TYPES[type_id].name} cannot be a destination"
        assert api.refused(400, "GET", f"/api/bulk/dest/{id_}") == message
    if type_id in SOURCES:
        assert api.get(f"/api/bulk/source/{id_}")["schemas"] == [*TYPES[type_id].schemas]
    else:
        message = f"a connection to {TYPES[type_id].name} cannot be a source"
        for path in ("", "/status", "/schema/public.users"):
            assert api.refused(400, "GET", f"/api/bulk/source/{id_}{path}") == message


def test_where_to_permit_the_access(api: Api) -> None:
    created = api.post("/api/connections", {"name": "CRM", "type": "salesforce", "redirect_url": "https://example.com"})
    assert created["auth_url"] == f"https://sandbox.invalid/oauth/salesforce/{created['id']}"
    assert created["auth_code"] is None
    assert api.post("/api/connections", {"name": "SQL", "type": "mssql"})["auth_url"] is None


def test_policies_are_kept(api: Api) -> None:
    created = api.post("/api/connections", {"name": "CRM", "type": "hubspot", "policies": [NOBODY]})
    assert created["policies"] == [NOBODY]
    path = f"/api/connections/{created['id']}"
    assert api.patch(path, {"name": "CRM"})["policies"] == [NOBODY]
    assert api.patch(path, {"name": "CRM", "policies": []})["policies"] == []


def test_a_type_that_there_is_not_is_refused(api: Api) -> None:
    message = api.refused(422, "POST", "/api/connections", {"name": "", "type": "oracle"})
    assert message.startswith("type must be one of snowflake, postgresql, s3")
    assert message.endswith(", got 'oracle'")
    assert len(api.get("/api/connections")) == 20


@pytest.mark.parametrize("type_id", [type_.id for type_ in TYPES.values() if type_.required])
def test_each_key_that_is_required_is_missed(api: Api, type_id: str) -> None:
    type_ = TYPES[type_id]
    for key in type_.required:
        configuration = {name: value for name, value in type_.configuration.items() if name != key}
        body = {"name": "", "type": type_id, "configuration": configuration}
        message = api.refused(422, "POST", "/api/connections", body)
        assert message == f"configuration: a connection to {type_.name} needs {key}"


def test_a_key_that_is_optional_may_be_left_out(api: Api) -> None:
    for type_ in TYPES.values():
        configuration = {key: type_.configuration[key] for key in type_.required}
        created = api.post("/api/connections", {"name": "", "type": type_.id, "configuration": configuration})
        assert [*created["configuration"]] == type_.required


def test_a_key_that_the_sandbox_does_not_know_is_kept(api: Api) -> None:
    body = {"name": "", "type": "hubspot", "configuration": {"region": {"id": 1}}}
    assert api.post("/api/connections", body)["configuration"] == {"region": {"id": 1}}


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({"type": "hubspot"}, '"name" is a required property'),
        ({"name": "x"}, '"type" is a required property'),
        ({"name": 1, "type": "hubspot"}, "name: "),
        ({"name": "x", "type": "hubspot", "configuration": []}, "configuration: "),
        ({"name": "x", "type": "hubspot", "policies": ["x"]}, 'policies.0: "x" is not a "uuid"'),
    ],
)
def test_a_body_that_does_not_fit_the_document_is_refused(api: Api, body: dict[str, Any], complaint: str) -> None:
    assert complaint in api.refused(422, "POST", "/api/connections", body)
    assert len(api.get("/api/connections")) == 20


def test_another_organization_is_forbidden(api: Api) -> None:
    path = f"/api/connections/{api.connection('mysql')}"
    for method, url, body in (
        ("POST", "/api/connections", {"name": "x", "type": "hubspot"}),
        ("PATCH", path, {"name": "x"}),
        ("POST", "/api/bulk/syncs", api.new()),
    ):
        own = {**body, "organization_id": str(api.world.organization_id).upper()}
        assert api.send(method, url, json=own).status_code == 200
        message = api.refused(403, method, url, {**body, "organization_id": NOBODY})
        assert message == "only partners may name another organization"


# --- Changing ---------------------------------------------------------------------------------------------------------


def test_a_change_of_the_name_leaves_all_else(api: Api) -> None:
    id_ = api.connection("postgresql")
    before, answered = known(api, id_), api.get(f"/api/connections/{id_}")
    assert api.patch(f"/api/connections/{id_}", {"name": "Sales"}) == {**answered, "name": "Sales"}
    assert known(api, id_) == replace(before, name="Sales")
    assert known(api, id_).configuration == before.configuration
    assert [connection.id for connection in api.world.connections].count(UUID(id_)) == 1


def test_without_a_name_a_change_is_refused(api: Api) -> None:
    path = f"/api/connections/{api.connection('postgresql')}"
    assert api.refused(422, "PATCH", path, {"configuration": {}}) == 'the body: "name" is a required property'


def test_a_configuration_is_changed_key_by_key_and_asterisks_keep_a_secret(api: Api) -> None:
    id_ = api.connection("postgresql")
    other = str(api.world.connections[-1].id)
    answered = api.get(f"/api/connections/{id_}")["configuration"]
    api.patch(f"/api/connections/{id_}", {"name": "", "configuration": {**answered, "port": 6543}})
    assert known(api, id_).configuration["port"] == 6543
    assert known(api, id_).configuration["password"] == "secret"
    api.patch(f"/api/connections/{id_}", {"name": "", "configuration": {"password": "new", "database": "******"}})
    assert known(api, id_).configuration["password"] == "new"
    assert known(api, id_).configuration["database"] == "******"  # not a secret
    assert known(api, id_).configuration["port"] == 6543
    assert known(api, other).configuration == TYPES[known(api, other).type].configuration


def test_another_type_needs_a_configuration_of_its_own(api: Api) -> None:
    path = f"/api/connections/{api.connection('postgresql')}"
    message = api.refused(422, "PATCH", path, {"name": "", "type": "mysql"})
    assert message == "configuration: a connection to MySQL needs hostname, port, account, passwd"
    assert api.refused(422, "PATCH", path, {"name": "", "type": "oracle"}).startswith("type must be one of ")
    mysql = {"hostname": "db", "port": 3306, "account": "a", "passwd": "p"}
    changed = api.patch(path, {"name": "", "type": "mysql", "configuration": mysql})
    assert changed["type"]["name"] == "MySQL"
    assert changed["configuration"] == {**mysql, "passwd": "******"}


# --- Deleting ---------------------------------------------------------------------------------------------------------


def test_one_that_is_deleted_is_gone(api: Api) -> None:
    id_ = api.connection("s3")
    api.delete(f"/api/connections/{id_}")
    assert api.refused(404, "GET", f"/api/connections/{id_}") == "connection not found"
    assert api.refused(404, "DELETE", f"/api/connections/{id_}") == "connection not found"
    assert len(api.get("/api/connections")) == 19


def test_one_that_a_sync_uses_cannot_be_deleted(api: Api) -> None:
    path = api.created()
    id_ = path.rpartition("/")[2]
    source, destination = api.connection("postgresql"), api.connection("snowflake")
    for connection_id in (source, destination):
        message = api.refused(409, "DELETE", f"/api/connections/{connection_id}")
        assert message == f"bulk sync {id_} uses this connection"
    api.delete(f"/api/connections/{api.connection('mysql')}")
    api.delete(path)
    for connection_id in (source, destination):
        api.delete(f"/api/connections/{connection_id}")


# --- Sources ----------------------------------------------------------------------------------------------------------


def test_a_source_with_its_fields_and_without(api: Api) -> None:
    path = f"/api/bulk/source/{api.connection('postgresql')}"
    source = api.get(path)
    assert source["capabilities"] == {"supports_tracking_fields": True}
    assert [schema["id"] for schema in source["schemas"]] == ["public.users", "public.orders", "public.events"]
    assert [field["id"] for field in source["schemas"][0]["fields"]] == ["id", "email", "updated_at"]
    assert api.get(path, include_fields="true") == source
    without = api.get(path, include_fields="false")
    assert without["schemas"] == [{**schema, "fields": []} for schema in source["schemas"]]
    assert api.get(path) == source


def test_one_schema_of_a_source(api: Api) -> None:
    path = f"/api/bulk/source/{api.connection('postgresql')}"
    for schema in api.get(path)["schemas"]:
        assert api.get(f"{path}/schema/{schema['id']}") == schema
        assert api.get(f"{path}/schema/{schema['id'].replace('.', '%2E')}") == schema
    for unknown in ("users", "public%2Fusers", "PUBLIC.USERS", "%C3%A9"):
        assert api.refused(404, "GET", f"{path}/schema/{unknown}") == "schema not found"


def test_a_field_can_refer_to_a_schema_that_there_is(api: Api) -> None:
    for type_id in ("postgresql", "salesforce"):
        body = {"name": "", "type": type_id, "configuration": TYPES[type_id].configuration}
        schemas = api.get(f"/api/bulk/source/{api.post('/api/connections', body)['id']}")["schemas"]
        associations = [field["association"] for schema in schemas for field in schema["fields"]]
        (association,) = filter(None, associations)
        (referred,) = [schema for schema in schemas if schema["id"] in association["reference_to"]]
        assert association["referenced_field"] in [field["id"] for field in referred["fields"]]


def test_refreshing_the_schemas_takes_a_second(api: Api) -> None:
    path = f"/api/bulk/source/{api.connection('postgresql')}"

    def status() -> tuple[Any, ...]:
        answer = api.get(f"{path}/status")
        return answer["cache_status"], answer["last_refresh_started"], answer["last_refresh_finished"]

    assert status() == ("ready", instant(-1), instant(0))
    api.advance(60)
    api.get(path, refresh_schemas="false")
    assert status() == ("ready", instant(-1), instant(0))
    api.get(path, refresh_schemas="true")
    assert status() == ("refreshing", instant(60), instant(0))
    api.advance(0.5)
    api.get(path, refresh_schemas="true")  # it is under way
    assert status() == ("refreshing", instant(60), instant(0))
    api.advance(0.5)
    assert status() == ("ready", instant(60), instant(61))
    api.get(path, refresh_schemas="true")
    assert status() == ("refreshing", instant(61), instant(61))


def test_one_source_is_refreshed_and_another_is_not(api: Api) -> None:
    api.get(f"/api/bulk/source/{api.connection('postgresql')}", refresh_schemas="true")
    assert api.get(f"/api/bulk/source/{api.connection('mysql')}/status")["cache_status"] == "ready"


@pytest.mark.parametrize("text", ["True", "1", "", "yes"])
def test_what_is_no_boolean_is_refused(api: Api, text: str) -> None:
    path = f"/api/bulk/source/{api.connection('postgresql')}"
    for name in ("refresh_schemas", "include_fields"):
        assert api.refused(400, "GET", path, params={name: text}) == f'{name}: "{text}" is not of type "boolean"'


# --- Events -----------------------------------------------------------------------------------------------------------

EVENTS = "/api/events"


@pytest.fixture
def eventful(api: Api) -> Api:
    """Two executions: one from 0 s on, which is completed at 100 s, and one from 200 s on, which fails at 300 s."""
    path = api.created()
    api.started(path)
    api.advance(200)
    api.world.failures["public.users"] = SchemaFailure("permission denied")
    api.started(path)
    api.advance(200)
    return api


def seen(api: Api, **query: Any) -> list[tuple[str, str]]:
    return [(event["type"], event["created_at"]) for event in api.get(EVENTS, **query)]


RAN, COMPLETED = ("bulk_sync.running", instant(10)), ("bulk_sync.completed", instant(100))
RAN_AGAIN, FAILED = ("bulk_sync.running", instant(210)), ("bulk_sync.failed", instant(300))


def test_events_come_newest_first(eventful: Api) -> None:
    assert seen(eventful) == [FAILED, RAN_AGAIN, COMPLETED, RAN]


def test_events_have_instants_of_their_own_though_time_stands_still(api: Api) -> None:
    for _ in range(3):
        api.started(api.created())
    api.advance(100)
    both = seen(api, ending_before=instant(50)), seen(api, starting_after=instant(50))
    assert [[type_ for type_, _ in events] for events in both] == [
        ["bulk_sync.running"] * 3,
        ["bulk_sync.completed"] * 3,
    ]
    instants = [created_at for _, created_at in seen(api)]
    assert instants == [
        *(f"2026-03-02T09:31:40{part}Z" for part in (".000002", ".000001", "")),
        *(f"2026-03-02T09:30:10{part}Z" for part in (".000002", ".000001", "")),
    ]
    # Each page begins where the one before it ended, and nothing is lost.
    assert [len(seen(api, starting_after=created_at)) for created_at in instants] == [0, 1, 2, 3, 4, 5]


def test_an_event_keeps_its_instant(api: Api) -> None:
    api.world.execution_lasts = timedelta()
    api.started(api.created())
    first = seen(api)
    api.started(api.created())
    assert seen(api)[2:] == first
    assert len({created_at for _, created_at in seen(api)}) == 4


def test_what_an_event_names(api: Api) -> None:
    path = api.created()
    _, _, _, _, bulk_sync, _, execution = api.started(path).split("/")
    assert api.get(EVENTS) == []
    api.advance(10)
    (event,) = api.get(EVENTS)
    assert event["organization_id"] == str(api.world.organization_id)
    assert event["event"] == {"bulk_sync_id": bulk_sync, "execution_id": execution}
    api.advance(90)
    assert api.get(EVENTS)[1] == event


def test_events_of_a_type(eventful: Api) -> None:
    assert seen(eventful, type="bulk_sync.running") == [RAN_AGAIN, RAN]
    assert seen(eventful, type="bulk_sync.failed") == [FAILED]
    assert seen(eventful, type="sync.completed") == []
    assert "type" in eventful.refused(400, "GET", EVENTS, params={"type": "bulk_sync.completed_with_errors"})


def test_events_between_two_instants_the_ends_excluded(eventful: Api) -> None:
    assert seen(eventful, starting_after=instant(100)) == [FAILED, RAN_AGAIN]
    assert seen(eventful, starting_after=instant(99.999)) == [FAILED, RAN_AGAIN, COMPLETED]
    assert seen(eventful, ending_before=instant(210)) == [COMPLETED, RAN]
    assert seen(eventful, ending_before=instant(210.001)) == [RAN_AGAIN, COMPLETED, RAN]
    assert seen(eventful, starting_after=instant(10), ending_before=instant(300)) == [RAN_AGAIN, COMPLETED]
    elsewhere = (START + timedelta(seconds=100)).isoformat().replace("09:31:40+00:00", "11:31:40+02:00")
    assert seen(eventful, starting_after=elsewhere) == [FAILED, RAN_AGAIN]


@pytest.mark.parametrize("text", ["2026-03-02", "2026-03-02T09:30:00", "yesterday", "", "2016-12-31T23:59:60Z"])
def test_what_is_no_instant_is_refused(api: Api, text: str) -> None:
    for name in ("starting_after", "ending_before"):
        assert api.refused(400, "GET", EVENTS, params={name: text}).startswith(f"{name}: ")


def test_a_limit_keeps_the_newest(eventful: Api) -> None:
    assert seen(eventful, limit=1) == [FAILED]
    assert seen(eventful, limit=3) == [FAILED, RAN_AGAIN, COMPLETED]
    for limit in (10**17, 285756778509049659392, 10**400):
        assert len(seen(eventful, limit=limit)) == 4


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "x", "", "1e2", "9" * 5000])
def test_what_is_no_limit_is_refused(api: Api, text: str) -> None:
    assert api.refused(400, "GET", EVENTS, params={"limit": text}).startswith("limit: ")


def test_without_a_limit_a_hundred_come(api: Api) -> None:
    path = api.created()
    for _ in range(51):
        api.started(path)
        api.advance(100)
    assert len(seen(api)) == 100
    assert len(seen(api, limit=1000)) == 102


def test_events_of_another_organization_are_none(eventful: Api) -> None:
    assert seen(eventful, organization_id=NOBODY) == []
    assert len(seen(eventful, organization_id=str(eventful.world.organization_id).upper())) == 4


def test_events_are_kept_for_two_days(eventful: Api) -> None:
    two_days = 48 * 3600
    eventful.advance(two_days + 100 - 400 - 0.001)
    assert seen(eventful) == [FAILED, RAN_AGAIN, COMPLETED]
    eventful.advance(0.001)
    assert seen(eventful) == seen(eventful, starting_after=instant(0)) == [FAILED, RAN_AGAIN]


def test_events_outlive_their_sync(eventful: Api) -> None:
    (sync,) = eventful.get("/api/bulk/syncs")
    eventful.delete(f"/api/bulk/syncs/{sync['id']}")
    assert seen(eventful) == [FAILED, RAN_AGAIN, COMPLETED, RAN]


def test_what_happens_at_one_instant_is_in_the_order_it_happened_in(api: Api) -> None:
    api.world.execution_lasts = timedelta(0)
    path = api.created()
    for _ in range(8):
        api.started(path)
    assert [type_ for type_, _ in seen(api)] == ["bulk_sync.completed", "bulk_sync.running"] * 8


def test_the_types_of_events(api: Api) -> None:
    types = api.get("/api/events_types")
    assert len(types) == len(set(types)) == 10
    assert {type_ for type_ in types if type_.startswith("bulk_sync.")} == {
        "bulk_sync.running",
        "bulk_sync.completed",
        "bulk_sync.completed_with_error",
        "bulk_sync.failed",
        "bulk_sync.canceled",
    }
