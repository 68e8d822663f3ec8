"""How long `make diff-api` takes in a fresh process, for two documents of 50 operations each."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import time
from pathlib import Path
from typing import Any

from .processes import ROOT, CandidateError, SetupError, pinned, stop
from .servers import VERSION

OPERATIONS = 50
"""Operations of each document."""

OASDIFF = ROOT / "openapi" / ".oasdiff" / ".ready"


def write_documents(folder: Path) -> None:
    """Write `old.json`, which is our document twice, and `new.json`, in which every model has changed.

    Raises:
        SetupError: oasdiff is not installed.
    """
    if not OASDIFF.exists():
        raise SetupError("oasdiff is not installed: make diff-api")
    package = f"v{VERSION.replace('-', '_')}"
    old = _twice((ROOT / "polytomic_client" / package / "openapi.json").read_text(encoding="utf-8"))
    new = copy.deepcopy(old)
    for schema in new["components"]["schemas"].values():
        members = schema.get("properties", {})
        if len(members) > 1:
            del members[(gone := next(reversed(members)))]
            schema["required"] = [name for name in schema.get("required", ()) if name != gone]
            members["one_more"] = {"type": "string", "maxLength": 255}
    for name, document in (("old", old), ("new", new)):
        (folder / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")


def _twice(text: str) -> dict[str, Any]:
    """Return a document with each operation and schema once more, under other names, cut to so many operations."""
    document: dict[str, Any] = json.loads(text)
    other = json.loads(re.sub(r"(#/components/schemas/\w+)", r"\1Too", text))
    schemas = {f"{name}Too": schema for name, schema in other["components"]["schemas"].items()}
    document["components"]["schemas"] |= schemas
    for path, item in other["paths"].items():
        for operation in item.values():
            operation["operationId"] += "Too"
        document["paths"][f"/too{path}"] = item
    operations = [(item, method) for item in document["paths"].values() for method in item]
    for item, method in operations[OPERATIONS:]:
        del item[method]
    document["paths"] = {path: item for path, item in document["paths"].items() if item}
    return document


def run(folder: Path, core: int) -> float:
    """Compare the documents once, and return the seconds from the start of the process to its end.

    Raises:
        CandidateError: It failed.
    """
    command = [str(ROOT / ".venv" / "bin" / "python"), "-m", "openapi.update", "--diff"]
    start = time.perf_counter()
    process = pinned(
        core,
        [*command, str(folder / "old.json"), str(folder / "new.json")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        _, error = process.communicate(timeout=300)
        seconds = time.perf_counter() - start
    finally:
        stop(process)
    if process.returncode:
        raise CandidateError(f"diff-api: {error.strip().rpartition(chr(10))[2]}")
    return seconds
