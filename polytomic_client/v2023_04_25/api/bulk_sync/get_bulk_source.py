from __future__ import annotations

from typing import Any
from uuid import UUID

from polytomic_client._runtime import clients as _clients
from polytomic_client._runtime.operation import Operation, httpx_arguments, response_of

from ... import API_VERSION
from ...models.bulk_source_envelope import BulkSourceEnvelope
from ...types import (
    UNSET,
    Response,
    Unset,
    path_uuid,
    query_of,
    require,
)


def _get_kwargs(
    connection_id: UUID | str,
    *,
    refresh_schemas: bool | Unset = UNSET,
    include_fields: bool | Unset = UNSET,
    x_polytomic_version: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(x_polytomic_version, Unset):
        headers["X-Polytomic-Version"] = x_polytomic_version

    params: dict[str, Any] = {}

    if not isinstance(refresh_schemas, Unset):
        params["refresh_schemas"] = refresh_schemas

    if not isinstance(include_fields, Unset):
        params["include_fields"] = include_fields

    params = query_of(params)

    _kwargs: dict[str, Any] = {
        "method": "GET",
        "url": "/api/bulk/source/{connection_id}".format(
            connection_id=path_uuid("connection_id", connection_id),
        ),
        "params": params,
    }

    _kwargs["headers"] = headers
    return _kwargs


def _decode_200(body: Any) -> BulkSourceEnvelope:
    parsed = BulkSourceEnvelope.from_dict(body)
    require(parsed.data, "data")
    return parsed


OPERATION: Operation[BulkSourceEnvelope] = Operation(
    "get_bulk_source", API_VERSION, "GET", "/api/bulk/source/{connection_id}", {200: _decode_200}
)


def sync_detailed(
    connection_id: UUID | str,
    *,
    client: _clients.AuthenticatedClient | _clients.Client,
    refresh_schemas: bool | Unset = UNSET,
    include_fields: bool | Unset = UNSET,
    x_polytomic_version: str | Unset = UNSET,
) -> Response[BulkSourceEnvelope]:
    """Do the same as `sync`, but return a Response that contains the value."""
    kwargs = _get_kwargs(
        connection_id=connection_id,
        refresh_schemas=refresh_schemas,
        include_fields=include_fields,
        x_polytomic_version=x_polytomic_version,
    )
    return response_of(OPERATION, client.get_httpx_client().request(**httpx_arguments(OPERATION, kwargs)))


def sync(
    connection_id: UUID | str,
    *,
    client: _clients.AuthenticatedClient | _clients.Client,
    refresh_schemas: bool | Unset = UNSET,
    include_fields: bool | Unset = UNSET,
    x_polytomic_version: str | Unset = UNSET,
) -> BulkSourceEnvelope:
    """Get the schemas a source offers to bulk syncs.

    A schema is, for example, a table or an object of the source. The response includes the fields of
    each schema.

    Args:
        connection_id (UUID | str): The id of the connection.
        client: `client.generated`, or a Client of your own, without retries and typed errors.
        refresh_schemas (bool | Unset): Whether to refresh the schemas from the source, in the
            background. Poll `get_bulk_source_status` for its end.
        include_fields (bool | Unset): Whether to include the fields of each schema.
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
        connection_id=connection_id,
        client=client,
        refresh_schemas=refresh_schemas,
        include_fields=include_fields,
        x_polytomic_version=x_polytomic_version,
    ).parsed


async def asyncio_detailed(
    connection_id: UUID | str,
    *,
    client: _clients.AuthenticatedClient | _clients.Client,
    refresh_schemas: bool | Unset = UNSET,
    include_fields: bool | Unset = UNSET,
    x_polytomic_version: str | Unset = UNSET,
) -> Response[BulkSourceEnvelope]:
    """Do the same as `asyncio`, but return a Response that contains the value."""
    kwargs = _get_kwargs(
        connection_id=connection_id,
        refresh_schemas=refresh_schemas,
        include_fields=include_fields,
        x_polytomic_version=x_polytomic_version,
    )
    return response_of(
        OPERATION, await client.get_async_httpx_client().request(**httpx_arguments(OPERATION, kwargs))
    )


async def asyncio(
    connection_id: UUID | str,
    *,
    client: _clients.AuthenticatedClient | _clients.Client,
    refresh_schemas: bool | Unset = UNSET,
    include_fields: bool | Unset = UNSET,
    x_polytomic_version: str | Unset = UNSET,
) -> BulkSourceEnvelope:
    """Get the schemas a source offers to bulk syncs.

    A schema is, for example, a table or an object of the source. The response includes the fields of
    each schema.

    Args:
        connection_id (UUID | str): The id of the connection.
        client: `client.generated`, or a Client of your own, without retries and typed errors.
        refresh_schemas (bool | Unset): Whether to refresh the schemas from the source, in the
            background. Poll `get_bulk_source_status` for its end.
        include_fields (bool | Unset): Whether to include the fields of each schema.
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
            connection_id=connection_id,
            client=client,
            refresh_schemas=refresh_schemas,
            include_fields=include_fields,
            x_polytomic_version=x_polytomic_version,
        )
    ).parsed
