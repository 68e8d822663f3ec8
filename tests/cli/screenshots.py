"""`python -m tests.cli.screenshots`: run three commands on a terminal, and write what it shows to docs/ as SVG."""

from __future__ import annotations

import io
import json
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from itertools import groupby

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.style import Style
from rich.terminal_theme import MONOKAI
from rich.text import Text

from polytomic_client.sandbox import Sandbox

from .terminal import ROOT, Cell, Terminal, piped, terminal

COLUMNS = 100

FORMAT = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL).replace(
    "Fira Code", "ui-monospace"
)
"""The SVG of rich without its fonts, which a browser would load from elsewhere."""

COLOURS = {"brown": "yellow"}
"""What pyte calls a colour, where rich has another name for it."""


def styled(cells: Sequence[Sequence[Cell]]) -> Text:
    """Return the lines of a screen with their colours."""
    lines: list[Text] = []
    for row in cells:
        line = Text()
        for (fg, bold), run in groupby(row, key=lambda cell: (cell.fg, cell.bold)):
            colour = None if fg == "default" else COLOURS.get(fg, fg)
            line.append("".join(cell.data for cell in run), Style(color=colour, bold=bold))
        line.rstrip()
        lines.append(line)
    while lines and not lines[-1].plain:
        lines.pop()
    return Text("\n").join(lines)


def take(
    name: str, arguments: Sequence[str], environment: dict[str, str], when: Callable[[Terminal], object], shown: str
) -> None:
    """Run a command, and write the screen to docs/ as soon as `when` returns."""
    with terminal(arguments, environment, columns=COLUMNS, rows=30) as running:
        when(running)
        screen = styled(running.cells)
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text.assemble(("$ ", "green"), f"polytomic {shown}"), soft_wrap=True)
    console.print(screen, soft_wrap=True)
    console.print()  # or the picture cuts what reaches below the last line, as a g does
    path = ROOT / "docs" / f"command-line-{name}.svg"
    svg = console.export_svg(title="polytomic", theme=MONOKAI, code_format=FORMAT, unique_id=f"polytomic-{name}")
    path.write_text("\n".join(line.rstrip() for line in svg.splitlines()) + "\n", encoding="utf-8")
    sys.stdout.write(f"{path.relative_to(ROOT)}\n")


def main() -> None:
    """Write the three pictures."""
    with (
        Sandbox(2_000, seed=1, latency=(0.05, 0.1), execution_seconds=4) as sandbox,
        tempfile.TemporaryDirectory() as folder,
    ):
        environment = {"POLYTOMIC_DEPLOYMENT_URL": sandbox.url, "POLYTOMIC_API_KEY": sandbox.key}
        options = ["--output", f"{folder}/all.jsonl", "--checkpoint", f"{folder}/all.done"]
        take(
            "fetch",
            ["destinations", "fetch", "--all", *options],
            environment,
            lambda running: running.until(lambda screen: " failed" in screen),
            "destinations fetch --all --output all.jsonl --checkpoint all.done",
        )
        ids = [str(connection.id) for connection in sandbox.world.connections[:4]]
        take(
            "show",
            ["destinations", "show", *ids],
            environment,
            Terminal.wait,
            f"destinations show {ids[0]} ...",
        )
        warehouses = [str(each.id) for each in sandbox.world.connections if each.type == "snowflake"]
        sync_id = create(environment, *warehouses[:2])
        take(
            "run",
            ["syncs", "run", sync_id, "--poll-interval", "0.2"],
            environment,
            lambda running: running.until(lambda screen: "completed" in screen and "running" in screen),
            f"syncs run {sync_id}",
        )


def create(environment: dict[str, str], source: str, destination: str) -> str:
    """Create a bulk sync, and return its id."""
    body = {
        "name": "Users and orders",
        "source_connection_id": source,
        "destination_connection_id": destination,
        "destination_configuration": {},
        "mode": "snapshot",
        "schedule": {"frequency": "manual"},
    }
    made = piped(("request", "POST", "/api/bulk/syncs", "--json", "-"), environment, json.dumps(body))
    created: str = json.loads(made.stdout)["data"]["id"]
    return created


if __name__ == "__main__":
    main()
