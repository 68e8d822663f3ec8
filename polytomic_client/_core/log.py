"""The logger of the package, and the response headers that it may log."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from .._text import line, quoted
from ..errors import LONGEST_REQUEST

logger = logging.getLogger("polytomic_client")
# Without a handler, Python would print warnings to stderr.
logger.addHandler(logging.NullHandler())

LOGGED_HEADERS = (
    "X-Request-Id",
    "X-Polytomic-Version",
    "Retry-After",
    "Content-Type",
    "Content-Length",
    "Content-Encoding",
)
"""The only response headers that are logged. Request headers never are. A new header is private until it is added
here."""


def log_answer(operation: str, request: object, status: int, headers: Mapping[str, str]) -> None:
    """Log a response with the headers in `LOGGED_HEADERS`. Costs almost nothing unless DEBUG is enabled."""
    if logger.isEnabledFor(logging.DEBUG):
        named = [f", {name}: {quoted(headers[name])}" for name in LOGGED_HEADERS if name in headers]
        logger.debug("%s", line(f"{operation}: {quoted(request, LONGEST_REQUEST)}: {status}{''.join(named)}"))
