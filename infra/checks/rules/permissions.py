"""Who may do what: the roles of the functions."""

from collections.abc import Iterator
from dataclasses import dataclass

from expanded import FUNCTION, as_list, dig, listed, of_type, properties, target
from rules import Problems, rule

READS = {"dynamodb:GetItem", "dynamodb:Query", "dynamodb:BatchGetItem"}
WRITES = {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:ConditionCheckItem"}
STREAM = {"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"}
TABLE = {"AccessTable.Arn", "${AccessTable.Arn}/index/GSI1"}

# Every wildcard there is, with its reason.
WILDCARDS = {
    ("DataKey", "kms:*"): "a key's policy must leave the account in charge of it, or nobody can administer the key",
    ("DataKey", "*"): "in a key's policy this is the key itself",
    ("MailerRole", "${AccessTable.Arn}/stream/*"): "listing the streams of this table names no single stream",
}
# The partitions that a function may touch; KEYS holds public keys, and everybody verifies with them.
PARTITIONS = {
    "InviteFunction": {"CLINIC#*", "AUDIT#*", "IDEM#*", "APIKEY#*", "KEYS#*"},
    "UsersFunction": {"CLINIC#*", "AUDIT#*", "IDEM#*", "APIKEY#*", "KEYS#*"},
    "ConfirmFunction": {"CLINIC#*", "ACCOUNT#*", "IP#*", "MAIL#*", "SESSION#*", "AUDIT#*", "IDEM#*", "KEYS#*"},
    "SessionFunction": {"CLINIC#*", "ACCOUNT#*", "IP#*", "MAIL#*", "SESSION#*", "AUDIT#*", "APIKEY#*", "KEYS#*"},
    "TemporaryAccessFunction": {"CLINIC#*", "AUDIT#*", "IDEM#*", "DPOP#*", "APIKEY#*", "KEYS#*"},
    "ListFunction": {"CLINIC#*", "APIKEY#*", "AUDIT#*", "KEYS#*"},
    "MailerFunction": {"CLINIC#*", "ACCOUNT#*", "MAIL#*", "KEYS#*"},
    "NpiVerifierFunction": {"CLINIC#*", "AUDIT#*", "MAIL#*", "NPI#DUE", "KEYS#*"},
    "ProvisionFunction": {"CLINIC#*", "APIKEY#*", "AUDIT#*", "KEYS#*"},
}
READ_ONLY = {"MailerFunction": {"ACCOUNT#*"}, "TemporaryAccessFunction": {"APIKEY#*"}}
# Who mails or reads links, and who signs.
SECRETS = {
    "ConfirmFunction": {"RootKey", "SigningKeys"},
    "SessionFunction": {"RootKey", "SigningKeys"},
    "TemporaryAccessFunction": {"RootKey", "SigningKeys"},
    "MailerFunction": {"RootKey"},
    "ProvisionFunction": {"SigningKeys"},
}


@dataclass(frozen=True)
class Statement:
    """One statement, and the resource whose text it stands in."""

    owner: str
    effect: str
    actions: frozenset[str]
    resources: frozenset[str]
    conditions: dict

    def partitions(self) -> set[str]:
        return set(as_list(dig(self.conditions, "ForAllValues:StringLike", "dynamodb:LeadingKeys")))


@rule
def every_function_has_a_role_of_its_own(template: dict) -> Problems:
    for name in of_type(template, FUNCTION):
        role = name.removesuffix("Function") + "Role"
        if role_of(template, name) != role:
            yield f"{name} must run as {role}"
        for policy in as_list(properties(template, role).get("ManagedPolicyArns")):
            if target(policy) not in of_type(template, "AWS::IAM::ManagedPolicy"):
                yield f"{role} must use policies of this template only, found {target(policy)}"


@rule
def list_writes_nothing_but_when_a_key_was_used(template: dict) -> Problems:
    for statement in statements_of(template, "ListFunction"):
        if statement.effect != "Allow":
            continue
        excess = {action for action in statement.actions if action.startswith("dynamodb:")} - READS
        if excess and not notes_key_use(statement):
            yield f"ListFunction must only read, found {listed(excess)} in {statement.owner}"


@rule
def noting_the_use_of_a_key_writes_nothing_else(template: dict) -> Problems:
    statements = list(parse("NoteKeyUsePolicy", properties(template, "NoteKeyUsePolicy")["PolicyDocument"]))
    writes = [one for one in statements if one.actions & WRITES]
    if len(writes) != 1 or not notes_key_use(writes[0]):
        yield "NoteKeyUsePolicy must allow to update `lu` of APIKEY# items and nothing else"


def notes_key_use(statement: "Statement") -> bool:
    """A request without keys or attributes would fulfil ForAllValues: Null forbids it."""
    attributes = as_list(dig(statement.conditions, "ForAllValues:StringEquals", "dynamodb:Attributes"))
    never_empty = {"dynamodb:LeadingKeys": "false", "dynamodb:Attributes": "false"}
    return (
        statement.actions == {"dynamodb:UpdateItem"}
        and statement.partitions() == {"APIKEY#*"}
        and sorted(attributes) == ["PK", "SK", "lu"]
        and dig(statement.conditions, "Null") == never_empty
    )


@rule
def only_the_mailer_sends_mail(template: dict) -> Problems:
    for name in of_type(template, FUNCTION):
        sends = {action for action in allowed_actions(template, name) if action.startswith(("ses:", "sns:"))}
        expected = {"ses:SendEmail"} if name == "MailerFunction" else set()
        if sends != expected:
            yield f"{name} may {listed(sends) or 'send nothing'}, it must {listed(expected) or 'send nothing'}"


@rule
def mail_has_our_sender(template: dict) -> Problems:
    for statement in statements_of(template, "MailerFunction"):
        if "ses:SendEmail" in statement.actions:
            if target(dig(statement.conditions, "StringEquals", "ses:FromAddress")) != "MailFrom":
                yield "ses:SendEmail must be bound to the address MailFrom"
            for resource in statement.resources:
                if not resource.endswith((":identity/${MailDomain}", ":configuration-set/${MailConfiguration}")):
                    yield f"ses:SendEmail must be bound to our identity and configuration set, found {resource}"


@rule
def secrets_are_read_by_those_who_need_them(template: dict) -> Problems:
    for name in of_type(template, FUNCTION):
        reads = {
            resource
            for statement in statements_of(template, name)
            if any(action.startswith("secretsmanager:") for action in statement.actions)
            for resource in statement.resources
        }
        expected = {f"{secret}.Id" for secret in SECRETS.get(name, set())}
        if reads != expected:
            yield f"{name} reads {listed(reads) or 'no secret'}, it must read {listed(expected) or 'none'}"


@rule
def only_provision_publishes_keys(template: dict) -> Problems:
    for name in of_type(template, FUNCTION):
        writes = any(
            "KEYS#*" in statement.partitions() and statement.actions & WRITES
            for statement in statements_of(template, name)
            if statement.effect == "Allow"
        )
        if writes != (name == "ProvisionFunction"):
            yield f"{name} must {'' if name == 'ProvisionFunction' else 'not '}be allowed to publish keys"


@rule
def nothing_is_allowed_by_wildcard(template: dict) -> Problems:
    for statement in all_statements(template):
        for text in statement.actions | statement.resources:
            if "*" in text and statement.effect == "Allow" and (statement.owner, text) not in WILDCARDS:
                yield f"{statement.owner} allows {text}"


@rule
def items_are_bound_to_partitions(template: dict) -> Problems:
    for name in of_type(template, FUNCTION):
        on_items = [
            statement
            for statement in statements_of(template, name)
            if statement.effect == "Allow" and statement.actions & (READS | WRITES)
        ]
        for statement in on_items:
            if not statement.partitions():
                yield f"{statement.owner} allows {listed(statement.actions)} on every partition"
            if statement.resources - TABLE:
                yield f"{statement.owner} allows them on {listed(statement.resources - TABLE)}"
            written = statement.actions & WRITES and not notes_key_use(statement)
            if written and statement.partitions() & READ_ONLY.get(name, set()):
                yield f"{name} must only read {listed(statement.partitions() & READ_ONLY[name])}"
        found = {partition for statement in on_items for partition in statement.partitions()}
        if found - PARTITIONS.get(name, set()):
            yield f"{name} must not touch {listed(found - PARTITIONS.get(name, set()))}"


@rule
def nobody_reaches_items_without_a_key(template: dict) -> Problems:
    # A condition on LeadingKeys holds when there are none, as in Scan and PartiQL.
    for name in of_type(template, FUNCTION):
        on_table = {action for action in allowed_actions(template, name) if action.startswith("dynamodb:")}
        excess = on_table - READS - WRITES - (STREAM if name == "MailerFunction" else set())
        if excess:
            yield f"{name} must not be allowed {listed(excess)}"


@rule
def audit_is_append_only(template: dict) -> Problems:
    for name in of_type(template, FUNCTION):
        changes = {
            action
            for statement in statements_of(template, name)
            if statement.effect == "Allow" and (not statement.partitions() or "AUDIT#*" in statement.partitions())
            for action in statement.actions & {"dynamodb:UpdateItem", "dynamodb:DeleteItem"}
        }
        denied = {
            action
            for statement in statements_of(template, name)
            if statement.effect == "Deny"
            and statement.partitions() == {"AUDIT#*"}
            and dig(statement.conditions, "Null", "dynamodb:LeadingKeys") == "false"
            and "AccessTable.Arn" in statement.resources
            for action in statement.actions
        }
        if changes - denied:
            yield f"{name} must be denied {listed(changes - denied)} on AUDIT"


@rule
def keys_are_used_through_one_service(template: dict) -> Problems:
    for name in of_type(template, FUNCTION):
        for statement in statements_of(template, name):
            if any(action.startswith("kms:") for action in statement.actions):
                if not dig(statement.conditions, "StringEquals", "kms:ViaService"):
                    yield f"{statement.owner} uses a key directly; bind it to the service that needs it"
                if statement.resources != {"DataKey.Arn"}:
                    yield f"{statement.owner} uses {listed(statement.resources)} besides DataKey"


def role_of(template: dict, function: str) -> str:
    return target(properties(template, function).get("Role")).removesuffix(".Arn")


def statements_of(template: dict, function: str) -> Iterator[Statement]:
    role = role_of(template, function)
    for policy in properties(template, role).get("Policies", []):
        yield from parse(role, policy["PolicyDocument"])
    for policy in as_list(properties(template, role).get("ManagedPolicyArns")):
        yield from parse(target(policy), properties(template, target(policy)).get("PolicyDocument", {}))


def all_statements(template: dict) -> Iterator[Statement]:
    """Those in policies that no function uses are here as well."""
    for name, resource in template["Resources"].items():
        values = resource.get("Properties", {})
        documents = [values.get("PolicyDocument"), values.get("KeyPolicy")]
        documents += [policy.get("PolicyDocument") for policy in values.get("Policies", [])]
        for document in filter(None, documents):
            yield from parse(name, document)


def parse(owner: str, document: dict) -> Iterator[Statement]:
    for statement in as_list(document.get("Statement")):
        yield Statement(
            owner=owner,
            effect=statement["Effect"],
            # NotAction and NotResource mean everything but, so they count as wildcards.
            actions=frozenset(as_list(statement.get("Action", "*"))),
            resources=frozenset(target(one) for one in as_list(statement.get("Resource", "*"))),
            conditions=statement.get("Condition", {}),
        )


def allowed_actions(template: dict, function: str) -> set[str]:
    return {
        action
        for statement in statements_of(template, function)
        if statement.effect == "Allow"
        for action in statement.actions
    }
