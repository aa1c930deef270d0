"""Links into the viewer, the views they open, and the keys that sign them."""

import re

from conftest import Clinic

STUDY = {"studyInstanceUid": "1.2.840.10008.5.1"}


def test_a_view_opens_renews_and_ends(clinic: Clinic):
    user = clinic.add_radiologist("reader@lakeside.example")["userId"]
    pacs, nobody = clinic.pacs, clinic.nobody
    link = pacs.expect(200, "POST", "/v1/autoScribe/studies/reroute-url", STUDY | {"assignedToUserId": user})
    assert link["url"].startswith("https://viewer.example/study/")
    token = re.search("#token=(.+)", link["url"])[1]
    view = nobody.expect(200, "POST", "/v1/access/redeem", {"token": token})["viewToken"]
    nobody.expect(404, "POST", "/v1/access/redeem", {"token": token})
    renewed = nobody.expect(200, "POST", "/v1/access/renew", Authorization=f"Bearer {view}")["viewToken"]
    assert pacs.expect(200, "POST", "/v1/access/introspect", f"token={renewed}")["active"] is True
    issuer = pacs.stack.outputs["PublicUrl"]
    assert pacs.expect(200, "POST", "/v1/access/introspect", f"token={renewed}")["iss"] == issuer
    assert len(nobody.expect(200, "GET", "/.well-known/jwks.json")["keys"]) >= 1
    listed = pacs.expect(200, "GET", f"/v1/access?userId={user}&active=true")
    assert [one["accessId"] for one in listed["access"]] == [link["accessId"]]
    assert "lastViewAt" in clinic.owner.expect(200, "GET", f"/v1/autoScribe/users/{user}")
    pacs.expect(200, "POST", "/v1/access/revoke", {"accessId": link["accessId"]})
    nobody.expect(401, "POST", "/v1/access/renew", Authorization=f"Bearer {renewed}")
    pacs.expect(200, "POST", "/v1/autoScribe/users/revoke-access", {"userId": user})
    pacs.expect(409, "POST", "/v1/autoScribe/studies/reroute-url", STUDY | {"assignedToUserId": user})
    pacs.expect(200, "POST", "/v1/autoScribe/users/release", {"userId": user})


def test_views_without_a_reader(clinic: Clinic):
    clinic.pacs.expect(200, "POST", "/v1/autoScribe/studies/viewer-only-reroute-url", STUDY)
    clinic.pacs.expect(200, "POST", "/v1/autoScribe/ephemeral-sessions", {"retrievalId": "order-7"})


def test_only_the_viewers_origin_reads_answers(clinic: Clinic):
    # The emulator answers OPTIONS itself, so the preflight is tested in tests/api.
    for origin, path, allowed in [
        ("https://viewer.example", "/v1/access/redeem", "https://viewer.example"),
        ("https://evil.example", "/v1/access/redeem", None),
        ("https://viewer.example", "/v1/session", None),
    ]:
        answer = clinic.nobody.send("POST", path, {}, Origin=origin)
        assert answer.headers["Access-Control-Allow-Origin"] == allowed, (origin, path)
