"""What came of one item of a fan-out."""

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
