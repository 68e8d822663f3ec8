"""The options that every command has, and the client that they make."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

from cyclopts import Group, Parameter

from .. import AsyncPolytomic, Polytomic, __version__
from ._errors import UsageError

CREDENTIALS = ("POLYTOMIC_API_KEY", "POLYTOMIC_DEPLOYMENT_KEY")

APP_INFO = f"polytomic-cli/{__version__}"

Format = Literal["table", "json", "jsonl"]

FormatOption = Annotated[
    Format | None,
    Parameter(
        help="Format of the output. Default: table on a terminal, jsonl (one JSON object a line) otherwise.",
        metavar="table|json|jsonl",
        show_choices=False,
    ),
]

ConnectionID = Annotated[UUID, Parameter(help="The id of the connection.")]

STDIN = Parameter(metavar="FILE", allow_leading_hyphen=True)
"""The value of an option is a file, or - for stdin or stdout. Its type is Path, so that completion knows files."""

STDIO = Path("-")

SHARED = Group("Options of every command")


@Parameter(name="*", group=SHARED)
@dataclass(frozen=True, kw_only=True)
class Settings:
    """The options that every command has."""

    base_url: Annotated[
        str | None,
        Parameter(
            help="URL of an on-premises deployment. Default: POLYTOMIC_DEPLOYMENT_URL, or the cloud.", metavar="URL"
        ),
    ] = None
    api_key_file: Annotated[
        Path | None,
        Parameter(
            help="File that contains the key. Default: POLYTOMIC_API_KEY, or a prompt on a terminal.", metavar="FILE"
        ),
    ] = None
    timeout: Annotated[
        float | None,
        Parameter(help="Maximum seconds for one step of an attempt: connect, read or write.", metavar="SECONDS"),
    ] = None
    deadline: Annotated[
        float | None, Parameter(help="Maximum seconds for a request with all its attempts.", metavar="SECONDS")
    ] = None
    trust_env: Annotated[
        bool, Parameter(negative="", help="Use the proxy that HTTPS_PROXY names, unless NO_PROXY exempts the host.")
    ] = False
    quiet: Annotated[
        bool, Parameter(name=("--quiet", "-q"), negative="", help="Print errors only: no bar, no notes.")
    ] = False
    debug: Annotated[
        bool, Parameter(negative="", help="Log requests to stderr, and print the traceback of an error.")
    ] = False

    def client(self) -> Polytomic:
        """Create a blocking client."""
        return Polytomic(**self._arguments())

    def async_client(self, *, max_connections: int) -> AsyncPolytomic:
        """Create a client for asyncio."""
        return AsyncPolytomic(max_connections=max_connections, **self._arguments())

    def _arguments(self) -> dict[str, Any]:
        chosen = {
            "base_url": self.base_url,
            "timeout": self.timeout,
            "deadline": self.deadline,
            "trust_env": self.trust_env,
            "api_key": find_key(self.api_key_file),
        }
        return {"app_info": APP_INFO, **{name: value for name, value in chosen.items() if value is not None}}


DEFAULTS = Settings()


def find_key(file: Path | None) -> str | None:
    """Return the key of a file or of a prompt, or None if the environment has one.

    Raises:
        UsageError: There is no key, or the file cannot be read or does not contain one line.
    """
    if file is not None:
        return _read_key(file)
    if any(os.environ.get(name) for name in CREDENTIALS):
        return None
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("there is no API key. Set POLYTOMIC_API_KEY, or pass --api-key-file FILE.")
    from getpass import getpass

    try:
        key = getpass("Polytomic API key: ", stream=sys.stderr).strip()
    except EOFError:
        key = ""
    if not key:
        raise UsageError("the prompt got no API key. Set POLYTOMIC_API_KEY, or pass --api-key-file FILE.")
    return key


def _read_key(file: Path) -> str:
    try:
        lines = file.read_text(encoding="utf-8-sig").split()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        # Without the name, which may be the key itself.
        raise UsageError(f"the --api-key-file cannot be read: {reason}. Name a file that contains the key.") from None
    if len(lines) != 1:
        raise UsageError(f"--api-key-file {file} must contain one key, got {len(lines)}. Write only the key to it.")
    return lines[0]
