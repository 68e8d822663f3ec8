"""The sandbox's HTTP: paths and checks come from the OpenAPI document, answers from the world."""

from __future__ import annotations

import hmac
import json
import math
import random
import re
from asyncio import sleep
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Final
from uuid import UUID

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from ._document import Document, Operation, Specification, load_document
from ._world import DESTINATIONS, World

Latency = float | tuple[float, float]
"""Seconds that a request waits: a number, or the bounds of a random one."""

Handler = Callable[[World, Mapping[str, str]], bytes]
"""Answers an operation: takes the world and the checked path parameters, returns the JSON of the 200."""

_UUID: Final = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)

_ERROR_KEYS: Final = {
    400: "bad_request",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    500: "internal_error",
    501: "not_implemented",
    503: "unavailable",
}
_CONNECTION_ERRORS: Final = {
    403: "permission denied",
    404: "connection not found",
    500: "internal server error",
}


def _encode(content: Mapping[str, object]) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()


# A 401 has a body of its own kind, the RestErrResponse of the vendor's SDKs.
_UNAUTHORIZED: Final = _encode(
    {"code": 401, "context": {}, "error": "invalid or unknown API key", "status": "Unauthorized"}
)
# Connections of one type answer alike: encoded once, a request costs a look-up.
_DESTINATIONS: Final = {type_id: _encode({"data": data}) for type_id, data in DESTINATIONS.items()}


def _get_bulk_destination(world: World, path_params: Mapping[str, str]) -> bytes:
    connection = world.find(UUID(path_params["id"]))
    if connection is None:
        raise HTTPException(404, _CONNECTION_ERRORS[404])
    if connection.status != 200:
        raise HTTPException(connection.status, _CONNECTION_ERRORS[connection.status])
    return _DESTINATIONS[connection.type]


_HANDLERS: Final[Mapping[str, Handler]] = {"getBulkDestination": _get_bulk_destination}


def create_app(world: World, *, document: Document | None = None, latency: Latency = 0.0) -> Starlette:
    """Make the ASGI app of a world.

    An operation of the document that has no handler here answers 501, so the two cannot drift apart unseen.

    Args:
        world: What the app answers from.
        document: The OpenAPI document to serve, by default the one that the client is generated from.
        latency: Seconds that every request waits: a number, or the bounds of a random one, drawn from the
            seed of the world.

    Returns:
        An app for any ASGI server, or to call in process. `state.version_header` holds the header that every
        answer carries.

    Raises:
        ValueError: The latency is no such number or pair.
    """
    bounds = _bounds(latency)
    api = _Api(world, Specification(load_document() if document is None else document))
    app = Starlette(
        routes=[Route(path, _Path(api, operations)) for path, operations in api.specification.paths.items()],
        middleware=[Middleware(_Delay, bounds, random.Random(world.seed))] if any(bounds) else [],
        exception_handlers={HTTPException: api.refuse, Exception: api.refuse},
    )
    app.router.default = _unknown_path
    # Starlette would redirect a path with a slash too many. The API has no such path.
    app.router.redirect_slashes = False
    app.state.version_header = api.version_header
    return app


def error_response(error: HTTPException, version_header: Mapping[str, str]) -> Response:
    """Return an error in the API's JSON.

    Args:
        error: The status, the message for a person, and further headers.
        version_header: The header that every answer carries.
    """
    status = error.status_code
    if status == 401:
        body = _UNAUTHORIZED
    else:
        no_metadata: dict[str, object] = {}
        key = _ERROR_KEYS[status]
        body = _encode({"key": key, "message": error.detail, "metadata": no_metadata, "status": status})
    headers = {**version_header, **(error.headers or {})}
    return Response(body, status, headers=headers, media_type="application/json")


class _Api:
    """The checks and the answers that all paths share."""

    def __init__(self, world: World, specification: Specification) -> None:
        self.specification = specification
        self.version_header = {specification.version_header: specification.version}
        self._world = world
        # A deployment key is the user name of Basic, with an empty password.
        basic = b64encode(f"{world.key}:".encode())
        self._credentials = {"bearer": world.key.encode(), "basic": basic}

    def answer(self, operation: Operation, request: Request) -> Response:
        """Return the 200.

        Raises:
            HTTPException: The request is refused.
        """
        self._authorize(operation, request)
        self._check_version(operation, request)
        for name in operation.uuids:
            if not _UUID.fullmatch(request.path_params[name]):
                raise HTTPException(400, f"{name} is not a UUID")
        handler = _HANDLERS.get(operation.id)
        if handler is None:
            raise HTTPException(501, f"the sandbox does not answer {operation.id}")
        body = handler(self._world, request.path_params)
        return Response(body, headers=self.version_header, media_type="application/json")

    async def refuse(self, _request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            error = HTTPException(500, "internal server error")
        return error_response(error, self.version_header)

    def _authorize(self, operation: Operation, request: Request) -> None:
        scheme, _, credential = request.headers.get("Authorization", "").partition(" ")
        scheme = scheme.lower()
        # Encoded, because compare_digest takes text only if it is ASCII.
        if operation.schemes and not (
            scheme in operation.schemes and hmac.compare_digest(credential.encode(), self._credentials[scheme])
        ):
            raise HTTPException(401)

    def _check_version(self, operation: Operation, request: Request) -> None:
        name, version = self.specification.version_header, self.specification.version
        sent = request.headers.get(name)
        if sent is None and operation.requires_version:
            raise HTTPException(400, f"{name} is missing; this server speaks {version}")
        if sent not in (None, version):
            raise HTTPException(400, f"{name} is {sent!r}, which is unknown; this server speaks {version}")


class _Path:
    """The ASGI app of one path, which picks the operation by the method."""

    def __init__(self, api: _Api, operations: Mapping[str, Operation]) -> None:
        self._api = api
        self._operations = operations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        operation = self._operations.get(scope["method"])
        if operation is None:
            allowed = ", ".join(self._operations)
            raise HTTPException(405, f"{scope['method']} is not allowed here, only {allowed}", {"Allow": allowed})
        await self._api.answer(operation, Request(scope))(scope, receive, send)


async def _unknown_path(scope: Scope, _receive: Receive, _send: Send) -> None:
    raise HTTPException(404, f"this API has no path {scope['path']}")


class _Delay:
    """Holds every request back for a random number of seconds between two bounds."""

    def __init__(self, app: ASGIApp, bounds: tuple[float, float], chance: random.Random) -> None:
        self._app = app
        self._bounds = bounds
        self._chance = chance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await sleep(self._chance.uniform(*self._bounds))
        await self._app(scope, receive, send)


def _bounds(latency: Latency) -> tuple[float, float]:
    bounds = latency if isinstance(latency, tuple) else (latency, latency)
    if len(bounds) != 2 or not all(map(_is_seconds, bounds)) or bounds[0] > bounds[1]:
        wanted = "a number of seconds, 0 or more, or a pair of them, the lower first"
        raise ValueError(f"latency must be {wanted}, not {latency!r}")
    return bounds


def _is_seconds(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0
