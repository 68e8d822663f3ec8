"""Raw requests: what no operation describes, under the same policy as every call."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import gzip
import inspect
import json
import logging
from collections.abc import Callable, Generator
from enum import Enum
from http import HTTPMethod
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polytomic_client import (
    APIResponse,
    AsyncPolytomic,
    AuthenticationError,
    ConfigurationError,
    ConflictError,
    DeadlineExceededError,
    DecodeError,
    NotFoundError,
    OutcomeUnknownError,
    Polytomic,
    PolytomicDeprecationWarning,
    RedirectError,
    ServerError,
    Timeout,
    VersionMismatchError,
    fetch_all,
    fetch_all_blocking,
)
from polytomic_client._client import raw
from polytomic_client.v2023_04_25.models import (
    ActivateBulkSync,
    BulkDestinationEnvelope,
    BulkMode,
    BulkSchedule,
    ScheduleFrequency,
)
from polytomic_client.v2023_04_25.types import UNSET

from .conftest import ID, KEY, RUNNERS, FakeClock, sampled
from .server import DESTINATION, Answer, Raw, Server, Step, hang_up, reset, stall

Send = Callable[..., APIResponse[Any]]


def _async(
    settings: dict[str, Any], arguments: tuple[Any, ...], options: dict[str, Any], runner: str = "asyncio"
) -> APIResponse[Any]:
    async def call() -> APIResponse[Any]:
        async with AsyncPolytomic(**settings) as polytomic:
            answer: APIResponse[Any] = await polytomic.request(*arguments, **options)
            return answer

    response: APIResponse[Any] = RUNNERS[runner](call())
    return response


def _sync(settings: dict[str, Any], arguments: tuple[Any, ...], options: dict[str, Any]) -> APIResponse[Any]:
    with Polytomic(**settings) as polytomic:
        return polytomic.request(*arguments, **options)


class Word(str, Enum):  # noqa: UP042  (as users write it, and its `str` is not its value)
    """An enum of a user's own."""

    PUT = "PUT"
    DAILY = "daily"


WAYS = ["async", "sync", "async-uvloop", "async-httpx", "sync-httpx"]


@pytest.fixture(params=sampled(WAYS))
def send(request: pytest.FixtureRequest) -> Send:
    """One raw request, in each way there is: `send("GET", "/api", at=server.url, max_attempts=1, params=...)`."""
    way: str = request.param

    def call(*arguments: Any, at: str, clock: FakeClock | None = None, **options: Any) -> APIResponse[Any]:
        settings: dict[str, Any] = {"api_key": KEY, "base_url": at, "clock": clock or FakeClock()}
        for name in ("max_attempts", "deadline", "version", "timeout"):
            if name in options:
                settings[name] = options.pop(name)
        if way.endswith("httpx"):
            settings["transport"] = httpx.AsyncHTTPTransport() if way == "async-httpx" else httpx.HTTPTransport()
        if way.startswith("sync"):
            return _sync(settings, arguments, options)
        return _async(settings, arguments, options, "uvloop" if way == "async-uvloop" else "asyncio")

    return call


# --- What is sent ----------------------------------------------------------------------------------------------------


def test_a_request_goes_out_as_it_is_asked_for(send: Send) -> None:
    with Server(Answer(201, {"id": 7}, {"X-Request-Id": "req-1"})) as server:
        response = send(
            "POST",
            "/api/roles/{id}/members/{name}",
            at=f"{server.url}/prefix",
            path_params={"id": ID, "name": "a/b ../ü"},
            params={"active": True, "tag": ["a b", "c&d"], "limit": 5, "skip": None, "unset": UNSET, "none": []},
            json={"mode": BulkMode.SNAPSHOT, "body": ActivateBulkSync(active=True), "list": [1, 2.5, None, "ü"]},
            headers={"X-Trace": "nightly"},
            idempotency_key="nightly-2023-04-25",
        )

    (request,) = server.requests
    assert request.line == (
        f"POST /prefix/api/roles/{ID}/members/a%2Fb%20..%2F%C3%BC?active=true&tag=a+b&tag=c%26d&limit=5 HTTP/1.1"
    )
    assert json.loads(request.body) == {"mode": "snapshot", "body": {"active": True}, "list": [1, 2.5, None, "ü"]}
    sent = {name: request.headers.get(name) for name in ("authorization", "content-type", "accept", "x-trace")}
    assert sent == {
        "authorization": f"Bearer {KEY}",
        "content-type": "application/json",
        "accept": "application/json",
        "x-trace": "nightly",
    }
    assert request.headers["idempotency-key"] == "nightly-2023-04-25"
    assert request.headers["x-polytomic-version"] == "2023-04-25"
    assert (response.parsed, response.status_code, response.attempts) == ({"id": 7}, 201, 1)
    assert (response.request_id, json.loads(response.content)) == ("req-1", {"id": 7})


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
def test_each_method_is_sent_and_only_a_post_has_a_key(send: Send, method: str) -> None:
    with Server(Answer(200, b"")) as server:
        response = send(method, "/api/things", at=server.url)

    (request,) = server.requests
    assert request.line == f"{method} /api/things HTTP/1.1"
    assert ("idempotency-key" in request.headers) == (method == "POST")
    assert "content-type" not in request.headers
    assert (response.parsed, request.body) == (None, b"")


@pytest.mark.parametrize("method", [HTTPMethod.PUT, Word.PUT])
def test_a_member_of_an_enum_is_its_value(send: Send, method: str) -> None:
    with Server() as server:
        send(
            method,
            "/api/{a}",
            at=server.url,
            path_params={"a": Word.DAILY},
            params={"b": [Word.DAILY]},
            json=Word.DAILY,
        )

    assert (server.requests[0].line, server.requests[0].body) == ("PUT /api/daily?b=daily HTTP/1.1", b'"daily"')


@pytest.mark.parametrize("body", [{}, [], 0, False, "", "text", [{"a": None}]])
def test_any_json_is_a_body(send: Send, body: Any) -> None:
    with Server(Answer()) as server:
        send("PUT", "/api/things", at=server.url, json=body)

    assert json.loads(server.requests[0].body) == body


def test_a_model_is_a_body_alone_or_in_a_list(send: Send) -> None:
    schedule = BulkSchedule(frequency=ScheduleFrequency.DAILY, hour="05", additional_properties={"holidays": ["x"]})
    encoded = {"frequency": "daily", "hour": "05", "holidays": ["x"]}
    with Server(Answer()) as server:
        send("PATCH", "/api/things", at=server.url, json=schedule)
        send("PATCH", "/api/things", at=server.url, json=(schedule, {"a": schedule}))

    assert [json.loads(request.body) for request in server.requests] == [encoded, [encoded, {"a": encoded}]]


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        (False, "p=false"),
        ([True, False], "p=true&p=false"),
        ((True, "a"), "p=true&p=a"),
        (ID, f"p={ID}"),
        ([ID], f"p={ID}"),
        (BulkMode.REPLICATE, "p=replicate"),
        (dt.datetime(2023, 4, 25, 12, tzinfo=dt.timezone(dt.timedelta(hours=2))), "p=2023-04-25T10%3A00%3A00Z"),
        (1.5, "p=1.5"),
        ("a=b&c#d?e/f", "p=a%3Db%26c%23d%3Fe%2Ff"),
        ("", "p="),
    ],
)
def test_a_query_is_encoded_as_an_operation_encodes_it(value: Any, sent: str) -> None:
    with Server() as server, Polytomic(api_key=KEY, base_url=server.url) as polytomic:
        polytomic.request("GET", "/api/things", params={"p": value})
        polytomic.request("GET", "/api/things", params={"p": value, "q": None})
        polytomic.request("GET", "/api/things", params={"q": []})

    targets = [request.target for request in server.requests]
    assert targets == [f"/api/things?{sent}", f"/api/things?{sent}", "/api/things"]


def test_a_header_of_one_request_takes_the_place_of_the_clients_and_does_not_stay() -> None:
    with Server() as server, Polytomic(api_key=KEY, base_url=server.url) as polytomic:
        tracing = polytomic.with_options(headers={"X-Trace": "all", "X-Other": "kept"})
        tracing.request("GET", "/api/things", headers={"x-trace": "one"})
        tracing.request("GET", "/api/things")

    traces = [[line for line in r.raw.decode().splitlines() if "x-trace" in line.lower()] for r in server.requests]
    assert traces == [["x-trace: one"], ["X-Trace: all"]]
    assert all(request.headers["x-other"] == "kept" for request in server.requests)


def test_the_version_is_the_clients(send: Send) -> None:
    with Server(Answer(headers={"X-Polytomic-Version": "2024-02-08"})) as server:
        send("GET", "/api/things", at=server.url, version="2024-02-08")
        with pytest.raises(VersionMismatchError):
            send("GET", "/api/things", at=server.url)

    assert [request.headers["x-polytomic-version"] for request in server.requests] == ["2024-02-08", "2023-04-25"]


PARTS = st.text(min_size=1, max_size=8) | st.sampled_from([".", "..", "%2e", "%2E.", "a/b", "?", "#", "\\", "{id}"])


@given(first=PARTS, second=PARTS, template=st.sampled_from(["/a/{x}/{y}", "/a/{x}-{y}", "/a/%2{x}{y}", "/a/.{x}{y}/b"]))
def test_a_value_stays_in_its_segment_or_nothing_is_sent(first: str, second: str, template: str) -> None:
    try:
        _, kwargs = raw.request("GET", template, version="2023-04-25", path_params={"x": first, "y": second})
    except ValueError:
        return

    url = urlsplit(f"https://polytomic.example.com{kwargs['url']}")
    assert (url.query, url.fragment, url.path.isascii()) == ("", "", True)
    segments = url.path.split("/")
    assert len(segments) == len(template.split("/"))
    assert not {".", ".."} & {segment.lower().replace("%2e", ".") for segment in segments}
    if template == "/a/{x}/{y}":
        assert [unquote(segment) for segment in segments[2:]] == [first, second]


# --- What comes back -------------------------------------------------------------------------------------------------


def test_into_a_model_decodes_as_an_operation_does(send: Send) -> None:
    with Server(Answer(299)) as server:
        response = send(
            "GET", "/api/bulk/dest/{id}", at=server.url, path_params={"id": ID}, into=BulkDestinationEnvelope
        )

    assert response.parsed == BulkDestinationEnvelope.from_dict(DESTINATION)
    assert response.parsed.data.modes[0].id is BulkMode.SNAPSHOT


def test_into_bytes_is_the_body_as_it_is_decompressed(send: Send) -> None:
    body = b"id,name\n1,\xff\n"
    answer = Answer(200, gzip.compress(body), {"Content-Encoding": "gzip", "Content-Type": "text/csv"})
    with Server(answer) as server:
        response = send("GET", "/api/things.csv", at=server.url, into=bytes)

    assert response.parsed == response.content == body
    assert server.requests[0].headers["accept"] == "*/*"


@pytest.mark.parametrize("status", [200, 201, 202, 204, 205, 226, 299])
@pytest.mark.parametrize(("into", "parsed"), [(None, None), (bytes, b""), (BulkDestinationEnvelope, None)])
def test_a_success_without_a_body_is_none(status: int, into: Any, parsed: Any) -> None:
    length = None if status == 204 else "0"
    with Server(Answer(status, b"", {"Content-Length": length})) as server:
        with Polytomic(api_key=KEY, base_url=server.url) as polytomic:
            response = polytomic.request("DELETE", "/api/things", into=into)

    assert (response.parsed, response.content, response.status_code) == (parsed, b"", status)


@pytest.mark.parametrize("body", [None, [], {"a": 1}, "text", 1, 1.5, True])
def test_json_is_as_python_reads_it(send: Send, body: Any) -> None:
    with Server(Answer(200, json.dumps(body).encode())) as server:
        assert send("GET", "/api/things", at=server.url).parsed == body


def test_a_head_has_headers_and_no_body(send: Send, clock: FakeClock) -> None:
    headers = {"Content-Length": "5000", "Content-Encoding": "gzip", "X-Size": "1"}
    with Server(hang_up, Answer(503, b""), Answer(200, b"", headers)) as server:
        response = send("HEAD", "/api/things", at=server.url, clock=clock)

    assert (response.parsed, response.content, response.headers["x-size"]) == (None, b"", "1")
    assert response.attempts == len(server.requests) == 3


@pytest.mark.parametrize(
    ("body", "into", "path", "message"),
    [
        (b"<html>", None, "$", "it is not JSON"),
        (b" ", None, "$", "it is not JSON"),
        (b"\xff", None, "$", "it is not UTF-8"),
        (b"[" * 100_000, None, "$", "nested too deeply"),
        (b"null", BulkDestinationEnvelope, "$", "expected a JSON object"),
        (b"[]", BulkDestinationEnvelope, "$", "expected a JSON object"),
        (b'{"data": {"modes": [{"id": "snapshot"}, 5]}}', BulkDestinationEnvelope, "$.data.modes[1]", "JSON object"),
    ],
)
def test_a_body_that_does_not_fit_is_a_decode_error(
    send: Send, body: bytes, into: Any, path: str, message: str
) -> None:
    with Server(Answer(200, body, {"X-Request-Id": "req-1"})) as server, pytest.raises(DecodeError) as caught:
        send("GET", "/api/things", at=server.url, into=into)

    error = caught.value
    assert (error.path, error.status_code, error.request_id) == (path, 200, "req-1")
    assert (error.operation, error.request) == ("request", f"GET {server.url}/api/things")
    assert message in str(error)
    assert ("into=BulkDestinationEnvelope may be the wrong model for this path." in str(error)) is (into is not None)
    assert len(server.requests) == 1


# --- The policy ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("fault", [hang_up, reset, Answer(503), Answer(429, headers={"Retry-After": "1"})])
def test_a_get_and_a_post_are_retried_and_the_post_has_one_key(
    send: Send, method: str, fault: Step, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "polytomic_client")
    with Server(fault, fault, Answer(200, {"a": 1})) as server:
        response = send(method, "/api/things", at=server.url, clock=clock)

    assert (response.parsed, response.attempts) == ({"a": 1}, 3)
    assert len({request.headers.get("idempotency-key") for request in server.requests}) == 1
    assert len(clock.slept) == 2
    assert f"request: {method} {server.url}/api/things" in caplog.text


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_what_changes_something_without_a_key_is_not_sent_twice(send: Send, method: str, clock: FakeClock) -> None:
    with Server(hang_up) as server, pytest.raises(OutcomeUnknownError) as caught:
        send(method, "/api/things", at=server.url, clock=clock)
    assert (caught.value.attempts, len(server.requests), caught.value.outcome_unknown) == (1, 1, True)

    with Server(Answer(503)) as server, pytest.raises(ServerError):
        send(method, "/api/things", at=server.url, clock=clock)
    assert len(server.requests) == 1

    with Server(Answer(429, headers={"Retry-After": "1"}), Answer(200, b"")) as server:
        assert send(method, "/api/things", at=server.url, clock=clock).attempts == 2


def test_a_409_after_an_attempt_that_may_still_run_is_waited_for(send: Send, clock: FakeClock) -> None:
    with Server(hang_up, Answer(409), Answer(200, {"a": 1})) as server:
        assert send("POST", "/api/things", at=server.url, clock=clock).parsed == {"a": 1}
    assert len(server.requests) == 3

    with Server(Answer(409)) as server, pytest.raises(ConflictError):
        send("POST", "/api/things", at=server.url, clock=clock)
    assert len(server.requests) == 1


def test_an_error_says_which_request_failed(send: Send) -> None:
    body: dict[str, Any] = {"key": "no_role", "message": "there is no such role", "metadata": {}, "status": 404}
    with Server(Answer(404, body)) as server, pytest.raises(NotFoundError) as caught:
        send("POST", "/api/roles/{id}", at=server.url, path_params={"id": 5}, idempotency_key="nightly-1")

    error = caught.value
    url = f"{server.url}/api/roles/5"
    assert (error.operation, error.method, error.url, error.request) == ("request", "POST", url, f"POST {url}")
    assert (error.code, error.key, error.message) == ("no_role", "no_role", "there is no such role")
    assert error.idempotency_key == "nightly-1"
    assert str(error).startswith(f"request: POST {url}: 404 there is no such role")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(401), AuthenticationError),
        (Answer(302, b"", {"Location": "https://evil.example.com/"}), RedirectError),
        (Raw([b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"]), OutcomeUnknownError),
    ],
)
def test_another_failure_is_the_error_of_any_call(send: Send, answer: Step, kind: type[Exception]) -> None:
    with Server(answer) as server, pytest.raises(kind):
        send("GET", "/api/things", at=server.url, max_attempts=1)
    assert len(server.requests) == 1


def test_a_deadline_holds(send: Send) -> None:
    with Server(stall) as server, pytest.raises(DeadlineExceededError) as caught:
        send("POST", "/api/things", at=server.url, deadline=0.05, timeout=Timeout(connect=5, read=5, write=5))

    assert (caught.value.operation, caught.value.outcome_unknown) == ("request", True)


def test_an_announced_end_is_a_warning(send: Send) -> None:
    with Server(Answer(headers={"Sunset": "Sat, 01 Jan 2028 00:00:00 GMT"})) as server:
        with pytest.warns(PolytomicDeprecationWarning, match="request: the API announces: Sunset"):
            send("GET", "/api/things", at=server.url)


@pytest.mark.parametrize(("method", "calls"), [("GET", 2), ("HEAD", 2), ("DELETE", 1)])
def test_a_fan_out_makes_a_raw_request_again_if_that_changes_nothing(method: str, calls: int) -> None:
    async def in_a_loop(url: str) -> list[Any]:
        async with AsyncPolytomic(api_key=KEY, base_url=url, max_attempts=1) as polytomic:

            async def fetch(item: int) -> APIResponse[Any]:
                return await polytomic.request(method, "/api/things/{id}", path_params={"id": item})

            return [*await fetch_all(fetch, [1], retry_failed=True)]

    def in_threads(url: str) -> list[Any]:
        with Polytomic(api_key=KEY, base_url=url, max_attempts=1) as polytomic:

            def fetch(item: int) -> APIResponse[Any]:
                return polytomic.request(method, "/api/things/{id}", path_params={"id": item})

            return [*fetch_all_blocking(fetch, [1], retry_failed=True)]

    for threads in (False, True):
        with Server(Answer(503, b""), Answer(200, b"")) as server:
            (outcome,) = in_threads(server.url) if threads else asyncio.run(in_a_loop(server.url))
        assert (outcome.ok, len(server.requests)) == (calls == 2, calls)


# --- What is refused -------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def nothing_sent() -> Generator[Callable[..., str]]:
    """Make a request that both clients must refuse with the same error, and return its message."""
    with Server() as server:

        def refused(kind: type[Exception], *arguments: Any, **options: Any) -> str:
            messages: set[str] = set()
            settings = {"api_key": KEY, "base_url": server.url}
            for call in (_sync, _async):
                with pytest.raises(kind) as caught:
                    call(settings, arguments, options)
                messages.add(str(caught.value))
            (message,) = messages
            return message

        yield refused
    assert server.connections == 0


@pytest.mark.parametrize("method", ["get", "Get", "OPTIONS", "CONNECT", "GET ", "GET /x", "", None, 5, ["GET"]])
def test_another_method_is_refused(method: Any) -> None:
    with nothing_sent() as refused:
        message = refused(ValueError, method, "/api/things")
    assert "method must be one of GET, HEAD, POST, PUT, PATCH, DELETE, got" in message


BEGIN, CHARACTERS, SEGMENTS = "must begin with '/'", "must not contain '?', '#'", "the segments '.' or '..'"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("", BEGIN),
        ("api/things", BEGIN),
        ("https://evil.example.com/api", BEGIN),
        ("//evil.example.com/api", BEGIN),
        ("/api//things", BEGIN),
        ("/api/things//", BEGIN),
        ("\\\\evil.example.com", BEGIN),
        ("/\\evil.example.com", CHARACTERS),
        ("/api\\..\\things", CHARACTERS),
        ("/api/things?a=1", CHARACTERS),
        ("/api/things?", CHARACTERS),
        ("/api/things#a", CHARACTERS),
        ("/api/things\r\nX-Evil: 1", CHARACTERS),
        ("/api/a b", CHARACTERS),
        ("/api/\0", CHARACTERS),
        ("/api/\x7f", CHARACTERS),
        ("/api/ü", CHARACTERS),
        ("/api/\u2028", CHARACTERS),
        ("/.", SEGMENTS),
        ("/..", SEGMENTS),
        ("/api/../things", SEGMENTS),
        ("/api/./things", SEGMENTS),
        ("/api/..", SEGMENTS),
        ("/api/%2e%2e/things", SEGMENTS),
        ("/api/%2E%2e", SEGMENTS),
        ("/api/.%2E/things", SEGMENTS),
        ("/api/%2e", SEGMENTS),
        ("/api/{id", "braces around names only"),
        ("/api/id}", "braces around names only"),
        ("/api/{}", "braces around names only"),
        ("/api/{{id}}", "braces around names only"),
    ],
)
def test_a_path_that_is_not_plain_is_refused(path: str, message: str) -> None:
    with nothing_sent() as refused:
        assert message in refused(ValueError, "GET", path)


@pytest.mark.parametrize("path", ["/", "/api/things/", "/api/...", "/api/.well-known", "/a%20b", "/a..b", "/a:b@c"])
def test_a_plain_path_is_sent_as_it_is(send: Send, path: str) -> None:
    with Server() as server:
        send("GET", path, at=server.url)
    assert server.requests[0].target == path


@pytest.mark.parametrize(
    ("path", "values", "kind", "message"),
    [
        ("/api/{id}", None, ValueError, "must have the placeholder 'id' of path"),
        ("/api/{id}", {}, ValueError, "must have the placeholder 'id' of path"),
        ("/api/{a}/{b}", {"a": 1}, ValueError, "must have the placeholder 'b' of path"),
        ("/api/{a}", {"a": 1, "b": 2}, ValueError, "placeholders of path only, got 'b'"),
        ("/api", {"a": 1}, ValueError, "placeholders of path only, got 'a'"),
        ("/api/{a}", {"a": 1, 5: 2}, ValueError, "placeholders of path only, got 5"),
        ("/api/{a}", {"a": ""}, ValueError, "a must not be ''"),
        ("/api/{a}", {"a": "."}, ValueError, "a must not be '.'"),
        ("/api/{a}", {"a": ".."}, ValueError, "a must not be '..'"),
        ("/api/{a}", {"a": None}, ValueError, "a must be a string or a number, got None"),
        ("/api/{a}", {"a": True}, ValueError, "a must be a string or a number, got True"),
        ("/api/{a}", {"a": UNSET}, ValueError, "a must be a string or a number, got Unset"),
        ("/api/{a}", {"a": ["x"]}, ValueError, "a must be a string or a number, got list"),
        ("/api/.{a}", {"a": ".x/"}, None, ""),
        ("/api/%2{a}", {"a": "e"}, ValueError, SEGMENTS),
        ("/api/.%{a}", {"a": "2E"}, ValueError, SEGMENTS),
        ("/api/{a}", [("a", 1)], TypeError, "path_params must be a mapping of names to values, got list"),
        (b"/api", None, TypeError, "path must be a str, got b'/api'"),
        (None, None, TypeError, "path must be a str, got None"),
    ],
)
def test_values_must_fill_a_path(path: Any, values: Any, kind: type[Exception] | None, message: str) -> None:
    if kind is None:
        assert raw.request("GET", path, version="2023-04-25", path_params=values)[1]["url"] == "/api/..x%2F"
        return
    with nothing_sent() as refused:
        assert message in refused(kind, "GET", path, path_params=values)


class Hidden:
    """Shows a password wherever it is printed."""

    def __repr__(self) -> str:
        return "password"


itself: list[Any] = []
itself.append(itself)


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"params": [("a", 1)]}, TypeError, "params must be a mapping of names to values, got list"),
        ({"params": {5: 1}}, TypeError, "params must have names that are str, got 5"),
        ({"params": {"a": {"b": 1}}}, ValueError, "a must be a string or a number, got dict"),
        ({"params": {"a": [None]}}, ValueError, "a must be a string or a number, got None"),
        ({"params": {"a": Hidden()}}, ValueError, "a must be a string or a number, got Hidden"),
        ({"params": {"a": dt.datetime(2023, 4, 25)}}, ValueError, "has no time zone"),  # noqa: DTZ001
        ({"json": {"a": [1, {2}]}}, TypeError, "json must be a JSON value or a model at $.a[1], got set"),
        ({"json": {"a": Hidden()}}, TypeError, "json must be a JSON value or a model at $.a, got Hidden"),
        ({"json": ID}, TypeError, f"json must be a JSON value or a model at $, got UUID('{ID}')"),
        ({"json": b"{}"}, TypeError, "json must be a JSON value or a model at $, got b'{}'"),
        ({"json": [float("nan")]}, TypeError, "json must be a JSON value or a model at $[0], got nan"),
        ({"json": [float("inf")]}, TypeError, "json must be a JSON value or a model at $[0], got inf"),
        ({"json": {"a": UNSET}}, TypeError, "json must be a JSON value or a model at $.a, got Unset"),
        ({"json": BulkSchedule}, TypeError, "json must be a JSON value or a model at $, got BulkSchedule (type)"),
        ({"json": {"a": {5: 1}}}, TypeError, "json must have names that are str at $.a, got 5"),
        (
            {"json": ActivateBulkSync(active=True, additional_properties={"a": Hidden()})},
            TypeError,
            "json must be a JSON value or a model at $.a, got Hidden",
        ),
        ({"json": itself}, TypeError, "json is nested too deeply, or contains itself"),
        ({"headers": {"Authorization": "x"}}, ConfigurationError, "only the client may set header 'Authorization'"),
        ({"headers": {"accept": "x"}}, ConfigurationError, "only the client may set header 'accept'"),
        ({"headers": {"X-Trace": "a\r\nb: c"}}, ConfigurationError, "line breaks"),
        ({"headers": [("X-Trace", "a")]}, ConfigurationError, "headers must be a mapping"),
        ({"idempotency_key": "nightly-1"}, ValueError, "idempotency_key must be left out of a PUT"),
        ({"into": dict}, TypeError, "into must be a model, bytes or None, got dict (type)"),
        ({"into": "bytes"}, TypeError, "into must be a model, bytes or None, got 'bytes'"),
        ({"into": list[BulkSchedule]}, TypeError, "into must be a model, bytes or None, got GenericAlias"),
        ({"jsn": {}}, TypeError, "request() got an unexpected keyword argument 'jsn'"),
    ],
)
def test_an_argument_that_cannot_work_is_refused(options: dict[str, Any], kind: type[Exception], message: str) -> None:
    with nothing_sent() as refused:
        text = refused(kind, "PUT", "/api/things", **options)
    assert message in text
    assert "password" not in text


@pytest.mark.parametrize("key", ["short", "with space", "ü" * 8, "a" * 256, 12345678])
def test_a_malformed_idempotency_key_is_refused(key: Any) -> None:
    with nothing_sent() as refused:
        message = refused(ValueError, "POST", "/api/things", idempotency_key=key)
    assert "idempotency_key must be 8 to 255 letters" in message


def test_an_asyncio_request_is_a_coroutine_function() -> None:
    assert inspect.iscoroutinefunction(AsyncPolytomic.request)
    assert not inspect.iscoroutinefunction(Polytomic.request)
