"""How the program ends: exit codes, and errors of one line with the fix."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from polytomic_client import models
from polytomic_client._core.clock import SystemClock
from polytomic_client.cli._app import FLAGS, OPTIONS
from polytomic_client.cli._settings import Settings
from polytomic_client.sandbox import Sandbox

from .conftest import Run

ID = "63ca828d-d5f4-43b2-a4b0-6ce60741c7a8"
CLOSED = "http://127.0.0.1:9"

USAGE = [
    (("whomi",), 'Unknown command "whomi". Did you mean "whoami"?'),
    (("destinations", "fech"), 'Did you mean "fetch"?'),
    (("destinations", "fetch", "--al"), "Did you mean --all?"),
    (("whoami", "--base-ulr", "x"), "Did you mean --base-url?"),
    (("whoami", "--format", "tabel"), 'Did you mean "table"?'),
    (("syncs", "run"), "polytomic syncs run --help"),
    (("syncs", "run", "x"), 'unable to convert "x" into UUID'),
    (("destinations", "show"), "polytomic connections list"),
    (("destinations", "fetch"), "either --all or --ids FILE"),
    (("destinations", "fetch", "--all", "--ids", "-"), "either --all or --ids FILE"),
    (("destinations", "fetch", "--all", "--limit", "0"), "--limit must be a positive int or auto, got '0'."),
    (("destinations", "fetch", "--all", "--rate", "0"), "--rate must be a positive number, got 0.0."),
    (("destinations", "fetch", "--ids", "/nowhere"), "--ids /nowhere cannot be read: No such file"),
    (("destinations", "fetch", "--ids", "-"), "on line 2. Use jq -r .id."),
    (("destinations", "fetch", "--all", "--checkpoint", "c", "--format", "table"), "cannot resume a table"),
    (("destinations", "fetch", "--all", "--checkpoint", "c", "--force"), "Pass one of them, or delete both files."),
    (("destinations", "fetch", "--all", "--checkpoint", "x", "--output", "./x"), "must be different files"),
    (("destinations", "fetch", "--ids", "x", "--output", "./x", "--force"), "must be different files"),
    (("destinations", "fetch", "--all", "--output", "/nowhere/x"), "--output /nowhere/x cannot be used"),
    (("destinations", "check", ID, "/nowhere"), "the configuration /nowhere cannot be read"),
    (("destinations", "check", ID, "-"), "is not JSON"),
    (("request", "FETCH", "/api/me"), "method must be one of GET"),
    (("request", "GET", "api/me"), "path must begin with '/'"),
    (("request", "GET", "/api/me", "--param", "x"), "--param must be name=value, got 'x'."),
    (("request", "POST", "/api/me", "--json", "-"), "--json - is not JSON"),
    (("events", "tail", "--since", "yesterday"), "--since must be a duration or an ISO 8601 time, got 'yesterday'."),
    (("events", "tail", "--since", "999999d"), "--since must be a duration or an ISO 8601 time, got '999999d'."),
    (("events", "tail", "--since", "0001-01-01T00:00+14:00"), "--since must be a duration or an ISO 8601 time"),
    (("events", "tail", "--follow", "--format", "json"), "Pass --format jsonl."),
    (("events", "tail", "--interval", "0"), "--interval must be positive, got 0."),
    (
        ("sandbox", "--latency", "slow"),
        "the lower first, got 'slow'.",
    ),
    (("sandbox", "--connections", "-1"), "--connections must"),
    (("sandbox", "--port", "-1"), "--port must be"),
    (("sandbox", "--execution-seconds", "-1"), "--execution-seconds must be"),
    (("whoami", "--base-url", "https://a:b@x.example"), "Remove it: the key is a separate setting."),
    (("whoami", "more"), "too many arguments, got 1 more than the command takes. See: polytomic whoami --help"),
    (("whoami", "--timeout", "-1"), "--timeout must be a positive number of seconds"),
    (("whoami", "--base-url", "http://x.example"), "--base-url must be https"),
    (("whoami", "--api-key-file", "/nowhere"), "the --api-key-file cannot be read: No such file"),
    (("completion", "tcsh"), 'Choose from: "bash", "zsh", "fish".'),
]


@pytest.mark.parametrize(("arguments", "part"), USAGE, ids=[" ".join(arguments) for arguments, _ in USAGE])
def test_an_invalid_command_line_exits_with_2_and_one_line(run: Run, arguments: tuple[str, ...], part: str) -> None:
    result = run(*arguments, stdin=f"{ID}\nnot an id\n")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("polytomic: ")
    assert result.err.count("\n") == 1
    assert part in result.err


def test_a_refused_key_exits_with_3(run: Run, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("POLYTOMIC_API_KEY", "revoked-5a1d0e36")
    for command in (("whoami",), ("destinations", "fetch", "--all"), ("destinations", "show", ID)):
        result = run(*command)
        assert result.code == 3, command
        assert "Check POLYTOMIC_API_KEY or --api-key-file." in result.err
        assert "revoked-5a1d0e36" not in result.err


def test_an_api_that_cannot_be_reached_exits_with_4(run: Run, tmp_path: Path) -> None:
    ids = tmp_path / "ids"
    ids.write_text(f"{ID}\n")
    for command in (("whoami",), ("destinations", "fetch", "--all"), ("destinations", "fetch", "--ids", str(ids))):
        result = run(*command, "--base-url", CLOSED, "--deadline", "1")
        assert result.code == 4, (command, result)
        assert "127.0.0.1:9" in result.err + result.out


def test_a_proxy_is_used_with_trust_env_and_otherwise_said_to_be_unused(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:8")

    def no_jitter(_: SystemClock) -> float:
        return 0.0  # so that the retries follow at once

    monkeypatch.setattr(SystemClock, "random", no_jitter)
    command = ("whoami", "--base-url", "https://127.0.0.1:9")
    unused, used = run(*command), run(*command, "--trust-env")
    assert (unused.code, used.code) == (4, 4)
    assert "cannot connect to 127.0.0.1:9" in unused.err
    assert "HTTPS_PROXY is set but not used: pass --trust-env to use this proxy." in unused.err
    assert "proxy: 127.0.0.1:8" in used.err
    assert "trust" not in used.err


def test_shared_options_may_come_first(run: Run) -> None:
    assert run("--base-url", CLOSED, "--quiet", "--deadline=1", "whoami").code == 4
    assert run("--quiet", "whoami").code == 0


def test_every_shared_option_may_come_first() -> None:
    names = {f"--{each.name.replace('_', '-')}" for each in fields(Settings)}
    assert names == OPTIONS | FLAGS - {"-q"}


def test_debug_prints_the_traceback_and_the_requests(run: Run) -> None:
    result = run("--debug", "destinations", "show", ID)
    assert "GET" in result.err
    assert "Traceback" not in result.err
    failed = run("request", "GET", "/api/nowhere", "--debug")
    assert failed.code == 1
    assert "Traceback (most recent call last)" in failed.err
    assert failed.err.splitlines()[-1].startswith("polytomic: request: GET")


def test_without_a_key_the_error_names_both_places_for_it(run: Run, environment: pytest.MonkeyPatch) -> None:
    environment.delenv("POLYTOMIC_API_KEY")
    result = run("whoami")
    assert result.code == 2
    assert result.err == "polytomic: there is no API key. Set POLYTOMIC_API_KEY, or pass --api-key-file FILE.\n"


@pytest.mark.parametrize("arguments", [("--api-key", "canary-key"), ("--api-key=canary-key",)])
def test_a_key_is_never_an_argument_and_never_repeated(run: Run, arguments: tuple[str, ...]) -> None:
    for command in (("whoami", *arguments), (*arguments, "whoami"), ("--debug", "whoami", *arguments)):
        result = run(*command)
        assert result.code == 2
        assert "--api-key-file FILE" in result.err
        assert "canary-key" not in result.err + result.out


@pytest.mark.parametrize("arguments", [("canary-key",), ("--api-key-file", "canary-key"), ("--key=canary-key",)])
def test_a_key_in_the_wrong_place_is_not_repeated(run: Run, arguments: tuple[str, ...]) -> None:
    result = run("whoami", *arguments)
    assert result.code == 2
    assert "canary-key" not in result.err + result.out


def test_a_key_comes_from_a_file_before_the_environment(
    run: Run, environment: pytest.MonkeyPatch, sandbox: Sandbox, tmp_path: Path
) -> None:
    environment.setenv("POLYTOMIC_API_KEY", "revoked")
    file = tmp_path / "key"
    file.write_text(f"\n{sandbox.key}\n")
    assert run("whoami", "--api-key-file", str(file)).code == 0
    file.write_text("canary one\ncanary two\n")
    result = run("whoami", "--api-key-file", str(file))
    assert result.code == 2
    assert "must contain one key, got 4." in result.err
    assert "canary" not in result.err


def test_a_404_speaks_of_the_id_or_of_the_url(run: Run, sandbox: Sandbox) -> None:
    assert "Check the id, and which organization" in run("syncs", "show", ID).err
    for command in (("whoami", "--base-url", f"{sandbox.url}/x"), ("request", "GET", "/api/nothing")):
        result = run(*command)
        assert "404 this API has no path" in result.err
        assert "--base-url or the path is probably wrong" in result.err
        assert "Check the id" not in result.err


def test_the_sandbox_says_what_to_do_about_a_port_in_use(run: Run, sandbox: Sandbox) -> None:
    port = sandbox.url.rpartition(":")[2]
    result = run("sandbox", "--port", port, "--connections", "1")
    assert result.code == 1
    assert f"cannot listen on 127.0.0.1:{port}: " in result.err
    assert "Pass another --port or --host." in result.err


def test_an_unexpected_error_is_one_line_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise LookupError("a bug")

    monkeypatch.setattr("polytomic_client.cli._account.show", broken)
    result = run("whoami")
    assert result.code == 1
    assert result.err == "polytomic: unexpected LookupError: a bug. Please report it, with what --debug prints.\n"


@pytest.mark.parametrize("cancels", [False, True])
def test_an_interrupted_run_says_what_the_execution_does(
    run: Run, sync_id: str, monkeypatch: pytest.MonkeyPatch, *, cancels: bool
) -> None:
    started = False

    def interrupted(*_: object, on_progress: Callable[[object], None], cancel_if_abandoned: bool, **__: object) -> None:
        assert cancel_if_abandoned is cancels
        if started:
            on_progress(models.SchemaExecution.from_dict({"schema": "public.users"}))
        raise KeyboardInterrupt

    monkeypatch.setattr("polytomic_client.Polytomic.run_bulk_sync", interrupted)
    result = run("syncs", "run", sync_id, *["--cancel-on-interrupt"] * cancels)
    assert result.code == 130
    assert ("A cancel request was sent" in result.err) is cancels
    assert (f"polytomic syncs cancel {sync_id}" in result.err) is not cancels
    assert f"polytomic syncs status {sync_id}" in result.err
    assert ("If the execution has started, it continues." in result.err) is not cancels
    started = True
    result = run("syncs", "run", sync_id, *["--cancel-on-interrupt"] * cancels)
    assert ("interrupted. The execution continues." in result.err) is not cancels
