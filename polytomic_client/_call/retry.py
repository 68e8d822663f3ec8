"""Classify failures: one table that the policy, polling and fan-outs use to decide on retries."""

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
    ProxyAuthenticationError,
    ReadTimeoutError,
    RequestError,
    TLSError,
    TransportError,
    VersionMismatchError,
)

REPEATABLE_METHODS = frozenset({"GET", "HEAD", "POST"})
"""Methods that are safe to send twice. To a repeated POST with an idempotency key, the API returns the first outcome.
What a second PATCH or DELETE does is not documented."""

SAFE_METHODS = frozenset({"GET", "HEAD"})
"""Methods that change nothing, so that a whole call may be made again."""

HITS_ALL: tuple[type[Exception], ...] = (
    AuthenticationError,
    ProxyAuthenticationError,
    VersionMismatchError,
    ClientClosedError,
)
"""Errors that end a fan-out at once, because every other call would fail as well."""

BUGS: tuple[type[Exception], ...] = (NameError,)
"""Errors of the user's own function that end a fan-out: an UnboundLocalError is one too. No item can cause them."""

LIKELY_BUGS: frozenset[type[Exception]] = frozenset({TypeError, AttributeError})
"""Errors of the user's own function that end a fan-out as long as no call has succeeded. An odd item can cause them."""

BACKOFF_FIRST = 0.5
"""Maximum seconds of the first delay."""

BACKOFF_LONGEST = 8.0
"""Maximum seconds of any delay. The deadline ends a call long before a longer delay is useful."""

MOST_DOUBLINGS = 10
"""Maximum doublings of the first delay, far more than `BACKOFF_LONGEST` needs. 2.0 ** 1024 is an OverflowError."""

RETRY_AFTER_LONGEST = 60.0
"""Maximum seconds of a `Retry-After`. If a server requests a longer wait, the client raises the error at once."""


class May(Enum):
    """When something may be sent again."""

    NEVER = "never"
    IF_REPEATABLE = "if the API may see it twice"
    IF_KEY_IN_FLIGHT = "if an earlier request with the same idempotency key may still be running"
    ALWAYS = "always"


@frozen
class Rule:
    """The rule for one kind of failure.

    Attributes:
        retry: When the call may send the request again.
        call_again: When a fan-out may make the whole call again, with another idempotency key.
        passed_on: Whether a proxy may have sent this response while the API is working on the request.
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
"""Any other 5xx. Not retried, because the API replays the first outcome of an idempotency key for a day, even a 500."""
_PROXY: Final = Rule(May.IF_REPEATABLE, May.IF_REPEATABLE, passed_on=True, overload=True, poll_again=True)

BY_STATUS: Final = {
    408: _PROXY,
    409: Rule(May.IF_KEY_IN_FLIGHT),
    # The API did not act on a request that it rejected because of the rate limit.
    429: Rule(May.ALWAYS, May.ALWAYS, overload=True, poll_again=True),
    502: _PROXY,
    503: _PROXY,
    504: _PROXY,
}

BY_KIND: Final = (
    (TLSError, _FINAL),
    (ProxyAuthenticationError, _FINAL),
    (ConnectTimeoutError, Rule(May.ALWAYS, May.ALWAYS, overload=True, poll_again=True)),
    (NotSentError, Rule(May.ALWAYS, May.ALWAYS, poll_again=True)),
    (ReadTimeoutError, Rule(May.IF_REPEATABLE, May.IF_REPEATABLE, overload=True, poll_again=True)),
    (OutcomeUnknownError, Rule(May.IF_REPEATABLE, May.IF_REPEATABLE, poll_again=True)),
    (TransportError, Rule(poll_again=True)),
    (DeadlineExceededError, Rule(May.NEVER, May.IF_REPEATABLE, overload=True, poll_again=True)),
    (RequestError, _FINAL),
    # Errors of the user's own functions.
    (TimeoutError, Rule(May.NEVER, May.ALWAYS, overload=True)),
    (ConnectionError, Rule(May.NEVER, May.ALWAYS)),
)
"""The first class that an error is an instance of decides."""


def rule_of(error: BaseException) -> Rule:
    """Return the rule for an error."""
    if isinstance(error, APIStatusError):
        return BY_STATUS.get(error.status_code, _SERVER if error.status_code // 100 == 5 else _FINAL)
    return next((rule for kind, rule in BY_KIND if isinstance(error, kind)), _FINAL)


def may_be_in_flight(error: RequestError) -> bool:
    """Return whether the API may still be working on a failed attempt. If so, it rejects a retry with a 409."""
    return rule_of(error).passed_on if isinstance(error, APIStatusError) else error.outcome_unknown


def is_stale(error: RequestError) -> bool:
    """Return whether a request was sent on a connection that the server was closing as idle."""
    return isinstance(error, OutcomeUnknownError) and error.stale


def is_overload(error: BaseException) -> bool:
    """Return whether an error is a sign that the API has more load than it can handle."""
    return rule_of(error).overload


def may_retry(error: RequestError, *, repeatable: bool, in_flight: bool) -> bool:
    """Return whether a call may retry a failed request, and a retry may succeed.

    Args:
        error: The error of the attempt.
        repeatable: Whether the request is safe to send twice: a GET, or a call with an idempotency key.
        in_flight: Whether an earlier request with the same idempotency key may still be running.
    """
    may = rule_of(error).retry
    return may is May.ALWAYS or (may is May.IF_REPEATABLE and repeatable) or (may is May.IF_KEY_IN_FLIGHT and in_flight)


def may_call_again(error: Exception) -> bool:
    """Return whether a whole call that failed may be made again, and may then succeed.

    A POST with an attempt of unknown outcome may not, because the next call has another idempotency key.
    """
    repeatable = isinstance(error, RequestError) and error.method in SAFE_METHODS
    if isinstance(error, RequestError) and error.outcome_unknown and not repeatable:
        return False
    may = rule_of(error).call_again
    return may is May.ALWAYS or (may is May.IF_REPEATABLE and repeatable)


def retry_delay(error: RequestError, *, attempt: int, repeatable: bool, in_flight: bool, clock: Clock) -> float | None:
    """Return how long to wait before the retry of a failed request.

    Args:
        error: The error of the attempt.
        attempt: The number of the attempt, from 1.
        repeatable: As in `may_retry`.
        in_flight: As in `may_retry`.
        clock: The source of the jitter.

    Returns:
        Seconds, or None if the request must not be retried: it would fail again, the API may have acted on it, or
        Retry-After is above 60 seconds.
    """
    if not may_retry(error, repeatable=repeatable, in_flight=in_flight):
        return None
    retry_after = error.retry_after if isinstance(error, APIStatusError) else None
    if retry_after is not None:
        return retry_after if retry_after <= RETRY_AFTER_LONGEST else None
    # Full jitter: callers that failed together must not retry together.
    return clock.random() * min(BACKOFF_LONGEST, BACKOFF_FIRST * 2.0 ** min(attempt - 1, MOST_DOUBLINGS))


def parse_retry_after(value: str | None, now: float) -> float | None:
    """Return the seconds to wait according to a Retry-After header (RFC 9110, section 10.2.3).

    Args:
        value: The header: a number of seconds, or an HTTP date.
        now: The seconds since 1970 (UTC).

    Returns:
        Seconds, which are 0 for a past date. None if the header is missing or invalid.
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
