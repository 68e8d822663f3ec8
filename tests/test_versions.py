"""Answers of a later version of the API, fed to this client: it refuses or decodes them, and never into garbage."""

from __future__ import annotations

import asyncio
import datetime as dt
import inspect
import json
import types
import typing
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import attrs
import jsonschema_rs
import pytest

from openapi.document import is_array, is_object
from polytomic_client import AsyncPolytomic, DecodeError, Polytomic, VersionMismatchError
from polytomic_client.v2023_04_25 import models
from polytomic_client.v2023_04_25.types import UNSET, Unset, decode_datetime

from .conftest import KEY
from .document import DOCUMENT, MODULES, resolve, snake
from .server import Answer, Server

ID = "248df4b7-aa70-47b8-a036-33ac447e668d"
LATER: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "2025-09-18.json").read_text(encoding="utf-8"))
VERSION = "X-Polytomic-Version"

COUNTERPARTS = {
    "get-destination": "get_bulk_destination",
    "get-source": "get_bulk_source",
    "list": "list_bulk_syncs",
    "create": "create_bulk_sync",
    "get": "get_bulk_sync",
    "update": "update_bulk_sync",
    "activate": "activate_bulk_sync",
    "cancel": "cancel_bulk_sync",
    "start": "start_bulk_sync_execution",
    "get-status": "get_bulk_sync_status",
}
"""The operations of the later version that answer with a body, and what they are called here."""

LATER_VALUE = "a value of an even later version"


def later(node: dict[str, Any]) -> dict[str, Any]:
    """Follow references inside of the later document."""
    while "$ref" in node:
        node = LATER["components"]["schemas"][node["$ref"].rpartition("/")[2]]
    return node


TEXTS = {"uuid": ID, "date-time": "2025-09-18T12:00:00Z", "date": "2025-09-18"}


def examples(schema: dict[str, Any], depth: int = 0) -> list[Any]:
    """Values of a schema: with each member there in each of its ways, with those required only, and none twice."""
    schema = later(schema)
    if "enum" in schema:
        return [*schema["enum"], LATER_VALUE]
    if parts := schema.get("oneOf", schema.get("anyOf")):
        return [value for part in parts for value in examples(part, depth)]
    kinds: Any = schema.get("type", ["string", "integer", "null", "object"])
    made: list[Any] = []
    for kind in kinds if is_array(kinds) else [kinds]:
        made += _of_kind(kind, schema, depth)
    return made


def _of_kind(kind: str, schema: dict[str, Any], depth: int) -> list[Any]:
    if kind == "array":
        items = examples(schema["items"], depth + 1)
        return [[], items[:1], items]
    if kind == "object":
        return _objects(schema, depth)
    plain: dict[str, list[Any]] = {
        "null": [None],
        "string": [TEXTS.get(schema.get("format", ""), "text")],
        "integer": [0, 7],
        "number": [0.5, 7],
        "boolean": [True, False],
    }
    return plain[kind]


def _objects(schema: dict[str, Any], depth: int) -> list[Any]:
    if "properties" not in schema:
        return [{}, {"free": {"of": [1, None, "shape", {}]}, "a": "b"}]
    members = {name: examples(member, depth + 1) for name, member in schema["properties"].items()}
    whole = {name: values[0] for name, values in members.items()}
    required = {name: whole[name] for name in schema.get("required", ())}
    return [
        whole,
        required,
        {**whole, "new_in_an_even_later_version": {"a": 1}},
        *({**whole, name: value} for name, values in members.items() for value in values[1:]),
    ]


def answers(operation: str) -> list[Any]:
    """Bodies of a success of the later version."""
    (found,) = [each for item in LATER["paths"].values() for each in item.values() if each["operationId"] == operation]
    return examples(found["responses"]["200"]["content"]["application/json"]["schema"])


def asked(name: str) -> dict[str, Any]:
    """Arguments for a method, which a scripted server ignores."""
    arguments: dict[str, Any] = {"id": ID, "connection_id": ID, "execution_id": ID, "schema_id": "contact"}
    parameters = inspect.signature(getattr(Polytomic, name)).parameters
    kept = {key: value for key, value in arguments.items() if key in parameters}
    if "body" in parameters:
        model, *_ = typing.get_args(typing.get_type_hints(getattr(Polytomic, name))["body"])
        kept["body"] = model.from_dict({})
    return kept


def calls(name: str, server: Server) -> Iterator[Callable[[], Any]]:
    """The call of a method in both ways."""

    async def call() -> Any:
        async with AsyncPolytomic(api_key=KEY, base_url=server.url) as polytomic:
            return await getattr(polytomic, name)(**asked(name))

    def call_blocking() -> Any:
        with Polytomic(api_key=KEY, base_url=server.url) as polytomic:
            return getattr(polytomic, name)(**asked(name))

    yield lambda: asyncio.run(call())
    yield call_blocking


def ours() -> Iterator[tuple[str, str, int, Any]]:
    """Every example of a success in the document of this version, with its operation, its name and its status."""
    for item in DOCUMENT["paths"].values():
        for operation in item.values():
            for status, reference in operation["responses"].items():
                for media in resolve(reference).get("content", {}).values() if status.startswith("2") else ():
                    for name, example in media.get("examples", {}).items():
                        yield snake(operation["operationId"]), name, int(status), resolve(example)["value"]


OURS = [pytest.param(*example, id=f"{example[0]} {example[1]}") for example in ours()]


@pytest.mark.parametrize(("operation", "_name", "status", "body"), OURS)
def test_an_answer_of_this_version_decodes_and_the_same_of_another_is_refused(
    operation: str, _name: str, status: int, body: Any
) -> None:
    with Server(Answer(status, body, {VERSION: "2023-04-25"})) as server:
        for call in calls(operation, server):
            assert same(body, call().to_dict())

    with Server(Answer(status, body, {VERSION: "2025-09-18"})) as server:
        for call in calls(operation, server):
            with pytest.raises(VersionMismatchError):
                call()


@pytest.mark.parametrize("operation", COUNTERPARTS)
def test_a_later_answer_is_refused_by_its_version_and_decoded_without_one(operation: str) -> None:
    body, *_ = answers(operation)
    with Server(Answer(200, body, {VERSION: "2025-09-18"})) as server:
        for call in calls(COUNTERPARTS[operation], server):
            with pytest.raises(VersionMismatchError, match="requested API version 2023-04-25, got version 2025-09-18"):
                call()

    with Server(Answer(200, body, {VERSION: None})) as server:
        for call in calls(COUNTERPARTS[operation], server):
            assert same(body, call().to_dict())


@pytest.mark.parametrize("body", [b"<html>", b'{"data": 5}', b""])
def test_a_later_answer_is_refused_before_it_is_looked_at(body: bytes) -> None:
    with Server(Answer(200, body, {VERSION: "2025-09-18"})) as server:
        for call in calls("get_bulk_destination", server):
            with pytest.raises(VersionMismatchError):
                call()


@pytest.mark.parametrize("operation", COUNTERPARTS)
def test_the_examples_of_the_later_version_are_answers_of_it(operation: str) -> None:
    (found,) = [each for item in LATER["paths"].values() for each in item.values() if each["operationId"] == operation]
    schema = found["responses"]["200"]["content"]["application/json"]["schema"]
    validator = jsonschema_rs.Draft202012Validator({**LATER, **schema})
    known = [body for body in answers(operation) if LATER_VALUE not in json.dumps(body)]

    assert len(known) >= 3
    assert [body for body in known if not validator.is_valid(body)] == []


@pytest.mark.parametrize("operation", COUNTERPARTS)
def test_a_later_answer_without_a_version_decodes_or_is_refused_and_is_never_garbage(operation: str) -> None:
    decode = MODULES[COUNTERPARTS[operation]].OPERATION.decode
    for body in answers(operation):
        content = json.dumps(body).encode()
        # The later version does not promise it.
        if "data" not in body:
            with pytest.raises(DecodeError, match="data"):
                decode(200, content, request="GET /")
            continue
        answer = decode(200, content, request="GET /")
        assert list(garbage(answer, type(answer), "$")) == [], body
        assert same(body, answer.to_dict()), body


def garbage(value: Any, hint: Any, path: str) -> Iterator[str]:
    """Yield where a value is not what its annotation says. What is missing, and null, is forgiven everywhere."""
    if value is UNSET or value is None or hint is Any:
        return
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        if all(list(garbage(value, each, path)) for each in arguments if each not in (Unset, types.NoneType)):
            yield f"{path} is no {hint}: {value!r}"
    elif origin is typing.Literal:
        if value not in arguments:
            yield f"{path} is none of {arguments}: {value!r}"
    elif origin is list:
        if not is_array(value):
            yield f"{path} is no list: {value!r}"
            return
        for index, item in enumerate(value):
            yield from garbage(item, arguments[0], f"{path}[{index}]")
    elif origin is dict:
        if not is_object(value):
            yield f"{path} is no dict: {value!r}"
            return
        for name, item in value.items():
            yield from garbage(item, arguments[1], f"{path}.{name}")
    elif type(value) is not hint and not (hint is float and type(value) is int):
        yield f"{path} is no {hint.__name__}: {value!r}"
    elif attrs.has(hint):
        hints = typing.get_type_hints(hint)
        for name, member in hints.items():
            if not name.startswith("_"):
                yield from garbage(getattr(value, name), member, f"{path}.{name}")


def same(sent: Any, encoded: Any) -> bool:
    """Say whether what is encoded is what was sent, but for the spelling of instants, and null arrays and maps."""
    if is_object(sent) and is_object(encoded):
        return sent.keys() == encoded.keys() and all(same(sent[name], encoded[name]) for name in sent)
    if is_array(sent) and is_array(encoded):
        return len(sent) == len(encoded) and all(map(same, sent, encoded))
    if sent is None:
        return encoded is None or encoded in ([], {})
    return sent == encoded or _instant(sent) == _instant(encoded) is not None


def _instant(value: Any) -> dt.datetime | None:
    try:
        return decode_datetime(value) if isinstance(value, str) else None
    except ValueError:
        return None


@pytest.mark.parametrize(
    ("value", "hint", "places"),
    [
        ("a", int, 1),
        (True, int, 1),
        (1, bool, 1),
        (1, float, 0),
        ("a", UUID, 1),
        (["a", 1], list[str], 1),
        ({"a": 1}, dict[str, str], 1),
        ("a", int | None, 1),
        (None, int, 0),
        ("a", models.BulkMode, 1),
        (models.BulkMode("unheard of"), models.BulkMode, 0),
        (models.Schema.from_dict({"id": 5, "name": True, "fields": [{"id": "a", "path": 7}]}), models.Schema, 3),
    ],
)
def test_garbage_is_seen(value: Any, hint: Any, places: int) -> None:
    assert len(list(garbage(value, hint, "$"))) == places
