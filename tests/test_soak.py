"""A short soak: `make soak` runs the long one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from polytomic_client import AsyncPolytomic

from . import soak

pytestmark = pytest.mark.soak


@pytest.mark.parametrize(("way", "calls"), [("asyncio", 5_000), ("uvloop", 5_000), ("blocking", 2_000)])
def test_thousands_of_calls_through_every_fault_are_flat_and_leave_nothing(way: str, calls: int) -> None:
    found = soak.run(calls, way=way, quiet=True)

    assert found.problems() == [], found.table()
    assert found.kinds["ok"] > 0.9 * calls
    assert len(found.kinds) > 1, "some calls fail for good, so that their errors are seen to leave nothing as well"


def test_an_object_that_is_kept_of_every_call_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[list[int]] = []

    class Leaking(AsyncPolytomic):
        async def get_bulk_destination(self, id: UUID | str) -> Any:  # noqa: A002
            kept.append([len(kept)])
            return await super().get_bulk_destination(id)

    monkeypatch.setattr(soak, "AsyncPolytomic", Leaking)

    problems = soak.run(1_000, quiet=True).problems()

    assert [problem.partition(":")[0] for problem in problems] == [
        "objects left after close",
        "blocks left after close",
    ]
