"""Checks of what is built: the wheel in clean environments, and its SBOM."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = sorted(PROJECT["optional-dependencies"])
# A key or a package of the directory that `make` runs in is not part of a clean environment.
LEFT_OUT = ("POLYTOMIC", "PYTHON", "VIRTUAL_ENV")
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(LEFT_OUT)}
UV = str(Path(sys.executable).with_name("uv"))


def uv(*arguments: str | Path) -> str:
    """Run uv, and return what it prints.

    Raises:
        CalledProcessError: uv fails. It has said why on stderr.
    """
    command = [UV, *arguments]
    return subprocess.run(command, check=True, env=CLEAN, stdout=subprocess.PIPE, text=True).stdout.strip()


def install(wheel: Path, directory: Path, *, extras: list[str], python: str = sys.executable) -> Path:
    """Create an environment with the wheel, the extras and nothing else, and return its Python.

    The dependencies have the versions of requirements.lock.
    """
    uv("venv", "--quiet", "--python", python, directory)
    within = directory / "bin" / "python"
    wanted = f"polytomic-client[{','.join(extras)}] @ {wheel.resolve().as_uri()}"
    uv("pip", "install", "--quiet", "--python", within, "--constraint", ROOT / "requirements.lock", wanted)
    return within
