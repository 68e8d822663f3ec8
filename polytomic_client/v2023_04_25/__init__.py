"""Polytomic Bulk Sync, version 2023-04-25: generated from the vendored OpenAPI document, never edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .client import AuthenticatedClient, Client

API_VERSION = "2023-04-25"

__all__ = (
    "API_VERSION",
    "AuthenticatedClient",
    "Client",
)


if not TYPE_CHECKING:  # or every name would be one for type checkers

    def __getattr__(name: str) -> object:
        if name not in ("AuthenticatedClient", "Client"):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from . import client

        return getattr(client, name)
