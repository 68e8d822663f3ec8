from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import (
    UNSET,
    Unset,
    as_items,
    as_list,
    decode_datetime,
    encode_datetime,
    encode_model,
    parses,
)


@_attrs_define
class BulkSchema:
    """Whether and how a schema is synced."""

    id: str
    """The schema."""

    enabled: bool
    """Whether it is synced."""

    output_name: str
    """What it is called in the destination."""

    partition_key: None | str
    """The field that the destination is partitioned by."""

    fields: list[BulkField]
    """Its fields."""

    tracking_field: None | str | Unset = UNSET
    """The field by which changes are tracked."""

    filters: list[BulkFilter] | Unset = UNSET
    """Which records are synced."""

    data_cutoff_timestamp: datetime.datetime | None | Unset = UNSET
    """Records older than this are left out."""

    disable_data_cutoff: bool | Unset = UNSET
    """Whether the sync's own cutoff does not count here."""

    user_output_name: None | str | Unset = UNSET
    """The name in the destination that a user chose."""

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

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Return the model of a JSON object.

        Raises:
            TypeError: It is no JSON object, or a member that holds one is not.
            ValueError: A member cannot be read.
        """
        if not isinstance(src_dict, (dict, Mapping)):
            raise TypeError(f"expected a JSON object, got {type(src_dict).__name__}")
        _rest = dict(src_dict)
        _fields_: Any = _rest.pop("fields", UNSET)
        if _fields_ is not UNSET:
            _fields_ = [BulkField.from_dict(item) for item in as_list(_fields_)]
        _filters_: Any = _rest.pop("filters", UNSET)
        if _filters_ is not UNSET:
            _filters_ = [BulkFilter.from_dict(item) for item in as_list(_filters_)]
        _data_cutoff_timestamp_: Any = _rest.pop("data_cutoff_timestamp", UNSET)
        if _data_cutoff_timestamp_ is not UNSET and _data_cutoff_timestamp_ is not None:
            _data_cutoff_timestamp_ = decode_datetime(_data_cutoff_timestamp_)
        _model = cls(
            id=_rest.pop("id", UNSET),
            enabled=_rest.pop("enabled", UNSET),
            output_name=_rest.pop("output_name", UNSET),
            partition_key=_rest.pop("partition_key", UNSET),
            fields=_fields_,
            tracking_field=_rest.pop("tracking_field", UNSET),
            filters=_filters_,
            data_cutoff_timestamp=_data_cutoff_timestamp_,
            disable_data_cutoff=_rest.pop("disable_data_cutoff", UNSET),
            user_output_name=_rest.pop("user_output_name", UNSET),
        )
        _model.additional_properties = _rest
        return _model

    @staticmethod
    def _matches(value: Any) -> bool:
        """Say whether a JSON value has this shape; unions are decided by it."""
        return (
            isinstance(value, dict)
            and not value.keys().isdisjoint(
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
                )
            )
            and ((member := value.get("id")) is None or isinstance(member, str))
            and ((member := value.get("enabled")) is None or isinstance(member, bool))
            and ((member := value.get("output_name")) is None or isinstance(member, str))
            and (
                (member := value.get("partition_key")) is None or (isinstance(member, str) or member is None)
            )
            and (
                (member := value.get("fields")) is None
                or (isinstance(member, list) and all(BulkField._matches(item) for item in member))
            )
            and (
                (member := value.get("tracking_field")) is None or (isinstance(member, str) or member is None)
            )
            and (
                (member := value.get("filters")) is None
                or (isinstance(member, list) and all(BulkFilter._matches(item) for item in member))
            )
            and (
                (member := value.get("data_cutoff_timestamp")) is None
                or (parses(decode_datetime, member) or member is None)
            )
            and ((member := value.get("disable_data_cutoff")) is None or isinstance(member, bool))
            and (
                (member := value.get("user_output_name")) is None
                or (isinstance(member, str) or member is None)
            )
        )

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


from ..models.bulk_field import BulkField  # noqa: E402
from ..models.bulk_filter import BulkFilter  # noqa: E402
