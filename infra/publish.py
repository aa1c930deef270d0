"""Uploads the pages of a deployed stack and prints its URL: python infra/publish.py --stack NAME --region NAME"""

import argparse
import mimetypes
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

PAGES = Path(__file__).resolve().parents[1] / "dashboard/dist"
# How long built files stay after another version replaced them.
KEPT = timedelta(days=7)
IMMUTABLE = "public, max-age=31536000, immutable"


def outputs_of(aws: boto3.Session, stack: str) -> dict[str, str]:
    found = aws.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    return {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", [])}


def upload(aws: boto3.Session, bucket: str) -> None:
    """Makes the bucket equal to the pages. New files come before the pages that ask for them."""
    s3 = aws.client("s3")
    files = {path.relative_to(PAGES).as_posix(): path for path in PAGES.rglob("*") if path.is_file() and ".vite" not in path.parts}
    for name in sorted(files, key=lambda name: (name.endswith(".html"), name)):
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        charset = "; charset=utf-8" if kind.startswith("text/") else ""
        # The name of a built file changes with its content. Everything else is asked for each time.
        cache = IMMUTABLE if name.startswith("assets/") else "no-store"
        s3.put_object(Bucket=bucket, Key=name, Body=files[name].read_bytes(), ContentType=kind + charset, CacheControl=cache)
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for one in page.get("Contents", []):
            if one["Key"] not in files:
                retire(s3, bucket, one["Key"])


def retire(s3, bucket: str, name: str) -> None:
    """Deletes a file of an earlier version, but a built one only after a while, for pages that are open."""
    head = s3.head_object(Bucket=bucket, Key=name)
    replaced = head["Metadata"].get("replaced")
    if name.startswith("assets/") and not replaced:
        s3.copy_object(
            Bucket=bucket, Key=name, CopySource={"Bucket": bucket, "Key": name}, MetadataDirective="REPLACE",
            Metadata={"replaced": datetime.now(UTC).isoformat()}, ContentType=head["ContentType"],
            CacheControl=IMMUTABLE,
        )  # fmt: skip
    elif not name.startswith("assets/") or datetime.fromisoformat(replaced) < datetime.now(UTC) - KEPT:
        s3.delete_object(Bucket=bucket, Key=name)


def invalidate(aws: boto3.Session, distribution: str) -> None:
    """Makes CloudFront forget the pages of before."""
    batch = {"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": str(time.time_ns())}
    aws.client("cloudfront").create_invalidation(DistributionId=distribution, InvalidationBatch=batch)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stack", required=True)
    parser.add_argument("--region", required=True)
    options = parser.parse_args()
    if not (PAGES / "index.html").is_file():
        print("There are no pages. Build them with `make pages`.", file=sys.stderr)
        return 1
    try:
        aws = boto3.Session(region_name=options.region)
        outputs = outputs_of(aws, options.stack)
        upload(aws, outputs["PagesBucket"])
        invalidate(aws, outputs["DistributionId"])
    except (BotoCoreError, ClientError) as error:
        print(f"The pages were not uploaded: {error}", file=sys.stderr)
        return 1
    if "AlarmWarning" in outputs:
        print(f"WARNING: {outputs['AlarmWarning']}")
    print(f"Open {outputs['PublicUrl']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
