"""Documents of YAML and JSON are read in one way, or refused with the place where readers could differ."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from openapi import document as documents
from openapi.document import Refused


def read(folder: Path, text: str) -> dict[str, Any]:
    path = folder / "document"
    path.write_text(text, encoding="utf-8")
    return documents.read(path)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2023-04-25", "2023-04-25"),
        ("'2023-04-25'", "2023-04-25"),
        ("yes", "yes"),
        ("on", "on"),
        ("No", "No"),
        ("true", True),
        ("FALSE", False),
        ("'true'", "true"),
        ("null", None),
        ("~", None),
        ("", None),
        ("'null'", "null"),
        ("12", 12),
        ("-1", -1),
        ("010", 10),
        ("12:30:00", "12:30:00"),
        ("1_000", "1_000"),
        ("0x10", "0x10"),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("'1'", "1"),
        ("3.1.0", "3.1.0"),
        (".inf", ".inf"),
        ("|\n  two\n  lines", "two\nlines"),
        ("[a, 1, {b: }]", ["a", 1, {"b": None}]),
    ],
)
def test_a_scalar_is_what_yaml_1_2_says(tmp_path: Path, text: str, value: object) -> None:
    found = read(tmp_path, f"key: {text}")

    assert found == {"key": value}
    assert type(found["key"]) is type(value)


def test_a_name_is_a_text_as_it_is_in_json(tmp_path: Path) -> None:
    assert read(tmp_path, "200: a\nyes: b\n1.0: c\nnull: d") == {"200": "a", "yes": "b", "1.0": "c", "null": "d"}


def test_json_is_read_as_json_whatever_its_file_is_called(tmp_path: Path) -> None:
    assert read(tmp_path, '\ufeff {\n\t"a": "2023-04-25", "b": 1e3}') == {"a": "2023-04-25", "b": 1000.0}


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("paths:\n  /a~b: {get: 1,\n    get: 2}", ["#/paths/~1a~0b/get: this name is given twice, once in line 3"]),
        ("a: 1\nb: [{c: 1, c: 2}]\na: 2", ["#/b/0/c: this name", "#/a: this name"]),
        ('200: a\n"200": b', ["#/200: this name is given twice, once in line 2"]),
        ('{"a": {"b": 1, "b": 2}, "c": [{"d": 1, "d": 1}]}', ["#/a/b: this name", "#/c/0/d: this name"]),
        ("a: &x {b: 1}\nc: *x", ["line 2: *x is an alias. Write it out, or make it a component"]),
        ("a: &x [*x]", ["line 1: *x is an alias"]),
        ("a: {b", ["is not YAML"]),
        ("a: 1\n---\nb: 2", ["is not YAML"]),
        ('{"a": ', ["begins like JSON but is invalid"]),
        ("", ["holds no mapping"]),
        ("- a", ["holds no mapping"]),
        ("a: \x00", ["is not YAML"]),
        ("[" * 2_000 + "]" * 2_000, ["is nested too deeply"]),
        ('{"a":' + "[" * 100_000, ["is nested too deeply"]),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 60 else None,
)
def test_what_could_be_read_in_two_ways_or_in_none_is_refused_with_its_place(
    tmp_path: Path, text: str, problems: list[str]
) -> None:
    with pytest.raises(Refused) as refused:
        read(tmp_path, text)

    assert len(refused.value.problems) == len(problems)
    for said, expected in zip(refused.value.problems, problems, strict=True):
        assert expected in said


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"], ids=["no file", "no UTF-8"])
def test_a_file_that_cannot_be_read_is_refused_by_its_name(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "new.yaml"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(Refused, match=r"new\.yaml cannot be read"):
        documents.read(path)


def test_a_document_that_is_written_is_read_as_it_was(tmp_path: Path) -> None:
    document: dict[str, Any] = {
        "b": [
            "2023-04-25",
            "yes",
            "12",
            "12:30:00",
            "1e3",
            "null",
            "",
            "a: b",
            "two\nlines",
            "größe",
            1,
            1.5,
            True,
            None,
        ],
        "a": {"200": {"x": {}}, "$ref": "#/a"},
    }

    found = read(tmp_path, documents.to_yaml(document))

    assert found == document
    assert list(found) == ["b", "a"]
    assert documents.to_json(found) == documents.to_json(document)
