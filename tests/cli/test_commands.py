"""What each command prints: JSON with the API's names when piped, tables when asked for."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from polytomic_client import API_VERSION, __version__
from polytomic_client.sandbox import Sandbox, SchemaFailure

from .conftest import Run


def test_whoami_is_one_line_of_json_with_the_names_of_the_api(run: Run, sandbox: Sandbox) -> None:
    result = run("whoami")
    assert (result.code, result.err) == (0, "")
    assert result.out.count("\n") == 1
    assert result.json["organization_id"] == str(sandbox.world.organization_id)


def test_a_table_and_a_document_are_there_on_request(run: Run) -> None:
    assert "organization_name  Example" in run("whoami", "--format", "table").out
    document = run("whoami", "--format", "json").out
    assert document.startswith('{\n  "id"')
    listed = run("connections", "list", "--format", "json").json
    assert isinstance(listed, list)


def test_connections_list_has_a_line_for_each_connection(run: Run, sandbox: Sandbox) -> None:
    result = run("connections", "list")
    assert result.code == 0
    listed = {str(each.id) for each in sandbox.world.connections if each.status not in (403, 404)}
    assert {line["id"] for line in result.lines} == listed
    assert {"id", "name", "type", "status"} <= result.lines[0].keys()
    table = run("connections", "list", "--format", "table").out.splitlines()
    assert table[0].split() == ["ID", "NAME", "TYPE", "STATUS"]
    assert len(table) == len(listed) + 1


def test_destinations_show_prints_in_the_order_of_the_arguments_and_fails_if_one_fails(
    run: Run, sandbox: Sandbox
) -> None:
    first, second = (str(connection.id) for connection in sandbox.world.connections[:2])
    missing = "00000000-0000-4000-8000-000000000000"
    result = run("destinations", "show", second, missing, first)
    assert result.code == 1
    assert [line["id"] for line in result.lines] == [second, missing, first]
    assert [line["status"] for line in result.lines] == [200, 404, 200]
    assert set(result.lines[0]) == {"id", "ok", "status", "data"}
    assert set(result.lines[1]) == {"id", "ok", "status", "error"}
    error = result.lines[1]["error"]
    assert error.pop("request_id").startswith("sandbox-")
    assert error == {"type": "NotFoundError", "key": "not_found", "message": "connection not found"}
    assert "supported_resync_modes" in result.lines[0]["data"]


def test_destinations_check_lists_the_problems_and_fails(run: Run, sandbox: Sandbox, tmp_path: Path) -> None:
    snowflake = next(str(each.id) for each in sandbox.world.connections if each.type == "snowflake")
    wanted = tmp_path / "wanted.json"
    wanted.write_text(json.dumps({"advanced": {"truncate_exist": True}}))
    found = run("destinations", "check", snowflake, str(wanted))
    assert found.code == 1
    (problem,) = found.lines
    assert (problem["path"], problem["kind"]) == ("advanced.truncate_exist", "unknown")
    assert "did you mean truncate_existing?" in problem["message"]
    fine = run("destinations", "check", snowflake, "-", stdin='{"schema": "copies"}')
    assert (fine.code, fine.out) == (0, "")
    assert "did you mean" in run("destinations", "check", snowflake, str(wanted), "--format", "table").out


def test_sources_are_shown_and_refreshed(run: Run, sandbox: Sandbox) -> None:
    source = next(str(each.id) for each in sandbox.world.connections if each.type == "snowflake")
    shown = run("sources", "show", source)
    assert [schema["id"] for schema in shown.json["schemas"]][:1] == ["public.users"]
    assert run("sources", "refresh", source).json == shown.json
    assert "public.users" in run("sources", "show", source, "--format", "table").out


def test_a_bulk_sync_is_listed_shown_and_switched(run: Run, sync_id: str) -> None:
    assert sync_id in [line["id"] for line in run("syncs", "list").lines]
    assert run("syncs", "show", sync_id).json["name"] == "Users and orders"
    assert "schedule.frequency" in run("syncs", "show", sync_id, "--format", "table").out
    assert run("syncs", "activate", sync_id).json == {"active": True, "id": sync_id}
    assert [line["id"] for line in run("syncs", "list", "--active").lines] == [sync_id]
    assert run("syncs", "deactivate", sync_id).json["active"] is False
    assert run("syncs", "list", "--active").lines == []
    assert run("syncs", "cancel", sync_id).json["message"]


def test_a_run_prints_the_execution_and_fails_as_it_fails(run: Run, sandbox: Sandbox, sync_id: str) -> None:
    done = run("syncs", "run", sync_id)
    assert (done.code, done.err) == (0, "")
    assert done.json["status"] == "completed"
    assert run("syncs", "status", sync_id).json["last_execution"]["id"] == done.json["id"]

    sandbox.world.failures["public.orders"] = SchemaFailure("permission denied for table orders")
    try:
        failed = run("syncs", "run", sync_id, "--format", "table")
    finally:
        sandbox.world.failures.clear()
    assert failed.code == 1
    assert "permission denied for table orders" in failed.out
    assert failed.err.startswith(f"polytomic: bulk sync {sync_id}: execution ")
    assert failed.err.count("\n") == 1


def test_a_run_that_is_not_waited_for_is_only_started(run: Run, sync_id: str) -> None:
    started = run("syncs", "run", sync_id, "--no-wait")
    assert started.code == 0
    assert started.json["completed_at"] is None


def test_events_are_printed_by_type_and_time(run: Run, sync_id: str) -> None:
    run("syncs", "run", sync_id)
    events = run("events", "tail", "--type", "bulk_sync.completed", "--since", "1h").lines
    assert events
    assert {event["type"] for event in events} == {"bulk_sync.completed"}
    assert [event["created_at"] for event in events] == sorted(event["created_at"] for event in events)
    assert run("events", "tail", "--since", "2100-01-01T00:00:00Z").out == ""
    assert f"bulk_sync_id={sync_id}" in run("events", "tail", "--format", "table").out
    assert isinstance(run("events", "tail", "--format", "json").json, list)


def test_events_that_are_followed_come_once(
    run: Run, sync_id: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    polls = 0

    def sleep(seconds: float) -> None:
        nonlocal polls
        assert seconds == 7
        polls += 1
        if polls == 3:
            raise KeyboardInterrupt

    run("syncs", "run", sync_id)
    monkeypatch.setattr("time.sleep", sleep)
    result = run("events", "tail", "--follow", "--interval", "7", "--since", "1h")
    assert result.code == 130
    ids = [line["id"] for line in result.lines]
    assert ids
    assert len(ids) == len(set(ids))


def test_any_request_is_made_and_its_body_printed(run: Run, sync_id: str) -> None:
    assert run("request", "get", "/api/me").json["data"]["email"] == "jane@example.com"
    answer = run("request", "POST", f"/api/bulk/syncs/{sync_id}/activate", "--json", "-", stdin='{"active": true}')
    assert answer.json == {"data": {"active": True, "id": sync_id}}
    assert run("request", "GET", "/api/bulk/syncs", "--param", "active=true").json["data"]
    assert run("request", "GET", "/api/bulk/syncs?active=false").json["data"] == []
    run("syncs", "deactivate", sync_id)


def test_versions_and_version_need_no_key(run: Run, environment: pytest.MonkeyPatch) -> None:
    environment.delenv("POLYTOMIC_API_KEY")
    assert run("versions").json["polytomic-client"] == __version__
    assert run("versions").json["api"] == API_VERSION
    assert run("--version").out.strip() == __version__


def test_text_of_a_server_reaches_a_terminal_without_control_characters(run: Run, sandbox: Sandbox) -> None:
    from dataclasses import replace

    first = sandbox.world.connections[0]
    sandbox.world.put(replace(first, name="\x1b[31mred\x9b0m [bold]ü"))
    try:
        table = run("connections", "list", "--format", "table").out
        lines = run("connections", "list").out
    finally:
        sandbox.world.put(first)
    assert "\x1b" not in table + lines
    assert "\x9b" not in table + lines
    assert "\\x1b[31mred\\x9b0m [bold]ü" in table
    assert "\x1b[31mred\x9b0m [bold]ü" in [json.loads(line)["name"] for line in lines.splitlines()]


def test_the_module_runs_the_command_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    import runpy

    monkeypatch.setattr(sys, "argv", ["polytomic_client", "versions"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("polytomic_client", run_name="__main__")
    assert ended.value.code == 0
