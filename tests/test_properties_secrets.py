"""Whatever the key is, and however a call ends, the key is nowhere but in its Secret and on the wire."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import pickle
import traceback
from base64 import b64encode
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, cast
from urllib.parse import quote
from uuid import UUID

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polytomic_client import (
    APIStatusError,
    AsyncPolytomic,
    ConfigurationError,
    DeadlineExceededError,
    DecodeError,
    Polytomic,
    PolytomicError,
    RequestError,
    ResponseTooLargeError,
    TransportError,
    VersionMismatchError,
)
from polytomic_client._call.credentials import FetchedKey
from polytomic_client._core.secret import Secret
from polytomic_client._http.messages import Request
from polytomic_client.v2023_04_25.models import ActivateBulkSync

from .conftest import FakeClock
from .test_decoding import DOCUMENTED

# Derandomized, so that a change of the code and not chance decides whether these pass.
many = settings(deadline=None, derandomize=True, database=None, max_examples=25)

ID = UUID(int=7)
BASE_URL = "https://polytomic.example/prefix"

MARK = "k3Y~"
"""A part of every secret here, so that no message contains one by chance. Short strings occur by chance, and hypothesis
uses strings from the code itself."""


def secrets(characters: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    part = st.text(characters, min_size=4, max_size=20)
    return st.tuples(part, part).map(MARK.join)


KEYS = secrets(st.characters(min_codepoint=0x21, max_codepoint=0x7E))
"""All that the client accepts as a key."""
PASSWORDS = secrets(st.characters(exclude_categories=("Cc", "Cs")))
"""All that Basic carries as a password."""

Credential = tuple[dict[str, Any], str]
"""The settings of a client, and the secret among them."""


def fetched(key: str) -> dict[str, Any]:
    keys = iter([key])
    return {"api_key": lambda: next(keys, key)}


CREDENTIALS: st.SearchStrategy[Credential] = st.one_of(
    KEYS.map(lambda key: ({"api_key": key}, key)),
    KEYS.map(lambda key: (fetched(key), key)),
    KEYS.filter(lambda key: ":" not in key).map(lambda key: ({"deployment_key": key}, key)),
    PASSWORDS.map(lambda password: ({"basic_auth": ("user", password)}, password)),
)


def spellings(secret: str) -> set[str]:
    """The secret in each encoding that a string can contain."""
    encoded = {
        b64encode(whole.encode("utf-8", "surrogatepass")).decode().rstrip("=")
        for whole in (secret, f"{secret}:", f"user:{secret}")
    }
    return {
        secret,
        repr(secret)[1:-1],
        json.dumps(secret)[1:-1],
        *(quote(secret, safe=safe, errors="surrogatepass") for safe in ("", "/")),
        ascii(secret)[1:-1],
        *encoded,
    }


class Search:
    """Looks for a secret in texts and objects."""

    def __init__(self, secret: str) -> None:
        self._spellings = spellings(secret)
        self._seen: dict[int, object] = {}

    def text(self, text: str, where: str) -> None:
        found = [spelling for spelling in self._spellings if spelling in text]
        assert not found, f"the secret is in {where}: {text}"

    def everything(self, value: object, where: str) -> None:
        """Inspect an object as a debugger does: strings, attributes, items, and those of these."""
        if isinstance(value, Secret) or id(value) in self._seen:
            return  # A Secret is where the secret is.
        self._seen[id(value)] = value
        self.text(repr(value), f"the repr of {where}")
        self.text(str(value), f"the str of {where}")
        if isinstance(value, bytes):
            self.text(value.decode("latin-1"), where)
        if isinstance(value, (str, bytes, int, float, type, logging.Logger)) or callable(value):
            return
        if isinstance(value, FetchedKey):
            # Its function is the user's, whose key it is.
            self.everything(value._current, f"{where}._current")
            return
        for name, part in _parts(value):
            self.everything(part, f"{where}{name}")

    def error(self, error: BaseException) -> None:
        """Look into an error, its causes, what is printed of them, and what the package's frames hold."""
        chain: list[BaseException] = [error]
        for each in chain:
            chain += [next_ for next_ in (each.__cause__, each.__context__) if next_ and next_ not in chain]
        for each in chain:
            self.everything(each, type(each).__name__)
            self.text("".join(traceback.format_exception(each)), "the traceback")
            for frame in _frames(each.__traceback__):
                where = f"{frame.f_code.co_filename}:{frame.f_lineno}"
                for name, value in frame.f_locals.items():
                    # As error trackers show them.
                    self.text(repr(value), f"{name} of {where}")
            if isinstance(each, PolytomicError):
                self.text(pickle.dumps(each).decode("latin-1"), "the pickle")


def _parts(value: Any) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        for key, item in cast("Mapping[object, object]", value).items():
            yield f"[{key!r}]", item
    elif isinstance(value, (list, tuple, set, frozenset)):
        for number, item in enumerate(cast("list[object]", value)):
            yield f"[{number}]", item
    owner = cast("object", value)
    names = [name for kind in type(owner).__mro__ for name in getattr(kind, "__slots__", ())]
    for name in [*names, *getattr(owner, "__dict__", ())]:
        if not name.startswith("__") and hasattr(owner, name):
            yield f".{name}", getattr(owner, name)
    if isinstance(owner, BaseException):
        yield ".args", owner.args


def _frames(trace: TracebackType | None) -> Iterator[FrameType]:
    while trace is not None:
        if "polytomic_client" in trace.tb_frame.f_code.co_filename:
            yield trace.tb_frame
        trace = trace.tb_next


@contextmanager
def everything_logged() -> Generator[list[logging.LogRecord]]:
    """All that any logger is given, at DEBUG."""
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    setattr(handler, "emit", records.append)  # noqa: B010  (a method that mypy lets nobody replace)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield records
    finally:
        root.setLevel(level)
        root.removeHandler(handler)


# --- How a call ends -------------------------------------------------------------------------------------------------

JSON_TYPE = {"Content-Type": "application/json", "X-Request-Id": "req-1", "Set-Cookie": "session=private"}

Handler = Callable[[httpx.Request], httpx.Response]


def raises(error: type[Exception]) -> Handler:
    def handler(request: httpx.Request) -> httpx.Response:
        raise error("it broke")

    return handler


def answers(status: int, body: bytes = b"", **headers: str) -> Handler:
    written = JSON_TYPE | {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request: httpx.Response(status, headers=written, stream=httpx.ByteStream(body))


ENDS: dict[str, tuple[Handler, type[BaseException] | None]] = {
    "a success": (answers(200, DOCUMENTED), None),
    "a success with announcements": (answers(200, DOCUMENTED, Content_Encoding="identity", Warning_="299"), None),
    "a body of another shape": (answers(200, b'{"data": 5}'), DecodeError),
    "no JSON": (answers(200, b"<html>"), DecodeError),
    "half a gzip": (answers(200, gzip.compress(DOCUMENTED)[:50], Content_Encoding="gzip"), DecodeError),
    "too much": (answers(200, b" " * 10_000), ResponseTooLargeError),
    "another version": (answers(200, DOCUMENTED, X_Polytomic_Version="2022-12-12"), VersionMismatchError),
    "a refused key": (answers(401, b'{"code": 401, "error": "invalid or unknown API key"}'), APIStatusError),
    "a redirect": (answers(302, Location="https://evil.example/login?next=/api"), APIStatusError),
    "another error": (answers(418, b"short and stout"), APIStatusError),
    "an error of the server": (answers(500, b'{"message": "it broke"}'), APIStatusError),
    "an outage": (answers(503), APIStatusError),
    "an outage that is long": (answers(503, Retry_After="3600"), APIStatusError),
    "an outage beyond the deadline": (answers(429, Retry_After="50"), RequestError),
    "no connection": (raises(httpx.ConnectError), TransportError),
    "no connection in time": (raises(httpx.ConnectTimeout), TransportError),
    "silence": (raises(httpx.ReadTimeout), TransportError),
    "a connection that breaks": (raises(httpx.RemoteProtocolError), TransportError),
    "an error of the transport's own": (raises(ZeroDivisionError), ZeroDivisionError),
}


def client_settings(credential: dict[str, Any], handler: Handler) -> dict[str, Any]:
    return {
        **credential,
        "base_url": BASE_URL,
        "transport": httpx.MockTransport(handler),
        "clock": FakeClock(),
        "deadline": 40,
        "max_response_bytes": 9_000,
    }


def call_blocking(polytomic: Polytomic) -> BaseException | None:
    try:
        polytomic.get_bulk_destination(ID)
    except Exception as error:  # noqa: BLE001  (whatever it is)
        return error
    return None


async def call_async(polytomic: AsyncPolytomic) -> BaseException | None:
    try:
        await polytomic.get_bulk_destination(ID)
    except Exception as error:  # noqa: BLE001  (whatever it is)
        return error
    return None


@pytest.mark.parametrize("end", ENDS)
@given(credential=CREDENTIALS, blocking=st.booleans())
@many
def test_a_key_is_not_to_be_found_however_a_call_ends(end: str, credential: Credential, *, blocking: bool) -> None:
    given_, secret = credential
    handler, expected = ENDS[end]
    polytomic: Polytomic | AsyncPolytomic
    with everything_logged() as records:
        if blocking:
            polytomic = Polytomic(**client_settings(given_, handler))
            error = call_blocking(polytomic)
        else:
            polytomic = AsyncPolytomic(**client_settings(given_, handler))
            error = asyncio.run(call_async(polytomic))

    assert isinstance(error, expected) if expected else error is None
    search = Search(secret)
    search.everything(polytomic, "the client")
    search.everything(polytomic.with_options(max_attempts=1, headers={"X-Trace": "1"}), "a copy of the client")
    search.everything(
        AsyncPolytomic(api_key="k").with_options(**given_)
        if not blocking
        else Polytomic(api_key="k").with_options(**given_),
        "a copy with the key",
    )
    search.everything(polytomic._config, "the settings")
    search.everything(polytomic._config.credential, "the credential")
    if error is not None:
        search.error(error)
    formatter = logging.Formatter()
    for record in records:
        search.text(formatter.format(record), f"what {record.name} logs")
        search.everything(vars(record), f"a record of {record.name}")
    assert any(record.name == "polytomic_client" for record in records) or not isinstance(error, APIStatusError)


@given(credential=CREDENTIALS)
@many
def test_a_request_shows_its_key_to_the_transport_only(credential: Credential) -> None:
    given_, secret = credential
    kept: list[Request] = []

    class Transport:
        def send(self, request: Request, timeout: object, remaining: float, *, fresh: bool = False) -> None:
            kept.append(request)
            raise DeadlineExceededError("enough")

        def close(self) -> None:
            pass

    polytomic = Polytomic(**given_, base_url=BASE_URL, clock=FakeClock())
    polytomic._shared.transport = cast("Any", Transport())
    with pytest.raises(DeadlineExceededError):
        polytomic.activate_bulk_sync(ID, body=ActivateBulkSync(active=True))

    [request] = kept
    assert any(spelling in dict(request.wire_headers())["Authorization"] for spelling in spellings(secret))
    Search(secret).everything(request, "the request")


@given(password=KEYS)
@many
def test_the_password_of_a_proxy_is_not_to_be_found(password: str) -> None:
    for proxy in (f"http://user:{quote(password, safe='')}@proxy.example:3128", f"http://{quote(password, safe='')}@p"):
        polytomic = AsyncPolytomic(api_key="k", proxy=proxy)
        search = Search(password)
        search.everything(polytomic, "the client")
        search.everything(polytomic._config, "the settings")


# --- Settings that are refused ---------------------------------------------------------------------------------------

STRAY = st.sampled_from(["\n", " ", "\x00", "é", "\ud800", "\u200b"])


@given(key=KEYS, stray=STRAY, place=st.integers(0, 40))
@many
def test_a_key_that_is_refused_is_not_in_the_error(key: str, stray: str, place: int) -> None:
    broken = key[:place] + stray + key[place:]
    for given_ in (
        {"api_key": broken},
        {"deployment_key": broken},
        {"deployment_key": f"{key}:"},
        {"basic_auth": (f"{key}:", key)},
        {"basic_auth": ("user", f"{key}\n")},
        {"basic_auth": key},
        {"api_key": key, "deployment_key": key},
        {"api_key": key.encode()},
        {"api_key": key, "base_url": "http://polytomic.example"},
        {"api_key": key, "timeout": -1},
        {"api_key": key, "transport": "httpx"},
    ):
        settings_ = cast("dict[str, Any]", given_)
        makers: list[Callable[..., Polytomic]] = [Polytomic]
        if not settings_.keys() & {"base_url", "transport"}:
            makers.append(Polytomic(api_key="k").with_options)
        for make in makers:
            with pytest.raises(ConfigurationError) as refused:
                make(**settings_)
            for secret in (key, broken):
                search = Search(secret)
                search.everything(refused.value, "the error")
                search.text("".join(traceback.format_exception(refused.value)), "the traceback")


BROKEN_PROXIES = (
    "{}",
    "user:{}@proxy",
    "https://u:{}@proxy",
    "http://u:{}@",
    "http://u:{}@p:x",
    "http://[{}",
    "socks5://{}@p",
)


@given(password=KEYS)
@many
def test_a_proxy_that_is_refused_is_not_in_the_error(password: str) -> None:
    for form in BROKEN_PROXIES:
        with pytest.raises(ConfigurationError) as refused:
            Polytomic(api_key="k", proxy=form.format(password))
        search = Search(password)
        search.everything(refused.value, "the error")
        search.text("".join(traceback.format_exception(refused.value)), "the traceback")
