"""Reading events from an API whose paging is hardly documented, and which signature of a webhook is right."""

from __future__ import annotations

import asyncio
import datetime as dt
import hmac
import itertools
from base64 import b64encode
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import httpx
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
from .server import Answer, Server

NOON = dt.datetime(2023, 4, 25, 12, tzinfo=dt.UTC)
MICROSECOND, MILLISECOND, SECOND = (dt.timedelta(microseconds=number) for number in (1, 1_000, 1_000_000))
HOUR = dt.timedelta(hours=1)
UNITS = {"microseconds": 1, "milliseconds": 1_000, "seconds": 1_000_000}
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
        writes: How exactly it writes instants.
        compares: How exactly it compares them.
        ignores: The parameters that it has never heard of.
        meanwhile: Called with the number of each request before it is answered; things happen.
    """

    events: list[Happened]
    order: str = "newest first"
    keeps: str = "newest"
    inclusive: bool = False
    cap: int = 100
    writes: str = "microseconds"
    compares: str = "microseconds"
    ignores: tuple[str, ...] = ()
    meanwhile: Callable[[int], object] = lambda _: None
    asked: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    longest: int = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/api/events"
        asked = dict(request.url.params.multi_items())
        assert len(asked) == len(request.url.params.multi_items())
        self.asked.append(asked)
        assert len(self.asked) < 2_000, "does not end"
        self.meanwhile(len(self.asked))
        answer = self._list(**{name: value for name, value in asked.items() if name not in self.ignores})
        self.longest = max(self.longest, len(answer))
        return httpx.Response(200, json={"data": [self._written(event) for event in answer]})

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
        assert start is None or end is None or start < end, "a window that ends before it starts"
        found = sorted((event for event in self.events if type in {None, event.type}), key=lambda event: event.at)
        if start is not None:
            found = found[(bisect_left if self.inclusive else bisect_right)(found, start, key=self._compared) :]
        if end is not None:
            found = found[: (bisect_right if self.inclusive else bisect_left)(found, end, key=self._compared)]
        most = min(int(limit) if limit else len(found), self.cap)
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

    def _compared(self, event: Happened) -> dt.datetime:
        return event.at - event.at.microsecond % UNITS[self.compares] * MICROSECOND

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
"""`read(api, types=..., since=..., most=...)`: the events as they come, no more than `most`."""

Handler = Callable[[httpx.Request], httpx.Response]


def _read_async(
    api: Handler | str, *, most: int | None = None, into: list[Event] | None = None, **given: Any
) -> list[Event]:
    events: list[Event] = [] if into is None else into

    async def read() -> None:
        async with AsyncPolytomic(api_key=KEY, **_where(api)) as polytomic:
            async for event in polytomic.iter_events(**given):
                events.append(event)
                if len(events) == most:
                    break

    asyncio.run(read())
    return events


def _read_sync(
    api: Handler | str, *, most: int | None = None, into: list[Event] | None = None, **given: Any
) -> list[Event]:
    events: list[Event] = [] if into is None else into
    with Polytomic(api_key=KEY, **_where(api)) as polytomic:
        events.extend(itertools.islice(polytomic.iter_events(**given), most))
    return events


def _where(api: Handler | str) -> dict[str, Any]:
    return {"base_url": api} if isinstance(api, str) else {"transport": httpx.MockTransport(api), "max_attempts": 1}


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

KEEPS = pytest.mark.parametrize("keeps", ["oldest", "newest"])
INCLUSIVE = pytest.mark.parametrize("inclusive", [False, True], ids=["exclusive", "inclusive"])
KINDS: list[dict[str, Any]] = [
    {"keeps": "oldest", "inclusive": False, "compares": "microseconds"},
    {"keeps": "newest", "inclusive": True, "compares": "microseconds"},
    {"keeps": "oldest", "inclusive": True, "compares": "seconds"},
    {"keeps": "newest", "inclusive": False, "compares": "seconds"},
]
KIND = pytest.mark.parametrize("kind", KINDS, ids=["oldest", "newest", "oldest-seconds", "newest-seconds"])

PAUSES = [MICROSECOND, 999 * MICROSECOND, MILLISECOND, SECOND - MICROSECOND, SECOND, HOUR]
BURSTS = st.lists(st.tuples(st.sampled_from(PAUSES), st.sampled_from([1, 1, 1, 2, 3, 7, 60, 120])), max_size=20)
APIS = st.builds(
    Api,
    BURSTS.map(lambda bursts: happened(*bursts)),
    order=st.sampled_from(["oldest first", "newest first", "by id"]),
    keeps=st.sampled_from(["oldest", "newest", "nearest", "turning"]),
    inclusive=st.booleans(),
    cap=st.sampled_from([10, 50, 100]),
    writes=st.sampled_from([*UNITS]),
    compares=st.sampled_from([*UNITS]),
)


def crowd(events: list[Happened], unit: dt.timedelta) -> int:
    """How many events lie in one unit of time and the next, at most."""
    times = sorted(event.at - event.at.microsecond % (unit // MICROSECOND) * MICROSECOND for event in events)
    return max((bisect_right(times, at + unit) - first for first, at in enumerate(times)), default=0)


@pytest.mark.parametrize("way", WAYS)
@given(
    api=APIS,
    types=st.none() | st.sets(st.sampled_from(TYPES)),
    since=st.none() | st.tuples(st.integers(0, 50), st.sampled_from([-1, 0, 1])),
)
@settings(deadline=None, max_examples=60)
def test_each_event_comes_once_oldest_first_or_an_error_names_the_instant(
    way: str, api: Api, types: set[str] | None, since: tuple[int, int] | None
) -> None:
    start = None
    if since is not None and api.events:
        start = api.shown(api.events[since[0] % len(api.events)]) + since[1] * MICROSECOND
    got: list[Event] = []
    try:
        WAYS[way](api, types=types, since=start, into=got)
    except RequestError as error:
        # Two seconds have to fit where the API knows nothing finer. So many in one second may be a crowd cut off.
        exact = api.writes == api.compares == "microseconds"
        assert crowd(api.events, MICROSECOND if exact else SECOND) >= api.cap or api.longest in {10, 50}
        named = str(error).removeprefix("the events at ").split()[0]
        instant = dt.datetime.fromisoformat(named)
        assert any(abs(api.shown(event) - instant) <= SECOND for event in api.events)
        assert all(event.created_at < instant + SECOND for event in got)
        check(got, api, [event for event in api.events if event.id in ids(got)])
    else:
        wanted = [
            event
            for event in api.events
            if (types is None or event.type in types) and (start is None or api.shown(event) >= start)
        ]
        check(got, api, wanted)
    if types is not None and len(types) == 1:
        assert {asked["type"] for asked in api.asked} == types
    else:
        assert not any("type" in asked for asked in api.asked)


@KIND
@pytest.mark.parametrize("cap", [50, 100])
@pytest.mark.parametrize(("number", "most"), [(0, 1), (5, 1), (30, 12), (400, 45)])
def test_few_requests_are_enough(kind: dict[str, Any], cap: int, number: int, most: int) -> None:
    for seconds in (60, 3_600, 172_800):
        # Multiples of the golden ratio are spread evenly, without being evenly spaced.
        times = [NOON + index * 0.6180339887 % 1 * seconds * SECOND for index in range(number)]
        api = Api([Happened(str(index), time) for index, time in enumerate(times)], cap=cap, **kind)
        check(_read_sync(api), api, api.events)
        assert len(api.asked) <= most


@KEEPS
@INCLUSIVE
@pytest.mark.parametrize("cap", [10, 100])
def test_events_close_together_are_told_apart(keeps: str, inclusive: bool, cap: int) -> None:  # noqa: FBT001
    api = Api(happened(*[(SECOND / 3, 1)] * 90), keeps=keeps, inclusive=inclusive, cap=cap)
    check(_read_sync(api), api, api.events)


@KEEPS
@INCLUSIVE
@pytest.mark.parametrize(("unit", "writes"), [(SECOND, "seconds"), (MILLISECOND, "milliseconds")])
def test_crowded_instants_are_told_apart(keeps: str, inclusive: bool, unit: dt.timedelta, writes: str) -> None:  # noqa: FBT001
    api = Api(happened(*[(unit, 15)] * 20), keeps=keeps, inclusive=inclusive, cap=20, writes=writes)
    check(_read_sync(api), api, api.events)


@KEEPS
@INCLUSIVE
def test_a_page_may_end_within_what_is_written_as_one_instant(keeps: str, inclusive: bool) -> None:  # noqa: FBT001
    api = Api(happened(*[(SECOND / 7, 1)] * 90), keeps=keeps, inclusive=inclusive, cap=20, writes="seconds")
    check(_read_sync(api), api, api.events)


@KEEPS
@INCLUSIVE
@pytest.mark.parametrize("cap", [50, 100])
def test_hundreds_of_syncs_may_start_in_one_second(keeps: str, inclusive: bool, cap: int) -> None:  # noqa: FBT001
    api = Api(happened((SECOND, 3), *[(SECOND / 250, 1)] * 200, (SECOND, 3)), keeps=keeps, inclusive=inclusive, cap=cap)
    check(_read_sync(api), api, api.events)
    assert len(api.asked) <= 40


@KEEPS
@INCLUSIVE
def test_a_part_of_a_second_is_not_lost_where_times_are_written_less_exactly(keeps: str, inclusive: bool) -> None:  # noqa: FBT001
    bursts = [(999 * MICROSECOND, 3), (MICROSECOND, 7), (999 * MICROSECOND, 2), (SECOND, 1)]
    api = Api(happened(*bursts), keeps=keeps, inclusive=inclusive, cap=10, writes="milliseconds")
    got: list[Event] = []
    try:
        _read_sync(api, into=got)
    except RequestError as error:
        assert str(error).startswith("the events at 2023-04-25T12:00:00")  # noqa: PT017
        assert len(got) <= 12
    else:
        check(got, api, api.events)


@KEEPS
@pytest.mark.parametrize("cap", [50, 100])
def test_thousands_of_events_take_a_few_requests_a_page(read: Read, keeps: str, cap: int) -> None:
    api = Api(happened(*[(SECOND, 1)] * 2_000), keeps=keeps, cap=cap)
    check(read(api), api, api.events)
    assert len(api.asked) <= 4 * 2_000 / cap


@KIND
@pytest.mark.parametrize("cap", [10, 50, 64, 100])
@pytest.mark.parametrize(
    ("part", "writes"), [(MICROSECOND, "microseconds"), (MILLISECOND, "milliseconds"), (MILLISECOND, "seconds")]
)
def test_more_events_at_one_instant_than_the_api_answers_are_no_silent_gap(
    kind: dict[str, Any], cap: int, part: dt.timedelta, writes: str
) -> None:
    events = happened((SECOND + part, 3), (3 * SECOND, 130), (3 * SECOND, 3), (SECOND, 3))
    api = Api(events, cap=cap, writes=writes, **kind)
    crowded = api.shown(events[3])
    got: list[Event] = []
    with pytest.raises(RequestError, match="cannot all be read") as caught:
        _read_sync(api, into=got)

    named = [crowded, crowded.replace(microsecond=0)] if api.compares == "seconds" else [crowded]
    assert str(caught.value) in [
        f"the events at {instant.isoformat()} cannot all be read: the API returns at most {cap} at once. "
        "Request one type at a time, or pass a later since."
        for instant in named
    ]
    # What came before the gap came in order and once.
    check(got, api, [event for event in events if event.id in ids(got)])
    assert len(api.asked) < 40


@KEEPS
@pytest.mark.parametrize("cap", [10, 50, 100])
def test_a_crowd_without_anything_else_is_no_silent_gap_either(read: Read, keeps: str, cap: int) -> None:
    api = Api(happened((SECOND, 130)), keeps=keeps, cap=cap)
    with pytest.raises(RequestError, match=f"^the events at 2023-04-25T12:00:01.00:00 cannot .* at most {cap} at once"):
        read(api)


@KIND
def test_a_crowd_right_before_since_hides_nothing(kind: dict[str, Any]) -> None:
    api = Api(happened((SECOND - MICROSECOND, 120), (MICROSECOND, 1), (MICROSECOND, 1)), **kind)
    got: list[Event] = []
    error = ""
    try:
        _read_sync(api, since=NOON + SECOND, into=got)
    except RequestError as raised:
        error = str(raised)
    assert ids(got) == [event.id for event in api.events[-2:]] or error.startswith("the events at 2023-04-25T12:00:0")
    assert len(api.asked) <= 20


@KEEPS
def test_one_type_of_a_crowded_instant_can_be_asked_for(read: Read, keeps: str) -> None:
    api = Api(happened((SECOND, 3), (SECOND, 200), (SECOND, 3)), keeps=keeps)
    check(read(api, types="bulk_sync.failed"), api, [event for event in api.events if event.type == "bulk_sync.failed"])


@KIND
@pytest.mark.parametrize("spread", [0 * SECOND, SECOND / 40], ids=["at once", "in one second"])
@pytest.mark.parametrize("number", [1, 9, 12, 40])
def test_all_events_in_one_second_are_no_gap(kind: dict[str, Any], spread: dt.timedelta, number: int) -> None:
    # It would be no service to raise whenever syncs begin at the same time.
    api = Api(happened((SECOND, 1), *[(spread, 1)] * (number - 1)), **kind)
    check(_read_sync(api), api, api.events)
    assert len(api.asked) <= 25


@KEEPS
def test_a_crowd_that_fits_is_no_gap(read: Read, keeps: str) -> None:
    for number in (10, 50, 99):
        api = Api(happened((SECOND, 3), (SECOND, number), (HOUR, 100 - number)), keeps=keeps)
        check(read(api), api, api.events)


def test_no_events_take_one_request(read: Read) -> None:
    with Server(Answer(body={"data": None})) as server:
        assert read(server.url) == []

    assert len(server.requests) == 1


# --- An API that does not do what it is asked ------------------------------------------------------------------------


@KEEPS
@pytest.mark.parametrize("ignores", [("starting_after",), ("ending_before",), ("starting_after", "ending_before")])
def test_windows_that_are_ignored_are_an_error_unless_all_is_answered_at_once(
    read: Read, keeps: str, ignores: tuple[str, ...]
) -> None:
    few = Api(happened(*[(SECOND, 1)] * 9), keeps=keeps, ignores=ignores)
    check(read(few, since=few.events[3].at), few, few.events[3:])

    api = Api(happened(*[(SECOND, 1)] * 500), keeps=keeps, ignores=ignores)
    got: list[Event] = []
    with pytest.raises(
        RequestError, match=r"^the events at \S+ cannot all be read: the API does not honour starting_aft"
    ):
        read(api, into=got)
    assert got == []
    assert len(api.asked) <= 10


@KEEPS
def test_a_limit_that_is_ignored_brings_all_at_once(read: Read, keeps: str) -> None:
    api = Api(happened(*[(SECOND, 1)] * 1_000), keeps=keeps, cap=10_000, ignores=("limit",))
    check(read(api), api, api.events)
    assert len(api.asked) <= 7


@KEEPS
def test_a_limit_that_is_ignored_may_leave_the_apis_default(read: Read, keeps: str) -> None:
    api = Api(happened(*[(SECOND, 1)] * 200), keeps=keeps, cap=10, ignores=("limit",))
    check(read(api), api, api.events)


def test_a_type_that_is_ignored_is_chosen_nevertheless(read: Read) -> None:
    api = Api(happened(*[(SECOND, 1)] * 40), ignores=("type",), cap=20)
    answer = read(api, types=EventType.BULK_SYNC_FAILED)

    assert {asked["type"] for asked in api.asked} == {"bulk_sync.failed"}
    check(answer, api, [event for event in api.events if event.type == "bulk_sync.failed"])


def test_an_event_that_is_answered_twice_comes_once(read: Read) -> None:
    api = Api([event for event in happened(*[(SECOND, 1)] * 30) for _ in range(2)])
    assert ids(read(api)) == list(dict.fromkeys(event.id for event in api.events))


@pytest.mark.parametrize("member", ["id", "created_at"])
@pytest.mark.parametrize("how", ["absent", "null"])
def test_an_event_without_id_or_time_cannot_be_paged(read: Read, member: str, how: str) -> None:
    whole: dict[str, Any] = {"id": "1", "type": "sync.failed", "created_at": "2023-04-25T12:00:00Z", "event": None}
    other = {name: value for name, value in whole.items() if name != member}
    answer = Answer(body={"data": [whole, other if how == "absent" else whole | {member: None}]})
    with Server(answer) as server, pytest.raises(RequestError, match="an event lacks its id or created_at"):
        read(server.url)


@pytest.mark.parametrize("order", ["oldest first", "newest first"])
def test_events_of_one_instant_come_as_they_happened(read: Read, order: str) -> None:
    # Written in whole seconds, a sync that ends at once begins and ends at the same instant.
    events = happened((SECOND, 1), *[(SECOND / 50, 1)] * 30, (SECOND, 1))
    assert ids(read(Api(events, order=order, writes="seconds"))) == [event.id for event in events]


# --- Time ------------------------------------------------------------------------------------------------------------


def test_times_may_name_another_zone_or_none(read: Read) -> None:
    times = ["2023-04-25T12:00:00", "2023-04-25T14:00:01+02:00", "2023-04-25T02:00:02-10:00"]
    events = [{"id": str(index), "type": "sync.failed", "created_at": time} for index, time in enumerate(times)]
    with Server(Answer(body={"data": events[::-1]})) as server:
        assert ids(read(server.url, since=NOON)) == ["0", "1", "2"]
        since = NOON.astimezone(dt.timezone(dt.timedelta(hours=5))) + SECOND
        assert ids(read(server.url, since=since)) == ["1", "2"]

    assert "starting_after=2023-04-25T12%3A00%3A00Z" in server.requests[-1].target


@KEEPS
@pytest.mark.parametrize("pause", [SECOND, HOUR], ids=["slow reader", "slower reader"])
def test_events_that_keep_coming_do_not_keep_it_from_ending(keeps: str, pause: dt.timedelta, clock: FakeClock) -> None:
    start = dt.datetime.fromtimestamp(clock.time(), dt.UTC)
    old = [replace(event, at=event.at - NOON + start - 300 * SECOND) for event in happened(*[(SECOND, 1)] * 250)]
    api = Api(list(old), keeps=keeps)
    with Polytomic(api_key=KEY, transport=httpx.MockTransport(api), clock=clock) as polytomic:
        got: list[Event] = []
        for event in polytomic.iter_events():
            got.append(event)
            for index in range(4):
                api.events.append(Happened(f"{len(got)}.{index}", dt.datetime.fromtimestamp(clock.time(), dt.UTC)))
                clock.now += pause / SECOND / 4

    check(got, api, [event for event in api.events if event.id in ids(got)])
    assert {event.id for event in old} <= set(ids(got))
    assert len(got) < 1_000


@KEEPS
@pytest.mark.parametrize(
    "ahead", [dt.timedelta(days=days) for days in (-4_000, -3, -1 / 24, 1 / 24, 1, 4_000)], ids=str
)
def test_the_clocks_may_differ_and_the_api_keep_more_than_it_says(read: Read, keeps: str, ahead: dt.timedelta) -> None:
    now = dt.datetime.now(dt.UTC) + ahead
    events = [replace(event, at=event.at - NOON + now) for event in happened((HOUR, 1), *[(SECOND, 1)] * 250)]
    api = Api(events, keeps=keeps)
    check(read(api), api, api.events)
    check(read(api, since=events[30].at), api, api.events[30:])
    assert len(api.asked) <= 100


@KEEPS
@pytest.mark.parametrize("call", range(1, 16))
@pytest.mark.parametrize("number", [1, 12])
def test_what_happens_meanwhile_is_not_taken_for_a_gap(keeps: str, call: int, number: int) -> None:
    def meanwhile(at: int) -> None:
        if at == call:
            api.events.append(Happened("meanwhile", NOON + HOUR))

    api = Api(happened((SECOND, number)), keeps=keeps, meanwhile=meanwhile)
    answer = _read_sync(api)
    check(answer, api, [event for event in api.events if event.id in ids(answer)])
    assert len(answer) >= number


@KEEPS
def test_events_that_expire_meanwhile_are_no_trouble(read: Read, keeps: str) -> None:
    def meanwhile(_: int) -> None:
        del api.events[:10]

    api = Api(happened(*[(SECOND, 1)] * 1_000), keeps=keeps, meanwhile=meanwhile)
    answer = read(api)
    assert [event.created_at for event in answer] == sorted({event.created_at for event in answer})
    assert answer[-1].created_at == NOON + 1_000 * SECOND


@KEEPS
def test_a_crowd_at_the_end_of_time_is_an_error(read: Read, keeps: str) -> None:
    api = Api(happened((SECOND, 3), (dt.timedelta(days=7_900 * 365), 120)), keeps=keeps)
    with pytest.raises(RequestError, match="the events at .* cannot all be read: the API returns at most 100 at once"):
        read(api)
    assert len(api.asked) <= 35


def test_since_must_name_its_time_zone(read: Read) -> None:
    with Server() as server, pytest.raises(ValueError, match="since must have a time zone, got datetime"):
        read(server.url, since=dt.datetime(2023, 4, 25))  # noqa: DTZ001

    assert server.connections == 0


def test_a_malformed_since_is_refused_at_once() -> None:
    with Polytomic(api_key=KEY) as polytomic, pytest.raises(ValueError, match="time zone"):
        polytomic.iter_events(since=dt.datetime(2023, 4, 25))  # noqa: DTZ001


@pytest.mark.parametrize("since", ["2023-04-25", 1_682_424_000, dt.date(2023, 4, 25)])
def test_since_must_be_a_datetime(read: Read, since: Any) -> None:
    with Server() as server, pytest.raises(TypeError, match=r"^since must be a datetime, got (str|int|date)\.$"):
        read(server.url, since=since)

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
    assert ids(read(api, since=spring)) == ["2"]


@pytest.mark.parametrize("zone", [dt.UTC, dt.timezone(dt.timedelta(hours=14)), dt.timezone(dt.timedelta(hours=-12))])
def test_since_may_be_the_first_of_all_instants(read: Read, zone: dt.tzinfo) -> None:
    api = Api(happened(*[(SECOND, 1)] * 3))
    check(read(api, since=dt.datetime.min.replace(tzinfo=zone)), api, api.events)
    assert read(api, since=dt.datetime.max.replace(tzinfo=zone)) == []


@KEEPS
@pytest.mark.parametrize("number", [1, 60])
def test_events_may_be_at_the_first_and_last_of_all_instants(read: Read, keeps: str, number: int) -> None:
    # Where a server in Go knows no time, it writes the first one.
    ends = [dt.datetime.min.replace(tzinfo=dt.UTC), dt.datetime(9999, 12, 31, tzinfo=dt.UTC)]
    api = Api(
        [Happened("first", ends[0]), *happened(*[(SECOND, 1)] * number), Happened("last", ends[1])],
        keeps=keeps,
        cap=50,
    )
    check(read(api), api, api.events)


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
    answer = _read_async(api, types=types)
    check(answer, api, [event for event in api.events if event.type in wanted])
    assert {asked.get("type") for asked in api.asked} == {sent}


# --- The iterator ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("keeps", "most"), [("oldest", 7), ("newest", 40)])
def test_it_asks_as_it_is_read(read: Read, keeps: str, most: int) -> None:
    api = Api(happened(*[(SECOND, 1)] * 10_000), keeps=keeps)
    read(api, most=1)
    few = len(api.asked)
    read(api, most=101)

    assert few <= most
    assert len(api.asked) - 2 * few <= 5


def test_nothing_is_asked_before_it_is_read() -> None:
    with Server() as server, Polytomic(api_key=KEY, base_url=server.url) as polytomic:
        polytomic.iter_events()

    assert server.connections == 0


def test_what_came_before_a_failure_stays(read: Read) -> None:
    api = Api(happened(*[(SECOND, 1)] * 1_000))

    def breaking(request: httpx.Request) -> httpx.Response:
        return api(request) if len(api.asked) < 20 else httpx.Response(500)

    got: list[Event] = []
    with pytest.raises(ServerError):
        read(breaking, into=got)

    assert ids(got) == [event.id for event in api.events[: len(got)]]
    assert len(got) >= 100

    again = read(api, since=got[-1].created_at)
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
        with pytest.raises(WebhookSignatureError, match="does not match the body"):
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
    with pytest.raises(ValueError, match="secret must be a non-empty str") as caught:
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


def test_a_blocking_iterator_outlives_an_event_loop_that_runs_meanwhile() -> None:
    api = Api([Happened(str(number), NOON + number * SECOND) for number in range(5)])
    with Polytomic(api_key=KEY, **_where(api)) as polytomic:
        events = polytomic.iter_events()

        async def first() -> Event:
            return next(events)

        read = [asyncio.run(first()), *events]
    check(read, api, api.events)
