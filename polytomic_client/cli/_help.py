"""The layout of the help: two columns as wide as the terminal, without frames."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from cyclopts.help import HelpEntry, HelpPanel
    from rich.console import Console, ConsoleOptions, RenderableType

WIDEST = 100
"""Columns. Longer lines of prose are hard to read."""

GAP = "  "

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
        indent = min(max(len(names) for names, _ in rows), int(width * MOST_FOR_NAMES)) + 2 * len(GAP)
        console.print()
        console.print(Text(f"{panel.title}:", style="bold"))
        for names, description in rows:
            lines = wrap(description, width - indent) or [""]
            # Names that are too long have a line of their own.
            own_line = len(GAP) + len(names) + len(GAP) > indent
            if own_line:
                console.print(Text.assemble(GAP, names))
            else:
                start = Text.assemble(GAP, names)
                start.pad_right(indent - len(start))
                console.print(Text.assemble(start, lines.pop(0)))
            for line in lines:
                console.print(Text(" " * indent + line))


def _width(options: ConsoleOptions) -> int:
    return min(options.max_width, WIDEST)


def _names(entry: HelpEntry) -> Text:
    names = (*entry.positive_shorts, *entry.positive_names, *entry.negative_names)
    label = entry.positional_label or ", ".join(names)
    return Text.assemble((label, "cyan"), f" {entry.metavar}" if entry.metavar and not entry.positional_label else "")


def _description(entry: HelpEntry) -> str:
    default = "" if entry.default in (None, "False", "()") else f" [default: {entry.default}]"
    return f"{_plain(entry.description).plain}{default}"


def _plain(text: object) -> Text:
    """Return a text of the help, which cyclopts wraps in an object of its own."""
    inner = getattr(text, "primary_renderable", text)
    return Text((inner.plain if isinstance(inner, Text) else str(inner or "")).strip())
