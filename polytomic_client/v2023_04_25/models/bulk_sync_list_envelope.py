from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field
from attrs.setters import NO_OP as _ATTRS_NO_OP

from ..types import (
    UNSET,
    as_items,
    as_json,
    as_list,
    as_object,
    as_subclass,
    encode_model,
    new,
    sort_out,
)
from ..types import Model as _Model
from ..types import complete as _complete
from ..types import copy_members as _copy

_MEMBERS: dict[str, Any] = dict.fromkeys(("data",), UNSET)
"""The value that an object without members decodes to."""


@_attrs_define(kw_only=True, repr=False, on_setattr=_ATTRS_NO_OP)
class BulkSyncListEnvelope(_Model):
    """The envelope of the response."""

    data: list[BulkSync]

    additional_properties: dict[str, Any] = _attrs_field(factory=dict, converter=_copy)

    _required = ("data",)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object, without the members that are UNSET."""
        encoded: dict[str, Any] = dict(self.additional_properties)
        value: Any
        value = self.data
        if value is not UNSET:
            encoded["data"] = (
                value
                if value is None
                else [item if item is None else encode_model(item, BulkSync) for item in as_items(value)]
            )
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
        if cls is not BulkSyncListEnvelope:
            return as_subclass(cls, BulkSyncListEnvelope.from_dict(src_dict))
        if type(src_dict) is not dict:
            src_dict = as_object(src_dict)
        _rest: dict[str, Any] = {}
        if len(src_dict) != 1:
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
        try:
            _data_: Any = src_dict["data"]
        except KeyError:  # as many others as are missing
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
            _data_, *_ = src_dict.values()
        if _data_ is not UNSET:
            _data_ = [BulkSync.from_dict(item) for item in as_list(_data_)]
        _model = new(cls)
        _model.data = _data_
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


from ..models.bulk_sync import BulkSync  # noqa: E402

_complete(BulkSyncListEnvelope, globals())
