"""The emails that left the service, read from the file of its inbox."""

import json
import re
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Thread

LINK = re.compile(r"/(accept|reset)#token=([\w-]+)")
WAIT_LIMIT = 300


@dataclass(frozen=True)
class Email:
    page: str
    """`accept` or `reset`: the page that the link opens."""
    token: str


class Inbox(Thread):
    """Follows the file. A kill can leave half a line, which is no email: SES had not answered."""

    def __init__(self, path: Path) -> None:
        super().__init__(daemon=True)
        self.path = path
        self.offset = 0
        self.lock = Lock()
        self.emails: dict[str, list[Email]] = {}
        self.copies: Counter[str] = Counter()
        """How many emails have this link."""

    def run(self) -> None:
        while True:
            self.read()
            time.sleep(0.1)

    def read(self) -> None:
        with self.lock:
            if not self.path.exists():
                return
            with self.path.open("rb") as file:
                file.seek(self.offset)
                text = file.read()
            whole = text.rfind(b"\n") + 1
            self.offset += whole
            for line in text[:whole].splitlines():
                self.add(line)

    def add(self, line: bytes) -> None:
        try:
            request = json.loads(line)["request"]
        except ValueError:
            return
        link = LINK.search(request["Content"]["Simple"]["Body"]["Text"]["Data"])
        if not link:
            return
        email = Email(link[1], link[2])
        self.copies[email.token] += 1
        for address in request["Destination"]["ToAddresses"]:
            self.emails.setdefault(address, []).append(email)

    def tokens(self, address: str, page: str) -> list[str]:
        """The different tokens of this page that were emailed to the address, oldest first."""
        with self.lock:
            emails = [email.token for email in self.emails.get(address, []) if email.page == page]
        return list(dict.fromkeys(emails))

    def wait_for(self, address: str, page: str, known: int = 0) -> str | None:
        """Waits for one more token than the `known` first ones. Returns the newest, or None after five minutes."""
        deadline = time.monotonic() + WAIT_LIMIT
        while time.monotonic() < deadline:
            tokens = self.tokens(address, page)
            if len(tokens) > known:
                return tokens[-1]
            time.sleep(0.1)
        return None
