"""Changing a bulk sync: `modify_bulk_sync` of both clients."""

from __future__ import annotations

from typing import Any, Unpack
from uuid import UUID

from attrs import NOTHING, fields_dict

from .._text import quoted
from ..errors import RequestError
from ..v2023_04_25 import models
from ..v2023_04_25.api import AsyncOperations, UpdateBulkSyncChanges
from ..v2023_04_25.types import UNSET
from .drivers import AsyncJobs

NOT_CARRIED_OVER = frozenset({"organization_id"})
"""What an update does not repeat unless told to: only partners may name an organization."""

UNDOCUMENTED = "additional_properties"
"""The members that the document does not name. An update repeats them, because the API resets what it leaves out."""


class AsyncBulkSyncs(AsyncJobs[AsyncOperations]):
    """What AsyncPolytomic does about bulk syncs."""

    async def modify_bulk_sync(
        self,
        id: UUID | str,  # noqa: A002  (as the generated methods call it)
        **changes: Unpack[UpdateBulkSyncChanges],
    ) -> models.BulkSyncEnvelope:
        """Change some of how a bulk sync is set up, and keep the rest.

        An update of the API replaces the whole. So this asks for the bulk sync, changes it and sends all of it back.
        What someone else changes in between is lost: the API has no way to notice.

        Args:
            id: The bulk sync.
            **changes: Members of UpdateBulkSync with their new values.

        Returns:
            The bulk sync as it is now.

        Raises:
            TypeError: There is no such member, or none is given; nothing was sent.
            ValueError: The id or a change is malformed; nothing was changed.
            RequestError: A call failed, or the answer lacks a member that an update must repeat.

        Example:
            await polytomic.modify_bulk_sync(bulk_sync_id, schedule=schedules.daily(hour=5))
        """
        fields = fields_dict(models.UpdateBulkSync)
        members = [name for name in fields if name != UNDOCUMENTED]
        unknown = ", ".join(repr(name) for name in changes if name not in members)
        if unknown:
            advice = "; update_bulk_sync_schema changes which schemas are synced" if "schemas" in changes else ""
            raise TypeError(f"an update has no member {quoted(unknown)}, only {', '.join(members)}{advice}")
        if not changes:
            raise TypeError("modify_bulk_sync needs a change, such as active=False")
        operations = self._job_client.operations
        current = (await operations.get_bulk_sync(id)).data
        kept: dict[str, Any] = {name: getattr(current, name, UNSET) for name in fields.keys() - NOT_CARRIED_OVER}
        kept = {name: value for name, value in kept.items() if value is not UNSET and value is not None}
        # The one supersedes the other. Of two that could contradict each other, the one that is asked for is sent.
        if "discover" in changes:
            kept.pop("automatically_add_new_objects", None)
        elif "automatically_add_new_objects" in kept | changes:
            kept.pop("discover", None)
        whole: dict[str, Any] = kept | changes
        missing = [name for name, field in fields.items() if field.default is NOTHING and name not in whole]
        if missing:
            raise RequestError(
                f"the API left out {', '.join(missing)} of bulk sync {quoted(id)}, which an update must name: "
                f"give {missing[0]}=..."
            )
        return await operations.update_bulk_sync(id, body=models.UpdateBulkSync(**whole))
