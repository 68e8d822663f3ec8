from __future__ import annotations

from enum import StrEnum


class FieldType(StrEnum):
    """The type of a field.

    A value that this version of the document does not name is kept: it equals its string, and its name is UNKNOWN.
    """

    ARRAY = "array"
    BINARY = "binary"
    BOOLEAN = "boolean"
    DATETIME = "datetime"
    NUMBER = "number"
    OBJECT = "object"
    STRING = "string"
    UNKNOWN = "unknown"

    def __str__(self) -> str:
        return str(self.value)

    @classmethod
    def _missing_(cls, value: object) -> FieldType | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = "UNKNOWN"
        member._value_ = value
        return member
