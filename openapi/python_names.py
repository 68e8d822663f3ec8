"""Find the Python names of the members and parameters that a change is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from attrs import frozen

from .document import Document, is_object, resolve
from .names import argument_name, class_name, member_name


@frozen
class Place:
    """A member of a model, or a parameter of an operation.

    Attributes:
        shown: Its name in the document: `Model.member`, or the parameter's name.
        python: Its name in Python: `models.Model.member`, or `method(parameter=)`.
        schema: What it holds.
    """

    shown: str
    python: str
    schema: dict[str, Any]


def schemas(
    document: Document, operation: dict[str, Any], *, successes_only: bool = False
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the schema of the body, and those of the responses, the successes first."""
    answers = sorted(operation.get("responses", {}).items())
    kept = [("response", answer) for status, answer in answers if not successes_only or status.startswith("2")]
    parts = [("request", operation.get("requestBody", {})), *kept]
    for kind, part in parts:
        for content in resolve(document, part).get("content", {}).values():
            if is_object(schema := content.get("schema")):
                yield kind, schema


def alternatives(document: Document, schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what a schema may be, without null: itself, or the parts of a union."""
    schema = resolve(document, schema)
    parts = [part for union in ("oneOf", "anyOf", "allOf") for part in schema.get(union, ())]
    return [schema, *(resolve(document, part) for part in parts)]


def find_parameter(document: Document, operation: dict[str, Any], where: str, name: str, method: str) -> Place | None:
    """Return a parameter of an operation."""
    taken = [resolve(document, reference) for reference in operation.get("parameters", ())]
    for each in taken:
        if (each.get("in"), each.get("name")) == (where, name):
            others = [str(other.get("name")) for other in taken if other is not each]
            python = f"{method}({argument_name(name, where, others)}=)"
            return Place(name, python, resolve(document, each.get("schema", {})))
    return None


def find_member(document: Document, operation: dict[str, Any], kind: str, path: str) -> Place | None:
    """Return the member that a path of oasdiff, such as `data/items/id`, leads to in a body or a response."""
    for direction, schema in schemas(document, operation):
        if direction == kind and (found := _follow(document, schema, re.findall(r"(?:[^/\[]|\[[^\]]*\])+", path))):
            return found
    return None


def _follow(document: Document, schema: dict[str, Any], steps: list[str]) -> Place | None:
    found: Place | None = None
    model = "?"
    # A step into a union says in many ways which part it is: the next step is looked for in all of them.
    for step in (step for step in steps if not re.match(r"(oneOf|anyOf|allOf)\[", step)):
        model = _model(schema) or model
        for part in alternatives(document, schema):
            members: dict[str, Any] = part.get("properties", {})
            if step in members:
                model = _owner(document, schema, part) or model
                schema = members[step]
                python = f"models.{class_name(model)}.{member_name(step, members)}"
                found = Place(f"{model}.{step}", python, resolve(document, schema))
                break
            if step in ("items", "additionalProperties") and is_object(part.get(step)):
                schema = part[step]
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
