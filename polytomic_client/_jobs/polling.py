"""Polling the API until something has ended, less and less often."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from .._call.retry import rule_of
from .._core.log import logger
from ..errors import APIStatusError, RequestError
from .client_protocol import JobClient, Operations, until

T = TypeVar("T")

FIRST_WAIT = 0.5
"""Seconds before the second poll: what is quick is seen quickly."""

WAIT_GROWTH = 1.5
"""By how much each wait is longer than the one before."""

LAST_POLL = 0.5
"""How many seconds before the deadline the last poll begins, so that there is time for its response. Of a time that is
shorter than two of these, half."""

MOST_MISSED = 5
"""How many polls in a row may fail before a wait that may have taken hours is given up."""


async def poll(
    client: JobClient[Operations],
    look: Callable[[Operations], Awaitable[T]],
    ended: Callable[[T], bool],
    *,
    end: float,
    interval: float,
) -> T | None:
    """Call the API again and again, less and less often.

    Args:
        client: What calls it.
        look: Makes one call, with operations that keep to the deadline.
        ended: Returns whether what was seen is the end.
        end: When to give up, in the seconds of `client.now`.
        interval: The most seconds between two polls, unless a Retry-After asks for more.

    Returns:
        What was seen last, or None where time was up before the end.

    Raises:
        RequestError: A poll failed for good, or too many in a row did.
    """
    wait, missed = min(FIRST_WAIT, interval), 0
    last = end - min(LAST_POLL, (end - client.now()) / 2)
    while (left := last - client.now()) > 0:
        await client.sleep(min(wait, left))
        wait = min(wait * WAIT_GROWTH, interval)
        try:
            seen = await look(until(client, end))
        except RequestError as error:
            missed += 1
            if missed > MOST_MISSED or not rule_of(error).poll_again:
                raise
            if isinstance(error, APIStatusError):
                wait = max(wait, error.retry_after or 0.0)
            logger.info("%s Looking again in %.2f s.", error, wait)
        else:
            missed = 0
            if ended(seen):
                return seen
    return None
