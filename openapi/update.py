"""Take a new OpenAPI document, or compare two, and report what changes for users of the package.

    python -m openapi.update new.yaml                     write document and package, unless something breaks
    python -m openapi.update new.yaml --accept-breaking   write them
    python -m openapi.update vendor.json --version DATE   of a document that does not have the date of the API
    python -m openapi.update --diff old.yaml new.yaml     only report

It exits with 1 if it was to write but did not.
"""

from __future__ import annotations

import argparse
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

from . import ROOT
from . import document as documents
from .changes import Change, Section, Severity, as_markdown, as_text, worst
from .document import Document, Refused
from .document_changes import document_changes
from .generate import differences, generate, install, package_name
from .normalise import normalise
from .other_changes import not_generated
from .python_changes import python_changes
from .receive import receive
from .rules import violations
from .validity import check_validity

PACKAGES = ROOT / "polytomic_client"

COMMENT = re.compile(r"^\s*#", re.MULTILINE)


@frozen
class Candidate:
    """A document that a package was made of.

    Attributes:
        document: The document, as 3.1.
        package: The folder of its package.
        sections: The changes made to the document, and its faults.
    """

    document: Document
    package: Path
    sections: Sequence[Section]


def prepare(path: Path, folder: Path, version: str | None = None) -> Candidate:
    """Read a document, make it one of 3.1, and generate its package in a folder.

    Args:
        path: Where the document is.
        folder: Where its package comes.
        version: The date of the API that it describes, where it does not have one itself.

    Raises:
        Refused: Nothing can be made of it.
    """
    received = receive(path, version, ROOT / "openapi")
    try:
        check_validity(received.document)
    except Refused as error:
        raise Refused(*error.problems, *received.reasons) from error
    document, notes = normalise(received.document)
    against: dict[str, list[str]] = {}
    for place, message in violations(document):
        against.setdefault(message, []).append(place)
    refused = [Change(Severity.REFUSED, message, tuple(places)) for message, places in against.items()]
    made_of = ".".join(str(received.document["openapi"]).split(".")[:2])
    sections = [
        Section("breaks the rules of documents", refused),
        *([received.overlay] if received.overlay else []),
        Section(f"made of OpenAPI {made_of}", [Change(Severity.COSMETIC, note) for note in (*received.notes, *notes)]),
    ]
    progress(f"Generating {package_name(document)} ...")
    try:
        return Candidate(document, generate(document, folder), sections)
    except Refused as error:
        # What the generator cannot do is mostly what the rules name, shorter and with its place.
        named = [f"{place}: {message}" for message, places in against.items() for place in places]
        raise Refused(*(named or error.problems)) from error


def former(candidate: Candidate) -> Document | None:
    """Return the document of the package that a candidate replaces, or None if its date is new."""
    there = PACKAGES / candidate.package.name / "openapi.json"
    return documents.read(there) if there.is_file() else None


def beside(candidate: Candidate) -> Section:
    """Return what a package of a new date changes: it comes beside the others, which stay as they are."""
    others = ", ".join(sorted(path.parent.name for path in PACKAGES.glob("v*/openapi.json")))
    number = len(list(documents.operations(candidate.document)))
    new = f"new: polytomic_client.{candidate.package.name} with {number} operations, beside {others}"
    return Section("a version of the API", [Change(Severity.ADDITIVE, new)])


def compare(old: Document, old_package: Path, new: Candidate) -> list[Section]:
    """Return what changed between two documents and the packages that were made of them."""
    return [
        Section("changes of the API", document_changes(old, new.document)),
        Section("changes of Python names", python_changes(old_package, new.package)),
        Section("not generated", not_generated(new.document)),
    ]


def check_types(package: Path, folder: Path) -> Section:
    """Return what no longer type-checks in hand-written code with a package, which replaces the one of its name.

    Raises:
        Refused: The package itself does not type-check.
    """
    progress("Checking types ...")
    tree = folder / "polytomic_client"
    shutil.copytree(PACKAGES, tree, ignore=shutil.ignore_patterns("__pycache__", package.name))
    shutil.copytree(package, tree / package.name)
    cache = folder / "cache"
    if (ROOT / ".mypy_cache").is_dir():
        shutil.copytree(ROOT / ".mypy_cache", cache)
    command = [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(cache)]
    done = subprocess.run([*command, tree.name], check=False, cwd=folder, capture_output=True, text=True)
    found: dict[tuple[str, str], list[str]] = {}
    for file, line, message in re.findall(r"^(\S+?):(\d+): error: (.*)$", done.stdout, re.MULTILINE):
        found.setdefault((file, message), []).append(line)
    generated = [
        f"{file}: {message}" for file, message in found if Path(file).is_relative_to(f"{tree.name}/{package.name}")
    ]
    if generated or (done.returncode and not found):
        output = generated or [done.stdout + done.stderr]
        raise Refused("The generated package does not pass mypy, so the document cannot be used:", *output)
    changes = [
        Change(Severity.BREAKING, f"{file}, line {', '.join(lines)}: {message}")
        for (file, message), lines in sorted(found.items())
    ]
    return Section("hand-written code that no longer type-checks", changes)


def update(path: Path, folder: Path, *, version: str | None, accept_breaking: bool, report: Path | None) -> int:
    """Take a new document: report, and write it with its package unless that is refused. Return the exit status."""
    candidate = prepare(path, folder, version)
    date = candidate.document["info"]["version"]
    if version not in (None, date):
        raise Refused(f"#/info/version is {date}, but VERSION is {version}. Leave VERSION out, or correct it")
    old = former(candidate)
    if old is None:
        title, changes = f"{date}, a new version: {path.name}", [beside(candidate)]
    else:
        title = f"{old['info']['version']} -> {date}: {path.name}"
        changes = compare(old, PACKAGES / candidate.package.name, candidate)
    sections = [*candidate.sections, *changes]
    try:
        sections.append(check_types(candidate.package, folder / "typed"))
    except Refused:
        # What is against the rules says why, and where.
        if worst(sections) is not Severity.REFUSED:
            raise
    show(title, sections, report)
    found = worst(sections)
    if found is Severity.REFUSED:
        print(f"Refused: {path} breaks the rules in docs/reference/openapi-documents.md. Nothing was written.")
        return 1
    if found is Severity.BREAKING and not accept_breaking:
        print("It breaks existing code. Nothing was written. Run it with ACCEPT_BREAKING=1 to write it.")
        return 1
    return write(path, candidate, old, folder)


def write(path: Path, candidate: Candidate, old: Document | None, folder: Path) -> int:
    """Put a document and its package in their places, as far as they differ from what is there. Return the exit status.

    Raises:
        Refused: What it was compared with is no longer there.
    """
    vendored = ROOT / "openapi" / f"polytomic-{candidate.document['info']['version']}.yaml"
    target = PACKAGES / candidate.package.name
    text = vendored.read_text(encoding="utf-8") if vendored.is_file() else ""
    staged = folder / vendored.name
    staged.write_text(vendored_text(path, candidate.document, vendored), encoding="utf-8")
    moves = {staged: vendored} if staged.read_text(encoding="utf-8") != text else {}
    if not target.is_dir() or differences(target, candidate.package):
        moves[candidate.package] = target
    if not moves:
        print("Nothing to write.")
        return 0
    if former(candidate) != old:
        raise Refused(f"{target.relative_to(ROOT)} has changed meanwhile, so the report is out of date. Run it again")
    install(moves, folder)
    written = " and ".join(str(place.relative_to(ROOT)) for place in moves.values())
    print(f"Wrote {written}. Run `make test`, which was not run.")
    if COMMENT.search(text) and not COMMENT.search(vendored.read_text(encoding="utf-8")):
        print(f"{vendored.name} lost its comments, because {path.name} has no comments.")
    if old is None:
        print(f"{target.name} has no clients yet. CONTRIBUTING.md lists what to add by hand, in its row `a version`.")
    return 0


def vendored_text(path: Path, document: Document, vendored: Path) -> str:
    """Return the YAML to vendor: as received if possible, else the existing file if it is equivalent, else new."""
    text = path.read_text(encoding="utf-8-sig")
    if not text.lstrip().startswith("{") and documents.read(path) == document:
        return text
    made = documents.to_yaml(document)
    # Its comments are worth keeping. The order of what is in it is a part of it.
    is_there = vendored.is_file() and documents.to_yaml(documents.read(vendored)) == made
    return vendored.read_text(encoding="utf-8") if is_there else made


def diff(old_path: Path, new_path: Path, folder: Path, *, version: str | None, report: Path | None) -> int:
    """Report what changed from one document to another. Return the exit status."""
    for name in ("old", "new"):
        (folder / name).mkdir()
    old, new = prepare(old_path, folder / "old", version), prepare(new_path, folder / "new", version)
    versions = f"{old.document['info']['version']} -> {new.document['info']['version']}"
    title = f"{versions}: {old_path.name} -> {new_path.name}"
    show(title, [*new.sections, *compare(old.document, old.package, new)], report)
    return 0


def progress(text: str) -> None:
    """Print which slow step begins."""
    print(text, file=sys.stderr, flush=True)


def show(title: str, sections: Sequence[Section], report: Path | None) -> None:
    """Print a report, and write it as Markdown if `--report` is given."""
    print(as_text(title, sections))
    if report:
        report.write_text(as_markdown(title, sections), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status."""
    parser = argparse.ArgumentParser(
        "python -m openapi.update", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "documents", nargs="+", type=Path, metavar="document", help="of YAML or JSON, OpenAPI 3.0, 3.1 or 3.2"
    )
    parser.add_argument("--version", help="the date of the API, for a document that does not have it")
    parser.add_argument("--diff", action="store_true", help="compare two documents, and write nothing")
    parser.add_argument("--accept-breaking", action="store_true", help="write, although something breaks")
    parser.add_argument("--report", type=Path, help="where to write the report as Markdown")
    options = parser.parse_args(arguments)
    paths: list[Path] = options.documents
    if len(paths) != 1 + options.diff:
        parser.error("give two documents with --diff, and one without")
    if options.report and not options.report.absolute().parent.is_dir():
        print(f"There is no folder for {options.report}. Nothing was written.", file=sys.stderr)
        return 1
    # In the project, so that what is made can be moved in its place at once.
    with tempfile.TemporaryDirectory(dir=ROOT, prefix=".update-api-") as temporary:
        folder = Path(temporary)
        try:
            if options.diff:
                return diff(paths[0], paths[1], folder, version=options.version, report=options.report)
            return update(
                paths[0], folder,
                version=options.version, accept_breaking=options.accept_breaking, report=options.report,
            )  # fmt: skip
        except Refused as refused:
            print(*refused.problems, "Refused. Nothing was written.", sep="\n", file=sys.stderr)
            if options.report:
                changes = [Change(Severity.REFUSED, problem) for problem in refused.problems]
                title = " -> ".join(path.name for path in paths)
                options.report.write_text(
                    as_markdown(title, [Section("no document to use", changes)]), encoding="utf-8"
                )
        except (OSError, KeyboardInterrupt) as error:
            print(f"{str(error) or 'Stopped'}. Nothing was written.", file=sys.stderr)
    return 1


def _stop(number: int, _: object) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    # What is under way is cleared away, as on Ctrl-C.
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _stop)
    sys.exit(main())
