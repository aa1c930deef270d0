"""An AWS emulator in a directory of its own, and the stack in it."""

import hashlib
import http.client
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

ROOT = Path(__file__).resolve().parents[2]
BINARIES = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug"
REGION = "eu-west-1"
STACK = "autoscribe-access"
DOMAIN = "mail.example.com"
KEYS = ("InvitationLinkKeys", "PasswordLinkKeys", "AccessLinkKeys", "KnownBrowserKeys", "WebhookKeys", "SigningKeys")
CODE = re.compile(r"CodeUri: \.\./target/lambda/([a-z-]+)")


def leave_out_unsupported(template: str) -> str:
    """Removes what ministack cannot create: backup selections, alarms on several metrics, and CodeDeploy."""
    blocks = re.split(r"^(?=  \w+:\n)", template, flags=re.MULTILINE)
    kept = [one for one in blocks if "AWS::Backup::BackupSelection" not in one and "\n      Metrics:\n" not in one]
    assert len(blocks) - len(kept) == 6, "a resource that ministack cannot create was added or removed"
    # It gives SAM no parameters, so SAM sees only their defaults.
    text, count = re.subn(r"(  GradualDeployment:\n.*\n    Default: )\"true\"", r'\1"false"', "".join(kept))
    assert count == 1
    return text


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Cloud:
    """The emulator. It listens on 127.0.0.1 and keeps everything in `home`."""

    def __init__(self, home: Path):
        self.home, self.port = home, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        self.environment = kept | {
            # Without this, the functions would call AWS.
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
        }
        settings = {
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "MINISTACK_HOST": "localhost",
            "MINISTACK_REGION": REGION,
            "AUTH": "true",  # enforces the policies of the roles
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
            "TMPDIR": str(home),
            "S3_DATA_DIR": str(home / "s3"),
            "STATE_DIR": str(home / "state"),
        }
        self.log = home / "log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, ROOT / "tests/deploy/emulator.py"],
                env=self.environment | settings, cwd=home, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        self._wait()

    def _wait(self) -> None:
        until = time.time() + 60
        while time.time() < until and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.url}/_ministack/health", timeout=1)
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("the emulator did not start:\n" + self.log.read_text()[-2000:])

    def stop(self) -> None:
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)

    def client(self, service: str, **credentials: str) -> Any:
        credentials = credentials or {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        config = Config(retries={"max_attempts": 1}, read_timeout=60)
        return boto3.client(service, endpoint_url=self.url, region_name=REGION, config=config, **credentials)

    def upload_code(self, template: str) -> None:
        """Uploads the binaries that the template names."""
        s3 = self.client("s3")
        s3.create_bucket(Bucket="code", CreateBucketConfiguration={"LocationConstraint": REGION})
        for name in CODE.findall(template):
            binary, archive = self.home / name, self.home / f"{name}.zip"
            shutil.copy(BINARIES / name, binary)
            # 25 MB instead of 85.
            subprocess.run(["strip", binary], check=True)
            entry = zipfile.ZipInfo("bootstrap")
            entry.external_attr, entry.compress_type = 0o755 << 16, zipfile.ZIP_DEFLATED
            with zipfile.ZipFile(archive, "w") as out:
                out.writestr(entry, binary.read_bytes(), compresslevel=1)
            s3.upload_file(str(archive), "code", archive.name)
            binary.unlink()
            archive.unlink()

    def upload_template(self, template: str, release: int) -> str:
        """Uploads the template as `make deploy` releases it. Returns its URL."""
        text = CODE.sub(r"CodeUri: s3://code/\1.zip", leave_out_unsupported(template))
        body = text.replace(": unreleased", f": v{release:08x}").encode()
        self.client("s3").put_object(Bucket="code", Key="template.yaml", Body=body)
        return f"{self.url}/code/template.yaml"

    def emails(self, address: str) -> list[dict]:
        with urllib.request.urlopen(f"{self.url}/_ministack/ses/messages") as answer:
            accounts = json.load(answer)["messages"]
        return [email for sent in accounts.values() for email in sent if address in email["To"]]

    def wait_for_emails(self, address: str, count: int = 1) -> list[dict]:
        return wait_for(lambda: (found := self.emails(address)) and len(found) >= count and found, f"email to {address}")

    def newest_link(self, address: str, count: int = 1) -> str:
        """Returns the newest link in emails to the address, from the `count`th email on. Notices have no link."""

        def links() -> list[str]:
            texts = [email["BodyText"] for email in self.emails(address)[count - 1 :]]
            return [link for text in texts for link in re.findall(r"https://\S+#token=[\w-]+", text)]

        return wait_for(links, f"link to {address}")[-1]


def wait_for(condition: Any, what: str, seconds: float = 20) -> Any:
    """Waits until the condition is true. Returns its value."""
    until = time.time() + seconds
    while not (value := condition()):
        assert time.time() < until, f"no {what} within {seconds} s"
        time.sleep(0.1)
    return value


@dataclass
class Stack:
    """The deployed stack."""

    cloud: Cloud
    parameters: dict[str, str]
    template: str
    releases: int = 0
    ids: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    seconds: float = 0
    started: set[str] = field(default_factory=set)

    def deploy(self, operation: str = "create", **changed: str) -> None:
        """Creates or updates the stack."""
        formation, began = self.cloud.client("cloudformation"), time.time()
        self.parameters |= changed
        self.releases += 1
        url = self.cloud.upload_template(self.template, self.releases)
        getattr(formation, f"{operation}_stack")(
            StackName=STACK,
            TemplateURL=url,
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in self.parameters.items()],
        )

        def finished() -> dict | None:
            stack = formation.describe_stacks(StackName=STACK)["Stacks"][0]
            return None if stack["StackStatus"].endswith("_IN_PROGRESS") else stack

        stack = wait_for(finished, "end of the deployment", 120)
        assert stack["StackStatus"] == f"{operation.upper()}_COMPLETE", self.why(formation, stack)
        self.seconds = time.time() - began
        self.outputs = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
        resources = formation.describe_stack_resources(StackName=STACK)["StackResources"]
        self.ids = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in resources}

    @staticmethod
    def why(formation: Any, stack: dict) -> str:
        events = formation.describe_stack_events(StackName=STACK)["StackEvents"]
        failed = [f"{one['LogicalResourceId']}: {one.get('ResourceStatusReason')}" for one in events if "FAILED" in one["ResourceStatus"]]
        return f"{stack['StackStatus']} {stack.get('StackStatusReason')} {failed}"

    def work_around_the_emulator(self) -> None:
        """What ministack does otherwise than AWS. Delete a line once it is not needed."""
        # Its email identities have no DKIM tokens, so the stack makes none.
        self.cloud.client("sesv2").create_email_identity(EmailIdentity=DOMAIN)
        # It ignores ExcludePunctuation, and a colon would end a key's id.
        vault = self.cloud.client("secretsmanager")
        for name in KEYS:
            vault.put_secret_value(SecretId=self.ids[name], SecretString=secrets.token_hex(32))
        self.point_cloudfront_at_the_emulator()
        # Its stacks make buckets without their lock.
        s3, bucket = self.cloud.client("s3"), self.ids["AuditBucket"]
        lock = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Years": 6}}}
        s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration=lock)
        # It speaks no TLS, which this bucket requires.
        policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
        policy["Statement"] = [one for one in policy["Statement"] if one["Sid"] != "OnlyTls"]
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))

    def point_cloudfront_at_the_emulator(self) -> None:
        # Its API listens on its own port, without TLS, under another name.
        front, distribution = self.cloud.client("cloudfront"), self.outputs["DistributionId"]
        answer = front.get_distribution_config(Id=distribution)
        origin = next(one for one in answer["DistributionConfig"]["Origins"]["Items"] if one["Id"] == "api")
        origin["DomainName"] = f"{self.ids['Api']}.execute-api.localhost"
        origin["CustomOriginConfig"] |= {"HTTPPort": self.cloud.port, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only"}
        front.update_distribution(Id=distribution, IfMatch=answer["ETag"], DistributionConfig=answer["DistributionConfig"])

    def invoke(self, function: str, payload: dict) -> dict:
        """Invokes a function as an operator does."""
        answer = self.cloud.client("lambda").invoke(FunctionName=self.ids[f"{function}Function"], Payload=json.dumps(payload).encode())
        body = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, body
        return body

    def credentials_of(self, function: str) -> dict[str, str]:
        """The credentials of a function's role, which the emulator derives from its name and version."""
        functions, name = self.cloud.client("lambda"), self.ids[f"{function}Function"]
        version = {} if function == "Provision" else {"Qualifier": "live"}
        configuration = functions.get_function_configuration(FunctionName=name, **version)
        arn = configuration["FunctionArn"]
        if arn not in self.started:
            # It knows them from the first call of a version on. No function accepts this event.
            version = {} if function == "Provision" else {"Qualifier": configuration["Version"]}
            functions.invoke(FunctionName=name, Payload=b"[]", **version)
            self.started.add(arn)
        mark = hashlib.sha256(f"{configuration['FunctionArn']}:{configuration['Role']}".encode()).hexdigest()
        return {
            "aws_access_key_id": "ASIA" + mark[:16].upper(),
            "aws_secret_access_key": hashlib.sha256(f"secret:{mark}".encode()).hexdigest(),
            "aws_session_token": hashlib.sha256(f"token:{mark}".encode()).hexdigest(),
        }


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class Caller:
    """Sends requests to the public URL, with one credential or none."""

    stack: Stack
    key: str | None = None
    cookie: str | None = None
    clinic: str | None = None
    host: str | None = None

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        # CloudFront redirects http, and the emulator takes the viewer's protocol from this header.
        sent = {"Host": self.host or self.stack.outputs["DistributionDomain"], "X-Forwarded-Proto": "https"}
        if isinstance(body, str):
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        elif body is not None:
            sent["Content-Type"], body = "application/json", json.dumps(body)
        if self.key:
            sent["Authorization"] = f"Bearer {self.key}"
        if self.cookie:
            sent["Cookie"] = self.cookie
        if self.clinic:
            sent["AutoScribe-Clinic"] = self.clinic
        sent |= {"Origin": self.stack.outputs["PublicUrl"]} | {name.replace("_", "-"): value for name, value in headers.items()}
        wire = http.client.HTTPConnection("127.0.0.1", self.stack.cloud.port, timeout=60)
        wire.request(method, path, body, sent)
        answer = wire.getresponse()
        return Answer(answer.status, answer.headers, answer.read().decode())

    def expect(self, status: int, method: str, path: str, body: Any = None, **headers: str) -> Any:
        answer = self.send(method, path, body, **headers)
        assert answer.status == status, f"{method} {path}: {answer.status} {answer.text[:500]}"
        return json.loads(answer.text) if answer.text else None
