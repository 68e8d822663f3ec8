"""The pitfalls that a fan-out over a cluster has met, by their numbers. Each test fails without its guard."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from distributed import Client, LocalCluster, Security, WorkerPlugin

from polytomic_client import AsyncPolytomic, ConfigurationError
from polytomic_client.dask import ClusterError, WorkerLostError, fan_out
from polytomic_client.dask._wire import Spec, pickled

from ..fast_server import OK, answer
from . import calls
from .conftest import local_cluster
from .nodes import nodes
from .stub import Call, Stub

pytestmark = [pytest.mark.dask, pytest.mark.process]


def ids(count: int) -> list[str]:
    return [f"i{number}" for number in range(count)]


def later(seconds: float, function: Callable[[], object]) -> None:
    def wait() -> None:
        time.sleep(seconds)
        function()

    Thread(target=wait, daemon=True).start()


class DiesWhenAsked(WorkerPlugin):
    """Ends its worker at the moment at which somebody fetches a result from it, once."""

    def __init__(self, flag: Path) -> None:
        self.flag = flag

    def setup(self, worker: Any) -> None:
        flag = self.flag

        fetch = worker.handlers["get_data"]

        async def get_data(comm: Any, **options: Any) -> Any:
            if not flag.exists():
                flag.touch()
                os.kill(os.getpid(), signal.SIGKILL)
            return await fetch(comm, **options)

        worker.handlers["get_data"] = get_data


def test_1_a_task_that_fails_after_its_result_was_lost_with_its_worker(server: Stub, tmp_path: Path) -> None:
    """Dask's `as_completed` never tells of it."""
    server.reply = lambda call: (answer(body={"nth": call.nth}), 0.0)
    with nodes(tmp_path, 3, scheduler__allowed_failures="0") as cluster:
        # One worker ends while its result is fetched, another one when it makes the calls again.
        cluster.client.register_plugin(DiesWhenAsked(tmp_path / "flag"))
        with fan_out(cluster.client, calls.deadly_the_second_time, ids(2), make_client=calls.client) as outcomes:
            found = Counter(outcome.index for outcome in outcomes if outcome.ok)

    assert (tmp_path / "flag").exists()
    assert found == Counter(range(2))
    assert server.nth["i0"] == 3


def test_2_a_cluster_whose_workers_do_not_come_back(server: Stub, tmp_path: Path) -> None:
    server.reply = lambda _: (OK, 0.02)
    with nodes(tmp_path, 1) as cluster:
        with fan_out(
            cluster.client, calls.status, ids(2_000), make_client=calls.client, no_workers_after=1
        ) as outcomes:
            next(iter(outcomes))
            cluster.signal(0, signal.SIGKILL)
            killed = time.monotonic()
            with pytest.raises(ClusterError, match="no worker for 1 s"):
                list(outcomes)

    assert 0.5 < time.monotonic() - killed < 8


def test_3_a_poison_item_takes_no_other_with_it(cluster: Client, server: Stub) -> None:
    items = [*ids(3), "poison", *ids(5)[3:]]
    with fan_out(cluster, calls.poison, items, make_client=calls.client, batch=2) as outcomes:
        found = list(outcomes)

    assert sorted(outcome.item for outcome in found) == sorted(items)
    [failed] = [outcome for outcome in found if not outcome.ok]
    assert failed.item == "poison"
    assert isinstance(failed.error, WorkerLostError)
    cluster.wait_for_workers(2, timeout=20)


def test_4_a_batch_is_one_byte_string_for_dask(cluster: Any, server: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    submitted: list[tuple[Any, ...]] = []
    submit = cluster.submit

    def note(function: Any, *arguments: Any, **options: Any) -> Any:
        submitted.append(arguments)
        return submit(function, *arguments, **options)

    monkeypatch.setattr(cluster, "submit", note)
    with fan_out(cluster, calls.status, ids(100), make_client=calls.client) as outcomes:
        assert sum(outcome.ok for outcome in outcomes) == 100

    assert submitted
    assert all([type(each) for each in arguments] == [bytes] for arguments in submitted)


def test_5_a_key_that_travels_is_found_before_the_first_call(cluster: Client, server: Stub) -> None:
    key, url = "a-key-in-a-closure", server.url

    with fan_out(
        cluster, calls.status, ids(10), make_client=lambda: AsyncPolytomic(api_key=key, base_url=url)
    ) as outcomes:
        with pytest.raises(ConfigurationError, match="contains an API key, which would travel"):
            list(outcomes)

    assert server.calls == []
    spec = Spec("run", AsyncPolytomic.get_bulk_destination, calls.client, 64, None, None, ())
    assert calls.KEY.encode() not in pickled(spec)


def test_6_calls_under_way_stop(cluster: Client, server: Stub) -> None:
    """Dask's `cancel` does not stop a task that runs."""
    server.reply = lambda _: (OK, 0.05)
    with fan_out(cluster, calls.status, ids(2_000), make_client=calls.client, limit=8) as outcomes:
        next(iter(outcomes))
        left = time.monotonic()

    count = len(server.calls)
    assert time.monotonic() - left < 0.5
    time.sleep(0.3)
    assert len(server.calls) == count
    assert server.waiting == 0


def test_7_a_post_has_the_same_key_when_its_batch_runs_again(
    cluster: Client, server: Stub, pids: Callable[[], list[int]]
) -> None:
    victims = pids()

    def script(call: Call) -> tuple[bytes, float]:
        if len(server.calls) == 30:
            for victim in victims:
                os.kill(victim, signal.SIGKILL)
        return OK, 0.02

    server.reply = script
    with fan_out(cluster, calls.post_twice, ids(40), make_client=calls.client, limit=8, batch=8) as outcomes:
        found = Counter(outcome.item for outcome in outcomes if outcome.ok)

    assert found == Counter(ids(40))
    assert max(server.nth.values()) > 2
    keys: dict[str, Counter[str | None]] = {}
    for call in server.calls:
        keys.setdefault(call.item, Counter())[call.key] += 1
    # Each of the two requests of an item has a key of its own, however often it was made.
    assert {len(each) for each in keys.values()} == {2}
    assert len({key for each in keys.values() for key in each}) == 80
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{8,255}", key or "") for each in keys.values() for key in each)
    cluster.wait_for_workers(2, timeout=20)


def test_8_a_worker_that_hangs_keeps_its_share_until_it_is_given_up(server: Stub, tmp_path: Path) -> None:
    server.reply = lambda _: (OK, 0.05)

    def in_the_last_second() -> int:
        return sum(call.at > time.monotonic() - 1 for call in server.calls[-200:])

    # A scheduler waits for ten heartbeats at least: five seconds.
    with nodes(tmp_path, 2, scheduler__worker_ttl="2s", scheduler__allowed_failures="10") as cluster:
        with fan_out(cluster.client, calls.status, ids(900), make_client=calls.client, limit=6, batch=20) as outcomes:
            found = Counter(next(iter(outcomes)).index for _ in range(30))
            cluster.signal(0, signal.SIGSTOP)
            stopped = time.monotonic()
            for outcome in outcomes:
                found[outcome.index] += 1
                # Three at once make 60 calls a second, six make 120.
                if time.monotonic() - stopped > 2 and in_the_last_second() > 85:
                    break
            alone = time.monotonic() - stopped
            cluster.signal(0, signal.SIGCONT)
            found.update(outcome.index for outcome in outcomes)

    assert found == Counter(range(900))
    assert server.most_in_flight == 6
    assert 4 < alone < 12


def test_8_a_worker_that_was_stopped_for_a_while_asks_before_it_goes_on(server: Stub, tmp_path: Path) -> None:
    """Its share is still its own, since the scheduler has not given it up."""
    server.reply = lambda _: (OK, 0.02)
    with nodes(tmp_path, 2) as cluster:
        with fan_out(cluster.client, calls.status, ids(400), make_client=calls.client, limit=4, batch=20) as outcomes:
            found = [next(iter(outcomes))]
            cluster.signal(0, signal.SIGSTOP)
            later(1.5, lambda: cluster.signal(0, signal.SIGCONT))
            found.extend(outcomes)

    assert sorted(outcome.index for outcome in found) == list(range(400))
    assert server.most_in_flight == 4


def _other_version(where: str) -> None:
    from importlib import import_module

    vars(import_module(f"polytomic_client.dask.{where}"))["__version__"] = "0.0.1"


@pytest.mark.parametrize(
    ("where", "text"), [("_scheduler", "the scheduler has"), ("_worker", "the worker tcp://.* has")]
)
def test_9_every_process_has_the_same_version(server: Stub, tmp_path: Path, where: str, text: str) -> None:
    with nodes(tmp_path, 1) as cluster:
        run: Any = cluster.client.run_on_scheduler if where == "_scheduler" else cluster.client.run
        run(_other_version, where)
        with fan_out(cluster.client, calls.status, ids(10), make_client=calls.client) as outcomes:
            with pytest.raises(
                ClusterError, match=f"{text} version 0.0.1 of polytomic-client.*same version everywhere"
            ):
                list(outcomes)

    assert server.calls == []


def test_10_a_batch_that_arrives_as_a_process_retires(cluster: Client, server: Stub) -> None:
    def items() -> Any:
        for number in range(12):
            # About as long as a process stays a member without a batch.
            time.sleep(0.14 + 0.02 * number)
            yield f"i{number}"

    with fan_out(cluster, calls.status, items(), make_client=calls.client, limit=3) as outcomes:
        assert sorted(outcome.index for outcome in outcomes if outcome.ok) == list(range(12))


def test_10_closing_does_not_wait_for_a_scheduler_that_hangs(
    server: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("polytomic_client.dask._link.REPLY_LASTS", 0.5)
    server.reply = lambda _: (OK, 0.05)
    with nodes(tmp_path, 1) as cluster:
        with fan_out(cluster.client, calls.status, ids(1_000), make_client=calls.client, limit=8) as outcomes:
            next(iter(outcomes))
            cluster.scheduler.send_signal(signal.SIGSTOP)
            left = time.monotonic()
        assert time.monotonic() - left < 2
        cluster.scheduler.send_signal(signal.SIGCONT)


def test_workers_that_are_killed_lose_and_duplicate_nothing(
    cluster: Client, server: Stub, pids: Callable[[], list[int]]
) -> None:
    server.reply = lambda _: (OK, 0.01)
    found: Counter[int] = Counter()
    killed: list[int] = []
    with fan_out(cluster, calls.status, ids(1_500), make_client=calls.client, limit=16, batch=50) as outcomes:
        for outcome in outcomes:
            found[outcome.index] += outcome.ok
            if sum(found.values()) in (300, 900):
                killed.append(pids()[0])
                os.kill(killed[-1], signal.SIGKILL)

    assert len(set(killed)) == 2
    assert found == Counter(range(1_500))
    assert server.most_in_flight <= 16
    cluster.wait_for_workers(2, timeout=20)


def test_a_worker_that_leaves_in_order_ends_its_calls_before_others_have_its_share(
    server: Stub, tmp_path: Path
) -> None:
    server.reply = lambda _: (OK, 0.1)
    with nodes(tmp_path, 2) as cluster:
        with fan_out(cluster.client, calls.status, ids(900), make_client=calls.client, limit=40, batch=100) as outcomes:
            found = Counter(next(iter(outcomes)).index for _ in range(150))
            cluster.signal(0, signal.SIGTERM)
            found.update(outcome.index for outcome in outcomes if outcome.ok)

    assert found == Counter(range(900))
    assert server.most_in_flight == 40


def test_a_scheduler_that_is_killed_ends_it_and_the_next_run_completes(server: Stub, tmp_path: Path) -> None:
    server.reply = lambda _: (OK, 0.01)
    checkpoint = tmp_path / "done"
    found: list[str] = []
    with nodes(_folder(tmp_path, "one"), 1) as cluster:
        with fan_out(
            cluster.client, calls.status, ids(400), make_client=calls.client, checkpoint=checkpoint, limit=8
        ) as outcomes:
            killed = 0.0
            with pytest.raises(ClusterError):
                for outcome in outcomes:
                    found.append(outcome.item)
                    if len(found) == 100:
                        cluster.scheduler.send_signal(signal.SIGKILL)
                        killed = time.monotonic()
            assert time.monotonic() - killed < 5
    with nodes(_folder(tmp_path, "two"), 1) as cluster:
        with fan_out(
            cluster.client, calls.status, ids(400), make_client=calls.client, checkpoint=checkpoint
        ) as outcomes:
            found.extend(outcome.item for outcome in outcomes)

    assert sorted(found) == sorted(ids(400))


def _folder(parent: Path, name: str) -> Path:
    folder = parent / name
    folder.mkdir()
    return folder


DRIVER = """
import sys
from distributed import Client
from polytomic_client.dask import fan_out
from tests.dask import calls

if __name__ == "__main__":
    with Client(sys.argv[1], set_as_default=False) as cluster:
        items = [f"i{number}" for number in range(20_000)]
        with fan_out(cluster, calls.status, items, make_client=calls.client, limit=8, batch=20) as outcomes:
            for outcome in outcomes:
                print(outcome.item, flush=True)
"""


def test_a_driver_that_is_killed_leaves_no_calls_behind(local: LocalCluster, server: Stub) -> None:
    server.reply = lambda _: (OK, 0.01)
    driver = subprocess.Popen([sys.executable, "-c", DRIVER, local.scheduler_address], stdout=subprocess.PIPE)
    assert driver.stdout is not None
    for _ in range(50):
        assert driver.stdout.readline()
    driver.send_signal(signal.SIGKILL)
    killed = time.monotonic()
    driver.wait()
    driver.stdout.close()

    time.sleep(0.5)
    assert server.calls[-1].at - killed < 0.1
    assert server.waiting == 0


def test_a_cluster_with_tls(server: Stub) -> None:
    security: Any = Security
    with local_cluster(n_workers=1, threads_per_worker=1, security=security.temporary(), protocol="tls://") as made:
        with Client(made, set_as_default=False) as cluster:
            assert made.scheduler_address.startswith("tls://")
            with fan_out(cluster, calls.status, ids(50), make_client=calls.client) as outcomes:
                assert sum(outcome.ok for outcome in outcomes) == 50
