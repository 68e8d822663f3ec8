"""The retry budget, in any order of failures and successes, and from many threads."""

from __future__ import annotations

import threading
import time

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from polytomic_client._call.budget import RETRY_BUDGET, SUCCESSES_PER_RETRY, RetryBudget

# Derandomized, so that a change of the code and not chance decides whether these pass.
many = settings(deadline=None, derandomize=True, database=None, max_examples=25, stateful_step_count=30)

MOST = RETRY_BUDGET * SUCCESSES_PER_RETRY


class Budget(RuleBasedStateMachine):
    """A budget beside a plain number, in any order of failures and successes."""

    def __init__(self) -> None:
        super().__init__()
        self.budget = RetryBudget()
        self.left = MOST

    @rule(times=st.integers(1, 2 * RETRY_BUDGET))
    def fail(self, times: int) -> None:
        for _ in range(times):
            granted = self.budget.take()
            assert granted == (self.left >= SUCCESSES_PER_RETRY)
            self.left -= SUCCESSES_PER_RETRY * granted

    @rule(times=st.integers(1, 3 * SUCCESSES_PER_RETRY))
    def succeed(self, times: int) -> None:
        for _ in range(times):
            self.budget.refund()
        self.left = min(MOST, self.left + times)

    @precondition(lambda self: self.left < SUCCESSES_PER_RETRY)
    @rule()
    def earn_one(self) -> None:
        """A spent budget grants one retry only after as many successes as a retry costs."""
        while self.left < SUCCESSES_PER_RETRY:
            assert not self.budget.take()
            self.succeed(1)
        self.fail(1)
        assert not self.budget.take()

    @invariant()
    def is_what_it_should_be(self) -> None:
        assert 0 <= self.budget._left <= MOST
        assert self.budget._left == self.left


def test_the_budget_is_never_below_nothing_nor_above_what_it_began_with() -> None:
    run_state_machine_as_test(Budget, settings=many)


class SlowNumber(int):
    """A number whose comparison lets other threads run, so that what is not locked is interleaved."""

    def __lt__(self, other: int) -> bool:
        result = super().__lt__(other)
        time.sleep(0)
        return result

    def __sub__(self, other: int) -> SlowNumber:
        return SlowNumber(super().__sub__(other))

    def __add__(self, other: int) -> SlowNumber:
        return SlowNumber(super().__add__(other))


def test_threads_that_share_a_budget_take_no_more_than_there_is_and_lose_no_success() -> None:
    threads, successes = 8, 100
    budget = RetryBudget()
    budget._left = SlowNumber(MOST)
    granted: list[int] = []
    together = threading.Barrier(threads)

    def work() -> None:
        together.wait()
        taken = 0
        for _ in range(successes):
            taken += budget.take()
            taken += budget.take()
            budget.refund()
        granted.append(taken)

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    # Every refund comes after a take, so that none can be above the most: all of them count.
    assert budget._left == MOST + threads * successes - SUCCESSES_PER_RETRY * sum(granted)
    assert budget._left >= 0
