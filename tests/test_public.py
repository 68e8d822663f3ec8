"""The public surface: what `polytomic_client` exports, and what its package ships."""

from __future__ import annotations

import inspect
import pickle
import re
import shlex
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, metadata, requires, version
from importlib.resources import files
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import polytomic_client
from polytomic_client import AsyncPolytomic, Polytomic
from polytomic_client._core import extras
from polytomic_client._core.extras import install_command
from polytomic_client.v2023_04_25 import models, types

ROOT = Path(__file__).parent.parent
PUBLIC = [(name, getattr(polytomic_client, name)) for name in polytomic_client.__all__]


def test_all_names_are_exported_and_nothing_else() -> None:
    exported = {
        name
        for name, value in vars(polytomic_client).items()
        if not name.startswith("_") and not inspect.ismodule(value)
    }
    assert set(polytomic_client.__all__) - {"__version__", "models"} == exported
    assert polytomic_client.__all__ == sorted(polytomic_client.__all__, key=_isort_key)


def test_the_models_and_unset_of_the_default_version_are_exported() -> None:
    assert polytomic_client.models is models
    assert polytomic_client.UNSET is types.UNSET
    assert {"models", "UNSET"} <= set(polytomic_client.__all__)


@pytest.mark.process
@pytest.mark.parametrize("first", ["", "from polytomic_client import models; models.Actor; "])
def test_a_model_can_be_imported_from_the_models_of_the_default_version(first: str) -> None:
    program = (
        f"{first}from polytomic_client.models import Connection; import polytomic_client.models as models\n"
        "import polytomic_client, polytomic_client.v2023_04_25.models as pinned\n"
        "assert models is pinned is polytomic_client.models and Connection is pinned.Connection"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def _isort_key(name: str) -> tuple[int, str]:
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


@pytest.mark.parametrize(("name", "value"), PUBLIC)
def test_everything_public_has_a_docstring(name: str, value: object) -> None:
    if not inspect.isclass(value) and not inspect.isfunction(value):
        return
    assert inspect.getdoc(value), name
    if inspect.isclass(value):
        own = [member for key, member in vars(value).items() if not key.startswith("_") and inspect.isfunction(member)]
        assert all(inspect.getdoc(member) for member in own), name


def test_the_two_clients_have_the_same_methods_but_for_what_is_asynchronous() -> None:
    names = {
        client: {name for name in dir(client) if not name.startswith("_")} for client in (AsyncPolytomic, Polytomic)
    }
    assert names[AsyncPolytomic] ^ names[Polytomic] == {"aclose", "close"}
    assert inspect.signature(AsyncPolytomic).parameters.keys() == inspect.signature(Polytomic).parameters.keys()


EXTRAS = metadata("polytomic-client").get_all("Provides-Extra") or []


@pytest.mark.parametrize("extra", EXTRAS)
def test_the_advice_to_install_an_extra_names_its_packages_which_an_index_has(extra: str) -> None:
    pip, install, *named = shlex.split(install_command(extra))
    assert (pip, install) == ("pip", "install")
    every = [Requirement(each) for each in requires("polytomic-client") or []]
    needed = [each for each in every if each.marker is not None and each.marker.evaluate({"extra": extra})]
    found = [Requirement(each) for each in named]
    assert [(each.name, each.specifier) for each in found] == [(each.name, each.specifier) for each in needed]
    for each in found:
        assert each.specifier.contains(version(each.name)), "what is installed here is not what the advice installs"


def test_the_extras_are_those_of_pyproject() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert {*EXTRAS} == {*declared}


def test_a_clone_that_was_never_installed_is_told_to_install_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> list[str]:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(extras, "requires", missing)
    assert shlex.split(install_command("sandbox")) == ["pip", "install", ".[sandbox]"]


def test_nothing_advises_to_install_this_package_from_an_index() -> None:
    paths = [path for path in (ROOT / "polytomic_client").rglob("*.py") if "v20" not in path.parent.name]
    for path in [*paths, *(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]:
        assert not re.search(r"install\W+polytomic-client", path.read_text(encoding="utf-8")), path


def test_the_package_is_typed_and_says_its_version() -> None:
    assert (files("polytomic_client") / "py.typed").is_file()
    assert polytomic_client.__version__ == version("polytomic-client")
    assert f"## {polytomic_client.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert metadata("polytomic-client")["Requires-Python"] == ">=3.11"


@pytest.mark.parametrize(
    "error", [value for _, value in PUBLIC if inspect.isclass(value) and issubclass(value, Exception)]
)
def test_a_traceback_names_an_error_as_it_is_imported(error: type[Exception]) -> None:
    assert error.__module__ == "polytomic_client"
    assert pickle.loads(pickle.dumps(error)) is error
