from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import (
    UNSET,
    decode_datetime,
    encode_datetime,
    parses,
)


@_attrs_define
class BulkSourceStatus:
    """How fresh the schemas of a source are."""

    cache_status: str
    """The state of the cache, in a word of the server's."""

    last_refresh_started: datetime.datetime | None
    """When the schemas were last begun to be read from the source."""

    last_refresh_finished: datetime.datetime | None
    """When that ended."""

    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

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
        _last_refresh_started_: Any = _rest.pop("last_refresh_started", UNSET)
        if _last_refresh_started_ is not UNSET and _last_refresh_started_ is not None:
            _last_refresh_started_ = decode_datetime(_last_refresh_started_)
        _last_refresh_finished_: Any = _rest.pop("last_refresh_finished", UNSET)
        if _last_refresh_finished_ is not UNSET and _last_refresh_finished_ is not None:
            _last_refresh_finished_ = decode_datetime(_last_refresh_finished_)
        _model = cls(
            cache_status=_rest.pop("cache_status", UNSET),
            last_refresh_started=_last_refresh_started_,
            last_refresh_finished=_last_refresh_finished_,
        )
        _model.additional_properties = _rest
        return _model

    @staticmethod
    def _matches(value: Any) -> bool:
        """Say whether a JSON value has this shape; unions are decided by it."""
        return (
            isinstance(value, dict)
            and not value.keys().isdisjoint(("cache_status", "last_refresh_started", "last_refresh_finished"))
            and ((member := value.get("cache_status")) is None or isinstance(member, str))
            and (
                (member := value.get("last_refresh_started")) is None
                or (parses(decode_datetime, member) or member is None)
            )
            and (
                (member := value.get("last_refresh_finished")) is None
                or (parses(decode_datetime, member) or member is None)
            )
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
