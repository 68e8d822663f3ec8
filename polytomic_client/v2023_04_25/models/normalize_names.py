from __future__ import annotations

from enum import StrEnum


class NormalizeNames(StrEnum):
    """Whether names are rewritten to a form that every destination accepts.

    A value that this version of the document does not name is kept: it equals its string, and its name is UNKNOWN.
    """

    DISABLED = "disabled"
    ENABLED = "enabled"
    LEGACY = "legacy"

    def __str__(self) -> str:
        return str(self.value)

    @classmethod
    def _missing_(cls, value: object) -> NormalizeNames | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = "UNKNOWN"
        member._value_ = value
        return member
