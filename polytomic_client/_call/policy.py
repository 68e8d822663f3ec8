"""What happens around one call: credential, version pin, retries, deadline and errors. Written once, without I/O.

`run` is a generator that yields what is to be done and is sent what came of it, so that an asyncio and a blocking
driver of a few lines each follow the same rules.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Collection, Generator
from functools import partial
from typing import Any, TypeVar

from .._core.log import log_answer, logger
from .._core.secret import Secret
from .._http.body import EncodingError, inflate
from .._http.messages import Reply, Request
from .._runtime.operation import APIResponse, Operation
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
    status_error,
)
from ..v2023_04_25 import API_VERSION
from .gate import Gate, current_gate
from .retry import REPEATABLE_METHODS, is_stale, may_be_in_flight, parse_retry_after, retry_delay
from .settings import IDEMPOTENCY_HEADER, VERSION_HEADER, Config, check_version
from .state import CallState
from .steps import Authorize, Flow, Send, Sleep, Step

T = TypeVar("T")
Failure = TypeVar("Failure", bound=RequestError)

BUDGET_SPENT = (
    "Not tried again, because the calls of this client have failed too often: the repetitions would prolong an outage. "
    "Every ten successes allow one more."
)

UNKNOWN_BEFORE = "an earlier attempt was sent, and its outcome is unknown"


def run(request: Request, config: Config, state: CallState, operation: Operation[T]) -> Flow[APIResponse[T]]:
    """Yield the steps of one call of an operation.

    Args:
        request: What to send. A version header other than the document's own stands; else the client's is written.
        config: The client's settings.
        state: What the client's calls change.
        operation: What the answer is decoded with.

    Returns:
        The answer.

    Raises:
        RequestError: The call failed.
    """
    return _Call(request, config, state, operation).steps(partial(_decoded, operation))


def relay(request: Request, config: Config, state: CallState, operation: Operation[object] | None) -> Flow[Reply]:
    """Yield the steps of one call whose answer somebody else decodes.

    Args:
        request: What to send, as for `run`.
        config: The client's settings.
        state: What the client's calls change.
        operation: What it is a call of; where that is not known, every 2xx is a success.

    Returns:
        The reply that is a success, its body decompressed.

    Raises:
        RequestError: The call failed.
    """
    return _Call(request, config, state, operation).steps(_undecoded)


class _Call:
    """One call on its way: what was tried, and how much time is left."""

    __slots__ = (
        "_asked",
        "_attempts",
        "_config",
        "_ends",
        "_fresh",
        "_in_flight",
        "_last",
        "_operation",
        "_renewed",
        "_request",
        "_state",
        "_successes",
        "_unknown",
    )

    def __init__(self, request: Request, config: Config, state: CallState, operation: Operation[object] | None) -> None:
        self._request = request
        self._config = config
        self._state = state
        self._operation = "request" if operation is None else operation.name
        self._successes = None if operation is None else operation.decoders
        self._asked = _prepare(request, config)
        # A 409 can only be about the key where an earlier request had the same one: a try of this call, or, of a key
        # that the caller made, a call elsewhere.
        self._in_flight = IDEMPOTENCY_HEADER in request.headers and not (operation and operation.conflicts_with_state)
        _write_idempotency_key(request)
        self._ends = config.clock.monotonic() + config.deadline
        self._attempts = 0
        self._last: RequestError | None = None
        self._fresh = self._renewed = self._unknown = False
        """Whether the API may have acted on a request whose response never came."""

    def steps(self, finish: Callable[[Reply, Request, int], T]) -> Flow[T]:
        gate = current_gate.get()
        flow = self._steps(finish, gate)
        return flow if gate is None or self._request.method == "GET" else self._settled(flow, gate)

    def _settled(self, flow: Flow[T], gate: Gate) -> Flow[T]:
        """Have the fan-out know, while a call that changes something is under way and if its outcome stays unknown."""
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
                reply = _checked(reply, self._asked, config, self._successes)
            except DeadlineExceededError as error:
                self._unknown = self._unknown or error.outcome_unknown
                if gate is not None:
                    gate.failed(error)
                sent = ", which may have reached the API" if error.outcome_unknown else ", before the request was sent"
                raise self._overdue(f"it passed during an attempt{sent}") from self._last
            except RequestError as error:
                failure = error
            else:
                self._state.budget.refund()
                self._state.announcements.warn_once(self._operation, reply.headers)
                return finish(reply, request, self._attempts)
            yield from self._before_next(failure, gate)

    def _before_next(self, failure: RequestError, gate: Gate | None) -> Generator[Step, Any, None]:
        """Do what comes between a failed attempt and the next one, or raise what ends the call."""
        request, config = self._request, self._config
        if may_be_in_flight(failure):
            self._unknown = True
            # From now on, a 409 may be about the key.
            self._in_flight = self._in_flight or request.method == "POST"
        last = self._last = self._located(self._honest(failure))
        if is_stale(failure) and not self._fresh and request.method in REPEATABLE_METHODS:
            # The server has closed an idle connection: not a failed attempt, and not a sign of overload.
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
            # Not one of max_attempts: a key that was rotated is no fault of the API's.
            self._renewed = True
            refused = request.authorization
            request.authorization = yield from self._authorize(refused)
            if request.authorization == refused:
                raise last
            logger.info("%s Trying again with a fresh key.", last)
            return
        delay = self._delay(failure, last)
        # A fan-out has bounds of its own, and gets slower where an open door would let ever more calls in.
        if gate is None and not self._state.budget.take():
            logger.info("%s %s", last, BUDGET_SPENT)
            last.add_note(BUDGET_SPENT)
            raise last
        logger.info("%s Trying again in %.2f s.", last, delay)
        yield from self._sleep(delay)

    def _sleep(self, seconds: float) -> Generator[Step, Any, None]:
        try:
            yield Sleep(seconds)
        except RequestError as error:
            raise self._located(error) from self._last

    def _delay(self, error: RequestError, last: RequestError) -> float:
        """Return the seconds until the next attempt, or raise `last`, which is what the call says of the error."""
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
            raise self._overdue("it would pass before the next try") from last
        return delay

    def _honest(self, failure: RequestError) -> RequestError:
        """Return the error of an attempt, or, where an earlier one may have acted, one that does not deny that."""
        if not self._unknown or not isinstance(failure, NotSentError):
            return failure
        unknown = OutcomeUnknownError(f"{failure.reason()}; {UNKNOWN_BEFORE}")
        unknown.__cause__ = failure
        return unknown

    def _authorize(self, refused: Secret | None) -> Generator[Step, Any, Secret]:
        try:
            secret: Secret = yield Authorize(refused, self._remaining())
        except RequestError as error:
            if error.request and self._unknown:
                # Of another call, which the callable made: it must not say of this one that nothing was sent.
                raise self._located(OutcomeUnknownError(f"the api_key callable failed; {UNKNOWN_BEFORE}")) from error
            if error.request:
                raise
            if isinstance(error, DeadlineExceededError):
                raise self._overdue("it passed while the api_key callable was asked for a key") from self._last
            raise self._located(error) from None
        return secret

    def _remaining(self) -> float:
        left = self._ends - self._config.clock.monotonic()
        if left <= 0:
            raise self._overdue("it passed between two tries") from self._last
        return left

    def _overdue(self, when: str) -> DeadlineExceededError:
        text = f"no answer within the deadline of {self._config.deadline:g} s: {when}"
        if self._last is not None:
            text += f"; the try before: {self._last.reason()}"
        return self._located(DeadlineExceededError(text))

    def _located(self, error: Failure) -> Failure:
        error.idempotency_key = self._request.headers.get(IDEMPOTENCY_HEADER)
        error.outcome_unknown = self._unknown
        return error.locate(self._operation, str(self._request), self._attempts)


def _prepare(request: Request, config: Config) -> str:
    """Write the headers and the credential that are known, and return the version that is asked for."""
    asked = request.headers.get(VERSION_HEADER, API_VERSION)
    if asked == API_VERSION:
        asked = config.version
    else:
        check_version(asked)
    request.headers = {**config.headers, **request.headers, VERSION_HEADER: asked}
    if isinstance(config.credential, Secret):
        request.authorization = config.credential
    return asked


def _write_idempotency_key(request: Request) -> None:
    """See to it that a POST has a key, the same on every try, and that a key of the caller's is one.

    Raises:
        ValueError: The key is malformed; nothing was sent.
    """
    if request.method != "POST":
        return
    key = request.headers.setdefault(IDEMPOTENCY_HEADER, uuid.uuid4().hex)
    if not isinstance(key, str) or not re.fullmatch(r"[A-Za-z0-9_-]{8,255}", key):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ValueError(f"idempotency_key must be 8 to 255 letters, digits, '_' and '-', not {shown(key)}")


def _undecoded(reply: Reply, _request: Request, _attempts: int) -> Reply:
    return reply


def _decoded(operation: Operation[T], reply: Reply, request: Request, attempts: int) -> APIResponse[T]:
    """Return the answer that an operation makes of the last reply.

    Raises:
        DecodeError: The body is not what the document says.
    """
    parsed = operation.decode(
        reply.status,
        reply.content,
        request=str(request),
        attempts=attempts,
        request_id=reply.headers.get("X-Request-Id"),
    )
    return APIResponse(parsed, reply.status, reply.headers, reply.content, attempts)


def _checked(reply: Reply, asked: str, config: Config, successes: Collection[int] | None) -> Reply:
    """Return a reply that is a success, decompressed."""
    content, malformed = reply.content, None
    try:
        content = inflate(content, reply.headers.get("Content-Encoding"), config.max_response_bytes)
    except EncodingError as error:
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
    return reply if content is reply.content else Reply(reply.status, reply.headers, content)
