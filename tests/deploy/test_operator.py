"""The operator's commands, as docs/OPERATIONS.md gives them. No function is restarted for any of them."""

import json

import pytest
from conftest import PASSWORD, Clinic, member, provision

from cloud import Caller, Stack, wait_for

INVITATIONS = "/v1/autoScribe/users/invitations"
KEYS_RECORD = "00000000-0000-0000-0000-000000000000"


def records_of(stack: Stack, clinic: str) -> list[tuple[str, str]]:
    """Returns action and actor of each audit record of a clinic."""
    pages = stack.cloud.client("dynamodb").get_paginator("scan").paginate(TableName=stack.ids["AccessTable"])
    items = [item for page in pages for item in page["Items"] if item["PK"]["S"].startswith(f"AUDIT#{clinic}#")]
    return [(item["an"]["S"], item["ac"]["S"]) for item in items]


def refusal(stack: Stack, payload: dict) -> str:
    """Invokes provision, which must refuse. Returns why."""
    answer = stack.cloud.client("lambda").invoke(FunctionName=stack.ids["ProvisionFunction"], Payload=json.dumps(payload).encode())
    body = json.loads(answer["Payload"].read())
    assert "FunctionError" in answer, body
    return body["errorMessage"]


@pytest.mark.parametrize("keys", ["InvitationLinkKeys", "PasswordLinkKeys", "AccessLinkKeys", "KnownBrowserKeys", "WebhookKeys", "SigningKeys"])
def test_a_rotation_adds_a_key_and_goes_on_only_when_every_function_has_it(clinic: Clinic, stack: Stack, keys: str):
    vault = stack.cloud.client("secretsmanager")
    before = vault.get_secret_value(SecretId=stack.ids[keys])["SecretString"]
    added = stack.invoke("Provision", {"rotateKeys": keys})
    assert added["step"] == "added"
    after = vault.get_secret_value(SecretId=stack.ids[keys])["SecretString"]
    assert before in after and len(after.split()) == 2
    assert added["nextStepAfter"][:19] in refusal(stack, {"rotateKeys": keys})
    assert vault.get_secret_value(SecretId=stack.ids[keys])["SecretString"] == after
    assert ("keys.changed", "operator") in records_of(stack, KEYS_RECORD)
    clinic.nobody.expect(200, "POST", "/v1/session", {"email": clinic.owner_email, "password": PASSWORD})


def test_a_leaked_signing_key_is_replaced_by_one_command(clinic: Clinic, stack: Stack):
    # provision has run before, so it must read the secret again.
    leaked = stack.invoke("Provision", {"publishKeys": True})["publishedKeys"]
    replaced = stack.invoke("Provision", {"replaceLeakedKeys": "SigningKeys"})
    assert replaced["step"] == "replaced" and not set(replaced["publishedKeys"]) & set(leaked)

    def open_view() -> str | None:
        link = clinic.pacs.send("POST", "/v1/autoScribe/ephemeral-sessions", {"retrievalId": "order-9"})
        # It may answer 503 for some seconds, and never anything else.
        assert link.status in (200, 503), link.text
        if link.status == 503:
            return None
        redeemed = clinic.nobody.send("POST", "/v1/access/redeem", {"token": link.json["url"].partition("#token=")[2]})
        return redeemed.json["viewToken"] if redeemed.status == 200 else None

    view = wait_for(open_view, "view signed with the new key", 30)
    published = [key["kid"] for key in clinic.nobody.expect(200, "GET", "/.well-known/jwks.json")["keys"]]
    assert published == replaced["publishedKeys"]
    assert clinic.pacs.expect(200, "POST", "/v1/access/introspect", f"token={view}")["active"] is True
    clinic.nobody.expect(200, "POST", "/v1/session", {"email": clinic.owner_email, "password": PASSWORD})


def test_leaked_link_keys_are_replaced_by_one_command(stack: Stack):
    vault = stack.cloud.client("secretsmanager")
    for keys in ("AccessLinkKeys", "KnownBrowserKeys"):
        before = vault.get_secret_value(SecretId=stack.ids[keys])["SecretString"].split()
        assert stack.invoke("Provision", {"replaceLeakedKeys": keys})["step"] == "replaced"
        (after,) = vault.get_secret_value(SecretId=stack.ids[keys])["SecretString"].split()
        assert after not in before


def test_a_new_owners_address_is_corrected(stack: Stack):
    request = {"clinicName": "Seaside Imaging", "ownerEmail": "wrong@seaside.example", "ownerFirstName": "Ida", "ownerLastName": "Berg"}
    made = stack.invoke("Provision", request)
    stack.cloud.newest_link("wrong@seaside.example")
    correction = {"clinicId": made["clinicId"], "invitationId": made["invitationId"], "email": "ida@seaside.example"}
    new = stack.invoke("Provision", {"correctOwnerEmail": correction})["invitationId"]
    token = stack.cloud.newest_link("ida@seaside.example").partition("#token=")[2]
    nobody = Caller(stack)
    assert nobody.expect(200, "POST", "/v1/invitation/lookup", {"token": token})["level"] == "owner"
    old = stack.cloud.newest_link("wrong@seaside.example").partition("#token=")[2]
    nobody.expect(404, "POST", "/v1/invitation/lookup", {"token": old})
    assert new != made["invitationId"]
    actions = records_of(stack, made["clinicId"])
    assert ("invitation.revoked", "operator") in actions and actions.count(("invitation.created", "operator")) == 2
    refusal(stack, {"correctOwnerEmail": correction})


def test_an_email_is_sent_again(clinic: Clinic, stack: Stack):
    address = "requeued@lakeside.example"
    invitation = clinic.pacs.expect(201, "POST", "/v1/autoScribe/users", member(address))["invitationId"]
    path = f"{INVITATIONS}/{invitation}"
    wait_for(lambda: clinic.pacs.expect(200, "GET", path)["delivery"] == "sent", "sent email")
    request = {"clinicId": clinic.id, "invitationId": invitation}
    assert refusal(stack, {"requeueEmail": request})
    # As after the stream has given up on it.
    key = {"PK": {"S": f"CLINIC#{clinic.id}"}, "SK": {"S": f"INV#{invitation}"}}
    stuck = {":sending": {"S": "sending"}}
    table = stack.cloud.client("dynamodb")
    table.update_item(TableName=stack.ids["AccessTable"], Key=key, UpdateExpression="SET dl = :sending", ExpressionAttributeValues=stuck)
    assert stack.invoke("Provision", {"requeueEmail": request}) == {"requeued": invitation}
    stack.cloud.wait_for_emails(address, 2)
    assert ("email.requeued", "operator") in records_of(stack, clinic.id)


def test_a_corrupt_item_is_marked_and_then_out_of_the_way(stack: Stack):
    clinic = provision(stack, "Harbor Imaging", "lena@harbor.example")
    kept = clinic.pacs.expect(201, "POST", "/v1/autoScribe/users", member("kept@harbor.example"))["invitationId"]
    broken = clinic.pacs.expect(201, "POST", "/v1/autoScribe/users", member("broken@harbor.example"))["invitationId"]
    stack.cloud.wait_for_emails("broken@harbor.example")
    item = f"INV#{broken}"
    mark = {"markCorrupt": {"clinicId": clinic.id, "item": item}}
    assert refusal(stack, mark), "it can be read"
    key = {"PK": {"S": f"CLINIC#{clinic.id}"}, "SK": {"S": item}}
    stack.cloud.client("dynamodb").update_item(
        TableName=stack.ids["AccessTable"], Key=key, UpdateExpression="SET ex = :x", ExpressionAttributeValues={":x": {"S": "x"}}
    )
    page = clinic.pacs.expect(200, "GET", INVITATIONS)
    assert page["skipped"] == 1
    assert kept in [one["invitationId"] for one in page["invitations"]]
    assert stack.invoke("Provision", mark) == {"marked": broken}
    assert kept in [one["invitationId"] for one in clinic.pacs.expect(200, "GET", INVITATIONS)["invitations"]]
    assert ("item.marked", "operator") in records_of(stack, clinic.id)
