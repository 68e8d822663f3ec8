from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field
from attrs.setters import NO_OP as _ATTRS_NO_OP

from ..models.execution_status import ExecutionStatus
from ..models.fetch_mode import FetchMode
from ..models.output_disposition import OutputDisposition
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
    ),
    UNSET,
)
"""The value that an object without members decodes to."""


@_attrs_define(kw_only=True, repr=False, on_setattr=_ATTRS_NO_OP)
class BulkSyncExecution(_Model):
    """One run of a bulk sync."""

    id: UUID
    """The id of the execution. UNSET if the response lacks it."""

    status: ExecutionStatus
    """The status of an execution. It has ended if the status is completed, canceled, failed, errors or
    interrupted. UNSET if the response lacks it."""

    type_: str
    """What started the execution, such as `scheduled`. UNSET if the response lacks it."""

    is_resync: bool
    """Whether all data is resynced. UNSET if the response lacks it."""

    is_test: bool
    """Whether this is a test run. UNSET if the response lacks it."""

    created_at: datetime.datetime
    """When the execution was requested. UNSET if the response lacks it."""

    started_at: datetime.datetime | None
    """When it started. UNSET if the response lacks it."""

    completed_at: datetime.datetime | None
    """When it ended. UNSET if the response lacks it."""

    schemas: list[SchemaExecution]
    """The progress of each schema. UNSET if the response lacks it."""

    status_message: str | Unset = UNSET
    """A human-readable description of the status. UNSET if the response lacks it."""

    record_count: int | Unset = UNSET
    """The number of records that were synced. UNSET if the response lacks it."""

    error_count: int | Unset = UNSET
    """The number of records that failed. UNSET if the response lacks it."""

    warning_count: int | Unset = UNSET
    """The number of warnings. UNSET if the response lacks it."""

    fetch_mode: FetchMode | Unset = UNSET
    """The records that are read from the source. UNSET if the response lacks it."""

    is_partial: bool | Unset = UNSET
    """Whether only some of the schemas are synced. UNSET if the response lacks it."""

    output_disposition: OutputDisposition | Unset = UNSET
    """What happens to the existing data in the destination. UNSET if the response lacks it."""

    updated_at: datetime.datetime | Unset = UNSET
    """When the execution last changed. UNSET if the response lacks it."""

    additional_properties: dict[str, Any] = _attrs_field(factory=dict, converter=_copy)

    _required = (
        "id",
        "status",
        "type_",
        "is_resync",
        "is_test",
        "created_at",
        "started_at",
        "completed_at",
        "schemas",
    )
    _renamed = {"type_": "type"}

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object, without the members that are UNSET."""
        encoded: dict[str, Any] = dict(self.additional_properties)
        value: Any
        value = self.id
        if value is not UNSET:
            encoded["id"] = value if value is None else encode_text(value)
        value = self.status
        if value is not UNSET:
            encoded["status"] = value if value is None else encode_text(value)
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
            encoded["fetch_mode"] = value if value is None else encode_text(value)
        value = self.is_partial
        if value is not UNSET:
            encoded["is_partial"] = value
        value = self.output_disposition
        if value is not UNSET:
            encoded["output_disposition"] = value if value is None else encode_text(value)
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
        if cls is not BulkSyncExecution:
            return as_subclass(cls, BulkSyncExecution.from_dict(src_dict))
        if type(src_dict) is not dict:
            src_dict = as_object(src_dict)
        _rest: dict[str, Any] = {}
        if len(src_dict) != 17:
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
        try:
            _id_: Any = src_dict["id"]
            _status_: Any = src_dict["status"]
            _type__: Any = src_dict["type"]
            _is_resync_: Any = src_dict["is_resync"]
            _is_test_: Any = src_dict["is_test"]
            _created_at_: Any = src_dict["created_at"]
            _started_at_: Any = src_dict["started_at"]
            _completed_at_: Any = src_dict["completed_at"]
            _schemas_: Any = src_dict["schemas"]
            _status_message_: Any = src_dict["status_message"]
            _record_count_: Any = src_dict["record_count"]
            _error_count_: Any = src_dict["error_count"]
            _warning_count_: Any = src_dict["warning_count"]
            _fetch_mode_: Any = src_dict["fetch_mode"]
            _is_partial_: Any = src_dict["is_partial"]
            _output_disposition_: Any = src_dict["output_disposition"]
            _updated_at_: Any = src_dict["updated_at"]
        except KeyError:  # as many others as are missing
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
            (
                _id_,
                _status_,
                _type__,
                _is_resync_,
                _is_test_,
                _created_at_,
                _started_at_,
                _completed_at_,
                _schemas_,
                _status_message_,
                _record_count_,
                _error_count_,
                _warning_count_,
                _fetch_mode_,
                _is_partial_,
                _output_disposition_,
                _updated_at_,
                *_,
            ) = src_dict.values()
        if _id_ is not None and _id_ is not UNSET:
            _id_ = decode_uuid(_id_)
        if _status_ is not None and _status_ is not UNSET:
            _status_ = decode_enum(ExecutionStatus, _status_)
        if _created_at_ is not None and _created_at_ is not UNSET:
            _created_at_ = decode_datetime(_created_at_)
        if _started_at_ is not None and _started_at_ is not UNSET:
            _started_at_ = decode_datetime(_started_at_)
        if _completed_at_ is not None and _completed_at_ is not UNSET:
            _completed_at_ = decode_datetime(_completed_at_)
        if _schemas_ is not UNSET:
            _schemas_ = [SchemaExecution.from_dict(item) for item in as_list(_schemas_)]
        if _fetch_mode_ is not None and _fetch_mode_ is not UNSET:
            _fetch_mode_ = decode_enum(FetchMode, _fetch_mode_)
        if _output_disposition_ is not None and _output_disposition_ is not UNSET:
            _output_disposition_ = decode_enum(OutputDisposition, _output_disposition_)
        if _updated_at_ is not None and _updated_at_ is not UNSET:
            _updated_at_ = decode_datetime(_updated_at_)
        _model = new(cls)
        _model.id = _id_
        _model.status = _status_
        _model.type_ = _type__
        _model.is_resync = _is_resync_
        _model.is_test = _is_test_
        _model.created_at = _created_at_
        _model.started_at = _started_at_
        _model.completed_at = _completed_at_
        _model.schemas = _schemas_
        _model.status_message = _status_message_
        _model.record_count = _record_count_
        _model.error_count = _error_count_
        _model.warning_count = _warning_count_
        _model.fetch_mode = _fetch_mode_
        _model.is_partial = _is_partial_
        _model.output_disposition = _output_disposition_
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


from ..models.schema_execution import SchemaExecution  # noqa: E402

_complete(BulkSyncExecution, globals())
