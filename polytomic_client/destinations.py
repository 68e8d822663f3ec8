"""Use the configuration and modes that a destination supports: check a configuration, build a form, fill a template.

The functions take `data` of `get_bulk_destination`. The API has returned its `configuration` in two forms, a map of
fields and a JSON Schema (draft 4); these functions read both. If a response has neither, every configuration passes.

Example:
    destination = (await client.get_bulk_destination(connection_id)).data
    for problem in check_destination_configuration(destination, {"schema": "public"}):
        print(problem)
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any, Literal, cast
from urllib.parse import unquote

from attrs import frozen

from ._text import quoted
from ._versions.v2023_04_25 import UNSET, models

LONGEST_LIST = 1_000
"""Characters of the keys that a message lists: about forty keys."""

DIALECT = "https://json-schema.org/draft/2020-12/schema"


@frozen
class ConfigurationProblem:
    """A problem with one key of a configuration.

    Attributes:
        path: The key, preceded by its groups: `advanced.truncate_existing`.
        kind: `missing` for a required key that is missing or null, `unknown` for a key that the destination does not
            have, `nesting` for a group with a plain value, or the reverse.
        message: A sentence for a person, which contains the path.
    """

    path: str
    kind: Literal["missing", "unknown", "nesting"]
    message: str

    def __str__(self) -> str:
        return self.message


def check_destination_configuration(
    destination: models.BulkDestination, configuration: Mapping[str, object]
) -> tuple[ConfigurationProblem, ...]:
    """Compare a configuration with the keys that the destination supports.

    A required key inside a group is checked only if the group is given. The API checks the types of plain values, since
    a map of fields does not contain them.

    Args:
        destination: `data` of `get_bulk_destination`.
        configuration: The `destination_configuration` for a bulk sync: a dict or a DestinationConfiguration.

    Returns:
        Every problem, in the order of the destination's keys, then of the configuration's. Empty if it is valid.

    Raises:
        TypeError: `configuration` is not a mapping.
    """
    if not isinstance(configuration, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(
            f"configuration must be a dict or DestinationConfiguration, got {type(configuration).__name__}."
        )
    root = as_json_schema(destination)
    return tuple(_problems(root, root, configuration, ""))


def as_json_schema(destination: models.BulkDestination) -> dict[str, object]:
    """Return a JSON Schema (2020-12) of the destination's configuration, to build a form.

    `check_destination_configuration` finds no problem in a configuration that it accepts. A JSON Schema from the API is
    translated completely, except references that lead out of it or nowhere.

    Args:
        destination: `data` of `get_bulk_destination`.
    """
    schema: Schema = {}
    match destination.configuration:
        case models.ConfigurationMap() as fields:
            schema = _of_fields(fields)
        case models.FreeFormConfiguration() as answered:
            # A copy, so that changing the result does not change the response.
            root = _copied(dict(answered))
            schema = _translated(root, root)
        case _:
            pass
    return {"$schema": DIALECT, "type": "object", **schema}


def template(destination: models.BulkDestination) -> dict[str, object]:
    """Return a configuration to fill in, with every key and its default.

    A key without a default is None, and `check_destination_configuration` reports it as missing if it is required. A
    group that contains itself is omitted inside itself.

    Args:
        destination: `data` of `get_bulk_destination`.
    """
    root = as_json_schema(destination)
    return _filled(_resolved(root, root) or {}, root, (), iter(range(MOST_KEYS)))


def supports(
    destination: models.BulkDestination,
    *,
    mode: models.BulkMode | str | None = None,
    resync_mode: models.ResyncMode | str | None = None,
) -> bool:
    """Return whether a destination supports a mode, a resync mode, or both.

    Args:
        destination: `data` of `get_bulk_destination`.
        mode: How a bulk sync writes: `replicate` or `snapshot`.
        resync_mode: How a resync is done: `refetch`, `resync` or `rebuild`. Older responses do not contain them.

    Raises:
        ValueError: Neither `mode` nor `resync_mode` is given.
    """
    if mode is None and resync_mode is None:
        raise ValueError("supports needs a mode or a resync_mode, got neither.")
    # A response may omit a list. Older responses write the members of a mode in PascalCase.
    modes = [offered.id or offered.additional_properties.get("ID") for offered in destination.modes or ()]
    resync_modes = destination.supported_resync_modes or ()
    return (mode is None or mode in modes) and (resync_mode is None or resync_mode in resync_modes)


Schema = dict[str, Any]
"""A JSON Schema that is an object. A boolean schema is ignored here."""

DEEPEST = 64
"""Levels of nesting, and references in a row, that are read. A response with more is malicious."""

MOST_KEYS = 10_000
"""Maximum keys in a template. If each group refers to the next one twice, every level doubles their number."""

_NOT_NULL = ("string", "number", "boolean", "array")
_TYPES = frozenset({*_NOT_NULL, "integer", "null", "object"})


def _of_fields(fields: models.ConfigurationMap) -> Schema:
    """Return the schema of a map of fields. For a plain value, it only excludes objects."""
    properties: Schema = {}
    for name, field in fields.items():
        default = field.default
        if isinstance(field.items, models.ConfigurationMap):
            properties[name] = _of_fields(field.items)
        elif isinstance(default, Mapping):
            properties[name] = {"default": _copied(default)}
        else:
            properties[name] = {"type": [*_NOT_NULL] if field.required else [*_NOT_NULL, "null"]}
            # Servers send an empty string as the default of every field, even of booleans.
            if default not in (UNSET, None, ""):
                properties[name]["default"] = _copied(default)
    required = [name for name, field in fields.items() if field.required]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _problems(
    schema: Schema, root: Schema, configuration: Mapping[str, object], prefix: str
) -> Iterator[ConfigurationProblem]:
    schema = _resolved(schema, root) or {}
    keys, required = _keys(schema), set(_texts(schema.get("required")))
    for name, key in keys.items():
        path = f"{prefix}{name}"
        value = configuration.get(name)
        types = _types(_resolved(key, root) or {})
        if name in required and value is None and (name not in configuration or "null" not in types):
            yield ConfigurationProblem(path, "missing", f"{quoted(path)} is required")
        elif isinstance(value, Mapping):
            if "object" in types:
                yield from _problems(key, root, cast("Mapping[str, object]", value), f"{path}.")
            else:
                yield ConfigurationProblem(path, "nesting", f"{quoted(path)} must be a plain value, got an object")
        elif name in configuration and types == {"object"}:
            kind = type(value).__name__
            yield ConfigurationProblem(path, "nesting", f"{quoted(path)} must be an object, got {kind}")
    if schema.get("additionalProperties") is False and not schema.get("patternProperties"):
        for name in configuration:
            if name not in keys:
                yield ConfigurationProblem(f"{prefix}{name}", "unknown", _unknown(f"{prefix}{name}", str(name), keys))


def _unknown(path: str, name: str, keys: Mapping[str, object]) -> str:
    close = difflib.get_close_matches(name, keys, 1)
    if close:
        return f"{quoted(path)} is unknown; did you mean {quoted(close[0])}?"
    known = quoted(", ".join(keys), LONGEST_LIST) or "none"
    return f"{quoted(path)} is unknown; known keys: {known}"


def _filled(schema: Schema, root: Schema, inside: tuple[int, ...], room: Iterator[int]) -> dict[str, object]:
    filled: dict[str, object] = {}
    inside = (*inside, id(schema))
    for (name, key), _ in zip(_keys(schema).items(), room, strict=False):
        held = _resolved(key, root) or {}
        if "properties" in held or _types(held) == {"object"}:
            if id(held) not in inside and len(inside) < DEEPEST:
                filled[name] = _filled(held, root, inside, room)
        else:
            filled[name] = _copied(key.get("default", held.get("default")))
    return filled


def _keys(schema: Schema) -> dict[str, Schema]:
    """Return the schema of each key that a schema names."""
    named = schema.get("properties")
    properties = cast("Schema", named) if isinstance(named, dict) else {}
    names = dict.fromkeys([*properties, *_texts(schema.get("required"))])
    return {name: key if isinstance(key := properties.get(name), dict) else {} for name in names}


def _types(schema: Schema) -> set[str]:
    """Return the types that a value may have: all types if the schema does not restrict them."""
    types = schema.get("type")
    return {types} if isinstance(types, str) else {*_texts(types)} or {*_TYPES}


def _texts(value: object) -> list[str]:
    return [item for item in cast("list[object]", value) if isinstance(item, str)] if isinstance(value, list) else []


def _resolved(schema: Schema, root: Schema) -> Schema | None:
    """Follow references inside the document. Return None if they lead out of it, nowhere or in a circle."""
    for _ in range(DEEPEST):
        if "$ref" not in schema:
            return schema
        start, *names = unquote(str(schema["$ref"])).split("/")
        target: Any = root if start == "#" else None
        for name in names:
            key = name.replace("~1", "/").replace("~0", "~")
            try:
                target = target[int(key) if isinstance(target, list) else key]
            except (LookupError, TypeError, ValueError):
                return None
        if not isinstance(target, dict):
            return None
        schema = cast("Schema", target)
    return None


def _translated(schema: Schema, root: Schema) -> Schema:
    """Translate a draft 4 schema to 2020-12. Definitions stay where references point."""
    if "$ref" in schema:
        # Draft 4 ignores keywords beside a reference; 2020-12 does not. So only those that do not restrict values stay.
        followed = "$ref" if _resolved(schema, root) is not None else None
        stay = {"title", "description", "default", "definitions", followed}
        schema = {keyword: value for keyword, value in schema.items() if keyword in stay}
    translated: Schema = {}
    for keyword, value in schema.items():
        match keyword:
            case "$schema" | "additionalItems":
                pass
            case "definitions" | "properties" | "patternProperties" if isinstance(value, dict):
                translated[keyword] = {name: _within(each, root) for name, each in cast("Schema", value).items()}
            case "allOf" | "anyOf" | "oneOf" | "not" | "additionalProperties":
                translated[keyword] = _within(value, root)
            case "items":
                translated["prefixItems" if isinstance(value, list) else "items"] = _within(value, root)
                if isinstance(value, list) and "additionalItems" in schema:
                    translated["items"] = _within(schema["additionalItems"], root)
            case "dependencies" if isinstance(value, dict):
                for name, each in cast("Schema", value).items():
                    kind = "dependentRequired" if isinstance(each, list) else "dependentSchemas"
                    translated.setdefault(kind, {})[name] = each if isinstance(each, list) else _within(each, root)
            case "minimum" | "maximum":
                exclusive = f"exclusive{keyword.capitalize()}"
                translated[exclusive if schema.get(exclusive) is True else keyword] = value
            case "exclusiveMinimum" | "exclusiveMaximum" if isinstance(value, bool):
                pass
            case _:
                translated[keyword] = value
    return translated


def _within(value: Any, root: Schema) -> Any:
    """Translate a schema inside another, or a list of schemas."""
    if isinstance(value, list):
        return [_within(each, root) for each in cast("list[object]", value)]
    return _translated(cast("Schema", value), root) if isinstance(value, dict) else value


def _copied(value: Any, depth: int = 0) -> Any:
    """Copy a JSON value, to DEEPEST levels."""
    if isinstance(value, Mapping):
        members = cast("Mapping[str, object]", value).items() if depth < DEEPEST else ()
        return {name: _copied(each, depth + 1) for name, each in members}
    if isinstance(value, list):
        items = cast("list[object]", value) if depth < DEEPEST else ()
        return [_copied(each, depth + 1) for each in items]
    return value
