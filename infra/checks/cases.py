"""Ways to break the template, for each rule."""

import copy
import json

from cases_sealing import SEALING
from mutations import (
    Change, allow, change_route_settings, change_statement, remove_from_parameter, remove_property,
    remove_resource, set_attribute, set_property,
)  # fmt: skip

INVITATION_LINKS = {"Fn::GetAtt": ["InvitationLinkKeys", "Id"]}
PASSWORD_LINKS = {"Fn::GetAtt": ["PasswordLinkKeys", "Id"]}
HEADERS = "ResponseHeadersPolicyConfig/SecurityHeadersConfig"
WITHOUT_REMOVALS = json.dumps({"dynamodb": {"NewImage": {"dl": {"S": ["queued"]}}}})


def replace_in_dashboard(source: dict, old: str, new: str) -> None:
    body = source["Resources"]["Dashboard"]["Properties"]["DashboardBody"]
    assert old in body["Fn::Sub"]
    body["Fn::Sub"] = body["Fn::Sub"].replace(old, new)


# For each rule, ways to break it.
CASES: dict[str, dict[str, Change]] = {
    # Table, key and secrets
    "table_expires_items": {
        "no TTL": remove_property("AccessTable", "TimeToLiveSpecification"),
        "TTL off": set_property("AccessTable", "TimeToLiveSpecification/Enabled", False),
        "other attribute": set_property("AccessTable", "TimeToLiveSpecification/AttributeName", "expires"),
    },
    "table_recovers_to_a_point_in_time": {
        "none": remove_property("AccessTable", "PointInTimeRecoverySpecification"),
        "off": set_property("AccessTable", "PointInTimeRecoverySpecification", {"PointInTimeRecoveryEnabled": False}),
    },
    "table_is_encrypted_with_our_key": {
        "default encryption": remove_property("AccessTable", "SSESpecification"),
        "AWS's key": remove_property("AccessTable", "SSESpecification/KMSMasterKeyId"),
    },
    "data_key_rotates": {"no rotation": remove_property("DataKey", "EnableKeyRotation")},
    "table_refuses_deletion": {"unprotected": set_property("AccessTable", "DeletionProtectionEnabled", False)},
    "data_outlives_the_stack": {
        "table deleted": set_attribute("AccessTable", "DeletionPolicy", "Delete"),
        "secret replaced": set_attribute("AccessLinkKeys", "UpdateReplacePolicy", "Snapshot"),
        "table left without its key": set_attribute("DataKey", "DeletionPolicy", "RetainExceptOnCreate"),
        "vault deleted": set_attribute("BackupVault", "DeletionPolicy", "Delete"),
        "sealed audit deleted": set_attribute("AuditBucket", "DeletionPolicy", "Delete"),
        "its key deleted": set_attribute("AuditKey", "UpdateReplacePolicy", "Delete"),
    },
    "table_is_backed_up_daily": {
        "monthly": set_property("BackupPlan", "BackupPlan/BackupPlanRule/0/ScheduleExpression", "cron(0 5 1 * ? *)"),
        "a week": set_property("BackupPlan", "BackupPlan/BackupPlanRule/0/Lifecycle/DeleteAfterDays", 7),
        "never copied": remove_property("BackupPlan", "BackupPlan/BackupPlanRule/0/CopyActions"),
        "nothing": set_property("BackupSelection", "BackupSelection/Resources", []),
        "unlocked": remove_property("BackupVault", "LockConfiguration"),
        "AWS's key": remove_property("BackupVault", "EncryptionKeyArn"),
        "off": lambda source: source["Parameters"]["DailyBackups"].update(Default="false"),
    },
    "table_streams_both_images": {
        "no stream": remove_property("AccessTable", "StreamSpecification"),
        "keys only": set_property("AccessTable", "StreamSpecification/StreamViewType", "KEYS_ONLY"),
    },
    "table_has_the_keys_of_the_store": {
        "other key": set_property("AccessTable", "KeySchema/0/AttributeName", "pk"),
        "no index": remove_property("AccessTable", "GlobalSecondaryIndexes"),
        "whole items": set_property("AccessTable", "GlobalSecondaryIndexes/0/Projection/ProjectionType", "ALL"),
    },
    "secrets_are_encrypted_with_our_key": {"AWS's key": remove_property("KnownBrowserKeys", "KmsKeyId")},
    "secrets_are_long_enough": {
        "short": set_property("SigningKeys", "GenerateSecretString/PasswordLength", 32),
        "JSON": set_property("SigningKeys", "GenerateSecretString/SecretStringTemplate", "{}"),
        "one value": remove_property("OriginSecret", "GenerateSecretString/SecretStringTemplate"),
    },
    # API
    "stage_throttles_by_default": {"no limits": remove_property("ApiStage", "DefaultRouteSettings")},
    "stage_throttles_guarded_routes_harder": {
        "accept as default": change_route_settings(lambda one: one.pop("POST /v1/invitation/accept")),
        "no burst": change_route_settings(lambda one: one["POST /v1/autoScribe/users"].pop("ThrottlingBurstLimit")),
        "sign-in as default": change_route_settings(lambda one: one.pop("POST /v1/session")),
        "redeem as default": change_route_settings(lambda one: one.pop("POST /v1/access/redeem")),
        "renew as default": change_route_settings(
            lambda one: one["POST /v1/access/renew"].update(ThrottlingRateLimit=1000)
        ),
    },
    "throttled_routes_exist_before_the_stage": {
        "no dependency": set_attribute("ApiStage", "DependsOn", ["InviteUser"]),
        "unknown route": change_route_settings(lambda one: one.update({"POST /v1/nothing": {}})),
    },
    "access_log_holds_no_personal_data": {
        "path": set_property("ApiStage", "AccessLogSettings/Format", "$context.routeKey $context.path"),
        "address": set_property("ApiStage", "AccessLogSettings/Format", "$context.routeKey $context.identity.sourceIp"),
        "no log": remove_property("ApiStage", "AccessLogSettings"),
    },
    "only_viewers_have_cors": {
        "all routes": set_property("Api", "CorsConfiguration", {"AllowOrigins": ["*"]}),
        "another route": set_property("PreflightRenew", "RouteKey", "OPTIONS /v1/session"),
        "no preflight": remove_resource("PreflightJwks"),
        "any parameter": remove_from_parameter("ViewerOrigins", "AllowedPattern"),
    },
    "every_route_reaches_a_function": {
        "no integration": set_property("ListUsers", "Target", {"Fn::Sub": "integrations/${Nothing}"}),
        "no permission": remove_resource("ListPermission"),
        "no function": set_property("ListIntegration", "IntegrationUri", {"Ref": "Nothing"}),
        "payload 1.0": set_property("ListIntegration", "PayloadFormatVersion", "1.0"),
        "a schedule's permission": set_property("ListPermission", "Principal", "events.amazonaws.com"),
    },
    "only_this_api_invokes_functions": {
        "any API": remove_property("ListPermission", "SourceArn"),
        "any schedule": remove_property("NpiVerifierPermission", "SourceArn"),
    },
    "every_route_is_declared_once": {"twice": set_property("GetUser", "RouteKey", "GET /v1/autoScribe/users")},
    # The public URL
    "the_api_answers_only_cloudfront": {
        "off": set_property("ListFunction", "Environment/Variables/ORIGIN_SECRETS", "off"),
        "no header": remove_property("Distribution", "DistributionConfig/Origins/1/OriginCustomHeaders"),
        "the next secret": set_property(
            "Distribution", "DistributionConfig/Origins/1/OriginCustomHeaders/0/HeaderValue", "next"
        ),
        "to S3": set_property(
            "Distribution",
            "DistributionConfig/Origins/0/OriginCustomHeaders",
            [{"HeaderName": "autoscribe-origin-secret", "HeaderValue": "x"}],
        ),
    },
    "the_viewers_address_comes_from_cloudfront": {
        "not asked": remove_property("Distribution", "DistributionConfig/CacheBehaviors/0/FunctionAssociations"),
        "the viewer's word": set_property("NameViewer", "FunctionCode", "function handler(e) { return e.request; }"),
        "draft": set_property("NameViewer", "AutoPublish", False),
    },
    "every_api_path_leads_to_the_api_uncached": {
        "no keys": remove_property("Distribution", "DistributionConfig/CacheBehaviors/1"),
        "cached": set_property(
            "Distribution", "DistributionConfig/CacheBehaviors/0/CachePolicyId", "658327ea-f89d-4fab-a63d-7e88639e58f6"
        ),
        "no headers": remove_property("Distribution", "DistributionConfig/CacheBehaviors/0/OriginRequestPolicyId"),
        "http": set_property("Distribution", "DistributionConfig/CacheBehaviors/0/ViewerProtocolPolicy", "allow-all"),
        "read only": remove_property("Distribution", "DistributionConfig/CacheBehaviors/0/AllowedMethods"),
        "cached errors": remove_property("Distribution", "DistributionConfig/CustomErrorResponses/1"),
        "a path besides": set_property("GetClinic", "RouteKey", "GET /v2/clinic"),
    },
    "cloudfront_keeps_no_log": {
        "standard": set_property("Distribution", "DistributionConfig/Logging", {"Bucket": "logs"}),
        "real time": set_property("Distribution", "DistributionConfig/CacheBehaviors/0/RealtimeLogConfigArn", "arn"),
    },
    "pages_are_read_only_through_cloudfront": {
        "public": set_property("Pages", "PublicAccessBlockConfiguration/BlockPublicPolicy", False),
        "anyone": set_property("PagesPolicy", "PolicyDocument/Statement/0/Principal", "*"),
        "any distribution": remove_property("PagesPolicy", "PolicyDocument/Statement/0/Condition"),
        "without TLS": remove_property("PagesPolicy", "PolicyDocument/Statement/1"),
        "unsigned": remove_property("Distribution", "DistributionConfig/Origins/0/OriginAccessControlId"),
    },
    "pages_have_strict_headers": {
        "none": remove_property("Distribution", "DistributionConfig/DefaultCacheBehavior/ResponseHeadersPolicyId"),
        "http": set_property("Distribution", "DistributionConfig/DefaultCacheBehavior/ViewerProtocolPolicy", "allow-all"),
        "inline": set_property(
            "PageHeaders",
            f"{HEADERS}/ContentSecurityPolicy/ContentSecurityPolicy",
            "default-src 'self' 'unsafe-inline'",
        ),
        "an hour": set_property("PageHeaders", f"{HEADERS}/StrictTransportSecurity/AccessControlMaxAgeSec", 3600),
        "referrer": remove_property("PageHeaders", f"{HEADERS}/ReferrerPolicy"),
        "S3 decides": set_property("PageHeaders", f"{HEADERS}/FrameOptions/Override", False),
    },
    "emails_link_to_the_public_url": {
        "the API": set_property("MailerFunction", "Environment/Variables/PUBLIC_URL", {"Ref": "Api"}),
    },
    # Email
    "mailer_reads_the_table_from_the_start": {
        "latest": set_property("MailerStream", "StartingPosition", "LATEST"),
        "other function": set_property("MailerStream", "FunctionName", {"Ref": "ListFunction"}),
    },
    "mailer_gets_queued_items_only": {
        "no filter": remove_property("MailerStream", "FilterCriteria"),
        "removals": set_property("MailerStream", "FilterCriteria/Filters/0/Pattern", WITHOUT_REMOVALS),
    },
    "mailer_bisects_failing_batches": {"off": remove_property("MailerStream", "BisectBatchOnFunctionError")},
    "mailer_reports_partial_failures": {"off": remove_property("MailerStream", "FunctionResponseTypes")},
    "mailer_retries_through_an_outage": {
        "few attempts": set_property("MailerStream", "MaximumRetryAttempts", 3),
        "an hour": set_property("MailerStream", "MaximumRecordAgeInSeconds", 3600),
        "forever": remove_property("MailerStream", "MaximumRecordAgeInSeconds"),
    },
    "mailer_failures_are_kept": {
        "no queue": remove_property("MailerStream", "DestinationConfig"),
        "unencrypted": remove_property("MailFailures", "KmsMasterKeyId"),
        "four days": remove_property("MailFailures", "MessageRetentionPeriod"),
    },
    "failed_reports_are_kept": {
        "lost": remove_property("MailEventsFunction", "EventInvokeConfig/DestinationConfig"),
        "no retries": set_property("MailEventsFunction", "EventInvokeConfig/MaximumRetryAttempts", 0),
        "unencrypted": remove_property("MailEventFailures", "KmsMasterKeyId"),
        "four days": remove_property("MailEventFailures", "MessageRetentionPeriod"),
    },
    "ses_reports_to_eventbridge": {
        "no destination": remove_resource("MailEventDestination"),
        "disabled": set_property("MailEventDestination", "EventDestination/Enabled", False),
        "no bounces": set_property("MailEventDestination", "EventDestination/MatchingEventTypes", ["send", "delivery"]),
        "other bus": set_property(
            "MailEventDestination",
            "EventDestination/EventBridgeDestination/EventBusArn",
            "arn:aws:events:us-east-1:000000000000:event-bus/mail",
        ),
        "other emails": set_property("MailEventDestination", "ConfigurationSetName", "other"),
    },
    "reports_reach_mail_events": {
        "never": remove_resource("MailEventsRule"),
        "no bounces": set_property("MailEventsRule", "EventPattern/detail-type", ["Email Sent"]),
        "every sender": remove_property("MailEventsRule", "EventPattern/detail"),
        "disabled": set_property("MailEventsRule", "State", "DISABLED"),
        "other function": set_property("MailEventsRule", "Targets/0/Arn", {"Fn::GetAtt": ["MailerFunction", "Arn"]}),
        "not allowed": remove_resource("MailEventsPermission"),
        "any rule": remove_property("MailEventsPermission", "SourceArn"),
    },
    "bounced_addresses_get_no_more_email": {
        "off": remove_property("MailConfiguration", "SuppressionOptions"),
        "complaints only": set_property("MailConfiguration", "SuppressionOptions/SuppressedReasons", ["COMPLAINT"]),
    },
    "email_leaves_without_a_mail_from_record": {
        "rejects": set_property("MailIdentity", "MailFromAttributes/BehaviorOnMxFailure", "REJECT_MESSAGE"),
        "SES's domain": remove_property("MailIdentity", "MailFromAttributes"),
    },
    "email_is_untracked_and_needs_tls": {
        "tracked": set_property("MailConfiguration", "TrackingOptions", {"CustomRedirectDomain": "click.example"}),
        "TLS optional": remove_property("MailConfiguration", "DeliveryOptions"),
    },
    # Events
    "events_reads_the_table_from_the_start": {
        "latest": set_property("EventsStream", "StartingPosition", "LATEST"),
        "other function": set_property("EventsStream", "FunctionName", {"Ref": "ListFunction"}),
    },
    "events_gets_audit_records_deliveries_and_its_feed": {
        "no filter": remove_property("EventsStream", "FilterCriteria"),
        "no deliveries": remove_property("EventsStream", "FilterCriteria/Filters/1"),
        "no feed": remove_property("EventsStream", "FilterCriteria/Filters/2"),
        "queued emails": set_property("EventsStream", "FilterCriteria/Filters/1/Pattern", WITHOUT_REMOVALS),
    },
    "events_keep_the_order_of_commits": {"parallel": set_property("EventsStream", "ParallelizationFactor", 4)},
    "events_are_retried_through_an_outage": {
        "few attempts": set_property("EventsStream", "MaximumRetryAttempts", 3),
        "an hour": set_property("EventsStream", "MaximumRecordAgeInSeconds", 3600),
        "whole batches": remove_property("EventsStream", "FunctionResponseTypes"),
        "no bisection": remove_property("EventsStream", "BisectBatchOnFunctionError"),
    },
    "lost_events_are_kept": {
        "no queue": remove_property("EventsStream", "DestinationConfig"),
        "four days": remove_property("EventFailures", "MessageRetentionPeriod"),
    },
    "ends_are_looked_for_on_a_schedule": {
        "never": remove_resource("EventsSchedule"),
        "hourly": set_property("EventsSchedule", "ScheduleExpression", "rate(1 hour)"),
        "not allowed": remove_resource("EventsPermission"),
        "too long": set_property("EventsFunction", "Timeout", 120),
        "retries": remove_property("EventsFunction", "EventInvokeConfig"),
    },
    # Webhooks
    "webhook_work_is_delivered": {
        "other queue": set_property("WebhookMapping", "EventSourceArn", {"Fn::GetAtt": ["MailFailures", "Arn"]}),
        "all again": remove_property("WebhookMapping", "FunctionResponseTypes"),
        "large batches": set_property("WebhookMapping", "BatchSize", 100),
        "few calls": set_property("WebhookMapping", "ScalingConfig/MaximumConcurrency", 2),
        "no limit": remove_property("WebhookMapping", "ScalingConfig"),
    },
    "webhook_work_comes_again": {
        "unencrypted": remove_property("WebhookQueue", "KmsMasterKeyId"),
        "in order": set_property("WebhookQueue", "FifoQueue", True),
        "during a call": set_property("WebhookQueue", "VisibilityTimeout", 30),
        "after hours": set_property("WebhookQueue", "VisibilityTimeout", 7200),
        "forever": remove_property("WebhookQueue", "RedrivePolicy"),
        "once": set_property("WebhookQueue", "RedrivePolicy/maxReceiveCount", 1),
        "failures for four days": remove_property("WebhookFailures", "MessageRetentionPeriod"),
    },
    "webhooks_send_from_no_private_network": {
        "in a VPC": set_property("WebhooksFunction", "VpcConfig", {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}),
    },
    "only_three_functions_queue_webhook_work": {
        "list": allow("ListRole", "sqs:SendMessage", resource={"Fn::GetAtt": ["WebhookQueue", "Arn"]}),
        "users takes": allow("UsersRole", "sqs:ReceiveMessage", resource={"Fn::GetAtt": ["WebhookQueue", "Arn"]}),
        "events takes": allow("EventsRole", "sqs:ReceiveMessage", resource={"Fn::GetAtt": ["WebhookQueue", "Arn"]}),
        "webhooks may not": remove_resource("QueueWebhooksPolicy"),
    },
    # Functions, logs, alarms
    "functions_run_our_binaries": {
        "other runtime": set_property("ListFunction", "Runtime", "provided.al2"),
        "other architecture": set_property("ListFunction", "Architectures", ["x86_64"]),
        "other binary": set_property("ListFunction", "CodeUri", "../target/lambda/invite"),
        "no hyphen": set_property("NpiVerifierFunction", "CodeUri", "../target/lambda/npiverifier"),
    },
    "functions_get_the_settings_they_read": {
        "too many": set_property("ListFunction", "Environment", {"Variables": {"MAIL_FROM": "a@b.example"}}),
        "too few": remove_property("MailerFunction", "Environment/Variables/PUBLIC_URL"),
        "no viewer": remove_property("TemporaryAccessFunction", "Environment/Variables/VIEWER_URL_BASE"),
        "receivers on this machine": set_property(
            "WebhooksFunction", "Environment/Variables/WEBHOOK_RECEIVERS", "this-machine"
        ),
    },
    "passwords_are_hashed_on_a_full_core": {"default memory": remove_property("ConfirmFunction", "MemorySize")},
    "provisioning_is_never_retried": {"retries": remove_property("ProvisionFunction", "EventInvokeConfig")},
    "npi_lookups_run_on_a_schedule": {
        "never": remove_resource("NpiVerifierSchedule"),
        "daily": set_property("NpiVerifierSchedule", "ScheduleExpression", "rate(1 day)"),
        "disabled": set_property("NpiVerifierSchedule", "State", "DISABLED"),
        "not allowed": remove_resource("NpiVerifierPermission"),
        "any schedule": remove_property("NpiVerifierPermission", "SourceArn"),
    },
    "due_email_is_sent_on_a_schedule": {
        "never": remove_resource("MailerSchedule"),
        "hourly": set_property("MailerSchedule", "ScheduleExpression", "rate(1 hour)"),
        "not allowed": remove_resource("MailerPermission"),
        "longer than a lease": set_property("MailerFunction", "Timeout", 120),
    },
    "due_deliveries_are_queued_on_a_schedule": {
        "never": remove_resource("WebhooksSchedule"),
        "hourly": set_property("WebhooksSchedule", "ScheduleExpression", "rate(1 hour)"),
        "not allowed": remove_resource("WebhooksPermission"),
        "retries": remove_property("WebhooksFunction", "EventInvokeConfig"),
    },
    "npi_runs_do_not_overlap": {
        "too short": remove_property("NpiVerifierFunction", "Timeout"),
        "too long": set_property("NpiVerifierFunction", "Timeout", 600),
        "retries": remove_property("NpiVerifierFunction", "EventInvokeConfig"),
    },
    "functions_log_to_their_own_group": {
        "default group": remove_property("ListFunction", "LoggingConfig"),
        "creates groups": allow("ListRole", "logs:CreateLogGroup"),
    },
    "logs_are_kept_six_years": {
        "kept forever": remove_property("ListLogs", "RetentionInDays"),
        "no default": remove_from_parameter("LogRetentionDays", "Default"),
        "a year": lambda source: source["Parameters"]["LogRetentionDays"].update(Default=365),
    },
    "refusals_raise_alarms": {
        "other metric": set_property("LockedSignInsAlarm", "MetricName", "FailedSignIns"),
        "other namespace": set_property("LockedSignInsAlarm", "Namespace", "AWS/Lambda"),
        "no alarm": remove_resource("RefusedCredentialsAlarm"),
        "fixed threshold": set_property("FailedSignInsAlarm", "Threshold", 1000),
        "average": set_property("LockedSignInsAlarm", "Statistic", "Average"),
        "no default": remove_from_parameter("FailedSignInsLimit", "Default"),
    },
    # Operations
    "functions_are_traced": {
        "one function": set_property("ListFunction", "Tracing", "PassThrough"),
        "no permission": set_property("ListRole", "ManagedPolicyArns", [{"Ref": "ReadTablePolicy"}]),
    },
    "system_logs_have_warnings_only": {
        "all lines": set_property("ListFunction", "LoggingConfig/SystemLogLevel", "INFO"),
        "dropped lines": set_property("ListFunction", "LoggingConfig/ApplicationLogLevel", "WARN"),
    },
    "calls_reach_the_released_version": {
        "a route": set_property("ListIntegration", "IntegrationUri", {"Fn::GetAtt": ["ListFunction", "Arn"]}),
        "a permission": set_property("ListPermission", "FunctionName", {"Ref": "ListFunction"}),
        "the stream": set_property("MailerStream", "FunctionName", {"Ref": "MailerFunction"}),
        "a schedule": set_property("MailerSchedule", "Targets/0/Arn", {"Fn::GetAtt": ["MailerFunction", "Arn"]}),
    },
    "every_release_publishes_a_version": {
        "no version": remove_property("ListFunction", "AutoPublishCodeSha256"),
        "other alias": set_property("ListFunction", "AutoPublishAlias", "current"),
    },
    "versions_are_released_gradually": {
        "at once": set_property("ListFunction", "DeploymentPreference/Type", "AllAtOnce"),
        "one function": remove_property("ListFunction", "DeploymentPreference"),
        "no alarm": set_property("ListFunction", "DeploymentPreference/Alarms", [{"Ref": "ListErrorsAlarm"}]),
        "slow alarm": set_property("ListErrorsAlarm", "Period", 300),
        "off": lambda source: source["Parameters"]["GradualDeployment"].update(Default="false"),
    },
    "email_leaves_calls_for_requests": {"no limit": remove_property("MailerFunction", "ReservedConcurrentExecutions")},
    "alarms_have_a_runbook": {
        "another name": lambda source: source["Resources"].update(
            OddAlarm=copy.deepcopy(source["Resources"]["ApiSlowAlarm"])
        ),
        "no description": remove_property("ApiSlowAlarm", "AlarmDescription"),
    },
    "metrics_of_functions_exist": {
        "misspelled alarm": set_property("EmailSlowAlarm", "MetricName", "CommitToMail"),
        "misspelled widget": lambda source: replace_in_dashboard(source, '"Accepted"', '"Acepted"'),
        "not shown": lambda source: replace_in_dashboard(source, '"Accepted"', '"Invited"'),
        "no namespace": lambda source: source["Globals"]["Function"]["Environment"]["Variables"].pop("METRIC_NAMESPACE"),
    },
    "missing_notifications_are_reported": {
        "silent": lambda source: source["Outputs"].pop("AlarmWarning"),
        "always": lambda source: source["Outputs"]["AlarmWarning"].pop("Condition"),
    },
    "failures_raise_alarms": {
        "one index": remove_property("TableThrottledAlarm", "Metrics/3"),
        "5xx as a number": set_property("ApiErrorsAlarm", "Metrics", []),
        "late email": remove_resource("MailLateAlarm"),
        "one function": remove_resource("ListErrorsAlarm"),
        "no notification": remove_property("ApiErrorsAlarm", "AlarmActions"),
    },
    "a_schedule_that_stops_raises_an_alarm": {
        "any line": set_property("EventsRuns", "FilterPattern", "events"),
        "no line": remove_resource("EventsRuns"),
        "missing data": set_property("EventsStoppedAlarm", "TreatMissingData", "notBreaching"),
        "more runs": set_property("NpiVerifierStoppedAlarm", "ComparisonOperator", "GreaterThanThreshold"),
    },
    "corrupt_items_raise_an_alarm": {
        "other pattern": set_property("MailerFaults", "FilterPattern", "ERROR"),
        "other metric": set_property("MailerFaultsAlarm", "MetricName", "Other"),
        "one function": remove_resource("CorruptItemsOfList"),
        "no alarm": remove_resource("CorruptItemsAlarm"),
    },
    # Permissions
    "every_function_has_its_own_role": {
        "shared role": set_property("ListFunction", "Role", {"Fn::GetAtt": ["InviteRole", "Arn"]}),
        "AWS's policy": set_property(
            "ListRole", "ManagedPolicyArns/0", "arn:aws:iam::aws:policy/AdministratorAccess"
        ),
    },
    "list_writes_only_last_use": {"PutItem": allow("ListRole", "dynamodb:PutItem", partition="CLINIC#*")},
    "recording_last_use_writes_nothing_else": {
        "every attribute": change_statement(
            "NoteUsePolicy", "dynamodb:UpdateItem", lambda one: one["Condition"].pop("ForAllValues:StringEquals")
        ),
    },
    "mail_events_writes_only_the_delivery": {
        "every attribute": change_statement(
            "MailEventsRole", "dynamodb:UpdateItem", lambda one: one["Condition"].pop("ForAllValues:StringEquals")
        ),
        "the status": change_statement(
            "MailEventsRole",
            "dynamodb:UpdateItem",
            lambda one: one["Condition"]["ForAllValues:StringEquals"]["dynamodb:Attributes"].append("st"),
        ),
        "returns the item": change_statement(
            "MailEventsRole", "dynamodb:UpdateItem", lambda one: one["Condition"].pop("StringEqualsIfExists")
        ),
        "PutItem": allow("MailEventsRole", "dynamodb:PutItem", partition="CLINIC#*"),
    },
    "events_writes_only_the_feed_and_deliveries": {
        "every update": allow("EventsRole", "dynamodb:UpdateItem", partition="CLINIC#*"),
        "every item": allow("EventsRole", "dynamodb:PutItem", partition="CLINIC#*"),
        "deletes": allow("EventsRole", "dynamodb:DeleteItem", partition="CLINIC#*"),
    },
    "only_mailer_sends_email": {
        "invite sends": allow("InviteRole", "ses:SendEmail"),
        "raw email": allow("MailerRole", "ses:SendRawEmail"),
    },
    "email_has_our_sender": {
        "any sender": change_statement("MailerRole", "ses:SendEmail", lambda one: one.pop("Condition")),
        "any identity": change_statement("MailerRole", "ses:SendEmail", lambda one: one.update(Resource="*")),
    },
    "secrets_are_read_only_where_needed": {
        "invite reads": allow("InviteRole", "secretsmanager:GetSecretValue", resource=PASSWORD_LINKS),
        "no signing keys": set_property("TemporaryAccessRole", "ManagedPolicyArns", [{"Ref": "AccessLinkKeysPolicy"}]),
        "confirm reads the keys of password links": allow(
            "ConfirmRole", "secretsmanager:GetSecretValue", resource=PASSWORD_LINKS
        ),
        "decrypts every secret": change_statement(
            "AccessLinkKeysPolicy",
            "kms:Decrypt",
            lambda one: one["Condition"]["StringEquals"].pop("kms:EncryptionContext:SecretARN"),
        ),
        "mailer reads none": set_property("MailerRole", "ManagedPolicyArns", []),
    },
    "only_provision_rotates_secrets": {
        "mailer rotates": allow("MailerRole", "secretsmanager:PutSecretValue", resource=INVITATION_LINKS),
        "deletes": allow("ProvisionRole", "secretsmanager:DeleteSecret", resource=INVITATION_LINKS),
        "every secret": change_statement(
            "ProvisionRole", "secretsmanager:PutSecretValue", lambda one: one.update(Resource="*")
        ),
        "no rotation": change_statement(
            "ProvisionRole",
            "secretsmanager:PutSecretValue",
            lambda one: one.update(Action="secretsmanager:GetSecretValue"),
        ),
    },
    "settings_name_the_secret_of_their_purpose": {
        "another purpose": set_property(
            "MailerFunction", "Environment/Variables/PASSWORD_LINK_KEYS_SECRET_ARN", INVITATION_LINKS
        ),
    },
    "only_provision_publishes_keys": {
        "session publishes": allow("SessionRole", "dynamodb:PutItem", partition="KEYS#*"),
    },
    "wildcards_are_listed": {
        "action": allow("ListRole", "dynamodb:*", partition="CLINIC#*"),
        "resource": allow("ListRole", "dynamodb:GetItem", partition="CLINIC#*", resource="*"),
        "all but one": change_statement(
            "ListRole", "dynamodb:Query", lambda one: one.update(NotAction=one.pop("Action"))
        ),
    },
    "items_are_bound_to_partitions": {
        "every partition": allow("ListRole", "dynamodb:GetItem"),
        "list, accounts": allow("ListRole", "dynamodb:GetItem", partition="ACCOUNT#*"),
        "webhooks, accounts": allow("WebhooksRole", "dynamodb:GetItem", partition="ACCOUNT#*"),
        "verifier, accounts": allow("NpiVerifierRole", "dynamodb:GetItem", partition="ACCOUNT#*"),
        "mailer, account writes": allow("MailerRole", "dynamodb:UpdateItem", partition="ACCOUNT#*"),
        "temporary access, accounts": allow("TemporaryAccessRole", "dynamodb:GetItem", partition="ACCOUNT#*"),
        "temporary access, key writes": allow("TemporaryAccessRole", "dynamodb:UpdateItem", partition="APIKEY#*"),
    },
    "requests_without_a_key_are_not_allowed": {
        "Scan": allow("ListRole", "dynamodb:Scan", partition="CLINIC#*"),
        "PartiQL": allow("InviteRole", "dynamodb:PartiQLSelect", partition="CLINIC#*"),
    },
    "partitions_are_bound_only_by_requests_with_a_key": {
        "without Null": change_statement("InviteRole", "dynamodb:PutItem", lambda one: one["Condition"].pop("Null")),
        "Null the other way": change_statement(
            "ListRole", "dynamodb:Query", lambda one: one["Condition"]["Null"].update({"dynamodb:LeadingKeys": "true"})
        ),
        "last use": change_statement("NoteUsePolicy", "dynamodb:UpdateItem", lambda one: one["Condition"].pop("Null")),
    },
    "encrypted_items_can_be_read_and_written": {
        "no reads": change_statement("ReadTablePolicy", "kms:Decrypt", lambda one: one.update(Action="kms:DescribeKey")),
        "no writes": set_property("InviteRole", "ManagedPolicyArns", [{"Ref": "ReadTablePolicy"}]),
    },
    "data_key_is_used_through_one_service": {
        "directly": change_statement("ReadTablePolicy", "kms:Decrypt", lambda one: one.pop("Condition")),
    },
} | SEALING
