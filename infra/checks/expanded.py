"""The template as CloudFormation receives it, and small questions to it."""

import copy
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from boto3.session import Session
from samcli.yamlhelper import yaml_dump, yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

REGION = "eu-west-1"
FUNCTION = "AWS::Lambda::Function"
ROUTE = "AWS::ApiGatewayV2::Route"


def load(path: Path) -> dict:
    return yaml_parse(upload(path))


def upload(path: Path) -> str:
    """Returns the text that `sam deploy` uploads, except for the addresses of the code.

    CloudFormation refuses YAML anchors, aliases and merge keys. SAM resolves them by reading and writing the template.
    """
    return yaml_dump(yaml_parse(path.read_text()))


def expand(source: dict) -> dict:
    """Runs the SAM transform here, without a call to AWS."""
    source = copy.deepcopy(source)
    for resource in source["Resources"].values():
        code = dig(resource, "Properties", "CodeUri")
        if code is not None:
            # The translator takes code from S3 only; uploading it there is the deployment's task.
            resource["Properties"]["CodeUri"] = "s3://code/" + code.rpartition("/")[2]
    translator = Translator(None, Parser(), boto_session=Session(region_name=REGION))
    # AWS's own policies would be looked up in IAM; the template uses none, and an unknown name is an error.
    return translator.translate(source, {}, get_managed_policy_map=dict)


def of_type(template: dict, kind: str) -> dict[str, dict]:
    """Properties of every resource of that type, by logical id."""
    return {
        name: resource.get("Properties", {})
        for name, resource in template["Resources"].items()
        if resource["Type"] == kind
    }


def properties(template: dict, name: str) -> dict:
    return template["Resources"].get(name, {}).get("Properties", {})


def dig(value: Any, *keys: str) -> Any:
    """Follows the keys, None where one is missing."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def target(value: Any) -> str:
    """How this page writes a value: `Name` for a Ref, `Name.Attribute` for a GetAtt, the text of a Sub or literal."""
    if isinstance(value, dict):
        if "Ref" in value:
            return value["Ref"]
        if "Fn::GetAtt" in value:
            attribute = value["Fn::GetAtt"]
            return attribute if isinstance(attribute, str) else ".".join(attribute)
        if isinstance(value.get("Fn::Sub"), str):
            return value["Fn::Sub"]
    return str(value)


def as_list(value: Any) -> list:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
