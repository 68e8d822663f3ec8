"""Decode objects whose kind a string names. Models of documents that have such unions use these."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .types import as_object, closest


def of_kind(models: Mapping[str, Any], kind: object, value: Any) -> Any:
    """Return a JSON object as the model of its kind, and as it is if there is none for that kind.

    Args:
        models: The model of each kind.
        kind: What the member that names the kind holds: a string, or something else if the response lacks it.
        value: The JSON object.

    Raises:
        TypeError: There is a model, but `value` is not a JSON object.
    """
    model = models.get(kind) if isinstance(kind, str) else None
    return value if model is None else model.from_dict(value)


def by_name(value: Any, name: str, models: Mapping[str, Any]) -> Any:
    """Return a JSON object as the model that its own member names, and as the closest if it names none of them.

    Args:
        value: The JSON object.
        name: The member that names the model.
        models: The model of each value of that member.

    Raises:
        TypeError: `value` is not a JSON object.
    """
    members = as_object(value)
    kind = members.get(name)
    model = models.get(kind) if isinstance(kind, str) else None
    return closest(members, *dict.fromkeys(models.values())) if model is None else model.from_dict(members)
