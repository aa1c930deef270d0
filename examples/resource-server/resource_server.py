"""Example of a service behind the viewer: serves a study and accepts a report.

Reading is decided by the view token alone. A view that was ended is served until its token expires,
which is five minutes plus the leeway at most. Writing asks AutoScribe Access each time, so an ended
view can write nothing.
"""

import json
import os
import re
import sys
import urllib.parse
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt

URL = os.environ["AUTOSCRIBE_URL"].rstrip("/")
API_KEY = os.environ["AUTOSCRIBE_API_KEY"]
CLINIC_ID = os.environ["AUTOSCRIBE_CLINIC_ID"].strip().lower()
# One service serves all clinics and signs all of their tokens. The audience and the clinic keep the
# others out: a Study Instance UID can exist in two clinics.
AUDIENCE = f"autoscribe-viewer/{CLINIC_ID}"
ALGORITHMS = {"ES256", "EdDSA"}
# A new key is published five minutes before it signs, so keys may be cached that long and no longer.
# The client fetches them at most every 30 s for an unknown key: each forged token can name a new one.
KEYS = jwt.PyJWKClient(f"{URL}/.well-known/jwks.json", lifespan=300, timeout=3)
STUDY_PATH = re.compile(r"/studies/([0-9.]+)(/report)?")
MAX_BODY_BYTES = 64 * 1024


class RefusalError(Exception):
    def __init__(self, status: int, error: str, challenge: str = "") -> None:
        super().__init__(error)
        self.status, self.error, self.challenge = status, error, challenge


def invalid_token(reason: str) -> RefusalError:
    return RefusalError(401, "invalid_token", f'error="invalid_token", error_description="{reason}"')


def report_outage(cause: Exception) -> RefusalError:
    # The cause holds neither a token nor a key. Without this line nobody notices a revoked API key.
    print(f"AutoScribe Access failed: {type(cause).__name__}: {cause}", file=sys.stderr, flush=True)
    return RefusalError(503, "temporarily_unavailable")


def verify_token(token: str) -> dict:
    """Returns the claims of this clinic's view token that AutoScribe Access signed and that has not expired."""
    try:
        # RFC 9068 and RFC 8725: a token of another type is never valid here.
        if jwt.get_unverified_header(token).get("typ") != "at+jwt":
            raise invalid_token("not a view token")
        key = KEYS.get_signing_key_from_jwt(token)
        # Use the algorithm of the key. An attacker chooses the one in the token.
        if key.algorithm_name not in ALGORITHMS:
            raise invalid_token("not a view token")
        claims = jwt.decode(
            token,
            key.key,
            algorithms=[key.algorithm_name],
            issuer=URL,
            audience=AUDIENCE,
            leeway=60,
            options={"require": ["aud", "exp", "iat", "iss", "jti", "scope", "sub", "clinic"]},
        )
    except (jwt.PyJWKClientConnectionError, json.JSONDecodeError) as cause:
        raise report_outage(cause) from cause
    except jwt.InvalidAudienceError as cause:
        raise invalid_token("the token is not for this clinic") from cause
    except jwt.ExpiredSignatureError as cause:
        raise invalid_token("the token has expired") from cause
    except jwt.PyJWTError as cause:
        raise invalid_token("not a view token") from cause
    if claims["clinic"] != CLINIC_ID:
        raise invalid_token("the token is not for this clinic")
    # Accepting a bound token without its proof would make it worth stealing (RFC 9449 section 7.2).
    if "cnf" in claims:
        raise invalid_token("the token is bound to a key, and this example does not support DPoP")
    return claims


def is_view_open(token: str) -> bool:
    """Asks AutoScribe Access whether the view is open now (RFC 7662)."""
    form = urllib.parse.urlencode({"token": token}).encode()
    request = urllib.request.Request(
        f"{URL}/v1/access/introspect", data=form, headers={"Authorization": f"Bearer {API_KEY}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=3) as answer:
            return json.load(answer)["active"] is True
    except (OSError, HTTPException, ValueError, KeyError, TypeError) as cause:
        # Without an answer, nothing may be written.
        raise report_outage(cause) from cause


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.respond(self.get_study)

    def do_PUT(self) -> None:
        self.respond(self.put_report)

    def get_study(self) -> dict:
        uid, is_report = self.parse_path()
        if is_report:
            raise RefusalError(404, "not_found")
        self.authorize(uid, "study:read")
        return {"studyInstanceUid": uid, "images": 128}

    def put_report(self) -> dict:
        # Read the body before refusing anything: a client that is still sending would not read the answer.
        report = self.read_body()
        uid, is_report = self.parse_path()
        if not is_report:
            raise RefusalError(404, "not_found")
        if not is_view_open(self.authorize(uid, "report:write")):
            raise invalid_token("the view has ended")
        return {"studyInstanceUid": uid, "bytes": len(report)}

    def read_body(self) -> bytes:
        length = self.headers.get("Content-Length") or "0"
        if not re.fullmatch("[0-9]{1,5}", length) or int(length) > MAX_BODY_BYTES:
            raise RefusalError(413, "too_large")
        return self.rfile.read(int(length))

    def parse_path(self) -> tuple[str, bool]:
        """Returns the study's UID, and whether the path is the one of its report."""
        match = STUDY_PATH.fullmatch(self.path)
        if not match:
            raise RefusalError(404, "not_found")
        return match[1], bool(match[2])

    def authorize(self, uid: str, scope: str) -> str:
        """Returns the request's token if it is valid for this study and scope."""
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "dpop":
            raise invalid_token("this example does not support DPoP")
        if scheme.lower() != "bearer":
            # RFC 6750 section 3.1: without a token in the request, the challenge names no error.
            raise RefusalError(401, "token_required")
        claims = verify_token(token)
        if claims.get("study", {}).get("studyInstanceUid") != uid:
            challenge = 'error="insufficient_scope", error_description="the view is for another study"'
            raise RefusalError(403, "insufficient_scope", challenge)
        if scope not in claims["scope"].split():
            raise RefusalError(403, "insufficient_scope", f'error="insufficient_scope", scope="{scope}"')
        return token

    def respond(self, use_case: Callable[[], dict]) -> None:
        headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
        try:
            status, body = 200, use_case()
        except RefusalError as refusal:
            status, body = refusal.status, {"error": refusal.error}
            if status in (401, 403):
                headers["WWW-Authenticate"] = f"Bearer {refusal.challenge}".strip()
        text = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": len(text)}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        # The default log line holds the path, and the path holds the study.
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8090"))), Handler)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
