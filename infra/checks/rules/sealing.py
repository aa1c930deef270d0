"""The sealed audit: the bucket that no one can change, the key that only `events` uses, and the schedule."""

import json

from model import FUNCTION, as_list, dig, function_called, properties, reference, resources_of_type
from rules import Problems, rule
from rules.functions import runs_on_a_schedule
from rules.permissions import parse_statements, statements_of

EVENTS = {"ArnNotEquals": {"aws:PrincipalArn": {"Fn::GetAtt": ["EventsRole", "Arn"]}}}
RETENTION = {"s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObjectRetention", "s3:BypassGovernanceRetention"}


@rule
def sealed_audit_is_locked_for_years(template: dict) -> Problems:
    bucket = properties(template, "AuditBucket")
    if dig(bucket, "VersioningConfiguration", "Status") != "Enabled":
        yield "AuditBucket must keep versions"
    lock = dig(bucket, "ObjectLockConfiguration", "Rule", "DefaultRetention") or {}
    locked = bucket.get("ObjectLockEnabled") is True and dig(bucket, "ObjectLockConfiguration", "ObjectLockEnabled") == "Enabled"
    if not locked or (reference(lock.get("Mode")), reference(lock.get("Years"))) != ("AuditLockMode", "AuditRetentionYears"):
        yield f"AuditBucket must lock objects by AuditLockMode for AuditRetentionYears, found {lock}"
    years, mode = (template["Parameters"].get(name, {}).get("Default") for name in ("AuditRetentionYears", "AuditLockMode"))
    if years != 6 or mode != "COMPLIANCE":
        yield f"the sealed audit must be locked for six years by default, so that no one can remove it, found {years} {mode}"
    if "LifecycleConfiguration" in bucket:
        yield "no rule may remove objects of AuditBucket"


@rule
def sealed_audit_is_private(template: dict) -> Problems:
    bucket = properties(template, "AuditBucket")
    if set((bucket.get("PublicAccessBlockConfiguration") or {}).values()) != {True} or len(bucket["PublicAccessBlockConfiguration"]) != 4:
        yield "AuditBucket must block public access"
    denials = denials_of(template, "AuditBucketPolicy", "PolicyDocument")
    whole = {"AuditBucket.Arn", "${AuditBucket.Arn}/*"}
    if not any("s3:*" in one.actions and one.resources == whole and one.conditions == {"Bool": {"aws:SecureTransport": "false"}} for one in denials):
        yield "AuditBucket must refuse requests without TLS"


@rule
def only_events_writes_the_sealed_audit(template: dict) -> Problems:
    denials = denials_of(template, "AuditBucketPolicy", "PolicyDocument")
    if not any("s3:PutObject" in one.actions and one.conditions == EVENTS for one in denials):
        yield "AuditBucket must refuse objects of everyone but EventsRole"
    if not any(RETENTION <= one.actions and not one.conditions for one in denials):
        yield "AuditBucket must refuse deletions and changes of the retention"
    for name in resources_of_type(template, FUNCTION):
        found = {action for one in statements_of(template, name) if one.allows for action in one.actions_on("s3")}
        expected = {"s3:PutObject", "s3:GetObject"} if name == "EventsFunction" else set()
        if found != expected:
            yield f"{name} must be allowed {sorted(expected)} in buckets, found {sorted(found)}"


@rule
def only_events_signs_the_sealed_audit(template: dict) -> Problems:
    key = properties(template, "AuditKey")
    if (key.get("KeySpec"), key.get("KeyUsage")) != ("ECC_NIST_P256", "SIGN_VERIFY"):
        yield "AuditKey must sign with P-256"
    policy = key.get("KeyPolicy", {})
    if not any("kms:Sign" in one.actions and one.conditions == EVENTS for one in denials_of(template, "AuditKey", "KeyPolicy")):
        yield "AuditKey must sign for no one but EventsRole"
    signers = [
        reference(dig(one, "Principal", "AWS")) for one in as_list(policy.get("Statement"))
        if one["Effect"] == "Allow" and "kms:Sign" in as_list(one["Action"])
    ]  # fmt: skip
    if signers != ["EventsRole.Arn"]:
        yield f"AuditKey must sign for EventsRole, found {signers}"


@rule
def audit_is_sealed_on_a_schedule(template: dict) -> Problems:
    yield from runs_on_a_schedule(template, "EventsFunction", "rate(1 minute)", "rate(5 minutes)")
    targets = properties(template, "SealSchedule").get("Targets", [{}])
    if [json.loads(one.get("Input", "{}")) for one in targets] != [{"sealAudit": True}]:
        yield f"SealSchedule must ask EventsFunction to seal the audit, found {targets}"
    if [function_called(one.get("Arn")) for one in targets] != ["EventsFunction"]:
        yield "SealSchedule must call EventsFunction"
    settings = dig(properties(template, "EventsFunction"), "Environment", "Variables") or {}
    if (reference(settings.get("AUDIT_BUCKET")), reference(settings.get("AUDIT_KEY_ARN"))) != ("AuditBucket", "AuditKey.Arn"):
        yield "EventsFunction must seal into AuditBucket with AuditKey"


@rule
def an_audit_that_is_not_sealed_raises_an_alarm(template: dict) -> Problems:
    stopped, changed = properties(template, "SealingStoppedAlarm"), properties(template, "AuditChangedAlarm")
    if (stopped.get("MetricName"), stopped.get("TreatMissingData")) != ("SealAge", "breaching"):
        yield "SealingStoppedAlarm must ring when SealAge has no value"
    if not 2 * 3_600_000 <= stopped.get("Threshold", 0) <= 6 * 3_600_000:
        yield "SealingStoppedAlarm must ring within six hours"
    if (changed.get("MetricName"), changed.get("Threshold")) != ("AuditChanged", 0):
        yield "AuditChangedAlarm must ring at the first change of a record"


def denials_of(template: dict, name: str, document: str) -> list:
    statements = parse_statements(name, properties(template, name).get(document, {}))
    # A denial of some principals leaves out the others.
    everyone = {index for index, one in enumerate(as_list(dig(properties(template, name), document, "Statement"))) if one.get("Principal") == "*"}
    return [one for index, one in enumerate(statements) if one.effect == "Deny" and index in everyone]
