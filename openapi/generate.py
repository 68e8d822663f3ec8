"""Generate the client package of each vendored OpenAPI document, one per dated version of the API.

    python openapi/generate.py            write polytomic_client/v<version>/
    python openapi/generate.py --check    fail on any difference between that folder and what would be written

A warning of the generator is a failure: it drops endpoints and models with no more than that.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import yaml
from openapi_spec_validator import validate

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted((ROOT / "openapi").glob("polytomic-*.yaml"))


def references_outside(node: object, path: str = "#") -> Iterator[str]:
    """Yield each reference to another document, which the validator would fetch, be it a URL or a file."""
    if isinstance(node, dict):
        for name, child in cast("dict[str, Any]", node).items():
            if name == "$ref" and isinstance(child, str) and not child.startswith("#"):
                yield f"{path}/$ref leaves the document: {child!r}"
            yield from references_outside(child, f"{path}/{name}")
    elif isinstance(node, list):
        for index, child in enumerate(cast("list[object]", node)):
            yield from references_outside(child, f"{path}/{index}")


def generate(document: Path, folder: Path) -> Path:
    """Generate the package of a document inside a folder and return its path, `v` and the document's version."""
    contents = yaml.safe_load(document.read_text(encoding="utf-8"))
    if outside := list(references_outside(contents)):
        sys.exit("\n".join([*outside, "Nothing was fetched, and nothing was written."]))
    validate(contents)
    version = contents["info"]["version"]
    # It names the folder that is written, and that is removed before.
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", version):
        sys.exit(f"#/info/version is no date, such as 2023-04-25: {version!r}\nNothing was written.")
    package = folder / f"v{version.replace('-', '_')}"
    # The generator's hooks call ruff by name: the one beside this Python, whatever else is on the PATH.
    environment = os.environ | {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
    command = [
        sys.executable,
        "-m",
        "openapi_python_client",
        "generate",
        "--meta",
        "none",
        "--fail-on-warning",
    ]
    command += ["--path", str(document), "--output-path", str(package)]
    command += ["--config", str(ROOT / "generator-config.yml")]
    command += ["--custom-template-path", str(ROOT / "openapi" / "templates")]
    result = subprocess.run(
        command, check=False, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if result.returncode:
        sys.exit(f"{result.stdout}\nThe generator failed or warned; nothing was written.")
    # What the sandbox checks requests against and answers from, in a form that needs no YAML parser.
    (package / "openapi.json").write_text(json.dumps(contents, indent=1) + "\n", encoding="utf-8")
    return package


def differences(written: Path, generated: Path) -> list[str]:
    """Return a unified diff, empty where two folders hold the same files with the same bytes."""
    names = {
        path.relative_to(folder) for folder in (written, generated) for path in folder.rglob("*") if path.is_file()
    }
    lines: list[str] = []
    for name in sorted(name for name in names if "__pycache__" not in name.parts):
        old, new = written / name, generated / name
        if old.is_file() and new.is_file() and old.read_bytes() == new.read_bytes():
            continue
        shown = difflib.unified_diff(
            old.read_text(encoding="utf-8").splitlines() if old.is_file() else [],
            new.read_text(encoding="utf-8").splitlines() if new.is_file() else [],
            f"written/{name}" if old.is_file() else "/dev/null",
            f"generated/{name}" if new.is_file() else "/dev/null",
            lineterm="",
        )
        lines += list(shown) or [f"{name}: no line differs, but the bytes do, or only one of the two exists"]
    return lines


def main() -> int:
    """Run the command line and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing, fail on any difference")
    check = parser.parse_args().check
    status = 0
    for document in DOCUMENTS:
        with tempfile.TemporaryDirectory() as temporary:
            generated = generate(document, Path(temporary))
            written = ROOT / "polytomic_client" / generated.name
            diff = differences(written, generated)
            if not check:
                shutil.rmtree(written, ignore_errors=True)
                shutil.copytree(generated, written)
                print(f"Wrote {written.relative_to(ROOT)}: {len(diff)} lines of difference.")
            elif diff:
                status = 1
                print(*diff, sep="\n")
                print(
                    f"{written.name} differs from what {document.name} generates. Edit the document or the templates,"
                )
                print("never the package, then run `make generate`.")
            else:
                print(f"{written.name} is what {document.name} generates.")
    return status


if __name__ == "__main__":
    sys.exit(main())
