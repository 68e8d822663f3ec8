"""The fan-out for blocking code: the same engine, on an event loop in one thread, with its calls in other threads."""

from __future__ import annotations

import inspect
import os
import weakref
from _thread import allocate_lock
from asyncio import CancelledError
from collections.abc import AsyncIterable, Callable, Collection, Iterable, Iterator
from contextvars import copy_context
from functools import partial
from types import TracebackType
from typing import Generic, Self, TypeVar, Unpack

from .._core.cleanup import hold, new_task
from .._core.tracebacks import shorten
from .._core.unique import Unique
from .._http.places import LONGEST_WAIT
from .api import (
    FanOut,
    FanOutOptions,
    check_connections,
    fan_out,
    function_name,
    limit_for,
    owner_of,
    refuse_checkpoint,
)
from .checkpoint import CheckpointError
from .items import Job, iterator_of, length_of
from .outcome import Outcome
from .plan import DEFAULT_LIMIT
from .progress import Progress
from .threads import Threads

Item = TypeVar("Item")
Value = TypeVar("Value")


class _Ask(Generic[Item, Value]):
    """A thread that waits for an outcome, until it receives it or a signal handler raises.

    Attributes:
        done: The job whose outcome the thread is done with.
        gate: Locked until `take` is set.
        take: The result for the thread.
        left: Whether the thread has stopped waiting.
    """

    __slots__ = ("done", "gate", "left", "take")

    def __init__(self, done: Job[Item, Value] | None) -> None:
        self.done = done
        self.gate = allocate_lock()
        self.gate.acquire()
        self.take: _Take[Item, Value] | None = None
        self.left = False


class _Take(Generic[Item, Value]):
    """An outcome, an error or the end, for a waiting thread. If that has left, the next thread receives it.

    Attributes:
        ask: The request that receives it.
        settled: Whether the result is available.
        job: The job with the outcome; None for the end.
        error: The error.
        delivered: Whether it was returned or raised.
    """

    __slots__ = ("ask", "delivered", "error", "job", "settled")

    def __init__(self, ask: _Ask[Item, Value], error: BaseException | None = None) -> None:
        self.ask = ask
        self.job: Job[Item, Value] | None = None
        self.error = error
        self.settled = error is not None
        self.delivered = False

    def is_lost(self) -> bool:
        """Return whether the receiving thread has left without it."""
        # In this order, since the thread sets them in the reverse order.
        return self.ask.left and not self.delivered


class _Desk(Generic[Item, Value]):
    """Serves outcomes to threads. It runs in the event loop's thread, where signal handlers never run."""

    def __init__(self, outcomes: FanOut[Item, Value]) -> None:
        self._engine = outcomes._engine  # noqa: SLF001  (the same package)
        self.confirms = self._engine.receipts.wanted
        self._takes: list[_Take[Item, Value]] = []

    def serve(self, ask: _Ask[Item, Value]) -> None:
        """Start fetching the outcome for an ask."""
        self._takes = [take for take in self._takes if not take.delivered]
        try:
            if ask.done is not None:
                self._engine.receipts.confirm(ask.done)
        except CheckpointError as error:
            take = _Take(ask, error)
            self._takes.append(take)
        else:
            lost = [take for take in self._takes if take.is_lost()]
            take = lost[0] if lost else self._begin(ask)
            take.ask = ask
        if take.settled:
            self._hand_over(take)

    def _begin(self, ask: _Ask[Item, Value]) -> _Take[Item, Value]:
        take = _Take(ask)
        self._takes.append(take)
        hold(new_task(self._settle(take)))
        return take

    async def _settle(self, take: _Take[Item, Value]) -> None:
        try:
            take.job = await self._engine.take()
        except CancelledError:
            pass  # the block has ended, which ends the loops of other threads
        except BaseException as error:  # noqa: BLE001  (it is raised in another thread)
            shorten(error)
            take.error = error
        if take.job is None and take.error is None:
            lost = next((other for other in self._takes if other.settled and other.is_lost()), take)
            take.job, take.error = lost.job, lost.error
            lost.delivered = lost is not take
        take.settled = True
        self._hand_over(take)

    def _hand_over(self, take: _Take[Item, Value]) -> None:
        take.ask.take = take
        take.ask.gate.release()


class _Loop(Unique, Generic[Item, Value]):
    """One loop over the outcomes. If a signal handler raises before one is returned, that outcome comes next."""

    _not_pickled = "a fan-out cannot be pickled because its calls are under way. Create one per process."

    def __init__(self, desk: _Desk[Item, Value], threads: Threads, keeps: object = None) -> None:
        self._desk = desk
        self._threads = threads
        self._keeps = keeps
        self._job: Job[Item, Value] | None = None

    def __iter__(self) -> Iterator[Outcome[Item, Value]]:
        return self

    def __next__(self) -> Outcome[Item, Value]:
        ask = _Ask(self._job)
        try:
            self._threads.post(partial(self._desk.serve, ask))
            while not ask.gate.acquire(timeout=LONGEST_WAIT):
                if self._threads.ended:
                    raise StopIteration
            take = ask.take
            assert take is not None
            job, error = take.job, take.error
            if error is not None:
                take.delivered = True
                raise error
            if job is None:
                take.delivered = True
                raise StopIteration
            self._job = job if self._desk.confirms else None
            # No call from here on, since signal handlers run after calls.
            take.delivered = job.delivered = True
            return job.outcome
        finally:
            ask.left = True


class BlockingFanOut(_Loop[Item, Value]):
    """The outcomes of many blocking calls, as they finish. Created by `fan_out_blocking`; iterate over it once.

    With `with`, everything has stopped when the block ends: no further call starts, and the calls under way, which
    nothing can stop, have ended. Without `with`, leaving the loop early does not wait for them. Several threads may
    loop over it and share the outcomes. If an exception of a signal handler ends a loop, no outcome is lost: the next
    loop begins with it.
    """

    def __init__(self, outcomes: FanOut[Item, Value], threads: Threads, function: str) -> None:
        super().__init__(_Desk(outcomes), threads)
        self._outcomes = outcomes
        self._function = function
        # Also runs at the end of the process, so that no task is left pending.
        self._finalizer = weakref.finalize(self, threads.abandon)

    def __repr__(self) -> str:
        return self._outcomes._describe(type(self).__name__, self._function)  # noqa: SLF001  (the same package)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._threads.finish(partial(self._outcomes.__aexit__, kind, error, traceback))

    def __iter__(self) -> Iterator[Outcome[Item, Value]]:
        return _Loop(self._desk, self._threads, self)

    @property
    def progress(self) -> Progress:
        """The current progress."""
        return self._outcomes.progress


def fan_out_blocking(
    fetch: Callable[[Item], Value],
    items: Iterable[Item],
    *,
    ordered: bool = False,
    checkpoint: str | os.PathLike[str] | None = None,
    **options: Unpack[FanOutOptions[Item]],
) -> BlockingFanOut[Item, Value]:
    """Call a blocking function for many items concurrently, in threads, and yield each outcome as it finishes.

    Args:
        fetch: A thread-safe function that takes one item, for example a method of a Polytomic.
        items: Everything that `for` takes. All but a collection with a length is read in its own thread, for example a
            generator. Context variables have the values there that they had when `fan_out_blocking` was called.
        ordered: Yield the outcomes in the order of the items.
        checkpoint: A file that records the items that succeeded, as for `fan_out`.
        **options: Options of `fan_out`: `limit`, `rate`, `retry_failed`, `stop_on`, `deadline`, `unique`, `key`,
            `on_progress` and `clock`. At a deadline, calls under way have an outcome at once but run until they end.
            An iterable that is read in its own thread may block, so it is not read any further: the loop ends with a
            NotReachedError. Functions among the options run in a different thread.

    Returns:
        An iterator for `for`, and a context manager for `with`.

    Raises:
        TypeError: `fetch` is not callable or is async, `items` is not iterable or is a single string, or an option has
            the wrong type.
        ValueError: `limit`, `rate` or `deadline` is not positive, or `ordered` is combined with `retry_failed`.

    Example:
        with fan_out_blocking(client.get_bulk_destination, connection_ids, limit=16) as outcomes:
            for outcome in outcomes:
                print(outcome.item, outcome.result() if outcome.ok else outcome.error)
    """
    if not callable(fetch):
        raise TypeError(f"fetch must be a function, got {type(fetch).__name__}.")
    if inspect.iscoroutinefunction(fetch) or getattr(owner_of(fetch), "_polytomic_blocking", None) is False:
        raise TypeError("fetch must be a blocking function, got an async one. Use fan_out, or a method of Polytomic.")
    limit = options["limit"] = limit_for(fetch, options.get("limit", DEFAULT_LIMIT))
    threads = Threads(limit.maximum)

    async def call(item: Item) -> Value:
        return await threads.call(fetch, item)

    source: Iterable[Item] | AsyncIterable[Item] = items
    if isinstance(items, AsyncIterable) and not isinstance(items, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError("items must be an iterable, got an async iterable. Use fan_out.")
    if isinstance(items, AsyncIterable) or not isinstance(items, Collection) or length_of(items) is None:
        source = threads.read(iterator_of(items), copy_context())
    outcomes = fan_out(call, source, ordered=ordered, checkpoint=checkpoint, **options)
    check_connections(fetch, limit)
    return BlockingFanOut(outcomes, threads, function_name(fetch))


def fetch_all_blocking(
    fetch: Callable[[Item], Value], items: Iterable[Item], **options: Unpack[FanOutOptions[Item]]
) -> list[Outcome[Item, Value]]:
    """Call a blocking function for many items concurrently and return every outcome, in the order of the items.

    Args:
        fetch: A thread-safe function that takes one item, for example a method of a Polytomic.
        items: Any iterable.
        **options: Options of `fan_out_blocking`, except `ordered` and `checkpoint`.

    Returns:
        One outcome for each item, in input order.

    Raises:
        Exception: `items` raised it, or it ends a fan-out (`stop_on`, a bug of `fetch`). The outcomes before it are
            lost; `fan_out_blocking` yields them first.
        TypeError: `fetch` is not callable or is async, `items` is not iterable or is a single string, or an option has
            the wrong type.
        ValueError: `limit`, `rate` or `deadline` is not positive.
    """
    refuse_checkpoint(options)
    with fan_out_blocking(fetch, items, **options) as outcomes:
        return sorted(outcomes, key=lambda outcome: outcome.index)
