"""How changes are told, on a terminal and in a pull request."""

from __future__ import annotations

import pytest

from openapi.changes import Change, Section, Severity, as_markdown, as_text, worst

BREAKING, ADDITIVE, COSMETIC = Severity.BREAKING, Severity.ADDITIVE, Severity.COSMETIC

SECTIONS = [
    Section("one", [Change(COSMETIC, "worded", ("#/a", "#/b")), Change(BREAKING, "broke", ("GET /a b",), ("name()",))]),
    Section("none", []),
    Section("two", [Change(BREAKING, "broke too"), Change(ADDITIVE, "grew", python=("a", "b"))]),
]


def test_a_report_begins_with_what_is_worst() -> None:
    assert (
        as_text("1 -> 2", SECTIONS)
        == """\
1 -> 2
======
2 breaking, 1 additive, 1 cosmetic

BREAKING: one (1)
  - broke
      GET /a b
      name()

BREAKING: two (1)
  - broke too

ADDITIVE: two (1)
  - grew
      a, b

COSMETIC: one (1)
  - worded
      #/a, #/b
"""
    )


def test_a_report_as_markdown_folds_what_does_not_break() -> None:
    assert (
        as_markdown("1 -> 2", SECTIONS)
        == """\
# 1 -> 2

2 breaking, 1 additive, 1 cosmetic

## Breaking: one (1)

- broke
  - `GET /a b`
  - `name()`

## Breaking: two (1)

- broke too

<details><summary>Additive: two (1)</summary>

- grew
  - `a`, `b`

</details>

<details><summary>Cosmetic: one (1)</summary>

- worded
  - `#/a`, `#/b`

</details>
"""
    )


def test_a_report_of_nothing_says_so() -> None:
    assert as_text("t", []) == "t\n=\nNothing changed.\n"
    assert as_markdown("t", []) == "# t\n\nNothing changed.\n"
    assert worst([]) is None
    assert worst(SECTIONS) is BREAKING


def test_a_terminal_is_shown_a_few_of_the_places_that_are_only_worded_differently() -> None:
    many = [Section("s", [Change(COSMETIC, "worded", tuple(f"#/{n}" for n in range(10)))])]

    assert "#/5, and 4 more\n" in as_text("t", many)
    assert "`#/9`" in as_markdown("t", many)


def test_lines_are_broken_between_operations_and_not_inside_of_them() -> None:
    places = tuple(f"DELETE /a/{'b' * length}" for length in range(30, 60))

    lines = as_text("t", [Section("s", [Change(BREAKING, "broke", places)])]).splitlines()

    assert max(len(line) for line in lines) <= 118
    assert not [line for line in lines if line.endswith("DELETE")]


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("`a`</details><script> `b`", "`a`\\</details>\\<script> `b`"),
        ("`a`</details>`", "'a'\\</details>'"),
        ("`a\n\n# b` c\n- d", "`a # b` c - d"),
        ("`<p> *[b](c)* __d__", "'\\<p> \\*\\[b\\](c)\\* \\_\\_d\\_\\_"),
        ("`list[str]` is now `dict[str, Any]`", "`list[str]` is now `dict[str, Any]`"),
    ],
)
def test_what_a_document_says_is_no_markdown_and_no_html(said: str, written: str) -> None:
    change = Change(Severity.BREAKING, said, ("#/a`\n b",), ("c`",))

    assert as_markdown(f"{said}.yaml", [Section("one", [change])]) == (
        f"# {written}.yaml\n\n1 breaking\n\n## Breaking: one (1)\n\n- {written}\n  - `#/a' b`\n  - `c'`\n"
    )
