from __future__ import annotations

from enum import StrEnum


class BulkDiscover(StrEnum):
    """Which new objects or fields of the source are synced automatically.

    A value that this version of the document does not name is kept: it equals its string, and its name is UNKNOWN.
    """

    ALL = "all"
    NONE = "none"
    ONLYINCREMENTAL = "onlyIncremental"
    ONLYNONINCREMENTAL = "onlyNonIncremental"

    def __str__(self) -> str:
        return str(self.value)

    @classmethod
    def _missing_(cls, value: object) -> BulkDiscover | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = "UNKNOWN"
        member._value_ = value
        return member
