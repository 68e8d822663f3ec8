"""A key goes over the wire and nowhere else: it is looked for in everything that a program can show of a call."""

from __future__ import annotations

import asyncio
import copy
import gzip
import logging
import pickle
import socket
import traceback
import warnings
from base64 import b64encode
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

import polytomic_client
from polytomic_client import (
    APIResponse,
    AsyncPolytomic,
    ClientClosedError,
    ConfigurationError,
    Polytomic,
    PolytomicError,
    Timeout,
)
from polytomic_client._call.settings import Config
from polytomic_client._call.steps import Authorize, Send
from polytomic_client._core.secret import Secret
from polytomic_client._http.messages import Request

from .conftest import ID, WAYS, Ask, FakeClock, pairs
from .server import Answer, Raw, Server, Step, hang_up, reset, reset_in_the_body, stall

CANARY = "canary-4c1f9a7e"
USER = "canary-user-77"
FORMS = [
    CANARY,
    # Basic credentials, without the end that depends on what is behind: a part of one is too much.
    b64encode(f"{USER}:{CANARY}".encode()).decode().rstrip("=")[:-2],
    b64encode(f"{CANARY}:".encode()).decode().rstrip("=")[:-2],
]
PACKAGE = Path(polytomic_client.__file__).parent

CREDENTIALS: dict[str, Callable[[], dict[str, Any]]] = {
    "api_key": lambda: {"api_key": CANARY},
    "callable": lambda: {"api_key": lambda: CANARY},
    "deployment_key": lambda: {"deployment_key": CANARY},
    "basic_auth": lambda: {"basic_auth": (USER, CANARY)},
}


def leaks(text: str) -> bool:
    return any(form in text for form in FORMS)


def shown(value: object) -> Iterator[str]:
    """What can be had of an object without asking for its secret."""
    yield from (repr(value), str(value), f"{value}", f"{value!r:>10}", repr(copy.copy(value)))
    yield repr(getattr(value, "__dict__", ""))
    if not isinstance(value, Secret):
        yield repr([getattr(value, name, "") for name in getattr(type(value), "__slots__", ())])
    with suppress(TypeError, AttributeError, pickle.PicklingError):  # refused
        yield pickle.dumps(value).decode("latin-1")


def chained(error: BaseException | None, seen: set[int]) -> Iterator[BaseException]:
    """An error, its causes, and its contexts even where a `from None` hides them."""
    if error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        yield from chained(error.__cause__, seen)
        yield from chained(error.__context__, seen)


def places(error: BaseException) -> Iterator[tuple[str, str]]:
    """Each frame that an error holds, but for the test's own, and what a report with locals shows of it."""
    for one in chained(error, set()):
        for frame in traceback.TracebackException.from_exception(one, capture_locals=True).stack:
            if not Path(frame.filename).is_relative_to(Path(__file__).parent):
                yield frame.filename, f"{frame.name}: {frame.locals}"


def check_error(error: BaseException) -> None:
    for one in chained(error, set()):
        assert not any(leaks(text) for text in shown(one)), one
        if isinstance(one, PolytomicError):
            assert not any(leaks(text) for text in shown(copy.deepcopy(one)))
        assert not leaks("".join(traceback.format_exception_only(one)))
    assert [f"{file}:{text}" for file, text in places(error) if leaks(text)] == []


@dataclass
class Seen:
    """What was logged, warned of and printed."""

    records: list[logging.LogRecord] = field(default_factory=list[logging.LogRecord])
    texts: list[str] = field(default_factory=list[str])


class _Keeper(logging.Handler):
    def __init__(self, seen: Seen) -> None:
        super().__init__(logging.NOTSET)
        self._seen = seen

    def emit(self, record: logging.LogRecord) -> None:
        self._seen.records.append(record)
        self._seen.texts += [record.getMessage(), self.format(record), repr(record.args), repr(record.__dict__)]


@contextmanager
def watched(capfd: pytest.CaptureFixture[str]) -> Generator[Seen]:
    """Everything that is logged by anybody at any level, warned of or printed, which in the end has no secret."""
    seen, root = Seen(), logging.getLogger()
    keeper, level = _Keeper(seen), root.level
    root.addHandler(keeper)
    root.setLevel(logging.NOTSET + 1)
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            yield seen
    finally:
        root.removeHandler(keeper)
        root.setLevel(level)
    seen.texts += [str(one) for one in warned]
    seen.texts += capfd.readouterr()
    assert [text for text in seen.texts if leaks(text)] == []


def refusing() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


OUTCOMES: dict[str, list[Step]] = {
    "success": [Answer()],
    "announced": [Answer(headers={"Deprecation": "true", "Warning": '299 - "soon"'})],
    "401": [Answer(401, {"message": "who?"})],
    "500": [Answer(500, b"<html>")],
    "429 and then a success": [Answer(429, b""), Answer()],
    "503 for ever": [Answer(503, {"message": "down"})],
    "302": [Answer(302, b"", {"Location": "https://evil.example/"})],
    "hung up": [hang_up],
    "reset": [reset],
    "reset in the body": [reset_in_the_body],
    "stalled": [stall],
    "garbage": [Raw([b"garbage\r\n\r\n"])],
    "another version": [Answer(headers={"X-Polytomic-Version": "2025-09-18"})],
    "not decoded": [Answer(body={"data": {"modes": [{"id": "snapshot"}, 5]}})],
    "no JSON": [Answer(body=b"{")],
    "no gzip": [Answer(body=b"x", headers={"Content-Encoding": "gzip"})],
    "too large": [Answer(body=gzip.compress(b"x" * 6_000), headers={"Content-Encoding": "gzip"})],
    "refused": [],
}


@pytest.mark.parametrize(("outcome", "ask", "credential"), pairs(OUTCOMES, WAYS, list(CREDENTIALS)), indirect=["ask"])
def test_a_key_is_nowhere_whatever_becomes_of_the_call(
    ask: Ask, credential: str, outcome: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONASYNCIODEBUG", "1")
    settings: dict[str, Any] = {
        **CREDENTIALS[credential](),
        "clock": FakeClock(),
        "timeout": Timeout(read=0.05),
        "max_response_bytes": 5_000,
        "max_attempts": 2,
    }
    with watched(capfd) as seen, Server(*OUTCOMES[outcome]) as server:
        try:
            answer = ask(base_url=server.url if OUTCOMES[outcome] else refusing(), **settings)
        except PolytomicError as error:
            check_error(error)
            # Whose frames and errors are in the chain: nobody's who had the request's headers in hand.
            kinds = {type(one).__module__.partition(".")[0] for one in chained(error, set())}
            assert kinds <= {"polytomic_client", "builtins", "json", "msgspec"}
            files = {part for file, _ in places(error) for part in Path(file).parts}
            assert not files & {"httpcore", "h11", "anyio", "httptools", "_transports"}
        else:
            assert not any(leaks(text) for text in shown(answer))
    assert "polytomic_client" in {record.name for record in seen.records} or outcome == "refused"
    # The canary did fly: else there would be nothing to find.
    assert all(leaks(request.headers["authorization"]) for request in server.requests)


@pytest.mark.parametrize("credential", CREDENTIALS)
@pytest.mark.parametrize("kind", [AsyncPolytomic, Polytomic])
def test_a_client_and_what_it_is_made_of_show_no_key(kind: type[Any], credential: str) -> None:
    with Server() as server:
        client = kind(base_url=server.url, **CREDENTIALS[credential]())
        response: APIResponse[Any]
        if kind is AsyncPolytomic:

            async def call() -> APIResponse[Any]:
                async with client:
                    answer = await client.with_response.get_bulk_destination(ID)
                    _check_parts(client)
                    return cast("APIResponse[Any]", answer)

            response = asyncio.run(call())
        else:
            with client:
                response = client.with_response.get_bulk_destination(ID)
                _check_parts(client)
    assert not any(leaks(text) for value in (response, response.headers, response.parsed) for text in shown(value))
    assert copy.deepcopy(response) == response
    assert leaks(server.requests[0].headers["authorization"])


def _check_parts(client: Any) -> None:
    config, shared, state = client._config, client._shared, client._state
    secret = config.credential if state.key is None else state.key.current
    request = Request("GET", "https://polytomic.example.com/", {"A": "b"}, None, secret)
    parts = [client, client.with_options(deadline=1), client.with_response, client.generated, config, shared, state]
    parts += [config.credential, state.key, shared.transport, secret, request]
    parts += [Send(request, 1.0), Authorize(secret, 1.0), client.generated.__dict__]
    assert [part for part in parts for text in shown(part) if leaks(text)] == []
    for copied in (config.credential, secret, request):
        assert not any(leaks(text) for text in shown(copy.deepcopy(copied)))
    for refused in (client, config, secret, request):
        with pytest.raises(TypeError, match="pickle"):
            pickle.dumps(refused)
    assert leaks(secret.reveal())


@pytest.mark.parametrize("credential", CREDENTIALS)
@pytest.mark.parametrize("kind", [AsyncPolytomic, Polytomic])
async def test_a_copy_with_a_key_of_its_own_shows_none(kind: type[Any], credential: str) -> None:
    with Server() as server:
        client = kind(api_key="plain", base_url=server.url)
        copied = client.with_options(**CREDENTIALS[credential]())
        if kind is AsyncPolytomic:
            await copied.get_bulk_destination(ID)
            _check_parts(copied)
            await client.aclose()
        else:
            copied.get_bulk_destination(ID)
            _check_parts(copied)
            client.close()
        assert not any(leaks(text) for part in (client, client._shared) for text in shown(part))
    assert leaks(server.requests[0].headers["authorization"])


@pytest.mark.parametrize("way", ["async", "sync"])
def test_a_callable_that_shows_its_secret_is_shown_nowhere(way: str) -> None:
    with Server(Answer(503, b"")) as server, pytest.raises(PolytomicError) as caught:
        WAYS[way](api_key=partial(str, CANARY), base_url=server.url, max_attempts=1)
    frames = [frame for error in chained(caught.value, set()) for frame, _ in traceback.walk_tb(error.__traceback__)]
    ours = [frame for frame in frames if frame.f_code.co_filename.startswith(str(PACKAGE))]
    local = [value for frame in ours for value in frame.f_locals.values()]
    assert any(isinstance(value, Config) for value in local)
    assert [value for value in local if leaks(repr(value))] == []


@pytest.mark.parametrize("credential", CREDENTIALS)
@pytest.mark.parametrize("transport", [None, httpx.AsyncHTTPTransport])
async def test_a_key_is_nowhere_in_a_call_that_is_cancelled(
    credential: str, transport: Callable[[], httpx.AsyncBaseTransport] | None, capfd: pytest.CaptureFixture[str]
) -> None:
    asyncio.get_running_loop().set_debug(True)
    with watched(capfd), Server(stall) as server:
        chosen = transport() if transport is not None else None
        async with AsyncPolytomic(base_url=server.url, transport=chosen, **CREDENTIALS[credential]()) as polytomic:
            call = asyncio.create_task(polytomic.get_bulk_destination(ID))
            while not server.requests:
                await asyncio.sleep(0.001)
            assert not leaks(repr(call))
            call.cancel()
            with pytest.raises(asyncio.CancelledError) as caught:
                await call
    # The frames of an httpx transport of the user's are httpx's: it is its cancellation that went through them.
    ours = [text for file, text in places(caught.value) if transport is None or Path(file).is_relative_to(PACKAGE)]
    assert len(ours) > 2
    assert not any(leaks(text) for text in ours)


@pytest.mark.parametrize("credential", CREDENTIALS)
def test_a_key_is_nowhere_in_the_error_of_a_closed_client(credential: str, capfd: pytest.CaptureFixture[str]) -> None:
    with watched(capfd), Server() as server:
        polytomic = Polytomic(base_url=server.url, **CREDENTIALS[credential]())
        polytomic.get_bulk_destination(ID)
        polytomic.close()
        with pytest.raises(ClientClosedError) as caught:
            polytomic.get_bulk_destination(ID)
        check_error(caught.value)

        async def closed() -> None:
            client = AsyncPolytomic(base_url=server.url, **CREDENTIALS[credential]())
            await client.get_bulk_destination(ID)
            await client.aclose()
            await client.get_bulk_destination(ID)

        with pytest.raises(ClientClosedError) as caught:
            asyncio.run(closed())
        check_error(caught.value)


REFUSED: dict[str, dict[str, Any]] = {
    "a line break behind the key": {"api_key": f"{CANARY}\n"},
    "a colon in a deployment key": {"deployment_key": f"{CANARY}:"},
    "a control character in a password": {"basic_auth": (USER, f"{CANARY}\0")},
    "three parts": {"basic_auth": (USER, CANARY, "more")},
    "two credentials": {"api_key": CANARY, "deployment_key": CANARY},
    "another setting": {"api_key": CANARY, "timeout": 0},
    "another setting, basic": {"basic_auth": (USER, CANARY), "version": "latest"},
    "a transport": {"api_key": CANARY, "transport": "pigeon"},
    "a password in the proxy": {"api_key": "k", "proxy": f"https://{USER}:{CANARY}@proxy:1"},
    "a key as the user of the proxy, no scheme": {"api_key": "k", "proxy": f"{CANARY}:@proxy:1"},
    "a password in base_url": {"api_key": "k", "base_url": f"https://{USER}:{CANARY}@host.example"},
    "a password in base_url, no scheme": {"api_key": "k", "base_url": f"{USER}:{CANARY}@host.example"},
    "a password in base_url, no scheme but slashes": {"api_key": "k", "base_url": f"//{USER}:{CANARY}@host.example"},
    "a password for a port": {"api_key": "k", "base_url": f"https://{USER}:{CANARY}/@host.example"},
    "a key in the query of base_url": {"api_key": "k", "base_url": f"https://host.example?key={CANARY}"},
}


@pytest.mark.parametrize("kind", [AsyncPolytomic, Polytomic])
@pytest.mark.parametrize("settings", REFUSED.values(), ids=REFUSED)
def test_a_setting_that_is_refused_shows_no_key(kind: type[Any], settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        kind(**settings)
    assert not any(leaks(text) for one in chained(caught.value, set()) for text in shown(one))


@pytest.mark.parametrize("kind", [AsyncPolytomic, Polytomic])
@pytest.mark.parametrize("settings", REFUSED.values(), ids=REFUSED)
def test_a_setting_that_is_refused_is_in_no_frame(kind: type[Any], settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        kind(**settings)
    assert [f"{file}:{text}" for file, text in places(caught.value) if leaks(text)] == []


REFUSED_OF_A_COPY: dict[str, dict[str, Any]] = {
    **{
        name: settings for name, settings in REFUSED.items() if not settings.keys() & {"transport", "proxy", "base_url"}
    },
    "another setting, a callable that shows its key": {"api_key": partial(str, CANARY), "deadline": -1},
    "headers": {"api_key": CANARY, "headers": {"X-Trace": f"{CANARY}\n"}},
}


@pytest.mark.parametrize("kind", [AsyncPolytomic, Polytomic])
@pytest.mark.parametrize("settings", REFUSED_OF_A_COPY.values(), ids=REFUSED_OF_A_COPY)
def test_an_option_that_is_refused_leaves_no_key(kind: type[Any], settings: dict[str, Any]) -> None:
    client = kind(api_key="plain")
    with pytest.raises(ConfigurationError) as caught:
        client.with_options(**settings)
    assert {Path(file).name for file, _ in places(caught.value)} == {"base.py"}
    check_error(caught.value)


@pytest.mark.parametrize("kind", [AsyncPolytomic, Polytomic])
def test_a_key_of_the_environment_that_is_refused_is_in_no_frame(
    kind: type[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLYTOMIC_API_KEY", f"{CANARY} ")
    with pytest.raises(ConfigurationError) as caught:
        kind()
    check_error(caught.value)


def test_a_key_of_a_callable_that_is_refused_is_in_no_frame(ask: Ask) -> None:
    with pytest.raises(ConfigurationError, match="api_key callable") as caught:
        ask(base_url="http://127.0.0.1:1", api_key=lambda: f"{CANARY}\n")
    check_error(caught.value)


def test_an_idempotency_key_is_no_secret() -> None:
    with Server(hang_up) as server, Polytomic(api_key=CANARY, base_url=server.url, max_attempts=1) as polytomic:
        with pytest.raises(PolytomicError) as caught:
            polytomic.cancel_bulk_sync(ID, idempotency_key="nightly-2026")
    assert getattr(caught.value, "idempotency_key", None) == "nightly-2026"
    check_error(caught.value)
