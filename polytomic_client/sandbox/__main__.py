"""`python -m polytomic_client.sandbox`: serve the sandbox until Ctrl-C or SIGTERM."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time

from . import Sandbox


def main() -> None:
    """Serve until Ctrl-C or SIGTERM. Print the URL and the key once requests are accepted.

    Raises:
        SystemExit: With 1 if the server cannot listen on the host and port, or the standard output is closed; with 2 if
            an argument is invalid.
    """
    parser = argparse.ArgumentParser(
        prog="python -m polytomic_client.sandbox", description="Serve a local Polytomic API."
    )
    parser.add_argument("--host", default="127.0.0.1", help="the name or address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=8765, help="the port, 0 for a free one (%(default)s)")
    parser.add_argument(
        "--connections",
        type=int,
        default=500,
        help="the number of connections (%(default)s). From 100 on, some fail on purpose",
    )
    parser.add_argument("--seed", type=int, default=1, help="the seed of the world (%(default)s)")
    parser.add_argument("--latency", default="0", help="seconds per request: 0.05 or 5e-2, or a random range: 0.03-0.1")
    parser.add_argument(
        "--execution-seconds", type=float, default=2.0, help="how long an execution takes (%(default)s)"
    )
    arguments = parser.parse_args()
    try:
        sandbox = Sandbox(**vars(arguments))
    except ValueError as error:
        parser.error(str(error))

    for number in (signal.SIGINT, signal.SIGTERM):
        # SIGINT too, because a shell starts its background jobs with it ignored.
        signal.signal(number, signal.default_int_handler)
    try:
        with sandbox:
            announce(sandbox)
            while True:
                time.sleep(3600)
    except KeyboardInterrupt:
        pass
    except OSError as error:
        parser.exit(1, f"cannot listen: {error.strerror}. Pass another --host or --port.\n")


def announce(sandbox: Sandbox) -> None:
    """Print where the sandbox is, how to point a client to it, and which of its connections fail.

    Raises:
        SystemExit: The standard output cannot be written to.
    """
    lines = [
        f"Polytomic sandbox at {sandbox.url} key: {sandbox.key}",
        f"export POLYTOMIC_DEPLOYMENT_URL={sandbox.url}",
        f"export POLYTOMIC_API_KEY={sandbox.key}",
        *([sandbox.failing] if sandbox.failing else []),
    ]
    try:
        # At once, so that a reader that takes one line, for example `head -1`, does not break the pipe.
        print("\n".join(lines), flush=True)  # noqa: T201
    except OSError as error:
        # What Python could not write, it writes again when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(f"cannot write to the standard output: {error.strerror}") from None


if __name__ == "__main__":
    main()
