"""The sandbox's HTTP: paths and checks come from the OpenAPI document, responses from the world."""

from __future__ import annotations

import hmac
import json
import random
from asyncio import sleep
from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.client import responses
from typing import Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from .._call.settings import IDEMPOTENCY_HEADER
from .._core.version import __version__
from .._text import quoted, shown
from . import _bulk_syncs, _connections
from ._document import Call, Document, DocumentedOperation, MalformedError, Specification, own_specification
from ._idempotency import Outcomes
from ._world import Handler, World, require_seconds

Latency = float | tuple[float, float] | str
"""Seconds that an operation takes: a number, or the bounds of a random number."""

LONGEST_LATENCY = 60
"""Maximum characters of a latency that is a string: two numbers of 17 digits with exponents have 50."""

_HANDLERS: Final[Mapping[str, Handler]] = {**_connections.HANDLERS, **_bulk_syncs.HANDLERS}

REQUEST_ID_HEADER: Final = "X-Request-Id"
"""The header of every response, for the errors of a client."""

_ERROR_KEYS: Final = {
    400: "bad_request",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    422: "unprocessable_entity",
    500: "internal_error",
    501: "not_implemented",
    503: "unavailable",
}


def _encode(content: Mapping[str, object]) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()


# A 401 has a different body, the RestErrResponse of the vendor's SDKs.
_UNAUTHORIZED: Final = _encode(
    {"code": 401, "context": {}, "error": "invalid or unknown API key", "status": "Unauthorized"}
)


def create_app(world: World, *, document: Document | None = None, latency: Latency = 0.0) -> Starlette:
    """Create the ASGI app of a world.

    An operation of the document without a handler here responds with 501, so that a missing handler is noticed.

    Args:
        world: The data that the app serves.
        document: The OpenAPI document to serve, by default the one that the client is generated from.
        latency: Seconds that every operation takes: a number, or the bounds of a random number, drawn from the world's
            seed. Malformed requests are rejected at once.

    Returns:
        An app for any ASGI server, or to call in process. `state.version_header` holds the version in every response.

    Raises:
        ValueError: `latency` is not such a number or pair.
    """
    api = _Api(world, own_specification() if document is None else Specification(document), _bounds(latency))
    app = _App(exception_handlers={HTTPException: api.refuse, Exception: api.refuse})
    app.state.world = world
    # Starlette's routes would decode the path first and treat the %2F in a parameter as a slash.
    app.router.default = api
    app.state.version_header = api.version_header
    return app


def error_response(error: HTTPException, version_header: Mapping[str, str]) -> Response:
    """Return an error in the API's JSON.

    Args:
        error: The status, the message and further headers.
        version_header: The version in every response.
    """
    status = error.status_code
    if status == 401:
        body = _UNAUTHORIZED
    else:
        no_metadata: dict[str, object] = {}
        # A status that only a proxy or a scripted fault returns has its name from HTTP.
        key = _ERROR_KEYS.get(status) or responses.get(status, "error").lower().replace(" ", "_")
        body = _encode({"key": key, "message": error.detail, "metadata": no_metadata, "status": status})
    headers = {**version_header, **(error.headers or {})}
    return Response(body, status, headers=headers, media_type="application/json")


def identified(world: World, send: Send) -> Send:
    """Return a `send` that adds a new request id to its response."""
    header = (REQUEST_ID_HEADER.lower().encode(), world.new_request_id().encode())

    async def send_identified(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], header]}
        await send(message)

    return send_identified


class _App(Starlette):
    """Starlette, whose every response has a request id: also those of its own handlers of exceptions."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await super().__call__(scope, receive, identified(self.state.world, send))


class _Api:
    """The ASGI app. It finds the operation, checks the request and calls the handler."""

    def __init__(self, world: World, specification: Specification, latency: tuple[float, float]) -> None:
        self.version_header = {specification.version_header: specification.version}
        self._specification = specification
        self._world = world
        self._outcomes = Outcomes(world)
        self._latency = latency
        self._chance = random.Random(world.seed)
        # A deployment key is the user name of Basic, with an empty password.
        basic = b64encode(f"{world.key}:".encode())
        self._credentials = {"bearer": world.key.encode(), "basic": basic}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except ClientDisconnect:
            return  # in the middle of its request: nobody would read a response
        await response(scope, receive, send)

    async def refuse(self, _request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            error = HTTPException(500, "internal server error")
        return error_response(error, self.version_header)

    async def _answer(self, request: Request) -> Response:
        """Return the response of the API.

        Raises:
            HTTPException: The request is rejected.
        """
        raw_path = _raw_path(request.scope)
        if raw_path == "/" and request.method == "GET":
            return self._about(request)
        found = self._specification.find(raw_path)
        if found is None:
            raise HTTPException(404, f"this API has no path {request.scope['path']}")
        operations, path = found
        operation = operations.get(request.method)
        if operation is None:
            allowed = ", ".join(operations)
            raise HTTPException(405, f"{request.method} is not allowed here. Use {allowed}.", {"Allow": allowed})
        self._authorize(operation, request)
        self._check_version(operation, request)
        call, key = await _checked(operation, request, path)
        handler = _HANDLERS.get(operation.id)
        if handler is None:
            raise HTTPException(501, f"the sandbox does not implement {operation.id}")
        with self._outcomes.attempt(request.method, request.scope["path"], key) as attempt:
            if attempt.outcome is None:
                if any(self._latency):
                    await sleep(self._chance.uniform(*self._latency))
                attempt.outcome = self._outcome(handler, call)
            return attempt.outcome

    def _about(self, request: Request) -> Response:
        """Return what this server is, and how to use it, to whoever opens its URL without a key."""
        about = {
            "name": "Polytomic sandbox",
            "description": "A local Polytomic API with invented data, from the Python package polytomic-client.",
            "version": __version__,
            "api_version": self._specification.version,
            "environment": {
                "POLYTOMIC_DEPLOYMENT_URL": f"{request.scope['scheme']}://{request.headers.get('Host', 'HOST:PORT')}",
                "POLYTOMIC_API_KEY": "the key that the sandbox printed when it started",
            },
            "endpoints": self._specification.endpoints,
        }
        content = json.dumps(about, indent=2) + "\n"
        return Response(content, headers=self.version_header, media_type="application/json")

    def _outcome(self, handler: Handler, call: Call) -> Response:
        try:
            data = handler(self._world, call)
        except HTTPException as error:
            return error_response(error, self.version_header)
        if data is None:
            return Response(status_code=204, headers=self.version_header)
        return Response(_encode({"data": data}), headers=self.version_header, media_type="application/json")

    def _authorize(self, operation: DocumentedOperation, request: Request) -> None:
        scheme, _, credential = request.headers.get("Authorization", "").partition(" ")
        scheme = scheme.lower()
        # Encoded, because compare_digest accepts only strings that are ASCII.
        if operation.schemes and not (
            scheme in operation.schemes and hmac.compare_digest(credential.encode(), self._credentials[scheme])
        ):
            raise HTTPException(401)

    def _check_version(self, operation: DocumentedOperation, request: Request) -> None:
        name, version = self._specification.version_header, self._specification.version
        sent = request.headers.get(name)
        if sent is None and operation.requires_version:
            raise HTTPException(400, f"{name} is missing. Send {version}.")
        if sent not in (None, version):
            raise HTTPException(400, f"{name} must be {version}, got {quoted(sent)!r}.")


async def _checked(
    operation: DocumentedOperation, request: Request, path: Mapping[str, str]
) -> tuple[Call, str | None]:
    """Check a request against the document, and return it with its idempotency key.

    Raises:
        HTTPException: The request does not match the document.
    """
    given: dict[str, Callable[[str], list[str]]] = {
        "path": lambda name: [path[name]],
        "query": request.query_params.getlist,
        "header": request.headers.getlist,
    }
    values: dict[str, dict[str, Any]] = {place: {} for place in given}
    body = None
    try:
        for parameter in operation.parameters:
            if parameter.is_object:
                value = parameter.read_object(request.query_params.multi_items())
            else:
                value = parameter.read(given[parameter.place](parameter.name))
            values[parameter.place][parameter.name] = value
        if operation.body is not None:
            body = operation.read_body(request.headers.get("Content-Type", ""), await request.body())
    except MalformedError as error:
        raise HTTPException(400, str(error)) from None
    # Each fault once: every part of an allOf repeats a fault of the whole.
    faults = "; ".join(dict.fromkeys(operation.faults(body))) if operation.body is not None else ""
    if faults:
        raise HTTPException(422, faults)
    return Call(values["path"], values["query"], body), values["header"].get(IDEMPOTENCY_HEADER)


def _raw_path(scope: Scope) -> str:
    raw: bytes | None = scope.get("raw_path")
    # An in-process server may omit it. httpx's includes the query.
    return scope["path"] if raw is None else raw.partition(b"?")[0].decode("latin-1")


def _bounds(latency: Latency) -> tuple[float, float]:
    try:
        parsed = _parsed(latency) if isinstance(latency, str) else latency
        bounds = parsed if isinstance(parsed, tuple) else (parsed, parsed)
        low, high = (require_seconds("latency", bound) for bound in bounds)
        if low > high:
            raise ValueError
    except ValueError:
        wanted = "a number of seconds, 0 or more, or a pair of them, the lower first"
        raise ValueError(f"latency must be {wanted}, got {shown(latency)}.") from None
    return low, high


def _parsed(latency: str) -> float | tuple[float, float]:
    """Parse a number in any notation, or two separated by a dash.

    Raises:
        ValueError: The string is neither.
    """
    text = str.__str__(latency)  # a subclass may fail to print, and `float` prints what it refuses
    if len(text) > LONGEST_LATENCY:
        raise ValueError
    with suppress(ValueError):
        return float(text)
    # A dash may also be the sign of a number or of its exponent: 1e-3-1e-2.
    for place in range(len(text)):
        if text[place] == "-":
            with suppress(ValueError):
                return float(text[:place]), float(text[place + 1 :])
    raise ValueError
