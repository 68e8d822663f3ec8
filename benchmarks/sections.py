"""The sections of a run: which candidates are measured where, in which rounds."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from . import command_line, comparison, decode, start
from .measurements import Copy, Decode, Load, Measurement, Memory, Process, Start
from .processes import Worker, answer_of
from .servers import late_server

FIXED_DELAY = 0.053
"""Seconds. No client makes more calls per second than it has in flight divided by this: the latency bound."""

CONCURRENCIES = (1, 16, 100, 1000)

CALLS = (
    "ours",
    "fan_out",
    "ours-fast",
    "fan_out-fast",
    "official",
    "official-aiohttp",
    "generated",
    "bare-aiohttp",
    "bare-pyreqwest",
)
SYNC = ("ours-sync", "official-sync", "requests")
CONCURRENCY = ("ours", "ours-fast", "official", "official-aiohttp", "bare-aiohttp")
LATENCY = ("ours", "ours-fast", "bare-aiohttp")


@dataclass
class Run:
    """One run of the benchmarks.

    Attributes:
        url: Where nginx listens.
        server_core: The core of the servers.
        core: The core of what is measured.
        quick: Whether to measure as little as shows that everything works.
    """

    url: str
    server_core: int
    core: int
    quick: bool

    def rounds(self, full: int) -> int:
        """Return how many rounds to make where a full run makes so many."""
        return 2 if self.quick else full

    def seconds(self, full: float) -> float:
        """Return how long a round takes where in a full run it takes so long."""
        return full / 5 if self.quick else full


def calls(run: Run) -> Iterator[Measurement]:
    """Calls per second with 100 in flight, every candidate."""
    yield from _in_turns(run, "calls", CALLS, rounds=7, seconds=1.5)


def sync(run: Run) -> Iterator[Measurement]:
    """Calls per second of one thread."""
    yield from _in_turns(run, "sync", SYNC, rounds=7, seconds=1, concurrencies=(1,))


def concurrency(run: Run) -> Iterator[Measurement]:
    """Calls with 1 to 1,000 in flight."""
    yield from _in_turns(run, "concurrency", CONCURRENCY, rounds=3, seconds=1.5, concurrencies=CONCURRENCIES)


def latency(run: Run) -> Iterator[Measurement]:
    """Calls with 100 in flight to servers that answer late, as a real one does."""
    for section, shortest, longest in (("late-fixed", FIXED_DELAY, FIXED_DELAY), ("late-random", 0.03, 0.1)):
        with late_server(run.server_core, shortest, longest) as url:
            yield from _in_turns(run, section, LATENCY, rounds=3, seconds=3, url=url)


def decoding(run: Run) -> Iterator[Measurement]:
    """`from_dict` alone."""
    with tempfile.TemporaryDirectory() as folder:
        decode.generate(Path(folder))
        arguments = [folder, str(run.rounds(25)), str(run.seconds(0.1))]
        for found in answer_of("decode", run.core, "-m", "benchmarks.decode", *arguments):
            yield Decode(**found)


def starting(run: Run) -> Iterator[Measurement]:
    """Import, first client, first answer, in fresh processes."""
    for turn in range(-1, run.rounds(11)):
        for name in start.STARTERS:
            found = start.run(name, run.url, run.core)
            # The first turn reads everything from the disk and compiles it.
            if turn >= 0:
                found.pop("modes")
                yield Start(name, turn, **found)


def command_line_help(run: Run) -> Iterator[Measurement]:
    """`polytomic --help`, in fresh processes."""
    for turn in range(-1, run.rounds(21)):
        for name in command_line.PROGRAMS:
            seconds = command_line.run(name, run.core)
            # The first turn reads everything from the disk and compiles it.
            if turn >= 0:
                yield Process(name, turn, seconds)


def comparing(run: Run) -> Iterator[Measurement]:
    """`make diff-api`, in fresh processes."""
    with tempfile.TemporaryDirectory() as folder:
        comparison.write_documents(Path(folder))
        for turn in range(run.rounds(5)):
            yield Process("diff-api", turn, comparison.run(Path(folder), run.core))


def memory(run: Run) -> Iterator[Measurement]:
    """100,000 outcomes, streamed."""
    count = 10_000 if run.quick else 100_000
    for name in ("ours", "ours-fast"):
        yield Memory(name, **answer_of(name, run.core, "-m", "benchmarks.memory", run.url, str(count), name))


def copying(run: Run) -> Iterator[Measurement]:
    """Copies of a client: `with_options`."""
    for found in answer_of("copies", run.core, "-m", "benchmarks.copies", str(run.rounds(25)), str(run.seconds(0.1))):
        yield Copy(**found)


SECTIONS: dict[str, Callable[[Run], Iterator[Measurement]]] = {
    "calls": calls,
    "sync": sync,
    "concurrency": concurrency,
    "latency": latency,
    "decode": decoding,
    "start": starting,
    "help": command_line_help,
    "diff": comparing,
    "memory": memory,
    "copy": copying,
}


def _in_turns(
    run: Run,
    section: str,
    names: Sequence[str],
    *,
    rounds: int,
    seconds: float,
    url: str | None = None,
    concurrencies: Sequence[int] = (100,),
) -> Iterator[Load]:
    """Measure every candidate in every round, so that what else the machine does falls on all of them."""
    rounds, seconds, url = run.rounds(rounds), run.seconds(seconds), url or run.url
    with ExitStack() as stack:
        workers: dict[str, Worker] = {}
        for name in names:
            workers[name] = stack.enter_context(Worker(name, run.core))
            # Imports, and compiles, what the first round would otherwise.
            workers[name].measure(url, 1, 0.1)
        for turn in range(rounds):
            for in_flight in concurrencies:
                for name, worker in workers.items():
                    yield Load(section, name, turn, in_flight, **worker.measure(url, in_flight, seconds))
