"""The outcomes of a fan-out as a user's code tells them apart. Checked by mypy and pyright in strict mode, never run.

A line that must be an error has a comment for each of the two, and each reports a comment that hides nothing.
"""

from __future__ import annotations

from typing import Literal, assert_never, assert_type
from uuid import UUID

from polytomic_client import UNSET, Failure, Outcome, Success, models
from polytomic_client.v2023_04_25.models import CreateConnection
from polytomic_client.v2023_04_25.types import Unset

Found = Outcome[UUID, models.BulkDestination]


def whichever(outcome: Found) -> None:
    assert_type(outcome, Success[UUID, models.BulkDestination] | Failure[UUID])
    assert_type(outcome.index, int)
    assert_type(outcome.item, UUID)
    assert_type(outcome.error, Exception | None)
    assert_type(outcome.ok, bool)


def value_of_whichever(outcome: Found) -> models.BulkDestination:
    assert_type(outcome.result(), models.BulkDestination)
    assert_type(outcome.value, models.BulkDestination)
    return outcome.value


def by_match(outcome: Found) -> str:
    match outcome:
        case Success(item=item, value=value):
            assert_type(outcome, Success[UUID, models.BulkDestination])
            assert_type(item, UUID)
            assert_type(value, models.BulkDestination)
            return str(value.modes)
        case Failure(item=item, error=error):
            assert_type(outcome, Failure[UUID])
            assert_type(item, UUID)
            assert_type(error, Exception)
            return str(error)


def by_position(outcome: Found) -> None:
    match outcome:
        case Success(item, value):
            assert_type(item, UUID)
            assert_type(value, models.BulkDestination)
        case Failure(item, error):
            assert_type(item, UUID)
            assert_type(error, Exception)
        case _:
            assert_never(outcome)


def by_class(outcome: Found) -> None:
    if isinstance(outcome, Success):
        assert_type(outcome, Success[UUID, models.BulkDestination])
    else:
        assert_type(outcome, Failure[UUID])


def by_error(outcome: Found) -> None:
    if outcome.error is None:
        assert_type(outcome, Success[UUID, models.BulkDestination])
        assert_type(outcome.error, None)
        assert_type(outcome.ok, Literal[True])
        assert_type(outcome.value, models.BulkDestination)
    else:
        assert_type(outcome, Failure[UUID])
        assert_type(outcome.error, Exception)
        assert_type(outcome.ok, Literal[False])


def by_ok(outcome: Found) -> None:
    if outcome.ok is True:
        assert_type(outcome, Success[UUID, models.BulkDestination])
    else:
        assert_type(outcome, Failure[UUID])


def ends(failure: Failure[UUID]) -> int:
    failure.result()  # so that nothing has to be returned


def lists(outcomes: list[Found]) -> None:
    assert_type([each.value for each in outcomes if isinstance(each, Success)], list[models.BulkDestination])
    assert_type([each.error for each in outcomes if isinstance(each, Failure)], list[Exception])
    assert_type([each.error for each in outcomes if each.error is not None], list[Exception])


def own() -> None:
    made: Outcome[str, int] = Success(0, "a", 1)
    failed: Outcome[str, int] = Failure(index=0, item="a", error=LookupError())
    assert made != failed

    Success(0, "a")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Failure(0, "a", None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Failure(0, "a", LookupError()).index = 1  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]


def short_names() -> None:
    new = models.CreateConnection(name="a", type_="snowflake", redirect_url=UNSET)
    assert_type(new, CreateConnection)
    assert_type(new.redirect_url or UNSET, str | Unset)
    assert models.Nothing  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
