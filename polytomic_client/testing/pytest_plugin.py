"""The pytest fixture `fake_polytomic`. Enable it: `pytest_plugins = ["polytomic_client.testing.pytest_plugin"]`."""

from __future__ import annotations

import pytest

from . import FakePolytomic


@pytest.fixture
def fake_polytomic() -> FakePolytomic:
    """Return a new FakePolytomic for each test, with 20 connections, two of each type.

    For another world, write a fixture of this name that returns `FakePolytomic(connections=500, seed=7)`.
    """
    return FakePolytomic()
