from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field
from attrs.setters import NO_OP as _ATTRS_NO_OP

from ..models.event_type import EventType
from ..types import (
    UNSET,
    as_json,
    as_object,
    as_subclass,
    decode_datetime,
    decode_enum,
    decode_uuid,
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
        "id",
        "type",
        "created_at",
        "organization_id",
        "event",
    ),
    UNSET,
)
"""The value that an object without members decodes to."""


@_attrs_define(kw_only=True, repr=False, on_setattr=_ATTRS_NO_OP)
class Event(_Model):
    """An event."""

    id: str
    """The id of the event. UNSET if the response lacks it."""

    type_: EventType
    """The type of the event. UNSET if the response lacks it."""

    created_at: datetime.datetime
    """When the event happened. UNSET if the response lacks it."""

    organization_id: UUID
    """The id of the organization in which the event happened. UNSET if the response lacks it."""

    event: Any
    """The details of the event. Their form depends on the type. UNSET if the response lacks it."""

    additional_properties: dict[str, Any] = _attrs_field(factory=dict, converter=_copy)

    _required = (
        "id",
        "type_",
        "created_at",
        "organization_id",
        "event",
    )
    _renamed = {"type_": "type"}

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object, without the members that are UNSET."""
        encoded: dict[str, Any] = dict(self.additional_properties)
        value: Any
        value = self.id
        if value is not UNSET:
            encoded["id"] = value
        value = self.type_
        if value is not UNSET:
            encoded["type"] = value if value is None else encode_text(value)
        value = self.created_at
        if value is not UNSET:
            encoded["created_at"] = value if value is None else encode_datetime(value)
        value = self.organization_id
        if value is not UNSET:
            encoded["organization_id"] = value if value is None else encode_text(value)
        value = self.event
        if value is not UNSET:
            encoded["event"] = value
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
        if cls is not Event:
            return as_subclass(cls, Event.from_dict(src_dict))
        if type(src_dict) is not dict:
            src_dict = as_object(src_dict)
        _rest: dict[str, Any] = {}
        if len(src_dict) != 5:
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
        try:
            _id_: Any = src_dict["id"]
            _type__: Any = src_dict["type"]
            _created_at_: Any = src_dict["created_at"]
            _organization_id_: Any = src_dict["organization_id"]
            _event_: Any = src_dict["event"]
        except KeyError:  # as many others as are missing
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
            _id_, _type__, _created_at_, _organization_id_, _event_, *_ = src_dict.values()
        if _type__ is not None and _type__ is not UNSET:
            _type__ = decode_enum(EventType, _type__)
        if _created_at_ is not None and _created_at_ is not UNSET:
            _created_at_ = decode_datetime(_created_at_)
        if _organization_id_ is not None and _organization_id_ is not UNSET:
            _organization_id_ = decode_uuid(_organization_id_)
        _model = new(cls)
        _model.id = _id_
        _model.type_ = _type__
        _model.created_at = _created_at_
        _model.organization_id = _organization_id_
        _model.event = _event_
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


_complete(Event, globals())
