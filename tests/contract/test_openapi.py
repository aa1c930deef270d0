"""Checks openapi.json against the service, with generated requests for every operation."""

import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT, Service

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


@pytest.mark.parametrize("caller", ["key", "owner"])
def test_generated_requests_find_no_5xx_and_nothing_undocumented(service: Service, caller: str) -> None:
    credential = service.key if caller == "key" else service.owner
    schemathesis = Path(sys.executable).with_name("schemathesis")
    run = subprocess.run(
        [
            schemathesis, "run", ROOT / "docs" / "openapi.json", "--url", service.url,
            "--header", f"Authorization: Bearer {credential}", "--checks", CHECKS,
            "--max-examples", "80", "--seed", "1", "--workers", "1", "--no-color",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
