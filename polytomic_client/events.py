"""What happened: `iter_events` of both clients, and `verify_webhook` for what the API sends of itself."""

from __future__ import annotations

import datetime as dt
import hmac
from base64 import b64decode
from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from ._api import UNSET, models
from ._errors import PolytomicError, RequestError
from ._flow import BlockingFlows, Caller, finish

PAGE = 100
"""How many events are requested at once: the maximum that the API documents, for its version 2025-09-18."""

FEWEST = 10
"""An answer of fewer events is not cut off: 10 is the default that the API documents, for its version 2025-09-18."""

CAPS = (10, 50, 100)
"""How many events an answer has that may be cut off although nothing else shows it: the default and the maxima of lists
that the API documents, for its version 2025-09-18."""

REACH = 4
"""How many times the length of a burst of events is looked at before and after it. Of 400 events, 2 takes the fewest
requests (about 20) and 4 a few more. Of 10,000, 4 reaches the first sooner (28 requests) than 2 (40)."""

MICROSECOND, SECOND, MINUTE = dt.timedelta(microseconds=1), dt.timedelta(seconds=1), dt.timedelta(minutes=1)

FIRST = dt.datetime.min.replace(tzinfo=dt.UTC)

LAST = dt.datetime(9999, 12, 31, tzinfo=dt.UTC)
"""Stands for the end of time, with room for a second after it."""

FAR_FUTURE = 5_000
"""The year in which the search for the last event is given up: there is room for one more step, which doubles."""

Types: TypeAlias = "Iterable[models.EventType | str] | models.EventType | str"


class WebhookSignatureError(PolytomicError, ValueError):
    """A webhook's signature is not that of its body: it is not from Polytomic, or was changed on its way."""


class AsyncEvents(Caller):
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
        return _iterate(_Reader(self, types, since))


class Events(BlockingFlows):
    """What Polytomic does about events."""

    def iter_events(
        self,
        *,
        types: Types | None = None,
        since: dt.datetime | None = None,
    ) -> Iterator[models.Event]:
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
            for event in polytomic.iter_events(types={"bulk_sync.failed"}, since=yesterday):
                print(event.created_at, event.event)
        """
        return _iterate_blocking(_Reader(self._caller, types, since))


def verify_webhook(body: bytes, signature: str | None, secret: str, *, digest: str = "sha256") -> None:
    """Check that a webhook is from Polytomic, in constant time.

    Args:
        body: The body of the request, as it came: parsing and writing it again would change it.
        signature: The request's `Polytomic-Signature`, None where it has none: the HMAC of the body. The API's guide
            does not say how it is written; hexadecimal and base64 are understood, with `sha256=` before them or not.
        secret: The secret of the webhook.
        digest: The name of the hash, as `hashlib` has it. The API's guide names none; SHA-256 is a guess.

    Raises:
        WebhookSignatureError: The signature is not that of the body. Answer the request with a 4xx and do nothing.
        ValueError: There is no such hash, or the secret is empty.

    Example:
        verify_webhook(await request.body(), request.headers.get("Polytomic-Signature"), secret)
    """
    if not secret:
        raise ValueError("the secret of the webhook is empty")
    expected = hmac.new(secret.encode(), body, digest).digest()
    if not isinstance(signature, str):
        raise WebhookSignatureError("the webhook has no signature, or not as a text")
    given = _decode_signature(signature.strip().removeprefix(f"{digest}="), len(expected))
    if not hmac.compare_digest(expected, given):
        raise WebhookSignatureError("the signature of the webhook is not that of its body")


def _decode_signature(text: str, size: int) -> bytes:
    try:
        return bytes.fromhex(text) if len(text) == 2 * size else b64decode(text, validate=True)
    except ValueError:
        return b""


async def _iterate(reader: _Reader) -> AsyncIterator[models.Event]:
    while (events := await reader.next()) is not None:
        for event in events:
            yield event


def _iterate_blocking(reader: _Reader) -> Iterator[models.Event]:
    while (events := finish(reader.next())) is not None:
        yield from events


class _Span(NamedTuple):
    """The time from an instant to another, which it excludes. Both are whole seconds, unless a single one is split."""

    start: dt.datetime
    end: dt.datetime

    def margins(self) -> tuple[dt.timedelta, dt.timedelta]:
        """Return how much more to ask for, before and after.

        The API documents neither whether its bounds are inclusive nor how exactly it compares and writes times. One
        second more is enough for all of it. For a single second that would be too many events: it is asked for alone,
        and its parts only as long as the API turns out to be exact.
        """
        return (SECOND, SECOND) if self.end - self.start > SECOND else (MICROSECOND, 0 * SECOND)

    def inside(self, page: list[models.Event]) -> list[models.Event]:
        """Return the events that are in it, each once."""
        within = [event for event in page if self.start <= event.created_at]
        return list({event.id: event for event in within if event.created_at < self.end or self.end == LAST}.values())

    def fits(self, page: list[models.Event], *, slack: dt.timedelta) -> bool:
        """Say whether all events are within what was asked for."""
        before, after = self.margins()
        times = [event.created_at for event in page]
        return all(self.start - time <= before + slack and time - self.end <= after + slack for time in times)

    def split(self, page: list[models.Event]) -> list[_Span]:
        """Return its parts, the last one first: around a burst that is much shorter, or else its halves."""
        unit = SECOND if self.end - self.start > SECOND else MICROSECOND
        cuts = [self.start + (self.end - self.start) / 2]
        first, last = (min(max(event.created_at, self.start), self.end) for event in (page[0], page[-1]))
        reach = REACH * max(last - first, unit)
        if 4 * reach < self.end - self.start:
            # Compared as differences, because there may be no instant before or after.
            cuts = [first - reach] if first - self.start > reach + unit else []
            cuts += [last + reach] if self.end - last > reach + unit else []
        cuts = [cut.replace(microsecond=0) if unit == SECOND else cut for cut in cuts]
        return [_Span(*ends) for ends in pairwise([self.start, *cuts, self.end])][::-1]


class _Reader:
    """Reads events by bisecting time, oldest first.

    The API documents neither how many events it answers at once nor which ones or in which order. So an answer is
    whole if it is shorter than the longest one so far. Otherwise its span is split.
    """

    def __init__(self, caller: Caller, types: Types | None, since: dt.datetime | None) -> None:
        self._since = _start(since)
        self._caller = caller
        self._types = None if types is None else {types} if isinstance(types, str) else set(types)
        self._now = dt.datetime.fromtimestamp(int(caller._time()), dt.UTC)  # noqa: SLF001  (made for flows such as this)
        self._all = _Span(self._since.replace(microsecond=0), LAST)
        self._todo: list[_Span | list[models.Event]] = [self._all]
        self._longest, self._given = FEWEST, 0
        self._newest_first = False
        self._crowd: tuple[dt.datetime, int] | None = None

    async def next(self) -> list[models.Event] | None:
        """Return the next events, perhaps none; None at the end."""
        if not self._todo:
            return None
        part = self._todo.pop()
        events = part if isinstance(part, list) else await self._read(part)
        self._given += len(events)
        if self._crowd is not None and self._is_cut(*self._crowd):
            # If more happened meanwhile, the longest answer is longer by now.
            await self._ask(self._all)
            if self._is_cut(*self._crowd):
                raise _unreadable(self._crowd[0], f"the API answers at most {self._longest} at once")
        wanted = [event for event in events if self._types is None or event.type_ in self._types]
        return [event for event in wanted if event.created_at >= self._since]

    def _is_cut(self, _: dt.datetime, number: int) -> bool:
        """Say whether the longest answer, of so many events at one instant, is known or supposed to be cut off."""
        return self._longest == number and (self._given > number or number in CAPS)

    async def _read(self, span: _Span) -> list[models.Event]:
        """Return the events of a span, or none and leave its parts to be read."""
        page = await self._ask(span)
        if len(page) < self._longest:
            return span.inside(page)
        if span.end - span.start <= SECOND:
            return await self._read_second(span, page)
        if span.end < LAST:
            self._todo += span.split(page)
        else:
            # The newest are requested now: those that happen meanwhile must not keep it from ending. If the clock of
            # the API is ahead, there may be more of them than one answer holds.
            later, step = _Span(max(self._now, span.start + SECOND) + SECOND, LAST), MINUTE
            while len(newest := await self._ask(later)) >= self._longest:
                if later.start.year > FAR_FUTURE:
                    raise _unreadable(later.start, "there are too many")
                later, step = _Span(later.start + step, LAST), 2 * step
            self._todo += [later.inside(newest), *_Span(span.start, later.start).split(page)]
        return []

    async def _read_second(self, second: _Span, page: list[models.Event]) -> list[models.Event]:
        """Return the events of a second that fills an answer."""
        whole, parts = page, second.split(page)
        events: list[models.Event] = []
        while parts:
            part = parts.pop()
            page = await self._ask(part)
            if not part.fits(page, slack=0 * SECOND):
                break
            # An answer may also be full of what happened at the very end, where the next part starts.
            if len(page) < self._longest or page[0].created_at >= part.end:
                events += part.inside(page)
            elif part.end - part.start > MICROSECOND:
                parts += part.split(page)
            else:
                self._crowd = page[0].created_at, len(page)
                events += part.inside(page)
        else:
            if {event.id for event in second.inside(whole)} <= {event.id for event in events}:
                return events
        # The API compares or writes times less exactly. So this second cannot be split.
        if whole[0].created_at < second.end:
            self._crowd = whole[0].created_at, len(whole)
        return second.inside(whole)

    async def _ask(self, span: _Span) -> list[models.Event]:
        """Return what the API answers for a span and its margins, oldest first."""
        before, after = span.margins()
        answer = await self._caller.list_events(
            type_=models.EventType(next(iter(self._types))) if self._types and len(self._types) == 1 else UNSET,
            starting_after=UNSET if span.start == FIRST else span.start - before,
            ending_before=UNSET if span.end == LAST else span.end + after,
            limit=PAGE,
        )
        page = answer.data
        if not all(event.id and event.created_at for event in page):
            raise RequestError("the API left out the id or created_at of an event: list_events answers it as it is")
        self._longest = max(self._longest, len(page))
        if len(page) >= self._longest and span.end - span.start > SECOND and not span.fits(page, slack=SECOND):
            raise _unreadable(span.start, "the API does not keep to starting_after and ending_before")
        if page and page[0].created_at != page[-1].created_at:
            self._newest_first = page[0].created_at > page[-1].created_at
        return sorted(page[::-1] if self._newest_first else page, key=lambda event: event.created_at)


def _start(since: dt.datetime | None) -> dt.datetime:
    if since is None:
        return FIRST
    if not isinstance(since, dt.datetime):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"since must be a datetime, not {type(since).__name__}")
    if since.utcoffset() is None:
        raise ValueError(f"since must name its time zone, unlike {since!r}: use datetime.now(timezone.utc)")
    # In UTC, because a day of another time zone may lack an hour.
    return min(max(since, FIRST), LAST).astimezone(dt.UTC)


def _unreadable(instant: dt.datetime, why: str) -> RequestError:
    return RequestError(
        f"the events at {instant.isoformat()} cannot all be read: {why}. "
        "Request one type at a time, or pass a later since."
    )
