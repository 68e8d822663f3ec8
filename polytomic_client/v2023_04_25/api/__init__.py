"""Every operation as a method: what AsyncPolytomic and Polytomic inherit."""

from __future__ import annotations

import datetime
from collections.abc import Coroutine
from typing import Any, Required, TypedDict, TypeVar, Unpack, overload
from uuid import UUID

from polytomic_client._runtime.methods import body_of, with_response, with_response_blocking
from polytomic_client._runtime.operation import APIResponse, Operation

from .. import models as _models
from ..types import UNSET, Unset

T = TypeVar("T")


class CreateBulkSyncMembers(TypedDict, total=False):
    """The members of CreateBulkSync, by their Python names."""

    name: Required[str]
    source_connection_id: Required[UUID]
    destination_connection_id: Required[UUID]
    destination_configuration: Required[_models.DestinationConfiguration]
    mode: Required[_models.BulkMode]
    schedule: Required[_models.BulkSchedule]
    source_configuration: _models.SourceConfiguration
    active: bool
    automatically_add_new_fields: _models.BulkDiscover
    automatically_add_new_objects: _models.BulkDiscover
    data_cutoff_timestamp: datetime.datetime | None
    disable_record_timestamps: bool
    discover: bool
    normalize_names: _models.NormalizeNames
    organization_id: UUID
    policies: list[UUID]
    schemas: list[str | _models.SchemaConfiguration]


class UpdateBulkSyncMembers(TypedDict, total=False):
    """The members of UpdateBulkSync, by their Python names."""

    name: Required[str]
    source_connection_id: Required[UUID]
    destination_connection_id: Required[UUID]
    destination_configuration: Required[_models.DestinationConfiguration]
    mode: Required[_models.BulkMode]
    schedule: Required[_models.BulkSchedule]
    source_configuration: _models.SourceConfiguration
    active: bool
    automatically_add_new_fields: _models.BulkDiscover
    automatically_add_new_objects: _models.BulkDiscover
    data_cutoff_timestamp: datetime.datetime | None
    disable_record_timestamps: bool
    discover: bool
    normalize_names: _models.NormalizeNames
    organization_id: UUID
    policies: list[UUID]


class ActivateBulkSyncMembers(TypedDict, total=False):
    """The members of ActivateBulkSync, by their Python names."""

    active: Required[bool]


class StartBulkSyncExecutionMembers(TypedDict, total=False):
    """The members of StartBulkSyncExecution, by their Python names."""

    schemas: list[str]
    test: bool
    resync: bool
    resync_mode: _models.ResyncMode
    fetch_mode: _models.FetchMode


class UpdateBulkSchemaMembers(TypedDict, total=False):
    """The members of UpdateBulkSchema, by their Python names."""

    enabled: bool
    fields: list[_models.BulkField]
    filters: list[_models.BulkFilter]
    partition_key: str | None
    tracking_field: str | None
    data_cutoff_timestamp: datetime.datetime | None
    disable_data_cutoff: bool
    user_output_name: str | None


class CreateConnectionMembers(TypedDict, total=False):
    """The members of CreateConnection, by their Python names."""

    name: Required[str]
    type_: Required[str]
    configuration: _models.ConnectionConfiguration
    organization_id: UUID
    policies: list[UUID]
    redirect_url: str
    validate: bool


class UpdateConnectionMembers(TypedDict, total=False):
    """The members of UpdateConnection, by their Python names."""

    name: Required[str]
    type_: str
    configuration: _models.ConnectionConfiguration
    organization_id: UUID
    policies: list[UUID]
    reconnect: bool
    validate: bool


class UpdateBulkSyncChanges(TypedDict, total=False):
    """The members of UpdateBulkSync that change, by their Python names."""

    name: str
    source_connection_id: UUID
    destination_connection_id: UUID
    destination_configuration: _models.DestinationConfiguration
    mode: _models.BulkMode
    schedule: _models.BulkSchedule
    source_configuration: _models.SourceConfiguration
    active: bool
    automatically_add_new_fields: _models.BulkDiscover
    automatically_add_new_objects: _models.BulkDiscover
    data_cutoff_timestamp: datetime.datetime | None
    disable_record_timestamps: bool
    discover: bool
    normalize_names: _models.NormalizeNames
    organization_id: UUID
    policies: list[UUID]


class UpdateBulkSchemaChanges(TypedDict, total=False):
    """The members of UpdateBulkSchema that change, by their Python names."""

    enabled: bool
    fields: list[_models.BulkField]
    filters: list[_models.BulkFilter]
    partition_key: str | None
    tracking_field: str | None
    data_cutoff_timestamp: datetime.datetime | None
    disable_data_cutoff: bool
    user_output_name: str | None


class UpdateConnectionChanges(TypedDict, total=False):
    """The members of UpdateConnection that change, by their Python names."""

    name: str
    type_: str
    configuration: _models.ConnectionConfiguration
    organization_id: UUID
    policies: list[UUID]
    reconnect: bool
    validate: bool


class AsyncOperations:
    """The operations with asyncio."""

    __slots__ = ()

    def _perform(self, operation: Operation[T], kwargs: dict[str, Any]) -> Coroutine[Any, Any, T]:
        raise NotImplementedError

    async def get_bulk_destination(
        self,
        id: UUID | str,
    ) -> _models.BulkDestinationEnvelope:
        """Get the configuration, modes and resync modes a destination supports.

        Call this before you create a bulk sync into the connection. Build the `destination_configuration`
        and `mode` of the bulk sync from the response.

        Args:
            id (UUID | str): The id of the destination connection, not of a bulk sync.

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
        from .bulk_sync import get_bulk_destination as _operation

        return await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
            ),
        )

    async def get_bulk_source(
        self,
        connection_id: UUID | str,
        *,
        refresh_schemas: bool | Unset = UNSET,
        include_fields: bool | Unset = UNSET,
    ) -> _models.BulkSourceEnvelope:
        """Get the schemas a source offers to bulk syncs.

        A schema is, for example, a table or an object of the source. The response includes the fields of
        each schema.

        Args:
            connection_id (UUID | str): The id of the connection.
            refresh_schemas (bool | Unset): Whether to refresh the schemas from the source, in the
                background. Poll `get_bulk_source_status` for its end.
            include_fields (bool | Unset): Whether to include the fields of each schema.

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
        from .bulk_sync import get_bulk_source as _operation

        return await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                connection_id=connection_id,
                refresh_schemas=refresh_schemas,
                include_fields=include_fields,
            ),
        )

    async def get_bulk_source_schema(
        self,
        connection_id: UUID | str,
        schema_id: str,
    ) -> _models.SchemaEnvelope:
        """Get one schema of a source, with its fields.

        The response is one of the schemas that `get_bulk_source` returns.

        Args:
            connection_id (UUID | str): The id of the connection.
            schema_id (str): The id of a schema of the source, such as `Contact` or `public.users`.

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
        from .bulk_sync import get_bulk_source_schema as _operation

        return await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                connection_id=connection_id,
                schema_id=schema_id,
            ),
        )

    async def get_bulk_source_status(
        self,
        connection_id: UUID | str,
    ) -> _models.BulkSourceStatusEnvelope:
        """Get the time of the last refresh of a source's schemas.

        Polytomic caches the schemas of a source. The response has the state of that cache and the time of
        its last refresh.

        Args:
            connection_id (UUID | str): The id of the connection.

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
        from .bulk_sync import get_bulk_source_status as _operation

        return await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                connection_id=connection_id,
            ),
        )

    async def list_bulk_syncs(
        self,
        *,
        active: bool | Unset = UNSET,
    ) -> _models.BulkSyncListEnvelope:
        """List the bulk syncs of the organization.

        The response contains all of them: this version has no pagination.

        Args:
            active (bool | Unset): Whether to list only active bulk syncs, or only inactive ones. Documented
                for later versions.

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
        from .bulk_sync import list_bulk_syncs as _operation

        return await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                active=active,
            ),
        )

    @overload
    async def create_bulk_sync(
        self,
        *,
        body: _models.CreateBulkSync,
        idempotency_key: str | Unset = UNSET,
    ) -> _models.BulkSyncEnvelope: ...

    @overload
    async def create_bulk_sync(
        self,
        *,
        idempotency_key: str | Unset = UNSET,
        **members: Unpack[CreateBulkSyncMembers],
    ) -> _models.BulkSyncEnvelope: ...

    async def create_bulk_sync(
        self,
        *,
        body: _models.CreateBulkSync | Unset = UNSET,
        idempotency_key: str | Unset = UNSET,
        **members: Any,
    ) -> _models.BulkSyncEnvelope:
        """Create a bulk sync.

        Call `get_bulk_destination` first for the configuration and modes of the destination, and
        `get_bulk_source` for the schemas of the source.

        Args:
            body (CreateBulkSync): A bulk sync to create.
            **members: The members of the body instead, by their Python names.
            idempotency_key (str | Unset): A key for this request: a retry with the same key gets the first
                outcome and does nothing twice. The server keeps the key for 24 hours or longer. 8 to 255
                letters, digits, `_` and `-`. Default: the client generates one.

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
        from .bulk_sync import create_bulk_sync as _operation

        return await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                body=body_of("create_bulk_sync", _operation.BODY, body, members),
                idempotency_key=idempotency_key,
            ),
        )

    async def get_bulk_sync(
        self,
        id: UUID | str,
        *,
        refresh_schemas: bool | Unset = UNSET,
    ) -> _models.BulkSyncEnvelope:
        """Get a bulk sync.

        The response has the settings of the bulk sync. For its executions, call `get_bulk_sync_status`.

        Args:
            id (UUID | str): The id of the bulk sync.
            refresh_schemas (bool | Unset): Whether to refresh the schemas of the source, in the background.

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
        from .bulk_sync import get_bulk_sync as _operation

        return await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                refresh_schemas=refresh_schemas,
            ),
        )

    async def delete_bulk_sync(
        self,
        id: UUID | str,
        *,
        refresh_schemas: bool | Unset = UNSET,
    ) -> None:
        """Delete a bulk sync.

        The data that it has written stays in the destination.

        Args:
            id (UUID | str): The id of the bulk sync.
            refresh_schemas (bool | Unset): Whether to refresh the schemas of the source, in the background.

        Returns:
            Nothing: the response has no content.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API responded with an error; each status has its own class.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The response does not match the OpenAPI document.
            VersionMismatchError: The response is of another version of the API.
        """
        from .bulk_sync import delete_bulk_sync as _operation

        return await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                refresh_schemas=refresh_schemas,
            ),
        )

    @overload
    async def update_bulk_sync(
        self,
        id: UUID | str,
        *,
        body: _models.UpdateBulkSync,
    ) -> _models.BulkSyncEnvelope: ...

    @overload
    async def update_bulk_sync(
        self,
        id: UUID | str,
        **members: Unpack[UpdateBulkSyncMembers],
    ) -> _models.BulkSyncEnvelope: ...

    async def update_bulk_sync(
        self,
        id: UUID | str,
        *,
        body: _models.UpdateBulkSync | Unset = UNSET,
        **members: Any,
    ) -> _models.BulkSyncEnvelope:
        """Replace the settings of a bulk sync.

        This is a full replacement, although the method is PATCH: each setting that the body omits is reset
        to its default. The synced schemas do not change.

        Args:
            id (UUID | str): The id of the bulk sync.
            body (UpdateBulkSync): The new settings of a bulk sync. Each setting that is omitted is reset to its default.
            **members: The members of the body instead, by their Python names.

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
        from .bulk_sync import update_bulk_sync as _operation

        return await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                body=body_of("update_bulk_sync", _operation.BODY, body, members),
            ),
        )

    @overload
    async def activate_bulk_sync(
        self,
        id: UUID | str,
        *,
        body: _models.ActivateBulkSync,
        idempotency_key: str | Unset = UNSET,
    ) -> _models.BulkSyncActivationEnvelope: ...

    @overload
    async def activate_bulk_sync(
        self,
        id: UUID | str,
        *,
        idempotency_key: str | Unset = UNSET,
        **members: Unpack[ActivateBulkSyncMembers],
    ) -> _models.BulkSyncActivationEnvelope: ...

    async def activate_bulk_sync(
        self,
        id: UUID | str,
        *,
        body: _models.ActivateBulkSync | Unset = UNSET,
        idempotency_key: str | Unset = UNSET,
        **members: Any,
    ) -> _models.BulkSyncActivationEnvelope:
        """Activate or deactivate a bulk sync.

        An active bulk sync runs on its schedule. Deactivating it also requests the cancellation of the
        running execution.

        Args:
            id (UUID | str): The id of the bulk sync.
            body (ActivateBulkSync): The new state of a bulk sync, active or inactive.
            **members: The members of the body instead, by their Python names.
            idempotency_key (str | Unset): A key for this request: a retry with the same key gets the first
                outcome and does nothing twice. The server keeps the key for 24 hours or longer. 8 to 255
                letters, digits, `_` and `-`. Default: the client generates one.

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
        from .bulk_sync import activate_bulk_sync as _operation

        return await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                body=body_of("activate_bulk_sync", _operation.BODY, body, members),
                idempotency_key=idempotency_key,
            ),
        )

    async def cancel_bulk_sync(
        self,
        id: UUID | str,
        *,
        idempotency_key: str | Unset = UNSET,
    ) -> _models.BulkSyncCancellationEnvelope:
        """Cancel the running execution of a bulk sync.

        The response comes at once, and the execution ends later. Poll its status for the end.

        Args:
            id (UUID | str): The id of the bulk sync.
            idempotency_key (str | Unset): A key for this request: a retry with the same key gets the first
                outcome and does nothing twice. The server keeps the key for 24 hours or longer. 8 to 255
                letters, digits, `_` and `-`. Default: the client generates one.

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
        from .bulk_sync import cancel_bulk_sync as _operation

        return await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                idempotency_key=idempotency_key,
            ),
        )

    async def list_bulk_sync_executions(
        self,
        id: UUID | str,
    ) -> _models.BulkSyncExecutionListEnvelope:
        """List the executions of a bulk sync.

        The response contains the executions that have ended and the one in progress.

        Args:
            id (UUID | str): The id of the bulk sync.

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
        from .bulk_sync import list_bulk_sync_executions as _operation

        return await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
            ),
        )

    @overload
    async def start_bulk_sync_execution(
        self,
        id: UUID | str,
        *,
        body: _models.StartBulkSyncExecution,
        idempotency_key: str | Unset = UNSET,
    ) -> _models.BulkSyncExecutionEnvelope: ...

    @overload
    async def start_bulk_sync_execution(
        self,
        id: UUID | str,
        *,
        idempotency_key: str | Unset = UNSET,
        **members: Unpack[StartBulkSyncExecutionMembers],
    ) -> _models.BulkSyncExecutionEnvelope: ...

    async def start_bulk_sync_execution(
        self,
        id: UUID | str,
        *,
        body: _models.StartBulkSyncExecution | Unset = UNSET,
        idempotency_key: str | Unset = UNSET,
        **members: Any,
    ) -> _models.BulkSyncExecutionEnvelope:
        """Start an execution of a bulk sync.

        An empty body syncs all enabled schemas, as the schedule does. While an execution is in progress,
        the API rejects another one with a 409.

        Args:
            id (UUID | str): The id of the bulk sync.
            body (StartBulkSyncExecution): The options of an execution. Without any, it syncs all enabled schemas.
            **members: The members of the body instead, by their Python names.
            idempotency_key (str | Unset): A key for this request: a retry with the same key gets the first
                outcome and does nothing twice. The server keeps the key for 24 hours or longer. 8 to 255
                letters, digits, `_` and `-`. Default: the client generates one.

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
        from .bulk_sync import start_bulk_sync_execution as _operation

        return await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                body=body_of("start_bulk_sync_execution", _operation.BODY, body, members),
                idempotency_key=idempotency_key,
            ),
        )

    async def get_bulk_sync_execution(
        self,
        id: UUID | str,
        execution_id: UUID | str,
    ) -> _models.BulkSyncExecutionEnvelope:
        """Get an execution of a bulk sync.

        Poll until the status is completed, canceled, failed, errors or interrupted.

        Args:
            id (UUID | str): The id of the bulk sync.
            execution_id (UUID | str): The id of the execution.

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
        from .bulk_sync import get_bulk_sync_execution as _operation

        return await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                execution_id=execution_id,
            ),
        )

    async def list_bulk_sync_schemas(
        self,
        id: UUID | str,
    ) -> _models.BulkSchemaListEnvelope:
        """List the schemas of a bulk sync.

        The response contains the schemas of the source, each with its sync settings.

        Args:
            id (UUID | str): The id of the bulk sync.

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
        from .bulk_sync import list_bulk_sync_schemas as _operation

        return await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
            ),
        )

    async def get_bulk_sync_schema(
        self,
        id: UUID | str,
        schema_id: str,
    ) -> _models.BulkSchemaEnvelope:
        """Get the sync settings of one schema of a bulk sync.

        The settings include whether the schema is synced, and how.

        Args:
            id (UUID | str): The id of the bulk sync.
            schema_id (str): The id of a schema of the source, such as `Contact` or `public.users`.

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
        from .bulk_sync import get_bulk_sync_schema as _operation

        return await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                schema_id=schema_id,
            ),
        )

    @overload
    async def update_bulk_sync_schema(
        self,
        id: UUID | str,
        schema_id: str,
        *,
        body: _models.UpdateBulkSchema,
    ) -> _models.BulkSchemaEnvelope: ...

    @overload
    async def update_bulk_sync_schema(
        self,
        id: UUID | str,
        schema_id: str,
        **members: Unpack[UpdateBulkSchemaMembers],
    ) -> _models.BulkSchemaEnvelope: ...

    async def update_bulk_sync_schema(
        self,
        id: UUID | str,
        schema_id: str,
        *,
        body: _models.UpdateBulkSchema | Unset = UNSET,
        **members: Any,
    ) -> _models.BulkSchemaEnvelope:
        """Change the sync settings of one schema of a bulk sync.

        Set whether the schema is synced, which fields are synced, and what is obfuscated or filtered.

        Args:
            id (UUID | str): The id of the bulk sync.
            schema_id (str): The id of a schema of the source, such as `Contact` or `public.users`.
            body (UpdateBulkSchema): The changes to the sync settings of a schema.
            **members: The members of the body instead, by their Python names.

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
        from .bulk_sync import update_bulk_sync_schema as _operation

        return await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                schema_id=schema_id,
                body=body_of("update_bulk_sync_schema", _operation.BODY, body, members),
            ),
        )

    async def get_bulk_sync_status(
        self,
        id: UUID | str,
    ) -> _models.BulkSyncStatusEnvelope:
        """Get the current, last and next execution of a bulk sync.

        The response has the execution in progress, the last one that ended, and the time of the next one.

        Args:
            id (UUID | str): The id of the bulk sync.

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
        from .bulk_sync import get_bulk_sync_status as _operation

        return await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
            ),
        )

    async def get_identity(
        self,
    ) -> _models.IdentityEnvelope:
        """Get the owner of the credential.

        The owner is a user, an organization or a partner. This is the cheapest way to check a key.

        Returns:
            The response.

        Raises:
            APIStatusError: The API responded with an error; each status has its own class.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The response does not match the OpenAPI document.
            VersionMismatchError: The response is of another version of the API.
        """
        from .identity import get_identity as _operation

        return await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(),
        )

    async def list_connections(
        self,
    ) -> _models.ConnectionListEnvelope:
        """List the connections of the organization.

        The API replaces secrets in the configurations with asterisks.

        Returns:
            The response.

        Raises:
            APIStatusError: The API responded with an error; each status has its own class.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The response does not match the OpenAPI document.
            VersionMismatchError: The response is of another version of the API.
        """
        from .connections import list_connections as _operation

        return await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(),
        )

    @overload
    async def create_connection(
        self,
        *,
        body: _models.CreateConnection,
        idempotency_key: str | Unset = UNSET,
    ) -> _models.CreatedConnectionEnvelope: ...

    @overload
    async def create_connection(
        self,
        *,
        idempotency_key: str | Unset = UNSET,
        **members: Unpack[CreateConnectionMembers],
    ) -> _models.CreatedConnectionEnvelope: ...

    async def create_connection(
        self,
        *,
        body: _models.CreateConnection | Unset = UNSET,
        idempotency_key: str | Unset = UNSET,
        **members: Any,
    ) -> _models.CreatedConnectionEnvelope:
        """Create a connection.

        The keys of `configuration` depend on the type of the connection. For a type that uses OAuth, the
        response has an `auth_url` to open in a browser.

        Args:
            body (CreateConnection): A connection to create.
            **members: The members of the body instead, by their Python names.
            idempotency_key (str | Unset): A key for this request: a retry with the same key gets the first
                outcome and does nothing twice. The server keeps the key for 24 hours or longer. 8 to 255
                letters, digits, `_` and `-`. Default: the client generates one.

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
        from .connections import create_connection as _operation

        return await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                body=body_of("create_connection", _operation.BODY, body, members),
                idempotency_key=idempotency_key,
            ),
        )

    async def get_connection(
        self,
        id: UUID | str,
    ) -> _models.ConnectionEnvelope:
        """Get a connection.

        The API replaces secrets in the configuration with asterisks.

        Args:
            id (UUID | str): The id of the connection.

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
        from .connections import get_connection as _operation

        return await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
            ),
        )

    async def delete_connection(
        self,
        id: UUID | str,
    ) -> None:
        """Delete a connection.

        A connection that a sync still uses cannot be deleted.

        Args:
            id (UUID | str): The id of the connection.

        Returns:
            Nothing: the response has no content.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API responded with an error; each status has its own class.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The response does not match the OpenAPI document.
            VersionMismatchError: The response is of another version of the API.
        """
        from .connections import delete_connection as _operation

        return await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
            ),
        )

    @overload
    async def update_connection(
        self,
        id: UUID | str,
        *,
        body: _models.UpdateConnection,
    ) -> _models.ConnectionEnvelope: ...

    @overload
    async def update_connection(
        self,
        id: UUID | str,
        **members: Unpack[UpdateConnectionMembers],
    ) -> _models.ConnectionEnvelope: ...

    async def update_connection(
        self,
        id: UUID | str,
        *,
        body: _models.UpdateConnection | Unset = UNSET,
        **members: Any,
    ) -> _models.ConnectionEnvelope:
        """Update a connection.

        The name is always required.

        Args:
            id (UUID | str): The id of the connection.
            body (UpdateConnection): The changes to a connection.
            **members: The members of the body instead, by their Python names.

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
        from .connections import update_connection as _operation

        return await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                body=body_of("update_connection", _operation.BODY, body, members),
            ),
        )

    async def list_connection_types(
        self,
    ) -> _models.ConnectionTypeListEnvelope:
        """List the connection types.

        A connection type is the kind of system that a connection reaches, such as `snowflake`.

        Returns:
            The response.

        Raises:
            APIStatusError: The API responded with an error; each status has its own class.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The response does not match the OpenAPI document.
            VersionMismatchError: The response is of another version of the API.
        """
        from .connections import list_connection_types as _operation

        return await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(),
        )

    async def list_events(
        self,
        *,
        organization_id: UUID | str | Unset = UNSET,
        type_: _models.EventType | Unset = UNSET,
        starting_after: datetime.datetime | Unset = UNSET,
        ending_before: datetime.datetime | Unset = UNSET,
        limit: int | Unset = UNSET,
    ) -> _models.EventListEnvelope:
        """List events.

        The API keeps events for 48 hours. Page through them by time.

        Args:
            organization_id (UUID | Unset): Only events of this organization. For partners.
            type_ (EventType | Unset): The type of the event.
            starting_after (datetime.datetime | Unset): Only events after this instant.
            ending_before (datetime.datetime | Unset): Only events before this instant.
            limit (int | Unset): The maximum number of events.

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
        from .events import list_events as _operation

        return await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                organization_id=organization_id,
                type_=type_,
                starting_after=starting_after,
                ending_before=ending_before,
                limit=limit,
            ),
        )

    async def list_event_types(
        self,
    ) -> _models.EventTypeListEnvelope:
        """List the event types.

        `list_events` accepts an event type, such as `bulk_sync.failed`, as a filter.

        Returns:
            The response.

        Raises:
            APIStatusError: The API responded with an error; each status has its own class.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The response does not match the OpenAPI document.
            VersionMismatchError: The response is of another version of the API.
        """
        from .events import list_event_types as _operation

        return await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(),
        )


class AsyncOperationsWithResponse:
    """The operations with asyncio, each response with its status, headers and body."""

    __slots__ = ()

    def _perform(
        self, operation: Operation[T], kwargs: dict[str, Any]
    ) -> Coroutine[Any, Any, APIResponse[T]]:
        raise NotImplementedError

    get_bulk_destination = with_response(AsyncOperations.get_bulk_destination)
    get_bulk_source = with_response(AsyncOperations.get_bulk_source)
    get_bulk_source_schema = with_response(AsyncOperations.get_bulk_source_schema)
    get_bulk_source_status = with_response(AsyncOperations.get_bulk_source_status)
    list_bulk_syncs = with_response(AsyncOperations.list_bulk_syncs)
    create_bulk_sync = with_response(AsyncOperations.create_bulk_sync)
    get_bulk_sync = with_response(AsyncOperations.get_bulk_sync)
    delete_bulk_sync = with_response(AsyncOperations.delete_bulk_sync)
    update_bulk_sync = with_response(AsyncOperations.update_bulk_sync)
    activate_bulk_sync = with_response(AsyncOperations.activate_bulk_sync)
    cancel_bulk_sync = with_response(AsyncOperations.cancel_bulk_sync)
    list_bulk_sync_executions = with_response(AsyncOperations.list_bulk_sync_executions)
    start_bulk_sync_execution = with_response(AsyncOperations.start_bulk_sync_execution)
    get_bulk_sync_execution = with_response(AsyncOperations.get_bulk_sync_execution)
    list_bulk_sync_schemas = with_response(AsyncOperations.list_bulk_sync_schemas)
    get_bulk_sync_schema = with_response(AsyncOperations.get_bulk_sync_schema)
    update_bulk_sync_schema = with_response(AsyncOperations.update_bulk_sync_schema)
    get_bulk_sync_status = with_response(AsyncOperations.get_bulk_sync_status)
    get_identity = with_response(AsyncOperations.get_identity)
    list_connections = with_response(AsyncOperations.list_connections)
    create_connection = with_response(AsyncOperations.create_connection)
    get_connection = with_response(AsyncOperations.get_connection)
    delete_connection = with_response(AsyncOperations.delete_connection)
    update_connection = with_response(AsyncOperations.update_connection)
    list_connection_types = with_response(AsyncOperations.list_connection_types)
    list_events = with_response(AsyncOperations.list_events)
    list_event_types = with_response(AsyncOperations.list_event_types)


class Operations:
    """The operations, blocking."""

    __slots__ = ()

    def _perform(self, operation: Operation[T], kwargs: dict[str, Any]) -> T:
        raise NotImplementedError

    def get_bulk_destination(
        self,
        id: UUID | str,
    ) -> _models.BulkDestinationEnvelope:
        """Get the configuration, modes and resync modes a destination supports.

        Call this before you create a bulk sync into the connection. Build the `destination_configuration`
        and `mode` of the bulk sync from the response.

        Args:
            id (UUID | str): The id of the destination connection, not of a bulk sync.

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
        from .bulk_sync import get_bulk_destination as _operation

        return self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
            ),
        )

    def get_bulk_source(
        self,
        connection_id: UUID | str,
        *,
        refresh_schemas: bool | Unset = UNSET,
        include_fields: bool | Unset = UNSET,
    ) -> _models.BulkSourceEnvelope:
        """Get the schemas a source offers to bulk syncs.

        A schema is, for example, a table or an object of the source. The response includes the fields of
        each schema.

        Args:
            connection_id (UUID | str): The id of the connection.
            refresh_schemas (bool | Unset): Whether to refresh the schemas from the source, in the
                background. Poll `get_bulk_source_status` for its end.
            include_fields (bool | Unset): Whether to include the fields of each schema.

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
        from .bulk_sync import get_bulk_source as _operation

        return self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                connection_id=connection_id,
                refresh_schemas=refresh_schemas,
                include_fields=include_fields,
            ),
        )

    def get_bulk_source_schema(
        self,
        connection_id: UUID | str,
        schema_id: str,
    ) -> _models.SchemaEnvelope:
        """Get one schema of a source, with its fields.

        The response is one of the schemas that `get_bulk_source` returns.

        Args:
            connection_id (UUID | str): The id of the connection.
            schema_id (str): The id of a schema of the source, such as `Contact` or `public.users`.

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
        from .bulk_sync import get_bulk_source_schema as _operation

        return self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                connection_id=connection_id,
                schema_id=schema_id,
            ),
        )

    def get_bulk_source_status(
        self,
        connection_id: UUID | str,
    ) -> _models.BulkSourceStatusEnvelope:
        """Get the time of the last refresh of a source's schemas.

        Polytomic caches the schemas of a source. The response has the state of that cache and the time of
        its last refresh.

        Args:
            connection_id (UUID | str): The id of the connection.

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
        from .bulk_sync import get_bulk_source_status as _operation

        return self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                connection_id=connection_id,
            ),
        )

    def list_bulk_syncs(
        self,
        *,
        active: bool | Unset = UNSET,
    ) -> _models.BulkSyncListEnvelope:
        """List the bulk syncs of the organization.

        The response contains all of them: this version has no pagination.

        Args:
            active (bool | Unset): Whether to list only active bulk syncs, or only inactive ones. Documented
                for later versions.

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
        from .bulk_sync import list_bulk_syncs as _operation

        return self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                active=active,
            ),
        )

    @overload
    def create_bulk_sync(
        self,
        *,
        body: _models.CreateBulkSync,
        idempotency_key: str | Unset = UNSET,
    ) -> _models.BulkSyncEnvelope: ...

    @overload
    def create_bulk_sync(
        self,
        *,
        idempotency_key: str | Unset = UNSET,
        **members: Unpack[CreateBulkSyncMembers],
    ) -> _models.BulkSyncEnvelope: ...

    def create_bulk_sync(
        self,
        *,
        body: _models.CreateBulkSync | Unset = UNSET,
        idempotency_key: str | Unset = UNSET,
        **members: Any,
    ) -> _models.BulkSyncEnvelope:
        """Create a bulk sync.

        Call `get_bulk_destination` first for the configuration and modes of the destination, and
        `get_bulk_source` for the schemas of the source.

        Args:
            body (CreateBulkSync): A bulk sync to create.
            **members: The members of the body instead, by their Python names.
            idempotency_key (str | Unset): A key for this request: a retry with the same key gets the first
                outcome and does nothing twice. The server keeps the key for 24 hours or longer. 8 to 255
                letters, digits, `_` and `-`. Default: the client generates one.

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
        from .bulk_sync import create_bulk_sync as _operation

        return self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                body=body_of("create_bulk_sync", _operation.BODY, body, members),
                idempotency_key=idempotency_key,
            ),
        )

    def get_bulk_sync(
        self,
        id: UUID | str,
        *,
        refresh_schemas: bool | Unset = UNSET,
    ) -> _models.BulkSyncEnvelope:
        """Get a bulk sync.

        The response has the settings of the bulk sync. For its executions, call `get_bulk_sync_status`.

        Args:
            id (UUID | str): The id of the bulk sync.
            refresh_schemas (bool | Unset): Whether to refresh the schemas of the source, in the background.

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
        from .bulk_sync import get_bulk_sync as _operation

        return self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                refresh_schemas=refresh_schemas,
            ),
        )

    def delete_bulk_sync(
        self,
        id: UUID | str,
        *,
        refresh_schemas: bool | Unset = UNSET,
    ) -> None:
        """Delete a bulk sync.

        The data that it has written stays in the destination.

        Args:
            id (UUID | str): The id of the bulk sync.
            refresh_schemas (bool | Unset): Whether to refresh the schemas of the source, in the background.

        Returns:
            Nothing: the response has no content.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API responded with an error; each status has its own class.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The response does not match the OpenAPI document.
            VersionMismatchError: The response is of another version of the API.
        """
        from .bulk_sync import delete_bulk_sync as _operation

        return self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                refresh_schemas=refresh_schemas,
            ),
        )

    @overload
    def update_bulk_sync(
        self,
        id: UUID | str,
        *,
        body: _models.UpdateBulkSync,
    ) -> _models.BulkSyncEnvelope: ...

    @overload
    def update_bulk_sync(
        self,
        id: UUID | str,
        **members: Unpack[UpdateBulkSyncMembers],
    ) -> _models.BulkSyncEnvelope: ...

    def update_bulk_sync(
        self,
        id: UUID | str,
        *,
        body: _models.UpdateBulkSync | Unset = UNSET,
        **members: Any,
    ) -> _models.BulkSyncEnvelope:
        """Replace the settings of a bulk sync.

        This is a full replacement, although the method is PATCH: each setting that the body omits is reset
        to its default. The synced schemas do not change.

        Args:
            id (UUID | str): The id of the bulk sync.
            body (UpdateBulkSync): The new settings of a bulk sync. Each setting that is omitted is reset to its default.
            **members: The members of the body instead, by their Python names.

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
        from .bulk_sync import update_bulk_sync as _operation

        return self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                body=body_of("update_bulk_sync", _operation.BODY, body, members),
            ),
        )

    @overload
    def activate_bulk_sync(
        self,
        id: UUID | str,
        *,
        body: _models.ActivateBulkSync,
        idempotency_key: str | Unset = UNSET,
    ) -> _models.BulkSyncActivationEnvelope: ...

    @overload
    def activate_bulk_sync(
        self,
        id: UUID | str,
        *,
        idempotency_key: str | Unset = UNSET,
        **members: Unpack[ActivateBulkSyncMembers],
    ) -> _models.BulkSyncActivationEnvelope: ...

    def activate_bulk_sync(
        self,
        id: UUID | str,
        *,
        body: _models.ActivateBulkSync | Unset = UNSET,
        idempotency_key: str | Unset = UNSET,
        **members: Any,
    ) -> _models.BulkSyncActivationEnvelope:
        """Activate or deactivate a bulk sync.

        An active bulk sync runs on its schedule. Deactivating it also requests the cancellation of the
        running execution.

        Args:
            id (UUID | str): The id of the bulk sync.
            body (ActivateBulkSync): The new state of a bulk sync, active or inactive.
            **members: The members of the body instead, by their Python names.
            idempotency_key (str | Unset): A key for this request: a retry with the same key gets the first
                outcome and does nothing twice. The server keeps the key for 24 hours or longer. 8 to 255
                letters, digits, `_` and `-`. Default: the client generates one.

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
        from .bulk_sync import activate_bulk_sync as _operation

        return self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                body=body_of("activate_bulk_sync", _operation.BODY, body, members),
                idempotency_key=idempotency_key,
            ),
        )

    def cancel_bulk_sync(
        self,
        id: UUID | str,
        *,
        idempotency_key: str | Unset = UNSET,
    ) -> _models.BulkSyncCancellationEnvelope:
        """Cancel the running execution of a bulk sync.

        The response comes at once, and the execution ends later. Poll its status for the end.

        Args:
            id (UUID | str): The id of the bulk sync.
            idempotency_key (str | Unset): A key for this request: a retry with the same key gets the first
                outcome and does nothing twice. The server keeps the key for 24 hours or longer. 8 to 255
                letters, digits, `_` and `-`. Default: the client generates one.

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
        from .bulk_sync import cancel_bulk_sync as _operation

        return self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                idempotency_key=idempotency_key,
            ),
        )

    def list_bulk_sync_executions(
        self,
        id: UUID | str,
    ) -> _models.BulkSyncExecutionListEnvelope:
        """List the executions of a bulk sync.

        The response contains the executions that have ended and the one in progress.

        Args:
            id (UUID | str): The id of the bulk sync.

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
        from .bulk_sync import list_bulk_sync_executions as _operation

        return self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
            ),
        )

    @overload
    def start_bulk_sync_execution(
        self,
        id: UUID | str,
        *,
        body: _models.StartBulkSyncExecution,
        idempotency_key: str | Unset = UNSET,
    ) -> _models.BulkSyncExecutionEnvelope: ...

    @overload
    def start_bulk_sync_execution(
        self,
        id: UUID | str,
        *,
        idempotency_key: str | Unset = UNSET,
        **members: Unpack[StartBulkSyncExecutionMembers],
    ) -> _models.BulkSyncExecutionEnvelope: ...

    def start_bulk_sync_execution(
        self,
        id: UUID | str,
        *,
        body: _models.StartBulkSyncExecution | Unset = UNSET,
        idempotency_key: str | Unset = UNSET,
        **members: Any,
    ) -> _models.BulkSyncExecutionEnvelope:
        """Start an execution of a bulk sync.

        An empty body syncs all enabled schemas, as the schedule does. While an execution is in progress,
        the API rejects another one with a 409.

        Args:
            id (UUID | str): The id of the bulk sync.
            body (StartBulkSyncExecution): The options of an execution. Without any, it syncs all enabled schemas.
            **members: The members of the body instead, by their Python names.
            idempotency_key (str | Unset): A key for this request: a retry with the same key gets the first
                outcome and does nothing twice. The server keeps the key for 24 hours or longer. 8 to 255
                letters, digits, `_` and `-`. Default: the client generates one.

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
        from .bulk_sync import start_bulk_sync_execution as _operation

        return self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                body=body_of("start_bulk_sync_execution", _operation.BODY, body, members),
                idempotency_key=idempotency_key,
            ),
        )

    def get_bulk_sync_execution(
        self,
        id: UUID | str,
        execution_id: UUID | str,
    ) -> _models.BulkSyncExecutionEnvelope:
        """Get an execution of a bulk sync.

        Poll until the status is completed, canceled, failed, errors or interrupted.

        Args:
            id (UUID | str): The id of the bulk sync.
            execution_id (UUID | str): The id of the execution.

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
        from .bulk_sync import get_bulk_sync_execution as _operation

        return self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                execution_id=execution_id,
            ),
        )

    def list_bulk_sync_schemas(
        self,
        id: UUID | str,
    ) -> _models.BulkSchemaListEnvelope:
        """List the schemas of a bulk sync.

        The response contains the schemas of the source, each with its sync settings.

        Args:
            id (UUID | str): The id of the bulk sync.

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
        from .bulk_sync import list_bulk_sync_schemas as _operation

        return self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
            ),
        )

    def get_bulk_sync_schema(
        self,
        id: UUID | str,
        schema_id: str,
    ) -> _models.BulkSchemaEnvelope:
        """Get the sync settings of one schema of a bulk sync.

        The settings include whether the schema is synced, and how.

        Args:
            id (UUID | str): The id of the bulk sync.
            schema_id (str): The id of a schema of the source, such as `Contact` or `public.users`.

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
        from .bulk_sync import get_bulk_sync_schema as _operation

        return self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                schema_id=schema_id,
            ),
        )

    @overload
    def update_bulk_sync_schema(
        self,
        id: UUID | str,
        schema_id: str,
        *,
        body: _models.UpdateBulkSchema,
    ) -> _models.BulkSchemaEnvelope: ...

    @overload
    def update_bulk_sync_schema(
        self,
        id: UUID | str,
        schema_id: str,
        **members: Unpack[UpdateBulkSchemaMembers],
    ) -> _models.BulkSchemaEnvelope: ...

    def update_bulk_sync_schema(
        self,
        id: UUID | str,
        schema_id: str,
        *,
        body: _models.UpdateBulkSchema | Unset = UNSET,
        **members: Any,
    ) -> _models.BulkSchemaEnvelope:
        """Change the sync settings of one schema of a bulk sync.

        Set whether the schema is synced, which fields are synced, and what is obfuscated or filtered.

        Args:
            id (UUID | str): The id of the bulk sync.
            schema_id (str): The id of a schema of the source, such as `Contact` or `public.users`.
            body (UpdateBulkSchema): The changes to the sync settings of a schema.
            **members: The members of the body instead, by their Python names.

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
        from .bulk_sync import update_bulk_sync_schema as _operation

        return self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                schema_id=schema_id,
                body=body_of("update_bulk_sync_schema", _operation.BODY, body, members),
            ),
        )

    def get_bulk_sync_status(
        self,
        id: UUID | str,
    ) -> _models.BulkSyncStatusEnvelope:
        """Get the current, last and next execution of a bulk sync.

        The response has the execution in progress, the last one that ended, and the time of the next one.

        Args:
            id (UUID | str): The id of the bulk sync.

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
        from .bulk_sync import get_bulk_sync_status as _operation

        return self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
            ),
        )

    def get_identity(
        self,
    ) -> _models.IdentityEnvelope:
        """Get the owner of the credential.

        The owner is a user, an organization or a partner. This is the cheapest way to check a key.

        Returns:
            The response.

        Raises:
            APIStatusError: The API responded with an error; each status has its own class.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The response does not match the OpenAPI document.
            VersionMismatchError: The response is of another version of the API.
        """
        from .identity import get_identity as _operation

        return self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(),
        )

    def list_connections(
        self,
    ) -> _models.ConnectionListEnvelope:
        """List the connections of the organization.

        The API replaces secrets in the configurations with asterisks.

        Returns:
            The response.

        Raises:
            APIStatusError: The API responded with an error; each status has its own class.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The response does not match the OpenAPI document.
            VersionMismatchError: The response is of another version of the API.
        """
        from .connections import list_connections as _operation

        return self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(),
        )

    @overload
    def create_connection(
        self,
        *,
        body: _models.CreateConnection,
        idempotency_key: str | Unset = UNSET,
    ) -> _models.CreatedConnectionEnvelope: ...

    @overload
    def create_connection(
        self,
        *,
        idempotency_key: str | Unset = UNSET,
        **members: Unpack[CreateConnectionMembers],
    ) -> _models.CreatedConnectionEnvelope: ...

    def create_connection(
        self,
        *,
        body: _models.CreateConnection | Unset = UNSET,
        idempotency_key: str | Unset = UNSET,
        **members: Any,
    ) -> _models.CreatedConnectionEnvelope:
        """Create a connection.

        The keys of `configuration` depend on the type of the connection. For a type that uses OAuth, the
        response has an `auth_url` to open in a browser.

        Args:
            body (CreateConnection): A connection to create.
            **members: The members of the body instead, by their Python names.
            idempotency_key (str | Unset): A key for this request: a retry with the same key gets the first
                outcome and does nothing twice. The server keeps the key for 24 hours or longer. 8 to 255
                letters, digits, `_` and `-`. Default: the client generates one.

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
        from .connections import create_connection as _operation

        return self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                body=body_of("create_connection", _operation.BODY, body, members),
                idempotency_key=idempotency_key,
            ),
        )

    def get_connection(
        self,
        id: UUID | str,
    ) -> _models.ConnectionEnvelope:
        """Get a connection.

        The API replaces secrets in the configuration with asterisks.

        Args:
            id (UUID | str): The id of the connection.

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
        from .connections import get_connection as _operation

        return self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
            ),
        )

    def delete_connection(
        self,
        id: UUID | str,
    ) -> None:
        """Delete a connection.

        A connection that a sync still uses cannot be deleted.

        Args:
            id (UUID | str): The id of the connection.

        Returns:
            Nothing: the response has no content.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API responded with an error; each status has its own class.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The response does not match the OpenAPI document.
            VersionMismatchError: The response is of another version of the API.
        """
        from .connections import delete_connection as _operation

        return self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
            ),
        )

    @overload
    def update_connection(
        self,
        id: UUID | str,
        *,
        body: _models.UpdateConnection,
    ) -> _models.ConnectionEnvelope: ...

    @overload
    def update_connection(
        self,
        id: UUID | str,
        **members: Unpack[UpdateConnectionMembers],
    ) -> _models.ConnectionEnvelope: ...

    def update_connection(
        self,
        id: UUID | str,
        *,
        body: _models.UpdateConnection | Unset = UNSET,
        **members: Any,
    ) -> _models.ConnectionEnvelope:
        """Update a connection.

        The name is always required.

        Args:
            id (UUID | str): The id of the connection.
            body (UpdateConnection): The changes to a connection.
            **members: The members of the body instead, by their Python names.

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
        from .connections import update_connection as _operation

        return self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                body=body_of("update_connection", _operation.BODY, body, members),
            ),
        )

    def list_connection_types(
        self,
    ) -> _models.ConnectionTypeListEnvelope:
        """List the connection types.

        A connection type is the kind of system that a connection reaches, such as `snowflake`.

        Returns:
            The response.

        Raises:
            APIStatusError: The API responded with an error; each status has its own class.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The response does not match the OpenAPI document.
            VersionMismatchError: The response is of another version of the API.
        """
        from .connections import list_connection_types as _operation

        return self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(),
        )

    def list_events(
        self,
        *,
        organization_id: UUID | str | Unset = UNSET,
        type_: _models.EventType | Unset = UNSET,
        starting_after: datetime.datetime | Unset = UNSET,
        ending_before: datetime.datetime | Unset = UNSET,
        limit: int | Unset = UNSET,
    ) -> _models.EventListEnvelope:
        """List events.

        The API keeps events for 48 hours. Page through them by time.

        Args:
            organization_id (UUID | Unset): Only events of this organization. For partners.
            type_ (EventType | Unset): The type of the event.
            starting_after (datetime.datetime | Unset): Only events after this instant.
            ending_before (datetime.datetime | Unset): Only events before this instant.
            limit (int | Unset): The maximum number of events.

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
        from .events import list_events as _operation

        return self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                organization_id=organization_id,
                type_=type_,
                starting_after=starting_after,
                ending_before=ending_before,
                limit=limit,
            ),
        )

    def list_event_types(
        self,
    ) -> _models.EventTypeListEnvelope:
        """List the event types.

        `list_events` accepts an event type, such as `bulk_sync.failed`, as a filter.

        Returns:
            The response.

        Raises:
            APIStatusError: The API responded with an error; each status has its own class.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The response does not match the OpenAPI document.
            VersionMismatchError: The response is of another version of the API.
        """
        from .events import list_event_types as _operation

        return self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(),
        )


class OperationsWithResponse:
    """The operations, blocking, each response with its status, headers and body."""

    __slots__ = ()

    def _perform(self, operation: Operation[T], kwargs: dict[str, Any]) -> APIResponse[T]:
        raise NotImplementedError

    get_bulk_destination = with_response_blocking(Operations.get_bulk_destination)
    get_bulk_source = with_response_blocking(Operations.get_bulk_source)
    get_bulk_source_schema = with_response_blocking(Operations.get_bulk_source_schema)
    get_bulk_source_status = with_response_blocking(Operations.get_bulk_source_status)
    list_bulk_syncs = with_response_blocking(Operations.list_bulk_syncs)
    create_bulk_sync = with_response_blocking(Operations.create_bulk_sync)
    get_bulk_sync = with_response_blocking(Operations.get_bulk_sync)
    delete_bulk_sync = with_response_blocking(Operations.delete_bulk_sync)
    update_bulk_sync = with_response_blocking(Operations.update_bulk_sync)
    activate_bulk_sync = with_response_blocking(Operations.activate_bulk_sync)
    cancel_bulk_sync = with_response_blocking(Operations.cancel_bulk_sync)
    list_bulk_sync_executions = with_response_blocking(Operations.list_bulk_sync_executions)
    start_bulk_sync_execution = with_response_blocking(Operations.start_bulk_sync_execution)
    get_bulk_sync_execution = with_response_blocking(Operations.get_bulk_sync_execution)
    list_bulk_sync_schemas = with_response_blocking(Operations.list_bulk_sync_schemas)
    get_bulk_sync_schema = with_response_blocking(Operations.get_bulk_sync_schema)
    update_bulk_sync_schema = with_response_blocking(Operations.update_bulk_sync_schema)
    get_bulk_sync_status = with_response_blocking(Operations.get_bulk_sync_status)
    get_identity = with_response_blocking(Operations.get_identity)
    list_connections = with_response_blocking(Operations.list_connections)
    create_connection = with_response_blocking(Operations.create_connection)
    get_connection = with_response_blocking(Operations.get_connection)
    delete_connection = with_response_blocking(Operations.delete_connection)
    update_connection = with_response_blocking(Operations.update_connection)
    list_connection_types = with_response_blocking(Operations.list_connection_types)
    list_events = with_response_blocking(Operations.list_events)
    list_event_types = with_response_blocking(Operations.list_event_types)
