"""The pytest fixture `fake_polytomic`: `pytest_plugins = ["polytomic_client.testing.pytest_plugin"]` enables it."""

from __future__ import annotations

import pytest

from . import FakePolytomic


@pytest.fixture
def fake_polytomic() -> FakePolytomic:
    """Polytomic in process, new for each test: 20 connections, two of each type.

    For another world, write a fixture of this name that returns `FakePolytomic(connections=500, seed=7)`.
    """
    return FakePolytomic()
