"""Short tracebacks: the user's code and the line that raised the error."""

from __future__ import annotations

import os
from collections.abc import Callable, Coroutine
from functools import wraps
from pathlib import Path
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

from ..errors import PolytomicError

T = TypeVar("T")
P = ParamSpec("P")

PACKAGE = f"{Path(__file__).parent.parent}{os.sep}"
"""The directory of this package, as in the file names of its frames."""

SHORTENED = PolytomicError, TypeError, ValueError
"""The errors that the package raises on purpose. Any other error is a defect, whose traceback shows where it is."""


def shorten(error: BaseException) -> None:
    """Remove the frames of this package from the tracebacks of an error and its causes, except the innermost of each.

    Other frames stay, for example of the user's callable for the key. `raise` without an argument re-raises the error.
    """
    current: BaseException | None = error
    seen: set[int] = set()
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        current.__traceback__ = _short(current.__traceback__)
        current = current.__cause__


def _short(entry: TracebackType | None) -> TracebackType | None:
    entries: list[TracebackType] = []
    while entry is not None:
        entries.append(entry)
        entry = entry.tb_next
    short: TracebackType | None = None
    innermost = True
    for entry in reversed(entries):
        ours = entry.tb_frame.f_code.co_filename.startswith(PACKAGE)
        if not ours or innermost:
            short = TracebackType(short, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
        innermost = innermost and not ours
    return short


def with_short_tracebacks(workflow: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Return a coroutine function whose errors have short tracebacks."""

    @wraps(workflow)
    async def method(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await workflow(*args, **kwargs)
        except SHORTENED as error:
            shorten(error)
            raise

    return method
