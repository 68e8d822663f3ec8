"""What the tests of the sandbox share: a running one whose time stands still, and what every answer must be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import httpx
import jsonschema_rs
import pytest

from polytomic_client.sandbox import Sandbox, World
from polytomic_client.sandbox._document import load_document

DOCUMENT: dict[str, Any] = {**load_document()}
VERSION = "2023-04-25"
START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
"""When the time of the sandbox stands: a Monday."""

NOBODY = "00000000-0000-4000-8000-000000000000"
"""An id that nothing has."""

ON_PURPOSE = (
    "internal server error: this connection fails on purpose in the sandbox, as one in 1,000 does "
    "(at least one if there are 100 connections, none if fewer)"
)
"""What the sandbox says for a connection whose status is 500."""

KEYS = {
    400: "bad_request",
    403: "forbidden",
    404: "not_found",
    409: "conflict",
    422: "unprocessable_entity",
    500: "internal_error",
}


@cache
def _validator(reference: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator({**DOCUMENT, "$ref": reference}, validate_formats=True)


def check_schema(name: str, content: object) -> None:
    _validator(f"#/components/schemas/{name}").validate(content)


def check_error(response: httpx.Response, status: int, key: str) -> str:
    """Check what all errors have in common, and return the message."""
    content = response.json()
    assert response.status_code == status
    assert response.headers["X-Polytomic-Version"] == VERSION
    assert response.headers["Content-Type"] == "application/json"
    assert set(content) == {"key", "message", "metadata", "status"}
    assert (content["key"], content["metadata"], content["status"]) == (key, {}, status)
    check_schema("ApiError", content)
    message: str = content["message"]
    return message


def check_answer(response: httpx.Response) -> None:
    """Check that an answer is one that the document describes for its operation."""
    path = response.request.url.raw_path.partition(b"?")[0].decode()
    (item,) = (
        item
        for template, item in DOCUMENT["paths"].items()
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path)
    )
    described = item[response.request.method.lower()]["responses"][str(response.status_code)]
    if "$ref" in described:
        described = DOCUMENT["components"]["responses"][described["$ref"].rpartition("/")[2]]
    assert response.headers["X-Polytomic-Version"] == VERSION
    if "content" in described:
        assert response.headers["Content-Type"] == "application/json"
        _validator(described["content"]["application/json"]["schema"]["$ref"]).validate(response.json())
    else:
        assert response.content == b""


class Api:
    """A sandbox to ask over a real socket. Every answer is checked against the document."""

    def __init__(self, sandbox: Sandbox, http: httpx.Client) -> None:
        self.sandbox = sandbox
        self.http = http

    @property
    def world(self) -> World:
        return self.sandbox.world

    def advance(self, seconds: float) -> None:
        self.world.advance(seconds)

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        response = self.http.request(method, path, **options)
        check_answer(response)
        return response

    def data(self, method: str, path: str, **options: Any) -> Any:
        """Return `data` of a success."""
        response = self.send(method, path, **options)
        assert (response.status_code, [*response.json()]) == (200, ["data"]), response.text
        return response.json()["data"]

    def get(self, path: str, **query: Any) -> Any:
        return self.data("GET", path, params=query)

    def post(self, path: str, body: object = None, **headers: str) -> Any:
        return self.data("POST", path, json=body, headers=headers)

    def patch(self, path: str, body: object) -> Any:
        return self.data("PATCH", path, json=body)

    def delete(self, path: str, **query: Any) -> None:
        assert self.send("DELETE", path, params=query).status_code == 204

    def refused(self, status: int, method: str, path: str, body: object = None, **options: Any) -> str:
        """Return the message of an error."""
        if body is not None:
            options["json"] = body
        return check_error(self.send(method, path, **options), status, KEYS[status])

    def connection(self, type_id: str) -> str:
        """The first connection of a type."""
        return str(next(connection.id for connection in self.world.connections if connection.type == type_id))

    def new(self, **changes: Any) -> dict[str, Any]:
        """The body of a bulk sync to create, from PostgreSQL to Snowflake."""
        return {
            "name": "Orders",
            "source_connection_id": self.connection("postgresql"),
            "destination_connection_id": self.connection("snowflake"),
            "destination_configuration": {"schema": "public"},
            "mode": "replicate",
            "schedule": {"frequency": "manual"},
            **changes,
        }

    def created(self, **changes: Any) -> str:
        """The path of a new bulk sync."""
        return f"/api/bulk/syncs/{self.post('/api/bulk/syncs', self.new(**changes))['id']}"

    def started(self, bulk_sync: str, **request: Any) -> str:
        """The path of a new execution of a bulk sync."""
        return f"{bulk_sync}/executions/{self.post(f'{bulk_sync}/executions', request)['id']}"


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    """One server for all tests of a module, because stopping one takes a fifth of a second."""
    with Sandbox(connections=0) as running:
        yield running


@pytest.fixture
def api(server: Sandbox) -> Iterator[Api]:
    """A sandbox of the test's own: two connections of each type, none of which refuses, executions of 100 seconds."""
    sandbox = Sandbox(connections=20, seed=7, start=START, execution_seconds=100)
    with connected(server, sandbox) as http:
        yield Api(sandbox, http)


def connected(server: Sandbox, sandbox: Sandbox) -> httpx.Client:
    """Have the server answer from a sandbox, and return a client for that."""
    server.app = sandbox.app
    # Nothing is to be verified, and to load what verifies takes long.
    return httpx.Client(base_url=server.url, headers=authorized(sandbox), verify=False, timeout=60)


def authorized(sandbox: Sandbox) -> Mapping[str, str]:
    """The headers that every request needs."""
    return {"Authorization": f"Bearer {sandbox.key}", "X-Polytomic-Version": VERSION}
