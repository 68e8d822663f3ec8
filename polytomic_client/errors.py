"""The errors of this package: one base class, a class per kind of failure, and hints about what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import urlsplit

from ._text import ELLIPSIS, EXCERPT_CHARACTERS, excerpt, line, quoted, read_error_body

LONGEST_REQUEST = 300
"""Maximum characters of a quoted method and URL. A path with two ids has 150, not counting the host."""

LONGEST_MESSAGE = 300
"""Maximum characters of a quoted decoding error. Python's own message contains the whole value."""

LONGEST_REASON = 1_100
"""Maximum characters of a quoted reason: the problem, and the first 500 characters of a body. Escaping may double
these."""

__all__ = [
    "APIStatusError", "AuthenticationError", "BadRequestError", "CallCancelledError", "ClientClosedError",
    "ConfigurationError", "ConflictError", "ConnectTimeoutError", "DeadlineExceededError", "DecodeError",
    "NotFoundError", "NotReachedError", "NotSentError", "OutcomeUnknownError", "PermissionDeniedError",
    "PolytomicError", "ProxyAuthenticationError", "RateLimitError", "ReadTimeoutError", "RedirectError",
    "RequestError", "ResponseTooLargeError", "ServerError", "TLSError", "TransportError",
    "UnexpectedStatusError", "UnprocessableEntityError", "VersionMismatchError",
]  # fmt: skip


class PolytomicError(Exception):
    """The base class of the errors that this package defines.

    `str(error)` is one printable line of at most 1,800 bytes, whatever a server or a caller supplied.
    """

    def __str__(self) -> str:
        # Cut here and in RequestError, so that no `reason` of a subclass can exceed the limit.
        return line(self.reason())

    def reason(self) -> str:
        """Return what happened."""
        return super().__str__()

    def __repr__(self) -> str:
        return line(f"{type(self).__name__}({str(self)!r}", ")")


class ConfigurationError(PolytomicError, ValueError):
    """The client configuration is invalid. Nothing was sent. The message never contains a key."""


class CallCancelledError(PolytomicError):
    """In a fan-out, something that a call waited for was cancelled, but the fan-out was not."""


class RequestError(PolytomicError):
    """A call that failed.

    Attributes:
        message: What happened.
        operation: The name of the operation, for example `get_bulk_destination`.
        request: The method and URL.
        method: The method of `request`, for example `GET`. Empty if no request was made.
        url: The URL of `request`. Empty if no request was made.
        attempts: The number of attempts, including the first.
        idempotency_key: The key that a POST was sent with, None for other methods. Pass it to the same call to get the
            outcome, or to have the call done once. The API returns the first outcome of a key for at least 24 hours.
        outcome_unknown: Whether the API may have acted on any attempt: one without a response, or with a 408, 502, 503
            or 504, which a proxy may return while the API is working.
        hint: What to do about it. May be empty.
    """

    hint: str = ""
    idempotency_key: str | None = None
    outcome_unknown: bool = False

    def __init__(self, message: str, *, operation: str = "", request: str = "", attempts: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.operation = operation
        self.request = request
        self.attempts = attempts

    def locate(self, operation: str, request: str, attempts: int) -> Self:
        """Set which call failed, and return the error."""
        self.operation, self.request, self.attempts = operation, request, attempts
        return self

    @property
    def method(self) -> str:
        """The method of `request`."""
        return self.request.partition(" ")[0]

    @property
    def url(self) -> str:
        """The URL of `request`."""
        return self.request.partition(" ")[2]

    def __str__(self) -> str:
        attempts = f" ({self.attempts} attempts)" if self.attempts > 1 else ""
        request = quoted(self.request, LONGEST_REQUEST)
        where = f"{quoted(self.operation)}: {request}{attempts}: " if self.request else ""
        reason = quoted(self.reason(), LONGEST_REASON)
        if not self.hint:
            return line(where + reason)
        return line(where + reason, f"{'' if reason.endswith(('.', '!', '?', ELLIPSIS)) else '.'} {self.hint}")

    def reason(self) -> str:
        """Return what happened, without the request and the hint."""
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(kind: type[RequestError], arguments: tuple[Any, ...], state: dict[str, Any]) -> RequestError:
    error = kind.__new__(kind, *arguments)
    error.args = arguments
    error.__dict__.update(state)
    return error


class ClientClosedError(RequestError, RuntimeError):
    """The client is closed, belongs to a different event loop, or was used before the process was forked."""


class APIStatusError(RequestError):
    """The API responded with a status that the OpenAPI document does not describe as a success.

    Attributes:
        status_code: The HTTP status, which may be one that IANA has not registered (520).
        code: The API's machine-readable kind of error, if the body has one.
        key: The same as `code`. The API calls it so.
        message: The API's message, or `HTTP status ...` if the body has none.
        metadata: Further facts from the body, an object or an array. Empty if there are none.
        headers: The response headers. Names are case-insensitive.
        request_id: The `X-Request-Id` of the response, if any.
        retry_after: The seconds to wait before a retry, from `Retry-After`, if any.
        body: The first 500 characters of the body, without control characters.
    """

    def __init__(
        self,
        status_code: int,
        content: bytes = b"",
        headers: Mapping[str, str] | None = None,
        *,
        retry_after: float | None = None,
    ) -> None:
        key, message, metadata = read_error_body(content)
        super().__init__(message or f"HTTP status {status_code}")
        self.status_code = status_code
        self.key = key
        self.metadata = metadata
        self.headers: Mapping[str, str] = headers if headers is not None else {}
        self.request_id = self.headers.get("X-Request-Id")
        self.retry_after = retry_after
        self.body = excerpt(content)
        self._has_message = message is not None

    @property
    def code(self) -> str | None:
        """The API's machine-readable kind of error, if the body has one."""
        return self.key

    def reason(self) -> str:
        """Return the status with the server's message, or with the beginning of the body."""
        if self._has_message:
            text = f"{self.status_code} {quoted(self.message, EXCERPT_CHARACTERS)}"
        else:
            text = f"{self.status_code} with {'body ' + repr(self.body) if self.body else 'an empty body'}"
        if self.retry_after is not None:
            text += f"; retry after {self.retry_after:g} s"
        return f"[{quoted(self.request_id)}] {text}" if self.request_id else text


class BadRequestError(APIStatusError):
    """400: the request is malformed."""

    hint = "Check the arguments. The same request will fail again."


class AuthenticationError(APIStatusError):
    """401: the credential is missing, unknown or revoked."""

    hint = (
        "Check api_key=... or POLYTOMIC_API_KEY, or what you use instead: deployment_key=..., POLYTOMIC_DEPLOYMENT_KEY "
        "or basic_auth=... Keys are created in the settings of a Polytomic user."
    )


class PermissionDeniedError(APIStatusError):
    """403: the credential is valid but lacks the permission."""

    hint = "The key is valid, but its owner lacks the permission."


class NotFoundError(APIStatusError):
    """404: the resource does not exist, or the credential may not see it."""

    hint = "The id may not exist, or may belong to another organization than the key."


class ConflictError(APIStatusError):
    """409: something else is in progress: another execution, or an earlier call with the same idempotency key."""

    hint = "Wait until the conflicting operation ends, or remove what conflicts."


class UnprocessableEntityError(APIStatusError):
    """422: the request is well-formed, but its contents are rejected."""

    hint = "Check the contents of the request. The same request will fail again."


class RateLimitError(APIStatusError):
    """429: too many requests. `retry_after` is the number of seconds to wait, if the API gives one."""

    hint = "Lower the concurrency, or retry later."


class ServerError(APIStatusError):
    """5xx: the API, or a proxy in front of it, failed."""

    hint = "The server failed. Retry later."


class RedirectError(APIStatusError):
    """3xx: a redirect, which the client never follows. A key is only sent to the host it is meant for."""

    hint = "Check base_url. It must be the URL of the API itself."

    def reason(self) -> str:
        """Return the status, and the host that the redirect names."""
        location = self.headers.get("Location")
        if location is None:
            return super().reason()
        try:
            host = urlsplit(location).hostname
        except ValueError:
            host = "an invalid URL"
        place = quoted(host) if host else "a path on the same host"
        return f"{super().reason()}; the client does not follow the redirect to {place}"


class UnexpectedStatusError(APIStatusError):
    """Any other status: a success that the OpenAPI document does not describe, or an error without its own class."""


PROXY_CREDENTIALS = (
    "Check the user and password of the proxy: proxy='http://user:password@host:port', or the same URL in HTTPS_PROXY "
    "with trust_env=True."
)


class TransportError(RequestError):
    """The connection failed. The class says whether the API may have received the request."""


class NotSentError(TransportError):
    """The request did not reach the API, so a retry is safe."""

    hint = "Nothing was sent. Check base_url, the network and whether the API is up."


class ConnectTimeoutError(NotSentError, TimeoutError):
    """No connection was established within `timeout.connect` seconds."""


class TLSError(NotSentError):
    """The server's certificate is not trusted, or the two sides cannot agree on TLS. The client does not retry."""

    hint = (
        "Nothing was sent. Check base_url. If a private CA issued the certificate, set SSL_CERT_FILE to the CA's file, "
        "or pass ssl_context=..."
    )


class ProxyAuthenticationError(NotSentError):
    """The proxy requires credentials, or rejects those that it received (407). The client does not retry."""

    hint = f"Nothing was sent. {PROXY_CREDENTIALS}"


class OutcomeUnknownError(TransportError):
    """The request was sent, but no complete response arrived. The API may or may not have acted on it.

    Attributes:
        stale: Whether a reused connection ended before the first byte of a response. Most likely, the server closed it
            as idle while the request was in transit.
    """

    stale: bool = False
    outcome_unknown = True

    hint = "The API may have acted on the request. Check the network and whether the API is up."


class ReadTimeoutError(OutcomeUnknownError, TimeoutError):
    """The API sent nothing for longer than `timeout.read` seconds, or received the request too slowly."""


class DeadlineExceededError(RequestError, TimeoutError):
    """The call took longer than `deadline` seconds. `__cause__` is the error of the last attempt, if any."""

    hint = "Raise deadline=..., or lower the concurrency."


class NotReachedError(DeadlineExceededError):
    """In a fan-out, the deadline passed before the item's call was made. Nothing was sent."""

    hint = "Raise the fan-out's deadline=..., or run it again for the items that were not reached."


class ResponseTooLargeError(RequestError):
    """The body is larger than `max_response_bytes` after decompression."""

    hint = "Raise max_response_bytes=... if you expect a body of this size."


class DecodeError(RequestError):
    """A 2xx response does not match the OpenAPI document.

    Attributes:
        status_code: The HTTP status.
        path: Where in the body, for example `$.data.modes[0]`, as far as it is known.
        body: The first 500 characters of the body, without control characters.
        request_id: The `X-Request-Id` of the response, if any.
    """

    hint = "The API may have changed, or base_url may be the URL of another server."

    def __init__(
        self,
        message: str,
        *,
        status_code: int = 200,
        path: str = "$",
        content: bytes = b"",
        request_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status_code = status_code
        self.path = path
        self.body = excerpt(content)
        self.request_id = request_id

    def reason(self) -> str:
        """Return which part of the body cannot be decoded, why, and the beginning of the body."""
        place, message = quoted(self.path), quoted(self.message, LONGEST_MESSAGE)
        text = f"cannot decode the body of a {self.status_code} at {place}: {message}; the body begins {self.body!r}"
        return f"[{quoted(self.request_id)}] {text}" if self.request_id else text


class VersionMismatchError(RequestError):
    """The response is of another API version than the one that was requested.

    Attributes:
        asked: The version in the `X-Polytomic-Version` of the request.
        answered: The version in the `X-Polytomic-Version` of the response.
        status_code: The HTTP status of the response.
        message: The API's message if the response is an error that has one. Otherwise, both versions.
        code: The API's machine-readable kind of error, if the response has one.
        key: The same as `code`. The API calls it so.
        metadata: Further facts from the body of an error. Empty if there are none.
        body: The first 500 characters of the body of an error, without control characters.
        request_id: The `X-Request-Id` of the response, if any.
    """

    hint = "This client decodes one version only. Pin a version that the deployment supports with version=..."

    def __init__(
        self, asked: str, answered: str, status_code: int, *, content: bytes = b"", request_id: str | None = None
    ) -> None:
        said = f"got version {quoted(answered)} (status {status_code})"
        self._mismatch = f"requested API version {quoted(asked)}, {said}"
        self.key, message, self.metadata = read_error_body(content)
        super().__init__(message or self._mismatch)
        self.asked = asked
        self.answered = answered
        self.status_code = status_code
        self.body = excerpt(content)
        self.request_id = request_id
        self._has_message = message is not None

    @property
    def code(self) -> str | None:
        """The API's machine-readable kind of error, if the response has one."""
        return self.key

    def reason(self) -> str:
        """Return both versions, and what the server says about them."""
        text = self._mismatch
        if self._has_message:
            text += f": {quoted(self.message, EXCERPT_CHARACTERS)}"
        elif self.body:
            text += f" with body {self.body!r}"
        return f"[{quoted(self.request_id)}] {text}" if self.request_id else text
