"""The vendor's own document, taken as it is published, with its overlay and beside the versions that are there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from openapi import document as documents
from openapi import generate, overlay

from .shared import DATA, ROOT, contents
from .tree import Tree

pytestmark = pytest.mark.process

DATE = "2025-09-18"
PACKAGE = "polytomic_client/v2025_09_18"
VENDORED = f"openapi/polytomic-{DATE}.yaml"
LAYERS = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
ADDED = {
    '"_http | v2023_04_25"': '"_http | v2023_04_25 | v2025_09_18"',
    '["polytomic_client.v2023_04_25"]': '["polytomic_client.v2023_04_25", "polytomic_client.v2025_09_18"]',
}
"""What a version adds to the contracts of imports, in pyproject.toml."""


def test_a_document_of_a_new_date_comes_beside_the_others(
    tree: Tree, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    overlays = tree.folder / "openapi" / "overlays"
    overlays.mkdir()
    shutil.copy(DATA / "vendor-overlay.yaml", overlays / f"{DATE}.yaml")
    tree.before = contents(tree.folder)

    status, output = tree.run(DATA / "vendor.json", "--version", DATE)

    assert status == 0, output
    assert "\n2025-09-18, a new version: vendor.json\n====" in output
    assert "\n1 additive, " in output
    assert "  - new: polytomic_client.v2025_09_18 with 4 operations, beside v2023_04_25\n" in output
    assert "COSMETIC: made by openapi/overlays/2025-09-18.yaml (4)\n" in output
    assert "  - #/openapi: 3.2.0 is 3.1.0\n" in output
    assert output.endswith(
        f"Wrote {VENDORED} and {PACKAGE}. Run `make test`, which was not run.\n"
        "v2025_09_18 has no clients yet. CONTRIBUTING.md lists what to add by hand, in its row `a version`.\n"
    )
    changed = tree.changed()
    assert {name for name in changed if not name.startswith(PACKAGE)} == {VENDORED}
    assert f"{PACKAGE}/api/users/get_identity.py" in changed
    methods = (tree.folder / PACKAGE / "api" / "__init__.py").read_text(encoding="utf-8")
    assert [name for name in ("list_users", "create", "list_", "get_identity") if f"def {name}(" not in methods] == []

    # `make check-generated` is content with both, and `make lint` once it has the names of both.
    monkeypatch.setattr(generate, "ROOT", tree.folder)
    monkeypatch.setattr(generate, "VENDORED", sorted((tree.folder / "openapi").glob("polytomic-*.yaml")))
    assert generate.main(["--check"]) == 0
    assert capsys.readouterr().out == (
        "v2023_04_25 is what polytomic-2023-04-25.yaml generates.\n"
        "v2025_09_18 is what polytomic-2025-09-18.yaml generates.\n"
    )
    assert "polytomic_client.v2025_09_18\n" in imports(tree)
    project = tree.folder / "pyproject.toml"
    for old, new in ADDED.items():
        text = project.read_text(encoding="utf-8")
        assert old in text
        project.write_text(text.replace(old, new), encoding="utf-8")
    assert "4 kept, 0 broken" in imports(tree)


def imports(tree: Tree) -> str:
    """Check the contracts of imports."""
    environment = os.environ | {"PYTHONPATH": str(tree.folder)}
    return subprocess.run(LAYERS, cwd=tree.folder, env=environment, capture_output=True, text=True, check=False).stdout


def test_a_version_that_the_document_contradicts_is_refused(tree: Tree) -> None:
    status, output = tree.run(DATA / "small.yaml", "--version", DATE)

    assert status == 1
    assert "#/info/version is 2000-01-30, but VERSION is 2025-09-18. Leave VERSION out, or correct it\n" in output
    assert tree.changed() == set()


def test_an_overlay_that_no_longer_fits_stops_it(tree: Tree) -> None:
    overlays = tree.folder / "openapi" / "overlays"
    overlays.mkdir()
    (overlays / "2000-01-30.yaml").write_text(
        (DATA / "vendor-overlay.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    tree.before = contents(tree.folder)

    status, output = tree.run(DATA / "small.yaml")

    assert status == 1
    assert "2000-01-30.yaml, line 7: the target $.paths['/api/me'].get matches nothing. Correct it, " in output
    assert tree.changed() == set()


def test_the_overlay_of_the_guide_can_be_applied(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "guides" / "regenerating.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"^```yaml\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL)
    path = tmp_path / f"{DATE}.yaml"
    path.write_text(text, encoding="utf-8")

    made, applied = overlay.apply(path, documents.read(DATA / "vendor.json"))

    assert made["paths"]["/api/me"]["get"]["operationId"] == "getIdentity"
    assert [len(action.places) for action in applied] == [1, 1]
