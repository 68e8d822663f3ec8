"""A command in a process of its own, on a terminal of a size, whose screen can be read."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

import pyte

ROOT = Path(__file__).parents[2]

COMMAND = (sys.executable, "-m", "polytomic_client")

# Opening the terminal first makes it the one that sends Ctrl-C to this session, and that a prompt opens.
CONTROLLED = "import os, sys; os.open(os.ttyname(2), os.O_RDWR); os.execv(sys.argv[1], sys.argv[1:])"

PATIENCE = 30.0
"""Seconds until a test gives up on a process: far more than any of them takes."""


class Cell(Protocol):
    """A character of a screen."""

    @property
    def data(self) -> str: ...
    @property
    def fg(self) -> str: ...
    @property
    def bold(self) -> bool: ...


class Terminal:
    """A running command and its screen.

    Attributes:
        raw: What the command wrote to the terminal.
        screens: The screen after each read, without its empty lines.
    """

    def __init__(self, process: subprocess.Popen[bytes], descriptor: int, columns: int, rows: int) -> None:
        self.process = process
        self.raw = b""
        self.screens: list[str] = []
        self._descriptor = descriptor
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)

    def until(self, condition: Callable[[str], bool]) -> str:
        """Read until the screen meets a condition, and return it."""
        end = time.monotonic() + PATIENCE
        while not condition(self.screen):
            assert time.monotonic() < end, self.screen
            assert self._read(end - time.monotonic()), f"the command has ended: {self.screen}"
        return self.screen

    def type(self, text: str) -> None:
        """Type something."""
        os.write(self._descriptor, text.encode())

    def wait(self) -> int:
        """Read until the command has ended, and return its exit code."""
        end = time.monotonic() + PATIENCE
        while self._read(end - time.monotonic()):
            assert time.monotonic() < end, self.screen
        return self.process.wait(PATIENCE)

    @property
    def screen(self) -> str:
        """The lines of the screen that are not empty."""
        return "\n".join(line.rstrip() for line in self._screen.display if line.strip())

    @property
    def cells(self) -> list[list[Cell]]:
        """Each character of the screen with its colours."""
        buffer = self._screen.buffer
        return [[buffer[row][column] for column in range(self._screen.columns)] for row in range(self._screen.lines)]

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._descriptor], [], [], max(0.0, seconds))
        try:
            text = os.read(self._descriptor, 65536) if ready else b""
        except OSError:  # EIO: nobody has the terminal open any more
            return False
        self.raw += text
        self._stream.feed(text)
        self.screens.append(self.screen)
        return bool(text)


@contextmanager
def terminal(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    *,
    columns: int = 80,
    rows: int = 24,
    stdin: int | None = None,
    stdout: int | IO[bytes] | None = None,
    command: Sequence[str] = COMMAND,
) -> Generator[Terminal]:
    """Run a command on a terminal. stdin and stdout may be something else; stderr is the terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    process = subprocess.Popen(
        (sys.executable, "-I", "-S", "-c", CONTROLLED, *command, *arguments),
        stdin=theirs if stdin is None else stdin,
        stdout=theirs if stdout is None else stdout,
        stderr=theirs,
        env=clean({"TERM": "xterm-256color", **environment}),
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield Terminal(process, ours, columns, rows)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def piped(arguments: Sequence[str], environment: Mapping[str, str], text: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command with pipes."""
    return subprocess.run(
        (*COMMAND, *arguments),
        input=text,
        capture_output=True,
        text=True,
        env=clean(environment),
        timeout=PATIENCE,
        check=False,
    )


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a command: this one without what changes the output, and with these variables."""
    without = ("POLYTOMIC_", "NO_COLOR", "FORCE_COLOR", "TTY_", "COLUMNS", "LINES", "TERM")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(without)}
    return kept | {"PYTHONPATH": str(ROOT)} | dict(environment)
