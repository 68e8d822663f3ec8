"""Faults during a fan-out of 2,000 over sockets: nothing is lost, and no task, socket or warning is left behind."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import heapq
import json
import random
import signal
import subprocess
import sys
import threading
import time
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from polytomic_client import (
    AsyncPolytomic,
    AuthenticationError,
    DeadlineExceededError,
    FanOut,
    NotReachedError,
    NotSentError,
    Outcome,
    OutcomeUnknownError,
    Polytomic,
    RateLimitError,
    ReadTimeoutError,
    RequestError,
    ServerError,
    Timeout,
    VersionMismatchError,
    fan_out,
    fan_out_blocking,
)
from polytomic_client.v2023_04_25.models import BulkDestinationEnvelope

from .conftest import KEY
from .fast_server import OK, Asked, FastServer, Fault, Script, answer

COUNT = 2_000
IDS = [UUID(int=number) for number in range(COUNT)]
LIMIT = 64

FOREVER = 180.0
"""Seconds until a test is given up, so that what hangs fails. The longest takes about 2 s on two cores."""

TOO_MANY = answer(429, {"message": "slow down"})
TOO_MANY_FOR_A_SECOND = answer(429, {"message": "slow down"}, retry_after="1")
TOO_MANY_FOR_THREE_SECONDS = answer(429, {"message": "slow down"}, retry_after="3")
UNAVAILABLE = answer(503, {"message": "restarting"})

BREAKS = (Fault.RESET, Fault.CLOSE, Fault.HALF)

Found = Outcome[UUID, BulkDestinationEnvelope]


class VirtualClock:
    """Time that stands still while a call is at work, and goes on to whoever sleeps the shortest once all are asleep.

    So the time at which a request reaches the server is the one at which it was sent, however busy the machine is.
    """

    def __init__(self) -> None:
        self.now = 1_000.0
        self._chance = random.Random(1)
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0
        self._awake: set[asyncio.Task[Any] | None] = set()
        self._quiet_turns = 0
        self._ticking = False
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return 1_795_500_000.0 + self.now

    def random(self) -> float:
        return self._chance.random()

    def sleep(self, seconds: float) -> None:
        """Pass the time at once: for threads, which cannot all be seen asleep."""
        with self._lock:
            self.now += seconds

    async def sleep_async(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        task = asyncio.current_task()
        calls = task in self._awake
        future = asyncio.get_running_loop().create_future()
        self._count += 1
        heapq.heappush(self._sleepers, (self.now + seconds, self._count, future))
        self._tick_soon()
        self._awake.discard(task)
        try:
            await future
        finally:
            if calls:
                self._awake.add(task)

    def calls(
        self, fetch: Callable[[UUID], Awaitable[BulkDestinationEnvelope]]
    ) -> Callable[[UUID], Awaitable[BulkDestinationEnvelope]]:
        """Return the function, which lets the time stand still while it is at work."""

        async def call(item: UUID) -> BulkDestinationEnvelope:
            task = asyncio.current_task()
            self._awake.add(task)
            try:
                return await fetch(item)
            finally:
                self._awake.discard(task)

        return call

    def advance(self, seconds: float) -> None:
        """Let the time pass."""
        self.now += seconds
        while self._sleepers and self._sleepers[0][0] <= self.now:
            future = heapq.heappop(self._sleepers)[2]
            if not future.done():
                future.set_result(None)

    def _tick_soon(self) -> None:
        if not self._ticking:
            self._ticking = True
            asyncio.get_running_loop().call_soon(self._tick)

    def _tick(self) -> None:
        self._ticking = False
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        # Who was woken needs a turn or two until it is at work.
        self._quiet_turns = 0 if self._awake else self._quiet_turns + 1
        if self._sleepers and self._quiet_turns > 3:
            self._quiet_turns = 0
            self.advance(self._sleepers[0][0] - self.now)
        if self._sleepers:
            self._tick_soon()


def others() -> set[asyncio.Task[Any]]:
    return {task for task in asyncio.all_tasks() if task is not asyncio.current_task()}


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what the other end of a connection sees a little later."""
    async with asyncio.timeout(FOREVER):
        while not condition():
            await asyncio.sleep(0.001)


@asynccontextmanager
async def served(script: Script, **settings: Any) -> AsyncGenerator[tuple[FastServer, AsyncPolytomic]]:
    """A server and a client. If the block ends well, check that nothing is left."""
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    async with FastServer(script) as server:
        async with asyncio.timeout(FOREVER), AsyncPolytomic(api_key=KEY, base_url=server.url, **settings) as polytomic:
            yield server, polytomic
            await until(lambda: server.waiting == 0)
            assert not others()
        await until(lambda: server.open == 0)
    gc.collect()  # what has no owner any more warns now, which is an error
    await asyncio.sleep(0)
    assert not others()
    assert not complaints


def by_item(outcomes: list[Found]) -> dict[int, Found]:
    """Return the outcomes by the number of their item, of which each has one, and says where it was."""
    found = {outcome.item.int: outcome for outcome in outcomes}
    assert len(found) == len(outcomes)
    assert all(outcome.index == number for number, outcome in found.items())
    return found


def all_of_them(outcomes: list[Found]) -> dict[int, Found]:
    found = by_item(outcomes)
    assert sorted(found) == list(range(COUNT))
    return found


# 1. A storm of 429s.


async def test_a_storm_of_429s_loses_nothing_and_its_pauses_hold_for_all() -> None:
    clock = VirtualClock()
    arrived: list[float] = []
    pauses: list[tuple[int, float]] = []

    def script(asked: Asked) -> bytes:
        number = asked.number
        arrived.append(clock.now)
        stormy = 100 < number <= 800
        # Before and after it a 429 now and then, while all other requests are answered: one for a second, and on its
        # heels one for three, which find calls that wait already.
        if number % 250 == 0 or (stormy and number % 3 == 0):
            pauses.append((number - 1, 1.0))
            return TOO_MANY_FOR_A_SECOND
        if number % 250 == 20:
            pauses.append((number - 1, 3.0))
            return TOO_MANY_FOR_THREE_SECONDS
        return TOO_MANY if stormy else OK

    async with served(script, clock=clock) as (server, polytomic):
        async with fan_out(
            clock.calls(polytomic.get_bulk_destination), IDS, limit=LIMIT, retry_failed=True, clock=clock
        ) as outcomes:
            found = all_of_them([outcome async for outcome in outcomes])

    assert all(outcome.ok for outcome in found.values())
    # More were called again by the fan-out than by the client alone: three tries were not enough for all.
    assert max(server.times.values()) > 3
    for number, seconds in pauses:
        asked_at = arrived[number]
        # At this very moment, only what was on its way already. Then nothing, until the pause is over.
        on_their_way = bisect_right(arrived, asked_at) - number - 1
        assert on_their_way < LIMIT
        assert bisect_left(arrived, asked_at + seconds - 1e-6) - number - 1 == on_their_way
    assert server.most_open <= LIMIT


# 2. Resets and hang-ups.


def broken_requests() -> dict[tuple[int, int], Fault | bytes]:
    """Return a fault for 2 % of the first and second requests for an item."""
    chance = random.Random(20_231)
    kinds: list[Fault | bytes] = [*BREAKS, Fault.LAST, UNAVAILABLE]
    return {(item, nth): chance.choice(kinds) for item in range(COUNT) for nth in (1, 2) if chance.random() < 0.02}


async def test_resets_and_hang_ups_are_repaired_by_the_client() -> None:
    broken = broken_requests()

    async with served(lambda asked: broken.get((asked.item, asked.nth), OK), clock=VirtualClock(), max_attempts=5) as (
        server,
        polytomic,
    ):
        async with fan_out(polytomic.get_bulk_destination, IDS, limit=LIMIT) as outcomes:
            found = all_of_them([outcome async for outcome in outcomes])

    assert all(outcome.ok for outcome in found.values())
    failed_first = sum(fault is not Fault.LAST for (_, nth), fault in broken.items() if nth == 1)
    assert len(server.asked) >= COUNT + failed_first


async def test_without_retries_exactly_the_broken_calls_fail() -> None:
    chance = random.Random(20_232)
    broken = {item: chance.choice(BREAKS) for item in range(COUNT) if chance.random() < 0.02}

    async with served(lambda asked: broken.get(asked.item, OK), max_attempts=1) as (server, polytomic):
        async with fan_out(polytomic.get_bulk_destination, IDS, limit=LIMIT) as outcomes:
            found = all_of_them([outcome async for outcome in outcomes])
            assert outcomes.progress.failed == len(broken)

    assert {item for item, outcome in found.items() if not outcome.ok} == set(broken)
    assert all(isinstance(found[item].error, (OutcomeUnknownError, NotSentError)) for item in broken)
    # One that met the end of a kept connection was sent once more.
    assert {item for item, times in server.times.items() if times > 1} <= set(broken)
    assert max(server.times.values()) <= 2


async def test_retry_failed_repairs_what_the_client_did_not() -> None:
    chance = random.Random(20_233)
    broken = {item: chance.choice(BREAKS) for item in range(COUNT) if chance.random() < 0.02}
    # Some stay broken: they have one outcome too, and are not called a third time.
    lost = set(list(broken)[:20])

    def script(asked: Asked) -> bytes | Fault:
        return broken.get(asked.item, OK) if asked.nth == 1 or asked.item in lost else OK

    async with served(script, max_attempts=1) as (server, polytomic):
        async with fan_out(polytomic.get_bulk_destination, IDS, limit=LIMIT, retry_failed=True) as outcomes:
            found = all_of_them([outcome async for outcome in outcomes])

    assert {item for item, outcome in found.items() if not outcome.ok} == lost
    # Some met the end of a kept connection, and were sent once more: at once, and in either call.
    assert {item: min(times, 2) for item, times in server.times.items()} == {
        item: 2 if item in broken else 1 for item in range(COUNT)
    }
    assert all(times <= (4 if item in lost else 2) for item, times in server.times.items())
    # After all others, of which the last may still be on their way.
    assert set(server.asked[: COUNT + LIMIT + len(broken)]) == set(range(COUNT))
    assert len(set(server.asked[: COUNT - LIMIT])) >= COUNT - LIMIT - len(broken)


# 3. An item that hangs.


async def test_an_item_that_hangs_holds_up_no_other_and_ends_at_the_deadline() -> None:
    clock = VirtualClock()
    hung = asyncio.Event()

    def script(asked: Asked) -> bytes | Fault:
        if asked.item != 70:
            return OK
        hung.set()
        return Fault.HANG

    found: list[Found] = []
    async with served(script) as (server, polytomic):
        # The call that hangs keeps the time from passing, so that only the test lets it pass.
        fetch = clock.calls(polytomic.get_bulk_destination)
        async with fan_out(fetch, IDS, limit=LIMIT, deadline=3_600, clock=clock) as outcomes:
            async for outcome in outcomes:
                found.append(outcome)
                if len(found) == COUNT - 1:
                    assert hung.is_set()
                    assert server.waiting == 1
                    assert outcomes.progress.in_flight == 1
                    clock.advance(3_600)

        await until(lambda: server.waiting == 0)

    assert [item for item, outcome in all_of_them(found).items() if not outcome.ok] == [70]
    assert found[-1].item.int == 70
    assert type(found[-1].error) is DeadlineExceededError


async def test_an_item_that_hangs_ends_with_its_time_out_and_in_order_no_more_than_a_window_is_asked_for() -> None:
    delivered = 0
    furthest = 0

    def script(asked: Asked) -> bytes | Fault:
        nonlocal furthest
        furthest = max(furthest, asked.item - delivered)
        return Fault.HANG if asked.item == 1_000 else OK

    async def fetch(item: UUID) -> BulkDestinationEnvelope:
        return await (impatient if item.int == 1_000 else polytomic).get_bulk_destination(item)

    found: list[Found] = []
    async with served(script) as (_, polytomic):
        # The others have their 30 seconds, however busy the machine is.
        impatient = polytomic.with_options(timeout=Timeout(read=0.3), max_attempts=1)
        async with fan_out(fetch, IDS, limit=LIMIT, ordered=True) as outcomes:
            async for outcome in outcomes:
                found.append(outcome)
                delivered += 1

    assert [outcome.index for outcome in found] == list(range(COUNT))
    failed = [outcome for outcome in all_of_them(found).values() if not outcome.ok]
    assert [outcome.item.int for outcome in failed] == [1_000]
    assert isinstance(failed[0].error, ReadTimeoutError)
    # The first outcome that is missing is one of the window.
    assert furthest == 2 * LIMIT - 1


# 4. A consumer that leaves early.


class LeftError(Exception):
    """Why the consumer left."""


LEAVE_AFTER = 500


def this_task() -> asyncio.Task[Any]:
    task = asyncio.current_task()
    assert task is not None
    return task


async def break_in_block(polytomic: AsyncPolytomic, taken: list[UUID]) -> None:
    async with fan_out(polytomic.get_bulk_destination, IDS, limit=LIMIT) as outcomes:
        async for outcome in outcomes:
            taken.append(outcome.item)
            if len(taken) == LEAVE_AFTER:
                break


async def raise_in_block(polytomic: AsyncPolytomic, taken: list[UUID]) -> None:
    async with fan_out(polytomic.get_bulk_destination, IDS, limit=LIMIT) as outcomes:
        async for outcome in outcomes:
            taken.append(outcome.item)
            if len(taken) == LEAVE_AFTER:
                raise LeftError


async def cancelled_in_block(polytomic: AsyncPolytomic, taken: list[UUID]) -> None:
    async with fan_out(polytomic.get_bulk_destination, IDS, limit=LIMIT) as outcomes:
        async for outcome in outcomes:
            taken.append(outcome.item)
            if len(taken) == LEAVE_AFTER:
                this_task().cancel()


async def break_out_of_bare_loop(polytomic: AsyncPolytomic, taken: list[UUID]) -> None:
    async for outcome in fan_out(polytomic.get_bulk_destination, IDS, limit=LIMIT):
        taken.append(outcome.item)
        if len(taken) == LEAVE_AFTER:
            break


async def raise_in_bare_loop(polytomic: AsyncPolytomic, taken: list[UUID]) -> None:
    async for outcome in fan_out(polytomic.get_bulk_destination, IDS, limit=LIMIT):
        taken.append(outcome.item)
        if len(taken) == LEAVE_AFTER:
            raise LeftError


async def cancelled_in_bare_loop(polytomic: AsyncPolytomic, taken: list[UUID]) -> None:
    async for outcome in fan_out(polytomic.get_bulk_destination, IDS, limit=LIMIT):
        taken.append(outcome.item)
        if len(taken) == LEAVE_AFTER:
            this_task().cancel()


@pytest.mark.parametrize(
    ("consume", "turns"),
    [
        (break_in_block, 0),
        (raise_in_block, 0),
        (cancelled_in_block, 0),
        # Whoever leaves a bare loop does not wait for what it cancels.
        (break_out_of_bare_loop, 20),
        (raise_in_bare_loop, 20),
        (cancelled_in_bare_loop, 20),
    ],
)
async def test_a_consumer_that_leaves_early_leaves_nothing_behind(
    consume: Callable[[AsyncPolytomic, list[UUID]], Any], turns: int
) -> None:
    # Some connections wait for their answer when the consumer leaves.
    async with served(lambda asked: Fault.HANG if asked.item % 100 == 99 else OK) as (server, polytomic):
        taken: list[UUID] = []
        # In this very task, so that no turn of the loop comes between the end and the check of what is left.
        with contextlib.suppress(LeftError, asyncio.CancelledError):
            await consume(polytomic, taken)
        this_task().uncancel()
        # A cancellation comes where the consumer waits, and outcomes that are there already come before.
        assert LEAVE_AFTER <= len(taken) <= LEAVE_AFTER + 2 * LIMIT
        for _ in range(turns):
            await asyncio.sleep(0)
        assert not others()

        # What was on the wire still comes to the server, and nothing more.
        await until(lambda: server.waiting == 0)
        assert len(taken) + 5 <= len(server.asked) <= len(taken) + 2 * LIMIT
        asked = len(server.asked)
        assert (await polytomic.get_bulk_destination(UUID(int=1))).data is not None
        assert len(server.asked) == asked + 1
        gc.collect()


async def test_a_consumer_that_is_cancelled_while_it_waits_leaves_nothing_behind() -> None:
    for bare in (False, True):
        async with served(lambda asked: OK if asked.item < 1_000 else Fault.HANG) as (server, polytomic):
            taken: list[UUID] = []

            async def consume(polytomic: AsyncPolytomic, taken: list[UUID], *, bare: bool) -> None:
                outcomes = fan_out(polytomic.get_bulk_destination, IDS, limit=LIMIT)
                async with contextlib.nullcontext() if bare else outcomes:
                    async for outcome in outcomes:
                        taken.append(outcome.item)

            consumer = asyncio.create_task(consume(polytomic, taken, bare=bare))
            await until(lambda: server.waiting == LIMIT)
            assert len(taken) == 1_000
            consumer.cancel()
            with pytest.raises(asyncio.CancelledError):
                await consumer
            if bare:
                del consumer  # whose error holds the frames, and they the fan-out
                await until(lambda: not others())
            assert not others()
            await until(lambda: server.waiting == 0)
            assert len(server.asked) == 1_000 + LIMIT
            assert (await polytomic.get_bulk_destination(UUID(int=1))).data is not None


# 5. A process that is killed.

CHILD = Path(__file__).with_name("data") / "fan_out_child.py"


def journal(path: Path) -> set[int]:
    """Return the items that a checkpoint has, read as its format says and not by the code under test."""
    _, *lines = path.read_bytes().split(b"\n")
    return {UUID(json.loads(line.partition(b" ")[2])).int for line in lines[:-1]}


def run_child(arguments: list[str], death: int | None) -> tuple[int, list[int]]:
    """Run the child, kill it at the request with the number `death`, and return its exit code and what it asked for.

    A server of its own: what a dead process has sent may be read late, and is not what the next one asks.
    """
    child: subprocess.Popen[bytes] | None = None

    def script(asked: Asked) -> bytes | Fault:
        if death is not None and asked.number >= death:
            assert child is not None
            child.kill()
            return Fault.HANG
        return OK

    with FastServer(script) as server:
        command = [sys.executable, "-W", "error", str(CHILD), server.url, *arguments]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        printed, _ = child.communicate(timeout=FOREVER)
    assert printed == b""
    return child.returncode, server.asked


@pytest.mark.process
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize(("way", "count", "kills"), [("async", COUNT, 5), ("blocking", COUNT, 3)])
def test_a_process_that_is_killed_goes_on_where_it_was(way: str, count: int, kills: int, tmp_path: Path) -> None:
    checkpoint, record = tmp_path / "checkpoint", tmp_path / "record"
    chance = random.Random(20_235)
    # The request of a run at which the process dies: the first, and then any. The run before the last dies by itself,
    # with its hundredth outcome in hand, and the last one comes to its end.
    most = count // (kills + 1)
    deaths = [1, *(chance.randrange(most // 10, most) for _ in range(kills - 2)), None, None]
    limit = 32
    finished: set[int] = set()
    processed: list[int] = []
    ends: list[int] = []
    all_asked = 0
    for run, death in enumerate(deaths):
        in_hand = 100 if run == kills - 1 else 0
        end, asked = run_child([way, str(count), str(limit), str(checkpoint), str(record), str(in_hand)], death)
        ends.append(end)
        assert len(asked) == len(set(asked))
        assert not finished & set(asked)
        all_asked += len(asked)
        finished = journal(checkpoint)
        processed = [int(line) for line in record.read_text().split()]
        # Nothing is finished that the consumer did not have, and it had at most one that is not.
        assert finished <= set(processed)
        assert len(set(processed) - finished) <= 1

    assert ends == [-signal.SIGKILL] * kills + [0]
    assert set(processed) == finished == set(range(count))
    assert len(processed) - count <= kills
    assert all_asked - count <= kills * 2 * limit


async def test_an_outcome_that_another_task_asks_for_is_finished_too(tmp_path: Path) -> None:
    """As `asyncio.wait_for` does, which is a task of its own on Python 3.11."""
    async with served(lambda _: OK) as (_, polytomic):
        async with fan_out(
            polytomic.get_bulk_destination, IDS, limit=8, checkpoint=tmp_path / "checkpoint"
        ) as outcomes:
            for taken in range(100):
                await asyncio.create_task(next_of(outcomes))
                assert len(journal(tmp_path / "checkpoint")) >= taken - 8


async def next_of(outcomes: FanOut[UUID, BulkDestinationEnvelope]) -> Found:
    return await anext(outcomes)


def test_a_bare_blocking_loop_that_comes_to_its_end_has_remembered_everything(tmp_path: Path) -> None:
    ids = IDS[:100]
    with FastServer(lambda _: OK) as server, Polytomic(api_key=KEY, base_url=server.url) as polytomic:
        for _ in fan_out_blocking(polytomic.get_bulk_destination, ids, limit=8, checkpoint=tmp_path / "checkpoint"):
            pass
        wait_until(lambda: not fan_out_threads())
    assert journal(tmp_path / "checkpoint") == set(range(100))


# 6. What hits all.

UNAUTHORIZED = answer(401, {"error": "unknown key"})
OTHER_VERSION = answer(version="2024-02-08")


@pytest.mark.parametrize("ordered", [False, True])
@pytest.mark.parametrize(
    ("refusal", "kind"), [(UNAUTHORIZED, AuthenticationError), (OTHER_VERSION, VersionMismatchError)]
)
async def test_what_hits_all_ends_the_run_after_the_outcomes_before_it(
    *, refusal: bytes, kind: type[RequestError], ordered: bool
) -> None:
    answered = 1_000
    hit = False
    before: dict[int, bool] = {}

    def script(asked: Asked) -> bytes | Fault:
        if asked.number > answered:
            return refusal if asked.number % 2 else Fault.HANG
        # One that hangs is a gap, behind which outcomes wait for their turn, where there is an order.
        if asked.item == answered - LIMIT:
            return Fault.HANG
        return UNAVAILABLE if asked.item % 100 == 7 else OK

    async def fetch(item: UUID) -> BulkDestinationEnvelope:
        nonlocal hit
        try:
            value = await polytomic.get_bulk_destination(item)
        except ServerError:
            before[item.int] = False
            raise
        except RequestError:
            hit = True
            raise
        if not hit:
            before[item.int] = True
        return value

    found: list[Found] = []
    async with served(script, max_attempts=1) as (server, polytomic):
        with pytest.raises(kind):
            # Where there is no order, failures are held back for their second call.
            async for outcome in fan_out(fetch, IDS, limit=LIMIT, ordered=ordered, retry_failed=not ordered):
                found.append(outcome)
        await until(lambda: not others())
        assert len(server.asked) <= answered + LIMIT

    assert {item: outcome.ok for item, outcome in by_item(found).items()} == before
    assert len(before) >= answered - LIMIT
    if ordered:
        indices = [outcome.index for outcome in found]
        assert indices == sorted(indices)
        assert answered - LIMIT not in indices
        assert indices[-1] > answered - LIMIT


# 7. A limit that finds itself.


@pytest.mark.soak
async def test_an_auto_limit_falls_in_a_storm_and_recovers() -> None:
    clock = VirtualClock()
    running = 0
    before: list[int] = []
    after: list[tuple[int, int]] = []
    batches: Counter[float] = Counter()

    def script(asked: Asked) -> bytes:
        if asked.number == 1_000:
            before.append(outcomes.progress.limit)
        if 1_000 <= asked.number < 2_500:
            batches[clock.now] += 1
            return TOO_MANY_FOR_A_SECOND
        if asked.number >= 2_500:
            after.append((outcomes.progress.limit, running))
        return OK

    async def fetch(item: UUID) -> BulkDestinationEnvelope:
        nonlocal running
        running += 1
        try:
            return await clock.calls(polytomic.get_bulk_destination)(item)
        finally:
            running -= 1

    async with served(script, clock=clock, max_connections=256) as (_, polytomic):
        outcomes = fan_out(fetch, IDS, limit="auto", retry_failed=True, clock=clock)
        async with outcomes:
            found = all_of_them([outcome async for outcome in outcomes])
            last = outcomes.progress.limit

    assert all(outcome.ok for outcome in found.values())
    limit_before = before[0]
    limit_after, _ = after[0]
    assert limit_before >= 100
    assert limit_after <= limit_before // 4
    # Once the calls that were in the storm have had their tries, no more are made at once than the limit has it.
    assert all(at_once <= limit for limit, at_once in after[300:])
    # Within the storm too, there were fewer and fewer at once.
    sizes = [batches[moment] for moment in sorted(batches)]
    assert sizes[-2] < max(sizes) // 4
    assert last > 2 * limit_after


# 8. A deadline of the whole run.


async def test_every_item_has_an_outcome_when_the_deadline_passes() -> None:
    clock = VirtualClock()
    in_trouble = set(range(7, COUNT, 100))

    def script(asked: Asked) -> bytes | Fault:
        if asked.number == 1_000:
            clock.advance(60)
        if asked.number >= 1_000:
            return Fault.HANG
        return UNAVAILABLE if asked.item in in_trouble else OK

    async with served(script, clock=clock, max_attempts=1) as (server, polytomic):
        async with fan_out(
            clock.calls(polytomic.get_bulk_destination), IDS, limit=LIMIT, deadline=60, retry_failed=True, clock=clock
        ) as outcomes:
            found = all_of_them([outcome async for outcome in outcomes])
            assert outcomes.progress.done == COUNT
        assert not others()

    kinds: dict[type[Exception] | None, set[int]] = {}
    for item, outcome in found.items():
        kinds.setdefault(None if outcome.error is None else type(outcome.error), set()).add(item)
    interrupted = kinds.pop(DeadlineExceededError)
    assert len(interrupted) <= LIMIT
    # What waits for its second call has the outcome of the first.
    failed = {item for item in in_trouble if item in server.times} - interrupted
    assert failed
    assert kinds.pop(ServerError) == failed
    assert set(kinds) == {None, NotReachedError}
    assert not kinds[NotReachedError] & set(server.times)
    assert kinds[None] | failed | (interrupted & set(server.times)) == set(server.times)
    assert max(server.times.values()) == 1


# 9. Code that blocks.

BLOCKING_IDS = IDS[:1_000]


def fan_out_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("polytomic-fan-out")]


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + FOREVER
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


@pytest.mark.soak
@pytest.mark.parametrize("max_attempts", [1, 4])
def test_blocking_calls_survive_resets_and_429s_and_leave_no_thread(max_attempts: int) -> None:
    chance = random.Random(20_239)
    kinds: list[Fault | bytes] = [*BREAKS, TOO_MANY, TOO_MANY_FOR_A_SECOND]
    broken = {item: chance.choice(kinds) for item in range(len(BLOCKING_IDS)) if chance.random() < 0.05}
    clock = VirtualClock()

    with FastServer(lambda asked: broken.get(asked.item, OK) if asked.nth == 1 else OK) as server:
        with Polytomic(api_key=KEY, base_url=server.url, clock=clock, max_attempts=max_attempts) as polytomic:
            with fan_out_blocking(polytomic.get_bulk_destination, BLOCKING_IDS, limit=32, clock=clock) as outcomes:
                found = by_item(list(outcomes))
            assert not fan_out_threads()
        wait_until(lambda: server.open == 0)
        # One that made room for a fresh connection may be open at the server for a moment more.
        assert server.most_open <= 32 + 4

    assert sorted(found) == list(range(len(BLOCKING_IDS)))
    failed = {item: outcome.error for item, outcome in found.items() if outcome.error is not None}
    if max_attempts > 1:
        assert not failed
        return
    # But for those that met the end of a kept connection, and were sent once more.
    assert set(failed) == {item for item in broken if server.times[item] == 1}
    for item, error in failed.items():
        expected = (OutcomeUnknownError, NotSentError) if broken[item] in BREAKS else RateLimitError
        assert isinstance(error, expected)


@pytest.mark.parametrize("way", ["break", "raise"])
def test_blocking_code_that_leaves_early_leaves_no_thread(way: str) -> None:
    taken = 0
    with FastServer(lambda _: OK) as server:
        with Polytomic(api_key=KEY, base_url=server.url) as polytomic:
            with contextlib.suppress(LeftError):
                with fan_out_blocking(polytomic.get_bulk_destination, BLOCKING_IDS, limit=32) as outcomes:
                    for _ in outcomes:
                        taken += 1
                        if taken == 500:
                            if way == "raise":
                                raise LeftError
                            break
            assert not fan_out_threads()
            asked = len(server.asked)
            assert 500 <= asked <= 500 + 2 * 32
            assert polytomic.get_bulk_destination(IDS[0]).data is not None
            assert len(server.asked) == asked + 1
        wait_until(lambda: server.open == 0)
    gc.collect()


def test_a_bare_blocking_loop_that_is_left_early_ends_its_threads() -> None:
    with FastServer(lambda _: OK) as server:
        with Polytomic(api_key=KEY, base_url=server.url) as polytomic:
            for number, _ in enumerate(fan_out_blocking(polytomic.get_bulk_destination, BLOCKING_IDS, limit=32)):
                if number == 500:
                    break
            wait_until(lambda: not fan_out_threads())
            assert len(server.asked) <= 501 + 2 * 32
            assert polytomic.get_bulk_destination(IDS[0]).data is not None
        wait_until(lambda: server.open == 0)
    gc.collect()
