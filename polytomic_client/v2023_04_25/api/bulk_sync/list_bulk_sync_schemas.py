from __future__ import annotations

from typing import Any
from uuid import UUID

from polytomic_client._runtime import clients as _clients
from polytomic_client._runtime.operation import Operation, httpx_arguments, response_of

from ... import API_VERSION
from ...models.bulk_schema_list_envelope import BulkSchemaListEnvelope
from ...types import (
    UNSET,
    Response,
    Unset,
    path_uuid,
    require,
)


def _get_kwargs(
    id: UUID | str,
    *,
    x_polytomic_version: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(x_polytomic_version, Unset):
        headers["X-Polytomic-Version"] = x_polytomic_version

    _kwargs: dict[str, Any] = {
        "method": "GET",
        "url": "/api/bulk/syncs/{id}/schemas".format(
            id=path_uuid("id", id),
        ),
    }

    _kwargs["headers"] = headers
    return _kwargs


def _decode_200(body: Any) -> BulkSchemaListEnvelope:
    parsed = BulkSchemaListEnvelope.from_dict(body)
    require(parsed.data, "data")
    return parsed


OPERATION: Operation[BulkSchemaListEnvelope] = Operation(
    "list_bulk_sync_schemas", API_VERSION, "GET", "/api/bulk/syncs/{id}/schemas", {200: _decode_200}
)


def sync_detailed(
    id: UUID | str,
    *,
    client: _clients.AuthenticatedClient | _clients.Client,
    x_polytomic_version: str | Unset = UNSET,
) -> Response[BulkSchemaListEnvelope]:
    """Do the same as `sync`, but return a Response that contains the value."""
    kwargs = _get_kwargs(
        id=id,
        x_polytomic_version=x_polytomic_version,
    )
    return response_of(OPERATION, client.get_httpx_client().request(**httpx_arguments(OPERATION, kwargs)))


def sync(
    id: UUID | str,
    *,
    client: _clients.AuthenticatedClient | _clients.Client,
    x_polytomic_version: str | Unset = UNSET,
) -> BulkSchemaListEnvelope:
    """List the schemas of a bulk sync.

    The response contains the schemas of the source, each with its sync settings.

    Args:
        id (UUID | str): The id of the bulk sync.
        client: `client.generated`, or a Client of your own, without retries and typed errors.
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
        id=id,
        client=client,
        x_polytomic_version=x_polytomic_version,
    ).parsed


async def asyncio_detailed(
    id: UUID | str,
    *,
    client: _clients.AuthenticatedClient | _clients.Client,
    x_polytomic_version: str | Unset = UNSET,
) -> Response[BulkSchemaListEnvelope]:
    """Do the same as `asyncio`, but return a Response that contains the value."""
    kwargs = _get_kwargs(
        id=id,
        x_polytomic_version=x_polytomic_version,
    )
    return response_of(
        OPERATION, await client.get_async_httpx_client().request(**httpx_arguments(OPERATION, kwargs))
    )


async def asyncio(
    id: UUID | str,
    *,
    client: _clients.AuthenticatedClient | _clients.Client,
    x_polytomic_version: str | Unset = UNSET,
) -> BulkSchemaListEnvelope:
    """List the schemas of a bulk sync.

    The response contains the schemas of the source, each with its sync settings.

    Args:
        id (UUID | str): The id of the bulk sync.
        client: `client.generated`, or a Client of your own, without retries and typed errors.
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
            id=id,
            client=client,
            x_polytomic_version=x_polytomic_version,
        )
    ).parsed
