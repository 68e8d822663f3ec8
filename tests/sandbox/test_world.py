"""The sandbox's world: the same seed makes the same one, with every type and some that refuse."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
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


@pytest.mark.parametrize("count", [100, 500, 1000])
def test_the_first_of_each_type_works(count: int) -> None:
    for seed in range(100):
        first = {connection.type: connection.status for connection in reversed(World(count, seed).connections)}
        assert first == dict.fromkeys(TYPES, 200)


def test_the_seed_decides_who_refuses() -> None:
    def refusing(seed: int) -> set[int]:
        return {place for place, c in enumerate(World(1000, seed).connections) if c.status != 200}

    assert refusing(1) != refusing(2)


@pytest.mark.parametrize("value", [-1, True, 1.0, "5", None])
@pytest.mark.parametrize(("argument", "name"), [("count", "connections"), ("seed", "seed")])
def test_what_is_no_whole_number_is_refused(argument: str, name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=rf"^{name} must be an int, 0 or more, got "):
        World(**{argument: value})


def test_the_seeds_of_earlier_releases_make_the_same_worlds() -> None:
    world = World(500, seed=1)
    assert world.key == "cd613e30-d8f1-4adf-91b7-584a2265b1f5"
    assert str(world.connections[0].id) == "63ca828d-d5f4-43b2-a4b0-6ce60741c7a8"
    assert str(world.connections[499].id) == "0974ba91-1d0e-4d5f-94ec-71a6935db824"


def test_find() -> None:
    world = World(10)
    assert world.find(world.connections[3].id) is world.connections[3]
    assert world.find(uuid4()) is None


def test_a_connection_is_added_replaced_and_removed() -> None:
    world = World(2)
    first, second = world.connections
    added = Connection(uuid4(), "hubspot", "HubSpot")
    world.put(added)
    renamed = replace(first, name="Renamed")
    world.put(renamed)
    assert [*world.connections] == [renamed, second, added]
    world.remove(second.id)
    assert [*world.connections] == [renamed, added]
    assert world.find(second.id) is None


def test_its_time_is_this_machines_if_no_start_is_named() -> None:
    before = datetime.now(UTC)
    world = World(0)
    assert before <= world.now() <= datetime.now(UTC)
    world.advance(3600)
    assert before + timedelta(hours=1) <= world.now() <= datetime.now(UTC) + timedelta(hours=1)


def test_its_time_stands_at_the_start_and_moves_as_told() -> None:
    start = datetime(2026, 3, 2, 9, 30, tzinfo=timezone(timedelta(hours=2)))
    world = World(0, start=start)
    assert world.now() == start
    assert world.now().tzinfo is UTC
    world.advance(0.5)
    world.advance(60)
    assert world.now() == start + timedelta(seconds=60.5)


def test_a_start_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="^start must have a time zone, got "):
        World(0, start=datetime(2026, 3, 2))  # noqa: DTZ001


@pytest.mark.parametrize("value", [-1, -0.1, True, "1", None, float("nan"), float("inf")])
def test_what_is_no_number_of_seconds_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="^execution_seconds must be a number of seconds, 0 or more, got "):
        World(0, execution_seconds=value)
    world = World(0, start=datetime(2026, 3, 2, tzinfo=UTC))
    with pytest.raises(ValueError, match="^seconds must be a number of seconds, 0 or more, got "):
        world.advance(value)
    assert world.now() == datetime(2026, 3, 2, tzinfo=UTC)


def test_more_seconds_than_there_are_is_refused() -> None:
    with pytest.raises(ValueError, match="^execution_seconds must be at most 36525 days, got 1e\\+300 seconds"):
        World(0, execution_seconds=1e300)
    with pytest.raises(ValueError, match="^seconds must be at most "):
        World(0).advance(1e300)


def keys(type_id: str) -> Any:
    destination = Connection(uuid4(), type_id, "").destination
    assert destination is not None
    return destination["configuration"]


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
