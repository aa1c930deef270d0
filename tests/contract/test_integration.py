"""docs/INTEGRATION.md as it stands, and the example of a service behind the viewer."""

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from conftest import ROOT, Service, free_port
from test_sdk import opened, person

STUDY = "1.2.840.113619.2.1"


@pytest.fixture(scope="module")
def reader(service: Service) -> str:
    wanted = person(last_name="Hale", clinic_role="Radiologist", can_create_reports=True, npi_number="1234567893")
    service.client().auto_scribe.users.invite(**wanted)
    return service.accept(wanted["email"])["userId"]


@pytest.fixture(scope="module")
def resource_server(service: Service) -> Iterator[httpx.Client]:
    script = ROOT / "examples" / "resource-server" / "resource_server.py"
    settings = {"AUTOSCRIBE_URL": service.url, "AUTOSCRIBE_API_KEY": service.key, "PORT": str(free_port())}
    process = subprocess.Popen([sys.executable, script], env={**os.environ, **settings}, stdout=subprocess.PIPE, text=True)
    yield httpx.Client(base_url=process.stdout.readline().strip())
    process.terminate()
    process.wait(10)


def bearer(token: str) -> dict:
    return {"Authorization": f"Bearer {token}"}


def part(of: dict) -> str:
    return base64.urlsafe_b64encode(json.dumps(of).encode()).decode().rstrip("=")


def test_the_guides_python_runs_as_it_stands(service: Service, reader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AVARA_BASE_URL", service.url)
    monkeypatch.setenv("AVARA_API_KEY", service.key)
    guide = (ROOT / "docs" / "INTEGRATION.md").read_text()
    blocks = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    assert blocks
    names: dict = {}
    for block in blocks:
        exec(block, names)  # noqa: S102
    assert names["readers"][reader] == "Hale"
    assert opened(service, names["link"].url)["scope"] == "study:read report:write"
    assert opened(service, names["look"].url)["scope"] == "study:read"
    assert opened(service, names["other"].url)["retrievalId"] == "order-7"
    assert names["access_id"] in [access["accessId"] for access in names["open_now"]]
    with pytest.raises(httpx.HTTPStatusError):
        opened(service, names["long"].url)


def test_the_guides_curl_runs_as_it_stands(service: Service, reader: str) -> None:
    guide = (ROOT / "docs" / "INTEGRATION.md").read_text()
    (line,) = re.findall(r"```sh\n(curl .*?)```", guide, re.DOTALL)
    settings = {"AVARA_BASE_URL": service.url, "AVARA_API_KEY": service.key, "READER": reader}
    said = subprocess.run(["bash", "-c", line], env={**os.environ, **settings}, capture_output=True, check=True)
    assert opened(service, json.loads(said.stdout)["url"])["study"] == {"studyInstanceUid": STUDY}


def test_the_example_gives_the_study_that_the_token_is_for(
    service: Service, reader: str, resource_server: httpx.Client
) -> None:
    link = service.client().auto_scribe.studies.reroute_url(assigned_to_user_id=reader, study_instance_uid=STUDY)
    token = opened(service, link.url)["viewToken"]
    assert resource_server.get(f"/studies/{STUDY}", headers=bearer(token)).json()["images"] == 128
    another = resource_server.get("/studies/1.2.840.9", headers=bearer(token))
    assert (another.status_code, another.json()["error"]) == (403, "insufficient_scope")
    report = resource_server.put(f"/studies/{STUDY}/report", headers=bearer(token), content="Unremarkable.")
    assert report.json() == {"studyInstanceUid": STUDY, "characters": 13}


def test_the_example_takes_no_report_of_who_only_views_and_none_of_a_view_that_ended(
    service: Service, reader: str, resource_server: httpx.Client
) -> None:
    studies = service.client().auto_scribe.studies
    look = opened(service, studies.viewer_only_reroute_url(study_instance_uid=STUDY).url)["viewToken"]
    assert resource_server.get(f"/studies/{STUDY}", headers=bearer(look)).status_code == 200
    assert resource_server.put(f"/studies/{STUDY}/report", headers=bearer(look), content="x").status_code == 403
    link = studies.reroute_url(assigned_to_user_id=reader, study_instance_uid=STUDY)
    token = opened(service, link.url)["viewToken"]
    ended = httpx.post(f"{service.url}/v1/access/revoke", json={"accessId": link.accessId}, headers=bearer(service.key))
    ended.raise_for_status()
    refused = resource_server.put(f"/studies/{STUDY}/report", headers=bearer(token), content="x")
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, 'Bearer error="invalid_token"')


def test_the_example_takes_no_forged_token_and_none_of_another_kind(
    service: Service, resource_server: httpx.Client
) -> None:
    link = service.client().auto_scribe.studies.viewer_only_reroute_url(study_instance_uid=STUDY)
    head, claims, signature = opened(service, link.url)["viewToken"].split(".")
    said = json.loads(base64.urlsafe_b64decode(claims + "=="))
    for forged in [
        f"{part({'alg': 'none', 'typ': 'at+jwt'})}.{claims}.",
        f"{head}.{part({**said, 'exp': said['exp'] + 3600})}.{signature}",
        f"{head}.{claims}.{'A' * len(signature)}",
        service.owner,  # a session of the dashboard, signed by the same keys
        link.url.split("#token=")[1],
        service.key,
        "x",
    ]:
        answer = resource_server.get(f"/studies/{STUDY}", headers=bearer(forged))
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
    assert resource_server.get(f"/studies/{STUDY}").status_code == 401
    assert resource_server.get("/else").status_code == 404
