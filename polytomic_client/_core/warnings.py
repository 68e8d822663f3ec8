"""What the package warns of: a setting that gives up a protection, and what the API says will end."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

from .._text import line, quoted

PACKAGE = str(Path(__file__).parent.parent)

ANNOUNCEMENTS = ("Deprecation", "Sunset", "Warning")
"""Headers that say that an operation will end: RFC 9745, RFC 8594, and RFC 7234, section 5.5.7 (299)."""

PERSISTENT_WARNING = "299"
"""The `Warning` code that is the server's own; the others are a cache's about one answer."""


class SecurityWarning(UserWarning):
    """A setting gives up a protection, such as `verify=False`."""


class PolytomicDeprecationWarning(FutureWarning):
    """The API says that an operation is deprecated, or when it will end: once for each operation of a client.

    A FutureWarning, because Python does not show a DeprecationWarning where it matters: in the service that runs.
    """


class Announcements:
    """The operations whose end the API has announced, so that each is warned of once."""

    def __init__(self) -> None:
        self._warned: set[str] = set()

    def heed(self, operation: str, headers: Mapping[str, str]) -> None:
        """Warn of what the headers of an answer announce, if they do and it is new."""
        said = [
            f"{name}: {quoted(headers[name])}"
            for name in ANNOUNCEMENTS
            if name in headers and (name != "Warning" or PERSISTENT_WARNING in headers[name].split())
        ]
        if said and operation not in self._warned:
            self._warned.add(operation)
            warn(line(f"{operation}: the API announces: {'; '.join(said)}"), PolytomicDeprecationWarning)


def warn(text: str, category: type[Warning]) -> None:
    """Warn in the name of the code that called the package."""
    frame: FrameType | None = sys._getframe()  # noqa: SLF001  (stacklevel counts frames, and how many are ours differs)
    level = 1
    while frame is not None and frame.f_code.co_filename.startswith(PACKAGE):
        frame, level = frame.f_back, level + 1
    warnings.warn(text, category, stacklevel=level)
