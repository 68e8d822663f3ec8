from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID

from polytomic_client._runtime import clients as _clients
from polytomic_client._runtime.operation import Operation, httpx_arguments, response_of

from ... import API_VERSION
from ...models.event_list_envelope import EventListEnvelope
from ...models.event_type import EventType
from ...types import (
    UNSET,
    Response,
    Unset,
    encode_datetime,
    path_uuid,
    query_of,
    require,
)


def _get_kwargs(
    *,
    organization_id: UUID | str | Unset = UNSET,
    type_: EventType | Unset = UNSET,
    starting_after: datetime.datetime | Unset = UNSET,
    ending_before: datetime.datetime | Unset = UNSET,
    limit: int | Unset = UNSET,
    x_polytomic_version: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(x_polytomic_version, Unset):
        headers["X-Polytomic-Version"] = x_polytomic_version

    params: dict[str, Any] = {}

    if not isinstance(organization_id, Unset):
        params["organization_id"] = path_uuid("organization_id", organization_id)

    if not isinstance(type_, Unset):
        params["type"] = type_

    if not isinstance(starting_after, Unset):
        params["starting_after"] = (
            starting_after if starting_after is None else encode_datetime(starting_after)
        )

    if not isinstance(ending_before, Unset):
        params["ending_before"] = ending_before if ending_before is None else encode_datetime(ending_before)

    if not isinstance(limit, Unset):
        params["limit"] = limit

    params = query_of(params)

    _kwargs: dict[str, Any] = {
        "method": "GET",
        "url": "/api/events",
        "params": params,
    }

    _kwargs["headers"] = headers
    return _kwargs


def _decode_200(body: Any) -> EventListEnvelope:
    parsed = EventListEnvelope.from_dict(body)
    require(parsed.data, "data")
    return parsed


OPERATION: Operation[EventListEnvelope] = Operation(
    "list_events", API_VERSION, "GET", "/api/events", {200: _decode_200}
)


def sync_detailed(
    *,
    client: _clients.AuthenticatedClient | _clients.Client,
    organization_id: UUID | str | Unset = UNSET,
    type_: EventType | Unset = UNSET,
    starting_after: datetime.datetime | Unset = UNSET,
    ending_before: datetime.datetime | Unset = UNSET,
    limit: int | Unset = UNSET,
    x_polytomic_version: str | Unset = UNSET,
) -> Response[EventListEnvelope]:
    """Do the same as `sync`, but return a Response that contains the value."""
    kwargs = _get_kwargs(
        organization_id=organization_id,
        type_=type_,
        starting_after=starting_after,
        ending_before=ending_before,
        limit=limit,
        x_polytomic_version=x_polytomic_version,
    )
    return response_of(OPERATION, client.get_httpx_client().request(**httpx_arguments(OPERATION, kwargs)))


def sync(
    *,
    client: _clients.AuthenticatedClient | _clients.Client,
    organization_id: UUID | str | Unset = UNSET,
    type_: EventType | Unset = UNSET,
    starting_after: datetime.datetime | Unset = UNSET,
    ending_before: datetime.datetime | Unset = UNSET,
    limit: int | Unset = UNSET,
    x_polytomic_version: str | Unset = UNSET,
) -> EventListEnvelope:
    """List events.

    The API keeps events for 48 hours. Page through them by time.

    Args:
        client: `client.generated`, or a Client of your own, without retries and typed errors.
        organization_id (UUID | Unset): Only events of this organization. For partners.
        type_ (EventType | Unset): The type of the event.
        starting_after (datetime.datetime | Unset): Only events after this instant.
        ending_before (datetime.datetime | Unset): Only events before this instant.
        limit (int | Unset): The maximum number of events.
        x_polytomic_version (str): The dated version of the API to use. The response names the version
            that was used. Default: '2023-04-25'.

    Returns:
        The response.

    Raises:
        ValueError: An argument is malformed; nothing was sent.
        APIStatusError: The API responded with an error; each status has its own class.
        TransportError: The connection failed, before or after the request was sent.
        DeadlineExceededError: The call took longer than the client's `deadline`.
        DecodeError: The response does not match the OpenAPI document.
        VersionMismatchError: The response is of another version of the API.
    """
    return sync_detailed(
        client=client,
        organization_id=organization_id,
        type_=type_,
        starting_after=starting_after,
        ending_before=ending_before,
        limit=limit,
        x_polytomic_version=x_polytomic_version,
    ).parsed


async def asyncio_detailed(
    *,
    client: _clients.AuthenticatedClient | _clients.Client,
    organization_id: UUID | str | Unset = UNSET,
    type_: EventType | Unset = UNSET,
    starting_after: datetime.datetime | Unset = UNSET,
    ending_before: datetime.datetime | Unset = UNSET,
    limit: int | Unset = UNSET,
    x_polytomic_version: str | Unset = UNSET,
) -> Response[EventListEnvelope]:
    """Do the same as `asyncio`, but return a Response that contains the value."""
    kwargs = _get_kwargs(
        organization_id=organization_id,
        type_=type_,
        starting_after=starting_after,
        ending_before=ending_before,
        limit=limit,
        x_polytomic_version=x_polytomic_version,
    )
    return response_of(
        OPERATION, await client.get_async_httpx_client().request(**httpx_arguments(OPERATION, kwargs))
    )


async def asyncio(
    *,
    client: _clients.AuthenticatedClient | _clients.Client,
    organization_id: UUID | str | Unset = UNSET,
    type_: EventType | Unset = UNSET,
    starting_after: datetime.datetime | Unset = UNSET,
    ending_before: datetime.datetime | Unset = UNSET,
    limit: int | Unset = UNSET,
    x_polytomic_version: str | Unset = UNSET,
) -> EventListEnvelope:
    """List events.

    The API keeps events for 48 hours. Page through them by time.

    Args:
        client: `client.generated`, or a Client of your own, without retries and typed errors.
        organization_id (UUID | Unset): Only events of this organization. For partners.
        type_ (EventType | Unset): The type of the event.
        starting_after (datetime.datetime | Unset): Only events after this instant.
        ending_before (datetime.datetime | Unset): Only events before this instant.
        limit (int | Unset): The maximum number of events.
        x_polytomic_version (str): The dated version of the API to use. The response names the version
            that was used. Default: '2023-04-25'.

    Returns:
        The response.

    Raises:
        ValueError: An argument is malformed; nothing was sent.
        APIStatusError: The API responded with an error; each status has its own class.
        TransportError: The connection failed, before or after the request was sent.
        DeadlineExceededError: The call took longer than the client's `deadline`.
        DecodeError: The response does not match the OpenAPI document.
        VersionMismatchError: The response is of another version of the API.
    """
    return (
        await asyncio_detailed(
            client=client,
            organization_id=organization_id,
            type_=type_,
            starting_after=starting_after,
            ending_before=ending_before,
            limit=limit,
            x_polytomic_version=x_polytomic_version,
        )
    ).parsed
