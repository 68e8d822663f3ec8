"""`python -m polytomic_client.sandbox`: serve the sandbox until Ctrl-C or SIGTERM."""

from __future__ import annotations

import argparse
import signal
import time

from . import Sandbox


def main() -> None:
    """Serve until Ctrl-C or SIGTERM. Print one line with the URL and the key once requests are accepted.

    Raises:
        SystemExit: With 1 if the server cannot listen on the host and port, with 2 if an argument is invalid.
    """
    parser = argparse.ArgumentParser(
        prog="python -m polytomic_client.sandbox", description="Serve a local Polytomic API."
    )
    parser.add_argument("--host", default="127.0.0.1", help="the name or address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=8765, help="the port, 0 for a free one (%(default)s)")
    parser.add_argument("--connections", type=int, default=500, help="the number of connections (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="the seed of the world (%(default)s)")
    parser.add_argument(
        "--latency", type=seconds, default=0.0, help="seconds per request: 0.05, or a random range: 0.03-0.1"
    )
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
            print(f"Polytomic sandbox at {sandbox.url} key: {sandbox.key}", flush=True)  # noqa: T201
            while True:
                time.sleep(3600)
    except KeyboardInterrupt:
        pass
    except OSError as error:
        parser.exit(1, f"cannot listen: {error.strerror}\n")


def seconds(text: str) -> float | tuple[float, float]:
    """Parse a latency: a number of seconds, or two separated by a dash.

    Raises:
        ValueError: The string is neither.
    """
    low, dash, high = text.partition("-")
    return (float(low), float(high)) if dash else float(low)


if __name__ == "__main__":
    main()
