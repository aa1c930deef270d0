"""What operators see: metrics in the log, the dashboard, released versions, the web ACL."""

import json

from conftest import Clinic

from cloud import ROOT, STACK, Cloud, Stack, wait_for


def test_a_request_writes_metrics_into_the_log(clinic: Clinic, stack: Stack):
    clinic.pacs.expect(200, "GET", "/v1/autoScribe/users")
    logs = stack.cloud.client("logs")

    def metrics() -> list[dict]:
        events = logs.filter_log_events(logGroupName=f"/{STACK}/list")["events"]
        return [json.loads(one["message"]) for one in events if '"_aws"' in one["message"]]

    line = wait_for(metrics, "metrics")[-1]
    assert line["Function"] == stack.ids["ListFunction"]
    assert line["_aws"]["CloudWatchMetrics"][0]["Namespace"] == STACK


def test_the_dashboard_shows_the_functions_of_the_stack(stack: Stack):
    body = stack.cloud.client("cloudwatch").get_dashboard(DashboardName=STACK)["DashboardBody"]
    assert len(json.loads(body)["widgets"]) == 16
    assert stack.ids["InviteFunction"] in body and "${" not in body


def test_the_stream_calls_the_released_version(stack: Stack):
    mappings = stack.cloud.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    assert mappings and all(one["FunctionArn"].endswith(":live") for one in mappings)


def test_no_topic_for_alarms_is_reported(stack: Stack):
    assert "AlarmTopicArn" in stack.outputs["AlarmWarning"]


def test_the_web_acl_is_created(cloud: Cloud):
    formation = cloud.client("cloudformation")
    formation.create_stack(StackName="waf", TemplateBody=(ROOT / "infra/waf.yaml").read_text())
    stack = wait_for(
        lambda: (one := formation.describe_stacks(StackName="waf")["Stacks"][0])["StackStatus"] == "CREATE_COMPLETE" and one,
        "web ACL",
    )
    assert stack["Outputs"][0]["OutputKey"] == "WebAclArn"
