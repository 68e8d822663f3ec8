"""A change is told with the Python name of what it is about, wherever in a document that is."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from openapi_python_client.strings import PythonIdentifier

from openapi import names
from openapi.document_changes import document_changes
from openapi.generate import generate
from openapi.moves import find_moves
from openapi.python_changes import python_changes

from .test_changes import ADDITIVE, BASE, BREAKING, COSMETIC, change_path, edited, schema, told

pytestmark = pytest.mark.process

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


def test_a_name_is_made_once_however_often_it_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def make(name: str, prefix: str) -> str:
        made.append(name)
        return PythonIdentifier(name, prefix)

    monkeypatch.setattr(names, "PythonIdentifier", make)
    old = edited(lambda document: schema(document, "Thing")["properties"].update(madeOnce=TEXT, madeTwice=TEXT))

    document_changes(old, edited(lambda document: schema(document, "Thing")["properties"].update(madeOnce=TEXT)))

    assert (made.count("madeOnce"), made.count("madeTwice")) == (1, 1)


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

    assert told(document_changes(old, new), with_places=False) == [(COSMETIC, "what oasdiff takes for no change", ())]
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


def changes_of_names(old: dict[str, Any], new: dict[str, Any], folder: Path) -> list[Any]:
    for name in ("old", "new"):
        (folder / name).mkdir()
    return told(python_changes(generate(old, folder / "old"), generate(new, folder / "new")), with_places=False)


def test_a_value_of_a_map_is_named_by_its_model() -> None:
    old = copy.deepcopy(BASE)
    schema(old, "Thing")["properties"]["m"] = {"type": "object", "additionalProperties": TEXT}
    new = copy.deepcopy(old)
    schema(new, "Thing")["properties"]["m"]["additionalProperties"] = {"type": "integer"}

    (change,) = document_changes(old, new)

    assert change.severity is BREAKING
    assert change.python == ("models.Thing.m",)


def test_names_that_would_meet_are_told_as_the_generator_makes_them(tmp_path: Path) -> None:
    new = copy.deepcopy(BASE)
    schema(new, "Thing")["properties"]["Name"] = TEXT
    new["paths"]["/things"]["get"]["parameters"].append({"name": "client", "in": "query", "schema": TEXT})

    assert [python for _, _, python in told(document_changes(BASE, new), with_places=False)] == [
        ("list_things(client_query=)",),
        ("models.Thing.Name",),
    ]
    texts = [what for _, what, _ in changes_of_names(BASE, new, tmp_path)]
    assert "changed: list_things(): with `client_query: str | Unset = UNSET`" in texts
    assert "new: models.Thing.Name: str | Unset = UNSET" in texts


def test_a_parameter_whose_type_is_in_the_text_is_named_all_the_same(tmp_path: Path) -> None:
    old, new = copy.deepcopy(BASE), copy.deepcopy(BASE)
    old["paths"]["/things"]["get"]["parameters"].append({"name": "max", "in": "query", "schema": {"type": "integer"}})
    new["paths"]["/things"]["get"]["parameters"].append({"name": "max", "in": "query", "schema": {"type": "number"}})

    assert [(severity, python) for severity, _, python in told(document_changes(old, new), with_places=False)] == [
        (ADDITIVE, ("list_things(max_=)",))
    ]
    assert changes_of_names(old, new, tmp_path) == [
        (ADDITIVE, "changed: list_things(): `max_: int | Unset = UNSET` is now `max_: float | Unset = UNSET`", ())
    ]


def test_a_text_is_wider_than_an_enum_and_an_enum_is_not_wider_than_a_text(tmp_path: Path) -> None:
    new = copy.deepcopy(BASE)
    new["paths"]["/things"]["get"]["parameters"][1]["schema"] = TEXT
    narrow, wide = "`colour: Colour | Unset = UNSET`", "`colour: str | Unset = UNSET`"

    (tmp_path / "there").mkdir()
    (tmp_path / "back").mkdir()
    assert changes_of_names(BASE, new, tmp_path / "there") == [
        (ADDITIVE, f"changed: list_things(): {narrow} is now {wide}", ())
    ]
    assert changes_of_names(new, BASE, tmp_path / "back") == [
        (BREAKING, f"changed: list_things(): {wide} is now {narrow}", ())
    ]


def test_a_member_of_what_is_another_model_now_is_not_named_by_the_old_one() -> None:
    old = copy.deepcopy(BASE)
    old["components"]["schemas"]["Other"] = {"type": "object", "properties": {"name": {"type": "integer"}}}
    new = copy.deepcopy(old)
    schema(new, "ThingEnvelope")["properties"]["data"] = {"$ref": "#/components/schemas/Other"}

    found = [change for change in document_changes(old, new) if "type/format changed" in change.what]

    assert [change.python for change in found] == [("create_thing", "get_thing", "update_thing")]
    assert "`data/name`" in found[0].what


def test_a_parameter_of_a_whole_path_is_named_in_each_operation() -> None:
    old = copy.deepcopy(BASE)
    old["paths"]["/things"]["parameters"] = [{"name": "maxSize", "in": "query", "schema": TEXT}]
    new = copy.deepcopy(old)
    del new["paths"]["/things"]["parameters"]

    (change,) = document_changes(old, new)

    assert change.python == ("list_things(max_size=)", "create_thing(max_size=)")


def test_a_value_is_told_as_it_is() -> None:
    new = copy.deepcopy(BASE)
    new["components"]["schemas"]["Colour"]["enum"] += ["{id}", "{value}"]

    for change in document_changes(BASE, new):
        assert "`{id}`, `{value}`" in change.what
