"""What the API announces about an operation in the headers of its responses."""

from __future__ import annotations

from collections.abc import Mapping

from .._core.warnings import PolytomicDeprecationWarning, warn
from .._text import line, quoted

ANNOUNCEMENTS = ("Deprecation", "Sunset", "Warning")
"""Headers that say that an operation will end: RFC 9745, RFC 8594, and RFC 7234, section 5.5.7 (299)."""

PERSISTENT_WARNING = "299"
"""The `Warning` code that is the server's own; the others are a cache's about one answer."""


class Announcements:
    """The operations whose end the API has announced, so that each is warned of once."""

    def __init__(self) -> None:
        self._warned: set[str] = set()

    def warn_once(self, operation: str, headers: Mapping[str, str]) -> None:
        """Warn of what the headers of an answer announce, if they do and it is new."""
        said = [
            f"{name}: {quoted(headers[name])}"
            for name in ANNOUNCEMENTS
            if name in headers and (name != "Warning" or PERSISTENT_WARNING in headers[name].split())
        ]
        if said and operation not in self._warned:
            self._warned.add(operation)
            warn(line(f"{operation}: the API announces: {'; '.join(said)}"), PolytomicDeprecationWarning)
