"""The sandbox's memory of idempotency keys: the first outcome of a request is the outcome of its repetitions."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from ._world import World

_KEPT: Final = timedelta(hours=24)
"""How long an outcome is remembered, at least: the guide's number."""


@dataclass(slots=True)
class Attempt:
    """A request with an idempotency key, and what came of it."""

    begun_at: datetime
    outcome: Response | None = None


class Outcomes:
    """What came of the requests with each idempotency key.

    A key counts for one method and path. Whether the body is the same is not looked at: what the API makes of the same
    key with another body is documented nowhere.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        # Oldest first, so that what is forgotten is found without a look at the rest.
        self._attempts: dict[tuple[str, str, str], Attempt] = {}

    @contextmanager
    def attempt(self, method: str, path: str, key: str | None) -> Generator[Attempt]:
        """Return what came of a request, or a new attempt, whose outcome the block sets.

        Raises:
            HTTPException: The first one is under way.
        """
        now = self._world.now()
        if key is None:
            yield Attempt(now)
            return
        for old, attempt in list(takewhile(lambda item: item[1].begun_at + _KEPT < now, self._attempts.items())):
            if attempt.outcome is not None:
                del self._attempts[old]
        name = method, path, key
        known = self._attempts.get(name)
        if known is not None:
            if known.outcome is None:
                raise HTTPException(409, "a request with this idempotency key is in flight")
            yield known
            return
        attempt = self._attempts[name] = Attempt(now)
        try:
            yield attempt
        finally:
            if attempt.outcome is None:  # it never ended
                del self._attempts[name]
