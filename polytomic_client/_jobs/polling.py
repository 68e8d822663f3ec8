"""Poll the API until something has ended, at growing intervals."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from .._call.retry import rule_of
from .._core.log import logger
from ..errors import APIStatusError, RequestError
from .client_protocol import JobClient, Operations, until

T = TypeVar("T")

FIRST_WAIT = 0.5
"""Seconds before the second poll: short, so that a quick end is detected quickly."""

WAIT_GROWTH = 1.5
"""Factor by which each wait is longer than the one before."""

LAST_POLL = 0.5
"""Seconds between the start of the last poll and the deadline, so that there is time for its response. If the time
left at the start is shorter than twice this, half of it."""

MOST_MISSED = 5
"""Consecutive failed polls that a wait tolerates, since it may have taken hours already."""


async def poll(
    client: JobClient[Operations],
    poll_once: Callable[[Operations], Awaitable[T]],
    ended: Callable[[T], bool],
    *,
    end: float,
    interval: float,
) -> T | None:
    """Poll the API at growing intervals.

    Args:
        client: The client that sends the requests.
        poll_once: Makes one poll, with operations that keep to the deadline.
        ended: Returns whether the result of a poll is the end.
        end: When to give up, in the seconds of `client.now`.
        interval: Maximum seconds between two polls, unless a `Retry-After` requests more.

    Returns:
        The result of the last poll, or None if the time is up.

    Raises:
        RequestError: A poll failed permanently, or too many polls in a row failed.
    """
    wait, missed = min(FIRST_WAIT, interval), 0
    last = end - min(LAST_POLL, (end - client.now()) / 2)
    while (left := last - client.now()) > 0:
        await client.sleep(min(wait, left))
        wait = min(wait * WAIT_GROWTH, interval)
        try:
            seen = await poll_once(until(client, end))
        except RequestError as error:
            missed += 1
            if missed > MOST_MISSED or not rule_of(error).poll_again:
                raise
            if isinstance(error, APIStatusError):
                wait = max(wait, error.retry_after or 0.0)
            logger.info("%s Polling again in %.2f s.", error, wait)
        else:
            missed = 0
            if ended(seen):
                return seen
    return None
