"""An example of a service behind the viewer: gives out a study, takes a report.

Reading is decided by the token alone, so a view that was ended is served for five minutes at most.
Writing asks AutoScribe Access each time, so there it counts at once.
"""

import json
import os
import re
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt

URL = os.environ["AUTOSCRIBE_URL"].rstrip("/")
API_KEY = os.environ["AUTOSCRIBE_API_KEY"]
ALGORITHMS = {"ES256", "EdDSA"}
# Five minutes: as long as a key is published before it signs, and as a removed one may be believed.
KEYS = jwt.PyJWKClient(f"{URL}/.well-known/jwks.json", lifespan=300)
STUDY = re.compile(r"/studies/([0-9.]+)(/report)?")


class Refused(Exception):
    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status, self.error = status, error


def verified(token: str) -> dict:
    """The claims of a token that AutoScribe Access signed for viewers and that has not run out."""
    try:
        # RFC 9068 and RFC 8725: a token of another type is never good here.
        if jwt.get_unverified_header(token).get("typ") != "at+jwt":
            raise Refused(401, "invalid_token")
        key = KEYS.get_signing_key_from_jwt(token)
        # The algorithm is the key's, never the token's own word.
        if key.algorithm_name not in ALGORITHMS:
            raise Refused(401, "invalid_token")
        claims = jwt.decode(
            token,
            key.key,
            algorithms=[key.algorithm_name],
            issuer=URL,
            audience="autoscribe-viewer",
            leeway=60,
            options={"require": ["aud", "exp", "iat", "iss", "jti", "sub"]},
        )
    except jwt.PyJWKClientConnectionError as unreachable:
        raise Refused(503, "temporarily_unavailable") from unreachable
    except jwt.PyJWTError as invalid:
        raise Refused(401, "invalid_token") from invalid
    # A bound token is good only with a proof (RFC 9449), which this example does not read.
    if "cnf" in claims:
        raise Refused(401, "invalid_token")
    return claims


def lives(token: str) -> bool:
    """Whether the view lives at this moment (RFC 7662)."""
    request = urllib.request.Request(
        f"{URL}/v1/access/introspect",
        data=json.dumps({"token": token}).encode(),
        headers={"Authorization": f"Bearer {API_KEY}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=3) as answer:
            return json.load(answer)["active"]
    except urllib.error.URLError as unreachable:
        # Not knowing is no reason to let anybody write.
        raise Refused(503, "temporarily_unavailable") from unreachable


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
        uid, report = self.study()
        if not report:
            raise Refused(404, "not_found")
        if not lives(self.allowed(uid, "report:write")):
            raise Refused(401, "invalid_token")
        taken = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return {"studyInstanceUid": uid, "characters": len(taken.decode())}

    def study(self) -> tuple[str, bool]:
        found = STUDY.fullmatch(self.path)
        if not found:
            raise Refused(404, "not_found")
        return found[1], bool(found[2])

    def allowed(self, uid: str, scope: str) -> str:
        """The token, if it is good for this study and this scope."""
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer":
            raise Refused(401, "invalid_token")
        claims = verified(token)
        if claims.get("study", {}).get("studyInstanceUid") != uid or scope not in claims["scope"].split():
            raise Refused(403, "insufficient_scope")
        return token

    def answer(self, use_case) -> None:
        try:
            status, body, headers = 200, use_case(), {}
        except Refused as refused:
            status, body = refused.status, {"error": refused.error}
            # RFC 6750 section 3.
            said = {"WWW-Authenticate": f'Bearer error="{refused.error}"'}
            headers = said if status in (401, 403) else {}
        text = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Type": "application/json", "Content-Length": len(text)}.items():
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
