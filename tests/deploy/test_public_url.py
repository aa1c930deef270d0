"""One public URL: the pages from S3, and the API behind it."""

import re

import pytest

from cloud import Caller, Stack, wait_for

PAGES = {
    "/": "AutoScribe",
    "/users/invitations/inv_0192": "AutoScribe",
    "/sign-in": "Sign in",
    "/reset": "Set a new password",
    "/restricted": "Dashboard access restricted",
    "/accept": "Your invitation",
    # Some email scanners encode the `#` of a link.
    "/accept%23token=abc": "Your invitation",
    "/reset%2523token=abc": "Set a new password",
}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_served_with_strict_headers(stack: Stack, path: str):
    page = Caller(stack).send("GET", path)
    assert page.status == 200, page.text
    assert f"<title>{PAGES[path]}" in page.text
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert "require-trusted-types-for 'script'" in page.headers["Content-Security-Policy"]
    assert page.headers["Strict-Transport-Security"] == "max-age=63072000"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["X-Frame-Options"] == "DENY"


def test_the_files_of_a_page_have_their_types_and_stay_in_caches(stack: Stack):
    page = Caller(stack).send("GET", "/accept")
    assert page.headers["Cache-Control"] == "no-store"
    files = re.findall(r'(?:src|href)="(/assets/[^"]+)"', page.text)
    assert files
    for path in files:
        kind = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8"}[path.rsplit(".", 1)[1]]
        file = Caller(stack).send("GET", path)
        assert (file.status, file.headers["Content-Type"]) == (200, kind)
        assert file.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_http_is_redirected_for_pages_and_refused_for_the_api(stack: Stack):
    assert Caller(stack).send("GET", "/accept", X_Forwarded_Proto="http").status == 301
    assert Caller(stack).send("POST", "/v1/session", {}, X_Forwarded_Proto="http").status == 403


def test_the_apis_own_address_is_403(stack: Stack, clinic):
    # A key that works, so that only the address is wrong.
    direct = Caller(stack, key=clinic.pacs.key, host=f"{stack.ids['Api']}.execute-api.localhost:{stack.cloud.port}")
    for method, path in [("GET", "/v1/autoScribe/users"), ("POST", "/v1/session"), ("GET", "/.well-known/jwks.json")]:
        for headers in [{}, {"autoscribe-origin-secret": "0" * 64}]:
            refused = direct.send(method, path, **headers)
            assert (refused.status, refused.json["code"]) == (403, "public_url_required"), refused.text


def test_the_gateways_own_answers_have_the_headers_too(stack: Stack):
    answer = Caller(stack).send("GET", "/v1/nothing")
    assert answer.status == 404
    assert answer.headers["Strict-Transport-Security"] == "max-age=63072000"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_log_has_the_viewers_address_whatever_the_viewer_sends(stack: Stack):
    Caller(stack).send("GET", "/v1/session", Autoscribe_Viewer_Address="203.0.113.9", X_Forwarded_For="203.0.113.9")
    logs = stack.cloud.client("logs")

    def addresses() -> set[str]:
        events = logs.filter_log_events(logGroupName=stack.ids["SessionLogs"])["events"]
        lines = [event["message"] for event in events if "answered" in event["message"]]
        return {re.search(r'\bip="([^"]*)"', line)[1] for line in lines}

    assert wait_for(addresses, "line `answered`") == {"127.0.0.1"}
