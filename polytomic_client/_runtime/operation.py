"""One operation of the document: its name and how each success is decoded. The generated modules make these."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Generic, TypeVar, cast

from attrs import frozen
from multidict import CIMultiDict

from .._text import line
from ..errors import DecodeError

Value_co = TypeVar("Value_co", covariant=True)

DECODING_FAILURES = (TypeError, ValueError, AttributeError, KeyError, RecursionError)
"""What generated decoding, and `json`, raise for a body that is not what the document says."""

LARGEST_LOCATED = 1_000_000
"""Bytes: in a larger body the place of a fault is not looked for, because looking decodes its parts again."""

MOST_TRIES = 2_000
"""How many parts of a body are decoded at most to find the one at fault: a few tens of milliseconds."""

EMPTY: tuple[Any, ...] = ({}, [], None)
"""What the parts of a body are replaced by, one by one, to find the one at fault."""


@frozen
class Operation(Generic[Value_co]):
    """An operation, as the document has it.

    Attributes:
        name: The operation id in snake case, which is the method's name.
        decoders: By each status that is a success, what makes an answer of the JSON body; None where there is none.
        conflicts_with_state: Whether a 409 may mean that something else is under way, and not only that an earlier
            request with the same idempotency key is. The document says so in `x-conflicts-with-state`.
    """

    name: str
    decoders: Mapping[int, Callable[[Any], Value_co] | None]
    conflicts_with_state: bool = False

    def decode(
        self, status: int, content: bytes, *, request: str, attempts: int = 1, request_id: str | None = None
    ) -> Value_co:
        """Return the answer that a body holds.

        Args:
            status: The HTTP status, one of `decoders`.
            content: The body, decompressed.
            request: The method and URL, for the error.
            attempts: How many tries it took, for the error.
            request_id: The server's name of the request, for the error.

        Raises:
            DecodeError: The body is not what the document says.
        """
        decoder = self.decoders[status]
        if decoder is None:
            return cast("Value_co", None)
        body: Any = None
        path = "$"
        try:
            body = parser()(content)
            return decoder(body)
        except DECODING_FAILURES as error:
            if body is not None and len(content) <= LARGEST_LOCATED and not isinstance(error, RecursionError):
                path = find_fault(decoder, body)
            failure = DecodeError(_reason(error), status_code=status, path=path, content=content, request_id=request_id)
            text = str(error)
            # A cause is printed with its error. One that quotes a long value says nothing that the error does not.
            raise failure.locate(self.name, request, attempts) from error if line(text) == text else None


@frozen
class APIResponse(Generic[Value_co]):
    """An answer with the response around it.

    Attributes:
        parsed: The answer, as the method without `with_response` returns it.
        status_code: The HTTP status.
        headers: The response's headers; names in any case.
        content: The body, decompressed.
        attempts: How many tries it took, the first included.
    """

    parsed: Value_co
    status_code: int
    headers: Mapping[str, str]
    content: bytes
    attempts: int

    def __reduce__(self) -> tuple[Any, ...]:
        # The view of the headers that a transport hands over cannot be pickled.
        headers = CIMultiDict(self.headers)
        return type(self), (self.parsed, self.status_code, headers, self.content, self.attempts)

    @property
    def request_id(self) -> str | None:
        """The `X-Request-Id` of the response, if it has one."""
        return self.headers.get("X-Request-Id")


def find_fault(decoder: Callable[[Any], object], body: Any) -> str:
    """Return the path of the smallest part of a body that cannot be decoded, such as `$.data.modes[0]`.

    Decoding forgives members that are missing. So a member that fails alone in its object is the one at fault, if
    something empty in its place does not fail.
    """
    steps: list[str | int] = []
    part = body
    tries = 0
    while True:
        for step, child in _children(part):
            tries += 1
            if tries > MOST_TRIES:
                return _path(steps)
            place = [*steps, step]
            if _fails(decoder, place, child) and not all(_fails(decoder, place, empty) for empty in EMPTY):
                steps = place
                part = child
                break
        else:
            return _path(steps)


def _path(steps: Iterable[str | int]) -> str:
    return "$" + "".join(f".{step}" if isinstance(step, str) else f"[{step}]" for step in steps)


def _children(value: Any) -> Iterable[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return cast("dict[str, Any]", value).items()
    if isinstance(value, list):
        return enumerate(cast("Sequence[Any]", value))
    return ()


def _fails(decoder: Callable[[Any], object], steps: list[str | int], part: Any) -> bool:
    """Say whether decoding fails for a body that holds nothing but one part, at its place."""
    for step in reversed(steps):
        part = {step: part} if isinstance(step, str) else [part]
    try:
        decoder(part)
    except DECODING_FAILURES:
        return True
    return False


@cache
def parser() -> Callable[[bytes], Any]:
    """Return what reads JSON: msgspec, if it is installed, which does it three times as fast."""
    try:
        import msgspec
    except ImportError:
        return json.loads
    decode, refused = msgspec.json.decode, msgspec.MsgspecError

    def parse(content: bytes) -> Any:
        try:
            return decode(content)
        except (refused, UnicodeDecodeError):
            # NaN, a byte order mark and other things that the standard library takes; and its words for what is none.
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
