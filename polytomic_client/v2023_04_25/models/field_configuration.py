from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import (
    UNSET,
    Unset,
    as_object,
    as_subclass,
    new,
    sort_out,
)

_MEMBERS: dict[str, Any] = dict.fromkeys(
    (
        "id",
        "enabled",
        "obfuscate",
    ),
    UNSET,
)
"""What an object without members is read as."""


@_attrs_define(kw_only=True)
class FieldConfiguration:
    """A field to sync, with its settings."""

    id: str
    """The field."""

    enabled: bool | Unset = UNSET
    """Whether it is synced. Left out, it is."""

    obfuscate: bool | Unset = UNSET
    """Whether its values are written in a form that cannot be read. Left out, they are not."""

    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

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

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Return the model of a JSON object.

        Raises:
            TypeError: It is no JSON object, or a member that holds one is not.
            ValueError: A member cannot be read.
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

    @staticmethod
    def _matches(value: Any) -> bool:
        """Say whether a JSON value has this shape; unions are decided by it."""
        return (
            isinstance(value, dict)
            and not value.keys().isdisjoint(("id", "enabled", "obfuscate"))
            and ((member := value.get("id")) is None or isinstance(member, str))
            and ((member := value.get("enabled")) is None or isinstance(member, bool))
            and ((member := value.get("obfuscate")) is None or isinstance(member, bool))
        )

    @staticmethod
    def _match(value: Any) -> FieldConfiguration | None:
        """Return the model of a JSON value that has this shape, or None."""
        if type(value) is not dict:
            if not isinstance(value, dict):
                return None
            value = dict(value)
        _rest: dict[str, Any] = {}
        if len(value) != 3:
            value, _rest = sort_out(value, _MEMBERS)
        try:
            _id_: Any = value["id"]
            _enabled_: Any = value["enabled"]
            _obfuscate_: Any = value["obfuscate"]
        except KeyError:  # as many others as are missing
            value, _rest = sort_out(value, _MEMBERS)
            _id_, _enabled_, _obfuscate_, *_ = value.values()
        if _id_ is UNSET and _enabled_ is UNSET and _obfuscate_ is UNSET:
            return None
        if _id_ is not None and _id_ is not UNSET and not isinstance(_id_, str):
            return None
        if _enabled_ is not None and _enabled_ is not UNSET and not isinstance(_enabled_, bool):
            return None
        if _obfuscate_ is not None and _obfuscate_ is not UNSET and not isinstance(_obfuscate_, bool):
            return None
        _model: Any = new(FieldConfiguration)
        _model.id = _id_
        _model.enabled = _enabled_
        _model.obfuscate = _obfuscate_
        _model.additional_properties = _rest
        _matched: FieldConfiguration = _model
        return _matched

    @property
    def additional_keys(self) -> list[str]:
        """The names of the members that the document does not name."""
        return list(self.additional_properties)

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: object) -> bool:
        return key in self.additional_properties
