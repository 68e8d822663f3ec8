"""Compare two documents with oasdiff, and add what moved and the Python names that change."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from . import ROOT
from .changes import Change, Severity
from .document import Document, Refused, is_array, is_object, operations, resolve, to_json
from .names import class_name, identifier
from .other_changes import other_changes
from .python_names import Place, alternatives, find_member, find_parameter, schemas

OASDIFF = ROOT / "openapi" / ".oasdiff" / "node_modules" / ".bin" / "oasdiff"

Where = tuple[str, str]
"""A path and a method."""

ALIKE = 0.5
"""Minimum share of common members and parameters for two operations to be the same one at another path."""

SEVERITIES = {3: Severity.BREAKING, 2: Severity.BREAKING, 1: Severity.ADDITIVE}
"""By oasdiff's levels. Its warnings are changes that break some clients, for example a new enum value in a response."""

RAISED = re.compile(r"api-(operation-id|schema|tag|(global-)?security)-removed")
"""Changes that oasdiff reports as information, but that rename a method, model or module, or change who may call."""

LOWERED = re.compile(r"api-(tag|operation-id)-added|api-security-component-.*")
"""Changes that no caller sees."""

UNCOMPARED: list[tuple[list[str], Severity, str]] = [
    (["--flatten-allof"], Severity.COSMETIC, "the parts of each allOf were compared one by one, not joined"),
    ([], Severity.BREAKING, "the documents were not compared, only the Python names"),
]
"""The ways to run oasdiff, one after another, and what to report of each that fails: how severe, and the effect."""

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
    return other_changes(old, new, [*changes, *_compared(_moved(old, moves), new)])


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


def _moved(document: Document, moves: Mapping[Where, Where]) -> Document:
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


def _compared(old: Document, new: Document) -> Iterator[Change]:
    """Yield what oasdiff finds, the same change of several members or operations once."""
    entries, lost = _run_oasdiff(old, new)
    yield from lost
    found = [_find(entry, old, new) for entry in entries]
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


def _find(entry: dict[str, Any], old: Document, new: Document) -> _Finding:
    check = str(entry["id"])
    severity = SEVERITIES[entry["level"]]
    if RAISED.fullmatch(check):
        severity = Severity.BREAKING
    elif LOWERED.fullmatch(check):
        severity = Severity.COSMETIC
    # A type without a format is written with an empty one.
    text = TEXTS.get(check, str(entry["text"])).replace("/``", "").replace("{", "{{").replace("}", "}}")
    if "operation" not in entry:
        if "schema" not in check or not (named := re.search(r"`([^`]+)`", text)):
            return _Finding(severity, text)
        python = (f"models.{class_name(named[1])}",)
        return _Finding(severity, text.replace(named[0], "{field}"), fields=(named[1],), python=python)
    place = entry["path"], entry["operation"].lower()
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


def _run_oasdiff(old: Document, new: Document) -> tuple[list[dict[str, Any]], list[Change]]:
    """Return what oasdiff finds, and what it could not compare."""
    if not OASDIFF.exists():
        raise Refused("oasdiff is not installed: `make update-api` and `make diff-api` install it with npm")
    lost: list[Change] = []
    with tempfile.TemporaryDirectory() as temporary:
        paths = [Path(temporary) / "old.json", Path(temporary) / "new.json"]
        for path, document in zip(paths, (old, new), strict=True):
            path.write_text(to_json(_canonical(document)), encoding="utf-8")
        command = [str(OASDIFF), "changelog", *map(str, paths), "--flatten-params", "--format", "json"]
        for flags, severity, instead in UNCOMPARED:
            arguments = [*command, *flags, "--allow-external-refs=false"]
            done = subprocess.run(arguments, check=False, capture_output=True, text=True)
            if not done.returncode:
                entries: list[dict[str, Any]] = json.loads(done.stdout or "[]")
                # Another part of allOf may be another type, which oasdiff takes for information.
                joined = [{**entry, "level": 3} if "-all-of-" in entry["id"] else entry for entry in entries]
                return joined if lost else entries, lost
            said = (done.stderr or done.stdout).strip().partition("\n")[0] or f"it ended with {done.returncode}"
            # It begins with the names of temporary files, which differ from run to run.
            reason = said.rpartition('.json": ')[2]
            lost = [Change(severity, f"{instead}, because oasdiff failed: {reason}")]
    return [], lost


def _canonical(node: Any) -> Any:
    """Return a copy in which what may be null is written in one way, because oasdiff takes another way for a change."""
    if is_array(node):
        return [_canonical(child) for child in node]
    if not is_object(node):
        return node
    made = {name: _canonical(child) for name, child in node.items()}
    kinds: Any = made.get("type")
    if is_array(kinds) and len(kinds) == 2 and "null" in kinds:
        (kind,) = (kind for kind in kinds if kind != "null")
        return made | {"type": kind, "nullable": True}
    for union in ("oneOf", "anyOf"):
        parts: Any = made.get(union)
        if is_array(parts) and len(parts) == 2 and {"type": "null"} in parts:
            (part,) = (part for part in parts if part != {"type": "null"})
            del made[union]
            return made | ({"allOf": [part]} if "$ref" in part else part) | {"nullable": True}
    return made


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
