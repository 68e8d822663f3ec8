"""The rules of the classes that objects without a name of their own get, and of the Python names of members."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from openapi_python_client.strings import PythonIdentifier, pascal_case

from .document import Document, Found, Steps, is_array, is_object, named_schemas, operations, pointer, resolve
from .named_kinds import KIND_FROM
from .names import class_name, identifier
from .schemas import every_schema, members, parts_of, sole_reference


def classes(document: Document) -> Found:
    """Each object has a class, and a module, of its own."""
    first: dict[str, tuple[Steps, str]] = {}
    components = named_schemas(document)
    for path, model in (
        *((("components", "schemas", name), class_name(name)) for name in components),
        *inline_classes(document),
    ):
        other, other_model = first.setdefault(identifier(model), (path, model))
        if other == path:
            continue
        if path[:-1] != ("components", "schemas"):
            remedy = "Give it a title, or make it a component"
            yield path, f"its object is the class {model} in Python, as {pointer(other)} is. {remedy}"
        elif model != other_model:  # two components of one class are for `names` to name
            yield path, f"it is the module {identifier(model)} in Python, as {pointer(other)} is. Give it another name"


def inline_classes(document: Document) -> Iterator[tuple[Steps, str]]:
    """Yield every object that is not a component with its path, and the class that the generator makes of it."""
    for name, schema in named_schemas(document).items():
        yield from _inside(("components", "schemas", name), schema, name, "", own=class_name(name))
    for path, operation in operations(document):
        method = identifier(operation.get("operationId", ""))
        for place, holder in ((path, operation), (path[:2], document["paths"][path[1]])):
            for index, reference in enumerate(holder.get("parameters", ())):
                parameter = resolve(document, reference)
                where = (*place, "parameters", index, "schema")
                yield from _inside(where, parameter.get("schema"), str(parameter.get("name")), method)
        bodies: dict[str, Any] = resolve(document, operation.get("requestBody", {})).get("content", {})
        for media, content in bodies.items():
            where = (*path, "requestBody", "content", media, "schema")
            yield from _inside(where, content.get("schema"), "body", method if len(bodies) == 1 else f"{method}_json")
        for status, reference in operation.get("responses", {}).items():
            answers: dict[str, Any] = resolve(document, reference).get("content", {})
            for media, content in list(answers.items())[:1]:
                where = (*path, "responses", status, "content", media, "schema")
                yield from _inside(where, content.get("schema"), f"response_{status}", method)


def _inside(path: Steps, schema: Any, name: str, parent: str, own: str | None = None) -> Iterator[tuple[Steps, str]]:
    """Yield the classes of a schema, as the generator names them: after what they are in, and their title or name."""
    # The alternatives of a kind that another member names are components.
    if not is_object(schema) or {"$ref", "enum", KIND_FROM} & schema.keys() or sole_reference(schema):
        return
    alternatives = [(union, index) for union in ("anyOf", "oneOf") for index in range(len(schema.get(union, ())))]
    if alternatives or is_array(schema.get("type")):
        for number, (union, index) in enumerate(alternatives):
            part: Any = schema[union][index]
            title = part.get("title") if is_object(part) and "$ref" not in part else None
            kind = title if title and title != schema.get("title") else f"type_{number}"
            yield from _inside((*path, union, index), part, f"{name}_{kind}", parent)
        kinds: Any = schema.get("type", [])
        for number, kind in enumerate(kinds if is_array(kinds) else [], len(alternatives)):
            without = {key: value for key, value in schema.items() if key not in ("anyOf", "oneOf")}
            yield from _inside(path, {**without, "type": kind}, f"{name}_type_{number}", parent)
    elif schema.get("type") == "array":
        items = [((*path, "prefixItems", index), part) for index, part in enumerate(schema.get("prefixItems", ()))]
        items += [((*path, "items"), schema["items"])] if "items" in schema else []
        for number, (place, part) in enumerate(items):
            yield from _inside(place, part, f"{name}_item" if len(items) == 1 else f"{name}_item_type_{number}", parent)
    elif schema.get("type") == "object" or "allOf" in schema or ("type" not in schema and schema.get("properties")):
        model = own or class_name(f"{pascal_case(parent)}{pascal_case(schema.get('title', name))}")
        if own is None:
            yield path, model
        holders: list[tuple[Steps, Any]] = [(path, schema)]
        holders += [((*path, "allOf", index), part) for index, part in parts_of(schema) if "$ref" not in part]
        for place, holder in holders:
            for member, inside in holder.get("properties", {}).items():
                yield from _inside((*place, "properties", member), inside, member, model)
        yield from _inside(
            (*path, "additionalProperties"), schema.get("additionalProperties"), "AdditionalProperty", model
        )


def python_members(document: Document) -> Found:
    """The members of an object have different names in Python."""
    for path, schema in every_schema(document):
        if not is_object(schema) or not ({"properties", "allOf"} & schema.keys()) or sole_reference(schema):
            continue
        alike: dict[str, list[str]] = {}
        for name in members(document, schema):
            alike.setdefault(identifier(name), []).append(name)
        for names in alike.values():
            taken: dict[str, str] = {}
            for name in names if len(names) > 1 else ():
                # Where two are the same in small letters, the generator keeps the letters of both.
                python = str(PythonIdentifier(name, "field_", skip_snake_case=True))
                if (other := taken.setdefault(python, name)) != name:
                    place = (*path, "properties", name) if name in schema.get("properties", {}) else path
                    remedy = "Leave one out: it is decoded as an unknown member"
                    yield place, f"the members {other} and {name} are both {python} in Python. {remedy}"
