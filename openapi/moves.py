"""Find the operations that are at another path or under another method."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any, Self

from attrs import frozen

from .document import Document, is_object, operations, resolve
from .names import identifier
from .python_names import Schema, schemas_of, with_parts

Where = tuple[str, str]
"""A path and a method."""

ALIKE = 0.5
"""Minimum share of common members and parameters for two operations to be the same one at another path."""

VARIABLE = r"\{(.*?)\}"
"""A variable of a path."""

ENVELOPE = "response data"
"""What nearly every response has, so that it identifies no operation."""


def find_moves(old: Document, new: Document) -> dict[Where, Where]:
    """Return where the operations are now that are no longer where they were.

    One with the same id has moved. So has one with the same method, or at the same path, that holds much the same.
    """
    before, after = _placed(old), _placed(new)
    gone = {place: _Operation.of(old, place, before[place]) for place in before if place not in after}
    come = {place: _Operation.of(new, place, after[place]) for place in after if place not in before}
    candidates = [
        (one.likeness(other), place, elsewhere) for place, one in gone.items() for elsewhere, other in come.items()
    ]
    moves: dict[Where, Where] = {}
    for likeness, place, elsewhere in sorted(candidates, key=lambda candidate: -candidate[0]):
        if likeness >= ALIKE and place not in moves and elsewhere not in moves.values():
            moves[place] = elsewhere
    return {place: moves[place] for place in before if place in moves}


def _placed(document: Document) -> dict[Where, dict[str, Any]]:
    return {(path, method): operation for (_, path, method), operation in operations(document)}


@frozen
class _Operation:
    """What identifies an operation elsewhere: its id, or its path or method with the members and parameters it has."""

    id: object
    path: str
    method: str
    traits: frozenset[str]

    @classmethod
    def of(cls, document: Document, place: Where, operation: dict[str, Any]) -> Self:
        path, method = place
        traits = frozenset(_traits(document, operation)) - {ENVELOPE}
        return cls(operation.get("operationId"), re.sub(VARIABLE, "{}", path), method, traits)

    def likeness(self, other: Self) -> float:
        if self.id is not None and self.id == other.id:
            return 1.0
        if self.method != other.method and self.path != other.path:
            return 0.0
        return len(self.traits & other.traits) / max(len(self.traits | other.traits), 1)


def _traits(document: Document, operation: dict[str, Any]) -> Iterator[str]:
    for kind, schema in schemas_of(document, operation, successes_only=True):
        yield from (f"{kind} {name}" for name in _members(document, schema, depth=1 if kind == "request" else 2))
    for reference in operation.get("parameters", ()):
        parameter = resolve(document, reference)
        if parameter.get("in") == "query":
            yield f"query {parameter.get('name')}"


def _members(document: Document, schema: Schema, *, depth: int, prefix: str = "") -> Iterator[str]:
    for part in with_parts(document, schema):
        if is_object(items := part.node.get("items")):
            yield from _members(document, Schema(items, ()), depth=depth, prefix=prefix)
        for name, member in part.node.get("properties", {}).items():
            yield prefix + name
            if depth > 1 and is_object(member):
                yield from _members(document, Schema(member, ()), depth=depth - 1, prefix=f"{prefix}{name}.")


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
    return re.findall(VARIABLE, path)


def operation_at(document: Document, place: Where) -> dict[str, Any]:
    """Return an operation with the parameters that it shares with others of its path, or nothing."""
    item: dict[str, Any] = document["paths"].get(place[0], {})
    operation: dict[str, Any] = item.get(place[1], {})
    shared = {"parameters": [*operation.get("parameters", ()), *item.get("parameters", ())]}
    return operation and operation | shared


def shown(place: Where) -> str:
    """Return an operation as a report has it, such as `GET /api/me`."""
    path, method = place
    return f"{method.upper()} {path}"


def method_of(operation: Mapping[str, Any]) -> str:
    """Return the name of an operation's method, or nothing."""
    return identifier(operation["operationId"]) if "operationId" in operation else ""


def renamed(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """Return the name of the method of an operation, or both where it has another one."""
    return " -> ".join(dict.fromkeys(name for name in (method_of(old), method_of(new)) if name))
