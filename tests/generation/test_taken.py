"""What other documents write: kinds that a string names, objects in a query, words in allOf, names of the models."""

from __future__ import annotations

import ast
import copy
import datetime as dt
import inspect
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import attrs
import pytest

from openapi import document as documents
from openapi.classes import inline_classes
from openapi.generate import generate
from openapi.names import class_name
from openapi.rules import violations
from polytomic_client import DecodeError

from .conftest import importing
from .shared import DATA, ID

pytestmark = pytest.mark.process

MOMENT = "2024-02-29T12:30:00Z"
RUN = {"sync_id": ID, "sync_name": "nightly", "started_at": MOMENT}


@pytest.fixture(scope="module")
def made(taken: Path) -> Iterator[Any]:
    yield from importing(taken)


@pytest.fixture(scope="module")
def models(made: Any) -> Any:
    return made("models")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("bulk_sync.running", "BulkSyncRunning"),
        ("bulk_sync.canceled", "BulkSyncCanceled"),
        ("bulk_sync.completed_with_error", "BulkSyncCompleted"),
        # Whatever it looks like.
        ("sync.running", "SyncRunning"),
        ("bulk_sync.paused", "dict"),
        (None, "dict"),
        (["bulk_sync.running"], "dict"),
    ],
)
@pytest.mark.parametrize("model", ["Event", "LoggedEvent"])
def test_a_member_is_of_the_kind_that_another_names(models: Any, model: str, kind: object, expected: str) -> None:
    body = {"id": "1", "event": copy.deepcopy(RUN), "type": kind}

    event = getattr(models, model).from_dict(copy.deepcopy(body))

    assert type(event.event).__name__ == expected
    assert event.to_dict() == body
    for twin in (attrs.evolve(event), copy.deepcopy(event), pickle.loads(pickle.dumps(event))):
        assert (twin, twin.to_dict()) == (event, body)


def test_a_kind_that_is_not_named_is_not_guessed(models: Any) -> None:
    assert models.Event.from_dict({"id": "1", "event": RUN}).event == RUN
    assert models.Event.from_dict({"id": "1", "type": "sync.running"}).to_dict() == {"id": "1", "type": "sync.running"}
    assert models.Event.from_dict({"id": "1", "type": "sync.running", "event": None}).event is None


def test_members_of_a_known_kind_are_decoded_and_checked(models: Any, made: Any) -> None:
    event = models.Event.from_dict({"id": "1", "event": RUN, "type": "bulk_sync.canceled"}).event
    decode = made("api.events.list_events").OPERATION.decode

    assert (event.sync_id, event.started_at) == (UUID(ID), dt.datetime(2024, 2, 29, 12, 30, tzinfo=dt.UTC))
    for fault in (b"[]", b'{"sync_id": 5}'):
        with pytest.raises(DecodeError):
            decode(200, b'{"data": [{"id": "1", "type": "sync.running", "event": %s}]}' % fault, request="GET /")


def test_an_enum_names_the_kind_of_the_one_model_there_is(models: Any) -> None:
    body = {"id": "1", "type": "new", "which": "one", "log": {"lines": ["a"]}}

    known, unknown = models.LoggedEvent.from_dict(body), models.LoggedEvent.from_dict({**body, "which": "two"})

    assert type(known.log) is models.Log
    assert unknown.log == {"lines": ["a"]}
    assert (known.to_dict(), unknown.to_dict()) == (body, {**body, "which": "two"})


def test_what_has_such_a_member_is_told_apart_in_a_union(models: Any) -> None:
    for body, expected in (
        ({"id": "1", "event": {"new": 1}, "type": "new"}, models.Event),
        ({"lines": ["a"]}, models.Log),
        ({"id": "1", "event": 5}, models.Event),
    ):
        holder = models.EventOrLog.from_dict({"either": body})
        assert type(holder.either) is expected
        assert holder.to_dict() == {"either": body}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"kind": "cat", "age": 5}, "Cat"),
        ({"kind": "kitten", "age": 0}, "Cat"),
        ({"kind": "dog", "age": 5}, "Dog"),
        # Both look like the other one.
        ({"kind": "cat", "age": 5, "owner": {}}, "Cat"),
        ({"kind": "dog"}, "Dog"),
        ({"kind": "bird", "age": 5}, "Cat"),
        ({"kind": "bird", "age": 5, "owner": {"colour": "one"}}, "Dog"),
        ({"kind": ["dog"]}, "Cat"),
    ],
)
def test_a_discriminator_names_the_alternative(models: Any, made: Any, body: dict[str, Any], expected: str) -> None:
    (animal,) = made("api.events.send_event").OPERATION.decoders[200]([copy.deepcopy(body)])
    owner = models.Owner.from_dict({"pet": copy.deepcopy(body)})

    assert (type(animal).__name__, type(owner.pet).__name__) == (expected, expected)
    assert (animal.to_dict(), owner.to_dict()) == (body, {"pet": body})


def test_an_object_in_a_query_is_written_by_its_members(made: Any, models: Any) -> None:
    get = made("api.events.list_events")._get_kwargs
    moment = dt.datetime(2024, 2, 29, 14, 30, tzinfo=dt.timezone(dt.timedelta(hours=2)))

    assert get(filters={"enabled": "true", "sync name": None, "a&b": "c=d"})["params"] == {
        "filters[enabled]": "true",
        "filters[a&b]": "c=d",
    }
    assert get(params={"schemas": ["a", "b"], "empty": None})["params"] == {"params[schemas]": ["a", "b"]}
    assert get(since=models.Span(first=1))["params"] == {"since[first]": 1}
    assert get(moments={"from": moment})["params"] == {"moments[from]": MOMENT}
    assert get(filters=models.ListEventsFilters({"a": "b"}))["params"] == {"filters[a]": "b"}
    assert get()["params"] == {}


@pytest.mark.parametrize(
    "arguments", [{"filters": "enabled"}, {"filters": ["a"]}, {"since": {"first": 1}}, {"filters": {"a": {"b": "c"}}}]
)
def test_what_is_not_an_object_of_a_query_is_refused(made: Any, arguments: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError), match=next(iter(arguments)) + "|Span"):
        made("api.events.list_events")._get_kwargs(**arguments)


@pytest.mark.parametrize("value", ["a", ["a", "b"], []])
def test_one_string_or_several_are_written_as_they_are(made: Any, value: object) -> None:
    assert made("api.events.list_events")._get_kwargs(sync_id=value)["params"] == {"sync_id": value}


def test_a_parameter_may_be_called_as_a_name_of_the_function(made: Any) -> None:
    asked: list[dict[str, Any]] = []

    def record(_: object, __: object, kwargs: dict[str, Any]) -> None:
        asked.append(kwargs)

    things: Any = type("Recording", (made("api").Operations,), {"_perform": record})()

    things.list_events(kwargs=1, headers="a", params={"a": ["b"]})
    things.send_event(headers=True, id="1", type_="new", event={"a": 1})
    things.replace_event(body=made("models").Event(id="1"), members=5)

    assert (asked[0]["params"], asked[0]["headers"]) == ({"params[a]": ["b"], "kwargs": 1}, {"headers": "a"})
    assert asked[1]["params"] == {"headers": True}
    assert asked[1]["json"] == {"id": "1", "type": "new", "event": {"a": 1}}
    assert asked[2]["params"] == {"members": 5}


def test_a_body_takes_no_keywords_where_a_parameter_has_the_name_of_a_member(made: Any, models: Any) -> None:
    body = models.Event(id="1", type_="new")

    sent = made("api.events.create_event")._get_kwargs(body=body, type_=5)

    assert (sent["params"], sent["json"]) == ({"type": 5}, {"id": "1", "type": "new"})
    assert "members" not in inspect.signature(made("api").Operations.create_event).parameters


def test_a_body_may_be_a_value_of_an_enum(made: Any, models: Any) -> None:
    assert made("api.events.choose_events")._get_kwargs(body=models.EventType.ONE)["json"] == "one"


def test_a_member_may_be_called_as_a_name_of_every_model(models: Any) -> None:
    body = {"additionalProperties": {"deep": {"list": [1]}}, "to_dict": MOMENT, "more": 1}

    log = models.Log.from_dict(body)

    assert type(log.additional_properties_) is models.Free
    assert log.additional_properties_["deep"] == {"list": [1]}
    assert log.additional_properties == {"more": 1}
    assert log.to_dict_ == dt.datetime(2024, 2, 29, 12, 30, tzinfo=dt.UTC)
    assert (log.to_dict(), attrs.evolve(log)) == (body, log)


def test_words_in_a_part_of_all_of_make_no_class_of_their_own(models: Any) -> None:
    owner = models.Owner.from_dict({"colour": "two", "log": {}, "span": {"last": 2}})

    assert (type(owner.colour), type(owner.log)) == (models.EventType, models.Log)
    assert models.Owner().colour is models.EventType.ONE
    assert models.OwnerSpan._required == ("last",)
    with pytest.raises(TypeError, match="last"):
        models.OwnerSpan(first=1)


def test_the_document_keeps_the_rules() -> None:
    assert list(violations(documents.read(DATA / "taken.yaml"))) == []


def test_each_class_without_a_name_is_one_that_the_rules_know(kinds: Path, taken: Path) -> None:
    for package, source in ((kinds, "kinds.yaml"), (taken, "taken.yaml")):
        document = documents.read(DATA / source)
        known = [name for _, name in inline_classes(document)]
        text = "".join(path.read_text(encoding="utf-8") for path in (package / "models").glob("*.py"))
        classes = {line.partition("(")[0].removeprefix("class ") for line in text.splitlines() if line[:6] == "class "}

        assert known
        assert classes - {class_name(name) for name in document["components"]["schemas"]} == set(known)


HOSTILE = '"}; print(1) #\\'


def test_a_document_writes_no_code_by_the_names_of_kinds(tmp_path: Path) -> None:
    document = documents.read(DATA / "small.yaml")
    schemas = document["components"]["schemas"]
    schemas["Thing"]["x-kinds"] = {"name": {"from": "id", "models": {"a": "print()"}, "may_be_null": False}}
    schemas["Thing"]["x-named"] = {"by": "name", "values": ["a"]}
    reference = "#/components/schemas/Thing"
    schemas["NewThing"]["properties"]["thing"] = {
        "anyOf": [{"$ref": reference}],
        "x-kind-from": {"propertyName": "name", "mapping": {HOSTILE: reference}},
    }

    made = generate(document, tmp_path)

    assert "print()" not in (made / "models" / "thing.py").read_text(encoding="utf-8")
    (table,) = [
        node.value
        for node in ast.parse((made / "models" / "new_thing.py").read_text(encoding="utf-8")).body
        if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Dict)
    ]
    assert [ast.literal_eval(key) for key in table.keys if key] == [HOSTILE]
