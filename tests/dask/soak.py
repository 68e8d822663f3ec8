"""What a fan-out over a Dask cluster costs, and whether it keeps its promises when processes are killed.

    python -m tests.dask.soak                    a million ids and 50 kills, in up to ten minutes on two idle cores
    python -m tests.dask.soak --quick            a tenth of the ids, 10 kills
    python -m tests.dask.soak --only rate,pause  some of it

Scheduler, workers, driver and server are processes of their own. It prints a table, and fails if a demand is not met.
Times and rates need an idle machine; counts and bounds do not.
"""

# ruff: noqa: T201  (it is a program)

from __future__ import annotations

import argparse
import random
import signal
import statistics
import sys
import tempfile
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from .soak_machine import POISON, Child, Cluster, HangError

LIMIT = 64
BATCH = 1_000
RUN_LASTS = 400.0
"""Seconds for a run over a million ids, before it counts as a hang."""


class Row(NamedTuple):
    """A line of the table."""

    what: str
    demand: str
    measured: str
    met: bool


class Soak:
    """What all measurements share: the server, and how many ids and kills there are."""

    def __init__(self, server: Child, ids: int, kills: int) -> None:
        self.server = server
        self.url: str = server.hear()["url"]
        self.ids = ids
        self.kills = kills

    def reset(self, count: int, **world: Any) -> None:
        self.server.ask("reset", count=count, **world)

    def report(self) -> dict[str, Any]:
        return self.server.ask("report")

    @contextmanager
    def cluster(self, **options: Any) -> Generator[Cluster]:
        with Cluster(self.url, **options) as cluster:
            # Until every process has made its first calls, imports are part of what is measured.
            self.reset(4_000)
            cluster.driver.tell("run", count=4_000, limit=LIMIT, batch=200)
            assert cluster.driver.end()["error"] is None
            yield cluster


# --- What it costs ----------------------------------------------------------------------------------------------------


def grown(end: dict[str, Any]) -> float:
    """Return the MB by which a driver grew from three quarters of its outcomes on."""
    done, last = end["samples"][-1]
    return float(last - next(mb for at, mb in end["samples"] if at >= 0.75 * done))


def cost(soak: Soak) -> Iterator[Row]:
    single = [_single(soak)]
    with soak.cluster() as cluster:
        before = cluster.cpu()
        plain = _million(soak, cluster.driver, fetch="operation")
        scheduler, workers = (after - start for after, start in zip(cluster.cpu(), before, strict=True))
        requests = soak.report()["requests"]
        single.append(_single(soak))
        once = 1e6 / soak.ids
        yield Row(
            f"outcomes of {soak.ids:,} ids: lost, twice",
            "0, 0",
            f"{plain['lost']}, {plain['twice']}; {requests:,} requests, {plain['seconds']:.0f} s",
            plain["lost"] == plain["twice"] == 0 and not plain["kinds"] and requests == soak.ids,
        )
        alone = statistics.mean(single)
        yield Row(
            "CPU of the workers per id, against `fan_out`",
            "≤ 1.4 x",
            f"{workers * once / alone:.2f} x ({workers * once:.0f} µs, and {alone:.0f} µs)",
            workers * once <= 1.4 * alone,
        )
        yield _driven("operations", 30, plain["cpu"] * once, scheduler * once)
        yield Row(
            f"memory of the driver, {soak.ids:,} ids",
            "≤ 130 MB, from 750k on + ≤ 2 MB",
            f"{plain['peak_mb']:.0f} MB, + {grown(plain):.1f} MB",
            plain["peak_mb"] <= 130 and grown(plain) <= 2,
        )
    with soak.cluster() as cluster, tempfile.TemporaryDirectory() as folder:
        before = cluster.cpu()
        noted = _million(soak, cluster.driver, fetch="small")
        scheduler = cluster.cpu()[0] - before[0]
        yield _driven("small values", 15, noted["cpu"] * once, scheduler * once)
        cluster.driver.close()
        cluster.driver = cluster.new_driver()
        noted = _million(soak, cluster.driver, fetch="small", checkpoint=str(Path(folder) / "finished"))
        each = (noted["peak_mb"] - plain["peak_mb"]) * once
        yield Row(
            "memory of the driver with a checkpoint",
            "+ ≤ 160 B an id",
            f"{noted['peak_mb']:.0f} MB: + {each:.0f} B an id",
            each <= 160 and noted["lost"] == noted["twice"] == 0,
        )


def _driven(what: str, most: float, driver: float, scheduler: float) -> Row:
    return Row(
        f"CPU of driver and scheduler per id, batches of {BATCH:,}, {what}",
        f"≤ {most:.0f} µs",
        f"{driver + scheduler:.1f} µs ({driver:.1f} and {scheduler:.1f})",
        driver + scheduler <= most,
    )


def _million(soak: Soak, driver: Child, **options: Any) -> dict[str, Any]:
    soak.reset(soak.ids)
    driver.tell("run", count=soak.ids, limit=LIMIT, batch=BATCH, **options)
    end = driver.end(RUN_LASTS)
    assert end["error"] is None, end["error"]
    return end


def _single(soak: Soak) -> float:
    """Return the µs of CPU of a call of `polytomic_client.fan_out`."""
    count = max(soak.ids // 10, 10_000)
    soak.reset(count)
    environment = {"POLYTOMIC_API_KEY": "a-key-of-the-stub", "POLYTOMIC_DEPLOYMENT_URL": soak.url}
    with Child("tests.dask.soak_roles", "driver", "", "{}", **environment) as process:
        process.tell("single", count=4_000, limit=LIMIT)
        process.end()
        soak.reset(count)
        process.tell("single", count=count, limit=LIMIT)
        end = process.end(RUN_LASTS)
    assert end["lost"] == end["twice"] == 0
    return float(end["cpu"] / count * 1e6)


# --- What all processes keep together ---------------------------------------------------------------------------------


def rate(soak: Soak) -> Iterator[Row]:
    asked, seconds = 1_000, 16
    count = asked * seconds
    with soak.cluster() as cluster:
        soak.reset(count, latency=(0.001, 0.01), record=True)
        began = time.monotonic()
        cluster.driver.tell("run", count=count, limit=LIMIT, batch=500, rate=asked)
        time.sleep(6)
        cluster.start_worker().hear()
        time.sleep(2)
        cluster.kill_worker()
        changed = time.monotonic()
        end = cluster.driver.end()
        starts = soak.report()["starts"]
    assert end["lost"] == end["twice"] == 0
    steady = _within(starts, began + 2, began + 6) / 4
    windows = [bisect_left(starts, start + 1) - place for place, start in enumerate(starts)]
    most = max(windows)
    meanwhile = min(
        window
        for start, window in zip(starts, windows, strict=True)
        if began + 6 <= start <= min(changed + 3, starts[-1] - 1.5)
    )
    yield Row(
        f"rate of {asked:,} per second: steady, most in any second, least while a worker joins and one is killed",
        "± 1 %, ≤ 106 %, ≥ 75 %",
        f"{steady / asked:.1%}, {most / asked:.1%}, {meanwhile / asked:.1%}",
        abs(steady / asked - 1) <= 0.01 and most <= 1.06 * asked and meanwhile >= 0.75 * asked,
    )


def _within(starts: list[float], first: float, last: float) -> int:
    return bisect_right(starts, last) - bisect_left(starts, first)


def in_flight(soak: Soak) -> Iterator[Row]:
    limit, count = 40, 4_000
    with soak.cluster() as cluster:
        soak.reset(count, latency=(0.05, 0.15))
        cluster.driver.tell("run", count=count, limit=limit, batch=200)
        time.sleep(1.5)
        cluster.start_worker().hear()
        time.sleep(1)
        cluster.kill_worker()
        time.sleep(1)
        leaving = cluster.workers.pop(0)
        leaving.kill(signal.SIGTERM)  # it closes in order
        end = cluster.driver.end()
        leaving.close()
        report = soak.report()
    yield Row(
        f"in flight at the server, with a limit of {limit}, while one worker joins, one is killed, one leaves",
        f"≤ {limit}",
        f"{report['most_waiting']}; {report['again']} calls came again",
        report["most_waiting"] <= limit and end["lost"] == end["twice"] == 0,
    )


def pause(soak: Soak) -> Iterator[Row]:
    seconds, late = 2.0, list[float]()
    with soak.cluster() as cluster:
        for after in (500, 900, 1_300):
            soak.reset(4_000, latency=(0.001, 0.01), record=True, trouble="pause", trouble_after=after, pause=seconds)
            cluster.driver.tell("run", count=4_000, limit=LIMIT, batch=200)
            end = cluster.driver.end()
            assert end["lost"] == end["twice"] == 0
            report = soak.report()
            paused = report["trouble_at"]
            within = [start - paused for start in report["starts"] if paused < start < paused + seconds]
            late.append(max(within, default=0.0))
    yield Row(
        "`Retry-After`: the last request of any process before its end, after the response",
        "≤ 0.05 s",
        f"{max(late):.3f} s in the worst of {len(late)}",
        max(late) <= 0.05,
    )


# --- What ends it -----------------------------------------------------------------------------------------------------


def ending(soak: Soak) -> Iterator[Row]:
    count = 50_000
    options: dict[str, Any] = {"count": count, "limit": LIMIT, "batch": 500}
    slow = (0.001, 0.02)
    with soak.cluster() as cluster:
        soak.reset(count, latency=slow, trouble="reject", trouble_after=5_000)
        cluster.driver.tell("run", **options)
        end = cluster.driver.end()
        time.sleep(1)
        report = soak.report()
        rejected = report["last"] - report["trouble_at"]
        yield _ended("401", 0.3, rejected, usable=_usable(soak, cluster), also="AuthenticationError" in end["error"])

        soak.reset(count, latency=slow)
        cluster.driver.tell("run", marks=[3_000], **options)
        cluster.driver.hear()
        at = time.monotonic()
        cluster.driver.kill(signal.SIGINT)
        end = cluster.driver.end()
        time.sleep(1)
        last = soak.report()["last"] - at
        yield _ended("Ctrl-C", 0.3, last, usable=_usable(soak, cluster), also="KeyboardInterrupt" in end["error"])

        soak.reset(count, latency=slow)
        cluster.driver.tell("run", marks=[3_000], **options)
        cluster.driver.hear()
        at = time.monotonic()
        cluster.driver.kill()
        cluster.driver.close()
        time.sleep(2)
        last = soak.report()["last"] - at
        cluster.driver = cluster.new_driver()
        yield _ended("the driver is killed", 0.1, last, usable=_usable(soak, cluster), also=True)


def _ended(what: str, most: float, last: float, *, usable: bool, also: bool) -> Row:
    shown = "the cluster stays usable" if usable else "the cluster is NOT usable afterwards"
    return Row(
        f"{what}: the last request, later",
        f"≤ {most} s",
        f"{max(last, 0):.3f} s; {shown}",
        last <= most and usable and also,
    )


def _usable(soak: Soak, cluster: Cluster) -> bool:
    soak.reset(2_000)
    cluster.driver.tell("run", count=2_000, limit=LIMIT, batch=200)
    end = cluster.driver.end()
    return end["error"] is None and end["lost"] == end["twice"] == 0 and soak.report()["requests"] == 2_000


def scheduler(soak: Soak) -> Iterator[Row]:
    count = 30_000
    soak.reset(count)
    with tempfile.TemporaryDirectory() as folder:
        options: dict[str, Any] = {
            "count": count,
            "limit": LIMIT,
            "batch": 500,
            "checkpoint": str(Path(folder) / "finished"),
        }
        with soak.cluster() as cluster:
            soak.reset(count, latency=(0.001, 0.01))
            cluster.driver.tell("run", marks=[10_000], **options)
            cluster.driver.hear()
            at = time.monotonic()
            cluster.scheduler.kill()
            first = cluster.driver.end()
            seconds = first["end"] - at
        with soak.cluster() as cluster:
            soak.reset(count)
            cluster.driver.tell("run", **options)
            second = cluster.driver.end()
    one, two = bytes.fromhex(first["seen"]), bytes.fromhex(second["seen"])
    exact = all(a + b == 1 for a, b in zip(one, two, strict=True))
    yield Row(
        "the scheduler is killed: an error, later; the union of both runs",
        "≤ 5 s, exact",
        f"{seconds:.1f} s, {'exact' if exact else 'NOT exact'} ({sum(one):,} + {sum(two):,})",
        seconds <= 5 and exact and "ClusterError" in (first["error"] or "") and second["error"] is None,
    )


def kills(soak: Soak) -> Iterator[Row]:
    count, batch = 4_000, 100
    lost = twice = again = most = hangs = 0
    with soak.cluster(workers=3) as cluster:
        joining: list[Child] = []
        lasts = 1.0
        for number in range(soak.kills + 1):
            while joining and len(cluster.workers) - len(joining) < 2:
                joining.pop(0).hear()
            soak.reset(count, latency=(0.0, 0.01))
            began = time.monotonic()
            cluster.driver.tell("run", count=count, limit=32, batch=batch)
            if number:  # the first one measures how long a run lasts
                time.sleep(random.uniform(0, lasts))
                cluster.kill_worker()
                joining.append(cluster.start_worker())
            try:
                end = cluster.driver.end()
            except HangError as error:
                hangs += 1
                print(f"run {number}: {error}", flush=True)
                break
            if not number:
                lasts = time.monotonic() - began
            report = soak.report()
            if end["error"] is not None or end["kinds"] or end["lost"] or end["twice"]:
                print(
                    f"run {number}: {end['error']} {end['kinds']} lost {end['lost']} twice {end['twice']}", flush=True
                )
            lost += end["lost"] + report["missed"]
            twice += end["twice"]
            again += report["again"]
            most = max(most, report["again"])
    yield Row(
        f"a worker of 3 is killed in {soak.kills} runs: outcomes lost, twice, hangs",
        "0, 0, 0",
        f"{lost}, {twice}, {hangs}",
        lost == twice == hangs == 0,
    )
    yield Row(
        f"ids that are asked again per kill, batches of {batch}",
        f"≤ {batch * 7:,}",
        f"{again / max(soak.kills, 1):.0f} on average, {most} at most",
        most <= batch * 7,
    )


def alone(soak: Soak) -> Iterator[Row]:
    with soak.cluster(role="nanny", **{"distributed.scheduler.allowed-failures": 0}) as cluster:
        soak.reset(64)
        cluster.driver.tell("run", count=64, limit=LIMIT, batch=8, fetch="poison")
        end = cluster.driver.end(180)
        yield Row(
            "an item ends its process, batches of 8, allowed-failures 0",
            "only it fails, with WorkerLostError",
            f"{', '.join(end['kinds'])} of {len(end['failed'])} item, after {end['seconds']:.0f} s",
            (end["kinds"], end["failed"], end["lost"], end["twice"]) == ({"WorkerLostError": 1}, [POISON], 0, 0),
        )
    with Cluster(soak.url, workers=0) as cluster:
        cluster.driver.tell("run", count=64, limit=LIMIT, no_workers_after=2.0)
        end = cluster.driver.end()
        yield Row(
            "no worker, `no_workers_after=2`: an error, later",
            "2 to 4 s",
            f"{end['seconds']:.1f} s ({(end['error'] or 'none').partition(':')[0]})",
            2 <= end["seconds"] <= 4 and "no_workers_after" in (end["error"] or ""),
        )


PARTS: dict[str, Callable[[Soak], Iterator[Row]]] = {
    "cost": cost,
    "rate": rate,
    "in-flight": in_flight,
    "pause": pause,
    "ending": ending,
    "scheduler": scheduler,
    "kills": kills,
    "alone": alone,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ids", type=int)
    parser.add_argument("--kills", type=int)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default=",".join(PARTS), help=", ".join(PARTS))
    chosen = parser.parse_args()
    rows: list[Row] = []
    began = time.monotonic()
    with Child("tests.dask.soak_server") as server:
        soak = Soak(
            server,
            chosen.ids or (100_000 if chosen.quick else 1_000_000),
            (10 if chosen.quick else 50) if chosen.kills is None else chosen.kills,
        )
        for name in chosen.only.split(","):
            started = time.monotonic()
            for row in PARTS[name](soak):
                rows.append(row)
                print(
                    f"{'' if row.met else 'NOT MET: '}{row.what}: {row.measured} (demanded: {row.demand})", flush=True
                )
            print(f"  {name}: {time.monotonic() - started:.0f} s", flush=True)
    print("\n| | demand | measured | met |\n| --- | --- | --- | --- |")
    for row in rows:
        print(f"| {row.what} | {row.demand} | {row.measured} | {'yes' if row.met else 'no'} |")
    print(f"\n{time.monotonic() - began:.0f} s")
    return 0 if all(row.met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
