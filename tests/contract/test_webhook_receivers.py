"""Runs both examples of a receiver of webhooks against the service."""

import base64
import hmac
import json
import os
import re
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest
from avara import Avara
from standardwebhooks import Webhook

from conftest import ROOT, Service, free_port
from test_sdk import open_link, person
from test_webhooks import run_receiver, wait_for

EXAMPLES = ROOT / "examples" / "webhook-receiver"
COMMANDS = {
    "python": [sys.executable, EXAMPLES / "python" / "receiver.py"],
    "typescript": ["node", EXAMPLES / "typescript" / "dist" / "receiver.js"],
}
SECRET, OTHER_SECRET = ("whsec_" + base64.b64encode(bytes([n] * 32)).decode() for n in (1, 2))


@dataclass
class Clinic:
    """A clinic of its own, so that its feed holds only what the test did."""

    service: Service
    key: str
    owner: dict[str, str]

    @property
    def users(self):
        return self.sdk.auto_scribe.users

    @property
    def sdk(self) -> Avara:
        return Avara(base_url=self.service.url, api_key=self.key)

    def post(self, path: str, body: dict | None = None) -> dict:
        answer = httpx.post(self.service.url + path, json=body or {}, headers=self.owner)
        assert answer.is_success, answer.text
        return answer.json()

    def get(self, path: str) -> dict:
        return httpx.get(self.service.url + path, headers=self.owner).raise_for_status().json()

    def read_feed(self) -> list[dict]:
        events, after, more = [], "0", True
        while more:
            page = self.get(f"/v1/events?limit=100&after={after}")
            assert "skipped" not in page
            events += page["events"]
            after, more = page["cursor"], page["hasMore"]
        return events

    def invite(self, **changes: object):
        return self.users.invite(**person(**changes))

    def add_user(self, **changes: object) -> str:
        invited = self.invite(**changes)
        self.service.accept(invited.email)
        return invited.user_id


def open_clinic(service: Service) -> Clinic:
    address = f"{uuid.uuid4().hex}@lakeside.example"
    made = service.provision("Lakeside Radiology", address)
    return Clinic(service, made["apiKey"], service.sign_in_owner(address))


@pytest.fixture
def clinic(service: Service) -> Clinic:
    return open_clinic(service)


@dataclass
class Receiver:
    command: list
    home: Path
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/webhooks"

    def environment(self, **more: str) -> dict[str, str]:
        own = {"PORT": str(self.port), "WEBHOOK_SECRETS": str(self.home / "secrets"), "EVENT_STORE": self.store}
        return {**os.environ, **own, **more}

    @property
    def store(self) -> str:
        return str(self.home / "events")

    def set_secrets(self, *secrets: str) -> None:
        (self.home / "secrets").write_text("\n".join(secrets))

    @contextmanager
    def run(self) -> Iterator[None]:
        with open(self.home / "log", "a") as log:
            process = subprocess.Popen(self.command, env=self.environment(), stdout=log, stderr=log)
        try:
            wait_for(self.is_up)
            yield
        finally:
            process.kill()  # without a chance to write anything
            process.wait(10)

    def is_up(self) -> bool:
        try:
            return httpx.get(self.url).status_code == 405
        except httpx.TransportError:
            return False

    def log(self) -> list[str]:
        return (self.home / "log").read_text().splitlines()

    def start(self, *words: str, **environment: str) -> subprocess.CompletedProcess:
        command = [*self.command, *words]
        return subprocess.run(command, env=self.environment(**environment), capture_output=True, text=True)

    def call(self, *words: str, **environment: str) -> str:
        done = self.start(*words, **environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def events(self, *about: str) -> list[dict]:
        return [json.loads(line) for line in self.call("events", *about).splitlines()]

    def catch_up(self, clinic: Clinic) -> None:
        self.call("catch-up", AVARA_BASE_URL=clinic.service.url, AVARA_API_KEY=clinic.key)

    def lose_events(self) -> None:
        store = Path(self.store)
        shutil.rmtree(store) if store.is_dir() else store.unlink()

    def send(self, body: str | bytes, headers: dict[str, str]) -> httpx.Response:
        return httpx.post(self.url, content=body, headers=headers)


@pytest.fixture(params=COMMANDS)
def receiver(request: pytest.FixtureRequest, tmp_path: Path) -> Receiver:
    command = COMMANDS[request.param]
    assert command[1].exists(), "run make test"
    made = Receiver(command, tmp_path, free_port())
    made.set_secrets()
    return made


def register(clinic: Clinic, receiver: Receiver) -> tuple[str, str]:
    """Creates a webhook and stores its secret, as the README says. Returns its path and the secret."""
    made = clinic.post("/v1/webhookEndpoints", {"url": receiver.url, "description": "PACS"})
    receiver.set_secrets(made["secret"])
    wait_for(lambda: clinic.get("/v1/webhookEndpoints")["webhookEndpoints"][0]["status"] == "active")
    # The times of `invitation.delivery_changed` are full seconds, and what is older than the webhook is not delivered.
    time.sleep(1)
    return f"/v1/webhookEndpoints/{made['webhookEndpointId']}", made["secret"]


def deliveries(clinic: Clinic, path: str) -> list[dict]:
    return clinic.get(f"{path}/deliveries?limit=100")["deliveries"]


def wait_until_delivered(clinic: Clinic, path: str) -> None:
    """Waits until every event of the feed since the webhook was created was delivered."""

    def is_done() -> bool:
        made = clinic.get("/v1/webhookEndpoints")["webhookEndpoints"][0]["createdAt"]
        expected = {event["id"] for event in clinic.read_feed() if event["createdAt"] >= made}
        done = {one["eventId"] for one in deliveries(clinic, path) if one["status"] == "delivered"}
        return expected <= done

    wait_for(is_done)


def types_about(events: Iterable[dict], user: str) -> list[str]:
    return [event["type"] for event in events if event["data"].get("userId") == user]


def by_id(events: list[dict]) -> dict[str, dict]:
    found = {event["id"]: event for event in events}
    assert len(found) == len(events), "an event was stored twice"
    return found


def sign(secret: str, event_id: str, at: int, body: str) -> dict[str, str]:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.digest(key, f"{event_id}.{at}.{body}".encode(), "sha256")
    signature = "v1," + base64.b64encode(mac).decode()
    return {"webhook-id": event_id, "webhook-timestamp": str(at), "webhook-signature": signature}


def new_event(kind: str = "user.released", data: dict | None = None) -> tuple[str, str]:
    event_id = "whe_" + uuid.uuid4().hex
    data = data or {"actor": "system", "userId": "usr_" + "0a" * 16}
    event = {"id": event_id, "type": kind, "createdAt": "2026-11-24T09:30:00.000Z", "data": data}
    return event_id, json.dumps(event, separators=(",", ":"))


@contextmanager
def run_feed(pages: dict[str, tuple[int, dict]]) -> Iterator[str]:
    """Serves these pages instead of the service's."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, page = pages[self.path]
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("x-should-retry", "false")
            self.end_headers()
            self.wfile.write(json.dumps(page).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


# ---- The examples and the service


def test_an_invitation_and_its_acceptance_arrive_once(clinic: Clinic, receiver: Receiver) -> None:
    with receiver.run():
        path, _ = register(clinic, receiver)
        invited = clinic.invite()
        clinic.service.accept(invited.email)
        wait_for(lambda: "invitation.accepted" in types_about(clinic.read_feed(), invited.user_id))
        wait_until_delivered(clinic, path)
    stored, feed = by_id(receiver.events()), by_id(clinic.read_feed())
    types = types_about(stored.values(), invited.user_id)
    assert sorted(set(types) - {"invitation.delivery_changed"}) == ["invitation.accepted", "invitation.created"]
    assert stored == {event_id: feed[event_id] for event_id in stored}
    assert len(receiver.log()) == 1 + len(stored), "each came once, and the challenge was not stored"
    assert invited.email not in str(stored) and "Lind" not in str(stored)


def test_a_delivery_that_is_sent_twice_is_stored_once(clinic: Clinic, receiver: Receiver) -> None:
    with receiver.run():
        path, _ = register(clinic, receiver)
        clinic.invite()
        wait_for(lambda: "invitation.created" in str(receiver.events()))
        wait_until_delivered(clinic, path)
    before = receiver.events()
    created = next(event for event in before if event["type"] == "invitation.created")
    again = next(one for one in deliveries(clinic, path) if one["eventId"] == created["id"])
    with receiver.run():  # it was killed, and remembers
        clinic.post(f"{path}/redeliver", {"deliveryId": again["deliveryId"]})
        wait_for(lambda: f"repeated invitation.created {created['id']}" in receiver.log())
        wait_for(lambda: all(one["status"] == "delivered" for one in deliveries(clinic, path)))
    assert by_id(receiver.events()) == by_id(before)


def test_no_delivery_is_refused_during_a_rotation(clinic: Clinic, receiver: Receiver) -> None:
    def send_test() -> dict:
        sent = clinic.post(f"{path}/test")["eventId"]

        def find() -> dict | None:
            found = [one for one in deliveries(clinic, path) if one["eventId"] == sent]
            return next((one for one in found if one["attempts"] > 0), None)

        return wait_for(find)

    with receiver.run():
        path, old = register(clinic, receiver)
        new = clinic.post(f"{path}/rotate", {"overlapHours": 1})["secret"]
        for secrets in [(old,), (old, new), (new, old), (new,)]:
            receiver.set_secrets(*secrets)
            delivery = send_test()
            assert (delivery["status"], delivery["attempts"]) == ("delivered", 1), secrets
        clinic.post(f"{path}/rotate", {"overlapHours": 0})
        assert send_test()["statusCode"] == 400, "this secret signs no longer"


def test_redelivery_and_the_feed_fill_a_gap(clinic: Clinic, receiver: Receiver) -> None:
    since = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
    with receiver.run():
        path, _ = register(clinic, receiver)
        clinic.invite()
        wait_until_delivered(clinic, path)
    missed = clinic.post("/v1/apiKeys", {"description": "Worklist", "scopes": ["users:read"]})["apiKeyId"]
    wait_for(lambda: "unreachable" in [one.get("failure") for one in deliveries(clinic, path)])
    with receiver.run():
        wait_until_delivered(clinic, path)
    assert [event["type"] for event in receiver.events(missed)] == ["api_key.created"], "retries fill a short gap"
    everything = by_id(receiver.events())
    receiver.lose_events()
    with receiver.run():
        clinic.post(f"{path}/redeliver", {"since": since})
        wait_for(lambda: by_id(receiver.events()) == everything)
    feed = clinic.read_feed()
    assert everything == {event_id: by_id(feed)[event_id] for event_id in everything}
    receiver.catch_up(clinic)
    assert receiver.events() == feed, "in the order of the feed, with what came before the webhook"
    receiver.lose_events()
    receiver.catch_up(clinic)
    assert receiver.events() == feed, "the feed alone has the same events"


def test_the_feed_puts_events_in_order_that_came_in_another(clinic: Clinic, receiver: Receiver) -> None:
    user = clinic.add_user()
    clinic.users.update(user, can_manage_studies=False)
    clinic.users.revoke_access(user_id=user)
    wait_for(lambda: clinic.read_feed()[-1]["type"] == "user.deactivated")
    about = [event for event in clinic.read_feed() if event["data"].get("userId") == user]
    receiver.set_secrets(SECRET)
    with receiver.run():
        for event in reversed(about):
            body = json.dumps(event)
            sent = receiver.send(body, sign(SECRET, event["id"], int(time.time()), body))
            assert sent.status_code == 200
        receiver.catch_up(clinic)
        clinic.users.reactivate(user_id=user)
        wait_for(lambda: clinic.read_feed()[-1]["type"] == "user.reactivated")
        for _ in range(2):
            receiver.catch_up(clinic)
    feed = clinic.read_feed()
    assert receiver.events() == feed
    assert receiver.events(user) == [event for event in feed if event["data"].get("userId") == user]


# ---- The examples alone


def test_the_signature_is_the_one_of_standard_webhooks() -> None:
    vector = ("whsec_c2VjcmV0Cg==", "msg_1", 1700000000, "{}")
    expected = "v1,eLKgSVPUqo3MWI1T6VPZeYLdErR5CejjPO2gIq52rjM="
    assert sign(*vector)["webhook-signature"] == expected
    at = datetime.fromtimestamp(vector[2], UTC)
    assert Webhook(vector[0]).sign(vector[1], at, vector[3]) == expected


def test_a_forged_old_or_changed_delivery_is_refused(receiver: Receiver) -> None:
    event_id, body = new_event()
    now = int(time.time())
    right = sign(SECRET, event_id, now, body)
    signature = right["webhook-signature"]
    receiver.set_secrets(OTHER_SECRET, SECRET)
    with receiver.run():
        for about, content, headers in [
            ("another secret", body, sign("whsec_" + base64.b64encode(bytes(32)).decode(), event_id, now, body)),
            ("an old delivery", body, sign(SECRET, event_id, now - 310, body)),
            ("a delivery of the future", body, sign(SECRET, event_id, now + 310, body)),
            ("a newer time", body, {**right, "webhook-timestamp": str(now + 1)}),
            ("no time", body, {**right, "webhook-timestamp": "now"}),
            ("another id", body, {**right, "webhook-id": "whe_" + "0" * 32}),
            ("a changed byte", body.replace("system", "sYstem"), right),
            ("a byte more", body + " ", right),
            ("a byte that is no text", body.encode().replace(b"system", b"\xffystem"), right),
            ("a body that is parsed and written again", json.dumps(json.loads(body)), right),
            ("no body", "", right),
            ("another version", body, {**right, "webhook-signature": signature.replace("v1", "v2")}),
            ("a cut signature", body, {**right, "webhook-signature": signature[:-5]}),
            ("no version", body, {**right, "webhook-signature": signature[3:]}),
            *((f"no {name}", body, {key: right[key] for key in right if key != name}) for name in right),
        ]:
            refused = receiver.send(content, headers)
            assert (refused.status_code, refused.json()) == (400, {"error": "signature_invalid"}), about
        assert receiver.events() == []
        several = {**right, "webhook-signature": f"v2,AAAA v1,AAAA {signature}"}
        assert receiver.send(body, several).json() == {}
        assert receiver.events() == [json.loads(body)]


def test_other_requests_are_refused(receiver: Receiver) -> None:
    event_id, body = new_event()
    right = sign(SECRET, event_id, int(time.time()), body)
    receiver.set_secrets(SECRET)
    with receiver.run():
        assert receiver.send("x" * (64 * 1024 + 1), right).status_code == 413
        assert httpx.post(receiver.url + "/other", content=body, headers=right).status_code == 404
        assert httpx.get(receiver.url).status_code == 405
        assert receiver.events() == []


def test_a_type_of_a_later_release_is_stored(receiver: Receiver) -> None:
    event_id, body = new_event("study.archived", {"actor": "system", "archive": {"shelf": [1, None]}})
    receiver.set_secrets(SECRET)
    with receiver.run():
        assert receiver.send(body, sign(SECRET, event_id, int(time.time()), body)).status_code == 200
    assert receiver.events() == [json.loads(body)]


def test_only_a_signed_challenge_is_answered(receiver: Receiver) -> None:
    event_id, body = new_event("webhook.challenge", {"challenge": "repeat this"})
    receiver.set_secrets(SECRET)
    with receiver.run():
        for secret, answer in [(SECRET, {"challenge": "repeat this"}), (OTHER_SECRET, {"error": "signature_invalid"})]:
            assert receiver.send(body, sign(secret, event_id, int(time.time()), body)).json() == answer
    assert receiver.events() == []


def test_an_event_that_is_not_stored_is_not_accepted(receiver: Receiver) -> None:
    event_id, body = new_event()
    receiver.set_secrets(SECRET)
    with receiver.run():
        if Path(receiver.store).exists():
            receiver.lose_events()
        Path(receiver.store).write_text("This is no database, and no directory.")
        sent = receiver.send(body, sign(SECRET, event_id, int(time.time()), body))
        assert (sent.status_code, sent.json()) == (503, {"error": "temporarily_unavailable"})
        Path(receiver.store).unlink()


def test_a_feed_that_no_longer_has_the_cursor_is_read_from_its_start(receiver: Receiver) -> None:
    events = [json.loads(new_event()[1]) for _ in range(3)]
    pages = {
        "/v1/events?limit=100": (200, {"events": events[:2], "cursor": "8", "hasMore": False}),
        "/v1/events?limit=100&after=8": (410, {"code": "events_expired"}),
    }
    with run_feed(pages) as url:
        receiver.call("catch-up", AVARA_BASE_URL=url)
        pages["/v1/events?limit=100"] = (200, {"events": events[2:], "cursor": "1042", "hasMore": True})
        pages["/v1/events?limit=100&after=1042"] = (200, {"events": [], "cursor": "1042", "hasMore": False})
        done = receiver.start("catch-up", AVARA_BASE_URL=url)
        assert (done.returncode, "read the users and invitations again" in done.stderr) == (0, True)
        pages["/v1/events?limit=100&after=1042"] = (503, {})
        assert receiver.start("catch-up", AVARA_BASE_URL=url).returncode == 1
    assert receiver.events() == events


def test_lock_files_name_no_registry() -> None:
    for lock in (EXAMPLES / "typescript", ROOT / "dashboard"):
        assert not re.search(r"resolved|https?://registry", (lock / "package-lock.json").read_text()), lock
