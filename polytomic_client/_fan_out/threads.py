"""The threads of a blocking fan-out: one runs the event loop, one reads the items, the others make the calls."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import Context, copy_context
from queue import SimpleQueue
from typing import Any, TypeVar, cast

from .._text import shown
from .outcome import WrongFetchError, failure_of

Item = TypeVar("Item")
Value = TypeVar("Value")

LONGEST_STOP = 1.0
"""Seconds to wait for the event loop of an abandoned fan-out. It cancels its tasks and does not wait for them."""

ENDED = "this fan-out has ended. Loop over it inside its `with` block, or create another."


class Threads:
    """The threads, created on first use. A signal handler may raise anywhere in a method whose docstring says so.

    Args:
        limit: Maximum concurrent calls.
    """

    def __init__(self, limit: int) -> None:
        self._calls = ThreadPoolExecutor(limit, "polytomic-fan-out-call")
        self._wanted: SimpleQueue[asyncio.Future[Any] | None] = SimpleQueue()
        self._posts: deque[tuple[Context, Callable[[], object]]] = deque()
        # The first thread in it runs the event loop. A caller interrupted while starting one cannot know if it started.
        self._loop_threads: list[threading.Thread] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event | None = None
        self._last: Callable[[], Coroutine[Any, Any, None]] | None = None
        self._error: BaseException | None = None
        self._stopped = False

    @property
    def ended(self) -> bool:
        """Whether posted functions are no longer called."""
        return self._stopped and not (self._loop_threads and self._loop_threads[0].is_alive())

    def post(self, begin: Callable[[], object]) -> None:
        """Call a function in the event loop's thread, in the caller's context. May be interrupted anywhere.

        Raises:
            RuntimeError: The fan-out has ended.
        """
        if self._stopped:
            raise RuntimeError(ENDED)
        self._posts.append((copy_context(), begin))
        self._wake()

    def finish(self, last: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """End the event loop and wait for the calls under way. May be interrupted anywhere, and repeated.

        Args:
            last: A coroutine function that the event loop runs before it ends. Its exception is raised here.
        """
        if not self._stopped:
            self._last = last
        self._stop()
        for thread in self._loop_threads[:1]:
            thread.join()
        self._calls.shutdown()
        if self._error is not None:
            error, self._error = self._error, None
            raise error

    def abandon(self) -> None:
        """End the event loop from a finalizer and start nothing more. The calls under way end by themselves."""
        self._stop()
        for thread in self._loop_threads[:1]:
            if thread is not threading.current_thread():
                thread.join(LONGEST_STOP)

    def _stop(self) -> None:
        self._stopped = True
        if self._loop_threads:
            self._posts.append((copy_context(), self._set_end))
            self._wake()

    def _set_end(self) -> None:
        assert self._end is not None
        self._end.set()

    def _wake(self) -> None:
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop is closed
                self._loop.call_soon_threadsafe(self._do_posts)
        elif not self._loop_threads:
            # A daemon, so that a fan-out that never finishes does not keep the process alive.
            threading.Thread(target=self._run, name="polytomic-fan-out", daemon=True).start()

    def _run(self) -> None:
        thread = threading.current_thread()
        self._loop_threads.append(thread)
        # `_stop` does this in the reverse order: either it ends this thread, or this thread sees the flag.
        if self._loop_threads[0] is not thread or self._stopped:
            return
        try:
            asyncio.run(self._serve())
        finally:
            self._wanted.put(None)
            self._calls.shutdown(wait=False, cancel_futures=True)

    async def _serve(self) -> None:
        self._end = asyncio.Event()
        # Set before the posts are read: whoever posts from now on wakes the loop.
        self._loop = asyncio.get_running_loop()
        self._do_posts()
        await self._end.wait()
        if self._last is not None:
            try:
                await self._last()
            except BaseException as error:  # noqa: BLE001  (it is raised in another thread)
                self._error = error

    def _do_posts(self) -> None:
        while self._posts:
            context, begin = self._posts.popleft()
            context.run(begin)

    async def call(self, fetch: Callable[[Item], Value], item: Item) -> Value:
        """Call a function in a thread, in the caller's context."""
        context = copy_context()
        value, error = await asyncio.get_running_loop().run_in_executor(
            self._calls, lambda: context.run(_attempt, fetch, item)
        )
        try:
            if error is not None:
                raise error
            return cast("Value", value)
        finally:
            del error  # its traceback references this frame

    async def read(self, items: Iterator[Item], context: Context) -> AsyncIterator[Item]:
        """Yield the items of an iterable that may block, read in a thread and in a context that nothing else uses."""
        loop = asyncio.get_running_loop()
        # A daemon instead of a pool, whose threads the process waits for at its end: the items may block for ever.
        threading.Thread(
            target=context.run, args=(self._read, items, loop), name="polytomic-fan-out-items", daemon=True
        ).start()
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
                # Stop here: a waiting thread would keep the error alive, and every frame of its traceback.
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

        with suppress(RuntimeError):  # the event loop is closed: nothing waits for the result
            loop.call_soon_threadsafe(settle)


def _attempt(fetch: Callable[[Item], Value], item: Item) -> tuple[Value | None, BaseException | None]:
    # The error is returned, because a Future cannot carry every exception.
    try:
        value = fetch(item)
    except Exception as error:  # noqa: BLE001
        try:
            return None, failure_of(fetch, item, error)
        except WrongFetchError as wrong:
            return None, wrong
    except BaseException as error:  # noqa: BLE001
        return None, error
    if inspect.isawaitable(value):
        if inspect.iscoroutine(value):
            value.close()
        return None, WrongFetchError(f"fetch must be a blocking function, got async {shown(fetch)}. Use fan_out.")
    return value, None
