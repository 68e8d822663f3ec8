"""Where the limit settles against simulated servers: every run is the same, and no time passes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from itertools import cycle
from random import Random
from typing import Any

import pytest
from attrs.exceptions import FrozenInstanceError

from benchmarks.limit_servers import (
    Answer,
    Changing,
    Latency,
    Queue,
    RateLimited,
    Refusing,
    Server,
    Shared,
    Unbounded,
    exponential,
    lognormal,
)
from benchmarks.limit_simulator import Simulation
from polytomic_client._fan_out.limit import AutoLimit, LimitController

LATENCY = 0.05
"""Seconds that the servers take at the median while they are not overloaded."""


class Down:
    """A server that refuses every request."""

    def answer(self, now: float, busy: int, random: Random) -> Answer:
        return Answer(0.01, refused=True)


def limits(simulation: Simulation, start: float, end: float) -> tuple[int, int]:
    """The lowest and the highest limit between two times."""
    found = [limit for moment, limit in simulation.limits if start < moment < end]
    found.append(max((moment, limit) for moment, limit in simulation.limits if moment <= start)[1])
    return min(found), max(found)


def rate(simulation: Simulation, start: float, end: float) -> float:
    """Successes per second."""
    return sum(start <= moment < end for moment in simulation.ends) / (end - start)


def share(server: Callable[[], Server], limit: int, calls: int, seed: int) -> float:
    """The throughput of "auto" as a share of a fixed limit's."""
    fixed = Simulation(server(), AutoLimit(limit, limit, limit), seed=seed).run(calls)
    return Simulation(server(), seed=seed).run(calls).throughput / fixed.throughput


STEADY = lognormal(0, LATENCY)


# Against servers: the figures over all kinds of servers are those of `make limit`.


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("latency", [lognormal(0.8), lognormal(1), exponential])
def test_varying_latency_does_not_hold_the_limit_down(latency: Latency, seed: int) -> None:
    assert share(partial(Unbounded, latency), 256, calls=6_000, seed=seed) >= 0.8


@pytest.mark.parametrize("initial", [1, 4, 16])
def test_without_a_bound_the_limit_reaches_its_maximum_from_anywhere(initial: int) -> None:
    simulation = Simulation(Unbounded(lognormal(0.5)), AutoLimit(initial=initial)).run(6_000)

    assert limits(simulation, 4.0, 1e9) == (256, 256)


@pytest.mark.parametrize("sigma", [0.05, 0.2, 1])
@pytest.mark.parametrize("workers", [10, 50])
def test_the_limit_settles_about_a_queues_capacity_and_uses_it(workers: int, sigma: float) -> None:
    server = partial(Queue, workers, lognormal(sigma))

    assert share(server, 256, calls=6_000, seed=1) >= 0.9
    assert Simulation(server()).run(6_000).controller.current <= 3 * workers


def test_a_capacity_below_the_initial_limit_is_found_although_no_call_was_ever_fast() -> None:
    simulation = Simulation(Queue(3, lognormal(0.2))).run(20_000)

    assert limits(simulation, 0.0, 10.0)[1] == 32
    assert limits(simulation, simulation.ends[15_000], 1e9)[1] <= 9
    assert simulation.throughput >= 0.9 * 3 / LATENCY


@pytest.mark.parametrize(
    ("knee", "sigma", "least"),
    [(10, 0.1, 0.4), (10, 1, 0.4), (30, 0.1, 0.75), (30, 0.5, 0.75), (30, 1, 0.65), (100, 0.5, 0.75), (100, 1, 0.65)],
)
def test_the_limit_stays_about_the_knee_of_a_server_that_collapses(knee: int, sigma: float, least: float) -> None:
    assert share(partial(Shared, knee, lognormal(sigma), 2.0), knee, calls=10_000, seed=1) >= least


@pytest.mark.parametrize("retry_after", [1.0, None])
@pytest.mark.parametrize("rate", [20, 300])
def test_a_rate_limit_is_used_and_hardly_exceeded(rate: int, retry_after: float | None) -> None:
    simulation = Simulation(RateLimited(rate, lognormal(0.3), retry_after)).run(20 * rate)

    assert simulation.throughput >= 0.9 * rate
    assert simulation.refused <= 0.1 * len(simulation.ends)


@pytest.mark.parametrize("most", [5, 20, 50, 200])
def test_the_limit_stays_below_what_a_server_refuses(most: int) -> None:
    simulation = Simulation(Refusing(most, STEADY)).run(int(300 * most))

    lowest, highest = limits(simulation, 5.0, 1e9)
    assert most // 2 <= lowest
    assert highest <= 1.2 * most + 1
    assert simulation.throughput >= 0.6 * most / LATENCY
    assert simulation.refused <= 0.05 * len(simulation.ends)


def test_the_limit_comes_back_after_an_outage() -> None:
    simulation = Simulation(Changing((2.0, Unbounded(STEADY)), (12.0, Down()), last=Unbounded(STEADY))).run(20_000)

    assert limits(simulation, 11.0, 12.0)[1] <= 16
    assert simulation.ends[-1] < 20
    assert simulation.controller.current == 256


@pytest.mark.parametrize("times", [1.6, 5.0])
def test_a_server_that_is_slower_by_itself_is_soon_accepted(times: float) -> None:
    slower = Unbounded(lognormal(0.3, times * LATENCY))
    simulation = Simulation(Changing((2.0, Unbounded(lognormal(0.3))), last=slower), AutoLimit(maximum=64)).run(8_000)

    assert limits(simulation, 2.0, 5.0)[0] < 64
    assert limits(simulation, 5.0, 1e9) == (64, 64)


def test_a_slower_server_is_accepted_also_at_the_minimum() -> None:
    slower = Changing((1.0, Unbounded(STEADY)), last=Unbounded(lognormal(0, 5 * LATENCY)))
    simulation = Simulation(slower, AutoLimit(minimum=4, maximum=8, initial=4)).run(2_000)

    assert limits(simulation, 1.0, 30.0)[0] == 4
    assert limits(simulation, 30.0, 1e9) == (8, 8)


def test_the_limit_follows_a_capacity_that_shrinks_and_grows() -> None:
    steady = lognormal(0.2)
    server = Changing((4.0, Queue(100, steady)), (14.0, Queue(20, steady)), last=Queue(100, steady))
    simulation = Simulation(server).run(30_000)

    assert limits(simulation, 0.0, 4.0)[1] >= 110
    assert limits(simulation, 6.0, 14.0)[1] <= 70
    assert rate(simulation, 9.0, 14.0) >= 0.9 * 20 / LATENCY
    assert rate(simulation, 18.0, 24.0) >= 0.9 * 100 / LATENCY


def test_the_bounds_hold() -> None:
    auto = AutoLimit(minimum=5, initial=6, maximum=9)
    assert limits(Simulation(Unbounded(STEADY), auto).run(500), 0.0, 1e9) == (6, 9)
    assert limits(Simulation(Queue(1, lognormal(1)), auto).run(2_000), 0.0, 1e9)[0] >= 5
    outage = Changing((1.0, Unbounded(STEADY)), (30.0, Down()), last=Unbounded(STEADY))
    assert limits(Simulation(outage, auto).run(1_000), 0.0, 1e9) == (5, 9)
    assert limits(Simulation(Unbounded(STEADY), AutoLimit(7, 7, 7)).run(500), 0.0, 1e9) == (7, 7)


# One step at a time.


def next_limit(controller: LimitController, *latencies: float, in_flight: int | None = None) -> int:
    """Let calls succeed, with these latencies in turn, until the limit changes or does not within three rounds."""
    before = controller.current
    for _, seconds in zip(range(3 * max(32, before)), cycle(latencies), strict=False):
        controller.succeeded(seconds, before if in_flight is None else in_flight)
        if controller.current != before:
            break
    return controller.current


def controller_at(limit: int) -> LimitController:
    """Return one that is past slow start, at this limit, with a baseline of LATENCY."""
    controller = LimitController(AutoLimit(initial=2 * limit, maximum=1_000))
    controller.overloaded(0.0, 0.0)
    assert next_limit(controller, LATENCY, in_flight=1) == limit
    return controller


def test_slow_start_doubles_the_limit_each_round() -> None:
    controller = LimitController(AutoLimit())
    assert [next_limit(controller, LATENCY) for _ in range(5)] == [32, 64, 128, 256, 256]


def test_past_slow_start_growth_speeds_up() -> None:
    controller = controller_at(100)
    found = [next_limit(controller, LATENCY) for _ in range(20)]
    assert found[:3] == [101, 102, 103]
    assert found[-1] - found[-2] == 16  # 20 / 250 of 200


def test_an_unused_limit_does_not_grow() -> None:
    assert next_limit(LimitController(AutoLimit()), LATENCY, in_flight=15) == 16
    assert next_limit(controller_at(50), LATENCY, in_flight=49) == 50


def test_a_burst_halves_once_and_a_later_one_again() -> None:
    controller = controller_at(64)
    found: list[int] = []
    for started, now in [(9.0, 10.0), (9.5, 10.0), (9.9, 11.0), (10.0, 40.0), (10.1, 40.1), (40.0, 40.2), (40.2, 41.0)]:
        controller.overloaded(started, now)
        found.append(controller.current)
    assert found == [32, 32, 32, 32, 16, 16, 8]


def test_latency_is_tolerated_up_to_five_percent_and_two_milliseconds_above_the_baseline() -> None:
    assert next_limit(controller_at(50), 1.05 * LATENCY + 0.0019) == 51
    assert next_limit(controller_at(50), 1.05 * LATENCY + 0.0021) == 42
    # A baseline of next to nothing: what an event loop adds says nothing about the server.
    controller = LimitController(AutoLimit(initial=100))
    controller.overloaded(0.0, 0.0)
    next_limit(controller, 0.0001, in_flight=1)
    assert next_limit(controller, 0.0020) == 51


def test_a_rise_that_may_be_chance_does_not_lower_the_limit() -> None:
    # 1/3, 1/2, 2/3 and 4/5 of the latencies have risen: only the last is a certain rise of the median.
    assert next_limit(controller_at(50), LATENCY, LATENCY, 1.0) == 51
    assert next_limit(controller_at(50), LATENCY, 1.0) == 51
    assert next_limit(controller_at(50), LATENCY, LATENCY, 1.0, 1.0, 1.0) == 51
    assert next_limit(controller_at(50), LATENCY, 1.0, 1.0, 1.0, 1.0) < 50


def test_an_undecided_round_takes_as_many_calls_again() -> None:
    controller = controller_at(50)
    for _ in range(99):
        controller.succeeded(1.0 if _ % 5 in {0, 2, 4} else LATENCY, 50)
    assert controller.current == 50
    controller.succeeded(1.0, 50)
    assert controller.current == 51


def test_a_server_that_responds_to_a_probe_gets_less_in_proportion() -> None:
    controller = controller_at(100)
    assert next_limit(controller, 1.25 * LATENCY) == 80
    assert next_limit(controller, 1.1 * LATENCY) == 88
    # The baseline is still that of before.
    assert next_limit(controller, 1.1 * LATENCY) < 88


def test_a_server_that_does_not_respond_to_a_probe_is_slower_by_itself() -> None:
    controller = controller_at(100)
    assert next_limit(controller, 5 * LATENCY) == 50
    assert next_limit(controller, 5 * LATENCY) == 100
    assert next_limit(controller, 5 * LATENCY) == 101


def test_what_slow_start_doubles_too_far_comes_back_at_once() -> None:
    controller = LimitController(AutoLimit())
    assert [next_limit(controller, LATENCY) for _ in range(2)] == [32, 64]
    assert next_limit(controller, 2 * LATENCY) == 32
    assert [next_limit(controller, LATENCY) for _ in range(2)] == [32, 33]


def test_slow_start_goes_on_after_a_false_alarm() -> None:
    controller = LimitController(AutoLimit())
    assert [next_limit(controller, LATENCY) for _ in range(2)] == [32, 64]
    assert [next_limit(controller, 2 * LATENCY) for _ in range(3)] == [32, 64, 128]


def test_an_overload_during_a_probe_ends_it() -> None:
    controller = controller_at(100)
    assert next_limit(controller, 5 * LATENCY) == 50
    controller.overloaded(1.0, 1.0)
    assert controller.current == 25
    assert next_limit(controller, LATENCY) == 26


def test_what_succeeded_before_the_limit_was_halved_is_not_held_against_it() -> None:
    controller = controller_at(64)
    for _ in range(63):
        controller.succeeded(1.0, 64)
    controller.overloaded(1.0, 1.0)
    assert next_limit(controller, LATENCY) == 33


def test_halved_again_while_nothing_succeeds_it_returns_to_half_of_what_worked_by_doubling() -> None:
    controller = controller_at(128)
    for moment in (1.0, 2.0, 3.0, 4.0):
        controller.overloaded(moment, moment)
    assert controller.current == 8
    assert [next_limit(controller, LATENCY) for _ in range(5)] == [16, 32, 64, 65, 66]

    # With a success in between, what did not work is known.
    for moment in (5.0, 6.0):
        controller.overloaded(moment, moment)
        controller.succeeded(LATENCY, 1)
    assert controller.current == 16
    assert [next_limit(controller, LATENCY) for _ in range(2)] == [17, 18]


def test_an_overload_in_another_thread_waits_until_a_round_is_reckoned_up() -> None:
    controller = controller_at(40)
    other = threading.Thread(target=controller.overloaded, args=(1.0, 1.0))

    class Seconds(float):
        def __lt__(self, than: float) -> bool:
            if other.ident is None:
                other.start()
                other.join(0.01)  # as long as it takes to see that it waits
            return super().__lt__(than)

    assert next_limit(controller, Seconds(LATENCY)) in {41, 20}
    other.join()
    assert controller.current == 20  # half of 41


# Its bounds.


def test_by_default_a_limit_begins_at_16_and_goes_from_1_to_256() -> None:
    auto = AutoLimit()
    assert (auto.minimum, auto.initial, auto.maximum) == (1, 16, 256)
    assert auto == AutoLimit(1, 256, 16)
    assert LimitController(auto).current == 16
    with pytest.raises(FrozenInstanceError):
        auto.maximum = 3  # type: ignore[misc] # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize("name", ["minimum", "maximum", "initial"])
@pytest.mark.parametrize("value", [0, -1, True, 2.0, "3", None])
def test_a_bound_is_a_positive_int(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=rf"^{name} must be a positive int, got {value!r}\.$"):
        AutoLimit(**{name: value})


@pytest.mark.parametrize(("minimum", "initial", "maximum"), [(2, 1, 3), (2, 4, 3), (4, 3, 2), (3, 3, 2), (3, 2, 2)])
def test_the_initial_limit_lies_between_the_others(minimum: int, initial: int, maximum: int) -> None:
    with pytest.raises(ValueError, match=rf"got {minimum} <= {initial} <= {maximum}\.$"):
        AutoLimit(minimum=minimum, initial=initial, maximum=maximum)


@pytest.mark.parametrize(("bounds", "initial"), [({}, 16), ({"maximum": 8}, 8), ({"minimum": 40}, 40)])
def test_it_begins_with_sixteen_or_the_bound_next_to_it(bounds: dict[str, int], initial: int) -> None:
    assert AutoLimit(**bounds).initial == initial
