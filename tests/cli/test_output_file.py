"""The file of a fetch: nothing else is ever cut, replaced or written by two runs."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from polytomic_client.cli._errors import UsageError
from polytomic_client.cli._resume import OutputFile

GOOD: dict[str, Any] = {"id": "a", "ok": True, "status": 200, "data": {}}
BAD: dict[str, Any] = {"id": "b", "ok": False, "status": 500, "error": {}}


def resumed(path: Path) -> OutputFile:
    return OutputFile(path, resume=True, force=False)


def test_a_record_is_in_the_file_once_write_returns(tmp_path: Path) -> None:
    path = tmp_path / "out"
    with resumed(path) as file:
        file.write({**GOOD, "data": {"name": "ü\ud800\x9b"}})
        text = path.read_bytes()
    assert text.endswith(b"\n")
    assert text.isascii() is False
    assert json.loads(text)["data"]["name"] == "ü\ud800\x9b"


def test_failures_are_removed_and_the_rest_stays_in_order(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text("".join(json.dumps(each) + "\n" for each in (GOOD, BAD, {**GOOD, "id": "c"}, BAD)) + '{"id": "d')
    path.chmod(0o640)
    with resumed(path) as file:
        assert (file.succeeded, file.superseded, file.cut) == (2, 2, True)
        assert file.written == {"a", "c"}
        file.write({**GOOD, "id": "b"})
    assert [json.loads(line)["id"] for line in path.read_text().splitlines()] == ["a", "c", "b"]
    assert path.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


def test_a_symbolic_link_stays_one(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_text(json.dumps(BAD) + "\n")
    link.symlink_to(real)
    with resumed(link) as file:
        file.write(GOOD)
    assert link.is_symlink()
    assert json.loads(real.read_text())["id"] == "a"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no flock")
def test_only_one_run_at_a_time_has_it(tmp_path: Path) -> None:
    path = tmp_path / "out"
    with resumed(path) as file:
        file.write(BAD)
        with pytest.raises(UsageError, match="is in use by another run"), OutputFile(path, resume=False, force=True):
            pass
    with resumed(path) as file, pytest.raises(UsageError, match="is in use by another run"), resumed(path):
        # The second lock is on the file that replaced the one with the failure.
        pass
    assert file.superseded == 1


def test_the_file_is_free_after_an_error(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text("precious")
    for _ in range(2):
        with pytest.raises(UsageError, match="line 1 is not a line of"), resumed(path):
            pass


def test_a_rewrite_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out"
    before = json.dumps(BAD) + "\n"
    path.write_text(before)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match="No space left on device"), resumed(path):
        pass
    assert path.read_text() == before
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no flock")
def test_a_file_that_another_run_replaces_meanwhile_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    path = tmp_path / "out"
    path.write_text("")

    def replaced(*_: int) -> None:
        path.unlink()

    monkeypatch.setattr(fcntl, "flock", replaced)
    with pytest.raises(UsageError, match="is in use by another run"), resumed(path):
        pass


def test_a_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be used"), resumed(tmp_path):
        pass
