"""A document that wants to run code, and one whose texts and names are merely awkward."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .shared import package_of, read_document

pytestmark = pytest.mark.process

PAYLOADS = [
    "__import__('pathlib').Path('canary').touch()",
    '"""\n__import__("pathlib").Path("canary").touch()\n"""',
    "'''\n__import__('pathlib').Path('canary').touch()\n'''",
    '"\n__import__("pathlib").Path("canary").touch()\nx = "',
    "\\\"\\\"\\\"\n__import__('pathlib').Path('canary').touch()",
    "{__import__('pathlib').Path('canary').touch()}",
    "{{ ''.__class__ }} {% raw %} {# #} %s %(x)s \u2028 \x85 \x00 \\",
]
NASTY = "\n".join(PAYLOADS)
HOOKED = '"]; __import__("pathlib").Path("canary").touch(); x["'
"""Contents of names: one line, because a name with a line end in it is another name."""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of our document with code in every text that it takes."""
    document = read_document()
    operation = document["paths"]["/api/bulk/dest/{id}"]["get"]
    schemas = document["components"]["schemas"]
    operation["summary"] = operation["description"] = NASTY
    operation["parameters"][0]["schema"]["description"] = NASTY
    operation["parameters"] += [
        {"name": HOOKED, "in": "query", "schema": {"type": "string", "description": NASTY, "default": NASTY}},
        {"name": HOOKED.replace('"', "'"), "in": "cookie", "schema": {"type": "string", "description": NASTY}},
        {"name": "x-__import__", "in": "header", "schema": {"type": "string", "description": NASTY}},
    ]
    document["components"]["parameters"]["Version"]["schema"] |= {"description": NASTY, "default": NASTY}
    document["info"] |= {"title": NASTY, "description": NASTY}
    document["tags"][0]["description"] = NASTY
    for schema in schemas.values():
        schema |= {"description": NASTY, "examples": [NASTY], "example": NASTY}
        for member in schema.get("properties", {}).values():
            member["description"] = NASTY
    schemas["ResyncMode"]["enum"] += [*PAYLOADS, '"', "\\", HOOKED]
    schemas["SupportedBulkMode"]["properties"] |= {
        HOOKED: {"type": "string", "description": NASTY, "default": NASTY},
        HOOKED + "moment": {"type": "string", "format": "date-time"},
        "constant": {"const": NASTY},
    }
    return package_of(document, tmp_path_factory.mktemp("hostile"))


def test_texts_of_a_hostile_document_stay_texts(hostile: Path) -> None:
    modules = sorted(hostile.rglob("*.py"))
    assert len(modules) > 15
    for module in modules:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"), str(module))):
            if isinstance(node, ast.Name):
                assert node.id != "__import__", f"{module.name}:{node.lineno}"
            elif isinstance(node, ast.Attribute):
                assert node.attr not in ("touch", "__class__"), f"{module.name}:{node.lineno}"
    assert "canary" in (hostile / "models" / "supported_bulk_mode.py").read_text(encoding="utf-8"), "the texts arrived"


def test_importing_the_package_of_a_hostile_document_runs_none_of_it(hostile: Path, tmp_path: Path) -> None:
    program = """
import importlib, pkgutil, sys
sys.path.insert(0, sys.argv[1])
package = importlib.import_module(sys.argv[2])
names = [module.name for module in pkgutil.walk_packages(package.__path__, package.__name__ + ".")]
modules = {name: importlib.import_module(name) for name in names}
mode = modules[sys.argv[2] + ".models.supported_bulk_mode"].SupportedBulkMode
body = {sys.argv[3]: "kept", sys.argv[3] + "moment": "2024-02-29T00:00:00Z"}
assert mode.from_dict(body).to_dict() == body
assert mode.from_dict(body).additional_properties == {}
print(len(modules))
"""
    arguments = [str(hostile.parent), hostile.name, HOOKED]

    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], check=True, cwd=tmp_path, stdout=subprocess.PIPE, text=True
    )

    assert int(done.stdout) > 15
    assert list(tmp_path.iterdir()) == []


def _thing(member: dict[str, Any], **parameter: Any) -> dict[str, Any]:
    """A document with one operation and one model."""
    answer = {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Thing", "version": "2000-01-30"},
        "paths": {
            "/thing": {
                "get": {
                    "operationId": "getThing",
                    "tags": ["Things"],
                    "parameters": [parameter] if parameter else [],
                    "responses": {"200": {"description": "The thing.", "content": answer}},
                }
            }
        },
        "components": {"schemas": {"Thing": {"type": "object", "properties": member}}},
    }


def test_a_description_may_end_with_a_quote(tmp_path: Path) -> None:
    text = 'The schema, such as "public"'

    made = package_of(_thing({"schema": {"type": "string", "description": text}}), tmp_path)

    assert text in (made / "models" / "thing.py").read_text(encoding="utf-8")


def test_names_of_the_document_do_not_meet_names_of_the_generated_code(tmp_path: Path) -> None:
    moments = {"type": "array", "items": {"type": "string", "format": "date-time"}}
    member: dict[str, Any] = {"as_list": moments, "cls": moments, "copy_members": moments, "list": moments}
    made = package_of(_thing(member, name="operation", **{"in": "query"}, schema={"type": "string"}), tmp_path)
    program = """
import sys
import attrs
sys.path.insert(0, sys.argv[1])
from v2000_01_30 import api, models
body = dict.fromkeys(("as_list", "cls", "copy_members", "list"), ["2024-02-29T12:30:00Z"])
assert models.Thing.from_dict(body).to_dict() == body
assert attrs.evolve(models.Thing.from_dict(body | {"more": 1})).to_dict() == body | {"more": 1}
class Recording(api.Operations):
    def _perform(self, operation, kwargs):
        assert kwargs["params"] == {"operation": "a"}, kwargs
        sys.exit(0)
Recording().get_thing(operation="a")
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(made.parent)], check=False, stderr=subprocess.PIPE, text=True
    )
    assert done.returncode == 0, done.stderr
