"""Asking many connections at once: bounded, as they finish, and one failure never loses the rest."""

from __future__ import annotations

import inspect
import os
from asyncio import CancelledError
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable
from functools import partial
from types import TracebackType
from typing import Any, Generic, Literal, TypedDict, TypeVar, Unpack, cast
from uuid import UUID

from .._call.retry import HITS_ALL, may_call_again
from .._core.checks import LONGEST_SECONDS, is_count, is_positive
from .._core.clock import Clock, SystemClock
from .._text import shown
from .checkpoint import Checkpoint
from .engine import Engine, Plan
from .items import Items, Job, name_of
from .limit import AutoLimit
from .outcome import Outcome
from .progress import Progress

Item = TypeVar("Item")
Value = TypeVar("Value")

DEFAULT_LIMIT = 64

MOST_PER_SECOND = 1e9
"""Requests per second: a higher rate is as good as no bound, and one request each nanosecond is this."""


class _Loop(Generic[Item, Value]):
    """One loop over the outcomes: it is done with one when it asks for the next, and several loops may share them."""

    def __init__(self, engine: Engine[Item, Value], keeps: object = None) -> None:
        self._engine = engine
        self._keeps = keeps
        self._job: Job[Item, Value] | None = None

    def __aiter__(self) -> AsyncIterator[Outcome[Item, Value]]:
        return self

    async def __anext__(self) -> Outcome[Item, Value]:
        job = self._engine.take_at_once()
        if job is None:
            if self._job is not None:
                self._engine.receipts.confirm(self._job)
            job = await self._engine.take()
            if job is None:
                raise StopAsyncIteration
            # Only for that: it keeps the outcome in memory.
            self._job = job if self._engine.receipts.wanted else None
        job.delivered = True
        return job.outcome


class FanOut(_Loop[Item, Value]):
    """The outcomes of many calls, as they finish. Made by `fan_out`; iterated once.

    With `async with`, everything has stopped when the block ends. If the block was cancelled, calls that take longer
    than a second to stop end by themselves. Without, leaving the loop early cancels what is under way as soon as the
    event loop runs again.
    """

    def __init__(self, engine: Engine[Item, Value]) -> None:
        super().__init__(engine)
        self._left = False

    async def __aenter__(self) -> FanOut[Item, Value]:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._left = True
        await self._engine.stop(confirm=kind is None, cancelled=isinstance(error, CancelledError))

    def __aiter__(self) -> AsyncIterator[Outcome[Item, Value]]:
        if self._left:
            raise RuntimeError("this fan-out has ended: loop over it inside of its `async with` block, or make another")
        return _Loop(self._engine, self)

    @property
    def progress(self) -> Progress:
        """How far it is."""
        return self._engine.progress()

    def __del__(self) -> None:
        # The workers know the engine and not this object, so that it goes when its consumer leaves.
        self._engine.abandon()


class FanOutOptions(TypedDict, Generic[Item], total=False):
    """Options of `fan_out`, which documents them, for the functions that pass them on."""

    limit: int | Literal["auto"] | AutoLimit
    rate: float | None
    retry_failed: bool | Callable[[Exception], bool]
    stop_on: tuple[type[Exception], ...]
    deadline: float | None
    unique: bool
    key: Callable[[Item], str | int | UUID]
    on_progress: Callable[[Progress], object] | None
    clock: Clock | None


def fan_out(
    fetch: Callable[[Item], Awaitable[Value]],
    items: Iterable[Item] | AsyncIterable[Item],
    *,
    limit: int | Literal["auto"] | AutoLimit = DEFAULT_LIMIT,
    rate: float | None = None,
    ordered: bool = False,
    retry_failed: bool | Callable[[Exception], bool] = False,
    stop_on: tuple[type[Exception], ...] = HITS_ALL,
    deadline: float | None = None,
    unique: bool = False,
    checkpoint: str | os.PathLike[str] | None = None,
    key: Callable[[Item], str | int | UUID] = name_of,
    on_progress: Callable[[Progress], object] | None = None,
    clock: Clock | None = None,
) -> FanOut[Item, Value]:
    """Call `fetch` for many items at once and yield each outcome as it finishes.

    Items are read when there is room for them and outcomes wait for their reader, at most `limit` in flight and as many
    waiting, so that memory stays flat over any number of items. A call that fails is an outcome too: `outcome.error`
    says why, `outcome.result()` raises it. When the API answers a request with `Retry-After`, every call waits.

    Args:
        fetch: An async function of one item, such as `polytomic.get_bulk_destination`.
        items: Any iterable or async iterable. If it raises, that error is raised after the outcomes before it. It is
            not closed: an async generator that must end with the fan-out is yours to close.
        limit: The most calls in flight at once; "auto" or an AutoLimit finds it by itself. More than the client's
            `max_connections` only wait for each other.
        rate: The most requests per second, evenly spaced, repetitions by the client included.
        ordered: Yield the outcomes in the order of the items. A slow call holds back those behind it, until twice the
            limit are read. Not together with `retry_failed`, whose outcomes come last.
        retry_failed: Whether to call once more, after all others, for an item whose error may pass: a failed
            connection, a time-out, 408, 429, 502, 503 or 504, and nothing that the API could then do twice. Or a
            function that says it of an error. Until then at most 10,000 failures are held back.
        stop_on: The errors that end the fan-out at once, because every other call would fail as well. The loop raises
            the first of them, after the outcomes before it.
        deadline: How long all of it may take, in seconds. Calls under way are then cancelled, with a
            DeadlineExceededError as their outcome; each later item has a NotReachedError. Only an async iterable is
            not read any further, since it may wait: the loop ends with a NotReachedError.
        unique: Whether an item that comes again is passed over. The names of all items are kept in memory.
        checkpoint: A file that remembers the items that succeeded, once the loop is done with their outcomes; it
            is made if there is none. A second run with it passes them over, also after the first one was killed.
            Implies `unique`.
        key: What names an item, for `unique` and `checkpoint`: by the text of what it returns. Texts, ints and UUIDs
            name themselves.
        on_progress: Called with a Progress every half second, and at the end. What it raises ends the fan-out, as what
            `key` and a function for `retry_failed` raise does.
        clock: The time and sleep that `rate`, pauses and `deadline` use, for tests. Default: this machine's, or the
            one that the client was given.

    Returns:
        An async iterator, for `async for`, and an async context manager, for `async with`.

    Raises:
        TypeError: `fetch` cannot be called or blocks, `items` cannot be iterated or is one text, or an option is of
            another type.
        ValueError: An option cannot work.

    Example:
        async with fan_out(polytomic.get_bulk_destination, connection_ids, limit=64) as outcomes:
            async for outcome in outcomes:
                print(outcome.item, outcome.result() if outcome.ok else outcome.error)
    """
    if not callable(fetch):
        raise TypeError(f"fetch must be an async function, not {type(fetch).__name__}")
    if getattr(owner_of(fetch), "_blocking", None) is True:
        raise TypeError("fetch is a method of a Polytomic, which blocks: use AsyncPolytomic, or fan_out_blocking")
    _check_function("on_progress", on_progress, or_none=True)
    _check_function("key", key)
    if not isinstance(retry_failed, bool):
        _check_function("retry_failed", retry_failed)
    if not isinstance(stop_on, tuple) or not all(isinstance(kind, type) for kind in stop_on):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"stop_on must be a tuple of exception classes, not {shown(stop_on)}")
    if checkpoint is not None and not isinstance(checkpoint, (str, os.PathLike)):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"checkpoint must be the path of a file, not {shown(checkpoint)}")
    if ordered and retry_failed:
        raise ValueError("ordered and retry_failed exclude each other: the second call comes after all other outcomes")
    journal = None if checkpoint is None else Checkpoint(checkpoint)
    plan = Plan(
        limit=auto_limit(limit),
        rate=_positive("rate", rate, MOST_PER_SECOND),
        ordered=ordered,
        retry=retry_failed if callable(retry_failed) else may_call_again if retry_failed else _never,
        checkpoint=journal,
        on_progress=on_progress,
        deadline=_positive("deadline", deadline, LONGEST_SECONDS),
        stop_on=stop_on,
        clock=clock or SystemClock(),
    )
    named = unique or journal is not None
    return FanOut(
        Engine(
            fetch,
            Items(items, key=key if named else None, checkpoint=journal),
            plan,
        )
    )


async def fetch_all(
    fetch: Callable[[Item], Awaitable[Value]],
    items: Iterable[Item] | AsyncIterable[Item],
    **options: Unpack[FanOutOptions[Item]],
) -> list[Outcome[Item, Value]]:
    """Call `fetch` for many items at once and return every outcome, in the order of the items.

    Args:
        fetch: An async function of one item, such as `polytomic.get_bulk_destination`.
        items: Any iterable or async iterable.
        **options: As `fan_out` has them: `limit`, `rate`, `retry_failed`, `stop_on`, `deadline`, `unique`, `key`,
            `on_progress` and `clock`. Not `checkpoint`: what succeeded would be remembered as done, and its outcomes
            lost with this process's memory.

    Returns:
        One outcome for each item that was called for or not reached, in input order.

    Raises:
        Exception: What `items` raised, or an error that ends a fan-out (`stop_on`, or the deadline while an async
            iterable is read). The outcomes before it are lost; `fan_out` yields them first.
        TypeError: `fetch` cannot be called or blocks, or `items` cannot be iterated or is one text.
        ValueError: An option cannot work.
    """
    refuse_checkpoint(options)
    async with fan_out(fetch, items, **options) as outcomes:
        found = [outcome async for outcome in outcomes]
    return sorted(found, key=lambda outcome: outcome.index)


def _check_function(name: str, function: object, *, or_none: bool = False) -> None:
    if or_none and function is None:
        return
    if not callable(function) or isinstance(function, type) or inspect.iscoroutinefunction(function):
        raise TypeError(f"{name} must be a function that is not async, not {shown(function)}")


def refuse_checkpoint(options: FanOutOptions[Any]) -> None:
    """Refuse what would lose outcomes.

    Raises:
        TypeError: There is a checkpoint among the options.
    """
    if "checkpoint" in options:
        raise TypeError("outcomes that are only collected are lost if this process ends: use a loop with checkpoint=")


def owner_of(function: Any) -> object:
    """Return the object that a method, or a functools.partial of one, is bound to."""
    while isinstance(function, partial):
        function = cast("Any", function).func
    return getattr(function, "__self__", None)


def auto_limit(limit: object) -> AutoLimit:
    """Return a limit with its bounds.

    Raises:
        ValueError: It is none.
    """
    if isinstance(limit, AutoLimit):
        return limit
    if limit == "auto":
        return AutoLimit()
    if not is_count(limit):
        raise ValueError(f'limit must be a positive int, "auto" or an AutoLimit, not {shown(limit)}')
    return AutoLimit(minimum=limit, maximum=limit, initial=limit)


def _positive(name: str, value: object, most: float) -> float | None:
    if value is None:
        return None
    if not is_positive(value):
        raise ValueError(f"{name} must be a positive number, not {shown(value)}")
    return float(min(value, most))


def _never(_: Exception) -> bool:
    return False
