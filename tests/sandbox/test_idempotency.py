"""Idempotency keys of the sandbox: the first outcome is the outcome, and a request in flight is in the way."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest

from polytomic_client.sandbox import Sandbox, _app

from .conftest import ON_PURPOSE, START, Api, authorized, check_error

SYNCS = "/api/bulk/syncs"
CONNECTIONS = "/api/connections"
HUBSPOT = {"name": "CRM", "type": "hubspot"}
KEY = "nightly-2026_03_02"
DAY = 24 * 3600


def keyed(key: str = KEY) -> dict[str, str]:
    return {"Idempotency-Key": key}


def how_many(api: Api) -> int:
    return len(api.get(CONNECTIONS)) - 20


# --- Over a real socket -----------------------------------------------------------------------------------------------


def test_a_repetition_is_answered_with_the_first_answer_and_does_nothing(api: Api) -> None:
    first = api.send("POST", CONNECTIONS, json=HUBSPOT, headers=keyed())
    for _ in range(3):
        api.advance(60)
        repeated = api.send("POST", CONNECTIONS, json=HUBSPOT, headers=keyed())
        assert repeated.content == first.content
        assert repeated.status_code == first.status_code == 200
        for name in ("content-type", "content-length", "x-polytomic-version"):
            assert repeated.headers.get_list(name) == first.headers.get_list(name)
    assert how_many(api) == 1


def test_without_a_key_each_request_counts(api: Api) -> None:
    ids = {api.post(CONNECTIONS, HUBSPOT)["id"] for _ in range(3)}
    assert len(ids) == how_many(api) == 3


def test_another_key_is_another_request(api: Api) -> None:
    keys = (KEY, KEY.upper(), f"{KEY}-", "a" * 8, "0" * 255)
    ids = {api.data("POST", CONNECTIONS, json=HUBSPOT, headers=keyed(key))["id"] for key in keys}
    assert len(ids) == how_many(api) == 5


def test_the_first_answer_counts_also_for_another_body(api: Api) -> None:
    first = api.data("POST", CONNECTIONS, json=HUBSPOT, headers=keyed())
    assert api.data("POST", CONNECTIONS, json={**HUBSPOT, "name": "Other"}, headers=keyed()) == first


def test_a_key_counts_for_one_path(api: Api) -> None:
    one, other = api.created(), api.created()
    paths = (f"{one}/executions", f"{other}/executions")
    assert len({api.data("POST", path, json={}, headers=keyed())["id"] for path in paths}) == 2
    api.data("POST", f"{one}/cancel", headers=keyed())
    assert api.get(f"{one}/status")["current_execution"]["status"] == "canceling"
    assert api.get(f"{other}/status")["current_execution"]["status"] == "created"


def test_a_start_that_is_repeated_starts_once(api: Api) -> None:
    path = api.created()
    first = api.data("POST", f"{path}/executions", json={}, headers=keyed())
    api.advance(50)
    # The answer is that of then, and no 409 although the execution runs.
    assert api.data("POST", f"{path}/executions", json={}, headers=keyed()) == first
    api.advance(50)
    assert api.data("POST", f"{path}/executions", json={}, headers=keyed()) == first
    assert len(api.get(f"{path}/executions")) == 1


def test_a_refusal_is_an_outcome_too(api: Api) -> None:
    path = api.created()
    running = api.started(path)
    headers = keyed()
    for _ in range(2):
        message = api.refused(409, "POST", f"{path}/executions", {}, headers=headers)
        assert message == "an execution is already running"
        api.advance(100)
        assert api.get(running)["status"] == "completed"
    mistaken = {"name": "", "type": "oracle"}
    message = api.refused(422, "POST", CONNECTIONS, mistaken, headers=headers)
    assert api.refused(422, "POST", CONNECTIONS, HUBSPOT, headers=headers) == message
    assert how_many(api) == 0


def test_a_failure_of_the_server_is_an_outcome_too(api: Api) -> None:
    connection = api.world.find(UUID(api.connection("snowflake")))
    assert connection is not None
    api.world.put(replace(connection, status=500))
    assert api.refused(500, "POST", SYNCS, api.new(), headers=keyed()) == ON_PURPOSE
    api.world.put(connection)
    assert api.refused(500, "POST", SYNCS, api.new(), headers=keyed()) == ON_PURPOSE
    api.data("POST", SYNCS, json=api.new(), headers=keyed("another-key"))


def test_what_is_refused_for_its_form_is_no_outcome(api: Api) -> None:
    api.refused(400, "POST", CONNECTIONS, content="{", headers={**keyed(), "Content-Type": "application/json"})
    api.refused(422, "POST", CONNECTIONS, {"name": "CRM"}, headers=keyed())
    wrong = api.send("POST", CONNECTIONS, json=HUBSPOT, headers={**keyed(), "Authorization": "Bearer x"})
    assert wrong.status_code == 401
    api.data("POST", CONNECTIONS, json=HUBSPOT, headers=keyed())


def test_an_outcome_is_kept_for_a_day(api: Api) -> None:
    first = api.data("POST", CONNECTIONS, json=HUBSPOT, headers=keyed())
    api.advance(DAY)
    assert api.data("POST", CONNECTIONS, json=HUBSPOT, headers=keyed()) == first
    api.advance(0.001)
    second = api.data("POST", CONNECTIONS, json=HUBSPOT, headers=keyed())
    assert second != first
    api.advance(DAY)
    assert api.data("POST", CONNECTIONS, json=HUBSPOT, headers=keyed()) == second


@pytest.mark.parametrize("key", ["", "1234567", "x" * 256, "with space", "semi;colon", "nightly.2026", "12345678\t1"])
def test_what_is_no_key_is_refused(api: Api, key: str) -> None:
    message = api.refused(400, "POST", CONNECTIONS, HUBSPOT, headers=keyed(key))
    assert message.startswith("Idempotency-Key: ")
    assert how_many(api) == 0


def test_two_keys_are_refused(api: Api) -> None:
    headers = [("Idempotency-Key", KEY), ("Idempotency-Key", KEY)]
    assert (
        api.refused(400, "POST", CONNECTIONS, HUBSPOT, headers=headers)
        == "Idempotency-Key must be given once, got 2 values"
    )


def test_only_a_post_looks_at_the_key(api: Api) -> None:
    path = api.created()
    for name in ("One", "Other"):
        assert api.data("PATCH", path, json=api.new(name=name), headers=keyed())["name"] == name
        assert api.data("GET", path, headers=keyed())["name"] == name
    assert api.send("DELETE", path, headers=keyed()).status_code == 204
    assert api.refused(404, "DELETE", path, headers=keyed("?")) == "bulk sync not found"


# --- In flight: in process, so that the test decides when -------------------------------------------------------------


class Gate:
    """Holds back the operations of a sandbox whose latency is not 0."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.open = asyncio.Event()

    async def sleep(self, _seconds: float) -> None:
        self.reached.set()
        await self.open.wait()


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    made = Gate()
    monkeypatch.setattr(_app, "sleep", made.sleep)
    return made


@pytest.fixture
def slow() -> Sandbox:
    return Sandbox(connections=0, start=START, latency=1)


def in_process(sandbox: Sandbox) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(sandbox.app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://sandbox", headers=authorized(sandbox))


def post(http: httpx.AsyncClient, key: str = KEY, **options: Any) -> asyncio.Task[httpx.Response]:
    options.setdefault("json", HUBSPOT)
    return asyncio.create_task(http.post(CONNECTIONS, headers=keyed(key), **options))


def check_in_flight(response: httpx.Response) -> None:
    assert check_error(response, 409, "conflict") == "a request with this idempotency key is in progress"


@pytest.mark.asyncio
async def test_while_the_first_request_is_in_flight_a_repetition_is_refused(gate: Gate, slow: Sandbox) -> None:
    async with in_process(slow) as http:
        first = post(http)
        await gate.reached.wait()
        check_in_flight(await post(http))
        other = post(http, "another-key")
        gate.open.set()
        created = [(await each).json()["data"]["id"] for each in (first, other)]
        assert len(set(created)) == 2
        assert (await post(http)).json()["data"]["id"] == created[0]
        listed = (await http.get(CONNECTIONS)).json()["data"]
    assert sorted(connection["id"] for connection in listed) == sorted(created)


@pytest.mark.asyncio
async def test_a_repetition_that_is_refused_does_not_end_the_first(gate: Gate, slow: Sandbox) -> None:
    async with in_process(slow) as http:
        first = post(http)
        await gate.reached.wait()
        check_in_flight(await post(http))
        check_in_flight(await post(http))
        gate.open.set()
        assert (await first).content == (await post(http)).content


@pytest.mark.asyncio
async def test_a_request_that_never_ends_frees_its_key(gate: Gate, slow: Sandbox) -> None:
    async with in_process(slow) as http:
        first = post(http)
        await gate.reached.wait()
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        gate.open.set()
        assert (await post(http)).status_code == 200


@pytest.mark.asyncio
async def test_a_fault_of_the_sandbox_itself_frees_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    async with in_process(Sandbox(connections=0, start=START)) as http:
        with monkeypatch.context() as patched:
            patched.setitem(_app._HANDLERS, "createConnection", broken)
            check_error(await post(http), 500, "internal_error")
        assert (await post(http)).status_code == 200


@pytest.mark.asyncio
async def test_what_is_in_flight_is_not_forgotten_however_long_it_takes(gate: Gate, slow: Sandbox) -> None:
    async with in_process(slow) as http:
        first = post(http)
        await gate.reached.wait()
        slow.world.advance(2 * DAY)
        check_in_flight(await post(http))
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        gate.open.set()
        assert (await post(http)).status_code == 200
