"""Write accounts of Salesforce into a bucket of S3, from a blocking program.

Against the real API, set POLYTOMIC_API_KEY, SALESFORCE_DOMAIN, S3_BUCKET, S3_REGION, AWS_ACCESS_KEY_ID and
AWS_SECRET_ACCESS_KEY.
"""

from __future__ import annotations

from running import api, created, setting, watch

from polytomic_client import Polytomic, schedules
from polytomic_client.destinations import check_destination_configuration, supports, template
from polytomic_client.v2023_04_25.models import (
    BulkMode,
    ConnectionConfiguration,
    CreateBulkSync,
    CreateConnection,
    DestinationConfiguration,
)


def main() -> None:
    """Run the example."""
    with api() as settings, Polytomic(**settings) as client:
        run(client)


def run(client: Polytomic) -> None:
    """Create what is needed, and run it once."""
    domain = ConnectionConfiguration({"domain": setting("SALESFORCE_DOMAIN", "https://example.my.salesforce.com")})
    bucket = ConnectionConfiguration(
        {
            "auth_mode": "access_key_and_secret",
            "s3_bucket_name": setting("S3_BUCKET", "example"),
            "s3_bucket_region": setting("S3_REGION", "us-east-1"),
            "aws_access_key_id": setting("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"),
            "aws_secret_access_key": setting("AWS_SECRET_ACCESS_KEY", "secret"),
        }
    )

    body = CreateConnection(name="Salesforce", type_="salesforce", configuration=domain)
    salesforce = created(client.create_connection(body=body).data)
    body = CreateConnection(name="Bucket", type_="s3", configuration=bucket)
    s3 = created(client.create_connection(body=body).data)

    destination = client.get_bulk_destination(s3.id).data
    print(f"S3 replicates: {supports(destination, mode=BulkMode.REPLICATE)}; it can be configured by")
    print(f"  {template(destination)}")
    wanted = {"format": "csv", "subfolder": "salesforce"}
    for problem in check_destination_configuration(destination, wanted):
        raise SystemExit(str(problem))

    bulk_sync = client.create_bulk_sync(
        body=CreateBulkSync(
            name="Salesforce to S3",
            source_connection_id=salesforce.id,
            destination_connection_id=s3.id,
            destination_configuration=DestinationConfiguration(wanted),
            mode=BulkMode.SNAPSHOT,
            schedule=schedules.manual(),
            schemas=["Account"],
        )
    ).data
    print(f"Bulk sync {bulk_sync.id} runs only when it is started, which is now:")

    execution = client.run_bulk_sync(bulk_sync.id, deadline=3600, on_progress=watch)
    print(f"{execution.status}: {execution.record_count} records")


if __name__ == "__main__":
    main()
