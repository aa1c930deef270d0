"""Clients work on the service of `make dev` while it is killed again and again. `make soak` runs this.

At the end it compares the answers that the clients got with what the service holds. It exits 1 unless nothing was
lost, doubled or unexpected. `CLIENTS=` and `STARTS=` set the number of clients and of killed first starts.
"""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from threading import Event

from caller import Caller, Findings
from flows import Client
from inbox import Inbox
from people import Clinic
from receiver import Receiver
from service import Killer, Service, find_failed_starts
from verdict import Verdict

MINUTES = float(os.environ.get("MINUTES") or 20)
CLIENTS = int(os.environ.get("CLIENTS") or 6)
STARTS = int(os.environ.get("STARTS") or 20)
SHOWN = 20


def run_clients(service: Service, inbox: Inbox, receiver: Receiver, findings: Findings) -> list[Clinic]:
    """Runs the clients and the kills for the time asked for. Returns what the clients made."""
    stop = Event()
    clients = [Client(service, inbox, receiver, findings, stop) for _ in range(CLIENTS)]
    killer = Killer(service)
    for thread in [*clients, killer]:
        thread.start()
    end = time.monotonic() + 60 * MINUTES
    while time.monotonic() < end and killer.failure is None:
        time.sleep(min(60, max(0, end - time.monotonic())))
        print(f"{time.strftime('%H:%M:%S')} {service.kills} kills, {findings.done.total()} changes", flush=True)
    killer.stop()
    stop.set()
    for client in clients:
        client.join()
    if killer.failure:
        findings.add("unexpected", f"the service did not start again: {killer.failure}")
    for client in filter(lambda client: client.failure, clients):
        findings.add("unexpected", f"a client failed: {client.failure}")
    return [clinic for client in clients for clinic in client.clinics]


def summarize(service: Service, findings: Findings, verdict: Verdict, failed_starts: list[str]) -> str:
    done = ", ".join(f"{times} {what}" for what, times in findings.done.most_common())
    repeats = ", ".join(f"{times} {what}" for what, times in findings.repeats.most_common()) or "none"
    checked = ", ".join(f"{times} {what}" for what, times in verdict.checked.items())
    return "\n".join(
        [
            f"first starts  {STARTS} killed, {len(failed_starts)} not started again",
            f"soak          {MINUTES:g} minutes, {CLIENTS} clients, {service.kills} kills",
            f"done          {findings.done.total()}: {done}",
            f"repeated      {findings.lost_answers} lost answers; refused for a while: {repeats}",
            f"compared      {checked}",
            f"lost {len(findings.lost)}  doubled {len(findings.doubled)}  unexpected {len(findings.unexpected)}",
        ]
    )


def main() -> int:
    findings = Findings()
    failed_starts = find_failed_starts(STARTS)
    for error in failed_starts:
        findings.add("unexpected", f"a start after a killed first start: {error}")
    home = Path(tempfile.mkdtemp(prefix="soak-"))
    service = Service(home)
    service.start()
    inbox = Inbox(service.inbox)
    inbox.start()
    receiver = Receiver()
    clinics = run_clients(service, inbox, receiver, findings)
    verdict = Verdict(Caller(service.url, findings), inbox, receiver, findings)
    verdict.check(clinics)
    service.stop()
    for kind in ("lost", "doubled", "unexpected"):
        for text in getattr(findings, kind)[:SHOWN]:
            print(f"{kind}: {text}")
    print(summarize(service, findings, verdict, failed_starts))
    if findings.lost or findings.doubled or findings.unexpected:
        print(f"The data and the log are in {home}.")
        return 1
    shutil.rmtree(home)
    return 0


if __name__ == "__main__":
    sys.exit(main())
