"""The class of error for each HTTP status."""

from __future__ import annotations

from collections.abc import Mapping

from multidict import CIMultiDict

from ..errors import (
    PROXY_CREDENTIALS,
    APIStatusError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    RedirectError,
    ServerError,
    UnexpectedStatusError,
    UnprocessableEntityError,
)

_BY_STATUS: dict[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}
_BY_CLASS: dict[int, type[APIStatusError]] = {3: RedirectError, 5: ServerError}


def status_error(
    status_code: int, content: bytes, headers: Mapping[str, str], *, retry_after: float | None = None
) -> APIStatusError:
    """Create the error for a status, of the class that belongs to the status."""
    # A copy, because the view that a transport provides cannot be pickled.
    headers = CIMultiDict(headers)
    kind = _BY_STATUS.get(status_code) or _BY_CLASS.get(status_code // 100, UnexpectedStatusError)
    error = kind(status_code, content, headers, retry_after=retry_after)
    if status_code == 407:
        # From a proxy that an httpx transport has, or one in front of the API.
        error.hint = PROXY_CREDENTIALS
    return error
