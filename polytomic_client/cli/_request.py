"""`request`: any request, with the key, retries and errors of the others."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qsl

from cyclopts import Parameter

from ._errors import UsageError
from ._output import as_json, write
from ._settings import DEFAULTS, STDIN, STDIO, Settings


def request(
    method: Annotated[str, Parameter(help="GET, HEAD, POST, PUT, PATCH or DELETE.")],
    path: Annotated[str, Parameter(help="The path after the base URL. It may contain a query.")],
    /,
    *,
    json: Annotated[Path | None, Parameter(help="File with the JSON body, or - for stdin."), STDIN] = None,
    param: Annotated[
        tuple[str, ...],
        Parameter(help="Parameter of the query. Repeat it for more.", negative="", metavar="NAME=VALUE"),
    ] = (),
    settings: Settings = DEFAULTS,
) -> None:
    """Make any request, and print the body of the response."""
    path, _, query = path.partition("?")
    params: dict[str, Any] = {}
    for name, value in [*parse_qsl(query, keep_blank_values=True), *map(_pair, param)]:
        params.setdefault(name, []).append(value)
    body = None if json is None else read_json("--json", json)
    with settings.client() as client:
        response = client.request(method.upper(), path, params=params or None, json=body, into=bytes).parsed
    if not response:
        return
    try:
        value = _loads(response)
    except ValueError:
        sys.stdout.flush()
        sys.stdout.buffer.write(response)
        sys.stdout.buffer.flush()
        return
    write(as_json(value, indent=2 if sys.stdout.isatty() else None) + "\n")


def read_json(name: str, source: Path) -> Any:
    """Return the JSON of a file, or of stdin for `-`.

    Raises:
        UsageError: It cannot be read, or it is not JSON.
    """
    text = read_text(name, source)
    try:
        return _loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{name} {source} is not JSON: {error}. Write a JSON value to it.") from None


def read_text(name: str, source: Path) -> str:
    """Return the contents of a file, or of stdin for `-`.

    Raises:
        UsageError: It cannot be read.
    """
    try:
        # UTF-8 in any locale, as JSON is, with or without a byte order mark.
        contents = sys.stdin.buffer.read() if source == STDIO else source.read_bytes()
        return contents.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"{name} {source} cannot be read: {reason}. Name a readable file, or - for stdin.") from None


def _loads(text: str | bytes) -> Any:
    return json.loads(text)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise UsageError(f"--param must be name=value, got {text!r}. Write --param limit=10, for example.")
    return name, value
