"""The public types as a user sees them. Checked by mypy and pyright in strict mode, never run.

A line that must be an error has a comment for each of the two, and each reports a comment that hides nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Mapping
from typing import Any, assert_type
from uuid import UUID

import httpx

from polytomic_client import (
    API_VERSION,
    APIResponse,
    APIStatusError,
    AsyncPolytomic,
    DecodeError,
    FanOut,
    Outcome,
    Polytomic,
    Timeout,
    VersionMismatchError,
    fan_out,
    fetch_all,
)
from polytomic_client.v2023_04_25 import Client, models
from polytomic_client.v2023_04_25.api.bulk_sync import get_bulk_destination
from polytomic_client.v2023_04_25.models import (
    BulkDestinationEnvelope,
    BulkMode,
    ConfigurationField,
    ConfigurationMap,
    FreeFormConfiguration,
    ResyncMode,
    SupportedBulkMode,
)
from polytomic_client.v2023_04_25.types import Response, Unset

ID = UUID("248df4b7-aa70-47b8-a036-33ac447e668d")


async def fetch_key() -> str:
    return "key"


def read_key() -> str:
    return "key"


class Mine(AsyncPolytomic):
    """A user's own client."""


# --- Settings --------------------------------------------------------------------------------------------------------


def settings() -> None:
    AsyncPolytomic()
    AsyncPolytomic(api_key="key", base_url="https://polytomic.example", version="2024-02-08")
    AsyncPolytomic(api_key=fetch_key)
    AsyncPolytomic(api_key=read_key)
    AsyncPolytomic(deployment_key="key")
    AsyncPolytomic(basic_auth=("user", "password"))
    AsyncPolytomic(timeout=5, deadline=10.5, max_attempts=1, max_connections=10, max_response_bytes=1 << 20)
    AsyncPolytomic(timeout=Timeout(connect=5, read=30, write=30))
    AsyncPolytomic(transport=httpx.MockTransport(lambda request: httpx.Response(200, request=request)))
    Polytomic(api_key=read_key, transport=httpx.HTTPTransport())

    AsyncPolytomic("key")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    AsyncPolytomic(api_key=5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    AsyncPolytomic(basic_auth="user:password")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    AsyncPolytomic(retries=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    AsyncPolytomic(timeout="5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    AsyncPolytomic(transport=httpx.HTTPTransport())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Polytomic(transport=httpx.AsyncHTTPTransport())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Polytomic(api_key=fetch_key)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


async def life() -> None:
    async with AsyncPolytomic() as polytomic, Mine() as mine:
        assert_type(polytomic, AsyncPolytomic)
        assert_type(mine, Mine)
        assert_type(polytomic.with_options(timeout=5), AsyncPolytomic)
        assert_type(polytomic.with_options(headers={"X-Trace": "a"}, version="2024-02-08"), AsyncPolytomic)
        assert_type(mine.with_options(deadline=5), Mine)
        assert_type(polytomic.generated, Client)
        assert_type(await polytomic.aclose(), None)
        polytomic.with_options(api_key="key")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    with AsyncPolytomic():  # type: ignore[attr-defined]  # pyright: ignore[reportGeneralTypeIssues]
        pass

    with Polytomic() as blocking:
        assert_type(blocking, Polytomic)
        assert_type(blocking.with_options(max_attempts=1), Polytomic)
        assert_type(blocking.generated, Client)
        assert_type(blocking.close(), None)
    version: str = API_VERSION
    assert version


# --- Operations ------------------------------------------------------------------------------------------------------


async def operations(polytomic: AsyncPolytomic, connection_id: str) -> None:
    answer = await polytomic.get_bulk_destination(ID)
    assert_type(answer, BulkDestinationEnvelope)
    assert_type(await polytomic.get_bulk_destination(connection_id), BulkDestinationEnvelope)
    assert_type(await polytomic.get_bulk_destination(id=ID), BulkDestinationEnvelope)

    response = await polytomic.with_response.get_bulk_destination(ID)
    assert_type(response, APIResponse[BulkDestinationEnvelope])
    assert_type(response.parsed, BulkDestinationEnvelope)
    assert_type(response.status_code, int)
    assert_type(response.headers, Mapping[str, str])
    assert_type(response.request_id, str | None)
    assert_type(response.attempts, int)
    assert_type(response.content, bytes)

    await polytomic.get_bulk_destination(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await polytomic.get_bulk_destination(None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await polytomic.get_bulk_destination()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await polytomic.get_destination(ID)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    answer.parsed  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # noqa: B018


def blocking_operations(polytomic: Polytomic) -> None:
    assert_type(polytomic.get_bulk_destination(ID), BulkDestinationEnvelope)
    assert_type(polytomic.get_bulk_destination(str(ID)), BulkDestinationEnvelope)
    assert_type(polytomic.with_response.get_bulk_destination(ID), APIResponse[BulkDestinationEnvelope])

    polytomic.get_bulk_destination(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


async def generated_functions(client: Client) -> None:
    assert_type(get_bulk_destination.sync(ID, client=client), BulkDestinationEnvelope)
    assert_type(get_bulk_destination.sync_detailed(str(ID), client=client), Response[BulkDestinationEnvelope])
    assert_type(await get_bulk_destination.asyncio(ID, client=client), BulkDestinationEnvelope)
    assert_type(
        await get_bulk_destination.asyncio_detailed(ID, client=client, x_polytomic_version="2022-12-12"),
        Response[BulkDestinationEnvelope],
    )
    assert_type(get_bulk_destination.sync_detailed(ID, client=client).parsed, BulkDestinationEnvelope)

    get_bulk_destination.sync(ID)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    get_bulk_destination.sync(5, client=client)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    get_bulk_destination.sync(ID, client=Polytomic())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


# --- Models ----------------------------------------------------------------------------------------------------------


def members(answer: BulkDestinationEnvelope) -> None:
    """What this version documents as present is there without a test for Unset."""
    assert_type(answer.data.modes, list[SupportedBulkMode])
    assert_type(answer.data.modes[0].id, BulkMode)
    assert_type(answer.data.modes[0].label, str)
    assert_type(answer.data.modes[0].requires_identity, bool)
    assert_type(answer.data.supported_resync_modes, list[ResyncMode])
    assert_type(answer.data.configuration, ConfigurationMap | FreeFormConfiguration | None)
    assert_type(answer.data.to_dict(), dict[str, Any])
    assert_type(BulkDestinationEnvelope.from_dict({}), BulkDestinationEnvelope)
    assert_type(models.BulkMode("mirror"), BulkMode)
    assert_type(models.ApiError().message, str | Unset)

    answer.data.mode  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # noqa: B018


def configuration(found: ConfigurationMap | FreeFormConfiguration | None) -> None:
    assert found is not None
    if isinstance(found, ConfigurationMap):
        assert_type(found["schema"], ConfigurationField)
        assert_type(found.get("schema"), ConfigurationField | None)
        assert_type(list(found), list[str])
        assert_type(list(found.items()), list[tuple[str, ConfigurationField]])
        assert_type(found["schema"].required, bool | Unset)
        assert_type(found["schema"].items, ConfigurationMap | None | Unset)
        if found["schema"].items:
            assert_type(found["schema"].items["nested"], ConfigurationField)
        found["schema"] = {"default": ""}  # type: ignore[assignment]  # pyright: ignore[reportArgumentType]
    else:
        assert_type(found, FreeFormConfiguration)
        assert_type(dict(found), dict[str, Any])
        found["$schema"] = "anything"


# --- Fan-out ---------------------------------------------------------------------------------------------------------


async def many(polytomic: AsyncPolytomic, blocking: Polytomic, ids: list[UUID], texts: AsyncIterator[str]) -> None:
    async with fan_out(polytomic.get_bulk_destination, ids, limit=64) as outcomes:
        assert_type(outcomes, FanOut[UUID, BulkDestinationEnvelope])
        async for outcome in outcomes:
            assert_type(outcome, Outcome[UUID, BulkDestinationEnvelope])
            assert_type(outcome.item, UUID)
            assert_type(outcome.index, int)
            assert_type(outcome.ok, bool)
            assert_type(outcome.error, Exception | None)
            assert_type(outcome.result(), BulkDestinationEnvelope)
            assert_type(outcome.result().data.modes[0].id, BulkMode)

    async for named in fan_out(polytomic.get_bulk_destination, texts):
        assert_type(named, Outcome[str, BulkDestinationEnvelope])

    async for whole in fan_out(polytomic.with_response.get_bulk_destination, ids):
        assert_type(whole.result(), APIResponse[BulkDestinationEnvelope])

    everything = await fetch_all(polytomic.get_bulk_destination, ids)
    assert_type(everything, list[Outcome[UUID, BulkDestinationEnvelope]])

    fan_out(polytomic.get_bulk_destination, [5])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    fan_out(polytomic.get_bulk_destination, ids, limit="64")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    fan_out(polytomic.get_bulk_destination, ids, 64)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await fetch_all(blocking.get_bulk_destination, ids)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


# --- Errors ----------------------------------------------------------------------------------------------------------


def errors(status: APIStatusError, decode: DecodeError, version: VersionMismatchError) -> None:
    assert_type(status.status_code, int)
    assert_type(status.key, str | None)
    assert_type(status.message, str)
    assert_type(status.metadata, Mapping[str, Any] | list[Any])
    assert_type(status.headers, Mapping[str, str])
    assert_type(status.request_id, str | None)
    assert_type(status.retry_after, float | None)
    assert_type(status.attempts, int)
    assert_type(decode.path, str)
    assert_type(decode.body, str)
    assert_type((version.asked, version.answered), tuple[str, str])


# --- Helpers ---------------------------------------------------------------------------------------------------------


def helpers() -> None:
    from polytomic_client.v2023_04_25.types import decode_datetime, encode_datetime

    assert_type(decode_datetime("2024-02-29T12:30:00Z"), dt.datetime)
    assert_type(encode_datetime(dt.datetime.now(dt.UTC)), str)
