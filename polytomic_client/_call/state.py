"""The state that the calls of a client change, as opposed to its settings."""

from __future__ import annotations

from typing import Any

from .announcements import Announcements
from .budget import RetryBudget
from .credentials import FetchedKey


class CallState:
    """The state that all calls with one credential share. It ends with the last client that has the credential.

    Attributes:
        key: The fetched key if the credential is a callable, else None.
        budget: The retries that are left.
        announcements: The deprecated operations that a client and all its copies have warned of.
    """

    def __init__(self, key: FetchedKey[Any] | None, announcements: Announcements) -> None:
        self.key = key
        self.budget = RetryBudget()
        self.announcements = announcements
