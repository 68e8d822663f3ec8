"""A loop over the outcomes of a cluster that a signal handler interrupts: no outcome is lost, and nothing hangs."""

from __future__ import annotations

from contextlib import suppress
from itertools import count
from pathlib import Path

from ..test_fan_out_interrupts import Interrupt, Stop, each_interrupt, finished, opcodes
from .fake_link import FakeLink, fan_out_over

FILES = ("dask/_fan_out.py", "dask/_driver.py", "/threading.py")
"""With the standard library's own code: an Event or a Thread that is interrupted may be left unusable."""


@opcodes
def test_an_interrupt_anywhere_in_a_loop_loses_no_outcome(tmp_path: Path) -> None:
    files = iter(tmp_path / str(number) for number in count())

    def run(interrupt: Interrupt) -> None:
        seen, path = list[int](), next(files)
        with fan_out_over(FakeLink(), range(3), batch=1, checkpoint=path) as outcomes:
            for _ in range(2):
                # The standard library raises another error if one comes at certain places of `Thread.start`.
                with suppress(Stop, RuntimeError, KeyError), interrupt:
                    for outcome in outcomes:
                        seen.append(outcome.item)
        assert sorted(seen) == finished(path) == [0, 1, 2], interrupt.place

    assert len(each_interrupt(run, FILES)) > 10


@opcodes
def test_an_interrupt_at_the_end_of_the_block_leaves_no_lock(tmp_path: Path) -> None:
    files = iter(tmp_path / str(number) for number in count())

    def run(interrupt: Interrupt) -> None:
        path = next(files)
        with fan_out_over(FakeLink(), range(3), batch=1, checkpoint=path) as outcomes:
            next(outcomes)
            with suppress(Stop), interrupt:
                outcomes.__exit__(None, None, None)
        assert len(finished(path)) <= 1, interrupt.place

    assert len(each_interrupt(run, FILES)) > 5


def test_an_outcome_can_be_taken_without_a_loop() -> None:
    with fan_out_over(FakeLink(), range(3)) as outcomes:
        assert next(outcomes).item == 0
