from __future__ import annotations

from enum import StrEnum


class EventType(StrEnum):
    """The type of the event.

    A value that this version of the document does not name is kept: it equals its string, and its name is UNKNOWN.
    """

    BULK_SYNC_CANCELED = "bulk_sync.canceled"
    BULK_SYNC_COMPLETED = "bulk_sync.completed"
    BULK_SYNC_COMPLETED_WITH_ERROR = "bulk_sync.completed_with_error"
    BULK_SYNC_FAILED = "bulk_sync.failed"
    BULK_SYNC_RUNNING = "bulk_sync.running"
    SYNC_CANCELED = "sync.canceled"
    SYNC_COMPLETED = "sync.completed"
    SYNC_COMPLETED_WITH_ERRORS = "sync.completed_with_errors"
    SYNC_FAILED = "sync.failed"
    SYNC_RUNNING = "sync.running"

    def __str__(self) -> str:
        return str(self.value)

    @classmethod
    def _missing_(cls, value: object) -> EventType | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = "UNKNOWN"
        member._value_ = value
        return member
