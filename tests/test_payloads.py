"""What the API sends and takes: every body that a source shows, and every body that the document allows."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polytomic_client.v2023_04_25 import models
from polytomic_client.v2023_04_25.models import ErrorMetadata, ExecutionStatus, FieldConfiguration, SchemaConfiguration
from polytomic_client.v2023_04_25.types import UNSET, decode_datetime

from .document import DOCUMENT, MODULES, resolve, snake

DATA = Path(__file__).resolve().parent / "data"
SCHEMAS: dict[str, dict[str, Any]] = DOCUMENT["components"]["schemas"]
MODELS = [name for name, schema in SCHEMAS.items() if "enum" not in schema]
ID = UUID("248df4b7-aa70-47b8-a036-33ac447e668d")
NOON = dt.datetime(2023, 4, 25, 12, tzinfo=dt.UTC)

Decoder = Callable[[bytes], Any]


def answer_of(operation: str) -> Decoder:
    """What makes an answer of the body of a 200, as the clients do it."""
    return lambda body: MODULES[operation].OPERATION.decode(200, body, request="")


def model_of(name: str) -> Decoder:
    return lambda body: getattr(models, name).from_dict(json.loads(body))


# --- What sources show -----------------------------------------------------------------------------------------------

PAYLOADS: dict[str, Decoder] = {
    "activate.request": model_of("ActivateBulkSync"),
    "activate.response": answer_of("activate_bulk_sync"),
    "cancel.response": answer_of("cancel_bulk_sync"),
    "create.full.request": model_of("CreateBulkSync"),
    "create.request": model_of("CreateBulkSync"),
    "create.response": answer_of("create_bulk_sync"),
    "error.api_error.response": model_of("ApiError"),
    "error.unauthorized_legacy.response": model_of("UnauthorizedError"),
    "error.unauthorized_rest.response": model_of("UnauthorizedError"),
    "get.response": answer_of("get_bulk_sync"),
    "get_destination.legacy_jsonschema.response": answer_of("get_bulk_destination"),
    "get_destination.response": answer_of("get_bulk_destination"),
    "get_source.response": answer_of("get_bulk_source"),
    "get_source_schema.response": answer_of("get_bulk_source_schema"),
    "get_source_status.response": answer_of("get_bulk_source_status"),
    "get_status.response": answer_of("get_bulk_sync_status"),
    "list.response": answer_of("list_bulk_syncs"),
    "start.full.request": model_of("StartBulkSyncExecution"),
    "start.request": model_of("StartBulkSyncExecution"),
    "start.response": answer_of("start_bulk_sync_execution"),
    "update.request": model_of("UpdateBulkSync"),
    "update.response": answer_of("update_bulk_sync"),
}


def body_of(name: str) -> bytes:
    folder = DATA if name.startswith("get_destination.") else DATA / "payloads"
    return (folder / f"{name}.json").read_bytes()


def decoded(name: str) -> Any:
    return PAYLOADS[name](body_of(name))


def test_there_is_a_decoder_for_every_payload_and_a_word_on_where_it_is_from() -> None:
    names = {path.name.removesuffix(".json") for path in (DATA / "payloads").glob("*.json")} - {"PROVENANCE"}
    provenance = json.loads((DATA / "payloads" / "PROVENANCE.json").read_bytes())

    assert {name for name in PAYLOADS if not name.startswith("get_destination.")} == names
    assert provenance.keys() == {"README", *(f"{name}.json" for name in names)}


@pytest.mark.parametrize("name", PAYLOADS)
def test_a_payload_is_encoded_as_it_came(name: str) -> None:
    # To the letter: all their instants are in UTC and without fractions, as they are written.
    assert decoded(name).to_dict() == json.loads(body_of(name))


@pytest.mark.parametrize("name", PAYLOADS)
def test_the_document_names_every_member_of_a_payload(name: str) -> None:
    unknown = [model for model in _models_in(decoded(name)) if not isinstance(model, Mapping) and model.additional_keys]

    # Older servers wrote the members of a mode in PascalCase.
    expected = [models.SupportedBulkMode] if name == "get_destination.legacy_jsonschema.response" else []
    assert [type(model) for model in unknown] == expected


def _models_in(value: object) -> Iterator[Any]:
    """Every model in a decoded value, from the outside in."""
    parts: Iterable[object] = ()
    if attrs.has(cast("type", type(value))):
        model = cast("Any", value)
        yield model
        parts = model.values() if isinstance(value, Mapping) else attrs.astuple(model, recurse=False)
    elif isinstance(value, list):
        parts = cast("list[object]", value)
    for part in parts:
        yield from _models_in(part)


def test_a_bulk_sync_has_ids_instants_and_enums() -> None:
    sync = decoded("get.response").data

    assert sync.id == sync.source_connection_id == sync.destination_connection_id == sync.organization_id == ID
    assert sync.policies == [ID]
    assert sync.created_at == sync.updated_at == dt.datetime(2024, 1, 15, 9, 30, tzinfo=dt.UTC)
    assert sync.data_cutoff_timestamp == NOON
    assert sync.mode is models.BulkMode.SNAPSHOT
    assert sync.schedule.frequency is models.ScheduleFrequency.MANUAL
    assert sync.automatically_add_new_objects is sync.automatically_add_new_fields is models.BulkDiscover.ALL
    assert sync.normalize_names is models.NormalizeNames.ENABLED
    assert (sync.created_by.id, sync.created_by.type_) == (
        UUID("12345678-1234-1234-1234-123456789012"),
        models.ActorType.USER,
    )
    assert sync.destination_configuration == models.DestinationConfiguration({"schema": "my_schema"})
    assert sync.source_configuration["replication_slot"] == "slot"
    assert sync.schedule.hour == "12"
    assert sync.schedule.multi is UNSET


@pytest.mark.parametrize("name", ["create.response", "update.response"])
def test_creating_and_updating_are_answered_alike(name: str) -> None:
    assert decoded(name) == decoded("get.response")


def test_bulk_syncs_come_as_a_list() -> None:
    assert decoded("list.response").data == [decoded("get.response").data]


def test_a_bulk_sync_to_create_has_schedules_in_its_schedule_and_schemas_in_two_forms() -> None:
    body = decoded("create.full.request")

    assert body.data_cutoff_timestamp == NOON
    assert body.schedule.frequency is models.ScheduleFrequency.MULTI
    first, second = body.schedule.multi.schedules
    assert (first.item, first.schedule.frequency) == (
        models.SelectiveMode.INCREMENTALFIELDS,
        models.ScheduleFrequency.CONTINUOUS,
    )
    assert (second.schedule.frequency, second.schedule.hour) == (models.ScheduleFrequency.DAILY, "05")
    contact, account = body.schemas
    assert contact == "Contact"
    assert isinstance(account, SchemaConfiguration)
    assert account.fields == ["Id", FieldConfiguration(id="Email", enabled=True, obfuscate=True)]
    assert account.partition_key is None
    assert account.filters is UNSET


def test_an_update_is_what_creates_without_schemas() -> None:
    assert decoded("update.request").to_dict() == decoded("create.request").to_dict()
    assert not hasattr(decoded("update.request"), "schemas")


def test_the_status_of_a_bulk_sync_has_executions_with_schemas() -> None:
    status = decoded("get_status.response").data

    assert status.next_execution_time == NOON
    execution = status.current_execution
    assert execution.id == ID
    assert execution.status is ExecutionStatus.RUNNING
    assert execution.fetch_mode is models.FetchMode.INCREMENTAL
    assert execution.output_disposition is models.OutputDisposition.TRUNCATE
    assert execution.started_at == dt.datetime(2024, 4, 20, 14, 5, tzinfo=dt.UTC)
    account, contact = execution.schemas
    assert (account.schema, account.record_count, account.warning_count) == ("account", 800, 3)
    assert account.status is models.SchemaExecutionStatus.RUNNING
    assert contact.completed_at is None
    assert contact.updated_at == dt.datetime(2024, 4, 20, 15, 25, tzinfo=dt.UTC)
    assert status.last_execution == decoded("start.response").data
    assert status.ingestion_status is UNSET


def test_a_source_has_fields_with_types_and_associations() -> None:
    source = decoded("get_source.response").data

    assert source.capabilities.supports_tracking_fields is True
    email, first_name, created_at = source.schemas[0].fields
    assert [field.type_ for field in source.schemas[0].fields] == ["string", "string", "datetime"]
    assert created_at.type_ is models.FieldType.DATETIME
    assert email.association.reference_to == ["account"]
    assert email.values == [
        models.PickValue(label="Work Email", value="work"),
        models.PickValue(label="Personal Email", value="personal"),
    ]
    assert first_name.association is None
    assert decoded("get_source_schema.response").data == source.schemas[0]


def test_the_status_of_a_source_has_instants() -> None:
    status = decoded("get_source_status.response").data

    assert (status.last_refresh_started, status.last_refresh_finished) == (NOON - dt.timedelta(minutes=2), NOON)
    assert status.cache_status == "ready"


def test_an_activation_names_the_bulk_sync() -> None:
    assert decoded("activate.request").active is False
    assert decoded("activate.response").data == models.BulkSyncActivation(active=False, id=ID)
    assert decoded("cancel.response").data.message == "Cancellation requested"


def test_a_start_has_modes_or_nothing() -> None:
    start = decoded("start.full.request")

    assert (start.fetch_mode, start.resync_mode) == (models.FetchMode.NONE, models.ResyncMode.REFETCH)
    assert start.schemas == ["contact"]
    assert decoded("start.request") == models.StartBulkSyncExecution()


def test_errors_come_in_three_forms() -> None:
    legacy, rest = decoded("error.unauthorized_legacy.response"), decoded("error.unauthorized_rest.response")

    assert decoded("error.api_error.response").status == 404
    assert decoded("error.api_error.response").metadata == ErrorMetadata()
    assert (rest.code, rest.error, rest.status) == (401, "invalid or unknown API key", "Unauthorized")
    assert legacy.error == ErrorMetadata({"message": "invalid or unknown API key"})
    assert legacy.code is UNSET


# --- The document's own examples -------------------------------------------------------------------------------------


def _examples() -> Iterator[tuple[str, Decoder, str, Any]]:
    """Every example of a body: where it is, what decodes it, the name it is shared by, and the body."""
    for item in DOCUMENT["paths"].values():
        for operation in item.values():
            name = snake(operation["operationId"])
            bodies = {"request": operation.get("requestBody", {})} | operation["responses"]
            for kind, body in bodies.items():
                described = resolve(body)
                media = described.get("content", {}).get("application/json", {})
                for key, example in media.get("examples", {}).items():
                    model = media["schema"]["$ref"].rpartition("/")[2]
                    decoder = answer_of(name) if kind == "200" else model_of(model)
                    shared = example.get("$ref", "").rpartition("/")[2]
                    yield f"{name} {kind} {key}", decoder, shared, resolve(example)["value"]


EXAMPLES = list(_examples())


@pytest.mark.parametrize(
    ("decoder", "body"), [pytest.param(decoder, body, id=where) for where, decoder, _, body in EXAMPLES]
)
def test_an_example_of_the_document_is_encoded_as_it_is(decoder: Decoder, body: Any) -> None:
    assert decoder(json.dumps(body).encode()).to_dict() == body


def test_every_example_that_the_document_shares_is_of_an_operation() -> None:
    assert DOCUMENT["components"]["examples"].keys() == {shared for _, _, shared, _ in EXAMPLES if shared}


def test_every_operation_with_an_answer_has_an_example_of_it() -> None:
    answered = {name for name, module in MODULES.items() if any(module.OPERATION.decoders.values())}

    assert {where.partition(" 200 ")[0] for where, *_ in EXAMPLES if " 200 " in where} == answered


# --- What the document allows ----------------------------------------------------------------------------------------


class Instant(str):
    """A string that the document calls a date-time. Another string for the same instant is equal."""

    __slots__ = ()


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)
OFFSETS = st.integers(-23 * 60, 23 * 60).map(lambda minutes: dt.timezone(dt.timedelta(minutes=minutes)))
# A day away from the ends, where an offset would lead past them.
INSTANTS = st.datetimes(dt.datetime(1, 1, 2), dt.datetime(9999, 12, 30), timezones=OFFSETS).map(  # noqa: DTZ001
    lambda instant: Instant(instant.isoformat())
)
SCALARS: dict[tuple[str | None, str | None], st.SearchStrategy[Any]] = {
    (None, None): JSON,
    ("boolean", None): st.booleans(),
    ("integer", None): st.integers(-(2**63), 2**63 - 1),
    ("integer", "int64"): st.integers(-(2**63), 2**63 - 1),
    ("null", None): st.none(),
    ("string", None): st.text(max_size=5),
    ("string", "date-time"): INSTANTS,
    ("string", "uuid"): st.uuids().map(str),
}
UNKNOWN = st.dictionaries(st.text(max_size=5).map(lambda name: f"x-{name}"), JSON, max_size=1)


@cache
def values(name: str) -> st.SearchStrategy[Any]:
    """What the document allows as a component, also with enum values and members that it does not name."""
    return st.deferred(lambda: _values(SCHEMAS[name]))


def _values(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    match schema:
        case {"$ref": reference}:
            return values(reference.rpartition("/")[2])
        case {"oneOf": alternatives} | {"anyOf": alternatives}:
            # Null first, because what is first is what recursion ends with.
            return st.one_of(
                *(_values(each) for each in sorted(alternatives, key=lambda each: each != {"type": "null"}))
            )
        case {"enum": known}:
            return st.sampled_from(known) | st.text(max_size=5)
        case {"type": "array", "items": items}:
            return st.lists(_values(items), max_size=2)
        case {"type": "object"} | {"allOf": _}:
            return _objects(schema)
        case _:
            return SCALARS[schema.get("type"), schema.get("format")]


def _objects(schema: dict[str, Any], *, whole: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    """Objects of a schema, with all the members that it names if they are to be whole."""
    if _is_map(schema):
        item = schema["additionalProperties"]
        return st.dictionaries(st.text(max_size=5), JSON if item is True else _values(item), max_size=2)
    members = {name: _values(member) for name, member in _members(schema).items()}
    required = {str(name) for part in _parts(schema) for name in part.get("required", ())}
    named = st.fixed_dictionaries(
        {name: strategy for name, strategy in members.items() if whole or name in required},
        optional={name: strategy for name, strategy in members.items() if not whole and name not in required},
    )
    return st.tuples(named, UNKNOWN).map(_joined)


def _joined(parts: tuple[dict[str, Any], dict[str, Any]]) -> dict[str, Any]:
    return {**parts[0], **parts[1]}


def _is_map(schema: dict[str, Any]) -> bool:
    return "additionalProperties" in schema


def _parts(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [resolve(part) for part in schema.get("allOf", [schema])]


def _members(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: member for part in _parts(schema) for name, member in part.get("properties", {}).items()}


def attribute(member: str) -> str:
    return {"type": "type_", "envConfig": "env_config"}.get(member, member)


def same(sent: object, encoded: object) -> bool:
    """Say whether JSON came back as it was sent, instants compared as such."""
    if isinstance(sent, Instant):
        return isinstance(encoded, str) and decode_datetime(sent) == decode_datetime(encoded)
    if isinstance(sent, dict) and isinstance(encoded, dict):
        members, twins = cast("dict[str, object]", sent), cast("dict[str, object]", encoded)
        return members.keys() == twins.keys() and all(same(members[name], twins[name]) for name in members)
    if isinstance(sent, list) and isinstance(encoded, list):
        items, copies = cast("list[object]", sent), cast("list[object]", encoded)
        return len(items) == len(copies) and all(map(same, items, copies))
    # As texts, because 1 is equal to true and to 1.0.
    return json.dumps(sent) == json.dumps(encoded)


TYPES: dict[tuple[str, str | None], type] = {
    ("boolean", None): bool,
    ("integer", None): int,
    ("integer", "int64"): int,
    ("null", None): type(None),
    ("string", None): str,
    ("string", "date-time"): dt.datetime,
    ("string", "uuid"): UUID,
}


def fits(schema: dict[str, Any], value: Any) -> bool:
    """Say whether a decoded value has the type that the document gives it, all that it holds included."""
    match schema:
        case {"$ref": reference}:
            name = reference.rpartition("/")[2]
            return isinstance(value, getattr(models, name)) and holds(SCHEMAS[name], value)
        case {"oneOf": alternatives} | {"anyOf": alternatives}:
            return any(fits(alternative, value) for alternative in alternatives)
        case {"type": "array", "items": items}:
            return type(value) is list and all(fits(items, item) for item in cast("list[object]", value))
        case {"type": kind}:
            return type(value) is TYPES[kind, schema.get("format")]
        case _:
            return True


def holds(schema: dict[str, Any], value: Any) -> bool:
    """Say whether the members of a model have the types that the document gives them."""
    if "enum" in schema:
        return True
    if _is_map(schema):
        item = schema["additionalProperties"]
        return item is True or all(fits(item, each) for each in value.values())
    members = {attribute(name): member for name, member in _members(schema).items()}
    return all(getattr(value, name) is UNSET or fits(member, getattr(value, name)) for name, member in members.items())


many = settings(deadline=None, max_examples=10)
few = settings(deadline=None, max_examples=4)


@pytest.mark.parametrize("name", MODELS)
@given(data=st.data())
@many
def test_whatever_the_document_allows_survives_a_round_trip(name: str, data: st.DataObject) -> None:
    body = data.draw(values(name))
    model = getattr(models, name)

    decoded = model.from_dict(body)

    encoded = decoded.to_dict()
    assert same(body, json.loads(json.dumps(encoded)))
    assert model.from_dict(encoded) == decoded
    assert holds(SCHEMAS[name], decoded)


STRUCTURED = [name for name in MODELS if not _is_map(SCHEMAS[name])]


@pytest.mark.matrix
@pytest.mark.parametrize("name", STRUCTURED)
@given(data=st.data())
@few
def test_any_member_may_be_missing(name: str, data: st.DataObject) -> None:
    members = _members(SCHEMAS[name])
    whole = data.draw(_objects(SCHEMAS[name], whole=True))
    for member in members:
        body = {key: value for key, value in whole.items() if key != member}

        decoded = getattr(models, name).from_dict(body)

        assert getattr(decoded, attribute(member)) is UNSET
        assert same(body, decoded.to_dict())


def when_null(schema: dict[str, Any]) -> object:
    """The JSON that null comes back as in the place of a member: what is empty for an array or a map."""
    described = resolve(schema)
    empty: dict[str | None, object] = {"array": [], "object": {} if _is_map(described) else None}
    return empty.get(described.get("type"))


@pytest.mark.matrix
@pytest.mark.parametrize("name", STRUCTURED)
@given(data=st.data())
@few
def test_any_member_may_be_null(name: str, data: st.DataObject) -> None:
    members = _members(SCHEMAS[name])
    whole = data.draw(_objects(SCHEMAS[name], whole=True))
    for member, schema in members.items():
        expected = when_null(schema)

        decoded = getattr(models, name).from_dict({**whole, member: None})

        value = getattr(decoded, attribute(member))
        assert value is None if expected is None else len(value) == 0
        assert same({**whole, member: expected}, decoded.to_dict())


def test_a_null_list_of_answers_is_an_empty_one() -> None:
    for name in MODULES:
        if name.startswith("list_"):
            assert answer_of(name)(b'{"data": null}').data == []


def test_what_looks_like_an_instant_inside_a_free_form_stays_as_it_is() -> None:
    body = {
        **json.loads(body_of("create.request")),
        "destination_configuration": {"since": "2023-04-25T12:00:00+02:00"},
    }

    assert models.CreateBulkSync.from_dict(body).to_dict() == body
