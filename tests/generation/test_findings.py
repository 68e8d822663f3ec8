"""Which member or parameter a message of oasdiff is about, and what nobody sees. All changes are in one pair."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from openapi.changes import Change
from openapi.document_changes import document_changes

from .test_changes import ADDITIVE, BASE, BREAKING, COSMETIC, schema, told

pytestmark = pytest.mark.process

TEXT = {"type": "string"}
UNION = [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}]
HOOK = {"post": {"requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}}}}


def documents() -> tuple[dict[str, Any], dict[str, Any]]:
    old = copy.deepcopy(BASE)
    old["servers"] = [{"url": "https://a.example"}]
    old["webhooks"] = {name: {"post": {"responses": {"200": {"description": "-"}}}} for name in ("gone", "a/b")}
    components = old["components"]["schemas"]
    # Members that are called as a type and as a value of an enum.
    schema(old, "NewThing")["properties"] |= {"number": TEXT, "blue": TEXT, "size": {"type": "number"}}
    schema(old, "NewThing")["properties"]["hue"] = {"$ref": "#/components/schemas/Hue"}
    components["Hue"] = {"type": "string", "enum": ["red", "blue"]}
    for name in ("Cat", "Dog"):
        components[name] = {"type": "object", "required": ["kind"], "properties": {"kind": TEXT, name: TEXT}}
    schema(old, "Thing")["properties"]["pet"] = {
        "oneOf": UNION,
        "discriminator": {"propertyName": "kind", "mapping": {"cat": "Cat", "dog": "Dog"}},
    }
    get = old["paths"]["/things"]["get"]
    get["parameters"] += [
        {"name": "X-Mode", "in": "header", "schema": TEXT},
        {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 100}},
    ]
    post = old["paths"]["/things"]["post"]
    old["components"]["requestBodies"] = {"New": post["requestBody"]}
    post["requestBody"] = {"$ref": "#/components/requestBodies/New"}
    new = copy.deepcopy(old)
    new["components"]["requestBodies"]["New"]["required"] = False
    schema(new, "NewThing")["properties"]["blue"] = {}
    new["servers"] = [{"url": "https://a.example/"}]
    new["webhooks"]["a/b"] |= {"post": HOOK["post"] | new["webhooks"]["a/b"]["post"]}
    del new["webhooks"]["gone"]
    schema(new, "NewThing")["properties"]["size"] = TEXT
    schema(new, "Hue")["enum"].remove("blue")
    schema(new, "Thing")["properties"]["pet"]["discriminator"]["mapping"] = {
        "cat": "#/components/schemas/Cat",
        "dog": "Dog",
        "puppy": "Dog",
    }
    get = new["paths"]["/things"]["get"]
    get["tags"] = ["data"]
    mode, limit = get["parameters"][-2:]
    mode["name"], limit["schema"]["maximum"] = "x-mode", 500
    return old, new


@pytest.fixture(scope="module")
def changes() -> list[Change]:
    return document_changes(*documents())


def about(changes: list[Change], word: str) -> list[Any]:
    return [each for each in told(changes, with_places=False) if word in each[1]]


def test_a_member_that_is_called_as_a_type_is_not_what_changed(changes: list[Change]) -> None:
    what = "the `NewThing.size` request property type/format changed from `number` to `string`"
    assert about(changes, "NewThing.size") == [(BREAKING, what, ("models.NewThing.size",))]


def test_a_member_that_is_called_as_a_value_of_an_enum_is_not_what_changed(changes: list[Change]) -> None:
    what = "removed the enum value `blue` of the request property `NewThing.hue`"
    assert about(changes, "hue") == [(BREAKING, what, ("models.NewThing.hue",))]


def test_a_member_that_is_called_as_a_tag_is_not_what_changed(changes: list[Change]) -> None:
    assert about(changes, "api tag `data`") == [(COSMETIC, "api tag `data` added", ("list_things",))]


def test_the_case_of_a_header_is_cosmetic(changes: list[Change]) -> None:
    assert about(changes, "ode`") == [(COSMETIC, "the header `X-Mode` is now `x-mode`", ("list_things",))]


def test_a_whole_number_has_no_decimals(changes: list[Change]) -> None:
    what = "for the `query` request parameter `limit`, the max was increased from `100` to `500`"
    assert about(changes, "limit") == [(ADDITIVE, what, ("list_things(limit=)",))]


def test_a_webhook_is_cosmetic_and_told_once(changes: list[Change]) -> None:
    found = [each for each in changes if "webhook" in f"{each.what}{each.where}"]
    assert [(each.severity, each.what, each.where) for each in found] == [
        (COSMETIC, "removed: the webhook `gone`", ("#/webhooks/gone",)),
        (COSMETIC, "changed: the webhook `a/b`", ("#/webhooks/a~1b",)),
    ]


def test_a_name_of_a_mapping_breaks_only_where_it_leads_elsewhere(changes: list[Change]) -> None:
    found = about(changes, "`puppy`")
    assert [each for each in found if each[0] is not COSMETIC] == [
        (
            BREAKING,
            "an object of `kind` `puppy` decodes to models.Dog, no longer to the model that fits best",
            ("#/components/schemas/Thing/properties/pet",),
        )
    ]
    assert {each[0] for each in about(changes, "`cat`")} == {COSMETIC}
    assert not [each for each in changes if "mapping" in str(each.where)]


def test_a_type_that_is_not_one_type_is_not_shown_as_nothing(changes: list[Change]) -> None:
    (found,) = about(changes, "NewThing.blue")
    assert found[1].endswith("from `string` to another type")


def test_a_change_of_a_component_that_an_operation_takes_is_told_once(changes: list[Change]) -> None:
    assert about(changes, "became optional") == [(ADDITIVE, "request body became optional", ("create_thing",))]
    assert not [each for each in changes if "requestBodies" in str(each.where)]


def test_a_slash_behind_a_server_is_no_other_server(changes: list[Change]) -> None:
    assert not about(changes, "server")
