"""The warnings of this package: a setting that disables a protection, and a deprecated operation."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path
from types import FrameType

from .tracebacks import PACKAGE

PASSED = (PACKAGE, f"{Path(os.__file__).parent / 'asyncio'}{os.sep}")
"""Directories of code that is not the user's: this package, and the event loop that runs its coroutines."""


class SecurityWarning(UserWarning):
    """A setting disables a protection, for example `verify=False`."""


class PolytomicDeprecationWarning(FutureWarning):
    """The API announced that an operation is deprecated or when it ends. Issued once per operation of a client.

    It is a FutureWarning, because Python hides a DeprecationWarning where it matters: in the running service.
    """


def warn(text: str, category: type[Warning]) -> None:
    """Issue a warning at the line of the code that called this package."""
    frame: FrameType | None = sys._getframe()  # noqa: SLF001  (stacklevel counts frames, and the number of ours varies)
    level = 1
    while frame is not None and frame.f_code.co_filename.startswith(PASSED):
        frame, level = frame.f_back, level + 1
    warnings.warn(text, category, stacklevel=level)
