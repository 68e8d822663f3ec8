"""Run a bulk sync and wait for its end: `run_bulk_sync` and `wait_for_execution` of both clients."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeAlias
from uuid import UUID

from .._call.gate import new_key
from .._call.retry import may_be_in_flight
from .._core.checks import positive_seconds
from .._core.cleanup import CLEANUP_LASTS
from .._core.log import logger
from .._core.tracebacks import with_short_tracebacks
from .._text import described, line, quoted
from ..errors import APIStatusError, ConflictError, DeadlineExceededError, NotSentError, PolytomicError, RequestError
from ..v2023_04_25 import models
from ..v2023_04_25.api import AsyncOperations
from .client_protocol import JobClient, end_of, until
from .drivers import Jobs
from .polling import FIRST_WAIT, poll

DEFAULT_POLL_INTERVAL = 15.0
"""Seconds: bulk syncs take minutes to hours."""

ENDED = frozenset({"completed", "canceled", "failed", "errors", "interrupted"})
"""Final statuses. For the last two that is inferred, not documented."""

MOST_SCHEMAS_SHOWN = 5


PollOnce: TypeAlias = "Callable[[AsyncOperations], Awaitable[models.BulkSyncExecution]]"


class ExecutionFailedError(PolytomicError):
    """An execution ended without completing.

    Attributes:
        bulk_sync_id: The bulk sync.
        execution: The execution as it ended, with the result of each schema.
    """

    def __init__(self, bulk_sync_id: UUID | str, execution: models.BulkSyncExecution) -> None:
        super().__init__(bulk_sync_id, execution)
        self.bulk_sync_id = bulk_sync_id
        self.execution = execution

    @property
    def schema_errors(self) -> list[models.SchemaExecution]:
        """The schemas that did not complete. Those that failed, or that have failed records, come first."""
        schemas = self.execution.schemas or ()
        errors = [schema for schema in schemas if schema.status != "completed" or schema.error_count]
        # The failed ones may have stopped the others.
        return sorted(errors, key=lambda schema: schema.status != "failed" and not schema.error_count)

    def reason(self) -> str:
        """Return how the execution ended, and the first schemas that did not complete."""
        ended = f"execution {quoted(self.execution.id)} ended as {quoted(self.execution.status)}"
        text = f"bulk sync {quoted(self.bulk_sync_id)}: {ended}"
        if self.execution.status_message:
            text += f": {quoted(self.execution.status_message)}"
        errors = self.schema_errors
        for schema in errors[:MOST_SCHEMAS_SHOWN]:
            failed = f"{quoted(schema.status)}, {quoted(schema.error_count or 0)} records failed"
            text += f"; {quoted(schema.schema)}: {failed}"
            if schema.status_message:
                text += f": {quoted(schema.status_message)}"
        if len(errors) > MOST_SCHEMAS_SHOWN:
            text += f"; and {len(errors) - MOST_SCHEMAS_SHOWN} more"
        return text


class ExecutionCanceledError(ExecutionFailedError):
    """An execution ended because someone canceled it."""


class ExecutionTimeoutError(DeadlineExceededError):
    """An execution was still under way when the deadline passed.

    Attributes:
        bulk_sync_id: The bulk sync.
        execution: The execution as it was last seen.
    """

    hint = "wait_for_execution waits for it again; cancel_bulk_sync ends it."

    def __init__(self, message: str, bulk_sync_id: UUID | str, execution: models.BulkSyncExecution) -> None:
        super().__init__(message)
        self.bulk_sync_id = bulk_sync_id
        self.execution = execution


class AsyncExecutions(Jobs[AsyncOperations]):
    """The workflows of AsyncPolytomic for executions."""

    @with_short_tracebacks
    async def run_bulk_sync(
        self,
        id: UUID | str,  # noqa: A002  (as the generated methods call it)
        *,
        body: models.StartBulkSyncExecution | None = None,
        idempotency_key: str | None = None,
        deadline: float | None = None,
        poll_interval: float = DEFAULT_POLL_INTERVAL,
        on_progress: Callable[[models.SchemaExecution], object] | None = None,
        cancel_if_abandoned: bool = False,
    ) -> models.BulkSyncExecution:
        """Start an execution of a bulk sync, wait until it has ended, and return it.

        The first polls follow each other closely, later ones every `poll_interval` seconds. A poll that fails
        temporarily is retried. To keep the id of the execution over a restart, call `start_bulk_sync_execution` and
        `wait_for_execution` instead.

        Args:
            id: The bulk sync.
            body: Options of the execution. Default: everything that is enabled.
            idempotency_key: Identifies the start: a second call with the same key does not start a second execution.
                8 to 255 letters, digits, '_' and '-'. The API replays a rejection, so a rejected start needs a new key.
                Default: a new key.
            deadline: Maximum seconds to wait, the start included. Default: until the end.
            poll_interval: Maximum seconds between two polls.
            on_progress: Called with each schema whose status or counts have changed. An exception that it raises ends
                the wait.
            cancel_if_abandoned: Whether to cancel the execution if the wait ends early: this call is
                cancelled, the deadline passes, or an error is raised. A start without a response is sent again, with
                the same key, to learn which execution it began. That takes at most 10 seconds more; its failure is
                logged. Without this option, the execution continues.

        Returns:
            The completed execution.

        Raises:
            TypeError: `on_progress` is async or not a function; nothing was sent.
            ValueError: An argument is malformed; nothing was sent.
            ConflictError: Another execution is under way.
            ExecutionFailedError: The execution failed, had errors or was interrupted.
            ExecutionCanceledError: The execution was canceled.
            ExecutionTimeoutError: The deadline passed.
            DeadlineExceededError: The deadline passed before the start got a response.
            RequestError: A call failed permanently.

        Example:
            execution = await client.run_bulk_sync(bulk_sync_id, deadline=3600)
            print(sum(schema.record_count or 0 for schema in execution.schemas or ()))
        """
        body = models.StartBulkSyncExecution() if body is None else body
        key = new_key(lambda: f"run_bulk_sync {id} {body!r}") if idempotency_key is None else idempotency_key

        async def start(operations: AsyncOperations) -> models.BulkSyncExecution:
            return (await operations.start_bulk_sync_execution(id, body=body, idempotency_key=key)).data

        return await _wait_until_ended(
            self._job_client,
            id,
            start,
            deadline=deadline,
            poll_interval=poll_interval,
            on_progress=on_progress,
            cancel_if_abandoned=cancel_if_abandoned,
        )

    @with_short_tracebacks
    async def wait_for_execution(
        self,
        id: UUID | str,  # noqa: A002
        execution_id: UUID | str,
        *,
        deadline: float | None = None,
        poll_interval: float = DEFAULT_POLL_INTERVAL,
        on_progress: Callable[[models.SchemaExecution], object] | None = None,
        cancel_if_abandoned: bool = False,
    ) -> models.BulkSyncExecution:
        """Wait until an execution has ended, and return it.

        Args:
            id: The bulk sync.
            execution_id: The execution, for example `current_execution` of `get_bulk_sync_status`.
            deadline: Maximum seconds to wait. Default: until the end.
            poll_interval: Maximum seconds between two polls.
            on_progress: Called with each schema whose status or counts have changed. An exception that it raises ends
                the wait.
            cancel_if_abandoned: Whether to cancel the execution if the wait ends early, as for
                `run_bulk_sync`.

        Returns:
            The completed execution.

        Raises:
            TypeError: `on_progress` is async or not a function; nothing was sent.
            ValueError: An argument is malformed; nothing was sent.
            ExecutionFailedError: The execution failed, had errors or was interrupted.
            ExecutionCanceledError: The execution was canceled.
            ExecutionTimeoutError: The deadline passed.
            DeadlineExceededError: The deadline passed before the first poll got a response.
            RequestError: A call failed permanently.
        """
        return await _wait_until_ended(
            self._job_client,
            id,
            partial(_poll_once, id, execution_id),
            deadline=deadline,
            poll_interval=poll_interval,
            on_progress=on_progress,
            execution_id=execution_id,
            cancel_if_abandoned=cancel_if_abandoned,
        )


async def _wait_until_ended(
    client: JobClient[AsyncOperations],
    id: UUID | str,  # noqa: A002
    first: PollOnce,
    *,
    deadline: float | None,
    poll_interval: float,
    on_progress: Callable[[models.SchemaExecution], object] | None,
    execution_id: UUID | str | None = None,
    cancel_if_abandoned: bool,
) -> models.BulkSyncExecution:
    end = end_of(client, deadline)
    interval = positive_seconds("poll_interval", poll_interval)
    progress = _Progress(on_progress)
    poll_once, begun = first, False
    execution: models.BulkSyncExecution

    def ended(seen: models.BulkSyncExecution) -> bool:
        nonlocal execution
        execution = seen
        progress.report(seen)
        return _ended(seen)

    try:
        execution = await first(until(client, end))
        begun = True
        known = execution_id or execution.id
        if not known:
            raise RequestError(f"the response to the start of bulk sync {quoted(id)} lacks the id of the execution")
        poll_once = partial(_poll_once, id, known)
        if not ended(execution) and await poll(client, poll_once, ended, end=end, interval=interval) is None:
            which = f"execution {quoted(known)} of bulk sync {quoted(id)}"
            text = f"{which} was still {quoted(execution.status)} after {deadline:g} s"
            raise ExecutionTimeoutError(text, id, execution)
    except GeneratorExit:
        raise  # the event loop is gone, so nothing can be sent
    except BaseException as error:
        if cancel_if_abandoned and (begun or _may_have_begun(error)):
            await client.finish(_cancel(client, id, poll_once))
        raise
    return _completed(id, execution)


async def _cancel(client: JobClient[AsyncOperations], id: UUID | str, poll_once: PollOnce) -> None:  # noqa: A002
    """Cancel an execution, unless it has ended.

    The API cancels whichever execution of the bulk sync is running, which may be a different one by now. So poll once
    more first. If the start got no response, poll by starting again with the same idempotency key.
    """
    end = client.now() + CLEANUP_LASTS
    try:
        while True:
            try:
                execution = await poll_once(until(client, end))
                break
            except ConflictError:  # the API still processes the start
                if client.now() + FIRST_WAIT >= end:
                    raise
                await client.sleep(FIRST_WAIT)
        if not _ended(execution):
            await until(client, end).cancel_bulk_sync(id)
    except BaseException as failure:
        why = described(failure)
        logger.warning("%s", line(f"Bulk sync {quoted(id)} may still run, because it could not be canceled: {why}"))
        if not isinstance(failure, Exception):
            raise  # interrupted a second time: the caller does not wait any longer
        # The caller needs the error that ended the wait.


class _Progress:
    """Reports the schemas that have changed."""

    def __init__(self, on_progress: Callable[[models.SchemaExecution], object] | None) -> None:
        if on_progress is not None and not callable(on_progress):
            raise TypeError(f"on_progress must be a function, got {type(on_progress).__name__}.")
        call = getattr(on_progress, "__call__", None)  # noqa: B004  (of an object whose class makes it async)
        if inspect.iscoroutinefunction(on_progress) or inspect.iscoroutinefunction(call):
            raise TypeError("on_progress must be a plain function, got an async one.")
        self._tell = on_progress
        self._told: dict[str | int, tuple[object, ...]] = {}

    def report(self, execution: models.BulkSyncExecution) -> None:
        """Report the schemas whose status or counts have changed."""
        if self._tell is None:
            return
        for place, schema in enumerate(execution.schemas or ()):
            name = schema.schema or place  # otherwise all schemas without a name would share one state
            state = (schema.status, schema.record_count, schema.error_count, schema.warning_count)
            if self._told.get(name) != state:
                self._told[name] = state
                self._tell(schema)


async def _poll_once(id: UUID | str, execution_id: UUID | str, operations: AsyncOperations) -> models.BulkSyncExecution:  # noqa: A002
    return (await operations.get_bulk_sync_execution(id, execution_id)).data


def _ended(execution: models.BulkSyncExecution) -> bool:
    # A later API version may have more final statuses.
    unknown = execution.status not in models.ExecutionStatus.__members__.values()
    return execution.status in ENDED or (unknown and isinstance(execution.completed_at, dt.datetime))


def _completed(id: UUID | str, execution: models.BulkSyncExecution) -> models.BulkSyncExecution:  # noqa: A002
    if execution.status == "completed":
        return execution
    kind = ExecutionCanceledError if execution.status == "canceled" else ExecutionFailedError
    raise kind(id, execution)


def _may_have_begun(error: BaseException) -> bool:
    """Return whether a start that failed with this error may have begun an execution."""
    if not isinstance(error, RequestError):
        return not isinstance(error, Exception)  # cancelled or interrupted while under way
    if isinstance(error, ConflictError):
        return error.attempts > 1  # the running execution may come from an earlier attempt
    if isinstance(error, APIStatusError):
        return may_be_in_flight(error)
    return error.attempts > 0 and not isinstance(error, NotSentError)
