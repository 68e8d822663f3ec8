"""Taking a new document: one command, which says what breaks, and leaves nothing behind where it does not write."""

from __future__ import annotations

import json
import re
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from openapi import document as documents
from openapi import oasdiff, update
from openapi.document import Refused
from openapi.generate import install

from .. import tutorial
from .shared import DATA, ROOT, as_3_0, contents, read_document
from .tree import PACKAGE, VENDORED, Tree

pytestmark = pytest.mark.process


def with_hint(text: str) -> str:
    """Our document with one more member of a model of its answers."""
    place = "        requires_identity:\n"
    return text.replace(
        place, f"        hint:\n          type: string\n          description: A word more.\n{place}", 1
    )


def without_label(text: str) -> str:
    """Our document where a member that was always there may be left out."""
    return text.replace("required: [id, label, description, ", "required: [id, description, ", 1)


def test_one_more_field_is_written_with_a_report_of_it(tree: Tree) -> None:
    status, output = tree.update(with_hint)

    assert status == 0, output
    assert "2 additive\n" in output
    assert "added the optional property `SupportedBulkMode.hint` to the response with the `200` status" in output
    assert "      GET /api/bulk/dest/{id}\n      models.SupportedBulkMode.hint\n" in output
    assert "new: models.SupportedBulkMode.hint: str | Unset = UNSET" in output
    assert output.endswith(f"Wrote {VENDORED} and {PACKAGE}. Run `make test`, which was not run.\n")
    assert tree.changed() == {VENDORED, f"{PACKAGE}/openapi.json", f"{PACKAGE}/models/supported_bulk_mode.py"}
    assert (tree.folder / VENDORED).read_bytes() == tree.new.read_bytes()
    assert tree.run(tree.folder / VENDORED)[1].endswith("Nothing to write.\n")


def test_what_breaks_is_reported_and_written_only_where_that_is_accepted(tree: Tree) -> None:
    report = tree.new.with_suffix(".md")

    status, output = tree.update(without_label, "--report", report)

    assert status == 1
    assert "2 breaking\n" in output
    assert "changed: models.SupportedBulkMode.label: `str` is now `str | Unset = UNSET`" in output
    assert "It breaks existing code. Nothing was written. Run it with ACCEPT_BREAKING=1 to write it.\n" in output
    assert tree.changed() == set()
    assert report.read_text(encoding="utf-8").startswith(
        "# 2023-04-25 -> 2023-04-25: new.yaml\n\n2 breaking\n\n## Breaking: "
    )

    status, output = tree.update(without_label, "--accept-breaking")

    assert status == 0, output
    assert tree.changed() == {VENDORED, f"{PACKAGE}/openapi.json", f"{PACKAGE}/models/supported_bulk_mode.py"}


def test_the_example_of_the_guide_names_hand_written_code_that_no_longer_type_checks(tree: Tree) -> None:
    status, output = tree.update(lambda text: text.replace("last_refresh_finished", "last_refresh_completed"))

    assert status == 1
    place = r"polytomic_client/_jobs/sources.py, line \d+(, \d+)*: "
    assert re.search(f'{place}"BulkSourceStatus" has no attribute "last_refresh_finished"', output)
    assert tree.changed() == set()
    guide = (ROOT / "docs" / "guides" / "regenerating.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^```text\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL)
    report = output[output.index("2023-04-25 -> ") :]
    assert tutorial.matches(re.sub(place, "", shown), re.sub(place, "", report)), report
    (change,) = re.findall(r"```diff\n(.*?)```", guide, re.DOTALL)
    corrected = re.findall(r"^    -(.*)$", change, re.MULTILINE)
    jobs = (ROOT / "polytomic_client" / "_jobs" / "sources.py").read_text(encoding="utf-8").splitlines()
    assert len(corrected) == 2
    assert set(corrected) <= set(jobs)


TARGET, SOURCE = "GET /api/connections/{id}/bulksync/target", "GET /api/connections/{id}/bulksync/source"
MOVES = [
    f"moved: GET /api/bulk/dest/{{id}} is now {TARGET} get_bulk_destination -> get_destination",
    f"moved: GET /api/bulk/source/{{connection_id}} is now {SOURCE} get_bulk_source -> get_source",
    "moved: PATCH /api/bulk/syncs/{id} is now PUT /api/bulk/syncs/{id} update_bulk_sync -> update",
    "removed GET /api/bulk/source/{connection_id}/schema/{schema_id}, GET /api/bulk/source/{connection_id}/status,",
    f"deleted the `query` request parameter `refresh_schemas` {SOURCE} get_bulk_source(refresh_schemas=)",
    "removed the request property `UpdateBulkSync.discover`, `UpdateBulkSync.schedule`,",
    "`StartBulkSyncExecution.resync`",
    "removed the required property `BulkSync.discover`, `BulkSync.schedule` from the response",
    "added the new required request property `CreateBulkSyncRequest.default_schedule`,",
    "`CreateBulkSyncRequest.additional_schedules`",
    "`CreateBulkSyncRequest.concurrency_limit`",
    "removed the non-success response with the status `400`, `401`,",
    "the security scheme `basic` was removed from the API",
    "new: polytomic_client.v2025_09_18, beside polytomic_client.v2023_04_25",
]
"""What is known to have moved from 2023-04-25 to 2025-09-18, as far as the two documents say it."""


def test_two_documents_are_compared_without_writing_anything(tree: Tree) -> None:
    tree.new.write_text(json.dumps(read_document()), encoding="utf-8")

    status, output = tree.run("--diff", tree.new, DATA / "2025-09-18.json")

    assert status == 0
    said = " ".join(output.split())
    assert [move for move in MOVES if move not in said] == []
    assert "~1{id}~1bulksync~1target/get: X-Polytomic-Version is required, and 2025-09-18 unless it is given" in said
    assert tree.changed() == set()


def test_a_document_of_3_0_is_written_as_one_of_3_1_with_a_list_of_what_was_done(tree: Tree) -> None:
    tree.new.write_text(json.dumps({**as_3_0(read_document()), "openapi": "3.0.3"}), encoding="utf-8")

    status, output = tree.run(tree.new)

    assert status == 0, output
    assert "COSMETIC: made of OpenAPI 3.0" in output
    assert "#/components/schemas/Connection/properties/status_error: nullable is an alternative, null" in output
    assert tree.changed() == {VENDORED, f"{PACKAGE}/openapi.json"}
    written = documents.read(tree.folder / VENDORED)
    assert written["openapi"] == "3.1.0"
    assert written["paths"].keys() == read_document()["paths"].keys()


REFUSALS: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "an array of itself": (
        lambda schemas: schemas.update(Nested={"type": "array", "items": {"$ref": "#/components/schemas/Nested"}}),
        "#/components/schemas/Nested",
    ),
    "nullable beside a reference": (
        lambda schemas: schemas["BulkSync"]["properties"]["mode"].update(nullable=True),
        "#/components/schemas/BulkSync/properties/mode",
    ),
    "a hostile name": (
        lambda schemas: schemas["BulkSync"]["properties"].update({"x\"]; __import__('os'); [\"": {"type": "string"}}),
        "#/components/schemas/BulkSync/properties/x\"]; __import__('os'); [\"",
    ),
    "a name of the generated code": (
        lambda schemas: schemas.update(UUID=schemas["Actor"], Actor={"$ref": "#/components/schemas/UUID"}),
        "#/components/schemas/UUID",
    ),
    "a reference to elsewhere": (
        lambda schemas: schemas["BulkSync"]["properties"].update(more={"$ref": "https://example.com/more.json"}),
        "#/components/schemas/BulkSync/properties/more/$ref: it leaves the document",
    ),
    "what is no OpenAPI": (
        lambda schemas: schemas["BulkSync"].update(type="strung"),
        "#/components/schemas/BulkSync/type is not valid OpenAPI",
    ),
}


@pytest.mark.parametrize("kind", REFUSALS)
def test_what_would_be_mangled_is_refused_with_its_place(kind: str, tree: Tree) -> None:
    edit, place = REFUSALS[kind]
    document = read_document()
    edit(document["components"]["schemas"])
    tree.new.write_text(json.dumps(document), encoding="utf-8")

    status, output = tree.run(tree.new, "--accept-breaking")

    assert status == 1
    assert place in output
    assert "Nothing was written." in output
    assert tree.changed() == set()


def test_a_report_that_cannot_be_written_stops_it_before_anything_is(tree: Tree) -> None:
    status, output = tree.update(with_hint, "--report", tree.folder / "missing" / "report.md")

    assert status == 1
    assert "missing/report.md. Nothing was written.\n" in output
    assert tree.changed() == set()


def test_without_oasdiff_it_is_said_how_to_get_it(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oasdiff, "OASDIFF", tree.folder / "missing")

    status, output = tree.update(with_hint)

    assert status == 1
    assert "oasdiff is not installed: `make update-api` and `make diff-api` install it with npm" in output


def test_a_package_that_does_not_type_check_is_refused_by_its_file(tmp_path: Path) -> None:
    package = tmp_path / "v2023_04_25"
    shutil.copytree(ROOT / PACKAGE, package)
    with (package / "models" / "actor.py").open("a", encoding="utf-8") as module:
        module.write('mangled: int = "a text"\n')

    with pytest.raises(Refused, match="does not pass mypy") as refused:
        update.check_types(package, tmp_path / "typed")

    assert f"{PACKAGE}/models/actor.py: Incompatible types in assignment" in str(refused.value)


STOPS = [getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP") if hasattr(signal, name)]


@pytest.mark.parametrize("number", STOPS)
def test_a_command_that_is_stopped_leaves_nothing_behind(tree: Tree, number: signal.Signals) -> None:
    process = tree.start(DATA / "small.yaml")
    assert process.stderr is not None
    assert process.stderr.readline() == "Generating v2000_01_30 ...\n"
    assert process.stderr.readline() == "Checking types ...\n"
    assert list(tree.folder.glob(".update-api-*/v2000_01_30/models"))

    process.send_signal(number)
    _, errors = process.communicate()

    assert process.returncode != 0
    assert errors == ("Stopped. Nothing was written.\n" if number == signal.SIGINT else "")
    assert tree.changed() == set()
    assert not list(tree.folder.glob(".update-api-*"))


def test_the_same_document_as_json_leaves_the_one_with_comments(tree: Tree) -> None:
    tree.new.write_text(json.dumps(read_document()), encoding="utf-8")

    status, output = tree.run(tree.new)

    assert status == 0
    assert output.endswith("Nothing changed.\n\nNothing to write.\n")
    assert tree.changed() == set()


def test_comments_that_are_lost_are_told(tree: Tree) -> None:
    tree.new.write_text(json.dumps({**read_document(), "openapi": "3.1.1"}), encoding="utf-8")

    status, output = tree.run(tree.new)

    assert status == 0
    assert "COSMETIC: changes of the API (1)\n  - what oasdiff takes for no change\n      #/openapi\n" in output
    assert output.endswith(
        f"Wrote {VENDORED} and {PACKAGE}. Run `make test`, which was not run.\n"
        "polytomic-2023-04-25.yaml lost its comments, because new.yaml has no comments.\n"
    )
    assert tree.changed() == {VENDORED, f"{PACKAGE}/openapi.json"}


def test_a_document_whose_comments_change_is_written_without_its_package(tree: Tree) -> None:
    status, output = tree.update(lambda text: "# Another one.\n" + text)

    assert status == 0
    assert output.endswith(f"Wrote {VENDORED}. Run `make test`, which was not run.\n")
    assert tree.changed() == {VENDORED}


def test_what_changed_meanwhile_is_not_overwritten(tree: Tree) -> None:
    tree.new.write_text(with_hint((ROOT / VENDORED).read_text(encoding="utf-8")), encoding="utf-8")
    process = tree.start(tree.new)
    assert process.stderr is not None
    assert [process.stderr.readline() for _ in range(2)][1] == "Checking types ...\n"
    there = tree.folder / PACKAGE / "openapi.json"
    there.write_text(json.dumps({**read_document(), "openapi": "3.1.1"}), encoding="utf-8")

    _, errors = process.communicate()

    assert process.returncode == 1
    assert f"{PACKAGE} has changed meanwhile" in errors
    assert tree.changed() == {f"{PACKAGE}/openapi.json"}


def test_a_refusal_is_a_report_too(tree: Tree) -> None:
    tree.new.write_text("{}", encoding="utf-8")
    report = tree.new.with_suffix(".md")
    report.write_text("of another day", encoding="utf-8")

    status, _ = tree.run(tree.new, "--report", report)

    assert status == 1
    assert report.read_text(encoding="utf-8") == (
        "# new.yaml\n\n1 refused\n\n## Refused: no document to use (1)\n\n"
        "- #/openapi is not a version of OpenAPI that can be read: None\n"
    )


def test_all_is_put_in_its_place_or_nothing_is(tmp_path: Path) -> None:
    for name in ("new", "old", "aside"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name, encoding="utf-8")
    (tmp_path / "new-file").write_text("new", encoding="utf-8")
    before = contents(tmp_path)
    staged = {tmp_path / "new": tmp_path / "old", tmp_path / "new-file": tmp_path / "file"}

    with pytest.raises(FileNotFoundError):
        install({**staged, tmp_path / "missing": tmp_path / "another"}, tmp_path / "aside")

    assert contents(tmp_path) == before

    install(staged, tmp_path / "aside")

    assert (tmp_path / "old" / "file").read_text(encoding="utf-8") == "new"
    assert (tmp_path / "file").read_text(encoding="utf-8") == "new"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "usage: "),
        (["a.yaml", "b.yaml"], "give two documents with --diff, and one without"),
        (["--diff", "a.yaml"], "give two documents with --diff, and one without"),
        (["missing.yaml"], "missing.yaml cannot be read"),
        (["pyproject.toml"], "pyproject.toml is not YAML"),
        (["generator-config.yml"], "#/openapi"),
    ],
)
def test_what_is_no_document_is_refused_in_words(
    arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    try:
        status: object = update.main(arguments)
    except SystemExit as usage:
        status = usage.code

    assert status in (1, 2)
    assert said in capsys.readouterr().err
