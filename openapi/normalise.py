"""Convert a document of OpenAPI 3.0 or 3.1 to one of 3.1 that follows the rules of documents, as far as is safe."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from .document import Document, Steps, is_array, is_object, named_schemas, objects, operations, pointer, resolve, walk
from .names import class_name
from .rules import CLIENT_HEADERS, VERSION_HEADER

BESIDE = ("title", "description", "default", "deprecated", "readOnly", "writeOnly", "example", "externalDocs")
"""Keywords that stay in place when the rest of a schema becomes an alternative of a union."""

IGNORED = "OpenAPI says to ignore it, and the client sends its own"

Rewrite = Callable[[dict[str, Any], Steps], str | None]


def normalise(document: Document) -> tuple[Document, list[str]]:
    """Return a document of 3.1, and a line for each place that was changed.

    What cannot be made safe is left as it is, for `rules.violations` to name. In a document of 3.1, so is what means
    something else there than in 3.0: `nullable`, and keywords beside `$ref`.
    """
    made = copy.deepcopy(document)
    return made, [f"{pointer(path)}: {note}" for path, note in _rewritten(made)]


def _rewritten(document: Document) -> Iterator[tuple[Steps, str]]:
    version = str(document.get("openapi"))
    rewrites: tuple[Rewrite, ...] = (_title, _joined, _description)
    if version.startswith("3.0."):
        yield ("openapi",), f"{version} is 3.1.0"
        document["openapi"] = "3.1.0"
        rewrites = (_reference, _title, _joined, _nullable, _limits, _description)
    yield from _headers(document)
    yield from _enums(document)
    # What a schema holds comes before the schema itself.
    for path, node in reversed(list(objects(document))):
        for rewrite in rewrites:
            if note := rewrite(node, path):
                yield path, note
    yield from _envelopes(document)


def _headers(document: Document) -> Iterator[tuple[Steps, str]]:
    """Drop the headers that are the client's own, and pin the version in every operation."""
    items: list[tuple[Steps, dict[str, Any]]] = [(("paths", path), item) for path, item in document["paths"].items()]
    for path, holder in (*items, *operations(document)):
        parameters: list[dict[str, Any]] = holder.get("parameters", [])
        for index, parameter in reversed(list(enumerate(parameters))):
            if _header(document, parameter) in CLIENT_HEADERS:
                del parameters[index]
                yield (*path, "parameters", index), f"removed: {IGNORED}"
    shared: dict[str, Any] = document.get("components", {}).get("parameters", {})
    for name in [name for name, parameter in shared.items() if _header(document, parameter) in CLIENT_HEADERS]:
        del shared[name]
        yield ("components", "parameters", name), f"removed: {IGNORED}"
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
            # An enum of versions, or a reference to one, would give the header another type.
            words = {key: value for key, value in pins[0].get("schema", {}).items() if key in BESIDE}
            pins[0] |= {"name": VERSION_HEADER, "required": True, "schema": words | schema}
            yield place, f"{VERSION_HEADER} is required, and {version} unless it is given"


def _header(document: Document, reference: dict[str, Any]) -> str:
    """Return the name of a header, small, or nothing for another parameter."""
    parameter = resolve(document, reference)
    return str(parameter.get("name")).lower() if parameter.get("in") == "header" else ""


def _enums(document: Document) -> Iterator[tuple[Steps, str]]:
    """Make every enum a component that is named after its place; if there is another one of that name, leave it."""
    schemas = named_schemas(document)
    for path, node in list(objects(document)):
        if not is_array(node.get("enum")) or path[0] == "servers" or path[:-1] == ("components", "schemas"):
            continue
        values = [value for value in node["enum"] if value is not None]
        if not (kind := _kind_of(node, values)):
            continue
        named = {key: node[key] for key in ("x-enum-varnames",) if key in node}
        enum = {"type": kind, "enum": values, **named}
        name = _name(document, path)
        if schemas.get(name, enum) != enum:
            continue
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas[name] = enum
        nullable = values != node["enum"] or node.get("nullable") is True or "null" in _types(node)
        beside = {key: value for key, value in node.items() if key in BESIDE}
        reference = {"$ref": f"#/components/schemas/{name}"}
        node.clear()
        node.update(beside | ({"oneOf": [reference, {"type": "null"}]} if nullable else {"allOf": [reference]}))
        yield path, f"its enum is the component {name}{', or null' if nullable else ''}"


def _kind_of(node: dict[str, Any], values: list[Any]) -> str | None:
    """Return the one type of the values of an enum, or None if they have several, or there are none."""
    found = {"integer" if type(value) is int else "string" for value in values}
    kinds = [kind for kind in _types(node) if kind != "null"] or [*found]
    return kinds[0] if len(found) == len(kinds) == 1 else None


def _types(node: dict[str, Any]) -> list[str]:
    kind: Any = node.get("type", [])
    return kind if is_array(kind) else [kind]


def _name(document: Document, path: Steps) -> str:
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


def _reference(node: dict[str, Any], _: Steps) -> str | None:
    beside = sorted(node.keys() - {"$ref", "nullable", "description", "summary"})
    if "$ref" not in node or not beside:
        return None
    for key in beside:
        del node[key]
    return f"without {', '.join(beside)}: 3.0 ignores what is beside $ref"


def _title(node: dict[str, Any], path: Steps) -> str | None:
    if path[:-1] != ("components", "schemas") or class_name(str(node.get("title", path[-1]))) == class_name(
        str(path[-1])
    ):
        return None
    del node["title"]
    return "its title is removed: it would be the name of its class"


def _joined(node: dict[str, Any], _: Steps) -> str | None:
    parts: Any = node.get("allOf", ())
    beside = [key for key in ("properties", "required", "additionalProperties") if key in node]
    if len(parts) != 1 or "$ref" not in parts[0] or not beside:
        return None
    # What else there may be is looked for beside allOf, and nowhere else.
    moved = {key: node.pop(key) for key in beside if key != "additionalProperties"}
    node["allOf"] = [*parts, {"type": "object", **moved}]
    return f"allOf has another part, for {', '.join(beside)}"


def _nullable(node: dict[str, Any], path: Steps) -> str | None:
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


def _limits(node: dict[str, Any], _: Steps) -> str | None:
    notes: list[str] = []
    for limit in ("minimum", "maximum"):
        exclusive = f"exclusive{limit.capitalize()}"
        if isinstance(node.get(exclusive), bool):
            if node.pop(exclusive) and limit in node:
                node[exclusive] = node.pop(limit)
            notes.append(f"{exclusive} is a number, or none")
    return ", ".join(notes) or None


def _description(node: dict[str, Any], _: Steps) -> str | None:
    schema = node.get("schema")
    if not ("in" in node and "name" in node and "description" in node and is_object(schema)):
        return None
    description = node.pop("description")
    if "description" in schema:
        return "its description is removed: its schema has its own"
    schema["description"] = description
    return f"its description is its schema's{', beside $ref' if '$ref' in schema else ''}"


def _envelopes(document: Document) -> Iterator[tuple[Steps, str]]:
    for path, operation in operations(document):
        for status, reference in operation.get("responses", {}).items():
            for media in resolve(document, reference).get("content", {}).values():
                schema = resolve(document, media.get("schema", {})) if status.startswith("2") else {}
                if "data" in schema.get("properties", {}) and "data" not in schema.get("required", ()):
                    schema["required"] = [*schema.get("required", ()), "data"]
                    yield (*path, "responses", status), "its `data` is required: a response without it is invalid"
