"""Generate the client package of each vendored OpenAPI document, one per dated version of the API.

    python -m openapi.generate            write polytomic_client/v<version>/
    python -m openapi.generate --check    fail on any difference between that folder and what would be written

A warning of the generator is a failure: it drops endpoints and models with no more than that.
"""

from __future__ import annotations

import argparse
import difflib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from . import ROOT
from . import document as documents
from .document import Document, Refused
from .rules import violations
from .validity import check_validity

NOISE = re.compile(
    r"^(Generating /|Warning\(s\) encountered|If you believe this was ).*\n| ?<openapi_python_client\S+ object at \w+>",
    re.MULTILINE,
)
"""What the generator prints about itself instead of the document."""

VENDORED = sorted((ROOT / "openapi").glob("polytomic-*.yaml"))


def package_name(document: Document) -> str:
    """Return the name of the package of a document: `v` and its version."""
    return f"v{document['info']['version'].replace('-', '_')}"


def generate(document: Document, folder: Path) -> Path:
    """Generate the package of a document inside a folder and return its path.

    Raises:
        Refused: The document is not valid, or the generator failed or warned; there may be a part of the package.
    """
    check_validity(document)
    package = folder / package_name(document)
    # The generator's hooks call ruff by name: the one beside this Python, whatever else is on the PATH.
    environment = os.environ | {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--fail-on-warning"]
    command += ["--output-path", str(package), "--config", str(ROOT / "generator-config.yml")]
    command += ["--custom-template-path", str(ROOT / "openapi" / "templates")]
    contents = documents.to_json(document)
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "openapi.json"
        path.write_text(contents, encoding="utf-8")
        result = subprocess.run(
            [*command, "--path", str(path)],
            check=False, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
    if result.returncode:
        said = NOISE.sub("", result.stdout).strip()
        raise Refused(re.sub(r"\n{3,}", "\n\n", said), "The generator failed or warned")
    # What the sandbox checks requests against and answers from, in a form that needs no YAML parser.
    (package / "openapi.json").write_text(contents, encoding="utf-8")
    return package


def install(staged: Mapping[Path, Path], aside: Path) -> None:
    """Move files and folders to their places: all of them, or none where one fails.

    Args:
        staged: By where something is, where it comes; what is there now goes.
        aside: A folder of the same file system, for what is there now until all is done.
    """
    with ExitStack() as undo:
        for number, (source, target) in enumerate(staged.items()):
            if target.exists():
                kept = target.rename(aside / f"kept-{number}")
                undo.callback(kept.rename, target)
            source.rename(target)
            undo.callback(target.rename, source)
        undo.pop_all()


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
    for path in VENDORED:
        # Beside the packages, so that one is moved in the place of the other at once.
        with tempfile.TemporaryDirectory(dir=ROOT, prefix=".generated-") as temporary:
            try:
                document = documents.read(path)
                generated = generate(document, Path(temporary))
                if against := [f"{place}: {message}" for place, message in violations(document)]:
                    raise Refused(*against)
            except Refused as refused:
                print(refused, f"{path.name} is refused; nothing was written.", sep="\n", file=sys.stderr)
                return 1
            written = ROOT / "polytomic_client" / generated.name
            diff = differences(written, generated)
            if not check:
                install({generated: written}, Path(temporary))
                print(f"Wrote {written.relative_to(ROOT)}: {len(diff)} lines of difference.")
            elif diff:
                status = 1
                print(*diff, sep="\n")
                print(f"{written.name} differs from what {path.name} generates. Edit the document or the templates,")
                print("never the package, then run `make generate`.")
            else:
                print(f"{written.name} is what {path.name} generates.")
    return status


if __name__ == "__main__":
    sys.exit(main())
