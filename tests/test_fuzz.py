"""What reads a server's bytes, given nasty ones and random changes of them; `make fuzz` goes on from there."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from .fuzz import run
from .fuzz.mutate import changed
from .fuzz.targets import CORPUS, TARGETS

SEEDS = sorted(CORPUS.iterdir())

CHANGES = {"decode": 200, "error_body": 150, "retry_after": 3_000, "gunzip": 2_000, "exchange": 300}
"""How many changed inputs each target gets: together about 1 s."""

LONGEST = 4_000
"""Bytes of a changed input, so that none takes long."""


def test_the_corpus_is_small() -> None:
    assert 0 < len(SEEDS) <= 60
    assert sum(seed.stat().st_size for seed in SEEDS) <= 100_000


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name)
@pytest.mark.parametrize("target", TARGETS)
def test_what_is_in_the_corpus_ends_in_an_answer_or_an_error_of_the_package(target: str, seed: Path) -> None:
    TARGETS[target](seed.read_bytes())


@pytest.mark.parametrize("target", TARGETS)
def test_what_is_like_the_corpus_ends_in_an_answer_or_an_error_of_the_package(target: str) -> None:
    chance = random.Random(20_230_425)
    seeds = [seed.read_bytes() for seed in SEEDS]
    for number in range(CHANGES[target]):
        data = changed(chance.choice(seeds), chance, LONGEST)
        try:
            TARGETS[target](data)
        except BaseException as error:
            error.add_note(f"change {number}: {data!r}")
            raise


def test_what_runs_by_coverage_knows_every_target() -> None:
    assert set(run.NAMES) == TARGETS.keys() == CHANGES.keys()
    assert run.CORPUS == CORPUS


def test_who_has_no_atheris_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "atheris", None)
    monkeypatch.setattr(sys, "argv", ["run"])
    assert run.main() == 2
    assert "make fuzz" in capsys.readouterr().err
