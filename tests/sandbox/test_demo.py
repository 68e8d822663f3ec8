"""`examples/demo.py`, which `make demo` runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ..cli.terminal import terminal
from .conftest import ON_PURPOSE

pytestmark = pytest.mark.process


ROOT = Path(__file__).parents[2]


def test_the_demo_prints_a_table_the_failures_and_a_last_line() -> None:
    ended = subprocess.run(
        [sys.executable, "-W", "error", ROOT / "examples" / "demo.py"],
        capture_output=True,
        text=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("POLYTOMIC_")}
        | {"PYTHONPATH": str(ROOT)},
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    lines = ended.stdout.splitlines()
    assert max(map(len, lines)) <= 120

    table, rest = lines[: lines.index("… and 985 more")], lines[lines.index("… and 985 more") + 1 :]
    assert re.fullmatch(r"connection +type +modes +resync modes +configuration \(\* required\)", table[0])
    shown = [line for line in table[1:] if not line.startswith(" ")]
    assert len(shown) == 12
    assert any(re.search(r" bigquery +replicate +refetch, rebuild +dataset\*$", row) for row in shown)
    assert any("advanced.truncate_existing" in row for row in shown)

    assert rest[:2] == ["", "Failed:"]
    title = rest.index("Milliseconds of a call, with 100 in flight:")
    failed = re.sub(r"\n +", " ", "\n".join(rest[2 : title - 1])).splitlines()  # a long reason wraps
    reasons = {re.fullmatch(r"[0-9a-f-]{36}  \w+ +(\d{3} .+)", line)[1] for line in failed}  # type: ignore[index]
    assert reasons == {"403 permission denied", "404 connection not found", f"500 {ON_PURPOSE}"}
    assert len(failed) == 3
    rows = [re.fullmatch(r" +\d+-\d+ +█* +(\d+)", line) for line in rest[title + 1 : -2]]
    assert len(rows) == 6
    assert sum(int(row[1]) for row in rows if row) == 997
    assert rest[-2] == ""
    assert re.fullmatch(r"997 of 1000 destinations in \d+\.\d s \(3 failed\)", rest[-1])


def test_the_demo_shows_on_a_terminal_how_far_it_is_and_leaves_no_bar() -> None:
    environment = {"PYTHONPATH": str(ROOT), "POLYTOMIC_API_KEY": ""}
    command = [sys.executable, str(ROOT / "examples" / "demo.py")]
    with terminal([], environment, columns=120, rows=60, command=command) as running:
        assert running.wait() == 0
    assert re.search(r"━+─+ [\d,]+ of 1,000, \d failed", running.raw.decode())
    assert "of 1,000, " not in running.screen
