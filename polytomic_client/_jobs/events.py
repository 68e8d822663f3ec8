"""What happened: `iter_events` of both clients, and `verify_webhook` for what the API sends of itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Iterable
from itertools import pairwise
from typing import TypeAlias

from .._text import shown
from ..errors import RequestError
from ..v2023_04_25 import models
from ..v2023_04_25.api import AsyncOperations
from ..v2023_04_25.types import UNSET
from .client_protocol import JobClient
from .drivers import AsyncJobs

PAGE = 100
"""How many events are requested at once: the maximum that the API documents, for its version 2025-09-18."""

FEWEST = 10
"""An answer of fewer events is not cut off: 10 is the default that the API documents, for its version 2025-09-18."""

CAPS = (10, 50, 100)
"""How many events an answer has that may be cut off although nothing else shows it: the default and the maxima of lists
that the API documents, for its version 2025-09-18."""

REACH = 4
"""How many times the length of a burst of events is kept before and after it where a span is split.

Measured for caps of 50 and 100: 400 events take 27 requests in the median with 4, and 24 with 2. The first of 10,000
events comes after at most 46 requests with 4, and after 73 with 2."""

MICROSECOND, SECOND = dt.timedelta(microseconds=1), dt.timedelta(seconds=1)

FIRST = dt.datetime.min.replace(tzinfo=dt.UTC)

LAST = dt.datetime.max.replace(microsecond=0, tzinfo=dt.UTC)
"""Represents the end of time, in whole seconds."""

_Part: TypeAlias = "tuple[dt.datetime, dt.datetime, list[models.Event] | None]"

Types: TypeAlias = "Iterable[models.EventType | str] | models.EventType | str"


class AsyncEvents(AsyncJobs[AsyncOperations]):
    """What AsyncPolytomic does about events."""

    def iter_events(
        self,
        *,
        types: Types | None = None,
        since: dt.datetime | None = None,
    ) -> AsyncIterator[models.Event]:
        """Iterate over events, oldest first, each once, up to now.

        Those that happen meanwhile may come or not. To go on later, give the last one's `created_at` as `since`: those
        of that instant come again.

        Args:
            types: Only events of these types. Default: of all.
            since: Only events at this instant, which must name its time zone, and later. Default: all that the API
                keeps, which is 48 hours.

        Returns:
            An iterator that asks for more as it is read.

        Raises:
            TypeError: `since` is no datetime; nothing was sent.
            ValueError: `since` names no time zone; nothing was sent.
            RequestError: While iterating: a call failed, an event lacks its id or time, or more events happened at one
                instant than the API answers at once. The error names the instant.

        Example:
            async for event in polytomic.iter_events(types={"bulk_sync.failed"}, since=yesterday):
                print(event.created_at, event.event)
        """
        return _iterate(_EventReader(self._job_client, types, since))


async def _iterate(reader: _EventReader) -> AsyncIterator[models.Event]:
    while (events := await reader.next()) is not None:
        for event in events:
            yield event


class _EventReader:
    """Reads events by bisecting time, oldest first.

    The API documents neither how many events it answers at once nor which ones or in which order. So an answer is
    whole if it is shorter than the longest one so far. Otherwise its span is split. A span is the time from an instant
    to another, which it excludes: whole seconds, or a part of one.
    """

    def __init__(self, client: JobClient[AsyncOperations], types: Types | None, since: dt.datetime | None) -> None:
        self._since = _start(since)
        self._operations = client.operations
        self._types = None if types is None else {types} if isinstance(types, str) else set(types)
        self._now = dt.datetime.fromtimestamp(int(client.time()), dt.UTC)
        self._todo: list[_Part] = [(self._since.replace(microsecond=0), LAST, None)]
        self._longest, self._given = FEWEST, 0
        self._crowd = FIRST, 0
        self._newest_first = False

    async def next(self) -> list[models.Event] | None:
        """Return the events of the next part, perhaps none; None at the end."""
        if not self._todo:
            return None
        start, end, page = self._todo.pop()
        page = await self._ask(start, end) if page is None else page
        events = _inside(start, end, page)
        if len(page) >= self._longest:
            split = self._split_second if end - start <= SECOND else self._split
            events = await split(start, end, page)
        self._given += len(events)
        if self._is_cut():
            # If more happened meanwhile, the longest answer is longer by now.
            await self._ask(FIRST, LAST)
            if self._is_cut():
                raise _unreadable(self._crowd[0], f"the API answers at most {self._longest} at once")
        wanted = [event for event in events.values() if self._types is None or event.type_ in self._types]
        return [event for event in wanted if event.created_at >= self._since]

    def _is_cut(self) -> bool:
        """Return whether the crowd's answer is as long as any can be: more events are known, or its length is a cap."""
        number = self._crowd[1]
        return self._longest == number and (self._given > number or number in CAPS)

    async def _split(self, start: dt.datetime, end: dt.datetime, page: list[models.Event]) -> dict[str, models.Event]:
        """Leave the parts of a span to be read: those around a burst of events, or else its halves."""
        if end == LAST and start <= self._now:
            # Those that happen meanwhile must not keep it from ending. The clock of the API may be ahead.
            newest = await self._ask(self._now, LAST)
            if len(newest) < self._longest:
                last = max([self._now, *(event.created_at for event in newest)])
                end = min(last, LAST - SECOND).replace(microsecond=0) + SECOND
        first, last = (min(event.created_at, LAST) for event in (page[0], page[-1]))
        reach = min(REACH * max(last - first, SECOND), first - FIRST, LAST - last)
        cuts = [cut.replace(microsecond=0) for cut in (first - reach, last + reach)]
        cuts = [cut for cut in cuts if start < cut < end] or [(start + (end - start) / 2).replace(microsecond=0)]
        self._todo += [(*ends, None) for ends in pairwise([start, *cuts, end])][::-1]
        return {}

    async def _split_second(
        self, start: dt.datetime, end: dt.datetime, page: list[models.Event]
    ) -> dict[str, models.Event]:
        """Leave the parts of a second to be read, or return its events if the API does not tell the parts apart."""
        cut = min(max(page[len(page) // 2].created_at, start + MICROSECOND), end - MICROSECOND)
        if cut > start:
            early, late = await self._ask(start, cut), await self._ask(cut, end)
            found = _inside(start, cut, early) | _inside(cut, end, late)
            # An event that is not in the part of its time shows that the API compares or writes times less exactly.
            if _inside(start, end, [*page, *early, *late]).keys() <= found.keys():
                self._todo += [(cut, end, late), (start, cut, early)]
                return {}
        self._crowd = page[0].created_at, len(page)
        return _inside(start, end, page)

    async def _ask(self, start: dt.datetime, end: dt.datetime) -> list[models.Event]:
        """Return what the API answers for a span and a margin, oldest first.

        The API documents neither whether its bounds are inclusive nor how exactly it compares and writes times. One
        second more is enough for all of it. For a single second that would be too many events.
        """
        before, after = (SECOND, SECOND) if end - start > SECOND else (MICROSECOND, 0 * SECOND)
        answer = await self._operations.list_events(
            type_=models.EventType(next(iter(self._types))) if self._types and len(self._types) == 1 else UNSET,
            starting_after=UNSET if start == FIRST else start - before,
            ending_before=UNSET if end == LAST else end + after,
            limit=PAGE,
        )
        page = answer.data
        if not all(event.id and event.created_at for event in page):
            raise RequestError("the API left out the id or created_at of an event: list_events answers it as it is")
        self._longest = max(self._longest, len(page))
        if page and page[0].created_at != page[-1].created_at:
            self._newest_first = page[0].created_at > page[-1].created_at
        page = sorted(page[::-1] if self._newest_first else page, key=lambda event: event.created_at)
        if len(page) == self._longest and max(start - page[0].created_at, page[-1].created_at - end) > 2 * SECOND:
            raise _unreadable(start, "the API does not keep to starting_after and ending_before")
        return page


def _inside(start: dt.datetime, end: dt.datetime, page: list[models.Event]) -> dict[str, models.Event]:
    """Return the events within a span by their id, each once."""
    within = (event for event in page if start <= event.created_at)
    return {event.id: event for event in within if event.created_at < end or end == LAST}


def _start(since: dt.datetime | None) -> dt.datetime:
    if since is None:
        return FIRST
    if not isinstance(since, dt.datetime):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"since must be a datetime, not {type(since).__name__}")
    if since.utcoffset() is None:
        raise ValueError(f"since must name its time zone, unlike {shown(since)}: use datetime.now(timezone.utc)")
    # In UTC, because a day of another time zone may lack an hour.
    return min(max(since, FIRST), LAST).astimezone(dt.UTC)


def _unreadable(instant: dt.datetime, why: str) -> RequestError:
    return RequestError(
        f"the events at {instant.isoformat()} cannot all be read: {why}. "
        "Request one type at a time, or pass a later since."
    )
