"""Define the error of endpoint functions that are called with the user's own Client."""

from __future__ import annotations

from .._text import excerpt


class UnexpectedStatus(Exception):  # noqa: N818  (openapi-python-client's name)
    """The API responded with a status that the OpenAPI document does not describe as a success."""

    def __init__(self, status_code: int, content: bytes) -> None:
        super().__init__(status_code, content)
        self.status_code = status_code
        self.content = content

    def __str__(self) -> str:
        return f"unexpected status {self.status_code} with body {excerpt(self.content)!r}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


__all__ = ["UnexpectedStatus"]
