"""Overlays: what a document lacks, in the form of OpenAPI Overlay 1.0."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from openapi import overlay
from openapi.document import Refused

HEAD = 'overlay: 1.0.0\ninfo: {title: Names, version: "1"}\n'
DOCUMENT: dict[str, Any] = {
    "info": {"title": "Things", "contact": {"name": "A"}},
    "tags": [{"name": "a"}, {"name": "b"}, {"name": "c"}],
    "paths": {
        "/a/{id}": {"get": {"tags": ["a"], "deprecated": True}, "put": {"tags": ["a"]}},
        "/b": {"get": {"tags": ["b"]}},
    },
}


def applied(text: str, folder: Path) -> tuple[dict[str, Any], list[overlay.Applied]]:
    path = folder / "2025-09-18.yaml"
    path.write_text(text, encoding="utf-8")
    given = copy.deepcopy(DOCUMENT)
    made = overlay.apply(path, given)
    assert given == DOCUMENT, "it changes the document that it is given"
    return made


def with_actions(actions: str) -> str:
    return f"{HEAD}actions:\n{actions}\n"


def changed(**parts: Any) -> dict[str, Any]:
    return {**copy.deepcopy(DOCUMENT), **parts}


def with_path(path: str, **methods: Any) -> dict[str, Any]:
    return changed(paths={**copy.deepcopy(DOCUMENT["paths"]), path: methods})


ACTIONS: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "objects are merged": (
        "- {target: $.info, update: {contact: {url: 'https://example.com'}, title: New, x-more: [1]}}",
        changed(info={"title": "New", "contact": {"name": "A", "url": "https://example.com"}, "x-more": [1]}),
        ["#/info"],
    ),
    "the whole document": ("- {target: $, update: {openapi: 3.1.0}}", changed(openapi="3.1.0"), ["#"]),
    "an array gets one more item": (
        "- {target: $.tags, update: {name: d}}",
        changed(tags=[*DOCUMENT["tags"], {"name": "d"}]),
        ["#/tags"],
    ),
    "arrays in objects are joined": (
        "- {target: \"$.paths['/b'].get\", update: {tags: [x, y]}}",
        with_path("/b", get={"tags": ["b", "x", "y"]}),
        ["#/paths/~1b/get"],
    ),
    "every match is updated": (
        "- {target: \"$.paths.*[?@.tags[0] == 'a']\", update: {x-more: {}}}",
        with_path("/a/{id}", get={"tags": ["a"], "deprecated": True, "x-more": {}}, put={"tags": ["a"], "x-more": {}}),
        ["#/paths/~1a~1{id}/get", "#/paths/~1a~1{id}/put"],
    ),
    "a member is removed": (
        "- {target: $..deprecated, remove: true}",
        with_path("/a/{id}", get={"tags": ["a"]}, put={"tags": ["a"]}),
        ["#/paths/~1a~1{id}/get/deprecated"],
    ),
    "items are removed": (
        "- {target: \"$.tags[?@.name != 'b']\", remove: true}",
        changed(tags=[{"name": "b"}]),
        ["#/tags/0", "#/tags/2"],
    ),
    "what is inside of what is removed": (
        "- {target: '$.tags..*', remove: true}",
        changed(tags=[]),
        ["#/tags/0", "#/tags/1", "#/tags/2", "#/tags/0/name", "#/tags/1/name", "#/tags/2/name"],
    ),
    "what is selected twice": (
        "- {target: \"$['tags', 'tags']\", update: {name: d}}",
        changed(tags=[*DOCUMENT["tags"], {"name": "d"}]),
        ["#/tags"],
    ),
}


@pytest.mark.parametrize("kind", ACTIONS)
def test_an_action_changes_every_place_that_its_target_selects(kind: str, tmp_path: Path) -> None:
    actions, expected, places = ACTIONS[kind]

    made, (action,) = applied(with_actions(actions), tmp_path)

    assert made == expected
    assert sorted(action.places) == sorted(places)


def test_actions_build_on_each_other_and_say_what_they_are_for(tmp_path: Path) -> None:
    text = with_actions(
        "- {target: \"$.paths['/b'].get.tags[0]\", remove: true}\n"
        '- {target: "$.paths.*[?length(@.tags) == 0]", update: {tags: [B]}, description: A better tag}'
    )

    made, done = applied(text, tmp_path)

    assert made == with_path("/b", get={"tags": ["B"]})
    assert [action.what for action in done] == ["remove $.paths['/b'].get.tags[0]", "A better tag"]


def test_two_places_do_not_share_what_they_are_updated_with(tmp_path: Path) -> None:
    text = with_actions(
        '- {target: "$.paths.*.get", update: {security: []}}\n'
        "- {target: \"$.paths['/b'].get.security\", update: {bearer: []}}"
    )

    made, _ = applied(text, tmp_path)

    assert made["paths"]["/a/{id}"]["get"]["security"] == []
    assert made["paths"]["/b"]["get"]["security"] == [{"bearer": []}]


ACTION = "- {target: $.info, update: {}}\n"
FAULTS: dict[str, tuple[str, str]] = {
    "nothing matches": (
        with_actions("- {target: $.info, update: {x: 1}}\n- target: $.nothing\n  remove: true"),
        "line 5: the target $.nothing matches nothing. Correct it, or leave the action out",
    ),
    "what an earlier action removed": (
        with_actions("- {target: $.tags, remove: true}\n- {target: $.tags, remove: true}"),
        "line 5: the target $.tags matches nothing",
    ),
    "a value": (
        with_actions("- {target: $.info.title, update: New}"),
        "line 4: the target $.info.title matches #/info/title, which cannot take 'New'. Update an object with",
    ),
    "an object with an array": (
        with_actions("- {target: $.info, update: [1]}"),
        "line 4: the target $.info matches #/info, which cannot take [1]. Update an object with",
    ),
    "a member of another kind": (
        with_actions("- {target: $.info, update: {contact: {name: {first: A}}}}"),
        "line 4: the target $.info matches #/info/contact, whose name cannot be merged with {'first': 'A'}. Remove it",
    ),
    "the whole document removed": (
        with_actions("- {target: $, remove: true}"),
        "line 4: the target $ matches the whole document, which cannot be removed",
    ),
    "no JSONPath": (
        with_actions("- {target: '$.paths[', remove: true}"),
        "line 4: the target must be a JSONPath of RFC 9535, got '$.paths[': ",
    ),
    "no target": (with_actions("- remove: true"), "line 4: the target must be a string, got None"),
    "no action": (with_actions("- {target: $.info}"), "line 4: an action has either `update`, or `remove: true`"),
    "two actions": (
        with_actions("- {target: $.info, update: {}, remove: true}"),
        "line 4: an action has either `update`, or `remove: true`",
    ),
    "remove: false": (
        with_actions("- {target: $.info, remove: false}"),
        "line 4: an action has either `update`, or `remove: true`",
    ),
    "no object": (with_actions("- $.info"), "line 4: an action must be an object, got '$.info'"),
    "a description that is not a string": (
        with_actions("- {target: $.info, update: {}, description: 1}"),
        "line 4: the description must be a string, got 1",
    ),
    "an unknown member": (
        with_actions("- {target: $.info, update: {}, copy: $.tags}"),
        "line 4: copy is not a member of an action",
    ),
    "no actions": (f"{HEAD}actions: []\n", "line 3: actions must be an array with at least one action, got []"),
    "actions missing": (HEAD, "line 1: actions must be an array with at least one action, got None"),
    "another version": (
        with_actions(ACTION).replace("1.0.0", "1.1.0"),
        "line 1: overlay must be 1.0.0, got '1.1.0'",
    ),
    "no version": (f"info: {{title: A, version: '1'}}\nactions:\n{ACTION}", "line 1: overlay must be 1.0.0, got None"),
    "a version that is a number": (
        with_actions(ACTION).replace('"1"', "1"),
        "line 2: the version of info must be a string, got 1",
    ),
    "no title": (with_actions(ACTION).replace("title: Names, ", ""), "line 2: the title of info must be a string, got"),
    "a document to extend": (f"{with_actions(ACTION)}extends: 1\n", "line 6: extends must be a string, got 1"),
    "an unknown member of the overlay": (f"{with_actions(ACTION)}paths: {{}}\n", "line 6: paths is not a member of an"),
    "no overlay": ("[]", "holds no mapping"),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_an_overlay_that_does_not_fit_is_refused_with_its_line(kind: str, tmp_path: Path) -> None:
    text, problem = FAULTS[kind]

    with pytest.raises(Refused) as refused:
        applied(text, tmp_path)

    path = tmp_path / "2025-09-18.yaml"
    (line,) = refused.value.problems
    assert line.startswith(f"{path} {problem}" if kind == "no overlay" else f"{path}, {problem}")


def test_every_fault_of_an_overlay_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        applied("overlay: 2\nactions: [{}, {target: $}]", tmp_path)

    assert len(refused.value.problems) == 6


def test_extensions_and_the_name_of_the_document_are_ignored(tmp_path: Path) -> None:
    text = f"{with_actions('- {target: $.info, update: {}, x-why: none}')}extends: vendor.json\nx-more: 1\n"

    made, _ = applied(text, tmp_path)

    assert made == DOCUMENT
