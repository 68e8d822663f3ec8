"""Find the operations that are at another path or under another method."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any

from .document import Document, is_object, operations, resolve
from .python_names import alternatives, schemas

Where = tuple[str, str]
"""A path and a method."""

ALIKE = 0.5
"""Minimum share of common members and parameters for two operations to be the same one at another path."""


def find_moves(old: Document, new: Document) -> dict[Where, Where]:
    """Return where the operations are now that are no longer where they were, told by their id or by what they hold."""
    before, after = dict(_placed(old)), dict(_placed(new))
    candidates = [
        (_likeness(old, operation, new, other), place, elsewhere)
        for place, operation in before.items()
        if place not in after
        for elsewhere, other in after.items()
        if elsewhere not in before
    ]
    moves: dict[Where, Where] = {}
    for likeness, place, elsewhere in sorted(candidates, key=lambda candidate: -candidate[0]):
        if likeness >= ALIKE and place not in moves and elsewhere not in moves.values():
            moves[place] = elsewhere
    return {place: moves[place] for place in before if place in moves}


def _placed(document: Document) -> Iterator[tuple[Where, dict[str, Any]]]:
    for (_, path, method), operation in operations(document):
        yield (path, method), operation


def _likeness(old: Document, operation: dict[str, Any], new: Document, other: dict[str, Any]) -> float:
    if operation.get("operationId") == other.get("operationId"):
        return 1.0
    one, two = set(_traits(old, operation)), set(_traits(new, other))
    return len(one & two) / max(len(one | two), 1)


def _traits(document: Document, operation: dict[str, Any]) -> Iterator[str]:
    """Yield what identifies an operation at any path: the members of its body and response, and its parameters."""
    for kind, schema in schemas(document, operation, successes_only=True):
        yield from (f"{kind} {name}" for name in _members(document, schema, depth=1 if kind == "request" else 2))
    for reference in operation.get("parameters", ()):
        parameter = resolve(document, reference)
        if parameter.get("in") == "query":
            yield f"query {parameter.get('name')}"


def _members(document: Document, schema: dict[str, Any], *, depth: int, prefix: str = "") -> Iterator[str]:
    for part in alternatives(document, schema):
        if is_object(part.get("items")):
            yield from _members(document, part["items"], depth=depth, prefix=prefix)
        for name, member in part.get("properties", {}).items():
            yield prefix + name
            if depth > 1 and is_object(member):
                yield from _members(document, member, depth=depth - 1, prefix=f"{prefix}{name}.")


def moved(document: Document, moves: Mapping[Where, Where]) -> Document:
    """Return a document with its operations where they are now, so that what else changed in them can be compared."""
    paths = copy.deepcopy(document["paths"])
    for (path, method), (new_path, new_method) in moves.items():
        operation = paths[path].pop(method)
        renamed = dict(zip(_variables(path), _variables(new_path), strict=False))
        parameters = [
            dict(resolve(document, reference))
            for reference in (*paths[path].get("parameters", ()), *operation.get("parameters", ()))
        ]
        for parameter in parameters:
            if parameter.get("in") == "path":
                parameter["name"] = renamed.get(parameter["name"], parameter["name"])
        paths.setdefault(new_path, {})[new_method] = {**operation, "parameters": parameters}
    return {**document, "paths": {path: item for path, item in paths.items() if set(item) - {"parameters"}}}


def _variables(path: str) -> list[str]:
    return re.findall(r"\{(.*?)\}", path)
