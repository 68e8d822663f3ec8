"""The examples, each run as a person runs it, against the sandbox."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from polytomic_client.sandbox import Sandbox

pytestmark = pytest.mark.process


EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def run(
    name: str, directory: Path | None = None, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("POLYTOMIC_")}
    return subprocess.run(
        [sys.executable, "-W", "error", EXAMPLES / f"{name}.py", *arguments],
        cwd=directory,
        # The package is found wherever it runs, as if it was installed.
        env=kept | {"PYTHONPATH": str(EXAMPLES.parent)} | environment,
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


NAMES = sorted(path.stem for path in EXAMPLES.glob("*.py") if path.stem not in {"million", "running", "stub"})


@pytest.mark.parametrize("name", NAMES)
def test_an_example_runs_from_any_directory(name: str, tmp_path: Path) -> None:
    done = run(name, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert [*tmp_path.iterdir()] == []


SETTINGS = (
    *("POSTGRESQL_HOSTNAME", "POSTGRESQL_DATABASE", "POSTGRESQL_USERNAME", "POSTGRESQL_PASSWORD"),
    *("SALESFORCE_DOMAIN", "SNOWFLAKE_ACCOUNT", "SNOWFLAKE_DBNAME", "SNOWFLAKE_USERNAME", "SNOWFLAKE_PASSWORD"),
    *("S3_BUCKET", "S3_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
)


@pytest.mark.parametrize("name", NAMES)
def test_with_a_key_an_example_asks_that_api_and_needs_no_sandbox(name: str, tmp_path: Path) -> None:
    for module in ("jsonschema_rs", "starlette", "uvicorn"):
        (tmp_path / f"{module}.py").write_text(f"raise ModuleNotFoundError(name='{module}')")
    with Sandbox(connections=20, execution_seconds=0.1) as api:
        environment = {
            "PYTHONPATH": os.pathsep.join([str(tmp_path), str(EXAMPLES.parent)]),
            "POLYTOMIC_API_KEY": api.key,
            "POLYTOMIC_DEPLOYMENT_URL": api.url,
            **{setting: f"example-of-{setting}" for setting in SETTINGS},
        }
        done = run(name, None, **environment)
    assert (done.returncode, done.stderr) == (0, "")
    if name == "demo":
        assert "\n20 of 20 destinations in " in done.stdout
    else:
        assert re.search(r"^completed: [1-9][0-9]* records$", done.stdout, re.MULTILINE)
        assert len(api.world.connections) == 22
        assert len(api.world.bulk_syncs) == 1


def test_an_empty_key_is_none() -> None:
    done = run("salesforce_to_s3", POLYTOMIC_API_KEY="", POLYTOMIC_DEPLOYMENT_URL="http://127.0.0.1:9")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_real_api_is_asked_only_with_what_it_needs() -> None:
    # Nothing listens there: it must not come that far.
    nowhere = {"POLYTOMIC_API_KEY": "key", "POLYTOMIC_DEPLOYMENT_URL": "http://127.0.0.1:9"}

    assert "set SALESFORCE_DOMAIN, such as https://" in run("salesforce_to_s3", None, **nowhere).stderr


def test_the_example_for_a_cluster_loses_nothing_with_a_worker_and_never_asks_the_real_api(tmp_path: Path) -> None:
    # Nothing listens there.
    # A response takes a while, so that each worker has calls under way when it is killed.
    done = run(
        "million", tmp_path, "2000", "0.05", POLYTOMIC_API_KEY="key", POLYTOMIC_DEPLOYMENT_URL="http://127.0.0.1:9"
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert [*tmp_path.iterdir()] == []
    outcomes, requests, cost = done.stdout.splitlines()
    assert outcomes == "2,000 outcomes of 2,000 ids, 0 failed, each id once: True"
    asked = re.fullmatch(r"2,([0-9]{3}) requests, ([0-9]+) ids more than once: a worker was killed .*", requests)
    assert asked is not None, requests
    assert 0 < int(asked[2]) <= int(asked[1])
    assert re.fullmatch(r"[0-9.]+ s, [0-9,]+ outcomes per second, [0-9]+ MB of memory .*", cost)
