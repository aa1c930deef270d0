"""The service of `make dev` as a process that is killed and started again on the same data."""

import json
import os
import random
import re
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from threading import Event, Lock, Thread, Timer

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug" / "dev"
START_LIMIT = 60
PAUSE_BETWEEN_KILLS = (20, 40)
# How many of the restarts are killed too, and how long they may run before.
KILLED_RESTARTS = 0.2
RESTART_SECONDS = (0, 1.5)
OWNER = "owner@{}.example"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class StartError(Exception):
    """The service ended before it was ready."""


class Service:
    """One data directory and the process that serves it. The ports stay the same."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {**os.environ, "PORT": str(self.port), "DYNAMODB_PORT": str(free_port())}
        self.process: subprocess.Popen[str] | None = None
        self.kills = 0
        # Without a running service, provision opens the data itself, and the service cannot start meanwhile.
        self.provisioning = Lock()

    @property
    def inbox(self) -> Path:
        return self.home / ".local" / "inbox.jsonl"

    def spawn(self) -> None:
        with (self.home / "service.log").open("a") as log:
            self.process = subprocess.Popen(
                [BINARY, "--pages", ROOT / "dashboard/dist"], cwd=self.home, env=self.environment, stdout=subprocess.PIPE, stderr=log, text=True
            )

    def start(self) -> None:
        """Starts the process and waits until it serves."""
        self.spawn()
        limit = Timer(START_LIMIT, self.process.kill)
        limit.start()
        printed = ""
        while "DynamoDB" not in printed:
            line = self.process.stdout.readline()
            if not line:
                limit.cancel()
                log = (self.home / "service.log").read_text().strip().splitlines()
                raise StartError(log[-1] if log else "no output")
            printed += line
        limit.cancel()
        # The rest of the text fits into the pipe, so it need not be read.

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()
        self.kills += 1

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(START_LIMIT)

    def provision(self, name: str, owner: str) -> dict[str, str]:
        """Creates a clinic. No kill comes meanwhile."""
        who = ["--owner-email", owner, "--owner-first-name", "Lena", "--owner-last-name", "Lake"]
        command = [BINARY, "provision", "--clinic", name, *who]
        with self.provisioning:
            done = subprocess.run(command, cwd=self.home, capture_output=True, check=True)
        return json.loads(done.stdout)


class Killer(Thread):
    """Kills the service at random moments and starts it again."""

    def __init__(self, service: Service) -> None:
        super().__init__(daemon=True)
        self.service = service
        self.done = Event()
        self.failure: str | None = None

    def run(self) -> None:
        while not self.done.wait(random.uniform(*PAUSE_BETWEEN_KILLS)):
            try:
                with self.service.provisioning:
                    self.restart()
            except StartError as error:
                self.failure = str(error)
                return

    def restart(self) -> None:
        self.service.kill()
        if random.random() < KILLED_RESTARTS:
            self.service.spawn()
            time.sleep(random.uniform(*RESTART_SECONDS))
            self.service.kill()
        self.service.start()

    def stop(self) -> None:
        self.done.set()
        self.join()


def find_failed_starts(times: int) -> list[str]:
    """Kills a first start at a random moment, then starts again. Returns the errors of the second starts."""
    errors, whole = [], first_start_seconds()
    for _ in range(times):
        with tempfile.TemporaryDirectory() as home:
            service = Service(Path(home))
            service.spawn()
            time.sleep(random.uniform(0, whole))
            service.kill()
            try:
                service.start()
                service.stop()
            except StartError as error:
                errors.append(str(error))
    return errors


def first_start_seconds() -> float:
    """How long a first start takes on this machine."""
    with tempfile.TemporaryDirectory() as home:
        service = Service(Path(home))
        began = time.monotonic()
        service.start()
        took = time.monotonic() - began
        service.stop()
    return took
