""".github/workflows/update-api.yml: its scripts on a repository, with a `make` and a `gh` that take notes."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from .shared import ROOT

pytestmark = pytest.mark.process


WORKFLOW: dict[str, Any] = yaml.safe_load((ROOT / ".github/workflows/update-api.yml").read_text(encoding="utf-8"))
STEPS: dict[str, dict[str, Any]] = {
    step["name"]: step for step in WORKFLOW["jobs"]["update"]["steps"] if "name" in step
}

MAKE = """\
#!/bin/sh
echo "$@" >> "$RUNNER_TEMP/make.log"
case "$BREAKS $*" in
  never*) ;;
  once*ACCEPT_BREAKING=1) ;;
  *) exit 2 ;;
esac
echo "# Report" > "$RUNNER_TEMP/report.md"
test -z "$NEW" || echo "$NEW" > openapi/document.yaml
"""

GH = """\
#!/bin/sh
echo "$@" >> "$RUNNER_TEMP/gh.log"
case "$*" in
  "pr view"*) echo "$STATE"; test -n "$STATE" ;;
  *--body-file*) cat "$RUNNER_TEMP/body.md" >> "$RUNNER_TEMP/gh.log" ;;
esac
"""


class Runner:
    """A checkout with a remote, and what a step of a workflow finds around it."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.work = folder / "work"
        self.temporary = folder / "temporary"
        self.temporary.mkdir()
        commands = folder / "bin"
        commands.mkdir()
        for name, text in (("make", MAKE), ("gh", GH)):
            (commands / name).write_text(text, encoding="utf-8")
            (commands / name).chmod(0o755)
        self.environment = {
            **os.environ,
            "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}",
            "RUNNER_TEMP": str(self.temporary),
            "GITHUB_OUTPUT": str(self.temporary / "output"),
            "GIT_CONFIG_GLOBAL": os.devnull,
            **environment,
        }
        self.script("git init --quiet --bare remote && git clone --quiet remote work", cwd=folder)
        self.script(
            "git config user.name x && git config user.email x && mkdir openapi polytomic_client && "
            "touch openapi/document.yaml polytomic_client/x && git add . && git commit --quiet --message first"
        )

    def script(self, text: str, *, cwd: Path | None = None) -> int:
        command = ["bash", "-e", "-o", "pipefail", "-c", text]
        done = subprocess.run(command, check=False, cwd=cwd or self.work, env=self.environment, capture_output=True)
        return done.returncode

    def step(self, name: str) -> int:
        return self.script(STEPS[name]["run"])

    def wrote(self, name: str) -> str:
        path = self.temporary / name
        return path.read_text(encoding="utf-8") if path.exists() else ""


@pytest.mark.parametrize(
    ("breaks", "new", "version", "output"),
    [
        ("never", "more", "", "title=Update the API\nchanged=yes\n"),
        ("once", "other", "2025-09-18", "title=Update the API: it breaks\nchanged=yes\n"),
        ("never", "", "", "title=Update the API\n"),
    ],
)
def test_a_document_is_taken_and_it_is_said_whether_it_breaks(
    tmp_path: Path, breaks: str, new: str, version: str, output: str
) -> None:
    runner = Runner(tmp_path, BREAKS=breaks, NEW=new, VERSION=version)

    assert runner.step("Take it") == 0
    assert runner.wrote("output") == output
    first = f"update-api FROM={runner.temporary}/new.yaml VERSION={version} REPORT={runner.temporary}/report.md"
    assert runner.wrote("make.log") == first + "\n" + f"{first} ACCEPT_BREAKING=1\n" * (breaks == "once")


def test_a_document_that_is_refused_fails_the_workflow(tmp_path: Path) -> None:
    runner = Runner(tmp_path, BREAKS="always", NEW="other")

    assert runner.step("Take it") != 0
    assert runner.wrote("output") == ""


@pytest.mark.parametrize(("state", "verb"), [("", "create"), ("CLOSED", "create"), ("OPEN", "edit")])
def test_a_pull_request_is_opened_once_with_the_report(tmp_path: Path, state: str, verb: str) -> None:
    runner = Runner(tmp_path, BREAKS="never", NEW="more", STATE=state, TITLE="Update the API", TESTS="failure")
    assert runner.step("Take it") == 0

    assert runner.step("Open or change the pull request") == 0

    assert f"pr {verb} " in runner.wrote("gh.log")
    assert "--title Update the API" in runner.wrote("gh.log")
    assert runner.wrote("body.md") == "`make test`: failure\n\n# Report\n"
    assert (
        runner.script('git diff --quiet HEAD && test "$(git show origin/update-api:openapi/document.yaml)" = more') == 0
    )


def test_it_runs_what_there_is() -> None:
    scripts = "\n".join(step.get("run", "") for step in STEPS.values())
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    targets = set(re.findall(r"\bmake ([a-z-]+)", scripts))
    variables = set(re.findall(r"\b([A-Z_]+)=", "\n".join(re.findall("make .*", scripts))))
    assert targets == {"update-api", "test"}
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)
    assert variables == {"FROM", "VERSION", "REPORT", "ACCEPT_BREAKING"}
    assert all(f"$({name})" in makefile for name in variables)
    assert STEPS["Take it"]["env"] == {"VERSION": "${{ vars.API_VERSION }}"}
    assert STEPS["Run the tests"]["if"] == "steps.take.outputs.changed"
