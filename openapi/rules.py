"""The rules of documents."""

from __future__ import annotations

from collections.abc import Iterator

from .document import Document


def violations(document: Document) -> Iterator[str]:  # noqa: ARG001
    """Yield nothing yet."""
    yield from ()
