"""Finds the part of a request's body that cannot be encoded, for its error message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from attrs import evolve, fields, has


def path_to(value: object, is_fault: Callable[[object], bool], path: str = "$") -> str:
    """Return the path of the first part of a JSON value that is a fault, or "$"."""
    if is_fault(value):
        return path
    parts: list[tuple[str, object]] = []
    if isinstance(value, dict):
        parts = [(f"{path}.{name}", part) for name, part in cast("dict[str, object]", value).items()]
    elif isinstance(value, (list, tuple)):
        parts = [(f"{path}[{index}]", part) for index, part in enumerate(cast("list[object]", value))]
    found = (path_to(part, is_fault, inner) for inner, part in parts)
    return next((inner for inner in found if inner != "$"), "$")


def name_member(error: Exception, model: Any, *, unset: object) -> None:
    """Begin the message of an error with the name of the member that cannot be encoded.

    Args:
        error: The error of the model's `to_dict`.
        model: The model.
        unset: A value that `to_dict` leaves out.
    """
    for name in member_names(model):
        if name == "additional_properties":
            continue
        try:
            evolve(model, **{name: unset}).to_dict()
        except Exception:  # noqa: BLE001, S112  (another member is the fault, or this is one of several)
            continue
        first = str(error).partition(":")[0].partition(".")[0]
        inside = first in member_names(getattr(model, name))
        error.args = (f"{name}{'.' if inside else ': '}{error}",)
        return


def member_names(value: object) -> list[str]:
    """Return the Python names of the members of a model. Empty for anything else."""
    kind: Any = type(value)
    return [field.name for field in fields(kind)] if has(kind) else []
