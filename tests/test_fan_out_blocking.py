"""The fan-out for code that blocks: the same rules, in threads."""

from __future__ import annotations

import gc
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest

from polytomic_client import (
    AsyncPolytomic,
    AuthenticationError,
    BlockingFanOut,
    DeadlineExceededError,
    NotFoundError,
    NotReachedError,
    Polytomic,
    Progress,
    fan_out_blocking,
    fetch_all_blocking,
)

from .conftest import KEY
from .server import Answer, Connection, Server


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("polytomic-fan-out")]


def working_threads() -> list[str]:
    # The thread that reads the items may take a moment longer.
    return [name for name in threads() if "items" not in name]


@pytest.fixture(autouse=True)
def no_threads_left() -> Iterator[None]:
    yield
    gc.collect()
    deadline = time.monotonic() + 10
    while threads() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not threads()


def double(item: int) -> int:
    if item % 10 == 3:
        raise LookupError(item)
    return item * 2


@pytest.mark.parametrize("limit", [1, 7, "auto"])
@pytest.mark.parametrize("kind", [list, iter])
@pytest.mark.parametrize("count", [0, 1, 100])
def test_every_item_has_one_outcome_and_a_failure_loses_nothing(count: int, kind: Any, limit: Any) -> None:
    with fan_out_blocking(double, kind(range(count)), limit=limit) as outcomes:
        found = {outcome.item: outcome for outcome in outcomes}
        assert outcomes.progress.done == count
    assert not working_threads()
    assert sorted(found) == list(range(count))
    for item, outcome in found.items():
        assert outcome.index == item
        assert outcome.ok == (item % 10 != 3)
        if outcome.ok:
            assert outcome.result() == item * 2
        else:
            assert isinstance(outcome.error, LookupError)


def test_a_thousand_connections_over_sockets_from_threads() -> None:
    def by_number(connection: Connection) -> bool:
        number = UUID(connection.request.target.rsplit("/", 1)[1]).int
        answer = Answer(404, {"message": "connection not found"}) if number % 100 == 7 else Answer()
        return answer(connection)

    ids = [UUID(int=number) for number in range(1000)]
    with Server(by_number) as server, Polytomic(api_key=KEY, base_url=server.url) as polytomic:
        outcomes = fetch_all_blocking(polytomic.get_bulk_destination, ids, limit=16)
    assert [outcome.item for outcome in outcomes] == ids
    failed = [outcome for outcome in outcomes if not outcome.ok]
    assert [outcome.item.int for outcome in failed] == list(range(7, 1000, 100))
    assert all(isinstance(outcome.error, NotFoundError) for outcome in failed)
    assert len(server.requests) == 1000


def test_calls_run_at_once_and_no_more_than_the_limit() -> None:
    lock = threading.Lock()
    running = most = 0
    together = threading.Barrier(4)

    def call(item: int) -> int:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        together.wait(10)
        with lock:
            running -= 1
        return item

    assert len(fetch_all_blocking(call, range(40), limit=4)) == 40
    assert most == 4


def test_a_slow_reader_does_not_keep_calls_from_starting() -> None:
    started: list[int] = []
    enough = threading.Event()

    def call(item: int) -> int:
        started.append(item)
        if len(started) == 8:
            enough.set()
        return item

    with fan_out_blocking(call, range(100), limit=4) as outcomes:
        next(outcomes)
        assert enough.wait(10)  # while this thread does not read


def test_an_input_that_waits_does_not_hold_up_outcomes() -> None:
    more = threading.Event()

    def items() -> Iterator[int]:
        yield 1
        assert more.wait(10)
        yield 2

    with fan_out_blocking(double, items()) as outcomes:
        assert next(outcomes).item == 1
        more.set()
        assert [outcome.item for outcome in outcomes] == [2]


def test_leaving_the_block_early_waits_for_what_is_under_way_and_starts_nothing() -> None:
    ended: list[int] = []
    go = threading.Event()

    def call(item: int) -> int:
        if item:
            go.wait(10)
        ended.append(item)
        return item

    with fan_out_blocking(call, range(100), limit=5) as outcomes:
        assert next(outcomes).item == 0
        go.set()
    # What was under way has ended, and little was started meanwhile.
    count = len(ended)
    assert count < 30
    assert not working_threads()
    assert len(ended) == count


def test_leaving_a_bare_loop_early_ends_the_threads() -> None:
    for _ in fan_out_blocking(double, range(1000), limit=3):
        break


def test_several_threads_share_the_outcomes(tmp_path: Path) -> None:
    def read(outcomes: BlockingFanOut[int, int]) -> list[int]:
        return [outcome.item for outcome in outcomes]

    for _ in range(10):
        with fan_out_blocking(double, range(200), limit=4) as outcomes, ThreadPoolExecutor(4) as readers:
            parts = list(readers.map(read, [outcomes] * 4))
        assert sorted(item for part in parts for item in part) == list(range(200))


def test_one_thread_does_not_confirm_what_another_is_busy_with(tmp_path: Path) -> None:
    finished = tmp_path / "finished"
    with fan_out_blocking(double, [0, 1, 2], limit=1, checkpoint=finished) as outcomes:
        busy = iter(outcomes)
        assert next(busy).item == 0
        assert [outcome.item for outcome in outcomes] == [1, 2]
        assert [line.split()[1] for line in finished.read_text().splitlines()[1:]] == ['"1"', '"2"']
        assert list(busy) == []
        assert [line.split()[1] for line in finished.read_text().splitlines()[1:]] == ['"1"', '"2"', '"0"']


def test_a_loop_after_the_block_is_refused() -> None:
    with fan_out_blocking(double, [1]) as outcomes:
        next(outcomes)
    with pytest.raises(RuntimeError, match="inside its `with` block"):
        list(outcomes)


def run_script(code: str, *, interrupt: bool = False) -> subprocess.CompletedProcess[str]:
    with subprocess.Popen(
        [sys.executable, "-X", "dev", "-W", "error", "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        if interrupt:
            process.send_signal(signal.SIGINT)
        out, error = process.communicate(timeout=20)
    return subprocess.CompletedProcess([], process.returncode, first + out, error)


@pytest.mark.process
def test_a_fan_out_that_is_left_at_the_end_of_the_process_leaves_no_warning() -> None:
    done = run_script(
        "import time\n"
        "from polytomic_client import fan_out_blocking\n"
        "outcomes = fan_out_blocking(lambda item: time.sleep(0.05), range(10**6), limit=4)\n"
        "for outcome in outcomes:\n"
        "    if outcome.index == 10: break\n"
        "print('left', flush=True)\n"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "left\n", "")


@pytest.mark.process
@pytest.mark.parametrize("interrupt", [False, True])
def test_an_input_that_waits_for_ever_does_not_keep_the_process(interrupt: Any) -> None:
    done = run_script(
        "import threading\n"
        "from polytomic_client import fan_out_blocking\n"
        "def items():\n"
        "    yield 1\n"
        "    print('waiting', flush=True)\n"
        "    threading.Event().wait()\n"
        "try:\n"
        f"    for outcome in fan_out_blocking(str, items(), deadline={'None' if interrupt else 0.2}): pass\n"
        "except BaseException as error: print(type(error).__name__)\n",
        interrupt=interrupt,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"waiting\n{'KeyboardInterrupt' if interrupt else 'NotReachedError'}\n"


def test_one_that_is_never_iterated_makes_no_thread() -> None:
    outcomes = fan_out_blocking(double, range(10))
    with outcomes:
        assert not threads()
    assert outcomes.progress.done == 0


@pytest.mark.parametrize("error", [StopIteration, KeyboardInterrupt, SystemExit])
def test_any_exception_of_a_call_comes_back(error: type[BaseException]) -> None:
    def call(item: int) -> int:
        if item == 2:
            raise error
        return item

    if error is StopIteration:
        outcomes = fetch_all_blocking(call, range(5))
        assert [outcome.ok for outcome in outcomes] == [True, True, False, True, True]
        assert isinstance(outcomes[2].error, RuntimeError)
        assert isinstance(outcomes[2].error.__cause__, StopIteration)
    else:
        with pytest.raises(error):
            fetch_all_blocking(call, range(5))


def test_an_input_that_raises_is_raised_after_the_outcomes_before_it() -> None:
    def broken() -> Iterator[int]:
        yield from range(2)
        raise OSError("the file ended")

    found: list[int] = []
    with pytest.raises(OSError, match="the file ended"):
        for outcome in fan_out_blocking(double, broken()):
            found.append(outcome.item)
    assert sorted(found) == [0, 1]


def test_ordered_outcomes() -> None:
    def slower_first(item: int) -> int:
        time.sleep(0.002 if item % 2 == 0 else 0)
        return item

    with fan_out_blocking(slower_first, range(50), limit=4, ordered=True) as outcomes:
        assert [outcome.item for outcome in outcomes] == list(range(50))


def test_an_error_that_hits_all_ends_the_fan_out() -> None:
    with Server(Answer(), Answer(401)) as server, Polytomic(api_key=KEY, base_url=server.url) as polytomic:
        with pytest.raises(AuthenticationError):
            fetch_all_blocking(polytomic.get_bulk_destination, [UUID(int=n) for n in range(500)], limit=4)
    assert len(server.requests) <= 10


def test_a_retry_after_pauses_every_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[float] = []

    def script(connection: Connection) -> bool:
        times.append(time.monotonic())
        return (Answer(429, headers={"Retry-After": "0.3"}) if len(times) == 8 else Answer())(connection)

    with Server(script) as server, Polytomic(api_key=KEY, base_url=server.url) as polytomic:
        outcomes = fetch_all_blocking(polytomic.get_bulk_destination, [UUID(int=n) for n in range(60)], limit=4)
    assert all(outcome.ok for outcome in outcomes)
    # When it is heard depends on the threads. Then each of the other three may send what it has begun.
    assert max(later - former for former, later in zip(times, times[4:], strict=False)) > 0.29


def test_the_deadline_gives_everything_an_outcome() -> None:
    go = threading.Event()

    def call(item: int) -> int:
        if item >= 2:
            go.wait(10)
        return item

    with fan_out_blocking(call, list(range(10)), limit=2, deadline=0.2) as outcomes:
        kinds = {outcome.item: type(outcome.error) for outcome in outcomes}
        go.set()
    assert [kinds[item] for item in range(10)] == [type(None)] * 2 + [DeadlineExceededError] * 2 + [NotReachedError] * 6


def test_a_second_run_does_the_rest_and_only_the_rest(tmp_path: Path) -> None:
    calls: list[int] = []

    def call(item: int) -> int:
        calls.append(item)
        return item

    with fan_out_blocking(call, range(100), limit=4, checkpoint=tmp_path / "finished") as outcomes:
        for outcome in outcomes:
            if outcome.index >= 50:
                break
    with fan_out_blocking(call, range(100), limit=4, checkpoint=tmp_path / "finished") as outcomes:
        assert all(outcome.ok for outcome in outcomes)
    assert set(calls) == set(range(100))
    assert len(calls) <= 100 + 8


def test_what_a_loop_is_done_with_is_remembered_at_once(tmp_path: Path) -> None:
    for outcome in fan_out_blocking(double, [0, 1, 2], limit=1, checkpoint=tmp_path / "finished"):
        assert len((tmp_path / "finished").read_text().splitlines()) == 1 + outcome.index
    assert len((tmp_path / "finished").read_text().splitlines()) == 4


def test_progress_is_reported_at_the_end() -> None:
    reports: list[Progress] = []
    fetch_all_blocking(double, range(20), on_progress=reports.append)
    assert (reports[-1].done, reports[-1].failed, reports[-1].total) == (20, 2, 20)


def test_the_context_of_the_caller_is_that_of_the_calls() -> None:
    import contextvars

    tenant: contextvars.ContextVar[str] = contextvars.ContextVar("tenant", default="nobody")
    tenant.set("acme")

    def call(item: int) -> str:
        return tenant.get()

    assert {outcome.result() for outcome in fetch_all_blocking(call, range(5))} == {"acme"}


def test_async_functions_are_refused() -> None:
    async def call(item: int) -> int:
        return item

    polytomic = AsyncPolytomic(api_key=KEY)
    method: Any = polytomic.get_bulk_destination
    for fetch in (call, method, partial(method), polytomic.with_response.get_bulk_destination):
        with pytest.raises(TypeError, match="fetch must be a blocking function, got an async one. Use fan_out"):
            fan_out_blocking(cast("Any", fetch), [1])
    with pytest.raises(TypeError, match=r"fetch must be a blocking function, got async .*\. Use fan_out\.$"):
        fetch_all_blocking(lambda item: call(item), range(5))  # noqa: PLW0108


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(TypeError, match="fetch must be a function, got int"):
        fan_out_blocking(cast("Any", 5), [1])
    with pytest.raises(TypeError, match="items must be an iterable of items, got 5"):
        fan_out_blocking(double, cast("Any", 5))
    with pytest.raises(TypeError, match="got a single str"):
        fan_out_blocking(double, cast("Any", "abc"))
    with pytest.raises(ValueError, match="limit must be a positive int"):
        fan_out_blocking(double, [1], limit=0)
    with pytest.raises(TypeError, match=r"cannot be called with one item: .*positional"):
        fetch_all_blocking(cast("Any", lambda: 1), range(5))

    async def items() -> AsyncIterator[int]:
        yield 1

    with pytest.raises(TypeError, match="items must be an iterable, got an async iterable. Use fan_out"):
        fan_out_blocking(double, cast("Any", items()))
