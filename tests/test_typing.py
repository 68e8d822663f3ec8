"""The public types, checked by both type checkers as a user's would check them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.process


PROGRAMS = Path(__file__).resolve().parent / "typing"

PYRIGHT = {
    "typeCheckingMode": "strict",
    "pythonVersion": "3.11",
    "enableTypeIgnoreComments": False,
    "reportUnnecessaryTypeIgnoreComment": True,
}
"""Pyright must neither take mypy's comments for its own nor let one of its own stand that hides nothing."""


def _run(tool: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", tool, *arguments],
        check=False,
        cwd=cwd,
        env=os.environ | {"PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )


def check(tool: str, source: Path) -> subprocess.CompletedProcess[str]:
    """Check the modules beside one, in a folder of their own, so that no settings of this project count."""
    if tool == "mypy":
        modules = sorted(path.name for path in source.parent.glob("*.py"))
        cache = source.parent.parent / "mypy-cache"  # of all tests of this process
        # Dask is not annotated, and says that it is.
        options = ["--strict", "--untyped-calls-exclude", "distributed", "--cache-dir", str(cache)]
        return _run("mypy", *options, *modules, cwd=source.parent)
    (source.parent / "pyrightconfig.json").write_text(json.dumps(PYRIGHT), encoding="utf-8")
    return _run("pyright", "--pythonpath", sys.executable, "-p", ".", cwd=source.parent)


@pytest.mark.parametrize("tool", ["mypy", "pyright"])
def test_the_public_types_are_what_a_user_reads(tool: str, tmp_path: Path) -> None:
    shutil.copytree(PROGRAMS, tmp_path, dirs_exist_ok=True)

    done = check(tool, tmp_path / "api.py")

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("tool", ["mypy", "pyright"])
def test_the_check_fails_for_a_wrong_type_a_comment_that_hides_nothing_and_a_name_that_the_package_does_not_have(
    tool: str, tmp_path: Path
) -> None:
    source = tmp_path / "wrong.py"
    source.write_text(
        "from typing import assert_type\n"
        "from polytomic_client import Polytomic\n"
        "assert_type(Polytomic(), int)\n"
        "Polytomic()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]\n",
        encoding="utf-8",
    )
    (tmp_path / "names.py").write_text(
        "from polytomic_client.v2023_04_25.models import Nothing\n"
        "from polytomic_client.v2023_04_25 import Klient\n"
        "print(Nothing, Klient)\n",
        encoding="utf-8",
    )

    done = check(tool, source)

    assert done.returncode == 1
    errors = [line for line in done.stdout.splitlines() if "error:" in line]
    assert [sum(f"wrong.py:{number}:" in line for line in errors) for number in (3, 4)] == [1, 1]
    assert all(any(f"names.py:{number}:" in line for line in errors) for number in (1, 2))
    assert sum("wrong.py:" in line for line in errors) == 2
