"""What goes over the wire, and what comes back."""

from __future__ import annotations

import asyncio
import base64
import gzip
from collections.abc import Callable
from enum import Enum
from typing import Any
from uuid import UUID

import attrs
import httpx
import pytest

from polytomic_client import (
    AsyncPolytomic,
    ConfigurationError,
    Polytomic,
    __version__,
    fan_out_blocking,
    fetch_all,
    models,
)
from polytomic_client.v2023_04_25 import AuthenticatedClient
from polytomic_client.v2023_04_25.api.bulk_sync import get_bulk_destination

from .conftest import ID, KEY, Ask, with_response
from .server import DESTINATION, Answer, Server


def test_a_call_sends_exactly_the_documented_request(ask: Ask) -> None:
    with Server() as server:
        answer = ask(base_url=server.url)

    assert answer.data.modes[0].id == "snapshot"
    assert answer.to_dict() == DESTINATION
    (request,) = server.requests
    assert request.line == f"GET /api/bulk/dest/{ID} HTTP/1.1"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["x-polytomic-version"] == "2023-04-25"
    assert request.headers["accept"] == "application/json"
    assert request.headers["accept-encoding"] == "gzip"
    assert request.headers["host"] == server.url.removeprefix("http://")
    assert request.headers["user-agent"].startswith(f"polytomic-client/{__version__} python/3.")
    for name in (b"authorization", b"x-polytomic-version", b"user-agent", b"accept", b"accept-encoding", b"host"):
        assert request.raw.lower().count(b"\r\n" + name + b":") == 1
    assert not {"cookie", "content-type", "content-length"} & request.headers.keys()


@pytest.mark.parametrize("app_info", ["my-service", "my-service/1.2", "my-service/1.2 plug_in/2026.1-rc~1 third"])
def test_the_application_comes_first_in_the_user_agent(ask: Ask, app_info: str) -> None:
    with Server() as server:
        ask(base_url=server.url, app_info=app_info)
    (request,) = server.requests
    assert request.headers["user-agent"].startswith(f"{app_info} polytomic-client/{__version__} python/3.")


def test_headers_of_the_client_are_in_every_request_and_a_copys_replace_them(ask: Ask) -> None:
    headers = {"X-Trace": "a", "X-Team": "b"}
    with Server() as server:
        ask(base_url=server.url, headers=headers)
        with Polytomic(api_key=KEY, base_url=server.url, headers=headers) as polytomic:
            polytomic.with_options(headers={"x-trace": "c"}).get_bulk_destination(ID)
    assert [(each.headers["x-trace"], each.headers["x-team"]) for each in server.requests] == [("a", "b"), ("c", "b")]
    assert all(each.raw.lower().count(b"x-trace:") == 1 for each in server.requests)


@pytest.mark.parametrize(
    ("settings", "pair"),
    [({"deployment_key": "dep-key"}, "dep-key:"), ({"basic_auth": ("organization", "p w:ö")}, "organization:p w:ö")],
)
def test_basic_credentials(ask: Ask, settings: dict[str, Any], pair: str) -> None:
    with Server() as server:
        ask(base_url=server.url, **settings)

    assert server.requests[0].headers["authorization"] == "Basic " + base64.b64encode(pair.encode()).decode()


@pytest.mark.parametrize("prefix", ["", "/", "/polytomic", "/a/b/"])
def test_a_path_prefix_of_an_on_premises_deployment_is_kept(ask: Ask, prefix: str) -> None:
    with Server() as server:
        ask(base_url=server.url + prefix)

    assert server.requests[0].target == f"{prefix.rstrip('/')}/api/bulk/dest/{ID}"


def test_another_version_is_asked_for_and_its_echo_accepted(ask: Ask) -> None:
    with Server(Answer(headers={"X-Polytomic-Version": "2024-02-08"})) as server:
        ask(base_url=server.url, version="2024-02-08")

    assert server.requests[0].headers["x-polytomic-version"] == "2024-02-08"


def test_a_version_that_a_generated_function_is_given_stands() -> None:
    with (
        Server(Answer(headers={"X-Polytomic-Version": "2022-12-12"})) as server,
        Polytomic(api_key=KEY, base_url=server.url, version="2024-02-08") as polytomic,
    ):
        get_bulk_destination.sync(ID, client=polytomic.generated, x_polytomic_version="2022-12-12")

    assert server.requests[0].headers["x-polytomic-version"] == "2022-12-12"


@pytest.mark.parametrize("other", ["2024-02-08", None])
def test_a_version_that_a_generated_function_is_given_stands_even_if_it_is_its_own(other: str | None) -> None:
    with Server() as server, Polytomic(api_key=KEY, base_url=server.url) as polytomic:
        generated = polytomic.with_options(version=other).generated
        get_bulk_destination.sync(ID, client=generated, x_polytomic_version="2023-04-25")

    assert server.requests[0].headers["x-polytomic-version"] == "2023-04-25"


@pytest.mark.parametrize(("asked", "sent"), [(None, "2025-09-18"), ("2024-02-08", "2024-02-08")])
async def test_an_operation_of_another_package_has_its_own_version_unless_the_client_asks_for_one(
    asked: str | None, sent: str
) -> None:
    later = attrs.evolve(get_bulk_destination.OPERATION, version="2025-09-18")
    kwargs = get_bulk_destination._get_kwargs(ID)
    with Server(*[Answer(headers={"X-Polytomic-Version": sent})] * 2) as server:
        with Polytomic(api_key=KEY, base_url=server.url, version=asked) as blocking:
            blocking._perform(later, kwargs)
        async with AsyncPolytomic(api_key=KEY, base_url=server.url, version=asked) as polytomic:
            await polytomic._perform(later, kwargs)

    assert [request.headers["x-polytomic-version"] for request in server.requests] == [sent, sent]


def test_a_client_of_the_users_own_sends_the_pin_of_the_operation() -> None:
    with Server() as server, AuthenticatedClient(base_url=server.url, token=KEY) as client:
        assert get_bulk_destination.sync(ID, client=client).data.modes
        get_bulk_destination.sync(ID, client=client, x_polytomic_version="2024-02-08")

    assert [request.headers["x-polytomic-version"] for request in server.requests] == ["2023-04-25", "2024-02-08"]
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"


def test_an_absent_version_header_is_accepted(ask: Ask) -> None:
    with Server(Answer(headers={"X-Polytomic-Version": None})) as server:
        assert ask(base_url=server.url).data.modes


@pytest.mark.parametrize("version_header", ["x-polytomic-version", "X-POLYTOMIC-VERSION"])
def test_header_names_are_taken_in_any_case(ask: Ask, version_header: str) -> None:
    with Server(Answer(headers={"X-Polytomic-Version": None, version_header: "2023-04-25"})) as server:
        assert ask(base_url=server.url).data.modes


def test_compressed_bodies_are_decompressed(ask: Ask) -> None:
    body = gzip.compress(b'{"data": {"modes": [],') + gzip.compress(b'"configuration": {}}}')
    with Server(Answer(body=body, headers={"Content-Encoding": "gzip"})) as server:
        answer = ask(base_url=server.url)

    assert answer.to_dict() == {"data": {"modes": [], "configuration": {}}}


def test_chunked_bodies_are_read(ask: Ask) -> None:
    chunks = b'6\r\n{"data\r\n2\r\n":\r\n3\r\n{}}\r\n0\r\n\r\n'
    with Server(Answer(body=chunks, headers={"Content-Length": None, "Transfer-Encoding": "chunked"})) as server:
        assert ask(base_url=server.url).to_dict() == {"data": {}}


def test_cookies_are_neither_kept_nor_sent() -> None:
    with Server(Answer(headers={"Set-Cookie": "session=1; Path=/"})) as server:

        async def twice() -> None:
            async with AsyncPolytomic(api_key=KEY, base_url=server.url) as polytomic:
                for _ in range(2):
                    await polytomic.get_bulk_destination(ID)
                    await get_bulk_destination.asyncio(ID, client=polytomic.generated)

        asyncio.run(twice())
        with Polytomic(api_key=KEY, base_url=server.url) as polytomic:
            for _ in range(2):
                polytomic.get_bulk_destination(ID)
                get_bulk_destination.sync(ID, client=polytomic.generated)

    assert len(server.requests) == 8
    assert not any("cookie" in request.headers for request in server.requests)


def test_connections_are_kept_between_calls() -> None:
    with Server() as server:

        async def thrice() -> None:
            async with AsyncPolytomic(api_key=KEY, base_url=server.url) as polytomic:
                for _ in range(3):
                    await polytomic.get_bulk_destination(ID)

        asyncio.run(thrice())
        assert server.connections == 1
        with Polytomic(api_key=KEY, base_url=server.url) as polytomic:
            for _ in range(3):
                polytomic.get_bulk_destination(ID)
        assert server.connections == 2


def test_an_answer_gives_access_to_its_status_and_headers() -> None:
    with Server(Answer(headers={"X-Request-Id": "req-7"})) as server:
        for answer in with_response(server.url):
            assert answer.status_code == 200
            assert answer.headers["x-request-id"] == answer.headers["X-Request-ID"] == "req-7"
            assert answer.request_id == "req-7"
            assert answer.attempts == 1
            assert answer.parsed.to_dict() == DESTINATION
            assert b"snapshot" in answer.content


def test_the_detailed_generated_functions_answer_the_same() -> None:
    with Server() as server, Polytomic(api_key=KEY, base_url=server.url) as polytomic:
        response = get_bulk_destination.sync_detailed(str(ID), client=polytomic.generated)

    assert response.status_code == 200
    assert response.parsed.to_dict() == DESTINATION
    assert response.headers["X-Polytomic-Version"] == "2023-04-25"


def test_a_header_that_is_not_ascii_is_no_obstacle(ask: Ask) -> None:
    with Server(Answer(headers={"X-Note": "caf\xe9"})) as server:
        assert ask(base_url=server.url).data.modes


@pytest.mark.parametrize("version", ["latest", "2024-02-08\r\nX-Evil: 1", ""])
def test_a_malformed_version_for_a_generated_function_is_refused_before_anything_is_sent(version: str) -> None:
    with Server() as server, Polytomic(api_key=KEY, base_url=server.url) as polytomic:
        with pytest.raises((ConfigurationError, httpx.HTTPError), match="version|header"):
            get_bulk_destination.sync(ID, client=polytomic.generated, x_polytomic_version=version)
    assert server.connections == 0


BAD_IDS = ["..", ".", "", "a/b", "%2e%2e", "\r\n", "not-a-uuid", "248df4b7-aa70-47b8-a036", None, 5, f"{ID}/../x"]


@pytest.mark.parametrize("bad", BAD_IDS)
def test_an_id_that_is_no_uuid_is_refused_before_anything_is_sent(bad: Any) -> None:
    with Server() as server:

        async def calls() -> None:
            async with AsyncPolytomic(api_key=KEY, base_url=server.url) as polytomic:
                with pytest.raises(ValueError, match="id must be a UUID"):
                    await polytomic.get_bulk_destination(bad)
                with pytest.raises(ValueError, match="id must be a UUID"):
                    await get_bulk_destination.asyncio(bad, client=polytomic.generated)

        asyncio.run(calls())
        with Polytomic(api_key=KEY, base_url=server.url) as polytomic:
            with pytest.raises(ValueError, match="id must be a UUID"):
                polytomic.get_bulk_destination(bad)
            with pytest.raises(ValueError, match="id must be a UUID"):
                get_bulk_destination.sync_detailed(bad, client=polytomic.generated)

    assert server.connections == 0


CONNECTION = models.Connection.from_dict({"id": str(ID), "name": "canary", "configuration": {"password": "canary"}})
ENVELOPE = models.ConnectionEnvelope(data=CONNECTION)
NO_ID = models.CreateConnection.from_dict({"name": "canary", "type": "s3", "configuration": {"password": "canary"}})

INSTEAD_OF_IDS: list[tuple[str, Callable[[Any, Any], Any]]] = [
    ("id", lambda client, model: client.get_bulk_destination(model)),
    ("schema_id", lambda client, model: client.get_bulk_source_schema(ID, model)),
    ("organization_id", lambda client, model: client.list_events(organization_id=model)),
    ("id", lambda client, model: client.run_bulk_sync(model)),
    ("role_id", lambda client, model: client.request("GET", "/api/x/{role_id}", path_params={"role_id": model})),
    ("id", lambda client, model: client.request("GET", "/api/x", params={"id": [str(ID), model]})),
    ("", lambda client, model: client.start_bulk_sync_execution(ID, schemas=[model])),
]


@pytest.mark.parametrize(
    ("model", "kind", "advice"),
    [
        (CONNECTION, "Connection", " Did you mean .id?"),
        (ENVELOPE, "ConnectionEnvelope", " Did you mean .data.id?"),
        (NO_ID, "CreateConnection", ""),
    ],
)
@pytest.mark.parametrize(("name", "call"), INSTEAD_OF_IDS)
async def test_a_model_where_its_id_belongs_is_refused_with_the_member_to_pass(
    model: Any, kind: str, advice: str, name: str, call: Callable[[Any, Any], Any]
) -> None:
    said: list[str] = []
    with Server() as server:
        async with AsyncPolytomic(api_key=KEY, base_url=server.url) as client:
            with pytest.raises((ValueError, TypeError)) as caught:
                await call(client, model)
            said.append(str(caught.value))
        with Polytomic(api_key=KEY, base_url=server.url) as client:
            with pytest.raises((ValueError, TypeError)) as caught:
                call(client, model)
            said.append(str(caught.value))
    assert said[0] == said[1]
    if name:
        assert said[0].startswith(f"{name} must be ")
        assert said[0].endswith(f", got {kind}.{advice}")
    else:
        assert said[0] == f"cannot encode $.schemas[0] as JSON, got {kind}.{advice}"
    assert "canary" not in repr(caught.value)
    assert server.requests == []


def test_a_model_for_a_parameter_that_is_not_an_id_is_told_nothing_of_ids() -> None:
    with Polytomic(api_key=KEY, base_url="http://127.0.0.1:1") as client:
        refresh: Any = CONNECTION
        with pytest.raises(ValueError, match=r"^refresh_schemas must be .*, got Connection\.$"):
            client.get_bulk_sync(ID, refresh_schemas=refresh)


async def test_each_model_of_a_fan_out_is_told_to_be_an_id() -> None:
    items: list[Any] = [CONNECTION, ID, CONNECTION]
    with Server() as server:
        async with AsyncPolytomic(api_key=KEY, base_url=server.url) as client:
            outcomes = await fetch_all(client.get_bulk_destination, items)
        with Polytomic(api_key=KEY, base_url=server.url) as blocking:
            with fan_out_blocking(blocking.get_bulk_destination, items, ordered=True) as found:
                outcomes += list(found)
    for first, second, third in (outcomes[:3], outcomes[3:]):
        assert second.ok
        for outcome in (first, third):
            assert isinstance(outcome.error, ValueError)
            assert str(outcome.error).endswith(", got Connection. Did you mean .id?")
            assert "canary" not in repr(outcome.error)
    assert len(server.requests) == 2


@pytest.mark.parametrize("good", [ID, str(ID), str(ID).upper(), ID.hex, ID.urn])
def test_every_form_of_a_uuid_asks_for_the_same_path(good: UUID | str) -> None:
    with Server() as server, Polytomic(api_key=KEY, base_url=server.url) as polytomic:
        polytomic.get_bulk_destination(good)

    assert server.requests[0].target == f"/api/bulk/dest/{ID}"


class Word(str, Enum):  # noqa: UP042  (whose str and format are its name)
    KEY = "nightly-2023"
    VERSION = "2024-02-08"
    HEADER = "X-Trace"


def test_a_member_of_an_enum_of_strings_is_sent_as_its_value(ask: Ask) -> None:
    with Server(*[Answer(headers={"X-Polytomic-Version": Word.VERSION.value})] * 2) as server:
        ask(base_url=server.url, version=Word.VERSION, headers={Word.HEADER: Word.KEY})
        with Polytomic(api_key=KEY, base_url=server.url, version=Word.VERSION) as polytomic:
            polytomic.request("POST", "/api/things", params={Word.HEADER: 1}, idempotency_key=Word.KEY)

    first, second = server.requests
    assert (first.headers["x-polytomic-version"], first.headers["x-trace"]) == ("2024-02-08", "nightly-2023")
    assert (second.headers["idempotency-key"], second.target) == ("nightly-2023", "/api/things?X-Trace=1")


def test_a_client_of_the_users_own_has_the_interface_of_the_generator() -> None:
    client = AuthenticatedClient("https://api.example.com", "token", "Token", "X-Key", cookies={"a": "secret-cookie"})
    assert client.get_httpx_client().headers["X-Key"] == "Token token"
    assert "token" not in repr(client).replace("AuthenticatedClient", "")
    assert "secret-cookie" not in repr(client)
    later = client.with_headers({"X-More": "1"})
    assert client.get_httpx_client().headers["X-More"] == later.get_httpx_client().headers["X-More"] == "1"
    with pytest.raises(TypeError, match="headers"):
        AuthenticatedClient("https://api.example.com", "token", httpx_args={"headers": {}}).get_httpx_client()
