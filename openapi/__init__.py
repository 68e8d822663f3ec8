"""What makes the generated packages: the vendored documents, the templates, and the commands between the two."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The project."""
