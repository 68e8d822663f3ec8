"""Compare two documents with oasdiff, and add what moved and the Python names that change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import evolve, frozen

from .changes import Change, Severity
from .document import Document
from .moves import Where, find_moves, moved
from .names import class_name, identifier
from .oasdiff import Entry, find_entries
from .other_changes import other_changes
from .python_names import Place, find_member, find_parameter

SEVERITIES = {3: Severity.BREAKING, 2: Severity.BREAKING, 1: Severity.ADDITIVE}
"""By oasdiff's levels. Its warnings are changes that break some clients, for example a new enum value in a response."""

RAISED = re.compile(r"api-(operation-id|schema|tag|(global-)?security)-removed")
"""Changes that oasdiff reports as information, but that rename a method, model or module, or change who may call."""

LOWERED = re.compile(r"api-(tag|operation-id)-added|api-security-component-.*")
"""Changes that no caller sees."""

TEXTS = {
    "api-path-removed-without-deprecation": "removed",
    "api-removed-without-deprecation": "removed",
    "endpoint-added": "new",
}
"""Replacements for oasdiff's wording."""


def document_changes(old: Document, new: Document) -> list[Change]:
    """Return what changed from one document to another, each change once, however many operations it is in."""
    moves = find_moves(old, new)
    changes = [
        Change(
            Severity.BREAKING,
            f"moved: {_shown(*before)} is now {_shown(*after)}",
            python=(_renamed(_operation(old, before), _operation(new, after)),),
        )
        for before, after in moves.items()
    ]
    return other_changes(old, new, [*changes, *_compared(moved(old, moves), new)])


def _compared(old: Document, new: Document) -> Iterator[Change]:
    """Yield what oasdiff finds, the same change of several members or operations once."""
    found = [_find(entry, old, new) for entry in find_entries(old, new)]
    # Only what is so in the same operations is told at once, so that no line says more than is true.
    for names in (("where",), ("statuses",), ("values",), ("fields", "where", "python")):
        found = _merged(found, *names)
    # What happened to whole operations comes first.
    for finding in sorted(found, key=lambda finding: bool(finding.fields)):
        text = finding.text.format(
            field=_listed(finding.fields), status=_listed(sorted(finding.statuses)), value=_listed(finding.values)
        )
        yield Change(finding.severity, text, finding.where, finding.python)


@frozen
class _Finding:
    """A message of oasdiff, with placeholders for members, statuses and the values of an enum."""

    severity: Severity
    text: str
    fields: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    python: tuple[str, ...] = ()


def _merged(findings: Iterable[_Finding], *names: str) -> list[_Finding]:
    """Return findings that differ in nothing but these attributes as one."""
    groups: dict[_Finding, list[_Finding]] = {}
    for finding in findings:
        without: dict[str, Any] = dict.fromkeys(names, ())
        groups.setdefault(evolve(finding, **without), []).append(finding)
    merged: list[_Finding] = []
    for same, group in groups.items():
        united: dict[str, Any] = {name: _united(group, name) for name in names}
        merged.append(evolve(same, **united))
    return merged


def _united(findings: Iterable[_Finding], name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for finding in findings for value in getattr(finding, name)))


def _find(entry: Entry, old: Document, new: Document) -> _Finding:
    check = entry.check
    severity = SEVERITIES[entry.level]
    if RAISED.fullmatch(check):
        severity = Severity.BREAKING
    elif LOWERED.fullmatch(check):
        severity = Severity.COSMETIC
    # A type without a format is written with an empty one.
    text = TEXTS.get(check, entry.text).replace("/``", "").replace("{", "{{").replace("}", "}}")
    if entry.place is None:
        if "schema" not in check or not (named := re.search(r"`([^`]+)`", text)):
            return _Finding(severity, text)
        python = (f"models.{class_name(named[1])}",)
        return _Finding(severity, text.replace(named[0], "{field}"), fields=(named[1],), python=python)
    place = entry.place
    where = (_shown(*place),)
    sides = [(old, _operation(old, place)), (new, _operation(new, place))]
    method = next((name for _, operation in sides if (name := _method(operation))), "")
    if check == "api-operation-id-removed":
        renamed = _renamed(*(operation for _, operation in sides))
        return _Finding(severity, "another operation id", where=where, python=(renamed,))
    before, after, word = _compared_places(text, check, sides)
    found = before or after
    statuses = tuple(re.findall(r"`(\d{3})`", text))
    text = re.sub(r"`\d{3}`", "{status}", text)
    # The same path may lead to a member of another model now, while the one of before is what it was.
    if found is None or (after and found.shown != after.shown and _has_schema(new, found.shown.rpartition(".")[0])):
        return _Finding(severity, text, statuses=statuses, where=where, python=(method,) if method else ())
    values: tuple[str, ...] = ()
    if "enum-value-removed" in check and after and "enum" not in after.schema:
        severity = Severity.ADDITIVE if "request" in check else Severity.BREAKING
        verb = "takes" if "request" in check else "may be"
        text = f"`{word}` {verb} any value, not only those of a list"
    elif "enum-value" in check and (value := re.search(r"`([^`]+)`(?= enum value)|(?<=enum value )`([^`]+)`", text)):
        text = text.replace(value[0], "{value}", 1)
        values = ((value[1] or value[2]).replace("{{", "{").replace("}}", "}"),)
    if "parameter" in check:
        return _Finding(severity, text, (), statuses, values, where, (found.python,))
    text = text.replace(f"`{word}`", "{field}")
    return _Finding(severity, text, (found.shown,), statuses, values, where, (found.python,))


def _has_schema(document: Document, name: str) -> bool:
    return name in document.get("components", {}).get("schemas", {})


def _compared_places(
    text: str, check: str, sides: Sequence[tuple[Document, dict[str, Any]]]
) -> tuple[Place | None, Place | None, str]:
    """Return what an entry is about, as it was and as it is, and the word for it in the text."""
    if named := re.search(r"`(\w+)` request parameter `([^`]+)`", text):
        where, name = named.groups()
        before, after = (find_parameter(*side, where, name, _method(side[1])) for side in sides)
        return before, after, name
    kind = "request" if "request" in check else "response"
    for word in sorted(re.findall(r"`([^`]+)`", text), key=len, reverse=True):
        before, after = (find_member(*side, kind, word) for side in sides)
        if before or after:
            return before, after, word
    return None, None, ""


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in dict.fromkeys(names))


def _operation(document: Document, place: Where) -> dict[str, Any]:
    """Return an operation with the parameters that it shares with others of its path, or nothing."""
    item: dict[str, Any] = document["paths"].get(place[0], {})
    operation: dict[str, Any] = item.get(place[1], {})
    shared = {"parameters": [*operation.get("parameters", ()), *item.get("parameters", ())]}
    return operation and operation | shared


def _shown(path: str, method: str) -> str:
    return f"{method.upper()} {path}"


def _method(operation: Mapping[str, Any]) -> str:
    return identifier(operation["operationId"]) if "operationId" in operation else ""


def _renamed(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    return " -> ".join(dict.fromkeys(name for name in (_method(old), _method(new)) if name))
