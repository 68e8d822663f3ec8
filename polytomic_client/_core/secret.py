"""Strings that never print: keys and passwords."""

from __future__ import annotations

from base64 import b64encode

from .unique import Unique


class Secret(Unique):
    """A string that never prints and cannot be pickled."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the string, only to be sent."""
        return self._text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return "Secret('**********')"


def basic(user: str, password: str) -> Secret:
    """Return `Basic <user:password>` (RFC 7617)."""
    return Secret(f"Basic {b64encode(f'{user}:{password}'.encode()).decode('ascii')}")
