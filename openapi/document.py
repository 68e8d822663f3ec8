"""Read, write and walk OpenAPI documents.

A document is read once, here, and handed on as plain JSON values, so that checks, generator, diff and sandbox cannot
disagree on what a text of YAML means.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, TypeGuard

import yaml

Document = dict[str, Any]

Steps = tuple[str | int, ...]
"""The way to a value of a document: names and indices."""

Found = Iterator[tuple[Steps, str]]
"""Faults of a document: where each one is, and what is wrong there."""

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
"""The members of a path that are operations."""

NULL = re.compile(r"~|null|Null|NULL|")
BOOLEAN = re.compile(r"true|True|TRUE|false|False|FALSE")
INTEGER = re.compile(r"[-+]?[0-9]+")
NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
"""The core schema of YAML 1.2, section 10.3.2: no dates, no `yes` and `no`, no numbers to the base of 60."""

NAMES = frozenset(
    {
        *("properties", "patternProperties", "dependentSchemas", "$defs"),
        *("schemas", "parameters", "headers", "responses", "requestBodies", "securitySchemes"),
    }
)
"""Keywords whose value maps names to objects, so that its keys, such as the status `default`, are not keywords."""

VALUES = frozenset({"example", "examples", "default", "const", "enum"})
"""Keywords whose value is data and no schema."""


DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Refused(Exception):  # noqa: N818  (what it says is why, line by line)
    """A rejected document, and why.

    Attributes:
        problems: What is wrong, a line each, beginning with its place in the document where it has one.
    """

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def is_object(node: object) -> TypeGuard[dict[str, Any]]:
    """Return whether a value of a document is an object."""
    return isinstance(node, dict)


def is_array(node: object) -> TypeGuard[list[Any]]:
    """Return whether a value of a document is an array."""
    return isinstance(node, list)


def is_date(value: object) -> TypeGuard[str]:
    """Return whether a value of a document is a date, as the API's versions are."""
    if not isinstance(value, str) or not DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def pointer(path: Iterable[str | int]) -> str:
    """Return the place of a value as a JSON pointer (RFC 6901) behind a `#`."""
    return "#" + "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def read(path: Path) -> Document:
    """Return what a document of YAML or JSON holds.

    Args:
        path: A file of UTF-8. Its suffix does not matter: JSON is read as such, everything else as YAML.

    Raises:
        Refused: It cannot be read, or readers could differ on what it says: a name that is there twice, or an alias.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{path} cannot be read: {error}") from error
    problems: list[str] = []
    try:
        contents = _from_json(text, problems) if text.lstrip().startswith("{") else _from_yaml(text, problems)
    except json.JSONDecodeError as error:
        raise Refused(f"{path} begins like JSON but is invalid: {error}") from error
    except yaml.YAMLError as error:
        raise Refused(f"{path} is not YAML: {error}") from error
    except RecursionError as error:
        raise Refused(f"{path} is nested too deeply") from error
    if problems:
        raise Refused(*problems)
    if not is_object(contents):
        raise Refused(f"{path} holds no mapping, so it is not an OpenAPI document")
    return contents


class _Repeated(dict[str, Any]):
    """A JSON object with duplicate names."""

    names: list[str]


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    repeated = _Repeated(made)
    names = [name for name, _ in pairs]
    repeated.names = sorted({name for name in names if names.count(name) > 1})
    return repeated


def _from_json(text: str, problems: list[str]) -> Any:
    contents = json.loads(text, object_pairs_hook=_pairs)
    for path, node in walk(contents):
        if isinstance(node, _Repeated):
            problems += [f"{pointer((*path, name))}: this name is given twice" for name in node.names]
    return contents


def _from_yaml(text: str, problems: list[str]) -> Any:
    aliases = [event for event in yaml.parse(text, Loader=yaml.CSafeLoader) if isinstance(event, yaml.AliasEvent)]
    problems += [
        f"{_line(alias.start_mark)}: *{alias.anchor} is an alias. Write it out, or make it a component"
        for alias in aliases
    ]
    if problems:
        return None
    node = yaml.compose(text, Loader=yaml.CSafeLoader)
    return None if node is None else _value(node, (), problems)


def _value(node: yaml.Node, path: Steps, problems: list[str]) -> Any:
    if isinstance(node, yaml.MappingNode):
        made: dict[str, Any] = {}
        for key, value in node.value:
            # As it is written: the status 200 is the text "200", as it is in JSON.
            name = key.value if isinstance(key, yaml.ScalarNode) else repr(key.value)
            if name in made:
                problems.append(f"{pointer((*path, name))}: this name is given twice, once in {_line(key.start_mark)}")
            made[name] = _value(value, (*path, name), problems)
        return made
    if isinstance(node, yaml.SequenceNode):
        return [_value(child, (*path, index), problems) for index, child in enumerate(node.value)]
    # A quoted scalar is a string.
    return node.value if getattr(node, "style", None) else _plain(node.value)


def _line(mark: Any) -> str:
    return f"line {mark.line + 1}"


def _plain(text: str) -> Any:
    if NULL.fullmatch(text):
        return None
    if BOOLEAN.fullmatch(text):
        return text.lower() == "true"
    if INTEGER.fullmatch(text):
        return int(text)
    return float(text) if NUMBER.fullmatch(text) else text


def to_yaml(document: Document) -> str:
    """Return a document as YAML, its keys in their order, which is that of the Python arguments."""
    text: str = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
    return text


class _Dumper(yaml.SafeDumper):
    """Quotes each text that `read` would otherwise take for something else, such as 1e3."""


def _represent(dumper: Any, text: str) -> Any:
    style = "'" if _plain(text) != text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Dumper.add_representer(str, _represent)


def to_json(document: Document) -> str:
    """Return a document as JSON, its keys in their order."""
    return json.dumps(document, indent=1) + "\n"


def walk(node: Any, path: Steps = ()) -> Iterator[tuple[Steps, Any]]:
    """Yield every value of a document with its path, each before what it holds."""
    yield path, node
    if is_object(node):
        for name, child in node.items():
            yield from walk(child, (*path, name))
    elif is_array(node):
        for index, child in enumerate(node):
            yield from walk(child, (*path, index))


def objects(node: Any, path: Steps = ()) -> Iterator[tuple[Steps, dict[str, Any]]]:
    """Yield every object with its path, but neither data, such as examples, nor what maps names to schemas."""
    if is_object(node):
        is_a_map_of_names = bool(path) and path[-1] in NAMES and not (len(path) > 1 and path[-2] in NAMES)
        if not is_a_map_of_names:
            yield path, node
        for name, child in node.items():
            if is_a_map_of_names or name not in VALUES:
                yield from objects(child, (*path, name))
    elif is_array(node):
        for index, child in enumerate(node):
            yield from objects(child, (*path, index))


def operations(document: Document) -> Iterator[tuple[tuple[str, str, str], dict[str, Any]]]:
    """Yield every operation with its path in the document, such as `("paths", "/api/me", "get")`."""
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                yield ("paths", path, method), item[method]


def named_schemas(document: Document) -> dict[str, Any]:
    """Return the schemas that are components, by their names."""
    found: dict[str, Any] = document.get("components", {}).get("schemas", {})
    return found


CONFLICTS = "x-conflicts-with-state"
"""The extension for a 409 that may be about a state, for example a running execution. The client does not retry it."""


def conflicts_with_state(document: Document, operation: dict[str, Any]) -> bool:
    """Return whether a 409 of an operation may be about a state."""
    return CONFLICTS in resolve(document, operation.get("responses", {}).get("409", {}))


def find(document: Document, reference: str) -> Any:
    """Return what is at a place within the document, such as `#/components/schemas/Thing`, or None."""
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        name = step.replace("~1", "/").replace("~0", "~")
        found = found.get(name) if is_object(found) else None
    return found


def resolve(document: Document, node: dict[str, Any]) -> dict[str, Any]:
    """Return what a node refers to within the document, or the node if it refers to nothing."""
    seen = 0
    while "$ref" in node and seen < 100:
        seen += 1
        found = find(document, str(node["$ref"]))
        node = found if is_object(found) else {}
    return node
