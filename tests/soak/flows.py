"""What the clients do. Each flow is one change, or a few that belong together."""

import random
import time
import uuid
from collections.abc import Callable
from threading import Event, Thread

from caller import Answer, Caller, Findings, Unexpected
from inbox import Inbox
from people import Access, Clinic, Person, new_password, open_clinic, session_headers
from receiver import Receiver
from service import Service

USERS = "/v1/autoScribe/users"
INVITATIONS = f"{USERS}/invitations"
RESEND_PAUSE = 61
# A redeem or reset whose answer was lost can be repeated for this long.
REPEAT_WINDOW = 30
# The requests for a reset from one network are limited to 300 in 15 minutes.
RESET_SHARE = 0.01
# Fewer than the 3 emails to an address in 15 minutes.
RESETS_PER_PERSON = 2
PAUSE_BETWEEN_FLOWS = (0.02, 0.15)
Applies = Callable[[Person], bool]


def is_pending(person: Person) -> bool:
    return person.status == "sent"


def is_resendable(person: Person) -> bool:
    return is_pending(person) and time.time() - person.sent_at > RESEND_PAUSE


def is_active(person: Person) -> bool:
    return person.accepted and person.active


def is_deactivated(person: Person) -> bool:
    return person.accepted and not person.active


def has_account(person: Person) -> bool:
    return is_active(person) and person.has_dashboard


def has_view(person: Person) -> bool:
    return is_active(person) and any(not access.revoked for access in person.accesses)


class Client(Thread):
    """Works on people of its own until `stop` is set. Then it finishes its flow."""

    def __init__(
        self, service: Service, inbox: Inbox, receiver: Receiver, findings: Findings, stop: Event
    ) -> None:
        super().__init__(daemon=True)
        self.service = service
        self.inbox = inbox
        self.receiver = receiver
        self.findings = findings
        self.stop = stop
        self.caller = Caller(service.url, findings)
        self.clinics: list[Clinic] = []
        self.failure: str | None = None
        self.flows: list[tuple[float, Applies, Callable[[Person], None]]] = [
            (0.6, is_pending, self.edit),
            (0.3, is_resendable, self.resend),
            (0.15, is_pending, self.revoke),
            (1.0, is_pending, self.accept),
            (0.8, has_account, self.sign_in_and_out),
            (0.8, is_active, self.change_user),
            (0.4, is_active, self.deactivate),
            (0.8, is_deactivated, self.reactivate),
            (0.8, is_active, self.open_view),
            (0.6, has_view, self.revoke_view),
        ]

    @property
    def clinic(self) -> Clinic:
        return self.clinics[-1]

    @property
    def people(self) -> list[Person]:
        return [person for clinic in self.clinics for person in clinic.people if person.is_known]

    def run(self) -> None:
        try:
            while not self.stop.is_set():
                if not self.clinics or self.clinic.is_full:
                    self.clinics.append(open_clinic(self.service, self.inbox, self.receiver, self.caller))
                self.run_flow()
                time.sleep(random.uniform(*PAUSE_BETWEEN_FLOWS))
        except Exception as error:  # noqa: BLE001
            self.failure = f"{type(error).__name__}: {error}"
            raise

    def run_flow(self) -> None:
        people = self.people
        if len(people) < 8 or random.random() < 0.15:
            return self.guard(None, lambda _: self.invite())
        if random.random() < RESET_SHARE and (with_account := list(filter(has_account, people))):
            return self.guard(random.choice(with_account), self.reset_password)
        weights = [weight for weight, _, _ in self.flows]
        _, applies, flow = random.choices(self.flows, weights)[0]
        # Recent people, so that one person lives through several flows.
        found = [person for person in people[-60:] if applies(person)]
        if found:
            self.guard(random.choice(found), flow)
        return None

    def guard(self, person: Person | None, flow: Callable[[Person | None], None]) -> None:
        try:
            flow(person)
        except Unexpected:
            if person:
                person.is_known = False

    def call_as_pacs(self, person: Person, method: str, path: str, body: dict | None = None, **how: object) -> Answer:
        return self.caller.call(method, path, body, headers=person.clinic.key, expect={200}, **how)

    def invite(self) -> None:
        name = uuid.uuid4().hex
        has_dashboard = random.random() < 0.5
        body = {
            "email": f"{name}@clinic.example", "firstName": "Grace", "lastName": self.new_name(),
            "clinicRole": "Front Desk Operator", "level": "member", "canManageStudies": True,
            "canCreateReports": False, "hasDashboardAccess": has_dashboard,
        }  # fmt: skip
        with_key = random.random() < 0.5
        clinic = self.clinic
        clinic.invited += 1
        try:
            made = self.caller.call("POST", USERS, body, headers=clinic.key, expect={201}, key=with_key).body
        except Unexpected:
            clinic.unknown_emails.add(body["email"])
            raise
        person = Person(
            clinic, body["email"], has_dashboard, made["invitationId"], made["userId"], body["lastName"], time.time()
        )
        person.confirm("invitation.created", person.invitation_id)
        clinic.people.append(person)
        self.findings.count("invite")

    def edit(self, person: Person) -> None:
        name = self.new_name()
        self.call_as_pacs(person, "PATCH", f"{INVITATIONS}/{person.invitation_id}", {"lastName": name})
        person.last_name = name
        person.confirm("invitation.edited", person.invitation_id)
        self.findings.count("edit")

    def resend(self, person: Person) -> None:
        if person.clinic.is_full:
            return
        person.clinic.invited += 1
        path = f"{INVITATIONS}/{person.invitation_id}/resend"
        answer = self.call_as_pacs(person, "POST", path, key=random.random() < 0.5)
        person.sent_at = time.time()
        person.generation += 1
        person.confirm("invitation.resent", person.invitation_id)
        if answer.body["sendCount"] != person.generation:
            count = f"sendCount {answer.body['sendCount']}, confirmed {person.generation}"
            self.findings.add("doubled", f"resend {person.invitation_id}: {count}")
            raise Unexpected
        self.findings.count("resend")

    def revoke(self, person: Person) -> None:
        body = {"invitationId": person.invitation_id}
        self.call_as_pacs(person, "POST", f"{INVITATIONS}/revoke", body, key=random.random() < 0.5)
        person.status = "revoked"
        person.confirm("invitation.revoked", person.invitation_id)
        self.findings.count("revoke")

    def accept(self, person: Person) -> None:
        token = self.inbox.wait_for(person.email, "accept", person.generation - 1)
        if not token:
            self.findings.add("lost", f"email {person.generation} of {person.invitation_id}")
            raise Unexpected
        lookup = self.caller.call("POST", "/v1/invitation/lookup", {"token": token}, expect={200}).body
        body = {"token": token, "terms": lookup["terms"]}
        if person.has_dashboard:
            person.password = body["password"] = new_password()
        answer = self.caller.call(
            "POST", "/v1/invitation/accept", body, headers={"Origin": self.service.url}, expect={200}
        )
        person.status = "accepted"
        person.confirm("invitation.accepted", person.invitation_id)
        if person.has_dashboard:
            person.confirm("session.started", person.user_id)
            person.may_repeat["session.started", person.user_id] += answer.unclear
        self.findings.count("accept")

    def sign_in_and_out(self, person: Person) -> None:
        self.sign_in(person)
        headers = {"Cookie": person.cookie}
        session = self.caller.call("GET", "/v1/session", headers=headers, expect={200}).body
        if session["user"]["userId"] != person.user_id:
            self.findings.add("unexpected", f"GET /v1/session: the session of {person.user_id} is another's")
        if random.random() < 0.5:
            self.sign_out(person)

    def sign_in(self, person: Person) -> None:
        body = {"email": person.email, "password": person.password}
        answer = self.caller.call("POST", "/v1/session", body, headers={"Origin": self.service.url}, expect={200})
        headers = session_headers(self.service.url, answer.headers.get_list("set-cookie"), person.clinic.clinic_id)
        person.cookie = headers["Cookie"]
        person.confirm("session.started", person.user_id)
        person.may_repeat["session.started", person.user_id] += answer.unclear
        self.findings.count("sign-in")

    def sign_out(self, person: Person) -> None:
        headers = {
            "Cookie": person.cookie, "Origin": self.service.url, "AutoScribe-Clinic": person.clinic.clinic_id
        }  # fmt: skip
        # A repeat finds no session.
        self.caller.call("DELETE", "/v1/session", headers=headers, expect={204}, after_unclear={401})
        person.confirm("session.ended", person.user_id)
        self.caller.call("GET", "/v1/session", headers={"Cookie": person.cookie}, expect={401})
        self.findings.count("sign-out")

    def reset_password(self, person: Person) -> None:
        if person.resets >= RESETS_PER_PERSON:
            return
        person.resets += 1
        known = len(self.inbox.tokens(person.email, "reset"))
        asked = self.caller.call("POST", "/v1/password/forgot", {"email": person.email}, expect={202})
        if asked.unclear:
            # There may be two emails, and only the later link works.
            return
        token = self.inbox.wait_for(person.email, "reset", known)
        if not token:
            self.findings.add("lost", f"email of a reset for {person.user_id}")
            raise Unexpected
        before, password = time.time(), new_password()
        answer = self.call_late(
            before, "POST", "/v1/password/reset", {"token": token, "password": password}
        )
        person.password = password
        person.confirm("password.reset", person.user_id)
        self.findings.count("reset")
        if answer.status == 200 and person.cookie:
            self.caller.call("GET", "/v1/session", headers={"Cookie": person.cookie}, expect={401})
        self.sign_in(person)

    def change_user(self, person: Person) -> None:
        name = self.new_name()
        path, body = f"{USERS}/{person.user_id}", {"lastName": name}
        headers = random.choice([person.clinic.key, person.clinic.owner])
        self.caller.call("PATCH", path, body, headers=headers, expect={200})
        person.last_name = name
        person.confirm("user.edited", person.user_id)
        self.findings.count("change")

    def deactivate(self, person: Person) -> None:
        self.call_as_pacs(person, "POST", f"{USERS}/revoke-access", {"userId": person.user_id})
        person.active = False
        person.confirm("user.deactivated", person.user_id)
        if person.cookie:
            self.caller.call("GET", "/v1/session", headers={"Cookie": person.cookie}, expect={401})
            person.cookie = None
        # Views of a deactivated person end, without a record of their own.
        person.accesses.clear()
        self.findings.count("deactivate")

    def reactivate(self, person: Person) -> None:
        self.call_as_pacs(person, "POST", f"{USERS}/reactivate", {"userId": person.user_id})
        person.active = True
        person.confirm("user.reactivated", person.user_id)
        self.findings.count("reactivate")

    def open_view(self, person: Person) -> None:
        path = "/v1/autoScribe/studies/viewer-only-reroute-url"
        # Another study each time, because a new link replaces an unopened one for the same study.
        body = {"userId": person.user_id, "studyId": f"stu_{uuid.uuid4().hex}", "linkSeconds": 300}
        issued = self.call_as_pacs(person, "POST", path, body)
        access = Access(issued.body["accessId"], issued.body["url"].split("token=")[1])
        person.confirm("access.issued", access.access_id)
        person.clinic.may_be_issued += issued.unclear
        self.findings.count("link")
        before = time.time()
        opened = self.call_late(before, "POST", "/v1/access/redeem", {"token": access.token}, key=True)
        if opened.status != 200:
            return
        access.view = opened.body["viewToken"]
        person.confirm("access.redeemed", access.access_id)
        person.accesses.append(access)
        self.expect_active(person, access, True)
        self.findings.count("redeem")

    def revoke_view(self, person: Person) -> None:
        access = next(access for access in person.accesses if not access.revoked)
        self.call_as_pacs(person, "POST", "/v1/access/revoke", {"accessId": access.access_id})
        access.revoked = True
        person.confirm("access.revoked", access.access_id)
        self.expect_active(person, access, False)
        self.findings.count("revoke link")

    def expect_active(self, person: Person, access: Access, active: bool) -> None:
        found = self.call_as_pacs(person, "POST", "/v1/access/introspect", {"token": access.view}).body["active"]
        # A view token lives 5 minutes, longer than a flow.
        if found != active:
            self.findings.add("lost", f"introspect {access.access_id}: active is {found}")
            raise Unexpected

    def call_late(self, before: float, method: str, path: str, body: dict, **how: object) -> Answer:
        """Calls a route whose repeat is answered like the first only for a while."""
        answer = self.caller.call(method, path, body, expect={200}, after_unclear={404}, **how)
        if answer.status == 404 and time.time() - before < REPEAT_WINDOW:
            self.findings.add("unexpected", f"{method} {path}: 404 when a lost answer was repeated in time")
            raise Unexpected
        return answer

    @staticmethod
    def new_name() -> str:
        letters = uuid.uuid4().hex.translate(str.maketrans("0123456789", "ghijklmnop"))
        return f"Lind {letters[:12]}"
