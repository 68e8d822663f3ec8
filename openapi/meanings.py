"""Find changes of what a name means: the parameter it sends, the operation it calls, the default it has."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve, frozen

from .changes import Change, Severity
from .document import Document, Steps, is_object, operations, resolve
from .moves import Where, method_of, operation_at, shown
from .names import argument_name
from .python_names import Place, Schema, inside, member_of, schemas_of, with_parts
from .schemas import is_default_sent

NONE = object()
"""The default of a member without one."""


def changed_meanings(kind: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    """Yield the Python names that stand for something else now.

    Args:
        kind: What the names stand for: `the member`.
        before: By Python name, what it stood for.
        after: By Python name, what it stands for.
    """
    for name, key in before.items():
        if after.get(name, key) != key:
            what = f"`{name}` was {kind} `{key}` and is now `{after[name]}`"
            yield Change(Severity.BREAKING, what, python=(name,))


def changed_names(kind: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    """Yield what has another Python name now. The arguments are those of `changed_meanings`."""
    names, new_names = ({key: name for name, key in each.items()} for each in (before, after))
    for key, name in names.items():
        if new_names.get(key, name) != name:
            what = f"{kind} `{key}` was `{name}` and is now `{new_names[key]}`"
            yield Change(Severity.BREAKING, what, python=(f"{name} -> {new_names[key]}",))


def operation_meanings(old: Document, new: Document, moves: Mapping[Where, Where]) -> Iterator[Change]:
    """Yield the methods that call another operation now, and their arguments that are another parameter."""
    before, after = _methods(old), _methods(new)
    for method, place in before.items():
        if method not in after:
            continue
        now = after[method]
        if now not in (place, moves.get(place)):
            what = f"`{method}()` was {shown(place)} and is now {shown(now)}"
            yield Change(Severity.BREAKING, what, (shown(now),), (f"{method}()",))
            continue
        arguments, new_arguments = _arguments(old, place), _arguments(new, now)
        changes = [
            *changed_meanings("the parameter", arguments, new_arguments),
            *changed_names("the parameter", _named(arguments), _named(new_arguments)),
        ]
        yield from (evolve(change, where=(shown(now),)) for change in changes)


def _methods(document: Document) -> dict[str, Where]:
    return {
        method: (path, verb) for (_, path, verb), operation in operations(document) if (method := method_of(operation))
    }


def _arguments(document: Document, place: Where) -> dict[str, str]:
    """Return the arguments of a method, and the parameters that they are."""
    operation = operation_at(document, place)
    taken = [resolve(document, reference) for reference in operation["parameters"]]
    made: dict[str, str] = {}
    for each in taken:
        where, name = str(each.get("in")), str(each.get("name"))
        others = [str(other.get("name")) for other in taken if other is not each]
        argument = f"{method_of(operation)}({argument_name(name, where, others)}=)"
        # Callers see neither the name of a variable of the path nor the case of a header.
        in_path = place[0].split("{" + name + "}")[0].count("{") + 1
        key = f"path {in_path}" if where == "path" else f"{where} {name.lower() if where == 'header' else name}"
        made[argument] = key
    return made


def _named(arguments: Mapping[str, str]) -> dict[str, str]:
    """Return the arguments without those in the path, which have no other names to callers."""
    return {name: key for name, key in arguments.items() if not key.startswith("path ")}


@frozen
class _Member:
    """A member of the bodies or responses of operations."""

    place: Place
    where: dict[str, None]


def default_changes(old: Document, new: Document) -> Iterator[tuple[Change, tuple[Steps, ...]]]:
    """Yield the members with another default, and where the documents differ because of it."""
    before, after = _members(old), _members(new)
    for (kind, name), member in before.items():
        if (kind, name) not in after:
            continue
        now = after[kind, name]
        one, two = (each.place.schema.get("default", NONE) for each in (member, now))
        if _text(one) == _text(two):
            continue
        severity = Severity.BREAKING
        sent = is_default_sent(old, member.place.schema) or is_default_sent(new, now.place.schema)
        if kind == "response" or not sent:
            # Nobody makes a response, and the server applies a default that is not sent.
            severity = Severity.COSMETIC
        elif one is NONE and member.place.required:
            # Who had to give it gives it still.
            severity = Severity.ADDITIVE
        what = f"the default of the {kind} property `{name}` was {_text(one)} and is now {_text(two)}"
        yield Change(severity, what, tuple(now.where), (now.place.python,)), (*member.place.spots, *now.place.spots)


def _text(default: Any) -> str:
    return "none" if default is NONE else f"`{json.dumps(default, ensure_ascii=False)}`"


def _members(document: Document) -> dict[tuple[str, str], _Member]:
    """Return the members of all bodies and responses, by their names in a report."""
    found: dict[tuple[str, str], _Member] = {}
    for (_, path, verb), operation in operations(document):
        seen: dict[str, set[Steps]] = {"request": set(), "response": set()}
        for kind, schema in schemas_of(document, operation, steps=("paths", path, verb)):
            for place in _inner_members(document, schema, seen[kind]):
                member = found.setdefault((kind, place.shown), _Member(place, {}))
                member.where[shown((path, verb))] = None
    return found


def _inner_members(document: Document, schema: Schema, seen: set[Steps]) -> Iterator[Place]:
    whole, *parts = with_parts(document, schema)
    if whole.steps in seen:
        return
    seen.add(whole.steps)
    for name in whole.node.get("properties", {}):
        place, held = member_of(document, whole, name)
        yield place
        yield from _inner_members(document, held, seen)
    for step in ("items", "additionalProperties"):
        if is_object(whole.node.get(step)):
            yield from _inner_members(document, inside(whole, step), seen)
    for part in parts:
        yield from _inner_members(document, part, seen)
