"""The governor: a plugin of the scheduler. It divides the limits, passes pauses on, and stops what its driver has left.

It runs in the scheduler, because the scheduler knows of every worker and driver, and of the end of each.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import Any

from attrs import define, field
from distributed import Scheduler
from distributed.diagnostics.plugin import SchedulerPlugin

from .._core.version import __version__
from ._budget import Budget, Share

CHANNEL = "polytomic_client"
"""The name of the governor, and of the messages to it and from it."""

STOPPING_LASTS = 1.0
"""Seconds for which closing a run waits for calls that are slow to stop, as in a fan-out of one process."""


@define(eq=False)
class _Run:
    """One fan-out.

    Attributes:
        client: The id of its driver.
        budget: Its limit on calls in flight.
        present: The workers that have begun calls and not yet stopped.
        empty: Set when `present` becomes empty.
        resumes: When the last pause ends.
        late: Whether its deadline has passed.
        over: Whether it was stopped.
        fault: The pickled error that ends it, if a worker reported one.
    """

    client: str
    budget: Budget
    present: set[str] = field(factory=set[str])
    empty: asyncio.Event = field(factory=asyncio.Event)
    resumes: float = 0.0
    late: bool = False
    over: bool = False
    fault: bytes | None = None


class Governor(SchedulerPlugin):
    """Coordinates the fan-outs of a cluster. One instance serves all of them."""

    name = CHANNEL
    idempotent = True

    def __init__(self) -> None:
        self._runs: dict[str, _Run] = {}
        self._scheduler: Any = None

    async def start(self, scheduler: Scheduler) -> None:
        """Listen to drivers and workers."""
        self._scheduler = scheduler
        self._scheduler.handlers[CHANNEL] = self.from_driver
        self._scheduler.stream_handlers[CHANNEL] = self.from_worker

    async def from_driver(self, *, run: str, action: str, client: str = "", limit: int = 0) -> dict[str, Any]:
        """Serve a driver.

        Args:
            run: The id of the fan-out.
            action: open, look, expire or close.
            client: The driver's id, to open.
            limit: Maximum calls in flight, to open.

        Returns:
            The version of this package, the number of workers and of their threads, the seconds of a pause that are
            left, and the pickled error that ends the fan-out.
        """
        if action == "open":
            self._runs[run] = _Run(client, Budget(limit))
        found = self._runs.get(run)
        if found is not None and action == "expire":
            found.late = True
            self._tell(found.present, run, "expire")
        elif found is not None and action == "close":
            self._stop(run)
            try:
                async with asyncio.timeout(STOPPING_LASTS):
                    while found.present:
                        found.empty.clear()
                        await found.empty.wait()
            except TimeoutError:
                pass
            self._runs.pop(run, None)
        workers = self._scheduler.workers.values()
        return {
            "version": __version__,
            "workers": len(workers),
            "threads": sum(worker.nthreads for worker in workers),
            "paused": 0.0 if found is None else max(0.0, found.resumes - time.monotonic()),
            "fault": None if found is None else found.fault,
        }

    def from_worker(
        self,
        *,
        worker: str,
        identity: str,
        run: str,
        action: str,
        term: int = 0,
        number: int = 0,
        seconds: float = 0.0,
        error: bytes | None = None,
    ) -> None:
        """Serve a worker.

        Args:
            worker: Its address.
            identity: Its id. A process that follows at the same address has another one.
            run: The id of the fan-out.
            action: join, confirm, resume, leave, pause, fault or left.
            term: Its membership in the budget, to join.
            number: The number of the share, to confirm.
            seconds: How long to pause.
            error: The pickled error of a fault.
        """
        process = self._scheduler.workers.get(worker)
        if process is None or process.server_id != identity:
            return  # a late message of a worker that is gone must not bring back its share
        found = self._runs.get(run)
        if found is None or found.over:
            if action == "left" and found is not None:
                self._left(found, worker)
            elif action != "left":
                self._tell([worker], run, "stop")
        elif action == "join":
            found.present.add(worker)
            if (left := found.resumes - time.monotonic()) > 0:
                self._tell([worker], run, "pause", seconds=left)
            if found.late:
                self._tell([worker], run, "expire")
            self._send(run, found.budget.join(worker, term))
        elif action == "confirm":
            self._send(run, found.budget.confirm(worker, number))
        elif action == "resume":
            self._send(run, found.budget.repeat(worker))
        elif action == "leave":
            self._send(run, found.budget.leave(worker))
        elif action == "pause":
            found.resumes = max(found.resumes, time.monotonic() + seconds)
            self._tell(found.present - {worker}, run, "pause", seconds=seconds)
        elif action == "left":
            self._left(found, worker)
            self._send(run, found.budget.leave(worker))
        else:
            found.fault = error
            self._stop(run)

    def remove_worker(self, scheduler: Scheduler, worker: str, **_: Any) -> None:  # noqa: ARG002
        """Give the share of a worker that is gone to the others."""
        for name, run in self._runs.items():
            self._left(run, worker)
            if not run.over:
                self._send(name, run.budget.leave(worker))

    def remove_client(self, scheduler: Scheduler, client: str) -> None:  # noqa: ARG002
        """Stop the fan-outs of a driver that is gone."""
        for name in [name for name, run in self._runs.items() if run.client == client]:
            self._stop(name)
            del self._runs[name]

    def _left(self, run: _Run, worker: str) -> None:
        run.present.discard(worker)
        if not run.present:
            run.empty.set()

    def _stop(self, name: str) -> None:
        run = self._runs[name]
        if not run.over:
            run.over = True
            self._tell(run.present, name, "stop")

    def _send(self, run: str, shares: Iterable[Share]) -> None:
        for share in shares:
            self._tell([share.process], run, "share", term=share.term, number=share.number, limit=share.limit)

    def _tell(self, workers: Iterable[str], run: str, action: str, **message: Any) -> None:
        for worker in list(workers):
            self._scheduler.worker_send(worker, {"op": CHANNEL, "run": run, "action": action, **message})
