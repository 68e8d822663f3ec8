"""Every error of the package: one root, a class per kind of failure, and what is safe to do next."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Self, cast
from urllib.parse import urlsplit

from multidict import CIMultiDict

from ._text import ELLIPSIS, EXCERPT_CHARACTERS, excerpt, line, quoted

LONGEST_REQUEST = 300
"""Characters of a method and URL: a path of two ids has 150, behind the host."""

LONGEST_MESSAGE = 300
"""Characters: what Python says of a value quotes it whole."""

LONGEST_REASON = 1_100
"""Characters: what is wrong with a body and its first 500, which may take twice as many to write."""


class PolytomicError(Exception):
    """The root of every error that this package raises for a cause of its own.

    Its text is one printable line of at most 1,800 bytes, whatever a server or a caller put into it.
    """

    def __str__(self) -> str:
        # Here, and in RequestError, and not where a text is made, so that no `reason` can say more.
        return line(self.reason())

    def reason(self) -> str:
        """Return what happened."""
        return super().__str__()

    def __repr__(self) -> str:
        return line(f"{type(self).__name__}({str(self)!r}", ")")


class ConfigurationError(PolytomicError, ValueError):
    """The client's settings cannot work; nothing was sent. The text never contains a key."""


class CallCancelledError(PolytomicError):
    """In a fan-out, a call ended because something that it waited for was cancelled, and not the fan-out."""


class RequestError(PolytomicError):
    """A call that failed.

    Attributes:
        message: What happened.
        operation: The operation's name, such as `get_bulk_destination`.
        request: The method and URL.
        attempts: How many times the request was tried, the first included.
        idempotency_key: The key that a POST was sent with, None for other methods. Give it to the same call to learn
            what came of it, or to have it done once: the API answers with the first outcome for 24 hours or longer.
        outcome_unknown: Whether the API may have acted on any attempt: one that got no response, or a 408, 502, 503 or
            504, which a proxy may send while the API works.
        hint: What to do about it; may be empty.
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
        """Say which call failed, and return the error."""
        self.operation, self.request, self.attempts = operation, request, attempts
        return self

    def __str__(self) -> str:
        tries = f" ({self.attempts} attempts)" if self.attempts > 1 else ""
        request = quoted(self.request, LONGEST_REQUEST)
        where = f"{quoted(self.operation)}: {request}{tries}: " if self.request else ""
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


CLOSED = "this client is closed: make another"
ANOTHER_LOOP = "this client belongs to another event loop: make one client in each, and close it there"
FORKED = "this client has connections of the process that this one was forked from: make one in each process"


class ClientClosedError(RequestError, RuntimeError):
    """The client was used after it was closed, in another event loop than its own, or in a forked process."""


class APIStatusError(RequestError):
    """The API answered, with a status that is not the success the document describes.

    Attributes:
        status_code: The HTTP status, also one that IANA does not name (520).
        key: The API's word for the kind of error, for programs, where the body has one.
        message: The API's sentence, or what the status says where the body has none.
        metadata: Further facts from the body: an object or an array, empty where there are none.
        headers: The response's headers; names in any case.
        request_id: The `X-Request-Id` of the response, if it has one.
        retry_after: The seconds that `Retry-After` asks to wait, if it does.
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
        key, message, metadata = _read_error_body(content)
        super().__init__(message or f"HTTP status {status_code}")
        self.status_code = status_code
        self.key = key
        self.metadata = metadata
        self.headers: Mapping[str, str] = headers if headers is not None else {}
        self.request_id = self.headers.get("X-Request-Id")
        self.retry_after = retry_after
        self.body = excerpt(content)
        self._has_message = message is not None

    def reason(self) -> str:
        """Return the status and what the server says about it, or how its body begins."""
        if self._has_message:
            text = f"{self.status_code} {quoted(self.message, EXCERPT_CHARACTERS)}"
        else:
            text = f"{self.status_code} with {'body ' + repr(self.body) if self.body else 'an empty body'}"
        if self.retry_after is not None:
            text += f", to be tried again after {self.retry_after:g} s"
        return f"[{quoted(self.request_id)}] {text}" if self.request_id else text


class BadRequestError(APIStatusError):
    """400: the request is malformed."""

    hint = "Check the arguments; the same request will fail again."


class AuthenticationError(APIStatusError):
    """401: the credential is missing, unknown or revoked."""

    hint = (
        "Check the key: api_key=... or POLYTOMIC_API_KEY. Keys are made in the settings of a Polytomic user; "
        "on-premises deployments also take deployment_key=..."
    )


class PermissionDeniedError(APIStatusError):
    """403: the credential is known, and may not do this."""

    hint = "The key works, but its owner may not do this."


class NotFoundError(APIStatusError):
    """404: there is no such thing, or the credential may not see it."""

    hint = "Check the id and which organization the key belongs to."


class ConflictError(APIStatusError):
    """409: something else is under way: another execution, or an earlier call with the same idempotency key."""

    hint = "What is in the way must end, or be removed, before this can be done."


class UnprocessableEntityError(APIStatusError):
    """422: the request is well formed, and its contents are refused."""

    hint = "Check the contents of the request; the same request will fail again."


class RateLimitError(APIStatusError):
    """429: too many requests; `retry_after` says how many seconds to wait, where the API says so."""

    hint = "Ask with less concurrency, or later."


class ServerError(APIStatusError):
    """5xx: the API or a proxy before it failed."""

    hint = "The fault is on the server's side; try again later."


class RedirectError(APIStatusError):
    """3xx: redirects are never followed, so that a key stays with the host it was meant for."""

    hint = "Check base_url: it must name the API itself."

    def reason(self) -> str:
        """Return the status and the host that the redirect leads to."""
        location = self.headers.get("Location")
        if location is None:
            return super().reason()
        try:
            host = urlsplit(location).hostname
        except ValueError:
            host = "a malformed URL"
        place = quoted(host) if host else "a path of the same host"
        return f"{super().reason()}; a redirect to {place}, which is never followed"


class UnexpectedStatusError(APIStatusError):
    """Any other status: a success that the document does not describe, or an error without a class of its own."""


_BY_STATUS: dict[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}
_BY_CLASS: dict[int, type[APIStatusError]] = {3: RedirectError, 5: ServerError}


def status_error(
    status_code: int, content: bytes, headers: Mapping[str, str], *, retry_after: float | None = None
) -> APIStatusError:
    """Return the error of a status, of the class that the status has."""
    # A copy, because the view that a transport hands over cannot be pickled.
    headers = CIMultiDict(headers)
    kind = _BY_STATUS.get(status_code) or _BY_CLASS.get(status_code // 100, UnexpectedStatusError)
    return kind(status_code, content, headers, retry_after=retry_after)


class TransportError(RequestError):
    """The connection failed; the class says whether the API can have seen the request."""


class NotSentError(TransportError):
    """The request did not reach the API, so it is safe to send it again."""

    hint = "Nothing was sent. Check base_url, the network and whether the API is up."


class ConnectTimeoutError(NotSentError, TimeoutError):
    """No connection came about within `timeout.connect` seconds."""


class TLSError(NotSentError):
    """The server's certificate is not trusted, or both sides cannot agree on TLS. The client does not retry."""

    hint = (
        "Nothing was sent. Check base_url. If a private CA issued the certificate, name its file in SSL_CERT_FILE, "
        "or give ssl_context=..."
    )


class OutcomeUnknownError(TransportError):
    """The request was sent and no whole response came back: the API may or may not have acted on it.

    Attributes:
        stale: Whether the connection had served a request before, and ended before any byte of a response: the server
            has most likely closed it as idle while the request was on its way.
    """

    stale: bool = False
    outcome_unknown = True

    hint = "The API may have acted on the request. Check the network, and whether the API is up."


class ReadTimeoutError(OutcomeUnknownError, TimeoutError):
    """The API fell silent for longer than `timeout.read` seconds, or took the request too slowly."""


class DeadlineExceededError(RequestError, TimeoutError):
    """The call took longer than `deadline` seconds over all its tries; `__cause__` is the last try's error, if any."""

    hint = "Raise deadline=..., or ask with less concurrency."


class NotReachedError(DeadlineExceededError):
    """In a fan-out, the deadline passed before the item's call was made: nothing was sent."""

    hint = "Give the fan-out a longer deadline=..., or call it again for what was not reached."


class ResponseTooLargeError(RequestError):
    """The body is larger, after decompression, than `max_response_bytes`."""

    hint = "Raise max_response_bytes=... if such a body is expected."


class DecodeError(RequestError):
    """The API answered a success whose body is not what the document says.

    Attributes:
        status_code: The HTTP status.
        path: Where in the body, such as `$.data.modes[0]`, as far as it is known.
        body: The first 500 characters of the body, without control characters.
        request_id: The `X-Request-Id` of the response, if it has one.
    """

    hint = "The API may have changed, or something else answers at base_url."

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
        """Return which part of the body cannot be decoded, why, and how the body begins."""
        place, message = quoted(self.path), quoted(self.message, LONGEST_MESSAGE)
        text = f"cannot decode the body of a {self.status_code} at {place}: {message}; it begins {self.body!r}"
        return f"[{quoted(self.request_id)}] {text}" if self.request_id else text


class VersionMismatchError(RequestError):
    """Another version of the API answered than the one that was asked for.

    Attributes:
        asked: The version in the request's `X-Polytomic-Version`.
        answered: The version in the response's.
        status_code: The HTTP status of the response.
    """

    hint = "This client decodes one version only: pin a version that the deployment speaks, with version=..."

    def __init__(self, asked: str, answered: str, status_code: int) -> None:
        said = f"version {quoted(answered)} answered (status {status_code})"
        super().__init__(f"asked for API version {quoted(asked)}, {said}")
        self.asked = asked
        self.answered = answered
        self.status_code = status_code


def _read_error_body(content: bytes) -> tuple[str | None, str | None, Mapping[str, Any] | list[Any]]:
    """Return the key, message and metadata of an error body, in any form that the API has used.

    Forms: `{key, message, metadata, status}`, `{code, context, error, status}` (401), `{message, status_code,
    metadata: []}` and `{error: {message}}`.
    """
    try:
        body: object = json.loads(content)
    except (ValueError, RecursionError):
        return None, None, {}
    facts = _object(body)
    inner = facts.get("error")
    facts = facts | _object(inner)
    message = facts.get("message") or inner
    key = facts.get("key")
    metadata: object = facts.get("metadata") or facts.get("context")
    return (
        key if isinstance(key, str) else None,
        message if isinstance(message, str) else None,
        cast("dict[str, Any] | list[Any]", metadata) if isinstance(metadata, (dict, list)) else {},
    )


def _object(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
