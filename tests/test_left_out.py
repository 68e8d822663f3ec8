"""Members that the server left out, also those typed as always present: nothing of the project's own breaks on them.

Each job runs once for each member of the answers it gets, without that member. Where it needs the member, it ends by an
error of this client that says so; those are listed. An example runs without the members that it names.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import importlib
import inspect
import json
import re
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, cast
from uuid import UUID

import httpx
import pytest

import polytomic_client
from polytomic_client import (
    AsyncPolytomic,
    ExecutionFailedError,
    ExecutionTimeoutError,
    Polytomic,
    PolytomicError,
    destinations,
    fan_out_blocking,
    schedules,
)
from polytomic_client.sandbox import SchemaFailure
from polytomic_client.testing import FakePolytomic
from polytomic_client.v2023_04_25.models import (
    BulkMode,
    BulkSchedule,
    CreateBulkSync,
    DestinationConfiguration,
    SchemaExecution,
    StartBulkSyncExecution,
)

from .test_docs import PROGRAMS

Member = tuple[str, ...]
Job = Callable[[FakePolytomic], object]

EVER = 1_000_000
FREE = frozenset({"configuration", "source_configuration", "destination_configuration"})
"""What holds keys and not members."""


# --- A server that leaves a member out -------------------------------------------------------------------------------


def inside(value: Any) -> Iterator[tuple[str | None, Any]]:
    """Yield the parts of an object with their names, those of an array without."""
    if isinstance(value, dict):
        yield from cast("dict[str, Any]", value).items()
    elif isinstance(value, list):
        yield from ((None, item) for item in cast("list[object]", value))


def members(value: Any, path: Member = ()) -> Iterator[Member]:
    """Yield the members of an answer, each with those it is in."""
    for name, part in inside(value):
        found = path if name is None else (*path, name)
        if name is not None:
            yield found
        if name not in FREE:
            yield from members(part, found)


def without(value: Any, member: Member) -> Any:
    """Return an answer without one member, wherever it is."""
    if isinstance(value, list):
        return [without(part, member) for _, part in inside(value)]
    name, *rest = member
    return {
        key: without(part, tuple(rest)) if key == name and isinstance(part, (dict, list)) else part
        for key, part in inside(value)
        if rest or key != name
    }


def run(job: Job, member: Member | None = None, *, connections: int = 20) -> set[Member]:
    """Run a job on a world of its own whose answers lack a member. Return the members that they had."""
    fake = FakePolytomic(connections, execution_seconds=2)
    seen: set[Member] = set()

    def leave_out(request: httpx.Request, handle: Callable[[], httpx.Response]) -> httpx.Response:
        response = handle()
        if not response.is_success or not response.content:
            return response
        body = json.loads(response.content)
        seen.update(members(body))
        return httpx.Response(
            response.status_code,
            headers={"X-Polytomic-Version": response.headers["X-Polytomic-Version"]},
            json=body if member is None else without(body, member),
        )

    fake.fail(leave_out, times=EVER)
    job(fake)
    return seen


def ends(job: Job, source: str | None = None, *, connections: int = 20) -> dict[str, str]:
    """Run a job without each member in turn, or each that its source names. Return the errors it ended by."""
    raised: dict[str, str] = {}
    named = None if source is None else {"data", *re.findall(r"\w+", source)}
    for member in sorted(run(job, connections=connections)):
        if named is not None and named.isdisjoint({member[-1], f"{member[-1]}_"}):
            continue
        try:
            run(job, member, connections=connections)
        except (PolytomicError, SystemExit) as error:
            raised[".".join(member)] = type(error).__name__
        except Exception as error:
            error.add_note(f"the answers lacked {'.'.join(member)}")
            if not re.search("must be a UUID .* got Unset", str(error)):  # an id that the next call needs
                raise
            raised[".".join(member)] = type(error).__name__
    return raised


# --- Jobs ------------------------------------------------------------------------------------------------------------


def pair(fake: FakePolytomic) -> list[UUID]:
    """Return a connection to read from and one to write to."""
    return [connection.id for connection in fake.world.connections if connection.type == "snowflake"]


def create(client: Polytomic, fake: FakePolytomic, schedule: BulkSchedule | None = None) -> UUID:
    """Create a bulk sync, and return its id, which the answer may lack."""
    source, destination, *_ = pair(fake)
    new = CreateBulkSync(
        name="Nightly",
        source_connection_id=source,
        destination_connection_id=destination,
        destination_configuration=DestinationConfiguration({"schema": "copies"}),
        mode=BulkMode.REPLICATE,
        schedule=schedule or schedules.manual(),
    )
    client.create_bulk_sync(body=new)
    (bulk_sync,) = fake.world.bulk_syncs.values()
    return bulk_sync.id


def show(schema: SchemaExecution) -> None:
    line = f"{schema.schema:<20} {schema.status:<10} {schema.record_count:>8,} {schema.error_count:.0f}"
    assert "None" not in line


def running(fake: FakePolytomic) -> None:
    with fake.blocking_client() as client:
        client.run_bulk_sync(create(client, fake), on_progress=show, cancel_if_abandoned=True)


def failing(fake: FakePolytomic) -> None:
    schema = "public.orders"
    fake.world.failures[schema] = SchemaFailure("permission denied")
    with fake.blocking_client() as client:
        with pytest.raises(ExecutionFailedError, match="ended as ") as failed:
            client.run_bulk_sync(create(client, fake), on_progress=show)
        assert str(failed.value) in repr(failed.value)


def waiting(fake: FakePolytomic) -> None:
    with fake.blocking_client() as client:
        bulk_sync = create(client, fake)
        client.start_bulk_sync_execution(bulk_sync, body=StartBulkSyncExecution())
        execution = fake.world.bulk_syncs[bulk_sync].executions[0].id
        with suppress(ExecutionTimeoutError):
            client.wait_for_execution(bulk_sync, execution, deadline=1)
        client.wait_for_execution(bulk_sync, execution, on_progress=show)


def refreshing(fake: FakePolytomic) -> None:
    with fake.blocking_client() as client:
        client.refresh_bulk_source(pair(fake)[0], poll_interval=60)


def modifying(fake: FakePolytomic) -> None:
    with fake.blocking_client() as client:
        client.modify_bulk_sync(create(client, fake), active=False)


def reading_events(fake: FakePolytomic) -> None:
    with fake.blocking_client() as client:
        bulk_sync = create(client, fake)
        client.start_bulk_sync_execution(bulk_sync, body=StartBulkSyncExecution())
        fake.world.advance(60)
        assert list(client.iter_events())


def asking_destinations(fake: FakePolytomic) -> None:
    with fake.blocking_client() as client:
        for connection in fake.world.connections[:10]:  # one of each type
            if connection.destination is not None:
                destination = client.get_bulk_destination(connection.id).data
                destinations.check_destination_configuration(destination, {"schema": "x"})
                destinations.as_json_schema(destination)
                destinations.template(destination)
                destinations.supports(destination, mode="replicate", resync_mode="rebuild")


def telling_runs(fake: FakePolytomic) -> None:
    with fake.blocking_client() as client:
        several = schedules.multi(schedules.daily(), incremental_fields=schedules.weekly("monday", hour=5))
        bulk_sync = client.get_bulk_sync(create(client, fake, several)).data
        schedules.next_runs(bulk_sync.schedule, 2)


NAMED = {"data": "DecodeError"}
IDENTIFIED = NAMED | {"data.id": "RequestError"}
ENDED = {"data.status": "ExecutionFailedError"}
UPDATED = dict.fromkeys(
    [
        "data.name",
        "data.mode",
        "data.schedule",
        "data.source_connection_id",
        "data.destination_connection_id",
        "data.destination_configuration",
    ],
    "RequestError",
)
RULES = [
    "data.schedule",
    "data.schedule.frequency",
    "data.schedule.multi",
    "data.schedule.multi.schedules",
    "data.schedule.multi.schedules.schedule",
    "data.schedule.multi.schedules.schedule.frequency",
    "data.schedule.multi.schedules.schedule.day_of_week",
]

JOBS: dict[Job, dict[str, str]] = {
    running: IDENTIFIED | ENDED,
    failing: IDENTIFIED,
    waiting: NAMED | ENDED,
    refreshing: NAMED | {"data.last_refresh_finished": "DeadlineExceededError"},
    modifying: NAMED | UPDATED | {"data.schedule.frequency": "UnprocessableEntityError"},
    reading_events: NAMED | {"data.id": "RequestError", "data.created_at": "RequestError"},
    asking_destinations: NAMED,
    telling_runs: NAMED | dict.fromkeys(RULES, "ScheduleError"),
}
"""What each job cannot do without, and how it says so."""


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.__name__)
def test_a_job_goes_on_without_any_member_but_those_it_needs(job: Job) -> None:
    assert ends(job) == JOBS[job]


def test_progress_of_schemas_without_names_is_told_as_often_as_with_them() -> None:
    told: dict[Member | None, int] = {}
    for member in (None, ("data", "schemas", "schema")):
        seen: list[SchemaExecution] = []

        def job(fake: FakePolytomic, seen: list[SchemaExecution] = seen) -> None:
            with fake.blocking_client() as client:
                client.run_bulk_sync(create(client, fake), on_progress=seen.append)

        run(job, member)
        told[member] = len(seen)

    assert len(set(told.values())) == 1, told


# --- Examples --------------------------------------------------------------------------------------------------------

ROOT = Path(__file__).parents[1]

EXAMPLES: dict[str, dict[str, str]] = {
    "hubspot_to_postgresql": {"data.id": "ValueError", "data.status": "ExecutionFailedError"},
    "salesforce_to_s3": {"data.id": "ValueError", "data.status": "ExecutionFailedError"},
    "salesforce_to_snowflake": {
        **{name: UPDATED[name] for name in UPDATED if name != "data.schedule"},  # it gives another
        "data.id": "ValueError",
        "data.status": "SystemExit",
        "data.created_at": "RequestError",
        "data.fields.id": "UnprocessableEntityError",
    },
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_goes_on_without_any_member_but_those_it_needs(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POLYTOMIC_API_KEY", raising=False)
    monkeypatch.setattr(sys, "path", [str(ROOT / "examples"), *sys.path])
    example = importlib.import_module(name)
    source = (ROOT / "examples" / f"{name}.py").read_text(encoding="utf-8")
    source += (ROOT / "examples" / "running.py").read_text(encoding="utf-8")

    async def wait(fake: FakePolytomic) -> None:
        async with fake.client() as client:
            await example.run(client)

    def job(fake: FakePolytomic) -> None:
        if inspect.iscoroutinefunction(example.run):
            asyncio.run(wait(fake))
        else:
            with fake.blocking_client() as client:
                example.run(client)

    assert ends(job, source) == NAMED | EXAMPLES[name]


DOCUMENTED = [
    Polytomic,
    Polytomic.iter_events,
    Polytomic.modify_bulk_sync,
    Polytomic.refresh_bulk_source,
    Polytomic.run_bulk_sync,
    destinations,
    fan_out_blocking,
    schedules,
    schedules.next_runs,
]


@pytest.mark.parametrize("thing", DOCUMENTED, ids=lambda thing: thing.__name__)
def test_the_example_of_a_docstring_goes_on_without_any_member(thing: Any) -> None:
    _, _, source = (inspect.getdoc(thing) or "").partition("Example:\n")
    source = textwrap.dedent(source).replace("await ", "")
    assert source
    module = thing if isinstance(thing, ModuleType) else sys.modules[thing.__module__]

    def job(fake: FakePolytomic) -> None:
        with fake.blocking_client() as client:
            bulk_sync_id = create(client, fake)
            names: dict[str, Any] = {
                "Polytomic": fake.blocking_client,
                "bulk_sync": client.get_bulk_sync(bulk_sync_id).data,
                "bulk_sync_id": bulk_sync_id,
                "connection_id": pair(fake)[0],
                "connection_ids": pair(fake),
                "client": client,
                "schedules": schedules,
                "yesterday": fake.world.now() - dt.timedelta(days=1),
            }
            code = source.replace("248df4b7-aa70-47b8-a036-33ac447e668d", str(pair(fake)[0]))
            exec(code.replace('api_key="..."', ""), vars(module) | names)

    assert set(ends(job, source).values()) <= {"DecodeError", "RequestError", "ExecutionFailedError"}


BLOCKS = {
    str(block): block.code
    for block in PROGRAMS
    if not re.search(r"polytomic_client\.(testing|sandbox|dask)|deployment_key|transport=", block.code)
}
"""The blocks of the README and of docs/ that call the server which the environment names."""


@pytest.mark.parametrize("name", BLOCKS)
def test_a_block_goes_on_without_any_member(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def job(fake: FakePolytomic) -> None:
        given: dict[str, Any] = {
            "api_key": fake.key,
            "base_url": fake.base_url,
            "transport": fake.transport,
            "clock": fake.clock,
        }
        for client in (AsyncPolytomic, Polytomic):
            monkeypatch.setattr(polytomic_client, client.__name__, partial(client, **given))
        exec(compile(BLOCKS[name], name, "exec", dont_inherit=True), {"__name__": "__main__"})

    assert set(ends(job, BLOCKS[name], connections=500).values()) <= {"DecodeError", "RequestError", "ValueError"}
