"""Faults of one request, as networks and servers cause them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from http.client import responses
from typing import Any, TypeAlias

import httpx
from attrs import field, frozen
from starlette.exceptions import HTTPException

from .._call.settings import check_version
from .._runtime.operation import VERSION_HEADER
from .._text import shown
from ..sandbox._app import error_response

Handle: TypeAlias = Callable[[], httpx.Response]
"""Makes the world handle the request, and returns its response."""

Fault: TypeAlias = Callable[[httpx.Request, Handle], httpx.Response]
"""What happens to a request instead of the world's response: one of the classes here, or your own function.

It returns a response, or raises what an httpx transport raises. The request takes effect in the world if the function
calls its second argument.
"""


def _check_status(_: object, __: object, status: Any) -> None:
    if isinstance(status, bool) or status not in range(200, 600):
        raise ValueError(f"status must be an int from 200 to 599, got {shown(status)}.")


def _check_headers(_: object, __: object, headers: Mapping[Any, Any]) -> None:
    for name, value in headers.items():
        if not isinstance(name, str) or not isinstance(value, str):
            raise TypeError(f"the name and the value of header {shown(name)} must be str, got {shown(value)}.")


def _check_version(_: object, __: object, version: str) -> None:
    check_version(version)


@frozen
class Answer:
    """A response other than the world's: a rejection, an overload, a proxy's page.

    Attributes:
        status: The HTTP status, from 200 to 599.
        body: A str or bytes are sent as they are, everything else as JSON. Default: the API's body for the status.
        headers: Further headers, for example `{"Retry-After": "2"}`.
        handled: Whether the world has handled the request before, as behind a proxy that timed out.

    Raises:
        TypeError: The name or the value of a header is not a str.
        ValueError: `status` is not an int from 200 to 599.

    Example:
        fake.fail(Answer(429, headers={"Retry-After": "2"}), times=3)
        fake.fail(Answer(200, body="<html>Please log in</html>"))
        fake.fail(Answer(504, handled=True), "create_bulk_sync")
    """

    status: int = field(validator=_check_status)
    body: Any = None
    headers: Mapping[str, str] = field(factory=dict[str, str], validator=_check_headers)
    handled: bool = False

    def __call__(self, _: httpx.Request, handle: Handle) -> httpx.Response:
        """Return the response."""
        if self.handled:
            handle()
        return httpx.Response(self.status, headers=self.headers, content=self._content())

    def _content(self) -> str | bytes:
        if self.body is None:
            error = HTTPException(self.status, responses.get(self.status, "an unnamed error"))
            return b"" if self.status < 400 else bytes(error_response(error, {}).body)
        return self.body if isinstance(self.body, (str, bytes)) else json.dumps(self.body)


@frozen
class Refused:
    """No connection: nothing is sent, and the request is not in `fake.requests`. A NotSentError.

    Example:
        fake.fail(Refused(), times=2)
    """

    def __call__(self, _: httpx.Request, __: Handle) -> httpx.Response:
        """Refuse the connection."""
        raise httpx.ConnectError("connection refused")


@frozen
class Reset:
    """A connection that breaks after the request was received, so that its outcome is unknown. An OutcomeUnknownError.

    Attributes:
        handled: Whether the world handled the request before the connection broke.

    Example:
        fake.fail(Reset(handled=True), "create_bulk_sync")
    """

    handled: bool = False

    def __call__(self, _: httpx.Request, handle: Handle) -> httpx.Response:
        """Break the connection."""
        if self.handled:
            handle()
        raise httpx.ReadError("connection reset by peer")


@frozen
class Silence:
    """No response within the read timeout, which passes at once without advancing the clock. A ReadTimeoutError.

    Attributes:
        handled: Whether the world has handled the request meanwhile.

    Example:
        fake.fail(Silence(), "get_bulk_destination")
    """

    handled: bool = False

    def __call__(self, _: httpx.Request, handle: Handle) -> httpx.Response:
        """Raise the timeout."""
        if self.handled:
            handle()
        raise httpx.ReadTimeout("timed out")


@frozen
class OtherVersion:
    """The world's response with the header of another API version. A VersionMismatchError.

    Attributes:
        version: The version in the header, for example `2024-02-08`.

    Raises:
        ConfigurationError: `version` is not a version.

    Example:
        fake.fail(OtherVersion("2024-02-08"))
    """

    version: str = field(validator=_check_version)

    def __call__(self, _: httpx.Request, handle: Handle) -> httpx.Response:
        """Return the response with the other version."""
        response = handle()
        response.headers[VERSION_HEADER] = self.version
        return response


@frozen
class CutShort:
    """The world's response, whose connection ends in the middle of the body. An OutcomeUnknownError.

    Example:
        fake.fail(CutShort(), "list_bulk_syncs")
    """

    def __call__(self, _: httpx.Request, handle: Handle) -> httpx.Response:
        """Return half of the response."""
        response = handle()
        half = response.content[: len(response.content) // 2]
        return httpx.Response(response.status_code, headers=response.headers, stream=_BrokenStream(half))


@frozen
class _BrokenStream(httpx.AsyncByteStream, httpx.SyncByteStream):
    """A body that ends before its full length, in either kind of client."""

    content: bytes

    def __iter__(self) -> Iterator[bytes]:
        yield self.content
        raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece
