"""The permissions of the functions' roles."""

from collections.abc import Iterator
from dataclasses import dataclass

from model import FUNCTION, as_list, dig, join_names, properties, reference, resources_of_type
from rules import Problems, rule

READS = {"dynamodb:GetItem", "dynamodb:Query", "dynamodb:BatchGetItem"}
WRITES = {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:ConditionCheckItem"}
STREAM = {"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"}
TABLE = {"AccessTable.Arn", *(f"${{AccessTable.Arn}}/index/GSI{number}" for number in range(1, 5))}

# Every wildcard of the template, with its reason.
WILDCARDS = {
    ("DataKey", "kms:*"): "the key's policy must leave the account in control, or no one can administer the key",
    ("DataKey", "*"): "in a key's policy this is the key itself",
    ("PagesPolicy", "${Pages.Arn}/*"): "CloudFront reads every page",
    ("PagesPolicy", "s3:*"): "the denial of requests without TLS covers every action",
    (
        "MailerRole", "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/*"
    ): "the SES sandbox also checks the recipient's identity, and a condition limits the sender",
    ("MailerRole", "${AccessTable.Arn}/stream/*"): "ListStreams covers all streams of the table",
    ("AuditKey", "kms:*"): "as for DataKey, except that a denial keeps everyone but events from signing",
    ("AuditKey", "*"): "in a key's policy this is the key itself",
    ("EventsRole", "${AuditBucket.Arn}/*"): "events adds segments and keys, and the bucket lets no one replace one",
    ("EventsRole", "${AccessTable.Arn}/stream/*"): "ListStreams covers all streams of the table",
    ("TracePolicy", "*"): "X-Ray has no resources",
}
# The partitions that a function may use. KEYS holds the public keys of view tokens.
PARTITIONS = {
    "InviteFunction": {"CLINIC#*", "MAIL#*", "AUDIT#*", "IDEM#*", "APIKEY#*"},
    "UsersFunction": {"CLINIC#*", "ACCOUNT#*", "MAIL#*", "AUDIT#*", "IDEM#*", "APIKEY#*"},
    "ConfirmFunction": {"CLINIC#*", "ACCOUNT#*", "IP#*", "MAIL#*", "AUDIT#*", "IDEM#*"},
    "SessionFunction": {"CLINIC#*", "ACCOUNT#*", "IP#*", "MAIL#*", "AUDIT#*", "APIKEY#*"},
    "TemporaryAccessFunction": {"CLINIC#*", "AUDIT#*", "IDEM#*", "DPOP#*", "APIKEY#*", "KEYS#*"},
    "ListFunction": {"CLINIC#*", "APIKEY#*", "AUDIT#*", "EVENTS#*", "REVIEW#*", "VIEWED#*", "USED#*"},
    "MailerFunction": {"CLINIC#*", "ACCOUNT#*", "MAIL#*", "MAIL#DUE"},
    "MailEventsFunction": {"CLINIC#*", "MAIL#*"},
    "NpiVerifierFunction": {"CLINIC#*", "AUDIT#*", "MAIL#*", "NPI#DUE"},
    # CLINIC, because an item that is due must still be due when its event is appended, and for webhook deliveries.
    "EventsFunction": {
        "EVENTS#*", "SEALED", "CLINIC#*", "AUDIT#*", "EVENT#DUE#*", "CLINICS", "REVIEW#*", "VIEWED#*", "USED#*",
    },
    "WebhooksFunction": {"CLINIC#*", "AUDIT#*", "MAIL#*", "DELIVERY#DUE#*"},
    # EVENTS and CLINICS, because it starts every feed again after a restore.
    "ProvisionFunction": {"CLINIC#*", "APIKEY#*", "AUDIT#*", "KEYS#*", "MAIL#*", "EVENTS#*", "CLINICS"},
}
READ_ONLY = {
    "MailerFunction": {"ACCOUNT#*"},
    "TemporaryAccessFunction": {"APIKEY#*"},
    "EventsFunction": {"AUDIT#*"},
    "ListFunction": {"EVENTS#*", "REVIEW#*", "VIEWED#*", "USED#*"},
}
# What a report of SES changes. `store::delivery` has the same list.
DELIVERY = {"PK", "SK", "dl", "dd", "dn", "mi", "su", "sa", "v", "GSI2PK", "GSI2SK", "GSI3PK", "GSI3SK"}
# What `events` changes of an item of a clinic, and the attributes of `store::webhook::delivery_item`.
DUE = {"PK", "SK", "GSI4PK", "GSI4SK"}
WEBHOOK_DELIVERY = {
    "PK", "SK", "id", "ci", "wh", "ei", "ty", "at", "da", "st", "du", "tn", "qa", "la", "sc", "fw", "rq", "ca", "v", "ttl", "wi",
    "GSI4PK", "GSI4SK",
}  # fmt: skip
# Each secret has one purpose. Only functions that make or read tokens of that purpose may read it.
SECRETS = {
    "ConfirmFunction": {"InvitationLinkKeys", "KnownBrowserKeys"},
    "SessionFunction": {"PasswordLinkKeys", "KnownBrowserKeys"},
    "TemporaryAccessFunction": {"AccessLinkKeys", "SigningKeys"},
    "MailerFunction": {"InvitationLinkKeys", "PasswordLinkKeys"},
    "UsersFunction": {"WebhookKeys"},
    "WebhooksFunction": {"WebhookKeys"},
    # Rotates all keys.
    "ProvisionFunction": {
        "SigningKeys", "InvitationLinkKeys", "PasswordLinkKeys", "AccessLinkKeys", "KnownBrowserKeys",
        "WebhookKeys",
    },
}


@dataclass(frozen=True)
class Statement:
    """One statement of a policy."""

    owner: str
    """The role, policy or key that contains it."""
    effect: str
    actions: frozenset[str]
    resources: frozenset[str]
    conditions: dict

    @property
    def allows(self) -> bool:
        return self.effect == "Allow"

    def partitions(self) -> set[str]:
        return set(as_list(dig(self.conditions, "ForAllValues:StringLike", "dynamodb:LeadingKeys")))

    def actions_on(self, service: str) -> set[str]:
        return {action for action in self.actions if action.startswith(f"{service}:")}

    def only_records_last_use(self) -> bool:
        return self.partitions() == {"APIKEY#*", "CLINIC#*"} and self.only_updates({"PK", "SK", "lu"})

    def only_updates(self, attributes: set[str]) -> bool:
        returns_nothing = dig(self.conditions, "StringEqualsIfExists", "dynamodb:ReturnValues") == "NONE"
        return self.actions == {"dynamodb:UpdateItem"} and returns_nothing and self.only_attributes(attributes)

    def only_puts(self, attributes: set[str]) -> bool:
        return self.actions == {"dynamodb:PutItem"} and self.only_attributes(attributes)

    def only_attributes(self, attributes: set[str]) -> bool:
        """A request without keys or attributes satisfies ForAllValues, so Null must exclude it."""
        found = as_list(dig(self.conditions, "ForAllValues:StringEquals", "dynamodb:Attributes"))
        never_empty = {"dynamodb:LeadingKeys": "false", "dynamodb:Attributes": "false"}
        return set(found) == attributes and dig(self.conditions, "Null") == never_empty


@rule
def every_function_has_its_own_role(template: dict) -> Problems:
    for name in resources_of_type(template, FUNCTION):
        role = name.removesuffix("Function") + "Role"
        if role_of(template, name) != role:
            yield f"{name} must run as {role}"
        for policy in as_list(properties(template, role).get("ManagedPolicyArns")):
            if reference(policy) not in resources_of_type(template, "AWS::IAM::ManagedPolicy"):
                yield f"{role} must use only policies of this template, found {reference(policy)}"


@rule
def list_writes_only_last_use(template: dict) -> Problems:
    for statement in statements_of(template, "ListFunction"):
        excess = statement.actions_on("dynamodb") - READS
        if statement.allows and excess and not statement.only_records_last_use():
            yield f"ListFunction must only read, found {join_names(excess)} in {statement.owner}"


@rule
def recording_last_use_writes_nothing_else(template: dict) -> Problems:
    document = properties(template, "NoteUsePolicy")["PolicyDocument"]
    writes = [one for one in parse_statements("NoteUsePolicy", document) if one.actions & WRITES]
    if len(writes) != 1 or not writes[0].only_records_last_use():
        yield "NoteUsePolicy must allow only updates of `lu` of API keys and sessions"


@rule
def mail_events_writes_only_the_delivery(template: dict) -> Problems:
    for statement in statements_of(template, "MailEventsFunction"):
        if statement.allows and statement.actions & WRITES and not statement.only_updates(DELIVERY):
            yield f"{statement.owner} must allow only updates of {join_names(DELIVERY)}"


# The feed, how far the audit is sealed, and what access reviews read.
ADDED_BY_EVENTS = {"EVENTS#*", "SEALED", "REVIEW#*", "VIEWED#*", "USED#*"}


@rule
def events_writes_only_the_feed_and_deliveries(template: dict) -> Problems:
    for statement in statements_of(template, "EventsFunction"):
        writes = statement.actions & (WRITES - {"dynamodb:ConditionCheckItem"})
        if not statement.allows or not writes or statement.partitions() <= ADDED_BY_EVENTS:
            continue
        if not statement.only_updates(DUE) and not statement.only_puts(WEBHOOK_DELIVERY):
            yield f"{statement.owner} must limit {join_names(writes)} to the feed and reviews, and to attributes of what is due or delivered"


@rule
def only_mailer_sends_email(template: dict) -> Problems:
    for name in resources_of_type(template, FUNCTION):
        sends = allowed_actions(template, name, "ses") | allowed_actions(template, name, "sns")
        expected = {"ses:SendEmail"} if name == "MailerFunction" else set()
        if sends != expected:
            yield f"{name} must be allowed to send by {join_names(expected)}, found {join_names(sends)}"


@rule
def email_has_our_sender(template: dict) -> Problems:
    for statement in statements_of(template, "MailerFunction"):
        if "ses:SendEmail" in statement.actions:
            if reference(dig(statement.conditions, "StringEquals", "ses:FromAddress")) != "MailFrom":
                yield "ses:SendEmail must be limited to the address MailFrom"
            for resource in statement.resources:
                if not resource.endswith((":identity/*", ":configuration-set/${MailConfiguration}")):
                    yield f"ses:SendEmail must be limited to identities and our configuration set, found {resource}"


@rule
def secrets_are_read_only_where_needed(template: dict) -> Problems:
    for name in resources_of_type(template, FUNCTION):
        reads = {
            resource
            for statement in statements_of(template, name)
            if statement.actions_on("secretsmanager") - {"secretsmanager:PutSecretValue"}
            for resource in statement.resources
        }
        expected = {f"{secret}.Id" for secret in SECRETS.get(name, set())}
        if reads != expected:
            yield f"{name} must read the secrets {join_names(expected)}, found {join_names(reads)}"
        decrypts = {
            reference(dig(statement.conditions, "StringEquals", "kms:EncryptionContext:SecretARN"))
            for statement in statements_of(template, name)
            if reference(dig(statement.conditions, "StringEquals", "kms:ViaService")).startswith("secretsmanager.")
            and statement.actions != {"kms:GenerateDataKey"}
        }
        if decrypts != expected:
            yield f"{name} must decrypt the secrets {join_names(expected)}, found {join_names(decrypts)}"


@rule
def only_provision_rotates_secrets(template: dict) -> Problems:
    for name in resources_of_type(template, FUNCTION):
        actions = allowed_actions(template, name, "secretsmanager") - {"secretsmanager:GetSecretValue"}
        expected = {"secretsmanager:PutSecretValue"} if name == "ProvisionFunction" else set()
        if actions != expected:
            yield f"{name} must be allowed to change secrets by {join_names(expected)}, found {join_names(actions)}"
        for statement in statements_of(template, name):
            if "secretsmanager:PutSecretValue" in statement.actions:
                excess = statement.resources - {f"{secret}.Id" for secret in SECRETS.get(name, set())}
                if excess:
                    yield f"{name} must rotate only the secrets of keys, found {join_names(excess)}"


@rule
def settings_name_the_secret_of_their_purpose(template: dict) -> Problems:
    for name, function in resources_of_type(template, FUNCTION).items():
        for setting, value in (dig(function, "Environment", "Variables") or {}).items():
            if setting.endswith("_SECRET_ARN"):
                # PASSWORD_LINK_KEYS_SECRET_ARN names PasswordLinkKeys.
                secret = setting.removesuffix("_SECRET_ARN").title().replace("_", "")
                if reference(value) != f"{secret}.Id":
                    yield f"{setting} of {name} must name {secret}, found {reference(value)}"


@rule
def only_provision_publishes_keys(template: dict) -> Problems:
    for name in resources_of_type(template, FUNCTION):
        writes = any(
            statement.allows and "KEYS#*" in statement.partitions() and statement.actions & WRITES
            for statement in statements_of(template, name)
        )
        if writes != (name == "ProvisionFunction"):
            yield f"{name} must {'not ' if writes else ''}have permission to publish keys"


@rule
def wildcards_are_listed(template: dict) -> Problems:
    for statement in all_statements(template):
        for text in statement.actions | statement.resources:
            if "*" in text and statement.allows and (statement.owner, text) not in WILDCARDS:
                yield f"{statement.owner} allows {text}"


@rule
def items_are_bound_to_partitions(template: dict) -> Problems:
    for name in resources_of_type(template, FUNCTION):
        found: set[str] = set()
        for statement in statements_of(template, name):
            if not statement.allows or not statement.actions & (READS | WRITES):
                continue
            partitions = statement.partitions()
            found |= partitions
            if not partitions:
                yield f"{statement.owner} allows {join_names(statement.actions)} on every partition"
            if statement.resources - TABLE:
                yield f"{statement.owner} allows reads or writes of {join_names(statement.resources - TABLE)}"
            read_only = partitions & READ_ONLY.get(name, set())
            if read_only and statement.actions & WRITES and not statement.only_records_last_use():
                yield f"{name} must only read {join_names(read_only)}"
        if found - PARTITIONS.get(name, set()):
            yield f"{name} must not use {join_names(found - PARTITIONS.get(name, set()))}"


@rule
def requests_without_a_key_are_not_allowed(template: dict) -> Problems:
    # A condition on LeadingKeys allows a request that has none, such as Scan and PartiQL.
    for name in resources_of_type(template, FUNCTION):
        stream = STREAM if name in ("MailerFunction", "EventsFunction") else set()
        excess = allowed_actions(template, name, "dynamodb") - READS - WRITES - stream
        if excess:
            yield f"{name} must not be allowed {join_names(excess)}"


@rule
def partitions_are_bound_only_by_requests_with_a_key(template: dict) -> Problems:
    # ForAllValues holds for a request that has no key at all, so Null must refuse that.
    for statement in all_statements(template):
        if statement.allows and "LeadingKeys" in str(statement.conditions):
            if dig(statement.conditions, "Null", "dynamodb:LeadingKeys") != "false":
                yield f"{statement.owner} allows {join_names(statement.actions)} in requests without a key"


@rule
def audit_is_append_only(template: dict) -> Problems:
    for name in resources_of_type(template, FUNCTION):
        allowed, denied = set(), set()
        for statement in statements_of(template, name):
            partitions = statement.partitions()
            if statement.allows and (not partitions or "AUDIT#*" in partitions):
                allowed |= statement.actions & {"dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"}
            elif (
                statement.effect == "Deny"
                and partitions == {"AUDIT#*"}
                and dig(statement.conditions, "Null", "dynamodb:LeadingKeys") == "false"
                and "AccessTable.Arn" in statement.resources
            ):
                denied |= statement.actions
        if allowed - denied:
            yield f"{name} must be denied {join_names(allowed - denied)} on AUDIT"


@rule
def data_key_is_used_through_one_service(template: dict) -> Problems:
    for name in resources_of_type(template, FUNCTION):
        for statement in statements_of(template, name):
            if statement.actions_on("kms"):
                if not dig(statement.conditions, "StringEquals", "kms:ViaService"):
                    yield f"{statement.owner} uses a key directly. Limit it to the service that needs the key."
                if statement.resources != {"DataKey.Arn"}:
                    yield f"{statement.owner} must use DataKey only, found {join_names(statement.resources)}"


@rule
def encrypted_items_can_be_read_and_written(template: dict) -> Problems:
    for name in resources_of_type(template, FUNCTION):
        table, key = allowed_actions(template, name, "dynamodb"), set()
        for statement in statements_of(template, name):
            if reference(dig(statement.conditions, "StringEquals", "kms:ViaService")).startswith("dynamodb."):
                key |= statement.actions_on("kms")
        needed = ({"kms:Decrypt"} if table & READS else set()) | ({"kms:Encrypt", "kms:GenerateDataKey"} if table & WRITES else set())
        if needed - key:
            yield f"{name} needs {join_names(needed - key)} for the items of the table"


def role_of(template: dict, function: str) -> str:
    return reference(properties(template, function).get("Role")).removesuffix(".Arn")


def statements_of(template: dict, function: str) -> Iterator[Statement]:
    """Yields the statements of the function's role and of its managed policies."""
    role = role_of(template, function)
    for policy in properties(template, role).get("Policies", []):
        yield from parse_statements(role, policy["PolicyDocument"])
    for policy in as_list(properties(template, role).get("ManagedPolicyArns")):
        owner = reference(policy)
        yield from parse_statements(owner, properties(template, owner).get("PolicyDocument", {}))


def all_statements(template: dict) -> Iterator[Statement]:
    """Yields every statement of the template, including those of policies that no function uses."""
    for name, resource in template["Resources"].items():
        values = resource.get("Properties", {})
        documents = [values.get("PolicyDocument"), values.get("KeyPolicy")]
        documents += [policy.get("PolicyDocument") for policy in values.get("Policies", [])]
        for document in filter(None, documents):
            yield from parse_statements(name, document)


def parse_statements(owner: str, document: dict) -> Iterator[Statement]:
    for statement in as_list(document.get("Statement")):
        yield Statement(
            owner=owner,
            effect=statement["Effect"],
            # NotAction and NotResource allow everything else, so they count as wildcards.
            actions=frozenset(as_list(statement.get("Action", "*"))),
            resources=frozenset(reference(one) for one in as_list(statement.get("Resource", "*"))),
            conditions=statement.get("Condition", {}),
        )


def allowed_actions(template: dict, function: str, service: str) -> set[str]:
    statements = statements_of(template, function)
    return {action for statement in statements if statement.allows for action in statement.actions_on(service)}
