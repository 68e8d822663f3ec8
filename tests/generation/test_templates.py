"""The templates, and the generator they are made for."""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import re
import tomllib

import pytest

from .shared import ROOT, TEMPLATES, UPSTREAM

BASED_ON = {
    "api_init.py.jinja": "f3b0290732b219be73b204cc3a44170eab0b64299a485a093306c6cc20d064cc",
    "client.py.jinja": "4eac65762f21014a7fbf59e730f1be6d28c9c85ddc1c40b458b6ff5f67a64c9e",
    "endpoint_macros.py.jinja": "58edb8b4913db6ed4863c633fb39365364494398c8156c77151c6676f1b28fee",
    "endpoint_module.py.jinja": "c1b2628053eb4875ba59566baa5ae907666f9cbfafa308d93f970a4404b7cd52",
    "errors.py.jinja": "b6ba7ea79aa7d7f24b47119985d1ed20268d3da0ab70309ee138088a106b6af9",
    "int_enum.py.jinja": "cf8776855b1d826971501d5f6d5b38c3cb496aad9276684b8ece268db67918bc",
    "model.py.jinja": "fd1c79680d51c06cfbb89809ad123750ba9add98b688036c04cabbf1f8ba40a0",
    "models_init.py.jinja": "4f64a3d6e1b15a561be5573c1b7702eb928c0e4fa6b67107d20e57a74c44d51a",
    "package_init.py.jinja": "ac15907e32dc39bd9b83ea6f2002fb87514f2182b97f88231b5a9c47321f6210",
    "str_enum.py.jinja": "e4979a5e6b338351eda8bdac534017cfbeb51a809b494fd3c632db39414817fc",
    "types.py.jinja": "93df9d75883a4eafac77dd21bc6907f3ef612e3f7841e08656618dcf6c4ce494",
}
"""The sha256 of the generator's own template that each override is based on."""

OURS = {"codec.jinja", "uses.jinja"}
"""Templates that override none."""

ON_DISK = {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*") if path.is_file()}


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
