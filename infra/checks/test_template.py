"""Every rule holds for the template, and breaks when the template does."""

import copy
import json
from pathlib import Path

import pytest

from expanded import expand, load
from mutations import Mutation, allow, attribute, drop, put, restate, stage, statements, without
from rules import RULES, broken
from template import lint_expanded, problems_of

SOURCE = load(Path(__file__).resolve().parents[1] / "template.yaml")
CASES: list[tuple[str, str, Mutation]] = []


def case(rule: str, name: str, mutation: Mutation) -> None:
    CASES.append((rule, name, mutation))


SECRET = {"Fn::GetAtt": ["RootKey", "Id"]}
CLINIC = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["CLINIC#*"]}}
ACCOUNT = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["ACCOUNT#*"]}}

case("corrupt_items_raise_an_alarm", "other pattern", put("MailerFaults", "FilterPattern", "ERROR"))
case("corrupt_items_raise_an_alarm", "unwatched", put("MailerFaultsAlarm", "MetricName", "Other"))
case("table_expires_items", "no TTL", drop("AccessTable", "TimeToLiveSpecification"))
case("table_expires_items", "TTL off", put("AccessTable", "TimeToLiveSpecification/Enabled", False))
case("table_expires_items", "other attribute", put("AccessTable", "TimeToLiveSpecification/AttributeName", "expires"))
case("table_recovers_to_a_point_in_time", "none", drop("AccessTable", "PointInTimeRecoverySpecification"))
case(
    "table_recovers_to_a_point_in_time",
    "off",
    put("AccessTable", "PointInTimeRecoverySpecification", {"PointInTimeRecoveryEnabled": False}),
)
case("table_is_encrypted_with_our_key", "default encryption", drop("AccessTable", "SSESpecification"))
case("table_is_encrypted_with_our_key", "AWS's key", drop("AccessTable", "SSESpecification/KMSMasterKeyId"))
case("key_rotates", "no rotation", drop("DataKey", "EnableKeyRotation"))
case("table_refuses_deletion", "unprotected", put("AccessTable", "DeletionProtectionEnabled", False))
case("data_outlives_the_stack", "table deleted", attribute("AccessTable", "DeletionPolicy", "Delete"))
case("data_outlives_the_stack", "root key replaced", attribute("RootKey", "UpdateReplacePolicy", "Snapshot"))
case("table_streams_both_images", "no stream", drop("AccessTable", "StreamSpecification"))
case("table_streams_both_images", "keys only", put("AccessTable", "StreamSpecification/StreamViewType", "KEYS_ONLY"))
case("table_has_the_keys_of_the_store", "other key", put("AccessTable", "KeySchema/0/AttributeName", "pk"))
case("table_has_the_keys_of_the_store", "no index", drop("AccessTable", "GlobalSecondaryIndexes"))
case(
    "table_has_the_keys_of_the_store",
    "thin index",
    put("AccessTable", "GlobalSecondaryIndexes/0/Projection/ProjectionType", "ALL"),
)
case("secrets_are_encrypted_with_our_key", "AWS's key", drop("RootKey", "KmsKeyId"))
case("secrets_are_long_enough", "short", put("SigningKeys", "GenerateSecretString/PasswordLength", 32))

case("stage_throttles_by_default", "unlimited", stage(lambda one: one.pop("DefaultRouteSettings")))
case(
    "stage_throttles_guarded_routes_harder",
    "sign-in alike",
    stage(lambda one: one["RouteSettings"].pop("POST /v1/invitation/accept")),
)
case(
    "stage_throttles_guarded_routes_harder",
    "no burst",
    stage(lambda one: one["RouteSettings"].update({"POST /v1/autoScribe/users": {"ThrottlingRateLimit": 20}})),
)
case(
    "stage_throttles_guarded_routes_harder",
    "sign-in",
    stage(lambda one: one["RouteSettings"].pop("POST /v1/session")),
)
case(
    "stage_throttles_guarded_routes_harder",
    "redeem alike",
    stage(lambda one: one["RouteSettings"].pop("POST /v1/access/redeem")),
)
case(
    "stage_throttles_guarded_routes_harder",
    "renew alike",
    stage(lambda one: one["RouteSettings"]["POST /v1/access/renew"].update(ThrottlingRateLimit=100)),
)
case("throttled_routes_exist_before_the_stage", "race", attribute("ApiStage", "DependsOn", ["InviteUser"]))
case(
    "throttled_routes_exist_before_the_stage",
    "unknown route",
    stage(lambda one: one["RouteSettings"].update({"POST /v1/nothing": {}})),
)
case(
    "access_log_holds_no_personal_data",
    "path",
    put("ApiStage", "AccessLogSettings/Format", "$context.routeKey $context.path"),
)
case(
    "access_log_holds_no_personal_data",
    "address",
    put("ApiStage", "AccessLogSettings/Format", "$context.routeKey $context.identity.sourceIp"),
)
case("access_log_holds_no_personal_data", "no log", stage(lambda one: one.pop("AccessLogSettings")))
case("cors_names_its_origins", "everybody", put("Api", "CorsConfiguration/AllowOrigins", ["*"]))
case(
    "cors_names_its_origins", "any parameter", lambda source: source["Parameters"]["CorsOrigins"].pop("AllowedPattern")
)
case(
    "every_route_reaches_a_function",
    "no integration",
    put("ListUsers", "Target", {"Fn::Sub": "integrations/${Nothing}"}),
)
case("every_route_reaches_a_function", "no permission", without("ListPermission"))
case("every_route_reaches_a_function", "no function", put("ListIntegration", "IntegrationUri", {"Ref": "Nothing"}))
case("every_route_reaches_a_function", "payload 1.0", put("ListIntegration", "PayloadFormatVersion", "1.0"))
case("only_this_api_invokes_functions", "any API", drop("ListPermission", "SourceArn"))
case("only_this_api_invokes_functions", "any schedule", drop("NpiVerifierPermission", "SourceArn"))
case(
    "every_route_reaches_a_function",
    "a schedule's permission",
    put("ListPermission", "Principal", "events.amazonaws.com"),
)
case("every_route_is_there_once", "twice", put("GetUser", "RouteKey", "GET /v1/autoScribe/users"))

case("mailer_reads_the_table_from_the_start", "latest", put("MailerStream", "StartingPosition", "LATEST"))
case(
    "mailer_reads_the_table_from_the_start",
    "other function",
    put("MailerStream", "FunctionName", {"Ref": "ListFunction"}),
)
case("mailer_gets_queued_items_only", "no filter", drop("MailerStream", "FilterCriteria"))
case(
    "mailer_gets_queued_items_only",
    "removals",
    put(
        "MailerStream",
        "FilterCriteria/Filters/0/Pattern",
        json.dumps({"dynamodb": {"NewImage": {"dl": {"S": ["queued"]}}}}),
    ),
)
case("mailer_bisects_failing_batches", "whole batches", drop("MailerStream", "BisectBatchOnFunctionError"))
case("mailer_reports_partial_failures", "whole batches", drop("MailerStream", "FunctionResponseTypes"))
case("mailer_retries_through_an_outage", "few attempts", put("MailerStream", "MaximumRetryAttempts", 3))
case("mailer_retries_through_an_outage", "an hour", put("MailerStream", "MaximumRecordAgeInSeconds", 3600))
case("mailer_retries_through_an_outage", "for ever", drop("MailerStream", "MaximumRecordAgeInSeconds"))
case("mailer_failures_are_kept", "no queue", drop("MailerStream", "DestinationConfig"))
case("mailer_failures_are_kept", "in the clear", drop("MailFailures", "KmsMasterKeyId"))
case("mailer_failures_are_kept", "four days", drop("MailFailures", "MessageRetentionPeriod"))
case(
    "mail_is_neither_tracked_nor_sent_in_the_clear",
    "tracked",
    put("MailConfiguration", "TrackingOptions", {"CustomRedirectDomain": "click.example"}),
)
case("mail_is_neither_tracked_nor_sent_in_the_clear", "TLS optional", drop("MailConfiguration", "DeliveryOptions"))

case("functions_run_our_binaries", "other runtime", put("ListFunction", "Runtime", "provided.al2"))
case("functions_run_our_binaries", "other architecture", put("ListFunction", "Architectures", ["x86_64"]))
case("functions_run_our_binaries", "other binary", put("ListFunction", "CodeUri", "../target/lambda/invite"))
case(
    "functions_run_our_binaries",
    "words run together",
    put("NpiVerifierFunction", "CodeUri", "../target/lambda/npiverifier"),
)
case(
    "functions_get_the_settings_they_read",
    "too many",
    put("ListFunction", "Environment", {"Variables": {"MAIL_FROM": "a@b.example"}}),
)
case("functions_get_the_settings_they_read", "too few", drop("MailerFunction", "Environment/Variables/ACCEPT_URL_BASE"))
case(
    "functions_get_the_settings_they_read",
    "no viewer",
    drop("TemporaryAccessFunction", "Environment/Variables/VIEWER_URL_BASE"),
)
case("passwords_are_hashed_on_a_full_core", "small", drop("ConfirmFunction", "MemorySize"))
case("provisioning_is_never_repeated", "retries", drop("ProvisionFunction", "EventInvokeConfig"))
case("numbers_are_asked_about_on_a_schedule", "never", without("NpiVerifierSchedule"))
case("numbers_are_asked_about_on_a_schedule", "daily", put("NpiVerifierSchedule", "ScheduleExpression", "rate(1 day)"))
case("numbers_are_asked_about_on_a_schedule", "switched off", put("NpiVerifierSchedule", "State", "DISABLED"))
case("numbers_are_asked_about_on_a_schedule", "not allowed", without("NpiVerifierPermission"))
case("numbers_are_asked_about_on_a_schedule", "any rule", drop("NpiVerifierPermission", "SourceArn"))
case("a_run_over_numbers_ends_before_the_next", "too short", drop("NpiVerifierFunction", "Timeout"))
case("a_run_over_numbers_ends_before_the_next", "too long", put("NpiVerifierFunction", "Timeout", 600))
case("a_run_over_numbers_ends_before_the_next", "retries", drop("NpiVerifierFunction", "EventInvokeConfig"))
case("functions_log_to_their_own_group", "default group", drop("ListFunction", "LoggingConfig"))
case("functions_log_to_their_own_group", "makes groups", allow("ListRole", "logs:CreateLogGroup"))
case("logs_end", "kept for ever", drop("ListLogs", "RetentionInDays"))
case("logs_end", "no default", lambda source: source["Parameters"]["LogRetentionDays"].pop("Default"))
case("faults_raise_alarms", "late mail", without("MailLateAlarm"))
case("faults_raise_alarms", "one function", without("ListErrorsAlarm"))
case("faults_raise_alarms", "tells nobody", drop("ApiErrorsAlarm", "AlarmActions"))

case(
    "every_function_has_a_role_of_its_own",
    "shared role",
    put("ListFunction", "Role", {"Fn::GetAtt": ["InviteRole", "Arn"]}),
)
case(
    "every_function_has_a_role_of_its_own",
    "AWS's policy",
    put("ListRole", "ManagedPolicyArns/0", "arn:aws:iam::aws:policy/AdministratorAccess"),
)
case("list_writes_nothing_but_when_a_key_was_used", "PutItem", allow("ListRole", "dynamodb:PutItem", **CLINIC))
case(
    "noting_the_use_of_a_key_writes_nothing_else",
    "every attribute",
    restate(
        "NoteKeyUsePolicy", "dynamodb:UpdateItem", lambda one: one["Condition"].pop("ForAllValues:StringEquals")
    ),
)
case("only_the_mailer_sends_mail", "invite sends", allow("InviteRole", "ses:SendEmail"))
case("only_the_mailer_sends_mail", "raw mail", allow("MailerRole", "ses:SendRawEmail"))
case("mail_has_our_sender", "any sender", restate("MailerRole", "ses:SendEmail", lambda one: one.pop("Condition")))
case(
    "mail_has_our_sender", "any identity", restate("MailerRole", "ses:SendEmail", lambda one: one.update(Resource="*"))
)
case(
    "secrets_are_read_by_those_who_need_them",
    "invite reads",
    allow("InviteRole", "secretsmanager:GetSecretValue", resource=SECRET),
)
case(
    "secrets_are_read_by_those_who_need_them",
    "links cannot be signed",
    put("TemporaryAccessRole", "ManagedPolicyArns", [{"Ref": "RootKeyPolicy"}]),
)
case("secrets_are_read_by_those_who_need_them", "mailer does not", put("MailerRole", "ManagedPolicyArns", []))
case(
    "only_provision_publishes_keys",
    "session does",
    allow("SessionRole", "dynamodb:PutItem", **{"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["KEYS#*"]}}),
)
case("nothing_is_allowed_by_wildcard", "action", allow("ListRole", "dynamodb:*", **CLINIC))
case("nothing_is_allowed_by_wildcard", "resource", allow("ListRole", "dynamodb:GetItem", resource="*", **CLINIC))
case(
    "nothing_is_allowed_by_wildcard",
    "all but one",
    restate("ListRole", "dynamodb:Query", lambda one: one.update(NotAction=one.pop("Action"))),
)
case("items_are_bound_to_partitions", "unbound", allow("ListRole", "dynamodb:GetItem"))
case("items_are_bound_to_partitions", "accounts", allow("ListRole", "dynamodb:GetItem", **ACCOUNT))
case("items_are_bound_to_partitions", "verifier, accounts", allow("NpiVerifierRole", "dynamodb:GetItem", **ACCOUNT))
case("items_are_bound_to_partitions", "mailer, accounts", allow("MailerRole", "dynamodb:UpdateItem", **ACCOUNT))
case(
    "items_are_bound_to_partitions", "temporary access, accounts", allow("TemporaryAccessRole", "dynamodb:GetItem", **ACCOUNT)
)
case(
    "items_are_bound_to_partitions",
    "temporary access, keys written",
    allow(
        "TemporaryAccessRole",
        "dynamodb:UpdateItem",
        **{"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["APIKEY#*"]}},
    ),
)
case("nobody_reaches_items_without_a_key", "Scan", allow("ListRole", "dynamodb:Scan", **CLINIC))
case("nobody_reaches_items_without_a_key", "PartiQL", allow("InviteRole", "dynamodb:PartiQLSelect", **CLINIC))
case("audit_is_append_only", "no denial", lambda source: statements(source, "WriteTablePolicy").pop())
case(
    "audit_is_append_only",
    "deletes",
    restate("WriteTablePolicy", "dynamodb:DeleteItem", lambda one: one.update(Action="dynamodb:UpdateItem")),
)
case(
    "keys_are_used_through_one_service",
    "directly",
    restate("ReadTablePolicy", "kms:Decrypt", lambda one: one.pop("Condition")),
)


@pytest.fixture
def source() -> dict:
    return copy.deepcopy(SOURCE)


def test_the_template_keeps_every_rule(source: dict):
    assert broken(expand(source)) == {}


@pytest.mark.parametrize(("rule", "mutation"), [pytest.param(*one[::2], id="-".join(one[:2])) for one in CASES])
def test_a_broken_promise_is_seen(source: dict, rule: str, mutation: Mutation):
    mutation(source)
    assert rule in broken(expand(source))


def test_every_rule_has_been_seen_to_fail():
    assert {rule for rule, _, _ in CASES} == set(RULES)


def test_the_linter_sees_an_attribute_that_does_not_exist(source: dict):
    put("MailerStream", "EventSourceArn", {"Fn::GetAtt": ["AccessTable", "Stream"]})(source)
    assert any("MailerStream" in problem for problem in lint_expanded(expand(source)))


def test_the_linter_sees_an_action_that_does_not_exist(source: dict):
    allow("ListRole", "dynamodb:TransactWriteItems")(source)
    assert any("transactwriteitems" in problem.lower() for problem in lint_expanded(expand(source)))


def test_what_sam_refuses_is_reported(source: dict):
    drop("ListFunction", "CodeUri")(source)
    assert problems_of(source)[0].startswith("SAM: Resource with id [ListFunction]")
