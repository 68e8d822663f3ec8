"""The public types as a user sees them. Checked by mypy and pyright in strict mode, never run.

A line that must be an error has a comment for each of the two, and each reports a comment that hides nothing.
"""

from __future__ import annotations

import datetime as dt
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, Literal, Self, assert_type
from uuid import UUID

import attrs
import httpx

from polytomic_client import (
    API_VERSION,
    APIResponse,
    APIStatusError,
    AsyncPolytomic,
    AutoLimit,
    BlockingFanOut,
    DecodeError,
    ExecutionCanceledError,
    ExecutionFailedError,
    ExecutionTimeoutError,
    FanOut,
    FanOutOptions,
    Outcome,
    Polytomic,
    PolytomicError,
    Progress,
    RequestError,
    RequestOptions,
    Timeout,
    VersionMismatchError,
    WebhookSignatureError,
    fan_out,
    fan_out_blocking,
    fetch_all,
    fetch_all_blocking,
    schedules,
    verify_webhook,
)
from polytomic_client.destinations import (
    ConfigurationProblem,
    as_json_schema,
    check_destination_configuration,
    supports,
    template,
)
from polytomic_client.v2023_04_25 import Client, models
from polytomic_client.v2023_04_25.api.bulk_sync import delete_bulk_sync, get_bulk_destination, start_bulk_sync_execution
from polytomic_client.v2023_04_25.api.events import list_events
from polytomic_client.v2023_04_25.models import (
    ActivateBulkSync,
    BulkDestinationEnvelope,
    BulkMode,
    BulkSchedule,
    BulkSource,
    BulkSourceEnvelope,
    BulkSync,
    BulkSyncActivationEnvelope,
    BulkSyncEnvelope,
    BulkSyncExecution,
    BulkSyncExecutionEnvelope,
    BulkSyncListEnvelope,
    BulkSyncStatus,
    ConfigurationField,
    ConfigurationMap,
    Connection,
    ConnectionConfiguration,
    CreateBulkSync,
    CreateConnection,
    CreatedConnectionEnvelope,
    DestinationConfiguration,
    Event,
    EventListEnvelope,
    EventType,
    ExecutionStatus,
    FetchMode,
    FieldConfiguration,
    FieldType,
    FreeFormConfiguration,
    ResyncMode,
    ScheduleFrequency,
    SchemaConfiguration,
    SchemaExecution,
    SchemaExecutionStatus,
    SourceConfiguration,
    StartBulkSyncExecution,
    SupportedBulkMode,
    UpdateBulkSync,
)
from polytomic_client.v2023_04_25.types import Response, Unset

ID = UUID("248df4b7-aa70-47b8-a036-33ac447e668d")
NOON = dt.datetime(2023, 4, 25, 12, tzinfo=dt.UTC)


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
    AsyncPolytomic(headers={"X-Trace": "a"}, app_info="my-service/1.2")
    Polytomic(headers={"X-Trace": "a"}, app_info="my-service/1.2")
    AsyncPolytomic(app_info=("my-service", "1.2"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Polytomic(headers={"X-Trace": 1})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
    Polytomic(api_key=read_key, transport=httpx.HTTPTransport())

    AsyncPolytomic("key")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    AsyncPolytomic(api_key=5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    AsyncPolytomic(basic_auth="user:password")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    AsyncPolytomic(retries=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    AsyncPolytomic(timeout="5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Polytomic(proxy="http://proxy:3128", trust_env=False, ssl_context=ssl.create_default_context(), verify=True)
    AsyncPolytomic(verify="ca.pem")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    AsyncPolytomic(transport=httpx.HTTPTransport())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Polytomic(transport=httpx.AsyncHTTPTransport())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Polytomic(api_key=fetch_key)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


async def life() -> None:
    async with AsyncPolytomic() as polytomic, Mine() as mine:
        assert_type(polytomic, AsyncPolytomic)
        assert_type(mine, Mine)
        assert_type(polytomic.with_options(timeout=5), AsyncPolytomic)
        assert_type(polytomic.with_options(headers={"X-Trace": "a"}, version="2024-02-08"), AsyncPolytomic)
        polytomic.with_options(version=2024)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        assert_type(mine.with_options(deadline=5), Mine)
        assert_type(polytomic.generated, Client)
        assert_type(await polytomic.aclose(), None)
        assert_type(polytomic.with_options(api_key="key"), AsyncPolytomic)
        assert_type(mine.with_options(api_key=fetch_key), Mine)
        assert_type(mine.with_options(api_key=read_key), Mine)
        assert_type(polytomic.with_options(deployment_key="key"), AsyncPolytomic)
        assert_type(polytomic.with_options(basic_auth=("user", "password")), AsyncPolytomic)
        polytomic.with_options(base_url="other")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
        polytomic.with_options(proxy="http://proxy")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
        polytomic.with_options(api_key=5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with AsyncPolytomic():  # type: ignore[attr-defined]  # pyright: ignore[reportGeneralTypeIssues]
        pass

    with Polytomic() as blocking:
        assert_type(blocking, Polytomic)
        assert_type(blocking.with_options(max_attempts=1), Polytomic)
        assert_type(blocking.with_options(api_key=read_key, headers={"X-Trace": "a"}), Polytomic)
        blocking.with_options(api_key=fetch_key)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
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


async def bodies(polytomic: AsyncPolytomic, blocking: Polytomic) -> None:
    body = CreateBulkSync(
        name="Sync",
        source_connection_id=ID,
        destination_connection_id=ID,
        destination_configuration=DestinationConfiguration({"schema": "x"}),
        mode=BulkMode.SNAPSHOT,
        schedule=BulkSchedule(frequency=ScheduleFrequency.DAILY, hour="05"),
        data_cutoff_timestamp=NOON,
        schemas=["Contact", SchemaConfiguration(id="Account", fields=["Id", FieldConfiguration(id="Email")])],
    )
    assert_type(await polytomic.create_bulk_sync(body=body), BulkSyncEnvelope)
    assert_type(blocking.create_bulk_sync(body=body, idempotency_key="nightly-2023-04-25"), BulkSyncEnvelope)
    assert_type(await polytomic.activate_bulk_sync(ID, body=ActivateBulkSync(active=False)), BulkSyncActivationEnvelope)
    start = StartBulkSyncExecution(schemas=["Contact"], resync_mode=ResyncMode.REFETCH)
    assert_type(await polytomic.start_bulk_sync_execution(ID, body=start), BulkSyncExecutionEnvelope)
    configuration = ConnectionConfiguration({"hostname": "db.example.com", "port": 5432})
    connection = CreateConnection(name="Warehouse", type_="postgresql", configuration=configuration)
    assert_type(blocking.create_connection(body=connection), CreatedConnectionEnvelope)

    await polytomic.create_bulk_sync(body)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    await polytomic.create_bulk_sync(body={"name": "Sync"})  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    await polytomic.update_bulk_sync(ID, body=body)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    assert_type(start.to_json(), str)
    assert_type((await polytomic.get_identity()).data.id, UUID)
    assert_type(await polytomic.start_bulk_sync_execution(ID), BulkSyncExecutionEnvelope)
    assert_type(await polytomic.start_bulk_sync_execution(ID, test=True), BulkSyncExecutionEnvelope)
    assert_type(await polytomic.activate_bulk_sync(ID, active=False), BulkSyncActivationEnvelope)
    assert_type(blocking.activate_bulk_sync(ID, active=False, idempotency_key="key-1234"), BulkSyncActivationEnvelope)
    assert_type(
        blocking.create_connection(name="Warehouse", type_="postgresql", configuration=configuration),
        CreatedConnectionEnvelope,
    )
    with_status = await polytomic.with_response.activate_bulk_sync(ID, body=ActivateBulkSync(active=False))
    assert_type(with_status, APIResponse[BulkSyncActivationEnvelope])
    await polytomic.activate_bulk_sync(ID)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    await polytomic.activate_bulk_sync(ID, active="no")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    await polytomic.activate_bulk_sync(ID, activ=True)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    await polytomic.update_bulk_sync(ID, body=body, idempotency_key="key")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    StartBulkSyncExecution(resync_mode="refetch")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    UpdateBulkSync(name="Sync")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    BulkSchedule(frequency=ScheduleFrequency.DAILY, hour=5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


async def queries(polytomic: AsyncPolytomic, blocking: Polytomic) -> None:
    assert_type(await polytomic.get_bulk_source(ID, include_fields=False), BulkSourceEnvelope)
    assert_type(blocking.list_bulk_syncs(active=True), BulkSyncListEnvelope)
    answer = await polytomic.list_events(
        organization_id=str(ID), type_=EventType.BULK_SYNC_FAILED, starting_after=NOON, ending_before=NOON, limit=10
    )
    assert_type(answer, EventListEnvelope)
    assert_type(await polytomic.list_events(type_=EventType("bulk_sync.paused")), EventListEnvelope)

    await polytomic.list_bulk_syncs(True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  # noqa: FBT003
    await polytomic.list_events(type_="bulk_sync.failed")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await polytomic.list_events(starting_after="2023-04-25")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await polytomic.list_events(limit="10")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


async def without_content(polytomic: AsyncPolytomic, blocking: Polytomic) -> None:
    assert_type(await polytomic.delete_bulk_sync(ID), None)
    assert_type(blocking.delete_connection(ID), None)
    assert_type(await polytomic.with_response.delete_bulk_sync(ID), APIResponse[None])
    assert_type(blocking.with_response.delete_connection(ID), APIResponse[None])


class Role:
    """A user's own class, which reads JSON as a model does."""

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        return cls()


async def raw_requests(polytomic: AsyncPolytomic, blocking: Polytomic, mine: Mine) -> None:
    assert_type(await polytomic.request("GET", "/api/me"), APIResponse[Any])
    assert_type((await polytomic.request("GET", "/api/me")).parsed, Any)
    assert_type(await polytomic.request("GET", "/api/me", into=None), APIResponse[Any])
    assert_type(await polytomic.request("GET", "/api/me", into=bytes), APIResponse[bytes])
    assert_type(await polytomic.request("GET", "/api/me", into=BulkSyncEnvelope), APIResponse[BulkSyncEnvelope])
    assert_type((await polytomic.request("GET", "/api/me", into=ConfigurationMap)).parsed, ConfigurationMap)
    assert_type(await mine.request("GET", "/api/me", into=Role), APIResponse[Role])
    everything = polytomic.request(
        "POST",
        "/api/roles/{id}",
        path_params={"id": ID},
        params={"active": True, "tag": ["a", "b"], "since": NOON},
        json=ActivateBulkSync(active=True),
        headers={"X-Trace": "a"},
        idempotency_key="nightly-2023-04-25",
        into=BulkSyncEnvelope,
    )
    assert_type(await everything, APIResponse[BulkSyncEnvelope])

    assert_type(blocking.request("GET", "/api/me"), APIResponse[Any])
    assert_type(blocking.request("GET", "/api/me", into=bytes).parsed, bytes)
    assert_type(blocking.request("GET", "/api/me", into=BulkSyncEnvelope), APIResponse[BulkSyncEnvelope])
    assert_type(blocking.request("GET", "/api/me", into=Role).parsed, Role)
    options: RequestOptions = {"params": {"limit": 5}, "json": [1, {"a": None}]}
    assert_type(blocking.request("POST", "/api/things", into=bytes, **options), APIResponse[bytes])

    async def fetch(role_id: UUID) -> APIResponse[BulkSyncEnvelope]:
        return await polytomic.request("GET", "/api/roles/{id}", path_params={"id": role_id}, into=BulkSyncEnvelope)

    assert_type(await fetch_all(fetch, [ID]), list[Outcome[UUID, APIResponse[BulkSyncEnvelope]]])

    blocking.request("GET")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    blocking.request("GET", "/api/me", into=int)  # type: ignore[type-var]  # pyright: ignore[reportCallIssue, reportArgumentType]
    blocking.request("GET", "/api/me", jsn={})  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    await polytomic.request("GET", "/api/me", params=[1])  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]


async def generated_functions(client: Client) -> None:
    assert_type(get_bulk_destination.sync(ID, client=client), BulkDestinationEnvelope)
    assert_type(get_bulk_destination.sync_detailed(str(ID), client=client), Response[BulkDestinationEnvelope])
    assert_type(await get_bulk_destination.asyncio(ID, client=client), BulkDestinationEnvelope)
    assert_type(
        await get_bulk_destination.asyncio_detailed(ID, client=client, x_polytomic_version="2022-12-12"),
        Response[BulkDestinationEnvelope],
    )
    assert_type(get_bulk_destination.sync_detailed(ID, client=client).parsed, BulkDestinationEnvelope)

    assert_type(delete_bulk_sync.sync(ID, client=client), None)
    assert_type(await delete_bulk_sync.asyncio_detailed(ID, client=client), Response[None])
    start = StartBulkSyncExecution(fetch_mode=FetchMode.FULL)
    assert_type(start_bulk_sync_execution.sync(ID, client=client, body=start), BulkSyncExecutionEnvelope)
    assert_type(await list_events.asyncio(client=client, starting_after=NOON), EventListEnvelope)

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


def unknown_members(sync: BulkSync, field: ConfigurationField) -> None:
    """What the document does not name is an argument, by keyword only where a model has members."""
    changed = attrs.evolve(sync.schedule, hour="05", additional_properties={"holidays": ["2024-12-25"]})
    assert_type(changed, BulkSchedule)
    assert_type(changed.additional_properties, dict[str, Any])
    ActivateBulkSync(active=True, additional_properties=sync.additional_properties)
    assert_type(ConfigurationMap({"schema": field}).additional_properties, dict[str, ConfigurationField])
    ConfigurationMap(additional_properties={"schema": field})

    ActivateBulkSync(active=True, additional_properties=["a"])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    ActivateBulkSync({"a": 1}, active=True)  # type: ignore[misc, arg-type]  # pyright: ignore[reportCallIssue]
    ConfigurationMap({"schema": "public"})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
    sync.additional_properties = "a"  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]


def unset_members(execution: BulkSyncExecution) -> None:
    """A member that may be missing formats as a word, and `or` gives it a value."""
    assert_type(f"{execution.record_count:,}", str)
    assert_type(execution.record_count or 0, int)

    sum([execution.record_count])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType, reportCallIssue]
    max(execution.record_count, 1)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]


def bulk_sync_members(sync: BulkSync) -> None:
    assert_type(sync.id, UUID)
    assert_type(sync.mode, BulkMode)
    assert_type(sync.policies, list[UUID])
    assert_type(sync.schedule.frequency, ScheduleFrequency)
    assert_type(sync.schedule.hour, str | Unset)
    assert_type(sync.destination_configuration, DestinationConfiguration)
    assert_type(sync.source_configuration, SourceConfiguration)
    assert_type(sync.data_cutoff_timestamp, dt.datetime | None | Unset)
    assert_type(sync.created_at, dt.datetime | Unset)
    assert_type(DestinationConfiguration({"schema": "x"}).to_dict(), dict[str, Any])
    assert_type(list(sync.destination_configuration.items()), list[tuple[str, Any]])
    sync.destination_configuration["schema"] = "y"

    DestinationConfiguration("x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    sync.mode = "snapshot"  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]


def execution_members(execution: BulkSyncExecution, status: BulkSyncStatus) -> None:
    assert_type(execution.id, UUID)
    assert_type(execution.status, ExecutionStatus)
    assert_type(execution.created_at, dt.datetime)
    assert_type(execution.completed_at, dt.datetime | None)
    assert_type(execution.record_count, int | Unset)
    assert_type(execution.schemas[0], SchemaExecution)
    assert_type(execution.schemas[0].record_count, int)
    assert_type(execution.schemas[0].status, SchemaExecutionStatus)
    assert_type(execution.schemas[0].started_at, dt.datetime | None)
    assert_type(status.current_execution, BulkSyncExecution | None)
    assert_type(status.next_execution_time, dt.datetime | None)

    execution.schemas[0].records  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # noqa: B018


def other_members(source: BulkSource, connection: Connection, event: Event) -> None:
    assert_type(source.schemas[0].fields[0].type_, FieldType)
    assert_type(source.schemas[0].fields[0].is_primary_key, bool)
    assert_type(connection.type_.operations, list[str])
    assert_type(connection.configuration, ConnectionConfiguration)
    assert_type(connection.status_error, str | None | Unset)
    assert_type(event.type_, EventType)
    assert_type(event.created_at, dt.datetime)
    assert_type(event.organization_id, UUID)


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


# --- Flows -----------------------------------------------------------------------------------------------------------


def report(schema: SchemaExecution) -> None:
    assert_type(schema.schema, str)


def misreport(schema: str) -> None:
    pass


async def flows(polytomic: AsyncPolytomic) -> None:
    execution = await polytomic.run_bulk_sync(ID, deadline=3600, on_progress=report, cancel_if_abandoned=True)
    assert_type(execution, BulkSyncExecution)
    assert_type(await polytomic.run_bulk_sync(str(ID), body=StartBulkSyncExecution(test=True)), BulkSyncExecution)
    assert_type(await polytomic.wait_for_execution(ID, execution.id, poll_interval=5), BulkSyncExecution)
    assert_type(await polytomic.refresh_bulk_source(ID, deadline=60), BulkSourceEnvelope)
    changed = await polytomic.modify_bulk_sync(
        ID, active=False, mode=BulkMode.REPLICATE, destination_configuration=DestinationConfiguration({"schema": "x"})
    )
    assert_type(changed, BulkSync)
    assert_type(polytomic.iter_events(), AsyncIterator[Event])
    async for event in polytomic.iter_events(types={"bulk_sync.failed"}, since=NOON):
        assert_type(event, Event)

    await polytomic.run_bulk_sync(ID, 3600)  # type: ignore[call-arg, arg-type]  # pyright: ignore[reportCallIssue]
    await polytomic.run_bulk_sync(ID, deadline="1h")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await polytomic.run_bulk_sync(ID, on_progress=misreport)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await polytomic.wait_for_execution(ID)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await polytomic.modify_bulk_sync(ID, schemas=["Contact"])  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await polytomic.modify_bulk_sync(ID, active="no")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await polytomic.modify_bulk_sync(ID, mode="replicate")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await polytomic.refresh_bulk_source()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    polytomic.iter_events(since="2023-04-25")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    for _ in polytomic.iter_events():  # type: ignore[attr-defined]  # pyright: ignore[reportGeneralTypeIssues, reportUnknownVariableType]
        pass


def blocking_flows(polytomic: Polytomic) -> None:
    execution = polytomic.run_bulk_sync(ID, deadline=3600, on_progress=report)
    assert_type(execution, BulkSyncExecution)
    assert_type(polytomic.wait_for_execution(ID, execution.id), BulkSyncExecution)
    assert_type(polytomic.refresh_bulk_source(ID), BulkSourceEnvelope)
    assert_type(polytomic.modify_bulk_sync(ID, schedule=BulkSchedule(frequency=ScheduleFrequency.MANUAL)), BulkSync)
    assert_type(polytomic.iter_events(types=EventType.SYNC_FAILED), Iterator[Event])
    for event in polytomic.iter_events(since=NOON):
        assert_type(event, Event)

    polytomic.run_bulk_sync(ID, deadline="1h")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    polytomic.modify_bulk_sync(ID, schemas=["Contact"])  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    polytomic.modify_bulk_sync(ID, active="no")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


async def many_flows(polytomic: AsyncPolytomic, ids: list[UUID]) -> None:
    async with fan_out(polytomic.run_bulk_sync, ids) as outcomes:
        assert_type(outcomes, FanOut[UUID, BulkSyncExecution])
        async for outcome in outcomes:
            assert_type(outcome.result().status, ExecutionStatus)
    assert_type(await fetch_all(polytomic.delete_bulk_sync, ids), list[Outcome[UUID, None]])


def webhook(body: bytes, signature: str, secret: str) -> None:
    assert_type(verify_webhook(body, signature, secret), None)
    assert_type(verify_webhook(body, signature, secret, digest="sha1"), None)

    verify_webhook("body", signature, secret)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    verify_webhook(body, signature)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


# --- Destinations and schedules --------------------------------------------------------------------------------------


def destination(answer: BulkDestinationEnvelope) -> None:
    problems = check_destination_configuration(answer.data, {"schema": "public"})
    assert_type(problems, tuple[ConfigurationProblem, ...])
    check_destination_configuration(answer.data, DestinationConfiguration({}))
    assert_type(problems[0].path, str)
    assert_type(problems[0].kind, Literal["missing", "unknown", "nesting"])
    assert_type(as_json_schema(answer.data), dict[str, object])
    assert_type(template(answer.data), dict[str, object])
    assert_type(supports(answer.data, mode=BulkMode.REPLICATE, resync_mode="refetch"), bool)

    check_destination_configuration(answer.data, "schema")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    check_destination_configuration(answer, {})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    supports(answer.data, BulkMode.REPLICATE)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def when() -> None:
    assert_type(schedules.weekly("monday", hour=5), BulkSchedule)
    assert_type(schedules.multi(incremental_fields=schedules.continuous()), BulkSchedule)
    assert_type(schedules.next_runs(schedules.daily(5, 30), 2, after=NOON), list[dt.datetime])
    unknown: PolytomicError = schedules.NoNextRunError()
    malformed: ValueError = schedules.ScheduleError()
    assert unknown
    assert malformed

    schedules.daily(hour="05")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    schedules.next_runs("daily")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


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

    async with fan_out(
        polytomic.get_bulk_destination,
        ids,
        limit="auto",
        rate=50,
        retry_failed=lambda error: isinstance(error, PolytomicError),
        stop_on=(VersionMismatchError,),
        deadline=60.0,
        checkpoint="finished.jsonl",
        key=lambda connection_id: connection_id.hex,
        on_progress=print,
    ) as full:
        assert_type(full.progress, Progress)
        assert_type(full.progress.eta, float | None)
        assert_type(full.progress.paused, float)
    await fetch_all(polytomic.get_bulk_destination, ids, checkpoint="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    async with fan_out(polytomic.get_bulk_destination, ids, ordered=True, limit=AutoLimit(maximum=500)) as ordered:
        assert_type(ordered, FanOut[UUID, BulkDestinationEnvelope])
    await fetch_all(polytomic.get_bulk_destination, ids, limit=16, unique=True, key=lambda one: one.hex)
    await fetch_all(polytomic.get_bulk_destination, ids, limits=5)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]

    with fan_out_blocking(blocking.get_bulk_destination, ids, limit=16, ordered=True) as in_threads:
        assert_type(in_threads, BlockingFanOut[UUID, BulkDestinationEnvelope])
        for outcome in in_threads:
            assert_type(outcome, Outcome[UUID, BulkDestinationEnvelope])
    all_of_them = fetch_all_blocking(blocking.get_bulk_destination, ids, retry_failed=True)
    assert_type(all_of_them, list[Outcome[UUID, BulkDestinationEnvelope]])
    options: FanOutOptions[UUID] = {"limit": 5, "deadline": 60}
    assert_type(await fetch_all(polytomic.delete_bulk_sync, ids, **options), list[Outcome[UUID, None]])

    fan_out(polytomic.get_bulk_destination, [5])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    fan_out(polytomic.get_bulk_destination, ids, limit="64")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    fan_out(polytomic.get_bulk_destination, ids, 64)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await fetch_all(blocking.get_bulk_destination, ids)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


# --- Errors ----------------------------------------------------------------------------------------------------------


def errors(status: APIStatusError, decode: DecodeError, version: VersionMismatchError) -> None:
    assert_type(status.status_code, int)
    assert_type(status.key, str | None)
    assert_type(status.code, str | None)
    assert_type((status.method, status.url), tuple[str, str])
    assert_type(status.message, str)
    assert_type(status.metadata, Mapping[str, Any] | list[Any])
    assert_type(status.headers, Mapping[str, str])
    assert_type(status.request_id, str | None)
    assert_type(status.retry_after, float | None)
    assert_type(status.attempts, int)
    assert_type(decode.path, str)
    assert_type(decode.body, str)
    assert_type((version.asked, version.answered), tuple[str, str])


def more_errors(
    failed: ExecutionFailedError, canceled: ExecutionCanceledError, timeout: ExecutionTimeoutError, error: RequestError
) -> None:
    assert_type(failed.bulk_sync_id, UUID | str)
    assert_type(failed.execution, BulkSyncExecution)
    assert_type(failed.schema_errors, list[SchemaExecution])
    assert_type(canceled.execution.status, ExecutionStatus)
    assert_type(timeout.execution, BulkSyncExecution)
    assert_type(timeout.bulk_sync_id, UUID | str)
    assert_type(error.idempotency_key, str | None)
    assert_type(error.operation, str)
    assert_type(error.hint, str)
    forged: ValueError = WebhookSignatureError()
    late: TimeoutError = timeout
    assert forged
    assert late


# --- Helpers ---------------------------------------------------------------------------------------------------------


def helpers() -> None:
    from polytomic_client.v2023_04_25.types import decode_datetime, encode_datetime

    assert_type(decode_datetime("2024-02-29T12:30:00Z"), dt.datetime)
    assert_type(encode_datetime(dt.datetime.now(dt.UTC)), str)
