"""The help leads a newcomer, every command has an example, and completion knows the commands."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from polytomic_client.cli._app import COMMANDS, GROUPS

from .conftest import Run

ASKED = """
whoami, connections list, destinations show, destinations fetch, destinations check, sources show, sources refresh,
syncs list, syncs show, syncs run, syncs status, syncs cancel, syncs activate, syncs deactivate, events tail, request,
sandbox, versions
"""


def test_every_command_is_there() -> None:
    names = [name for name, _, _ in COMMANDS]
    assert {name.strip() for name in ASKED.split(",")} <= set(names)


@pytest.mark.parametrize("command", [*(name for name, _, _ in COMMANDS), *GROUPS, ""])
def test_every_help_has_an_example_of_its_command(run: Run, command: str) -> None:
    result = run(*command.split(), "--help")
    assert (result.code, result.err) == (0, "")
    example = result.out.partition("Example:")[2]
    assert f"polytomic {command}".strip() in example


def test_every_example_names_options_that_exist(run: Run) -> None:
    for command, _, example in COMMANDS:
        text = run(*command.split(), "--help").out.partition("Example:")[0]
        of_it = [part for part in re.split(r"[|\n]|&&", example) if f"polytomic {command}" in part]
        for option in re.findall(r" (--[a-z-]+)", " ".join(of_it)):
            assert option in text, (command, option)


def test_the_first_lines_say_how_to_get_a_list_of_destinations(run: Run) -> None:
    first = "\n".join(run("--help").out.splitlines()[:12])
    for part in ("export POLYTOMIC_API_KEY=", "polytomic destinations fetch --all", "polytomic sandbox"):
        assert part in first


def test_the_help_lists_the_exit_codes(run: Run) -> None:
    codes = run("--help").out.partition("Exit codes:")[2]
    for code in (0, 1, 2, 3, 4, 130, 141):
        assert re.search(rf"^  {code} ", codes, re.MULTILINE), code


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_the_help_fits_the_width(run: Run, environment: pytest.MonkeyPatch, columns: int) -> None:
    environment.setenv("COLUMNS", str(columns))
    for command in ("", "destinations fetch", "syncs run"):
        lines = run(*command.split(), "--help").out.splitlines()
        assert max(map(len, lines)) <= columns
        assert lines[0].startswith("Usage: polytomic")


def test_what_is_copied_is_on_a_line_of_its_own_on_a_narrow_terminal(run: Run, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("COLUMNS", "40")
    lines = run("--help").out.splitlines()
    for line in ("export POLYTOMIC_API_KEY=...", "polytomic destinations fetch --all", "polytomic sandbox"):
        assert f"  {line}" in lines
    for name in ("API_KEY", "DEPLOYMENT_KEY", "DEPLOYMENT_URL"):
        assert any(re.match(rf"  POLYTOMIC_{name}  +\w", line) for line in lines), name


def test_the_options_of_a_command_come_before_those_of_every_command(run: Run) -> None:
    text = run("events", "tail", "--help").out
    assert text.index("--follow") < text.index("--base-url")
    assert "()" not in text


def test_help_needs_no_key(run: Run, environment: pytest.MonkeyPatch) -> None:
    environment.delenv("POLYTOMIC_API_KEY")
    assert run("destinations", "fetch", "-h").code == 0


@pytest.mark.process
@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize(
    "words",
    ["destinations fetch --output", "destinations fetch --ids", "request GET /api/me --json", "destinations check ID"],
)
def test_completion_knows_which_options_are_files(run: Run, tmp_path: Path, words: str) -> None:
    (tmp_path / "some.file").touch()
    count = len(words.split()) + 1
    script = f'''{run("completion", "bash").out}
        COMP_WORDS=(polytomic {words} some); COMP_CWORD={count}; _polytomic; echo "${{COMPREPLY[@]}}"'''
    ended = subprocess.run(("bash", "-c", script), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.stdout == "some.file\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_commands_and_options(run: Run, shell: str) -> None:
    result = run("completion", shell)
    assert result.code == 0
    for part in ("polytomic", "destinations", "fetch", "checkpoint", "api-key-file"):
        assert part in result.out
