"""The clients of the generated endpoint functions, imported when first used, because httpx is slow to import.

An annotation that names them as attributes of this module is known to type checkers and to `typing.get_type_hints`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .client import AuthenticatedClient, Client

__all__ = ["AuthenticatedClient", "Client"]


if not TYPE_CHECKING:  # or every name would be one for type checkers

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from . import client

        return getattr(client, name)
