"""Replicate Salesforce into Snowflake every Monday: choose schemas and fields, change the schedule, read the events.

Against the real API, set POLYTOMIC_API_KEY, SALESFORCE_DOMAIN and SNOWFLAKE_ACCOUNT, _DBNAME, _USERNAME and _PASSWORD.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from running import api, created, setting, watch

from polytomic_client import AsyncPolytomic, ExecutionFailedError, schedules
from polytomic_client.destinations import check_destination_configuration
from polytomic_client.v2023_04_25.models import (
    BulkField,
    BulkMode,
    ConnectionConfiguration,
    CreateBulkSync,
    CreateConnection,
    DestinationConfiguration,
    ResyncMode,
    StartBulkSyncExecution,
    UpdateBulkSchema,
)


async def main() -> None:
    """Run the example."""
    with api() as settings:
        async with AsyncPolytomic(**settings) as client:
            await run(client)


async def run(client: AsyncPolytomic) -> None:
    """Create what is needed, and run it once."""
    began = datetime.now(UTC)
    domain = ConnectionConfiguration({"domain": setting("SALESFORCE_DOMAIN", "https://example.my.salesforce.com")})
    account = ConnectionConfiguration(
        {
            "account": setting("SNOWFLAKE_ACCOUNT", "example"),
            "dbname": setting("SNOWFLAKE_DBNAME", "SALES"),
            "username": setting("SNOWFLAKE_USERNAME", "POLYTOMIC"),
            "password": setting("SNOWFLAKE_PASSWORD", "secret"),
        }
    )

    body = CreateConnection(name="Salesforce", type_="salesforce", configuration=domain)
    salesforce = created((await client.create_connection(body=body)).data)
    body = CreateConnection(name="Snowflake", type_="snowflake", configuration=account)
    snowflake = created((await client.create_connection(body=body)).data)

    destination = (await client.get_bulk_destination(snowflake.id)).data
    print(f"Snowflake is resynced by {', '.join(destination.supported_resync_modes or ())}")
    wanted = DestinationConfiguration({"schema": "SALESFORCE", "advanced": {"table_prefix": "SF_"}})
    for problem in check_destination_configuration(destination, wanted):
        raise SystemExit(str(problem))

    new = CreateBulkSync(
        name="Salesforce to Snowflake",
        source_connection_id=salesforce.id,
        destination_connection_id=snowflake.id,
        destination_configuration=wanted,
        mode=BulkMode.REPLICATE,
        schedule=schedules.weekly("monday", hour=5),
        active=True,
    )
    bulk_sync = (await client.create_bulk_sync(body=new)).data

    # Every schema is synced unless told otherwise. Addresses are nobody's business there.
    for schema in (await client.list_bulk_sync_schemas(bulk_sync.id)).data:
        secret = [BulkField(id=field.id, enabled=True, obfuscated=field.id == "email") for field in schema.fields or ()]
        change = UpdateBulkSchema(enabled=schema.id != "Opportunity", fields=secret)
        await client.update_bulk_sync_schema(bulk_sync.id, schema.id, body=change)

    # An update of the API replaces the whole. This one changes the schedule and keeps the rest.
    later = schedules.weekly("monday", hour=6)
    await client.modify_bulk_sync(bulk_sync.id, schedule=later)
    runs = schedules.next_runs(later, 3)
    print(f"It runs at {', '.join(f'{run:%a %d %b %H:%M}' for run in runs)} UTC, and now:")

    try:
        from_scratch = StartBulkSyncExecution(resync_mode=ResyncMode.REBUILD)
        execution = await client.run_bulk_sync(bulk_sync.id, body=from_scratch, deadline=3600, on_progress=watch)
    except ExecutionFailedError as error:
        raise SystemExit(str(error)) from None
    print(f"{execution.status}: {execution.record_count} records")

    async for event in client.iter_events(since=began):
        print(f"  {event.created_at:%H:%M:%S} {event.type_}")


if __name__ == "__main__":
    asyncio.run(main())
