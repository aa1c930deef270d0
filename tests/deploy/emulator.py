"""Starts ministack with four things that it lacks.

- Every name under .localhost leads to loopback, so that its CloudFront reaches its own API Gateway.
- Policies see the partition keys and the attributes of a DynamoDB request (`dynamodb:LeadingKeys`,
  `dynamodb:Attributes`, see "Using IAM policy conditions for fine-grained access control" in DynamoDB's developer guide).
  Each item of a transaction is judged alone.
- Policies see the sender of an email (`ses:FromAddress`, `ses:FromDisplayName`, see "Sending policy examples" in SES's
  developer guide) and the identity that it belongs to.
- Policies see the role of a session (`aws:PrincipalArn`, see "AWS global condition context keys" in IAM's user guide).

And with one that AWS lacks: the tests can remove locked objects, to see what finds it.
"""

import json
import re
import socket
import sys
from collections.abc import Iterator
from contextvars import ContextVar
from email.utils import parseaddr

from ministack import app
from ministack.core import iam_actions, iam_evaluator, responses
from ministack.services import s3

resolve = socket.getaddrinfo
describe, enforce = iam_actions.dynamodb_service_context, iam_evaluator.enforce
judge_email, judge = app._enforce_ses_v2, app._enforce_data_plane
email_request: ContextVar[bytes] = ContextVar("email_request")
transaction: ContextVar[Iterator[dict]] = ContextVar("transaction")
resolve_key = iam_evaluator._resolve_condition_key
check_lock = s3._check_object_lock
SESSION = re.compile(r"^arn:aws:sts::(\d+):assumed-role/([^/]+)/.*$")
NAME = re.compile(r"(?<![:\w#])#?[A-Za-z]\w*")
WORDS = {
    "SET", "REMOVE", "ADD", "DELETE", "AND", "OR", "NOT", "BETWEEN", "IN", "if_not_exists", "attribute_exists",
    "attribute_not_exists", "attribute_type", "begins_with", "contains", "size",
}  # fmt: skip


def resolve_to_loopback(host, *args, **kwargs):
    name = host.decode() if isinstance(host, bytes) else host
    local = isinstance(name, str) and name.endswith(".localhost")
    return resolve("127.0.0.1" if local else host, *args, **kwargs)


def leading_keys(request: dict) -> set[str]:
    """Returns the partition keys that a request names. In an index query, these are the keys of the index."""
    found = [request.get("Key"), request.get("Item")]
    for write in request.get("TransactItems", []):
        found += [named.get(part) for named in write.values() for part in ("Key", "Item")]
    for table in request.get("RequestItems", {}).values():
        found += table["Keys"] if isinstance(table, dict) else []
    keys = {item["PK"]["S"] for item in found if item and "PK" in item}
    if condition := re.match(r"\w+ = (:\w+)", request.get("KeyConditionExpression", "")):
        keys.add(request["ExpressionAttributeValues"][condition[1]]["S"])
    return keys


def written_attributes(request: dict) -> set[str]:
    """Returns the attributes that an update or a put names."""
    if "UpdateExpression" not in request and "Item" not in request:
        return set()
    names = request.get("ExpressionAttributeNames", {})
    text = f"{request.get('UpdateExpression', '')} {request.get('ConditionExpression', '')}"
    named = {names.get(name, name) for name in NAME.findall(text) if name not in WORDS}
    return named | set(request.get("Key") or request["Item"])


def conditions_of(request: dict) -> dict:
    found = ("LeadingKeys", leading_keys(request)), ("Attributes", written_attributes(request))
    return {f"dynamodb:{name}": sorted(values) for name, values in found if values}


def describe_request(body: bytes) -> dict:
    request = json.loads(body or b"{}")
    items = [item for write in request.get("TransactItems", []) for item in write.values()]
    transaction.set(iter([conditions_of(item) for item in items]))
    return describe(body) | conditions_of(request)


def enforce_item(*args, service_context: dict | None = None, **named):
    if "dynamodb:EnclosingOperation" in (service_context or {}):
        service_context = {**service_context, **next(transaction.get())}
    return enforce(*args, service_context=service_context, **named)


def remember_email(method: str, path: str, headers: dict, body: bytes, *rest):
    email_request.set(body)
    return judge_email(method, path, headers, body, *rest)


def judge_with_sender(service: str, action: str, headers: dict, query_params: dict, request_id: str, **named):
    if action == "ses:SendEmail":
        name, address = parseaddr(json.loads(email_request.get())["FromEmailAddress"])
        region, account = app.extract_region(headers, query_params), responses.get_account_id()
        named["resource_arn"] = f"arn:aws:ses:{region}:{account}:identity/{address.partition('@')[2]}"
        named["service_context"] = {"ses:FromAddress": address, "ses:FromDisplayName": name}
    return judge(service, action, headers, query_params, request_id, **named)


def resolve_principal(key: str, context):
    """The principal of a session is its role, as on AWS. The emulator names the session."""
    value = resolve_key(key, context)
    if key.lower() == "aws:principalarn":
        return SESSION.sub(r"arn:aws:iam::\1:role/\2", value)
    return value


def check_lock_unless_bypassed(bucket: str, key: str, headers: dict, version: str | None):
    bypasses = headers.get("x-amz-bypass-governance-retention", "").lower() == "true"
    return None if bypasses else check_lock(bucket, key, headers, version)


socket.getaddrinfo = resolve_to_loopback
s3._check_object_lock = check_lock_unless_bypassed
iam_actions.dynamodb_service_context, iam_evaluator.enforce = describe_request, enforce_item
iam_evaluator._resolve_condition_key = resolve_principal
app._enforce_ses_v2, app._enforce_data_plane = remember_email, judge_with_sender

sys.exit(app.main())
