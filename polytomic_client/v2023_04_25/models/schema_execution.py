from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field
from attrs.setters import NO_OP as _ATTRS_NO_OP

from ..models.schema_execution_status import SchemaExecutionStatus
from ..types import (
    UNSET,
    Unset,
    as_json,
    as_object,
    as_subclass,
    decode_datetime,
    decode_enum,
    encode_datetime,
    encode_text,
    new,
    sort_out,
)
from ..types import Model as _Model
from ..types import complete as _complete
from ..types import copy_members as _copy

_MEMBERS: dict[str, Any] = dict.fromkeys(
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
    ),
    UNSET,
)
"""The value that an object without members decodes to."""


@_attrs_define(kw_only=True, repr=False, on_setattr=_ATTRS_NO_OP)
class SchemaExecution(_Model):
    """The progress of an execution for one schema."""

    schema: str
    """The id of the schema. UNSET if the response lacks it."""

    status: SchemaExecutionStatus
    """The status of an execution for one schema. UNSET if the response lacks it."""

    status_message: str
    """A human-readable description of the status. UNSET if the response lacks it."""

    record_count: int
    """The number of records that were synced. UNSET if the response lacks it."""

    error_count: int
    """The number of records that failed. UNSET if the response lacks it."""

    started_at: datetime.datetime | None
    """When it started. UNSET if the response lacks it."""

    completed_at: datetime.datetime | None
    """When it ended. UNSET if the response lacks it."""

    output_name: str | Unset = UNSET
    """The name of the schema in the destination. UNSET if the response lacks it."""

    warning_count: int | Unset = UNSET
    """The number of warnings. UNSET if the response lacks it."""

    created_at: datetime.datetime | Unset = UNSET
    """When it was requested. UNSET if the response lacks it."""

    updated_at: datetime.datetime | Unset = UNSET
    """When it last changed. UNSET if the response lacks it."""

    additional_properties: dict[str, Any] = _attrs_field(factory=dict, converter=_copy)

    _required = (
        "schema",
        "status",
        "status_message",
        "record_count",
        "error_count",
        "started_at",
        "completed_at",
    )

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object, without the members that are UNSET."""
        encoded: dict[str, Any] = dict(self.additional_properties)
        value: Any
        value = self.schema
        if value is not UNSET:
            encoded["schema"] = value
        value = self.status
        if value is not UNSET:
            encoded["status"] = value if value is None else encode_text(value)
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
        if cls is not SchemaExecution:
            return as_subclass(cls, SchemaExecution.from_dict(src_dict))
        if type(src_dict) is not dict:
            src_dict = as_object(src_dict)
        _rest: dict[str, Any] = {}
        if len(src_dict) != 11:
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
        try:
            _schema_: Any = src_dict["schema"]
            _status_: Any = src_dict["status"]
            _status_message_: Any = src_dict["status_message"]
            _record_count_: Any = src_dict["record_count"]
            _error_count_: Any = src_dict["error_count"]
            _started_at_: Any = src_dict["started_at"]
            _completed_at_: Any = src_dict["completed_at"]
            _output_name_: Any = src_dict["output_name"]
            _warning_count_: Any = src_dict["warning_count"]
            _created_at_: Any = src_dict["created_at"]
            _updated_at_: Any = src_dict["updated_at"]
        except KeyError:  # as many others as are missing
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
            (
                _schema_,
                _status_,
                _status_message_,
                _record_count_,
                _error_count_,
                _started_at_,
                _completed_at_,
                _output_name_,
                _warning_count_,
                _created_at_,
                _updated_at_,
                *_,
            ) = src_dict.values()
        if _status_ is not None and _status_ is not UNSET:
            _status_ = decode_enum(SchemaExecutionStatus, _status_)
        if _started_at_ is not None and _started_at_ is not UNSET:
            _started_at_ = decode_datetime(_started_at_)
        if _completed_at_ is not None and _completed_at_ is not UNSET:
            _completed_at_ = decode_datetime(_completed_at_)
        if _created_at_ is not None and _created_at_ is not UNSET:
            _created_at_ = decode_datetime(_created_at_)
        if _updated_at_ is not None and _updated_at_ is not UNSET:
            _updated_at_ = decode_datetime(_updated_at_)
        _model = new(cls)
        _model.schema = _schema_
        _model.status = _status_
        _model.status_message = _status_message_
        _model.record_count = _record_count_
        _model.error_count = _error_count_
        _model.started_at = _started_at_
        _model.completed_at = _completed_at_
        _model.output_name = _output_name_
        _model.warning_count = _warning_count_
        _model.created_at = _created_at_
        _model.updated_at = _updated_at_
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


_complete(SchemaExecution, globals())
