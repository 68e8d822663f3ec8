"""A document that is not OpenAPI, or has a broken reference, is refused with the place of the fault."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from openapi import document as documents
from openapi.document import Refused
from openapi.validity import check_validity

from .shared import DATA

Document = dict[str, Any]
Edit = Callable[[Document], object]

SMALL = documents.read(DATA / "small.yaml")
LIST = "#/paths/~1things/get"
JSON = "application/json"
MEMBER = "#/components/schemas/Thing/properties/x"


def operation(document: Document) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"]["/things"]["get"]
    return found


def member(schema: Any) -> Edit:
    return lambda document: document["components"]["schemas"]["Thing"]["properties"].update(x=schema)


def parameter(reference: str) -> Edit:
    return lambda document: operation(document)["parameters"].append({"$ref": reference})


def answer(name: str, **reference: Any) -> Edit:
    return lambda document: operation(document)["responses"].update({name: reference})


NOWHERE: dict[str, tuple[Edit, str]] = {
    "a schema": (member({"$ref": "#/components/schemas/No"}), MEMBER),
    "a schema that nobody uses": (
        lambda document: document["components"]["schemas"].update(No={"$ref": "#/components/schemas/Nor"}),
        "#/components/schemas/No",
    ),
    "a part of a component": (member({"$ref": "#/components/schemas/Thing/properties/no"}), MEMBER),
    "the whole document": (member({"$ref": "#"}), MEMBER),
    "an anchor": (member({"$ref": "#no"}), MEMBER),
    "a parameter": (parameter("#/components/parameters/No"), f"{LIST}/parameters/2"),
    "an answer": (answer("400", **{"$ref": "#/components/responses/No"}), f"{LIST}/responses/400"),
    "a header": (
        answer("400", description="It.", headers={"X": {"$ref": "#/components/headers/No"}}),
        f"{LIST}/responses/400/headers/X",
    ),
    "an example": (
        lambda document: operation(document)["responses"]["200"]["content"][JSON].update(
            examples={"one": {"$ref": "#/components/examples/No"}}
        ),
        f"{LIST}/responses/200/content/application~1json/examples/one",
    ),
    "a body": (
        lambda document: operation(document).update(requestBody={"$ref": "#/components/requestBodies/No"}),
        f"{LIST}/requestBody",
    ),
    "a path": (
        lambda document: document["paths"].update({"/x": {"$ref": "#/components/pathItems/No"}}),
        "#/paths/~1x",
    ),
}


def refusal(edit: Edit) -> list[str]:
    document = copy.deepcopy(SMALL)
    edit(document)
    with pytest.raises(Refused) as refused:
        check_validity(document)
    return str(refused.value).split("\n")


@pytest.mark.parametrize("kind", NOWHERE)
def test_a_reference_to_nowhere_is_named(kind: str) -> None:
    edit, place = NOWHERE[kind]

    (said,) = refusal(edit)

    assert said.startswith(f"{place}/$ref: it leads nowhere: '#")


@pytest.mark.parametrize("kind", ["parameters", "responses", "headers", "schemas"])
def test_a_reference_in_a_circle_is_named(kind: str) -> None:
    def edit(document: Document) -> None:
        circle = {"A": {"$ref": f"#/components/{kind}/B"}, "B": {"$ref": f"#/components/{kind}/A"}}
        document["components"].setdefault(kind, {}).update(circle)

    assert [line.partition(": ")[0] for line in refusal(edit)] == [
        f"#/components/{kind}/A/$ref",
        f"#/components/{kind}/B/$ref",
    ]


ELSEWHERE: list[tuple[Edit, str, str]] = [
    (parameter("#/components/schemas/Thing"), f"{LIST}/parameters/2", "parameters"),
    (answer("400", **{"$ref": "#/components/schemas/Thing"}), f"{LIST}/responses/400", "responses"),
    (member({"$ref": "#/components/parameters/Version"}), MEMBER, "schemas"),
    (
        lambda document: operation(document).update(requestBody={"$ref": "#/components/schemas/Thing"}),
        f"{LIST}/requestBody",
        "requestBodies",
    ),
    (
        lambda document: document["paths"].update({"/x": {"$ref": "#/components/schemas/Thing"}}),
        "#/paths/~1x",
        "pathItems",
    ),
    (
        lambda document: document["components"]["parameters"].update(P={"$ref": "#/components/schemas/Thing"}),
        "#/components/parameters/P",
        "parameters",
    ),
]


@pytest.mark.parametrize(("edit", "place", "kind"), ELSEWHERE)
def test_a_reference_to_something_else_is_named(edit: Edit, place: str, kind: str) -> None:
    (said,) = refusal(edit)

    assert said.startswith(f"{place}/$ref: it leads to none of #/components/{kind}: '#/components/")


@pytest.mark.parametrize("name", ["parameters", "responses", "headers", "requestBody", "schema", "$ref", "default"])
def test_a_member_called_as_a_keyword_is_a_member(name: str) -> None:
    document = copy.deepcopy(SMALL)
    thing = {"type": "array", "items": {"$ref": "#/components/schemas/Colour"}}
    document["components"]["schemas"]["Thing"]["properties"][name] = thing
    document["paths"]["/things"]["get"]["responses"]["200"]["content"][JSON]["schema"] = {
        "type": "object",
        "properties": {name: thing},
    }

    check_validity(document)


NO_SCHEMAS: list[tuple[Any, str, str]] = [
    (None, MEMBER, "it is not a schema: None"),
    ({"type": "array", "items": [{"type": "string"}]}, f"{MEMBER}/items", "it is not a schema: [{'type': 'string'}]"),
    ({"allOf": {"type": "string"}}, f"{MEMBER}/allOf", "it is not an array of schemas: {'type': 'string'}"),
    ({"oneOf": [{"type": "string"}, 5]}, f"{MEMBER}/oneOf/1", "it is not a schema: 5"),
    ({"properties": ["a"]}, f"{MEMBER}/properties", "it is not an object of schemas: ['a']"),
    ({"properties": {"a": 5}}, f"{MEMBER}/properties/a", "it is not a schema: 5"),
    ({"additionalProperties": "yes"}, f"{MEMBER}/additionalProperties", "it is not a schema: 'yes'"),
    ({"type": "text"}, f"{MEMBER}/type", "is not valid OpenAPI 3.1.0: 'text' is not valid"),
]


@pytest.mark.parametrize(("schema", "place", "said"), NO_SCHEMAS)
def test_what_is_no_schema_is_named(schema: Any, place: str, said: str) -> None:
    (line,) = refusal(member(schema))

    assert line.startswith(place)
    assert said in line


def members(**schemas: Any) -> Edit:
    return lambda document: document["components"]["schemas"]["Thing"]["properties"].update(schemas)


FLAG = {"type": "boolean", "default": True}
COUNT = {"type": "integer", "default": 1}
NO_FLAG = {"type": "boolean", "default": 1}


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
@pytest.mark.parametrize(
    ("edit", "place"),
    [
        (members(flag=FLAG, count=COUNT, x=NO_FLAG), f"{MEMBER}/default"),
        (members(flag=FLAG, x={"type": "object", "properties": {"a": NO_FLAG}}), f"{MEMBER}/properties/a/default"),
        (
            members(
                flags={"type": "array", "items": {"type": "boolean"}, "default": [True]},
                x={"type": "array", "items": {"type": "boolean"}, "default": [1]},
            ),
            f"{MEMBER}/default/0",
        ),
    ],
)
def test_a_number_that_equals_a_truth_value_is_named_where_it_is(version: str, edit: Edit, place: str) -> None:
    (line,) = refusal(lambda document: (document.update(openapi=version), edit(document)))

    assert line == f"{place} is not valid OpenAPI {version}: 1 is not of type 'boolean'"


ADDED = f"{LIST}/parameters/2"
CAUSES: list[tuple[Edit, str, str]] = [
    (member({"type": ["string", "null"]}), f"{MEMBER}/type", '["string","null"] is not of type "string"'),
    (member({"type": "string", "exclusiveMinimum": 5}), f"{MEMBER}/exclusiveMinimum", '5 is not of type "boolean"'),
    (
        member({"type": "array", "items": {"type": "array", "items": {"const": 5}}}),
        f"{MEMBER}/items/items",
        "Additional properties are not allowed ('const' was unexpected)",
    ),
    (
        lambda document: operation(document)["parameters"].append({"name": "a", "in": "path", "schema": {}}),
        ADDED,
        '"required" is a required property',
    ),
    (
        lambda document: operation(document)["parameters"].append({"name": "a", "in": "body", "schema": {}}),
        f"{ADDED}/in",
        '"body" is not one of "path", "query", "header", "cookie"',
    ),
    (
        lambda document: operation(document)["responses"].update({"200": {"content": {}}}),
        f"{LIST}/responses/200",
        '"description" is a required property',
    ),
    (lambda document: operation(document).pop("responses"), LIST, '"responses" is a required property'),
    (
        lambda document: document["components"].update(securitySchemes={"a": {"type": "http"}}),
        "#/components/securitySchemes/a",
        '"scheme" is a required property',
    ),
]


@pytest.mark.parametrize(("edit", "place", "said"), CAUSES)
def test_what_is_wrong_with_a_document_of_3_0_is_named(edit: Edit, place: str, said: str) -> None:
    (line,) = refusal(lambda document: (document.update(openapi="3.0.3"), edit(document)))

    assert line == f"{place} is not valid OpenAPI 3.0.3: {said}"


@pytest.mark.parametrize("version", [None, 3.1, "4.0.0", ""])
def test_another_version_of_openapi_is_refused(version: Any) -> None:
    assert refusal(lambda document: document.update(openapi=version)) == [
        f"#/openapi is not a version of OpenAPI that can be read: {version!r}"
    ]


WITHOUT_PATHS: list[Edit] = [lambda document: document.pop("paths"), lambda document: document.update(paths={})]


@pytest.mark.parametrize("edit", WITHOUT_PATHS)
def test_a_document_without_a_path_is_refused(edit: Edit) -> None:
    assert refusal(edit) == ["#/paths: it is missing, so there are no operations"]


def test_a_parameter_of_a_whole_path_may_be_a_component() -> None:
    document = copy.deepcopy(SMALL)
    document["paths"]["/things"]["parameters"] = [{"$ref": "#/components/parameters/Version"}]

    check_validity(document)


def test_a_webhook_may_be_a_component() -> None:
    document = copy.deepcopy(SMALL)
    document["components"]["pathItems"] = {"Hook": {"post": {"responses": {"200": {"description": "-"}}}}}
    document["webhooks"] = {"hook": {"$ref": "#/components/pathItems/Hook"}}

    check_validity(document)


def test_a_reference_in_an_example_is_data() -> None:
    document = copy.deepcopy(SMALL)
    operation(document)["responses"]["200"]["content"][JSON]["examples"] = {"one": {"value": {"$ref": "#/no"}}}
    document["components"]["schemas"]["Thing"]["examples"] = [{"$ref": "#/no"}]

    check_validity(document)
