"""What the governor tells the workers, without a cluster. Messages of one worker arrive in order."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from attrs import define, field

from polytomic_client.dask._scheduler import Governor


@define
class State:
    server_id: str
    nthreads: int = 2


@define
class FakeScheduler:
    """Notes what is sent to each worker."""

    workers: dict[str, State] = field(factory=dict[str, State])
    handlers: dict[str, Any] = field(factory=dict[str, Any])
    stream_handlers: dict[str, Any] = field(factory=dict[str, Any])
    sent: list[tuple[str, str, int]] = field(factory=list[tuple[str, str, int]])

    def worker_send(self, worker: str, message: dict[str, Any]) -> None:
        self.sent.append((worker, message["action"], round(message.get("limit") or message.get("seconds") or 0)))

    def take(self) -> list[tuple[str, str, int]]:
        sent, self.sent = self.sent, []
        return sent


class Fixture:
    """A governor with two workers, and a run that has a limit of ten."""

    def __init__(self) -> None:
        self.scheduler = FakeScheduler({"a": State("a-1"), "b": State("b-1")})
        self.governor = Governor()

    async def start(self) -> Fixture:
        await self.governor.start(self.scheduler)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        await self.driver("open", client="driver", limit=10)
        return self

    async def driver(self, action: str, **message: Any) -> dict[str, Any]:
        reply: dict[str, Any] = await self.scheduler.handlers["polytomic_client"](run="run", action=action, **message)
        return reply

    def worker(self, worker: str, action: str, *, identity: str | None = None, run: str = "run", **more: Any) -> None:
        identity = identity or f"{worker}-1"
        self.scheduler.stream_handlers["polytomic_client"](
            worker=worker, identity=identity, run=run, action=action, **more
        )

    def remove(self, worker: str) -> None:
        del self.scheduler.workers[worker]
        self.governor.remove_worker(self.scheduler, worker)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


@pytest.fixture
async def two() -> Fixture:
    made = await Fixture().start()
    made.worker("a", "join", term=1)
    made.worker("a", "confirm", number=1)
    made.worker("b", "join", term=1)
    made.worker("a", "confirm", number=2)
    made.worker("b", "confirm", number=3)
    assert made.scheduler.take() == [("a", "share", 10), ("a", "share", 5), ("b", "share", 5)]
    return made


async def test_the_share_of_a_worker_that_is_gone_goes_to_the_others_once_its_calls_have_ended(
    two: Fixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("polytomic_client.dask._scheduler.ENDING_LASTS", 0.01)
    two.remove("b")
    assert two.scheduler.take() == []

    await asyncio.sleep(0.02)
    assert two.scheduler.take() == [("a", "share", 10)]


@pytest.mark.parametrize("follower", [None, State("b-2")], ids=["gone", "replaced"])
async def test_a_late_message_of_a_worker_that_is_gone_does_not_bring_it_back(
    two: Fixture, follower: State | None
) -> None:
    two.remove("b")
    two.scheduler.take()
    if follower is not None:
        two.scheduler.workers["b"] = follower

    two.worker("b", "join", term=2)
    two.worker("b", "pause", seconds=60)

    assert two.scheduler.take() == []
    assert (await two.driver("look"))["paused"] == 0.0


async def test_a_pause_reaches_the_others_and_those_who_come_later(two: Fixture) -> None:
    two.scheduler.workers["c"] = State("c-1")
    two.worker("a", "pause", seconds=60)
    assert two.scheduler.take() == [("b", "pause", 60)]

    two.worker("c", "join", term=1)
    assert two.scheduler.take()[0] == ("c", "pause", 60)
    assert 59 < (await two.driver("look"))["paused"] <= 60


async def test_a_deadline_reaches_all_and_those_who_come_later_before_their_share(two: Fixture) -> None:
    await two.driver("expire")
    assert sorted(two.scheduler.take()) == [("a", "expire", 0), ("b", "expire", 0)]

    two.worker("b", "left")
    two.scheduler.take()
    two.worker("b", "join", term=2)
    sent = [action for worker, action, _ in two.scheduler.take() if worker == "b"]
    assert sent[0] == "expire"


async def test_a_fault_stops_all_and_is_told_to_the_driver(two: Fixture) -> None:
    two.worker("a", "fault", error=b"pickled")

    assert sorted(two.scheduler.take()) == [("a", "stop", 0), ("b", "stop", 0)]
    assert (await two.driver("look"))["fault"] == b"pickled"
    # A batch that begins afterwards makes no call.
    two.worker("b", "join", term=2)
    assert two.scheduler.take() == [("b", "stop", 0)]


async def test_the_end_of_a_driver_stops_its_calls(two: Fixture) -> None:
    two.governor.remove_client(two.scheduler, "another")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert two.scheduler.take() == []

    two.governor.remove_client(two.scheduler, "driver")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert sorted(two.scheduler.take()) == [("a", "stop", 0), ("b", "stop", 0)]
    two.worker("a", "join", term=2)
    assert two.scheduler.take() == [("a", "stop", 0)]


async def test_closing_waits_until_all_have_stopped(two: Fixture) -> None:
    closing = asyncio.ensure_future(two.driver("close"))
    await asyncio.sleep(0)
    assert sorted(two.scheduler.take()) == [("a", "stop", 0), ("b", "stop", 0)]

    two.worker("a", "left")
    await asyncio.sleep(0)
    assert not closing.done()
    two.remove("b")
    assert (await closing)["workers"] == 1


async def test_closing_does_not_wait_for_ever(two: Fixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("polytomic_client.dask._scheduler.STOPPING_LASTS", 0.01)

    await two.driver("close")

    two.worker("a", "left")  # later: nobody minds
    assert sorted(two.scheduler.take()) == [("a", "stop", 0), ("b", "stop", 0)]


async def test_a_worker_that_stood_still_gets_its_share_again(two: Fixture) -> None:
    two.worker("a", "resume")

    assert two.scheduler.take() == [("a", "share", 5)]
