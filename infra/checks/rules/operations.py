"""Versions, traces, alarms: what operators see and do."""

import json
import re
from pathlib import Path

from model import (
    ALARM, ALIAS, FUNCTION, METRIC_FILTER, PERMISSION, SCHEDULE, dig, join_names, properties, reference,
    resources_of_type,
)  # fmt: skip
from rules import Problems, rule
from rules.permissions import allowed_actions

ROOT = Path(__file__).resolve().parents[3]
RUNBOOK = (ROOT / "docs/OPERATIONS.md").read_text()
STACK = "${AWS::StackName}"
# The table of metrics that the functions write. A test of `telemetry` keeps it complete.
METRICS = set(re.findall(r"^\| `([A-Z]\w+)` \|", (ROOT / "docs/LOGGING.md").read_text(), re.MULTILINE))
# Operators call it by name. An alias would only add a step.
WITHOUT_ALIAS = {"ProvisionFunction"}
# The alarms that end the deployment of a function, besides the one for its own errors.
ROLLBACK = {
    "MailerFunction": {"MailerFaultsAlarm"},
    "MailEventsFunction": set(),
    "NpiVerifierFunction": set(),
    "EventsFunction": {"EventsFaultsAlarm"},
    "WebhooksFunction": {"WebhooksFaultsAlarm"},
}


@rule
def functions_are_traced(template: dict) -> Problems:
    for name, function in resources_of_type(template, FUNCTION).items():
        if dig(function, "TracingConfig", "Mode") != "Active":
            yield f"{name} must be traced"
        allowed = allowed_actions(template, name, "xray")
        if allowed != {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}:
            yield f"{name} must have permission to send traces, found {join_names(allowed)}"


@rule
def system_logs_have_warnings_only(template: dict) -> Problems:
    for name, function in resources_of_type(template, FUNCTION).items():
        logging = function.get("LoggingConfig", {})
        if logging.get("LogFormat") != "JSON" or logging.get("SystemLogLevel") != "WARN":
            yield f"{name} must log JSON, and lines of Lambda only from WARN"
        setting = dig(function, "Environment", "Variables", "RUST_LOG") or ""
        if logging.get("ApplicationLogLevel") != setting.upper():
            yield f"Lambda must not drop lines that {name} writes at {setting}"


@rule
def calls_reach_the_released_version(template: dict) -> Problems:
    callers = [(name, one.get("IntegrationUri")) for name, one in integrations(template).items()]
    callers += [
        (name, one.get("FunctionName"))
        for kind in (PERMISSION, "AWS::Lambda::EventSourceMapping")
        for name, one in resources_of_type(template, kind).items()
    ]
    callers += [
        (name, target["Arn"])
        for name, one in resources_of_type(template, SCHEDULE).items()
        for target in one.get("Targets", [])
    ]
    for name, function in callers:
        if not reference(function).endswith(f"Function{ALIAS}"):
            yield f"{name} must use the alias of its function, found {reference(function)}"


@rule
def every_release_publishes_a_version(template: dict) -> Problems:
    for name, function in resources_of_type(template, FUNCTION).items():
        if name in WITHOUT_ALIAS:
            continue
        if properties(template, name + ALIAS).get("Name") != "live":
            yield f"{name} must have the alias live"
        # SAM ignores changed parameters, and Lambda publishes no version if nothing changed.
        if function.get("Description") != "unreleased":
            yield f"every deployment must publish a version of {name}"


@rule
def versions_are_released_gradually(template: dict) -> Problems:
    for name in set(resources_of_type(template, FUNCTION)) - WITHOUT_ALIAS:
        group = properties(template, f"{name}DeploymentGroup")
        style = str(group.get("DeploymentConfigName"))
        if "Canary10Percent5Minutes" not in style:
            yield f"{name} must be released by Canary10Percent5Minutes, found {style}"
        alarms = {reference(one["Name"]) for one in dig(group, "AlarmConfiguration", "Alarms") or []}
        own = name.removesuffix("Function") + "ErrorsAlarm"
        expected = {own} | ROLLBACK.get(name, {"ApiErrorsAlarm"})
        if not expected <= alarms:
            yield f"{join_names(expected - alarms)} must end the release of {name}"
    for alarm in ("ApiErrorsAlarm", *(f"{one.removesuffix('Function')}ErrorsAlarm" for one in resources_of_type(template, FUNCTION))):
        periods = {one["MetricStat"]["Period"] for one in properties(template, alarm).get("Metrics", []) if "MetricStat" in one}
        if (periods or {properties(template, alarm).get("Period")}) != {60}:
            yield f"{alarm} must look at single minutes, or the release ends before it does"
    if template["Parameters"]["GradualDeployment"].get("Default") != "true":
        yield "releases must be gradual by default"


@rule
def email_leaves_calls_for_requests(template: dict) -> Problems:
    reserved = dig(properties(template, "MailerFunction"), "ReservedConcurrentExecutions", "Fn::If")
    if reserved != ["LimitsMailer", {"Ref": "MailerConcurrency"}, {"Ref": "AWS::NoValue"}]:
        yield "the calls of MailerFunction must be limited by MailerConcurrency"


@rule
def alarms_have_a_runbook(template: dict) -> Problems:
    for name, alarm in resources_of_type(template, ALARM).items():
        # A row of the table may name several: `ListErrors-, MailerErrorsAlarm`.
        if not re.search(rf"\b{name.removesuffix('Alarm')}(Alarm|-)", RUNBOOK):
            yield f"docs/OPERATIONS.md does not say what to do about {name}"
        if not alarm.get("AlarmDescription"):
            yield f"{name} must say what it means"


@rule
def metrics_of_functions_exist(template: dict) -> Problems:
    """A misspelled name is a metric that never has a value, and its alarm never rings."""
    counted = {one["MetricName"] for one in filter_metrics(template)} | METRICS
    body = dig(properties(template, "Dashboard"), "DashboardBody", "Fn::Sub") or "{}"
    shown = [one for widget in json.loads(body).get("widgets", []) for one in widget["properties"]["metrics"]]
    named = {one[1] for one in shown if one[0] == STACK}
    for alarm in resources_of_type(template, ALARM).values():
        stats = [one["MetricStat"]["Metric"] for one in alarm.get("Metrics", []) if "MetricStat" in one]
        named |= {one["MetricName"] for one in stats or [alarm] if reference(one.get("Namespace")) == STACK}
    if named - counted:
        yield f"no function and no filter counts {join_names(named - counted)}"
    if METRICS - named - {"Duration"}:
        yield f"neither the dashboard nor an alarm shows {join_names(METRICS - named - {'Duration'})}"
    for name, function in resources_of_type(template, FUNCTION).items():
        if reference(dig(function, "Environment", "Variables", "METRIC_NAMESPACE")) != "AWS::StackName":
            yield f"{name} must write metrics to the namespace of the stack"


def filter_metrics(template: dict) -> list[dict]:
    filters = resources_of_type(template, METRIC_FILTER).values()
    return [metric for one in filters for metric in one.get("MetricTransformations", [])]


@rule
def missing_notifications_are_reported(template: dict) -> Problems:
    warning = template.get("Outputs", {}).get("AlarmWarning", {})
    if warning.get("Condition") != "HasNoAlarmTopic" or "AlarmTopicArn" not in str(warning.get("Value")):
        yield "the output AlarmWarning must say that AlarmTopicArn is empty"


def integrations(template: dict) -> dict[str, dict]:
    return resources_of_type(template, "AWS::ApiGatewayV2::Integration")
