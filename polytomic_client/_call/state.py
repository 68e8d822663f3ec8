"""What the calls of a client change, as opposed to its settings."""

from __future__ import annotations

from .._core.secret import Secret
from .announcements import Announcements
from .budget import RetryBudget
from .credentials import FetchedKey, KeySource


class CallState:
    """What all calls of a client and of its copies share.

    Attributes:
        key: The key in hand, where a callable returns it.
        budget: How many retries are left.
        announcements: The operations whose end the client has warned of.
    """

    def __init__(self, credential: Secret | KeySource) -> None:
        self.key = None if isinstance(credential, Secret) else FetchedKey(credential)
        self.budget = RetryBudget()
        self.announcements = Announcements()
