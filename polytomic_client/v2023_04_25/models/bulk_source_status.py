from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field
from attrs.setters import NO_OP as _ATTRS_NO_OP

from ..types import (
    UNSET,
    as_json,
    as_object,
    as_subclass,
    decode_datetime,
    encode_datetime,
    new,
    sort_out,
)
from ..types import Model as _Model
from ..types import complete as _complete
from ..types import copy_members as _copy

_MEMBERS: dict[str, Any] = dict.fromkeys(
    (
        "cache_status",
        "last_refresh_started",
        "last_refresh_finished",
    ),
    UNSET,
)
"""The value that an object without members decodes to."""


@_attrs_define(kw_only=True, repr=False, on_setattr=_ATTRS_NO_OP)
class BulkSourceStatus(_Model):
    """The state of the schema cache of a source."""

    cache_status: str
    """The state of the cache, a server-defined string. UNSET if the response lacks it."""

    last_refresh_started: datetime.datetime | None
    """When the last refresh of the schemas started. UNSET if the response lacks it."""

    last_refresh_finished: datetime.datetime | None
    """When the last refresh of the schemas ended. UNSET if the response lacks it."""

    additional_properties: dict[str, Any] = _attrs_field(factory=dict, converter=_copy)

    _required = (
        "cache_status",
        "last_refresh_started",
        "last_refresh_finished",
    )

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object, without the members that are UNSET."""
        encoded: dict[str, Any] = dict(self.additional_properties)
        value: Any
        value = self.cache_status
        if value is not UNSET:
            encoded["cache_status"] = value
        value = self.last_refresh_started
        if value is not UNSET:
            encoded["last_refresh_started"] = (
                encode_datetime(value) if isinstance(value, datetime.datetime) else value
            )
        value = self.last_refresh_finished
        if value is not UNSET:
            encoded["last_refresh_finished"] = (
                encode_datetime(value) if isinstance(value, datetime.datetime) else value
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
        if cls is not BulkSourceStatus:
            return as_subclass(cls, BulkSourceStatus.from_dict(src_dict))
        if type(src_dict) is not dict:
            src_dict = as_object(src_dict)
        _rest: dict[str, Any] = {}
        if len(src_dict) != 3:
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
        try:
            _cache_status_: Any = src_dict["cache_status"]
            _last_refresh_started_: Any = src_dict["last_refresh_started"]
            _last_refresh_finished_: Any = src_dict["last_refresh_finished"]
        except KeyError:  # as many others as are missing
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
            _cache_status_, _last_refresh_started_, _last_refresh_finished_, *_ = src_dict.values()
        if _last_refresh_started_ is not None and _last_refresh_started_ is not UNSET:
            _last_refresh_started_ = decode_datetime(_last_refresh_started_)
        if _last_refresh_finished_ is not None and _last_refresh_finished_ is not UNSET:
            _last_refresh_finished_ = decode_datetime(_last_refresh_finished_)
        _model = new(cls)
        _model.cache_status = _cache_status_
        _model.last_refresh_started = _last_refresh_started_
        _model.last_refresh_finished = _last_refresh_finished_
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


_complete(BulkSourceStatus, globals())
