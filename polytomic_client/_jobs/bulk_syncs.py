"""Change a bulk sync: `modify_bulk_sync` of both clients."""

from __future__ import annotations

from typing import Any, Unpack
from uuid import UUID

from attrs import NOTHING, fields_dict

from .._core.tracebacks import with_short_tracebacks
from .._runtime.types import UNSET
from .._text import quoted
from ..errors import RequestError
from ..v2023_04_25 import models
from ..v2023_04_25.api import AsyncOperations, UpdateBulkSyncChanges
from .drivers import Jobs

NOT_CARRIED_OVER = frozenset({"organization_id"})
"""Members that an update sends only if they are changed: only partners may name an organization."""

UNDOCUMENTED = "additional_properties"
"""The members that the OpenAPI document does not name. An update sends them, because the API resets missing members."""


class AsyncBulkSyncs(Jobs[AsyncOperations]):
    """The workflows of AsyncPolytomic for bulk syncs."""

    @with_short_tracebacks
    async def modify_bulk_sync(
        self,
        id: UUID | str,  # noqa: A002  (as the generated methods call it)
        **changes: Unpack[UpdateBulkSyncChanges],
    ) -> models.BulkSync:
        """Change some members of a bulk sync, and keep the others.

        An update of the API replaces the whole bulk sync. So this gets the bulk sync, changes it and sends all of it
        back. A concurrent change by someone else is lost: the API cannot detect it.

        Args:
            id: The bulk sync.
            **changes: Members of UpdateBulkSync with their new values.

        Returns:
            The updated bulk sync.

        Raises:
            TypeError: `changes` is empty or has an unknown member; nothing was sent.
            ValueError: `id` or a change is malformed; nothing was changed.
            RequestError: A call failed, or the response lacks a member that an update must send.

        Example:
            await client.modify_bulk_sync(bulk_sync_id, schedule=schedules.daily(hour=5))
        """
        fields = fields_dict(models.UpdateBulkSync)
        members = [name for name in fields if name != UNDOCUMENTED]
        unknown = ", ".join(repr(name) for name in changes if name not in members)
        if unknown:
            advice = " Use update_bulk_sync_schema to change which schemas are synced." if "schemas" in changes else ""
            raise TypeError(f"an update cannot change {quoted(unknown)}. Use {', '.join(members)}.{advice}")
        if not changes:
            raise TypeError("modify_bulk_sync needs at least one change, got none. Pass active=False, for example.")
        operations = self._job_client.operations
        current = (await operations.get_bulk_sync(id)).data
        kept: dict[str, Any] = {name: getattr(current, name, UNSET) for name in fields.keys() - NOT_CARRIED_OVER}
        kept = {name: value for name, value in kept.items() if value is not UNSET and value is not None}
        # `discover` supersedes the other member. They could contradict each other, so only the changed one is sent.
        if "discover" in changes:
            kept.pop("automatically_add_new_objects", None)
        elif "automatically_add_new_objects" in kept | changes:
            kept.pop("discover", None)
        whole: dict[str, Any] = kept | changes
        missing = [name for name, field in fields.items() if field.default is NOTHING and name not in whole]
        if missing:
            raise RequestError(
                f"the response for bulk sync {quoted(id)} lacks {', '.join(missing)}, which an update requires. "
                f"Pass {missing[0]}=..."
            )
        return (await operations.update_bulk_sync(id, body=models.UpdateBulkSync(**whole))).data
