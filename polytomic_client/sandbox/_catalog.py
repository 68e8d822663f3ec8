"""The connection types of the sandbox: what they accept as a destination and offer as a source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

Json = Mapping[str, Any]
"""A JSON object."""

# The reference prints an empty default for every field, booleans included.
_FIELD: Final = {"default": "", "items": None, "required": False}

# Snowflake's keys, from its page of version 2022-12-12.
_TABLES: Final = {
    "advanced": {
        "items": {"hard_deletes": _FIELD, "table_prefix": _FIELD, "truncate_existing": _FIELD},
    },
    "mirror_schemas": _FIELD,
    "schema": _FIELD,
}
# The example of the reference. PostgreSQL's page names the same top-level keys.
_POSTGRESQL: Final = {
    "advanced": {"items": {"truncate_existing": _FIELD}},
    "mirror_schemas": _FIELD,
    "schema": _FIELD,
}
# S3's and GCS's keys, from their unversioned pages.
_FILES: Final = {"format": _FIELD, "subfolder": _FIELD}
# The older form of a response, from a fixture of the vendor's Go client. It does not name its connection type.
_BIGQUERY: Final = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    "$ref": "#/definitions/BulkDestinationConfiguration",
    "definitions": {
        "BulkDestinationConfiguration": {
            "required": ["dataset"],
            "properties": {"dataset": {"type": "string", "title": "Output dataset"}},
            "additionalProperties": False,
            "type": "object",
        }
    },
}


def _mode(id_: str, label: str, description: str) -> Json:
    return {
        "description": description,
        "id": id_,
        "label": label,
        "requires_identity": False,
        "supports_field_sync_mode": False,
        "supports_target_filters": False,
    }


_SNAPSHOT: Final = _mode("snapshot", "Replace", "Replace all records")
_REPLICATE: Final = _mode("replicate", "Replicate", "Replicate the source table to the destination")


def _destination(configuration: Json, modes: list[Json], *resync_modes: str) -> Json:
    return {"configuration": configuration, "modes": modes, "supported_resync_modes": list(resync_modes)}


# Public material does not list the modes of each type. These follow from what a store can do: tables are written
# record by record or whole, files only whole.
_WAREHOUSE: Final = _destination(_TABLES, [_REPLICATE, _SNAPSHOT], "refetch", "resync", "rebuild")
_DATABASE: Final = _destination(_TABLES, [_REPLICATE, _SNAPSHOT], "refetch", "rebuild")
_BUCKET: Final = _destination(_FILES, [_SNAPSHOT], "refetch")


def _schema(id_: str, name: str, *fields: Json) -> Json:
    return {"id": id_, "name": name, "fields": list(fields)}


def _column(id_: str, type_: str, remote_type: str, *, key: bool = False, refers_to: str | None = None) -> Json:
    association = None
    if refers_to is not None:
        association = {
            "id": f"{id_}_{refers_to}",
            "name": id_,
            "reference_to": [refers_to],
            "referenced_field": "id",
        }
    return {
        "id": id_,
        "name": id_.replace("_", " ").title(),
        "type": type_,
        "remote_type": remote_type,
        "values": [],
        "association": association,
        "is_primary_key": key,
        "path": f"$.{id_}",
        "user_managed": False,
    }


_KEY: Final = _column("id", "number", "bigint", key=True)
_UPDATED: Final = _column("updated_at", "datetime", "timestamptz")
_TABLE_SCHEMAS: Final = (
    _schema("public.users", "users", _KEY, _column("email", "string", "text"), _UPDATED),
    _schema(
        *("public.orders", "orders"),
        _KEY,
        _column("user_id", "number", "bigint", refers_to="public.users"),
        _column("total", "number", "numeric(12,2)"),
        _UPDATED,
    ),
    _schema("public.events", "events", _KEY, _column("payload", "object", "jsonb"), _UPDATED),
)
_CRM_KEY: Final = _column("id", "string", "id", key=True)
_CRM_UPDATED: Final = _column("updated_at", "datetime", "datetime")
_SALESFORCE_SCHEMAS: Final = (
    _schema("Account", "Account", _CRM_KEY, _column("name", "string", "string"), _CRM_UPDATED),
    _schema(
        *("Contact", "Contact"),
        _CRM_KEY,
        _column("email", "string", "email"),
        _column("account", "string", "reference", refers_to="Account"),
        _CRM_UPDATED,
    ),
    _schema("Opportunity", "Opportunity", _CRM_KEY, _column("amount", "number", "currency"), _CRM_UPDATED),
)
_HUBSPOT_SCHEMAS: Final = (
    _schema("companies", "Companies", _CRM_KEY, _column("domain", "string", "string"), _CRM_UPDATED),
    _schema("contacts", "Contacts", _CRM_KEY, _column("email", "string", "string"), _CRM_UPDATED),
    _schema("deals", "Deals", _CRM_KEY, _column("amount", "number", "number"), _CRM_UPDATED),
)


@dataclass(frozen=True, slots=True)
class ConnectionType:
    """A type of connection."""

    id: str
    name: str
    configuration: Json
    """An example of a working configuration, with every required key."""

    optional: frozenset[str] = frozenset()
    """The keys of the example that may be omitted."""

    oauth: bool = False
    """Whether a user grants access in a browser."""

    destination: Json | None = None
    """What it accepts as a destination, in the JSON form of the API. None if it cannot be a destination."""

    schemas: tuple[Json, ...] = field(default=())
    """What it offers as a source, in the JSON form of the API. Empty if it cannot be a source."""

    @property
    def required(self) -> list[str]:
        """The keys that a configuration must have."""
        return [key for key in self.configuration if key not in self.optional]

    @property
    def kind(self) -> Json:
        """The type as connections name it, in the JSON form of the API."""
        operations = ["read"] * bool(self.schemas) + ["write"] * (self.destination is not None)
        return {"id": self.id, "name": self.name, "operations": operations}


_SERVER: Final = {"hostname": "db.example.com", "port": 5432, "database": "sales", "username": "polytomic"}

# The keys of configurations are those of the vendor's Terraform provider.
_TYPES: Final = (
    ConnectionType(
        "snowflake",
        "Snowflake",
        {"account": "example", "dbname": "SALES", "username": "POLYTOMIC", "password": "secret"},
        optional=frozenset({"password"}),
        destination=_WAREHOUSE,
        schemas=_TABLE_SCHEMAS,
    ),
    ConnectionType(
        "postgresql",
        "PostgreSQL",
        {**_SERVER, "password": "secret"},
        destination=_destination(_POSTGRESQL, [_REPLICATE, _SNAPSHOT], "refetch", "rebuild"),
        schemas=_TABLE_SCHEMAS,
    ),
    ConnectionType(
        "s3",
        "Amazon S3",
        {
            "auth_mode": "access_key_and_secret",
            "s3_bucket_name": "example",
            "s3_bucket_region": "us-east-1",
            "aws_access_key_id": "AKIAEXAMPLE",
            "aws_secret_access_key": "secret",
        },
        optional=frozenset({"aws_access_key_id", "aws_secret_access_key"}),
        destination=_BUCKET,
    ),
    ConnectionType("gcs", "Google Cloud Storage", {"bucket": "example", "service_account": "{}"}, destination=_BUCKET),
    ConnectionType(
        "bigquery",
        "BigQuery",
        {"auth_method": "service_account", "service_account": "{}"},
        optional=frozenset({"service_account"}),
        destination=_destination(_BIGQUERY, [_REPLICATE], "refetch", "rebuild"),
        schemas=_TABLE_SCHEMAS,
    ),
    # The keys that the types below accept as a destination are not published. They use Snowflake's.
    ConnectionType(
        "redshift",
        "Amazon Redshift",
        {**_SERVER, "port": 5439, "auth_mode": "password", "password": "secret"},
        destination=_WAREHOUSE,
        schemas=_TABLE_SCHEMAS,
    ),
    ConnectionType(
        "databricks",
        "Databricks",
        {
            "server_hostname": "dbc.example.com",
            "port": 443,
            "http_path": "/sql/1.0/warehouses/example",
            "databricks_auth_mode": "access_token",
            "access_token": "secret",
        },
        optional=frozenset({"access_token"}),
        destination=_WAREHOUSE,
        schemas=_TABLE_SCHEMAS,
    ),
    ConnectionType(
        "mysql",
        "MySQL",
        {"hostname": "db.example.com", "port": 3306, "account": "polytomic", "passwd": "secret", "dbname": "sales"},
        optional=frozenset({"dbname"}),
        destination=_DATABASE,
        schemas=_TABLE_SCHEMAS,
    ),
    # The keys of this type's configuration are not published.
    ConnectionType("mssql", "Microsoft SQL Server", {}, destination=_DATABASE, schemas=_TABLE_SCHEMAS),
    ConnectionType(
        "azureblob",
        "Azure Blob Storage",
        {"account_name": "example", "auth_method": "access_key", "container_name": "example", "access_key": "secret"},
        optional=frozenset({"access_key"}),
        destination=_destination(_TABLES, [_SNAPSHOT], "refetch"),
    ),
    ConnectionType("hubspot", "HubSpot", {}, oauth=True, schemas=_HUBSPOT_SCHEMAS),
    ConnectionType(
        "salesforce",
        "Salesforce",
        {"domain": "https://example.my.salesforce.com", "client_id": "example", "client_secret": "secret"},
        optional=frozenset({"domain", "client_id", "client_secret"}),
        oauth=True,
        schemas=_SALESFORCE_SCHEMAS,
    ),
)

TYPES: Final[Mapping[str, ConnectionType]] = {type_.id: type_ for type_ in _TYPES}
"""Every type by its id. A world has connections of the types that can be a destination."""

SECRETS: Final = frozenset(
    {
        *("password", "passwd", "private_key", "access_key", "access_token", "client_secret"),
        *("aws_secret_access_key", "service_account"),
    }
)
"""The keys of configurations whose values are never returned."""
