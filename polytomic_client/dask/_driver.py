"""The driver: sends batches to the cluster and collects their outcomes, in a thread of its own.

No signal handler runs in that thread, so an interrupt cannot come between two steps and lose an item.
"""

from __future__ import annotations

import time
from collections import deque
from contextlib import suppress
from contextvars import copy_context
from math import inf
from queue import Empty, SimpleQueue
from threading import Thread, current_thread
from typing import Any, Generic, TypeVar

from .._core.log import logger
from .._core.version import __version__
from .._fan_out.items import Items, Job, deadline_passed
from .._fan_out.outcome import Failure, Success
from .._fan_out.plan import Plan
from .._fan_out.progress import REPORT_EVERY, Progress, Tally
from .._text import shown
from ..errors import DecodeError, NotReachedError
from ._batches import Batch, Batches
from ._errors import ClusterError, WorkerLostError
from ._link import Fetched, Link
from ._reading import READING_LASTS, Reading
from ._scheduler import STOPPING_LASTS
from ._wire import Raw, Request, Response, Result, Spec, pickled, unpickled

Item = TypeVar("Item")

LATE_LASTS = 5.0
"""Seconds after the deadline for which a worker may take to report the calls that it cancelled."""

ITEM_LASTS = 1.0
"""Seconds after the deadline for which an iterable of items may take to yield the next one."""


class Driver(Generic[Item]):
    """Runs one fan-out, from a thread of its own.

    Attributes:
        arrived: The jobs with outcomes, by batch. The reader marks jobs as delivered, and removes what it is done with.
        over: Whether nothing arrives any more.
        fault: The error that ended it, if any.
    """

    def __init__(
        self, link: Link, spec: Spec, packed: bytes, items: Items[Item], plan: Plan, *, batch: int, patience: float
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            link: The connection to the cluster.
            spec: What the batches have in common.
            packed: The same, pickled.
            items: The items.
            plan: The checked options.
            batch: Maximum items in a batch.
            patience: Seconds without any worker, after which it ends.
        """
        self._link = link
        self._spec = spec
        self._packed = packed
        self._items = items
        self._plan = plan
        self._events: SimpleQueue[Fetched | None] = SimpleQueue()
        self._reading = Reading(items, self.nudge)
        self._batches = Batches(self._reading, first=min(spec.limit, int(spec.rate or batch)), most=batch)
        self._patience = patience
        self._tally = Tally(plan.clock)
        self._pending: dict[str, Batch[Item]] = {}
        # Not an Event: a signal handler that raises in one may leave its lock taken.
        self._bell: SimpleQueue[None] = SimpleQueue()
        self._window = 2
        self._ends = inf
        self._seen = self._resumes = 0.0
        self._opened = self._proven = self._late = self._stopping = False
        self._context = copy_context()
        # The first one runs. A reader that is interrupted while it starts one cannot know if it started.
        self._threads: list[Thread] = []
        self.arrived: deque[deque[Job[Item, Any]]] = deque()
        self.over = False
        self.fault: BaseException | None = None

    def start(self) -> None:
        """Begin. It may be interrupted anywhere, and repeated. A second call does nothing."""
        if not self._threads:
            Thread(target=self._work, name="polytomic-dask", daemon=True).start()

    @property
    def state(self) -> str:
        """How far it has come, in a word or two."""
        return "not started" if not self._threads else "finished" if self.over else "running"

    def stop(self) -> None:
        """Ask it to stop the calls under way and to end."""
        self._stopping = True
        self.nudge()

    def join(self) -> None:
        """Wait until it has ended."""
        for thread in self._threads[:1]:
            thread.join()

    def abandon(self) -> None:
        """Stop without waiting, from a finalizer."""
        self.stop()
        self.close_checkpoint()

    def wait(self) -> None:
        """Wait until something arrived, or it is over. It may return early, or be interrupted anywhere."""
        with suppress(Empty):
            self._bell.get(timeout=REPORT_EVERY)

    def nudge(self) -> None:
        """Have it look around, for example because outcomes were read."""
        self._events.put(None)

    def confirm(self, job: Job[Item, Any]) -> None:
        """Record in the checkpoint that the reader is done with an outcome.

        Raises:
            CheckpointError: The checkpoint cannot be written.
        """
        if self._plan.checkpoint is not None and job.key is not None and job.outcome.ok:
            self._plan.checkpoint.add(job.key)

    def close_checkpoint(self) -> None:
        """Close the checkpoint.

        Raises:
            CheckpointError: Not everything reached the disk.
        """
        if self._plan.checkpoint is not None:
            self._plan.checkpoint.close()

    def progress(self) -> Progress:
        """Return the current progress."""
        return self._tally.progress(
            total=self._items.total,
            held_back=self._batches.held_back,
            skipped=self._items.skipped,
            in_flight=min(self._spec.limit, sum(len(batch.jobs) for batch in list(self._pending.values()))),
            paused=max(0.0, self._resumes - time.monotonic()),
            limit=self._spec.limit,
        )

    def _work(self) -> None:
        thread = current_thread()
        self._threads.append(thread)
        # `stop` does this in the reverse order: either `join` waits for this thread, or this thread sees the flag.
        if self._threads[0] is not thread:
            return
        for step in () if self._stopping else (self._run, self._close):
            try:
                step()
            except BaseException as error:  # noqa: BLE001  (the reader raises it)
                self._fail(error)
        self._reading.stop()
        self.over = True
        self._bell.put(None)

    def _fail(self, error: BaseException) -> None:
        if self.fault is None and not self._stopping:
            self.fault = error

    def _run(self) -> None:
        self._open()
        tick = 0.0
        while not self._stopping and self.fault is None:
            now = time.monotonic()
            if now >= tick:
                tick = now + REPORT_EVERY
                self._look()
                self._report()
            if now >= self._ends:
                self._expire(now)
            self._fill()
            if not self._pending and self._batches.is_empty():
                break
            if self._late and not self._pending and self._reading.waits() > ITEM_LASTS:
                passed = deadline_passed(self._plan.deadline)
                raise NotReachedError(f"{passed} before the last item was read; how many remain is unknown")
            with suppress(Empty):
                wakes = min(tick, self._ends, now + READING_LASTS if self._reading.under_way else inf)
                fetched = self._events.get(timeout=max(0.001, wakes - now))
                if fetched is not None:
                    self._collect(fetched)
        if self.fault is None and not self._stopping:
            self.fault = self._reading.broken
            self._report()

    def _open(self) -> None:
        if self._plan.checkpoint is not None:
            self._plan.checkpoint.open()
            self._items.log_resuming()
            self._proven = len(self._plan.checkpoint) > 0
        self._tally.start()
        self._seen = time.monotonic()
        if self._plan.deadline is not None:
            self._ends = self._seen + self._plan.deadline
        self._link.open(self._spec.limit)
        self._opened = True

    def _look(self) -> None:
        """Ask the scheduler how things are."""
        state, now = self._link.look(), time.monotonic()
        # Each worker has as many batches as it can run at once, and the next one.
        self._window = max(2, state.threads + state.workers)
        if state.paused > max(0.0, self._resumes - now) + 1:
            logger.warning("The fan-out pauses for %.1f s, as requested by the API.", state.paused)
        self._resumes = now + state.paused
        if state.fault is not None:
            self._fail(state.fault)
        if state.workers:
            self._seen = now
        elif now - self._seen > self._patience:
            waited = f"the cluster has had no worker for {self._patience:g} s (no_workers_after)"
            # A worker that cannot import this package ends at once, without a word to the driver.
            raise ClusterError(
                f"{waited}. Start workers that have polytomic-client[dask] {__version__}, and run again."
            )

    def _report(self) -> None:
        self._tally.mark()
        self._plan.report(self._context, self.progress)

    def _expire(self, now: float) -> None:
        if not self._late:
            self._late = True
            self._ends = now + LATE_LASTS
            self._link.expire()
            return
        # A worker hangs.
        self._ends = inf
        for batch in list(self._pending.values()):
            self._hand_over([self._too_late(job, started=True) for job in batch.jobs])
        self._drop()

    def _fill(self) -> None:
        """Send batches, as long as there is room for their outcomes."""
        while len(self._pending) + len(self.arrived) < self._window:
            batch = self._batches.next(self._pending.values())
            if batch is None:
                return
            if self._late:
                self._hand_over([self._too_late(job, started=batch.sent > 0) for job in batch.jobs])
            else:
                self._send(batch)

    def _send(self, batch: Batch[Item]) -> None:
        request = Request(
            version=__version__,
            run=self._spec.run,
            spec=self._packed,
            items=[job.item for job in batch.jobs],
            indexes=[job.index for job in batch.jobs],
            again=batch.jobs[0].before is not None,
            proven=self._proven or self._tally.done > self._tally.failed,
        )
        try:
            packed = pickled(request)
        except Exception as error:
            raise TypeError(f"items must be picklable, got {shown(batch.jobs[0].item)} ({error}).") from error
        batch.sent = time.monotonic()
        self._pending[self._link.send(packed, self._events.put)] = batch

    def _collect(self, fetched: Fetched) -> None:
        batch = self._pending.pop(fetched.key, None)
        if batch is None:
            return
        self._link.release(fetched.key)
        if fetched.error is not None:
            raise fetched.error
        if fetched.lost:
            self._recover(batch)
            return
        try:
            response: Response = unpickled(fetched.packed)
        except Exception as error:
            raise ClusterError(f"a result cannot be unpickled ({type(error).__name__}: {error})") from error
        self._batches.finished(batch, time.monotonic() - batch.sent)
        left = dict(enumerate(batch.jobs))
        self._hand_over([job for result in response.results if self._settle(job := left.pop(result.place), result)])
        if response.fault is not None:
            self._fail(response.fault)
            self._hand_over_first_outcomes(list(left.values()))
        elif left and self._late:
            self._hand_over([self._too_late(job, started=False) for job in left.values()])
        elif left:
            # The worker was closing, or another one ended the fan-out.
            self._batches.repeat(batch, list(left.values()))
            if not self._stopping:
                self._look()

    def _settle(self, job: Job[Item, Any], result: Result) -> bool:
        """Give a job its outcome, and return whether that is the last word."""
        error, value = result.error, result.value
        if isinstance(value, Raw):
            try:
                value = value.decode()
            except DecodeError as failure:
                error = failure
                if isinstance(error, self._plan.stop_on):
                    self._fail(error)
                    return False
        if error is None:
            job.outcome = Success(job.index, job.item, value)
            return True
        job.outcome = Failure(job.index, job.item, error)
        if not self._late and self._batches.may_hold_back(job):
            try:
                again = self._plan.calls_again(error, unsettled=result.unsettled)
            except BaseException as fault:  # noqa: BLE001  (of the user's function, which ends the fan-out)
                self._fail(fault)
                return True
            if again:
                job.before = job.outcome
                self._batches.hold_back(job)
                return False
        return True

    def _too_late(self, job: Job[Item, Any], *, started: bool) -> Job[Item, Any]:
        job.outcome = job.too_late(self._plan.deadline, started=started)
        return job

    def _recover(self, batch: Batch[Item]) -> None:
        """Deal with a batch whose workers ended, again and again."""
        if self._late:
            self._hand_over([self._too_late(job, started=True) for job in batch.jobs])
        elif (job := self._batches.lost(batch)) is not None:
            called = f"each worker that called fetch with {shown(job.item)} ended"
            job.outcome = Failure(job.index, job.item, WorkerLostError(f"{called}; the calls may have reached the API"))
            self._hand_over([job])

    def _hand_over(self, jobs: list[Job[Item, Any]]) -> None:
        if jobs:
            self._tally.done += len(jobs)
            self._tally.failed += sum(job.outcome.error is not None for job in jobs)
            self.arrived.append(deque(jobs))
            if self._bell.empty():
                self._bell.put(None)

    def _hand_over_first_outcomes(self, jobs: list[Job[Item, Any]]) -> None:
        """Hand over the jobs that have had their first call. Their second one is not made, because the fan-out ends."""
        called = [job for job in jobs if job.before is not None]
        for job in called:
            assert job.before is not None
            job.outcome = job.before
        self._hand_over(called)

    def _close(self) -> None:
        if self._opened:
            with suppress(ClusterError):
                self._link.close()
        ends = time.monotonic() + STOPPING_LASTS
        while self._pending and not self._stopping and (left := ends - time.monotonic()) > 0:
            # What finished before the error that ends the fan-out.
            with suppress(Empty):
                fetched = self._events.get(timeout=left)
                if fetched is not None and (fetched.lost or fetched.error is not None):
                    self._pending.pop(fetched.key, None)
                elif fetched is not None:
                    self._collect(fetched)
        self._hand_over_first_outcomes(self._batches.give_up())
        for batch in self._pending.values():
            self._hand_over_first_outcomes(batch.jobs)
        self._drop()

    def _drop(self) -> None:
        """Take back what is still in the cluster. The workers have been told to stop."""
        for key in self._pending:
            self._link.release(key)
        self._pending.clear()
