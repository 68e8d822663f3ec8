"""Writing the package of a document, and telling whether it was edited."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from openapi import generate as generation
from openapi.document import Refused

from .shared import ROOT, contents, package_of, read_document

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def regenerated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generation.generate(read_document(), tmp_path_factory.mktemp("regenerated"))


def test_the_package_is_what_the_document_generates(regenerated: Path) -> None:
    written = ROOT / "polytomic_client" / regenerated.name

    assert generation.differences(written, regenerated) == []
    assert contents(written) == contents(regenerated)


def test_the_package_holds_the_document_as_json(regenerated: Path) -> None:
    assert json.loads((regenerated / "openapi.json").read_text(encoding="utf-8")) == read_document()


def test_an_edited_file_is_reported(regenerated: Path, tmp_path: Path) -> None:
    written = tmp_path / "written"
    shutil.copytree(regenerated, written)
    enum = written / "models" / "bulk_mode.py"
    enum.write_text(enum.read_text(encoding="utf-8").replace('"snapshot"', '"snap"'), encoding="utf-8")

    report = generation.differences(written, regenerated)

    assert report[:2] == ["--- written/models/bulk_mode.py", "+++ generated/models/bulk_mode.py"]
    assert '-    SNAPSHOT = "snap"' in report
    assert '+    SNAPSHOT = "snapshot"' in report


def test_an_added_file_is_reported(regenerated: Path, tmp_path: Path) -> None:
    written = tmp_path / "written"
    shutil.copytree(regenerated, written)
    (written / "models" / "mine.py").write_text("x = 1\n", encoding="utf-8")

    assert generation.differences(written, regenerated) == [
        "--- written/models/mine.py",
        "+++ /dev/null",
        "@@ -1 +0,0 @@",
        "-x = 1",
    ]


def test_a_deleted_file_is_reported(regenerated: Path, tmp_path: Path) -> None:
    written = tmp_path / "written"
    shutil.copytree(regenerated, written)
    (written / "errors.py").unlink()

    report = generation.differences(written, regenerated)

    assert report[:2] == ["--- /dev/null", "+++ generated/errors.py"]


@pytest.mark.parametrize(
    ("written", "generated"),
    [(b"x = 1\r\n", b"x = 1\n"), (b"x = 1", b"x = 1\n"), (b"", None), (None, b"")],
    ids=["line ends", "end of the last line", "an empty file added", "an empty file deleted"],
)
def test_a_difference_that_no_line_shows_is_reported(
    tmp_path: Path, written: bytes | None, generated: bytes | None
) -> None:
    for name, content in (("written", written), ("generated", generated)):
        (tmp_path / name).mkdir()
        if content is not None:
            (tmp_path / name / "module.py").write_bytes(content)

    (line,) = generation.differences(tmp_path / "written", tmp_path / "generated")

    assert "module.py" in line


def test_compiled_files_are_no_difference(tmp_path: Path) -> None:
    (tmp_path / "written" / "__pycache__").mkdir(parents=True)
    (tmp_path / "written" / "__pycache__" / "module.cpython-311.pyc").write_bytes(b"\xff")
    (tmp_path / "generated").mkdir()

    assert generation.differences(tmp_path / "written", tmp_path / "generated") == []


def test_the_command_refuses_edits_by_hand_and_mends_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for part in ("openapi", "polytomic_client/v2023_04_25", "generator-config.yml"):
        source, target = ROOT / part, tmp_path / part
        target.parent.mkdir(exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    made = tmp_path / "polytomic_client" / "v2023_04_25"
    (made / "errors.py").write_text("", encoding="utf-8")
    (made / "models" / "stale.py").write_text("x = 1\n", encoding="utf-8")
    monkeypatch.setattr(generation, "ROOT", tmp_path)

    check = generation.main(["--check"])
    untouched = contents(made)
    command = [sys.executable, "-m", "openapi.generate"]
    write = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path)

    said = capsys.readouterr().out
    assert check == 1
    assert "+++ generated/errors.py" in said
    assert "--- written/models/stale.py" in said
    assert "then run `make generate`" in said
    assert "models/stale.py" in untouched
    assert write.returncode == 0, write.stdout + write.stderr
    assert contents(made) == contents(ROOT / "polytomic_client" / "v2023_04_25")


def test_a_warning_of_the_generator_is_a_failure_that_says_why(tmp_path: Path) -> None:
    document = read_document()
    # The rules name it with its place; this is what happens to what they do not know.
    operation = document["paths"]["/api/bulk/syncs"]["post"]
    operation["requestBody"]["content"] = {"image/png": {"schema": {"type": "string"}}}

    with pytest.raises(Refused) as refused:
        package_of(document, tmp_path)

    assert "WARNING parsing POST /api/bulk/syncs within bulk_sync" in str(refused.value)
    assert "The generator failed or warned" in str(refused.value)
