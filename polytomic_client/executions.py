"""Running a bulk sync until it has ended: `run_bulk_sync` and `wait_for_execution` of both clients."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Awaitable, Callable
from typing import TypeAlias
from uuid import UUID

from ._api import models
from ._config import positive_seconds
from ._errors import APIStatusError, DeadlineExceededError, NotSentError, PolytomicError, RequestError, ServerError
from ._flow import BlockingFlows, Caller, blocking
from ._policy import logger

DEFAULT_POLL_INTERVAL = 15.0
"""Seconds: bulk syncs take minutes to hours."""

ENDED = frozenset({"completed", "canceled", "failed", "errors", "interrupted"})
"""The statuses after which nothing happens any more. Of the last two that is inferred, not documented."""

MOST_SCHEMAS_SHOWN = 5

OnProgress: TypeAlias = "Callable[[models.SchemaExecution], object]"
"""Called with a schema of the execution whenever its status or counts are others than at the look before."""


class ExecutionFailedError(PolytomicError):
    """An execution ended, and not because it was complete.

    Attributes:
        bulk_sync_id: The bulk sync.
        execution: The execution as it ended, with what became of each schema.
    """

    def __init__(self, bulk_sync_id: UUID | str, execution: models.BulkSyncExecution) -> None:
        super().__init__(bulk_sync_id, execution)
        self.bulk_sync_id = bulk_sync_id
        self.execution = execution

    @property
    def schema_errors(self) -> list[models.SchemaExecution]:
        """The schemas that did not come through whole: not completed, or with records that failed."""
        return [schema for schema in self.execution.schemas if schema.status != "completed" or schema.error_count]

    def __str__(self) -> str:
        text = f"bulk sync {self.bulk_sync_id}: execution {self.execution.id} ended as {self.execution.status}"
        if self.execution.status_message:
            text += f": {self.execution.status_message}"
        errors = self.schema_errors
        for schema in errors[:MOST_SCHEMAS_SHOWN]:
            text += f"; {schema.schema}: {schema.status}, {schema.error_count or 0} records failed"
            if schema.status_message:
                text += f": {schema.status_message}"
        if len(errors) > MOST_SCHEMAS_SHOWN:
            text += f"; and {len(errors) - MOST_SCHEMAS_SHOWN} schemas more"
        return text


class ExecutionCanceledError(ExecutionFailedError):
    """An execution ended because someone canceled it."""


class ExecutionTimeoutError(DeadlineExceededError):
    """An execution was still under way when the deadline passed.

    Attributes:
        execution: The execution as it was last seen.
    """

    hint = "wait_for_execution waits for it again; cancel_bulk_sync ends it."

    def __init__(self, message: str, execution: models.BulkSyncExecution) -> None:
        super().__init__(message)
        self.execution = execution


class AsyncExecutions(Caller):
    """What AsyncPolytomic does about executions."""

    async def run_bulk_sync(
        self,
        id: UUID | str,  # noqa: A002  (as the generated methods call it)
        *,
        body: models.StartBulkSyncExecution | None = None,
        idempotency_key: str | None = None,
        deadline: float | None = None,
        poll_interval: float = DEFAULT_POLL_INTERVAL,
        on_progress: OnProgress | None = None,
        cancel_if_abandoned: bool = False,
    ) -> models.BulkSyncExecution:
        """Start an execution of a bulk sync, wait until it has ended, and return it.

        The first looks follow each other closely, later ones every `poll_interval` seconds. A look that fails for a
        passing reason is made again.

        Args:
            id: The bulk sync.
            body: What to do. Default: everything that is enabled.
            idempotency_key: A name for the start, so that a second call with it does not start a second execution.
            deadline: How many seconds to wait at most. Default: until the end.
            poll_interval: How many seconds lie between two looks at most.
            on_progress: Called with each schema whose status or counts have changed. What it raises ends the wait.
            cancel_if_abandoned: Whether to ask the API to cancel the execution when the wait ends before it does: this
                call is cancelled, the deadline passes, or an error is raised. Otherwise it goes on by itself.

        Returns:
            The execution, which is completed.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            ConflictError: Another execution is under way.
            ExecutionFailedError: It failed, was interrupted, or, as ExecutionCanceledError, was canceled.
            ExecutionTimeoutError: The deadline passed.
            RequestError: A call failed for good.

        Example:
            execution = await polytomic.run_bulk_sync(bulk_sync_id, deadline=3600)
            print(sum(schema.record_count for schema in execution.schemas))
        """
        body = models.StartBulkSyncExecution() if body is None else body
        key = uuid.uuid4().hex if idempotency_key is None else idempotency_key

        async def start() -> models.BulkSyncExecution:
            return (await self.start_bulk_sync_execution(id, body=body, idempotency_key=key)).data

        progress = _Progress(on_progress)
        return await self._see_it_end(
            id, start, progress, deadline, poll_interval, cancel_if_abandoned=cancel_if_abandoned
        )

    async def wait_for_execution(
        self,
        id: UUID | str,  # noqa: A002
        execution_id: UUID | str,
        *,
        deadline: float | None = None,
        poll_interval: float = DEFAULT_POLL_INTERVAL,
        on_progress: OnProgress | None = None,
        cancel_if_abandoned: bool = False,
    ) -> models.BulkSyncExecution:
        """Wait until an execution has ended, and return it.

        Args:
            id: The bulk sync.
            execution_id: The execution, such as `current_execution` of `get_bulk_sync_status` names it.
            deadline: How many seconds to wait at most. Default: until the end.
            poll_interval: How many seconds lie between two looks at most.
            on_progress: Called with each schema whose status or counts have changed. What it raises ends the wait.
            cancel_if_abandoned: Whether to ask the API to cancel the execution when the wait ends before it does.

        Returns:
            The execution, which is completed.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            ExecutionFailedError: It failed, was interrupted, or, as ExecutionCanceledError, was canceled.
            ExecutionTimeoutError: The deadline passed.
            RequestError: A call failed for good.
        """

        async def look() -> models.BulkSyncExecution:
            return (await self.get_bulk_sync_execution(id, execution_id)).data

        progress = _Progress(on_progress)
        return await self._see_it_end(
            id, look, progress, deadline, poll_interval, cancel_if_abandoned=cancel_if_abandoned
        )

    async def _see_it_end(
        self,
        id: UUID | str,  # noqa: A002
        first: Callable[[], Awaitable[models.BulkSyncExecution]],
        progress: _Progress,
        deadline: float | None,
        poll_interval: float,
        *,
        cancel_if_abandoned: bool,
    ) -> models.BulkSyncExecution:
        end = self._end(deadline)
        interval = positive_seconds("poll_interval", poll_interval)
        try:
            execution = await first()
            if not progress.see(execution):
                execution_id = execution.id

                async def look(caller: Caller) -> models.BulkSyncExecution:
                    return (await caller.get_bulk_sync_execution(id, execution_id)).data

                if await self._poll(look, progress.see, end=end, interval=interval) is None:
                    raise _timeout(id, progress.last or execution, deadline)
        except BaseException as error:
            if cancel_if_abandoned and not isinstance(error, GeneratorExit):
                await self._cancel(id, first, progress, error)
            raise
        return _completed(id, progress.last or execution)

    async def _cancel(
        self,
        id: UUID | str,  # noqa: A002
        first: Callable[[], Awaitable[models.BulkSyncExecution]],
        progress: _Progress,
        error: BaseException,
    ) -> None:
        """Cancel the execution of a wait that ends before it does."""
        if progress.last is None and not _may_have_begun(error):
            return
        try:
            # The idempotency key makes this the execution that a start whose answer was lost has begun.
            execution = progress.last or await first()
            if not _ended(execution):
                await self.cancel_bulk_sync(id)
        except PolytomicError as failure:
            logger.warning("Bulk sync %s may still run, because it could not be canceled: %s", id, failure)


class Executions(BlockingFlows):
    """What Polytomic does about executions."""

    run_bulk_sync = blocking(AsyncExecutions.run_bulk_sync)
    wait_for_execution = blocking(AsyncExecutions.wait_for_execution)


class _Progress:
    """What was seen of an execution."""

    def __init__(self, on_progress: OnProgress | None) -> None:
        self.last: models.BulkSyncExecution | None = None
        self._report = on_progress
        self._states: dict[str, tuple[object, ...]] = {}

    def see(self, execution: models.BulkSyncExecution) -> bool:
        """Report the schemas that have changed, and say whether the execution has ended."""
        self.last = execution
        if self._report is not None:
            for schema in execution.schemas:
                state = (schema.status, schema.record_count, schema.error_count, schema.warning_count)
                if self._states.get(schema.schema) != state:
                    self._states[schema.schema] = state
                    self._report(schema)
        return _ended(execution)


def _ended(execution: models.BulkSyncExecution) -> bool:
    # A later version may have more words for an end.
    unknown = execution.status not in models.ExecutionStatus.__members__.values()
    return execution.status in ENDED or (unknown and isinstance(execution.completed_at, dt.datetime))


def _completed(id: UUID | str, execution: models.BulkSyncExecution) -> models.BulkSyncExecution:  # noqa: A002
    if execution.status == "completed":
        return execution
    kind = ExecutionCanceledError if execution.status == "canceled" else ExecutionFailedError
    raise kind(id, execution)


def _timeout(
    id: UUID | str,  # noqa: A002
    execution: models.BulkSyncExecution,
    deadline: float | None,
) -> ExecutionTimeoutError:
    text = f"execution {execution.id} of bulk sync {id} was still {execution.status} after {deadline or 0:g} s"
    return ExecutionTimeoutError(text, execution)


def _may_have_begun(error: BaseException) -> bool:
    """Say whether a start that failed like this may have begun an execution."""
    if isinstance(error, APIStatusError):
        return isinstance(error, ServerError)
    return (isinstance(error, RequestError) and not isinstance(error, NotSentError)) or not isinstance(error, Exception)
