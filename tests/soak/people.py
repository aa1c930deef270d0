"""What the answers confirmed about each person, which the service must still know at the end."""

import secrets
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field

from caller import Caller
from inbox import Inbox
from receiver import Receiver
from service import OWNER, Service

# Fewer than the 500 emails that a clinic may send in a day.
INVITATIONS_PER_CLINIC = 400
ACTIVE_LIMIT = 120


@dataclass
class Access:
    """A link to a view of one person."""

    access_id: str
    token: str
    view: str | None = None
    revoked: bool = False


@dataclass
class Person:
    """One client owns a person, so that its changes have one order."""

    clinic: "Clinic"
    email: str
    has_dashboard: bool
    invitation_id: str
    user_id: str
    last_name: str
    sent_at: float
    status: str = "sent"
    """Of the invitation."""
    active: bool = True
    generation: int = 1
    """How many links were emailed."""
    resets: int = 0
    password: str | None = None
    cookie: str | None = None
    accesses: list[Access] = field(default_factory=list)
    confirmed: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often an answer confirmed a change, by action and object of the audit."""
    may_repeat: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often it may have been done besides, because docs/API.md says that a repeat does it again."""
    is_known: bool = True
    """False after an unexpected answer: then the client does not know what holds."""

    def confirm(self, action: str, target: str) -> None:
        self.confirmed[action, target] += 1

    @property
    def accepted(self) -> bool:
        return self.status == "accepted"


@dataclass
class Clinic:
    clinic_id: str
    key: dict[str, str]
    """The header of a PACS."""
    owner: dict[str, str]
    """The headers of the owner at the dashboard."""
    owner_email: str
    owner_password: str
    invited: int = 0
    people: list[Person] = field(default_factory=list)
    unknown_emails: set[str] = field(default_factory=set)
    """Invites with an unexpected answer."""
    may_be_issued: int = 0
    """Links in lost answers. Each may exist, because docs/API.md says that a repeat makes a second one."""
    events_after: str | None = None
    """The cursor of the feed when the clinic's webhook was active. It gets every later event, unless the change was
    before the webhook."""
    webhook_at: str = ""
    """When the webhook was created."""

    @property
    def path(self) -> str:
        """Where the receiver gets the clinic's events."""
        return f"/{self.clinic_id}"

    @property
    def is_full(self) -> bool:
        return self.invited >= INVITATIONS_PER_CLINIC


def new_password() -> str:
    return f"{secrets.token_urlsafe(18)}-lantern"


def session_headers(url: str, cookies: list[str], clinic_id: str) -> dict[str, str]:
    """The headers that a browser sends with the session of an answer."""
    session = next(cookie for cookie in cookies if cookie.startswith("__Host-autoscribe-session="))
    return {"Cookie": session.split(";")[0], "Origin": url, "AutoScribe-Clinic": clinic_id}


def open_clinic(service: Service, inbox: Inbox, receiver: Receiver, caller: Caller) -> Clinic:
    """Provisions a clinic, signs its owner in by the link in the email, and creates a webhook."""
    owner = OWNER.format(uuid.uuid4().hex)
    made = service.provision("Harbor Imaging", owner)
    token = inbox.wait_for(owner, "accept")
    lookup = caller.call("POST", "/v1/invitation/lookup", {"token": token}, expect={200}).body
    body = {"token": token, "terms": lookup["terms"], "password": new_password()}
    accepted = caller.call(
        "POST", "/v1/invitation/accept", body, expect={200}, headers={"Origin": service.url}
    )
    headers = session_headers(service.url, accepted.headers.get_list("set-cookie"), made["clinicId"])
    key = {"Authorization": f"Bearer {made['apiKey']}"}
    clinic = Clinic(made["clinicId"], key, headers, owner, body["password"])
    create_webhook(clinic, receiver, caller)
    return clinic


def create_webhook(clinic: Clinic, receiver: Receiver, caller: Caller) -> None:
    """Creates a webhook and waits until it is active."""
    endpoints, headers = "/v1/webhookEndpoints", clinic.owner
    caller.call("POST", "/v1/session/confirm", {"password": clinic.owner_password}, headers=headers, expect={200})
    body = {"url": receiver.url + clinic.path, "description": "PACS"}
    made = caller.call("POST", endpoints, body, headers=headers, expect={201}, key=True).body
    receiver.secrets[clinic.path] = made["secret"]
    clinic.webhook_at = made["createdAt"]
    deadline = time.monotonic() + ACTIVE_LIMIT
    while time.monotonic() < deadline:
        [endpoint] = caller.call("GET", endpoints, headers=headers, expect={200}).body["webhookEndpoints"]
        if endpoint["status"] == "active":
            clinic.events_after = read_events(caller, clinic.owner)[1]
            return
        time.sleep(0.2)
    caller.findings.add("lost", f"challenge of {made['webhookEndpointId']}: not active for {ACTIVE_LIMIT} s")


def read_events(caller: Caller, headers: dict[str, str], after: str | None = None) -> tuple[list[dict], str]:
    """Reads the event feed after a cursor to its end. Returns the events and the next cursor."""
    events: list[dict] = []
    while True:
        start = f"&after={after}" if after else ""
        page = caller.call("GET", f"/v1/events?limit=100{start}", headers=headers, expect={200}).body
        events += page["events"]
        after = page["cursor"]
        if not page["hasMore"]:
            return events, after
