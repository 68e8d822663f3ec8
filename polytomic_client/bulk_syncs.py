"""Changing a bulk sync: `modify_bulk_sync` of both clients."""

from __future__ import annotations

from typing import Any, Unpack
from uuid import UUID

from attrs import NOTHING, fields_dict

from ._api import UNSET, UpdateBulkSyncChanges, models
from ._errors import RequestError
from ._flow import BlockingFlows, Caller, blocking

NOT_CARRIED_OVER = frozenset({"organization_id"})
"""What an update does not repeat unless told to: only partners may name an organization."""


class AsyncBulkSyncs(Caller):
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
            ValueError: The id is malformed; nothing was sent.
            RequestError: A call failed, or the answer lacks a member that an update must repeat.

        Example:
            await polytomic.modify_bulk_sync(bulk_sync_id, schedule=schedules.daily(hour=5))
        """
        members = _members(models.UpdateBulkSync)
        unknown = ", ".join(repr(name) for name in changes if name not in members)
        if unknown:
            raise TypeError(f"a bulk sync has no member {unknown}, only {', '.join(members)}")
        if not changes:
            raise TypeError("modify_bulk_sync needs a change, such as active=False")
        current = (await self.get_bulk_sync(id)).data
        kept = {name: getattr(current, name, UNSET) for name in members if name not in NOT_CARRIED_OVER}
        whole = {name: value for name, value in kept.items() if value is not UNSET and value is not None} | changes
        # The one supersedes the other. Of two that could contradict each other, the one that is asked for is sent.
        if "automatically_add_new_objects" in whole and "discover" not in changes:
            whole.pop("discover", None)
        elif "automatically_add_new_objects" not in changes:
            whole.pop("automatically_add_new_objects", None)
        body = _update(id, whole)
        # What this version of the document does not name would be reset, too.
        body.additional_properties = dict(current.additional_properties)
        return await self.update_bulk_sync(id, body=body)


class BulkSyncs(BlockingFlows):
    """What Polytomic does about bulk syncs."""

    modify_bulk_sync = blocking(AsyncBulkSyncs.modify_bulk_sync)


def _members(model: type) -> tuple[str, ...]:
    return tuple(name for name, field in fields_dict(model).items() if field.init)


def _update(id: UUID | str, members: dict[str, Any]) -> models.UpdateBulkSync:  # noqa: A002
    required = [name for name, field in fields_dict(models.UpdateBulkSync).items() if field.default is NOTHING]
    missing = [name for name in required if name not in members]
    if missing:
        raise RequestError(
            f"the API left out {', '.join(missing)} of bulk sync {id}, which an update must name: give {missing[0]}=..."
        )
    return models.UpdateBulkSync(**members)
