"""Code that the examples share: which API they use, the settings they need, and a progress bar.

With POLYTOMIC_API_KEY set they run against the real API, create connections and syncs there, and leave them. Without it
they run against the sandbox, a local Polytomic API that is gone when they end. Only then is the extra `sandbox` needed.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import TextIO, TypedDict

from polytomic_client.v2023_04_25.models import CreatedConnection, SchemaExecution

REAL = any(os.environ.get(name) for name in ("POLYTOMIC_API_KEY", "POLYTOMIC_DEPLOYMENT_KEY"))
"""Whether the environment has a credential. To a client, an empty variable is unset."""

BAR = 40
"""Characters of the bar, and of the longest row of a histogram."""

EVERY = 0.05
"""Seconds between two drawings of the bar."""


class Settings(TypedDict, total=False):
    """What a client of the sandbox is made with. The real API needs nothing: the environment has it."""

    api_key: str
    base_url: str


@contextmanager
def api() -> Generator[Settings]:
    """Start the sandbox, unless a key of the real API is set."""
    if REAL:
        yield {}
        return
    from polytomic_client.sandbox import Sandbox

    with Sandbox(connections=0, execution_seconds=1.0) as sandbox:
        yield {"api_key": sandbox.key, "base_url": sandbox.url}


def setting(name: str, example: str) -> str:
    """Return an environment variable; for the sandbox, which reaches nothing, an example does."""
    if REAL and not os.environ.get(name):
        raise SystemExit(f"set {name}, such as {example}, or unset POLYTOMIC_API_KEY to run against the sandbox")
    return os.environ.get(name) or example


def created(connection: CreatedConnection) -> CreatedConnection:
    """Say that a connection was created, and wait for a person to permit the access where that takes one."""
    print(f"{connection.name} is connection {connection.id}")
    if connection.auth_url:
        print(f"  permit the access at {connection.auth_url}")
        if REAL and sys.stdin.isatty():
            input("  and press Enter ")
    return connection


def watch(schema: SchemaExecution) -> None:
    """Print how a schema goes, whenever that has changed."""
    print(f"  {schema.schema:<12} {schema.status:<10} {schema.record_count:>6} records  {schema.error_count} errors")


class Bar:
    """A line on a terminal that shows how far the calls are. Elsewhere, nothing is drawn."""

    def __init__(self, total: int, stream: TextIO) -> None:
        """Prepare to draw: nothing is drawn yet."""
        self._total = total
        self._stream = stream if stream.isatty() else None
        self._drawn = 0.0

    def show(self, done: int, failed: int) -> None:
        """Draw the bar, unless it was drawn a moment ago."""
        now = time.monotonic()
        if self._stream is not None and now - self._drawn >= EVERY:
            self._drawn = now
            full = BAR * done // self._total
            self._stream.write(f"\r{'━' * full}{'─' * (BAR - full)} {done:,} of {self._total:,}, {failed:,} failed")
            self._stream.flush()

    def clear(self) -> None:
        """Remove the line."""
        if self._stream is not None:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
