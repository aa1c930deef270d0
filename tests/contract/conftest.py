"""The service, started as `make dev` starts it, on a fresh database."""

import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest
from avara import Avara

ROOT = Path(__file__).resolve().parents[2]
BINARY = ROOT / "target" / "debug" / "dev"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Service:
    url: str
    key: str
    home: Path
    """The directory of the service's data."""
    owner: dict[str, str] = field(default_factory=dict)
    """The headers that the dashboard sends for the demo clinic's owner, who has just sent the password."""

    @property
    def clinic(self) -> str:
        """The id of the demo clinic."""
        return self.owner["AutoScribe-Clinic"]

    def provision(self, name: str, owner: str) -> dict:
        """Creates another clinic. Returns its id and its first API key."""
        who = ["--owner-email", owner, "--owner-first-name", "Lena", "--owner-last-name", "Lake"]
        command = [BINARY, "provision", "--clinic", name, *who]
        return json.loads(subprocess.run(command, cwd=self.home, capture_output=True, check=True).stdout)

    def client(self, **options: object) -> Avara:
        return Avara(base_url=self.url, api_key=self.key, **options)

    def wait_for_emails(self, address: str, count: int = 1) -> list[dict]:
        """Waits for this many emails to the address."""
        for _ in range(150):
            emails = httpx.get(f"{self.url}/inbox.json").json()
            found = [email for email in emails if address in email["request"]["Destination"]["ToAddresses"]]
            if len(found) >= count:
                return found
            time.sleep(0.1)
        raise AssertionError(f"{len(found)} of {count} emails to {address}")

    def read_token(self, address: str) -> str:
        text = self.wait_for_emails(address)[-1]["request"]["Content"]["Simple"]["Body"]["Text"]["Data"]
        return re.search(r"#token=([\w-]+)", text).group(1)

    def accept(self, address: str, **body: str) -> dict:
        return self.accept_as_browser(address, **body).json()

    def accept_as_browser(self, address: str, **body: str) -> httpx.Response:
        token = {"token": self.read_token(address)}
        shown = httpx.post(f"{self.url}/v1/invitation/lookup", json=token).raise_for_status().json()
        answer = httpx.post(
            f"{self.url}/v1/invitation/accept",
            json={**token, "terms": shown["terms"], **body},
            headers={"Origin": self.url},
        )
        answer.raise_for_status()
        return answer

    def sign_in_owner(self, address: str = "owner@riverside.example") -> dict[str, str]:
        """Accepts an owner's invitation and confirms the password. Returns the headers of the session."""
        password = "lantern-gravel-otter"
        accepted = self.accept_as_browser(address, password=password)
        session = {"Cookie": accepted.headers["set-cookie"].split(";")[0], "Origin": self.url}
        clinic = httpx.get(f"{self.url}/v1/session", headers=session).json()["clinic"]["clinicId"]
        session["AutoScribe-Clinic"] = clinic
        confirmed = httpx.post(f"{self.url}/v1/session/confirm", json={"password": password}, headers=session)
        confirmed.raise_for_status()
        return session


# Each file gets its own service, because generated requests leave people and permissions behind.
@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    assert BINARY.exists(), "run make test"
    port, home = free_port(), tmp_path_factory.mktemp("service")
    environment = {**os.environ, "PORT": str(port), "DYNAMODB_PORT": str(free_port())}
    command = [BINARY, "--pages", ROOT / "dashboard/dist"]
    process = subprocess.Popen(command, cwd=home, env=environment, stdout=subprocess.PIPE, text=True)
    printed = ""
    while "ask_" not in printed:
        line = process.stdout.readline()
        assert line, f"dev exited: {printed}"
        printed += line
    running = Service(f"http://127.0.0.1:{port}", re.search(r"ask_[\w-]{49}", printed).group(), home)
    running.owner = running.sign_in_owner()
    yield running
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0


@dataclass
class FixedAnswerServer:
    """A server that gives every request the same answer, and records the paths."""

    url: str
    requests: list[str]


@pytest.fixture
def fixed_answer(request: pytest.FixtureRequest) -> Iterator[FixedAnswerServer]:
    status, headers, body = request.param
    requests: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            requests.append(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield FixedAnswerServer(f"http://127.0.0.1:{server.server_port}", requests)
    server.shutdown()


@pytest.fixture
def recorded_sdk(service: Service) -> Iterator[tuple[Avara, list[httpx.Request]]]:
    """The SDK, and every request that it sends, including its own retries."""
    sent: list[httpx.Request] = []
    http = httpx.Client(event_hooks={"request": [sent.append]}, base_url=service.url)
    yield service.client(http_client=http), sent
    http.close()
