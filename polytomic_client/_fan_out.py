"""Asking many connections at once: bounded, as they finish, and one failure never loses the rest."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Iterator
from types import TracebackType
from typing import Generic, TypeVar, cast

from attrs import frozen

from ._errors import CallCancelledError, ClientClosedError

Item = TypeVar("Item")
Value = TypeVar("Value")

DEFAULT_LIMIT = 64


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


class FanOut(Generic[Item, Value]):
    """The outcomes of many calls, as they finish. Made by `fan_out`; iterated once.

    With `async with`, everything has stopped when the block ends. Without, leaving the loop early cancels what is
    under way as soon as the event loop runs again.
    """

    def __init__(self, engine: _Engine[Item, Value]) -> None:
        self._engine = engine

    async def __aenter__(self) -> FanOut[Item, Value]:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._engine.stop()

    def __aiter__(self) -> FanOut[Item, Value]:
        return self

    async def __anext__(self) -> Outcome[Item, Value]:
        outcome = await self._engine.next()
        if outcome is None:
            raise StopAsyncIteration
        return outcome

    def __del__(self) -> None:
        # The workers know the engine and not this object, so that it goes when its consumer leaves.
        self._engine.abandon()


class _Engine(Generic[Item, Value]):
    """Workers that take items one by one and hand over outcomes, of which only so many wait for their reader."""

    def __init__(
        self,
        fetch: Callable[[Item], Awaitable[Value]],
        items: Iterable[Item] | AsyncIterable[Item],
        limit: int,
    ) -> None:
        self._fetch = fetch
        self._items = _Source(items)
        self._limit = limit
        self._workers: set[asyncio.Task[None]] = set()
        self._working = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        # None is the end. The queue itself has no bound, so that the end can always be put.
        self._outcomes: asyncio.Queue[Outcome[Item, Value] | None] = asyncio.Queue()
        self._room = asyncio.Semaphore(limit)
        self._fault: BaseException | None = None
        self._stopped = False

    async def next(self) -> Outcome[Item, Value] | None:
        """Return the next outcome, or None once there is none left."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._start_worker()
        elif self._loop is not asyncio.get_running_loop():
            raise ClientClosedError("this fan-out runs in another event loop")
        outcome = None if self._stopped else await self._outcomes.get()
        if outcome is not None:
            self._room.release()
            return outcome
        self._outcomes.put_nowait(None)  # for whoever else reads
        if self._fault is not None:
            fault, self._fault = self._fault, None
            raise fault
        return None

    async def stop(self) -> None:
        """Cancel what is under way and wait until it has stopped."""
        self._stopped = True
        workers = list(self._workers)
        _cancel_all(self._workers)
        await asyncio.gather(*workers, return_exceptions=True)
        self._outcomes.put_nowait(None)

    def abandon(self) -> None:
        """Cancel what is under way, from a finalizer: in any thread, at any time."""
        if self._workers and self._loop is not None and not self._loop.is_closed():
            self._stopped = True
            self._loop.call_soon_threadsafe(_cancel_all, self._workers)

    def _start_worker(self) -> None:
        worker = asyncio.get_running_loop().create_task(self._work())
        self._working += 1
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)

    async def _work(self) -> None:
        try:
            async for index, item in self._items:
                # A worker that has something to do makes the next, so that few items make few tasks.
                if self._working < self._limit:
                    self._start_worker()
                outcome = await self._call(index, item)
                if self._stopped:
                    return  # `fetch` swallowed the cancellation, and nobody reads any more
                await self._room.acquire()
                self._outcomes.put_nowait(outcome)
        except asyncio.CancelledError:
            if not self._stopped:
                self._fail(CallCancelledError("a worker of the fan-out, or what its items wait for, was cancelled"))
            raise
        except (KeyboardInterrupt, SystemExit) as error:
            self._fail(error)
            raise
        except BaseException as error:  # noqa: BLE001
            # The input failed, or `fetch` is no such function: nothing that comes after can be right.
            self._fail(error)
        finally:
            self._working -= 1
            if self._working == 0:
                self._outcomes.put_nowait(None)

    def _fail(self, fault: BaseException) -> None:
        self._fault = self._fault or fault
        self._items.exhausted = True

    async def _call(self, index: int, item: Item) -> Outcome[Item, Value]:
        try:
            awaitable = self._fetch(item)
        except Exception as error:  # noqa: BLE001
            return Outcome(index, item, error, None)
        if not inspect.isawaitable(awaitable):
            raise TypeError(
                f"fetch must be an async function, such as a method of AsyncPolytomic; {self._fetch!r} returned "
                f"{type(awaitable).__name__}"
            )
        try:
            return Outcome(index, item, None, await awaitable)
        except asyncio.CancelledError as error:
            worker = asyncio.current_task()
            if worker is not None and worker.cancelling():
                raise
            cancelled = CallCancelledError("what the call waited for was cancelled, and not the fan-out")
            cancelled.__cause__ = error
            return Outcome(index, item, cancelled, None)
        except Exception as error:  # noqa: BLE001
            return Outcome(index, item, error, None)


def _cancel_all(workers: set[asyncio.Task[None]]) -> None:
    for worker in list(workers):
        worker.cancel()


class _Source(Generic[Item]):
    """Items of any iterable with their numbers, read one by one by many workers."""

    def __init__(self, items: Iterable[Item] | AsyncIterable[Item]) -> None:
        self._plain: Iterator[Item] | None = None
        self._async: AsyncIterator[Item] | None = None
        if isinstance(items, AsyncIterable):
            self._async = aiter(items)
        else:
            self._plain = iter(items)
        # An async generator must not be asked for its next item by two tasks at once.
        self._turn = asyncio.Lock()
        self._count = 0
        self.exhausted = False

    def __aiter__(self) -> _Source[Item]:
        return self

    async def __anext__(self) -> tuple[int, Item]:
        if self._plain is not None:
            return self._numbered(next(self._plain, _END) if not self.exhausted else _END)
        assert self._async is not None
        async with self._turn:
            return self._numbered(await anext(self._async, _END) if not self.exhausted else _END)

    def _numbered(self, item: Item | _End) -> tuple[int, Item]:
        if isinstance(item, _End):
            self.exhausted = True
            raise StopAsyncIteration
        self._count += 1
        return self._count - 1, item


class _End:
    """No more items."""


_END = _End()


def fan_out(
    fetch: Callable[[Item], Awaitable[Value]],
    items: Iterable[Item] | AsyncIterable[Item],
    *,
    limit: int = DEFAULT_LIMIT,
) -> FanOut[Item, Value]:
    """Call `fetch` for many items at once and yield each outcome as it finishes.

    Items are read when there is room for them and outcomes wait for their reader, so that memory stays flat over any
    number of items. A call that fails is an outcome too: `outcome.error` says why, `outcome.result()` raises it.

    Args:
        fetch: An async function of one item, such as `polytomic.get_bulk_destination`.
        items: Any iterable or async iterable. If it raises, that error is raised after the outcomes before it. It is
            not closed: an async generator that must end with the fan-out is yours to close.
        limit: The most calls in flight at once. More than the client's `max_connections` only wait for each other.

    Returns:
        An async iterator, for `async for`, and an async context manager, for `async with`.

    Raises:
        TypeError: `fetch` cannot be called or `items` cannot be iterated.
        ValueError: The limit is no positive int.

    Example:
        async with fan_out(polytomic.get_bulk_destination, connection_ids, limit=64) as outcomes:
            async for outcome in outcomes:
                print(outcome.item, outcome.result() if outcome.ok else outcome.error)
    """
    if not callable(fetch):
        raise TypeError(f"fetch must be an async function, not {type(fetch).__name__}")
    return FanOut(_Engine(fetch, items, _checked_limit(limit)))


def _checked_limit(limit: object) -> int:
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
        raise ValueError(f"limit must be a positive int, not {limit!r}")
    return limit


async def fetch_all(
    fetch: Callable[[Item], Awaitable[Value]],
    items: Iterable[Item] | AsyncIterable[Item],
    *,
    limit: int = DEFAULT_LIMIT,
) -> list[Outcome[Item, Value]]:
    """Call `fetch` for many items at once and return every outcome, in the order of the items.

    Args:
        fetch: An async function of one item, such as `polytomic.get_bulk_destination`.
        items: Any iterable or async iterable.
        limit: The most calls in flight at once.

    Returns:
        One outcome for each item, in input order.

    Raises:
        Exception: What `items` raised. The outcomes before it are lost; `fan_out` yields them first.
        TypeError: `fetch` cannot be called or `items` cannot be iterated.
        ValueError: The limit is no positive int.
    """
    async with fan_out(fetch, items, limit=limit) as outcomes:
        found = [outcome async for outcome in outcomes]
    return sorted(found, key=lambda outcome: outcome.index)
