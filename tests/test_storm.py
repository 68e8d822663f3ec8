"""Calls that are cancelled, or whose connection the server closes, at random moments: a tenth of `make soak`.

How that is done and checked is in `tests/storm.py`.
"""

from __future__ import annotations

import pytest

from .conftest import RUNNERS
from .storm import (
    CONNECTIONS,
    LOOPS,
    METHODS,
    RACE_CALLS,
    STORM_CALLS,
    Report,
    closed_before,
    race,
    storm,
    storm_in_threads,
)


def check(report: Report) -> None:
    assert report.problems == [], str(report)


@pytest.mark.soak
@pytest.mark.parametrize("loop", RUNNERS)
def test_a_call_that_is_cancelled_anywhere_leaves_nothing_and_takes_no_response_of_another_one(loop: str) -> None:
    report = storm(loop, STORM_CALLS // 10)
    check(report)
    assert report.counts["answered"] > STORM_CALLS // 40
    assert report.counts["cancelled"] > STORM_CALLS // 40
    assert report.counts["timed out"] > CONNECTIONS


@pytest.mark.soak
def test_so_it_is_for_a_call_in_a_thread_that_has_too_little_time() -> None:
    report = storm_in_threads(STORM_CALLS // 10)
    check(report)
    assert report.counts["answered"] > STORM_CALLS // 40
    assert report.counts["DeadlineExceededError"] > CONNECTIONS
    assert report.counts["ReadTimeoutError"] > CONNECTIONS


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_get_and_no_keyed_post_fails_where_the_server_closes_the_connection_meanwhile(
    method: str, loop: str
) -> None:
    report = race(loop, method, RACE_CALLS // 10)
    check(report)
    assert report.counts["answered"] == RACE_CALLS // 10
    assert report.counts["resent"] >= CONNECTIONS


@pytest.mark.parametrize("loop", LOOPS)
def test_a_delete_that_meets_the_end_of_its_connection_never_succeeds_unprocessed(loop: str) -> None:
    report = race(loop, METHODS[-1], RACE_CALLS // 10)
    check(report)
    assert report.counts["failed"] >= CONNECTIONS
    assert report.counts["resent"] == 0


@pytest.mark.parametrize("loop", LOOPS)
def test_no_delete_fails_where_the_connection_had_ended_before_it(loop: str) -> None:
    check(closed_before(loop, RACE_CALLS // 10))
