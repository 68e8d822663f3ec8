"""The bar and the tables, for the widths of terminals."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from polytomic_client import Progress
from polytomic_client.cli._bar import bar_line
from polytomic_client.cli._output import Column, printable, table

ID = "63ca828d-d5f4-43b2-a4b0-6ce60741c7a8"
WIDTHS = (20, 40, 80, 200)


def progress(**changes: Any) -> Progress:
    known: dict[str, Any] = {
        "done": 4_000,
        "failed": 12,
        "held_back": 3,
        "skipped": 0,
        "total": 10_000,
        "in_flight": 64,
        "paused": 0.0,
        "limit": 64,
        "elapsed": 4.0,
        "rate": 1_000.4,
        "eta": 6.2,
    }
    return Progress(**known | changes)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_bar_is_one_line_that_leaves_room_for_ctrl_c(width: int) -> None:
    line = bar_line(progress(paused=75.0), 0, width)
    assert "\n" not in line.plain
    assert len(line) <= width - 3
    assert "4,000/10,000" in line.plain


def test_the_bar_shows_everything_that_fits() -> None:
    text = bar_line(progress(paused=75.0), 0, 200).plain
    for part in ("4,000/10,000", "paused 1:15", "12 failed", "ETA 0:06", "1,000/s", "64 in flight", "3 to retry"):
        assert part in text
    assert text.count("━") / (text.count("━") + text.count("─")) == pytest.approx(0.4)


def test_the_bar_keeps_what_matters_where_it_is_narrow() -> None:
    text = bar_line(progress(paused=75.0), 0, 40).plain
    assert "paused 1:15  12 failed" in text
    assert "ETA" not in text
    text = bar_line(progress(failed=0), 0, 40).plain
    assert "━" in text
    assert "ETA 0:06" in text
    assert "in flight" not in text


def test_the_bar_counts_what_an_earlier_run_wrote() -> None:
    text = bar_line(progress(done=10, total=20, skipped=2), 80, 80).plain
    assert "92/100" in text
    assert bar_line(progress(done=0, total=0), 0, 80).plain.startswith("0/0")


def test_the_bar_works_without_a_total_and_in_ascii() -> None:
    text = bar_line(progress(total=None, eta=None), 0, 80).plain
    assert text.startswith("4,000  ")
    assert "ETA" not in text
    assert bar_line(progress(), 0, 80, ascii_only=True).plain.isascii()
    assert "ETA 1:00:01" in bar_line(progress(eta=3_601.0), 0, 80).plain


def printed(width: int, columns: list[Column], rows: list[tuple[object, ...]]) -> list[str]:
    target = Console(file=io.StringIO(), width=width)
    target.print(table(columns, rows, width))
    assert isinstance(target.file, io.StringIO)
    return [line.rstrip() for line in target.file.getvalue().splitlines()]


COLUMNS = [Column("ID", whole=True), Column("NAME"), Column("MODES", optional=True), Column("KEYS", optional=True)]
ROWS: list[tuple[object, ...]] = [(ID, "A warehouse of everything", "replicate snapshot", "schema advanced.truncate")]


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_a_table_fits_and_keeps_ids_and_words_whole(width: int) -> None:
    lines = printed(width, COLUMNS, ROWS)
    assert max(map(len, lines)) <= width
    assert ID in "\n".join(lines)
    for word in ("warehouse", "everything"):
        assert any(word in line.split() for line in lines)


def test_a_table_leaves_out_optional_columns_the_last_first() -> None:
    assert printed(200, COLUMNS, ROWS)[0].split() == ["ID", "NAME", "MODES", "KEYS"]
    assert printed(72, COLUMNS, ROWS)[0].split() == ["ID", "NAME", "MODES"]
    assert printed(50, COLUMNS, ROWS)[0].split() == ["ID", "NAME"]


def test_a_row_is_a_block_with_every_column_where_a_table_does_not_fit() -> None:
    assert printed(40, COLUMNS, ROWS)[:2] == [ID, "  name: A warehouse of everything"]
    assert any("keys: schema" in line for line in printed(40, COLUMNS, ROWS))


def test_a_table_without_rows_has_its_titles() -> None:
    assert printed(80, COLUMNS, []) == ["ID  NAME  MODES  KEYS"]


def test_wide_characters_fit_too() -> None:
    lines = printed(60, COLUMNS, [(ID, "倉庫 " * 20, "", "")])
    assert all(sum(2 if ord(character) > 0x2E80 else 1 for character in line) <= 60 for line in lines)


@pytest.mark.parametrize(
    ("text", "shown"), [("a\tb\nc", "a b c"), ("\x1b[0m", "\\x1b[0m"), ("\u202e", "?"), ("ü", "ü"), (None, "None")]
)
def test_text_is_printable(text: object, shown: str) -> None:
    assert printable(text) == shown
