"""Warn of deprecated operations, which the API announces in response headers."""

from __future__ import annotations

from collections.abc import Mapping

from .._core.warnings import PolytomicDeprecationWarning, warn
from .._text import line, quoted

ANNOUNCEMENTS = ("Deprecation", "Sunset", "Warning")
"""Headers that announce the end of an operation: RFC 9745, RFC 8594, and RFC 7234, section 5.5.7 (299)."""

PERSISTENT_WARNING = "299"
"""The `Warning` code of the server itself. A cache sends the others, about a single response."""


class Announcements:
    """The operations that the API has announced as deprecated, so that the client warns once for each."""

    def __init__(self) -> None:
        self._warned: set[str] = set()

    def warn_once(self, operation: str, headers: Mapping[str, str]) -> None:
        """Warn if the response headers announce the end of an operation for the first time."""
        said = [
            f"{name}: {quoted(headers[name])}"
            for name in ANNOUNCEMENTS
            if name in headers and (name != "Warning" or PERSISTENT_WARNING in headers[name].split())
        ]
        if said and operation not in self._warned:
            self._warned.add(operation)
            warn(line(f"{operation}: the API announces: {'; '.join(said)}"), PolytomicDeprecationWarning)
