"""Operations that are at another path or under another method are told to have moved, and what else changed in them."""

from __future__ import annotations

import copy

import pytest

from openapi.document_changes import document_changes
from openapi.moves import find_moves

from .test_changes import BASE, BREAKING, Document, add_required_to_body, change_path, edited, told

pytestmark = pytest.mark.process


def test_an_operation_that_has_nothing_in_common_with_one_that_is_gone_is_new() -> None:
    def edit(document: Document) -> None:
        del document["paths"]["/things/{id}"]["delete"]
        document["paths"]["/things"]["put"] = {**document["paths"]["/things"]["post"], "operationId": "replaceThings"}

    assert find_moves(BASE, edited(edit)) == {}


def test_an_operation_under_another_method_has_moved_with_its_id_or_at_its_path() -> None:
    def edit(document: Document) -> None:
        listing = document["paths"]["/things"].pop("get")
        document["paths"]["/things/search"] = {"post": listing}

    new = edited(edit)
    assert find_moves(BASE, new) == {("/things", "get"): ("/things/search", "post")}

    new["paths"]["/things/search"]["post"]["operationId"] = "searchThings"
    assert find_moves(BASE, new) == {}

    new = edited(lambda document: None)
    new["paths"]["/things/{thing_id}"] = new["paths"].pop("/things/{id}")
    new["paths"]["/things/{thing_id}"]["put"] = new["paths"]["/things/{thing_id}"].pop("patch")
    new["paths"]["/things/{thing_id}"]["put"]["operationId"] = "replaceThing"
    assert find_moves(BASE, new)["/things/{id}", "patch"] == ("/things/{thing_id}", "put")


def test_an_envelope_alone_identifies_no_operation() -> None:
    def with_types(path: str, name: str) -> Document:
        envelope = {"type": "object", "required": ["data"], "properties": {"data": {"type": "string"}}}
        document = copy.deepcopy(BASE)
        operation = copy.deepcopy(document["paths"]["/things"]["get"])
        operation |= {"operationId": name, "parameters": []}
        operation["responses"]["200"]["content"]["application/json"]["schema"] = envelope
        document["paths"][path] = {"get": operation}
        return document

    assert find_moves(with_types("/event_types", "listTypes"), with_types("/things/{id}/state", "getState")) == {}


def test_an_operation_without_bodies_is_known_by_what_it_can_be_asked() -> None:
    old = copy.deepcopy(BASE)
    new = copy.deepcopy(BASE)
    force = {"name": "force", "in": "query", "schema": {"type": "boolean"}}
    new["paths"]["/gone/{id}"] = {"delete": new["paths"]["/things/{id}"].pop("delete")}
    new["paths"]["/gone/{id}"]["delete"]["operationId"] = "dropThing"
    assert find_moves(old, new) == {}

    for document, path in ((old, "/things/{id}"), (new, "/gone/{id}")):
        document["paths"][path]["delete"]["parameters"].append(force)

    assert find_moves(old, new) == {("/things/{id}", "delete"): ("/gone/{id}", "delete")}


def test_an_operation_that_moved_and_changed_is_told_to_have_done_both() -> None:
    def edit(document: Document) -> None:
        change_path(document)
        document["paths"]["/v2/things/{thing_id}"]["get"]["operationId"] = "readThing"
        add_required_to_body(document)

    changes = told(document_changes(BASE, edited(edit)), with_places=False)

    assert (
        BREAKING,
        "moved: GET /things/{id} is now GET /v2/things/{thing_id}",
        ("get_thing -> read_thing",),
    ) in changes
    assert (BREAKING, "added the new required request property `NewThing.hint`", ("models.NewThing.hint",)) in changes
    assert not [what for _, what, _ in changes if what in ("removed", "new")]


def test_a_parameter_that_is_called_as_a_variable_of_the_path_is_not_renamed_with_it() -> None:
    old, new = copy.deepcopy(BASE), edited(change_path)
    for document, path in ((old, "/things/{id}"), (new, "/v2/things/{thing_id}")):
        document["paths"][path]["get"]["parameters"].append({"name": "id", "in": "query", "schema": {"type": "string"}})

    assert [what for _, what, _ in told(document_changes(old, new), with_places=False) if "parameter" in what] == [
        # It has no namesake in the path any more.
        "the parameter `query id` was `get_thing(id_query=)` and is now `get_thing(id=)`"
    ]
