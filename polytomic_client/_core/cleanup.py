"""Cancellation: clean-up that is never cut short, in tasks of its own, and scopes of anyio."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine, Iterable
from contextlib import AbstractContextManager, nullcontext
from contextvars import Context
from math import inf
from typing import Any, TypeVar

T = TypeVar("T")

CLEANUP_LASTS = 10.0
"""Seconds that the clean-up of a cancelled call may take, such as canceling the execution that it has started."""

_held: set[asyncio.Task[Any]] = set()
"""Tasks that must not be collected before they have ended. An event loop keeps weak references only."""


def new_task(coroutine: Coroutine[Any, Any, T], context: Context | None = None) -> asyncio.Task[T]:
    """Create a task that starts at the next turn of the event loop, also where the loop's own tasks are eager (3.12).

    Args:
        coroutine: What to run.
        context: The context to run it in. Default: a copy of the current one.
    """
    return asyncio.Task(coroutine, loop=asyncio.get_running_loop(), context=context)


def running_loop() -> asyncio.AbstractEventLoop | None:
    """Return the running event loop; None where there is none, as in a forked child of one that had it."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def hold(task: asyncio.Task[Any]) -> None:
    """Keep a task until it has ended."""
    _held.add(task)
    task.add_done_callback(_held.discard)


async def finish(tasks: Iterable[asyncio.Task[Any]], seconds: float, *, bounded: bool = False) -> None:
    """Wait until tasks have ended, and raise what cancels the wait only then.

    Tasks that outlast the wait go on by themselves.

    Args:
        tasks: What to wait for. Their results and errors stay with them.
        seconds: How long to wait at most.
        bounded: Whether the time counts from now on. Default: from the moment at which the wait is cancelled.

    Raises:
        CancelledError: The wait was cancelled, once or more often.
    """
    loop = asyncio.get_running_loop()
    waited = {task for task in tasks if not task.done()}
    for task in waited:
        hold(task)
    ends = loop.time() + seconds if bounded else inf
    cancellation: asyncio.CancelledError | None = None
    with _shield():
        while any(not task.done() for task in waited) and (left := ends - loop.time()) > 0:
            try:
                await asyncio.wait(waited, timeout=None if left == inf else left)
            except asyncio.CancelledError as error:
                cancellation = cancellation or error
                ends = min(ends, loop.time() + seconds)
    if cancellation is not None:
        raise cancellation


async def checkpoint() -> None:
    """Raise the cancellation of an anyio scope, which otherwise reaches a task only while it waits."""
    anyio = sys.modules.get("anyio")
    if anyio is not None:
        await anyio.lowlevel.checkpoint_if_cancelled()


def _shield() -> AbstractContextManager[object]:
    """Return what keeps anyio from cancelling the wait again at every turn of the event loop."""
    anyio = sys.modules.get("anyio")
    return nullcontext() if anyio is None else anyio.CancelScope(shield=True)
