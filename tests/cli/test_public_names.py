"""The command line uses the package as a user would: its public names only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import polytomic_client.cli

DIRECTORY = Path(polytomic_client.cli.__file__).parent


def imported(module: Path) -> Iterator[str]:
    """Yield what a module imports from the package, outside of its own directory."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == 2:
            for alias in node.names:
                yield f"{node.module or ''}.{alias.name}"
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("polytomic_client"))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("polytomic_client"):
            yield f"{node.module}.*"


def test_only_public_names_are_imported() -> None:
    found = {module.name: list(imported(module)) for module in DIRECTORY.glob("*.py")}
    assert ".Polytomic" in found["_settings.py"]
    # What to install if the command line cannot start.
    found["__init__.py"].remove("_core.extras.install_command")
    for names in found.values():
        for name in names:
            parts = [part for part in name.split(".") if part and part != "__version__"]
            assert not any(part.startswith("_") for part in parts), name
            if name.startswith(".") and parts:
                assert parts[0] in polytomic_client.__all__ or parts[0] == "API_VERSION", name
