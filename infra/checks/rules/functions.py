"""The functions: runtime, settings, logs, alarms."""

import re

from model import (
    ALARM, FUNCTION, METRIC_FILTER, PERMISSION, SCHEDULE, dig, function_called, join_names, properties, reference,
    resources_of_type,
)  # fmt: skip
from rules import Problems, rule
from rules.permissions import statements_of

BEHIND_CLOUDFRONT = {"PUBLIC_URL", "ORIGIN_SECRETS"}
# The settings that every function reads, and those of each.
COMMON_SETTINGS = {"TABLE_NAME", "RUST_LOG", "METRIC_NAMESPACE"}
SETTINGS = {
    "InviteFunction": BEHIND_CLOUDFRONT | {"NPPES_BASE_URL", "INVITATIONS_PER_DAY"},
    "ConfirmFunction": BEHIND_CLOUDFRONT | {
        "NPPES_BASE_URL", "BREACHED_PASSWORDS_URL", "INVITATION_LINK_KEYS_SECRET_ARN",
        "KNOWN_BROWSER_KEYS_SECRET_ARN",
    },
    "SessionFunction": BEHIND_CLOUDFRONT | {
        "BREACHED_PASSWORDS_URL", "PASSWORD_LINK_KEYS_SECRET_ARN", "KNOWN_BROWSER_KEYS_SECRET_ARN",
    },
    "TemporaryAccessFunction": BEHIND_CLOUDFRONT | {
        "ACCESS_LINK_KEYS_SECRET_ARN", "SIGNING_KEYS_SECRET_ARN", "VIEWER_URL_BASE", "VIEWER_ORIGINS",
        "ACCESS_LINK_STYLE",
    },
    "ListFunction": BEHIND_CLOUDFRONT,
    "UsersFunction": BEHIND_CLOUDFRONT | {
        "NPPES_BASE_URL", "INVITATIONS_PER_DAY", "WEBHOOK_KEYS_SECRET_ARN", "WEBHOOK_QUEUE_URL",
    },
    "MailerFunction": {
        "INVITATION_LINK_KEYS_SECRET_ARN", "PASSWORD_LINK_KEYS_SECRET_ARN", "PUBLIC_URL", "MAIL_FROM", "MAIL_CONFIGURATION_SET",
    },
    "NpiVerifierFunction": {"NPPES_BASE_URL"},
    "EventsFunction": {"WEBHOOK_QUEUE_URL", "AUDIT_BUCKET", "AUDIT_KEY_ARN"},
    # Without WEBHOOK_RECEIVERS, which would allow receivers on this machine.
    "WebhooksFunction": {"WEBHOOK_KEYS_SECRET_ARN", "WEBHOOK_QUEUE_URL"},
    "ProvisionFunction": {
        "SIGNING_KEYS_SECRET_ARN", "INVITATION_LINK_KEYS_SECRET_ARN", "PASSWORD_LINK_KEYS_SECRET_ARN",
        "ACCESS_LINK_KEYS_SECRET_ARN", "KNOWN_BROWSER_KEYS_SECRET_ARN", "WEBHOOK_KEYS_SECRET_ARN",
    },
}  # fmt: skip
CALLED = {"InviteFunction", "ConfirmFunction", "ListFunction", "UsersFunction", "SessionFunction", "TemporaryAccessFunction"}
TABLE_OPERATIONS = {
    "GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "GetRecords",
}  # fmt: skip
# What alarms watch besides the errors of each function: namespace, metric, last dimension.
ALARMS = {
    ("AWS/ApiGateway", "Count", "Api"),
    ("AWS/ApiGateway", "5xx", "Api"),
    ("AWS/ApiGateway", "Latency", "Api"),
    ("${AWS::StackName}", "RefusedByLimits", ""),
    ("${AWS::StackName}", "CommitToEmail", ""),
    ("AWS/Lambda", "ClaimedAccountConcurrency", ""),
    ("AWS/Lambda", "Invocations", "NpiVerifierFunction"),
    ("${AWS::StackName}", "EventsRuns", ""),
    ("AWS/SES", "Reputation.BounceRate", ""),
    ("AWS/SES", "Reputation.ComplaintRate", ""),
    ("AWS/Backup", "NumberOfBackupJobsFailed", "BackupVault"),
    *{("AWS/Lambda", "Throttles", name) for name in CALLED | {"NpiVerifierFunction", "MailEventsFunction", "EventsFunction", "WebhooksFunction"}},
    *{
        ("AWS/DynamoDB", f"{kind}ThrottleEvents", where)
        for kind in ("Read", "Write")
        for where in ("AccessTable", "GSI1", "GSI2", "GSI3", "GSI4")
    },
    *{("AWS/DynamoDB", "SystemErrors", operation) for operation in TABLE_OPERATIONS},
    ("AWS/Lambda", "IteratorAge", "MailerFunction"),
    ("AWS/Lambda", "IteratorAge", "EventsFunction"),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "MailFailures.QueueName"),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "MailEventFailures.QueueName"),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "EventFailures.QueueName"),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "WebhookFailures.QueueName"),
}
# What callers were refused. The functions count it in their log.
REFUSALS = ("FailedSignIns", "LockedSignIns", "RefusedCredentials", "RefusedPermissions")
HTTP = {"Invite", "Confirm", "List", "Users", "Session", "TemporaryAccess"}
# What functions log about items that they cannot read. npi-verifier reports an error instead.
CORRUPT_ITEMS = {
    "MailerFaults": ('{ $.level = "ERROR" }', {"Mailer"}),
    "EventsFaults": ('{ $.level = "ERROR" }', {"Events"}),
    "WebhooksFaults": ('{ $.level = "ERROR" }', {"Webhooks"}),
    "CorruptItems": (
        '{ $.fields.message = "item skipped: corrupt item" || $.fields.why = "corrupt item*" }',
        HTTP,
    ),
}
# What `events` logs at the end of a run of its schedule.
EVENTS_RUN = '{ $.fields.message = "search for due events finished" }'
SIX_YEARS = 2192
NONE = [{"Value": ""}]
NOTIFY = ["HasAlarmTopic", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]


@rule
def functions_run_our_binaries(template: dict) -> Problems:
    for name, function in resources_of_type(template, FUNCTION).items():
        if (function.get("Runtime"), function.get("Handler")) != ("provided.al2023", "bootstrap"):
            yield f"{name} must run bootstrap on provided.al2023"
        if [reference(one) for one in function.get("Architectures", [])] != ["Arch"]:
            yield f"the architecture of {name} must be the parameter Arch"
        # NpiVerifierFunction runs npi-verifier.
        binary = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name.removesuffix("Function")).lower()
        if dig(function, "Code", "S3Key") != binary:
            yield f"{name} must run the binary {binary}"


@rule
def functions_get_the_settings_they_read(template: dict) -> Problems:
    for name, function in resources_of_type(template, FUNCTION).items():
        expected = SETTINGS.get(name, set()) | COMMON_SETTINGS
        found = set(dig(function, "Environment", "Variables") or {})
        if found != expected:
            yield f"{name}: missing {join_names(expected - found)}, not read {join_names(found - expected)}"


@rule
def passwords_are_hashed_on_a_full_core(template: dict) -> Problems:
    for name in ("ConfirmFunction", "SessionFunction"):
        if properties(template, name).get("MemorySize", 0) < 1769:
            yield f"{name} hashes passwords and needs one core, which is 1769 MB"


@rule
def provisioning_is_never_retried(template: dict) -> Problems:
    if async_retries(template, "ProvisionFunction") != [0]:
        yield "Lambda must not retry an asynchronous call of ProvisionFunction"


@rule
def npi_lookups_run_on_a_schedule(template: dict) -> Problems:
    # After a failed lookup, the first retry is due five minutes later.
    return runs_on_a_schedule(template, "NpiVerifierFunction", "rate(5 minutes)")


@rule
def due_email_is_sent_on_a_schedule(template: dict) -> Problems:
    # An email without an answer is due again a minute later.
    yield from runs_on_a_schedule(template, "MailerFunction", "rate(1 minute)")
    # The lease of `store::outbox` lasts a minute, and an attempt needs 20 seconds.
    timeout = properties(template, "MailerFunction").get("Timeout")
    if timeout != 60:
        yield f"MailerFunction must end with the lease of its emails, after 60 s, found {timeout}"


@rule
def due_deliveries_are_queued_on_a_schedule(template: dict) -> Problems:
    # A retry that is too far ahead for a message is up to a minute late.
    yield from runs_on_a_schedule(template, "WebhooksFunction", "rate(1 minute)")
    if async_retries(template, "WebhooksFunction") != [0]:
        yield "Lambda must not retry a call of WebhooksFunction, because the next scheduled call does"


def runs_on_a_schedule(template: dict, function: str, *wanted: str) -> Problems:
    rates = {
        name: one.get("ScheduleExpression")
        for name, one in resources_of_type(template, SCHEDULE).items()
        if [function_called(target["Arn"]) for target in one.get("Targets", [])] == [function]
        and one.get("State", "ENABLED") == "ENABLED"
    }
    if sorted(map(str, rates.values())) != sorted(wanted):
        yield f"schedules must call {function} at {join_names(wanted)}, found {rates}"
    callers = [
        reference(one.get("SourceArn"))
        for one in resources_of_type(template, PERMISSION).values()
        if function_called(one.get("FunctionName")) == function
    ]
    if sorted(callers) != sorted(f"{name}.Arn" for name in rates):
        yield f"only a schedule may call {function}, found {callers}"


@rule
def npi_runs_do_not_overlap(template: dict) -> Problems:
    # A run starts no lookup after 40 s. The lookups in progress then have 20 s.
    timeout = properties(template, "NpiVerifierFunction").get("Timeout", 0)
    if not 60 <= timeout < 300:
        yield f"the timeout of NpiVerifierFunction must be from 60 to 299 s, found {timeout}"
    if async_retries(template, "NpiVerifierFunction") != [0]:
        yield "Lambda must not retry a call of NpiVerifierFunction, because the next scheduled run does"


@rule
def functions_log_to_their_own_group(template: dict) -> Problems:
    for name, function in resources_of_type(template, FUNCTION).items():
        logs = name.removesuffix("Function") + "Logs"
        if reference(dig(function, "LoggingConfig", "LogGroup")) != logs:
            yield f"{name} must log to {logs}"
        allowed = {
            (action, resource)
            for statement in statements_of(template, name)
            for action in statement.actions
            for resource in statement.resources
            if action.startswith("logs:")
        }
        if allowed != {("logs:CreateLogStream", f"{logs}.Arn"), ("logs:PutLogEvents", f"{logs}.Arn")}:
            yield f"{name} must have permission to write to {logs}, and no other permission for logs"


@rule
def logs_are_kept_six_years(template: dict) -> Problems:
    for name, group in resources_of_type(template, "AWS::Logs::LogGroup").items():
        if reference(group.get("RetentionInDays")) != "LogRetentionDays":
            yield f"{name} must expire after LogRetentionDays"
    default = template["Parameters"].get("LogRetentionDays", {}).get("Default")
    if default != SIX_YEARS:
        yield f"the default of LogRetentionDays must be {SIX_YEARS} days, which is six years, found {default}"


@rule
def failures_raise_alarms(template: dict) -> Problems:
    alarms = resources_of_type(template, ALARM)
    expected = ALARMS | {("AWS/Lambda", "Errors", name) for name in resources_of_type(template, FUNCTION)}
    watched = {metric for alarm in alarms.values() for metric in metrics_of(alarm)}
    for namespace, metric, dimension in sorted(expected - watched):
        yield f"no alarm watches {namespace} {metric} of {dimension}"
    for name, alarm in alarms.items():
        if dig(alarm.get("AlarmActions"), "Fn::If") != NOTIFY:
            yield f"{name} must notify AlarmTopicArn if it is set"


@rule
def corrupt_items_raise_an_alarm(template: dict) -> Problems:
    alarms = resources_of_type(template, ALARM).values()
    watched = {(reference(alarm.get("Namespace")), alarm.get("MetricName"), alarm.get("Statistic")) for alarm in alarms}
    for metric, (pattern, functions) in CORRUPT_ITEMS.items():
        counted = {
            reference(one.get("LogGroupName"))
            for one in resources_of_type(template, METRIC_FILTER).values()
            if one.get("FilterPattern") == pattern
            and metric in {to["MetricName"] for to in one.get("MetricTransformations", [])}
        }
        expected = {f"{name}Logs" for name in functions}
        if counted != expected:
            yield f"{metric} must count {pattern} in {join_names(expected)}, found {join_names(counted)}"
        if ("${AWS::StackName}", metric, "Sum") not in watched:
            yield f"an alarm must watch {metric}"


@rule
def a_schedule_that_stops_raises_an_alarm(template: dict) -> Problems:
    # Calls of EventsFunction do not show it, because the stream calls it too.
    found = {
        (reference(one.get("LogGroupName")), one.get("FilterPattern"))
        for one in resources_of_type(template, METRIC_FILTER).values()
        if "EventsRuns" in {to["MetricName"] for to in one.get("MetricTransformations", [])}
    }
    if found != {("EventsLogs", EVENTS_RUN)}:
        yield f"EventsRuns must count {EVENTS_RUN} in EventsLogs"
    for name in "EventsStoppedAlarm", "NpiVerifierStoppedAlarm":
        alarm = resources_of_type(template, ALARM).get(name, {})
        if (alarm.get("ComparisonOperator"), alarm.get("TreatMissingData")) != ("LessThanThreshold", "breaching"):
            yield f"{name} must be raised if nothing is counted"


@rule
def refusals_raise_alarms(template: dict) -> Problems:
    alarms = resources_of_type(template, ALARM)
    for metric in REFUSALS:
        alarm = alarms.get(f"{metric}Alarm", {})
        watched = (reference(alarm.get("Namespace")), alarm.get("MetricName"), alarm.get("Statistic"))
        if watched != ("${AWS::StackName}", metric, "Sum") or alarm.get("Dimensions"):
            yield f"{metric}Alarm must watch the sum of {metric}"
        if reference(alarm.get("Threshold")) != f"{metric}Limit":
            yield f"{metric}Alarm must have the threshold {metric}Limit"
        if not template["Parameters"].get(f"{metric}Limit", {}).get("Default", 0) > 0:
            yield f"{metric}Limit must have a default"


def async_retries(template: dict, function: str) -> list[int | None]:
    """Returns how often Lambda retries an asynchronous call, one entry per configuration of the function."""
    configs = resources_of_type(template, "AWS::Lambda::EventInvokeConfig").values()
    return [one.get("MaximumRetryAttempts") for one in configs if reference(one.get("FunctionName")) == function]


def metrics_of(alarm: dict) -> list[tuple[str, str, str]]:
    """Returns the namespace, the name and the last dimension of each metric that an alarm watches."""
    stats = [one["MetricStat"]["Metric"] for one in alarm.get("Metrics", []) if "MetricStat" in one]
    return [
        (reference(one.get("Namespace")), one.get("MetricName", ""), reference((one.get("Dimensions") or NONE)[-1]["Value"]))
        for one in stats or [alarm]
    ]
