"""`sandbox`, `versions` and `completion`, which need no account."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from typing import Annotated, Literal

from cyclopts import Parameter

from .. import API_VERSION, __version__
from ._errors import FailureError, UsageError
from ._output import note, show, write
from ._settings import DEFAULTS, FormatOption, Settings

COMPLETE: list[Callable[..., str]] = []
"""Generates a script. The module of the commands sets it, since it knows them all."""


def sandbox(
    *,
    host: Annotated[str, Parameter(help="The name or address to listen on.")] = "127.0.0.1",
    port: Annotated[int, Parameter(help="The port, 0 for a free one.")] = 8765,
    connections: Annotated[int, Parameter(help="The number of connections.")] = 500,
    seed: Annotated[int, Parameter(help="The same seed creates the same world.")] = 1,
    latency: Annotated[str, Parameter(help="Seconds per request: 0.05, or a random range: 0.03-0.1.")] = "0",
    execution_seconds: Annotated[float, Parameter(help="How long an execution takes.")] = 2.0,
    settings: Settings = DEFAULTS,
) -> None:
    """Serve a local Polytomic API until Ctrl-C, to try everything without an account."""
    try:
        from ..sandbox import Sandbox
    except ImportError as error:
        raise UsageError(str(error)) from error
    served = Sandbox(connections, seed, latency, host, port, execution_seconds=execution_seconds)
    for number in (signal.SIGINT, signal.SIGTERM):
        # SIGINT too, because a shell starts its background jobs with it ignored.
        signal.signal(number, signal.default_int_handler)
    try:
        with served:
            note("The sandbox is ready. Run this in another terminal:", quiet=settings.quiet)
            write(f"export POLYTOMIC_DEPLOYMENT_URL={served.url}\nexport POLYTOMIC_API_KEY={served.key}\n")
            note("Then: polytomic destinations fetch --all\nCtrl-C stops the sandbox.", quiet=settings.quiet)
            if served.failing:
                note(served.failing, quiet=settings.quiet)
            while True:
                time.sleep(3600)
    except KeyboardInterrupt:
        pass
    except OSError as error:
        raise FailureError(
            f"the sandbox cannot listen on {host}:{port}: {error.strerror}. Pass another --port or --host."
        ) from error


def versions(*, format: FormatOption = None, settings: Settings = DEFAULTS) -> None:  # noqa: A002, ARG001
    """Show the versions of this program, of the API that it requests, and of Python."""
    from importlib.metadata import version

    found = {"polytomic-client": __version__, "api": API_VERSION, "python": sys.version.split()[0]}
    show({**found, "cyclopts": version("cyclopts"), "rich": version("rich")}, format)


def completion(
    shell: Annotated[Literal["bash", "zsh", "fish"], Parameter(help="bash, zsh or fish.", show_choices=False)], /
) -> None:
    """Print the completion script for a shell."""
    sys.stdout.write(COMPLETE[0](prog_name="polytomic", shell=shell))
