"""The public side of a fan-out over a cluster: its options, and the loop over its outcomes."""

from __future__ import annotations

import inspect
import os
import weakref
from collections.abc import AsyncIterable, Awaitable, Callable, Iterable
from types import TracebackType
from typing import Any, Generic, Self, TypeVar
from uuid import UUID, uuid4

from distributed import Client

from .._call.retry import HITS_ALL
from .._client.base import BaseClient
from .._core.checks import LONGEST_SECONDS, is_count, is_positive
from .._core.tracebacks import shorten
from .._core.unique import Unique
from .._fan_out.api import function_name, not_callable, owner_of
from .._fan_out.items import Items, name_of
from .._fan_out.outcome import Outcome
from .._fan_out.plan import DEFAULT_LIMIT, auto_limit, make_plan
from .._fan_out.progress import Progress, described
from .._fan_out.threads import ENDED
from .._text import shown
from .._versions.v2023_04_25 import AsyncPolytomic
from ._driver import Driver
from ._keys import refuse_key
from ._link import Link
from ._wire import Spec, pickled

Item = TypeVar("Item")
Value = TypeVar("Value")

DEFAULT_BATCH = 1_000
"""Items. A batch costs the driver and the scheduler some milliseconds, which a thousand items share."""

DEFAULT_PATIENCE = 60.0
"""Seconds. A worker that was killed is back within a few."""


class DaskFanOut(Unique, Generic[Item, Value]):
    """The outcomes of many calls by the workers of a cluster. Created by `fan_out`; iterate over it once.

    With `with`, everything has stopped when the block ends. Calls of a worker that takes longer than a second to stop
    end in the background. Without `with`, leaving the loop early does not wait for them. If an exception of a signal
    handler ends a loop, no outcome is lost: the next loop begins with it. Loop over it in one thread.
    """

    _not_pickled = "a fan-out cannot be pickled because its calls are under way. Create one per process."

    def __init__(self, driver: Driver[Item], function: str) -> None:
        self._driver = driver
        self._function = function
        self._left = False
        self._finalizer = weakref.finalize(self, driver.abandon)

    def __repr__(self) -> str:
        return described(type(self).__name__, self._function, self._driver.state, self.progress)

    @property
    def progress(self) -> Progress:
        """The current progress. `in_flight` is an upper bound: the items that workers have, at most `limit`."""
        return self._driver.progress()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        again, self._left = self._left, True
        driver = self._driver
        try:
            if kind is None and not again and driver.arrived:
                for job in driver.arrived[0]:
                    if job.delivered:
                        driver.confirm(job)
        finally:
            try:
                driver.stop()
                driver.join()
            finally:
                self._finalizer.detach()
                driver.close_checkpoint()

    def __iter__(self) -> Self:
        self._begin()
        return self

    def __next__(self) -> Outcome[Item, Value]:
        driver = self._driver
        arrived = driver.arrived
        while True:
            if arrived:
                ready = arrived[0]
                while ready and ready[0].delivered:
                    driver.confirm(ready[0])
                    ready.popleft()
                if ready:
                    job = ready[0]
                    # No call from here on, since signal handlers run after calls.
                    job.delivered = True
                    return job.outcome
                arrived.popleft()
                driver.nudge()
            elif not driver.over:
                self._begin()
                driver.wait()
            elif not arrived:
                break
        driver.close_checkpoint()
        if driver.fault is not None:
            fault, driver.fault = driver.fault, None
            raise fault
        raise StopIteration

    def _begin(self) -> None:
        if self._left:
            raise RuntimeError(ENDED)
        self._driver.start()


def fan_out(
    cluster: Client,
    fetch: Callable[[AsyncPolytomic, Item], Awaitable[Value]],
    items: Iterable[Item],
    *,
    make_client: Callable[[], AsyncPolytomic] = AsyncPolytomic,
    limit: int = DEFAULT_LIMIT,
    rate: float | None = None,
    batch: int = DEFAULT_BATCH,
    retry_failed: bool | Callable[[Exception], bool] = False,
    stop_on: tuple[type[Exception], ...] = HITS_ALL,
    deadline: float | None = None,
    unique: bool = False,
    checkpoint: str | os.PathLike[str] | None = None,
    key: Callable[[Item], str | int | UUID] = name_of,
    on_progress: Callable[[Progress], object] | None = None,
    no_workers_after: float = DEFAULT_PATIENCE,
) -> DaskFanOut[Item, Value]:
    """Call `fetch` for many items on the workers of a Dask cluster, and yield each outcome as its batch finishes.

    What `polytomic_client.fan_out` promises holds for all workers together: the bound on calls in flight and on
    requests per second, the pause after a `Retry-After`, and one outcome for each item. If a worker ends, its batches
    run again on another one. So the API may see a call twice, but the reader gets one outcome. A POST has the same
    idempotency key both times, unless its body differs.

    Args:
        cluster: The `distributed.Client` of the cluster. Scheduler and workers need the same version of this package.
        fetch: An async function that takes a client and one item, for example `AsyncPolytomic.get_bulk_destination`.
            It travels to the workers, as everything that it refers to. The bodies of such methods are decoded here.
        items: Any iterable. It is read here, in another thread. The items must be picklable.
        make_client: Creates the client, once in each worker. It must read the key there, because a key must not travel.
            Default: AsyncPolytomic, which reads POLYTOMIC_API_KEY.
        limit: Maximum calls in flight in all workers together.
        rate: Maximum requests per second of all workers together. Retries by the clients count.
        batch: Maximum items in a task of the cluster. The first batches are smaller. If a worker ends, the items of its
            batches are called again.
        retry_failed: As in `polytomic_client.fan_out`. A function for it runs here.
        stop_on: Exceptions that end the fan-out at once. Outcomes that are available by then come before the error.
        deadline: Maximum seconds for the whole fan-out. Then calls under way are cancelled, with a
            DeadlineExceededError as their outcome, and each later item has a NotReachedError. If the iterable blocks
            then, the loop ends with a NotReachedError.
        unique: Whether to skip an item that comes again.
        checkpoint: A file of this machine that records the items that succeeded, once the loop is done with their
            outcomes.
        key: Derives the key of an item, for `unique` and `checkpoint`.
        on_progress: Called with a Progress every half second, and at the end, in another thread.
        no_workers_after: Seconds without any worker, after which the loop raises a ClusterError.

    Returns:
        An iterator for `for`, and a context manager for `with`.

    Raises:
        TypeError: An argument has the wrong type, or a key would travel.
        ValueError: `limit`, `rate`, `batch`, `deadline` or `no_workers_after` is not positive.

    Example:
        with fan_out(cluster, AsyncPolytomic.get_bulk_destination, connection_ids) as outcomes:
            for outcome in outcomes:
                print(outcome.item, outcome.result() if outcome.ok else outcome.error)
    """
    _check_cluster(cluster)
    _check_fetch(fetch)
    if not callable(make_client):
        raise TypeError(f"make_client must be a function that returns an AsyncPolytomic, got {shown(make_client)}.")
    if isinstance(items, AsyncIterable) and not isinstance(items, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"items must be an iterable that is not async, got {shown(items)}.")
    if limit == "auto":  # type: ignore[comparison-overlap]
        raise ValueError(
            'limit must be a positive int, got "auto": a worker cannot tell its own load on the API from that of the '
            "others. Measure a limit with polytomic_client.fan_out."
        )
    for name, value in {"limit": limit, "batch": batch}.items():
        if not is_count(value):
            raise ValueError(f"{name} must be a positive int, got {shown(value)}.")
    if not is_positive(no_workers_after):
        raise ValueError(f"no_workers_after must be a positive number, got {shown(no_workers_after)}.")
    plan = make_plan(
        limit=auto_limit(limit),
        rate=rate,
        retry_failed=retry_failed,
        stop_on=stop_on,
        deadline=deadline,
        checkpoint=checkpoint,
        key=key,
        on_progress=on_progress,
    )
    named = unique or plan.checkpoint is not None
    spec = Spec(uuid4().hex, fetch, make_client, limit, plan.rate, plan.deadline, plan.stop_on)
    try:
        packed = pickled(spec)
    except Exception as error:
        shorten(error)
        raise TypeError(f"fetch, make_client and stop_on must be picklable ({error}).") from error
    refuse_key(make_client, packed)
    numbered = Items(items, key=key if named else None, checkpoint=plan.checkpoint)
    patience = min(no_workers_after, LONGEST_SECONDS)
    driver = Driver(Link(cluster, spec.run), spec, packed, numbered, plan, batch=batch, patience=patience)
    return DaskFanOut(driver, function_name(fetch))


def _check_cluster(cluster: object) -> None:
    if not isinstance(cluster, Client):
        raise TypeError(f"cluster must be a distributed.Client, got {shown(cluster)}. Create one: Client(cluster).")
    if cluster.asynchronous:
        raise TypeError("cluster must be a blocking distributed.Client, got one with asynchronous=True.")


def _check_fetch(fetch: Any) -> None:
    if not callable(fetch):
        raise TypeError(not_callable(fetch))
    if isinstance(owner_of(fetch), BaseClient):
        name = function_name(fetch)
        raise TypeError(
            "fetch must take a client and an item, got a method of a client, whose key would travel. "
            f"Use AsyncPolytomic.{name}, or a function that takes both."
        )
    try:
        inspect.signature(fetch).bind(None, None)
    except TypeError as error:
        raise TypeError(f"fetch must take a client and an item ({error}).") from None
    except ValueError:
        pass  # it has no signature
