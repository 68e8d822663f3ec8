"""`destinations fetch`: records, formats, exit codes, and what a second run does."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from polytomic_client.sandbox import Sandbox

from .conftest import Run
from .counting import Counting

FORMATS = ("table", "json")


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, ...]:
    return "--output", str(tmp_path / "out.jsonl"), "--checkpoint", str(tmp_path / "done")


@pytest.fixture
def counting(sandbox: Sandbox) -> Iterator[Counting]:
    with Counting(sandbox) as counted:
        yield counted


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def listed(sandbox: Sandbox) -> set[str]:
    return {str(each.id) for each in sandbox.world.connections if each.status not in (403, 404)}


def failing(sandbox: Sandbox) -> set[str]:
    return {str(each.id) for each in sandbox.world.connections if each.status == 500}


def test_all_connections_have_a_line_and_failures_exit_with_1(run: Run, sandbox: Sandbox) -> None:
    assert failing(sandbox)
    result = run("destinations", "fetch", "--all")
    assert result.code == 1
    assert {line["id"] for line in result.lines} == listed(sandbox)
    assert {line["id"] for line in result.lines if not line["ok"]} == failing(sandbox)
    assert all(set(line) == {"id", "ok", "status", "data" if line["ok"] else "error"} for line in result.lines)
    assert result.err.startswith(
        f"{len(listed(sandbox)) - len(failing(sandbox))} fetched, {len(failing(sandbox))} failed"
    )


def test_quiet_prints_nothing_but_the_lines(run: Run) -> None:
    assert run("destinations", "fetch", "--all", "--quiet").err == ""


def test_ids_come_from_a_pipe_as_lines_with_or_without_quotes(run: Run, sandbox: Sandbox) -> None:
    first, second, third = (str(each.id) for each in sandbox.world.connections[:3])
    stdin = f'# ids\n\n{first}\n"{second}"\n{first.upper()}\n  {third}\n'
    result = run("destinations", "fetch", "--ids", "-", "--limit", "auto", "--rate", "1000", stdin=stdin)
    assert (result.code, result.err) == (0, "")
    assert sorted(line["id"] for line in result.lines) == sorted([first, second, third])


def test_no_ids_are_no_error(run: Run) -> None:
    result = run("destinations", "fetch", "--ids", "-", stdin="\n")
    assert (result.code, result.out, result.err) == (0, "", "")


def test_a_document_and_a_table_are_in_the_order_of_the_ids(run: Run, sandbox: Sandbox) -> None:
    ids = [str(each.id) for each in sandbox.world.connections[:20]]
    stdin = "\n".join(ids)
    document = run("destinations", "fetch", "--ids", "-", "--format", "json", stdin=stdin).json
    assert [each["id"] for each in document] == ids
    table = run("destinations", "fetch", "--ids", "-", "--format", "table", stdin=stdin).out
    assert [line.split()[0] for line in table.splitlines() if line[:1] not in ("", " ")][1:] == ids


def test_a_table_of_all_names_connections_and_shows_failures(run: Run, sandbox: Sandbox) -> None:
    table = run("destinations", "fetch", "--all", "--format", "table").out
    assert "snowflake 1 " in table
    assert "500 internal server error" in " ".join(table.split())
    assert "dataset*" in table


@pytest.mark.parametrize("format_", FORMATS)
def test_other_formats_are_written_to_a_file_that_must_be_new(run: Run, tmp_path: Path, format_: str) -> None:
    path = tmp_path / "out"
    arguments = ("destinations", "fetch", "--all", "--format", format_, "--output", str(path))
    assert (run(*arguments).code, run(*arguments).code) == (1, 2)
    assert path.stat().st_size > 0
    assert run(*arguments, "--force").code == 1


def test_an_output_that_exists_is_not_replaced_unless_it_is_said(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text("precious\n")
    arguments = ("destinations", "fetch", "--all", "--output", str(path))
    refused = run(*arguments)
    assert refused.code == 2
    assert "Add --checkpoint FILE to resume it (jsonl only), or --force to replace it." in refused.err
    assert path.read_text() == "precious\n"
    assert run(*arguments, "--force").code == 1
    assert len(records(path)) > 100


def test_a_run_that_fetches_nothing_neither_replaces_nor_leaves_a_file(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text("precious\n")
    nowhere = ("--base-url", "http://127.0.0.1:9", "--deadline", "1")
    assert run("destinations", "fetch", "--all", "--output", str(path), "--force", *nowhere).code == 4
    assert path.read_text() == "precious\n"
    assert run("destinations", "fetch", "--ids", "-", "--output", str(path), "--force").code == 0
    assert path.read_text() == ""
    path.write_text("precious\n")
    for format_ in FORMATS:
        arguments = ("destinations", "fetch", "--all", "--format", format_, "--output", str(path), "--force")
        assert run(*arguments, *nowhere).code == 4
        assert path.read_text() == "precious\n"
    table = tmp_path / "table"
    assert run("destinations", "fetch", "--all", "--format", "table", "--output", str(table), *nowhere).code == 4
    assert not table.exists()


def test_an_output_of_something_else_is_not_resumed(run: Run, tmp_path: Path, files: tuple[str, ...]) -> None:
    path = tmp_path / "out.jsonl"
    for precious in (
        "precious\n",
        "precious",
        '{"id": 1}\n',
        '{"id": "x", "ok": true}\n[]\n',
        '{"id": "x", "ok": 1}\n',
    ):
        path.write_text(precious)
        result = run("destinations", "fetch", "--all", *files)
        assert result.code == 2, precious
        assert "this one was left unchanged." in result.err
        assert path.read_text() == precious


def test_a_second_run_fetches_only_what_failed(
    run: Run, sandbox: Sandbox, tmp_path: Path, files: tuple[str, ...], counting: Counting
) -> None:
    path = tmp_path / "out.jsonl"
    assert run("destinations", "fetch", "--all", *files).code == 1
    counting.clear()
    result = run("destinations", "fetch", "--all", *files)
    assert result.code == 1
    assert counting.ids() == failing(sandbox)
    assert sorted(each["id"] for each in records(path)) == sorted(listed(sandbox))
    assert result.err.startswith(
        f"Resuming: {len(listed(sandbox)) - len(failing(sandbox))} destinations are already written, "
    )
    assert f"{len(failing(sandbox))} failed and will be fetched again." in result.err


def test_what_failed_can_be_seen_with_the_command_that_is_printed(run: Run, sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "all of it.jsonl"
    result = run("destinations", "fetch", "--all", "--output", str(path))
    last = result.err.splitlines()[-1]
    assert last == f"To see what failed: jq -c 'select(.ok | not)' '{path}'"
    assert {each["id"] for each in records(path) if not each["ok"]} == failing(sandbox)
    assert "jq" not in run("destinations", "fetch", "--all").err  # it has been printed
    assert run("destinations", "fetch", "--all", "--output", str(path), "--force", "--quiet").err == ""


TORN: list[Callable[[bytes], bytes]] = [
    lambda text: text[:-1],
    lambda text: text + b'{"id": "',
    lambda text: text + b"{",
    lambda text: text + b'{"id": "x", "ok": tr',
]


@pytest.mark.parametrize("tear", TORN)
def test_a_torn_line_is_cut_and_nothing_is_missed_or_repeated(
    run: Run, sandbox: Sandbox, tmp_path: Path, files: tuple[str, ...], tear: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "out.jsonl"
    run("destinations", "fetch", "--all", *files)
    lines = path.read_bytes().splitlines(keepends=True)
    good = [line for line in lines if b'"ok": true' in line]
    path.write_bytes(tear(b"".join(good[:40])))
    result = run("destinations", "fetch", "--all", *files)
    assert "an incomplete last line was cut off" in result.err
    assert sorted(each["id"] for each in records(path)) == sorted(listed(sandbox))


def test_what_is_written_is_not_fetched_again_without_the_checkpoint(
    run: Run, sandbox: Sandbox, tmp_path: Path, files: tuple[str, ...], counting: Counting
) -> None:
    run("destinations", "fetch", "--all", *files)
    (tmp_path / "done").unlink()
    counting.clear()
    run("destinations", "fetch", "--all", *files)
    assert counting.ids() == failing(sandbox)


def test_what_only_the_checkpoint_has_is_fetched_again(
    run: Run, sandbox: Sandbox, tmp_path: Path, files: tuple[str, ...]
) -> None:
    path = tmp_path / "out.jsonl"
    run("destinations", "fetch", "--all", *files)
    path.unlink()
    run("destinations", "fetch", "--all", *files)
    assert sorted(each["id"] for each in records(path)) == sorted(listed(sandbox))


def test_a_line_that_is_there_twice_is_there_once_after_a_resume(
    run: Run, sandbox: Sandbox, tmp_path: Path, files: tuple[str, ...]
) -> None:
    path = tmp_path / "out.jsonl"
    run("destinations", "fetch", "--all", *files)
    path.write_bytes(path.read_bytes() * 2)
    run("destinations", "fetch", "--all", *files)
    assert sorted(each["id"] for each in records(path)) == sorted(listed(sandbox))


def test_a_checkpoint_makes_stdout_resumable(run: Run, sandbox: Sandbox, tmp_path: Path, counting: Counting) -> None:
    arguments = ("destinations", "fetch", "--all", "--checkpoint", str(tmp_path / "done"))
    first = run(*arguments)
    counting.clear()
    second = run(*arguments)
    assert {line["id"] for line in first.lines if line["ok"]} == listed(sandbox) - failing(sandbox)
    assert {line["id"] for line in second.lines} == failing(sandbox) == counting.ids()
    skipped = len(listed(sandbox)) - len(failing(sandbox))
    assert f"{skipped} skipped (fetched by an earlier run)" in second.err


def test_a_file_that_is_no_checkpoint_is_refused(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "done"
    path.write_text("precious")
    result = run("destinations", "fetch", "--all", "--checkpoint", str(path))
    assert (result.code, path.read_text()) == (1, "precious")
    assert "is not a polytomic-client checkpoint file" in result.err
    assert result.err.count("\n") == 1


def test_only_the_ids_of_this_run_are_counted_in_the_output(
    run: Run, sandbox: Sandbox, files: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    run("destinations", "fetch", "--all", *files)
    monkeypatch.setattr("polytomic_client.cli._fetch.fan_out", interrupted)
    stdin = "\n".join(sorted(failing(sandbox)))
    result = run("destinations", "fetch", "--ids", "-", *files, stdin=stdin)
    assert result.code == 130
    assert f"interrupted: 0 of {len(failing(sandbox))} destinations are in the output." in result.err


def test_retry_failed_makes_a_second_call(run: Run, sandbox: Sandbox, counting: Counting) -> None:
    first = str(sandbox.world.connections[0].id)
    # As many as the client's attempts.
    counting.failures = [503, 503, 503]
    failed = run("destinations", "fetch", "--ids", "-", "--deadline", "30", stdin=first)
    assert (failed.code, failed.lines[0]["status"]) == (4, 503)
    counting.failures = [503, 503, 503]
    assert run("destinations", "fetch", "--ids", "-", "--retry-failed", stdin=first).code == 0
