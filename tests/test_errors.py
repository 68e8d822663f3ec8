"""Each error, provoked by a server and seen typed by both clients."""

from __future__ import annotations

import asyncio
import copy
import gzip
import json
import pickle
import socket
import traceback
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import polytomic_client
from polytomic_client import (
    APIStatusError,
    AsyncPolytomic,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    DeadlineExceededError,
    DecodeError,
    NotFoundError,
    NotSentError,
    OutcomeUnknownError,
    PermissionDeniedError,
    Polytomic,
    PolytomicError,
    RateLimitError,
    ReadTimeoutError,
    RedirectError,
    RequestError,
    ResponseTooLargeError,
    ServerError,
    Timeout,
    TLSError,
    UnexpectedStatusError,
    UnprocessableEntityError,
    VersionMismatchError,
)
from polytomic_client._http.body import inflate

from .conftest import ID, KEY, STOPPABLE, Ask, FakeClock
from .server import Answer, Raw, Server, hang_up, reset, reset_in_the_body, stall

ONCE: dict[str, Any] = {"max_attempts": 1}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadRequestError),
        (401, AuthenticationError),
        (403, PermissionDeniedError),
        (404, NotFoundError),
        (409, ConflictError),
        (422, UnprocessableEntityError),
        (429, RateLimitError),
        (500, ServerError),
        (503, ServerError),
        (520, ServerError),
        (561, ServerError),
        (599, ServerError),
        (418, UnexpectedStatusError),
        (499, UnexpectedStatusError),
        (201, UnexpectedStatusError),
        (299, UnexpectedStatusError),
        (304, RedirectError),
    ],
)
def test_every_status_has_its_class(ask: Ask, status: int, kind: type[APIStatusError]) -> None:
    body = b"" if status == 304 else {"key": "a_key", "message": "the sentence", "metadata": {"x": 1}, "status": status}
    with Server(Answer(status, body, {"X-Request-Id": "req-1"})) as server, pytest.raises(APIStatusError) as caught:
        ask(base_url=server.url, **ONCE)

    error = caught.value
    assert type(error) is kind
    assert error.status_code == status
    assert error.operation == "get_bulk_destination"
    assert error.request == f"GET {server.url}/api/bulk/dest/{ID}"
    assert (error.method, error.url) == ("GET", f"{server.url}/api/bulk/dest/{ID}")
    assert error.attempts == 1
    assert error.request_id == error.headers["x-request-id"] == "req-1"
    if status != 304:
        assert (error.key, error.message, error.metadata) == ("a_key", "the sentence", {"x": 1})
        assert error.code == "a_key"
        assert "the sentence" in str(error)
    assert f"get_bulk_destination: GET {server.url}" in str(error)
    assert "[req-1]" in str(error)
    assert str(status) in str(error)


BODIES: list[tuple[Any, str | None, str, Any]] = [
    ({"key": "not_found", "message": "m", "metadata": {"a": 1}, "status": 404}, "not_found", "m", {"a": 1}),
    ({"code": 401, "context": {"b": 2}, "error": "m", "status": "Unauthorized"}, None, "m", {"b": 2}),
    ({"message": "m", "status_code": 404, "metadata": ["c"]}, None, "m", ["c"]),
    ({"error": {"message": "m"}}, None, "m", {}),
    ({"message": 5, "key": [], "metadata": "x"}, None, "HTTP status 404", {}),
    (["x"], None, "HTTP status 404", {}),
    (None, None, "HTTP status 404", {}),
    (b"", None, "HTTP status 404", {}),
    (b"<html><h1>Bad gateway</h1></html>", None, "HTTP status 404", {}),
    (b"\xff\xfe\x00{", None, "HTTP status 404", {}),
    (b"[" * 100_000, None, "HTTP status 404", {}),
    (b'\xef\xbb\xbf{"message": "m"}', None, "m", {}),
]


@pytest.mark.parametrize(("body", "key", "message", "metadata"), BODIES)
def test_every_error_body_is_read(ask: Ask, body: Any, key: str | None, message: str, metadata: Any) -> None:
    with Server(Answer(404, body, {"Content-Type": "text/html"})) as server, pytest.raises(NotFoundError) as caught:
        ask(base_url=server.url)

    error = caught.value
    assert (error.key, error.message, error.metadata) == (key, message, metadata)
    assert error.code == key
    assert len(error.body) <= 500
    assert error.body.isprintable()


def test_a_long_error_page_is_cut_and_shown() -> None:
    error = BadRequestError(400, b"<html>\n\x00\x1b[31m" + b"x" * 10_000)
    assert error.body == "<html>   [31m" + "x" * 487
    assert "<html>" in str(error)


def test_a_compressed_error_body_is_read(ask: Ask) -> None:
    answer = Answer(403, gzip.compress(b'{"message": "not you"}'), {"Content-Encoding": "gzip"})
    with Server(answer) as server, pytest.raises(PermissionDeniedError, match="403 not you"):
        ask(base_url=server.url)


def test_a_401_says_what_to_do_and_never_the_key(ask: Ask) -> None:
    with Server(Answer(401, {"error": {"message": "invalid or unknown API key"}})) as server:
        with pytest.raises(
            AuthenticationError, match="invalid or unknown API key.*POLYTOMIC_API_KEY.*DEPLOYMENT_KEY or basic_auth"
        ) as caught:
            ask(base_url=server.url)
    assert KEY not in str(caught.value)
    assert len(server.requests) == 1


@pytest.mark.parametrize("location", ["https://evil.example/", "http://127.0.0.1:1/", "/elsewhere", "/api/bulk/dest/x"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_an_error_and_never_followed(ask: Ask, status: int, location: str) -> None:
    with (
        Server(Answer(status, b"", {"Location": location})) as server,
        pytest.raises(RedirectError, match="base_url") as caught,
    ):
        ask(base_url=server.url)
    assert "/api/bulk/dest/x" not in str(caught.value)
    assert ("evil.example" in str(caught.value)) == ("evil.example" in location)
    assert len(server.requests) == 1


def test_a_version_that_was_not_asked_for_is_refused(ask: Ask) -> None:
    with Server(Answer(headers={"X-Polytomic-Version": "2025-09-18"})) as server:
        with pytest.raises(
            VersionMismatchError, match="requested API version 2023-04-25, got version 2025-09-18"
        ) as caught:
            ask(base_url=server.url)
    assert (caught.value.asked, caught.value.answered, caught.value.status_code) == ("2023-04-25", "2025-09-18", 200)
    assert len(server.requests) == 1


def test_a_version_mismatch_of_an_error_keeps_the_error_as_its_cause(ask: Ask) -> None:
    with Server(Answer(503, {"message": "m"}, {"X-Polytomic-Version": "2025-09-18"})) as server:
        with pytest.raises(VersionMismatchError, match="status 503") as caught:
            ask(base_url=server.url)
    assert isinstance(caught.value.__cause__, ServerError)
    assert len(server.requests) == 1


SAYS = {"key": "unknown_version", "message": "version 2022-01-01 is not known", "metadata": {"oldest": "2023-04-25"}}


def test_an_unknown_version_keeps_what_the_server_says_of_it(ask: Ask) -> None:
    headers = {"X-Polytomic-Version": "2025-09-18", "X-Request-Id": "req-7"}
    with Server(Answer(400, SAYS, headers)) as server, pytest.raises(VersionMismatchError) as caught:
        ask(base_url=server.url, version="2022-01-01")
    error = caught.value
    assert (error.key, error.code) == ("unknown_version", "unknown_version")
    assert (error.message, error.metadata) == (SAYS["message"], SAYS["metadata"])
    assert json.loads(error.body) == SAYS
    assert error.request_id == "req-7"
    said = f"[req-7] requested API version 2022-01-01, got version 2025-09-18 (status 400): {SAYS['message']}"
    assert error.reason() == said
    assert said in str(error)
    assert "version=..." in str(error)
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert (str(twin), twin.key, twin.message, twin.body) == (str(error), error.key, error.message, error.body)
    assert isinstance(error.__cause__, BadRequestError)


def test_a_version_error_shows_the_beginning_of_a_page_and_nothing_of_data(ask: Ask) -> None:
    headers = {"X-Polytomic-Version": "2025-09-18"}
    with Server(Answer(404, b"<html>no such version</html>", headers)) as server:
        with pytest.raises(VersionMismatchError, match=r"\(status 404\) with body '<html>no such version") as caught:
            ask(base_url=server.url)
    assert (caught.value.key, caught.value.body) == (None, "<html>no such version</html>")
    assert caught.value.message.startswith("requested API version 2023-04-25")
    with Server(Answer(200, {"message": "canary"}, headers)) as server:
        with pytest.raises(VersionMismatchError) as caught:
            ask(base_url=server.url)
    assert "canary" not in str(caught.value) + caught.value.body + caught.value.message


def test_an_unknown_version_with_the_header_of_the_request_is_the_servers_own_error(ask: Ask) -> None:
    with Server(Answer(400, SAYS, {"X-Polytomic-Version": "2022-01-01"})) as server:
        with pytest.raises(BadRequestError, match="400 version 2022-01-01 is not known") as caught:
            ask(base_url=server.url, version="2022-01-01")
    assert (caught.value.key, caught.value.metadata) == ("unknown_version", SAYS["metadata"])


NOT_FOUND = {"message": "not found"}
IN_THE_PATH, WRONG_URL = "The id may not exist", "base_url or the path is probably wrong"


def test_a_404_of_an_operation_with_an_id_speaks_of_the_id(ask: Ask) -> None:
    with Server(Answer(404, NOT_FOUND)) as server, pytest.raises(NotFoundError, match=IN_THE_PATH) as caught:
        ask(base_url=f"{server.url}/prefix")
    assert "base_url" not in str(caught.value)


@pytest.mark.parametrize("path", ["/api/bulk", "/gateway/api/v1"])
def test_a_404_below_a_base_url_with_api_in_it_speaks_of_base_url(ask: Ask, path: str) -> None:
    with Server(Answer(404, NOT_FOUND)) as server, pytest.raises(NotFoundError, match="base_url is probably wrong: it"):
        ask(base_url=f"{server.url}{path}")


MISSING: list[tuple[Callable[[Any], Any], str]] = [
    (lambda client: client.get_bulk_sync(ID), IN_THE_PATH),
    (lambda client: client.list_bulk_syncs(), WRONG_URL),
    (lambda client: client.get_identity(), WRONG_URL),
    (lambda client: client.request("GET", "/api/roles/{role}", path_params={"role": "admin"}), IN_THE_PATH),
    (lambda client: client.request("GET", f"/api/roles/{ID}"), IN_THE_PATH),
    (lambda client: client.request("DELETE", f"/api/roles/{str(ID).upper()}/members"), IN_THE_PATH),
    (lambda client: client.request("GET", "/api/roles/17"), IN_THE_PATH),
    (lambda client: client.request("GET", "/api/v2/roles"), WRONG_URL),
    (lambda client: client.request("GET", "/api/roles", params={"id": str(ID)}), WRONG_URL),
    (lambda client: client.request("POST", "/api/roles", json={"of": str(ID)}), "an id in the body may not exist"),
]


@pytest.mark.parametrize(("call", "said"), MISSING)
@pytest.mark.parametrize("kind", [AsyncPolytomic, Polytomic])
def test_a_404_without_an_id_speaks_of_base_url(kind: type[Any], call: Callable[[Any], Any], said: str) -> None:
    async def ask(url: str) -> None:
        async with AsyncPolytomic(api_key=KEY, base_url=url) as client:
            await call(client)

    with Server(Answer(404, NOT_FOUND)) as server, pytest.raises(NotFoundError, match=said) as caught:
        url = f"{server.url}/{ID}"  # a prefix may look like an id
        if kind is AsyncPolytomic:
            asyncio.run(ask(url))
        with Polytomic(api_key=KEY, base_url=url) as client:
            call(client)
    others = {IN_THE_PATH, WRONG_URL} - {said}
    assert not any(other in str(caught.value) for other in others)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b"", "$"),
        (b"<html>", "$"),
        (b'{"data": ', "$"),
        (b"\xff", "$"),
        (b"[" * 100_000, "$"),
        ([], "$"),
        ("x", "$"),
        (None, "$"),
        ({}, "$"),
        ({"data": None}, "$.data"),
        (["a"], "$"),
        ({"data": []}, "$.data"),
        ({"data": {"modes": "ab"}}, "$.data.modes"),
        ({"data": {"modes": [{"id": "snapshot"}, ["ab"]]}}, "$.data.modes[1]"),
        ({"data": {"configuration": "x"}}, "$.data.configuration"),
    ],
)
def test_a_success_that_the_document_does_not_describe_is_a_decode_error(ask: Ask, body: Any, path: str) -> None:
    with Server(Answer(body=body, headers={"X-Request-Id": "req-9"})) as server, pytest.raises(DecodeError) as caught:
        ask(base_url=server.url)

    error = caught.value
    assert error.path == path
    assert error.operation == "get_bulk_destination"
    assert error.request == f"GET {server.url}/api/bulk/dest/{ID}"
    assert len(error.body) <= 500
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("content", "encoding"),
    [(b"no gzip", "gzip"), (gzip.compress(b"{}", mtime=0)[:-9], "gzip"), (b"{}", "br"), (b"{}", "gzip, gzip")],
)
def test_a_body_that_cannot_be_decompressed_is_a_decode_error(ask: Ask, content: bytes, encoding: str) -> None:
    with Server(Answer(body=content, headers={"Content-Encoding": encoding})) as server:
        with pytest.raises(DecodeError, match="gzip|asked for"):
            ask(base_url=server.url)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(body=b"x" * 5_001),
        Answer(body=gzip.compress(b"x" * 5_001), headers={"Content-Encoding": "gzip"}),
        Raw([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", *[b"3E8\r\n" + b"x" * 1000 + b"\r\n"] * 50]),
        Raw([b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", b"x" * 10_000]),
        Raw([b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 10_000]),
    ],
)
def test_a_body_above_the_limit_is_refused(ask: Ask, answer: Any) -> None:
    with Server(answer) as server, pytest.raises(ResponseTooLargeError, match="larger than 5,000 bytes"):
        ask(base_url=server.url, max_response_bytes=5_000)
    assert len(server.requests) == 1


def test_a_refused_connection_says_that_nothing_was_sent(ask: Ask, clock: FakeClock) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: every connection is refused
        with pytest.raises(NotSentError, match=r"\(3 attempts\).*Nothing was sent") as caught:
            ask(base_url=f"http://127.0.0.1:{taken.getsockname()[1]}", clock=clock)
    assert caught.value.attempts == 3
    assert not isinstance(caught.value, TLSError)


def test_an_unknown_host_says_that_nothing_was_sent(ask: Ask) -> None:
    with pytest.raises(NotSentError):
        ask(base_url="https://no-such-host.invalid", **ONCE)


@pytest.mark.parametrize(
    "step",
    [
        hang_up,
        reset,
        reset_in_the_body,
        Raw([b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"]),
        Raw([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"]),
        Raw([b"garbage\r\n\r\n"]),
        Raw([b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000 + b"\r\n\r\n"]),
    ],
)
def test_an_answer_that_breaks_off_leaves_the_outcome_unknown(ask: Ask, step: Any) -> None:
    with Server(step) as server, pytest.raises(OutcomeUnknownError, match="may have acted") as caught:
        ask(base_url=server.url, **ONCE)
    assert caught.value.operation == "get_bulk_destination"
    assert len(server.requests) == 1


@pytest.mark.parametrize("step", [stall, Raw([b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"], pause=30)])
def test_silence_is_a_read_timeout(ask: Ask, step: Any) -> None:
    with Server(step) as server, pytest.raises(ReadTimeoutError) as caught:
        ask(base_url=server.url, timeout=Timeout(read=0.05), **ONCE)
    assert isinstance(caught.value, TimeoutError)
    assert isinstance(caught.value, OutcomeUnknownError)


@pytest.mark.parametrize("ask", STOPPABLE, indirect=True)
def test_the_deadline_stops_a_server_that_trickles(ask: Ask) -> None:
    trickle = Raw([b"HTTP/1.1 200 OK\r\n", *[b"X-A: b\r\n"] * 200], pause=0.02)
    with Server(trickle) as server, pytest.raises(DeadlineExceededError, match=r"deadline of 0\.2 s") as caught:
        ask(base_url=server.url, deadline=0.2)
    assert isinstance(caught.value, TimeoutError)
    assert caught.value.operation == "get_bulk_destination"
    assert len(server.requests) == 1
    assert trickle.sent < 200


@pytest.mark.parametrize("ask", STOPPABLE, indirect=True)
def test_the_deadline_stops_a_body_that_trickles(ask: Ask) -> None:
    trickle = Raw([b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n", *[b"{"] * 200], pause=0.02)
    with Server(trickle) as server, pytest.raises(DeadlineExceededError):
        ask(base_url=server.url, deadline=0.2)
    assert trickle.sent < 200


def test_a_bomb_is_never_held_whole() -> None:
    bomb = gzip.compress(b"x" * 50_000_000)
    tracemalloc.start()
    with pytest.raises(ResponseTooLargeError):
        inflate(bomb, "gzip", 100_000)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 1_000_000


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize(
    "step",
    [
        hang_up,
        stall,
        Raw([b"garbage\r\n\r\n"]),
        Raw([b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"]),
        Answer(500, b""),
        Answer(body={}),
        Answer(body=b"x" * 6_000),
        Answer(headers={"X-Polytomic-Version": "2025-09-18"}),
    ],
)
def test_no_frame_of_an_error_or_of_its_causes_holds_the_key(ask: Ask, step: Any) -> None:
    with Server(step) as server, pytest.raises(RequestError) as caught:
        ask(base_url=server.url, timeout=Timeout(read=0.05), max_response_bytes=5_000, **ONCE)

    held: list[str] = []
    for error in _chain(caught.value):
        for frame, _ in traceback.walk_tb(error.__traceback__):
            if "tests" not in Path(frame.f_code.co_filename).parts:
                seen = [repr(value) + repr(getattr(value, "__dict__", "")) for value in frame.f_locals.values()]
                held += [f"{frame.f_code.co_filename}:{frame.f_code.co_name}" for text in seen if KEY in text]
    assert held == []


def test_the_repr_of_an_error_says_which_call_it_was(ask: Ask) -> None:
    with Server(Answer(404, {"message": "m"})) as server, pytest.raises(NotFoundError) as caught:
        ask(base_url=server.url)
    assert repr(caught.value).startswith(
        f"NotFoundError('get_bulk_destination: GET {server.url}/api/bulk/dest/{ID}: 404 m"
    )


def test_an_error_survives_pickle_and_copy(ask: Ask) -> None:
    with Server(Answer(404, {"key": "k", "message": "m"}, {"X-Request-Id": "r"})) as server:
        with pytest.raises(NotFoundError) as caught:
            ask(base_url=server.url)
    error = caught.value
    assert KEY.encode() not in pickle.dumps(error)
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(twin) is NotFoundError
        assert str(twin) == str(error)
        assert (twin.key, twin.status_code, twin.headers["x-request-id"]) == ("k", 404, "r")


@pytest.mark.parametrize(
    "error",
    [
        VersionMismatchError("2023-04-25", "2024-02-08", 200),
        DecodeError("no", path="$.data", content=b"x"),
        DeadlineExceededError("late"),
        NotSentError("refused", operation="o", request="GET /", attempts=2),
    ],
)
def test_errors_pickle(error: RequestError) -> None:
    twin = pickle.loads(pickle.dumps(error))
    assert type(twin) is type(error)
    assert str(twin) == str(error)
    assert twin.__dict__ == error.__dict__


def test_every_error_has_the_one_root() -> None:
    kinds = [
        value
        for value in vars(polytomic_client).values()
        if isinstance(value, type) and issubclass(value, Exception) and not issubclass(value, Warning)
    ]
    assert len(kinds) > 20
    assert all(issubclass(kind, PolytomicError) for kind in kinds)


def test_json_dumps_of_an_error_body_is_not_needed_to_print_it() -> None:
    assert str(ServerError(502, json.dumps({"message": "down"}).encode())).startswith("502 down")
