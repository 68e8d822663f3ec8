"""An operation of the OpenAPI document: its name, and how to decode each success. Generated modules create these."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from attrs import frozen
from multidict import CIMultiDict

from .._core.tracebacks import shorten
from .._text import line
from ..errors import DecodeError
from .errors import UnexpectedStatus
from .models import missing_member
from .types import Response

if TYPE_CHECKING:
    import httpx

Value = TypeVar("Value")
Value_co = TypeVar("Value_co", covariant=True)

VERSION_HEADER = "X-Polytomic-Version"
"""The header that pins the dated version of the API, in a request and in its response."""

DECODING_FAILURES = (TypeError, ValueError, AttributeError, KeyError, RecursionError)
"""What generated decoders and `json` raise for a body that does not match the OpenAPI document."""

LARGEST_LOCATED = 1_000_000
"""Maximum bytes of a body in which a fault is located, because locating it decodes parts of the body again."""

MOST_PARTS = 2_000
"""Maximum parts of a body that are decoded to locate a fault, which takes a few tens of milliseconds."""

MISSING = "the response lacks this member, which the OpenAPI document requires, and the client is strict"

EMPTY: tuple[Any, ...] = ({}, [], None)
"""Replacements for the parts of a body, one after another, to locate a fault."""


@frozen
class Operation(Generic[Value_co]):
    """An operation of the OpenAPI document.

    Attributes:
        name: The operation id in snake case, which is also the name of the method.
        version: The dated version of the API that it belongs to.
        method: Its HTTP method.
        path: Its path, with a placeholder for each parameter: `/api/bulk/dest/{connection_id}`.
        decoders: The decoder of the JSON body for each status that is a success. None if the response has no body.
        conflicts_with_state: Whether a 409 may be about something other than an earlier request with the same
            idempotency key. Set by `x-conflicts-with-state` in the OpenAPI document.
    """

    name: str
    version: str
    method: str
    path: str
    decoders: Mapping[int, Callable[[Any], Value_co] | None]
    conflicts_with_state: bool = False

    def decode(
        self,
        status: int,
        content: bytes,
        *,
        request: str,
        attempts: int = 1,
        request_id: str | None = None,
        strict: bool = False,
    ) -> Value_co:
        """Decode a body.

        Args:
            status: The HTTP status, one of `decoders`.
            content: The decompressed body.
            request: The method and URL, for the error.
            attempts: The number of attempts, for the error.
            request_id: The server's id of the request, for the error.
            strict: Whether a missing member is an error.

        Raises:
            DecodeError: The body does not match the OpenAPI document.
        """
        decoder = self.decoders[status]
        if decoder is None:
            return cast("Value_co", None)
        body: Any = None
        path = "$"
        try:
            body = parser()(content)
            value = decoder(body)
        except DECODING_FAILURES as error:
            if body is not None and len(content) <= LARGEST_LOCATED and not isinstance(error, RecursionError):
                path = find_fault(decoder, body)
            shorten(error)
            failure = DecodeError(_reason(error), status_code=status, path=path, content=content, request_id=request_id)
            text = str(error)
            # Python prints a cause with its error. A cause that quotes a long value adds nothing to the error.
            raise failure.locate(self.name, request, attempts) from error if line(text) == text else None
        missing = missing_member(value) if strict else None
        if missing is not None:
            failure = DecodeError(
                MISSING, status_code=status, path=path_of(missing), content=content, request_id=request_id
            )
            raise failure.locate(self.name, request, attempts)
        return value


def httpx_arguments(operation: Operation[object], kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return what a generated function hands to httpx: its own arguments, the pin, and what the policy must know.

    Args:
        operation: The operation.
        kwargs: The arguments of its `_get_kwargs`.
    """
    headers = kwargs.get("headers", {})
    return {
        **kwargs,
        "headers": {VERSION_HEADER: operation.version, **headers},
        "extensions": {"operation": operation, "version_given": VERSION_HEADER in headers},
    }


def response_of(operation: Operation[Value], response: httpx.Response) -> Response[Value]:
    """Return what a generated function returns for the response of httpx.

    Raises:
        UnexpectedStatus: The status is not a success that the OpenAPI document describes.
        DecodeError: The body does not match the OpenAPI document.
    """
    if response.status_code not in operation.decoders:
        raise UnexpectedStatus(response.status_code, response.content)
    request = f"{response.request.method} {response.request.url}"
    parsed = operation.decode(response.status_code, response.content, request=request)
    return Response(response.status_code, response.content, response.headers, parsed)


@frozen
class APIResponse(Generic[Value_co]):
    """A decoded response with its status, headers and body.

    Attributes:
        parsed: The value that the method without `with_response` returns.
        status_code: The HTTP status.
        headers: The response headers. Names are case-insensitive.
        content: The decompressed body.
        attempts: The number of attempts, including the first.
    """

    parsed: Value_co
    status_code: int
    headers: Mapping[str, str]
    content: bytes
    attempts: int

    def __reduce__(self) -> tuple[Any, ...]:
        # The view of the headers that a transport provides cannot be pickled.
        headers = CIMultiDict(self.headers)
        return type(self), (self.parsed, self.status_code, headers, self.content, self.attempts)

    @property
    def request_id(self) -> str | None:
        """The `X-Request-Id` of the response, if any."""
        return self.headers.get("X-Request-Id")


def find_fault(decoder: Callable[[Any], object], body: Any) -> str:
    """Return the path of the smallest part of a body that cannot be decoded, for example `$.data.modes[0]`.

    Decoders tolerate missing members. So a member is at fault if it fails alone in its object and an empty replacement
    does not fail.
    """
    steps: list[str | int] = []
    part = body
    decoded = 0
    while True:
        for step, child in _children(part):
            decoded += 1
            if decoded > MOST_PARTS:
                return path_of(steps)
            place = [*steps, step]
            if _fails(decoder, place, child) and not all(_fails(decoder, place, empty) for empty in EMPTY):
                steps = place
                part = child
                break
        else:
            return path_of(steps)


def path_of(steps: Iterable[str | int]) -> str:
    """Return the path of a part of a body, for example `$.data.modes[0]`."""
    return "$" + "".join(f".{step}" if isinstance(step, str) else f"[{step}]" for step in steps)


def _children(value: Any) -> Iterable[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return cast("dict[str, Any]", value).items()
    if isinstance(value, list):
        return enumerate(cast("Sequence[Any]", value))
    return ()


def _fails(decoder: Callable[[Any], object], steps: list[str | int], part: Any) -> bool:
    """Return whether decoding fails for a body that contains only one part, at its path."""
    for step in reversed(steps):
        part = {step: part} if isinstance(step, str) else [part]
    try:
        decoder(part)
    except DECODING_FAILURES:
        return True
    return False


@cache
def parser() -> Callable[[bytes], Any]:
    """Return the JSON parser: msgspec's if installed, which is three times as fast, else the standard library's."""
    try:
        import msgspec
    except ImportError:
        return json.loads
    decode, refused = msgspec.json.decode, msgspec.MsgspecError

    def parse(content: bytes) -> Any:
        try:
            return decode(content)
        except (refused, UnicodeDecodeError):
            # The standard library accepts NaN, a byte order mark and more. For other input, its message is reported.
            return json.loads(content)

    return parse


def _reason(error: BaseException) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    if isinstance(error, json.JSONDecodeError):
        return f"it is not JSON ({error})"
    return str(error)
