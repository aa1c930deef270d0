"""What a deleted stack leaves behind comes into a new one."""

import json
import re
import subprocess
import sys

import pytest

from cloud import REGION, ROOT, Cloud, wait_for

sys.path.insert(0, str(ROOT / "infra"))
import recover  # noqa: E402

ITEM = {"PK": {"S": "CLINIC#kept"}, "SK": {"S": "CLINIC"}}


@pytest.fixture
def left_behind(cloud: Cloud) -> dict[str, str]:
    """The physical ids of a table and a key whose stack is gone."""
    formation, names = cloud.client("cloudformation"), ["DataKey", "AccessTable", "AuditKey", "AuditBucket"]
    template = json.dumps(recover.import_template(names))
    formation.create_stack(StackName="lost", TemplateBody=template)
    wait_for(lambda: formation.describe_stacks(StackName="lost")["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE", "stack")
    resources = formation.describe_stack_resources(StackName="lost")["StackResources"]
    ids = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in resources}
    cloud.client("dynamodb").put_item(TableName=ids["AccessTable"], Item=ITEM)
    cloud.client("s3").put_object(Bucket=ids["AuditBucket"], Key="segments/kept", Body=b"kept")
    stack = formation.describe_stacks(StackName="lost")["Stacks"][0]["StackId"]
    formation.delete_stack(StackName="lost")
    wait_for(lambda: formation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"] == "DELETE_COMPLETE", "deletion")
    return ids


def test_a_table_and_its_key_are_imported_with_their_data(cloud: Cloud, left_behind: dict[str, str]):
    formation, table = cloud.client("cloudformation"), left_behind["AccessTable"]
    command = [sys.executable, ROOT / "infra/recover.py", "--stack", "found", "--region", REGION]
    done = subprocess.run(
        [*command, *(f"{name}={value}" for name, value in left_behind.items())],
        env=cloud.environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "left out, so `make deploy` makes new ones: AccessLinkKeys, BackupVault" in done.stderr
    resources = formation.describe_stack_resources(StackName="found")["StackResources"]
    assert {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in resources} == left_behind
    assert cloud.client("dynamodb").get_item(TableName=table, Key=ITEM)["Item"] == ITEM
    assert cloud.client("s3").get_object(Bucket=left_behind["AuditBucket"], Key="segments/kept")["Body"].read() == b"kept"


def test_an_import_names_everything_that_outlives_the_stack():
    retained = recover.retained_resources(recover.yaml_parse(recover.TEMPLATE.read_text()))
    assert {"DataKey", "AccessTable", "AuditKey", "AuditBucket", "BackupVault", "SigningKeys", "OriginSecret"} <= set(retained)
    template = recover.import_template(list(retained))
    assert set(template["Resources"]) == set(retained)
    assert set(template["Parameters"]) == {"AuditLockMode", "AuditRetentionYears"}
    named = set(re.findall(r'"(?:Ref|Fn::GetAtt)": \[?"(\w+)', json.dumps(template["Resources"])))
    assert named <= set(retained) | set(template["Parameters"]) | {"AWS"}, "an import can refer to nothing else"
    with pytest.raises(SystemExit, match="DataKey"):
        recover.import_template(["AccessTable"])
    with pytest.raises(SystemExit, match="not retained"):
        recover.import_template(["DataKey", "Api"])
