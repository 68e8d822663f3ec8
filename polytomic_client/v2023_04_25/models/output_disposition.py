from __future__ import annotations

from enum import StrEnum


class OutputDisposition(StrEnum):
    """What happens to the existing data in the destination.

    A value that this version of the document does not name is kept: it equals its string, and its name is UNKNOWN.
    """

    REBUILD = "rebuild"
    RETAIN = "retain"
    TRUNCATE = "truncate"

    def __str__(self) -> str:
        return str(self.value)

    @classmethod
    def _missing_(cls, value: object) -> OutputDisposition | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = "UNKNOWN"
        member._value_ = value
        return member
