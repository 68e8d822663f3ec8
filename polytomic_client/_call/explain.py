"""Adds to the error of an attempt what only the call knows: a proxy, used or not, and whether the path has an id."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from .._http.messages import Request
from .._runtime.operation import Operation
from ..errors import NotFoundError, NotSentError, RequestError, TransportError
from .settings import Config

ID = re.compile(r"/(?:[0-9]+|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})(?=/|$)")
"""Matches a segment of a path that is an id: a UUID or a number."""

CHECK_PROXY = "Nothing was sent. Check the proxy, base_url and the network."

NO_ID = "base_url or the path is probably wrong, because the path has no id that could be unknown."

NO_ID_BUT_BODY = "base_url may be wrong, or an id in the body may not exist. The path has no id."

API_TWICE = "base_url is probably wrong: it contains /api, with which the path of every operation begins."


def explain(error: RequestError, request: Request, config: Config, operation: Operation[object] | None) -> None:
    """Add what the call knows to the error of an attempt."""
    if isinstance(error, TransportError):
        _explain_connection(error, config)
    elif isinstance(error, NotFoundError):
        if operation is not None and "/api/" in urlsplit(config.base_url).path + "/":
            error.hint = API_TWICE
        elif not _has_id(request, config, operation):
            error.hint = NO_ID if request.content is None else NO_ID_BUT_BODY


def through_proxy(config: Config) -> str:
    """Return the words that name the proxy of a client, or an empty string."""
    return "" if config.proxy is None else f"; proxy: {config.proxy.netloc}"


def _explain_connection(error: TransportError, config: Config) -> None:
    if config.proxy is not None:
        if f"proxy {config.proxy.netloc}" not in error.message:
            error.message += through_proxy(config)
        if error.hint == NotSentError.hint:
            error.hint = CHECK_PROXY
    elif config.ignored_proxy and isinstance(error, NotSentError):
        error.hint += f" {config.ignored_proxy} is set but not used: pass trust_env=True to use this proxy."


def _has_id(request: Request, config: Config, operation: Operation[object] | None) -> bool:
    path = request.url.removeprefix(config.base_url).partition("?")[0]
    return (operation is not None and "{" in operation.path) or ID.search(path) is not None
