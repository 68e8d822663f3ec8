from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.execution_status import ExecutionStatus
from ..models.fetch_mode import FetchMode
from ..models.output_disposition import OutputDisposition
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
class BulkSyncExecution:
    """One run of a bulk sync."""

    id: UUID
    """The execution."""

    status: ExecutionStatus
    """How far an execution is. It has ended when it is completed, canceled, failed, errors or interrupted."""

    type_: str
    """How it came about, such as `scheduled`."""

    is_resync: bool
    """Whether everything is synced anew."""

    is_test: bool
    """Whether it only tries."""

    created_at: datetime.datetime
    """When it was asked for."""

    started_at: datetime.datetime | None
    """When it began."""

    completed_at: datetime.datetime | None
    """When it ended."""

    schemas: list[SchemaExecution]
    """How it goes, for each schema."""

    status_message: str | Unset = UNSET
    """The status in words, for a person."""

    record_count: int | Unset = UNSET
    """How many records were synced."""

    error_count: int | Unset = UNSET
    """How many records failed."""

    warning_count: int | Unset = UNSET
    """How many warnings there were."""

    fetch_mode: FetchMode | Unset = UNSET
    """Which records are read from the source."""

    is_partial: bool | Unset = UNSET
    """Whether only some of the schemas are synced."""

    output_disposition: OutputDisposition | Unset = UNSET
    """What becomes of what the destination holds."""

    updated_at: datetime.datetime | Unset = UNSET
    """When it last changed."""

    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object, without the members that are UNSET."""
        encoded: dict[str, Any] = dict(self.additional_properties)
        value: Any
        value = self.id
        if value is not UNSET:
            encoded["id"] = value if value is None else str(value)
        value = self.status
        if value is not UNSET:
            encoded["status"] = value if value is None else str(value)
        value = self.type_
        if value is not UNSET:
            encoded["type"] = value
        value = self.is_resync
        if value is not UNSET:
            encoded["is_resync"] = value
        value = self.is_test
        if value is not UNSET:
            encoded["is_test"] = value
        value = self.created_at
        if value is not UNSET:
            encoded["created_at"] = value if value is None else encode_datetime(value)
        value = self.started_at
        if value is not UNSET:
            encoded["started_at"] = encode_datetime(value) if isinstance(value, datetime.datetime) else value
        value = self.completed_at
        if value is not UNSET:
            encoded["completed_at"] = (
                encode_datetime(value) if isinstance(value, datetime.datetime) else value
            )
        value = self.schemas
        if value is not UNSET:
            encoded["schemas"] = (
                value
                if value is None
                else [
                    item if item is None else encode_model(item, SchemaExecution) for item in as_items(value)
                ]
            )
        value = self.status_message
        if value is not UNSET:
            encoded["status_message"] = value
        value = self.record_count
        if value is not UNSET:
            encoded["record_count"] = value
        value = self.error_count
        if value is not UNSET:
            encoded["error_count"] = value
        value = self.warning_count
        if value is not UNSET:
            encoded["warning_count"] = value
        value = self.fetch_mode
        if value is not UNSET:
            encoded["fetch_mode"] = value if value is None else str(value)
        value = self.is_partial
        if value is not UNSET:
            encoded["is_partial"] = value
        value = self.output_disposition
        if value is not UNSET:
            encoded["output_disposition"] = value if value is None else str(value)
        value = self.updated_at
        if value is not UNSET:
            encoded["updated_at"] = value if value is None else encode_datetime(value)
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
        _id_: Any = _rest.pop("id", UNSET)
        if _id_ is not UNSET and _id_ is not None:
            _id_ = decode_uuid(_id_)
        _status_: Any = _rest.pop("status", UNSET)
        if _status_ is not UNSET and _status_ is not None:
            _status_ = ExecutionStatus(_status_)
        _created_at_: Any = _rest.pop("created_at", UNSET)
        if _created_at_ is not UNSET and _created_at_ is not None:
            _created_at_ = decode_datetime(_created_at_)
        _started_at_: Any = _rest.pop("started_at", UNSET)
        if _started_at_ is not UNSET and _started_at_ is not None:
            _started_at_ = decode_datetime(_started_at_)
        _completed_at_: Any = _rest.pop("completed_at", UNSET)
        if _completed_at_ is not UNSET and _completed_at_ is not None:
            _completed_at_ = decode_datetime(_completed_at_)
        _schemas_: Any = _rest.pop("schemas", UNSET)
        if _schemas_ is not UNSET:
            _schemas_ = [SchemaExecution.from_dict(item) for item in as_list(_schemas_)]
        _fetch_mode_: Any = _rest.pop("fetch_mode", UNSET)
        if _fetch_mode_ is not UNSET and _fetch_mode_ is not None:
            _fetch_mode_ = FetchMode(_fetch_mode_)
        _output_disposition_: Any = _rest.pop("output_disposition", UNSET)
        if _output_disposition_ is not UNSET and _output_disposition_ is not None:
            _output_disposition_ = OutputDisposition(_output_disposition_)
        _updated_at_: Any = _rest.pop("updated_at", UNSET)
        if _updated_at_ is not UNSET and _updated_at_ is not None:
            _updated_at_ = decode_datetime(_updated_at_)
        _model = cls(
            id=_id_,
            status=_status_,
            type_=_rest.pop("type", UNSET),
            is_resync=_rest.pop("is_resync", UNSET),
            is_test=_rest.pop("is_test", UNSET),
            created_at=_created_at_,
            started_at=_started_at_,
            completed_at=_completed_at_,
            schemas=_schemas_,
            status_message=_rest.pop("status_message", UNSET),
            record_count=_rest.pop("record_count", UNSET),
            error_count=_rest.pop("error_count", UNSET),
            warning_count=_rest.pop("warning_count", UNSET),
            fetch_mode=_fetch_mode_,
            is_partial=_rest.pop("is_partial", UNSET),
            output_disposition=_output_disposition_,
            updated_at=_updated_at_,
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
                    "status",
                    "type",
                    "is_resync",
                    "is_test",
                    "created_at",
                    "started_at",
                    "completed_at",
                    "schemas",
                    "status_message",
                    "record_count",
                    "error_count",
                    "warning_count",
                    "fetch_mode",
                    "is_partial",
                    "output_disposition",
                    "updated_at",
                )
            )
            and ((member := value.get("id")) is None or parses(UUID, member))
            and ((member := value.get("status")) is None or isinstance(member, str))
            and ((member := value.get("type")) is None or isinstance(member, str))
            and ((member := value.get("is_resync")) is None or isinstance(member, bool))
            and ((member := value.get("is_test")) is None or isinstance(member, bool))
            and ((member := value.get("created_at")) is None or parses(decode_datetime, member))
            and (
                (member := value.get("started_at")) is None
                or (parses(decode_datetime, member) or member is None)
            )
            and (
                (member := value.get("completed_at")) is None
                or (parses(decode_datetime, member) or member is None)
            )
            and (
                (member := value.get("schemas")) is None
                or (isinstance(member, list) and all(SchemaExecution._matches(item) for item in member))
            )
            and ((member := value.get("status_message")) is None or isinstance(member, str))
            and (
                (member := value.get("record_count")) is None
                or (isinstance(member, int) and not isinstance(member, bool))
            )
            and (
                (member := value.get("error_count")) is None
                or (isinstance(member, int) and not isinstance(member, bool))
            )
            and (
                (member := value.get("warning_count")) is None
                or (isinstance(member, int) and not isinstance(member, bool))
            )
            and ((member := value.get("fetch_mode")) is None or isinstance(member, str))
            and ((member := value.get("is_partial")) is None or isinstance(member, bool))
            and ((member := value.get("output_disposition")) is None or isinstance(member, str))
            and ((member := value.get("updated_at")) is None or parses(decode_datetime, member))
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


from ..models.schema_execution import SchemaExecution  # noqa: E402
