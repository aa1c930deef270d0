"""The sealed audit: `events` seals it, and the command finds each way to tamper with it."""

import base64
import dataclasses
import json
import os
import subprocess
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from cloud import BINARIES, Stack

HOUR = 3600
# How many records each hour has, the oldest first.
COUNTS = [3, 0, 2, 1]
# How many records a segment has at most.
PART = 1000


def id_at(seconds: float) -> uuid.UUID:
    """A UUIDv7, as ids of clinics and records are."""
    return uuid.UUID(int=int(seconds * 1000) << 80 | 7 << 76 | 2 << 62 | uuid.uuid4().int >> 66)


def hour_text(hour: int) -> str:
    return time.strftime("%Y-%m-%dT%H:00:00Z", time.gmtime(hour))


@dataclasses.dataclass
class Sealed:
    """A clinic that is some hours old, with its sealed audit."""

    stack: Stack
    id: uuid.UUID
    hours: list[int]
    records: list[list[dict]]

    @property
    def bucket(self) -> str:
        return self.stack.ids["AuditBucket"]

    def key(self, hour: int) -> str:
        return f"segments/{self.id}/{time.strftime('%Y/%m/%d/%H', time.gmtime(self.hours[hour]))}.jws"

    def read(self, hour: int) -> bytes:
        return self.stack.cloud.client("s3").get_object(Bucket=self.bucket, Key=self.key(hour))["Body"].read()

    def put(self, hour: int, body: bytes) -> None:
        self.stack.cloud.client("s3").put_object(Bucket=self.bucket, Key=self.key(hour), Body=body)

    def remove(self, hour: int) -> None:
        remove(self.stack, self.key(hour))

    def verify(self, *options: str) -> tuple[int, list[str]]:
        """Runs the command. Returns its status and lines."""
        last = [] if "--to" in options else ["--to", hour_text(self.hours[-1])]
        return verify(self.stack, "--clinic", str(self.id), "--key", self.stack.ids["AuditKey"], *last, *options)

    def problems(self, *options: str) -> list[tuple[int, str]]:
        """Runs the command. Returns the hour of each finding, and what is wrong."""
        status, lines = self.verify(*options)
        assert (status == 1) == (len(lines) > 1), lines
        named = {hour_text(hour): at for at, hour in enumerate(self.hours)}
        prefix = f"Clinic {self.id}, hour "
        assert all(line.startswith(prefix) for line in lines[:-1]), lines
        parts = [line.removeprefix(prefix).split(": ", 1) for line in lines[:-1]]
        return [(named.get(hour, -1), problem) for hour, problem in parts]


def remove(stack: Stack, prefix: str) -> None:
    """Removes every version, which the lock forbids on AWS."""
    s3, bucket = stack.cloud.client("s3"), stack.ids["AuditBucket"]
    found = s3.list_object_versions(Bucket=bucket, Prefix=prefix)
    for version in found.get("Versions", []) + found.get("DeleteMarkers", []):
        s3.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"], BypassGovernanceRetention=True)


def verify(stack: Stack, *options: str) -> tuple[int, list[str]]:
    command = [BINARIES / "verify-audit", "--bucket", stack.ids["AuditBucket"], "--table", stack.ids["AccessTable"], *options]
    done = subprocess.run(command, env=stack.cloud.environment, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, done.stdout.splitlines()


def add_old_clinic(stack: Stack) -> Sealed:
    """Writes what a clinic would have that was created some hours ago."""
    # The object of a test of the roles.
    remove(stack, "keys/role")
    first = int(time.time()) // HOUR * HOUR - (len(COUNTS) + 1) * HOUR
    clinic, hours = id_at(first), [first + at * HOUR for at in range(len(COUNTS))]
    table = stack.cloud.client("dynamodb")

    def put(item: dict) -> None:
        table.put_item(TableName=stack.ids["AccessTable"], Item=item)

    put({"PK": {"S": f"CLINIC#{clinic}"}, "SK": {"S": "CLINIC"}, "GSI4PK": {"S": "CLINICS"}, "GSI4SK": {"S": str(clinic)}})
    records = [[audit_record(clinic, hour + 60 * n + 30) for n in range(count)] for hour, count in zip(hours, COUNTS, strict=True)]
    for record in (one for some in records for one in some):
        put(record)
    return Sealed(stack, clinic, hours, records)


def audit_record(clinic: uuid.UUID, at: int) -> dict:
    month = time.strftime("%Y-%m", time.gmtime(at))
    return {
        "PK": {"S": f"AUDIT#{clinic}#{month}"}, "SK": {"S": f"evt_{id_at(at).hex}"}, "at": {"N": str(at * 1000)},
        "ac": {"S": "operator"}, "an": {"S": "clinic.edited"}, "ob": {"S": f"clinic:{clinic}"},
        "ip": {"S": "192.0.2.1"}, "nn": {"M": {"fn": {"S": "Ada"}, "ln": {"S": "Reed"}}},
    }  # fmt: skip


@pytest.fixture
def sealed(stack: Stack) -> Sealed:
    sealed = add_old_clinic(stack)
    assert stack.invoke("Events", {"sealAudit": True}) == {"batchItemFailures": []}
    return sealed


def test_a_sealed_audit_is_verified(sealed: Sealed, stack: Stack):
    status, lines = sealed.verify()
    assert (status, len(lines)) == (0, 1), lines
    assert lines[0].startswith(f"0 findings in {len(COUNTS)} segments with {sum(COUNTS)} records of 1 clinics, from the beginning to ")
    assert "(from KMS)" in lines[0]
    fingerprint = lines[0].split(" (from KMS)")[0].split()[-1]
    status, lines = verify(stack, "--keys", fingerprint)
    assert (status, len(lines)) == (0, 1), lines
    assert f"{fingerprint} (given)" in lines[0]
    part = hour_text(sealed.hours[2])
    status, lines = sealed.verify("--from", part, "--to", part)
    assert (status, lines[0][: len("0 findings in 1 segments with 2 records")]) == (0, "0 findings in 1 segments with 2 records")


def test_an_hour_with_many_records_has_parts(stack: Stack):
    """The hour has one record more than a segment."""
    sealed = add_old_clinic(stack)
    many = [audit_record(sealed.id, sealed.hours[1] + n) for n in range(PART + 1)]
    for at in range(0, len(many), 25):
        batch = [{"PutRequest": {"Item": record}} for record in many[at : at + 25]]
        stack.cloud.client("dynamodb").batch_write_item(RequestItems={stack.ids["AccessTable"]: batch})
    stack.invoke("Events", {"sealAudit": True})
    status, lines = sealed.verify()
    assert (status, lines[0].split(" of ")[0]) == (0, f"0 findings in {len(COUNTS) + 1} segments with {sum(COUNTS) + PART + 1} records")
    following = hour_text(sealed.hours[2])
    assert sealed.verify("--from", following)[0] == 0
    s3, part = stack.cloud.client("s3"), sealed.key(1).replace(".jws", "_0002.jws")
    body = s3.get_object(Bucket=sealed.bucket, Key=part)["Body"].read()
    remove(stack, part)
    assert sealed.problems() == [
        (1, f"the table has {PART + 1} records, and the segment {PART}."),
        (1, f"the segment lacks the record {many[-1]['SK']['S']} of the table."),
        (1, "part 2 is missing."),
    ]
    s3.put_object(Bucket=sealed.bucket, Key=part.replace("0002", "0003"), Body=body)
    assert (1, "part 2 is missing.") in sealed.problems()


def test_a_second_run_adds_nothing(sealed: Sealed, stack: Stack):
    before = [sealed.read(hour) for hour in range(len(COUNTS))]
    stack.invoke("Events", {"sealAudit": True})
    assert [sealed.read(hour) for hour in range(len(COUNTS))] == before


def test_only_trusted_keys_count(sealed: Sealed, stack: Stack):
    kms = stack.cloud.client("kms")
    other = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    status, lines = verify(stack, "--clinic", str(sealed.id), "--key", other, "--to", hour_text(sealed.hours[-1]))
    assert (status, len(lines)) == (1, len(COUNTS) + 1)
    assert "which you don't trust" in lines[0]
    for options in ([], ["--keys", "unknown"]):
        command = [BINARIES / "verify-audit", "--bucket", sealed.bucket, "--table", stack.ids["AccessTable"], *options]
        done = subprocess.run(command, env=stack.cloud.environment, capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (2, ""), done


def flip(body: bytes) -> bytes:
    """Changes one character of the payload."""
    at = body.index(b".") + 40
    return body[:at] + (b"A" if body[at : at + 1] != b"A" else b"B") + body[at + 1 :]


def replace(sealed: Sealed, hour: int, change: Callable[[bytes], bytes]) -> None:
    body = change(sealed.read(hour))
    sealed.remove(hour)
    sealed.put(hour, body)


def table(sealed: Sealed, operation: str, **arguments: Any) -> None:
    getattr(sealed.stack.cloud.client("dynamodb"), operation)(TableName=sealed.stack.ids["AccessTable"], **arguments)


def key_of(record: dict) -> dict:
    return {"PK": record["PK"], "SK": record["SK"]}


def rewrite(change: Callable[[list], Any]) -> Callable[[bytes], bytes]:
    """Changes the records of a segment and leaves its signature."""

    def edit(body: bytes) -> bytes:
        header, payload, signature = body.split(b".")
        segment = json.loads(base64.urlsafe_b64decode(payload + b"=="))
        change(segment["records"])
        segment["count"] = len(segment["records"])
        text = json.dumps(segment, separators=(",", ":")).encode()
        return b".".join([header, base64.urlsafe_b64encode(text).rstrip(b"="), signature])

    return edit


CHANGED, BROKEN = "the segment was changed after it was signed.", "the segment does not follow the one before it."
TAMPERINGS: dict[str, tuple[Callable[[Sealed], Any], list[tuple[int, str]]]] = {
    "a second version": (
        lambda sealed: sealed.put(1, flip(sealed.read(1))),
        [(1, "the bucket has more than one version of the segment.")],
    ),
    "a delete marker": (
        lambda sealed: sealed.stack.cloud.client("s3").delete_object(Bucket=sealed.bucket, Key=sealed.key(1)),
        [(1, "the segment has a delete marker.")],
    ),
    "a changed object": (lambda sealed: replace(sealed, 2, flip), [(2, CHANGED), (3, BROKEN)]),
    "a dropped record": (lambda sealed: replace(sealed, 0, rewrite(lambda records: records.pop(1))), [(0, CHANGED), (1, BROKEN)]),
    "reordered records": (lambda sealed: replace(sealed, 0, rewrite(lambda records: records.reverse())), [(0, CHANGED), (1, BROKEN)]),
    "a removed segment": (lambda sealed: sealed.remove(1), [(1, "the segment is missing.")]),
    "a removed start": (
        lambda sealed: (sealed.remove(0), sealed.remove(1)),
        [(0, "the segment is missing."), (0, "the table has 3 records, but there is no segment."), (1, "the segment is missing.")],
    ),
    "a removed end": (
        lambda sealed: sealed.remove(3),
        [(3, "the segment is missing."), (3, "the table has 1 records, but there is no segment.")],
    ),
    "a foreign object": (lambda sealed: replace(sealed, 3, lambda _: b"{}"), [(3, "the object is not a segment.")]),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_with_the_bucket_is_found(sealed: Sealed, name: str):
    tamper, expected = TAMPERINGS[name]
    tamper(sealed)
    assert sealed.problems() == expected


def test_an_object_of_another_place_is_found(sealed: Sealed):
    body = sealed.read(1)
    sealed.remove(2)
    sealed.put(2, body)
    problems = sealed.problems()
    assert (2, f"the segment is that of clinic {sealed.id} and hour {hour_text(sealed.hours[1])}.") in problems
    assert (3, BROKEN) in problems
    sealed.stack.cloud.client("s3").put_object(Bucket=sealed.bucket, Key=f"segments/{sealed.id}/2026/note", Body=b"x")
    assert f"The service never writes segments/{sealed.id}/2026/note into the bucket." in sealed.verify()[1]


def test_any_other_object_is_found(sealed: Sealed):
    s3, now = sealed.stack.cloud.client("s3"), int(time.time())
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket=sealed.bucket, Prefix="keys/")["Contents"]]
    clinic, outside = str(sealed.id), [sealed.hours[0] - HOUR, now // HOUR * HOUR]
    early, late = (dataclasses.replace(sealed, hours=outside).key(at) for at in range(2))
    found = {
        "note": "note", "other/place/note": "other/", "segments/note": "segments/note", "segments/clinic/note": "segments/clinic/",
        f"segments/{clinic.upper()}/note": f"segments/{clinic.upper()}/", "keys/note": "keys/note",
        keys[0].replace(".json", "x.json"): keys[0].replace(".json", "x.json"), early: early, late: late,
    }  # fmt: skip
    key = s3.get_object(Bucket=sealed.bucket, Key=keys[0])["Body"].read()
    try:
        for name in found:
            s3.put_object(Bucket=sealed.bucket, Key=name, Body=key)
        s3.delete_object(Bucket=sealed.bucket, Key="gone")
        status, lines = sealed.verify()
    finally:
        for name in [*found, "gone"]:
            remove(sealed.stack, name)
    expected = [f"The service never writes {name} into the bucket." for name in [*found.values(), "gone"]]
    assert (status, sorted(lines[:-1])) == (1, sorted(expected))
    assert sealed.verify()[0] == 0


def test_an_object_that_someone_can_remove_is_found(sealed: Sealed):
    s3 = sealed.stack.cloud.client("s3")
    lock = s3.get_object_lock_configuration(Bucket=sealed.bucket)["ObjectLockConfiguration"]
    year = time.gmtime().tm_year
    key = next(one["Key"] for one in s3.list_objects_v2(Bucket=sealed.bucket, Prefix="keys/")["Contents"])
    locks = {
        sealed.key(0): {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": f"{year + 9}-01-01T00:00:00Z"},
        sealed.key(1): {"ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": f"{year + 5}-01-01T00:00:00Z"},
        sealed.key(2): {},
        key: {},
    }

    def replace(name: str, **options: str) -> None:
        body = s3.get_object(Bucket=sealed.bucket, Key=name)["Body"].read()
        remove(sealed.stack, name)
        s3.put_object(Bucket=sealed.bucket, Key=name, Body=body, **options)

    s3.put_object_lock_configuration(Bucket=sealed.bucket, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"})
    try:
        for name, options in locks.items():
            replace(name, **options)
        status, lines = sealed.verify()
    finally:
        s3.put_object_lock_configuration(Bucket=sealed.bucket, ObjectLockConfiguration=lock)
        replace(key)
    problems = ["is locked in the mode GOVERNANCE, not COMPLIANCE", f"is locked only until {year + 5}-01-01T00:00:00.000Z", "is not locked", "is not locked"]
    expected = [f"The object {name} {problem}." for name, problem in zip(locks, problems, strict=True)]
    assert (status, sorted(lines[:-1])) == (1, sorted(expected))
    assert sealed.verify("--years", "4")[1][:-1] == [expected[0], expected[2]]


def test_a_table_that_was_changed_is_found(sealed: Sealed):
    first, second = sealed.records[0][0], sealed.records[2][0]
    table(sealed, "delete_item", Key=key_of(first))
    table(sealed, "put_item", Item=second | {"ac": {"S": "system"}})
    late = audit_record(sealed.id, sealed.hours[1] + 5)
    table(sealed, "put_item", Item=late)
    assert sealed.problems() == [
        (0, "the table has 2 records, and the segment 3."),
        (0, f"the table lacks the record {first['SK']['S']}."),
        (1, "the table has 1 records, and the segment 0."),
        (1, f"the segment lacks the record {late['SK']['S']} of the table."),
        (2, f"the record {second['SK']['S']} was changed in the table."),
    ]


def test_a_record_that_the_service_cannot_have_written_is_found(sealed: Sealed):
    """Such records are in no segment, because none is of the hour of their partition."""
    now = int(time.time())
    old, odd, late = (audit_record(sealed.id, at) for at in (sealed.hours[0] - 1, sealed.hours[1], now + 2 * HOUR))
    if old["PK"] != late["PK"]:
        pytest.skip("a month begins within the hours of the test")
    records = {
        "is older than the clinic": old,
        "has an id of another month": odd | {"SK": {"S": f"evt_{id_at(5).hex}"}},
        "is of an hour that has not begun": late,
        "has a time that is not that of its id": audit_record(sealed.id, now) | {"at": odd["at"]},
        "has no id of a record": odd | {"SK": {"S": "evt_\n0 findings"}},
    }
    month = odd["PK"]["S"].split("#")[-1]
    for record in records.values():
        table(sealed, "put_item", Item=record)
    status, lines = sealed.verify()
    lines = [line for line in lines if line.startswith(f"Clinic {sealed.id}, month {month}: the record ")]
    expected = [f"the record {record['SK']['S']} {problem}.".replace("\n", "\ufffd") for problem, record in records.items()]
    assert (status, sorted(line.split(": ")[1] for line in lines)) == (1, sorted(expected))


def test_a_record_whose_time_is_not_that_of_its_id_is_found_when_it_is_sealed(stack: Stack):
    sealed = add_old_clinic(stack)
    record = audit_record(sealed.id, sealed.hours[2] + 5)
    table(sealed, "put_item", Item=record | {"at": audit_record(sealed.id, sealed.hours[0])["at"]})
    stack.invoke("Events", {"sealAudit": True})
    status, lines = sealed.verify()
    found = f"Clinic {sealed.id}, hour {hour_text(sealed.hours[2])}: the time of the record {record['SK']['S']} is not that of its id."
    assert (status, found in lines) == (1, True), lines


def test_a_clinic_of_which_nothing_is_left_is_found(sealed: Sealed):
    for hour, records in enumerate(sealed.records):
        sealed.remove(hour)
        for record in records:
            table(sealed, "delete_item", Key=key_of(record))
    assert sealed.problems() == [(hour, "the segment is missing.") for hour in range(len(COUNTS))]


def test_what_cannot_be_read_is_found_and_the_rest_is_verified(sealed: Sealed, stack: Stack):
    odd, late = audit_record(sealed.id, sealed.hours[1] + 5), audit_record(sealed.id, sealed.hours[3] + 300)
    table(sealed, "put_item", Item=odd | {"zz": {"B": b"x"}})
    table(sealed, "put_item", Item=late)
    table(sealed, "put_item", Item=odd | {"SK": {"S": f"evt_{'0' * 32}x"}})
    status, lines = sealed.verify()
    prefix = f"Clinic {sealed.id}"
    assert status == 1
    assert any(odd["SK"]["S"] in line for line in lines), lines
    for finding in (
        f"{prefix}, hour {hour_text(sealed.hours[3])}: the segment lacks the record {late['SK']['S']} of the table.",
        f"{prefix}, month {odd['PK']['S'].split('#')[-1]}: the record evt_{'0' * 32}x has no id of a record.",
    ):
        assert finding in lines, lines
    assert f" findings in {len(COUNTS)} segments" in lines[-1]


def test_a_period_or_clinic_without_segments_is_not_verified(sealed: Sealed, stack: Stack):
    first, last = hour_text(sealed.hours[0]), hour_text(sealed.hours[-1])
    known = ["--key", stack.ids["AuditKey"], "--clinic", str(sealed.id)]
    for options, reason in (
        ([*known, "--from", last, "--to", first], "FROM must not be after TO, or after the last hour that must be sealed by now"),
        ([*known, "--from", "2099-01-01"], "FROM must not be after TO, or after the last hour that must be sealed by now"),
        ([*known, "--to", hour_text(sealed.hours[0] - HOUR)], "the bucket has no segment of the period"),
        ([*known[:3], str(uuid.uuid4())], None),
    ):
        command = [BINARIES / "verify-audit", "--bucket", sealed.bucket, "--table", stack.ids["AccessTable"], *options]
        done = subprocess.run(command, env=stack.cloud.environment, capture_output=True, text=True)
        reason = reason or f"neither the table nor the bucket knows the clinic {options[-1]}"
        assert (done.returncode, done.stdout, done.stderr) == (2, "", f"The audit was not verified. {reason}.\n")


def make(sealed: Sealed, **more: str) -> subprocess.CompletedProcess:
    names = {"BUCKET": sealed.bucket, "TABLE": sealed.stack.ids["AccessTable"], "KEY": sealed.stack.ids["AuditKey"], "CLINIC": str(sealed.id)} | more
    arguments = [f"{name}={value}" for name, value in names.items()]
    environment = sealed.stack.cloud.environment | {"PATH": os.environ["PATH"]}
    return subprocess.run(["make", "-s", "verify-audit", *arguments], cwd=BINARIES.parents[1], env=environment, capture_output=True, text=True)


def test_the_makefile_runs_the_command_and_fails_with_it(sealed: Sealed):
    done = make(sealed)
    assert (done.returncode, done.stdout[:10]) == (0, "0 findings"), done
    assert make(sealed, YEARS="99").stdout.startswith("The object ")
    done = make(sealed, FROM="2099-01-01")
    assert (done.returncode, done.stdout, "verify-audit] Error 2" in done.stderr) == (2, "", True), done
    sealed.remove(3)
    done = make(sealed)
    assert (done.returncode, "verify-audit] Error 1" in done.stderr) == (2, True), done
    assert f"Clinic {sealed.id}, hour {hour_text(sealed.hours[3])}: the segment is missing." in done.stdout
