"""The rules of what names a kind: a member beside it, or the property of a discriminator."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from openapi.rules import violations

from .shared import ROOT
from .test_rules import NEW, SCHEMAS, THING, Edit, component, edited, member


def kind_from(sibling: str, mapping: dict[str, str]) -> dict[str, Any]:
    """A member whose kind another member names."""
    targets = {value: f"#/components/schemas/{name}" for value, name in mapping.items()}
    known = [{"$ref": target} for target in targets.values() if not target.endswith("/No")]
    return {"anyOf": known, "x-kind-from": {"propertyName": sibling, "mapping": targets}}


def discriminated(new: str, other: str) -> dict[str, Any]:
    return {
        "oneOf": [NEW, {"$ref": "#/components/schemas/Thing"}],
        "discriminator": {"propertyName": "name", "mapping": {new: "NewThing", other: "Thing"}},
    }


RULES: dict[str, tuple[Edit, str, str]] = {
    "a kind that no member names": (
        member(kind_from("a", {"x": "NewThing"})),
        THING,
        "x-kind-from needs a string: a is not one in each object",
    ),
    "a kind that a number names": (
        member(kind_from("size", {"x": "NewThing"})),
        THING,
        "x-kind-from needs a string: size is not one in each object",
    ),
    "a kind that an id names": (
        member(kind_from("id", {"x": "NewThing"})),
        THING,
        "x-kind-from needs a string: id is not one",
    ),
    "a kind that nothing names": (
        member({"anyOf": [NEW], "x-kind-from": "name"}),
        THING,
        "x-kind-from needs propertyName, and a mapping",
    ),
    "a kind that is not a member": (
        member({"type": "array", "items": kind_from("name", {"x": "NewThing"})}),
        f"{THING}/items",
        "x-kind-from is for a member of an object",
    ),
    "a kind that is a string": (
        member(kind_from("name", {"x": "NewThing", "y": "Colour"})),
        THING,
        "x-kind-from leads to #/components/schemas/Colour, which is not a component that is an object",
    ),
    "a kind that is nowhere": (
        member(kind_from("name", {"x": "NewThing", "y": "No"})),
        THING,
        "x-kind-from leads to #/components/schemas/No, which is not a component",
    ),
    "a kind that is another name of a component": (
        member(kind_from("name", {"x": "Alias"}), Alias=NEW),
        THING,
        "x-kind-from leads to #/components/schemas/Alias, which is not a component",
    ),
    "an alternative without a name": (
        member(
            {**kind_from("name", {"x": "NewThing"}), "anyOf": [NEW, {"$ref": "#/components/schemas/ThingEnvelope"}]}
        ),
        THING,
        "x-kind-from has no name for an alternative",
    ),
    "a name for what is not an alternative": (
        member({**kind_from("name", {"x": "NewThing", "y": "ThingEnvelope"}), "anyOf": [NEW]}),
        THING,
        "x-kind-from names a component that is not an alternative",
    ),
    "a mapping whose alternatives lack the name": (
        member(
            {
                "oneOf": [NEW, {"$ref": "#/components/schemas/ThingEnvelope"}],
                "discriminator": {"propertyName": "name", "mapping": {"a": "NewThing", "b": "ThingEnvelope"}},
            }
        ),
        THING,
        "the discriminator needs a string: name is not one in each object",
    ),
    "a name with invisible characters": (
        member(kind_from("name", {"x\n": "NewThing"})),
        THING,
        r"x-kind-from has 'x\n', which has invisible characters",
    ),
    "a mapping that leaves one out": (
        member(
            {
                "oneOf": [NEW, {"$ref": "#/components/schemas/Thing"}],
                "discriminator": {"propertyName": "name", "mapping": {"a": "NewThing"}},
            }
        ),
        THING,
        "the discriminator has no name for an alternative",
    ),
    "two mappings that differ": (
        lambda document: [
            component(name, union)(document)
            for name, union in (("One", discriminated("a", "b")), ("Two", discriminated("a", "c")))
        ],
        f"{SCHEMAS}/Two",
        "the discriminator names a component otherwise than another one does",
    ),
}


@pytest.mark.parametrize("kind", RULES)
def test_what_cannot_name_a_kind_is_refused_with_its_place(kind: str) -> None:
    edit, place, said = RULES[kind]

    found = list(violations(edited(edit)))

    assert [message for where, message in found if where == place and said in message], found


WHAT_PASSES: dict[str, Edit] = {
    "kinds told apart by constants that a mapping names, too": member(
        {
            "oneOf": [
                {"$ref": "#/components/schemas/Cat"},
                {"type": "object", "properties": {"kind": {"const": "dog"}}},
            ],
            "discriminator": {"propertyName": "kind", "mapping": {"cat": "#/components/schemas/Cat"}},
        },
        Cat={"type": "object", "properties": {"kind": {"const": "cat"}}},
    ),
    "kinds told apart by a mapping": member(discriminated("a", "b")),
    "a kind that is any object": member(kind_from("name", {"x": "Free", "y": "NewThing"}), Free={"type": "object"}),
    "a kind that another member names": member(kind_from("name", {"x": "NewThing", "y": "ThingEnvelope"})),
}


@pytest.mark.parametrize("kind", WHAT_PASSES)
def test_what_names_a_kind_passes(kind: str) -> None:
    assert list(violations(edited(WHAT_PASSES[kind]))) == []


def test_what_the_reference_shows_names_a_kind() -> None:
    page = (ROOT / "docs" / "reference" / "openapi-documents.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    shown = {"type": "object", "properties": yaml.safe_load(block)}

    document = edited(member(shown, SyncRunning={"type": "object"}, SyncFailed={"type": "object"}))

    assert list(violations(document)) == []
    del document["components"]["schemas"]["SyncFailed"]
    assert [message for place, message in violations(document) if place == f"{THING}/properties/event"]
