"""What opening a fan-out requires of the cluster."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest

from polytomic_client.dask import ClusterError
from polytomic_client.dask._link import Link


def cluster(status: str, told: list[str], version: str) -> Any:
    async def scheduler(*, action: str, **_: object) -> dict[str, str]:
        told.append(action)
        return {"version": version}

    def register(_: object) -> None:
        pass

    def sync(function: Callable[[], Awaitable[object]], **_: object) -> object:
        return asyncio.run(function())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

    return SimpleNamespace(
        status=status,
        id="driver",
        register_plugin=register,
        scheduler=SimpleNamespace(polytomic_client=scheduler),
        sync=sync,
    )


def test_a_client_that_is_closed() -> None:
    told: list[str] = []
    with pytest.raises(ClusterError, match="the client of the cluster is closed. Create another"):
        Link(cluster("closed", told, ""), "run").open(1)
    assert told == []


def test_another_version_leaves_nothing_in_the_scheduler() -> None:
    told: list[str] = []
    with pytest.raises(ClusterError, match="the scheduler has version 0.0.1 of polytomic-client"):
        Link(cluster("running", told, "0.0.1"), "run").open(1)
    assert told == ["open", "close"]
