"""When a call is retried, how long it waits, and when it stops."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polytomic_client import (
    APIStatusError,
    AsyncPolytomic,
    AuthenticationError,
    ConfigurationError,
    DeadlineExceededError,
    Polytomic,
    RateLimitError,
    ServerError,
    Timeout,
    fetch_all,
)
from polytomic_client._call.budget import RETRY_BUDGET
from polytomic_client._call.retry import parse_retry_after

from .conftest import ID, KEY, STOPPABLE, Ask, FakeClock, with_response
from .server import DESTINATION, Answer, Raw, Server, hang_up, reset, reset_in_the_body, stall


@pytest.mark.parametrize("status", [408, 429, 502, 503, 504])
def test_a_passing_status_is_tried_again(ask: Ask, clock: FakeClock, status: int) -> None:
    with Server(Answer(status, b""), Answer(status, b"<html>"), Answer()) as server:
        assert ask(base_url=server.url, clock=clock).data.modes

    assert len(server.requests) == 3
    assert clock.slept == [0.5, 1.0]
    assert len({request.raw for request in server.requests}) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 418, 422, 500, 501, 520])
def test_a_lasting_status_is_not(ask: Ask, clock: FakeClock, status: int) -> None:
    with Server(Answer(status, b""), Answer()) as server, pytest.raises(APIStatusError):
        ask(base_url=server.url, clock=clock)

    assert len(server.requests) == 1
    assert clock.slept == []


@pytest.mark.parametrize(
    "fault",
    [
        hang_up,
        reset,
        reset_in_the_body,
        Raw([b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"]),
        Raw([b"garbage\r\n\r\n"]),
    ],
)
def test_a_broken_connection_is_tried_again(ask: Ask, clock: FakeClock, fault: Any) -> None:
    with Server(fault, Answer()) as server:
        assert ask(base_url=server.url, clock=clock).data.modes

    assert len(server.requests) == 2
    assert clock.slept == [0.5]


def test_silence_is_tried_again(ask: Ask, clock: FakeClock) -> None:
    with Server(stall, Answer()) as server:
        assert ask(base_url=server.url, clock=clock, timeout=Timeout(read=0.05)).data.modes

    assert len(server.requests) == 2


def test_attempts_are_counted_in_the_error_and_in_the_answer(ask: Ask, clock: FakeClock) -> None:
    with (
        Server(Answer(503, {"message": "down"})) as server,
        pytest.raises(ServerError, match=r"\(4 attempts\)") as caught,
    ):
        ask(base_url=server.url, clock=clock, max_attempts=4)
    assert caught.value.attempts == len(server.requests) == 4

    with Server(
        Answer(503, b"", {"Retry-After": "0"}), Answer(), Answer(503, b"", {"Retry-After": "0"}), Answer()
    ) as server:
        assert [answer.attempts for answer in with_response(server.url)] == [2, 2]


def test_delays_grow_to_eight_seconds_and_carry_full_jitter(ask: Ask, clock: FakeClock) -> None:
    clock.jitter = 0.25
    with Server(Answer(503, b"")) as server, pytest.raises(ServerError):
        ask(base_url=server.url, clock=clock, max_attempts=8)

    assert clock.slept == [0.125, 0.25, 0.5, 1.0, 2.0, 2.0, 2.0]


@pytest.mark.parametrize(
    ("value", "slept"),
    [
        ("2", 2.0),
        ("0", 0.0),
        ("1.5", 1.5),
        ("60", 60.0),
        ("-1", 0.5),
        ("abc", 0.5),
        ("nan", 0.5),
        ("inf", 0.5),
        ("", 0.5),
    ],
)
def test_retry_after_in_seconds_is_obeyed(ask: Ask, clock: FakeClock, value: str, slept: float) -> None:
    with Server(Answer(429, b"", {"Retry-After": value}), Answer()) as server:
        ask(base_url=server.url, clock=clock)

    assert clock.slept == [slept]


@pytest.mark.parametrize(("offset", "slept"), [(7, 7.0), (-3600, 0.0)])
def test_retry_after_as_an_http_date_is_obeyed(ask: Ask, clock: FakeClock, offset: int, slept: float) -> None:
    date = formatdate(clock.time() + offset, usegmt=True)
    with Server(Answer(503, b"", {"Retry-After": date}), Answer()) as server:
        ask(base_url=server.url, clock=clock)

    assert clock.slept == [slept]


@pytest.mark.parametrize("value", ["61", "315360000", "Wed, 01 Jan 2200 00:00:00 GMT"])
def test_a_retry_after_above_the_cap_raises_at_once(ask: Ask, clock: FakeClock, value: str) -> None:
    with Server(Answer(429, b"", {"Retry-After": value}), Answer()) as server, pytest.raises(RateLimitError) as caught:
        ask(base_url=server.url, clock=clock)

    assert caught.value.headers["Retry-After"] == value
    assert caught.value.retry_after is not None
    assert caught.value.retry_after > 60
    assert len(server.requests) == 1
    assert clock.slept == []


def test_the_deadline_covers_all_tries_and_the_waits_between(ask: Ask, clock: FakeClock) -> None:
    with Server(Answer(503, {"message": "down"})) as server, pytest.raises(DeadlineExceededError) as caught:
        ask(base_url=server.url, clock=clock, max_attempts=100, deadline=10)

    assert sum(clock.slept) < 10
    assert caught.value.attempts == len(server.requests) == len(clock.slept) + 1
    assert isinstance(caught.value.__cause__, ServerError)
    assert "deadline of 10 s" in str(caught.value)
    assert "503 down" in str(caught.value)


def test_a_wait_that_does_not_fit_the_deadline_is_not_begun(ask: Ask, clock: FakeClock) -> None:
    with Server(Answer(429, b"", {"Retry-After": "20"})) as server:
        with pytest.raises(RateLimitError, match="429 with an empty body; retry after 20 s"):
            ask(base_url=server.url, clock=clock, deadline=10)

    assert clock.slept == []
    assert len(server.requests) == 1


@pytest.mark.parametrize("ask", STOPPABLE, indirect=True)
def test_a_deadline_that_passes_during_a_try_names_the_failure_before_it(ask: Ask) -> None:
    with Server(Answer(503, {"message": "down"}, {"Retry-After": "0"}), stall) as server:
        with pytest.raises(DeadlineExceededError, match="503 down") as caught:
            ask(base_url=server.url, deadline=0.3)
    assert isinstance(caught.value.__cause__, ServerError)
    assert caught.value.attempts == 2


def test_a_clock_that_jumps_back_ends_nothing_early(ask: Ask, clock: FakeClock) -> None:
    date = formatdate(clock.time() + 5, usegmt=True)
    clock.wall -= 3600
    with Server(Answer(503, b"", {"Retry-After": date}), Answer()) as server, pytest.raises(ServerError):
        ask(base_url=server.url, clock=clock)
    assert len(server.requests) == 1


class Keys:
    """Hands out one key after another."""

    def __init__(self, *keys: str) -> None:
        self.keys = keys
        self.asked = 0

    def __call__(self) -> str:
        self.asked += 1
        return self.keys[min(self.asked, len(self.keys)) - 1]

    async def asynchronous(self) -> str:
        return self()


def _calls(url: str, key: Callable[[], Awaitable[str]] | Callable[[], str], times: int) -> None:
    async def calls() -> None:
        async with AsyncPolytomic(api_key=key, base_url=url) as polytomic:
            await asyncio.gather(*[polytomic.get_bulk_destination(ID) for _ in range(times)])

    asyncio.run(calls())


def test_a_callable_key_is_asked_once_for_all_calls() -> None:
    keys = Keys("first")
    with Server() as server:
        _calls(server.url, keys.asynchronous, 5)

    assert keys.asked == 1
    assert {request.headers["authorization"] for request in server.requests} == {"Bearer first"}


def test_a_refused_callable_key_is_asked_for_again_once(ask: Ask, clock: FakeClock) -> None:
    keys = Keys("old", "new")
    with Server(Answer(401, b""), Answer()) as server:
        ask(base_url=server.url, api_key=keys, clock=clock)

    assert [request.headers["authorization"] for request in server.requests] == ["Bearer old", "Bearer new"]
    assert keys.asked == 2
    assert clock.slept == []


def test_many_calls_with_a_refused_key_ask_for_one_new_key() -> None:
    keys = Keys("old", "new")

    def check(connection: Any) -> bool:
        good = connection.request.headers["authorization"] == "Bearer new"
        return Answer()(connection) if good else Answer(401, b"")(connection)

    with Server(check) as server:
        _calls(server.url, keys.asynchronous, 10)

    assert keys.asked == 2


def test_a_rotated_key_is_fetched_also_where_one_try_is_all(ask: Ask) -> None:
    keys = Keys("old", "new")
    with Server(Answer(401, b""), Answer()) as server:
        assert ask(base_url=server.url, api_key=keys, max_attempts=1).data.modes
    assert len(server.requests) == 2


def test_a_new_key_that_is_refused_too_ends_the_call(ask: Ask) -> None:
    keys = Keys("one", "two", "three")
    with Server(Answer(401, b"")) as server, pytest.raises(AuthenticationError):
        ask(base_url=server.url, api_key=keys)
    assert len(server.requests) == keys.asked == 2


def test_a_revoked_key_is_asked_for_again_once_by_all_calls_that_were_refused() -> None:
    keys = Keys("revoked")
    together = threading.Barrier(20)

    def refuse(connection: Any) -> bool:
        together.wait(10)
        return Answer(401, b"")(connection)

    async def calls(url: str) -> list[Any]:
        async with AsyncPolytomic(api_key=keys.asynchronous, base_url=url) as polytomic:
            every = [polytomic.get_bulk_destination(ID) for _ in range(20)]
            return await asyncio.gather(*every, return_exceptions=True)

    with Server(refuse) as server:
        errors = asyncio.run(calls(server.url))

    assert all(isinstance(error, AuthenticationError) for error in errors)
    assert keys.asked == 2


def test_a_retry_is_logged_and_the_key_is_not(ask: Ask, clock: FakeClock, caplog: pytest.LogCaptureFixture) -> None:
    with Server(Answer(503, {"message": "down"}), Answer()) as server, caplog.at_level("INFO", "polytomic_client"):
        ask(base_url=server.url, clock=clock)
    (record,) = [record for record in caplog.records if record.name == "polytomic_client"]
    assert record.levelname == "INFO"
    assert "503 down" in record.getMessage()
    assert record.getMessage().endswith("Retrying in 0.50 s.")
    assert KEY not in caplog.text


def test_a_try_with_a_fresh_key_is_logged(ask: Ask, caplog: pytest.LogCaptureFixture) -> None:
    with Server(Answer(401, b""), Answer()) as server, caplog.at_level("INFO", "polytomic_client"):
        ask(base_url=server.url, api_key=Keys("old", "new"))
    (record,) = [record for record in caplog.records if record.name == "polytomic_client"]
    assert record.getMessage().endswith("Retrying with a fresh key.")


def test_a_callable_that_returns_the_refused_key_again_ends_the_call(ask: Ask) -> None:
    keys = Keys("same")
    with Server(Answer(401, b"")) as server, pytest.raises(AuthenticationError):
        ask(base_url=server.url, api_key=keys)

    assert len(server.requests) == 1
    assert keys.asked == 2


@pytest.mark.parametrize("key", ["", "two words", "line\n", "ümlaut", None, 5])
def test_a_callable_that_returns_no_key_is_a_configuration_error(ask: Ask, key: Any) -> None:
    with Server() as server, pytest.raises(ConfigurationError, match="api_key callable"):
        ask(base_url=server.url, api_key=lambda: key)
    assert server.connections == 0


def test_a_callable_that_raises_says_so_itself(ask: Ask) -> None:
    def vault() -> str:
        raise LookupError("the vault is sealed")

    with pytest.raises(LookupError, match="sealed"):
        ask(base_url="http://127.0.0.1:1", api_key=vault)


def test_a_time_out_of_the_callable_is_not_taken_for_the_deadline(ask: Ask) -> None:
    def vault() -> str:
        raise TimeoutError("the vault is slow")

    with pytest.raises(TimeoutError, match="the vault is slow"):
        ask(base_url="http://127.0.0.1:1", api_key=vault)


def test_a_callable_that_takes_too_long_is_stopped_at_the_deadline() -> None:
    async def vault() -> str:
        await asyncio.Event().wait()
        return "never"

    async def call() -> None:
        async with AsyncPolytomic(api_key=vault, base_url="http://127.0.0.1:1", deadline=0.05) as polytomic:
            await polytomic.get_bulk_destination(ID)

    with pytest.raises(DeadlineExceededError, match="get_bulk_destination: GET .*api_key callable") as caught:
        asyncio.run(call())
    assert caught.value.attempts == 0


def test_a_blocking_client_refuses_an_async_callable() -> None:
    keys = Keys("first")
    with pytest.raises(ConfigurationError, match="AsyncPolytomic"):
        Polytomic(api_key=keys.asynchronous)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


@given(st.text(), st.floats(0, 4e9))
def test_any_retry_after_is_seconds_or_nothing(value: str, now: float) -> None:
    seconds = parse_retry_after(value, now)
    assert seconds is None or 0 <= seconds < float("inf")


@given(st.integers(0, 4_000_000_000), st.integers(0, 4_000_000_000))
def test_any_http_date_is_the_seconds_until_then(then: int, now: int) -> None:
    assert parse_retry_after(formatdate(then, usegmt=True), now) == max(0, then - now)


def _outage(url: str, clock: FakeClock, callers: int) -> list[BaseException]:
    async def call() -> list[BaseException]:
        async with AsyncPolytomic(api_key="k", base_url=url, clock=clock) as polytomic:
            calls = [polytomic.get_bulk_destination(ID) for _ in range(callers)]
            return [
                error
                for error in await asyncio.gather(*calls, return_exceptions=True)
                if isinstance(error, ServerError)
            ]

    return asyncio.run(call())


def test_repetitions_of_many_callers_have_a_common_budget(clock: FakeClock) -> None:
    with Server(Answer(503, b"")) as server:
        errors = _outage(server.url, clock, 200)
    assert len(errors) == 200
    assert len(server.requests) == 200 + RETRY_BUDGET
    refused = [error for error in errors if "retry budget" in "".join(getattr(error, "__notes__", []))]
    assert len(refused) >= 100
    assert all(isinstance(error, ServerError) and error.attempts < 3 for error in refused)


def test_every_ten_successes_allow_one_repetition_more(clock: FakeClock) -> None:
    down, up = Answer(503, b""), Answer()
    # 50 calls of three tries each, one whose first failure is its last, ten successes, one that is repeated.
    script = [*[down] * 151, *[up] * 10, down, up, down]
    with Server(*script) as server, Polytomic(api_key="k", base_url=server.url, clock=clock) as polytomic:
        attempts: list[int] = []
        for _ in range(51):
            with pytest.raises(ServerError) as caught:
                polytomic.get_bulk_destination(ID)
            attempts.append(caught.value.attempts)
        assert attempts == [3] * 50 + [1]
        for _ in range(11):
            polytomic.get_bulk_destination(ID)
        with pytest.raises(ServerError, match=r"503") as caught:
            polytomic.get_bulk_destination(ID)
        assert caught.value.attempts == 1


async def test_the_calls_of_a_fan_out_do_not_draw_on_the_budget(clock: FakeClock) -> None:
    tries: Counter[str] = Counter()

    def answer(request: httpx.Request) -> httpx.Response:
        tries[request.url.path] += 1
        return httpx.Response(200 if tries[request.url.path] == 3 else 503, json=DESTINATION)

    async with AsyncPolytomic(api_key="k", transport=httpx.MockTransport(answer), clock=clock) as polytomic:
        ids = [UUID(int=number) for number in range(int(RETRY_BUDGET))]
        outcomes = await fetch_all(polytomic.get_bulk_destination, ids)
    assert all(outcome.ok for outcome in outcomes)
    assert tries.total() == 3 * RETRY_BUDGET
