"""Outputs that are pipes or devices, and input in any locale."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path
from threading import Thread

import pytest

from polytomic_client.sandbox import Sandbox

from .conftest import Run
from .terminal import COMMAND, PATIENCE, clean

ALL = ("destinations", "fetch", "--all")

unix = pytest.mark.skipif(sys.platform == "win32", reason="there are no such files")


@pytest.fixture
def variables(sandbox: Sandbox) -> dict[str, str]:
    return clean({"POLYTOMIC_DEPLOYMENT_URL": sandbox.url, "POLYTOMIC_API_KEY": sandbox.key})


@unix
@pytest.mark.process
@pytest.mark.parametrize("format_", ["jsonl", "json"])
def test_the_output_may_be_a_pipe(variables: dict[str, str], format_: str) -> None:
    command = (*COMMAND, *ALL, "--format", format_, "--output", "/dev/stdout")
    ended = subprocess.run(command, capture_output=True, text=True, env=variables, timeout=PATIENCE, check=False)
    assert ended.returncode == 1, ended.stderr
    lines = [json.loads(line) for line in ended.stdout.splitlines()] if format_ == "jsonl" else json.loads(ended.stdout)
    assert len({line["id"] for line in lines}) == len(lines) > 100


@unix
@pytest.mark.process
def test_the_reader_of_a_pipe_may_end_first(variables: dict[str, str], tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    def read() -> None:
        with pipe.open("rb") as reader:
            reader.read(1)

    thread = Thread(target=read, daemon=True)
    thread.start()
    command = (*COMMAND, *ALL, "--output", str(pipe))
    ended = subprocess.run(command, capture_output=True, text=True, env=variables, timeout=PATIENCE, check=False)
    thread.join(PATIENCE)
    assert (ended.returncode, ended.stderr) == (141, "")


@unix
@pytest.mark.process
def test_ctrl_c_ends_a_run_whose_pipe_is_full(variables: dict[str, str], tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    process = subprocess.Popen((*COMMAND, *ALL, "--output", str(pipe)), stderr=subprocess.PIPE, env=variables)
    with process:
        try:
            with pipe.open("rb", buffering=0) as reader:
                end = time.monotonic() + PATIENCE
                before = 0
                while (now := _waiting(reader.fileno())) == 0 or now != before:
                    assert time.monotonic() < end
                    before = now
                    time.sleep(0.25)
                process.send_signal(signal.SIGINT)
                assert process.wait(3.0) == 130
        finally:
            process.kill()


def _waiting(descriptor: int) -> int:
    """Return how many bytes a pipe contains."""
    return int.from_bytes(fcntl.ioctl(descriptor, termios.FIONREAD, bytes(4)), sys.byteorder)


@unix
def test_a_device_needs_no_force_and_stays(run: Run) -> None:
    for format_ in ("jsonl", "json", "table"):
        result = run(*ALL, "--format", format_, "--output", os.devnull)
        assert (result.code, result.out) == (1, ""), result.err
    assert Path(os.devnull).is_char_device()


def test_stdin_is_utf8_in_any_locale(run: Run) -> None:
    assert "got 'ü' on line 1" in run("destinations", "fetch", "--ids", "-", stdin="ü\n").err


def test_a_byte_order_mark_is_no_character(run: Run, sandbox: Sandbox, tmp_path: Path) -> None:
    first = str(sandbox.world.connections[0].id)
    ids, key = tmp_path / "ids", tmp_path / "key"
    ids.write_text(f"{first}\r\n", encoding="utf-8-sig")
    key.write_text(f"{sandbox.key}\r\n", encoding="utf-8-sig")
    result = run("destinations", "fetch", "--ids", str(ids), "--api-key-file", str(key))
    assert [line["id"] for line in result.lines] == [first], result.err
