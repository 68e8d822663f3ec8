"""What happens around one call: credential, version pin, retries, deadline and errors. Written once, without I/O.

`run` is a generator that yields what is to be done and is sent what came of it, so that an asyncio and a blocking
driver of a few lines each follow the same rules.
"""

from __future__ import annotations

from collections.abc import Collection, Generator
from typing import Any, TypeVar

from attrs import define, frozen

from ._api import API_VERSION
from ._auth import Secret
from ._config import VERSION_HEADER, Config
from ._errors import (
    APIStatusError,
    AuthenticationError,
    DeadlineExceededError,
    DecodeError,
    RequestError,
    VersionMismatchError,
    status_error,
)
from ._operation import APIResponse, Operation
from ._retry import parse_retry_after, retry_delay
from ._transport import Reply, Request
from ._transport._shared import inflate

T = TypeVar("T")

REPEATABLE_METHODS = frozenset({"GET", "HEAD"})
"""What the API may see twice. PATCH and DELETE are not among them: their effect on a second try is not documented."""


@frozen
class Send:
    """Send the request; answered with a Reply, or thrown a TransportError or DeadlineExceededError."""

    request: Request
    remaining: float


@frozen
class Sleep:
    """Wait so many seconds."""

    seconds: float


@frozen
class Authorize:
    """Ask the user's callable for a key, unless a newer one than `refused` is at hand; answered with a Secret."""

    refused: Secret | None
    remaining: float


Step = Send | Sleep | Authorize
Flow = Generator[Step, Any, "Outcome"]


@define
class Outcome:
    """The reply of the last try, its body decompressed, and how many tries there were."""

    reply: Reply
    attempts: int


def run(
    request: Request, config: Config, *, operation: str = "request", successes: Collection[int] | None = None
) -> Flow:
    """Yield the steps of one call.

    Args:
        request: What to send. A version header other than the document's own stands; else the client's is written.
        config: The client's settings.
        operation: The operation's name, for errors.
        successes: The statuses that the operation documents as success; None for every 2xx.

    Returns:
        The reply that is a success.

    Raises:
        RequestError: The call failed.
    """
    clock = config.clock
    ends = clock.monotonic() + config.deadline
    asked = _prepare(request, config)
    call = str(request)
    repeatable = request.method in REPEATABLE_METHODS
    attempt = 0
    last: RequestError | None = None

    def remaining(wait: float = 0.0) -> float:
        left = ends - clock.monotonic()
        if left <= wait:
            raise _overdue(config, last).locate(operation, call, attempt) from last
        return left

    if request.authorization is None:
        request.authorization = yield Authorize(None, remaining())
    while True:
        left = remaining()
        attempt += 1
        try:
            reply: Reply = yield Send(request, left)
            return Outcome(_checked(reply, asked, config, successes), attempt)
        except DeadlineExceededError as error:
            raise _overdue(config, last).locate(operation, call, attempt) from last or error
        except RequestError as error:
            last = error.locate(operation, call, attempt)
        if attempt >= config.max_attempts:
            raise last
        if isinstance(last, AuthenticationError) and config.credential.key is not None:
            refused = request.authorization
            request.authorization = yield Authorize(refused, remaining())
            if request.authorization == refused:
                raise last
            continue
        delay = retry_delay(last, attempt=attempt, repeatable=repeatable, clock=clock)
        if delay is None:
            raise last
        remaining(delay)
        yield Sleep(delay)


def _prepare(request: Request, config: Config) -> str:
    """Write the headers and the credential that are known, and return the version that is asked for."""
    asked = request.headers.get(VERSION_HEADER, API_VERSION)
    if asked == API_VERSION:
        asked = config.version
    request.headers = {**config.headers, **request.headers, VERSION_HEADER: asked}
    request.authorization = config.credential.header
    return asked


def respond(operation: Operation[T], outcome: Outcome, request: Request) -> APIResponse[T]:
    """Return the answer that an operation makes of the last reply.

    Raises:
        DecodeError: The body is not what the document says.
    """
    reply = outcome.reply
    parsed = operation.decode(
        reply.status,
        reply.content,
        request=str(request),
        attempts=outcome.attempts,
        request_id=reply.headers.get("X-Request-Id"),
    )
    return APIResponse(parsed, reply.status, reply.headers, reply.content, outcome.attempts)


def _overdue(config: Config, last: RequestError | None) -> DeadlineExceededError:
    return DeadlineExceededError(
        f"no answer within the deadline of {config.deadline:g} s" + (f"; the last try: {last.reason()}" if last else "")
    )


def _checked(reply: Reply, asked: str, config: Config, successes: Collection[int] | None) -> Reply:
    """Return a reply that is a success, decompressed."""
    content, malformed = reply.content, None
    try:
        content = inflate(content, reply.headers.get("Content-Encoding"), config.max_response_bytes)
    except ValueError as error:
        malformed = error
    failure: APIStatusError | None = None
    if reply.status // 100 != 2 or (successes is not None and reply.status not in successes):
        retry_after = parse_retry_after(reply.headers.get("Retry-After"), config.clock.time())
        failure = status_error(reply.status, content, reply.headers, retry_after=retry_after)
    answered = reply.headers.get(VERSION_HEADER, asked)
    if answered != asked:
        raise VersionMismatchError(asked, answered, reply.status) from failure
    if failure is not None:
        raise failure
    if malformed is not None:
        raise DecodeError(str(malformed), status_code=reply.status, content=content) from malformed
    return Reply(reply.status, reply.headers, content)
