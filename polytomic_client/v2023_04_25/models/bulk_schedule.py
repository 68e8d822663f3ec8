from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field
from attrs.setters import NO_OP as _ATTRS_NO_OP

from ..models.schedule_frequency import ScheduleFrequency
from ..types import (
    UNSET,
    Unset,
    as_json,
    as_object,
    as_subclass,
    decode_enum,
    encode_text,
    new,
    sort_out,
)
from ..types import Model as _Model
from ..types import complete as _complete
from ..types import copy_members as _copy

_MEMBERS: dict[str, Any] = dict.fromkeys(
    (
        "frequency",
        "minute",
        "hour",
        "day_of_week",
        "day_of_month",
        "month",
        "multi",
    ),
    UNSET,
)
"""The value that an object without members decodes to."""


@_attrs_define(kw_only=True, repr=False, on_setattr=_ATTRS_NO_OP)
class BulkSchedule(_Model):
    """When a bulk sync runs. Times are UTC. Every part is a string."""

    frequency: ScheduleFrequency
    """How often a bulk sync runs. `manual`: only when it is started by a call. `multi`: on several
    schedules. UNSET if a response lacks it."""

    minute: str | Unset = UNSET
    """The minute of the hour, such as `"30"`. UNSET if a response lacks it. Not sent if UNSET."""

    hour: str | Unset = UNSET
    """The hour of the day, such as `"05"`. UNSET if a response lacks it. Not sent if UNSET."""

    day_of_week: str | Unset = UNSET
    """The day of the week, such as `"monday"`. UNSET if a response lacks it. Not sent if UNSET."""

    day_of_month: str | Unset = UNSET
    """The day of the month, such as `"1"`. UNSET if a response lacks it. Not sent if UNSET."""

    month: str | Unset = UNSET
    """The month, such as `"1"`. UNSET if a response lacks it. Not sent if UNSET."""

    multi: MultiSchedule | None | Unset = UNSET
    """UNSET if a response lacks it. Not sent if UNSET."""

    additional_properties: dict[str, Any] = _attrs_field(factory=dict, converter=_copy)

    _required = ("frequency",)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object, without the members that are UNSET."""
        encoded: dict[str, Any] = dict(self.additional_properties)
        value: Any
        value = self.frequency
        if value is not UNSET:
            encoded["frequency"] = value if value is None else encode_text(value)
        value = self.minute
        if value is not UNSET:
            encoded["minute"] = value
        value = self.hour
        if value is not UNSET:
            encoded["hour"] = value
        value = self.day_of_week
        if value is not UNSET:
            encoded["day_of_week"] = value
        value = self.day_of_month
        if value is not UNSET:
            encoded["day_of_month"] = value
        value = self.month
        if value is not UNSET:
            encoded["month"] = value
        value = self.multi
        if value is not UNSET:
            encoded["multi"] = value.to_dict() if isinstance(value, MultiSchedule) else value
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
        if cls is not BulkSchedule:
            return as_subclass(cls, BulkSchedule.from_dict(src_dict))
        if type(src_dict) is not dict:
            src_dict = as_object(src_dict)
        _rest: dict[str, Any] = {}
        if len(src_dict) != 7:
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
        try:
            _frequency_: Any = src_dict["frequency"]
            _minute_: Any = src_dict["minute"]
            _hour_: Any = src_dict["hour"]
            _day_of_week_: Any = src_dict["day_of_week"]
            _day_of_month_: Any = src_dict["day_of_month"]
            _month_: Any = src_dict["month"]
            _multi_: Any = src_dict["multi"]
        except KeyError:  # as many others as are missing
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
            _frequency_, _minute_, _hour_, _day_of_week_, _day_of_month_, _month_, _multi_, *_ = (
                src_dict.values()
            )
        if _frequency_ is not None and _frequency_ is not UNSET:
            _frequency_ = decode_enum(ScheduleFrequency, _frequency_)
        if _multi_ is not None and _multi_ is not UNSET:
            _multi_ = MultiSchedule.from_dict(_multi_)
        _model = new(cls)
        _model.frequency = _frequency_
        _model.minute = _minute_
        _model.hour = _hour_
        _model.day_of_week = _day_of_week_
        _model.day_of_month = _day_of_month_
        _model.month = _month_
        _model.multi = _multi_
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


from ..models.multi_schedule import MultiSchedule  # noqa: E402

_complete(BulkSchedule, globals())
