"""Show the examples of docstrings as code: mkdocstrings takes what is below `Example:` for prose."""

import re
import textwrap
from typing import Any

from griffe import Extension, Object

EXAMPLE = re.compile(r"^Example:\n(?P<code>(?:(?: {4}.*)?\n?)+)", re.MULTILINE)


def _fenced(match: re.Match[str]) -> str:
    code = f"```python\n{textwrap.dedent(match['code']).strip()}\n```"
    return "Example:\n" + textwrap.indent(code, "    ") + "\n\n"


class Examples(Extension):
    """Put each example into a block of Python code."""

    def on_object(self, *, obj: Object, **kwargs: Any) -> None:
        """Change the docstring of an object that has one."""
        if obj.docstring is not None:
            obj.docstring.value = EXAMPLE.sub(_fenced, obj.docstring.value)
