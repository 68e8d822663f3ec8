"""The checked options of a fan-out."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from contextvars import Context
from typing import Any

from attrs import frozen

from .._call.retry import may_call_again
from .._core.checks import LONGEST_SECONDS, is_count, is_positive
from .._core.clock import Clock, SystemClock
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

    def calls_again(self, error: Exception, *, unsettled: bool) -> bool:
        """Return whether a second call should be made after an error.

        Args:
            error: The error of the first call.
            unsettled: Whether the first call may have changed something. A second one has a new idempotency key, so
                only a function of the user's may then allow it.
        """
        return (self.retry is not may_call_again or not unsettled) and self.retry(error)

    def report(self, context: Context, progress: Callable[[], Progress]) -> None:
        """Call `on_progress`, if it is given, in a copy of a context. An error that it raises says where it is from."""
        if self.on_progress is None:
            return
        try:
            context.copy().run(self.on_progress, progress())
        except BaseException as error:
            error.add_note("raised by on_progress of a fan-out, which has ended")
            raise


def make_plan(
    *,
    limit: AutoLimit,
    rate: float | None,
    ordered: bool = False,
    retry_failed: bool | Callable[[Exception], bool],
    stop_on: tuple[type[Exception], ...],
    deadline: float | None,
    checkpoint: str | os.PathLike[str] | None,
    key: Callable[[Any], object],
    on_progress: Callable[[Progress], object] | None,
    clock: Clock | None = None,
) -> Plan:
    """Check the options of a fan-out and return its plan. `fan_out` documents them.

    Raises:
        TypeError: An option has the wrong type.
        ValueError: `rate` or `deadline` is not positive, or `ordered` is combined with `retry_failed`.
    """
    _check_function("on_progress", on_progress, or_none=True)
    _check_function("key", key)
    if not isinstance(retry_failed, bool):
        _check_function("retry_failed", retry_failed)
    if not isinstance(stop_on, tuple) or not all(isinstance(kind, type) for kind in stop_on):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"stop_on must be a tuple of exception classes, got {shown(stop_on)}.")
    if checkpoint is not None and not isinstance(checkpoint, (str, os.PathLike)):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"checkpoint must be the path of a file, got {shown(checkpoint)}.")
    if ordered and retry_failed:
        raise ValueError("ordered and retry_failed cannot be combined, because second calls come last. Choose one.")
    return Plan(
        limit=limit,
        rate=bounded("rate", rate, MOST_PER_SECOND),
        ordered=ordered,
        retry=retry_failed if callable(retry_failed) else may_call_again if retry_failed else never,
        checkpoint=None if checkpoint is None else Checkpoint(checkpoint),
        on_progress=on_progress,
        deadline=bounded("deadline", deadline, LONGEST_SECONDS),
        stop_on=stop_on,
        clock=clock or SystemClock(),
    )


def never(_: Exception) -> bool:
    """Return False: no second call, whatever the error is."""
    return False


def _check_function(name: str, function: object, *, or_none: bool = False) -> None:
    if or_none and function is None:
        return
    if not callable(function) or isinstance(function, type) or inspect.iscoroutinefunction(function):
        raise TypeError(f"{name} must be a function that is not async, got {shown(function)}.")


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
