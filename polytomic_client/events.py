"""What happened: `iter_events` of both clients, and `verify_webhook` for what the API sends of itself."""

from __future__ import annotations

import datetime as dt
import hmac
from base64 import b64decode
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import NamedTuple, TypeAlias

from ._api import UNSET, Unset, models
from ._errors import PolytomicError, RequestError
from ._flow import BlockingFlows, Caller, finish

PAGE = 100
"""How many events are asked for at once, until more than that happened at one instant."""

FEWEST = 10
"""An answer of fewer events, all known, is not taken for one that was cut off: no API answers so few at once."""

MICROSECOND, MILLISECOND, SECOND = (dt.timedelta(microseconds=number) for number in (1, 1_000, 1_000_000))

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
                instant than the API answers at once.

        Example:
            async for event in polytomic.iter_events(types={"bulk_sync.failed"}, since=yesterday):
                print(event.created_at, event.event)
        """
        return _iterate(_Pages(self, types, since))


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
                instant than the API answers at once.

        Example:
            for event in polytomic.iter_events(types={"bulk_sync.failed"}, since=yesterday):
                print(event.created_at, event.event)
        """
        return _iterate_blocking(_Pages(self._caller, types, since))


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


async def _iterate(pages: _Pages) -> AsyncIterator[models.Event]:
    while (page := await pages.next()) is not None:
        for event in page:
            yield event


def _iterate_blocking(pages: _Pages) -> Iterator[models.Event]:
    while (page := finish(pages.next())) is not None:
        yield from page


class _Window(NamedTuple):
    """The time from one instant to another, both included. None is the first or the last of all."""

    start: dt.datetime | None
    end: dt.datetime | None

    def holds(self, instant: dt.datetime) -> bool:
        return (self.start is None or self.start <= instant) and (self.end is None or instant <= self.end)


class _Pages:
    """Events in pages, oldest first, whichever end of a window the API cuts off and however it sorts.

    Each page leaves a window before its first event and one after its last, which are asked for in turn, until
    nothing new is in them. Windows have no more than their ends in common.
    """

    def __init__(self, caller: Caller, types: Types | None, since: dt.datetime | None) -> None:
        if since is not None and not isinstance(since, dt.datetime):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"since must be a datetime, not {type(since).__name__}")
        if since is not None and since.utcoffset() is None:
            raise ValueError(f"since must name its time zone, unlike {since!r}: use datetime.now(timezone.utc)")
        self._caller = caller
        self._types = None if types is None else {types} if isinstance(types, str) else set(types)
        self._begun = dt.datetime.fromtimestamp(caller._time(), dt.UTC)  # noqa: SLF001  (made for flows such as this)
        self._todo: list[_Window | list[models.Event]] = [_Window(since, None)]
        self._at_ends: set[str] = set()
        self._limit = PAGE
        self._unit = SECOND

    async def next(self) -> list[models.Event] | None:
        """Return the next events, perhaps none; None at the end."""
        while self._todo:
            part = self._todo.pop()
            if isinstance(part, list):
                return part
            page = await self._fetch(part)
            if page:
                first, last = page[0].created_at, page[-1].created_at
                self._at_ends.update(event.id for event in page if event.created_at in {first, last})
                # Without an end, new events could come for ever.
                if part.end is not None or last < self._begun:
                    self._todo.append(_Window(last, part.end))
                wanted = [event for event in page if self._types is None or event.type_ in self._types]
                self._todo += [wanted, _Window(part.start, first)]
        return None

    async def _fetch(self, window: _Window) -> list[models.Event]:
        """Return what is new in a window, oldest first."""
        start, end = window
        more_behind = False
        while True:
            # It is documented nowhere whether what happens at the ends is answered. So they are within what is asked.
            answer = await self._ask(_moved(start, -MICROSECOND), _moved(end, self._to_its_end()))
            inside = {event.id: event for event in answer if window.holds(event.created_at)}
            new = [event for event in inside.values() if event.id not in self._at_ends]
            if new:
                return sorted(new, key=lambda event: event.created_at)
            if len(answer) >= self._limit:
                self._limit = 2 * len(answer)  # the page was full of what is known
                continue
            # The API may answer fewer than it is asked for. What is cut off lacks one end, and is not that short.
            instants = {event.created_at for event in inside.values()}
            if len(instants) != 1 or len(answer) < FEWEST:
                return []
            (instant,) = instants
            if more_behind:
                raise RequestError(
                    f"the API answers no more than {len(answer)} events at once, and more happened at "
                    f"{instant.isoformat()}: ask for one of the types at a time, or for those since a later instant"
                )
            more_behind = await self._is_more_behind(instant, window)
            if not more_behind:
                return []

    async def _is_more_behind(self, instant: dt.datetime, window: _Window) -> bool:
        """Say whether a window holds something beyond what happened at one of its ends."""
        start, end = window
        if instant == start:
            answer = await self._ask(_moved(start, self._to_its_end()), _moved(end, self._to_its_end()))
        else:
            answer = await self._ask(_moved(start, -MICROSECOND), _moved(end, -MICROSECOND))
        return any(window.holds(event.created_at) and event.created_at != instant for event in answer)

    async def _ask(self, after: dt.datetime | Unset, before: dt.datetime | Unset) -> list[models.Event]:
        answer = await self._caller.list_events(
            type_=models.EventType(next(iter(self._types))) if self._types and len(self._types) == 1 else UNSET,
            starting_after=after,
            ending_before=before,
            limit=self._limit,
        )
        for event in answer.data:
            if not event.id or not event.created_at:
                raise RequestError("the API left out the id or created_at of an event: list_events answers it as it is")
            self._unit = min(self._unit, _unit(event.created_at))
        return answer.data

    def _to_its_end(self) -> dt.timedelta:
        """Return how far the end of an instant is from how the API writes it, which may be in whole seconds."""
        return max(self._unit - MICROSECOND, MICROSECOND)


def _moved(instant: dt.datetime | None, by: dt.timedelta) -> dt.datetime | Unset:
    try:
        # In UTC, because a day of another time zone may lack an hour.
        return UNSET if instant is None else instant.astimezone(dt.UTC) + by
    except OverflowError:
        return UNSET  # nothing can be beyond


def _unit(instant: dt.datetime) -> dt.timedelta:
    if instant.microsecond % 1_000:
        return MICROSECOND
    return MILLISECOND if instant.microsecond else SECOND
