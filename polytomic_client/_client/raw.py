"""Check and encode a request that no operation describes, and decode its response as the caller chose. Without I/O."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import Enum
from math import isfinite
from typing import Any, Protocol, Self, TypedDict, TypeVar, cast

from attrs import frozen

from .._call.settings import IDEMPOTENCY_HEADER
from .._runtime.operation import Operation, path_of
from .._runtime.types import encode_datetime, encode_text, path_segment, query_of
from .._text import quoted, shown
from ..errors import DecodeError

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")

PLACEHOLDER = re.compile(r"\{([^{}]+)\}")

SUCCESSES = range(200, 300)


class Decodable(Protocol):
    """A class that is made of a JSON object: each generated model."""

    @classmethod
    def from_dict(cls, src_dict: Any, /) -> Self:
        """Return the value of a JSON object."""
        ...


Model = TypeVar("Model", bound=Decodable)


class RequestOptions(TypedDict, total=False):
    """Options of `request`, for functions that pass them on.

    Attributes:
        path_params: The values of the placeholders of `path`: each a str, a number, a UUID or a datetime.
        params: The query. A value is a str, a number, a bool, a UUID or a datetime. A list of these repeats the
            parameter. None and UNSET are left out.
        json: The body: a JSON value, or a generated model, also inside of a list or a dict. None sends no body.
        headers: Headers to add. They cannot replace the client's own.
        idempotency_key: Identifies a POST: 8 to 255 letters, digits, '_' or '-'. Default: the client generates one.
    """

    path_params: Mapping[str, object] | None
    params: Mapping[str, object] | None
    json: object
    headers: Mapping[str, str] | None
    idempotency_key: str | None


@frozen
class RawOperation(Operation[Any]):
    """The operation of a raw request: every 2xx is a success, also one without a body.

    Attributes:
        undecoded: Whether the value is the body itself.
        model: The name of the model to decode into, if any.
    """

    undecoded: bool = False
    model: str | None = None

    def decode(self, status: int, content: bytes, **context: Any) -> Any:
        """Decode a body, as Operation does. An empty one is None.

        Raises:
            DecodeError: The body is not JSON, or does not fit the model.
        """
        if self.undecoded:
            return content
        if not content:
            return None
        try:
            return super().decode(status, content, **context)
        except DecodeError as error:
            if self.model is not None:
                error.hint = f"into={self.model} may be the wrong model for this path. {error.hint}"
            raise


def request(
    method: str,
    path: str,
    *,
    version: str,
    path_params: Mapping[str, object] | None = None,
    params: Mapping[str, object] | None = None,
    json: object = None,
    idempotency_key: str | None = None,
    into: Any = None,
) -> tuple[RawOperation, dict[str, Any]]:
    """Return what a raw request is: its operation, and what the `_get_kwargs` of a generated one returns.

    RequestOptions documents the arguments, except `version`: the version that the client pins.

    Raises:
        TypeError: An argument has the wrong type, or `json` cannot be encoded.
        ValueError: An argument is malformed.
    """
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, got {shown(method)}.")
    headers: dict[str, str] = {}
    if into is bytes:
        headers["Accept"] = "*/*"
    if idempotency_key is not None:
        if method != "POST":
            raise ValueError(f"idempotency_key must be left out of a {method}: the API only supports it for POST.")
        headers[IDEMPOTENCY_HEADER] = idempotency_key
    kwargs: dict[str, Any] = {"method": str.__str__(method), "url": _filled(path, path_params), "headers": headers}
    if params is not None:
        kwargs["params"] = _query(params)
    if json is not None:
        headers["Content-Type"] = "application/json"
        try:
            kwargs["json"] = _plain(json, ())
        except RecursionError:
            raise TypeError("json is nested too deeply, or contains itself. Pass a JSON value.") from None
    decoders = dict.fromkeys(SUCCESSES, _decoder(into))
    operation = RawOperation("request", version, method, path, decoders, undecoded=into is bytes, model=_name(into))
    return operation, kwargs


def _decoder(into: Any) -> Callable[[Any], Any]:
    if into is None or into is bytes:
        return _unchanged
    decoder: Callable[[Any], Any] | None = getattr(into, "from_dict", None)
    if not callable(decoder):
        raise TypeError(f"into must be a model, bytes or None, got {shown(into)}. A model has from_dict(...).")
    return decoder


def _name(into: Any) -> str | None:
    return None if into is None or into is bytes else getattr(into, "__name__", type(into).__name__)


def _unchanged(body: Any) -> Any:
    return body


def _filled(path: str, path_params: Mapping[str, object] | None) -> str:
    """Return a path with its placeholders replaced by encoded values."""
    if not isinstance(path, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"path must be a str, got {shown(path)}.")
    if not path.startswith("/") or "//" in path:
        raise ValueError(f"path must begin with '/' and not contain '//', got {shown(path)}. base_url names the host.")
    if not all("!" <= character <= "~" and character not in "?#\\" for character in path):
        raise ValueError(
            "path must not contain '?', '#', backslashes, white space, control or non-ASCII characters, "
            f"got {shown(path)}. Pass a query as params=... and values as path_params=..."
        )
    if re.search("[{}]", PLACEHOLDER.sub("", path)):
        raise ValueError(f"path must have braces around names only, got {shown(path)}. Encode others as %7B and %7D.")
    values = _mapping("path_params", {} if path_params is None else path_params)
    names: list[str] = PLACEHOLDER.findall(path)
    for name in names:
        if name not in values:
            raise ValueError(f"path_params must have the placeholder {shown(name)} of path, which is missing. Add it.")
    for surplus in values.keys() - set(names):
        raise ValueError(f"path_params must have placeholders of path only, got {shown(surplus)}. Remove it.")
    filled = PLACEHOLDER.sub(lambda match: path_segment(match[1], _scalar(values[match[1]])), path)
    # After the values, because a segment may consist of several parts.
    if any(segment in (".", "..") for segment in filled.lower().replace("%2e", ".").split("/")):
        raise ValueError(f"path must not contain the segments '.' or '..', got {shown(filled)}. Write the whole path.")
    return filled


def _query(params: Mapping[str, object]) -> dict[str, Any]:
    values = _mapping("params", params)
    for name in values:
        if not isinstance(name, str):
            raise TypeError(f"params must have names that are str, got {shown(name)}.")
    encoded = {
        str.__str__(cast("str", name)): [_scalar(item) for item in cast("Iterable[object]", value)]
        if isinstance(value, (list, tuple))
        else _scalar(value)
        for name, value in values.items()
    }
    return query_of(encoded)


def _scalar(value: object) -> Any:
    # The `str` of a user's own enum may be its name.
    value = cast("object", value.value) if isinstance(value, Enum) else value
    return encode_datetime(value) if isinstance(value, datetime) else encode_text(value)


def _mapping(name: str, value: object) -> Mapping[object, object]:
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} must be a mapping of names to values, got {shown(value)}.")
    return cast("Mapping[object, object]", value)


def _plain(value: object, steps: tuple[str | int, ...]) -> Any:
    """Return a body without models: only what `json` encodes.

    Raises:
        TypeError: A part of it is not JSON.
    """
    if value is None or isinstance(value, (str, int)) or (isinstance(value, float) and isfinite(value)):
        return value
    to_dict = None if isinstance(value, type) else getattr(value, "to_dict", None)
    if callable(to_dict):
        return _plain(to_dict(), steps)
    if isinstance(value, (list, tuple)):
        return [_plain(item, (*steps, place)) for place, item in enumerate(cast("Iterable[object]", value))]
    if isinstance(value, Mapping):
        members: dict[str, Any] = {}
        for name, item in cast("Mapping[object, object]", value).items():
            if not isinstance(name, str):
                raise TypeError(f"json must have names that are str at {quoted(path_of(steps))}, got {shown(name)}.")
            members[name] = _plain(item, (*steps, name))
        return members
    raise TypeError(f"json must be a JSON value or a model at {quoted(path_of(steps))}, got {shown(value)}.")
