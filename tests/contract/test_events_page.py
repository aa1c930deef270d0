"""Runs the code in docs/EVENTS.md, and gives every type of event in it to AutoScribe's official SDK."""

import json
import re
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx
import pytest

from conftest import ROOT, Service
from test_sdk import open_link
from test_webhook_receivers import SECRET, Clinic, new_event, open_clinic, sign
from test_webhooks import Delivery, run_receiver, wait_for

PAGE = (ROOT / "docs" / "EVENTS.md").read_text()
SCHEMAS = json.loads((ROOT / "docs" / "openapi.json").read_text())["components"]["schemas"]
PERSON = ["clinicRole", "level", "canManageStudies", "canCreateReports", "hasDashboardAccess", "npiVerification"]
# These need a day, or an operator.
NOT_CAUSED = {"invitation.expired", "signing_key.rotated"}
STUDY = "1.2.840.113619.2.1"


def read_table() -> dict[str, list[str]]:
    """The members of the data of each type, as the page says."""
    found: dict[str, list[str]] = {}
    members: list[str] = []
    for row in re.findall(r"^\| (`[a-z_.]+\.[a-z_]+`.*) \|$", PAGE.split("\n## Types\n")[1], re.MULTILINE):
        names, _, data = (cell.strip() for cell in row.split("|"))
        before = members if "the same" in data else []
        named = [name for name in re.findall(r"`(\w+)`", data) if name in SCHEMAS["EventDataView"]["properties"]]
        person = PERSON if re.search(r"\bperson\b", data.replace("invited person", "")) else []
        members = [*before, *named, *person]
        group = ""
        for name in re.findall(r"`([a-z_.]+)`", names):
            group = name.split(".")[0] or group
            found[f"{group}.{name.split('.')[1]}"] = members
    return found


TABLE = read_table()


@dataclass
class Changes:
    """A clinic in which someone causes every type of event, and what its receiver got."""

    clinic: Clinic
    secret: str
    received: list[Delivery] = field(default_factory=list)

    def events(self) -> dict[str, tuple[dict, dict[str, str], str]]:
        """The last delivery of each type: the event, the headers and the body."""
        parsed = [(json.loads(body), headers, body) for headers, body in self.received]
        return {one[0]["type"]: one for one in parsed}


def cause_changes_of_people(clinic: Clinic) -> None:
    user = clinic.add_user()
    clinic.users.update(user, can_manage_studies=False)
    clinic.users.revoke_access(user_id=user)
    clinic.users.reactivate(user_id=user)
    clinic.users.revoke_access(user_id=user)
    clinic.post("/v1/autoScribe/users/release", {"userId": user})
    refused = clinic.invite()
    token = {"token": clinic.service.read_token(refused.email)}
    httpx.post(f"{clinic.service.url}/v1/invitation/reject", json=token).raise_for_status()
    clinic.users.invitations.revoke(user_id=clinic.invite().user_id)
    other_name = dict(last_name="Lind", clinic_role="Radiologist", can_create_reports=True, npi_number="1234567893")
    clinic.post(f"/v1/autoScribe/users/{clinic.add_user(**other_name)}/attest-npi")


def cause_changes_of_keys_and_access(clinic: Clinic) -> None:
    key = clinic.post("/v1/apiKeys", {"description": "Worklist", "scopes": ["users:read"]})["apiKeyId"]
    clinic.post(f"/v1/apiKeys/{key}/rotate", {"overlapHours": 0})
    clinic.post(f"/v1/apiKeys/{key}/revoke")
    studies = clinic.sdk.auto_scribe.studies
    opened, revoked = (studies.viewer_only_reroute_url(study_instance_uid=STUDY) for _ in range(2))
    open_link(clinic.service, opened.url)
    with pytest.raises(httpx.HTTPStatusError):
        open_link(clinic.service, opened.url)
    clinic.post("/v1/access/revoke", {"accessId": revoked.accessId})


def transfer_ownership_and_lock_out(clinic: Clinic) -> None:
    next_owner = clinic.invite(level="admin", has_dashboard_access=True)
    clinic.service.accept(next_owner.email, password="lantern-gravel-otter")
    clinic.post("/v1/clinic/transfer-ownership", {"userId": next_owner.user_id})
    wrong = {"email": next_owner.email, "password": "lantern-gravel-beaver"}
    for _ in range(11):
        refused = httpx.post(f"{clinic.service.url}/v1/session", json=wrong, headers={"Origin": clinic.service.url})
        assert refused.status_code in (401, 429)
    assert refused.status_code == 429


@pytest.fixture(scope="module")
def changes(service: Service) -> Iterator[Changes]:
    clinic = open_clinic(service)
    with run_receiver() as (url, received):
        made = clinic.post("/v1/webhookEndpoints", {"url": url, "description": "PACS"})
        wait_for(lambda: len(received) == 1)
        link = {"study_instance_uid": STUDY, "extra_body": {"linkSeconds": 15}}
        clinic.sdk.auto_scribe.studies.viewer_only_reroute_url(**link)
        resent = clinic.users.invitations.list(user_id=clinic.invite().user_id).invitations[0].invitation_id
        invited_at = time.monotonic()
        clinic.users.invitations.update(resent, can_manage_studies=False)
        cause_changes_of_people(clinic)
        cause_changes_of_keys_and_access(clinic)
        transfer_ownership_and_lock_out(clinic)
        # An invitation can be emailed once a minute. The link's end comes a minute or two after it.
        time.sleep(max(0, 61 - (time.monotonic() - invited_at)))
        clinic.post(f"/v1/autoScribe/users/invitations/{resent}/resend")
        caused = Changes(clinic, made["secret"], received)
        for _ in range(12):
            if set(caused.events()) >= set(TABLE) - NOT_CAUSED:
                break
            time.sleep(10)
        yield caused


def example_value(name: str) -> object:
    """A value that the schema allows."""
    schema = SCHEMAS["EventDataView"]["properties"][name]
    if "$ref" in schema:
        return SCHEMAS[schema["$ref"].split("/")[-1]]["enum"][0]
    prefixes = {"invitationId": "inv_", "userId": "usr_", "previousOwnerId": "usr_", "accessId": "acc_"}
    return True if schema["type"] == "boolean" else prefixes.get(name, "") + uuid.uuid4().hex


def test_the_page_has_every_type() -> None:
    assert sorted(TABLE) == sorted(SCHEMAS["EventTypeName"]["enum"])
    described = {name for members in TABLE.values() for name in members}
    assert described | {"actor"} == set(SCHEMAS["EventDataView"]["properties"])


def test_the_sdk_unwraps_every_type_as_the_service_sends_it(changes: Changes) -> None:
    events = changes.events()
    assert set(events) - {"webhook.challenge"} == set(TABLE) - NOT_CAUSED
    for kind, (sent, headers, body) in events.items():
        event = changes.clinic.sdk.webhooks.unwrap(body, headers=headers, key=changes.secret)
        assert (event.type, event.id, event.to_dict(mode="json")) == (kind, sent["id"], sent)
        assert headers["webhook-id"] == sent["id"]


def test_the_sdk_unwraps_the_types_that_were_not_caused(service: Service) -> None:
    for kind in NOT_CAUSED:
        data = {name: example_value(name) for name in ["actor", *TABLE[kind]]}
        event_id, body = new_event(kind, data)
        event = service.client().webhooks.unwrap(
            body, headers=sign(SECRET, event_id, int(time.time()), body), key=SECRET
        )
        assert (event.type, event.id, event.to_dict(mode="json")) == (kind, event_id, json.loads(body))


def test_events_have_the_members_that_the_page_describes(changes: Changes) -> None:
    feed = changes.clinic.read_feed()
    sent = [json.loads(body) for _, body in changes.received[1:]]
    assert sorted(sent, key=lambda event: event["id"]) == sorted(
        (event for event in feed if event in sent), key=lambda event: event["id"]
    ), "the feed has what was delivered"
    for event in feed:
        assert set(event["data"]) - {"actor"} <= set(TABLE[event["type"]]), event
    for kind, members in TABLE.items():
        seen = {name for event in feed if event["type"] == kind for name in event["data"]}
        assert kind in NOT_CAUSED or set(members) - seen <= {"userId", "invitationId"}, kind
    text = json.dumps(feed)
    people = [*changes.clinic.users.list(), *changes.clinic.users.invitations.list()]
    for value in {STUDY, "1234567893", "Worklist", *(one.email for one in people), *(one.last_name for one in people)}:
        assert value not in text


def test_the_reader_of_the_feed_runs_unchanged(changes: Changes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AVARA_BASE_URL", changes.clinic.service.url)
    monkeypatch.setenv("AVARA_API_KEY", changes.clinic.key)
    [block] = [block for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "def follow(" in block]
    names: dict = {}
    exec(block, names)  # noqa: S102
    pauses: list[float] = []
    monkeypatch.setattr(names["time"], "sleep", pauses.append)
    feed = changes.clinic.read_feed()
    pages = names["follow"]("0")
    events, after = next(pages)
    while len(events) < len(feed):
        more, after = next(pages)
        events = events + more
    assert events == feed
    assert (next(pages), len(pauses)) == (([], after), 1), "it waits at the end"
    tag, number = after.split(".")
    last, _ = next(names["follow"](f"{tag}.{int(number) - 1}"))
    assert last == feed[-1:], "the cursor continues"
