"""What the documentation of the command line says is what the program takes and does."""

from __future__ import annotations

import re
import shlex
from xml.etree import ElementTree as ET

import pytest

from polytomic_client.cli import _errors
from polytomic_client.cli._app import APP, COMMANDS

from .terminal import ROOT

PAGE = (ROOT / "docs" / "guides" / "command-line.md").read_text(encoding="utf-8")
ID = "63ca828d-d5f4-43b2-a4b0-6ce60741c7a8"


def commands() -> list[str]:
    """Return each command line of the page's shell blocks and of the examples in the help."""
    lines = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
    lines += [line for _, _, example in COMMANDS for line in example.splitlines()]
    parts = [part.strip() for line in lines for part in re.split(r" [|>] | && | +# ", line)]
    return [part for part in parts if part.startswith("polytomic ") and part != "polytomic --help"]


@pytest.mark.parametrize("command", commands())
def test_a_documented_command_line_is_valid(command: str) -> None:
    tokens = [ID if token == "ID" else token for token in shlex.split(command)[1:]]
    APP.parse_args(tokens, print_error=False, exit_on_error=False)


def test_every_command_is_documented() -> None:
    table = PAGE.partition("## Commands")[2].partition("## The key")[0]
    cells = [set(re.findall("[a-z]+", line.split("|")[1])) for line in table.splitlines() if line.startswith("| ")]
    for command, _, _ in COMMANDS:
        assert any(set(command.split()) <= cell for cell in cells), command


def test_every_exit_code_is_documented() -> None:
    codes = {value for name, value in vars(_errors).items() if name.isupper() and isinstance(value, int)}
    table = PAGE.partition("## Exit codes")[2]
    assert {int(code) for code in re.findall(r"^\| ([0-9]+) \|", table, re.MULTILINE)} == codes


def test_the_pictures_are_there() -> None:
    for name in re.findall(r"\(\.\./(command-line-[a-z]+\.svg)\)", PAGE):
        picture = (ROOT / "docs" / name).read_text(encoding="utf-8")
        assert ET.fromstring(picture).tag.endswith("svg")
        assert "url(http" not in picture, "a picture must not load a font from elsewhere"
