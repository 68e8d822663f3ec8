"""The fan-out for code that blocks: the same engine, on an event loop in a thread, whose calls run in other threads."""

from __future__ import annotations

import asyncio
import inspect
import os
import threading
import weakref
from collections.abc import AsyncIterable, AsyncIterator, Callable, Collection, Coroutine, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Generic, Self, TypeVar, Unpack, cast

from ._api import AsyncOperations, AsyncOperationsWithResponse
from ._fan_out import DEFAULT_LIMIT, FanOut, FanOutOptions, auto_limit, fan_out, owner_of, refuse_checkpoint
from ._outcome import Outcome, WrongFetchError, never_entered
from ._progress import Progress
from ._text import quoted, shown

Item = TypeVar("Item")
Value = TypeVar("Value")
T = TypeVar("T")


LONGEST_FAREWELL = 1.0
"""Seconds that an event loop whose fan-out was left may take to cancel its tasks; it waits for nothing."""


class BlockingFanOut(Generic[Item, Value]):
    """The outcomes of many blocking calls, as they finish. Made by `fan_out_blocking`; iterated once.

    With `with`, everything has stopped when the block ends: no call is started any more, and those under way, which
    nothing can stop, have ended. Without, leaving the loop early does not wait for them. Several threads may loop over
    it and share the outcomes.
    """

    def __init__(self, outcomes: FanOut[Item, Value], threads: _Threads) -> None:
        self._outcomes = outcomes
        self._threads = threads
        self._reader = object()
        # Also at the end of the process, so that no task is left pending there.
        self._finalizer = weakref.finalize(self, threads.stop, wait=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._threads.running:
            try:
                self._threads.run(lambda: self._outcomes.__aexit__(kind, error, traceback))
            finally:
                self._threads.stop(wait=True)

    def __iter__(self) -> Iterator[Outcome[Item, Value]]:
        reader = object()
        while (outcome := self._next(reader)) is not None:
            yield outcome

    def __next__(self) -> Outcome[Item, Value]:
        outcome = self._next(self._reader)
        if outcome is None:
            raise StopIteration
        return outcome

    def _next(self, reader: object) -> Outcome[Item, Value] | None:
        return self._threads.run(lambda: self._outcomes._take(reader))  # noqa: SLF001  (its other face)

    @property
    def progress(self) -> Progress:
        """How far it is."""
        return self._outcomes.progress


class _Threads:
    """A thread with an event loop, one that reads the items, and those that make the calls; made when first needed."""

    def __init__(self, limit: int) -> None:
        self._calls = ThreadPoolExecutor(limit, "polytomic-fan-out-call")
        self._wanted: SimpleQueue[asyncio.Future[Any] | None] = SimpleQueue()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event | None = None
        self._thread: threading.Thread | None = None
        self._gate = threading.Lock()
        self._stopped = False

    @property
    def running(self) -> bool:
        """Whether there is an event loop."""
        return self._thread is not None and not self._stopped

    def run(self, make: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run a coroutine on the event loop, and wait for it."""
        with self._gate:
            if self._stopped:
                raise RuntimeError("this fan-out has ended: loop over it inside of its `with` block, or make another")
            if self._thread is None:
                self._thread = self._start()
        assert self._loop is not None
        done: Future[T] = Future()

        async def settle() -> None:
            # Nothing is raised here: a KeyboardInterrupt or SystemExit of a task would end the event loop.
            try:
                done.set_result(await make())
            except BaseException as error:  # noqa: BLE001
                done.set_exception(error)

        self._loop.call_soon_threadsafe(self._keep, settle)
        return done.result()

    def _keep(self, make: Callable[[], Coroutine[Any, Any, None]]) -> None:
        # The coroutine is made here, because an interrupt may come before it would have been handed over.
        assert self._loop is not None
        task = self._loop.create_task(make())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def stop(self, *, wait: bool) -> None:
        """End the event loop and start nothing more; wait for the calls under way, or not."""
        with self._gate:
            if self._stopped:
                return
            self._stopped = True
        if self._thread is None:
            return
        assert self._loop is not None
        assert self._end is not None
        self._loop.call_soon_threadsafe(self._end.set)
        self._wanted.put(None)
        self._calls.shutdown(wait=wait, cancel_futures=True)
        if threading.current_thread() is not self._thread:
            self._thread.join(None if wait else LONGEST_FAREWELL)

    def _start(self) -> threading.Thread:
        ready = threading.Event()

        async def serve() -> None:
            self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
            ready.set()
            await self._end.wait()

        # A daemon, so that a fan-out that is never finished does not keep the process from its end.
        thread = threading.Thread(target=lambda: asyncio.run(serve()), name="polytomic-fan-out", daemon=True)
        thread.start()
        ready.wait()
        return thread

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

    async def read(self, items: Iterator[Item]) -> AsyncIterator[Item]:
        """Yield the items of an iterable that may block."""
        loop = asyncio.get_running_loop()
        # A daemon, and no pool, whose threads are waited for at the end of the process: the items may block for ever.
        threading.Thread(target=self._read, args=(items, loop), name="polytomic-fan-out-items", daemon=True).start()
        while True:
            future: asyncio.Future[tuple[Item] | None] = loop.create_future()
            self._wanted.put(future)
            found = await future
            if found is None:
                return
            yield found[0]

    def _read(self, items: Iterator[Item], loop: asyncio.AbstractEventLoop) -> None:
        for future in iter(self._wanted.get, None):
            try:
                self._settle(loop, future, (next(items),), None)
            except StopIteration:
                return self._settle(loop, future, None, None)
            except BaseException as error:  # noqa: BLE001
                # And no further: a thread that waits would hold the error, and with it all that it came through.
                return self._settle(loop, future, None, error)
        return None

    @staticmethod
    def _settle(
        loop: asyncio.AbstractEventLoop,
        future: asyncio.Future[tuple[Any] | None],
        found: tuple[Any] | None,
        error: BaseException | None,
    ) -> None:
        def settle() -> None:
            if future.done():
                return  # cancelled meanwhile
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(found)

        with suppress(RuntimeError):  # the event loop is closed: nobody waits for it
            loop.call_soon_threadsafe(settle)


def _attempt(fetch: Callable[[Item], Value], item: Item) -> tuple[Value | None, BaseException | None]:
    # The error is returned, because a Future cannot carry every kind: a StopIteration would be lost.
    try:
        value = fetch(item)
        if inspect.isawaitable(value):
            if inspect.iscoroutine(value):
                value.close()
            raise WrongFetchError(f"fetch must be a function that blocks, and {shown(fetch)} is async: use fan_out")
    except BaseException as error:  # noqa: BLE001
        if never_entered(error) and not isinstance(error, WrongFetchError):
            return None, WrongFetchError(f"fetch cannot be called with one item: {quoted(error)}")
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
    if inspect.iscoroutinefunction(fetch) or isinstance(
        owner_of(fetch), (AsyncOperations, AsyncOperationsWithResponse)
    ):
        raise TypeError("fetch is async: use fan_out, or a method of Polytomic")
    threads = _Threads(auto_limit(options.get("limit", DEFAULT_LIMIT)).maximum)

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
