"""What the package warns of: a setting that gives up a protection, and what the API says will end."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from types import FrameType

PACKAGE = str(Path(__file__).parent.parent)


class SecurityWarning(UserWarning):
    """A setting gives up a protection, such as `verify=False`."""


class PolytomicDeprecationWarning(FutureWarning):
    """The API says that an operation is deprecated, or when it will end: once for each operation of a client.

    A FutureWarning, because Python does not show a DeprecationWarning where it matters: in the service that runs.
    """


def warn(text: str, category: type[Warning]) -> None:
    """Warn in the name of the code that called the package."""
    frame: FrameType | None = sys._getframe()  # noqa: SLF001  (stacklevel counts frames, and how many are ours differs)
    level = 1
    while frame is not None and frame.f_code.co_filename.startswith(PACKAGE):
        frame, level = frame.f_back, level + 1
    warnings.warn(text, category, stacklevel=level)
