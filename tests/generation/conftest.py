"""The package of a document with a member and an operation of every kind."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jinja2
import pytest

from openapi import document as documents
from openapi.generate import generate

from .shared import DATA
from .tree import Tree


@pytest.fixture(scope="session", autouse=True)
def templates_are_compiled_once() -> Iterator[None]:
    """Keep the code of templates from one run of the generator to the next: it is most of what a small document costs.

    Every run makes the same environment, as it would for `jinja2.BytecodeCache`, which the generator has no place for.
    """
    made: dict[Any, Any] = {}
    compile_one = jinja2.Environment.compile

    def compile_once(environment: jinja2.Environment, *args: Any, **kwargs: Any) -> Any:
        key = (*args, *sorted(kwargs.items()))
        if key not in made:
            made[key] = compile_one(environment, *args, **kwargs)
        return made[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jinja2.Environment, "compile", compile_once)
        yield


@pytest.fixture(scope="session")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of tests/data/kinds.yaml, which no test changes."""
    return generate(documents.read(DATA / "kinds.yaml"), tmp_path_factory.mktemp("kinds"))


@pytest.fixture(scope="session")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of tests/data/taken.yaml, which no test changes."""
    return generate(documents.read(DATA / "taken.yaml"), tmp_path_factory.mktemp("taken"))


@pytest.fixture(scope="module")
def made(kinds: Path) -> Iterator[Any]:
    """A function that imports a module of that package."""
    yield from importing(kinds)


def importing(package: Path) -> Iterator[Any]:
    """Yield a function that imports a module of a package, which is gone afterwards."""
    sys.path.insert(0, str(package.parent))

    def load(name: str) -> Any:
        return importlib.import_module(f"{package.name}.{name}")

    yield load
    sys.path.remove(str(package.parent))
    for name in [name for name in sys.modules if name.split(".")[0] == package.name]:
        del sys.modules[name]


@pytest.fixture(scope="module")
def models(made: Any) -> Any:
    return made("models")


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tree:
    return Tree(tmp_path, monkeypatch, capsys)
