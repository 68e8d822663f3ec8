"""Documents with code in every place that takes a string or a name: what is generated is inert, or they are refused.

Inert means that the output differs from that of the same document with harmless words in nothing but the contents of
its strings and its names, and that importing it runs nothing of the document.
"""

from __future__ import annotations

import ast
import copy
import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from openapi.document import Refused

from ..server import Server
from .shared import package_of

pytestmark = pytest.mark.process

TOUCH = "__import__('pathlib').Path('canary').touch()"
QUOTES = '"' * 7


def cut(width: int, head: str = "") -> str:
    """Return a line that ends with quotes, of which the third is escaped where a line of that width ends.

    The generator breaks long words where that is safe. It sees two short ones here, because of the no-break space, but
    textwrap sees a long one, and breaks it between the quote and the backslash before it.
    """
    start = head + "a" * 70 + "\N{NO-BREAK SPACE}"
    return start + "b" * (width - 5 - len(start)) + '"""""'


def broken_at(width: int) -> str:
    """Return a string that leaves its docstring, runs, and comes back, where such lines are broken."""
    return f"x\n{cut(width)}\n{TOUCH}\n{cut(width, '# ')}"


LINES = [
    f'"\n{TOUCH}\nx = "',
    f'"""\n{TOUCH}\n"""',
    f"'''\n{TOUCH}\n'''",
    f"{QUOTES}\n{TOUCH}\n{QUOTES}",
    f'\\\n\\\\\\"\\"\\"\n{TOUCH}\n\\',
    f"{{{TOUCH}}} {{{TOUCH}!r:>{{{TOUCH}}}}}",
    "{{ ''.__class__ }} {{ x.__init__.__globals__ }} {% raw %} {% endraw %} {# #} {%- if",
    "%s %(x)s {0} {} {x.__class__} $x ${x}",
    f"# x\r{TOUCH}\u2028{TOUCH}\u2029{TOUCH}\x85{TOUCH}\x0b{TOUCH}\x0c{TOUCH}\x1c{TOUCH}",
    f"\u202e\u2066\ufeff\u200b\x00\x1b{TOUCH}",
    f'{"a" * 99}\\{"b" * 99}"""\n{TOUCH}\n"""',
    f"# -*- coding: utf-7 -*-\n+ACIAIgAi-{TOUCH}",
]
PAYLOADS = {
    "one after another": "\n".join(LINES),
    "in a line that is broken where a description's is": broken_at(100),
    "in a line that is broken where a parameter's is": broken_at(96),
    "with an escape at the end": f"{TOUCH}\\",
    "with a quote at the end": f'{TOUCH}"',
    "that is an expression between quotes": f'"+str({TOUCH})+"',
    "that is an expression between the quotes of a type": f"+str({TOUCH})+",
}
"""Texts that are code where they are not quoted as they should be, or where what quotes them ends too early."""


def words(place: str) -> str:
    """Return what a harmless document has in a place."""
    return f"word {place}"


def in_texts(text: Callable[[str], str]) -> dict[str, Any]:
    """Return a document with a string, for example `words`, in every place that takes one."""

    def described(place: str, schema: dict[str, Any]) -> dict[str, Any]:
        said = {name: text(f"{place} {name}") for name in ("description", "example")}
        return {**schema, **said, "examples": [text(f"{place} examples")]}

    def answer(place: str, schema: str) -> dict[str, Any]:
        content = {"schema": {"$ref": f"#/components/schemas/{schema}"}, "example": text(f"{place} example")}
        return {"description": text(f"{place} description"), "content": {"application/json": content}}

    def parameter(name: str, where: str, **more: Any) -> dict[str, Any]:
        schema = described(name, {"type": "string", "default": text(f"{name} default")})
        return {"name": name, "in": where, "schema": schema, **more}

    def operation(name: str, **more: Any) -> dict[str, Any]:
        said = {key: text(f"{name} {key}") for key in ("summary", "description")}
        return {"operationId": name, "tags": ["Things"], "responses": {"200": answer(name, "Thing")}, **said, **more}

    part = {"name": "part", "in": "path", "required": True, "schema": described("part", {"type": "string"})}
    body = {
        "description": text("body"),
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
    }
    schemas: dict[str, Any] = {
        "Thing": {
            "type": "object",
            "required": ["must"],
            "properties": {
                "must": {"type": "string"},
                "text": {"type": "string", "default": text("default")},
                "matched": {"type": "string", "pattern": re.escape(text("pattern"))},
                "constant": {"const": text("const")},
                "constant_or_count": {"oneOf": [{"const": text("const in a union")}, {"type": "integer"}]},
                "constants": {"type": "array", "items": {"const": text("const in an array")}},
                "colour": {"$ref": "#/components/schemas/Colour"},
                "size": {"$ref": "#/components/schemas/Size"},
                "map": {"$ref": "#/components/schemas/Map"},
                "unions": {"$ref": "#/components/schemas/Unions"},
                "either": {"oneOf": [{"$ref": "#/components/schemas/Map"}, {"$ref": "#/components/schemas/Left"}]},
            },
        },
        "Left": {"type": "object", "properties": {"left": {"const": text("const in a model")}}},
        "Map": {"type": "object", "additionalProperties": {"const": text("const in a map")}},
        "Unions": {
            "type": "object",
            "additionalProperties": {"oneOf": [{"const": text("const in a map's union")}, {"type": "integer"}]},
        },
        "Colour": {"type": "string", "enum": [f"a{text('first value')}", f"b{text('second value')}", "c"]},
        "Size": {"type": "integer", "enum": [1, 2]},
    }
    for name, schema in schemas.items():
        schema.update(described(name, schema))
        schema["properties"] = {
            key: member if "$ref" in member else described(key, member)
            for key, member in schema.get("properties", {}).items()
        }
        if not schema["properties"]:
            del schema["properties"]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": text("title"),
            "version": "2000-01-30",
            "summary": text("info"),
            "description": text("description"),
            "license": {"name": text("license")},
            "contact": {"name": text("contact")},
        },
        "servers": [{"url": "https://{host}", "variables": {"host": {"default": text("server")}}}],
        "tags": [{"name": "Things", "description": text("tag")}],
        "paths": {
            "/things/{part}": {
                "summary": text("path"),
                "get": operation(
                    "getThing",
                    parameters=[
                        part,
                        parameter("query", "query"),
                        parameter("head", "header"),
                        parameter("Version", "header", required=True),
                        parameter("cookie", "cookie"),
                    ],
                ),
                "patch": operation("changeThing", parameters=[part], requestBody=body),
            }
        },
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": text("key"), "description": text("scheme")}
            },
        },
    }


def replaced(node: Any, path: tuple[str, ...], value: str) -> Any:
    """Return a copy with another value in a place, or with another name where the place begins with `#`."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if step.startswith("#"):
        return {(value if name == step[1:] else name): child for name, child in node.items()}
    made = copy.copy(node)
    key: Any = int(step) if isinstance(node, list) else step
    made[key] = replaced(node[key], rest, value)
    return made


GET = ("paths", "/things/{part}", "get")
NAMES: dict[str, tuple[str, ...]] = {
    "a property": ("components", "schemas", "Thing", "properties", "#text"),
    "a constant": ("components", "schemas", "Thing", "properties", "#constant"),
    "an inline schema": ("components", "schemas", "Thing", "properties", "spare", "title"),
    "a required member": ("components", "schemas", "Thing", "required", "0"),
    "a format": ("components", "schemas", "Left", "properties", "formed", "format"),
    "a variant of an enum": ("components", "schemas", "Size", "x-enum-varnames", "0"),
    "a query parameter": (*GET, "parameters", "1", "name"),
    "a header": (*GET, "parameters", "2", "name"),
    "a version pin": (*GET, "parameters", "3", "name"),
    "a cookie": (*GET, "parameters", "4", "name"),
    "an operation": (*GET, "operationId"),
    "a tag": (*GET, "tags", "0"),
    "a server": ("servers", "0", "url"),
}
"""Where a document has a name of any characters: `#` stands before a name of the mapping itself."""

REFUSED: dict[str, tuple[tuple[str, ...], str]] = {
    "a schema": (("components", "schemas", "#Spare"), "#/components/schemas is not"),
    "a reference": (("components", "schemas", "Thing", "properties", "colour", "$ref"), "Thing/properties/colour/$ref"),
    "a type": (("components", "schemas", "Thing", "properties", "text", "type"), "Thing/properties/text/type is not"),
    "a path": (("paths", "#/things/{part}"), "#/paths is not"),
    "a location": ((*GET, "parameters", "1", "in"), "#/paths/~1things~1{part}/get/parameters/1/in is not"),
    "a style": ((*GET, "parameters", "1", "style"), "#/paths/~1things~1{part}/get/parameters/1/style is not"),
    "a status": ((*GET, "responses", "#200"), "#/paths/~1things~1{part}/get/responses is not"),
    "a media type of an answer": (
        (*GET, "responses", "200", "content", "#application/json"),
        "WARNING parsing GET /things/{part}",
    ),
    "a media type of a body": (
        ("paths", "/things/{part}", "patch", "requestBody", "content", "#application/json"),
        "WARNING parsing PATCH /things/{part}",
    ),
    "the version": (("info", "version"), "#/info/version"),
    "the dialect": (("jsonSchemaDialect",), "JSON Schema dialect"),
}
"""Where a document has a word that must be one of a few, or of a few characters, and what names it in the refusal."""

HOOKS = {
    "between double quotes": f'x"]; {TOUCH}; y["',
    "between single quotes": f"x']; {TOUCH}; y['",
    "in a call": f"x(a={TOUCH}): pass  #",
    "in a line of its own": f"x\n{TOUCH}\n",
    "in a format, a template or a path of files": "../../../canary {part.__class__} {0} {{part}} {{ x }}{% raw %}",
}


def with_spares() -> dict[str, Any]:
    """Return a harmless document in which each of NAMES is there."""
    document = in_texts(words)
    schemas = document["components"]["schemas"]
    schemas["Spare"] = {"type": "object", "properties": {"of": {"type": "string"}}}
    schemas["Size"]["x-enum-varnames"] = ["one", "two"]
    schemas["Thing"]["properties"]["spare"] = {
        "type": "object",
        "title": "Inner",
        "properties": {"of": {"type": "string"}},
    }
    schemas["Left"]["properties"]["formed"] = {"type": "string", "format": "none"}
    document["paths"]["/things/{part}"]["get"]["parameters"][1]["style"] = "form"
    document["jsonSchemaDialect"] = "https://spec.openapis.org/oas/3.1/dialect/base"
    return document


def with_numbers() -> dict[str, Any]:
    """Return the same with the harmless names of `test_code_in_every_name_is_inert`."""
    document = with_spares()
    for number, place in enumerate(NAMES.values()):
        document = replaced(document, place, f"a name {number}")
    return document


class _Mask(ast.NodeTransformer):
    """Takes the contents out of strings and names, and leaves what is code."""

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return ast.Constant("")
        for name in ("id", "attr", "arg", "name", "module", "asname"):
            if isinstance(getattr(node, name, None), str):
                setattr(node, name, "name")
        return self.generic_visit(node)


def shape(package: Path) -> list[str]:
    """Return what its modules are without the contents of strings and names, which also order them."""
    trees = [ast.parse(module.read_text(encoding="utf-8"), str(module)) for module in package.rglob("*.py")]
    return sorted(ast.dump(_Mask().visit(tree)) for tree in trees)


Harmless = Callable[[Callable[[], dict[str, Any]]], list[str]]


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> Harmless:
    """The shape of what is generated of a document, made once."""

    @cache
    def made(make: Callable[[], dict[str, Any]]) -> list[str]:
        return shape(package_of(make(), tmp_path_factory.mktemp("harmless")))

    return made


def run_imports(package: Path, cwd: Path) -> None:
    """Import every module of a package in a process of its own, which would leave a file if it ran the document."""
    program = """
import importlib, pkgutil, sys, typing
sys.path.insert(0, sys.argv[1])
package = importlib.import_module(sys.argv[2])
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    for value in vars(importlib.import_module(module.name)).values():
        if ".models." in module.name and isinstance(value, type) and value.__module__ == module.name:
            typing.get_type_hints(value)
"""
    cwd.mkdir()
    command = [sys.executable, "-c", program, str(package.parent), package.name]
    done = subprocess.run(command, check=False, cwd=cwd, stderr=subprocess.PIPE, text=True)
    assert list(cwd.iterdir()) == [], "the document ran"
    assert done.returncode == 0, done.stderr


def all_in_texts() -> dict[str, Any]:
    return in_texts(words)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_code_in_every_text_is_inert(payload: str, harmless: Harmless, tmp_path: Path) -> None:
    made = package_of(in_texts(lambda _: PAYLOADS[payload]), tmp_path)

    assert shape(made) == harmless(all_in_texts)
    run_imports(made, tmp_path / "elsewhere")
    assert not list(tmp_path.rglob("canary*"))


@pytest.mark.parametrize("hook", HOOKS)
def test_code_in_every_name_is_inert(hook: str, harmless: Harmless, tmp_path: Path) -> None:
    document = with_spares()
    for number, place in enumerate(NAMES.values()):
        # A number each, because two members of one name would be refused.
        document = replaced(document, place, f"{HOOKS[hook]} {number}")
    inner = tmp_path / "some" / "folders" / "between"
    inner.mkdir(parents=True)

    made = package_of(document, inner)

    assert shape(made) == harmless(with_numbers)
    run_imports(made, tmp_path / "elsewhere")
    assert {path.name for path in tmp_path.iterdir()} == {"some", "elsewhere"}
    assert {path.name for path in inner.iterdir()} == {"v2000_01_30"}


@pytest.mark.parametrize("place", REFUSED)
def test_code_in_a_word_of_the_document_is_refused_with_its_place(place: str, tmp_path: Path) -> None:
    path, named = REFUSED[place]
    inner = tmp_path / "some" / "folders" / "between"
    inner.mkdir(parents=True)

    with pytest.raises(Refused) as refused:
        package_of(replaced(with_spares(), path, f"../../../canary {TOUCH}"), inner)

    assert named in str(refused.value)
    assert not list(tmp_path.rglob("canary*"))


@pytest.mark.parametrize("version", ["2000-01-30/../../..", "..", "/", "2000-01-30\n", "2000-1-3", "\uff12000-01-30"])
def test_a_version_that_would_write_elsewhere_is_refused(version: str, tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()

    with pytest.raises(Refused, match="#/info/version is not a date"):
        package_of(replaced(in_texts(words), ("info", "version"), version), inner)

    assert [path.name for path in tmp_path.rglob("*")] == ["inner"]


@pytest.mark.parametrize("place", ["a schema", "a default"])
@pytest.mark.parametrize("kind", ["a URL", "a file"])
def test_a_reference_to_elsewhere_is_refused_before_it_is_fetched(kind: str, place: str, tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text('{"type": "string"}', encoding="utf-8")
    document = with_spares()
    with Server() as server:
        target = server.url if kind == "a URL" else (tmp_path / "secret.json").as_uri()
        member: dict[str, Any] = (
            {"$ref": target} if place == "a schema" else {"type": "object", "default": {"$ref": target}}
        )
        document["components"]["schemas"]["Left"]["properties"]["formed"] = member

        with pytest.raises(Refused, match=r"#/components/schemas/Left/properties/formed/(default/)?\$ref: it leaves"):
            package_of(document, tmp_path)

        assert server.connections == 0


@pytest.mark.parametrize("name", ["part.__class__", "part!r", "part:>99", "part[0]", "0", '"+x+"'])
def test_a_path_parameter_that_would_be_more_in_a_format_is_refused_with_its_path(name: str, tmp_path: Path) -> None:
    path = f"/things/{{{name}}}"
    document = replaced(with_spares(), ("paths", "#/things/{part}"), path)
    for method in ("get", "patch"):
        operation = document["paths"][path][method]
        operation["parameters"][0] = {**operation["parameters"][0], "name": name}

    with pytest.raises(Refused) as refused:
        package_of(document, tmp_path)

    assert path in str(refused.value)


def test_code_in_the_text_of_a_path_is_inert(harmless: Harmless, tmp_path: Path) -> None:
    path = "/things/" + "/".join(HOOKS[hook] for hook in HOOKS if "format" not in hook) + "/{part}"

    made = package_of(replaced(with_spares(), ("paths", "#/things/{part}"), path), tmp_path)

    assert shape(made) == harmless(with_spares)
    run_imports(made, tmp_path / "elsewhere")
