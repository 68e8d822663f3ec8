"""Code that the generated models share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Sized
from reprlib import recursive_repr
from typing import Any, ClassVar, cast

from attrs import fields

from .types import UNSET


class Model:
    """The base of the generated models."""

    __slots__ = ()

    _required: ClassVar[tuple[str, ...]] = ()
    """The Python names of the members that the OpenAPI document requires."""

    _renamed: ClassVar[Mapping[str, str]] = {}
    """The JSON names of the members whose Python names differ."""

    @recursive_repr("...")
    def __repr__(self) -> str:
        """Return the constructor's call, without the members that are UNSET or empty arrays and objects."""
        members = [f"{name}={value!r}" for name, value in _members(self) if not _is_empty(value)]
        return f"{type(self).__qualname__.rsplit('>.', 1)[-1]}({', '.join(members)})"

    def _check_key(self, key: object) -> None:
        """Reject a key that is not the name of a member.

        Python iterates over an object with `__getitem__` by passing the keys 0, 1, 2 and so on.

        Raises:
            TypeError: `key` is not a str.
        """
        if isinstance(key, str):
            return
        named = [f".{name}" for name, value in _members(self) if isinstance(value, list) or name == "data"]
        raise TypeError(f"{type(self).__name__} is not a list or a dict. Use {' or '.join([*named, '.to_dict()'])}.")


def complete(model: type[Model], names: Mapping[str, Any]) -> None:
    """Make the type hints of a model's `__init__` resolve the model itself, and what its module imports after it.

    attrs compiles `__init__` with a copy of the module's names before the class.
    """
    initialiser: Any = model.__init__
    initialiser.__globals__.update(names)


def missing_member(value: object) -> list[str | int] | None:
    """Return the path of the first required member that is UNSET in a decoded response, None if there is none."""
    todo: list[tuple[list[str | int], object]] = [([], value)]
    while todo:
        steps, part = todo.pop()
        inner: list[tuple[str | int, Any]] = []
        if isinstance(part, Model):
            renamed = part._renamed  # noqa: SLF001  (of the same module)
            for name in part._required:  # noqa: SLF001
                if getattr(part, name) is UNSET:
                    return [*steps, renamed.get(name, name)]
            for name, member in _members(part):
                inner += member.items() if name == "additional_properties" else [(renamed.get(name, name), member)]
        elif isinstance(part, list):
            inner += enumerate(cast("Sequence[Any]", part))
        todo += [([*steps, step], each) for step, each in reversed(inner) if isinstance(each, (Model, list))]
    return None


def _members(model: object) -> list[tuple[str, Any]]:
    return [(field.name, getattr(model, field.name, UNSET)) for field in fields(cast("Any", type(model)))]


def _is_empty(value: Any) -> bool:
    return value is UNSET or (isinstance(value, Sized) and not isinstance(value, (str, bytes)) and not len(value))
