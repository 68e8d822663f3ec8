"""Types and helpers that the models and the endpoint functions of every version share."""

# A cast would cost a call for each value that is decoded.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from enum import Enum
from math import isfinite
from typing import IO, Any, BinaryIO, ClassVar, Generic, Literal, TypeVar
from urllib.parse import quote
from uuid import UUID

from attrs import define, fields

from .._core.tracebacks import shorten
from .._text import shown
from .faults import member_names, path_to


class Unset:
    """The type of UNSET: the member was absent from the JSON object.

    It is falsy, equal to itself only, and prints as UNSET. It supports neither ordering nor arithmetic: to count an
    absent member as 0, write `member or 0`.
    """

    __slots__ = ()
    _instance: ClassVar[Unset | None] = None

    def __new__(cls) -> Unset:  # noqa: PYI034  (there is one)
        if cls._instance is None:
            cls._instance = super().__new__(cls)
        return cls._instance

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"

    def __format__(self, spec: str) -> str:
        """Return `UNSET` as a string, aligned if the specifier is one for strings. No specifier raises or cuts it."""
        try:
            formatted = format("UNSET", spec)
        except ValueError:  # a specifier for numbers or dates, such as `,` or `%H:%M`
            return "UNSET"
        return formatted if "UNSET" in formatted else "UNSET"

    def __reduce__(self) -> str:
        return "UNSET"


UNSET: Unset = Unset()

# What httpx takes for `files=`.
FileContent = IO[bytes] | bytes | str
FileTypes = tuple[str | None, FileContent, str | None] | tuple[str | None, FileContent, str | None, Mapping[str, str]]
RequestFiles = list[tuple[str, FileTypes]]


@define
class File:
    """A file to upload."""

    payload: BinaryIO
    file_name: str | None = None
    mime_type: str | None = None

    def to_tuple(self) -> FileTypes:
        """Return the form that httpx takes for multipart/form-data."""
        return self.file_name, self.payload, self.mime_type


T = TypeVar("T")
E = TypeVar("E", bound=Enum)

new = object.__new__
"""Makes a model without its `__init__`, whose call takes longer than all of its members."""


@define
class Response(Generic[T]):
    """A response of an endpoint function."""

    status_code: int
    content: bytes
    headers: MutableMapping[str, str]
    parsed: T


def as_object(value: Any) -> dict[str, Any]:
    """Return a mapping as a plain dict.

    Raises:
        TypeError: `value` is not a mapping.
    """
    if not isinstance(value, Mapping):
        raise TypeError(f"expected a JSON object, got {type(value).__name__}")
    return dict(value)


def sort_out(value: dict[str, Any], members: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return an object with `members` as defaults, and its own members that `members` does not name."""
    complete = members | value
    if len(complete) == len(members):
        return complete, {}
    return complete, {name: item for name, item in value.items() if name not in members}


def copy_members(members: dict[str, Any]) -> dict[str, Any]:
    """Copy the members that the OpenAPI document does not name, with the arrays and objects in them.

    Raises:
        TypeError: `members` is not a mapping.
    """
    copied = dict(members) if type(members) is dict else as_object(members)
    copies: dict[int, Any] = {}
    # Not recursive: a server may nest deeper than Python calls, and what a user gives may hold itself.
    todo: list[Any] = [copied]
    while todo:
        holder = todo.pop()
        for key, value in holder.items() if type(holder) is dict else enumerate(holder):
            if type(value) is dict or type(value) is list:
                if id(value) not in copies:
                    copies[id(value)] = value.copy()
                    todo.append(copies[id(value)])
                holder[key] = copies[id(value)]
    return copied


def as_subclass(kind: type[T], model: Any) -> T:
    """Return a model as an instance of a subclass, created by its `__init__`."""
    names = {field.alias: field.name for field in fields(type(model))}
    rest = names.pop("additional_properties", None)
    made = kind(**{alias: getattr(model, name) for alias, name in names.items()})
    if rest is not None:
        setattr(made, rest, getattr(model, rest))
    return made


def as_list(value: Any) -> list[Any]:
    """Return a JSON array, an empty one for null."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise TypeError(f"expected a JSON array, got {type(value).__name__}")
    return value


def as_items(value: Any) -> Any:
    """Return a list to encode.

    Raises:
        TypeError: `value` is a string, whose letters would become the items, or is not iterable.
    """
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        raise TypeError(f"expected a list, got {shown(value)}")
    return value


def as_json(value: object) -> str:
    """Return a JSON value as a string without white space.

    Raises:
        TypeError: `value` contains a type that JSON does not have.
        ValueError: `value` contains a number that is not finite.
    """
    refused: list[object] = []
    # What it cannot encode becomes null, and is then refused here rather than deep in the standard library.
    try:
        text = json.dumps(value, separators=(",", ":"), allow_nan=False, default=refused.append)
    except ValueError:
        path = path_to(value, lambda part: isinstance(part, float) and not isfinite(part))
        if path == "$":  # it contains itself
            raise
        raise ValueError(f"cannot encode {path} as JSON, got a number that is not finite.") from None
    if refused:
        first = refused[0]
        path = path_to(value, lambda part: part is first)
        kind = type(first).__name__
        raise TypeError(f"cannot encode {path} as JSON, got {kind}.{_did_you_mean(first)}")
    return text


def encode_text(value: Any) -> Any:
    """Return a UUID or a member of an enum as a string, and any other value unchanged.

    The `str` of a model would send all its contents. Unchanged, a model cannot be encoded as JSON.
    """
    return str(value) if isinstance(value, (str, UUID)) else value


def encode_model(value: Any, model: type[Any]) -> dict[str, Any]:
    """Return the JSON object of a model.

    Raises:
        TypeError: `value` is not an instance of `model`.
    """
    if not isinstance(value, model):
        name = model.__name__
        hint = f" Use {name}.from_dict(...)." if isinstance(value, Mapping) else ""
        raise TypeError(f"expected {name}, got {type(value).__name__}.{hint}")
    try:
        encoded: dict[str, Any] = value.to_dict()
    except Exception as error:
        shorten(error)
        raise
    return encoded


def decode_enum(kind: type[E], value: Any) -> E:
    """Return a value as a member of an enum. `kind(value)` does the same, but takes four times as long."""
    try:
        return kind._value2member_map_[value]  # type: ignore[return-value]
    except (KeyError, TypeError):
        pass
    return kind(value)


def decode_uuid(value: Any) -> UUID:
    """Return the UUID that a string spells."""
    if not isinstance(value, str):
        raise TypeError(f"expected a UUID, got {type(value).__name__}")
    return UUID(value)


def decode_datetime(value: str) -> dt.datetime:
    """Return the instant of an ISO 8601 string, in UTC if it has no offset."""
    try:
        instant = dt.datetime.fromisoformat(value)
    except ValueError:
        from dateutil.parser import isoparse

        try:
            instant = isoparse(value)
        except OverflowError:
            raise ValueError(f"{shown(value)} is after the last instant of datetime") from None
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=dt.UTC)


def encode_datetime(value: dt.datetime) -> str:
    """Return an instant as ISO 8601 in UTC, with `Z`.

    Raises:
        ValueError: `value` is not a datetime, or does not have a time zone.
    """
    if not hasattr(value, "tzinfo"):
        raise ValueError(f"{shown(value)} is not a datetime")
    if value.tzinfo is None:
        raise ValueError(f"{shown(value)} has no time zone: use datetime.now(timezone.utc) or .replace(tzinfo=...)")
    try:
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    except OverflowError:
        return value.isoformat()


def parses(parse: Callable[[Any], object], value: object) -> bool:
    """Return whether a value is a string that `parse` accepts."""
    if not isinstance(value, str):
        return False
    try:
        parse(value)
    except ValueError:
        return False
    return True


def closest(value: Any, *kinds: Any) -> Any:
    """Return a JSON object as the model it fits best: its members fit, and the fewest are missing or unknown.

    Raises:
        TypeError: `value` is not a JSON object.
    """
    members = as_object(value)
    best = min(kinds, key=lambda kind: (not kind._matches(members), kind._unlike(members)))  # noqa: SLF001  (generated)
    return best.from_dict(members)


def require(value: object, name: str) -> None:
    """Reject a response whose member `name` is missing or null."""
    if value is UNSET or value is None:
        raise TypeError(f"member {name!r} is {'missing' if value is UNSET else 'null'}")


def _did_you_mean(value: object) -> str:
    """Return the advice for a model, or its envelope, that was passed instead of its id. Empty for other values."""
    names = member_names(value)
    if "id" in names:
        return " Did you mean .id?"
    if "data" in names and "id" in member_names(getattr(value, "data", None)):
        return " Did you mean .data.id?"
    return ""


CANONICAL_UUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def path_uuid(name: str, value: UUID | str) -> str:
    """Return a path parameter that is a UUID.

    Raises:
        ValueError: `value` is not a UUID.
    """
    if type(value) is str and CANONICAL_UUID.fullmatch(value):
        # As the API writes it, and eight times as fast as to make a UUID of it and a string of that.
        return value
    if isinstance(value, UUID):
        return str(value)
    try:
        return str(UUID(value))
    except (ValueError, TypeError, AttributeError):
        raise ValueError(
            f"{name} must be a UUID like 248df4b7-aa70-47b8-a036-33ac447e668d, got {shown(value)}."
            f"{_did_you_mean(value)}"
        ) from None


def path_segment(name: str, value: object) -> str:
    """Return a path parameter quoted as one segment of a path.

    Raises:
        ValueError: `value` is not a string or a number, or is empty, `.` or `..`, which HTTP clients remove.
    """
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise _not_scalar(name, value)
    text = str(value)
    if text in ("", ".", ".."):
        raise ValueError(f"{name} must not be {text!r}: it would change the path of the request")
    return quote(text, safe="")


def query_of(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a query that are set.

    Raises:
        ValueError: A value in `params` is not a string, a number or a list of these: its `str` would be in the URL.
    """
    there = {name: value for name, value in params.items() if value is not UNSET and value is not None}
    for name, value in there.items():
        for item in value if isinstance(value, (list, tuple)) else (value,):
            if not isinstance(item, (str, int, float)):
                raise _not_scalar(name, item)
    return there


def deep_object(name: str, value: object) -> dict[str, Any]:
    """Return the members of an object as parameters of a query: `filters[enabled]`.

    Raises:
        TypeError: `value` is not a mapping.
    """
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} must be a mapping, got {shown(value)}.")
    return {f"{name}[{key}]": item for key, item in value.items()}


def _not_scalar(name: str, value: object) -> ValueError:
    # A ValueError, as for a UUID.
    advice = _did_you_mean(value) if name.endswith("id") else ""
    return ValueError(f"{name} must be a string or a number, got {shown(value)}.{advice}")


__all__ = [
    "UNSET",
    "File",
    "FileTypes",
    "RequestFiles",
    "Response",
    "Unset",
    "as_items",
    "as_json",
    "as_list",
    "as_object",
    "as_subclass",
    "closest",
    "copy_members",
    "decode_datetime",
    "decode_enum",
    "decode_uuid",
    "deep_object",
    "encode_datetime",
    "encode_model",
    "encode_text",
    "new",
    "parses",
    "path_segment",
    "path_uuid",
    "query_of",
    "require",
    "sort_out",
]
