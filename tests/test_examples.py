"""The examples, each run as a person runs it, against the sandbox."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.process


EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def run(name: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("POLYTOMIC_")}
    return subprocess.run(
        [sys.executable, "-W", "error", EXAMPLES / f"{name}.py"],
        env=kept | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("name", "schemas", "said"),
    [
        ("hubspot_to_postgresql", {"contacts", "deals"}, "PostgreSQL takes replicate, snapshot"),
        ("salesforce_to_s3", {"Account"}, "S3 replicates: False"),
        ("salesforce_to_snowflake", {"Account", "Contact"}, "resynced by refetch, resync, rebuild"),
    ],
)
def test_an_example_runs_to_its_end(name: str, schemas: set[str], said: str) -> None:
    done = run(name)

    assert (done.returncode, done.stderr) == (0, "")
    assert said in done.stdout
    finished = re.findall(r"^  (\w+) +completed +([0-9]+) records  0 errors$", done.stdout, re.MULTILINE)
    assert {schema for schema, _ in finished} == schemas
    records = sum(int(count) for _, count in finished)
    assert records > 0
    assert f"\ncompleted: {records} records\n" in done.stdout


def test_the_events_of_the_last_one_are_its_own() -> None:
    events = re.findall(r"^  [0-9:]{8} (\S+)$", run("salesforce_to_snowflake").stdout, re.MULTILINE)

    assert events == ["bulk_sync.running", "bulk_sync.completed"]


def test_the_real_api_is_asked_only_with_what_it_needs() -> None:
    # Nothing listens there: it must not come that far.
    nowhere = {"POLYTOMIC_API_KEY": "key", "POLYTOMIC_DEPLOYMENT_URL": "http://127.0.0.1:9"}

    assert "set SALESFORCE_DOMAIN, such as https://" in run("salesforce_to_s3", **nowhere).stderr
