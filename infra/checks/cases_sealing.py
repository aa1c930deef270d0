"""Ways to break what protects the audit, for each of its rules."""

from mutations import Change, allow, change_statement, find_statements, remove_property, set_property

OBJECTS = {"Fn::Sub": "${AuditBucket.Arn}/*"}
LOCK = "ObjectLockConfiguration/Rule/DefaultRetention"


def drop_statement(resource: str, document: str, sid: str) -> Change:
    def change(source: dict) -> None:
        statements = source["Resources"][resource]["Properties"][document]["Statement"]
        statements.remove(next(one for one in statements if one["Sid"] == sid))

    return change


def edit_statement(resource: str, document: str, sid: str, edit: Change) -> Change:
    def change(source: dict) -> None:
        statements = source["Resources"][resource]["Properties"][document]["Statement"]
        edit(next(one for one in statements if one["Sid"] == sid))

    return change


SEALING: dict[str, dict[str, Change]] = {
    "audit_is_append_only": {
        "no denial": lambda source: find_statements(source, "WriteTablePolicy").pop(),
        "in a batch": allow("InviteRole", "dynamodb:BatchWriteItem", partition="AUDIT#*"),
        "deletions": change_statement(
            "WriteTablePolicy", "dynamodb:DeleteItem", lambda one: one.update(Action="dynamodb:UpdateItem")
        ),
    },
    "sealed_audit_is_locked_for_years": {
        "no versions": remove_property("AuditBucket", "VersioningConfiguration"),
        "no lock": remove_property("AuditBucket", "ObjectLockEnabled"),
        "no retention": remove_property("AuditBucket", "ObjectLockConfiguration"),
        "a year": set_property("AuditBucket", f"{LOCK}/Years", 1),
        "removable": set_property("AuditBucket", f"{LOCK}/Mode", "GOVERNANCE"),
        "removable by default": lambda source: source["Parameters"]["AuditLockMode"].update(Default="GOVERNANCE"),
        "a year by default": lambda source: source["Parameters"]["AuditRetentionYears"].update(Default=1),
        "expires": set_property("AuditBucket", "LifecycleConfiguration", {"Rules": []}),
    },
    "sealed_audit_is_private": {
        "public": set_property("AuditBucket", "PublicAccessBlockConfiguration/BlockPublicPolicy", False),
        "plain HTTP": drop_statement("AuditBucketPolicy", "PolicyDocument", "OnlyTls"),
        "plain HTTP of objects": edit_statement("AuditBucketPolicy", "PolicyDocument", "OnlyTls", lambda one: one["Resource"].pop()),
    },
    "only_events_writes_the_sealed_audit": {
        "anyone writes": drop_statement("AuditBucketPolicy", "PolicyDocument", "OnlyEventsWrites"),
        "some may not write": edit_statement("AuditBucketPolicy", "PolicyDocument", "OnlyEventsWrites", lambda one: one.update(Principal={"AWS": "1"})),
        "anyone deletes": drop_statement("AuditBucketPolicy", "PolicyDocument", "NoOneDeletes"),
        "shorter": edit_statement("AuditBucketPolicy", "PolicyDocument", "NoOneDeletes", lambda one: one["Action"].remove("s3:PutObjectRetention")),
        "list reads": allow("ListRole", "s3:GetObject", resource=OBJECTS),
        "events deletes": allow("EventsRole", "s3:DeleteObject", resource=OBJECTS),
        "events does not write": change_statement("EventsRole", "s3:PutObject", lambda one: one.update(Action="s3:GetObject")),
    },
    "only_events_signs_the_sealed_audit": {
        "anyone signs": drop_statement("AuditKey", "KeyPolicy", "NoOneElseSigns"),
        "no one signs": drop_statement("AuditKey", "KeyPolicy", "EventsSigns"),
        "list signs": edit_statement("AuditKey", "KeyPolicy", "EventsSigns", lambda one: one["Principal"].update(AWS={"Fn::GetAtt": ["ListRole", "Arn"]})),
        "encrypts": set_property("AuditKey", "KeyUsage", "ENCRYPT_DECRYPT"),
        "another curve": set_property("AuditKey", "KeySpec", "ECC_NIST_P384"),
    },
    "audit_is_sealed_on_a_schedule": {
        "daily": set_property("SealSchedule", "ScheduleExpression", "rate(1 day)"),
        "off": set_property("SealSchedule", "State", "DISABLED"),
        "no input": remove_property("SealSchedule", "Targets/0/Input"),
        "another function": set_property("SealSchedule", "Targets/0/Arn", {"Ref": "MailerFunction.Alias"}),
        "another bucket": set_property("EventsFunction", "Environment/Variables/AUDIT_BUCKET", {"Ref": "Pages"}),
        "another key": set_property("EventsFunction", "Environment/Variables/AUDIT_KEY_ARN", {"Fn::GetAtt": ["DataKey", "Arn"]}),
    },
    "an_audit_that_is_not_sealed_raises_an_alarm": {
        "quiet": set_property("SealingStoppedAlarm", "TreatMissingData", "notBreaching"),
        "a day": set_property("SealingStoppedAlarm", "Threshold", 86_400_000),
        "some changes": set_property("AuditChangedAlarm", "Threshold", 10),
    },
}
