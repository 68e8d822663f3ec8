"""Read the schemas of a document: where they are, which JSON types they allow, and what they are joined of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .document import Document, Steps, is_array, is_object, named_schemas, objects, resolve

BESIDE_REFERENCE = {"$ref", "description", "summary", "title", "example", "examples", "deprecated"}
"""Keywords that are allowed beside a reference: losing them changes no type."""

WORDS = (BESIDE_REFERENCE - {"$ref"}) | {"default"}
"""Keywords of a part of allOf that says nothing of what it is joined with, so that they can stand beside allOf."""

FORMATS = {"date", "date-time", "uuid"}
"""The formats that have a type in Python."""

IMPLIED = {"object": {"properties", "additionalProperties"}, "constant": {"const", "enum"}, "array": {"items"}}
"""The type that each keyword implies for a schema without a type."""


def every_schema(document: Document) -> Iterator[tuple[Steps, Any]]:
    """Yield every schema with its path, each before those inside of it."""
    for name, schema in named_schemas(document).items():
        yield from _inside(("components", "schemas", name), schema)
    for path, node in objects(document):
        # Inside of a component, it is a keyword of nothing.
        if "schema" in node and path[:2] != ("components", "schemas"):
            yield from _inside((*path, "schema"), node["schema"])


def _inside(path: Steps, schema: Any) -> Iterator[tuple[Steps, Any]]:
    yield path, schema
    if not is_object(schema):
        return
    for name, member in schema.get("properties", {}).items():
        yield from _inside((*path, "properties", name), member)
    for keyword in ("oneOf", "anyOf", "allOf", "prefixItems"):
        for index, part in enumerate(schema.get(keyword, ())):
            yield from _inside((*path, keyword, index), part)
    for keyword in ("items", "additionalProperties"):
        if keyword in schema and not (keyword == "additionalProperties" and isinstance(schema[keyword], bool)):
            yield from _inside((*path, keyword), schema[keyword])


def types(schema: dict[str, Any]) -> list[str]:
    """Return the JSON types that a schema names."""
    kind: Any = schema.get("type", [])
    return kind if is_array(kind) else [str(kind)]


def kinds(document: Document, schema: Any, seen: set[str] | None = None) -> set[str]:
    """Return the JSON types that a schema allows, `any` for one that does not say."""
    seen = set() if seen is None else seen
    if not is_object(schema):
        return {"any"}
    if _is_seen(schema, seen):
        return set()
    schema = resolve(document, schema)
    if found := set(types(schema)):
        return found
    parts = [part for union in ("oneOf", "anyOf", "allOf") for part in schema.get(union, ())]
    if parts:
        return {kind for part in parts for kind in kinds(document, part, seen)}
    return {next((kind for kind, keywords in IMPLIED.items() if keywords & schema.keys()), "any")}


def is_default_sent(document: Document, schema: dict[str, Any]) -> bool:
    """Return whether generated code sends the default of a schema. It sends none that is an array or an object."""
    return "default" in schema and not kinds(document, schema) <= {"array", "object", "null"}


def alternatives(document: Document, schema: Any, seen: set[str] | None = None) -> Iterator[dict[str, Any]]:
    """Yield what a union is of, with the alternatives of unions in it, each component once."""
    seen = set() if seen is None else seen
    if not is_object(schema) or _is_seen(schema, seen):
        return
    schema = resolve(document, schema)
    parts = [part for union in ("oneOf", "anyOf") for part in schema.get(union, ())]
    if not parts:
        yield schema
    for part in parts:
        yield from alternatives(document, part, seen)


def parts_of(schema: dict[str, Any]) -> list[tuple[int, Any]]:
    """Return the parts of allOf that define something, each with its index. A part of words only does not."""
    parts = enumerate(schema.get("allOf", ()))
    return [(index, part) for index, part in parts if not (is_object(part) and part.keys() <= WORDS)]


def sole_reference(schema: dict[str, Any]) -> dict[str, Any] | None:
    """Return the one reference that a schema is, in a union or allOf of nothing else, so that it has no class."""
    parts: list[Any] = [part for _, part in parts_of(schema)]
    parts += [part for union in ("anyOf", "oneOf") for part in schema.get(union, ())]
    return parts[0] if len(parts) == 1 and is_object(parts[0]) and "$ref" in parts[0] else None


def members(document: Document, schema: Any, seen: set[str] | None = None) -> dict[str, Any]:
    """Return the members of an object, also those of what allOf joins, in the order of the generator."""
    seen = set() if seen is None else seen
    if not is_object(schema) or _is_seen(schema, seen):
        return {}
    schema = resolve(document, schema)
    found: dict[str, Any] = {}
    for _, part in sorted(parts_of(schema), key=lambda part: "$ref" not in part[1]):
        found |= members(document, part, seen)
    found |= schema.get("properties", {})
    return found


def without_words(node: Any) -> Any:
    """Return a schema without what changes no type: descriptions, titles and examples."""
    if is_array(node):
        return [without_words(part) for part in node]
    if not is_object(node):
        return node
    names = {"properties", "$defs"}
    return {
        key: {name: without_words(member) for name, member in value.items()} if key in names else without_words(value)
        for key, value in node.items()
        if key == "$ref" or key not in BESIDE_REFERENCE
    }


def _is_seen(schema: dict[str, Any], seen: set[str]) -> bool:
    """Return whether a component was seen before, so that repeated components are checked once."""
    reference = str(schema.get("$ref", ""))
    if reference in seen:
        return True
    seen |= {reference} - {""}
    return False
