"""The sandbox's data: connections, bulk syncs and executions, created from a seed, changed by requests. No I/O."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count as counted
from typing import Any, Final, TypeAlias
from uuid import UUID

from .._core.checks import is_number
from .._core.unique import Unique
from .._text import shown
from ._catalog import SECRETS, TYPES, ConnectionType
from ._document import Call
from ._execution import Execution, Part, SchemaFailure

_DESTINATIONS: Final = tuple(type_.id for type_ in TYPES.values() if type_.destination is not None)

_FAULTS: Final = (403, 404, 500)

CONNECTIONS_PER_FAULT: Final = 1000
"""One connection in so many has each fault, so that 1,000 connections show every kind once."""

FEWEST_WITH_FAULTS: Final = 100
"""With fewer connections, none has a fault: it would surprise a user of the sandbox."""

_LONGEST: Final = timedelta(days=36_525)
"""Maximum duration of an execution or of a step of the time: a century, because a datetime ends with the year 9999."""

_REFRESH_LASTS: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection of the sandbox, and the API's response status for it."""

    id: UUID
    """Its id in requests."""

    type: str
    """The id of its type, for example `snowflake`."""

    name: str
    """Its display name."""

    status: int = 200
    """The HTTP status of every response: 200, or 403 (forbidden), 404 (unknown to the API) or 500 (failing).

    Another raises ValueError.
    """

    configuration: Mapping[str, Any] = field(default_factory=dict[str, Any], hash=False)
    """How it reaches its system, including secrets."""

    policies: tuple[str, ...] = ()
    """The ids of its permission policies."""

    def __post_init__(self) -> None:
        if self.status not in (200, *_FAULTS):
            raise ValueError(f"status must be 200 or one of {', '.join(map(str, _FAULTS))}, got {shown(self.status)}.")

    @property
    def kind(self) -> ConnectionType:
        """Its type: what it accepts as a destination and offers as a source."""
        return TYPES[self.type]

    @property
    def destination(self) -> Mapping[str, Any] | None:
        """What it accepts as a destination: `data` of the response if `status` is 200. None if it is only a source."""
        return self.kind.destination

    def as_json(self, organization_id: UUID) -> dict[str, Any]:
        """Return it in the JSON form of the API, without its secrets."""
        shown = {key: "******" if key in SECRETS else value for key, value in self.configuration.items()}
        return {
            "id": str(self.id),
            "name": self.name,
            "type": self.kind.kind,
            "status": "healthy",
            "status_error": None,
            "configuration": shown,
            "policies": list(self.policies),
            "organization_id": str(organization_id),
        }


@dataclass(slots=True)
class BulkSync:
    """A bulk sync of the sandbox."""

    id: UUID
    data: dict[str, Any]
    """Its settings, in the JSON form of the API."""

    schemas: dict[str, dict[str, Any]]
    """How each schema of its source is synced, by id, in the JSON form of the API."""

    executions: list[Execution] = field(default_factory=list[Execution])
    """Its executions, oldest first. All but the last have ended."""

    def running(self, now: datetime) -> Execution | None:
        """Return the execution in progress, or None."""
        last = self.executions[-1] if self.executions else None
        return None if last is None or last.ended(now) else last


@dataclass(frozen=True, slots=True)
class Cache:
    """How fresh the schemas of a source are."""

    started: datetime
    """When the last refresh started."""

    finished: datetime
    """When the last complete refresh finished."""

    fresh: bool
    """Whether the last refresh has finished."""


class WorldClock(Unique):
    """A client's clock with the time of a world. Waits of the client pass in the world, at once."""

    _not_pickled = "the clock of a world cannot be pickled because clients share its time. Create one per process."

    def __init__(self, world: World) -> None:
        self._world = world
        self._chance = random.Random(world.seed)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self._world.now():%Y-%m-%d %H:%M:%S} UTC>"

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return self.time()

    def time(self) -> float:
        """Return the seconds since 1970 (UTC)."""
        return self._world.now().timestamp()

    def random(self) -> float:
        """Return a number from 0 up to 1, determined by the seed of the world."""
        return self._chance.random()

    def sleep(self, seconds: float) -> None:
        """Advance the world's time by this many seconds."""
        self._world.advance(seconds)

    async def sleep_async(self, seconds: float) -> None:
        """Advance the world's time by this many seconds, and let other tasks run."""
        self._world.advance(seconds)
        await asyncio.sleep(0)


class World:
    """All data of the sandbox. The same seed, count and requests create the same world.

    Each ten connections hold each of the ten destination types once. Worlds of 100 connections or more have some that
    fail: of each thousand, one is forbidden, one is unknown and one fails, and there is at least one of each. The first
    ten connections work, and so does the first of each type.

    An execution begins only when it is started, never by a schedule.

    Attributes:
        seed: The seed of the world.
        key: The one API key that it accepts. It is a UUID that depends only on the seed.
        organization_id: The organization that everything belongs to.
        failures: What goes wrong with a schema in executions that start from now on, by the schema's id. By a bulk
            sync's id, it goes wrong with all of its schemas.
        bulk_syncs: The bulk syncs by id.
    """

    def __init__(
        self, count: int = 500, seed: int = 1, *, start: datetime | None = None, execution_seconds: float = 2.0
    ) -> None:
        """Create the world.

        Args:
            count: The number of connections, 0 or more.
            seed: An int, 0 or more.
            start: Its time, which only `advance` then changes. Default: this machine's time.
            execution_seconds: Seconds that an execution takes, 0 or more.

        Raises:
            ValueError: A number is out of range, or `start` has no time zone.
        """
        self._request_ids = counted(1)
        _require_whole("connections", count)
        _require_whole("seed", seed)
        self.execution_lasts = _duration("execution_seconds", execution_seconds)
        if start is not None and start.tzinfo is None:
            raise ValueError(f"start must have a time zone, got {shown(start)}. Use datetime.now(timezone.utc).")
        self._start = start
        self._advanced = timedelta()
        self._began = self.now()

        self._chance = random.Random(seed)
        self.seed = seed
        self.key = str(self.new_id())
        self._connections = {connection.id: connection for connection in self._make_connections(count)}
        self.organization_id = self.new_id()
        self.user_id = self.new_id()
        self.bulk_syncs: dict[UUID, BulkSync] = {}
        self.failures: dict[str | UUID, SchemaFailure] = {}
        self.executions: list[Execution] = []
        self._caches: dict[UUID, Cache] = {}

    def __repr__(self) -> str:
        # Never the seed, which tells the key.
        return (
            f"<World: {self.now():%Y-%m-%d %H:%M:%S} UTC, connections={len(self._connections)} "
            f"bulk_syncs={len(self.bulk_syncs)} executions={len(self.executions)}>"
        )

    @property
    def connections(self) -> tuple[Connection, ...]:
        """The connections, including those whose status is not 200."""
        return tuple(self._connections.values())

    def find(self, connection_id: UUID) -> Connection | None:
        """Return the connection with an id, or None if the world has no such connection."""
        return self._connections.get(connection_id)

    def now(self) -> datetime:
        """Return the time of the world, in UTC."""
        return (self._start or datetime.now(UTC)).astimezone(UTC) + self._advanced

    def advance(self, seconds: float) -> None:
        """Advance the time: everything due by then has happened.

        Args:
            seconds: How many, 0 or more.

        Raises:
            ValueError: `seconds` is not such a number.
        """
        self._advanced += _duration("seconds", seconds)

    def new_id(self) -> UUID:
        """Return a unique id, determined by the seed and the preceding requests."""
        return UUID(int=self._chance.getrandbits(128), version=4)

    def new_request_id(self) -> str:
        """Return the id of a response: `sandbox-1`, then `sandbox-2`. Any thread may call it."""
        return f"sandbox-{next(self._request_ids)}"

    def put(self, connection: Connection) -> None:
        """Add a connection, or replace it."""
        self._connections[connection.id] = connection

    def remove(self, connection_id: UUID) -> None:
        """Remove a connection."""
        del self._connections[connection_id]

    def refresh(self, connection_id: UUID) -> None:
        """Start to refresh the schemas of a source, unless a refresh is in progress."""
        cache = self.cache(connection_id)
        if cache.fresh:
            self._caches[connection_id] = Cache(self.now(), cache.finished, fresh=False)

    def cache(self, connection_id: UUID) -> Cache:
        """Return how fresh the schemas of a source are."""
        cache = self._caches.get(connection_id, Cache(self._began - _REFRESH_LASTS, self._began, fresh=False))
        finished = cache.started + _REFRESH_LASTS
        return cache if self.now() < finished else Cache(cache.started, finished, fresh=True)

    def execute(self, bulk_sync: BulkSync, schemas: Iterable[str], request: Mapping[str, Any]) -> Execution:
        """Start an execution of a bulk sync."""
        execution = Execution(
            self.new_id(),
            bulk_sync.id,
            self.now(),
            self.execution_lasts,
            tuple(
                Part(
                    schema,
                    bulk_sync.schemas[schema]["output_name"],
                    self._chance.randrange(100, 5000),
                    self.failures.get(bulk_sync.id) or self.failures.get(schema),
                )
                for schema in schemas
            ),
            request,
        )
        bulk_sync.executions.append(execution)
        self.executions.append(execution)
        return execution

    def _make_connections(self, count: int) -> list[Connection]:
        chance = self._chance
        connections: list[Connection] = []
        while len(connections) < count:
            for type_ in chance.sample(_DESTINATIONS, len(_DESTINATIONS)):
                name = f"{type_} {len(connections) + 1}"
                connections.append(Connection(self.new_id(), type_, name, configuration=TYPES[type_].configuration))
        del connections[count:]

        if count >= FEWEST_WITH_FAULTS:
            statuses = _FAULTS * max(1, count // CONNECTIONS_PER_FAULT)
            # The first of each type works, so that a first attempt does.
            others = range(len(_DESTINATIONS), count)
            for position, status in zip(chance.sample(others, len(statuses)), statuses, strict=True):
                connections[position] = replace(connections[position], status=status)
        return connections


Handler: TypeAlias = Callable[[World, Call], Any]
"""Handles an operation. It returns the `data` of the response, or None for a response without content."""


def require_seconds(name: str, value: object) -> float:
    """Return a number of seconds.

    Raises:
        ValueError: `value` is not a number, or is below 0.
    """
    if not is_number(value) or value < 0:
        raise ValueError(f"{name} must be a number of seconds, 0 or more, got {shown(value)}.")
    return value


def _duration(name: str, seconds: object) -> timedelta:
    number = require_seconds(name, seconds)
    if number > _LONGEST.total_seconds():
        raise ValueError(f"{name} must be at most {_LONGEST.days} days, got {shown(seconds)} seconds.")
    return timedelta(seconds=number)


def _require_whole(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{name} must be an int, 0 or more, got {shown(value)}.")
