"""The check of the project's prose: what it finds, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import prose


def _write(root: Path, name: str, contents: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(contents, "utf-8")


def _phrases(root: Path) -> list[str]:
    return [finding.phrase for finding in prose.findings(root)]


@pytest.mark.parametrize(
    "phrase",
    [
        "It is no file.",
        "They were no files.",
        "It is none.",
        "One, and not two.",
        "It is made anew.",
        "The server's farewell.",
        "It heeds this.",
        "No repetitions.",
        "The answer, never None.",
        "Each try counts.",
        "Many tries.",
        "It has a text.",
        "An enum and its texts.",
        "A look at it.",
        "Two looks at most.",
        "An authority of your own.",
        "The certificate authorities.",
        "None, in its words.",
        "A server whose words count.",
        "The words of the server.",
        "The state, in a word of the server's.",
        "What the API stands.",
        "A service asks very many connections.",
        "Jobs of several calls.",
        "It is tried again.",
        "A read time-out.",
        "It is half as long again.",
        "Alternatives that cannot be told apart.",
        "Tell whether it is one.",
        "The value is looked at.",
        "Unions are decided by looking.",
        "It must be beyond doubt.",
        "Programs that ask the API.",
        "A sandbox plays the API.",
        "A phrase over\na line break is no\nfile.",
    ],
)
def test_each_phrase_to_avoid_is_found(tmp_path: Path, phrase: str) -> None:
    _write(tmp_path, "README.md", f"# Title\n\n{phrase}\n")

    assert len(prose.findings(tmp_path)) == 1


@pytest.mark.parametrize(
    "phrase",
    [
        "A schema text, the passwords of users, retries, many entries.",
        "There is no file, there are none, and there\nwas no need.",
        "It is no longer there, is no more than one, and is None.",
        "It is no such\nfile.",
        "It looks like one; a look like this one.",
        "Look it up. Whether to ask the user, who tells when it is.",
        "A text of two lines.",
        "It is `no` file, `a text` is code.\n\n```python\nreturn a_text  # a text, anew\n```",
        "What it is\n\nNo file.",
    ],
)
def test_what_only_resembles_such_a_phrase_is_left_alone(tmp_path: Path, phrase: str) -> None:
    _write(tmp_path, "README.md", phrase)

    assert not _phrases(tmp_path)


def test_every_place_that_is_read(tmp_path: Path) -> None:
    code = '''
"""Module: is no
file 1."""
x = "#"  # is no file 2
# is
# no file 3
y = f"{x} is no file 4" "!"
z = {"repetition": y}
'''
    for name in ("polytomic_client/a.py", "tests/a.py", "polytomic_client/v2023/a.py", "tests/.venv-x/a.py"):
        _write(tmp_path, name, code)
    _write(tmp_path, "openapi/a.yaml", "info:\n  description: is no file 5\n  title: is no title\n")
    _write(tmp_path, "openapi/b.yaml", "- summary: >-\n    is\n    no file 6\n- description: {type: is no type}\n")
    _write(tmp_path, "openapi/templates/a.jinja", "{% if x is none %}\n# is\n# no file 7\n")
    _write(tmp_path, "docs/adr/a.md", "It is no file 8.\n")

    assert [(path, line, phrase) for path, line, phrase, _ in prose.findings(tmp_path)] == [
        ("docs/adr/a.md", 1, "It is no file 8."),
        ("openapi/a.yaml", 2, "is no file 5"),
        ("openapi/b.yaml", 1, "is no file 6"),
        ("openapi/templates/a.jinja", 2, "`` is no file 7"),
        ("polytomic_client/a.py", 2, "Module: is no file 1."),
        ("polytomic_client/a.py", 4, "is no file 2"),
        ("polytomic_client/a.py", 5, "is no file 3"),
        ("polytomic_client/a.py", 7, "{} is no file 4!"),
        ("tests/a.py", 2, "Module: is no file 1."),
        ("tests/a.py", 4, "is no file 2"),
        ("tests/a.py", 5, "is no file 3"),
    ]


def test_each_phrase_is_printed_with_what_to_write_instead(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write(tmp_path, "README.md", "Refreshed.\n")
    assert prose.main(tmp_path) == 0
    assert not capsys.readouterr().out

    _write(tmp_path, "docs/a.md", "It is\nmade anew.\n\nIt heeds this.\n")
    assert prose.main(tmp_path) == 1
    assert capsys.readouterr().out.splitlines() == [
        "docs/a.md:2: It is made anew.  (write instead: again, or a verb that says it: refresh, re-measure)",
        "docs/a.md:4: It heeds this.  (write instead: follow, honour)",
    ]
