from __future__ import annotations

from typing import Any

from polytomic_client._runtime import clients as _clients
from polytomic_client._runtime.operation import Operation, httpx_arguments, response_of

from ... import API_VERSION
from ...models.bulk_sync_list_envelope import BulkSyncListEnvelope
from ...types import (
    UNSET,
    Response,
    Unset,
    query_of,
    require,
)


def _get_kwargs(
    *,
    active: bool | Unset = UNSET,
    x_polytomic_version: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(x_polytomic_version, Unset):
        headers["X-Polytomic-Version"] = x_polytomic_version

    params: dict[str, Any] = {}

    if not isinstance(active, Unset):
        params["active"] = active

    params = query_of(params)

    _kwargs: dict[str, Any] = {
        "method": "GET",
        "url": "/api/bulk/syncs",
        "params": params,
    }

    _kwargs["headers"] = headers
    return _kwargs


def _decode_200(body: Any) -> BulkSyncListEnvelope:
    parsed = BulkSyncListEnvelope.from_dict(body)
    require(parsed.data, "data")
    return parsed


OPERATION: Operation[BulkSyncListEnvelope] = Operation(
    "list_bulk_syncs", API_VERSION, "GET", "/api/bulk/syncs", {200: _decode_200}
)


def sync_detailed(
    *,
    client: _clients.AuthenticatedClient | _clients.Client,
    active: bool | Unset = UNSET,
    x_polytomic_version: str | Unset = UNSET,
) -> Response[BulkSyncListEnvelope]:
    """Do the same as `sync`, but return a Response that contains the value."""
    kwargs = _get_kwargs(
        active=active,
        x_polytomic_version=x_polytomic_version,
    )
    return response_of(OPERATION, client.get_httpx_client().request(**httpx_arguments(OPERATION, kwargs)))


def sync(
    *,
    client: _clients.AuthenticatedClient | _clients.Client,
    active: bool | Unset = UNSET,
    x_polytomic_version: str | Unset = UNSET,
) -> BulkSyncListEnvelope:
    """List the bulk syncs of the organization.

    The response contains all of them: this version has no pagination.

    Args:
        client: `client.generated`, or a Client of your own, without retries and typed errors.
        active (bool | Unset): Whether to list only active bulk syncs, or only inactive ones. Documented
            for later versions.
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
        active=active,
        x_polytomic_version=x_polytomic_version,
    ).parsed


async def asyncio_detailed(
    *,
    client: _clients.AuthenticatedClient | _clients.Client,
    active: bool | Unset = UNSET,
    x_polytomic_version: str | Unset = UNSET,
) -> Response[BulkSyncListEnvelope]:
    """Do the same as `asyncio`, but return a Response that contains the value."""
    kwargs = _get_kwargs(
        active=active,
        x_polytomic_version=x_polytomic_version,
    )
    return response_of(
        OPERATION, await client.get_async_httpx_client().request(**httpx_arguments(OPERATION, kwargs))
    )


async def asyncio(
    *,
    client: _clients.AuthenticatedClient | _clients.Client,
    active: bool | Unset = UNSET,
    x_polytomic_version: str | Unset = UNSET,
) -> BulkSyncListEnvelope:
    """List the bulk syncs of the organization.

    The response contains all of them: this version has no pagination.

    Args:
        client: `client.generated`, or a Client of your own, without retries and typed errors.
        active (bool | Unset): Whether to list only active bulk syncs, or only inactive ones. Documented
            for later versions.
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
            active=active,
            x_polytomic_version=x_polytomic_version,
        )
    ).parsed
