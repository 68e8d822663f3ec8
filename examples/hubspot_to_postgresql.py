"""Copy contacts and deals of HubSpot into PostgreSQL: create both connections and a bulk sync, run it and watch it.

Against the real API, set POLYTOMIC_API_KEY and POSTGRESQL_HOSTNAME, _DATABASE, _USERNAME and _PASSWORD.
"""

from __future__ import annotations

import asyncio

from running import api, created, setting, watch

from polytomic_client import AsyncPolytomic, schedules
from polytomic_client.destinations import check_destination_configuration
from polytomic_client.v2023_04_25.models import (
    BulkMode,
    ConnectionConfiguration,
    CreateBulkSync,
    CreateConnection,
    DestinationConfiguration,
)


async def main() -> None:
    """Run the example."""
    with api() as settings:
        async with AsyncPolytomic(**settings) as client:
            await run(client)


async def run(client: AsyncPolytomic) -> None:
    """Create what is needed, and run it once."""
    database = ConnectionConfiguration(
        {
            "hostname": setting("POSTGRESQL_HOSTNAME", "db.example.com"),
            "port": 5432,
            "database": setting("POSTGRESQL_DATABASE", "warehouse"),
            "username": setting("POSTGRESQL_USERNAME", "polytomic"),
            "password": setting("POSTGRESQL_PASSWORD", "secret"),
        }
    )

    identity = (await client.get_identity()).data
    print(f"Signed in to {identity.organization_name}")

    # HubSpot is reached by OAuth: it needs no configuration, and a person who permits the access.
    hubspot = created((await client.create_connection(body=CreateConnection(name="HubSpot", type_="hubspot"))).data)
    body = CreateConnection(name="Warehouse", type_="postgresql", configuration=database)
    postgresql = created((await client.create_connection(body=body)).data)

    source = (await client.get_bulk_source(hubspot.id)).data
    print(f"HubSpot offers {', '.join(str(schema.id) for schema in source.schemas or ())}")
    destination = (await client.get_bulk_destination(postgresql.id)).data
    print(f"PostgreSQL takes {', '.join(str(mode.id) for mode in destination.modes or ())}")

    wanted = DestinationConfiguration({"schema": "hubspot", "advanced": {"truncate_existing": False}})
    for problem in check_destination_configuration(destination, wanted):
        raise SystemExit(str(problem))

    new = CreateBulkSync(
        name="HubSpot to PostgreSQL",
        source_connection_id=hubspot.id,
        destination_connection_id=postgresql.id,
        destination_configuration=wanted,
        mode=BulkMode.REPLICATE,
        schedule=schedules.daily(hour=5),
        schemas=["contacts", "deals"],
        active=True,
    )
    bulk_sync = (await client.create_bulk_sync(body=new)).data
    (first,) = schedules.next_runs(new.schedule)
    print(f"Bulk sync {bulk_sync.id} runs next at {first:%Y-%m-%d %H:%M} UTC, and now:")

    execution = await client.run_bulk_sync(bulk_sync.id, deadline=3600, on_progress=watch)
    print(f"{execution.status}: {execution.record_count} records")


if __name__ == "__main__":
    asyncio.run(main())
