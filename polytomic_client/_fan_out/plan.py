"""The checked options of a fan-out."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from .._core.checks import is_count, is_positive
from .._core.clock import Clock
from .._text import shown
from .checkpoint import Checkpoint
from .limit import AutoLimit
from .progress import Progress

DEFAULT_LIMIT = 64

MOST_HELD = 10_000
"""Maximum failed outcomes that wait for their second call, so that an outage does not exhaust memory."""

STOPPING_LASTS = 1.0
"""Seconds that a cancelled block waits for calls that are slow to stop. After that they end in the background."""

MOST_PER_SECOND = 1e9
"""Requests per second. A higher rate is effectively unlimited: this is one request per nanosecond."""


@frozen
class Plan:
    """The options of a fan-out. `fan_out` documents each."""

    limit: AutoLimit
    rate: float | None
    ordered: bool
    retry: Callable[[Exception], bool]
    checkpoint: Checkpoint | None
    on_progress: Callable[[Progress], object] | None
    deadline: float | None
    stop_on: tuple[type[Exception], ...]
    clock: Clock


def auto_limit(limit: object) -> AutoLimit:
    """Return the AutoLimit of a limit.

    Raises:
        ValueError: `limit` is not a positive int, "auto" or an AutoLimit.
    """
    if isinstance(limit, AutoLimit):
        return limit
    if limit == "auto":
        return AutoLimit()
    if not is_count(limit):
        raise ValueError(f'limit must be a positive int, "auto" or an AutoLimit, got {shown(limit)}.')
    return AutoLimit(minimum=limit, maximum=limit, initial=limit)


def bounded(name: str, value: object, most: float) -> float | None:
    """Return an option that is None or a positive number, cut at `most`.

    Raises:
        ValueError: It is neither.
    """
    if value is None:
        return None
    if not is_positive(value):
        raise ValueError(f"{name} must be a positive number, got {shown(value)}.")
    return float(min(value, most))
