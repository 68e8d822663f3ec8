"""Find changes that oasdiff does not report: wording, servers, credentials, and the rest."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from attrs import frozen

from .changes import Change, Severity
from .document import (
    CONFLICTS,
    NAMES,
    VALUES,
    Document,
    Steps,
    conflicts_with_state,
    is_array,
    is_object,
    objects,
    operations,
    pointer,
    resolve,
)
from .kind_changes import kind_changes
from .moves import shown
from .names import identifier

PROSE = ("summary", "description", "title", "example", "examples", "externalDocs")


def other_changes(old: Document, new: Document) -> list[Change]:
    """Return the changes of servers, credentials, conflicts, webhooks, the names of kinds, and wording."""
    found = (_servers, _credentials, _conflicts, _webhooks, kind_changes, _reworded)
    return [change for find in found for change in find(old, new)]


def untold(old: Document, new: Document, told: Collection[Steps]) -> list[Change]:
    """Return where two documents differ without a change that says so.

    Args:
        old: The document before, with its operations where they are now.
        new: The document after.
        told: The places of the changes that oasdiff finds.
    """
    old, new = _with_components(old), _with_components(new)
    used = {str(node["$ref"]) for document in (old, new) for _, node in objects(document) if "$ref" in node}
    places = tuple(
        pointer(found.path)
        for found in _differences((old, new), old, new)
        if not _is_told_elsewhere(found.key)
        and not any(_covers(spot, found) for spot in told)
        # A component that begins or ends to be used is told where it is used.
        and not (found.is_one_sided and found.key[0] == "components" and pointer(found.key) in used)
    )
    return [Change(Severity.COSMETIC, "what oasdiff takes for no change", places)] if places else []


def not_generated(document: Document) -> list[Change]:
    """Return the webhooks, callbacks and links of a document, of which the generator makes nothing."""
    found = [("webhook", name, pointer(("webhooks", name))) for name in document.get("webhooks", {})]
    for (_, path, verb), operation in operations(document):
        where = shown((path, verb))
        found += [("callback", name, where) for name in operation.get("callbacks", {})]
        for answer in operation.get("responses", {}).values():
            found += [("link", name, where) for name in resolve(document, answer).get("links", {})]
    return [Change(Severity.COSMETIC, f"the {kind} `{name}`", (where,)) for kind, name, where in found]


def _with_components(document: Document) -> Document:
    components: dict[str, Any] = document.get("components", {})
    return {**document, "components": {**{name: {} for name in NAMES}, **components}}


def _servers(old: Document, new: Document) -> Iterator[Change]:
    before, after = ([server["url"].rstrip("/") for server in document.get("servers", ())] for document in (old, new))
    if before and set(before) < set(after):
        more = ", ".join(f"`{url}`" for url in after if url not in before)
        yield Change(Severity.ADDITIVE, f"one more server: {more}", ("#/servers",))
    elif set(before) != set(after):
        shown = [", ".join(f"`{url}`" for url in urls) or "none" for urls in (before, after)]
        what = f"another server, which the clients do not use yet: {shown[0]} is now {shown[1]}"
        yield Change(Severity.BREAKING, what, ("#/servers",), ("_client.settings.DEFAULT_BASE_URL",))


def _credentials(old: Document, new: Document) -> Iterator[Change]:
    before, after = (document.get("components", {}).get("securitySchemes", {}) for document in (old, new))
    for name in (name for name in before if name in after):
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


def _webhooks(old: Document, new: Document) -> Iterator[Change]:
    """Yield the webhooks that came, went or changed. No code is generated from them."""
    before, after = (document.get("webhooks", {}) for document in (old, new))
    for name in dict.fromkeys([*before, *after]):
        if before.get(name) != after.get(name):
            what = "removed" if name not in after else "changed" if name in before else "new"
            yield Change(Severity.COSMETIC, f"{what}: the webhook `{name}`", (pointer(("webhooks", name)),))


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
            step = _known(document, child, index) if path[-1:] == ("parameters",) else index
            yield from _named(document, child, (*path, index), (*key, step))


def _known(document: Document, node: Any, index: int) -> str | int:
    """Return what an item of `parameters` is known by: the name of a parameter, or its index."""
    parameter = resolve(document, node) if is_object(node) else {}
    return f"{parameter['in']} {parameter.get('name')}" if "in" in parameter else index


def _is_told_elsewhere(key: Steps) -> bool:
    """Return whether `other_changes` tells it, where it is something to tell."""
    if key[-3:-1] == ("discriminator", "mapping"):
        return True
    if (
        key[:1] in (("servers",), ("webhooks",))
        or key[:2] == ("components", "securitySchemes")
        or key[-1:] == (CONFLICTS,)
    ):
        return True
    return any(
        step in PROSE and (not above or key[above - 1] not in ("properties", "schemas"))
        for above, step in enumerate(key)
    )


def _covers(spot: Steps, found: _Difference) -> bool:
    """Return whether a change at one place says what differs: there, or inside it but in no member of its own."""
    length = len(found.key)
    if found.is_one_sided and spot[:length] == found.key:
        return True
    inner = found.key[len(spot) :]
    return found.key[: len(spot)] == spot and "properties" not in inner[:-1]


@frozen
class _Difference:
    """Where two documents differ.

    Attributes:
        path: The place, in the new document if it is there.
        key: What it is known by: the same, but parameters by their names.
        is_one_sided: Whether only one of the documents has it.
    """

    path: Steps
    key: Steps
    is_one_sided: bool = False


def _differences(
    documents: tuple[Document, Document], old: Any, new: Any, path: Steps = (), key: Steps = ()
) -> Iterator[_Difference]:
    """Yield the innermost places where two values differ."""
    is_parameters = path[-1:] == ("parameters",) and is_array(old) and is_array(new)
    children: list[dict[str | int, tuple[str | int, Any]]]
    if is_object(old) and is_object(new):
        children = [{name: (name, each) for name, each in side.items()} for side in (old, new)]
    elif is_array(old) and is_array(new) and is_parameters:
        children = [
            {_known(document, child, index): (index, child) for index, child in enumerate(side)}
            for document, side in zip(documents, (old, new), strict=True)
        ]
    elif is_array(old) and is_array(new) and len(old) == len(new):
        for index, pair in enumerate(zip(old, new, strict=True)):
            yield from _differences(documents, *pair, (*path, index), (*key, index))
        return
    else:
        if old != new or type(old) is not type(new):
            yield _Difference(path, key)
        return
    before, after = children
    found: list[_Difference] = []
    for name in dict.fromkeys([*before, *after]):
        step, _ = after.get(name) or before[name]
        inside, known = (*path, step), (*key, name)
        if name in before and name in after:
            one, two = before[name][1], after[name][1]
            if is_parameters and is_object(one) and is_object(two) and ("$ref" in one) != ("$ref" in two):
                one, two = resolve(documents[0], one), resolve(documents[1], two)
            found += _differences(documents, one, two, inside, known)
        else:
            found.append(_Difference(inside, known, is_one_sided=True))
    if not found and list(before) != list(after) and not (path[:1] == ("paths",) and len(path) <= 2):
        found = [_Difference(path, key)]  # the same in another order, which operations do not have
    yield from found
