"""The table, the key that encrypts it, and the secrets."""

import re

from model import dig, properties, reference, resources_of_type
from rules import Problems, rule

BACKUP_DAYS = 35
DAILY = re.compile(r"cron\(\d+ \d+ \* \* \? \*\)")


@rule
def table_expires_items(template: dict) -> Problems:
    expiry = properties(template, "AccessTable").get("TimeToLiveSpecification")
    if expiry != {"AttributeName": "ttl", "Enabled": True}:
        yield f"items must expire by `ttl`, found {expiry}"


@rule
def table_recovers_to_a_point_in_time(template: dict) -> Problems:
    recovery = properties(template, "AccessTable").get("PointInTimeRecoverySpecification")
    if dig(recovery, "PointInTimeRecoveryEnabled") is not True:
        yield f"point-in-time recovery must be on, found {recovery}"


@rule
def table_is_encrypted_with_our_key(template: dict) -> Problems:
    encryption = properties(template, "AccessTable").get("SSESpecification", {})
    if encryption.get("SSEEnabled") is not True or encryption.get("SSEType") != "KMS":
        yield f"encryption with KMS must be on, found {encryption}"
    if reference(encryption.get("KMSMasterKeyId")) != "DataKey.Arn":
        yield "the table must use DataKey, which the roles of the functions may use"


@rule
def data_key_rotates(template: dict) -> Problems:
    if properties(template, "DataKey").get("EnableKeyRotation") is not True:
        yield "DataKey must rotate"


@rule
def table_refuses_deletion(template: dict) -> Problems:
    if properties(template, "AccessTable").get("DeletionProtectionEnabled") is not True:
        yield "deletion protection must be on"


@rule
def data_outlives_the_stack(template: dict) -> Problems:
    # A stack that fails on its first deployment cannot delete the table, so the table needs its key even then.
    for name in ("AccessTable", "DataKey", "AuditBucket", "AuditKey", "BackupVault", *secrets(template)):
        deletion = "Retain" if name in ("AccessTable", "DataKey") else "RetainExceptOnCreate"
        for policy, value in (("DeletionPolicy", deletion), ("UpdateReplacePolicy", "Retain")):
            if dig(template["Resources"], name, policy) != value:
                yield f"{policy} of {name} must be {value}"


@rule
def table_is_backed_up_daily(template: dict) -> Problems:
    vault, plan = properties(template, "BackupVault"), dig(properties(template, "BackupPlan"), "BackupPlan") or {}
    if reference(vault.get("EncryptionKeyArn")) != "DataKey.Arn":
        yield "backups must be encrypted with DataKey"
    if dig(vault, "LockConfiguration", "MinRetentionDays") != BACKUP_DAYS:
        yield f"the vault must keep backups for at least {BACKUP_DAYS} days"
    for one in plan.get("BackupPlanRule") or [{}]:
        if reference(one.get("TargetBackupVault")) != "BackupVault" or not DAILY.fullmatch(one.get("ScheduleExpression", "")):
            yield f"the table must be backed up to BackupVault every day, found {one.get('ScheduleExpression')}"
        if dig(one, "Lifecycle", "DeleteAfterDays") != BACKUP_DAYS:
            yield f"backups must be deleted after {BACKUP_DAYS} days"
        condition, copies, _ = dig(one, "CopyActions", "Fn::If") or ["", [{}], None]
        if condition != "CopiesBackups" or reference(copies[0].get("DestinationBackupVaultArn")) != "BackupCopyVaultArn":
            yield "a backup must be copied to BackupCopyVaultArn if it is set"
    selection = dig(properties(template, "BackupSelection"), "BackupSelection") or {}
    if [reference(one) for one in selection.get("Resources", [])] != ["AccessTable.Arn"]:
        yield "the backup must hold AccessTable"
    if template["Parameters"].get("DailyBackups", {}).get("Default") != "true":
        yield "backups must be on by default"


@rule
def table_streams_both_images(template: dict) -> Problems:
    stream = dig(properties(template, "AccessTable"), "StreamSpecification", "StreamViewType")
    if stream != "NEW_AND_OLD_IMAGES":
        yield f"the stream must carry new and old images, found {stream}"


@rule
def table_has_the_keys_of_the_store(template: dict) -> Problems:
    table = properties(template, "AccessTable")
    if keys(table) != ["PK", "SK"]:
        yield f"the keys must be PK and SK, found {keys(table)}"
    indexes = {index["IndexName"]: index for index in table.get("GlobalSecondaryIndexes", [])}
    if list(indexes) != ["GSI1", "GSI2", "GSI3", "GSI4"]:
        yield f"the indexes must be GSI1, GSI2, GSI3 and GSI4, found {list(indexes)}"
    for name, index in indexes.items():
        if keys(index) != [f"{name}PK", f"{name}SK"] or dig(index, "Projection", "ProjectionType") != "KEYS_ONLY":
            yield f"{name} must have the keys {name}PK and {name}SK and the projection KEYS_ONLY"


@rule
def secrets_are_encrypted_with_our_key(template: dict) -> Problems:
    for name, secret in secrets(template).items():
        if reference(secret.get("KmsKeyId")) != "DataKey.Arn":
            yield f"{name} must be encrypted with DataKey"


@rule
def secrets_are_long_enough(template: dict) -> Problems:
    for name, secret in secrets(template).items():
        generated = secret.get("GenerateSecretString", {})
        # 43 letters and digits hold the 256 bits that HKDF needs.
        if generated.get("PasswordLength", 0) < 43:
            yield f"{name} must have at least 43 characters, found {generated}"
        # CloudFront's secret has two values while it is rotated.
        if ("SecretStringTemplate" in generated) != (name == "OriginSecret"):
            yield f"{name} must be plain text, and OriginSecret JSON, found {generated}"


def secrets(template: dict) -> dict[str, dict]:
    return resources_of_type(template, "AWS::SecretsManager::Secret")


def keys(schema: dict) -> list[str]:
    return [key["AttributeName"] for key in schema.get("KeySchema", [])]
