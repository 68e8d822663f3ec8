"""The items of a fan-out: read one by one by many workers, numbered, and without those to skip."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import (
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Coroutine,
    Generator,
    Iterable,
    Iterator,
    Sized,
)
from contextvars import Context, copy_context
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from attrs import define, field

from .._core.log import logger
from .._text import shown
from ..errors import DeadlineExceededError, NotReachedError
from .checkpoint import Checkpoint
from .outcome import Failure, Outcome

Item = TypeVar("Item")
Value = TypeVar("Value")

PASSED_OVER_AT_ONCE = 1_000
"""Items skipped in a row before other tasks on the event loop get a turn."""


@define(eq=False)
class Job(Generic[Item, Value]):
    """An item that needs a call.

    Attributes:
        position: Its position among the jobs, from 0.
        index: The item's position in the input, from 0.
        item: The item.
        key: The item's key, or None if the fan-out does not use keys.
        before: The first outcome, if this is the second call.
        outcome: The outcome, once the job is finished.
        delivered: Whether a reader received the outcome.
    """

    position: int
    index: int
    item: Item
    key: str | None
    before: Failure[Item] | None = None
    outcome: Outcome[Item, Value] = field(init=False, repr=False)
    delivered: bool = False

    def too_late(self, deadline: float | None, *, started: bool) -> Failure[Item]:
        """Return the outcome of a job whose call a deadline prevented or interrupted: its first outcome, if any.

        Args:
            deadline: The deadline of the fan-out, in seconds.
            started: Whether the call had started.
        """
        if self.before is not None:
            return self.before
        passed = deadline_passed(deadline)
        if started:
            error = DeadlineExceededError(f"{passed} during the call, which may have reached the API")
        else:
            error = NotReachedError(f"{passed} before the call was made")
        return Failure(self.index, self.item, error)


class Receipts(Generic[Item, Value]):
    """The jobs whose outcomes readers hold. A job is recorded in the checkpoint once its reader is done with it.

    Attributes:
        wanted: Whether there is a checkpoint.
    """

    def __init__(self, checkpoint: Checkpoint | None) -> None:
        self.wanted = checkpoint is not None
        self._checkpoint = checkpoint
        self._open: set[Job[Item, Value]] = set()
        self._closed = False

    def expect(self, job: Job[Item, Value]) -> None:
        """Note that a reader receives a job."""
        if self.wanted and job.outcome.ok:
            self._open.add(job)

    def confirm(self, job: Job[Item, Value]) -> None:
        """Record in the checkpoint that a reader is done with the outcome of a job, if it was delivered.

        Raises:
            CheckpointError: The checkpoint cannot be written.
        """
        if job in self._open and job.delivered and not self._closed:
            self._open.discard(job)
            if job.key is not None and self._checkpoint is not None:
                self._checkpoint.add(job.key)

    def confirm_all(self) -> None:
        """Record every job that was delivered.

        Raises:
            CheckpointError: The checkpoint cannot be written.
        """
        for job in list(self._open):
            self.confirm(job)

    def close(self, *, unless_expected: bool = False) -> None:
        """Close the checkpoint.

        Args:
            unless_expected: Whether it stays open as long as a reader is not done with an outcome.

        Raises:
            CheckpointError: Not everything reached the disk.
        """
        if self._checkpoint is not None and not (unless_expected and self._open):
            self._closed = True
            self._checkpoint.close()


def deadline_passed(seconds: float | None) -> str:
    """Return the beginning of an error message about a passed deadline, in seconds."""
    return f"the fan-out's deadline of {seconds:g} s passed"


def name_of(item: object) -> str:
    """Return the key of a str, int or UUID: an item, or a value that `key` returned.

    Raises:
        TypeError: `item` has another type.
    """
    if isinstance(item, (str, UUID)) or (isinstance(item, int) and not isinstance(item, bool)):
        return str(item)
    raise TypeError(f"key= must return a str, int or UUID for each item, got {type(item).__name__}.")


COUNTABLE = (list, tuple, range, dict, set, frozenset)
"""Types that can be read twice without running code of the caller, as a custom type may."""


def length_of(items: object) -> int | None:
    """Return the length of items, or None if it is unknown. A length hint is not a length: it may be wrong."""
    try:
        return len(cast("Sized", items))
    except Exception:  # noqa: BLE001  (of the caller's code: tqdm has a length that raises for a generator)
        return None


def iterator_of(items: Iterable[Item]) -> Iterator[Item]:
    """Return an iterator over everything that `for` takes.

    Raises:
        TypeError: `items` is not iterable.
    """
    try:
        return iter(items)
    except TypeError as error:
        # No further traceback: `iter` itself raised it, instead of a method of the items.
        if error.__traceback__ is not None and error.__traceback__.tb_next is None:
            raise TypeError(f"items must be an iterable of items, got {shown(items)}.") from error
        raise


def has_changed(context: Context) -> bool:
    """Return whether a variable of the current context has another value than in a copy made before."""
    try:
        return copy_context() != context
    except Exception:  # noqa: BLE001  (of two values that cannot be compared)
        return True


class InContext(Awaitable[Value]):
    """Run each step of a coroutine in a context. Unlike a task of its own, it is cancelled with the task that waits."""

    __slots__ = ("_context", "_coroutine")

    def __init__(self, context: Context, coroutine: Coroutine[Any, Any, Value]) -> None:
        self._context = context
        self._coroutine = coroutine

    def __await__(self) -> Generator[Any, Any, Value]:
        run, coroutine = self._context.run, self._coroutine
        step: Callable[[Any], Any] = coroutine.send
        value: BaseException | None = None
        while True:
            try:
                waits = run(step, value)
            except StopIteration as end:
                return cast("Value", end.value)
            finally:
                value = None  # the traceback of an error references this frame
            step = coroutine.send
            try:
                yield waits
            except GeneratorExit:
                run(coroutine.close)
                raise
            except BaseException as error:  # noqa: BLE001  (a cancellation)
                step, value = coroutine.throw, error


class Items(Generic[Item]):
    """Reads the items of any iterable or async iterable, in the context in which it is created.

    All items are read in one context, which is not that of any call: a generator may set a variable and reset it later.
    """

    def __init__(
        self,
        items: Iterable[Item] | AsyncIterable[Item],
        *,
        key: Callable[[Item], object] | None,
        checkpoint: Checkpoint | None,
    ) -> None:
        """Prepare to read; nothing is read yet.

        Args:
            items: Any iterable or async iterable.
            key: Derives the key of an item, so that each is called once; None to call every item.
            checkpoint: Contains the keys of items to skip, and knows those that were read.

        Raises:
            TypeError: `items` is not iterable, or is a single str or bytes.
        """
        self._plain: Iterator[Item] | None = None
        self._async: AsyncIterator[Item] | None = None
        if isinstance(items, (str, bytes)):
            raise TypeError(f"items must be an iterable of items, got a single {type(items).__name__}: {shown(items)}.")
        if isinstance(items, AsyncIterable):
            self._async = aiter(items)
        else:
            self._plain = iterator_of(items)
        self._context = copy_context()
        self._run = self._context.run
        self._length = length_of(items)
        self._ended = False
        self._countable = cast("Collection[Item]", items) if type(items) in COUNTABLE else None
        self.may_wait = self._plain is None
        # A collection has its items. Anything else may read a file or a socket.
        self.may_block = not isinstance(items, Collection) or self._length is None
        self.exhausted = False
        self.skipped = 0
        self._key = key
        self._checkpoint = checkpoint
        self._seen: set[str] = set()
        # Two tasks must not request the next item of an async generator at once.
        self._lock = asyncio.Lock()
        self._read = 0
        self._jobs = 0

    @property
    def total(self) -> int | None:
        """The number of items, if they have a length. If more are read than that, None until all are read."""
        if self._length is None:
            return None
        if self._ended:
            return self._read
        return self._length if self._read <= self._length else None

    def next_at_once(self) -> Job[Item, Any] | None:
        """Return the next item without waiting, if every item needs a call. Otherwise None: call `next`."""
        if self._plain is None or self._key is not None or self.exhausted:
            return None
        item = self._run(next, self._plain, _END)
        if isinstance(item, _End):
            self.exhausted = self._ended = True
            return None
        # Without keys, every item is a job.
        self._read = self._jobs = self._read + 1
        return Job(self._read - 1, self._read - 1, item, None)

    def log_resuming(self) -> None:
        """Log how many items are already done: of these items, or of the checkpoint if these cannot be counted."""
        finished, items = self._checkpoint, self._countable
        # Logging must not keep the caller's items alive.
        self._countable = None
        if finished is None or len(finished) == 0 or self._key is None or not logger.isEnabledFor(logging.INFO):
            return
        if items is None:
            logger.info("resuming: %s already done", f"{len(finished):,}")
            return
        try:
            done = sum(name_of(self._run(self._key, item)) in finished for item in items)
        except Exception:  # noqa: BLE001  (reading the item later raises this error)
            return
        if done:
            logger.info("resuming: %s of %s already done", f"{done:,}", f"{len(items):,}")

    async def next(self) -> Job[Item, Any] | None:
        """Return the next item that needs a call, or None at the end."""
        if self._async is not None:
            async with self._lock:
                return await self._next()
        return await self._next()

    async def _next(self) -> Job[Item, Any] | None:
        while not self.exhausted:
            if self._plain is not None:
                item = self._run(next, self._plain, _END)
            else:
                item = await InContext(self._context, self._next_async())
            if isinstance(item, _End):
                self.exhausted = self._ended = True
                break
            self._read += 1
            key = None if self._key is None else self._named(self._key, item)
            if key is None or self._is_new(key):
                self._jobs += 1
                return Job(self._jobs - 1, self._read - 1, item, key)
            self.skipped += 1
            if self.skipped % PASSED_OVER_AT_ONCE == 0:
                await asyncio.sleep(0)
        return None

    def next_blocking(self) -> Job[Item, Any] | None:
        """Do the same as `next` for items that are not async, without an event loop."""
        step = self.next()
        while True:
            try:
                step.send(None)
            except StopIteration as end:
                return cast("Job[Item, Any] | None", end.value)

    async def _next_async(self) -> Item | _End:
        assert self._async is not None
        return await anext(self._async, _END)

    def _named(self, key: Callable[[Item], object], item: Item) -> str:
        try:
            return name_of(self._run(key, item))
        except Exception as error:
            error.add_note(f"raised by key= of a fan-out, for the item with index {self._read - 1}")
            raise

    def _is_new(self, key: str) -> bool:
        if self._checkpoint is not None:
            return self._checkpoint.claim(key)
        before = len(self._seen)
        self._seen.add(key)
        return len(self._seen) > before


class _End:
    """Marks the end of the items."""


_END = _End()
