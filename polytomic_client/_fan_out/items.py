"""The items of a fan-out: read one by one by many workers, numbered, and without those that need no call."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterable, AsyncIterator, Callable, Collection, Iterable, Iterator, Sized
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from attrs import define, field

from .._core.log import logger
from .._text import shown
from ..errors import DeadlineExceededError, NotReachedError
from .checkpoint import Checkpoint
from .outcome import Outcome

Item = TypeVar("Item")
Value = TypeVar("Value")

PASSED_OVER_AT_ONCE = 1_000
"""How many items are passed over in a row before others on the event loop get their turn."""


@define(eq=False)
class Job(Generic[Item, Value]):
    """An item that is to be asked for.

    Attributes:
        position: Its place among the jobs, from 0.
        index: Its item's place in the input, from 0.
        item: The item.
        key: Its name, where one is needed.
        before: Its first outcome, where this is the second call.
        outcome: What came of it, once it is finished.
        delivered: Whether a reader was given the outcome.
    """

    position: int
    index: int
    item: Item
    key: str | None
    before: Outcome[Item, Value] | None = None
    outcome: Outcome[Item, Value] = field(init=False, repr=False)
    delivered: bool = False

    def too_late(self, deadline: float | None, *, started: bool) -> Outcome[Item, Value]:
        """Return the outcome of a job whose call a deadline has prevented, or interrupted: its first one, if any.

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
        return Outcome(self.index, self.item, error, None)


class Receipts(Generic[Item, Value]):
    """The jobs whose outcomes readers have, and which are noted in the checkpoint once the readers are done with them.

    Attributes:
        wanted: Whether there is a checkpoint.
    """

    def __init__(self, checkpoint: Checkpoint | None) -> None:
        self.wanted = checkpoint is not None
        self._checkpoint = checkpoint
        self._open: set[Job[Item, Value]] = set()
        self._closed = False

    def expect(self, job: Job[Item, Value]) -> None:
        """Note that a job is given to a reader."""
        if self.wanted and job.outcome.ok:
            self._open.add(job)

    def confirm(self, job: Job[Item, Value]) -> None:
        """Note in the checkpoint that a reader is done with the outcome of a job, if it was delivered.

        Raises:
            CheckpointError: It cannot be written.
        """
        if job in self._open and job.delivered and not self._closed:
            self._open.discard(job)
            if job.key is not None and self._checkpoint is not None:
                self._checkpoint.add(job.key)

    def confirm_all(self) -> None:
        """Note all that was delivered.

        Raises:
            CheckpointError: It cannot be written.
        """
        for job in list(self._open):
            self.confirm(job)

    def close(self, *, unless_expected: bool = False) -> None:
        """Close the checkpoint.

        Args:
            unless_expected: Whether it stays open as long as a reader is not done with an outcome.

        Raises:
            CheckpointError: The disk did not take everything.
        """
        if self._checkpoint is not None and not (unless_expected and self._open):
            self._closed = True
            self._checkpoint.close()


def deadline_passed(seconds: float | None) -> str:
    """Return the beginning of a sentence about a deadline of so many seconds."""
    return f"the fan-out's deadline of {seconds:g} s passed"


def name_of(item: object) -> str:
    """Return the name of an item, or of what `key` made of it, that has an obvious one.

    Raises:
        TypeError: It has none.
    """
    if isinstance(item, (str, UUID)) or (isinstance(item, int) and not isinstance(item, bool)):
        return str(item)
    raise TypeError(f"key= must give a str, an int or a UUID for each item, and not a {type(item).__name__}")


COUNTABLE = (list, tuple, range, dict, set, frozenset)
"""Types of items that can be read twice: nothing of the caller's runs then, as it may with a type of their own."""


class Items(Generic[Item]):
    """The items, as any iterable has them."""

    def __init__(
        self,
        items: Iterable[Item] | AsyncIterable[Item],
        *,
        key: Callable[[Item], object] | None,
        checkpoint: Checkpoint | None,
    ) -> None:
        """Read nothing yet.

        Args:
            items: Any iterable or async iterable.
            key: What names an item, so that it is asked for once; None where items have no names.
            checkpoint: Where the names of those are that need no call, if there are any.

        Raises:
            TypeError: They cannot be iterated, or are one text.
        """
        self._plain: Iterator[Item] | None = None
        self._async: AsyncIterator[Item] | None = None
        if not isinstance(items, (Iterable, AsyncIterable)):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"items must be an iterable of items, not {shown(items)}")
        if isinstance(items, (str, bytes)):
            raise TypeError(f"items must be an iterable of items, and not one {type(items).__name__}: {shown(items)}")
        if isinstance(items, AsyncIterable):
            self._async = aiter(items)
        else:
            self._plain = iter(items)
        self.total = len(items) if isinstance(items, Sized) else None
        self._countable = cast("Collection[Item]", items) if type(items) in COUNTABLE else None
        self.may_wait = self._plain is None
        self.exhausted = False
        self.skipped = 0
        self._key = key
        self._checkpoint = checkpoint
        self._seen: set[str] = set()
        # An async generator must not be asked for its next item by two tasks at once.
        self._lock = asyncio.Lock()
        self._read = 0
        self._jobs = 0

    def next_at_once(self) -> Job[Item, Any] | None:
        """Return the next item of an iterable whose items all need a call; None where only `next` can tell."""
        if self._plain is None or self._key is not None or self.exhausted:
            return None
        item = next(self._plain, _END)
        if isinstance(item, _End):
            self.exhausted = True
            return None
        # Without keys, every item is a job.
        self._read = self._jobs = self._read + 1
        return Job(self._read - 1, self._read - 1, item, None)

    def log_resuming(self) -> None:
        """Log how many items are already done: of these items, or all in the checkpoint if these cannot be counted."""
        finished, items = self._checkpoint, self._countable
        # What is logged must not keep the caller's items alive.
        self._countable = None
        if finished is None or len(finished) == 0 or self._key is None or not logger.isEnabledFor(logging.INFO):
            return
        if items is None:
            logger.info("resuming: %s already done", f"{len(finished):,}")
            return
        try:
            done = sum(name_of(self._key(item)) in finished for item in items)
        except Exception:  # noqa: BLE001  (the item that has no name is an error once it is its turn)
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
            item = next(self._plain, _END) if self._plain is not None else await self._next_async()
            if isinstance(item, _End):
                self.exhausted = True
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

    async def _next_async(self) -> Item | _End:
        assert self._async is not None
        return await anext(self._async, _END)

    def _named(self, key: Callable[[Item], object], item: Item) -> str:
        try:
            return name_of(key(item))
        except Exception as error:
            error.add_note(f"raised by key= of a fan-out, for the item with index {self._read - 1}")
            raise

    def _is_new(self, key: str) -> bool:
        if key in self._seen or (self._checkpoint is not None and key in self._checkpoint):
            return False
        self._seen.add(key)
        return True


class _End:
    """No more items."""


_END = _End()
