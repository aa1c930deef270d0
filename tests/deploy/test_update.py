"""An update of the stack keeps the data, and a rotation of CloudFront's secret refuses no one."""

import json
import secrets

from conftest import Clinic, publish

from cloud import ROOT, Caller, Stack

PAGES = ROOT / "dashboard/dist"


def test_an_update_keeps_the_data(clinic: Clinic, stack: Stack):
    before = clinic.pacs.expect(200, "GET", "/v1/autoScribe/users")
    stack.deploy("update", LogRetentionDays="365")
    stack.point_cloudfront_at_the_emulator()
    assert clinic.pacs.expect(200, "GET", "/v1/autoScribe/users") == before


def test_the_origin_secret_is_rotated_in_three_steps(clinic: Clinic, stack: Stack):
    vault, new = stack.cloud.client("secretsmanager"), secrets.token_hex(32)
    old = json.loads(vault.get_secret_value(SecretId=stack.ids["OriginSecret"])["SecretString"])["current"]
    for current, following in [(old, new), (new, old), (new, "-")]:
        text = json.dumps({"current": current, "next": following})
        version = vault.put_secret_value(SecretId=stack.ids["OriginSecret"], SecretString=text)["VersionId"]
        stack.deploy("update", OriginSecretVersion=version)
        stack.point_cloudfront_at_the_emulator()
        clinic.pacs.expect(200, "GET", "/v1/autoScribe/users")
    direct = Caller(stack, key=clinic.pacs.key, host=f"{stack.ids['Api']}.execute-api.localhost:{stack.cloud.port}")
    assert direct.send("GET", "/v1/autoScribe/users", autoscribe_origin_secret=old).status == 403
    assert direct.send("GET", "/v1/autoScribe/users", autoscribe_origin_secret=new).status == 200


def test_pages_are_published_again(stack: Stack):
    printed = publish(stack)
    assert printed.startswith("WARNING: ") and "AlarmTopicArn" in printed, printed
    assert printed.endswith(f"Open {stack.outputs['PublicUrl']}\n")
    s3 = stack.cloud.client("s3")
    bucket = stack.outputs["PagesBucket"]
    s3.put_object(Bucket=bucket, Key="old.html", Body=b"old")
    s3.put_object(Bucket=bucket, Key="assets/before.js", Body=b"before", ContentType="text/javascript")
    long_ago = {"replaced": "2026-01-01T00:00:00+00:00"}
    s3.put_object(Bucket=bucket, Key="assets/long-ago.js", Body=b"long ago", Metadata=long_ago)
    publish(stack)
    publish(stack)
    kept = {one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]}
    built = {path.relative_to(PAGES).as_posix() for path in PAGES.rglob("*") if path.is_file()} - {".vite/manifest.json"}
    assert {"index.html", "accept.html", "reset.html", "sign-in.html", "restricted.html"} < built
    # A page that is open since before still finds its file, for a week.
    assert kept == built | {"assets/before.js"}
    assert s3.get_object(Bucket=bucket, Key="assets/before.js")["ContentType"] == "text/javascript"
