"""What a server, a network or a clock does to a call, over real sockets, in every way that a call can be made."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import json
import socket
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

import pytest

from polytomic_client import (
    AsyncPolytomic,
    AuthenticationError,
    DeadlineExceededError,
    DecodeError,
    OutcomeUnknownError,
    Polytomic,
    RedirectError,
    RequestError,
    ResponseTooLargeError,
    ServerError,
    Timeout,
)
from polytomic_client.v2023_04_25.api.bulk_sync import get_bulk_destination

from .conftest import ID, KEY, OWN_TRANSPORTS, STOPPABLE, WAYS, Ask, FakeClock, sampled
from .server import DESTINATION, Answer, Connection, Raw, Server, Step
from .test_idempotency import ACTIVE
from .test_idempotency import WAYS as POSTS

MIB = 1024 * 1024
BODY = json.dumps(DESTINATION).encode()
HEAD = b"HTTP/1.1 200 OK\r\nX-Polytomic-Version: 2023-04-25\r\n"
SIZED = HEAD + b"Content-Length: %d\r\n\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
OK = SIZED % len(BODY) + BODY
FORGED = OK.replace(b"refetch", b"forgery")


# A connection that is refused.


@dataclass
class Starting(FakeClock):
    """A clock at whose second sleep the server begins to listen, on the port that refused until then."""

    begin: Callable[[], object] = lambda: None

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if len(self.slept) == 2:
            self.begin()


@pytest.mark.parametrize("jitter", [0.0, 0.3, 0.999])
def test_a_connection_that_is_refused_twice_is_made_at_the_third_try(ask: Ask, jitter: float) -> None:
    with socket.socket() as taken, ExitStack() as stack:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: every connection is refused
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        server = Server(listener=taken)

        def begin() -> None:
            taken.listen()
            stack.enter_context(server)

        clock = Starting(jitter=jitter, begin=begin)
        assert ask(base_url=url, clock=clock).data.modes
    assert clock.slept == [0.5 * jitter, 1.0 * jitter]
    assert len(server.requests) == server.connections == 1


# Bodies that are larger, longer or shorter than they should be.

CAP = MIB


def _endless(head: bytes, piece: bytes) -> Callable[[Connection], bool]:
    def step(connection: Connection) -> bool:
        connection.socket.settimeout(10)
        try:
            connection.socket.sendall(head)
            while not connection.server.stopping.is_set():
                connection.socket.sendall(piece)  # until the client hangs up
        except OSError:
            pass
        return False

    return step


BOMB = gzip.compress(b"x" * 50_000_000)
TOO_LARGE: dict[str, Step] = {
    "a bomb": Answer(body=BOMB, headers={"Content-Encoding": "gzip"}),
    "a bomb in an error": Answer(500, BOMB, {"Content-Encoding": "gzip"}),
    "a bomb without a length": Raw([HEAD + b"Content-Encoding: gzip\r\n\r\n", BOMB]),
    "a length of 99 GB": _endless(SIZED % 99_000_000_000, b"x" * 65_536),
    "chunks without an end": _endless(CHUNKED, b"10000\r\n" + b"x" * 65_536 + b"\r\n"),
    "small chunks without an end": _endless(CHUNKED, (b"1f4\r\n" + b"x" * 500 + b"\r\n") * 100),
    "no length and no end": _endless(HEAD + b"\r\n", b"x" * 65_536),
}


@pytest.mark.parametrize("step", TOO_LARGE.values(), ids=TOO_LARGE)
def test_a_body_ends_at_the_limit_and_so_does_the_memory(ask: Ask, step: Step) -> None:
    with Server() as server:
        ask(base_url=server.url)  # what is imported and cached once is not the body's
    with Server(step) as server:
        tracemalloc.start()
        try:
            with pytest.raises(ResponseTooLargeError, match=r"larger than 1,048,576 bytes"):
                ask(base_url=server.url, max_response_bytes=CAP)
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert most < CAP + 8 * MIB
    assert len(server.requests) == 1


def test_a_length_that_is_too_short_is_a_body_that_cannot_be_decoded(ask: Ask) -> None:
    with Server(Raw([SIZED % 20 + BODY])) as server, pytest.raises(DecodeError):
        ask(base_url=server.url)
    assert len(server.requests) == 1


def test_a_length_that_is_too_long_leaves_the_outcome_unknown(ask: Ask) -> None:
    with Server(Raw([SIZED % (len(BODY) + 1) + BODY])) as server, pytest.raises(OutcomeUnknownError):
        ask(base_url=server.url, max_attempts=1)


def ask_twice(way: str, url: str, **settings: Any) -> list[str]:
    """Call twice with one client, and say what each answer has."""
    generated = way.endswith("-generated")

    async def calls() -> list[Any]:
        async with AsyncPolytomic(api_key=KEY, base_url=url, **settings) as client:
            if generated:
                return [await get_bulk_destination.asyncio(ID, client=client.generated) for _ in range(2)]
            return [await client.get_bulk_destination(ID) for _ in range(2)]

    if way.startswith("async"):
        answers = asyncio.run(calls())
    else:
        with Polytomic(api_key=KEY, base_url=url, **settings) as client:
            if generated:
                answers = [get_bulk_destination.sync(ID, client=client.generated) for _ in range(2)]
            else:
                answers = [client.get_bulk_destination(ID) for _ in range(2)]
    return [answer.to_dict()["data"]["supported_resync_modes"][0] for answer in answers]


@dataclass
class Then:
    """Bytes as they are, on a connection that stays open."""

    data: bytes

    def __call__(self, connection: Connection) -> bool:
        connection.send(self.data)
        return True


BEHIND = {
    "another answer": OK + FORGED,
    "another answer behind chunks": CHUNKED + b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY) + FORGED,
    "garbage": OK + b"x" * 50,
}


# Not through an httpx transport: httpcore, which it is made of, takes the rest for the next answer.
@pytest.mark.parametrize("way", OWN_TRANSPORTS)
@pytest.mark.parametrize("data", BEHIND.values(), ids=BEHIND)
def test_what_comes_behind_an_answer_is_never_the_next_answer(way: str, data: bytes) -> None:
    with Server(Then(data), Answer()) as server:
        assert ask_twice(way, server.url, max_attempts=2, clock=FakeClock()) == ["refetch", "refetch"]
    assert server.connections == 2


# Heads of every shape.

PARSED: dict[str, bytes] = {
    "a header twice": OK.replace(b"\r\n", b"\r\nX-A: b\r\nX-A: c\r\n", 1),
    "a hundred headers": OK.replace(b"\r\n", b"\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(100)), 1),
    "a header of 60 kB": OK.replace(b"\r\n", b"\r\nX-A: " + b"b" * 60_000 + b"\r\n", 1),
    "a header without a value": OK.replace(b"\r\n", b"\r\nX-A:\r\nX-B: \r\n", 1),
    "a header with white space around": OK.replace(b"\r\n", b"\r\nX-A: \t b \t \r\n", 1),
    "names in odd case": OK.replace(b"Content-Length", b"cOnTeNt-LeNgTh"),
    "100 Continue first": b"HTTP/1.1 100 Continue\r\n\r\n" + OK,
    "several of 1xx first": b"HTTP/1.1 102 Processing\r\nX: y\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" * 3
    + OK,
    "no reason": OK.replace(b"200 OK", b"200 "),
    "HTTP/1.0": OK.replace(b"HTTP/1.1", b"HTTP/1.0"),
}
EITHER: dict[str, bytes] = {
    "the length twice": OK.replace(b"\r\n", b"\r\nContent-Length: %d\r\n" % len(BODY), 1),
    "a header of 64 kB": OK.replace(b"\r\n", b"\r\nX-A: " + b"b" * 65_536 + b"\r\n", 1),
    "a folded header": OK.replace(b"\r\n", b"\r\nX-A: b\r\n c\r\n", 1),
    "line feeds only": OK.replace(b"\r\n", b"\n"),
    "a space before the colon": OK.replace(b"\r\n", b"\r\nX-A : b\r\n", 1),
    "a NUL in a header": OK.replace(b"\r\n", b"\r\nX-A: b\0c\r\n", 1),
    "101 first": b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + OK,
    "an HTTP/2 preface": b"HTTP/2 200\r\n\r\n" + BODY,
    "a length with a sign": OK.replace(b"Content-Length: ", b"Content-Length: +"),
    "an empty head": b"\r\n\r\n" + OK,
    "a header without a name": OK.replace(b"\r\n", b"\r\n: b\r\n", 1),
}
REFUSED: dict[str, bytes] = {
    "a header without a colon": OK.replace(b"\r\n", b"\r\nno colon here\r\n", 1),
    "two lengths": OK.replace(b"\r\n", b"\r\nContent-Length: 5\r\n", 1),
    "a length below zero": OK.replace(b"Content-Length: ", b"Content-Length: -"),
    "no number as the length": OK.replace(b"Content-Length: ", b"Content-Length: x"),
    "a length and chunks": OK.replace(b"\r\n", b"\r\nTransfer-Encoding: chunked\r\n", 1),
    "a thousand long headers": OK.replace(b"\r\n", b"\r\n" + (b"X-A: " + b"b" * 1_000 + b"\r\n") * 1_000, 1),
    "a status of two digits": OK.replace(b"200", b"20"),
    "only 1xx": b"HTTP/1.1 103 Early Hints\r\n\r\n" * 3,
}
PATIENT: dict[str, Any] = {"max_attempts": 1, "deadline": 5.0, "timeout": Timeout(read=2.0)}


@pytest.mark.parametrize("data", PARSED.values(), ids=PARSED)
def test_an_unusual_head_is_read(ask: Ask, data: bytes) -> None:
    with Server(Raw([data])) as server:
        assert ask(base_url=server.url, **PATIENT).to_dict() == DESTINATION


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_a_broken_head_leaves_the_outcome_unknown(ask: Ask, data: bytes) -> None:
    with Server(Raw([data])) as server, pytest.raises(OutcomeUnknownError) as caught:
        ask(base_url=server.url, **PATIENT)
    assert not isinstance(caught.value, TimeoutError)


@pytest.mark.parametrize("data", EITHER.values(), ids=EITHER)
def test_a_head_that_parsers_disagree_about_is_read_or_refused_by_name(ask: Ask, data: bytes) -> None:
    with Server(Raw([data])) as server:
        try:
            answer = ask(base_url=server.url, **PATIENT)
        except RequestError as error:
            assert not isinstance(error, TimeoutError)  # noqa: PT017  (it may also succeed)
            assert str(error).startswith("get_bulk_destination: GET ")  # noqa: PT017
        else:
            assert answer.to_dict() == DESTINATION


@pytest.mark.parametrize("ask", STOPPABLE, indirect=True)
def test_heads_without_an_end_stop_at_the_deadline_or_before(ask: Ask) -> None:
    with Server(_endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000)) as server, pytest.raises(RequestError):
        ask(base_url=server.url, deadline=0.3, max_attempts=1)


# Redirects to a host that must never hear of the key.


@pytest.fixture(params=sampled(f"{method} {way}" for method, ways in (("GET", WAYS), ("POST", POSTS)) for way in ways))
def send(request: pytest.FixtureRequest) -> Callable[[str], object]:
    """A GET or a POST in each way: `send(server.url)`."""
    method, way = request.param.split()
    if method == "GET":
        return lambda url: WAYS[way](api_key=KEY, base_url=url)
    return lambda url: POSTS[way]("activate_bulk_sync", url, settings={})


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("to", ["{url}/api/bulk", "http://user:canary-pass@{host}/canary-path?token=canary-query#x"])
def test_the_host_that_a_redirect_names_never_hears_from_us(
    send: Callable[[str], object], status: int, to: str
) -> None:
    with Server(ACTIVE) as other:
        location = to.format(url=other.url, host=other.url.removeprefix("http://"))
        with Server(Answer(status, b"", {"Location": location})) as server, pytest.raises(RedirectError) as caught:
            send(server.url)
    assert other.connections == 0
    assert len(server.requests) == 1
    assert "the client does not follow the redirect to 127.0.0.1" in str(caught.value)
    assert "canary" not in f"{caught.value} {caught.value!r}"


@pytest.mark.parametrize("location", ["http://[::1", "//", "\\\\evil", "http://\t", "javascript:alert(1)", "?", ""])
def test_a_redirect_to_nowhere_is_an_error_like_any_other(ask: Ask, location: str) -> None:
    with Server(Answer(302, b"", {"Location": location})) as server, pytest.raises(RedirectError, match="base_url"):
        ask(base_url=server.url)
    assert len(server.requests) == 1


def test_a_redirect_without_end_is_one_request(ask: Ask) -> None:
    def back(connection: Connection) -> bool:
        return Answer(307, b"", {"Location": connection.request.target})(connection)

    with Server(back) as server, pytest.raises(RedirectError, match="a path on the same host"):
        ask(base_url=server.url)
    assert len(server.requests) == 1


# Clocks that jump.


@dataclass
class Jumping(FakeClock):
    """A clock that is set to another time, or stands still with the machine, while somebody sleeps."""

    jumps: Iterator[tuple[str, float]] = field(default_factory=lambda: iter(()))

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        for name, by in itertools.islice(self.jumps, 1):
            setattr(self, name, getattr(self, name) + by)


@pytest.mark.parametrize("by", [-3600.0, 3600.0, -1e9, 1e9])
def test_a_wall_clock_that_is_set_during_a_call_changes_nothing_of_it(ask: Ask, by: float) -> None:
    clock = Jumping(jumps=iter([("wall", by), ("wall", -by)]))
    with Server(Answer(503, b""), Answer(429, b"", {"Retry-After": "2"}), Answer()) as server:
        assert ask(base_url=server.url, clock=clock, deadline=10).data.modes
    assert clock.slept == [0.5, 2.0]


def test_a_date_is_told_by_the_wall_clock_of_its_moment_and_never_makes_a_long_sleep(ask: Ask) -> None:
    clock = Jumping(jumps=iter([("wall", 3600.0), ("wall", -7200.0)]))
    date = formatdate(clock.time() + 5, usegmt=True)
    with Server(Answer(503, b"", {"Retry-After": date})) as server, pytest.raises(ServerError) as caught:
        ask(base_url=server.url, clock=clock, max_attempts=9)
    # Five seconds; nothing, because the date is long past; and then an hour, which is not slept.
    assert clock.slept == [5.0, 0.0]
    assert caught.value.retry_after == pytest.approx(3600.0)  # pyright: ignore[reportUnknownMemberType]
    assert len(server.requests) == 3


def test_a_machine_that_was_suspended_has_used_up_the_deadline(ask: Ask) -> None:
    clock = Jumping(jumps=iter([("now", 3600.0)]))
    with Server(Answer(503, b"")) as server, pytest.raises(DeadlineExceededError, match="503") as caught:
        ask(base_url=server.url, clock=clock)
    assert isinstance(caught.value.__cause__, ServerError)
    assert clock.slept == [0.5]
    assert len(server.requests) == 1


# Keys that are rotated while many threads call.


@pytest.mark.parametrize("revoked", [False, True])
def test_threads_whose_key_is_rotated_ask_for_one_new_key(revoked: bool) -> None:  # noqa: FBT001
    together = threading.Barrier(10)
    asked: list[str] = []

    def vault() -> str:
        asked.append(f"key-{len(asked)}")
        return asked[-1]

    def check(connection: Connection) -> bool:
        first = connection.request.headers["authorization"] == "Bearer key-0"
        if first:
            together.wait(10)
        return (Answer(401, b"") if first or revoked else Answer())(connection)

    with Server(check) as server, Polytomic(api_key=vault, base_url=server.url) as polytomic:
        with ThreadPoolExecutor(10) as threads:
            calls = [threads.submit(polytomic.get_bulk_destination, ID) for _ in range(10)]
            errors = [call.exception() for call in calls]

    assert all(isinstance(error, AuthenticationError) if revoked else error is None for error in errors)
    assert asked == ["key-0", "key-1"]
    assert len(server.requests) == 20
