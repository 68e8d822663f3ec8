"""Check that a document is valid OpenAPI and refers only to itself.

The OpenAPI validator would fetch external references, follows circular ones forever, and does not locate what it cannot
read. So these are checked first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import jsonschema_rs
from openapi_spec_validator import validate
from openapi_spec_validator.schemas.utils import get_schema_content
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError, ValidatorDetectError

from . import document as documents
from .document import Document, Found, Refused, Steps, is_array, is_date, is_object, pointer
from .rules import endless

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
        place, message = _fault(document, error)
        # The first line is what is wrong, and begins with the value it is wrong with, which may be long.
        first = message.partition("\n")[0]
        shown = first if len(first) <= LONGEST else f"... {first[-LONGEST:]}"
        raise Refused(f"{place} is not valid OpenAPI {document['openapi']}: {shown}") from error
    # It names the folder that is written, and that is removed before.
    version: object = document["info"]["version"]
    if not is_date(version):
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


def _schemas(path: Steps, value: Any, kind: type[Any]) -> Found:
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


def _examples(document: Document) -> Iterator[tuple[Steps, dict[str, Any]]]:
    """Yield the examples that have a name, which are data but for a reference to another one."""
    for path, node in documents.walk(document):
        if path[-2:-1] == ("examples",) and isinstance(path[-1], str) and is_object(node):
            yield path, node


def _kind(path: Steps) -> str:
    """Return under which keyword the components are that can stand at a place."""
    in_schema = any(step == "schema" and before not in HOLDERS for before, step in pairwise(path))
    if in_schema or path[:2] == ("components", "schemas"):
        return "schemas"
    if path[-2] in HOLDERS or path[0] == "components":
        return str(path[-2])
    if path[-2] in ("paths", "webhooks"):
        return "pathItems"
    return "requestBodies" if path[-1] == "requestBody" else "schemas"


def _fault(document: Document, error: OpenAPIValidationError) -> tuple[str, str]:
    """Return where an error is, and what is wrong there."""
    if document["openapi"].startswith("3.0."):
        for found in jsonschema_rs.Draft4Validator(dict(get_schema_content("3.0"))).iter_errors(document):
            path, message = _cause(found)
            return pointer(path), message
    return _place(document, error), str(getattr(error, "message", error))


def _cause(error: jsonschema_rs.ValidationError) -> tuple[list[str | int], str]:
    """Return where and why a value matches no alternative of the schema of OpenAPI 3.0: the fault in the likely one."""
    branches: list[list[jsonschema_rs.ValidationError]] = getattr(error.kind, "context", [])
    likely = [branch for branch in branches if not any(_is_of_another_kind(inner) for inner in branch)]
    inner = [each for branch in likely or branches for each in branch]
    if not inner:
        return error.instance_path, error.message
    fault = max(inner, key=lambda each: len(each.instance_path))
    same = [each for each in inner if each.instance_path == fault.instance_path]
    options = [json.dumps(option) for each in same for option in getattr(each.kind, "options", [])]
    if not likely and len(options) > 1:
        # Each alternative has another value here, as `in` of a parameter.
        return fault.instance_path, f"{json.dumps(fault.instance)} is not one of {', '.join(dict.fromkeys(options))}"
    return _cause(fault)


def _is_of_another_kind(error: jsonschema_rs.ValidationError) -> bool:
    """Return whether an error says that another alternative is meant: one without `$ref`, or of another `type`."""
    options: list[object] = getattr(error.kind, "options", [])
    return len(options) == 1 or error.message.startswith('"$ref" is a required')


def _place(document: Document, error: OpenAPIValidationError) -> str:
    """Return where an error is. The validator names a place in a schema, or in a default, as one below it."""
    end: Steps = tuple(getattr(error, "absolute_path", ()))
    value = getattr(error, "instance", None)
    places = [
        (path, holder)
        for path, holder, node in _held(document)
        if path[len(path) - len(end) :] == end and _is_same(node, value)
    ]
    # The one fault that has no path at all is that of a default, which its own schema refuses.
    schema = getattr(error, "schema", None)
    exact = [path for path, holder in places if not end and path[-1:] == ("default",) and _is_same(holder, schema)]
    return pointer(next(iter((*exact, *(path for path, _ in places))), end))


def _held(document: Document) -> Iterator[tuple[Steps, Any, Any]]:
    """Yield every value of a document with its path and what holds it."""
    holders: dict[Steps, Any] = {}
    for path, node in documents.walk(document):
        yield path, holders.get(path[:-1]), node
        if is_object(node) or is_array(node):
            holders[path] = node


def _is_same(one: object, other: object) -> bool:
    """Return whether two JSON values are the same. For Python, true is 1."""
    return type(one) is type(other) and one == other and json.dumps(one) == json.dumps(other)
