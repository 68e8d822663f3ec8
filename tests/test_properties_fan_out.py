"""A fan-out in any order of events: calls that end, readers that come, give up and leave, and inputs that wait."""

from __future__ import annotations

import asyncio
import gc
import sys
import warnings
from collections.abc import AsyncIterator, Coroutine, Iterator
from collections.abc import Set as AbstractSet
from typing import Any, TypeVar

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from polytomic_client import CallCancelledError, FanOut, Outcome, fan_out

# Derandomized, so that a change of the code and not chance decides whether these pass.
# Without making a failure smaller, which takes minutes here: add Phase.shrink to look into one.
many = settings(
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=150,
    stateful_step_count=40,
    phases=[Phase.generate],
    report_multiple_bugs=False,
)

T = TypeVar("T")

TURNS = 25
"""Turns of the event loop after which nothing more happens by itself: several times what any step here takes."""


class HopelessError(Exception):
    """What will fail again."""


class PassingError(Exception):
    """What may be called again."""


class Calls:
    """The function that is fanned out: each call waits until the test says what comes of it."""

    def __init__(self) -> None:
        self.open: dict[int, asyncio.Future[str]] = {}
        self.count: dict[int, int] = {}
        self.stubborn: set[int] = set()
        """The items whose call returns when it is cancelled, as code does that catches too much."""
        self.cancelled: set[int] = set()
        """The items whose call waited for something that was cancelled."""

    async def __call__(self, item: int) -> str:
        assert item not in self.open, "an item is called for twice at once"
        self.count[item] = self.count.get(item, 0) + 1
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.open[item] = future
        try:
            return await future
        except asyncio.CancelledError:
            if item in self.stubborn and item not in self.cancelled:
                return "too late"
            raise
        finally:
            del self.open[item]


class FanOutInAnyOrder(RuleBasedStateMachine):
    """What a fan-out does, beside what it must do."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.complaints: list[dict[str, Any]] = []
        self.loop.set_exception_handler(lambda _, context: self.complaints.append(context))
        self.calls = Calls()
        self.read = 0
        self.gate: asyncio.Future[None] | None = None
        self.reader: asyncio.Task[Outcome[int, str]] | None = None
        self.taken: list[Outcome[int, str]] = []
        self.expected: dict[int, object] = {}
        self.failed_once: set[int] = set()
        self.at_end = self.left = False
        self.settling: asyncio.Task[Any] | None = None

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def settle(self, turns: int = TURNS) -> None:
        async def wait() -> None:
            for _ in range(turns):
                await asyncio.sleep(0)

        self.settling = self.loop.create_task(wait())
        self.loop.run_until_complete(self.settling)
        self.collect()

    def collect(self) -> None:
        """Note what the reader was given."""
        if self.reader is not None and self.reader.done():
            reader, self.reader = self.reader, None
            if not reader.cancelled():
                self.note(reader)

    def note(self, reader: asyncio.Task[Outcome[int, str]]) -> None:
        try:
            outcome = reader.result()
        except StopAsyncIteration:
            self.at_end = True
            assert self.left or len(self.taken) == self.total
            return
        assert not self.at_end
        assert outcome.item not in {each.item for each in self.taken}, "a second outcome of one item"
        assert outcome.index == outcome.item
        expected = self.expected[outcome.item]
        if isinstance(expected, type):
            assert type(outcome.error) is expected
        else:
            assert outcome.result() == expected
        self.taken.append(outcome)
        if self.ordered:
            assert [each.item for each in self.taken] == list(range(len(self.taken)))

    # --- What happens ------------------------------------------------------------------------------------------------

    @initialize(
        limit=st.integers(1, 5),
        total=st.integers(0, 25),
        ordered=st.booleans(),
        retry=st.booleans(),
        waits=st.booleans(),
        stubborn=st.sets(st.integers(0, 24)),
    )
    def begin(self, limit: int, total: int, ordered: bool, retry: bool, waits: bool, stubborn: set[int]) -> None:  # noqa: FBT001
        self.limit, self.total, self.ordered, self.waits = limit, total, ordered, waits
        self.retry = retry and not ordered
        self.calls.stubborn = stubborn
        self.outcomes: FanOut[int, str] = fan_out(
            self.calls,
            self.items_that_wait() if waits else self.items(),
            limit=limit,
            ordered=ordered,
            retry_failed=(lambda error: isinstance(error, PassingError)) if self.retry else False,
        )
        self.run(self.outcomes.__aenter__())

    def items(self) -> Iterator[int]:
        for item in range(self.total):
            self.read += 1
            yield item

    async def items_that_wait(self) -> AsyncIterator[int]:
        for item in self.items():
            if self.gate is not None:
                await self.gate
            yield item

    @precondition(lambda self: self.reader is None)
    @rule(turns=st.integers(0, 3) | st.just(TURNS))
    def ask_for_an_outcome(self, turns: int) -> None:
        async def ask() -> Outcome[int, str]:
            return await self.outcomes.__anext__()

        self.reader = self.loop.create_task(ask())
        self.settle(turns)

    @precondition(lambda self: self.reader is not None)
    @rule()
    def stop_waiting_for_an_outcome(self) -> None:
        """As a timeout around the reader does. What it would have got must come to the next one."""
        assert self.reader is not None
        self.reader.cancel()
        self.settle(2)
        assert self.reader is None

    @rule(turns=st.integers(1, 3))
    def let_a_little_time_pass(self, turns: int) -> None:
        self.settle(turns)

    @precondition(lambda self: self.calls.open)
    @rule(
        data=st.data(),
        ends=st.lists(st.sampled_from(["succeed", "fail", "fail for now", "cancelled"]), min_size=1, max_size=3),
        turns=st.integers(0, 2) | st.just(TURNS),
    )
    def end_calls(self, data: st.DataObject, ends: list[str], turns: int) -> None:
        """End some calls in one turn of the event loop."""
        for end in ends:
            waiting = sorted(item for item, future in self.calls.open.items() if not future.done())
            if waiting:
                self.end_call(data.draw(st.sampled_from(waiting), "item"), end)
        self.settle(turns)

    def end_call(self, item: int, end: str) -> None:
        future = self.calls.open[item]
        if end == "succeed":
            self.expected[item] = f"value {item}, call {self.calls.count[item]}"
            future.set_result(f"value {item}, call {self.calls.count[item]}")
        elif end == "fail":
            self.expected[item] = HopelessError
            future.set_exception(HopelessError())
        elif end == "fail for now":
            self.expected[item] = PassingError
            self.failed_once.add(item)
            future.set_exception(PassingError())
        else:
            # What the call waits for is cancelled, but the call is not.
            self.expected[item] = CallCancelledError
            self.calls.cancelled.add(item)
            future.cancel()

    @precondition(lambda self: self.waits and self.gate is None)
    @rule()
    def make_the_input_wait(self) -> None:
        self.gate = self.loop.create_future()

    @precondition(lambda self: self.gate is not None)
    @rule()
    def let_the_input_go_on(self) -> None:
        self.open_gate()
        self.settle(1)

    def open_gate(self) -> None:
        gate, self.gate = self.gate, None
        # It is cancelled with the fan-out that waits for it.
        if gate is not None and not gate.done():
            gate.set_result(None)

    @precondition(lambda self: not self.left and len(self.taken) > 2)
    @rule(by_an_error=st.booleans())
    def leave_early(self, by_an_error: bool) -> None:  # noqa: FBT001
        error = HopelessError() if by_an_error else None
        self.left = True

        async def leave() -> None:
            await self.outcomes.__aexit__(type(error) if error else None, error, None)
            # At once, before the next iteration of the event loop.
            self.check_that_nothing_is_left({asyncio.current_task()})

        leaving = self.loop.create_task(leave())
        self.settle()
        assert leaving.done(), "the end of the block does not come"
        leaving.result()

    # --- What holds --------------------------------------------------------------------------------------------------

    @invariant()
    def no_more_are_in_flight_than_the_limit(self) -> None:
        assert len(self.calls.open) <= self.limit

    @invariant()
    def no_item_is_called_for_more_often_than_it_may_be(self) -> None:
        again = self.failed_once if self.retry else set[int]()
        assert all(count <= 1 + (item in again) for item, count in self.calls.count.items())

    @invariant()
    def no_more_items_are_read_than_have_room(self) -> None:
        held_back = len(self.failed_once) if self.retry else 0
        assert self.read <= len(self.taken) + 2 * self.limit + held_back + (self.reader is not None)

    @invariant()
    def nothing_complains(self) -> None:
        assert self.complaints == []

    @precondition(lambda self: not self.left and self.gate is None and self.read > 0)
    @rule()
    def whoever_may_work_does(self) -> None:
        """Once all has come to rest, the limit is used up, or nothing is left to call for, or the readers are slow."""
        self.settle()
        if all(future.done() for future in self.calls.open.values()) and len(self.taken) == self.total:
            return
        finished = len(self.expected) - len(self.taken)
        if self.retry and self.failed_once:
            return  # which of those are held back and which have been called again is the engine's to know
        room = 2 * self.limit - finished
        left_to_do = self.total - len(self.taken) - finished
        assert len(self.calls.open) == min(self.limit, room, left_to_do)
        assert self.outcomes.progress.in_flight == len(self.calls.open)

    def check_that_nothing_is_left(self, but: AbstractSet[object] = frozenset()) -> None:
        assert self.calls.open == {}
        # Only the reader, if it waits: its loop ends as soon as it is its turn.
        assert asyncio.all_tasks(self.loop) - but <= {self.reader, self.settling}

    def teardown(self) -> None:
        try:
            if hasattr(self, "outcomes"):
                self.finish()
        finally:
            for task in asyncio.all_tasks(self.loop):
                task.cancel()
            self.settle(3)
            self.loop.close()

    def finish(self) -> None:
        """Read to the end, whatever has happened before."""
        self.open_gate()
        for step in range(10 * self.total + 10):
            if self.at_end:
                break
            if self.reader is None:
                self.ask_for_an_outcome(TURNS)
            elif self.calls.open:
                self.end_call(max(self.calls.open), "succeed" if step % 3 else "fail")
                self.settle()
            else:
                self.settle()
        assert self.at_end, "the end does not come"
        if not self.left:
            assert sorted(each.item for each in self.taken) == list(range(self.total))
            assert (self.outcomes.progress.done, self.outcomes.progress.in_flight) == (self.total, 0)
            self.check_that_nothing_is_left()
            self.run(self.outcomes.__aexit__(None, None, None))
        self.check_that_nothing_is_left()
        # Whoever asks again is told the same.
        self.ask_for_an_outcome(TURNS)
        assert self.reader is None
        assert self.complaints == []


@pytest.mark.soak
def test_a_fan_out_keeps_its_word_in_any_order_of_events(monkeypatch: pytest.MonkeyPatch) -> None:
    unraisable: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", unraisable.append)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run_state_machine_as_test(FanOutInAnyOrder, settings=many)
        # What was never awaited, retrieved or closed says so when it goes.
        gc.collect()
    assert unraisable == []
