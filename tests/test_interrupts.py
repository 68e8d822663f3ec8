"""A blocking call that is interrupted, wherever it is: the exception is raised as it is, and nothing is left behind.

How that is done and checked is in `tests/interrupts.py`.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from .interrupts import BLOCKING_PATH, ERRORS, Report, Target, opcodes, servers, shots, signals

pytestmark = pytest.mark.soak

UNCLOSED_COLD, UNCLOSED_WARM = 0.15, 0.02
"""The largest share of interrupts that may leave a socket to the garbage collector, with a ResourceWarning. A cold call
has a socket in a local variable while it connects."""


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    with servers() as running:
        yield running


def apart(target: Target, *args: Any, **kwargs: Any) -> Report:
    """Raise at opcodes in a thread of its own.

    An exception that is raised at the opcodes which end a handler leaves another one behind in the thread (a fault of
    CPython 3.11): it would be the context of every later error there.
    """
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(opcodes, target, *args, **kwargs).result()


def check(report: Report, *, at_least: int = 1) -> None:
    assert report.problems == []
    assert report.interrupts >= at_least


def test_an_exception_at_every_bytecode_is_raised_as_itself_and_leaves_nothing(target: Target) -> None:
    cold, warm = apart(target, "cold"), apart(target, "warm")
    check(cold, at_least=1_500)
    check(warm, at_least=1_000)
    # A loop that took a turn more or less is not a place more.
    assert len(cold.places | warm.places) > 1_500
    assert {file for file in BLOCKING_PATH if not cold.files[file]} == set()
    assert {file for file in BLOCKING_PATH if not warm.files[file]} == {"_http/resolver.py"}
    assert cold.unclosed < UNCLOSED_COLD * cold.interrupts
    assert warm.unclosed < UNCLOSED_WARM * warm.interrupts


@pytest.mark.parametrize("kind", [kind for kind in ERRORS if kind != "base"])
@pytest.mark.parametrize("name", ["cold", "warm"])
def test_a_timeout_error_or_another_exception_is_not_taken_for_one_of_the_network(
    target: Target, name: str, kind: str
) -> None:
    check(apart(target, name, kind, stride=3), at_least=300)


@pytest.mark.parametrize(
    ("name", "stride", "at_least"),
    [
        ("tls-cold", 7, 300),
        ("tls-warm", 5, 250),
        ("host-name", 7, 250),
        ("fetched-key", 5, 400),
        ("refused-key", 9, 300),
        ("retry", 9, 300),
        ("wait", 3, 250),
        ("close", 1, 80),
        ("tls-close", 1, 80),
    ],
)
def test_so_it_is_wherever_a_call_waits(target: Target, name: str, stride: int, at_least: int) -> None:
    check(apart(target, name, stride=stride), at_least=at_least)


@pytest.mark.parametrize("tls", [False, True], ids=["TCP", "TLS"])
@pytest.mark.parametrize("kind", ERRORS)
def test_so_it_is_for_an_exception_from_another_thread(target: Target, kind: str, *, tls: bool) -> None:
    check(shots(target, 60, tls=tls, kind=kind), at_least=60)


@pytest.mark.parametrize("tls", [False, True], ids=["TCP", "TLS"])
def test_so_it_is_for_real_signals(target: Target, *, tls: bool) -> None:
    # Python runs the handlers of signals there alone, and so do the workers of pytest-xdist with tests.
    assert threading.current_thread() is threading.main_thread()
    report = signals(target, 300, tls=tls)
    check(report)
    assert report.inside >= 300
    assert len(report.places) >= 30
    assert sys.exc_info() == (None, None, None)
