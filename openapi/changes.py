"""Changes between two OpenAPI documents or two packages, and how they are reported."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from enum import IntEnum

from attrs import frozen

WIDTH = 118
"""Columns of the report for a terminal."""


FEW = 6
"""How many names a terminal shows of a change that is only cosmetic."""


class Severity(IntEnum):
    """The effect of a change on code that uses the package. The worst is the highest."""

    COSMETIC = 1
    """Only the wording changed, or something that no caller sees."""

    ADDITIVE = 2
    """Something is new, and existing code continues to work."""

    BREAKING = 3
    """Code that worked, or that passed a type checker, may no longer do so."""

    REFUSED = 4
    """A fault, not a change: a document with it is rejected."""


@frozen
class Change:
    """One change.

    Attributes:
        severity: What it means for users.
        what: What it is, in a sentence without a full stop.
        where: The operations it is in, such as `GET /api/me`; empty for a change of a Python name.
        python: The Python names it touches.
    """

    severity: Severity
    what: str
    where: tuple[str, ...] = ()
    python: tuple[str, ...] = ()


@frozen
class Section:
    """A part of a report.

    Attributes:
        title: Its title.
        changes: The changes, in the order of the report.
    """

    title: str
    changes: Sequence[Change]


def worst(sections: Iterable[Section]) -> Severity | None:
    """Return the highest severity in all sections, or None where nothing changed."""
    return max((change.severity for section in sections for change in section.changes), default=None)


def as_text(title: str, sections: Iterable[Section]) -> str:
    """Return a report for a terminal."""
    parts = list(_parts(sections))
    lines = [title, "=" * len(title), _summary(parts)]
    for section, severity, changes in parts:
        lines += ["", f"{severity.name}: {_counted(section, changes)}"]
        for change in changes:
            lines.append(_wrapped(f"  - {change.what}"))
            most = FEW if severity is Severity.COSMETIC else None
            lines += [_wrapped(f"      {_unbroken(names, most)}") for names in (change.where, change.python) if names]
    return "\n".join([*lines, ""])


def as_markdown(title: str, sections: Iterable[Section]) -> str:
    """Return a report for a pull request, in which what does not break is folded."""
    parts = list(_parts(sections))
    lines = [f"# {_escaped(title)}", "", _summary(parts), ""]
    for section, severity, changes in parts:
        heading = f"{severity.name.capitalize()}: {_counted(section, changes)}"
        folded = severity < Severity.BREAKING
        lines += [f"<details><summary>{heading}</summary>", ""] if folded else [f"## {heading}", ""]
        for change in changes:
            lines.append(f"- {_escaped(change.what)}")
            lines += [
                f"  - {', '.join(f'`{_plain(name)}`' for name in names)}"
                for names in (change.where, change.python)
                if names
            ]
        lines += ["", "</details>", ""] if folded else [""]
    return "\n".join(lines)


def _escaped(text: str) -> str:
    """Return the Markdown of a string in which only backticks mean something in Markdown, if each has its pair."""
    parts = " ".join(text.split()).split("`")
    if len(parts) % 2 == 0:
        parts = ["'".join(parts)]
    parts[::2] = [re.sub(r"([\\*_\[\]<])", r"\\\1", part) for part in parts[::2]]
    return "`".join(parts)


def _plain(name: str) -> str:
    return " ".join(name.replace("`", "'").split())


def _parts(sections: Iterable[Section]) -> Iterable[tuple[Section, Severity, list[Change]]]:
    """Yield what a report has, the worst first."""
    kept = list(sections)
    for severity in sorted(Severity, reverse=True):
        for section in kept:
            if changes := [change for change in section.changes if change.severity is severity]:
                yield section, severity, changes


def _unbroken(names: Sequence[str], most: int | None) -> str:
    """Return names with spaces that end no line, and how many there are more."""
    shown = ", ".join(name.replace(" ", "\N{NO-BREAK SPACE}") for name in names[:most])
    return shown if most is None or len(names) <= most else f"{shown}, and {len(names) - most} more"


def _wrapped(line: str) -> str:
    indent = " " * (6 if line.startswith("    ") else 4)
    filled = textwrap.fill(line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    return filled.replace("\N{NO-BREAK SPACE}", " ")


def _summary(parts: Sequence[tuple[Section, Severity, list[Change]]]) -> str:
    counts = Counter(severity for _, severity, changes in parts for _ in changes)
    return ", ".join(f"{count} {severity.name.lower()}" for severity, count in counts.items()) or "Nothing changed."


def _counted(section: Section, changes: Sequence[Change]) -> str:
    return f"{section.title} ({len(changes)})"
