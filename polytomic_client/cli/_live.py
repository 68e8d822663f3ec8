"""Lines on stderr that are redrawn: a bar, or a table that updates. Redrawn from here only, without a thread."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ._output import console, is_lively, printable

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live

Draw = Callable[["RenderableType"], None]

_live: list[Live] = []
"""What is drawn now, so that other lines go above it."""


@contextmanager
def live(*, quiet: bool) -> Generator[Draw | None]:
    """Yield a function that draws something in place of what it drew before, and erase it at the end.

    Yields None if stderr is not a terminal that can do this, or if the user does not want it.
    """
    if quiet or not is_lively(sys.stderr):
        yield None
        return
    from rich.live import Live
    from rich.text import Text

    target = console(sys.stderr)
    drawing = Live(
        Text(""), console=target, auto_refresh=False, transient=True, redirect_stdout=False, redirect_stderr=False
    )
    with drawing:
        # SIGKILL must not leave a terminal without its cursor.
        target.show_cursor(show=True)
        _live.append(drawing)
        try:
            yield lambda renderable: drawing.update(renderable, refresh=True)
        finally:
            _live.remove(drawing)


def print_line(text: str) -> None:
    """Print a line on stderr, above what is drawn."""
    text = printable(text)
    if _live:
        _live[-1].console.print(text, markup=False, soft_wrap=True)
    else:
        sys.stderr.write(f"{text}\n")
