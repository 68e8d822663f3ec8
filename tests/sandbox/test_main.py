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
from polytomic_client.sandbox._app import _bounds

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
def test_it_prints_where_it_is_and_stops_cleanly(number: signal.Signals) -> None:
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
        exports = f"export POLYTOMIC_DEPLOYMENT_URL={url}\nexport POLYTOMIC_API_KEY={key}\n"
        assert process.wait(timeout=20) == 0
        assert process.stdout is not None
        assert process.stderr is not None
        assert (process.stdout.read(), process.stderr.read()) == (exports, "")
        assert process.returncode == 0


def test_it_stops_though_a_shell_had_sigint_ignored() -> None:
    # As a shell starts a job in the background.
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with running() as (process, line):
            assert READY.fullmatch(line)
            process.send_signal(signal.SIGINT)
            assert process.communicate(timeout=20)[1] == ""
            assert process.returncode == 0
    finally:
        signal.signal(signal.SIGINT, previous)


@pytest.mark.parametrize("latency", ["0.001-0.002", "1e-3"])
def test_no_connections_and_a_latency_work(latency: str) -> None:
    with running("--connections", "0", "--latency", latency) as (_, line):
        ready = READY.fullmatch(line)
        assert ready, line
        assert httpx.get(f"{ready[1]}/unknown").status_code == 404


def test_what_it_prints_points_a_client_to_it() -> None:
    with running("--connections", "200") as (process, line):
        assert process.stdout is not None
        exports = [process.stdout.readline() for _ in range(2)]
        environment = dict(export.removeprefix("export ").rstrip().split("=", 1) for export in exports)
        program = "from polytomic_client import Polytomic\nwith Polytomic() as p: print(p.get_identity().data.email)"
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (done.stdout, done.stderr) == ("jane@example.com\n", "")
        assert READY.fullmatch(line)
        assert process.stdout.readline() == (
            "3 of 200 connections fail on purpose (403, 404, 500). With --connections 99, none does.\n"
        )


@pytest.mark.parametrize(("output", "reason"), [("pipe", "Broken pipe"), ("full", "No space left on device")])
def test_an_output_that_nobody_reads_is_said_in_one_line(output: str, reason: str) -> None:
    if output == "pipe":
        reader, writer = os.pipe()
        os.close(reader)
    elif Path("/dev/full").exists():
        writer = os.open("/dev/full", os.O_WRONLY)
    else:
        pytest.skip("this system has no /dev/full")
    try:
        ended = subprocess.run(
            command("--port", "0"),
            stdout=writer,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
            timeout=60,
            check=False,
        )
    finally:
        os.close(writer)
    assert (ended.returncode, ended.stderr) == (1, f"cannot write to the standard output: {reason}\n")


def test_a_reader_of_one_line_does_not_end_it() -> None:
    with running("--connections", "0") as (process, line):
        ready = READY.fullmatch(line)
        assert ready, line
        assert process.stdout is not None
        process.stdout.close()  # as `head -1` does
        assert httpx.get(ready[1]).status_code == 200
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        assert process.stderr.read() == ""
        assert process.wait(timeout=20) == 0


def test_a_host_that_does_not_exist_is_said_in_one_line() -> None:
    ended = run(*command("--port", "0", "--host", "host.invalid"))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("cannot listen: ")
    assert ended.stderr.count("\n") == 1


def test_a_port_in_use_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = run(*command("--port", port))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("cannot listen: Address already in use")
    assert ended.stderr.endswith("Pass another --host or --port.\n")
    assert port in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--connections", "-1"], "connections must be an int, 0 or more, got -1."),
        (["--seed", "x"], "argument --seed: invalid int value: 'x'"),
        (["--host", "ü" * 64], f"host must be a name or an address, got '{'ü' * 64}'."),
        (["--port", "65536"], "port must be an int from 0 to 65535, got 65536."),
        (
            ["--latency", "-1"],
            "latency must be a number of seconds, 0 or more, or a pair of them, the lower first, got '-1'.",
        ),
        (["--latency=-1e-3"], "latency must be a number of seconds, 0 or more"),
        (["--latency", "nan"], "latency must be a number of seconds, 0 or more"),
        (["--latency", "inf"], "latency must be a number of seconds, 0 or more"),
        (["--latency", "1e-3-inf"], "latency must be a number of seconds, 0 or more"),
        (["--latency", "0.3-0.1"], "latency must be a number of seconds"),
        (["--latency", "1e-2-1e-3"], "latency must be a number of seconds"),
        (["--latency", "1e-3-"], "the lower first, got '1e-3-'."),
        (["--latency", "soon"], "the lower first, got 'soon'."),
        (["--execution-seconds", "-1"], "execution_seconds must be a number of seconds, 0 or more, got -1.0."),
        (["--execution-seconds", "nan"], "execution_seconds must be a number of seconds, 0 or more, got nan."),
        (["--execution-seconds", "1e300"], "execution_seconds must be at most 36525 days, got 1e+300 seconds."),
        (["--connections", "1e3"], "argument --connections: invalid int value: '1e3'"),
        (["--latency", "1-2-3"], "the lower first, got '1-2-3'."),
    ],
)
def test_bad_arguments_are_said(arguments: list[str], complaint: str) -> None:
    ended = run(*command(*arguments))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert complaint in ended.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("text", "latency"),
    [
        ("0.05", 0.05),
        ("2", 2.0),
        ("1e-3", 0.001),
        ("1E+2", 100.0),
        (".5", 0.5),
        ("0.03-0.1", (0.03, 0.1)),
        ("1e-3-1e-2", (0.001, 0.01)),
        ("1e-3-1", (0.001, 1.0)),
        ("1-1e2", (1.0, 100.0)),
    ],
)
def test_latency_is_read(text: str, latency: float | tuple[float, float]) -> None:
    low, high = latency if isinstance(latency, tuple) else (latency, latency)
    assert _bounds(text) == (low, high)


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
