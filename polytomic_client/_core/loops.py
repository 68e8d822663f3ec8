"""The event loop of asyncio, the only one that this package works in."""

from __future__ import annotations

import asyncio


def asyncio_loop(user: str) -> asyncio.AbstractEventLoop:
    """Return the running event loop.

    Args:
        user: What needs it, for the error.

    Raises:
        RuntimeError: No event loop of asyncio is running.
    """
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        raise RuntimeError(
            f"{user} needs asyncio, but no asyncio event loop is running. trio is not supported."
        ) from None
