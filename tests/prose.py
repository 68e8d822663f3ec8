"""Find phrases that this project does not use in what it writes for readers.

    python -m tests.prose    fail if there are any

It reads the docstrings and comments of all hand-written Python; outside tests/ also every string with a space in it,
since any of those may end up in an error, a warning or a log. It reads Markdown, templates, and the descriptions and
summaries of the OpenAPI document. Code in backticks and Jinja's statements are skipped.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

ROOT = Path(__file__).resolve().parent.parent

IS = r"(?<!there )\b(?:is|are|was|were)"
ADVICE = {
    IS + r" no (?!(?:longer|larger|more|fewer|less|later|earlier|such|way|one)\b)": "is not a ...",
    IS + r" (?-i:none)\b": "say what it is: is empty, is missing, is invalid",
    r", and not\b": "end the sentence before it",
    r"\banew\b": "again, or a verb that says it: refresh, re-measure",
    r"\bfarewell\b": "say what is sent: a close frame, a TLS close_notify",
    r"\bheeds?\b": "follow, honour",
    r"\brepetitions?\b": "retry",
    r"\bnever None\b": "leave it out: the type says it",
    r"\b(?:a|each|first|last|next|two|many) tr(?:y|ies)\b": "attempt",
    r"\b(?:a|no|one|its) texts?\b(?! of)": "string, or the field's own name: message, body",
    r"\b(?:a|first|last|two|later) looks?\b(?! like)": "check, poll",
    r"\bauthorit(?:y|ies)\b": "CA, or host and port",
    r"\bin its words\b|\bwhose words\b|\bwords of\b": "name the field: message, reason",
    r"\bword of the server's\b": "server-defined string",
    r"\bAPI stands\b": "the load the API can handle",
    r"\basks? very many\b": "query thousands of ... concurrently",
    r"\bjobs of several\b": "multi-step workflows",
    r"\btried again\b": "retried",
    r"\btime-outs?\b": "timeout",
    r"\bhalf as (?:fast|long|much) again\b": "50 % faster, slower, more",
    r"\btold apart\b": "distinguished",
    r"\btell whether\b": "return whether, check whether",
    r"(?<!a )(?<!two )\blook(?:s|ed|ing)? at\b|\bby looking\b": "check, inspect, visit",
    r"\bbeyond doubt\b": "say what is tested",
    r"\basks? (?:a|every|the) (?:api|connection|server)\b": "query, request",
    r"\bplays the API\b": "is a local API",
}
PATTERNS = {re.compile(pattern.replace(" ", r"\s"), re.IGNORECASE): advice for pattern, advice in ADVICE.items()}
CODE = re.compile(r"^ *```.*?^ *```|`(?:[^`\n]|\n(?!\n))+`|\{%.*?%\}", re.DOTALL | re.MULTILINE)
STRING_OR_COMMENT = re.compile(
    r"""("{3}|'{3}|"|')(?:\\.|[^\\])*?\1|(?P<comment>^ *#[^\n]*(?:\n *#[^\n]*)*|#[^\n]*)""", re.DOTALL | re.MULTILINE
)


class Finding(NamedTuple):
    """A phrase, where it is, and what to write instead."""

    path: str
    line: int
    phrase: str
    advice: str


def python_texts(source: str, *, all_strings: bool) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of each comment and docstring, and of each other string that has a space."""
    for match in STRING_OR_COMMENT.finditer(source):
        if match["comment"]:
            yield source.count("\n", 0, match.start()) + 1, match[0]
    seen = set[int]()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Expr(value=ast.Constant(value=str(text)) as docstring):
                seen.add(id(docstring))
                yield node.lineno, text
            case ast.JoinedStr(values=values) if all_strings:
                seen.update(map(id, values))
                yield node.lineno, "".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in values)
            case ast.Constant(value=str(text)) if all_strings and " " in text and id(node) not in seen:
                yield node.lineno, text
            case _:
                pass


def descriptions(node: yaml.Node | None) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of each description and summary of an OpenAPI document."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value in {"description", "summary"} and isinstance(value, yaml.ScalarNode):
                yield value.start_mark.line + 1, value.value
            yield from descriptions(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from descriptions(item)


def texts(root: Path) -> Iterator[tuple[str, int, str]]:
    """Yield the path, the line and the text of all that readers read, without what is generated."""
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith((".", "v2"))]
        for path in (Path(folder, name) for name in names):
            name = path.relative_to(root).as_posix()
            found: Iterable[tuple[int, str]] = []
            if path.suffix == ".py":
                found = python_texts(path.read_text("utf-8"), all_strings=not name.startswith("tests/"))
            elif re.fullmatch(r"[^/]+\.md|docs/.+\.md|.+\.jinja", name):
                found = [(1, path.read_text("utf-8"))]
            elif re.fullmatch(r"openapi/.+\.yaml", name):
                found = descriptions(yaml.compose(path.read_text("utf-8"), Loader=yaml.CSafeLoader))
            for line, text in found:
                yield name, line, text


def findings(root: Path) -> list[Finding]:
    """Return each phrase to avoid below a directory, by path and line."""
    found = list[Finding]()
    for path, line, text in texts(root):
        prose = CODE.sub(lambda code: "``" + "\n" * code[0].count("\n"), text)
        # A line break becomes one white space, so that a phrase is found across it; a blank line stays two.
        prose = re.sub(r"[ \t]+", " ", re.sub(r"[ \t]+$|^[ \t]*[#>]*[ \t]*", "", prose, flags=re.MULTILINE))
        for pattern, advice in PATTERNS.items():
            for match in pattern.finditer(prose):
                before = re.findall(r"(?:\S+\s){0,4}\S*\Z", prose[: match.start()])[0]
                after = re.findall(r"\A\S*(?:\s\S+){0,4}", prose[match.end() :])[0]
                phrase = " ".join(f"{before}{match[0]}{after}".split())
                found.append(Finding(path, line + prose.count("\n", 0, match.start()), phrase, advice))
    return sorted(found)


def main(root: Path = ROOT) -> int:
    """Print what is found, and return the exit code."""
    found = findings(root)
    for path, line, phrase, advice in found:
        print(f"{path}:{line}: {phrase}  (write instead: {advice})")  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
