"""Run `destinations fetch`: many concurrent requests, records as they arrive, and a run that can be resumed."""

from __future__ import annotations

import asyncio
import shlex
import signal
import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TextIO

from .. import (
    APIResponse,
    APIStatusError,
    AsyncPolytomic,
    Failure,
    Outcome,
    PolytomicError,
    Progress,
    fan_out,
    models,
)
from ._errors import ENDING, FAILED, OK, UNREACHABLE, is_unreachable, record_of
from ._live import Draw, live
from ._output import as_json, note, write
from ._resume import OutputFile
from ._settings import Settings

if TYPE_CHECKING:
    # Otherwise the models are read for every command.
    Answer = Outcome[str, APIResponse[models.BulkDestinationEnvelope]]

MOST_CONNECTIONS = 256
"""The highest limit that limit="auto" reaches."""


CLEANUP = 1.0
"""Seconds in which another Ctrl-C does not interrupt the end of a run. The end takes a tenth of that."""


class Sink(Protocol):
    """Takes the record of each destination."""

    def write(self, record: dict[str, Any], /) -> None:
        """Take a record. Once this returns, it counts as delivered."""
        ...


class Lines:
    """Writes each record to stdout, a pipe or a device as a line of JSON."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, record: dict[str, Any]) -> None:
        """Write a record."""
        write(as_json(record) + "\n", self._stream)


class Collected:
    """Keeps the records, for a format that needs all of them."""

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []

    def write(self, record: dict[str, Any]) -> None:
        """Keep a record."""
        self.records.append(record)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The options of a fetch.

    Attributes:
        limit: Maximum requests in flight.
        rate: Maximum requests per second.
        checkpoint: The file that records what was delivered.
        retry_failed: Whether to make a second call for temporary failures.
        ordered: Whether records come in the order of the ids.
        resumable: Whether the command has options to resume it.
    """

    limit: int | Literal["auto"]
    rate: float | None = None
    checkpoint: Path | None = None
    retry_failed: bool = False
    ordered: bool = False
    resumable: bool = True


@dataclass
class Fetch:
    """One run.

    Attributes:
        settings: The options that every command has.
        plan: How to fetch.
        sink: Takes the records.
        connections: The connections by id, if they were listed. They name the rows of a table.
        total: Number of ids.
        fetched: Number of destinations that this run fetched.
        failed: Number of ids that failed.
        skipped: Number of ids that an earlier run delivered.
        seconds: How long it took.
    """

    settings: Settings
    plan: Plan
    sink: Sink
    connections: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    total: int = field(default=0, init=False)
    fetched: int = field(default=0, init=False)
    failed: int = field(default=0, init=False)
    skipped: int = field(default=0, init=False)
    seconds: float = field(default=0.0, init=False)
    _earlier: int = field(default=0, init=False)
    _unreachable: int = field(default=0, init=False)
    _interrupted_at: float = field(default=0.0, init=False)
    _cancel: Callable[[], object] | None = field(default=None, init=False)
    _writing: bool = field(default=False, init=False)

    def run(self, ids: Sequence[str] | None, *, quiet: bool) -> int:
        """Fetch the destinations of these ids, or of all connections, and return the exit code.

        Raises:
            KeyboardInterrupt: Ctrl-C. What was delivered is kept.
            PolytomicError: An error that every other request would have too, for example a refused key.
        """
        limit = MOST_CONNECTIONS if self.plan.limit == "auto" else self.plan.limit
        # Outside of the event loop, because it may prompt for the key.
        client = self.settings.async_client(max_connections=limit)
        started = time.monotonic()
        try:
            with self._interruptible(), live(quiet=quiet) as draw:
                asyncio.run(self._run(client, ids, draw))
        except (asyncio.CancelledError, KeyboardInterrupt):
            raise KeyboardInterrupt(f"interrupted{self._state()}") from None
        except (PolytomicError, OSError) as error:
            if self.fetched and not isinstance(error, BrokenPipeError):
                note(f"stopped{self._state()}", quiet=self.settings.quiet)
            raise
        finally:
            self.seconds = time.monotonic() - started
        if self.failed and self._unreachable == self.failed and not self.fetched:
            return UNREACHABLE
        return FAILED if self.failed else OK

    def _state(self) -> str:
        """Return how far the run has come, as the end of a sentence, with how to resume it."""
        if not self.plan.resumable:
            return "."
        text = f" after {self.fetched + self.failed:,} destinations." if self.total else "."
        if isinstance(self.sink, OutputFile) and self.total:
            kept = self._earlier + self.fetched + self.failed
            text = f": {kept:,} of {self.total:,} destinations are in the output."
        return f"{text} {self._advice()}"

    def _advice(self) -> str:
        arguments = sys.argv[1:]
        if self.plan.checkpoint is not None:
            return f"Resume with:\n  {shlex.join(['polytomic', *arguments])}"
        if isinstance(self.sink, OutputFile):
            arguments = [argument for argument in arguments if argument != "--force"]
            return f"Resume with:\n  {shlex.join(['polytomic', *arguments, '--checkpoint', 'FILE'])}"
        return "To be able to resume, pass --output FILE --checkpoint FILE."

    async def _run(self, client: AsyncPolytomic, ids: Sequence[str] | None, draw: Draw | None) -> None:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        # From a signal handler, only this wakes the event loop.
        self._cancel = lambda: loop.call_soon_threadsafe(task.cancel)
        try:
            async with client:
                if ids is None:
                    if draw is not None:
                        draw("Listing connections ...")
                    listed = (await client.list_connections()).data
                    self.connections = {str(connection.id): connection.to_dict() for connection in listed}
                    ids = list(self.connections)
                self.total = len(ids)
                if isinstance(self.sink, OutputFile):
                    self._earlier = len(self.sink.written.intersection(ids))
                await self._fetch(client, ids, self.plan.checkpoint, draw)
                if isinstance(self.sink, OutputFile):
                    # The file decides, not the checkpoint: it may lack lines after a power cut, or because it was
                    # deleted.
                    await self._fetch(client, ids, None, draw)
                    self.skipped = self.total - self.fetched - self.failed
        finally:
            self._cancel = None

    async def _fetch(
        self, client: AsyncPolytomic, ids: Sequence[str], checkpoint: Path | None, draw: Draw | None
    ) -> None:
        written = self.sink.written if isinstance(self.sink, OutputFile) else set[str]()
        todo = [id_ for id_ in ids if id_ not in written]
        if not todo:
            return
        already = len(ids) - len(todo)
        async with fan_out(
            client.with_response.get_bulk_destination,
            todo,
            limit=self.plan.limit,
            rate=self.plan.rate,
            ordered=self.plan.ordered,
            retry_failed=self.plan.retry_failed,
            checkpoint=checkpoint,
            on_progress=None if draw is None else _drawing(draw, already),
        ) as outcomes:
            async for outcome in outcomes:
                self._deliver(outcome)
            self.skipped = outcomes.progress.skipped

    def _deliver(self, outcome: Answer) -> None:
        self._writing = True
        try:
            if self._interrupted_at and isinstance(self.sink, Lines):
                raise KeyboardInterrupt  # a write may block, and Ctrl-C has been handled already
            self.sink.write(record(outcome))
        finally:
            self._writing = False
        if not isinstance(outcome, Failure):
            self.fetched += 1
            return
        self.failed += 1
        self._unreachable += is_unreachable(outcome.error)

    @contextmanager
    def _interruptible(self) -> Generator[None]:
        """Make Ctrl-C cancel the task, so that no line is torn, except one that waits for the reader of a pipe."""

        def interrupt(*_: object) -> None:
            if self._interrupted_at and time.monotonic() - self._interrupted_at < CLEANUP:
                return
            again, self._interrupted_at = bool(self._interrupted_at), time.monotonic()
            if again or self._cancel is None or (self._writing and isinstance(self.sink, Lines)):
                raise KeyboardInterrupt
            self._cancel()

        handlers = {number: signal.getsignal(number) for number in ENDING}
        for number, handler in handlers.items():
            if handler is not signal.SIG_IGN:
                signal.signal(number, interrupt)
        try:
            yield
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)

    def summarize(self) -> None:
        """Print how it ended on stderr, if a person is there or something failed."""
        parts = [f"{self.fetched:,} fetched"]
        parts += [f"{self.failed:,} failed"] if self.failed else []
        parts += [f"{self.skipped:,} skipped (fetched by an earlier run)"] if self.skipped else []
        quiet = self.settings.quiet or not (self.failed or sys.stderr.isatty())
        note(f"{', '.join(parts)}, in {self.seconds:.1f} s", quiet=quiet)
        if self.failed and isinstance(self.sink, OutputFile):
            file = shlex.quote(str(self.sink.name))
            note(f"To see what failed: jq -c 'select(.ok | not)' {file}", quiet=quiet)


def record(outcome: Answer) -> dict[str, Any]:
    """Return what is written about a destination."""
    if isinstance(outcome, Failure):
        error = outcome.error
        status = error.status_code if isinstance(error, APIStatusError) else None
        return {"id": outcome.item, "ok": False, "status": status, "error": record_of(error)}
    response = outcome.value
    return {"id": outcome.item, "ok": True, "status": response.status_code, "data": response.parsed.data.to_dict()}


def _drawing(draw: Draw, already: int) -> Callable[[Progress], None]:
    from ._bar import Bar

    return lambda progress: draw(Bar(progress, already))
