"""The path from a committed change to the event feed: stream, order, retries, failure queue, schedule."""

import json

from model import dig, function_called, properties, reference
from rules import Problems, rule
from rules.functions import async_retries, runs_on_a_schedule
from rules.mail import HOUR, keeps_failures

# A change of a record is reported.
AUDITED = {"dynamodb": {"Keys": {"PK": {"S": [{"prefix": "AUDIT#"}]}}}}
# What SES reports. A delivery that is only queued is no event.
REPORTED = {
    "eventName": ["MODIFY"],
    "dynamodb": {
        "Keys": {"SK": {"S": [{"prefix": "INV#"}]}},
        "NewImage": {"dl": {"S": ["sent", "delivered", "delayed", "bounced", "complained", "failed"]}},
    },
}

# The events of the feed. Its other items are a counter and one item for each id.
APPENDED = {
    "eventName": ["INSERT"],
    "dynamodb": {"Keys": {"PK": {"S": [{"prefix": "EVENTS#"}]}, "SK": {"S": [{"prefix": "0"}]}}},
}


@rule
def events_reads_the_table_from_the_start(template: dict) -> Problems:
    stream = properties(template, "EventsStream")
    if reference(stream.get("EventSourceArn")) != "AccessTable.StreamArn":
        yield "EventsStream must read from AccessTable"
    if function_called(stream.get("FunctionName")) != "EventsFunction":
        yield "EventsStream must call EventsFunction"
    if stream.get("StartingPosition") != "TRIM_HORIZON":
        yield "EventsStream must start at TRIM_HORIZON, or changes before it is ready have no event"


@rule
def events_gets_audit_records_deliveries_and_its_feed(template: dict) -> Problems:
    filters = dig(properties(template, "EventsStream"), "FilterCriteria", "Filters") or []
    patterns = [json.loads(one["Pattern"]) for one in filters]
    wanted = [AUDITED, REPORTED, APPENDED]
    if patterns != wanted:
        yield f"the filters must be {json.dumps(wanted)}, found {json.dumps(patterns)}"


@rule
def events_keep_the_order_of_commits(template: dict) -> Problems:
    factor = properties(template, "EventsStream").get("ParallelizationFactor", 1)
    if factor != 1:
        yield f"EventsFunction must get one batch of a shard at a time, found {factor}"


@rule
def events_are_retried_through_an_outage(template: dict) -> Problems:
    stream = properties(template, "EventsStream")
    if stream.get("BisectBatchOnFunctionError") is not True:
        yield "Lambda must split a batch that crashes events, or one record blocks the others"
    if stream.get("FunctionResponseTypes") != ["ReportBatchItemFailures"]:
        yield "events must report the first failed record"
    attempts = stream.get("MaximumRetryAttempts", 0)
    if attempts != -1 and attempts < 2000:
        yield f"retries must end by age and not by number, found {attempts} attempts"
    age = stream.get("MaximumRecordAgeInSeconds", -1)
    if not 12 * HOUR <= age <= 24 * HOUR:
        yield f"retries must last from 12 to 24 hours, which is how long the stream keeps a record, found {age} s"


@rule
def lost_events_are_kept(template: dict) -> Problems:
    failures = reference(dig(properties(template, "EventsStream"), "DestinationConfig", "OnFailure", "Destination"))
    if failures != "EventFailures.Arn":
        yield f"records that events gives up on must go to EventFailures, found {failures}"
    yield from keeps_failures(template, "EventFailures")


@rule
def ends_are_looked_for_on_a_schedule(template: dict) -> Problems:
    yield from runs_on_a_schedule(template, "EventsFunction", "rate(1 minute)", "rate(5 minutes)")
    # A run begins nothing in its last 10 s, so that two runs rarely meet.
    timeout = properties(template, "EventsFunction").get("Timeout")
    if timeout != 60:
        yield f"EventsFunction must end before its next run, after 60 s, found {timeout}"
    if async_retries(template, "EventsFunction") != [0]:
        yield "Lambda must not retry a scheduled call of EventsFunction, because the next one does"
