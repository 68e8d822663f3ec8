"""An async-first Python SDK for the Polytomic Bulk Sync API. Not the vendor's."""

from ._api import API_VERSION
from ._client import AsyncPolytomic, Polytomic
from ._config import Timeout
from ._errors import (
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
    NotSentError,
    OutcomeUnknownError,
    PermissionDeniedError,
    PolytomicError,
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
from ._fan_out import FanOut, Outcome, fan_out, fetch_all
from ._operation import APIResponse
from ._retry import Clock
from ._version import __version__
from .events import WebhookSignatureError, verify_webhook
from .executions import ExecutionCanceledError, ExecutionFailedError, ExecutionTimeoutError

__all__ = [
    "API_VERSION",
    "APIResponse",
    "APIStatusError",
    "AsyncPolytomic",
    "AuthenticationError",
    "BadRequestError",
    "CallCancelledError",
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
    "FanOut",
    "NotFoundError",
    "NotSentError",
    "Outcome",
    "OutcomeUnknownError",
    "PermissionDeniedError",
    "Polytomic",
    "PolytomicError",
    "RateLimitError",
    "ReadTimeoutError",
    "RedirectError",
    "RequestError",
    "ResponseTooLargeError",
    "ServerError",
    "TLSError",
    "Timeout",
    "TransportError",
    "UnexpectedStatusError",
    "UnprocessableEntityError",
    "VersionMismatchError",
    "WebhookSignatureError",
    "__version__",
    "fan_out",
    "fetch_all",
    "verify_webhook",
]
