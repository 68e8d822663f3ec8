from __future__ import annotations

from enum import StrEnum


class ScheduleFrequency(StrEnum):
    """How often a bulk sync runs. `manual`: only when it is started by a call. `multi`: on several
    schedules.

    A value that this version of the document does not name is kept: it equals its string, and its name is UNKNOWN.
    """

    BUILDER = "builder"
    CONTINUOUS = "continuous"
    CUSTOM = "custom"
    DAILY = "daily"
    DBTCLOUD = "dbtcloud"
    HOURLY = "hourly"
    MANUAL = "manual"
    MULTI = "multi"
    RUNAFTER = "runafter"
    WEEKLY = "weekly"

    def __str__(self) -> str:
        return str(self.value)

    @classmethod
    def _missing_(cls, value: object) -> ScheduleFrequency | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = "UNKNOWN"
        member._value_ = value
        return member
