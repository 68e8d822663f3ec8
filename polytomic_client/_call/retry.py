"""What a failure means for what comes next: one table, for the policy, for polling and for fan-outs."""

from __future__ import annotations

from datetime import UTC
from enum import Enum
from math import isfinite
from typing import Final

from attrs import frozen

from .._core.clock import Clock
from ..errors import (
    APIStatusError,
    AuthenticationError,
    ClientClosedError,
    ConnectTimeoutError,
    DeadlineExceededError,
    NotSentError,
    OutcomeUnknownError,
    ReadTimeoutError,
    RequestError,
    TLSError,
    TransportError,
    VersionMismatchError,
)

REPEATABLE_METHODS = frozenset({"GET", "HEAD", "POST"})
"""Methods that the API may see twice. It answers a POST with an idempotency key with the first outcome. What a second
PATCH or DELETE does is not documented."""

HITS_ALL: tuple[type[Exception], ...] = (AuthenticationError, VersionMismatchError, ClientClosedError)
"""Errors that end a fan-out at once, because every other call would fail as well."""

BACKOFF_FIRST = 0.5
"""Seconds: the ceiling of the first delay."""

BACKOFF_LONGEST = 8.0
"""Seconds: the ceiling of every delay after a few; the deadline ends a call long before more is of use."""

MOST_DOUBLINGS = 10
"""How often the ceiling is doubled at most, which is far above the longest: 2.0 ** 1024 is an OverflowError."""

RETRY_AFTER_LONGEST = 60.0
"""Seconds: where a server asks for a longer wait, the client raises its error at once."""


class May(Enum):
    """Whether something may be sent again."""

    NEVER = "never"
    IF_REPEATABLE = "if the API may see it twice"
    IF_KEY_IN_FLIGHT = "if an earlier request with the same idempotency key may still be running"
    ALWAYS = "always"


@frozen
class Rule:
    """What one kind of failure means.

    Attributes:
        retry: Whether the call may send the request again.
        call_again: Whether a fan-out may make the whole call again, under another idempotency key.
        passed_on: Whether a proxy may have answered this while the API works on the request.
        overload: Whether it is a sign that the API has more load than it can handle.
        poll_again: Whether the next poll may succeed.
    """

    retry: May = May.NEVER
    call_again: May = May.NEVER
    passed_on: bool = False
    overload: bool = False
    poll_again: bool = False


_FINAL: Final = Rule()
_SERVER: Final = Rule(poll_again=True)
"""Another 5xx. Not sent again, because the API replays the first outcome of a keyed call for a day, 500 included."""
_PROXY: Final = Rule(May.IF_REPEATABLE, May.IF_REPEATABLE, passed_on=True, overload=True, poll_again=True)

BY_STATUS: Final = {
    408: _PROXY,
    409: Rule(May.IF_KEY_IN_FLIGHT),
    # The API did not act on what it refused for its rate.
    429: Rule(May.ALWAYS, May.ALWAYS, overload=True, poll_again=True),
    502: _PROXY,
    503: _PROXY,
    504: _PROXY,
}

BY_KIND: Final = (
    (TLSError, _FINAL),
    (ConnectTimeoutError, Rule(May.ALWAYS, May.ALWAYS, overload=True, poll_again=True)),
    (NotSentError, Rule(May.ALWAYS, May.ALWAYS, poll_again=True)),
    (ReadTimeoutError, Rule(May.IF_REPEATABLE, May.IF_REPEATABLE, overload=True, poll_again=True)),
    (OutcomeUnknownError, Rule(May.IF_REPEATABLE, May.IF_REPEATABLE, poll_again=True)),
    (TransportError, Rule(poll_again=True)),
    (DeadlineExceededError, Rule(May.NEVER, May.IF_REPEATABLE, overload=True, poll_again=True)),
    (RequestError, _FINAL),
    # Errors of a function of the user's.
    (TimeoutError, Rule(May.NEVER, May.ALWAYS, overload=True)),
    (ConnectionError, Rule(May.NEVER, May.ALWAYS)),
)
"""The first class that an error has decides."""


def rule_of(error: BaseException) -> Rule:
    """Return what an error means."""
    if isinstance(error, APIStatusError):
        return BY_STATUS.get(error.status_code, _SERVER if error.status_code // 100 == 5 else _FINAL)
    return next((rule for kind, rule in BY_KIND if isinstance(error, kind)), _FINAL)


def may_be_in_flight(error: RequestError) -> bool:
    """Return whether the API may still be working on a failed attempt, so that it answers a retry with 409."""
    return rule_of(error).passed_on if isinstance(error, APIStatusError) else error.outcome_unknown


def is_stale(error: RequestError) -> bool:
    """Return whether a request met a connection that the server was closing as idle."""
    return isinstance(error, OutcomeUnknownError) and error.stale


def is_overload(error: BaseException) -> bool:
    """Return whether an error is a sign that the API has more load than it can handle."""
    return rule_of(error).overload


def may_retry(error: RequestError, *, repeatable: bool, in_flight: bool) -> bool:
    """Return whether a call may send a failed request again, and could end in another way.

    Args:
        error: Why the attempt failed.
        repeatable: Whether the API may see the request twice: a GET, or a call with an idempotency key.
        in_flight: Whether an earlier request with the same idempotency key may still be running.
    """
    may = rule_of(error).retry
    return may is May.ALWAYS or (may is May.IF_REPEATABLE and repeatable) or (may is May.IF_KEY_IN_FLIGHT and in_flight)


def may_call_again(error: Exception) -> bool:
    """Return whether a whole call that failed may be made again, and could end in another way.

    Not a POST any of whose attempts has an unknown outcome: the next call has another idempotency key.
    """
    repeatable = isinstance(error, RequestError) and error.request.startswith("GET ")
    if isinstance(error, RequestError) and error.outcome_unknown and not repeatable:
        return False
    may = rule_of(error).call_again
    return may is May.ALWAYS or (may is May.IF_REPEATABLE and repeatable)


def retry_delay(error: RequestError, *, attempt: int, repeatable: bool, in_flight: bool, clock: Clock) -> float | None:
    """Return how long to wait before a failed request is sent again.

    Args:
        error: Why the attempt failed.
        attempt: Which attempt it was, from 1.
        repeatable: As `may_retry` has it.
        in_flight: As `may_retry` has it.
        clock: The source of the jitter.

    Returns:
        Seconds, or None where the request must not be sent again: an error that would only come again, one that may
        have acted, or a Retry-After above 60 seconds.
    """
    if not may_retry(error, repeatable=repeatable, in_flight=in_flight):
        return None
    retry_after = error.retry_after if isinstance(error, APIStatusError) else None
    if retry_after is not None:
        return retry_after if retry_after <= RETRY_AFTER_LONGEST else None
    # Full jitter: callers that failed together must not come back together.
    return clock.random() * min(BACKOFF_LONGEST, BACKOFF_FIRST * 2.0 ** min(attempt - 1, MOST_DOUBLINGS))


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
