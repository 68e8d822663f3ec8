"""What changed between two documents, and between the packages that are made of them."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from openapi import document as documents
from openapi.changes import Change, Severity
from openapi.document_changes import document_changes
from openapi.generate import generate
from openapi.kind_changes import kind_changes
from openapi.python_changes import python_changes

from .shared import DATA

pytestmark = pytest.mark.process

Document = dict[str, Any]
Edit = Callable[[Document], None]

BREAKING, ADDITIVE, COSMETIC = Severity.BREAKING, Severity.ADDITIVE, Severity.COSMETIC
BASE = documents.read(DATA / "small.yaml")


def edited(edit: Edit) -> Document:
    document = copy.deepcopy(BASE)
    edit(document)
    return document


def schema(document: Document, name: str) -> dict[str, Any]:
    found: dict[str, Any] = document["components"]["schemas"][name]
    return found


def add_optional_to_answer(document: Document) -> None:
    schema(document, "Thing")["properties"]["hint"] = {"type": "string"}


def add_required_to_answer(document: Document) -> None:
    add_optional_to_answer(document)
    schema(document, "Thing")["required"].append("hint")


def add_optional_to_body(document: Document) -> None:
    schema(document, "NewThing")["properties"] = {
        "hint": {"type": "string"},
        **schema(document, "NewThing")["properties"],
    }


def add_required_to_body(document: Document) -> None:
    add_optional_to_body(document)
    schema(document, "NewThing")["required"].append("hint")


def remove_from_answer(document: Document) -> None:
    del schema(document, "Thing")["properties"]["size"]


def remove_from_body(document: Document) -> None:
    del schema(document, "NewThing")["properties"]["size"]


def make_optional_in_answer(document: Document) -> None:
    schema(document, "Thing")["required"].remove("name")


def make_required_in_body(document: Document) -> None:
    schema(document, "NewThing")["required"].append("size")


def make_nullable_in_answer(document: Document) -> None:
    schema(document, "Thing")["properties"]["size"] = {
        "description": "How large.",
        "oneOf": [{"type": "integer"}, {"type": "null"}],
    }


def make_required_in_answer(document: Document) -> None:
    schema(document, "Thing")["required"].append("size")


def make_nullable_in_body(document: Document) -> None:
    schema(document, "NewThing")["properties"]["size"] = {"type": ["integer", "null"]}


def change_the_pin(document: Document) -> None:
    document["info"]["version"] = "2001-01-31"
    document["components"]["parameters"]["Version"]["schema"]["default"] = "2001-01-31"


def change_type(document: Document) -> None:
    schema(document, "Thing")["properties"]["size"]["type"] = "string"


def add_enum_value(document: Document) -> None:
    schema(document, "Colour")["enum"].append("blue")


def remove_enum_value(document: Document) -> None:
    schema(document, "Colour")["enum"].remove("red")


def add_operation(document: Document) -> None:
    operation = copy.deepcopy(document["paths"]["/things/{id}"]["get"])
    document["paths"]["/things/{id}/more"] = {"get": {**operation, "operationId": "getMore"}}


def remove_operation(document: Document) -> None:
    del document["paths"]["/things/{id}"]["delete"]


def rename_operation(document: Document) -> None:
    document["paths"]["/things/{id}"]["get"]["operationId"] = "readThing"


def add_optional_parameter(document: Document) -> None:
    document["paths"]["/things/{id}"]["get"]["parameters"].append(
        {"name": "deep", "in": "query", "schema": {"type": "boolean"}}
    )


def add_required_parameter(document: Document) -> None:
    add_optional_parameter(document)
    document["paths"]["/things/{id}"]["get"]["parameters"][-1]["required"] = True


def remove_parameter(document: Document) -> None:
    del document["paths"]["/things"]["get"]["parameters"][-1]


def reword(document: Document) -> None:
    schema(document, "Thing")["properties"]["size"]["description"] = "How large it is."


def change_method(document: Document) -> None:
    item = document["paths"]["/things/{id}"]
    item["put"] = item.pop("patch")


def change_path(document: Document) -> None:
    item = document["paths"].pop("/things/{id}")
    document["paths"]["/v2/things/{thing_id}"] = item
    for operation in item.values():
        operation["parameters"][0]["name"] = "thing_id"


Told = list[tuple[Severity, str, tuple[str, ...]]]
"""Changes without their operations."""

INTEGER, STRING = "`integer`", "`string`"
SIZE = "#/components/schemas/Thing/properties/size/description"

TABLE: dict[Edit, tuple[Told, Told]] = {
    add_optional_to_answer: (
        [
            (
                ADDITIVE,
                "added the optional property `Thing.hint` to the response with the `200` status",
                ("models.Thing.hint",),
            )
        ],
        [(ADDITIVE, "new: models.Thing.hint: str | Unset = UNSET", ())],
    ),
    # Nobody makes an answer.
    add_required_to_answer: (
        [
            (
                ADDITIVE,
                "added the required property `Thing.hint` to the response with the `200` status",
                ("models.Thing.hint",),
            )
        ],
        [(ADDITIVE, "new: models.Thing.hint: str", ())],
    ),
    add_optional_to_body: (
        [(ADDITIVE, "added the new optional request property `NewThing.hint`", ("models.NewThing.hint",))],
        [
            (ADDITIVE, "new: api.NewThingChanges.hint: str", ()),
            (ADDITIVE, "new: models.NewThing.hint: str | Unset = UNSET", ()),
        ],
    ),
    add_required_to_body: (
        [(BREAKING, "added the new required request property `NewThing.hint`", ("models.NewThing.hint",))],
        [
            (ADDITIVE, "new: api.NewThingChanges.hint: str", ()),
            (BREAKING, "new and required: models.NewThing.hint: str", ()),
        ],
    ),
    remove_from_answer: (
        [
            (
                BREAKING,
                "removed the optional property `Thing.size` from the response with the `200` status",
                ("models.Thing.size",),
            )
        ],
        [(BREAKING, "removed", ("models.Thing.size",))],
    ),
    remove_from_body: (
        [(BREAKING, "removed the request property `NewThing.size`", ("models.NewThing.size",))],
        [(BREAKING, "removed", ("api.NewThingChanges.size", "models.NewThing.size"))],
    ),
    make_optional_in_answer: (
        [(BREAKING, "the response property `Thing.name` became optional for the status `200`", ("models.Thing.name",))],
        [(BREAKING, "changed: models.Thing.name: `str` is now `str | Unset = UNSET`", ())],
    ),
    make_required_in_answer: (
        [(ADDITIVE, "the response property `Thing.size` became required for the status `200`", ("models.Thing.size",))],
        [(ADDITIVE, "changed: models.Thing.size: `int | Unset = UNSET` is now `int`", ())],
    ),
    make_required_in_body: (
        [(BREAKING, "the request property `NewThing.size` became required", ("models.NewThing.size",))],
        [(BREAKING, "changed: models.NewThing.size: `int | Unset = UNSET` is now `int`", ())],
    ),
    make_nullable_in_answer: (
        [(BREAKING, "the response property `Thing.size` became nullable for the status `200`", ("models.Thing.size",))],
        [(BREAKING, "changed: models.Thing.size: `int | Unset = UNSET` is now `int | None | Unset = UNSET`", ())],
    ),
    make_nullable_in_body: (
        [(ADDITIVE, "the request property `NewThing.size` became nullable", ("models.NewThing.size",))],
        [
            (ADDITIVE, "changed: api.NewThingChanges.size: `int` is now `int | None`", ()),
            (ADDITIVE, "changed: models.NewThing.size: `int | Unset = UNSET` is now `int | None | Unset = UNSET`", ()),
        ],
    ),
    change_type: (
        [
            (
                BREAKING,
                f"the `Thing.size` response's property type/format changed from {INTEGER} to {STRING} for status `200`",
                ("models.Thing.size",),
            )
        ],
        [(BREAKING, "changed: models.Thing.size: `int | Unset = UNSET` is now `str | Unset = UNSET`", ())],
    ),
    # It decodes, but a `match` that names every value no longer does.
    add_enum_value: (
        [
            (
                ADDITIVE,
                "added the new enum value `blue` to the `query` request parameter `colour`",
                ("list_things(colour=)",),
            ),
            (
                BREAKING,
                "added the new `blue` enum value to the `Thing.colour` response property for the response status `200`",
                ("models.Thing.colour",),
            ),
        ],
        [(ADDITIVE, "new: models.Colour.BLUE = 'blue'", ())],
    ),
    remove_enum_value: (
        [
            (
                BREAKING,
                "removed the enum value `red` from the `query` request parameter `colour`",
                ("list_things(colour=)",),
            ),
            (
                ADDITIVE,
                "removed the `red` enum value from the `Thing.colour` response property for the response status `200`",
                ("models.Thing.colour",),
            ),
        ],
        [(BREAKING, "removed", ("models.Colour.RED",))],
    ),
    add_operation: (
        [(ADDITIVE, "new", ("get_more",))],
        [
            (ADDITIVE, "new: get_more(id: UUID | str) -> ThingEnvelope", ()),
            (ADDITIVE, "new: api.things.get_more", ()),
        ],
    ),
    remove_operation: (
        [(BREAKING, "removed", ("delete_thing",))],
        [(BREAKING, "removed", ("delete_thing", "api.things.delete_thing"))],
    ),
    rename_operation: (
        [(BREAKING, "another operation id", ("get_thing -> read_thing",))],
        [
            (ADDITIVE, "new: read_thing(id: UUID | str) -> ThingEnvelope", ()),
            (ADDITIVE, "new: api.things.read_thing", ()),
            (BREAKING, "removed", ("get_thing", "api.things.get_thing")),
        ],
    ),
    add_optional_parameter: (
        [(ADDITIVE, "added the new optional `query` request parameter `deep`", ("get_thing(deep=)",))],
        [(ADDITIVE, "changed: get_thing(): with `deep: bool | Unset = UNSET`", ())],
    ),
    add_required_parameter: (
        [(BREAKING, "added the new required `query` request parameter `deep`", ("get_thing(deep=)",))],
        [(BREAKING, "changed: get_thing(): with `deep: bool`", ())],
    ),
    remove_parameter: (
        [(BREAKING, "deleted the `query` request parameter `colour`", ("list_things(colour=)",))],
        [(BREAKING, "changed: list_things(): without `colour: Colour | Unset = UNSET`", ())],
    ),
    reword: ([(COSMETIC, "another description", (SIZE,))], [(COSMETIC, "another docstring", ("models.Thing.size",))]),
    change_method: (
        [(BREAKING, "moved: PATCH /things/{id} is now PUT /things/{id}", ("update_thing",))],
        [(BREAKING, "removed", ("api.NewThingChanges",))],
    ),
    change_path: (
        [
            (BREAKING, "moved: GET /things/{id} is now GET /v2/things/{thing_id}", ("get_thing",)),
            (BREAKING, "moved: DELETE /things/{id} is now DELETE /v2/things/{thing_id}", ("delete_thing",)),
            (BREAKING, "moved: PATCH /things/{id} is now PATCH /v2/things/{thing_id}", ("update_thing",)),
        ],
        [
            (BREAKING, f"changed: {name}(): without `id: UUID | str`, with `thing_id: UUID | str`", ())
            for name in ("delete_thing", "get_thing", "update_thing")
        ],
    ),
    # To oasdiff a header that is required has no default.
    change_the_pin: (
        [(COSMETIC, "what oasdiff takes for no change", ())],
        [(ADDITIVE, "new: polytomic_client.v2001_01_31, beside polytomic_client.v2000_01_30", ())],
    ),
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of the document before."""
    return generate(BASE, tmp_path_factory.mktemp("base"))


def told(changes: Iterable[Change], *, with_places: bool) -> Told:
    """What is told, with the places of what is only said in other words."""
    return [
        (
            change.severity,
            change.what,
            change.python or (change.where if with_places and change.what.startswith("another ") else ()),
        )
        for change in changes
    ]


@pytest.mark.parametrize("edit", TABLE, ids=lambda edit: edit.__name__)
def test_each_change_of_a_document_is_told_with_the_python_names_it_touches(edit: Edit) -> None:
    assert told(document_changes(BASE, edited(edit)), with_places=True) == TABLE[edit][0]


@pytest.mark.parametrize("edit", TABLE, ids=lambda edit: edit.__name__)
def test_each_change_of_the_python_names_is_told(edit: Edit, base: Path, tmp_path: Path) -> None:
    assert told(python_changes(base, generate(edited(edit), tmp_path)), with_places=False) == TABLE[edit][1]


def test_nothing_is_told_where_nothing_changed(base: Path, tmp_path: Path) -> None:
    assert document_changes(BASE, copy.deepcopy(BASE)) == []
    assert python_changes(base, generate(BASE, tmp_path)) == []


@pytest.mark.parametrize(
    "made", ["factory=dict", "init=False, factory=dict", "kw_only=True, factory=dict, converter=_copy"]
)
def test_how_unknown_members_are_made_is_no_change(made: str, base: Path, tmp_path: Path) -> None:
    other = tmp_path / base.name
    shutil.copytree(base, other)
    thing = other / "models" / "thing.py"
    text = thing.read_text(encoding="utf-8")
    thing.write_text(text.replace("factory=dict, converter=_copy", made), encoding="utf-8")
    assert thing.read_text(encoding="utf-8") != text

    assert python_changes(base, other) == []
    assert python_changes(other, base) == []


def test_unknown_members_that_a_model_begins_to_hold_may_be_left_out(base: Path, tmp_path: Path) -> None:
    def close(document: Document) -> None:
        schema(document, "Thing")["additionalProperties"] = False

    closed = generate(edited(close), tmp_path)
    names = ("models.Thing.additional_keys", "models.Thing.additional_properties")

    assert told(python_changes(closed, base), with_places=False) == [
        (ADDITIVE, "new: models.Thing.additional_keys: list[str]", ()),
        (ADDITIVE, "new: models.Thing.additional_properties: dict[str, Any] = {}", ()),
    ]
    assert told(python_changes(base, closed), with_places=False) == [(BREAKING, "removed", names)]


def test_a_change_of_a_model_is_told_once_with_every_operation_it_is_in() -> None:
    (change,) = document_changes(BASE, edited(remove_from_answer))

    assert change.where == ("GET /things", "POST /things", "GET /things/{id}", "PATCH /things/{id}")


def test_the_same_change_of_several_members_is_told_once() -> None:
    def edit(document: Document) -> None:
        schema(document, "Thing")["required"] = []

    (change,) = document_changes(BASE, edited(edit))

    assert change.what == "the response property `Thing.id`, `Thing.name` became optional for the status `200`"
    assert change.python == ("models.Thing.id", "models.Thing.name")


@pytest.mark.parametrize("union", ["oneOf", "anyOf"])
def test_null_that_is_written_in_another_way_is_no_change(union: str) -> None:
    one = edited(make_nullable_in_answer)
    other = copy.deepcopy(one)
    size = schema(other, "Thing")["properties"]["size"]
    alternatives = size.pop("oneOf")
    size |= {union: list(reversed(alternatives))}
    third = copy.deepcopy(BASE)
    schema(third, "Thing")["properties"]["size"]["type"] = ["null", "integer"]

    no_change = [(COSMETIC, "what oasdiff takes for no change", ())]
    assert told(document_changes(one, other), with_places=False) == no_change
    assert told(document_changes(one, third), with_places=False) == no_change


def test_a_parameter_in_front_of_others_does_not_change_their_words() -> None:
    described = [
        {"name": name, "in": "query", "schema": {"type": "string", "description": f"The {name}.", "examples": [name]}}
        for name in ("a", "b")
    ]
    old, new = copy.deepcopy(BASE), copy.deepcopy(BASE)
    old["paths"]["/things"]["get"]["parameters"] += described
    new["paths"]["/things"]["get"]["parameters"][:0] = [
        {"name": "first", "in": "query", "schema": {}},
        *copy.deepcopy(described),
    ]
    assert [change.severity for change in document_changes(old, new)] == [ADDITIVE]

    new["paths"]["/things"]["get"]["parameters"][2]["schema"] |= {"description": "Another b.", "examples": ["c"]}

    assert told(document_changes(old, new), with_places=False)[1:] == [
        (COSMETIC, "another description", ()),
        (COSMETIC, "other examples", ()),
    ]
    assert [change.where for change in document_changes(old, new)][1:] == [
        ("#/paths/~1things/get/parameters/2/schema/description",),
        ("#/paths/~1things/get/parameters/2/schema/examples",),
    ]


def test_other_words_in_an_example_are_another_example_and_nothing_more() -> None:
    old, new = copy.deepcopy(BASE), copy.deepcopy(BASE)
    schema(old, "Thing")["examples"] = [{"description": "One.", "title": "One"}]
    schema(new, "Thing")["examples"] = [{"description": "Two.", "title": "Two"}]

    assert told(document_changes(old, new), with_places=False) == [(COSMETIC, "other examples", ())]


def change_server(document: Document) -> None:
    document["servers"] = [{"url": "https://b.example"}]


def change_scheme(document: Document) -> None:
    document["components"]["securitySchemes"]["key"]["scheme"] = "digest"


def describe_scheme(document: Document) -> None:
    document["components"]["securitySchemes"]["key"]["description"] = "A key."


def change_order_of_values(document: Document) -> None:
    document["components"]["schemas"]["Colour"]["enum"].reverse()


def change_order_of_members(document: Document) -> None:
    properties = document["components"]["schemas"]["Thing"]["properties"]
    document["components"]["schemas"]["Thing"]["properties"] = dict(reversed(properties.items()))


def conflict_with_state(document: Document) -> None:
    document["paths"]["/things"]["post"]["responses"]["409"]["x-conflicts-with-state"] = True


def change_openapi(document: Document) -> None:
    document["openapi"] = "3.1.1"


def add_what_nobody_uses(document: Document) -> None:
    document["components"]["schemas"]["Spare"] = {"type": "string"}


UNTOLD: dict[Edit, tuple[Severity, str, tuple[str, ...]]] = {
    change_server: (
        BREAKING,
        "another server, which the clients do not use yet: `https://a.example` is now `https://b.example`",
        ("#/servers",),
    ),
    change_scheme: (
        BREAKING,
        "another credential: scheme `bearer`, type `http` is now scheme `digest`, type `http`",
        ("#/components/securitySchemes/key",),
    ),
    describe_scheme: (COSMETIC, "another description", ("#/components/securitySchemes/key/description",)),
    change_order_of_values: (
        COSMETIC,
        "what oasdiff takes for no change",
        ("#/components/schemas/Colour/enum/0", "#/components/schemas/Colour/enum/1"),
    ),
    change_order_of_members: (
        COSMETIC,
        "what oasdiff takes for no change",
        ("#/components/schemas/Thing/properties",),
    ),
    conflict_with_state: (
        BREAKING,
        "a 409 may now be about a state: the client does not retry it",
        ("POST /things",),
    ),
    change_openapi: (COSMETIC, "what oasdiff takes for no change", ("#/openapi",)),
    add_what_nobody_uses: (COSMETIC, "what oasdiff takes for no change", ("#/components/schemas/Spare",)),
}


@pytest.mark.parametrize("edit", UNTOLD, ids=lambda edit: edit.__name__)
def test_what_oasdiff_does_not_tell_is_told(edit: Edit) -> None:
    old = copy.deepcopy(BASE)
    old["servers"] = [{"url": "https://a.example"}]
    old["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    old["security"] = [{"key": []}]
    old["paths"]["/things"]["post"]["responses"]["409"] = {"description": "No."}
    new = copy.deepcopy(old)
    edit(new)

    (change,) = document_changes(old, new)

    assert (change.severity, change.what, change.where) == UNTOLD[edit]


def test_values_that_are_no_longer_listed_are_told_as_that() -> None:
    new = copy.deepcopy(BASE)
    new["components"]["schemas"]["Colour"] = {"type": "string"}

    assert told(document_changes(BASE, new), with_places=False) == [
        (ADDITIVE, "`colour` takes any value, not only those of a list", ("list_things(colour=)",)),
        (BREAKING, "`Thing.colour` may be any value, not only those of a list", ("models.Thing.colour",)),
    ]


def test_values_of_the_same_members_are_told_at_once() -> None:
    new = copy.deepcopy(BASE)
    new["components"]["schemas"]["Colour"]["enum"] = ["red", "blue", "grey"]

    assert [what for _, what, _ in told(document_changes(BASE, new), with_places=False)] == [
        "removed the enum value `green` from the `query` request parameter `colour`",
        "added the new enum value `blue`, `grey` to the `query` request parameter `colour`",
        "added the new `blue`, `grey` enum value to the `Thing.colour` response property for the response status `200`",
        "removed the `green` enum value from the `Thing.colour` response property for the response status `200`",
    ]


def test_what_is_so_in_different_answers_is_told_apart() -> None:
    old = copy.deepcopy(BASE)
    for method, statuses in (("get", ["400", "404"]), ("post", ["400"])):
        for status in statuses:
            old["paths"]["/things"][method]["responses"][status] = {"description": "No."}
    new = copy.deepcopy(BASE)

    assert [(change.what, change.where) for change in document_changes(old, new)] == [
        ("removed the non-success response with the status `400`, `404`", ("GET /things",)),
        ("removed the non-success response with the status `400`", ("POST /things",)),
    ]


NAME: Document = {"type": "string", "default": "a"}


def joined(part: str, **parts: Document) -> Document:
    """A document that oasdiff cannot flatten: a member has another default than the component that it joins."""

    def edit(document: Document) -> None:
        reference = {"$ref": f"#/components/schemas/{part}"}
        schema(document, "Thing")["properties"]["m"] = {"allOf": [reference], "default": "b"}
        document["components"]["schemas"] |= parts

    return edited(edit)


def test_a_document_that_oasdiff_cannot_flatten_is_compared_part_by_part() -> None:
    lost, added = document_changes(BASE, joined("Name", Name=NAME))

    reason = "unable to resolve Default conflict: all Default values must be identical"
    assert lost.severity is COSMETIC
    assert (
        lost.what == f"the parts of each allOf were compared one by one, not joined, because oasdiff failed: {reason}"
    )
    assert (added.severity, added.python) == (ADDITIVE, ("models.Thing.m",))


def test_another_part_of_what_cannot_be_flattened_is_breaking() -> None:
    """oasdiff takes it for information, though a string is a number now."""
    parts: Document = {"Name": NAME, "Number": {"type": "integer", "default": 1}}
    old = joined("Name", **parts)
    new = copy.deepcopy(old)
    schema(new, "Thing")["properties"]["m"] = {"allOf": [{"$ref": "#/components/schemas/Number"}], "default": 2}

    found = [change for change in document_changes(old, new) if "allOf` list" in change.what]

    assert {change.severity for change in found} == {BREAKING}


def test_documents_that_oasdiff_cannot_compare_may_differ_in_any_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openapi.oasdiff.OASDIFF", Path(shutil.which("false") or ""))

    (lost, *_) = document_changes(BASE, edited(add_optional_to_answer))

    assert (lost.severity, lost.what) == (
        BREAKING,
        "the documents were not compared, only the Python names, because oasdiff failed: it ended with 1",
    )


def test_a_kind_of_an_inline_object_that_decodes_to_another_class_is_breaking() -> None:
    old = documents.read(DATA / "taken.yaml")
    events = schema(old, "EventsEnvelope")["properties"]["data"]
    events["items"] = schema(old, "Event")
    new = copy.deepcopy(old)
    kinds = schema(new, "EventsEnvelope")["properties"]["data"]["items"]["properties"]["event"]["x-kind-from"]
    kinds["mapping"] |= {"sync.paused": kinds["mapping"]["sync.running"]}

    changes = [change for change in kind_changes(old, new) if change.python[0].startswith("#")]

    what = "an object of `type` `sync.paused` decodes to models.SyncRunning, no longer to a dict"
    place = "#/components/schemas/EventsEnvelope/properties/data/items/properties/event"
    assert told(changes, with_places=False) == [(BREAKING, what, (place,))]


def test_a_kind_that_decodes_to_another_class_is_breaking() -> None:
    """No schema differs, so that neither oasdiff nor the Python names tell."""
    old = documents.read(DATA / "taken.yaml")
    new = copy.deepcopy(old)
    kinds = schema(new, "Event")["properties"]["event"]["x-kind-from"]["mapping"]
    kinds["bulk_sync.paused"], kinds["bulk_sync.completed"] = kinds["bulk_sync.completed"], kinds["sync.running"]
    schema(new, "Animal")["discriminator"]["mapping"]["kitten"] = "Dog"

    changes = [change for change in told(document_changes(old, new), with_places=False) if "decodes" in change[1]]

    text = "an object of `type` `bulk_sync.{}` decodes to models.{}, no longer to {}"
    event = [
        text.format("completed", "SyncRunning", "models.BulkSyncCompleted"),
        text.format("paused", "BulkSyncCompleted", "a dict"),
    ]
    assert changes == [
        *((BREAKING, what, (f"models.{model}.event",)) for model in ("Event", "LoggedEvent") for what in event),
        (
            BREAKING,
            "an object of `kind` `kitten` decodes to models.Dog, no longer to models.Cat",
            ("#/components/schemas/Animal",),
        ),
    ]
