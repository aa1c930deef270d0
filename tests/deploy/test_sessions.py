"""The dashboard's own work: session, passwords, API keys, settings, audit."""

from conftest import PASSWORD, provision

from cloud import Caller, Stack

NEW_PASSWORD = "pebble thunder violet anchor"


def test_keys_settings_and_audit(clinic):
    owner = clinic.owner
    owner.expect(200, "POST", "/v1/session/confirm", {"password": PASSWORD})
    made = owner.expect(201, "POST", "/v1/apiKeys", {"description": "Reads", "scopes": ["users:read"]})
    reader = Caller(clinic.pacs.stack, key=made["apiKey"])
    reader.expect(200, "GET", "/v1/autoScribe/users")
    reader.expect(403, "POST", "/v1/autoScribe/users", {})
    rotated = owner.expect(200, "POST", f"/v1/apiKeys/{made['apiKeyId']}/rotate", {"overlapHours": 0})
    reader.expect(401, "GET", "/v1/autoScribe/users")
    Caller(clinic.pacs.stack, key=rotated["apiKey"]).expect(200, "GET", "/v1/autoScribe/users")
    owner.expect(200, "POST", f"/v1/apiKeys/{made['apiKeyId']}/revoke", {})
    owner.expect(200, "PATCH", "/v1/clinic", {"invitationDays": 14})
    actions = [one["action"] for one in owner.expect(200, "GET", "/v1/auditEvents?limit=100")["auditEvents"]]
    assert {"api_key.created", "api_key.rotated", "api_key.revoked"} <= set(actions)


def test_a_page_of_another_site_is_refused(clinic):
    for headers in [{"Origin": "https://evil.example"}, {"Origin": f"https://{clinic.pacs.stack.ids['Api']}.execute-api.localhost"}]:
        refused = clinic.owner.send("PATCH", "/v1/clinic", {"invitationDays": 7}, **headers)
        assert (refused.status, refused.json["code"]) == (403, "cross_site_request")


def test_a_password_is_changed_and_reset_by_email(stack: Stack):
    clinic = provision(stack, "Hillside Radiology", "maya@hillside.example")
    email, nobody = clinic.owner_email, clinic.nobody
    nobody.expect(401, "POST", "/v1/session", {"email": email, "password": "wrong wrong wrong wrong"})
    change = {"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD}
    clinic.owner.expect(200, "POST", "/v1/password/change", change)
    nobody.expect(401, "POST", "/v1/session", {"email": email, "password": PASSWORD})
    before = len(stack.cloud.emails(email))
    nobody.expect(202, "POST", "/v1/password/forgot", {"email": email})
    link = stack.cloud.newest_link(email, before + 1)
    assert link.startswith(f"{stack.outputs['PublicUrl']}/reset#token=")
    token = link.partition("#token=")[2]
    nobody.expect(200, "POST", "/v1/password/reset", {"token": token, "password": PASSWORD})
    clinic.owner.expect(401, "GET", "/v1/session")
    nobody.expect(200, "POST", "/v1/session", {"email": email, "password": PASSWORD})
