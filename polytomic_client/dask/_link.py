"""The driver's connection to a cluster: all that it says to the scheduler, and the tasks that it sends."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError
from typing import Any

from attrs import frozen
from distributed import Client, KilledWorker

from .._core.version import __version__
from ._errors import SAME_VERSION, ClusterError
from ._scheduler import CHANNEL, Governor
from ._wire import unpickled
from ._worker import perform

REPLY_LASTS = 3.0
"""Seconds for a reply of the scheduler. It replies at once unless it hangs or is gone."""


@frozen
class State:
    """The state of a cluster and of a fan-out in it.

    Attributes:
        workers: The number of workers.
        threads: The number of tasks that they run at once.
        paused: Seconds until the end of a pause.
        fault: The error that ends the fan-out, if a worker has reported one.
    """

    workers: int
    threads: int
    paused: float
    fault: BaseException | None


@frozen
class Fetched:
    """The end of a task.

    Attributes:
        key: The key of the task.
        packed: The pickled Response. Empty after a failure.
        lost: Whether the workers that ran it ended, again and again.
        error: Any other failure.
    """

    key: str
    packed: bytes = b""
    lost: bool = False
    error: ClusterError | None = None


class Link:
    """Connects a driver to a cluster, for one fan-out.

    Args:
        cluster: The client of the cluster.
        run: The id of the fan-out.
    """

    def __init__(self, cluster: Client, run: str) -> None:
        self._cluster: Any = cluster
        self._run = run
        self._sent = 0
        self._futures: dict[str, Any] = {}

    def open(self, limit: int) -> None:
        """Announce the fan-out.

        Args:
            limit: Maximum calls in flight.

        Raises:
            ClusterError: The client is closed, or the scheduler does not have the same version of this package, or does
                not reply.
        """
        if self._cluster.status == "closed":
            raise ClusterError("the client of the cluster is closed. Create another: Client(cluster)")
        try:
            self._cluster.register_plugin(Governor())
        except Exception as error:
            raise ClusterError(
                f"the scheduler cannot load polytomic-client ({type(error).__name__}: {error}). "
                f"Install polytomic-client[dask] {__version__} there, and on the workers."
            ) from error
        version = self._tell("open", client=self._cluster.id, limit=limit)["version"]
        if version != __version__:
            self._tell("close")
            text = f"the scheduler has version {version} of polytomic-client, the driver {__version__}"
            raise ClusterError(f"{text}. {SAME_VERSION}")

    def look(self) -> State:
        """Ask the scheduler for the state.

        Raises:
            ClusterError: It does not reply.
        """
        reply = self._tell("look")
        fault = None if reply["fault"] is None else unpickled(reply["fault"])
        return State(reply["workers"], reply["threads"], reply["paused"], fault)

    def expire(self) -> None:
        """Have all workers cancel their calls, because the deadline has passed.

        Raises:
            ClusterError: The scheduler does not reply.
        """
        self._tell("expire")

    def close(self) -> None:
        """Have all workers stop their calls, and wait for that, up to a second.

        Raises:
            ClusterError: The scheduler does not reply.
        """
        self._tell("close")

    def send(self, packed: bytes, done: Callable[[Fetched], object]) -> str:
        """Send a batch.

        Args:
            packed: A pickled Request.
            done: Called with its end, in another thread.

        Returns:
            The key of its task.
        """
        self._sent += 1
        key = f"polytomic-{self._run}-{self._sent}"
        self._futures[key] = self._cluster.submit(perform, packed, key=key, pure=False)
        self._cluster.loop.add_callback(self._fetch, key, done)
        return key

    def release(self, key: str) -> None:
        """Have the cluster forget a task."""
        self._futures.pop(key).release()

    async def _fetch(self, key: str, done: Callable[[Fetched], object]) -> None:
        """Wait for the end of a task, whatever it is. It runs on the event loop of the cluster's client.

        `as_completed` never tells of a task that fails after it had succeeded, because its result was lost with its
        worker (distributed 2026.8.0).
        """
        future = self._futures.get(key)
        if future is None:
            return
        try:
            fetched = Fetched(key, await self._cluster.gather(future, asynchronous=True))
        except KilledWorker:
            fetched = Fetched(key, lost=True)
        except CancelledError:
            fetched = Fetched(key, error=ClusterError("the scheduler is lost, or another client restarted the cluster"))
        except BaseException as error:  # noqa: BLE001  (the driver raises it)
            text = f"a worker cannot run a batch ({type(error).__name__}: {error})"
            fetched = Fetched(key, error=ClusterError(text))
        done(fetched)

    def _tell(self, action: str, **message: Any) -> dict[str, Any]:
        async def send() -> dict[str, Any]:
            reply: dict[str, Any] = await getattr(self._cluster.scheduler, CHANNEL)(
                run=self._run, action=action, **message
            )
            return reply

        try:
            reply: dict[str, Any] = self._cluster.sync(send, asynchronous=False, callback_timeout=REPLY_LASTS)
        except (OSError, CancelledError) as error:  # a TimeoutError is an OSError, as are those of Dask's connections
            raise ClusterError(f"the scheduler does not reply ({type(error).__name__}: {error})") from error
        return reply
