"""`python -m polytomic_client.sandbox`, as a process of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from polytomic_client._core.extras import install_command
from polytomic_client.sandbox import World
from polytomic_client.sandbox.__main__ import seconds

pytestmark = pytest.mark.process


ROOT = Path(__file__).parents[2]
READY = re.compile(r"Polytomic sandbox at (http://127\.0\.0\.1:\d+) key: (\S+)\n")


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-W", "error", "-m", "polytomic_client.sandbox", *arguments]


def run(*arguments: str, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run Python to its end, with a folder whose modules come before all others."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, filter(None, [path, ROOT])))}
    return subprocess.run(arguments, capture_output=True, text=True, env=environment, cwd=ROOT, timeout=60, check=False)


@contextmanager
def running(*arguments: str) -> Generator[tuple[subprocess.Popen[str], str]]:
    """Start the command, and give it with its first line."""
    with subprocess.Popen(
        command("--port", "0", *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        # Where Python does not buffer, a line that is not flushed would go unnoticed.
        env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
    ) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline()
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_one_line_and_stops_cleanly(number: signal.Signals) -> None:
    with running("--connections", "3", "--seed", "9") as (process, line):
        ready = READY.fullmatch(line)
        assert ready, line
        url, key = ready.groups()
        world = World(3, seed=9)
        assert key == world.key
        response = httpx.get(
            f"{url}/api/bulk/dest/{world.connections[2].id}",
            headers={"Authorization": f"Bearer {key}", "X-Polytomic-Version": "2023-04-25"},
        )
        assert response.json()["data"] == world.connections[2].destination
        process.send_signal(number)
        assert process.communicate(timeout=20) == ("", "")
        assert process.returncode == 0


def test_it_stops_though_a_shell_had_sigint_ignored() -> None:
    # As a shell starts a job in the background.
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with running() as (process, line):
            assert READY.fullmatch(line)
            process.send_signal(signal.SIGINT)
            assert process.communicate(timeout=20) == ("", "")
            assert process.returncode == 0
    finally:
        signal.signal(signal.SIGINT, previous)


def test_no_connections_and_a_latency_work() -> None:
    with running("--connections", "0", "--latency", "0.001-0.002") as (_, line):
        ready = READY.fullmatch(line)
        assert ready, line
        assert httpx.get(ready[1]).status_code == 404


def test_a_port_in_use_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = run(*command("--port", port))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("cannot listen: Address already in use")
    assert port in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--connections", "-1"], "connections must be an int, 0 or more, got -1."),
        (["--seed", "x"], "argument --seed: invalid int value: 'x'"),
        (["--port", "65536"], "port must be an int from 0 to 65535, got 65536."),
        (["--latency", "-1"], "argument --latency: invalid seconds value: '-1'"),
        (["--latency", "0.3-0.1"], "latency must be a number of seconds"),
        (["--execution-seconds", "-1"], "execution_seconds must be a number of seconds, 0 or more, got -1.0."),
        (["--latency", "1-2-3"], "argument --latency: invalid seconds value: '1-2-3'"),
    ],
)
def test_bad_arguments_are_said(arguments: list[str], complaint: str) -> None:
    ended = run(*command(*arguments))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert complaint in ended.stderr.splitlines()[-1]


@pytest.mark.parametrize(("text", "latency"), [("0.05", 0.05), ("2", 2.0), ("0.03-0.1", (0.03, 0.1))])
def test_latency_is_read(text: str, latency: float | tuple[float, float]) -> None:
    assert seconds(text) == latency


@pytest.fixture
def without(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A folder that makes a module look as if it was not installed."""
    name: str = request.param
    (tmp_path / f"{name}.py").write_text(f"raise ModuleNotFoundError('No module named {name}', name='{name}')")
    return tmp_path


@pytest.mark.parametrize("without", ["jsonschema_rs", "starlette", "uvicorn"], indirect=True)
def test_without_the_extra_it_says_what_to_install(without: Path, request: pytest.FixtureRequest) -> None:
    name = request.node.callspec.params["without"].replace("_", "-")
    advice = f"the sandbox needs {name}. Run: {install_command('sandbox')}\n"

    ended = run(*command(), path=without)
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", advice)

    ended = run(sys.executable, "-c", "import polytomic_client.sandbox", path=without)
    assert ended.returncode == 1
    assert ended.stderr.endswith(f"\nImportError: {advice}")


@pytest.mark.parametrize("without", ["anyio"], indirect=True)
def test_another_module_that_is_missing_is_not_blamed_on_the_extra(without: Path) -> None:
    ended = run(sys.executable, "-c", "import polytomic_client.sandbox", path=without)
    assert ended.returncode == 1
    assert ended.stderr.endswith("\nModuleNotFoundError: No module named anyio\n")
