"""Decoding alone: this package's `from_dict` and the one that the generator writes by itself, in turns in one process.

`python -m benchmarks.decode FOLDER ROUNDS SECONDS` prints the measurements; FOLDER holds the generator's package.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from .processes import ROOT, SetupError
from .servers import DOCUMENTED, VERSION
from .worker import check

PACKAGE = "default_output"
LARGE_BYTES = 20_000

Decoder = Callable[[dict[str, Any]], Any]


def generate(folder: Path) -> None:
    """Write into a folder what the generator makes of the document with its own templates.

    Raises:
        SetupError: The generator failed.
    """
    settings = folder / "settings.yml"
    # Its hooks only format what it wrote.
    settings.write_text("post_hooks: []\n", encoding="utf-8")
    command = [str(ROOT / ".venv" / "bin" / "python"), "-m", "openapi_python_client", "generate", "--meta", "none"]
    command += ["--path", str(ROOT / "openapi" / f"polytomic-{VERSION}.yaml")]
    command += ["--output-path", str(folder / PACKAGE), "--config", str(settings)]
    result = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if result.returncode:
        raise SetupError(f"the generator failed:\n{result.stdout}")


def large_body() -> dict[str, Any]:
    """Return the documented body with its fields repeated under other names, until it is large."""
    fields = DOCUMENTED["data"]["configuration"]
    many: dict[str, Any] = {}
    body = DOCUMENTED | {"data": DOCUMENTED["data"] | {"configuration": many}}
    while len(json.dumps(body)) < LARGE_BYTES:
        copy = len(many)
        many.update({f"{name}_{copy}": field for name, field in fields.items()})
    return body


def microseconds(decoder: Decoder, body: dict[str, Any], number: int) -> float:
    """Return what one call takes, of so many."""
    start = time.perf_counter()
    for _ in range(number):
        decoder(body)
    return (time.perf_counter() - start) / number * 1e6


def measure(folder: Path, rounds: int, seconds: float) -> list[dict[str, Any]]:
    """Return the measurements; each takes about so many seconds."""
    sys.path.insert(0, str(folder))
    decoders: dict[str, Decoder] = {
        "ours": import_module("polytomic_client.v2023_04_25.models").BulkDestinationEnvelope.from_dict,
        "default": import_module(f"{PACKAGE}.models").BulkDestinationEnvelope.from_dict,
    }
    found: list[dict[str, Any]] = []
    for name, body in (("documented", DOCUMENTED), ("large", large_body())):
        for decoder in decoders.values():
            answer = decoder(body)
            check(answer)
            if answer.to_dict() != body:
                raise ValueError("an answer that is not whole")
        numbers = {key: round(seconds * 1e6 / microseconds(each, body, 20)) for key, each in decoders.items()}
        for turn in range(rounds):
            for candidate, decoder in decoders.items():
                taken = microseconds(decoder, body, max(numbers[candidate], 1))
                found.append({"candidate": candidate, "body": name, "round": turn, "microseconds": taken})
    return found


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))))
