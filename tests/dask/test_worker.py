"""What a worker makes of errors and of its share, without a cluster."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any, cast

import pytest
from distributed import Status, Worker

from polytomic_client import AsyncPolytomic, ConfigurationError, PolytomicError, RequestError, fetch_all
from polytomic_client.dask._wire import Request, Response, Spec, explained, pickled, unpickled
from polytomic_client.dask._worker import Runner
from polytomic_client.v2023_04_25.models import StartBulkSyncExecution

from .calls import MisfortuneError
from .stub import Stub


class OwnError(PolytomicError):
    """An error of the user's own, that cannot be unpickled."""

    def __init__(self, item: str, _: object) -> None:
        super().__init__(f"no luck with {item}")


class FakeWorker:
    """A worker that is connected to nothing."""

    address = id = "tcp://worker"
    status = Status.running

    def __init__(self) -> None:
        self.said: list[dict[str, Any]] = []

    def batched_send(self, message: dict[str, Any]) -> None:
        self.said.append(message)


def runner(fetch: Any, *, url: str = "http://127.0.0.1:1", **options: Any) -> Runner:
    def make_client() -> AsyncPolytomic:
        return AsyncPolytomic(api_key="key-of-the-worker", base_url=url, max_attempts=1)

    spec = Spec("run", fetch, options.pop("make_client", make_client), 10, options.get("rate"), None, ())
    return Runner(spec, b"", cast("Worker", FakeWorker()), lambda: None)


def request(*items: Any) -> Request:
    return Request("version", "run", b"", list(items), list(range(len(items))), again=False, proven=False)


@pytest.fixture
async def begun() -> AsyncIterator[tuple[Runner, asyncio.Task[Response], asyncio.Event]]:
    """A runner with a rate, a batch of an item whose call is under way, and what ends the call."""
    ends = asyncio.Event()

    async def wait(_: AsyncPolytomic, item: int) -> int:
        await ends.wait()
        return item

    made = runner(wait, rate=20.0)
    batch = asyncio.create_task(made.perform(request(1)))
    await asyncio.sleep(0)
    made.hear(action="share", term=made._tenure.term, number=1, limit=10)
    yield made, batch, ends
    ends.set()
    await batch
    made.hear(action="stop")
    await asyncio.wait([made._task])


async def test_a_share_of_zero_does_not_lift_the_rate(
    begun: tuple[Runner, asyncio.Task[Response], asyncio.Event],
) -> None:
    """A call under way may make further requests."""
    made, _, _ = begun
    assert not made._pace.is_open()

    made.hear(action="share", term=made._tenure.term, number=2, limit=0)

    assert not made._pace.is_open()


@pytest.mark.parametrize("place", ["fetch", "make_client"])
async def test_an_exit_does_not_end_the_worker(place: str) -> None:
    async def leave(_: AsyncPolytomic, __: int) -> int:
        raise SystemExit(3)

    def leave_at_once() -> AsyncPolytomic:
        raise SystemExit(3)

    options: dict[str, Any] = {} if place == "fetch" else {"make_client": leave_at_once}
    made = runner(leave, **options)
    batch = asyncio.create_task(made.perform(request(1)))
    await asyncio.sleep(0)
    made.hear(action="share", term=made._tenure.term, number=1, limit=10)

    fault = (await batch).fault
    assert isinstance(fault, SystemExit)
    assert fault.code == 3


async def run_twice(client: AsyncPolytomic, sync: str) -> None:
    for test in (False, False, True):
        with suppress(RequestError):  # the server's response is not that of a start
            await client.run_bulk_sync(sync, body=StartBulkSyncExecution(test=test))


async def post_all(client: AsyncPolytomic, item: str) -> None:
    await fetch_all(lambda part: client.request("POST", f"/api/{item}", json={"part": part}), range(3))


@pytest.mark.parametrize("fetch", [run_twice, post_all], ids=["a workflow", "a fan-out inside"])
async def test_posts_have_the_same_keys_in_another_process(fetch: Any) -> None:
    runs: list[list[str]] = []
    with Stub() as server:
        for _ in range(2):
            server.calls.clear()
            made = runner(fetch, url=server.url)
            batch = asyncio.create_task(made.perform(request("63ca828d-d5f4-43b2-a4b0-6ce60741c7a8")))
            await asyncio.sleep(0)
            made.hear(action="share", term=made._tenure.term, number=1, limit=10)
            assert (await batch).results[0].error is None
            made.hear(action="stop")
            await asyncio.wait([made._task])
            runs.append(sorted(str(call.key) for call in server.calls))

    assert runs[0] == runs[1]
    assert len(set(runs[0])) == 3


def test_an_error_that_extends_one_of_ours_and_cannot_be_unpickled() -> None:
    sent = unpickled(pickled(explained(OwnError("a", object()), "tcp://worker")))

    assert isinstance(sent, RuntimeError)
    assert str(sent) == "OwnError: no luck with a"
    assert sent.__notes__[0].startswith("raised on the worker tcp://worker:\n")


def test_an_error_of_ours_whose_cause_cannot_be_unpickled() -> None:
    error = ConfigurationError("no key")
    error.__cause__ = MisfortuneError("vault", object())

    sent = unpickled(pickled(explained(error, "tcp://worker")))

    assert isinstance(sent, ConfigurationError)
    assert "MisfortuneError: no luck with vault" in sent.__notes__[0]
