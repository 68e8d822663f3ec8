"""The version of this package, which pyproject.toml reads and the User-Agent header names."""

__version__ = "0.1.0"
