"""The command line on a terminal: a bar, tables, a prompt, and what a pipe gets instead."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from polytomic_client._core.extras import install_command
from polytomic_client.sandbox import Sandbox

from .screenshots import create
from .terminal import COMMAND, PATIENCE, clean, piped, terminal

pytestmark = [pytest.mark.process, pytest.mark.skipif(sys.platform == "win32", reason="there are no terminals")]

NUMBER = 60

FETCH = ("destinations", "fetch", "--all", "--limit", "2")
"""Takes longer than the half second after which there is a bar."""

COLOURS = re.compile(rb"\x1b\[[0-9;]*3[0-9]")


@pytest.fixture(scope="module")
def slow() -> Iterator[dict[str, str]]:
    """The environment for a sandbox that takes its time."""
    with Sandbox(NUMBER, seed=7, latency=0.025, execution_seconds=1.0) as sandbox:
        yield {"POLYTOMIC_DEPLOYMENT_URL": sandbox.url, "POLYTOMIC_API_KEY": sandbox.key}


@pytest.fixture(scope="module")
def silent() -> Iterator[dict[str, str]]:
    """The environment for a server that never responds."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        yield {"POLYTOMIC_DEPLOYMENT_URL": url, "POLYTOMIC_API_KEY": "key"}


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_a_fetch_has_a_bar_and_then_a_table_that_fits(slow: dict[str, str], columns: int) -> None:
    with terminal(FETCH, slow, columns=columns, rows=600) as shown:
        bar = shown.until(lambda screen: f"/{NUMBER}" in screen)
        assert "━" in bar
        assert len(bar.splitlines()) == 1
        assert shown.wait() == 0
    lines = shown.screen.splitlines()
    assert "━" not in shown.screen
    assert lines[-1].startswith(f"{NUMBER} fetched, in ")
    assert sum(bool(re.match("[0-9a-f-]{36}( |$)", line)) for line in lines) == NUMBER
    assert "snowflake 1" in shown.screen
    assert ("MODES" in lines[0]) is (columns > 40)
    assert ("CONFIGURATION" in lines[0]) is (columns == 200)


def test_lines_go_to_the_pipe_and_the_bar_to_the_terminal(slow: dict[str, str], tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as out, terminal(FETCH, slow, stdout=out) as shown:
        shown.until(lambda screen: f"/{NUMBER}" in screen and "in flight" in screen)
        assert shown.wait() == 0
    lines = (tmp_path / "out").read_text().splitlines()
    assert len({json.loads(line)["id"] for line in lines}) == len(lines) == NUMBER
    assert "\x1b" not in "".join(lines)
    assert COLOURS.search(shown.raw)


def test_what_is_logged_goes_above_the_bar(slow: dict[str, str], tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as out, terminal((*FETCH, "--debug"), slow, stdout=out, columns=200) as shown:
        shown.until(lambda screen: f"/{NUMBER}" in screen)
        assert shown.wait() == 0
    bars = [screen.splitlines() for screen in shown.screens if f"/{NUMBER}" in screen]
    assert all(f"/{NUMBER}" in lines[-1] and "polytomic: " not in lines[-1] for lines in bars)
    assert any(line.startswith("polytomic: debug: ") for lines in bars for line in lines[:-1])


def test_lines_on_a_terminal_are_not_mixed_with_a_bar(slow: dict[str, str]) -> None:
    with terminal((*FETCH, "--format", "jsonl"), slow) as shown:
        assert shown.wait() == 0
    assert "━".encode() not in shown.raw


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_there_is_no_colour_where_it_is_not_wanted(slow: dict[str, str], name: str, value: str) -> None:
    with terminal((*FETCH, "--format", "table"), slow | {name: value}) as shown:
        assert shown.wait() == 0
    assert not COLOURS.search(shown.raw)
    assert ("━".encode() in shown.raw) is (name == "NO_COLOR")
    if value == "dumb":
        assert b"\x1b" not in shown.raw


def test_quiet_shows_no_bar_and_no_notes(slow: dict[str, str], tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as out, terminal((*FETCH, "-q"), slow, stdout=out) as shown:
        assert shown.wait() == 0
    assert shown.raw == b""


def test_a_pipe_gets_no_bar_and_no_colour(slow: dict[str, str]) -> None:
    ended = piped(FETCH, slow | {"TERM": "xterm-256color"})
    assert (ended.returncode, ended.stderr) == (0, "")
    assert len(ended.stdout.splitlines()) == NUMBER
    table = piped((*FETCH, "--format", "table"), slow | {"TERM": "xterm-256color"})
    assert "\x1b" not in table.stdout + table.stderr


def test_a_run_has_a_line_for_each_schema_that_updates(slow: dict[str, str]) -> None:
    listed = json.loads(piped(("connections", "list", "--format", "json"), slow).stdout)
    one, other = [each["id"] for each in listed if each["type"]["id"] == "snowflake"][:2]
    sync_id = create(slow, one, other)
    with terminal(("syncs", "run", sync_id, "--poll-interval", "0.05"), slow) as shown:
        assert shown.wait() == 0
    updates = {line for screen in shown.screens for line in screen.splitlines() if line.startswith("public.users")}
    assert len({line.split()[1] for line in updates}) > 1
    assert re.search(r"^public\.users +completed +[1-9]", shown.screen, re.MULTILINE)
    assert shown.screen.count("public.users") == 1


def test_the_prompt_for_a_key_does_not_echo_it(slow: dict[str, str]) -> None:
    key = slow["POLYTOMIC_API_KEY"]
    with terminal(("whoami",), {"POLYTOMIC_DEPLOYMENT_URL": slow["POLYTOMIC_DEPLOYMENT_URL"]}) as shown:
        shown.until(lambda screen: "Polytomic API key:" in screen)
        shown.type(f"{key}\n")
        assert shown.wait() == 0
    assert "jane@example.com" in shown.screen
    assert key.encode() not in shown.raw


@pytest.mark.parametrize(
    "command",
    [("whoami",), ("destinations", "fetch", "--all"), ("destinations", "fetch", "--ids", "IDS"), ("events", "tail")],
)
def test_ctrl_c_ends_within_a_second_even_if_the_server_is_silent(
    silent: dict[str, str], tmp_path: Path, command: tuple[str, ...]
) -> None:
    ids = tmp_path / "ids"
    ids.write_text("".join(f"00000000-0000-4000-8000-{number:012}\n" for number in range(100)))
    arguments = [str(ids) if argument == "IDS" else argument for argument in command]
    if "fetch" in command and "IDS" in command:
        arguments += ["--output", str(tmp_path / "out")]
    with terminal((*arguments, "--debug"), silent) as shown:
        # The debug log says nothing before a response: the connection is what shows that a request is under way.
        _wait_until_connected(shown.process.pid, silent)
        shown.type("\x03")
        started = time.monotonic()
        assert shown.wait() == 130
        # The server would keep it waiting for 30. It takes a tenth of a second, but this machine may be busy.
        assert time.monotonic() - started < 3.0
    assert "interrupted" in shown.screen


def _wait_until_connected(pid: int, silent: dict[str, str]) -> None:
    port = int(silent["POLYTOMIC_DEPLOYMENT_URL"].rpartition(":")[2])
    end = time.monotonic() + 30
    while time.monotonic() < end:
        for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]:
            local, remote, state = line.split()[1:4]
            if remote.endswith(f":{port:04X}") and state == "01" and not local.endswith(f":{port:04X}"):
                return
    raise AssertionError("no connection")


@pytest.mark.parametrize("command", ["--help", "connections list", "destinations fetch --all"])
def test_a_reader_that_has_enough_is_no_error(slow: dict[str, str], command: str) -> None:
    environment = clean(slow)
    process = subprocess.Popen(
        (*COMMAND, *command.split()), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    )
    assert process.stdout is not None
    assert process.stderr is not None
    with process:
        # Closed before anything is written, as by a `head` that has ended.
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


def test_jq_and_head_just_work(slow: dict[str, str]) -> None:
    script = f'"{sys.executable}" -m polytomic_client destinations fetch --all --format jsonl | jq .id | head -3'
    environment = clean(slow) | {"PATH": os.environ["PATH"]}
    if subprocess.run(("sh", "-c", "command -v jq"), capture_output=True, check=False).returncode:
        pytest.skip("jq is not installed")
    ended = subprocess.run(("sh", "-c", script), capture_output=True, text=True, env=environment, check=False)
    assert ended.stderr == ""
    assert len(ended.stdout.splitlines()) == 3


def test_the_sandbox_prints_what_another_terminal_needs() -> None:
    process = subprocess.Popen(
        (*COMMAND, "sandbox", "--port", "0", "--connections", "3"), stdout=subprocess.PIPE, text=True, env=clean({})
    )
    assert process.stdout is not None
    with process:
        exports = [process.stdout.readline().removeprefix("export ").strip().partition("=") for _ in range(2)]
        environment = {name: value for name, _, value in exports}
        assert set(environment) == {"POLYTOMIC_DEPLOYMENT_URL", "POLYTOMIC_API_KEY"}
        assert len(piped(("destinations", "fetch", "--all"), environment).stdout.splitlines()) == 3
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0


MISSING = (
    "import sys; sys.modules[{!r}] = None; import runpy; runpy.run_module('polytomic_client', run_name='__main__')"
)


@pytest.mark.parametrize("name", ["cyclopts", "rich"])
def test_without_the_extra_it_says_what_to_install(name: str) -> None:
    ended = subprocess.run(
        (sys.executable, "-c", MISSING.format(name)), capture_output=True, text=True, env=clean({}), check=False
    )
    assert ended.returncode == 2
    assert ended.stderr == f"polytomic: the command line needs {name}. Run: {install_command('cli')}\n"
    assert "cyclopts" in ended.stderr
    assert "rich" in ended.stderr
