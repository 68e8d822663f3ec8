"""Short tracebacks: the user's code and the line that raised the error."""

from __future__ import annotations

import os
from collections.abc import Callable, Coroutine, Iterator
from functools import wraps
from pathlib import Path
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

from ..errors import PolytomicError

T = TypeVar("T")
P = ParamSpec("P")

PACKAGE = f"{Path(__file__).parent.parent}{os.sep}"
"""The directory of this package, as in the file names of its frames."""

RAISED_ON_PURPOSE = PolytomicError, TypeError, ValueError, RuntimeError
"""The errors that the package raises itself. Any other error of its own code is a defect: its traceback stays whole."""


def shorten(error: BaseException) -> None:
    """Remove the frames of this package from the tracebacks of an error and its causes, except the innermost of each.

    Other frames stay, for example of the user's callable for the key. So does the whole traceback of a defect of this
    package. `raise` without an argument re-raises the error.
    """
    current: BaseException | None = error
    seen: set[int] = set()
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        entries = list(entries_of(current.__traceback__))
        if isinstance(current, RAISED_ON_PURPOSE) or (entries and not _is_ours(entries[-1])):
            current.__traceback__ = _short(entries)
        current = current.__cause__


def entries_of(entry: TracebackType | None) -> Iterator[TracebackType]:
    """Yield the entries of a traceback, the innermost last."""
    while entry is not None:
        yield entry
        entry = entry.tb_next


def _is_ours(entry: TracebackType) -> bool:
    return entry.tb_frame.f_code.co_filename.startswith(PACKAGE)


def _short(entries: list[TracebackType]) -> TracebackType | None:
    short: TracebackType | None = None
    innermost = True
    for entry in reversed(entries):
        ours = _is_ours(entry)
        if not ours or innermost:
            # An instruction that belongs to no line has None, which the constructor does not take.
            line = entry.tb_lineno or entry.tb_frame.f_code.co_firstlineno
            short = TracebackType(short, entry.tb_frame, entry.tb_lasti, line)
        innermost = innermost and not ours
    return short


def with_short_tracebacks(workflow: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Return a coroutine function whose errors have short tracebacks."""

    @wraps(workflow)
    async def method(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await workflow(*args, **kwargs)
        except Exception as error:
            shorten(error)
            raise

    return method
