"""The web ACL passes every rule, and a broken one fails the rule that checks it."""

import copy
from pathlib import Path

import pytest

from model import load
from mutations import Change, remove_property, set_property
from rules import WAF_RULES, find_problems
from template import check, lint_expanded

TEMPLATE = Path(__file__).resolve().parents[1] / "waf.yaml"
SOURCE = load(TEMPLATE)
RATE = "Rules/0/Statement/RateBasedStatement"
PATH = f"{RATE}/ScopeDownStatement/AndStatement/Statements/1/ByteMatchStatement"
COMMON = "Rules/6/Statement/ManagedRuleGroupStatement"


def log_requests(source: dict) -> None:
    source["Resources"]["Log"] = {"Type": "AWS::WAFv2::LoggingConfiguration", "Properties": {}}


CASES: dict[str, dict[str, Change]] = {
    "web_acl_is_for_the_distribution": {
        "regional": set_property("WebAcl", "Scope", "REGIONAL"),
        "blocks the rest": set_property("WebAcl", "DefaultAction", {"Block": {}}),
        "no output": lambda source: source["Outputs"].pop("WebAclArn"),
    },
    "guarded_routes_have_a_rate_per_address": {
        "one route": remove_property("WebAcl", "Rules/4"),
        "every caller together": set_property("WebAcl", f"{RATE}/AggregateKeyType", "CONSTANT"),
        "another path": set_property("WebAcl", f"{PATH}/SearchString", "/v1/sessions"),
        "an encoded path": set_property("WebAcl", f"{PATH}/TextTransformations", [{"Priority": 0, "Type": "NONE"}]),
        "too few": set_property("WebAcl", f"{RATE}/Limit", 10),
        "too many": set_property("WebAcl", f"{RATE}/Limit", 100_000),
        "a minute": set_property("WebAcl", f"{RATE}/EvaluationWindowSec", 60),
    },
    "blocked_callers_learn_when_to_retry": {
        "403": set_property("WebAcl", "Rules/0/Action", {"Block": {}}),
        "no body": remove_property("WebAcl", "CustomResponseBodies"),
    },
    "common_rules_let_our_requests_pass": {
        "large bodies": remove_property("WebAcl", f"{COMMON}/RuleActionOverrides/0"),
        "blocks nothing": set_property("WebAcl", "Rules/6/OverrideAction", {"Count": {}}),
        "absent": remove_property("WebAcl", "Rules/6"),
    },
    "no_request_is_sampled_or_logged": {
        "samples": set_property("WebAcl", "Rules/1/VisibilityConfig/SampledRequestsEnabled", True),
        "samples of the rest": set_property("WebAcl", "VisibilityConfig/SampledRequestsEnabled", True),
        "no metrics": set_property("WebAcl", "Rules/1/VisibilityConfig/CloudWatchMetricsEnabled", False),
        "a log": log_requests,
    },
}


@pytest.fixture
def source() -> dict:
    return copy.deepcopy(SOURCE)


def test_the_web_acl_passes_every_rule(source: dict):
    assert check(source, WAF_RULES) == []


@pytest.mark.parametrize(
    ("rule", "change"),
    [pytest.param(rule, change, id=f"{rule}-{name}") for rule, ways in CASES.items() for name, change in ways.items()],
)
def test_a_broken_web_acl_fails_the_rule(source: dict, rule: str, change: Change):
    change(source)
    assert rule in find_problems(source, WAF_RULES)


def test_every_rule_has_a_case():
    assert set(CASES) == set(WAF_RULES)


def test_the_linter_finds_a_statement_that_does_not_exist(source: dict):
    set_property("WebAcl", f"{RATE}/Limits", 10)(source)
    assert lint_expanded(source)
