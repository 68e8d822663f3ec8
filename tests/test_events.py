"""Reading events from an API whose paging is hardly documented, and which signature of a webhook is right."""

from __future__ import annotations

import asyncio
import datetime as dt
import hmac
import itertools
from base64 import b64encode
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from polytomic_client import (
    AsyncPolytomic,
    Polytomic,
    PolytomicError,
    RequestError,
    ServerError,
    WebhookSignatureError,
    verify_webhook,
)
from polytomic_client.v2023_04_25.models import Event, EventType

from .conftest import ID, KEY, FakeClock
from .server import Answer, Connection, Server

NOON = dt.datetime(2023, 4, 25, 12, tzinfo=dt.UTC)
MICROSECOND, MILLISECOND, SECOND = (dt.timedelta(microseconds=number) for number in (1, 1_000, 1_000_000))
UNITS = ["microseconds", "milliseconds", "seconds"]
TYPES = ["bulk_sync.completed", "bulk_sync.failed", "sync.running", "sync.invented"]

# --- The API ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Happened:
    id: str
    at: dt.datetime
    type: str = TYPES[0]


@dataclass
class Api:
    """Lists events in each way that the API might.

    Attributes:
        order: How it sorts what it answers.
        keeps: Which end of a window a limit leaves: the oldest, the newest, the oldest only after an instant that is
            asked for ("nearest"), or the newest unless an end is asked for ("turning").
        inclusive: Whether what happened at the ends of a window is in it.
        cap: How many it answers at most, whatever is asked for.
        writes: How exactly it writes instants; it compares them exactly.
        ignores: The parameters that it has never heard of.
        meanwhile: Called with the number of each request before it is answered; things happen.
    """

    events: list[Happened]
    order: str = "oldest first"
    keeps: str = "oldest"
    inclusive: bool = False
    cap: int | None = None
    writes: str = "microseconds"
    ignores: tuple[str, ...] = ()
    meanwhile: Callable[[int], object] = lambda _: None
    asked: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    answered: list[int] = field(default_factory=list[int])

    def __call__(self, connection: Connection) -> bool:
        path, query = urlsplit(connection.request.target)[2:4]
        assert path == "/api/events"
        asked = {name: value for name, (value,) in parse_qs(query, strict_parsing=True).items()}
        self.asked.append(asked)
        self.meanwhile(len(self.asked))
        answer = self._list(**{name: value for name, value in asked.items() if name not in self.ignores})
        self.answered.append(len(answer))
        return Answer(body={"data": [self._written(event) for event in answer]})(connection)

    def _list(
        self,
        type: str | None = None,  # noqa: A002
        starting_after: str | None = None,
        ending_before: str | None = None,
        limit: str | None = None,
    ) -> list[Happened]:
        start, end = (
            None if text is None else dt.datetime.fromisoformat(text) for text in (starting_after, ending_before)
        )
        assert start is None or end is None or start <= end, "a window that ends before it starts"
        found = sorted(
            (event for event in self.events if type in {None, event.type} and self._is_between(start, event.at, end)),
            key=lambda event: event.at,
        )
        most = min(int(limit) if limit else len(found), self.cap or len(found))
        oldest = {
            "oldest": True,
            "newest": False,
            "nearest": start is not None,
            "turning": start is not None or end is not None,
        }[self.keeps]
        kept = found[:most] if oldest else found[max(0, len(found) - most) :]
        return {"oldest first": kept, "newest first": kept[::-1], "by id": sorted(kept, key=lambda event: event.id)}[
            self.order
        ]

    def _is_between(self, start: dt.datetime | None, at: dt.datetime, end: dt.datetime | None) -> bool:
        return (start is None or start < at or (self.inclusive and start == at)) and (
            end is None or at < end or (self.inclusive and at == end)
        )

    def _written(self, event: Happened) -> dict[str, Any]:
        return {
            "id": event.id,
            "type": event.type,
            "created_at": event.at.isoformat(timespec=self.writes).replace("+00:00", "Z"),
            "organization_id": str(ID),
            "event": {"of": event.id},
        }

    def shown(self, event: Happened) -> dt.datetime:
        return dt.datetime.fromisoformat(event.at.isoformat(timespec=self.writes))


def happened(*bursts: tuple[dt.timedelta, int]) -> list[Happened]:
    """Events in bursts: how long after the one before, and how many at one instant."""
    events: list[Happened] = []
    at = NOON
    for pause, number in bursts:
        at += pause
        for index in range(len(events), len(events) + number):
            # Ids do not sort as times do.
            events.append(Happened(f"{index * 7919 % 10_007:05}", at, TYPES[index % len(TYPES)]))
    return events


# --- The two clients -------------------------------------------------------------------------------------------------

Read = Callable[..., list[Event]]
"""`read(server, types=..., since=..., most=...)`: the events as they come, no more than `most`."""


def _read_async(
    server: Server, *, most: int | None = None, into: list[Event] | None = None, **given: Any
) -> list[Event]:
    events: list[Event] = [] if into is None else into

    async def read() -> None:
        async with AsyncPolytomic(api_key=KEY, base_url=server.url) as polytomic:
            async for event in polytomic.iter_events(**given):
                events.append(event)
                if len(events) == most:
                    break

    asyncio.run(read())
    return events


def _read_sync(
    server: Server, *, most: int | None = None, into: list[Event] | None = None, **given: Any
) -> list[Event]:
    events: list[Event] = [] if into is None else into
    with Polytomic(api_key=KEY, base_url=server.url) as polytomic:
        events.extend(itertools.islice(polytomic.iter_events(**given), most))
    return events


WAYS: dict[str, Read] = {"async": _read_async, "sync": _read_sync}


@pytest.fixture(params=WAYS)
def read(request: pytest.FixtureRequest) -> Read:
    return WAYS[request.param]


def ids(events: list[Event]) -> list[str]:
    return [event.id for event in events]


def check(events: list[Event], api: Api, wanted: list[Happened]) -> None:
    """Each once, oldest first, as the API wrote it."""
    assert Counter(ids(events)) == Counter(event.id for event in wanted)
    assert [event.created_at for event in events] == sorted(api.shown(event) for event in wanted)
    types = {event.id: event.type for event in wanted}
    assert all(event.type_ == types[event.id] and event.event == {"of": event.id} for event in events)


# --- Paging ----------------------------------------------------------------------------------------------------------

KEEPS = pytest.mark.parametrize("keeps", ["oldest", "newest", "nearest"])
INCLUSIVE = pytest.mark.parametrize("inclusive", [False, True], ids=["exclusive", "inclusive"])

PAUSES = [MICROSECOND, 999 * MICROSECOND, MILLISECOND, SECOND - MICROSECOND, SECOND, dt.timedelta(hours=1)]
BURSTS = st.lists(st.tuples(st.sampled_from(PAUSES), st.sampled_from([1, 1, 1, 2, 3, 7, 120])), max_size=20)


def crowd(events: list[Happened]) -> int:
    """How many events lie so close together that the API must be able to answer more."""
    times = sorted(event.at for event in events)
    close = SECOND + 2 * MICROSECOND
    return max((bisect_right(times, at + close) - first for first, at in enumerate(times)), default=0)


@pytest.mark.parametrize("keeps", ["oldest", "newest", "nearest", "turning"])
@INCLUSIVE
@pytest.mark.parametrize("way", WAYS)
@given(
    bursts=BURSTS,
    order=st.sampled_from(["oldest first", "newest first", "by id"]),
    more=st.none() | st.integers(1, 9),
    writes=st.sampled_from(UNITS),
    types=st.none() | st.sets(st.sampled_from(TYPES)),
    since=st.none() | st.tuples(st.integers(0, 50), st.sampled_from([-1, 0, 1])),
)
@settings(deadline=None, max_examples=20)
def test_each_event_comes_once_oldest_first(
    way: str,
    keeps: str,
    inclusive: bool,  # noqa: FBT001
    bursts: list[tuple[dt.timedelta, int]],
    order: str,
    more: int | None,
    writes: str,
    types: set[str] | None,
    since: tuple[int, int] | None,
) -> None:
    events = happened(*bursts)
    if writes != "microseconds":
        # What happened in the last microsecond of what is written as one instant cannot be asked for in either case.
        events = [replace(event, at=event.at - event.at.microsecond % 2 * MICROSECOND) for event in events]
    cap = None if more is None else crowd(events) + more
    api = Api(events, order, keeps, inclusive, cap, writes)
    start = None
    if since is not None and events:
        start = api.shown(events[since[0] % len(events)]) + since[1] * MICROSECOND
    with Server(api) as server:
        answer = WAYS[way](server, types=types, since=start)

    wanted = [
        event
        for event in events
        if (types is None or event.type in types) and (start is None or api.shown(event) >= start)
    ]
    check(answer, api, wanted)
    if types is not None and len(types) == 1:
        assert {asked["type"] for asked in api.asked} == types
    else:
        assert not any("type" in asked for asked in api.asked)


@KEEPS
@INCLUSIVE
@pytest.mark.parametrize("cap", [2 + 1, 10, 100, None])
def test_events_close_together_are_told_apart(read: Read, keeps: str, inclusive: bool, cap: int | None) -> None:  # noqa: FBT001
    api = Api(happened(*[(SECOND / 3, 1)] * 90), "newest first", keeps, inclusive, cap)
    with Server(api) as server:
        check(read(server), api, api.events)


@KEEPS
@INCLUSIVE
@pytest.mark.parametrize(("unit", "writes"), [(SECOND, "seconds"), (MILLISECOND, "milliseconds")])
def test_crowded_instants_are_told_apart(
    read: Read,
    keeps: str,
    inclusive: bool,  # noqa: FBT001
    unit: dt.timedelta,
    writes: str,
) -> None:
    api = Api(happened(*[(unit, 15)] * 20), "newest first", keeps, inclusive, cap=20, writes=writes)
    with Server(api) as server:
        check(read(server), api, api.events)


@KEEPS
@INCLUSIVE
def test_a_page_may_end_within_what_is_written_as_one_instant(read: Read, keeps: str, inclusive: bool) -> None:  # noqa: FBT001
    api = Api(happened(*[(SECOND / 7, 1)] * 90), "newest first", keeps, inclusive, cap=20, writes="seconds")
    with Server(api) as server:
        check(read(server), api, api.events)


@pytest.mark.parametrize(("keeps", "cap"), [("oldest", 50), ("newest", None), ("nearest", None)])
def test_ten_thousand_events_take_two_calls_a_page(read: Read, keeps: str, cap: int | None) -> None:
    api = Api(happened(*[(SECOND, 1)] * 10_000), "newest first", keeps, cap=cap)
    with Server(api) as server:
        check(read(server), api, api.events)

    pages = 10_000 / (cap or 100)
    assert len(api.asked) <= 2.1 * pages + 5


@KEEPS
@INCLUSIVE
def test_more_events_at_one_instant_than_fit_on_a_page(read: Read, keeps: str, inclusive: bool) -> None:  # noqa: FBT001
    api = Api(happened((SECOND, 130), (SECOND, 2_000), (SECOND, 130)), "newest first", keeps, inclusive)
    with Server(api) as server:
        check(read(server), api, api.events)

    assert len(api.asked) <= 30
    assert sum(api.answered) <= 30_000


@KEEPS
@INCLUSIVE
@pytest.mark.parametrize("cap", [30, 150])
@pytest.mark.parametrize(
    ("part", "writes"), [(MICROSECOND, "microseconds"), (MILLISECOND, "milliseconds"), (MILLISECOND, "seconds")]
)
def test_more_events_at_one_instant_than_the_api_answers_are_no_silent_gap(
    read: Read,
    keeps: str,
    inclusive: bool,  # noqa: FBT001
    cap: int,
    part: dt.timedelta,
    writes: str,
) -> None:
    events = happened((SECOND + part, 3), (SECOND, 200), (SECOND, 3), (SECOND, 3))
    api = Api(events, "newest first", keeps, inclusive, cap, writes)
    crowded = api.shown(events[3]).isoformat()
    got: list[Event] = []
    with Server(api) as server, pytest.raises(RequestError, match="no more than") as caught:
        read(server, into=got)

    assert f"no more than {cap} events at once, and more happened at {crowded}: " in str(caught.value)
    # What came before the gap came in order and once.
    check(got, api, [event for event in events if event.id in ids(got)])
    assert len(api.asked) < 20


@KEEPS
def test_one_type_of_a_crowded_instant_can_be_asked_for(read: Read, keeps: str) -> None:
    api = Api(happened((SECOND, 3), (SECOND, 200), (SECOND, 3)), keeps=keeps, cap=100)
    with Server(api) as server:
        answer = read(server, types="bulk_sync.failed")

    check(answer, api, [event for event in api.events if event.type == "bulk_sync.failed"])


@KEEPS
@pytest.mark.parametrize("number", [1, 9, 10, 30, 100])
def test_all_events_at_one_instant_are_no_gap(read: Read, keeps: str, number: int) -> None:
    # Nobody can tell whether those are all. It would be no service to raise whenever syncs begin at the same time.
    api = Api(happened((SECOND, number)), keeps=keeps)
    with Server(api) as server:
        check(read(server), api, api.events)

    assert len(api.asked) <= 7


@KEEPS
def test_few_events_take_few_calls(read: Read, keeps: str) -> None:
    api = Api(happened((SECOND, 1), (SECOND, 1)), keeps=keeps)
    with Server(api) as server:
        check(read(server), api, api.events)

    assert len(api.asked) == 3


def test_no_events_take_one_call(read: Read) -> None:
    with Server(Answer(body={"data": None})) as server:
        assert read(server) == []

    assert len(server.requests) == 1


# --- An API that does not do what it is asked ------------------------------------------------------------------------


@KEEPS
@pytest.mark.parametrize("ignores", [("starting_after",), ("ending_before",), ("starting_after", "ending_before")])
@pytest.mark.parametrize("number", [1, 99, 100, 101, 1_500])
def test_windows_that_are_ignored_are_made_up_for_by_larger_pages(
    read: Read, keeps: str, ignores: tuple[str, ...], number: int
) -> None:
    api = Api(happened(*[(SECOND, 1)] * number), "newest first", keeps, ignores=ignores)
    since = api.events[number // 3].at
    with Server(api) as server:
        check(read(server, since=since), api, [event for event in api.events if event.at >= since])

    assert len(api.asked) <= 2.1 * number / 100 + 25


@KEEPS
@pytest.mark.parametrize("cap", [50, 100])
def test_windows_that_are_ignored_by_an_api_with_small_pages_end_nevertheless(read: Read, keeps: str, cap: int) -> None:
    api = Api(happened(*[(SECOND, 1)] * 500), keeps=keeps, cap=cap, ignores=("starting_after", "ending_before"))
    with Server(api) as server:
        check(read(server), api, api.events[-cap:] if keeps != "oldest" else api.events[:cap])

    assert len(api.asked) <= 9


@KEEPS
def test_a_limit_that_is_ignored_brings_all_at_once(read: Read, keeps: str) -> None:
    api = Api(happened(*[(SECOND, 1)] * 5_000), keeps=keeps, ignores=("limit",))
    with Server(api) as server:
        check(read(server), api, api.events)

    assert len(api.asked) == 3


def test_an_api_that_ignores_everything_ends(read: Read) -> None:
    api = Api(happened((SECOND, 5_000)), ignores=("starting_after", "ending_before", "limit", "type"))
    with Server(api) as server:
        answer = read(server, types={"sync.running"})

    check(answer, api, [event for event in api.events if event.type == "sync.running"])
    assert len(api.asked) <= 9


def test_a_type_that_is_ignored_is_chosen_nevertheless(read: Read) -> None:
    api = Api(happened(*[(SECOND, 1)] * 40), ignores=("type",), cap=20)
    with Server(api) as server:
        answer = read(server, types=EventType.BULK_SYNC_FAILED)

    assert {asked["type"] for asked in api.asked} == {"bulk_sync.failed"}
    check(answer, api, [event for event in api.events if event.type == "bulk_sync.failed"])


def test_an_event_that_is_answered_twice_comes_once(read: Read) -> None:
    api = Api([event for event in happened(*[(SECOND, 1)] * 30) for _ in range(2)])
    with Server(api) as server:
        assert ids(read(server)) == list(dict.fromkeys(event.id for event in api.events))


@pytest.mark.parametrize("member", ["id", "created_at"])
@pytest.mark.parametrize("how", ["absent", "null"])
def test_an_event_without_id_or_time_cannot_be_paged(read: Read, member: str, how: str) -> None:
    whole: dict[str, Any] = {"id": "1", "type": "sync.failed", "created_at": "2023-04-25T12:00:00Z", "event": None}
    other = {name: value for name, value in whole.items() if name != member}
    answer = Answer(body={"data": [whole, other if how == "absent" else whole | {member: None}]})
    with Server(answer) as server, pytest.raises(RequestError, match="left out the id or created_at of an event"):
        read(server)


# --- Time ------------------------------------------------------------------------------------------------------------


@KEEPS
@pytest.mark.parametrize("ahead", [dt.timedelta(0), dt.timedelta(hours=1)], ids=["in time", "clock ahead"])
def test_events_that_keep_coming_do_not_keep_it_from_ending(read: Read, keeps: str, ahead: dt.timedelta) -> None:
    old = happened(*[(SECOND, 1)] * 250)

    def meanwhile(number: int) -> None:
        assert number < 50, "does not end"
        api.events.append(Happened(f"new {number}", dt.datetime.now(dt.UTC) + ahead))

    api = Api(list(old), keeps=keeps, meanwhile=meanwhile)
    with Server(api) as server:
        answer = read(server)

    check(answer, api, [event for event in api.events if event.id in ids(answer)])
    assert {event.id for event in old} <= set(ids(answer))


def test_now_is_what_the_clock_of_the_client_says(clock: FakeClock) -> None:
    def read_at(now: dt.datetime) -> int:
        clock.wall = now.timestamp() - clock.now
        with Server(Api(happened(*[(SECOND, 1)] * 250))) as server:
            with Polytomic(api_key=KEY, base_url=server.url, clock=clock) as polytomic:
                return len(list(polytomic.iter_events()))

    assert read_at(NOON + 300 * SECOND) == 250
    assert read_at(NOON + 50 * SECOND) == 100  # the page on which it came


@pytest.mark.parametrize("keeps", ["newest", "nearest", "turning"])
def test_events_of_an_hour_hence_are_whole_nevertheless(read: Read, keeps: str) -> None:
    now = dt.datetime.now(dt.UTC)
    events = [
        replace(event, at=event.at - NOON + now) for event in happened((dt.timedelta(hours=1), 1), *[(SECOND, 1)] * 350)
    ]
    api = Api(events, keeps=keeps)
    with Server(api) as server:
        check(read(server), api, api.events)


@KEEPS
@pytest.mark.parametrize("call", range(1, 8))
@pytest.mark.parametrize("number", [1, 12])
def test_what_happens_meanwhile_is_not_taken_for_a_gap(read: Read, keeps: str, call: int, number: int) -> None:
    def meanwhile(at: int) -> None:
        if at == call:
            api.events.append(Happened("meanwhile", NOON + dt.timedelta(hours=1)))

    api = Api(happened((SECOND, number)), keeps=keeps, meanwhile=meanwhile)
    with Server(api) as server:
        answer = read(server)

    check(answer, api, [event for event in api.events if event.id in ids(answer)])
    assert len(answer) >= number


@KEEPS
def test_events_that_expire_meanwhile_are_no_trouble(read: Read, keeps: str) -> None:
    def meanwhile(_: int) -> None:
        del api.events[:10]

    api = Api(happened(*[(SECOND, 1)] * 1_000), keeps=keeps, meanwhile=meanwhile)
    with Server(api) as server:
        answer = read(server)

    assert [event.created_at for event in answer] == sorted({event.created_at for event in answer})
    assert answer[-1].created_at == NOON + 1_000 * SECOND


def test_since_must_name_its_time_zone(read: Read) -> None:
    with Server() as server, pytest.raises(ValueError, match="since must name its time zone, unlike datetime"):
        read(server, since=dt.datetime(2023, 4, 25))  # noqa: DTZ001

    assert server.connections == 0


def test_a_malformed_since_is_refused_at_once() -> None:
    with Polytomic(api_key=KEY) as polytomic, pytest.raises(ValueError, match="time zone"):
        polytomic.iter_events(since=dt.datetime(2023, 4, 25))  # noqa: DTZ001


@pytest.mark.parametrize("since", ["2023-04-25", 1_682_424_000, dt.date(2023, 4, 25)])
def test_since_must_be_a_datetime(read: Read, since: Any) -> None:
    with Server() as server, pytest.raises(TypeError, match="^since must be a datetime, not (str|int|date)$"):
        read(server, since=since)

    assert server.connections == 0


class Berlin(dt.tzinfo):
    """Whose clocks go from two to three o'clock on 26 March 2023, with the old offset between, as zoneinfo has it."""

    def utcoffset(self, when: dt.datetime | None) -> dt.timedelta:
        assert when is not None
        return dt.timedelta(hours=1 if when.replace(tzinfo=None) < dt.datetime(2023, 3, 26, 3) else 2)  # noqa: DTZ001

    def dst(self, _: dt.datetime | None) -> None:
        return None

    def tzname(self, _: dt.datetime | None) -> None:
        return None


def test_since_may_be_where_the_clocks_change(read: Read) -> None:
    spring = dt.datetime(2023, 3, 26, 3, tzinfo=Berlin())
    api = Api([Happened("1", spring.astimezone(dt.UTC) - SECOND), Happened("2", spring.astimezone(dt.UTC))])
    with Server(api) as server:
        assert ids(read(server, since=spring)) == ["2"]


@pytest.mark.parametrize("zone", [dt.UTC, dt.timezone(dt.timedelta(hours=14)), dt.timezone(dt.timedelta(hours=-12))])
def test_since_may_be_the_first_of_all_instants(read: Read, zone: dt.tzinfo) -> None:
    api = Api(happened(*[(SECOND, 1)] * 3))
    with Server(api) as server:
        check(read(server, since=dt.datetime.min.replace(tzinfo=zone)), api, api.events)
        assert read(server, since=dt.datetime.max.replace(tzinfo=zone)) == []


@KEEPS
def test_events_may_be_at_the_first_and_last_of_all_instants(read: Read, keeps: str) -> None:
    # Where a server in Go knows no time, it writes the first one.
    ends = [dt.datetime.min.replace(tzinfo=dt.UTC), dt.datetime.max.replace(tzinfo=dt.UTC)]
    api = Api(
        [Happened("first", ends[0]), *happened(*[(SECOND, 1)] * 9), Happened("last", ends[1])], keeps=keeps, cap=4
    )
    with Server(api) as server:
        answer = read(server)

    assert ids(answer) == [event.id for event in api.events][: len(answer)]
    # What lies in the future may be left for the next time.
    assert len(answer) >= 10


# --- Types -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("types", "wanted", "sent"),
    [
        (None, TYPES, None),
        ((), [], None),
        ("sync.running", ["sync.running"], "sync.running"),
        (EventType.SYNC_RUNNING, ["sync.running"], "sync.running"),
        ({"sync.invented"}, ["sync.invented"], "sync.invented"),
        (["sync.running", EventType.SYNC_RUNNING], ["sync.running"], "sync.running"),
        pytest.param(
            iter(["sync.running", EventType.BULK_SYNC_FAILED]),
            ["sync.running", "bulk_sync.failed"],
            None,
            id="iterator",
        ),
        (["sync.canceled"], [], "sync.canceled"),
    ],
    ids=repr,
)
def test_types(types: Any, wanted: list[str], sent: str | None) -> None:
    api = Api(happened(*[(SECOND, 1)] * 8))
    with Server(api) as server:
        answer = _read_async(server, types=types)

    check(answer, api, [event for event in api.events if event.type in wanted])
    assert {asked.get("type") for asked in api.asked} == {sent}


# --- The iterator ----------------------------------------------------------------------------------------------------


def test_it_asks_as_it_is_read(read: Read) -> None:
    api = Api(happened(*[(SECOND, 1)] * 1_000))
    with Server(api) as server:
        read(server, most=1)
        few = len(api.asked)
        read(server, most=101)

    assert few <= 2
    assert len(api.asked) - few <= 4


def test_nothing_is_asked_before_it_is_read() -> None:
    with Server() as server, Polytomic(api_key=KEY, base_url=server.url) as polytomic:
        polytomic.iter_events()

    assert server.connections == 0


def test_what_came_before_a_failure_stays(read: Read) -> None:
    api = Api(happened(*[(SECOND, 1)] * 1_000))
    got: list[Event] = []
    with Server(*[api] * 5, Answer(500, b"")) as server, pytest.raises(ServerError):
        read(server, into=got)

    assert ids(got) == [event.id for event in api.events[: len(got)]]
    assert len(got) >= 100

    with Server(api) as server:
        again = read(server, since=got[-1].created_at)

    assert ids(again) == [event.id for event in api.events[len(got) - 1 :]]


# --- Webhooks --------------------------------------------------------------------------------------------------------

# Test case 2 of RFC 4231.
BODY, SECRET = b"what do ya want for nothing?", "Jefe"
HEX = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
BASE64 = b64encode(bytes.fromhex(HEX)).decode()


@pytest.mark.parametrize("signature", [HEX, HEX.upper(), BASE64, f"sha256={HEX}", f"sha256={BASE64}", f" {HEX}\r\n"])
def test_a_signature_of_the_body_is_right_however_it_is_written(signature: str) -> None:
    verify_webhook(BODY, signature, SECRET)


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        " ",
        "sha256=",
        HEX[:-1],
        HEX[:-1] + "4",
        HEX + "00",
        HEX[:32],
        " ".join([HEX[:32], HEX[32:]]),
        f"sha1={HEX}",
        f"sha256=sha256={HEX}",
        BASE64[:-1],
        BASE64.swapcase(),
        BASE64 + "=",
        "ü" * 64,
        "ü",
        "\x00" * 64,
        "\ud800" * 64,
        HEX.encode(),
        BASE64.encode(),
        bytes.fromhex(HEX),
        5,
        [HEX],
        hmac.new(b"", BODY, "sha256").hexdigest(),
        hmac.new(SECRET.encode(), BODY, "sha1").hexdigest(),
    ],
    ids=repr,
)
def test_any_other_is_wrong(signature: Any) -> None:
    with pytest.raises(WebhookSignatureError, match="signature"):
        verify_webhook(BODY, signature, SECRET)


@given(signature=st.text() | st.text("0123456789abcdefABCDEF", min_size=64, max_size=64), body=st.binary())
@example(signature="=" * 64, body=b"")
def test_a_wrong_signature_never_fails_otherwise(signature: str, body: bytes) -> None:
    with pytest.raises(WebhookSignatureError):
        verify_webhook(body, signature, SECRET)


def test_another_body_or_secret_has_another_signature() -> None:
    for body, secret in [(BODY + b" ", SECRET), (b"", SECRET), (BODY, "jefe"), (BODY, SECRET + " ")]:
        with pytest.raises(WebhookSignatureError, match="not that of its body"):
            verify_webhook(body, HEX, secret)


@pytest.mark.parametrize("digest", ["sha1", "sha512", "md5", "sha3_256"])
@pytest.mark.parametrize("written", ["hex", "base64", "prefix"])
def test_the_hash_can_be_another(digest: str, written: Literal["hex", "base64", "prefix"]) -> None:
    code = hmac.new("schlüssel".encode(), BODY, digest)
    signature = {
        "hex": code.hexdigest(),
        "base64": b64encode(code.digest()).decode(),
        "prefix": f"{digest}={code.hexdigest()}",
    }[written]

    verify_webhook(BODY, signature, "schlüssel", digest=digest)
    with pytest.raises(WebhookSignatureError):
        verify_webhook(BODY, signature, "schlüssel")


@pytest.mark.parametrize("signature", [HEX, "", None])
def test_an_empty_secret_is_refused_because_anyone_has_it(signature: str | None) -> None:
    with pytest.raises(ValueError, match="the secret of the webhook is empty") as caught:
        verify_webhook(BODY, signature, "")

    assert not isinstance(caught.value, PolytomicError)


@pytest.mark.parametrize("signature", [HEX, "", None])
def test_a_hash_that_does_not_exist_is_no_wrong_signature(signature: str | None) -> None:
    with pytest.raises(ValueError, match="nope") as caught:
        verify_webhook(BODY, signature, SECRET, digest="nope")

    assert not isinstance(caught.value, PolytomicError)


def test_signatures_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return False

    monkeypatch.setattr(hmac, "compare_digest", compare)
    with pytest.raises(WebhookSignatureError):
        verify_webhook(BODY, HEX, SECRET)

    assert compared == [(bytes.fromhex(HEX),) * 2]


def test_the_error_holds_neither_the_secret_nor_the_right_signature() -> None:
    with pytest.raises(WebhookSignatureError) as caught:
        verify_webhook(BODY, "0" * 64, "canary-secret")

    assert "canary" not in repr(caught.value)
    assert hmac.new(b"canary-secret", BODY, "sha256").hexdigest() not in repr(caught.value)
