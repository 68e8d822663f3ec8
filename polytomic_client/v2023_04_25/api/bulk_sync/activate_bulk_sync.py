from __future__ import annotations

from typing import Any
from uuid import UUID

from polytomic_client._runtime import clients as _clients
from polytomic_client._runtime.operation import Operation, httpx_arguments, response_of

from ... import API_VERSION
from ...models.activate_bulk_sync import ActivateBulkSync
from ...models.bulk_sync_activation_envelope import BulkSyncActivationEnvelope
from ...types import (
    UNSET,
    Response,
    Unset,
    encode_model,
    path_uuid,
    require,
)


def _get_kwargs(
    id: UUID | str,
    *,
    body: ActivateBulkSync,
    idempotency_key: str | Unset = UNSET,
    x_polytomic_version: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    if not isinstance(x_polytomic_version, Unset):
        headers["X-Polytomic-Version"] = x_polytomic_version

    _kwargs: dict[str, Any] = {
        "method": "POST",
        "url": "/api/bulk/syncs/{id}/activate".format(
            id=path_uuid("id", id),
        ),
    }

    _kwargs["json"] = encode_model(body, ActivateBulkSync)

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _decode_200(body: Any) -> BulkSyncActivationEnvelope:
    parsed = BulkSyncActivationEnvelope.from_dict(body)
    require(parsed.data, "data")
    return parsed


OPERATION: Operation[BulkSyncActivationEnvelope] = Operation(
    "activate_bulk_sync", API_VERSION, "POST", "/api/bulk/syncs/{id}/activate", {200: _decode_200}
)

BODY = ActivateBulkSync


def sync_detailed(
    id: UUID | str,
    *,
    client: _clients.AuthenticatedClient | _clients.Client,
    body: ActivateBulkSync,
    idempotency_key: str | Unset = UNSET,
    x_polytomic_version: str | Unset = UNSET,
) -> Response[BulkSyncActivationEnvelope]:
    """Do the same as `sync`, but return a Response that contains the value."""
    kwargs = _get_kwargs(
        id=id,
        body=body,
        idempotency_key=idempotency_key,
        x_polytomic_version=x_polytomic_version,
    )
    return response_of(OPERATION, client.get_httpx_client().request(**httpx_arguments(OPERATION, kwargs)))


def sync(
    id: UUID | str,
    *,
    client: _clients.AuthenticatedClient | _clients.Client,
    body: ActivateBulkSync,
    idempotency_key: str | Unset = UNSET,
    x_polytomic_version: str | Unset = UNSET,
) -> BulkSyncActivationEnvelope:
    """Activate or deactivate a bulk sync.

    An active bulk sync runs on its schedule. Deactivating it also requests the cancellation of the
    running execution.

    Args:
        id (UUID | str): The id of the bulk sync.
        client: `client.generated`, or a Client of your own, without retries and typed errors.
        body (ActivateBulkSync): The new state of a bulk sync, active or inactive.
        idempotency_key (str | Unset): A key for this request: a retry with the same key gets the first
            outcome and does nothing twice. The server keeps the key for 24 hours or longer. 8 to 255
            letters, digits, `_` and `-`. Default: the client generates one.
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
        body=body,
        idempotency_key=idempotency_key,
        x_polytomic_version=x_polytomic_version,
    ).parsed


async def asyncio_detailed(
    id: UUID | str,
    *,
    client: _clients.AuthenticatedClient | _clients.Client,
    body: ActivateBulkSync,
    idempotency_key: str | Unset = UNSET,
    x_polytomic_version: str | Unset = UNSET,
) -> Response[BulkSyncActivationEnvelope]:
    """Do the same as `asyncio`, but return a Response that contains the value."""
    kwargs = _get_kwargs(
        id=id,
        body=body,
        idempotency_key=idempotency_key,
        x_polytomic_version=x_polytomic_version,
    )
    return response_of(
        OPERATION, await client.get_async_httpx_client().request(**httpx_arguments(OPERATION, kwargs))
    )


async def asyncio(
    id: UUID | str,
    *,
    client: _clients.AuthenticatedClient | _clients.Client,
    body: ActivateBulkSync,
    idempotency_key: str | Unset = UNSET,
    x_polytomic_version: str | Unset = UNSET,
) -> BulkSyncActivationEnvelope:
    """Activate or deactivate a bulk sync.

    An active bulk sync runs on its schedule. Deactivating it also requests the cancellation of the
    running execution.

    Args:
        id (UUID | str): The id of the bulk sync.
        client: `client.generated`, or a Client of your own, without retries and typed errors.
        body (ActivateBulkSync): The new state of a bulk sync, active or inactive.
        idempotency_key (str | Unset): A key for this request: a retry with the same key gets the first
            outcome and does nothing twice. The server keeps the key for 24 hours or longer. 8 to 255
            letters, digits, `_` and `-`. Default: the client generates one.
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
            body=body,
            idempotency_key=idempotency_key,
            x_polytomic_version=x_polytomic_version,
        )
    ).parsed
