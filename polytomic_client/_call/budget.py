"""Limit the retries that all calls with one credential make together."""

from __future__ import annotations

from .._http.places import Places

RETRY_BUDGET = 100
"""Retries that a client starts with, which is also the maximum."""

SUCCESSES_PER_RETRY = 10
"""Successful calls that add one retry. In the long run, the client retries at most a tenth of its calls."""


class RetryBudget:
    """The retries left to all calls with one credential, limited so that retries do not prolong an outage."""

    def __init__(self) -> None:
        self._left = self._most = RETRY_BUDGET * SUCCESSES_PER_RETRY
        self._lock = Places(1)

    def take(self) -> bool:
        """Return whether a failed attempt may be retried, and count the retry if so."""
        return self._lock.hold(self._take)

    def _take(self) -> bool:
        if self._left < SUCCESSES_PER_RETRY:
            return False
        self._left -= SUCCESSES_PER_RETRY
        return True

    def refund(self) -> None:
        """Count a successful call."""
        if self._left < self._most:
            self._lock.hold(self._give_back)

    def _give_back(self) -> None:
        self._left = min(self._most, self._left + 1)
