"""What a fan-out of one process promises holds over a cluster."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from uuid import UUID

import pytest
from distributed import Client

from polytomic_client import (
    AsyncPolytomic,
    AuthenticationError,
    ConfigurationError,
    DeadlineExceededError,
    NotFoundError,
    NotReachedError,
    Progress,
    ServerError,
)
from polytomic_client.dask import DaskFanOut, fan_out
from polytomic_client.v2023_04_25.models import BulkDestinationEnvelope

from ..fast_server import OK, answer
from . import calls
from .stub import Call, Stub

pytestmark = [pytest.mark.dask, pytest.mark.process]


def ids(count: int) -> list[str]:
    return [f"i{number}" for number in range(count)]


def test_every_item_has_one_outcome(cluster: Client, server: Stub) -> None:
    items = [str(UUID(int=number)) for number in range(5_000)]
    items[7] = "not-a-uuid"

    with fan_out(cluster, AsyncPolytomic.get_bulk_destination, items, make_client=calls.client) as outcomes:
        found = {outcome.index: outcome for outcome in outcomes}
        progress = outcomes.progress

    assert sorted(found) == list(range(5_000))
    assert all(found[index].item == item for index, item in enumerate(items))
    assert [index for index, outcome in found.items() if not outcome.ok] == [7]
    assert isinstance(found[7].error, ValueError)
    assert isinstance(found[8].result(), BulkDestinationEnvelope)
    assert found[8].result().data.modes
    assert Counter(server.items).most_common(1)[0][1] == 1
    assert (progress.done, progress.failed, progress.total, progress.in_flight) == (5_000, 1, 5_000, 0)


def test_both_processes_have_a_part_of_a_few_items(cluster: Client, server: Stub) -> None:
    server.reply = lambda _: (OK, 0.05)
    with fan_out(cluster, calls.which_process, ids(60), make_client=calls.client, limit=10) as outcomes:
        found = Counter(outcome.result() for outcome in outcomes)

    assert len(found) == 2
    assert server.most_in_flight <= 10


def test_the_calls_in_flight_are_bounded_together(cluster: Client, server: Stub) -> None:
    server.reply = lambda _: (OK, 0.02)
    with fan_out(cluster, calls.status, ids(800), make_client=calls.client, limit=21) as outcomes:
        assert sum(outcome.ok for outcome in outcomes) == 800

    assert server.most_in_flight == 21


def test_a_limit_below_the_number_of_processes(cluster: Client, server: Stub) -> None:
    server.reply = lambda _: (OK, 0.01)
    with fan_out(cluster, calls.status, ids(40), make_client=calls.client, limit=1, batch=5) as outcomes:
        assert sum(outcome.ok for outcome in outcomes) == 40

    assert server.most_in_flight == 1


def test_the_rate_is_that_of_all_processes(cluster: Client, server: Stub) -> None:
    with fan_out(cluster, calls.status, ids(300), make_client=calls.client, rate=100, limit=10) as outcomes:
        assert sum(outcome.ok for outcome in outcomes) == 300

    # `make soak-dask` measures it on an idle machine: at most 106. What arrives late on a busy one arrives at once.
    assert server.most_in_a_second() <= 125
    times = [call.at for call in server.calls]
    # While processes join, a part of the rate is nobody's.
    assert 2.8 < times[-1] - times[0] < 4.0


def test_retry_after_pauses_all_processes(cluster: Client, server: Stub) -> None:
    asked: list[float] = []

    def script(call: Call) -> tuple[bytes, float]:
        if len(server.calls) == 100:
            asked.append(call.at)
            return answer(429, retry_after="1"), 0.0
        return OK, 0.005

    server.reply = script
    with fan_out(cluster, calls.status, ids(600), make_client=calls.patient_client, limit=16) as outcomes:
        assert sum(outcome.ok for outcome in outcomes) == 600

    during = [call.at - asked[0] for call in server.calls if 0.05 < call.at - asked[0] < 0.98]
    assert during == []
    assert len(server.calls) == 601


def test_an_error_that_hits_all_ends_it_at_once(cluster: Client, server: Stub) -> None:
    def script(call: Call) -> tuple[bytes, float]:
        return (answer(401), 0.0) if len(server.calls) == 200 else (OK, 0.01)

    server.reply = script
    found = 0
    with fan_out(cluster, calls.status, ids(5_000), make_client=calls.client, limit=16) as outcomes:
        with pytest.raises(AuthenticationError):
            for _ in outcomes:
                found += 1
        last = server.calls[-1].at

    time.sleep(0.3)
    assert server.calls[-1].at == last
    assert server.calls[-1].at - server.calls[199].at < 0.3
    # What was called before comes before the error, but for the calls under way.
    assert 150 < found < len(server.calls)


def test_leaving_early_stops_every_call(cluster: Client, server: Stub) -> None:
    server.reply = lambda _: (OK, 0.01)
    with fan_out(cluster, calls.status, ids(5_000), make_client=calls.client, limit=16) as outcomes:
        next(iter(outcomes))
    count = len(server.calls)

    time.sleep(0.3)
    assert len(server.calls) == count < 2_000
    # The cluster stays usable.
    with fan_out(cluster, calls.status, ids(50), make_client=calls.client) as outcomes:
        assert sum(outcome.ok for outcome in outcomes) == 50


def test_the_deadline(cluster: Client, server: Stub) -> None:
    server.reply = lambda call: (OK, 0.01 if int(call.item[1:]) < 100 else 30.0)
    began = time.monotonic()
    with fan_out(cluster, calls.status, ids(3_000), make_client=calls.client, limit=8, deadline=2.0) as outcomes:
        found = {outcome.index: outcome.error for outcome in outcomes}

    assert 2.0 < time.monotonic() - began < 4.0
    assert sorted(found) == list(range(3_000))
    kinds = Counter(type(error) for error in found.values())
    assert kinds[type(None)] == 100
    assert kinds[DeadlineExceededError] == 8 == len(server.calls) - 100
    assert kinds[NotReachedError] == 2_892


def test_a_second_call_comes_after_all_others(cluster: Client, server: Stub) -> None:
    def script(call: Call) -> tuple[bytes, float]:
        fails = int(call.item[1:]) % 10 == 0 and (call.nth == 1 or call.item == "i50")
        return (answer(503) if fails else OK), 0.0

    server.reply = script
    with fan_out(cluster, calls.status, ids(300), make_client=calls.client, retry_failed=True) as outcomes:
        found = list(outcomes)

    assert [outcome.item for outcome in found if not outcome.ok] == ["i50"]
    assert len(found) == len({outcome.index for outcome in found}) == 300
    assert len(server.calls) == 330
    assert max(place for place, call in enumerate(server.calls) if call.nth == 1) < 300


def test_a_post_that_may_have_been_executed_is_not_called_again(cluster: Client, server: Stub) -> None:
    server.reply = lambda _: (answer(503), 0.0)
    with fan_out(cluster, calls.post, ids(5), make_client=calls.client, retry_failed=True) as outcomes:
        assert all(isinstance(outcome.error, ServerError) for outcome in outcomes)

    assert set(server.nth.values()) == {1}


def test_a_checkpoint_resumes(cluster: Client, server: Stub, tmp_path: Path) -> None:
    items = [*ids(600), *ids(5)]

    def run(most: int) -> list[str]:
        with fan_out(cluster, calls.status, items, make_client=calls.client, checkpoint=tmp_path / "done") as outcomes:
            return [outcome.item for outcome in islice(outcomes, most)]

    first, second, third = run(100), run(1_000), run(1_000)

    assert (len(first), third) == (100, [])
    assert sorted(first + second) == sorted(ids(600))


def test_progress_is_reported(cluster: Client, server: Stub) -> None:
    server.reply = lambda _: (OK, 0.02)
    reports: list[Progress] = []

    with fan_out(
        cluster,
        calls.status,
        iter(ids(400)),
        make_client=calls.client,
        limit=8,
        unique=True,
        on_progress=reports.append,
    ) as outcomes:
        assert sum(1 for _ in outcomes) == 400

    assert len(reports) >= 2
    assert reports[-1].done == 400
    assert [report.done for report in reports] == sorted(report.done for report in reports)
    assert all(report.in_flight <= 8 == report.limit for report in reports)


def test_an_error_of_on_progress_ends_it(cluster: Client, server: Stub) -> None:
    def fail(_: Progress) -> None:
        raise RuntimeError("no terminal")

    with fan_out(cluster, calls.status, ids(10), make_client=calls.client, on_progress=fail) as outcomes:
        with pytest.raises(RuntimeError, match="no terminal") as caught:
            list(outcomes)

    assert "on_progress" in caught.value.__notes__[0]


def test_items_that_raise_end_it_after_the_outcomes_before(cluster: Client, server: Stub) -> None:
    def items() -> Iterator[str]:
        yield from ids(70)
        raise OSError("the disk")

    found: list[str] = []
    with fan_out(cluster, calls.status, items(), make_client=calls.client) as outcomes:
        with pytest.raises(OSError, match="the disk"):
            for outcome in outcomes:
                found.append(outcome.item)

    assert sorted(found) == sorted(ids(70))


def test_values_and_errors_of_the_users_own(cluster: Client, server: Stub) -> None:
    server.reply = lambda call: (answer(404) if call.item == "missing" else OK, 0.0)
    items = ["fine", "cannot-travel", "cause", "value-error", "missing"]
    with fan_out(cluster, calls.odd, items, make_client=calls.client) as outcomes:
        found = {outcome.item: outcome for outcome in outcomes}

    assert found["fine"].result() == "fine"
    assert isinstance(found["missing"].error, NotFoundError)
    assert "the result cannot be sent to the driver" in str(found["cannot-travel"].error)
    assert str(found["cause"].error) == "MisfortuneError: no luck with cause"
    assert type(found["value-error"].error) is ValueError
    notes = "".join(found["value-error"].error.__notes__)
    assert "raised on the worker tcp://127.0.0.1:" in notes
    assert "raise ValueError(item)" in notes


def test_a_bug_of_fetch_ends_it(cluster: Client, server: Stub) -> None:
    with fan_out(cluster, calls.blunder, ids(100), make_client=calls.client) as outcomes:
        with pytest.raises(NameError, match="undefined"):
            list(outcomes)

    assert len(server.calls) < 100


def test_a_client_that_cannot_be_created_ends_it(cluster: Client, server: Stub) -> None:
    with fan_out(cluster, calls.status, ids(100), make_client=calls.client_without_key) as outcomes:
        with pytest.raises(ConfigurationError, match="POLYTOMIC_API_KEY") as caught:
            list(outcomes)

    assert caught.value.__notes__[0].startswith("raised on the worker tcp://")
    assert server.calls == []


def test_functions_of_a_script_travel(cluster: Client, server: Stub) -> None:
    offset = 3
    with fan_out(
        cluster, lambda client, item: calls.status(client, f"i{item + offset}"), range(4), make_client=calls.client
    ) as outcomes:
        assert [outcome.result() for outcome in outcomes] == [200] * 4

    assert sorted(server.items) == ["i3", "i4", "i5", "i6"]


def test_an_interrupt_loses_no_outcome(cluster: Client, server: Stub) -> None:
    found: list[int] = []
    with fan_out(cluster, calls.status, ids(500), make_client=calls.client) as outcomes:
        while len(found) < 500:
            try:
                for outcome in outcomes:
                    found.append(outcome.index)
                    if len(found) % 50 == 0:
                        raise KeyboardInterrupt
            except KeyboardInterrupt:
                pass

    assert sorted(found) == list(range(500))


def test_no_items(cluster: Client) -> None:
    items: list[str] = []
    with fan_out(cluster, calls.status, items, make_client=calls.client) as outcomes:
        assert list(outcomes) == []


def test_it_says_what_it_is_and_where_it_may_be_read(cluster: Client, server: Stub) -> None:
    with fan_out(cluster, calls.status, ids(3), make_client=calls.client) as outcomes:
        before = repr(outcomes)
        list(outcomes)
        after = repr(outcomes)

    assert isinstance(outcomes, DaskFanOut)
    assert before == "<DaskFanOut of status: not started, 0 of 3 done, 0 failed, limit 64>"
    assert after == "<DaskFanOut of status: finished, 3 of 3 done, 0 failed, limit 64>"
    with pytest.raises(RuntimeError, match="has ended"):
        iter(outcomes)
