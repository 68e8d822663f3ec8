"""A change is told with the Python name of what it is about, wherever in a document that is."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from openapi.document_changes import document_changes, find_moves
from openapi.generate import generate
from openapi.python_changes import python_changes

from .test_changes import BASE, BREAKING, change_path, edited, schema, told

PART = {"$ref": "#/components/schemas/part"}
NEW = {"$ref": "#/components/schemas/NewThing"}
TEXT = {"type": "string"}
WAYS: dict[str, dict[str, Any]] = {
    "a member": PART,
    "an item": {"type": "array", "items": PART},
    "an item of two kinds": {"type": "array", "items": {"oneOf": [TEXT, PART]}},
    "an alternative": {"anyOf": [{"type": "integer"}, PART]},
    "what may be null": {"oneOf": [PART, {"type": "null"}]},
    "a part of a whole": {"allOf": [PART, {"type": "object", "properties": {"more": TEXT}}]},
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("direction", ["Thing", "NewThing"])
def test_a_member_is_named_by_its_model_however_it_is_reached(way: str, direction: str) -> None:
    old = copy.deepcopy(BASE)
    old["components"]["schemas"]["part"] = {"type": "object", "properties": {"size": TEXT, "name": TEXT}}
    schema(old, direction)["properties"]["m"] = WAYS[way]
    new = copy.deepcopy(old)
    del schema(new, "part")["properties"]["size"]

    (change,) = document_changes(old, new)

    assert change.severity is BREAKING
    assert change.python == ("models.Part.size",)
    assert "`part.size`" in change.what


def test_a_component_that_is_gone_is_named_by_its_class() -> None:
    old = copy.deepcopy(BASE)
    old["components"]["schemas"]["spare_thing"] = {"type": "object"}

    assert told(document_changes(old, BASE), with_places=False) == [
        (BREAKING, "removed the schema `spare_thing`", ("models.SpareThing",))
    ]


def test_what_oasdiff_does_not_look_at_is_told_by_the_python_names(tmp_path: Path) -> None:
    old = copy.deepcopy(BASE)
    old["components"]["schemas"]["part"] = {"type": "object", "properties": {"size": TEXT, "name": TEXT}}
    schema(old, "Thing")["properties"]["m"] = {"type": "object", "additionalProperties": PART}
    new = copy.deepcopy(old)
    del schema(new, "part")["properties"]["size"]
    for name in ("old", "new"):
        (tmp_path / name).mkdir()

    assert document_changes(old, new) == []
    changes = python_changes(generate(old, tmp_path / "old"), generate(new, tmp_path / "new"))
    assert told(changes, with_places=False) == [(BREAKING, "removed", ("models.Part.size",))]


def test_models_that_hold_themselves_are_looked_at_to_an_end() -> None:
    old, new = copy.deepcopy(BASE), edited(change_path)
    for document in (old, new):
        schema(document, "Thing")["properties"]["inner"] = {"$ref": "#/components/schemas/Thing"}
        schema(document, "NewThing")["properties"]["inner"] = {
            "type": "array",
            "items": {"$ref": "#/components/schemas/NewThing"},
        }
    new["paths"]["/v2/things/{thing_id}"]["get"]["operationId"] = "readThing"

    assert len(find_moves(old, new)) == 3
