"""Find changes that oasdiff does not report: wording, servers, credentials, and the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from .changes import Change, Severity
from .document import VALUES, Document, conflicts_with_state, is_array, is_object, operations, pointer, resolve
from .kind_changes import kind_changes
from .names import identifier

Steps = tuple[str | int, ...]
"""To a value of a document."""

PROSE = ("summary", "description", "title", "example", "examples", "externalDocs")


def other_changes(old: Document, new: Document, told: Sequence[Change]) -> list[Change]:
    """Return the changes that are told, and those that nobody has told."""
    found = (_servers, _credentials, _conflicts, kind_changes, _reworded)
    changes = [*told, *(change for find in found for change in find(old, new))]
    if changes:
        return changes
    places = tuple(pointer(path) for path in _differences(old, new))
    return [Change(Severity.COSMETIC, "what oasdiff takes for no change", places)] if places else []


def _servers(old: Document, new: Document) -> Iterator[Change]:
    before, after = ([server["url"] for server in document.get("servers", ())] for document in (old, new))
    if before != after:
        shown = [", ".join(f"`{url}`" for url in urls) or "none" for urls in (before, after)]
        what = f"another server, which the clients do not use yet: {shown[0]} is now {shown[1]}"
        yield Change(Severity.BREAKING, what, ("#/servers",), ("_client.settings.DEFAULT_BASE_URL",))


def _credentials(old: Document, new: Document) -> Iterator[Change]:
    before, after = (document.get("components", {}).get("securitySchemes", {}) for document in (old, new))
    for name in before.keys() & after.keys():
        one, two = ({key: each[name][key] for key in each[name].keys() - {*PROSE}} for each in (before, after))
        if one != two:
            place = pointer(("components", "securitySchemes", name))
            yield Change(Severity.BREAKING, f"another credential: {_shown(one)} is now {_shown(two)}", (place,))


def _conflicts(old: Document, new: Document) -> Iterator[Change]:
    """Yield the operations whose 409 the client retries with one document but not with the other."""
    before = {operation.get("operationId"): conflicts_with_state(old, operation) for _, operation in operations(old)}
    for (_, path, method), operation in operations(new):
        name, now = operation.get("operationId"), conflicts_with_state(new, operation)
        if before.get(name, now) != now:
            what = "a 409 may now be about a state: the client does not retry it"
            if not now:
                what = "a 409 may only be about the idempotency key: the client retries it"
            yield Change(Severity.BREAKING, what, (f"{method.upper()} {path}",), (f"{identifier(name)}()",))


def _shown(scheme: dict[str, Any]) -> str:
    return ", ".join(f"{key} `{value}`" for key, value in sorted(scheme.items()))


def _reworded(old: Document, new: Document) -> Iterator[Change]:
    """Yield where only the words differ, a change for each keyword."""
    before = {key: node for key, _, node in _named(old, old)}
    after = {key: (path, node) for key, path, node in _named(new, new)}
    for keyword in PROSE:
        places = [
            pointer((*path, keyword))
            for key, (path, node) in after.items()
            if is_object(node) and is_object(former := before.get(key)) and former.get(keyword) != node.get(keyword)
            and not (path and path[-1] in ("properties", "schemas", *PROSE))
        ]  # fmt: skip
        if places:
            yield Change(
                Severity.COSMETIC, f"{'other' if keyword.endswith('s') else 'another'} {keyword}", tuple(places)
            )


def _named(document: Document, node: Any, path: Steps = (), key: Steps = ()) -> Iterator[tuple[Steps, Steps, Any]]:
    """Yield every value but data, behind its path and what it is known by: the same, but parameters by their names."""
    yield key, path, node
    if path and path[-1] in VALUES:
        return
    if is_object(node):
        for name, child in node.items():
            yield from _named(document, child, (*path, name), (*key, name))
    elif is_array(node):
        for index, child in enumerate(node):
            parameter = resolve(document, child) if is_object(child) else {}
            is_parameter = path[-1:] == ("parameters",) and "in" in parameter
            step = f"{parameter['in']} {parameter.get('name')}" if is_parameter else index
            yield from _named(document, child, (*path, index), (*key, step))


def _differences(old: Any, new: Any, path: Steps = ()) -> Iterator[Steps]:
    """Yield the innermost places where two values differ."""
    if is_object(old) and is_object(new):
        found = [
            place
            for name in dict.fromkeys([*old, *new])
            for place in (
                _differences(old[name], new[name], (*path, name)) if name in old and name in new else [(*path, name)]
            )
        ]
        # Two that hold the same may have it in another order.
        yield from found or ([path] if list(old) != list(new) else [])
    elif is_array(old) and is_array(new) and len(old) == len(new):
        for index, pair in enumerate(zip(old, new, strict=True)):
            yield from _differences(*pair, (*path, index))
    elif old != new or type(old) is not type(new):
        yield path
