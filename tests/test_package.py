"""What is released: the files of the distributions, their metadata, and the addresses in them."""

from __future__ import annotations

import email
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.message import Message
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

import polytomic_client

from .package import EXTRAS, PROJECT, ROOT, UV
from .package.__main__ import MODULES, PYTHONS, first_example

VERSION = polytomic_client.__version__
HOME: str = PROJECT["urls"]["Homepage"]
PAGES = f"{HOME}/blob/v{VERSION}/"
PICTURES = f"{HOME}/raw/v{VERSION}/"
HOOK: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"][
    "metadata"
]["hooks"]["fancy-pypi-readme"]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r'\]\(([^)\s]+)|^\[[^\]]+\]: +(\S+)|\b(?:href|src|srcset)="([^"]+)', re.MULTILINE)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the sdist, and the wheel that is built from it."""
    directory = tmp_path_factory.mktemp("dist")
    command = [UV, "build", "--quiet", "--offline", "--no-build-isolation", "--python", sys.executable]
    subprocess.run([*command, "--out-dir", str(directory)], cwd=ROOT, check=True, timeout=60)
    return directory


@pytest.fixture(scope="module")
def wheel(built: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(built / f"polytomic_client-{VERSION}-py3-none-any.whl")


@pytest.fixture(scope="module")
def metadata(wheel: zipfile.ZipFile) -> Message:
    return email.message_from_bytes(wheel.read(f"polytomic_client-{VERSION}.dist-info/METADATA"))


def links(markdown: str) -> list[str]:
    """Return what the links and pictures of a page lead to, without those in code."""
    return ["".join(found) for found in LINK.findall(CODE.sub("", markdown))]


def substituted(markdown: str) -> str:
    for each in HOOK["substitutions"]:
        flags = re.MULTILINE if "multiline" in each.get("flags", ()) else 0
        markdown = re.sub(each["pattern"], each["replacement"], markdown, flags=flags)
    return markdown.replace("$HFPR_VERSION", VERSION)


@pytest.mark.process
def test_the_wheel_has_the_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    package = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "polytomic_client").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    # It is outside of the package, so that no start of pytest imports the package.
    package ^= {"polytomic_client/testing/_pytest_entry.py", "polytomic_client_pytest.py"}
    names = [name for name in wheel.namelist() if not name.startswith(f"polytomic_client-{VERSION}.dist-info/")]

    assert "polytomic_client/py.typed" in package
    assert sorted(names) == sorted(package)


@pytest.mark.process
def test_the_sdist_has_the_sources_and_nothing_that_a_checkout_collects(built: Path) -> None:
    with tarfile.open(built / f"polytomic_client-{VERSION}.tar.gz") as archive:
        names = [PurePosixPath(*PurePosixPath(name).parts[1:]) for name in archive.getnames()]

    assert {name.parts[0] for name in names} >= {
        *("LICENSE", "README.md", "CHANGELOG.md", "SECURITY.md", "pyproject.toml", "requirements.lock", "Makefile"),
        *("polytomic_client", "tests", "openapi", "examples", "docs", "benchmarks"),
    }
    # hatchling needs .gitignore itself.
    assert [str(name) for name in names if any(part.startswith(".") for part in name.parts)] == [".gitignore"]
    assert not [name for name in names if "__pycache__" in name.parts or "dist" in name.parts]
    assert not [name for name in names if name.parts[:2] == ("benchmarks", "results")]


@pytest.mark.process
def test_the_metadata_says_what_an_index_shows(metadata: Message) -> None:
    assert metadata["Version"] == VERSION
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert metadata.get_all("Provides-Extra") == EXTRAS
    urls = dict(url.split(", ") for url in metadata.get_all("Project-URL", []))
    assert urls.keys() == {"Homepage", "Documentation", "Changelog", "Issues"}


@pytest.mark.process
def test_the_long_description_is_readme_with_absolute_links(metadata: Message) -> None:
    payload = metadata.get_payload(decode=True)
    assert isinstance(payload, bytes)
    description = payload.decode()

    assert [link for link in links(description) if not re.match("https?://", link)] == []
    # Nothing else has changed, code blocks included.
    assert description.replace(PAGES, "").replace(PICTURES, "") == README.replace("](#", "](README.md#")


@pytest.mark.parametrize("page", sorted(path.name for path in ROOT.glob("*.md")))
def test_a_relative_link_leads_to_a_file(page: str) -> None:
    found = links((ROOT / page).read_text(encoding="utf-8"))
    relative = [link.partition("#")[0] for link in found if not re.match("[a-z]+:|#", link)]

    assert relative
    assert [link for link in relative if not (ROOT / link).exists()] == []


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("[a page](docs/x.md#part)", f"[a page]({PAGES}docs/x.md#part)"),
        ("![a picture](docs/x.svg)", f"![a picture]({PICTURES}docs/x.svg)"),
        ("[![a picture](docs/x.svg)](docs/x.md)", f"[![a picture]({PICTURES}docs/x.svg)]({PAGES}docs/x.md)"),
        ("[a section](#part)", f"[a section]({PAGES}README.md#part)"),
        ("text\n[a page]: docs/x.md", f"text\n[a page]: {PAGES}docs/x.md"),
        ('<a href="docs/x.md"><img src="x.svg"></a>', f'<a href="{PAGES}docs/x.md"><img src="{PICTURES}x.svg"></a>'),
        ('<source srcset="docs/dark.svg">', f'<source srcset="{PICTURES}docs/dark.svg">'),
        ("[elsewhere](https://a.b/c) ![x](http://d.e)", "[elsewhere](https://a.b/c) ![x](http://d.e)"),
        ("[mail](mailto:a@b.c)", "[mail](mailto:a@b.c)"),
    ],
)
def test_each_form_of_a_link_becomes_absolute(markdown: str, expected: str) -> None:
    assert substituted(markdown) == expected


def test_there_is_one_home() -> None:
    reports = f"{HOME}/security/advisories/new"

    assert all(url.startswith(HOME) for url in PROJECT["urls"].values())
    assert f"<{reports}>" in (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert f"url: {reports}\n" in (ROOT / ".github/ISSUE_TEMPLATE/config.yml").read_text(encoding="utf-8")


def test_security_fixes_are_promised_for_this_version() -> None:
    supported = (ROOT / "SECURITY.md").read_text(encoding="utf-8")

    assert re.findall(r"^\| (\S+) \| yes \|$", supported, re.MULTILINE) == [VERSION.rpartition(".")[0]]


def test_a_clean_environment_covers_every_extra_and_python() -> None:
    assert sorted(MODULES) == EXTRAS
    assert PYTHONS[0] == PROJECT["requires-python"].removeprefix(">=")
    assert "AsyncPolytomic" in first_example()
