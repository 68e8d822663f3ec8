"""Refresh a source's schemas: `refresh_bulk_source` of both clients."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from .._call.retry import may_be_in_flight
from .._core.checks import positive_seconds
from .._core.log import logger
from .._core.tracebacks import with_short_tracebacks
from .._text import quoted
from ..errors import DeadlineExceededError, RequestError
from ..v2023_04_25 import models
from ..v2023_04_25.api import AsyncOperations
from .client_protocol import end_of, until
from .drivers import Jobs
from .polling import poll

DEFAULT_DEADLINE = 600.0
"""Seconds: a source with thousands of tables takes minutes. The API does not document how long it refreshes."""

DEFAULT_POLL_INTERVAL = 5.0
"""Maximum seconds between two polls."""


class AsyncSources(Jobs[AsyncOperations]):
    """The workflows of AsyncPolytomic for sources."""

    @with_short_tracebacks
    async def refresh_bulk_source(
        self,
        connection_id: UUID | str,
        *,
        deadline: float = DEFAULT_DEADLINE,
        poll_interval: float = DEFAULT_POLL_INTERVAL,
    ) -> models.BulkSourceEnvelope:
        """Refresh a source's schemas, wait until that is done, and return them.

        The cache is fresh once the API reports a different end of a refresh and does not report a later start. The
        values of `cache_status` are not documented, so they are ignored. A refresh already under way counts, too.

        Args:
            connection_id: The connection of the source.
            deadline: Maximum seconds to wait.
            poll_interval: Maximum seconds between two polls.

        Returns:
            The source with its schemas and their fields, as `get_bulk_source` returns it.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            DeadlineExceededError: The schemas were not fresh, or not returned, in time.
            RequestError: A call failed permanently.

        Example:
            source = await client.refresh_bulk_source(connection_id)
            print([schema.id for schema in source.data.schemas or ()])
        """
        client = self._job_client
        end = end_of(client, deadline)
        interval = positive_seconds("poll_interval", poll_interval)
        last: models.BulkSourceStatus

        async def poll_once(operations: AsyncOperations) -> models.BulkSourceStatus:
            return (await operations.get_bulk_source_status(connection_id)).data

        def fresh(status: models.BulkSourceStatus) -> bool:
            nonlocal last
            last = status
            started, finished = status.last_refresh_started, status.last_refresh_finished
            if not isinstance(finished, dt.datetime) or finished == before:
                return False
            return not isinstance(started, dt.datetime) or finished >= started

        last = await poll_once(until(client, end))
        before = last.last_refresh_finished
        try:
            await until(client, end).get_bulk_source(connection_id, refresh_schemas=True, include_fields=False)
        except RequestError as error:
            # The API does not document whether its response waits for the schemas, longer than this client or a proxy
            # waits. The status shows when they are fresh.
            if not isinstance(error, DeadlineExceededError) and not may_be_in_flight(error):
                raise
            logger.info("%s Polling, since the refresh may be under way nevertheless.", error)
        if await poll(client, poll_once, fresh, end=end, interval=interval) is None:
            raise DeadlineExceededError(
                f"the schemas of connection {quoted(connection_id)} were not fresh after {deadline:g} s, "
                f"got cache_status {quoted(last.cache_status)!r}."
            )
        return await until(client, end).get_bulk_source(connection_id, include_fields=True)
