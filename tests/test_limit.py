"""Where the limit settles against simulated servers: every run is the same, and no time passes."""

from __future__ import annotations

import heapq
import random
import threading
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

import pytest
from attrs.exceptions import FrozenInstanceError

from polytomic_client._limit import AutoLimit, LimitController

LATENCY = 0.053
"""Seconds that the servers take while nothing disturbs them."""


class Simulation:
    """Calls without end, as many at once as the controller allows; a try that fails is repeated after a delay.

    As in the client, the delay is up to half a second, and the call counts as in flight in the meantime.

    Args:
        server: Asked when a try begins: how many seconds it takes, and whether it succeeds.
        auto: What the controller is given.
        seed: Of every random number.
        offered: How many calls there are at most at a time, whatever the limit.
    """

    def __init__(
        self, server: Server, auto: AutoLimit | None = None, *, seed: int = 0, offered: int = 1_000_000
    ) -> None:
        self.controller = LimitController(auto or AutoLimit())
        self.server = server
        self.random = random.Random(seed)
        self.offered = offered
        self.now = 0.0
        self.busy = 0  # tries that the server works on
        self.in_flight = 0
        self.successes: list[float] = []
        self.failures: list[float] = []
        self.limits: list[tuple[float, int]] = []
        self._order = count()
        self._events: list[tuple[float, int, Callable[[], None]]] = []

    def run(self, until: float) -> Simulation:
        while self.now < until:
            while self.in_flight < min(self.controller.current, self.offered):
                self.in_flight += 1
                self._try(self.now, clean=True)
            self.now, _, event = heapq.heappop(self._events)
            event()
            self.limits.append((self.now, self.controller.current))
        return self

    def range(self, start: float, end: float) -> tuple[int, int]:
        """The lowest and the highest limit in a time."""
        limits = [limit for moment, limit in self.limits if start <= moment < end]
        return min(limits), max(limits)

    def rate(self, start: float, end: float) -> float:
        """Successes per second."""
        return sum(start <= moment < end for moment in self.successes) / (end - start)

    def _after(self, seconds: float, event: Callable[[], None]) -> None:
        heapq.heappush(self._events, (self.now + seconds, next(self._order), event))

    def _try(self, began: float, *, clean: bool) -> None:
        self.busy += 1
        seconds, ok = self.server(self)
        self._after(seconds, partial(self._end, began, ok=ok, clean=clean))

    def _end(self, began: float, *, ok: bool, clean: bool) -> None:
        self.busy -= 1
        if ok:
            if clean:
                self.controller.succeeded(self.now - began, self.in_flight)
            self.in_flight -= 1
            self.successes.append(self.now)
        else:
            self.failures.append(self.now)
            self.controller.overloaded(began, self.now)
            self._after(0.5 * self.random.random(), partial(self._try, began, clean=False))


Server = Callable[[Simulation], tuple[float, bool]]


def unlimited(_: Simulation) -> tuple[float, bool]:
    return LATENCY, True


def noisy(simulation: Simulation) -> tuple[float, bool]:
    return simulation.random.uniform(0.03, 0.1), True


def queueing(capacity: int, noise: float = 0.0) -> Server:
    """A server that works on so many at once, and has the others wait; with a latency that varies by half the noise."""

    def server(simulation: Simulation) -> tuple[float, bool]:
        vary = 1 + noise * (simulation.random.random() - 0.5)
        return LATENCY * vary * max(1.0, simulation.busy / capacity), True

    return server


def refusing(above: int) -> Server:
    """A server that answers 429, and soon, whatever comes above so many at once."""

    def server(simulation: Simulation) -> tuple[float, bool]:
        return (LATENCY, True) if simulation.busy <= above else (0.005, False)

    return server


def changing(server: Server, after: float, later: Server, until: float = 1e9) -> Server:
    """A server that turns into another in the time between."""
    return lambda simulation: (later if after <= simulation.now < until else server)(simulation)


def slower(server: Server, times: float) -> Server:
    def slow(simulation: Simulation) -> tuple[float, bool]:
        seconds, ok = server(simulation)
        return seconds * times, ok

    return slow


def test_without_a_bound_of_the_server_the_limit_doubles_each_round_up_to_its_maximum() -> None:
    simulation = Simulation(unlimited).run(1.0)

    for round_, limit in enumerate([32, 64, 128, 256], 1):
        assert simulation.range(0, (round_ + 0.5) * LATENCY)[1] == limit
    assert simulation.range(4.5 * LATENCY, 1.0) == (256, 256)


@pytest.mark.parametrize("initial", [1, 4, 16])
@pytest.mark.parametrize("seed", range(3))
def test_latencies_that_vary_do_not_hold_it_down(initial: int, seed: int) -> None:
    simulation = Simulation(noisy, AutoLimit(initial=initial), seed=seed).run(10.0)

    assert simulation.range(2.0, 10.0) == (256, 256)


@pytest.mark.parametrize("capacity", [10, 20, 50, 100])
def test_it_settles_about_a_servers_capacity_and_uses_it(capacity: int) -> None:
    simulation = Simulation(queueing(capacity)).run(60.0)

    lowest, highest = simulation.range(5.0, 60.0)
    assert capacity / 2 <= lowest
    assert highest <= 3 * capacity
    assert simulation.rate(0.0, 2.0) >= 0.9 * capacity / LATENCY
    assert simulation.rate(5.0, 60.0) >= 0.95 * capacity / LATENCY


@pytest.mark.parametrize("capacity", [10, 50])
def test_latencies_that_vary_do_not_hide_a_servers_capacity(capacity: int) -> None:
    simulation = Simulation(queueing(capacity, noise=1.0)).run(60.0)

    assert simulation.range(5.0, 60.0)[1] <= 3 * capacity
    assert simulation.rate(5.0, 60.0) >= 0.95 * capacity / LATENCY


def test_a_capacity_below_the_initial_limit_is_found_although_no_call_was_ever_fast() -> None:
    simulation = Simulation(queueing(3)).run(150.0)

    # 1.5 times the least latency that it saw first would be 24 at once.
    assert simulation.range(5.0, 10.0)[1] > 9
    assert simulation.range(100.0, 150.0)[1] <= 9
    assert simulation.rate(100.0, 150.0) >= 0.95 * 3 / LATENCY


@pytest.mark.parametrize(
    ("above", "share"),
    # Where few run at once, the one that waits to try again is a good part of them.
    [(5, 0.6), (20, 0.6), (50, 0.7), (200, 0.7)],
)
def test_it_stays_below_what_a_server_refuses(above: int, share: float) -> None:
    simulation = Simulation(refusing(above)).run(60.0)

    lowest, highest = simulation.range(5.0, 60.0)
    assert above // 2 <= lowest
    assert highest <= above + 2
    assert simulation.rate(5.0, 60.0) >= share * above / LATENCY
    assert len(simulation.failures) <= 0.05 * len(simulation.successes)


def test_it_comes_back_after_an_outage() -> None:
    simulation = Simulation(changing(unlimited, 5.0, lambda _: (0.01, False), 15.0)).run(35.0)

    assert simulation.range(15.0, 15.4)[1] <= 160
    assert simulation.range(30.0, 35.0) == (256, 256)


@pytest.mark.parametrize("times", [1.6, 5.0])
def test_a_server_that_is_slower_for_good_is_accepted(times: float) -> None:
    simulation = Simulation(changing(noisy, 5.0, slower(noisy, times)), AutoLimit(maximum=64)).run(90.0)

    assert simulation.range(5.0, 90.0)[0] < 40
    assert simulation.range(80.0, 90.0) == (64, 64)


def test_a_slower_server_is_accepted_also_where_one_call_at_a_time_is_left() -> None:
    simulation = Simulation(changing(unlimited, 1.0, slower(unlimited, 5.0)), AutoLimit(maximum=4, initial=4)).run(
        120.0
    )

    assert simulation.range(1.0, 60.0)[0] == 1
    assert simulation.range(110.0, 120.0) == (4, 4)


def test_it_follows_a_capacity_that_shrinks_and_grows() -> None:
    simulation = Simulation(changing(queueing(100), 20.0, queueing(20), 60.0)).run(120.0)

    assert simulation.range(50.0, 60.0)[1] <= 60
    assert simulation.range(100.0, 120.0)[0] >= 50
    assert simulation.rate(100.0, 120.0) >= 0.95 * 100 / LATENCY


def test_it_grows_only_where_it_is_used() -> None:
    started = Simulation(unlimited, offered=40).run(20.0)
    assert started.range(1.0, 20.0) == (81, 81)  # slow start: up to twice what there is to do

    later = Simulation(unlimited, offered=40)
    later.controller.overloaded(0.0, 0.0)
    later.run(20.0)
    assert later.range(10.0, 20.0) == (41, 41)


def test_the_bounds_hold() -> None:
    auto = AutoLimit(minimum=5, initial=6, maximum=9)
    assert Simulation(unlimited, auto).run(5.0).range(0.0, 5.0) == (7, 9)
    assert Simulation(queueing(1), auto).run(60.0).range(0.0, 60.0)[0] >= 5
    assert Simulation(changing(unlimited, 1.0, lambda _: (0.01, False)), auto).run(60.0).range(0.0, 60.0) == (5, 9)
    assert Simulation(unlimited, AutoLimit(minimum=7, maximum=7, initial=7)).run(5.0).range(0.0, 5.0) == (7, 7)


def controller_at(limit: int) -> LimitController:
    """One that is past slow start, at this limit, with a baseline of LATENCY."""
    controller = LimitController(AutoLimit(initial=2 * limit, maximum=1_000))
    controller.overloaded(0.0, 0.0)
    play_round(controller, LATENCY, in_flight=1)
    assert controller.current == limit
    return controller


def play_round(controller: LimitController, seconds: float, in_flight: int | None = None) -> int:
    """Let a round of calls succeed, and return the limit."""
    for _ in range(controller.current):
        controller.succeeded(seconds, controller.current if in_flight is None else in_flight)
    return controller.current


def test_past_slow_start_a_round_adds_one() -> None:
    controller = controller_at(50)
    assert [play_round(controller, LATENCY) for _ in range(3)] == [51, 52, 53]
    assert play_round(controller, LATENCY, in_flight=52) == 53


def test_a_burst_halves_once_and_a_later_one_again() -> None:
    controller = controller_at(64)
    limits: list[int] = []
    for started, now in [(9.0, 10.0), (9.5, 10.0), (9.9, 11.0), (10.0, 40.0), (10.1, 40.1), (40.0, 40.2), (40.2, 41.0)]:
        controller.overloaded(started, now)
        limits.append(controller.current)
    assert limits == [32, 32, 32, 32, 16, 16, 8]


def test_a_round_is_slow_above_one_and_a_half_times_the_baseline_and_two_milliseconds() -> None:
    controller = controller_at(50)
    assert play_round(controller, 1.5 * LATENCY + 0.0019) == 51
    assert play_round(controller, 1.5 * LATENCY + 0.0021) == 45
    # A baseline of next to nothing: what an event loop adds is no sign of anything.
    play_round(controller, 0.0001, in_flight=1)
    assert play_round(controller, 0.0020) == 46
    assert play_round(controller, 0.0023) == 41


def test_the_median_says_whether_a_round_is_slow() -> None:
    controller = controller_at(50)
    for seconds, calls in [(30.0, 20), (LATENCY, 30)]:
        for _ in range(calls):
            controller.succeeded(seconds, 50)
    assert controller.current == 51
    for seconds, calls in [(LATENCY, 20), (30.0, 31)]:
        for _ in range(calls):
            controller.succeeded(seconds, 51)
    assert controller.current == 45


def test_a_slow_round_ends_slow_start() -> None:
    controller = LimitController(AutoLimit())
    play_round(controller, LATENCY)
    assert controller.current == 32
    play_round(controller, 2 * LATENCY)
    lowered = controller.current
    assert lowered == 64 * 9 // 10
    assert play_round(controller, LATENCY) == lowered + 1


def test_what_succeeded_before_the_limit_was_halved_is_not_held_against_it() -> None:
    controller = controller_at(64)
    for _ in range(63):
        controller.succeeded(1.0, 64)
    controller.overloaded(1.0, 1.0)
    controller.succeeded(1.0, 64)
    for _ in range(31):
        controller.succeeded(LATENCY, 32)
    assert controller.current == 33


def test_halved_again_while_nothing_succeeds_it_returns_to_half_of_what_worked_by_doubling() -> None:
    controller = controller_at(128)
    for moment in (1.0, 2.0, 3.0, 4.0):
        controller.overloaded(moment, moment)
    assert controller.current == 8
    for _ in range(56):
        controller.succeeded(LATENCY, controller.current)
    assert controller.current == 64
    assert 65 <= play_round(controller, LATENCY) <= 66

    # With a success in between, what did not work is known.
    for moment in (5.0, 6.0):
        controller.overloaded(moment, moment)
        controller.succeeded(LATENCY, 1)
    for _ in range(100):
        controller.succeeded(LATENCY, controller.current)
    assert controller.current < 25


def test_the_baseline_is_measured_anew_at_half_the_limit_after_ten_slow_rounds() -> None:
    controller = controller_at(100)
    limits = [play_round(controller, 1.0) for _ in range(10)]
    assert limits == [90, 81, 72, 64, 57, 51, 45, 40, 36, 18]
    for _ in range(36):  # these began before
        controller.succeeded(7.0, 36)
    assert controller.current == 18
    for _ in range(18):
        controller.succeeded(1.0, 18)
    # Back to where it was within a round, and no longer slow.
    for _ in range(14):
        controller.succeeded(1.4, controller.current)
    assert controller.current == 32
    for _ in range(200):
        controller.succeeded(1.4, controller.current)
    assert 36 <= controller.current <= 38


def test_an_overload_while_the_baseline_is_measured_ends_that() -> None:
    controller = controller_at(100)
    for _ in range(10):
        play_round(controller, 1.0)
    controller.overloaded(1.0, 1.0)
    assert controller.current == 9
    for _ in range(16):
        controller.succeeded(LATENCY, 9)
    assert controller.current == 10
    for _ in range(16):
        controller.succeeded(1.0, 10)
    assert controller.current == 9


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
    with pytest.raises(ValueError, match=f"^{name} must be a positive int, not {value!r}$"):
        AutoLimit(**{name: value})


@pytest.mark.parametrize(("minimum", "initial", "maximum"), [(2, 1, 3), (2, 4, 3), (4, 3, 2), (3, 3, 2), (3, 2, 2)])
def test_the_initial_limit_lies_between_the_others(minimum: int, initial: int, maximum: int) -> None:
    with pytest.raises(ValueError, match=f"{minimum} <= {initial} <= {maximum} does not"):
        AutoLimit(minimum=minimum, initial=initial, maximum=maximum)


def test_an_overload_in_another_thread_waits_until_a_round_is_reckoned_up() -> None:
    controller = controller_at(21)
    other = threading.Thread(target=controller.overloaded, args=(1.0, 1.0))

    class Seconds(float):
        def __lt__(self, than: float) -> bool:
            if other.ident is None:
                other.start()
                other.join(0.01)  # as long as it takes to see that it waits
            return super().__lt__(than)

    for _ in range(21):
        controller.succeeded(Seconds(LATENCY), 21)
    other.join()
    assert controller.current == 11  # half of 22, and not of 21


@pytest.mark.parametrize(("bounds", "initial"), [({}, 16), ({"maximum": 8}, 8), ({"minimum": 40}, 40)])
def test_it_begins_with_sixteen_or_the_bound_next_to_it(bounds: dict[str, int], initial: int) -> None:
    assert AutoLimit(**bounds).initial == initial
