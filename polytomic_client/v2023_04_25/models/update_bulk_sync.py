from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field
from attrs.setters import NO_OP as _ATTRS_NO_OP

from ..models.bulk_discover import BulkDiscover
from ..models.bulk_mode import BulkMode
from ..models.normalize_names import NormalizeNames
from ..types import (
    UNSET,
    Unset,
    as_items,
    as_json,
    as_list,
    as_object,
    as_subclass,
    decode_datetime,
    decode_enum,
    decode_uuid,
    encode_datetime,
    encode_model,
    encode_text,
    new,
    sort_out,
)
from ..types import Model as _Model
from ..types import complete as _complete
from ..types import copy_members as _copy

_MEMBERS: dict[str, Any] = dict.fromkeys(
    (
        "name",
        "source_connection_id",
        "destination_connection_id",
        "destination_configuration",
        "mode",
        "schedule",
        "source_configuration",
        "active",
        "automatically_add_new_fields",
        "automatically_add_new_objects",
        "data_cutoff_timestamp",
        "disable_record_timestamps",
        "discover",
        "normalize_names",
        "organization_id",
        "policies",
    ),
    UNSET,
)
"""The value that an object without members decodes to."""


@_attrs_define(kw_only=True, repr=False, on_setattr=_ATTRS_NO_OP)
class UpdateBulkSync(_Model):
    """The new settings of a bulk sync. Each setting that is omitted is reset to its default."""

    name: str
    """The display name."""

    source_connection_id: UUID
    """The id of the source connection."""

    destination_connection_id: UUID
    """The id of the destination connection."""

    destination_configuration: DestinationConfiguration
    """How a bulk sync writes to its destination. `get_bulk_destination` returns the keys that it may have."""

    mode: BulkMode
    """How a bulk sync writes. `replicate` keeps the destination equal to the source, `snapshot` writes all
    of it."""

    schedule: BulkSchedule
    """When a bulk sync runs. Times are UTC. Every part is a string."""

    source_configuration: SourceConfiguration | Unset = UNSET
    """How a bulk sync reads from its source, such as `replication_slot` for PostgreSQL. Not sent if UNSET."""

    active: bool | Unset = UNSET
    """Whether the bulk sync runs on its schedule. Not sent if UNSET."""

    automatically_add_new_fields: BulkDiscover | Unset = UNSET
    """Which new objects or fields of the source are synced automatically. Not sent if UNSET."""

    automatically_add_new_objects: BulkDiscover | Unset = UNSET
    """Which new objects or fields of the source are synced automatically. Not sent if UNSET."""

    data_cutoff_timestamp: datetime.datetime | None | Unset = UNSET
    """Records older than this are not synced. Not sent if UNSET."""

    disable_record_timestamps: bool | Unset = UNSET
    """Whether to write records without the columns that hold the time at which Polytomic wrote them. Not
    sent if UNSET."""

    discover: bool | Unset = UNSET
    """Superseded by `automatically_add_new_objects`. Not sent if UNSET."""

    normalize_names: NormalizeNames | Unset = UNSET
    """Whether names are rewritten to a form that every destination accepts. Not sent if UNSET."""

    organization_id: UUID | Unset = UNSET
    """The id of the organization of the bulk sync. For partners. Not sent if UNSET."""

    policies: list[UUID] | Unset = UNSET
    """The ids of the permission policies that apply to the bulk sync. Not sent if UNSET."""

    additional_properties: dict[str, Any] = _attrs_field(factory=dict, converter=_copy)

    _required = (
        "name",
        "source_connection_id",
        "destination_connection_id",
        "destination_configuration",
        "mode",
        "schedule",
    )

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object, without the members that are UNSET."""
        encoded: dict[str, Any] = dict(self.additional_properties)
        value: Any
        value = self.name
        if value is not UNSET:
            encoded["name"] = value
        value = self.source_connection_id
        if value is not UNSET:
            encoded["source_connection_id"] = value if value is None else encode_text(value)
        value = self.destination_connection_id
        if value is not UNSET:
            encoded["destination_connection_id"] = value if value is None else encode_text(value)
        value = self.destination_configuration
        if value is not UNSET:
            encoded["destination_configuration"] = (
                value if value is None else encode_model(value, DestinationConfiguration)
            )
        value = self.mode
        if value is not UNSET:
            encoded["mode"] = value if value is None else encode_text(value)
        value = self.schedule
        if value is not UNSET:
            encoded["schedule"] = value if value is None else encode_model(value, BulkSchedule)
        value = self.source_configuration
        if value is not UNSET:
            encoded["source_configuration"] = (
                value if value is None else encode_model(value, SourceConfiguration)
            )
        value = self.active
        if value is not UNSET:
            encoded["active"] = value
        value = self.automatically_add_new_fields
        if value is not UNSET:
            encoded["automatically_add_new_fields"] = value if value is None else encode_text(value)
        value = self.automatically_add_new_objects
        if value is not UNSET:
            encoded["automatically_add_new_objects"] = value if value is None else encode_text(value)
        value = self.data_cutoff_timestamp
        if value is not UNSET:
            encoded["data_cutoff_timestamp"] = (
                encode_datetime(value) if isinstance(value, datetime.datetime) else value
            )
        value = self.disable_record_timestamps
        if value is not UNSET:
            encoded["disable_record_timestamps"] = value
        value = self.discover
        if value is not UNSET:
            encoded["discover"] = value
        value = self.normalize_names
        if value is not UNSET:
            encoded["normalize_names"] = value if value is None else encode_text(value)
        value = self.organization_id
        if value is not UNSET:
            encoded["organization_id"] = value if value is None else encode_text(value)
        value = self.policies
        if value is not UNSET:
            encoded["policies"] = (
                value
                if value is None
                else [item if item is None else encode_text(item) for item in as_items(value)]
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
        if cls is not UpdateBulkSync:
            return as_subclass(cls, UpdateBulkSync.from_dict(src_dict))
        if type(src_dict) is not dict:
            src_dict = as_object(src_dict)
        _rest: dict[str, Any] = {}
        if len(src_dict) != 16:
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
        try:
            _name_: Any = src_dict["name"]
            _source_connection_id_: Any = src_dict["source_connection_id"]
            _destination_connection_id_: Any = src_dict["destination_connection_id"]
            _destination_configuration_: Any = src_dict["destination_configuration"]
            _mode_: Any = src_dict["mode"]
            _schedule_: Any = src_dict["schedule"]
            _source_configuration_: Any = src_dict["source_configuration"]
            _active_: Any = src_dict["active"]
            _automatically_add_new_fields_: Any = src_dict["automatically_add_new_fields"]
            _automatically_add_new_objects_: Any = src_dict["automatically_add_new_objects"]
            _data_cutoff_timestamp_: Any = src_dict["data_cutoff_timestamp"]
            _disable_record_timestamps_: Any = src_dict["disable_record_timestamps"]
            _discover_: Any = src_dict["discover"]
            _normalize_names_: Any = src_dict["normalize_names"]
            _organization_id_: Any = src_dict["organization_id"]
            _policies_: Any = src_dict["policies"]
        except KeyError:  # as many others as are missing
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
            (
                _name_,
                _source_connection_id_,
                _destination_connection_id_,
                _destination_configuration_,
                _mode_,
                _schedule_,
                _source_configuration_,
                _active_,
                _automatically_add_new_fields_,
                _automatically_add_new_objects_,
                _data_cutoff_timestamp_,
                _disable_record_timestamps_,
                _discover_,
                _normalize_names_,
                _organization_id_,
                _policies_,
                *_,
            ) = src_dict.values()
        if _source_connection_id_ is not None and _source_connection_id_ is not UNSET:
            _source_connection_id_ = decode_uuid(_source_connection_id_)
        if _destination_connection_id_ is not None and _destination_connection_id_ is not UNSET:
            _destination_connection_id_ = decode_uuid(_destination_connection_id_)
        if _destination_configuration_ is not UNSET:
            _destination_configuration_ = DestinationConfiguration.from_dict(
                {} if _destination_configuration_ is None else _destination_configuration_
            )
        if _mode_ is not None and _mode_ is not UNSET:
            _mode_ = decode_enum(BulkMode, _mode_)
        if _schedule_ is not None and _schedule_ is not UNSET:
            _schedule_ = BulkSchedule.from_dict(_schedule_)
        if _source_configuration_ is not UNSET:
            _source_configuration_ = SourceConfiguration.from_dict(
                {} if _source_configuration_ is None else _source_configuration_
            )
        if _automatically_add_new_fields_ is not None and _automatically_add_new_fields_ is not UNSET:
            _automatically_add_new_fields_ = decode_enum(BulkDiscover, _automatically_add_new_fields_)
        if _automatically_add_new_objects_ is not None and _automatically_add_new_objects_ is not UNSET:
            _automatically_add_new_objects_ = decode_enum(BulkDiscover, _automatically_add_new_objects_)
        if _data_cutoff_timestamp_ is not None and _data_cutoff_timestamp_ is not UNSET:
            _data_cutoff_timestamp_ = decode_datetime(_data_cutoff_timestamp_)
        if _normalize_names_ is not None and _normalize_names_ is not UNSET:
            _normalize_names_ = decode_enum(NormalizeNames, _normalize_names_)
        if _organization_id_ is not None and _organization_id_ is not UNSET:
            _organization_id_ = decode_uuid(_organization_id_)
        if _policies_ is not UNSET:
            _policies_ = [item if item is None else decode_uuid(item) for item in as_list(_policies_)]
        _model = new(cls)
        _model.name = _name_
        _model.source_connection_id = _source_connection_id_
        _model.destination_connection_id = _destination_connection_id_
        _model.destination_configuration = _destination_configuration_
        _model.mode = _mode_
        _model.schedule = _schedule_
        _model.source_configuration = _source_configuration_
        _model.active = _active_
        _model.automatically_add_new_fields = _automatically_add_new_fields_
        _model.automatically_add_new_objects = _automatically_add_new_objects_
        _model.data_cutoff_timestamp = _data_cutoff_timestamp_
        _model.disable_record_timestamps = _disable_record_timestamps_
        _model.discover = _discover_
        _model.normalize_names = _normalize_names_
        _model.organization_id = _organization_id_
        _model.policies = _policies_
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


from ..models.bulk_schedule import BulkSchedule  # noqa: E402
from ..models.destination_configuration import DestinationConfiguration  # noqa: E402
from ..models.source_configuration import SourceConfiguration  # noqa: E402

_complete(UpdateBulkSync, globals())
