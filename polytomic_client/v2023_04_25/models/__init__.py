"""Every model and enum of the OpenAPI document, imported when first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .activate_bulk_sync import ActivateBulkSync
    from .actor import Actor
    from .actor_type import ActorType
    from .api_error import ApiError
    from .bulk_destination import BulkDestination
    from .bulk_destination_envelope import BulkDestinationEnvelope
    from .bulk_discover import BulkDiscover
    from .bulk_field import BulkField
    from .bulk_filter import BulkFilter
    from .bulk_mode import BulkMode
    from .bulk_schedule import BulkSchedule
    from .bulk_schema import BulkSchema
    from .bulk_schema_envelope import BulkSchemaEnvelope
    from .bulk_schema_list_envelope import BulkSchemaListEnvelope
    from .bulk_source import BulkSource
    from .bulk_source_envelope import BulkSourceEnvelope
    from .bulk_source_status import BulkSourceStatus
    from .bulk_source_status_envelope import BulkSourceStatusEnvelope
    from .bulk_sync import BulkSync
    from .bulk_sync_activation import BulkSyncActivation
    from .bulk_sync_activation_envelope import BulkSyncActivationEnvelope
    from .bulk_sync_cancellation import BulkSyncCancellation
    from .bulk_sync_cancellation_envelope import BulkSyncCancellationEnvelope
    from .bulk_sync_envelope import BulkSyncEnvelope
    from .bulk_sync_execution import BulkSyncExecution
    from .bulk_sync_execution_envelope import BulkSyncExecutionEnvelope
    from .bulk_sync_execution_list_envelope import BulkSyncExecutionListEnvelope
    from .bulk_sync_list_envelope import BulkSyncListEnvelope
    from .bulk_sync_status import BulkSyncStatus
    from .bulk_sync_status_envelope import BulkSyncStatusEnvelope
    from .configuration_field import ConfigurationField
    from .configuration_map import ConfigurationMap
    from .connection import Connection
    from .connection_configuration import ConnectionConfiguration
    from .connection_envelope import ConnectionEnvelope
    from .connection_kind import ConnectionKind
    from .connection_list_envelope import ConnectionListEnvelope
    from .connection_type import ConnectionType
    from .connection_type_environment import ConnectionTypeEnvironment
    from .connection_type_list_envelope import ConnectionTypeListEnvelope
    from .create_bulk_sync import CreateBulkSync
    from .create_connection import CreateConnection
    from .created_connection import CreatedConnection
    from .created_connection_envelope import CreatedConnectionEnvelope
    from .destination_configuration import DestinationConfiguration
    from .error_metadata import ErrorMetadata
    from .event import Event
    from .event_list_envelope import EventListEnvelope
    from .event_type import EventType
    from .event_type_list_envelope import EventTypeListEnvelope
    from .execution_status import ExecutionStatus
    from .fetch_mode import FetchMode
    from .field_configuration import FieldConfiguration
    from .field_type import FieldType
    from .filter_function import FilterFunction
    from .free_form_configuration import FreeFormConfiguration
    from .identity import Identity
    from .identity_envelope import IdentityEnvelope
    from .ingestion_status import IngestionStatus
    from .ingestion_status_level import IngestionStatusLevel
    from .multi_schedule import MultiSchedule
    from .multi_schedule_item import MultiScheduleItem
    from .normalize_names import NormalizeNames
    from .output_disposition import OutputDisposition
    from .pick_value import PickValue
    from .resync_mode import ResyncMode
    from .schedule_frequency import ScheduleFrequency
    from .schema import Schema
    from .schema_association import SchemaAssociation
    from .schema_configuration import SchemaConfiguration
    from .schema_envelope import SchemaEnvelope
    from .schema_execution import SchemaExecution
    from .schema_execution_status import SchemaExecutionStatus
    from .schema_field import SchemaField
    from .selective_mode import SelectiveMode
    from .source_capabilities import SourceCapabilities
    from .source_configuration import SourceConfiguration
    from .start_bulk_sync_execution import StartBulkSyncExecution
    from .supported_bulk_mode import SupportedBulkMode
    from .unauthorized_error import UnauthorizedError
    from .update_bulk_schema import UpdateBulkSchema
    from .update_bulk_sync import UpdateBulkSync
    from .update_connection import UpdateConnection

_MODULES = {
    "BulkDestinationEnvelope": "bulk_destination_envelope",
    "BulkDestination": "bulk_destination",
    "ConfigurationMap": "configuration_map",
    "ConfigurationField": "configuration_field",
    "FreeFormConfiguration": "free_form_configuration",
    "SupportedBulkMode": "supported_bulk_mode",
    "BulkSourceEnvelope": "bulk_source_envelope",
    "BulkSource": "bulk_source",
    "SourceCapabilities": "source_capabilities",
    "SchemaEnvelope": "schema_envelope",
    "Schema": "schema",
    "SchemaField": "schema_field",
    "PickValue": "pick_value",
    "SchemaAssociation": "schema_association",
    "BulkSourceStatusEnvelope": "bulk_source_status_envelope",
    "BulkSourceStatus": "bulk_source_status",
    "BulkSyncListEnvelope": "bulk_sync_list_envelope",
    "BulkSyncEnvelope": "bulk_sync_envelope",
    "BulkSync": "bulk_sync",
    "Actor": "actor",
    "DestinationConfiguration": "destination_configuration",
    "SourceConfiguration": "source_configuration",
    "BulkSchedule": "bulk_schedule",
    "MultiSchedule": "multi_schedule",
    "MultiScheduleItem": "multi_schedule_item",
    "UpdateBulkSync": "update_bulk_sync",
    "CreateBulkSync": "create_bulk_sync",
    "SchemaConfiguration": "schema_configuration",
    "FieldConfiguration": "field_configuration",
    "BulkFilter": "bulk_filter",
    "ActivateBulkSync": "activate_bulk_sync",
    "BulkSyncActivationEnvelope": "bulk_sync_activation_envelope",
    "BulkSyncActivation": "bulk_sync_activation",
    "BulkSyncCancellationEnvelope": "bulk_sync_cancellation_envelope",
    "BulkSyncCancellation": "bulk_sync_cancellation",
    "StartBulkSyncExecution": "start_bulk_sync_execution",
    "BulkSyncExecutionListEnvelope": "bulk_sync_execution_list_envelope",
    "BulkSyncExecutionEnvelope": "bulk_sync_execution_envelope",
    "BulkSyncExecution": "bulk_sync_execution",
    "SchemaExecution": "schema_execution",
    "BulkSyncStatusEnvelope": "bulk_sync_status_envelope",
    "BulkSyncStatus": "bulk_sync_status",
    "IngestionStatus": "ingestion_status",
    "BulkSchemaListEnvelope": "bulk_schema_list_envelope",
    "BulkSchemaEnvelope": "bulk_schema_envelope",
    "BulkSchema": "bulk_schema",
    "BulkField": "bulk_field",
    "UpdateBulkSchema": "update_bulk_schema",
    "IdentityEnvelope": "identity_envelope",
    "Identity": "identity",
    "ConnectionListEnvelope": "connection_list_envelope",
    "ConnectionEnvelope": "connection_envelope",
    "Connection": "connection",
    "ConnectionKind": "connection_kind",
    "ConnectionConfiguration": "connection_configuration",
    "CreateConnection": "create_connection",
    "CreatedConnectionEnvelope": "created_connection_envelope",
    "CreatedConnection": "created_connection",
    "UpdateConnection": "update_connection",
    "ConnectionTypeListEnvelope": "connection_type_list_envelope",
    "ConnectionType": "connection_type",
    "ConnectionTypeEnvironment": "connection_type_environment",
    "EventListEnvelope": "event_list_envelope",
    "Event": "event",
    "EventTypeListEnvelope": "event_type_list_envelope",
    "ApiError": "api_error",
    "UnauthorizedError": "unauthorized_error",
    "ErrorMetadata": "error_metadata",
    "BulkMode": "bulk_mode",
    "ResyncMode": "resync_mode",
    "FieldType": "field_type",
    "ActorType": "actor_type",
    "BulkDiscover": "bulk_discover",
    "NormalizeNames": "normalize_names",
    "ScheduleFrequency": "schedule_frequency",
    "SelectiveMode": "selective_mode",
    "FilterFunction": "filter_function",
    "FetchMode": "fetch_mode",
    "ExecutionStatus": "execution_status",
    "OutputDisposition": "output_disposition",
    "SchemaExecutionStatus": "schema_execution_status",
    "IngestionStatusLevel": "ingestion_status_level",
    "EventType": "event_type",
}

__all__ = (
    "ActivateBulkSync",
    "Actor",
    "ActorType",
    "ApiError",
    "BulkDestination",
    "BulkDestinationEnvelope",
    "BulkDiscover",
    "BulkField",
    "BulkFilter",
    "BulkMode",
    "BulkSchedule",
    "BulkSchema",
    "BulkSchemaEnvelope",
    "BulkSchemaListEnvelope",
    "BulkSource",
    "BulkSourceEnvelope",
    "BulkSourceStatus",
    "BulkSourceStatusEnvelope",
    "BulkSync",
    "BulkSyncActivation",
    "BulkSyncActivationEnvelope",
    "BulkSyncCancellation",
    "BulkSyncCancellationEnvelope",
    "BulkSyncEnvelope",
    "BulkSyncExecution",
    "BulkSyncExecutionEnvelope",
    "BulkSyncExecutionListEnvelope",
    "BulkSyncListEnvelope",
    "BulkSyncStatus",
    "BulkSyncStatusEnvelope",
    "ConfigurationField",
    "ConfigurationMap",
    "Connection",
    "ConnectionConfiguration",
    "ConnectionEnvelope",
    "ConnectionKind",
    "ConnectionListEnvelope",
    "ConnectionType",
    "ConnectionTypeEnvironment",
    "ConnectionTypeListEnvelope",
    "CreateBulkSync",
    "CreateConnection",
    "CreatedConnection",
    "CreatedConnectionEnvelope",
    "DestinationConfiguration",
    "ErrorMetadata",
    "Event",
    "EventListEnvelope",
    "EventType",
    "EventTypeListEnvelope",
    "ExecutionStatus",
    "FetchMode",
    "FieldConfiguration",
    "FieldType",
    "FilterFunction",
    "FreeFormConfiguration",
    "Identity",
    "IdentityEnvelope",
    "IngestionStatus",
    "IngestionStatusLevel",
    "MultiSchedule",
    "MultiScheduleItem",
    "NormalizeNames",
    "OutputDisposition",
    "PickValue",
    "ResyncMode",
    "ScheduleFrequency",
    "Schema",
    "SchemaAssociation",
    "SchemaConfiguration",
    "SchemaEnvelope",
    "SchemaExecution",
    "SchemaExecutionStatus",
    "SchemaField",
    "SelectiveMode",
    "SourceCapabilities",
    "SourceConfiguration",
    "StartBulkSyncExecution",
    "SupportedBulkMode",
    "UnauthorizedError",
    "UpdateBulkSchema",
    "UpdateBulkSync",
    "UpdateConnection",
)


if not TYPE_CHECKING:  # or every name would be one for type checkers

    def __getattr__(name: str) -> object:
        module = _MODULES.get(name)
        if module is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value: object = getattr(import_module(f".{module}", __name__), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})
