"""What the sandbox takes from the document: paths, and what parameters and bodies must be."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl

import pytest

from polytomic_client.sandbox import _app, _document
from polytomic_client.sandbox._document import (
    DocumentedOperation,
    MalformedError,
    Parameter,
    Specification,
    own_specification,
)

from .conftest import DOCUMENT, NOBODY, Api

SPECIFICATION = own_specification()
ID = "248df4b7-aa70-47b8-a036-33ac447e668d"
JSON = "application/json"


def described(path: str, **operation: Any) -> Specification:
    """The document, with one operation more: GET of a path, which takes no version."""
    document = copy.deepcopy(DOCUMENT)
    document["paths"][path] = {"get": {"operationId": "getNew", **operation}}
    return Specification(document)


def operation_of(specification: Specification, path: str, method: str = "GET") -> DocumentedOperation:
    found = specification.find(path)
    assert found is not None
    return found[0][method]


def parameter(schema: dict[str, Any], **members: Any) -> Parameter:
    return _document._parameter(DOCUMENT, {"name": "what", "in": "query", "schema": schema, **members})


# --- Paths ------------------------------------------------------------------------------------------------------------


def test_every_operation_of_the_document_is_found_and_answered() -> None:
    expected = {
        (template, method.upper()): item[method]["operationId"]
        for template, item in DOCUMENT["paths"].items()
        for method in item
        if method != "parameters"
    }
    found: dict[tuple[str, str], str] = {}
    for template in DOCUMENT["paths"]:
        operations = SPECIFICATION.find(template)
        assert operations is not None
        found.update({(template, method): operation.id for method, operation in operations[0].items()})
    assert found == expected
    assert len(found) == 27
    assert set(found.values()) == set(_app._HANDLERS)


def test_the_version_is_that_of_the_document() -> None:
    assert (SPECIFICATION.version_header, SPECIFICATION.version) == ("X-Polytomic-Version", "2023-04-25")
    assert all(
        operation.requires_version and "X-Polytomic-Version" not in [each.name for each in operation.parameters]
        for template in DOCUMENT["paths"]
        for operations in [SPECIFICATION.find(template)]
        if operations is not None
        for operation in operations[0].values()
    )


@pytest.mark.parametrize(
    ("sent", "schema_id"),
    [
        ("public.users", "public.users"),
        ("public%2Fusers", "public/users"),
        ("a%20b", "a b"),
        ("a+b", "a+b"),
        ("%C3%A9", "é"),
        ("%252F", "%2F"),
        ("%FF", "\ufffd"),
    ],
)
def test_a_parameter_in_a_path_is_decoded_once_and_never_split(sent: str, schema_id: str) -> None:
    found = SPECIFICATION.find(f"/api/bulk/source/{ID}/schema/{sent}")
    assert found is not None
    assert found[1] == {"connection_id": ID, "schema_id": schema_id}


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/api",
        "/API/me",
        "/api/me/",
        "/api/me%2F",
        "/api//me",
        "/api/bulk/syncs//status",
        f"/api/bulk/source/{ID}/schema/",
        f"/api/bulk/source/{ID}/schema/a/b",
        "/x/api/me",
    ],
)
def test_a_path_that_the_document_does_not_have_is_not_found(path: str) -> None:
    assert SPECIFICATION.find(path) is None


def test_a_path_without_a_parameter_is_found_before_one_with_a_parameter() -> None:
    templates = ["/api/{x}/b", "/api/syncs/{id}", "/api/syncs/{id}/status", "/api/syncs/status", "/api/{x}/{y}"]
    templates.append("/api/syncs/last-{id}")
    document = copy.deepcopy(DOCUMENT)
    document["paths"] = {template: {"get": {"operationId": template}} for template in templates}
    specification = Specification(document)

    sent = ("/api/syncs/status", "/api/syncs/b", "/api/a/b", "/api/syncs/last-1")
    found = {path: operation_of(specification, path).id for path in sent}

    assert found == {
        "/api/syncs/status": "/api/syncs/status",
        "/api/syncs/b": "/api/syncs/{id}",
        "/api/a/b": "/api/{x}/b",
        "/api/syncs/last-1": "/api/syncs/last-{id}",
    }
    assert specification.endpoints == [f"GET {template}" for template in templates]


def test_a_path_is_compared_by_character_and_its_parameters_have_any_name() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["paths"] = {"/api/v1.0/{schema-id}": {"get": {"operationId": "getNew"}}}
    specification = Specification(document)

    found = specification.find("/api/v1.0/x")
    assert found is not None
    assert found[1] == {"schema-id": "x"}
    assert specification.find("/api/v1_0/x") is None


@pytest.mark.parametrize("required", [True, False])
def test_a_version_that_is_written_in_each_operation_is_the_pin(*, required: bool) -> None:
    document = copy.deepcopy(DOCUMENT)
    pin = {"in": "header", "required": required, "schema": {"type": "string"}}
    for item in document["paths"].values():
        for operation in item.values():
            references = operation["parameters"]
            references[:] = [each for each in references if each != {"$ref": "#/components/parameters/Version"}]
            references.append({**copy.deepcopy(pin), "name": "x-polytomic-version"})
    del document["components"]["parameters"]["Version"]
    specification = Specification(document)

    assert specification.version == "2023-04-25"
    for operation in specification.operations:
        assert operation.requires_version is required
        assert all(each.name != "x-polytomic-version" for each in operation.parameters)


def test_a_document_without_components_is_read() -> None:
    taken = {"name": "limit", "in": "query", "schema": {"type": "integer"}}
    document = {
        "info": {"version": "2000-01-30"},
        "paths": {"/api/new": {"get": {"operationId": "getNew", "parameters": [taken]}}},
    }

    operation = operation_of(Specification(document), "/api/new")

    assert operation.parameters[0].read(["5"]) == 5
    assert not operation.requires_version
    assert operation.schemes == set()


def test_what_is_no_method_in_a_path_is_no_operation() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["paths"]["/api/me"].update({"summary": "x", "description": "x", "servers": [], "x-more": {}})
    found = Specification(document).find("/api/me")
    assert found is not None
    assert [*found[0]] == ["GET"]


def test_security_is_that_of_the_operation_or_of_the_whole_document() -> None:
    assert operation_of(SPECIFICATION, "/api/me").schemes == {"bearer", "basic"}
    assert operation_of(described("/api/new", security=[{"basic": []}]), "/api/new").schemes == {"basic"}
    assert operation_of(described("/api/new", security=[]), "/api/new").schemes == set()


# --- Parameters -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "text", "value"),
    [
        ({"type": "string"}, "", ""),
        ({"type": "string"}, "true", "true"),
        ({"type": "string"}, "5", "5"),
        ({"oneOf": [{"type": "string"}, {"type": "null"}]}, "5", "5"),
        ({"type": "boolean"}, "true", True),
        ({"type": "boolean"}, "false", False),
        ({"type": "integer"}, "5", 5),
        ({"type": "integer"}, "-007", -7),
        ({"type": "integer"}, "9" * 18, 10**18 - 1),
        ({"type": "integer"}, "285756778509049659392", 285756778509049659392),
        ({"type": "integer"}, "-" + "9" * 1000, 1 - 10**1000),
        ({"type": "string", "format": "uuid"}, ID, ID),
        ({"type": "string", "format": "uuid"}, ID.upper(), ID.upper()),
        ({"type": "string", "format": "date-time"}, "2026-03-02T09:30:00Z", datetime(2026, 3, 2, 9, 30, tzinfo=UTC)),
        (
            {"type": "string", "format": "date-time"},
            "2026-03-02T09:30:00.123456789+02:00",
            datetime(2026, 3, 2, 9, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2))),
        ),
        ({"$ref": "#/components/schemas/EventType"}, "sync.failed", "sync.failed"),
    ],
)
def test_a_parameter_is_read_as_its_type(schema: dict[str, Any], text: str, value: object) -> None:
    read = parameter(schema).read([text])
    assert (type(read), read) == (type(value), value)


@pytest.mark.parametrize(
    ("schema", "text", "message"),
    [
        ({"type": "boolean"}, "True", 'what: "True" is not of type "boolean"'),
        ({"type": "boolean"}, "", 'what: "" is not of type "boolean"'),
        ({"type": "integer"}, "5.0", 'what: "5.0" is not of type "integer"'),
        ({"type": "integer"}, "+5", 'what: "+5" is not of type "integer"'),
        ({"type": "integer"}, "1_0", 'what: "1_0" is not of type "integer"'),
        ({"type": "integer"}, "\u0665", 'what: "\u0665" is not of type "integer"'),
        ({"type": "integer"}, "5\n", 'what: "5\\n" is not of type "integer"'),
        ({"type": "integer"}, "9" * 1001, 'what: "999'),
        ({"type": "integer", "minimum": 1}, "-" + "9" * 1000, "what: -999"),
        ({"type": "integer"}, "9" * 5000, 'what: "999'),
        ({"type": "integer", "minimum": 1}, "0", "what: 0 is less than the minimum of 1"),
        ({"type": "string", "minLength": 3}, "ab", 'what: "ab" is shorter than 3 characters'),
        ({"type": "string", "format": "uuid"}, ID.replace("-", ""), "what is not a UUID"),
        ({"type": "string", "format": "date-time"}, "2026-03-02", 'what: "2026-03-02" is not a "date-time"'),
        ({"type": "string", "format": "date-time"}, "2016-12-31T23:59:60Z", "what: second must be in 0..59"),
        ({"$ref": "#/components/schemas/EventType"}, "x", 'what: "x" is not one of "sync.running"'),
    ],
)
def test_a_parameter_that_is_not_what_the_document_says_is_refused(
    schema: dict[str, Any], text: str, message: str
) -> None:
    with pytest.raises(MalformedError) as caught:
        parameter(schema).read([text])
    assert str(caught.value).startswith(message)
    assert len(str(caught.value)) <= 310


def test_a_parameter_that_is_missing() -> None:
    assert parameter({"type": "string"}).read([]) is None
    assert parameter({"type": "string"}, required=False).read([]) is None
    with pytest.raises(MalformedError, match="^what is missing$"):
        parameter({"type": "string"}, required=True).read([])


def test_a_parameter_that_is_there_twice() -> None:
    with pytest.raises(MalformedError, match="^what must be given once, got 3 values$"):
        parameter({"type": "string"}).read(["a", "a", "a"])


@pytest.mark.parametrize(
    ("schema", "texts", "value"),
    [
        ({"type": "array", "items": {"type": "string"}}, ["a"], ["a"]),
        ({"type": "array", "items": {"type": "integer"}}, ["1", "2"], [1, 2]),
        ({"type": ["array", "null"], "items": {"oneOf": [{"type": "boolean"}, {"type": "null"}]}}, ["true"], [True]),
        ({"type": "array", "items": {"$ref": "#/components/schemas/EventType"}}, ["sync.failed"], ["sync.failed"]),
        # One string or several.
        ({"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}, ["1"], "1"),
        ({"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}, ["1", "2"], ["1", "2"]),
        ({"type": "number"}, ["5"], 5),
        ({"type": "number"}, ["-0.5e3"], -500.0),
        ({"oneOf": [{"type": "integer"}, {"type": "null"}]}, ["5"], 5),
        (
            {"allOf": [{"$ref": "#/components/schemas/EventType"}, {"description": "Which."}]},
            ["sync.failed"],
            "sync.failed",
        ),
        ({}, ["5"], "5"),
    ],
)
def test_a_parameter_may_be_given_several_times(schema: dict[str, Any], texts: list[str], value: object) -> None:
    read = parameter(schema).read(texts)
    assert (type(read), read) == (type(value), value)


@pytest.mark.parametrize(
    ("schema", "texts", "message"),
    [
        ({"type": "array", "items": {"type": "integer"}}, ["1", "x"], 'what.1: "x" is not of type "integer"'),
        ({"type": "number"}, ["1e9999"], 'what: "1e9999" is not of type "number"'),
        ({"type": "number"}, ["nan"], 'what: "nan" is not of type "number"'),
        ({"oneOf": [{"type": "string"}, {"type": "null"}]}, ["a", "b"], "what must be given once, got 2 values"),
    ],
)
def test_an_item_that_is_not_what_the_document_says_is_refused(
    schema: dict[str, Any], texts: list[str], message: str
) -> None:
    with pytest.raises(MalformedError) as caught:
        parameter(schema).read(texts)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("schema", "query", "value"),
    [
        ({"type": "object"}, "what[a]=b&what[c d]=e%26f&else[a]=x&what=y", {"a": "b", "c d": "e&f"}),
        ({"type": "object", "properties": {"n": {"type": "integer"}}}, "what[n]=5&what[m]=5", {"n": 5, "m": "5"}),
        (
            {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "boolean"}}},
            "what[a]=true&what[a]=false&what[b]=true",
            {"a": [True, False], "b": [True]},
        ),
        (
            {"allOf": [{"type": "object", "properties": {"n": {"type": "integer"}}}, {"type": "object"}]},
            "what[n]=5",
            {"n": 5},
        ),
        ({"type": "object"}, "else[a]=b", None),
    ],
)
def test_an_object_in_a_query_is_read_by_its_members(schema: dict[str, Any], query: str, value: object) -> None:
    read = parameter(schema, style="deepObject", explode=True).read_object(parse_qsl(query))
    assert read == value


@pytest.mark.parametrize(
    ("members", "query", "message"),
    [
        ({"type": "string"}, "what[a]=b&what[a]=c", "what[a] must be given once, got 2 values"),
        ({"type": "integer"}, "what[a]=b", 'what.a: "b" is not of type "integer"'),
        ({"type": "string"}, "", "what is missing"),
    ],
)
def test_an_object_in_a_query_that_is_not_what_the_document_says_is_refused(
    members: dict[str, Any], query: str, message: str
) -> None:
    schema = {"type": "object", "additionalProperties": members}
    with pytest.raises(MalformedError) as caught:
        parameter(schema, style="deepObject", required=True).read_object(parse_qsl(query))
    assert str(caught.value) == message


def test_parameters_of_a_path_count_for_its_operations() -> None:
    document = copy.deepcopy(DOCUMENT)
    shared = {"name": "all", "in": "query", "schema": {"type": "string"}}
    own = {"name": "own", "in": "header", "schema": {"type": "string"}}
    document["paths"]["/api/new"] = {"parameters": [shared], "get": {"operationId": "getNew", "parameters": [own]}}
    parameters = operation_of(Specification(document), "/api/new").parameters
    assert [(each.name, each.place) for each in parameters] == [("all", "query"), ("own", "header")]


# --- Bodies -----------------------------------------------------------------------------------------------------------

CREATE = operation_of(SPECIFICATION, "/api/connections", "POST")


@pytest.mark.parametrize("type_", ["application/json", "APPLICATION/JSON", "application/json; charset=utf-8"])
def test_a_body_that_is_called_json_is_read(type_: str) -> None:
    assert CREATE.read_body(type_, b'{"name": "\xc3\xa9\\ud83d\\ude00"}') == {"name": "é😀"}


@pytest.mark.parametrize("type_", ["", "text/plain", "application/jsonp", "application/x-www-form-urlencoded"])
def test_a_body_that_is_called_something_else_is_refused(type_: str) -> None:
    with pytest.raises(MalformedError, match=f"^Content-Type must be application/json, got {type_ or 'none'}$"):
        CREATE.read_body(type_, b"{}")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" ",
        b"{",
        b"{'name': 1}",
        b'{"name": 1,}',
        b"{} {}",
        b"\xff",
        b"NaN",
        b"[Infinity]",
        b'{"name": -Infinity}',
        b'{"name": 1e999}',
        b'{"name": ' + b"9" * 5000 + b"}",
        b'"\\ud800"',
        b'{"\\udfff": 1}',
        b"[" * 100_000,
    ],
    ids=range(15),
)
def test_a_body_that_is_no_json_is_refused(content: bytes) -> None:
    with pytest.raises(MalformedError, match="^the body cannot be read as JSON: "):
        CREATE.read_body(JSON, content)


def test_how_deep_a_body_may_be_nested() -> None:
    deepest = '[{"a": ' * 49 + "[1]" + "}]" * 49
    assert CREATE.read_body(JSON, deepest.encode()) == json.loads(deepest)
    with pytest.raises(MalformedError, match="nested deeper than 100 levels$"):
        CREATE.read_body(JSON, f"[{deepest}]".encode())
    with pytest.raises(MalformedError, match="nested deeper than 100 levels$"):
        CREATE.read_body(JSON, f'{{"a": {deepest}, "b": 1}}'.encode())


def test_every_fault_of_a_body_is_named_with_its_place() -> None:
    assert [*CREATE.faults({"name": "x", "type": "hubspot"})] == []
    faults = [*CREATE.faults({"name": 1, "policies": [NOBODY, "x"]})]
    assert sorted(faults) == [
        'name: 1 is not of type "string"',
        'policies.1: "x" is not a "uuid"',
        'the body: "type" is a required property',
    ]


def test_a_fault_does_not_repeat_a_value_however_long_it_is() -> None:
    (fault,) = CREATE.faults({"name": ["x" * 10_000], "type": "hubspot"})
    assert len(fault) == len("name: ") + 300


def test_which_operations_take_a_body() -> None:
    taking: set[str] = set()
    for template in DOCUMENT["paths"]:
        found = SPECIFICATION.find(template)
        assert found is not None
        taking |= {operation.id for operation in found[0].values() if operation.body is not None}
    assert taking == {
        *("createBulkSync", "updateBulkSync", "activateBulkSync", "startBulkSyncExecution", "updateBulkSyncSchema"),
        *("createConnection", "updateConnection"),
    }


# --- Over a real socket -----------------------------------------------------------------------------------------------

REQUESTS = [
    pytest.param(method.upper(), template, item[method], id=item[method]["operationId"])
    for template, item in DOCUMENT["paths"].items()
    for method in item
]


@pytest.mark.parametrize(("method", "template", "operation"), REQUESTS)
def test_every_operation_checks_the_credential_the_version_its_path_and_its_body(
    api: Api, method: str, template: str, operation: dict[str, Any]
) -> None:
    names = {"id": NOBODY, "connection_id": NOBODY, "execution_id": NOBODY, "schema_id": "x"}
    path = template.format(**names)
    assert api.send(method, path, headers={"Authorization": "Bearer x"}).status_code == 401
    message = api.refused(400, method, path, headers={"X-Polytomic-Version": "2022-12-12"})
    assert message == "X-Polytomic-Version must be 2023-04-25, got '2022-12-12'."
    for name in names:
        if f"{{{name}}}" in template and name != "schema_id":
            broken = template.format(**{**names, name: "x"})
            assert api.refused(400, method, broken) == f"{name} is not a UUID"
    if "requestBody" in operation:
        assert api.refused(400, method, path) == "Content-Type must be application/json, got none"
        headers = {"Content-Type": JSON}
        message = api.refused(400, method, path, content=b"{", headers=headers)
        assert message.startswith("the body cannot be read as JSON: ")
        message = api.refused(422, method, path, content=b"[5]", headers=headers)
        assert message == 'the body: [5] is not of type "object"'
    elif method != "GET":
        assert api.send(method, path, content=b"{").status_code == 404


def test_what_is_checked_comes_in_the_order_parameters_body_contents(api: Api) -> None:
    path = "/api/connections/{}"
    assert api.refused(400, "PATCH", path.format("x"), content=b"{") == "id is not a UUID"
    assert api.refused(400, "PATCH", path.format(NOBODY), content=b"{").startswith("Content-Type must be")
    assert api.refused(422, "PATCH", path.format(NOBODY), {}) == 'the body: "name" is a required property'
    assert api.refused(404, "PATCH", path.format(NOBODY), {"name": ""}) == "connection not found"


def test_what_the_document_does_not_name_is_ignored(api: Api) -> None:
    assert api.get("/api/me", active="x", limit="0") == api.get("/api/me")
    api.post("/api/connections", {"name": "", "type": "hubspot", "more": [None]})
