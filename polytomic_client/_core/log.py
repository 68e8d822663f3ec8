"""The package's logger, and what of a response may be logged."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from .._text import line, quoted
from ..errors import LONGEST_REQUEST

logger = logging.getLogger("polytomic_client")
# Without a handler of the application's, Python would print warnings.
logger.addHandler(logging.NullHandler())

LOGGED_HEADERS = (
    "X-Request-Id",
    "X-Polytomic-Version",
    "Retry-After",
    "Content-Type",
    "Content-Length",
    "Content-Encoding",
)
"""Response headers that are logged. No other one is, and no request header at all: a new header is private until
somebody says that it is not."""


def log_answer(operation: str, request: object, status: int, headers: Mapping[str, str]) -> None:
    """Log an answer, with the headers that may be logged. Costs next to nothing unless DEBUG is on."""
    if logger.isEnabledFor(logging.DEBUG):
        named = [f", {name}: {quoted(headers[name])}" for name in LOGGED_HEADERS if name in headers]
        logger.debug("%s", line(f"{operation}: {quoted(request, LONGEST_REQUEST)}: {status}{''.join(named)}"))
