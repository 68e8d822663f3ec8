"""The workflows of .github/, the hooks of pre-commit, and what they call."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

import polytomic_client

from .package import ROOT
from .package.__main__ import PYTHONS

FILES = sorted((ROOT / ".github/workflows").glob("*.yml"))
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
every = pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)


def jobs(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))["jobs"]
    return found


def steps(file: Path) -> list[dict[str, Any]]:
    return [step for job in jobs(file).values() for step in job["steps"]]


def test_the_workflows_are_all_there() -> None:
    assert [file.stem for file in FILES] == ["ci", "docs", "release", "update-api"]


def test_an_action_is_pinned_to_one_commit_and_its_version_is_said() -> None:
    uses = [line for file in FILES for line in re.findall(r"uses: (.*)", file.read_text(encoding="utf-8"))]
    pins = {tuple(line.split("@")) for line in uses}

    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line) for line in uses)
    assert len({action for action, _ in pins}) == len(pins)


@every
def test_a_job_may_do_only_what_it_names(file: Path) -> None:
    workflow = yaml.safe_load(file.read_text(encoding="utf-8"))

    assert workflow["permissions"] == {}
    assert all(job["permissions"] and job["timeout-minutes"] for job in workflow["jobs"].values())
    checkouts = [step for step in steps(file) if step.get("uses", "").startswith("actions/checkout@")]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@every
def test_it_is_said_that_the_workflow_has_not_run(file: Path) -> None:
    comment = file.read_text(encoding="utf-8").partition("\nname: ")[0]

    assert "It has not run yet" in " ".join(comment.replace("#", "").split())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_workflow_makes_targets_that_exist(file: Path) -> None:
    wanted = {target for step in steps(file) for target in re.findall(r"\bmake ([a-z-]+)", step.get("run", ""))}

    assert wanted
    assert wanted <= TARGETS


def test_ci_covers_what_the_package_supports() -> None:
    test = jobs(ROOT / ".github/workflows/ci.yml")["test"]
    *supported, newest = test["strategy"]["matrix"]["python"]

    assert supported == PYTHONS
    assert test["continue-on-error"] == f"${{{{ matrix.python == '{newest}' }}}}"
    assert test["strategy"]["fail-fast"] is False


def test_only_the_job_that_publishes_can_and_it_runs_no_code_of_ours() -> None:
    release = jobs(ROOT / ".github/workflows/release.yml")

    assert [name for name, job in release.items() if "id-token" in job["permissions"]] == ["publish"]
    assert release["publish"]["permissions"] == {"id-token": "write"}
    assert release["publish"]["needs"] == "build"
    assert [step for step in release["publish"]["steps"] if "run" in step or "checkout" in step["uses"]] == []
    assert release["publish"]["steps"][-1]["with"] == {"attestations": True}


@pytest.mark.process
@pytest.mark.parametrize(("tag", "status"), [(f"v{polytomic_client.__version__}", 0), ("v0.0.9", 1), ("v", 1)])
def test_a_release_stops_if_the_tag_is_not_the_version(tag: str, status: int, tmp_path: Path) -> None:
    (tmp_path / "dist").mkdir()
    (tmp_path / f"dist/polytomic_client-{polytomic_client.__version__}.tar.gz").touch()
    (script,) = [step["run"] for step in steps(ROOT / ".github/workflows/release.yml") if "tag" in step.get("name", "")]

    done = subprocess.run(
        ["bash", "-e", "-c", script], cwd=tmp_path, env={"GITHUB_REF_NAME": tag}, check=False, timeout=60
    )

    assert done.returncode == status


def test_a_hook_is_a_tool_of_this_project() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))

    assert [repo["repo"] for repo in config["repos"]] == ["local"]
    entries: list[str] = [hook["entry"] for hook in config["repos"][0]["hooks"]]
    tools = [entry.split()[0] for entry in entries if not entry.startswith("make ")]
    assert all(tool.startswith(".venv/bin/") and (ROOT / tool).exists() for tool in tools)
    assert {entry.removeprefix("make ") for entry in entries if entry.startswith("make ")} <= TARGETS
