"""A receiver of webhooks outside of the service, so that it sees what a kill loses or repeats."""

import json
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

from standardwebhooks import Webhook, WebhookVerificationError


class Receiver:
    """Keeps the events of each clinic, which has a path of its own."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.secrets: dict[str, str] = {}
        self.events: dict[str, dict[str, bytes]] = {}
        """The bodies by path and `webhook-id`."""
        self.repeats: Counter[str] = Counter()
        self.faults: list[str] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                answer = receiver.receive(self.path, dict(self.headers), body)
                self.send_response(200)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, daemon=True).start()

    def receive(self, path: str, headers: dict[str, str], body: bytes) -> bytes:
        event = json.loads(body)
        if event["type"] == "webhook.challenge":
            return json.dumps({"challenge": event["data"]["challenge"]}).encode()
        with self.lock:
            self.keep(path, headers, body)
        return b""

    def keep(self, path: str, headers: dict[str, str], body: bytes) -> None:
        message = headers["webhook-id"]
        try:
            Webhook(self.secrets[path]).verify(body, headers)
        except (KeyError, WebhookVerificationError) as error:
            self.faults.append(f"{message}: {error}")
        known = self.events.setdefault(path, {})
        if message in known:
            self.repeats[message] += 1
            if known[message] != body:
                self.faults.append(f"{message}: a repeat with another body")
        known[message] = body

    def received(self, path: str) -> dict[str, bytes]:
        """The bodies so far, by `webhook-id`."""
        with self.lock:
            return dict(self.events.get(path, {}))
