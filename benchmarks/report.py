"""The report: what was measured as Markdown tables, and the table of figures."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from .candidates import CANDIDATES
from .figures import FIGURES, Figure, Found
from .measurements import Copy, Decode, Load, Measurement, Memory, Start, copies, decodes, loads, ratio, starts
from .sections import CALLS, CONCURRENCIES, CONCURRENCY, FIXED_DELAY, LATENCY, SYNC
from .start import STARTERS

PACKAGES = (
    "polytomic-client",
    "polytomic",
    "aiohttp",
    "httpx",
    "httpx-aiohttp",
    "orjson",
    "pydantic",
    "httptools",
    "msgspec",
    "pyreqwest",
    "requests",
)

Measurements = Sequence[Measurement]


def head() -> dict[str, Any]:
    """Return when, on what and with what a run was made: the first line of results/raw.jsonl."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "cpu": models[0] if models else platform.machine(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; every column but the first is of numbers."""
    rule = ["---", *["---:"] * (len(header) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (header, rule, *rows))


def text(value: float | None, form: str = ",.0f") -> str:
    """Return a number as text, or a dash for none."""
    return "-" if value is None else format(value, form)


def load_table(measured: Measurements, section: str, names: Sequence[str], concurrency: int) -> str:
    """Return calls per second and CPU time of each candidate, and how many times each the first makes."""
    rounds = {name: loads(measured, section, name, concurrency) for name in names}
    rows: list[list[str]] = []
    for name, found in rounds.items():
        if found:
            speeds = [load.calls_per_s for load in found]
            cpu = median(load.cpu_microseconds for load in found)
            times = ratio(rounds[names[0]], found, lambda load: load.calls_per_s)
            span = f"{min(speeds):,.0f} to {max(speeds):,.0f}"
            rows.append([CANDIDATES[name].title, text(median(speeds)), span, text(cpu), f"{text(times, '.2f')} x"])
    return table(["", "calls/s", "least to most", "CPU µs per call", "this client against it"], rows)


def concurrency_table(measured: Measurements) -> str:
    """Return calls per second and CPU time of each candidate with more and more calls in flight."""
    rows: list[list[str]] = []
    for name in CONCURRENCY:
        found = [loads(measured, "concurrency", name, in_flight) for in_flight in CONCURRENCIES]
        if all(found):
            speeds = [median(load.calls_per_s for load in each) for each in found]
            costs = [median(load.cpu_microseconds for load in each) for each in found]
            cells = [f"{speed:,.0f} ({cost:,.0f})" for speed, cost in zip(speeds, costs, strict=True)]
            rows.append([CANDIDATES[name].title, *cells])
    return table(["calls/s (CPU µs per call)", *[f"{in_flight:,} in flight" for in_flight in CONCURRENCIES]], rows)


def latency_table(measured: Measurements) -> str:
    """Return how near each candidate comes to what the server's answers allow, and the CPU time that it takes."""
    bound = 100 / FIXED_DELAY
    rows: list[list[str]] = []
    for name in LATENCY:
        fixed = loads(measured, "late-fixed", name, 100)
        varied = loads(measured, "late-random", name, 100)
        if fixed and varied:
            cells: list[str] = []
            for each in (fixed, varied):
                speed = median(load.calls_per_s for load in each)
                share = f" ({speed / bound:.1%})" if each is fixed else ""
                cells += [f"{speed:,.0f}{share}", f"{median(load.cores for load in each):.0%}"]
            rows.append([CANDIDATES[name].title, *cells])
    header = [
        "",
        f"{FIXED_DELAY * 1000:.0f} ms: calls/s (of the bound)",
        "of a core",
        "30 to 100 ms: calls/s",
        "of a core",
    ]
    return table(header, rows)


def decode_table(measured: Measurements) -> str:
    """Return what one `from_dict` takes."""
    rows: list[list[str]] = []
    for body, title in (("documented", "documented body"), ("large", "body of 20 kB")):
        default, ours = (decodes(measured, name, body) for name in ("default", "ours"))
        medians = [median(each.microseconds for each in found) for found in (default, ours)]
        faster = ratio(default, ours, lambda decode: decode.microseconds)
        rows.append([title, *[text(one, ",.1f") for one in medians], f"{text(faster, '.1f')} x"])
    return table(["µs per body", "the generator's own output", "this client", "faster"], rows)


def copy_table(measured: Measurements) -> str:
    """Return the CPU time of one `with_options`."""
    titles = {"deadline": "`deadline=`", "headers": "`headers=`"}
    titles |= {"api_key": "`api_key=` with a key", "callable": "`api_key=` with a function"}
    rows: list[list[str]] = []
    for options, title in titles.items():
        found = [each.microseconds for each in copies(measured, options)]
        rows.append([title, text(median(found), ".1f"), f"{min(found):.1f} to {max(found):.1f}"])
    return table(["CPU µs per copy", "median", "least to most"], rows)


def start_table(measured: Measurements) -> str:
    """Return what a fresh process takes to its first client and to its first answer."""
    rows: list[list[str]] = []
    for name, starter in STARTERS.items():
        found = starts(measured, name)
        if found:
            rows.append(
                [
                    starter.title,
                    f"{median(each.client_seconds for each in found) * 1000:,.0f} ms",
                    f"{median(each.client_peak_mb for each in found):,.0f} MB",
                    f"{median(each.answer_seconds for each in found) * 1000:,.0f} ms",
                    f"{median(each.answer_peak_mb for each in found):,.0f} MB",
                ]
            )
    return table(["", "to the first client", "peak memory", "to the first answer", "peak memory"], rows)


def memory_table(measured: Measurements) -> str:
    """Return the memory of a process that streams outcomes."""
    rows = [
        [CANDIDATES[each.candidate].title, f"{each.calls:,}"]
        + [f"{value:,.1f} MB" for value in (each.early_mb, each.end_mb, each.end_mb - each.early_mb, each.peak_mb)]
        for each in measured
        if isinstance(each, Memory)
    ]
    return table(["", "outcomes", "after 5,000", "at the end", "growth", "peak"], rows)


def _verdict(figure: Figure, found: Found | None) -> list[str]:
    if found is None:
        return ["-", "", ""]
    value = f"{found.value:.3g}" if figure.unit != "%" else f"{found.value:.1f}"
    verdicts = ["OK" if met else "short" for met in (figure.must_met(found), figure.aim_met(found))]
    return [f"{value} {figure.unit}{found.note}", *verdicts]


def figure_table(measured: Measurements) -> str:
    """Return the table of figures, for this client as it comes and with its extra."""
    columns = ("ours", "ours-fast")
    header = ["", "must", "aim"]
    for column in columns:
        header += [CANDIDATES[column].title, "must", "aim"]
    rows: list[list[str]] = []
    for figure in FIGURES:
        found = [figure.find(measured, column) for column in columns]
        if any(found):
            row = [figure.title, f"{figure.must:g} {figure.unit}", f"{figure.aim:g} {figure.unit}{figure.aim_note}"]
            for each in found:
                row += _verdict(figure, each)
            rows.append(row)
    return table(header, rows)


def report(measured: Measurements) -> str:
    """Return every table of what was measured, the figures last."""
    sections = {type(each) for each in measured}
    names = {each.section for each in measured if isinstance(each, Load)}
    parts: list[str] = []
    if "calls" in names:
        parts += ["## asyncio, 100 in flight", load_table(measured, "calls", CALLS, 100)]
    if "sync" in names:
        parts += ["## One thread", load_table(measured, "sync", SYNC, 1)]
    if "concurrency" in names:
        parts += ["## More and more in flight", concurrency_table(measured)]
    if "late-fixed" in names:
        parts += ["## A server that answers late, 100 in flight", latency_table(measured)]
    if Decode in sections:
        parts += ["## Decoding", decode_table(measured)]
    if Start in sections:
        parts += ["## Import and first client", start_table(measured)]
    if Memory in sections:
        parts += ["## Memory, streaming", memory_table(measured)]
    if Copy in sections:
        parts += ["## Copies of a client", copy_table(measured)]
    parts += ["## The figures", figure_table(measured)]
    return "\n\n".join(parts)
