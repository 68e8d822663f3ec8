"""The command line: `polytomic`, or `python -m polytomic_client`. It has no Python interface except `main`.

It needs the extra `cli`: `pip install '.[cli]'` in a clone of the repository.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Sequence
from types import FrameType

from ._errors import ENDING, INTERRUPTED

__all__ = ("main",)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: The arguments after the name of the program. Default: those of this process.

    Returns:
        The exit code. `polytomic --help` lists them.
    """
    if arguments is not None:
        return _run(arguments)
    # Nobody else uses this process, so its signals are those of the command line.
    _handle(signal.default_int_handler)
    try:
        return _run(sys.argv[1:])
    except KeyboardInterrupt:  # while it ended because of another one
        return INTERRUPTED
    finally:
        # At the exit of Python, another Ctrl-C would print a traceback.
        _handle(signal.SIG_DFL)


def _handle(handler: Callable[[int, FrameType | None], None] | signal.Handlers) -> None:
    """Set the handler of the signals that end a command, except of those that are ignored."""
    for number in ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


def _run(arguments: Sequence[str]) -> int:
    try:
        from ._app import run
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in ("cyclopts", "rich"):
            raise
        from .._core.extras import install_command

        sys.stderr.write(f"polytomic: the command line needs {missing}. Run: {install_command('cli')}\n")
        return 2
    return run(arguments)
