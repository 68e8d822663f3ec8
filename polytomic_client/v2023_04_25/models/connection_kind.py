from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field
from attrs.setters import NO_OP as _ATTRS_NO_OP

from ..types import (
    UNSET,
    as_json,
    as_list,
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
        "name",
        "operations",
    ),
    UNSET,
)
"""The value that an object without members decodes to."""


@_attrs_define(kw_only=True, repr=False, on_setattr=_ATTRS_NO_OP)
class ConnectionKind(_Model):
    """The type of a connection."""

    id: str
    """The id that connections use, such as `snowflake`. UNSET if the response lacks it."""

    name: str
    """The display name. UNSET if the response lacks it."""

    operations: list[str]
    """The operations that the type supports. UNSET if the response lacks it."""

    additional_properties: dict[str, Any] = _attrs_field(factory=dict, converter=_copy)

    _required = (
        "id",
        "name",
        "operations",
    )

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object, without the members that are UNSET."""
        encoded: dict[str, Any] = dict(self.additional_properties)
        value: Any
        value = self.id
        if value is not UNSET:
            encoded["id"] = value
        value = self.name
        if value is not UNSET:
            encoded["name"] = value
        value = self.operations
        if value is not UNSET:
            encoded["operations"] = value
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
        if cls is not ConnectionKind:
            return as_subclass(cls, ConnectionKind.from_dict(src_dict))
        if type(src_dict) is not dict:
            src_dict = as_object(src_dict)
        _rest: dict[str, Any] = {}
        if len(src_dict) != 3:
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
        try:
            _id_: Any = src_dict["id"]
            _name_: Any = src_dict["name"]
            _operations_: Any = src_dict["operations"]
        except KeyError:  # as many others as are missing
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
            _id_, _name_, _operations_, *_ = src_dict.values()
        if _operations_ is not UNSET:
            _operations_ = as_list(_operations_)
        _model = new(cls)
        _model.id = _id_
        _model.name = _name_
        _model.operations = _operations_
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


_complete(ConnectionKind, globals())
