"""The engine of a fan-out: workers take items one by one and hand over outcomes, of which a limited number wait."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import copy_context
from typing import Generic, TypeVar

from .._call.gate import current_gate
from .._call.retry import is_overload
from .._core.cleanup import checkpoint, finish, new_task, running_loop
from .._core.loops import asyncio_loop
from .._core.tracebacks import shorten
from ..errors import APIStatusError, CallCancelledError, ClientClosedError, NotReachedError
from .bugs import SUSPECTS, Bugs
from .items import Items, Job, Receipts, deadline_passed, has_changed
from .limit import LimitController
from .outbox import Outbox
from .outcome import Failure, Outcome, Success, failure_of, is_awaitable, not_async, safe_to_raise
from .plan import MOST_HELD, STOPPING_LASTS, Plan
from .progress import REPORT_EVERY, Phase, Progress, Tally
from .start_gate import Lane, Pace

Item = TypeVar("Item")
Value = TypeVar("Value")

ANOTHER_LOOP = "this fan-out belongs to a different event loop"

# Every call reads these, and a member of an enum takes 0.1 us (3.11).
RUNNING, HALTED, OVER, STOPPED = Phase


class Engine(Generic[Item, Value]):
    """One run of a fan-out. It reads an item when there is room for its outcome, in flight or waiting for a reader."""

    def __init__(
        self, fetch: Callable[[Item], Awaitable[Value]], items: Items[Item], plan: Plan, pace: Pace | None = None
    ) -> None:
        self._fetch = fetch
        self._items = items
        self._plan = plan
        self._clock = plan.clock
        self._limit = LimitController(plan.limit)
        self._bounded = plan.deadline is not None
        self._adapts = plan.limit.minimum < plan.limit.maximum
        self._pace = pace or Pace(plan.clock, plan.rate)
        self._tally = Tally(plan.clock)
        self._workers: set[asyncio.Task[None]] = set()
        self._interruptible: set[asyncio.Task[None]] = set()
        self._in_flight = 0
        self._watchdog: asyncio.Task[None] | None = None
        self._reporter: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._context = copy_context()
        # Twice the limit: one limit in flight, and one waiting for the reader.
        self._outbox: Outbox[Job[Item, Value]] = Outbox(2 * plan.limit.maximum)
        self._early: dict[int, Job[Item, Value]] = {}
        self._next_position = 0
        self._again: deque[Job[Item, Value]] = deque()
        self.receipts: Receipts[Item, Value] = Receipts(plan.checkpoint)
        self._bugs = Bugs()
        self.proven = False  # whether `fetch` has succeeded before, in an earlier run or in another process
        self._fault: BaseException | None = None
        self._phase = RUNNING
        self._late = False

    def take_at_once(self) -> Job[Item, Value] | None:
        """Return the next finished job, or None if `take` must be called: it waits, and confirms the job before."""
        if self._phase is STOPPED or self.receipts.wanted:
            return None
        return self._outbox.take_at_once()

    async def take(self) -> Job[Item, Value] | None:
        """Return the next finished job, or None at the end."""
        if self._loop is None:
            self._start(asyncio_loop("fan_out"))
        elif self._loop is not asyncio.get_running_loop():
            raise ClientClosedError(ANOTHER_LOOP)
        await checkpoint()
        job = None if self._phase is STOPPED else await self._outbox.take()
        if job is not None:
            self.receipts.expect(job)
            return job
        self.receipts.close(unless_expected=True)
        fault, self._fault = self._fault, None
        if fault is not None:
            raise fault
        return None

    async def stop(self, *, confirm: bool, cancelled: bool) -> None:
        """Cancel the calls under way and wait until they have stopped.

        Args:
            confirm: Whether the readers are done with the last outcomes that they received.
            cancelled: Whether the reader was cancelled. It then waits `STOPPING_LASTS` at most.
        """
        if self._loop is not None and (running := running_loop()) is not self._loop:
            self.receipts.close()
            if running is None:
                return  # in a forked child
            raise ClientClosedError(ANOTHER_LOOP)
        tasks = [*self._workers] if self._watchdog is None else [*self._workers, self._watchdog]
        try:
            # Before the first await, at which a cancellation could intervene.
            if confirm:
                self.receipts.confirm_all()
        finally:
            self._phase = STOPPED
            self._cancel()
            self._outbox.put(None)
            try:
                self.receipts.close()
            finally:
                await finish(tasks, STOPPING_LASTS, bounded=cancelled)

    def abandon(self) -> None:
        """Cancel the calls under way from a finalizer, which may run in any thread at any time."""
        if self._loop is None:
            return
        self._phase = STOPPED
        if self._workers:
            with suppress(RuntimeError):  # the event loop is closed, and its tasks are gone
                self._loop.call_soon_threadsafe(self._abandoned)
        # Without a reader, nothing is added any more: the next run may open the file at once.
        self.receipts.close()

    def _abandoned(self) -> None:
        self._phase = STOPPED  # once more: the thread of the loop may have set another phase in the same moment
        self._cancel()

    @property
    def state(self) -> str:
        """How far it has come, in a word or two."""
        return "finished" if self._phase >= OVER else "not started" if self._loop is None else "running"

    def progress(self) -> Progress:
        """Return the current progress."""
        return self._tally.progress(
            total=self._items.total,
            held_back=len(self._again),
            skipped=self._items.skipped,
            in_flight=self._in_flight,
            paused=self._pace.paused(),
            limit=self._limit.current,
        )

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._plan.checkpoint is not None:
            self._plan.checkpoint.open()
            self.proven = len(self._plan.checkpoint) > 0
            self._items.log_resuming()
        self._loop = loop
        self._tally.start()
        self._start_worker()
        if self._plan.deadline is not None:
            self._pace.end_after(self._plan.deadline)
            self._watchdog = new_task(self._watch(self._plan.deadline))
        if self._plan.on_progress is not None:
            self._reporter = self._loop.call_later(REPORT_EVERY, self._report_again)

    def _report_again(self) -> None:
        self._tally.mark()
        if self._report():
            self._reporter = asyncio.get_running_loop().call_later(REPORT_EVERY, self._report_again)
        else:
            self._halt()

    def _report(self) -> bool:
        """Call `on_progress`, and return whether it succeeded."""
        try:
            self._plan.report(self._context, self.progress)
        except BaseException as error:  # noqa: BLE001
            self._fail(error)
            return False
        return True

    def _cancel(self, *, but: asyncio.Task[object] | None = None) -> None:
        for worker in list(self._workers):
            if worker is not but:
                worker.cancel()
        if self._watchdog is not None:
            self._watchdog.cancel()
        if self._reporter is not None:
            self._reporter.cancel()

    def _halt(self, *, but: asyncio.Task[object] | None = None) -> None:
        """Start nothing more, and cancel the calls under way."""
        self._phase = max(self._phase, HALTED)
        self._cancel(but=but)

    async def _watch(self, deadline: float) -> None:
        await self._clock.sleep_async(deadline)
        self.expire()

    def expire(self) -> None:
        """Note that the deadline has passed, and cancel the calls that may be cancelled."""
        if not self._late:
            self._late = True
            for worker in self._interruptible:
                worker.cancel()

    def _start_worker(self) -> None:
        worker = new_task(self._work(), self._context.copy())
        self._workers.add(worker)
        worker.add_done_callback(self._ended)

    def _ended(self, worker: asyncio.Task[None]) -> None:
        # A worker that was cancelled before its first step has not removed itself.
        self._workers.discard(worker)
        if not self._workers and self._phase < OVER:
            self._phase = OVER
            self._end()

    async def _work(self) -> None:
        worker = asyncio.current_task()
        assert worker is not None
        lane = Lane(self._pace, self._note_trouble)
        current_gate.set(lane)
        clean = copy_context()
        job: Job[Item, Value] | None = None
        try:
            while len(self._workers) <= self._limit.current and self._phase < HALTED:
                if not self._outbox.enter_at_once():
                    await self._outbox.enter()
                job = self._items.next_at_once() or await self._next_job(worker)
                if job is None:
                    self._outbox.leave()
                    return
                # A worker that has a job starts the next worker, so that few items start few tasks.
                if len(self._workers) < self._limit.current:
                    self._start_worker()
                await self._do(worker, lane, job)
                job = None
                if has_changed(clean) and self._phase < HALTED:
                    # `fetch` has set a context variable, which the next call must not see.
                    self._start_worker()
                    return
        except asyncio.CancelledError:
            if self._phase < STOPPED:
                if job is not None and job.before is not None:
                    # Its second call was cancelled because the fan-out ends.
                    self._hand_over(job, job.before)
                self._fail(CallCancelledError("a worker of the fan-out, or what its items wait for, was cancelled"))
            raise
        except BaseException as error:  # noqa: BLE001
            self._fail(error)  # the items raised, or `fetch` is not a valid function
        finally:
            # At once: if many workers find in one turn that there are too many, not all of them must leave.
            self._workers.discard(worker)
            self._interruptible.discard(worker)

    async def _do(self, worker: asyncio.Task[None], lane: Lane, job: Job[Item, Value]) -> None:
        """Make the call of a job once it may start, and hand over its outcome."""
        outcome = None if self._pace.is_open() and not self._bounded else await self._hold(worker, job)
        if outcome is None:
            lane.begin(self._clock.monotonic() if self._adapts else 0.0)
            self._in_flight += 1
            try:
                awaitable = self._fetch(job.item)
                if not is_awaitable(awaitable):
                    raise not_async(self._fetch, awaitable)
                outcome = Success(job.index, job.item, await awaitable)
            except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001  (it is the outcome's)
                outcome = self._failure(worker, lane, job, error)
            finally:
                self._in_flight -= 1
                self._interruptible.discard(worker)
            if self._bounded and self._pace.is_overdue():
                self.expire()
                outcome = job.too_late(self._plan.deadline, started=True)
            elif self._adapts and not lane.troubled:
                self._limit.succeeded(self._clock.monotonic() - lane.started, self._in_flight + 1)
        if self._phase is STOPPED:
            return  # `fetch` swallowed the cancellation, and the reader has left
        if outcome.error is None:
            self._hand_over(job, outcome)
        else:
            self._settle(worker, lane, job, outcome)

    async def _next_job(self, worker: asyncio.Task[None]) -> Job[Item, Value] | None:
        job: Job[Item, Value] | None = None
        if not self._items.exhausted:
            job = await (self._interruptible_next(worker) if self._items.may_wait else self._items.next())
        return job if job is not None or not self._again else self._again.popleft()

    async def _interruptible_next(self, worker: asyncio.Task[None]) -> Job[Item, Value] | None:
        if not self._late:
            self._interruptible.add(worker)
            try:
                return await self._items.next()
            except asyncio.CancelledError:
                if not self._was_late(worker):
                    raise
            finally:
                self._interruptible.discard(worker)
        if not self._items.exhausted:
            passed = deadline_passed(self._plan.deadline)
            self._fail(NotReachedError(f"{passed} before the last item was read; how many remain is unknown"))
        return None

    async def _hold(self, worker: asyncio.Task[None], job: Job[Item, Value]) -> Outcome[Item, Value] | None:
        """Wait until a call may start; its worker can then be interrupted. Return an outcome if it is too late."""
        if not self._late:
            self._interruptible.add(worker)
            try:
                for seconds in self._pace.waits():
                    await self._pace.clock.sleep_async(seconds)
            except asyncio.CancelledError:
                if not self._was_late(worker):
                    raise
            if not self._late and not self._pace.is_over():
                return None
            self._interruptible.discard(worker)
            self.expire()
        return job.too_late(self._plan.deadline, started=False)

    def _failure(
        self, worker: asyncio.Task[None], lane: Lane, job: Job[Item, Value], error: Exception | asyncio.CancelledError
    ) -> Failure[Item]:
        """Return the outcome of a call that raised, unless the fan-out or its worker was cancelled."""
        if isinstance(error, asyncio.CancelledError) and worker.cancelling():
            if not self._was_late(worker):
                raise error
            return job.too_late(self._plan.deadline, started=True)
        failure = failure_of(self._fetch, job.item, error)
        shorten(failure)
        if isinstance(error, Exception) and not isinstance(error, APIStatusError):
            if not lane.troubled:
                self._note_trouble(lane, error)
            lane.troubled = True
        return Failure(job.index, job.item, failure)

    def _note_trouble(self, lane: Lane, error: Exception) -> None:
        # Also called in the thread of a blocking call.
        if self._adapts and is_overload(error):
            self._limit.overloaded(lane.started, self._clock.monotonic())

    def _was_late(self, worker: asyncio.Task[None]) -> bool:
        """Return whether a worker was cancelled because the deadline passed, and undo that cancellation."""
        if not self._late or self._phase is STOPPED or not worker.cancelling():
            return False
        worker.uncancel()
        return True

    def _settle(self, worker: asyncio.Task[None], lane: Lane, job: Job[Item, Value], outcome: Failure[Item]) -> None:
        """Handle a failed call: end the fan-out, schedule a second call, or hand over the outcome."""
        error = outcome.error
        suspect = isinstance(error, SUSPECTS)
        succeeded = self.proven or self._tally.done > self._tally.failed
        if isinstance(error, self._plan.stop_on) or (suspect and self._bugs.ends(error, succeeded=succeeded)):
            self._fail(error)
            self._halt(but=worker)
            return
        may_wait = job.before is None and not self._late and len(self._again) < MOST_HELD
        if may_wait and self._plan.calls_again(error, unsettled=lane.unsettled > 0):
            job.before = outcome
            self._again.append(job)
            self._outbox.leave()
            return
        self._hand_over(job, outcome)
        if suspect:
            self._bugs.warn_of(error)

    def _hand_over(self, job: Job[Item, Value], outcome: Outcome[Item, Value]) -> None:
        job.outcome = outcome
        self._tally.done += 1
        self._tally.failed += outcome.error is not None
        if not self._plan.ordered:
            self._outbox.put(job)
            return
        self._early[job.position] = job
        while (found := self._early.pop(self._next_position, None)) is not None:
            self._outbox.put(found)
            self._next_position += 1

    def _fail(self, fault: BaseException) -> None:
        if self._fault is None:
            shorten(fault)
            self._fault = safe_to_raise(fault)
        self._items.exhausted = True

    def _end(self) -> None:
        """Hand over the outcomes that were held back, and the end."""
        self._cancel()
        while self._again:
            job = self._again.popleft()
            assert job.before is not None
            self._hand_over(job, job.before)
        for position in sorted(self._early):
            self._outbox.put(self._early[position])
        if self._fault is None:
            self._report()
        self._outbox.put(None)
