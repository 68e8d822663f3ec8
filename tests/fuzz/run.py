"""Fuzzing by coverage, with atheris: `python -m tests.fuzz.run --seconds 60`, or `make fuzz`.

The kept corpus is only read. What is found lies in a folder of its own, beside what has led to it.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from .mutate import changed

NAMES = ("decode", "error_body", "retry_after", "gunzip", "exchange")
"""The functions of `targets.py`, which cannot be imported before atheris can watch it."""

CORPUS = Path(__file__).resolve().parent / "corpus"

LONGEST_INPUT = 8_192
"""Bytes: longer inputs only make each run slower."""

SLOWEST_INPUT = 20
"""Seconds after which one input counts as a hang."""

MISSING = """\
atheris is not installed here: `make fuzz` makes an environment that has it.
The same targets run without it, on the kept corpus and random changes of it: pytest tests/test_fuzz.py"""


def main() -> int:
    """Fuzz one target, or each for its share of the time, and say whether all kept their word."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.run", description="Fuzz what reads a server's bytes.")
    parser.add_argument("--seconds", type=int, default=60, help="for all targets together (default: 60)")
    parser.add_argument("--target", choices=NAMES, help="one target only (default: each in turn)")
    parser.add_argument("--folder", type=Path, help="where findings and new inputs go (default: a new folder in /tmp)")
    options = parser.parse_args()
    if importlib.util.find_spec("atheris") is None:
        sys.stderr.write(f"{MISSING}\n")
        return 2
    folder = options.folder or Path(tempfile.mkdtemp(prefix="polytomic-fuzz-"))
    if options.target is not None:
        _fuzz(options.target, options.seconds, folder)
    # Each in a process of its own, because libFuzzer ends the one that it runs in.
    share = max(1, options.seconds // len(NAMES))
    failed = [name for name in NAMES if _in_child(name, share, folder) != 0]
    outcome = f"{', '.join(failed)} failed" if failed else "no target failed"
    sys.stdout.write(f"{outcome}; inputs and findings are in {folder}\n")
    return 1 if failed else 0


def _in_child(name: str, seconds: int, folder: Path) -> int:
    sys.stdout.write(f"== {name}: {seconds} s\n")
    sys.stdout.flush()
    arguments = ["--target", name, "--seconds", str(seconds), "--folder", str(folder)]
    return subprocess.run([sys.executable, "-m", "tests.fuzz.run", *arguments], check=False).returncode


def _mutator(atheris: ModuleType) -> Callable[[bytes, int, int], bytes]:
    """Return what makes new inputs: our changes, which know JSON, and libFuzzer's, which know what code compares."""

    def mutate(data: bytes, longest: int, seed: int) -> bytes:
        if seed % 2:
            made: bytes = atheris.Mutate(data, longest)
            return made
        return changed(data, random.Random(seed), longest)

    return mutate


def _fuzz(name: str, seconds: int, folder: Path) -> None:
    """Run libFuzzer, which ends this process."""
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["polytomic_client", "tests.fuzz.targets"]):
        targets = importlib.import_module("tests.fuzz.targets")
    found = folder / name
    found.mkdir(parents=True, exist_ok=True)
    libfuzzer = [
        f"-max_total_time={seconds}",
        f"-max_len={LONGEST_INPUT}",
        f"-timeout={SLOWEST_INPUT}",
        f"-artifact_prefix={folder}/{name}-",
        "-print_final_stats=1",
        str(found),  # the first folder is where new inputs go
        str(CORPUS),
    ]
    atheris.Setup([sys.argv[0], *libfuzzer], targets.TARGETS[name], custom_mutator=_mutator(atheris))
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
