"""A cluster in the process of the test: each batch meets the fate that a script has for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Thread
from typing import Any, cast

from attrs import evolve
from distributed import Client

from polytomic_client.dask import DaskFanOut, _fan_out
from polytomic_client.dask._errors import ClusterError
from polytomic_client.dask._link import Fetched, Link, State
from polytomic_client.dask._wire import Request, Response, Result, pickled, unpickled

from . import calls

Fate = Callable[[Request], Fetched | Response | None]
"""What becomes of a batch: a response, a failure of Dask (whose key does not matter), or nothing ever."""


class NoCluster(Client):
    """A client that is connected to nothing."""

    @property
    def asynchronous(self) -> bool:
        return False

    def __init__(self) -> None:
        pass

    def __del__(self) -> None:
        pass


def done(request: Request) -> Response:
    """Every call succeeded."""
    return Response([Result(place, item, None, unsettled=False) for place, item in enumerate(request.items)], None)


class FakeLink:
    """Stands in for a Link.

    Attributes:
        requests: The batches that were sent.
        beside: How many other batches were under way when each was sent.
        told: What the driver told the scheduler.
        state: What the scheduler replies.
    """

    def __init__(self, fate: Fate = done) -> None:
        self.fate = fate
        self.requests: list[Request] = []
        self.beside: list[int] = []
        self.told: list[str] = []
        self.state = State(workers=2, threads=4, paused=0.0, fault=None)
        self._under_way: set[str] = set()

    def open(self, limit: int) -> None:
        self.told.append(f"open {limit}")

    def look(self) -> State:
        return self.state

    def expire(self) -> None:
        self.told.append("expire")

    def close(self) -> None:
        self.told.append("close")

    def send(self, packed: bytes, done: Callable[[Fetched], object]) -> str:
        request: Request = unpickled(packed)
        key = f"batch-{len(self.requests)}"
        self.requests.append(request)
        self.beside.append(len(self._under_way))
        self._under_way.add(key)
        fate = self.fate(request)
        if isinstance(fate, Response):
            fate = Fetched(key, pickled(fate))
        if fate is not None:
            end = evolve(fate, key=key)
            Thread(target=lambda: done(end)).start()
        return key

    def release(self, key: str) -> None:
        self._under_way.discard(key)

    @property
    def sizes(self) -> list[int]:
        return [len(request.items) for request in self.requests]


def fan_out_over(link: FakeLink, items: Iterable[Any], **options: Any) -> DaskFanOut[Any, Any]:
    """Return a fan-out over a fake link."""
    made: Any = _fan_out.fan_out(NoCluster(), calls.status, items, **options)
    made._driver._link = cast("Link", link)
    return cast("DaskFanOut[Any, Any]", made)


LOST = Fetched("", lost=True)


def broken(text: str) -> Fetched:
    return Fetched("", error=ClusterError(text))
