"""Reading the schemas of a source anew: `refresh_bulk_source` of both clients."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from .._call.retry import may_be_in_flight
from .._core.checks import positive_seconds
from .._core.log import logger
from .._text import quoted
from ..errors import DeadlineExceededError, RequestError
from ..v2023_04_25 import models
from ..v2023_04_25.api import AsyncOperations
from .client_protocol import end_of, until
from .drivers import AsyncJobs
from .polling import poll

DEFAULT_DEADLINE = 600.0
"""Seconds: a source with thousands of tables takes minutes. How long the API tries is documented nowhere."""

DEFAULT_POLL_INTERVAL = 5.0
"""Seconds between two looks at most."""


class AsyncSources(AsyncJobs[AsyncOperations]):
    """What AsyncPolytomic does about sources."""

    async def refresh_bulk_source(
        self,
        connection_id: UUID | str,
        *,
        deadline: float = DEFAULT_DEADLINE,
        poll_interval: float = DEFAULT_POLL_INTERVAL,
    ) -> models.BulkSourceEnvelope:
        """Have the schemas of a source read anew, wait until they are, and return them.

        The cache is fresh when the API names another end of a refresh than before, and no later start: the words of
        `cache_status` are documented nowhere. A refresh that is already under way is waited for, and counts.

        Args:
            connection_id: The connection to ask.
            deadline: How many seconds to wait at most.
            poll_interval: How many seconds lie between two looks at most.

        Returns:
            What the connection offers, as `get_bulk_source` answers it, with fields.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            DeadlineExceededError: The schemas were not fresh, or not answered, in time.
            RequestError: A call failed for good.

        Example:
            source = await polytomic.refresh_bulk_source(connection_id)
            print([schema.id for schema in source.data.schemas or ()])
        """
        client = self._job_client
        end = end_of(client, deadline)
        interval = positive_seconds("poll_interval", poll_interval)
        last: models.BulkSourceStatus

        async def look(operations: AsyncOperations) -> models.BulkSourceStatus:
            return (await operations.get_bulk_source_status(connection_id)).data

        def fresh(status: models.BulkSourceStatus) -> bool:
            nonlocal last
            last = status
            started, finished = status.last_refresh_started, status.last_refresh_finished
            if not isinstance(finished, dt.datetime) or finished == before:
                return False
            return not isinstance(started, dt.datetime) or finished >= started

        last = await look(until(client, end))
        before = last.last_refresh_finished
        try:
            await until(client, end).get_bulk_source(connection_id, refresh_schemas=True, include_fields=False)
        except RequestError as error:
            # It is documented nowhere whether the answer waits for the schemas, longer than this client or a proxy
            # does. The status tells when they are there.
            if not isinstance(error, DeadlineExceededError) and not may_be_in_flight(error):
                raise
            logger.info("%s Looking whether the schemas are read nevertheless.", error)
        if await poll(client, look, fresh, end=end, interval=interval) is None:
            raise DeadlineExceededError(
                f"the schemas of connection {quoted(connection_id)} were not fresh after {deadline:g} s: "
                f"the state of the cache is {quoted(last.cache_status)!r}"
            )
        return await until(client, end).get_bulk_source(connection_id, include_fields=True)
