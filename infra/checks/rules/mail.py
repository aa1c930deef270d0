"""The path from a committed item to an email: stream, retries, failure queue, SES."""

import json

from model import PERMISSION, dig, function_called, join_names, properties, reference, resources_of_type
from rules import Problems, rule

HOUR = 3600
# What SES reports, by its names in an event destination and in EventBridge.
REPORTS = {
    "send": "Email Sent",
    "delivery": "Email Delivered",
    "deliveryDelay": "Email Delivery Delayed",
    "bounce": "Email Bounced",
    "complaint": "Email Complaint Received",
    "reject": "Email Rejected",
    "renderingFailure": "Email Rendering Failed",
}
QUEUED = {"eventName": ["INSERT", "MODIFY"], "dynamodb": {"NewImage": {"dl": {"S": ["queued"]}}}}


@rule
def mailer_reads_the_table_from_the_start(template: dict) -> Problems:
    stream = properties(template, "MailerStream")
    if reference(stream.get("EventSourceArn")) != "AccessTable.StreamArn":
        yield "MailerStream must read from AccessTable"
    if function_called(stream.get("FunctionName")) != "MailerFunction":
        yield "MailerStream must call MailerFunction"
    if stream.get("StartingPosition") != "TRIM_HORIZON":
        yield "MailerStream must start at TRIM_HORIZON, or items written before it is ready are never sent"


@rule
def mailer_gets_queued_items_only(template: dict) -> Problems:
    filters = dig(properties(template, "MailerStream"), "FilterCriteria", "Filters") or []
    patterns = [json.loads(one["Pattern"]) for one in filters]
    if patterns != [QUEUED]:
        yield f"the only filter must be {json.dumps(QUEUED)}, found {json.dumps(patterns)}"


@rule
def mailer_bisects_failing_batches(template: dict) -> Problems:
    if properties(template, "MailerStream").get("BisectBatchOnFunctionError") is not True:
        yield "Lambda must split a batch that crashes mailer, or one record blocks the others"


@rule
def mailer_reports_partial_failures(template: dict) -> Problems:
    if properties(template, "MailerStream").get("FunctionResponseTypes") != ["ReportBatchItemFailures"]:
        yield "mailer must report each failed record, or emails of the same batch are sent again"


@rule
def mailer_retries_through_an_outage(template: dict) -> Problems:
    stream = properties(template, "MailerStream")
    # The delay between retries grows to about a minute, so fewer attempts would end before the age limit.
    attempts = stream.get("MaximumRetryAttempts", 0)
    if attempts != -1 and attempts < 2000:
        yield f"retries must end by age and not by number, found {attempts} attempts"
    age = stream.get("MaximumRecordAgeInSeconds", -1)
    if not 12 * HOUR <= age <= 24 * HOUR:
        yield f"retries must last from 12 to 24 hours, which is how long the stream keeps a record, found {age} s"


@rule
def mailer_failures_are_kept(template: dict) -> Problems:
    failures = reference(dig(properties(template, "MailerStream"), "DestinationConfig", "OnFailure", "Destination"))
    if failures != "MailFailures.Arn":
        yield f"records that mailer gives up on must go to MailFailures, found {failures}"
    yield from keeps_failures(template, "MailFailures")


@rule
def failed_reports_are_kept(template: dict) -> Problems:
    configs = resources_of_type(template, "AWS::Lambda::EventInvokeConfig").values()
    own = [one for one in configs if reference(one.get("FunctionName")) == "MailEventsFunction"]
    failures = [reference(dig(one, "DestinationConfig", "OnFailure", "Destination")) for one in own]
    if failures != ["MailEventFailures.Arn"]:
        yield f"events that MailEventsFunction gives up on must go to MailEventFailures, found {failures}"
    if [one.get("MaximumRetryAttempts") for one in own] != [2]:
        yield "Lambda must retry an event of SES twice"
    yield from keeps_failures(template, "MailEventFailures")


def keeps_failures(template: dict, name: str) -> Problems:
    queue = properties(template, name)
    if reference(queue.get("KmsMasterKeyId")) != "DataKey.Arn":
        yield f"{name} must be encrypted with DataKey"
    if queue.get("MessageRetentionPeriod") != 14 * 24 * HOUR:
        yield f"{name} must keep its messages for 14 days"


@rule
def ses_reports_to_eventbridge(template: dict) -> Problems:
    reports = properties(template, "MailEventDestination")
    if reference(reports.get("ConfigurationSetName")) != "MailConfiguration":
        yield "MailEventDestination must report on MailConfiguration"
    destination = reports.get("EventDestination", {})
    if destination.get("Enabled") is not True:
        yield "MailEventDestination must be enabled"
    if set(destination.get("MatchingEventTypes", [])) != set(REPORTS):
        yield f"SES must report {join_names(REPORTS)}, found {destination.get('MatchingEventTypes')}"
    bus = reference(dig(destination, "EventBridgeDestination", "EventBusArn"))
    if not bus.endswith(":event-bus/default"):
        yield f"SES can report only to the default event bus, found {bus}"


@rule
def reports_reach_mail_events(template: dict) -> Problems:
    one = properties(template, "MailEventsRule")
    pattern = one.get("EventPattern", {})
    tags = dig(pattern, "detail", "mail", "tags") or {}
    if pattern.get("source") != ["aws.ses"] or set(pattern.get("detail-type", [])) != set(REPORTS.values()):
        yield f"MailEventsRule must match {join_names(REPORTS.values())} of aws.ses"
    if [reference(name) for name in tags.get("ses:configuration-set", [])] != ["MailConfiguration"]:
        yield "MailEventsRule must match emails of MailConfiguration only"
    if [function_called(target["Arn"]) for target in one.get("Targets", [])] != ["MailEventsFunction"]:
        yield "MailEventsRule must call MailEventsFunction"
    if one.get("State", "ENABLED") != "ENABLED":
        yield "MailEventsRule must be enabled"
    callers = [
        reference(permission.get("SourceArn"))
        for permission in resources_of_type(template, PERMISSION).values()
        if function_called(permission.get("FunctionName")) == "MailEventsFunction"
    ]
    if callers != ["MailEventsRule.Arn"]:
        yield f"only MailEventsRule may call MailEventsFunction, found {callers}"


@rule
def bounced_addresses_get_no_more_email(template: dict) -> Problems:
    reasons = dig(properties(template, "MailConfiguration"), "SuppressionOptions", "SuppressedReasons") or []
    if set(reasons) != {"BOUNCE", "COMPLAINT"}:
        yield f"SES must suppress addresses after a bounce and a complaint, found {reasons}"


@rule
def email_leaves_without_a_mail_from_record(template: dict) -> Problems:
    attributes = properties(template, "MailIdentity").get("MailFromAttributes", {})
    if not reference(attributes.get("MailFromDomain")).endswith(".${MailDomain}"):
        yield "the domain of the envelope must be below MailDomain, or SPF is not aligned"
    if attributes.get("BehaviorOnMxFailure") != "USE_DEFAULT_VALUE":
        yield "a lost MX record of the domain of the envelope must not stop email"


@rule
def email_is_untracked_and_needs_tls(template: dict) -> Problems:
    configuration = properties(template, "MailConfiguration")
    if "TrackingOptions" in configuration:
        yield "click tracking sends the links, and the tokens in them, through another host"
    if dig(configuration, "DeliveryOptions", "TlsPolicy") != "REQUIRE":
        yield "email with a link must be sent with TLS"
