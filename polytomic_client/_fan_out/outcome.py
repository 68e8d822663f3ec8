"""What came of one item of a fan-out, and what shows that its function is none to call."""

from __future__ import annotations

import inspect
from asyncio import CancelledError
from collections.abc import Callable
from types import CoroutineType
from typing import Generic, TypeVar, cast

from attrs import frozen

from .._text import quoted, shown
from ..errors import CallCancelledError

Item = TypeVar("Item")
Value = TypeVar("Value")


@frozen
class Outcome(Generic[Item, Value]):
    """What came of one item.

    Attributes:
        index: The item's place in the input, from 0.
        item: The item.
        error: Why it failed, or None.
    """

    index: int
    item: Item
    error: Exception | None
    _value: Value | None

    @property
    def ok(self) -> bool:
        """Whether it succeeded."""
        return self.error is None

    def result(self) -> Value:
        """Return the value, or raise the error, as a Future does."""
        if self.error is not None:
            raise self.error
        return cast("Value", self._value)


class WrongFetchError(TypeError):
    """What was given as `fetch` is no function to call with an item: the fan-out ends."""


def is_awaitable(value: object) -> bool:
    """Say whether a call returned what can be awaited."""
    return type(value) is CoroutineType or inspect.isawaitable(value)


def not_async(fetch: object, returned: object) -> WrongFetchError:
    """Return the error of a function that returned what cannot be awaited."""
    return WrongFetchError(
        f"fetch must be an async function, such as a method of AsyncPolytomic; {shown(fetch)} returned "
        f"{type(returned).__name__}: use fan_out_blocking for a function that blocks"
    )


def does_not_take(fetch: Callable[..., object], item: object, error: BaseException) -> bool:
    """Say whether an error, where it is caught, is of the call itself: the function does not take one item."""
    if not isinstance(error, TypeError) or error.__traceback__ is None or error.__traceback__.tb_next is not None:
        return False
    # An error of C code or of a Future has no traceback either.
    try:
        inspect.signature(fetch).bind(item)
    except TypeError:
        return True
    except ValueError:
        pass  # it has no signature
    return False


def failure_of(fetch: Callable[..., object], item: object, error: Exception | CancelledError) -> Exception:
    """Return the error of an outcome: what a call raised, unless that would do harm where a reader raises it again.

    A CancelledError is for a task that is cancelled. A StopIteration would end a generator or a loop in silence.

    Args:
        fetch: The function that was called.
        item: What it was called with.
        error: What was raised, where it is caught.

    Raises:
        WrongFetchError: The function does not take one item, or was refused before.
    """
    if isinstance(error, WrongFetchError):
        raise error
    if does_not_take(fetch, item, error):
        raise WrongFetchError(f"fetch cannot be called with one item: {quoted(error)}") from error
    if isinstance(error, CancelledError):
        other: Exception = CallCancelledError("what the call waited for was cancelled, and not the fan-out")
    elif isinstance(error, (StopIteration, StopAsyncIteration)):
        other = RuntimeError(f"fetch raised {type(error).__name__}. Give a mock a value for every call.")
    else:
        return error
    other.__cause__ = error
    return other
