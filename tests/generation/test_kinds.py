"""A member of every kind, decoded and encoded."""

from __future__ import annotations

import copy
import datetime as dt
import inspect
import json
import os
import subprocess
import sys
import typing
from pathlib import Path
from typing import Any
from uuid import UUID

import attrs
import pytest
import yaml

import polytomic_client
from openapi import document as documents
from openapi.generate import generate
from openapi.rules import violations
from polytomic_client._runtime.models import missing_member

from .shared import DATA, FULL, ID

pytestmark = pytest.mark.process


MOMENT = dt.datetime(2024, 2, 29, 12, 30, tzinfo=dt.UTC)


def test_there_is_one_unset_for_every_version(made: Any) -> None:
    assert made("types").UNSET is polytomic_client.UNSET
    assert made("types").Unset is type(polytomic_client.UNSET)


def test_an_operation_says_what_it_is_of(made: Any) -> None:
    operation = made("api.things.get_part").OPERATION
    assert (operation.version, operation.method, operation.path) == (
        "2000-01-31",
        "GET",
        "/api/things/{thing_id}/parts/{part}",
    )


def test_the_package_is_named_after_the_version(kinds: Path) -> None:
    assert kinds.name == "v2000_01_31"
    assert 'API_VERSION = "2000-01-31"' in (kinds / "__init__.py").read_text(encoding="utf-8")


USE = """
from v2000_01_29.api import Operations
from v2000_01_29.models import BulkSyncCanceled, Event, EventType, SyncRunning
from v2000_01_29.types import Unset


def name_of(event: Event) -> str:
    match event.event:
        case BulkSyncCanceled(sync_name=str(name)):
            return name
        case dict() as raw:
            return str(raw["name"])
        case None | Unset():
            return ""
        case known:
            return str(known.sync_id)


def ask(operations: Operations) -> None:
    operations.list_events(filters={"enabled": "true", "name": None}, params={"schemas": ["a"]}, sync_id="a")
    operations.list_events(sync_id=["a", "b"])
    operations.send_event(id="1", type_="new", event={"anything": 1})
    operations.send_event(id="1", type_="sync.running", event=SyncRunning())
    operations.create_event(body=Event(id="1", type_="new"), type_=5)
    operations.choose_events(body=EventType.ONE)
"""


def test_every_kind_of_member_and_operation_passes_mypy_strict(kinds: Path, taken: Path, tmp_path: Path) -> None:
    """Also of tests/data/taken.yaml, with its use, and of a document without a schema: each run takes seconds."""
    (tmp_path / "use.py").write_text(USE, encoding="utf-8")
    without = documents.read(DATA / "small.yaml")
    without["components"]["schemas"] = {}
    without["paths"] = {"/things/{id}": {"delete": without["paths"]["/things/{id}"]["delete"]}}
    assert list(violations(without)) == []
    paths = [kinds, taken, generate(without, tmp_path), tmp_path / "use.py"]

    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", os.devnull, *map(str, paths)],
        check=False,
        cwd=taken.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def test_hints_of_every_kind_are_known_at_run_time(made: Any, models: Any) -> None:
    api, asked = made("api"), 0
    things: list[Any] = [
        *(getattr(models, name) for name in models.__all__ if attrs.has(getattr(models, name))),
        *(
            value
            for value in (getattr(api, name) for name in dir(api))
            if isinstance(value, type) and value.__module__ == api.__name__
        ),
    ]
    for thing in things:
        typing.get_type_hints(thing)
        for name, function in inspect.getmembers(thing, inspect.isfunction):
            if name == "__init__" or not name.startswith("_"):
                assert {str, bytes}.isdisjoint(map(type, typing.get_type_hints(function).values())), function
                inspect.signature(function, eval_str=True)
                asked += 1
    assert asked > 100


def test_a_missing_member_is_named_as_in_json(models: Any) -> None:
    renamed = {
        name: json_name
        for name in models.__all__
        for json_name in getattr(getattr(models, name), "_renamed", {}).values()
    }
    assert renamed
    for name in renamed:
        kind = getattr(models, name)
        empty = kind.from_dict({})
        required = kind._required
        assert missing_member(empty) == ([kind._renamed.get(required[0], required[0])] if required else None)


def test_the_sample_has_every_member(models: Any) -> None:
    document = yaml.safe_load((DATA / "kinds.yaml").read_text(encoding="utf-8"))
    schema = document["components"]["schemas"]["Kinds"]

    assert FULL.keys() - schema["properties"] == {"undocumented"}
    assert schema["properties"].keys() <= FULL.keys()
    assert len(models.Kinds.__attrs_attrs__) == len(schema["properties"]) + 1


@pytest.mark.parametrize("name", [*FULL])
def test_a_member_of_each_kind_survives_a_round_trip(models: Any, name: str) -> None:
    body = {name: FULL[name]}

    thing = models.Kinds.from_dict(body)

    assert models.Kinds.from_dict(thing.to_dict()) == thing
    assert thing.to_dict() == (body if name != "must_left" else {name: {"left": 1, "moment": EXACT}})
    json.dumps(thing.to_dict())


EXACT = "2024-02-29T12:30:00.250000Z"
"""Fractions of a second are written with six digits."""


def test_all_members_together_survive_a_round_trip(models: Any) -> None:
    thing = models.Kinds.from_dict(FULL)

    assert thing.to_dict() == {**FULL, "must_left": {"left": 1, "moment": EXACT}}
    assert thing.additional_properties == {"undocumented": FULL["undocumented"]}
    assert thing.to_dict() is not FULL


OPEN: dict[str, Any] = {
    "Kinds": FULL,
    "Mixed": {"text": "a", "other": {"left": 1}},
    "Free": {"deep": {"list": [1, {"a": 2}]}},
    "Lefts": {"a": {"left": 1}},
    "LeftLists": {"a": [{"left": 1}]},
    "Moments": {"a": EXACT},
    "Texts": {"a": "b"},
}
"""Models that hold members which the document does not name."""


@pytest.mark.parametrize("kind", OPEN)
def test_a_changed_copy_has_the_unknown_members_and_shares_none(models: Any, kind: str) -> None:
    thing = getattr(models, kind).from_dict(OPEN[kind])
    before = copy.deepcopy(thing)

    twin = attrs.evolve(thing)
    assert (twin, twin.to_dict()) == (thing, thing.to_dict())
    for name in list(twin.additional_properties):
        if isinstance(twin[name], list):
            twin[name].clear()
        elif isinstance(twin[name], dict):
            twin[name]["deep"] = 1
        del twin[name]

    assert thing == before


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("must_moment", MOMENT),
        ("must_colour", "red"),
        ("constant", "fixed"),
        ("id", UUID(ID)),
        ("day", dt.date(2024, 2, 29)),
        ("moment", MOMENT),
        ("size", 2),
        ("ids", [UUID(ID)]),
        ("days", [dt.date(2024, 2, 29)]),
        ("moments", [MOMENT]),
        ("grid", [[MOMENT], []]),
        ("cube", [[[1], []], []]),
        ("moment_or_count", MOMENT),
        ("maybe_moment", MOMENT),
        ("maybe_id", UUID(ID)),
        ("colours", ["red", "ultraviolet"]),
        ("colours_or_null", ["red", None, "ultraviolet"]),
        ("text_or_count", 5),
        ("value", MOMENT),
        ("item", [MOMENT]),
    ],
)
def test_a_member_is_decoded_to_its_type(models: Any, name: str, expected: object) -> None:
    value = getattr(models.Kinds.from_dict(FULL), name)

    assert value == expected
    if isinstance(value, dt.datetime):
        assert value.tzinfo is not None


def test_members_that_are_models_and_enums_are_decoded_to_their_classes(models: Any) -> None:
    thing = models.Kinds.from_dict(FULL)

    assert type(thing.must_left) is models.Left
    assert [type(left) for left in thing.lefts] == [models.Left, models.Left]
    assert type(thing.left_map) is models.Lefts
    assert type(thing.left_map["items"]) is models.Left
    assert type(thing.list_map["a"][0]) is models.Left
    assert type(thing.moment_map["a"]) is dt.datetime
    assert type(thing.inline_map["b"]) is models.Colour
    assert type(thing.inline.deep.moment) is dt.datetime
    assert type(thing.mixed["other"]) is models.Left
    assert type(thing.either) is models.Right
    assert type(thing.texts_or_left) is models.Left
    assert type(thing.text_or_lefts[0]) is models.Left
    assert [type(item) for item in thing.mixed_list] == [str, models.Left]
    assert [type(item) for item in thing.colours_or_null] == [models.Colour, type(None), models.Colour]
    assert type(thing.size) is models.Size
    assert type(thing.child.child) is models.Kinds
    assert type(thing.children[0]) is models.Kinds


def test_missing_members_are_unset_and_left_out(models: Any, made: Any) -> None:
    thing = models.Kinds.from_dict({})

    members = [field.name for field in models.Kinds.__attrs_attrs__ if field.name != "additional_properties"]
    assert {name for name in members if getattr(thing, name) is not made("types").UNSET} == set()
    assert thing.to_dict() == {}


def test_a_default_is_for_what_is_written_not_for_what_is_read(models: Any) -> None:
    required: dict[str, Any] = {name: FULL[name] for name in FULL if name.startswith("must_")}

    written = models.Kinds(**required)

    assert (written.default_text, written.default_flag, written.default_colour) == ("plain", True, "green")
    assert "default_text" not in models.Kinds.from_dict(required).to_dict()


MAPS = {
    "must_map",
    "left_map",
    "text_map",
    "moment_map",
    "list_map",
    "free",
    "inline_map",
    "maps",
    "tree",
    "size_map",
} | {"models"}
EMPTY_FROM_NULL = MAPS | {
    name
    for name, value in FULL.items()
    if isinstance(value, list) and name not in ("anything", "text_or_lefts", "maybe_texts", "maybe_lefts")
}


@pytest.mark.parametrize("name", [*FULL])
def test_null_is_empty_for_an_array_or_a_map_and_stays_null_otherwise(models: Any, name: str) -> None:
    encoded = models.Kinds.from_dict({name: None}).to_dict()

    assert encoded == {name: type(FULL[name])() if name in EMPTY_FROM_NULL else None}


REFUSED: list[Any] = [
    ("texts", "ab"),
    ("texts", {"a": 1}),
    ("texts", 5),
    ("colours", "red"),
    ("colours", [5]),
    ("colour", 5),
    ("colour", ["red"]),
    ("lefts", ["ab"]),
    ("lefts", [None]),
    ("lefts", {"left": 1}),
    ("must_left", "ab"),
    ("must_left", []),
    ("must_left", ""),
    ("left_map", ["ab"]),
    ("left_map", {"a": "ab"}),
    ("left_map", {"a": None}),
    ("list_map", {"a": {"left": 1}}),
    ("free", []),
    ("free", ""),
    ("mixed", {"other": 5}),
    ("moment", "yesterday"),
    ("moment", 1700000000),
    ("moment", "9999-12-31T24:00:00"),
    ("day", "2024-02-30"),
    ("day", 5),
    ("id", "not-a-uuid"),
    ("id", 5),
    ("grid", ["ab"]),
    ("grid", [[5]]),
    ("size", "2"),
    ("child", 5),
    ("children", [[]]),
    ("maybe_left", "ab"),
    ("maybe_map", ["ab"]),
    ("texts_or_left", "ab"),
    ("text_or_lefts", [{"left": 1}, "a"]),
    ("either", 5),
    ("either", {"moment": "soon", "left": 1}),
]


@pytest.mark.parametrize(("name", "value"), REFUSED)
def test_a_value_of_another_kind_is_refused(models: Any, name: str, value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        models.Kinds.from_dict({name: value})


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("either", {"left": 1}, "Left"),
        # `left` is required, `right` is not.
        ("either", {"left": "a"}, "Left"),
        ("either", {"right": "a"}, "Right"),
        ("either", {"right": 5}, "Right"),
        ("either", {"moment": "2024-02-29T00:00:00Z"}, "Right"),
        ("either", {"moment": "2024-02-29T00:00:00Z", "left": 1}, "Left"),
        ("either", {"moment": "2024-02-29T00:00:00Z", "right": "a"}, "Right"),
        ("either", {"moment": "2024-02-29T00:00:00Z", "left": 1, "right": 5}, "Left"),
        ("either", {}, "Right"),
        ("closed_or_count", {"text": None}, "Closed"),
        ("closed_or_count", {"text": 5}, "Closed"),
        ("closed_or_count", {}, "Closed"),
        ("closed_or_count", 5, "int"),
        ("text_or_count", "5", "str"),
        ("text_or_count", 5, "int"),
        ("moment_or_count", "2024-02-29T00:00:00Z", "datetime"),
        ("moment_or_count", 5, "int"),
        ("moment_or_count", "soon", "str"),
        ("texts_or_left", ["a"], "list"),
        ("texts_or_left", [], "list"),
        ("texts_or_left", {"left": 1}, "Left"),
        ("text_or_lefts", "a", "str"),
        ("text_or_lefts", [{"left": 1}], "list"),
        ("left_or_map", {"left": 1}, "Left"),
        ("left_or_map", {"left": 1, "more": 5}, "Left"),
        ("left_or_map", {"left": "a", "more": 5}, "Free"),
        ("left_or_map", {"more": 5}, "Free"),
        ("left_or_map", {}, "Free"),
        ("left_or_anything", {"left": 1}, "Left"),
        ("left_or_anything", {"left": "a"}, "dict"),
        ("left_or_anything", {}, "dict"),
        ("left_or_anything", [5], "list"),
        ("size_or_flag", 1, "Size"),
        ("size_or_flag", True, "bool"),
        ("maybe_colour", "red", "Colour"),
        ("maybe_colour", "ultraviolet", "Colour"),
        ("maybe_size", 1, "Size"),
    ],
)
def test_a_union_is_decided_by_looking(models: Any, name: str, value: object, expected: str) -> None:
    body = {name: copy.deepcopy(value)}

    thing = models.Kinds.from_dict(body)

    assert type(getattr(thing, name)).__name__ == expected
    assert thing.to_dict() == {name: value}


@pytest.mark.parametrize("body", [{"size": 3}, {"sizes": [3]}, {"maybe_size": 3}])
def test_an_enum_of_numbers_keeps_a_number_that_the_document_does_not_name(models: Any, body: dict[str, Any]) -> None:
    assert models.Kinds.from_dict(body).to_dict() == body


def test_what_a_closed_model_does_not_name_is_left_out(models: Any) -> None:
    assert models.Closed.from_dict({"text": "a", "more": 1}).to_dict() == {"text": "a"}
    assert models.Closed.from_dict({"more": 1}).to_dict() == {}
    beside = models.Kinds.from_dict({"closed_or_count": {"more": 1, "text": "a"}})
    assert beside.to_dict() == {"closed_or_count": {"text": "a"}}


def test_only_a_model_without_members_is_a_mapping(models: Any) -> None:
    from collections.abc import MutableMapping

    mappings = {name for name in models.__all__ if issubclass(getattr(models, name), MutableMapping)}
    assert mappings == {
        "Lefts",
        "Texts",
        "Moments",
        "LeftLists",
        "Free",
        "KindsInlineMap",
        "KindsSizeMap",
        "Maps",
        "Models",
        "Tree",
    }
