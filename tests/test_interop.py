"""The page about models outside of calls: each of its blocks runs."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs
import pytest

from polytomic_client import models

PAGE = (Path(__file__).parent.parent / "docs" / "models.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("number", range(4))
def test_a_block_of_the_page_runs(number: int) -> None:
    assert len(BLOCKS) == 4
    block = BLOCKS[number]
    assert block.count("\nassert ") >= 2
    exec(compile(block, f"docs/models.md, block {number + 1}", "exec", dont_inherit=True), {"__name__": "block"})


@pytest.mark.parametrize("name", [name for name in models.__all__ if attrs.has(getattr(models, name))])
def test_every_model_is_written_as_the_json_of_its_dict(name: str) -> None:
    kind: Any = getattr(models, name)
    model = kind.from_dict({} if issubclass(kind, Mapping) else {"unknown": [1.5, "caf\xe9", None]})
    assert model.to_json() == re.sub(r"(?<=[:,]) ", "", json.dumps(model.to_dict()))
