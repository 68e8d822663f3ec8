"""Convert a document of OpenAPI 3.0 to 3.1 that follows the rules of documents, as far as that is safe."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from .document import Document, is_array, is_object, objects, operations, pointer, resolve, walk
from .names import class_name
from .rules import CLIENT_HEADERS, VERSION_HEADER

BESIDE = ("title", "description", "default", "deprecated", "readOnly", "writeOnly", "example", "externalDocs")
"""Keywords that stay in place when the rest of a schema becomes an alternative of a union."""

Path = tuple[str | int, ...]


def normalise(document: Document) -> tuple[Document, list[str]]:
    """Return a document of 3.1, and a line for each place that was changed.

    A document of another version comes back as it is. What cannot be made safe is left as it is, too: both are for
    `rules.violations` to name.
    """
    if not str(document.get("openapi")).startswith("3.0."):
        return document, []
    made = copy.deepcopy(document)
    return made, [f"{pointer(path)}: {note}" for path, note in _rewritten(made)]


def _rewritten(document: Document) -> Iterator[tuple[Path, str]]:
    yield ("openapi",), f"{document['openapi']} is 3.1.0"
    document["openapi"] = "3.1.0"
    yield from _headers(document)
    yield from _enums(document)
    # What a schema holds comes before the schema itself.
    for path, node in reversed(list(objects(document))):
        for rewrite in (_reference, _title, _joined, _nullable, _limits, _description):
            if note := rewrite(node, path):
                yield path, note
    yield from _envelopes(document)


def _headers(document: Document) -> Iterator[tuple[Path, str]]:
    """Drop the headers that are the client's own, and pin the version in every operation."""
    items: list[tuple[Path, dict[str, Any]]] = [(("paths", path), item) for path, item in document["paths"].items()]
    for path, holder in (*items, *operations(document)):
        parameters: list[dict[str, Any]] = holder.get("parameters", [])
        for index, parameter in reversed(list(enumerate(parameters))):
            if _header(document, parameter) in CLIENT_HEADERS:
                del parameters[index]
                yield (
                    (*path, "parameters", index),
                    "removed: OpenAPI says to ignore it, and the client sends its own",
                )
    version = document["info"]["version"]
    for place, operation in operations(document):
        own = operation.get("parameters", [])
        parameters = [*own, *document["paths"][place[1]].get("parameters", ())]
        pins = [resolve(document, each) for each in parameters if _header(document, each) == VERSION_HEADER.lower()]
        schema = {"type": "string", "default": version}
        if not pins:
            operation["parameters"] = [
                *own, {"name": VERSION_HEADER, "in": "header", "required": True, "schema": schema}
            ]  # fmt: skip
            yield place, f"{VERSION_HEADER} is added"
        elif (pins[0].get("name"), pins[0].get("required"), pins[0].get("schema", {}).get("default")) != (
            VERSION_HEADER,
            True,
            version,
        ):
            pins[0] |= {"name": VERSION_HEADER, "required": True, "schema": {**pins[0].get("schema", {}), **schema}}
            yield place, f"{VERSION_HEADER} is required, and {version} unless it is given"


def _header(document: Document, reference: dict[str, Any]) -> str:
    """Return the name of a header, small, or nothing for another parameter."""
    parameter = resolve(document, reference)
    return str(parameter.get("name")).lower() if parameter.get("in") == "header" else ""


def _enums(document: Document) -> Iterator[tuple[Path, str]]:
    """Make every enum a component that is named after its place; if there is another one of that name, leave it."""
    schemas: dict[str, Any] = document.setdefault("components", {}).setdefault("schemas", {})
    for path, node in list(objects(document)):
        if not is_array(node.get("enum")) or path[0] == "servers" or path[:-1] == ("components", "schemas"):
            continue
        values = [value for value in node["enum"] if value is not None]
        enum = {"type": node.get("type", "string"), "enum": values}
        name = _name(document, path)
        if schemas.get(name, enum) != enum:
            continue
        schemas[name] = enum
        nullable = {"nullable": True} if node.get("nullable") or values != node["enum"] else {}
        beside = {key: value for key, value in node.items() if key in BESIDE}
        node.clear()
        node.update(beside | nullable | {"allOf": [{"$ref": f"#/components/schemas/{name}"}]})
        yield path, f"its enum is the component {name}"


def _name(document: Document, path: Path) -> str:
    """Return the name of a component that is made of a schema inside of another, or of an operation."""
    names: list[str] = []
    for place, node in walk(document):
        if not place or path[: len(place)] != place:
            continue
        before, step = ("", *place)[-2], str(place[-1])
        if is_object(node) and "operationId" in node:
            names.append(node["operationId"])
        elif is_object(node) and "in" in node and "name" in node:
            names.append(node["name"])
        elif before in ("properties", "schemas", "responses", "requestBodies") or step in ("items", "requestBody"):
            names.append(step)
    return class_name("_".join(names))


def _reference(node: dict[str, Any], _: Path) -> str | None:
    beside = sorted(node.keys() - {"$ref", "nullable", "description", "summary"})
    if "$ref" not in node or not beside:
        return None
    for key in beside:
        del node[key]
    return f"without {', '.join(beside)}: 3.0 ignores what is beside $ref"


def _title(node: dict[str, Any], path: Path) -> str | None:
    if path[:-1] != ("components", "schemas") or class_name(str(node.get("title", path[-1]))) == class_name(
        str(path[-1])
    ):
        return None
    del node["title"]
    return "its title is removed: it would be the name of its class"


def _joined(node: dict[str, Any], _: Path) -> str | None:
    parts: Any = node.get("allOf", ())
    beside = [key for key in ("properties", "required", "additionalProperties") if key in node]
    if len(parts) != 1 or "$ref" not in parts[0] or not beside:
        return None
    # What else there may be is looked for beside allOf, and nowhere else.
    moved = {key: node.pop(key) for key in beside if key != "additionalProperties"}
    node["allOf"] = [*parts, {"type": "object", **moved}]
    return f"allOf has another part, for {', '.join(beside)}"


def _nullable(node: dict[str, Any], path: Path) -> str | None:
    # A component that may be null is said so where it is referred to, which only its author can do.
    if "nullable" not in node or path[:-1] == ("components", "schemas"):
        return None
    if node.pop("nullable") is not True:
        return "nullable is removed: it is false"
    beside = {key: node.pop(key) for key in BESIDE if key in node}
    rest = dict(node)
    node.clear()
    node |= beside
    null = {"type": "null"}
    if not rest:
        return "nullable is removed: it may be anything"
    if set(rest) <= {"oneOf"} or set(rest) <= {"anyOf"}:
        ((union, alternatives),) = rest.items()
        node[union] = [*alternatives, null]
    else:
        only = rest["allOf"] if set(rest) == {"allOf"} and len(rest["allOf"]) == 1 else [rest]
        node["oneOf"] = [*only, null]
    return "nullable is an alternative, null"


def _limits(node: dict[str, Any], _: Path) -> str | None:
    notes: list[str] = []
    for limit in ("minimum", "maximum"):
        exclusive = f"exclusive{limit.capitalize()}"
        if isinstance(node.get(exclusive), bool):
            if node.pop(exclusive) and limit in node:
                node[exclusive] = node.pop(limit)
            notes.append(f"{exclusive} is a number, or none")
    return ", ".join(notes) or None


def _description(node: dict[str, Any], _: Path) -> str | None:
    schema = node.get("schema")
    if not ("in" in node and "name" in node and "description" in node and is_object(schema)):
        return None
    description = node.pop("description")
    if "$ref" in schema or "description" in schema:
        return "its description is removed: its schema has its own"
    schema["description"] = description
    return "its description is its schema's"


def _envelopes(document: Document) -> Iterator[tuple[Path, str]]:
    for path, operation in operations(document):
        for status, reference in operation.get("responses", {}).items():
            for media in resolve(document, reference).get("content", {}).values():
                schema = resolve(document, media.get("schema", {})) if status.startswith("2") else {}
                if "data" in schema.get("properties", {}) and "data" not in schema.get("required", ()):
                    schema["required"] = [*schema.get("required", ()), "data"]
                    yield (*path, "responses", status), "its `data` is required: a response without it is invalid"
