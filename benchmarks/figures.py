"""The figures that this client must reach and those that it aims at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from .measurements import Load, Measurement, Memory, copies, decodes, loads, processes, ratio, starts
from .sections import FIXED_DELAY

Measurements = Sequence[Measurement]


@dataclass(frozen=True)
class Found:
    """A figure that was measured: its value, what else there is to say, and whether that reaches the aim as well."""

    value: float
    note: str = ""
    aim_too: bool = True


@dataclass(frozen=True)
class Figure:
    """One figure.

    Attributes:
        title: What it is.
        must: What it must be at least, or at most where `lower`.
        aim: What it should be.
        unit: The unit of all three.
        find: Gives it for a candidate of ours, or None where that was not measured.
        aim_note: What the aim requires besides.
        lower: Whether less is better.
    """

    title: str
    must: float
    aim: float
    unit: str
    find: Callable[[Measurements, str], Found | None]
    aim_note: str = ""
    lower: bool = False

    def reaches(self, found: Found, bound: float) -> bool:
        """Say whether a value is as good as a bound."""
        return found.value <= bound if self.lower else found.value >= bound

    def must_met(self, found: Found) -> bool:
        """Say whether it is what it must be."""
        return self.reaches(found, self.must)

    def aim_met(self, found: Found) -> bool:
        """Say whether it is what it should be."""
        return self.reaches(found, self.aim) and found.aim_too


def _calls_against(other: str) -> Callable[[Measurements, str], Found | None]:
    def find(measured: Measurements, ours: str) -> Found | None:
        theirs = loads(measured, "calls", other, 100)
        return _found(ratio(loads(measured, "calls", ours, 100), theirs, lambda load: load.calls_per_s))

    return find


def _cpu_in_fan_out(measured: Measurements, ours: str) -> Found | None:
    through = loads(measured, "calls", ours.replace("ours", "fan_out"), 100)
    return _found(ratio(through, loads(measured, "calls", ours, 100), lambda load: load.cpu_microseconds))


def _cpu_of_many(measured: Measurements, ours: str) -> Found | None:
    hundred = loads(measured, "concurrency", ours, 100)
    return _found(ratio(loads(measured, "concurrency", ours, 1000), hundred, lambda load: load.cpu_microseconds))


def _many_against_aiohttp(measured: Measurements, ours: str) -> Found | None:
    theirs = loads(measured, "concurrency", "bare-aiohttp", 1000)
    return _found(ratio(loads(measured, "concurrency", ours, 1000), theirs, lambda load: load.calls_per_s))


def _latency_bound(measured: Measurements, ours: str) -> Found | None:
    rounds = loads(measured, "late-fixed", ours, 100)
    if not rounds:
        return None
    share = median(load.calls_per_s for load in rounds) / (100 / FIXED_DELAY)
    cores = median(load.cores for load in rounds)
    return Found(share * 100, f", on {cores:.0%} of a core", aim_too=cores <= 0.5)


def _decoding(measured: Measurements, ours: str) -> Found | None:
    if ours != "ours":
        return None  # every transport decodes alike
    default = decodes(measured, "default", "documented")
    return _found(ratio(default, decodes(measured, "ours", "documented"), lambda decode: decode.microseconds))


def _growth(measured: Measurements, ours: str) -> Found | None:
    found = [each for each in measured if isinstance(each, Memory) and each.candidate == ours]
    return Found(found[0].end_mb - found[0].early_mb, f", peak {found[0].peak_mb:.0f} MB") if found else None


def _starting(measured: Measurements, ours: str) -> Found | None:
    official = starts(measured, "official")
    return _found(ratio(starts(measured, ours), official, lambda start: start.client_seconds))


def _help(measured: Measurements, ours: str) -> Found | None:
    if ours != "ours":
        return None  # the extra makes no difference
    found = processes(measured, "help")
    value = ratio(found, processes(measured, "imports"), lambda process: process.seconds)
    return None if value is None else Found(value, f", {median(each.seconds for each in found) * 1000:.0f} ms")


def _comparing(measured: Measurements, ours: str) -> Found | None:
    found = processes(measured, "diff-api")
    if ours != "ours" or not found:
        return None  # no client makes a call
    return Found(median(each.seconds for each in found))


def _blocking(value: Callable[[Load], float]) -> Callable[[Measurements, str], Found | None]:
    def find(measured: Measurements, ours: str) -> Found | None:
        if ours != "ours":
            return None  # the transport is one for asyncio
        official = loads(measured, "sync", "official-sync", 1)
        return _found(ratio(loads(measured, "sync", "ours-sync", 1), official, value))

    return find


def _copying(options: str) -> Callable[[Measurements, str], Found | None]:
    def find(measured: Measurements, ours: str) -> Found | None:
        rounds = copies(measured, options)
        if ours != "ours" or not rounds:
            return None  # the extra makes no difference
        return Found(median(each.microseconds for each in rounds))

    return find


def _found(value: float | None) -> Found | None:
    return None if value is None else Found(value)


FIGURES = (
    Figure("calls/s against the official SDK as it comes", 12, 38, "x", _calls_against("official")),
    Figure("against the official SDK with its aiohttp extra", 2.5, 6.7, "x", _calls_against("official-aiohttp")),
    Figure("against bare aiohttp with orjson and no models", 0.65, 1.5, "x", _calls_against("bare-aiohttp")),
    Figure("CPU of a call through `fan_out` against a plain call", 1.12, 1.05, "x", _cpu_in_fan_out, lower=True),
    Figure("CPU of a call at 1,000 in flight against our own 100", 1.2, 1.1, "x", _cpu_of_many, lower=True),
    Figure("calls/s at 1,000 in flight against bare aiohttp", 2, 2.4, "x", _many_against_aiohttp),
    Figure(
        "53 ms server, 100 in flight: share of the latency bound",
        95,
        99,
        "%",
        _latency_bound,
        aim_note=", on half a core",
    ),
    Figure("decode against the generator's own output, documented body", 3, 8, "x faster", _decoding),
    Figure("memory growth over 100,000 ids, streamed", 10, 2, "MB", _growth, lower=True),
    Figure("import polytomic_client and first client, against the official SDK", 0.5, 0.2, "x", _starting, lower=True),
    Figure("`polytomic --help`, against `import cyclopts, rich`", 3, 2.5, "x", _help, lower=True),
    Figure("sync, one thread, against the official SDK", 3, 4, "x", _blocking(lambda load: load.calls_per_s)),
    Figure("sync, calls per second of CPU", 4, 5, "x", _blocking(lambda load: 1 / load.cpu_seconds * load.calls)),
    Figure("`make diff-api`, 50 operations in each document", 15, 10, "s", _comparing, lower=True),
    Figure("a copy of a client (`with_options`)", 15, 10, "µs", _copying("deadline"), lower=True),
    Figure("a copy with a tenant's key", 15, 10, "µs", _copying("api_key"), lower=True),
    Figure("a copy with a callable that returns it", 15, 10, "µs", _copying("callable"), lower=True),
)


def misses(measured: Measurements) -> list[str]:
    """Return the titles of the figures that this client, as it comes, must reach and does not."""
    found = [(figure, figure.find(measured, "ours")) for figure in FIGURES]
    return [figure.title for figure, value in found if value is not None and not figure.must_met(value)]
