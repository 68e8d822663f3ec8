"""An async-first Python SDK for the Polytomic Bulk Sync API. Not the vendor's."""

from ._api import API_VERSION
from ._checkpoint import CheckpointError
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
    NotReachedError,
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
from ._fan_out import FanOut, FanOutOptions, fan_out, fetch_all
from ._fan_out_blocking import BlockingFanOut, fan_out_blocking, fetch_all_blocking
from ._limit import AutoLimit
from ._operation import APIResponse
from ._outcome import Outcome
from ._progress import Progress
from ._retry import Clock
from ._version import __version__
from ._warnings import PolytomicDeprecationWarning, SecurityWarning
from .events import WebhookSignatureError, verify_webhook
from .executions import ExecutionCanceledError, ExecutionFailedError, ExecutionTimeoutError

__all__ = [
    "API_VERSION",
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
    "RateLimitError",
    "ReadTimeoutError",
    "RedirectError",
    "RequestError",
    "ResponseTooLargeError",
    "SecurityWarning",
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
    "fan_out_blocking",
    "fetch_all",
    "fetch_all_blocking",
    "verify_webhook",
]
