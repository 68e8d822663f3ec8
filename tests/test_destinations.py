"""Reading a destination: checking a configuration, a JSON Schema for a form, a template, and what it supports."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polytomic_client.destinations import (
    DEEPEST,
    MOST_KEYS,
    ConfigurationProblem,
    as_json_schema,
    check_destination_configuration,
    supports,
    template,
)
from polytomic_client.v2023_04_25.models import (
    BulkDestination,
    BulkDestinationEnvelope,
    BulkMode,
    ConfigurationMap,
    DestinationConfiguration,
    ResyncMode,
)

Json = dict[str, Any]

DATA = Path(__file__).resolve().parent / "data"
DRAFT_4 = "http://json-schema.org/draft-04/schema#"
DRAFT_2020_12 = "https://json-schema.org/draft/2020-12/schema"

many = settings(deadline=None, max_examples=60)


def answered(name: str) -> BulkDestination:
    return BulkDestinationEnvelope.from_dict(json.loads((DATA / f"{name}.response.json").read_bytes())).data


def destination(configuration: Any, **members: Any) -> BulkDestination:
    return BulkDestination.from_dict({"configuration": configuration, **members})


def found(read: BulkDestination, configuration: Mapping[str, object]) -> list[tuple[str, str]]:
    """The problems of a configuration, without their sentences."""
    return [(problem.path, problem.kind) for problem in check_destination_configuration(read, configuration)]


def accepts(schema: Json, instance: object) -> bool:
    return jsonschema_rs.Draft202012Validator(schema).is_valid(instance)


def is_a_schema(schema: Json) -> bool:
    return schema["$schema"] == DRAFT_2020_12 and jsonschema_rs.meta.is_valid(schema)


# --- The payloads that a source shows --------------------------------------------------------------------------------

FIELD_MAP = answered("get_destination")
JSON_SCHEMA = answered("get_destination.legacy_jsonschema")


@pytest.mark.parametrize(
    ("configuration", "problems"),
    [
        ({}, []),
        ({"schema": "public"}, []),
        ({"schema": "public", "mirror_schemas": True, "advanced": {"truncate_existing": False}}, []),
        ({"advanced": {}}, []),
        ({"Schema": "public"}, [("Schema", "unknown")]),
        ({"truncate_existing": True}, [("truncate_existing", "unknown")]),
        ({"advanced": {"truncate": True}}, [("advanced.truncate", "unknown")]),
        ({"advanced": True}, [("advanced", "nesting")]),
        ({"advanced": None}, [("advanced", "nesting")]),
        ({"advanced": []}, [("advanced", "nesting")]),
        ({"schema": {"name": "public"}}, [("schema", "nesting")]),
        ({"advanced": {"truncate_existing": {}}}, [("advanced.truncate_existing", "nesting")]),
    ],
)
def test_a_configuration_is_checked_against_a_map_of_fields(
    configuration: Json, problems: list[tuple[str, str]]
) -> None:
    assert found(FIELD_MAP, configuration) == problems


@pytest.mark.parametrize(
    ("configuration", "problems"),
    [
        ({"dataset": "sales"}, []),
        ({}, [("dataset", "missing")]),
        ({"dataset": None}, [("dataset", "missing")]),
        ({"dataset": {"name": "sales"}}, [("dataset", "nesting")]),
        ({"Dataset": "sales"}, [("dataset", "missing"), ("Dataset", "unknown")]),
        ({"dataset": "sales", "location": "EU"}, [("location", "unknown")]),
    ],
)
def test_a_configuration_is_checked_against_a_json_schema(configuration: Json, problems: list[tuple[str, str]]) -> None:
    assert found(JSON_SCHEMA, configuration) == problems


def test_a_map_of_fields_as_a_json_schema() -> None:
    plain = {"type": ["string", "number", "boolean", "array", "null"]}

    assert as_json_schema(FIELD_MAP) == {
        "$schema": DRAFT_2020_12,
        "type": "object",
        "properties": {
            "advanced": {
                "type": "object",
                "properties": {"truncate_existing": plain},
                "required": [],
                "additionalProperties": False,
            },
            "mirror_schemas": plain,
            "schema": plain,
        },
        "required": [],
        "additionalProperties": False,
    }


def test_an_older_answer_as_a_json_schema() -> None:
    assert as_json_schema(JSON_SCHEMA) == {
        "$schema": DRAFT_2020_12,
        "type": "object",
        "$ref": "#/definitions/BulkDestinationConfiguration",
        "definitions": {
            "BulkDestinationConfiguration": {
                "required": ["dataset"],
                "properties": {"dataset": {"type": "string", "title": "Output dataset"}},
                "additionalProperties": False,
                "type": "object",
            }
        },
    }
    assert is_a_schema(as_json_schema(JSON_SCHEMA))
    assert accepts(as_json_schema(JSON_SCHEMA), {"dataset": "sales"})
    assert not accepts(as_json_schema(JSON_SCHEMA), {"dataset": 5})
    assert not accepts(as_json_schema(JSON_SCHEMA), {})


def test_a_template_has_every_key_in_the_order_of_the_answer() -> None:
    assert list(template(FIELD_MAP).items()) == [
        ("advanced", {"truncate_existing": None}),
        ("mirror_schemas", None),
        ("schema", None),
    ]
    assert template(JSON_SCHEMA) == {"dataset": None}


# --- Problems --------------------------------------------------------------------------------------------------------

KEY = {"default": "", "items": None, "required": False}
NEEDED = {"default": "", "items": None, "required": True}


def test_problems_come_in_the_order_of_the_destination_then_of_the_configuration() -> None:
    fields: Json = {"a": NEEDED, "group": {"items": {"b": NEEDED, "c": KEY}}, "d": KEY, "e": {"items": {}}, "f": NEEDED}
    configuration: Json = {"z": 1, "e": 5, "d": {}, "group": {"y": 1, "c": {}}, "x": 1}

    assert found(destination(fields), configuration) == [
        ("a", "missing"),
        ("group.b", "missing"),
        ("group.c", "nesting"),
        ("group.y", "unknown"),
        ("d", "nesting"),
        ("e", "nesting"),
        ("f", "missing"),
        ("z", "unknown"),
        ("x", "unknown"),
    ]


@pytest.mark.parametrize(
    ("fields", "configuration", "problems"),
    [
        pytest.param({"a": NEEDED}, {"a": ""}, [], id="an empty text is a value"),
        pytest.param({"a": NEEDED}, {"a": 0}, [], id="zero is a value"),
        pytest.param({"a": NEEDED}, {"a": ["x", {"y": 1}]}, [], id="a list is a plain value"),
        pytest.param({"a": NEEDED}, {"a": None}, [("a", "missing")], id="null is not"),
        pytest.param({"a": KEY}, {"a": None}, [], id="null for a key that is not required"),
        pytest.param({"g": {"items": {"a": NEEDED}}}, {}, [], id="a group that is left out asks for nothing"),
        pytest.param({"g": {"items": {"a": NEEDED}}}, {"g": {}}, [("g.a", "missing")], id="one that is given does"),
        pytest.param({"g": {"items": {"a": KEY}, "required": True}}, {}, [("g", "missing")], id="a required group"),
        pytest.param({"g": {"items": {}, "required": True}}, {"g": None}, [("g", "missing")], id="null for one"),
        pytest.param(
            {"g": {"items": {"h": {"items": {"a": KEY}}}}}, {"g": {"h": {"b": 1}}}, [("g.h.b", "unknown")], id="deeper"
        ),
        pytest.param({"g": {"items": {}}}, {"g": {"a": 1}}, [("g.a", "unknown")], id="a group without keys"),
        pytest.param({}, {"a": 1}, [("a", "unknown")], id="a destination without keys"),
        pytest.param({"a": {"required": None}}, {}, [], id="required may be null"),
        pytest.param({"a": {"default": {}, "items": None}}, {"a": {"b": 1}}, [], id="a default that is an object"),
        pytest.param({"a": {"default": {}, "items": None}}, {"a": 5}, [], id="which need not be one"),
        pytest.param(None, {"a": {"b": 1}}, [], id="nothing is known"),
    ],
)
def test_what_a_map_of_fields_says(fields: Any, configuration: Json, problems: list[tuple[str, str]]) -> None:
    read = destination(fields)

    assert found(read, configuration) == problems
    assert accepts(as_json_schema(read), configuration) == (not problems)


@pytest.mark.parametrize(
    ("schema", "configuration", "problems"),
    [
        pytest.param({"properties": {"a": {"type": "string"}}}, {"b": 1}, [], id="open unless it says not"),
        pytest.param({"additionalProperties": False}, {"a": 1}, [("a", "unknown")], id="closed without keys"),
        pytest.param({"additionalProperties": {"type": "integer"}}, {"a": 1}, [], id="others of a type"),
        pytest.param(
            {"patternProperties": {"^x_": {}}, "additionalProperties": False}, {"x_a": 1}, [], id="keys of a pattern"
        ),
        pytest.param({"required": ["a"]}, {"a": 1}, [], id="a required key of which it says no more"),
        pytest.param({"required": ["a"]}, {}, [("a", "missing")], id="which is missing"),
        pytest.param({"required": ["a"]}, {"a": None}, [], id="null where any type may be"),
        pytest.param(
            {"required": ["a"], "properties": {"a": {"type": ["string", "null"]}}}, {"a": None}, [], id="null if named"
        ),
        pytest.param(
            {"required": ["a"], "properties": {"a": {"type": ["string", "null"]}}},
            {},
            [("a", "missing")],
            id="which is no leave to leave it out",
        ),
        pytest.param({"properties": {"a": {}}}, {"a": {"b": 1}}, [], id="a key of any type"),
        pytest.param({"properties": {"a": {"type": "object"}}}, {"a": {"b": 1}}, [], id="an object of any keys"),
        pytest.param(
            {"properties": {"a": {"type": ["object"]}}}, {"a": 5}, [("a", "nesting")], id="nothing but an object"
        ),
        pytest.param(
            {"properties": {"a": {"type": ["string", "integer"]}}}, {"a": {}}, [("a", "nesting")], id="no object"
        ),
        pytest.param(
            {"properties": {"a": {"type": ["object", "string"], "required": ["b"]}}},
            {"a": {}},
            [("a.b", "missing")],
            id="an object or a text, given an object",
        ),
        pytest.param(
            {"properties": {"a": {"type": ["object", "string"], "required": ["b"]}}},
            {"a": "x"},
            [],
            id="an object or a text, given a text",
        ),
        pytest.param(
            {"properties": {"a": {"properties": {"b": {"type": "string"}}, "required": ["b"]}}},
            {"a": {}},
            [("a.b", "missing")],
            id="keys without a type",
        ),
        pytest.param(
            {
                "properties": {"a": {"$ref": "#/definitions/x%20y/properties/~01~1"}},
                "definitions": {"x y": {"properties": {"~1/": {"type": "object"}}}},
            },
            {"a": 5},
            [("a", "nesting")],
            id="a reference with escapes",
        ),
        pytest.param(
            {
                "properties": {"a": {"$ref": "#/definitions/any/anyOf/1"}},
                "definitions": {"any": {"anyOf": [{}, {"type": "object"}]}},
            },
            {"a": 5},
            [("a", "nesting")],
            id="a reference into a list",
        ),
        pytest.param(
            {"$ref": "#/definitions/a", "definitions": {"a": {"$ref": "#/definitions/b"}, "b": {"required": ["c"]}}},
            {},
            [("c", "missing")],
            id="a reference to a reference",
        ),
        pytest.param(
            {"$ref": "#/definitions/a", "required": ["b"], "definitions": {"a": {"type": "object"}}},
            {},
            [],
            id="nothing beside a reference counts",
        ),
        pytest.param(
            {"type": "object", "required": ["name"], "properties": {"child": {"$ref": "#"}}},
            {"name": 1, "child": {"name": 1, "child": {}}},
            [("child.child.name", "missing")],
            id="a group that holds itself",
        ),
    ],
)
def test_what_a_json_schema_says(schema: Json, configuration: Json, problems: list[tuple[str, str]]) -> None:
    read = destination(schema)

    assert found(read, configuration) == problems
    assert accepts(as_json_schema(read), configuration) == (not problems)
    assert jsonschema_rs.Draft4Validator(schema).is_valid(configuration) == (not problems)


@pytest.mark.parametrize(
    ("configuration", "message"),
    [
        ({"dataset": {}}, "dataset must be a plain value, got an object"),
        ({"group": 5, "dataset": "x"}, "group must be an object, got int"),
        ({}, "dataset is required"),
        ({"datasets": 1, "dataset": "x"}, "datasets is unknown; did you mean dataset?"),
        ({"zone": 1, "dataset": "x"}, "zone is unknown; known keys: dataset, group"),
        ({"group": {"zone": 1}, "dataset": "x"}, "group.zone is unknown; known keys: none"),
    ],
)
def test_a_problem_is_a_sentence_that_names_the_path(configuration: Json, message: str) -> None:
    problems = check_destination_configuration(destination({"dataset": NEEDED, "group": {"items": {}}}), configuration)

    assert [str(problem) for problem in problems] == [message]
    assert problems[0].message == message
    assert message.startswith(problems[0].path)


def test_a_problem_does_not_repeat_a_value() -> None:
    problems = check_destination_configuration(FIELD_MAP, {"advanced": "secret", "password": "secret"})

    assert len(problems) == 2
    assert "secret" not in repr(problems)


def test_problems_are_values() -> None:
    (problem,) = check_destination_configuration(JSON_SCHEMA, {})

    assert problem == ConfigurationProblem("dataset", "missing", "dataset is required")
    assert len({problem, ConfigurationProblem("dataset", "missing", "dataset is required")}) == 1


def test_a_configuration_may_be_the_model_of_one() -> None:
    nested = DestinationConfiguration({"truncate": True})

    problems = check_destination_configuration(FIELD_MAP, DestinationConfiguration({"a": 1, "advanced": nested}))

    assert [str(problem) for problem in problems] == [
        "advanced.truncate is unknown; did you mean truncate_existing?",
        "a is unknown; known keys: advanced, mirror_schemas, schema",
    ]
    assert check_destination_configuration(FIELD_MAP, DestinationConfiguration({"schema": "public"})) == ()


@pytest.mark.parametrize(
    "configuration", [["schema"], "schema", None, 5, ("schema",), {"schema"}, [("schema", "public")]]
)
def test_a_configuration_of_another_type_is_refused(configuration: Any) -> None:
    for read in (FIELD_MAP, JSON_SCHEMA, destination(None)):
        with pytest.raises(
            TypeError, match=rf"^configuration must be a dict .*, got {type(configuration).__name__}\.$"
        ):
            check_destination_configuration(read, configuration)


# --- Templates -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("configuration", "filled"),
    [
        pytest.param(None, {}, id="nothing is known"),
        pytest.param({"a": {"default": ""}}, {"a": None}, id="an empty default is none"),
        pytest.param({"a": {"default": None}, "b": {"required": True}}, {"a": None, "b": None}, id="no default"),
        pytest.param({"a": {"default": False}, "b": {"default": 0}}, {"a": False, "b": 0}, id="false and zero"),
        pytest.param({"a": {"default": ["x"]}, "b": {"default": {"c": 1}}}, {"a": ["x"], "b": {"c": 1}}, id="more"),
        pytest.param({"a": {"items": {"b": {"default": 5}}}}, {"a": {"b": 5}}, id="a default in a group"),
        pytest.param({"a": {"items": {}}}, {"a": {}}, id="a group without keys"),
        pytest.param({"properties": {"a": {"type": "string", "default": ""}}}, {"a": ""}, id="a default of a schema"),
        pytest.param({"required": ["a"]}, {"a": None}, id="a required key of which it says no more"),
        pytest.param({"properties": {"a": {"type": "object"}}}, {"a": {}}, id="an object of any keys"),
        pytest.param(
            {"properties": {"a": {"properties": {"b": {"type": "integer"}}}, "c": {}}},
            {"a": {"b": None}, "c": None},
            id="keys without a type",
        ),
        pytest.param(
            {"properties": {"a": {"type": ["object", "null"], "properties": {"b": {}}}}},
            {"a": {"b": None}},
            id="a group that may be null",
        ),
        pytest.param(
            {"properties": {"a": {"type": ["object", "string"], "default": "x"}}}, {"a": "x"}, id="an object or a text"
        ),
        pytest.param(
            {
                "properties": {"a": {"$ref": "#/definitions/a"}, "b": {"$ref": "#/definitions/a", "default": 2}},
                "definitions": {"a": {"type": "integer", "default": 1}},
            },
            {"a": 1, "b": 2},
            id="a default beside a reference comes first",
        ),
        pytest.param(
            {
                "properties": {"a": {"$ref": "#/definitions/g"}, "b": {"$ref": "#/definitions/g"}},
                "definitions": {"g": {"type": "object", "properties": {"c": {}}}},
            },
            {"a": {"c": None}, "b": {"c": None}},
            id="a group that is used twice",
        ),
        pytest.param(
            {"properties": {"a": {}, "child": {"$ref": "#"}}},
            {"a": None},
            id="a group that holds itself",
        ),
        pytest.param(
            {
                "$ref": "#/definitions/g",
                "definitions": {
                    "g": {"type": "object", "properties": {"a": {}, "h": {"$ref": "#/definitions/h"}}},
                    "h": {"type": "object", "properties": {"b": {}, "g": {"$ref": "#/definitions/g"}}},
                },
            },
            {"a": None, "h": {"b": None}},
            id="groups that hold each other",
        ),
    ],
)
def test_a_template(configuration: Any, filled: Json) -> None:
    assert template(destination(configuration)) == filled


def test_what_is_returned_is_the_callers_to_change() -> None:
    fields = destination({"a": {"default": ["x"]}, "b": {"default": {"c": ["x"]}}})
    schema = destination({"properties": {"a": {"default": ["x"], "enum": [["x"]]}, "b": {"default": {"c": ["x"]}}}})

    for read in (fields, schema):
        before = copy.deepcopy(read)
        for result in (as_json_schema(read), template(read)):
            _empty(result)
        assert read == before


def test_keys_that_share_a_definition_do_not_share_its_default() -> None:
    key = {"$ref": "#/definitions/tags"}
    filled = template(
        destination({"properties": {"a": key, "b": key}, "definitions": {"tags": {"type": "array", "default": ["x"]}}})
    )

    _empty(filled["a"])

    assert filled == {"a": [], "b": ["x"]}


def _empty(value: Any) -> None:
    if isinstance(value, dict):
        for each in value.values():  # pyright: ignore[reportUnknownVariableType]
            _empty(each)
        value.clear()  # pyright: ignore[reportUnknownMemberType]
    elif isinstance(value, list):
        for each in value:  # pyright: ignore[reportUnknownVariableType]
            _empty(each)
        value.clear()  # pyright: ignore[reportUnknownMemberType]


# --- Modes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("read", "asked", "offered"),
    [
        (FIELD_MAP, {"mode": "snapshot"}, True),
        (FIELD_MAP, {"mode": BulkMode.SNAPSHOT}, True),
        (FIELD_MAP, {"mode": "replicate"}, False),
        (FIELD_MAP, {"mode": "Snapshot"}, False),
        (FIELD_MAP, {"mode": ""}, False),
        (FIELD_MAP, {"resync_mode": "refetch"}, True),
        (FIELD_MAP, {"resync_mode": ResyncMode.REFETCH}, True),
        (FIELD_MAP, {"resync_mode": "rebuild"}, False),
        (FIELD_MAP, {"mode": "snapshot", "resync_mode": "refetch"}, True),
        (FIELD_MAP, {"mode": "snapshot", "resync_mode": "rebuild"}, False),
        (FIELD_MAP, {"mode": "replicate", "resync_mode": "refetch"}, False),
        (JSON_SCHEMA, {"mode": "replicate"}, True),
        (JSON_SCHEMA, {"mode": BulkMode.REPLICATE}, True),
        (JSON_SCHEMA, {"mode": "snapshot"}, False),
        (JSON_SCHEMA, {"resync_mode": "refetch"}, False),
        (destination(None), {"mode": "replicate"}, False),
        (destination(None, modes=None, supported_resync_modes=None), {"resync_mode": "refetch"}, False),
        (destination(None, modes=[{"id": "mirror"}]), {"mode": "mirror"}, True),
        (destination(None, modes=[{"id": "mirror"}]), {"mode": BulkMode("mirror")}, True),
        (destination(None, modes=[{}, {"id": None}, {"id": "snapshot"}]), {"mode": "snapshot"}, True),
        (destination(None, modes=[{}, {"ID": {}}, {"ID": None}]), {"mode": "snapshot"}, False),
        (destination(None, supported_resync_modes=[None, "resync"]), {"resync_mode": "resync"}, True),
    ],
)
def test_a_destination_supports_what_it_offers(read: BulkDestination, asked: dict[str, Any], offered: bool) -> None:  # noqa: FBT001
    assert supports(read, **asked) is offered


def test_asking_for_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="needs a mode or a resync_mode, got neither"):
        supports(FIELD_MAP)


# --- Translating draft 4 ---------------------------------------------------------------------------------------------


TRANSLATIONS: dict[str, tuple[Json, Json]] = {
    "what both know": ({"format": "uri", "x-order": 1}, {"format": "uri", "x-order": 1}),
    "exclusive": ({"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}),
    "not exclusive": ({"maximum": 1, "exclusiveMaximum": False}, {"maximum": 1}),
    "exclusive of nothing": ({"exclusiveMinimum": True}, {}),
    "as later drafts write it": ({"minimum": 1, "exclusiveMinimum": 2}, {"minimum": 1, "exclusiveMinimum": 2}),
    "items": ({"items": {"items": [{}]}}, {"items": {"prefixItems": [{}]}}),
    "a tuple": ({"items": [{}, {"enum": [1]}]}, {"prefixItems": [{}, {"enum": [1]}]}),
    "a closed tuple": ({"items": [{}], "additionalItems": False}, {"prefixItems": [{}], "items": False}),
    "a tuple with more": (
        {"items": [{}], "additionalItems": {"maximum": 1, "exclusiveMaximum": True}},
        {"prefixItems": [{}], "items": {"exclusiveMaximum": 1}},
    ),
    "no tuple, so nothing is additional": ({"items": {}, "additionalItems": False}, {"items": {}}),
    "no items, so nothing is additional": ({"additionalItems": False}, {}),
    "dependencies": (
        {"dependencies": {"a": ["b"], "c": {"$schema": DRAFT_4}}},
        {"dependentRequired": {"a": ["b"]}, "dependentSchemas": {"c": {}}},
    ),
    "beside a reference": (
        {
            "$ref": "#/definitions/a",
            "title": "A",
            "description": "B",
            "default": 1,
            "enum": [1],
            "definitions": {"a": {}},
        },
        {"$ref": "#/definitions/a", "title": "A", "description": "B", "default": 1, "definitions": {"a": {}}},
    ),
    "a reference that leads nowhere": ({"$ref": "#/definitions/a", "title": "A"}, {"title": "A"}),
    "a reference that leads out": ({"$ref": "https://example.com/a.json"}, {}),
    "values": ({"enum": [{"$ref": "#/x", "items": []}]}, {"enum": [{"$ref": "#/x", "items": []}]}),
    "a default": ({"default": {"$schema": DRAFT_4}}, {"default": {"$schema": DRAFT_4}}),
}


@pytest.mark.parametrize("name", TRANSLATIONS)
def test_a_schema_of_draft_4_is_translated_wherever_it_is(name: str) -> None:
    older, newer = TRANSLATIONS[name]
    assert as_json_schema(destination({"$schema": DRAFT_4, **older})) == {
        "$schema": DRAFT_2020_12,
        "type": "object",
        **newer,
    }
    for place, put, get in PLACES:
        # References look for definitions at the root.
        schema = {"definitions": older.get("definitions", {}), **put({"$schema": DRAFT_4, **older})}
        assert get(as_json_schema(destination(schema))) == newer, place


PLACES: list[tuple[str, Callable[[Json], Json], Callable[[Json], Any]]] = [
    ("properties", lambda schema: {"properties": {"$ref": schema}}, lambda root: root["properties"]["$ref"]),
    ("patterns", lambda schema: {"patternProperties": {"x": schema}}, lambda root: root["patternProperties"]["x"]),
    ("other keys", lambda schema: {"additionalProperties": schema}, lambda root: root["additionalProperties"]),
    (
        "definitions",
        lambda schema: {"definitions": {**schema.get("definitions", {}), "x": schema}},
        lambda root: root["definitions"]["x"],
    ),
    ("not", lambda schema: {"not": schema}, lambda root: root["not"]),
    ("all of", lambda schema: {"allOf": [{}, schema]}, lambda root: root["allOf"][1]),
    ("any of", lambda schema: {"anyOf": [schema]}, lambda root: root["anyOf"][0]),
    ("one of", lambda schema: {"oneOf": [schema]}, lambda root: root["oneOf"][0]),
    ("items", lambda schema: {"items": schema}, lambda root: root["items"]),
    ("dependencies", lambda schema: {"dependencies": {"x": schema}}, lambda root: root["dependentSchemas"]["x"]),
]


# --- What holds of every answer --------------------------------------------------------------------------------------

# Few names, so that what is drawn apart meets.
names = st.sampled_from(["a", "b", "c", "properties"])
# No 1.0: draft 4 does not count it among the integers, and 2020-12 does.
scalars = st.none() | st.booleans() | st.integers(-2, 4) | st.just(1.5) | st.sampled_from(["", "a", "ab", "abc"])
values: st.SearchStrategy[Any] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=6
)
objects = st.dictionaries(names, values, max_size=4)


def field_maps() -> st.SearchStrategy[Any]:
    flags: st.SearchStrategy[bool | None] = st.booleans() | st.none()
    plain = st.fixed_dictionaries(
        {"default": values}, optional={"items": st.none(), "required": flags, "more": scalars}
    )
    return st.recursive(
        st.dictionaries(names, plain, max_size=3),
        lambda inner: st.dictionaries(
            names, plain | st.fixed_dictionaries({"items": inner}, optional={"required": flags}), max_size=3
        ),
        max_leaves=4,
    )


@st.composite
def configurations(draw: st.DrawFn, fields: Json) -> Json:
    """A configuration that fits more often than not."""
    configuration: Json = {}
    for name, field in fields.items():
        choice = draw(st.integers(0, 9))
        if choice == 0:
            configuration[name] = draw(values)
        elif choice > 1 and field.get("items") is not None:
            configuration[name] = draw(configurations(field["items"]))
        elif choice > 1:
            configuration[name] = draw(scalars)
    if draw(st.integers(0, 9)) == 0:
        configuration[draw(names)] = draw(values)
    return configuration


@many
@given(st.data())
def test_the_schema_of_a_map_of_fields_accepts_what_has_no_problem(data: st.DataObject) -> None:
    fields = data.draw(field_maps())
    read = destination(fields)
    configuration = data.draw(configurations(fields))
    assert isinstance(read.configuration, ConfigurationMap)

    schema = as_json_schema(read)

    assert is_a_schema(schema)
    assert accepts(schema, configuration) == (check_destination_configuration(read, configuration) == ())


@many
@given(field_maps())
def test_a_template_lacks_what_is_required_and_has_no_default(fields: Json) -> None:
    read = destination(fields)

    filled = template(read)
    problems = check_destination_configuration(read, filled)

    assert {(problem.path, problem.kind) for problem in problems} == {
        (path, "missing") for path in _to_fill(fields, "")
    }
    _fill(filled)
    assert check_destination_configuration(read, filled) == ()
    assert accepts(as_json_schema(read), filled)


def _to_fill(fields: Json, prefix: str) -> Iterator[str]:
    for name, field in fields.items():
        if field.get("items") is not None:
            yield from _to_fill(field["items"], f"{prefix}{name}.")
        elif field.get("required") and field["default"] in (None, ""):
            yield f"{prefix}{name}"


def _fill(filled: dict[str, Any]) -> None:
    for name, value in filled.items():
        if isinstance(value, dict):
            _fill(value)  # pyright: ignore[reportUnknownArgumentType]
        elif value is None:
            filled[name] = "x"


def draft_4(*references: str) -> st.SearchStrategy[Any]:
    """Schemas of draft 4, all keywords that ask something of a value, but for multipleOf and formats."""
    kinds = st.sampled_from(["string", "integer", "number", "boolean", "array", "object", "null"])
    few = st.lists(names, min_size=1, max_size=2, unique=True)
    keywords: dict[str, st.SearchStrategy[Any]] = {
        "title": st.just("T"),
        "default": values,
        "type": kinds | st.lists(kinds, min_size=1, max_size=3, unique=True),
        "enum": st.lists(scalars, min_size=1, max_size=4, unique_by=repr),
        "pattern": st.just("^a"),
        "minLength": st.integers(0, 3),
        "maxItems": st.integers(0, 3),
        "uniqueItems": st.booleans(),
        "maxProperties": st.integers(0, 3),
        "required": few,
    }
    bounds = st.fixed_dictionaries({"minimum": st.integers(-1, 2)}, optional={"exclusiveMinimum": st.booleans()})
    limits = st.fixed_dictionaries({"maximum": st.integers(1, 3)}, optional={"exclusiveMaximum": st.booleans()})
    simple = st.fixed_dictionaries({}, optional=keywords) | bounds | limits
    pointed = st.sampled_from(references) if references else st.nothing()
    leaves = simple | st.fixed_dictionaries({"$ref": pointed}, optional=keywords)

    def holding(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        some = st.lists(inner, min_size=1, max_size=2)
        named = st.dictionaries(names, inner, min_size=1, max_size=3)
        holders: list[st.SearchStrategy[Any]] = [
            st.fixed_dictionaries(
                {"properties": named},
                optional={
                    "required": few,
                    "additionalProperties": st.booleans() | inner,
                    "patternProperties": st.dictionaries(st.sampled_from(["a", "^c"]), inner, min_size=1, max_size=1),
                    "type": kinds | st.just("object"),
                },
            ),
            st.fixed_dictionaries({"items": inner}, optional={"additionalItems": st.booleans() | inner}),
            st.fixed_dictionaries({"items": some}, optional={"additionalItems": st.booleans() | inner}),
            st.fixed_dictionaries({"additionalItems": st.booleans() | inner}),
            st.fixed_dictionaries({"dependencies": st.dictionaries(names, few | inner, min_size=1, max_size=2)}),
            *(st.fixed_dictionaries({keyword: some}) for keyword in ("allOf", "anyOf", "oneOf")),
            st.fixed_dictionaries({"not": inner}),
        ]
        return st.one_of(holders)

    return st.recursive(leaves, holding, max_leaves=6)


def answer_of_draft_4(schema: Json, first: Json, second: Json) -> Json:
    return {"$schema": DRAFT_4, **schema, "definitions": {"a b": first, "c": second}}


# References that lead somewhere, and in no circle.
older_answers: st.SearchStrategy[Json] = st.builds(
    answer_of_draft_4,
    draft_4("#/definitions/a%20b", "#/definitions/c"),
    draft_4(),
    draft_4("#/definitions/a%20b"),
)


@pytest.mark.soak
@settings(deadline=None, max_examples=100)
@given(older_answers, st.lists(objects, min_size=1, max_size=6))
def test_a_translated_schema_means_the_same(older: Json, instances: list[Json]) -> None:
    read = destination(older)
    assert not isinstance(read.configuration, ConfigurationMap)
    before = jsonschema_rs.Draft4Validator(older)

    schema = as_json_schema(read)

    assert is_a_schema(schema)
    after = jsonschema_rs.Draft202012Validator(schema)
    for instance in instances:
        assert after.is_valid(instance) == before.is_valid(instance), (instance, schema)
        # A schema says more than which keys there are, never less.
        if after.is_valid(instance):
            assert check_destination_configuration(read, instance) == ()


# --- Odd and hostile answers -----------------------------------------------------------------------------------------


def nested(wrap: Callable[[Any], Json], levels: int, inside: Any) -> Any:
    for _ in range(levels):
        inside = wrap(inside)
    return inside


def chain(length: int, *names: str) -> Json:
    """Definitions, each a group whose keys of these names are the next definition."""
    keys = [{name: {"$ref": f"#/definitions/{level + 1}"} for name in names} for level in range(length)]
    groups = {str(level): {"type": "object", "properties": {"x": {}, **keys[level]}} for level in range(length)}
    return {"$ref": "#/definitions/0", "definitions": {**groups, str(length): {"type": "object"}}}


ODD: dict[str, Any] = {
    "null members": {"a": None, "b": KEY},
    "null everywhere": dict.fromkeys(
        ["$schema", "$ref", "type", "properties", "required", "definitions", "items", "allOf", "additionalProperties"]
    ),
    "texts everywhere": dict.fromkeys(["type", "properties", "required", "definitions", "items", "allOf", "enum"], "x"),
    "lists everywhere": {
        "$ref": [],
        "type": [[]],
        "properties": [],
        "definitions": [],
        "dependencies": [],
        "minimum": [],
    },
    "objects everywhere": {"$ref": {}, "type": {}, "required": {}, "items": {}, "allOf": {}, "minimum": {}, "enum": {}},
    "objects everywhere but for $ref": {
        "type": {},
        "required": {},
        "items": {},
        "allOf": {},
        "minimum": {},
        "enum": {},
    },
    "lists everywhere but for $ref": {"type": [[]], "properties": [], "definitions": [], "dependencies": [], "not": []},
    "a field without a known member": {"a": {"type": "string"}, "b": KEY},
    "fields in a list": {"a": [KEY]},
    "booleans as schemas": {
        "properties": {"a": True, "b": False},
        "items": [True],
        "allOf": [False],
        "additionalProperties": True,
    },
    "properties that are no objects": {"properties": {"a": None, "b": [], "c": 5}, "required": ["a", None, 5, ["b"]]},
    "a type that is none": {"properties": {"a": {"type": "money"}, "b": {"type": []}, "c": {"type": [None, {}]}}},
    "a reference to itself": {"$ref": "#"},
    "a reference to no schema": {
        "properties": {"a": {"$ref": "#/required"}, "b": {"$ref": "#/required/0"}, "c": {"$ref": "#/required/0/0"}},
        "required": ["x"],
    },
    "a reference past the end": {"properties": {"a": {"$ref": "#/allOf/7"}, "b": {"$ref": "#/allOf/x"}}, "allOf": [{}]},
    "a reference to a name": {"properties": {"a": {"$ref": "#a"}, "b": {"$ref": ""}, "c": {"$ref": "a"}}},
    "references in a circle": {
        "$ref": "#/definitions/a",
        "definitions": {"a": {"$ref": "#/definitions/b"}, "b": {"$ref": "#/definitions/a"}},
    },
    "references in a long row": {
        "$ref": "#/definitions/0",
        "definitions": {str(each): {"$ref": f"#/definitions/{each + 1}"} for each in range(5000)},
    },
    "a circle through a required group": {"required": ["a"], "properties": {"a": {"$ref": "#"}}},
    "a circle through allOf": {"allOf": [{"$ref": "#"}]},
    "groups in groups": chain(5000, "next"),
    "groups that double": chain(60, "left", "right"),
    "deep keywords": nested(lambda inside: {"not": inside}, 400, {}),
    "deep lists": {"allOf": nested(lambda inside: {"x": [inside]}, 200, {})},
    "deep values": {"properties": {"a": {"default": nested(lambda inside: {"x": inside}, 800, 5)}}},
    "deep lists of values": {"properties": {"a": {"default": json.loads("[" * 800 + "]" * 800)}}},
    "deep fields": nested(lambda inside: {"a": {"items": inside}}, 150, {"b": NEEDED}),
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_answer_is_read(name: str) -> None:
    read = destination(ODD[name])

    schema = as_json_schema(read)
    filled = template(read)

    assert schema["$schema"] == DRAFT_2020_12
    assert schema["type"] == ODD[name].get("type", "object") or "$ref" in ODD[name]
    json.dumps([schema, filled])
    configurations: list[Json] = [{}, filled, {"a": 1, "b": {"c": None}, "x": {"y": {}}}]
    for configuration in configurations:
        problems = check_destination_configuration(read, configuration)
        assert all(problem.kind in {"missing", "unknown", "nesting"} for problem in problems)


@pytest.mark.soak
@many
@given(st.data())
def test_any_answer_is_read(data: st.DataObject) -> None:
    words = st.sampled_from(
        [
            "$ref",
            "a",
            "additionalProperties",
            "allOf",
            "definitions",
            "default",
            "items",
            "properties",
            "required",
            "type",
        ]
    )
    texts = st.sampled_from(["#", "#/", "#/definitions/a", "#/properties/a", "a", "object", "string"])
    anything = st.recursive(
        scalars | texts | st.just(KEY),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=5),
    )
    read = destination(data.draw(st.dictionaries(words, anything, max_size=5)))
    configuration = data.draw(objects)

    problems = check_destination_configuration(read, configuration)

    json.dumps([as_json_schema(read), template(read)])
    assert len(problems) == len(set(problems))


@pytest.mark.parametrize("reference", ["#/definitions/b", "#b", "b", "", "https://b.example/#/definitions/a", 5, None])
def test_a_reference_that_leads_nowhere_says_nothing(reference: object) -> None:
    key = {"$ref": reference, "type": "object"}
    # Read for another, it would lead to what asks for something.
    schema: Json = {
        "required": ["z"],
        "properties": {"g": {"properties": {"a": key}}},
        "definitions": {"a": {"enum": []}},
        "b": {"enum": []},
    }
    read = destination(schema)

    values: list[Any] = [5, {}, None]
    for value in values:
        assert check_destination_configuration(read, {"z": 1, "g": {"a": value}}) == ()
        assert accepts(as_json_schema(read), {"z": 1, "g": {"a": value}})


def test_a_template_has_no_more_than_a_bound_of_keys_and_levels() -> None:
    wide, deep = template(destination(ODD["groups that double"])), template(destination(ODD["groups in groups"]))

    assert len(re.findall(":", json.dumps(wide))) == MOST_KEYS
    assert json.dumps(deep).count("{") == DEEPEST


def test_what_is_nested_too_deep_says_nothing() -> None:
    schema = as_json_schema(destination(ODD["deep keywords"]))

    assert json.dumps(schema).count("not") == DEEPEST
    assert is_a_schema(schema)
