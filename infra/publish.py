"""Uploads the pages of a deployed stack and prints its URL: python infra/publish.py --stack NAME --region NAME"""

import argparse
import mimetypes
import sys
import time
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

PAGES = Path(__file__).resolve().parents[1] / "dashboard"


def outputs_of(aws: boto3.Session, stack: str) -> dict[str, str]:
    found = aws.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    return {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", [])}


def upload(aws: boto3.Session, bucket: str) -> None:
    """Makes the bucket equal to the pages. New files come before old ones go, so that a page never misses its script."""
    s3 = aws.client("s3")
    files = {path.relative_to(PAGES).as_posix(): path for path in PAGES.rglob("*") if path.is_file()}
    for name, path in files.items():
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        # Browsers ask whether a page has changed, so that a page and its script always match.
        s3.put_object(Bucket=bucket, Key=name, Body=path.read_bytes(), ContentType=f"{kind}; charset=utf-8", CacheControl="no-cache")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for one in page.get("Contents", []):
            if one["Key"] not in files:
                s3.delete_object(Bucket=bucket, Key=one["Key"])


def invalidate(aws: boto3.Session, distribution: str) -> None:
    """Makes CloudFront forget the pages of before."""
    batch = {"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": str(time.time_ns())}
    aws.client("cloudfront").create_invalidation(DistributionId=distribution, InvalidationBatch=batch)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stack", required=True)
    parser.add_argument("--region", required=True)
    options = parser.parse_args()
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
