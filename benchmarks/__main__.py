"""Measure this client beside others: `make bench`, or `benchmarks/.venv/bin/python -m benchmarks`.

A whole run writes benchmarks/results/ and docs/fan-out.svg. A quick one, or one of a single section, only prints. Ends
with 1 if this client, as it comes, is short of a figure that it must reach.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Any, NoReturn

from .figures import misses
from .measurements import Measurement, line
from .plot import draw
from .processes import ROOT, CandidateError, SetupError, cores
from .report import head, report
from .sections import SECTIONS, Run
from .servers import nginx

RESULTS = ROOT / "benchmarks" / "results"
PLOT = ROOT / "docs" / "fan-out.svg"

INTRODUCTION = """# Results

What `make bench` measured on {date}: {cpu}, Python {python}. {packages}.

The server has one core and each candidate, in a process of its own, another. Candidates take turns, round by round, and
ratios are made within each round: every number is the median over the rounds. The server is nginx, which answers what
the API reference prints, except where a table says otherwise. CPU time is that of the candidate's process, all threads.
Every single measurement is a line of [raw.jsonl](raw.jsonl).

"""


def main() -> int:
    """Run the command line and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="measure little: see that everything works")
    parser.add_argument("--only", choices=SECTIONS, metavar="NAME", help=f"one section: {', '.join(SECTIONS)}")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, _end)
    names = [arguments.only] if arguments.only else list(SECTIONS)
    try:
        measured = measure(names, quick=arguments.quick)
    except (SetupError, CandidateError) as error:
        print(error, file=sys.stderr)
        return 2
    text = report(measured)
    if not arguments.quick and not arguments.only:
        write(measured, text)
    print(text)
    short = misses(measured)
    for title in short:
        print(f"Short of what it must be: {title}", file=sys.stderr)
    return 1 if short else 0


def _end(number: int, _: FrameType | None) -> NoReturn:
    # An exception, so that a run that is told to end stops its servers first.
    sys.exit(128 + number)


def measure(names: Sequence[str], *, quick: bool) -> list[Measurement]:
    """Return what the sections measured."""
    server_core, core = cores()
    measured: list[Measurement] = []
    with nginx(server_core) as url:
        run = Run(url, server_core, core, quick)
        for name in names:
            print(f"Measuring: {name}", file=sys.stderr)
            measured += SECTIONS[name](run)
    return measured


def write(measured: Sequence[Measurement], text: str) -> None:
    """Write the results and the plot."""
    facts: dict[str, Any] = head()
    RESULTS.mkdir(exist_ok=True)
    lines = [facts, *[line(each) for each in measured]]
    raw = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in lines)
    (RESULTS / "raw.jsonl").write_text(raw, encoding="utf-8")
    packages = ", ".join(f"{name} {version}" for name, version in facts["packages"].items())
    introduction = INTRODUCTION.format_map(facts | {"packages": packages})
    (RESULTS / "README.md").write_text(f"{introduction}{text}\n", encoding="utf-8")
    PLOT.parent.mkdir(exist_ok=True)
    PLOT.write_text(draw(measured), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
