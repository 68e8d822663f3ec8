"""Write to stdout and stderr: JSON in UTF-8, tables that fit the width, and notes."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO, cast

from ._settings import Format

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

PIPED_WIDTH = 120
"""Columns of a table that is not printed on a terminal, unless COLUMNS is set."""

GAP = "  "

_CONTROLS = {code: f"\\u{code:04x}" for code in range(0x7F, 0xA0)}
"""The control characters that `json` does not escape. A terminal may act on them."""


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        title: Its title.
        whole: Whether its cells are never wrapped: an id is useless in parts.
        optional: Whether the table leaves it out where it does not fit.
        style: The style of its cells, as rich names it.
    """

    title: str
    whole: bool = False
    optional: bool = False
    style: str = ""


def chosen(format: Format | None) -> Format:  # noqa: A002  (as the option is called)
    """Return the format to write to stdout: the one that the user chose, or the default for a terminal or a pipe."""
    return format or ("table" if sys.stdout.isatty() else "jsonl")


def is_lively(stream: TextIO) -> bool:
    """Return whether a stream is a terminal that can redraw a line."""
    return stream.isatty() and os.environ.get("TERM", "") not in ("dumb", "unknown")


def console(stream: TextIO) -> Console:
    """Return what prints text with styles: none for a pipe, NO_COLOR or TERM=dumb."""
    from rich.console import Console

    terminal = stream.isatty()
    width = None if terminal or os.environ.get("COLUMNS") else PIPED_WIDTH
    return Console(file=stream, force_terminal=terminal, width=width, highlight=False, emoji=False, markup=False)


def note(text: str, *, quiet: bool) -> None:
    """Print a line for a person on stderr."""
    if not quiet:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


def as_json(value: object, *, indent: int | None = None) -> str:
    """Return a value as JSON without raw control characters. Without `indent`, it is one line."""
    return json.dumps(value, ensure_ascii=False, indent=indent).translate(_CONTROLS)


def write(text: str, stream: TextIO | None = None) -> None:
    """Write a string in UTF-8, which JSON is in any locale, and flush it: what reads a pipe gets it at once."""
    target = stream or sys.stdout
    target.flush()
    target.buffer.write(utf8(text))
    target.buffer.flush()


def utf8(text: str) -> bytes:
    """Return JSON as bytes. A lone surrogate becomes the escape that JSON has for it."""
    return text.encode("utf-8", "backslashreplace")


def forget(stream: TextIO) -> None:
    """Point a stream at nothing, so that its flush when it is closed neither fails nor blocks."""
    with suppress(OSError, ValueError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, stream.fileno())
        os.close(nothing)


def write_json(value: object, format: Format, stream: TextIO | None = None) -> None:  # noqa: A002
    """Write a value as JSON: over several lines for `json`, else on one, or one for each item of a list."""
    if format == "json":
        write(as_json(value, indent=2) + "\n", stream)
        return
    for item in cast("list[object]", value) if isinstance(value, list) else [value]:
        write(as_json(item) + "\n", stream)


def printable(text: object) -> str:
    """Return a string on one line, with an escape for each character that a terminal may act on."""
    return "".join(
        character if character.isprintable() else f"\\x{ord(character):02x}" if ord(character) < 0x100 else "?"
        for character in " ".join(str(text).split())
    )


def print_table(columns: Sequence[Column], rows: Sequence[Sequence[object]], stream: TextIO | None = None) -> None:
    """Print rows as a table that fits the width of the terminal, or as blocks of lines if that is too narrow."""
    target = console(sys.stdout if stream is None else stream)
    target.print(table(columns, rows, target.width), soft_wrap=False)


def table(columns: Sequence[Column], rows: Sequence[Sequence[object]], width: int) -> RenderableType:
    """Return rows as a table for a width, or as blocks of lines if that is too narrow.

    Words stay whole. Optional columns that do not fit are left out, the last first. A block has every column.
    """
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    cells = [[cell if isinstance(cell, Text) else Text(printable(cell)) for cell in row] for row in rows]
    shown = list(range(len(columns)))
    while (widths := _widths([columns[p] for p in shown], [[row[p] for p in shown] for row in cells], width)) is None:
        optional = [place for place in shown if columns[place].optional]
        if not optional:
            return Group(*_blocks(columns, cells))
        shown.remove(optional[-1])
    grid = Table(box=None, pad_edge=False, padding=(0, len(GAP), 0, 0), header_style="bold", collapse_padding=True)
    for place, wide in zip(shown, widths, strict=True):
        grid.add_column(columns[place].title, width=wide, style=columns[place].style, overflow="fold")
    for row in cells:
        grid.add_row(*(row[place] for place in shown))
    return grid


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[Text]], width: int) -> list[int] | None:
    """Return the width of each column, or None if they do not fit even with a word on each line."""
    from rich.cells import cell_len

    least: list[int] = []
    wanted: list[int] = []
    for place, column in enumerate(columns):
        cells = [column.title, *(row[place].plain for row in rows)]
        wanted.append(max(map(cell_len, cells)))
        words = cells if column.whole else [word for cell in cells for word in cell.split()]
        least.append(max(map(cell_len, words), default=0))
    room = width - len(GAP) * (len(columns) - 1) - sum(least)
    if room < 0:
        return None
    # The columns that want least first: what they leave is for the others.
    widths = [*least]
    order = sorted(range(len(columns)), key=lambda place: wanted[place] - least[place])
    for left, place in zip(range(len(order), 0, -1), order, strict=True):
        extra = min(wanted[place] - least[place], room // left)
        widths[place] += extra
        room -= extra
    return widths


def _blocks(columns: Sequence[Column], cells: Iterable[Sequence[Text]]) -> Iterable[RenderableType]:
    from rich.padding import Padding
    from rich.text import Text

    for first, *others in cells:
        yield Text.assemble((first.plain, "bold"))
        for column, cell in zip(columns[1:], others, strict=True):
            if cell:
                yield Padding(Text.assemble((f"{column.title.lower()}: ", "dim"), cell), (0, 0, 0, 2))


def print_object(value: Mapping[str, object]) -> None:
    """Print the members of an object as a table of two columns. Members in a group have their path as a name."""
    print_table((Column("MEMBER", whole=True), Column("VALUE")), list(_members(value, "")))


def _members(value: Mapping[str, object], prefix: str) -> Iterable[tuple[str, str]]:
    for name, member in value.items():
        if isinstance(member, dict):
            yield from _members(cast("dict[str, object]", member), f"{prefix}{name}.")
        elif isinstance(member, list):
            items = cast("list[object]", member)
            yield f"{prefix}{name}", ", ".join(item if isinstance(item, str) else as_json(item) for item in items)
        elif isinstance(member, str):
            yield f"{prefix}{name}", member
        else:
            yield f"{prefix}{name}", "" if member is None else as_json(member)


def show(value: dict[str, Any], format: Format | None) -> None:  # noqa: A002
    """Print one object in a format."""
    kind = chosen(format)
    if kind == "table":
        print_object(value)
    else:
        write_json(value, kind)


def show_list(
    values: list[dict[str, Any]],
    format: Format | None,  # noqa: A002
    columns: Sequence[Column],
    rows: Sequence[Sequence[object]],
) -> None:
    """Print objects in a format: for a table, as these rows."""
    kind = chosen(format)
    if kind == "table":
        print_table(columns, rows)
    else:
        write_json(values, kind)
