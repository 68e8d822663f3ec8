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
        "default",
        "items",
        "required",
    ),
    UNSET,
)
"""The value that an object without members decodes to."""


@_attrs_define(kw_only=True, repr=False, on_setattr=_ATTRS_NO_OP)
class ConfigurationField(_Model):
    """A configuration field or, if it has `items`, a group of fields."""

    default: Any | Unset = UNSET
    """The value used if the field is omitted. Servers return an empty string for booleans too. UNSET if
    the response lacks it."""

    items: ConfigurationMap | None | Unset = UNSET
    """The fields of a group, by name. Null for a field that holds a plain value. UNSET if the response
    lacks it."""

    required: bool | Unset = UNSET
    """Whether the field is required. Omitted for a group. UNSET if the response lacks it."""

    additional_properties: dict[str, Any] = _attrs_field(factory=dict, converter=_copy)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object, without the members that are UNSET."""
        encoded: dict[str, Any] = dict(self.additional_properties)
        value: Any
        value = self.default
        if value is not UNSET:
            encoded["default"] = value
        value = self.items
        if value is not UNSET:
            encoded["items"] = value.to_dict() if isinstance(value, ConfigurationMap) else value
        value = self.required
        if value is not UNSET:
            encoded["required"] = value
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
        if cls is not ConfigurationField:
            return as_subclass(cls, ConfigurationField.from_dict(src_dict))
        if type(src_dict) is not dict:
            src_dict = as_object(src_dict)
        _rest: dict[str, Any] = {}
        if len(src_dict) != 3:
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
        try:
            _default_: Any = src_dict["default"]
            _items_: Any = src_dict["items"]
            _required_: Any = src_dict["required"]
        except KeyError:  # as many others as are missing
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
            _default_, _items_, _required_, *_ = src_dict.values()
        if _items_ is not None and _items_ is not UNSET:
            _items_ = ConfigurationMap.from_dict(_items_)
        _model = new(cls)
        _model.default = _default_
        _model.items = _items_
        _model.required = _required_
        _model.additional_properties = _rest
        return _model

    @staticmethod
    def _matches(value: Any) -> bool:
        """Return whether a JSON value has this shape, to choose the alternative of a union."""
        return (
            isinstance(value, dict)
            and not value.keys().isdisjoint(("default", "items", "required"))
            and (
                (member := value.get("items")) is None
                or (ConfigurationMap._matches(member) or member is None)
            )
            and ((member := value.get("required")) is None or isinstance(member, bool))
        )

    @staticmethod
    def _match(value: Any) -> ConfigurationField | None:
        """Return the model of a JSON value that has this shape, or None."""
        if type(value) is not dict:
            if not isinstance(value, dict):
                return None
            value = dict(value)
        _rest: dict[str, Any] = {}
        if len(value) != 3:
            value, _rest = sort_out(value, _MEMBERS)
        try:
            _default_: Any = value["default"]
            _items_: Any = value["items"]
            _required_: Any = value["required"]
        except KeyError:  # as many others as are missing
            value, _rest = sort_out(value, _MEMBERS)
            _default_, _items_, _required_, *_ = value.values()
        if _default_ is UNSET and _items_ is UNSET and _required_ is UNSET:
            return None
        if _items_ is not None and _items_ is not UNSET:
            _items_ = ConfigurationMap._match(_items_)
            if _items_ is None:
                return None
        if _required_ is not None and _required_ is not UNSET and not isinstance(_required_, bool):
            return None
        _model: Any = new(ConfigurationField)
        _model.default = _default_
        _model.items = _items_
        _model.required = _required_
        _model.additional_properties = _rest
        _matched: ConfigurationField = _model
        return _matched

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


from ..models.configuration_map import ConfigurationMap  # noqa: E402

_complete(ConfigurationField, globals())
