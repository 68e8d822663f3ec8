"""The rules of names in documents: they are valid, stay distinct in Python, and do not collide with existing names."""

from __future__ import annotations

import ast
import pathlib
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from openapi_python_client.parser.properties.enum_property import EnumProperty
from openapi_python_client.parser.properties.schemas import Class
from openapi_python_client.strings import RESERVED_WORDS, ClassName, PythonIdentifier

from . import ROOT
from .document import Document, Found, is_array, is_object, named_schemas, objects, operations, resolve

WORD = re.compile(r"[\w$@][\w$@.:/ \[\]-]*")
"""A member, a parameter, an operation or a tag: `$schema`, `public.users`, `filters[type]`, `with space`, `1st`."""

NO_WORD = (
    "is not a valid name. A name has letters, digits, spaces and . : / - _ $ @ [ ], and a letter or a digit among them"
)

VERSIONS = ROOT / "polytomic_client" / "_versions"

CLIENTS = ("AsyncPolytomic", "Polytomic")

MODEL_NAMES = frozenset({"to_dict", "to_json", "from_dict", "additional_properties", "additional_keys"})
"""The names that every model has beside its members. A member of such a name ends with an underscore in Python."""

RESERVED_WORDS.update(MODEL_NAMES)

HELPERS = frozenset({"overload", "with_response_blocking"})
"""The functions that the classes of the operations call while they are defined."""

ARGUMENTS = frozenset({"body"})
"""The arguments of a generated function beside its parameters, without those that a parameter is renamed for."""

CLASSES = frozenset(
    {
        *("Any", "Iterator", "Literal", "Mapping", "MutableMapping", "Self", "TypedDict", "TypeVar", "Coroutine", "T"),
        *("UUID", "IntEnum", "StrEnum", "UNSET", "Unset", "File", "BytesIO", "Operation", "OPERATION", "APIResponse"),
        *("Required", "Unpack", "Response"),
        *("AsyncOperations", "AsyncOperationsWithResponse", "Operations", "OperationsWithResponse"),
    }
)
"""The names that the generated modules import, define or use."""


def names(document: Document) -> Found:
    """Yield every name that is invalid, collides with another, or is one of Python or the clients."""
    yield from _operation_names(document)
    yield from _parameter_names(document)
    yield from _model_names(document)
    yield from _enum_names(document)


def _operation_names(document: Document) -> Found:
    methods: dict[str, str] = {}
    for path, operation in operations(document):
        name, tags = operation.get("operationId"), operation.get("tags", [])
        if len(tags) != 1:
            yield path, "an operation has one tag, which is the module it is in"
        yield from (((*path, "tags", index), f"it {NO_WORD}") for index, tag in enumerate(tags) if not _is_word(tag))
        if name is None:
            yield path, "an operation has an operationId, which is the name of its method"
            continue
        method, place = identifier(name), (*path, "operationId")
        if not _is_word(name) or not re.match(r"[^\W_]", method) or method.startswith("field_"):
            yield place, f"{name!r} is not a name of a method: it {NO_WORD}"
        elif method in methods:
            yield place, f"{name} is {method}() in Python, and so is {methods[method]}. Give it another name"
        elif method in clients_names() or method in HELPERS:
            yield place, f"{method}() is a method of the clients already. Give it another name"
        methods.setdefault(method, str(name))


def _parameter_names(document: Document) -> Found:
    for path, operation in operations(document):
        taken: dict[tuple[str, str], str] = {}
        for reference in (*operation.get("parameters", ()), *document["paths"][path[1]].get("parameters", ())):
            parameter = resolve(document, reference)
            name, where = str(parameter.get("name")), str(parameter.get("in"))
            argument = identifier(name)
            if not _is_word(name):
                yield path, f"the name of a parameter, {name!r}, {NO_WORD}"
            elif argument in ARGUMENTS:
                yield path, f"the parameter {name} has a name that the generated function uses. Rename it"
            elif taken.setdefault((argument, where), name) != name:
                yield path, f"the parameters {name} and {taken[argument, where]} are both {argument} in Python"


def _model_names(document: Document) -> Found:
    components = named_schemas(document)
    classes: dict[str, str] = {}
    patched = {f"{class_name(name)}{kind}" for name in components for kind in ("Changes", "Members")}
    for name, schema in components.items():
        path, model = ("components", "schemas", name), class_name(name)
        if model in CLASSES or model in patched:
            yield path, f"{model} is a class of the generated code already. Give it another name"
        if model in classes:
            yield path, f"it is the class {model} in Python, and so is {classes[model]}. Give it another name"
        classes[model] = name
        title = schema.get("title") if is_object(schema) else None
        if title is not None and class_name(title) != model and _has_class(schema):
            yield path, f"its title, {title!r}, would be the name of its class. Leave it out, or call the component so"
    for place, node in objects(document):
        for name in node["properties"] if is_object(node.get("properties")) else ():
            if not _is_word(name):
                yield (*place, "properties", name), f"it {NO_WORD}"
            elif member_name(name, node["properties"]) in CLASSES:
                yield (*place, "properties", name), "every model uses this name"


def _has_class(schema: dict[str, Any]) -> bool:
    """Return whether a component has a class of its own: an object, an enum, or what joins others."""
    return schema.get("type") == "object" or bool({"properties", "enum", "allOf"} & schema.keys())


def _enum_names(document: Document) -> Found:
    for path, node in objects(document):
        values: Any = node.get("enum")
        if not is_array(values) or path[0] == "servers":
            continue
        yield from (
            ((*path, "enum", index), f"{value!r} has invisible characters")
            for index, value in enumerate(values)
            if isinstance(value, str) and not value.isprintable()
        )
        if not (all(isinstance(value, str) for value in values) or all(type(value) is int for value in values)):
            continue  # said by `rules.enums`
        variants: Any = node.get("x-enum-varnames", [])
        try:
            made = EnumProperty.values_from_list(values, Class(ClassName("E", ""), PythonIdentifier("e", "")), variants)
        except ValueError:
            made = {}
        if len(made) < len(values):
            yield path, "two of its values have the same name in Python. Name them with x-enum-varnames"


@cache
def clients_names() -> frozenset[str]:
    """Return the names that the clients have without a document, read from their source, which may not run just now."""
    found = set[str]()
    for module in VERSIONS.glob("v*.py"):
        for client in CLIENTS:
            found |= set(_inherited(module, client))
    return frozenset(found)


def _inherited(module: pathlib.Path, name: str) -> Iterator[str]:
    """Yield the names that a class defines and inherits, wherever its bases are imported from."""
    body = ast.parse(module.read_text(encoding="utf-8")).body
    for node in body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            yield from _defined(node.body)
            for base in map(_unsubscripted, node.bases):
                if isinstance(base, ast.Name):
                    yield from _inherited(module, base.id)
        elif isinstance(node, ast.ImportFrom) and node.level and any(alias.name == name for alias in node.names):
            source = module.parents[node.level - 1].joinpath(*(node.module or "").split(".")).with_suffix(".py")
            if source.exists():
                yield from _inherited(source, name)


def _unsubscripted(node: ast.expr) -> ast.expr:
    return node.value if isinstance(node, ast.Subscript) else node


def _defined(body: Iterable[ast.stmt]) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _is_word(name: object) -> bool:
    return isinstance(name, str) and bool(WORD.fullmatch(name)) and re.search(r"[^\W_]", name) is not None


def identifier(name: object) -> str:
    """Return what the generator makes of the name of a member, a parameter or an operation."""
    return _identifier(str(name))


@cache
def _identifier(name: str) -> str:
    # A report asks for each name thousands of times, and the generator splits it into words each time.
    return str(PythonIdentifier(name, "field_"))


def member_name(name: str, members: Iterable[str]) -> str:
    """Return what the generator makes of a member beside others: where two would be the same, neither is changed."""
    alone = identifier(name)
    meets = any(other != name and identifier(other) == alone for other in members)
    return str(PythonIdentifier(name, "field_", skip_snake_case=True)) if meets else alone


def argument_name(name: str, where: str, others: Iterable[str]) -> str:
    """Return what the generator makes of a parameter beside others in other places."""
    alone = identifier(name)
    meets = alone in ("client", "url") or any(identifier(other) == alone for other in others)
    return f"{alone}_{where}" if meets else alone


@cache
def class_name(name: str) -> str:
    """Return what the generator makes of the name of a component."""
    return str(ClassName(name, "field_"))
