from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field
from attrs.setters import NO_OP as _ATTRS_NO_OP

from ..types import Model as _Model
from ..types import (
    as_json,
    as_object,
    as_subclass,
    encode_model,
    new,
)
from ..types import complete as _complete
from ..types import copy_members as _copy


def _copy_members(members: dict[str, ConfigurationField]) -> dict[str, ConfigurationField]:
    # mypy does not infer the type of an argument that a generic function converts.
    return _copy(members)


@_attrs_define(repr=False, on_setattr=_ATTRS_NO_OP)
class ConfigurationMap(_Model, MutableMapping[str, "ConfigurationField"]):
    """Configuration fields by name."""

    additional_properties: dict[str, ConfigurationField] = _attrs_field(factory=dict, converter=_copy_members)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object, without the members that are UNSET."""
        encoded: dict[str, Any] = {
            name: item if item is None else encode_model(item, ConfigurationField)
            for name, item in self.additional_properties.items()
        }
        return encoded

    def to_json(self) -> str:
        """Return the JSON that the client sends, as a string."""
        return as_json(self.to_dict())

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Return the model of a JSON object.

        Raises:
            TypeError: `src_dict`, or a member that must be an object, is not a JSON object.
            ValueError: A member cannot be decoded.
        """
        if cls is not ConfigurationMap:
            return as_subclass(cls, ConfigurationMap.from_dict(src_dict))
        if type(src_dict) is not dict:
            src_dict = as_object(src_dict)

        _model = new(cls)
        _items: dict[str, Any] = {name: ConfigurationField.from_dict(item) for name, item in src_dict.items()}
        _model.additional_properties = _items
        return _model

    @staticmethod
    def _matches(value: Any) -> bool:
        """Return whether a JSON value has this shape, to choose the alternative of a union."""
        return isinstance(value, dict) and all(ConfigurationField._matches(item) for item in value.values())

    @staticmethod
    def _match(value: Any) -> ConfigurationMap | None:
        """Return the model of a JSON value that has this shape, or None."""
        if not isinstance(value, dict):
            return None
        _items: dict[str, Any] = {}
        for name, item in value.items():
            _item = ConfigurationField._match(item)
            if _item is None:
                return None
            _items[name] = _item
        _model = new(ConfigurationMap)
        _model.additional_properties = _items
        return _model

    def __getitem__(self, key: str) -> ConfigurationField:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: ConfigurationField) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.additional_properties)

    def __len__(self) -> int:
        return len(self.additional_properties)


from ..models.configuration_field import ConfigurationField  # noqa: E402

_complete(ConfigurationMap, globals())
