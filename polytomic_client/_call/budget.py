"""How many retries the calls of one client may make together."""

from __future__ import annotations

from .._http.places import Places

RETRY_BUDGET = 100
"""How many repetitions a client has at its start, and at most."""

SUCCESSES_PER_RETRY = 10
"""How many successes give one back: in the long run, a tenth of the calls may be repeated."""


class RetryBudget:
    """How many tries more the calls of one client may make, so that their repetitions do not prolong an outage."""

    def __init__(self) -> None:
        self._left = self._most = RETRY_BUDGET * SUCCESSES_PER_RETRY
        self._lock = Places(1)

    def take(self) -> bool:
        """Say whether a failed try may be repeated, and count it if so."""
        return self._lock.hold(self._take)

    def _take(self) -> bool:
        if self._left < SUCCESSES_PER_RETRY:
            return False
        self._left -= SUCCESSES_PER_RETRY
        return True

    def refund(self) -> None:
        """Count a success."""
        if self._left < self._most:
            self._lock.hold(self._give_back)

    def _give_back(self) -> None:
        self._left = min(self._most, self._left + 1)
