"""What the sandbox takes from the OpenAPI document: paths, and what a request to each must carry. Pure, no I/O."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from .._api import generated

Document = Mapping[str, Any]
"""An OpenAPI document, or an object inside one."""

# What else a path item of OpenAPI 3.1 may hold is no operation.
_METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True, slots=True)
class Operation:
    """What a request for one operation must carry."""

    id: str
    """The operationId."""

    schemes: frozenset[str]
    """The HTTP authorization schemes, in lower case, of which one is needed. Empty for an operation open to all."""

    requires_version: bool
    """Whether the request must name the version it wants."""

    uuids: tuple[str, ...]
    """The names of the path parameters that must be UUIDs."""


class Specification:
    """The part of an OpenAPI document that decides which requests are accepted.

    Attributes:
        version_header: The name of the header that names a version.
        version: The one version that the document describes.
        paths: The operations by path template, then by method in upper case.
    """

    def __init__(self, document: Document) -> None:
        """Read a document.

        Args:
            document: An OpenAPI 3.1 document whose `Version` parameter is the version pin.
        """
        pin: Document = document["components"]["parameters"]["Version"]
        self.version_header: str = pin["name"]
        self.version: str = pin["schema"]["default"]
        self.paths: dict[str, dict[str, Operation]] = {
            path: {method.upper(): _operation(document, item, item[method]) for method in _METHODS if method in item}
            for path, item in document["paths"].items()
        }


def load_document() -> Document:
    """Return the OpenAPI document that the client is generated from."""
    document: Document = json.loads((files(generated) / "openapi.json").read_bytes())
    return document


def _operation(document: Document, item: Document, operation: Document) -> Operation:
    listed = [*item.get("parameters", []), *operation.get("parameters", [])]
    parameters = [_resolve(document, parameter) for parameter in listed]
    pin = document["components"]["parameters"]["Version"]
    schemes = document["components"]["securitySchemes"]
    alternatives = operation.get("security", document.get("security", []))
    return Operation(
        id=operation["operationId"],
        schemes=frozenset(schemes[name]["scheme"] for alternative in alternatives for name in alternative),
        requires_version=pin in parameters and pin["required"],
        uuids=tuple(
            parameter["name"]
            for parameter in parameters
            if parameter["in"] == "path" and parameter["schema"].get("format") == "uuid"
        ),
    )


def _resolve(document: Document, node: Document) -> Document:
    while "$ref" in node:
        target = document
        for name in node["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        node = target
    return node
