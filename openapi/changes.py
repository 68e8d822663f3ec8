"""What changed between two documents or two packages, and how that is told."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from enum import IntEnum

from attrs import frozen

WIDTH = 118
"""Columns of the report for a terminal."""


class Severity(IntEnum):
    """What a change means for code that uses the package; the worst is the highest."""

    COSMETIC = 1
    """Nothing but words changed, or what no caller sees."""

    ADDITIVE = 2
    """There is more than before, and what worked goes on to work."""

    BREAKING = 3
    """Code that worked, or that passed a type checker, may no longer do so."""


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
        title: What it tells of.
        changes: The changes, in the order in which they are told.
    """

    title: str
    changes: Sequence[Change]


def breaks(sections: Iterable[Section]) -> bool:
    """Tell whether there is a breaking change in any section."""
    return any(change.severity is Severity.BREAKING for section in sections for change in section.changes)


def as_text(title: str, sections: Iterable[Section]) -> str:
    """Return a report for a terminal."""
    lines = [title, "=" * len(title)]
    for section, severity, changes in _parts(sections):
        lines += ["", f"{severity.name}: {_counted(section, changes)}"]
        for change in changes:
            lines.append(_wrapped(f"  - {change.what}"))
            lines += [_wrapped(f"      {_unbroken(names)}") for names in (change.where, change.python) if names]
    return "\n".join([*lines, ""] if len(lines) > 2 else [*lines, "", "Nothing changed.", ""])


def as_markdown(title: str, sections: Iterable[Section]) -> str:
    """Return a report for a pull request, in which what does not break is folded."""
    lines = [f"# {title}", ""]
    for section, severity, changes in _parts(sections):
        heading = f"{severity.name.capitalize()}: {_counted(section, changes)}"
        folded = severity is not Severity.BREAKING
        lines += [f"<details><summary>{heading}</summary>", ""] if folded else [f"## {heading}", ""]
        for change in changes:
            lines.append(f"- {change.what}")
            lines += [
                f"  - {', '.join(f'`{name}`' for name in names)}" for names in (change.where, change.python) if names
            ]
        lines += ["", "</details>", ""] if folded else [""]
    return "\n".join(lines if len(lines) > 2 else [*lines, "Nothing changed.", ""])


def _parts(sections: Iterable[Section]) -> Iterable[tuple[Section, Severity, list[Change]]]:
    """Yield what a report has, the worst first."""
    kept = list(sections)
    for severity in sorted(Severity, reverse=True):
        for section in kept:
            if changes := [change for change in section.changes if change.severity is severity]:
                yield section, severity, changes


def _unbroken(names: Iterable[str]) -> str:
    """Return names with spaces that end no line."""
    return ", ".join(name.replace(" ", "\N{NO-BREAK SPACE}") for name in names)


def _wrapped(line: str) -> str:
    indent = " " * (6 if line.startswith("    ") else 4)
    filled = textwrap.fill(line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    return filled.replace("\N{NO-BREAK SPACE}", " ")


def _counted(section: Section, changes: Sequence[Change]) -> str:
    return f"{section.title} ({len(changes)})"
