"""The settings of calls, and the names of headers that the client sets."""

from __future__ import annotations

import re
from datetime import date

from attrs import field, frozen
from attrs.converters import optional

from .._core.checks import bool_field, count_field, seconds_field
from .._core.clock import Clock, SystemClock
from .._core.secret import Secret
from .._core.unique import Unique
from .._http.settings import DEFAULT_TIMEOUT, HTTPSettings, Timeout, to_timeout
from .._text import shown
from ..errors import ConfigurationError
from .credentials import KeySource

DEFAULT_DEADLINE = 120.0
DEFAULT_MAX_ATTEMPTS = 3

IDEMPOTENCY_HEADER = "Idempotency-Key"


def check_version(version: object) -> str:
    """Return a version of the API, which is a date.

    Raises:
        ConfigurationError: `version` is not a date.
    """
    if isinstance(version, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", version):
        try:
            date.fromisoformat(version)
        except ValueError:
            pass
        else:
            return str.__str__(version)  # of a member of an enum, its value
    raise ConfigurationError(f"version must be a date like 2024-02-08, got {shown(version)}.")


@frozen(kw_only=True)
class Config(Unique, HTTPSettings):
    """The validated settings of a client.

    Attributes:
        credential: The value of the Authorization header, or a callable that returns an API key.
        pin: The dated version of the client's class, which applies where no operation says one.
        version: The dated version to request instead of the pin.
        timeout: Maximum seconds for each step of an attempt.
        deadline: Maximum seconds for a call.
        max_attempts: Maximum attempts per call.
        clock: Time, sleep and randomness.
        headers: Headers of every request, in addition to those of its operation.
        strict: Whether a response that lacks a documented member is a DecodeError.
    """

    credential: Secret | KeySource = field(repr=False)  # a callable may hold a secret, and show it
    pin: str
    version: str | None = field(default=None, converter=optional(check_version))
    timeout: Timeout = field(default=DEFAULT_TIMEOUT, converter=to_timeout)
    deadline: float = seconds_field(DEFAULT_DEADLINE)
    max_attempts: int = count_field(DEFAULT_MAX_ATTEMPTS)
    clock: Clock = field(factory=SystemClock)
    headers: dict[str, str] = field(factory=dict[str, str], repr=False)
    strict: bool = bool_field(default=False)
