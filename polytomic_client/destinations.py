"""Reading what a connection accepts as a destination: check a configuration, drive a form, fill in a template.

The functions take `data` of `get_bulk_destination`. The API has answered its `configuration` in two forms, a map of
fields and a JSON Schema (draft 4); these functions read both. Where an answer has neither, nothing is known: then every
configuration passes.

Example:
    destination = (await polytomic.get_bulk_destination(connection_id)).data
    for problem in check_destination_configuration(destination, {"schema": "public"}):
        print(problem)
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, cast

from attrs import frozen

from ._api import UNSET, models

DIALECT = "https://json-schema.org/draft/2020-12/schema"


@frozen
class ConfigurationProblem:
    """What is wrong with one key of a configuration.

    Attributes:
        path: The key, after the groups that it is in: `advanced.truncate_existing`.
        kind: `missing` for a required key that is not there, `unknown` for a key that there is not, `nesting` for a
            group that is given a plain value, or the reverse.
        message: A sentence for a person, which names the path.
    """

    path: str
    kind: Literal["missing", "unknown", "nesting"]
    message: str

    def __str__(self) -> str:
        return self.message


def check_destination_configuration(
    destination: models.BulkDestination, configuration: Mapping[str, object]
) -> tuple[ConfigurationProblem, ...]:
    """Compare a configuration with what the destination says of its keys.

    A required key inside a group counts where the group is given, or is itself required. What type a plain value must
    have is the API's to check: a map of fields does not say.

    Args:
        destination: `data` of `get_bulk_destination`.
        configuration: What is to be `destination_configuration` of a bulk sync: a dict, or a DestinationConfiguration.

    Returns:
        Every problem, in the order of the destination's keys, then of the configuration's; empty if there is none.
    """
    return tuple(_problems(_group_of(destination), configuration, ""))


def as_json_schema(destination: models.BulkDestination) -> dict[str, object]:
    """Return a JSON Schema (2020-12) of the destination's configuration, to drive a form.

    It takes what `check_destination_configuration` finds nothing wrong with. A JSON Schema that the API answered is
    converted, with all that it says.

    Args:
        destination: `data` of `get_bulk_destination`.
    """
    match destination.configuration:
        case models.FreeFormConfiguration() as schema:
            return {"$schema": DIALECT, "type": "object", **_converted(dict(schema))}
        case _:
            return {"$schema": DIALECT, **_schema_of(_group_of(destination))}


def template(destination: models.BulkDestination) -> dict[str, object]:
    """Return a configuration to fill in, with every key and its default.

    A key without a default is None. Servers print an empty string as the default of every key, also of booleans.

    Args:
        destination: `data` of `get_bulk_destination`.

    Returns:
        A dict that `check_destination_configuration` finds nothing wrong with.
    """
    return _filled(_group_of(destination), ())


def supports(
    destination: models.BulkDestination,
    *,
    mode: models.BulkMode | str | None = None,
    resync_mode: models.ResyncMode | str | None = None,
) -> bool:
    """Say whether a destination offers a mode, a resync mode, or both.

    Args:
        destination: `data` of `get_bulk_destination`.
        mode: How a bulk sync writes: `replicate` or `snapshot`.
        resync_mode: How everything is synced anew: `refetch`, `resync` or `rebuild`. Older answers name none.

    Raises:
        ValueError: Neither is given.
    """
    if mode is None and resync_mode is None:
        raise ValueError("name a mode or a resync_mode")
    # Older answers write the members of a mode in PascalCase, which the document does not name.
    modes = {offered.additional_properties.get("ID") if not offered.id else offered.id for offered in destination.modes}
    return mode in {None, *modes} and resync_mode in {None, *destination.supported_resync_modes}


@frozen
class _Group:
    """The keys that an object may have; `source` tells groups apart where a schema refers to itself."""

    fields: Mapping[str, _Field]
    closed: bool
    source: int = 0


@frozen
class _Field:
    """A key: required or not, and what it holds. `group` is made when it is needed, because it may hold itself."""

    required: bool
    holds: Literal["group", "plain value", "anything"]
    default: object = UNSET
    group: Callable[[], _Group] | None = None


def _group_of(destination: models.BulkDestination) -> _Group:
    match destination.configuration:
        case models.ConfigurationMap() as fields:
            return _group_of_map(fields)
        case models.FreeFormConfiguration() as schema:
            return _group_of_schema(dict(schema), dict(schema))
        case _:
            return _Group({}, closed=False)


def _group_of_map(fields: models.ConfigurationMap) -> _Group:
    return _Group({name: _field_of_map(field) for name, field in fields.items()}, closed=True)


def _field_of_map(field: models.ConfigurationField) -> _Field:
    required = field.required is True
    if isinstance(field.items, models.ConfigurationMap):
        items = field.items
        return _Field(required, "group", group=lambda: _group_of_map(items))
    return _Field(required, "plain value", field.default)


Schema = dict[str, Any]
"""A JSON Schema that is an object; one may also be True or False."""


def _group_of_schema(schema: Schema, root: Schema) -> _Group:
    schema = _resolved(schema, root)
    required = _strings(schema.get("required"))
    fields = {name: _field_of_schema(field, root, name in required) for name, field in _named(schema, "properties")}
    fields |= {name: _Field(required=True, holds="anything") for name in required if name not in fields}
    return _Group(fields, schema.get("additionalProperties") is False, id(schema))


def _field_of_schema(schema: Schema, root: Schema, required: bool) -> _Field:  # noqa: FBT001
    resolved = _resolved(schema, root)
    default = schema.get("default", resolved.get("default", UNSET))
    types = resolved.get("type")
    if types == "object" or (types is None and "properties" in resolved):
        return _Field(required, "group", default, lambda: _group_of_schema(resolved, root))
    if isinstance(types, str) or (isinstance(types, list) and "object" not in types):
        return _Field(required, "plain value", default)
    return _Field(required, "anything", default)


def _resolved(schema: Schema, root: Schema) -> Schema:
    """Follow references inside the document. One that leads nowhere says nothing."""
    followed: set[str] = set()
    while "$ref" in schema:
        reference = schema["$ref"]
        if not isinstance(reference, str) or not reference.startswith("#") or reference in followed:
            return {}
        followed.add(reference)
        target: Any = root
        for name in reference.removeprefix("#").split("/")[1:]:
            name = name.replace("~1", "/").replace("~0", "~")  # noqa: PLW2901
            target = cast("Schema", target).get(name) if isinstance(target, dict) else None
        schema = cast("Schema", target) if isinstance(target, dict) else {}
    return schema


def _named(schema: Schema, keyword: str) -> list[tuple[str, Schema]]:
    """Return the schemas that a keyword names, those that are objects."""
    named = schema.get(keyword)
    return [
        (name, cast("Schema", value) if isinstance(value, dict) else {})
        for name, value in (cast("Schema", named).items() if isinstance(named, dict) else ())
    ]


def _strings(value: object) -> list[str]:
    return [item for item in cast("list[object]", value) if isinstance(item, str)] if isinstance(value, list) else []


def _problems(group: _Group, configuration: Mapping[str, object], prefix: str) -> Iterator[ConfigurationProblem]:
    for name, field in group.fields.items():
        path = f"{prefix}{name}"
        if name not in configuration:
            if field.required:
                yield ConfigurationProblem(path, "missing", f"{path} is required")
            continue
        value = configuration[name]
        if field.holds == "group":
            if isinstance(value, Mapping):
                assert field.group is not None
                yield from _problems(field.group(), cast("Mapping[str, object]", value), f"{path}.")
            else:
                kind = type(value).__name__
                yield ConfigurationProblem(path, "nesting", f"{path} is a group: give it an object, not {kind}")
        elif field.holds == "plain value" and isinstance(value, Mapping):
            yield ConfigurationProblem(path, "nesting", f"{path} is a plain value: it takes no object")
    for name in configuration if group.closed else ():
        if name not in group.fields:
            yield _unknown(f"{prefix}{name}", name, group)


def _unknown(path: str, name: str, group: _Group) -> ConfigurationProblem:
    close = difflib.get_close_matches(str(name), group.fields, 1)
    if close:
        advice = f"did you mean {close[0]}?"
    elif group.fields:
        advice = f"there are {', '.join(group.fields)}"
    else:
        advice = "there are no keys here"
    return ConfigurationProblem(path, "unknown", f"{path} is unknown; {advice}")


def _schema_of(group: _Group) -> dict[str, object]:
    properties: dict[str, object] = {}
    for name, field in group.fields.items():
        if field.group is not None:
            properties[name] = _schema_of(field.group())
        else:
            # Its type is not known, only that it is no object.
            default = {} if field.default in (UNSET, None, "") else {"default": field.default}
            properties[name] = {"not": {"type": "object"}, **default}
    schema: dict[str, object] = {"type": "object", "properties": properties}
    required = [name for name, field in group.fields.items() if field.required]
    if required:
        schema["required"] = required
    if group.closed:
        schema["additionalProperties"] = False
    return schema


def _filled(group: _Group, inside: tuple[int, ...]) -> dict[str, object]:
    filled: dict[str, object] = {}
    for name, field in group.fields.items():
        if field.group is None:
            default = field.default
            unfit = default is UNSET or (field.holds == "plain value" and isinstance(default, Mapping))
            filled[name] = None if unfit else default
        elif (nested := field.group()).source not in inside or not nested.source:
            filled[name] = _filled(nested, (*inside, nested.source))
    return filled


def _converted(schema: Schema) -> Schema:
    """Return a schema of draft 4 in the words of 2020-12."""
    if isinstance(schema.get("$ref"), str):
        # In draft 4 nothing beside a reference counts, but the definitions that it leads to.
        beside = ("title", "description", "default", "definitions")
        kept: Schema = {name: schema[name] for name in beside if name in schema}
        reference = schema["$ref"].replace("#/definitions/", "#/$defs/")
        return {"$ref": reference, **_converted(kept)}
    converted: Schema = {}
    for keyword, value in schema.items():
        match keyword, value:
            case "$schema", _:
                pass
            case "id", str():
                converted["$id"] = value
            case "definitions", dict():
                converted["$defs"] = {name: _subschema(each) for name, each in cast("Schema", value).items()}
            case (("properties" | "patternProperties"), dict()):
                converted[keyword] = {name: _subschema(each) for name, each in cast("Schema", value).items()}
            case "dependencies", dict():
                lists: Schema = {name: each for name, each in cast("Schema", value).items() if isinstance(each, list)}
                schemas = {name: _subschema(each) for name, each in cast("Schema", value).items() if name not in lists}
                converted |= {"dependentRequired": lists} if lists else {}
                converted |= {"dependentSchemas": schemas} if schemas else {}
            case "items", list():
                converted["prefixItems"] = [_subschema(each) for each in cast("list[object]", value)]
            case "additionalItems", _:
                if isinstance(schema.get("items"), list):
                    converted["items"] = _subschema(value)
            case (("allOf" | "anyOf" | "oneOf"), list()):
                converted[keyword] = [_subschema(each) for each in cast("list[object]", value)]
            case (("items" | "not" | "additionalProperties"), _):
                converted[keyword] = _subschema(value)
            case (("exclusiveMinimum" | "exclusiveMaximum"), bool()):
                pass
            case (("minimum" | "maximum"), _):
                exclusive = f"exclusive{keyword.capitalize()}"
                converted[exclusive if schema.get(exclusive) is True else keyword] = value
            case _:
                converted[keyword] = value
    return converted


def _subschema(value: Any) -> Any:
    return _converted(cast("Schema", value)) if isinstance(value, dict) else value
