"""From an empty account to confirmed people: table, stream, email, link, registry, schedule."""

from conftest import PASSWORD, Clinic, member, radiologist

from cloud import DOMAIN, Stack, wait_for
from registry import NPI

USERS = "/v1/autoScribe/users"
INVITATIONS = f"{USERS}/invitations"


def test_the_email_links_to_the_public_url(clinic: Clinic, stack: Stack):
    link = stack.cloud.newest_link(clinic.owner_email)
    assert link.startswith(f"{stack.outputs['PublicUrl']}/accept#token=")
    assert clinic.nobody.send("GET", link.removeprefix(stack.outputs["PublicUrl"]).partition("#")[0]).status == 200


def test_the_email_comes_from_the_clinic_via_autoscribe(clinic: Clinic, stack: Stack):
    sender = stack.cloud.emails(clinic.owner_email)[0]["Source"]
    assert sender == f'"Lakeside Imaging via AutoScribe" <no-reply@{DOMAIN}>'


def test_an_owner_signs_in_with_a_cookie_of_the_public_url(clinic: Clinic):
    answer = clinic.nobody.send("POST", "/v1/session", {"email": clinic.owner_email, "password": PASSWORD})
    cookie = next(one for one in answer.headers.get_all("Set-Cookie") if one.startswith("__Host-autoscribe-session="))
    assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert clinic.owner.expect(200, "GET", "/v1/session")["clinic"]["clinicId"] == clinic.id
    clinic.nobody.expect(401, "GET", "/v1/session")


def test_a_radiologist_confirms_and_is_assignable(clinic: Clinic):
    address = "anna@lakeside.example"
    invited = clinic.pacs.expect(201, "POST", USERS, radiologist(address))
    assert invited["npiVerification"] == "verified"
    # The SDK repeats an invite by itself. It gets the first answer, and no second email goes out.
    assert clinic.pacs.expect(201, "POST", USERS, radiologist(address))["invitationId"] == invited["invitationId"]
    clinic.pacs.expect(409, "POST", USERS, radiologist(address) | {"firstName": "Else"})
    path = f"{INVITATIONS}/{invited['invitationId']}"
    wait_for(lambda: clinic.pacs.expect(200, "GET", path)["delivery"] in ("sent", "delivered"), "sent email")
    clinic.pacs.expect(200, "PATCH", path, {"phoneNumber": "+13125550100"})
    accepted = clinic.accept(address)
    assert len(clinic.pacs.stack.cloud.emails(address)) == 1
    listed = clinic.pacs.expect(200, "GET", f"{USERS}?assignable=true")["users"]
    assert accepted["userId"] in [user["userId"] for user in listed]
    user = {"userId": accepted["userId"]}
    clinic.pacs.expect(200, "POST", f"{USERS}/revoke-access", user)
    clinic.pacs.expect(200, "POST", f"{USERS}/reactivate", user)
    clinic.pacs.expect(200, "PATCH", f"{USERS}/{accepted['userId']}", {"canManageStudies": True})
    clinic.pacs.expect(200, "POST", f"{USERS}/revoke-access", user)
    clinic.pacs.expect(200, "POST", f"{USERS}/release", user)


def test_the_dashboard_counts_names_and_looks_up(clinic: Clinic):
    looked_up = {"status": "verified", "firstName": "ANNA", "lastName": "HALE", "licenseStates": []}
    assert clinic.owner.expect(200, "POST", "/v1/npi/lookup", {"npiNumber": NPI, "lastName": "Hale"}) == looked_up
    clinic.owner.expect(201, "POST", USERS, member("counted@lakeside.example"))
    listed = clinic.owner.expect(200, "GET", f"{INVITATIONS}?q=counted@")["invitations"]
    assert [one["inviterName"] for one in listed] == ["Olu Adeyemi"]
    # The index may lag behind.
    wait_for(lambda: clinic.owner.expect(200, "GET", f"{INVITATIONS}/summary")["open"]["count"] >= 1, "an open invitation")
    assert clinic.owner.expect(200, "GET", "/v1/apiKeys")["apiKeys"]


def test_invitations_are_listed_by_index_and_by_page(clinic: Clinic):
    people = [member(f"batch{n}@lakeside.example") for n in range(3)]
    results = clinic.pacs.expect(207, "POST", f"{USERS}/batch", {"users": people})["results"]
    assert [one["status"] for one in results] == [201, 201, 201]
    page = clinic.pacs.expect(200, "GET", f"{INVITATIONS}?status=sent&limit=2")
    assert len(page["invitations"]) == 2
    following = clinic.pacs.expect(200, "GET", f"{INVITATIONS}?status=sent&limit=2&cursor={page['cursor']}")
    assert following["invitations"]


def test_a_revoked_link_is_dead(clinic: Clinic, stack: Stack):
    address = "revoked@lakeside.example"
    invitation = clinic.pacs.expect(201, "POST", USERS, member(address))["invitationId"]
    token = stack.cloud.newest_link(address).partition("#token=")[2]
    clinic.nobody.expect(200, "POST", "/v1/invitation/lookup", {"token": token})
    clinic.pacs.expect(200, "POST", f"{INVITATIONS}/revoke", {"invitationId": invitation})
    clinic.nobody.expect(404, "POST", "/v1/invitation/lookup", {"token": token})


def test_an_invitee_rejects(clinic: Clinic, stack: Stack):
    address = "rejects@lakeside.example"
    invitation = clinic.pacs.expect(201, "POST", USERS, member(address))["invitationId"]
    token = stack.cloud.newest_link(address).partition("#token=")[2]
    clinic.nobody.expect(200, "POST", "/v1/invitation/reject", {"token": token, "reason": "Wrong clinic"})
    assert clinic.pacs.expect(200, "GET", f"{INVITATIONS}/{invitation}")["status"] == "rejected"


def test_a_repeat_with_an_idempotency_key_is_answered_from_the_table(clinic: Clinic):
    body = member("idempotent@lakeside.example")
    first = clinic.pacs.send("POST", USERS, body, Idempotency_Key="deploy")
    again = clinic.pacs.send("POST", USERS, body, Idempotency_Key="deploy")
    assert (first.status, again.status, again.json) == (201, 201, first.json)
    assert again.headers["idempotent-replayed"] == "true"


def test_the_schedules_call_their_functions(stack: Stack):
    rules = stack.cloud.client("events")
    for name in ("MailerSchedule", "NpiVerifierSchedule"):
        targets = rules.list_targets_by_rule(Rule=stack.ids[name].rpartition("|")[2])["Targets"]
        assert len(targets) == 1, name
    scheduled = {"source": "aws.events", "detail-type": "Scheduled Event"}
    stack.invoke("Mailer", scheduled)
    stack.invoke("NpiVerifier", scheduled)
