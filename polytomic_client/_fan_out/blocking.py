"""The fan-out for code that blocks: the same engine, on an event loop in a thread, whose calls run in other threads."""

from __future__ import annotations

import inspect
import os
import weakref
from _thread import allocate_lock
from asyncio import CancelledError
from collections.abc import AsyncIterable, Callable, Collection, Iterable, Iterator
from functools import partial
from types import TracebackType
from typing import Generic, Self, TypeVar, Unpack

from .._core.cleanup import hold, new_task
from .._http.places import LONGEST_WAIT
from .api import DEFAULT_LIMIT, FanOut, FanOutOptions, auto_limit, fan_out, owner_of, refuse_checkpoint
from .checkpoint import CheckpointError
from .items import Job
from .outcome import Outcome
from .progress import Progress
from .threads import Threads

Item = TypeVar("Item")
Value = TypeVar("Value")


class _Ask(Generic[Item, Value]):
    """A thread that waits for an outcome, until it has it or a signal handler raises.

    Attributes:
        done: The job whose outcome the thread is done with.
        gate: Locked until `take` is there.
        take: What the thread gets.
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
    """An outcome, an error or the end. It is for the thread that asked, or for the next one where that has left.

    Attributes:
        ask: Whom it is for.
        settled: Whether it is there.
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
        """Say whether the thread that it is for has left without it."""
        # In this order, since the thread sets them in the other one.
        return self.ask.left and not self.delivered


class _Desk(Generic[Item, Value]):
    """Where threads ask for outcomes. It works in the event loop's thread, where signal handlers never run."""

    def __init__(self, outcomes: FanOut[Item, Value]) -> None:
        self._engine = outcomes._engine  # noqa: SLF001  (its other face)
        self.confirms = self._engine.receipts.wanted
        self._takes: list[_Take[Item, Value]] = []

    def serve(self, ask: _Ask[Item, Value]) -> None:
        """Begin to get what an ask is for."""
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
            pass  # the block has ended, and with it the loops of other threads
        except BaseException as error:  # noqa: BLE001  (it is raised in another thread)
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


class _Loop(Generic[Item, Value]):
    """One loop over the outcomes. A signal handler may raise anywhere: an outcome that was not returned is the next."""

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
    """The outcomes of many blocking calls, as they finish. Made by `fan_out_blocking`; iterated once.

    With `with`, everything has stopped when the block ends: no call is started any more, and those under way, which
    nothing can stop, have ended. Without, leaving the loop early does not wait for them. Several threads may loop over
    it and share the outcomes. A loop that an exception of a signal handler ends loses none: the next begins with it.
    """

    def __init__(self, outcomes: FanOut[Item, Value], threads: Threads) -> None:
        super().__init__(_Desk(outcomes), threads)
        self._outcomes = outcomes
        # Also at the end of the process, so that no task is left pending there.
        self._finalizer = weakref.finalize(self, threads.abandon)

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
        """How far it is."""
        return self._outcomes.progress


def fan_out_blocking(
    fetch: Callable[[Item], Value],
    items: Iterable[Item],
    *,
    ordered: bool = False,
    checkpoint: str | os.PathLike[str] | None = None,
    **options: Unpack[FanOutOptions[Item]],
) -> BlockingFanOut[Item, Value]:
    """Call a function that blocks for many items at once, in threads, and yield each outcome as it finishes.

    Args:
        fetch: A function of one item that may be called by many threads, such as the methods of one Polytomic.
        items: Any iterable. One that has no length, such as a generator, is read in a thread of its own.
        ordered: Yield the outcomes in the order of the items.
        checkpoint: A file that remembers the items that succeeded, as `fan_out` has it.
        **options: As `fan_out` has them: `limit`, `rate`, `retry_failed`, `stop_on`, `deadline`, `unique`, `key`,
            `on_progress` and `clock`. At a deadline, calls under way have an outcome at once, and go on until they
            end; items without a length are not read any further, since they may block: the loop ends with a
            NotReachedError. Functions among the options are called in another thread than this one.

    Returns:
        An iterator, for `for`, and a context manager, for `with`.

    Raises:
        TypeError: `fetch` cannot be called or is async, or `items` cannot be iterated or is one text.
        ValueError: An option cannot work.

    Example:
        with fan_out_blocking(polytomic.get_bulk_destination, connection_ids, limit=16) as outcomes:
            for outcome in outcomes:
                print(outcome.item, outcome.result() if outcome.ok else outcome.error)
    """
    if not callable(fetch):
        raise TypeError(f"fetch must be a function, not {type(fetch).__name__}")
    if inspect.iscoroutinefunction(fetch) or getattr(owner_of(fetch), "_blocking", None) is False:
        raise TypeError("fetch is async: use fan_out, or a method of Polytomic")
    threads = Threads(auto_limit(options.get("limit", DEFAULT_LIMIT)).maximum)

    async def call(item: Item) -> Value:
        return await threads.call(fetch, item)

    if isinstance(items, AsyncIterable):
        raise TypeError("items are an async iterable: use fan_out")
    source = items if isinstance(items, Collection) or not isinstance(items, Iterable) else threads.read(iter(items))  # pyright: ignore[reportUnnecessaryIsInstance]
    return BlockingFanOut(fan_out(call, source, ordered=ordered, checkpoint=checkpoint, **options), threads)


def fetch_all_blocking(
    fetch: Callable[[Item], Value], items: Iterable[Item], **options: Unpack[FanOutOptions[Item]]
) -> list[Outcome[Item, Value]]:
    """Call a function that blocks for many items at once, and return every outcome, in the order of the items.

    Args:
        fetch: A function of one item that may be called by many threads, such as the methods of one Polytomic.
        items: Any iterable.
        **options: As `fan_out_blocking` has them, but for `ordered` and `checkpoint`.

    Returns:
        One outcome for each item, in input order.

    Raises:
        Exception: What `items` raised, or an error that ends a fan-out (`stop_on`). The outcomes before it are lost;
            `fan_out_blocking` yields them first.
        TypeError: `fetch` cannot be called or is async, or `items` cannot be iterated or is one text.
        ValueError: An option cannot work.
    """
    refuse_checkpoint(options)
    with fan_out_blocking(fetch, items, **options) as outcomes:
        return sorted(outcomes, key=lambda outcome: outcome.index)
