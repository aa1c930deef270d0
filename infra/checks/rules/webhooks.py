"""The queue of webhook deliveries."""

from model import FUNCTION, dig, join_names, properties, reference, resources_of_type
from rules import Problems, rule
from rules.mail import keeps_failures
from rules.permissions import statements_of


@rule
def webhook_work_is_delivered(template: dict) -> Problems:
    mapping = properties(template, "WebhookMapping")
    if reference(mapping.get("EventSourceArn")) != "WebhookQueue.Arn":
        yield "WebhookMapping must read WebhookQueue"
    if mapping.get("FunctionResponseTypes") != ["ReportBatchItemFailures"]:
        yield "webhooks must report each failed message, or deliveries of the same batch are looked at again"
    # A receiver that does not answer holds a call for 10 seconds. Small batches leave it few others to hold.
    if not 1 <= mapping.get("BatchSize", 0) <= 10:
        yield f"a call of webhooks must get 10 messages at most, found {mapping.get('BatchSize')}"
    most = dig(mapping, "ScalingConfig", "MaximumConcurrency") or 0
    if not 50 <= most <= 200:
        yield f"from 50 to 200 calls of webhooks must be able to run, found {most}"


@rule
def webhook_work_comes_again(template: dict) -> Problems:
    queue = properties(template, "WebhookQueue")
    if reference(queue.get("KmsMasterKeyId")) != "DataKey.Arn":
        yield "WebhookQueue must be encrypted with DataKey"
    if queue.get("FifoQueue"):
        yield "WebhookQueue must be a standard queue, because only those are fair"
    # The lease of a delivery lasts a minute. A message that came again before would find it reserved.
    visible, timeout = queue.get("VisibilityTimeout", 30), properties(template, "WebhooksFunction").get("Timeout", 3)
    if not timeout < visible <= 300:
        yield f"a message must come again after more than {timeout} s and at most 300 s, found {visible}"
    policy = queue.get("RedrivePolicy", {})
    if reference(policy.get("deadLetterTargetArn")) != "WebhookFailures.Arn" or policy.get("maxReceiveCount") != 5:
        yield "work that failed five times must go to WebhookFailures"
    yield from keeps_failures(template, "WebhookFailures")


@rule
def webhooks_send_from_no_private_network(template: dict) -> Problems:
    if properties(template, "WebhooksFunction").get("VpcConfig"):
        yield "WebhooksFunction must be in no VPC, or a receiver could be inside it"


@rule
def only_three_functions_queue_webhook_work(template: dict) -> Problems:
    for name in resources_of_type(template, FUNCTION):
        sends = any(
            "sqs:SendMessage" in statement.actions and "WebhookQueue.Arn" in statement.resources
            for statement in statements_of(template, name)
        )
        expected = name in ("UsersFunction", "EventsFunction", "WebhooksFunction")
        if sends != expected:
            yield f"{name} must {'' if expected else 'not '}have permission to send to WebhookQueue"
        takes = {
            action
            for statement in statements_of(template, name)
            if "WebhookQueue.Arn" in statement.resources
            for action in statement.actions
        } - {"sqs:SendMessage"}
        needed = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}
        if takes != (needed if name == "WebhooksFunction" else set()):
            yield f"{name} must not be allowed {join_names(takes)} on WebhookQueue"
