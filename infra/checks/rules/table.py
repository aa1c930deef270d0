"""The table, the key that encrypts it, and the root key."""

from expanded import dig, of_type, properties, target
from rules import Problems, rule

SECRET = "AWS::SecretsManager::Secret"


@rule
def table_expires_items(template: dict) -> Problems:
    expiry = dig(properties(template, "AccessTable"), "TimeToLiveSpecification")
    if expiry != {"AttributeName": "ttl", "Enabled": True}:
        yield f"items must expire by `ttl`, found {expiry}"


@rule
def table_recovers_to_a_point_in_time(template: dict) -> Problems:
    recovery = dig(properties(template, "AccessTable"), "PointInTimeRecoverySpecification")
    if dig(recovery, "PointInTimeRecoveryEnabled") is not True:
        yield f"point-in-time recovery must be on, found {recovery}"


@rule
def table_is_encrypted_with_our_key(template: dict) -> Problems:
    encryption = dig(properties(template, "AccessTable"), "SSESpecification") or {}
    if encryption.get("SSEEnabled") is not True or encryption.get("SSEType") != "KMS":
        yield f"encryption must be on and by KMS, found {encryption}"
    if target(encryption.get("KMSMasterKeyId")) != "DataKey.Arn":
        yield "the key must be DataKey, which the functions' roles name"


@rule
def key_rotates(template: dict) -> Problems:
    if properties(template, "DataKey").get("EnableKeyRotation") is not True:
        yield "DataKey must rotate"


@rule
def table_refuses_deletion(template: dict) -> Problems:
    if properties(template, "AccessTable").get("DeletionProtectionEnabled") is not True:
        yield "deletion protection must be on"


@rule
def data_outlives_the_stack(template: dict) -> Problems:
    for name in ("AccessTable", "DataKey", "RootKey"):
        for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
            if dig(template["Resources"], name, policy) != "Retain":
                yield f"{policy} of {name} must be Retain"


@rule
def table_streams_both_images(template: dict) -> Problems:
    stream = dig(properties(template, "AccessTable"), "StreamSpecification", "StreamViewType")
    if stream != "NEW_AND_OLD_IMAGES":
        yield f"the stream must carry new and old images, found {stream}"


@rule
def table_has_the_keys_of_the_store(template: dict) -> Problems:
    table = properties(template, "AccessTable")
    if keys(table) != ["PK", "SK"]:
        yield f"keys must be PK and SK, found {keys(table)}"
    indexes = {index["IndexName"]: index for index in table.get("GlobalSecondaryIndexes", [])}
    if list(indexes) != ["GSI1"]:
        yield f"the one index must be GSI1, found {list(indexes)}"
    for name, index in indexes.items():
        if keys(index) != [f"{name}PK", f"{name}SK"] or dig(index, "Projection", "ProjectionType") != "KEYS_ONLY":
            yield f"{name} must have {name}PK and {name}SK and carry keys only"


@rule
def secrets_are_encrypted_with_our_key(template: dict) -> Problems:
    for name, secret in of_type(template, SECRET).items():
        if target(secret.get("KmsKeyId")) != "DataKey.Arn":
            yield f"{name} must be encrypted with DataKey"


@rule
def secrets_are_long_enough(template: dict) -> Problems:
    for name, secret in of_type(template, SECRET).items():
        generated = secret.get("GenerateSecretString", {})
        # 43 letters and digits hold the 256 bits that HKDF is to start from.
        if generated.get("PasswordLength", 0) < 43 or "SecretStringTemplate" in generated:
            yield f"{name} must be bare text of 43 characters at least, found {generated}"


def keys(schema: dict) -> list[str]:
    return [key["AttributeName"] for key in schema.get("KeySchema", [])]
