"""Reads from the OpenAPI document the paths, and what a request to each must contain. Pure, no I/O."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files
from math import isfinite
from typing import Any, Final, cast
from urllib.parse import unquote

import jsonschema_rs

from .. import v2023_04_25 as generated
from .._runtime.operation import VERSION_HEADER
from .._runtime.types import decode_datetime
from .._text import quoted

Document = Mapping[str, Any]
"""An OpenAPI document, or an object inside one."""

# The other members of an OpenAPI 3.1 path item are not operations.
_METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

_DEEPEST: Final = 100
"""Levels of nesting that a body may have. More would exhaust the reader's stack."""

_MOST_DIGITS: Final = 1000
"""Digits that an integer parameter may have. The document has no bound; Python reads up to 4,300."""

_NUMBER: Final = r"-?[0-9]{1,1000}(\.[0-9]{1,1000})?([eE][+-]?[0-9]{1,4})?"
"""A number as JSON writes it, of as many digits as an integer may have."""

_PARAMETER: Final = r"\{([^{}]+)\}"
"""A parameter in the template of a path."""

_LONGEST_REASON: Final = 300
"""Characters of a validator's message, which may quote the whole value."""


class MalformedError(ValueError):
    """A parameter or a body does not match the document."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the document."""

    name: str
    place: str
    """`path`, `query` or `header`."""

    required: bool
    schema: Document
    is_object: bool
    """Whether it is an object of a query, whose members are sent as `filters[enabled]=true`."""

    validator: jsonschema_rs.Validator
    document: Document = field(repr=False)
    """The whole document, to which the schema may refer."""

    def read(self, texts: Sequence[str]) -> Any:
        """Parse the strings of a request, and return the value or None if there are none.

        Raises:
            MalformedError: The parameter is missing, repeated, or does not match the document.
        """
        return self._checked(_parsed(self.document, self.schema, self.name, texts) if texts else None)

    def read_object(self, query: Iterable[tuple[str, str]]) -> Any:
        """Parse the members of an object in a query, and return the object or None if there are none.

        Args:
            query: The names and values of the query.

        Raises:
            MalformedError: The parameter is missing, a member is repeated, or it does not match the document.
        """
        members: dict[str, list[str]] = {}
        for name, text in query:
            if name.startswith(f"{self.name}[") and name.endswith("]"):
                members.setdefault(name[len(self.name) + 1 : -1], []).append(text)
        made = {
            member: _parsed(self.document, self._member(member), f"{self.name}[{member}]", texts)
            for member, texts in members.items()
        }
        return self._checked(made or None)

    def _checked(self, value: Any) -> Any:
        if value is None:
            if self.required:
                raise MalformedError(f"{self.name} is missing")
            return None
        fault = next(iter(self.validator.iter_errors(value)), None)
        if fault is not None:
            if self.schema.get("format") == "uuid":
                raise MalformedError(f"{self.name} is not a UUID")
            place = ".".join([self.name, *map(str, fault.instance_path)])
            raise MalformedError(f"{place}: {quoted(fault.message, _LONGEST_REASON)}")
        return self._instant(value) if self.schema.get("format") == "date-time" else value

    def _member(self, name: str) -> Document:
        """Return the schema of a member of an object."""
        for part in _alternatives(self.document, self.schema):
            found = part.get("properties", {}).get(name, part.get("additionalProperties"))
            if isinstance(found, Mapping):
                return cast("Document", found)
        return {}

    def _instant(self, text: str) -> datetime:
        try:
            return decode_datetime(text)
        except ValueError as error:  # a leap second
            raise MalformedError(f"{self.name}: {error}") from None


@dataclass(frozen=True, slots=True)
class Call:
    """A checked request for an operation."""

    path: Mapping[str, str]
    """The parameters in the path."""

    query: Mapping[str, Any]
    """Every query parameter of the document; None for one that is not given."""

    body: Any
    """The JSON of the body; None if the operation has no body."""


@dataclass(frozen=True, slots=True)
class DocumentedOperation:
    """What a request for one operation must contain."""

    id: str
    """The operationId."""

    schemes: frozenset[str]
    """The HTTP authorization schemes in lower case, one of which is required. Empty if none is required."""

    requires_version: bool
    """Whether the request must name the version."""

    parameters: tuple[Parameter, ...]
    """Its parameters, except the version."""

    body: jsonschema_rs.Validator | None
    """The validator of its JSON body; None if the operation has no body."""

    def read_body(self, content_type: str, content: bytes) -> Any:
        """Return the JSON of a body.

        Raises:
            MalformedError: The content type is not JSON, or the body is not JSON or cannot be encoded again.
        """
        if content_type.partition(";")[0].strip().lower() != "application/json":
            raise MalformedError(f"Content-Type must be application/json, got {quoted(content_type) or 'none'}")
        try:
            body = json.loads(content)
            _check_depth(body)
            # It must be encodable again: no NaN, no number beyond a float's range, no lone surrogate.
            json.dumps(body, allow_nan=False, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            raise MalformedError(f"the body cannot be read as JSON: {error}") from None
        return body

    def faults(self, body: Any) -> Iterable[str]:
        """Yield a message for each part of a body that does not match the document."""
        assert self.body is not None
        for fault in self.body.iter_errors(body):
            place = ".".join(map(str, fault.instance_path)) or "the body"
            yield f"{place}: {quoted(fault.message, _LONGEST_REASON)}"


class Specification:
    """The part of an OpenAPI document that decides which requests are accepted.

    Attributes:
        version_header: The name of the header that names a version.
        version: The one version that the document describes.
        endpoints: Each method and path of the document, for example `GET /api/me`.
    """

    def __init__(self, document: Document) -> None:
        """Read a document.

        Args:
            document: An OpenAPI 3.1 document of one dated version.
        """
        self.version_header = VERSION_HEADER
        self.version = _version(document)
        self._paths = [
            (
                _pattern(template),
                re.findall(_PARAMETER, template),
                {method.upper(): _operation(document, item, item[method]) for method in _METHODS if method in item},
            )
            for template, item in sorted(document["paths"].items(), key=_literal_first)
        ]
        self.endpoints = [
            f"{method.upper()} {template}"
            for template, item in document["paths"].items()
            for method in _METHODS
            if method in item
        ]

    @property
    def operations(self) -> Iterator[DocumentedOperation]:
        """Every operation of the document."""
        return (operation for *_, operations in self._paths for operation in operations.values())

    def find(self, raw_path: str) -> tuple[Mapping[str, DocumentedOperation], Mapping[str, str]] | None:
        """Return the operations of a path by method, and the parameters in it; None for an unknown path.

        Args:
            raw_path: The path as it was sent, percent-encoded: `%2F` in a parameter does not separate the path.
        """
        for pattern, names, operations in self._paths:
            match = pattern.fullmatch(raw_path)
            if match is not None:
                return operations, dict(zip(names, map(unquote, match.groups()), strict=True))
        return None


def load_document() -> Document:
    """Return the OpenAPI document that the client is generated from."""
    document: Document = json.loads((files(generated) / "openapi.json").read_bytes())
    return document


@cache
def own_specification() -> Specification:
    """Return the specification that the client is generated from. The first call takes 30 ms."""
    return Specification(load_document())


def _pattern(template: str) -> re.Pattern[str]:
    """Return what matches a path of a template."""
    literals = map(re.escape, re.split(_PARAMETER, template)[::2])
    return re.compile("([^/]+)".join(literals))


def _literal_first(entry: tuple[str, Document]) -> list[tuple[bool, int]]:
    """Sort `/syncs/status` before `/syncs/{id}`, which matches it too: OpenAPI prefers the path without a parameter.

    Of segments with a parameter, `{id}.json` comes before `{id}`.
    """
    segments = entry[0].split("/")
    return [("{" in segment, -len(re.sub(_PARAMETER, "", segment)) * ("{" in segment)) for segment in segments]


def _operation(document: Document, item: Document, operation: Document) -> DocumentedOperation:
    parameters = _parameters(document, item, operation)
    pins = [parameter for parameter in parameters if _is_pin(parameter)]
    schemes = _components(document).get("securitySchemes", {})
    alternatives = operation.get("security", document.get("security", []))
    body = None
    if "requestBody" in operation:
        content = _resolve(document, operation["requestBody"])["content"]
        body = _validator(document, content["application/json"]["schema"])
    return DocumentedOperation(
        id=operation["operationId"],
        schemes=frozenset(schemes[name]["scheme"] for alternative in alternatives for name in alternative),
        requires_version=any(pin.get("required", False) for pin in pins),
        parameters=tuple(_parameter(document, parameter) for parameter in parameters if parameter not in pins),
        body=body,
    )


def _version(document: Document) -> str:
    """Return the default of the first pin that has one, or else the version of the document."""
    items = document["paths"].values()
    operations = [(item, item[method]) for item in items for method in _METHODS if method in item]
    for item, operation in operations:
        for pin in filter(_is_pin, _parameters(document, item, operation)):
            if "default" in pin["schema"]:
                return str(pin["schema"]["default"])
    return str(document["info"]["version"])


def _parameters(document: Document, item: Document, operation: Document) -> list[Document]:
    listed = [*item.get("parameters", []), *operation.get("parameters", [])]
    return [_resolve(document, parameter) for parameter in listed]


def _is_pin(parameter: Document) -> bool:
    """Return whether a parameter is the header that names the version, inline or as a component."""
    name: str = parameter["name"]
    return parameter["in"] == "header" and name.lower() == VERSION_HEADER.lower()


def _parameter(document: Document, parameter: Document) -> Parameter:
    schema = _resolve(document, parameter["schema"])
    return Parameter(
        parameter["name"],
        parameter["in"],
        parameter.get("required", False),
        schema,
        parameter.get("style") == "deepObject",
        _validator(document, schema),
        document,
    )


def _parsed(document: Document, schema: Document, name: str, texts: Sequence[str]) -> Any:
    """Return the value that the strings of a parameter stand for. One that matches no type of the schema is a string.

    Raises:
        MalformedError: There are several, but the schema has no array.
    """
    alternatives = list(_alternatives(document, schema))
    kinds = {kind for part in alternatives for kind in _types(part)}
    is_text = "string" in kinds or not kinds
    for part in alternatives if len(texts) > 1 or not is_text else ():
        if "array" in _types(part):
            return [_parsed(document, part.get("items", {}), name, [text]) for text in texts]
    if len(texts) > 1:
        raise MalformedError(f"{name} must be given once, got {len(texts)} values")
    (text,) = texts
    if is_text:
        return text
    if "boolean" in kinds and text in ("true", "false"):
        return text == "true"
    if kinds & {"integer", "number"} and re.fullmatch(f"-?[0-9]{{1,{_MOST_DIGITS}}}", text):
        return int(text)
    if "number" in kinds and re.fullmatch(_NUMBER, text) and isfinite(float(text)):
        return float(text)
    return text


def _alternatives(document: Document, schema: Document) -> Iterator[Document]:
    """Yield a schema and what it is made of, in `oneOf`, `anyOf` and `allOf`."""
    schema = _resolve(document, schema)
    yield schema
    for union in ("oneOf", "anyOf", "allOf"):
        for part in schema.get(union, ()):
            yield from _alternatives(document, part)


def _types(schema: Document) -> list[str]:
    kind: str | list[str] = schema.get("type", [])
    return [kind] if isinstance(kind, str) else kind


def _validator(document: Document, schema: Document) -> jsonschema_rs.Validator:
    whole = {**schema, "components": _components(document)}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def _components(document: Document) -> Document:
    found: Document = document.get("components", {})
    return found


def _resolve(document: Document, node: Document) -> Document:
    while "$ref" in node:
        target = document
        for name in node["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        node = target
    return node


def _check_depth(value: object) -> None:
    level = [value]
    for _ in range(_DEEPEST):
        level = [inside for each in level for inside in _members(each)]
    if level:
        raise ValueError(f"it is nested deeper than {_DEEPEST} levels")


def _members(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(cast("dict[str, object]", value).values())
    return cast("list[object]", value) if isinstance(value, list) else []
