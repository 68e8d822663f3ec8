"""A document of 3.0 becomes one of 3.1 that keeps the rules, each change listed, or is left for the rules to refuse."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from openapi.generate import differences, generate
from openapi.normalise import normalise
from openapi.rules import violations
from openapi.validity import check_validity

from .shared import ROOT, as_3_0, read_document

NULL = {"type": "null"}
LEFT = {"$ref": "#/components/schemas/Left"}
PIN = {
    "name": "X-Polytomic-Version",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "default": "2000-01-30"},
}


def document_with(member: dict[str, Any] | None = None, **parts: Any) -> dict[str, Any]:
    """A document of 3.0 with a member of that schema, or with other parts of its one operation."""
    operation = {
        "operationId": "getThing",
        "tags": ["Things"],
        "summary": "Return it.",
        "parameters": [PIN],
        "responses": {
            "200": {
                "description": "It.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
            }
        },
        **parts,
    }
    return copy.deepcopy(
        {
            "openapi": "3.0.3",
            "info": {"title": "Things", "version": "2000-01-30"},
            "paths": {"/thing": {"get": operation}},
            "components": {
                "schemas": {
                    "Thing": {"type": "object", "properties": {"member": member or {"type": "string"}}},
                    "Left": {"type": "object", "properties": {"left": {"type": "integer"}}},
                }
            },
        }
    )


MEMBERS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "members beside a reference": (
        {"allOf": [LEFT], "type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
        {
            "allOf": [LEFT, {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}],
            "type": "object",
        },
        "allOf has another part, for properties, required",
    ),
    "what else there may be beside a reference": (
        {"allOf": [LEFT], "additionalProperties": {"type": "string"}},
        {"allOf": [LEFT, {"type": "object"}], "additionalProperties": {"type": "string"}},
        "allOf has another part, for additionalProperties",
    ),
    "a scalar": (
        {"type": "string", "format": "date", "nullable": True, "description": "When."},
        {"description": "When.", "oneOf": [{"type": "string", "format": "date"}, NULL]},
        "nullable is an alternative, null",
    ),
    "an array": (
        {"type": "array", "items": {"type": "string"}, "nullable": True},
        {"oneOf": [{"type": "array", "items": {"type": "string"}}, NULL]},
        "nullable is an alternative, null",
    ),
    "nullable beside a reference": (
        {**LEFT, "nullable": True},
        {"oneOf": [LEFT, NULL]},
        "nullable is an alternative, null",
    ),
    "nullable around a reference": (
        {"allOf": [LEFT], "nullable": True},
        {"oneOf": [LEFT, NULL]},
        "nullable is an alternative, null",
    ),
    "a union": (
        {"oneOf": [LEFT, {"type": "integer"}], "nullable": True},
        {"oneOf": [LEFT, {"type": "integer"}, NULL]},
        "nullable is an alternative, null",
    ),
    "not nullable": ({"type": "string", "nullable": False}, {"type": "string"}, "nullable is removed: it is false"),
    "anything": ({"nullable": True}, {}, "nullable is removed: it may be anything"),
    "what a reference ignores": (
        {**LEFT, "maxLength": 5, "description": "Left."},
        {**LEFT, "description": "Left."},
        "without maxLength: 3.0 ignores what is beside $ref",
    ),
    "an exclusive limit": (
        {"type": "integer", "minimum": 1, "exclusiveMinimum": True, "maximum": 9, "exclusiveMaximum": False},
        {"type": "integer", "exclusiveMinimum": 1, "maximum": 9},
        "exclusiveMinimum is a number, or none, exclusiveMaximum is a number, or none",
    ),
    "an enum": (
        {"type": "string", "enum": ["a", "b"], "description": "Which."},
        {"description": "Which.", "allOf": [{"$ref": "#/components/schemas/ThingMember"}]},
        "its enum is the component ThingMember",
    ),
}


@pytest.mark.parametrize("kind", MEMBERS)
def test_a_member_is_written_as_3_1_has_it(kind: str) -> None:
    given, expected, note = MEMBERS[kind]

    made, notes = normalise(document_with(given))

    assert made["components"]["schemas"]["Thing"]["properties"]["member"] == expected
    assert notes == ["#/openapi: 3.0.3 is 3.1.0", f"#/components/schemas/Thing/properties/member: {note}"]
    assert list(violations(made)) == []
    check_validity(made)


@pytest.mark.parametrize("kind", MEMBERS)
def test_it_means_what_it_meant(kind: str) -> None:
    given, _, _ = MEMBERS[kind]
    made, _ = normalise(document_with(given))
    validator = jsonschema_rs.Draft202012Validator({**made, "$ref": "#/components/schemas/Thing/properties/member"})

    assert validator.is_valid(None) is given.get("nullable", False)


def test_an_enum_that_may_be_null_is_a_component_without_null() -> None:
    made, notes = normalise(document_with({"type": "string", "enum": ["a", None], "nullable": True}))

    reference = {"$ref": "#/components/schemas/ThingMember"}
    assert made["components"]["schemas"]["Thing"]["properties"]["member"] == {"oneOf": [reference, NULL]}
    assert made["components"]["schemas"]["ThingMember"] == {"type": "string", "enum": ["a"]}
    assert notes == [
        "#/openapi: 3.0.3 is 3.1.0",
        "#/components/schemas/Thing/properties/member: its enum is the component ThingMember, or null",
    ]
    assert list(violations(made)) == []


@pytest.mark.parametrize(
    ("where", "name"),
    [
        (
            {"parameters": [PIN, {"name": "kind", "in": "query", "schema": {"type": "string", "enum": ["a"]}}]},
            "GetThingKind",
        ),
        (
            {
                "parameters": [
                    PIN,
                    {
                        "name": "kind",
                        "in": "query",
                        "schema": {"type": "array", "items": {"type": "string", "enum": ["a"]}},
                    },
                ]
            },
            "GetThingKindItems",
        ),
    ],
)
def test_an_enum_of_a_parameter_is_named_after_its_operation(where: dict[str, Any], name: str) -> None:
    made, _ = normalise(document_with(**where))

    assert made["components"]["schemas"][name] == {"type": "string", "enum": ["a"]}
    assert list(violations(made)) == []


def test_an_enum_whose_name_is_taken_is_left_for_the_rules_to_refuse() -> None:
    document = document_with({"type": "string", "enum": ["a"]})
    document["components"]["schemas"]["ThingMember"] = {"type": "object"}

    made, notes = normalise(document)

    assert notes == ["#/openapi: 3.0.3 is 3.1.0"]
    assert [place for place, _ in violations(made)] == ["#/components/schemas/Thing/properties/member"]


def test_a_component_that_may_be_null_is_left_for_the_rules_to_refuse() -> None:
    document = document_with()
    document["components"]["schemas"]["Left"]["nullable"] = True

    made, _ = normalise(document)

    assert [place for place, _ in violations(made)] == ["#/components/schemas/Left"]


def test_a_title_that_would_name_the_class_of_a_component_is_removed() -> None:
    document = document_with()
    document["components"]["schemas"]["Left"]["title"] = "Other"
    document["components"]["schemas"]["Thing"]["title"] = "thing"

    made, notes = normalise(document)

    assert "title" not in made["components"]["schemas"]["Left"]
    assert made["components"]["schemas"]["Thing"]["title"] == "thing"
    assert notes == [
        "#/openapi: 3.0.3 is 3.1.0",
        "#/components/schemas/Left: its title is removed: it would be the name of its class",
    ]
    assert list(violations(made)) == []


PARAMETERS: dict[str, tuple[list[Any], list[Any], list[str]]] = {
    "no version": ([], [PIN], ["get: X-Polytomic-Version is added"]),
    "an optional version": (
        [{"name": "x-polytomic-version", "in": "header", "schema": {"type": "string"}}],
        [PIN],
        ["get: X-Polytomic-Version is required, and 2000-01-30 unless it is given"],
    ),
    "another version": (
        [{**PIN, "schema": {"type": "string", "default": "1999-12-31"}}],
        [PIN],
        ["get: X-Polytomic-Version is required, and 2000-01-30 unless it is given"],
    ),
    "headers of the client": (
        [PIN, *({"name": name, "in": "header", "schema": {"type": "string"}} for name in ("Authorization", "ACCEPT"))],
        [PIN],
        ["get/parameters/2: removed: OpenAPI says", "get/parameters/1: removed: OpenAPI says"],
    ),
    "a description": (
        [PIN, {"name": "q", "in": "query", "description": "What.", "schema": {"type": "string"}}],
        [PIN, {"name": "q", "in": "query", "schema": {"type": "string", "description": "What."}}],
        ["get/parameters/1: its description is its schema's"],
    ),
    "two descriptions": (
        [PIN, {"name": "q", "in": "query", "description": "What.", "schema": {"type": "string", "description": "A."}}],
        [PIN, {"name": "q", "in": "query", "schema": {"type": "string", "description": "A."}}],
        ["get/parameters/1: its description is removed: its schema has its own"],
    ),
}


@pytest.mark.parametrize("kind", PARAMETERS)
def test_parameters_are_those_that_the_rules_ask_for(kind: str) -> None:
    given, expected, notes = PARAMETERS[kind]

    made, said = normalise(document_with(parameters=given))

    assert made["paths"]["/thing"]["get"]["parameters"] == expected
    assert len(said) == 1 + len(notes)
    for line, note in zip(said[1:], notes, strict=True):
        assert line.startswith(f"#/paths/~1thing/{note}")
    assert list(violations(made)) == []


def test_a_version_that_is_shared_is_pinned_once() -> None:
    document = document_with(parameters=[])
    document["components"]["parameters"] = {"Version": {**PIN, "required": False}}
    document["paths"]["/thing"]["parameters"] = [{"$ref": "#/components/parameters/Version"}]
    document["paths"]["/thing"]["delete"] = {
        "operationId": "deleteThing",
        "tags": ["Things"],
        "summary": "Delete it.",
        "responses": {"204": {"description": "Done."}},
    }

    made, notes = normalise(document)

    assert made["components"]["parameters"]["Version"] == PIN
    assert len(notes) == 2
    assert list(violations(made)) == []


def test_the_data_of_an_envelope_is_required() -> None:
    document = document_with()
    document["components"]["schemas"]["Thing"]["properties"] = {"data": {"type": "string"}}

    made, notes = normalise(document)

    assert made["components"]["schemas"]["Thing"]["required"] == ["data"]
    assert notes[1] == "#/paths/~1thing/get/responses/200: its `data` is required: a response without it is invalid"


def test_names_and_data_that_look_like_keywords_are_left_alone(tmp_path: Path) -> None:
    names = {"nullable": {"type": "boolean"}, "enum": {"type": "string"}, "exclusiveMinimum": {"type": "boolean"}}
    data = {"nullable": True, "enum": ["a"], "minimum": 1, "exclusiveMinimum": True}
    document = document_with({"type": "object", "properties": names, "example": data, "default": data})

    made, notes = normalise(document)

    member = made["components"]["schemas"]["Thing"]["properties"]["member"]
    assert member == {"type": "object", "properties": names, "example": data, "default": data}
    assert len(notes) == 1


def test_the_document_that_was_given_is_not_changed() -> None:
    given = document_with({"type": "string", "nullable": True}, parameters=[])
    kept = copy.deepcopy(given)

    normalise(given)

    assert given == kept


@pytest.mark.parametrize("version", ["3.1.0", "3.1.1"])
def test_what_3_1_ignores_is_left_for_the_rules_to_refuse(version: str) -> None:
    document = {**document_with({"type": "string", "nullable": True}), "openapi": version}

    made, notes = normalise(document)

    assert made == document
    assert notes == []


ENUM = {"$ref": "#/components/schemas/ThingMember"}
MEMBERS_3_1: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "an enum that names its values": (
        {"type": "string", "enum": ["a"], "x-enum-varnames": ["FIRST"]},
        {"allOf": [ENUM]},
        "its enum is the component ThingMember",
    ),
    "an enum or null": (
        {"type": ["integer", "null"], "enum": [1, 2], "description": "Which."},
        {"description": "Which.", "oneOf": [ENUM, NULL]},
        "its enum is the component ThingMember, or null",
    ),
    "an enum without a type": (
        {"enum": [1, None]},
        {"oneOf": [ENUM, NULL]},
        "its enum is the component ThingMember, or null",
    ),
    "members beside a reference": (
        {"allOf": [LEFT], "properties": {"a": {"type": "string"}}},
        {"allOf": [LEFT, {"type": "object", "properties": {"a": {"type": "string"}}}]},
        "allOf has another part, for properties",
    ),
}


@pytest.mark.parametrize("kind", MEMBERS_3_1)
def test_a_member_of_3_1_is_mended_where_it_keeps_its_meaning(kind: str) -> None:
    given, expected, note = MEMBERS_3_1[kind]

    made, notes = normalise({**document_with(given), "openapi": "3.1.0"})

    assert made["components"]["schemas"]["Thing"]["properties"]["member"] == expected
    assert notes == [f"#/components/schemas/Thing/properties/member: {note}"]
    assert list(violations(made)) == []
    enum = made["components"]["schemas"].get("ThingMember", {})
    assert enum.get("x-enum-varnames") == given.get("x-enum-varnames")
    assert enum.get("enum") == ([value for value in given["enum"] if value] if "enum" in given else None)


@pytest.mark.parametrize(
    "member", [{"enum": ["a", 1]}, {"type": ["string", "integer"], "enum": ["a"]}, {"enum": [None]}]
)
def test_an_enum_of_several_types_is_left_for_the_rules_to_refuse(member: dict[str, Any]) -> None:
    document = {**document_with(member), "openapi": "3.1.0"}

    made, notes = normalise(document)

    assert (made, notes) == (document, [])
    assert {place for place, _ in violations(made)} == {"#/components/schemas/Thing/properties/member"}


def test_a_version_with_a_type_of_its_own_is_pinned_as_a_string() -> None:
    document = document_with(parameters=[{**PIN, "schema": {"$ref": "#/components/schemas/Version"}}])
    document["components"]["schemas"]["Version"] = {"type": "string", "enum": ["2000-01-30"]}

    made, _ = normalise({**document, "openapi": "3.1.0"})

    assert made["paths"]["/thing"]["get"]["parameters"] == [PIN]


def test_a_document_without_components_gets_none() -> None:
    document = {**document_with(responses={"204": {"description": "Done."}}), "openapi": "3.1.0"}
    del document["components"]

    assert normalise(document) == (document, [])


def test_our_document_comes_back_as_it_is() -> None:
    document = read_document()

    assert normalise(document) == (document, [])


@pytest.mark.process
def test_our_document_as_one_of_3_0_makes_the_package_of_our_document(tmp_path: Path) -> None:
    older = {**as_3_0(read_document()), "openapi": "3.0.3"}
    check_validity(older)

    made, notes = normalise(older)
    package = generate(made, tmp_path)

    assert len(notes) > 20
    assert list(violations(made)) == []
    changed = {
        line for line in differences(ROOT / "polytomic_client" / package.name, package) if line.startswith("---")
    }
    assert changed == {"--- written/openapi.json"}, "its examples, which 3.0 writes in another way"
