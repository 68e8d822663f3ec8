from __future__ import annotations

from enum import StrEnum


class BulkMode(StrEnum):
    """How a bulk sync writes. `replicate` keeps the destination equal to the source, `snapshot` writes all
    of it.

    A value that this version of the document does not name is kept: it equals its string, and its name is UNKNOWN.
    """

    REPLICATE = "replicate"
    SNAPSHOT = "snapshot"

    def __str__(self) -> str:
        return str(self.value)

    @classmethod
    def _missing_(cls, value: object) -> BulkMode | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = "UNKNOWN"
        member._value_ = value
        return member
