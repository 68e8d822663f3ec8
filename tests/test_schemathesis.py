"""schemathesis over the sandbox: whatever it makes of the document, the sandbox answers as the document says."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from polytomic_client import Polytomic
from polytomic_client.sandbox import Sandbox
from polytomic_client.v2023_04_25 import models

pytestmark = pytest.mark.process


DOCUMENT = Path(__file__).resolve().parents[1] / "openapi" / "polytomic-2023-04-25.yaml"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(connections=20, seed=3, execution_seconds=0.05) as running:
        yield running


@pytest.fixture
def configuration(sandbox: Sandbox, tmp_path: Path) -> Path:
    """The settings of a run: things that there are, so that not every answer is a 404, and what may be answered."""
    source, destination = [connection.id for connection in sandbox.world.connections if connection.type == "mysql"]
    new = models.CreateBulkSync(
        name="Sync",
        source_connection_id=source,
        destination_connection_id=destination,
        destination_configuration=models.DestinationConfiguration(),
        mode=models.BulkMode.SNAPSHOT,
        schedule=models.BulkSchedule(frequency=models.ScheduleFrequency.MANUAL),
    )
    with Polytomic(api_key=sandbox.key, base_url=sandbox.url) as polytomic:
        bulk_sync = polytomic.create_bulk_sync(body=new).data
        execution = polytomic.start_bulk_sync_execution(bulk_sync.id, body=models.StartBulkSyncExecution()).data
    parameters = {
        # Of what the document allows here, any text, this server speaks one.
        "header.X-Polytomic-Version": "2023-04-25",
        "path.connection_id": str(source),
        "path.execution_id": str(execution.id),
        "path.schema_id": "public.users",
    }
    lines = [
        f"parameters = {_table(parameters)}",
        "[checks.positive_data_acceptance]",
        # Not only 2xx: what fits the document can still name what there is not, or what cannot be done.
        'expected-statuses = ["2xx", 403, 404, 409, 422]',
    ]
    for pattern, thing in {"/api/bulk/syncs/": bulk_sync.id, "/api/(bulk/dest|connections)/": destination}.items():
        lines += [
            "[[operations]]",
            f'include-path-regex = "^{pattern}"',
            'exclude-method = "DELETE"',
            f"parameters = {_table({**parameters, 'path.id': str(thing)})}",
        ]
    path = tmp_path / "schemathesis.toml"
    path.write_text("\n".join(lines))
    return path


def _table(values: dict[str, str]) -> str:
    return "{ " + ", ".join(f"{json.dumps(name)} = {json.dumps(value)}" for name, value in values.items()) + " }"


def test_it_finds_nothing(sandbox: Sandbox, configuration: Path, tmp_path: Path) -> None:
    run = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", configuration),
            *("run", DOCUMENT, "--url", sandbox.url, "--header", f"Authorization: Bearer {sandbox.key}"),
            *("--seed", "1", "--max-examples", "20", "--no-color"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    assert "Tested: 27" in run.stdout
