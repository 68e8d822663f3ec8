"""Schedules: how they are written, when they run next, and which of them cannot say."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polytomic_client import PolytomicError
from polytomic_client.schedules import (
    DAYS_OF_WEEK,
    NoNextRunError,
    ScheduleError,
    continuous,
    daily,
    hourly,
    manual,
    multi,
    next_runs,
    weekly,
)
from polytomic_client.v2023_04_25.models import BulkSchedule, BulkSync, CreateBulkSync, ScheduleFrequency

Json = dict[str, Any]

PAYLOADS = Path(__file__).resolve().parent / "data" / "payloads"

# A Wednesday.
NOON = dt.datetime(2026, 11, 25, 12, 0, tzinfo=dt.UTC)

many = settings(deadline=None, max_examples=200)


def answered(**parts: Any) -> BulkSchedule:
    return BulkSchedule.from_dict(parts)


def several(*parts: Json) -> BulkSchedule:
    items = [{"item": "none", "schedule": part} for part in parts]
    return answered(frequency="multi", multi={"schedules": items})


def told(schedule: BulkSchedule, n: int = 1, after: dt.datetime = NOON) -> list[str]:
    """The next runs, as day and time."""
    return [f"{run:%d %H:%M:%S}" for run in next_runs(schedule, n, after=after)]


@pytest.mark.parametrize(
    ("schedule", "written"),
    [
        (manual(), {"frequency": "manual"}),
        (continuous(), {"frequency": "continuous"}),
        (hourly(), {"frequency": "hourly", "minute": "00"}),
        (hourly(59), {"frequency": "hourly", "minute": "59"}),
        (daily(), {"frequency": "daily", "hour": "00", "minute": "00"}),
        (daily(5), {"frequency": "daily", "hour": "05", "minute": "00"}),
        (daily(23, 7), {"frequency": "daily", "hour": "23", "minute": "07"}),
        (weekly("friday"), {"frequency": "weekly", "day_of_week": "friday", "hour": "00", "minute": "00"}),
        (weekly("MonDAY", 5, 45), {"frequency": "weekly", "day_of_week": "monday", "hour": "05", "minute": "45"}),
    ],
)
def test_a_schedule_is_written_as_the_api_writes_it(schedule: BulkSchedule, written: Json) -> None:
    assert schedule.to_dict() == written


def test_several_schedules_are_written_as_in_the_one_example_that_there_is() -> None:
    example = CreateBulkSync.from_dict(json.loads((PAYLOADS / "create.full.request.json").read_bytes()))

    schedule = multi(incremental_fields=continuous(), nonincremental_fields=daily(hour=5), type_="incrementality")

    assert schedule == example.schedule


def test_several_schedules_have_no_type_where_none_is_given_and_those_for_all_come_first() -> None:
    schedule = multi(hourly(1), hourly(2), nonincremental_fields=hourly(3), incremental_fields=hourly(4))

    assert schedule.to_dict() == {
        "frequency": "multi",
        "multi": {
            "schedules": [
                {"item": "none", "schedule": {"frequency": "hourly", "minute": "01"}},
                {"item": "none", "schedule": {"frequency": "hourly", "minute": "02"}},
                {"item": "incrementalFields", "schedule": {"frequency": "hourly", "minute": "04"}},
                {"item": "nonincrementalFields", "schedule": {"frequency": "hourly", "minute": "03"}},
            ]
        },
    }


anything: Any = None
"""For arguments that the types forbid."""


@pytest.mark.parametrize(
    ("make", "argument"),
    [
        (lambda: hourly(60), "minute"),
        (lambda: hourly(-1), "minute"),
        (lambda: daily(24), "hour"),
        (lambda: daily(-1), "hour"),
        (lambda: daily(0, 60), "minute"),
        (lambda: weekly("monday", 24), "hour"),
        (lambda: weekly("monday", 0, 60), "minute"),
        (lambda: weekly("mon"), "day_of_week"),
        (lambda: weekly(""), "day_of_week"),
        (lambda: weekly(" monday"), "day_of_week"),
        (lambda: weekly(anything), "day_of_week"),
        (multi, "schedule"),
    ],
)
def test_a_value_that_there_is_not_is_refused_by_name(make: Callable[[], object], argument: str) -> None:
    with pytest.raises(ScheduleError, match=rf"\b{argument}\b"):
        make()


@pytest.mark.parametrize("value", [True, False, 5.0, "05", None])
def test_a_time_is_an_int(value: Any) -> None:
    with pytest.raises(TypeError, match=rf"^minute must be an int, got {value!r}\.$"):
        hourly(value)
    with pytest.raises(TypeError, match=rf"^hour must be an int, got {value!r}\.$"):
        daily(value)
    with pytest.raises(TypeError, match=rf"^minute must be an int, got {value!r}\.$"):
        daily(0, value)
    with pytest.raises(TypeError, match=rf"^hour must be an int, got {value!r}\.$"):
        weekly("monday", value)
    with pytest.raises(TypeError, match=rf"^minute must be an int, got {value!r}\.$"):
        weekly("monday", 0, value)


@pytest.mark.parametrize("value", [[daily(), hourly()], "daily", {"frequency": "daily"}])
def test_what_is_put_together_are_schedules(value: Any) -> None:
    refused = rf"^a schedule must be a BulkSchedule, .*, got {type(value).__name__}\.$"
    with pytest.raises(TypeError, match=refused):
        multi(value)
    with pytest.raises(TypeError, match=refused):
        multi(daily(), value)
    with pytest.raises(TypeError, match=refused):
        multi(incremental_fields=value)
    with pytest.raises(TypeError, match=refused):
        multi(nonincremental_fields=value)


@pytest.mark.parametrize(
    ("schedule", "runs"),
    [
        # Strictly after noon.
        (hourly(0), ["25 13:00:00", "25 14:00:00", "25 15:00:00"]),
        (hourly(1), ["25 12:01:00", "25 13:01:00", "25 14:01:00"]),
        (hourly(59), ["25 12:59:00", "25 13:59:00", "25 14:59:00"]),
        (daily(12, 0), ["26 12:00:00", "27 12:00:00", "28 12:00:00"]),
        (daily(12, 1), ["25 12:01:00", "26 12:01:00", "27 12:01:00"]),
        (daily(11, 59), ["26 11:59:00", "27 11:59:00", "28 11:59:00"]),
        (weekly("wednesday", 12), ["02 12:00:00", "09 12:00:00", "16 12:00:00"]),
        (weekly("wednesday", 12, 30), ["25 12:30:00", "02 12:30:00", "09 12:30:00"]),
        (weekly("tuesday", 23, 59), ["01 23:59:00", "08 23:59:00", "15 23:59:00"]),
        (weekly("monday"), ["30 00:00:00", "07 00:00:00", "14 00:00:00"]),
        (weekly("sunday"), ["29 00:00:00", "06 00:00:00", "13 00:00:00"]),
    ],
)
def test_the_next_runs(schedule: BulkSchedule, runs: list[str]) -> None:
    assert told(schedule, 3) == runs
    assert told(schedule) == runs[:1]


def test_a_run_is_an_instant_in_utc_and_after_may_be_in_any_zone() -> None:
    (run,) = next_runs(daily(5), after=NOON)
    assert run == dt.datetime(2026, 11, 26, 5, 0, tzinfo=dt.UTC)
    assert run.tzinfo is dt.UTC

    tokyo = dt.timezone(dt.timedelta(hours=9))
    (run,) = next_runs(daily(5), after=dt.datetime(2026, 11, 25, 13, 59, 59, tzinfo=tokyo))
    assert run == dt.datetime(2026, 11, 25, 5, 0, tzinfo=dt.UTC)
    assert run.tzinfo is dt.UTC


def test_seconds_and_their_parts_count() -> None:
    assert told(daily(12), after=NOON - dt.timedelta(microseconds=1)) == ["25 12:00:00"]
    assert told(daily(12), after=NOON + dt.timedelta(microseconds=1)) == ["26 12:00:00"]
    assert told(hourly(9), after=NOON + dt.timedelta(seconds=30)) == ["25 12:09:00"]


def test_after_is_now_if_it_is_not_given() -> None:
    before = dt.datetime.now(dt.UTC)
    (run,) = next_runs(hourly(30))

    assert before < run <= dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)


def test_after_must_name_a_time_zone() -> None:
    with pytest.raises(ValueError, match="^after must have a time zone, got "):
        next_runs(daily(), after=dt.datetime(2026, 11, 25))  # noqa: DTZ001


@pytest.mark.parametrize("n", [0, -1])
def test_there_is_no_less_than_one_run_to_ask_for(n: int) -> None:
    with pytest.raises(ValueError, match=rf"^n must be 1 or more, got {n}\.$"):
        next_runs(daily(), n)


@pytest.mark.parametrize("n", [True, 1.0, "1", None])
def test_the_number_of_runs_is_an_int(n: Any) -> None:
    with pytest.raises(TypeError, match="^n must be an int"):
        next_runs(daily(), n)


@pytest.mark.parametrize("unset", [{}, {"minute": ""}, {"minute": None}, {"hour": "", "minute": "0"}, {"hour": None}])
def test_a_time_that_is_not_set_counts_as_zero(unset: Json) -> None:
    assert told(answered(frequency="daily", **unset)) == ["26 00:00:00"]
    assert told(answered(frequency="hourly", **unset)) == ["25 13:00:00"]


@pytest.mark.parametrize(("hour", "minute"), [("5", "7"), ("05", "07"), (5, 7)])
def test_a_number_may_have_a_leading_zero_or_none(hour: Any, minute: Any) -> None:
    assert told(answered(frequency="daily", hour=hour, minute=minute)) == ["26 05:07:00"]


def test_the_case_of_a_day_does_not_matter() -> None:
    assert told(answered(frequency="weekly", day_of_week="FRIday", hour="5")) == ["27 05:00:00"]


def test_only_the_parts_that_belong_to_the_frequency_are_read() -> None:
    """The example of the API answers every part, whatever the frequency."""
    parts = json.loads((PAYLOADS / "get.response.json").read_bytes())["data"]["schedule"]
    assert {"day_of_month", "day_of_week", "hour", "minute", "month"} <= parts.keys()

    assert told(answered(**{**parts, "frequency": "daily"})) == ["25 12:30:00"]
    assert told(answered(**{**parts, "frequency": "weekly"})) == ["30 12:30:00"]
    assert told(answered(**{**parts, "frequency": "hourly", "hour": "?"}), 2) == ["25 12:30:00", "25 13:30:00"]
    assert told(answered(frequency="daily", day_of_week="?", day_of_month="?", month="?", multi={})) == ["26 00:00:00"]


MALFORMED: list[tuple[Json, str]] = [
    ({"frequency": "daily", "hour": "24"}, "hour"),
    ({"frequency": "daily", "hour": "-1"}, "hour"),
    ({"frequency": "daily", "hour": "+5"}, "hour"),
    ({"frequency": "daily", "hour": " 5"}, "hour"),
    ({"frequency": "daily", "hour": "1_0"}, "hour"),
    ({"frequency": "daily", "hour": "\N{ARABIC-INDIC DIGIT FIVE}"}, "hour"),
    ({"frequency": "daily", "hour": "\N{SUPERSCRIPT TWO}"}, "hour"),
    ({"frequency": "daily", "hour": "9" * 5000}, "hour"),
    ({"frequency": "daily", "hour": "*"}, "hour"),
    ({"frequency": "daily", "hour": 5.0}, "hour"),
    ({"frequency": "daily", "hour": False}, "hour"),
    ({"frequency": "daily", "hour": ["5"]}, "hour"),
    ({"frequency": "daily", "minute": "60"}, "minute"),
    ({"frequency": "hourly", "minute": "60"}, "minute"),
    ({"frequency": "hourly", "minute": "noon"}, "minute"),
    ({"frequency": "weekly"}, "day_of_week"),
    ({"frequency": "weekly", "day_of_week": ""}, "day_of_week"),
    ({"frequency": "weekly", "day_of_week": None}, "day_of_week"),
    ({"frequency": "weekly", "day_of_week": "1"}, "day_of_week"),
    ({"frequency": "weekly", "day_of_week": "mon"}, "day_of_week"),
    ({"frequency": "weekly", "day_of_week": "monday", "hour": "24"}, "hour"),
    ({"frequency": "weekly", "day_of_week": "monday", "minute": "60"}, "minute"),
    ({}, "frequency"),
    ({"frequency": None}, "frequency"),
    ({"frequency": "multi"}, "schedule"),
    ({"frequency": "multi", "multi": None}, "schedule"),
    ({"frequency": "multi", "multi": {}}, "schedule"),
    ({"frequency": "multi", "multi": {"schedules": None}}, "schedule"),
    ({"frequency": "multi", "multi": {"schedules": []}}, "schedule"),
    ({"frequency": "multi", "multi": {"schedules": [{}]}}, "schedule"),
    ({"frequency": "multi", "multi": {"schedules": [{"schedule": None}]}}, "schedule"),
]


@pytest.mark.parametrize(("parts", "part"), MALFORMED)
def test_a_malformed_part_is_named(parts: Json, part: str) -> None:
    with pytest.raises(ScheduleError, match=rf"\b{part}\b"):
        next_runs(answered(**parts), after=NOON)


def test_a_schedule_that_the_api_left_out_is_malformed() -> None:
    with pytest.raises(ScheduleError, match="must be a BulkSchedule, got Unset"):
        next_runs(BulkSync.from_dict({}).schedule)


@pytest.mark.parametrize(
    ("frequency", "reason"),
    [
        ("manual", "never runs by itself"),
        ("continuous", "at most every five minutes"),
        ("runafter", "after other syncs"),
        ("dbtcloud", "after a dbt Cloud job"),
        ("custom", "the parts of a custom schedule are not documented"),
        ("builder", "the parts of a builder schedule are not documented"),
        ("fortnightly", "'fortnightly' is unknown to this client"),
    ],
)
def test_a_schedule_without_times_that_are_known_says_why(frequency: str, reason: str) -> None:
    schedule = answered(frequency=frequency, hour="12", minute="30", day_of_week="monday", day_of_month="1", month="1")

    with pytest.raises(NoNextRunError, match=reason):
        next_runs(schedule, after=NOON)
    # It need not be of the enum.
    schedule.frequency = frequency  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(NoNextRunError, match=reason):
        next_runs(schedule, after=NOON)


def test_every_other_frequency_runs() -> None:
    parts: Json = {"day_of_week": "monday", "multi": {"schedules": [{"schedule": {"frequency": "daily"}}]}}
    running = {"hourly", "daily", "weekly", "multi"}
    for frequency in ScheduleFrequency:
        schedule = answered(frequency=frequency, **parts)
        if frequency in running:
            assert next_runs(schedule, after=NOON)
        else:
            # A frequency that the document names is known, also where its times are not.
            with pytest.raises(NoNextRunError, match=f"^(a|the parts of a) {frequency} schedule "):
                next_runs(schedule, after=NOON)


def test_never_and_malformed_can_be_told_apart() -> None:
    assert issubclass(ScheduleError, ValueError)
    assert issubclass(ScheduleError, PolytomicError)
    assert issubclass(NoNextRunError, PolytomicError)
    assert not issubclass(NoNextRunError, ValueError)

    for kind, schedule in ((ScheduleError, answered(frequency="weekly")), (NoNextRunError, manual())):
        with pytest.raises(kind) as caught:
            next_runs(schedule)
        copied = pickle.loads(pickle.dumps(caught.value))
        assert (type(copied), str(copied)) == (kind, str(caught.value))


def test_several_schedules_run_in_turn_and_at_once_where_they_meet() -> None:
    schedule = multi(daily(14), daily(14), hourly(0), nonincremental_fields=weekly("wednesday", 13, 30))

    assert told(schedule, 4) == ["25 13:00:00", "25 13:30:00", "25 14:00:00", "25 15:00:00"]


def test_of_several_a_manual_one_adds_nothing() -> None:
    assert told(multi(manual(), daily(5))) == ["26 05:00:00"]
    with pytest.raises(NoNextRunError, match="never runs by itself"):
        next_runs(multi(manual(), multi(manual())))


@pytest.mark.parametrize("other", [continuous(), answered(frequency="custom"), answered(frequency="fortnightly")])
def test_of_several_one_without_known_times_hides_the_next(other: BulkSchedule) -> None:
    for schedule in (multi(daily(), other), multi(other, daily()), multi(manual(), multi(daily(), other))):
        with pytest.raises(NoNextRunError):
            next_runs(schedule, after=NOON)


def test_of_several_a_malformed_one_is_found_wherever_it_is() -> None:
    with pytest.raises(ScheduleError, match="hour"):
        next_runs(several({"frequency": "continuous"}, {"frequency": "daily", "hour": "24"}))
    with pytest.raises(ScheduleError, match="hour"):
        next_runs(several({"frequency": "daily", "hour": "24"}, {"frequency": "continuous"}))


def test_schedules_of_schedules_run_too() -> None:
    nested = several({"frequency": "daily", "hour": "5"}, several({"frequency": "hourly", "minute": "9"}).to_dict())

    assert told(nested) == ["25 12:09:00"]


@pytest.mark.parametrize("day", range(20, 32))
def test_the_runs_end_with_the_calendar(day: int) -> None:
    """The 31st is a Friday. Dateutil's own weeks fail in the one that it ends."""
    start = dt.datetime(9999, 12, day, tzinfo=dt.UTC)
    runs = next_runs(daily(1), 100, after=start)
    assert len(runs) == 32 - day
    for number, name in enumerate(DAYS_OF_WEEK):
        assert next_runs(weekly(name, 1), 100, after=start) == [run for run in runs if run.weekday() == number]
        assert next_runs(multi(weekly(name, 1), daily(1)), 100, after=start) == runs


minutes = st.integers(0, 59)
hours = st.integers(0, 23)
days = st.sampled_from(DAYS_OF_WEEK)
timed = st.one_of(st.builds(hourly, minutes), st.builds(daily, hours, minutes), st.builds(weekly, days, hours, minutes))
schedules = st.recursive(
    timed | st.builds(manual) | st.builds(continuous),
    lambda inner: st.builds(
        multi, inner, inner, incremental_fields=st.none() | inner, nonincremental_fields=st.none() | inner
    ),
    max_leaves=6,
)
instants = st.datetimes(
    dt.datetime(1970, 1, 2),  # noqa: DTZ001
    dt.datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.builds(dt.timezone, st.timedeltas(dt.timedelta(hours=-23), dt.timedelta(hours=23))),
)


@many
@given(schedules)
def test_a_schedule_survives_the_wire(schedule: BulkSchedule) -> None:
    assert BulkSchedule.from_dict(json.loads(json.dumps(schedule.to_dict()))) == schedule


@many
@given(timed, instants, st.integers(1, 5))
def test_the_next_runs_have_the_parts_and_leave_none_out(schedule: BulkSchedule, after: dt.datetime, n: int) -> None:
    period = {"hourly": dt.timedelta(hours=1), "daily": dt.timedelta(days=1), "weekly": dt.timedelta(weeks=1)}
    every = period[schedule.frequency.value]

    runs = next_runs(schedule, n, after=after)

    assert len(runs) == n
    assert dt.timedelta() < runs[0] - after.astimezone(dt.UTC) <= every
    assert all(later - run == every for run, later in itertools.pairwise(runs))
    for run in runs:
        assert (run.second, run.microsecond, run.tzinfo) == (0, 0, dt.UTC)
        assert f"{run:%M}" == schedule.minute
        assert not schedule.hour or f"{run:%H}" == schedule.hour
        assert not schedule.day_of_week or f"{run:%A}".lower() == schedule.day_of_week


@pytest.mark.soak
@many
@given(st.lists(timed, min_size=1, max_size=4), instants, st.integers(1, 5))
def test_several_run_when_any_of_them_does(parts: list[BulkSchedule], after: dt.datetime, n: int) -> None:
    each = {run for part in parts for run in next_runs(part, n, after=after)}

    assert next_runs(multi(*parts), n, after=after) == sorted(each)[:n]


@many
@given(
    st.dictionaries(
        st.sampled_from(["frequency", "minute", "hour", "day_of_week", "day_of_month", "month"]),
        st.sampled_from([*ScheduleFrequency, *DAYS_OF_WEEK, "05", "59", ""]) | st.text(max_size=3) | st.none(),
    )
)
def test_whatever_the_api_answers_either_runs_or_says_why_not(parts: Json) -> None:
    try:
        (run,) = next_runs(BulkSchedule.from_dict(parts), after=NOON)
    except (ScheduleError, NoNextRunError) as error:
        assert str(error)  # noqa: PT017
    else:
        assert NOON < run <= NOON + dt.timedelta(weeks=1)
