"""The path from a committed item to an email: stream, retries, failure queue, SES."""

import json

from model import dig, function_called, properties, reference
from rules import Problems, rule

HOUR = 3600
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
    queue = properties(template, "MailFailures")
    if reference(queue.get("KmsMasterKeyId")) != "DataKey.Arn":
        yield "MailFailures must be encrypted with DataKey"
    if queue.get("MessageRetentionPeriod") != 14 * 24 * HOUR:
        yield "MailFailures must keep its messages for 14 days"


@rule
def email_is_untracked_and_needs_tls(template: dict) -> Problems:
    configuration = properties(template, "MailConfiguration")
    if "TrackingOptions" in configuration:
        yield "click tracking sends the links, and the tokens in them, through another host"
    if dig(configuration, "DeliveryOptions", "TlsPolicy") != "REQUIRE":
        yield "email with a link must be sent with TLS"
