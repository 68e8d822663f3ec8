"""Many calls at once: bounded, lazy, and nothing lost or left behind."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any, cast
from uuid import UUID

import pytest

from polytomic_client import AsyncPolytomic, CallCancelledError, NotFoundError, Outcome, Polytomic, fan_out, fetch_all

from .conftest import KEY
from .server import Answer, Connection, Server


async def double(item: int) -> int:
    await asyncio.sleep(0)
    if item % 10 == 3:
        raise LookupError(item)
    return item * 2


async def numbers(count: int) -> AsyncIterator[int]:
    for number in range(count):
        await asyncio.sleep(0)
        yield number


@pytest.mark.parametrize("limit", [1, 2, 7, 64, 1000])
@pytest.mark.parametrize("source", [range, numbers])
@pytest.mark.parametrize("count", [0, 1, 5, 100])
async def test_every_item_has_one_outcome_and_a_failure_loses_nothing(count: int, source: Any, limit: int) -> None:
    async with fan_out(double, source(count), limit=limit) as outcomes:
        found: dict[int, Outcome[int, int]] = {outcome.item: outcome async for outcome in outcomes}

    assert sorted(found) == list(range(count))
    for item, outcome in found.items():
        assert outcome.index == item
        assert outcome.ok == (item % 10 != 3)
        if outcome.ok:
            assert outcome.error is None
            assert outcome.result() == item * 2
        else:
            assert isinstance(outcome.error, LookupError)
            with pytest.raises(LookupError, match=str(item)):
                outcome.result()


async def test_fetch_all_answers_in_input_order() -> None:
    async def slower_first(item: int) -> int:
        for _ in range(20 - item):
            await asyncio.sleep(0)
        return item

    outcomes = await fetch_all(slower_first, range(20), limit=20)
    assert [outcome.item for outcome in outcomes] == list(range(20))
    assert [outcome.result() for outcome in outcomes] == list(range(20))


async def test_the_same_item_twice_is_two_outcomes() -> None:
    outcomes = await fetch_all(double, [1, 1, 2], limit=2)
    assert [outcome.result() for outcome in outcomes] == [2, 2, 4]


@pytest.mark.parametrize("limit", [1, 3, 10])
async def test_no_more_calls_than_the_limit_are_in_flight(limit: int) -> None:
    running = most = 0

    async def count(item: int) -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        running -= 1
        return item

    await fetch_all(count, range(100), limit=limit)
    assert most == limit


async def test_few_items_make_few_tasks() -> None:
    tasks: list[int] = []

    async def count(item: int) -> int:
        await asyncio.sleep(0)
        tasks.append(len(asyncio.all_tasks()))
        return item

    await fetch_all(count, range(3), limit=100_000)
    assert max(tasks) <= 6


async def test_items_are_read_only_as_there_is_room_for_them() -> None:
    read = 0

    def items() -> Iterator[int]:
        nonlocal read
        while read < 10_000:
            read += 1
            yield read

    async with fan_out(double, items(), limit=5) as outcomes:
        taken = 0
        async for _ in outcomes:
            taken += 1
            for _ in range(20):
                await asyncio.sleep(0)
            # In flight, and waiting in the queue, at most the limit each.
            assert read <= taken + 5 + 5 + 1
            if taken == 100:
                break


async def test_an_endless_input_can_be_left() -> None:
    async def forever() -> AsyncIterator[int]:
        number = 0
        while True:
            yield number
            number += 1

    seen: list[int] = []
    async with fan_out(double, forever(), limit=4) as outcomes:
        async for outcome in outcomes:
            seen.append(outcome.item)
            if len(seen) == 50:
                break
    assert len(seen) == 50


def others() -> set[asyncio.Task[Any]]:
    return {task for task in asyncio.all_tasks() if task is not asyncio.current_task()}


async def hang(item: int) -> int:
    await asyncio.Event().wait()
    return item


async def some_hang(item: int) -> int:
    return item if item < 3 else await hang(item)


async def test_leaving_the_block_early_stops_everything_before_it_ends() -> None:
    async with fan_out(some_hang, range(100), limit=10) as outcomes:
        async for _ in outcomes:
            break
        assert others()
    assert not others()


async def test_an_exception_in_the_block_stops_everything() -> None:
    with pytest.raises(ZeroDivisionError):
        async with fan_out(some_hang, range(100), limit=10) as outcomes:
            async for _ in outcomes:
                raise ZeroDivisionError
    assert not others()


async def test_leaving_a_bare_loop_early_stops_everything_as_soon_as_the_loop_runs() -> None:
    async for _ in fan_out(some_hang, range(100), limit=10):
        break
    for _ in range(5):
        await asyncio.sleep(0)
    assert not others()
    gc.collect()


async def test_a_bare_loop_that_is_cancelled_leaves_nothing() -> None:
    async def consume() -> None:
        async for _ in fan_out(hang, range(100), limit=10):
            pass

    consumer = asyncio.create_task(consume())
    await asyncio.sleep(0.01)
    consumer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await consumer
    del consumer
    gc.collect()
    for _ in range(5):
        await asyncio.sleep(0)
    assert not others()


async def test_cancelling_the_consumer_stops_everything() -> None:
    async def consume() -> None:
        async with fan_out(hang, range(100), limit=10) as outcomes:
            async for _ in outcomes:
                pass

    consumer = asyncio.create_task(consume())
    await asyncio.sleep(0.01)
    assert len(others()) == 11
    consumer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await consumer
    assert not others()


async def test_a_cancelled_call_is_an_outcome_and_not_the_end() -> None:
    async def cancelled_inside(item: int) -> int:
        if item == 2:
            future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
            future.cancel()
            return await future
        return item

    outcomes = await fetch_all(cancelled_inside, range(5), limit=2)
    assert [outcome.ok for outcome in outcomes] == [True, True, False, True, True]
    assert isinstance(outcomes[2].error, CallCancelledError)
    assert isinstance(outcomes[2].error.__cause__, asyncio.CancelledError)


async def test_an_input_that_raises_is_raised_after_the_outcomes_before_it() -> None:
    def broken() -> Iterator[int]:
        yield from range(5)
        raise OSError("the file ended")

    found: list[int] = []
    with pytest.raises(OSError, match="the file ended"):
        async for outcome in fan_out(double, broken(), limit=3):
            found.append(outcome.item)
    assert sorted(found) == list(range(5))
    assert not others()


async def test_after_the_end_there_is_nothing_more() -> None:
    outcomes = fan_out(double, range(2), limit=2)
    assert len([outcome async for outcome in outcomes]) == 2
    assert [outcome async for outcome in outcomes] == []


@pytest.mark.parametrize("limit", [0, -1, 1.5, True, "5", None])
def test_a_bad_limit_is_refused(limit: Any) -> None:
    with pytest.raises(ValueError, match="limit must be a positive int"):
        fan_out(double, [1], limit=limit)


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(TypeError, match="fetch must be an async function"):
        fan_out(5, [1])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    called: Any = double(1)
    with pytest.raises(TypeError, match="got coroutine. Pass the function without calling it."):
        fan_out(called, [1])
    called.close()
    with pytest.raises(TypeError, match=r"items must be an iterable of items, got 5\.$"):
        fan_out(double, 5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_a_blocking_method_is_refused_before_anything_is_called() -> None:
    with Server() as server, Polytomic(api_key=KEY, base_url=server.url) as polytomic:
        method: Any = polytomic.get_bulk_destination
        for fetch in (method, partial(method), polytomic.run_bulk_sync, polytomic.with_response.get_bulk_destination):
            with pytest.raises(TypeError, match="got a method of a Polytomic. Use AsyncPolytomic or fan_out_blocking"):
                fan_out(cast("Any", fetch), [UUID(int=1)])
    assert not server.requests


async def test_a_function_that_is_not_async_ends_the_fan_out_at_its_first_call() -> None:
    called: list[int] = []

    def blocking(item: int) -> int:
        called.append(item)
        return item

    with pytest.raises(TypeError, match="must be an async function, for example a method of AsyncPolytomic"):
        await fetch_all(cast("Any", blocking), range(50), limit=8)
    assert len(called) == 1


async def test_a_function_that_does_not_take_an_item_ends_the_fan_out() -> None:
    async def two(item: int, other: int) -> int:
        return item + other

    with pytest.raises(TypeError, match=r"cannot be called with one item: .*missing 1 required positional argument"):
        await fetch_all(cast("Any", two), range(50), limit=8)


async def test_a_type_error_inside_a_call_is_an_outcome_once_a_call_has_succeeded() -> None:
    async def async_fault(item: int) -> int:
        return item + cast("int", "text")

    def fault_before_it_is_awaited(item: Any) -> Any:
        return double(item + "text")

    for fault in (async_fault, fault_before_it_is_awaited):
        fetch: Any = fault

        async def after_a_success(item: int, fetch: Any = fetch) -> int:
            return item if item == 0 else cast("int", await fetch(item))

        with pytest.warns(UserWarning, match="fetch raised TypeError at .*, probably a bug"):
            outcomes = await fetch_all(after_a_success, range(4), limit=1)
        assert [type(outcome.error) for outcome in outcomes[1:]] == [TypeError] * 3


@pytest.mark.parametrize("items", ["248df4b7-aa70-47b8-a036-33ac447e668d", b"abc"])
def test_one_text_is_refused_where_items_are_wanted(items: Any) -> None:
    with pytest.raises(TypeError, match="items must be an iterable of items, got a single (str|bytes)"):
        fan_out(double, items)


def by_number(connection: Connection) -> bool:
    number = UUID(connection.request.target.rsplit("/", 1)[1]).int
    answer = Answer(404, {"message": "connection not found"}) if number % 100 == 7 else Answer()
    return answer(connection)


async def test_a_thousand_connections_over_sockets() -> None:
    ids = [UUID(int=number) for number in range(1000)]
    with Server(by_number) as server:
        async with AsyncPolytomic(api_key=KEY, base_url=server.url) as polytomic:
            outcomes = await fetch_all(polytomic.get_bulk_destination, ids, limit=100)
        assert server.connections <= 100

    assert [outcome.item for outcome in outcomes] == ids
    failed = [outcome for outcome in outcomes if not outcome.ok]
    assert [outcome.item.int for outcome in failed] == list(range(7, 1000, 100))
    assert all(isinstance(outcome.error, NotFoundError) for outcome in failed)
    assert len(server.requests) == 1000
    assert not others()


async def test_a_malformed_id_among_many_is_an_outcome() -> None:
    with Server() as server:
        async with AsyncPolytomic(api_key=KEY, base_url=server.url) as polytomic:
            ids = [str(UUID(int=1)), "nonsense", str(UUID(int=2))]
            outcomes = await fetch_all(polytomic.get_bulk_destination, ids)
    assert [outcome.ok for outcome in outcomes] == [True, False, True]
    assert isinstance(outcomes[1].error, ValueError)


class Fatal(BaseException):
    """As what pytest.fail raises: no Exception, and no cancellation."""


async def fatal(item: int) -> int:
    await asyncio.sleep(0)
    if item == 3:
        raise Fatal
    return item


async def test_what_is_no_exception_ends_the_fan_out_and_is_raised() -> None:
    with pytest.raises(Fatal):
        await fetch_all(fatal, range(10), limit=2)
    assert not others()


async def test_an_input_that_raises_what_is_no_exception_ends_the_fan_out() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise Fatal

    with pytest.raises(Fatal):
        await fetch_all(double, broken())
    assert not others()


async def test_an_input_that_waits_for_something_cancelled_ends_the_fan_out() -> None:
    async def items() -> AsyncIterator[int]:
        yield 1
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        future.cancel()
        yield await future

    with pytest.raises(CallCancelledError, match="cancelled"):
        await fetch_all(double, items())
    assert not others()


async def test_a_worker_that_is_cancelled_from_outside_ends_the_fan_out() -> None:
    async def cancels_its_task(item: int) -> int:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await asyncio.sleep(0)
        return item

    with pytest.raises(CallCancelledError, match="cancelled"):
        await fetch_all(cancels_its_task, range(3), limit=1)


async def test_several_readers_share_the_outcomes_and_all_come_to_the_end() -> None:
    outcomes = fan_out(double, range(100), limit=5)

    async def read() -> list[int]:
        return [outcome.item async for outcome in outcomes]

    parts = await asyncio.gather(read(), read(), read())
    assert sorted(item for part in parts for item in part) == list(range(100))


async def test_leaving_the_block_ends_a_reader_elsewhere() -> None:
    async with fan_out(hang, range(10), limit=3) as outcomes:

        async def read() -> list[int]:
            return [outcome.item async for outcome in outcomes]

        reader = asyncio.create_task(read())
        await asyncio.sleep(0)
    assert await reader == []
    assert not others()


async def test_a_fetch_that_swallows_its_cancellation_does_not_hold_up_the_end() -> None:
    async def stubborn(item: int) -> int:
        try:
            await asyncio.sleep(0 if item == 0 else 30)
        except asyncio.CancelledError:
            return -1
        return item

    async with asyncio.timeout(5), fan_out(stubborn, range(1000), limit=4) as outcomes:
        async for _ in outcomes:
            break
    assert not others()
