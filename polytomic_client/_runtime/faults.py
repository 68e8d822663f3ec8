"""Finds the part of a request's body that cannot be encoded, for its error message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from attrs import fields, has


def path_to(value: object, is_fault: Callable[[object], bool]) -> str:
    """Return the path of the first part of a JSON value that is a fault. "$" if there is none, or it is too deep."""
    try:
        return _path(value, is_fault, "$")
    except RecursionError:
        return "$"


def _path(value: object, is_fault: Callable[[object], bool], path: str) -> str:
    if is_fault(value):
        return path
    parts: list[tuple[str, object]] = []
    if isinstance(value, dict):
        parts = [(f"{path}.{name}", part) for name, part in cast("dict[str, object]", value).items()]
    elif isinstance(value, (list, tuple)):
        parts = [(f"{path}[{index}]", part) for index, part in enumerate(cast("list[object]", value))]
    found = (_path(part, is_fault, inner) for inner, part in parts)
    return next((inner for inner in found if inner != "$"), "$")


def member_names(value: object) -> list[str]:
    """Return the Python names of the members of a model. Empty for anything else."""
    kind: Any = type(value)
    return [field.name for field in fields(kind)] if has(kind) else []
