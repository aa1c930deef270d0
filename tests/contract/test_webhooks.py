"""Deliveries of webhooks, verified by AutoScribe's official SDK."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import pytest

from conftest import Service

Delivery = tuple[dict[str, str], str]


@contextmanager
def run_receiver() -> Iterator[tuple[str, list[Delivery]]]:
    """Answers challenges and keeps every delivery."""
    deliveries: list[Delivery] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            deliveries.append((dict(self.headers), body))
            answer = json.dumps({"challenge": json.loads(body)["data"].get("challenge")}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook", deliveries
    finally:
        server.shutdown()


def wait_for(found: Callable[[], object]) -> object:
    for _ in range(150):
        if result := found():
            return result
        time.sleep(0.1)
    raise AssertionError("nothing came")


def test_the_sdk_verifies_deliveries_through_a_rotation(service: Service) -> None:
    def post(path: str, body: dict) -> dict:
        answer = httpx.post(f"{service.url}/v1/webhookEndpoints{path}", json=body, headers=service.owner)
        return answer.raise_for_status().json()

    def is_active() -> bool:
        listed = httpx.get(f"{service.url}/v1/webhookEndpoints", headers=service.owner).json()
        return listed["webhookEndpoints"][0]["status"] == "active"

    webhooks = service.client().webhooks
    with run_receiver() as (url, deliveries):
        made = post("", {"url": url, "description": "PACS"})
        wait_for(is_active)
        rotated = post(f"/{made['webhookEndpointId']}/rotate", {"overlapHours": 1})
        sent = post(f"/{made['webhookEndpointId']}/test", {})
        wait_for(lambda: len(deliveries) == 2)
    (headers, challenge), (test_headers, test) = deliveries
    assert webhooks.unwrap(challenge, headers=headers, key=made["secret"]).type == "webhook.challenge"
    for secret in (made["secret"], rotated["secret"]):
        event = webhooks.unwrap(test, headers=test_headers, key=secret)
        assert (event.type, event.id) == ("webhook.test", sent["eventId"])
    with pytest.raises(Exception, match="No matching signature"):
        webhooks.unwrap(challenge, headers=headers, key=rotated["secret"])
    with pytest.raises(Exception, match="No matching signature"):
        webhooks.unwrap(test + " ", headers=test_headers, key=made["secret"])


def test_the_sdk_verifies_an_event_of_the_feed(service: Service) -> None:
    with run_receiver() as (url, deliveries):
        wanted = {"url": url, "description": "PACS", "eventTypes": ["invitation.created", "invitation.accepted"]}
        made = httpx.post(f"{service.url}/v1/webhookEndpoints", json=wanted, headers=service.owner).raise_for_status().json()
        wait_for(lambda: len(deliveries) == 1)
        invited = service.client().auto_scribe.users.invite(
            email="fan-out@clinic.example", first_name="Ada", last_name="Lind", clinic_role="Front Desk Operator", level="member",
            can_manage_studies=True, can_create_reports=False, has_dashboard_access=False,
        )  # fmt: skip
        wait_for(lambda: len(deliveries) == 2)
        service.accept("fan-out@clinic.example")
        wait_for(lambda: len(deliveries) == 3)
    events = [
        service.client().webhooks.unwrap(body, headers=headers, key=made["secret"]) for headers, body in deliveries[1:]
    ]
    assert [event.type for event in events] == ["invitation.created", "invitation.accepted"]
    feed = httpx.get(
        f"{service.url}/v1/events",
        params={"types": "invitation.created,invitation.accepted", "limit": 100},
        headers=service.owner,
    ).json()["events"]
    sent = [json.loads(body) for _, body in deliveries[1:]]
    assert sent == [event for event in feed if event["data"]["userId"] == invited.user_id]
