"""The plot of what a call costs against how many are in flight, as an SVG for a light or a dark background."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log10
from statistics import median

from .measurements import Measurement, loads
from .sections import CONCURRENCIES

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 62, 520, 64, 360
"""The edges of the axes; the names of the lines stand right of them."""

LABEL_GAP = 18
"""The least distance between the names of two lines."""


@dataclass(frozen=True)
class Line:
    """How the line of one candidate looks, and its name."""

    candidate: str
    name: str
    color: str
    width: float = 2
    dash: str = "none"


LINES = (
    Line("official", "official SDK, as it comes", "#e5534b"),
    Line("official-aiohttp", "official SDK, aiohttp extra", "#c9821b"),
    Line("bare-aiohttp", "bare aiohttp + orjson, no models", "#8b949e", dash="5 4"),
    Line("ours", "this client", "#388bfd", 3),
    Line("ours-fast", "this client, extra `fast`", "#2ea043", 3),
)

STYLE = """
  text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #6e7781; }
  .title { font-size: 16px; font-weight: 600; }
  .grid { stroke: #8b949e; stroke-opacity: 0.28; }
  @media (prefers-color-scheme: dark) { text { fill: #9da7b1; } }
"""
"""Greys that can be read on either background, where a viewer does not say which it has."""


class Axes:
    """Where a point is drawn; both axes are logarithmic."""

    def __init__(self, values: Sequence[float]) -> None:
        steps = [step * 10.0**power for power in range(6) for step in (1, 2, 5)]
        low = max((step for step in steps if step <= min(values)), default=steps[0])
        high = min((step for step in steps if step >= max(values)), default=steps[-1])
        self.ticks = [step for step in steps if low <= step <= high]
        self._low, self._high = log10(low), log10(high)

    def x(self, in_flight: float) -> float:
        """Return the place of a number in flight."""
        return LEFT + (RIGHT - LEFT) * log10(in_flight) / log10(CONCURRENCIES[-1])

    def y(self, microseconds: float) -> float:
        """Return the place of a cost."""
        return BOTTOM - (BOTTOM - TOP) * (log10(microseconds) - self._low) / (self._high - self._low)


def costs(measured: Sequence[Measurement], candidate: str) -> list[tuple[int, float]]:
    """Return how many were in flight and the median CPU time of a call, in microseconds."""
    rounds = [(in_flight, loads(measured, "concurrency", candidate, in_flight)) for in_flight in CONCURRENCIES]
    return [(in_flight, median(load.cpu_microseconds for load in each)) for in_flight, each in rounds if each]


def spread(places: Sequence[float]) -> list[float]:
    """Return places in the same order, moved down until no two are closer than names may be."""
    moved = list(places)
    order = sorted(range(len(places)), key=lambda index: places[index])
    for above, below in pairwise(order):
        moved[below] = max(moved[below], moved[above] + LABEL_GAP)
    return moved


def draw(measured: Sequence[Measurement]) -> str:
    """Return the plot."""
    drawn = [(line, points) for line in LINES if (points := costs(measured, line.candidate))]
    axes = Axes([cost for _, points in drawn for _, cost in points])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">',
        "<title>CPU time of a call against the number of calls in flight</title>",
        f"<style>{STYLE}</style>",
        f'<text class="title" x="{LEFT}" y="26">CPU time of one call, in microseconds</text>',
        f'<text x="{LEFT}" y="46">less is better; both axes are logarithmic</text>',
    ]
    for tick in axes.ticks:
        y = axes.y(tick)
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{RIGHT}"/>')
        parts.append(f'<text x="{LEFT - 10}" y="{y + 4.5:.1f}" text-anchor="end">{tick:,.0f}</text>')
    for in_flight in CONCURRENCIES:
        x = axes.x(in_flight)
        parts.append(f'<path class="grid" d="M{x:.1f} {TOP}V{BOTTOM}"/>')
        parts.append(f'<text x="{x:.1f}" y="{BOTTOM + 22}" text-anchor="middle">{in_flight:,}</text>')
    parts.append(f'<text x="{(LEFT + RIGHT) / 2}" y="{BOTTOM + 46}" text-anchor="middle">calls in flight</text>')
    places = spread([axes.y(points[-1][1]) for _, points in drawn])
    for (line, points), place in zip(drawn, places, strict=True):
        path = "L".join(f"{axes.x(in_flight):.1f} {axes.y(cost):.1f}" for in_flight, cost in points)
        parts.append(
            f'<path d="M{path}" fill="none" stroke="{line.color}" stroke-width="{line.width:g}"'
            f' stroke-dasharray="{line.dash}" stroke-linejoin="round"/>'
        )
        parts += [
            f'<circle cx="{axes.x(in_flight):.1f}" cy="{axes.y(cost):.1f}" r="3.5" fill="{line.color}"/>'
            for in_flight, cost in points
        ]
        weight = 600 if line.width > 2 else 400
        style = f"fill:{line.color};font-weight:{weight}"
        parts.append(f'<text x="{RIGHT + 12}" y="{place + 4.5:.1f}" style="{style}">{line.name}</text>')
    return "\n".join([*parts, "</svg>", ""])
