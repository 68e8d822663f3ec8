"""The package of a document with a member and an operation of every kind."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from openapi import document as documents
from openapi.generate import generate

from .shared import DATA


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of tests/data/kinds.yaml."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYTHONHASHSEED", "1")
        return generate(documents.read(DATA / "kinds.yaml"), tmp_path_factory.mktemp("kinds"))


@pytest.fixture(scope="module")
def made(kinds: Path) -> Iterator[Any]:
    """A function that imports a module of that package."""
    sys.path.insert(0, str(kinds.parent))

    def load(name: str) -> Any:
        return importlib.import_module(f"{kinds.name}.{name}")

    yield load
    sys.path.remove(str(kinds.parent))
    for name in [name for name in sys.modules if name.split(".")[0] == kinds.name]:
        del sys.modules[name]


@pytest.fixture(scope="module")
def models(made: Any) -> Any:
    return made("models")
