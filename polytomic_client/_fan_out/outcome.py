"""The outcome of one item of a fan-out: a success or a failure. And the checks that `fetch` is a valid function."""

from __future__ import annotations

import inspect
from asyncio import CancelledError
from collections.abc import Callable
from types import CoroutineType
from typing import ClassVar, Generic, Literal, NoReturn, TypeAlias, TypeVar, final

from attrs import field, frozen

from .._runtime.methods import MembersError
from .._text import described, quoted, shown
from ..errors import CallCancelledError

Item = TypeVar("Item")
Value = TypeVar("Value")


@final
@frozen
class Success(Generic[Item, Value]):
    """The outcome of an item whose call succeeded. Its hash is that of its index, so that a value need not have one.

    Attributes:
        index: The item's position in the input, from 0.
        item: The item.
        value: What the call returned.
        error: None.
        ok: True.
    """

    __match_args__ = ("item", "value")

    index: int
    item: Item = field(hash=False, repr=shown)
    value: Value = field(hash=False, repr=shown)
    error: ClassVar[None] = None
    ok: ClassVar[Literal[True]] = True

    def result(self) -> Value:
        """Return the value, as a Future does."""
        return self.value


@final
@frozen
class Failure(Generic[Item]):
    """The outcome of an item whose call failed. Its hash is that of its index.

    Attributes:
        index: The item's position in the input, from 0.
        item: The item.
        error: The exception.
        ok: False.
    """

    __match_args__ = ("item", "error")

    index: int
    item: Item = field(hash=False, repr=shown)
    error: Exception = field(hash=False, repr=described)
    ok: ClassVar[Literal[False]] = False

    @property
    def value(self) -> NoReturn:
        """Raise the error, because a failed call has no value. `hasattr` and `getattr` with a default raise it too."""
        raise self.error

    def result(self) -> NoReturn:
        """Raise the error, as a Future does."""
        raise self.error


Outcome: TypeAlias = Success[Item, Value] | Failure[Item]
"""The outcome of one item, for annotations: `Outcome[UUID, models.BulkDestinationEnvelope]`."""


class WrongFetchError(TypeError):
    """`fetch` does not take one item, or is not async (not blocking, in a blocking fan-out). The fan-out ends."""


def is_awaitable(value: object) -> bool:
    """Return whether a call returned an awaitable."""
    return type(value) is CoroutineType or inspect.isawaitable(value)


def not_async(fetch: object, returned: object) -> WrongFetchError:
    """Return the error for a function that did not return an awaitable."""
    return WrongFetchError(
        f"fetch must be an async function, for example a method of AsyncPolytomic, got {shown(fetch)}, which returned "
        f"{type(returned).__name__}. Use fan_out_blocking for a function that blocks."
    )


def does_not_take(fetch: Callable[..., object], item: object, error: BaseException) -> bool:
    """Return whether a caught error comes from the call itself, because the function does not take one item."""
    if not isinstance(error, TypeError) or error.__traceback__ is None or error.__traceback__.tb_next is not None:
        return False
    # An error of C code or of a Future has no further traceback either.
    try:
        inspect.signature(fetch).bind(item)
    except TypeError:
        return True
    except ValueError:
        pass  # the function does not have a signature
    return False


def failure_of(fetch: Callable[..., object], item: object, error: Exception | CancelledError) -> Exception:
    """Return the error of an outcome: the one that a call raised, or a substitute that a reader can raise safely.

    A CancelledError would look like a cancellation of the reader's task. A StopIteration would silently end a generator
    or a loop.

    Args:
        fetch: The function that was called.
        item: The item it was called with.
        error: The error, as it was caught.

    Raises:
        WrongFetchError: `fetch` does not take one item, calls a method of a client with wrong members of a body, or
            raised a WrongFetchError.
    """
    if isinstance(error, WrongFetchError):
        raise error
    if isinstance(error, MembersError) or does_not_take(fetch, item, error):
        raise WrongFetchError(f"fetch cannot be called with one item: {quoted(error)}") from error
    if isinstance(error, CancelledError):
        other: Exception = CallCancelledError("something that the call waited for was cancelled; the fan-out was not")
    elif isinstance(error, (StopIteration, StopAsyncIteration)):
        other = RuntimeError(f"fetch raised {type(error).__name__}. Give a mock a value for every call.")
    else:
        return error
    other.__cause__ = error
    return other


def safe_to_raise(fault: BaseException) -> BaseException:
    """Return what ends a fan-out, or a substitute: `async for` takes a StopAsyncIteration for the end of the items."""
    if not isinstance(fault, (StopIteration, StopAsyncIteration)):
        return fault
    other = RuntimeError(f"a function or an iterator of a fan-out raised {type(fault).__name__}, which has ended")
    other.__cause__ = fault
    return other
