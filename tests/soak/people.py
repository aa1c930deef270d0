"""What the answers confirmed about each person, which the service must still know at the end."""

import secrets
import uuid
from collections import Counter
from dataclasses import dataclass, field

from caller import Caller
from inbox import Inbox
from service import OWNER, Service

# Fewer than the 500 emails that a clinic may send in a day.
INVITATIONS_PER_CLINIC = 400


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

    @property
    def is_full(self) -> bool:
        return self.invited >= INVITATIONS_PER_CLINIC


def new_password() -> str:
    return f"{secrets.token_urlsafe(18)}-lantern"


def session_headers(url: str, cookies: list[str], clinic_id: str) -> dict[str, str]:
    """The headers that a browser sends with the session of an answer."""
    session = next(cookie for cookie in cookies if cookie.startswith("__Host-autoscribe-session="))
    return {"Cookie": session.split(";")[0], "Origin": url, "AutoScribe-Clinic": clinic_id}


def open_clinic(service: Service, inbox: Inbox, caller: Caller) -> Clinic:
    """Provisions a clinic and signs its owner in, by the link in the email."""
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
    return Clinic(made["clinicId"], key, headers, owner, body["password"])
