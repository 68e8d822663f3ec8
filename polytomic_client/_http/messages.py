"""The interface between retry policy and network: a Request goes in, a Reply or a TransportError comes out."""

from __future__ import annotations

from typing import Protocol

from attrs import define
from multidict import MultiMapping

from .._core.secret import Secret
from .settings import Timeout


@define
class Request:
    """A request. The credential is added to the headers only when they are sent, so that it is never printed."""

    method: str
    url: str
    headers: dict[str, str]
    content: bytes | None = None
    authorization: Secret | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.url}"

    def wire_headers(self) -> list[tuple[str, str]]:
        """Return the headers, including the credential."""
        credential = [] if self.authorization is None else [("Authorization", self.authorization.reveal())]
        return [*self.headers.items(), *credential]


@define
class Reply:
    """A response. Its body is as received: still compressed if the server compressed it."""

    status: int
    headers: MultiMapping[str]
    content: bytes


class AsyncTransport(Protocol):
    """Sends one request once, for asyncio."""

    async def send(self, request: Request, timeout: Timeout, remaining: float, *, fresh: bool = False) -> Reply:
        """Send a request and return its response.

        Args:
            request: The request.
            timeout: How long each step may take.
            remaining: The seconds until the call's deadline, which the transport enforces.
            fresh: Whether to send it over a new connection.

        Raises:
            TransportError: Nothing was sent, or the outcome is unknown.
            ResponseTooLargeError: The body is larger than this transport accepts.
            DeadlineExceededError: The deadline passed.
        """
        ...

    async def aclose(self) -> None:
        """Close every connection."""
        ...


class Transport(Protocol):
    """Sends one request once, blocking."""

    def send(self, request: Request, timeout: Timeout, remaining: float, *, fresh: bool = False) -> Reply:
        """Send a request and return its response.

        Args:
            request: The request.
            timeout: How long each step may take.
            remaining: The seconds until the call's deadline, which the transport enforces.
            fresh: Whether to send it over a new connection.

        Raises:
            TransportError: Nothing was sent, or the outcome is unknown.
            ResponseTooLargeError: The body is larger than this transport accepts.
            DeadlineExceededError: The deadline passed.
        """
        ...

    def close(self) -> None:
        """Close every connection."""
        ...
