"""A blocking fan-out whose loop a signal handler interrupts: no outcome is lost or noted without having been seen."""

from __future__ import annotations

import dis
import gc
import signal
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import count, pairwise
from pathlib import Path
from random import Random
from types import CodeType, FrameType
from typing import Any, Self

import pytest

from polytomic_client import BlockingFanOut, fan_out_blocking
from polytomic_client._fan_out.checkpoint import Checkpoint

FILES = ("_fan_out/blocking.py", "_fan_out/threads.py")
opcodes = pytest.mark.skipif(sys.version_info >= (3, 12), reason="CPython 3.13 traces no opcode of some of these calls")

HANDLERS_RUN_IN = frozenset({"RESUME", "JUMP_BACKWARD", "CALL", "CALL_FUNCTION_EX"})
"""The instructions at whose end CPython runs signal handlers (3.11)."""

LIMIT = 2


class Stop(BaseException):
    """What the signal handler raises."""


def double(item: int) -> int:
    return item * 2


def finished(path: Path) -> list[int]:
    """Return the items that are noted. Fails if the file is in use."""
    checkpoint = Checkpoint(path)
    checkpoint.open()
    checkpoint.close()
    return sorted(map(int, checkpoint._keys))


def handler_may_run_before(code: CodeType) -> frozenset[int]:
    pairs = pairwise(dis.get_instructions(code))
    return frozenset(after.offset for before, after in pairs if before.opname in HANDLERS_RUN_IN)


class Interrupt:
    """Raises in this thread at the n-th place of the fan-out's own code at which a signal handler may run."""

    def __init__(self, number: int, files: tuple[str, ...] = FILES) -> None:
        self._left = number
        self._files = files
        self._places: dict[CodeType, frozenset[int]] = {}
        self.place = ""

    def __enter__(self) -> Self:
        self._before = sys.gettrace()
        sys.settrace(self._trace)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(self._before)

    def _trace(self, frame: FrameType, event: str, _: Any) -> Any:
        code = frame.f_code
        if not code.co_filename.endswith(self._files):
            return None
        if event == "call":
            frame.f_trace_opcodes = True
            self._places.setdefault(code, handler_may_run_before(code))
        elif event == "opcode" and not self.place and frame.f_lasti in self._places[code]:
            self._left -= 1
            if self._left == 0:
                self.place = f"{code.co_qualname}:{frame.f_lineno}"
                raise Stop
        return self._trace


def each_interrupt(run: Callable[[Interrupt], None], files: tuple[str, ...] = FILES) -> list[str]:
    """Run once for each place, in a thread of its own, in which CPython 3.11 may leave a handled exception behind."""

    def interrupted() -> list[str]:
        places = list[str]()
        for number in count(1):
            interrupt = Interrupt(number, files)
            run(interrupt)
            if not interrupt.place:
                return places
            places.append(interrupt.place)
        raise AssertionError

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(interrupted).result()


def read_again_and_again(outcomes: BlockingFanOut[int, int], seen: list[int], interrupt: Interrupt) -> None:
    """Loop again after an interrupt, as a service does after a soft time limit."""
    for _ in range(2):
        try:
            with interrupt:
                for outcome in outcomes:
                    seen.append(outcome.item)
        except Stop:
            continue
        return


@opcodes
@pytest.mark.parametrize("threads", [1, 2])
def test_an_interrupt_anywhere_in_a_loop_loses_no_outcome_and_forges_none(tmp_path: Path, threads: int) -> None:
    files = iter(tmp_path / str(number) for number in count())

    def run(interrupt: Interrupt) -> None:
        seen, path = list[int](), next(files)
        with fan_out_blocking(double, range(3), limit=LIMIT, checkpoint=path) as outcomes:
            if threads == 1:
                read_again_and_again(outcomes, seen, interrupt)
            else:
                # This thread never asks again, so that another gets what it has left behind.
                with suppress(Stop), interrupt:
                    seen += [outcome.item for outcome in [next(outcomes)]]
                thread = threading.Thread(target=lambda: seen.extend(outcome.item for outcome in outcomes))
                thread.start()
                thread.join(20)
        assert sorted(seen) == [0, 1, 2], interrupt.place
        assert finished(path) == [0, 1, 2], interrupt.place

    assert len(each_interrupt(run)) > 10


@opcodes
def test_what_was_not_delivered_is_not_noted_when_the_block_ends(tmp_path: Path) -> None:
    files = iter(tmp_path / str(number) for number in count())

    def run(interrupt: Interrupt) -> None:
        seen, path = list[int](), next(files)
        with fan_out_blocking(double, range(3), limit=LIMIT, checkpoint=path) as outcomes, suppress(Stop), interrupt:
            for outcome in outcomes:
                seen.append(outcome.item)
        assert finished(path) == sorted(seen), interrupt.place

    places = each_interrupt(run)
    assert any(place.startswith("_Loop.__next__") for place in places)


@opcodes
def test_an_interrupt_at_the_end_of_the_block_leaves_no_thread_and_no_lock(tmp_path: Path) -> None:
    files = iter(tmp_path / str(number) for number in count())

    def run(interrupt: Interrupt) -> None:
        path = next(files)
        outcomes = fan_out_blocking(double, range(3), limit=LIMIT, checkpoint=path)
        with outcomes:
            next(outcomes)
            with suppress(Stop), interrupt:
                outcomes.__exit__(None, None, None)
        assert len(finished(path)) == 1, interrupt.place
        assert not working(), interrupt.place

    assert len(each_interrupt(run)) > 5
    gc.collect()


def working() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("polytomic-fan-out")]


@contextmanager
def alarms() -> Generator[Callable[[float], object]]:
    """A function that has a signal handler raise so many seconds later; 0 for never."""

    def ring(_: int, frame: FrameType | None) -> None:
        if frame is None or not frame.f_code.co_filename.endswith((*FILES, Path(__file__).name)):
            # In the standard library, or in a callback of the garbage collector, which would swallow it.
            signal.setitimer(signal.ITIMER_REAL, 1e-5)
        else:
            raise Stop

    before = signal.signal(signal.SIGALRM, ring)
    try:
        yield lambda seconds: signal.setitimer(signal.ITIMER_REAL, seconds)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture
def no_collection() -> Iterator[None]:
    """Keep the collector from running: what a signal handler raises in a callback of it, as Hypothesis has, is lost."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collection")
def test_real_signals_lose_nothing(tmp_path: Path) -> None:
    items = 1_000
    path, generator = tmp_path / "finished", Random(1)
    seen, hits = list[int](), 0

    def call(item: int) -> int:
        time.sleep(0.0002)
        return item

    with alarms() as alarm, fan_out_blocking(call, range(items), limit=LIMIT, checkpoint=path) as outcomes:
        while True:
            try:
                alarm(generator.uniform(1e-5, 1e-3))
                for outcome in outcomes:
                    # One call of C code, at whose end a handler may run: the outcome is this loop's, or still the next.
                    seen.append(outcome.item)
                    alarm(generator.uniform(1e-5, 1e-3))
                alarm(0)
                break
            except Stop:
                hits += 1
    assert hits > items / 20
    assert sorted(seen) == finished(path) == list(range(items))
