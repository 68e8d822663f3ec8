"""An execution of the sandbox. Its progress is computed from the elapsed time. Pure, no I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from .._runtime.types import encode_datetime
from ..v2023_04_25 import models as m

_BEGINS: Final = 0.1
"""The fraction of an execution's time that passes before it runs, and that canceling takes."""

_ENDED_AS: Final = {
    m.ExecutionStatus.COMPLETED: m.EventType.BULK_SYNC_COMPLETED,
    m.ExecutionStatus.ERRORS: m.EventType.BULK_SYNC_COMPLETED_WITH_ERROR,
    m.ExecutionStatus.FAILED: m.EventType.BULK_SYNC_FAILED,
    m.ExecutionStatus.CANCELED: m.EventType.BULK_SYNC_CANCELED,
}


@dataclass(frozen=True, slots=True)
class SchemaFailure:
    """A failure of a schema whenever it is synced."""

    message: str
    """The API's message."""

    errors: int = 1
    """How many records fail."""

    fatal: bool = True
    """Whether the schema and its execution fail. Otherwise only records fail, and the execution ends with errors."""


@dataclass(frozen=True, slots=True)
class Part:
    """A schema of an execution, and its outcome."""

    schema: str
    output_name: str
    records: int
    failure: SchemaFailure | None = None


@dataclass(slots=True)
class Execution:
    """One run of a bulk sync: created, then running its schemas one after the other, then ended."""

    id: UUID
    bulk_sync_id: UUID
    created_at: datetime
    lasts: timedelta
    parts: tuple[Part, ...]

    request: Mapping[str, Any]
    """The body of the request that started it."""

    canceled_at: datetime | None = None
    """When cancellation was requested."""

    def cancel(self, now: datetime) -> None:
        """Request cancellation, unless it has ended."""
        if self.canceled_at is None and not self.ended(now):
            self.canceled_at = now

    def ended(self, now: datetime) -> bool:
        """Return whether it has ended."""
        return now >= self._ends

    def status(self, now: datetime) -> m.ExecutionStatus:
        """Return its status."""
        if self.ended(now):
            return self._result
        if self.canceled_at is not None:
            return m.ExecutionStatus.CANCELING
        return m.ExecutionStatus.RUNNING if now >= self._begins else m.ExecutionStatus.CREATED

    def events(self, now: datetime) -> Iterator[tuple[UUID, m.EventType, datetime]]:
        """Yield the id, the type and the instant of each event until now."""
        if self._worked_until(now) >= self._begins:
            yield uuid5(self.id, "running"), m.EventType.BULK_SYNC_RUNNING, self._begins
        if self.ended(now):
            yield uuid5(self.id, "ended"), _ENDED_AS[self._result], self._ends

    def as_json(self, now: datetime) -> dict[str, Any]:
        """Return its current state in the JSON form of the API."""
        schemas = [self._schema(place, now) for place in range(len(self.parts))]
        status = self.status(now)
        resync_mode = resync_mode_of(self.request)
        is_resync = resync_mode is not None
        return {
            "id": str(self.id),
            "status": status.value,
            "status_message": status.value.capitalize(),
            "type": "manual",
            "is_resync": is_resync,
            "is_test": self.request.get("test", False),
            "is_partial": "schemas" in self.request,
            "fetch_mode": self.request.get("fetch_mode", "full" if is_resync else "incremental"),
            "output_disposition": "rebuild" if resync_mode == "rebuild" else "retain",
            "created_at": encode_datetime(self.created_at),
            "started_at": _instant(self._begins, self._worked_until(now)),
            "completed_at": _instant(self._ends, now),
            "updated_at": encode_datetime(min(now, self._ends)),
            "record_count": sum(schema["record_count"] for schema in schemas),
            "error_count": sum(schema["error_count"] for schema in schemas),
            "warning_count": 0,
            "schemas": schemas,
        }

    @property
    def _begins(self) -> datetime:
        return self.created_at + self.lasts * _BEGINS

    @property
    def _ends(self) -> datetime:
        by_itself = self.created_at + self.lasts
        return by_itself if self.canceled_at is None else min(by_itself, self.canceled_at + self.lasts * _BEGINS)

    @property
    def _result(self) -> m.ExecutionStatus:
        failures = [part.failure for part in self.parts if part.failure is not None]
        if self.canceled_at is not None:
            return m.ExecutionStatus.CANCELED
        if any(failure.fatal for failure in failures):
            return m.ExecutionStatus.FAILED
        return m.ExecutionStatus.ERRORS if failures else m.ExecutionStatus.COMPLETED

    def _worked_until(self, now: datetime) -> datetime:
        return min(now, self.canceled_at or now)

    def _schema(self, place: int, now: datetime) -> dict[str, Any]:
        part = self.parts[place]
        # Each computed from the start: lengths rounded to microseconds could add up to more than the whole.
        working = self.created_at + self.lasts - self._begins
        begins, ends = (self._begins + working * count / len(self.parts) for count in (place, place + 1))
        worked_until = self._worked_until(now)
        if worked_until >= ends:
            done = 1.0
        else:
            done = (worked_until - begins) / (ends - begins) if worked_until > begins else 0.0
        canceled = self.canceled_at is not None and self.ended(now)
        failure = part.failure if done == 1 else None
        completed_at = None
        if failure is not None and failure.fatal:
            status, completed_at = m.SchemaExecutionStatus.FAILED, ends
        elif done == 1:
            status, completed_at = m.SchemaExecutionStatus.COMPLETED, ends
        elif canceled:
            status, completed_at = m.SchemaExecutionStatus.CANCELED, self._ends
        elif worked_until >= begins:
            status = m.SchemaExecutionStatus.RUNNING
        elif worked_until >= self._begins:
            status = m.SchemaExecutionStatus.SCHEDULED
        else:
            status = m.SchemaExecutionStatus.CREATED
        return {
            "schema": part.schema,
            "output_name": part.output_name,
            "status": status.value,
            "status_message": status.value.capitalize() if failure is None else failure.message,
            "record_count": int(part.records * done),
            "error_count": 0 if failure is None else failure.errors,
            "warning_count": 0,
            "created_at": encode_datetime(self.created_at),
            "started_at": _instant(begins, worked_until),
            "completed_at": None if completed_at is None else encode_datetime(completed_at),
            "updated_at": encode_datetime(completed_at or max(self.created_at, worked_until)),
        }


def resync_mode_of(request: Mapping[str, Any]) -> str | None:
    """Return the resync mode that a start's body requests, or None if it does not request a resync."""
    mode: str | None = request.get("resync_mode", "rebuild" if request.get("resync") else None)
    return mode


def _instant(instant: datetime, now: datetime) -> str | None:
    """Return an instant in the form of the API, or None if it is in the future."""
    return encode_datetime(instant) if instant <= now else None
