"""The sandbox's handlers for bulk syncs, their schemas and their executions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias
from uuid import UUID

from starlette.exceptions import HTTPException

from .._runtime.types import encode_datetime
from .._text import quoted
from ..destinations import check_destination_configuration, supports
from ..schedules import NoNextRunError, next_runs
from ..v2023_04_25 import models
from ._connections import check_organization, find_destination, find_source
from ._document import Call
from ._execution import Execution, resync_mode_of
from ._world import BulkSync, Handler, World

_Schema: TypeAlias = "Mapping[str, Any]"

# Defaults of a bulk sync. The reference of a later version documents the two that discover. The others are what a
# server in Go makes of an absent member.
_DEFAULTS: Final[Mapping[str, Any]] = {
    "active": False,
    "source_configuration": {},
    "automatically_add_new_fields": "all",
    "automatically_add_new_objects": "none",
    "data_cutoff_timestamp": None,
    "disable_record_timestamps": False,
    "normalize_names": "enabled",
    "policies": [],
}
_SETTINGS: Final = (
    *("enabled", "filters", "partition_key", "tracking_field"),
    *("data_cutoff_timestamp", "disable_data_cutoff"),
)
_REQUIRED: Final = ("name", "mode", "schedule", "destination_configuration")


def _list_bulk_syncs(world: World, call: Call) -> Any:
    active = call.query["active"]
    return [bulk_sync.data for bulk_sync in world.bulk_syncs.values() if active in (None, bulk_sync.data["active"])]


def _create_bulk_sync(world: World, call: Call) -> Any:
    data, offered = _checked(world, call.body)
    schemas = _choose(offered, call.body.get("schemas"))
    id_, created = world.new_id(), {"created_at": encode_datetime(world.now()), "created_by": _actor(world)}
    bulk_sync = BulkSync(id_, {"id": str(id_), **data, **created, **_updated(world)}, schemas)
    world.bulk_syncs[id_] = bulk_sync
    return bulk_sync.data


def _get_bulk_sync(world: World, call: Call) -> Any:
    bulk_sync = _find(world, call)
    _refresh(world, call, bulk_sync)
    return bulk_sync.data


def _update_bulk_sync(world: World, call: Call) -> Any:
    bulk_sync = _find(world, call)
    data, offered = _checked(world, call.body)
    if data["source_connection_id"] != bulk_sync.data["source_connection_id"]:
        bulk_sync.schemas = _choose(offered, None)
    bulk_sync.data = {**bulk_sync.data, **data, **_updated(world)}
    return bulk_sync.data


def _delete_bulk_sync(world: World, call: Call) -> None:
    bulk_sync = _find(world, call)
    _refresh(world, call, bulk_sync)
    _cancel(world, bulk_sync)
    del world.bulk_syncs[bulk_sync.id]


def _activate_bulk_sync(world: World, call: Call) -> Any:
    bulk_sync = _find(world, call)
    active = call.body["active"]
    bulk_sync.data = {**bulk_sync.data, "active": active, **_updated(world)}
    if not active:
        _cancel(world, bulk_sync)
    return {"active": active, "id": str(bulk_sync.id)}


def _cancel_bulk_sync(world: World, call: Call) -> Any:
    _cancel(world, _find(world, call))
    return {"message": "Cancellation requested"}


def _start_bulk_sync_execution(world: World, call: Call) -> Any:
    bulk_sync, body = _find(world, call), call.body
    if bulk_sync.running(world.now()) is not None:
        raise HTTPException(409, "an execution is already running")
    resync_mode = resync_mode_of(body)
    if body.get("test") and resync_mode is not None:
        raise HTTPException(422, "test: a test cannot be a resync")
    _, accepted = find_destination(world, bulk_sync.data["destination_connection_id"])
    if resync_mode is not None and resync_mode not in accepted["supported_resync_modes"]:
        raise HTTPException(422, f"resync_mode: the destination does not support {resync_mode}")
    wanted = body.get("schemas")
    if wanted is None:
        wanted = [id_ for id_, schema in bulk_sync.schemas.items() if schema["enabled"]]
    _check_known("schemas", wanted, bulk_sync.schemas)
    return world.execute(bulk_sync, dict.fromkeys(wanted), body).as_json(world.now())


def _list_bulk_sync_executions(world: World, call: Call) -> Any:
    now = world.now()
    return [execution.as_json(now) for execution in reversed(_find(world, call).executions)]


def _get_bulk_sync_execution(world: World, call: Call) -> Any:
    wanted = UUID(call.path["execution_id"])
    for execution in _find(world, call).executions:
        if execution.id == wanted:
            return execution.as_json(world.now())
    raise HTTPException(404, "execution not found")


def _get_bulk_sync_status(world: World, call: Call) -> Any:
    bulk_sync, now = _find(world, call), world.now()
    running = bulk_sync.running(now)
    ended = [execution for execution in bulk_sync.executions if execution is not running]
    return {
        "current_execution": _shown(running, world),
        "last_execution": _shown(ended[-1] if ended else None, world),
        "next_execution_time": _next_run(world, bulk_sync.data["schedule"]) if bulk_sync.data["active"] else None,
    }


def _list_bulk_sync_schemas(world: World, call: Call) -> Any:
    return list(_find(world, call).schemas.values())


def _get_bulk_sync_schema(world: World, call: Call) -> Any:
    schemas = _find(world, call).schemas
    if call.path["schema_id"] not in schemas:
        raise HTTPException(404, "schema not found")
    return schemas[call.path["schema_id"]]


def _update_bulk_sync_schema(world: World, call: Call) -> Any:
    schema = _get_bulk_sync_schema(world, call)
    changed = _configured(schema, call.body, (*_SETTINGS, "user_output_name"), "obfuscated")
    _find(world, call).schemas[schema["id"]] = changed
    return changed


def _find(world: World, call: Call) -> BulkSync:
    bulk_sync = world.bulk_syncs.get(UUID(call.path["id"]))
    if bulk_sync is None:
        raise HTTPException(404, "bulk sync not found")
    return bulk_sync


def _checked(world: World, body: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[_Schema, ...]]:
    """Return the complete settings of a bulk sync, and the schemas of its source.

    Raises:
        HTTPException: The connections do not support the settings.
    """
    check_organization(world, body)
    source = find_source(world, body["source_connection_id"], refusal=422)
    connection, accepted = find_destination(world, body["destination_connection_id"], refusal=422)
    destination = models.BulkDestination.from_dict(accepted)
    if not supports(destination, mode=body["mode"]):
        raise HTTPException(422, f"mode: the destination does not support {body['mode']}")
    problems = check_destination_configuration(destination, body["destination_configuration"])
    if problems:
        raise HTTPException(422, f"destination_configuration: {'; '.join(map(str, problems))}")
    _next_run(world, body["schedule"])
    data = {**_DEFAULTS, **{name: body[name] for name in (*_REQUIRED, *_DEFAULTS) if name in body}}
    if body.get("discover") and "automatically_add_new_objects" not in body:
        data["automatically_add_new_objects"] = "all"
    return {
        **data,
        "source_connection_id": str(source.id),
        "destination_connection_id": str(connection.id),
        "discover": data["automatically_add_new_objects"] != "none",
        "organization_id": str(world.organization_id),
    }, source.kind.schemas


def _choose(offered: Iterable[_Schema], chosen: list[str | _Schema] | None) -> dict[str, dict[str, Any]]:
    """Return how each schema of a source is synced: as chosen, or whole if nothing is chosen."""
    schemas = {schema["id"]: _whole(schema, enabled=chosen is None) for schema in offered}
    settings: dict[str, _Schema] = {}
    for choice in chosen or ():
        setting = {"id": choice} if isinstance(choice, str) else choice
        settings[setting["id"]] = {"enabled": True, **setting}
    _check_known("schemas", settings, schemas)
    for id_, setting in settings.items():
        schema = schemas[id_]
        if "fields" in setting:
            schema = {**schema, "fields": [{**field, "enabled": False} for field in schema["fields"]]}
        schemas[id_] = _configured(schema, setting, _SETTINGS, "obfuscate")
    return schemas


def _whole(schema: _Schema, *, enabled: bool) -> dict[str, Any]:
    return {
        "id": schema["id"],
        "enabled": enabled,
        "output_name": _output_name(schema["id"]),
        "partition_key": None,
        "fields": [{"id": field["id"], "enabled": True, "obfuscated": False} for field in schema["fields"]],
        "tracking_field": None,
        "filters": [],
        "data_cutoff_timestamp": None,
        "disable_data_cutoff": False,
        "user_output_name": None,
    }


def _output_name(schema_id: str) -> str:
    """Return the name of a schema in the destination if no user has chosen one."""
    return schema_id.rpartition(".")[2].lower()


def _configured(schema: _Schema, setting: _Schema, names: Iterable[str], obfuscate: str) -> dict[str, Any]:
    """Return a schema with some of its settings changed.

    Args:
        schema: A BulkSchema.
        setting: A SchemaConfiguration or an UpdateBulkSchema.
        names: The settings that the document allows, except `fields`.
        obfuscate: The member of a field's setting that obfuscates the field.
    """
    fields = {field["id"]: field for field in schema["fields"]}
    changes = [{"id": field} if isinstance(field, str) else field for field in setting.get("fields", ())]
    used = [filter_["field_id"] for filter_ in setting.get("filters", ()) if "field_id" in filter_]
    keys = [setting[name] for name in ("partition_key", "tracking_field") if setting.get(name) is not None]
    _check_known(f"fields of {schema['id']}", [*(change["id"] for change in changes), *used, *keys], fields)
    for change in changes:
        fields[change["id"]] = {
            "id": change["id"],
            "enabled": change.get("enabled", True),
            "obfuscated": change.get(obfuscate, False),
        }
    changed = {**schema, **{name: setting[name] for name in names if name in setting}}
    return {
        **changed,
        "fields": list(fields.values()),
        "output_name": changed["user_output_name"] or _output_name(schema["id"]),
    }


def _check_known(what: str, wanted: Iterable[str], known: Mapping[str, object]) -> None:
    unknown = [id_ for id_ in wanted if id_ not in known]
    if unknown:
        raise HTTPException(422, f"{what} must be among {', '.join(known)}, got {quoted(', '.join(unknown))}")


def _next_run(world: World, schedule: Mapping[str, Any]) -> str | None:
    """Return when a schedule starts the next execution, or None if that cannot be known.

    Raises:
        HTTPException: The schedule is invalid.
    """
    try:
        runs = next_runs(models.BulkSchedule.from_dict(schedule), 1, after=world.now())
    except NoNextRunError:
        return None
    except ValueError as error:
        raise HTTPException(422, f"schedule: {error}") from None
    return encode_datetime(runs[0]) if runs else None


def _refresh(world: World, call: Call, bulk_sync: BulkSync) -> None:
    if call.query["refresh_schemas"]:
        world.refresh(UUID(bulk_sync.data["source_connection_id"]))


def _cancel(world: World, bulk_sync: BulkSync) -> None:
    running = bulk_sync.running(world.now())
    if running is not None:
        running.cancel(world.now())


def _shown(execution: Execution | None, world: World) -> dict[str, Any] | None:
    return None if execution is None else execution.as_json(world.now())


def _updated(world: World) -> dict[str, Any]:
    return {"updated_at": encode_datetime(world.now()), "updated_by": _actor(world)}


def _actor(world: World) -> dict[str, Any]:
    return {"id": str(world.user_id), "name": "Jane Doe", "type": "user"}


HANDLERS: Final[Mapping[str, Handler]] = {
    "listBulkSyncs": _list_bulk_syncs,
    "createBulkSync": _create_bulk_sync,
    "getBulkSync": _get_bulk_sync,
    "updateBulkSync": _update_bulk_sync,
    "deleteBulkSync": _delete_bulk_sync,
    "activateBulkSync": _activate_bulk_sync,
    "cancelBulkSync": _cancel_bulk_sync,
    "startBulkSyncExecution": _start_bulk_sync_execution,
    "listBulkSyncExecutions": _list_bulk_sync_executions,
    "getBulkSyncExecution": _get_bulk_sync_execution,
    "getBulkSyncStatus": _get_bulk_sync_status,
    "listBulkSyncSchemas": _list_bulk_sync_schemas,
    "getBulkSyncSchema": _get_bulk_sync_schema,
    "updateBulkSyncSchema": _update_bulk_sync_schema,
}
"""The handler of each operation, by its operationId."""
