from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.event_type import EventType
from ..types import (
    UNSET,
    decode_datetime,
    decode_uuid,
    encode_datetime,
    parses,
)


@_attrs_define
class Event:
    """Something that happened."""

    id: str
    """The event."""

    type_: EventType
    """What happened."""

    created_at: datetime.datetime
    """When it happened."""

    organization_id: UUID
    """The organization that it happened in."""

    event: Any
    """What happened; its form depends on the type."""

    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object, without the members that are UNSET."""
        encoded: dict[str, Any] = dict(self.additional_properties)
        value: Any
        value = self.id
        if value is not UNSET:
            encoded["id"] = value
        value = self.type_
        if value is not UNSET:
            encoded["type"] = value if value is None else str(value)
        value = self.created_at
        if value is not UNSET:
            encoded["created_at"] = value if value is None else encode_datetime(value)
        value = self.organization_id
        if value is not UNSET:
            encoded["organization_id"] = value if value is None else str(value)
        value = self.event
        if value is not UNSET:
            encoded["event"] = value
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
        _type__: Any = _rest.pop("type", UNSET)
        if _type__ is not UNSET and _type__ is not None:
            _type__ = EventType(_type__)
        _created_at_: Any = _rest.pop("created_at", UNSET)
        if _created_at_ is not UNSET and _created_at_ is not None:
            _created_at_ = decode_datetime(_created_at_)
        _organization_id_: Any = _rest.pop("organization_id", UNSET)
        if _organization_id_ is not UNSET and _organization_id_ is not None:
            _organization_id_ = decode_uuid(_organization_id_)
        _model = cls(
            id=_rest.pop("id", UNSET),
            type_=_type__,
            created_at=_created_at_,
            organization_id=_organization_id_,
            event=_rest.pop("event", UNSET),
        )
        _model.additional_properties = _rest
        return _model

    @staticmethod
    def _matches(value: Any) -> bool:
        """Say whether a JSON value has this shape; unions are decided by it."""
        return (
            isinstance(value, dict)
            and not value.keys().isdisjoint(("id", "type", "created_at", "organization_id", "event"))
            and ((member := value.get("id")) is None or isinstance(member, str))
            and ((member := value.get("type")) is None or isinstance(member, str))
            and ((member := value.get("created_at")) is None or parses(decode_datetime, member))
            and ((member := value.get("organization_id")) is None or parses(UUID, member))
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
