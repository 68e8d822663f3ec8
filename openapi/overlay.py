"""Apply an overlay to a document: what it lacks, in the form of OpenAPI Overlay 1.0.

    overlay: 1.0.0
    info: {title: Names for the document of 2025-09-18, version: "1"}
    actions:
      - target: $.paths['/api/me'].get
        update: {operationId: getIdentity}
      - target: $.paths.*.*.parameters[?@.name == 'Authorization']
        remove: true

A target is a JSONPath of RFC 9535. Overlay 1.0 ignores one that matches nothing. Here it is an error, because then the
document is no longer the one that the overlay was written for.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import jsonpath_rfc9535 as jsonpath
import yaml
from attrs import frozen

from . import document as documents
from .document import Document, Refused, Steps, is_array, is_object, pointer

MEMBERS = {"overlay", "info", "extends", "actions"}
ACTION_MEMBERS = {"target", "description", "update", "remove"}

LONGEST = 80
"""Characters of a value that an error quotes."""


@frozen
class Applied:
    """What an action changed.

    Attributes:
        what: The action, for a report.
        places: The places in the document, as JSON pointers.
    """

    what: str
    places: Sequence[str]


def apply(path: Path, document: Document) -> tuple[Document, list[Applied]]:
    """Return a document with the overlay in a file applied, and what each action changed.

    Raises:
        Refused: The overlay cannot be read, is not valid, or has an action that does not fit the document.
    """
    overlay = documents.read(path)
    if problems := [_located(path, steps, problem) for steps, problem in _faults(overlay)]:
        raise Refused(*problems)
    made = copy.deepcopy(document)
    applied: list[Applied] = []
    for index, action in enumerate(overlay["actions"]):
        try:
            places = _remove(made, action["target"]) if "remove" in action else _update(made, action)
        except _UnfitError as error:
            raise Refused(_located(path, ("actions", index), f"the target {action['target']} {error}")) from error
        what = action.get("description") or f"{'remove' if 'remove' in action else 'update'} {action['target']}"
        applied.append(Applied(what, [pointer(place) for place in places]))
    return made, applied


class _UnfitError(Exception):
    """An action that does not fit the document."""


def _faults(overlay: Document) -> Iterator[tuple[Steps, str]]:
    """Yield each place where an overlay is not one of Overlay 1.0, and what is wrong there."""
    if not re.fullmatch(r"1\.0\.\d+", str(overlay.get("overlay"))):
        yield ("overlay",), f"overlay must be 1.0.0, got {_shown(overlay.get('overlay'))}"
    info: Any = overlay.get("info")
    for name in ("title", "version"):
        value = info.get(name) if is_object(info) else None
        if not isinstance(value, str):
            yield ("info",), f"the {name} of info must be a string, got {_shown(value)}"
    if not isinstance(overlay.get("extends", ""), str):
        yield ("extends",), f"extends must be a string, got {_shown(overlay['extends'])}"
    yield from (((name,), f"{name} is not a member of an overlay") for name in _unknown(overlay, MEMBERS))
    actions: Any = overlay.get("actions")
    if not is_array(actions) or not actions:
        yield ("actions",), f"actions must be an array with at least one action, got {_shown(actions)}"
        return
    for index, action in enumerate(actions):
        yield from ((("actions", index), problem) for problem in _action_faults(action))


def _action_faults(action: Any) -> Iterator[str]:
    if not is_object(action):
        yield f"an action must be an object, got {_shown(action)}"
        return
    yield from (f"{name} is not a member of an action" for name in _unknown(action, ACTION_MEMBERS))
    target = action.get("target")
    if not isinstance(target, str):
        yield f"the target must be a string, got {_shown(target)}"
    else:
        try:
            jsonpath.compile(target)
        except jsonpath.JSONPathError as error:
            yield f"the target must be a JSONPath of RFC 9535, got {_shown(target)}: {str(error).splitlines()[0]}"
    if not isinstance(action.get("description", ""), str):
        yield f"the description must be a string, got {_shown(action['description'])}"
    if ("update" in action) == ("remove" in action) or action.get("remove", True) is not True:
        yield "an action has either `update`, or `remove: true`"


def _unknown(node: dict[str, Any], known: set[str]) -> list[str]:
    return [name for name in node if name not in known and not name.startswith("x-")]


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def _matches(document: Document, target: str) -> list[jsonpath.JSONPathNode]:
    """Return what a target selects, each node once."""
    found = {node.location: node for node in jsonpath.find(target, document)}
    if not found:
        raise _UnfitError("matches nothing. Correct it, or leave the action out")
    return list(found.values())


def _update(document: Document, action: dict[str, Any]) -> list[Steps]:
    nodes = _matches(document, action["target"])
    for node in nodes:
        value, change = node.value, action["update"]
        if is_array(value):
            value.append(copy.deepcopy(change))
        elif is_object(value) and is_object(change):
            _merge(value, change, node.location)
        else:
            raise _UnfitError(
                f"matches {pointer(node.location)}, which cannot take {_shown(change)}. "
                "Update an object with an object, or an array with one more item"
            )
    return [node.location for node in nodes]


def _merge(value: dict[str, Any], change: dict[str, Any], place: Steps) -> None:
    """Change an object: objects are merged, arrays joined, and everything else is replaced."""
    for name, new in change.items():
        old = value.get(name)
        if is_object(old) and is_object(new):
            _merge(old, new, (*place, name))
        elif is_array(old) and is_array(new):
            old += copy.deepcopy(new)
        elif name in value and (_is_holder(old) or _is_holder(new)):
            raise _UnfitError(
                f"matches {pointer(place)}, whose {name} cannot be merged with {_shown(new)}. Remove it first"
            )
        else:
            value[name] = copy.deepcopy(new)


def _is_holder(value: object) -> bool:
    return is_object(value) or is_array(value)


def _remove(document: Document, target: str) -> list[Steps]:
    nodes = _matches(document, target)
    # Items from the last to the first, so that the places of the others stay, and what is inside before what holds it.
    order = sorted(nodes, key=lambda node: (len(node.location), _index(node)), reverse=True)
    for node in order:
        if node.parent is None:
            raise _UnfitError("matches the whole document, which cannot be removed")
        holder: Any = node.parent.value
        del holder[node.location[-1]]
    return [node.location for node in nodes]


def _index(node: jsonpath.JSONPathNode) -> int:
    step = node.location[-1] if node.location else -1
    return step if isinstance(step, int) else -1


def _located(path: Path, steps: Steps, problem: str) -> str:
    """Return a problem with its file and line."""
    node = yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=yaml.CSafeLoader)
    line = 1
    for step in steps:
        if isinstance(node, yaml.MappingNode):
            found = [(key, value) for key, value in node.value if key.value == step]
            if not found:
                break
            key, node = found[-1]
            line = key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step]
            line = node.start_mark.line + 1
    return f"{path}, line {line}: {problem}"
