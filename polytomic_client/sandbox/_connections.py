"""The sandbox's handlers for connections, their capabilities, the key's identity, and events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from starlette.exceptions import HTTPException

from .._runtime.types import encode_datetime
from .._text import quoted
from ..v2023_04_25 import models
from ._catalog import SECRETS, TYPES, ConnectionType
from ._document import Call
from ._execution import Execution
from ._world import CONNECTIONS_PER_FAULT, FEWEST_WITH_FAULTS, Connection, Handler, World

_ERRORS: Final = {
    403: "permission denied",
    404: "connection not found",
    # The only fault that a listed connection has, so that a user who knows nothing of the world meets it.
    500: (
        "internal server error: this connection fails on purpose in the sandbox, as one in "
        f"{CONNECTIONS_PER_FAULT:,} does (at least one if there are {FEWEST_WITH_FAULTS} connections, none if fewer)"
    ),
}

_EVENTS_KEPT: Final = timedelta(hours=48)
_EVENTS_LISTED: Final = 100
"""Maximum events of a response if the request has no limit. The API's number is not documented."""


def find_connection(world: World, connection_id: str) -> Connection:
    """Return a connection.

    Raises:
        HTTPException: The connection is missing, or its status is not 200.
    """
    connection = world.find(UUID(connection_id))
    status = 404 if connection is None else connection.status
    if connection is None or status != 200:
        raise HTTPException(status, _ERRORS[status])
    return connection


def find_source(world: World, connection_id: str, *, refusal: int = 400) -> Connection:
    """Return a connection that can be a source.

    Args:
        world: The world of the connection.
        connection_id: Its id.
        refusal: The HTTP status if it cannot be a source: 400 for an id in the path, 422 for one in the body.

    Raises:
        HTTPException: The connection is missing, its status is not 200, or it cannot be a source.
    """
    connection = find_connection(world, connection_id)
    if not connection.kind.schemas:
        raise HTTPException(refusal, f"a connection to {connection.kind.name} cannot be a source")
    return connection


def find_destination(world: World, connection_id: str, *, refusal: int = 400) -> tuple[Connection, Mapping[str, Any]]:
    """Return a connection that can be a destination, and what it accepts.

    Args:
        world: The world of the connection.
        connection_id: Its id.
        refusal: The HTTP status if it cannot be a destination: 400 for an id in the path, 422 for one in the body.

    Raises:
        HTTPException: The connection is missing, its status is not 200, or it cannot be a destination.
    """
    connection = find_connection(world, connection_id)
    if connection.destination is None:
        raise HTTPException(refusal, f"a connection to {connection.kind.name} cannot be a destination")
    return connection, connection.destination


def check_organization(world: World, body: Mapping[str, Any]) -> None:
    """Reject a body that names another organization than the key's.

    Raises:
        HTTPException: The body names another organization.
    """
    if UUID(body.get("organization_id", str(world.organization_id))) != world.organization_id:
        raise HTTPException(403, "only partners may name another organization")


def _get_identity(world: World, _call: Call) -> Any:
    return {
        "id": str(world.user_id),
        "email": "jane@example.com",
        "organization_id": str(world.organization_id),
        "organization_name": "Example",
        "role": "admin",
        "is_user": True,
        "is_organization": False,
        "is_partner": False,
        "is_system": False,
    }


def _list_connections(world: World, _call: Call) -> Any:
    # Unknown and forbidden connections are not listed either.
    return [
        connection.as_json(world.organization_id)
        for connection in world.connections
        if connection.status not in (403, 404)
    ]


def _create_connection(world: World, call: Call) -> Any:
    body = call.body
    check_organization(world, body)
    type_ = _find_type(body["type"])
    configuration = body.get("configuration", {})
    _check_configuration(type_, configuration)
    connection = Connection(
        world.new_id(), type_.id, body["name"], configuration=configuration, policies=tuple(body.get("policies", ()))
    )
    world.put(connection)
    # The sandbox treats access as granted: the connection works even if nobody opens the URL.
    auth_url = f"https://sandbox.invalid/oauth/{type_.id}/{connection.id}" if type_.oauth else None
    return {**connection.as_json(world.organization_id), "auth_url": auth_url, "auth_code": None}


def _get_connection(world: World, call: Call) -> Any:
    return find_connection(world, call.path["id"]).as_json(world.organization_id)


def _update_connection(world: World, call: Call) -> Any:
    body = call.body
    check_organization(world, body)
    connection = find_connection(world, call.path["id"])
    type_ = _find_type(body.get("type", connection.type))
    # A secret is returned as asterisks. Sending those back keeps it unchanged.
    given = {
        key: value for key, value in body.get("configuration", {}).items() if not (key in SECRETS and value == "******")
    }
    configuration = {**connection.configuration, **given} if type_ is connection.kind else given
    _check_configuration(type_, configuration)
    connection = replace(
        connection,
        name=body["name"],
        type=type_.id,
        configuration=configuration,
        policies=tuple(body.get("policies", connection.policies)),
    )
    world.put(connection)
    return connection.as_json(world.organization_id)


def _delete_connection(world: World, call: Call) -> None:
    connection = find_connection(world, call.path["id"])
    for bulk_sync in world.bulk_syncs.values():
        if str(connection.id) in (bulk_sync.data["source_connection_id"], bulk_sync.data["destination_connection_id"]):
            raise HTTPException(409, f"bulk sync {bulk_sync.id} uses this connection")
    world.remove(connection.id)


def _list_connection_types(_world: World, _call: Call) -> Any:
    return [{"id": type_.id, "name": type_.name, "use_oauth": type_.oauth, "envConfig": {}} for type_ in TYPES.values()]


def _get_bulk_destination(world: World, call: Call) -> Any:
    return find_destination(world, call.path["id"])[1]


def _get_bulk_source(world: World, call: Call) -> Any:
    connection = find_source(world, call.path["connection_id"])
    if call.query["refresh_schemas"]:
        world.refresh(connection.id)
    without = {"fields": list[Any]()} if call.query["include_fields"] is False else {}
    schemas = [{**schema, **without} for schema in connection.kind.schemas]
    return {"capabilities": {"supports_tracking_fields": True}, "schemas": schemas}


def _get_bulk_source_schema(world: World, call: Call) -> Any:
    for schema in find_source(world, call.path["connection_id"]).kind.schemas:
        if schema["id"] == call.path["schema_id"]:
            return schema
    raise HTTPException(404, "schema not found")


def _get_bulk_source_status(world: World, call: Call) -> Any:
    cache = world.cache(find_source(world, call.path["connection_id"]).id)
    return {
        "cache_status": "ready" if cache.fresh else "refreshing",
        "last_refresh_started": encode_datetime(cache.started),
        "last_refresh_finished": encode_datetime(cache.finished),
    }


def _list_events(world: World, call: Call) -> Any:
    kept, query = world.now() - _EVENTS_KEPT, call.query
    after = max(query["starting_after"] or kept, kept)
    events = [
        (instant, event_id, type_, execution)
        for instant, event_id, type_, execution in _events(world)
        if instant > after
        and (query["ending_before"] is None or instant < query["ending_before"])
        and query["type"] in (None, type_)
        and UUID(query["organization_id"] or str(world.organization_id)) == world.organization_id
    ]
    return [
        {
            "id": str(event_id),
            "type": type_.value,
            "created_at": encode_datetime(instant),
            "organization_id": str(world.organization_id),
            "event": {"bulk_sync_id": str(execution.bulk_sync_id), "execution_id": str(execution.id)},
        }
        for instant, event_id, type_, execution in reversed(events)
    ][: query["limit"] or _EVENTS_LISTED]


def _events(world: World) -> Iterator[tuple[datetime, UUID, models.EventType, Execution]]:
    """Yield every event, oldest first, each at its own instant: a microsecond later if the time does not advance."""
    now = world.now()
    happened = [(*event, execution) for execution in world.executions for event in execution.events(now)]
    last = datetime.min.replace(tzinfo=UTC)
    # Events of the same instant keep the order they happened in.
    for event_id, type_, instant, execution in sorted(happened, key=lambda event: event[2]):
        last = max(instant, last + timedelta(microseconds=1))
        yield last, event_id, type_, execution


def _list_event_types(_world: World, _call: Call) -> Any:
    return [type_.value for type_ in models.EventType]


def _find_type(type_id: str) -> ConnectionType:
    if type_id not in TYPES:
        raise HTTPException(422, f"type must be one of {', '.join(TYPES)}, got {quoted(type_id)!r}")
    return TYPES[type_id]


def _check_configuration(type_: ConnectionType, configuration: Mapping[str, Any]) -> None:
    missing = [key for key in type_.required if key not in configuration]
    if missing:
        raise HTTPException(422, f"configuration: a connection to {type_.name} needs {', '.join(missing)}")


HANDLERS: Final[Mapping[str, Handler]] = {
    "getIdentity": _get_identity,
    "listConnections": _list_connections,
    "createConnection": _create_connection,
    "getConnection": _get_connection,
    "updateConnection": _update_connection,
    "deleteConnection": _delete_connection,
    "listConnectionTypes": _list_connection_types,
    "getBulkDestination": _get_bulk_destination,
    "getBulkSource": _get_bulk_source,
    "getBulkSourceSchema": _get_bulk_source_schema,
    "getBulkSourceStatus": _get_bulk_source_status,
    "listEvents": _list_events,
    "listEventTypes": _list_event_types,
}
"""The handler of each operation, by its operationId."""
