from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field
from attrs.setters import NO_OP as _ATTRS_NO_OP

from ..types import (
    UNSET,
    Unset,
    as_items,
    as_json,
    as_list,
    as_object,
    as_subclass,
    decode_datetime,
    encode_datetime,
    encode_model,
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
        "output_name",
        "partition_key",
        "fields",
        "tracking_field",
        "filters",
        "data_cutoff_timestamp",
        "disable_data_cutoff",
        "user_output_name",
    ),
    UNSET,
)
"""The value that an object without members decodes to."""


@_attrs_define(kw_only=True, repr=False, on_setattr=_ATTRS_NO_OP)
class BulkSchema(_Model):
    """The sync settings of a schema."""

    id: str
    """The id of the schema. UNSET if the response lacks it."""

    enabled: bool
    """Whether the schema is synced. UNSET if the response lacks it."""

    output_name: str
    """The name of the schema in the destination. UNSET if the response lacks it."""

    partition_key: None | str
    """The field that the destination is partitioned by. UNSET if the response lacks it."""

    fields: list[BulkField]
    """The fields of the schema. UNSET if the response lacks it."""

    tracking_field: None | str | Unset = UNSET
    """The field that tracks changes. UNSET if the response lacks it."""

    filters: list[BulkFilter] | Unset = UNSET
    """The filters that a record must match to be synced. UNSET if the response lacks it."""

    data_cutoff_timestamp: datetime.datetime | None | Unset = UNSET
    """Records older than this are not synced. UNSET if the response lacks it."""

    disable_data_cutoff: bool | Unset = UNSET
    """Whether the schema ignores the cutoff of the bulk sync. UNSET if the response lacks it."""

    user_output_name: None | str | Unset = UNSET
    """The name of the schema in the destination, chosen by a user. UNSET if the response lacks it."""

    additional_properties: dict[str, Any] = _attrs_field(factory=dict, converter=_copy)

    _required = (
        "id",
        "enabled",
        "output_name",
        "partition_key",
        "fields",
    )

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
        value = self.output_name
        if value is not UNSET:
            encoded["output_name"] = value
        value = self.partition_key
        if value is not UNSET:
            encoded["partition_key"] = value
        value = self.fields
        if value is not UNSET:
            encoded["fields"] = (
                value
                if value is None
                else [item if item is None else encode_model(item, BulkField) for item in as_items(value)]
            )
        value = self.tracking_field
        if value is not UNSET:
            encoded["tracking_field"] = value
        value = self.filters
        if value is not UNSET:
            encoded["filters"] = (
                value
                if value is None
                else [item if item is None else encode_model(item, BulkFilter) for item in as_items(value)]
            )
        value = self.data_cutoff_timestamp
        if value is not UNSET:
            encoded["data_cutoff_timestamp"] = (
                encode_datetime(value) if isinstance(value, datetime.datetime) else value
            )
        value = self.disable_data_cutoff
        if value is not UNSET:
            encoded["disable_data_cutoff"] = value
        value = self.user_output_name
        if value is not UNSET:
            encoded["user_output_name"] = value
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
        if cls is not BulkSchema:
            return as_subclass(cls, BulkSchema.from_dict(src_dict))
        if type(src_dict) is not dict:
            src_dict = as_object(src_dict)
        _rest: dict[str, Any] = {}
        if len(src_dict) != 10:
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
        try:
            _id_: Any = src_dict["id"]
            _enabled_: Any = src_dict["enabled"]
            _output_name_: Any = src_dict["output_name"]
            _partition_key_: Any = src_dict["partition_key"]
            _fields_: Any = src_dict["fields"]
            _tracking_field_: Any = src_dict["tracking_field"]
            _filters_: Any = src_dict["filters"]
            _data_cutoff_timestamp_: Any = src_dict["data_cutoff_timestamp"]
            _disable_data_cutoff_: Any = src_dict["disable_data_cutoff"]
            _user_output_name_: Any = src_dict["user_output_name"]
        except KeyError:  # as many others as are missing
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
            (
                _id_,
                _enabled_,
                _output_name_,
                _partition_key_,
                _fields_,
                _tracking_field_,
                _filters_,
                _data_cutoff_timestamp_,
                _disable_data_cutoff_,
                _user_output_name_,
                *_,
            ) = src_dict.values()
        if _fields_ is not UNSET:
            _fields_ = [BulkField.from_dict(item) for item in as_list(_fields_)]
        if _filters_ is not UNSET:
            _filters_ = [BulkFilter.from_dict(item) for item in as_list(_filters_)]
        if _data_cutoff_timestamp_ is not None and _data_cutoff_timestamp_ is not UNSET:
            _data_cutoff_timestamp_ = decode_datetime(_data_cutoff_timestamp_)
        _model = new(cls)
        _model.id = _id_
        _model.enabled = _enabled_
        _model.output_name = _output_name_
        _model.partition_key = _partition_key_
        _model.fields = _fields_
        _model.tracking_field = _tracking_field_
        _model.filters = _filters_
        _model.data_cutoff_timestamp = _data_cutoff_timestamp_
        _model.disable_data_cutoff = _disable_data_cutoff_
        _model.user_output_name = _user_output_name_
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


from ..models.bulk_field import BulkField  # noqa: E402
from ..models.bulk_filter import BulkFilter  # noqa: E402

_complete(BulkSchema, globals())
