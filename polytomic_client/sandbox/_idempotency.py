"""The idempotency keys of the sandbox: every retry of a request gets its first outcome."""

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
"""The shortest time that an outcome is kept: the guide's number."""


@dataclass(slots=True)
class Attempt:
    """A request with an idempotency key, and its outcome."""

    begun_at: datetime
    outcome: Response | None = None


class Outcomes:
    """The outcomes of requests by idempotency key.

    A key applies to one method and path. Bodies are not compared: the API's response to the same key with another body
    is not documented.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        # Oldest first, so that expired outcomes are found without scanning the rest.
        self._attempts: dict[tuple[str, str, str], Attempt] = {}

    @contextmanager
    def attempt(self, method: str, path: str, key: str | None) -> Generator[Attempt]:
        """Yield the first attempt of a request, or a new one, whose outcome the block sets.

        Raises:
            HTTPException: The first attempt is in progress.
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
                raise HTTPException(409, "a request with this idempotency key is in progress")
            yield known
            return
        attempt = self._attempts[name] = Attempt(now)
        try:
            yield attempt
        finally:
            if attempt.outcome is None:  # it never ended
                del self._attempts[name]
