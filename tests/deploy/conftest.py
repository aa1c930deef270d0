"""The stack, deployed once for all tests, with a clinic whose owner has signed in."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cloud import DOMAIN, REGION, ROOT, STACK, Caller, Cloud, Stack
from registry import NPI, start_registry

PASSWORD = "quartz lantern gravel otter"


@dataclass
class Clinic:
    """A clinic, with its first API key and its owner's session."""

    id: str
    invitation: str
    owner_email: str
    pacs: Caller
    owner: Caller
    nobody: Caller

    def accept(self, address: str, **password: str) -> dict:
        """Follows the newest emailed link and accepts."""
        token = self.pacs.stack.cloud.newest_link(address).partition("#token=")[2]
        shown = self.nobody.expect(200, "POST", "/v1/invitation/lookup", {"token": token})
        return self.nobody.expect(200, "POST", "/v1/invitation/accept", {"token": token, "terms": shown["terms"], **password})

    def add_radiologist(self, address: str) -> dict:
        """Invites the one person of the registry, who accepts. Returns the user."""
        self.pacs.expect(201, "POST", "/v1/autoScribe/users", radiologist(address))
        return self.accept(address)


def member(address: str) -> dict:
    return {
        "email": address, "firstName": "Grace", "lastName": "Lind", "clinicRole": "Front Desk Operator", "level": "member",
        "canManageStudies": False, "canCreateReports": False, "hasDashboardAccess": False,
    }  # fmt: skip


def radiologist(address: str) -> dict:
    who = {"firstName": "Anna", "lastName": "Hale", "clinicRole": "Radiologist"}
    return member(address) | who | {"canCreateReports": True, "npiNumber": NPI}


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    home = Path(tempfile.mkdtemp(prefix="deploy-"))
    cloud = Cloud(home)
    yield cloud
    cloud.stop()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def stack(cloud: Cloud) -> Iterator[Stack]:
    registry = start_registry()
    parameters = {
        "Arch": "x86_64",
        "ViewerUrlBase": "https://viewer.example",
        "ViewerOrigins": "https://viewer.example",
        "MailDomain": DOMAIN,
        "MailFrom": f"no-reply@{DOMAIN}",
        "CreateMailIdentity": "false",
        "NppesBaseUrl": f"http://127.0.0.1:{registry.server_port}/api/",
        # No service listens there. A list that does not answer refuses no password.
        "BreachedPasswordsUrl": f"http://127.0.0.1:{registry.server_port}/range/",
    }
    template = Path(os.environ.get("TEMPLATE", ROOT / "infra/template.yaml")).read_text()
    cloud.upload_code(template)
    stack = Stack(cloud, parameters, template)
    stack.deploy()
    stack.work_around_the_emulator()
    publish(stack)
    yield stack
    registry.shutdown()


def publish(stack: Stack) -> str:
    """Uploads the pages as `make deploy` does. Returns what it prints."""
    command = [sys.executable, ROOT / "infra/publish.py", "--stack", STACK, "--region", REGION]
    done = subprocess.run(command, env=stack.cloud.environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def clinic(stack: Stack) -> Clinic:
    return provision(stack, "Lakeside Imaging", "olu@lakeside.example")


def provision(stack: Stack, name: str, email: str) -> Clinic:
    request = {
        "clinicName": name, "ownerEmail": email, "ownerFirstName": "Olu", "ownerLastName": "Adeyemi",
        "embedOrigins": ["https://pacs.lakeside.example"],
    }  # fmt: skip
    made = stack.invoke("Provision", request)
    nobody, pacs = Caller(stack), Caller(stack, key=made["apiKey"])
    clinic = Clinic(made["clinicId"], made["invitationId"], email, pacs, nobody, nobody)
    clinic.accept(email, password=PASSWORD)
    signed_in = nobody.send("POST", "/v1/session", {"email": email, "password": PASSWORD, "clinicId": clinic.id})
    assert signed_in.status == 200, signed_in.text
    cookies = "; ".join(cookie.split(";")[0] for cookie in signed_in.headers.get_all("Set-Cookie"))
    clinic.owner = Caller(stack, cookie=cookies, clinic=clinic.id)
    return clinic
