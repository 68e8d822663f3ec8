"""What a change means for code that uses the package: nothing that changes a meaning is additive, and no false alarms.

All changes are in one pair of documents, since generating packages is what takes time.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from openapi.changes import Change, Severity
from openapi.document_changes import document_changes
from openapi.generate import generate
from openapi.python_changes import python_changes
from openapi.update import Candidate, compare

from .test_changes import ADDITIVE, BASE, BREAKING, COSMETIC, schema, told

pytestmark = pytest.mark.process

TEXT = {"type": "string"}
ONE = {"name": TEXT}
PAIR = {"name": TEXT, "size": TEXT}
DEEP: dict[str, Any] = {"type": "object", "properties": {"deep": {"type": "integer", "default": 1}}}

ANSWERED: dict[str, tuple[Any, Any]] = {
    "dayOfWeek": (TEXT, TEXT),
    "label": ({"type": "string", "maxLength": 255}, {"type": "string", "maxLength": 500}),
    "share": ({"type": "number"}, {"type": "integer"}),
    "shares": ({"type": "array", "items": {"type": "number"}}, {"type": "array", "items": {"type": "integer"}}),
    "kind": (TEXT, {"$ref": "#/components/schemas/Colour"}),
    "constant": (TEXT, {"type": "string", "const": "a"}),
    "count": ({"type": "integer", "format": "int32"}, {"type": "integer", "format": "int64"}),
    "email": (TEXT, {"type": "string", "format": "email"}),
    "day": (TEXT, {"type": "string", "format": "date"}),
    "few": ({"type": "array", "items": TEXT, "maxItems": 9}, {"type": "array", "items": TEXT, "maxItems": 5}),
    # Called as what an operation takes.
    "parameters": ({"type": "integer", "deprecated": True}, {"type": "integer", "deprecated": True, "x-hint": 1}),
    "level": ({"$ref": "#/components/schemas/Level"}, {"$ref": "#/components/schemas/Level"}),
    "inner": (
        {"type": "object", "properties": {"parts": {"type": "array", "items": {"type": "object", "properties": PAIR}}}},
        {"type": "object", "properties": {"parts": {"type": "array", "items": {"type": "object", "properties": ONE}}}},
    ),
}
"""Members of a response, before and after."""

SENT: dict[str, tuple[Any, Any]] = {
    "changed": ({"type": "integer", "default": 1}, {"type": "integer", "default": 2}),
    "gone": ({"type": "boolean", "default": True}, {"type": "boolean"}),
    "come": (TEXT, {"type": "string", "default": "a"}),
    "needed": (TEXT, {"type": "string", "default": "a"}),
    "nested": (DEEP, {"type": "object", "properties": {"deep": {"type": "integer", "default": 2}}}),
    "several": ({"type": "array", "items": TEXT, "default": ["a"]}, {"type": "array", "items": TEXT, "default": []}),
    "share": ({"type": "number"}, {"type": "integer"}),
    "kind": (TEXT, {"$ref": "#/components/schemas/Colour"}),
}
"""Members of a body, before and after."""


def documents() -> tuple[dict[str, Any], dict[str, Any]]:
    old = copy.deepcopy(BASE)
    old["servers"] = [{"url": "https://a.example"}]
    old["components"]["schemas"]["Level"] = {"type": "string", "enum": ["l", "h"], "x-enum-varnames": ["LOW", "HIGH"]}
    old["paths"]["/things"]["get"]["responses"]["200"]["headers"] = {"X-Total": {"required": True, "schema": TEXT}}
    for name, kind in (("tags", {"type": "array", "items": TEXT}), ("deep", {"type": "boolean"})):
        old["paths"]["/things"]["get"]["parameters"].append({"name": name, "in": "query", "schema": kind})
    old["paths"]["/things"]["get"]["parameters"].append({"name": "page_size", "in": "query", "schema": TEXT})
    old["paths"]["/things"]["get"]["parameters"].append({"name": "mail", "in": "query", "schema": TEXT})
    new = copy.deepcopy(old)
    for index, document in enumerate((old, new)):
        for name, members in (("Thing", ANSWERED), ("NewThing", SENT)):
            properties = schema(document, name)["properties"]
            properties |= {member: copy.deepcopy(pair[index]) for member, pair in members.items()}
        schema(document, "NewThing")["required"].append("needed")
    schema(new, "Thing")["properties"]["day_of_week"] = TEXT
    new["components"]["schemas"]["Level"]["x-enum-varnames"] = ["HIGH", "LOW"]
    new["servers"].append({"url": "https://b.example"})
    del new["paths"]["/things"]["get"]["responses"]["200"]["headers"]
    new["paths"]["/things"]["get"]["parameters"][-2]["name"] = "pageSize"
    new["paths"]["/things"]["get"]["parameters"][-1]["schema"] = {"type": "string", "format": "email"}
    listing = new["paths"]["/things"]["get"]
    listing["parameters"][-4]["schema"]["default"] = ["a"]
    listing["parameters"][-3]["schema"]["default"] = True
    listing |= {"operationId": "list_things", "tags": ["things"]}
    envelope = {"$ref": "#/components/schemas/thingsEnvelope"}
    new["components"]["schemas"]["thingsEnvelope"] = new["components"]["schemas"].pop("ThingsEnvelope")
    listing["responses"]["200"]["content"]["application/json"]["schema"] = envelope
    return old, new


@pytest.fixture(scope="module")
def of_the_api() -> list[Change]:
    """The changes between the two documents."""
    return document_changes(*documents())


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The packages of the two documents."""
    return [generate(document, tmp_path_factory.mktemp("package")) for document in documents()]


@pytest.fixture(scope="module")
def of_names(packages: list[Path]) -> list[Change]:
    """The changes between their packages."""
    return python_changes(*packages)


def about(changes: Sequence[Change], *words: str) -> list[tuple[Severity, str]]:
    """The changes that touch one of these names, or begin with one of these words."""
    return [
        (change.severity, change.what)
        for change in changes
        if {*words} & {*change.python} or change.what.startswith(words)
    ]


def test_a_name_that_reads_another_key_breaks(of_names: list[Change]) -> None:
    was, now = "`models.Thing.day_of_week`", "`models.Thing.dayOfWeek`"
    assert [(change.severity, change.what) for change in of_names if "ayOfWeek`" in change.what] == [
        (BREAKING, f"{was} was the member `dayOfWeek` and is now `day_of_week`"),
        (BREAKING, f"the member `dayOfWeek` was {was} and is now {now}"),
    ]


def test_a_member_of_an_enum_that_is_another_value_breaks(of_names: list[Change]) -> None:
    low, high = "`models.Level.LOW`", "`models.Level.HIGH`"
    assert [(change.severity, change.what) for change in of_names if "models.Level" in change.what] == [
        (BREAKING, f"{high} was the value `h` and is now `l`"),
        (BREAKING, f"{low} was the value `l` and is now `h`"),
        (BREAKING, f"the value `h` was {high} and is now {low}"),
        (BREAKING, f"the value `l` was {low} and is now {high}"),
    ]


def test_an_argument_that_sends_another_parameter_breaks(of_the_api: list[Change]) -> None:
    assert about(of_the_api, "`list_things(page_size=)`") == [
        (BREAKING, "`list_things(page_size=)` was the parameter `query page_size` and is now `query pageSize`")
    ]


def test_a_method_that_calls_another_operation_breaks() -> None:
    def with_two(*ids: str) -> dict[str, Any]:
        document = copy.deepcopy(BASE)
        operation = document["paths"]["/things"]["get"]
        document["paths"] |= {f"/{place}": {"get": {**operation, "operationId": ids[place]}} for place in (0, 1)}
        return document

    changes = document_changes(with_two("getOne", "getTwo"), with_two("getTwo", "getOne"))

    assert about(changes, "`get_") == [
        (BREAKING, "`get_one()` was GET /0 and is now GET /1"),
        (BREAKING, "`get_two()` was GET /1 and is now GET /0"),
    ]


def test_a_variable_of_the_path_that_is_another_breaks() -> None:
    def with_path(path: str) -> dict[str, Any]:
        document = copy.deepcopy(BASE)
        taken = [{"name": name, "in": "path", "required": True, "schema": TEXT} for name in ("one", "two")]
        operation = {**document["paths"]["/things"]["get"], "operationId": "getBoth", "parameters": taken}
        document["paths"][path] = {"get": operation}
        return document

    changes = document_changes(with_path("/a/{one}/{two}"), with_path("/a/{two}/{one}"))

    assert about(changes, "`get_both(") == [
        (BREAKING, "`get_both(one=)` was the parameter `path 1` and is now `path 2`"),
        (BREAKING, "`get_both(two=)` was the parameter `path 2` and is now `path 1`"),
    ]


def test_a_default_that_is_sent_breaks_where_it_changes(of_the_api: list[Change], of_names: list[Change]) -> None:
    assert about(of_the_api, "the default of ") == [
        (BREAKING, "the default of the request property `NewThing.changed` was `1` and is now `2`"),
        (BREAKING, "the default of the request property `NewThing.gone` was `true` and is now none"),
        (BREAKING, 'the default of the request property `NewThing.come` was none and is now `"a"`'),
        # Who creates one gives it already.
        (ADDITIVE, 'the default of the request property `NewThing.needed` was none and is now `"a"`'),
        (BREAKING, "the default of the request property `NewThing.nested.deep` was `1` and is now `2`"),
        # It is not sent.
        (COSMETIC, 'the default of the request property `NewThing.several` was `["a"]` and is now `[]`'),
    ]
    added = "request parameter `{}`, default value `{}` was added"
    assert about(of_the_api, "list_things(deep=)") == [(BREAKING, f"for the `query` {added.format('deep', 'true')}")]
    assert about(of_the_api, "list_things(tags=)") == [(COSMETIC, f"for the `query` {added.format('tags', '[a]')}")]
    assert about(of_names, "changed: models.NewThing.several", "changed: list_things") == [
        (BREAKING, "changed: list_things(): `deep: bool | Unset = UNSET` is now `deep: bool | Unset = True`")
    ]
    assert about(of_names, "changed: models.NewThing.", "changed: models.NewThingN")[:5] == [
        (BREAKING, "changed: models.NewThing.changed: `int | Unset = 1` is now `int | Unset = 2`"),
        (BREAKING, "changed: models.NewThing.come: `str | Unset = UNSET` is now `str | Unset = 'a'`"),
        (BREAKING, "changed: models.NewThing.gone: `bool | Unset = True` is now `bool | Unset = UNSET`"),
        (BREAKING, "changed: models.NewThing.kind: `str | Unset = UNSET` is now `Colour | Unset = UNSET`"),
        (ADDITIVE, "changed: models.NewThing.needed: `str` is now `str = 'a'`"),
    ]
    assert (BREAKING, "changed: models.NewThingNested.deep: `int | Unset = 1` is now `int | Unset = 2`") in about(
        of_names, "changed: models.NewThingNested"
    )


def test_a_number_of_three_digits_is_a_status_only_where_it_is_one(of_the_api: list[Change]) -> None:
    text = "the `Thing.label` response property's maxLength was increased from `255` to `500`"

    assert about(of_the_api, "models.Thing.label") == [(BREAKING, f"{text} for the response status `200`")]


def test_a_member_of_an_inline_object_is_shown_inside_its_parent(
    of_the_api: list[Change], of_names: list[Change]
) -> None:
    text = "removed the optional property `Thing.inner.parts[].size` from the response with the `200` status"

    assert about(of_the_api, "models.ThingInnerPartsItem.size") == [(BREAKING, text)]
    # The class is that of the generator.
    assert [change.python for change in of_names if change.what == "removed"] == [("models.ThingInnerPartsItem.size",)]


def test_what_oasdiff_does_not_tell_is_said_beside_what_it_tells(of_the_api: list[Change]) -> None:
    (change,) = [change for change in of_the_api if change.what == "what oasdiff takes for no change"]

    thing = "#/components/schemas/Thing/properties"
    assert change.severity is COSMETIC
    assert change.where == (
        f"{thing}/share/type",
        f"{thing}/shares/items/type",
        f"{thing}/constant/const",
        f"{thing}/few/maxItems",
        f"{thing}/parameters/x-hint",
        "#/components/schemas/Level/x-enum-varnames/0",
        "#/components/schemas/Level/x-enum-varnames/1",
    )


def test_what_is_the_same_in_python_under_another_name_is_cosmetic(of_the_api: list[Change]) -> None:
    assert about(of_the_api, "another operation id", "api tag", "the schema", "removed the schema") == [
        (COSMETIC, "the schema `ThingsEnvelope` is now `thingsEnvelope`"),
        (COSMETIC, "another operation id"),
        (COSMETIC, "api tag `things` added"),
        (COSMETIC, "api tag `Things` removed"),
    ]


def test_a_server_beside_the_first_is_additive(of_the_api: list[Change]) -> None:
    assert about(of_the_api, "one more server", "another server") == [
        (ADDITIVE, "one more server: `https://b.example`")
    ]


def test_a_header_of_a_response_has_no_name_to_lose(of_the_api: list[Change]) -> None:
    text = "the mandatory response header `X-Total` removed for the status `200`"

    assert about(of_the_api, "the mandatory response header") == [(COSMETIC, text)]


FORMATS = {
    "models.Thing.count": (COSMETIC, "`integer`/`int32` to `integer`/`int64`"),
    "models.Thing.email": (COSMETIC, "`string` to `string`/`email`"),
    "list_things(mail=)": (COSMETIC, "`string` to `string`/`email`"),
    "models.Thing.day": (BREAKING, "`string` to `string`/`date`"),
}


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_breaks_where_it_changes_the_type(name: str, of_the_api: list[Change]) -> None:
    severity, kinds = FORMATS[name]
    ((found, what),) = about(of_the_api, name)

    assert found is severity
    assert kinds in what


NARROWED = {
    "Thing.share": (ADDITIVE, "`float | Unset = UNSET` is now `int | Unset = UNSET`"),
    "Thing.kind": (ADDITIVE, "`str | Unset = UNSET` is now `Colour | Unset = UNSET`"),
    "Thing.constant": (ADDITIVE, "`str | Unset = UNSET` is now `Literal['a'] | Unset = UNSET`"),
    # A list[int] is not a list[float] to a type checker.
    "Thing.shares": (BREAKING, "`list[float] | Unset = UNSET` is now `list[int] | Unset = UNSET`"),
    "NewThing.share": (BREAKING, "`float | Unset = UNSET` is now `int | Unset = UNSET`"),
    "NewThing.kind": (BREAKING, "`str | Unset = UNSET` is now `Colour | Unset = UNSET`"),
}


@pytest.mark.parametrize("name", NARROWED)
def test_a_narrower_type_breaks_where_it_is_sent(name: str, of_names: list[Change]) -> None:
    severity, kinds = NARROWED[name]

    assert about(of_names, f"changed: models.{name}: ") == [(severity, f"changed: models.{name}: {kinds}")]


def test_a_string_that_becomes_an_enum_breaks_where_it_is_sent(of_the_api: list[Change]) -> None:
    assert about(of_the_api, "models.Thing.kind", "models.NewThing.kind") == [
        (BREAKING, "request property `NewThing.kind` was restricted to a list of enum values"),
        (ADDITIVE, "`Thing.kind` is one of a list of values, no longer any value"),
    ]


def test_what_nobody_said_is_told_once(of_the_api: list[Change]) -> None:
    assert len({(change.what, change.where) for change in of_the_api}) == len(of_the_api)
    assert told(document_changes(documents()[0], documents()[0]), with_places=False) == []


def test_what_is_not_generated_is_said(packages: list[Path]) -> None:
    new = copy.deepcopy(BASE)
    posted = {"post": {"responses": {"200": {"description": "Heard."}}}}
    new["webhooks"] = {"thingMade": posted}
    new["paths"]["/things"]["post"]["callbacks"] = {"whenMade": {"{$request.body#/name}": posted}}
    new["components"]["responses"] = {
        "Made": {"description": "A thing.", "links": {"toIt": {"operationId": "getThing"}}}
    }
    new["paths"]["/things"]["post"]["responses"]["201"] = {"$ref": "#/components/responses/Made"}

    (section,) = [
        section
        for section in compare(BASE, packages[0], Candidate(new, packages[0], []))
        if section.title == "not generated"
    ]

    assert [(change.severity, change.what, change.where) for change in section.changes] == [
        (COSMETIC, "the webhook `thingMade`", ("#/webhooks/thingMade",)),
        (COSMETIC, "the callback `whenMade`", ("POST /things",)),
        (COSMETIC, "the link `toIt`", ("POST /things",)),
    ]
