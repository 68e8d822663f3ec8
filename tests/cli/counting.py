"""Counts the requests that a sandbox gets."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from starlette.types import Receive, Scope, Send

from polytomic_client.sandbox import Sandbox

PATH = "/api/bulk/dest/"


class Counting:
    """Stands in front of a sandbox's app, notes the paths of requests, and may fail some.

    Attributes:
        paths: The path of each request, in order.
        failures: The statuses of the next responses for destinations.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._app: Any = sandbox.app
        self.state = self._app.state
        self.paths: list[str] = []
        self.failures: list[int] = []

    def __enter__(self) -> Self:
        self._sandbox.app = self  # type: ignore[assignment]
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _value: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        self._sandbox.app = self._app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.paths.append(scope["path"])
            if self.failures and scope["path"].startswith(PATH):
                headers = [(b"retry-after", b"0"), (b"content-length", b"0")]
                await send({"type": "http.response.start", "status": self.failures.pop(0), "headers": headers})
                await send({"type": "http.response.body", "body": b""})
                return
        await self._app(scope, receive, send)

    def clear(self) -> None:
        """Forget the requests so far."""
        self.paths.clear()

    def requests(self) -> list[str]:
        """Return the id of each request for a destination."""
        return [path.removeprefix(PATH) for path in self.paths if path.startswith(PATH)]

    def ids(self) -> set[str]:
        """Return the ids that were requested."""
        return set(self.requests())
