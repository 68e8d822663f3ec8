"""Models outside of calls. The blocks of docs/guides/models.md run in test_docs.py."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import attrs
import pytest

from polytomic_client import models


@pytest.mark.parametrize("name", [name for name in models.__all__ if attrs.has(getattr(models, name))])
def test_every_model_is_written_as_the_json_of_its_dict(name: str) -> None:
    kind: Any = getattr(models, name)
    model = kind.from_dict({} if issubclass(kind, Mapping) else {"unknown": [1.5, "caf\xe9", None]})
    assert model.to_json() == re.sub(r"(?<=[:,]) ", "", json.dumps(model.to_dict()))
