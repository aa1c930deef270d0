"""What the role of each function may do, and what it must not."""

import pytest
from botocore.exceptions import ClientError

from cloud import DOMAIN, Stack

FUNCTIONS = "Invite Confirm List Users Session TemporaryAccess Mailer MailEvents NpiVerifier Events Webhooks Provision".split()
CLINIC = {"PK": {"S": "CLINIC#deploy"}, "SK": {"S": "X"}}
AUDIT = {"PK": {"S": "AUDIT#deploy#2026-01"}, "SK": {"S": "X"}}
ACCOUNT = {"PK": {"S": "ACCOUNT#deploy"}, "SK": {"S": "X"}}
KEYS = {"PK": {"S": "KEYS#deploy"}, "SK": {"S": "X"}}
EVENTS = {"PK": {"S": "EVENTS#deploy"}, "SK": {"S": "X"}}
SEALED = {"PK": {"S": "SEALED"}, "SK": {"S": "X"}}
REVIEW = {"PK": {"S": "REVIEW#deploy"}, "SK": {"S": "X"}}
USED = {"PK": {"S": "USED#deploy#2026"}, "SK": {"S": "X"}}
ELSEWHERE = {"PK": {"S": "OTHER#deploy"}, "SK": {"S": "X"}}
WRITERS = "Invite Confirm Users Session TemporaryAccess NpiVerifier Webhooks Provision"
SECRETS = {
    "InvitationLinkKeys": "Confirm Mailer Provision",
    "PasswordLinkKeys": "Session Mailer Provision",
    "AccessLinkKeys": "TemporaryAccess Provision",
    "KnownBrowserKeys": "Confirm Session Provision",
    "WebhookKeys": "Users Webhooks Provision",
    "SigningKeys": "TemporaryAccess Provision",
    "OriginSecret": "",
}


def put(item: dict) -> tuple:
    return "dynamodb", "put_item", {"Item": item}


def get(key: dict) -> tuple:
    return "dynamodb", "get_item", {"Key": key}


def update(key: dict, attribute: str) -> tuple:
    values = {":one": {"N": "1"}}
    request = {"Key": key, "UpdateExpression": f"SET {attribute} = :one", "ExpressionAttributeValues": values}
    return "dynamodb", "update_item", request


def unlist(key: dict) -> tuple:
    return "dynamodb", "update_item", {"Key": key, "UpdateExpression": "REMOVE GSI4PK, GSI4SK"}


def beside_an_item(write: dict) -> tuple:
    return "dynamodb", "transact_write_items", {"TransactItems": [{"Put": {"Item": {**CLINIC, "em": {"S": "x"}}}}, write]}


def query(index: str, name: str, partition: str) -> tuple:
    condition, values = f"{name} = :pk", {":pk": {"S": partition}}
    request = {"KeyConditionExpression": condition, "ExpressionAttributeValues": values}
    return "dynamodb", "query", request | ({"IndexName": index} if index else {})


def send_email(sender: str) -> tuple:
    text = {"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}}
    return "sesv2", "send_email", {"FromEmailAddress": sender, "Destination": {"ToAddresses": ["x@x.example"]}, "Content": text}


# The request, and the functions whose role allows it.
CASES = {
    "write an item of a clinic": (put({**CLINIC, "em": {"S": "x"}}), WRITERS),
    "write a delivery of an event": (put({**CLINIC, "wh": {"S": "x"}}), f"{WRITERS} Events"),
    "write an item of a clinic in a transaction": (("dynamodb", "transact_write_items", {"TransactItems": [{"Put": {"Item": {**CLINIC, "em": {"S": "x"}}}}]}), WRITERS),
    "add an audit record": (put(AUDIT), WRITERS),
    "change an audit record": (update(AUDIT, "zz"), ""),
    "delete an audit record": (("dynamodb", "delete_item", {"Key": AUDIT}), ""),
    "change an audit record beside an item of a clinic": (beside_an_item({"Update": update(AUDIT, "zz")[2]}), ""),
    "delete an audit record beside an item of a clinic": (beside_an_item({"Delete": {"Key": AUDIT}}), ""),
    "change an item of a clinic": (update(CLINIC, "zz"), "Invite Confirm Users Session TemporaryAccess Mailer Webhooks Provision"),
    "take an item out of what is due": (unlist(CLINIC), "Invite Confirm Users Session TemporaryAccess Mailer Events Webhooks Provision"),
    "change how far an email has come": (update(CLINIC, "dl"), "Invite Confirm Users Session TemporaryAccess Mailer MailEvents Webhooks Provision"),
    "note a last use": (update(CLINIC, "lu"), "Invite Confirm List Users Session TemporaryAccess Mailer Webhooks Provision"),
    "delete an item of a clinic": (("dynamodb", "delete_item", {"Key": CLINIC}), "Invite Confirm Users Session TemporaryAccess"),
    "read an account": (get(ACCOUNT), "Confirm Users Session"),
    "read the accounts of an address": (query("", "PK", "ACCOUNT#deploy"), "Confirm Users Session Mailer"),
    "write an account": (put(ACCOUNT), "Confirm Users Session"),
    "publish a key": (put(KEYS), "Provision"),
    "read the published keys": (get(KEYS), "TemporaryAccess Provision"),
    "write elsewhere": (put(ELSEWHERE), ""),
    "read elsewhere": (get(ELSEWHERE), ""),
    "list the items of a clinic": (query("", "PK", "CLINIC#deploy"), "Invite Confirm List NpiVerifier Events Webhooks Provision Users Session TemporaryAccess Mailer"),
    "read a clinic's index": (query("GSI1", "GSI1PK", "CLINIC#deploy"), "Invite List TemporaryAccess"),
    "read the numbers to verify": (query("GSI1", "GSI1PK", "NPI#DUE"), "NpiVerifier"),
    "read the emails that are due": (query("GSI2", "GSI2PK", "MAIL#DUE"), "Mailer"),
    "read the invitations with a problem": (query("GSI3", "GSI3PK", "CLINIC#deploy"), "List"),
    "read what is due": (query("GSI4", "GSI4PK", "EVENT#DUE#0"), "Events"),
    "append an event": (put(EVENTS), "Events"),
    "delete an event": (("dynamodb", "delete_item", {"Key": EVENTS}), ""),
    "read an event": (get(EVENTS), "List Events Provision"),
    "change an event": (update(EVENTS, "zz"), "Events Provision"),
    "list the clinics": (query("GSI4", "GSI4PK", "CLINICS"), "Events Provision"),
    "note what is sealed": (update(SEALED, "sp"), "Events"),
    "read what is sealed": (query("", "PK", "SEALED"), "Events"),
    "keep a record for reviews": (put(REVIEW), "Events"),
    "note a day of use": (update(USED, "si"), "Events"),
    "read a record for reviews": (get(REVIEW), "List Events"),
    "read the days of use": (query("", "PK", "USED#deploy#2026"), "List"),
    "read the views for reviews": (query("", "PK", "VIEWED#deploy#2026-01-01"), "List"),
    "delete a record for reviews": (("dynamodb", "delete_item", {"Key": REVIEW}), ""),
    "read the deliveries that are due": (query("GSI4", "GSI4PK", "DELIVERY#DUE#0"), "Webhooks"),
    "queue a delivery": (("sqs", "send_message", {"QueueUrl": "{WebhookQueue}", "MessageBody": "x"}), "Users Events Webhooks"),
    "take a delivery": (("sqs", "receive_message", {"QueueUrl": "{WebhookQueue}"}), "Webhooks"),
    "read failed deliveries": (("sqs", "receive_message", {"QueueUrl": "{WebhookFailures}"}), ""),
    "change audit records in a batch": (("dynamodb", "batch_write_item", {"RequestItems": {"table": [{"PutRequest": {"Item": AUDIT}}]}}), ""),
    "remove audit records in a batch": (("dynamodb", "batch_write_item", {"RequestItems": {"table": [{"DeleteRequest": {"Key": AUDIT}}]}}), ""),
    "add to the sealed audit": (("s3", "put_object", {"Bucket": "{AuditBucket}", "Key": "keys/role", "Body": b"x"}), "Events"),
    "read the sealed audit": (("s3", "get_object", {"Bucket": "{AuditBucket}", "Key": "keys/role"}), "Events"),
    "hide the sealed audit": (("s3", "delete_object", {"Bucket": "{AuditBucket}", "Key": "keys/role"}), ""),
    "shorten the lock of the sealed audit": (("s3", "put_object_retention", {"Bucket": "{AuditBucket}", "Key": "keys/role", "Retention": {"Mode": "GOVERNANCE"}}), ""),
    "sign the audit": (("kms", "sign", {"KeyId": "{AuditKey}", "Message": b"x", "SigningAlgorithm": "ECDSA_SHA_256"}), "Events"),
    "read the key that signs the audit": (("kms", "get_public_key", {"KeyId": "{AuditKey}"}), "Events"),
    "scan": (("dynamodb", "scan", {"Limit": 1}), ""),
    "PartiQL": (("dynamodb", "execute_statement", {"Statement": 'SELECT * FROM "{table}"'}), ""),
    "delete the table": (("dynamodb", "delete_table", {}), ""),
    "send email": (send_email(f"no-reply@{DOMAIN}"), "Mailer"),
    "send email for a clinic": (send_email(f'"Riverside, Imaging via AutoScribe" <no-reply@{DOMAIN}>'), "Mailer"),
    "send email for a clinic with an accent": (send_email(f"=?UTF-8?B?U8O8ZCB2aWEgQXV0b1NjcmliZQ==?= <no-reply@{DOMAIN}>"), "Mailer"),
    "send email from another address": (send_email(f"AutoScribe <owner@{DOMAIN}>"), ""),
    "send email from another address behind ours": (send_email(f'"no-reply@{DOMAIN}" <owner@{DOMAIN}>'), ""),
    "make a clinic": (("lambda", "invoke", {"FunctionName": "{ProvisionFunction}", "Payload": b'{"publishKeys": false}'}), ""),
    "read failed emails": (("sqs", "receive_message", {"QueueUrl": "{MailFailures}"}), ""),
    "read failed reports": (("sqs", "receive_message", {"QueueUrl": "{MailEventFailures}"}), ""),
    "read lost events": (("sqs", "receive_message", {"QueueUrl": "{EventFailures}"}), ""),
    "change a page": (("s3", "put_object", {"Bucket": "{Pages}", "Key": "accept.html", "Body": b"x"}), ""),
} | {
    f"read {secret}": (("secretsmanager", "get_secret_value", {"SecretId": f"{{{secret}}}"}), functions)
    for secret, functions in SECRETS.items()
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_only_these_functions_may(stack: Stack, case: str):
    (service, operation, arguments), allowed = CASES[case]
    may = [function for function in FUNCTIONS if is_allowed(stack, function, service, operation, complete(stack, arguments))]
    assert may == [function for function in FUNCTIONS if function in allowed.split()]


def complete(stack: Stack, arguments: dict) -> dict:
    """Fills in the names that the stack chose."""
    table = stack.ids["AccessTable"]
    filled = {name: value.format(table=table, **stack.ids) if isinstance(value, str) and "{" in value else value for name, value in arguments.items()}
    for write in filled.get("TransactItems", []):
        for part in write.values():
            part["TableName"] = table
    if "RequestItems" in filled:
        filled["RequestItems"] = {table: filled["RequestItems"]["table"]}
    needs_table = not {"TransactItems", "RequestItems", "KeyId", "Statement", "FunctionName", "QueueUrl", "Bucket", "SecretId", "Content"} & filled.keys()
    return filled | ({"TableName": table} if needs_table else {})


def is_allowed(stack: Stack, function: str, service: str, operation: str, arguments: dict) -> bool:
    client = stack.cloud.client(service, **stack.credentials_of(function))
    try:
        getattr(client, operation)(**arguments)
    except ClientError as error:
        if "AccessDenied" not in error.response["Error"]["Code"]:
            raise
        return False
    return True
