"""When a process of a cluster may start a request."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from polytomic_client.dask._pace import SharedPace

from ..conftest import FakeClock


class Fixture:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.paused: list[float] = []
        self.resumed = 0
        self.pace = SharedPace(self.clock, self.paused.append, self._resume)

    def _resume(self) -> None:
        self.resumed += 1

    def finish(self, waits: Iterator[float]) -> float:
        """Wait until a request starts, in a process that runs, and return when that is."""
        for seconds in waits:
            self.clock.now += seconds
            self.pace.beat()
        return self.clock.now


@pytest.fixture
def made() -> Fixture:
    return Fixture()


def test_a_pause_of_the_api_is_passed_on_and_one_of_another_process_is_not(made: Fixture) -> None:
    made.pace.hear(3)
    made.pace.pause(2)
    made.pace.pause(10_000)

    assert made.paused == [2, 600]
    made.pace.go_on()
    assert not made.pace.is_open()


def test_a_process_that_stood_still_starts_nothing_until_it_has_its_share_again(made: Fixture) -> None:
    made.clock.now += 0.9
    assert made.pace.is_open()
    made.pace.beat()
    made.clock.now += 0.9
    assert made.pace.is_open()
    made.pace.beat()

    made.clock.now += 1.1
    made.pace.beat()
    assert not made.pace.is_open()
    assert made.resumed == 1
    waits = made.pace.waits()
    assert [next(waits) for _ in range(3)] == [0.05] * 3

    made.pace.go_on()
    assert list(waits) == []
    assert made.pace.is_open()


def test_a_request_that_waits_moves_to_the_new_rate(made: Fixture) -> None:
    made.pace.set_rate(2)
    began = made.clock.now
    first, second = made.pace.waits(), made.pace.waits()
    assert (next(first), next(second)) == (0.5, 1.0)

    made.pace.set_rate(10)
    made.clock.now = began + 0.5
    # Their places were of the old rate: they take the next ones of the new rate.
    assert [round(made.finish(waits) - began, 3) for waits in (first, second)] == [0.5, 0.6]


def test_a_rate_that_shrinks_holds_for_those_that_wait(made: Fixture) -> None:
    made.pace.set_rate(100)
    waiting = [made.pace.waits() for _ in range(5)]
    assert [round(next(waits), 3) for waits in waiting] == [0.01, 0.02, 0.03, 0.04, 0.05]

    made.pace.set_rate(2)
    began = made.clock.now
    made.clock.now += 0.05
    assert [round(made.finish(waits) - began, 3) for waits in waiting] == [0.5, 1.0, 1.5, 2.0, 2.5]
