from __future__ import annotations

from enum import StrEnum


class SchemaExecutionStatus(StrEnum):
    """The status of an execution for one schema.

    A value that this version of the document does not name is kept: it equals its string, and its name is UNKNOWN.
    """

    CANCELED = "canceled"
    COMPLETED = "completed"
    CREATED = "created"
    EXPORTING = "exporting"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    PROCESSING = "processing"
    RUNNING = "running"
    SCHEDULED = "scheduled"

    def __str__(self) -> str:
        return str(self.value)

    @classmethod
    def _missing_(cls, value: object) -> SchemaExecutionStatus | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = "UNKNOWN"
        member._value_ = value
        return member
