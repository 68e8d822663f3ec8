"""What the API announces becomes one warning for each operation; what is logged, and what never is."""

from __future__ import annotations

import ast
import asyncio
import logging
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

from polytomic_client import AsyncPolytomic, Polytomic, PolytomicDeprecationWarning, fan_out

from .conftest import ID, KEY, Ask, FakeClock
from .server import Answer, Server

ENDS = {"Deprecation": "@1767225600", "Sunset": "Wed, 01 Jul 2026 00:00:00 GMT"}


def caught(run: Any) -> list[str]:
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        run()
    return [str(one.message) for one in found if issubclass(one.category, PolytomicDeprecationWarning)]


@pytest.mark.parametrize(
    ("headers", "named"),
    [
        (ENDS, "Deprecation: @1767225600; Sunset: Wed, 01 Jul 2026 00:00:00 GMT"),
        ({"Deprecation": "true"}, "Deprecation: true"),
        ({"Warning": '299 - "use another"'}, 'Warning: 299 - "use another"'),
    ],
)
def test_what_the_api_announces_is_a_warning(ask: Ask, headers: dict[str, str], named: str) -> None:
    with Server(Answer(headers=headers)) as server:
        (text,) = caught(lambda: ask(base_url=server.url))
    assert text == f"get_bulk_destination: the API announces: {named}"


@pytest.mark.parametrize("headers", [{}, {"Warning": '110 - "stale"'}, {"Warning": '199 - "x 2990"'}])
def test_what_a_cache_says_is_none(ask: Ask, headers: dict[str, str]) -> None:
    with Server(Answer(headers=headers)) as server:
        assert caught(lambda: ask(base_url=server.url)) == []


def test_each_operation_is_warned_of_once_in_the_callers_line() -> None:
    with Server(Answer(headers=ENDS)) as server, Polytomic(api_key=KEY, base_url=server.url) as polytomic:
        with warnings.catch_warnings(record=True) as found:
            warnings.simplefilter("always")
            for _ in range(3):
                polytomic.get_bulk_destination(ID)
            polytomic.with_options(deadline=5).get_bulk_destination(ID)
            polytomic.get_identity()
    assert [str(one.message).partition(":")[0] for one in found] == ["get_bulk_destination", "get_identity"]
    assert {one.filename for one in found} == {__file__}


def test_a_warning_of_an_asyncio_call_names_the_line_that_awaits() -> None:
    async def calls(url: str) -> None:
        async with AsyncPolytomic(api_key=KEY, base_url=url) as polytomic:
            await polytomic.get_bulk_destination(ID)
            async with fan_out(polytomic.get_bulk_destination, [ID] * 5) as outcomes:
                assert [outcome.ok async for outcome in outcomes] == [True] * 5

    with Server(Answer(headers=ENDS)) as server, warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        asyncio.run(calls(server.url))
    assert [one.filename for one in found] == [__file__]


def test_a_header_cannot_forge_a_line_or_fill_a_log(ask: Ask) -> None:
    with Server(Answer(headers={"Deprecation": "x\x85[2J" + "y" * 5_000})) as server:
        (text,) = caught(lambda: ask(base_url=server.url))
    assert "x [2J" in text
    assert len(text) < 300


def test_an_answer_is_logged_with_the_headers_that_may_be(ask: Ask, caplog: pytest.LogCaptureFixture) -> None:
    headers = {"X-Request-Id": "req-1", "Set-Cookie": "canary-cookie", "X-New": "canary-new"}
    with caplog.at_level(logging.DEBUG, logger="polytomic_client"), Server(Answer(headers=headers)) as server:
        ask(base_url=server.url)
    (record,) = [record for record in caplog.records if record.name == "polytomic_client"]
    assert record.levelno == logging.DEBUG
    text = record.getMessage()
    assert text.startswith(f"get_bulk_destination: GET {server.url}/api/bulk/dest/{ID}: 200, X-Request-Id: req-1, ")
    assert "canary" not in text
    assert KEY not in text


def test_every_failed_try_is_logged(ask: Ask, clock: FakeClock, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="polytomic_client"), Server(Answer(503, b""), Answer()) as server:
        ask(base_url=server.url, clock=clock)
    (text,) = [record.getMessage() for record in caplog.records if record.name == "polytomic_client"]
    assert text.endswith("Retrying in 0.50 s.")


@pytest.mark.process
def test_without_logging_nothing_is_printed() -> None:
    program = (
        "from polytomic_client._core.log import logger; logger.warning('printed'); "
        "import logging; logging.basicConfig(); logger.warning('wanted')"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (result.stdout, result.stderr) == ("", "WARNING:polytomic_client:wanted\n")


def test_no_module_of_the_package_prints() -> None:
    package = Path(__file__).parent.parent / "polytomic_client"
    hand_written = [path for path in package.rglob("*.py") if "v20" not in str(path) and path.name != "__main__.py"]
    assert len(hand_written) > 20
    calls = [
        f"{path.name}:{node.lineno}"
        for path in hand_written
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert calls == []
