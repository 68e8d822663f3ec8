"""Generate the client package of each vendored OpenAPI document, one per dated version of the API.

    python -m openapi.generate            write polytomic_client/v<version>/
    python -m openapi.generate --check    fail on any difference between that folder and what would be written

A warning of the generator is a failure: it drops endpoints and models with no more than that.
"""

from __future__ import annotations

import argparse
import difflib
import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

from . import ROOT
from . import document as documents
from .document import Document, Refused
from .lowering import lowered
from .rules import violations
from .validity import check_validity

if TYPE_CHECKING:
    from openapi_python_client.parser.errors import GeneratorError

NOISE = re.compile(r" ?<openapi_python_client\S+ object at \w+>")
"""How the generator prints its own objects in the middle of a sentence."""

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
    contents = documents.to_json(document)
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "openapi.json"
        path.write_text(documents.to_json(lowered(document)), encoding="utf-8")
        if said := _run_generator(path, package):
            raise Refused(re.sub(r"\n{3,}", "\n\n", NOISE.sub("", said).strip()), "The generator failed or warned")
    # What the sandbox checks requests against and answers from, in a form that needs no YAML parser.
    (package / "openapi.json").write_text(contents, encoding="utf-8")
    return package


def _run_generator(path: Path, package: Path) -> str:
    """Write the package of the document in a file. Return what the generator and its hooks complain of."""
    # These take a second to import, which whoever only reads documents need not wait for.
    from openapi_python_client import generate as run
    from openapi_python_client.config import Config, ConfigFile, MetaType

    settings = ConfigFile.load_from_path(ROOT / "generator-config.yml")
    # The generator would look for the hooks' command on the PATH of this process.
    hooks, settings.post_hooks = settings.post_hooks or [], []
    config = Config.from_sources(settings, MetaType.NONE, path, "utf-8", overwrite=False, output_path=package)
    try:
        with redirect_stdout(io.StringIO()):  # it says where it writes
            errors = run(config=config, custom_template_path=ROOT / "openapi" / "templates")
    except Exception as error:  # noqa: BLE001  (whatever a document makes it raise)
        return f"{type(error).__name__}: {error}"
    return "\n\n".join(map(_shown, errors)) or _run_hooks(hooks, package)


def _run_hooks(hooks: Iterable[str], package: Path) -> str:
    # The ruff beside this Python, whatever else is on the PATH.
    environment = os.environ | {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
    for hook in hooks:
        done = subprocess.run(
            shlex.split(hook), check=False, cwd=package, env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        if done.returncode:
            return f"{hook}\n{done.stdout}"
    return ""


def _shown(error: GeneratorError) -> str:
    from openapi_python_client.parser.errors import ParseError

    parts = [error.header, error.detail or ""]
    if isinstance(error, ParseError) and error.data is not None:
        parts.append(error.data.model_dump_json(indent=2, exclude_unset=True, by_alias=True))
    return "\n\n".join(parts)


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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing, fail on any difference")
    check = parser.parse_args(arguments).check
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
