"""What is measured: one record for each measurement, each a line of results/raw.jsonl."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Load:
    """Calls made in one round by one candidate, and what they took."""

    section: str
    candidate: str
    round: int
    concurrency: int
    calls: int
    seconds: float
    cpu_seconds: float

    @property
    def calls_per_s(self) -> float:
        """Calls that ended per second."""
        return self.calls / self.seconds

    @property
    def cpu_microseconds(self) -> float:
        """CPU time of the candidate's process, all threads, per call."""
        return self.cpu_seconds / self.calls * 1e6

    @property
    def cores(self) -> float:
        """CPU time as a share of one core's."""
        return self.cpu_seconds / self.seconds


@dataclass(frozen=True)
class Decode:
    """How long one `from_dict` takes, in microseconds."""

    candidate: str
    body: str
    round: int
    microseconds: float


@dataclass(frozen=True)
class Start:
    """How long a fresh process takes from before the import, and the most memory it has had, in MB."""

    candidate: str
    round: int
    client_seconds: float
    client_peak_mb: float
    answer_seconds: float
    answer_peak_mb: float


@dataclass(frozen=True)
class Memory:
    """Resident memory in MB while many outcomes are streamed: after the first few, at the end, and the most."""

    candidate: str
    calls: int
    seconds: float
    early_mb: float
    end_mb: float
    peak_mb: float


@dataclass(frozen=True)
class Copy:
    """CPU time of one `with_options`, in microseconds."""

    options: str
    round: int
    microseconds: float


@dataclass(frozen=True)
class Process:
    """Seconds from the start to the end of a fresh process."""

    program: str
    round: int
    seconds: float


Measurement = Load | Decode | Start | Memory | Copy | Process


def line(measurement: Measurement) -> dict[str, Any]:
    """Return a measurement as one JSON object of results/raw.jsonl."""
    found = {"section": type(measurement).__name__.lower()} | asdict(measurement)
    if isinstance(measurement, Load):
        found["calls_per_s"] = round(measurement.calls_per_s, 1)
    return {name: round(value, 6) if isinstance(value, float) else value for name, value in found.items()}


def loads(measurements: Iterable[Measurement], section: str, candidate: str, concurrency: int) -> list[Load]:
    """Return the rounds of one candidate at one concurrency, in order."""
    found = [each for each in measurements if isinstance(each, Load) and each.section == section]
    return [each for each in found if each.candidate == candidate and each.concurrency == concurrency]


def decodes(measurements: Iterable[Measurement], candidate: str, body: str) -> list[Decode]:
    """Return the rounds of decoding one body, in order."""
    found = [each for each in measurements if isinstance(each, Decode)]
    return [each for each in found if each.candidate == candidate and each.body == body]


def copies(measurements: Iterable[Measurement], options: str) -> list[Copy]:
    """Return the rounds of copying a client with one of the options, in order."""
    return [each for each in measurements if isinstance(each, Copy) and each.options == options]


def starts(measurements: Iterable[Measurement], candidate: str) -> list[Start]:
    """Return the starts of one program, in order."""
    return [each for each in measurements if isinstance(each, Start) and each.candidate == candidate]


def processes(measurements: Iterable[Measurement], program: str) -> list[Process]:
    """Return the runs of one program, in order."""
    return [each for each in measurements if isinstance(each, Process) and each.program == program]


def ratio(ours: Iterable[Any], theirs: Iterable[Any], value: Callable[[Any], float]) -> float | None:
    """Return the median over the rounds of ours divided by theirs, or None where either was not measured.

    Round by round, because what else the machine does changes between rounds and hardly within one.
    """
    ratios = [value(one) / value(other) for one, other in zip(ours, theirs, strict=False)]
    return median(ratios) if ratios else None
