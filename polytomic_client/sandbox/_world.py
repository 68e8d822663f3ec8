"""The sandbox's world: connections and what they accept, made from a seed. Pure data, no I/O."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

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
# The older form of an answer, from a fixture of the vendor's Go client. It does not name its connection type.
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


def _mode(id_: str, label: str, description: str) -> dict[str, object]:
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


def _destination(
    configuration: Mapping[str, object], modes: list[dict[str, object]], *resync_modes: str
) -> Mapping[str, object]:
    return {"configuration": configuration, "modes": modes, "supported_resync_modes": list(resync_modes)}


# Public material names no modes per type. These follow from what a store can do: tables are written record by
# record or whole, files only whole.
_WAREHOUSE: Final = _destination(_TABLES, [_REPLICATE, _SNAPSHOT], "refetch", "resync", "rebuild")
_DATABASE: Final = _destination(_TABLES, [_REPLICATE, _SNAPSHOT], "refetch", "rebuild")
_BUCKET: Final = _destination(_FILES, [_SNAPSHOT], "refetch")

DESTINATIONS: Final[Mapping[str, Mapping[str, object]]] = {
    "snowflake": _WAREHOUSE,
    "postgresql": _destination(_POSTGRESQL, [_REPLICATE, _SNAPSHOT], "refetch", "rebuild"),
    "s3": _BUCKET,
    "gcs": _BUCKET,
    "bigquery": _destination(_BIGQUERY, [_REPLICATE], "refetch", "rebuild"),
    # The keys of the types below are published nowhere: they take Snowflake's.
    "redshift": _WAREHOUSE,
    "databricks": _WAREHOUSE,
    "mysql": _DATABASE,
    "mssql": _DATABASE,
    "azureblob": _destination(_TABLES, [_SNAPSHOT], "refetch"),
}
"""What a connection of each type accepts as a destination, by type id, in the JSON form of the API."""

_FAULTS: Final = (403, 404, 500)
# One connection in a thousand for each fault, so that 1,000 connections show every kind once.
_CONNECTIONS_PER_FAULT: Final = 1000
# Fewer connections than this and a fault would be an accident to whoever tries the sandbox, not an example.
_FEWEST_WITH_FAULTS: Final = 100


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection of the sandbox, and how the API answers for it."""

    id: UUID
    """What to ask with."""

    type: str
    """The id of its type, such as `snowflake`."""

    name: str
    """A name for a person."""

    status: int = 200
    """The HTTP status of every answer: 200, or 403 (forbidden), 404 (unknown to the API) or 500 (failing)."""

    @property
    def destination(self) -> Mapping[str, object]:
        """What it accepts as a destination: the `data` of the answer, where `status` is 200."""
        return DESTINATIONS[self.type]


class World:
    """Everything the sandbox knows: an API key and connections. The same seed and count make the same world.

    Ten connections after ten hold each of the ten types once. From 100 connections on some refuse: of each thousand
    one is forbidden, one is unknown and one fails, and there is at least one of each.

    Attributes:
        seed: The seed it is made from.
        key: The one API key that it accepts, in the form of a UUID. It depends on the seed alone.
        connections: The connections to ask, those that refuse included.
    """

    def __init__(self, count: int = 500, seed: int = 1) -> None:
        """Make the world.

        Args:
            count: The number of connections, 0 or more.
            seed: A whole number, 0 or more.

        Raises:
            ValueError: An argument is not a whole number, or is below 0.
        """
        _require_whole("connections", count)
        _require_whole("seed", seed)
        chance = random.Random(seed)
        self.seed = seed
        self.key = str(_uuid(chance))

        connections: list[Connection] = []
        while len(connections) < count:
            for type_ in chance.sample(tuple(DESTINATIONS), len(DESTINATIONS)):
                connections.append(Connection(_uuid(chance), type_, f"{type_} {len(connections) + 1}"))
        del connections[count:]

        if count >= _FEWEST_WITH_FAULTS:
            statuses = _FAULTS * max(1, count // _CONNECTIONS_PER_FAULT)
            for position, status in zip(chance.sample(range(count), len(statuses)), statuses, strict=True):
                connections[position] = replace(connections[position], status=status)
        self.connections = tuple(connections)
        self._by_id = {connection.id: connection for connection in connections}

    def find(self, connection_id: UUID) -> Connection | None:
        """Return the connection of an id, or None where the world has none."""
        return self._by_id.get(connection_id)


def _uuid(chance: random.Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)


def _require_whole(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{name} must be a whole number, 0 or more, not {value!r}")
