"""`events tail`."""

from __future__ import annotations

import datetime as dt
import re
import sys
import time
from collections.abc import Iterator
from typing import Annotated, Any, cast

from cyclopts import Parameter

from .. import Polytomic, models
from ._errors import UsageError
from ._output import as_json, chosen, console, printable, write, write_json
from ._settings import DEFAULTS, Format, FormatOption, Settings

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

OVERLAP = dt.timedelta(seconds=30)
"""How far before the last event each poll of --follow starts: an event may become visible later than its time says."""


def tail(
    *,
    type: Annotated[  # noqa: A002  (as the API calls it)
        tuple[str, ...], Parameter(help="Only events of this type. Repeat it for more.", negative="", metavar="TYPE")
    ] = (),
    since: Annotated[
        str | None,
        Parameter(
            help="Only events since then: 30m, 2h, 1d, or an ISO 8601 time. Default: all, 48 hours.", metavar="TIME"
        ),
    ] = None,
    follow: Annotated[
        bool, Parameter(name=("--follow", "-f"), negative="", help="Wait for more events, until Ctrl-C.")
    ] = False,
    interval: Annotated[float, Parameter(help="Seconds between two polls of --follow.", metavar="SECONDS")] = 5.0,
    format: FormatOption = None,  # noqa: A002
    settings: Settings = DEFAULTS,
) -> None:
    """Print events, oldest first, each once."""
    if not interval > 0:
        raise UsageError(f"--interval must be positive, got {interval:g}. Pass seconds.")
    kind = chosen(format)
    with settings.client() as client:
        events = (event.to_dict() for event in _read(client, type, _instant(since), interval if follow else None))
        if kind == "json":
            if follow:
                raise UsageError("--follow does not end, and json is one document. Pass --format jsonl.")
            write_json(list(events), "json")
            return
        for event in events:
            _print(event, kind)


def _read(
    client: Polytomic, types: tuple[str, ...], since: dt.datetime | None, interval: float | None
) -> Iterator[models.Event]:
    """Yield events up to now, or with an interval forever."""
    seen: dict[str, dt.datetime] = {}
    while True:
        for event in client.iter_events(types=types or None, since=since):
            if event.id not in seen:
                seen[event.id] = event.created_at
                yield event
        if interval is None:
            return
        if seen:
            since = max(seen.values()) - OVERLAP
            seen = {id_: at for id_, at in seen.items() if at >= since}
        time.sleep(interval)


def _print(event: dict[str, Any], kind: Format) -> None:
    if kind == "jsonl":
        write(as_json(event) + "\n")
        return
    details = event.get("event")
    members = cast("dict[str, object]", details) if isinstance(details, dict) else {}
    console(sys.stdout).print(
        printable(event.get("created_at", "")),
        printable(event.get("type", "")),
        printable(" ".join(f"{name}={value}" for name, value in members.items())),
        soft_wrap=True,
    )


def _instant(text: str | None) -> dt.datetime | None:
    if text is None:
        return None
    now = dt.datetime.now(dt.UTC)
    match = re.fullmatch(r"([0-9]{1,6})([smhd])", text)
    try:
        if match:
            return now - dt.timedelta(**{UNITS[match[2]]: int(match[1])})
        # Without a zone, a person means the clock of this machine.
        return dt.datetime.fromisoformat(text).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise UsageError(
            f"--since must be a duration or an ISO 8601 time, got {text!r}. Pass 2h, for example."
        ) from None
