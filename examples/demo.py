"""Query what a thousand connections accept as the destination of a bulk sync, and print the responses.

It needs no account: it starts the sandbox, a local Polytomic API, and queries that. With POLYTOMIC_API_KEY set, it
queries the connections of that account, and changes nothing there.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap
from typing import NamedTuple, cast
from uuid import UUID

from running import BAR, REAL, Bar

from polytomic_client import APIStatusError, AsyncPolytomic, Failure, Outcome, Success, fan_out
from polytomic_client.destinations import check_destination_configuration, template
from polytomic_client.v2023_04_25.models import BulkDestination, BulkDestinationEnvelope

Answer = Outcome[UUID, BulkDestinationEnvelope]

CONNECTIONS = 1000
IN_FLIGHT = 100
ROWS = 12
"""How many destinations the table shows. The sandbox's first ten hold each of its types once."""

WIDTH = 120
NARROWEST = 30
"""How wide the last column is at least, whatever is in the others."""

GAP = "  "

BUCKETS = 6
"""Rows of the histogram."""


class Connection(NamedTuple):
    """A connection to query."""

    id: UUID
    type: str


async def query(
    client: AsyncPolytomic, connections: Sequence[Connection], bar: Bar
) -> tuple[list[Answer], list[float]]:
    """Query the destination of every connection.

    Returns:
        The outcomes in the order of the connections, and how many seconds each successful call took.
    """
    ids = [connection.id for connection in connections]
    outcomes: list[Answer] = []
    latencies: list[float] = []
    failed = 0

    async def timed(id: UUID) -> BulkDestinationEnvelope:  # noqa: A002  (as the API calls it)
        started = time.perf_counter()
        destination = await client.get_bulk_destination(id)
        latencies.append(time.perf_counter() - started)
        return destination

    async with fan_out(timed, ids, limit=IN_FLIGHT) as arriving:
        async for outcome in arriving:
            outcomes.append(outcome)
            failed += isinstance(outcome, Failure)
            bar.show(len(outcomes), failed)
    bar.clear()
    return sorted(outcomes, key=lambda outcome: outcome.index), latencies


def histogram(latencies: Sequence[float]) -> Iterator[str]:
    """Yield the rows of a histogram, in milliseconds. The last row has the slowest hundredth, too."""
    ordered = sorted(seconds * 1000 for seconds in latencies)
    width = max(1, round(ordered[len(ordered) * 99 // 100] / BUCKETS))
    counts = [0] * BUCKETS
    for milliseconds in ordered:
        counts[min(int(milliseconds) // width, BUCKETS - 1)] += 1
    for bucket, count in enumerate(counts):
        start, end = bucket * width, f"{(bucket + 1) * width}" if bucket < BUCKETS - 1 else f"{ordered[-1]:.0f}"
        yield f"{start:>5}-{end:<5} {'█' * round(BAR * count / max(counts)):<{BAR}} {count:>5}".rstrip()


def paths(configuration: Mapping[str, object], prefix: str = "") -> Iterator[str]:
    """Yield the keys of a configuration, those in a group as `group.key`."""
    for name, value in configuration.items():
        if isinstance(value, dict):
            yield from paths(cast("dict[str, object]", value), f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def keys(destination: BulkDestination) -> Iterator[str]:
    """Yield the keys of a destination's configuration, a required one with a star."""
    unfilled = template(destination)
    missing = {problem.path for problem in check_destination_configuration(destination, unfilled)}
    for path in paths(unfilled):
        yield f"{path}*" if path in missing else path


def row(connection: Connection, destination: BulkDestination) -> tuple[str, ...]:
    """Return one line of the table, as cells."""
    return (
        f"{str(connection.id)[:8]}…",
        connection.type,
        ", ".join(str(mode.id) for mode in destination.modes or ()),
        ", ".join(destination.supported_resync_modes or ()),
        " ".join(keys(destination)),
    )


def print_table(rows: Sequence[tuple[str, ...]]) -> None:
    """Print rows, the first of which is the header. The last column takes what is left of the width, and wraps."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    left = max(WIDTH - sum(widths) - len(GAP) * len(widths), NARROWEST)
    for *cells, last in rows:
        start = GAP.join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        for line in wrap(last, left) or [""]:
            print(f"{start}{GAP}{line}".rstrip())
            start = " " * len(start)


def reason(error: Exception) -> str:
    """Say why a connection gave no destination: the status and what the API said, or what went wrong before."""
    if isinstance(error, APIStatusError):
        return f"{error.status_code} {error.message}"
    return f"{type(error).__name__}: {error}"


async def main() -> int:
    """Run the demonstration.

    Returns:
        The exit status: 0, or 1 if nothing could be fetched.
    """
    if REAL:
        async with AsyncPolytomic() as client:
            listed = (await client.list_connections()).data
            return await show(client, [Connection(each.id, each.type_.id) for each in listed])

    from polytomic_client.sandbox import Sandbox

    async with (
        Sandbox(CONNECTIONS) as sandbox,
        AsyncPolytomic(api_key=sandbox.key, base_url=sandbox.url) as client,
    ):
        # Not those that are listed: two more fail because the API denies them.
        return await show(client, [Connection(each.id, each.type) for each in sandbox.world.connections])


async def show(client: AsyncPolytomic, connections: Sequence[Connection]) -> int:
    """Query every connection, print the responses, and return the exit status."""
    started = time.perf_counter()
    outcomes, latencies = await query(client, connections, Bar(len(connections), sys.stderr))
    seconds = time.perf_counter() - started
    pairs = list(zip(connections, outcomes, strict=True))
    fetched = [(connection, outcome.value.data) for connection, outcome in pairs if isinstance(outcome, Success)]
    failed = [(connection, outcome.error) for connection, outcome in pairs if isinstance(outcome, Failure)]

    header = ("connection", "type", "modes", "resync modes", "configuration (* required)")
    print_table([header, *(row(connection, destination) for connection, destination in fetched[:ROWS])])
    if len(fetched) > ROWS:
        print(f"… and {len(fetched) - ROWS} more")
    if failed:
        print("\nFailed:")
        print_table([(str(connection.id), connection.type, reason(error)) for connection, error in failed])
    if latencies:
        print(f"\nMilliseconds of a call, with {IN_FLIGHT} in flight:", *histogram(latencies), sep="\n")
    print(f"\n{len(fetched)} of {len(pairs)} destinations in {seconds:.1f} s ({len(failed)} failed)")
    return 0 if fetched else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
