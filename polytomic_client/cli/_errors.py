"""Turn a failure into an exit code and one line with the fix."""

from __future__ import annotations

import re
import signal

from .. import (
    APIStatusError,
    AuthenticationError,
    ConfigurationError,
    DeadlineExceededError,
    ExecutionTimeoutError,
    NotFoundError,
    PermissionDeniedError,
    PolytomicError,
    ProxyAuthenticationError,
    RateLimitError,
    RequestError,
    ServerError,
    TLSError,
    TransportError,
    VersionMismatchError,
)

OK = 0
FAILED = 1
USAGE = 2
REFUSED = 3
UNREACHABLE = 4
INTERRUPTED = 130
CLOSED_PIPE = 141
"""The exit code that a shell reports for a program that SIGPIPE ended, for example once `head` has ended."""

ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""The signals that end a command as Ctrl-C does, unless they are ignored: as with `nohup`, for example."""

GATEWAY = (502, 503, 504)
"""Statuses of a proxy in front of an API that is down."""

HINTS: dict[type[RequestError], str] = {
    AuthenticationError: "Check POLYTOMIC_API_KEY or --api-key-file.",
    PermissionDeniedError: "The key is valid, but its owner lacks the permission.",
    NotFoundError: "Check the id, and which organization the key belongs to (polytomic whoami).",
    RateLimitError: "Retry later, or lower --limit or --rate of a fetch.",
    ProxyAuthenticationError: "Nothing was sent. Check the user and password in HTTPS_PROXY=http://user:password@host:port.",
    TLSError: "Nothing was sent. Check --base-url. For a private CA, set SSL_CERT_FILE to its file.",
    ExecutionTimeoutError: "Follow it with: polytomic syncs status ID",
    DeadlineExceededError: "Raise --deadline, or check the network.",
    VersionMismatchError: "This command line supports one version only (polytomic versions).",
}
"""The fix for an error whose own hint names an argument of the Python client."""

OPTIONS = {
    name: f"--{name.replace('_', '-')}"
    for name in (
        *("base_url", "timeout", "deadline", "limit", "rate", "poll_interval", "json"),
        *("port", "connections", "seed", "latency", "execution_seconds"),
    )
} | {"params": "--param"}


IN_HINTS = {"base_url": "--base-url", "trust_env=True": "--trust-env"}
"""What the hints of the client call arguments, and what the options are called."""


class UsageError(Exception):
    """The command line is invalid. Nothing was sent."""


class FailureError(Exception):
    """A failure of this machine: a file that cannot be written, for example."""


def code_of(error: BaseException) -> int:
    """Return the exit code of an error."""
    if isinstance(error, (UsageError, ConfigurationError)):
        return USAGE
    if isinstance(error, AuthenticationError):
        return REFUSED
    if is_unreachable(error):
        return UNREACHABLE
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    # The client checks arguments with these before it sends anything.
    return USAGE if type(error) in (ValueError, TypeError) else FAILED


def is_unreachable(error: BaseException) -> bool:
    """Return whether an error says that the API does not respond."""
    if isinstance(error, ServerError):
        return error.status_code in GATEWAY
    return isinstance(error, (TransportError, DeadlineExceededError)) and not isinstance(error, ExecutionTimeoutError)


def line_of(error: BaseException) -> str:
    """Return an error as one line for a person, with the fix."""
    if isinstance(error, RequestError):
        if not (isinstance(error, NotFoundError) and error.hint != NotFoundError.hint):  # the URL is wrong, not an id
            error.hint = next((hint for kind, hint in HINTS.items() if isinstance(error, kind)), error.hint)
        for argument, option in IN_HINTS.items():
            error.hint = error.hint.replace(argument, option)
        return str(error)
    if isinstance(error, PolytomicError):
        return _as_options(str(error)) if isinstance(error, ConfigurationError) else str(error)
    if isinstance(error, (UsageError, FailureError)):
        return str(error)
    if isinstance(error, OSError):
        what = f"{error.filename} failed" if error.filename else "the output cannot be written"
        return f"{what}: {error.strerror or error}. Free space, or name another file."
    if type(error) in (ValueError, TypeError):
        return _as_options(str(error))
    return f"unexpected {type(error).__name__}: {error}. Please report it, with what --debug prints."


def record_of(error: Exception) -> dict[str, object]:
    """Return an error as the members of a JSON object. Members that an error lacks are left out."""
    members: dict[str, object] = {"type": type(error).__name__}
    if isinstance(error, APIStatusError):
        members |= {"key": error.key, "message": error.message, "request_id": error.request_id}
        return {name: value for name, value in members.items() if value is not None}
    message = error.reason() if isinstance(error, PolytomicError) else str(error)
    return {**members, "message": message}


def _as_options(text: str) -> str:
    """Replace the argument of the client at the start of a message with its option."""
    return re.sub(r"^(\w+)(?= )", lambda match: OPTIONS.get(match[1], match[1]), text)
