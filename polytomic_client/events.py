"""What happened: `iter_events` of both clients, and `verify_webhook` for what the API sends of itself."""

from __future__ import annotations

import datetime as dt
import hmac
from base64 import b64decode
from collections.abc import AsyncIterator, Iterable, Iterator

from ._api import UNSET, models
from ._errors import PolytomicError
from ._flow import BlockingFlows, Caller, finish

PAGE = 100
"""How many events are asked for at once."""

INSTANT = dt.timedelta(microseconds=1)
"""By how much two windows overlap, because it is documented nowhere whether a window holds the events at its ends."""


class WebhookSignatureError(PolytomicError, ValueError):
    """A webhook's signature is not that of its body: it is not from Polytomic, or was changed on its way."""


class AsyncEvents(Caller):
    """What AsyncPolytomic does about events."""

    def iter_events(
        self,
        *,
        types: Iterable[models.EventType | str] | models.EventType | str = (),
        since: dt.datetime | None = None,
    ) -> AsyncIterator[models.Event]:
        """Iterate over events, oldest first, each once, up to those that happen meanwhile.

        Args:
            types: Only events of these types. Default: of all.
            since: Only events at this instant, which must name its time zone, and later. Default: all that the API
                keeps, which is 48 hours.

        Returns:
            An iterator that asks for more as it is read.

        Raises:
            ValueError: `since` names no time zone; nothing was sent.
            RequestError: While iterating: a call failed.

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
        types: Iterable[models.EventType | str] | models.EventType | str = (),
        since: dt.datetime | None = None,
    ) -> Iterator[models.Event]:
        """Iterate over events, oldest first, each once, up to those that happen meanwhile.

        Args:
            types: Only events of these types. Default: of all.
            since: Only events at this instant, which must name its time zone, and later. Default: all that the API
                keeps, which is 48 hours.

        Returns:
            An iterator that asks for more as it is read.

        Raises:
            ValueError: `since` names no time zone; nothing was sent.
            RequestError: While iterating: a call failed.

        Example:
            for event in polytomic.iter_events(types={"bulk_sync.failed"}, since=yesterday):
                print(event.created_at, event.event)
        """
        return _iterate_blocking(_Pages(self._caller, types, since))


def verify_webhook(body: bytes, signature: str, secret: str, *, digest: str = "sha256") -> None:
    """Check that a webhook is from Polytomic, in constant time.

    Args:
        body: The body of the request, as it came: parsing and writing it again would change it.
        signature: The request's `Polytomic-Signature`: the HMAC of the body, as hexadecimal or base64 text.
        secret: The secret of the webhook.
        digest: The name of the hash, as `hashlib` has it. The API's guide names none; SHA-256 is a guess.

    Raises:
        WebhookSignatureError: The signature is not that of the body. Answer the request with a 4xx and do nothing.
        ValueError: There is no such hash, or the secret is empty.

    Example:
        verify_webhook(await request.body(), request.headers["Polytomic-Signature"], secret)
    """
    if not secret:
        raise ValueError("the secret of the webhook is empty")
    expected = hmac.new(secret.encode(), body, digest).digest()
    if not hmac.compare_digest(expected, _decode_signature(signature, len(expected))):
        raise WebhookSignatureError("the signature of the webhook is not that of its body")


def _decode_signature(signature: str, size: int) -> bytes:
    try:
        return bytes.fromhex(signature) if len(signature) == 2 * size else b64decode(signature, validate=True)
    except ValueError:
        return b""


async def _iterate(pages: _Pages) -> AsyncIterator[models.Event]:
    while (page := await pages.next()) is not None:
        for event in page:
            yield event


def _iterate_blocking(pages: _Pages) -> Iterator[models.Event]:
    while (page := finish(pages.next())) is not None:
        yield from page


Window = tuple[dt.datetime | None, dt.datetime | None]


class _Pages:
    """Events in pages, oldest first, whichever end of a window the API cuts off and however it sorts.

    Each page leaves a window before its first event and one after its last, which are asked for in turn, until
    nothing new is in them.
    """

    def __init__(
        self,
        caller: Caller,
        types: Iterable[models.EventType | str] | models.EventType | str,
        since: dt.datetime | None,
    ) -> None:
        if since is not None and since.tzinfo is None:
            raise ValueError(f"since must name its time zone, unlike {since!r}: use datetime.now(timezone.utc)")
        self._caller = caller
        self._types = {types} if isinstance(types, str) else set(types)
        self._since = since
        self._todo: list[Window | list[models.Event]] = [(since, None)]
        self._seen: set[str] = set()

    async def next(self) -> list[models.Event] | None:
        """Return the next events, perhaps none; None at the end."""
        while self._todo:
            part = self._todo.pop()
            if isinstance(part, list):
                return part
            start, end = part
            page = await self._fetch(start, end)
            if page:
                first, last = page[0].created_at, page[-1].created_at
                self._todo += [(last, end), [event for event in page if self._wanted(event)], (start, first)]
        return None

    async def _fetch(self, start: dt.datetime | None, end: dt.datetime | None) -> list[models.Event]:
        """Return what is new in a window, oldest first."""
        limit = PAGE
        while True:
            answer = await self._caller.list_events(
                type_=models.EventType(next(iter(self._types))) if len(self._types) == 1 else UNSET,
                starting_after=UNSET if start is None else start - INSTANT,
                ending_before=UNSET if end is None else end + INSTANT,
                limit=limit,
            )
            new = [event for event in answer.data if event.id not in self._seen]
            if new or len(answer.data) < limit:
                self._seen.update(event.id for event in new)
                return sorted(new, key=lambda event: event.created_at)
            limit *= 2  # more events at one instant than fit on a page

    def _wanted(self, event: models.Event) -> bool:
        if self._since is not None and event.created_at < self._since:
            return False
        return not self._types or event.type_ in self._types
