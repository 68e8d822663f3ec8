"""The file that `destinations fetch --output` writes: one JSON object a line, which the next run continues."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self, cast

from ._errors import UsageError
from ._output import as_json, utf8

BEGINNING = b'{"id": "'
"""The beginning of each line. An incomplete last line is cut off only if it begins like this."""


class OutputFile:
    """A file of records, open for one run at a time. Each record is in the file once `write` returns.

    Attributes:
        name: The file as the command named it.
        written: The ids that have a line, failed ones included.
        succeeded: Number of lines that were there already.
        superseded: Number of lines of failures that were removed, since this run fetches them again.
        cut: Whether a torn last line was cut off.
    """

    def __init__(self, path: Path, *, resume: bool, force: bool) -> None:
        """Prepare a file; nothing is opened yet.

        Args:
            path: The file.
            resume: Whether to continue it.
            force: Whether to replace what it contains.
        """
        self.name = path
        self._path = path
        self._resume = resume
        self._replaces = force
        self._file: BinaryIO | None = None
        self._new = False
        self.written: set[str] = set()
        self.succeeded = 0
        self.superseded = 0
        self.cut = False

    def __enter__(self) -> Self:
        """Open the file, and repair it if it is continued.

        Raises:
            UsageError: It cannot be opened, is in use by another run, has contents that must not be replaced, or was
                not written by this command.
        """
        # What a symbolic link points to, because a repaired file replaces the old one.
        self._path = Path(os.path.realpath(self._path))
        self._new = not self._path.exists()
        try:
            file = open(self._path, "x+b" if self._new else "r+b", buffering=0)  # noqa: PTH123
            self._file = cast("BinaryIO", file)
            _lock(self._file, self._path)
            self._prepare(self._file)
            self._file.seek(0, os.SEEK_END)
        except OSError as error:
            self._close()
            raise unusable(self._path, error) from None
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, _type: type[BaseException] | None, value: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        if value is None:
            self._replace()
        elif self._new and self._file is not None and self._file.tell() == 0:
            with suppress(OSError):
                self._path.unlink()
        self._close()

    def write(self, record: dict[str, Any]) -> None:
        """Append a record.

        Raises:
            OSError: The disk is full, for example. The next run cuts a line that is torn.
        """
        self.write_bytes(_line(record))
        self.written.add(str(record["id"]))

    def write_bytes(self, contents: bytes) -> None:
        """Append a line, or a document that is all of the file.

        Raises:
            OSError: The disk is full, for example.
        """
        assert self._file is not None
        self._replace()
        rest = memoryview(contents)
        while rest:
            rest = rest[self._file.write(rest) :]

    def _replace(self) -> None:
        """Remove what is to be replaced. The first write does it, so that an error before it loses nothing."""
        if self._replaces and self._file is not None:
            self._file.truncate(0)
            self._file.seek(0)
        self._replaces = False

    def _prepare(self, file: BinaryIO) -> None:
        if self._replaces:
            return
        if not self._resume:
            if os.fstat(file.fileno()).st_size:
                raise UsageError(
                    f"--output {self._path} exists. "
                    "Add --checkpoint FILE to resume it (jsonl only), or --force to replace it."
                )
        else:
            self._repair(file)

    def _repair(self, file: BinaryIO) -> None:
        """Cut off a torn last line, and remove the lines of failures and repeated ids."""
        size, kept, doomed = 0, set[str](), set[int]()
        for number, line in enumerate(_lines(file), 1):
            if not line.endswith(b"\n"):
                if not (line.startswith(BEGINNING) or BEGINNING.startswith(line)):
                    raise self._foreign(number)
                self.cut = True
                break
            size += len(line)
            id_, ok = self._read(line, number)
            if ok and id_ not in kept:
                kept.add(id_)
            else:
                doomed.add(number)
        self.written, self.succeeded, self.superseded = kept, len(kept), len(doomed)
        if doomed:
            self._rewrite(file, doomed)
        else:
            file.truncate(size)

    def _rewrite(self, file: BinaryIO, doomed: set[int]) -> None:
        """Replace the file, in one step, by one without some of its lines."""
        fresh = self._path.with_name(f"{self._path.name}.{os.getpid()}.part")
        replaced = cast("BinaryIO", open(fresh, "w+b", buffering=0))  # noqa: PTH123, SIM115
        try:
            _lock(replaced, self._path)
            kept = (line for number, line in enumerate(_lines(file), 1) if number not in doomed and line[-1:] == b"\n")
            for chunk in kept:
                replaced.write(chunk)
            os.fsync(replaced.fileno())
            fresh.chmod(stat.S_IMODE(self._path.stat().st_mode))
            fresh.replace(self._path)
        except BaseException:
            replaced.close()
            with suppress(OSError):
                fresh.unlink()
            raise
        self._close()
        self._file = replaced

    def _read(self, line: bytes, number: int) -> tuple[str, bool]:
        try:
            record: object = json.loads(line)
        except (ValueError, RecursionError):
            record = None
        members = cast("dict[str, object]", record) if isinstance(record, dict) else {}
        id_, ok = members.get("id"), members.get("ok")
        if not isinstance(id_, str) or not isinstance(ok, bool):
            raise self._foreign(number)
        return id_, ok

    def _foreign(self, number: int) -> UsageError:
        return UsageError(
            f"--output {self._path} cannot be resumed: line {number} is not a line of `destinations fetch`. "
            "Name another file; this one was left unchanged."
        )

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()


def unusable(path: Path, error: OSError) -> UsageError:
    """Return the error of an output that cannot be opened."""
    return UsageError(f"--output {path} cannot be used: {error.strerror}. Name a writable file.")


def _line(record: dict[str, Any]) -> bytes:
    return utf8(as_json(record) + "\n")


def _lines(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    with open(file.fileno(), "rb", closefd=False) as lines:
        yield from cast("Iterable[bytes]", lines)


def _lock(file: BinaryIO, path: Path) -> None:
    """Lock a file until it is closed, where the platform and the file system can.

    Raises:
        UsageError: Another run has it open.
    """
    try:
        import fcntl
    except ImportError:
        return
    in_use = UsageError(f"--output {path} is in use by another run. Wait for its end, or name another file.")
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise in_use from None
    except OSError:
        return
    if os.fstat(file.fileno()).st_nlink == 0:  # another run has replaced it since it was opened
        raise in_use
