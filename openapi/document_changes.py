"""What changed between two documents: oasdiff compares them; this tells what moved, and the Python names it touches."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from . import ROOT
from .changes import Change, Severity
from .document import VALUES, Document, Refused, is_array, is_object, operations, pointer, resolve, to_json
from .names import class_name, identifier

OASDIFF = ROOT / "openapi" / ".oasdiff" / "node_modules" / ".bin" / "oasdiff"

Steps = tuple[str | int, ...]
"""To a value of a document."""

Place = tuple[str, str]
"""A path and a method."""

ALIKE = 0.5
"""The share of members and parameters that two operations must have in common to be the same one in another place."""

SEVERITIES = {3: Severity.BREAKING, 2: Severity.BREAKING, 1: Severity.ADDITIVE}
"""By oasdiff's levels. Its warnings are what breaks in some clients, such as a new value of an enum in an answer."""

RAISED = re.compile(r"api-(operation-id|schema|tag|(global-)?security)-removed")
"""What is information to oasdiff, but the name of a method, a model or a module here, or who may call."""

LOWERED = re.compile(r"api-(tag|operation-id)-added|api-security-component-.*")
"""What no caller sees."""

TEXTS = {
    "api-path-removed-without-deprecation": "removed",
    "api-removed-without-deprecation": "removed",
    "endpoint-added": "new",
}
"""What reads better than oasdiff's words for it."""

PROSE = ("summary", "description", "title", "example", "examples", "externalDocs")


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
    return [*changes, *_compared(_moved(old, moves), new), *_reworded(old, new)]


def find_moves(old: Document, new: Document) -> dict[Place, Place]:
    """Return where the operations are now that are no longer where they were, told by their id or by what they hold."""
    before, after = dict(_placed(old)), dict(_placed(new))
    candidates = [
        (_likeness(old, operation, new, other), place, elsewhere)
        for place, operation in before.items()
        if place not in after
        for elsewhere, other in after.items()
        if elsewhere not in before
    ]
    moves: dict[Place, Place] = {}
    for likeness, place, elsewhere in sorted(candidates, key=lambda candidate: -candidate[0]):
        if likeness >= ALIKE and place not in moves and elsewhere not in moves.values():
            moves[place] = elsewhere
    return {place: moves[place] for place in before if place in moves}


def _placed(document: Document) -> Iterator[tuple[Place, dict[str, Any]]]:
    for (_, path, method), operation in operations(document):
        yield (path, method), operation


def _likeness(old: Document, operation: dict[str, Any], new: Document, other: dict[str, Any]) -> float:
    if operation.get("operationId") == other.get("operationId"):
        return 1.0
    one, two = set(_traits(old, operation)), set(_traits(new, other))
    return len(one & two) / max(len(one | two), 1)


def _traits(document: Document, operation: dict[str, Any]) -> Iterator[str]:
    """Yield what an operation is known by wherever it is: the members of body and answer, and what it can be asked."""
    for kind, schema in _schemas(document, operation, successes_only=True):
        yield from (f"{kind} {name}" for name in _members(document, schema, depth=1 if kind == "request" else 2))
    for reference in operation.get("parameters", ()):
        parameter = resolve(document, reference)
        if parameter.get("in") == "query":
            yield f"query {parameter.get('name')}"


def _schemas(
    document: Document, operation: dict[str, Any], *, successes_only: bool = False
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the schema of the body, and those of the answers, the successes first."""
    answers = sorted(operation.get("responses", {}).items())
    kept = [("response", answer) for status, answer in answers if not successes_only or status.startswith("2")]
    parts = [("request", operation.get("requestBody", {})), *kept]
    for kind, part in parts:
        for content in resolve(document, part).get("content", {}).values():
            if is_object(schema := content.get("schema")):
                yield kind, schema


def _alternatives(document: Document, schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what a schema may be, without null: itself, or the parts of a union."""
    schema = resolve(document, schema)
    parts = [part for union in ("oneOf", "anyOf", "allOf") for part in schema.get(union, ())]
    return [schema, *(resolve(document, part) for part in parts)]


def _members(document: Document, schema: dict[str, Any], *, depth: int, prefix: str = "") -> Iterator[str]:
    for part in _alternatives(document, schema):
        if is_object(part.get("items")):
            yield from _members(document, part["items"], depth=depth, prefix=prefix)
        for name, member in part.get("properties", {}).items():
            yield prefix + name
            if depth > 1 and is_object(member):
                yield from _members(document, member, depth=depth - 1, prefix=f"{prefix}{name}.")


def _moved(document: Document, moves: Mapping[Place, Place]) -> Document:
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
    found: dict[tuple[bool, Severity, str], list[_Finding]] = {}
    for entry in _run_oasdiff(old, new):
        finding = _find(entry, old, new)
        found.setdefault((bool(finding.field), finding.severity, finding.text), []).append(finding)
    # What happened to whole operations comes first.
    for (_, severity, text), findings in sorted(found.items(), key=lambda item: item[0][0]):
        yield Change(
            severity,
            text.format(
                field=_listed(finding.field for finding in findings),
                status=_listed(sorted(status for finding in findings for status in finding.statuses)),
            ),
            tuple(dict.fromkeys(finding.where for finding in findings if finding.where)),
            tuple(dict.fromkeys(finding.python for finding in findings if finding.python)),
        )


@frozen
class _Finding:
    """What oasdiff says of one member or operation, with a hole in the text for the member and one for the status."""

    severity: Severity
    text: str
    field: str
    statuses: tuple[str, ...]
    where: str
    python: str


def _find(entry: dict[str, Any], old: Document, new: Document) -> _Finding:
    check = str(entry["id"])
    severity = SEVERITIES[entry["level"]]
    if RAISED.fullmatch(check):
        severity = Severity.BREAKING
    elif LOWERED.fullmatch(check):
        severity = Severity.COSMETIC
    # A type without a format is written with an empty one.
    text = TEXTS.get(check, str(entry["text"])).replace("/``", "").replace("{", "{{").replace("}", "}}")
    statuses = tuple(re.findall(r"`(\d{3})`", text))
    text = re.sub(r"`\d{3}`", "{status}", text)
    where = field = python = ""
    words = sorted(re.findall(r"`([^`]+)`", text), key=len, reverse=True)
    if "operation" in entry:
        place = entry["path"], entry["operation"].lower()
        where = _shown(*place)
        sides = [(old, _operation(old, place)), (new, _operation(new, place))]
        methods = [name for _, operation in sides if (name := _method(operation))]
        method = methods[0] if methods else ""
        if check == "api-operation-id-removed":
            text, python = "another operation id", _renamed(*(operation for _, operation in sides))
        elif "parameter" in check:
            (argument, *_) = [word for word in words if word not in ("query", "header", "path", "cookie")] or [""]
            python = f"{method}({identifier(argument)}=)"
        else:
            kind = "request" if "request" in check else "response"
            members = [(word, found) for word in words for side in sides if (found := _member(*side, kind, word))]
            if members:
                word, (model, name) = members[0]
                text, field = text.replace(f"`{word}`", "{field}"), f"{model}.{name}"
            python = f"models.{class_name(members[0][1][0])}.{identifier(members[0][1][1])}" if members else method
    elif words and "schema" in check:
        text, field, python = text.replace(f"`{words[0]}`", "{field}"), words[0], f"models.{class_name(words[0])}"
    return _Finding(severity, text, field, statuses, where, python)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in dict.fromkeys(names))


def _run_oasdiff(old: Document, new: Document) -> list[dict[str, Any]]:
    if not OASDIFF.exists():
        raise Refused("oasdiff is not installed: `make update-api` and `make diff-api` do it, with npm")
    with tempfile.TemporaryDirectory() as temporary:
        paths = [Path(temporary) / "old.json", Path(temporary) / "new.json"]
        for path, document in zip(paths, (old, new), strict=True):
            path.write_text(to_json(_canonical(document)), encoding="utf-8")
        command = [
            str(OASDIFF),
            "changelog",
            *map(str, paths),
            "--flatten-params",
            "--flatten-allof",
            "--format",
            "json",
        ]
        done = subprocess.run([*command, "--allow-external-refs=false"], check=False, capture_output=True, text=True)
    if done.returncode:
        raise Refused(f"oasdiff cannot compare the documents: {done.stderr or done.stdout}")
    entries: list[dict[str, Any]] = json.loads(done.stdout or "[]")
    return entries


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


def _member(document: Document, operation: dict[str, Any], kind: str, path: str) -> tuple[str, str] | None:
    """Return the model and the name of the member that a path of oasdiff, such as `data/items/id`, leads to."""
    for direction, schema in _schemas(document, operation):
        if direction == kind and (found := _follow(document, schema, re.findall(r"(?:[^/\[]|\[[^\]]*\])+", path))):
            return found
    return None


def _follow(document: Document, schema: dict[str, Any], steps: list[str]) -> tuple[str, str] | None:
    found: tuple[str, str] | None = None
    model = "?"
    # A step into a union says in many ways which part it is: the next step is looked for in all of them.
    for step in (step for step in steps if not re.match(r"(oneOf|anyOf|allOf)\[", step)):
        model = _model(schema) or model
        for part in _alternatives(document, schema):
            if step in part.get("properties", {}):
                model = _owner(document, schema, part) or model
                schema, found = part["properties"][step], (model, step)
                break
            if step == "items" and is_object(part.get("items")):
                schema = part["items"]
                break
        else:
            return None
    return found


def _model(schema: dict[str, Any]) -> str | None:
    """Return the name of the component that a schema refers to, if it does."""
    return str(schema["$ref"]).rpartition("/")[2] if "$ref" in schema else None


def _owner(document: Document, schema: dict[str, Any], part: dict[str, Any]) -> str | None:
    """Return the name of the component that one alternative of a schema is, if it is one."""
    whole = resolve(document, schema)
    for reference in (part for union in ("oneOf", "anyOf", "allOf") for part in whole.get(union, ())):
        if resolve(document, reference) is part:
            return _model(reference)
    return None


def _reworded(old: Document, new: Document) -> Iterator[Change]:
    """Yield where only the words differ, a change for each keyword."""
    before = {key: node for key, _, node in _named(old, old)}
    after = {key: (path, node) for key, path, node in _named(new, new)}
    for keyword in PROSE:
        places = [
            pointer((*path, keyword))
            for key, (path, node) in after.items()
            if is_object(node) and is_object(former := before.get(key)) and former.get(keyword) != node.get(keyword)
            and not (path and path[-1] in ("properties", "schemas", *PROSE))
        ]  # fmt: skip
        if places:
            yield Change(
                Severity.COSMETIC, f"{'other' if keyword.endswith('s') else 'another'} {keyword}", tuple(places)
            )


def _named(document: Document, node: Any, path: Steps = (), key: Steps = ()) -> Iterator[tuple[Steps, Steps, Any]]:
    """Yield every value but data, behind its path and what it is known by: the same, but parameters by their names."""
    yield key, path, node
    if path and path[-1] in VALUES:
        return
    if is_object(node):
        for name, child in node.items():
            yield from _named(document, child, (*path, name), (*key, name))
    elif is_array(node):
        for index, child in enumerate(node):
            parameter = resolve(document, child) if is_object(child) else {}
            is_parameter = path[-1:] == ("parameters",) and "in" in parameter
            step = f"{parameter['in']} {parameter.get('name')}" if is_parameter else index
            yield from _named(document, child, (*path, index), (*key, step))


def _operation(document: Document, place: Place) -> dict[str, Any]:
    operation: dict[str, Any] = document["paths"].get(place[0], {}).get(place[1], {})
    return operation


def _shown(path: str, method: str) -> str:
    return f"{method.upper()} {path}"


def _method(operation: Mapping[str, Any]) -> str:
    return identifier(operation["operationId"]) if "operationId" in operation else ""


def _renamed(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    return " -> ".join(dict.fromkeys(name for name in (_method(old), _method(new)) if name))
