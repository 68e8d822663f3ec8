"""A client whose clock is the sandbox's: it does not wait, the time of the sandbox passes."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from polytomic_client import AsyncPolytomic, ExecutionFailedError, ExecutionTimeoutError, Polytomic
from polytomic_client.sandbox import Connection, Sandbox, SchemaFailure
from polytomic_client.v2023_04_25 import models

START = datetime(2023, 4, 25, tzinfo=UTC)


def create(polytomic: Polytomic, sandbox: Sandbox) -> UUID:
    source, destination = (each.id for each in sandbox.world.connections if each.type == "postgresql")
    new = models.CreateBulkSync(
        name="Sync",
        source_connection_id=source,
        destination_connection_id=destination,
        destination_configuration=models.DestinationConfiguration({"schema": "copies"}),
        mode=models.BulkMode.SNAPSHOT,
        schedule=models.BulkSchedule(frequency=models.ScheduleFrequency.MANUAL),
    )
    return polytomic.create_bulk_sync(body=new).data.id


def test_hours_of_an_execution_pass_at_once() -> None:
    with (
        Sandbox(connections=20, start=START, execution_seconds=7200) as sandbox,
        Polytomic(api_key=sandbox.key, base_url=sandbox.url, clock=sandbox.clock) as polytomic,
    ):
        id_ = create(polytomic, sandbox)
        began = time.monotonic()

        execution = polytomic.run_bulk_sync(id_)

        ended = START + timedelta(seconds=7200)
        assert execution.completed_at == ended
        assert timedelta(0) <= sandbox.world.now() - ended < timedelta(seconds=16)
        with pytest.raises(ExecutionTimeoutError):
            polytomic.run_bulk_sync(id_, deadline=3600)
        assert time.monotonic() - began < 60


def test_other_tasks_run_while_an_asyncio_client_waits() -> None:
    async def run(sandbox: Sandbox, id_: UUID) -> list[str]:
        said: list[str] = []

        async def speak() -> None:
            said.append("meanwhile")

        async with AsyncPolytomic(api_key=sandbox.key, base_url=sandbox.url, clock=sandbox.clock) as polytomic:
            other = asyncio.create_task(speak())
            await polytomic.run_bulk_sync(id_)
            said.append("done")
            await other
        return said

    with Sandbox(connections=20, start=START, execution_seconds=600) as sandbox:
        with Polytomic(api_key=sandbox.key, base_url=sandbox.url) as polytomic:
            id_ = create(polytomic, sandbox)
        assert asyncio.run(run(sandbox, id_)) == ["meanwhile", "done"]


def test_the_seed_decides_what_is_random() -> None:
    def numbers(seed: int) -> list[float]:
        clock = Sandbox(connections=0, seed=seed).clock
        return [clock.random() for _ in range(3)]

    assert numbers(1) == numbers(1) != numbers(2)
    assert all(0 <= number < 1 for number in numbers(1))


def test_its_time_is_that_of_the_world() -> None:
    sandbox = Sandbox(connections=0, start=START)

    sandbox.clock.sleep(1.5)
    asyncio.run(sandbox.clock.sleep_async(2))

    assert sandbox.world.now() == START + timedelta(seconds=3.5)
    assert sandbox.clock.time() == START.timestamp() + 3.5
    assert sandbox.clock.monotonic() - sandbox.clock.time() == 0


def test_one_bulk_sync_of_several_can_fail() -> None:
    with (
        Sandbox(connections=20, start=START) as sandbox,
        Polytomic(api_key=sandbox.key, base_url=sandbox.url, clock=sandbox.clock) as polytomic,
    ):
        one, other = create(polytomic, sandbox), create(polytomic, sandbox)
        sandbox.world.failures[one] = SchemaFailure("the disk is full")

        assert polytomic.run_bulk_sync(other).status == "completed"
        with pytest.raises(ExecutionFailedError, match="the disk is full") as caught:
            polytomic.run_bulk_sync(one)
        assert len(caught.value.schema_errors) == 3


@pytest.mark.parametrize("status", [0, 201, 401, 429, 503, "404", None])
def test_a_connection_refuses_in_a_way_that_the_api_has(status: Any) -> None:
    with pytest.raises(ValueError, match="^status must be 200 or one of 403, 404, 500, got "):
        Connection(uuid4(), "mysql", "Sales", status=status)
