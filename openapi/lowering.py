"""Write a document in the forms that the generator reads, where it has others for the same.

The package holds the document as it is. Only the generator gets this one.
"""

from __future__ import annotations

import copy
from typing import Any

from .document import Document, is_object
from .named_kinds import for_templates
from .schemas import every_schema, parts_of


def lowered(document: Document) -> Document:
    """Return a copy of a document of which the generator and the templates make what the rules promise."""
    made = copy.deepcopy(document)
    for _, schema in list(every_schema(made)):
        if is_object(schema) and "allOf" in schema:
            _join_words(schema)
    for_templates(made)
    return made


def _join_words(schema: dict[str, Any]) -> None:
    """Move words from a part of allOf to its side. With another part, one reference would be a class of its own."""
    parts = parts_of(schema)
    kept = {index for index, _ in parts}
    for index, words in enumerate(schema["allOf"]):
        if index not in kept:
            schema.update({key: value for key, value in words.items() if key not in schema})
    schema["allOf"] = [part for _, part in parts]
