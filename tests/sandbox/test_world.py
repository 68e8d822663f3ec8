"""The sandbox's world: the same seed makes the same one, with every type and some that refuse."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID, uuid4

import pytest

from polytomic_client.sandbox import Connection, World

TYPES = {
    "snowflake",
    "postgresql",
    "s3",
    "gcs",
    "bigquery",
    "redshift",
    "databricks",
    "mysql",
    "azureblob",
    "mssql",
}


def test_the_same_seed_and_count_make_the_same_world() -> None:
    one, other = World(300, seed=7), World(300, seed=7)
    assert one.key == other.key
    assert one.connections == other.connections


def test_another_seed_makes_another_world() -> None:
    one, other = World(300, seed=7), World(300, seed=8)
    assert one.key != other.key
    assert not {c.id for c in one.connections} & {c.id for c in other.connections}


def test_the_key_looks_like_a_uuid_and_depends_on_the_seed_alone() -> None:
    key = World(0, seed=3).key
    assert str(UUID(key)) == key
    assert key == World(500, seed=3).key


def test_ids_are_random_uuids_and_differ() -> None:
    ids = [connection.id for connection in World(1000).connections]
    assert len(set(ids)) == 1000
    assert {id_.version for id_ in ids} == {4}


def test_ten_connections_after_ten_hold_each_type_once() -> None:
    types = [connection.type for connection in World(30).connections]
    for start in (0, 10, 20):
        assert set(types[start : start + 10]) == TYPES
    assert types[:10] != types[10:20]


@pytest.mark.parametrize(
    ("count", "of_each"), [(0, 0), (1, 0), (99, 0), (100, 1), (500, 1), (1000, 1), (1999, 1), (2000, 2)]
)
def test_some_refuse_from_a_hundred_on(count: int, of_each: int) -> None:
    connections = World(count).connections
    assert len(connections) == count
    refusing = Counter(connection.status for connection in connections if connection.status != 200)
    assert refusing == ({403: of_each, 404: of_each, 500: of_each} if of_each else {})


def test_the_seed_decides_who_refuses() -> None:
    def refusing(seed: int) -> set[int]:
        return {place for place, c in enumerate(World(1000, seed).connections) if c.status != 200}

    assert refusing(1) != refusing(2)


@pytest.mark.parametrize("value", [-1, True, 1.0, "5", None])
@pytest.mark.parametrize(("argument", "name"), [("count", "connections"), ("seed", "seed")])
def test_what_is_no_whole_number_is_refused(argument: str, name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=rf"^{name} must be a whole number, 0 or more, not "):
        World(**{argument: value})


def test_find() -> None:
    world = World(10)
    assert world.find(world.connections[3].id) is world.connections[3]
    assert world.find(uuid4()) is None


def keys(type_id: str) -> Any:
    return Connection(uuid4(), type_id, "").destination["configuration"]


@pytest.mark.parametrize("type_id", ["snowflake", "redshift", "databricks", "mysql", "mssql", "azureblob"])
def test_the_keys_of_a_warehouse(type_id: str) -> None:
    configuration = keys(type_id)
    assert set(configuration) == {"advanced", "mirror_schemas", "schema"}
    assert set(configuration["advanced"]["items"]) == {"hard_deletes", "table_prefix", "truncate_existing"}
    assert configuration["schema"] == {"default": "", "items": None, "required": False}


@pytest.mark.parametrize("type_id", ["s3", "gcs"])
def test_the_keys_of_files(type_id: str) -> None:
    assert set(keys(type_id)) == {"format", "subfolder"}


def test_postgresql_answers_the_example_of_the_reference() -> None:
    assert set(keys("postgresql")) == {"advanced", "mirror_schemas", "schema"}
    assert set(keys("postgresql")["advanced"]["items"]) == {"truncate_existing"}


def test_bigquery_answers_the_older_form_with_a_required_key() -> None:
    definition = keys("bigquery")["definitions"]["BulkDestinationConfiguration"]
    assert definition["required"] == ["dataset"]
    assert set(definition["properties"]) == {"dataset"}
