"""Run docs/tutorial.md word for word: `python -m tests.tutorial BIN`, where BIN has `python` and `polytomic`.

It writes each file of the page, runs each command in a terminal of 100 columns, and compares what the command prints
with the page. `...` in the page means any characters. It leaves out the lines that install, and those that activate the
virtual environment. It replaces the port by a free one.
"""

# ruff: noqa: T201  (it is a program)

from __future__ import annotations

import fcntl
import os
import pty
import re
import socket
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pyte

PAGE = Path(__file__).parent.parent / "docs" / "tutorial.md"
PORT = "8765"
COLUMNS, LINES = 100, 60
CHANGING = ("POLYTOMIC_", "NO_COLOR", "FORCE_COLOR", "TTY_", "COLUMNS", "LINES")
"""Variables that change what a command prints."""

PATIENCE = 60
"""Maximum seconds for one command. The longest takes three."""

TOKEN = re.compile(
    r"""^```(?:python title="(?P<name>[\w.]+)"\n(?P<code>.*?)|console\n(?P<console>.*?))^```$""",
    re.DOTALL | re.MULTILINE,
)


class Command(NamedTuple):
    """A line that the reader types, and what the page shows below it."""

    line: str
    shown: str


def steps(page: str) -> Iterator[tuple[str, str] | Command]:
    """Yield the files of the page, each with its name, and its commands, in order."""
    for match in TOKEN.finditer(page):
        if match["name"]:
            yield match["name"], match["code"]
            continue
        for part in re.split(r"^\$ ", match["console"], flags=re.MULTILINE)[1:]:
            line, _, shown = part.partition("\n")
            if not line.startswith(". "):
                yield Command(line, shown)


def matches(shown: str, printed: str) -> bool:
    """Return whether a page shows what was printed. `...` stands for any characters."""
    pattern = ".*".join(map(re.escape, shown.strip().split("...")))
    return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None


@contextmanager
def terminal(line: str, folder: Path, environment: dict[str, str]) -> Generator[tuple[subprocess.Popen[bytes], int]]:
    """Run a command in a terminal, and give the process and the terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    process = subprocess.Popen(
        ["sh", "-c", f"exec {line}" if "<" not in line else line],
        cwd=folder,
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield process, ours
    finally:
        process.kill()
        process.wait(PATIENCE)
        os.close(ours)


def read(descriptor: int, *, until: int | None = None) -> str:
    """Return the screen when the command has ended, or has printed a number of lines."""
    screen = pyte.Screen(COLUMNS, LINES)
    stream = pyte.ByteStream(screen)
    while True:
        lines = "\n".join(line.rstrip() for line in screen.display).rstrip()
        if until is not None and lines.count("\n") + 1 >= until and lines:
            return lines
        try:
            stream.feed(os.read(descriptor, 65536))
        except OSError:  # EIO: the command has ended
            return "\n".join(line.rstrip() for line in screen.display).rstrip()


def run(binaries: Path, folder: Path, page: str = PAGE.read_text("utf-8")) -> list[str]:
    """Do what the page says in a folder. Return each difference."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    kept = {name: value for name, value in os.environ.items() if not name.startswith(CHANGING)}
    environment = kept | {"PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}", "TERM": "xterm-256color"}
    wrong = list[str]()

    def compare(command: Command, printed: str) -> None:
        if not matches(command.shown, printed.replace(port, PORT)):
            wrong.append(f"$ {command.line}\n{printed.replace(port, PORT)}\n-- but the page shows:\n{command.shown}")

    todo = steps(page)
    sandbox = next(todo)
    assert isinstance(sandbox, Command)
    with terminal(sandbox.line.replace(PORT, port), folder, environment) as (_, server):
        compare(sandbox, read(server, until=sandbox.shown.strip().count("\n") + 1))
        for step in todo:
            match step:
                case Command(line=line) if line.startswith("export "):
                    name, _, value = line.removeprefix("export ").partition("=")
                    environment[name] = value.replace(PORT, port)
                case Command(line=line):
                    with terminal(line, folder, environment) as (process, output):
                        compare(step, read(output))
                        if process.wait(PATIENCE) not in (0, 1):
                            wrong.append(f"$ {line}\nended with {process.returncode}")
                case (name, code):
                    (folder / name).write_text(code, "utf-8")
    return wrong


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        differences = run(Path(sys.argv[1]).resolve(), Path(temporary))
    print(*differences or ["tutorial: every command prints what the page shows"], sep="\n\n")
    sys.exit(1 if differences else 0)
