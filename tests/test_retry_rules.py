"""The table of retry rules: what each kind of failure means for a call, a fan-out and polling. Without I/O."""

from __future__ import annotations

import pytest

from polytomic_client import (
    CallCancelledError,
    ClientClosedError,
    ConnectTimeoutError,
    DeadlineExceededError,
    DecodeError,
    NotReachedError,
    NotSentError,
    OutcomeUnknownError,
    ProxyAuthenticationError,
    ReadTimeoutError,
    RequestError,
    ResponseTooLargeError,
    TLSError,
    TransportError,
    VersionMismatchError,
)
from polytomic_client._call.retry import is_overload, may_be_in_flight, may_call_again, may_retry, rule_of
from polytomic_client._call.statuses import status_error


class UserError(Exception):
    """An error of a function of the user's."""


def facts(error: Exception) -> str:
    """Return what is true of an error, as the tables name it."""
    said = {
        "again-get": may_call_again(located(error, "GET")),
        "again-post": may_call_again(located(error, "POST")),
        "overload": is_overload(error),
        "poll": rule_of(error).poll_again,
    }
    if isinstance(error, RequestError):
        said = {
            "retry-get": may_retry(error, repeatable=True, in_flight=False),
            "retry-patch": may_retry(error, repeatable=False, in_flight=False),
            "retry-key": may_retry(error, repeatable=False, in_flight=True),
            "in-flight": may_be_in_flight(error),
            **said,
        }
    return " ".join(fact for fact, true in said.items() if true)


def located(error: Exception, method: str) -> Exception:
    return (
        error.locate("operation", f"{method} https://polytomic.example.com/", 1)
        if isinstance(error, RequestError)
        else error
    )


PROXY = "retry-get in-flight again-get overload poll"

STATUSES = {
    408: PROXY,
    409: "retry-key",
    429: "retry-get retry-patch retry-key again-get again-post overload poll",
    502: PROXY,
    503: PROXY,
    504: PROXY,
}
"""What follows from a status: the call sends a GET or keyed POST again (retry-get), a PATCH or DELETE (retry-patch), a
request whose key is in flight (retry-key). A fan-out calls again (again-get, again-post). The API may still work on it
(in-flight). It is a sign of overload. The next poll may succeed."""


@pytest.mark.parametrize("status", [*range(200, 206), *range(300, 309), *range(400, 452), *range(500, 600)])
def test_every_status_has_one_meaning(status: int) -> None:
    assert facts(status_error(status, b"", {})) == STATUSES.get(status, "poll" if status >= 500 else "")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (NotSentError("refused"), "retry-get retry-patch retry-key again-get again-post poll"),
        (ConnectTimeoutError("late"), "retry-get retry-patch retry-key again-get again-post overload poll"),
        (TLSError("untrusted"), ""),
        (ProxyAuthenticationError("the proxy responded with 407"), ""),
        (OutcomeUnknownError("reset"), "retry-get in-flight again-get poll"),
        (ReadTimeoutError("silence"), "retry-get in-flight again-get overload poll"),
        (TransportError("failed"), "poll"),
        (DeadlineExceededError("late"), "again-get overload poll"),
        (NotReachedError("late"), "again-get overload poll"),
        (ClientClosedError("closed"), ""),
        (DecodeError("not JSON"), ""),
        (ResponseTooLargeError("large"), ""),
        (VersionMismatchError("2023-04-25", "2024-02-08", 200), ""),
        (RequestError("another"), ""),
        (CallCancelledError("cancelled"), ""),
        (TimeoutError(), "again-get again-post overload"),
        (ConnectionResetError(), "again-get again-post"),
        (OSError(), ""),
        (UserError(), ""),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_every_error_has_one_meaning(error: Exception, expected: str) -> None:
    assert facts(error) == expected


@pytest.mark.parametrize("status", [429, 503])
def test_a_call_that_changes_something_is_not_made_again_once_an_outcome_is_unknown(status: int) -> None:
    error = status_error(status, b"", {})
    error.outcome_unknown = True
    assert may_call_again(located(error, "GET"))
    assert may_call_again(located(error, "HEAD"))
    assert not may_call_again(located(error, "POST"))
