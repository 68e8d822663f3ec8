"""One outcome of a fan-out: what it is, what it prints, and what of it another process gets."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any
from uuid import UUID

import attrs
import pytest

from polytomic_client import Failure, NotFoundError, Outcome, Success, fan_out_blocking, fetch_all, models

ITEM = UUID("63ca828d-d5f4-43b2-a4b0-6ce60741c7a8")
SECRET = "wonderland-4711"
ERROR = LookupError("there is no such connection")

SUCCESS: Outcome[UUID, list[str]] = Success(4, ITEM, ["replicate"])
FAILURE: Outcome[UUID, list[str]] = Failure(4, ITEM, ERROR)


def tell(outcome: Outcome[Any, Any]) -> str:
    match outcome:
        case Success(item, value):
            return f"{item} has {value}"
        case Failure(item, error):
            return f"{item} has {error}"


def half(item: int) -> int:
    if item % 2:
        raise LookupError(item)
    return item // 2


async def half_async(item: int) -> int:
    return half(item)


async def test_a_fan_out_has_successes_and_failures() -> None:
    assert [tell(outcome) for outcome in await fetch_all(half_async, [6, 7])] == ["6 has 3", "7 has 7"]
    with fan_out_blocking(half, [6, 7], ordered=True) as outcomes:
        assert [tell(outcome) for outcome in outcomes] == ["6 has 3", "7 has 7"]


def test_a_success_has_a_value_and_its_error_is_none() -> None:
    assert SUCCESS.ok is True
    assert SUCCESS.error is None
    assert SUCCESS.value == SUCCESS.result() == ["replicate"]


def test_a_failure_raises_its_error_instead_of_a_value() -> None:
    assert FAILURE.ok is False
    assert FAILURE.error is ERROR
    with pytest.raises(LookupError) as of_the_value:
        _ = FAILURE.value
    with pytest.raises(LookupError) as of_the_result:
        FAILURE.result()
    assert of_the_value.value is of_the_result.value is ERROR


def test_a_value_may_be_none_or_an_error() -> None:
    assert tell(Success(0, "a", None)) == "a has None"
    returned = Success(0, "a", ERROR)
    assert returned.result() is ERROR
    assert returned.ok


@pytest.mark.parametrize("outcome", [SUCCESS, FAILURE], ids=["success", "failure"])
@pytest.mark.parametrize("name", ["index", "item", "value", "error", "ok", "new"])
def test_an_outcome_does_not_change(outcome: Outcome[UUID, list[str]], name: str) -> None:
    with pytest.raises(AttributeError):
        setattr(outcome, name, None)


def test_outcomes_are_equal_if_everything_is() -> None:
    assert Success(4, ITEM, ["replicate"]) == SUCCESS
    assert Failure(4, ITEM, ERROR) == FAILURE
    others: list[Success[UUID, Any] | Failure[UUID]] = [
        Success(5, ITEM, ["replicate"]),
        Success(4, UUID(int=1), ["replicate"]),
        Success(4, ITEM, ["snapshot"]),
        Failure(4, ITEM, LookupError("there is no such connection")),
        Failure(5, ITEM, ERROR),
        Failure(4, UUID(int=1), ERROR),
        Success(4, ITEM, ERROR),
    ]
    assert not [other for other in others if other in (SUCCESS, FAILURE)]


def test_an_outcome_has_a_hash_although_a_model_does_not() -> None:
    assert models.BulkDestinationEnvelope.__hash__ is None
    assert {SUCCESS, Success(4, ITEM, ["replicate"]), Success(4, ITEM, ["snapshot"]), FAILURE} == {
        SUCCESS,
        Success(4, ITEM, ["snapshot"]),
        FAILURE,
    }
    assert len({Success(0, ["a list"], ["another"]), Failure(0, ["a list"], ERROR)}) == 2


COPIES: dict[str, Callable[[Any], Any]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "evolve": attrs.evolve,
    "pickle": lambda outcome: pickle.loads(pickle.dumps(outcome)),
}


@pytest.mark.parametrize("duplicate", COPIES.values(), ids=COPIES)
def test_a_copy_of_an_outcome_is_the_same(duplicate: Callable[[Any], Any]) -> None:
    assert duplicate(SUCCESS) == SUCCESS
    failed = duplicate(FAILURE)
    assert tell(failed) == tell(FAILURE)
    assert (failed.index, type(failed.error)) == (4, LookupError)


def test_an_outcome_prints_what_it_is() -> None:
    assert repr(SUCCESS) == f"Success(index=4, item={ITEM!r}, value=list)"
    assert repr(FAILURE) == f"Failure(index=4, item={ITEM!r}, error=LookupError: there is no such connection)"
    assert repr(Success(0, "a", None)) == "Success(index=0, item='a', value=None)"


def test_an_outcome_prints_no_model_and_one_short_line() -> None:
    item = models.CreateConnection.from_dict({"name": "a", "type": "x", "configuration": {"password": SECRET}})
    value = models.ConnectionEnvelope.from_dict({"data": {"configuration": {"password": SECRET}}})
    printed = [
        repr(outcome)
        for outcome in (
            Success(0, item, value),
            Failure(0, item, NotFoundError(404, b"nothing\n")),
            Success(0, "a\n\x1b[2J" * 10_000, "b" * 10_000),
            Failure(0, "a" * 10_000, ValueError("b\n" * 10_000)),
        )
    ]
    assert SECRET in repr(item)
    assert SECRET in repr(value)
    assert not [line for line in printed if SECRET in line or not line.isprintable() or len(line) > 700]
    assert printed[0] == "Success(index=0, item=CreateConnection, value=ConnectionEnvelope)"
