"""The fan-out for code that blocks: the same engine, on an event loop in a thread, whose calls run in other threads."""

from __future__ import annotations

import asyncio
import inspect
import os
import threading
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from types import TracebackType
from typing import Any, Generic, Self, TypeVar, Unpack, cast

from ._api import AsyncOperations, AsyncOperationsWithResponse
from ._engine import WrongFetchError, never_entered
from ._fan_out import DEFAULT_LIMIT, FanOut, FanOutOptions, auto_limit, fan_out, owner_of, refuse_checkpoint
from ._outcome import Outcome
from ._progress import Progress

Item = TypeVar("Item")
Value = TypeVar("Value")
T = TypeVar("T")


class BlockingFanOut(Generic[Item, Value]):
    """The outcomes of many blocking calls, as they finish. Made by `fan_out_blocking`; iterated once.

    With `with`, everything has stopped when the block ends: no call is started any more, and those under way, which
    nothing can stop, have ended. Without, leaving the loop early does not wait for them. The thread that reads the
    items ends as soon as they let it.
    """

    def __init__(self, outcomes: FanOut[Item, Value], threads: _Threads) -> None:
        self._outcomes = outcomes
        self._threads = threads

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._threads.running:
            try:
                self._threads.run(self._outcomes.__aexit__(kind, error, traceback))
            finally:
                self._threads.stop(wait=True)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Outcome[Item, Value]:
        outcome = self._threads.run(self._next())
        if outcome is None:
            raise StopIteration
        return outcome

    async def _next(self) -> Outcome[Item, Value] | None:
        return await anext(self._outcomes, None)

    @property
    def progress(self) -> Progress:
        """How far it is."""
        return self._outcomes.progress

    def __del__(self) -> None:
        # In any thread, perhaps one of those that would be waited for.
        self._threads.stop(wait=False)


class _Threads:
    """A thread with an event loop, one that reads the items, and those that make the calls; made when first needed."""

    def __init__(self, limit: int) -> None:
        self._calls = ThreadPoolExecutor(limit, "polytomic-fan-out-call")
        self._reader = ThreadPoolExecutor(1, "polytomic-fan-out-items")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event | None = None
        self._thread: threading.Thread | None = None
        self.running = False

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the event loop, and wait for it."""
        if not self.running:
            self._start()
        assert self._loop is not None
        value, error = asyncio.run_coroutine_threadsafe(_guarded(coroutine), self._loop).result()
        try:
            if error is not None:
                raise error
            return cast("T", value)
        finally:
            del error  # whose traceback holds this frame

    def stop(self, *, wait: bool) -> None:
        """End the event loop and start nothing more; wait for what is under way, or not."""
        if not self.running:
            return
        self.running = False
        assert self._loop is not None
        assert self._end is not None
        assert self._thread is not None
        self._loop.call_soon_threadsafe(self._end.set)
        self._reader.shutdown(wait=False, cancel_futures=True)
        self._calls.shutdown(wait=wait, cancel_futures=True)
        if wait:
            self._thread.join()

    def _start(self) -> None:
        ready = threading.Event()

        async def serve() -> None:
            self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
            ready.set()
            await self._end.wait()

        # A daemon, so that a fan-out that is never finished does not keep the process from its end.
        self._thread = threading.Thread(target=lambda: asyncio.run(serve()), name="polytomic-fan-out", daemon=True)
        self._thread.start()
        ready.wait()
        self.running = True

    async def call(self, fetch: Callable[[Item], Value], item: Item) -> Value:
        """Call a function in a thread, in the context of the caller."""
        context = copy_context()
        value, error = await asyncio.get_running_loop().run_in_executor(
            self._calls, lambda: context.run(_attempt, fetch, item)
        )
        try:
            if error is not None:
                raise error
            return cast("Value", value)
        finally:
            del error  # whose traceback holds this frame

    async def read(self, items: Iterable[Item]) -> AsyncIterator[Item]:
        """Yield the items of an iterable that may block."""
        iterator = iter(items)
        end: Any = object()
        while (item := await asyncio.get_running_loop().run_in_executor(self._reader, next, iterator, end)) is not end:
            yield item


async def _guarded(coroutine: Coroutine[Any, Any, T]) -> tuple[T | None, BaseException | None]:
    # The error is returned, because a KeyboardInterrupt or SystemExit of a task would end the event loop.
    try:
        return await coroutine, None
    except BaseException as error:  # noqa: BLE001
        return None, error


def _attempt(fetch: Callable[[Item], Value], item: Item) -> tuple[Value | None, BaseException | None]:
    # The error is returned, because a Future cannot carry every kind: a StopIteration would be lost.
    try:
        value = fetch(item)
        if inspect.isawaitable(value):
            if inspect.iscoroutine(value):
                value.close()
            raise WrongFetchError(f"fetch must be a function that blocks, and {fetch!r} is async: use fan_out")
    except BaseException as error:  # noqa: BLE001
        if never_entered(error):
            return None, WrongFetchError(f"fetch cannot be called with one item: {error}")
        return None, error
    return value, None


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
            `on_progress` and `clock`. At a deadline, calls under way have an outcome at once, and
            go on until they end. `key` and `on_progress` are called in another thread than this one.

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
    if inspect.iscoroutinefunction(fetch) or isinstance(
        owner_of(fetch), (AsyncOperations, AsyncOperationsWithResponse)
    ):
        raise TypeError("fetch is async: use fan_out, or a method of Polytomic")
    threads = _Threads(auto_limit(options.get("limit", DEFAULT_LIMIT)).maximum)

    async def call(item: Item) -> Value:
        return await threads.call(fetch, item)

    source = items if isinstance(items, Collection) else threads.read(iter(items))
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
