"""The commands, and how a run of the program ends."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from itertools import count
from typing import Any

from cyclopts import App, CycloptsError, UnusedCliTokensError

from .. import __version__
from . import _account, _destinations, _events, _local, _request, _sources, _syncs
from ._errors import CLOSED_PIPE, FAILED, INTERRUPTED, OK, USAGE, UsageError, code_of, line_of
from ._help import Formatter
from ._output import forget

HELP = """\
Query Polytomic connections and run bulk syncs. Not the vendor's program.

First steps, with a key from the settings of a Polytomic user:
  export POLYTOMIC_API_KEY=...
  polytomic destinations fetch --all

Without an account, serve a local API, which prints what to do next:
  polytomic sandbox"""

EPILOGUE = """\
Example:
  polytomic destinations fetch --all | jq -r 'select(.ok) | .id'

Exit codes:
  0    success
  1    something failed, for example one destination
  2    the command line is invalid
  3    the API refused the key
  4    the API cannot be reached
  130  interrupted by Ctrl-C
  141  the reader of the output has ended, as in `| head`

Environment:
  POLYTOMIC_API_KEY         the key
  POLYTOMIC_DEPLOYMENT_KEY  or this key
  POLYTOMIC_DEPLOYMENT_URL  the server
  NO_COLOR, TERM=dumb       no colour"""

OPTIONS = {"--base-url", "--api-key-file", "--timeout", "--deadline"}
FLAGS = {"--trust-env", "--quiet", "-q", "--debug"}

APP = App(
    name="polytomic",
    help=HELP,
    help_epilogue=EPILOGUE,
    help_format="plaintext",
    help_formatter=Formatter(),
    group_parameters="Options",
    version=__version__,
    version_flags=("--version",),
    result_action="return_value",
    print_error=False,
    exit_on_error=False,
    suppress_keyboard_interrupt=False,
)

GROUPS: dict[str, tuple[str, str]] = {
    "connections": ("List connections.", "polytomic connections list"),
    "destinations": (
        "Get what connections accept as destinations of bulk syncs.",
        "polytomic destinations fetch --all",
    ),
    "sources": ("Show and refresh the schemas of sources.", "polytomic sources show ID"),
    "syncs": ("List, run and control bulk syncs.", "polytomic syncs list"),
    "events": ("Read events.", "polytomic events tail --since 2h"),
}

COMMANDS: tuple[tuple[str, Callable[..., Any], str], ...] = (
    ("whoami", _account.whoami, "polytomic whoami"),
    ("connections list", _account.list_connections, "polytomic connections list | jq -r .id"),
    ("destinations show", _destinations.show, "polytomic destinations show 63ca828d-d5f4-43b2-a4b0-6ce60741c7a8"),
    (
        "destinations fetch",
        _destinations.fetch,
        """polytomic destinations fetch --all --output all.jsonl --checkpoint all.done
  polytomic connections list | jq -r .id | polytomic destinations fetch --ids -

After Ctrl-C or a crash, run the first example again: it fetches the rest.""",
    ),
    ("destinations check", _destinations.check, "polytomic destinations check ID configuration.json"),
    ("sources show", _sources.show, "polytomic sources show c4647159-c324-4985-9b81-0e766ec9d286"),
    ("sources refresh", _sources.refresh, "polytomic sources refresh c4647159-c324-4985-9b81-0e766ec9d286"),
    ("syncs list", _syncs.list_syncs, "polytomic syncs list --format json"),
    ("syncs show", _syncs.show, "polytomic syncs show ID"),
    ("syncs run", _syncs.run, "polytomic syncs run ID && echo done"),
    ("syncs status", _syncs.status, "polytomic syncs status ID | jq -r .last_execution.status"),
    ("syncs cancel", _syncs.cancel, "polytomic syncs cancel ID"),
    ("syncs activate", _syncs.activate, "polytomic syncs activate ID"),
    ("syncs deactivate", _syncs.deactivate, "polytomic syncs deactivate ID"),
    ("events tail", _events.tail, "polytomic events tail --type bulk_sync.failed --since 2h --follow"),
    (
        "request",
        _request.request,
        """polytomic request GET /api/connections | jq '.data | length'
  echo '{"active": true}' | polytomic request POST /api/bulk/syncs/ID/activate --json -""",
    ),
    ("sandbox", _local.sandbox, "polytomic sandbox --connections 10000 --latency 0.03-0.1"),
    ("versions", _local.versions, "polytomic versions"),
    (
        "completion",
        _local.completion,
        "polytomic completion bash > ~/.local/share/bash-completion/completions/polytomic",
    ),
)


def _register() -> None:
    groups: dict[str, App] = {}
    order = count()
    for path, function, example in COMMANDS:
        *group, name = path.split()
        parent = APP
        for title in group:
            if title not in groups:
                about, example_of = GROUPS[title]
                groups[title] = App(title, about, help_epilogue=_example(example_of), sort_key=next(order))
                APP.command(groups[title])
            parent = groups[title]
        parent.command(function, name=name, help_epilogue=_example(example), sort_key=next(order))
    _local.COMPLETE[:] = [APP.generate_completion]


def _example(lines: str) -> str:
    return f"Example:\n  {lines}"


_register()


def run(arguments: Sequence[str]) -> int:
    """Run a command and return the exit code."""
    _prepare_streams()
    tokens = list(arguments)
    debug = "--debug" in tokens
    try:
        with _logging(debug=debug, quiet=not {"--quiet", "-q"}.isdisjoint(tokens)):
            _refuse_key(tokens)
            result = APP(_with_options_last(tokens))
            sys.stdout.flush()
        return result if isinstance(result, int) else OK
    except (BrokenPipeError, SystemExit):
        # rich, which prints tables and the help, turns the first into the second.
        forget(sys.stdout)
        return CLOSED_PIPE
    except CycloptsError as error:
        return _fail(_usage(error), USAGE, debug=debug)
    except KeyboardInterrupt as error:
        return _fail(str(error) or "interrupted.", INTERRUPTED, debug=debug)
    except Exception as error:  # noqa: BLE001  (an error is one line; --debug prints the traceback)
        return _fail(line_of(error), code_of(error) or FAILED, debug=debug)


def _fail(text: str, code: int, *, debug: bool) -> int:
    with suppress(OSError):
        if debug:
            import traceback

            traceback.print_exc()
        sys.stderr.write(f"polytomic: {text}\n")
        sys.stderr.flush()
    return code


def _usage(error: CycloptsError) -> str:
    """Return a usage error as one line that ends with where to read more."""
    text = " ".join(str(error).split())
    if isinstance(error, UnusedCliTokensError):
        # Without the arguments, since one of them may be a key.
        text = f"too many arguments, got {len(error.unused_tokens or ())} more than the command takes."
    command = " ".join(("polytomic", *(error.command_chain or ())))
    return f"{text} See: {command} --help"


def _refuse_key(tokens: Sequence[str]) -> None:
    if any(each.partition("=")[0] == "--api-key" for each in tokens):
        raise UsageError(
            "--api-key is not an option, because other users of this machine can read arguments. "
            "Set POLYTOMIC_API_KEY, or pass --api-key-file FILE."
        )


def _with_options_last(tokens: list[str]) -> list[str]:
    """Move the shared options before a command behind it, where cyclopts reads them."""
    place = 0
    while place < len(tokens):
        name, equals, _ = tokens[place].partition("=")
        if name not in OPTIONS | FLAGS:
            break
        place += 1 if name in FLAGS or equals else 2
    if place >= len(tokens):
        return tokens
    leading, rest = tokens[:place], tokens[place:]
    end = rest.index("--") if "--" in rest else len(rest)
    return rest[:end] + leading + rest[end:]


def _prepare_streams() -> None:
    """Escape characters that stdout cannot encode, and replace closed streams (`>&-`)."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115
        elif isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


class _Lines(logging.Handler):
    """Prints a record as one line on stderr, above a bar that is there."""

    def emit(self, record: logging.LogRecord) -> None:
        from ._live import print_line

        level = "" if record.levelno == logging.INFO else f"{record.levelname.lower()}: "
        with suppress(OSError):  # where stderr is closed, the command goes on
            print_line(f"polytomic: {level}{record.getMessage()}")


def _warn(message: Warning | str, *_: object, **__: object) -> None:
    logging.getLogger("polytomic_client").warning("%s", message)


@contextmanager
def _logging(*, debug: bool, quiet: bool) -> Generator[None]:
    """Print what the client logs and warns of: everything with --debug, only errors with --quiet."""
    logger = logging.getLogger("polytomic_client")
    handler, level, propagate = _Lines(), logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG if debug else logging.ERROR if quiet else logging.WARNING)
    logger.propagate = False
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _warn
            yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagate
