from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.ingestion_status_level import IngestionStatusLevel
from ..types import (
    UNSET,
    Unset,
    decode_datetime,
    encode_datetime,
    parses,
)


@_attrs_define
class IngestionStatus:
    """How the reading of a stream of changes goes."""

    enabled: bool | Unset = UNSET
    """Whether changes are streamed."""

    is_running: bool | Unset = UNSET
    """Whether they are read now."""

    status: IngestionStatusLevel | Unset = UNSET
    """Whether the reading of a stream of changes goes well."""

    status_message: str | Unset = UNSET
    """The status in words, for a person."""

    position: str | Unset = UNSET
    """How far the reading is, in the source's own form."""

    position_time: datetime.datetime | None | Unset = UNSET
    """When the change at that position was made."""

    highwater_mark: str | Unset = UNSET
    """The last position there is."""

    updated_at: datetime.datetime | Unset = UNSET
    """When this last changed."""

    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

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
            encoded["status"] = value if value is None else str(value)
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
            _status_ = IngestionStatusLevel(_status_)
        _position_time_: Any = _rest.pop("position_time", UNSET)
        if _position_time_ is not UNSET and _position_time_ is not None:
            _position_time_ = decode_datetime(_position_time_)
        _updated_at_: Any = _rest.pop("updated_at", UNSET)
        if _updated_at_ is not UNSET and _updated_at_ is not None:
            _updated_at_ = decode_datetime(_updated_at_)
        _model = cls(
            enabled=_rest.pop("enabled", UNSET),
            is_running=_rest.pop("is_running", UNSET),
            status=_status_,
            status_message=_rest.pop("status_message", UNSET),
            position=_rest.pop("position", UNSET),
            position_time=_position_time_,
            highwater_mark=_rest.pop("highwater_mark", UNSET),
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
                    "enabled",
                    "is_running",
                    "status",
                    "status_message",
                    "position",
                    "position_time",
                    "highwater_mark",
                    "updated_at",
                )
            )
            and ((member := value.get("enabled")) is None or isinstance(member, bool))
            and ((member := value.get("is_running")) is None or isinstance(member, bool))
            and ((member := value.get("status")) is None or isinstance(member, str))
            and ((member := value.get("status_message")) is None or isinstance(member, str))
            and ((member := value.get("position")) is None or isinstance(member, str))
            and (
                (member := value.get("position_time")) is None
                or (parses(decode_datetime, member) or member is None)
            )
            and ((member := value.get("highwater_mark")) is None or isinstance(member, str))
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
