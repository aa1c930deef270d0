"""Runs the code in docs/INTEGRATION.md, and the example of a service behind the viewer with real view tokens."""

import base64
import json
import os
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import httpx
import jwt
import pytest
from avara import Avara
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

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
