"""Runs the example of a service behind the viewer against an issuer whose keys the test holds."""

import base64
import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from conftest import free_port
from test_integration import CLINIC, OTHER_CLINIC, STUDY, bearer, encode_part, read, report, run_resource_server


@dataclass
class TokenIssuer:
    """An issuer with keys that the test holds, so that it can sign a token with exactly one mistake."""

    url: str
    keys: dict
    jwks_requests: int = 0
    serves_html: bool = False
    introspection: tuple[int, bytes] = field(default=(200, b'{"active": true}'))

    def jwks(self) -> dict:
        made = {"ES256": ECAlgorithm, "EdDSA": OKPAlgorithm, "RS256": RSAAlgorithm}
        return {
            "keys": [
                {**made[alg].to_jwk(key.public_key(), as_dict=True), "alg": alg, "kid": alg, "use": "sig"}
                for alg, key in self.keys.items()
            ]
        }

    def claims(self, **changes: object) -> dict:
        now = int(time.time())
        right = {
            "iss": self.url, "aud": f"autoscribe-viewer/{CLINIC}", "sub": "usr_1", "client_id": "pacs", "jti": "acc_1", "iat": now,
            "exp": now + 300, "scope": "study:read report:write", "clinic": CLINIC, "study": {"studyInstanceUid": STUDY},
            "embedOrigins": [],
        }  # fmt: skip
        return {name: value for name, value in {**right, **changes}.items() if value is not None}

    def token(self, alg: str = "ES256", key: object = None, header: dict | None = None, **changes: object) -> str:
        head = {"typ": "at+jwt", "kid": alg, **(header or {})}
        return jwt.encode(self.claims(**changes), key or self.keys[alg], alg, head)


@pytest.fixture(scope="module")
def issuer() -> Iterator[TokenIssuer]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.jwks_requests += 1
            self.respond(200, b"<html>" if made.serves_html else json.dumps(made.jwks()).encode())

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.respond(*made.introspection)

        def respond(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    keys = {
        "ES256": ec.generate_private_key(ec.SECP256R1()),
        "EdDSA": ed25519.Ed25519PrivateKey.generate(),
        "RS256": rsa.generate_private_key(65537, 2048),
    }
    made = TokenIssuer(f"http://127.0.0.1:{server.server_port}", keys)
    Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()


@pytest.fixture(scope="module")
def issuer_client(issuer: TokenIssuer) -> Iterator[httpx.Client]:
    with run_resource_server(issuer.url, CLINIC, "ask_x") as client:
        yield client


def test_the_example_accepts_both_algorithms_and_a_clock_skew(issuer: TokenIssuer, issuer_client: httpx.Client) -> None:
    now = int(time.time())
    for token in [
        issuer.token(),
        issuer.token("EdDSA"),
        issuer.token(exp=now - 50),
        issuer.token(iat=now + 50),
    ]:
        assert read(issuer_client, token).status_code == 200
    lower = issuer_client.get(f"/studies/{STUDY}", headers={"Authorization": f"bearer {issuer.token()}"})
    assert lower.status_code == 200


def test_the_example_refuses_signed_tokens_with_wrong_claims(issuer: TokenIssuer, issuer_client: httpx.Client) -> None:
    now = int(time.time())
    for wrong in [
        {"exp": now - 70}, {"iat": now + 90}, {"nbf": now + 90}, {"aud": "autoscribe-dashboard"},
        {"aud": "autoscribe-viewer"}, {"aud": f"autoscribe-viewer/{OTHER_CLINIC}"}, {"clinic": OTHER_CLINIC},
        {"iss": "https://evil.example"}, {"cnf": {"jkt": "A" * 43}},
        *({name: None} for name in ("aud", "clinic", "exp", "iat", "iss", "jti", "scope", "sub")),
        *({"header": {"typ": typ}} for typ in ("JWT", "session+jwt", "dpop+jwt", None)),
        {"header": {"crit": ["b65"], "b65": 1}}, {"header": {"kid": "unknown"}},
    ]:  # fmt: skip
        answer = read(issuer_client, issuer.token(**wrong))
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token"), wrong
    for other in [
        {"study": None}, {"study": {"studyId": "stu_1"}}, {"study": {"studyInstanceUid": STUDY + "1"}},
        {"scope": "study:readers"}, {"scope": "report:write"}, {"scope": ""},
    ]:  # fmt: skip
        answer = read(issuer_client, issuer.token(**other))
        assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope"), other


def test_the_example_refuses_other_algorithms_and_keys(issuer: TokenIssuer, issuer_client: httpx.Client) -> None:
    other_key = ec.generate_private_key(ec.SECP256R1())
    public = ECAlgorithm.to_jwk(other_key.public_key(), as_dict=True)
    # This is built by hand, because the library that the example uses refuses to sign it.
    head = f"{encode_part({'typ': 'at+jwt', 'alg': 'HS256', 'kid': 'ES256'})}.{encode_part(issuer.claims())}"
    published = issuer.keys["ES256"].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    mac = hmac.digest(published, head.encode(), "sha256")
    for about, token in {
        "a published key that the example does not allow": issuer.token("RS256"),
        "the other key's name": issuer.token("EdDSA", header={"kid": "ES256"}),
        "another key's signature": issuer.token(key=other_key),
        "a key in the header": issuer.token(key=other_key, header={"jwk": public}),
        "keys from elsewhere": issuer.token(key=other_key, header={"jku": "https://evil.example/jwks.json"}),
        "a MAC under the public key": f"{head}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}",
    }.items():
        answer = read(issuer_client, token)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token"), about


def test_the_example_does_not_fetch_the_keys_for_each_unknown_kid(issuer: TokenIssuer, issuer_client: httpx.Client) -> None:
    read(issuer_client, issuer.token())
    before = issuer.jwks_requests
    for n in range(20):
        assert read(issuer_client, issuer.token(header={"kid": f"k{n}"})).status_code == 401
    assert issuer.jwks_requests <= before + 1


def test_the_example_refuses_reports_while_introspection_fails(issuer: TokenIssuer, issuer_client: httpx.Client) -> None:
    token = issuer.token()
    for introspection in [(200, b"{}"), (200, b"<html>"), (200, b"[]"), (401, b"{}"), (503, b"{}"), (302, b"")]:
        issuer.introspection = introspection
        assert report(issuer_client, token).status_code == 503, introspection
    for introspection in [(200, b'{"active": false}'), (200, b'{"active": "yes"}')]:
        issuer.introspection = introspection
        assert report(issuer_client, token).status_code == 401, introspection
    issuer.introspection = (200, b'{"active": true}')
    assert report(issuer_client, token).status_code == 200


def test_the_example_refuses_a_report_over_64_kib(issuer_client: httpx.Client) -> None:
    for length in ("65537", "1" * 5000, "-1", "x"):
        # httpx refuses to send a Content-Length that does not match the body.
        connection = HTTPConnection(issuer_client.base_url.host, issuer_client.base_url.port, timeout=10)
        connection.request("PUT", f"/studies/{STUDY}/report", headers={"Content-Length": length})
        assert connection.getresponse().status == 413, length
        connection.close()


def test_the_example_is_unavailable_without_keys(issuer: TokenIssuer) -> None:
    with run_resource_server(f"http://127.0.0.1:{free_port()}", CLINIC, "ask_x") as client:
        assert read(client, issuer.token()).status_code == 503
    with run_resource_server(issuer.url, CLINIC, "ask_x") as client:
        issuer.serves_html = True
        assert read(client, issuer.token()).status_code == 503
        issuer.serves_html = False
        assert read(client, issuer.token()).status_code == 200
