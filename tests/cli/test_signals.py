"""Signals on a terminal: each ends a command as Ctrl-C does, however often it comes."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from polytomic_client.sandbox import Sandbox

from .conftest import Run
from .terminal import PATIENCE, terminal

pytestmark = [pytest.mark.process, pytest.mark.skipif(sys.platform == "win32", reason="there are no terminals")]

NUMBER = 300

ID = "63ca828d-d5f4-43b2-a4b0-6ce60741c7a8"


@pytest.fixture(scope="module")
def slow() -> Iterator[dict[str, str]]:
    with Sandbox(NUMBER, seed=7, latency=0.05) as sandbox:
        yield {"POLYTOMIC_DEPLOYMENT_URL": sandbox.url, "POLYTOMIC_API_KEY": sandbox.key}


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_it_ends_as_by_ctrl_c(slow: dict[str, str], tmp_path: Path, name: str) -> None:
    command = ("destinations", "fetch", "--all", "--limit", "2", "--output", str(tmp_path / "out"))
    with terminal(command, slow, columns=200) as shown:
        shown.until(lambda screen: "━" in screen)
        shown.process.send_signal(getattr(signal, name))
        assert shown.wait() == 130
    assert "━" not in shown.screen
    assert "Resume with:" in shown.screen


def test_another_ctrl_c_does_not_disturb_the_end(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    undisturbed: list[bool] = []

    def interrupted(*_: object, **__: object) -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        undisturbed.append(True)
        raise asyncio.CancelledError

    monkeypatch.setattr("polytomic_client.cli._fetch.fan_out", interrupted)
    result = run("destinations", "fetch", "--all")
    assert (result.code, undisturbed) == (130, [True])
    assert result.err.startswith("polytomic: interrupted after 0 destinations.")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("command", [("whoami",), ("destinations", "fetch", "--all")])
def test_ctrl_c_ends_the_prompt_for_a_key(slow: dict[str, str], command: tuple[str, ...]) -> None:
    with terminal(command, {"POLYTOMIC_DEPLOYMENT_URL": slow["POLYTOMIC_DEPLOYMENT_URL"]}) as shown:
        shown.until(lambda screen: "Polytomic API key:" in screen)
        shown.type("\x03")
        assert shown.wait() == 130
    assert "interrupted" in shown.screen


def test_a_command_that_cannot_be_resumed_does_not_say_how(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)
        environment = {
            "POLYTOMIC_DEPLOYMENT_URL": f"http://127.0.0.1:{server.getsockname()[1]}",
            "POLYTOMIC_API_KEY": "key",
        }
        with terminal(("destinations", "show", ID), environment) as shown:
            connection, _ = server.accept()
            with connection:
                shown.type("\x03")
                assert shown.wait() == 130
    assert shown.screen.endswith("polytomic: interrupted.")
