"""How the errors of a library or of the system become ours, and the deadline of something awaited."""

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
from .tls import refusal

T = TypeVar("T")

ErrorTable = Sequence[tuple[type[BaseException] | tuple[type[BaseException], ...], type[RequestError]]]
"""A library's errors and ours, the most specific first."""

DEADLINE_PASSED = "the deadline passed"

CLOSED_IDLE = "the server closed the idle connection as the request was sent"

CLOSED = "the client was closed while the call waited for a connection"

CLOSED_EARLY = "the connection was closed before anything was sent"

BROKEN_OFF: ErrorTable = ((BaseException, OutcomeUnknownError),)
"""The errors of a connection on which a request was sent."""

NOT_CONNECTED: ErrorTable = ((BaseException, NotSentError),)
"""The errors of a connection that was not made."""


def deadline_passed(*, sent: bool) -> DeadlineExceededError:
    """Return the error of a deadline that passed before or after a request was sent."""
    error = DeadlineExceededError(DEADLINE_PASSED)
    error.outcome_unknown = sent
    return error


async def within(seconds: float, work: Awaitable[T], *, sent: bool = False) -> T:
    """Return what `work` gives, unless the call's deadline passes first.

    Args:
        seconds: How long that is.
        work: What is cancelled then.
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
    # Out here, so that the cancellation, whose frames hold the request's headers, is not its context.
    raise deadline_passed(sent=sent)


def silence(seconds: float) -> str:
    """Return what is wrong with a server that sent nothing for so long."""
    return f"no bytes from the API for {seconds:g} s (timeout.read)"


def stall(seconds: float) -> str:
    """Return what is wrong with a server that took nothing for so long."""
    return f"the API took no bytes of the request for {seconds:g} s (timeout.write)"


def not_connected(seconds: float) -> ConnectTimeoutError:
    """Return the error of a connection that was not made in so many seconds."""
    return ConnectTimeoutError(f"no connection within {seconds:g} s")


def unreachable(address: Any, number: int | None) -> NotSentError:
    """Return the error of an address that cannot be connected to, in the same words for both clients.

    Args:
        address: The address of a socket.
        number: What the system says, or None where it says nothing in time.
    """
    kind = ConnectTimeoutError if number is None else NotSentError
    reason = "no connection in its share of the time" if number is None else os.strerror(number)
    return kind(f"cannot connect to {netloc(address[0], address[1])}: {reason}")


def is_end(error: BaseException | None) -> bool:
    """Say whether an error is that the other side has ended the connection, with a reset or without an error."""
    return error is None or isinstance(error, (ConnectionError, ssl.SSLEOFError))


def is_of_the_system(error: OSError) -> bool:
    """Say whether an error is of the system, and not raised by a signal handler, such as a TimeoutError of its own.

    What the system raises has a number. The other one is the user's, and must be raised as it is.
    """
    return error.errno is not None


def translate(error: BaseException, table: ErrorTable) -> RequestError:
    """Return our error for a library's. Raise it outside of `except`: the library's holds the request's headers."""
    kind = next(ours for theirs, ours in table if isinstance(error, theirs))
    tls = refusal(error)
    if tls is not None and issubclass(kind, NotSentError):
        # Only a handshake: a record that cannot be read later on comes after the request was sent.
        kind, error = TLSError, tls
    if kind is NotSentError and not str(error):
        # What asyncio raises where the other side closes the connection during the handshake.
        return kind(CLOSED_EARLY)
    return kind(described(error))
