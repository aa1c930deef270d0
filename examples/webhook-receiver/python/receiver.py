"""Example of a receiver of webhooks: verifies each delivery, and stores each event once.

    python receiver.py                 receives deliveries
    python receiver.py catch-up        reads the event feed, which has what was missed, and the order
    python receiver.py events          prints the stored events, one on each line
    python receiver.py events usr_...  prints those about one person, invitation, key or access
"""

import json
import os
import re
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import avara
from standardwebhooks import WebhookVerificationError

# Verifying a delivery needs no API key. Only catch-up sends it.
CLIENT = avara.Avara(
    base_url=os.environ.get("AVARA_BASE_URL"), api_key=os.environ.get("AVARA_API_KEY", "not set")
)
# One secret on each line. The file is read for each delivery, so a rotation needs no restart.
SECRETS = Path(os.environ.get("WEBHOOK_SECRETS", "secrets.txt"))
STORE = os.environ.get("EVENT_STORE", "events.db")
TABLES = """
CREATE TABLE IF NOT EXISTS event (id TEXT PRIMARY KEY, body TEXT NOT NULL, place INTEGER);
CREATE TABLE IF NOT EXISTS feed (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), cursor TEXT);
"""
MAX_BODY_BYTES = 64 * 1024


class RefusalError(Exception):
    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status, self.error = status, error


def verify_delivery(body: bytes, headers: Mapping[str, str]):
    """Returns the event, if one of the secrets signed it in the last five minutes."""
    for secret in SECRETS.read_text().split():
        try:
            return CLIENT.webhooks.unwrap(body.decode(), headers=headers, key=secret)
        except (WebhookVerificationError, ValueError):  # ValueError: a header or the body is malformed
            continue
    raise RefusalError(400, "signature_invalid")


def receive_delivery(body: bytes, headers: Mapping[str, str]) -> dict:
    """Returns the answer. Call it with the body as it came, byte for byte."""
    event = verify_delivery(body, headers)
    if event.type == "webhook.challenge":
        return {"challenge": event.data.challenge}
    # Store types that you do not know too. Work that takes long comes after the answer.
    with open_store() as store:
        is_new = add_event(store, headers["webhook-id"], body.decode())
    print("stored" if is_new else "repeated", event.type, event.id, flush=True)
    return {}


@contextmanager
def open_store() -> Iterator[sqlite3.Connection]:
    """Opens the database for one transaction. It is on disk before the block ends."""
    store = sqlite3.connect(STORE)
    try:
        store.executescript(TABLES)
        with store:
            yield store
    finally:
        store.close()


def add_event(store: sqlite3.Connection, event_id: str, body: str) -> bool:
    """Returns whether the event is new."""
    added = store.execute("INSERT OR IGNORE INTO event (id, body) VALUES (?, ?)", (event_id, body))
    return added.rowcount == 1


def catch_up() -> None:
    """Reads the feed from where the last call stopped. It fills gaps and gives each event its place."""
    with open_store() as store:
        row = store.execute("SELECT cursor FROM feed").fetchone()
    after, has_more = row[0] if row else None, True
    while has_more:
        page = read_page(after)
        after, has_more = page["cursor"], page["hasMore"]
        with open_store() as store:  # one transaction for the events and the cursor
            for event in page["events"]:
                add_event(store, event["id"], json.dumps(event))
                place = "(SELECT coalesce(max(place), 0) + 1 FROM event)"
                store.execute(f"UPDATE event SET place = {place} WHERE id = ? AND place IS NULL", (event["id"],))
            store.execute("REPLACE INTO feed VALUES (1, ?)", (after,))


def read_page(after: str | None) -> dict:
    params = {"limit": 100} if after is None else {"limit": 100, "after": after}
    try:
        return CLIENT.get("/v1/events", cast_to=object, options={"params": params})
    except avara.APIStatusError as error:
        if error.status_code != 410 or after is None:
            raise
        # 410 events_expired or feed_restarted: the feed does not go on from this cursor.
        print("events are missing: read the users and invitations again", file=sys.stderr, flush=True)
        return read_page(None)


def list_events(about: str | None) -> Iterator[dict]:
    """Yields the events in the order of the feed. Those that the feed did not place yet come last."""
    with open_store() as store:
        rows = store.execute("SELECT body FROM event ORDER BY place IS NULL, place, rowid").fetchall()
    for (body,) in rows:
        event = json.loads(body)
        if about is None or about in [value for name, value in event["data"].items() if name != "actor"]:
            yield event


class Handler(BaseHTTPRequestHandler):
    timeout = 10

    def do_POST(self) -> None:
        try:
            # Read the body before refusing anything: a client that is still sending would not read the answer.
            body = self.read_body()
            if self.path != "/webhooks":
                raise RefusalError(404, "not_found")
            self.respond(200, receive_delivery(body, self.headers))
        except RefusalError as refusal:
            self.respond(refusal.status, {"error": refusal.error})
        except (OSError, sqlite3.Error) as cause:
            # Without 2xx the delivery comes again.
            print(f"not stored: {type(cause).__name__}: {cause}", file=sys.stderr, flush=True)
            self.respond(503, {"error": "temporarily_unavailable"})

    def do_GET(self) -> None:
        self.respond(405, {"error": "method_not_allowed"})

    def read_body(self) -> bytes:
        length = self.headers.get("Content-Length") or "0"
        if not re.fullmatch("[0-9]{1,5}", length) or int(length) > MAX_BODY_BYTES:
            raise RefusalError(413, "too_large")
        return self.rfile.read(int(length))

    def respond(self, status: int, answer: dict) -> None:
        text = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        pass


def main() -> None:
    match sys.argv[1:]:
        case []:
            server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8091"))), Handler)
            print(f"http://127.0.0.1:{server.server_port}/webhooks", flush=True)
            server.serve_forever()
        case ["catch-up"]:
            catch_up()
        case ["events", *about] if len(about) < 2:
            for event in list_events(*(about or [None])):
                print(json.dumps(event))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
