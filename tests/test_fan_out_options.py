"""What the options of a fan-out do: pace, order, second calls, stopping early, deadline, resuming, progress."""

from __future__ import annotations

import asyncio
import sys
import threading
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, cast
from unittest.mock import AsyncMock
from uuid import UUID

import httpx
import pytest

from polytomic_client import (
    AsyncPolytomic,
    AuthenticationError,
    AutoLimit,
    CheckpointError,
    DeadlineExceededError,
    NotFoundError,
    NotReachedError,
    Outcome,
    Polytomic,
    Progress,
    RateLimitError,
    VersionMismatchError,
    fan_out,
    fan_out_blocking,
    fetch_all,
    fetch_all_blocking,
)
from polytomic_client._fan_out.start_gate import Pace
from polytomic_client.testing import FakeClock

from .conftest import KEY
from .server import DESTINATION, Answer, Server


@dataclass
class TurningClock:
    """Time that passes by sleeping: when everything sleeps, it is the time of the next who wakes up."""

    now: float = 100.0
    sleepers: list[tuple[float, int, asyncio.Event]] = field(default_factory=list[Any])
    count: int = 0
    sleep_hook: Callable[[], object] = lambda: None

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return self.now

    def random(self) -> float:
        return 1.0

    def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing here blocks")

    async def sleep_async(self, seconds: float) -> None:
        self.count += 1
        woken = asyncio.Event()
        self.sleepers.append((self.now + seconds, self.count, woken))
        self.sleep_hook()
        try:
            await woken.wait()
        finally:
            self.sleepers = [sleeper for sleeper in self.sleepers if sleeper[2] is not woken]

    async def run(self) -> None:
        """Wake whoever is next, whenever everybody else has come to rest."""
        while True:
            for _ in range(30):
                await asyncio.sleep(0)
            waiting = sorted(self.sleepers, key=lambda sleeper: sleeper[:2])
            waiting = [sleeper for sleeper in waiting if not sleeper[2].is_set()]
            if waiting:
                self.now = max(self.now, waiting[0][0])
                waiting[0][2].set()


@pytest.fixture
async def turning() -> AsyncIterator[TurningClock]:
    clock = TurningClock()
    runner = asyncio.create_task(clock.run())
    yield clock
    runner.cancel()
    await asyncio.gather(runner, return_exceptions=True)


class VirtualTime(TurningClock):
    """Time that passes by sleeping, at once."""

    async def sleep_async(self, seconds: float) -> None:
        await asyncio.sleep(0)
        self.now += seconds


def others() -> int:
    # Besides the test: the clock's task.
    return len(asyncio.all_tasks()) - 2


async def same(item: int) -> int:
    await asyncio.sleep(0)
    return item


# --- rate and pauses


@pytest.mark.parametrize("limit", [1, 3, 50])
async def test_a_rate_spaces_the_calls_evenly(limit: int, turning: TurningClock) -> None:
    started: list[float] = []

    async def note(item: int) -> None:
        started.append(turning.now)

    await fetch_all(note, range(20), limit=limit, rate=4, clock=turning)
    assert started == pytest.approx([100 + number / 4 for number in range(20)])


def scripted(clock: TurningClock, script: Callable[[int], httpx.Response]) -> tuple[AsyncPolytomic, list[float]]:
    """A client whose requests are answered by their number, in no time, and when they came.

    Without sockets, because the clock must not turn while an answer is under way.
    """
    times: list[float] = []

    def answer(request: httpx.Request) -> httpx.Response:
        times.append(clock.now)
        return script(len(times))

    client = AsyncPolytomic(
        api_key=KEY, base_url="http://localhost", transport=httpx.MockTransport(answer), clock=clock
    )
    return client, times


def ids(count: int) -> list[UUID]:
    return [UUID(int=number) for number in range(count)]


async def test_a_rate_counts_repetitions_too(turning: TurningClock) -> None:
    polytomic, times = scripted(
        turning, lambda number: httpx.Response(503 if number in (2, 3) else 200, json=DESTINATION)
    )
    async with polytomic:
        outcomes = await fetch_all(polytomic.get_bulk_destination, ids(6), limit=6, rate=0.1, clock=turning)
    assert all(outcome.ok for outcome in outcomes)
    assert times == pytest.approx([100, 110, 120, 130, 140, 150, 160, 170])


async def test_a_retry_after_pauses_every_call(turning: TurningClock) -> None:
    polytomic, times = scripted(
        turning,
        lambda number: (
            httpx.Response(429, headers={"Retry-After": "30"}) if number == 5 else httpx.Response(200, json=DESTINATION)
        ),
    )
    async with polytomic:
        outcomes = await fetch_all(polytomic.get_bulk_destination, ids(40), limit=3, rate=1, clock=turning)
    assert all(outcome.ok for outcome in outcomes)
    # Afterwards they follow the rate again, instead of starting all at once.
    assert times == pytest.approx([100, 101, 102, 103, 104, *range(134, 170)])


async def test_a_pause_without_a_rate_holds_everybody(turning: TurningClock) -> None:
    polytomic, times = scripted(
        turning,
        lambda number: (
            httpx.Response(503, headers={"Retry-After": "30"}) if number == 5 else httpx.Response(200, json=DESTINATION)
        ),
    )
    async with polytomic:
        outcomes = await fetch_all(polytomic.get_bulk_destination, ids(40), limit=3, clock=turning)
    assert all(outcome.ok for outcome in outcomes)
    # Those that were under way with it, and no other.
    assert 5 <= sum(time < 130 for time in times) <= 7
    assert len(times) == 41


async def test_a_pause_that_the_client_does_not_wait_for_holds_the_rest(turning: TurningClock) -> None:
    polytomic, times = scripted(
        turning,
        lambda number: (
            httpx.Response(503, headers={"Retry-After": "300"})
            if number == 1
            else httpx.Response(200, json=DESTINATION)
        ),
    )
    async with polytomic:
        outcomes = await fetch_all(polytomic.get_bulk_destination, ids(10), limit=1, clock=turning)
    assert [outcome.ok for outcome in outcomes] == [False] + [True] * 9
    assert times[1] == pytest.approx(400)


async def test_a_repetition_that_the_pause_would_make_too_late_fails_at_once(turning: TurningClock) -> None:
    # The second call is told to wait for 50 s, which pauses the retry of the first one beyond its deadline, too.
    polytomic, times = scripted(
        turning,
        lambda number: (
            httpx.Response(503, headers={"Retry-After": "50"} if number == 2 else {})
            if number < 3
            else httpx.Response(200, json=DESTINATION)
        ),
    )
    async with polytomic:
        hasty = polytomic.with_options(deadline=20)
        outcomes = await fetch_all(hasty.get_bulk_destination, ids(2), limit=2, clock=turning)
    assert isinstance(outcomes[0].error, DeadlineExceededError)
    assert "before the fan-out's next request may start" in str(outcomes[0].error)
    assert len(times) == 2


def test_a_pause_that_is_known_is_not_logged_again(caplog: pytest.LogCaptureFixture) -> None:
    pace = Pace(TurningClock(), None)
    for seconds in (30, 30.5, 40):
        pace.pause(seconds)
    assert pace.paused() == 40
    assert [record.message for record in caplog.records] == [
        "The fan-out pauses for 30.0 s, as requested by the API.",
        "The fan-out pauses for 40.0 s, as requested by the API.",
    ]


@pytest.mark.parametrize("rate", [0, -1, float("inf"), float("nan"), True, "5"])
def test_a_bad_rate_is_refused(rate: Any) -> None:
    with pytest.raises(ValueError, match="rate must be a positive number"):
        fan_out(same, [1], rate=rate)


# --- the limit


async def test_an_automatic_limit_grows_and_shrinks(turning: TurningClock) -> None:
    most: list[int] = []
    running = 0

    async def call(item: int) -> int:
        nonlocal running
        running += 1
        most.append(running)
        crowded = running > 40
        await turning.sleep_async(0.05)
        running -= 1
        if crowded:
            raise TimeoutError
        return item

    async with fan_out(call, range(4_000), limit="auto", clock=turning) as outcomes:
        failed = [outcome async for outcome in outcomes if not outcome.ok]
        assert 10 <= outcomes.progress.limit <= 60
    assert max(most[:16]) <= 16
    assert 40 < max(most) <= 100
    assert max(most[-500:]) <= 48
    assert len(failed) < 400


async def test_an_automatic_limit_keeps_to_its_bounds() -> None:
    running = most = 0

    async def call(item: int) -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        for _ in range(3):
            await asyncio.sleep(0)
        running -= 1
        return item

    limit = AutoLimit(minimum=2, maximum=10, initial=4)
    outcomes = await fetch_all(call, range(500), limit=limit)
    assert len(outcomes) == 500
    assert 4 <= most <= 10


async def test_a_burst_of_trouble_does_not_send_every_worker_away() -> None:
    gate = asyncio.Event()
    calls = 0

    async def call(item: int) -> int:
        nonlocal calls
        calls += 1
        if calls == 8:
            gate.set()
        await gate.wait()
        if item < 8:
            raise TimeoutError
        return item

    assert len(await fetch_all(call, range(100), limit=AutoLimit(1, 8, 8))) == 100


# --- order


async def test_outcomes_in_the_order_of_the_items() -> None:
    async def slower_first(item: int) -> int:
        for _ in range(7 - item % 7):
            await asyncio.sleep(0)
        if item == 30:
            raise LookupError
        return item

    async with fan_out(slower_first, range(200), limit=8, ordered=True) as outcomes:
        found = [outcome async for outcome in outcomes]
    assert [outcome.item for outcome in found] == list(range(200))
    assert [outcome.item for outcome in found if not outcome.ok] == [30]


async def test_order_reads_no_further_than_twice_the_limit() -> None:
    read = 0
    gate = asyncio.Event()

    def items() -> Iterator[int]:
        nonlocal read
        for number in range(1000):
            read += 1
            yield number

    async def first_waits(item: int) -> int:
        if item == 0:
            await gate.wait()
        return item

    async with fan_out(first_waits, items(), limit=5, ordered=True) as outcomes:
        waiting = asyncio.ensure_future(anext(outcomes))
        for _ in range(200):
            await asyncio.sleep(0)
        assert read == 10
        gate.set()
        assert (await waiting).item == 0
        assert [outcome.item async for outcome in outcomes] == list(range(1, 1000))


async def test_ordered_outcomes_behind_a_gap_are_not_lost_when_the_run_ends_early() -> None:
    async def stops(item: int) -> int:
        if item == 0:
            for _ in range(20):
                await asyncio.sleep(0)
            raise KeyError(item)
        return item

    found: list[int] = []
    with pytest.raises(KeyError):
        async for outcome in fan_out(stops, range(50), limit=4, ordered=True, stop_on=(KeyError,)):
            found.append(outcome.item)
    assert found == [1, 2, 3, 4, 5, 6, 7]


def test_order_and_second_calls_exclude_each_other() -> None:
    with pytest.raises(ValueError, match="cannot be combined"):
        fan_out(same, [1], ordered=True, retry_failed=True)


# --- second calls


async def test_a_failure_that_may_pass_is_called_again_after_all_others() -> None:
    calls: list[int] = []

    async def flaky(item: int) -> int:
        calls.append(item)
        if item in (3, 4) and calls.count(item) == 1:
            raise TimeoutError
        if item == 5:
            raise LookupError
        return item

    async with fan_out(flaky, range(20), limit=3, retry_failed=True) as outcomes:
        found = [(outcome.item, outcome.ok) async for outcome in outcomes]
    assert sorted(calls[-2:]) == [3, 4]
    assert calls.count(5) == 1
    assert sorted(found) == [(item, item != 5) for item in range(20)]
    assert sorted(item for item, _ in found[-2:]) == [3, 4]


async def test_what_fails_twice_has_failed() -> None:
    calls: list[int] = []

    async def down(item: int) -> int:
        calls.append(item)
        raise ConnectionError(len(calls))

    outcomes = await fetch_all(down, range(5), limit=2, retry_failed=True)
    assert [type(outcome.error) for outcome in outcomes] == [ConnectionError] * 5
    assert [calls.count(item) for item in range(5)] == [2] * 5


async def test_a_function_says_what_is_worth_a_second_call() -> None:
    calls: list[int] = []

    async def call(item: int) -> int:
        calls.append(item)
        raise (KeyError if item == 1 else TimeoutError)(item)

    await fetch_all(call, range(3), retry_failed=lambda error: isinstance(error, KeyError))
    assert sorted(calls) == [0, 1, 1, 2]


@pytest.mark.parametrize(
    ("answer", "calls"), [(Answer(503), 2), (Answer(404), 1), (Answer(500), 1), (Answer(429), 2), (Answer(body=[]), 1)]
)
async def test_which_answers_are_worth_a_second_call(answer: Answer, calls: int) -> None:
    with Server(answer) as server:
        async with AsyncPolytomic(api_key=KEY, base_url=server.url, max_attempts=1) as polytomic:
            await fetch_all(polytomic.get_bulk_destination, [UUID(int=1)], retry_failed=True)
        assert len(server.requests) == calls


async def test_a_call_that_may_have_acted_is_not_made_again() -> None:
    with Server(Answer(503)) as server:
        async with AsyncPolytomic(api_key=KEY, base_url=server.url, max_attempts=1) as polytomic:
            for method in (polytomic.cancel_bulk_sync, polytomic.delete_bulk_sync):
                await fetch_all(method, [UUID(int=1)], retry_failed=True)
        assert len(server.requests) == 2


async def test_only_so_many_failures_are_held_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("polytomic_client._fan_out.engine.MOST_HELD", 5)
    calls: list[int] = []

    async def down(item: int) -> int:
        calls.append(item)
        raise TimeoutError

    outcomes = await fetch_all(down, range(20), limit=1, retry_failed=True)
    assert len(outcomes) == 20
    assert len(calls) == 25


# --- stopping early


@pytest.mark.parametrize(
    ("answer", "error"),
    [(Answer(401), AuthenticationError), (Answer(headers={"X-Polytomic-Version": "2025-09-18"}), VersionMismatchError)],
)
async def test_an_error_that_hits_all_ends_the_fan_out(answer: Answer, error: type[Exception]) -> None:
    with Server(*[Answer()] * 20, answer) as server:
        async with AsyncPolytomic(api_key=KEY, base_url=server.url) as polytomic:
            found: list[bool] = []
            with pytest.raises(error):
                async for outcome in fan_out(polytomic.get_bulk_destination, map(UUID, forever()), limit=4):
                    found.append(outcome.ok)
        # Those that were under way with the one that failed are cancelled.
        assert 17 <= len(found) <= 20
        assert all(found)
        assert len(server.requests) <= 24


def forever() -> Iterator[str]:
    number = 0
    while True:
        number += 1
        yield f"00000000-0000-4000-8000-{number:012}"


async def test_a_closed_client_ends_the_fan_out() -> None:
    with Server() as server:
        polytomic = AsyncPolytomic(api_key=KEY, base_url=server.url)
        with pytest.raises(Exception, match="this client is closed"):
            async for outcome in fan_out(polytomic.get_bulk_destination, map(UUID, forever()), limit=4):
                assert outcome.ok
                if outcome.index == 10:
                    await polytomic.aclose()


async def test_what_ends_a_fan_out_can_be_said() -> None:
    with Server(Answer(401)) as server:
        async with AsyncPolytomic(api_key=KEY, base_url=server.url) as polytomic:
            outcomes = await fetch_all(polytomic.get_bulk_destination, ids(9), stop_on=())
            with pytest.raises(AuthenticationError):
                await fetch_all(polytomic.get_bulk_destination, ids(9), stop_on=(AuthenticationError,))
    assert [type(outcome.error) for outcome in outcomes] == [AuthenticationError] * 9


async def test_failures_that_were_held_back_come_before_what_ends_the_fan_out() -> None:
    async def call(item: int) -> int:
        if item == 20:
            raise KeyError
        if item == 2:
            raise TimeoutError
        return item

    found: list[int] = []
    with pytest.raises(KeyError):
        async for outcome in fan_out(call, range(100), limit=1, retry_failed=True, stop_on=(KeyError,)):
            found.append(outcome.item)
    assert sorted(found) == list(range(20))


# --- the deadline


async def test_at_the_deadline_everything_has_an_outcome(turning: TurningClock) -> None:
    called: list[int] = []

    async def call(item: int) -> int:
        called.append(item)
        await turning.sleep_async(1.0)
        return item

    outcomes = await fetch_all(call, list(range(100)), limit=10, deadline=2.5, clock=turning)
    kinds = [type(outcome.error) for outcome in outcomes]
    assert kinds == [type(None)] * 20 + [DeadlineExceededError] * 10 + [NotReachedError] * 70
    assert len(called) == 30
    assert "the fan-out's deadline of 2.5 s passed during the call" in str(outcomes[20].error)
    assert "before the call was made" in str(outcomes[30].error)
    assert others() == 0


async def test_a_deadline_interrupts_a_pause(turning: TurningClock) -> None:
    outcomes = await fetch_all(same, range(5), rate=0.1, deadline=15, limit=1, clock=turning)
    assert [type(outcome.error) for outcome in outcomes] == [type(None)] * 2 + [NotReachedError] * 3
    assert turning.now == pytest.approx(115)


async def test_a_deadline_interrupts_an_input_that_waits(turning: TurningClock) -> None:
    async def items() -> AsyncIterator[int]:
        yield 1
        yield 2
        await asyncio.Event().wait()

    found: list[int] = []
    with pytest.raises(NotReachedError, match="passed before the last item was read"):
        async for outcome in fan_out(same, items(), deadline=5, clock=turning):
            found.append(outcome.item)
    assert sorted(found) == [1, 2]
    assert others() == 0


async def test_a_deadline_also_passes_where_no_call_waits_for_anything(turning: TurningClock) -> None:
    async def busy(item: int) -> int:
        turning.now += 1.0
        return item

    outcomes = await fetch_all(busy, range(9), limit=1, deadline=3.5, clock=turning)
    assert [type(outcome.error) for outcome in outcomes] == [type(None)] * 4 + [NotReachedError] * 5


@pytest.mark.parametrize("start", [0.0, 1e10])
async def test_a_rate_goes_on_where_the_clock_of_a_client_shows_another_time(start: float) -> None:
    clock, began = VirtualTime(start), list[float]()

    def answer(_: httpx.Request) -> httpx.Response:
        began.append(clock.now)
        return httpx.Response(200, json=DESTINATION)

    async with AsyncPolytomic(api_key=KEY, clock=clock, transport=httpx.MockTransport(answer)) as polytomic:

        async def call(item: UUID) -> object:
            await asyncio.sleep(0)
            return await polytomic.get_bulk_destination(item)

        outcomes = await fetch_all(call, ids(8), rate=100, deadline=60, limit=4)
    assert [outcome.ok for outcome in outcomes] == [True] * 8
    assert began[-1] - start < 0.5


async def test_a_deadline_that_does_not_pass_leaves_nothing(turning: TurningClock) -> None:
    async with fan_out(same, range(50), deadline=5, clock=turning) as outcomes:
        assert [outcome.ok async for outcome in outcomes] == [True] * 50
        await asyncio.sleep(0)
        assert others() == 0
    assert turning.now == 100


async def test_a_call_that_swallows_the_deadline_keeps_its_value(turning: TurningClock) -> None:
    async def stubborn(item: int) -> int:
        try:
            await turning.sleep_async(60)
        except asyncio.CancelledError:
            return -1
        return item

    outcomes = await fetch_all(stubborn, range(4), limit=2, deadline=1, clock=turning)
    assert [outcome.result() for outcome in outcomes[:2]] == [-1, -1]
    assert [type(outcome.error) for outcome in outcomes[2:]] == [NotReachedError] * 2


async def test_a_second_call_that_the_deadline_prevents_leaves_the_first_failure(turning: TurningClock) -> None:
    async def call(item: int) -> int:
        await turning.sleep_async(1)
        raise ConnectionError(item)

    outcomes = await fetch_all(call, range(4), limit=2, deadline=2.5, retry_failed=True, clock=turning)
    assert [type(outcome.error) for outcome in outcomes] == [ConnectionError] * 4


def busy(clock: FakeClock, asked: list[str], *, seconds: int) -> httpx.MockTransport:
    """An API that is busy once for each connection, for so many seconds."""

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        if asked.count(request.url.path) == 1:
            return httpx.Response(503, headers={"Retry-After": str(seconds)})
        return httpx.Response(200, json=DESTINATION)

    return httpx.MockTransport(answer)


def wrapper(method: Callable[[UUID], Any]) -> Callable[[UUID], Any]:
    return lambda item: method(UUID(int=item.int))


@pytest.mark.parametrize("wrapped", [False, True], ids=["a method", "a lambda"])
@pytest.mark.parametrize("blocking", [False, True], ids=["async", "blocking"])
async def test_a_deadline_follows_the_clock_of_the_client(*, blocking: bool, wrapped: bool) -> None:
    clock, asked = FakeClock(), list[str]()
    outcomes: list[Outcome[UUID, Any]]
    settings: dict[str, Any] = {"api_key": KEY, "clock": clock, "transport": busy(clock, asked, seconds=40)}
    if blocking:
        with Polytomic(**settings) as client:
            fetch = wrapper(client.get_bulk_destination) if wrapped else client.get_bulk_destination
            outcomes = await asyncio.to_thread(fetch_all_blocking, fetch, ids(4), limit=1, deadline=100)
    else:
        async with AsyncPolytomic(**settings) as polytomic:
            call = wrapper(polytomic.get_bulk_destination) if wrapped else polytomic.get_bulk_destination
            outcomes = await fetch_all(call, ids(4), limit=1, deadline=100)

    # The first two take 40 s each. The third is to wait until 120 s, the fourth is not reached.
    assert [type(outcome.error) for outcome in outcomes] == [
        type(None),
        type(None),
        DeadlineExceededError,
        NotReachedError,
    ]
    assert len(asked) == 5


async def test_a_deadline_on_the_clock_of_the_client_does_not_pass_by_itself() -> None:
    clock = FakeClock()

    async def answer(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.02)
        return httpx.Response(200, json=DESTINATION)

    async with AsyncPolytomic(api_key=KEY, clock=clock, transport=httpx.MockTransport(answer)) as polytomic:
        outcomes = await fetch_all(polytomic.get_bulk_destination, ids(3), limit=1, deadline=3_600)
    assert [outcome.ok for outcome in outcomes] == [True] * 3
    assert clock.slept == []


async def test_every_call_under_way_is_late_once_a_client_has_slept_past_the_deadline() -> None:
    clock, started = FakeClock(), asyncio.Event()

    async def call(item: int) -> int:
        async with AsyncPolytomic(api_key=KEY, clock=clock, transport=httpx.MockTransport(answer)) as polytomic:
            if item == 0:
                started.set()
                await asyncio.Event().wait()
            await started.wait()
            await polytomic.get_identity()
        return item

    def answer(_: httpx.Request) -> httpx.Response:
        clock.sleep(61)
        return httpx.Response(200, json={"data": {}})

    async with asyncio.timeout(10):
        outcomes = await fetch_all(call, range(3), limit=2, deadline=60)
    assert [type(outcome.error) for outcome in outcomes] == [
        DeadlineExceededError,
        DeadlineExceededError,
        NotReachedError,
    ]


@pytest.mark.parametrize("deadline", [0, -1, float("inf"), "5"])
def test_a_bad_deadline_is_refused(deadline: Any) -> None:
    with pytest.raises(ValueError, match="deadline must be a positive number"):
        fan_out(same, [1], deadline=deadline)


# --- once each, and resuming


async def finish(fetch: Any, items: Any, **options: Any) -> list[Outcome[Any, Any]]:
    async with fan_out(fetch, items, **options) as outcomes:
        return [outcome async for outcome in outcomes]


async def test_what_only_collects_outcomes_takes_no_checkpoint(tmp_path: Path) -> None:
    options: Any = {"checkpoint": tmp_path / "finished"}
    with pytest.raises(TypeError, match=r"checkpoint must be left out: .* Use fan_out"):
        await fetch_all(same, range(3), **options)
    with pytest.raises(TypeError, match=r"checkpoint must be left out: .* Use fan_out"):
        fetch_all_blocking(str, range(3), **options)
    assert not (tmp_path / "finished").exists()


async def test_unique_asks_for_an_item_once() -> None:
    calls: list[Any] = []

    async def call(item: Any) -> None:
        calls.append(item)

    same_ids = [UUID(int=1), str(UUID(int=1)), UUID(int=2), UUID(int=1)]
    async with fan_out(call, same_ids, unique=True) as outcomes:
        found = [outcome.index async for outcome in outcomes]
        assert outcomes.progress.skipped == 2
    assert sorted(found) == [0, 2]
    assert len(calls) == 2


async def test_items_without_a_name_of_their_own_need_a_key() -> None:
    jobs = [{"id": 1}, {"id": 1}]

    async def call(item: dict[str, int]) -> None:
        pass

    with pytest.raises(TypeError, match=r"key= must return a str, int or UUID for each item, got dict"):
        await fetch_all(call, jobs, unique=True)
    with pytest.raises(KeyError) as raised:
        await fetch_all(call, [*jobs, {}], unique=True, key=lambda job: job["id"])
    assert raised.value.__notes__ == ["raised by key= of a fan-out, for the item with index 2"]
    assert len(await fetch_all(call, jobs, unique=True, key=lambda job: job["id"])) == 1
    assert len(await fetch_all(call, jobs, unique=True, key=lambda job: str(job["id"]))) == 1


async def test_passing_over_many_items_lets_others_run() -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0)

    ticker = asyncio.create_task(tick())
    await fetch_all(same, (0 for _ in range(20_000)), unique=True)
    ticker.cancel()
    assert ticks >= 8


async def test_a_second_run_does_the_rest_and_only_the_rest(tmp_path: Path) -> None:
    journal = tmp_path / "finished"
    calls: list[int] = []

    async def call(item: int) -> int:
        calls.append(item)
        if item == 7 and calls.count(7) == 1:
            raise LookupError
        return item

    async with fan_out(call, range(100), limit=4, checkpoint=journal) as outcomes:
        async for outcome in outcomes:
            if outcome.index >= 50:
                break
    done = set(calls)
    first = len(calls)

    second = await finish(call, range(100), limit=4, checkpoint=journal)
    again = calls[first:]
    assert {outcome.item for outcome in second} == set(again)
    assert 7 in again
    assert done | set(again) == set(range(100))
    # What was finished and not yet taken by the loop is done again: at most the window of twice the limit.
    assert len(calls) <= 100 + 1 + 8

    assert await finish(call, range(100), limit=4, checkpoint=journal) == []


@pytest.mark.parametrize("how", ["break", "raise", "bare"])
async def test_an_outcome_is_remembered_once_the_loop_is_done_with_it(how: str, tmp_path: Path) -> None:
    journal = tmp_path / "finished"
    if how == "bare":
        async for _ in fan_out(same, range(10), limit=1, checkpoint=journal):
            break
        for _ in range(5):
            await asyncio.sleep(0)
    else:
        try:
            async with fan_out(same, range(10), limit=1, checkpoint=journal) as outcomes:
                async for outcome in outcomes:
                    if how == "raise":
                        raise LookupError(outcome)
                    break
        except LookupError:
            pass
    rest = [outcome.item for outcome in await finish(same, range(10), checkpoint=journal)]
    assert sorted(rest) == list(range(1 if how == "break" else 0, 10))


async def test_several_readers_each_confirm_their_own(tmp_path: Path) -> None:
    journal = tmp_path / "finished"
    outcomes = fan_out(same, range(50), limit=5, checkpoint=journal)

    async def read() -> list[int]:
        found: list[int] = []
        async for outcome in outcomes:
            await asyncio.sleep(0)
            found.append(outcome.item)
        return found

    parts = await asyncio.gather(read(), read(), read())
    assert sorted(item for part in parts for item in part) == list(range(50))
    assert await finish(same, range(50), checkpoint=journal) == []


async def test_outcomes_that_other_tasks_ask_for_are_remembered(tmp_path: Path) -> None:
    outcomes = fan_out(same, range(10), limit=1, checkpoint=tmp_path / "finished")
    for _ in range(5):
        await asyncio.create_task(outcomes.__anext__())
    lines = (tmp_path / "finished").read_text().splitlines()
    assert [line.split()[1] for line in lines[1:]] == ['"0"', '"1"', '"2"', '"3"']


async def test_a_checkpoint_that_is_none_is_refused_before_anything_is_called(tmp_path: Path) -> None:
    path = tmp_path / "ids.csv"
    path.write_text("id\n1\n2\n")
    calls: list[int] = []

    async def call(item: int) -> None:
        calls.append(item)

    with pytest.raises(CheckpointError, match=r"ids\.csv"):
        await finish(call, range(3), checkpoint=path)
    assert not calls
    assert path.read_text() == "id\n1\n2\n"


async def test_one_checkpoint_serves_one_run_at_a_time(tmp_path: Path) -> None:
    async with fan_out(same, range(10), limit=1, checkpoint=tmp_path / "finished") as outcomes:
        await anext(outcomes)
        with pytest.raises(CheckpointError):
            await finish(same, range(3), checkpoint=tmp_path / "finished")
    assert len(await finish(same, range(10), checkpoint=tmp_path / "finished")) == 9


# --- progress


@pytest.fixture
def quick_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("polytomic_client._fan_out.engine.REPORT_EVERY", 0.001)


async def test_progress_is_reported_while_calls_are_slow_and_at_the_end(quick_reports: None) -> None:
    reports: list[Progress] = []
    enough = asyncio.Event()

    def report(progress: Progress) -> None:
        reports.append(progress)
        if len(reports) == 5:
            enough.set()

    async def call(item: int) -> int:
        if item >= 10:
            await enough.wait()
        if item % 10 == 0:
            raise LookupError
        return item

    await fetch_all(call, list(range(100)), limit=5, on_progress=report)
    middle, last = reports[3], reports[-1]
    assert (middle.done, middle.failed, middle.total, middle.in_flight, middle.limit) == (10, 1, 100, 5, 5)
    assert (last.done, last.failed, last.skipped, last.total, last.in_flight) == (100, 10, 0, 100, 0)
    assert (last.held_back, last.paused, last.eta) == (0, 0, 0)


async def test_the_rate_and_what_it_makes_of_the_rest(turning: TurningClock) -> None:
    async def call(item: int) -> int:
        await turning.sleep_async(0.5)
        return item

    async with fan_out(call, list(range(100)), limit=10, clock=turning) as outcomes:
        async for outcome in outcomes:
            if outcome.index == 49:
                break
        progress = outcomes.progress
    assert progress.elapsed == pytest.approx(2.5, abs=0.5)
    assert progress.rate == pytest.approx(progress.done / progress.elapsed)
    assert progress.eta == pytest.approx((100 - progress.done) / progress.rate)


async def test_progress_says_what_is_held_back_and_that_all_wait(
    turning: TurningClock, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[Progress] = []

    def answer(number: int) -> httpx.Response:
        seen.append(outcomes.progress)
        headers = {"Retry-After": "300"} if number == 2 else {}
        return httpx.Response(503, headers=headers) if number < 3 else httpx.Response(200, json=DESTINATION)

    polytomic, _ = scripted(turning, answer)
    async with polytomic.with_options(max_attempts=1) as once:
        outcomes = fan_out(once.get_bulk_destination, ids(4), limit=1, retry_failed=True, clock=turning)
        turning.sleep_hook = lambda: seen.append(outcomes.progress)
        async with outcomes:
            assert [outcome.ok async for outcome in outcomes] == [True] * 4
    assert [progress.held_back for progress in seen[:3]] == [0, 1, 2]
    assert max(progress.paused for progress in seen) == pytest.approx(300)
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == [
        "The fan-out pauses for 300.0 s, as requested by the API."
    ]


async def test_progress_fills_up_although_items_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "finished"
    async with fan_out(same, range(4), checkpoint=path) as outcomes:
        assert outcomes.progress.fraction == 0.0
        _ = [outcome async for outcome in outcomes]
    items = [*range(8), 7, 7]
    async with fan_out(same, items, limit=1, checkpoint=path) as outcomes:
        filled = [outcomes.progress.fraction async for _ in outcomes]
        assert (outcomes.progress.done, outcomes.progress.skipped, outcomes.progress.completed) == (4, 6, 10)
    assert filled == [0.5, 0.6, 0.7, 1.0]
    assert outcomes.progress.fraction == 1.0


@pytest.mark.parametrize(("items", "fraction"), [([], 1.0), (iter([1]), None)])
async def test_the_fraction_of_nothing_and_of_an_unknown_total(items: Any, fraction: float | None) -> None:
    async with fan_out(same, items) as outcomes:
        _ = [outcome async for outcome in outcomes]
    assert outcomes.progress.fraction == fraction


async def test_progress_of_an_input_without_a_length() -> None:
    reports: list[Progress] = []
    await fetch_all(same, iter(range(10)), on_progress=reports.append)
    assert [(report.done, report.total, report.eta) for report in reports] == [(10, None, None)]


async def hang(item: int) -> int:
    await asyncio.Event().wait()
    return item


async def test_reports_go_on_and_calls_too_after_an_input_that_raises(quick_reports: None) -> None:
    reported, reports = asyncio.Event(), list[Progress]()

    def report(progress: Progress) -> None:
        reports.append(progress)
        if len(reports) > 3:
            reported.set()

    def items() -> Iterator[int]:
        yield from range(2)
        raise ZeroDivisionError

    async def call(item: int) -> int:
        await reported.wait()
        return item

    found = list[int]()
    with pytest.raises(ZeroDivisionError):
        async for outcome in fan_out(call, items(), on_progress=report):
            found.append(outcome.result())
    assert sorted(found) == [0, 1]


@pytest.mark.parametrize("when", ["middle", "end"])
async def test_a_report_that_raises_ends_the_fan_out(when: str, quick_reports: None) -> None:
    def report(progress: Progress) -> None:
        raise ZeroDivisionError

    items: Any = range(1) if when == "end" else range(100)
    with pytest.raises(ZeroDivisionError) as raised:
        await fetch_all(same if when == "end" else hang, items, limit=2, on_progress=report)
    assert raised.value.__notes__ == ["raised by on_progress of a fan-out, which has ended"]
    assert len(asyncio.all_tasks()) == 1


async def test_reports_end_with_the_fan_out(quick_reports: None) -> None:
    reports: list[Progress] = []
    async for _ in fan_out(same, range(100), on_progress=reports.append):
        break
    for _ in range(5):
        await asyncio.sleep(0)
    count = len(reports)
    await asyncio.sleep(0.02)
    assert len(reports) == count


async def test_progress_can_be_asked_for_at_any_time() -> None:
    async with fan_out(same, [1, 2, 3]) as outcomes:
        before = outcomes.progress
        assert (before.done, before.total, before.elapsed, before.rate, before.eta) == (0, 3, 0.0, 0.0, None)
        async for _ in outcomes:
            pass
        assert outcomes.progress.done == 3


async def test_it_prints_which_function_and_how_far() -> None:
    async with fan_out(even, ["secret-0", "secret-1", "secret-2", "secret-3"], limit=1) as outcomes:
        seen = [repr(outcomes)]
        async for _ in outcomes:
            seen.append(repr(outcomes))
        seen.append(repr(outcomes))
    assert seen[:2] == [
        "<FanOut of even: not started, 0 of 4 done, 0 failed, limit 1>",
        "<FanOut of even: running, 2 of 4 done, 1 failed, limit 1>",
    ]
    assert seen[-1] == repr(outcomes) == "<FanOut of even: finished, 4 of 4 done, 2 failed, limit 1>"
    assert "secret" not in "".join(seen)


async def even(item: str) -> None:
    if int(item[-1]) % 2:
        raise ValueError(item)


def test_it_prints_so_in_threads() -> None:
    with Polytomic(api_key=KEY) as polytomic:
        left = fan_out_blocking(polytomic.get_bulk_destination, iter(["a"]), limit=3)
        assert repr(left) == "<BlockingFanOut of get_bulk_destination: not started, 0 done, 0 failed, limit 3>"
    go, several = threading.Event(), threading.Barrier(3)

    def wait(item: int) -> None:
        if item:
            several.wait(10)
            assert go.wait(10)

    with fan_out_blocking(wait, range(3)) as outcomes:
        for _ in outcomes:
            several.wait(10)
            assert repr(outcomes) == "<BlockingFanOut of wait: running, 1 of 3 done, 0 failed, limit 64>"
            break
        go.set()
        assert len(list(outcomes)) == 2
        assert repr(outcomes) == "<BlockingFanOut of wait: finished, 3 of 3 done, 0 failed, limit 64>"


def test_the_function_that_is_printed_may_be_any_callable() -> None:
    class Fetch:
        def __init__(self, password: str) -> None:
            self.password = password

        def __repr__(self) -> str:
            return self.password

        async def __call__(self, item: object) -> None:
            pass

    class Nameless(Fetch):
        @property
        def __name__(self) -> str:
            raise RuntimeError("no name")

    named: Any = Fetch("secret")
    named.__name__ = "a\n" * 100

    def printed(fetch: Callable[[Any], Any]) -> str:
        return repr(fan_out(fetch, list[Any]())).split(":")[0]

    client = AsyncPolytomic(api_key=KEY)
    method = client.with_options(deadline=1).with_response.get_bulk_destination
    assert printed(method) == "<FanOut of get_bulk_destination"
    assert printed(partial(partial(cast("Any", same)), secret="secret")) == "<FanOut of same"
    assert printed(lambda _: same(1)) == "<FanOut of <lambda>"
    assert printed(Fetch("secret")) == "<FanOut of Fetch"
    assert printed(Nameless("secret")) == "<FanOut of Nameless"
    assert printed(AsyncMock()) == "<FanOut of AsyncMock"
    assert printed(named) == f"<FanOut of {'a ' * 39}a…"


# --- a limit above the connections of the client


ABOVE = (
    "limit is 200, but the client has max_connections=100, so further calls only wait. Create the client with "
    "max_connections=200, or lower the limit."
)


METHODS: dict[str, Callable[[Any], Callable[[Any], Any]]] = {
    "method": lambda client: client.get_bulk_destination,
    "copy": lambda client: client.with_options(deadline=5).get_bulk_destination,
    "with_response": lambda client: client.with_response.get_bulk_destination,
    "workflow": lambda client: client.run_bulk_sync,
    "partial": lambda client: partial(partial(client.get_bulk_destination), connection_id=None),
}


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_a_limit_above_the_connections_of_the_client_warns_once(method: Callable[[Any], Any]) -> None:
    with Server() as server, Polytomic(api_key=KEY, base_url=server.url) as blocking:
        client = AsyncPolytomic(api_key=KEY, base_url=server.url)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            fan_out(method(client), ids(3), limit=200)
            fan_out_blocking(method(blocking), ids(3), limit=200)
            asyncio.run(fetch_all(method(client), ids(0), limit=200))
            fetch_all_blocking(method(blocking), ids(0), limit=200)
            first = line_number()
    assert [str(warning.message) for warning in caught] == [ABOVE] * 4
    assert {warning.category for warning in caught} == {UserWarning}
    # The lines of the caller.
    assert [(warning.filename, warning.lineno) for warning in caught] == [
        (__file__, first - before) for before in (4, 3, 2, 1)
    ]


async def test_a_limit_that_a_coroutine_awaits_names_its_line() -> None:
    async with AsyncPolytomic(api_key=KEY, max_connections=2) as client:
        with pytest.warns(UserWarning, match="limit is 3, but the client has max_connections=2") as caught:
            await fetch_all(client.get_bulk_destination, ids(0), limit=3)
        assert [(warning.filename, warning.lineno) for warning in caught] == [(__file__, line_number() - 1)]
        with pytest.warns(UserWarning, match="the maximum of limit is 500, but the client has max_connections=2"):
            await fetch_all(client.get_bulk_destination, ids(0), limit=AutoLimit(maximum=500))


async def test_a_limit_that_the_client_has_connections_for_does_not_warn() -> None:
    client = AsyncPolytomic(api_key=KEY, max_connections=200)
    await fetch_all(client.get_bulk_destination, ids(0), limit=200)
    # It has a limit of its own, which nobody else knows.
    client = AsyncPolytomic(api_key=KEY, transport=httpx.MockTransport(lambda _: httpx.Response(200)))
    await fetch_all(client.get_bulk_destination, ids(0), limit=200)
    # What is wrong is an error, without a warning.
    client = AsyncPolytomic(api_key=KEY)
    with pytest.raises(ValueError, match="rate must be"):
        fan_out(client.get_bulk_destination, ids(1), limit=200, rate=0)
    with pytest.raises(TypeError, match="items must be"):
        fan_out(client.get_bulk_destination, cast("Any", 5), limit=200)


@pytest.mark.parametrize(("connections", "limit"), [(4, 4), (16, 16), (100, 16)])
async def test_an_automatic_limit_is_not_above_the_connections(connections: int, limit: int) -> None:
    client = AsyncPolytomic(api_key=KEY, max_connections=connections)
    assert fan_out(client.get_bulk_destination, ids(0), limit="auto").progress.limit == limit
    with Polytomic(api_key=KEY, max_connections=connections) as blocking:
        assert fan_out_blocking(blocking.get_bulk_destination, ids(0), limit="auto").progress.limit == limit


def line_number() -> int:
    """The line of the caller."""
    return sys._getframe(1).f_lineno


# --- options of another kind


async def some(item: Any) -> None:
    pass


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"on_progress": some}, "on_progress must be a function that is not async"),
        ({"on_progress": 5}, "on_progress must be a function"),
        ({"retry_failed": some}, "retry_failed must be a function that is not async"),
        ({"retry_failed": (ValueError,)}, "retry_failed must be a function"),
        ({"retry_failed": ValueError}, "retry_failed must be a function"),
        ({"retry_failed": "yes"}, "retry_failed must be a function"),
        ({"key": 3}, "key must be a function"),
        ({"stop_on": [ValueError]}, "stop_on must be a tuple of exception classes"),
        ({"stop_on": ("x",)}, "stop_on must be a tuple of exception classes"),
        ({"stop_on": None}, "stop_on must be a tuple of exception classes"),
        ({"checkpoint": 5}, "checkpoint must be the path of a file, got 5"),
        ({"limits": 5}, "unexpected keyword argument 'limits'"),
    ],
)
def test_an_option_of_another_kind_is_refused_by_name(option: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        fan_out(some, [1], **option)


@pytest.mark.parametrize("items", [None, 5])
def test_items_of_another_kind_are_refused_by_name(items: Any) -> None:
    with pytest.raises(TypeError, match=f"items must be an iterable of items, got {items}"):
        fan_out(some, items)


async def test_a_loop_after_the_block_is_refused() -> None:
    async with fan_out(same, [1, 2, 3]) as outcomes:
        pass
    with pytest.raises(RuntimeError, match="inside its `async with` block"):
        async for _ in outcomes:
            pass


# --- errors that the API's answers make


async def test_a_404_says_nothing_of_the_health_of_the_api() -> None:
    with Server(Answer(404, headers={"Retry-After": "1000"})) as server:
        async with AsyncPolytomic(api_key=KEY, base_url=server.url) as polytomic:
            async with fan_out(polytomic.get_bulk_destination, ids(30), limit=AutoLimit(1, 8, 4)) as outcomes:
                kinds = {type(outcome.error) async for outcome in outcomes}
    assert kinds == {NotFoundError}


async def test_a_rate_limit_without_retries_is_an_outcome() -> None:
    with Server(Answer(429)) as server:
        async with AsyncPolytomic(api_key=KEY, base_url=server.url, max_attempts=1) as polytomic:
            outcomes = await fetch_all(polytomic.get_bulk_destination, [UUID(int=1)], limit="auto")
    assert isinstance(outcomes[0].error, RateLimitError)
