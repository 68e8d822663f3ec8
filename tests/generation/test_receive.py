"""A document as its authors publish it: its date, its version of OpenAPI, and ids that repeat."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from openapi.document import Refused
from openapi.normalise import normalise
from openapi.receive import Received, receive
from openapi.rules import violations
from openapi.update import prepare
from openapi.validity import check_validity

from .shared import DATA

VENDOR: dict[str, Any] = json.loads((DATA / "vendor.json").read_text(encoding="utf-8"))
DATE = "2025-09-18"


def vendor() -> dict[str, Any]:
    copied: dict[str, Any] = json.loads(json.dumps(VENDOR))
    return copied


def received(document: dict[str, Any], folder: Path, version: str | None = DATE) -> Received:
    path = folder / "vendor.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return receive(path, version, folder)


def test_the_vendors_document_keeps_the_rules_once_it_has_its_date(tmp_path: Path) -> None:
    document = vendor()
    document["paths"]["/api/me"]["get"]["operationId"] = "getIdentity"

    first = received(document, tmp_path)
    check_validity(first.document)
    made, notes = normalise(first.document)

    assert list(violations(made)) == []
    assert first.overlay is None
    assert first.notes == [
        "#/info/version: '1.0.0' is 2025-09-18",
        "#/openapi: 3.2.0 is 3.1.0",
        "#/$self: removed: 3.1 does not have it",
        "#/servers/0/name: removed: 3.1 does not have it",
        "#/tags/0/summary: removed: 3.1 does not have it",
        "#/tags/0/kind: removed: 3.1 does not have it",
        "#/tags/1/parent: removed: 3.1 does not have it",
        "#/paths/~1api~1users/get/responses/200/summary: removed: 3.1 does not have it",
        "#/paths/~1api~1users/get/operationId: list is subpackage_users_list: another tag has this id too",
        "#/paths/~1api~1roles/get/operationId: list is subpackage_users_roles_list: another tag has this id too",
    ]
    ignored = "removed: OpenAPI says to ignore it, and the client sends its own"
    pinned = "X-Polytomic-Version is required, and 2025-09-18 unless it is given"
    envelope = "its `data` is required: a response without it is invalid"
    assert set(notes) == {
        f"#/components/parameters/Authorization: {ignored}",
        "#/components/schemas/User/properties/role: its enum is the component UserRole, or null",
        "#/components/schemas/User: its title is removed: it would be the name of its class",
        "#/paths/~1api~1me/get: X-Polytomic-Version is added",
        f"#/paths/~1api~1roles/get/responses/200: {envelope}",
        f"#/paths/~1api~1roles/get: {pinned}",
        "#/paths/~1api~1users/get/parameters/0/schema: its enum is the component SubpackageUsersListOrder",
        "#/paths/~1api~1users/get/parameters/0: its description is its schema's",
        "#/paths/~1api~1users/get/parameters/1: its description is its schema's, beside $ref",
        f"#/paths/~1api~1users/get/parameters/2: {ignored}",
        f"#/paths/~1api~1users/get/responses/200: {envelope}",
        f"#/paths/~1api~1users/get: {pinned}",
        f"#/paths/~1api~1users/post/parameters/0: {ignored}",
        f"#/paths/~1api~1users/post/responses/200: {envelope}",
        "#/paths/~1api~1users/post: X-Polytomic-Version is added",
    }
    assert len(notes) == 15


def test_what_is_mended_is_what_the_generator_needs(tmp_path: Path) -> None:
    made, _ = normalise(received(vendor(), tmp_path).document)

    operation = made["paths"]["/api/users"]["get"]
    assert (made["openapi"], made["info"]["version"]) == ("3.1.0", DATE)
    assert operation["parameters"][1] == {
        "name": "state",
        "in": "query",
        "schema": {"$ref": "#/components/schemas/UserState", "description": "Only users in this state."},
    }
    pin = {
        "name": "X-Polytomic-Version",
        "in": "header",
        "required": True,
        "schema": {"type": "string", "default": DATE},
    }
    assert operation["parameters"][2] == pin
    assert made["paths"]["/api/roles"]["get"]["parameters"] == [pin]
    schemas = made["components"]["schemas"]
    assert schemas["UserRole"] == {"type": "string", "enum": ["admin", "member"]}
    assert schemas["User"]["properties"]["role"] == {
        "description": "What the user may do.",
        "oneOf": [{"$ref": "#/components/schemas/UserRole"}, {"type": "null"}],
    }
    assert schemas["UserEnvelope"]["required"] == ["data"]


def test_a_document_without_a_date_needs_one(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        received(vendor(), tmp_path, None)

    assert refused.value.problems == (
        "#/info/version must be the date of the API, got '1.0.0'. Say which one it is, for example VERSION=2025-09-18",
    )


@pytest.mark.parametrize("version", ["2025-9-18", "2025-13-45", "1.0.0", "", "../2025-09-18", "2025-09-18\n"])
def test_a_version_is_a_date(version: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="VERSION must be a date, got "):
        received(vendor(), tmp_path, version)


def test_a_document_with_a_date_keeps_it(tmp_path: Path) -> None:
    document = vendor()
    document["info"]["version"] = "2024-02-08"

    assert received(document, tmp_path).document["info"]["version"] == "2024-02-08"


NEW_IN_3_2: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "a method": (lambda item: item.update(query=item["get"]), "#/paths/~1api~1me"),
    "methods": (lambda item: item.update(additionalOperations={"COPY": item["get"]}), "#/paths/~1api~1me"),
    "a query": (
        lambda item: item["get"].update(parameters=[{"name": "q", "in": "querystring", "content": {}}]),
        "#/paths/~1api~1me/get/parameters/0",
    ),
}


@pytest.mark.parametrize("kind", NEW_IN_3_2)
def test_what_3_2_has_for_requests_is_refused(kind: str, tmp_path: Path) -> None:
    edit, place = NEW_IN_3_2[kind]
    document = vendor()
    edit(document["paths"]["/api/me"])

    with pytest.raises(Refused) as refused:
        check_validity(received(document, tmp_path).document)

    assert refused.value.problems[0].startswith(place)
    with pytest.raises(Refused, match=r"It is of OpenAPI 3\.2\.0, but read as 3\.1\. Leave out what is new"):
        prepare(tmp_path / "vendor.json", tmp_path, DATE)


def test_only_ids_that_several_tags_have_get_a_tag_before_them(tmp_path: Path) -> None:
    document = vendor()
    document["paths"]["/api/me"]["get"] |= {"operationId": "List", "tags": []}

    paths = received(document, tmp_path).document["paths"]

    assert {(path, method): paths[path][method].get("operationId") for path in paths for method in paths[path]} == {
        ("/api/users", "get"): "subpackage_users_list",
        ("/api/users", "post"): "create",
        ("/api/roles", "get"): "subpackage_users_roles_list",
        ("/api/me", "get"): "List",
    }


def test_an_id_that_repeats_within_a_tag_is_refused_with_its_place(tmp_path: Path) -> None:
    document = vendor()
    document["paths"]["/api/roles"]["get"]["tags"] = ["subpackage_users"]

    with pytest.raises(Refused) as refused:
        received(document, tmp_path)

    (problem,) = refused.value.problems
    assert problem == (
        "#/paths/~1api~1roles/get/operationId: list is also the id of #/paths/~1api~1users/get. "
        "Give it another one, for example with an overlay"
    )


@pytest.mark.parametrize(
    "document",
    [
        {"openapi": "3.2.0", "info": [], "paths": {"/a": None, "/b": {"get": [], "put": {"operationId": 1}}}},
        {"openapi": "3.2.0", "info": {"version": 1}, "tags": {}, "servers": None, "paths": []},
        {"paths": {"/a": {"get": {"operationId": "a", "tags": [1]}, "put": {"operationId": "A", "tags": "b"}}}},
    ],
)
def test_what_is_not_a_document_is_refused_by_the_validator(document: dict[str, Any], tmp_path: Path) -> None:
    first = received(document, tmp_path, None)

    with pytest.raises(Refused):
        check_validity(first.document)


def test_the_overlay_of_its_date_is_applied_except_to_the_vendored_document(tmp_path: Path) -> None:
    (tmp_path / "overlays").mkdir()
    changes = tmp_path / "overlays" / f"{DATE}.yaml"
    changes.write_bytes((DATA / "vendor-overlay.yaml").read_bytes())
    vendored = tmp_path / f"polytomic-{DATE}.yaml"

    first = received(vendor(), tmp_path)
    vendored.write_text(json.dumps(first.document), encoding="utf-8")
    second = receive(vendored, None, tmp_path)

    assert first.document["paths"]["/api/me"]["get"]["operationId"] == "getIdentity"
    assert first.overlay is not None
    assert first.overlay.title == f"made by openapi/overlays/{DATE}.yaml"
    assert [change.what for change in first.overlay.changes] == [
        "The id of an operation",
        "remove $.paths.*.*.tags[?@ == 'subpackage_users']",
        "update $.paths.*[?length(@.tags) == 0]",
        "The name that other versions have",
    ]
    assert second.document == first.document
    assert second.overlay is None
