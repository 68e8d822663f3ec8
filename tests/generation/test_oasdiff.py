"""oasdiff finds the same in the same documents each time, and nothing in schemas that are equal."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest

from openapi.document_changes import document_changes
from openapi.oasdiff import entries_of

from .test_changes import ADDITIVE, BASE, BREAKING, schema, told

pytestmark = pytest.mark.process

KINDS = ("string", "array", "null", "integer", "object", "boolean")


def entry(text: str, **place: str) -> dict[str, Any]:
    return {"id": "response-property-list-of-types-widened", "text": text, "level": 3, **place}


def test_the_order_in_which_oasdiff_writes_changes_nothing() -> None:
    lists = ["array and null", "array, null and string", "array, integer or null"]
    shuffled = ["null and array", "string, array and null", "null, integer or array"]
    texts = [[f"widened by adding types `{kinds}`" for kinds in each] for each in (lists, shuffled)]
    one, other = ([entry(text, path="/a", operation="GET") for text in each] for each in texts)
    one.append(entry("of no operation"))
    other.append(entry("of no operation"))
    random.Random(1).shuffle(other)

    found = entries_of(one)

    assert found == entries_of(other)
    assert [each.text for each in found[1:]] == sorted(texts[0])


def test_other_words_keep_their_order() -> None:
    (found,) = entries_of([entry("added `string` and `array`, null and nothing")])

    assert found.text == "added `string` and `array`, null and nothing"


def with_types() -> tuple[dict[str, Any], dict[str, Any]]:
    """Two documents whose members take other types, in unions of many sizes."""
    old, new = copy.deepcopy(BASE), copy.deepcopy(BASE)
    for name in ("Thing", "NewThing"):
        for count in range(1, len(KINDS)):
            for document, kinds in ((old, KINDS[:count]), (new, KINDS[count - 1 :])):
                union = {"oneOf": [{"type": kind} for kind in kinds]}
                schema(document, name)["properties"] |= {f"one_{count}": union, f"list_{count}": {"type": [*kinds]}}
    return old, new


def with_cycles() -> tuple[dict[str, Any], dict[str, Any]]:
    """Two documents with schemas that hold themselves and each other, in which one member is new."""
    old = copy.deepcopy(BASE)
    node, leaf = ({"$ref": f"#/components/schemas/{name}"} for name in ("Node", "Leaf"))
    members = dict.fromkeys(("if", "then", "else", "not", "contains"), node)
    inner = {"items": {"type": "array", "items": node}, "leaf": leaf, "more": {"oneOf": [node, {"type": "null"}]}}
    old["components"]["schemas"]["Node"] = {"type": "object", "properties": {**members, **inner}}
    old["components"]["schemas"]["Leaf"] = {"type": "object", "properties": {"of": node, "size": {"type": "integer"}}}
    schema(old, "Thing")["properties"]["node"] = node
    schema(old, "NewThing")["properties"]["leaf"] = leaf
    new = copy.deepcopy(old)
    del schema(new, "Node")["properties"]["not"]
    return old, new


@pytest.mark.parametrize("documents", [with_types(), with_cycles()], ids=["types", "cycles"])
def test_the_same_documents_have_the_same_changes_each_time(documents: tuple[dict[str, Any], dict[str, Any]]) -> None:
    first, *others = (document_changes(*documents) for _ in range(4))

    assert first
    assert all(other == first for other in others)


def test_what_a_schema_holds_of_itself_is_told_once_for_each_direction() -> None:
    changes = document_changes(*with_cycles())

    assert told(changes, with_places=False) == [
        (
            BREAKING,
            "removed the optional property `Node.not` from the response with the `200` status",
            ("models.Node.not_",),
        ),
        (BREAKING, "removed the request property `Node.not`", ("models.Node.not_",)),
    ]
    assert [change.where for change in changes] == [
        ("GET /things", "POST /things", "GET /things/{id}", "PATCH /things/{id}"),
        ("POST /things", "PATCH /things/{id}"),
    ]


def test_many_schemas_that_hold_each_other_are_compared_once() -> None:
    old = copy.deepcopy(BASE)
    for number in range(60):
        held = {f"m{step}": {"$ref": f"#/components/schemas/N{(number + step) % 60}"} for step in (0, 1, 7)}
        old["components"]["schemas"][f"N{number}"] = {"type": "object", "properties": held}
    schema(old, "Thing")["properties"]["n"] = {"$ref": "#/components/schemas/N0"}
    new = copy.deepcopy(old)
    schema(new, "N59")["properties"]["hint"] = {"type": "string"}

    ((severity, _, python),) = told(document_changes(old, new), with_places=False)

    assert (severity, python) == (ADDITIVE, ("models.N59.hint",))
