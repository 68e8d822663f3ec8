"""Every operation, in every way to call it: what is sent and what is answered is what the document says."""

from __future__ import annotations

import asyncio
import datetime as dt
import inspect
import json
import re
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any
from urllib.parse import parse_qsl, unquote
from uuid import UUID, uuid4

import attrs
import jsonschema_rs
import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from polytomic_client import API_VERSION, APIResponse, AsyncPolytomic, Polytomic
from polytomic_client.sandbox import Sandbox
from polytomic_client.v2023_04_25 import models
from polytomic_client.v2023_04_25.api import (
    AsyncOperations,
    AsyncOperationsWithResponse,
    Operations,
    OperationsWithResponse,
)

from .document import DOCUMENT, MODULES, resolve, snake

# --- What is called --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Call:
    """The arguments of an operation, and what the query must be on the wire."""

    arguments: dict[str, Any] = field(default_factory=dict[str, Any])
    query: dict[str, str] = field(default_factory=dict[str, str])


class Things:
    """What operations are about. Each call gets new things, so that no call affects another."""

    def __init__(self, sandbox: Sandbox, polytomic: Polytomic) -> None:
        self._polytomic = polytomic
        self.connection, self.other = [
            connection.id for connection in sandbox.world.connections if connection.type == "postgresql"
        ][:2]

    @property
    def new_bulk_sync(self) -> models.CreateBulkSync:
        return models.CreateBulkSync(
            name=f"Sync {uuid4()}",
            source_connection_id=self.connection,
            destination_connection_id=self.other,
            destination_configuration=models.DestinationConfiguration({"schema": "public"}),
            mode=models.BulkMode.SNAPSHOT,
            schedule=models.BulkSchedule(frequency=models.ScheduleFrequency.DAILY, hour="05", minute="00"),
            active=True,
            schemas=[models.SchemaConfiguration(id=self.schema, enabled=True)],
        )

    @cached_property
    def schema(self) -> str:
        return self._polytomic.get_bulk_source(self.connection).data.schemas[0].id

    @cached_property
    def bulk_sync(self) -> UUID:
        return self._polytomic.create_bulk_sync(body=self.new_bulk_sync).data.id

    @cached_property
    def execution(self) -> UUID:
        body = models.StartBulkSyncExecution()
        return self._polytomic.start_bulk_sync_execution(self.bulk_sync, body=body).data.id

    @property
    def new_connection(self) -> models.CreateConnection:
        configuration = {
            "hostname": "db.example.com",
            "port": 5432,
            "database": "sales",
            "username": "polytomic",
            "password": "secret",
        }
        return models.CreateConnection(
            name=f"Warehouse {uuid4()}", type_="postgresql", configuration=models.ConnectionConfiguration(configuration)
        )

    @cached_property
    def own_connection(self) -> UUID:
        return self._polytomic.create_connection(body=self.new_connection).data.id


def get_bulk_destination(things: Things) -> Call:
    return Call({"id": things.connection})


def get_bulk_source(things: Things) -> Call:
    return Call(
        {"connection_id": things.connection, "refresh_schemas": True, "include_fields": False},
        {"refresh_schemas": "true", "include_fields": "false"},
    )


def get_bulk_source_schema(things: Things) -> Call:
    return Call({"connection_id": things.connection, "schema_id": things.schema})


def get_bulk_source_status(things: Things) -> Call:
    return Call({"connection_id": str(things.connection)})


def list_bulk_syncs(things: Things) -> Call:
    assert things.bulk_sync
    return Call({"active": True}, {"active": "true"})


def create_bulk_sync(things: Things) -> Call:
    return Call({"body": things.new_bulk_sync})


def get_bulk_sync(things: Things) -> Call:
    return Call({"id": things.bulk_sync, "refresh_schemas": False}, {"refresh_schemas": "false"})


def delete_bulk_sync(things: Things) -> Call:
    return Call({"id": things.bulk_sync, "refresh_schemas": False}, {"refresh_schemas": "false"})


def update_bulk_sync(things: Things) -> Call:
    new = things.new_bulk_sync.to_dict()
    del new["schemas"]
    return Call({"id": things.bulk_sync, "body": models.UpdateBulkSync.from_dict(new)})


def activate_bulk_sync(things: Things) -> Call:
    return Call({"id": things.bulk_sync, "body": models.ActivateBulkSync(active=False)})


def cancel_bulk_sync(things: Things) -> Call:
    assert things.execution
    return Call({"id": things.bulk_sync})


def list_bulk_sync_executions(things: Things) -> Call:
    assert things.execution
    return Call({"id": things.bulk_sync})


def start_bulk_sync_execution(things: Things) -> Call:
    body = models.StartBulkSyncExecution(schemas=[things.schema], resync_mode=models.ResyncMode.REFETCH)
    return Call({"id": things.bulk_sync, "body": body})


def get_bulk_sync_execution(things: Things) -> Call:
    return Call({"id": things.bulk_sync, "execution_id": things.execution})


def list_bulk_sync_schemas(things: Things) -> Call:
    return Call({"id": things.bulk_sync})


def get_bulk_sync_schema(things: Things) -> Call:
    return Call({"id": things.bulk_sync, "schema_id": things.schema})


def update_bulk_sync_schema(things: Things) -> Call:
    body = models.UpdateBulkSchema(enabled=True, data_cutoff_timestamp=dt.datetime(2023, 4, 25, 12, tzinfo=dt.UTC))
    return Call({"id": things.bulk_sync, "schema_id": things.schema, "body": body})


def get_bulk_sync_status(things: Things) -> Call:
    assert things.execution
    return Call({"id": things.bulk_sync})


def get_identity(_things: Things) -> Call:
    return Call()


def list_connections(_things: Things) -> Call:
    return Call()


def create_connection(things: Things) -> Call:
    return Call({"body": things.new_connection})


def get_connection(things: Things) -> Call:
    return Call({"id": things.own_connection})


def update_connection(things: Things) -> Call:
    return Call({"id": things.own_connection, "body": models.UpdateConnection(name=f"Renamed {uuid4()}")})


def delete_connection(things: Things) -> Call:
    return Call({"id": things.own_connection})


def list_connection_types(_things: Things) -> Call:
    return Call()


def list_events(things: Things) -> Call:
    assert things.execution
    noon = dt.datetime(2023, 4, 25, 14, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    return Call(
        {
            "organization_id": UUID("248df4b7-aa70-47b8-a036-33ac447e668d"),
            "type_": models.EventType.BULK_SYNC_RUNNING,
            "starting_after": noon,
            "ending_before": noon.replace(year=2123),
            "limit": 5,
        },
        {
            "organization_id": "248df4b7-aa70-47b8-a036-33ac447e668d",
            "type": "bulk_sync.running",
            "starting_after": "2023-04-25T12:00:00Z",
            "ending_before": "2123-04-25T12:00:00Z",
            "limit": "5",
        },
    )


def list_event_types(_things: Things) -> Call:
    return Call()


CALLS: dict[str, Callable[[Things], Call]] = {
    each.__name__: each
    for each in (
        get_bulk_destination,
        get_bulk_source,
        get_bulk_source_schema,
        get_bulk_source_status,
        list_bulk_syncs,
        create_bulk_sync,
        get_bulk_sync,
        delete_bulk_sync,
        update_bulk_sync,
        activate_bulk_sync,
        cancel_bulk_sync,
        list_bulk_sync_executions,
        start_bulk_sync_execution,
        get_bulk_sync_execution,
        list_bulk_sync_schemas,
        get_bulk_sync_schema,
        update_bulk_sync_schema,
        get_bulk_sync_status,
        get_identity,
        list_connections,
        create_connection,
        get_connection,
        update_connection,
        delete_connection,
        list_connection_types,
        list_events,
        list_event_types,
    )
}

# --- How it is called ------------------------------------------------------------------------------------------------

Way = Callable[..., Any]
"""`way(sandbox, name, **arguments)`: the answer of one operation."""


def _async(sandbox: Sandbox, name: str, *, with_response: bool = False, **arguments: Any) -> Any:
    async def call() -> Any:
        async with AsyncPolytomic(api_key=sandbox.key, base_url=sandbox.url) as polytomic:
            face = polytomic.with_response if with_response else polytomic
            return await getattr(face, name)(**arguments)

    return _parsed(asyncio.run(call())) if with_response else asyncio.run(call())


def _sync(sandbox: Sandbox, name: str, *, with_response: bool = False, **arguments: Any) -> Any:
    with Polytomic(api_key=sandbox.key, base_url=sandbox.url) as polytomic:
        face = polytomic.with_response if with_response else polytomic
        answer = getattr(face, name)(**arguments)
    return _parsed(answer) if with_response else answer


def _async_generated(sandbox: Sandbox, name: str, **arguments: Any) -> Any:
    async def call() -> Any:
        async with AsyncPolytomic(api_key=sandbox.key, base_url=sandbox.url) as polytomic:
            return await MODULES[name].asyncio(client=polytomic.generated, **arguments)

    return asyncio.run(call())


def _sync_generated(sandbox: Sandbox, name: str, **arguments: Any) -> Any:
    with Polytomic(api_key=sandbox.key, base_url=sandbox.url) as polytomic:
        return MODULES[name].sync(client=polytomic.generated, **arguments)


def _parsed(response: APIResponse[Any]) -> Any:
    assert response.status_code in (200, 204)
    assert response.headers["X-Polytomic-Version"] == API_VERSION
    assert response.attempts == 1
    return response.parsed


WAYS: dict[str, Way] = {
    "async": _async,
    "sync": _sync,
    "async-with-response": partial(_async, with_response=True),
    "sync-with-response": partial(_sync, with_response=True),
    "async-generated": _async_generated,
    "sync-generated": _sync_generated,
}

# --- What goes over the wire -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Exchange:
    """A request as it arrived, and its answer as it was sent."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    status: int = 200
    answer_headers: Mapping[str, str] = field(default_factory=dict[str, str])
    answer: bytes = b""


class Recorder:
    """Keeps every exchange of an ASGI app."""

    def __init__(self, app: ASGIApp, exchanges: list[Exchange]) -> None:
        self._app = app
        self._exchanges = exchanges

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        whole = await _whole(receive)
        messages = [whole]
        sent: list[Message] = []

        async def hear() -> Message:
            return messages.pop() if messages else await receive()

        async def tell(message: Message) -> None:
            # Nothing goes out before it is recorded: a client is done with a 204 before its empty body is sent.
            sent.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                self._exchanges.append(_exchange(scope, whole["body"], sent))
                for each in sent:
                    await send(each)

        await self._app(scope, hear, tell)


def _exchange(scope: Scope, body: bytes, sent: list[Message]) -> Exchange:
    start, *rest = sent
    return Exchange(
        method=scope["method"],
        path=scope["raw_path"].decode("ascii"),
        query=scope["query_string"].decode("ascii"),
        headers=_headers(scope),
        body=body,
        status=start["status"],
        answer_headers=_headers(start),
        answer=b"".join(message.get("body", b"") for message in rest),
    )


async def _whole(receive: Receive) -> Message:
    """Return a request's body in one message."""
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return {"type": "http.request", "body": body, "more_body": False}


def _headers(holder: Mapping[str, Any]) -> dict[str, str]:
    names = [name for name, _ in holder["headers"]]
    assert len(names) == len(set(names)), "a header came twice"
    return {name.decode("ascii"): value.decode("ascii") for name, value in holder["headers"]}


@pytest.fixture(scope="module")
def recorded() -> list[Exchange]:
    return []


@pytest.fixture(scope="module")
def sandbox(recorded: list[Exchange]) -> Iterator[Sandbox]:
    made = Sandbox(connections=20, seed=5)
    made.app.add_middleware(Recorder, exchanges=recorded)
    with made:
        yield made


@pytest.fixture
def things(sandbox: Sandbox) -> Iterator[Callable[[], Things]]:
    """A function that makes things for a call."""
    with Polytomic(api_key=sandbox.key, base_url=sandbox.url) as polytomic:
        yield partial(Things, sandbox, polytomic)


# --- What the document says of it ------------------------------------------------------------------------------------

OF_HTTP = {
    *("accept", "accept-encoding", "authorization", "connection", "content-length", "content-type", "host"),
    "user-agent",
}


def check_request(exchange: Exchange) -> None:
    """Check a request against the document."""
    operation, path = find(exchange)
    parameters = [resolve(parameter) for parameter in operation["parameters"]]
    assert re.fullmatch(r"Bearer \S+", exchange.headers["authorization"])

    found = {
        "path": list(path.items()),
        "query": parse_qsl(exchange.query, keep_blank_values=True, strict_parsing=True) if exchange.query else [],
        "header": [(name, value) for name, value in exchange.headers.items() if name not in OF_HTTP],
    }
    for place, pairs in found.items():
        declared = {
            parameter["name"].lower() if place == "header" else parameter["name"]: parameter
            for parameter in parameters
            if parameter["in"] == place
        }
        names = [name for name, _ in pairs]
        assert len(names) == len(set(names)), f"a {place} parameter came twice"
        assert set(names) <= declared.keys(), f"a {place} parameter that the document does not name"
        assert {name for name, parameter in declared.items() if parameter.get("required")} <= set(names)
        for name, value in pairs:
            schema = resolve(declared[name]["schema"])
            _validate(schema, READ.get(schema["type"], str)(value))

    if "requestBody" in operation:
        assert exchange.headers["content-type"] == "application/json"
        _validate(resolve(operation["requestBody"])["content"]["application/json"]["schema"], json.loads(exchange.body))
    else:
        assert exchange.body == b""
        assert "content-type" not in exchange.headers


def check_answer(exchange: Exchange) -> str | None:
    """Check an answer against the document, and return the name of its schema, if it has content."""
    operation, _ = find(exchange)
    described = resolve(operation["responses"][str(exchange.status)])
    for name, header in described["headers"].items():
        _validate(resolve(header)["schema"], exchange.answer_headers[name.lower()])
    if "content" not in described:
        assert exchange.answer == b""
        return None
    assert exchange.answer_headers["content-type"] == "application/json"
    schema = described["content"]["application/json"]["schema"]
    _validate(schema, json.loads(exchange.answer))
    return str(schema["$ref"]).rpartition("/")[2]


READ: dict[str, Callable[[str], Any]] = {
    "boolean": lambda text: {"true": True, "false": False}.get(text, text),
    "integer": int,
}
"""What a parameter's text stands for."""


def find(exchange: Exchange) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the operation that a request is one of, and the parameters in its path."""
    (found,) = [
        (item[exchange.method.lower()], match.groupdict())
        for template, item in DOCUMENT["paths"].items()
        if (match := re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template), exchange.path))
    ]
    operation, parameters = found
    return operation, {name: unquote(value) for name, value in parameters.items()}


def _validate(schema: dict[str, Any], value: Any) -> None:
    whole = {**schema, "components": DOCUMENT["components"]}
    jsonschema_rs.Draft202012Validator(whole, validate_formats=True).validate(value)


METHODS: dict[str, str] = {
    snake(operation["operationId"]): method.upper()
    for item in DOCUMENT["paths"].values()
    for method, operation in item.items()
}

# --- The tests -------------------------------------------------------------------------------------------------------


def test_there_is_a_call_of_every_operation() -> None:
    assert CALLS.keys() == METHODS.keys() == MODULES.keys()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", CALLS)
def test_an_operation_is_sent_and_answered_as_the_document_says(
    sandbox: Sandbox, recorded: list[Exchange], things: Callable[[], Things], name: str, way: str
) -> None:
    call = CALLS[name](things())
    recorded.clear()

    answer = WAYS[way](sandbox, name, **call.arguments)

    (exchange,) = recorded
    operation, path = find(exchange)
    assert snake(operation["operationId"]) == name
    assert path == {parameter: str(call.arguments[parameter]) for parameter in path}
    assert dict(parse_qsl(exchange.query)) == call.query
    assert exchange.headers["x-polytomic-version"] == API_VERSION
    assert ("idempotency-key" in exchange.headers) is (METHODS[name] == "POST")
    if "body" in call.arguments:
        assert json.loads(exchange.body) == call.arguments["body"].to_dict()
    check_request(exchange)
    schema = check_answer(exchange)
    assert answer == (None if schema is None else getattr(models, schema).from_dict(json.loads(exchange.answer)))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", [name for name, method in METHODS.items() if method == "POST"])
def test_every_post_has_a_key_of_its_own_or_the_callers(
    sandbox: Sandbox, recorded: list[Exchange], things: Callable[[], Things], name: str, way: str
) -> None:
    own = f"own_{uuid4()}"
    calls = [CALLS[name](things()) for _ in range(3)]
    recorded.clear()

    for call in calls[:2]:
        WAYS[way](sandbox, name, **call.arguments)
    WAYS[way](sandbox, name, idempotency_key=own, **calls[2].arguments)

    first, second, third = (exchange.headers["idempotency-key"] for exchange in recorded)
    assert re.fullmatch("[0-9a-f]{32}", first)
    assert re.fullmatch("[0-9a-f]{32}", second)
    assert first != second
    assert third == own


# --- The checks can fail ---------------------------------------------------------------------------------------------

ID = "248df4b7-aa70-47b8-a036-33ac447e668d"
HEADERS = {"authorization": "Bearer key", "x-polytomic-version": API_VERSION}
ANSWER_HEADERS = {"content-type": "application/json", "x-polytomic-version": API_VERSION}
EVENTS = Exchange(
    *("GET", "/api/events", f"limit=5&starting_after=2023-04-25T12:00:00Z&organization_id={ID}", HEADERS, b""),
    *(200, ANSWER_HEADERS, b'{"data": []}'),
)
ACTIVATION = Exchange(
    *("POST", f"/api/bulk/syncs/{ID}/activate", "", {**HEADERS, "content-type": "application/json"}),
    *(b'{"active": true}', 200, ANSWER_HEADERS, f'{{"data": {{"active": true, "id": "{ID}"}}}}'.encode()),
)
DELETION = Exchange("DELETE", f"/api/bulk/syncs/{ID}", "", HEADERS, b"", 204, {"x-polytomic-version": API_VERSION})

BAD_REQUESTS: dict[str, Exchange] = {
    "an unknown path": replace(EVENTS, path="/api/event"),
    "an unknown method": replace(EVENTS, method="PUT"),
    "no version": replace(EVENTS, headers={"authorization": "Bearer key"}),
    "an unknown header": replace(EVENTS, headers={**HEADERS, "x-trace": "1"}),
    "no credential": replace(EVENTS, headers={"x-polytomic-version": API_VERSION}),
    "another credential": replace(EVENTS, headers={**HEADERS, "authorization": "key"}),
    "a parameter of another type": replace(EVENTS, query="limit=five"),
    "a parameter out of range": replace(EVENTS, query="limit=0"),
    "an instant without a time": replace(EVENTS, query="starting_after=2023-04-25"),
    "an id that is none": replace(EVENTS, query="organization_id=x"),
    "a truth in another word": replace(DELETION, query="refresh_schemas=True"),
    "an unknown parameter": replace(EVENTS, query="limits=5"),
    "a parameter twice": replace(EVENTS, query="limit=5&limit=5"),
    "an empty parameter": replace(EVENTS, query="type="),
    "no id in the path": replace(DELETION, path="/api/bulk/syncs/x"),
    "a body where there is none": replace(EVENTS, body=b"{}"),
    "no body": replace(ACTIVATION, body=b""),
    "a body without its member": replace(ACTIVATION, body=b"{}"),
    "a member of another type": replace(ACTIVATION, body=b'{"active": "true"}'),
    "a body that is not called JSON": replace(ACTIVATION, headers=HEADERS),
    "a key that is too short": replace(ACTIVATION, headers={**ACTIVATION.headers, "idempotency-key": "short"}),
    "a key where there is none": replace(EVENTS, headers={**HEADERS, "idempotency-key": "0" * 32}),
}
BAD_ANSWERS: dict[str, Exchange] = {
    "an unknown status": replace(EVENTS, status=201),
    "no version": replace(EVENTS, answer_headers={"content-type": "application/json"}),
    "another type": replace(EVENTS, answer_headers={**ANSWER_HEADERS, "content-type": "text/html"}),
    "no content": replace(EVENTS, answer=b""),
    "content without its member": replace(EVENTS, answer=b"{}"),
    "null for an array": replace(EVENTS, answer=b'{"data": null}'),
    "a member of another type": replace(ACTIVATION, answer=b'{"data": {"active": 1, "id": "%s"}}' % ID.encode()),
    "an id that is none": replace(ACTIVATION, answer=b'{"data": {"active": true, "id": "x"}}'),
    "content where there is none": replace(DELETION, answer=b"{}"),
}
FAULTS = (AssertionError, KeyError, ValueError, jsonschema_rs.ValidationError)


@pytest.mark.parametrize("exchange", [EVENTS, ACTIVATION, DELETION])
def test_what_the_document_allows_passes_the_checks(exchange: Exchange) -> None:
    check_request(exchange)
    check_answer(exchange)


@pytest.mark.parametrize("exchange", BAD_REQUESTS.values(), ids=BAD_REQUESTS)
def test_a_request_that_the_document_does_not_allow_is_found(exchange: Exchange) -> None:
    with pytest.raises(FAULTS):
        check_request(exchange)


@pytest.mark.parametrize("exchange", BAD_ANSWERS.values(), ids=BAD_ANSWERS)
def test_an_answer_that_the_document_does_not_allow_is_found(exchange: Exchange) -> None:
    with pytest.raises(FAULTS):
        check_answer(exchange)


# --- Types that say something ----------------------------------------------------------------------------------------

FACES = (AsyncOperations, AsyncOperationsWithResponse, Operations, OperationsWithResponse, AsyncPolytomic, Polytomic)


@pytest.mark.parametrize("face", FACES)
def test_no_public_method_has_an_argument_or_a_result_of_any_type(face: type) -> None:
    vague = [
        f"{name}: {annotation}"
        for name, method in inspect.getmembers(face, inspect.isfunction)
        if not name.startswith("_") and name != "request"  # of which the caller says what it is
        for typed in typing.get_overloads(method) or [inspect.unwrap(method)]
        for annotation in map(str, inspect.get_annotations(typed).values())
        if re.search(r"\bAny\b", annotation)
    ]

    assert vague == []


def test_a_member_of_a_model_is_of_any_type_only_where_the_document_says_nothing() -> None:
    vague: set[tuple[str, str]] = set()
    for name in models.__all__:
        model = getattr(models, name)
        if attrs.has(model):
            hints = typing.get_type_hints(model)
            vague |= {(name, field.name) for field in attrs.fields(model) if "Any" in str(hints[field.name])}

    silent = {
        (name, member)
        for name, schema in DOCUMENT["components"]["schemas"].items()
        for part in schema.get("allOf", [schema])
        for member, described in part.get("properties", {}).items()
        if _says_nothing(described)
    }
    assert {pair for pair in vague if pair[1] != "additional_properties"} == silent


def _says_nothing(schema: dict[str, Any]) -> bool:
    parts = [*schema.get("oneOf", []), *schema.get("anyOf", []), *([schema["items"]] if "items" in schema else [])]
    return any(map(_says_nothing, parts)) or schema.keys().isdisjoint({"$ref", "type", "oneOf", "anyOf"})
