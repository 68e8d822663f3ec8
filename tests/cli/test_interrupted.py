"""A fetch that Ctrl-C, and then SIGKILL, ends: the next run does the rest, and each id is in the output once."""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from polytomic_client.sandbox import Sandbox

from .counting import Counting
from .terminal import PATIENCE, terminal

pytestmark = [pytest.mark.process, pytest.mark.skipif(sys.platform == "win32", reason="there are no terminals")]

NUMBER, LIMIT = 300, 4


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(NUMBER, seed=7, latency=0.02) as served:
        yield served


def until_lines(path: Path, number: int) -> None:
    end = time.monotonic() + PATIENCE
    while path.read_bytes().count(b"\n") < number:
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_fetch_is_resumed_after_ctrl_c_and_sigkill(sandbox: Sandbox, tmp_path: Path) -> None:
    out, done = tmp_path / "out.jsonl", tmp_path / "done"
    command = ("destinations", "fetch", "--all", "--limit", str(LIMIT), "--output", str(out), "--checkpoint", str(done))
    environment = {"POLYTOMIC_DEPLOYMENT_URL": sandbox.url, "POLYTOMIC_API_KEY": sandbox.key}
    listed = {str(each.id) for each in sandbox.world.connections if each.status not in (403, 404)}
    failing = {str(each.id) for each in sandbox.world.connections if each.status == 500}

    with Counting(sandbox) as counting:
        with terminal(command, environment, columns=200) as shown:
            shown.until(lambda screen: f"/{len(listed)}" in screen)
            shown.type("\x03")
            assert shown.wait() == 130
        first = out.read_text().splitlines()
        assert f"{len(first)} of {len(listed)} destinations are in the output. Resume with:" in shown.screen
        assert f"polytomic {' '.join(command)}" in shown.screen.replace("\n", "")
        assert 0 < len(first) < len(listed)
        # In flight, or done but not delivered: at most the limit of each.
        assert len(counting.requests()) - len(first) <= 2 * LIMIT

        with terminal(command, environment, columns=200) as shown:
            shown.until(lambda screen: "Resuming" in screen)
            until_lines(out, len(first) + 40)
            shown.process.send_signal(signal.SIGKILL)
            assert shown.wait() == -signal.SIGKILL
        # The terminal still has its cursor.
        assert shown.raw.rfind(b"\x1b[?25h") > shown.raw.rfind(b"\x1b[?25l") > -1
        kept = out.read_bytes()
        assert kept.count(b"\n") < len(listed)
        # A line that was written in part, as on a full disk.
        out.write_bytes(kept + b'{"id": "0000')

        with terminal(command, environment, columns=200) as shown:
            assert shown.wait() == 1
        assert "an incomplete last line was cut off" in shown.screen

        records = [json.loads(line) for line in out.read_text().splitlines()]
        assert sorted(record["id"] for record in records) == sorted(listed)
        assert {record["id"] for record in records if not record["ok"]} == failing
        repeated = len(counting.requests()) - len(listed)
        assert repeated <= 2 * 2 * LIMIT + 2 * len(failing)
