"""Checks openapi.json against the service, with generated requests for every operation."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import ROOT, Service

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
# A run ends its own session with this operation, and every request after it would be a 401.
ENDS_THE_RUN = ["--exclude-operation-id", "signOut"]


@pytest.fixture(scope="module")
def runs(service: Service) -> Iterator[dict[str, subprocess.Popen]]:
    """One run for each kind of caller. They take minutes, so they share the machine's cores."""
    callers = {"key": {"Authorization": f"Bearer {service.key}"}, "owner": service.owner}
    started = {caller: start_run(service.url, headers) for caller, headers in callers.items()}
    yield started
    for run in started.values():
        run.kill()


def start_run(url: str, headers: dict[str, str]) -> subprocess.Popen:
    schemathesis = Path(sys.executable).with_name("schemathesis")
    sent = [argument for name, value in headers.items() for argument in ("--header", f"{name}: {value}")]
    arguments = [
        schemathesis, "run", ROOT / "docs" / "openapi.json", "--url", url, *sent, "--checks", CHECKS,
        "--max-examples", "80", "--seed", "1", "--workers", "1", "--no-color", *ENDS_THE_RUN,
    ]  # fmt: skip
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


@pytest.mark.parametrize("caller", ["key", "owner"])
def test_generated_requests_find_no_5xx_and_nothing_undocumented(
    runs: dict[str, subprocess.Popen], caller: str
) -> None:
    printed, _ = runs[caller].communicate()
    assert runs[caller].returncode == 0, printed[-8000:]
