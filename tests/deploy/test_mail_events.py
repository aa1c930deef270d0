"""What SES reports about emails, with the role that records it."""

from conftest import Clinic, member

from cloud import Stack, wait_for

USERS = "/v1/autoScribe/users"
BOUNCE = {"bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": [{"status": "5.1.1"}]}


def test_a_bounce_reaches_the_invitation(clinic: Clinic, stack: Stack):
    invited = clinic.pacs.expect(201, "POST", USERS, member("bounced@lakeside.example"))
    path = f"{USERS}/invitations/{invited['invitationId']}"
    wait_for(lambda: clinic.pacs.expect(200, "GET", path)["delivery"] == "sent", "sent email")
    tags = {"clinic": [clinic.id], "invitation": [invited["invitationId"]], "generation": ["1"]}
    mail = {"messageId": "m1", "destination": ["bounced@lakeside.example"], "tags": tags}
    for kind, detail in {"Delivery": {}, "Bounce": {"bounce": BOUNCE}, "DeliveryDelay": {}}.items():
        stack.invoke("MailEvents", {"source": "aws.ses", "detail": {"eventType": kind, "mail": mail} | detail})
    shown = clinic.pacs.expect(200, "GET", path)
    assert (shown["delivery"], shown["deliveryDetail"]) == ("bounced", "The mailbox does not exist. Check the address.")
    listed = clinic.pacs.expect(200, "GET", f"{USERS}/invitations?delivery=bounced")["invitations"]
    assert [one["invitationId"] for one in listed] == [invited["invitationId"]]
