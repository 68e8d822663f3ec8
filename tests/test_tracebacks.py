"""A traceback shows the user's line and the public error, with few frames of the package between them."""

from __future__ import annotations

import asyncio
import datetime as dt
import inspect
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import polytomic_client
from polytomic_client import (
    AsyncPolytomic,
    AuthenticationError,
    DeadlineExceededError,
    DecodeError,
    NotSentError,
    Polytomic,
    ServerError,
    TransportError,
    fan_out,
    fan_out_blocking,
    fetch_all,
    fetch_all_blocking,
    models,
)
from polytomic_client._core.tracebacks import shorten
from polytomic_client.testing import Answer, FakePolytomic, OtherVersion, Refused, Reset, Silence
from polytomic_client.v2023_04_25.api.bulk_sync import get_bulk_destination

from .conftest import ID, FakeClock
from .server import Server, reset

MOST_FRAMES = 4
MOST_FRAMES_IN_A_FAN_OUT = 5
PACKAGE = str(Path(polytomic_client.__file__).parent)

Action = Callable[[Any], Any]


def frames_of(error: BaseException) -> list[str]:
    """The frames of an error's traceback, those of the package with their module."""
    frames = traceback.extract_tb(error.__traceback__)
    return [
        f"{Path(frame.filename).relative_to(PACKAGE)}:{frame.lineno} {frame.name}"
        if frame.filename.startswith(PACKAGE)
        else frame.name
        for frame in frames
    ]


def check(error: BaseException, most: int = MOST_FRAMES) -> None:
    """Hold the number of the package's frames in the traceback of an error and in those of its causes."""
    current: BaseException | None = error
    while current is not None:
        frames = [frame for frame in frames_of(current) if ":" in frame]
        assert len(frames) <= most, "\n".join(frames)
        current = current.__cause__


def error_of(client: Any, action: Action) -> Exception:
    """The error that a user sees who makes a call."""

    async def call() -> None:
        async with client:
            result = action(client)
            if inspect.isasyncgen(result):
                async for _ in result:
                    pass
            else:
                await result

    with pytest.raises(Exception) as caught:  # noqa: PT011  (the test says which)
        if isinstance(client, AsyncPolytomic):
            asyncio.run(call())
        else:
            with client:
                result = action(client)
                if inspect.isgenerator(result):
                    list(result)
    return caught.value


def client_of(fake: FakePolytomic, kind: str) -> Any:
    return fake.client() if kind == "async" else fake.blocking_client()


DEEPLY_WRONG: Any = models.UpdateBulkSync(
    name="x",
    source_connection_id=ID,
    destination_connection_id=ID,
    destination_configuration=models.DestinationConfiguration(),
    mode=models.BulkMode("replicate"),
    schedule=models.BulkSchedule(frequency="multi", multi=models.MultiSchedule(schedules=[5])),  # type: ignore[arg-type, list-item]
)

ARGUMENTS: dict[str, tuple[Action, type[Exception]]] = {
    "id": (lambda client: client.get_bulk_destination("x"), ValueError),
    "id of another type": (lambda client: client.get_bulk_destination(5.5), ValueError),
    "query": (lambda client: client.list_events(starting_after="now"), ValueError),
    "body": (lambda client: client.activate_bulk_sync(ID, body=5), TypeError),
    "unknown member": (lambda client: client.activate_bulk_sync(ID, activ=True), TypeError),
    "missing member": (lambda client: client.activate_bulk_sync(ID), TypeError),
    "member": (lambda client: client.activate_bulk_sync(ID, active=object()), TypeError),
    "nested member": (lambda client: client.update_bulk_sync(ID, body=DEEPLY_WRONG), TypeError),
    "idempotency key": (lambda client: client.start_bulk_sync_execution(ID, idempotency_key="x"), ValueError),
    "with_response": (lambda client: client.with_response.get_bulk_destination("x"), ValueError),
    "with_options": (lambda client: client.with_options(timeout=-1), ValueError),
    "with_options headers": (lambda client: client.with_options(headers={"a b": "c"}), ValueError),
    "with_options name": (lambda client: client.with_options(tmeout=1), TypeError),
    "request method": (lambda client: client.request("GOT", "/api/me"), ValueError),
    "request path": (lambda client: client.request("GET", "api/me"), ValueError),
    "request path parameter": (lambda client: client.request("GET", "/api/{id}", path_params={"id": ".."}), ValueError),
    "request query": (lambda client: client.request("GET", "/api", params={"a": {"b": 1}}), ValueError),
    "request json": (lambda client: client.request("POST", "/api/x", json={"a": [object()]}), TypeError),
    "request header": (lambda client: client.request("GET", "/api/me", headers={"a b": "c"}), ValueError),
    "request key": (lambda client: client.request("POST", "/api/me", idempotency_key="x"), ValueError),
    "request option": (lambda client: client.request("GET", "/api/me", parms={}), TypeError),
    "run": (lambda client: client.run_bulk_sync("x"), ValueError),
    "run deadline": (lambda client: client.run_bulk_sync(ID, deadline=-1), ValueError),
    "run on_progress": (lambda client: client.run_bulk_sync(ID, on_progress=5), TypeError),
    "run idempotency key": (lambda client: client.run_bulk_sync(ID, idempotency_key="x"), ValueError),
    "wait": (lambda client: client.wait_for_execution(ID, "x"), ValueError),
    "modify": (lambda client: client.modify_bulk_sync("x", active=True), ValueError),
    "modify member": (lambda client: client.modify_bulk_sync(ID, activ=True), TypeError),
    "refresh": (lambda client: client.refresh_bulk_source("x"), ValueError),
    "events": (lambda client: client.iter_events(since=dt.datetime(2026, 1, 1)), ValueError),  # noqa: DTZ001
}


@pytest.mark.parametrize("name", ARGUMENTS)
@pytest.mark.parametrize("kind", ["async", "blocking"])
def test_a_wrong_argument(kind: str, name: str) -> None:
    fake = FakePolytomic(0)
    action, error_type = ARGUMENTS[name]
    error = error_of(client_of(fake, kind), action)
    assert isinstance(error, error_type)
    assert not fake.requests
    check(error)


SETTINGS: dict[str, dict[str, Any]] = {
    "no key": {},
    "two keys": {"api_key": "a", "deployment_key": "b"},
    "key": {"api_key": "a b"},
    "basic": {"basic_auth": ("a:b", "c")},
    "base_url": {"api_key": "a", "base_url": "ftp://x"},
    "base_url port": {"api_key": "a", "base_url": "http://x:y"},
    "timeout": {"api_key": "a", "timeout": "1"},
    "deadline": {"api_key": "a", "deadline": -1},
    "attempts": {"api_key": "a", "max_attempts": 0},
    "version": {"api_key": "a", "version": "new"},
    "headers": {"api_key": "a", "headers": {"a b": "c"}},
    "proxy": {"api_key": "a", "proxy": "socks5://x"},
    "verify": {"api_key": "a", "verify": "/nowhere"},
    "connections": {"api_key": "a", "max_connections": 0},
    "bytes": {"api_key": "a", "max_response_bytes": 0},
    "transport": {"api_key": "a", "transport": 5},
    "unknown": {"api_key": "a", "tmeout": 5},
}


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("client", [AsyncPolytomic, Polytomic])
def test_a_wrong_setting(client: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("POLYTOMIC_API_KEY", "POLYTOMIC_DEPLOYMENT_KEY"):
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises((TypeError, ValueError, OSError)) as caught:
        client(**SETTINGS[name])
    check(caught.value)


CALLS: dict[str, Action] = {
    "call": lambda client: client.get_bulk_destination(ID),
    "with_response": lambda client: client.with_response.get_bulk_destination(ID),
    "post": lambda client: client.start_bulk_sync_execution(ID),
    "request": lambda client: client.request("GET", "/api/me", into=models.IdentityEnvelope),
    "run": lambda client: client.run_bulk_sync(ID),
    "run, canceling": lambda client: client.run_bulk_sync(ID, cancel_if_abandoned=True, deadline=5),
    "wait": lambda client: client.wait_for_execution(ID, ID),
    "modify": lambda client: client.modify_bulk_sync(ID, active=True),
    "refresh": lambda client: client.refresh_bulk_source(ID),
    "events": lambda client: client.iter_events(),
    "copy": lambda client: client.with_options(deadline=3).get_bulk_destination(ID),
    "generated": lambda client: (
        get_bulk_destination.asyncio if isinstance(client, AsyncPolytomic) else get_bulk_destination.sync
    )(ID, client=client.generated),
}

FAULTS: dict[str, Any] = {
    "401": Answer(401),
    "404": Answer(404),
    "409": Answer(409),
    "503": Answer(503),
    "pause": Answer(429, headers={"Retry-After": "10000"}),
    "html": Answer(200, body="<html>"),
    "shape": Answer(200, body={"data": [5]}),
    "version": OtherVersion("2099-01-01"),
    "refused": Refused(),
    "reset": Reset(),
    "silence": Silence(),
}


@pytest.mark.matrix
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("kind", ["async", "blocking"])
def test_a_failed_call(kind: str, call: str, fault: str) -> None:
    fake = FakePolytomic(0)
    fake.fail(FAULTS[fault], times=100)
    error = error_of(client_of(fake, kind), CALLS[call])
    assert isinstance(error, polytomic_client.RequestError)
    check(error)


@pytest.mark.parametrize("client_class", [AsyncPolytomic, Polytomic])
def test_a_failed_connection(client_class: Any) -> None:
    def failing(url: str) -> Exception:
        return error_of(client_class(api_key="k", base_url=url, max_attempts=2, clock=FakeClock()), CALLS["call"])

    with Server(reset) as server:
        errors = [failing(server.url)]
    errors.append(failing(server.url))
    for error in errors:
        assert isinstance(error, TransportError)
        check(error)


def test_the_cause_stays() -> None:
    fake = FakePolytomic(0)
    fake.fail(Answer(503), times=100)
    error = error_of(fake.client(deadline=5, max_attempts=100), CALLS["call"])
    assert isinstance(error, DeadlineExceededError)
    assert isinstance(error.__cause__, ServerError)
    assert frames_of(error.__cause__)


def test_a_response_that_cannot_be_decoded_names_its_cause() -> None:
    fake = FakePolytomic(0)
    fake.fail(Answer(200, body={"data": {"modes": [5]}}))
    error = error_of(fake.client(), CALLS["call"])
    assert isinstance(error, DecodeError)
    assert isinstance(error.__cause__, TypeError)
    check(error, 2)


@pytest.mark.parametrize("kind", ["async", "blocking"])
def test_the_frames_of_the_user_s_code_stay(kind: str) -> None:
    def of_the_vault() -> str:
        raise NotSentError("the vault is sealed")

    fake = FakePolytomic(0)
    settings: Any = {"api_key": of_the_vault}
    client = fake.client(**settings) if kind == "async" else fake.blocking_client(**settings)
    error = error_of(client, CALLS["run"])
    assert frames_of(error)[-1] == "of_the_vault"
    check(error)


@pytest.mark.parametrize("kind", ["async", "blocking"])
def test_any_error_of_the_user_s_code_has_few_frames_of_the_package(kind: str) -> None:
    def of_the_vault() -> str:
        raise OSError("no route to the vault")

    fake = FakePolytomic(0)
    settings: Any = {"api_key": of_the_vault}
    client = fake.client(**settings) if kind == "async" else fake.blocking_client(**settings)
    error = error_of(client, CALLS["call"])
    assert isinstance(error, OSError)
    assert frames_of(error)[-1] == "of_the_vault"
    check(error)


@pytest.mark.parametrize(("defect", "kept"), [("{}['a']", 3), ("raise ValueError()", 1)])
def test_a_defect_of_the_package_keeps_every_frame(defect: str, kept: int) -> None:
    names: dict[str, Any] = {}
    source = f"def outer():\n inner()\ndef inner():\n {defect}\nouter()"
    with pytest.raises((KeyError, ValueError)) as caught:
        exec(compile(source, f"{PACKAGE}/_call/new.py", "exec"), names)
    shorten(caught.value)
    assert len([frame for frame in frames_of(caught.value) if ":" in frame]) == kept


def two_ids() -> Iterator[str]:
    yield str(ID)
    raise OSError("the list of ids ended")


def failing(_: object) -> Any:
    raise OSError("a defect of a callback")


FAN_OUTS: dict[str, tuple[dict[str, Any], type[Exception]]] = {
    "limit": ({"limit": 0}, ValueError),
    "rate": ({"rate": -1}, ValueError),
    "items": ({"items": 5}, TypeError),
    "a string": ({"items": "abc"}, TypeError),
    "stop_on": ({"stop_on": 5}, TypeError),
    "items that raise": ({"items": two_ids}, OSError),
    "a key that raises": ({"key": failing, "unique": True}, OSError),
    "an item without a key": ({"items": [5.5], "unique": True}, TypeError),
    "on_progress": ({"on_progress": failing}, OSError),
    "a bad id": ({"items": ["x"]}, ValueError),
    "a refused key": ({"fault": Answer(401)}, AuthenticationError),
    "a server's error": ({"fault": Answer(500)}, ServerError),
    "a connection": ({"fault": Refused()}, NotSentError),
    "a checkpoint": ({"checkpoint": "/nowhere/file"}, polytomic_client.CheckpointError),
}


async def of_async(fake: FakePolytomic, options: dict[str, Any]) -> None:
    async with fake.client() as client:
        if "checkpoint" not in options:
            for outcome in await fetch_all(client.get_bulk_destination, **options):
                outcome.result()
        async with fan_out(client.get_bulk_destination, **options) as outcomes:
            async for outcome in outcomes:
                outcome.result()


def of_blocking(fake: FakePolytomic, options: dict[str, Any]) -> None:
    with fake.blocking_client() as client:
        if "checkpoint" not in options:
            for outcome in fetch_all_blocking(client.get_bulk_destination, **options):
                outcome.result()
        with fan_out_blocking(client.get_bulk_destination, **options) as outcomes:
            for outcome in outcomes:
                outcome.result()


@pytest.mark.parametrize("name", FAN_OUTS)
@pytest.mark.parametrize("kind", ["async", "blocking"])
def test_a_fan_out_that_fails(kind: str, name: str) -> None:
    fake = FakePolytomic(3)
    given, error_type = FAN_OUTS[name]
    options: dict[str, Any] = {"items": [str(connection.id) for connection in fake.world.connections], **given}
    if callable(options["items"]):
        options["items"] = options["items"]()
    if (fault := options.pop("fault", None)) is not None:
        fake.fail(fault, times=100)
    with pytest.raises(error_type) as caught:
        if kind == "async":
            asyncio.run(of_async(fake, options))
        else:
            of_blocking(fake, options)
    check(caught.value, MOST_FRAMES_IN_A_FAN_OUT)


def test_the_failure_of_a_user_s_function_shows_its_line() -> None:
    async def fetch(_: str) -> None:
        raise OSError("the user's own")

    async def main() -> BaseException | None:
        [outcome] = await fetch_all(fetch, ["a"])
        return outcome.error

    error = asyncio.run(main())
    assert error is not None
    assert frames_of(error)[1:] == ["fetch"]
    check(error, 1)
