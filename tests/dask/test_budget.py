"""What the processes of a cluster may use together never exceeds the limit, whatever is on its way."""

from __future__ import annotations

from collections import deque
from random import Random

from attrs import define, field
from hypothesis import given, settings
from hypothesis import strategies as st

from polytomic_client.dask._budget import Budget, Share, Tenure

STEPS = 400


@define(eq=False)
class Worker:
    """A worker as the test moves it: it takes calls only within its share, and messages need their time."""

    name: str
    tenure: Tenure = field(factory=Tenure)
    to_governor: deque[tuple[str, int, int]] = field(factory=deque[tuple[str, int, int]])
    to_worker: deque[Share] = field(factory=deque[Share])

    def join(self) -> None:
        if not self.tenure.joined:
            self.tenure.join()
            self.to_governor.append(("join", self.tenure.term, 0))

    def leave(self) -> None:
        if self.tenure.joined and not self.tenure.taken:
            self.to_governor.append(("leave", 0, 0))
            self.tenure.leave()

    def begin_another_fan_out(self) -> None:
        """Messages to the one before may still be on their way."""
        if not self.tenure.taken:
            self.to_governor.append(("leave", 0, 0))
            self.tenure = Tenure()

    def take(self) -> None:
        while self.tenure.may_take():
            self.tenure.take()

    def give_back(self) -> None:
        if self.tenure.taken:
            self.tenure.give_back()
            self.confirm()

    def confirm(self) -> None:
        if (number := self.tenure.to_confirm()) is not None:
            self.to_governor.append(("confirm", 0, number))

    def receive(self) -> None:
        if self.to_worker:
            share = self.to_worker.popleft()
            if self.tenure.grant(share.term, share.number, share.limit):
                self.confirm()


class Cluster:
    """Workers that come and go, and messages that arrive late, in order between two parties."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.budget = Budget(limit)
        self.workers: list[Worker] = []

    def send(self, shares: list[Share]) -> None:
        for share in shares:
            for worker in self.workers:
                if worker.name == share.process:
                    worker.to_worker.append(share)

    def deliver(self, worker: Worker) -> None:
        if worker.to_governor:
            action, term, number = worker.to_governor.popleft()
            if action == "join":
                self.send(self.budget.join(worker.name, term))
            elif action == "leave":
                self.send(self.budget.leave(worker.name))
            else:
                self.send(self.budget.confirm(worker.name, number))

    def step(self, random: Random) -> None:
        if len(self.workers) < 3 and random.random() < 0.05:
            names = {"a", "b", "c"} - {worker.name for worker in self.workers}
            self.workers.append(Worker(random.choice(sorted(names))))
        if not self.workers:
            return
        worker = random.choice(self.workers)
        if random.random() < 0.01:
            self.workers.remove(worker)
            self.send(self.budget.leave(worker.name))
            return
        moves = {
            worker.receive: 10,
            worker.take: 5,
            worker.give_back: 3,
            worker.join: 3,
            worker.leave: 1,
            worker.begin_another_fan_out: 1,
        }
        self.deliver(worker) if random.random() < 0.4 else random.choices([*moves], [*moves.values()])[0]()

    def check(self) -> None:
        used = [max(worker.tenure.taken, worker.tenure.limit) for worker in self.workers]
        assert sum(used) <= self.limit, used

    def settle(self) -> None:
        """End all calls, and let every message arrive."""
        for _ in range(100):
            for worker in self.workers:
                self.deliver(worker)
                worker.receive()
                worker.give_back()
            self.check()


@given(seed=st.integers(), limit=st.integers(1, 7))
@settings(max_examples=60, deadline=None)
def test_the_shares_never_exceed_the_limit_and_nobody_holds_one_in_vain(seed: int, limit: int) -> None:
    random, cluster = Random(seed), Cluster(limit)

    for _ in range(STEPS):
        cluster.step(random)
        cluster.check()
    cluster.settle()

    members = [worker for worker in cluster.workers if worker.tenure.joined]
    shares = [worker.tenure.limit for worker in members]
    assert sorted(cluster.budget) == sorted(worker.name for worker in members)
    assert sum(shares) == (limit if members else 0)
    assert max(shares, default=0) - min(shares, default=0) <= 1
    assert all(worker.tenure.limit == 0 for worker in cluster.workers if not worker.tenure.joined)


def test_a_share_grows_only_once_another_has_shrunk() -> None:
    budget = Budget(10)

    assert budget.join("a", 1) == [Share("a", 1, 1, 10)]
    assert budget.confirm("a", 1) == []
    assert budget.join("b", 2) == [Share("a", 1, 2, 5)]
    assert budget.confirm("a", 2) == [Share("b", 2, 3, 5)]
    assert budget.confirm("b", 3) == []
    assert budget.leave("a") == [Share("b", 2, 4, 10)]


def test_a_process_that_stood_still_gets_its_share_again_unless_it_lost_it() -> None:
    budget = Budget(10)
    budget.join("a", 1)

    assert budget.repeat("a") == [Share("a", 1, 1, 10)]
    budget.leave("a")
    assert budget.repeat("a") == []
