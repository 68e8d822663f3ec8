from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.schema_execution_status import SchemaExecutionStatus
from ..types import (
    UNSET,
    Unset,
    decode_datetime,
    encode_datetime,
    parses,
)


@_attrs_define
class SchemaExecution:
    """How an execution goes for one schema."""

    schema: str
    """The schema."""

    status: SchemaExecutionStatus
    """How far an execution is with one schema."""

    status_message: str
    """The status in words, for a person."""

    record_count: int
    """How many records were synced."""

    error_count: int
    """How many records failed."""

    started_at: datetime.datetime | None
    """When it began."""

    completed_at: datetime.datetime | None
    """When it ended."""

    output_name: str | Unset = UNSET
    """What it is called in the destination."""

    warning_count: int | Unset = UNSET
    """How many warnings there were."""

    created_at: datetime.datetime | Unset = UNSET
    """When it was asked for."""

    updated_at: datetime.datetime | Unset = UNSET
    """When it last changed."""

    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object, without the members that are UNSET."""
        encoded: dict[str, Any] = dict(self.additional_properties)
        value: Any
        value = self.schema
        if value is not UNSET:
            encoded["schema"] = value
        value = self.status
        if value is not UNSET:
            encoded["status"] = value if value is None else str(value)
        value = self.status_message
        if value is not UNSET:
            encoded["status_message"] = value
        value = self.record_count
        if value is not UNSET:
            encoded["record_count"] = value
        value = self.error_count
        if value is not UNSET:
            encoded["error_count"] = value
        value = self.started_at
        if value is not UNSET:
            encoded["started_at"] = encode_datetime(value) if isinstance(value, datetime.datetime) else value
        value = self.completed_at
        if value is not UNSET:
            encoded["completed_at"] = (
                encode_datetime(value) if isinstance(value, datetime.datetime) else value
            )
        value = self.output_name
        if value is not UNSET:
            encoded["output_name"] = value
        value = self.warning_count
        if value is not UNSET:
            encoded["warning_count"] = value
        value = self.created_at
        if value is not UNSET:
            encoded["created_at"] = value if value is None else encode_datetime(value)
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
        _status_: Any = _rest.pop("status", UNSET)
        if _status_ is not UNSET and _status_ is not None:
            _status_ = SchemaExecutionStatus(_status_)
        _started_at_: Any = _rest.pop("started_at", UNSET)
        if _started_at_ is not UNSET and _started_at_ is not None:
            _started_at_ = decode_datetime(_started_at_)
        _completed_at_: Any = _rest.pop("completed_at", UNSET)
        if _completed_at_ is not UNSET and _completed_at_ is not None:
            _completed_at_ = decode_datetime(_completed_at_)
        _created_at_: Any = _rest.pop("created_at", UNSET)
        if _created_at_ is not UNSET and _created_at_ is not None:
            _created_at_ = decode_datetime(_created_at_)
        _updated_at_: Any = _rest.pop("updated_at", UNSET)
        if _updated_at_ is not UNSET and _updated_at_ is not None:
            _updated_at_ = decode_datetime(_updated_at_)
        _model = cls(
            schema=_rest.pop("schema", UNSET),
            status=_status_,
            status_message=_rest.pop("status_message", UNSET),
            record_count=_rest.pop("record_count", UNSET),
            error_count=_rest.pop("error_count", UNSET),
            started_at=_started_at_,
            completed_at=_completed_at_,
            output_name=_rest.pop("output_name", UNSET),
            warning_count=_rest.pop("warning_count", UNSET),
            created_at=_created_at_,
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
                    "schema",
                    "status",
                    "status_message",
                    "record_count",
                    "error_count",
                    "started_at",
                    "completed_at",
                    "output_name",
                    "warning_count",
                    "created_at",
                    "updated_at",
                )
            )
            and ((member := value.get("schema")) is None or isinstance(member, str))
            and ((member := value.get("status")) is None or isinstance(member, str))
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
                (member := value.get("started_at")) is None
                or (parses(decode_datetime, member) or member is None)
            )
            and (
                (member := value.get("completed_at")) is None
                or (parses(decode_datetime, member) or member is None)
            )
            and ((member := value.get("output_name")) is None or isinstance(member, str))
            and (
                (member := value.get("warning_count")) is None
                or (isinstance(member, int) and not isinstance(member, bool))
            )
            and ((member := value.get("created_at")) is None or parses(decode_datetime, member))
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
