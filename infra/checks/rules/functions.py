"""The functions: runtime, settings, logs, alarms."""

import re

from expanded import FUNCTION, dig, listed, of_type, properties, target
from rules import Problems, rule
from rules.permissions import statements_of

# What a function reads besides TABLE_NAME and RUST_LOG.
SETTINGS = {
    "InviteFunction": {"TOKEN_ISSUER", "NPPES_BASE_URL"},
    "ConfirmFunction": {"TOKEN_ISSUER", "NPPES_BASE_URL", "ROOT_KEY_SECRET_ARN", "SIGNING_KEYS_SECRET_ARN"},
    "SessionFunction": {"TOKEN_ISSUER", "ROOT_KEY_SECRET_ARN", "SIGNING_KEYS_SECRET_ARN"},
    "TemporaryAccessFunction": {
        "TOKEN_ISSUER", "ROOT_KEY_SECRET_ARN", "SIGNING_KEYS_SECRET_ARN", "VIEWER_URL_BASE", "ACCESS_LINK_STYLE",
    },
    "ListFunction": {"TOKEN_ISSUER"},
    "UsersFunction": {"TOKEN_ISSUER", "NPPES_BASE_URL"},
    "MailerFunction": {
        "ROOT_KEY_SECRET_ARN", "ACCEPT_URL_BASE", "RESET_URL_BASE", "DASHBOARD_URL", "MAIL_FROM", "MAIL_CONFIGURATION_SET",
    },
    "NpiVerifierFunction": {"NPPES_BASE_URL"},
    "ProvisionFunction": {"SIGNING_KEYS_SECRET_ARN"},
}
ALARMS = {
    ("AWS/Lambda", "IteratorAge", "MailerFunction"),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "MailFailures.QueueName"),
    ("AWS/ApiGateway", "5xx", "Api"),
}


@rule
def functions_run_our_binaries(template: dict) -> Problems:
    for name, function in of_type(template, FUNCTION).items():
        if (function.get("Runtime"), function.get("Handler")) != ("provided.al2023", "bootstrap"):
            yield f"{name} must run bootstrap on provided.al2023"
        if [target(one) for one in function.get("Architectures", [])] != ["Arch"]:
            yield f"the architecture of {name} must be the parameter Arch"
        # NpiVerifierFunction runs npi-verifier.
        binary = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name.removesuffix("Function")).lower()
        if dig(function, "Code", "S3Key") != binary:
            yield f"{name} must run the binary {binary}"


@rule
def functions_get_the_settings_they_read(template: dict) -> Problems:
    for name, function in of_type(template, FUNCTION).items():
        expected = SETTINGS.get(name, set()) | {"TABLE_NAME", "RUST_LOG"}
        found = set(dig(function, "Environment", "Variables") or {})
        if found != expected:
            yield f"{name}: missing {listed(expected - found) or 'none'}, not read {listed(found - expected) or 'none'}"


@rule
def passwords_are_hashed_on_a_full_core(template: dict) -> Problems:
    for name in ("ConfirmFunction", "SessionFunction"):
        if properties(template, name).get("MemorySize", 0) < 1769:
            yield f"{name} hashes passwords and needs 1769 MB, which is one core"


@rule
def provisioning_is_never_repeated(template: dict) -> Problems:
    configs = of_type(template, "AWS::Lambda::EventInvokeConfig").values()
    retries = [
        one.get("MaximumRetryAttempts") for one in configs if target(one.get("FunctionName")) == "ProvisionFunction"
    ]
    if retries != [0]:
        yield "an asynchronous call of ProvisionFunction must not be retried"


@rule
def numbers_are_asked_about_on_a_schedule(template: dict) -> Problems:
    schedules = of_type(template, "AWS::Events::Rule")
    rates = {
        name: one.get("ScheduleExpression")
        for name, one in schedules.items()
        if [target(aim["Arn"]) for aim in one.get("Targets", [])] == ["NpiVerifierFunction.Arn"]
        and one.get("State", "ENABLED") == "ENABLED"
    }
    # The first ask comes five minutes after a registry that gave no answer.
    if list(rates.values()) != ["rate(5 minutes)"]:
        yield f"one schedule must call NpiVerifierFunction every five minutes, found {rates}"
    callers = [
        target(one.get("SourceArn"))
        for one in of_type(template, "AWS::Lambda::Permission").values()
        if target(one.get("FunctionName")) == "NpiVerifierFunction"
    ]
    if callers != [f"{name}.Arn" for name in rates]:
        yield f"the schedule alone must be allowed to call NpiVerifierFunction, found {callers}"


@rule
def a_run_over_numbers_ends_before_the_next(template: dict) -> Problems:
    # It takes nothing up after 40 s; what is under way then has 20 s.
    timeout = properties(template, "NpiVerifierFunction").get("Timeout", 0)
    if not 60 <= timeout < 300:
        yield f"NpiVerifierFunction must be given 60 s at least and less than its schedule's 5 minutes, found {timeout}"
    configs = of_type(template, "AWS::Lambda::EventInvokeConfig").values()
    retries = [
        one.get("MaximumRetryAttempts") for one in configs if target(one.get("FunctionName")) == "NpiVerifierFunction"
    ]
    if retries != [0]:
        yield "a call of NpiVerifierFunction must not be retried: the next on the schedule does that"


@rule
def functions_log_to_their_own_group(template: dict) -> Problems:
    for name, function in of_type(template, FUNCTION).items():
        logs = name.removesuffix("Function") + "Logs"
        if target(dig(function, "LoggingConfig", "LogGroup")) != logs:
            yield f"{name} must log to {logs}"
        allowed = {
            (action, resource)
            for statement in statements_of(template, name)
            for action in statement.actions
            for resource in statement.resources
            if action.startswith("logs:")
        }
        if allowed != {("logs:CreateLogStream", f"{logs}.Arn"), ("logs:PutLogEvents", f"{logs}.Arn")}:
            yield f"{name} must be allowed to write to {logs} and do nothing else with logs"


@rule
def logs_end(template: dict) -> Problems:
    for name, group in of_type(template, "AWS::Logs::LogGroup").items():
        if target(group.get("RetentionInDays")) != "LogRetentionDays":
            yield f"{name} must be kept for LogRetentionDays"
    if "Default" not in template["Parameters"].get("LogRetentionDays", {}):
        yield "LogRetentionDays must have a default"


@rule
def faults_raise_alarms(template: dict) -> Problems:
    alarms = of_type(template, "AWS::CloudWatch::Alarm")
    watched = {watched_by(alarm) for alarm in alarms.values()}
    expected = ALARMS | {("AWS/Lambda", "Errors", name) for name in of_type(template, FUNCTION)}
    for namespace, name, value in sorted(expected - watched):
        yield f"no alarm watches {namespace} {name} of {value}"
    for name, alarm in alarms.items():
        if dig(alarm.get("AlarmActions"), "Fn::If") != [
            "HasAlarmTopic",
            [{"Ref": "AlarmTopicArn"}],
            {"Ref": "AWS::NoValue"},
        ]:
            yield f"{name} must notify AlarmTopicArn when there is one"


@rule
def corrupt_items_raise_an_alarm(template: dict) -> Problems:
    for one in of_type(template, "AWS::Logs::MetricFilter").values():
        if target(one.get("LogGroupName")) == "MailerLogs" and one.get("FilterPattern") == '{ $.level = "ERROR" }':
            metrics = {change["MetricName"] for change in one.get("MetricTransformations", [])}
            if metrics & {alarm["MetricName"] for alarm in of_type(template, "AWS::CloudWatch::Alarm").values()}:
                return
    yield "an alarm must watch the errors that mailer logs"


def watched_by(alarm: dict) -> tuple[str, str, str]:
    dimensions = alarm.get("Dimensions") or [{"Value": ""}]
    return target(alarm["Namespace"]), alarm["MetricName"], target(dimensions[0]["Value"])
