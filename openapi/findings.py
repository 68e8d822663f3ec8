"""What oasdiff finds, with its effect on users of the package and the Python names it touches."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from attrs import evolve, frozen

from .changes import Change, Severity
from .document import Document, Steps, named_schemas, resolve
from .moves import method_of, operation_at, renamed, shown
from .names import class_name, identifier
from .oasdiff import Entry, canonical
from .python_names import Place, find_member, find_parameter, start_of
from .schemas import FORMATS, is_default_sent

SEVERITIES = {3: Severity.BREAKING, 2: Severity.BREAKING, 1: Severity.ADDITIVE}
"""By oasdiff's levels. Its warnings are changes that break some clients, for example a new enum value in a response."""

RAISED = re.compile(r"api-(operation-id|schema|tag|(global-)?security)-removed")
"""Changes that oasdiff reports as information, but that rename a method, model or module, or change who may call."""

LOWERED = re.compile(
    r"api-(tag|operation-id)-added|api-security-component-.*|.*response-header-.*|.*discriminator-.*mapping.*"
)
"""Changes that no caller sees: headers of responses have no Python names, and `kind_changes` tells what a kind is."""

DEFAULTS = re.compile(r"(request|response)-(property|body)-default-value-.*")
"""Changes that `meanings` tells: oasdiff does not say which of several members of a name it means."""

TEXTS = {
    "api-path-removed-without-deprecation": "removed",
    "api-removed-without-deprecation": "removed",
    "endpoint-added": "new",
}
"""Replacements for oasdiff's wording."""

MEMBER = re.compile(r"`[^`]+`(?= (?:request|response)(?:'s)? property)|(?<=property )`[^`]+`")
"""The member that a message is about, which may have other names: values, types, or parts of a union."""

STATUS = re.compile(r"`\d{3}`(?= status)|(?<=status )`\d{3}`|(?<=of response )`\d{3}`")
"""A status in a message, which may have other numbers: a length, or a value."""

KINDS = re.compile(r"from `(\w*)`(?:/`([\w-]*)`)? to `(\w*)`(?:/`([\w-]*)`)?")
"""The types and formats before and after, in a message."""


@frozen
class Finding:
    """A message of oasdiff, with placeholders for members, statuses and the values of an enum.

    Attributes:
        severity: What it means for users.
        text: The message.
        fields: The members it is about.
        statuses: The statuses of the responses it is about.
        values: The values of an enum it is about.
        where: The operations it is in.
        python: The Python names it touches.
        spots: Where the documents differ because of it.
    """

    severity: Severity
    text: str
    fields: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    python: tuple[str, ...] = ()
    spots: tuple[Steps, ...] = ()


def find(entries: Iterable[Entry], old: Document, new: Document) -> list[Finding]:
    """Return what entries of oasdiff mean."""
    kept = [entry for entry in entries if not (DEFAULTS.fullmatch(entry.check) or _is_of_webhook(entry))]
    return [finding for entry in kept if (finding := _find(entry, old, new))]


def _is_of_webhook(entry: Entry) -> bool:
    """Return whether it is about a webhook, which is not generated: `other_changes` tells it."""
    return entry.check.startswith("webhook-") or (entry.place is not None and entry.place[0].startswith("webhook:"))


def merged(found: list[Finding]) -> Iterator[Change]:
    """Yield findings as changes, the same one of several members or operations once."""
    found = [evolve(finding, spots=()) for finding in found]
    # The last step joins what happened to several members. Its line has the operations of all of them.
    for names in (("where",), ("statuses",), ("values",), ("fields", "where", "python")):
        found = _merged(found, *names)
    # What happened to whole operations comes first.
    for finding in sorted(found, key=lambda finding: bool(finding.fields)):
        text = finding.text.format(
            field=_listed(finding.fields), status=_listed(sorted(finding.statuses)), value=_listed(finding.values)
        )
        yield Change(finding.severity, text, finding.where, finding.python)


def _merged(findings: Iterable[Finding], *names: str) -> list[Finding]:
    """Return findings that differ in nothing but these attributes as one."""
    groups: dict[Finding, list[Finding]] = {}
    for finding in findings:
        without: dict[str, Any] = dict.fromkeys(names, ())
        groups.setdefault(evolve(finding, **without), []).append(finding)
    merged: list[Finding] = []
    for same, group in groups.items():
        united: dict[str, Any] = {name: _united(group, name) for name in names}
        merged.append(evolve(same, **united))
    return merged


def _united(findings: Iterable[Finding], name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for finding in findings for value in getattr(finding, name)))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in dict.fromkeys(names))


def _find(entry: Entry, old: Document, new: Document) -> Finding | None:
    check = entry.check
    severity = SEVERITIES[entry.level]
    if RAISED.fullmatch(check):
        severity = Severity.BREAKING
    elif LOWERED.fullmatch(check):
        severity = Severity.COSMETIC
    # A type without a format is written with an empty one, and several types, or any, as an empty one.
    text = (
        TEXTS.get(check, entry.text)
        .replace("/``", "")
        .replace("``", "another type")
        .replace("{", "{{")
        .replace("}", "}}")
    )
    if entry.place is None:
        return _find_component(check, severity, text, new)
    where = (shown(entry.place),)
    sides = [(old, operation_at(old, entry.place)), (new, operation_at(new, entry.place))]
    methods = tuple(name for _, operation in sides if (name := method_of(operation)))[:1]
    steps: Steps = ("paths", *entry.place)
    if renaming := _find_renaming(check, text, sides, steps):
        return evolve(renaming, where=where)
    if check == "api-tag-removed":
        modules = {identifier(tag) for tag in sides[1][1].get("tags", ())}
        if modules & {identifier(tag) for tag in re.findall(r"`([^`]+)`", text)}:
            severity = Severity.COSMETIC
    before, after, word = _compared_places(text, check, sides, steps)
    found = before or after
    statuses = tuple(status.strip("`") for status in STATUS.findall(text))
    # The same path may lead to a member of another model now, while the one of before is what it was.
    if found is None or (after and found.shown != after.shown and found.shown.rpartition(".")[0] in named_schemas(new)):
        text = STATUS.sub("{status}", text)
        return Finding(
            severity, text, (), statuses, (), where, methods, tuple(_spots(check, sides[1][1], steps, statuses))
        )
    if "request" in check and "enum-value-added" in check and before and _is_any(before.schema):
        return None  # oasdiff has another entry, which says that other values are refused now
    if "parameter-default-value" in check and not any(
        place and is_default_sent(document, place.schema)
        for (document, _), place in zip(sides, (before, after), strict=True)
    ):
        severity = Severity.COSMETIC
    if "parameter" not in check:
        text = re.sub(MEMBER, "{field}", text, count=1)
    severity, text, values = _judged(check, severity, STATUS.sub("{status}", text), word, (before, after))
    spots = (*(before.spots if before else ()), *(after.spots if after else ()))
    if "parameter" in check:
        return Finding(severity, text, (), statuses, values, where, (found.python,), spots)
    return Finding(severity, text, (found.shown,), statuses, values, where, (found.python,), spots)


def _find_renaming(
    check: str, text: str, sides: Sequence[tuple[Document, dict[str, Any]]], steps: Steps
) -> Finding | None:
    """Return what an entry means that is about another id, or about a header that differs in case only."""
    python = (renamed(*(operation for _, operation in sides)),)
    if check == "api-operation-id-removed":
        severity = Severity.BREAKING if " -> " in python[0] else Severity.COSMETIC
        return Finding(severity, "another operation id", python=python, spots=((*steps, "operationId"),))
    if not (named := re.search(r"`header` request parameter `([^`]+)`", text)):
        return None
    headers = [
        [
            str(parameter["name"])
            for each in operation.get("parameters", ())
            if (parameter := resolve(document, each)).get("in") == "header"
            and str(parameter.get("name")).lower() == named[1].lower()
        ]
        for document, operation in sides
    ]
    (one, *_), (two, *_) = (names or [""] for names in headers)
    if not one or not two or one == two:
        return None
    spots = tuple((*steps, "parameters", f"header {name}") for name in (one, two))
    return Finding(Severity.COSMETIC, f"the header `{one}` is now `{two}`", python=python, spots=spots)


def _find_component(check: str, severity: Severity, text: str, new: Document) -> Finding:
    if "schema" not in check or not (named := re.search(r"`([^`]+)`", text)):
        return Finding(severity, text, spots=(("security",),) if "global-security" in check else ())
    name = named[1]
    spots: tuple[Steps, ...] = (("components", "schemas", name),)
    python = (f"models.{class_name(name)}",)
    other = next((other for other in named_schemas(new) if class_name(other) == class_name(name)), None)
    if other is not None and other != name:
        return Finding(Severity.COSMETIC, f"the schema `{name}` is now `{other}`", python=python, spots=spots)
    return Finding(severity, text.replace(named[0], "{field}"), fields=(name,), python=python, spots=spots)


def _judged(
    check: str, severity: Severity, text: str, word: str, places: tuple[Place | None, Place | None]
) -> tuple[Severity, str, tuple[str, ...]]:
    """Return the effect of a change of a member or parameter, what is said of it, and the values of an enum."""
    before, after = places
    is_request = "request" in check
    subject = f"`{word}`" if "parameter" in check else "{field}"
    if "enum-value-removed" in check and after and "enum" not in after.schema:
        verb = "takes" if is_request else "may be"
        text = f"{subject} {verb} any value, not only those of a list"
        return Severity.ADDITIVE if is_request else Severity.BREAKING, text, ()
    if check == "response-property-enum-value-added" and before and _is_any(before.schema):
        # A member of the enum is a string, or an int.
        return Severity.ADDITIVE, f"{subject} is one of a list of values, no longer any value", ()
    if "enum-value" in check and (value := re.search(r"`([^`]+)`(?= enum value)|(?<=enum value )`([^`]+)`", text)):
        text = text.replace(value[0], "{value}", 1)
        return severity, text, ((value[1] or value[2]).replace("{{", "{").replace("}}", "}"),)
    if kinds := KINDS.search(text):
        one, two = (kinds[1], kinds[2] or ""), (kinds[3], kinds[4] or "")
        if _python_type(*one) == _python_type(*two):
            severity = Severity.COSMETIC
        elif not is_request and one[0] == "number" and two[0] == "integer" and not _is_in_container(word):
            severity = Severity.ADDITIVE
    return severity, text, ()


def _is_any(schema: dict[str, Any]) -> bool:
    """Return whether a schema is a string or an integer, with any value."""
    schema = canonical(schema)
    return schema.get("type") in ("string", "integer") and "enum" not in schema


def _python_type(kind: str, form: str) -> tuple[str, str]:
    return kind, form if kind == "string" and form in FORMATS else ""


def _is_in_container(path: str) -> bool:
    """Return whether a path ends at an item of an array or a map: to type checkers, a `list[int]` differs."""
    return path.rpartition("/")[2] in ("items", "additionalProperties")


def _spots(check: str, operation: dict[str, Any], steps: Steps, statuses: Sequence[str]) -> Iterator[Steps]:
    """Yield what of an operation a change without a member or a parameter is about."""
    for word, key in (("parameter", "parameters"), ("tag", "tags"), ("security", "security"), ("deprec", "deprecated")):
        if word in check:
            yield (*steps, key)
            yield (key,)  # what an operation does not say for itself
            return
    if statuses:
        answers = operation.get("responses", {})
        yield from (start_of(answers.get(status, {}), (*steps, "responses", status)) for status in statuses)
    elif "request" in check:
        yield start_of(operation.get("requestBody", {}), (*steps, "requestBody"))
    else:
        yield steps


def _compared_places(
    text: str, check: str, sides: Sequence[tuple[Document, dict[str, Any]]], steps: Steps
) -> tuple[Place | None, Place | None, str]:
    """Return what an entry is about, as it was and as it is, and the word for it in the text."""
    if named := re.search(r"`(\w+)` request parameter `([^`]+)`", text):
        where, name = named.groups()
        before, after = (find_parameter(*side, where, name, steps) for side in sides)
        return before, after, name
    kind = "request" if "request" in check else "response"
    if (found := MEMBER.search(text)) is None:
        return None, None, ""
    word = found[0].strip("`")
    before, after = (find_member(*side, kind, word, steps) for side in sides)
    return before, after, word
