"""What is finished stays finished: through kills at any byte, full disks, two runs at once, and any key."""

from __future__ import annotations

import errno
import fcntl
import itertools
import logging
import os
import re
import subprocess
import sys
from contextlib import ExitStack
from operator import itemgetter
from pathlib import Path
from types import ModuleType
from typing import Any
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polytomic_client import PolytomicError, fan_out_blocking
from polytomic_client._fan_out.checkpoint import HEADER, Checkpoint, CheckpointError

FIRST_HEADER = b'{"format": "polytomic-client checkpoint", "version": 1}\n'
ANY_TEXT = st.text(st.characters(exclude_categories=()) | st.sampled_from('\ud83d\ude00\n\r\\"\u2028\x00'))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal"


def finished(path: Path) -> list[str]:
    """The keys that the next run finds, sorted."""
    checkpoint = Checkpoint(path)
    checkpoint.open()
    checkpoint.close()
    return sorted(checkpoint._keys)


def lines(*strings: bytes) -> bytes:
    """Lines of JSON strings, as the journal has them."""
    return b"".join(b"%08x %s\n" % (crc32(string + b"\n"), string) for string in strings)


def note(path: Path, *keys: str) -> None:
    checkpoint = Checkpoint(path)
    checkpoint.open()
    for key in keys:
        checkpoint.add(key)
    checkpoint.close()


def run_child(script: str, path: Path) -> subprocess.Popen[str]:
    prelude = "import sys; from polytomic_client._fan_out.checkpoint import *; checkpoint = Checkpoint(sys.argv[1])\n"
    return subprocess.Popen([sys.executable, "-c", prelude + script, str(path)], stdout=subprocess.PIPE, text=True)


def test_a_second_run_knows_what_the_first_has_finished(path: Path) -> None:
    first = Checkpoint(path)
    assert not path.exists()
    first.open()
    first.add("a")
    first.add("b\n")
    assert ("a" in first, "c" in first, len(first)) == (True, False, 2)
    first.close()

    second = Checkpoint(str(path))
    second.open()
    assert ("a" in second, "b\n" in second, "c" in second, len(second)) == (True, True, False, 2)
    second.add("\u00e4 \U0001f600")
    second.close()
    assert path.read_bytes() == (
        b'{"format": "polytomic-client checkpoint", "version": 2}\n'  # what must be readable for ever
        b'250db680 "a"\n'
        b'9ca1d8bd "b\\n"\n'
        b'72fe89fb "\\u00e4 \\ud83d\\ude00"\n'
    )


def test_one_object_can_be_opened_again(path: Path) -> None:
    checkpoint = Checkpoint(path)
    for key in "ab":
        checkpoint.open()
        checkpoint.open()
        checkpoint.add(key)
        checkpoint.close()
        checkpoint.close()
    assert finished(path) == ["a", "b"]


@given(st.lists(ANY_TEXT))
def test_every_str_is_a_key(tmp_path_factory: pytest.TempPathFactory, keys: list[str]) -> None:
    path = tmp_path_factory.mktemp("keys") / "journal"
    note(path, *keys)
    assert finished(path) == sorted(set(keys))
    assert path.read_bytes().count(b"\n") == 1 + len(set(keys))


def test_a_pair_of_surrogates_is_not_the_character_that_it_would_encode(path: Path) -> None:
    note(path, "\ud83d\ude00")
    assert "\U0001f600" not in finished(path)
    note(path, "\U0001f600")
    assert finished(path) == sorted(["\ud83d\ude00", "\U0001f600"])


def test_a_journal_cut_off_at_any_byte_keeps_its_whole_lines(path: Path) -> None:
    note(path, "first", "second \ud83d\ude00", "\u00e4", "")
    whole = path.read_bytes()
    written = whole.splitlines(keepends=True)[1:]
    keys = ["first", "second \ud83d\ude00", "\u00e4", ""]
    for length in range(len(whole) + 1):
        path.write_bytes(whole[:length])
        kept = max(0, whole[:length].count(b"\n") - 1)
        assert finished(path) == sorted(keys[:kept]), length
        note(path, "next")
        assert path.read_bytes() == HEADER + b"".join(written[:kept]) + lines(b'"next"'), length


@pytest.mark.parametrize("tail", [b"\0" * 5_000, b'"' + b"x" * 100_000, b"\xff\xfe", b"1", b'"whole but for its end"'])
def test_whatever_follows_the_last_line_feed_is_cut_off(path: Path, tail: bytes) -> None:
    path.write_bytes(HEADER + lines(b'"a"') + tail)
    note(path, "b")
    assert path.read_bytes() == HEADER + lines(b'"a"', b'"b"')


def allowed(path: Path, content: bytes, keys: set[str], what: object) -> None:
    """A damaged journal is refused by its line, or has only keys that are finished."""
    path.write_bytes(content)
    checkpoint = Checkpoint(path)
    try:
        checkpoint.open()
    except CheckpointError as error:
        told = str(error)
        assert re.search(r"\bline \d", told), what
        assert path.read_bytes() == content, what
    else:
        assert keys.issuperset(checkpoint._keys), what
        checkpoint.close()


KEYS = ["1", "\u00e4", "11"]


@pytest.fixture
def no_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of files need not reach the disk."""

    def fsync(_: int) -> None:
        return None

    monkeypatch.setattr(os, "fsync", fsync)


@pytest.mark.usefixtures("no_disk")
def test_no_flipped_bit_makes_an_item_finished(path: Path) -> None:
    note(path, *KEYS)
    whole = path.read_bytes()
    for place, bit in itertools.product(range(len(whole)), range(8)):
        flipped = bytearray(whole)
        flipped[place] ^= 1 << bit
        allowed(path, bytes(flipped), set(KEYS), (place, bit))


@pytest.mark.usefixtures("no_disk")
def test_no_cut_that_joins_lines_makes_an_item_finished(path: Path) -> None:
    note(path, *KEYS)
    whole = path.read_bytes()
    places = [0, *range(len(HEADER) - 1, len(whole) + 1)]
    for start, end in itertools.combinations(places, 2):
        allowed(path, whole[:start] + whole[end:], set(KEYS), (start, end))


def test_a_journal_of_the_first_version_is_read_and_continued_cut_off_at_any_byte(path: Path) -> None:
    # In its own version, so that what knows no other goes on with it, too.
    whole = FIRST_HEADER + b'"a"\n"\\u00e4"\n'
    for length in range(len(whole) + 1):
        path.write_bytes(whole[:length])
        kept = whole[: whole[:length].rfind(b"\n") + 1]
        assert finished(path) == ["a", "\u00e4"][: max(0, kept.count(b"\n") - 1)]
        note(path, "next")
        assert path.read_bytes() == (kept + b'"next"\n' if kept else HEADER + lines(b'"next"'))


def test_one_object_goes_on_in_the_version_of_the_file_that_it_opens(path: Path) -> None:
    path.write_bytes(FIRST_HEADER)
    checkpoint = Checkpoint(path)
    checkpoint.open()
    checkpoint.close()
    path.unlink()
    checkpoint.open()
    checkpoint.add("a")
    checkpoint.close()
    assert path.read_bytes() == HEADER + lines(b'"a"')


@pytest.mark.parametrize(
    "content",
    [
        b"id,name\n1,x\n",
        b"id",
        b"\n",
        b" ",
        b"{}\n",
        b"[]\n",
        b'"a"\n',
        b"\xff\xfe\x00",
        b"\0" * 100,
        b"[" * 100_000,
        HEADER[:-1] + b"\r\n",
        HEADER[:-1] + b" ",
        b"\xef\xbb\xbf" + HEADER,
    ],
)
def test_a_file_that_is_no_journal_is_refused_and_left_alone(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    for _ in range(2):
        with pytest.raises(
            CheckpointError,
            match=r"is not a polytomic-client checkpoint file: line 1 is not the header\. Name another file",
        ) as caught:
            Checkpoint(path).open()
        assert f"{path.name}' is" in str(caught.value)
        assert isinstance(caught.value, PolytomicError)
    assert path.read_bytes() == content


def test_a_journal_of_a_later_version_is_refused(path: Path) -> None:
    content = HEADER.replace(b"2", b"3") + lines(b'"a"')
    path.write_bytes(content)
    with pytest.raises(
        CheckpointError, match="has version 3 in line 1, but this client supports only versions up to 2"
    ):
        Checkpoint(path).open()
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"1",
        b"null",
        b'["a"]',
        b'"a',
        b'a"',
        b'"a" ',
        b' "a"',
        b'"a""b"',
        b'"a"\r',
        b"\xff",
        b"\0\0",
        b"[" * 100_000,
        b"9" * 10_000,
        HEADER[:-1],
    ],
)
def test_a_damaged_line_is_named(path: Path, line: bytes) -> None:
    remedy = "Delete that line to repeat its item, or the file to start over"
    first = FIRST_HEADER + b'"a"\n' + line + b"\n" + b'"b"\n'
    second = HEADER + lines(b'"a"', line, b'"b"')
    for content, version in ((first, 1), (second, 2)):
        path.write_bytes(content)
        with pytest.raises(CheckpointError, match=rf"is damaged: line 3 is not a JSON string\. {remedy}"):
            Checkpoint(path).open()
        assert path.read_bytes() == content, version
    path.write_bytes(HEADER + lines(b'"a"') + line + b"\n" + lines(b'"b"'))
    with pytest.raises(CheckpointError, match=rf"is damaged: line 3 does not match its checksum\. {remedy}"):
        Checkpoint(path).open()


def test_only_one_run_at_a_time(path: Path) -> None:
    first, second = Checkpoint(path), Checkpoint(path)
    first.open()
    with pytest.raises(CheckpointError, match=r"is in use by another run\. Wait until that run"):
        second.open()
    first.add("a")
    first.close()
    second.open()
    assert "a" in second
    second.close()


@pytest.mark.parametrize("fails", [False, True], ids=["disk works", "disk fails"])
def test_closing_lets_others_in_also_where_a_forked_child_has_the_descriptor(
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fails: bool,  # noqa: FBT001
) -> None:
    def fsync(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    checkpoint = Checkpoint(path)
    checkpoint.open()
    assert checkpoint._descriptor is not None
    childs = os.dup(checkpoint._descriptor)
    try:
        with monkeypatch.context() as patch, ExitStack() as stack:
            if fails:
                patch.setattr(os, "fsync", fsync)
                stack.enter_context(pytest.raises(CheckpointError))
            checkpoint.close()
        assert finished(path) == []
    finally:
        os.close(childs)


def test_a_checkpoint_that_is_dropped_lets_others_in(path: Path) -> None:
    checkpoint = Checkpoint(path)
    checkpoint.open()
    checkpoint.add("a")
    del checkpoint
    assert finished(path) == ["a"]


def test_where_there_are_no_locks_it_works_without(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("fcntl", "msvcrt"):
        monkeypatch.setitem(sys.modules, module, None)
    first, second = Checkpoint(path), Checkpoint(path)
    first.open()
    second.open()
    first.add("a")
    second.close()
    first.close()
    assert finished(path) == ["a"]


class LockingOnWindows(ModuleType):
    """`msvcrt`, which locks bytes from the current position, and lets nobody else read or write them."""

    LK_UNLCK, LK_LOCK, LK_NBLCK = 0, 1, 2

    def __init__(self, code: int = errno.EACCES) -> None:
        super().__init__("msvcrt")
        self.code = code
        self.locked: dict[tuple[int, int], int] = {}

    def locking(self, descriptor: int, mode: int, count: int) -> None:
        place = (os.fstat(descriptor).st_ino, os.lseek(descriptor, 0, os.SEEK_CUR))
        assert count == 1
        if mode == self.LK_UNLCK:
            assert self.locked.pop(place) == descriptor
            return
        assert mode == self.LK_NBLCK  # LK_LOCK waits for ten seconds
        if place in self.locked:
            raise OSError(self.code, os.strerror(self.code))
        self.locked[place] = descriptor


@pytest.mark.parametrize("code", [errno.EACCES, errno.EDEADLK])
def test_on_windows_one_run_at_a_time_has_the_file(path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    windows = LockingOnWindows(code)
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", windows)
    note(path, "a")
    first, second = Checkpoint(path), Checkpoint(path)
    first.open()
    assert list(first._keys) == ["a"]
    first.add("b")
    # Nobody reads or writes there, and a 32-bit offset reaches it.
    assert [position for _, position in windows.locked] == [2**31 - 2]
    with pytest.raises(CheckpointError, match="is in use by another run"):
        second.open()
    first.add("c")
    first.close()
    assert windows.locked == {}
    second.open()
    second.close()
    assert path.stat().st_size < 200
    assert finished(path) == ["a", "b", "c"]


def test_on_windows_a_lock_that_fails_otherwise_is_an_error(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    windows = LockingOnWindows(errno.EINVAL)
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", windows)
    first = Checkpoint(path)
    first.open()
    with pytest.raises(CheckpointError, match=r"cannot be used \(Invalid argument\)"):
        Checkpoint(path).open()
    first.close()


@pytest.mark.process
def test_a_run_killed_again_and_again_loses_nothing(path: Path) -> None:
    script = (
        "checkpoint.open()\nfor i in range(len(checkpoint), 10**9): checkpoint.add(f'{i:06}'); print(i, flush=True)"
    )
    told = -1
    for lines in (1, 7, 100, 333, 1000):
        with run_child(script, path) as child:
            assert child.stdout is not None
            for _ in range(lines):
                told = int(child.stdout.readline())
            with pytest.raises(CheckpointError, match="in use by another run"):
                Checkpoint(path).open()
            child.kill()
        keys = finished(path)
        assert len(keys) > told
        assert keys == [f"{i:06}" for i in range(len(keys))]


@pytest.mark.process
@pytest.mark.parametrize("later", [[], ["dd"]])
def test_a_full_disk_is_an_error_and_leaves_a_journal(path: Path, later: list[str]) -> None:
    # A limit of the file's size stands for the end of the disk: of the third line, three bytes fit.
    script = f"""
from resource import RLIMIT_FSIZE, getrlimit, setrlimit
hard = getrlimit(RLIMIT_FSIZE)[1]
setrlimit(RLIMIT_FSIZE, ({len(HEADER + lines(b'"a"', b'"b"')) + 3}, hard))
checkpoint.open()
for key in ["a", "b", "cc", "cc", "dd"]:
    try:
        checkpoint.add(key)
    except CheckpointError as error:
        print(len(checkpoint), key in checkpoint, error)
setrlimit(RLIMIT_FSIZE, (hard, hard))
for key in {later}:
    checkpoint.add(key)
"""
    with run_child(script, path) as child:
        told = child.communicate()[0].splitlines()
    assert child.returncode == 0
    assert len(told) == 3
    for line in told:
        assert line.startswith("2 False the checkpoint ")
        assert f"{path.name}' cannot be written (" in line
        assert line.endswith("). Free space and run again; the 2 items already recorded are kept.")
    assert path.read_bytes().endswith(lines(b'"dd"') if later else lines(b'"dd"')[:3])
    assert finished(path) == ["a", "b", *later]
    note(path, "e")
    assert path.read_bytes() == HEADER + lines(*(b'"%s"' % key.encode() for key in ["a", "b", *later, "e"]))


@pytest.mark.process
def test_a_disk_without_room_for_the_header_is_an_error_and_leaves_an_empty_journal(path: Path) -> None:
    script = """
from resource import RLIMIT_FSIZE, getrlimit, setrlimit
setrlimit(RLIMIT_FSIZE, (5, getrlimit(RLIMIT_FSIZE)[1]))
try:
    checkpoint.open()
except CheckpointError as error:
    print(error)
"""
    with run_child(script, path) as child:
        told = child.communicate()[0]
    assert "cannot be used (" in told
    assert path.read_bytes() == HEADER[:5]
    note(path, "a")
    assert finished(path) == ["a"]


def test_an_interrupt_within_a_write_leaves_no_half_line(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write

    def interrupted(descriptor: int, line: bytes) -> int:
        write(descriptor, line[:3])
        raise KeyboardInterrupt

    checkpoint = Checkpoint(path)
    checkpoint.open()
    checkpoint.add("first")
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(os, "write", interrupted)
        checkpoint.add("second")
    checkpoint.add("third")
    checkpoint.close()
    assert path.read_bytes() == HEADER + lines(b'"first"', b'"third"')


def test_a_key_is_one_appending_write_and_one_that_is_in_is_none(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    note(path, "old")
    written: list[bytes] = []
    cut: list[int] = []
    write = os.write

    def observed(descriptor: int, line: bytes) -> int:
        assert fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_APPEND
        written.append(line)
        return write(descriptor, line)

    def truncate(_descriptor: int, size: int) -> None:
        cut.append(size)

    checkpoint = Checkpoint(path)
    checkpoint.open()
    monkeypatch.setattr(os, "write", observed)
    monkeypatch.setattr(os, "ftruncate", truncate)
    for key in ["old", "new", "new", "old", "x" * 100_000]:
        checkpoint.add(key)
        assert key in checkpoint
    assert written == [lines(b'"new"'), lines(b'"' + b"x" * 100_000 + b'"')]
    assert cut == [len(HEADER + lines(b'"old"'))]  # only before the first
    # On the disk's side of the program at once: another process sees it.
    assert path.read_bytes() == HEADER + lines(b'"old"') + b"".join(written)
    checkpoint.close()


def test_nothing_can_be_added_before_open_and_after_close(path: Path) -> None:
    checkpoint = Checkpoint(path)
    with pytest.raises(CheckpointError, match="is not open"):
        checkpoint.add("a")
    assert not path.exists()
    checkpoint.open()
    checkpoint.close()
    with pytest.raises(CheckpointError, match="is not open"):
        checkpoint.add("a")
    assert finished(path) == []


def test_what_is_no_str_is_not_written(path: Path) -> None:
    checkpoint = Checkpoint(path)
    checkpoint.open()
    for key in (1, None, b"a", ["a"]):
        with pytest.raises((TypeError, AttributeError)):
            checkpoint.add(key)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    checkpoint.close()
    assert path.read_bytes() == HEADER


def test_close_waits_for_the_disk_and_says_what_it_answers(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []

    def fsync(descriptor: int) -> None:
        synced.append(os.fstat(descriptor).st_size)
        raise OSError(5, "Input/output error")

    checkpoint = Checkpoint(path)
    checkpoint.open()
    checkpoint.add("a")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        with pytest.raises(CheckpointError, match=r"may lack its last items \(Input/output error\)\. Check the disk"):
            checkpoint.close()
        checkpoint.close()
    assert synced == [len(HEADER + lines(b'"a"'))]
    assert finished(path) == ["a"]


def test_what_cannot_be_opened_is_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for name, reason in [
        ("missing/journal", r"cannot be opened \(No such file or directory\)\. Name a writable file"),
        ("", r"cannot be opened \(Is a directory\)"),
        ("a\0b", r"cannot be opened \(embedded null byte\)"),
        ("fifo", "is not a regular file"),
        ("/dev/full", "is not a regular file"),
    ]:
        path = os.path.join(tmp_path, name)  # noqa: PTH118 - a Path drops the NUL's error
        with pytest.raises(CheckpointError, match=reason) as caught:
            Checkpoint(path).open()
        assert repr(path)[-20:] in str(caught.value)
    assert not (tmp_path / "missing").exists()


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS])
def test_a_file_system_without_locks_is_named(path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def flock(_descriptor: int, _flags: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(CheckpointError) as caught:
        Checkpoint(path).open()
    assert f"{path.name}' is on a file system without locks ({os.strerror(code)}), so two" in str(caught.value)
    assert str(caught.value).endswith(". Name a file on a local disk.")


@pytest.mark.process
def test_a_forked_child_does_not_unlock_the_file_of_its_parent(path: Path) -> None:
    first = Checkpoint(path)
    first.open()
    child = os.fork()
    if child == 0:
        first.close()
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    with pytest.raises(CheckpointError, match="in use by another run"):
        Checkpoint(path).open()
    first.close()
    Checkpoint(path).open()


def test_a_lock_that_fails_otherwise_is_an_error(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def flock(_descriptor: int, _flags: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(CheckpointError, match=r"cannot be used \(Input/output error\)"):
        Checkpoint(path).open()


def test_a_failed_open_gives_the_descriptor_back(path: Path) -> None:
    path.write_bytes(b"id,name\n")
    before = len(os.listdir("/dev/fd"))  # noqa: PTH208 - the names are not needed
    for _ in range(10):
        with pytest.raises(CheckpointError):
            Checkpoint(path).open()
    assert len(os.listdir("/dev/fd")) == before  # noqa: PTH208


# --- What a run that goes on says


def run(path: Path, items: Any, **options: Any) -> list[Any]:
    with fan_out_blocking(str, items, checkpoint=path, **options) as outcomes:
        return [outcome.item for outcome in outcomes]


def resumed(caplog: pytest.LogCaptureFixture) -> list[tuple[str, int, str]]:
    records = [record for record in caplog.record_tuples if "resuming" in record[2]]
    caplog.clear()
    return records


def test_a_run_that_goes_on_says_how_many_of_its_items_are_done(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "polytomic_client")
    run(path, range(1_250))
    assert resumed(caplog) == []  # nothing was done

    # The checkpoint has more, which are not of these items.
    for items in (range(50, 2_000), [*range(50, 2_000)], dict.fromkeys(range(50, 2_000))):
        copy = path.with_name("copy")
        copy.write_bytes(path.read_bytes())
        assert sorted(run(copy, items)) == [*range(1_250, 2_000)]
        assert resumed(caplog) == [("polytomic_client", logging.INFO, "resuming: 1,200 of 1,950 already done")]

    assert run(path, [{"id": 1}, {"id": 5_000}], key=itemgetter("id")) == [{"id": 5_000}]
    assert resumed(caplog) == [("polytomic_client", logging.INFO, "resuming: 1 of 2 already done")]


def test_items_that_can_be_read_but_once_are_not_read_for_it(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "polytomic_client")
    run(path, range(1_250))

    assert run(path, (item for item in range(1_251))) == [1_250]
    assert resumed(caplog) == [("polytomic_client", logging.INFO, "resuming: 1,250 already done")]


def test_nothing_is_said_where_none_of_the_items_is_done(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "polytomic_client")
    run(path, ["a"])
    run(path, ["b"])
    with pytest.raises(TypeError, match="key= must return"):
        run(path, ["a", 1.5])
    assert resumed(caplog) == []


def test_the_next_run_of_the_process_begins_as_soon_as_one_has_ended(path: Path) -> None:
    for count in range(1, 30):
        assert run(path, range(count)) == [count - 1]
