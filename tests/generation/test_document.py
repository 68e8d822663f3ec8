"""The vendored document and its rules."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator
from typing import Any, cast
from urllib.parse import quote

import jsonschema_rs
import pytest

from polytomic_client import API_VERSION, AsyncPolytomic, Polytomic
from polytomic_client import v2023_04_25 as package
from polytomic_client.v2023_04_25.api import (
    AsyncOperations,
    AsyncOperationsWithResponse,
    Operations,
    OperationsWithResponse,
)

from .shared import DOCUMENT, read_document


def _nodes(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Every object of a document with its place, but not what examples and defaults hold."""
    if isinstance(value, dict):
        node = cast("dict[str, Any]", value)
        yield path, node
        for name, child in node.items():
            is_a_name = bool(path) and path[-1] in ("properties", "schemas", "patternProperties")
            if is_a_name or name not in ("example", "examples", "default", "const"):
                yield from _nodes(child, (*path, name))
    elif isinstance(value, list):
        for index, child in enumerate(cast("Iterable[Any]", value)):
            yield from _nodes(child, (*path, str(index)))


def _schemas(document: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Every object but those that map names to schemas, where a keyword would be a name."""
    for path, node in _nodes(document):
        if not path or path[-1] not in ("properties", "schemas", "patternProperties"):
            yield path, node


def _pointer(path: tuple[str, ...]) -> str:
    return "#/" + "/".join(quote(part.replace("~", "~0").replace("/", "~1")) for part in path)


def _operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for item in document["paths"].values() for operation in item.values()]


def test_the_document_is_valid() -> None:
    from openapi_spec_validator import validate

    document = read_document()
    validate(document)
    assert document["openapi"].startswith("3.1.")


def test_the_document_names_one_version_everywhere() -> None:
    document = read_document()
    version = document["info"]["version"]

    assert document["components"]["parameters"]["Version"]["name"] == "X-Polytomic-Version"
    assert document["components"]["parameters"]["Version"]["required"] is True
    assert document["components"]["parameters"]["Version"]["schema"]["default"] == version
    assert version == API_VERSION == package.API_VERSION
    assert DOCUMENT.stem == f"polytomic-{version}"
    assert package.__name__.rpartition(".")[2] == f"v{version.replace('-', '_')}"


def test_every_operation_asks_for_the_version() -> None:
    for operation in _operations(read_document()):
        assert {"$ref": "#/components/parameters/Version"} in operation["parameters"], operation["operationId"]


def test_every_post_and_nothing_else_takes_an_idempotency_key() -> None:
    reference = {"$ref": "#/components/parameters/IdempotencyKey"}
    for item in read_document()["paths"].values():
        for method, operation in item.items():
            assert (reference in operation["parameters"]) is (method == "post"), operation["operationId"]


def test_bodies_are_json_and_no_parameter_is_a_cookie_because_the_clients_send_nothing_else() -> None:
    document = read_document()
    assert {tuple(node["content"]) for _, node in _schemas(document) if "content" in node} == {("application/json",)}
    assert {node["in"] for path, node in _schemas(document) if "in" in node and path[-1:] != ("properties",)} == {
        "path",
        "query",
        "header",
    }


def test_what_may_be_null_says_so_as_a_type() -> None:
    assert [_pointer(path) for path, node in _schemas(read_document()) if "nullable" in node] == []


def test_every_enum_is_a_component_of_its_own() -> None:
    inline = [
        _pointer(path)
        for path, node in _schemas(read_document())
        if "enum" in node and not (len(path) == 3 and path[:2] == ("components", "schemas"))
    ]
    assert inline == []


def test_a_union_has_one_array_at_most_because_encoding_could_not_tell_two_apart() -> None:
    ambiguous = [
        _pointer(path)
        for path, node in _schemas(read_document())
        for union in (node.get("oneOf", []), node.get("anyOf", []))
        if sum(alternative.get("type") == "array" for alternative in union) > 1
    ]
    assert ambiguous == []


def test_no_parameter_has_a_description_that_the_generator_would_lose() -> None:
    lost = [_pointer(path) for path, node in _schemas(read_document()) if "in" in node and "description" in node]
    assert lost == []


def test_operations_and_members_are_described() -> None:
    document = read_document()
    for operation in _operations(document):
        assert operation["summary"].endswith("."), operation["operationId"]
        assert len(operation["tags"]) == 1
    bodies = [(path, node) for path, node in _schemas(read_document()) if path[-2:-1] == ("content",)]
    bare = [_pointer(path) for path, node in bodies if "examples" not in node]
    assert bare == []


def _examples(document: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Every example with its name and the place of its schema."""
    shared = document["components"]["examples"]
    for path, node in _schemas(document):
        if path == ("components",):
            continue
        examples: Any = node.get("examples", {})
        if isinstance(examples, dict):
            for name, example in cast("dict[str, Any]", examples).items():
                found = shared[example["$ref"].rpartition("/")[2]] if "$ref" in example else example
                yield name, _pointer((*path, "schema")), found["value"]
        else:
            for index, example in enumerate(cast("list[Any]", examples)):
                yield str(index), _pointer(path), example


@pytest.mark.parametrize(
    ("schema", "example"),
    [pytest.param(schema, example, id=f"{name} {schema}") for name, schema, example in _examples(read_document())],
)
def test_every_example_is_valid(schema: str, example: Any) -> None:
    validator = jsonschema_rs.Draft202012Validator({**read_document(), "$ref": schema}, validate_formats=True)

    assert [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(example)] == []


def test_every_success_and_error_with_a_body_has_an_example() -> None:
    bare = [
        _pointer(path)
        for path, node in _schemas(read_document())
        if path[-2:-1] == ("content",) and "examples" not in node
    ]
    assert bare == []


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


METHODS = {_snake(operation["operationId"]) for operation in _operations(read_document())}


@pytest.mark.parametrize("with_response", [False, True])
@pytest.mark.parametrize(("client", "asynchronous"), [(AsyncPolytomic, True), (Polytomic, False)])
def test_every_operation_is_a_method(client: Any, *, asynchronous: bool, with_response: bool) -> None:
    face = client(api_key="x")
    if with_response:
        face = face.with_response

    assert METHODS
    for name in METHODS:
        method = getattr(face, name)
        assert inspect.iscoroutinefunction(method) is asynchronous
        assert method.__annotations__["return"].startswith("APIResponse[") is with_response
        assert method.__doc__


@pytest.mark.parametrize("kind", [AsyncOperations, AsyncOperationsWithResponse, Operations, OperationsWithResponse])
def test_no_method_is_left_of_an_operation_that_the_document_lost(kind: type) -> None:
    assert {name for name in vars(kind) if not name.startswith("_")} == METHODS
