"""Distinguish a bug in the user's function from a failed call, so that no fan-out collects one bug 20,000 times."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from .._call.retry import BUGS, LIKELY_BUGS
from .._core.tracebacks import PACKAGE, entries_of

OURS = tuple(str(Path(__file__).parent.parent / name) + os.sep for name in ("_fan_out", "dask"))
"""Frames of the fan-out itself, which are in every traceback."""

SUSPECTS = (*BUGS, *LIKELY_BUGS, BaseExceptionGroup)
"""Errors that may be a bug. For any other failure, the engine makes only this check."""


class Bugs:
    """Decides which errors of `fetch` end a fan-out as bugs, and warns of the first one that does not."""

    def __init__(self) -> None:
        self._warned = False

    def ends(self, error: Exception, *, succeeded: bool) -> bool:
        """Return whether an error ends the fan-out, and say so in the error.

        Args:
            error: The error that `fetch` raised, one of `SUSPECTS`.
            succeeded: Whether a call has succeeded, so that `fetch` works for some items.
        """
        if any(isinstance(each, BUGS) for each in _leaves(error)):
            error.add_note("raised by fetch of a fan-out, which has ended: this is a bug, whatever the item")
            return True
        if succeeded or _likely_place(error) is None:
            return False
        error.add_note(
            "raised by fetch of a fan-out, which has ended: this is probably a bug, because no call has succeeded yet"
        )
        return True

    def warn_of(self, error: Exception) -> None:
        """Warn, once, if the error of an outcome may be a bug. The warning is issued at the line that raised it."""
        if self._warned or (place := _likely_place(error)) is None:
            return
        self._warned = True
        file, line = place
        warnings.warn_explicit(
            f"fetch raised {type(error).__name__} at {file}:{line}, probably a bug. It is the outcome of its item, "
            "because other calls succeeded. This fan-out does not warn again: check the errors of its failures.",
            UserWarning,
            file,
            line,
        )


def _likely_place(error: BaseException) -> tuple[str, int] | None:
    """Return the file and the line of an error that is probably a bug, or None."""
    for each in _leaves(error):
        # A class of the user's own that extends one of these is not raised by mistake.
        if type(each) in LIKELY_BUGS:
            places = [
                (entry.tb_frame.f_code.co_filename, entry.tb_lineno)
                for entry in entries_of(each.__traceback__)
                if not entry.tb_frame.f_code.co_filename.startswith(OURS)
            ]
            # Without any, a Future or C code raised it: that is the function itself, and the error is about its item.
            # The client checks arguments, so an error that passed through it is about an item.
            if places and not any(file.startswith(PACKAGE) for file, _ in places):
                return places[-1]
    return None


def _leaves(error: BaseException) -> Iterator[BaseException]:
    """Yield the errors of a group, for example of a TaskGroup, or the error itself."""
    if isinstance(error, BaseExceptionGroup):
        for each in cast("Any", error).exceptions:
            yield from _leaves(each)
    else:
        yield error
