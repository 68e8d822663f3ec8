"""The sandbox over real sockets: what it checks, in which order, and that its answers are what the document says."""

from __future__ import annotations

import base64
import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import jsonschema_rs
import pytest
import yaml
from starlette.applications import Starlette

from polytomic_client import NotFoundError, Polytomic, __version__
from polytomic_client.sandbox import Sandbox, World, _app
from polytomic_client.sandbox._app import create_app

from .conftest import DOCUMENT, ON_PURPOSE, VERSION, check_error, check_schema

DATA = Path(__file__).parents[1] / "data"
PATH = "/api/bulk/dest/{id}"


def basic(user: str, password: str = "") -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def path_of(connection_id: object) -> str:
    return f"/api/bulk/dest/{connection_id}"


def check_unauthorized(response: httpx.Response) -> None:
    assert response.status_code == 401
    assert response.headers["X-Polytomic-Version"] == VERSION
    assert response.headers["Content-Type"] == "application/json"
    assert response.json() == {
        "code": 401,
        "context": {},
        "error": "invalid or unknown API key",
        "status": "Unauthorized",
    }
    check_schema("UnauthorizedError", response.json())


def example(response: str, name: str) -> Any:
    return DOCUMENT["components"]["responses"][response]["content"]["application/json"]["examples"][name]["value"]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(connections=100, seed=11) as running:
        yield running


@pytest.fixture
def world(sandbox: Sandbox) -> World:
    return sandbox.world


@pytest.fixture
def http(sandbox: Sandbox) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {sandbox.key}", "X-Polytomic-Version": VERSION}
    with httpx.Client(base_url=sandbox.url, headers=headers) as client:
        yield client


@pytest.fixture
def path(world: World) -> str:
    """The path of a connection that answers."""
    return path_of(next(connection.id for connection in world.connections if connection.status == 200))


def test_every_connection_answers_as_the_world_says_and_as_the_document_describes(
    http: httpx.Client, world: World
) -> None:
    statuses: set[int] = set()
    modes: set[str] = set()
    for connection in world.connections:
        response = http.get(path_of(connection.id))
        statuses.add(response.status_code)
        assert response.status_code == connection.status
        assert response.headers["X-Polytomic-Version"] == VERSION
        if connection.status == 200:
            assert response.headers["Content-Type"] == "application/json"
            assert response.json() == {"data": connection.destination}
            check_schema("BulkDestinationEnvelope", response.json())
            modes |= {mode["id"] for mode in response.json()["data"]["modes"]}
    assert statuses == {200, 403, 404, 500}
    assert modes == {"replicate", "snapshot"}


def test_the_schema_check_can_fail() -> None:
    with pytest.raises(jsonschema_rs.ValidationError):
        check_schema("BulkDestinationEnvelope", {"data": {"configuration": None, "modes": [{"ID": "replicate"}]}})


@pytest.mark.parametrize(
    ("status", "key", "message"),
    [
        (403, "forbidden", "permission denied"),
        (404, "not_found", "connection not found"),
        (500, "internal_error", ON_PURPOSE),
    ],
)
def test_a_connection_that_refuses_does_so_every_time(
    http: httpx.Client, world: World, status: int, key: str, message: str
) -> None:
    connection = next(connection for connection in world.connections if connection.status == status)
    for _ in range(3):
        assert check_error(http.get(path_of(connection.id)), status, key) == message


def test_an_id_that_nobody_has_is_not_found(http: httpx.Client) -> None:
    assert check_error(http.get(path_of(uuid4())), 404, "not_found") == "connection not found"


def test_errors_are_the_examples_of_the_document(http: httpx.Client, world: World) -> None:
    by_status = {connection.status: connection.id for connection in world.connections}
    assert http.get(path_of(by_status[403])).json() == example("Forbidden", "not_permitted")
    failure = {**example("InternalServerError", "failure"), "message": ON_PURPOSE}
    assert http.get(path_of(by_status[500])).json() == failure
    assert http.get(path_of("x")).json() == example("BadRequest", "malformed_id")
    unauthorized = http.get(path_of("x"), headers={"Authorization": ""})
    assert unauthorized.json() == example("Unauthorized", "unknown_key")


@pytest.mark.parametrize("form", ["Bearer {key}", "bearer {key}", "BEARER {key}", "basic"])
def test_authorization_that_is_accepted(http: httpx.Client, world: World, path: str, form: str) -> None:
    authorization = basic(world.key) if form == "basic" else form.format(key=world.key)
    assert http.get(path, headers={"Authorization": authorization}).status_code == 200


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "{key}",
        "Bearer",
        "Bearer {key}0",
        "Bearer 00000000-0000-4000-8000-000000000000",
        "Bearer {key_in_base64}",
        "Digest {key}",
        "Basic {key}",
        "Basic !",
        basic("somebody"),
        basic("", "{key}"),
        "Basic {key_and_password}",
    ],
)
def test_authorization_that_is_refused(http: httpx.Client, world: World, path: str, authorization: str) -> None:
    filled = authorization.format(
        key=world.key,
        key_in_base64=base64.b64encode(world.key.encode()).decode(),
        key_and_password=basic(world.key, "password").removeprefix("Basic "),
    )
    check_unauthorized(http.get(path, headers={"Authorization": filled}))


def test_authorization_that_is_missing_or_not_ascii(sandbox: Sandbox, path: str) -> None:
    url = sandbox.url + path
    check_unauthorized(httpx.get(url, headers={"X-Polytomic-Version": VERSION}))
    check_unauthorized(httpx.get(url, headers=[(b"Authorization", b"Bearer \xff\xe9")]))


def test_a_missing_version_is_refused(sandbox: Sandbox) -> None:
    headers = {"Authorization": f"Bearer {sandbox.key}"}
    message = check_error(httpx.get(sandbox.url + path_of(uuid4()), headers=headers), 400, "bad_request")
    assert message == "X-Polytomic-Version is missing. Send 2023-04-25."


@pytest.mark.parametrize("sent", ["2024-02-08", "2023-04-25 ,", "", "latest"])
def test_an_unknown_version_is_refused(http: httpx.Client, sent: str) -> None:
    response = http.get(path_of(uuid4()), headers={"X-Polytomic-Version": sent})
    message = check_error(response, 400, "bad_request")
    assert message == f"X-Polytomic-Version must be 2023-04-25, got {sent!r}."


@pytest.mark.parametrize(
    "id_",
    [
        "x",
        "248df4b7aa7047b8a03633ac447e668d",
        "248df4b7-aa70-47b8-a036-33ac447e668",
        "248df4b7-aa70-47b8-a036-33ac447e668dd",
        "248df4b7-aa70-47b8-a036-33ac447e668g",
        "{248df4b7-aa70-47b8-a036-33ac447e668d}",
        "urn:uuid:248df4b7-aa70-47b8-a036-33ac447e668d",
        "248df4b7-aa70-47b8-a036-33ac447e668d%0A",
        "%D9%A248df4b7-aa70-47b8-a036-33ac447e668d",
    ],
)
def test_an_id_that_is_no_uuid_is_refused(http: httpx.Client, id_: str) -> None:
    assert check_error(http.get(path_of(id_)), 400, "bad_request") == "id is not a UUID"


def test_an_id_in_upper_case_is_the_same_id(http: httpx.Client, path: str) -> None:
    assert http.get(path_of(path.removeprefix(path_of("")).upper())).status_code == 200


def test_checks_come_in_the_order_authorization_version_id(http: httpx.Client) -> None:
    wrong = {"Authorization": "Bearer x", "X-Polytomic-Version": "x"}
    check_unauthorized(http.get(path_of("x"), headers=wrong))
    del wrong["Authorization"]
    assert "X-Polytomic-Version" in check_error(http.get(path_of("x"), headers=wrong), 400, "bad_request")


@pytest.mark.parametrize(
    "path", ["/x", "/api/bulk", "/api/bulk/dest/", path_of(f"{UUID(int=1)}/"), "/api/bulk/dest/a/b"]
)
def test_an_unknown_path_is_not_found(http: httpx.Client, path: str) -> None:
    assert check_error(http.get(path), 404, "not_found") == f"this API has no path {path}"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"])
def test_a_wrong_method_is_not_allowed(http: httpx.Client, method: str) -> None:
    response = http.request(method, path_of(uuid4()))
    message = check_error(response, 405, "method_not_allowed")
    assert message == f"{method} is not allowed here. Use GET."
    assert response.headers["Allow"] == "GET"


def test_head_is_not_in_the_document(http: httpx.Client) -> None:
    response = http.head(path_of(uuid4()))
    assert (response.status_code, response.content) == (405, b"")
    assert response.headers["X-Polytomic-Version"] == VERSION


def test_the_root_says_what_this_is_without_a_key(sandbox: Sandbox) -> None:
    response = httpx.get(sandbox.url)
    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/json")
    about = response.json()
    assert about["name"] == "Polytomic sandbox"
    assert (about["version"], about["api_version"]) == (__version__, VERSION)
    assert about["environment"]["POLYTOMIC_DEPLOYMENT_URL"] == sandbox.url
    assert sandbox.key not in response.text
    assert set(about["endpoints"]) == {
        f"{method.upper()} {path}"
        for path, item in DOCUMENT["paths"].items()
        for method in item
        if method != "parameters"
    }
    assert response.text.endswith("\n}\n")  # for a person with curl


def test_the_root_can_only_be_read(http: httpx.Client) -> None:
    assert check_error(http.post("/"), 404, "not_found") == "this API has no path /"


def test_every_response_has_a_request_id_of_its_own(http: httpx.Client, world: World, path: str) -> None:
    failing = next(connection.id for connection in world.connections if connection.status == 500)
    responses = [
        http.get("/"),
        http.get("/unknown"),
        http.post(path),
        http.get(path, headers={"Authorization": "Bearer x"}),
        http.get(path_of("x")),
        http.post("/api/connections", json={}),
        http.get(path),
        http.get(path_of(failing)),
    ]
    assert [response.status_code for response in responses] == [200, 404, 405, 401, 400, 422, 200, 500]
    ids = [response.headers.get_list("X-Request-Id") for response in responses]
    assert all(len(values) == 1 for values in ids), ids
    assert len({values[0] for values in ids}) == len(responses)


def test_a_replayed_response_has_a_new_request_id(http: httpx.Client) -> None:
    keyed = {"Idempotency-Key": "once"}
    body = {"name": "CRM", "type": "hubspot"}
    one, other = (http.post("/api/connections", json=body, headers=keyed) for _ in range(2))
    assert one.json() == other.json()
    assert one.headers["X-Request-Id"] != other.headers["X-Request-Id"]


def test_the_errors_of_a_client_name_the_request(sandbox: Sandbox) -> None:
    with Polytomic(api_key=sandbox.key, base_url=sandbox.url) as polytomic, pytest.raises(NotFoundError) as caught:
        polytomic.get_bulk_destination(uuid4())
    assert caught.value.request_id == caught.value.headers["X-Request-Id"]
    assert re.fullmatch("sandbox-[0-9]+", caught.value.request_id or "")
    assert f"[{caught.value.request_id}]" in str(caught.value)


def in_process(app: Starlette, key: str, version: str = VERSION) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app, raise_app_exceptions=False),
        base_url="http://sandbox",
        headers={"Authorization": f"Bearer {key}", "X-Polytomic-Version": version},
    )


@pytest.mark.asyncio
async def test_a_path_of_the_document_without_a_handler_is_not_implemented() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["paths"]["/api/new/{id}"] = {
        "parameters": [{"$ref": "#/components/parameters/Version"}],
        "get": {"operationId": "getNew"},
        "post": {"operationId": "createNew"},
    }
    world = World(1)
    async with in_process(create_app(world, document=document), world.key) as http:
        for method, operation in [("GET", "getNew"), ("POST", "createNew")]:
            message = check_error(await http.request(method, "/api/new/1"), 501, "not_implemented")
            assert message == f"the sandbox does not implement {operation}"
        assert (await http.delete("/api/new/1")).headers["Allow"] == "GET, POST"
        check_unauthorized(await http.get("/api/new/1", headers={"Authorization": "Bearer x"}))
        assert (await http.get(path_of(world.connections[0].id))).status_code == 200
        del http.headers["X-Polytomic-Version"]
        check_error(await http.get("/api/new/1"), 400, "bad_request")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        # It was checked, and has no handler.
        (
            "sync_id=a&sync_id=b&filters[x]=1&params[y]=1&params[y]=2&since[first]=1",
            501,
            "the sandbox does not implement listNew",
        ),
        ("sync_id=a&moments[from]=2024-02-29T12:30:00Z", 501, "the sandbox does not implement listNew"),
        ("since[first]=x", 400, 'since.first: "x" is not of type "integer"'),
        ("filters[x]=1&filters[x]=2", 400, "filters[x] must be given once, got 2 values"),
    ],
)
async def test_parameters_of_every_form_are_checked(query: str, status: int, message: str) -> None:
    document = yaml.safe_load((DATA / "taken.yaml").read_text(encoding="utf-8"))
    document["paths"]["/events"]["get"]["operationId"] = "listNew"
    world = World(1)
    async with in_process(create_app(world, document=document), world.key, "2000-01-29") as http:
        response = await http.get(f"/events?{query}")
    assert (response.status_code, response.json()["message"]) == (status, message)


@pytest.mark.asyncio
async def test_the_version_and_whether_it_is_required_come_from_the_document() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["components"]["parameters"]["Version"]["schema"]["default"] = "2031-01-01"
    document["components"]["parameters"]["Version"]["required"] = False
    world = World(1)
    path = path_of(world.connections[0].id)
    async with in_process(create_app(world, document=document), world.key, "2031-01-01") as http:
        response = await http.get(path)
        assert (response.status_code, response.headers["X-Polytomic-Version"]) == (200, "2031-01-01")
        assert (await http.get(path, headers={"X-Polytomic-Version": VERSION})).status_code == 400
        del http.headers["X-Polytomic-Version"]
        assert (await http.get(path)).status_code == 200


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("schemes", "with_bearer", "with_basic", "with_nothing"),
    [(["bearer"], 200, 401, 401), (["basic"], 401, 200, 401), ([], 200, 200, 200)],
)
async def test_the_security_comes_from_the_document(
    schemes: list[str], with_bearer: int, with_basic: int, with_nothing: int
) -> None:
    document = copy.deepcopy(DOCUMENT)
    document["paths"][PATH]["get"]["security"] = [{scheme: []} for scheme in schemes]
    world = World(1)
    path = path_of(world.connections[0].id)
    async with in_process(create_app(world, document=document), world.key) as http:
        assert (await http.get(path)).status_code == with_bearer
        assert (await http.get(path, headers={"Authorization": basic(world.key)})).status_code == with_basic
        assert (await http.get(path, headers={"Authorization": ""})).status_code == with_nothing


@pytest.mark.asyncio
async def test_a_fault_of_the_sandbox_itself_is_an_error_of_the_api_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> bytes:
        raise RuntimeError

    monkeypatch.setitem(_app._HANDLERS, "getBulkDestination", broken)
    world = World(1)
    async with in_process(create_app(world), world.key) as http:
        response = await http.get(path_of(world.connections[0].id))
        check_error(response, 500, "internal_error")
        assert response.headers["X-Request-Id"] == "sandbox-1"


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the sandbox would have slept, in seconds."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(_app, "sleep", sleep)
    return slept


@pytest.mark.asyncio
async def test_every_operation_takes_the_latency(pauses: list[float]) -> None:
    world = World(1)
    async with in_process(create_app(world, latency=0.25), world.key) as http:
        assert (await http.get(path_of(world.connections[0].id))).status_code == 200
        assert (await http.get(path_of(uuid4()))).status_code == 404  # only the world knows
        assert pauses == [0.25, 0.25]
        assert (await http.post("/api/connections", json={"name": "", "type": "hubspot"})).status_code == 200
    assert pauses == [0.25, 0.25, 0.25]


@pytest.mark.asyncio
async def test_what_is_refused_for_its_form_is_refused_at_once(pauses: list[float]) -> None:
    world = World(1)
    path = path_of(world.connections[0].id)
    async with in_process(create_app(world, latency=0.25), world.key) as http:
        refused = [
            await http.get("/unknown"),
            await http.post(path),
            await http.get(path, headers={"Authorization": "Bearer x"}),
            await http.get(path, headers={"X-Polytomic-Version": "x"}),
            await http.get(path_of("x")),
            await http.post("/api/connections", content="{"),
            await http.post("/api/connections", json={}),
        ]
    assert [response.status_code for response in refused] == [404, 405, 401, 400, 400, 400, 422]
    assert pauses == []


@pytest.mark.asyncio
async def test_a_pair_of_latencies_bounds_a_random_one_that_the_seed_decides(pauses: list[float]) -> None:
    runs: list[list[float]] = []
    for seed in (1, 1, 2):
        world = World(0, seed)
        async with in_process(create_app(world, latency=(0.03, 0.1)), world.key) as http:
            for _ in range(20):
                assert (await http.get("/api/me")).status_code == 200
        runs.append(pauses.copy())
        pauses.clear()
    assert runs[0] == runs[1] != runs[2]
    assert all(0.03 <= seconds <= 0.1 for seconds in runs[0])
    assert len(set(runs[0])) == 20


@pytest.mark.asyncio
@pytest.mark.parametrize("latency", [0, 0.0, (0, 0)])
async def test_no_latency_does_not_sleep(pauses: list[float], latency: Any) -> None:
    world = World(0)
    async with in_process(create_app(world, latency=latency), world.key) as http:
        assert (await http.get("/api/me")).status_code == 200
    assert pauses == []


@pytest.mark.parametrize(
    "latency",
    [
        -0.1,
        float("nan"),
        float("inf"),
        True,
        "soon",
        None,
        (),
        (1,),
        (1, 2, 3),
        (0.2, 0.1),
        (-1, 1),
        (0, float("inf")),
        (False, True),
        [0, 1],
    ],
)
def test_what_is_no_latency_is_refused(latency: Any) -> None:
    with pytest.raises(ValueError, match=r"^latency must be a number of seconds, 0 or more, or a pair"):
        create_app(World(0), latency=latency)
