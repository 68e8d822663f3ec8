"""When a failed try is repeated and how long to wait before: pure functions, and the clock they are given."""

from __future__ import annotations

import asyncio
import random
import time
from datetime import UTC
from math import isfinite
from typing import Protocol

from .._http.places import Places
from ..errors import APIStatusError, DeadlineExceededError, NotSentError, OutcomeUnknownError, RequestError, TLSError

BACKOFF_FIRST = 0.5
"""Seconds: the ceiling of the first delay."""

BACKOFF_LONGEST = 8.0
"""Seconds: the ceiling of every delay after a few; the deadline ends a call long before more is of use."""

MOST_DOUBLINGS = 10
"""How often the ceiling is doubled at most, which is far above the longest: 2.0 ** 1024 is an OverflowError."""

RETRY_AFTER_LONGEST = 60.0
"""Seconds: a server that asks for a longer wait is believed, and its error is raised at once instead."""

RETRIED_STATUSES = frozenset({408, 429, 502, 503, 504})
"""A server or a proxy that is overloaded, restarting or slow. Not 500: the API replays a keyed call's first outcome,
500s included, so that a loop would see the same answer for a day."""

PASSED_ON_STATUSES = frozenset({408, 502, 503, 504})
"""What a proxy may answer while the API works on the request."""


class Clock(Protocol):
    """Time, sleep and randomness, so that a test of a service need not wait."""

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        ...

    def time(self) -> float:
        """Return the seconds since 1970 (UTC), to compare an HTTP date with."""
        ...

    def random(self) -> float:
        """Return a number from 0 up to 1."""
        ...

    def sleep(self, seconds: float) -> None:
        """Block for so many seconds."""
        ...

    async def sleep_async(self, seconds: float) -> None:
        """Suspend for so many seconds."""
        ...


class SystemClock:
    """The clock of this machine."""

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return time.monotonic()

    def time(self) -> float:
        """Return the seconds since 1970 (UTC)."""
        return time.time()

    def random(self) -> float:
        """Return a number from 0 up to 1."""
        return random.random()

    def sleep(self, seconds: float) -> None:
        """Block for so many seconds."""
        time.sleep(seconds)

    async def sleep_async(self, seconds: float) -> None:
        """Suspend for so many seconds."""
        await asyncio.sleep(seconds)


RETRY_BUDGET = 100
"""How many repetitions a client has at its start, and at most."""

SUCCESSES_PER_RETRY = 10
"""How many successes give one back: in the long run, a tenth of the calls may be repeated."""


class RetryBudget:
    """How many tries more the calls of one client may make, so that their repetitions do not prolong an outage."""

    def __init__(self) -> None:
        self._left = self._most = RETRY_BUDGET * SUCCESSES_PER_RETRY
        self._turn = Places(1)

    def take(self) -> bool:
        """Say whether a failed try may be repeated, and count it if so."""
        return self._turn.hold(self._take)

    def _take(self) -> bool:
        if self._left < SUCCESSES_PER_RETRY:
            return False
        self._left -= SUCCESSES_PER_RETRY
        return True

    def refund(self) -> None:
        """Count a success."""
        if self._left < self._most:
            self._turn.hold(self._give_back)

    def _give_back(self) -> None:
        self._left = min(self._most, self._left + 1)


def parse_retry_after(value: str | None, now: float) -> float | None:
    """Return the seconds that a Retry-After header asks to wait (RFC 9110, section 10.2.3).

    Args:
        value: The header: a number of seconds, or an HTTP date.
        now: The seconds since 1970 (UTC).

    Returns:
        Seconds, 0 for a date that is past; None for no header and for one that makes no sense.
    """
    if value is None:
        return None
    value = value.strip()
    try:
        seconds = float(value)
    except ValueError:
        from email.utils import parsedate_to_datetime

        try:
            moment = parsedate_to_datetime(value)
        except (ValueError, IndexError, OverflowError):
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return max(0.0, moment.timestamp() - now)
    return seconds if isfinite(seconds) and seconds >= 0 else None


def may_be_in_flight(error: RequestError) -> bool:
    """Say whether the API may still be working on a failed attempt, so that it answers a retry with 409."""
    if isinstance(error, APIStatusError):
        return error.status_code in PASSED_ON_STATUSES
    return error.outcome_unknown


def is_stale(error: RequestError) -> bool:
    """Say whether a request met a connection that the server was closing as idle."""
    return isinstance(error, OutcomeUnknownError) and error.stale


def may_repeat(error: Exception, *, repeatable: bool, in_flight: bool = False) -> bool:
    """Say whether a failed try may be repeated, and could end in another way.

    Args:
        error: Why the try failed.
        repeatable: Whether the API may see the request twice: a GET, or a call with an idempotency key.
        in_flight: Whether an earlier request with the same idempotency key may still be running.
    """
    if isinstance(error, NotSentError):
        return not isinstance(error, TLSError)
    if isinstance(error, OutcomeUnknownError):
        return repeatable
    if isinstance(error, APIStatusError):
        # What is refused for its rate was not acted on, whatever the method.
        return (
            error.status_code == 429
            or (repeatable and error.status_code in RETRIED_STATUSES)
            or (in_flight and error.status_code == 409)
        )
    return False


def may_call_again(error: Exception) -> bool:
    """Say whether a whole call that failed may be made again, and could end in another way.

    Not a POST any of whose attempts has an unknown outcome: the next call has another idempotency key.
    """
    if not isinstance(error, RequestError):
        return isinstance(error, (TimeoutError, ConnectionError))
    repeatable = error.request.startswith("GET ")
    if error.outcome_unknown and not repeatable:
        return False
    return may_repeat(error, repeatable=repeatable) or (repeatable and isinstance(error, DeadlineExceededError))


def retry_delay(error: RequestError, *, attempt: int, repeatable: bool, in_flight: bool, clock: Clock) -> float | None:
    """Return how long to wait before a failed try is repeated.

    Args:
        error: Why the try failed.
        attempt: Which try it was, from 1.
        repeatable: Whether the API may see the request twice: a GET, or a call with an idempotency key.
        in_flight: Whether an earlier request with the same idempotency key may still be running.
        clock: The source of the jitter.

    Returns:
        Seconds, or None where the try must not be repeated: an error that would only come again, one that may have
        acted, or a Retry-After above 60 seconds.
    """
    if not may_repeat(error, repeatable=repeatable, in_flight=in_flight):
        return None
    retry_after = error.retry_after if isinstance(error, APIStatusError) else None
    if retry_after is not None:
        return retry_after if retry_after <= RETRY_AFTER_LONGEST else None
    # Full jitter: callers that failed together must not come back together.
    return clock.random() * min(BACKOFF_LONGEST, BACKOFF_FIRST * 2.0 ** min(attempt - 1, MOST_DOUBLINGS))
