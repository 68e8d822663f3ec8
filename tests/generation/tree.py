"""A copy of the project in which `make update-api` may write."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from openapi import update

from .shared import ROOT, contents

PACKAGE = "polytomic_client/v2023_04_25"
VENDORED = "openapi/polytomic-2023-04-25.yaml"


class Tree:
    """A copy of the project, in which the command may write: it runs here, or in a process of its own."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, output: pytest.CaptureFixture[str]) -> None:
        self.folder = folder / "tree"
        for part in ("openapi", "polytomic_client", "generator-config.yml", "pyproject.toml"):
            source, target = ROOT / part, self.folder / part
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", ".oasdiff"))
            else:
                shutil.copy(source, target)
        # These are only read.
        for part in (".mypy_cache", "openapi/.oasdiff"):
            (self.folder / part).symlink_to(ROOT / part)
        self.new = folder / "new.yaml"
        self.before = contents(self.folder)
        self._output = output
        patch.setattr(update, "ROOT", self.folder)
        patch.setattr(update, "PACKAGES", self.folder / "polytomic_client")

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        """Start the command in a process, with the modules of this tree."""
        command = [sys.executable, "-m", "openapi.update", *map(str, arguments)]
        environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.Popen(
            command, cwd=self.folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def run(self, *arguments: object) -> tuple[int, str]:
        """Run the command, and return its exit status and what it printed."""
        status = update.main([*map(str, arguments)])
        output, errors = self._output.readouterr()
        return status, errors + output

    def update(self, edit: Callable[[str], str], *arguments: object) -> tuple[int, str]:
        """Take our document after an edit."""
        text = (ROOT / VENDORED).read_text(encoding="utf-8")
        edited = edit(text)
        assert edited != text
        self.new.write_text(edited, encoding="utf-8")
        return self.run(self.new, *arguments)

    def changed(self) -> set[str]:
        """The files that are not what they were."""
        now = contents(self.folder)
        return {name for name in self.before.keys() | now.keys() if self.before.get(name) != now.get(name)}
