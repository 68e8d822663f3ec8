from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import (
    UNSET,
    Unset,
    decode_datetime,
    encode_datetime,
    encode_model,
    parses,
)


@_attrs_define
class BulkSyncStatus:
    """How a bulk sync runs."""

    current_execution: BulkSyncExecution | None
    """The execution that is under way."""

    last_execution: BulkSyncExecution | None
    """The last execution that ended."""

    next_execution_time: datetime.datetime | None
    """When the schedule starts the next one."""

    ingestion_status: IngestionStatus | Unset = UNSET
    """How the reading of a stream of changes goes."""

    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object, without the members that are UNSET."""
        encoded: dict[str, Any] = dict(self.additional_properties)
        value: Any
        value = self.current_execution
        if value is not UNSET:
            encoded["current_execution"] = value.to_dict() if isinstance(value, BulkSyncExecution) else value
        value = self.last_execution
        if value is not UNSET:
            encoded["last_execution"] = value.to_dict() if isinstance(value, BulkSyncExecution) else value
        value = self.next_execution_time
        if value is not UNSET:
            encoded["next_execution_time"] = (
                encode_datetime(value) if isinstance(value, datetime.datetime) else value
            )
        value = self.ingestion_status
        if value is not UNSET:
            encoded["ingestion_status"] = value if value is None else encode_model(value, IngestionStatus)
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
        _current_execution_: Any = _rest.pop("current_execution", UNSET)
        if _current_execution_ is not UNSET and _current_execution_ is not None:
            _current_execution_ = BulkSyncExecution.from_dict(_current_execution_)
        _last_execution_: Any = _rest.pop("last_execution", UNSET)
        if _last_execution_ is not UNSET and _last_execution_ is not None:
            _last_execution_ = BulkSyncExecution.from_dict(_last_execution_)
        _next_execution_time_: Any = _rest.pop("next_execution_time", UNSET)
        if _next_execution_time_ is not UNSET and _next_execution_time_ is not None:
            _next_execution_time_ = decode_datetime(_next_execution_time_)
        _ingestion_status_: Any = _rest.pop("ingestion_status", UNSET)
        if _ingestion_status_ is not UNSET and _ingestion_status_ is not None:
            _ingestion_status_ = IngestionStatus.from_dict(_ingestion_status_)
        _model = cls(
            current_execution=_current_execution_,
            last_execution=_last_execution_,
            next_execution_time=_next_execution_time_,
            ingestion_status=_ingestion_status_,
        )
        _model.additional_properties = _rest
        return _model

    @staticmethod
    def _matches(value: Any) -> bool:
        """Say whether a JSON value has this shape; unions are decided by it."""
        return (
            isinstance(value, dict)
            and not value.keys().isdisjoint(
                ("current_execution", "last_execution", "next_execution_time", "ingestion_status")
            )
            and (
                (member := value.get("current_execution")) is None
                or (BulkSyncExecution._matches(member) or member is None)
            )
            and (
                (member := value.get("last_execution")) is None
                or (BulkSyncExecution._matches(member) or member is None)
            )
            and (
                (member := value.get("next_execution_time")) is None
                or (parses(decode_datetime, member) or member is None)
            )
            and ((member := value.get("ingestion_status")) is None or IngestionStatus._matches(member))
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


from ..models.bulk_sync_execution import BulkSyncExecution  # noqa: E402
from ..models.ingestion_status import IngestionStatus  # noqa: E402
