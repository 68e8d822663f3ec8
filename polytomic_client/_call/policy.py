"""The policy of one call: credential, version pin, retries, deadline and errors. Written once, without I/O.

`run` is a generator: it yields steps and is sent their results. So a short asyncio driver and a short blocking driver
follow the same rules.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Generator
from functools import partial
from typing import Any, TypeVar

from .._core.log import log_answer, logger
from .._core.secret import Secret
from .._http.body import EncodingError, inflate
from .._http.messages import Reply, Request
from .._runtime.operation import VERSION_HEADER, APIResponse, Operation
from .._text import shown
from ..errors import (
    APIStatusError,
    AuthenticationError,
    ClientClosedError,
    DeadlineExceededError,
    DecodeError,
    NotSentError,
    OutcomeUnknownError,
    RequestError,
    VersionMismatchError,
)
from .explain import explain, through_proxy
from .gate import Gate, current_gate
from .retry import REPEATABLE_METHODS, SAFE_METHODS, is_stale, may_be_in_flight, parse_retry_after, retry_delay
from .settings import IDEMPOTENCY_HEADER, Config, check_version
from .state import CallState
from .statuses import status_error
from .steps import Authorize, Flow, Send, Sleep, Step

T = TypeVar("T")
Error = TypeVar("Error", bound=RequestError)

BUDGET_SPENT = (
    "Not retried, because the retry budget of this client is spent: further retries would prolong an outage. "
    "Every ten successful calls allow one more retry."
)

UNKNOWN_BEFORE = "an earlier attempt was sent, and its outcome is unknown"


def run(request: Request, config: Config, state: CallState, operation: Operation[T]) -> Flow[T]:
    """Yield the steps of one call of an operation.

    Args:
        request: The request. A version header in it is kept.
        config: The settings of the client.
        state: The state that the calls of the client share.
        operation: The operation, which decodes the response.

    Returns:
        The decoded body of the response.

    Raises:
        RequestError: The call failed.
    """
    return _Call(request, config, state, operation).steps(partial(_decoded, operation, config))


def run_with_response(
    request: Request, config: Config, state: CallState, operation: Operation[T]
) -> Flow[APIResponse[T]]:
    """Yield the steps of one call, as `run` does, and return the decoded body with the response around it."""
    return _Call(request, config, state, operation).steps(partial(_with_response, operation, config))


def relay(request: Request, config: Config, state: CallState, operation: Operation[object] | None) -> Flow[Reply]:
    """Yield the steps of one call whose response the caller decodes.

    Args:
        request: The request, as for `run`.
        config: The settings of the client.
        state: The state that the calls of the client share.
        operation: The operation, if known. Without one, every 2xx is a success.

    Returns:
        The successful response, with its body decompressed.

    Raises:
        RequestError: The call failed.
    """
    finish = _undecoded if operation is None or not config.strict else partial(_verified, operation, config)
    return _Call(request, config, state, operation).steps(finish)


class _Call:
    """One call in progress: its attempts and the remaining time."""

    __slots__ = (
        "_attempts",
        "_config",
        "_described",
        "_ends",
        "_fresh",
        "_in_flight",
        "_last",
        "_operation",
        "_renewed",
        "_request",
        "_state",
        "_unknown",
        "_version",
    )

    def __init__(self, request: Request, config: Config, state: CallState, operation: Operation[object] | None) -> None:
        self._request = request
        self._config = config
        self._state = state
        self._operation = "request" if operation is None else operation.name
        self._described = operation
        self._version = config.pin if operation is None else operation.version
        # A 409 can only be about the key if an earlier request had the same one: an attempt of this call, or another
        # call with a key that the caller made.
        self._in_flight = IDEMPOTENCY_HEADER in request.headers and self._conflicts_are_about_the_key()
        self._ends = config.clock.monotonic() + config.deadline
        self._attempts = 0
        self._last: RequestError | None = None
        self._fresh = self._renewed = False
        self._unknown = False
        """Whether the API may have acted on a request whose response never came."""

    def steps(self, finish: Callable[[Reply, Request, int], T]) -> Flow[T]:
        gate, request = current_gate.get(), self._request
        if gate is None or request.method in SAFE_METHODS:
            return self._steps(finish, gate)
        if gate.post_key is not None and request.method == "POST" and IDEMPOTENCY_HEADER not in request.headers:
            request.headers[IDEMPOTENCY_HEADER] = gate.post_key(request.url.encode() + b"\n" + (request.content or b""))
            self._in_flight = self._conflicts_are_about_the_key()
        return self._settled(self._steps(finish, gate), gate)

    def _conflicts_are_about_the_key(self) -> bool:
        return not (self._described and self._described.conflicts_with_state)

    def _settled(self, flow: Flow[T], gate: Gate) -> Flow[T]:
        """Count a call that changes something in its gate, until it ends with a known outcome."""
        gate.unsettled += 1
        try:
            result = yield from flow
        except Exception:
            gate.unsettled -= not self._unknown
            raise
        gate.unsettled -= 1
        return result

    def _steps(self, finish: Callable[[Reply, Request, int], T], gate: Gate | None) -> Flow[T]:
        request, config = self._request, self._config
        _write_idempotency_key(request)
        version = _prepare(request, config, self._version)
        if request.authorization is None:
            request.authorization = yield from self._authorize(None)
        while True:
            if gate is not None:
                for seconds in gate.waits(config.clock):
                    if seconds >= self._remaining():
                        raise self._overdue("it would pass before the fan-out's next request may start") from self._last
                    yield from self._sleep(seconds)
            left = self._remaining()
            if not self._fresh:
                self._attempts += 1
            try:
                reply: Reply = yield Send(request, left, self._fresh)
                log_answer(self._operation, request, reply.status, reply.headers)
                reply = _checked(reply, version, config, self._described)
            except DeadlineExceededError as error:
                self._unknown = self._unknown or error.outcome_unknown
                if gate is not None:
                    gate.failed(error)
                sent = ", which may have reached the API" if error.outcome_unknown else ", before the request was sent"
                where = through_proxy(config)
                raise self._overdue(f"it passed during an attempt{sent}{where}") from self._last
            except RequestError as error:
                explain(error, request, config, self._described)
                failure = error
            else:
                self._state.budget.refund()
                self._state.announcements.warn_once(self._operation, reply.headers)
                try:
                    return finish(reply, request, self._attempts)
                except DecodeError as error:
                    # The API has acted: a request with the same key gets the response again.
                    self._located(error)
                    raise
            yield from self._before_next(failure, gate)

    def _before_next(self, failure: RequestError, gate: Gate | None) -> Generator[Step, Any, None]:
        """Yield the steps between a failed attempt and the next one, or raise the error that ends the call."""
        request, config = self._request, self._config
        if may_be_in_flight(failure):
            self._unknown = True
            # From now on, a 409 may be about the key.
            self._in_flight = self._in_flight or request.method == "POST"
        last = self._last = self._located(self._honest(failure))
        if is_stale(failure) and not self._fresh and request.method in REPEATABLE_METHODS:
            # The server closed an idle connection. This is neither a failed attempt nor a sign of overload.
            logger.debug("%s: the server closed an idle connection. Sending on a new one.", self._operation)
            self._fresh = True
            return
        self._fresh = False
        if isinstance(failure, ClientClosedError) and failure.__cause__ is None:
            # Nothing was attempted.
            self._attempts -= 1
            raise self._located(failure)
        if gate is not None:
            gate.failed(failure)
        if isinstance(failure, AuthenticationError) and not isinstance(config.credential, Secret) and not self._renewed:
            # Not counted in max_attempts: a rotated key is not a failure of the API.
            self._renewed = True
            refused = request.authorization
            request.authorization = yield from self._authorize(refused)
            if request.authorization == refused:
                raise last
            logger.info("%s Retrying with a fresh key.", last)
            return
        delay = self._delay(failure, last)
        # A fan-out is exempt: it enforces its own limits, and slows down when calls fail.
        if gate is None and not self._state.budget.take():
            logger.info("%s %s", last, BUDGET_SPENT)
            last.add_note(BUDGET_SPENT)
            raise last
        logger.info("%s Retrying in %.2f s.", last, delay)
        yield from self._sleep(delay)

    def _sleep(self, seconds: float) -> Generator[Step, Any, None]:
        try:
            yield Sleep(seconds)
        except RequestError as error:
            raise self._located(error) from self._last

    def _delay(self, error: RequestError, last: RequestError) -> float:
        """Return the seconds until the next attempt, or raise `last`, which is the call's form of `error`."""
        if self._attempts - self._renewed >= self._config.max_attempts:
            raise last
        delay = retry_delay(
            error,
            attempt=self._attempts,
            repeatable=self._request.method in REPEATABLE_METHODS,
            in_flight=self._in_flight,
            clock=self._config.clock,
        )
        if delay is None:
            raise last
        if delay >= self._remaining():
            if isinstance(last, APIStatusError) and last.retry_after is not None:
                raise last
            raise self._overdue("it would pass before the next attempt") from last
        return delay

    def _honest(self, failure: RequestError) -> RequestError:
        """Return the error of an attempt, but no NotSentError if an earlier attempt has an unknown outcome."""
        if not self._unknown or not isinstance(failure, NotSentError):
            return failure
        unknown = OutcomeUnknownError(f"{failure.reason()}; {UNKNOWN_BEFORE}")
        unknown.__cause__ = failure
        return unknown

    def _authorize(self, refused: Secret | None) -> Generator[Step, Any, Secret]:
        try:
            secret: Secret = yield Authorize(refused, self._remaining())
        except (ClientClosedError, DeadlineExceededError) as error:
            if error.request:
                self._check_unknown(error)
                raise
            if isinstance(error, DeadlineExceededError):
                raise self._overdue("it passed while the api_key callable fetched a key") from self._last
            raise self._located(error) from None
        except RequestError as error:
            self._check_unknown(error)
            raise
        return secret

    def _check_unknown(self, error: RequestError) -> None:
        """Raise an error if an earlier attempt has an unknown outcome: the callable's own is not about this call."""
        if self._unknown:
            raise self._located(OutcomeUnknownError(f"the api_key callable failed; {UNKNOWN_BEFORE}")) from error

    def _remaining(self) -> float:
        left = self._ends - self._config.clock.monotonic()
        if left <= 0:
            raise self._overdue("it passed between two attempts") from self._last
        return left

    def _overdue(self, when: str) -> DeadlineExceededError:
        text = f"no response within the deadline of {self._config.deadline:g} s: {when}"
        if self._last is not None:
            text += f"; previous attempt: {self._last.reason()}"
        return self._located(DeadlineExceededError(text))

    def _located(self, error: Error) -> Error:
        error.idempotency_key = self._request.headers.get(IDEMPOTENCY_HEADER)
        error.outcome_unknown = self._unknown
        return error.locate(self._operation, str(self._request), self._attempts)


def _prepare(request: Request, config: Config, pin: str) -> str:
    """Set the headers, and the credential if it is already known. Return the requested version.

    The version of the request itself wins, then that of the client's settings, then the pin of the operation.
    """
    asked = request.headers.get(VERSION_HEADER)
    if asked is None:
        asked = config.version or pin
    else:
        check_version(asked)
    request.headers = {**config.headers, **request.headers, VERSION_HEADER: asked}
    if isinstance(config.credential, Secret):
        request.authorization = config.credential
    return asked


def _write_idempotency_key(request: Request) -> None:
    """Give a POST the key that all its attempts carry, or validate the caller's.

    Raises:
        ValueError: The key is malformed. Nothing was sent.
    """
    if request.method != "POST":
        return
    key = request.headers.setdefault(IDEMPOTENCY_HEADER, uuid.uuid4().hex)
    if not isinstance(key, str) or not re.fullmatch(r"[A-Za-z0-9_-]{8,255}", key):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ValueError(f"idempotency_key must be 8 to 255 letters, digits, '_' or '-', got {shown(key)}.")
    if type(key) is not str:
        request.headers[IDEMPOTENCY_HEADER] = str.__str__(key)  # of a member of an enum, its value


def _undecoded(reply: Reply, _request: Request, _attempts: int) -> Reply:
    return reply


def _decoded(operation: Operation[T], config: Config, reply: Reply, request: Request, attempts: int) -> T:
    """Decode the last response.

    Raises:
        DecodeError: The body does not match the OpenAPI document.
    """
    return operation.decode(
        reply.status,
        reply.content,
        request=str(request),
        attempts=attempts,
        request_id=reply.headers.get("X-Request-Id"),
        strict=config.strict,
    )


def _verified(operation: Operation[object], config: Config, reply: Reply, request: Request, attempts: int) -> Reply:
    """Return the last response, which a strict client decodes once before the generated function does it."""
    _decoded(operation, config, reply, request, attempts)
    return reply


def _with_response(
    operation: Operation[T], config: Config, reply: Reply, request: Request, attempts: int
) -> APIResponse[T]:
    value = _decoded(operation, config, reply, request, attempts)
    return APIResponse(value, reply.status, reply.headers, reply.content, attempts)


def _checked(reply: Reply, asked: str, config: Config, operation: Operation[object] | None) -> Reply:
    """Return a successful response, decompressed."""
    content, malformed = reply.content, None
    try:
        content = inflate(content, reply.headers.get("Content-Encoding"), config.max_response_bytes)
    except EncodingError as error:
        malformed = error
    failure: APIStatusError | None = None
    if reply.status // 100 != 2 or (operation is not None and reply.status not in operation.decoders):
        retry_after = parse_retry_after(reply.headers.get("Retry-After"), config.clock.time())
        failure = status_error(reply.status, content, reply.headers, retry_after=retry_after)
    answered = reply.headers.get(VERSION_HEADER, asked)
    if answered != asked:
        said = b"" if failure is None else content
        request_id = reply.headers.get("X-Request-Id")
        raise VersionMismatchError(asked, answered, reply.status, content=said, request_id=request_id) from failure
    if failure is not None:
        raise failure
    if malformed is not None:
        raise DecodeError(str(malformed), status_code=reply.status, content=content) from malformed
    return reply if content is reply.content else Reply(reply.status, reply.headers, content)
