"""Run oasdiff on two documents, so that it finds the same in the same documents each time."""

from __future__ import annotations

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
from .document import Document, Refused, is_array, is_object, named_schemas, objects, to_json

OASDIFF = ROOT / "openapi" / ".oasdiff" / "node_modules" / ".bin" / "oasdiff"

WITHIN = "--within--"
"""Between the names of a schema and of the one that it is compared inside of."""

UNCOMPARED: list[tuple[list[str], Severity, str]] = [
    (["--flatten-allof"], Severity.COSMETIC, "the parts of each allOf were compared one by one, not joined"),
    ([], Severity.BREAKING, "the documents were not compared, only the Python names"),
]
"""The ways to run oasdiff, one after another, and what to report of each that fails: how severe, and the effect."""

MANY = 24
"""The most schemas of a cycle that each get copies of the others. The copies grow with the square: 24 make 576."""

TYPE = "(?:array|boolean|integer|null|number|object|string)"
TYPES = re.compile(rf"\b{TYPE}(?:(?:, | and | or ){TYPE})+\b")
"""A list of types, which oasdiff writes in any order."""

WHOLE = re.compile(r"(?<=`)(-?\d+)\.00(?=`)")
"""A whole number, which oasdiff writes with two decimals."""


@frozen
class Entry:
    """A change that oasdiff finds.

    Attributes:
        check: The name of its kind, such as `request-property-removed`.
        level: 3 and 2 break clients, 1 does not.
        text: What oasdiff says.
        place: The path and the method of its operation, if it is in one.
    """

    check: str
    level: int
    text: str
    place: tuple[str, str] | None


def find_entries(old: Document, new: Document) -> tuple[list[Entry], list[Change]]:
    """Return what oasdiff finds, the worst first, then by paths, and what it could not compare.

    Raises:
        Refused: oasdiff is not installed.
    """
    found, lost = _run([canonical(document) for document in _without_cycles(old, new)])
    return entries_of(found), lost


def entries_of(found: Iterable[Mapping[str, Any]]) -> list[Entry]:
    """Return what oasdiff printed, in an order and in words that do not change from run to run."""
    entries = [
        Entry(
            str(each["id"]),
            int(each["level"]),
            TYPES.sub(_in_order, WHOLE.sub(r"\1", re.sub(rf"{WITHIN}[\w.-]+", "", str(each["text"])))),
            (str(each["path"]), str(each["operation"]).lower()) if "operation" in each else None,
        )
        for each in found
    ]
    return sorted(
        entries, key=lambda entry: (-entry.level, entry.place or ("", ""), entry.check, entry.text.replace("`", " "))
    )


def _in_order(types: re.Match[str]) -> str:
    separators = re.findall(", | and | or ", types[0])
    first, *others = sorted(re.findall(TYPE, types[0]))
    return str(first) + "".join(f"{separator}{other}" for separator, other in zip(separators, others, strict=True))


def _run(documents: Iterable[Document]) -> tuple[list[dict[str, Any]], list[Change]]:
    if not OASDIFF.exists():
        raise Refused("oasdiff is not installed: `make update-api` and `make diff-api` install it with npm")
    with tempfile.TemporaryDirectory() as temporary:
        paths = [Path(temporary) / "old.json", Path(temporary) / "new.json"]
        for path, document in zip(paths, documents, strict=True):
            path.write_text(to_json(document), encoding="utf-8")
        command = [str(OASDIFF), "changelog", *map(str, paths), "--flatten-params", "--format", "json"]
        lost: list[Change] = []
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


def canonical(node: Any) -> Any:
    """Return a copy in which what may be null is written in one way, because oasdiff takes another way for a change."""
    if is_array(node):
        return [canonical(child) for child in node]
    if not is_object(node):
        return node
    made = {name: canonical(child) for name, child in node.items()}
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


Graph = dict[str, list[str]]
"""The schemas that each schema refers to."""


def _without_cycles(old: Document, new: Document) -> Iterator[Document]:
    """Yield both documents with no schema inside itself: where it would be, or is once more, only its type is left.

    oasdiff stops somewhere in a cycle, in another place each time, and may then take equal schemas for different ones.
    Each schema of a cycle gets copies of the others, so that wherever it is reached, all of them are compared, once.
    """
    graph: Graph = {}
    for document in (old, new):
        for name, schema in named_schemas(document).items():
            graph[name] = list(dict.fromkeys([*graph.get(name, ()), *_references(schema)]))
    # The same for both documents, so that what only one of them has changes nothing in what is compared of the rest.
    copies = {names: inside for cycle in _cycles(graph) for names, inside in _trees(graph, cycle)}
    for document in (old, new):
        schemas = named_schemas(document)
        made = {
            copy: _redirected(schemas[name], schemas, inside)
            for (copy, name), inside in copies.items()
            if name in schemas
        }
        yield {**document, "components": {**document.get("components", {}), "schemas": schemas | made}}


def _references(schema: Any) -> Iterator[str]:
    for _, node in objects(schema):
        if name := _referred(node):
            yield name


def _referred(node: Mapping[str, Any]) -> str | None:
    """Return the name of the schema that a node refers to, if it does."""
    found = re.fullmatch(r"#/components/schemas/([^/]+)", str(node.get("$ref")))
    return found[1] if found else None


def _cycles(graph: Graph) -> Iterator[list[str]]:
    """Yield the names of the schemas that hold each other."""
    reached = {name: _reached(graph, name) for name in graph}
    seen = set[str]()
    for name in graph:
        if name in reached[name] and name not in seen:
            cycle = [other for other in graph if other in reached[name] and name in reached[other]]
            seen.update(cycle)
            yield cycle


def _reached(graph: Graph, name: str) -> set[str]:
    found = set[str]()
    left = [name]
    while left:
        left = [other for each in left for other in graph.get(each, ()) if other not in found]
        found.update(left)
    return found


def _trees(graph: Graph, cycle: list[str]) -> Iterator[tuple[tuple[str, str], dict[str, str | None]]]:
    """Yield the name of a copy and of its schema, with the copies that it refers to: None for what is elsewhere."""
    many = len(cycle) > MANY
    for root in cycle[:1] if many else cycle:
        tree: Graph = {name: [] for name in cycle}
        seen, left = {root}, [root]
        for name in left:
            tree[name] = [other for other in graph[name] if other in tree and other not in seen]
            seen.update(tree[name])
            left += tree[name]
        copies = {name: name if many or name == root else f"{name}{WITHIN}{root}" for name in cycle}
        for name, kept in tree.items():
            inside = {other: copies[other] if other in kept else None for other in graph[name] if other in tree}
            yield (copies[name], name), inside


def _redirected(node: Any, schemas: Mapping[str, Any], copies: Mapping[str, str | None]) -> Any:
    if is_array(node):
        return [_redirected(child, schemas, copies) for child in node]
    if not is_object(node):
        return node
    made = {name: _redirected(child, schemas, copies) for name, child in node.items()}
    name = _referred(node)
    if name is None or name not in copies:
        return made
    if (copy := copies[name]) is not None:
        return made | {"$ref": f"#/components/schemas/{copy}"}
    del made["$ref"]
    kind = schemas[name].get("type") if name in schemas else None
    return made | ({"type": kind} if kind else {})
