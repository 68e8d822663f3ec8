from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field
from attrs.setters import NO_OP as _ATTRS_NO_OP

from ..types import (
    UNSET,
    Unset,
    as_json,
    as_object,
    as_subclass,
    new,
    sort_out,
)
from ..types import Model as _Model
from ..types import complete as _complete
from ..types import copy_members as _copy

_MEMBERS: dict[str, Any] = dict.fromkeys(
    (
        "id",
        "enabled",
        "obfuscate",
    ),
    UNSET,
)
"""The value that an object without members decodes to."""


@_attrs_define(kw_only=True, repr=False, on_setattr=_ATTRS_NO_OP)
class FieldConfiguration(_Model):
    """A field to sync, with its settings."""

    id: str
    """The id of the field."""

    enabled: bool | Unset = UNSET
    """Whether the field is synced. Default: true. Not sent if UNSET."""

    obfuscate: bool | Unset = UNSET
    """Whether the values of the field are obfuscated, so that they cannot be read. Default: false. Not
    sent if UNSET."""

    additional_properties: dict[str, Any] = _attrs_field(factory=dict, converter=_copy)

    _required = ("id",)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object, without the members that are UNSET."""
        encoded: dict[str, Any] = dict(self.additional_properties)
        value: Any
        value = self.id
        if value is not UNSET:
            encoded["id"] = value
        value = self.enabled
        if value is not UNSET:
            encoded["enabled"] = value
        value = self.obfuscate
        if value is not UNSET:
            encoded["obfuscate"] = value
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
        if cls is not FieldConfiguration:
            return as_subclass(cls, FieldConfiguration.from_dict(src_dict))
        if type(src_dict) is not dict:
            src_dict = as_object(src_dict)
        _rest: dict[str, Any] = {}
        if len(src_dict) != 3:
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
        try:
            _id_: Any = src_dict["id"]
            _enabled_: Any = src_dict["enabled"]
            _obfuscate_: Any = src_dict["obfuscate"]
        except KeyError:  # as many others as are missing
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
            _id_, _enabled_, _obfuscate_, *_ = src_dict.values()
        _model = new(cls)
        _model.id = _id_
        _model.enabled = _enabled_
        _model.obfuscate = _obfuscate_
        _model.additional_properties = _rest
        return _model

    @property
    def additional_keys(self) -> list[str]:
        """The names of the members that are not in the OpenAPI document."""
        return list(self.additional_properties)

    def __getitem__(self, key: str) -> Any:
        self._check_key(key)
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._check_key(key)
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        self._check_key(key)
        del self.additional_properties[key]

    def __contains__(self, key: object) -> bool:
        self._check_key(key)
        return key in self.additional_properties


_complete(FieldConfiguration, globals())
