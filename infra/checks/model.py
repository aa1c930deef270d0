"""The template as CloudFormation receives it, and lookups in it."""

import copy
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from boto3.session import Session
from samcli.yamlhelper import yaml_dump, yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

REGION = "eu-west-1"
# SAM's name for the alias `live` of a function.
ALIAS = "Aliaslive"
ALARM = "AWS::CloudWatch::Alarm"
FUNCTION = "AWS::Lambda::Function"
METRIC_FILTER = "AWS::Logs::MetricFilter"
PERMISSION = "AWS::Lambda::Permission"
ROUTE = "AWS::ApiGatewayV2::Route"
SCHEDULE = "AWS::Events::Rule"


def text_for_upload(path: Path) -> str:
    """Returns the text that `sam deploy` uploads, except for the addresses of the code.

    CloudFormation refuses YAML anchors, aliases and merge keys. SAM resolves them by parsing and dumping the template.
    """
    return yaml_dump(yaml_parse(path.read_text()))


def load(path: Path) -> dict:
    """Reads a template. No two places share a value, so a change to one leaves the others alone."""
    return yaml_parse(text_for_upload(path))


def expand(source: dict, **parameters: str) -> dict:
    """Runs the SAM transform without calling AWS. Parameters that are not given have their defaults."""
    source = copy.deepcopy(source)
    for resource in source["Resources"].values():
        code = dig(resource, "Properties", "CodeUri")
        if code is not None:
            # The translator accepts only code that is already in S3.
            resource["Properties"]["CodeUri"] = "s3://code/" + binary_of(code)
    translator = Translator(None, Parser(), boto_session=Session(region_name=REGION))
    # The translator would look up AWS's own policies in IAM. The template uses none, and an unknown name is an error.
    return translator.translate(source, parameters, get_managed_policy_map=dict)


def resources_of_type(template: dict, kind: str) -> dict[str, dict]:
    """Returns the properties of every resource of that type, by logical id."""
    return {
        name: resource.get("Properties", {})
        for name, resource in template["Resources"].items()
        if resource["Type"] == kind
    }


def properties(template: dict, name: str) -> dict:
    return template["Resources"].get(name, {}).get("Properties", {})


def dig(value: Any, *keys: str) -> Any:
    """Follows the keys. Returns None if one is missing."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def reference(value: Any) -> str:
    """Returns `Name` for a Ref, `Name.Attribute` for a GetAtt, and the text of a Sub or a literal."""
    if isinstance(value, dict):
        if "Ref" in value:
            return value["Ref"]
        if "Fn::GetAtt" in value:
            attribute = value["Fn::GetAtt"]
            return attribute if isinstance(attribute, str) else ".".join(attribute)
        if isinstance(value.get("Fn::Sub"), str):
            return value["Fn::Sub"]
    return str(value)


def integration_of(route: dict) -> str:
    """Returns the logical id of a route's integration."""
    return reference(route.get("Target")).removeprefix("integrations/${").removesuffix("}")


def function_of(integration: dict) -> str:
    """Returns the logical id of an integration's function."""
    return function_called(integration.get("IntegrationUri"))


def function_called(value: Any) -> str:
    """Returns the logical id of the function that a reference calls, directly or by its alias."""
    name = reference(value)
    for suffix in (".Arn", ".Alias", ALIAS):
        name = name.removesuffix(suffix)
    return name


def binary_of(code: str) -> str:
    """Returns the binary's name: the last part of a CodeUri."""
    return code.rpartition("/")[2]


def as_list(value: Any) -> list:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def join_names(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"
