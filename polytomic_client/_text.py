"""Read and quote what a server sent, and quote what a caller passed, in an error, a warning or a log record.

A server's string may be long, and contain line ends, terminal escapes and halves of characters. A caller's value may be
a model with a password in it. Raw values are in the attributes of an error.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any, cast
from uuid import UUID

LONGEST_LINE = 1_800
"""Maximum UTF-8 bytes of an error or a warning. A log record adds a sentence and stays below 2,000."""

LONGEST_END = 400
"""Maximum characters kept at the end of a line whose beginning is cut. A hint has up to 200."""

LONGEST_QUOTED = 200
"""Maximum characters of one value from a server, for example a header's."""

LONGEST_SHOWN = 80
"""Maximum characters of one value from the caller."""

EXCERPT_CHARACTERS = 500
"""Maximum characters of a body that an error keeps: enough to recognise a proxy's page, too few to flood a log."""

ELLIPSIS = "…"
"""Marks where a string was cut."""

PLAIN = frozenset(
    {str, bytes, bool, int, float, complex, type(None), Decimal, UUID, dt.datetime, dt.date, dt.time, dt.timedelta}
)
"""Types whose values are shown. Any other type, including a subclass, may hold a secret or print anything."""

NAMED = (type, FunctionType, MethodType, BuiltinFunctionType)
"""Types whose values are shown by their names."""


def printable(text: str) -> str:
    """Replace each character that is not printable with a space.

    These are control characters, line ends, marks that reverse the direction of writing, and lone surrogates, which
    UTF-8 cannot encode.
    """
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


def quoted(value: object, longest: int = LONGEST_QUOTED) -> str:
    """Return what a server sent as one printable line, with an ellipsis where it was cut.

    Args:
        value: A string, or what the server sent instead of one.
        longest: Maximum characters, including the ellipsis.
    """
    text = _written(value)
    return printable(text) if len(text) <= longest else printable(text[: longest - 1]) + ELLIPSIS


def excerpt(content: bytes) -> str:
    """Return the first 500 characters of a body as one printable line."""
    return printable(content[: EXCERPT_CHARACTERS * 4].decode("utf-8", "replace")[:EXCERPT_CHARACTERS])


def described(error: BaseException) -> str:
    """Return the class and the message of an error that this package does not define."""
    text = quoted(error, EXCERPT_CHARACTERS)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def line(text: str, end: str = "") -> str:
    """Return one printable line of at most `LONGEST_LINE` UTF-8 bytes.

    Args:
        text: The beginning, which is cut if both together are too long.
        end: The end.
    """
    end = quoted(end, LONGEST_END)
    encoded = quoted(text, LONGEST_LINE).encode()
    room = LONGEST_LINE - len(end.encode())
    if len(encoded) > room:
        encoded = encoded[: room - len(ELLIPSIS.encode())]
        return encoded.decode("utf-8", "ignore") + ELLIPSIS + end
    return encoded.decode() + end


def shown(value: object) -> str:
    """Return a caller's value as an error quotes it: its `repr`, or its type alone.

    Only values that cannot hide a secret are shown: strings, numbers, times, and the names of functions and classes. A
    value of more than 80 characters is cut, and its type is added.
    """
    kind = type(value)
    name = quoted(kind.__name__, LONGEST_SHOWN)
    try:
        if issubclass(kind, NAMED):
            return f"{quoted(cast('Any', value).__qualname__, LONGEST_SHOWN)} ({name})"
        value = cast("Enum", value).value if issubclass(kind, Enum) else value
        if type(value) not in PLAIN:
            return name
        # No more of it than is shown: someone may pass a body of 30 MB as an id.
        text = repr(value[: LONGEST_SHOWN + 1] if isinstance(value, (str, bytes)) else value)
    except Exception:  # noqa: BLE001  (anything: an int of 5,000 digits, a time zone that cannot be printed)
        return name
    return printable(text) if len(text) <= LONGEST_SHOWN else f"{quoted(text, LONGEST_SHOWN)} ({name})"


def shown_path(path: str | bytes) -> str:
    """Return a caller's path as an error quotes it. A long path keeps its end, which names the file."""
    # A plain str, because a subclass may print anything.
    text = printable(repr(str.__str__(os.fsdecode(path))))
    return text if len(text) <= LONGEST_SHOWN else f"'{ELLIPSIS}{text[2 - LONGEST_SHOWN :]}"


def _written(value: object) -> str:
    try:
        return value if type(value) is str else str(value)
    except Exception:  # noqa: BLE001  (raised by foreign code: a message must not raise another error)
        return type(value).__name__


def read_error_body(content: bytes) -> tuple[str | None, str | None, Mapping[str, Any] | list[Any]]:
    """Return the key, message and metadata of an error body, in any form that the API uses.

    Forms: `{key, message, metadata, status}`, `{code, context, error, status}` (401), `{message, status_code,
    metadata: []}` and `{error: {message}}`.
    """
    try:
        body: object = json.loads(content)
    except (ValueError, RecursionError):
        return None, None, {}
    facts = _object(body)
    inner = facts.get("error")
    facts = facts | _object(inner)
    message = facts.get("message") or inner
    key = facts.get("key")
    metadata: object = facts.get("metadata") or facts.get("context")
    return (
        key if isinstance(key, str) else None,
        message if isinstance(message, str) else None,
        cast("dict[str, Any] | list[Any]", metadata) if isinstance(metadata, (dict, list)) else {},
    )


def _object(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
