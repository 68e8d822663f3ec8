"""Generate the packages: the vendored OpenAPI documents, the templates, and the commands."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The project."""
