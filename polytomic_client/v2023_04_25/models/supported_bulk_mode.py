from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field
from attrs.setters import NO_OP as _ATTRS_NO_OP

from ..models.bulk_mode import BulkMode
from ..types import (
    UNSET,
    as_json,
    as_object,
    as_subclass,
    decode_enum,
    encode_text,
    new,
    sort_out,
)
from ..types import Model as _Model
from ..types import complete as _complete
from ..types import copy_members as _copy

_MEMBERS: dict[str, Any] = dict.fromkeys(
    (
        "id",
        "label",
        "description",
        "requires_identity",
        "supports_field_sync_mode",
        "supports_target_filters",
    ),
    UNSET,
)
"""The value that an object without members decodes to."""


@_attrs_define(kw_only=True, repr=False, on_setattr=_ATTRS_NO_OP)
class SupportedBulkMode(_Model):
    """A mode in which a bulk sync can write to a connection."""

    id: BulkMode
    """How a bulk sync writes. `replicate` keeps the destination equal to the source, `snapshot` writes all
    of it. UNSET if the response lacks it."""

    label: str
    """The display name. UNSET if the response lacks it."""

    description: str
    """A human-readable description of the mode. UNSET if the response lacks it."""

    requires_identity: bool
    """Whether each schema of the bulk sync needs a field that identifies a record. UNSET if the response
    lacks it."""

    supports_field_sync_mode: bool
    """Whether individual fields may have their own sync mode. UNSET if the response lacks it."""

    supports_target_filters: bool
    """Whether the records of the destination can be filtered. UNSET if the response lacks it."""

    additional_properties: dict[str, Any] = _attrs_field(factory=dict, converter=_copy)

    _required = (
        "id",
        "label",
        "description",
        "requires_identity",
        "supports_field_sync_mode",
        "supports_target_filters",
    )

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object, without the members that are UNSET."""
        encoded: dict[str, Any] = dict(self.additional_properties)
        value: Any
        value = self.id
        if value is not UNSET:
            encoded["id"] = value if value is None else encode_text(value)
        value = self.label
        if value is not UNSET:
            encoded["label"] = value
        value = self.description
        if value is not UNSET:
            encoded["description"] = value
        value = self.requires_identity
        if value is not UNSET:
            encoded["requires_identity"] = value
        value = self.supports_field_sync_mode
        if value is not UNSET:
            encoded["supports_field_sync_mode"] = value
        value = self.supports_target_filters
        if value is not UNSET:
            encoded["supports_target_filters"] = value
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
        if cls is not SupportedBulkMode:
            return as_subclass(cls, SupportedBulkMode.from_dict(src_dict))
        if type(src_dict) is not dict:
            src_dict = as_object(src_dict)
        _rest: dict[str, Any] = {}
        if len(src_dict) != 6:
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
        try:
            _id_: Any = src_dict["id"]
            _label_: Any = src_dict["label"]
            _description_: Any = src_dict["description"]
            _requires_identity_: Any = src_dict["requires_identity"]
            _supports_field_sync_mode_: Any = src_dict["supports_field_sync_mode"]
            _supports_target_filters_: Any = src_dict["supports_target_filters"]
        except KeyError:  # as many others as are missing
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
            (
                _id_,
                _label_,
                _description_,
                _requires_identity_,
                _supports_field_sync_mode_,
                _supports_target_filters_,
                *_,
            ) = src_dict.values()
        if _id_ is not None and _id_ is not UNSET:
            _id_ = decode_enum(BulkMode, _id_)
        _model = new(cls)
        _model.id = _id_
        _model.label = _label_
        _model.description = _description_
        _model.requires_identity = _requires_identity_
        _model.supports_field_sync_mode = _supports_field_sync_mode_
        _model.supports_target_filters = _supports_target_filters_
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


_complete(SupportedBulkMode, globals())
