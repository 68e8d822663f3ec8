"""`destinations show`, `destinations fetch` and `destinations check`."""

from __future__ import annotations

import re
import sys
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Annotated, Any, Literal, TextIO, cast
from uuid import UUID

from cyclopts import Parameter

from .. import models
from ._account import type_of
from ._errors import FAILED, OK, UsageError
from ._fetch import Collected, Fetch, Lines, Plan, Sink
from ._output import Column, chosen, forget, note, print_table, write_json
from ._request import read_json, read_text
from ._resume import OutputFile, unusable
from ._settings import DEFAULTS, STDIN, STDIO, ConnectionID, Format, FormatOption, Settings

FEW = 16
"""Requests in flight of `show`, whose ids a person types."""


def show(
    *ids: Annotated[UUID, Parameter(name="ID", help="The id of a connection.")],
    format: FormatOption = None,  # noqa: A002
    settings: Settings = DEFAULTS,
) -> int:
    """Show what connections accept as destinations: modes, resync modes and the keys of the configuration."""
    if not ids:
        raise UsageError("destinations show needs the id of a connection. Find it with: polytomic connections list")
    sink = Collected()
    fetch = Fetch(settings, Plan(limit=FEW, ordered=True, resumable=False), sink)
    code = fetch.run([str(id_) for id_ in dict.fromkeys(ids)], quiet=True)
    _print(sink.records, chosen(format), {})
    return code


def fetch(
    *,
    all: Annotated[bool, Parameter(negative="", help="Fetch the destinations of all connections.")] = False,  # noqa: A002
    ids: Annotated[Path | None, Parameter(help="File with an id on each line, or - for stdin."), STDIN] = None,
    limit: Annotated[
        str,
        Parameter(help="Maximum requests in flight, or auto: what the API can handle.", metavar="N|auto"),
    ] = "64",
    rate: Annotated[float | None, Parameter(help="Maximum requests per second, retries included.", metavar="N")] = None,
    checkpoint: Annotated[
        Path | None,
        Parameter(help="File that records finished destinations, for the same command to resume.", metavar="FILE"),
    ] = None,
    retry_failed: Annotated[
        bool, Parameter(negative="", help="Call once more after a temporary failure, after all others.")
    ] = False,
    output: Annotated[Path, Parameter(help="File to write, or - for stdout."), STDIN] = STDIO,
    force: Annotated[bool, Parameter(negative="", help="Replace an existing output file.")] = False,
    format: FormatOption = None,  # noqa: A002
    settings: Settings = DEFAULTS,
) -> int:
    """Fetch what many connections accept as destinations, concurrently.

    The format jsonl has a line for each destination, as it arrives: {"id", "ok", "status", "data" or "error"}.
    """
    if all == (ids is not None):
        raise UsageError("destinations fetch needs either --all or --ids FILE. Pass one of them.")
    if ids is not None and ids != STDIO and ids.resolve() == output.resolve():
        raise UsageError(f"--ids and --output must be different files, got {ids} twice. Name another file.")
    kind = _format(format, output, checkpoint, force=force)
    chosen_ids = None if ids is None else read_ids(ids)
    plan = Plan(limit=_limit(limit), rate=rate, checkpoint=checkpoint, retry_failed=retry_failed)
    # The lines would mix with the bar on one terminal.
    quiet = settings.quiet or (kind == "jsonl" and output == STDIO and sys.stdout.isatty())
    with _opened(output, resume=checkpoint is not None, force=force) as target:
        if isinstance(target, OutputFile):
            _tell(target, quiet=settings.quiet)
        lines = target if isinstance(target, OutputFile) else Lines(target)
        sink: Sink = lines if kind == "jsonl" else Collected()
        run = Fetch(settings, plan, sink)
        code = run.run(chosen_ids, quiet=quiet)
        if isinstance(sink, Collected):
            _print_to(target, _sorted(sink, run, chosen_ids), kind, run.connections)
    run.summarize()
    return code


def check(
    connection_id: ConnectionID,
    configuration: Annotated[Path, Parameter(help="File with the configuration as JSON, or - for stdin."), STDIN],
    /,
    *,
    format: FormatOption = None,  # noqa: A002
    settings: Settings = DEFAULTS,
) -> int:
    """Check the configuration for a bulk sync against what its destination accepts. Fails if there is a problem."""
    from ..destinations import check_destination_configuration

    wanted = read_json("the configuration", configuration)
    if not isinstance(wanted, dict):
        raise UsageError(f"the configuration {configuration} must be a JSON object. Write its keys in braces.")
    with settings.client() as client:
        destination = client.get_bulk_destination(connection_id).data
    problems = check_destination_configuration(destination, cast("dict[str, object]", wanted))
    kind = chosen(format)
    if kind == "table":
        if problems:
            rows = [(problem.path, problem.kind, problem.message) for problem in problems]
            print_table((Column("KEY"), Column("PROBLEM", style="red"), Column("MESSAGE")), rows)
        else:
            note("The destination accepts the keys of this configuration.", quiet=settings.quiet)
    else:
        found = [{"path": each.path, "kind": each.kind, "message": each.message} for each in problems]
        write_json(found, kind)
    return FAILED if problems else OK


def read_ids(source: Path) -> list[str]:
    """Return the ids of a file, or of stdin for `-`, each once. Empty lines and those that begin with # are skipped.

    Raises:
        UsageError: It cannot be read, or a line is not an id.
    """
    if source == STDIO and sys.stdin.isatty():
        note("Reading ids, one on each line, up to Ctrl-D.", quiet=False)
    found: dict[str, None] = {}
    for number, line in enumerate(read_text("--ids", source).splitlines(), 1):
        # Quotes, because jq prints them without -r.
        text = line.strip().strip('"')
        if not text or text.startswith("#"):
            continue
        try:
            found[str(UUID(text))] = None
        except ValueError:
            shown = text if len(text) <= 80 else f"{text[:79]}…"
            raise UsageError(
                f"--ids {source} must have an id on each line, got {shown!r} on line {number}. Use jq -r .id."
            ) from None
    return list(found)


def _limit(text: str) -> int | Literal["auto"]:
    if text == "auto":
        return "auto"
    if not re.fullmatch("[1-9][0-9]{0,5}", text):
        raise UsageError(f"--limit must be a positive int or auto, got {text!r}. Pass --limit 64, for example.")
    return int(text)


def _format(format: Format | None, output: Path, checkpoint: Path | None, *, force: bool) -> Format:  # noqa: A002
    resumes = checkpoint is not None
    if checkpoint is not None and checkpoint.resolve() == output.resolve():
        raise UsageError(f"--output and --checkpoint must be different files, got {output} twice. Name another file.")
    if resumes and force:
        raise UsageError("--checkpoint resumes and --force starts over. Pass one of them, or delete both files.")
    if resumes and format in ("table", "json"):
        raise UsageError(f"--checkpoint cannot resume a {format}, which is written at the end. Pass --format jsonl.")
    if format is None and (resumes or output != STDIO):
        return "jsonl"
    return chosen(format)


def _tell(file: OutputFile, *, quiet: bool) -> None:
    """Print what was found in an output file that is resumed."""
    if file.cut or file.succeeded or file.superseded:
        parts = [f"{file.succeeded:,} destinations are already written"]
        parts += [f"{file.superseded:,} failed and will be fetched again"] if file.superseded else []
        parts += ["an incomplete last line was cut off"] if file.cut else []
        note(f"Resuming: {', '.join(parts)}.", quiet=quiet)


def _sorted(sink: Collected, run: Fetch, ids: list[str] | None) -> list[dict[str, Any]]:
    """Return the records in the order of the ids."""
    places = {id_: place for place, id_ in enumerate(run.connections if ids is None else ids)}
    return sorted(sink.records, key=lambda each: places[each["id"]])


@contextmanager
def _opened(path: Path, *, resume: bool, force: bool) -> Generator[TextIO | OutputFile]:
    """Open the output. A pipe or a device, for example `>(gzip > all.gz)`, is written like stdout."""
    if path == STDIO:
        yield sys.stdout
    elif path.exists() and not path.is_file():
        try:
            stream = path.open("w", encoding="utf-8")
        except OSError as error:
            raise unusable(path, error) from None
        with stream:
            try:
                yield stream
            except BaseException:
                # What is left in the buffer is lost: a pipe that is full would block its flush.
                forget(stream)
                raise
    else:
        with OutputFile(path, resume=resume, force=force) as file:
            yield file


def _print_to(
    target: TextIO | OutputFile, records: list[dict[str, Any]], kind: Format, connections: dict[str, dict[str, Any]]
) -> None:
    if not isinstance(target, OutputFile):
        _print(records, kind, connections, target)
        return
    document = TextIOWrapper(BytesIO(), encoding="utf-8")
    _print(records, kind, connections, document)
    document.seek(0)
    target.write_bytes(document.buffer.read())


def _print(
    records: list[dict[str, Any]], kind: Format, connections: dict[str, dict[str, Any]], stream: TextIO | None = None
) -> None:
    if kind != "table":
        write_json(records, kind, stream)
        return
    named = (Column("NAME"), Column("TYPE")) if connections else ()
    columns = (
        Column("ID", whole=True),
        *named,
        Column("MODES"),
        Column("RESYNC MODES", optional=True),
        Column("CONFIGURATION (* REQUIRED)", optional=True),
    )
    rows: list[tuple[object, ...]] = []
    for each in records:
        connection = connections.get(each["id"], {})
        names = (connection.get("name", ""), type_of(connection)) if connections else ()
        rows.append((each["id"], *names, *_cells(each)))
    print_table(columns, rows, stream)


def _cells(record: dict[str, Any]) -> tuple[object, ...]:
    if not record["ok"]:
        from rich.text import Text

        from ._output import printable

        status = "" if record["status"] is None else f"{record['status']} "
        return Text(printable(f"{status}{record['error']['message']}"), style="red"), "", ""
    data: dict[str, Any] = record["data"]
    modes = ", ".join(str(mode.get("id", "")) for mode in data.get("modes") or ())
    resync = ", ".join(map(str, data.get("supported_resync_modes") or ()))
    return modes, resync, " ".join(_keys(data))


def _keys(data: dict[str, Any]) -> Iterator[str]:
    """Yield the keys of a destination's configuration, those in a group as `group.key`, required ones with a star."""
    from ..destinations import check_destination_configuration, template

    destination = models.BulkDestination.from_dict(data)
    unfilled = template(destination)
    required = {problem.path for problem in check_destination_configuration(destination, unfilled)}
    for path in _paths(unfilled):
        yield f"{path}*" if path in required else path


def _paths(configuration: Mapping[str, object], prefix: str = "") -> Iterator[str]:
    for name, value in configuration.items():
        if isinstance(value, dict):
            yield from _paths(cast("dict[str, object]", value), f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"
