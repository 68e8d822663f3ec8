"""Compare the kinds that strings name in two documents."""

from __future__ import annotations

from collections.abc import Iterator

from .changes import Change, Severity
from .document import Document
from .named_kinds import tables


def kind_changes(old: Document, new: Document) -> Iterator[Change]:
    """Yield the kinds that decode to another class, although no schema differs."""
    after = tables(new)
    for place, one in tables(old).items():
        two = after.get(place, one)
        for kind in dict.fromkeys([*one.models, *two.models]):
            was, now = one.models.get(kind, one.other), two.models.get(kind, two.other)
            if was != now:
                what = f"an object of {kind} decodes to {now}, no longer to {was}"
                yield Change(Severity.BREAKING, what, python=(place,))
