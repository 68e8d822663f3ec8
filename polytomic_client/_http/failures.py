"""Translates errors of libraries and of the system, and enforces the deadline of an awaitable."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Awaitable, Sequence
from typing import Any, TypeVar

from .._text import described
from ..errors import (
    ConnectTimeoutError,
    DeadlineExceededError,
    NotSentError,
    OutcomeUnknownError,
    RequestError,
    TLSError,
)
from .proxy import netloc
from .tls import is_plain, refusal

T = TypeVar("T")

ErrorTable = Sequence[tuple[type[BaseException] | tuple[type[BaseException], ...], type[RequestError]]]
"""Pairs of a library's errors and the client's, the most specific first."""

DEADLINE_PASSED = "the deadline passed"

CLOSED_IDLE = "the server closed the idle connection as the request was sent"

CLOSED = "the client was closed while the call waited for a connection"

CLOSED_EARLY = "the connection was closed before anything was sent"

NOT_TLS = "the server does not speak TLS: if it runs on this machine, base_url may need http://"

BROKEN_OFF: ErrorTable = ((BaseException, OutcomeUnknownError),)
"""Errors of a connection on which a request was sent."""

NOT_CONNECTED: ErrorTable = ((BaseException, NotSentError),)
"""Errors of a connection that was not established."""


def deadline_passed(*, sent: bool) -> DeadlineExceededError:
    """Return the error for a deadline that passed before or after a request was sent."""
    error = DeadlineExceededError(DEADLINE_PASSED)
    error.outcome_unknown = sent
    return error


async def within(seconds: float, work: Awaitable[T], *, sent: bool = False) -> T:
    """Await `work` until the call's deadline, and return its result.

    Args:
        seconds: Seconds until the deadline.
        work: The awaitable, which is cancelled at the deadline.
        sent: Whether the work may have sent a request.

    Raises:
        DeadlineExceededError: The deadline passed.
    """
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            return await work
    except TimeoutError:
        if not limit.expired():
            raise
    # Raised out here, so that its context is not the cancellation, whose frames hold the request's headers.
    raise deadline_passed(sent=sent)


def silence(seconds: float) -> str:
    """Return the message for a server that sent nothing for this many seconds."""
    return f"no bytes from the API for {seconds:g} s (timeout.read)"


def stall(seconds: float) -> str:
    """Return the message for a server that accepted nothing for this many seconds."""
    return f"the API accepted no bytes of the request for {seconds:g} s (timeout.write)"


def not_connected(seconds: float) -> ConnectTimeoutError:
    """Return the error for a connection that was not established within this many seconds."""
    return ConnectTimeoutError(f"no connection within {seconds:g} s")


def unreachable(address: Any, number: int | None) -> NotSentError:
    """Return the error for an address that does not accept a connection. Both clients have the same message.

    Args:
        address: The address of a socket.
        number: The system's errno, or None if it has none in time.
    """
    kind = ConnectTimeoutError if number is None else NotSentError
    reason = "no connection within its share of the timeout" if number is None else os.strerror(number)
    return kind(f"cannot connect to {netloc(address[0], address[1])}: {reason}")


def is_end(error: BaseException | None) -> bool:
    """Return whether the peer ended the connection, with a reset or without an error (None)."""
    return error is None or isinstance(error, (ConnectionError, ssl.SSLEOFError))


def is_of_the_system(error: OSError) -> bool:
    """Return whether the system raised an error, rather than a signal handler.

    A system's error has an errno. Any other, for example a handler's own TimeoutError, must reach the user unchanged.
    """
    return error.errno is not None


def translate(error: BaseException, table: ErrorTable) -> RequestError:
    """Return the client's error for a library's. Raise it outside `except`: a library's holds the request's headers."""
    kind = next(ours for theirs, ours in table if isinstance(error, theirs))
    tls = refusal(error)
    if tls is not None and issubclass(kind, NotSentError):
        # Only for a handshake: an unreadable record later on comes after the request was sent.
        kind, error = TLSError, tls
    if kind is NotSentError and is_end(error):
        # During the handshake, a close is reported as a reset if the client has sent something.
        return kind(CLOSED_EARLY)
    if kind is NotSentError and is_plain(error):
        return kind(NOT_TLS)
    return kind(described(error))
