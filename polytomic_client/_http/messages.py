"""The seam between policy and network: a Request goes in, and a Reply or a TransportError comes out."""

from __future__ import annotations

from typing import Protocol

from attrs import define
from multidict import MultiMapping

from .._core.secret import Secret
from .settings import Timeout


@define
class Request:
    """What is sent. The credential stays apart from the headers until the wire, so that it never prints."""

    method: str
    url: str
    headers: dict[str, str]
    content: bytes | None = None
    authorization: Secret | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.url}"

    def wire_headers(self) -> list[tuple[str, str]]:
        """Return the headers with the credential among them."""
        credential = [] if self.authorization is None else [("Authorization", self.authorization.reveal())]
        return [*self.headers.items(), *credential]


@define
class Reply:
    """What came back, its body as it came: still compressed if the server compressed it."""

    status: int
    headers: MultiMapping[str]
    content: bytes


class AsyncTransport(Protocol):
    """Sends one request once, for asyncio."""

    async def send(self, request: Request, timeout: Timeout, remaining: float, *, fresh: bool = False) -> Reply:
        """Send a request and return its reply.

        Args:
            request: What to send.
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
        """Send a request and return its reply.

        Args:
            request: What to send.
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
