from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.schedule_frequency import ScheduleFrequency
from ..types import (
    UNSET,
    Unset,
)


@_attrs_define
class BulkSchedule:
    """When a bulk sync runs. Times are UTC. Every part is a text."""

    frequency: ScheduleFrequency
    """How often a bulk sync runs. `manual` is never by itself, `multi` by several schedules."""

    minute: str | Unset = UNSET
    """The minute of the hour, such as `"30"`."""

    hour: str | Unset = UNSET
    """The hour of the day, such as `"05"`."""

    day_of_week: str | Unset = UNSET
    """The day of the week, such as `"monday"`."""

    day_of_month: str | Unset = UNSET
    """The day of the month, such as `"1"`."""

    month: str | Unset = UNSET
    """The month, such as `"1"`."""

    multi: MultiSchedule | None | Unset = UNSET

    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object, without the members that are UNSET."""
        encoded: dict[str, Any] = dict(self.additional_properties)
        value: Any
        value = self.frequency
        if value is not UNSET:
            encoded["frequency"] = value if value is None else str(value)
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
        _frequency_: Any = _rest.pop("frequency", UNSET)
        if _frequency_ is not UNSET and _frequency_ is not None:
            _frequency_ = ScheduleFrequency(_frequency_)
        _multi_: Any = _rest.pop("multi", UNSET)
        if _multi_ is not UNSET and _multi_ is not None:
            _multi_ = MultiSchedule.from_dict(_multi_)
        _model = cls(
            frequency=_frequency_,
            minute=_rest.pop("minute", UNSET),
            hour=_rest.pop("hour", UNSET),
            day_of_week=_rest.pop("day_of_week", UNSET),
            day_of_month=_rest.pop("day_of_month", UNSET),
            month=_rest.pop("month", UNSET),
            multi=_multi_,
        )
        _model.additional_properties = _rest
        return _model

    @staticmethod
    def _matches(value: Any) -> bool:
        """Say whether a JSON value has this shape; unions are decided by it."""
        return (
            isinstance(value, dict)
            and not value.keys().isdisjoint(
                ("frequency", "minute", "hour", "day_of_week", "day_of_month", "month", "multi")
            )
            and ((member := value.get("frequency")) is None or isinstance(member, str))
            and ((member := value.get("minute")) is None or isinstance(member, str))
            and ((member := value.get("hour")) is None or isinstance(member, str))
            and ((member := value.get("day_of_week")) is None or isinstance(member, str))
            and ((member := value.get("day_of_month")) is None or isinstance(member, str))
            and ((member := value.get("month")) is None or isinstance(member, str))
            and ((member := value.get("multi")) is None or (MultiSchedule._matches(member) or member is None))
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


from ..models.multi_schedule import MultiSchedule  # noqa: E402
