"""Bugs are not data: what ends a fan-out because the user's function has a bug, and what is the outcome of an item."""

from __future__ import annotations

import asyncio
import json
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest

from polytomic_client import (
    AsyncPolytomic,
    Outcome,
    Polytomic,
    fan_out,
    fan_out_blocking,
    fetch_all,
    fetch_all_blocking,
)

from .conftest import KEY
from .server import Server

BLOCKING = pytest.mark.parametrize("blocking", [False, True], ids=["async", "blocking"])


def run(
    function: Callable[[Any], Any], items: Any, found: list[Outcome[Any, Any]], *, blocking: bool, **options: Any
) -> None:
    """Call a function for items one after the other, and collect the outcomes until an error ends it."""

    async def call(item: Any) -> Any:
        await asyncio.sleep(0)
        return function(item)

    async def loop() -> None:
        async with fan_out(call, items, limit=1, stop_on=(), **options) as outcomes:
            async for outcome in outcomes:
                found.append(outcome)

    if not blocking:
        return asyncio.run(loop())
    with fan_out_blocking(function, items, limit=1, stop_on=(), **options) as outcomes:
        found.extend(outcomes)
    return None


def missing_name(item: int) -> Any:
    return item if item < 2 else eval("undefined")


def unbound(item: int) -> Any:
    if item < 2:
        value = item
    return value  # pyright: ignore[reportPossiblyUnboundVariable]


def in_a_group(item: int) -> Any:
    if item < 2:
        return item
    try:
        missing_name(item)
    except NameError as error:
        raise ExceptionGroup("of a TaskGroup", [ValueError(item), error]) from None


@BLOCKING
@pytest.mark.parametrize(
    ("function", "error"), [(missing_name, NameError), (unbound, UnboundLocalError), (in_a_group, ExceptionGroup)]
)
def test_a_missing_name_ends_it_whatever_has_succeeded(
    function: Callable[[int], Any], error: type[Exception], *, blocking: bool
) -> None:
    found: list[Outcome[int, Any]] = []
    with pytest.raises(error) as caught:
        run(function, range(100), found, blocking=blocking)
    assert [outcome.result() for outcome in found] == [0, 1]
    # It names the line with the bug, and what it ended.
    assert function.__name__ in "".join(traceback.format_tb(caught.value.__traceback__))
    assert caught.value.__notes__ == ["raised by fetch of a fan-out, which has ended: this is a bug, whatever the item"]
    with pytest.raises(error):
        if blocking:
            fetch_all_blocking(function, range(100))
        else:

            async def call(item: int) -> Any:
                return function(item)

            asyncio.run(fetch_all(call, range(100)))


def bad_type(item: int) -> Any:
    return cast("Any", item) + "text"


def bad_attribute(item: int) -> Any:
    return cast("Any", item).member


def below(_: int) -> Any:
    return json.dumps(object())


def of_both(item: int) -> Any:
    """An error about the item, and a bug after it."""
    if item == 0:
        raise ValueError("no such item")
    return bad_type(item)


BUGS: dict[Callable[[int], Any], type[Exception]] = {
    bad_type: TypeError,
    bad_attribute: AttributeError,
    below: TypeError,
    of_both: TypeError,
}


@BLOCKING
@pytest.mark.parametrize("function", BUGS)
def test_a_likely_bug_ends_it_while_nothing_has_succeeded(function: Callable[[int], Any], *, blocking: bool) -> None:
    found: list[Outcome[int, Any]] = []
    with pytest.raises(BUGS[function]) as caught:
        run(function, range(100), found, blocking=blocking)
    assert [type(outcome.error) for outcome in found] == [ValueError] * (function is of_both)
    assert function.__name__ in "".join(traceback.format_tb(caught.value.__traceback__))
    assert caught.value.__notes__ == [
        "raised by fetch of a fan-out, which has ended: this is probably a bug, because no call has succeeded yet"
    ]


@BLOCKING
@pytest.mark.parametrize("function", [bad_type, bad_attribute])
def test_once_a_call_has_succeeded_it_is_an_outcome_with_one_warning(
    function: Callable[[int], Any], *, blocking: bool
) -> None:
    found: list[Outcome[int, Any]] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run(lambda item: item if item % 2 == 0 else function(item), range(6), found, blocking=blocking)
    assert [outcome.ok for outcome in found] == [True, False] * 3
    error = found[1].error
    assert error is not None
    frames = traceback.extract_tb(error.__traceback__)
    assert (frames[-1].filename, frames[-1].name) == (__file__, function.__name__)
    (warning,) = caught
    assert (warning.category, warning.filename, warning.lineno) == (UserWarning, __file__, frames[-1].lineno)
    name = BUGS[function].__name__
    assert str(warning.message).startswith(f"fetch raised {name} at {__file__}:{frames[-1].lineno}, probably a bug.")


@BLOCKING
def test_a_run_that_continues_another_counts_its_successes(tmp_path: Path, *, blocking: bool) -> None:
    # Otherwise one odd item would end every later run before the items behind it.
    for expected in [(True, False, False), (False, False)]:
        found: list[Outcome[int, Any]] = []
        with pytest.warns(UserWarning, match="probably a bug"):
            run(
                lambda item: item if item == 0 else bad_type(item),
                range(3),
                found,
                blocking=blocking,
                checkpoint=tmp_path / "checkpoint",
            )
        assert tuple(outcome.ok for outcome in found) == expected


@BLOCKING
def test_a_warning_that_is_an_error_loses_no_outcome(*, blocking: bool) -> None:
    found: list[Outcome[int, Any]] = []
    with pytest.raises(UserWarning, match="probably a bug"):
        run(lambda item: item if item == 0 else bad_type(item), range(6), found, blocking=blocking)
    assert [outcome.ok for outcome in found] == [True, False]


@BLOCKING
@pytest.mark.parametrize("error", [ValueError, LookupError, AssertionError, ImportError, NotImplementedError])
def test_any_other_error_is_an_outcome(error: type[Exception], *, blocking: bool) -> None:
    def function(item: int) -> Any:
        raise error(item)

    found: list[Outcome[int, Any]] = []
    run(function, range(5), found, blocking=blocking)
    assert [type(outcome.error) for outcome in found] == [error] * 5


@BLOCKING
def test_a_class_of_ones_own_is_an_outcome(*, blocking: bool) -> None:
    class WrongRowError(TypeError):
        pass

    def function(item: int) -> Any:
        raise WrongRowError(item)

    found: list[Outcome[int, Any]] = []
    run(function, range(5), found, blocking=blocking)
    assert [type(outcome.error) for outcome in found] == [WrongRowError] * 5


@BLOCKING
def test_what_a_method_of_a_client_says_of_an_item_is_its_outcome(*, blocking: bool) -> None:
    bodies: list[Any] = [5, "text", object()]
    with Server() as server:
        if blocking:
            with Polytomic(api_key=KEY, base_url=server.url) as polytomic:
                found = fetch_all_blocking(lambda body: polytomic.update_bulk_sync(UUID(int=1), body=body), bodies)
        else:

            async def main() -> list[Outcome[Any, Any]]:
                async with AsyncPolytomic(api_key=KEY, base_url=server.url) as client:
                    return await fetch_all(lambda body: client.update_bulk_sync(UUID(int=1), body=body), bodies)

            found = asyncio.run(main())
    assert [type(outcome.error) for outcome in found] == [TypeError] * 3
    assert server.connections == 0


async def test_a_bad_id_is_an_outcome() -> None:
    async with AsyncPolytomic(api_key=KEY) as client:
        outcomes = await fetch_all(client.get_bulk_destination, cast("Any", [5, None, "x"]))
    assert [type(outcome.error) for outcome in outcomes] == [ValueError] * 3


@pytest.mark.parametrize("ends", [True, False])
async def test_a_bug_below_another_fan_out_counts_as_one_of_the_outer_function(*, ends: bool) -> None:
    async def inner(item: int) -> int:
        return len(cast("Any", item))

    async def outer(item: int) -> Any:
        if item == 0 and not ends:
            return item
        return await fetch_all(inner, range(3))

    if ends:
        with pytest.raises(TypeError, match=r"has no len"):
            await fetch_all(outer, range(9), limit=1)
    else:
        with pytest.warns(UserWarning, match="fetch raised TypeError"):
            outcomes = await fetch_all(outer, range(9), limit=1)
        assert [outcome.ok for outcome in outcomes] == [True] + [False] * 8
