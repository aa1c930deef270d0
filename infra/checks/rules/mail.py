"""The way from a committed item to a mail: stream, retries, failure queue, SES."""

import json

from expanded import dig, properties, target
from rules import Problems, rule

HOUR = 3600
QUEUED = {"eventName": ["INSERT", "MODIFY"], "dynamodb": {"NewImage": {"dl": {"S": ["queued"]}}}}


@rule
def mailer_reads_the_table_from_the_start(template: dict) -> Problems:
    mapping = properties(template, "MailerStream")
    if (
        target(mapping.get("EventSourceArn")) != "AccessTable.StreamArn"
        or target(mapping.get("FunctionName")) != "MailerFunction"
    ):
        yield "MailerStream must lead from AccessTable to MailerFunction"
    if mapping.get("StartingPosition") != "TRIM_HORIZON":
        yield "MailerStream must start at TRIM_HORIZON, or what is written before it is ready is never mailed"


@rule
def mailer_gets_queued_items_only(template: dict) -> Problems:
    filters = dig(properties(template, "MailerStream"), "FilterCriteria", "Filters") or []
    patterns = [json.loads(one["Pattern"]) for one in filters]
    if patterns != [QUEUED]:
        yield f"the one filter must be {json.dumps(QUEUED)}, found {json.dumps(patterns)}"


@rule
def mailer_bisects_failing_batches(template: dict) -> Problems:
    if properties(template, "MailerStream").get("BisectBatchOnFunctionError") is not True:
        yield "a batch that crashes the mailer must be halved, or one record holds back the others"


@rule
def mailer_reports_partial_failures(template: dict) -> Problems:
    if properties(template, "MailerStream").get("FunctionResponseTypes") != ["ReportBatchItemFailures"]:
        yield "the mailer must report failed records one by one, or what was sent is repeated"


@rule
def mailer_retries_through_an_outage(template: dict) -> Problems:
    mapping = properties(template, "MailerStream")
    # Lambda's pauses between retries grow to about a minute: fewer would end before the age does.
    attempts = mapping.get("MaximumRetryAttempts", 0)
    if attempts != -1 and attempts < 2000:
        yield f"age, not the number of attempts, must end the retries, found {attempts}"
    age = mapping.get("MaximumRecordAgeInSeconds", -1)
    if not 12 * HOUR <= age <= 24 * HOUR:
        yield f"retries must last 12 hours at least and no longer than the stream keeps a record, found {age}"


@rule
def mailer_failures_are_kept(template: dict) -> Problems:
    failures = target(dig(properties(template, "MailerStream"), "DestinationConfig", "OnFailure", "Destination"))
    if failures != "MailFailures.Arn":
        yield f"what the mailer gives up must go to MailFailures, found {failures}"
    queue = properties(template, "MailFailures")
    if target(queue.get("KmsMasterKeyId")) != "DataKey.Arn":
        yield "MailFailures must be encrypted with DataKey"
    if queue.get("MessageRetentionPeriod") != 14 * 24 * HOUR:
        yield "MailFailures must keep its messages for 14 days"


@rule
def mail_is_neither_tracked_nor_sent_in_the_clear(template: dict) -> Problems:
    configuration = properties(template, "MailConfiguration")
    if "TrackingOptions" in configuration:
        yield "click tracking leads the links, and with them the tokens, through a third host"
    if dig(configuration, "DeliveryOptions", "TlsPolicy") != "REQUIRE":
        yield "mail that carries a link must go out by TLS"
