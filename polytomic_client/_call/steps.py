"""The steps that the policy of a call yields to its driver."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, Generic, TypeVar

from attrs import define, frozen

from .._core.secret import Secret
from .._http.messages import Request

T = TypeVar("T")


@define  # not frozen: every call creates one, which takes half as long unfrozen
class Send:
    """Send the request. The driver sends a Reply back, or throws a TransportError or DeadlineExceededError.

    Attributes:
        request: The request.
        remaining: The seconds until the deadline.
        fresh: Whether to use a new connection.
    """

    request: Request
    remaining: float
    fresh: bool = False


@frozen
class Sleep:
    """Sleep for a number of seconds. The driver throws a ClientClosedError if the client is closed meanwhile."""

    seconds: float


@frozen
class Authorize:
    """Fetch a key from the user's callable, unless a newer one than `refused` is known. The driver sends a Secret."""

    refused: Secret | None
    remaining: float


Step = Send | Sleep | Authorize
Flow = Generator[Step, Any, T]


@define
class Finished(Generic[T]):
    """The end of a flow, with its return value."""

    value: T


def proceed(resume: Callable[[Any], Step], argument: object) -> Step | Finished[Any]:
    """Resume a flow with its `send` or `throw`, and return its next step or its end.

    Only here does a StopIteration mean the end of the flow. The user's code may raise one too, for example a mock
    without values.
    """
    try:
        return resume(argument)
    except StopIteration as stop:
        return Finished(stop.value)


def stopped(step: Step) -> RuntimeError:
    """Return the error to raise if the user's code raised a StopIteration in a step."""
    source = {Send: "the transport", Sleep: "the clock", Authorize: "the api_key callable"}[type(step)]
    return RuntimeError(f"{source} raised StopIteration, got no result. Give a mock a value for every attempt.")


def stop_of(error: BaseException) -> BaseException | None:
    """Return the StopIteration or StopAsyncIteration behind an error, or None for any other RuntimeError."""
    if isinstance(error, RuntimeError):
        return error.__cause__ if isinstance(error.__cause__, (StopIteration, StopAsyncIteration)) else None
    return error
