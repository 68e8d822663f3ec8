from __future__ import annotations

from enum import StrEnum


class ResyncMode(StrEnum):
    """How a bulk sync resyncs all data.

    A value that this version of the document does not name is kept: it equals its string, and its name is UNKNOWN.
    """

    REBUILD = "rebuild"
    REFETCH = "refetch"
    RESYNC = "resync"

    def __str__(self) -> str:
        return str(self.value)

    @classmethod
    def _missing_(cls, value: object) -> ResyncMode | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = "UNKNOWN"
        member._value_ = value
        return member
