"""The state that the calls of a client change, as opposed to its settings."""

from __future__ import annotations

from .._core.secret import Secret
from .announcements import Announcements
from .budget import RetryBudget
from .credentials import FetchedKey, KeySource


class CallState:
    """The state that all calls of a client and of its copies share.

    Attributes:
        key: The fetched key if the credential is a callable, else None.
        budget: The retries that are left.
        announcements: The deprecated operations that the client has warned of.
    """

    def __init__(self, credential: Secret | KeySource) -> None:
        self.key = None if isinstance(credential, Secret) else FetchedKey(credential)
        self.budget = RetryBudget()
        self.announcements = Announcements()
