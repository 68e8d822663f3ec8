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
    as_json,
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
        "current_execution",
        "last_execution",
        "next_execution_time",
        "ingestion_status",
    ),
    UNSET,
)
"""The value that an object without members decodes to."""


@_attrs_define(kw_only=True, repr=False, on_setattr=_ATTRS_NO_OP)
class BulkSyncStatus(_Model):
    """The current, last and next execution of a bulk sync."""

    current_execution: BulkSyncExecution | None
    """The execution in progress. UNSET if the response lacks it."""

    last_execution: BulkSyncExecution | None
    """The last execution that ended. UNSET if the response lacks it."""

    next_execution_time: datetime.datetime | None
    """When the schedule starts the next execution. UNSET if the response lacks it."""

    ingestion_status: IngestionStatus | Unset = UNSET
    """The progress of reading a stream of changes. UNSET if the response lacks it."""

    additional_properties: dict[str, Any] = _attrs_field(factory=dict, converter=_copy)

    _required = (
        "current_execution",
        "last_execution",
        "next_execution_time",
    )

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
        if cls is not BulkSyncStatus:
            return as_subclass(cls, BulkSyncStatus.from_dict(src_dict))
        if type(src_dict) is not dict:
            src_dict = as_object(src_dict)
        _rest: dict[str, Any] = {}
        if len(src_dict) != 4:
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
        try:
            _current_execution_: Any = src_dict["current_execution"]
            _last_execution_: Any = src_dict["last_execution"]
            _next_execution_time_: Any = src_dict["next_execution_time"]
            _ingestion_status_: Any = src_dict["ingestion_status"]
        except KeyError:  # as many others as are missing
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
            _current_execution_, _last_execution_, _next_execution_time_, _ingestion_status_, *_ = (
                src_dict.values()
            )
        if _current_execution_ is not None and _current_execution_ is not UNSET:
            _current_execution_ = BulkSyncExecution.from_dict(_current_execution_)
        if _last_execution_ is not None and _last_execution_ is not UNSET:
            _last_execution_ = BulkSyncExecution.from_dict(_last_execution_)
        if _next_execution_time_ is not None and _next_execution_time_ is not UNSET:
            _next_execution_time_ = decode_datetime(_next_execution_time_)
        if _ingestion_status_ is not None and _ingestion_status_ is not UNSET:
            _ingestion_status_ = IngestionStatus.from_dict(_ingestion_status_)
        _model = new(cls)
        _model.current_execution = _current_execution_
        _model.last_execution = _last_execution_
        _model.next_execution_time = _next_execution_time_
        _model.ingestion_status = _ingestion_status_
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


from ..models.bulk_sync_execution import BulkSyncExecution  # noqa: E402
from ..models.ingestion_status import IngestionStatus  # noqa: E402

_complete(BulkSyncStatus, globals())
