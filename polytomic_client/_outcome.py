"""What came of one item of a fan-out, and what shows that its function is none to call."""

from __future__ import annotations

from typing import Generic, TypeVar, cast

from attrs import frozen

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


def raisable(error: Exception) -> Exception:
    """Return the error of a call, as one that does not end a generator or a loop in silence where it is raised."""
    if not isinstance(error, (StopIteration, StopAsyncIteration)):
        return error
    named = RuntimeError(f"fetch raised {type(error).__name__}. Give a mock a value for every call.")
    named.__cause__ = error
    return named


class WrongFetchError(TypeError):
    """What was given as `fetch` is no function to call with an item: the fan-out ends."""


def never_entered(error: BaseException) -> bool:
    """Say whether an error, where it is caught, is of the call itself: the function does not take these arguments."""
    return isinstance(error, TypeError) and error.__traceback__ is not None and error.__traceback__.tb_next is None
