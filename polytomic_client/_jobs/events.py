"""Read events: `iter_events` of both clients."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import pairwise
from typing import TypeAlias

from .._core.tracebacks import with_short_tracebacks
from .._runtime.types import UNSET
from .._text import shown
from ..errors import RequestError
from ..v2023_04_25 import models
from ..v2023_04_25.api import AsyncOperations
from .client_protocol import JobClient
from .drivers import Jobs, run

PAGE = 100
"""Events requested at once: the maximum that the API documents for its version 2025-09-18."""

FEWEST = 10
"""Events. A shorter response is complete: 10 is the default that the API documents for its version 2025-09-18."""

CAPS = (10, 50, 100)
"""Events. A response of one of these lengths may be truncated even if nothing else shows it: they are the default and
the maxima of lists that the API documents for its version 2025-09-18."""

REACH = 4
"""Lengths of a burst of events that are kept before and after it when a span is split.

Measured for caps of 50 and 100: 400 events take a median of 27 requests with 4, and 24 with 2. The first of 10,000
events comes after at most 46 requests with 4, and 73 with 2."""

MICROSECOND, SECOND = dt.timedelta(microseconds=1), dt.timedelta(seconds=1)

FIRST = dt.datetime.min.replace(tzinfo=dt.UTC)

LAST = dt.datetime.max.replace(microsecond=0, tzinfo=dt.UTC)
"""The end of time, in whole seconds."""

_Part: TypeAlias = "tuple[dt.datetime, dt.datetime, list[models.Event] | None]"


class AsyncEvents(Jobs[AsyncOperations]):
    """The workflows of AsyncPolytomic for events."""

    def iter_events(
        self,
        *,
        types: Iterable[models.EventType | str] | models.EventType | str | None = None,
        since: dt.datetime | None = None,
    ) -> AsyncIterator[models.Event]:
        """Iterate over events up to now, oldest first, each once.

        Events that happen meanwhile may be included. To continue later, pass the last event's `created_at` as `since`:
        the events at that instant come again.

        Args:
            types: Only events of these types. Default: all types.
            since: Only events at or after this instant, which must have a time zone. Default: all that the API keeps,
                which is 48 hours.

        Returns:
            An iterator that requests more events as it is read.

        Raises:
            TypeError: `since` is not a datetime; nothing was sent.
            ValueError: `since` does not have a time zone; nothing was sent.
            RequestError: While iterating: a call failed, an event lacks its id or time, or more events happened at one
                instant than the API returns at once. The error names the instant.

        Example:
            async for event in client.iter_events(types={"bulk_sync.failed"}, since=yesterday):
                print(event.created_at, event.event)
        """
        return _iterate(_EventReader(self._job_client, types, since))


class Events(Jobs[AsyncOperations]):
    """The methods of Polytomic for events."""

    def iter_events(
        self,
        *,
        types: Iterable[models.EventType | str] | models.EventType | str | None = None,
        since: dt.datetime | None = None,
    ) -> Iterator[models.Event]:
        """Iterate over events up to now, oldest first, each once.

        Events that happen meanwhile may be included. To continue later, pass the last event's `created_at` as `since`:
        the events at that instant come again.

        Args:
            types: Only events of these types. Default: all types.
            since: Only events at or after this instant, which must have a time zone. Default: all that the API keeps,
                which is 48 hours.

        Returns:
            An iterator that requests more events as it is read.

        Raises:
            TypeError: `since` is not a datetime; nothing was sent.
            ValueError: `since` does not have a time zone; nothing was sent.
            RequestError: While iterating: a call failed, an event lacks its id or time, or more events happened at one
                instant than the API returns at once. The error names the instant.

        Example:
            for event in client.iter_events(types={"bulk_sync.failed"}, since=yesterday):
                print(event.created_at, event.event)
        """
        return _iterate_blocking(_EventReader(self._job_client, types, since))


async def _iterate(reader: _EventReader) -> AsyncIterator[models.Event]:
    while (events := await reader.next()) is not None:
        for event in events:
            yield event


def _iterate_blocking(reader: _EventReader) -> Iterator[models.Event]:
    # Without an async generator: an event loop that runs in this thread would close it at its own end.
    while (events := run(reader.next())) is not None:
        yield from events


class _EventReader:
    """Reads events by bisecting time, oldest first.

    The API documents neither how many events it returns at once, nor which ones, nor their order. So a response is
    complete if it is shorter than the longest one so far. Otherwise its span is split. A span is the time from one
    instant up to another, which it excludes: whole seconds, or a part of one.
    """

    def __init__(
        self,
        client: JobClient[AsyncOperations],
        types: Iterable[models.EventType | str] | models.EventType | str | None,
        since: dt.datetime | None,
    ) -> None:
        self._since = _start(since)
        self._operations = client.operations
        self._types = None if types is None else {types} if isinstance(types, str) else set(types)
        self._now = dt.datetime.fromtimestamp(int(client.time()), dt.UTC)
        self._todo: list[_Part] = [(self._since.replace(microsecond=0), LAST, None)]
        self._longest, self._given = FEWEST, 0
        self._crowd = FIRST, 0
        self._newest_first = False

    @with_short_tracebacks
    async def next(self) -> list[models.Event] | None:
        """Return the events of the next part, which may be empty, or None at the end."""
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
            # If more events happened meanwhile, the longest response is longer by now.
            await self._ask(FIRST, LAST)
            if self._is_cut():
                raise _unreadable(self._crowd[0], f"the API returns at most {self._longest} at once")
        wanted = [event for event in events.values() if self._types is None or event.type_ in self._types]
        return [event for event in wanted if event.created_at >= self._since]

    def _is_cut(self) -> bool:
        """Return whether the crowd's response may be cut: none is longer, and more are known or its length is a cap."""
        number = self._crowd[1]
        return self._longest == number and (self._given > number or number in CAPS)

    async def _split(self, start: dt.datetime, end: dt.datetime, page: list[models.Event]) -> dict[str, models.Event]:
        """Add the parts of a span to the ones to read: those around a burst of events, or else its halves."""
        if end == LAST and start <= self._now:
            # Events that happen meanwhile must not prolong the iteration. The clock of the API may be ahead.
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
        """Add the parts of a second to the ones to read, or return its events if the API cannot separate the parts."""
        cut = min(max(page[len(page) // 2].created_at, start + MICROSECOND), end - MICROSECOND)
        if cut > start:
            early, late = await self._ask(start, cut), await self._ask(cut, end)
            found = _inside(start, cut, early) | _inside(cut, end, late)
            # An event outside the part of its time shows that the API compares or writes times less precisely.
            if _inside(start, end, [*page, *early, *late]).keys() <= found.keys():
                self._todo += [(cut, end, late), (start, cut, early)]
                return {}
        self._crowd = page[0].created_at, len(page)
        return _inside(start, end, page)

    async def _ask(self, start: dt.datetime, end: dt.datetime) -> list[models.Event]:
        """Request the events of a span and a margin, and return them oldest first.

        The API documents neither whether its bounds are inclusive nor how precisely it compares and writes times. A
        margin of one second covers both. For a single second that would be too many events.
        """
        before, after = (SECOND, SECOND) if end - start > SECOND else (MICROSECOND, 0 * SECOND)
        response = await self._operations.list_events(
            type_=models.EventType(next(iter(self._types))) if self._types and len(self._types) == 1 else UNSET,
            starting_after=UNSET if start == FIRST else start - before,
            ending_before=UNSET if end == LAST else end + after,
            limit=PAGE,
        )
        page = response.data
        if not all(event.id and event.created_at for event in page):
            raise RequestError("an event lacks its id or created_at. Use list_events to read it unchanged.")
        self._longest = max(self._longest, len(page))
        if page and page[0].created_at != page[-1].created_at:
            self._newest_first = page[0].created_at > page[-1].created_at
        page = sorted(page[::-1] if self._newest_first else page, key=lambda event: event.created_at)
        if len(page) == self._longest and max(start - page[0].created_at, page[-1].created_at - end) > 2 * SECOND:
            raise _unreadable(start, "the API does not honour starting_after and ending_before")
        return page


def _inside(start: dt.datetime, end: dt.datetime, page: list[models.Event]) -> dict[str, models.Event]:
    """Return the events within a span by id, each once."""
    within = (event for event in page if start <= event.created_at)
    return {event.id: event for event in within if event.created_at < end or end == LAST}


def _start(since: dt.datetime | None) -> dt.datetime:
    if since is None:
        return FIRST
    if not isinstance(since, dt.datetime):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"since must be a datetime, got {type(since).__name__}.")
    if since.utcoffset() is None:
        raise ValueError(f"since must have a time zone, got {shown(since)}. Use datetime.now(timezone.utc).")
    # In UTC, because a day of another time zone may lack an hour.
    return min(max(since, FIRST), LAST).astimezone(dt.UTC)


def _unreadable(instant: dt.datetime, why: str) -> RequestError:
    return RequestError(
        f"the events at {instant.isoformat()} cannot all be read: {why}. "
        "Request one type at a time, or pass a later since."
    )
