"""The pytest plugin of polytomic-client: the fixture `fake_polytomic`.

pytest imports this module at every start. So it is installed as `polytomic_client_pytest`, outside of the package, and
the start imports neither the package nor the extra `sandbox`. PYTEST_DONT_REWRITE: it has no asserts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from polytomic_client.testing import FakePolytomic


@pytest.fixture
def fake_polytomic() -> FakePolytomic:
    """Return a new FakePolytomic for each test, with 20 connections, two of each type.

    For another world, write a fixture of this name that returns `FakePolytomic(connections=500, seed=7)`.
    """
    from polytomic_client.testing import FakePolytomic

    return FakePolytomic()
