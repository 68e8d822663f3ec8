"""`sources show` and `sources refresh`."""

from __future__ import annotations

from typing import Any

from ._live import live
from ._output import Column, chosen, print_table, write_json
from ._settings import DEFAULTS, ConnectionID, Format, FormatOption, Settings


def show(
    connection_id: ConnectionID,
    /,
    *,
    format: FormatOption = None,  # noqa: A002
    settings: Settings = DEFAULTS,
) -> None:
    """Show the schemas of a source, with their fields."""
    with settings.client() as client:
        _print(client.get_bulk_source(connection_id, include_fields=True).data.to_dict(), format)


def refresh(
    connection_id: ConnectionID,
    /,
    *,
    format: FormatOption = None,  # noqa: A002
    settings: Settings = DEFAULTS,
) -> None:
    """Refresh the schemas of a source, wait for the end, and show them."""
    with settings.client() as client:
        with live(quiet=settings.quiet) as draw:
            if draw is not None:
                draw("Refreshing, which may take minutes ...")
            source = client.refresh_bulk_source(connection_id).data.to_dict()
        _print(source, format)


def _print(source: dict[str, Any], format: Format | None) -> None:  # noqa: A002
    kind = chosen(format)
    if kind != "table":
        write_json(source, kind)
        return
    columns = (Column("SCHEMA"), Column("NAME"), Column("FIELDS"), Column("PRIMARY KEY"))
    rows: list[tuple[object, ...]] = []
    for schema in source.get("schemas") or ():
        fields: list[dict[str, Any]] = schema.get("fields") or []
        keys = ", ".join(str(field.get("id")) for field in fields if field.get("is_primary_key"))
        rows.append((schema.get("id", ""), schema.get("name", ""), len(fields), keys))
    print_table(columns, rows)
