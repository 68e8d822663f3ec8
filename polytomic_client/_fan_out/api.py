"""Query thousands of connections concurrently: bounded, as they finish, and one failure never loses the rest."""

from __future__ import annotations

import inspect
import os
from asyncio import CancelledError
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable
from functools import partial
from types import TracebackType
from typing import Any, Generic, Literal, TypedDict, TypeVar, Unpack, cast
from uuid import UUID

from .._call.retry import HITS_ALL
from .._core.clock import Clock
from .._core.loops import asyncio_loop
from .._core.unique import Unique
from .._core.warnings import warn
from .._text import LONGEST_SHOWN, quoted
from .engine import Engine
from .items import Items, Job, name_of
from .limit import AutoLimit
from .outcome import Outcome
from .plan import DEFAULT_LIMIT, auto_limit, make_plan
from .progress import Progress, described

Item = TypeVar("Item")
Value = TypeVar("Value")


class _Loop(Unique, Generic[Item, Value]):
    """One loop over the outcomes. Requesting the next outcome marks the previous one as done. Loops may share them."""

    _not_pickled = "a fan-out cannot be pickled because its calls are under way. Create one per process."

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
            # Only with a checkpoint, since this reference keeps the outcome in memory.
            self._job = job if self._engine.receipts.wanted else None
        job.delivered = True
        return job.outcome


class FanOut(_Loop[Item, Value]):
    """The outcomes of many calls, as they finish. Created by `fan_out`; iterate over it once.

    With `async with`, everything has stopped when the block ends. If the block was cancelled, calls that take longer
    than a second to stop end in the background. Without `async with`, leaving the loop early cancels the calls under
    way as soon as the event loop runs again.
    """

    def __init__(self, engine: Engine[Item, Value], function: str) -> None:
        super().__init__(engine)
        self._function = function
        self._left = False

    def __repr__(self) -> str:
        return self._describe(type(self).__name__, self._function)

    def _describe(self, kind: str, function: str) -> str:
        return described(kind, function, self._engine.state, self._engine.progress())

    async def __aenter__(self) -> FanOut[Item, Value]:
        asyncio_loop("fan_out")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._left = True
        await self._engine.stop(confirm=kind is None, cancelled=isinstance(error, CancelledError))

    def __aiter__(self) -> AsyncIterator[Outcome[Item, Value]]:
        if self._left:
            raise RuntimeError("this fan-out has ended. Loop over it inside its `async with` block, or create another.")
        return _Loop(self._engine, self)

    @property
    def progress(self) -> Progress:
        """The current progress."""
        return self._engine.progress()

    def __del__(self) -> None:
        # The workers reference the engine but not this object, so it is collected when its consumer leaves.
        self._engine.abandon()


class FanOutOptions(TypedDict, Generic[Item], total=False):
    """Options of `fan_out`, for functions that pass them on. `fan_out` documents them."""

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
    """Call `fetch` for many items concurrently and yield each outcome as it finishes.

    At most `limit` calls are in flight and as many outcomes wait for their reader. Items are read as there is room, so
    memory stays flat for any number of items. A failed call is an outcome too: `outcome.error` is the error, and
    `outcome.result()` raises it. A `Retry-After` response pauses the whole fan-out, not just the call that received it.

    Args:
        fetch: An async function that takes one item, for example `client.get_bulk_destination`.
        items: Everything that `for` or `async for` takes. If it raises, the loop raises that error after the outcomes
            before it. The fan-out does not close an async generator: if it must end with the fan-out, close it
            yourself. Like all functions that you pass, it runs with the values that context variables had when
            `fan_out` was called.
        limit: Maximum calls in flight; "auto" or an AutoLimit adapts it to the load the API can handle. Calls beyond
            the client's `max_connections` only wait for each other. If `fetch` is a method of a client, such a limit
            causes a UserWarning, and "auto" does not exceed `max_connections`.
        rate: Maximum requests per second, evenly spaced. Retries by the client count.
        ordered: Yield the outcomes in the order of the items. A slow call holds back those behind it, until twice
            `limit` items are read. Excludes `retry_failed`, whose outcomes come last.
        retry_failed: Whether to make a second call, after all others, for an item whose error may be temporary: a
            failed connection, a timeout, 408, 429, 502, 503 or 504. Calls that the API could then execute twice are
            excluded. Or a function that takes an error and returns whether to call again. Until then, at most 10,000
            failures are held back.
        stop_on: Exceptions that end the fan-out at once, because every other call would fail too. The loop raises
            the first of them, after the outcomes before it. A bug of `fetch` ends it as well: a NameError, and if no
            call has succeeded yet, a TypeError or an AttributeError. After a success, which may be one that the
            checkpoint records, these two are outcomes, and the first one causes a UserWarning. They are always outcomes
            if a method of a client raises them.
        deadline: Maximum seconds for the whole fan-out. Then calls under way are cancelled, with a
            DeadlineExceededError as their outcome, and each later item has a NotReachedError. An async iterable is
            not read any further, since it may wait: the loop ends with a NotReachedError.
        unique: Whether to skip an item that comes again. The keys of all items are kept in memory.
        checkpoint: A file that records the items that succeeded, once the loop is done with their outcomes. It is
            created if it is missing. A second run with it skips these items, even if the first run was killed.
            Implies `unique`.
        key: Derives the key of an item that is not a str, int or UUID, for `unique` and `checkpoint`. It returns one of
            these types. Two items are the same if the strings of their keys are equal.
        on_progress: Called with a Progress every half second, and at the end. An exception that it raises ends the
            fan-out. So does one that `key` or a function for `retry_failed` raises.
        clock: Time and sleep for `rate`, pauses and `deadline`, for tests. Default: the system's, or the clock of the
            client.

    Returns:
        An async iterator for `async for`, and an async context manager for `async with`.

    Raises:
        TypeError: `fetch` is not callable or blocks, `items` is not iterable or is a single string, or an option has
            the wrong type.
        ValueError: `limit`, `rate` or `deadline` is not positive, or `ordered` is combined with `retry_failed`.

    Example:
        async with fan_out(client.get_bulk_destination, connection_ids, limit=64) as outcomes:
            async for outcome in outcomes:
                print(outcome.item, outcome.result() if outcome.ok else outcome.error)
    """
    if not callable(fetch):
        raise TypeError(not_callable(fetch))
    if getattr(owner_of(fetch), "_polytomic_blocking", None) is True:
        raise TypeError("fetch must be async, got a method of a Polytomic. Use AsyncPolytomic or fan_out_blocking.")
    plan = make_plan(
        limit=limit_for(fetch, limit),
        rate=rate,
        ordered=ordered,
        retry_failed=retry_failed,
        stop_on=stop_on,
        deadline=deadline,
        checkpoint=checkpoint,
        key=key,
        on_progress=on_progress,
        clock=clock,
    )
    named = unique or plan.checkpoint is not None
    engine = Engine(fetch, Items(items, key=key if named else None, checkpoint=plan.checkpoint), plan)
    # Last, because invalid options need no warning.
    check_connections(fetch, plan.limit)
    return FanOut(engine, function_name(fetch))


async def fetch_all(
    fetch: Callable[[Item], Awaitable[Value]],
    items: Iterable[Item] | AsyncIterable[Item],
    **options: Unpack[FanOutOptions[Item]],
) -> list[Outcome[Item, Value]]:
    """Call `fetch` for many items concurrently and return every outcome, in the order of the items.

    Args:
        fetch: An async function that takes one item, for example `client.get_bulk_destination`.
        items: Any iterable or async iterable.
        **options: Options of `fan_out`: `limit`, `rate`, `retry_failed`, `stop_on`, `deadline`, `unique`, `key`,
            `on_progress` and `clock`. `checkpoint` is excluded: it would record items as done whose outcomes are lost
            if the process ends.

    Returns:
        One outcome for each item that was called or not reached, in input order.

    Raises:
        Exception: `items` raised it, or it ends a fan-out (`stop_on`, a bug of `fetch`, or the deadline while an async
            iterable is read). The outcomes before it are lost; `fan_out` yields them first.
        TypeError: `fetch` is not callable or blocks, `items` is not iterable or is a single string, or an option has
            the wrong type.
        ValueError: `limit`, `rate` or `deadline` is not positive.
    """
    refuse_checkpoint(options)
    async with fan_out(fetch, items, **options) as outcomes:
        found = [outcome async for outcome in outcomes]
    return sorted(found, key=lambda outcome: outcome.index)


def refuse_checkpoint(options: FanOutOptions[Any]) -> None:
    """Reject a checkpoint, because outcomes that are only collected could be lost.

    Raises:
        TypeError: `options` contains a checkpoint.
    """
    if "checkpoint" in options:
        raise TypeError(
            "checkpoint must be left out: collected outcomes are lost if this process ends. Use fan_out(...)."
        )


def owner_of(function: Any) -> object:
    """Return the object that a method, or a functools.partial of one, is bound to."""
    while isinstance(function, partial):
        function = cast("Any", function).func
    return getattr(function, "__self__", None)


def not_callable(fetch: object) -> str:
    """Return the error message for a `fetch` that cannot be called."""
    fix = " Pass the function without calling it." if inspect.isawaitable(fetch) else ""
    return f"fetch must be an async function, got {type(fetch).__name__}.{fix}"


def function_name(function: Any) -> str:
    """Return the name of a function, or the type of another callable. Neither holds a secret."""
    while isinstance(function, partial):
        function = cast("Any", function).func
    try:
        name = function.__name__
    except Exception:  # noqa: BLE001  (of the caller's code)
        name = None
    return quoted(name if isinstance(name, str) else type(function).__name__, LONGEST_SHOWN)


def limit_for(fetch: object, limit: object) -> AutoLimit:
    """Return the AutoLimit of a limit. If the caller leaves the limit to us, it is not above the client's connections.

    Raises:
        ValueError: `limit` is not a positive int, "auto" or an AutoLimit.
    """
    connections = _connections(fetch)
    if limit == "auto" and connections is not None:
        auto = AutoLimit()
        return AutoLimit(auto.minimum, min(auto.maximum, connections), min(auto.initial, connections))
    return auto_limit(limit)


def check_connections(fetch: object, limit: AutoLimit) -> None:
    """Warn if a limit is above the `max_connections` of the client whose method `fetch` is."""
    connections, most = _connections(fetch), limit.maximum
    if connections is not None and most > connections:
        name = "limit" if most == limit.minimum else "the maximum of limit"
        warn(
            f"{name} is {most}, but the client has max_connections={connections}, so further calls only wait. "
            f"Create the client with max_connections={most}, or lower the limit.",
            UserWarning,
        )


def _connections(fetch: object) -> int | None:
    connections = getattr(owner_of(fetch), "_polytomic_connections", None)
    return connections if type(connections) is int else None
