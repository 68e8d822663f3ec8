"""Check that a document is valid OpenAPI and refers only to itself.

The OpenAPI validator would fetch external references, follows circular ones forever, and does not locate what it cannot
read. So these are checked first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from openapi_spec_validator import validate
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError, ValidatorDetectError

from . import document as documents
from .document import Document, Refused, is_array, is_object, pointer
from .rules import endless

Path = tuple[str | int, ...]
Found = Iterator[tuple[Path, str]]

LONGEST = 200
"""Characters of what is wrong with a document, which quotes the part that is wrong."""

HOLDERS = ("parameters", "responses", "headers", "examples", "links", "callbacks")
"""Keywords that hold what may be a component, under the keyword under which such components are."""


def check_validity(document: Document) -> None:
    """Raise Refused unless a document is valid OpenAPI that refers only to itself."""
    if not isinstance(document.get("openapi"), str):
        raise Refused(f"#/openapi is not a version of OpenAPI that can be read: {document.get('openapi')!r}")
    for look in (outside, shapes, references, endless):
        if found := [f"{pointer(path)}: {message}" for path, message in look(document)]:
            raise Refused(*found)
    try:
        validate(document)
    except ValidatorDetectError as error:
        raise Refused(f"#/openapi is not a version of OpenAPI that can be read: {document['openapi']!r}") from error
    except OpenAPIValidationError as error:
        # The first line is what is wrong, and begins with the value it is wrong with, which may be long.
        message = str(getattr(error, "message", error)).partition("\n")[0]
        shown = message if len(message) <= LONGEST else f"... {message[-LONGEST:]}"
        raise Refused(f"{_place(document, error)} is not valid OpenAPI {document['openapi']}: {shown}") from error
    # It names the folder that is written, and that is removed before.
    version: object = document["info"]["version"]
    if not isinstance(version, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", version):
        raise Refused(f"#/info/version is not a date like 2023-04-25: {version!r}")
    if not document.get("paths"):
        raise Refused("#/paths: it is missing, so there are no operations")


def outside(document: Document) -> Found:
    """Nothing is outside of the document, even in data that the validator may treat as a reference."""
    for path, node in documents.walk(document):
        if is_object(node) and isinstance(node.get("$ref"), str) and not node["$ref"].startswith("#"):
            yield (*path, "$ref"), f"it leaves the document: {node['$ref']!r}. Nothing was fetched"


def shapes(document: Document) -> Found:
    """A schema is an object, or true or false; keywords hold schemas as JSON Schema says."""
    for path, node in documents.objects(document):
        for keyword in ("oneOf", "anyOf", "allOf", "prefixItems"):
            if keyword in node:
                yield from _schemas((*path, keyword), node[keyword], list)
        for keyword in ("properties", "patternProperties"):
            if keyword in node:
                yield from _schemas((*path, keyword), node[keyword], dict)
        for keyword in ("items", "additionalProperties", "schema"):
            if keyword in node and not isinstance(node[keyword], dict | bool):
                yield (*path, keyword), f"it is not a schema: {node[keyword]!r:.50}"


def _schemas(path: Path, value: Any, kind: type[Any]) -> Found:
    if not isinstance(value, kind):
        yield path, f"it is not an {'array' if kind is list else 'object'} of schemas: {value!r:.50}"
        return
    for step, schema in enumerate(value) if is_array(value) else value.items():
        if not isinstance(schema, dict | bool):
            yield (*path, step), f"it is not a schema: {schema!r:.50}"


def references(document: Document) -> Found:
    """A reference leads to a component of the kind that is needed there."""
    for path, node in (*documents.objects(document), *_examples(document)):
        reference = node.get("$ref")
        if not isinstance(reference, str):
            continue
        if documents.find(document, reference) is None:
            yield (*path, "$ref"), f"it leads nowhere: {reference!r}"
        elif "$ref" in documents.resolve(document, node):
            yield (*path, "$ref"), f"it leads in a circle: {reference!r}"
        elif not reference.startswith(f"#/components/{(kind := _kind(path))}/"):
            yield (*path, "$ref"), f"it leads to none of #/components/{kind}: {reference!r}"


def _examples(document: Document) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the examples that have a name, which are data but for a reference to another one."""
    for path, node in documents.walk(document):
        if path[-2:-1] == ("examples",) and isinstance(path[-1], str) and is_object(node):
            yield path, node


def _kind(path: Path) -> str:
    """Return under which keyword the components are that can stand at a place."""
    in_schema = any(step == "schema" and before not in HOLDERS for before, step in pairwise(path))
    if in_schema or path[:2] == ("components", "schemas"):
        return "schemas"
    if path[-2] in HOLDERS or path[0] == "components":
        return str(path[-2])
    return "pathItems" if path[-2] == "paths" else "requestBodies" if path[-1] == "requestBody" else "schemas"


def _place(document: Document, error: OpenAPIValidationError) -> str:
    """Return where an error is. The validator names a place in a schema as one below the schema, wherever that is."""
    end: Path = tuple(getattr(error, "absolute_path", ()))
    value = getattr(error, "instance", None)
    places = [path for path, node in documents.walk(document) if path[len(path) - len(end) :] == end and node == value]
    return pointer(places[0] if places else end)
