"""The sandbox's world: connections, bulk syncs and executions, made from a seed and changed by requests. No I/O."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias
from uuid import UUID

from .._core.checks import is_number
from .._text import shown
from ._catalog import SECRETS, TYPES, ConnectionType
from ._document import Call
from ._execution import Execution, Failure, Part

_DESTINATIONS: Final = tuple(type_.id for type_ in TYPES.values() if type_.destination is not None)

_FAULTS: Final = (403, 404, 500)
# One connection in a thousand for each fault, so that 1,000 connections show every kind once.
_CONNECTIONS_PER_FAULT: Final = 1000
# Fewer connections than this and a fault would be an accident to whoever tries the sandbox, not an example.
_FEWEST_WITH_FAULTS: Final = 100

_REFRESH_LASTS: Final = timedelta(seconds=1)


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
    """The HTTP status of every answer: 200, or 403 (forbidden), 404 (unknown to the API) or 500 (failing).

    Another raises ValueError.
    """

    configuration: Mapping[str, Any] = field(default_factory=dict[str, Any], hash=False)
    """How it reaches its system, secrets included."""

    policies: tuple[str, ...] = ()
    """The ids of its permission policies."""

    def __post_init__(self) -> None:
        if self.status not in (200, *_FAULTS):
            raise ValueError(f"status must be 200 or one of {', '.join(map(str, _FAULTS))}, not {shown(self.status)}")

    @property
    def kind(self) -> ConnectionType:
        """Its type: what it accepts as a destination and offers as a source."""
        return TYPES[self.type]

    @property
    def destination(self) -> Mapping[str, Any] | None:
        """What it accepts as a destination: `data` of the answer, where `status` is 200. None for a mere source."""
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
    """How it is set up, in the JSON form of the API."""

    schemas: dict[str, dict[str, Any]]
    """How each schema of its source is synced, by id, in the JSON form of the API."""

    executions: list[Execution] = field(default_factory=list[Execution])
    """Its executions, oldest first. All but the last have ended."""

    def running(self, now: datetime) -> Execution | None:
        """Return the execution that is under way."""
        last = self.executions[-1] if self.executions else None
        return None if last is None or last.ended(now) else last


@dataclass(frozen=True, slots=True)
class Cache:
    """How fresh the schemas of a source are."""

    started: datetime
    """When they were last begun to be read."""

    finished: datetime
    """When they were last read."""

    fresh: bool
    """Whether that was after they were begun to be read."""


class WorldClock:
    """The time of a world as a client's clock: what the client would wait passes in the world, at once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._chance = random.Random(world.seed)

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return self.time()

    def time(self) -> float:
        """Return the seconds since 1970 (UTC)."""
        return self._world.now().timestamp()

    def random(self) -> float:
        """Return a number from 0 up to 1, which the seed of the world decides."""
        return self._chance.random()

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass in the world."""
        self._world.advance(seconds)

    async def sleep_async(self, seconds: float) -> None:
        """Let so many seconds pass in the world, and other tasks run."""
        self._world.advance(seconds)
        await asyncio.sleep(0)


class World:
    """Everything the sandbox knows. The same seed, count and requests make the same world.

    Ten connections after ten hold each of the ten types that are a destination once. From 100 connections on some
    refuse: of each thousand one is forbidden, one is unknown and one fails, and there is at least one of each.

    Nothing happens by itself: an execution begins when it is started, never by a schedule.

    Attributes:
        seed: The seed it is made from.
        key: The one API key that it accepts, in the form of a UUID. It depends on the seed alone.
        organization_id: The organization that everything belongs to.
        failures: What goes wrong with a schema in executions that are started from now on, by the id of the schema, or,
            with all schemas of one bulk sync, by the id of that.
        bulk_syncs: The bulk syncs by id.
    """

    def __init__(
        self, count: int = 500, seed: int = 1, *, start: datetime | None = None, execution_seconds: float = 2.0
    ) -> None:
        """Make the world.

        Args:
            count: The number of connections, 0 or more.
            seed: A whole number, 0 or more.
            start: The instant that it begins at, and stays at but for `advance`. Default: it has this machine's time.
            execution_seconds: How long an execution takes, 0 or more.

        Raises:
            ValueError: A number is not what it must be, or `start` names no time zone.
        """
        _require_whole("connections", count)
        _require_whole("seed", seed)
        self.execution_lasts = timedelta(seconds=require_seconds("execution_seconds", execution_seconds))
        if start is not None and start.tzinfo is None:
            raise ValueError(f"start must name its time zone, unlike {shown(start)}: use datetime.now(timezone.utc)")
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
        self.failures: dict[str | UUID, Failure] = {}
        self.executions: list[Execution] = []
        self._caches: dict[UUID, Cache] = {}

    @property
    def connections(self) -> tuple[Connection, ...]:
        """The connections to ask, those that refuse included."""
        return tuple(self._connections.values())

    def find(self, connection_id: UUID) -> Connection | None:
        """Return the connection of an id, or None where the world has none."""
        return self._connections.get(connection_id)

    def now(self) -> datetime:
        """Return the time of the world, in UTC."""
        return (self._start or datetime.now(UTC)).astimezone(UTC) + self._advanced

    def advance(self, seconds: float) -> None:
        """Let time pass: what would have happened by then has happened.

        Args:
            seconds: How much, 0 or more.

        Raises:
            ValueError: It is no such number.
        """
        self._advanced += timedelta(seconds=require_seconds("seconds", seconds))

    def new_id(self) -> UUID:
        """Return an id that nothing else has, which the seed and the requests before decide."""
        return UUID(int=self._chance.getrandbits(128), version=4)

    def put(self, connection: Connection) -> None:
        """Add a connection, or replace it."""
        self._connections[connection.id] = connection

    def remove(self, connection_id: UUID) -> None:
        """Remove a connection."""
        del self._connections[connection_id]

    def refresh(self, connection_id: UUID) -> None:
        """Begin to read the schemas of a source anew, unless that is under way."""
        cache = self.cache(connection_id)
        if cache.fresh:
            self._caches[connection_id] = Cache(self.now(), cache.finished, fresh=False)

    def cache(self, connection_id: UUID) -> Cache:
        """Return how fresh the schemas of a source are."""
        cache = self._caches.get(connection_id, Cache(self._began - _REFRESH_LASTS, self._began, fresh=False))
        finished = cache.started + _REFRESH_LASTS
        return cache if self.now() < finished else Cache(cache.started, finished, fresh=True)

    def execute(self, bulk_sync: BulkSync, schemas: Iterable[str], request: Mapping[str, Any]) -> Execution:
        """Begin an execution of a bulk sync."""
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

        if count >= _FEWEST_WITH_FAULTS:
            statuses = _FAULTS * max(1, count // _CONNECTIONS_PER_FAULT)
            for position, status in zip(chance.sample(range(count), len(statuses)), statuses, strict=True):
                connections[position] = replace(connections[position], status=status)
        return connections


Handler: TypeAlias = Callable[[World, Call], Any]
"""Answers an operation: the `data` of its answer, or None where it has no content."""


def require_seconds(name: str, value: object) -> float:
    """Return a number of seconds.

    Raises:
        ValueError: It is none, or below 0.
    """
    if not is_number(value) or value < 0:
        raise ValueError(f"{name} must be a number of seconds, 0 or more, not {shown(value)}")
    return value


def _require_whole(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{name} must be a whole number, 0 or more, not {shown(value)}")
