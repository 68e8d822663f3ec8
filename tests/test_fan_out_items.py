"""What a fan-out reads: everything that `for` takes, whatever its length says, in the context of its caller."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextvars import ContextVar
from typing import Any, cast

import pytest

from polytomic_client import Outcome, Progress, fan_out, fan_out_blocking, fetch_all, fetch_all_blocking

tenant: ContextVar[str] = ContextVar("tenant", default="nobody")

BLOCKING = pytest.mark.parametrize("blocking", [False, True], ids=["async", "blocking"])


async def same(item: Any) -> Any:
    return item


def found(items: Any, *, blocking: bool, fetch: Callable[[Any], Any] | None = None, **options: Any) -> list[Any]:
    """The values of a fan-out over items."""
    outcomes: list[Outcome[Any, Any]]
    if blocking:
        outcomes = fetch_all_blocking(fetch or (lambda item: item), items, **options)
    else:
        chosen: Any = fetch

        async def call(item: Any) -> Any:
            return item if chosen is None else chosen(item)

        outcomes = asyncio.run(fetch_all(call, items, **options))
    return [outcome.result() for outcome in outcomes]


class Measured:
    """Items with a length that is not true, as tqdm has over a generator."""

    def __init__(self, length: Callable[[], Any], count: int = 5) -> None:
        self.length = length
        self.count = count

    def __len__(self) -> int:
        return cast("int", self.length())

    def __iter__(self) -> Iterator[int]:
        yield from range(self.count)

    def __contains__(self, item: object) -> bool:
        return True


class MeasuredAsync(Measured):
    __iter__ = None  # type: ignore[assignment]

    async def __aiter__(self) -> AsyncIterator[int]:
        for item in range(self.count):
            yield item


def fail(error: Exception) -> Callable[[], Any]:
    def length() -> Any:
        raise error

    return length


@BLOCKING
@pytest.mark.parametrize(
    "length",
    [fail(TypeError("no length")), fail(RuntimeError("broken")), lambda: None, lambda: -1, lambda: 2**70],
    ids=["TypeError", "RuntimeError", "None", "negative", "too large"],
)
def test_a_length_that_is_not_one_is_an_unknown_total(length: Callable[[], Any], *, blocking: bool) -> None:
    reports: list[Progress] = []
    for items in [Measured(length)] if blocking else [Measured(length), MeasuredAsync(length)]:
        assert found(items, blocking=blocking, on_progress=reports.append) == [0, 1, 2, 3, 4]
        assert (reports[-1].done, reports[-1].total, reports[-1].fraction) == (5, None, None)


@pytest.mark.parametrize(("length", "meanwhile"), [(3, None), (9, 9)])
@pytest.mark.parametrize("kind", [Measured, MeasuredAsync])
async def test_a_length_that_is_wrong_is_not_the_total(kind: Any, length: int, meanwhile: int | None) -> None:
    async with fan_out(same, kind(lambda: length, count=7), limit=1) as outcomes:
        seen: list[int | None] = [outcomes.progress.total]
        async for outcome in outcomes:
            if outcome.item in {0, 4}:
                # One more is in flight, and as many wait.
                await asyncio.sleep(0)
                seen.append(outcomes.progress.total)
        assert seen == [length, length, meanwhile]
        assert (outcomes.progress.total, outcomes.progress.fraction, outcomes.progress.done) == (7, 1.0, 7)


@BLOCKING
@pytest.mark.parametrize("hint", [7, -1, "seven"])
def test_a_hint_is_not_a_length(hint: Any, *, blocking: bool) -> None:
    class Hinted:
        def __init__(self) -> None:
            self.left = iter(range(5))

        def __length_hint__(self) -> int:
            return cast("int", hint)

        def __iter__(self) -> Iterator[int]:
            return self

        def __next__(self) -> int:
            return next(self.left)

    reports: list[Progress] = []
    assert found(Hinted(), blocking=blocking, on_progress=reports.append) == [0, 1, 2, 3, 4]
    assert reports[-1].total is None


class Numbered:
    """Items that can only be asked for by their number."""

    def __getitem__(self, number: int) -> int:
        if number == 5:
            raise IndexError
        return number


@BLOCKING
def test_items_that_have_only_numbers_are_read(*, blocking: bool) -> None:
    items: Any = Numbered()
    assert list(items) == [0, 1, 2, 3, 4]
    assert found(items, blocking=blocking) == [0, 1, 2, 3, 4]
    assert found(items, blocking=blocking, unique=True) == [0, 1, 2, 3, 4]


def test_items_of_both_kinds_are_read_without_an_event_loop_by_blocking_code() -> None:
    class Both(Measured):
        def __aiter__(self) -> AsyncIterator[int]:
            raise AssertionError("blocking code reads it with `for`")

    assert found(Both(lambda: 5), blocking=True) == [0, 1, 2, 3, 4]


class Array:
    """A value that cannot be compared, as an array of numpy."""

    def __eq__(self, other: object) -> bool:
        raise ValueError("the truth value is ambiguous")

    __hash__ = None  # type: ignore[assignment]


@BLOCKING
@pytest.mark.parametrize("kind", [int, Array])
def test_a_call_does_not_see_a_variable_that_another_call_set(kind: Callable[[], Any], *, blocking: bool) -> None:
    def fetch(item: int) -> str:
        seen = tenant.get()
        tenant.set(kind())
        if item % 3 == 0:
            raise ValueError(seen)
        return seen

    def again(_: Exception) -> bool:
        return True

    options: Any = {"limit": 2, "retry_failed": again}
    run: Any = fetch_all_blocking if blocking else fetch_all

    async def call(item: int) -> str:
        await asyncio.sleep(0)
        return fetch(item)

    outcomes = run(fetch, range(9), **options) if blocking else asyncio.run(run(call, range(9), **options))
    assert [outcome.value if outcome.ok else str(outcome.error) for outcome in outcomes] == ["nobody"] * 9


class Exhausted:
    """Items whose second step raises what would end another loop."""

    def __init__(self) -> None:
        self.steps = 0

    def __iter__(self) -> Iterator[int]:
        return self

    def __next__(self) -> int:
        self.steps += 1
        if self.steps == 2:
            raise StopAsyncIteration
        return self.steps


@BLOCKING
def test_a_stop_async_iteration_of_the_items_does_not_look_like_their_end(*, blocking: bool) -> None:
    with pytest.raises(RuntimeError, match="StopAsyncIteration") as caught:
        found(Exhausted(), blocking=blocking)
    assert isinstance(caught.value.__cause__, StopAsyncIteration)


@BLOCKING
def test_a_stop_async_iteration_of_key_does_not_look_like_the_end_of_the_items(*, blocking: bool) -> None:
    def key(_: int) -> int:
        raise StopAsyncIteration

    with pytest.raises(RuntimeError, match="StopAsyncIteration"):
        found([1], blocking=blocking, unique=True, key=key)


@BLOCKING
def test_an_error_of_the_items_own_iter_is_raised_as_it_is(*, blocking: bool) -> None:
    class Broken:
        def __iter__(self) -> Iterator[int]:
            raise TypeError("of the items")

    with pytest.raises(TypeError, match="^of the items$"):
        found(Broken(), blocking=blocking)


@BLOCKING
def test_what_for_does_not_take_is_refused(*, blocking: bool) -> None:
    class Closed(Numbered):
        __iter__ = None

    for items in (5, None, Closed(), object, same(1)):
        with pytest.raises(TypeError, match="items must be an iterable of items, got"):
            (fan_out_blocking if blocking else fan_out)(cast("Any", str), cast("Any", items))
        if asyncio.iscoroutine(items):
            items.close()


def by_tenant(count: int) -> Iterator[str]:
    for number in range(count):
        yield f"{tenant.get()}{number}"


class ByTenant:
    """Items with a length, which are read in the thread of the event loop."""

    def __len__(self) -> int:
        return 3

    def __iter__(self) -> Iterator[str]:
        return by_tenant(3)

    def __contains__(self, item: object) -> bool:
        return True


async def by_tenant_async(count: int) -> AsyncIterator[str]:
    for item in by_tenant(count):
        await asyncio.sleep(0)
        yield item


@pytest.mark.parametrize(
    ("items", "blocking"),
    [
        (lambda: by_tenant(3), False),
        (lambda: by_tenant(3), True),
        (ByTenant, False),
        (ByTenant, True),
        (lambda: by_tenant_async(3), False),
    ],
)
def test_items_are_read_in_the_context_of_the_caller(items: Callable[[], Any], *, blocking: bool) -> None:
    token = tenant.set("acme")
    try:
        assert found(items(), blocking=blocking) == ["acme0", "acme1", "acme2"]
        assert found(items(), blocking=blocking, unique=True) == ["acme0", "acme1", "acme2"]
    finally:
        tenant.reset(token)


@pytest.mark.parametrize("items", [lambda: by_tenant(3), ByTenant])
def test_another_thread_that_loops_reads_in_the_context_of_the_caller(items: Callable[[], Any]) -> None:
    keys, reports, calls, values = list[str](), list[str](), list[str](), list[Any]()

    def key(item: str) -> str:
        keys.append(tenant.get())
        return item

    def call(item: str) -> str:
        calls.append(tenant.get())
        return item

    token = tenant.set("acme")
    try:
        with fan_out_blocking(
            call, items(), unique=True, key=key, on_progress=lambda _: reports.append(tenant.get())
        ) as outcomes:
            thread = threading.Thread(target=lambda: values.extend(outcome.result() for outcome in outcomes))
            thread.start()
            thread.join(10)
    finally:
        tenant.reset(token)
    assert sorted(values) == ["acme0", "acme1", "acme2"]
    assert keys == calls == ["acme"] * 3
    assert set(reports) == {"acme"}


async def test_another_task_that_loops_reads_in_the_context_of_the_caller() -> None:
    tenant.set("acme")
    outcomes = fan_out(same, by_tenant_async(3), unique=True, key=lambda item: f"{item}{tenant.get()}")
    tenant.set("another")
    assert sorted([outcome.result() async for outcome in outcomes]) == ["acme0", "acme1", "acme2"]


def switching(count: int) -> Iterator[int]:
    """Items that set a variable while each is in use."""
    for number in range(count):
        token = tenant.set(f"{number}")
        yield number
        assert tenant.get() == f"{number}"
        tenant.reset(token)


async def switching_async(count: int) -> AsyncIterator[int]:
    for number in switching(count):
        await asyncio.sleep(0)
        yield number
        await asyncio.sleep(0)


@pytest.mark.parametrize(("items", "blocking"), [(switching, False), (switching, True), (switching_async, False)])
def test_items_may_set_a_variable_and_reset_it(items: Callable[[int], Any], *, blocking: bool) -> None:
    seen = found(items(20), blocking=blocking, limit=4, fetch=lambda _: tenant.get())
    # No call sees the variable of an item that another worker reads.
    assert seen == ["nobody"] * 20
    assert tenant.get() == "nobody"


@BLOCKING
def test_items_may_come_from_another_fan_out(*, blocking: bool) -> None:
    def nested(depth: int) -> Iterable[int]:
        if depth == 0:
            return range(5)
        return (outcome.result() for outcome in fan_out_blocking(lambda item: item, nested(depth - 1)))

    assert sorted(found(nested(2), blocking=blocking)) == [0, 1, 2, 3, 4]


async def test_async_items_may_come_from_another_fan_out_and_may_time_out() -> None:
    async def nested(depth: int) -> AsyncIterator[int]:
        items: Any = nested(depth - 1) if depth else range(5)
        async with fan_out(same, items, limit=2) as outcomes:
            async for outcome in outcomes:
                try:
                    async with asyncio.timeout(0.001):
                        await asyncio.Event().wait()
                except TimeoutError:
                    yield outcome.result()

    assert sorted([outcome.result() for outcome in await fetch_all(same, nested(2))]) == [0, 1, 2, 3, 4]


async def test_async_items_that_wait_are_cancelled_with_the_fan_out() -> None:
    ended = list[str]()

    async def items() -> AsyncIterator[int]:
        yield 0
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append(tenant.get())
            raise

    tenant.set("acme")
    async with fan_out(same, items()) as outcomes:
        assert (await anext(aiter(outcomes))).item == 0
        await asyncio.sleep(0)
    assert ended == ["acme"]
