"""Every code block of the README, run against the sandbox as a reader would run it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from polytomic_client.cli._app import APP
from polytomic_client.sandbox import Sandbox

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
PYTHON = [code for language, code in BLOCKS if language == "python"]
SHELL = [line.split("#")[0].strip() for language, code in BLOCKS if language == "sh" for line in code.splitlines()]
EXPECTED = {
    0: "replicate snapshot\n[<ResyncMode.REFETCH: 'refetch'>, <ResyncMode.REBUILD: 'rebuild'>]\n",
    1: "['Replicate', 'Replace']\n",
    2: "{'advanced': UNSET, 'mirror_schemas': False, 'schema': False}\n",
    7: (
        "True\n"
        "{'advanced': {'truncate_existing': None}, 'mirror_schemas': None, 'schema': None}\n"
        "object\n"
        "{'frequency': 'weekly', 'minute': '00', 'hour': '05', 'day_of_week': 'monday'}\n"
        "05:30 UTC\n05:30 UTC\n"
        "the webhook signature does not match the body\n"
    ),
    10: "200 2023-04-25 1\n498\npostgresql 1\n",
    11: (
        "[<ResyncMode.REFETCH: 'refetch'>, <ResyncMode.REBUILD: 'rebuild'>] [30.0, 30.0]\n"
        "3 ['get_bulk_destination', 'get_bulk_destination', 'get_bulk_destination']\n"
    ),
    13: "2023-04-25 01:00:00+00:00\npermission denied for table orders\n",
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(connections=500, seed=1, execution_seconds=0.2) as sandbox:
        yield sandbox


@pytest.mark.parametrize("number", range(len(PYTHON)))
def test_a_python_block_runs(
    number: int, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if "deployment_key" not in PYTHON[number]:
        monkeypatch.setenv("POLYTOMIC_API_KEY", sandbox.key)
        monkeypatch.setenv("POLYTOMIC_DEPLOYMENT_URL", sandbox.url)

    exec(compile(PYTHON[number], f"README.md block {number}", "exec"), {"__name__": "__main__"})

    output = capsys.readouterr().out
    if number in EXPECTED:
        assert output == EXPECTED[number]
    if number == 3:
        assert len(output.splitlines()) == 3
        assert "404 connection not found" in output
    if number == 4:
        lines = output.splitlines()
        assert sorted(lines[:2]) == [
            "63ca828d-d5f4-43b2-a4b0-6ce60741c7a8 True",
            "c4647159-c324-4985-9b81-0e766ec9d286 True",
        ]
        assert re.fullmatch(r"2 0 0 [0-9]+/s None", lines[2])
    if number == 5:
        assert sorted(output.splitlines()) == [
            "63ca828d-d5f4-43b2-a4b0-6ce60741c7a8 True",
            "c4647159-c324-4985-9b81-0e766ec9d286 True",
        ]
    if number == 8:
        assert re.fullmatch(r"404 not_found connection not found sandbox-[0-9]+ 1\n", output)
    if number == 6:
        *_, last = output.splitlines()
        assert re.fullmatch("completed [1-9][0-9]*", last)
        assert re.search("^public.orders completed [1-9][0-9]* 0$", output, re.MULTILINE)


def test_the_blocks_are_all_there() -> None:
    assert len(PYTHON) == 14
    assert all(language in ("python", "sh") for language, _ in BLOCKS)


def test_a_shell_line_names_what_exists(sandbox: Sandbox) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for line in SHELL:
        match line.split():
            case ["make", target]:
                assert re.search(rf"^{target}:", makefile, re.MULTILINE)
            case ["pip", "install", "."]:
                pass
            case ["pip", "install", package]:
                project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
                for extra in package.removeprefix("'.[").removesuffix("]'").split(","):
                    assert f"{extra} = [" in project
            case ["polytomic", *command]:
                APP.parse_args(command, print_error=False, exit_on_error=False)
            case ["python", "-m", "polytomic_client.sandbox", *options]:
                assert options == ["--port", "8765", "--connections", "500", "--seed", "1"]
            case ["export", setting]:
                name, _, value = setting.partition("=")
                assert (
                    value
                    == {"POLYTOMIC_DEPLOYMENT_URL": "http://127.0.0.1:8765", "POLYTOMIC_API_KEY": sandbox.key}[name]
                )
            case _:
                pytest.fail(f"nothing tests the README's {line!r}")
