"""Requests that meet a connection which the server closes as idle, and outcomes that are unknown."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
import trustme

from polytomic_client import (
    AsyncPolytomic,
    AutoLimit,
    ConflictError,
    Outcome,
    OutcomeUnknownError,
    Polytomic,
    RateLimitError,
    ReadTimeoutError,
    RequestError,
    ServerError,
    Timeout,
    fan_out,
)
from polytomic_client.v2023_04_25.models import StartBulkSyncExecution, UpdateConnection

from .conftest import ID, KEY, FakeClock, server_context
from .server import Answer, Connection, Raw, Server, Step, deaf, hang_up, reset, stall

START = StartBulkSyncExecution()
RENAMED = UpdateConnection(name="Renamed")
EMPTY = Answer(body={"data": []})
STARTED = Answer(body={"data": {"id": str(ID)}})
NO_CONTENT = Answer(204, b"", {"Content-Length": None})

CALLS: dict[str, Callable[[Any], Any]] = {
    "GET": lambda client: client.with_response.list_connections(),
    "POST": lambda client: client.with_response.start_bulk_sync_execution(ID, body=START),
    "PATCH": lambda client: client.with_response.update_connection(ID, body=RENAMED),
    "DELETE": lambda client: client.with_response.delete_bulk_sync(ID),
}


@pytest.fixture(params=["async", "sync"])
def run(request: pytest.FixtureRequest) -> Callable[..., list[Any]]:
    """Calls one after the other with one client, each with its answer or error: `run(url, "GET", "POST", ...)`."""

    def blocking(url: str, *methods: str, **settings: Any) -> list[Any]:
        with Polytomic(api_key=KEY, base_url=url, **settings) as client:
            return [attempt(lambda method=method: CALLS[method](client)) for method in methods]  # type: ignore[misc]

    def attempt(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except RequestError as error:
            return error

    def asynchronous(url: str, *methods: str, **settings: Any) -> list[Any]:
        async def calls() -> list[Any]:
            async with AsyncPolytomic(api_key=KEY, base_url=url, **settings) as client:
                return [(await asyncio.gather(CALLS[method](client), return_exceptions=True))[0] for method in methods]

        return asyncio.run(calls())

    return asynchronous if request.param == "async" else blocking


GONE: dict[str, Step] = {"FIN": hang_up, "RST": reset}


@pytest.mark.parametrize("gone", GONE.values(), ids=GONE)
def test_a_get_on_a_kept_connection_that_ends_is_sent_once_more_on_a_new_one(
    run: Callable[..., list[Any]], gone: Step, clock: FakeClock
) -> None:
    with Server(EMPTY, gone, EMPTY) as server:
        _, answer = run(server.url, "GET", "GET", max_attempts=1, clock=clock)
    assert answer.parsed.data == []
    assert answer.attempts == 1
    assert clock.slept == []
    assert (len(server.requests), server.connections) == (3, 2)


def test_a_resend_happens_once_in_an_attempt_and_the_error_is_that_of_one_attempt(
    run: Callable[..., list[Any]], clock: FakeClock
) -> None:
    with Server(EMPTY, hang_up) as server:
        _, error = run(server.url, "GET", "GET", max_attempts=1, clock=clock)
    assert isinstance(error, OutcomeUnknownError)
    assert (error.attempts, error.stale, error.outcome_unknown) == (1, False, True)
    assert len(server.requests) == 3


def test_a_post_is_sent_again_with_its_key_and_a_409_is_then_about_the_key(
    run: Callable[..., list[Any]], clock: FakeClock
) -> None:
    conflict = Answer(409, {"message": "in flight"})
    with Server(EMPTY, hang_up, conflict, STARTED) as server:
        _, answer = run(server.url, "GET", "POST", max_attempts=2, clock=clock)
    assert answer.attempts == 2
    keys = [request.headers["idempotency-key"] for request in server.requests[1:]]
    assert len(keys) == 3
    assert len(set(keys)) == 1
    assert clock.slept == [0.5]


def test_a_409_without_a_lost_request_is_about_an_execution(run: Callable[..., list[Any]]) -> None:
    with Server(EMPTY, Answer(409, {"message": "running"})) as server:
        _, error = run(server.url, "GET", "POST")
    assert isinstance(error, ConflictError)
    assert len(server.requests) == 2


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_what_has_no_key_is_not_sent_again(run: Callable[..., list[Any]], method: str) -> None:
    with Server(EMPTY, hang_up) as server:
        _, error = run(server.url, "GET", method)
    assert isinstance(error, OutcomeUnknownError)
    assert error.stale
    assert len(server.requests) == 2


NOT_STALE: dict[str, Step] = {
    "silence": stall,
    "a byte of a response": Raw([b"H"]),
    "half a response": Raw([b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"]),
}


@pytest.mark.parametrize("step", NOT_STALE.values(), ids=NOT_STALE)
def test_neither_silence_nor_half_a_response_is_a_reason_to_send_again(
    run: Callable[..., list[Any]], step: Step
) -> None:
    with Server(EMPTY, step) as server:
        _, error = run(server.url, "GET", "GET", max_attempts=1, timeout=Timeout(read=0.2))
    assert isinstance(error, ReadTimeoutError if step is stall else OutcomeUnknownError)
    assert not error.stale
    assert len(server.requests) == 2


def _garble(connection: Connection) -> bool:
    os.write(connection.socket.fileno(), b"\x17\x03\x03\x00\x20" + b"x" * 32)
    return False


def test_a_record_that_cannot_be_read_is_no_reason_to_send_again(
    run: Callable[..., list[Any]], authority: trustme.CA, trusting: ssl.SSLContext
) -> None:
    with Server(EMPTY, _garble, tls=server_context(authority)) as server:
        _, error = run(server.url, "GET", "GET", max_attempts=1, ssl_context=trusting)
    assert isinstance(error, OutcomeUnknownError)
    assert not error.stale
    assert len(server.requests) == 2


def test_a_new_connection_that_ends_is_an_attempt(run: Callable[..., list[Any]]) -> None:
    with Server(hang_up) as server:
        (error,) = run(server.url, "GET", max_attempts=1)
    assert isinstance(error, OutcomeUnknownError)
    assert not error.stale
    assert len(server.requests) == 1


class EveryOther:
    """Answers one request of each connection, and closes it as the second one arrives."""

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def __call__(self, connection: Connection) -> bool:
        number = id(connection.socket)
        if number in self._seen:
            self._seen.discard(number)
            return False
        self._seen.add(number)
        return EMPTY(connection)


def test_polling_a_server_that_closes_idle_connections_never_spends_the_budget(
    run: Callable[..., list[Any]], clock: FakeClock
) -> None:
    with Server(EveryOther()) as server:
        answers = run(server.url, *["GET"] * 400, clock=clock)
    assert [type(answer).__name__ for answer in answers] == ["APIResponse"] * 400
    assert clock.slept == []
    # The budget has 100 retries at the start, and 300 successes are worth 30.
    assert len(server.requests) > 500


async def test_in_a_fan_out_a_resend_takes_a_place_and_is_no_sign_of_overload(clock: FakeClock) -> None:
    limit = AutoLimit(minimum=1, maximum=4, initial=2)
    with Server(EveryOther()) as server:
        async with AsyncPolytomic(api_key=KEY, base_url=server.url, clock=clock, max_connections=1) as client:
            outcomes = fan_out(lambda _: client.list_connections(), range(6), rate=1.0, limit=limit, clock=clock)
            async with outcomes:
                async for outcome in outcomes:
                    assert outcome.error is None
                assert outcomes.progress.limit >= 2
    assert len(server.requests) > 6
    # One request a second, also where one is sent again: the first is at 0.
    assert clock.monotonic() - FakeClock().now == pytest.approx(len(server.requests) - 1)  # pyright: ignore[reportUnknownMemberType]


# "Unknown" wins.


def refused_after(step: Step) -> Server:
    """A server that takes one request, and refuses every connection after it."""
    listener = socket.create_server(("127.0.0.1", 0))

    def last(connection: Connection) -> bool:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        return step(connection)

    return Server(last, listener=listener)


@pytest.mark.parametrize(
    "step", [hang_up, reset, Raw([b"HTTP/1.1 200 OK\r\n"]), Answer(504, b"", {"Connection": "close"})]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_request_that_was_sent_is_never_reported_as_not_sent(
    run: Callable[..., list[Any]], method: str, step: Step, clock: FakeClock
) -> None:
    with refused_after(step) as server:
        (error,) = run(server.url, method, clock=clock)
    assert len(server.requests) == 1
    assert type(error) is OutcomeUnknownError
    assert error.outcome_unknown
    assert error.attempts == 3
    assert "Nothing was sent" not in str(error)
    assert "cannot connect to 127.0.0.1" in str(error)
    assert "an earlier attempt was sent, and its outcome is unknown" in str(error)


def test_what_was_never_sent_is_still_said_to_be_not_sent(run: Callable[..., list[Any]], clock: FakeClock) -> None:
    with Server() as server:
        pass
    (error,) = run(server.url, "POST", clock=clock)
    assert not error.outcome_unknown
    assert "Nothing was sent" in str(error)


LIMITED = Answer(429, b"", {"Retry-After": "100"})
"""Above the cap, so that the call ends."""


async def start_in_fan_out(client: AsyncPolytomic, clock: FakeClock) -> Outcome[UUID, Any]:
    """Start an execution as the one item of a fan-out that retries what failed."""
    outcomes = fan_out(
        lambda id: client.start_bulk_sync_execution(id, body=START),  # noqa: A006
        [ID],
        retry_failed=True,
        clock=clock,
    )
    async with outcomes:
        (outcome,) = [outcome async for outcome in outcomes]
    return outcome


@pytest.mark.parametrize(
    ("script", "kind", "requests"),
    [
        ((hang_up, LIMITED), RateLimitError, 2),
        ((Answer(503, b""), LIMITED), RateLimitError, 2),
        ((Answer(503, b""), Answer(500, b"")), ServerError, 2),
        ((LIMITED, LIMITED), RateLimitError, 2),  # none was acted on: called again
    ],
)
async def test_a_post_that_may_have_acted_is_never_called_again_under_another_key(
    script: tuple[Step, ...], kind: type[RequestError], requests: int, clock: FakeClock
) -> None:
    with Server(*script) as server:
        async with AsyncPolytomic(api_key=KEY, base_url=server.url, clock=clock) as client:
            outcome = await start_in_fan_out(client, clock)
    assert isinstance(outcome.error, kind)
    assert len(server.requests) == requests
    keys = {request.headers["idempotency-key"] for request in server.requests}
    assert len(keys) == (2 if script[0] is LIMITED else 1)
    assert outcome.error.outcome_unknown is (script[0] is not LIMITED)


async def test_a_post_that_closing_the_client_ended_says_that_its_outcome_is_unknown() -> None:
    with Server(stall) as server:
        client = AsyncPolytomic(api_key=KEY, base_url=server.url)
        call = asyncio.create_task(client.start_bulk_sync_execution(ID, body=START))
        while not server.requests:
            await asyncio.sleep(0.001)
        await client.aclose()
        with pytest.raises(RequestError) as caught:
            await call
    assert caught.value.outcome_unknown


# A wait that closing the client ends.

BUSY = Answer(429, b"", {"Retry-After": "50"})


async def test_a_call_that_waits_for_retry_after_hears_at_once_that_its_client_was_closed() -> None:
    with Server(BUSY) as server:
        client = AsyncPolytomic(api_key=KEY, base_url=server.url)
        calls = [asyncio.create_task(client.get_bulk_destination(ID)) for _ in range(3)]
        while len(client._shared.waiting) < 3:
            await asyncio.sleep(0.001)
        await client.aclose()
        async with asyncio.timeout(5):
            for error in await asyncio.gather(*calls, return_exceptions=True):
                assert isinstance(error, RuntimeError)
                assert "get_bulk_destination: GET" in str(error)
                assert "closed" in str(error)
                assert isinstance(error.__cause__, RateLimitError)
    assert not client._shared.waiting


def test_a_thread_that_waits_for_retry_after_hears_at_once_that_its_client_was_closed() -> None:
    errors: list[BaseException] = []

    def call() -> None:
        try:
            client.get_bulk_destination(ID)
        except RequestError as error:
            errors.append(error)

    with Server(BUSY) as server:
        client = Polytomic(api_key=KEY, base_url=server.url)
        threads = [threading.Thread(target=call) for _ in range(3)]
        for thread in threads:
            thread.start()
        while len(client._shared.waiting) < 3:
            threading.Event().wait(0.001)
        client.close()
        for thread in threads:
            thread.join(5)
            assert not thread.is_alive()
    assert ["closed" in str(error) for error in errors] == [True] * 3
    assert all(isinstance(error.__cause__, RateLimitError) for error in errors)


# Which deadlines and closings leave an outcome unknown.


def test_a_deadline_that_passes_in_an_exchange_leaves_the_outcome_unknown(run: Callable[..., list[Any]]) -> None:
    with Server(stall) as server:
        (error,) = run(server.url, "DELETE", deadline=0.1)
    assert error.outcome_unknown
    assert "it passed during an attempt, which may have reached the API" in str(error)
    assert error.__cause__ is None


def test_a_deadline_that_passes_before_anything_is_sent_says_so(run: Callable[..., list[Any]]) -> None:
    with deaf() as port:
        (error,) = run(f"http://127.0.0.1:{port}", "DELETE", deadline=0.1)
    assert not error.outcome_unknown
    assert "it passed during an attempt, before the request was sent" in str(error)


async def test_a_deadline_that_passes_while_a_call_waits_for_a_connection_is_known_to_have_sent_nothing() -> None:
    with Server(stall) as server:
        async with AsyncPolytomic(api_key=KEY, base_url=server.url, max_connections=1, deadline=0.5) as client:
            calls = [CALLS["POST"](client), CALLS["POST"](client.with_options(deadline=0.1))]
            errors = await asyncio.gather(*calls, return_exceptions=True)
    assert [getattr(error, "outcome_unknown", None) for error in errors] == [True, False]
    assert len(server.requests) == 1


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_closing_a_blocking_client_ends_the_calls_of_other_threads_at_once(method: str) -> None:
    errors: list[BaseException] = []

    def call() -> None:
        try:
            CALLS[method](client)
        except RequestError as error:
            errors.append(error)

    with Server(stall) as server:
        client = Polytomic(api_key=KEY, base_url=server.url, max_connections=2)
        threads = [threading.Thread(target=call) for _ in range(4)]
        for thread in threads:
            thread.start()
        while len(server.requests) < 2:
            threading.Event().wait(0.001)
        client.close()
        for thread in threads:
            thread.join(5)
            assert not thread.is_alive()
    assert {type(error).__name__ for error in errors} == {"ClientClosedError"}
    # Two were sent, and two waited for a connection.
    assert sorted(bool(getattr(error, "outcome_unknown", None)) for error in errors) == [False, False, True, True]


def test_a_call_of_a_closed_client_made_no_attempt() -> None:
    async def closed_async() -> None:
        client = AsyncPolytomic(api_key=KEY)
        await client.aclose()
        await client.get_identity()

    def closed() -> None:
        client = Polytomic(api_key=KEY)
        client.close()
        client.get_identity()

    for call in (closed, lambda: asyncio.run(closed_async())):
        with pytest.raises(RequestError) as caught:
            call()
        assert caught.value.attempts == 0
        assert not caught.value.outcome_unknown


async def test_a_post_that_the_users_own_timeout_cut_off_is_not_called_again() -> None:
    async def start(id: str) -> object:  # noqa: A002
        async with asyncio.timeout(0.1):
            return await client.start_bulk_sync_execution(id, body=START)

    with Server(stall, STARTED) as server:
        async with AsyncPolytomic(api_key=KEY, base_url=server.url) as client:
            async with fan_out(start, [str(ID)], retry_failed=True) as outcomes:
                (outcome,) = [outcome async for outcome in outcomes]
    assert type(outcome.error) is TimeoutError
    assert len(server.requests) == 1


async def test_a_get_that_the_users_own_timeout_cut_off_is_called_again() -> None:
    async def get(id: str) -> object:  # noqa: A002
        async with asyncio.timeout(0.1):
            return await client.get_bulk_destination(id)

    with Server(stall, Answer()) as server:
        async with AsyncPolytomic(api_key=KEY, base_url=server.url) as client:
            async with fan_out(get, [str(ID)], retry_failed=True) as outcomes:
                (outcome,) = [outcome async for outcome in outcomes]
    assert outcome.error is None
    assert len(server.requests) == 2


@pytest.mark.parametrize("kind", ["async", "sync"])
async def test_a_key_that_cannot_be_had_after_an_unknown_outcome_does_not_deny_it(kind: str, clock: FakeClock) -> None:
    keys = iter(["first"])

    def vault() -> str:
        for key in keys:
            return key
        # Its own call of another client.
        with Polytomic(api_key=KEY, base_url="http://127.0.0.1:1", max_attempts=1) as other:
            other.get_identity()
        raise AssertionError

    with Server(hang_up, Answer(401, b""), STARTED) as server:
        with pytest.raises(OutcomeUnknownError) as caught:
            if kind == "async":
                async with AsyncPolytomic(api_key=vault, base_url=server.url, clock=clock) as client:
                    await CALLS["POST"](client)
            else:
                with Polytomic(api_key=vault, base_url=server.url, clock=clock) as blocking:
                    CALLS["POST"](blocking)
    assert caught.value.outcome_unknown
    assert str(caught.value).startswith("start_bulk_sync_execution: POST ")
    assert len(server.requests) == 2


async def test_a_post_is_not_called_again_where_the_key_cannot_be_had_after_an_unknown_outcome(
    clock: FakeClock,
) -> None:
    keys = iter(["first"])

    def vault() -> str:
        for key in keys:
            return key
        raise TimeoutError("the vault is slow")

    with Server(hang_up, Answer(401, b""), STARTED) as server:
        async with AsyncPolytomic(api_key=vault, base_url=server.url, clock=clock) as client:
            outcome = await start_in_fan_out(client, clock)
    assert str(outcome.error) == "the vault is slow"
    assert len(server.requests) == 2


def test_threads_that_wait_for_a_key_hear_at_once_that_their_client_was_closed() -> None:
    asked, release = threading.Event(), threading.Event()
    errors: list[BaseException] = []

    def vault() -> str:
        asked.set()
        release.wait(30)
        return KEY

    def call() -> None:
        try:
            client.get_bulk_destination(ID)
        except RequestError as error:
            errors.append(error)

    client = Polytomic(api_key=vault, base_url="http://127.0.0.1:1")
    first, second = threading.Thread(target=call), threading.Thread(target=call)
    first.start()
    asked.wait(30)
    second.start()
    key = client._state.key
    assert key is not None
    while not key.lock._waiting:
        threading.Event().wait(0.001)
    client.close()
    second.join(5)
    assert not second.is_alive()
    release.set()
    first.join(5)
    assert [type(error).__name__ for error in errors] == ["ClientClosedError"] * 2


def test_a_try_with_a_fresh_key_is_not_counted_against_max_attempts(clock: FakeClock) -> None:
    with Server(Answer(401, b""), Answer(503, b""), Answer()) as server:
        with Polytomic(api_key=iter("abc").__next__, base_url=server.url, clock=clock, max_attempts=2) as client:
            assert client.get_bulk_destination(ID).data.modes
    assert len(server.requests) == 3
