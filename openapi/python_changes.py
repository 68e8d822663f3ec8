"""Compare the public names and signatures of two generated packages, which griffe reads without an import."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import griffe

from .changes import Change, Severity
from .meanings import changed_meanings, changed_names

METHODS = "api.Operations."
"""The methods that both clients inherit. The other classes of `api` have the same, with `await` or the response."""

REPEATED = ("api.AsyncOperations", "api.AsyncOperationsWithResponse", "api.OperationsWithResponse")

Names = dict[str, griffe.Object]


def python_changes(old: Path, new: Path) -> list[Change]:
    """Return what changed between the packages in two folders, by the names that a user writes."""
    before, after = _load(old), _load(new)
    names, new_names = dict(_public(before)), dict(_public(after))
    reached = {direction: _reached(new_names, sent=direction) for direction in (True, False)}
    broken = _broken(before, after)
    changes: list[Change] = []
    if old.name != new.name:
        changes.append(
            Change(Severity.ADDITIVE, f"new: polytomic_client.{new.name}, beside polytomic_client.{old.name}")
        )
    changes += _meanings(names, new_names)
    removed: list[str] = []
    reworded: list[str] = []
    # Methods first, then by name, because folders have no order.
    for name in sorted(names.keys() | new_names.keys(), key=lambda name: ("." in name, name)):
        owner = name.rpartition(".")[0]
        if (owner in names) != (owner in new_names):
            continue  # what a class has comes and goes with it
        if name == "API_VERSION" and old.name != new.name:
            continue  # as the name of the package says
        if (
            owner in names
            and _is_enum(names[owner])
            and _is_enum(new_names[owner])
            and name in names.keys() & new_names
        ):
            continue  # a value, of which `_meanings` says what it is
        one, two = names.get(name), new_names.get(name)
        if two is None:
            removed.append(name)
        elif one is None:
            # What changes hold may all be left out.
            needed = isinstance(two, griffe.Attribute) and two.value is None and owner in reached[True]
            needed = needed and not _is_changes(new_names[owner])
            severity = Severity.BREAKING if needed else Severity.ADDITIVE
            changes.append(Change(severity, f"new{' and required' if needed else ''}: {name}{_code(two)}"))
        elif _code(one) != _code(two):
            severity = _severity(name, one, two, reached=reached, broken=broken, names=new_names)
            changes.append(Change(severity, f"changed: {name}{_difference(one, two)}"))
        elif _docstring(one) != _docstring(two):
            reworded.append(name)
    if removed:
        changes.append(Change(Severity.BREAKING, "removed", python=tuple(removed)))
    if reworded:
        changes.append(Change(Severity.COSMETIC, "another docstring", python=tuple(reworded)))
    return changes


def _meanings(before: Names, after: Names) -> Iterator[Change]:
    """Yield the members of models that have another key in JSON, and the members of enums that have another value."""
    for owner in sorted(before.keys() & after.keys()):
        old, new = before[owner], after[owner]
        if not (isinstance(old, griffe.Class) and isinstance(new, griffe.Class) and owner.startswith("models.")):
            continue
        kind = "the value" if _is_enum(new) else "the member"
        keys, new_keys = _keys(owner, old), _keys(owner, new)
        yield from changed_meanings(kind, keys, new_keys)
        yield from changed_names(kind, keys, new_keys)


def _keys(owner: str, model: griffe.Class) -> dict[str, str]:
    """Return the keys in JSON, or the values of an enum, by their Python names."""
    renamed: dict[str, str] = {}
    if isinstance(member := model.members.get("_renamed"), griffe.Attribute):
        renamed = ast.literal_eval(str(member.value))
    members = {
        name: member
        for name, member in model.members.items()
        if isinstance(member, griffe.Attribute) and not name.startswith("_")
    }
    if _is_enum(model):
        return {f"{owner}.{name}": str(ast.literal_eval(str(member.value))) for name, member in members.items()}
    return {f"{owner}.{name}": renamed.get(name, name) for name in members}


def _is_enum(thing: griffe.Object) -> bool:
    return isinstance(thing, griffe.Class) and re.search(r"\b(StrEnum|IntEnum)\b", _code(thing)) is not None


def _load(package: Path) -> griffe.Object:
    loaded = griffe.GriffeLoader(search_paths=[package.parent], allow_inspection=False).load(package.name)
    assert isinstance(loaded, griffe.Object)
    return loaded


def _public(thing: griffe.Object, prefix: str = "") -> Iterator[tuple[str, griffe.Object]]:
    """Yield the public names, those of models as `models` has them, and the methods as the clients have them."""
    for name, member in thing.members.items():
        path = prefix + name
        if name.startswith("_") or not isinstance(member, griffe.Object) or path in REPEATED:
            continue
        if prefix == "api." and name.endswith("Members"):
            continue  # the model has the same members
        if prefix == "models.":
            yield from ((prefix + inner, found) for inner, found in _public(member))
        elif path + "." == METHODS:
            yield from _public(member)
        else:
            yield path, member
            # The functions of an operation's module are the method's, and its signature is theirs.
            if not (prefix.startswith("api.") and member.is_module and prefix.count(".") > 1):
                yield from _public(member, f"{path}.")


def _reached(names: Names, *, sent: bool) -> set[str]:
    """Return the models that a method takes, or those that it returns, with all that they hold."""
    found = {name for name, thing in names.items() if sent and _is_changes(thing)}
    seen: list[str] = []
    for thing in names.values():
        if isinstance(thing, griffe.Function):
            seen += [str(parameter.annotation) for parameter in thing.parameters] if sent else [str(thing.returns)]
    while seen:
        for word in re.findall(r"\w+", seen.pop()):
            model = f"models.{word}"
            if model in names and model not in found:
                found.add(model)
                seen += [
                    str(member.annotation)
                    for member in names[model].members.values()
                    if isinstance(member, griffe.Attribute)
                ]
    return found


def _is_changes(thing: griffe.Object) -> bool:
    """Return whether it is a TypedDict of the members that a PATCH takes."""
    return isinstance(thing, griffe.Class) and "TypedDict" in _code(thing)


def _broken(old: griffe.Object, new: griffe.Object) -> set[str]:
    """Return the functions that griffe says take other arguments than before."""
    return {
        breakage.obj.path.partition(".")[2].removeprefix(METHODS)
        for breakage in griffe.find_breaking_changes(old, new)
        if isinstance(breakage.obj, griffe.Function)
    }


def _severity(
    name: str,
    old: griffe.Object,
    new: griffe.Object,
    *,
    reached: Mapping[bool, set[str]],
    broken: set[str],
    names: Names,
) -> Severity:
    if isinstance(old, griffe.Function) and isinstance(new, griffe.Function):
        taken = {parameter.name: parameter for parameter in new.parameters}
        safe = name not in broken and _is_taken(new.returns, old.returns, names)
        safe = safe and all(
            _is_taken(parameter.annotation, taken[parameter.name].annotation, names)
            for parameter in old.parameters
            if parameter.name in taken
        )
        return Severity.ADDITIVE if safe else Severity.BREAKING
    owner = name.rpartition(".")[0]
    if isinstance(old, griffe.Attribute) and isinstance(new, griffe.Attribute) and _is_in(owner, reached):
        safe = owner not in reached[False] or _is_taken(new.annotation, old.annotation, names)
        # What is set to a member, and what may be left out, must still do, and what is sent instead must be the same.
        if owner in reached[True]:
            safe = safe and _is_taken(old.annotation, new.annotation, names)
            safe = safe and (old.value is None or str(new.value) == str(old.value))
        return Severity.ADDITIVE if safe else Severity.BREAKING
    return Severity.BREAKING


def _is_taken(before: object, after: object, names: Names) -> bool:
    """Return whether each value of a type is one of another: an int is a float, and a value of an enum its string.

    A constant is one of its type.
    """
    taken = _kinds(after)
    wider = {"int": "float"} | {
        name.removeprefix("models."): base
        for name, thing in names.items()
        if isinstance(thing, griffe.Class)
        for kind, base in (("StrEnum", "str"), ("IntEnum", "int"))
        if kind in _code(thing)
    }
    kinds = _kinds(before)
    for constant in (kind for kind in kinds if kind.startswith("Literal[")):
        wider[constant] = type(ast.literal_eval(constant.removeprefix("Literal"))[0]).__name__
    return all(kind in taken or wider.get(kind) in taken for kind in kinds)


def _is_in(owner: str, reached: Mapping[bool, set[str]]) -> bool:
    return any(owner in names for names in reached.values())


def _kinds(annotation: object) -> set[str]:
    """Return the alternatives of a type."""
    depth, parts = 0, [""]
    for character in _written(annotation):
        depth += (character == "[") - (character == "]")
        if character == "|" and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return {part.strip() for part in parts}


def _written(annotation: object) -> str:
    """Return a type with the names of models as every module but that of the methods writes them."""
    return str(annotation).replace("_models.", "")


def _code(thing: griffe.Object) -> str:
    """Return what comes behind a name: a signature, a type and a default, or bases."""
    if isinstance(thing, griffe.Function):
        *arguments, returned = _arguments(thing).values()
        return f"({', '.join(arguments)}) {returned}"
    if isinstance(thing, griffe.Attribute):
        annotation = "" if thing.annotation is None else f": {_written(thing.annotation)}"
        # The field of the unknown members: the interface is its default, an empty dict, not how attrs creates it.
        value = "{}" if str(thing.value).startswith("_attrs_field(") else thing.value
        return annotation + ("" if value is None else f" = {value}")
    if isinstance(thing, griffe.Class):
        return f"({', '.join(str(base) for base in thing.bases)})" if thing.bases else ""
    return ""


def _arguments(function: griffe.Function) -> dict[str, str]:
    """Return the parameters as they are written, and what is returned under the name `return`."""
    made = {
        parameter.name: f"{parameter.name}: {_written(parameter.annotation)}"
        + ("" if parameter.default is None else f" = {parameter.default}")
        for parameter in function.parameters
        if parameter.name != "self"
    }
    return {**made, "return": f"-> {_written(function.returns)}"}


def _difference(old: griffe.Object, new: griffe.Object) -> str:
    if not isinstance(old, griffe.Function) or not isinstance(new, griffe.Function):
        return f": `{_code(old).lstrip(': =')}` is now `{_code(new).lstrip(': =')}`"
    before, after = _arguments(old), _arguments(new)
    parts = [f"without `{before[name]}`" for name in before if name not in after]
    parts += [
        f"`{before[name]}` is now `{after[name]}`" for name in before if after.get(name, before[name]) != before[name]
    ]
    parts += [f"with `{after[name]}`" for name in after if name not in before]
    return f"(): {', '.join(parts) or 'the order of its arguments'}"


def _docstring(thing: griffe.Object) -> str:
    return thing.docstring.value if thing.docstring else ""
