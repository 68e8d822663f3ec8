"""Check numbers that a user passes. Above a bound, a number means "unlimited"."""

from __future__ import annotations

from math import isfinite
from typing import Any, TypeGuard

from attrs import Converter, field

from .._text import shown
from ..errors import ConfigurationError

LONGEST_SECONDS = 1_000_000.0
"""Maximum seconds: eleven days, in effect unlimited. System timers overflow soon above: `poll` takes a C int of
milliseconds, which ends after 24 days."""

LARGEST_COUNT = 2**62
"""Maximum count, in effect unlimited. A count plus one still fits the integers of C libraries."""


def is_number(value: object) -> TypeGuard[int | float]:
    """Return whether a value is a finite number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return isinstance(value, int) or isfinite(value)


def is_positive(value: object) -> TypeGuard[int | float]:
    """Return whether a value is a finite number above 0."""
    return is_number(value) and value > 0


def is_count(value: object) -> TypeGuard[int]:
    """Return whether a value is an int above 0."""
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def positive_seconds(name: str, value: object) -> float:
    """Return a number of seconds, at most `LONGEST_SECONDS`.

    Raises:
        ConfigurationError: `value` is not a positive number.
    """
    if not is_positive(value):
        raise ConfigurationError(f"{name} must be a positive number of seconds, got {shown(value)}.")
    return float(min(value, LONGEST_SECONDS))


def positive_count(name: str, value: object) -> int:
    """Return a count, at most `LARGEST_COUNT`.

    Raises:
        ConfigurationError: `value` is not a positive int.
    """
    if not is_count(value):
        raise ConfigurationError(f"{name} must be a positive int, got {shown(value)}.")
    return min(value, LARGEST_COUNT)


def seconds_field(default: float, *, prefix: str = "") -> Any:
    """Return an attrs field for a number of seconds. Errors use its name after `prefix`."""

    def convert(value: object, attribute: Any) -> float:
        return positive_seconds(f"{prefix}{attribute.name}", value)

    return field(default=default, converter=Converter(convert, takes_field=True))


def bool_field(*, default: bool) -> Any:
    """Return an attrs field for True or False. Errors use its name."""

    def convert(value: object, attribute: Any) -> bool:
        if not isinstance(value, bool):
            raise ConfigurationError(f"{attribute.name} must be True or False, got {shown(value)}.")
        return value

    return field(default=default, converter=Converter(convert, takes_field=True))


def count_field(default: int) -> Any:
    """Return an attrs field for a count. Errors use its name."""

    def convert(value: object, attribute: Any) -> int:
        return positive_count(attribute.name, value)

    return field(default=default, converter=Converter(convert, takes_field=True))
