"""The same document makes the same bytes, whoever generates it, and wherever."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from openapi import document as documents

from .shared import DATA, ROOT, contents, package_of

pytestmark = pytest.mark.process

PROGRAM = """
import pathlib, sys
from openapi import document, generate
generate.generate(document.read(pathlib.Path(sys.argv[1])), pathlib.Path(sys.argv[2]))
"""


def generated(document: Path, folder: Path, cwd: Path, **environment: str) -> dict[str, bytes]:
    folder.mkdir(parents=True)
    cwd.mkdir(exist_ok=True)
    command = [sys.executable, "-c", PROGRAM, str(document), str(folder)]
    subprocess.run(command, check=True, cwd=cwd, env=os.environ | {"PYTHONPATH": str(ROOT)} | environment)
    return contents(folder)


def test_the_output_depends_neither_on_the_machine_nor_on_where_it_is_made(tmp_path: Path) -> None:
    document = tmp_path / "document.yaml"
    text = (DATA / "kinds.yaml").read_text(encoding="utf-8")
    # More than ASCII, for what writes in the encoding of the locale.
    document.write_text(text.replace("title: Kinds", "title: Größen 大小"), encoding="utf-8")
    # Settings around the output, which its formatting must not follow.
    styled = tmp_path / "styled"
    styled.mkdir()
    (styled / "ruff.toml").write_text("line-length = 40\n[format]\nquote-style = 'single'\n", encoding="utf-8")

    here = generated(
        document, tmp_path / "plain", tmp_path, PYTHONHASHSEED="1", LC_ALL="C.UTF-8", TZ="UTC", COLUMNS="200"
    )
    there = generated(
        document, styled / "a folder", styled, PYTHONHASHSEED="4242", LC_ALL="C", TZ="Pacific/Auckland", COLUMNS="20",
        PYTHONUTF8="0", PYTHONCOERCECLOCALE="0",
    )  # fmt: skip

    # As in the tests, with another seed still.
    in_this_process = package_of(documents.read(document), tmp_path / "in this process")

    assert len(here) > 15
    assert "Größen 大小".encode() in here["v2000_01_31/__init__.py"]
    assert here == there
    assert contents(in_this_process.parent) == here
