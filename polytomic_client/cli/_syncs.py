"""`syncs`: list, show, run, status, cancel, activate, deactivate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, cast
from uuid import UUID

from cyclopts import Parameter

from .. import UNSET, ExecutionFailedError, models
from ._live import live
from ._output import Column, chosen, note, print_table, show_list, table, write_json
from ._output import show as show_object
from ._settings import DEFAULTS, Format, FormatOption, Settings

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
    from rich.text import Text

SyncID = Annotated[UUID, Parameter(help="The id of the bulk sync.")]

SCHEMAS = (
    Column("SCHEMA"),
    Column("STATUS", whole=True),
    Column("RECORDS"),
    Column("ERRORS"),
    Column("MESSAGE", optional=True),
)

STYLES = {"completed": "green", "failed": "red", "errors": "red", "canceled": "yellow", "interrupted": "yellow"}


def list_syncs(
    *,
    active: Annotated[
        bool | None, Parameter(negative="--inactive", help="Only active bulk syncs, or only inactive ones.")
    ] = None,
    format: FormatOption = None,  # noqa: A002
    settings: Settings = DEFAULTS,
) -> None:
    """List bulk syncs."""
    with settings.client() as client:
        syncs = [sync.to_dict() for sync in client.list_bulk_syncs(active=UNSET if active is None else active).data]
    columns = (Column("ID", whole=True), Column("NAME"), Column("ACTIVE"), Column("MODE"), Column("SCHEDULE"))
    rows: list[tuple[object, ...]] = [
        (
            sync.get("id", ""),
            sync.get("name", ""),
            "yes" if sync.get("active") else "no",
            sync.get("mode", ""),
            _frequency(sync.get("schedule")),
        )
        for sync in syncs
    ]
    show_list(syncs, format, columns, rows)


def _frequency(schedule: object) -> object:
    return cast("dict[str, object]", schedule).get("frequency", "") if isinstance(schedule, dict) else ""


def show(sync_id: SyncID, /, *, format: FormatOption = None, settings: Settings = DEFAULTS) -> None:  # noqa: A002
    """Show the settings of a bulk sync."""
    with settings.client() as client:
        show_object(client.get_bulk_sync(sync_id).data.to_dict(), format)


def status(sync_id: SyncID, /, *, format: FormatOption = None, settings: Settings = DEFAULTS) -> None:  # noqa: A002
    """Show the current, the last and the next execution of a bulk sync."""
    with settings.client() as client:
        show_object(client.get_bulk_sync_status(sync_id).data.to_dict(), format)


def cancel(sync_id: SyncID, /, *, format: FormatOption = None, settings: Settings = DEFAULTS) -> None:  # noqa: A002
    """Cancel the current execution of a bulk sync. It ends a little later."""
    with settings.client() as client:
        show_object(client.cancel_bulk_sync(sync_id).data.to_dict(), format)


def activate(sync_id: SyncID, /, *, format: FormatOption = None, settings: Settings = DEFAULTS) -> None:  # noqa: A002
    """Activate a bulk sync: it runs on its schedule."""
    with settings.client() as client:
        show_object(client.activate_bulk_sync(sync_id, active=True).data.to_dict(), format)


def deactivate(sync_id: SyncID, /, *, format: FormatOption = None, settings: Settings = DEFAULTS) -> None:  # noqa: A002
    """Deactivate a bulk sync. That cancels its current execution, too."""
    with settings.client() as client:
        show_object(client.activate_bulk_sync(sync_id, active=False).data.to_dict(), format)


def run(
    sync_id: SyncID,
    /,
    *,
    wait: Annotated[bool, Parameter(help="Wait for the end, or only start the execution.")] = True,
    cancel_on_interrupt: Annotated[
        bool, Parameter(negative="", help="Cancel the execution if Ctrl-C or an error ends the wait.")
    ] = False,
    poll_interval: Annotated[float, Parameter(help="Maximum seconds between two polls.", metavar="SECONDS")] = 5.0,
    format: FormatOption = None,  # noqa: A002
    settings: Settings = DEFAULTS,
) -> None:
    """Run a bulk sync, show each schema as it proceeds, and print the execution. Fails if the execution fails."""
    with settings.client() as client:
        if not wait:
            _print(client.start_bulk_sync_execution(sync_id).data, format)
            return
        schemas: dict[str, models.SchemaExecution] = {}
        try:
            with live(quiet=settings.quiet) as draw:

                def watch(schema: models.SchemaExecution) -> None:
                    schemas[str(schema.schema)] = schema
                    if draw is not None:
                        draw(_Schemas(schemas))

                if draw is not None:
                    draw("Starting ...")
                execution = client.run_bulk_sync(
                    sync_id, poll_interval=poll_interval, on_progress=watch, cancel_if_abandoned=cancel_on_interrupt
                )
        except ExecutionFailedError as error:
            _print(error.execution, format)
            raise
        except KeyboardInterrupt:
            follow = f"Follow it with: polytomic syncs status {sync_id}"
            if cancel_on_interrupt:
                raise KeyboardInterrupt(f"interrupted. A cancel request was sent. {follow}") from None
            # Without a response to the start, it is unknown whether there is an execution.
            state = "The execution continues." if schemas else "If the execution has started, it continues."
            raise KeyboardInterrupt(
                f"interrupted. {state} {follow}. End it with: polytomic syncs cancel {sync_id}"
            ) from None
        _print(execution, format)
        note(f"Execution {execution.id}: {execution.status}", quiet=settings.quiet or chosen(format) != "table")


class _Schemas:
    """The schemas of an execution, which are laid out as wide as the terminal is by then."""

    def __init__(self, schemas: dict[str, models.SchemaExecution]) -> None:
        self._schemas = schemas

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield schema_table(list(self._schemas.values()), options.max_width)


def schema_table(schemas: list[models.SchemaExecution], width: int) -> RenderableType:
    """Return the schemas of an execution as a table for a width."""
    return table(SCHEMAS, [_row(schema) for schema in schemas], width)


def _row(schema: models.SchemaExecution) -> tuple[object, ...]:
    message = schema.status_message or ""
    # It may only repeat the status.
    message = "" if message.lower() == str(schema.status) else message
    return schema.schema, _status(schema.status), schema.record_count or 0, schema.error_count or 0, message


def _status(status: object) -> Text:
    from rich.text import Text

    return Text(str(status), style=STYLES.get(str(status), "cyan"))


def _print(execution: models.BulkSyncExecution, format: Format | None) -> None:  # noqa: A002
    kind = chosen(format)
    if kind != "table":
        write_json(execution.to_dict(), kind)
    else:
        print_table(SCHEMAS, [_row(schema) for schema in execution.schemas or ()])
