"""What a server says and what a caller gave, where an error, a warning or a log record quotes it.

A server's text may be long, and hold line ends, terminal escapes and halves of characters. A caller's value may be a
model with a password in it. Raw values are in the attributes of an error.
"""

from __future__ import annotations

import datetime as dt
import os
from decimal import Decimal
from enum import Enum
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any, cast
from uuid import UUID

LONGEST_LINE = 1_800
"""Bytes of UTF-8 in the text of an error or a warning: a log record adds a sentence, and stays below 2,000."""

LONGEST_END = 400
"""Characters at the end of a line that are kept where its beginning is cut: a hint has up to 200."""

LONGEST_QUOTED = 200
"""Characters of one thing that a server says, such as the value of a header."""

LONGEST_SHOWN = 80
"""Characters of a value of the caller's."""

EXCERPT_CHARACTERS = 500
"""Characters of a body that an error keeps: enough to recognise a proxy's page, too few to flood a log."""

ELLIPSIS = "…"
"""Where a text was cut."""

PLAIN = frozenset(
    {str, bytes, bool, int, float, complex, type(None), Decimal, UUID, dt.datetime, dt.date, dt.time, dt.timedelta}
)
"""Types whose values are shown. Anything else, a subclass too, may hold a secret, or print whatever it likes."""

NAMED = (type, FunctionType, MethodType, BuiltinFunctionType)
"""Types whose values are shown by their names."""


def printable(text: str) -> str:
    """Return a text with a space for each character that does not print.

    Those are controls, line ends, marks that reverse the direction of writing, and lone surrogates, which UTF-8 cannot
    encode.
    """
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


def quoted(value: object, longest: int = LONGEST_QUOTED) -> str:
    """Return what a server said as printable characters in one line, with an ellipsis where it was cut.

    Args:
        value: A text, or what the server sent in its place.
        longest: Characters, the ellipsis included.
    """
    text = _written(value)
    return printable(text) if len(text) <= longest else printable(text[: longest - 1]) + ELLIPSIS


def excerpt(content: bytes) -> str:
    """Return the first 500 characters of a body as one printable line."""
    return printable(content[: EXCERPT_CHARACTERS * 4].decode("utf-8", "replace")[:EXCERPT_CHARACTERS])


def described(error: BaseException) -> str:
    """Return the class of an error that is not the package's, and what it says."""
    text = quoted(error, EXCERPT_CHARACTERS)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def line(text: str, end: str = "") -> str:
    """Return a text as one printable line of at most `LONGEST_LINE` bytes in UTF-8.

    Args:
        text: What is cut, where both are too long.
        end: What comes behind it.
    """
    end = quoted(end, LONGEST_END)
    encoded = quoted(text, LONGEST_LINE).encode()
    room = LONGEST_LINE - len(end.encode())
    if len(encoded) > room:
        encoded = encoded[: room - len(ELLIPSIS.encode())]
        return encoded.decode("utf-8", "ignore") + ELLIPSIS + end
    return encoded.decode() + end


def shown(value: object) -> str:
    """Return a value of the caller's as an error quotes it: as Python writes it, or its type alone.

    Only what cannot hold a secret unseen is written: texts, numbers, times, the names of functions and classes. A value
    of more than 80 characters is cut, and its type named.
    """
    kind = type(value)
    name = quoted(kind.__name__, LONGEST_SHOWN)
    try:
        if issubclass(kind, NAMED):
            return f"{quoted(cast('Any', value).__qualname__, LONGEST_SHOWN)} ({name})"
        value = cast("Enum", value).value if issubclass(kind, Enum) else value
        if type(value) not in PLAIN:
            return name
        # No more of it than is shown: a body of 30 MB may be given for an id.
        text = repr(value[: LONGEST_SHOWN + 1] if isinstance(value, (str, bytes)) else value)
    except Exception:  # noqa: BLE001  (whatever it is: an int of 5,000 digits, a time zone that cannot be printed)
        return name
    return printable(text) if len(text) <= LONGEST_SHOWN else f"{quoted(text, LONGEST_SHOWN)} ({name})"


def shown_path(path: str | bytes) -> str:
    """Return a path that a caller gave as an error quotes it. The end of a long one is kept, which names the file."""
    # A plain string of it: a subclass may print whatever it likes.
    text = printable(repr(str.__str__(os.fsdecode(path))))
    return text if len(text) <= LONGEST_SHOWN else f"'{ELLIPSIS}{text[2 - LONGEST_SHOWN :]}"


def _written(value: object) -> str:
    try:
        return value if type(value) is str else str(value)
    except Exception:  # noqa: BLE001  (of another's code, and an error's text must not raise another error)
        return type(value).__name__
