"""Cancellation: clean-up that runs to its end in its own tasks, and anyio scopes."""

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
"""Maximum seconds for the clean-up of a cancelled call, for example to cancel the execution that it started."""

_held: set[asyncio.Task[Any]] = set()
"""Tasks that must not be garbage-collected before they end. An event loop only keeps weak references."""


def new_task(coroutine: Coroutine[Any, Any, T], context: Context | None = None) -> asyncio.Task[T]:
    """Create a task that starts in the next event loop iteration, even if the loop's own tasks are eager (3.12).

    Args:
        coroutine: The coroutine to run.
        context: The context to run it in. Default: a copy of the current one.
    """
    return asyncio.Task(coroutine, loop=asyncio.get_running_loop(), context=context)


def running_loop() -> asyncio.AbstractEventLoop | None:
    """Return the running event loop, or None without one, as in a child forked from its process."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def hold(task: asyncio.Task[Any]) -> None:
    """Keep a reference to a task until it ends."""
    _held.add(task)
    task.add_done_callback(_held.discard)


async def finish(tasks: Iterable[asyncio.Task[Any]], seconds: float, *, bounded: bool = False) -> None:
    """Wait until tasks end, and only then raise the cancellation of the wait.

    Tasks that outlast the wait continue by themselves.

    Args:
        tasks: The tasks to wait for. Their results and errors stay with them.
        seconds: Maximum seconds to wait.
        bounded: Whether `seconds` start now. Default: they start when the wait is cancelled.

    Raises:
        CancelledError: The wait was cancelled at least once.
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
    """Raise a pending cancellation of an anyio scope, which otherwise reaches a task only while it waits."""
    anyio = sys.modules.get("anyio")
    if anyio is not None:
        await anyio.lowlevel.checkpoint_if_cancelled()


def _shield() -> AbstractContextManager[object]:
    """Return a scope that keeps anyio from cancelling the wait again in every event loop iteration."""
    anyio = sys.modules.get("anyio")
    return nullcontext() if anyio is None else anyio.CancelScope(shield=True)
