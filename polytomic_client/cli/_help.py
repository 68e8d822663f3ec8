"""The layout of the help: two columns as wide as the terminal, without frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from cyclopts.help import HelpEntry, HelpPanel
    from rich.console import Console, ConsoleOptions, RenderableType

WIDEST = 100
"""Columns. Longer lines of prose are hard to read."""

MOST_FOR_NAMES = 0.45
"""The share of the width that the names of options may have."""


class Formatter:
    """Prints the parts of a help page, as cyclopts calls for them."""

    def render_usage(self, console: Console, options: ConsoleOptions, usage: RenderableType | None) -> None:
        """Print how a command is called."""
        if usage:
            text = usage.plain if isinstance(usage, Text) else str(usage)
            words = text.strip().removeprefix("Usage:").strip()
            console.print(Text.assemble(("Usage: ", "bold"), words), width=_width(options))
            console.print()

    def render_description(self, console: Console, options: ConsoleOptions, description: RenderableType | None) -> None:
        """Print what a command does."""
        if description:
            console.print(_plain(description), width=_width(options))

    def __call__(self, console: Console, options: ConsoleOptions, panel: HelpPanel) -> None:
        """Print a list of commands, arguments or options."""
        rows = [(_names(entry), _description(entry)) for entry in panel.entries]
        if not rows:
            return
        width = _width(options)
        grid = Table.grid(padding=(0, 2, 0, 0))
        widest = max(len(names) for names, _ in rows)
        grid.add_column(width=min(widest, int(width * MOST_FOR_NAMES)))
        grid.add_column()
        for names, description in rows:
            grid.add_row(names, description)
        console.print()
        console.print(Text(f"{panel.title}:", style="bold"))
        console.print(Padding(grid, (0, 0, 0, 2)), width=width)


def _width(options: ConsoleOptions) -> int:
    return min(options.max_width, WIDEST)


def _names(entry: HelpEntry) -> Text:
    names = (*entry.positive_shorts, *entry.positive_names, *entry.negative_names)
    label = entry.positional_label or ", ".join(names)
    return Text.assemble((label, "cyan"), f" {entry.metavar}" if entry.metavar and not entry.positional_label else "")


def _description(entry: HelpEntry) -> Text:
    return Text.assemble(
        _plain(entry.description), "" if entry.default in (None, "False") else f" [default: {entry.default}]"
    )


def _plain(text: object) -> Text:
    """Return a text of the help, which cyclopts wraps in an object of its own."""
    inner = getattr(text, "primary_renderable", text)
    return Text((inner.plain if isinstance(inner, Text) else str(inner or "")).strip())
