"""The vendored document and its rules."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import quote

import jsonschema_rs
import pytest

from openapi.document import objects, operations, pointer
from openapi.validity import check_validity
from polytomic_client import API_VERSION, AsyncPolytomic, Polytomic
from polytomic_client import v2023_04_25 as package
from polytomic_client.v2023_04_25.api import (
    AsyncOperations,
    AsyncOperationsWithResponse,
    Operations,
    OperationsWithResponse,
)

from .shared import DOCUMENT, ROOT, read_document


def _operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for _, operation in operations(document)]


def test_the_document_is_valid() -> None:
    check_validity(read_document())


def test_the_document_names_one_version_everywhere() -> None:
    document = read_document()
    version = document["info"]["version"]

    assert document["components"]["parameters"]["Version"]["name"] == "X-Polytomic-Version"
    assert document["components"]["parameters"]["Version"]["required"] is True
    assert document["components"]["parameters"]["Version"]["schema"]["default"] == version
    assert version == API_VERSION == package.API_VERSION
    assert DOCUMENT.stem == f"polytomic-{version}"
    assert package.__name__.rpartition(".")[2] == f"v{version.replace('-', '_')}"


def test_one_hand_written_module_names_the_version() -> None:
    naming = [
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "polytomic_client").rglob("*.py"))
        if not path.is_relative_to(ROOT / "polytomic_client" / package.__name__.rpartition(".")[2])
        and "2023-04-25" in path.read_text(encoding="utf-8")
    ]

    assert naming == ["polytomic_client/_versions/v2023_04_25.py"]


def test_every_post_and_nothing_else_takes_an_idempotency_key() -> None:
    reference = {"$ref": "#/components/parameters/IdempotencyKey"}
    for item in read_document()["paths"].values():
        for method, operation in item.items():
            assert (reference in operation["parameters"]) is (method == "post"), operation["operationId"]


def test_every_operation_is_described_in_a_sentence() -> None:
    for operation in _operations(read_document()):
        assert operation["summary"].endswith("."), operation["operationId"]


def _examples(document: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Every example with its name and the place of its schema."""
    shared = document["components"]["examples"]
    for path, node in objects(document):
        if path == ("components",):
            continue
        examples: Any = node.get("examples", {})
        if isinstance(examples, dict):
            for name, example in cast("dict[str, Any]", examples).items():
                found = shared[example["$ref"].rpartition("/")[2]] if "$ref" in example else example
                yield name, pointer((*path, "schema")), found["value"]
        else:
            for index, example in enumerate(cast("list[Any]", examples)):
                yield str(index), pointer(path), example


@pytest.mark.parametrize(
    ("schema", "example"),
    [pytest.param(schema, example, id=f"{name} {schema}") for name, schema, example in _examples(read_document())],
)
def test_every_example_is_valid(schema: str, example: Any) -> None:
    validator = jsonschema_rs.Draft202012Validator(
        {**read_document(), "$ref": quote(schema, safe="#/~")}, validate_formats=True
    )

    assert [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(example)] == []


def test_every_success_and_error_with_a_body_has_an_example() -> None:
    bare = [
        pointer(path)
        for path, node in objects(read_document())
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
