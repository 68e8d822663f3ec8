"""How long a fresh process takes to import a package and to build its first client, and then to its first answer."""

from __future__ import annotations

from dataclasses import dataclass

from .processes import answer_of

# In this order: what the timed part needs of the standard library, it imports itself.
PROGRAM = """
import sys
import time
{before}
start = time.perf_counter()
{build}
client_seconds = time.perf_counter() - start

def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))

client_peak = peak()
again = time.perf_counter()
{ask}
answer_seconds = client_seconds + time.perf_counter() - again
import json
print(json.dumps({{
    "client_seconds": client_seconds,
    "client_peak_mb": client_peak,
    "answer_seconds": answer_seconds,
    "answer_peak_mb": peak(),
    "modes": [str(mode.id) for mode in answer.data.modes],
}}))
"""

CONNECTION = "00000000-0000-4000-8000-000000000000"

# Each takes what its extra brings wherever that is installed, as it is here.
OFFICIAL_WITHOUT_EXTRA = 'sys.modules["httpx_aiohttp"] = None'
OURS_WITHOUT_EXTRA = 'sys.modules["msgspec"] = None'


@dataclass(frozen=True)
class Starter:
    """A program: what it is, what comes before the clock starts, how it makes a client, and how it queries."""

    title: str
    before: str
    build: str
    ask: str


def _ours(title: str, name: str, ask: str, before: str) -> Starter:
    build = f'from polytomic_client import {name}\nclient = {name}(api_key="k", base_url=sys.argv[1])'
    return Starter(title, before, build, ask.format(f'client.get_bulk_destination("{CONNECTION}")'))


def _official(title: str, name: str, ask: str) -> Starter:
    build = f'from polytomic import {name}\nclient = {name}(token="k", base_url=sys.argv[1])'
    return Starter(
        title, OFFICIAL_WITHOUT_EXTRA, build, ask.format(f'client.bulk_sync.get_destination("{CONNECTION}")')
    )


AWAITED = "import asyncio\nasync def main():\n    return await {}\nanswer = asyncio.run(main())"
BLOCKING = "answer = {}"

STARTERS = {
    "ours": _ours("this client, `AsyncPolytomic`", "AsyncPolytomic", AWAITED, OURS_WITHOUT_EXTRA),
    "ours-fast": _ours("this client, `AsyncPolytomic`, with its extra `fast`", "AsyncPolytomic", AWAITED, ""),
    "official": _official("official SDK, `AsyncPolytomic`", "AsyncPolytomic", AWAITED),
    "ours-sync": _ours("this client, `Polytomic`", "Polytomic", BLOCKING, OURS_WITHOUT_EXTRA),
    "official-sync": _official("official SDK, `Polytomic`", "Polytomic", BLOCKING),
}


def run(name: str, url: str, core: int) -> dict[str, float]:
    """Run a program once and return what it measured.

    Raises:
        CandidateError: It failed.
    """
    starter = STARTERS[name]
    program = PROGRAM.format(before=starter.before, build=starter.build, ask=starter.ask)
    found: dict[str, float] = answer_of(name, core, "-I", "-W", "ignore", "-c", program, url)
    return found
