"""Brings what an ended stack left behind into a new stack, by resource import.

python infra/recover.py --stack NAME --region NAME DataKey=ID AccessTable=NAME SigningKeys=ARN ...

Then `make deploy` adds everything else to that stack.
"""

import argparse
import json
import re
import sys
import time
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from samtranslator.yaml_helper import yaml_parse

TEMPLATE = Path(__file__).with_name("template.yaml")
# How CloudFormation identifies a resource of a type.
IDENTIFIERS = {
    "AWS::KMS::Key": "KeyId",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::SecretsManager::Secret": "Id",
    "AWS::Backup::BackupVault": "BackupVaultName",
    "AWS::S3::Bucket": "BucketName",
}


def retained_resources(template: dict) -> dict[str, dict]:
    """Returns the resources that outlive the stack and that the product cannot do without."""
    return {
        name: resource
        for name, resource in template["Resources"].items()
        if resource.get("DeletionPolicy", "").startswith("Retain") and resource["Type"] in IDENTIFIERS
    }


def import_template(names: list[str]) -> dict:
    """Returns a template with these resources alone, because an import can create nothing."""
    template = yaml_parse(TEMPLATE.read_text())
    retained = retained_resources(template)
    unknown = set(names) - set(retained)
    if unknown:
        raise SystemExit(f"not retained by the stack: {', '.join(sorted(unknown))}. Choose from {', '.join(retained)}")
    if "DataKey" not in names:
        raise SystemExit("name DataKey=ID as well, because it encrypts the others")
    resources = {name: {key: value for key, value in retained[name].items() if key != "Condition"} for name in names}
    for resource in resources.values():
        policy = resource["Properties"].get("KeyPolicy", {})
        # `make deploy` adds the statements about roles, which do not exist yet. The import leaves the policy as it is.
        policy |= {"Statement": [one for one in policy["Statement"] if "Role.Arn" not in text_of(one)]} if policy else {}
    used = {name: one for name, one in template["Parameters"].items() if f'{{"Ref": "{name}"}}' in json.dumps(resources)}
    return {"AWSTemplateFormatVersion": "2010-09-09", "Parameters": used, "Resources": resources}


def text_of(statement: dict) -> str:
    """Returns the statement as text, with each attribute as `Name.Attribute`."""
    return re.sub(r'\["(\w+)", "(\w+)"\]', r"\1.\2", json.dumps(statement))


def recover(formation: Any, stack: str, found: dict[str, str]) -> None:
    """Creates the stack from these resources."""
    template = import_template(list(found))
    types = {name: resource["Type"] for name, resource in template["Resources"].items()}
    change = formation.create_change_set(
        StackName=stack,
        ChangeSetName="recover",
        ChangeSetType="IMPORT",
        TemplateBody=json.dumps(template),
        ResourcesToImport=[
            {"LogicalResourceId": name, "ResourceType": types[name], "ResourceIdentifier": {IDENTIFIERS[types[name]]: value}}
            for name, value in found.items()
        ],
    )["Id"]
    state = wait(lambda: formation.describe_change_set(ChangeSetName=change), "Status")
    if state["Status"] != "CREATE_COMPLETE" or state["ExecutionStatus"] != "AVAILABLE":
        raise SystemExit(f"{state['Status']}: {state.get('StatusReason')}")
    formation.execute_change_set(ChangeSetName=change)
    state = wait(lambda: formation.describe_stacks(StackName=stack)["Stacks"][0], "StackStatus")
    if state["StackStatus"] != "IMPORT_COMPLETE":
        raise SystemExit(f"{state['StackStatus']}: {state.get('StackStatusReason')}")


def wait(read: Any, field: str) -> dict:
    while (state := read())[field].endswith(("_PENDING", "_IN_PROGRESS")):
        time.sleep(1)
    return state


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stack", required=True)
    parser.add_argument("--region", required=True)
    parser.add_argument("resources", nargs="+", metavar="RESOURCE=ID")
    options = parser.parse_args()
    found = dict(one.split("=", 1) for one in options.resources)
    missing = set(retained_resources(yaml_parse(TEMPLATE.read_text()))) - set(found)
    if missing:
        print(f"left out, so `make deploy` makes new ones: {', '.join(sorted(missing))}", file=sys.stderr)
    try:
        recover(boto3.Session(region_name=options.region).client("cloudformation"), options.stack, found)
    except (BotoCoreError, ClientError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{options.stack} holds {', '.join(found)}. Now run make deploy.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
