"""A fan-out with a checkpoint, to be killed: `fan_out_child.py URL WAY COUNT LIMIT CHECKPOINT RECORD IN_HAND`.

Each item is written to RECORD before the next outcome is asked for. WAY is the client that is used.
With IN_HAND, it kills itself when it has that many outcomes, of which the last is not written.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from uuid import UUID

from polytomic_client import AsyncPolytomic, Polytomic, fan_out, fan_out_blocking

URL, WAY, COUNT, LIMIT, CHECKPOINT, RECORD, IN_HAND = sys.argv[1:]
IDS = [UUID(int=number) for number in range(int(COUNT))]
WRITTEN = os.open(RECORD, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)

had: list[UUID] = []


def record(item: UUID) -> None:
    had.append(item)
    if len(had) == int(IN_HAND):
        os.kill(os.getpid(), signal.SIGKILL)
    os.write(WRITTEN, b"%d\n" % item.int)


async def use_asyncio() -> None:
    async with (
        AsyncPolytomic(api_key="a-key", base_url=URL) as polytomic,
        fan_out(polytomic.get_bulk_destination, IDS, limit=int(LIMIT), checkpoint=CHECKPOINT) as outcomes,
    ):
        async for outcome in outcomes:
            outcome.result()
            record(outcome.item)


def block() -> None:
    with (
        Polytomic(api_key="a-key", base_url=URL) as polytomic,
        fan_out_blocking(polytomic.get_bulk_destination, IDS, limit=int(LIMIT), checkpoint=CHECKPOINT) as outcomes,
    ):
        for outcome in outcomes:
            outcome.result()
            record(outcome.item)


if __name__ == "__main__":
    if WAY == "async":
        asyncio.run(use_asyncio())
    else:
        block()
    os.close(WRITTEN)
