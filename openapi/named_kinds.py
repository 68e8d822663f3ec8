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

from attrs import frozen

from .document import Document, Found, Steps, is_object, named_schemas, objects, pointer, resolve
from .names import class_name, identifier
from .schemas import FORMATS, alternatives, every_schema, kinds, members, sole_reference

KIND_FROM = "x-kind-from"
"""The extension of a member whose kind another member of the same object names."""


def named_kinds(document: Document) -> Found:
    """What a kind is named by is a string beside the object or in it, and each name leads to one alternative."""
    holders: dict[Steps, dict[str, Any]] = {}
    for path, schema in every_schema(document):
        properties: dict[str, Any] = schema.get("properties", {}) if is_object(schema) else {}
        holders |= {(*path, "properties", name): properties for name in properties}
    for path, node in objects(document):
        if KIND_FROM in node and path not in holders:
            yield path, f"{KIND_FROM} is for a member of an object. Leave it out here"
        elif KIND_FROM in node:
            beside = {name: member for name, member in holders[path].items() if name != path[-1]}
            for problem in _problems(document, node, node[KIND_FROM], [beside]):
                yield path, f"{KIND_FROM} {problem}"
    told: dict[int, tuple[str, tuple[str, ...]]] = {}
    for path, schema in every_schema(document):
        if not is_object(schema) or not has_mapping(document, schema):
            continue
        targets = _objects(document, schema)
        inside = [members(document, target) for target in targets]
        problems = list(_problems(document, schema, schema["discriminator"], inside))
        yield from ((path, f"the discriminator {problem}") for problem in problems)
        for target in () if problems else targets:
            named = (str(schema["discriminator"]["propertyName"]), tuple(names_of(document, schema, target)))
            if told.setdefault(id(target), named) != named:
                yield path, "the discriminator names a component otherwise than another one does. Use the same names"


def _problems(document: Document, schema: dict[str, Any], said: Any, holders: list[dict[str, Any]]) -> Iterator[str]:
    """Yield what is wrong with a mapping, and with the property that names the kind, in each object that has it."""
    mapping: Any = said.get("mapping") if is_object(said) else None
    if not is_object(mapping) or not mapping or not all(isinstance(target, str) for target in mapping.values()):
        yield "needs propertyName, and a mapping of its values to components"
        return
    yield from (f"has {name!r}, which has invisible characters" for name in mapping if not name.isprintable())
    named = str(said.get("propertyName"))
    for holder in holders:
        property_schema = resolve(document, holder[named]) if is_object(holder.get(named)) else {}
        if not kinds(document, property_schema) <= {"string", "null", "constant"} or (
            str(property_schema.get("format")) in FORMATS
        ):
            yield f"needs a string: {named} is not one in each object. Make it one"
            break
    targets = [_target(document, value) for value in mapping.values()]
    for value, target in zip(mapping.values(), targets, strict=True):
        if "$ref" in target or sole_reference(target) or kinds(document, target) != {"object"}:
            yield f"leads to {value}, which is not a component that is an object"
    found = _objects(document, schema)
    if any(not any(part is target for target in targets) for part in found):
        yield "has no name for an alternative. Add it to the mapping, and make each alternative a component"
    if any(not any(part is target for part in found) for target in targets):
        yield "names a component that is not an alternative. Make it one"


def has_mapping(document: Document, schema: dict[str, Any]) -> bool:
    """Return whether a union has a discriminator whose mapping is needed: its alternatives do not differ by a const."""
    said: Any = schema.get("discriminator")
    if not is_object(said) or "mapping" not in said:
        return False
    return not has_constants(document, list(alternatives(document, schema)), str(said.get("propertyName")))


def has_constants(document: Document, parts: list[dict[str, Any]], name: str) -> bool:
    """Return whether a member is a const in each of the alternatives that are objects."""
    found = [part.get("properties", {}).get(name, {}) for part in parts if "object" in kinds(document, part)]
    return all("const" in resolve(document, member) for member in found)


def _objects(document: Document, schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the alternatives of a union, without null. A member whose kind another names may be any object, too."""
    parts = [part for part in alternatives(document, schema) if part.get("type") != "null"]
    components = {id(each) for each in named_schemas(document).values()}
    return [
        part for part in parts if id(part) in components or not (KIND_FROM in schema and part == {"type": "object"})
    ]


def _target(document: Document, value: str) -> dict[str, Any]:
    """Return the component that a mapping leads to: by a reference, or by its name alone."""
    target: Any = named_schemas(document).get(_component(value))
    return target if is_object(target) else {}


def _component(value: str) -> str:
    return value.removeprefix("#/components/schemas/")


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
        if has_mapping(document, schema):
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
    models = {value: class_name(_component(target)) for value, target in said["mapping"].items()}
    may_be_null = any(part.get("type") == "null" for part in alternatives(document, member))
    return {"from": said["propertyName"], "models": models, "may_be_null": may_be_null}


@frozen
class Table:
    """The models that strings name.

    Attributes:
        models: The model of each string.
        other: What an object becomes that no string of the table names.
    """

    models: dict[str, str]
    other: str


def tables(document: Document) -> dict[str, Table]:
    """Return the model of each kind, by the member that is decoded so, or by the place of an inline one or a union."""
    found: dict[str, Table] = {}
    if any(named_kinds(document)):
        return {}
    for path, schema in every_schema(document):
        if not is_object(schema):
            continue
        if has_mapping(document, schema):
            found[pointer(path)] = _table(schema["discriminator"], "the model that fits best")
        if "$ref" in schema or sole_reference(schema) or path[-2:-1] == ("allOf",):
            continue  # told where it is, or where it is joined
        for name, member in members(document, schema).items():
            if is_object(member) and KIND_FROM in member:
                is_named = path[:-1] == ("components", "schemas")
                model = f"models.{class_name(str(path[-1]))}.{identifier(name)}"
                place = model if is_named else pointer((*path, "properties", name))
                found[place] = _table(member[KIND_FROM], "a dict")
    return found


def _table(said: dict[str, Any], other: str) -> Table:
    models = {
        f"`{said['propertyName']}` `{value}`": f"models.{class_name(_component(target))}"
        for value, target in said["mapping"].items()
    }
    return Table(models, other)
