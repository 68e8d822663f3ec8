"""Which items are finished, in a file that survives the program: a journal that is only ever appended to."""

from __future__ import annotations

import errno
import json
import os
import stat
from contextlib import suppress
from typing import cast
from zlib import crc32

from .._text import shown_path
from ..errors import PolytomicError

FORMAT = "polytomic-client checkpoint"

VERSION = 2
"""Of the format: the header's line, then a line for each key, each ended by a line feed. In version 1 that is a JSON
string. In version 2, eight hexadecimal digits and a space precede it: the CRC-32 of the string and the line feed."""

HEADERS = {json.dumps({"format": FORMAT, "version": number}).encode() + b"\n": number for number in (1, VERSION)}
"""The first line, and the version that it stands for."""

HEADER = list(HEADERS)[-1]

CHECKSUM_SIZE = 9
"""Bytes of a checksum and its space."""

NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, getattr(errno, "ENOTSUP", errno.EOPNOTSUPP)}
"""What `flock` fails with where the file system has no locks, such as some network file systems."""

HEADER_LONGEST = 1_000
"""Bytes of a first line that are read, so that a huge file that is no journal is refused without being loaded."""


_DECODER = json.JSONDecoder()


class CheckpointError(PolytomicError):
    """A checkpoint's file is no journal of finished items, is in use by another run, or cannot be written."""


class Checkpoint:
    """The items that earlier runs finished, and those of this one, in an append-only file.

    A run that is killed at any moment leaves a journal that the next can open: a line counts once its line feed is
    there, and what follows the last line feed is cut off. What is added survives the end of the process at once, and
    a power cut once `close` has returned. To start over, delete the file.

    A line whose checksum does not match is an error. So a damaged file never makes a run skip an unfinished item.

    A file of format 1, which has no checksums, is read and continued in format 1. What knows format 1 only refuses a
    file of format 2 and leaves it as it is.

    Args:
        path: The journal. Its folder must exist; the file is made where it is missing.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._descriptor: int | None = None
        self._process = 0
        self._path = os.fspath(path)
        self._keys: set[str] = set()
        self._version = VERSION
        self._size = 0
        self._dirty = False

    def open(self) -> None:
        """Read what is finished, and keep other runs out until `close`.

        Raises:
            CheckpointError: The file cannot be opened, locked or read, another run has it open, or it is no journal,
                in which case it is left as it was.
        """
        if self._descriptor is not None:
            return
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
        try:
            descriptor = os.open(self._path, flags, 0o666)
        except (OSError, ValueError) as error:
            raise self._error(
                f"cannot be opened ({_reason(error)})", "name a file that can be written, in a folder that exists"
            ) from error
        try:
            self._lock(descriptor)
            self._keys, self._size = self._read(descriptor)
            # What may follow the whole lines is cut off with the first write.
            self._dirty = True
            if self._size == 0:
                self._append(descriptor, HEADER)
        except BaseException as error:
            os.close(descriptor)
            if isinstance(error, OSError):
                raise self._error(f"cannot be used ({_reason(error)})", "make room, or name another file") from error
            raise
        self._descriptor, self._process = descriptor, os.getpid()

    def __contains__(self, key: str) -> bool:
        return key in self._keys

    def __len__(self) -> int:
        return len(self._keys)

    def __del__(self) -> None:
        # A run that nobody closed must not keep the next one of this process out.
        # It may be closed once more: a finalizer beside this one can bring it back.
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def add(self, key: str) -> None:
        """Note that an item is finished; one that is noted already costs no write.

        Raises:
            CheckpointError: The line could not be written whole, so that the item does not count as finished; those
                before it do. Or the checkpoint is not open.
        """
        if key in self._keys:
            return
        if self._descriptor is None:
            raise self._error("is not open", "call open() before add(), and close() after the last")
        try:
            self._append(self._descriptor, _encode(key, self._version))
        except OSError as error:
            raise self._error(
                f"cannot be written ({_reason(error)})",
                f"make room and run again; the {len(self._keys)} items that it has are kept",
            ) from error
        self._keys.add(key)

    def close(self) -> None:
        """Wait until everything is on the disk, and let other runs in; a second time does nothing.

        Raises:
            CheckpointError: The disk did not take everything. The file is closed nevertheless.
        """
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is None:
            return
        try:
            os.fsync(descriptor)
        except OSError as error:
            raise self._error(
                f"may lack its last items ({_reason(error)})", "check the disk; the next run repeats what is lacking"
            ) from error
        finally:
            # Closing is not enough where a forked child has the descriptor too, which must not unlock it itself.
            if self._process == os.getpid():
                with suppress(OSError):
                    _flock(descriptor, "LOCK_UN")
            os.close(descriptor)

    def _lock(self, descriptor: int) -> None:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise self._error("is no regular file", "name another")
        try:
            _flock(descriptor, "LOCK_EX", "LOCK_NB")
        except BlockingIOError as error:
            raise self._error(
                "is in use by another run", "wait until that (or its block) ends, or name another"
            ) from error
        except OSError as error:
            if error.errno not in NO_LOCKS:
                raise
            raise self._error(
                f"is on a file system without locks ({_reason(error)}), so that two runs could write it at once",
                "name a file on a local disk",
            ) from error

    def _read(self, descriptor: int) -> tuple[set[str], int]:
        """Return the keys, and how many bytes the whole lines take: 0 where not even the header is whole."""
        keys: set[str] = set()
        self._version = VERSION
        with open(descriptor, "rb", closefd=False) as lines:
            header = lines.readline(HEADER_LONGEST)
            if header not in HEADERS:
                if any(known.startswith(header) for known in HEADERS):
                    return keys, 0
                raise self._error(_foreign(header), "name another file; this one was left as it was")
            self._version = HEADERS[header]
            size = len(header)
            for number, line in enumerate(lines, 2):
                if not line.endswith(b"\n"):
                    break
                try:
                    keys.add(_decode(line, self._version))
                except ValueError as error:
                    raise self._error(
                        f"is damaged: line {number} {error}",
                        "delete that line to have its item repeated, or the file to start over",
                    ) from error
                size += len(line)
        return keys, size

    def _append(self, descriptor: int, line: bytes) -> None:
        if self._dirty:
            os.ftruncate(descriptor, self._size)
        # Until the line is known to be whole: what comes in between may also be an interrupt.
        self._dirty = True
        if os.write(descriptor, line) < len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._size += len(line)
        self._dirty = False

    def _error(self, what: str, remedy: str) -> CheckpointError:
        return CheckpointError(f"the checkpoint {shown_path(self._path)} {what}: {remedy}")


def _encode(key: str, version: int) -> bytes:
    text = json.dumps(key)
    if not key.isascii() and json.loads(text) != key:
        # Two surrogates side by side, which JSON's escapes would turn into the one character that they stand for.
        text = json.dumps(key, ensure_ascii=False)
    line = text.encode("utf-8", "surrogatepass") + b"\n"
    return line if version == 1 else _checksum(line) + line


def _decode(line: bytes, version: int) -> str:
    """Return the key of a line.

    Raises:
        ValueError: It is damaged; the text says how.
    """
    if version > 1:
        checksum, line = line[:CHECKSUM_SIZE], line[CHECKSUM_SIZE:]
        if checksum != _checksum(line):
            raise ValueError("does not match its checksum")
    try:
        text = line.decode("utf-8", "surrogatepass")
        key, end = _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        text, key, end = "", None, 0
    if not isinstance(key, str) or end != len(text) - 1:
        raise ValueError("is not a JSON string")
    return key


def _checksum(line: bytes) -> bytes:
    return b"%08x " % crc32(line)


def _foreign(header: bytes) -> str:
    """Say what is wrong with a first line that is not the header."""
    try:
        value: object = json.loads(header)
    except (ValueError, RecursionError):
        value = None
    facts = cast("dict[str, object]", value) if isinstance(value, dict) else {}
    if facts.get("format") == FORMAT and facts.get("version") not in HEADERS.values():
        return f"is of version {facts.get('version')!r} by line 1, and only versions up to {VERSION} are known here"
    return "is no journal of finished items: line 1 is not its header"


def _flock(descriptor: int, *flags: str) -> None:
    """Lock or unlock with the flags of these names, where the platform has flock: not on Windows."""
    try:
        import fcntl
    except ImportError:
        return
    fcntl.flock(descriptor, sum(getattr(fcntl, flag) for flag in flags))


def _reason(error: OSError | ValueError) -> str:
    return getattr(error, "strerror", None) or str(error)
