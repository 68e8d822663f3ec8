"""Every operation as a method: what AsyncPolytomic and Polytomic inherit."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar
from uuid import UUID

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from polytomic_client._runtime.operation import APIResponse, Operation

    from ..models.activate_bulk_sync import ActivateBulkSync
    from ..models.api_error import ApiError
    from ..models.bulk_destination_envelope import BulkDestinationEnvelope
    from ..models.bulk_discover import BulkDiscover
    from ..models.bulk_field import BulkField
    from ..models.bulk_filter import BulkFilter
    from ..models.bulk_mode import BulkMode
    from ..models.bulk_schedule import BulkSchedule
    from ..models.bulk_schema_envelope import BulkSchemaEnvelope
    from ..models.bulk_schema_list_envelope import BulkSchemaListEnvelope
    from ..models.bulk_source_envelope import BulkSourceEnvelope
    from ..models.bulk_source_status_envelope import BulkSourceStatusEnvelope
    from ..models.bulk_sync_activation_envelope import BulkSyncActivationEnvelope
    from ..models.bulk_sync_cancellation_envelope import BulkSyncCancellationEnvelope
    from ..models.bulk_sync_envelope import BulkSyncEnvelope
    from ..models.bulk_sync_execution_envelope import BulkSyncExecutionEnvelope
    from ..models.bulk_sync_execution_list_envelope import BulkSyncExecutionListEnvelope
    from ..models.bulk_sync_list_envelope import BulkSyncListEnvelope
    from ..models.bulk_sync_status_envelope import BulkSyncStatusEnvelope
    from ..models.connection_configuration import ConnectionConfiguration
    from ..models.connection_envelope import ConnectionEnvelope
    from ..models.connection_list_envelope import ConnectionListEnvelope
    from ..models.connection_type_list_envelope import ConnectionTypeListEnvelope
    from ..models.create_bulk_sync import CreateBulkSync
    from ..models.create_connection import CreateConnection
    from ..models.created_connection_envelope import CreatedConnectionEnvelope
    from ..models.destination_configuration import DestinationConfiguration
    from ..models.event_list_envelope import EventListEnvelope
    from ..models.event_type import EventType
    from ..models.event_type_list_envelope import EventTypeListEnvelope
    from ..models.identity_envelope import IdentityEnvelope
    from ..models.normalize_names import NormalizeNames
    from ..models.schema_envelope import SchemaEnvelope
    from ..models.source_configuration import SourceConfiguration
    from ..models.start_bulk_sync_execution import StartBulkSyncExecution
    from ..models.unauthorized_error import UnauthorizedError
    from ..models.update_bulk_schema import UpdateBulkSchema
    from ..models.update_bulk_sync import UpdateBulkSync
    from ..models.update_connection import UpdateConnection

T = TypeVar("T")


class UpdateBulkSyncChanges(TypedDict, total=False):
    """The members of UpdateBulkSync, by their Python names."""

    name: str
    source_connection_id: UUID
    destination_connection_id: UUID
    destination_configuration: DestinationConfiguration
    mode: BulkMode
    schedule: BulkSchedule
    source_configuration: SourceConfiguration
    active: bool
    automatically_add_new_fields: BulkDiscover
    automatically_add_new_objects: BulkDiscover
    data_cutoff_timestamp: datetime.datetime | None
    disable_record_timestamps: bool
    discover: bool
    normalize_names: NormalizeNames
    organization_id: UUID
    policies: list[UUID]


class UpdateBulkSchemaChanges(TypedDict, total=False):
    """The members of UpdateBulkSchema, by their Python names."""

    enabled: bool
    fields: list[BulkField]
    filters: list[BulkFilter]
    partition_key: None | str
    tracking_field: None | str
    data_cutoff_timestamp: datetime.datetime | None
    disable_data_cutoff: bool
    user_output_name: None | str


class UpdateConnectionChanges(TypedDict, total=False):
    """The members of UpdateConnection, by their Python names."""

    name: str
    type_: str
    configuration: ConnectionConfiguration
    organization_id: UUID
    policies: list[UUID]
    reconnect: bool
    validate: bool


class AsyncOperations:
    """The operations with asyncio."""

    __slots__ = ()

    def _perform(
        self, operation: Operation[T], kwargs: dict[str, Any]
    ) -> Coroutine[Any, Any, APIResponse[T]]:
        raise NotImplementedError

    async def get_bulk_destination(
        self,
        id: UUID | str,
    ) -> BulkDestinationEnvelope:
        """Say what a connection accepts as the destination of a bulk sync.

        The answer names the configuration that a bulk sync into this connection takes, the modes it can
        write in, and how it can be resynced. Ask before you create a bulk sync, and build its
        `destination_configuration` and `mode` from the answer.

        Args:
            id (UUID | str): The connection to ask. This is the id of a connection, not of a bulk sync.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import get_bulk_destination as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
            ),
        )
        return _answer.parsed

    async def get_bulk_source(
        self,
        connection_id: UUID | str,
        *,
        refresh_schemas: bool | Unset = UNSET,
        include_fields: bool | Unset = UNSET,
    ) -> BulkSourceEnvelope:
        """Say what a connection offers as the source of a bulk sync.

        The answer names the schemas that can be synced from this connection, such as tables or objects,
        with their fields.

        Args:
            connection_id (UUID | str): The connection to ask.
            refresh_schemas (bool | Unset): Whether to refresh the schemas from the source, in the
                background. getBulkSourceStatus says when that is done.
            include_fields (bool | Unset): Whether the schemas come with their fields.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import get_bulk_source as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                connection_id=connection_id,
                refresh_schemas=refresh_schemas,
                include_fields=include_fields,
            ),
        )
        return _answer.parsed

    async def get_bulk_source_schema(
        self,
        connection_id: UUID | str,
        schema_id: str,
    ) -> SchemaEnvelope:
        """Describe one schema of a source.

        The answer is one of the schemas of getBulkSource, with its fields.

        Args:
            connection_id (UUID | str): The connection to ask.
            schema_id (str): The id of a schema of the source, such as `Contact` or `public.users`.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import get_bulk_source_schema as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                connection_id=connection_id,
                schema_id=schema_id,
            ),
        )
        return _answer.parsed

    async def get_bulk_source_status(
        self,
        connection_id: UUID | str,
    ) -> BulkSourceStatusEnvelope:
        """Say how fresh the schemas of a source are.

        Polytomic keeps the schemas of a source in a cache. The answer says when it was last refreshed.

        Args:
            connection_id (UUID | str): The connection to ask.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import get_bulk_source_status as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                connection_id=connection_id,
            ),
        )
        return _answer.parsed

    async def list_bulk_syncs(
        self,
        *,
        active: bool | Unset = UNSET,
    ) -> BulkSyncListEnvelope:
        """List the bulk syncs of the organization.

        The answer holds all of them: this version has no pages.

        Args:
            active (bool | Unset): List only the syncs that are active, or only those that are not.
                Documented for later versions.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import list_bulk_syncs as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                active=active,
            ),
        )
        return _answer.parsed

    async def create_bulk_sync(
        self,
        *,
        body: CreateBulkSync,
        idempotency_key: str | Unset = UNSET,
    ) -> BulkSyncEnvelope:
        """Create a bulk sync.

        Ask getBulkDestination first which configuration and modes the destination accepts, and
        getBulkSource which schemas there are.

        Args:
            body (CreateBulkSync): A bulk sync to create.
            idempotency_key (str | Unset): A name for this request, so that a retry is answered with the
                first outcome and does nothing twice. The server keeps it for 24 hours or longer. 8 to 255
                letters, digits, `_` and `-`. Left out, the client makes one.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import create_bulk_sync as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                body=body,
                idempotency_key=idempotency_key,
            ),
        )
        return _answer.parsed

    async def get_bulk_sync(
        self,
        id: UUID | str,
        *,
        refresh_schemas: bool | Unset = UNSET,
    ) -> BulkSyncEnvelope:
        """Return a bulk sync.

        The answer says how it is set up, not how it runs: that is getBulkSyncStatus.

        Args:
            id (UUID | str): The bulk sync.
            refresh_schemas (bool | Unset): Whether to refresh the schemas of the source, in the background.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import get_bulk_sync as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                refresh_schemas=refresh_schemas,
            ),
        )
        return _answer.parsed

    async def delete_bulk_sync(
        self,
        id: UUID | str,
        *,
        refresh_schemas: bool | Unset = UNSET,
    ) -> None:
        """Delete a bulk sync.

        What it has written stays in the destination.

        Args:
            id (UUID | str): The bulk sync.
            refresh_schemas (bool | Unset): Whether to refresh the schemas of the source, in the background.

        Returns:
            Nothing: the answer has no content.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import delete_bulk_sync as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                refresh_schemas=refresh_schemas,
            ),
        )
        return _answer.parsed

    async def update_bulk_sync(
        self,
        id: UUID | str,
        *,
        body: UpdateBulkSync,
    ) -> BulkSyncEnvelope:
        """Replace how a bulk sync is set up.

        It is a full replacement, although it is a PATCH: what the body leaves out is reset to its default.
        The schemas that are synced stay as they are.

        Args:
            id (UUID | str): The bulk sync.
            body (UpdateBulkSync): A bulk sync as it is to be. What is left out is reset to its default.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import update_bulk_sync as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                body=body,
            ),
        )
        return _answer.parsed

    async def activate_bulk_sync(
        self,
        id: UUID | str,
        *,
        body: ActivateBulkSync,
        idempotency_key: str | Unset = UNSET,
    ) -> BulkSyncActivationEnvelope:
        """Activate or deactivate a bulk sync.

        An active one runs by its schedule. Deactivating also asks for the running execution to be canceled.

        Args:
            id (UUID | str): The bulk sync.
            body (ActivateBulkSync): Whether a bulk sync is to be active.
            idempotency_key (str | Unset): A name for this request, so that a retry is answered with the
                first outcome and does nothing twice. The server keeps it for 24 hours or longer. 8 to 255
                letters, digits, `_` and `-`. Left out, the client makes one.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import activate_bulk_sync as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                body=body,
                idempotency_key=idempotency_key,
            ),
        )
        return _answer.parsed

    async def cancel_bulk_sync(
        self,
        id: UUID | str,
        *,
        idempotency_key: str | Unset = UNSET,
    ) -> BulkSyncCancellationEnvelope:
        """Ask for the running execution to be canceled.

        The answer comes at once, and the execution ends later: its status says when.

        Args:
            id (UUID | str): The bulk sync.
            idempotency_key (str | Unset): A name for this request, so that a retry is answered with the
                first outcome and does nothing twice. The server keeps it for 24 hours or longer. 8 to 255
                letters, digits, `_` and `-`. Left out, the client makes one.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import cancel_bulk_sync as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                idempotency_key=idempotency_key,
            ),
        )
        return _answer.parsed

    async def list_bulk_sync_executions(
        self,
        id: UUID | str,
    ) -> BulkSyncExecutionListEnvelope:
        """List the executions of a bulk sync.

        The executions that have ended and the one that is under way.

        Args:
            id (UUID | str): The bulk sync.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import list_bulk_sync_executions as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
            ),
        )
        return _answer.parsed

    async def start_bulk_sync_execution(
        self,
        id: UUID | str,
        *,
        body: StartBulkSyncExecution,
        idempotency_key: str | Unset = UNSET,
    ) -> BulkSyncExecutionEnvelope:
        """Start an execution of a bulk sync.

        An empty body runs everything that is enabled, as the schedule would. While an execution is under
        way another is refused with a 409.

        Args:
            id (UUID | str): The bulk sync.
            body (StartBulkSyncExecution): What an execution is to do. Empty, it syncs everything that is enabled.
            idempotency_key (str | Unset): A name for this request, so that a retry is answered with the
                first outcome and does nothing twice. The server keeps it for 24 hours or longer. 8 to 255
                letters, digits, `_` and `-`. Left out, the client makes one.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import start_bulk_sync_execution as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                body=body,
                idempotency_key=idempotency_key,
            ),
        )
        return _answer.parsed

    async def get_bulk_sync_execution(
        self,
        id: UUID | str,
        execution_id: UUID | str,
    ) -> BulkSyncExecutionEnvelope:
        """Return an execution of a bulk sync.

        Ask again until its status is completed, canceled, failed, errors or interrupted.

        Args:
            id (UUID | str): The bulk sync.
            execution_id (UUID | str): The execution.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import get_bulk_sync_execution as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                execution_id=execution_id,
            ),
        )
        return _answer.parsed

    async def list_bulk_sync_schemas(
        self,
        id: UUID | str,
    ) -> BulkSchemaListEnvelope:
        """List the schemas of a bulk sync.

        The schemas of the source, each with whether and how it is synced.

        Args:
            id (UUID | str): The bulk sync.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import list_bulk_sync_schemas as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
            ),
        )
        return _answer.parsed

    async def get_bulk_sync_schema(
        self,
        id: UUID | str,
        schema_id: str,
    ) -> BulkSchemaEnvelope:
        """Return one schema of a bulk sync.

        Whether and how it is synced.

        Args:
            id (UUID | str): The bulk sync.
            schema_id (str): The id of a schema of the source, such as `Contact` or `public.users`.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import get_bulk_sync_schema as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                schema_id=schema_id,
            ),
        )
        return _answer.parsed

    async def update_bulk_sync_schema(
        self,
        id: UUID | str,
        schema_id: str,
        *,
        body: UpdateBulkSchema,
    ) -> BulkSchemaEnvelope:
        """Change how one schema of a bulk sync is synced.

        Choose whether it is synced, which of its fields, and what is obfuscated or filtered.

        Args:
            id (UUID | str): The bulk sync.
            schema_id (str): The id of a schema of the source, such as `Contact` or `public.users`.
            body (UpdateBulkSchema): What to change about how a schema is synced.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import update_bulk_sync_schema as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                schema_id=schema_id,
                body=body,
            ),
        )
        return _answer.parsed

    async def get_bulk_sync_status(
        self,
        id: UUID | str,
    ) -> BulkSyncStatusEnvelope:
        """Say how a bulk sync runs.

        The execution that is under way, the last one that ended, and when the next begins.

        Args:
            id (UUID | str): The bulk sync.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import get_bulk_sync_status as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
            ),
        )
        return _answer.parsed

    async def get_identity(
        self,
    ) -> IdentityEnvelope:
        """Say whose credential it is.

        The user, organization or partner that the credential belongs to. The cheapest way to check a key.

        Returns:
            The answer.

        Raises:
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .identity import get_identity as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(),
        )
        return _answer.parsed

    async def list_connections(
        self,
    ) -> ConnectionListEnvelope:
        """List the connections of the organization.

        Secrets in their configuration are answered as asterisks.

        Returns:
            The answer.

        Raises:
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .connections import list_connections as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(),
        )
        return _answer.parsed

    async def create_connection(
        self,
        *,
        body: CreateConnection,
        idempotency_key: str | Unset = UNSET,
    ) -> CreatedConnectionEnvelope:
        """Create a connection.

        What `configuration` takes depends on the type. For a type that uses OAuth the answer holds
        `auth_url`, to be opened in a browser.

        Args:
            body (CreateConnection): A connection to create.
            idempotency_key (str | Unset): A name for this request, so that a retry is answered with the
                first outcome and does nothing twice. The server keeps it for 24 hours or longer. 8 to 255
                letters, digits, `_` and `-`. Left out, the client makes one.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .connections import create_connection as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                body=body,
                idempotency_key=idempotency_key,
            ),
        )
        return _answer.parsed

    async def get_connection(
        self,
        id: UUID | str,
    ) -> ConnectionEnvelope:
        """Return a connection.

        Secrets in its configuration are answered as asterisks.

        Args:
            id (UUID | str): The connection.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .connections import get_connection as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
            ),
        )
        return _answer.parsed

    async def delete_connection(
        self,
        id: UUID | str,
    ) -> None:
        """Delete a connection.

        A connection that syncs still use cannot be deleted.

        Args:
            id (UUID | str): The connection.

        Returns:
            Nothing: the answer has no content.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .connections import delete_connection as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
            ),
        )
        return _answer.parsed

    async def update_connection(
        self,
        id: UUID | str,
        *,
        body: UpdateConnection,
    ) -> ConnectionEnvelope:
        """Change a connection.

        The name must always be given.

        Args:
            id (UUID | str): The connection.
            body (UpdateConnection): What to change about a connection.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .connections import update_connection as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                body=body,
            ),
        )
        return _answer.parsed

    async def list_connection_types(
        self,
    ) -> ConnectionTypeListEnvelope:
        """List the types of connections.

        What a connection can be made of.

        Returns:
            The answer.

        Raises:
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .connections import list_connection_types as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(),
        )
        return _answer.parsed

    async def list_events(
        self,
        *,
        organization_id: UUID | str | Unset = UNSET,
        type_: EventType | Unset = UNSET,
        starting_after: datetime.datetime | Unset = UNSET,
        ending_before: datetime.datetime | Unset = UNSET,
        limit: int | Unset = UNSET,
    ) -> EventListEnvelope:
        """List events.

        Events are kept for 48 hours. Page through them by time.

        Args:
            organization_id (UUID | Unset): Events of this organization only. For partners.
            type_ (EventType | Unset): What happened.
            starting_after (datetime.datetime | Unset): Events after this instant only.
            ending_before (datetime.datetime | Unset): Events before this instant only.
            limit (int | Unset): How many events at most.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .events import list_events as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                organization_id=organization_id,
                type_=type_,
                starting_after=starting_after,
                ending_before=ending_before,
                limit=limit,
            ),
        )
        return _answer.parsed

    async def list_event_types(
        self,
    ) -> EventTypeListEnvelope:
        """List the types of events.

        What can happen.

        Returns:
            The answer.

        Raises:
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .events import list_event_types as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(),
        )
        return _answer.parsed


class AsyncOperationsWithResponse:
    """The operations with asyncio, each answer with its status and headers."""

    __slots__ = ()

    def _perform(
        self, operation: Operation[T], kwargs: dict[str, Any]
    ) -> Coroutine[Any, Any, APIResponse[T]]:
        raise NotImplementedError

    async def get_bulk_destination(
        self,
        id: UUID | str,
    ) -> APIResponse[BulkDestinationEnvelope]:
        """Say what a connection accepts as the destination of a bulk sync.

        The answer names the configuration that a bulk sync into this connection takes, the modes it can
        write in, and how it can be resynced. Ask before you create a bulk sync, and build its
        `destination_configuration` and `mode` from the answer.

        Args:
            id (UUID | str): The connection to ask. This is the id of a connection, not of a bulk sync.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import get_bulk_destination as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
            ),
        )
        return _answer

    async def get_bulk_source(
        self,
        connection_id: UUID | str,
        *,
        refresh_schemas: bool | Unset = UNSET,
        include_fields: bool | Unset = UNSET,
    ) -> APIResponse[BulkSourceEnvelope]:
        """Say what a connection offers as the source of a bulk sync.

        The answer names the schemas that can be synced from this connection, such as tables or objects,
        with their fields.

        Args:
            connection_id (UUID | str): The connection to ask.
            refresh_schemas (bool | Unset): Whether to refresh the schemas from the source, in the
                background. getBulkSourceStatus says when that is done.
            include_fields (bool | Unset): Whether the schemas come with their fields.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import get_bulk_source as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                connection_id=connection_id,
                refresh_schemas=refresh_schemas,
                include_fields=include_fields,
            ),
        )
        return _answer

    async def get_bulk_source_schema(
        self,
        connection_id: UUID | str,
        schema_id: str,
    ) -> APIResponse[SchemaEnvelope]:
        """Describe one schema of a source.

        The answer is one of the schemas of getBulkSource, with its fields.

        Args:
            connection_id (UUID | str): The connection to ask.
            schema_id (str): The id of a schema of the source, such as `Contact` or `public.users`.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import get_bulk_source_schema as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                connection_id=connection_id,
                schema_id=schema_id,
            ),
        )
        return _answer

    async def get_bulk_source_status(
        self,
        connection_id: UUID | str,
    ) -> APIResponse[BulkSourceStatusEnvelope]:
        """Say how fresh the schemas of a source are.

        Polytomic keeps the schemas of a source in a cache. The answer says when it was last refreshed.

        Args:
            connection_id (UUID | str): The connection to ask.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import get_bulk_source_status as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                connection_id=connection_id,
            ),
        )
        return _answer

    async def list_bulk_syncs(
        self,
        *,
        active: bool | Unset = UNSET,
    ) -> APIResponse[BulkSyncListEnvelope]:
        """List the bulk syncs of the organization.

        The answer holds all of them: this version has no pages.

        Args:
            active (bool | Unset): List only the syncs that are active, or only those that are not.
                Documented for later versions.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import list_bulk_syncs as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                active=active,
            ),
        )
        return _answer

    async def create_bulk_sync(
        self,
        *,
        body: CreateBulkSync,
        idempotency_key: str | Unset = UNSET,
    ) -> APIResponse[BulkSyncEnvelope]:
        """Create a bulk sync.

        Ask getBulkDestination first which configuration and modes the destination accepts, and
        getBulkSource which schemas there are.

        Args:
            body (CreateBulkSync): A bulk sync to create.
            idempotency_key (str | Unset): A name for this request, so that a retry is answered with the
                first outcome and does nothing twice. The server keeps it for 24 hours or longer. 8 to 255
                letters, digits, `_` and `-`. Left out, the client makes one.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import create_bulk_sync as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                body=body,
                idempotency_key=idempotency_key,
            ),
        )
        return _answer

    async def get_bulk_sync(
        self,
        id: UUID | str,
        *,
        refresh_schemas: bool | Unset = UNSET,
    ) -> APIResponse[BulkSyncEnvelope]:
        """Return a bulk sync.

        The answer says how it is set up, not how it runs: that is getBulkSyncStatus.

        Args:
            id (UUID | str): The bulk sync.
            refresh_schemas (bool | Unset): Whether to refresh the schemas of the source, in the background.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import get_bulk_sync as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                refresh_schemas=refresh_schemas,
            ),
        )
        return _answer

    async def delete_bulk_sync(
        self,
        id: UUID | str,
        *,
        refresh_schemas: bool | Unset = UNSET,
    ) -> APIResponse[None]:
        """Delete a bulk sync.

        What it has written stays in the destination.

        Args:
            id (UUID | str): The bulk sync.
            refresh_schemas (bool | Unset): Whether to refresh the schemas of the source, in the background.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import delete_bulk_sync as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                refresh_schemas=refresh_schemas,
            ),
        )
        return _answer

    async def update_bulk_sync(
        self,
        id: UUID | str,
        *,
        body: UpdateBulkSync,
    ) -> APIResponse[BulkSyncEnvelope]:
        """Replace how a bulk sync is set up.

        It is a full replacement, although it is a PATCH: what the body leaves out is reset to its default.
        The schemas that are synced stay as they are.

        Args:
            id (UUID | str): The bulk sync.
            body (UpdateBulkSync): A bulk sync as it is to be. What is left out is reset to its default.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import update_bulk_sync as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                body=body,
            ),
        )
        return _answer

    async def activate_bulk_sync(
        self,
        id: UUID | str,
        *,
        body: ActivateBulkSync,
        idempotency_key: str | Unset = UNSET,
    ) -> APIResponse[BulkSyncActivationEnvelope]:
        """Activate or deactivate a bulk sync.

        An active one runs by its schedule. Deactivating also asks for the running execution to be canceled.

        Args:
            id (UUID | str): The bulk sync.
            body (ActivateBulkSync): Whether a bulk sync is to be active.
            idempotency_key (str | Unset): A name for this request, so that a retry is answered with the
                first outcome and does nothing twice. The server keeps it for 24 hours or longer. 8 to 255
                letters, digits, `_` and `-`. Left out, the client makes one.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import activate_bulk_sync as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                body=body,
                idempotency_key=idempotency_key,
            ),
        )
        return _answer

    async def cancel_bulk_sync(
        self,
        id: UUID | str,
        *,
        idempotency_key: str | Unset = UNSET,
    ) -> APIResponse[BulkSyncCancellationEnvelope]:
        """Ask for the running execution to be canceled.

        The answer comes at once, and the execution ends later: its status says when.

        Args:
            id (UUID | str): The bulk sync.
            idempotency_key (str | Unset): A name for this request, so that a retry is answered with the
                first outcome and does nothing twice. The server keeps it for 24 hours or longer. 8 to 255
                letters, digits, `_` and `-`. Left out, the client makes one.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import cancel_bulk_sync as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                idempotency_key=idempotency_key,
            ),
        )
        return _answer

    async def list_bulk_sync_executions(
        self,
        id: UUID | str,
    ) -> APIResponse[BulkSyncExecutionListEnvelope]:
        """List the executions of a bulk sync.

        The executions that have ended and the one that is under way.

        Args:
            id (UUID | str): The bulk sync.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import list_bulk_sync_executions as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
            ),
        )
        return _answer

    async def start_bulk_sync_execution(
        self,
        id: UUID | str,
        *,
        body: StartBulkSyncExecution,
        idempotency_key: str | Unset = UNSET,
    ) -> APIResponse[BulkSyncExecutionEnvelope]:
        """Start an execution of a bulk sync.

        An empty body runs everything that is enabled, as the schedule would. While an execution is under
        way another is refused with a 409.

        Args:
            id (UUID | str): The bulk sync.
            body (StartBulkSyncExecution): What an execution is to do. Empty, it syncs everything that is enabled.
            idempotency_key (str | Unset): A name for this request, so that a retry is answered with the
                first outcome and does nothing twice. The server keeps it for 24 hours or longer. 8 to 255
                letters, digits, `_` and `-`. Left out, the client makes one.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import start_bulk_sync_execution as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                body=body,
                idempotency_key=idempotency_key,
            ),
        )
        return _answer

    async def get_bulk_sync_execution(
        self,
        id: UUID | str,
        execution_id: UUID | str,
    ) -> APIResponse[BulkSyncExecutionEnvelope]:
        """Return an execution of a bulk sync.

        Ask again until its status is completed, canceled, failed, errors or interrupted.

        Args:
            id (UUID | str): The bulk sync.
            execution_id (UUID | str): The execution.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import get_bulk_sync_execution as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                execution_id=execution_id,
            ),
        )
        return _answer

    async def list_bulk_sync_schemas(
        self,
        id: UUID | str,
    ) -> APIResponse[BulkSchemaListEnvelope]:
        """List the schemas of a bulk sync.

        The schemas of the source, each with whether and how it is synced.

        Args:
            id (UUID | str): The bulk sync.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import list_bulk_sync_schemas as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
            ),
        )
        return _answer

    async def get_bulk_sync_schema(
        self,
        id: UUID | str,
        schema_id: str,
    ) -> APIResponse[BulkSchemaEnvelope]:
        """Return one schema of a bulk sync.

        Whether and how it is synced.

        Args:
            id (UUID | str): The bulk sync.
            schema_id (str): The id of a schema of the source, such as `Contact` or `public.users`.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import get_bulk_sync_schema as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                schema_id=schema_id,
            ),
        )
        return _answer

    async def update_bulk_sync_schema(
        self,
        id: UUID | str,
        schema_id: str,
        *,
        body: UpdateBulkSchema,
    ) -> APIResponse[BulkSchemaEnvelope]:
        """Change how one schema of a bulk sync is synced.

        Choose whether it is synced, which of its fields, and what is obfuscated or filtered.

        Args:
            id (UUID | str): The bulk sync.
            schema_id (str): The id of a schema of the source, such as `Contact` or `public.users`.
            body (UpdateBulkSchema): What to change about how a schema is synced.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import update_bulk_sync_schema as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                schema_id=schema_id,
                body=body,
            ),
        )
        return _answer

    async def get_bulk_sync_status(
        self,
        id: UUID | str,
    ) -> APIResponse[BulkSyncStatusEnvelope]:
        """Say how a bulk sync runs.

        The execution that is under way, the last one that ended, and when the next begins.

        Args:
            id (UUID | str): The bulk sync.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import get_bulk_sync_status as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
            ),
        )
        return _answer

    async def get_identity(
        self,
    ) -> APIResponse[IdentityEnvelope]:
        """Say whose credential it is.

        The user, organization or partner that the credential belongs to. The cheapest way to check a key.

        Returns:
            The answer with its status and headers.

        Raises:
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .identity import get_identity as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(),
        )
        return _answer

    async def list_connections(
        self,
    ) -> APIResponse[ConnectionListEnvelope]:
        """List the connections of the organization.

        Secrets in their configuration are answered as asterisks.

        Returns:
            The answer with its status and headers.

        Raises:
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .connections import list_connections as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(),
        )
        return _answer

    async def create_connection(
        self,
        *,
        body: CreateConnection,
        idempotency_key: str | Unset = UNSET,
    ) -> APIResponse[CreatedConnectionEnvelope]:
        """Create a connection.

        What `configuration` takes depends on the type. For a type that uses OAuth the answer holds
        `auth_url`, to be opened in a browser.

        Args:
            body (CreateConnection): A connection to create.
            idempotency_key (str | Unset): A name for this request, so that a retry is answered with the
                first outcome and does nothing twice. The server keeps it for 24 hours or longer. 8 to 255
                letters, digits, `_` and `-`. Left out, the client makes one.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .connections import create_connection as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                body=body,
                idempotency_key=idempotency_key,
            ),
        )
        return _answer

    async def get_connection(
        self,
        id: UUID | str,
    ) -> APIResponse[ConnectionEnvelope]:
        """Return a connection.

        Secrets in its configuration are answered as asterisks.

        Args:
            id (UUID | str): The connection.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .connections import get_connection as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
            ),
        )
        return _answer

    async def delete_connection(
        self,
        id: UUID | str,
    ) -> APIResponse[None]:
        """Delete a connection.

        A connection that syncs still use cannot be deleted.

        Args:
            id (UUID | str): The connection.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .connections import delete_connection as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
            ),
        )
        return _answer

    async def update_connection(
        self,
        id: UUID | str,
        *,
        body: UpdateConnection,
    ) -> APIResponse[ConnectionEnvelope]:
        """Change a connection.

        The name must always be given.

        Args:
            id (UUID | str): The connection.
            body (UpdateConnection): What to change about a connection.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .connections import update_connection as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                body=body,
            ),
        )
        return _answer

    async def list_connection_types(
        self,
    ) -> APIResponse[ConnectionTypeListEnvelope]:
        """List the types of connections.

        What a connection can be made of.

        Returns:
            The answer with its status and headers.

        Raises:
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .connections import list_connection_types as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(),
        )
        return _answer

    async def list_events(
        self,
        *,
        organization_id: UUID | str | Unset = UNSET,
        type_: EventType | Unset = UNSET,
        starting_after: datetime.datetime | Unset = UNSET,
        ending_before: datetime.datetime | Unset = UNSET,
        limit: int | Unset = UNSET,
    ) -> APIResponse[EventListEnvelope]:
        """List events.

        Events are kept for 48 hours. Page through them by time.

        Args:
            organization_id (UUID | Unset): Events of this organization only. For partners.
            type_ (EventType | Unset): What happened.
            starting_after (datetime.datetime | Unset): Events after this instant only.
            ending_before (datetime.datetime | Unset): Events before this instant only.
            limit (int | Unset): How many events at most.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .events import list_events as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                organization_id=organization_id,
                type_=type_,
                starting_after=starting_after,
                ending_before=ending_before,
                limit=limit,
            ),
        )
        return _answer

    async def list_event_types(
        self,
    ) -> APIResponse[EventTypeListEnvelope]:
        """List the types of events.

        What can happen.

        Returns:
            The answer with its status and headers.

        Raises:
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .events import list_event_types as _operation

        _answer = await self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(),
        )
        return _answer


class Operations:
    """The operations, blocking."""

    __slots__ = ()

    def _perform(self, operation: Operation[T], kwargs: dict[str, Any]) -> APIResponse[T]:
        raise NotImplementedError

    def get_bulk_destination(
        self,
        id: UUID | str,
    ) -> BulkDestinationEnvelope:
        """Say what a connection accepts as the destination of a bulk sync.

        The answer names the configuration that a bulk sync into this connection takes, the modes it can
        write in, and how it can be resynced. Ask before you create a bulk sync, and build its
        `destination_configuration` and `mode` from the answer.

        Args:
            id (UUID | str): The connection to ask. This is the id of a connection, not of a bulk sync.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import get_bulk_destination as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
            ),
        )
        return _answer.parsed

    def get_bulk_source(
        self,
        connection_id: UUID | str,
        *,
        refresh_schemas: bool | Unset = UNSET,
        include_fields: bool | Unset = UNSET,
    ) -> BulkSourceEnvelope:
        """Say what a connection offers as the source of a bulk sync.

        The answer names the schemas that can be synced from this connection, such as tables or objects,
        with their fields.

        Args:
            connection_id (UUID | str): The connection to ask.
            refresh_schemas (bool | Unset): Whether to refresh the schemas from the source, in the
                background. getBulkSourceStatus says when that is done.
            include_fields (bool | Unset): Whether the schemas come with their fields.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import get_bulk_source as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                connection_id=connection_id,
                refresh_schemas=refresh_schemas,
                include_fields=include_fields,
            ),
        )
        return _answer.parsed

    def get_bulk_source_schema(
        self,
        connection_id: UUID | str,
        schema_id: str,
    ) -> SchemaEnvelope:
        """Describe one schema of a source.

        The answer is one of the schemas of getBulkSource, with its fields.

        Args:
            connection_id (UUID | str): The connection to ask.
            schema_id (str): The id of a schema of the source, such as `Contact` or `public.users`.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import get_bulk_source_schema as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                connection_id=connection_id,
                schema_id=schema_id,
            ),
        )
        return _answer.parsed

    def get_bulk_source_status(
        self,
        connection_id: UUID | str,
    ) -> BulkSourceStatusEnvelope:
        """Say how fresh the schemas of a source are.

        Polytomic keeps the schemas of a source in a cache. The answer says when it was last refreshed.

        Args:
            connection_id (UUID | str): The connection to ask.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import get_bulk_source_status as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                connection_id=connection_id,
            ),
        )
        return _answer.parsed

    def list_bulk_syncs(
        self,
        *,
        active: bool | Unset = UNSET,
    ) -> BulkSyncListEnvelope:
        """List the bulk syncs of the organization.

        The answer holds all of them: this version has no pages.

        Args:
            active (bool | Unset): List only the syncs that are active, or only those that are not.
                Documented for later versions.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import list_bulk_syncs as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                active=active,
            ),
        )
        return _answer.parsed

    def create_bulk_sync(
        self,
        *,
        body: CreateBulkSync,
        idempotency_key: str | Unset = UNSET,
    ) -> BulkSyncEnvelope:
        """Create a bulk sync.

        Ask getBulkDestination first which configuration and modes the destination accepts, and
        getBulkSource which schemas there are.

        Args:
            body (CreateBulkSync): A bulk sync to create.
            idempotency_key (str | Unset): A name for this request, so that a retry is answered with the
                first outcome and does nothing twice. The server keeps it for 24 hours or longer. 8 to 255
                letters, digits, `_` and `-`. Left out, the client makes one.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import create_bulk_sync as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                body=body,
                idempotency_key=idempotency_key,
            ),
        )
        return _answer.parsed

    def get_bulk_sync(
        self,
        id: UUID | str,
        *,
        refresh_schemas: bool | Unset = UNSET,
    ) -> BulkSyncEnvelope:
        """Return a bulk sync.

        The answer says how it is set up, not how it runs: that is getBulkSyncStatus.

        Args:
            id (UUID | str): The bulk sync.
            refresh_schemas (bool | Unset): Whether to refresh the schemas of the source, in the background.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import get_bulk_sync as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                refresh_schemas=refresh_schemas,
            ),
        )
        return _answer.parsed

    def delete_bulk_sync(
        self,
        id: UUID | str,
        *,
        refresh_schemas: bool | Unset = UNSET,
    ) -> None:
        """Delete a bulk sync.

        What it has written stays in the destination.

        Args:
            id (UUID | str): The bulk sync.
            refresh_schemas (bool | Unset): Whether to refresh the schemas of the source, in the background.

        Returns:
            Nothing: the answer has no content.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import delete_bulk_sync as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                refresh_schemas=refresh_schemas,
            ),
        )
        return _answer.parsed

    def update_bulk_sync(
        self,
        id: UUID | str,
        *,
        body: UpdateBulkSync,
    ) -> BulkSyncEnvelope:
        """Replace how a bulk sync is set up.

        It is a full replacement, although it is a PATCH: what the body leaves out is reset to its default.
        The schemas that are synced stay as they are.

        Args:
            id (UUID | str): The bulk sync.
            body (UpdateBulkSync): A bulk sync as it is to be. What is left out is reset to its default.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import update_bulk_sync as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                body=body,
            ),
        )
        return _answer.parsed

    def activate_bulk_sync(
        self,
        id: UUID | str,
        *,
        body: ActivateBulkSync,
        idempotency_key: str | Unset = UNSET,
    ) -> BulkSyncActivationEnvelope:
        """Activate or deactivate a bulk sync.

        An active one runs by its schedule. Deactivating also asks for the running execution to be canceled.

        Args:
            id (UUID | str): The bulk sync.
            body (ActivateBulkSync): Whether a bulk sync is to be active.
            idempotency_key (str | Unset): A name for this request, so that a retry is answered with the
                first outcome and does nothing twice. The server keeps it for 24 hours or longer. 8 to 255
                letters, digits, `_` and `-`. Left out, the client makes one.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import activate_bulk_sync as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                body=body,
                idempotency_key=idempotency_key,
            ),
        )
        return _answer.parsed

    def cancel_bulk_sync(
        self,
        id: UUID | str,
        *,
        idempotency_key: str | Unset = UNSET,
    ) -> BulkSyncCancellationEnvelope:
        """Ask for the running execution to be canceled.

        The answer comes at once, and the execution ends later: its status says when.

        Args:
            id (UUID | str): The bulk sync.
            idempotency_key (str | Unset): A name for this request, so that a retry is answered with the
                first outcome and does nothing twice. The server keeps it for 24 hours or longer. 8 to 255
                letters, digits, `_` and `-`. Left out, the client makes one.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import cancel_bulk_sync as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                idempotency_key=idempotency_key,
            ),
        )
        return _answer.parsed

    def list_bulk_sync_executions(
        self,
        id: UUID | str,
    ) -> BulkSyncExecutionListEnvelope:
        """List the executions of a bulk sync.

        The executions that have ended and the one that is under way.

        Args:
            id (UUID | str): The bulk sync.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import list_bulk_sync_executions as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
            ),
        )
        return _answer.parsed

    def start_bulk_sync_execution(
        self,
        id: UUID | str,
        *,
        body: StartBulkSyncExecution,
        idempotency_key: str | Unset = UNSET,
    ) -> BulkSyncExecutionEnvelope:
        """Start an execution of a bulk sync.

        An empty body runs everything that is enabled, as the schedule would. While an execution is under
        way another is refused with a 409.

        Args:
            id (UUID | str): The bulk sync.
            body (StartBulkSyncExecution): What an execution is to do. Empty, it syncs everything that is enabled.
            idempotency_key (str | Unset): A name for this request, so that a retry is answered with the
                first outcome and does nothing twice. The server keeps it for 24 hours or longer. 8 to 255
                letters, digits, `_` and `-`. Left out, the client makes one.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import start_bulk_sync_execution as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                body=body,
                idempotency_key=idempotency_key,
            ),
        )
        return _answer.parsed

    def get_bulk_sync_execution(
        self,
        id: UUID | str,
        execution_id: UUID | str,
    ) -> BulkSyncExecutionEnvelope:
        """Return an execution of a bulk sync.

        Ask again until its status is completed, canceled, failed, errors or interrupted.

        Args:
            id (UUID | str): The bulk sync.
            execution_id (UUID | str): The execution.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import get_bulk_sync_execution as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                execution_id=execution_id,
            ),
        )
        return _answer.parsed

    def list_bulk_sync_schemas(
        self,
        id: UUID | str,
    ) -> BulkSchemaListEnvelope:
        """List the schemas of a bulk sync.

        The schemas of the source, each with whether and how it is synced.

        Args:
            id (UUID | str): The bulk sync.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import list_bulk_sync_schemas as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
            ),
        )
        return _answer.parsed

    def get_bulk_sync_schema(
        self,
        id: UUID | str,
        schema_id: str,
    ) -> BulkSchemaEnvelope:
        """Return one schema of a bulk sync.

        Whether and how it is synced.

        Args:
            id (UUID | str): The bulk sync.
            schema_id (str): The id of a schema of the source, such as `Contact` or `public.users`.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import get_bulk_sync_schema as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                schema_id=schema_id,
            ),
        )
        return _answer.parsed

    def update_bulk_sync_schema(
        self,
        id: UUID | str,
        schema_id: str,
        *,
        body: UpdateBulkSchema,
    ) -> BulkSchemaEnvelope:
        """Change how one schema of a bulk sync is synced.

        Choose whether it is synced, which of its fields, and what is obfuscated or filtered.

        Args:
            id (UUID | str): The bulk sync.
            schema_id (str): The id of a schema of the source, such as `Contact` or `public.users`.
            body (UpdateBulkSchema): What to change about how a schema is synced.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import update_bulk_sync_schema as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                schema_id=schema_id,
                body=body,
            ),
        )
        return _answer.parsed

    def get_bulk_sync_status(
        self,
        id: UUID | str,
    ) -> BulkSyncStatusEnvelope:
        """Say how a bulk sync runs.

        The execution that is under way, the last one that ended, and when the next begins.

        Args:
            id (UUID | str): The bulk sync.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import get_bulk_sync_status as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
            ),
        )
        return _answer.parsed

    def get_identity(
        self,
    ) -> IdentityEnvelope:
        """Say whose credential it is.

        The user, organization or partner that the credential belongs to. The cheapest way to check a key.

        Returns:
            The answer.

        Raises:
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .identity import get_identity as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(),
        )
        return _answer.parsed

    def list_connections(
        self,
    ) -> ConnectionListEnvelope:
        """List the connections of the organization.

        Secrets in their configuration are answered as asterisks.

        Returns:
            The answer.

        Raises:
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .connections import list_connections as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(),
        )
        return _answer.parsed

    def create_connection(
        self,
        *,
        body: CreateConnection,
        idempotency_key: str | Unset = UNSET,
    ) -> CreatedConnectionEnvelope:
        """Create a connection.

        What `configuration` takes depends on the type. For a type that uses OAuth the answer holds
        `auth_url`, to be opened in a browser.

        Args:
            body (CreateConnection): A connection to create.
            idempotency_key (str | Unset): A name for this request, so that a retry is answered with the
                first outcome and does nothing twice. The server keeps it for 24 hours or longer. 8 to 255
                letters, digits, `_` and `-`. Left out, the client makes one.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .connections import create_connection as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                body=body,
                idempotency_key=idempotency_key,
            ),
        )
        return _answer.parsed

    def get_connection(
        self,
        id: UUID | str,
    ) -> ConnectionEnvelope:
        """Return a connection.

        Secrets in its configuration are answered as asterisks.

        Args:
            id (UUID | str): The connection.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .connections import get_connection as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
            ),
        )
        return _answer.parsed

    def delete_connection(
        self,
        id: UUID | str,
    ) -> None:
        """Delete a connection.

        A connection that syncs still use cannot be deleted.

        Args:
            id (UUID | str): The connection.

        Returns:
            Nothing: the answer has no content.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .connections import delete_connection as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
            ),
        )
        return _answer.parsed

    def update_connection(
        self,
        id: UUID | str,
        *,
        body: UpdateConnection,
    ) -> ConnectionEnvelope:
        """Change a connection.

        The name must always be given.

        Args:
            id (UUID | str): The connection.
            body (UpdateConnection): What to change about a connection.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .connections import update_connection as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                body=body,
            ),
        )
        return _answer.parsed

    def list_connection_types(
        self,
    ) -> ConnectionTypeListEnvelope:
        """List the types of connections.

        What a connection can be made of.

        Returns:
            The answer.

        Raises:
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .connections import list_connection_types as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(),
        )
        return _answer.parsed

    def list_events(
        self,
        *,
        organization_id: UUID | str | Unset = UNSET,
        type_: EventType | Unset = UNSET,
        starting_after: datetime.datetime | Unset = UNSET,
        ending_before: datetime.datetime | Unset = UNSET,
        limit: int | Unset = UNSET,
    ) -> EventListEnvelope:
        """List events.

        Events are kept for 48 hours. Page through them by time.

        Args:
            organization_id (UUID | Unset): Events of this organization only. For partners.
            type_ (EventType | Unset): What happened.
            starting_after (datetime.datetime | Unset): Events after this instant only.
            ending_before (datetime.datetime | Unset): Events before this instant only.
            limit (int | Unset): How many events at most.

        Returns:
            The answer.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .events import list_events as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                organization_id=organization_id,
                type_=type_,
                starting_after=starting_after,
                ending_before=ending_before,
                limit=limit,
            ),
        )
        return _answer.parsed

    def list_event_types(
        self,
    ) -> EventTypeListEnvelope:
        """List the types of events.

        What can happen.

        Returns:
            The answer.

        Raises:
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .events import list_event_types as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(),
        )
        return _answer.parsed


class OperationsWithResponse:
    """The operations, blocking, each answer with its status and headers."""

    __slots__ = ()

    def _perform(self, operation: Operation[T], kwargs: dict[str, Any]) -> APIResponse[T]:
        raise NotImplementedError

    def get_bulk_destination(
        self,
        id: UUID | str,
    ) -> APIResponse[BulkDestinationEnvelope]:
        """Say what a connection accepts as the destination of a bulk sync.

        The answer names the configuration that a bulk sync into this connection takes, the modes it can
        write in, and how it can be resynced. Ask before you create a bulk sync, and build its
        `destination_configuration` and `mode` from the answer.

        Args:
            id (UUID | str): The connection to ask. This is the id of a connection, not of a bulk sync.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import get_bulk_destination as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
            ),
        )
        return _answer

    def get_bulk_source(
        self,
        connection_id: UUID | str,
        *,
        refresh_schemas: bool | Unset = UNSET,
        include_fields: bool | Unset = UNSET,
    ) -> APIResponse[BulkSourceEnvelope]:
        """Say what a connection offers as the source of a bulk sync.

        The answer names the schemas that can be synced from this connection, such as tables or objects,
        with their fields.

        Args:
            connection_id (UUID | str): The connection to ask.
            refresh_schemas (bool | Unset): Whether to refresh the schemas from the source, in the
                background. getBulkSourceStatus says when that is done.
            include_fields (bool | Unset): Whether the schemas come with their fields.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import get_bulk_source as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                connection_id=connection_id,
                refresh_schemas=refresh_schemas,
                include_fields=include_fields,
            ),
        )
        return _answer

    def get_bulk_source_schema(
        self,
        connection_id: UUID | str,
        schema_id: str,
    ) -> APIResponse[SchemaEnvelope]:
        """Describe one schema of a source.

        The answer is one of the schemas of getBulkSource, with its fields.

        Args:
            connection_id (UUID | str): The connection to ask.
            schema_id (str): The id of a schema of the source, such as `Contact` or `public.users`.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import get_bulk_source_schema as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                connection_id=connection_id,
                schema_id=schema_id,
            ),
        )
        return _answer

    def get_bulk_source_status(
        self,
        connection_id: UUID | str,
    ) -> APIResponse[BulkSourceStatusEnvelope]:
        """Say how fresh the schemas of a source are.

        Polytomic keeps the schemas of a source in a cache. The answer says when it was last refreshed.

        Args:
            connection_id (UUID | str): The connection to ask.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import get_bulk_source_status as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                connection_id=connection_id,
            ),
        )
        return _answer

    def list_bulk_syncs(
        self,
        *,
        active: bool | Unset = UNSET,
    ) -> APIResponse[BulkSyncListEnvelope]:
        """List the bulk syncs of the organization.

        The answer holds all of them: this version has no pages.

        Args:
            active (bool | Unset): List only the syncs that are active, or only those that are not.
                Documented for later versions.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import list_bulk_syncs as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                active=active,
            ),
        )
        return _answer

    def create_bulk_sync(
        self,
        *,
        body: CreateBulkSync,
        idempotency_key: str | Unset = UNSET,
    ) -> APIResponse[BulkSyncEnvelope]:
        """Create a bulk sync.

        Ask getBulkDestination first which configuration and modes the destination accepts, and
        getBulkSource which schemas there are.

        Args:
            body (CreateBulkSync): A bulk sync to create.
            idempotency_key (str | Unset): A name for this request, so that a retry is answered with the
                first outcome and does nothing twice. The server keeps it for 24 hours or longer. 8 to 255
                letters, digits, `_` and `-`. Left out, the client makes one.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import create_bulk_sync as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                body=body,
                idempotency_key=idempotency_key,
            ),
        )
        return _answer

    def get_bulk_sync(
        self,
        id: UUID | str,
        *,
        refresh_schemas: bool | Unset = UNSET,
    ) -> APIResponse[BulkSyncEnvelope]:
        """Return a bulk sync.

        The answer says how it is set up, not how it runs: that is getBulkSyncStatus.

        Args:
            id (UUID | str): The bulk sync.
            refresh_schemas (bool | Unset): Whether to refresh the schemas of the source, in the background.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import get_bulk_sync as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                refresh_schemas=refresh_schemas,
            ),
        )
        return _answer

    def delete_bulk_sync(
        self,
        id: UUID | str,
        *,
        refresh_schemas: bool | Unset = UNSET,
    ) -> APIResponse[None]:
        """Delete a bulk sync.

        What it has written stays in the destination.

        Args:
            id (UUID | str): The bulk sync.
            refresh_schemas (bool | Unset): Whether to refresh the schemas of the source, in the background.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import delete_bulk_sync as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                refresh_schemas=refresh_schemas,
            ),
        )
        return _answer

    def update_bulk_sync(
        self,
        id: UUID | str,
        *,
        body: UpdateBulkSync,
    ) -> APIResponse[BulkSyncEnvelope]:
        """Replace how a bulk sync is set up.

        It is a full replacement, although it is a PATCH: what the body leaves out is reset to its default.
        The schemas that are synced stay as they are.

        Args:
            id (UUID | str): The bulk sync.
            body (UpdateBulkSync): A bulk sync as it is to be. What is left out is reset to its default.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import update_bulk_sync as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                body=body,
            ),
        )
        return _answer

    def activate_bulk_sync(
        self,
        id: UUID | str,
        *,
        body: ActivateBulkSync,
        idempotency_key: str | Unset = UNSET,
    ) -> APIResponse[BulkSyncActivationEnvelope]:
        """Activate or deactivate a bulk sync.

        An active one runs by its schedule. Deactivating also asks for the running execution to be canceled.

        Args:
            id (UUID | str): The bulk sync.
            body (ActivateBulkSync): Whether a bulk sync is to be active.
            idempotency_key (str | Unset): A name for this request, so that a retry is answered with the
                first outcome and does nothing twice. The server keeps it for 24 hours or longer. 8 to 255
                letters, digits, `_` and `-`. Left out, the client makes one.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import activate_bulk_sync as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                body=body,
                idempotency_key=idempotency_key,
            ),
        )
        return _answer

    def cancel_bulk_sync(
        self,
        id: UUID | str,
        *,
        idempotency_key: str | Unset = UNSET,
    ) -> APIResponse[BulkSyncCancellationEnvelope]:
        """Ask for the running execution to be canceled.

        The answer comes at once, and the execution ends later: its status says when.

        Args:
            id (UUID | str): The bulk sync.
            idempotency_key (str | Unset): A name for this request, so that a retry is answered with the
                first outcome and does nothing twice. The server keeps it for 24 hours or longer. 8 to 255
                letters, digits, `_` and `-`. Left out, the client makes one.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import cancel_bulk_sync as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                idempotency_key=idempotency_key,
            ),
        )
        return _answer

    def list_bulk_sync_executions(
        self,
        id: UUID | str,
    ) -> APIResponse[BulkSyncExecutionListEnvelope]:
        """List the executions of a bulk sync.

        The executions that have ended and the one that is under way.

        Args:
            id (UUID | str): The bulk sync.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import list_bulk_sync_executions as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
            ),
        )
        return _answer

    def start_bulk_sync_execution(
        self,
        id: UUID | str,
        *,
        body: StartBulkSyncExecution,
        idempotency_key: str | Unset = UNSET,
    ) -> APIResponse[BulkSyncExecutionEnvelope]:
        """Start an execution of a bulk sync.

        An empty body runs everything that is enabled, as the schedule would. While an execution is under
        way another is refused with a 409.

        Args:
            id (UUID | str): The bulk sync.
            body (StartBulkSyncExecution): What an execution is to do. Empty, it syncs everything that is enabled.
            idempotency_key (str | Unset): A name for this request, so that a retry is answered with the
                first outcome and does nothing twice. The server keeps it for 24 hours or longer. 8 to 255
                letters, digits, `_` and `-`. Left out, the client makes one.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import start_bulk_sync_execution as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                body=body,
                idempotency_key=idempotency_key,
            ),
        )
        return _answer

    def get_bulk_sync_execution(
        self,
        id: UUID | str,
        execution_id: UUID | str,
    ) -> APIResponse[BulkSyncExecutionEnvelope]:
        """Return an execution of a bulk sync.

        Ask again until its status is completed, canceled, failed, errors or interrupted.

        Args:
            id (UUID | str): The bulk sync.
            execution_id (UUID | str): The execution.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import get_bulk_sync_execution as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                execution_id=execution_id,
            ),
        )
        return _answer

    def list_bulk_sync_schemas(
        self,
        id: UUID | str,
    ) -> APIResponse[BulkSchemaListEnvelope]:
        """List the schemas of a bulk sync.

        The schemas of the source, each with whether and how it is synced.

        Args:
            id (UUID | str): The bulk sync.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import list_bulk_sync_schemas as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
            ),
        )
        return _answer

    def get_bulk_sync_schema(
        self,
        id: UUID | str,
        schema_id: str,
    ) -> APIResponse[BulkSchemaEnvelope]:
        """Return one schema of a bulk sync.

        Whether and how it is synced.

        Args:
            id (UUID | str): The bulk sync.
            schema_id (str): The id of a schema of the source, such as `Contact` or `public.users`.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import get_bulk_sync_schema as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                schema_id=schema_id,
            ),
        )
        return _answer

    def update_bulk_sync_schema(
        self,
        id: UUID | str,
        schema_id: str,
        *,
        body: UpdateBulkSchema,
    ) -> APIResponse[BulkSchemaEnvelope]:
        """Change how one schema of a bulk sync is synced.

        Choose whether it is synced, which of its fields, and what is obfuscated or filtered.

        Args:
            id (UUID | str): The bulk sync.
            schema_id (str): The id of a schema of the source, such as `Contact` or `public.users`.
            body (UpdateBulkSchema): What to change about how a schema is synced.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import update_bulk_sync_schema as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                schema_id=schema_id,
                body=body,
            ),
        )
        return _answer

    def get_bulk_sync_status(
        self,
        id: UUID | str,
    ) -> APIResponse[BulkSyncStatusEnvelope]:
        """Say how a bulk sync runs.

        The execution that is under way, the last one that ended, and when the next begins.

        Args:
            id (UUID | str): The bulk sync.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import get_bulk_sync_status as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
            ),
        )
        return _answer

    def get_identity(
        self,
    ) -> APIResponse[IdentityEnvelope]:
        """Say whose credential it is.

        The user, organization or partner that the credential belongs to. The cheapest way to check a key.

        Returns:
            The answer with its status and headers.

        Raises:
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .identity import get_identity as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(),
        )
        return _answer

    def list_connections(
        self,
    ) -> APIResponse[ConnectionListEnvelope]:
        """List the connections of the organization.

        Secrets in their configuration are answered as asterisks.

        Returns:
            The answer with its status and headers.

        Raises:
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .connections import list_connections as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(),
        )
        return _answer

    def create_connection(
        self,
        *,
        body: CreateConnection,
        idempotency_key: str | Unset = UNSET,
    ) -> APIResponse[CreatedConnectionEnvelope]:
        """Create a connection.

        What `configuration` takes depends on the type. For a type that uses OAuth the answer holds
        `auth_url`, to be opened in a browser.

        Args:
            body (CreateConnection): A connection to create.
            idempotency_key (str | Unset): A name for this request, so that a retry is answered with the
                first outcome and does nothing twice. The server keeps it for 24 hours or longer. 8 to 255
                letters, digits, `_` and `-`. Left out, the client makes one.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .connections import create_connection as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                body=body,
                idempotency_key=idempotency_key,
            ),
        )
        return _answer

    def get_connection(
        self,
        id: UUID | str,
    ) -> APIResponse[ConnectionEnvelope]:
        """Return a connection.

        Secrets in its configuration are answered as asterisks.

        Args:
            id (UUID | str): The connection.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .connections import get_connection as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
            ),
        )
        return _answer

    def delete_connection(
        self,
        id: UUID | str,
    ) -> APIResponse[None]:
        """Delete a connection.

        A connection that syncs still use cannot be deleted.

        Args:
            id (UUID | str): The connection.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .connections import delete_connection as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
            ),
        )
        return _answer

    def update_connection(
        self,
        id: UUID | str,
        *,
        body: UpdateConnection,
    ) -> APIResponse[ConnectionEnvelope]:
        """Change a connection.

        The name must always be given.

        Args:
            id (UUID | str): The connection.
            body (UpdateConnection): What to change about a connection.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .connections import update_connection as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                id=id,
                body=body,
            ),
        )
        return _answer

    def list_connection_types(
        self,
    ) -> APIResponse[ConnectionTypeListEnvelope]:
        """List the types of connections.

        What a connection can be made of.

        Returns:
            The answer with its status and headers.

        Raises:
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .connections import list_connection_types as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(),
        )
        return _answer

    def list_events(
        self,
        *,
        organization_id: UUID | str | Unset = UNSET,
        type_: EventType | Unset = UNSET,
        starting_after: datetime.datetime | Unset = UNSET,
        ending_before: datetime.datetime | Unset = UNSET,
        limit: int | Unset = UNSET,
    ) -> APIResponse[EventListEnvelope]:
        """List events.

        Events are kept for 48 hours. Page through them by time.

        Args:
            organization_id (UUID | Unset): Events of this organization only. For partners.
            type_ (EventType | Unset): What happened.
            starting_after (datetime.datetime | Unset): Events after this instant only.
            ending_before (datetime.datetime | Unset): Events before this instant only.
            limit (int | Unset): How many events at most.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: An argument is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .events import list_events as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(
                organization_id=organization_id,
                type_=type_,
                starting_after=starting_after,
                ending_before=ending_before,
                limit=limit,
            ),
        )
        return _answer

    def list_event_types(
        self,
    ) -> APIResponse[EventTypeListEnvelope]:
        """List the types of events.

        What can happen.

        Returns:
            The answer with its status and headers.

        Raises:
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .events import list_event_types as _operation

        _answer = self._perform(
            _operation.OPERATION,
            _operation._get_kwargs(),
        )
        return _answer
