"""What the tests of generation share: where things are, and a package made of a document."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import openapi_python_client
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
DATA = ROOT / "tests" / "data"
DOCUMENT = ROOT / "openapi" / "polytomic-2023-04-25.yaml"
TEMPLATES = ROOT / "openapi" / "templates"
UPSTREAM = Path(openapi_python_client.__file__).parent / "templates"
ID = "248df4b7-aa70-47b8-a036-33ac447e668d"
FULL: dict[str, Any] = json.loads((DATA / "kinds.json").read_text(encoding="utf-8"))
"""A value for each member of the document with a member of every kind."""


def _load_generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "openapi" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


generation: Any = _load_generate()


def read_document() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
    return document


def package_of(document: dict[str, Any], folder: Path) -> Path:
    """Generate the package of a document that is no file."""
    path = folder / "document.yaml"
    path.write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), encoding="utf-8")
    made: Path = generation.generate(path, folder)
    return made


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
