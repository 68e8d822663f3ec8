"""A sandbox on a socket, and the command line in this process."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from polytomic_client import Polytomic, models, schedules
from polytomic_client.cli import main
from polytomic_client.sandbox import Sandbox

CONNECTIONS = 120
"""Enough that the sandbox has connections that it lists and that fail."""


@dataclass(frozen=True)
class Result:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        """The lines of JSON on stdout."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def json(self) -> Any:
        """The document on stdout."""
        return json.loads(self.out)


Run = Callable[..., Result]


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(connections=CONNECTIONS, seed=7, execution_seconds=0.05) as served:
        yield served


@pytest.fixture(scope="session")
def sync_id(sandbox: Sandbox) -> str:
    one, other = [connection.id for connection in sandbox.world.connections if connection.type == "snowflake"][:2]
    with Polytomic(api_key=sandbox.key, base_url=sandbox.url) as polytomic:
        sync = polytomic.create_bulk_sync(
            name="Users and orders",
            source_connection_id=one,
            destination_connection_id=other,
            destination_configuration=models.DestinationConfiguration(),
            mode=models.BulkMode.SNAPSHOT,
            schedule=schedules.daily(hour=5),
        )
    return str(sync.data.id)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """No settings but those of a test."""
    for name in ("KEY", "URL"):
        monkeypatch.delenv(f"POLYTOMIC_DEPLOYMENT_{name}", raising=False)
    for name in ("POLYTOMIC_API_KEY", "NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.fixture
def run(sandbox: Sandbox, environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command, piped, with the sandbox's URL and key in the environment."""
    environment.setenv("POLYTOMIC_DEPLOYMENT_URL", sandbox.url)
    environment.setenv("POLYTOMIC_API_KEY", sandbox.key)

    def perform(*arguments: str, stdin: str = "") -> Result:
        environment.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="latin-1"))
        environment.setattr("sys.argv", ["polytomic", *arguments])
        capsys.readouterr()
        code = main(arguments)
        out, err = capsys.readouterr()
        return Result(code, out, err)

    return perform
