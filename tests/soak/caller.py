"""Sends requests as docs/API.md asks of a caller, and keeps what was unexpected."""

import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from threading import Lock

import httpx

ATTEMPT_LIMIT = 20
REQUEST_LIMIT = 180
# What may be repeated although it is not a 503.
REPEATABLE = {"conflict", "request_in_progress", "resend_too_soon", "too_many_attempts"}


@dataclass
class Findings:
    """What is wrong, and how much was done."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    lost_answers: int = 0
    repeats: Counter[str] = field(default_factory=Counter)
    lock: Lock = field(default_factory=Lock)

    def add(self, kind: str, text: str) -> None:
        with self.lock:
            getattr(self, kind).append(f"{time.strftime('%H:%M:%S')} {text}")

    def count(self, what: str) -> None:
        with self.lock:
            self.done[what] += 1


@dataclass
class Answer:
    status: int
    body: dict
    headers: httpx.Headers
    unclear: int
    """How many earlier attempts had no answer, or a 503 that may hide a commit."""


class Unexpected(Exception):
    """The answer is not one that the model allows. It is in the findings already."""


class Caller:
    """One client. It repeats a request until it has an answer that decides."""

    def __init__(self, url: str, findings: Findings) -> None:
        self.url = url
        self.findings = findings
        self.http = httpx.Client(base_url=url, timeout=ATTEMPT_LIMIT)

    def call(
        self, method: str, path: str, body: dict | None = None, *, expect: set[int], headers: dict | None = None,
        after_unclear: set[int] = frozenset(), key: bool = False,
    ) -> Answer:  # fmt: skip
        """Sends a request. `after_unclear` may answer a repeat, beside `expect`."""
        headers = {**(headers or {}), **({"Idempotency-Key": str(uuid.uuid4())} if key else {})}
        deadline = time.monotonic() + REQUEST_LIMIT
        unclear = 0
        while time.monotonic() < deadline:
            answer = self.send(method, path, body, headers, unclear)
            if answer is None or isinstance(answer, httpx.ConnectError):
                # Without a connection nothing was sent, so the service cannot have done anything.
                unclear += answer is None
                time.sleep(0.25)
                continue
            wait = self.wait_before_repeat(answer)
            if wait is None:
                return self.judge(f"{method} {path}", answer, expect | (after_unclear if unclear else set()))
            unclear += answer.status == 503
            time.sleep(wait)
        self.findings.add("unexpected", f"{method} {path}: no answer that decides in {REQUEST_LIMIT} s")
        raise Unexpected

    def send(
        self, method: str, path: str, body: dict | None, headers: dict, unclear: int
    ) -> Answer | httpx.ConnectError | None:
        """Sends one attempt. Returns None if its answer was lost."""
        try:
            answer = self.http.request(method, path, json=body, headers=headers)
        except httpx.ConnectError as error:
            return error
        except httpx.TransportError:
            with self.findings.lock:
                self.findings.lost_answers += 1
            return None
        is_json = "json" in answer.headers.get("content-type", "")
        return Answer(answer.status_code, answer.json() if is_json else {}, answer.headers, unclear)

    def wait_before_repeat(self, answer: Answer) -> float | None:
        """How long to wait before a repeat, or None if the answer decides."""
        code = answer.body.get("code")
        if answer.status != 503 and code not in REPEATABLE:
            return None
        with self.findings.lock:
            self.findings.repeats[code or str(answer.status)] += 1
        return float(answer.headers.get("retry-after", 1))

    def judge(self, request: str, answer: Answer, expected: set[int]) -> Answer:
        if answer.status in expected:
            return answer
        shown = {name: answer.body.get(name) for name in ("code", "detail", "requestId")}
        repeated = f" after {answer.unclear} unclear attempts" if answer.unclear else ""
        self.findings.add("unexpected", f"{request}: {answer.status} {shown}{repeated}")
        raise Unexpected
