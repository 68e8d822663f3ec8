"""The version of this package. pyproject.toml reads it, and the User-Agent header contains it."""

__version__ = "0.2.0"
