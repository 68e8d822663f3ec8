"""The promises of docs/explanation/: behind each stands a test, over the ticked transport."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.process


ROOT = Path(__file__).parent.parent
TABLE = ROOT / "docs" / "explanation" / "reliability.md"
NAMED = re.compile(r"`((?:\w+/)?test_\w+\.py)::(test_\w+)`(?: \(([a-z, ]+)\))?")
"""A test, and the transports it runs over where its parameters do not say so."""

WAY = re.compile(r"(?<=[\[-])(async|sync)(-generated|-httpx)?(?=[\]-])")

ROWS = [
    [cell.strip() for cell in line.strip("|\n").split(" | ")]
    for line in TABLE.read_text(encoding="utf-8").splitlines()
    if re.match(r"\| +\d+ \|", line)
]


@cache
def collected(files: frozenset[str]) -> list[str]:
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    paths = [f"tests/{name}" for name in sorted(files)]
    result = subprocess.run([*command, *paths], cwd=ROOT, capture_output=True, text=True, check=True)
    return [line for line in result.stdout.splitlines() if "::" in line]


def named(text: str) -> list[tuple[str, str, str]]:
    return NAMED.findall(text)


def every_named_file() -> frozenset[str]:
    texts = [path.read_text(encoding="utf-8") for path in (TABLE, ROOT / "docs" / "explanation" / "security.md")]
    return frozenset(file for text in texts for file, _, _ in named(text))


def nodes(file: str, test: str) -> list[str]:
    return [node for node in collected(every_named_file()) if re.match(rf"tests/{re.escape(file)}::{test}(\[|$)", node)]


def transports(node: str) -> set[str]:
    return {"httpx" if way == "-httpx" else kind for kind, way in WAY.findall(node)}


def test_every_fault_has_a_row() -> None:
    assert [int(row[0]) for row in ROWS] == list(range(1, 47))


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_behind_every_tick_stands_a_test(row: list[str]) -> None:
    _, _, _, *ticks, tests = row
    assert set(ticks) <= {"✓", "-"}
    proven: set[str] = set()
    for file, test, declared in named(tests):
        found = nodes(file, test)
        assert found, f"there is no {file}::{test}"
        proven |= set(declared.split(", ")) if declared else set().union(*map(transports, found))
    ticked = {name for name, tick in zip(("async", "sync", "httpx"), ticks, strict=True) if tick == "✓"}
    assert ticked <= proven


def test_every_promise_of_the_security_page_names_a_test() -> None:
    text = (ROOT / "docs" / "explanation" / "security.md").read_text(encoding="utf-8")
    _, _, after = text.partition("## What this package promises")
    promises = re.findall(r"^- .*?(?=^- |\Z)", after.partition("\n## ")[0], re.MULTILINE | re.DOTALL)
    assert len(promises) > 10
    assert [promise for promise in promises if not named(promise)] == []
    for file, test, _ in named(text):
        assert nodes(file, test), f"there is no {file}::{test}"
