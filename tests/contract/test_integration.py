"""Runs the code in docs/INTEGRATION.md, and the example of a service behind the viewer."""

import base64
import hmac
import json
import os
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import jwt
import pytest
from avara import Avara
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from conftest import ROOT, Service, free_port
from test_sdk import open_link, person

STUDY = "1.2.840.113619.2.1"
CLINIC = "01890a5d-ac96-774b-bcce-b302099a8057"
OTHER_CLINIC = "01890a5d-ac96-774b-bcce-b302099a8058"
GUIDE = (ROOT / "docs" / "INTEGRATION.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


@pytest.fixture(scope="module")
def reader(service: Service) -> str:
    wanted = person(last_name="Hale", clinic_role="Radiologist", can_create_reports=True, npi_number="1234567893")
    service.client().auto_scribe.users.invite(**wanted)
    return service.accept(wanted["email"])["userId"]


@pytest.fixture(scope="module")
def pacs(service: Service) -> Avara:
    """The SDK with the API key that the guide creates, which proves that its scopes are enough."""
    created = httpx.post(f"{service.url}/v1/apiKeys", json=json.loads(blocks("json")[0]), headers=service.owner)
    created.raise_for_status()
    return Avara(base_url=service.url, api_key=created.json()["apiKey"])


@contextmanager
def run_resource_server(url: str, clinic: str, key: str) -> Iterator[httpx.Client]:
    script = ROOT / "examples" / "resource-server" / "resource_server.py"
    settings = {
        "AUTOSCRIBE_URL": url, "AUTOSCRIBE_CLINIC_ID": clinic, "AUTOSCRIBE_API_KEY": key, "PORT": str(free_port()),
    }  # fmt: skip
    process = subprocess.Popen([sys.executable, script], env={**os.environ, **settings}, stdout=subprocess.PIPE, text=True)
    try:
        with httpx.Client(base_url=process.stdout.readline().strip()) as client:
            yield client
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="module")
def resource_server(service: Service) -> Iterator[httpx.Client]:
    wanted = {"description": "Images", "scopes": ["access:introspect"]}
    created = httpx.post(f"{service.url}/v1/apiKeys", json=wanted, headers=service.owner)
    created.raise_for_status()
    with run_resource_server(service.url, service.clinic, created.json()["apiKey"]) as client:
        yield client


def bearer(token: str) -> dict:
    return {"Authorization": f"Bearer {token}"}


def encode_part(content: dict) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def read(server: httpx.Client, token: str) -> httpx.Response:
    return server.get(f"/studies/{STUDY}", headers=bearer(token))


def report(server: httpx.Client, token: str) -> httpx.Response:
    return server.put(f"/studies/{STUDY}/report", headers=bearer(token), content="Unremarkable.")


def test_the_guides_python_runs_unchanged(
    service: Service, pacs: Avara, reader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AVARA_BASE_URL", service.url)
    monkeypatch.setenv("AVARA_API_KEY", pacs.api_key)
    names: dict = {}
    for block in blocks("python"):
        exec(block, names)  # noqa: S102
    assert names["readers"] == {reader: "Hale"}
    assert open_link(service, names["link"].url)["scope"] == "study:read report:write"
    assert open_link(service, names["read_only"].url)["scope"] == "study:read"
    assert open_link(service, names["ephemeral"].url)["retrievalId"] == "order-7"
    assert names["access_id"] in [access["accessId"] for access in names["open_now"]]
    opened, renewed = names["opened"], names["renewed"]
    assert (opened["tokenType"], renewed["tokenType"]) == ("DPoP", "DPoP")
    assert opened["viewExpiresAt"] == renewed["viewExpiresAt"]
    left = datetime.fromisoformat(opened["viewExpiresAt"]) - datetime.now(UTC)
    assert timedelta(hours=7, minutes=59) < left <= timedelta(hours=8)
    ended = {"Authorization": f"DPoP {renewed['viewToken']}"}
    url = f"{service.url}/v1/access/renew"
    ended["DPoP"] = names["proof"](url, renewed["viewToken"])
    assert httpx.post(url, headers=ended).json()["code"] == "view_ended"


def test_a_long_view_without_a_proof_ends_after_an_hour(service: Service, pacs: Avara) -> None:
    link = pacs.auto_scribe.studies.viewer_only_reroute_url(
        study_instance_uid=STUDY, extra_body={"viewSeconds": 28800}
    )
    left = datetime.fromisoformat(open_link(service, link.url)["viewExpiresAt"]) - datetime.now(UTC)
    assert timedelta(minutes=59) < left <= timedelta(hours=1)


def test_the_guides_commands_run_unchanged_and_redeem_answers_as_shown(
    service: Service, pacs: Avara, reader: str
) -> None:
    known = {"AVARA_BASE_URL": service.url, "AVARA_API_KEY": pacs.api_key, "READER": reader}

    def run(command: str, **more: str) -> dict:
        environment = {**os.environ, **known, **more}
        result = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, check=True)
        return json.loads(result.stdout)

    link, redeem, renew, introspect = blocks("sh")
    view = run(redeem, URL=run(link)["url"])
    documented = json.loads(blocks("json")[1])
    for changing in ("viewToken", "viewExpiresAt", "accessId"):
        assert view[changing]
        documented[changing] = view[changing]
    assert view == documented
    renewed = run(renew, VIEW_TOKEN=view["viewToken"])
    assert renewed["expiresIn"] == 300
    assert run(introspect, VIEW_TOKEN=renewed["viewToken"])["jti"] == view["accessId"]


def test_the_example_returns_only_the_study_of_the_token(
    service: Service, pacs: Avara, reader: str, resource_server: httpx.Client
) -> None:
    link = pacs.auto_scribe.studies.reroute_url(assigned_to_user_id=reader, study_instance_uid=STUDY)
    token = open_link(service, link.url)["viewToken"]
    assert read(resource_server, token).json()["images"] == 128
    another = resource_server.get("/studies/1.2.840.9", headers=bearer(token))
    assert (another.status_code, another.json()["error"]) == (403, "insufficient_scope")
    assert report(resource_server, token).json() == {"studyInstanceUid": STUDY, "bytes": 13}
    elsewhere = resource_server.put("/studies/1.2.840.9/report", headers=bearer(token), content="x")
    assert elsewhere.status_code == 403


def test_the_example_refuses_a_genuine_token_of_another_clinic(
    service: Service, pacs: Avara, resource_server: httpx.Client
) -> None:
    other = service.provision("Lakeside Radiology", "owner@lakeside.example")
    lakeside = Avara(base_url=service.url, api_key=other["apiKey"])

    def open_study(by: Avara) -> str:
        link = by.auto_scribe.studies.viewer_only_reroute_url(study_instance_uid=STUDY)
        return open_link(service, link.url)["viewToken"]

    ours, theirs = open_study(pacs), open_study(lakeside)
    with run_resource_server(service.url, other["clinicId"].upper(), other["apiKey"]) as their_server:
        for server, own, foreign in [(resource_server, ours, theirs), (their_server, theirs, ours)]:
            assert read(server, own).status_code == 200
            for refused in (read(server, foreign), report(server, foreign)):
                assert (refused.status_code, refused.json()["error"]) == (401, "invalid_token")
                assert "not for this clinic" in refused.headers["www-authenticate"]


def test_the_example_refuses_a_report_with_a_read_only_token(
    service: Service, pacs: Avara, reader: str, resource_server: httpx.Client
) -> None:
    link = pacs.auto_scribe.studies.viewer_only_reroute_url(study_instance_uid=STUDY, user_id=reader)
    token = open_link(service, link.url)["viewToken"]
    assert read(resource_server, token).status_code == 200
    refused = report(resource_server, token)
    assert refused.status_code == 403
    assert refused.headers["www-authenticate"] == 'Bearer error="insufficient_scope", scope="report:write"'


def test_the_example_refuses_a_report_after_the_view_ended(
    service: Service, pacs: Avara, reader: str, resource_server: httpx.Client
) -> None:
    link = pacs.auto_scribe.studies.reroute_url(assigned_to_user_id=reader, study_instance_uid=STUDY)
    token = open_link(service, link.url)["viewToken"]
    assert report(resource_server, token).status_code == 200
    ended = httpx.post(f"{service.url}/v1/access/revoke", json={"accessId": link.accessId}, headers=bearer(pacs.api_key))
    ended.raise_for_status()
    refused = report(resource_server, token)
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_token")
    assert "the view has ended" in refused.headers["www-authenticate"]


def test_the_example_refuses_a_view_bound_to_a_key(
    service: Service, pacs: Avara, resource_server: httpx.Client
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    public = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    url = f"{service.url}/v1/access/redeem"
    claims = {"jti": uuid.uuid4().hex, "htm": "POST", "htu": url, "iat": int(time.time())}
    proof = jwt.encode(claims, key, "ES256", {"typ": "dpop+jwt", "jwk": public})
    link = pacs.auto_scribe.studies.viewer_only_reroute_url(study_instance_uid=STUDY)
    view = httpx.post(url, json={"token": link.url.split("#token=")[1]}, headers={"DPoP": proof}).json()
    assert view["tokenType"] == "DPoP"
    for scheme in ("Bearer", "DPoP"):
        header = {"Authorization": f"{scheme} {view['viewToken']}", "DPoP": proof}
        refused = resource_server.get(f"/studies/{STUDY}", headers=header)
        assert refused.status_code == 401
        assert "does not support DPoP" in refused.headers["www-authenticate"]


def test_the_example_refuses_altered_tokens_and_other_kinds(
    service: Service, pacs: Avara, resource_server: httpx.Client
) -> None:
    link = pacs.auto_scribe.studies.viewer_only_reroute_url(study_instance_uid=STUDY)
    head, claims, signature = open_link(service, link.url)["viewToken"].split(".")
    decoded = json.loads(base64.urlsafe_b64decode(claims + "=="))
    for wrong in [
        f"{encode_part({'alg': 'none', 'typ': 'at+jwt'})}.{claims}.",
        f"{head}.{encode_part({**decoded, 'exp': decoded['exp'] + 3600})}.{signature}",
        f"{head}.{claims}.{'A' * len(signature)}",
        service.owner["Cookie"].partition("=")[2],  # a dashboard session
        link.url.split("#token=")[1],
        service.key,
        "x",
    ]:
        answer = read(resource_server, wrong)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
        assert answer.headers["www-authenticate"].startswith('Bearer error="invalid_token"')
    without = resource_server.get(f"/studies/{STUDY}")
    assert (without.status_code, without.headers["www-authenticate"]) == (401, "Bearer")
    assert resource_server.get("/else").status_code == 404


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
