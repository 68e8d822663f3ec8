"""What the driver makes of the fates of its batches, without a cluster."""

from __future__ import annotations

import time
from collections.abc import Iterator
from queue import SimpleQueue
from threading import Event, Lock
from threading import enumerate as enumerate_threads
from typing import Any

import pytest

from polytomic_client import DeadlineExceededError, DecodeError, NotReachedError, Success
from polytomic_client.dask import ClusterError, WorkerLostError, _driver
from polytomic_client.dask._link import Fetched, State
from polytomic_client.dask._wire import Raw, Request, Response, Result
from polytomic_client.v2023_04_25.api.bulk_sync import get_bulk_destination

from .fake_link import LOST, FakeLink, Fate, broken, done, fan_out_over


def test_the_first_batches_are_small_and_quick_ones_grow() -> None:
    link = FakeLink()

    with fan_out_over(link, range(20_000), limit=10, batch=500) as outcomes:
        assert sum(outcome.ok for outcome in outcomes) == 20_000

    assert link.sizes[0] == 10
    assert max(link.sizes) == 500
    assert [item for request in link.requests for item in request.items] == list(range(20_000))
    assert [index for request in link.requests for index in request.indexes] == list(range(20_000))


def test_batches_that_take_long_do_not_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("polytomic_client.dask._batches.QUICK", 0.0)
    link = FakeLink()

    with fan_out_over(link, range(300), limit=10) as outcomes:
        assert len(list(outcomes)) == 300

    assert set(link.sizes) == {10}


def test_a_low_rate_makes_small_batches() -> None:
    link = FakeLink()

    with fan_out_over(link, range(5), rate=2) as outcomes:
        assert len(list(outcomes)) == 5

    assert link.sizes[0] == 2


def test_only_a_window_of_batches_is_read_ahead() -> None:
    link = FakeLink()
    read: list[int] = []

    def items() -> Iterator[int]:
        for number in range(1_000):
            read.append(number)
            yield number

    with fan_out_over(link, items(), batch=10) as outcomes:
        next(iter(outcomes))
        time.sleep(0.05)  # what the driver would read meanwhile
        assert len(read) <= 80
        assert len(list(outcomes)) == 999


def test_items_that_come_slowly_are_sent_before_a_batch_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("polytomic_client.dask._reading.READING_LASTS", 0.0)
    link = FakeLink()

    with fan_out_over(link, range(5)) as outcomes:
        assert len(list(outcomes)) == 5

    assert link.sizes == [1] * 5


def test_items_that_depend_on_outcomes(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a crawler, whose iterable blocks until an outcome brings the next item."""
    monkeypatch.setattr("polytomic_client.dask._reading.READING_LASTS", 0.001)
    queue: SimpleQueue[int | None] = SimpleQueue()
    queue.put(0)
    found: list[int] = []

    with fan_out_over(FakeLink(), iter(queue.get, None)) as outcomes:
        for outcome in outcomes:
            found.append(outcome.item)
            queue.put(outcome.item + 1 if outcome.item < 3 else None)

    assert found == [0, 1, 2, 3]


@pytest.fixture
def blocked() -> Iterator[Iterator[int]]:
    """Items of which the second one never comes."""
    never = Event()

    def items() -> Iterator[int]:
        yield 0
        never.wait(30)

    yield items()
    never.set()


def test_leaving_does_not_wait_for_the_next_item(blocked: Iterator[int]) -> None:
    link = FakeLink()
    began = time.monotonic()

    with fan_out_over(link, blocked) as outcomes:
        assert next(outcomes).item == 0

    assert time.monotonic() - began < 5
    assert link.told == ["open 64", "close"]


def test_after_leaving_no_item_is_read_but_the_one_that_was_waited_for() -> None:
    left, read = Event(), list[int]()

    def items() -> Iterator[int]:
        yield 0
        left.wait(30)
        for number in range(1, 500):
            read.append(number)
            yield number

    with fan_out_over(FakeLink(), items()) as outcomes:
        next(outcomes)
    [thread] = [each for each in enumerate_threads() if each.name == "polytomic-dask-items"]
    left.set()
    thread.join(30)

    assert not thread.is_alive()
    assert read == [1]


def test_the_deadline_does_not_wait_for_the_next_item(blocked: Iterator[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_driver, "ITEM_LASTS", 0.01)
    found: list[int] = []

    with fan_out_over(FakeLink(), blocked, deadline=0.5) as outcomes:
        with pytest.raises(NotReachedError, match="passed before the last item was read"):
            for outcome in outcomes:
                found.append(outcome.item)

    assert found == [0]


def test_only_the_item_that_ends_its_workers_is_lost() -> None:
    link = FakeLink(lambda request: LOST if 37 in request.items else done(request))

    with fan_out_over(link, range(100), limit=64) as outcomes:
        found = list(outcomes)

    assert sorted(outcome.item for outcome in found) == list(range(100))
    [failed] = [outcome for outcome in found if not outcome.ok]
    assert failed.item == failed.index == 37
    assert isinstance(failed.error, WorkerLostError)
    assert str(failed.error) == ("each worker that called fetch with 37 ended; the calls may have reached the API")
    # At last it was sent with nothing beside it.
    assert (link.requests[-1].items, link.beside[-1]) == ([37], 0)


def test_innocent_batches_that_were_lost_come_again() -> None:
    lost: list[list[Any]] = []

    def fate(request: Request) -> Fetched | Response:
        if len(lost) < 5:
            lost.append(request.items)
            return LOST
        return done(request)

    link = FakeLink(fate)
    with fan_out_over(link, range(40), limit=3) as outcomes:
        found = list(outcomes)

    assert sorted(outcome.item for outcome in found) == list(range(40))
    assert all(outcome.ok for outcome in found)


def test_items_whose_calls_did_not_begin_come_again() -> None:
    """Their worker was closing."""
    link = FakeLink(lambda request: Response([], None) if len(link.requests) == 1 else done(request))

    with fan_out_over(link, range(10), limit=5) as outcomes:
        assert sorted(outcome.item for outcome in outcomes) == list(range(10))

    assert sum(link.sizes) == 15


def test_an_error_that_a_worker_reported_before_it_ended() -> None:
    link = FakeLink(lambda request: Response([], None))
    link.state = State(workers=2, threads=4, paused=0.0, fault=KeyError("of the worker"))

    with fan_out_over(link, range(10)) as outcomes:
        with pytest.raises(KeyError, match="of the worker"):
            list(outcomes)

    assert link.told == ["open 64", "close"]


def test_outcomes_come_before_the_error_that_ends_it() -> None:
    def fate(request: Request) -> Response:
        results = done(request).results
        return Response(results[:2], ValueError("stop")) if 5 in request.items else Response(results, None)

    with fan_out_over(FakeLink(fate), range(100), limit=5) as outcomes:
        found: list[Any] = []
        with pytest.raises(ValueError, match="stop"):
            for outcome in outcomes:
                found.append(outcome.item)
        # It was raised; nothing more comes.
        assert list(outcomes) == []

    assert {5, 6} <= set(found)
    assert len(found) == len(set(found))


@pytest.mark.parametrize("fate", [broken("a worker cannot run a batch (X: y)"), Fetched("", b"no pickle")])
def test_what_cannot_run_ends_it(fate: Fetched) -> None:
    with fan_out_over(FakeLink(lambda _: fate), range(100)) as outcomes:
        with pytest.raises(ClusterError, match="cannot run a batch|cannot be unpickled"):
            list(outcomes)


def test_without_workers_it_ends() -> None:
    link = FakeLink(lambda _: None)
    link.state = State(workers=0, threads=0, paused=0.0, fault=None)

    with fan_out_over(link, range(10), no_workers_after=0.1) as outcomes:
        text = r"has had no worker for 0.1 s \(no_workers_after\). Start workers that have polytomic-client\[dask\]"
        with pytest.raises(ClusterError, match=text):
            list(outcomes)


def test_a_worker_that_hangs_does_not_delay_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_driver, "LATE_LASTS", 0.1)
    link = FakeLink(lambda request: None if 0 in request.items else done(request))

    with fan_out_over(link, range(10_000), limit=10, deadline=0.1, batch=10) as outcomes:
        found: list[Any] = []
        for outcome in outcomes:
            found.append(outcome)
            if len(found) == 20:
                time.sleep(0.1)  # so that some are not reached

    assert sorted(outcome.index for outcome in found) == list(range(10_000))
    hanging = [outcome.error for outcome in found if outcome.index < 10]
    assert all(type(error) is DeadlineExceededError for error in hanging)
    others: set[type[object]] = {type(outcome.error) for outcome in found if outcome.index >= 10}
    assert others <= {type(None), NotReachedError}
    assert NotReachedError in others
    assert link.told == ["open 64".replace("64", "10"), "expire", "close"]


def test_a_function_that_decides_on_second_calls_sees_each_error_once() -> None:
    seen: list[str] = []

    def again(error: Exception) -> bool:
        seen.append(str(error))
        return int(str(error)) % 2 == 0

    def fate(request: Request) -> Response:
        return Response(
            [Result(place, None, ValueError(item), unsettled=True) for place, item in enumerate(request.items)], None
        )

    with fan_out_over(FakeLink(fate), range(10), retry_failed=again) as outcomes:
        found = list(outcomes)

    assert sorted(seen) == [str(number) for number in range(10)]
    assert [outcome.item % 2 for outcome in found] == [1] * 5 + [0] * 5


def test_an_unsettled_call_is_not_made_again_unless_the_user_says_so() -> None:
    def fate(request: Request) -> Response:
        unsettled = [item == 1 for item in request.items]
        return Response([Result(place, None, TimeoutError(), each) for place, each in enumerate(unsettled)], None)

    link = FakeLink(fate)
    with fan_out_over(link, range(3), retry_failed=True) as outcomes:
        assert [outcome.item for outcome in outcomes] == [1, 0, 2]

    assert [(request.items, request.again) for request in link.requests] == [([0, 1, 2], False), ([0, 2], True)]


def test_first_outcomes_of_held_back_items_come_if_it_ends_early() -> None:
    def fate(request: Request) -> Response | None:
        if request.again:
            return Response([], ValueError("stop"))
        return Response(
            [Result(place, None, TimeoutError(), unsettled=False) for place in range(len(request.items))], None
        )

    with fan_out_over(FakeLink(fate), range(4), limit=2, retry_failed=True, batch=2) as outcomes:
        found: list[Any] = []
        with pytest.raises(ValueError, match="stop"):
            found.extend(outcomes)

    assert sorted(outcome.item for outcome in found) == [0, 1, 2, 3]
    assert all(isinstance(outcome.error, TimeoutError) for outcome in found)


def test_an_error_of_the_users_function_loses_no_outcome_of_the_batch() -> None:
    def again(_: Exception) -> bool:
        raise RuntimeError("a bug of the user's")

    def fate(request: Request) -> Response:
        results = done(request).results
        return Response([*results[:-1], Result(len(results) - 1, None, TimeoutError(), unsettled=False)], None)

    with fan_out_over(FakeLink(fate), range(5), retry_failed=again) as outcomes:
        found: list[Any] = []
        with pytest.raises(RuntimeError, match="a bug of the user's"):
            found.extend(outcomes)

    assert sorted(outcome.item for outcome in found) == list(range(5))


def test_a_reader_that_left_is_told_nothing_more() -> None:
    link = FakeLink()
    outcomes = fan_out_over(link, range(1_000), batch=10)
    assert isinstance(next(iter(outcomes)), Success)
    driver = outcomes._driver

    del outcomes
    driver.join()

    assert link.told == ["open 64", "close"]


def test_items_that_cannot_be_pickled() -> None:
    with fan_out_over(FakeLink(), [Lock()]) as outcomes:
        with pytest.raises(TypeError, match="items must be picklable, got lock"):
            list(outcomes)


def test_a_pause_is_in_the_progress_and_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    # A LocalCluster of an earlier test silences the handlers of this process.
    caplog.set_level("WARNING")
    link = FakeLink(lambda _: None)
    link.state = State(workers=2, threads=4, paused=7.0, fault=None)

    with fan_out_over(link, range(10), deadline=0.05) as outcomes:
        iter(outcomes)
        ends = time.monotonic() + 5
        while not outcomes.progress.paused and time.monotonic() < ends:
            time.sleep(0.005)
        assert 6.0 < outcomes.progress.paused <= 7.0

    assert caplog.messages == ["The fan-out pauses for 7.0 s, as requested by the API."]


def _unreadable(content: bytes) -> Fate:
    raw = Raw(get_bulk_destination.OPERATION, 200, content, "request-1")

    def fate(request: Request) -> Response:
        return Response([Result(place, raw, None, unsettled=False) for place in range(len(request.items))], None)

    return fate


def test_a_body_that_cannot_be_decoded_is_a_failure_of_its_item() -> None:
    with fan_out_over(FakeLink(_unreadable(b'{"data": 3}')), ["a", "b"]) as outcomes:
        errors = [outcome.error for outcome in outcomes]

    assert all(isinstance(error, DecodeError) for error in errors)
    assert str(errors[0]).startswith("get_bulk_destination: GET /api/bulk/dest/{id}: ")
    assert isinstance(errors[0], DecodeError)
    assert (errors[0].path, errors[0].request_id) == ("$.data", "request-1")


def test_a_body_that_cannot_be_decoded_ends_it_if_the_user_says_so() -> None:
    with fan_out_over(FakeLink(_unreadable(b"[]")), range(100), stop_on=(DecodeError,)) as outcomes:
        with pytest.raises(DecodeError):
            list(outcomes)
