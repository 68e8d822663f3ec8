"""How a fan-out stops: whoever cancels, and however often, nothing goes on, and its checkpoint is free at once."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import time
import weakref
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any, cast
from unittest.mock import AsyncMock, Mock
from uuid import UUID

import anyio
import pytest

from polytomic_client import (
    AsyncPolytomic,
    DeadlineExceededError,
    Failure,
    Outcome,
    Polytomic,
    Success,
    fan_out,
    fan_out_blocking,
    fetch_all,
    fetch_all_blocking,
)
from polytomic_client._fan_out.threads import Threads

from .conftest import RUNNERS
from .server import Server


async def slow(item: int) -> int:
    """Return some, hang with the others, and take some turns to stop."""
    try:
        await asyncio.sleep(0 if item < 2 else 60)
    finally:
        for _ in range(10):
            await asyncio.sleep(0)
    return item


def others() -> set[asyncio.Task[Any]]:
    return asyncio.all_tasks() - {asyncio.current_task()}


async def open_again(path: Path) -> None:
    """Run once more with the checkpoint of a run that has ended in this moment."""
    assert await anext(fan_out(slow, list[int](), checkpoint=path), None) is None


Stop = Callable[[Path, asyncio.Event], Any]


async def consume(path: Path, reading: asyncio.Event) -> None:
    async with fan_out(slow, range(9), limit=4, checkpoint=path) as outcomes:
        async for outcome in outcomes:
            if outcome.item == 1:
                reading.set()


async def in_scope(path: Path, reading: asyncio.Event) -> None:
    """Cancelled by anyio, which does it again at every turn of the event loop until the scope is left."""
    with anyio.CancelScope() as scope:
        asyncio.get_running_loop().call_soon(asyncio.create_task, cancel_when(reading, scope))
        await consume(path, reading)
    assert scope.cancelled_caught


async def in_task_group(path: Path, reading: asyncio.Event) -> None:
    """As a request of FastAPI or Starlette whose client hangs up."""
    async with anyio.create_task_group() as group:
        group.start_soon(consume, path, reading)
        await reading.wait()
        group.cancel_scope.cancel()


async def again_and_again(path: Path, reading: asyncio.Event) -> None:
    task = asyncio.create_task(consume(path, reading))
    await reading.wait()
    while not task.done():
        task.cancel()
        await asyncio.sleep(0)
    assert task.cancelled()


async def by_timeout(path: Path, reading: asyncio.Event) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await consume(path, reading)


async def cancel_when(event: asyncio.Event, scope: anyio.CancelScope) -> None:
    await event.wait()
    scope.cancel()


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize("stop", [in_scope, in_task_group, again_and_again, by_timeout])
def test_everything_has_stopped_and_the_checkpoint_is_free(tmp_path: Path, stop: Stop, runner: str) -> None:
    async def main() -> None:
        await stop(tmp_path / "finished", asyncio.Event())
        await asyncio.sleep(0)  # the task that cancels
        assert not others()
        await open_again(tmp_path / "finished")

    RUNNERS[runner](main())


@pytest.mark.parametrize("limit", [1, 4, 64])
async def test_a_scope_stops_a_fan_out_whose_calls_wait_for_nothing(limit: int) -> None:
    async def at_once(item: int) -> int:
        return item

    seen = 0
    with anyio.CancelScope() as scope:
        async with fan_out(at_once, range(100_000), limit=limit) as outcomes:
            async for _ in outcomes:
                seen += 1
                if seen == 10:
                    scope.cancel()
    assert scope.cancelled_caught
    assert seen <= 10 + 2 * limit
    assert not others()


async def test_the_checkpoint_is_free_before_the_calls_have_stopped(tmp_path: Path) -> None:
    path, stopping, go = tmp_path / "finished", asyncio.Event(), asyncio.Event()

    async def hang(item: int) -> int:
        try:
            await asyncio.sleep(60)
        finally:
            stopping.set()
            await go.wait()
        return item

    async def read() -> None:
        async with fan_out(hang, range(3), limit=2, checkpoint=path) as outcomes:
            async for _ in outcomes:
                pass

    task = asyncio.create_task(read())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    await stopping.wait()
    await open_again(path)
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_cancelled_block_does_not_wait_long_for_a_call_that_does_not_stop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("polytomic_client._fan_out.engine.STOPPING_LASTS", 0.01)
    go, stopped, scope = asyncio.Event(), list[int](), anyio.CancelScope()

    async def stubborn(item: int) -> int:
        if item == 1:
            scope.cancel()
        try:
            await asyncio.sleep(60)
        finally:
            await go.wait()
            stopped.append(item)
        return item

    async with asyncio.timeout(5):
        with scope:
            async with fan_out(stubborn, range(3), limit=2) as outcomes:
                async for _ in outcomes:
                    pass
    assert len(others()) == 2
    go.set()
    await asyncio.wait(others())
    assert sorted(stopped) == [0, 1]


async def test_a_block_that_is_left_waits_for_what_calls_do_when_they_are_cancelled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("polytomic_client._fan_out.engine.STOPPING_LASTS", 0.0)
    cleaned = list[int]()

    async def careful(item: int) -> int:
        try:
            await asyncio.sleep(0 if item == 0 else 60)
        finally:
            await asyncio.sleep(0.01)
            cleaned.append(item)
        return item

    async with fan_out(careful, range(9), limit=3) as outcomes:
        async for _ in outcomes:
            break
    assert sorted(cleaned) == [0, 1, 2, 3]
    assert not others()


async def test_a_bare_loop_that_is_left_frees_its_checkpoint_at_once(tmp_path: Path) -> None:
    async for _ in fan_out(slow, range(9), checkpoint=tmp_path / "finished"):
        break
    await open_again(tmp_path / "finished")


def test_a_blocking_bare_loop_that_is_left_frees_its_checkpoint_at_once(tmp_path: Path) -> None:
    def double(item: int) -> int:
        return 2 * item

    for _ in fan_out_blocking(double, range(9), checkpoint=tmp_path / "finished"):
        break
    assert next(fan_out_blocking(double, list[int](), checkpoint=tmp_path / "finished"), None) is None


async def items(count: int) -> AsyncIterator[int]:
    for item in range(count):
        await asyncio.sleep(0)
        yield item


@pytest.mark.skipif(sys.version_info < (3, 12), reason="eager tasks are new in Python 3.12")
@pytest.mark.parametrize("source", [range, items])
@pytest.mark.parametrize("limit", [1, 4, 500])
async def test_eager_tasks_keep_to_the_limit(limit: int, source: Callable[[int], Any]) -> None:
    loop = asyncio.get_running_loop()
    loop.set_task_factory(getattr(asyncio, "eager_task_factory"))  # noqa: B009  (not in 3.11)
    now = most = 0

    async def call(item: int) -> int:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.001)
        now -= 1
        return item

    async def at_once(item: int) -> int:
        return item

    outcomes = await fetch_all(call, source(1_200), limit=limit, deadline=60)
    assert [outcome.result() for outcome in outcomes] == list(range(1_200))
    assert most == limit if source is range else most <= limit
    assert len(await fetch_all(at_once, source(3_000), limit=limit)) == 3_000


async def test_a_mock_without_values_is_an_error_that_names_it() -> None:
    async_outcomes = await fetch_all(AsyncMock(side_effect=[1]), range(2), limit=1)
    sync_outcomes = fetch_all_blocking(Mock(side_effect=[1]), range(2), limit=1)
    for (first, second), kind in ((async_outcomes, StopAsyncIteration), (sync_outcomes, StopIteration)):
        assert first.result() == 1
        assert isinstance(second.error, RuntimeError)
        assert str(second.error) == f"fetch raised {kind.__name__}. Give a mock a value for every call."
        assert isinstance(second.error.__cause__, kind)


async def test_a_reader_in_another_task_ends_with_the_block(tmp_path: Path) -> None:
    read = asyncio.Event()

    async def reader() -> list[int]:
        found = list[int]()
        async for outcome in outcomes:
            found.append(outcome.item)
            read.set()
            await left.wait()
        return found

    left = asyncio.Event()
    outcomes = fan_out(slow, range(9), checkpoint=tmp_path / "finished")
    task = asyncio.create_task(reader())
    with pytest.raises(ZeroDivisionError):
        async with outcomes:
            await read.wait()
            raise ZeroDivisionError
    left.set()
    assert len(await task) == 1


async def test_the_first_outcome_of_an_item_is_not_lost_where_its_second_call_is_cancelled() -> None:
    calls = list[int]()
    again = asyncio.Event()

    async def call(item: int) -> int:
        calls.append(item)
        if calls.count(item) == 2:
            again.set()
            await asyncio.Event().wait()
        if item == 2:
            await again.wait()
            raise PermissionError
        raise ConnectionError(item)

    seen = list[int]()
    with pytest.raises(PermissionError):
        async for outcome in fan_out(call, range(3), limit=3, retry_failed=lambda _: True, stop_on=(PermissionError,)):
            assert isinstance(outcome.error, ConnectionError)
            seen.append(outcome.item)
    assert sorted(seen) == [0, 1]


async def test_many_waits_in_vain_leave_nothing() -> None:
    go = asyncio.Event()

    async def call(item: int) -> int:
        await go.wait()
        return item

    async with fan_out(call, range(2)) as outcomes:
        for _ in range(50):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(outcomes), 0.0001)
        assert len(outcomes._engine._outbox._readers) == 0
        go.set()
        assert sorted([outcome.item async for outcome in outcomes]) == [0, 1]


class Result:
    """Something that shows whether it is in memory."""


@pytest.mark.parametrize("blocking", [False, True])
async def test_an_outcome_is_gone_while_its_reader_waits_for_the_next(*, blocking: bool) -> None:
    made = list[weakref.ref[Result]]()
    seen = threading.Event()

    def make(item: int) -> Result:
        if item:
            assert seen.wait(10)
            ends = time.monotonic() + 5
            while made[0]() is not None and time.monotonic() < ends:
                # Until the reader asks for the next.
                gc.collect()
            assert made[0]() is None
        result = Result()
        made.append(weakref.ref(result))
        return result

    async def call(item: int) -> Result:
        return await asyncio.to_thread(make, item)

    def read() -> list[BaseException | None]:
        return [outcome.error for outcome in noted(fan_out_blocking(make, range(2), limit=1))]

    def noted(outcomes: Any) -> Any:
        for outcome in outcomes:
            error, outcome = outcome.error, None  # noqa: PLW2901
            seen.set()
            yield Success(0, 0, None) if error is None else Failure(0, 0, error)

    if blocking:
        assert await asyncio.to_thread(read) == [None, None]
    else:
        errors = list[BaseException | None]()
        async for outcome in fan_out(call, range(2), limit=1):
            errors.append(outcome.error)
            del outcome
            seen.set()
        assert errors == [None, None]


async def test_a_type_error_of_an_item_is_its_outcome() -> None:
    def future(item: int) -> asyncio.Future[int]:
        made: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        made.set_exception(TypeError("of this item"))
        return made

    outcomes = await fetch_all(future, range(2))
    assert [str(outcome.error) for outcome in outcomes] == ["of this item"] * 2
    numbers = fetch_all_blocking(int, cast("list[str]", ["1", None, "3"]))
    assert [outcome.ok for outcome in numbers] == [True, False, True]


def test_a_block_that_ends_before_its_thread_runs_starts_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, go, asked = Threads._run, threading.Event(), threading.Event()
    found = list[object]()

    def late(threads: Threads) -> None:
        asked.set()
        assert go.wait(10)
        run(threads)

    monkeypatch.setattr(Threads, "_run", late)
    with fan_out_blocking(str, range(9), checkpoint=tmp_path / "finished") as outcomes:
        reader = threading.Thread(target=lambda: found.extend(outcomes))
        reader.start()
        assert asked.wait(10)
    go.set()
    reader.join(10)
    for thread in threading.enumerate():
        if thread.name.startswith("polytomic-fan-out"):
            thread.join(10)
            assert not thread.is_alive()
    assert found == []
    assert not (tmp_path / "finished").exists()


async def test_an_error_that_ends_it_loses_no_outcome_of_a_deadline_that_passes_in_the_same_turn() -> None:
    class RefusedError(Exception):
        pass

    async def fetch(item: int) -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            if item == 0:
                raise RefusedError from None
            raise

    found = list[Outcome[int, None]]()
    with pytest.raises(RefusedError):
        async with fan_out(fetch, range(4), limit=4, deadline=0.05, stop_on=(RefusedError,)) as outcomes:
            async for outcome in outcomes:
                found.append(outcome)
    assert sorted((outcome.item, type(outcome.error)) for outcome in found) == [
        (item, DeadlineExceededError) for item in (1, 2, 3)
    ]


async def test_what_happens_to_look_like_a_client_is_called_as_it_is() -> None:
    class Service:
        _blocking = True

        async def fetch(self, item: int) -> int:
            return item

    assert [outcome.result() for outcome in await fetch_all(Service().fetch, range(3))] == [0, 1, 2]


@pytest.mark.parametrize("members", [{}, {"actve": True}])
async def test_wrong_members_of_a_body_end_it_at_the_first_call(members: dict[str, bool]) -> None:
    with Server() as server:
        async with AsyncPolytomic(api_key="key", base_url=server.url) as polytomic:
            for method in (polytomic.activate_bulk_sync, polytomic.with_response.activate_bulk_sync):
                with pytest.raises(TypeError, match=r"activate_bulk_sync\(\) (needs|got)"):
                    await fetch_all(partial(cast("Any", method), **members), [UUID(int=1)] * 3)
        with Polytomic(api_key="key", base_url=server.url) as blocking:
            with pytest.raises(TypeError, match=r"activate_bulk_sync\(\) (needs|got)"):
                fetch_all_blocking(partial(cast("Any", blocking.activate_bulk_sync), **members), [UUID(int=1)] * 3)
    assert server.connections == 0
