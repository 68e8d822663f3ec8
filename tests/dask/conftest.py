"""A cluster of two worker processes, which the tests share, and a server that they call."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from dask import config
from distributed import Client, LocalCluster

from .stub import Stub

SETTINGS = {"distributed.scheduler.allowed-failures": 0, "distributed.admin.log-format": "%(message)s"}


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The file in which the workers find the URL of the server."""
    path = tmp_path_factory.mktemp("dask") / "url"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POLYTOMIC_TEST_URL", str(path))
        patch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]))
        yield path


@pytest.fixture
def server(address: Path) -> Iterator[Stub]:
    with Stub() as server:
        address.write_text(server.url)
        yield server


@contextmanager
def local_cluster(**options: Any) -> Generator[LocalCluster]:
    """A cluster of worker processes, with its scheduler in this one."""
    # Also without a dashboard, a scheduler listens at the port of one, which another cluster may use.
    options |= {"dashboard_address": None, "scheduler_kwargs": {"dashboard_address": ":0"}}
    made = LocalCluster(silence_logs=50, memory_limit=0, **options)
    with made:
        yield made


@pytest.fixture(scope="session")
def local(address: Path) -> Iterator[LocalCluster]:
    with config.set(SETTINGS), local_cluster(n_workers=2, threads_per_worker=2) as cluster:
        yield cluster


@pytest.fixture
def cluster(local: LocalCluster) -> Iterator[Client]:
    with Client(local, set_as_default=False) as client:
        client.wait_for_workers(2)
        yield client


@pytest.fixture
def pids(cluster: Any) -> Callable[[], list[int]]:
    """A function that returns the processes of the workers."""
    return lambda: list(cluster.run(os.getpid).values())
