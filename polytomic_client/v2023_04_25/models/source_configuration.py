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
    new,
)
from ..types import complete as _complete
from ..types import copy_members as _copy


@_attrs_define(repr=False, on_setattr=_ATTRS_NO_OP)
class SourceConfiguration(_Model, MutableMapping[str, "Any"]):
    """How a bulk sync reads from its source, such as `replication_slot` for PostgreSQL."""

    additional_properties: dict[str, Any] = _attrs_field(factory=dict, converter=_copy)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object, without the members that are UNSET."""
        encoded: dict[str, Any] = dict(self.additional_properties)
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
        if cls is not SourceConfiguration:
            return as_subclass(cls, SourceConfiguration.from_dict(src_dict))
        if type(src_dict) is not dict:
            src_dict = as_object(src_dict)

        _model = new(cls)
        _model.additional_properties = dict(src_dict)
        return _model

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.additional_properties)

    def __len__(self) -> int:
        return len(self.additional_properties)


_complete(SourceConfiguration, globals())
