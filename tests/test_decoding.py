"""From the bytes of a body to models, and back."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from polytomic_client import DecodeError
from polytomic_client._runtime.operation import parser
from polytomic_client.v2023_04_25.api.bulk_sync.get_bulk_destination import OPERATION
from polytomic_client.v2023_04_25.models import (
    BulkDestinationEnvelope,
    BulkMode,
    ConfigurationField,
    ConfigurationMap,
    FreeFormConfiguration,
    ResyncMode,
)
from polytomic_client.v2023_04_25.types import UNSET

DATA = Path(__file__).resolve().parent / "data"
DOCUMENTED = (DATA / "get_destination.response.json").read_bytes()
LEGACY = (DATA / "get_destination.legacy_jsonschema.response.json").read_bytes()
REQUEST = "GET https://app.polytomic.com/api/bulk/dest/248df4b7-aa70-47b8-a036-33ac447e668d"


def decode(body: bytes) -> BulkDestinationEnvelope:
    return OPERATION.decode(200, body, request=REQUEST)


def decode_data(data: Any) -> BulkDestinationEnvelope:
    return decode(json.dumps({"data": data}).encode())


def decode_configuration(configuration: Any) -> object:
    return decode_data({"configuration": configuration}).data.configuration


def decode_or_refuse(body: bytes) -> BulkDestinationEnvelope | DecodeError:
    try:
        return decode(body)
    except DecodeError as error:
        return error


def refusal(body: bytes) -> DecodeError:
    with pytest.raises(DecodeError) as refused:
        decode(body)
    return refused.value


# --- What servers answer ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [DOCUMENTED, LEGACY], ids=["documented", "legacy"])
def test_an_answer_is_encoded_as_it_came(body: bytes) -> None:
    assert decode(body).to_dict() == json.loads(body)


def test_the_documented_configuration_is_a_map_of_fields() -> None:
    destination = decode(DOCUMENTED).data

    assert isinstance(destination.configuration, ConfigurationMap)
    assert list(destination.configuration) == ["advanced", "mirror_schemas", "schema"]
    schema, advanced = destination.configuration["schema"], destination.configuration["advanced"]
    assert (schema.default, schema.items, schema.required) == ("", None, False)
    assert isinstance(advanced.items, ConfigurationMap)
    assert advanced.items["truncate_existing"].required is False
    assert advanced.required is UNSET
    assert destination.modes[0].id is BulkMode.SNAPSHOT
    assert destination.modes[0].label == "Replace"
    assert destination.supported_resync_modes == [ResyncMode.REFETCH]


def test_the_legacy_configuration_is_kept_as_a_free_form() -> None:
    destination = decode(LEGACY).data

    assert isinstance(destination.configuration, FreeFormConfiguration)
    assert destination.configuration["definitions"]["BulkDestinationConfiguration"]["required"] == ["dataset"]
    assert destination.modes[0].additional_properties["ID"] == "replicate"
    left_out: list[object] = [destination.modes[0].id, destination.supported_resync_modes]
    assert left_out == [UNSET, UNSET]


def test_members_that_the_document_does_not_name_survive_a_round_trip() -> None:
    body: dict[str, Any] = {
        "data": {
            "configuration": {"a": {"default": None, "kind": {"deep": [1, None]}}},
            "modes": [{"id": "replicate", "tier": "gold"}],
            "supported_resync_modes": [],
            "beta": {"since": 2026},
        },
        "links": [],
    }

    answer = decode(json.dumps(body).encode())

    assert answer.to_dict() == body
    assert answer.data.modes[0]["tier"] == "gold"
    assert answer.data["beta"] == {"since": 2026}
    assert answer["links"] == []


def test_enum_values_that_the_document_does_not_name_survive_a_round_trip() -> None:
    data = {"modes": [{"id": "mirror"}, {"id": ""}], "supported_resync_modes": ["refetch", "rewind"]}

    destination = decode_data(data).data

    assert [mode.id for mode in destination.modes] == ["mirror", ""]
    assert isinstance(destination.modes[0].id, BulkMode)
    assert [type(mode) for mode in destination.supported_resync_modes] == [ResyncMode, ResyncMode]
    assert destination.to_dict() == data


@pytest.mark.parametrize("text", ["{}", '{"modes": []}', '{"modes": [{}]}', '{"configuration": {}}'])
def test_missing_members_are_unset_and_left_out_of_what_is_encoded(text: str) -> None:
    data = json.loads(text)

    answer = decode_data(data)

    assert answer.to_dict() == {"data": data}
    assert {name for name in ("configuration", "modes", "supported_resync_modes") if name not in data} == {
        name for name in ("configuration", "modes", "supported_resync_modes") if getattr(answer.data, name) is UNSET
    }


def test_null_is_empty_for_an_array_and_stays_null_otherwise() -> None:
    destination = decode_data({"configuration": None, "modes": None, "supported_resync_modes": None}).data

    assert (destination.configuration, destination.modes, destination.supported_resync_modes) == (None, [], [])
    assert destination.to_dict() == {"configuration": None, "modes": [], "supported_resync_modes": []}


def test_null_scalars_and_enums_are_none() -> None:
    data = {"modes": [{"id": None, "label": None, "requires_identity": None}], "supported_resync_modes": [None]}

    destination = decode_data(data).data

    mode = destination.modes[0]
    values: list[object] = [mode.id, mode.label, mode.requires_identity]
    assert values == [None, None, None]
    assert destination.to_dict() == data


def test_scalars_of_another_type_are_passed_on_because_decoding_forgives() -> None:
    data = {"modes": [{"label": 5, "requires_identity": "yes"}]}

    assert decode_data(data).to_dict() == {"data": data}


# --- Two forms of configuration --------------------------------------------------------------------------------------

MAPS: dict[str, Any] = {
    "empty": {},
    "default only": {"a": {"default": 1}},
    "null default": {"a": {"default": None}},
    "items only": {"a": {"items": {}}},
    "null items": {"a": {"items": None}},
    "required only": {"a": {"required": True}},
    "null required": {"a": {"required": None}},
    "default of any type": {"a": {"default": {"type": ["x"]}}},
    "unknown members beside known ones": {"a": {"default": "", "type": "string"}},
    "nested": {"a": {"items": {"b": {"items": {"c": {"default": ""}}}}}},
    "as many unknown members as are missing": {"a": {"default": "", "type": "string", "title": "A"}},
    "an unknown member beside all known ones": {"a": {"default": "", "items": None, "required": True, "type": "x"}},
    "fields named like members": {"default": {"default": ""}, "items": {"items": None}, "required": {"required": True}},
}

FREE_FORMS: dict[str, Any] = {
    "required is an array": {"a": {"required": ["x"]}},
    "required is a text": {"a": {"required": "true"}},
    "required is a number": {"a": {"required": 1}},
    "no known member": {"a": {"type": "string"}},
    "as many unknown members as there are known ones": {"a": {"type": "string", "title": "A", "format": "x"}},
    "an empty field": {"a": {}},
    "one field of many is empty": {"a": {"default": ""}, "b": {}},
    "a value that is no object": {"a": {"default": ""}, "b": "x"},
    "a null value": {"a": None},
    "an array": {"a": [{"default": ""}]},
    "items is an array": {"a": {"items": []}},
    "items is a text": {"a": {"items": "x"}},
    "a field of items is null": {"a": {"items": {"b": None}}},
    "items deep inside are an array": {"a": {"items": {"b": {"items": {"c": {"items": ["x"]}}}}}},
    "required deep inside is an array": {"a": {"items": {"b": {"required": ["c"]}}}},
    "properties of a JSON Schema": {"properties": {"required": {"type": "string"}}, "required": {"default": True}},
    "a JSON Schema": {"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "default": "x"}}},
}


@pytest.mark.parametrize("configuration", MAPS.values(), ids=MAPS)
def test_objects_that_all_look_like_fields_are_a_map_of_fields(configuration: dict[str, Any]) -> None:
    decoded = decode_configuration(configuration)

    assert isinstance(decoded, ConfigurationMap)
    assert all(isinstance(field, ConfigurationField) for field in decoded.values())
    assert decoded.to_dict() == configuration


@pytest.mark.parametrize("configuration", FREE_FORMS.values(), ids=FREE_FORMS)
def test_any_other_object_is_a_free_form(configuration: dict[str, Any]) -> None:
    decoded = decode_configuration(configuration)

    assert isinstance(decoded, FreeFormConfiguration)
    assert dict(decoded) == configuration
    assert decoded.to_dict() == configuration


# --- Bodies that are refused -----------------------------------------------------------------------------------------

REFUSED: dict[str, tuple[bytes, str, str]] = {
    "nothing": (b"", "$", "not JSON"),
    "white space": (b" \n", "$", "not JSON"),
    "HTML": (b"<html>", "$", "not JSON"),
    "truncated": (DOCUMENTED[:-20], "$", "not JSON"),
    "two values": (b"{} {}", "$", "not JSON"),
    "an array": (b"[]", "$", "expected a JSON object, got list"),
    "an array of objects": (b'[{"data": {}}]', "$", "expected a JSON object, got list"),
    "null": (b"null", "$", "expected a JSON object"),
    "a text": (b'"x"', "$", "expected a JSON object, got str"),
    "an empty text": (b'""', "$", "expected a JSON object, got str"),
    "a number": (b"5", "$", "expected a JSON object, got int"),
    "true": (b"true", "$", "expected a JSON object, got bool"),
    "invalid UTF-8": (b'{"data": "\xff"}', "$", "not UTF-8"),
    "half a UTF-8 character": (b'{"data": "\xc3', "$", "not UTF-8"),
    "no data": (b"{}", "$", "member 'data' is missing"),
    "no data but an error": (b'{"error": {"message": "no"}}', "$", "member 'data' is missing"),
    "null data": (b'{"data": null}', "$.data", "member 'data' is null"),
    "an array as data": (b'{"data": []}', "$.data", "expected a JSON object, got list"),
    "an array of objects as data": (b'{"data": [{}]}', "$.data", "expected a JSON object, got list"),
    "a text as data": (b'{"data": "x"}', "$.data", "expected a JSON object, got str"),
    "a text as modes": (b'{"data":{"modes":"ab"}}', "$.data.modes", "expected a JSON array, got str"),
    "an empty text as modes": (b'{"data":{"modes":""}}', "$.data.modes", "expected a JSON array, got str"),
    "an object as modes": (b'{"data":{"modes":{"a":{}}}}', "$.data.modes", "expected a JSON array, got dict"),
    "a text as a mode": (b'{"data":{"modes":["ab"]}}', "$.data.modes[0]", "expected a JSON object, got str"),
    "pairs as a mode": (b'{"data":{"modes":[[["id","x"]]]}}', "$.data.modes[0]", "expected a JSON object, got list"),
    "null as a mode": (b'{"data":{"modes":[{},null]}}', "$.data.modes[1]", "expected a JSON object"),
    "a number as an enum": (b'{"data":{"modes":[{"id":5}]}}', "$.data.modes[0].id", "5 is not a valid BulkMode"),
    "the second mode": (b'{"data":{"modes":[{},{"id":5}]}}', "$.data.modes[1].id", "5 is not a valid BulkMode"),
    "an object as an enum": (b'{"data":{"modes":[{"id":{"a":1}}]}}', "$.data.modes[0].id", "not a valid BulkMode"),
    "an item of an array of enums": (
        b'{"data":{"supported_resync_modes":["refetch",[]]}}',
        "$.data.supported_resync_modes[1]",
        "not a valid ResyncMode",
    ),
    "a text as configuration": (b'{"data":{"configuration":"x"}}', "$.data.configuration", "expected a JSON object"),
    "an array as configuration": (
        b'{"data":{"configuration":[5]}}',
        "$.data.configuration",
        "expected a JSON object",
    ),
    "false as configuration": (b'{"data":{"configuration":false}}', "$.data.configuration", "expected a JSON object"),
    "a fault after unknown members": (
        b'{"a": 1, "data": {"b": [5], "configuration": {"c": 1}, "modes": {}}}',
        "$.data.modes",
        "expected a JSON array, got dict",
    ),
    "an integer of 5,000 digits": (b'{"data":{"x":' + b"9" * 5000 + b"}}", "$", "integer string conversion"),
}


@pytest.mark.parametrize(("body", "path", "message"), REFUSED.values(), ids=REFUSED)
def test_a_body_of_another_shape_is_refused_with_its_place(body: bytes, path: str, message: str) -> None:
    error = refusal(body)

    assert error.path == path
    assert message in error.message


def test_the_error_says_which_call_and_shows_the_body() -> None:
    with pytest.raises(DecodeError) as refused:
        OPERATION.decode(200, b'{"data": []}', request=REQUEST, attempts=2, request_id="req-7")
    error = refused.value

    assert error.operation == "get_bulk_destination"
    assert error.request == REQUEST
    assert error.attempts == 2
    assert error.request_id == "req-7"
    assert error.status_code == 200
    assert error.body == '{"data": []}'
    assert isinstance(error.__cause__, TypeError)
    for part in (error.operation, REQUEST, "$.data", "2 attempts", "req-7", '{"data": []}', "got list"):
        assert part in str(error)


@pytest.mark.parametrize(
    "body", [b"\x00\x1b[31m\r\n\x7f" * 400, b"<html>\n" * 400, "é\u202e\u2028".encode() * 1000, b"\xff" * 3000]
)
def test_the_excerpt_of_the_body_is_short_and_printable(body: bytes) -> None:
    excerpt = refusal(body).body

    assert len(excerpt) == 500
    assert excerpt.isprintable()


def test_the_message_stays_short_however_long_the_value_is() -> None:
    error = refusal(json.dumps({"data": {"modes": [{"id": ["x"] * 2_000}]}}).encode())

    assert error.path == "$.data.modes[0].id"
    assert len(str(error)) < 2000


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_is_accepted(encoding: str) -> None:
    assert decode(DOCUMENTED.decode().encode(encoding)).to_dict() == json.loads(DOCUMENTED)


def test_a_lone_surrogate_is_kept() -> None:
    answer = decode(b'{"data":{"modes":[{"id":"\\ud800","label":"\\udfff"}]}}')

    assert answer.to_dict() == {"data": {"modes": [{"id": "\ud800", "label": "\udfff"}]}}


# --- Depth -----------------------------------------------------------------------------------------------------------


def _fields(levels: int, inside: bytes = b"null") -> bytes:
    """A configuration of so many groups, one in another: two objects of JSON a level."""
    return b'{"data":{"configuration":' + b'{"a":{"items":' * levels + inside + b"}}" * levels + b"}}"


def _arrays(levels: int, before: bytes) -> bytes:
    return before + b"[" * levels + b"]" * levels + b"}}"


@pytest.mark.parametrize(
    "body",
    [
        _fields(100_000),
        _fields(100_000)[:-200_000],
        _arrays(100_000, b'{"data":{"configuration":{"$schema":'),
        _arrays(100_000, b'{"data":{"modes":'),
        _arrays(100_000, b'{"data":{"unknown":'),
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
    ids=["fields", "cut fields", "free form", "modes", "unknown member", "bare arrays", "bare objects"],
)
def test_a_body_too_deep_for_python_is_refused(body: bytes) -> None:
    error = refusal(body)

    assert error.path == "$"
    assert error.message == "it is nested too deeply"


def test_a_body_just_too_deep_for_the_models_is_refused() -> None:
    for levels in range(150, 2000, 25):
        answer = decode_or_refuse(_fields(levels))
        if isinstance(answer, DecodeError):
            assert answer.message == "it is nested too deeply"
            return
    pytest.fail("nothing was too deep")


@pytest.mark.parametrize(
    "body",
    [
        _fields(149),
        _arrays(300, b'{"data":{"configuration":{"$schema":').replace(b"}}", b"}}}"),
        _arrays(300, b'{"data":{"unknown":'),
    ],
    ids=["fields", "free form", "unknown member"],
)
def test_a_body_300_deep_is_decoded_and_encoded(body: bytes) -> None:
    assert decode(body).to_dict() == json.loads(body)


def test_a_fault_far_inside_is_located() -> None:
    body = {"data": {"modes": [{"label": "a" * 1000} for _ in range(300)] + [{"id": 5}]}}

    assert refusal(json.dumps(body).encode()).path == "$.data.modes[300].id"


def test_locating_a_fault_costs_little_however_many_parts_the_body_has() -> None:
    tries = 0

    def decoder(body: Any) -> BulkDestinationEnvelope:
        nonlocal tries
        tries += 1
        return BulkDestinationEnvelope.from_dict(body)

    operation = attrs.evolve(OPERATION, name="count", decoders={200: decoder})
    with pytest.raises(DecodeError) as refused:
        operation.decode(200, json.dumps({"data": {"modes": [{"id": [1] * 20_000}]}}).encode(), request=REQUEST)

    assert refused.value.path == "$.data.modes[0].id"
    assert tries < 10_000


# --- Properties ------------------------------------------------------------------------------------------------------

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def _object(known: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """An object with any of the known members, and perhaps others."""
    names = st.text(max_size=8).filter(lambda name: name not in known)
    unknown = st.dictionaries(names, JSON, max_size=2)
    return st.tuples(st.fixed_dictionaries({}, optional=known), unknown).map(lambda both: {**both[0], **both[1]})


FIELD: st.SearchStrategy[Any] = st.deferred(
    lambda: _object({"default": JSON, "items": st.none() | FIELDS, "required": st.booleans() | st.none()}).filter(
        lambda field: not field.keys().isdisjoint(("default", "items", "required"))
    )
)
FIELDS: st.SearchStrategy[Any] = st.dictionaries(st.text(max_size=8), FIELD, max_size=3)
MODE = _object(
    {
        "id": st.sampled_from(["replicate", "snapshot"]) | st.text() | st.none(),
        "label": st.text() | st.none(),
        "description": st.text(),
        "requires_identity": st.booleans(),
        "supports_field_sync_mode": st.booleans(),
        "supports_target_filters": st.booleans(),
    }
)
DESTINATION = _object(
    {
        "configuration": FIELDS | st.dictionaries(st.text(max_size=8), JSON, max_size=3) | st.none(),
        "modes": st.lists(MODE, max_size=3),
        "supported_resync_modes": st.lists(st.sampled_from(["refetch", "resync", "rebuild"]) | st.text(), max_size=3),
    }
)
BODY = _object({}).flatmap(lambda others: DESTINATION.map(lambda destination: {**others, "data": destination}))


@given(BODY)
@example({"data": {"configuration": {"a": {"default": 1, "items": {"b": {"required": True}}}}}})
@settings(deadline=None)
def test_any_destination_survives_a_round_trip(body: dict[str, Any]) -> None:
    answer = decode(json.dumps(body).encode())

    assert answer.to_dict() == body
    assert BulkDestinationEnvelope.from_dict(answer.to_dict()) == answer
    assert decode(json.dumps(answer.to_dict()).encode()) == answer


@pytest.mark.soak
@given(FIELDS)
@settings(deadline=None)
def test_any_map_of_fields_is_one(configuration: dict[str, Any]) -> None:
    decoded = decode_configuration(configuration)

    assert isinstance(decoded, ConfigurationMap)
    assert decoded.to_dict() == configuration
    assert ConfigurationMap.from_dict(decoded.to_dict()) == decoded


NAMES = st.sampled_from(
    ["data", "configuration", "modes", "supported_resync_modes", "id", "default", "items", "required", "label"]
)
ALMOST: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("replicate"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(
    ALMOST
    | st.fixed_dictionaries(
        {
            "data": st.fixed_dictionaries(
                {}, optional=dict.fromkeys(("configuration", "modes", "supported_resync_modes"), ALMOST)
            )
        }
    )
)
@settings(deadline=None)
def test_any_json_is_decoded_or_refused_with_a_decode_error(body: object) -> None:
    answer = decode_or_refuse(json.dumps(body).encode())

    if isinstance(answer, DecodeError):
        assert answer.path.startswith("$")
        assert str(answer)
    else:
        assert isinstance(body, dict)
        json.dumps(answer.to_dict())


@given(st.binary() | st.sampled_from([DOCUMENTED[:end] for end in range(len(DOCUMENTED))]))
@settings(deadline=None)
def test_any_bytes_are_decoded_or_refused_with_a_decode_error(body: bytes) -> None:
    answer = decode_or_refuse(body)

    if isinstance(answer, DecodeError):
        assert len(answer.body) <= 500
        assert answer.body.isprintable()


def test_a_body_too_deep_to_decode_has_no_place() -> None:
    assert refusal(_fields(600)).message == "it is nested too deeply"
    assert refusal(_fields(600)).path == "$"


# --- The parser: msgspec, where it is installed ----------------------------------------------------------------------


def outcome(parse: Callable[[bytes], Any], content: bytes) -> tuple[str, str]:
    try:
        return "value", repr(parse(content))
    except ValueError as error:
        return type(error).__name__, str(error)
    except RecursionError as error:
        return type(error).__name__, ""


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(st.one_of(JSON_VALUES.map(lambda value: json.dumps(value).encode()), st.binary(max_size=30)))
@example(b"NaN")
@example(b"\xef\xbb\xbf{}")
@example('"é"'.encode("utf-16"))
@example(b'"\\ud800"')
@example(b'"\xff"')
@example(b'{"a":1,"a":2}')
@example(b"123456789012345678901234567890")
@example(b"-0.0")
@example(b"1.0e400")
@example(b"{}x")
@example(b"")
@example(b"[" * 100_000)
def test_both_parsers_read_the_same(content: bytes) -> None:
    parse = parser()
    assert parse is not json.loads
    assert outcome(parse, content) == outcome(json.loads, content)


def test_decoding_does_without_msgspec(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "msgspec", None)
    parser.cache_clear()
    try:
        assert parser() is json.loads
        assert decode(DOCUMENTED).data.supported_resync_modes == [ResyncMode.REFETCH]
    finally:
        parser.cache_clear()
