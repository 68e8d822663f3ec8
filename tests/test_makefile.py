"""What the Makefile says where something that it needs is missing, in a copy where nothing has been made yet."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ("awk", "cat", "env", "expand", "make", "sed", "sh")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A directory with what `make` reads, and nothing that it makes."""
    directory = tmp_path / "copy"
    directory.mkdir()
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, directory)
    return directory


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A directory for the PATH, with the tools of every system and neither Python nor Node.js."""
    directory = tmp_path / "tools"
    directory.mkdir()
    for name in TOOLS:
        found = shutil.which(name)
        assert found is not None, name
        (directory / name).symlink_to(found)
    return directory


def program(directory: Path, name: str, prints: str) -> None:
    """Write a program that prints one string, whatever it is asked."""
    (directory / name).write_text(f"#!/bin/sh\necho '{prints}'\n")
    (directory / name).chmod(0o755)


def make(directory: Path, tools: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # Not what an outer `make` hands down: its flags, and the Python that it was given.
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "PYTHON"))
    }
    return subprocess.run(
        ["make", *arguments],
        cwd=directory,
        env={**environment, "PATH": str(tools)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    "target", ["demo", "examples", "quick", "lint", "mypy", "test-lowest", "fuzz", "bench", "build"]
)
@pytest.mark.parametrize("version", ["Python 3.9.18", "Python 3.10.0rc1", "Python 2.7.18"])
def test_a_python_that_is_too_old_is_said_before_anything_is_made(
    copy: Path, tools: Path, target: str, version: str
) -> None:
    program(tools, "python3", version)
    for path in ("tests/requirements-lowest.lock", "tests/package/requirements.lock", "benchmarks/requirements.lock"):
        (copy / path).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / path, copy / path)
    before = sorted(copy.rglob("*"))

    done = make(copy, tools, target)

    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    found = version.removesuffix("rc1")
    assert f"Python 3.11 or newer is needed, but python3 is {found}. " in line
    assert f"Choose another: make PYTHON=python3.12 {target}." in line
    assert sorted(copy.rglob("*")) == before


def test_a_python_that_is_not_there_is_said(copy: Path, tools: Path) -> None:
    (line,) = make(copy, tools, "demo").stderr.splitlines()
    assert "Python 3.11 or newer is needed, but python3 is not found. " in line
    (line,) = make(copy, tools, "PYTHON=python3.99", "demo").stderr.splitlines()
    assert "but python3.99 is not found." in line


@pytest.mark.parametrize("version", ["Python 3.11.0", "Python 3.13.1+", "Python 3.15.0a1", "Python 4.0.0"])
def test_another_python_can_be_chosen(copy: Path, tools: Path, version: str) -> None:
    program(tools, "python3", "Python 3.9.18")
    program(tools, "another", version)

    done = make(copy, tools, "-n", "PYTHON=another", "demo")

    assert (done.returncode, done.stderr) == (0, "")
    assert "another -m venv .venv\n" in done.stdout


@pytest.mark.parametrize("target", ["test", "pyright", "types", "update-api", "diff-api"])
def test_where_node_is_needed_and_missing_is_said_first(copy: Path, tools: Path, target: str) -> None:
    program(tools, "python3", "Python 3.11.0")

    done = make(copy, tools, "-n", target)

    assert done.returncode == 2
    said = [
        line for line in done.stderr.splitlines() if "pyright and the diff of OpenAPI documents need Node.js" in line
    ]
    assert len(said) == 1
    assert "there is no node on the PATH. Install Node.js, or run what does not need it: make quick" in said[0]
    assert target == "types" or "venv" not in done.stdout


@pytest.mark.parametrize(
    "target",
    [
        "demo",
        "examples",
        "quick",
        "mypy",
        "lint",
        "check-generated",
        "test-lowest",
        "check-package",
        "hooks",
        "docs",
        "check-site",
    ],
)
def test_the_other_targets_do_not_need_node(copy: Path, tools: Path, target: str) -> None:
    program(tools, "python3", "Python 3.11.0")
    for path in ("tests/requirements-lowest.lock", "tests/package/requirements.lock"):
        (copy / path).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / path, copy / path)

    done = make(copy, tools, "-n", target)

    assert (done.returncode, done.stderr) == (0, "")


def test_the_list_has_every_target_in_groups(copy: Path, tools: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.findall(r"^\.PHONY:((?:\\\n|.)*)", makefile, re.MULTILINE)

    done = make(copy, tools)

    listed = re.findall(r"^  make ([a-z-]+) +\S", done.stdout, re.MULTILINE)
    assert sorted(listed) == sorted(" ".join(phony).replace("\\", "").split())
    assert [line for line in done.stdout.splitlines() if len(line) > 100] == []
    _, first, *groups = done.stdout.split("\n\n")
    assert re.findall("make ([a-z-]+)", first) == ["demo", "quick", "test", "docs"]
    assert all(re.match(r"[A-Z][a-z ]+\n(  make .*\n?)+$", group) for group in [first, *groups])
