"""Read a document as its authors publish it, and complete what it needs before it can be checked.

The overlay of its date comes first. Then the document gets its date, becomes one of 3.1 if it is one of 3.2, and its
operations get distinct ids. `normalise` does the rest, once the document is known to be valid.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attrs import frozen

from . import document as documents
from . import overlay
from .changes import Change, Section, Severity
from .document import METHODS, Document, Refused, Steps, is_array, is_date, is_object, pointer
from .names import identifier

Rewritten = Iterator[tuple[Steps, str]]


@frozen
class Received:
    """A document as it was received, with its overlay and a date.

    Attributes:
        document: The document.
        overlay: What its overlay changed, if it has one.
        notes: A line for each place that was changed besides.
        reasons: Why it may be invalid, although its authors say that it is valid.
    """

    document: Document
    overlay: Section | None
    notes: list[str]
    reasons: tuple[str, ...] = ()


def receive(path: Path, version: str | None, openapi: Path) -> Received:
    """Read a document.

    Args:
        path: Where it is.
        version: The date of the API that it describes, where it does not have one itself.
        openapi: The directory of the vendored documents and of `overlays`.

    Raises:
        Refused: It cannot be read, has no date, does not fit its overlay, or has an id twice.
    """
    document = documents.read(path)
    date = _date(document, version)
    changes = openapi / "overlays" / f"{date}.yaml"
    section: Section | None = None
    # The vendored document has the changes of its overlay already.
    if changes.is_file() and path.resolve() != (openapi / f"polytomic-{date}.yaml").resolve():
        document, applied = overlay.apply(changes, document)
        made = [Change(Severity.COSMETIC, action.what, tuple(action.places)) for action in applied]
        section = Section(f"made by openapi/overlays/{changes.name}", made)
    completed = copy.deepcopy(document)
    notes = [f"{pointer(place)}: {note}" for place, note in _completed(completed, date)]
    if repeated := list(_repeated(completed)):
        raise Refused(*repeated)
    reasons: tuple[str, ...] = ()
    if completed.get("openapi") != document.get("openapi"):
        reasons = (f"It is of OpenAPI {document['openapi']}, but read as 3.1. Leave out what is new in its version",)
    return Received(completed, section, notes, reasons)


def _date(document: Document, version: str | None) -> str:
    """Return the date of a document, or else the one that is given."""
    info: Any = document.get("info")
    own: Any = info.get("version") if is_object(info) else None
    if version is not None and not is_date(version):
        raise Refused(f"VERSION must be a date, got {version!r}. Write it like VERSION=2025-09-18")
    if version is None or is_date(own):
        if isinstance(own, str) and isinstance(document.get("openapi"), str) and not is_date(own):
            problem = f"#/info/version must be the date of the API, got {own!r}"
            raise Refused(f"{problem}. Say which one it is, for example VERSION=2025-09-18")
        return str(own)
    return version


def _completed(document: Document, date: str) -> Rewritten:
    info: Any = document.get("info")
    if is_object(info) and str(info.get("version")) != date:
        yield ("info", "version"), f"{info.get('version')!r} is {date}"
        info["version"] = date
    if re.match(r"3\.2\.", str(document.get("openapi"))):
        yield ("openapi",), f"{document['openapi']} is 3.1.0"
        document["openapi"] = "3.1.0"
        yield from _lowered(document)
    yield from _ids(document)


def _lowered(document: Document) -> Rewritten:
    """Remove what 3.2 has for readers only. What else is new in 3.2 is for the validator of 3.1 to refuse."""
    for path, node in list(documents.objects(document)):
        new: tuple[str, ...] = ()
        if not path:
            new = ("$self",)
        elif path[0] == "tags":
            new = ("summary", "parent", "kind")
        elif path[0] == "servers" and len(path) == 2:
            new = ("name",)
        elif (path[0] == "paths" and path[3:-1] == ("responses",)) or path[:-1] == ("components", "responses"):
            new = ("summary",)
        for name in new:
            # 3.1 has a summary beside a reference.
            if name in node and "$ref" not in node:
                del node[name]
                yield (*path, name), "removed: 3.1 does not have it"


def _ids(document: Document) -> Rewritten:
    """Put the tag before each id that operations of several tags have, because an id is the name of a method."""
    named: dict[str, list[tuple[Steps, dict[str, Any]]]] = {}
    for path, operation in _operations(document):
        if isinstance(operation.get("operationId"), str):
            named.setdefault(identifier(operation["operationId"]), []).append((path, operation))
    for operations in named.values():
        tags = [_tag(operation) for _, operation in operations]
        if len(set(tags)) < 2:
            continue
        for (path, operation), tag in zip(operations, tags, strict=True):
            if tag:
                former = operation["operationId"]
                operation["operationId"] = identifier(re.sub(r"\W", " ", f"{tag} {former}"))
                yield (*path, "operationId"), f"{former} is {operation['operationId']}: another tag has this id too"


def _repeated(document: Document) -> Iterator[str]:
    """Yield each operation with the id of another one. The validator would not say where it is."""
    places: dict[str, Steps] = {}
    for path, operation in _operations(document):
        name = operation.get("operationId")
        if isinstance(name, str) and places.setdefault(name, path) != path:
            problem = f"{name} is also the id of {pointer(places[name])}"
            yield f"{pointer((*path, 'operationId'))}: {problem}. Give it another one, for example with an overlay"


def _operations(document: Document) -> Iterator[tuple[Steps, dict[str, Any]]]:
    """Yield every operation of a document that may not be valid."""
    paths: Any = document.get("paths")
    for path, item in paths.items() if is_object(paths) else ():
        for method in METHODS if is_object(item) else ():
            if is_object(item.get(method)):
                yield ("paths", path, method), item[method]


def _tag(operation: dict[str, Any]) -> str:
    tags: Any = operation.get("tags")
    return tags[0] if is_array(tags) and tags and isinstance(tags[0], str) else ""
