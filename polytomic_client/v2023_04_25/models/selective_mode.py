from __future__ import annotations

from enum import StrEnum


class SelectiveMode(StrEnum):
    """The fields that a schedule applies to, by whether their changes can be tracked. `none` applies to
    all fields.

    A value that this version of the document does not name is kept: it equals its string, and its name is UNKNOWN.
    """

    INCREMENTALFIELDS = "incrementalFields"
    NONE = "none"
    NONINCREMENTALFIELDS = "nonincrementalFields"

    def __str__(self) -> str:
        return str(self.value)

    @classmethod
    def _missing_(cls, value: object) -> SelectiveMode | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = "UNKNOWN"
        member._value_ = value
        return member
