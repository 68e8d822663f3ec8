"""What the tests of generation share: where things are, and a package made of a document."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import openapi_python_client

from openapi import document as documents
from openapi.document import is_array, is_object
from openapi.generate import generate

ROOT = Path(__file__).resolve().parent.parent.parent
DATA = ROOT / "tests" / "data"
DOCUMENT = ROOT / "openapi" / "polytomic-2023-04-25.yaml"
TEMPLATES = ROOT / "openapi" / "templates"
UPSTREAM = Path(openapi_python_client.__file__).parent / "templates"
ID = "248df4b7-aa70-47b8-a036-33ac447e668d"
FULL: dict[str, Any] = json.loads((DATA / "kinds.json").read_text(encoding="utf-8"))
"""A value for each member of the document with a member of every kind."""


@cache
def _document() -> str:
    return json.dumps(documents.read(DOCUMENT))


def read_document() -> dict[str, Any]:
    """Return our document, which the caller may change: YAML is read once, because that takes 0.1 s."""
    document: dict[str, Any] = json.loads(_document())
    return document


def package_of(document: dict[str, Any], folder: Path) -> Path:
    """Generate the package of a document inside a folder."""
    return generate(document, folder)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def as_3_0(node: Any) -> Any:
    """Our document as its authors would have written it in 3.0."""
    if is_array(node):
        return [as_3_0(child) for child in node]
    if not is_object(node):
        return node
    made: dict[str, Any] = {name: as_3_0(child) for name, child in node.items()}
    if is_array(made.get("examples")):
        made["example"] = made.pop("examples")[0]
    for union in ("oneOf", "anyOf"):
        if {"type": "null"} not in made.get(union, ()):
            continue
        alternatives = [each for each in made.pop(union) if each != {"type": "null"}]
        if len(alternatives) > 1:
            made[union] = alternatives
        else:
            made |= {"allOf": alternatives} if "$ref" in alternatives[0] else alternatives[0]
        made["nullable"] = True
    return made
