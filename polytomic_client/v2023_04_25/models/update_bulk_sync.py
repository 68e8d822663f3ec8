from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.bulk_discover import BulkDiscover
from ..models.bulk_mode import BulkMode
from ..models.normalize_names import NormalizeNames
from ..types import (
    UNSET,
    Unset,
    as_items,
    as_list,
    decode_datetime,
    decode_uuid,
    encode_datetime,
    encode_model,
    parses,
)


@_attrs_define
class UpdateBulkSync:
    """A bulk sync as it is to be. What is left out is reset to its default."""

    name: str
    """A name for people."""

    source_connection_id: UUID
    """The connection to read from."""

    destination_connection_id: UUID
    """The connection to write to."""

    destination_configuration: DestinationConfiguration
    """How a bulk sync writes to its destination. getBulkDestination says which keys there are."""

    mode: BulkMode
    """How a bulk sync writes. `replicate` keeps the destination like the source, `snapshot` writes it
    whole."""

    schedule: BulkSchedule
    """When a bulk sync runs. Times are UTC. Every part is a text."""

    source_configuration: SourceConfiguration | Unset = UNSET
    """How a bulk sync reads from its source, such as `replication_slot` for PostgreSQL."""

    active: bool | Unset = UNSET
    """Whether it runs by its schedule."""

    automatically_add_new_fields: BulkDiscover | Unset = UNSET
    """Which of what is new in the source is synced without being chosen."""

    automatically_add_new_objects: BulkDiscover | Unset = UNSET
    """Which of what is new in the source is synced without being chosen."""

    data_cutoff_timestamp: datetime.datetime | None | Unset = UNSET
    """Records older than this are left out."""

    disable_record_timestamps: bool | Unset = UNSET
    """Whether records are written without the columns that say when Polytomic wrote them."""

    discover: bool | Unset = UNSET
    """Superseded by `automatically_add_new_objects`."""

    normalize_names: NormalizeNames | Unset = UNSET
    """Whether names are rewritten to what every destination takes."""

    organization_id: UUID | Unset = UNSET
    """The organization of the bulk sync. For partners."""

    policies: list[UUID] | Unset = UNSET
    """The permission policies that apply to it."""

    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object, without the members that are UNSET."""
        encoded: dict[str, Any] = dict(self.additional_properties)
        value: Any
        value = self.name
        if value is not UNSET:
            encoded["name"] = value
        value = self.source_connection_id
        if value is not UNSET:
            encoded["source_connection_id"] = value if value is None else str(value)
        value = self.destination_connection_id
        if value is not UNSET:
            encoded["destination_connection_id"] = value if value is None else str(value)
        value = self.destination_configuration
        if value is not UNSET:
            encoded["destination_configuration"] = (
                value if value is None else encode_model(value, DestinationConfiguration)
            )
        value = self.mode
        if value is not UNSET:
            encoded["mode"] = value if value is None else str(value)
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
            encoded["automatically_add_new_fields"] = value if value is None else str(value)
        value = self.automatically_add_new_objects
        if value is not UNSET:
            encoded["automatically_add_new_objects"] = value if value is None else str(value)
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
            encoded["normalize_names"] = value if value is None else str(value)
        value = self.organization_id
        if value is not UNSET:
            encoded["organization_id"] = value if value is None else str(value)
        value = self.policies
        if value is not UNSET:
            encoded["policies"] = (
                value if value is None else [item if item is None else str(item) for item in as_items(value)]
            )
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
        _source_connection_id_: Any = _rest.pop("source_connection_id", UNSET)
        if _source_connection_id_ is not UNSET and _source_connection_id_ is not None:
            _source_connection_id_ = decode_uuid(_source_connection_id_)
        _destination_connection_id_: Any = _rest.pop("destination_connection_id", UNSET)
        if _destination_connection_id_ is not UNSET and _destination_connection_id_ is not None:
            _destination_connection_id_ = decode_uuid(_destination_connection_id_)
        _destination_configuration_: Any = _rest.pop("destination_configuration", UNSET)
        if _destination_configuration_ is not UNSET:
            _destination_configuration_ = DestinationConfiguration.from_dict(
                {} if _destination_configuration_ is None else _destination_configuration_
            )
        _mode_: Any = _rest.pop("mode", UNSET)
        if _mode_ is not UNSET and _mode_ is not None:
            _mode_ = BulkMode(_mode_)
        _schedule_: Any = _rest.pop("schedule", UNSET)
        if _schedule_ is not UNSET and _schedule_ is not None:
            _schedule_ = BulkSchedule.from_dict(_schedule_)
        _source_configuration_: Any = _rest.pop("source_configuration", UNSET)
        if _source_configuration_ is not UNSET:
            _source_configuration_ = SourceConfiguration.from_dict(
                {} if _source_configuration_ is None else _source_configuration_
            )
        _automatically_add_new_fields_: Any = _rest.pop("automatically_add_new_fields", UNSET)
        if _automatically_add_new_fields_ is not UNSET and _automatically_add_new_fields_ is not None:
            _automatically_add_new_fields_ = BulkDiscover(_automatically_add_new_fields_)
        _automatically_add_new_objects_: Any = _rest.pop("automatically_add_new_objects", UNSET)
        if _automatically_add_new_objects_ is not UNSET and _automatically_add_new_objects_ is not None:
            _automatically_add_new_objects_ = BulkDiscover(_automatically_add_new_objects_)
        _data_cutoff_timestamp_: Any = _rest.pop("data_cutoff_timestamp", UNSET)
        if _data_cutoff_timestamp_ is not UNSET and _data_cutoff_timestamp_ is not None:
            _data_cutoff_timestamp_ = decode_datetime(_data_cutoff_timestamp_)
        _normalize_names_: Any = _rest.pop("normalize_names", UNSET)
        if _normalize_names_ is not UNSET and _normalize_names_ is not None:
            _normalize_names_ = NormalizeNames(_normalize_names_)
        _organization_id_: Any = _rest.pop("organization_id", UNSET)
        if _organization_id_ is not UNSET and _organization_id_ is not None:
            _organization_id_ = decode_uuid(_organization_id_)
        _policies_: Any = _rest.pop("policies", UNSET)
        if _policies_ is not UNSET:
            _policies_ = [item if item is None else decode_uuid(item) for item in as_list(_policies_)]
        _model = cls(
            name=_rest.pop("name", UNSET),
            source_connection_id=_source_connection_id_,
            destination_connection_id=_destination_connection_id_,
            destination_configuration=_destination_configuration_,
            mode=_mode_,
            schedule=_schedule_,
            source_configuration=_source_configuration_,
            active=_rest.pop("active", UNSET),
            automatically_add_new_fields=_automatically_add_new_fields_,
            automatically_add_new_objects=_automatically_add_new_objects_,
            data_cutoff_timestamp=_data_cutoff_timestamp_,
            disable_record_timestamps=_rest.pop("disable_record_timestamps", UNSET),
            discover=_rest.pop("discover", UNSET),
            normalize_names=_normalize_names_,
            organization_id=_organization_id_,
            policies=_policies_,
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
                )
            )
            and ((member := value.get("name")) is None or isinstance(member, str))
            and ((member := value.get("source_connection_id")) is None or parses(UUID, member))
            and ((member := value.get("destination_connection_id")) is None or parses(UUID, member))
            and (
                (member := value.get("destination_configuration")) is None
                or DestinationConfiguration._matches(member)
            )
            and ((member := value.get("mode")) is None or isinstance(member, str))
            and ((member := value.get("schedule")) is None or BulkSchedule._matches(member))
            and (
                (member := value.get("source_configuration")) is None or SourceConfiguration._matches(member)
            )
            and ((member := value.get("active")) is None or isinstance(member, bool))
            and ((member := value.get("automatically_add_new_fields")) is None or isinstance(member, str))
            and ((member := value.get("automatically_add_new_objects")) is None or isinstance(member, str))
            and (
                (member := value.get("data_cutoff_timestamp")) is None
                or (parses(decode_datetime, member) or member is None)
            )
            and ((member := value.get("disable_record_timestamps")) is None or isinstance(member, bool))
            and ((member := value.get("discover")) is None or isinstance(member, bool))
            and ((member := value.get("normalize_names")) is None or isinstance(member, str))
            and ((member := value.get("organization_id")) is None or parses(UUID, member))
            and (
                (member := value.get("policies")) is None
                or (isinstance(member, list) and all(parses(UUID, item) for item in member))
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


from ..models.bulk_schedule import BulkSchedule  # noqa: E402
from ..models.destination_configuration import DestinationConfiguration  # noqa: E402
from ..models.source_configuration import SourceConfiguration  # noqa: E402
