"""The command line: `polytomic`, or `python -m polytomic_client`. It has no Python interface except `main`.

It needs the extra `cli`: `pip install '.[cli]'` in a clone of the repository.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

__all__ = ("main",)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: The arguments after the name of the program. Default: those of this process.

    Returns:
        The exit code. `polytomic --help` lists them.
    """
    try:
        from ._app import run
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in ("cyclopts", "rich"):
            raise
        from .._core.extras import install_command

        sys.stderr.write(f"polytomic: the command line needs {missing}. Run: {install_command('cli')}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    return run(sys.argv[1:] if arguments is None else arguments)
