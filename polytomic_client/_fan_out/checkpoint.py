"""Record which items are finished in an append-only file that survives the process."""

from __future__ import annotations

import errno
import json
import os
import stat
from contextlib import suppress
from importlib import import_module
from typing import Any, cast
from zlib import crc32

from .._text import shown_path
from ..errors import PolytomicError

FORMAT = "polytomic-client checkpoint"

VERSION = 2
"""Version of the format: a header line, then one line per key, each ended by a line feed. In version 1, a key's line
is a JSON string. In version 2, eight hexadecimal digits and a space precede it: the CRC-32 of the string and the line
feed."""

HEADERS = {json.dumps({"format": FORMAT, "version": number}).encode() + b"\n": number for number in (1, VERSION)}
"""Each possible first line, and its version."""

HEADER = list(HEADERS)[-1]

CHECKSUM_SIZE = 9
"""Bytes of a checksum and the space after it."""

NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, getattr(errno, "ENOTSUP", errno.EOPNOTSUPP)}
"""Error numbers of `flock` on a file system without locks, for example some network file systems."""

LOCKED_BYTE = 2**31 - 2
"""Position of the byte that is locked on Windows, where nobody else can read or write a locked byte. It is far behind
the end of a file, and the largest position at which one byte can be locked with 32-bit offsets."""

LOCKED_ON_WINDOWS = {errno.EACCES, errno.EDEADLK, getattr(errno, "EDEADLOCK", errno.EDEADLK)}
"""Error numbers of `msvcrt.locking` if the byte is already locked."""

HEADER_LONGEST = 1_000
"""Bytes read of a first line, so that a huge file of another kind is refused without being loaded."""


_DECODER = json.JSONDecoder()


class CheckpointError(PolytomicError):
    """A file is not a checkpoint, is damaged, is in use by another run, or cannot be opened, read or written."""


class Checkpoint:
    """The items that earlier runs and this run finished, in an append-only file.

    A run that is killed at any moment leaves a file that the next run can open. A line counts once its line feed is
    written, and bytes after the last line feed are cut off. An added key survives the end of the process at once, and
    a power cut once `close` has returned. To start over, delete the file.

    A line whose checksum does not match is an error. So a damaged file never makes a run skip an unfinished item.

    The file is locked with `flock`, and on Windows with `msvcrt.locking`, which is tested with a fake module only.

    A file of format 1, which has no checksums, is read and continued in format 1. A client that only supports format 1
    refuses a file of format 2 and leaves it unchanged.

    Args:
        path: The file. Its directory must exist; the file is created if it is missing.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._descriptor: int | None = None
        self._process = 0
        self._path = os.fspath(path)
        self._keys: set[str] = set()
        # A key is in one of the two sets, because each costs memory for every item.
        self._claimed: set[str] = set()
        self._version = VERSION
        self._size = 0
        self._dirty = False

    def open(self) -> None:
        """Read the finished items, and lock the file until `close`.

        Raises:
            CheckpointError: The file cannot be opened, locked or read, another run has it open, or it is damaged or
                not a checkpoint. In the last two cases it is left unchanged.
        """
        if self._descriptor is not None:
            return
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
        try:
            descriptor = os.open(self._path, flags, 0o666)
        except (OSError, ValueError) as error:
            raise self._error(
                f"cannot be opened ({_reason(error)})", "Name a writable file in an existing directory."
            ) from error
        try:
            self._lock(descriptor)
            self._keys, self._size = self._read(descriptor)
            # The first write cuts off a partial line at the end.
            self._dirty = True
            if self._size == 0:
                self._append(descriptor, HEADER)
        except BaseException as error:
            os.close(descriptor)
            if isinstance(error, OSError):
                raise self._error(f"cannot be used ({_reason(error)})", "Free space, or name another file.") from error
            raise
        self._descriptor, self._process = descriptor, os.getpid()

    def __contains__(self, key: str) -> bool:
        return key in self._keys

    def __len__(self) -> int:
        return len(self._keys)

    def __del__(self) -> None:
        # A run that was never closed must not lock out the next one in this process.
        # This may run twice: another finalizer can resurrect the object.
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def claim(self, key: str) -> bool:
        """Return whether an item is neither finished nor claimed, and claim it."""
        if key in self._keys or key in self._claimed:
            return False
        self._claimed.add(key)
        return True

    def add(self, key: str) -> None:
        """Record that an item is finished. A key that is already recorded costs no write.

        Raises:
            CheckpointError: The line could not be written completely, so the item does not count as finished; those
                before it do. Or the checkpoint is not open.
        """
        if key in self._keys:
            return
        if self._descriptor is None:
            raise self._error("is not open", "Call open() before add(), and close() after the last add().")
        try:
            self._append(self._descriptor, _encode(key, self._version))
        except OSError as error:
            raise self._error(
                f"cannot be written ({_reason(error)})",
                f"Free space and run again; the {len(self._keys)} items already recorded are kept.",
            ) from error
        self._keys.add(key)
        self._claimed.discard(key)

    def close(self) -> None:
        """Wait until everything is on the disk, and unlock the file. A second call does nothing.

        Raises:
            CheckpointError: Not everything reached the disk. The file is closed nevertheless.
        """
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is None:
            return
        try:
            os.fsync(descriptor)
        except OSError as error:
            raise self._error(
                f"may lack its last items ({_reason(error)})", "Check the disk; the next run repeats the missing items."
            ) from error
        finally:
            # Closing is not enough if a forked child has the descriptor too. The child itself must not unlock it.
            if self._process == os.getpid():
                with suppress(OSError):
                    _unlock_file(descriptor)
            os.close(descriptor)

    def _lock(self, descriptor: int) -> None:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise self._error("is not a regular file", "Name another file.")
        try:
            _lock_file(descriptor)
        except BlockingIOError as error:
            raise self._error(
                "is in use by another run", "Wait until that run (or its block) ends, or name another file."
            ) from error
        except OSError as error:
            if error.errno not in NO_LOCKS:
                raise
            raise self._error(
                f"is on a file system without locks ({_reason(error)}), so two runs could write it at once",
                "Name a file on a local disk.",
            ) from error

    def _read(self, descriptor: int) -> tuple[set[str], int]:
        """Return the keys and the bytes of the complete lines: 0 if not even the header is complete."""
        keys: set[str] = set()
        self._version = VERSION
        with open(descriptor, "rb", closefd=False) as lines:
            header = lines.readline(HEADER_LONGEST)
            if header not in HEADERS:
                if any(known.startswith(header) for known in HEADERS):
                    return keys, 0
                raise self._error(_foreign(header), "Name another file; this one was left unchanged.")
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
                        "Delete that line to repeat its item, or the file to start over.",
                    ) from error
                size += len(line)
        return keys, size

    def _append(self, descriptor: int, line: bytes) -> None:
        if self._dirty:
            os.ftruncate(descriptor, self._size)
        # Until the line is known to be complete: an interrupt may come in between, too.
        self._dirty = True
        if os.write(descriptor, line) < len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._size += len(line)
        self._dirty = False

    def _error(self, what: str, remedy: str) -> CheckpointError:
        return CheckpointError(f"the checkpoint {shown_path(self._path)} {what}. {remedy}")


def _encode(key: str, version: int) -> bytes:
    text = json.dumps(key)
    if not key.isascii() and json.loads(text) != key:
        # JSON's escapes would merge two adjacent surrogates into the character that they encode.
        text = json.dumps(key, ensure_ascii=False)
    line = text.encode("utf-8", "surrogatepass") + b"\n"
    return line if version == 1 else _checksum(line) + line


def _decode(line: bytes, version: int) -> str:
    """Return the key of a line.

    Raises:
        ValueError: The line is damaged; the message says how.
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
    """Return what is wrong with a first line that is not the header."""
    try:
        value: object = json.loads(header)
    except (ValueError, RecursionError):
        value = None
    facts = cast("dict[str, object]", value) if isinstance(value, dict) else {}
    if facts.get("format") == FORMAT and facts.get("version") not in HEADERS.values():
        return f"has version {facts.get('version')!r} in line 1, but this client supports only versions up to {VERSION}"
    return "is not a polytomic-client checkpoint file: line 1 is not the header"


def _lock_file(descriptor: int) -> None:
    """Lock a file without waiting: with `flock`, or with `msvcrt.locking` on Windows. Other platforms have no lock.

    Raises:
        BlockingIOError: Another run has locked it.
        OSError: It cannot be locked.
    """
    if (fcntl := _module("fcntl")) is not None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    elif (msvcrt := _module("msvcrt")) is not None:
        # This branch has run with a fake module only, never on Windows.
        try:
            _lock_byte(descriptor, msvcrt, msvcrt.LK_NBLCK)
        except OSError as error:
            if error.errno in LOCKED_ON_WINDOWS:
                raise BlockingIOError(error.errno, error.strerror) from error
            raise


def _unlock_file(descriptor: int) -> None:
    if (fcntl := _module("fcntl")) is not None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
    elif (msvcrt := _module("msvcrt")) is not None:
        _lock_byte(descriptor, msvcrt, msvcrt.LK_UNLCK)


def _lock_byte(descriptor: int, msvcrt: Any, mode: int) -> None:
    # `locking` begins at the current position, and reading the file does too. Writing appends.
    os.lseek(descriptor, LOCKED_BYTE, os.SEEK_SET)
    try:
        msvcrt.locking(descriptor, mode, 1)
    finally:
        os.lseek(descriptor, 0, os.SEEK_SET)


def _module(name: str) -> Any:
    """Return a module of one platform, or None on the others."""
    try:
        return import_module(name)
    except ImportError:
        return None


def _reason(error: OSError | ValueError) -> str:
    return getattr(error, "strerror", None) or str(error)
