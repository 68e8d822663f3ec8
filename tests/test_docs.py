"""README and docs/: each block of code runs and prints what its page shows, and the site has every public name.

A Python block is a program of its own, and runs against a sandbox as a reader would run it. A `text` block below it is
what it prints, where `...` means any characters. pytest runs a block with tests, and `tests/tutorial.py` the tutorial.
"""

from __future__ import annotations

import ast
import importlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import click
import pytest

import polytomic_client
import polytomic_client.dask
from polytomic_client import AsyncPolytomic, Polytomic, models, sandbox, testing
from polytomic_client.cli._app import APP
from polytomic_client.sandbox import Sandbox
from polytomic_client.v2023_04_25.api import AsyncOperations

from . import tutorial
from .test_typing import check

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
LARGEST = 300_000
"""Bytes of a built page of the reference, which a browser on a slow network still opens at once."""

BLOCK = re.compile(
    r'^```(?P<language>\w*)(?: title="(?P<title>[\w.]+)")?\n(?P<code>.*?)^```$', re.MULTILINE | re.DOTALL
)


class Block(NamedTuple):
    """A block of code of a page, and the output that the page shows below it."""

    page: str
    number: int
    language: str
    title: str | None
    code: str
    shown: str | None

    def __str__(self) -> str:
        return f"{self.page}-{self.number}"


def blocks(path: Path) -> Iterator[Block]:
    """Yield the blocks of a page, without those that show what a program prints."""
    page = path.read_text("utf-8")
    found = list(BLOCK.finditer(page))
    shown = {
        above.end(): below["code"]
        for above, below in pairwise(found)
        if (above["language"], below["language"]) == ("python", "text")
        and not page[above.end() : below.start()].strip()
    }
    name = path.relative_to(DOCS if path.is_relative_to(DOCS) else ROOT).with_suffix("").as_posix()
    outputs = {*shown.values()}
    for number, match in enumerate(found):
        if match["language"] != "text" or match["code"] not in outputs:
            yield Block(name, number, match["language"], match["title"], match["code"], shown.get(match.end()))


BLOCKS = [block for path in PAGES for block in blocks(path)]
PYTHON = [block for block in BLOCKS if block.language == "python"]
TESTS = [block for block in PYTHON if "\ndef test_" in block.code]
PROGRAMS = [block for block in PYTHON if block not in TESTS and block.title is None]
CLUSTERS = [block for block in PROGRAMS if "from distributed import" in block.code]
"""The programs that start the processes of a Dask cluster."""
SHELL = [
    (block.page, line.split("#")[0].strip())
    for block in BLOCKS
    if block.language == "sh"
    for line in block.code.splitlines()
]
LISTS = {
    "guides/regenerating": {"text": 1, "yaml": 1},  # a report and an overlay, which tests/generation runs
    "guides/command-line": {"json": 1},
    "reference/openapi-documents": {"yaml": 1},  # which tests/generation/test_named_kinds.py checks
    "tutorial": {"console": 9},
}
"""Blocks of other languages."""


@pytest.fixture
def server() -> Iterator[Sandbox]:
    with Sandbox(connections=500, seed=1, execution_seconds=0.2) as server:
        yield server


@pytest.mark.parametrize(
    "block",
    [pytest.param(block, id=str(block), marks=[pytest.mark.process] * (block in CLUSTERS)) for block in PROGRAMS],
)
def test_a_program_prints_what_its_page_shows(
    block: Block, server: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if "deployment_key" not in block.code:  # two credentials are an error
        monkeypatch.setenv("POLYTOMIC_API_KEY", server.key)
        monkeypatch.setenv("POLYTOMIC_DEPLOYMENT_URL", server.url)

    exec(compile(block.code, f"docs/{block}", "exec", dont_inherit=True), {"__name__": "__main__"})

    printed = capsys.readouterr().out
    assert tutorial.matches(block.shown or "", printed), printed
    assert printed or block.code.count("\nassert ") >= 2 or block.page == "guides/settings", "it shows nothing"


@pytest.mark.process
def test_the_tests_of_the_pages_pass(tmp_path: Path) -> None:
    for number, block in enumerate(TESTS):
        (tmp_path / f"test_block_{number}.py").write_text(block.code, encoding="utf-8")
    command = ["-m", "pytest", "-q", "-W", "error", "-p", "no:asyncio", "-p", "no:cacheprovider"]

    done = subprocess.run([sys.executable, *command], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout
    assert len(TESTS) >= 5
    assert f"{sum(block.code.count('def test_') for block in TESTS)} passed" in done.stdout


@pytest.mark.process
@pytest.mark.parametrize("tool", ["mypy", "pyright"])
def test_the_python_blocks_pass_strict_type_checks(tool: str, tmp_path: Path) -> None:
    for number, block in enumerate(PYTHON):
        (tmp_path / f"block_{number}.py").write_text(f"# {block}\n{block.code}", encoding="utf-8")

    done = check(tool, tmp_path / "block_0.py")

    assert done.returncode == 0, done.stdout


@pytest.mark.process
def test_the_tutorial_prints_what_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    assert tutorial.run(Path(sys.executable).parent, tmp_path) == []


def test_every_block_is_of_a_kind_that_is_tested() -> None:
    found: dict[str, dict[str, int]] = {}
    for block in BLOCKS:
        if block.language not in {"python", "sh"}:
            languages = found.setdefault(block.page, {})
            languages[block.language] = languages.get(block.language, 0) + 1
    assert found == LISTS
    for block in BLOCKS:
        if block.language == "json":
            assert [json.loads(line) for line in block.code.splitlines()]


ID = "63ca828d-d5f4-43b2-a4b0-6ce60741c7a8"


@pytest.mark.parametrize(("page", "line"), SHELL)
def test_a_shell_line_names_what_exists(page: str, line: str) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    match line.split():
        case ["make", target, *variables]:
            assert re.search(rf"^{target}:", makefile, re.MULTILINE)
            for variable in variables:
                assert f"$({variable.partition('=')[0]})" in makefile
        case ["pip", "install", "."]:
            pass
        case ["pip", "install", package]:
            for extra in package.removeprefix("'.[").removesuffix("]'").split(","):
                assert f"{extra} = [" in project
        case ["dask", "scheduler" | "worker" as role, *options]:
            command: click.Command = importlib.import_module(f"distributed.cli.dask_{role}").main
            command.make_parser(click.Context(command)).parse_args(options)
        case ["python3", "-m", "venv", folder]:
            assert folder != ".venv"  # in a clone it is make's, and would no longer have the code of the clone
        case [".", "../tutorial/.venv/bin/activate"] | ["cd", "../tutorial"]:
            pass
        case ["polytomic", *_] | ["export", "POLYTOMIC_DEPLOYMENT_URL=http://127.0.0.1:8765", *_]:
            for part in re.split(" [|>] ", line):
                program, *tokens = part.split()
                if program == "polytomic" and tokens != ["--help"]:
                    APP.parse_args(tokens, print_error=False, exit_on_error=False)
        case _:
            pytest.fail(f"nothing tests the line {line!r} of {page}")


def test_a_method_that_a_page_names_exists() -> None:
    named = {name for path in PAGES for name in re.findall(r"`client\.(\w+)\(", path.read_text("utf-8"))}
    assert len(named) > 20
    assert {name for name in named if not hasattr(Polytomic, name)} == set()


def test_a_page_calls_the_client_client() -> None:
    for block in PYTHON:
        names = {node.id for node in ast.walk(ast.parse(block.code)) if isinstance(node, ast.Name)}
        assert "polytomic" not in names, f"this is the vendor's package, in {block}"


# --- The built site ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as `make docs` builds it, in a folder of its own."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(DOCS, folder / "docs")
    shutil.copy(ROOT / "zensical.toml", folder)
    command = [sys.executable, "-m", "zensical", "build", "--strict"]
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout
    return folder / ".site"


@pytest.mark.process
def test_the_site_builds_and_its_reference_has_every_public_name(site: Path) -> None:
    pages = {path.parent.name: path.read_text("utf-8") for path in (site / "reference").rglob("*.html")}
    described = {name for page in pages.values() for name in re.findall(r'id="(polytomic_client\.[\w.]+)"', page)}
    constants = set(re.findall(r"<td><code>(\w+)</code></td>", pages["settings"]))
    operations = {name for name in vars(AsyncOperations) if not name.startswith("_")}
    expected = {
        *(f"polytomic_client.{name}" for name in {*polytomic_client.__all__} - constants),
        *(f"polytomic_client.v2023_04_25.models.{name}" for name in models.__all__),
        *(f"polytomic_client.AsyncPolytomic.{name}" for name in operations),
        *(f"polytomic_client.AsyncPolytomic.{name}" for name in dir(AsyncPolytomic) if not name.startswith("_")),
        *(f"polytomic_client.testing.{name}" for name in testing.__all__),
        *(f"polytomic_client.sandbox.{name}" for name in sandbox.__all__),
        *(f"polytomic_client.dask.{name}" for name in polytomic_client.dask.__all__),
    }

    assert expected - described == set()
    assert len(operations) > 20
    assert {"API_VERSION", "UNSET"} <= constants <= {*polytomic_client.__all__}
    assert [name for name, page in pages.items() if len(page.encode()) > LARGEST] == []
    assert not [name for name, page in pages.items() if re.search("<p>(async )?with ", page)], "examples are code"
    for path in site.rglob("*.html"):
        assert not re.search(r'(?:src|rel="(?:stylesheet|preconnect)" href)="https?:', path.read_text("utf-8")), path


@pytest.mark.process
def test_the_check_of_the_site_is_skipped_by_name_without_chromium(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.check_site", str(tmp_path)]
    environment = {"PATH": str(tmp_path), "PYTHONPATH": str(ROOT)}

    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "check-site: skipped, chromium is not installed\n"), done.stderr
