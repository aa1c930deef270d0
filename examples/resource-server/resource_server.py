"""An example of a service behind the viewer: gives out a study, takes a report.

Reading is decided by the token alone, so a view that was ended is served until its token runs out:
five minutes and the leeway at most. Writing asks AutoScribe Access each time, so there it counts at once.
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
ALGORITHMS = {"ES256", "EdDSA"}
# Five minutes: as long as a key is published before it signs, and as a removed one may be believed.
# The client asks for unknown keys once in 30 s at most: whoever makes tokens up names new ones each time.
KEYS = jwt.PyJWKClient(f"{URL}/.well-known/jwks.json", lifespan=300, timeout=3)
STUDY = re.compile(r"/studies/([0-9.]+)(/report)?")
MOST = 64 * 1024


class Refused(Exception):
    def __init__(self, status: int, error: str, challenge: str = "") -> None:
        super().__init__(error)
        self.status, self.error, self.challenge = status, error, challenge


def invalid(why: str) -> Refused:
    return Refused(401, "invalid_token", f'error="invalid_token", error_description="{why}"')


def unavailable(cause: Exception) -> Refused:
    # Neither holds a token or a key; without it nobody finds a revoked API key.
    print(f"AutoScribe Access: {type(cause).__name__}: {cause}", file=sys.stderr, flush=True)
    return Refused(503, "temporarily_unavailable")


def verified(token: str) -> dict:
    """The claims of a token that AutoScribe Access signed for viewers and that has not run out."""
    try:
        # RFC 9068 and RFC 8725: a token of another type is never good here.
        if jwt.get_unverified_header(token).get("typ") != "at+jwt":
            raise invalid("not a view token")
        key = KEYS.get_signing_key_from_jwt(token)
        # The algorithm is the key's, never the token's own word.
        if key.algorithm_name not in ALGORITHMS:
            raise invalid("not a view token")
        claims = jwt.decode(
            token,
            key.key,
            algorithms=[key.algorithm_name],
            issuer=URL,
            audience="autoscribe-viewer",
            leeway=60,
            options={"require": ["aud", "exp", "iat", "iss", "jti", "scope", "sub"]},
        )
    except (jwt.PyJWKClientConnectionError, json.JSONDecodeError) as no_keys:
        raise unavailable(no_keys) from no_keys
    except jwt.ExpiredSignatureError as over:
        raise invalid("the token has run out") from over
    except jwt.PyJWTError as wrong:
        raise invalid("not a view token") from wrong
    # Taken as a bearer's, a bound token would be worth stealing after all (RFC 9449 section 7.2).
    if "cnf" in claims:
        raise invalid("the token is bound to a key, and this example reads no DPoP proof")
    return claims


def lives(token: str) -> bool:
    """Whether the view lives at this moment (RFC 7662)."""
    form = urllib.parse.urlencode({"token": token}).encode()
    request = urllib.request.Request(
        f"{URL}/v1/access/introspect", data=form, headers={"Authorization": f"Bearer {API_KEY}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=3) as answer:
            return json.load(answer)["active"] is True
    except (OSError, HTTPException, ValueError, KeyError, TypeError) as unknown:
        # Not knowing is no reason to let anybody write.
        raise unavailable(unknown) from unknown


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.answer(self.read)

    def do_PUT(self) -> None:
        self.answer(self.write)

    def read(self) -> dict:
        uid, report = self.study()
        if report:
            raise Refused(404, "not_found")
        self.allowed(uid, "study:read")
        return {"studyInstanceUid": uid, "images": 128}

    def write(self) -> dict:
        # Before anything is refused: a client that still sends would not read the answer.
        taken = self.body()
        uid, report = self.study()
        if not report:
            raise Refused(404, "not_found")
        if not lives(self.allowed(uid, "report:write")):
            raise invalid("the view has ended")
        return {"studyInstanceUid": uid, "bytes": len(taken)}

    def body(self) -> bytes:
        length = self.headers.get("Content-Length") or "0"
        if not re.fullmatch("[0-9]{1,5}", length) or int(length) > MOST:
            raise Refused(413, "too_large")
        return self.rfile.read(int(length))

    def study(self) -> tuple[str, bool]:
        found = STUDY.fullmatch(self.path)
        if not found:
            raise Refused(404, "not_found")
        return found[1], bool(found[2])

    def allowed(self, uid: str, scope: str) -> str:
        """The token, if it is good for this study and this scope."""
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "dpop":
            raise invalid("this example reads no DPoP proof")
        if scheme.lower() != "bearer":
            # RFC 6750 section 3.1: who sent no token is told no error.
            raise Refused(401, "token_required")
        claims = verified(token)
        if claims.get("study", {}).get("studyInstanceUid") != uid:
            why = 'error="insufficient_scope", error_description="the view is of another study"'
            raise Refused(403, "insufficient_scope", why)
        if scope not in claims["scope"].split():
            raise Refused(403, "insufficient_scope", f'error="insufficient_scope", scope="{scope}"')
        return token

    def answer(self, use_case: Callable[[], dict]) -> None:
        headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
        try:
            status, body = 200, use_case()
        except Refused as refused:
            status, body = refused.status, {"error": refused.error}
            if status in (401, 403):
                headers["WWW-Authenticate"] = f"Bearer {refused.challenge}".strip()
        text = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": len(text)}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        # The usual log line holds the path, and with it the study.
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8090"))), Handler)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
