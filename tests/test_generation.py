"""The document, the generator's templates, and what they make of documents other than ours."""

from __future__ import annotations

import ast
import copy
import datetime as dt
import hashlib
import importlib
import importlib.metadata
import importlib.util
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, cast
from urllib.parse import quote
from uuid import UUID

import jsonschema_rs
import openapi_python_client
import pytest
import yaml

from polytomic_client import API_VERSION, AsyncPolytomic, DecodeError, Polytomic
from polytomic_client import v2023_04_25 as package
from polytomic_client.v2023_04_25.api import (
    AsyncOperations,
    AsyncOperationsWithResponse,
    Operations,
    OperationsWithResponse,
)

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(__file__).resolve().parent / "data"
DOCUMENT = ROOT / "openapi" / "polytomic-2023-04-25.yaml"
TEMPLATES = ROOT / "openapi" / "templates"
UPSTREAM = Path(openapi_python_client.__file__).parent / "templates"
ID = "248df4b7-aa70-47b8-a036-33ac447e668d"

BASED_ON = {
    "api_init.py.jinja": "f3b0290732b219be73b204cc3a44170eab0b64299a485a093306c6cc20d064cc",
    "endpoint_macros.py.jinja": "58edb8b4913db6ed4863c633fb39365364494398c8156c77151c6676f1b28fee",
    "endpoint_module.py.jinja": "c1b2628053eb4875ba59566baa5ae907666f9cbfafa308d93f970a4404b7cd52",
    "int_enum.py.jinja": "cf8776855b1d826971501d5f6d5b38c3cb496aad9276684b8ece268db67918bc",
    "model.py.jinja": "fd1c79680d51c06cfbb89809ad123750ba9add98b688036c04cabbf1f8ba40a0",
    "models_init.py.jinja": "4f64a3d6e1b15a561be5573c1b7702eb928c0e4fa6b67107d20e57a74c44d51a",
    "package_init.py.jinja": "ac15907e32dc39bd9b83ea6f2002fb87514f2182b97f88231b5a9c47321f6210",
    "str_enum.py.jinja": "e4979a5e6b338351eda8bdac534017cfbeb51a809b494fd3c632db39414817fc",
    "types.py.jinja": "93df9d75883a4eafac77dd21bc6907f3ef612e3f7841e08656618dcf6c4ce494",
}
"""The sha256 of the generator's own template that each override is based on."""

OURS = {"codec.jinja"}
"""Templates that override none."""

ON_DISK = {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*") if path.is_file()}


def _load_generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "openapi" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


generation: Any = _load_generate()


def _document() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
    return document


def _generate(document: dict[str, Any], folder: Path) -> Path:
    """Generate the package of a document that is no file."""
    path = folder / "document.yaml"
    path.write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), encoding="utf-8")
    made: Path = generation.generate(path, folder)
    return made


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


# --- The templates and the generator they are made for ---------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(BASED_ON))
def test_an_override_is_based_on_the_installed_template(name: str) -> None:
    upstream = UPSTREAM / name
    digest = hashlib.sha256(upstream.read_bytes()).hexdigest() if upstream.is_file() else "no such template any more"

    assert digest == BASED_ON[name], (
        f"The generator's own {name} is not the one that openapi/templates/{name} is based on. "
        f"Compare the two versions of {upstream}, re-base openapi/templates/{name} on the new one, name the new "
        f"version in its comment, run `make generate`, and only then write the new sha256 into BASED_ON here: {digest}"
    )


def test_every_template_of_the_project_is_in_the_table() -> None:
    assert BASED_ON.keys() | OURS == ON_DISK


@pytest.mark.parametrize("name", sorted(ON_DISK))
def test_every_template_begins_with_a_comment_that_says_why_it_exists(name: str) -> None:
    version = importlib.metadata.version("openapi-python-client")
    opening = "Not an override: " if name in OURS else f"Overrides {name} of openapi-python-client {version}"

    comment = re.match(r"\{#\s+(.*?)#\}", (TEMPLATES / name).read_text(encoding="utf-8"), re.DOTALL)

    assert comment is not None, f"openapi/templates/{name} must begin with a comment"
    assert comment[1].startswith(opening)
    assert len(comment[1].removeprefix(opening).split()) >= 5, "say why"


def test_no_template_shadows_one_of_the_generator_by_accident() -> None:
    assert not {name for name in OURS if (UPSTREAM / name).exists()}


def test_the_installed_generator_is_the_pinned_one() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    version = importlib.metadata.version("openapi-python-client")

    assert f"openapi-python-client=={version}" in project["dependency-groups"]["dev"]
    assert f"\nopenapi-python-client=={version} " in (ROOT / "requirements.lock").read_text(encoding="utf-8")


# --- Generating ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def regenerated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = generation.generate(DOCUMENT, tmp_path_factory.mktemp("regenerated"))
    return made


def test_the_package_is_what_the_document_generates(regenerated: Path) -> None:
    written = ROOT / "polytomic_client" / regenerated.name

    assert generation.differences(written, regenerated) == []
    assert _contents(written) == _contents(regenerated)


def test_the_package_holds_the_document_as_json(regenerated: Path) -> None:
    assert json.loads((regenerated / "openapi.json").read_text(encoding="utf-8")) == _document()


def test_an_edited_file_is_reported(regenerated: Path, tmp_path: Path) -> None:
    written = tmp_path / "written"
    shutil.copytree(regenerated, written)
    enum = written / "models" / "bulk_mode.py"
    enum.write_text(enum.read_text(encoding="utf-8").replace('"snapshot"', '"snap"'), encoding="utf-8")

    report = generation.differences(written, regenerated)

    assert report[:2] == ["--- written/models/bulk_mode.py", "+++ generated/models/bulk_mode.py"]
    assert '-    SNAPSHOT = "snap"' in report
    assert '+    SNAPSHOT = "snapshot"' in report


def test_an_added_file_is_reported(regenerated: Path, tmp_path: Path) -> None:
    written = tmp_path / "written"
    shutil.copytree(regenerated, written)
    (written / "models" / "mine.py").write_text("x = 1\n", encoding="utf-8")

    assert generation.differences(written, regenerated) == [
        "--- written/models/mine.py",
        "+++ /dev/null",
        "@@ -1 +0,0 @@",
        "-x = 1",
    ]


def test_a_deleted_file_is_reported(regenerated: Path, tmp_path: Path) -> None:
    written = tmp_path / "written"
    shutil.copytree(regenerated, written)
    (written / "errors.py").unlink()

    report = generation.differences(written, regenerated)

    assert report[:2] == ["--- /dev/null", "+++ generated/errors.py"]


@pytest.mark.parametrize(
    ("written", "generated"),
    [(b"x = 1\r\n", b"x = 1\n"), (b"x = 1", b"x = 1\n"), (b"", None), (None, b"")],
    ids=["line ends", "end of the last line", "an empty file added", "an empty file deleted"],
)
def test_a_difference_that_no_line_shows_is_reported(
    tmp_path: Path, written: bytes | None, generated: bytes | None
) -> None:
    for name, content in (("written", written), ("generated", generated)):
        (tmp_path / name).mkdir()
        if content is not None:
            (tmp_path / name / "module.py").write_bytes(content)

    (line,) = generation.differences(tmp_path / "written", tmp_path / "generated")

    assert "module.py" in line


def test_compiled_files_are_no_difference(tmp_path: Path) -> None:
    (tmp_path / "written" / "__pycache__").mkdir(parents=True)
    (tmp_path / "written" / "__pycache__" / "module.cpython-311.pyc").write_bytes(b"\xff")
    (tmp_path / "generated").mkdir()

    assert generation.differences(tmp_path / "written", tmp_path / "generated") == []


def test_the_command_refuses_edits_by_hand_and_mends_them(tmp_path: Path) -> None:
    for part in ("openapi", "polytomic_client/v2023_04_25", "generator-config.yml"):
        source, target = ROOT / part, tmp_path / part
        target.parent.mkdir(exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    made = tmp_path / "polytomic_client" / "v2023_04_25"
    (made / "errors.py").write_text("", encoding="utf-8")
    (made / "models" / "stale.py").write_text("x = 1\n", encoding="utf-8")
    command = [sys.executable, str(tmp_path / "openapi" / "generate.py")]

    check = subprocess.run([*command, "--check"], check=False, capture_output=True, text=True)
    untouched = _contents(made)
    write = subprocess.run(command, check=False, capture_output=True, text=True)

    assert check.returncode == 1
    assert "+++ generated/errors.py" in check.stdout
    assert "--- written/models/stale.py" in check.stdout
    assert "then run `make generate`" in check.stdout
    assert "models/stale.py" in untouched
    assert write.returncode == 0, write.stdout + write.stderr
    assert _contents(made) == _contents(ROOT / "polytomic_client" / "v2023_04_25")


def test_a_warning_of_the_generator_is_a_failure_that_says_why(tmp_path: Path) -> None:
    document = _document()
    document["components"]["schemas"]["Nested"] = {"type": "array", "items": {"$ref": "#/components/schemas/Nested"}}

    with pytest.raises(SystemExit) as stopped:
        _generate(document, tmp_path)

    assert isinstance(stopped.value.code, str), "a text, so that the exit status is 1"
    assert "Unable to parse schema /components/schemas/Nested" in stopped.value.code
    assert "The generator failed or warned" in stopped.value.code


def test_the_output_does_not_depend_on_the_hash_seed(kinds: Path, tmp_path: Path) -> None:
    program = (
        "import runpy, sys, pathlib; names = runpy.run_path(sys.argv[1]); "
        "names['generate'](pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]))"
    )
    arguments = [str(ROOT / "openapi" / "generate.py"), str(DATA / "kinds.yaml"), str(tmp_path)]

    subprocess.run([sys.executable, "-c", program, *arguments], check=True, env=os.environ | {"PYTHONHASHSEED": "2"})

    assert _contents(tmp_path / kinds.name) == _contents(kinds)


# --- The document ----------------------------------------------------------------------------------------------------


def _nodes(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Every object of a document with its place, but not what examples and defaults hold."""
    if isinstance(value, dict):
        node = cast("dict[str, Any]", value)
        yield path, node
        for name, child in node.items():
            is_a_name = bool(path) and path[-1] in ("properties", "schemas", "patternProperties")
            if is_a_name or name not in ("example", "examples", "default", "const"):
                yield from _nodes(child, (*path, name))
    elif isinstance(value, list):
        for index, child in enumerate(cast("list[Any]", value)):
            yield from _nodes(child, (*path, str(index)))


def _schemas(document: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Every object but those that map names to schemas, where a keyword would be a name."""
    for path, node in _nodes(document):
        if not path or path[-1] not in ("properties", "schemas", "patternProperties"):
            yield path, node


def _pointer(path: tuple[str, ...]) -> str:
    return "#/" + "/".join(quote(part.replace("~", "~0").replace("/", "~1")) for part in path)


def _operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for item in document["paths"].values() for operation in item.values()]


def test_the_document_is_valid() -> None:
    from openapi_spec_validator import validate

    document = _document()
    validate(document)
    assert document["openapi"].startswith("3.1.")


def test_the_document_names_one_version_everywhere() -> None:
    document = _document()
    version = document["info"]["version"]

    assert document["components"]["parameters"]["Version"]["name"] == "X-Polytomic-Version"
    assert document["components"]["parameters"]["Version"]["required"] is True
    assert document["components"]["parameters"]["Version"]["schema"]["default"] == version
    assert version == API_VERSION == package.API_VERSION
    assert DOCUMENT.stem == f"polytomic-{version}"
    assert package.__name__.rpartition(".")[2] == f"v{version.replace('-', '_')}"


def test_every_operation_asks_for_the_version() -> None:
    for operation in _operations(_document()):
        assert {"$ref": "#/components/parameters/Version"} in operation["parameters"], operation["operationId"]


def test_what_may_be_null_says_so_as_a_type() -> None:
    assert [_pointer(path) for path, node in _schemas(_document()) if "nullable" in node] == []


def test_every_enum_is_a_component_of_its_own() -> None:
    inline = [
        _pointer(path)
        for path, node in _schemas(_document())
        if "enum" in node and not (len(path) == 3 and path[:2] == ("components", "schemas"))
    ]
    assert inline == []


def test_a_union_has_one_array_at_most_because_encoding_could_not_tell_two_apart() -> None:
    ambiguous = [
        _pointer(path)
        for path, node in _schemas(_document())
        for union in (node.get("oneOf", []), node.get("anyOf", []))
        if sum(alternative.get("type") == "array" for alternative in union) > 1
    ]
    assert ambiguous == []


def test_no_parameter_has_a_description_that_the_generator_would_lose() -> None:
    lost = [_pointer(path) for path, node in _schemas(_document()) if "in" in node and "description" in node]
    assert lost == []


def test_operations_and_members_are_described() -> None:
    document = _document()
    for operation in _operations(document):
        assert operation["summary"].endswith("."), operation["operationId"]
        assert len(operation["tags"]) == 1
    bare = [
        _pointer((*path, name))
        for path, node in _nodes(document)
        if path and path[-1] == "properties"
        for name, member in node.items()
        if "description" not in member and "$ref" not in member
    ]
    assert bare == []


def _examples(document: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Every example with its name and the place of its schema."""
    for path, node in _schemas(document):
        examples: Any = node.get("examples", {})
        if isinstance(examples, dict):
            for name, example in cast("dict[str, Any]", examples).items():
                yield name, _pointer((*path, "schema")), example["value"]
        else:
            for index, example in enumerate(cast("list[Any]", examples)):
                yield str(index), _pointer(path), example


@pytest.mark.parametrize(
    ("schema", "example"),
    [pytest.param(schema, example, id=f"{name} {schema}") for name, schema, example in _examples(_document())],
)
def test_every_example_is_valid(schema: str, example: Any) -> None:
    validator = jsonschema_rs.Draft202012Validator({**_document(), "$ref": schema}, validate_formats=True)

    assert [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(example)] == []


def test_every_success_and_error_with_a_body_has_an_example() -> None:
    bare = [
        _pointer(path) for path, node in _schemas(_document()) if path[-2:-1] == ("content",) and "examples" not in node
    ]
    assert bare == []


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


METHODS = {_snake(operation["operationId"]) for operation in _operations(_document())}


@pytest.mark.parametrize("with_response", [False, True])
@pytest.mark.parametrize(("client", "asynchronous"), [(AsyncPolytomic, True), (Polytomic, False)])
def test_every_operation_is_a_method(client: Any, *, asynchronous: bool, with_response: bool) -> None:
    face = client(api_key="x")
    if with_response:
        face = face.with_response

    assert METHODS
    for name in METHODS:
        method = getattr(face, name)
        assert inspect.iscoroutinefunction(method) is asynchronous
        assert method.__annotations__["return"].startswith("APIResponse[") is with_response
        assert method.__doc__


@pytest.mark.parametrize("kind", [AsyncOperations, AsyncOperationsWithResponse, Operations, OperationsWithResponse])
def test_no_method_is_left_of_an_operation_that_the_document_lost(kind: type) -> None:
    assert {name for name in vars(kind) if not name.startswith("_")} == METHODS


# --- A document that wants to run code -------------------------------------------------------------------------------

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
    document = _document()
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
    return _generate(document, tmp_path_factory.mktemp("hostile"))


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


# --- A document with a member of every kind --------------------------------------------------------------------------

FULL: dict[str, Any] = json.loads((DATA / "kinds.json").read_text(encoding="utf-8"))
MOMENT = dt.datetime(2024, 2, 29, 12, 30, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of tests/data/kinds.yaml."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYTHONHASHSEED", "1")
        made: Path = generation.generate(DATA / "kinds.yaml", tmp_path_factory.mktemp("kinds"))
    return made


@pytest.fixture(scope="module")
def made(kinds: Path) -> Iterator[Any]:
    """A function that imports a module of that package."""
    sys.path.insert(0, str(kinds.parent))

    def load(name: str) -> Any:
        return importlib.import_module(f"{kinds.name}.{name}")

    yield load
    sys.path.remove(str(kinds.parent))
    for name in [name for name in sys.modules if name.split(".")[0] == kinds.name]:
        del sys.modules[name]


@pytest.fixture(scope="module")
def models(made: Any) -> Any:
    return made("models")


def test_the_package_is_named_after_the_version(kinds: Path) -> None:
    assert kinds.name == "v2000_01_31"
    assert 'API_VERSION = "2000-01-31"' in (kinds / "__init__.py").read_text(encoding="utf-8")


def test_every_kind_of_member_and_operation_passes_mypy_strict(kinds: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", os.devnull, str(kinds)],
        check=False,
        cwd=kinds.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def test_the_sample_has_every_member(models: Any) -> None:
    document = yaml.safe_load((DATA / "kinds.yaml").read_text(encoding="utf-8"))
    schema = document["components"]["schemas"]["Kinds"]

    assert FULL.keys() - schema["properties"] == {"undocumented"}
    assert schema["properties"].keys() <= FULL.keys()
    assert len(models.Kinds.__attrs_attrs__) == len(schema["properties"]) + 1


@pytest.mark.parametrize("name", [*FULL])
def test_a_member_of_each_kind_survives_a_round_trip(models: Any, name: str) -> None:
    body = {name: FULL[name]}

    thing = models.Kinds.from_dict(body)

    assert models.Kinds.from_dict(thing.to_dict()) == thing
    assert thing.to_dict() == (body if name != "must_left" else {name: {"left": 1, "moment": EXACT}})
    json.dumps(thing.to_dict())


EXACT = "2024-02-29T12:30:00.250000Z"
"""Fractions of a second are written with six digits."""


def test_all_members_together_survive_a_round_trip(models: Any) -> None:
    thing = models.Kinds.from_dict(FULL)

    assert thing.to_dict() == {**FULL, "must_left": {"left": 1, "moment": EXACT}}
    assert thing.additional_properties == {"undocumented": FULL["undocumented"]}
    assert thing.to_dict() is not FULL


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("must_moment", MOMENT),
        ("must_colour", "red"),
        ("constant", "fixed"),
        ("id", UUID(ID)),
        ("day", dt.date(2024, 2, 29)),
        ("moment", MOMENT),
        ("size", 2),
        ("ids", [UUID(ID)]),
        ("days", [dt.date(2024, 2, 29)]),
        ("moments", [MOMENT]),
        ("grid", [[MOMENT], []]),
        ("cube", [[[1], []], []]),
        ("moment_or_count", MOMENT),
        ("maybe_moment", MOMENT),
        ("maybe_id", UUID(ID)),
        ("colours", ["red", "ultraviolet"]),
        ("colours_or_null", ["red", None, "ultraviolet"]),
        ("text_or_count", 5),
        ("value", MOMENT),
        ("item", [MOMENT]),
    ],
)
def test_a_member_is_decoded_to_its_type(models: Any, name: str, expected: object) -> None:
    value = getattr(models.Kinds.from_dict(FULL), name)

    assert value == expected
    if isinstance(value, dt.datetime):
        assert value.tzinfo is not None


def test_members_that_are_models_and_enums_are_decoded_to_their_classes(models: Any) -> None:
    thing = models.Kinds.from_dict(FULL)

    assert type(thing.must_left) is models.Left
    assert [type(left) for left in thing.lefts] == [models.Left, models.Left]
    assert type(thing.left_map) is models.Lefts
    assert type(thing.left_map["items"]) is models.Left
    assert type(thing.list_map["a"][0]) is models.Left
    assert type(thing.moment_map["a"]) is dt.datetime
    assert type(thing.inline_map["b"]) is models.Colour
    assert type(thing.inline.deep.moment) is dt.datetime
    assert type(thing.mixed["other"]) is models.Left
    assert type(thing.either) is models.Right
    assert type(thing.texts_or_left) is models.Left
    assert type(thing.text_or_lefts[0]) is models.Left
    assert [type(item) for item in thing.mixed_list] == [str, models.Left]
    assert [type(item) for item in thing.colours_or_null] == [models.Colour, type(None), models.Colour]
    assert type(thing.size) is models.Size
    assert type(thing.child.child) is models.Kinds
    assert type(thing.children[0]) is models.Kinds


def test_missing_members_are_unset_and_left_out(models: Any, made: Any) -> None:
    thing = models.Kinds.from_dict({})

    members = [field.name for field in models.Kinds.__attrs_attrs__ if field.name != "additional_properties"]
    assert {name for name in members if getattr(thing, name) is not made("types").UNSET} == set()
    assert thing.to_dict() == {}


def test_a_default_is_for_what_is_written_not_for_what_is_read(models: Any) -> None:
    required: dict[str, Any] = {name: FULL[name] for name in FULL if name.startswith("must_")}

    written = models.Kinds(**required)

    assert (written.default_text, written.default_flag, written.default_colour) == ("plain", True, "green")
    assert "default_text" not in models.Kinds.from_dict(required).to_dict()


EMPTY_FROM_NULL = {"must_list", "must_map", "left_map", "text_map", "moment_map", "list_map", "free", "inline_map"} | {
    name
    for name, value in FULL.items()
    if isinstance(value, list) and name not in ("anything", "text_or_lefts", "maybe_texts", "maybe_lefts")
}


@pytest.mark.parametrize("name", [*FULL])
def test_null_is_empty_for_an_array_or_a_map_and_stays_null_otherwise(models: Any, name: str) -> None:
    encoded = models.Kinds.from_dict({name: None}).to_dict()

    assert encoded == {name: type(FULL[name])() if name in EMPTY_FROM_NULL else None}


REFUSED: list[Any] = [
    ("texts", "ab"),
    ("texts", {"a": 1}),
    ("texts", 5),
    ("colours", "red"),
    ("colours", [5]),
    ("colour", 5),
    ("colour", ["red"]),
    ("lefts", ["ab"]),
    ("lefts", [None]),
    ("lefts", {"left": 1}),
    ("must_left", "ab"),
    ("must_left", []),
    ("must_left", ""),
    ("left_map", ["ab"]),
    ("left_map", {"a": "ab"}),
    ("left_map", {"a": None}),
    ("list_map", {"a": {"left": 1}}),
    ("free", []),
    ("free", ""),
    ("mixed", {"other": 5}),
    ("moment", "yesterday"),
    ("moment", 1700000000),
    ("moment", "9999-12-31T24:00:00"),
    ("day", "2024-02-30"),
    ("day", 5),
    ("id", "not-a-uuid"),
    ("id", 5),
    ("grid", ["ab"]),
    ("grid", [[5]]),
    ("size", "2"),
    ("child", 5),
    ("children", [[]]),
    ("maybe_left", "ab"),
    ("maybe_map", ["ab"]),
    ("texts_or_left", "ab"),
    ("either", 5),
]


@pytest.mark.parametrize(("name", "value"), REFUSED)
def test_a_value_of_another_kind_is_refused(models: Any, name: str, value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        models.Kinds.from_dict({name: value})


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("either", {"left": 1}, "Left"),
        ("either", {"left": "a"}, "Right"),
        ("either", {"right": "a"}, "Right"),
        ("either", {"moment": "2024-02-29T00:00:00Z"}, "Left"),
        ("either", {"moment": "2024-02-29T00:00:00Z", "right": "a"}, "Left"),
        ("either", {}, "Right"),
        ("text_or_count", "5", "str"),
        ("text_or_count", 5, "int"),
        ("moment_or_count", "2024-02-29T00:00:00Z", "datetime"),
        ("moment_or_count", 5, "int"),
        ("moment_or_count", "soon", "str"),
        ("texts_or_left", ["a"], "list"),
        ("texts_or_left", [], "list"),
        ("texts_or_left", {"left": 1}, "Left"),
        ("text_or_lefts", "a", "str"),
        ("text_or_lefts", [{"left": 1}], "list"),
        ("text_or_lefts", [{"left": 1}, "a"], "list"),
        ("maybe_colour", "red", "Colour"),
        ("maybe_colour", "ultraviolet", "Colour"),
        ("maybe_size", 1, "Size"),
    ],
)
def test_a_union_is_decided_by_looking(models: Any, name: str, value: object, expected: str) -> None:
    body = {name: copy.deepcopy(value)}

    thing = models.Kinds.from_dict(body)

    assert type(getattr(thing, name)).__name__ == expected
    assert thing.to_dict() == {name: value}


@pytest.mark.parametrize("body", [{"size": 3}, {"sizes": [3]}, {"maybe_size": 3}])
def test_an_enum_of_numbers_keeps_a_number_that_the_document_does_not_name(models: Any, body: dict[str, Any]) -> None:
    assert models.Kinds.from_dict(body).to_dict() == body


def test_what_a_closed_model_does_not_name_is_left_out(models: Any) -> None:
    assert models.Closed.from_dict({"text": "a", "more": 1}).to_dict() == {"text": "a"}


def test_only_a_model_without_members_is_a_mapping(models: Any) -> None:
    from collections.abc import MutableMapping

    mappings = {name for name in models.__all__ if issubclass(getattr(models, name), MutableMapping)}
    assert mappings == {"Lefts", "Texts", "Moments", "LeftLists", "Free", "KindsInlineMap"}


# --- Operations of every kind ----------------------------------------------------------------------------------------


def test_query_parameters_are_encoded_and_left_out_where_unset(made: Any, models: Any) -> None:
    get = made("api.things.list_things")._get_kwargs

    assert get(must="a") == {
        "method": "GET",
        "url": "/api/things",
        "params": {"must": "a"},
        "headers": {"X-Version": "2000-01-31"},
    }
    assert get(
        must="a",
        limit=0,
        active=False,
        colour=models.Colour.RED,
        owner=UUID(ID),
        names=["a", "b"],
        colours=[models.Colour.RED, models.Colour("ultraviolet")],
        x_trace="t",
        x_version="2001-01-31",
    ) == {
        "method": "GET",
        "url": "/api/things",
        "params": {
            "must": "a",
            "limit": 0,
            "active": False,
            "colour": "red",
            "owner": ID,
            "names": ["a", "b"],
            "colours": ["red", "ultraviolet"],
        },
        "headers": {"X-Trace": "t", "X-Version": "2001-01-31"},
    }


def test_instants_in_a_query_are_written_in_utc_and_naive_ones_refused(made: Any) -> None:
    get = made("api.things.list_things")._get_kwargs
    east = dt.timezone(dt.timedelta(hours=2))

    assert get(must="a", since=MOMENT.astimezone(east))["params"]["since"] == "2024-02-29T12:30:00Z"
    with pytest.raises(ValueError, match="names no time zone"):
        get(must="a", since=MOMENT.replace(tzinfo=None))


def test_uuids_in_a_query_are_guarded(made: Any) -> None:
    get = made("api.things.list_things")._get_kwargs

    assert get(must="a", owner=ID.upper())["params"]["owner"] == ID
    with pytest.raises(ValueError, match="owner must be a UUID"):
        get(must="a", owner="not-a-uuid")


def test_a_body_is_encoded(made: Any, models: Any) -> None:
    body = {name: value for name, value in FULL.items() if name != "must_left"}

    kwargs = made("api.things.create_thing")._get_kwargs(body=models.Kinds.from_dict(body))

    assert kwargs["method"] == "POST"
    assert kwargs["json"] == body
    assert kwargs["headers"] == {"X-Version": "2000-01-31", "Content-Type": "application/json"}


def test_an_optional_body_is_left_out(made: Any, models: Any) -> None:
    get = made("api.other_things.start_things")._get_kwargs

    assert get(body=models.Left(left=1))["json"] == {"left": 1}
    assert "json" not in get()


def test_a_request_without_a_body_names_no_content_type(made: Any) -> None:
    assert "Content-Type" not in made("api.other_things.start_things")._get_kwargs()["headers"]


@pytest.mark.parametrize("part", ["", ".", ".."])
@pytest.mark.parametrize("name", ["get_part", "delete_part"])
def test_a_path_parameter_that_would_change_the_path_is_refused(made: Any, name: str, part: str) -> None:
    with pytest.raises(ValueError, match="part must not be"):
        made(f"api.things.{name}")._get_kwargs(ID, part)


@pytest.mark.parametrize(
    ("part", "written"), [("a/../b", "a%2F..%2Fb"), ("..x", "..x"), ("é ?#", "%C3%A9%20%3F%23"), ("{id}", "%7Bid%7D")]
)
def test_a_path_parameter_is_one_segment(made: Any, part: str, written: str) -> None:
    kwargs = made("api.things.get_part")._get_kwargs(UUID(ID), part)

    assert kwargs["url"] == f"/api/things/{ID}/parts/{written}"


@pytest.mark.parametrize("thing_id", ["..", "", "a/b", None, 5])
def test_a_uuid_in_a_path_is_guarded(made: Any, thing_id: Any) -> None:
    with pytest.raises(ValueError, match="thing_id must be a UUID"):
        made("api.things.get_part")._get_kwargs(thing_id, "a")


def test_an_answer_without_content_reads_nothing(made: Any) -> None:
    operation = made("api.things.delete_part").OPERATION

    assert operation.decode(204, b"", request="") is None
    assert operation.decode(204, b"{not json", request="") is None
    assert list(operation.decoders) == [204]


def test_each_documented_success_is_decoded_in_its_way(made: Any, models: Any) -> None:
    start = made("api.other_things.start_things").OPERATION
    part = made("api.things.get_part").OPERATION

    assert start.decode(200, b'{"data": [{}]}', request="").data == [models.Kinds.from_dict({})]
    assert start.decode(204, b"", request="") is None
    assert part.decode(200, b'[{"left": 1}]', request="") == [models.Left(left=1)]
    assert part.decode(200, b"null", request="") == []
    assert made("api.things.list_moments").OPERATION.decode(200, b'["2024-02-29T12:30:00Z"]', request="") == [MOMENT]
    assert made("api.things.create_thing").OPERATION.decode(201, b'{"data": {}}', request="").data


@pytest.mark.parametrize(
    ("module", "status", "body", "path"),
    [
        ("things.list_things", 200, b"{}", "$"),
        ("things.list_things", 200, b'{"data": {}}', "$.data"),
        ("things.create_thing", 201, b'{"data": null}', "$.data"),
        ("things.create_thing", 201, b'{"data": []}', "$.data"),
        ("things.create_thing", 201, b'{"data": {"grid": [["2024-02-29"], ["soon"]]}}', "$.data.grid[1][0]"),
        (
            "things.create_thing",
            201,
            b'{"data": {"child": {"children": [{}, {"id": 5}]}}}',
            "$.data.child.children[1].id",
        ),
        ("things.get_part", 200, b'[{}, {"moment": 5}]', "$[1].moment"),
        ("things.get_part", 200, b"{}", "$"),
    ],
)
def test_an_answer_of_another_shape_is_refused_with_its_place(
    made: Any, module: str, status: int, body: bytes, path: str
) -> None:
    with pytest.raises(DecodeError) as refused:
        made(f"api.{module}").OPERATION.decode(status, body, request="GET /")

    assert refused.value.path == path


def test_null_is_an_empty_list_where_the_document_says_array(made: Any) -> None:
    assert made("api.things.list_things").OPERATION.decode(200, b'{"data": null}', request="").data == []


def test_a_method_hands_its_arguments_on_and_not_the_version(made: Any) -> None:
    called: list[tuple[str, dict[str, Any]]] = []

    def record(_: Any, operation: Any, kwargs: dict[str, Any]) -> Any:
        called.append((operation.name, kwargs))
        raise InterruptedError

    things: Any = type("Recording", (made("api").Operations,), {"_call": record})()
    with pytest.raises(InterruptedError):
        things.delete_part(ID, "a")
    with pytest.raises(InterruptedError):
        things.list_things(must="a", x_trace="t")
    with pytest.raises(TypeError, match="x_version"):
        things.list_things(must="a", x_version="2001-01-31")

    assert [name for name, _ in called] == ["delete_part", "list_things"]
    assert called[0][1]["url"] == f"/api/things/{ID}/parts/a"
    assert called[1][1]["params"] == {"must": "a"}
    assert called[1][1]["headers"] == {"X-Trace": "t", "X-Version": "2000-01-31"}


# --- Texts and names that the templates must cope with ---------------------------------------------------------------


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

    made = _generate(_thing({"schema": {"type": "string", "description": text}}), tmp_path)

    assert text in (made / "models" / "thing.py").read_text(encoding="utf-8")


def test_names_of_the_document_do_not_meet_names_of_the_generated_code(tmp_path: Path) -> None:
    moments = {"type": "array", "items": {"type": "string", "format": "date-time"}}
    member = {"as_list": moments, "cls": moments, "list": moments}
    made = _generate(_thing(member, name="operation", **{"in": "query"}, schema={"type": "string"}), tmp_path)
    program = """
import sys
sys.path.insert(0, sys.argv[1])
from v2000_01_30 import api, models
body = dict.fromkeys(("as_list", "cls", "list"), ["2024-02-29T12:30:00Z"])
assert models.Thing.from_dict(body).to_dict() == body
class Recording(api.Operations):
    def _call(self, operation, kwargs):
        assert kwargs["params"] == {"operation": "a"}, kwargs
        sys.exit(0)
Recording().get_thing(operation="a")
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(made.parent)], check=False, stderr=subprocess.PIPE, text=True
    )
    assert done.returncode == 0, done.stderr
