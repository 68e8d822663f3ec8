"""`whoami` and `connections list`."""

from __future__ import annotations

from typing import cast

from ._output import Column, show, show_list
from ._settings import DEFAULTS, FormatOption, Settings


def whoami(*, format: FormatOption = None, settings: Settings = DEFAULTS) -> None:  # noqa: A002
    """Show who the key belongs to: the user and the organization."""
    with settings.client() as client:
        show(client.get_identity().data.to_dict(), format)


def list_connections(*, format: FormatOption = None, settings: Settings = DEFAULTS) -> None:  # noqa: A002
    """List the connections that the key can access."""
    with settings.client() as client:
        connections = [connection.to_dict() for connection in client.list_connections().data]
    columns = (Column("ID", whole=True), Column("NAME"), Column("TYPE"), Column("STATUS"))
    rows = [(row.get("id", ""), row.get("name", ""), type_of(row), row.get("status", "")) for row in connections]
    show_list(connections, format, columns, rows)


def type_of(connection: dict[str, object]) -> str:
    """Return the id of a connection's type."""
    kind = connection.get("type")
    return str(cast("dict[str, object]", kind).get("id", "")) if isinstance(kind, dict) else ""
