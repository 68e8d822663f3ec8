"""The optional dependencies of this package, and how to install them."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, requires

DISTRIBUTION = "polytomic-client"


def install_command(extra: str) -> str:
    """Return the command that installs what an extra needs.

    It names the packages themselves, because this one is not on an index. So it works in a clone and anywhere else.
    """
    try:
        every = requires(DISTRIBUTION) or []
    except PackageNotFoundError:
        # The package runs from a clone that was never installed.
        return f'pip install ".[{extra}]"'
    marked = re.compile(rf"""\bextra\s*==\s*['"]{re.escape(extra)}['"]""")
    # Double quotes, which every shell has.
    return " ".join(["pip install", *(f'"{each.partition(";")[0].strip()}"' for each in every if marked.search(each))])
