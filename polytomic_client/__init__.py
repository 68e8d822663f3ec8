"""An unofficial, async-first Python SDK for the Polytomic Bulk Sync API.

PYTEST_DONT_REWRITE: pytest would warn if this package, which has a plugin, was imported before pytest.
"""

from ._client.raw import RequestOptions
from ._core.clock import Clock
from ._core.version import __version__
from ._core.warnings import PolytomicDeprecationWarning, SecurityWarning
from ._fan_out.api import FanOut, FanOutOptions, fan_out, fetch_all
from ._fan_out.blocking import BlockingFanOut, fan_out_blocking, fetch_all_blocking
from ._fan_out.checkpoint import CheckpointError
from ._fan_out.limit import AutoLimit
from ._fan_out.outcome import Failure, Outcome, Success
from ._fan_out.progress import Progress
from ._http.settings import Timeout
from ._jobs.executions import ExecutionCanceledError, ExecutionFailedError, ExecutionTimeoutError
from ._runtime.operation import APIResponse
from ._versions.v2023_04_25 import API_VERSION, UNSET, AsyncPolytomic, Polytomic, models
from .errors import (
    APIStatusError,
    AuthenticationError,
    BadRequestError,
    CallCancelledError,
    ClientClosedError,
    ConfigurationError,
    ConflictError,
    ConnectTimeoutError,
    DeadlineExceededError,
    DecodeError,
    NotFoundError,
    NotReachedError,
    NotSentError,
    OutcomeUnknownError,
    PermissionDeniedError,
    PolytomicError,
    ProxyAuthenticationError,
    RateLimitError,
    ReadTimeoutError,
    RedirectError,
    RequestError,
    ResponseTooLargeError,
    ServerError,
    TLSError,
    TransportError,
    UnexpectedStatusError,
    UnprocessableEntityError,
    VersionMismatchError,
)
from .webhooks import WebhookSignatureError, verify_webhook

__all__ = [
    "API_VERSION",
    "UNSET",
    "APIResponse",
    "APIStatusError",
    "AsyncPolytomic",
    "AuthenticationError",
    "AutoLimit",
    "BadRequestError",
    "BlockingFanOut",
    "CallCancelledError",
    "CheckpointError",
    "ClientClosedError",
    "Clock",
    "ConfigurationError",
    "ConflictError",
    "ConnectTimeoutError",
    "DeadlineExceededError",
    "DecodeError",
    "ExecutionCanceledError",
    "ExecutionFailedError",
    "ExecutionTimeoutError",
    "Failure",
    "FanOut",
    "FanOutOptions",
    "NotFoundError",
    "NotReachedError",
    "NotSentError",
    "Outcome",
    "OutcomeUnknownError",
    "PermissionDeniedError",
    "Polytomic",
    "PolytomicDeprecationWarning",
    "PolytomicError",
    "Progress",
    "ProxyAuthenticationError",
    "RateLimitError",
    "ReadTimeoutError",
    "RedirectError",
    "RequestError",
    "RequestOptions",
    "ResponseTooLargeError",
    "SecurityWarning",
    "ServerError",
    "Success",
    "TLSError",
    "Timeout",
    "TransportError",
    "UnexpectedStatusError",
    "UnprocessableEntityError",
    "VersionMismatchError",
    "WebhookSignatureError",
    "__version__",
    "fan_out",
    "fan_out_blocking",
    "fetch_all",
    "fetch_all_blocking",
    "models",
    "verify_webhook",
]


def _name_errors() -> None:
    """Make tracebacks show the import path that users have for an exception."""
    for public in map(globals().get, __all__):
        if isinstance(public, type) and issubclass(public, BaseException):
            public.__module__ = __name__


_name_errors()
del _name_errors
