from __future__ import annotations

from enum import StrEnum


class ActorType(StrEnum):
    """The kind of actor.

    A value that this version of the document does not name is kept: it equals its string, and its name is UNKNOWN.
    """

    ORGANIZATION = "organization"
    PARTNER = "partner"
    SYSTEM = "system"
    USER = "user"

    def __str__(self) -> str:
        return str(self.value)

    @classmethod
    def _missing_(cls, value: object) -> ActorType | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = "UNKNOWN"
        member._value_ = value
        return member
