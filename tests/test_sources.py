"""Refreshing the schemas of a source: when they count as fresh, and which failures it survives."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import pytest

from polytomic_client import (
    APIStatusError,
    DeadlineExceededError,
    RequestError,
    ServerError,
    Timeout,
)

from .conftest import ID, FakeClock
from .server import Answer, Connection, Raw, Received, Server, Step, hang_up, reset_in_the_body
from .test_executions import WAYS, Api, Way, silence

NAMES = {
    f"/api/bulk/source/{ID}/status": "status",
    f"/api/bulk/source/{ID}?refresh_schemas=true&include_fields=false": "refresh",
    f"/api/bulk/source/{ID}?include_fields=true": "get",
}


def name_of(request: Received) -> str:
    assert request.line.startswith("GET ")
    return NAMES[request.target]


def asked(server: Server) -> list[str]:
    """The requests. A status request after the first one is a poll."""
    names = [name_of(request) for request in server.requests]
    return names[:1] + ["look" if name == "status" else name for name in names[1:]]


def status(started: str | None, finished: str | None, word: str = "a word") -> Answer:
    """How fresh the schemas are: times of one day, as the API writes them."""
    times = [None if clock is None else f"2023-04-25T{clock}Z" for clock in (started, finished)]
    members = {"cache_status": word, "last_refresh_started": times[0], "last_refresh_finished": times[1]}
    return Answer(body={"data": members})


NEVER = status(None, None)
OLD = status("09:00:00", "09:01:00")
BUSY = status("12:00:00", "09:01:00")
FRESH = status("12:00:00", "12:00:30")
FIELD = {"id": "mail", "name": "Mail", "type": "string", "association": None}
SCHEMAS = Answer(body={"data": {"configuration": None, "schemas": [{"id": "users", "name": "Users", "fields": []}]}})
FIELDS = Answer(body={"data": {"schemas": [{"id": "users", "name": "Users", "fields": [FIELD]}]}})


ORDER = ["status", "refresh", "look", "get"]


def until(moment: str, last: Step) -> dict[str, list[Step]]:
    """The steps of an API of which one, when it is asked for something, is that one."""
    steps: dict[str, list[Step]] = {"status": [OLD, FRESH]}
    if moment == "look":
        steps["status"][1] = last
    else:
        steps[moment] = [last]
    return steps


def api(status: Sequence[Step], refresh: Sequence[Step] = (SCHEMAS,), get: Sequence[Step] = (FIELDS,)) -> Api:
    return Api(name_of, status=status, refresh=refresh, get=get)


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> Way:
    return WAYS[request.param]()


def refresh(way: Way, server: Server, clock: FakeClock, *, settings: dict[str, Any] | None = None, **given: Any) -> Any:
    return way.call("refresh_bulk_source", server, ID, settings={"clock": clock, **(settings or {})}, **given)


def test_the_schemas_are_read_anew_and_answered_with_their_fields(way: Way, clock: FakeClock) -> None:
    with Server(api([OLD, BUSY, BUSY, FRESH])) as server:
        source = refresh(way, server, clock)

    assert [field.id for field in source.data.schemas[0].fields] == ["mail"]
    assert asked(server) == ["status", "refresh", "look", "look", "look", "get"]
    assert clock.slept == [0.5, 0.75, 1.125]


@pytest.mark.parametrize(
    ("statuses", "looks"),
    [
        ([NEVER, FRESH], 1),
        ([NEVER, NEVER, status("12:00:00", None), FRESH], 3),
        ([OLD, FRESH], 1),
        ([OLD, OLD, OLD, FRESH], 3),
        ([OLD, status("12:00:00", None), FRESH], 2),
        ([OLD, status(None, "12:00:30")], 1),
        ([OLD, status("12:00:00", "12:00:00")], 1),
        ([OLD, status("12:00:00.25", "12:00:00.5")], 1),
        # One that is under way counts, and so does a later one that began before the first poll after it.
        ([BUSY, BUSY, FRESH], 2),
        ([BUSY, status("12:00:31", "12:00:30"), status("12:00:31", "12:01:00")], 2),
        # No word is believed, because they are documented nowhere.
        ([OLD, status("09:00:00", "09:01:00", "fresh"), FRESH], 2),
        # The same instant in another zone.
        ([OLD, Answer(body={"data": {"last_refresh_finished": "2023-04-25T11:01:00+02:00"}}), FRESH], 2),
        # Members that are left out.
        ([Answer(body={"data": {}}), Answer(body={"data": {}}), FRESH], 2),
        ([Answer(body={"data": {}}), Answer(body={"data": {"last_refresh_finished": "2023-04-25T12:00:30Z"}})], 1),
    ],
)
def test_they_are_fresh_when_the_api_names_another_end_and_no_later_start(
    way: Way, clock: FakeClock, statuses: list[Step], looks: int
) -> None:
    with Server(api(statuses)) as server:
        refresh(way, server, clock)

    assert asked(server) == ["status", "refresh", *["look"] * looks, "get"]


def test_the_deadline_ends_the_wait(way: Way, clock: FakeClock) -> None:
    with Server(api([OLD, BUSY, status("12:00:00", "09:01:00", "warming")])) as server:
        with pytest.raises(DeadlineExceededError) as caught:
            refresh(way, server, clock, deadline=30.0)

    assert str(caught.value) == (
        f"the schemas of connection {ID} were not fresh after 30 s, got cache_status 'warming'. "
        "Raise deadline=..., or lower the concurrency."
    )
    assert sum(clock.slept) == 29.5
    assert asked(server) == ["status", "refresh", *["look"] * len(clock.slept)]


@pytest.mark.parametrize(
    ("given", "beginning", "longest", "whole"),
    [({}, [0.5, 0.75, 1.125, 1.6875], 5, 599.5), ({"poll_interval": 60, "deadline": 1000}, [0.5], 60, 999.5)],
)
def test_it_looks_less_and_less_often_and_gives_up_after_ten_minutes(
    way: Way, clock: FakeClock, given: dict[str, Any], beginning: list[float], longest: float, whole: float
) -> None:
    with Server(api([OLD])) as server, pytest.raises(DeadlineExceededError):
        refresh(way, server, clock, **given)

    assert clock.slept[: len(beginning)] == beginning
    assert (max(clock.slept), sum(clock.slept)) == (longest, whole)


@pytest.mark.parametrize("moment", ORDER)
def test_nothing_that_hangs_outlasts_the_deadline(way: Way, clock: FakeClock, moment: str) -> None:
    def hang(connection: Connection) -> bool:
        clock.now += 1
        return silence(connection)

    started = time.monotonic()
    with Server(api(**until(moment, hang))) as server, pytest.raises(DeadlineExceededError):
        refresh(way, server, clock, deadline=0.2)

    assert asked(server) == ORDER[: ORDER.index(moment) + 1]
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(("moment", "answer"), [("status", OLD), ("refresh", SCHEMAS), ("look", FRESH)])
def test_nothing_is_asked_after_the_deadline(way: Way, clock: FakeClock, moment: str, answer: Step) -> None:
    def late(connection: Connection) -> bool:
        clock.now += 60
        return answer(connection)

    with Server(api(**until(moment, late))) as server, pytest.raises(DeadlineExceededError):
        refresh(way, server, clock, deadline=60)

    assert asked(server) == ORDER[: ORDER.index(moment) + 1]


LOST: dict[str, list[Step]] = {
    "silence": [silence],
    "hang up": [Raw([b"HTTP/1.1 200 OK\r\n"])],
    "reset": [reset_in_the_body],
    **{str(status): [Answer(status, b"")] for status in (408, 502, 503, 504)},
}


@pytest.mark.parametrize("fault", LOST)
def test_a_request_without_an_answer_may_have_been_heard_nevertheless(way: Way, clock: FakeClock, fault: str) -> None:
    settings = {"max_attempts": 2, "timeout": Timeout(read=0.2 if fault == "silence" else 10)}
    with Server(api([OLD, BUSY, FRESH], refresh=LOST[fault])) as server:
        assert refresh(way, server, clock, settings=settings).data.schemas[0].fields

    assert asked(server) == ["status", "refresh", "refresh", "look", "look", "get"]


def test_so_may_one_that_takes_longer_than_the_client_lets_a_call_take(way: Way, clock: FakeClock) -> None:
    with Server(api([OLD, BUSY, FRESH], refresh=[silence])) as server:
        assert refresh(way, server, clock, settings={"deadline": 0.3}).data.schemas[0].fields

    assert asked(server) == ["status", "refresh", "look", "look", "get"]


@pytest.mark.parametrize("code", [400, 401, 403, 404, 429, 500])
def test_a_request_that_is_refused_is_an_error(way: Way, clock: FakeClock, code: int) -> None:
    with Server(api([OLD, FRESH], refresh=[Answer(code, b"")])) as server, pytest.raises(APIStatusError) as caught:
        refresh(way, server, clock, settings={"max_attempts": 1})

    assert caught.value.status_code == code
    assert asked(server) == ["status", "refresh"]


@pytest.mark.parametrize("fault", [hang_up, Answer(500, b""), Answer(429, b"")])
def test_a_look_that_fails_for_a_passing_reason_is_made_again(way: Way, clock: FakeClock, fault: Step) -> None:
    with Server(api([OLD, *[fault] * 5, FRESH])) as server:
        assert refresh(way, server, clock, settings={"max_attempts": 1}).data.schemas

    assert asked(server) == ["status", "refresh", *["look"] * 6, "get"]


@pytest.mark.parametrize(
    ("fault", "looks"), [(Answer(404, b""), 1), (Answer(body={"data": None}), 1), (Answer(500, b""), 6)]
)
def test_one_that_fails_for_good_or_too_often_is_an_error(way: Way, clock: FakeClock, fault: Step, looks: int) -> None:
    with Server(api([OLD, fault])) as server, pytest.raises(RequestError):
        refresh(way, server, clock)

    assert asked(server) == ["status", "refresh", *["look"] * looks]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ({"status": [Answer(500, b"")]}, ["status"]),
        ({"status": [OLD, FRESH], "get": [Answer(500, b"")]}, ["status", "refresh", "look", "get"]),
    ],
)
def test_what_is_asked_before_and_after_is_not_in_vain(
    way: Way, clock: FakeClock, steps: dict[str, Any], expected: list[str]
) -> None:
    with Server(api(**steps)) as server, pytest.raises(ServerError):
        refresh(way, server, clock)

    assert asked(server) == expected


@pytest.mark.parametrize("moment", ORDER)
def test_breaking_off_leaves_nothing_behind(way: Way, clock: FakeClock, moment: str) -> None:
    with Server(api(**until(moment, way.silence))) as server, pytest.raises(way.broken_off):
        refresh(way, server, clock)

    assert asked(server) == ORDER[: ORDER.index(moment) + 1]


@pytest.mark.parametrize("given", [{"deadline": 0}, {"deadline": "60"}, {"poll_interval": -1}])
def test_a_malformed_argument_is_refused_before_anything_is_sent(
    way: Way, clock: FakeClock, given: dict[str, Any]
) -> None:
    with Server(api([OLD])) as server, pytest.raises(ValueError, match=next(iter(given))):
        refresh(way, server, clock, **given)

    assert server.connections == 0


def test_a_malformed_id_is_refused_before_anything_is_sent(way: Way) -> None:
    with Server(api([OLD])) as server, pytest.raises(ValueError, match="must be a UUID"):
        way.call("refresh_bulk_source", server, "7")

    assert server.connections == 0
