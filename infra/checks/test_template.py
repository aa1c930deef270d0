"""The template passes every rule, and a broken template fails the rule that checks it."""

import copy
import re
import subprocess
import time
from pathlib import Path

import pytest
import yaml
from samcli.yamlhelper import yaml_parse

from cases import CASES
from model import expand, load, resources_of_type, text_for_upload
from mutations import Change, allow, remove_property, set_property
from rules import RULES, find_problems
from rules.functions import EVENTS_RUN
from rules.permissions import WEBHOOK_DELIVERY
from template import check, lint_expanded

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "infra/template.yaml"
SOURCE = load(TEMPLATE)


@pytest.fixture
def source() -> dict:
    return copy.deepcopy(SOURCE)


def test_the_template_passes_every_rule(source: dict):
    assert find_problems(expand(source)) == {}


@pytest.mark.parametrize(
    ("rule", "change"),
    [pytest.param(rule, change, id=f"{rule}-{name}") for rule, ways in CASES.items() for name, change in ways.items()],
)
def test_a_broken_template_fails_the_rule(source: dict, rule: str, change: Change):
    change(source)
    assert rule in find_problems(expand(source))


def test_every_make_deploy_publishes_a_version_of_every_function_with_an_alias():
    makefile = (ROOT / "Makefile").read_text()
    command = re.search(r"^\t(sed .+) infra/template.yaml > infra/released.yaml$", makefile, re.MULTILINE).group(1)

    def versions(text: str) -> set[str]:
        return set(resources_of_type(expand(yaml_parse(text)), "AWS::Lambda::Version"))

    def release(now: int) -> str:
        # SAM reads only the first characters of the stamp, so a second must change them.
        shell = f"date() {{ echo {now}; }}; {command.replace('$$', '$')}"
        return subprocess.check_output(["bash", "-c", shell], input=TEMPLATE.read_text(), text=True)

    now = int(time.time())
    published = [versions(text) for text in (TEMPLATE.read_text(), release(now), release(now + 1))]
    assert [len(names) for names in published] == [11, 11, 11]
    assert len(set().union(*published)) == 33


def test_gradual_deployment_can_be_turned_off(source: dict):
    assert not resources_of_type(expand(source, GradualDeployment="false"), "AWS::CodeDeploy::DeploymentGroup")


def test_every_rule_has_a_case():
    assert set(CASES) == set(RULES)


def test_events_may_put_exactly_the_attributes_of_a_webhook_delivery():
    source = (ROOT / "shared/store/src/webhook/delivery_item.rs").read_text()
    body = source.split("struct DeliveryItem {", 1)[1].split("}", 1)[0]
    fields = re.findall(r'(?:#\[serde\(rename = "(\w+)"[^\]]*\)\]\s+)?(\w+): ', body)
    assert {renamed or name for renamed, name in fields} | {"PK", "SK", "wi"} == WEBHOOK_DELIVERY


def test_events_logs_the_line_that_counts_its_runs():
    line = re.search(r'"(.+)"', EVENTS_RUN)[1]
    assert f'tracing::info!("{line}")' in (ROOT / "functions/events/src/lib.rs").read_text()


def test_the_upload_has_no_anchors_aliases_or_merge_keys():
    tokens = list(yaml.scan(text_for_upload(TEMPLATE)))
    assert not [token for token in tokens if isinstance(token, yaml.AnchorToken | yaml.AliasToken)]
    assert "<<" not in [token.value for token in tokens if isinstance(token, yaml.ScalarToken)]


def test_the_linter_finds_an_attribute_that_does_not_exist(source: dict):
    set_property("MailerStream", "EventSourceArn", {"Fn::GetAtt": ["AccessTable", "Stream"]})(source)
    assert any("MailerStream" in problem for problem in lint_expanded(expand(source)))


def test_the_linter_finds_an_action_that_does_not_exist(source: dict):
    allow("ListRole", "dynamodb:TransactWriteItems")(source)
    assert any("transactwriteitems" in problem.lower() for problem in lint_expanded(expand(source)))


def test_what_sam_refuses_is_reported(source: dict):
    remove_property("ListFunction", "CodeUri")(source)
    assert check(source)[0].startswith("SAM: Resource with id [ListFunction]")
