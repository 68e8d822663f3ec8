"""Objects whose kind a string names: a member beside them, or the property of a discriminator with a mapping.

OpenAPI has no form for the first. So a member may say it with an extension that looks like a discriminator:

    Event:
      type: object
      properties:
        type: {type: string}
        event:
          anyOf:
            - $ref: "#/components/schemas/BulkSyncRunning"
            - $ref: "#/components/schemas/BulkSyncCanceled"
            - {type: object}
          x-kind-from:
            propertyName: type
            mapping:
              bulk_sync.running: "#/components/schemas/BulkSyncRunning"
              bulk_sync.canceled: "#/components/schemas/BulkSyncCanceled"

`event` decodes to the model that `mapping` has for the value of `type`, whatever it looks like. If `mapping` does not
have the value, or `type` is missing, `event` stays as it is: a dict. `{type: object}` says so to other readers; it
may be left out.

A discriminator with a mapping names the kind inside of the object. A kind that its mapping does not have decodes to the
model that fits best, as in a union without a discriminator.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .document import Document, find, is_object, objects, resolve
from .names import class_name
from .schemas import FORMATS, alternatives, every_schema, kinds, members, sole_reference

Path = tuple[str | int, ...]
Found = Iterator[tuple[Path, str]]

KIND_FROM = "x-kind-from"
"""The extension of a member whose kind another member of the same object names."""

REFERENCE = "#/components/schemas/"


def named_kinds(document: Document) -> Found:
    """What a kind is named by is a string beside the object or in it, and each name leads to one alternative."""
    holders = {(*path, "properties", name): schema for path, schema, name in _members(document)}
    for path, node in objects(document):
        if KIND_FROM not in node:
            continue
        holder = holders.get(path)
        if holder is None:
            yield path, f"{KIND_FROM} is for a member of an object. Leave it out here"
        else:
            beside = {name: member for name, member in holder["properties"].items() if name != path[-1]}
            yield from (
                (path, f"{KIND_FROM} {problem}") for problem in _problems(document, node, node[KIND_FROM], [beside])
            )
    told: dict[int, tuple[str, tuple[str, ...]]] = {}
    for path, schema in every_schema(document):
        if not is_object(schema) or not has_mapping(schema):
            continue
        targets = list(_objects(document, schema))
        inside = [members(document, target) for target in targets]
        yield from (
            (path, f"the discriminator {problem}")
            for problem in _problems(document, schema, schema["discriminator"], inside)
        )
        for target in targets:
            named = (str(schema["discriminator"].get("propertyName")), tuple(names_of(document, schema, target)))
            if told.setdefault(id(target), named) != named:
                yield path, "the discriminator names a component otherwise than another one does. Use the same names"


def _members(document: Document) -> Iterator[tuple[Path, dict[str, Any], str]]:
    """Yield every object that has members, with its path, and the name of each member that names no kind itself."""
    for path, schema in every_schema(document):
        if is_object(schema):
            for name, member in schema.get("properties", {}).items():
                if is_object(member) and KIND_FROM in member:
                    yield path, schema, name


def _problems(document: Document, schema: dict[str, Any], said: Any, holders: list[dict[str, Any]]) -> Iterator[str]:
    """Yield what is wrong with a mapping, and with the property that names the kind, in each object that has it."""
    mapping: Any = said.get("mapping") if is_object(said) else None
    if not is_object(mapping) or not mapping or not all(isinstance(target, str) for target in mapping.values()):
        yield "has propertyName, and a mapping of its values to components"
        return
    named = said.get("propertyName")
    for holder in holders:
        property_schema = resolve(document, holder[named]) if is_object(holder.get(named)) else {}
        if not kinds(document, property_schema) <= {"string", "null", "constant"} or (
            str(property_schema.get("format")) in FORMATS
        ):
            yield f"needs a string: {named} is not one in each object. Make it one"
            break
    targets = [_target(document, value) for value in mapping.values()]
    for value, target in zip(mapping.values(), targets, strict=True):
        if (
            kinds(document, target) != {"object"}
            or sole_reference(target)
            or "$ref" in (find(document, _full(value)) or {})
        ):
            yield f"leads to {value}, which is not a component that is an object"
    found = list(_objects(document, schema))
    if any(not any(part is target for target in targets) for part in found):
        yield "has no name for an alternative. Add it to the mapping, and make each alternative a component"
    if any(not any(part is target for part in found) for target in targets):
        yield "names a component that is not an alternative. Make it one"


def has_mapping(schema: dict[str, Any]) -> bool:
    """Return whether a union has a discriminator that says which value is which alternative."""
    return is_object(schema.get("discriminator")) and "mapping" in schema["discriminator"]


def _objects(document: Document, schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the alternatives of a union, without null and `{type: object}`."""
    for part in alternatives(document, schema):
        if part.get("type") != "null" and part != {"type": "object"}:
            yield part


def _target(document: Document, value: str) -> dict[str, Any]:
    """Return the component that a mapping leads to: by a reference, or by its name alone."""
    return resolve(document, {"$ref": _full(value)})


def _full(value: str) -> str:
    return value if value.startswith("#") else f"{REFERENCE}{value}"


def names_of(document: Document, schema: dict[str, Any], target: dict[str, Any]) -> list[str]:
    """Return the values that the mapping of a discriminator has for an alternative."""
    mapping: Mapping[str, str] = schema["discriminator"].get("mapping", {})
    return [name for name, value in mapping.items() if _target(document, value) is target]


def for_templates(document: Document) -> None:
    """Write into a document what the templates need, since the generator hands them objects but no unions.

    An object gets `x-kinds`: for each member whose kind another names, that one, the classes by their names, and
    whether it may be null. A component that a discriminator names gets `x-named`: the property, and its values.
    """
    for _, node in objects(document):
        # The templates trust these: they hold names of classes, which are code.
        for key in ("x-kinds", "x-named"):
            node.pop(key, None)
    if any(named_kinds(document)):
        return
    for _, schema in list(every_schema(document)):
        if not is_object(schema):
            continue
        told = {
            name: _told(document, member)
            for name, member in members(document, schema).items()
            if is_object(member) and KIND_FROM in member
        }
        if told and "$ref" not in schema and not sole_reference(schema):
            schema["x-kinds"] = told
        if has_mapping(schema):
            for target in _objects(document, schema):
                name = schema["discriminator"]["propertyName"]
                target["x-named"] = {"by": name, "values": names_of(document, schema, target)}
    for path, schema in list(every_schema(document)):
        if is_object(schema) and KIND_FROM in schema and path[-2:-1] == ("properties",):
            for union in ("anyOf", "oneOf"):
                if union in schema:
                    schema[union] = [part for part in schema[union] if part != {"type": "object"}]


def _told(document: Document, member: dict[str, Any]) -> dict[str, Any]:
    said = member[KIND_FROM]
    # A class is that of the component where the references end.
    models = {value: class_name(_component(document, target)) for value, target in said["mapping"].items()}
    may_be_null = any(part.get("type") == "null" for part in alternatives(document, member))
    return {"from": said["propertyName"], "models": models, "may_be_null": may_be_null}


def _component(document: Document, value: str) -> str:
    schemas: Mapping[str, Any] = document["components"]["schemas"]
    target = _target(document, value)
    return next(name for name, schema in schemas.items() if schema is target)
