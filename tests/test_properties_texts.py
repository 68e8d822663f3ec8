"""Whatever a server says and a caller gives: an error, a warning and a log record are one short printable line."""

from __future__ import annotations

import asyncio
import json
import logging
import pickle
import warnings
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from types import ModuleType
from typing import Any, NoReturn, cast

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polytomic_client import (
    APIStatusError,
    AsyncPolytomic,
    AutoLimit,
    DecodeError,
    ExecutionFailedError,
    Polytomic,
    PolytomicError,
    RequestError,
    Timeout,
    VersionMismatchError,
    destinations,
    fan_out,
    fan_out_blocking,
    schedules,
    verify_webhook,
)
from polytomic_client.sandbox import Sandbox, World
from polytomic_client.testing import Answer as Fault
from polytomic_client.testing import FakePolytomic, Reset
from polytomic_client.v2023_04_25 import models
from polytomic_client.v2023_04_25.errors import UnexpectedStatus

from .conftest import ID, KEY, Ask, FakeClock
from .document import DOCUMENT, MODULES, resolve, snake
from .server import Answer, Raw, Server
from .test_decoding import DOCUMENTED
from .test_properties_secrets import everything_logged

# Derandomized, so that a change of the code and not chance decides whether these pass.
many = settings(deadline=None, derandomize=True, database=None, max_examples=40)

LONGEST = 2_000
"""Bytes of an error, a warning or a log record."""


def check_line(text: str) -> None:
    """Check that a string is one printable line, which can be written anywhere."""
    assert text.isprintable()
    assert len(text.splitlines()) <= 1
    assert len(text.encode()) <= LONGEST


def check_error(error: BaseException | None) -> None:
    """An error and what Python prints before it are such lines, also once it was pickled."""
    if isinstance(error, PolytomicError):
        check_line(repr(error))
        twin = pickle.loads(pickle.dumps(error))
        assert (str(twin), repr(twin)) == (str(error), repr(error))
    while error is not None:
        check_line(str(error))
        for note in getattr(error, "__notes__", ()):
            check_line(note)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


# --- What a server says ----------------------------------------------------------------------------------------------

NASTY = (
    "\n",
    "\r\n",
    "\x00",
    "\x1b[2J",
    "\x85",
    "\u2028",
    "\u202e",
    "\u200b",
    "\ud800",
    "\udcff",
    "\ufeff",
    "\x7f",
    "\t",
)
TEXTS = st.one_of(
    st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=5)), max_size=8).map("".join),
    st.builds(
        str.__mul__, st.sampled_from(("x", "'", "\\", '"', "\n", "é", "\U0001f600", "\ud800")), st.integers(0, 5_000)
    ),
    st.text(st.characters(exclude_categories=()), max_size=300),
)
JSON = st.recursive(
    st.one_of(TEXTS, st.integers(), st.booleans(), st.none()),
    lambda part: st.one_of(st.lists(part, max_size=3), st.dictionaries(TEXTS, part, max_size=3)),
    max_leaves=5,
)
ERRORS = st.one_of(
    st.fixed_dictionaries({"key": TEXTS, "message": TEXTS, "metadata": JSON}),
    st.fixed_dictionaries({"code": st.integers(), "context": JSON, "error": TEXTS}),
    st.fixed_dictionaries({"error": st.fixed_dictionaries({"message": TEXTS})}),
    JSON,
)
SUCCESSES = st.one_of(
    st.fixed_dictionaries({"data": JSON}),
    st.fixed_dictionaries({"data": st.fixed_dictionaries({"modes": JSON, "configuration": JSON})}),
    # Of a list of events: the kind of an event, an instant, an id.
    st.fixed_dictionaries(
        {
            "data": st.lists(
                st.fixed_dictionaries({"id": JSON, "created_at": TEXTS, "type": JSON}), min_size=1, max_size=2
            )
        }
    ),
    st.just(json.loads(DOCUMENTED)),
)
CONTENTS = st.one_of(
    st.one_of(ERRORS, SUCCESSES).map(lambda body: json.dumps(body).encode()),
    st.binary(max_size=2_000),
    TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")),
)
VALUES = TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass"))
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "X-Request-Id": VALUES,
        "X-Polytomic-Version": st.one_of(VALUES, st.just(b"2025-09-18")),
        "Location": st.one_of(VALUES, VALUES.map(lambda host: b"https://" + host + b"/a")),
        "Retry-After": st.one_of(VALUES, st.just(b"1")),
        "Content-Type": VALUES,
        "Content-Encoding": st.one_of(VALUES, st.just(b"gzip")),
        "Deprecation": VALUES,
        "Sunset": VALUES,
        "Warning": VALUES.map(lambda value: b"299 - " + value),
    },
)
STATUSES = st.one_of(st.sampled_from([200, 204, 301, 400, 401, 404, 409, 422, 429, 500, 503]), st.integers(200, 599))


def answering(status: int, headers: dict[str, bytes], content: bytes) -> httpx.MockTransport:
    fields = [(name.encode(), value) for name, value in headers.items()]
    return httpx.MockTransport(lambda _: httpx.Response(status, headers=fields, stream=httpx.ByteStream(content)))


def ask_blocking(transport: Any, operation: str, *arguments: Any, **options: Any) -> object:
    with Polytomic(api_key=KEY, transport=transport, clock=FakeClock(), max_attempts=2) as polytomic:
        return getattr(polytomic, operation)(*arguments, **options)


def ask_async(transport: Any, operation: str, *arguments: Any, **options: Any) -> object:
    async def call() -> object:
        async with AsyncPolytomic(api_key=KEY, transport=transport, clock=FakeClock(), max_attempts=2) as polytomic:
            return await getattr(polytomic, operation)(*arguments, **options)

    return asyncio.run(call())


BOTH = pytest.mark.parametrize("ask_one", [ask_blocking, ask_async], ids=["sync", "async"])
CALLS: list[tuple[Any, ...]] = [("get_bulk_destination", ID), ("list_events",), ("cancel_bulk_sync", ID)]


def check_call(ask_one: Callable[..., object], transport: Any, *call: Any, **options: Any) -> Exception | None:
    """Make a call, check all that it prints, and return its error."""
    failure: Exception | None = None
    with everything_logged() as records, warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            ask_one(transport, *call, **options)
        except Exception as error:  # noqa: BLE001  (whatever it is)
            failure = error
    for record in records:
        if record.name == "polytomic_client":
            check_line(record.getMessage())
    for warning in warned:
        check_line(str(warning.message))
    check_error(failure)
    return failure


@BOTH
@given(status=STATUSES, headers=HEADERS, content=CONTENTS, call=st.sampled_from(CALLS))
@many
def test_no_answer_makes_an_error_or_a_record_of_more_than_a_short_line(
    ask_one: Callable[..., object], status: int, headers: dict[str, bytes], content: bytes, call: tuple[Any, ...]
) -> None:
    error = check_call(ask_one, answering(status, headers, content), *call)
    assert error is None or isinstance(error, RequestError)


@given(message=TEXTS.filter(bool), status=st.sampled_from([400, 404, 503]))
@many
def test_the_attributes_of_an_error_have_what_came(message: str, status: int) -> None:
    content = json.dumps({"key": message, "message": message, "metadata": {"m": message}}).encode()
    error = check_call(ask_blocking, answering(status, {"X-Polytomic-Version": b"2023-04-25"}, content), *CALLS[0])
    assert isinstance(error, APIStatusError)
    assert (error.key, error.message, error.metadata) == (message, message, {"m": message})
    assert error.hint in str(error), "what to do about it is not cut"


SCHEMAS = st.lists(
    st.fixed_dictionaries({"schema": TEXTS, "status": TEXTS, "status_message": JSON, "error_count": JSON}), max_size=7
)


@BOTH
@given(status=TEXTS, message=JSON, schemas=SCHEMAS, ended=st.booleans())
@many
def test_no_execution_makes_an_error_of_more_than_a_short_line(
    ask_one: Callable[..., object], status: str, message: Any, schemas: list[dict[str, Any]], *, ended: bool
) -> None:
    execution = {"id": str(ID), "status": status, "status_message": message, "schemas": schemas}
    completed = {"completed_at": "2023-04-25T12:00:00Z"} if ended else {}
    content = json.dumps({"data": execution | completed}).encode()
    error = check_call(ask_one, answering(200, {}, content), "run_bulk_sync", ID, deadline=60, cancel_if_abandoned=True)
    assert isinstance(error, PolytomicError) or status == "completed"


FORGED = "busy\nCRITICAL root admin logged in \x1b[2J\u202e" + "x" * 300_000


@pytest.mark.parametrize(
    "step",
    [
        Answer(503, {"message": FORGED}),
        Answer(401, {"error": FORGED}),
        Answer(404, FORGED.encode()),
        Answer(body={"data": {"modes": FORGED}}),
        Answer(body={"data": {FORGED: 5, "modes": [FORGED]}}),
        Answer(302, b"", {"Location": "https://" + "x" * 5_000 + "\x9b/"}),
        Answer(headers={"X-Polytomic-Version": "\x9b" + "9" * 5_000}),
        Answer(400, b"", {"X-Request-Id": "\x9b" + "r" * 5_000}),
        Answer(headers={"Content-Encoding": "\x9b" + "b" * 5_000}),
        Raw([b"HTTP/1.1 200 \x9b" + b"x" * 5_000 + b"\r\n\n"]),
    ],
)
def test_a_server_can_neither_forge_a_line_nor_fill_a_log(
    ask: Ask, step: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="polytomic_client"), Server(step) as server:
        with pytest.raises(RequestError) as caught:
            ask(base_url=server.url, max_attempts=2, clock=FakeClock())
    check_error(caught.value)
    texts = [record.getMessage() for record in caplog.records if record.name == "polytomic_client"]
    assert texts or "Raw" in type(step).__name__
    for text in texts:
        check_line(text)


@pytest.mark.parametrize("content", [FORGED.encode(), b"\xff" * 9_999, b"'\\" * 9_999])
def test_the_error_of_a_generated_function_with_a_client_of_ones_own_is_a_line_too(content: bytes) -> None:
    error = UnexpectedStatus(503, content)
    check_line(str(error))
    check_line(repr(error))
    twin = pickle.loads(pickle.dumps(error))
    assert (twin.status_code, twin.content, str(twin)) == (503, content, str(error))


class LoudError(APIStatusError):
    """An error of somebody else's, who prints everything."""

    hint = "h\n" * 9_999

    def reason(self) -> str:
        return self.message * 2


@pytest.mark.parametrize(
    "error",
    [
        LoudError(400, json.dumps({"message": FORGED}).encode()),
        RequestError(FORGED, operation=FORGED, request=FORGED),
        PolytomicError(FORGED),
        DecodeError(FORGED, path=FORGED, content=FORGED.encode(), request_id=FORGED),
        VersionMismatchError(FORGED, FORGED, 200),
        ExecutionFailedError(
            FORGED, models.BulkSyncExecution.from_dict({"status": FORGED, "schemas": [{"schema": FORGED}]})
        ),
    ],
    ids=lambda error: type(error).__name__,
)
def test_no_class_of_errors_can_print_more_than_a_line(error: PolytomicError) -> None:
    check_line(str(error))
    check_line(repr(error))


# --- What a caller gives ---------------------------------------------------------------------------------------------

PASSWORD = "hunter2"


class Unprintable:
    """Whoever prints it fails."""

    def __repr__(self) -> NoReturn:
        raise ZeroDivisionError


class Chatty(str):
    """A string whose own form is hidden."""

    __slots__ = ()

    def __repr__(self) -> NoReturn:
        raise ZeroDivisionError


CONNECTION = models.CreateConnection.from_dict(
    {"name": "db", "type": "postgresql", "configuration": {"password": PASSWORD}}
)
ODD: dict[str, Any] = {
    "a model": CONNECTION,
    "a dict": {"password": PASSWORD},
    "models": [CONNECTION],
    "a tuple": (PASSWORD, {"password": PASSWORD}),
    "a partial": partial(print, CONNECTION),
    "a huge text": "x" * 1_000_000,
    "huge bytes": b"\x00" * 1_000_000,
    "a huge int": -(10**5_000),
    "half a character": "\ud800\n\x1b[2J\u202e",
    "what fails to print": Unprintable(),
    "a text that fails to print": Chatty("\n" * 5_000),
    "a class": Unprintable,
    "nothing": None,
}


def names_of(parameters: list[Any], place: str) -> Iterator[str]:
    for parameter in map(resolve, parameters):
        if parameter["in"] == place:
            yield snake(parameter["name"])


def operations() -> Iterator[tuple[str, Callable[[Any, Polytomic], object]]]:
    """Each operation with one of its parameters, in the methods and in the generated functions."""
    for item in DOCUMENT["paths"].values():
        for operation in item.values():
            name, parameters = snake(operation["operationId"]), operation.get("parameters", [])
            required = dict.fromkeys(names_of(parameters, "path"), str(ID))
            body = resolve(operation.get("requestBody", {})).get("content", {}).get("application/json")
            if body:
                kind = getattr(models, body["schema"]["$ref"].rpartition("/")[2])
                required["body"] = kind.from_dict({})
            module: ModuleType = MODULES[name]
            optional = [*names_of(parameters, "query"), *names_of(parameters, "header")]
            for argument in [*required, *optional]:
                argument = "type_" if argument == "type" else argument  # noqa: PLW2901
                if argument != "x_polytomic_version":
                    yield f"{name}({argument})", partial(_method, name, required, argument)
                yield f"{name}.sync({argument})", partial(_function, module, required, argument)


def _method(name: str, required: dict[str, Any], argument: str, value: Any, polytomic: Polytomic) -> object:
    return getattr(polytomic, name)(**required | {argument: value})


def _function(module: Any, required: dict[str, Any], argument: str, value: Any, polytomic: Polytomic) -> object:
    return module.sync(**required | {argument: value}, client=polytomic.generated)


SETTINGS = (
    *("api_key", "deployment_key", "basic_auth", "base_url", "version", "timeout", "deadline", "max_attempts"),
    *("max_connections", "max_response_bytes", "proxy", "trust_env", "ssl_context", "verify", "transport"),
    *("headers", "app_info", "strict"),
)
OPTIONS = ("limit", "rate", "retry_failed", "stop_on", "deadline", "key", "on_progress", "checkpoint")
WEEKLY = {"frequency": "weekly", "hour": "1", "minute": "1", "day_of_week": "monday"}


def _client(setting: str, value: Any) -> None:
    Polytomic(**cast("dict[str, Any]", {"api_key": KEY, setting: value})).close()


def _run_fan_out(fetch: Any, items: Any, **options: Any) -> None:
    async def run() -> None:
        async with fan_out(fetch, items, **options) as outcomes:
            async for outcome in outcomes:
                outcome.result()

    asyncio.run(run())


def _run_threads(fetch: Any, items: Any, **options: Any) -> None:
    with fan_out_blocking(fetch, items, **options) as outcomes:
        for outcome in outcomes:
            outcome.result()


async def _nothing(_: object) -> None:
    pass


def _sync_nothing(_: object) -> None:
    pass


async def _nothing_of(_: object, __: object) -> None:
    pass


def _sync_nothing_of(_: object, __: object) -> None:
    pass


Entry = Callable[[Any, Polytomic], object]


def each(label: str, names: Iterable[str], call: Callable[[str, Any, Polytomic], object]) -> dict[str, Entry]:
    return {f"{label}({name})": partial(call, name) for name in names}


def one(name: str, value: Any) -> Any:
    """One argument by its name, of whatever type."""
    return {name: value}


ENTRIES: dict[str, Entry] = {
    **dict(operations()),
    **each("Polytomic", SETTINGS, lambda name, value, _: _client(name, value)),
    **each("Timeout", ("connect", "read"), lambda name, value, _: Timeout(**one(name, value))),
    **each(
        "with_options",
        (
            *("api_key", "deployment_key", "basic_auth"),
            *("timeout", "deadline", "max_attempts", "version", "headers"),
        ),
        lambda name, value, client: client.with_options(**one(name, value)),
    ),
    "with_options(headers' name)": lambda value, client: client.with_options(headers={value: "x"}),
    "with_options(headers' value)": lambda value, client: client.with_options(headers={"x": value}),
    **each("fan_out", OPTIONS, lambda name, value, _: _run_fan_out(_nothing, [1], **one(name, value))),
    **each("fan_out_blocking", OPTIONS, lambda name, value, _: _run_threads(_sync_nothing, [1], **one(name, value))),
    "fan_out(fetch)": lambda value, _: _run_fan_out(value, [1]),
    "fan_out(fetch that blocks)": lambda value, _: _run_fan_out(partial(_sync_nothing_of, value), [1]),
    "fan_out(items)": lambda value, _: _run_fan_out(_nothing, value),
    "fan_out_blocking(item)": lambda value, client: _run_threads(client.get_bulk_destination, [value]),
    "fan_out_blocking(fetch)": lambda value, _: _run_threads(value, [1]),
    "fan_out_blocking(fetch that is async)": lambda value, _: _run_threads(partial(_nothing_of, value), [1]),
    **each("AutoLimit", ("minimum", "maximum", "initial"), lambda name, value, _: AutoLimit(**one(name, value))),
    **each(
        "run_bulk_sync",
        ("id", "body", "idempotency_key", "deadline", "poll_interval", "on_progress"),
        lambda name, value, client: client.run_bulk_sync(**cast("Any", {"id": ID}) | one(name, value)),
    ),
    "wait_for_execution(execution_id)": lambda value, client: client.wait_for_execution(ID, value),
    "refresh_bulk_source(connection_id)": lambda value, client: client.refresh_bulk_source(value),
    "refresh_bulk_source(deadline)": lambda value, client: client.refresh_bulk_source(ID, deadline=value),
    "modify_bulk_sync(id)": lambda value, client: client.modify_bulk_sync(value, active=True),
    "schedules.hourly": lambda value, _: schedules.hourly(value),
    "schedules.daily": lambda value, _: schedules.daily(minute=value),
    "schedules.weekly": lambda value, _: schedules.weekly(value),
    "schedules.multi": lambda value, _: schedules.multi(value),
    "schedules.next_runs": lambda value, _: schedules.next_runs(value),
    "schedules.next_runs(n)": lambda value, _: schedules.next_runs(schedules.daily(), value),
    "schedules.next_runs(after)": lambda value, _: schedules.next_runs(schedules.daily(), after=value),
    **each(
        "schedules.next_runs, of a schedule",
        WEEKLY,
        lambda name, value, _: schedules.next_runs(models.BulkSchedule(**cast("Any", WEEKLY) | one(name, value))),
    ),
    "verify_webhook(body)": lambda value, _: verify_webhook(value, "ab", "s"),
    "verify_webhook(signature)": lambda value, _: verify_webhook(b"", value, "s"),
    "verify_webhook(secret)": lambda value, _: verify_webhook(b"", "ab", value),
    "check_destination_configuration": lambda value, _: destinations.check_destination_configuration(
        models.BulkDestination.from_dict({}), value
    ),
    "FakePolytomic.fail(fault)": lambda value, _: FakePolytomic().fail(value),
    "FakePolytomic.fail(operation)": lambda value, _: FakePolytomic().fail(Reset(), value),
    "FakePolytomic.fail(times)": lambda value, _: FakePolytomic().fail(Reset(), times=value),
    "testing.Answer": lambda value, _: Fault(value),
    **each("Sandbox", ("port", "latency"), lambda name, value, _: Sandbox(**one(name, value))),
    **each("World", ("count", "seed", "start"), lambda name, value, _: World(**one(name, value))),
}


@pytest.fixture(scope="module")
def polytomic() -> Iterator[Polytomic]:
    """A client whose server answers whatever is asked, and hears of no password in a URL."""

    def answer(request: httpx.Request) -> httpx.Response:
        assert PASSWORD not in str(request.url)
        return httpx.Response(404)

    with Polytomic(api_key=KEY, transport=httpx.MockTransport(answer), clock=FakeClock()) as client:
        yield client


@pytest.mark.parametrize("entry", ENTRIES)
def test_no_value_of_a_callers_is_printed_whole_and_no_model_at_all(entry: str, polytomic: Polytomic) -> None:
    refusals = 0
    for name, value in ODD.items():
        with everything_logged() as records:
            try:
                ENTRIES[entry](value, polytomic)
            except ZeroDivisionError:
                pytest.fail(f"{entry} prints {name}")
            except Exception as error:  # noqa: BLE001  (whatever it is)
                refusals += 1
                check_line(str(error))
                check_line(repr(error))
                text = str(error) + repr(error)
                assert PASSWORD not in text, name
                assert "\\x00" * 81 not in text, name
                assert "x" * 400 not in text, name
        for record in records:
            assert PASSWORD not in record.getMessage()
    assert refusals > 3


@pytest.mark.parametrize("name", ["x" * 100_000, "\n\x1b[2J", "\ud800"])
def test_the_name_of_an_argument_is_shortened_too(name: str, polytomic: Polytomic) -> None:
    with pytest.raises(TypeError, match="an update cannot change") as caught:
        polytomic.modify_bulk_sync(ID, **cast("Any", {name: 1}))
    check_error(caught.value)


def test_a_value_that_is_cut_is_named_by_its_type() -> None:
    for value, text in (
        ("x" * 500, f"got '{'x' * 78}… (str)"),
        (b"x" * 500, f"got b'{'x' * 77}… (bytes)"),
        (10**99, f"got 1{'0' * 78}… (int)"),
        (CONNECTION, "got CreateConnection"),
        ({"password": PASSWORD}, "got dict"),
        (Unprintable(), "got Unprintable"),
        (10**5_000, "got int"),
        (datetime(2026, 1, 1, tzinfo=UTC), "got datetime.datetime(2026, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)"),
        (print, "got print (builtin_function_or_method)"),
        (models.EventType("x\ny"), r"got 'x\ny'"),
        (5, "got 5"),
        (None, "got None"),
    ):
        with pytest.raises(ValueError, match="must be a UUID") as caught:
            Polytomic(api_key=KEY).get_connection(cast("Any", value))
        assert str(caught.value).endswith(f", {text}.")
