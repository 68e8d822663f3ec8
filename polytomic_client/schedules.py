"""Create the schedule of a bulk sync, and compute its next runs. All times are UTC.

There is a function for each frequency whose parts are documented. The parts of `custom` and `builder` are not
documented. A schedule of a bulk sync lacks a member for what `runafter` and `dbtcloud` wait for. No frequency is
documented as monthly or yearly, although there are parts for them.

Sources: the frequencies are documented at https://docs.polytomic.com/docs/bulk-sync-schedule and model-sync-schedule
beside it. The parts and their ranges are from the API's version 2025-09-18. `"05"`, `"monday"` and the form of several
schedules are from examples.

Example:
    schedule = weekly("monday", hour=5)
    await client.modify_bulk_sync(bulk_sync_id, schedule=schedule)
    (first,) = next_runs(schedule)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Final

from dateutil.rrule import DAILY, HOURLY, rrule, rruleset

from ._text import quoted, shown
from ._versions.v2023_04_25 import UNSET, Unset, models
from .errors import PolytomicError

DAYS_OF_WEEK: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""The days of the week as the API writes them. Sources show monday and wednesday; the others are inferred."""

_Frequency = models.ScheduleFrequency

_NOT_KNOWN_AHEAD: Final[Mapping[str, str]] = {
    _Frequency.CONTINUOUS: "a continuous schedule does not have fixed times: it runs at most every five minutes",
    _Frequency.RUNAFTER: "a runafter schedule does not have fixed times: it runs after other syncs",
    _Frequency.DBTCLOUD: "a dbtcloud schedule does not have fixed times: it runs after a dbt Cloud job",
    _Frequency.CUSTOM: "the parts of a custom schedule are not documented",
    _Frequency.BUILDER: "the parts of a builder schedule are not documented",
}


class ScheduleError(PolytomicError, ValueError):
    """A schedule is malformed. The message names the part."""


class NoNextRunError(PolytomicError):
    """A schedule is well-formed, but its next run cannot be computed. The message says why."""


def manual() -> models.BulkSchedule:
    """Return the schedule of a bulk sync that runs only when it is started."""
    return models.BulkSchedule(frequency=_Frequency.MANUAL)


def continuous() -> models.BulkSchedule:
    """Return the schedule of a bulk sync that runs at most every five minutes, without fixed times."""
    return models.BulkSchedule(frequency=_Frequency.CONTINUOUS)


def hourly(minute: int = 0) -> models.BulkSchedule:
    """Return a schedule of one run an hour.

    Args:
        minute: The minute of the hour, 0 to 59. Polytomic's own form offers 0, 15, 30 and 45; whether the API accepts
            others is not documented.

    Raises:
        TypeError: `minute` is not an int.
        ScheduleError: `minute` is out of range.
    """
    return models.BulkSchedule(frequency=_Frequency.HOURLY, minute=_digits("minute", minute, 60))


def daily(hour: int = 0, minute: int = 0) -> models.BulkSchedule:
    """Return a schedule of one run a day.

    Args:
        hour: The hour of the day, 0 to 23, UTC.
        minute: The minute of the hour, 0 to 59.

    Raises:
        TypeError: `hour` or `minute` is not an int.
        ScheduleError: `hour` or `minute` is out of range.
    """
    return models.BulkSchedule(
        frequency=_Frequency.DAILY, hour=_digits("hour", hour, 24), minute=_digits("minute", minute, 60)
    )


def weekly(day_of_week: str, hour: int = 0, minute: int = 0) -> models.BulkSchedule:
    """Return a schedule of one run a week.

    Args:
        day_of_week: The full English name of the day, in upper or lower case: `"monday"`.
        hour: The hour of the day, 0 to 23, UTC.
        minute: The minute of the hour, 0 to 59.

    Raises:
        TypeError: `hour` or `minute` is not an int.
        ScheduleError: `day_of_week` is unknown, or `hour` or `minute` is out of range.
    """
    return models.BulkSchedule(
        frequency=_Frequency.WEEKLY,
        day_of_week=DAYS_OF_WEEK[_day(day_of_week)],
        hour=_digits("hour", hour, 24),
        minute=_digits("minute", minute, 60),
    )


def multi(
    *schedules: models.BulkSchedule,
    incremental_fields: models.BulkSchedule | None = None,
    nonincremental_fields: models.BulkSchedule | None = None,
    type_: str | Unset = UNSET,
) -> models.BulkSchedule:
    """Return a schedule that combines several.

    Args:
        *schedules: Schedules for all fields. They are sent as `none`, which no example shows: that it means all fields
            is inferred.
        incremental_fields: The schedule for fields whose changes can be tracked.
        nonincremental_fields: The schedule for the other fields.
        type_: What distinguishes the schedules. Sources differ in whether it is required, and do not name a value. The
            only example of the API omits it.

    Raises:
        TypeError: A schedule is not a BulkSchedule.
        ScheduleError: No schedule is given.

    Example:
        multi(incremental_fields=continuous(), nonincremental_fields=daily(hour=5))
    """
    items = [_item(models.SelectiveMode.NONE, schedule) for schedule in schedules]
    if incremental_fields is not None:
        items.append(_item(models.SelectiveMode.INCREMENTALFIELDS, incremental_fields))
    if nonincremental_fields is not None:
        items.append(_item(models.SelectiveMode.NONINCREMENTALFIELDS, nonincremental_fields))
    if not items:
        raise ScheduleError("a multi schedule must have at least one schedule, got none.")
    return models.BulkSchedule(frequency=_Frequency.MULTI, multi=models.MultiSchedule(schedules=items, type_=type_))


def next_runs(schedule: models.BulkSchedule, n: int = 1, *, after: dt.datetime | None = None) -> list[dt.datetime]:
    """Compute the next runs of a schedule. A schedule does not contain whether the bulk sync is active.

    Only the parts of the frequency are read, because API responses contain all parts. An hour or minute that is
    missing, null or `""` counts as 0. That is inferred: no source documents how the API interprets it.

    Args:
        schedule: A schedule from a function of this module or from the API.
        n: Number of runs, 1 or more.
        after: The runs come after this instant, in any time zone. Default: now. A run at the instant itself is
            excluded.

    Returns:
        The runs in order, each once, in UTC. They are fewer than `n` only at the end of the year 9999.

    Raises:
        NoNextRunError: The frequency does not have fixed times, or is unknown to this client. In a `multi` schedule,
            every part except `manual` must have fixed times: otherwise another part could run earlier.
        ScheduleError: A part of the schedule is malformed, or a required part is missing.
        TypeError: `n` is not an int.
        ValueError: `n` is below 1, or `after` does not have a time zone.

    Example:
        try:
            (first,) = next_runs(bulk_sync.schedule)
        except (NoNextRunError, ScheduleError) as error:
            print(error)  # a manual schedule never runs by itself
    """
    if _int("n", n) < 1:
        raise ValueError(f"n must be 1 or more, got {shown(n)}.")
    start = dt.datetime.now(dt.UTC) if after is None else after
    if start.utcoffset() is None:
        raise ValueError(f"after must have a time zone, got {shown(start)}. Use .replace(tzinfo=...).")
    start = start.astimezone(dt.UTC)
    rules = list(_rules(schedule, start))
    if not rules:
        raise NoNextRunError("a manual schedule never runs by itself")
    runs = rruleset()
    for rule in rules:
        if isinstance(rule, NoNextRunError):
            raise rule
        runs.rrule(rule)
    return list(runs.xafter(start, count=n))


def _rules(schedule: object, start: dt.datetime) -> Iterator[rrule | NoNextRunError]:
    """Yield a rule for each schedule with fixed times, an error for each without, and nothing for a manual one.

    The error is not raised here, so that a malformed schedule after it is still found.
    """
    if not isinstance(schedule, models.BulkSchedule):
        raise ScheduleError(f"schedule must be a BulkSchedule, got {type(schedule).__name__}.")
    frequency: object = schedule.frequency
    match frequency:
        case _Frequency.MANUAL:
            pass
        case _Frequency.HOURLY:
            yield rrule(HOURLY, start, byminute=_minute(schedule), bysecond=0)
        case _Frequency.DAILY | _Frequency.WEEKLY:
            day = _day(schedule.day_of_week) if frequency == _Frequency.WEEKLY else None
            hour = _number("hour", schedule.hour, 24)
            # Not WEEKLY: dateutil counts whole weeks, and fails in the last week of the year 9999, which is incomplete.
            yield rrule(DAILY, start, byweekday=day, byhour=hour, byminute=_minute(schedule), bysecond=0)
        case _Frequency.MULTI:
            several = schedule.multi
            if not isinstance(several, models.MultiSchedule) or not several.schedules:
                raise ScheduleError("a multi schedule must have at least one schedule, got none.")
            for item in several.schedules:
                yield from _rules(item.schedule, start)
        case str():
            unknown = f"the frequency {shown(frequency)} is unknown to this client"
            yield NoNextRunError(_NOT_KNOWN_AHEAD.get(frequency, unknown))
        case _:
            raise ScheduleError(f"frequency must be a str, got {shown(frequency)}.")


def _item(mode: models.SelectiveMode, schedule: object) -> models.MultiScheduleItem:
    if not isinstance(schedule, models.BulkSchedule):
        raise TypeError(f"a schedule must be a BulkSchedule, for example daily(hour=5), got {type(schedule).__name__}.")
    return models.MultiScheduleItem(item=mode, schedule=schedule)


def _minute(schedule: models.BulkSchedule) -> int:
    return _number("minute", schedule.minute, 60)


def _number(name: str, value: object, end: int) -> int:
    text = "0" if value in (UNSET, None, "") else quoted(value)
    # int() alone accepts " 5", "+5", "1_0" and the digits of every script.
    if not (text.isascii() and text.isdecimal() and len(text) <= 2 and int(text) < end):
        raise ScheduleError(f"{name} must be a number from 0 to {end - 1}, got {shown(value)}.")
    return int(text)


def _day(value: object) -> int:
    """Return the number of a day, 0 for monday."""
    name = quoted(value).lower()
    if name not in DAYS_OF_WEEK:
        raise ScheduleError(f"day_of_week must be one of {', '.join(DAYS_OF_WEEK)}, got {shown(value)}.")
    return DAYS_OF_WEEK.index(name)


def _digits(name: str, value: object, end: int) -> str:
    return f"{_number(name, _int(name, value), end):02}"


def _int(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be an int, got {shown(value)}.")
    return value
