"""Compares the answers that the clients got with what the service holds, after the last start."""

import json
import time
from collections import Counter
from collections.abc import Iterator

from caller import Caller, Findings
from inbox import Inbox
from people import Clinic, Person, read_events, session_headers
from receiver import Receiver

DRAIN_LIMIT = 180
# The queue of a killed service is lost. The schedule finds its deliveries five minutes after they were due.
DELIVERY_LIMIT = 480
# A send whose answer is lost is tried again, three times at most.
COPIES = 3
# These are counted by the person who acted, because each has an object of its own.
BY_ACTOR = {"session.started", "session.ended", "password.reset"}
# The types of events that follow from audit records. The others follow from emails and from what ends.
EVENT_TYPES = {
    "invitation.created": "invitation.created", "invitation.edited": "invitation.edited",
    "invitation.resent": "invitation.resent", "invitation.revoked": "invitation.revoked",
    "invitation.accepted": "invitation.accepted", "user.edited": "user.updated",
    "user.deactivated": "user.deactivated", "user.reactivated": "user.reactivated",
    "api_key.created": "api_key.created", "session.locked": "session.locked",
    "access.issued": "access.issued", "access.redeemed": "access.opened", "access.revoked": "access.revoked",
    "access.refused": "access.refused",
}  # fmt: skip
# Records of changes that no answer confirms one by one.
IGNORED = {"clinic.provisioned", "api_key.created", "session.locked"}


class Verdict:
    """Reads the lists, the audit and the inbox, and adds to the findings."""

    def __init__(self, caller: Caller, inbox: Inbox, receiver: Receiver, findings: Findings) -> None:
        self.caller = caller
        self.inbox = inbox
        self.receiver = receiver
        self.findings = findings
        self.checked: Counter[str] = Counter()

    def check(self, clinics: list[Clinic]) -> None:
        for clinic in clinics:
            invitations = self.wait_until_sent(clinic)
            self.check_invitations(clinic, invitations)
            self.check_users(clinic)
            self.check_accesses(clinic)
            self.check_audit(clinic)
            self.check_events(clinic)
        for fault in self.receiver.faults:
            self.findings.add("unexpected", f"delivery {fault}")
        self.checked["repeated deliveries"] = self.receiver.repeats.total()
        for token, copies in self.inbox.copies.items():
            self.checked["emails"] += copies
            if copies > COPIES:
                self.findings.add("doubled", f"{copies} emails with the link {token[:8]}...")

    def pages(self, path: str, name: str, headers: dict[str, str]) -> Iterator[dict]:
        cursor = ""
        while cursor is not None:
            sign = "&" if "?" in path else "?"
            page = self.caller.call("GET", f"{path}{sign}limit=100&cursor={cursor}", headers=headers, expect={200}).body
            if page.get("skipped"):
                self.findings.add("lost", f"{path}: an item cannot be read")
            yield from page[name]
            cursor = page["cursor"] if page["hasMore"] else None

    def wait_until_sent(self, clinic: Clinic) -> list[dict]:
        deadline = time.monotonic() + DRAIN_LIMIT
        while True:
            found = list(self.pages("/v1/autoScribe/users/invitations", "invitations", clinic.key))
            queued = [item for item in found if item["delivery"] == "queued" and item["status"] == "sent"]
            if not queued or time.monotonic() > deadline:
                break
            time.sleep(2)
        for item in queued:
            self.findings.add("lost", f"email of {item['invitationId']}: queued for {DRAIN_LIMIT} s")
        return found

    def check_invitations(self, clinic: Clinic, found: list[dict]) -> None:
        by_id = {item["invitationId"]: item for item in found}
        emails = Counter(item["email"] for item in found)
        for email, times in emails.items():
            if times > 1 and email not in clinic.unknown_emails:
                self.findings.add("doubled", f"{times} invitations of one address")
        for person in self.known(clinic):
            self.checked["invitations"] += 1
            item = by_id.get(person.invitation_id)
            expected = {"status": person.status, "sendCount": person.generation, "userId": person.user_id}
            if not person.accepted:
                expected["lastName"] = person.last_name
            self.compare(f"invitation {person.invitation_id}", item, expected)
            if person.status == "sent" and len(self.inbox.tokens(person.email, "accept")) < 1:
                self.findings.add("lost", f"email of {person.invitation_id}")
            if len(self.inbox.tokens(person.email, "accept")) > person.generation:
                self.findings.add("doubled", f"more links than sends of {person.invitation_id}")

    def check_users(self, clinic: Clinic) -> None:
        path = "/v1/autoScribe/users"
        by_id = {user["userId"]: user for user in self.pages(path, "users", clinic.key)}
        for person in self.known(clinic):
            user = by_id.pop(person.user_id, None)
            if not person.accepted:
                if user:
                    self.findings.add("unexpected", f"user {person.user_id}: there, but nobody accepted")
                continue
            self.checked["users"] += 1
            status = "active" if person.active else "deactivated"
            expected = {"status": status, "lastName": person.last_name, "email": person.email}
            self.compare(f"user {person.user_id}", user, expected)

    def check_accesses(self, clinic: Clinic) -> None:
        by_id = {access["accessId"]: access for access in self.pages("/v1/access", "access", clinic.key)}
        for person in self.known(clinic):
            for access in person.accesses:
                self.checked["links"] += 1
                wanted = {"revoked"} if access.revoked else {"open", "ended"}
                found = by_id.get(access.access_id, {}).get("status")
                if found not in wanted:
                    self.findings.add("lost", f"access {access.access_id}: {found}, confirmed {wanted}")

    def check_audit(self, clinic: Clinic) -> None:
        found: Counter[tuple[str, str]] = Counter()
        for event in self.pages("/v1/auditEvents", "auditEvents", self.sign_in_owner(clinic)):
            self.checked["audit records"] += 1
            actor_counts = event["action"] in BY_ACTOR
            found[event["action"], event["actor" if actor_counts else "object"]] += 1
        confirmed, may_repeat = self.sum_confirmed(clinic)
        for (action, target), times in confirmed.items():
            most = times + may_repeat[action, target]
            if found[action, target] < times:
                self.findings.add("lost", f"{action} of {target}: {found[action, target]}, confirmed {times}")
            elif found[action, target] > most:
                self.findings.add("doubled", f"{action} of {target}: {found[action, target]}, confirmed {times}")
        self.check_unconfirmed(clinic, found, confirmed)

    def check_unconfirmed(self, clinic: Clinic, found: Counter, confirmed: Counter) -> None:
        """Finds changes that no answer confirmed."""
        skipped = {name for person in clinic.people if not person.is_known for name in self.names(person)}
        ours = {name for person in self.known(clinic) for name in self.names(person)}
        unconfirmed_links = 0
        for (action, target), times in found.items():
            if (action, target) in confirmed or target in skipped or action in IGNORED:
                continue
            if action == "access.issued":
                unconfirmed_links += times
            elif target in ours:
                self.findings.add("doubled", f"{action} of {target}: {times}, and no answer confirmed it")
        if unconfirmed_links > clinic.may_be_issued:
            count = f"{unconfirmed_links}, and {clinic.may_be_issued} repeats may have made one"
            self.findings.add("doubled", f"links that no answer confirmed: {count}")

    def check_events(self, clinic: Clinic) -> None:
        """Compares the audit with the feed, and the feed with what the receiver got."""
        owner = self.sign_in_owner(clinic)
        records = {
            event["eventId"].removeprefix("evt_"): EVENT_TYPES[event["action"]]
            for event in self.pages("/v1/auditEvents", "auditEvents", owner)
            if event["action"] in EVENT_TYPES
        }
        deadline = time.monotonic() + DELIVERY_LIMIT
        while True:
            events, _ = read_events(self.caller, owner)
            later = read_events(self.caller, owner, clinic.events_after)[0]
            later = [event for event in later if event["createdAt"] >= clinic.webhook_at]
            audited = {event["id"].removeprefix("whe_"): event["type"] for event in events if event["type"] in EVENT_TYPES.values()}
            received = self.receiver.received(clinic.path)
            missing = [event for event in later if event["id"] not in received]
            if not missing and records.items() <= audited.items() or time.monotonic() > deadline:
                break
            time.sleep(2)
        self.checked["events"] += len(events)
        self.checked["deliveries"] += len(received)
        self.find_differences(clinic, "the feed, by the audit", records, audited)
        sent = {event["id"]: event for event in later}
        # Those around the second in which the webhook became active may come or not.
        early = {event["id"]: event for event in events if event["id"] in received}
        got = {message: json.loads(body) for message, body in received.items()}
        self.find_differences(clinic, "the receiver, by the feed", early | sent, got)
        for event, times in Counter(event["id"] for event in events).items():
            if times > 1:
                self.findings.add("doubled", f"event {event}: {times} in the feed")

    def find_differences(self, clinic: Clinic, where: str, expected: dict, found: dict) -> None:
        for name, value in expected.items():
            if found.get(name) != value:
                self.findings.add("lost", f"event {name} of {clinic.clinic_id} in {where}: {found.get(name)}, not {value}")
        for name in found.keys() - expected.keys():
            self.findings.add("doubled", f"event {name} of {clinic.clinic_id} in {where}: there for no reason")

    def sum_confirmed(self, clinic: Clinic) -> tuple[Counter, Counter]:
        confirmed: Counter[tuple[str, str]] = Counter()
        may_repeat: Counter[tuple[str, str]] = Counter()
        for person in self.known(clinic):
            confirmed.update(person.confirmed)
            may_repeat.update(person.may_repeat)
        return confirmed, may_repeat

    def sign_in_owner(self, clinic: Clinic) -> dict[str, str]:
        body = {"email": clinic.owner_email, "password": clinic.owner_password}
        origin = {"Origin": self.caller.url}
        answer = self.caller.call("POST", "/v1/session", body, headers=origin, expect={200})
        return session_headers(self.caller.url, answer.headers.get_list("set-cookie"), clinic.clinic_id)

    def compare(self, what: str, found: dict | None, expected: dict) -> None:
        if found is None:
            self.findings.add("lost", f"{what}: not there")
            return
        other = {name: (found.get(name), value) for name, value in expected.items() if found.get(name) != value}
        if other:
            self.findings.add("lost", f"{what}: (found, confirmed) {other}")

    @staticmethod
    def known(clinic: Clinic) -> list[Person]:
        return [person for person in clinic.people if person.is_known]

    @staticmethod
    def names(person: Person) -> set[str]:
        return {person.invitation_id, person.user_id, *(target for _, target in person.confirmed)}
