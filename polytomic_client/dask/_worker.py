"""The worker's side: one client and one engine for each fan-out, fed with batches by tasks of the cluster."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, Self
from weakref import WeakKeyDictionary

from attrs import define, evolve, field
from distributed import Status, Worker, get_worker

from .._call.gate import current_gate
from .._client.asyncio_client import AsyncClient
from .._core.cleanup import new_task
from .._core.clock import SystemClock
from .._core.version import __version__
from .._fan_out.api import FanOut, function_name
from .._fan_out.engine import Engine
from .._fan_out.items import Items
from .._fan_out.outcome import Outcome, is_awaitable, not_async
from .._fan_out.plan import Plan, auto_limit, never
from .._fan_out.start_gate import Lane
from .._runtime.operation import Operation
from ..errors import NotReachedError
from ._budget import Tenure
from ._errors import ClusterError
from ._keys import check_carries_no_key, derived_key
from ._pace import SharedPace
from ._scheduler import CHANNEL
from ._wire import Raw, Request, Response, Result, Spec, explained, pack, pickled, unpickled

BEAT = 0.1
"""Seconds between two checks whether the process was stopped, and whether it is idle."""

IDLE_AFTER = 0.25
"""Seconds without a batch, after which a process gives up its share."""


@define(eq=False)
class _Batch:
    """A batch under way."""

    request: Request
    left: int
    done: asyncio.Event = field(factory=asyncio.Event)
    results: list[Result] = field(factory=list[Result])


@define(eq=False)
class _Work:
    """One item of a batch."""

    batch: _Batch
    place: int
    unsettled: bool = False
    posts: dict[bytes, int] | None = None

    @property
    def item(self) -> Any:
        return self.batch.request.items[self.place]

    def post_key(self, content: bytes) -> str:
        """Return the idempotency key of a POST: the same one if the batch runs again in another process."""
        posts = self.posts = self.posts or {}
        posts[content] = posts.get(content, 0) + 1
        request = self.batch.request
        return derived_key(request.run, request.indexes[self.place], request.again, content, posts[content])


class _Performer:
    """Stands in for a client in a method of an operation, and returns the undecoded body."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client
        self._undecoded: dict[str, Operation[Any]] = {}

    async def _perform(self, operation: Operation[Any], kwargs: dict[str, Any]) -> Raw:
        undecoded = self._undecoded.get(operation.name)
        if undecoded is None:
            # A strict client decodes here, because the driver does not know that it is strict.
            strict = self._client._config.strict  # noqa: SLF001  (the same package)
            undecoded = operation if strict else evolve(operation, decoders=dict.fromkeys(operation.decoders))
            self._undecoded[operation.name] = undecoded
        response = await self._client._perform_with_response(undecoded, kwargs)  # noqa: SLF001  (the same package)
        return Raw(operation, response.status_code, bytes(response.content), response.request_id)


class Runner:
    """One fan-out in one worker. Everything happens on the worker's event loop."""

    def __init__(self, spec: Spec, packed: bytes, worker: Worker, on_end: Callable[[], object]) -> None:
        self._spec = spec
        self._packed = packed
        self._worker = worker
        self._on_end = on_end
        self._loop = asyncio.get_running_loop()
        self._tenure = Tenure()
        self._queue: deque[_Work] = deque()
        self._wake = asyncio.Event()
        self._batches: set[_Batch] = set()
        self._idle_since = self._loop.time()
        self._fault: BaseException | None = None
        self._late = self._stopping = self._ended = False
        self._caller: Any = None
        clock = SystemClock()
        plan = Plan(
            limit=auto_limit(spec.limit),
            rate=None,
            ordered=False,
            retry=never,
            checkpoint=None,
            on_progress=None,
            deadline=spec.deadline,
            stop_on=spec.stop_on,
            clock=clock,
        )
        self._pace = SharedPace(clock, lambda seconds: self._say("pause", seconds=seconds), self._resume)
        self._engine = Engine(self._call, Items(self, key=None, checkpoint=None), plan, pace=self._pace)
        self._task = new_task(self._run())
        self._timer = self._loop.call_later(BEAT, self._beat)

    async def perform(self, request: Request) -> Response:
        """Call the items of a batch, and return what happened to them."""
        batch = _Batch(request, len(request.items))
        if not self._ended and request.items:
            self._engine.proven = self._engine.proven or request.proven
            self._batches.add(batch)
            if not self._tenure.joined:
                self._tenure.join()
                self._say("join", term=self._tenure.term)
            self._queue.extend(_Work(batch, place) for place in range(batch.left))
            self._wake.set()
            try:
                await batch.done.wait()
            except asyncio.CancelledError:
                # The worker is closing, and waits for this task. Then the scheduler gives its share to others, so the
                # calls end first.
                self._stop()
                await asyncio.wait([self._task])
                raise
            finally:
                self._batches.discard(batch)
                self._idle_since = self._loop.time()
        return Response(batch.results, self._fault)

    def hear(self, *, action: str, term: int = 0, number: int = 0, limit: int = 0, seconds: float = 0.0) -> None:
        """Handle a message of the governor."""
        if action == "share":
            if self._tenure.grant(term, number, limit):
                self._pace.go_on()
                if self._spec.rate is not None and limit:
                    # Calls that still run keep their part of the rate until `confirm`: a rate of 0 would be unlimited.
                    self._pace.set_rate(self._spec.rate * limit / self._spec.limit)
                self._confirm()
                self._wake.set()
        elif action == "pause":
            self._pace.hear(seconds)
        elif action == "expire":
            self._late = True
            self._engine.expire()
        else:
            self._stop()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> _Work:
        """Return the next item that may be in flight."""
        while not (self._queue and self._tenure.may_take()):
            self._wake.clear()
            await self._wake.wait()
        self._tenure.take()
        return self._queue.popleft()

    async def _run(self) -> None:
        try:
            client: Any = self._spec.make_client()
            if not isinstance(client, AsyncClient):
                raise TypeError(f"make_client must return an AsyncPolytomic, got {type(client).__name__}.")
            check_carries_no_key(client, self._packed)
            async with client:
                self._caller = _Performer(client) if _is_operation(self._spec.fetch, client) else client
                async with FanOut(self._engine, function_name(self._spec.fetch)) as outcomes:
                    async for outcome in outcomes:
                        self._settle(outcome)
        except NotReachedError:
            pass  # the deadline has passed
        except (asyncio.CancelledError, KeyboardInterrupt):
            raise
        except BaseException as error:  # noqa: BLE001  (the driver raises it: a SystemExit would end the worker)
            if not self._late or not isinstance(error, Exception):
                self._fault = explained(error, self._worker.address, always=True)
                self._say("fault", error=pickled(self._fault))
        finally:
            self._ended = True
            self._timer.cancel()
            for batch in self._batches:
                batch.done.set()
            self._say("left")
            self._on_end()

    async def _call(self, work: _Work) -> Any:
        fetch = self._spec.fetch
        lane = current_gate.get()
        assert isinstance(lane, Lane)
        lane.post_key = work.post_key
        try:
            awaitable = fetch(self._caller, work.item)
            if not is_awaitable(awaitable):
                raise not_async(fetch, awaitable)
            return await awaitable
        except Exception:
            work.unsettled = lane.unsettled > 0
            raise
        finally:
            self._tenure.give_back()
            self._confirm()
            self._wake.set()

    def _settle(self, outcome: Outcome[_Work, Any]) -> None:
        work, error = outcome.item, outcome.error
        if error is not None:
            error = explained(error, self._worker.address)
        batch = work.batch
        batch.results.append(Result(work.place, None if error else outcome.value, error, work.unsettled))
        batch.left -= 1
        if not batch.left:
            batch.done.set()

    def _stop(self) -> None:
        """Stop the calls. Once, because a second cancellation would not wait for them."""
        if not self._stopping:
            self._stopping = True
            self._task.cancel()

    def _confirm(self) -> None:
        if (number := self._tenure.to_confirm()) is not None:
            self._say("confirm", number=number)

    def _resume(self) -> None:
        """The process stood still: the governor may have given its share to others."""
        if self._tenure.joined:
            self._say("resume")
        else:
            self._pace.go_on()

    def _say(self, action: str, **message: Any) -> None:
        self._worker.batched_send(
            {
                "op": CHANNEL,
                "identity": self._worker.id,
                "run": self._spec.run,
                "action": action,
                **message,
            }
        )

    def _beat(self) -> None:
        self._timer = self._loop.call_later(BEAT, self._beat)
        self._pace.beat()
        if self._worker.status not in (Status.running, Status.paused):
            # The worker is closing, for example because it lost the scheduler.
            self._stop()
        elif (
            self._tenure.joined
            and not self._batches
            and not self._tenure.taken
            and self._loop.time() - self._idle_since > IDLE_AFTER
        ):
            self._tenure.leave()
            self._say("leave")


_runners: WeakKeyDictionary[Worker, dict[str, Runner]] = WeakKeyDictionary()


def _hear(runners: dict[str, Runner], *, run: str, **message: Any) -> None:
    runner = runners.get(run)
    if runner is not None:
        runner.hear(**message)


async def perform(packed: bytes) -> bytes:
    """Perform a batch. The tasks of a fan-out call this; being async, it runs on the worker's event loop."""
    request: Request = unpickled(packed)
    worker: Any = get_worker()
    if request.version != __version__:
        text = (
            f"the worker {worker.address} has version {__version__} of polytomic-client, the driver {request.version}"
        )
        return pack(Response([], ClusterError(f"{text}. Install the same version everywhere.")))
    runners = _runners.get(worker)
    if runners is None:
        runners = _runners[worker] = {}
        worker.stream_handlers[CHANNEL] = partial(_hear, runners)
    runner = runners.get(request.run)
    if runner is None:
        try:
            spec: Spec = unpickled(request.spec)
        except Exception as error:  # noqa: BLE001  (the driver raises it)
            reason = f"the worker {worker.address} cannot unpickle fetch or make_client"
            return pack(Response([], ClusterError(f"{reason}: {type(error).__name__}: {error}")))
        runner = Runner(spec, request.spec, worker, partial(runners.pop, request.run, None))
        runners[request.run] = runner
    return pack(await runner.perform(request))


def _is_operation(fetch: Any, client: AsyncClient) -> bool:
    """Return whether `fetch` is the method of an operation: its copy in `with_response` then has the same code."""
    copy = getattr(getattr(client, "with_response", None), getattr(fetch, "__name__", ""), None)
    return copy is not None and copy.__func__.__code__ is getattr(fetch, "__code__", None)
