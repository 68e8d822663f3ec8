from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field
from attrs.setters import NO_OP as _ATTRS_NO_OP

from ..models.ingestion_status_level import IngestionStatusLevel
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
        "enabled",
        "is_running",
        "status",
        "status_message",
        "position",
        "position_time",
        "highwater_mark",
        "updated_at",
    ),
    UNSET,
)
"""The value that an object without members decodes to."""


@_attrs_define(kw_only=True, repr=False, on_setattr=_ATTRS_NO_OP)
class IngestionStatus(_Model):
    """The progress of reading a stream of changes."""

    enabled: bool | Unset = UNSET
    """Whether changes are streamed. UNSET if the response lacks it."""

    is_running: bool | Unset = UNSET
    """Whether the changes are being read now. UNSET if the response lacks it."""

    status: IngestionStatusLevel | Unset = UNSET
    """The health of reading a stream of changes. UNSET if the response lacks it."""

    status_message: str | Unset = UNSET
    """A human-readable description of the status. UNSET if the response lacks it."""

    position: str | Unset = UNSET
    """The current position in the stream, in the format of the source. UNSET if the response lacks it."""

    position_time: datetime.datetime | None | Unset = UNSET
    """When the change at that position was made. UNSET if the response lacks it."""

    highwater_mark: str | Unset = UNSET
    """The last position in the stream. UNSET if the response lacks it."""

    updated_at: datetime.datetime | Unset = UNSET
    """When this status last changed. UNSET if the response lacks it."""

    additional_properties: dict[str, Any] = _attrs_field(factory=dict, converter=_copy)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object, without the members that are UNSET."""
        encoded: dict[str, Any] = dict(self.additional_properties)
        value: Any
        value = self.enabled
        if value is not UNSET:
            encoded["enabled"] = value
        value = self.is_running
        if value is not UNSET:
            encoded["is_running"] = value
        value = self.status
        if value is not UNSET:
            encoded["status"] = value if value is None else encode_text(value)
        value = self.status_message
        if value is not UNSET:
            encoded["status_message"] = value
        value = self.position
        if value is not UNSET:
            encoded["position"] = value
        value = self.position_time
        if value is not UNSET:
            encoded["position_time"] = (
                encode_datetime(value) if isinstance(value, datetime.datetime) else value
            )
        value = self.highwater_mark
        if value is not UNSET:
            encoded["highwater_mark"] = value
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
        if cls is not IngestionStatus:
            return as_subclass(cls, IngestionStatus.from_dict(src_dict))
        if type(src_dict) is not dict:
            src_dict = as_object(src_dict)
        _rest: dict[str, Any] = {}
        if len(src_dict) != 8:
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
        try:
            _enabled_: Any = src_dict["enabled"]
            _is_running_: Any = src_dict["is_running"]
            _status_: Any = src_dict["status"]
            _status_message_: Any = src_dict["status_message"]
            _position_: Any = src_dict["position"]
            _position_time_: Any = src_dict["position_time"]
            _highwater_mark_: Any = src_dict["highwater_mark"]
            _updated_at_: Any = src_dict["updated_at"]
        except KeyError:  # as many others as are missing
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
            (
                _enabled_,
                _is_running_,
                _status_,
                _status_message_,
                _position_,
                _position_time_,
                _highwater_mark_,
                _updated_at_,
                *_,
            ) = src_dict.values()
        if _status_ is not None and _status_ is not UNSET:
            _status_ = decode_enum(IngestionStatusLevel, _status_)
        if _position_time_ is not None and _position_time_ is not UNSET:
            _position_time_ = decode_datetime(_position_time_)
        if _updated_at_ is not None and _updated_at_ is not UNSET:
            _updated_at_ = decode_datetime(_updated_at_)
        _model = new(cls)
        _model.enabled = _enabled_
        _model.is_running = _is_running_
        _model.status = _status_
        _model.status_message = _status_message_
        _model.position = _position_
        _model.position_time = _position_time_
        _model.highwater_mark = _highwater_mark_
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


_complete(IngestionStatus, globals())
