"""Compare two documents: what oasdiff finds, what moved, and what only a comparison of names and defaults finds."""

from __future__ import annotations

from .changes import Change, Severity
from .document import Document
from .findings import find, merged
from .meanings import default_changes, operation_meanings
from .moves import find_moves, moved, operation_at, renamed, shown
from .oasdiff import find_entries
from .other_changes import other_changes, untold


def document_changes(old: Document, new: Document) -> list[Change]:
    """Return what changed from one document to another, each change once, however many operations it is in."""
    moves = find_moves(old, new)
    changes = [
        Change(
            Severity.BREAKING,
            f"moved: {shown(before)} is now {shown(after)}",
            python=(renamed(operation_at(old, before), operation_at(new, after)),),
        )
        for before, after in moves.items()
    ]
    there = moved(old, moves)
    entries, lost = find_entries(there, new)
    found = find(entries, there, new)
    defaults = list(default_changes(there, new))
    told = {spot for finding in found for spot in finding.spots} | {spot for _, spots in defaults for spot in spots}
    changes += [*lost, *operation_meanings(old, new, moves), *merged(found), *(change for change, _ in defaults)]
    return [*changes, *other_changes(old, new), *untold(there, new, told)]
