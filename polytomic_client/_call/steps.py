"""The steps that the policy of a call asks its driver for."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, Generic, TypeVar

from attrs import define, frozen

from .._core.secret import Secret
from .._http.messages import Request

T = TypeVar("T")


@define  # not frozen: to make one is part of every call, and takes half as long
class Send:
    """Send the request; answered with a Reply, or thrown a TransportError or DeadlineExceededError.

    Attributes:
        request: What to send.
        remaining: The seconds until the deadline.
        fresh: Whether to send it over a new connection.
    """

    request: Request
    remaining: float
    fresh: bool = False


@frozen
class Sleep:
    """Wait so many seconds; thrown a ClientClosedError if the client is closed meanwhile."""

    seconds: float


@frozen
class Authorize:
    """Ask the user's callable for a key, unless a newer one than `refused` is at hand; answered with a Secret."""

    refused: Secret | None
    remaining: float


Step = Send | Sleep | Authorize
Flow = Generator[Step, Any, T]


@define
class Finished(Generic[T]):
    """The end of a flow, with what it returned."""

    value: T


def proceed(resume: Callable[[Any], Step], argument: object) -> Step | Finished[Any]:
    """Resume a flow with its `send` or `throw`, and return its next step or its end.

    A StopIteration is the end of the flow only here: one that code of the user's raises, such as a mock without
    values, must not be taken for it.
    """
    try:
        return resume(argument)
    except StopIteration as stop:
        return Finished(stop.value)


def stopped(step: Step) -> RuntimeError:
    """Return the error of a StopIteration that code of the user's raised in a step."""
    source = {Send: "the transport", Sleep: "the clock", Authorize: "the api_key callable"}[type(step)]
    return RuntimeError(f"{source} raised StopIteration, got no result. Give a mock a value for every attempt.")


def stop_of(error: BaseException) -> BaseException | None:
    """Return the StopIteration or StopAsyncIteration that an error is, or that Python made a RuntimeError of."""
    if isinstance(error, RuntimeError):
        return error.__cause__ if isinstance(error.__cause__, (StopIteration, StopAsyncIteration)) else None
    return error
