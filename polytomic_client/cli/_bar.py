"""The bar of a fetch: one line as wide as the terminal, with what is most important first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from .. import Progress

SHORTEST_BAR = 10
LONGEST_BAR = 40
"""Columns of the bar itself. A line without room for the shortest omits the bar."""

MARGIN = 3
"""Columns that stay empty at the right. A terminal shows Ctrl-C there, and would not erase a second line."""

GAP = "  "


class Bar:
    """The progress of a fetch, which is laid out as wide as the terminal is by then."""

    def __init__(self, progress: Progress, already: int) -> None:
        """Take what to show.

        Args:
            progress: The progress of the fan-out.
            already: Number of destinations that an earlier run wrote. The fan-out does not count them.
        """
        self._progress = progress
        self._already = already

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield bar_line(self._progress, self._already, options.max_width, ascii_only=options.ascii_only)


def bar_line(progress: Progress, already: int, width: int, *, ascii_only: bool = False) -> Text:
    """Return one line of at most `width` columns. Parts that do not fit are left out, the least important first."""
    done = progress.completed + already
    total = None if progress.total is None else progress.total + already
    count = f"{done:,}" if total is None else f"{done:,}/{total:,}"
    needed = [(count, "bold"), *_urgent(progress)]
    parts = [*needed, *_others(progress)]
    least = SHORTEST_BAR + len(GAP) if total else 0
    room = width - MARGIN
    while len(parts) > 1 and _length(parts) > room - (least if len(parts) > len(needed) else 0):
        parts.pop()
    line = Text(GAP).join(Text(text, style=style) for text, style in parts)
    columns = min(LONGEST_BAR, room - len(line) - len(GAP))
    if total and columns >= SHORTEST_BAR:
        filled = min(columns, columns * done // total)
        full, rest = ("#", "-") if ascii_only else ("━", "─")
        line = Text.assemble((full * filled, "green"), (rest * (columns - filled), "dim"), GAP, line)
    line.truncate(max(1, room))
    return line


def _length(parts: Sequence[tuple[str, str]]) -> int:
    return len(GAP.join(text for text, _ in parts))


def _urgent(progress: Progress) -> Iterable[tuple[str, str]]:
    """Yield what matters more than the bar itself."""
    if progress.paused > 0:
        yield f"paused {_duration(progress.paused)}", "yellow"
    if progress.failed:
        yield f"{progress.failed:,} failed", "red"


def _others(progress: Progress) -> Iterable[tuple[str, str]]:
    """Yield the rest, the most important first."""
    if progress.eta is not None:
        yield f"ETA {_duration(progress.eta)}", ""
    yield f"{progress.rate:,.0f}/s", ""
    yield f"{progress.in_flight:,} in flight", ""
    if progress.held_back:
        yield f"{progress.held_back:,} to retry", "yellow"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
